"""Generators stay generators: what is sent, thrown and returned passes, and between steps the caller is itself."""

from __future__ import annotations

import contextvars
import gc
import logging
import threading
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

import pytest

import otelkit
from otelkit.signals.bound_context import bound
from tests.observing.stepping import current_name, echo, outcome_of, tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from otelkit.testing import Capture

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")


class DiskError(Exception):
    """An exception that can be watched go."""

    made: ClassVar[list[weakref.ref[DiskError]]] = []

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.made.append(weakref.ref(self))


def test_what_is_sent_thrown_and_returned_passes_through(telemetry: Capture) -> None:
    steps = echo()
    assert next(steps) == "ready in echo"
    assert steps.send("hello") == "hello in echo"
    assert steps.throw(KeyError("k")) == "caught 'k' in echo"
    with pytest.raises(StopIteration) as stop:
        steps.send("stop")
    assert stop.value.value == "stopped"
    assert outcome_of(telemetry, "echo") == "ok"


def test_yield_from_sees_through_it(telemetry: Capture) -> None:
    def outer() -> Generator[str, str, str]:
        returned = yield from echo()
        return f"{returned}, says outer"

    steps = outer()
    next(steps)
    assert steps.send("hello") == "hello in echo"
    with pytest.raises(StopIteration) as stop:
        steps.send("stop")
    assert stop.value.value == "stopped, says outer"
    assert telemetry.span("echo").status == "unset"


def test_between_steps_the_current_span_is_the_callers_own(telemetry: Capture) -> None:
    with tracer.start_as_current_span("caller"):
        steps = echo()
        assert next(steps) == "ready in echo"
        assert current_name() == "caller"
        with tracer.start_as_current_span("elsewhere"):
            assert steps.send("x") == "x in echo"
            assert current_name() == "elsewhere"
        with suppress(StopIteration):
            steps.send("stop")
        assert current_name() == "caller"
    assert telemetry.tree() == "caller\n  echo\n  elsewhere"


def test_a_span_that_the_generator_keeps_open_across_yields_stays_its_own(telemetry: Capture) -> None:
    @otelkit.observe("outer")
    def steps() -> Generator[str | None]:
        yield current_name()
        with tracer.start_as_current_span("inner"):
            yield current_name()
            yield current_name()
        yield current_name()

    with tracer.start_as_current_span("caller"):
        seen: list[tuple[str | None, str | None]] = []
        for name in steps():
            seen.append((name, current_name()))  # noqa: PERF401 - what is current here is the point
    assert seen == [(name, "caller") for name in ("outer", "inner", "inner", "outer")]
    assert telemetry.tree() == "caller\n  outer\n    inner"


def test_other_context_variables_behave_as_in_any_generator(telemetry: Capture) -> None:
    """Python's generators share their caller's context variables: a context manager made of one can set them."""

    @contextmanager
    @otelkit.observe("working")
    def working_for(name: str) -> Generator[None]:
        token = tenant.set(name)
        yield
        tenant.reset(token)

    with working_for("acme"):
        assert tenant.get() == "acme"
    assert tenant.get() == "nobody"
    assert telemetry.span("working").status == "unset"


def test_what_the_caller_binds_between_steps_is_seen_by_the_next_step(telemetry: Capture) -> None:
    @otelkit.observe
    def steps() -> Generator[object]:
        while True:
            yield bound().get("case_id")

    running = steps()
    assert next(running) is None
    with otelkit.bind(case_id="c-1"):
        assert next(running) == "c-1"
    assert next(running) is None
    running.close()
    assert len(telemetry.spans) == 1


def test_nothing_is_measured_before_the_first_step(telemetry: Capture) -> None:
    steps = echo()
    assert telemetry.unfinished == []
    next(steps)
    assert telemetry.unfinished == ["echo"]
    assert telemetry.counter_value("otelkit.operation.active", operation="echo") == 1
    steps.close()
    del steps
    unstarted = echo()
    unstarted.close()
    assert len(telemetry.spans) == 1


def test_the_duration_runs_from_the_first_step_to_the_end(telemetry: Capture) -> None:
    steps = echo()
    before = telemetry.spans_named("echo")
    with tracer.start_as_current_span("before"):
        pass
    next(steps)
    with tracer.start_as_current_span("between"):
        pass
    with suppress(StopIteration):
        steps.send("stop")
    span, between = telemetry.span("echo"), telemetry.span("between")
    assert before == []
    assert telemetry.span("before").end < span.start < between.start < between.end < span.end
    took = telemetry.histogram("otelkit.operation.duration", operation="echo").value
    assert took * 1e9 >= between.end - between.start


@pytest.mark.parametrize("abandon", ["close", "break", "drop"])
def test_a_generator_that_its_caller_leaves_is_cancelled_and_cleans_up(telemetry: Capture, abandon: str) -> None:
    cleaned: list[str | None] = []

    @otelkit.observe("rows")
    def rows() -> Generator[int]:
        try:
            yield 1
            yield 2
        finally:
            cleaned.append(current_name())

    def leave() -> None:
        steps = rows()
        for _ in steps:
            break
        if abandon == "close":
            steps.close()

    leave()
    gc.collect()
    assert cleaned == ["rows"]
    assert outcome_of(telemetry, "rows") == "cancelled"
    assert telemetry.span("rows").attributes["otelkit.cancelled.by"] == "GeneratorExit"
    assert telemetry.logs == []
    assert current_name() is None


def test_a_generator_that_refuses_to_close_is_refused_as_always(telemetry: Capture) -> None:
    @otelkit.observe("stubborn")
    def stubborn() -> Generator[int]:
        while True:
            with suppress(GeneratorExit):
                yield 1

    steps = stubborn()
    next(steps)
    with pytest.raises(RuntimeError, match="generator ignored GeneratorExit"):
        steps.close()
    assert telemetry.unfinished == ["stubborn"]
    # Python asks once more when it is collected, and then drops it: no step of the inner one may hang or leak.
    assert current_name() is None
    telemetry.clear()
    with suppress(RuntimeError, ValueError):
        steps.throw(ValueError("enough"))
    assert outcome_of(telemetry, "stubborn") == "error"


def test_an_exception_thrown_in_leaves_with_its_own_traceback(telemetry: Capture) -> None:
    steps = echo()
    next(steps)
    thrown = OSError("disk")
    with pytest.raises(OSError, match="disk") as raised:
        steps.throw(thrown)
    assert raised.value is thrown
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None
    assert raised.traceback[-1].name == "echo"
    assert telemetry.span("echo").attributes["error.type"] == "OSError"


def test_a_generator_keeps_neither_what_it_yielded_nor_what_was_sent(telemetry: Capture) -> None:
    class Chunk:
        pass

    made: list[weakref.ref[Chunk]] = []

    @otelkit.observe
    def chunks() -> Generator[Chunk, Chunk]:
        while True:
            assert [each for each in made if each() is not None] == []
            chunk = Chunk()
            made.append(weakref.ref(chunk))
            yield chunk
            del chunk

    def sent_away() -> weakref.ref[Chunk]:
        chunk = Chunk()
        steps.send(chunk)
        return weakref.ref(chunk)

    steps = chunks()
    next(steps)
    next(steps)
    assert sent_away()() is None
    steps.close()
    assert len(telemetry.spans) == 1


@pytest.mark.parametrize("kind", ["function", "generator"])
def test_an_exception_on_its_way_out_makes_no_reference_cycle(
    telemetry: Capture, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    @otelkit.observe("calls")
    def fail() -> None:
        raise DiskError("disk")

    @otelkit.observe("calls")
    def steps() -> Generator[None]:
        yield

    def cause() -> None:
        if kind == "function":
            fail()
        running = steps()
        next(running)
        running.throw(DiskError("disk"))

    caplog.set_level(logging.CRITICAL, __name__)  # pytest would keep the log record, and with it the exception
    DiskError.made.clear()
    gc.collect()
    gc.disable()
    try:
        with suppress(DiskError):
            cause()
        assert [each() for each in DiskError.made] == [None]
    finally:
        gc.enable()
    assert telemetry.span("calls").status == "error"


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_each_step_may_run_in_another_thread(telemetry: Capture) -> None:
    """As web frameworks do with the generators of synchronous endpoints."""
    seen: list[str | None] = []
    steps = echo()
    for _ in range(3):
        in_thread(lambda: seen.append(next(steps)))
    in_thread(steps.close)
    assert seen == ["ready in echo", "None in echo", "None in echo"]
    assert telemetry.tree() == "echo"
