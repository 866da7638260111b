"""Any Python object as a plain value that OpenTelemetry, JSON and pickle can carry.

Nothing here raises, whatever an object's own methods do, and nothing grows without bound.
"""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.util.types import AnyValue

MAX_DEPTH: Final = 12
"""Levels of nesting kept; protobuf readers refuse more than about 30."""

MAX_ITEMS: Final = 1_000
"""Values kept of one field, counted over all its levels."""

MAX_STRING: Final = 32_768
"""Characters kept of one string: Loki refuses a record whose attributes exceed 64 kB altogether."""

_KEPT: Final = MAX_STRING - 60
_INT64: Final = 1 << 63


def plain(value: object) -> AnyValue:
    """Return the value as None, bool, int, float, str, bytes, or lists and string-keyed dicts of them.

    Dataclasses become mappings, sets and tuples lists, enum members their values, dates ISO text, numpy scalars
    numbers; integers beyond 64 bits and everything else become text. Cycles, nesting beyond `MAX_DEPTH`, more than
    `MAX_ITEMS` values and strings beyond `MAX_STRING` characters are replaced or cut, with a note in their place.

    Example:
        >>> plain({"score": 0.93, "tags": ("a", {"b": 2})})
        {'score': 0.93, 'tags': ['a', {'b': 2}]}

    """
    kind = type(value)
    if kind is str:
        return _text(cast("str", value))
    if value is None or kind is bool or kind is float or (kind is int and -_INT64 <= cast("int", value) < _INT64):
        return cast("AnyValue", value)
    try:
        return _Conversion().of(value, 0)
    except Exception:  # noqa: BLE001 - an application's object may raise anything from any of its methods
        return safe_text(value)


def safe_text(value: object) -> str:
    """Return ``str(value)``, or a note that it failed; exceptions are given with their type."""
    try:
        text = str(value)
        if isinstance(value, BaseException):
            text = f"{type(value).__name__}: {text}" if text else type(value).__name__
        return _text(text)
    except Exception:  # noqa: BLE001 - an application's __str__ may raise anything
        return f"<{type(value).__name__}: its __str__ failed>"


def field_name(name: object) -> str:
    """Return a name as text that is not empty: the SDK would drop the value of an empty one."""
    if type(name) is str and name and name.isascii() and len(name) <= MAX_STRING:
        return name
    return safe_text(name) or "<empty>"


def encodable(text: str) -> str:
    """Return the text as an exact ``str`` without lone surrogates, which no encoder on the way out accepts."""
    if type(text) is str and text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _text(text: str) -> str:
    if len(text) > MAX_STRING:  # the result fits itself: what was cut once is not cut again
        text = f"{text[:_KEPT]}... [{len(text) - _KEPT} characters left out by otelkit]"
    return encodable(text)


class _Scalar(Protocol):
    """A numpy scalar, which knows its Python value."""

    def item(self) -> object: ...


class _Conversion:
    """One walk over one value: what it has seen and how much it may still take."""

    def __init__(self) -> None:
        self._above: set[int] = set()
        self._left = MAX_ITEMS

    def of(self, value: object, depth: int) -> AnyValue:
        self._left -= 1
        if isinstance(value, Enum):
            value = cast("object", value.value)
        if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
            value = cast("_Scalar", value).item()
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return _text(value)
        number = _number(value)
        if number is not None:
            return number
        if isinstance(value, (bytes, bytearray)):
            return bytes(value[:MAX_STRING])
        if isinstance(value, (date, time)):
            return value.isoformat()
        return self._nested(value, depth)

    def _nested(self, value: object, depth: int) -> AnyValue:
        items = _mapping_items(value)
        members = _members(value)
        if items is None and members is None:
            return safe_text(value)
        identity = id(value)
        if identity in self._above:
            return "<cycle>"
        if depth >= MAX_DEPTH:
            return f"<nested deeper than {MAX_DEPTH} levels>"
        self._above.add(identity)
        try:
            return self._list(members or (), depth) if items is None else self._mapping(items, depth)
        finally:
            self._above.discard(identity)

    def _mapping(self, items: Iterable[tuple[object, object]], depth: int) -> dict[str, AnyValue]:
        result: dict[str, AnyValue] = {}
        for name, member in items:
            if self._left <= 0:
                result["..."] = "more left out by otelkit"
                break
            result[field_name(name)] = self.of(member, depth + 1)
        return result

    def _list(self, members: Iterable[object], depth: int) -> list[AnyValue]:
        result: list[AnyValue] = []
        for member in members:
            if self._left <= 0:
                result.append("... more left out by otelkit")
                break
            result.append(self.of(member, depth + 1))
        return result


def _number(value: object) -> AnyValue:
    """Return an exact int or float (or the text of an int that has no 64-bit form), None if it is no number."""
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return whole if -_INT64 <= whole < _INT64 else _large(whole)
    if isinstance(value, numbers.Real):  # Fraction too; Decimal is none, and keeps its digits as text
        return float(value)
    return None


def _large(whole: int) -> str:
    try:
        return str(whole)
    except ValueError:  # CPython refuses to print integers beyond a few thousand digits in decimal
        return hex(whole)[:MAX_STRING]


def _mapping_items(value: object) -> Iterable[tuple[object, object]] | None:
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value).items()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)]
    return None


def _members(value: object) -> Iterable[object] | None:
    return cast("Iterable[object]", value) if isinstance(value, (Sequence, AbstractSet)) else None
