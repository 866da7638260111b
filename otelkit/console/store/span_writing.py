"""Puts spans into the store and keeps each trace's summary: counts, services, head, and the parents still awaited.

A span that is already there (an exporter's retry) changes nothing. Reading is in ``trace_queries``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from otelkit.console.records import Span, SpanGroup
    from otelkit.console.store.interning import Interning

_INSERT_SPAN: Final = """
INSERT INTO spans (trace, span_id, parent_id, name, kind, start, duration, status, status_message,
                   attributes, events, links, resource, scope)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_INSERT_TRACE: Final = """
INSERT INTO traces (trace_id, start, finish, spans, errors, roots, head_is_root, head_start, head_name, head_service)
VALUES (?, ?, ?, 0, 0, 0, 0, ?, '', ?)
"""
_UPDATE_TRACE: Final = """
UPDATE traces SET start = min(start, :start), finish = max(finish, :finish), spans = spans + :spans,
                  errors = errors + :errors, roots = roots + :roots
WHERE id = :id
"""
_UPDATE_HEAD: Final = """
UPDATE traces SET head_is_root = :is_root, head_start = :start, head_name = :name, head_service = :service
WHERE id = :id AND (spans = 0 OR :is_root > head_is_root OR (:is_root = head_is_root AND :start < head_start))
"""
_COUNT_SERVICE: Final = """
INSERT INTO trace_services (trace, service, spans) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET spans = spans + excluded.spans
"""
_AWAIT_PARENT: Final = """
INSERT INTO awaited_parents (trace, span_id)
SELECT :trace, :parent WHERE NOT EXISTS (SELECT 1 FROM spans WHERE trace = :trace AND span_id = :parent)
ON CONFLICT DO NOTHING
"""
_ARRIVED: Final = "DELETE FROM awaited_parents WHERE trace = ? AND span_id = ?"


@dataclass(slots=True)
class _Arrivals:
    """What a request adds to one trace."""

    trace: int
    spans: int = 0
    errors: int = 0
    roots: int = 0
    start: int = 0
    finish: int = 0
    head: Span | None = None
    head_service: int = 0
    services: dict[int, int] = field(default_factory=dict[int, int])
    span_ids: set[bytes] = field(default_factory=set[bytes])
    parent_ids: set[bytes] = field(default_factory=set[bytes])

    def add(self, span: Span, service: int) -> None:
        finish = span.start + span.duration
        self.start = min(self.start, span.start) if self.spans else span.start
        self.finish = max(self.finish, finish)
        self.spans += 1
        self.errors += span.status == "error"
        self.services[service] = self.services.get(service, 0) + 1
        self.span_ids.add(span.span_id)
        if span.parent_id is None:
            self.roots += 1
        else:
            self.parent_ids.add(span.parent_id)
        if self.head is None or _rank(span) < _rank(self.head):
            self.head, self.head_service = span, service


def _rank(span: Span) -> tuple[bool, int]:
    return span.parent_id is not None, span.start


def write_spans(connection: sqlite3.Connection, interning: Interning, groups: Sequence[SpanGroup]) -> int:
    """Insert the spans within the running transaction, and give how many were new."""
    traces: dict[bytes, _Arrivals] = {}
    for group in groups:
        owner = interning.owner(connection, group.resource, group.scope)
        for span in group.spans:
            arrivals = traces.get(span.trace_id)
            if arrivals is None:
                arrivals = traces[span.trace_id] = _Arrivals(_trace_id(connection, span, owner.service))
            # the row's ninth and later values follow the order of Span
            row = (arrivals.trace, *span[1:], owner.resource, owner.scope)
            if connection.execute(_INSERT_SPAN, row).rowcount == 1:
                arrivals.add(span, owner.service)
    for arrivals in traces.values():
        _sum_up(connection, arrivals)
    return sum(arrivals.spans for arrivals in traces.values())


def _trace_id(connection: sqlite3.Connection, span: Span, service: int) -> int:
    row: tuple[int] | None = connection.execute("SELECT id FROM traces WHERE trace_id = ?", (span.trace_id,)).fetchone()
    if row is not None:
        return row[0]
    values = (span.trace_id, span.start, span.start + span.duration, span.start, service)
    made = connection.execute(_INSERT_TRACE, values).lastrowid
    assert made is not None  # noqa: S101 - an INSERT has a row id
    return made


def _sum_up(connection: sqlite3.Connection, arrivals: _Arrivals) -> None:
    head = arrivals.head
    if head is None:
        return
    trace = arrivals.trace
    is_root = head.parent_id is None
    connection.execute(
        _UPDATE_HEAD,
        {"id": trace, "is_root": is_root, "start": head.start, "name": head.name, "service": arrivals.head_service},
    )
    connection.execute(
        _UPDATE_TRACE,
        {
            "id": trace,
            "start": arrivals.start,
            "finish": arrivals.finish,
            "spans": arrivals.spans,
            "errors": arrivals.errors,
            "roots": arrivals.roots,
        },
    )
    connection.executemany(_COUNT_SERVICE, [(trace, *counted) for counted in arrivals.services.items()])
    missing = arrivals.parent_ids - arrivals.span_ids
    connection.executemany(_AWAIT_PARENT, [{"trace": trace, "parent": parent} for parent in missing])
    connection.executemany(_ARRIVED, [(trace, span_id) for span_id in arrivals.span_ids])
