"""Where a captured entry goes: OpenTelemetry, console and files, each independent of the others' failures.

A record that is logged while another one is being delivered by the same thread waits for its turn instead of nesting.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.emission import emit
from otelkit.signals.log_capture.json_lines import json_line

if TYPE_CHECKING:
    from otelkit.signals.log_capture.console import Console
    from otelkit.signals.log_capture.entry import LogEntry
    from otelkit.signals.log_capture.shared_file import SharedFile

_MAX_CAUSED: Final = 100
"""Entries that the delivery of one may cause; more are lost and counted, or a processor that logs would never end."""

_SDK: Final = "opentelemetry."


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of a log directory."""

    app: SharedFile
    error: SharedFile
    audit: SharedFile

    def all(self) -> tuple[SharedFile, ...]:
        """Return every file."""
        return (self.app, self.error, self.audit)


@dataclass(frozen=True, slots=True)
class _Item:
    entry: LogEntry
    export: bool
    console: bool


class _Turn(threading.local):
    """What the current thread is delivering."""

    def __init__(self) -> None:
        self.busy = False
        self.caused = 0
        """Entries that the current delivery has caused so far."""
        self.waiting: deque[_Item] = deque()


_turn = _Turn()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """The destinations of one installation.

    Args:
        service: name of the service, written on each JSON line.
        console: None writes none.
        files: None writes none.
    """

    service: str
    console: Console | None
    files: Files | None
    lost_audit_lines: list[str] = field(default_factory=list[str])
    """Why audit lines could not be written to their file, the first ten times; for the report."""

    def deliver(self, entry: LogEntry, *, export: bool = True, console: bool = False) -> None:
        """Write the entry everywhere; never raises.

        Args:
            entry: what was logged.
            export: emit it to OpenTelemetry.
            console: write it to the console, if there is one.
        """
        turn = _turn
        if turn.busy:
            # What the SDK says about the record being emitted must not become another record to emit.
            item = _Item(entry, export=export and not entry.logger.startswith(_SDK), console=console)
            self._wait(turn, item)
            return
        turn.busy = True
        turn.caused = 0
        try:
            self._write(entry, export=export, console=console)
            while turn.waiting:
                item = turn.waiting.popleft()
                self._write(item.entry, export=item.export, console=item.console)
        finally:
            turn.busy = False

    def _wait(self, turn: _Turn, item: _Item) -> None:
        turn.caused += 1
        if turn.caused <= _MAX_CAUSED or item.entry.stream is not None:
            turn.waiting.append(item)
            return
        record_internal_error("log_capture.nested", RuntimeError(f"a record of {item.entry.logger!r} was dropped"))

    def _write(self, entry: LogEntry, *, export: bool, console: bool) -> None:
        if export:
            try:
                emit(entry)
            except Exception as error:  # noqa: BLE001 - a log processor of the application's own may raise anything
                record_internal_error("log_capture.emit", error)
        if console and self.console is not None:
            try:
                self.console.write(entry)
            except Exception as error:  # noqa: BLE001 - stderr may be anything that the application put there
                record_internal_error("log_capture.console", error)
        if self.files is not None:
            self._write_files(self.files, entry)

    def _write_files(self, files: Files, entry: LogEntry) -> None:
        try:
            line = (json_line(entry, self.service) + "\n").encode()
        except Exception as error:  # noqa: BLE001 - entries hold plain values only; if one does not, say so
            record_internal_error("log_capture.json", error)
            return
        if entry.stream == "audit":
            self._write_audit(files.audit, line)
            return
        for file in (files.app, files.error) if entry.level >= logging.ERROR else (files.app,):
            try:
                file.write(line)
            except Exception as error:  # noqa: BLE001 - a full disk must not fail the application
                record_internal_error(f"log_capture.file {file.path.name}", error)

    def _write_audit(self, file: SharedFile, line: bytes) -> None:
        """Write an audit line; where the file cannot take it, stderr gets it, so that it is at least somewhere."""
        try:
            file.write(line)
        except Exception as error:  # noqa: BLE001 - a full disk must not fail the application
            record_internal_error("log_capture.audit", error)
            if len(self.lost_audit_lines) < 10:  # noqa: PLR2004 - said in the docstring of the field
                self.lost_audit_lines.append(f"{file.path}: {type(error).__name__}: {error}")
            if sys.stderr is not None:
                sys.stderr.write(f"otelkit: audit record not written to {file.path}: {line.decode()}")
