from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING

import opentelemetry.sdk.trace as sdk_trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otelkit.testing import IncrementalIds, StepClock

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def sdk_clock() -> Callable[[], int]:
    """What the SDK's spans call at this moment to know the time."""
    clock: Callable[[], int] = vars(sdk_trace)["time_ns"]
    return clock


def test_ids_count_from_one_in_an_sdk_provider() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(id_generator=IncrementalIds(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("t")
    with tracer.start_as_current_span("a"), tracer.start_as_current_span("b"):
        pass
    tracer.start_span("c").end()
    spans = {span.name: span.get_span_context() for span in exporter.get_finished_spans()}
    assert {name: (context.trace_id, context.span_id) for name, context in spans.items() if context} == {
        "a": (1, 1),
        "b": (1, 2),
        "c": (2, 3),
    }


def test_ids_are_distinct_in_eight_threads() -> None:
    ids = IncrementalIds()

    def make(_: int) -> tuple[int, int]:
        return ids.generate_trace_id(), ids.generate_span_id()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(4000)))
    assert {trace_id for trace_id, _ in made} == {span_id for _, span_id in made} == set(range(1, 4001))


def test_each_reading_is_one_step_after_the_last_whoever_reads() -> None:
    clock = StepClock(step=5, start=100)
    assert [clock.time_ns(), clock.perf_counter_ns(), clock.time_ns()] == [105, 110, 115]
    assert clock.perf_counter() == 120 / 1e9


def test_readings_are_distinct_in_eight_threads() -> None:
    clock = StepClock(step=1)

    def read(_: int) -> int:
        return clock.time_ns()

    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(read, range(4000)))
    assert set(readings) == set(range(1, 4001))


def test_spans_of_the_sdk_take_their_time_from_the_clock_and_nobody_else_does() -> None:
    real = (sdk_clock(), time.time_ns, time.perf_counter, time.monotonic)
    with StepClock(step=10) as clock:
        assert (time.time_ns, time.perf_counter, time.monotonic) == real[1:]
        span = TracerProvider(shutdown_on_exit=False).get_tracer("t").start_span("x")
        span.add_event("half-way")
        span.end()
        assert isinstance(span, sdk_trace.Span)
        assert (span.start_time, span.events[0].timestamp, span.end_time) == (10, 20, 30)
        assert clock.time_ns() == 40
    assert (sdk_clock(), time.time_ns, time.perf_counter, time.monotonic) == real


def test_rooms_of_otelkit_take_their_time_from_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    room = ModuleType("otelkit.observing.stop_watch_of_a_test")
    vars(room).update(now=time.perf_counter_ns, wait=time.sleep, deadline=time.monotonic, time=time)
    monkeypatch.setitem(sys.modules, room.__name__, room)
    with StepClock(step=3):
        assert [room.now(), room.now()] == [3, 6]
        assert (room.wait, room.deadline) == (time.sleep, time.monotonic)
        assert [room.time.time_ns(), room.time.perf_counter()] == [9, 12 / 1e9]
        assert room.time.monotonic is time.monotonic
    assert (room.now, room.time) == (time.perf_counter_ns, time)


def test_a_clock_inside_a_clock_holds_until_it_ends() -> None:
    with StepClock(step=1) as outer:
        with StepClock(step=100):
            assert [sdk_clock()(), sdk_clock()()] == [100, 200]
        assert sdk_clock()() == 1
        assert outer.time_ns() == 2
