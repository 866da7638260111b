"""Which values of an attribute are let through, and what is said once when one is not.

The bound itself is declared (`Attribute`); what a value looks like as text is decided in attribute_text.
"""

from __future__ import annotations

import logging
from time import sleep

from otelkit.instruments.attribute import LONGEST_VALUE, Attribute
from otelkit.instruments.attribute_text import attribute_text, shown
from otelkit.instruments.refusal import refuse
from otelkit.runtime.internal_errors import record_internal_error

OTHER = "other"
"""What a value beyond the bound is recorded as."""

OVERFLOW_COUNT = "otelkit.telemetry.cardinality.overflow.count"

_PATIENCE = 50
"""Attempts at a place that another thread holds for a moment."""

_logger = logging.getLogger("otelkit")
_said: dict[tuple[str, str], object] = {}


class Tickets:
    """A fixed number of places, handed out exactly once each, without a lock."""

    __slots__ = ("_left",)

    def __init__(self, number: int) -> None:
        self._left = list(range(number))

    def take(self) -> int | None:
        """Return a place, or None when all are taken."""
        try:
            return self._left.pop()
        except IndexError:
            return None

    def give_back(self, place: int) -> None:
        """Return a place that was not needed after all."""
        self._left.append(place)


class Admission:
    """The bound of one attribute of one instrument, at work.

    Memory is bounded: a value that is not admitted is not remembered.
    """

    __slots__ = ("_admitted", "_most", "_tickets", "attribute", "instrument")

    def __init__(self, attribute: Attribute, *, instrument: str) -> None:
        self.attribute = attribute
        self.instrument = instrument
        foreseen = attribute.foreseen
        self._most = len(foreseen) if attribute.limit is None else attribute.limit
        self._admitted: dict[str, int] = dict.fromkeys(foreseen, -1)
        self._tickets = Tickets(0 if attribute.limit is None else attribute.limit - len(foreseen))

    def admit(self, value: object) -> str | None:
        """Return the text that is recorded for ``value``: its own, ``other``, or None for absent.

        Raises:
            ValueError: in strict mode, when the value is missing or has no text; nothing else, whatever it is.
        """
        if value is None:
            return self._admit_nothing()
        try:
            text = attribute_text(value)
        except Exception:  # noqa: BLE001 - looking at the value may run its own code; it is refused below
            text = None
        if text is None:
            refuse(
                f"{self.instrument}: a value of {self.attribute.name!r} is text, a whole number, a boolean or an Enum; "
                "anything else has no stable text. Convert it before recording",
                got=value,
            )
            return OTHER
        if text == "" and self.attribute.optional:
            return None  # Prometheus cannot tell an empty label from an absent one
        if text in self._admitted or self._make_room(text):
            return text
        report_overflow(self.instrument, self.attribute, text)
        return OTHER

    def _admit_nothing(self) -> str | None:
        if self.attribute.optional:
            return None
        refuse(
            f"{self.instrument}: the attribute {self.attribute.name!r} is missing. "
            f"Give a value, or declare Attribute({self.attribute.name!r}, ..., optional=True)."
        )
        return OTHER

    def _make_room(self, text: str) -> bool:
        if len(text) > LONGEST_VALUE:
            return False
        for _ in range(_PATIENCE):
            place = self._tickets.take()
            if place is not None:
                # setdefault is atomic: of two threads with one value, one keeps its place, the other returns its own.
                if self._admitted.setdefault(text, place) != place:
                    self._tickets.give_back(place)
                return True
            if text in self._admitted:
                return True
            if len(self._admitted) >= self._most:
                return False
            # The last place is in the hands of another thread, which is about to use it, perhaps for this very value,
            # or to return it. It may also be gone with a thread that a fork left behind: so not for ever.
            sleep(0)
        return False


def report_overflow(instrument: str, attribute: Attribute, example: str, *, series: int | None = None) -> None:
    """Count a value that became ``other``, and say so once for each instrument and attribute.

    Args:
        instrument: the name of the instrument.
        attribute: the attribute that was given a value beyond its bound.
        example: that value.
        series: how many series the instrument may have, where that bound was the one.
    """
    if instrument == OVERFLOW_COUNT:
        return
    from otelkit.instruments.telemetry import TelemetryMetrics  # it is made of instruments itself

    TelemetryMetrics.cardinality_overflows.add(1, {"instrument": instrument, "attribute": attribute.name})
    mine = object()
    if _said.setdefault((instrument, attribute.name), mine) is not mine:
        return
    try:
        _logger.warning("%s", _overflow_message(instrument, attribute, example, series))
    except Exception as error:  # noqa: BLE001 - a user's logging handler may raise; recording must go on
        record_internal_error("instruments.admission", error)


def _overflow_message(instrument: str, attribute: Attribute, example: str, series: int | None) -> str:
    given = f"{instrument}: the attribute {attribute.name!r}"
    value = shown(example)
    if series is not None:
        return (
            f"{given}: the instrument has had its {series} series; with {value} and every further new combination, "
            "attributes with a limit are recorded as 'other'. Record something with fewer variants."
        )
    if len(example) > LONGEST_VALUE:
        return (
            f"{given} was given {len(example)} characters ({value}), which is no label; it is recorded as 'other'. "
            f"Record a short name instead (at most {LONGEST_VALUE} characters)."
        )
    if attribute.values is not None:
        return (
            f"{given} takes one of {', '.join(attribute.values)}; {value} is recorded as 'other'. "
            "Add it to values= in the declaration, or map it before recording."
        )
    return (
        f"{given} has had its {attribute.limit} distinct values; {value} and every further new one are recorded as "
        "'other'. Record something with fewer variants, or raise limit= in the declaration."
    )
