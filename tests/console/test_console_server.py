"""The console as a program and as an object: it starts, says where it is, and ends cleanly."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from otelkit.console.server import ConsoleServer, ConsoleStartError
from tests.console.payloads import span, trace_request
from tests.console.talking import get, request, send
from tests.program import output, run

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextlib.contextmanager
def program(*arguments: str) -> Generator[subprocess.Popen[str]]:
    """``otelkit console`` in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "otelkit", "console", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_address_and_ends_cleanly_on_a_signal(ending: signal.Signals, tmp_path: Path) -> None:
    with program("--port", "0", "--database", str(tmp_path / "console.sqlite")) as process:
        address = first_line(process).split()[2].removeprefix("http://")
        said = first_line(process)
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        # the connection stays open, as a browser's does
        process.send_signal(ending)
        _, err = process.communicate(timeout=20)
        connection.close()
    assert process.returncode == 0
    assert err == ""
    assert said == f"send to it with OTEL_EXPORTER_OTLP_ENDPOINT=http://{address}\n"


def test_an_impatient_second_ctrl_c_changes_nothing() -> None:
    with program("--port", "0") as process:
        first_line(process)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_the_command_leaves_no_temporary_file_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "otelkit", "console", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert first_line(process).startswith("otelkit console: http://127.0.0.1:")
        assert list(tmp_path.iterdir())
        process.terminate()
        process.communicate(timeout=20)
    assert not list(tmp_path.iterdir())


def test_a_taken_port_is_said_in_one_line() -> None:
    with ConsoleServer(port=0) as console:
        port = console.url.rsplit(":", 1)[1]
        with program("--port", port) as process:
            _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err == (
        f"otelkit console: port {port} of 127.0.0.1 is in use: another console or a collector? "
        "Choose another with --port, or --port 0 for a free one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:"),
        (["--host", "no such host"], "cannot listen on no such host:"),
        (["--database", "/dev/null/x"], "/dev/null/x: Not a directory"),
    ],
)
def test_what_stands_in_the_way_is_said_in_one_line(arguments: list[str], said: str) -> None:
    with program("--port", "0", *arguments) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.startswith(f"otelkit console: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--port", "70000"], ["--port", "x"], ["--keep", "0"], ["--max-megabytes", "-1"], ["--nothing"]]
)
def test_wrong_arguments_end_with_2(arguments: list[str]) -> None:
    with program(*arguments) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert arguments[0] in err


def test_without_the_extra_the_exact_command_is_named() -> None:
    ended = run("""
        import sys
        sys.modules["uvicorn"] = None  # as if it was not installed
        from otelkit.cli import main
        sys.exit(main(["console", "--port", "0"]))
    """)
    assert ended.code == 1
    assert "pip install 'otelkit[console]'" in ended.err
    assert ended.err.count("\n") == 1


def test_the_command_line_loads_no_server_until_the_console_runs() -> None:
    loaded = output("""
        import contextlib, io, sys
        from otelkit.cli import main
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            main(["--help"])
        print(sorted({"starlette", "uvicorn", "sqlite3", "opentelemetry.proto"} & set(sys.modules)))
    """)
    assert loaded == "[]"


def test_a_server_object_gives_its_address_and_stops_answering_after_stop() -> None:
    console = ConsoleServer(port=0)
    with pytest.raises(RuntimeError, match="not started"):
        _ = console.url
    with console:
        running = console.running
        send(console, trace_request([span(1, 1)]))
        assert get(console, "/api/stats")["spans"] == 1
    assert (running, console.running) == (True, False)
    console.stop()
    with pytest.raises(ConnectionRefusedError):
        request(console, "GET", "/healthz")
    with pytest.raises(RuntimeError, match="started already"):
        console.start()


def test_two_servers_do_not_share_a_port_or_anything_else() -> None:
    with ConsoleServer(port=0) as one, ConsoleServer(port=0) as other:
        assert one.url != other.url
        send(one, trace_request([span(1, 1)]))
        assert get(other, "/api/stats")["spans"] == 0
        port = int(one.url.rsplit(":", 1)[1])
        with pytest.raises(ConsoleStartError, match="in use"):
            ConsoleServer(port=port).start()


def test_an_ipv6_address_is_listened_on_and_named() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with ConsoleServer(host="::1", port=0) as console:
            assert console.url.startswith("http://[::1]:")
            assert request(console, "GET", "/healthz").status == 200
    except ConsoleStartError as error:
        pytest.skip(str(error))


def test_nothing_of_the_console_stays_behind() -> None:
    before = set(threading.enumerate())
    with ConsoleServer(port=0) as console:
        get(console, "/api/traces")
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(threading.enumerate()) - before == set()


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ConsoleServer(port=0, keep=0)


def test_the_console_traces_and_logs_nothing_of_itself_in_an_instrumented_process() -> None:
    """Its own spans would arrive at itself, and make new ones, for ever."""
    seen = output("""
        import logging, urllib.request
        from opentelemetry import trace
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        FastAPIInstrumentor().instrument()
        lines = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.name)
        logging.basicConfig(level=logging.INFO, handlers=[handler])

        from otelkit.console.server import ConsoleServer
        with ConsoleServer(port=0) as console:
            for path in ("/api/traces", "/healthz"):
                urllib.request.urlopen(console.url + path).read()
        print(len(exporter.get_finished_spans()), lines.count("uvicorn.access"))
    """)
    assert seen == "0 0"
