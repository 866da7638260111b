"""What `of()` returns: one series of an instrument, ready to be recorded to.

The common amounts, plain finite numbers, are checked here with two comparisons; the rest is in amounts.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from otelkit.instruments.amounts import LARGEST_EXACT, PLAIN_NUMBERS, checked_amount
from otelkit.runtime.internal_errors import record_internal_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.instruments.cells import Cell
    from otelkit.instruments.levels import LastValue, RunningSum

_WHERE = "instruments.bound"


class CounterCell:
    """One series of a counter.

    Example:
        >>> from otelkit.instruments import Attribute, counter
        >>> orders = counter("docs.order.count", unit="{order}", description="Orders placed.",
        ...                  attributes=(Attribute("channel", values=("web", "phone")),))
        >>> by_phone = orders.of("phone")
        >>> by_phone.add()
        >>> by_phone.add(2)

    """

    __slots__ = ("_name", "attributes", "cell")

    attributes: Mapping[str, str]
    """The attributes that the series really has: with ``other`` where a value was beyond its bound."""

    cell: Cell
    """What is called with each measurement that is accepted."""

    def __init__(self, cell: Cell, attributes: Mapping[str, str], *, name: str) -> None:
        self.cell = cell
        self.attributes = MappingProxyType(attributes)
        self._name = name

    def add(self, amount: float = 1) -> None:
        """Count ``amount`` more.

        Args:
            amount: how many; not negative.

        Raises:
            ValueError: in strict mode, when ``amount`` is no number that can be counted.
        """
        kind = type(amount)
        # NaN fails the comparison, infinity is above the bound: both go the long way, and are refused there.
        if not (kind in PLAIN_NUMBERS and 0 <= amount <= LARGEST_EXACT):
            checked = checked_amount(amount, call=f"{self._name}: add()", negative=False)
            if checked is None:
                return
            amount = checked
        try:
            self.cell(amount)
        except Exception as error:  # noqa: BLE001 - a failing backend must not reach the application
            record_internal_error(_WHERE, error)


class HistogramCell:
    """One series of a histogram.

    Example:
        >>> from otelkit.instruments import histogram
        >>> delay = histogram("docs.delivery.duration", unit="s", description="Time from order to delivery.")
        >>> delay.of().record(0.25)

    """

    __slots__ = ("_name", "attributes", "cell")

    attributes: Mapping[str, str]
    """The attributes that the series really has: with ``other`` where a value was beyond its bound."""

    cell: Cell
    """What is called with each measurement that is accepted."""

    def __init__(self, cell: Cell, attributes: Mapping[str, str], *, name: str) -> None:
        self.cell = cell
        self.attributes = MappingProxyType(attributes)
        self._name = name

    def record(self, value: float) -> None:
        """Record one measured value. Inside a sampled span it may become an exemplar that leads to the trace.

        Args:
            value: in the instrument's unit; not negative.

        Raises:
            ValueError: in strict mode, when ``value`` is no number that a histogram takes.
        """
        kind = type(value)
        if not (kind in PLAIN_NUMBERS and 0 <= value <= LARGEST_EXACT):
            checked = checked_amount(value, call=f"{self._name}: record()", negative=False)
            if checked is None:
                return
            value = checked
        try:
            self.cell(value)
        except Exception as error:  # noqa: BLE001 - a failing backend must not reach the application
            record_internal_error(_WHERE, error)


class UpDownCounterCell:
    """One series of an up-down counter: a sum that stands across `init`, and is read when metrics are collected.

    Example:
        >>> from otelkit.instruments import up_down_counter
        >>> waiting = up_down_counter("docs.task.active", unit="{task}", description="Tasks begun and not ended.")
        >>> waiting.of().add(2)
        >>> waiting.of().add(-1)

    """

    __slots__ = ("_name", "_write", "attributes", "level")

    attributes: Mapping[str, str]
    """The attributes that the series really has: with ``other`` where a value was beyond its bound."""

    def __init__(self, level: RunningSum, attributes: Mapping[str, str], *, name: str) -> None:
        self.level = level
        self.attributes = MappingProxyType(attributes)
        self._write = level.write
        self._name = name

    def add(self, amount: float = 1) -> None:
        """Count ``amount`` more, or less where it is negative.

        Args:
            amount: how many.

        Raises:
            ValueError: in strict mode, when ``amount`` is no finite number.
        """
        kind = type(amount)
        if not (kind in PLAIN_NUMBERS and -LARGEST_EXACT <= amount <= LARGEST_EXACT):
            checked = checked_amount(amount, call=f"{self._name}: add()", negative=True)
            if checked is None:
                return
            amount = checked
        self._write(amount)


class GaugeCell:
    """One series of a gauge: a value that stands until it is set again, and is read when metrics are collected.

    Example:
        >>> from otelkit.instruments import gauge
        >>> size = gauge("docs.shelf.size", unit="{item}", description="Items on the shelf.")
        >>> size.of().set(12)

    """

    __slots__ = ("_name", "attributes", "level")

    attributes: Mapping[str, str]
    """The attributes that the series really has: with ``other`` where a value was beyond its bound."""

    def __init__(self, level: LastValue, attributes: Mapping[str, str], *, name: str) -> None:
        self.level = level
        self.attributes = MappingProxyType(attributes)
        self._name = name

    def set(self, value: float) -> None:
        """Have the series stand at ``value`` from now on.

        Args:
            value: in the instrument's unit; booleans are 0 and 1.

        Raises:
            ValueError: in strict mode, when ``value`` is no finite number.
        """
        kind = type(value)
        if not (kind in PLAIN_NUMBERS and -LARGEST_EXACT <= value <= LARGEST_EXACT):
            checked = checked_amount(value, call=f"{self._name}: set()", negative=True)
            if checked is None:
                return
            value = checked
        self.level.value = value
