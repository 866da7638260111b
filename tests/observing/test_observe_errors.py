"""An exception is logged once and counted once, however many observed calls it crosses, and leaves as it came."""

from __future__ import annotations

import asyncio
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import otelkit
from otelkit.observing.outcomes import first_seen

if TYPE_CHECKING:
    from otelkit.testing import Capture


@otelkit.observe("errors.inner")
def inner(error: BaseException) -> None:
    raise error


@otelkit.observe("errors.middle")
def middle(error: BaseException) -> None:
    inner(error)


@otelkit.observe("errors.outer")
def outer(error: BaseException) -> None:
    middle(error)


def counted(telemetry: Capture) -> float:
    return telemetry.counter_value("otelkit.error.count")


def test_one_exception_is_one_log_record_and_one_error_however_many_calls_it_crosses(telemetry: Capture) -> None:
    with pytest.raises(ValueError, match="no such case"):
        outer(ValueError("no such case"))
    assert telemetry.tree() == "errors.outer (error)\n  errors.middle (error)\n    errors.inner (error)"
    log = telemetry.log("errors.inner failed")
    assert [each.text for each in telemetry.logs] == [log.text]
    assert (log.trace_id, log.span_id) == (telemetry.spans[0].trace_id, telemetry.span("errors.inner").span_id)
    assert "in outer" in log.text or "raise error" in log.text
    assert log.attributes["exception.message"] == "no such case"
    assert log.attributes["otelkit.exception.fingerprint"]
    assert log.attributes["otelkit.operation"] == "errors.inner"
    assert log.scope.name == __name__
    (point,) = telemetry.points("otelkit.error.count")
    assert point.value == 1
    assert point.attributes == {"component": __name__, "error.type": "ValueError", "severity": "error"}
    assert [span.attributes["error.type"] for span in telemetry.spans] == ["ValueError"] * 3
    assert {span.status_message for span in telemetry.spans} == {"ValueError: no such case"}
    assert [span.events for span in telemetry.spans] == [(), (), ()]


async def test_it_is_one_error_also_across_tasks_and_kinds(telemetry: Capture) -> None:
    @otelkit.observe("errors.gathering")
    async def gathering() -> None:
        async with otelkit.operation("errors.block"):
            await asyncio.gather(failing())

    @otelkit.observe
    async def failing() -> None:
        with otelkit.operation("errors.innermost"):
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await gathering()
    assert len(telemetry.spans) == 4
    assert [log.attributes["otelkit.operation"] for log in telemetry.logs] == ["errors.innermost"]
    assert counted(telemetry) == 1


def test_it_is_one_error_also_from_a_thread_with_the_context_carried(telemetry: Capture) -> None:
    with ThreadPoolExecutor() as executor, pytest.raises(OSError, match="disk"), otelkit.operation("errors.batch"):
        executor.submit(otelkit.carry_context(inner), OSError("disk")).result()
    assert len(telemetry.logs) == counted(telemetry) == 1


@pytest.mark.telemetry(sampler="always_off")
def test_it_is_one_error_also_where_nothing_is_sampled(telemetry: Capture) -> None:
    with pytest.raises(ValueError, match="x"):
        outer(ValueError("x"))
    assert telemetry.spans == []
    assert len(telemetry.logs) == counted(telemetry) == 1


def test_without_spans_each_failure_of_a_cached_exception_is_counted(telemetry: Capture) -> None:
    """Connections keep the exception that broke them, and raise it to everyone who comes after."""
    lost = ConnectionError("lost")

    @otelkit.observe("errors.query", span=False)
    def query() -> None:
        raise lost

    @otelkit.observe("errors.request", span=False)
    def request() -> None:
        query()

    for _ in range(5):
        with suppress(ConnectionError):
            request()
    assert counted(telemetry) == 5


def test_an_exception_made_of_another_is_another(telemetry: Capture) -> None:
    @otelkit.observe("errors.wrapping")
    def wrapping() -> None:
        try:
            inner(KeyError("k"))
        except KeyError as error:
            raise RuntimeError("wrapped") from error

    with pytest.raises(RuntimeError, match="wrapped"):
        wrapping()
    assert sorted(str(log.attributes["exception.type"]) for log in telemetry.logs) == ["KeyError", "RuntimeError"]
    assert counted(telemetry) == 2


def test_an_exception_that_an_inner_call_ignores_is_the_outer_calls_error(telemetry: Capture) -> None:
    @otelkit.observe("errors.lenient", ignore=KeyError)
    def lenient() -> None:
        raise KeyError("k")

    with pytest.raises(KeyError), otelkit.operation("errors.strict"):
        lenient()
    assert telemetry.log("errors.strict failed").attributes["exception.type"] == "KeyError"
    assert (telemetry.span("errors.lenient").status, telemetry.span("errors.strict").status) == ("unset", "error")


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(0), SystemExit(3), GeneratorExit(), asyncio.CancelledError()]
)
def test_what_stops_a_call_from_outside_cancels_it(telemetry: Capture, error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        outer(error)
    assert raised.value is error
    for span in telemetry.spans:
        assert (span.status, span.attributes["otelkit.outcome"]) == ("unset", "cancelled")
        assert type(error).__name__ in str(span.attributes["otelkit.cancelled.by"])
    assert telemetry.logs == []
    points = telemetry.points("otelkit.operation.duration")
    assert [point.attributes["outcome"] for point in points] == ["cancelled"] * 3


async def test_a_cancelled_task_stays_cancelled(telemetry: Capture) -> None:
    @otelkit.observe("errors.sleeper")
    async def sleeper() -> None:
        await asyncio.sleep(3600)

    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sleeper(), 0.01)
    spans = telemetry.spans_named("errors.sleeper")
    assert [span.attributes["otelkit.outcome"] for span in spans] == ["cancelled", "cancelled"]


def test_a_coroutine_that_is_never_finished_is_cancelled_without_a_complaint(
    telemetry: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    @otelkit.observe("errors.unfinished")
    async def unfinished() -> None:
        await asyncio.sleep(3600)

    async def leave() -> None:
        running = unfinished()
        tasks.append(running)
        loop_context.append(asyncio.get_running_loop())
        running.send(None)

    tasks: list[object] = []
    loop_context: list[object] = []
    asyncio.run(leave())
    tasks.clear()
    assert telemetry.span("errors.unfinished").attributes["otelkit.cancelled.by"] == "GeneratorExit"
    assert [each.getMessage() for each in caplog.records if "detach" in each.getMessage()] == []


def test_the_end_of_an_iterator_is_no_error(telemetry: Capture) -> None:
    empty = iter(())
    with pytest.raises(StopIteration):
        otelkit.observe("errors.next")(lambda: next(empty))()
    assert telemetry.span("errors.next").status == "unset"
    assert telemetry.logs == []


def test_the_traceback_shows_one_frame_of_ours_for_each_call(telemetry: Capture) -> None:
    with pytest.raises(ValueError, match="x") as raised:
        middle(ValueError("x"))
    frames = [frame.name for frame in traceback.extract_tb(raised.tb)][1:]
    assert frames == ["observed", "middle", "observed", "inner"]
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert len(telemetry.spans) == 2


def test_exceptions_that_refuse_attributes_are_counted_once_too(telemetry: Capture) -> None:
    @dataclass(frozen=True)
    class Frozen(Exception):  # noqa: N818 - its name is the point
        code: int

    class Slotted(Exception):  # noqa: N818
        __slots__ = ()

        def __str__(self) -> str:
            raise RuntimeError("no text")

    for error in (Frozen(3), Slotted()):
        with pytest.raises(type(error)):
            outer(error)
    assert counted(telemetry) == 2
    assert len(telemetry.logs) == 2


def test_the_note_in_the_exception_tells_the_calls_around_it() -> None:
    error = ValueError("x")
    assert first_seen(error, call_id=3, outer_id=2)
    assert not first_seen(error, call_id=2, outer_id=1)
    assert not first_seen(error, call_id=1, outer_id=None)
    assert first_seen(error, call_id=9, outer_id=None)
