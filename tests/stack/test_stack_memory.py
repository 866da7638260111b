"""The memory limiter: a flood is refused with an answer that senders retry, and the collector outlives it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from tests.stack.asking import eventually
from tests.stack.collectors import Collector
from tests.stack.traffic import Produced, Producer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.stack.asking import Loki
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

LIMIT_MIB = 200
ENOUGH_REFUSALS = 20
PATIENCE_S = 60.0
SENDERS = 4
SPANS = 2000
MARK = b"\xde\xad\xbe\xef\xde\xad\xbe\xef"
RETRYABLE = {429, 502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flooded:
    """What a flood was answered with, and what it did to the collector."""

    answers: Counter[int]
    peak_mib: float
    produced: Produced
    alive: bool


def payload() -> bytes:
    """One request of about four megabytes, every span of another trace."""
    now = time.time_ns()
    filling = KeyValue(key="filling", value=AnyValue(string_value="f" * 2000))
    spans = [
        Span(
            trace_id=MARK + number.to_bytes(8, "big"),
            span_id=(number + 1).to_bytes(8, "big"),
            name="flood",
            start_time_unix_nano=now,
            end_time_unix_nano=now,
            attributes=[filling],
        )
        for number in range(SPANS)
    ]
    return TracesData(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])]).SerializeToString()


def flood(endpoint: str, stop: threading.Event, marks: Iterator[int], template: bytes) -> Counter[int]:
    """Send without pause until refused often; every request has traces of its own, which are held until decided on."""
    answers: Counter[int] = Counter()
    with httpx.Client(trust_env=False, timeout=30) as client:
        while not stop.is_set():
            body = template.replace(MARK, next(marks).to_bytes(8, "big"))
            headers = {"Content-Type": "application/x-protobuf"}
            status = client.post(f"{endpoint}/v1/traces", content=body, headers=headers).status_code
            answers[status] += 1
            if answers.total() - answers[200] >= ENOUGH_REFUSALS:
                break
    return answers


@pytest.fixture(scope="module")
def flooded(stack: Stack, programs: Mapping[str, Path]) -> Flooded:
    """A collector with little memory, flooded while a service sends what it always sends."""
    settings = {
        "MEMORY_LIMIT_MIB": str(LIMIT_MIB),
        "MEMORY_SPIKE_MIB": str(LIMIT_MIB // 5),
        "GOMEMLIMIT": f"{LIMIT_MIB * 8 // 10}MiB",
        "TRACES_KEEP_PERCENT": "0",
        # All that comes within this time is held: the slowest machine can fill the memory.
        "TRACES_DECISION_WAIT": "15s",
    }
    collector = Collector(stack.backends, programs["otelcol"], name="otelcol-small", settings=settings).start()
    stop, marks, template = threading.Event(), count(1), payload()
    patient = {"OTEL_EXPORTER_OTLP_TIMEOUT": "60000", "OTELKIT_SHUTDOWN_TIMEOUT": "60"}
    with Producer(collector.endpoint, 200, run="flooded", rate=10, settings=patient) as producer:
        with ThreadPoolExecutor(SENDERS) as senders:
            sending = [senders.submit(flood, collector.endpoint, stop, marks, template) for _ in range(SENDERS)]
            wait(sending, timeout=PATIENCE_S)
            stop.set()
        produced = producer.finish()
    answers = sum((one.result() for one in sending), Counter[int]())
    alive = collector.program.pid is not None
    return Flooded(answers=answers, peak_mib=peak_mib(collector.program.pid), produced=produced, alive=alive)


def peak_mib(pid: int | None) -> float:
    """Return the most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_flood_is_refused_with_an_answer_that_senders_retry(flooded: Flooded) -> None:
    refused = {status: number for status, number in flooded.answers.items() if status != 200}
    assert sum(refused.values()) > 0, flooded.answers
    assert set(refused) <= RETRYABLE, flooded.answers


def test_the_collector_outlives_the_flood_and_stays_near_its_limit(flooded: Flooded) -> None:
    assert flooded.alive
    # The limit is of the heap; the process adds its stacks, its code, and the requests that were under way.
    assert flooded.peak_mib < LIMIT_MIB * 2, f"{flooded.peak_mib:.0f} MiB"


def test_a_service_that_was_refused_in_the_flood_delivers_by_retrying(flooded: Flooded, loki: Loki) -> None:
    assert flooded.produced.lossless, flooded.produced.delivery
    asked = 'sum(count_over_time({service_name="producer"} | run="flooded" [1h]))'
    expected = len(flooded.produced.transactions)
    assert eventually(lambda: loki.value(asked), lambda seen: seen >= expected) == expected
