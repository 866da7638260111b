"""One observed call: its span, its place in flight, its duration, outcome and error, all while its context is current.

What varies per operation is bound in the plan when a function is decorated; a call carries only what varies per call.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from opentelemetry.trace import INVALID_SPAN, Link, SpanKind, StatusCode, get_current_span

from otelkit.observing.current_context import (
    attach,
    call_id_of,
    get_current,
    inside,
    next_call_id,
    restore,
    without_span,
)
from otelkit.observing.outcomes import IGNORED_ALWAYS, Outcome, first_seen, outcome_of
from otelkit.observing.values import SpanValue, exportable, span_value
from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.exceptions import error_type, exception_message, log_exception_once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from otelkit.instruments import ErrorMetrics
    from otelkit.instruments.operations import BoundOperation
    from otelkit.observing.arguments import Argument

OUTCOME = "otelkit.outcome"
"""Span attribute of calls that were cancelled; other outcomes show in the span's status."""

CANCELLED_BY = "otelkit.cancelled.by"
"""Span attribute: the class name of what cancelled the call."""

JUDGED = "error_if"
"""The ``error.type`` of a call whose result ``error_if`` declared an error: there is no exception to name."""

_LONGEST_DESCRIPTION = 512

_NO_ARGUMENTS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """All of an operation that is known before its first call."""

    name: str
    _: KW_ONLY
    component: str
    """Module of the observed code: ``component`` of counted errors."""

    logger: str
    """Name of the logger that gets the exceptions: what the module's own ``__name__`` is."""

    tracer: Tracer | None
    """None where no span is wanted."""

    measured: BoundOperation | None
    """None where no metrics are wanted."""

    errors: ErrorMetrics | None
    kind: SpanKind = SpanKind.INTERNAL
    attributes: Mapping[str, SpanValue] = field(default_factory=dict[str, SpanValue])
    """Of every span."""

    captured: tuple[tuple[str, Argument], ...] = ()
    """Span attributes that are arguments."""

    labels: tuple[Argument, ...] = ()
    """Arguments that are metric attributes, in the order in which `measured` wants them."""

    ignored: tuple[type[BaseException], ...] = IGNORED_ALWAYS
    error_if: Callable[[object], object] | None = None
    new_trace: bool = False

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Call:
        """Start one call of this operation; see `Probe`."""
        return Call(self, args, kwargs)


class Call:
    """One observed call in progress. Fulfils `Run`: nothing here ever raises."""

    __slots__ = (
        "_began",
        "_context",
        "_id",
        "_labels",
        "_measured",
        "_noted",
        "_outer_id",
        "_plan",
        "_span",
        "_token",
        "_verdict",
    )

    def __init__(
        self,
        plan: Plan,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] = _NO_ARGUMENTS,
        *,
        attributes: Mapping[str, SpanValue] | None = None,
    ) -> None:
        self._plan = plan
        self._span: Span = INVALID_SPAN
        self._token: Token[Context] | None = None
        self._context: Context | None = None
        self._id: int | None = None
        self._outer_id: int | None = None
        self._labels: tuple[object, ...] = ()
        self._measured: BoundOperation | None = None
        self._verdict: str | None = None
        self._noted: int | None = None
        try:
            self._enter(plan, args, kwargs, attributes)
        except Exception as problem:  # noqa: BLE001 - telemetry never stops the call
            record_internal_error("observing.begin", problem)
        try:
            if plan.measured is not None:
                self._labels = tuple([label.find(args, kwargs) for label in plan.labels])
                plan.measured.started()
                self._measured = plan.measured
        except Exception as problem:  # noqa: BLE001 - telemetry never stops the call
            record_internal_error("observing.begin", problem)
        self._began = perf_counter()

    def set(self, name: str, value: object) -> None:
        """Set a span attribute."""
        try:
            recorded = span_value(value)
            if recorded is not None:
                self._span.set_attribute(exportable(name), recorded)
        except Exception as problem:  # noqa: BLE001 - a span may be anyone's
            record_internal_error("observing.set", problem)

    def fail(self, reason: str | BaseException) -> None:
        """Have the call end as an error although no exception leaves it; the first reason stands.

        Args:
            reason: becomes ``error.type``; of an exception, its class name, and the exception is logged.

        """
        if self._verdict is not None:
            return
        try:
            if isinstance(reason, BaseException):
                self._verdict = error_type(reason)
                self._noted = id(reason)  # if it is raised after all, it is still one error
                self._take_note(reason, self._verdict)
            else:
                self._verdict = exportable(str(reason))
                self._show_error(self._verdict, self._verdict)
                if self._plan.errors is not None:
                    self._plan.errors.record(self._verdict, component=self._plan.component)
        except Exception as problem:  # noqa: BLE001 - telemetry never changes the result
            record_internal_error("observing.fail", problem)

    def returned(self, result: object) -> None:
        """End the call with a result; see `Run`."""
        took = perf_counter() - self._began
        if self._plan.error_if is not None:
            try:
                if self._plan.error_if(result):
                    self.fail(JUDGED)
            except Exception as problem:  # noqa: BLE001 - the user's predicate; the result is already there
                record_internal_error(f"error_if of {self._plan.name}", problem)
        self._close(took, "ok" if self._verdict is None else "error", self._verdict)

    def raised(self, error: BaseException) -> None:
        """End the call with an exception; see `Run`."""
        took = perf_counter() - self._began
        outcome: Outcome = "error"
        kind = None
        try:
            outcome = outcome_of(error, self._plan.ignored)
            if outcome == "error":
                kind = error_type(error)
                if id(error) != self._noted:
                    self._take_note(error, kind)
            elif outcome == "cancelled":
                self._span.set_attributes({OUTCOME: "cancelled", CANCELLED_BY: error_type(error)})
        except Exception as problem:  # noqa: BLE001 - the application is leaving by its own exception already
            record_internal_error("observing.raised", problem)
        if outcome == "ok" and self._verdict is not None:
            outcome, kind = "error", self._verdict
        self._close(took, outcome, kind)

    def suspend(self) -> None:
        """Take the call's context away, keeping it as the generator leaves it; see `Run`."""
        if self._token is not None:
            self._context = get_current()
            restore(self._token)
            self._token = None

    def resume(self) -> None:
        """Put the call's context back; see `Run`."""
        if self._context is not None:
            self._token = attach(self._context)

    def _enter(
        self,
        plan: Plan,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        attributes: Mapping[str, SpanValue] | None,
    ) -> None:
        current = get_current()
        self._outer_id = call_id_of(current)
        self._id = call_id = next_call_id()
        span = None
        try:
            if plan.tracer is not None:
                if attributes is None:
                    attributes = _captured(plan, args, kwargs) if plan.captured else plan.attributes
                span = self._started_span(plan, plan.tracer, current, attributes)
        finally:
            self._token = attach(inside(current, call_id=call_id, span=span))

    def _started_span(
        self, plan: Plan, tracer: Tracer, current: Context, attributes: Mapping[str, SpanValue]
    ) -> Span | None:
        parent, links = current, None
        if plan.new_trace:
            caller = get_current_span(current).get_span_context()
            parent, links = without_span(current), [Link(caller)] if caller.is_valid else None
        span = tracer.start_span(plan.name, parent, plan.kind, attributes, links, None, False, False)  # noqa: FBT003 - start_time, record_exception, set_status_on_exception: positions cost less
        if not span.is_recording():
            own = span.get_span_context()
            if not own.is_valid or own == get_current_span(current).get_span_context():
                # No provider: whatever span is current (another library's, say) stays so, and can be written to.
                return None
        self._span = span
        return span

    def _take_note(self, error: BaseException, kind: str) -> None:
        """Count and log an exception, once however many observed calls it crosses, and put it on the span."""
        try:
            message = exception_message(error)
            self._show_error(kind, f"{kind}: {message}" if message else kind)
        except Exception as problem:  # noqa: BLE001 - each of the three is done, whatever becomes of the others
            record_internal_error("observing.error_on_span", problem)
        plan = self._plan
        try:
            if plan.errors is not None and first_seen(error, call_id=self._id, outer_id=self._outer_id):
                plan.errors.record(error, component=plan.component)
        except Exception as problem:  # noqa: BLE001 - as above
            record_internal_error("observing.count_error", problem)
        log_exception_once(
            error,
            logger_name=plan.logger,
            message=f"{plan.name} failed",
            fields={"otelkit.operation": plan.name},
        )

    def _show_error(self, kind: str, description: str) -> None:
        if self._span.is_recording():
            self._span.set_attribute("error.type", kind)
            self._span.set_status(StatusCode.ERROR, exportable(description, longest=_LONGEST_DESCRIPTION))

    def _close(self, took: float, outcome: Outcome, kind: str | None) -> None:
        """Record the duration while the span is current (its exemplar), end the span, and leave the context."""
        try:
            if self._measured is not None:
                self._measured.ended(took, outcome, kind, self._labels)
        except Exception as problem:  # noqa: BLE001 - each is done, whatever becomes of the others
            record_internal_error("observing.measure", problem)
        try:
            self._span.end()
        except Exception as problem:  # noqa: BLE001 - a span processor may be anyone's
            record_internal_error("observing.end", problem)
        finally:
            if self._token is not None:
                restore(self._token)
                self._token = None


def _captured(plan: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Mapping[str, SpanValue]:
    values = {name: span_value(argument.find(args, kwargs)) for name, argument in plan.captured}
    return {**plan.attributes, **{name: value for name, value in values.items() if value is not None}}
