"""Entries for people: one aligned line each, with colours on a terminal, and tracebacks indented below.

What the application logs may come from strangers: nothing of it reaches the terminal unescaped.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from otelkit.signals.log_capture.exceptions import shortened
from otelkit.signals.log_capture.handoff import field_text
from otelkit.signals.log_capture.json_lines import one_line
from otelkit.signals.log_capture.severity import severity_of

if TYPE_CHECKING:
    from otelkit.signals.log_capture.entry import LogEntry

_EVENT_WIDTH: Final = 32
_MAX_VALUE: Final = 2_000

_RESET: Final = "\x1b[0m"
_DIM: Final = "\x1b[2m"
_BOLD: Final = "\x1b[1m"
_CYAN: Final = "\x1b[36m"
_COLOURS: Final = {
    "TRACE": "\x1b[2m",
    "DEBUG": "\x1b[34m",
    "INFO": "\x1b[32m",
    "WARN": "\x1b[33m",
    "ERROR": "\x1b[31m",
    "FATAL": "\x1b[1;31m",
}


def pretty_line(entry: LogEntry, *, colours: bool) -> str:
    """Return the entry as text for a terminal, without the newline at its end.

    Time of day (local), severity, the first eight digits of the trace id, event, logger, fields; a traceback follows
    indented, so that no line of it can pose as another record.

    Args:
        entry: what was logged.
        colours: use ANSI colours.
    """
    _, severity = severity_of(entry.level)
    paint = _painted if colours else _plain
    seconds, rest = divmod(entry.time_ns, 1_000_000_000)
    clock = f"{time.strftime('%H:%M:%S', time.localtime(seconds))}.{rest // 1_000_000:03d}"
    event = one_line(entry.text)
    fields = "".join(
        f" {paint(_CYAN, one_line(name))}={one_line(shortened(field_text(value), _MAX_VALUE))}"
        for name, value in entry.fields.items()
    )
    head = (
        f"{paint(_DIM, clock)} {paint(_COLOURS[severity], f'{severity:<5}')} {paint(_DIM, f'{entry.trace_id[:8]:<8}')} "
        f"{paint(_BOLD, f'{event:<{_EVENT_WIDTH}}')} {paint(_DIM, f'[{one_line(entry.logger)}]')}{fields}"
    )
    details = entry.details
    if not details:
        return head
    below = "\n".join(f"    {paint(_DIM, '|')} {one_line(line)}" for line in details.split("\n"))
    return f"{head}\n{below}"


def _painted(colour: str, text: str) -> str:
    return f"{colour}{text}{_RESET}"


def _plain(_colour: str, text: str) -> str:
    return text
