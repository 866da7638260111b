"""What the person at the terminal sees: a live panel on a terminal, plain lines elsewhere, and the final table.

Only drawing; what is drawn is decided in ``demonstration.py``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otelkit.cli.demonstration.answers import Counts
    from otelkit.cli.demonstration.console_reader import Stored

_PLAIN_INTERVAL_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something to look at."""

    label: str
    """A word or two: the panel must leave room for the address, which is to be clicked, in 80 columns."""

    hint: str
    """What is to be seen there."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One moment of the run."""

    running_s: float
    counts: Counts
    stored: Stored | None
    """What the console holds; None where telemetry goes elsewhere."""

    links: tuple[Link, ...] = ()

    @property
    def rate(self) -> float:
        """Requests a second, over the whole run."""
        return self.counts.requests / self.running_s if self.running_s > 0 else 0.0


class Display(Protocol):
    """Something that can show the run."""

    def say(self, text: str) -> None:
        """Show a line that stays."""

    def show(self, progress: Progress) -> None:
        """Show where the run is."""

    def conclude(self) -> None:
        """Show nothing but lines from now on."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...


def display_for(stream: TextIO) -> Display:
    """Return the display that suits the stream."""
    return TerminalDisplay(stream) if stream.isatty() else PlainDisplay(stream)


class PlainDisplay:
    """Lines of text, for a pipe, a file or a log of a build."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next_at = time.monotonic() + _PLAIN_INTERVAL_S
        self._linked: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        return

    def say(self, text: str) -> None:
        """Write a line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def conclude(self) -> None:
        """Do nothing: there never were anything but lines."""

    def show(self, progress: Progress) -> None:
        """Write a line on the progress now and then, and each link once."""
        for link in progress.links:
            if link.label not in self._linked:
                self._linked.add(link.label)
                self.say(f"{link.hint}: {link.url}")
        if time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + _PLAIN_INTERVAL_S
        self.say(f"{progress.running_s:5.0f} s  {'; '.join(f'{what} {value}' for what, value in _figures(progress))}")


class TerminalDisplay:
    """A panel that is drawn anew as the run goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=4, transient=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        """Print a line above the panel."""
        self._console.print(Text(text))

    def conclude(self) -> None:
        """Leave the panel as it is; what is said from now on stands below it."""
        self._live.stop()

    def show(self, progress: Progress) -> None:
        """Draw the panel."""
        figures = Table.grid(padding=(0, 3))
        for what, value in _figures(progress):
            figures.add_row(Text(what, style="dim"), Text(value, style="bold"))
        look = Table.grid(padding=(0, 3))
        for link in progress.links:
            look.add_row(Text(link.label, style="dim"), Text(link.url, style=f"cyan link {link.url}"))
        title = f"otelkit demo · {progress.running_s:.0f} s · Ctrl-C ends it"
        self._live.update(Panel(Group(figures, Text(), look), title=title, title_align="left", expand=False))


def _figures(progress: Progress) -> list[tuple[str, str]]:
    counts = progress.counts
    statuses = ", ".join(f"{count} x {status or 'no answer'}" for status, count in counts.statuses)
    figures = [("requests", f"{counts.requests} ({progress.rate:.0f}/s)")]
    if statuses:
        figures.append(("answers", statuses))
    if counts.scored:
        figures.append(("scored", f"{counts.scored}, {counts.flagged} flagged as phishing"))
    if counts.labelled:
        outcomes = dict(counts.outcomes)
        right = outcomes.get("tp", 0) + outcomes.get("tn", 0)
        figures.append(("right so far", f"{right} of {counts.labelled} ({right / counts.labelled:.1%})"))
    if counts.retried:
        figures.append(("retries", f"{counts.retried} (a reputation took too long)"))
    stored = progress.stored
    if stored is not None:
        arrived = f"{stored.traces} traces, {stored.spans} spans, {stored.logs} logs, "
        figures.append(("arrived", f"{arrived}{stored.metric_points} data points, {stored.exemplars} exemplars"))
    return figures


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay a table out as lines of text: texts to the left, numbers to the right."""
    columns = range(len(header))
    widths = [max(len(row[column]) for row in (header, *rows)) for column in columns]
    numeric = [bool(rows) and all(row[column].isdecimal() for row in rows) for column in columns]

    def line(row: Sequence[str]) -> str:
        cells = (
            row[column].rjust(widths[column]) if numeric[column] else row[column].ljust(widths[column])
            for column in columns
        )
        return "  ".join(cells).rstrip()

    return [line(header), line(["-" * width for width in widths]), *(line(row) for row in rows)]


def standard_display() -> Display:
    """Return the display for this process's standard output."""
    return display_for(sys.stdout)
