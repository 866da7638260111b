"""The arithmetic of histogram buckets: what is well formed, adding two, showing exponential ones with bounds.

After https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram. No parsing, no storing.
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from typing import Final, TypeAlias, cast

from otelkit.console.records import MAX_INTEGER, Explicit, Exponential

_Side: TypeAlias = tuple[int, tuple[int, ...]]

MAX_BUCKETS: Final = 1000
"""Buckets of one histogram point; the SDK's exponential histograms have at most 160 on each side."""

_TOO_MANY: Final = f"histogram has more than {MAX_BUCKETS} buckets"
_OUT_OF_RANGE: Final = "bucket count is out of range"

_MAX_MERGED: Final = 160
_MIN_SCALE: Final = -10
_MAX_SCALE: Final = 20
_DOUBLE_EXPONENTS: Final = 1100  # binary exponents of doubles run from -1074 to 1023


def explicit_problem(buckets: Explicit) -> str | None:
    """Say what is wrong with explicit buckets; None when nothing is.

    Example:
        >>> explicit_problem(Explicit((1.0, 2.0), (3, 4)))
        'histogram needs one bucket count more than bounds'
    """
    bounds, counts = buckets
    if len(counts) > MAX_BUCKETS or len(bounds) > MAX_BUCKETS:
        return _TOO_MANY
    if len(counts) != len(bounds) + 1:
        return "histogram needs one bucket count more than bounds"
    if not all(math.isfinite(bound) for bound in bounds) or any(low >= high for low, high in pairwise(bounds)):
        return "histogram bounds are not finite and rising"
    return _OUT_OF_RANGE if max(counts) > MAX_INTEGER else None


def exponential_problem(buckets: Exponential) -> str | None:
    """Say what is wrong with exponential buckets; None when nothing is."""
    if not _MIN_SCALE <= buckets.scale <= _MAX_SCALE:
        return f"exponential histogram's scale is outside {_MIN_SCALE}..{_MAX_SCALE}"
    if not math.isfinite(buckets.zero_threshold) or buckets.zero_threshold < 0:
        return "exponential histogram's zero threshold is no finite positive number"
    if buckets.zero_count > MAX_INTEGER:
        return _OUT_OF_RANGE
    return _side_problem(buckets.positive, buckets.scale) or _side_problem(buckets.negative, buckets.scale)


def _side_problem(side: _Side, scale: int) -> str | None:
    offset, counts = side
    reach = _DOUBLE_EXPONENTS * 2.0**scale + 1
    if len(counts) > MAX_BUCKETS:
        return _TOO_MANY
    if counts and max(counts) > MAX_INTEGER:
        return _OUT_OF_RANGE
    if counts and (offset < -reach or offset + len(counts) > reach):
        return "exponential histogram's buckets are beyond what a double can hold"
    return None


def added(previous: Explicit | Exponential, increase: Explicit | Exponential) -> Explicit | Exponential | None:
    """Give the buckets of both together; None when they cannot be added, because their bounds differ.

    Example:
        >>> added(Explicit((1.0,), (2, 3)), Explicit((1.0,), (10, 20)))
        Explicit(bounds=(1.0,), counts=(12, 23))
    """
    if isinstance(previous, Explicit) and isinstance(increase, Explicit):
        if previous.bounds != increase.bounds or len(previous.counts) != len(increase.counts):
            return None
        counts = tuple(a + b for a, b in zip(previous.counts, increase.counts, strict=True))
        return Explicit(previous.bounds, counts)
    if isinstance(previous, Exponential) and isinstance(increase, Exponential):
        return _added_exponential(previous, increase)
    return None


def as_explicit(buckets: Explicit | Exponential) -> Explicit:
    """Give buckets with explicit bounds. Exponential ones keep their exact bounds, zeros get a bucket of their own.

    Without negative values the bucket of the zeros is the first; the last bucket, open above, is empty.

    Example:
        >>> as_explicit(Exponential(0, 1, 0.0, (0, (5, 6)), (0, ())))
        Explicit(bounds=(0.0, 1.0, 2.0, 4.0), counts=(1, 0, 5, 6, 0))
    """
    if isinstance(buckets, Explicit):
        return buckets
    pairs = _upper_bounds(buckets)
    # equal bounds, where a double cannot tell two apart, become one bucket
    bounds: list[float] = []
    counts: list[int] = []
    for bound, count in pairs:
        if bounds and bound <= bounds[-1]:
            counts[-1] += count
        else:
            bounds.append(bound)
            counts.append(count)
    return Explicit(tuple(bounds), (*counts, 0))


def to_text(buckets: Explicit | Exponential) -> str:
    """Give buckets as the JSON text that the store keeps."""
    return json.dumps(buckets, separators=(",", ":"))


def from_text(text: str) -> Explicit | Exponential:
    """Give the buckets of a text made by ``to_text``."""
    value = json.loads(text)
    if len(value) == len(Explicit._fields):
        bounds, counts = cast("tuple[list[float], list[int]]", value)
        return Explicit(tuple(bounds), tuple(counts))
    scale, zero_count, zero_threshold, positive, negative = value
    return Exponential(
        cast("int", scale),
        cast("int", zero_count),
        cast("float", zero_threshold),
        _side(cast("tuple[int, list[int]]", positive)),
        _side(cast("tuple[int, list[int]]", negative)),
    )


def _side(value: tuple[int, list[int]]) -> _Side:
    return value[0], tuple(value[1])


def _upper_bounds(buckets: Exponential) -> list[tuple[float, int]]:
    """Give (upper bound, count) of each bucket from the lowest, empty ones in between included."""
    pairs: list[tuple[float, int]] = []
    offset, counts = buckets.negative
    if counts:
        pairs.append((-_bound(offset + len(counts), buckets.scale), 0))
        # a negative bucket is [-base^(i+1), -base^i): mirrored, so the highest index comes first
        pairs.extend(
            (-_bound(offset + index, buckets.scale), count) for index, count in reversed(list(enumerate(counts)))
        )
    pairs.append((buckets.zero_threshold, buckets.zero_count))
    offset, counts = buckets.positive
    if counts:
        pairs.append((_bound(offset, buckets.scale), 0))
        pairs.extend((_bound(offset + index + 1, buckets.scale), count) for index, count in enumerate(counts))
    return pairs


def _bound(index: int, scale: int) -> float:
    """Give base ** index, where base is 2 ** (2 ** -scale), kept within the doubles."""
    exponent = index * 2.0**-scale
    if exponent >= sys.float_info.max_exp:
        return sys.float_info.max
    whole = math.floor(exponent)
    return math.ldexp(2.0 ** (exponent - whole), whole)


def _added_exponential(previous: Exponential, increase: Exponential) -> Exponential:
    """Add at the finer of the scales that both can be brought to and that keeps each side within the SDK's size."""
    scale = min(previous.scale, increase.scale)
    pairs = ((previous.positive, increase.positive), (previous.negative, increase.negative))
    while any(
        _width(mine, previous.scale - scale, theirs, increase.scale - scale) > _MAX_MERGED for mine, theirs in pairs
    ):
        scale -= 1
    positive, negative = (
        _joined(_coarser(mine, previous.scale - scale), _coarser(theirs, increase.scale - scale))
        for mine, theirs in pairs
    )
    return Exponential(
        scale,
        previous.zero_count + increase.zero_count,
        max(previous.zero_threshold, increase.zero_threshold),
        positive,
        negative,
    )


def _width(one: _Side, one_steps: int, other: _Side, other_steps: int) -> int:
    """Give how many buckets the two sides span together once each is made coarser; nothing that large is built."""
    ends = [
        (offset >> steps, (offset + len(counts) - 1) >> steps)
        for (offset, counts), steps in ((one, one_steps), (other, other_steps))
        if counts
    ]
    return max(last for _, last in ends) - min(first for first, _ in ends) + 1 if ends else 0


def _coarser(side: _Side, steps: int) -> _Side:
    """Give a side at a scale lower by `steps`: each step joins two neighbours."""
    offset, counts = side
    if not counts or not steps:
        return side
    first = offset >> steps
    joined = [0] * (((offset + len(counts) - 1) >> steps) - first + 1)
    for index, count in enumerate(counts):
        joined[((offset + index) >> steps) - first] += count
    return first, tuple(joined)


def _joined(one: _Side, other: _Side) -> _Side:
    if not one[1] or not other[1]:
        return one if one[1] else other
    first = min(one[0], other[0])
    counts = [0] * (max(one[0] + len(one[1]), other[0] + len(other[1])) - first)
    for offset, side in (one, other):
        for index, count in enumerate(side):
            counts[offset - first + index] += count
    return first, tuple(counts)
