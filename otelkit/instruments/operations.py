"""The pack of operations: duration and number in flight of everything that is observed, bound once per operation.

What an operation is, and when it begins and ends, is decided in `otelkit.observing`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from otelkit.instruments.admission import OTHER, Admission, Tickets
from otelkit.instruments.attribute import Attribute
from otelkit.instruments.attribute_text import shown
from otelkit.instruments.bound import HistogramCell
from otelkit.instruments.buckets import DURATION_BUCKETS, check_buckets
from otelkit.instruments.declaration import MOST_SERIES, SCOPE, Declaration
from otelkit.instruments.declaring import histogram, up_down_counter
from otelkit.instruments.levels import InFlight
from otelkit.instruments.pack import Instruments
from otelkit.instruments.sdk_cells import sdk_cells
from otelkit.instruments.series import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

Outcome: TypeAlias = Literal["ok", "error", "cancelled"]
"""How an operation ended; cancellation is nobody's error."""

_OPERATION = Attribute("operation", limit=500)
_ENDING = (
    Attribute("outcome", values=("ok", "error", "cancelled")),
    Attribute("error.type", limit=100, optional=True),
)


class OperationMetrics(Instruments):
    """How long operations take, how they end, and how many are under way.

    Recorded by `otelkit.observe` and its family; read here by whoever draws them.

    Example:
        >>> OperationMetrics.duration.declaration.unit
        's'

    """

    duration = histogram(
        "otelkit.operation.duration",
        unit="s",
        description="Duration of operations, by outcome.",
        attributes=(_OPERATION, *_ENDING),
        buckets=DURATION_BUCKETS,
    )
    active = up_down_counter(
        "otelkit.operation.active",
        unit="{operation}",
        description="Operations that have begun and not ended.",
        attributes=(_OPERATION,),
    )


class BoundOperation:
    """The instruments of one operation, with its name, labels and buckets bound. Made by `bind_operation`.

    Args:
        name: the operation's name, as it is recorded.
        declaration: of its duration: the pack's, with this operation's labels, buckets and scope.
        labels: the attributes that this operation adds.
        in_flight: how many are under way, whatever their labels.
        budget: places for series, shared by the operations of one scope.
    """

    __slots__ = ("_in_flight", "_series", "declaration", "labels", "name")

    def __init__(
        self,
        name: str,
        *,
        declaration: Declaration,
        labels: tuple[Attribute, ...],
        in_flight: InFlight,
        budget: Tickets,
    ) -> None:
        self.name = name
        self.declaration = declaration
        self.labels = labels
        self._in_flight = in_flight
        self._series = Series((*_ENDING, *labels), instrument=declaration.name, make=self._make, budget=budget)

    def started(self) -> None:
        """Count one more under way."""
        self._in_flight.begin()

    def ended(
        self, duration_s: float, outcome: Outcome, error_type: str | None = None, label_values: tuple[object, ...] = ()
    ) -> None:
        """Count one less under way, and record how long it took and how it ended.

        Called while the operation's span is the current one, the duration gets it as its exemplar.

        Args:
            duration_s: seconds from beginning to end.
            outcome: ``ok``, ``error`` or ``cancelled``.
            error_type: the exception's class name; None without one.
            label_values: a value for each label, in declared order. A value beyond the label's bound becomes ``other``.

        Raises:
            ValueError: in strict mode, when the labels do not fit the declaration.
        """
        self._in_flight.end()
        self._series.of((outcome, error_type, *label_values)).record(duration_s)

    def _make(self, attributes: dict[str, str]) -> HistogramCell:
        named = {_OPERATION.name: self.name, **attributes}
        return HistogramCell(sdk_cells.cell(self.declaration, named), named, name=self.declaration.name)


def bind_operation(
    name: str, *, labels: Sequence[Attribute] = (), buckets: Sequence[float] | None = None
) -> BoundOperation:
    """Return the instruments of an operation; asked again in the same words it is the same object.

    Args:
        name: the operation's name: a few hundred distinct ones at most. Beyond that it is recorded as ``other``.
        labels: attributes of its duration beside operation, outcome and error.type.
        buckets: upper boundaries of its duration in seconds; None for those it was bound with before, or the default.

    Raises:
        ValueError: when the name is no name, a label is one of the operation's own attributes or bound differently
            before, or the buckets are not increasing.

    Example:
        >>> from otelkit.instruments.operations import bind_operation
        >>> review = bind_operation("docs.review", buckets=(0.1, 0.25, 1.0))
        >>> review.started()
        >>> review.ended(0.2, "ok")

    """
    if not _is_name(name):
        raise ValueError(f"an operation's name is text such as 'shop.checkout', not {shown(name)}.")
    return _operations.bind(name, tuple(labels), None if buckets is None else check_buckets(buckets))


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name)


class _Operation:
    """One operation name: what all that is bound to it has in common."""

    def __init__(self, name: str, buckets: tuple[float, ...] | None, shared_budget: Tickets) -> None:
        self.name = name
        self.buckets = buckets
        self.labels: tuple[Attribute, ...] = ()
        self.in_flight = InFlight()
        own_scope = buckets not in {None, DURATION_BUCKETS}
        # The SDK knows one set of buckets for an instrument in a scope, so an operation with its own has its own scope.
        self._scope = f"{SCOPE}.operation.{name}" if own_scope else SCOPE
        self._budget = Tickets(MOST_SERIES) if own_scope else shared_budget
        self._bound: dict[tuple[Attribute, ...], BoundOperation] = {}

    def bind(self, labels: tuple[Attribute, ...]) -> BoundOperation:
        bound = self._bound.get(labels)
        if bound is None:
            self._check_labels(labels)
            declaration = replace(
                OperationMetrics.duration.declaration,
                attributes=(_OPERATION, *_ENDING, *labels),
                buckets=self.buckets or DURATION_BUCKETS,
                scope=self._scope,
            )
            made = BoundOperation(
                self.name, declaration=declaration, labels=labels, in_flight=self.in_flight, budget=self._budget
            )
            bound = self._bound.setdefault(labels, made)
            self.labels = labels or self.labels
        return bound

    def check_buckets(self, buckets: tuple[float, ...]) -> None:
        bound = self.buckets or DURATION_BUCKETS
        if buckets != bound:
            raise ValueError(
                f"operation {self.name!r} is bound with buckets {bound} elsewhere, and here with {buckets}. "
                "Give both the same, or rename one."
            )

    def _check_labels(self, labels: tuple[Attribute, ...]) -> None:
        for label in labels:
            if label.name in {attribute.name for attribute in (_OPERATION, *_ENDING)}:
                raise ValueError(f"operation {self.name!r}: every operation has {label.name!r} already. Rename it.")
        if self.labels and labels and self.name != OTHER:
            raise ValueError(
                f"operation {self.name!r} is bound with labels {self.labels} elsewhere, and here with {labels}. "
                "Give both the same, or rename one."
            )


class _Operations:
    """The operations of this process by name; beyond the limit of names there is one that is called ``other``."""

    def __init__(self) -> None:
        self._known: dict[str, _Operation] = {}
        self._names = Admission(_OPERATION, instrument=OperationMetrics.duration.name)
        self._budget = Tickets(MOST_SERIES)

    def bind(self, name: str, labels: tuple[Attribute, ...], buckets: tuple[float, ...] | None) -> BoundOperation:
        known = self._known.get(name)
        if known is None:
            admitted = self._names.admit(name) or OTHER
            if admitted == OTHER:
                buckets = None
            made = _Operation(admitted, buckets, self._budget)
            # setdefault is atomic: of two threads that race here, one is kept and shown.
            known = self._known.setdefault(admitted, made)
            if known is made:
                sdk_cells.show(OperationMetrics.active.declaration, {_OPERATION.name: admitted}, known.in_flight)
        if buckets is not None:
            known.check_buckets(buckets)
        return known.bind(labels)


_operations = _Operations()
