"""What an argument becomes when it is recorded on a span: bounded, exportable, and harmless whatever the object does.

What becomes of a value as a metric attribute is the instruments' affair (attribute_text).
"""

from __future__ import annotations

import numbers
import reprlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import TypeAlias, cast

SpanValue: TypeAlias = (
    str | bool | int | float | tuple[str, ...] | tuple[bool, ...] | tuple[int, ...] | tuple[float, ...]
)
"""What OpenTelemetry spans take in every version that otelkit supports."""

LONGEST_TEXT = 1024
"""Characters of one recorded value; the rest is cut, with an ellipsis."""

LONGEST_SEQUENCE = 32
"""Items of one recorded sequence."""

_INT64 = range(-(2**63), 2**63)


def _bounded() -> reprlib.Repr:
    shape = reprlib.Repr()
    shape.maxlevel = 3
    shape.maxdict = shape.maxlist = shape.maxtuple = shape.maxset = shape.maxfrozenset = 8
    shape.maxstring = shape.maxother = 64
    return shape


_picture = _bounded().repr


def span_value(value: object) -> SpanValue | None:
    """Return a value as a span attribute, or None when there is nothing to record (``None`` itself).

    Text, booleans and numbers stay what they are; members of an enumeration become their value; sequences of one such
    type stay sequences; other containers become a short picture of themselves, other objects their text.
    Never raises: an object that cannot be looked at is recorded as such.

    Args:
        value: any object at all.

    Example:
        >>> span_value("case-17"), span_value([1, 2]), span_value({"a": 1}), span_value(None)
        ('case-17', (1, 2), "{'a': 1}", None)

    """
    try:
        return _converted(value)
    except Exception:  # noqa: BLE001 - an argument may be any object; that it resists is not an error of the application's
        return f"<{type(value).__name__}: cannot be shown>"


def _converted(value: object) -> SpanValue | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return _converted(value.value)
    scalar = _scalar(value)
    if scalar is not None:
        return scalar
    if isinstance(value, Mapping | bytes | bytearray):
        return exportable(_picture(value))
    if isinstance(value, Sequence | AbstractSet):
        return _sequence(cast("Sequence[object]", value))
    return exportable(str(value))


def _scalar(value: object) -> str | bool | int | float | None:
    if isinstance(value, str):
        return exportable(str.__str__(value))
    if isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):  # numpy's integers are such
        number = int(value)
        return number if number in _INT64 else exportable(hex(number))
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        return float(value)
    return None


def _sequence(value: Sequence[object]) -> SpanValue:
    if len(value) <= LONGEST_SEQUENCE:
        items = [_scalar(item) for item in value]
        for kind in (str, bool, int, float):
            # Not isinstance: a bool is an int, and a sequence must be of one type.
            if all(type(item) is kind for item in items):
                return tuple(items)  # type: ignore[return-value]  # pyright: ignore[reportReturnType] - as just checked
    return exportable(_picture(value))


def exportable(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text as it can be exported: with an end, and without what UTF-8 cannot say.

    Args:
        text: a plain string.
        longest: characters that are kept.

    Example:
        >>> exportable("a" * 10, longest=4), exportable(chr(0xD800))[1:]
        ('aaa…', 'ud800')

    """
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate would take the whole export with it
        return text.encode("utf-8", "backslashreplace").decode()
    return text
