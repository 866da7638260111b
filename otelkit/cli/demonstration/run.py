"""The run of the demo: start everything, replay, end everything in order, and judge what arrived.

The parts are in the modules beside; this one only knows their order.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from otelkit.cli.demonstration.acceptance import accepted_signals
from otelkit.cli.demonstration.answers import Answer, Tally
from otelkit.cli.demonstration.arrival import REQUESTS, compare
from otelkit.cli.demonstration.console_reader import ConsoleReader, Stored
from otelkit.cli.demonstration.destinations import (
    UnreachableError,
    reach,
    resource_attributes,
    services_environment,
)
from otelkit.cli.demonstration.display import Link, Progress, table_lines
from otelkit.cli.demonstration.engines import EngineError
from otelkit.cli.demonstration.example import REPUTATION, SCORING, replay_command, service_command, write_log_config
from otelkit.cli.demonstration.programs import Programs, free_port
from otelkit.cli.demonstration.services_words import words_in
from otelkit.cli.demonstration.stack_reader import StackReader
from otelkit.cli.demonstration.verification import await_verdict

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from types import FrameType

    from otelkit.cli.demonstration.arrival import Verdict
    from otelkit.cli.demonstration.display import Display
    from otelkit.cli.demonstration.programs import Program
    from otelkit.cli.demonstration.services_words import Words
    from otelkit.cli.demonstration.verification import Verification

READY_TIMEOUT_S: Final = 60.0
"""How long the services may take to start."""

ARRIVAL_TIMEOUT_S: Final = 10.0
"""How long to wait, at the end, for the console to hold what the services say they sent."""

INTERRUPTED: Final = 130
"""Exit code of a bounded run that was ended before it could be judged: as the shell reports a Ctrl-C."""

_POLL_S: Final = 0.25
_ASK_INTERVAL_S: Final = 1.0


class DemoError(Exception):
    """The demo cannot go on; the text is for the person at the terminal."""


class _StoppedError(Exception):
    """Someone asked the demo to end while it was starting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What was asked for on the command line."""

    requests: int | None = None
    seconds: float | None = None
    rate: float = 20.0
    endpoint: str | None = None
    port: int = 4318
    verification: Verification | None = None
    """How a bounded run asks the stack behind ``endpoint`` for what arrived; None where nobody there is asked."""

    @property
    def bounded(self) -> bool:
        """Whether the run ends by itself, and is judged."""
        return self.requests is not None or self.seconds is not None


def run_demo(options: DemoOptions, display: Display) -> int:
    """Run the demo and return the exit code.

    Args:
        options: what to run.
        display: where to show it.

    Returns:
        0 when a bounded run's telemetry arrived (with ``endpoint`` and no ``verification``: was accepted), or an
        unbounded run was ended by a signal; 130 when a bounded run was ended by a signal; 1 otherwise.

    """
    folder = Path(tempfile.mkdtemp(prefix="otelkit-demo-"))
    with _stop_on_signals() as stopping:
        try:
            code = _Run(options, display, folder, stopping).run()
        except (DemoError, UnreachableError, EngineError) as error:
            display.say(str(error))
            code = 1
        except httpx.HTTPError as error:
            display.say(f"the console does not answer: {error}")
            code = 1
        except _StoppedError:
            code = _ended_early(options, display, "while the services were starting")
    if code == 1 and any(folder.iterdir()):
        display.say(f"what the services wrote is kept in {folder}")
    else:
        shutil.rmtree(folder)
    return code


class _Run:
    def __init__(self, options: DemoOptions, display: Display, folder: Path, stopping: threading.Event) -> None:
        self._options = options
        self._display = display
        self._folder = folder
        self._stopping = stopping
        self._started = time.monotonic()
        self._tally = Tally(keep=options.bounded)
        self._first_trace_told = False
        self._stored_now = Stored()
        self._ask_again_at = 0.0
        self._instances = {name: str(uuid.uuid4()) for name in (REPUTATION, SCORING)}

    def run(self) -> int:
        if self._options.endpoint is not None:
            reach(self._options.endpoint)
            if self._options.verification is not None:
                return self._run_verified(self._options.endpoint, self._options.verification)
            words = self._drive(self._options.endpoint, console=None)
            self._display.conclude()
            return self._judge_accepted(words)
        with self._own_console() as url, ConsoleReader(url) as console:
            words = self._drive(url, console=console)
            self._display.conclude()
            if self._stopping.is_set():
                return self._ended_early()
            self._await_arrival(words, console)
            return self._tell_verdict(compare(self._tally.answers, words, console))

    def _run_verified(self, endpoint: str, verification: Verification) -> int:
        with StackReader(verification.addresses, self._instances) as stack:
            stack.greet()
            words = self._drive(endpoint, console=None)
            self._display.conclude()
            if self._stopping.is_set():
                return self._ended_early()
            self._display.say("asking Prometheus, Tempo and Loki what arrived")
            verdict = await_verdict(
                self._tally.answers, words, stack, patience_s=verification.patience_s, stopping=self._stopping
            )
            return self._ended_early() if verdict is None else self._tell_verdict(verdict)

    def _ended_early(self) -> int:
        after = f"after {self._running_s:.0f} s and {self._tally.counts.requests} requests"
        return _ended_early(self._options, self._display, after)

    @contextlib.contextmanager
    def _own_console(self) -> Generator[str]:
        from otelkit.console.server import ConsoleServer, ConsoleStartError

        try:
            server = ConsoleServer(port=self._options.port).start()
        except ConsoleStartError as error:
            self._display.say(f"the console takes a free port instead: {error}")
            server = ConsoleServer(port=0).start()
        try:
            self._display.say(f"console: {server.url}")
            yield server.url
        finally:
            server.stop()

    def _drive(self, endpoint: str, *, console: ConsoleReader | None) -> dict[str, Words]:
        """Start the services, replay until the end or a signal, and end the services; return what they said."""
        environment = services_environment(endpoint, own_console=console is not None)
        with Programs(self._folder, environment) as programs:
            reputation_port, scoring_port = free_port(), free_port()
            reputation_url = f"http://127.0.0.1:{reputation_port}"
            scoring_url = f"http://127.0.0.1:{scoring_port}"
            self._display.say("starting two services; one trains its model on the first 250 pages")
            more = {"FRAUD_REPUTATION_URL": reputation_url, "FRAUD_DATABASE": str(self._folder / "decisions.sqlite")}
            services = {
                REPUTATION: self._start_service(programs, REPUTATION, "reputation_app", reputation_port),
                SCORING: self._start_service(programs, SCORING, "app", scoring_port, more=more),
            }
            self._await_ready(services[REPUTATION], reputation_url)
            self._await_ready(services[SCORING], scoring_url)
            self._display.say(
                f"ready after {self._running_s:.1f} s; the replayer sends {self._options.rate:g} requests a second"
            )
            self._replay(programs, services, scoring_url, console)
            for service in (services[SCORING], services[REPUTATION]):
                service.ask_to_stop()
            for service in services.values():
                service.stop()
            return {name: words_in(service.output, self._log_folder(name)) for name, service in services.items()}

    def _start_service(
        self, programs: Programs, name: str, module: str, port: int, *, more: Mapping[str, str] | None = None
    ) -> Program:
        log_config = self._folder / "uvicorn-logging.json"
        write_log_config(log_config)
        # Only a bounded run counts the lines that were logged; without an end the files would grow without one.
        files = {"OTELKIT_LOGS_DIRECTORY": str(self._log_folder(name))} if self._options.bounded else {}
        command = service_command(module, port, log_config=log_config)
        instance = {"service.instance.id": self._instances[name]}
        told = resource_attributes(instance) if self._options.verification is not None else {}
        return programs.start(name, command, more={**told, **files, **(more or {})})

    def _log_folder(self, service: str) -> Path:
        return self._folder / f"{service}-logs"

    def _await_ready(self, service: Program, url: str) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._stopping.wait(0.05):
                raise _StoppedError
            if service.exit_code is not None:
                raise DemoError(f"{service.name} ended while it was starting:\n{service.last_words()}")
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{url}/healthz", timeout=1, trust_env=False).is_success:
                    return
        raise DemoError(f"{service.name} was not ready within {READY_TIMEOUT_S:g} s:\n{service.last_words()}")

    def _replay(
        self, programs: Programs, services: dict[str, Program], url: str, console: ConsoleReader | None
    ) -> None:
        options = self._options
        replayer = programs.start(
            "replayer",
            replay_command(url, requests=options.requests, seconds=options.seconds, rate=options.rate),
            piped=True,
        )
        reader = threading.Thread(target=self._read_answers, args=(replayer,), name="otelkit-demo-answers", daemon=True)
        reader.start()
        begun = time.monotonic()
        while replayer.exit_code is None and not self._stopping.wait(_POLL_S):
            self._show(time.monotonic() - begun, console)
            for service in services.values():
                if service.exit_code is not None:
                    raise DemoError(f"{service.name} ended unexpectedly:\n{service.last_words()}")
        replayer.ask_to_stop()
        reader.join(READY_TIMEOUT_S)
        if replayer.stop() != 0:
            raise DemoError(f"the replayer failed:\n{replayer.last_words()}")
        self._show(time.monotonic() - begun, console)

    def _read_answers(self, replayer: Program) -> None:
        for line in replayer.lines:
            self._tally.add(Answer.from_line(line))

    def _show(self, running_s: float, console: ConsoleReader | None) -> None:
        stored = None if console is None else self._stored(console)
        if stored is not None and stored.traces and not self._first_trace_told:
            self._first_trace_told = True
            self._display.say(f"first trace visible after {self._running_s:.1f} s")
        self._display.show(
            Progress(
                running_s=running_s,
                counts=self._tally.counts,
                stored=stored,
                links=() if console is None else self._links(console.url),
            )
        )

    def _stored(self, console: ConsoleReader) -> Stored:
        """Ask the console at most once a second, once the first trace is there."""
        now = time.monotonic()
        if now >= self._ask_again_at:
            self._stored_now = console.stored()
            self._ask_again_at = now + (_ASK_INTERVAL_S if self._stored_now.traces else 0)
        return self._stored_now

    def _links(self, url: str) -> tuple[Link, ...]:
        counts = self._tally.counts
        links = [
            Link(label="traces", hint="all requests", url=f"{url}/traces"),
            Link(label="warnings", hint="log lines from warning up", url=f"{url}/logs?severity=13"),
            Link(
                label="durations",
                hint="how long requests took; a dot leads to its trace",
                url=f"{url}/metrics/{REQUESTS.name}",
            ),
            Link(label="flagged", hint="flagged and clean", url=f"{url}/metrics/otelkit.fraud.transaction.count"),
        ]
        if counts.failed is not None:
            trace = f"{url}/traces/{counts.failed.trace_id}"
            links.append(Link(label="a failure", hint="a request that failed, with its exception", url=trace))
        if counts.slow is not None:
            trace = f"{url}/traces/{counts.slow.trace_id}"
            links.append(Link(label="a retry", hint="a slow one: a timeout, a retry, and why", url=trace))
        return tuple(links)

    @property
    def _running_s(self) -> float:
        return time.monotonic() - self._started

    def _tell_verdict(self, verdict: Verdict) -> int:
        rows = [
            (row.signal, row.what, str(row.sent), str(row.arrived), "" if row.holds else "<-") for row in verdict.rows
        ]
        self._tell(table_lines(("signal", "what", "sent", "arrived", ""), rows))
        self._tell(f"- {problem}" for problem in verdict.problems)
        self._tell(["everything that was sent arrived" if verdict.holds else "NOT everything that was sent arrived"])
        return 0 if verdict.holds else 1

    def _await_arrival(self, words: Mapping[str, Words], console: ConsoleReader) -> None:
        """Give the console the time to store what it has already accepted."""
        spans = sum(said.sent["traces"].accepted for said in words.values() if "traces" in said.sent)
        deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
        while console.stored().spans < spans and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def _judge_accepted(self, words: Mapping[str, Words]) -> int:
        signals = accepted_signals(words)
        rows = [
            (signal.signal, str(signal.sent), str(signal.accepted), "" if signal.holds else "<-") for signal in signals
        ]
        self._tell(table_lines(("signal", "sent", "accepted", ""), rows))
        unanswered = self._tally.counts.unanswered
        if unanswered:
            self._tell([f"- {unanswered} requests got no answer"])
        if unanswered or not all(signal.holds for signal in signals):
            self._tell([f"{self._options.endpoint} did NOT accept everything"])
            return 1
        self._tell([f"{self._options.endpoint} accepted everything; whether it arrived is not known here"])
        return INTERRUPTED if self._stopping.is_set() and self._options.bounded else 0

    def _tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._display.say(line)


def _ended_early(options: DemoOptions, display: Display, when: str) -> int:
    display.say(f"ended {when}; nothing is left running")
    if options.bounded:
        display.say("the run was not finished, so whether everything arrived was not checked")
        return INTERRUPTED
    return 0


@contextlib.contextmanager
def _stop_on_signals() -> Generator[threading.Event]:
    """Set an event on SIGINT, SIGTERM and SIGHUP instead of dying, so that nothing is left running."""
    stopping = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    earlier = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield stopping
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
