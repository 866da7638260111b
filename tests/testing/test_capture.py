"""`capture()` in this very process: what it shows, and that it leaves everything as it was."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from opentelemetry import baggage, context, metrics, propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import otelkit
from otelkit import _telemetry
from otelkit.runtime.internal_errors import is_strict, record_internal_error, wrong_use
from otelkit.signals.bound_context import allow_baggage, bound
from otelkit.testing import InternalErrorsError, Sink, capture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otelkit.testing import Capture
    from otelkit.testing.records import Span

# As in an application: made when the module is imported, long before anything is set up.
log = otelkit.get_logger("shop")
api_tracer = trace.get_tracer("shop.api")
api_counter = metrics.get_meter("shop.api").create_counter("shop.api.count")
orders = otelkit.counter("shop.order.count", unit="{order}", description="Orders.")


@otelkit.observe("checkout")
def checkout(*, fail: bool = False) -> None:
    with api_tracer.start_as_current_span("charge", kind=trace.SpanKind.CLIENT):
        api_counter.add(1)
        orders.add(1)
    log.info("paid", amount=3)
    if fail:
        raise ValueError("card declined")


@pytest.fixture
def nothing_left() -> Iterator[None]:
    yield
    otelkit.shutdown()


def test_everything_that_the_code_emits_is_there_as_plain_data() -> None:
    with capture() as telemetry:
        checkout()
    assert telemetry.tree() == "checkout\n  charge (client)"
    checked_out = telemetry.span("checkout")
    assert (checked_out.trace_id, checked_out.span_id) == (f"{1:032x}", f"{1:016x}")
    assert telemetry.span("charge").parent_id == checked_out.span_id
    assert checked_out.resource["service.name"] == "test"
    paid = telemetry.log("paid")
    assert (paid.trace_id, paid.span_id) == (checked_out.trace_id, checked_out.span_id)
    assert (paid.severity, paid.attributes["amount"], paid.scope.name) == ("INFO", 3, "shop")
    assert telemetry.counter_value("shop.order.count") == telemetry.counter_value("shop.api.count") == 1
    duration = telemetry.histogram("otelkit.operation.duration", operation="checkout")
    assert duration.count == 1
    assert duration.exemplars[0].span_id == checked_out.span_id


def test_two_runs_of_the_same_code_give_the_same_records_to_the_nanosecond() -> None:
    def run() -> tuple[str, str, str]:
        with capture() as telemetry:
            checkout()
            with pytest.raises(ValueError, match="card declined"):
                checkout(fail=True)
        # Which of several measurements a counter keeps as its exemplar is left to chance by the SDK.
        metrics = [
            replace(metric, points=tuple(replace(point, exemplars=()) for point in metric.points))
            for metric in telemetry.metrics
        ]
        return repr(telemetry.spans), repr(telemetry.logs), repr(metrics)

    assert run() == run()


def test_times_are_milliseconds_from_the_epoch() -> None:
    with capture() as telemetry:
        for _ in range(3):
            checkout()
    times = [moment for span in telemetry.spans for moment in (span.start, span.end)] + [
        record.time for record in telemetry.logs
    ]
    assert len(set(times)) == 15
    assert all(0 < moment < 1_000_000_000 and moment % 1_000_000 == 0 for moment in times)
    for span in telemetry.spans:
        assert span.start < span.end


def test_real_clock_and_real_ids_are_the_ones_of_production() -> None:
    before = time.time_ns()
    with capture(real_clock=True, real_ids=True) as telemetry:
        checkout()
    span = telemetry.span("checkout")
    assert before <= span.start <= telemetry.log("paid").time <= span.end <= time.time_ns()
    assert int(span.trace_id, 16) > 2**64


def test_the_sampler_and_the_log_level_can_be_chosen() -> None:
    with capture(sampler="always_off", log_level="ERROR", service_name="shop") as telemetry:
        checkout()
        logging.getLogger("x").error("no")
    assert telemetry.spans == []
    assert [record.body for record in telemetry.logs] == ["no"]
    assert telemetry.logs[0].resource["service.name"] == "shop"
    assert telemetry.counter_value("shop.order.count") == 1  # counted before sampling


def test_environment_and_settings_files_have_no_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("project")
    directory.joinpath("otelkit.toml").write_text('[traces]\nsampler = "always_off"\n')
    monkeypatch.chdir(directory)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=a")
    with capture() as telemetry:
        checkout()
    assert "team" not in telemetry.span("checkout").resource


def test_code_that_calls_init_is_still_seen_with_its_own_settings() -> None:
    with capture() as telemetry:
        checkout()
        otelkit.init("payments", resource_attributes={"team": "a"}, traces=otelkit.Traces(sampler="always_on"))
        checkout()
        assert [span.resource["service.name"] for span in telemetry.spans_named("checkout")] == ["test", "payments"]
        assert telemetry.spans_named("checkout")[1].resource["team"] == "a"
        assert telemetry.counter_value("shop.order.count") == 2
        assert len([record for record in telemetry.logs if record.body == "paid"]) == 2
        otelkit.shutdown()
        checkout()
    assert len(telemetry.spans_named("checkout")) == 2
    assert telemetry.counter_value("shop.order.count") == 2
    assert _telemetry.current() is None


def test_what_can_be_read_inside_can_be_read_afterwards() -> None:
    with capture() as telemetry:
        checkout()
        inside = (telemetry.spans, telemetry.logs, telemetry.counter_value("shop.order.count"))
    checkout()
    assert (telemetry.spans, telemetry.logs, telemetry.counter_value("shop.order.count")) == inside


@pytest.mark.usefixtures("nothing_left")
def test_what_ran_before_runs_again_with_nothing_lost_and_nothing_of_the_test_exported() -> None:
    with Sink() as sink:
        before = otelkit.init(
            "shop", endpoint=sink.url, export_in_pytest=True, metrics=otelkit.Metrics(export_interval=60)
        )
        checkout()
        with capture() as telemetry:
            checkout()
        assert _telemetry.current() is before
        checkout()
        assert otelkit.flush()
        assert len(telemetry.spans_named("checkout")) == 1
        # One span of before the capture, still queued when it began, and one of after it.
        assert len({span.trace_id for span in sink.spans if span.name == "checkout"}) == 2
        assert len(sink.spans) == 4
        assert all(span.resource["service.name"] == "shop" for span in sink.spans)
        assert all(record.resource["service.name"] == "shop" for record in sink.logs)
        assert len([record for record in sink.logs if record.body == "paid"]) == 2
        [exported] = [metric for metric in sink.metrics if metric.name == "shop.order.count"]
        assert [point.value for point in exported.points] == [2]  # the count of before goes on
        otelkit.shutdown()


@pytest.mark.usefixtures("nothing_left")
def test_processors_that_others_added_see_nothing_of_the_test() -> None:
    otelkit.init("shop")
    theirs = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(SimpleSpanProcessor(theirs))
    with capture() as telemetry:
        checkout()
    checkout()
    assert len(telemetry.spans) == len(theirs.get_finished_spans()) == 2


def test_captures_nest_and_each_sees_its_own() -> None:
    with capture(service_name="outer") as outer:
        checkout()
        with capture(service_name="inner") as inner:
            checkout()
        checkout()
        assert [span.trace_id[-1] for span in outer.spans_named("checkout")] == ["1", "2"]
        assert [span.trace_id[-1] for span in inner.spans_named("checkout")] == ["1"]
        assert outer.counter_value("shop.order.count") == 2
        assert inner.counter_value("shop.order.count") == 1
        assert all(span.resource["service.name"] == "outer" for span in outer.spans)
        assert len(outer.logs) == 2


def test_after_it_nothing_runs_that_did_not_run_before() -> None:
    threads = {thread.name for thread in threading.enumerate()}
    with capture():
        checkout()
    assert _telemetry.current() is None
    assert not trace.get_tracer("x").start_span("x").is_recording()
    deadline = time.monotonic() + 5
    while {thread.name for thread in threading.enumerate()} - threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert {thread.name for thread in threading.enumerate()} <= threads


def test_the_process_is_put_back_as_it_was() -> None:
    propagator = propagate.get_global_textmap()
    levels = [logging.getLogger(name).level for name in ("", "otelkit", "opentelemetry", "shop")]
    earlier = allow_baggage(frozenset({"tenant"}))
    try:
        with capture(log_level="DEBUG"):
            assert is_strict()
            otelkit.init("x", propagators=["b3"], baggage_keys=["user"], logs=otelkit.Logs(levels={"shop": "ERROR"}))
        assert not is_strict()
        assert propagate.get_global_textmap() is propagator
        assert [logging.getLogger(name).level for name in ("", "otelkit", "opentelemetry", "shop")] == levels
        assert allow_baggage(earlier) == {"tenant"}
    finally:
        allow_baggage(earlier)


def test_the_context_outside_is_not_seen_inside_nor_the_other_way_round() -> None:
    outside = context.attach(baggage.set_baggage("k", "v"))
    try:
        with otelkit.bind(case="outer"):
            with capture() as telemetry:
                assert dict(bound()) == {}
                assert baggage.get_all() == {}
                otelkit.bind(case="inner")
                left_open = trace.use_span(api_tracer.start_span("left open"), end_on_exit=False)
                left_open.__enter__()  # and never left
                checkout()
            assert dict(bound()) == {"case": "outer"}
            assert baggage.get_all() == {"k": "v"}
            assert not trace.get_current_span().get_span_context().is_valid
        assert telemetry.log("paid").attributes["case"] == "inner"
        assert telemetry.unfinished == ["left open"]
        with pytest.raises(LookupError, match=r"(?s)there is no span 'left open'.*have not ended: .*'left open'"):
            telemetry.span("left open")
    finally:
        context.detach(outside)


def test_a_span_that_began_earlier_is_not_of_this_test() -> None:
    with capture():
        early = api_tracer.start_span("early")
    with capture() as telemetry:
        early.end()
        checkout()
    assert telemetry.tree() == "checkout\n  charge (client)"


def test_clear_forgets_records_and_keeps_counts() -> None:
    with capture() as telemetry:
        checkout()
        telemetry.clear()
        assert (telemetry.spans, telemetry.logs) == ([], [])
        checkout()
        assert len(telemetry.spans) == 2
        assert telemetry.counter_value("shop.order.count") == 2


def test_log_records_are_kept_as_they_were_when_they_were_emitted() -> None:
    with capture() as telemetry:
        items = ["tea"]
        log.info("ordered", items=items)
        items.append("milk")
    assert telemetry.log("ordered").attributes["items"] == ("tea",)


def test_eight_threads_are_counted_exactly() -> None:
    with capture() as telemetry:

        def work() -> None:
            for _ in range(50):
                checkout()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({span.span_id for span in telemetry.spans}) == len(telemetry.spans) == 800
        assert len(telemetry.logs) == 400
        assert telemetry.counter_value("shop.order.count") == 400


def test_async_code_is_captured_with_its_nesting() -> None:
    async def pay(name: str) -> None:
        async with otelkit.operation(name):
            await asyncio.sleep(0)
            checkout()

    async def both() -> None:
        await asyncio.gather(pay("first"), pay("second"))

    with capture() as telemetry:
        asyncio.run(both())
    assert telemetry.tree() == ("first\n  checkout\n    charge (client)\nsecond\n  checkout\n    charge (client)")


def test_an_error_that_otelkit_kept_to_itself_fails_the_block() -> None:
    said = r"(?s)swallowed 2 error.*in the.place: KeyError: 'x'.*ValueError: y"
    with pytest.raises(InternalErrorsError, match=said), capture():  # noqa: PT012 # the block as a whole raises
        record_internal_error("the.place", KeyError("x"))
        record_internal_error("the.place", ValueError("y"))
    with capture():  # and is not there the next time
        pass


def test_an_error_of_the_code_itself_is_not_hidden_by_one_of_otelkit() -> None:
    with pytest.raises(ZeroDivisionError), capture():  # noqa: PT012 # the block as a whole raises
        record_internal_error("the.place", KeyError("x"))
        _ = 1 / 0


def test_errors_that_were_expected_can_be_taken() -> None:
    with capture() as telemetry:
        record_internal_error("the.place", KeyError("x"))
        [error] = telemetry.take_internal_errors()
    assert (error.where, error.text) == ("the.place", "KeyError: 'x'")


def test_wrong_use_raises_even_where_the_code_calls_init() -> None:
    with capture():
        with pytest.raises(ValueError, match="no such"):
            wrong_use("no such")
        otelkit.init("x")
        with pytest.raises(ValueError, match="no such"):
            wrong_use("no such")


def test_a_setting_that_does_not_exist_is_refused_and_nothing_is_left_behind() -> None:
    with pytest.raises(otelkit.ConfigurationError), capture(sampler="alwys_on"):
        pass
    assert _telemetry.current() is None
    assert not is_strict()


def in_order_of_start(telemetry: Capture) -> list[Span]:
    return sorted(telemetry.spans, key=lambda span: span.start)


def test_spans_come_in_the_order_in_which_they_ended() -> None:
    with capture() as telemetry:
        checkout()
        checkout()
    assert [span.name for span in telemetry.spans] == ["charge", "checkout", "charge", "checkout"]
    assert [span.name for span in in_order_of_start(telemetry)] == ["checkout", "charge", "checkout", "charge"]
