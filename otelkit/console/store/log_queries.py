"""The list of log records, and the log lines of one trace. Shapes are those of the REST API.

How records get in is in ``log_writing``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from otelkit.console.store.search import Cursor, contains, contains_in_json

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.records import JsonObject, JsonValue

MAX_LOGS_OF_TRACE: Final = 1000
"""Log lines of one trace in one answer; the list of logs, filtered by the trace, gives all."""

_COLUMNS: Final = """
SELECT logs.id, time, severity_number, severity_text, event_name, body, body_is_json, trace_id, span_id,
       logs.attributes, services.name, scopes.name, resources.attributes
FROM logs JOIN services ON services.id = logs.service JOIN scopes ON scopes.id = scope
          JOIN resources ON resources.id = resource
"""
_TEXT: Final = """
(body LIKE :text ESCAPE '\\' OR logs.attributes LIKE :json_text ESCAPE '\\' OR event_name LIKE :text ESCAPE '\\'
 OR (body_is_json AND body LIKE :json_text ESCAPE '\\'))
"""
_OF_TRACE: Final = f"{_COLUMNS} WHERE trace_id = ? ORDER BY time, logs.id LIMIT ?"
_SERVICE: Final = "SELECT id FROM services WHERE name = ?"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What log records are asked for.

    Args:
        service: records of this service.
        min_severity: the lowest severity number.
        text: records with this text in the body, the attributes or the event's name; ASCII letters in either case.
        trace_id: records of this trace.
        before: where the page begins.
        limit: how many at most.
    """

    service: str | None = None
    min_severity: int = 0
    text: str | None = None
    trace_id: bytes | None = None
    before: Cursor | None = None
    limit: int = 100


def list_logs(connection: sqlite3.Connection, wanted: LogFilter) -> JsonObject:
    """Give the log records that match, the newest first."""
    conditions: list[str] = []
    values: dict[str, object] = {"limit": wanted.limit + 1}
    if wanted.service is not None:
        service = connection.execute(_SERVICE, (wanted.service,)).fetchone()
        if service is None:
            return {"logs": [], "next": None}
        conditions.append("logs.service = :service")
        values["service"] = service[0]
    if wanted.min_severity > 0:
        conditions.append("severity_number >= :severity")
        values["severity"] = wanted.min_severity
    if wanted.trace_id is not None:
        conditions.append("trace_id = :trace_id")
        values["trace_id"] = wanted.trace_id
    if wanted.text is not None:
        conditions.append(_TEXT)
        values |= {"text": contains(wanted.text), "json_text": contains_in_json(wanted.text)}
    if wanted.before is not None:
        conditions.append("(time < :time OR (time = :time AND logs.id < :row))")
        values |= {"time": wanted.before.time, "row": wanted.before.row}
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = connection.execute(f"{_COLUMNS} {where} ORDER BY time DESC, logs.id DESC LIMIT :limit", values).fetchall()
    found = [_LogRow._make(columns) for columns in rows]
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    logs: list[JsonValue] = [_log(row) for row in shown]
    return {"logs": logs, "next": str(Cursor(shown[-1].time, shown[-1].id)) if more else None}


def logs_of_trace(connection: sqlite3.Connection, trace_id: bytes) -> list[JsonValue]:
    """Give the log lines of a trace in the order they were written."""
    rows = connection.execute(_OF_TRACE, (trace_id, MAX_LOGS_OF_TRACE))
    return [_log(_LogRow._make(columns)) for columns in rows]


class _LogRow(NamedTuple):
    """A row of the queries here."""

    id: int
    time: int
    severity_number: int
    severity_text: str
    event_name: str | None
    body: str
    body_is_json: int
    trace_id: bytes | None
    span_id: bytes | None
    attributes: str
    service: str
    scope: str
    resource: str


def _log(row: _LogRow) -> JsonObject:
    return {
        "id": str(row.id),
        "time": str(row.time),
        "severityNumber": row.severity_number,
        "severityText": row.severity_text,
        "body": json.loads(row.body) if row.body_is_json else row.body,
        "service": row.service,
        "scope": row.scope,
        "traceId": None if row.trace_id is None else row.trace_id.hex(),
        "spanId": None if row.span_id is None else row.span_id.hex(),
        "attributes": json.loads(row.attributes),
        "resource": json.loads(row.resource),
        "eventName": row.event_name,
    }
