"""The SQLite file: opened for one console at a time, written by one transaction at a time, read by many threads.

What is written and read is said by the modules beside this one.
"""

from __future__ import annotations

import fcntl
import os
import queue
import shutil
import sqlite3
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from otelkit.console.store.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Generator

_IDLE_READERS: Final = 8
_WAL_BYTES: Final = 32 * 1024 * 1024


class UnusableDatabaseError(Exception):
    """The file named for the database cannot serve: another program's, another version's, in use, or not writable."""


class Database:
    """An open database. Writers take turns by a lock; readers see the state of the last commit (WAL).

    Args:
        path: the file; None means one in a temporary directory that goes away on `close`.

    Raises:
        UnusableDatabaseError: see there.

    Example:
        >>> database = Database(None)
        >>> with database.writing() as connection:
        ...     _ = connection.execute("INSERT INTO ledger VALUES ('rejected', 3)")
        >>> with database.reading() as connection:
        ...     connection.execute("SELECT count FROM ledger").fetchone()
        (3,)
        >>> database.close()
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = Path(tempfile.mkdtemp(prefix="otelkit-console-")) if path is None else None
        self.path = path or Path(self._temporary or ".", "console.sqlite")
        self._lock = threading.Lock()
        self._idle_readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._closed = False
        self._file = -1
        try:
            self._file = _claimed(self.path)
            _prepare(self.path)
            self._writer = self._connected()
        except BaseException:
            self._release()
            raise

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Give the writing connection within a transaction that commits at the end, or rolls back on an error."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Give a connection that sees one state of the database throughout, and cannot write."""
        try:
            connection = self._idle_readers.get_nowait()
        except queue.Empty:
            connection = self._connected()
            connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
            if self._closed or self._idle_readers.qsize() >= _IDLE_READERS:
                connection.close()
            else:
                self._idle_readers.put(connection)

    def close(self) -> None:
        """Close the file, and remove it when it was temporary. Closing again does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            while not self._idle_readers.empty():
                self._idle_readers.get_nowait().close()
            self._writer.close()
            self._release()

    def _connected(self) -> sqlite3.Connection:
        # isolation_level None: transactions are ours; check_same_thread False: the lock and the queue hand them on
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
        # a temporary file is worth nothing after a crash; a named one survives the process, if not a power cut
        connection.execute(f"PRAGMA synchronous = {'OFF' if self._temporary else 'NORMAL'}")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        return connection

    def _release(self) -> None:
        # after the connections: closing any descriptor of the file drops the locks SQLite holds on it
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def _claimed(path: Path) -> int:
    """Open the file for this console alone, readable by this user alone when it is new."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnusableDatabaseError(f"{path}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise UnusableDatabaseError(f"{path} is in use by another console") from error
    return descriptor


def _prepare(path: Path) -> None:
    """Lay the schema into a new file; refuse one that is not ours, and leave it as it is."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if tables == 0:
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
            connection.executescript(f"BEGIN; {SCHEMA} {marks} COMMIT")
        elif application != APPLICATION_ID:
            raise UnusableDatabaseError(f"{path} is the database of another program; name a new file")
        elif version != SCHEMA_VERSION:
            raise UnusableDatabaseError(f"{path} was written by another version of otelkit; name a new file")
        connection.execute("PRAGMA journal_mode = WAL")  # stays with the file
    except sqlite3.DatabaseError as error:
        raise UnusableDatabaseError(f"{path} cannot be used as an SQLite database: {error}") from error
    finally:
        connection.close()
