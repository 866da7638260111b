"""A file of lines that several processes write together, rotated at midnight and by size, without losing a line.

A lock file keeps the processes apart; each line is one appending write; who rotated is seen by the file's inode. What
becomes of rotated files is in rotated_files.py. POSIX only.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.renewal import renew_after_fork
from otelkit.signals.log_capture.rotated_files import RotatedFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCK_PATIENCE: Final = 1.0
"""Seconds that a line waits for the other processes; after that it is written without rotating. A process that was
stopped while it held the lock must not stop this one."""

_EAGER_TRIES: Final = 100
_PAUSE: Final = 0.0005
_MODE: Final = 0o640


@dataclass(frozen=True, slots=True)
class _Open:
    """The files that this process holds open."""

    lines: int
    inode: tuple[int, int]


class SharedFile:
    r"""One growing file and its rotated predecessors.

    Args:
        path: the growing file, such as ``/var/log/shop/app.jsonl``; its directory is made when it is missing.
        max_bytes: size that the file does not exceed, unless by a single line; 0 rotates at midnight only.
        retention_days: days that rotated files are kept.
        compress: gzip rotated files, in a thread of their own.
        clock: Unix time in seconds, for tests.

    Example:
        >>> import tempfile, pathlib
        >>> directory = pathlib.Path(tempfile.mkdtemp())
        >>> file = SharedFile(directory / "app.jsonl", max_bytes=1024, retention_days=30)
        >>> file.write(b"{}\n")
        >>> (directory / "app.jsonl").read_text()
        '{}\n'
        >>> file.close()

    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        retention_days: int,
        compress: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._clock = clock
        self._rotated = RotatedFiles(path, retention_days=retention_days, compress=compress, clock=clock)
        self._lock_path = path.with_name(f".{path.name}.lock")
        self._midnights = (0.0, 0.0)
        self._thread_lock = threading.RLock()
        self._open: _Open | None = None
        self._lock_file: int | None = None
        renew_after_fork(self)

    def write(self, line: bytes) -> None:
        """Append one line, which ends with its newline.

        Raises:
            OSError: it could not be written; nothing of it is in the file.
        """
        with self._thread_lock:
            lock_file = self._lock_file_open()
            locked = _lock(lock_file)
            try:
                self._append(line, locked=locked)
            finally:
                if locked:
                    fcntl.flock(lock_file, fcntl.LOCK_UN)

    def tend(self) -> None:
        """Compress and delete what is due, in a thread of its own: once at the start, then after each rotation."""
        self._rotated.tend_soon()

    def settle(self, timeout: float) -> bool:
        """Wait for the compressing thread, at most ``timeout`` seconds; return whether it is done."""
        return self._rotated.settle(timeout)

    def close(self) -> None:
        """Close what is open; a later write opens it again."""
        with self._thread_lock:
            self._close()

    def renew(self) -> None:
        """Start over in a forked child: a lock on an inherited descriptor would be the parent's too."""
        self._thread_lock = threading.RLock()
        self._close()

    def _close(self) -> None:
        if self._open is not None:
            os.close(self._open.lines)
            self._open = None
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _lock_file_open(self) -> int:
        if self._lock_file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        return self._lock_file

    def _append(self, line: bytes, *, locked: bool) -> None:
        now = self._clock()
        found = self._state()
        if found is not None and locked and self._is_due(found, len(line), now):
            self._rotate(found)
            found = None
        opened = self._opened(found)
        written = 0
        try:
            while written < len(line):
                written += os.write(opened.lines, line[written:])
        except OSError:
            if locked and 0 < written < len(line):  # half a line would spoil the next one too
                size = os.fstat(opened.lines).st_size
                os.ftruncate(opened.lines, size - written)
            raise

    def _state(self) -> os.stat_result | None:
        try:
            return os.stat(self.path)  # noqa: PTH116 - once for every line: Path.stat costs twice as much
        except FileNotFoundError:
            return None

    def _opened(self, found: os.stat_result | None) -> _Open:
        """Return the open file; opened anew where another process rotated it or somebody took it away."""
        opened = self._open
        if opened is not None:
            if found is not None and opened.inode == (found.st_dev, found.st_ino):
                return opened
            os.close(opened.lines)
            self._open = None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        state = os.fstat(lines)
        self._open = _Open(lines, (state.st_dev, state.st_ino))
        return self._open

    def _is_due(self, found: os.stat_result, more: int, now: float) -> bool:
        if found.st_size == 0:
            return False
        if self._max_bytes and found.st_size + more > self._max_bytes:
            return True
        last, following = self._midnights
        if not last <= now < following:
            last, following = self._midnights = midnights(now)
        return found.st_mtime < last

    def _rotate(self, found: os.stat_result) -> None:
        """Put the full file aside. Where that fails, the lines go on into the same file: better large than lost."""
        try:
            self.path.rename(self._rotated.next_path(found.st_mtime))
        except OSError as error:
            record_internal_error(f"log_capture.rotate {self.path.name}", error)
            return
        self._rotated.tend_soon()


def midnights(now: float) -> tuple[float, float]:
    """Return the local midnights before and after a moment, as Unix times."""
    day = time.localtime(now)
    return (
        time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1)),
        time.mktime((day.tm_year, day.tm_mon, day.tm_mday + 1, 0, 0, 0, 0, 0, -1)),
    )


def _lock(lock_file: int) -> bool:
    """Lock against the other processes; return False when they did not let go in time."""
    tries = 0
    deadline = 0.0
    while True:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tries += 1
        else:
            return True
        if tries <= _EAGER_TRIES:
            os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)
            continue
        deadline = deadline or time.monotonic() + LOCK_PATIENCE
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
