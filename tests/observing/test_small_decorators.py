"""`timed`, `counted`, `count_errors`, `track_in_progress`: one instrument each, on functions and around blocks."""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace

import otelkit
from otelkit import Attribute, counter, histogram, up_down_counter

if TYPE_CHECKING:
    from collections.abc import Generator

    from otelkit.testing import Capture

duration = histogram("small.duration", unit="s", description="How long.")
by_card = histogram("small.card.duration", unit="s", description="How long.", attributes=(Attribute("card", limit=3),))
weight = histogram("small.weight", unit="kg", description="How heavy.", buckets=(1, 2))
calls = counter("small.call.count", unit="{call}", description="How many.", attributes=(Attribute("channel", limit=3),))
errors = counter(
    "small.error.count", unit="{error}", description="Errors.", attributes=(Attribute("error.type", limit=9),)
)
plain_errors = counter("small.failure.count", unit="{error}", description="Errors.")
active = up_down_counter("small.active", unit="{call}", description="Under way.")


def work() -> None: ...


def as_any(wrong: object) -> Any:
    """As a caller without a type checker has it."""
    return wrong


def test_each_takes_an_instrument_or_a_bound_one_or_a_name(telemetry: Capture) -> None:
    for decorate in (
        otelkit.timed(duration),
        otelkit.timed(by_card.of("visa")),
        otelkit.timed("small.named.duration"),
        otelkit.counted(calls.of("web")),
        otelkit.counted("small.named.count"),
        otelkit.track_in_progress(active.of()),
        otelkit.track_in_progress("small.named.active"),
    ):
        decorate(work)()
    assert telemetry.histogram("small.duration").count == 1
    assert telemetry.histogram("small.card.duration", card="visa").count == 1
    assert telemetry.histogram("small.named.duration").count == 1
    assert telemetry.metric("small.named.duration").unit == "s"
    assert telemetry.counter_value("small.call.count", channel="web") == 1
    assert telemetry.counter_value("small.named.count") == 1
    assert telemetry.spans == []


@pytest.mark.parametrize(
    ("instrument", "name", "by_type"),
    [
        (errors, "small.error.count", True),
        (plain_errors, "small.failure.count", False),
        (plain_errors.of(), "small.failure.count", False),
        ("small.named.error.count", "small.named.error.count", True),
    ],
)
def test_errors_are_counted_by_type_where_there_is_a_place_for_it(
    telemetry: Capture, instrument: Any, name: str, *, by_type: bool
) -> None:
    with pytest.raises(ZeroDivisionError), otelkit.count_errors(instrument):
        _ = 1 / 0
    with otelkit.count_errors(instrument):
        pass
    (point,) = telemetry.points(name)
    assert (point.value, dict(point.attributes)) == (1, {"error.type": "ZeroDivisionError"} if by_type else {})


async def test_each_is_a_context_manager_sync_and_async(telemetry: Capture) -> None:
    for measure in (otelkit.timed(duration), otelkit.counted("small.block.count"), otelkit.track_in_progress(active)):
        with measure:
            pass
        async with measure:
            await asyncio.sleep(0)
    assert telemetry.histogram("small.duration").count == 2
    assert telemetry.counter_value("small.block.count") == 2
    assert telemetry.counter_value("small.active") == 0


def test_in_progress_is_seen_while_it_lasts(telemetry: Capture) -> None:
    @otelkit.track_in_progress(active)
    def steps() -> Generator[float]:
        yield telemetry.counter_value("small.active")

    running = steps()
    assert next(running) == 1
    with otelkit.track_in_progress(active):
        assert telemetry.counter_value("small.active") == 2
    running.close()
    assert telemetry.counter_value("small.active") == 0


def test_calls_are_counted_when_they_begin(telemetry: Capture) -> None:
    @otelkit.counted(calls.of("phone"))
    def work() -> float:
        return telemetry.counter_value("small.call.count", channel="phone")

    assert work() == 1


def test_the_duration_of_interleaved_blocks_of_one_object_is_not_mixed_up(telemetry: Capture) -> None:
    measure, entered, leave = otelkit.timed(duration), threading.Barrier(2), threading.Barrier(2)

    def work(inner: int) -> None:
        with measure:
            entered.wait(5)
            for _ in range(inner):
                with measure:
                    pass
            leave.wait(5)

    with ThreadPoolExecutor(2) as executor:
        list(executor.map(work, [0, 3]))
    point = telemetry.histogram("small.duration")
    assert point.count == 5
    # Every reading of the test's clock is one millisecond: the three inner blocks take about that, the outer ones more.
    assert point.minimum is not None
    assert point.maximum is not None
    assert point.minimum < 0.003 < point.maximum


def test_a_measurement_inside_of_a_span_leads_to_it(telemetry: Capture) -> None:
    with trace.get_tracer("tests").start_as_current_span("caller"), otelkit.timed(duration):
        pass
    (exemplar,) = telemetry.histogram("small.duration").exemplars
    assert exemplar.span_id == telemetry.span("caller").span_id


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: otelkit.timed(by_card), TypeError, "Bind them: timed(instrument.of(<card>))"),
        (lambda: otelkit.counted(calls), TypeError, "Bind them: counted(instrument.of(<channel>))"),
        (lambda: otelkit.count_errors(calls), TypeError, "Bind them: count_errors(instrument.of(<channel>))"),
        (lambda: otelkit.timed(weight), ValueError, "timed() records seconds, and small.weight is in 'kg'"),
        (lambda: otelkit.timed("Checkout Time"), ValueError, "Try 'checkout_time'"),
        (lambda: otelkit.counted("small.orders_total"), ValueError, "Try 'small.orders'"),
        (
            lambda: otelkit.timed(as_any(calls)),
            TypeError,
            "takes a declared Histogram, or the name of one, not a Counter",
        ),
        (
            lambda: otelkit.counted(as_any(duration)),
            TypeError,
            "takes a declared Counter, or the name of one, not a Histo",
        ),
        (lambda: otelkit.count_errors(as_any(duration)), TypeError, "takes a declared Counter"),
        (lambda: otelkit.track_in_progress(as_any(work)), TypeError, "not a function: write @track_in_progress("),
        (lambda: otelkit.count_errors(errors, ignore=as_any("x")), TypeError, "ignore takes exception types"),
    ],
)
def test_a_wrong_instrument_is_refused_with_the_fix(make: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        make()
