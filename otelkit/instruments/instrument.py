"""The four declared instruments: what they are declared as, and the way from attribute values to a bound series.

They are made by the functions in declaring (`counter`, `gauge`, ...), which register them too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from otelkit.instruments.bound import CounterCell, GaugeCell, HistogramCell, UpDownCounterCell
from otelkit.instruments.levels import LastValue, RunningSum
from otelkit.instruments.sdk_cells import sdk_cells
from otelkit.instruments.series import Series
from otelkit.instruments.zeros import starting_series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.instruments.attribute_text import AttributeInput
    from otelkit.instruments.declaration import Declaration
    from otelkit.instruments.pack import Instruments

CellT = TypeVar("CellT")


class Instrument(ABC, Generic[CellT]):
    """What the four kinds share: the declaration, the place where it was made, and `of`.

    Args:
        declaration: what the instrument is.
        module: the module in which it was declared.
        line: the line there.
    """

    def __init__(self, declaration: Declaration, *, module: str, line: int) -> None:
        self.declaration = declaration
        self.module = module
        self.declared_at = f"{module}:{line}"
        self.pack: type[Instruments] | None = None
        self.member: str | None = None
        self._series: Series[CellT] = Series(
            declaration.attributes, instrument=declaration.name, make=self._make, publish=self._publish
        )

    @property
    def name(self) -> str:
        """The OpenTelemetry name."""
        return self.declaration.name

    def of(self, *values: AttributeInput) -> CellT:
        """Return the series of these attribute values, bound: keep it where the values are known beforehand.

        Args:
            values: one for each attribute, in declared order. A value beyond the attribute's bound becomes ``other``.

        Raises:
            ValueError: in strict mode, when there are more or fewer values than attributes, or one is missing.
        """
        return self._series.of(values)

    def start_zeros(self) -> None:
        """Start every foreseen series at zero, where the declaration says ``from_zero``; making a pack does it."""

    def __set_name__(self, owner: type, name: str) -> None:
        from otelkit.instruments.pack import Instruments

        if not issubclass(owner, Instruments):
            self.start_zeros()
        # Redeclared by a reloaded module it belongs to the new class; taken up by another pack it stays where it was.
        elif self.pack is None or _place(self.pack) == _place(owner):
            self.pack = owner
            self.member = name

    def __repr__(self) -> str:
        return f"<{self.declaration.kind} {self.name} declared at {self.declared_at}>"

    @abstractmethod
    def _make(self, attributes: dict[str, str]) -> CellT:
        """Make the cell of a series."""

    def _publish(self, cell: CellT) -> None:
        """Have the backend know the cell, where it does not learn of it by the first measurement."""


def _place(pack: type) -> tuple[str, str]:
    return pack.__module__, pack.__qualname__


class Counter(Instrument[CounterCell]):
    """Counts what only grows: orders, errors, bytes sent. Declared by `otelkit.counter`.

    Example:
        >>> from otelkit.instruments import Attribute, counter
        >>> refunds = counter("docs.refund.count", unit="{refund}", description="Refunds paid.",
        ...                   attributes=(Attribute("reason", limit=20),))
        >>> refunds.of("damaged").add()
        >>> refunds.add(2, {"reason": "late"})

    """

    def add(self, amount: float = 1, attributes: Mapping[str, AttributeInput] | None = None) -> None:
        """Count ``amount`` more in the series of ``attributes``.

        Args:
            amount: how many; not negative.
            attributes: values by attribute name; all that are declared, and no other.

        Raises:
            ValueError: in strict mode, when either is not what was declared.
        """
        self._series.of_mapping(attributes).add(amount)

    def start_at_zero(self, *values: AttributeInput) -> None:
        """Have the series of these values exist with zero, from now on and on every fresh backend.

        For series whose first event matters and whose values become known only at run time.

        Args:
            values: one for each attribute, in declared order.

        Raises:
            ValueError: in strict mode, as `of`.
        """
        starting_series.add(self.of(*values).cell)

    def start_zeros(self) -> None:
        """Start every foreseen series at zero, where the declaration says ``from_zero``."""
        if self.declaration.from_zero:
            for values in self.declaration.zeros():
                self.start_at_zero(*values)

    def _make(self, attributes: dict[str, str]) -> CounterCell:
        return CounterCell(sdk_cells.cell(self.declaration, attributes), attributes, name=self.name)


class UpDownCounter(Instrument[UpDownCounterCell]):
    """Counts what comes and goes: open connections, tasks in a queue. Declared by `otelkit.up_down_counter`.

    Example:
        >>> from otelkit.instruments import up_down_counter
        >>> seats = up_down_counter("docs.seat.taken", unit="{seat}", description="Seats that are taken.")
        >>> seats.add()
        >>> seats.add(-1)

    """

    def add(self, amount: float = 1, attributes: Mapping[str, AttributeInput] | None = None) -> None:
        """Count ``amount`` more, or less where it is negative, in the series of ``attributes``.

        Args:
            amount: how many.
            attributes: values by attribute name; all that are declared, and no other.

        Raises:
            ValueError: in strict mode, when either is not what was declared.
        """
        self._series.of_mapping(attributes).add(amount)

    def start_at_zero(self, *values: AttributeInput) -> None:
        """Have the series of these values exist with zero, from now on and on every fresh backend.

        Args:
            values: one for each attribute, in declared order.

        Raises:
            ValueError: in strict mode, as `of`.
        """
        starting_series.add(self.of(*values).level.write)

    def start_zeros(self) -> None:
        """Start every foreseen series at zero, where the declaration says ``from_zero``."""
        if self.declaration.from_zero:
            for values in self.declaration.zeros():
                self.start_at_zero(*values)

    def _make(self, attributes: dict[str, str]) -> UpDownCounterCell:
        return UpDownCounterCell(RunningSum(), attributes, name=self.name)

    def _publish(self, cell: UpDownCounterCell) -> None:
        sdk_cells.show(self.declaration, cell.attributes, cell.level)


class Gauge(Instrument[GaugeCell]):
    """Shows what stands at a value: a queue's size, a temperature, a score. Declared by `otelkit.gauge`.

    Example:
        >>> from otelkit.instruments import gauge
        >>> balance = gauge("docs.account.balance", unit="{euro}", description="What is in the account.")
        >>> balance.set(12.5)

    """

    def set(self, value: float, attributes: Mapping[str, AttributeInput] | None = None) -> None:
        """Have the series of ``attributes`` stand at ``value`` from now on.

        Args:
            value: in the instrument's unit; booleans are 0 and 1.
            attributes: values by attribute name; all that are declared, and no other.

        Raises:
            ValueError: in strict mode, when either is not what was declared.
        """
        self._series.of_mapping(attributes).set(value)

    def _make(self, attributes: dict[str, str]) -> GaugeCell:
        return GaugeCell(LastValue(), attributes, name=self.name)

    def _publish(self, cell: GaugeCell) -> None:
        sdk_cells.show(self.declaration, cell.attributes, cell.level)


class Histogram(Instrument[HistogramCell]):
    """Measures what varies: durations, sizes, scores. Declared by `otelkit.histogram`.

    Example:
        >>> from otelkit.instruments import histogram
        >>> wait = histogram("docs.wait.duration", unit="s", description="Time spent waiting.")
        >>> wait.record(0.25)

    """

    def record(self, value: float, attributes: Mapping[str, AttributeInput] | None = None) -> None:
        """Record one measured value in the series of ``attributes``.

        Args:
            value: in the instrument's unit; not negative.
            attributes: values by attribute name; all that are declared, and no other.

        Raises:
            ValueError: in strict mode, when either is not what was declared.
        """
        self._series.of_mapping(attributes).record(value)

    def _make(self, attributes: dict[str, str]) -> HistogramCell:
        return HistogramCell(sdk_cells.cell(self.declaration, attributes), attributes, name=self.name)


AnyInstrument: TypeAlias = Counter | UpDownCounter | Gauge | Histogram
"""Any declared instrument."""
