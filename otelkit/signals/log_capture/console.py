"""The console: captured records as pretty lines on a terminal, as JSON lines elsewhere.

It stands in for logging's handler of last resort, so it needs no place among the application's handlers.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Literal, TextIO

from otelkit.signals.log_capture.json_lines import ascii_text, json_line
from otelkit.signals.log_capture.pretty_lines import pretty_line
from otelkit.signals.log_capture.renewal import renew_after_fork

if TYPE_CHECKING:
    from otelkit.signals.log_capture.entry import LogEntry

ConsoleChoice = Literal["auto", "pretty", "json", "off"]


class Console:
    """Writes entries to whatever ``sys.stderr`` is at that moment.

    Args:
        choice: ``"auto"`` (pretty on a terminal, else JSON; silent for records that a console handler of the
            application's own writes), ``"pretty"`` or ``"json"`` (always).
        service: name of the service, for JSON lines.
    """

    def __init__(self, choice: Literal["auto", "pretty", "json"], service: str) -> None:
        self.yields_to_others = choice == "auto"
        self._service = service
        terminal = _is_terminal(sys.stderr)
        self.pretty = choice == "pretty" or (choice == "auto" and terminal)
        self._colours = self.pretty and _wants_colours(terminal=terminal)
        self.renew()
        renew_after_fork(self)

    def renew(self) -> None:
        """Begin with a new lock, as a forked child must."""
        self._lock = threading.RLock()

    def write(self, entry: LogEntry) -> None:
        """Write one entry; does nothing where the process has no stderr.

        Raises:
            OSError: stderr could not be written.
            ValueError: stderr is closed.
        """
        stream: TextIO | None = sys.stderr
        if stream is None:
            return
        text = pretty_line(entry, colours=self._colours) if self.pretty else json_line(entry, self._service)
        with self._lock:
            try:
                stream.write(text + "\n")
            except UnicodeEncodeError:  # a stream of the application's own with a narrow encoding
                stream.write(ascii_text(text) + "\n")
            stream.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _wants_colours(*, terminal: bool) -> bool:
    """Follow https://no-color.org and the habit of FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
