"""Puts log records into the store. Reading is in ``log_queries``.

Log records have no identity, so a batch that an exporter sends again is kept twice: OTLP promises at least once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from otelkit.console.records import LogGroup
    from otelkit.console.store.interning import Interning

_INSERT_LOG: Final = """
INSERT INTO logs (time, severity_number, severity_text, event_name, body, body_is_json, trace_id, span_id, attributes,
                  service, resource, scope)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def write_logs(connection: sqlite3.Connection, interning: Interning, groups: Sequence[LogGroup]) -> int:
    """Insert the log records within the running transaction, and give how many there were."""
    for group in groups:
        owner = interning.owner(connection, group.resource, group.scope)
        connection.executemany(_INSERT_LOG, [(*log, owner.service, owner.resource, owner.scope) for log in group.logs])
    return sum(len(group.logs) for group in groups)
