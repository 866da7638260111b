"""A captured entry as an OpenTelemetry log record.

Which provider takes it, and whether any does, is decided behind the proxies; nothing is sent from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry._logs import LogRecord

from otelkit.signals.log_capture.severity import severity_of
from otelkit.signals.proxies import logger as logger_proxy

if TYPE_CHECKING:
    from opentelemetry.util.types import AnyValue

    from otelkit.signals.log_capture.entry import LogEntry


def emit(entry: LogEntry) -> None:
    """Emit the entry to the OpenTelemetry logger of its name.

    The exception's text stands under the message in the body, whole: as an attribute it would be refused by Loki beyond
    64 kB, and the record with it.
    """
    severity, severity_text = severity_of(entry.level)
    details = entry.details
    audit = entry.stream == "audit"
    record = LogRecord(
        timestamp=entry.time_ns,
        context=entry.context,
        severity_number=severity,
        severity_text=severity_text,
        body=f"{entry.text}\n{details}" if details else entry.message,
        attributes=attributes_of(entry),
        event_name=entry.text if audit else None,
    )
    logger_proxy.get_logger(entry.logger).emit(record)


def attributes_of(entry: LogEntry) -> dict[str, AnyValue]:
    """Return the attributes of the record: the fields, then what semantic conventions ask for."""
    attributes: dict[str, AnyValue] = dict(entry.fields)
    attributes["code.file.path"] = entry.path
    attributes["code.function.name"] = entry.function
    attributes["code.line.number"] = entry.line
    exception = entry.exception
    if exception is not None:
        attributes["exception.type"] = exception.type
        attributes["exception.message"] = exception.message
        attributes["otelkit.exception.fingerprint"] = exception.fingerprint
    if entry.stream is not None:
        attributes["otelkit.log.stream"] = entry.stream
    return attributes
