"""The list of traces, and one trace with its spans. Shapes are those of the REST API.

The log lines of a trace come from ``log_queries``.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from otelkit.console.records import MAX_INTEGER
from otelkit.console.store.search import Cursor, contains, contains_in_json

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.records import JsonObject, JsonValue

MAX_SPANS_SHOWN: Final = 10_000
"""Spans of one trace in one answer; a page cannot draw more, and a runaway trace must not fill the memory."""

_ID_DIGITS: Final = 32

_LIST: Final = """
SELECT traces.id, trace_id, start, finish, spans, errors, head_name, services.name,
       roots = 1 AND NOT EXISTS (SELECT 1 FROM awaited_parents WHERE trace = traces.id)
FROM traces JOIN services ON services.id = head_service
WHERE (start < :time OR (start = :time AND traces.id < :row))
  AND (:service IS NULL OR EXISTS (
        SELECT 1 FROM trace_services JOIN services AS s ON s.id = trace_services.service
        WHERE trace = traces.id AND s.name = :service))
  AND (:failed IS NULL OR (errors > 0) = :failed)
  AND (finish - start >= :min_duration)
  AND (:trace_id IS NULL OR trace_id = :trace_id)
  AND (:text IS NULL OR hex(trace_id) LIKE :id_pattern OR EXISTS (
        SELECT 1 FROM spans WHERE trace = traces.id
        AND (spans.name LIKE :text ESCAPE '\\' OR attributes LIKE :json_text ESCAPE '\\')))
ORDER BY start DESC, traces.id DESC LIMIT :limit
"""
_SERVICES: Final = """
SELECT name FROM trace_services JOIN services ON services.id = service WHERE trace = ? ORDER BY spans DESC, name
"""
_ONE: Final = "SELECT id, start, finish, spans, errors FROM traces WHERE trace_id = ?"
_COMPLETE: Final = """
SELECT roots = 1 AND NOT EXISTS (SELECT 1 FROM awaited_parents WHERE trace = traces.id) FROM traces WHERE id = ?
"""
_SPANS: Final = """
SELECT span_id, parent_id, spans.name, kind, services.name, scopes.name, start, duration, status, status_message,
       spans.attributes, events, links, resources.attributes
FROM spans JOIN resources ON resources.id = resource JOIN services ON services.id = resources.service
           JOIN scopes ON scopes.id = scope
WHERE trace = ? ORDER BY start, spans.id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """What traces are asked for.

    Args:
        service: traces in which this service took part.
        text: traces with this text in a span's name or attributes, or whose id begins with it; a whole trace id
            means that trace only.
        status: ``error`` for traces with a failed span, ``ok`` for those without.
        min_duration: nanoseconds from the first start to the last end.
        before: where the page begins.
        limit: how many at most.
    """

    service: str | None = None
    text: str | None = None
    status: Literal["error", "ok"] | None = None
    min_duration: int = 0
    before: Cursor | None = None
    limit: int = 50


def list_traces(connection: sqlite3.Connection, wanted: TraceFilter) -> JsonObject:
    """Give the traces that match, the newest first."""
    before = wanted.before or Cursor(MAX_INTEGER, MAX_INTEGER)
    trace_id = (
        wanted.text if wanted.text is not None and len(wanted.text) == _ID_DIGITS and _is_hex(wanted.text) else None
    )
    text = None if trace_id else wanted.text
    rows = connection.execute(
        _LIST,
        {
            "time": before.time,
            "row": before.row,
            "service": wanted.service,
            "failed": None if wanted.status is None else wanted.status == "error",
            "min_duration": wanted.min_duration,
            "trace_id": None if trace_id is None else bytes.fromhex(trace_id),
            "text": None if text is None else contains(text),
            "json_text": None if text is None else contains_in_json(text),
            "id_pattern": f"{text}%" if text is not None and _is_hex(text) else None,
            "limit": wanted.limit + 1,
        },
    ).fetchall()
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    traces: list[JsonValue] = [
        {
            "traceId": trace_id.hex(),
            "rootName": name,
            "rootService": service,
            "startTime": str(start),
            "duration": finish - start,
            "spanCount": spans,
            "errorCount": errors,
            "services": [row[0] for row in connection.execute(_SERVICES, (trace,))],
            "complete": bool(complete),
        }
        for trace, trace_id, start, finish, spans, errors, name, service, complete in shown
    ]
    return {"traces": traces, "next": str(Cursor(shown[-1][2], shown[-1][0])) if more else None}


def one_trace(connection: sqlite3.Connection, trace_id: bytes) -> JsonObject | None:
    """Give a trace with its spans in the order they started, or None when it is not there."""
    row = connection.execute(_ONE, (trace_id,)).fetchone()
    if row is None:
        return None
    trace, start, finish, count, errors = row
    (complete,) = connection.execute(_COMPLETE, (trace,)).fetchone()
    spans: list[JsonValue] = [_span(columns) for columns in connection.execute(_SPANS, (trace, MAX_SPANS_SHOWN))]
    return {
        "traceId": trace_id.hex(),
        "startTime": str(start),
        "duration": finish - start,
        "spanCount": count,
        "errorCount": errors,
        "complete": bool(complete),
        "spans": spans,
    }


def _is_hex(text: str) -> bool:
    return set(text) <= set(string.hexdigits)


def _span(columns: tuple[object, ...]) -> JsonObject:
    row = _SpanRow._make(columns)
    return {
        "spanId": row.span_id.hex(),
        "parentSpanId": None if row.parent_id is None else row.parent_id.hex(),
        "name": row.name,
        "kind": row.kind,
        "service": row.service,
        "scope": row.scope,
        "startTime": str(row.start),
        "duration": row.duration,
        "status": row.status,
        "statusMessage": row.status_message,
        "attributes": json.loads(row.attributes),
        "events": json.loads(row.events),
        "links": json.loads(row.links),
        "resource": json.loads(row.resource),
    }


class _SpanRow(NamedTuple):
    """A row of the query for spans."""

    span_id: bytes
    parent_id: bytes | None
    name: str
    kind: str
    service: str
    scope: str
    start: int
    duration: int
    status: str
    status_message: str
    attributes: str
    events: str
    links: str
    resource: str
