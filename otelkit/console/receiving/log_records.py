"""Log records of an export request as the console's rows. A record with a wrong id is kept without it.

Nothing of a log record is required by the data model, so only times out of range are rejected.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from otelkit.console.receiving.any_value import attributes_text, json_text, plain
from otelkit.console.receiving.origin import resource_of, scope_of
from otelkit.console.receiving.spans import SPAN_ID_BYTES, TRACE_ID_BYTES, is_id
from otelkit.console.records import MAX_INTEGER, Log, LogGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.logs.v1 import logs_pb2

    from otelkit.console.refusal import Rejections

_SEVERITY_NAMES: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_MAX_SEVERITY: Final = 24


def log_groups(request: ExportLogsServiceRequest, rejections: Rejections) -> list[LogGroup]:
    """Give the log records of a request; those that are not kept are counted in `rejections`."""
    groups: list[LogGroup] = []
    for resource_logs in request.resource_logs:
        resource = resource_of(resource_logs.resource)
        for scope_logs in resource_logs.scope_logs:
            logs = tuple(_logs(scope_logs, rejections))
            if logs:
                groups.append(LogGroup(resource, scope_of(scope_logs.scope), logs))
    return groups


def severity_name(number: int) -> str:
    """Give the specification's short name of a severity number: 9 is INFO, 10 is INFO2, 0 has none.

    Example:
        >>> severity_name(9), severity_name(18), severity_name(0)
        ('INFO', 'ERROR2', '')
    """
    if not 1 <= number <= _MAX_SEVERITY:
        return ""
    family, step = divmod(number - 1, 4)
    return _SEVERITY_NAMES[family] + (str(step + 1) if step else "")


def _logs(scope_logs: logs_pb2.ScopeLogs, rejections: Rejections) -> Iterator[Log]:
    for log in scope_logs.log_records:
        moment = log.time_unix_nano or log.observed_time_unix_nano or time.time_ns()
        if moment > MAX_INTEGER:
            rejections.reject("time is after the year 2262")
        else:
            yield _log(log, moment, rejections)


def _log(log: logs_pb2.LogRecord, moment: int, rejections: Rejections) -> Log:
    body = plain(log.body) if log.HasField("body") else ""
    return Log(
        time=moment,
        severity_number=log.severity_number,
        severity_text=log.severity_text or severity_name(log.severity_number),
        event_name=log.event_name or None,
        body=body if isinstance(body, str) else json_text(body),
        body_is_json=not isinstance(body, str),
        trace_id=_id(log.trace_id, TRACE_ID_BYTES, "trace id", rejections),
        span_id=_id(log.span_id, SPAN_ID_BYTES, "span id", rejections),
        attributes=attributes_text(log.attributes),
    )


def _id(value: bytes, length: int, name: str, rejections: Rejections) -> bytes | None:
    if is_id(value, length):
        return value
    if any(value):
        rejections.doubt(f"{name} is not {length} bytes, left out")
    return None
