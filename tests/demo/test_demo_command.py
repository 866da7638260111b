"""`otelkit demo` as a user runs it: a process of its own, with real services, a real console and real signals."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otelkit.testing import Sink, behaviours

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

TIMEOUT_S = 150
"""Three Python programs start on a machine that may be busy with other tests."""

MARK = "DEMO_TEST_MARK"


class Demo:
    """One `otelkit demo`, whose processes and temporary files can be told from all others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.environment = {**os.environ, MARK: self.mark, "TMPDIR": str(folder)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "otelkit", "demo", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    @contextmanager
    def running(self, *arguments: str, output: int = subprocess.PIPE) -> Generator[subprocess.Popen[bytes]]:
        with subprocess.Popen(
            [sys.executable, "-m", "otelkit", "demo", *arguments],
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    @property
    def left_running(self) -> list[str]:
        """The command lines of processes that still carry the mark of this demo."""
        found: list[str] = []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdecimal() and self.mark.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # it ended while we looked, or is not ours
                continue
        return found

    @property
    def left_behind(self) -> list[str]:
        """The names of what is left in the folder of temporary files."""
        return [path.name for path in self.folder.iterdir()]


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(tmp_path)


def table(output: str) -> dict[str, tuple[int, ...]]:
    """The numbers of each line of the final table."""
    lines = re.findall(r"^(?:traces|metrics|logs|exemplars) .*$", output, re.MULTILINE)
    return {re.sub(r"[\d\s<-]*$", "", line): tuple(map(int, re.findall(r"\d+", line)[-2:])) for line in lines}


def read_until(process: subprocess.Popen[bytes], text: bytes) -> bytes:
    assert process.stdout is not None
    seen = b""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"it ended without saying {text!r}: {seen.decode()}")


def read_terminal(terminal: int, *, until: bytes | None = None) -> bytes:
    """What is written to the terminal up to a text, or up to the end of the program."""
    seen = b""
    while until is None or until not in seen:
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # the other end is closed: it has ended
            break
    assert until is None or until in seen, seen.decode()
    return seen


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_bounded_run_ends_with_zero_when_everything_sent_has_arrived(demo: Demo) -> None:
    ended = demo.run("--requests", "40", "--port", "0")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    counts = table(ended.stdout)
    assert len(counts) == 18
    assert all(sent == arrived for sent, arrived in counts.values())
    assert counts["traces     requests, each with its whole trace"] == (40, 40)
    assert counts["metrics    requests in http.server.request.duration"] == (40, 40)
    for row, (sent, _) in counts.items():
        assert sent > 0 or row.startswith("metrics    outcomes"), row
    assert "everything that was sent arrived" in ended.stdout
    assert "first trace visible after" in ended.stdout
    assert ended.stderr == ""
    assert demo.left_running == []
    assert demo.left_behind == []


def test_ctrl_c_ends_an_unbounded_run_with_zero_and_leaves_no_process(demo: Demo) -> None:
    ours, theirs = pty.openpty()
    with demo.running("--port", "0", output=theirs) as process:
        os.close(theirs)
        seen = read_terminal(ours, until=b"first trace visible")
        assert len(demo.left_running) == 4, "the demo, two services and the replayer"
        process.send_signal(signal.SIGINT)
        seen += read_terminal(ours)
        process.wait(TIMEOUT_S)
    os.close(ours)

    assert process.returncode == 0, seen.decode()
    assert "otelkit demo ·".encode() in seen, "on a terminal there is a panel"
    assert b"nothing is left running" in seen
    assert b"Traceback" not in seen
    assert demo.left_running == []
    assert demo.left_behind == []


def test_a_bounded_run_that_is_interrupted_does_not_claim_to_have_been_checked(demo: Demo) -> None:
    with demo.running("--seconds", "600", "--port", "0") as process:
        wait_for(lambda: len(demo.left_running) == 3)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 130, said.decode()
    assert b"nothing is left running" in said
    assert b"was not checked" in said
    assert b"everything that was sent arrived" not in said
    assert demo.left_running == []
    assert demo.left_behind == []


def test_another_endpoint_is_only_said_to_have_accepted(demo: Demo) -> None:
    with Sink() as sink:
        ended = demo.run("--requests", "20", "--endpoint", sink.url)
        accepted = sink.accepted

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert table(ended.stdout) == {
        "traces": (accepted.spans, accepted.spans),
        "metrics": (accepted.metric_points, accepted.metric_points),
        "logs": (accepted.logs, accepted.logs),
    }
    assert "arrived is not known" in ended.stdout
    assert "everything that was sent arrived" not in ended.stdout
    assert demo.left_running == []


def test_an_endpoint_that_refuses_fails_the_run(demo: Demo) -> None:
    with Sink(behaviours.status(400)) as sink:
        ended = demo.run("--requests", "5", "--endpoint", sink.url)

    assert ended.returncode == 1
    assert "did NOT accept everything" in ended.stdout
    assert all(sent > accepted == 0 for sent, accepted in table(ended.stdout).values())
    assert "what the services wrote is kept in" in ended.stdout
    assert demo.left_running == []


def test_an_endpoint_where_nobody_listens_is_said_before_anything_starts(demo: Demo) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ended = demo.run("--requests", "5", "--endpoint", endpoint)

    assert ended.returncode == 1
    assert f"nothing can be sent to {endpoint}" in ended.stdout
    assert "refused" in ended.stdout
    assert "starting" not in ended.stdout
    assert demo.left_behind == []


@pytest.mark.parametrize("endpoint", ["collector:4318", "grpc://collector:4317", "http://", ""])
def test_an_endpoint_that_is_no_url_is_refused_with_an_example(demo: Demo, endpoint: str) -> None:
    ended = demo.run("--endpoint", endpoint)

    assert ended.returncode == 1
    assert "http://collector.example:4318" in ended.stdout


def test_a_taken_port_is_said_and_another_one_taken(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with demo.running("--port", str(port)) as process:
            said = read_until(process, b"console: ").decode()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=TIMEOUT_S)

    assert f"port {port} of 127.0.0.1 is in use" in said
    assert f"console: http://127.0.0.1:{port}\n" not in said
    assert process.returncode == 0


@pytest.mark.parametrize("missing", ["sklearn", "rich", "opentelemetry.instrumentation.httpx"])
def test_a_missing_package_is_answered_with_the_command_that_installs_it(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from otelkit.cli import main; sys.exit(main(['demo']))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert "pip install 'otelkit[demo]'" in ended.stderr
    assert missing in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--requests", "0"),
        ("--requests", "many"),
        ("--seconds", "-1"),
        ("--seconds", "nan"),
        ("--rate", "0"),
        ("--port", "70000"),
        ("--port", "1", "--endpoint", "http://collector:4318"),
        ("--verify", "--requests", "5"),
        ("--verify", "--endpoint", "http://collector:4318"),
        ("--loki", "http://loki:3100", "--endpoint", "http://collector:4318", "--requests", "5"),
        ("--patience", "5", "--requests", "5"),
        ("--patience", "soon", "--requests", "5"),
    ],
)
def test_wrong_arguments_end_with_two_and_say_which(demo: Demo, arguments: tuple[str, ...]) -> None:
    ended = demo.run(*arguments)

    assert ended.returncode == 2
    assert arguments[0] in ended.stderr or "--endpoint" in ended.stderr
