"""Readers of booleans, whole numbers, fractions and durations, by the rules of the specification's section on types.

Text, lists and tables are read elsewhere in this room.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from otelkit.settings.reading.reading import Complaint, Reading, kind_of, rejected, shorten

LARGEST = 2**31 - 1
"""The largest whole number that the specification asks an SDK to take; in milliseconds, just under 25 days."""
LONGEST = LARGEST / 1_000
"""The longest duration, in seconds; a timeout of 0, which means no limit, becomes this."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WITH_UNIT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h)", re.ASCII)
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


@dataclass(frozen=True, kw_only=True)
class PlainReader:
    """What all readers of harmless values share: they are shown as they are."""

    def show(self, value: object) -> str:
        """Write a value as it would be typed."""
        return str(value)

    def show_given(self, given: object) -> str:
        """Write what was given."""
        return shorten(str(given))


@dataclass(frozen=True, kw_only=True)
class BooleanReader(PlainReader):
    """Only ``true`` and ``false``, in any case; every other text is a complaint.

    Attributes:
        false_when_wrong: The specification's own booleans mean false when they say anything but true.
    """

    false_when_wrong: bool = False

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "boolean"

    def text(self, text: str) -> Reading[bool]:
        """Read ``true`` or ``false``."""
        lowered = text.lower()
        if lowered in ("true", "false"):
            return Reading(lowered == "true")
        fix = 'write "true" or "false"'
        if self.false_when_wrong:
            return Reading(
                value=False, complaints=(Complaint(message='only "true" is true, so this means false', fix=fix),)
            )
        return rejected("is neither true nor false and is ignored", fix)

    def native(self, given: object) -> Reading[bool]:
        """Read a boolean."""
        if isinstance(given, bool):
            return Reading(given)
        return rejected(f"is {kind_of(given)}, not a boolean, and is ignored", "give true or false without quotes")

    def show(self, value: object) -> str:
        """Write ``true`` or ``false``."""
        return "true" if value else "false"


@dataclass(frozen=True, kw_only=True)
class SwitchReader(BooleanReader):
    """Whether a signal runs: a boolean, in Python also its group of options.

    Attributes:
        options: Name of the class of that group.
    """

    options: str

    def native(self, given: object) -> Reading[bool]:
        """Read a boolean."""
        if isinstance(given, bool):
            return Reading(given)
        fix = f"give true or false, in Python {self.options}(...), False or None"
        return rejected(f"is {kind_of(given)}, which says neither on nor off, and is ignored", fix)


@dataclass(frozen=True, kw_only=True)
class IntegerReader(PlainReader):
    """A whole number between two bounds.

    Attributes:
        minimum: The smallest value allowed.
        maximum: The largest value allowed.
    """

    minimum: int = 0
    maximum: int = LARGEST

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return f"integer {self._range}"

    def text(self, text: str) -> Reading[int]:
        """Read decimal digits."""
        if _INTEGER.fullmatch(text) is None:
            return rejected("is not a whole number and is ignored", self._fix)
        return self._bounded(int(text))

    def native(self, given: object) -> Reading[int]:
        """Read an int."""
        if isinstance(given, bool) or not isinstance(given, int):
            return rejected(f"is {kind_of(given)}, not a whole number, and is ignored", self._fix)
        return self._bounded(given)

    def _bounded(self, value: int) -> Reading[int]:
        if value < self.minimum:
            return rejected(f"is below {self.minimum} and is ignored", self._fix)
        if value > self.maximum:
            return rejected(f"is above {self.maximum} and is ignored", self._fix)
        return Reading(value)

    @property
    def _range(self) -> str:
        return f">= {self.minimum}" if self.maximum == LARGEST else f"{self.minimum}..{self.maximum}"

    @property
    def _fix(self) -> str:
        if self.maximum == LARGEST:
            return f"give a whole number of {self.minimum} or more"
        return f"give a whole number from {self.minimum} to {self.maximum}"


@dataclass(frozen=True, kw_only=True)
class DurationReader(PlainReader):
    """A duration, always seconds in Python and in files.

    Attributes:
        text_unit: The unit of the environment variable: the specification's own are whole milliseconds.
        positive: Whether 0 is refused (an interval has to pass).
        zero_is_no_limit: Whether 0 means "no limit", as the specification says of timeouts.
        doubt_below: Seconds below which a text in milliseconds was probably meant as seconds.
    """

    text_unit: str = "ms"
    positive: bool = False
    zero_is_no_limit: bool = False
    doubt_below: float = 0.0

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "duration > 0" if self.positive else "duration >= 0"

    def text(self, text: str) -> Reading[float]:
        """Read whole milliseconds, or seconds where otelkit's own variables have them."""
        if self.text_unit == "s":
            if _DECIMAL.fullmatch(text) is None:
                return rejected("is not a number of seconds and is ignored", self._fix_for_text(text))
            return self._bounded(float(text), self._fix_for_text(text))
        if _INTEGER.fullmatch(text) is None:
            return rejected("is not a whole number of milliseconds and is ignored", self._fix_for_text(text))
        reading = self._bounded(int(text) / 1_000, self._fix_for_text(text))
        if isinstance(reading.value, float) and 0 < reading.value < self.doubt_below:
            message = f"is {text} milliseconds, as the specification defines this variable, and is used as such"
            doubt = Complaint(message=message, fix=f"write {int(text) * 1_000} if you meant {text} seconds")
            return Reading(reading.value, (doubt,))
        return reading

    def native(self, given: object) -> Reading[float]:
        """Read a number of seconds."""
        fix = f"give a number of seconds{' above 0' if self.positive else ''}"
        if isinstance(given, bool) or not isinstance(given, int | float):
            return rejected(f"is {kind_of(given)}, not a number of seconds, and is ignored", fix)
        if isinstance(given, int) and abs(given) > LARGEST:
            return rejected("is longer than 24 days and is ignored", fix)
        return self._bounded(float(given), fix)

    def show(self, value: object) -> str:
        """Write seconds."""
        if value == LONGEST:
            return "no limit"
        return f"{value:g} s" if isinstance(value, float) else str(value)

    def _bounded(self, seconds: float, fix: str) -> Reading[float]:
        if not math.isfinite(seconds):
            return rejected("is not a finite number and is ignored", fix)
        if seconds < 0:
            return rejected("is negative and is ignored", fix)
        if seconds > LONGEST:
            return rejected("is longer than 24 days and is ignored", fix)
        if seconds == 0 and self.positive:
            return rejected("is 0, which would never wait, and is ignored", fix)
        if seconds == 0 and self.zero_is_no_limit:
            return Reading(LONGEST)
        return Reading(seconds)

    def _fix_for_text(self, text: str) -> str:
        unit = "seconds" if self.text_unit == "s" else "milliseconds"
        with_unit = _WITH_UNIT.fullmatch(text.strip().lower())
        if with_unit is not None:
            milliseconds = float(with_unit[1]) * _MILLISECONDS[with_unit[2]]
            number = milliseconds / 1_000 if self.text_unit == "s" else round(milliseconds)
            return (
                f"write the {unit} without a unit: {number:g}" if number < LARGEST else f"write {unit}, below 24 days"
            )
        whole = "" if self.text_unit == "s" else "whole "
        return f"give a {whole}number of {unit}{' above 0' if self.positive else ' of 0 or more'}"
