"""The console: pretty on a terminal, JSON elsewhere, ids in both, never a second line, never a forged one."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import re
import select
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opentelemetry.context import Context

from otelkit.signals.log_capture.entry import ExceptionFacts, LogEntry
from otelkit.signals.log_capture.json_lines import json_line
from otelkit.signals.log_capture.pretty_lines import pretty_line
from otelkit.signals.log_capture.structured import get_logger
from tests.program import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.trace import Tracer

    from otelkit.signals.log_capture.console import ConsoleChoice
    from tests.logs.collected import Collected

GOLDEN = Path(__file__).parent / "golden"
TIME_NS = 1_700_000_000_123_456_789


def entries() -> list[LogEntry]:
    """One entry of every kind that looks different."""
    quiet = {"trace_id": "", "span_id": ""}
    ids = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"}
    error = ExceptionFacts(
        type="shop.CardRefusedError",
        message="stolen",
        text='Traceback (most recent call last):\n  File "shop.py", line 3, in pay\nshop.CardRefusedError: stolen\r\n'
        "12:00:00.000 INFO  forged",
        fingerprint="0123456789abcdef",
    )

    def entry(message: object, severity: int, where: dict[str, str], /, **fields: object) -> LogEntry:
        return LogEntry(
            time_ns=TIME_NS,
            logger="shop.payments",
            level=severity,
            message=message,  # type: ignore[arg-type]
            fields=fields,  # type: ignore[arg-type]
            context=Context(),
            path="/srv/shop.py",
            line=3,
            function="pay",
            exception=error if severity >= logging.ERROR else None,
            stream="audit" if message == "model.promoted" else None,
            **where,
        )

    return [
        entry("service started", logging.INFO, quiet),
        entry("transaction scored", logging.INFO, ids, score=0.93, tenant="acme", note="two words"),
        entry("a much longer event than there is room for in the column", logging.DEBUG, ids, n=1),
        entry("nested", logging.WARNING, ids, it={"a": [1, None, True]}, nan=float("nan"), raw=b"\x00\xff", level="x"),
        entry({"event": "mapping", "n": 1}, logging.INFO, quiet),
        entry("evil\r\n12:00:00.000 INFO  forged \x1b[31m\x9b31m \u202e", logging.INFO, quiet, **{"k\n": "v\x1b[2J"}),
        entry("failed", logging.ERROR, ids, case="c-1"),
        entry("dying", logging.CRITICAL, ids),
        entry("below debug", 5, quiet),
        entry("model.promoted", logging.INFO, ids, version="12"),
    ]


@pytest.fixture
def _in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_utc")
@pytest.mark.parametrize("name", ["pretty.txt", "pretty_colours.txt", "lines.jsonl"])
def test_lines_look_as_they_should(name: str) -> None:
    """Written anew by running the tests with OTELKIT_WRITE_GOLDEN=1."""
    if name == "lines.jsonl":
        lines = [json_line(entry, "shop") for entry in entries()]
    else:
        lines = [pretty_line(entry, colours="colours" in name) for entry in entries()]
    text = "\n".join(lines) + "\n"
    if os.environ.get("OTELKIT_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")
    if name == "lines.jsonl":
        assert len([json.loads(line) for line in text.splitlines()]) == len(entries())


def entry_error() -> Exception:
    try:
        int("no")
    except ValueError as error:
        return error
    raise AssertionError


def test_no_untrusted_text_reaches_the_terminal_unescaped() -> None:
    lines = [line for entry in entries() for line in pretty_line(entry, colours=False).split("\n")]
    assert all(line.isprintable() for line in lines)
    records = [line for line in lines if re.match(r"\d\d:\d\d:\d\d\.\d{3} ", line)]
    assert len(records) == len(entries())


def test_json_lines_carry_ids_typed_fields_and_the_whole_traceback(
    collected: Collected, tracer: Tracer, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.install(console="json")
    with tracer.start_as_current_span("s") as span:
        get_logger("a").error("failed", score=0.5, exc_info=entry_error())
    line = json.loads(capsys.readouterr().err)
    ids = span.get_span_context()
    assert (line["trace_id"], line["span_id"]) == (f"{ids.trace_id:032x}", f"{ids.span_id:016x}")
    assert (line["message"], line["level"], line["logger"], line["score"]) == ("failed", "ERROR", "a", 0.5)
    assert line["exception.type"] == "ValueError"
    assert line["exception"].startswith("Traceback (most recent call last):\n")


def test_pretty_lines_carry_the_trace_id(
    collected: Collected, tracer: Tracer, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.install(console="pretty")
    with tracer.start_as_current_span("s") as span:
        get_logger("a").info("hello", n=1)
    err = capsys.readouterr().err
    assert f" {span.get_span_context().trace_id:032x}"[:9] in err
    assert err.endswith("n=1\n")
    assert err.count("\n") == 1


def test_an_application_with_handlers_of_its_own_gets_no_second_line(
    collected: Collected, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.without_pytest_handlers()
    collected.install(console="auto")
    own = io.StringIO()
    get_logger("a").info("before it configured logging")
    logging.basicConfig(stream=own, format="%(message)s")
    get_logger("a").info("after it did")
    assert own.getvalue() == "after it did\n"
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == [
        "before it configured logging"
    ]


def test_asked_for_explicitly_the_console_writes_beside_the_application_s_handlers(
    collected: Collected, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.basicConfig(stream=io.StringIO(), force=True)
    collected.install(console="json")
    get_logger("a").info("hello")
    assert capsys.readouterr().err.count("\n") == 1


def test_what_a_logger_keeps_to_its_own_stream_is_not_repeated(
    collected: Collected, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.without_pytest_handlers()
    own = io.StringIO()
    uvicorn = logging.getLogger("uvicorn")
    uvicorn.addHandler(logging.StreamHandler(own))
    uvicorn.propagate = False
    choices: list[ConsoleChoice] = ["auto", "json"]
    for console in choices:
        collected.install(console=console)
        logging.getLogger("uvicorn.error").info("Started")
    assert own.getvalue() == "Started\nStarted\n"
    assert capsys.readouterr().err == ""
    assert len(collected.records) == 2


def test_a_library_s_null_handler_silences_nothing(collected: Collected, capsys: pytest.CaptureFixture[str]) -> None:
    collected.without_pytest_handlers()
    collected.install(console="auto")
    logging.getLogger("library").addHandler(logging.NullHandler())
    logging.getLogger("library").info("hello")
    assert json.loads(capsys.readouterr().err)["message"] == "hello"


def test_switched_off_the_console_is_silent_even_without_handlers(
    collected: Collected, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.without_pytest_handlers()
    logging.getLogger("a").error("stdlib's handler of last resort would print this")
    assert capsys.readouterr().err == ""
    assert len(collected.records) == 1


def test_a_closed_missing_or_narrow_stderr_harms_nobody(collected: Collected, monkeypatch: pytest.MonkeyPatch) -> None:
    collected.without_pytest_handlers()
    collected.install(console="json")
    monkeypatch.setattr(sys, "stderr", None)
    get_logger("a").info("nowhere")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii"))
    get_logger("a").info("caf\u00e9")
    assert raw.getvalue().isascii()
    assert json.loads(raw.getvalue())["message"] == "caf\u00e9"
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    get_logger("a").info("closed")
    assert [record.body for record in collected.records[:3]] == ["nowhere", "caf\u00e9", "closed"]
    # The second is the record that reports the first.
    collected.expect_internal_errors("log_capture.console: ValueError", "log_capture.console: ValueError")


PROGRAM = """
    from otelkit.signals.log_capture.installation import install_options
    from otelkit.signals.log_capture.options import CaptureOptions
    from otelkit.signals.log_capture.structured import get_logger
    install_options(CaptureOptions(service="svc"))
    get_logger("shop").info("hello", n=1)
"""


def test_without_a_terminal_the_console_is_json_on_stderr() -> None:
    ended = run(PROGRAM)
    assert ended.out == ""
    assert json.loads(ended.err)["n"] == 1


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_on_a_terminal_the_console_is_pretty(environment: dict[str, str], coloured: bool) -> None:  # noqa: FBT001 - a parameter of the case
    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], stderr=theirs, env={**clean, "TERM": "xterm", **environment}
    )
    os.close(theirs)
    shown = b""
    try:
        while b"\n" not in shown and select.select([ours], [], [], 30)[0]:
            shown += os.read(ours, 4096)
    finally:
        program.wait(timeout=30)
        os.close(ours)
    text = shown.decode()
    assert ("\x1b[32m" in text) is coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", text).rstrip().endswith("[shop] n=1")


def test_a_forked_child_writes_although_another_thread_held_the_lock() -> None:
    ended = run(
        """
        import os, threading
        from otelkit.signals.log_capture import installation
        from otelkit.signals.log_capture.options import CaptureOptions
        from otelkit.signals.log_capture.structured import get_logger
        installation.install_options(CaptureOptions(service="svc"))
        console = installation.delivery().console
        held, go_on = threading.Event(), threading.Event()
        def hold():
            with console._lock:
                held.set()
                go_on.wait(20)
        threading.Thread(target=hold).start()
        held.wait()
        child = os.fork()
        if child == 0:
            get_logger("child").info("alive")
            os._exit(0)
        os.waitpid(child, 0)
        go_on.set()
        """,
        timeout=30,
    )
    assert json.loads(ended.err)["message"] == "alive"
