"""Async generators stay async generators: also when they are left early, closed elsewhere, or many at once."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

import otelkit
from tests.observing.stepping import aecho, current_name, outcome_of, tracer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from otelkit.testing import Capture


async def test_what_is_sent_and_thrown_passes_through_async(telemetry: Capture) -> None:
    steps = aecho()
    assert await anext(steps) == "ready in aecho"
    assert await steps.asend("hello") == "hello in aecho"
    assert await steps.athrow(KeyError("k")) == "caught 'k' in aecho"
    with pytest.raises(StopAsyncIteration):
        await steps.asend("stop")
    assert outcome_of(telemetry, "aecho") == "ok"


async def test_between_async_steps_the_current_span_is_the_callers_own(telemetry: Capture) -> None:
    with tracer.start_as_current_span("caller"):
        async with aclosing(aecho()) as steps:
            assert await anext(steps) == "ready in aecho"
            assert current_name() == "caller"
            with tracer.start_as_current_span("elsewhere"):
                assert await steps.asend("x") == "x in aecho"
                assert current_name() == "elsewhere"
        assert current_name() == "caller"
    assert telemetry.tree() == "caller\n  aecho\n  elsewhere"


async def test_an_async_generator_may_be_closed_by_another_task(telemetry: Capture) -> None:
    steps = aecho()
    with tracer.start_as_current_span("caller"):
        await anext(steps)
        await asyncio.create_task(steps.aclose())
        assert current_name() == "caller"
    assert outcome_of(telemetry, "aecho") == "cancelled"


async def test_an_async_generator_that_is_cancelled_while_it_waits_is_cancelled(telemetry: Capture) -> None:
    @otelkit.observe("feed")
    async def feed() -> AsyncGenerator[int]:
        yield 1
        await asyncio.sleep(3600)
        yield 2

    async def consume() -> None:
        async for _ in feed():
            started.set()

    started = asyncio.Event()
    task = asyncio.create_task(consume())
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert outcome_of(telemetry, "feed") == "cancelled"
    assert telemetry.span("feed").attributes["otelkit.cancelled.by"] == "asyncio.exceptions.CancelledError"


@pytest.mark.parametrize("in_cycle", [False, True])
def test_an_abandoned_async_generator_is_closed_by_the_event_loop(telemetry: Capture, *, in_cycle: bool) -> None:
    cleaned: list[str | None] = []
    complaints: list[object] = []

    @otelkit.observe("rows")
    async def rows() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0.001)
            cleaned.append(current_name())

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        steps = rows()
        await anext(steps)
        if in_cycle:
            cycle: list[object] = [steps]
            cycle.append(cycle)
            del cycle
        del steps
        gc.collect()
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert (cleaned, complaints) == (["rows"], [])
    assert outcome_of(telemetry, "rows") == "cancelled"


def test_async_generators_that_are_open_when_the_loop_ends_are_closed_once(telemetry: Capture) -> None:
    complaints: list[object] = []
    cleaned: list[int] = []
    kept: list[AsyncGenerator[int]] = []

    @otelkit.observe("rows")
    @otelkit.timed("generators.rows.duration")
    async def rows(number: int) -> AsyncGenerator[int]:
        try:
            yield number
        finally:
            await asyncio.sleep(0.001)
            cleaned.append(number)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        for number in range(5):
            kept.append(rows(number))
            await anext(kept[-1])

    asyncio.run(main())
    assert (sorted(cleaned), complaints) == ([0, 1, 2, 3, 4], [])
    assert len(telemetry.spans_named("rows")) == 5


async def test_an_async_generator_that_refuses_to_close_is_refused_as_always(telemetry: Capture) -> None:
    @otelkit.observe("stubborn")
    async def stubborn() -> AsyncGenerator[int]:
        try:
            yield 1
        except GeneratorExit:
            yield 2

    steps = stubborn()
    await anext(steps)
    with pytest.raises(RuntimeError, match="async generator ignored GeneratorExit"):
        await steps.aclose()
    assert telemetry.span("stubborn").attributes["error.type"] == "RuntimeError"


async def test_many_async_generators_at_once_do_not_mix(telemetry: Capture) -> None:
    @otelkit.observe("numbers", capture=("which",))
    async def numbers(which: int) -> AsyncGenerator[int]:
        for _ in range(3):
            await asyncio.sleep(0)
            with tracer.start_as_current_span(f"step {which}"):
                yield which

    async def consume(which: int) -> None:
        with tracer.start_as_current_span(f"consumer {which}"):
            async for got in numbers(which):
                assert got == which
                assert current_name() == f"consumer {which}"
                await asyncio.sleep(0)

    await asyncio.gather(*(consume(which) for which in range(10)))
    for which in range(10):
        consumer, steps = telemetry.span(f"consumer {which}"), telemetry.span("numbers", which=which)
        assert steps.parent_id == consumer.span_id
        assert {each.parent_id for each in telemetry.spans_named(f"step {which}")} == {steps.span_id}
