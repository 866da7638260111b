"""What becomes of a log file after its rotation: a dated name, compression, and an end after the retention time.

Every step can be interrupted at any moment: what was left undone is done at the next rotation or start.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import shutil
import threading
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.renewal import renew_after_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DATE: Final = r"(\d{4}-\d\d-\d\d)\.(\d{4,})"


class RotatedFiles:
    """The rotated predecessors of one file: ``app.2026-11-20.0001.jsonl.gz`` for ``app.jsonl``.

    Args:
        path: the growing file.
        retention_days: days that a rotated file is kept, counted from the day of its last line.
        compress: gzip them.
        clock: Unix time in seconds.
    """

    def __init__(self, path: Path, *, retention_days: int, compress: bool, clock: Callable[[], float]) -> None:
        self._directory = path.parent
        self._stem = path.stem
        self._suffix = path.suffix
        self._retention_days = retention_days
        self._compress = compress
        self._clock = clock
        self._lock_path = path.with_name(f".{path.name}.tending.lock")
        self._name = re.compile(re.escape(self._stem) + r"\." + _DATE + re.escape(self._suffix) + r"(\.gz(?:\.tmp)?)?")
        self.renew()
        renew_after_fork(self)

    def renew(self) -> None:
        """Begin without the parent's thread, as a forked child must."""
        self._starting = threading.Lock()
        self._again = False
        self._thread: threading.Thread | None = None

    def next_path(self, last_line_at: float) -> Path:
        """Return a free name for a file whose last line was written at that Unix time (the day is the local one).

        The caller holds the lock that keeps other processes from rotating.
        """
        day = _day(last_line_at)
        taken = [number for _, then, number, _ in self._all() if then == day]
        return self._directory / f"{self._stem}.{day.isoformat()}.{max(taken, default=0) + 1:04d}{self._suffix}"

    def tend_soon(self) -> None:
        """Compress and delete what is due, in a thread that ends when it is done."""
        with self._starting:
            self._again = True
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._tend_until_done, name="otelkit-log-files", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is exiting: the next start takes care of the files
                return
            self._thread = thread

    def settle(self, timeout: float) -> bool:
        """Wait for the thread, at most ``timeout`` seconds; return whether it is done."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def _tend_until_done(self) -> None:
        while True:
            with self._starting:
                if not self._again:
                    self._thread = None
                    return
                self._again = False
            try:
                self._tend()
            except Exception as error:  # noqa: BLE001 - a thread has no caller who could handle it
                record_internal_error(f"log_capture.tend {self._stem}", error)

    def _tend(self) -> None:
        lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            # Another process that is at it may have listed the files before ours was among them: wait for it.
            fcntl.flock(lock_file, fcntl.LOCK_EX)
            self._delete_old()
            if self._compress:
                self._compress_all()
        finally:
            os.close(lock_file)

    def _delete_old(self) -> None:
        oldest = _day(self._clock()) - timedelta(days=self._retention_days)
        for path, day, _, _ in self._all():
            if day < oldest:
                path.unlink(missing_ok=True)

    def _compress_all(self) -> None:
        for path, _, _, ending in self._all():
            if ending == ".gz.tmp":  # a process ended while it wrote this; the original is still there
                path.unlink(missing_ok=True)
            elif not ending:
                _compress(path)

    def _all(self) -> Iterator[tuple[Path, date, int, str]]:
        """Yield path, day, number and ending (``""``, ``".gz"`` or ``".gz.tmp"``) of each rotated file."""
        for path in sorted(self._directory.iterdir()):
            match = self._name.fullmatch(path.name)
            if match is None:
                continue
            try:
                day = date.fromisoformat(match[1])
            except ValueError:  # a name like ours, but not one of ours
                continue
            yield path, day, int(match[2]), match[3] or ""


def _compress(path: Path) -> None:
    """Compress one file; the original goes only after the compressed one is complete on disk."""
    final = path.with_name(f"{path.name}.gz")
    if final.exists():  # the rename of an earlier attempt succeeded, its deletion of the original did not
        path.unlink(missing_ok=True)
        return
    temporary = path.with_name(f"{path.name}.gz.tmp")
    state = path.stat()
    with path.open("rb") as source, temporary.open("wb") as target:
        with gzip.GzipFile(filename=path.name, mode="wb", fileobj=target, mtime=state.st_mtime) as compressed:
            shutil.copyfileobj(source, compressed)
        target.flush()
        os.fsync(target.fileno())
    os.utime(temporary, (state.st_atime, state.st_mtime))
    temporary.chmod(state.st_mode & 0o777)
    temporary.replace(final)
    path.unlink(missing_ok=True)


def _day(at: float) -> date:
    local = time.localtime(at)
    return date(local.tm_year, local.tm_mon, local.tm_mday)
