"""Keeps the store within its limits: the oldest go first, traces always whole.

Old is what arrived first: senders' clocks do not decide. What goes is counted in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.store.interning import Interning

DEFAULT_KEEP: Final = 200_000
DEFAULT_MAX_BYTES: Final = 1024 * 1024 * 1024

_SLACK: Final = 100  # one hundredth more than necessary goes at a time, so that not every request pays
_BYTES_SHARE: Final = 10  # a tenth of everything goes at a time when the file is too large
_SHARED_ROWS: Final = 1000

_COUNTS: Final = {
    "spans": "SELECT count(*) FROM spans",
    "logs": "SELECT count(*) FROM logs",
    "points": "SELECT count(*) FROM points",
    "exemplars": "SELECT count(*) FROM exemplars",
}
_OLDEST: Final = {
    "logs": "DELETE FROM logs WHERE id <= (SELECT id FROM logs ORDER BY id LIMIT 1 OFFSET ?)",
    "points": "DELETE FROM points WHERE id <= (SELECT id FROM points ORDER BY id LIMIT 1 OFFSET ?)",
    "exemplars": "DELETE FROM exemplars WHERE id <= (SELECT id FROM exemplars ORDER BY id LIMIT 1 OFFSET ?)",
}
_UP_TO_TRACE: Final = (
    "DELETE FROM trace_services WHERE trace <= ?",
    "DELETE FROM awaited_parents WHERE trace <= ?",
    "DELETE FROM traces WHERE id <= ?",
)
_EXEMPLARS_WITHOUT_POINTS: Final = "DELETE FROM exemplars WHERE series NOT IN (SELECT series FROM points)"
_UNUSED: Final = (
    "DELETE FROM series WHERE id NOT IN (SELECT series FROM points)",
    "DELETE FROM instruments WHERE id NOT IN (SELECT instrument FROM series)",
    """DELETE FROM scopes WHERE id NOT IN
       (SELECT scope FROM spans UNION SELECT scope FROM logs UNION SELECT scope FROM series)""",
    """DELETE FROM resources WHERE id NOT IN
       (SELECT resource FROM spans UNION SELECT resource FROM logs UNION SELECT resource FROM series)""",
    "DELETE FROM services WHERE id NOT IN (SELECT service FROM resources)",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept.

    Args:
        keep: the most spans, and as many log records, data points and exemplars.
        max_bytes: the most bytes in use in the database file.
    """

    keep: int = DEFAULT_KEEP
    max_bytes: int = DEFAULT_MAX_BYTES

    def __post_init__(self) -> None:
        if self.keep < 1 or self.max_bytes < 1:
            raise ValueError("keep and max_bytes are numbers above 0")


def count(connection: sqlite3.Connection, name: str, records: int) -> None:
    """Add to an entry of the ledger."""
    if records > 0:
        connection.execute(
            "INSERT INTO ledger VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count", (name, records)
        )


class Retention:
    """Knows how much there is and makes it less. Used under the database's write lock.

    Args:
        limits: how much is kept.
        interning: forgets what is removed.
    """

    def __init__(self, limits: Limits, interning: Interning) -> None:
        self._limits = limits
        self._interning = interning
        self._kept = dict.fromkeys(_COUNTS, 0)
        self._made_when_swept = 0

    def recount(self, connection: sqlite3.Connection) -> None:
        """Count what is there: when the file is opened, and after a transaction was rolled back."""
        for table, query in _COUNTS.items():
            (self._kept[table],) = connection.execute(query).fetchone()

    def added(self, *, spans: int = 0, logs: int = 0, points: int = 0, exemplars: int = 0) -> None:
        """Take note of new rows."""
        for table, rows in (("spans", spans), ("logs", logs), ("points", points), ("exemplars", exemplars)):
            self._kept[table] += rows

    def enforce(self, connection: sqlite3.Connection) -> None:
        """Evict what is over the limits, within the running transaction."""
        keep = self._limits.keep
        for table, kept in self._kept.items():
            if kept > keep:
                self._evict(connection, table, kept - keep + keep // _SLACK)
        while _bytes_in_use(connection) > self._limits.max_bytes and any(self._kept.values()):
            for table, kept in self._kept.items():
                self._evict(connection, table, -(-kept // _BYTES_SHARE))
            self._sweep(connection)
        if self._interning.made - self._made_when_swept > _SHARED_ROWS:
            self._sweep(connection)

    def _evict(self, connection: sqlite3.Connection, table: str, rows: int) -> None:
        if rows < 1:
            return
        if table == "spans":
            gone = _evict_traces(connection, rows)
        else:
            gone = connection.execute(_OLDEST[table], (rows - 1,)).rowcount
        self._kept[table] -= gone
        count(connection, f"evicted_{table}", gone)

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Remove the shared rows that nothing names any more, so that they are bounded too."""
        gone = connection.execute(_EXEMPLARS_WITHOUT_POINTS).rowcount
        self._kept["exemplars"] -= gone
        count(connection, "evicted_exemplars", gone)
        for statement in _UNUSED:
            connection.execute(statement)
        self._interning.forget()
        self._made_when_swept = self._interning.made


def _evict_traces(connection: sqlite3.Connection, spans: int) -> int:
    """Remove whole traces, oldest first, until so many spans are gone or no trace is left; give how many went."""
    found = 0
    last = 0
    traces = connection.execute("SELECT id, spans FROM traces ORDER BY id")
    for trace, size in traces:
        last = trace
        found += size
        if found >= spans:
            break
    traces.close()
    gone = connection.execute("DELETE FROM spans WHERE trace <= ?", (last,)).rowcount
    for statement in _UP_TO_TRACE:
        connection.execute(statement, (last,))
    return gone


def _bytes_in_use(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
