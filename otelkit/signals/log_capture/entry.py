"""One captured log record as plain data: everything that OpenTelemetry, console and files write is taken from it.

Built at the moment of logging, in the thread and context that logged; it refers to none of the application's objects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from opentelemetry import context as otel_context
from opentelemetry import trace

from otelkit.signals.explore_links import with_trace_url
from otelkit.signals.log_capture.context_fields import context_fields
from otelkit.signals.log_capture.exceptions import (
    MAX_TEXT,
    error_type,
    exception_message,
    exception_text,
    fingerprint,
    logged_in,
    shortened,
)
from otelkit.signals.log_capture.handoff import COLLIDING, RESERVED, EventText, field_text
from otelkit.signals.log_capture.plain_values import encodable, field_name, plain, safe_text

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

    from opentelemetry.context import Context
    from opentelemetry.util.types import AnyValue

CAPTURED: Final = "_otelkit_captured"
"""Record attribute that says a record was captured, for records that travel on through queues and sockets."""

TRACE_ID: Final = "trace_id"
SPAN_ID: Final = "span_id"
"""Record attributes with the ids as hex text, for the application's own formatters; absent outside of a span."""

MAX_FIELDS: Final = 100
"""Fields kept of one record: the SDK keeps 128 attributes, Loki 128 with those of the resource."""

_SKIPPED: Final = RESERVED | {COLLIDING, CAPTURED, "color_message"}
"""Record attributes that are no fields; the last is uvicorn's message once more, with terminal colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFacts:
    """What is kept of an exception."""

    type: str
    message: str
    text: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One log record, complete and plain."""

    time_ns: int
    """Unix time in nanoseconds."""

    logger: str
    level: int
    """Standard library level number."""

    message: AnyValue
    """The event; text, or a mapping where the application logged one."""

    fields: Mapping[str, AnyValue]
    context: Context
    """The OpenTelemetry context in which it was logged."""

    trace_id: str
    span_id: str
    """Hex ids, empty outside of a span."""

    path: str
    line: int
    function: str
    exception: ExceptionFacts | None = None
    trailer: str = ""
    """Text that belongs under the message: stack_info, or a traceback that was rendered before."""

    stream: str | None = None
    """``"audit"`` for audit records."""

    @property
    def text(self) -> str:
        """The message as text."""
        return self.message if isinstance(self.message, str) else field_text(self.message)

    @property
    def details(self) -> str:
        """The traceback and what else stands under the message; empty for most records."""
        parts = [self.exception.text] if self.exception is not None else []
        if self.trailer:
            parts.append(self.trailer)
        return "\n".join(parts)


def entry_of(record: logging.LogRecord, *, handled: bool = False) -> LogEntry:
    """Return a stdlib record as an entry; never raises, whatever the application put into the record.

    Args:
        record: what a logger is about to hand to its handlers.
        handled: the record is seen by a handler, after the capture put trace ids on it.
    """
    own = record.__dict__
    error = record.exc_info[1] if record.exc_info else None
    facts = exception_facts(error) if error is not None else None
    context = otel_context.get_current()
    earlier = (
        logged_in(error)
        if error is not None and not trace.get_current_span(context).get_span_context().is_valid
        else None
    )
    if earlier is not None and facts is not None:
        # A web server logs what left the application once more, outside of the span: same trace, and one stack trace.
        context = trace.set_span_in_context(trace.NonRecordingSpan(earlier), context)
        facts = replace(
            facts, text=f"{facts.type}: {facts.message} (its stack trace is in an earlier record of the trace)"
        )
    trace_id, span_id = _ids(context)
    fields = _fields(own)
    if handled and TRACE_ID in own:
        trace_id, span_id = safe_text(fields.pop(TRACE_ID, "")), safe_text(fields.pop(SPAN_ID, ""))
    return LogEntry(
        time_ns=int(record.created * 1e9),
        logger=encodable(record.name),
        level=record.levelno,
        message=message_of(record),
        fields=with_trace_url(fields, record.levelno, trace_id),
        context=context,
        trace_id=trace_id,
        span_id=span_id,
        path=record.pathname,
        line=record.lineno,
        function=record.funcName or "",
        exception=facts,
        trailer=_trailer(record),
    )


def entry_at(
    *,
    time_ns: int,
    logger: str,
    level: int,
    message: str,
    fields: Mapping[str, object],
    place: tuple[str, int, str],
    error: BaseException | None = None,
    stream: str | None = None,
) -> LogEntry:
    """Return an entry for something that did not come as a stdlib record: loguru, audit.

    Args:
        time_ns: Unix time in nanoseconds.
        logger: name of the logger.
        level: stdlib level number.
        message: the event.
        fields: facts of any type; what is bound to the context is added.
        place: file, line and function that logged.
        error: exception that goes with it.
        stream: ``"audit"`` for audit records.
    """
    context = otel_context.get_current()
    trace_id, span_id = _ids(context)
    path, line, function = place
    return LogEntry(
        time_ns=time_ns,
        logger=encodable(logger),
        level=level,
        message=encodable(shortened(message, MAX_TEXT)),
        fields=with_trace_url(
            _limited({**context_fields(), **{field_name(name): plain(value) for name, value in fields.items()}}),
            level,
            trace_id,
        ),
        context=context,
        trace_id=trace_id,
        span_id=span_id,
        path=path,
        line=line,
        function=function,
        exception=exception_facts(error) if error is not None else None,
        stream=stream,
    )


def exception_facts(error: BaseException) -> ExceptionFacts:
    """Return what is kept of an exception."""
    return ExceptionFacts(
        type=encodable(error_type(error)),
        message=encodable(exception_message(error)),
        text=encodable(exception_text(error)),
        fingerprint=fingerprint(error),
    )


def message_of(record: logging.LogRecord) -> AnyValue:
    """Return the record's message without its fields; a mapping that was logged as the message stays one."""
    message: object = record.msg
    if isinstance(message, EventText):
        return encodable(shortened(message.event, MAX_TEXT))
    if not record.args and not isinstance(message, str):
        value = plain(message)
        return value if isinstance(value, dict) else safe_text(message)
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit the format string must not lose the record
        text = f"{safe_text(message)} {safe_text(record.args)}"
    return encodable(shortened(text, MAX_TEXT))


def _ids(context: Context) -> tuple[str, str]:
    span = trace.get_current_span(context).get_span_context()
    if not span.is_valid:
        return "", ""
    return trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id)


def _fields(own: Mapping[str, object]) -> dict[str, AnyValue]:
    # otelkit's own writers have put the context's fields among those of the record already.
    fields = {} if isinstance(own.get("msg"), EventText) else context_fields()
    for name, value in own.items():
        if name not in _SKIPPED:
            fields[field_name(name)] = plain(value)
    aside = own.get(COLLIDING)
    if isinstance(aside, dict):
        fields.update(cast("dict[str, AnyValue]", aside))
    return _limited(fields)


def _limited(fields: dict[str, AnyValue]) -> dict[str, AnyValue]:
    if len(fields) <= MAX_FIELDS:
        return fields
    kept = dict(list(fields.items())[:MAX_FIELDS])
    kept["otelkit.log.fields_left_out"] = len(fields) - MAX_FIELDS
    return kept


def _trailer(record: logging.LogRecord) -> str:
    parts: list[str] = []
    if record.exc_text and not (record.exc_info and record.exc_info[1] is not None):
        parts.append(safe_text(record.exc_text))
    if record.stack_info:
        parts.append(safe_text(record.stack_info))
    return "\n".join(parts)
