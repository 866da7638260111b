"""`operation()`: a block observed as a call is, entered again and from many places at once."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace

import otelkit
from otelkit.runtime.internal_errors import internal_errors, reset_internal_errors

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from otelkit.testing import Capture

shared = otelkit.operation("blocks.shared", team="risk")


def test_a_block_is_observed_like_a_call(telemetry: Capture) -> None:
    with otelkit.operation("blocks.settle", case_id="c-1", absent=None) as settling:
        settling.set(amount=12.5, **{"order.size": 3})
        assert telemetry.counter_value("otelkit.operation.active", operation="blocks.settle") == 1
    span = telemetry.span("blocks.settle")
    assert span.attributes == {"case_id": "c-1", "amount": 12.5, "order.size": 3}
    duration = telemetry.histogram("otelkit.operation.duration", operation="blocks.settle", outcome="ok")
    assert [exemplar.span_id for exemplar in duration.exemplars] == [span.span_id]
    assert telemetry.counter_value("otelkit.operation.active", operation="blocks.settle") == 0


async def test_an_exception_leaves_an_async_block_as_it_came(telemetry: Capture) -> None:
    error = ValueError("no such case")

    async def settle() -> None:
        async with otelkit.operation("blocks.settle"):
            await asyncio.sleep(0)
            raise error

    with pytest.raises(ValueError, match="no such case") as raised:
        await settle()
    assert raised.value is error
    assert telemetry.span("blocks.settle").status_message == "ValueError: no such case"
    assert telemetry.log("blocks.settle failed").scope.name == __name__
    (point,) = telemetry.points("otelkit.error.count")
    assert point.attributes["component"] == __name__


def test_a_block_can_fail_without_an_exception(telemetry: Capture) -> None:
    with otelkit.operation("blocks.settle") as settling:
        settling.fail("declined")
        settling.fail("too late")
    span = telemetry.span("blocks.settle")
    assert (span.status, span.status_message, span.attributes["error.type"]) == ("error", "declined", "declined")
    duration = telemetry.histogram("otelkit.operation.duration", operation="blocks.settle")
    assert (duration.attributes["outcome"], duration.attributes["error.type"]) == ("error", "declined")
    assert telemetry.counter_value("otelkit.error.count", error_type="declined") == 1
    assert telemetry.logs == []


def test_a_block_can_fail_by_an_exception_that_it_handled(telemetry: Capture) -> None:
    with otelkit.operation("blocks.settle") as settling:
        settling.fail(TimeoutError("5 s"))
    assert telemetry.span("blocks.settle").attributes["error.type"] == "TimeoutError"
    assert telemetry.log("blocks.settle failed").attributes["exception.message"] == "5 s"
    assert telemetry.counter_value("otelkit.error.count") == 1


def test_a_handled_exception_that_is_raised_after_all_is_one_error(telemetry: Capture) -> None:
    def settle() -> None:
        with otelkit.operation("blocks.settle") as settling:
            error = KeyError("k")
            settling.fail(error)
            raise error

    with pytest.raises(KeyError):
        settle()
    assert len(telemetry.logs) == 1
    assert telemetry.counter_value("otelkit.error.count") == 1


def test_a_failed_block_that_is_cancelled_is_cancelled(telemetry: Capture) -> None:
    def settle() -> None:
        with otelkit.operation("blocks.settle") as settling:
            settling.fail("declined")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        settle()
    duration = telemetry.histogram("otelkit.operation.duration", operation="blocks.settle")
    assert duration.attributes == {"operation": "blocks.settle", "outcome": "cancelled"}


def test_an_exception_after_a_failure_is_the_error(telemetry: Capture) -> None:

    def settle() -> None:
        with otelkit.operation("blocks.settle") as settling:
            settling.fail("declined")
            raise KeyError("k")

    with pytest.raises(KeyError):
        settle()
    duration = telemetry.histogram("otelkit.operation.duration", operation="blocks.settle")
    assert duration.attributes["error.type"] == "KeyError"
    assert telemetry.span("blocks.settle").attributes["error.type"] == "KeyError"


def test_one_object_decorates_too(telemetry: Capture) -> None:
    @otelkit.operation("blocks.decorated", team="risk")
    async def decorated() -> str:
        return "done"

    assert asyncio.run(decorated()) == "done"
    assert telemetry.span("blocks.decorated").attributes["team"] == "risk"
    assert "blocks.decorated" in {each.name for each in otelkit.registered_operations()}


def test_one_object_may_be_entered_again_before_it_was_left(telemetry: Capture) -> None:
    with shared as outer, otelkit.operation("blocks.between"), shared as inner:
        inner.set(depth=2)
        outer.set(depth=1)
    assert telemetry.tree() == "blocks.shared\n  blocks.between\n    blocks.shared"
    assert [span.attributes["depth"] for span in telemetry.spans_named("blocks.shared")] == [2, 1]


def test_one_object_serves_many_threads_at_once(telemetry: Capture) -> None:
    barrier = threading.Barrier(10)

    def work(number: int) -> None:
        with otelkit.operation("blocks.worker", number=number):
            barrier.wait(5)
            with shared as mine:
                barrier.wait(5)
                mine.set(number=number)
                with shared as nested:
                    nested.set(number=number)
                    barrier.wait(5)

    with ThreadPoolExecutor(10) as executor:
        list(executor.map(work, range(10)))
    for number in range(10):
        worker = telemetry.span("blocks.worker", number=number)
        mine = [span for span in telemetry.spans_named("blocks.shared") if span.attributes["number"] == number]
        assert [span.trace_id for span in mine] == [worker.trace_id] * 2
        assert mine[0].parent_id == mine[1].span_id
        assert mine[1].parent_id == worker.span_id


async def test_one_object_serves_many_tasks_at_once(telemetry: Capture) -> None:
    async def work(number: int) -> None:
        async with shared as mine:
            await asyncio.sleep(0.001 * ((number * 7) % 10))  # left in another order than entered
            mine.set(number=number)
            assert trace.get_current_span().get_span_context().is_valid

    with otelkit.operation("blocks.parent"):
        await asyncio.gather(*(work(number) for number in range(10)))
    parent = telemetry.span("blocks.parent")
    spans = telemetry.spans_named("blocks.shared")
    assert sorted(int(str(span.attributes["number"])) for span in spans) == list(range(10))
    assert {span.parent_id for span in spans} == {parent.span_id}


async def test_a_block_in_an_async_generator_may_be_left_in_another_task(
    telemetry: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    async def steps() -> AsyncGenerator[int]:
        with otelkit.operation("blocks.inside"):
            yield 1

    running = steps()
    await anext(running)
    await asyncio.create_task(aclosing(running).__aexit__(None, None, None))
    assert telemetry.span("blocks.inside").attributes["otelkit.outcome"] == "cancelled"
    assert [each.getMessage() for each in caplog.records if "detach" in each.getMessage()] == []


def test_blocks_on_an_exit_stack_end_in_its_order(telemetry: Capture) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(shared)
    assert telemetry.tree() == "blocks.shared\n  blocks.shared\n    blocks.shared"


@pytest.mark.parametrize("name", [None, 42, "", "  ", ["unhashable"]])
def test_a_name_that_is_none_does_not_stop_the_application(name: Any) -> None:
    reset_internal_errors()
    try:
        with otelkit.operation(name) as block:
            block.set(x=1)
        (error,) = internal_errors()
        assert f"operation() takes a name such as 'shop.checkout'; in {__name__} it was given" in error.text
    finally:
        reset_internal_errors()


def test_leaving_more_often_than_entering_is_wrong_use(telemetry: Capture) -> None:
    alone = otelkit.operation("blocks.alone")
    with pytest.raises(ValueError, match="left more often than it was entered"):
        alone.__exit__(None, None, None)
    assert telemetry.spans == []
