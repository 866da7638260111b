"""A service that does nothing but telemetry: transactions of known number, kind and content, through the real otelkit.

``python -m tests.stack.producer --transactions 100``; where it is sent says the environment. It writes a line of JSON
for each transaction, and at the end one with the report of the shutdown.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from typing import Final

from opentelemetry import trace

import otelkit
from otelkit import Attribute
from otelkit.signals.proxies import tracer

SERVICE: Final = "producer"

PERIOD: Final = 20
"""Of so many transactions one fails, one is slow and one is a probe."""

SLOW_S: Final = 3.0

_NS: Final = 1_000_000_000

log = otelkit.get_logger("producer")
transactions = otelkit.counter(
    "stack.transaction.count",
    unit="{transaction}",
    description="Transactions that the producer made up.",
    attributes=(Attribute("kind", values=("plain", "failed", "slow", "probe")),),
    from_zero=True,
)
took = otelkit.histogram(
    "stack.transaction.duration",
    unit="s",
    description="How long they pretended to take.",
    attributes=(Attribute("kind", values=("plain", "failed", "slow", "probe")),),
)


class RefusedError(Exception):
    """A transaction that was made to fail."""


def kind_of(number: int) -> str:
    """The kind of a transaction, by its number."""
    return {1: "failed", 2: "slow", 3: "probe"}.get(number % PERIOD, "plain")


def transact(number: int, run: str, *, depth: int = 0) -> str:
    """Make one transaction: a server span with a span in it, a log record, and what is counted; return its trace id.

    Args:
        number: decides the kind.
        run: names the run in every span and record.
        depth: calls below the one that fails, which make its stack trace long.

    """
    kind = kind_of(number)
    seconds = SLOW_S if kind == "slow" else 0.02
    now = time.time_ns()
    path = "/healthz" if kind == "probe" else "/transactions"
    server = tracer.get_tracer("producer").start_span(
        f"GET {path}",
        context=trace.set_span_in_context(trace.INVALID_SPAN),
        kind=trace.SpanKind.SERVER,
        start_time=now - int(seconds * _NS),
        attributes={"url.path": path, "http.request.method": "GET", "stack.run": run, "stack.number": number},
    )
    with trace.use_span(server, end_on_exit=False):
        with tracer.get_tracer("producer").start_as_current_span("work", attributes={"stack.run": run}):
            if kind == "failed":
                try:
                    _refuse(depth)
                except RefusedError:
                    log.exception("transaction failed", run=run, number=number)
            else:
                log.info("transaction done", run=run, number=number, seconds=seconds, kind=kind)
        took.record(seconds, {"kind": kind})
    if kind == "failed":
        server.set_status(trace.StatusCode.ERROR)
    server.end(now)
    transactions.add(1, {"kind": kind})
    return format(server.get_span_context().trace_id, "032x")


def _refuse(depth: int) -> None:
    # Two functions in turn, because the interpreter shortens the repetitions of one.
    if depth <= 0:
        raise RefusedError("refused on purpose, with " + "a rather long explanation " * 4)
    _refuse_again(depth - 1)


def _refuse_again(depth: int) -> None:
    _refuse(depth - 1)


def main() -> int:
    """Make transactions as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, required=True)
    parser.add_argument("--rate", type=float, default=200.0, help="transactions a second")
    parser.add_argument("--run", default="run")
    parser.add_argument("--depth", type=int, default=0)
    parser.add_argument("--idle-before", type=float, default=0.0, help="seconds before the first transaction")
    arguments = parser.parse_args()
    otelkit.init(SERVICE, environment="test")
    time.sleep(arguments.idle_before)
    began = time.monotonic()
    for number in range(arguments.transactions):
        time.sleep(max(0.0, began + number / arguments.rate - time.monotonic()))
        trace_id = transact(number, arguments.run, depth=arguments.depth)
        _say({"number": number, "kind": kind_of(number), "trace_id": trace_id, "at": time.time()})
    report = otelkit.shutdown()
    _say({"stopped": {name: asdict(signal) for name, signal in report.signals.items()}})
    return 0


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
