"""The series of one instrument: from attribute values to the cell that is bound to them, in one dict lookup.

What a cell does is its instrument's business; what a value may be is admission's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeGuard, TypeVar

from otelkit.instruments.admission import OTHER, Admission, Tickets, report_overflow
from otelkit.instruments.declaration import MOST_SERIES
from otelkit.instruments.refusal import refuse
from otelkit.runtime.internal_errors import record_internal_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otelkit.instruments.attribute import Attribute

CellT = TypeVar("CellT")


class Series(Generic[CellT]):
    """All series of an instrument, or of one operation.

    Args:
        attributes: the declared attributes, in order.
        instrument: the name, for messages.
        make: makes the cell of a series; called again, and its result dropped, when two threads race.
        publish: called once for the cell that stays.
        budget: places for series, shared by all that write to one instrument.
    """

    __slots__ = ("_admissions", "_budget", "_instrument", "_make", "_names", "_publish", "cells")

    def __init__(
        self,
        attributes: Sequence[Attribute],
        *,
        instrument: str,
        make: Callable[[dict[str, str]], CellT],
        publish: Callable[[CellT], None] | None = None,
        budget: Tickets | None = None,
    ) -> None:
        self._instrument = instrument
        self._make = make
        self._publish = publish
        self._budget = Tickets(MOST_SERIES) if budget is None else budget
        self._names = tuple(attribute.name for attribute in attributes)
        self._admissions = tuple(Admission(attribute, instrument=instrument) for attribute in attributes)
        self.cells: dict[tuple[object, ...], CellT] = {}

    def of(self, values: tuple[object, ...]) -> CellT:
        """Return the cell of attribute values in declared order: found, or bound now.

        Raises:
            ValueError: in strict mode, when the values are not what was declared.
        """
        try:
            cell = self.cells.get(values)
        except Exception:  # noqa: BLE001 - hash and comparison are the values' own code
            cell = None
        return self._bind(values) if cell is None else cell

    def of_mapping(self, attributes: Mapping[str, object] | None) -> CellT:
        """Return the cell of attribute values by name.

        Raises:
            ValueError: in strict mode, when the mapping does not fit the declaration.
        """
        if attributes is None:
            attributes = {}
        try:
            values: tuple[object, ...] | None = tuple([attributes[name] for name in self._names])
            fits = len(attributes) == len(self._names)
        except Exception:  # noqa: BLE001 - a name is missing, or what was given is no mapping: sorted out below
            values, fits = None, False
        return self.of(values) if fits and values is not None else self._of_unusual(attributes)

    def _of_unusual(self, attributes: object) -> CellT:
        given: dict[object, object] | None = None
        values: tuple[object, ...] = (None,) * len(self._names)
        try:
            if _is_mapping(attributes):
                given = dict(attributes)
                values = tuple([given.pop(name, None) for name in self._names])
        except Exception as error:  # noqa: BLE001 - a mapping may be the caller's own code
            record_internal_error("instruments.series", error)
        if given is None:
            refuse(f"{self._instrument}: attributes are a mapping from name to value", got=attributes)
        elif given:
            refuse(f"{self._instrument} has {self._described()}; no other can be given", got=given)
        return self.of(values)

    def _bind(self, values: tuple[object, ...]) -> CellT:
        if len(values) != len(self._names):
            refuse(f"{self._instrument} has {self._described()}; give that many values, in this order", got=values)
            values = (*values, *(OTHER,) * len(self._names))[: len(self._names)]
        texts = tuple([admission.admit(value) for admission, value in zip(self._admissions, values, strict=True)])
        cell = self.cells.get(texts)
        return self._new(texts) if cell is None else cell

    def _new(self, texts: tuple[str | None, ...]) -> CellT:
        place = self._budget.take()
        if place is not None:
            return self._keep(texts, place)
        texts = self._folded(texts)
        cell = self.cells.get(texts)
        return self._keep(texts, None) if cell is None else cell

    def _keep(self, texts: tuple[str | None, ...], place: int | None) -> CellT:
        made = self._make({name: text for name, text in zip(self._names, texts, strict=True) if text is not None})
        # setdefault is atomic: of two threads that race here, both get the same cell.
        cell = self.cells.setdefault(texts, made)
        if cell is made:
            if self._publish is not None:
                self._publish(cell)
        elif place is not None:
            self._budget.give_back(place)
        return cell

    def _folded(self, texts: tuple[str | None, ...]) -> tuple[str | None, ...]:
        limited = [
            (admission.attribute.limit, admission.attribute, text)
            for admission, text in zip(self._admissions, texts, strict=True)
            if text is not None and admission.attribute.limit is not None
        ]
        if limited:
            _, widest, example = max(limited, key=lambda entry: entry[0])
            report_overflow(self._instrument, widest, example, series=MOST_SERIES)
        return tuple(
            OTHER if text is not None and admission.attribute.limit is not None else text
            for admission, text in zip(self._admissions, texts, strict=True)
        )

    def _described(self) -> str:
        return f"the attributes {', '.join(self._names)}" if self._names else "no attributes"


def _is_mapping(given: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(given, Mapping)
