"""What the person at the terminal sees."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from otelkit.cli.demonstration.answers import Counts
from otelkit.cli.demonstration.console_reader import Stored
from otelkit.cli.demonstration.display import Link, PlainDisplay, Progress, TerminalDisplay, display_for, table_lines

if TYPE_CHECKING:
    import pytest

PROGRESS = Progress(
    running_s=10,
    counts=Counts(
        requests=200, statuses=((200, 120), (201, 80)), scored=80, flagged=30, outcomes=(("fp", 5), ("tp", 45))
    ),
    stored=Stored(spans=900, traces=200, logs=300, metric_points=1000, exemplars=70),
    links=(Link(label="traces", hint="all requests", url="http://127.0.0.1:4318/traces"),),
)


class Terminal(io.StringIO):
    """Text that a terminal would show."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_panel_of_figures_and_addresses_and_the_verdict_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    terminal = Terminal()

    with display_for(terminal) as display:
        assert isinstance(display, TerminalDisplay)
        display.say("ready")
        display.show(PROGRESS)
        display.conclude()
        display.say("everything arrived")

    shown = terminal.getvalue()
    assert "otelkit demo \u00b7 10 s" in shown
    assert "200 (20/s)" in shown
    assert "120 x 200, 80 x 201" in shown
    assert "45 of 50 (90.0%)" in shown
    assert "200 traces, 900 spans, 300 logs, 1000 data points, 70 exemplars" in shown
    assert "http://127.0.0.1:4318/traces" in shown
    assert shown.rindex("\u256f") < shown.rindex("everything arrived")


def test_in_eighty_columns_the_longest_address_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    url = f"http://127.0.0.1:43180/traces/{'a' * 32}"
    terminal = Terminal()

    with TerminalDisplay(terminal) as display:
        display.show(replace(PROGRESS, links=(Link(label="durations", hint="", url=url),)))

    assert url in re.sub(r"\x1b\]8;[^\x1b]*\x1b\\", "", terminal.getvalue())


def test_elsewhere_there_are_plain_lines_and_each_address_is_said_once() -> None:
    stream = io.StringIO()

    with display_for(stream) as display:
        assert isinstance(display, PlainDisplay)
        for _ in range(3):
            display.show(PROGRESS)
        display.conclude()
        display.say("everything arrived")

    assert stream.getvalue() == "all requests: http://127.0.0.1:4318/traces\neverything arrived\n"


def test_numbers_stand_to_the_right_and_texts_to_the_left() -> None:
    assert table_lines(("what", "sent"), [("spans", "7"), ("logs", "1234")]) == [
        "what   sent",
        "-----  ----",
        "spans     7",
        "logs   1234",
    ]
