"""The one way into the store: what a request brought is written, counted and kept within the limits, all or nothing.

How rows are written is in the ``*_writing`` modules, what goes when in ``retention``.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from otelkit.console.store.interning import Interning
from otelkit.console.store.log_writing import write_logs
from otelkit.console.store.point_writing import write_points
from otelkit.console.store.retention import Limits, Retention, count
from otelkit.console.store.schema import TABLES
from otelkit.console.store.span_writing import write_spans

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Sequence

    from otelkit.console.records import LogGroup, MetricGroup, SpanGroup
    from otelkit.console.refusal import Rejections
    from otelkit.console.store.database import Database


class Recorder:
    """Records what requests bring; one transaction each, one at a time.

    Args:
        database: where to.
        limits: how much is kept.
    """

    def __init__(self, database: Database, limits: Limits | None = None) -> None:
        self._database = database
        self._interning = Interning()
        self._retention = Retention(limits or Limits(), self._interning)
        self._uncertain = True
        self._lock = threading.Lock()  # guards what is in memory, through the commit

    def spans(self, groups: Sequence[SpanGroup], rejections: Rejections) -> None:
        """Record spans."""
        with self._transaction(rejections) as connection:
            self._retention.added(spans=write_spans(connection, self._interning, groups))

    def logs(self, groups: Sequence[LogGroup], rejections: Rejections) -> None:
        """Record log records."""
        with self._transaction(rejections) as connection:
            self._retention.added(logs=write_logs(connection, self._interning, groups))

    def metrics(self, groups: Sequence[MetricGroup], rejections: Rejections) -> None:
        """Record data points and exemplars; `rejections` learns of those that come too late."""
        with self._transaction(rejections) as connection:
            written = write_points(connection, self._interning, groups, rejections)
            self._retention.added(points=written.points, exemplars=written.exemplars)

    def clear(self) -> None:
        """Remove everything, the ledger too."""
        with self._lock:
            self._uncertain = True
            with self._database.writing() as connection:
                for table in TABLES:
                    connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    @contextmanager
    def _transaction(self, rejections: Rejections) -> Generator[sqlite3.Connection]:
        with self._lock:
            with self._database.writing() as connection:
                if self._uncertain:
                    self._interning.forget()
                    self._retention.recount(connection)
                # what is in memory is true again only once the transaction is committed
                self._uncertain = True
                yield connection
                count(connection, "rejected", rejections.count)
                self._retention.enforce(connection)
            self._uncertain = False
