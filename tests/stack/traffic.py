"""Applications that send to the stack: the producer of known transactions, and the fraud service on its real data.

They run as processes of their own, configured by the environment as a user's services are.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final, Self, cast

import httpx

from otelkit.cli.demonstration.answers import Answer
from otelkit.cli.demonstration.destinations import services_environment
from otelkit.cli.demonstration.example import REPUTATION, SCORING, replay_command, service_command, write_log_config
from otelkit.cli.demonstration.programs import Programs, free_port
from otelkit.cli.demonstration.services_words import words_in
from tests.stack.building import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from otelkit.cli.demonstration.programs import Program
    from otelkit.cli.demonstration.services_words import Words

_QUICK: Final = {
    "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    "OTEL_BSP_SCHEDULE_DELAY": "250",
    "OTEL_BLRP_SCHEDULE_DELAY": "250",
    "OTELKIT_SHUTDOWN_TIMEOUT": "20",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction of the producer."""

    number: int
    kind: str
    trace_id: str
    at: float
    """When it was over, in seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the producer says became of one signal's records."""

    delivered: int
    failed: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What the producer did."""

    transactions: tuple[Transaction, ...]
    delivery: Mapping[str, Delivery]

    def trace_ids(self, *kinds: str) -> set[str]:
        """Return the trace ids of the transactions of these kinds; of all without one."""
        return {one.trace_id for one in self.transactions if not kinds or one.kind in kinds}

    @property
    def lossless(self) -> bool:
        """Whether the collector accepted everything."""
        return bool(self.delivery) and all(one.complete and not one.failed for one in self.delivery.values())


class Producer:
    """A running producer.

    Args:
        endpoint: the OTLP/HTTP endpoint.
        transactions: how many it makes.
        run: names the run in every span and record.
        rate: transactions a second.
        depth: length of the failed ones' stack traces, in calls.
        idle_before: seconds between its start and the first transaction.
        settings: further environment variables.

    """

    def __init__(
        self,
        endpoint: str,
        transactions: int,
        *,
        run: str,
        rate: float = 200.0,
        depth: int = 0,
        idle_before: float = 0.0,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        # Files, because a pipe that nobody reads stops the producer once it is full.
        self._out = TemporaryFile("w+")  # noqa: SIM115 - closed at the end of the context that the producer itself is
        self._err = TemporaryFile("w+")  # noqa: SIM115 - same
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-m", "tests.stack.producer", "--transactions", str(transactions)),
                *("--run", run, "--rate", str(rate), "--depth", str(depth), "--idle-before", str(idle_before)),
            ],
            cwd=ROOT,
            env={**_clean(), **_QUICK, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **(settings or {})},
            stdout=self._out,
            stderr=self._err,
        )

    def finish(self, timeout_s: float = 120.0) -> Produced:
        """Wait for its end and return what it did.

        Raises:
            RuntimeError: it failed.

        """
        if self._process.wait(timeout_s) != 0:
            self._err.seek(0)
            raise RuntimeError(f"the producer failed:\n{self._err.read()}")
        self._out.seek(0)
        lines: list[dict[str, Any]] = [json.loads(line) for line in self._out]
        ends: list[dict[str, dict[str, Any]]] = [line["stopped"] for line in lines if "stopped" in line]
        return Produced(
            transactions=tuple(Transaction(**line) for line in lines if "number" in line),
            delivery={
                name: Delivery(
                    delivered=signal["delivered_in_all"], failed=signal["failed_in_all"], complete=signal["complete"]
                )
                for stopped in ends
                for name, signal in stopped.items()
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._out.close()
        self._err.close()


def produce(endpoint: str, transactions: int, **options: Any) -> Produced:
    """Run a producer to its end; the options are those of ``Producer``."""
    with Producer(endpoint, transactions, **options) as producer:
        return producer.finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What the fraud services did, and what they say became of their telemetry."""

    answers: tuple[Answer, ...]
    words: Mapping[str, Words]

    @property
    def calls(self) -> int:
        """How many spans of calls from the scoring to the reputation service there must be, as far as answers tell."""
        return sum(answer.reputation_attempts or 0 for answer in self.answers)


def replay_fraud(endpoint: str, *, requests: int, folder: Path, rate: float = 40.0) -> Replayed:
    """Start the two fraud services, replay the data to them, and end them in order.

    Args:
        endpoint: the OTLP/HTTP endpoint.
        requests: how many are sent.
        folder: where what they write is kept.
        rate: requests a second.

    Raises:
        RuntimeError: a program failed.

    """
    log_config = folder / "logging.json"
    write_log_config(log_config)
    environment = services_environment(endpoint, own_console=True)
    with Programs(folder, environment) as programs:
        ports = {REPUTATION: free_port(), SCORING: free_port()}
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        more = {"FRAUD_REPUTATION_URL": urls[REPUTATION], "FRAUD_DATABASE": str(folder / "decisions.sqlite")}
        services = {
            name: programs.start(
                name,
                service_command(module, ports[name], log_config=log_config),
                more={**more, "OTELKIT_LOGS_DIRECTORY": str(folder / f"{name}-logs")},
            )
            for name, module in ((REPUTATION, "reputation_app"), (SCORING, "app"))
        }
        for name, service in services.items():
            _await(service, f"{urls[name]}/healthz")
        replayer = programs.start(
            "replayer", replay_command(urls[SCORING], requests=requests, seconds=None, rate=rate), piped=True
        )
        answers = tuple(Answer.from_line(line) for line in replayer.lines)
        if replayer.stop() != 0:
            raise RuntimeError(f"the replayer failed:\n{replayer.last_words()}")
        for name in (SCORING, REPUTATION):
            services[name].stop()
        words = {name: words_in(service.output, folder / f"{name}-logs") for name, service in services.items()}
    return Replayed(answers=answers, words=words)


def log_lines(folder: Path, service: str) -> list[dict[str, object]]:
    """Return what a fraud service wrote to its own log files, which do not pass through the pipeline."""
    files = sorted((folder / f"{service}-logs").glob("app*.jsonl"))
    return [cast("dict[str, object]", json.loads(line)) for file in files for line in file.read_text().splitlines()]


def _await(service: Program, url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and service.exit_code is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=1, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{service.name} is not ready:\n{service.last_words()}")


def _clean() -> dict[str, str]:
    # The last two: the library that OTLP/HTTP is sent with prefers them to OTEL_EXPORTER_OTLP_CERTIFICATE.
    dropped = ("OTEL_", "OTELKIT_", "FRAUD_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
