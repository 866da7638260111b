"""Reader of a sampler's argument: a number where it is one, any text for samplers of other packages.

Whether the sampler takes it is judged in `parameters/traces.py`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from otelkit.settings.reading.numbers import PlainReader
from otelkit.settings.reading.reading import Reading, kind_of, rejected

_NUMBER = re.compile(r"[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class SamplerArgumentReader(PlainReader):
    """A number, or a text that is none."""

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "number or string"

    def text(self, text: str) -> Reading[float | str]:
        """Read a number if it is one."""
        number = float(text) if _NUMBER.fullmatch(text) else math.inf
        return Reading(number if math.isfinite(number) else text)

    def native(self, given: object) -> Reading[float | str]:
        """Read a number or a string."""
        if isinstance(given, str):
            return self.text(given)
        number = _as_float(given)
        if number is None:
            return rejected(f"is {kind_of(given)}, not a usable number, and is ignored", "give a number such as 0.25")
        return Reading(number)


def _as_float(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        number = float(given)
    except OverflowError:  # an int beyond what a float can hold
        return None
    return number if math.isfinite(number) else None
