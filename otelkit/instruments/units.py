"""The check that a unit is written in UCUM, as OpenTelemetry asks, and the hint for what people write instead.

Converting between units does not live here; values are never converted.
"""

from __future__ import annotations

import re

# The units that software is measured in, out of UCUM's 300 (https://ucum.org/ucum): metric ones take a prefix.
_METRIC = ("s", "By", "bit", "m", "g", "L", "l", "Hz", "J", "W", "V", "A", "K", "N", "Pa", "Cel", "mol", "Bd", "eV")
_PLAIN = ("min", "h", "d", "wk", "mo", "a", "%", "deg")
_PREFIXES = ("Ki", "Mi", "Gi", "Ti", "da", "n", "u", "m", "c", "d", "h", "k", "M", "G", "T", "P")

_TERM = re.compile(
    rf"(?:[1-9][0-9]*|(?:{'|'.join(_PREFIXES)})?(?:{'|'.join(_METRIC)})(?:[+-]?[0-9]+)?|(?:{'|'.join(_PLAIN)})(?:[+-]?[0-9]+)?)"
    r"(?:\{[^{}]*\})?|\{[^{}]*\}"
)
_LONGEST = 63

_MEANT = {
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "millisecond": "s",
    "milliseconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "byte": "By",
    "bytes": "By",
    "b": "By",
    "kb": "kBy",
    "mb": "MBy",
    "gb": "GBy",
    "percent": "%",
    "ratio": "1",
    "fraction": "1",
    "none": "1",
    "count": "{event}",
    "": "1",
}


def check_unit(unit: str) -> None:
    """Refuse a unit that is not UCUM.

    Args:
        unit: such as ``"s"``, ``"By"``, ``"1"`` for ratios, or ``"{request}"`` for things that are counted.

    Raises:
        ValueError: when the unit is unknown; the message holds the unit that was probably meant.

    Example:
        >>> check_unit("By/s")
        >>> check_unit("seconds")
        Traceback (most recent call last):
        ...
        ValueError: unit 'seconds' is not UCUM. Write 's'.

    """
    if not isinstance(unit, str):  # pyright: ignore[reportUnnecessaryIsInstance] - the caller may not be type-checked
        raise ValueError(f"unit must be a UCUM string such as 's' or '{{request}}', not {type(unit).__name__}.")  # noqa: TRY004 - one kind of error for a bad unit
    if len(unit) > _LONGEST or not unit.isascii():
        raise ValueError(f"unit {unit[:80]!r} must be at most {_LONGEST} ASCII characters.")
    if not _is_ucum(unit):
        meant = _MEANT.get(unit.lower()) or f"{{{re.sub('[^a-z_]+', '', unit.lower()).removesuffix('s') or 'event'}}}"
        raise ValueError(f"unit {unit!r} is not UCUM. Write {meant!r}.")


def _is_ucum(unit: str) -> bool:
    # An annotation may hold dots and slashes, so terms are matched one after another rather than split.
    position = 1 if unit.startswith("/") else 0
    while True:
        term = _TERM.match(unit, position)
        if term is None:
            return False
        position = term.end()
        if position == len(unit):
            return True
        if unit[position] not in "./":
            return False
        position += 1
