"""A bad minute: every backend is away, and the collector is killed in its middle. What a queue on disk held arrives.

What was only in a memory at that moment cannot; it is measured, and said in the report of the run.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.stack.asking import Loki, Prometheus, Tempo, eventually
from tests.stack.running import running_stack
from tests.stack.traffic import Produced, Producer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

BACKENDS = ("loki", "tempo", "prometheus")
RATE = 40.0
AWAY_S = 60.0
TRANSACTIONS = int(RATE * (AWAY_S + 20))

IN_MEMORY_S = 5.0
"""How far before the kill a trace may have ended and still be in a memory: the wait for the decision (2 s in these
tests), the delay and the retries of the SDK's batches, and the collector's own batch of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadMinute:
    """What happened, and when, in seconds since the epoch."""

    stack: Stack
    produced: Produced
    gone: float
    killed: float
    back: float


@pytest.fixture(scope="module")
def minute(request: pytest.FixtureRequest) -> Generator[BadMinute]:
    """A steady load over a minute without backends, with a killed collector in its middle."""
    with running_stack() as stack:
        with Producer(stack.collector.endpoint, TRANSACTIONS, run="outage", rate=RATE) as producer:
            time.sleep(5)
            gone = time.time()
            for name in BACKENDS:
                stack.backends[name].stop()
            time.sleep(AWAY_S / 2)
            killed = time.time()
            stack.collector.program.kill()
            time.sleep(1)
            stack.collector.program.start()
            stack.collector.program.await_ready()
            time.sleep(max(0.0, gone + AWAY_S - time.time()))
            for name in BACKENDS:
                stack.backends[name].start()
            for name in BACKENDS:
                stack.backends[name].await_ready()
            back = time.time()
            produced = producer.finish()
        yield BadMinute(stack=stack, produced=produced, gone=gone, killed=killed, back=back)
        stack.backends.keep = bool(request.session.testsfailed)


def test_the_collector_accepted_everything_although_no_backend_was_there(minute: BadMinute) -> None:
    delivery = minute.produced.delivery
    for signal in ("logs", "traces"):
        assert delivery[signal].complete
        assert delivery[signal].failed == 0, delivery
    # Counters are cumulative: the export that the kill cut off is made good by the next one.
    assert delivery["metrics"].failed < 5 * delivery["metrics"].delivered / (AWAY_S + 20)
    assert len(minute.produced.transactions) == TRANSACTIONS


def test_every_log_record_of_the_bad_minute_is_in_loki(
    minute: BadMinute, record_property: Callable[[str, object], None]
) -> None:
    loki = Loki(minute.stack.backends.loki_url)

    def arrived() -> Counter[int]:
        lines = loki.lines('{service_name="producer"} | run="outage"')
        return Counter(int(line.metadata["number"]) for line in lines)

    seen = eventually(arrived, lambda numbers: len(numbers) == TRANSACTIONS)
    record_property("log records that arrived twice", seen.total() - len(seen))
    assert sorted(seen) == list(range(TRANSACTIONS))


def test_counters_are_right_after_the_bad_minute(minute: BadMinute) -> None:
    prometheus = Prometheus(minute.stack.backends.prometheus_url)
    asked = "sum(stack_transaction_count_total)"
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= TRANSACTIONS) == TRANSACTIONS


def test_every_data_point_of_the_bad_minute_is_in_prometheus(
    minute: BadMinute, record_property: Callable[[str, object], None]
) -> None:
    prometheus = Prometheus(minute.stack.backends.prometheus_url)
    sent = minute.produced.delivery["metrics"]
    # One series for each data point: a counter's only one, and of a histogram the one that counts.
    names = ("stack_transaction_count_total", "stack_transaction_duration_seconds_count")

    def points() -> float:
        # Prometheus itself puts a zero at the start of each series.
        each = (f"sum(count_over_time({name}[1h])) - count(last_over_time({name}[1h]))" for name in names)
        return sum(prometheus.value(one) for one in each)

    seen = eventually(points, lambda number: number >= sent.delivered)
    record_property("data points in Prometheus", f"{seen:.0f}, accepted {sent.delivered}, unanswered {sent.failed}")
    assert sent.delivered <= seen <= sent.delivered + sent.failed


def test_every_trace_is_in_tempo_but_those_that_were_in_the_killed_collectors_memory(
    minute: BadMinute, record_property: Callable[[str, object], None]
) -> None:
    tempo = Tempo(minute.stack.backends.tempo_url)
    at = {one.trace_id: one.at for one in minute.produced.transactions if one.kind != "probe"}
    in_memory = {
        trace_id for trace_id, time_s in at.items() if minute.killed - IN_MEMORY_S < time_s < minute.killed + 1
    }
    must = set(at) - in_memory
    found = eventually(lambda: tempo.search('{span.stack.run="outage"}'), lambda ids: ids >= must, within_s=90)
    record_property("traces lost with the collector's memory", f"{len(set(at) - found)} of {len(at)}")
    assert must - found == set()
    assert len(in_memory) < IN_MEMORY_S * 2 * RATE


def test_the_queues_on_disk_are_empty_afterwards(minute: BadMinute) -> None:
    prometheus = Prometheus(minute.stack.backends.prometheus_url)
    assert eventually(lambda: prometheus.query("sum(otelcol_exporter_queue_size) == 0"), bool)
