"""The bucket boundaries that otelkit's histograms begin with, where they come from, and the check of your own.

Which histogram uses which is said where the histogram is declared.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DURATION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Seconds. OpenTelemetry's advice for ``http.server.request.duration`` (semantic conventions, "HTTP metrics": 5 ms to
10 s) with two boundaries below it, because work inside a process is often faster than a request. A latency objective
must sit on a boundary: 0.1, 0.25, 0.5 and 1 do."""

RATIO_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""For scores, confidences and probabilities, which lie between 0 and 1."""

_MOST = 200


def check_buckets(buckets: Iterable[float]) -> tuple[float, ...]:
    """Return bucket boundaries as floats, or refuse them.

    Args:
        buckets: upper boundaries, increasing, in the histogram's unit; the last bucket is open and not named.

    Raises:
        ValueError: when there are none or too many, or they are not finite and increasing.

    Example:
        >>> check_buckets([1, 2.5, 5])
        (1.0, 2.5, 5.0)
        >>> check_buckets([1, 1])
        Traceback (most recent call last):
        ...
        ValueError: buckets must increase, but 1.0 follows 1.0. Sort them and drop repeated ones.

    """
    try:
        boundaries = tuple(float(boundary) for boundary in buckets)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"buckets must be numbers, such as (0.1, 0.5, 1.0): {error}.") from None
    if not boundaries:
        raise ValueError("buckets are empty. Give at least one upper boundary, such as (0.1, 0.5, 1.0).")
    if len(boundaries) > _MOST:
        raise ValueError(f"{len(boundaries)} buckets are too many: each is a series of its own. Give at most {_MOST}.")
    for boundary in boundaries:
        if not math.isfinite(boundary):
            raise ValueError(f"bucket {boundary!r} is not finite. Leave it out: the last bucket is open anyway.")
    for lower, upper in pairwise(boundaries):
        if upper <= lower:
            raise ValueError(
                f"buckets must increase, but {upper!r} follows {lower!r}. Sort them and drop repeated ones."
            )
    return boundaries
