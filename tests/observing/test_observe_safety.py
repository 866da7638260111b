"""Whatever goes wrong with telemetry, and whatever passes by, the application gets its own results and exceptions."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

import otelkit
from otelkit.instruments.operations import BoundOperation
from otelkit.observing import calls
from otelkit.runtime.internal_errors import internal_error_count, reset_internal_errors
from otelkit.signals.proxies import tracer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

    from otelkit.testing import Capture


class Silent(logging.Handler):
    """Takes records and says nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """Drop it."""


class Hostile:
    """Resists every way of looking at it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(f"hostile: {name}")

    def __repr__(self) -> str:
        raise RuntimeError("hostile repr")

    def __str__(self) -> str:
        raise RuntimeError("hostile str")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("hostile eq")

    def __hash__(self) -> int:
        raise RuntimeError("hostile hash")

    def __len__(self) -> int:
        raise RuntimeError("hostile len")

    def __bool__(self) -> bool:
        raise RuntimeError("hostile bool")

    def __iter__(self) -> Iterator[Any]:
        raise RuntimeError("hostile iter")


class HostileText(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError("hostile str")

    def __getitem__(self, key: object) -> str:
        raise RuntimeError("hostile getitem")

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        del encoding, errors
        raise RuntimeError("hostile encode")


hostile = Hostile()
endless: list[Any] = []
endless.append(endless)
deep: list[Any] = []
for _ in range(5000):
    deep = [deep]


class Box:
    """Keeps hypothesis and pytest from looking at what is in it."""

    def __init__(self, content: Any) -> None:
        self.content = content


anything = (
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.binary()
        | st.decimals()
        | st.datetimes()
        | st.complex_numbers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner) | st.frozensets(st.text()),
        max_leaves=8,
    )
    | st.sampled_from([HostileText("text"), endless, "\ud800", object, type, 2**4000, len])
).map(Box) | st.sampled_from([Box(hostile), Box(deep)])


@otelkit.observe("safety.function", capture=("value",), labels=("label",), error_if=lambda result: result is None)
def function(value: Any, label: Any) -> Any:
    del label
    return value


@otelkit.observe("safety.coroutine", capture=("value",), labels=("label",))
async def coroutine(value: Any, label: Any) -> Any:
    del label
    return value


@otelkit.observe("safety.generator", capture=("value",), labels=("label",))
def generator(value: Any, label: Any) -> Generator[Any, Any, Any]:
    del label
    yield value
    return value


@otelkit.observe("safety.async_generator", capture=("value",), labels=("label",))
async def async_generator(value: Any, label: Any) -> AsyncGenerator[Any, Any]:
    del label
    yield value


def iterated(value: Any, label: Any) -> Any:
    steps = generator(value, label)
    assert next(steps) is value
    try:
        next(steps)
    except StopIteration as stop:
        return stop.value


def async_iterated(value: Any, label: Any) -> Any:
    async def main() -> Box:
        (got,) = [each async for each in async_generator(value, label)]
        return Box(got)

    return asyncio.run(main()).content


def awaited(value: Any, label: Any) -> Any:
    async def main() -> Box:
        return Box(await coroutine(value, label))  # asyncio looks at the results of tasks

    return asyncio.run(main()).content


def in_block(value: Any, label: Any) -> Any:
    with otelkit.operation("safety.block", value=value, label=label) as block:
        block.set(again=value)
        block.fail(value)
        return value


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=anything, label=anything)
@pytest.mark.parametrize(
    "call",
    [
        function,
        iterated,
        in_block,
        awaited,
        async_iterated,
    ],
    ids=["function", "generator", "block", "coroutine", "async generator"],
)
def test_any_object_passes_through_unchanged(
    telemetry: Capture, call: Callable[[Any, Any], Any], value: Box, label: Box
) -> None:
    telemetry.clear()
    unchanged = call(value.content, label.content) is value.content
    assert unchanged
    assert telemetry.unfinished == []
    assert len(telemetry.spans) == 1
    telemetry.take_internal_errors()  # a label that is no label is said to be so


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(argument=anything)
def test_any_exception_passes_through_unchanged(
    telemetry: Capture, monkeypatch: pytest.MonkeyPatch, argument: Box
) -> None:
    # Kept out of pytest's report: xdist cannot send one with a lone surrogate in it.
    monkeypatch.setattr(logging.getLogger(__name__), "propagate", False)
    monkeypatch.setattr(logging.getLogger(__name__), "handlers", [Silent()])
    telemetry.clear()
    error = ValueError(argument.content)

    @otelkit.observe("safety.raising")
    def raising() -> None:
        raise error

    unchanged = False
    try:
        raising()
    except ValueError as raised:
        unchanged = raised is error
    assert unchanged
    assert len(telemetry.logs) == 1
    assert telemetry.span("safety.raising").status == "error"


def explode(*_: Any, **__: Any) -> Any:
    raise RuntimeError("broken telemetry")


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (trace.NoOpTracer, "start_span"),
        (BoundOperation, "started"),
        (BoundOperation, "ended"),
        (trace.NonRecordingSpan, "end"),
        (calls, "inside"),
        (calls, "get_current"),
        (calls, "error_type"),
        (calls, "span_value"),
        (calls, "first_seen"),
    ],
)
def test_a_telemetry_that_fails_changes_neither_result_nor_exception(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    error = ValueError("the application's own")

    @otelkit.observe("safety.result", capture=("value",))
    def result(value: str) -> str:
        return value

    @otelkit.observe("safety.raising")
    def raising() -> None:
        raise error

    @otelkit.observe("safety.steps")
    def steps() -> Generator[int]:
        yield 1
        yield 2

    before = trace.get_current_span()
    reset_internal_errors()
    monkeypatch.setattr(where, name, explode)
    try:
        assert result("done") == "done"
        assert list(steps()) == [1, 2]
        with pytest.raises(ValueError, match="own") as raised:
            raising()
        assert raised.value is error
        assert (raised.value.__cause__, raised.value.__context__) == (None, None)
        monkeypatch.undo()
        assert trace.get_current_span() is before
        assert internal_error_count() > 0
    finally:
        reset_internal_errors()


def test_a_span_processor_that_raises_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with a provider that does not guard its processors."""
    provider = TracerProvider(shutdown_on_exit=False)
    broken = SpanProcessor()
    provider.add_span_processor(broken)
    tracer.switch(provider)
    reset_internal_errors()
    try:
        for hook in ("on_start", "on_end"):
            monkeypatch.setattr(broken, hook, explode)
            assert function("value", "label") == "value"
            monkeypatch.undo()
        assert not trace.get_current_span().get_span_context().is_valid
        assert internal_error_count() == 2
    finally:
        reset_internal_errors()
        tracer.switch(None)
        provider.shutdown()


def test_what_is_in_flight_does_not_drift_when_telemetry_fails(
    telemetry: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundOperation, "started", explode)
    function("value", "label")
    monkeypatch.undo()
    function("value", "label")
    assert telemetry.counter_value("otelkit.operation.active", operation="safety.function") == 0
    assert len(telemetry.take_internal_errors()) == 1


def test_deep_recursion_ends_as_it_would_without(telemetry: Capture) -> None:
    @otelkit.observe("safety.recursive", metrics=False)
    def recursive(depth: int) -> int:
        return recursive(depth + 1)

    logging.disable(logging.CRITICAL)  # a thousand stack traces are not the point
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        with pytest.raises(RecursionError):
            recursive(0)
    finally:
        sys.setrecursionlimit(limit)
        logging.disable(logging.NOTSET)
    assert not trace.get_current_span().get_span_context().is_valid
    telemetry.take_internal_errors()


def test_before_init_functions_just_run_and_after_it_they_are_observed() -> None:
    program = """
        import asyncio, otelkit
        from otelkit.testing import capture

        @otelkit.observe("early", labels=("x",))
        def early(x):
            if x == "bad":
                raise ValueError(x)
            return x

        @otelkit.observe
        async def early_stream():
            yield otelkit.trace_id()

        async def consume():
            return [each async for each in early_stream()]

        assert early("a") == "a"
        assert asyncio.run(consume()) == [None]
        try:
            early("bad")
        except ValueError:
            pass
        with capture() as telemetry:
            assert early("b") == "b"
            assert asyncio.run(consume()) != [None]
        assert [span.name for span in telemetry.spans] == ["early", "__main__.early_stream"], telemetry.spans
        assert telemetry.histogram("otelkit.operation.duration", operation="early").count == 1
        assert early("c") == "c"
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_before_init_a_span_of_another_library_stays_current(telemetry: Capture) -> None:
    """A function that writes to the current span reaches it, although nothing of ours records yet."""
    del telemetry  # its end puts back what runs; nothing of it is used here
    provider = TracerProvider(shutdown_on_exit=False)
    tracer.switch(None)
    with provider.get_tracer("theirs").start_as_current_span("theirs") as theirs:

        def writing() -> None:
            assert trace.get_current_span() is theirs

        otelkit.observe("safety.writing")(writing)()
        otelkit.observe("safety.writing", new_trace=True)(writing)()
    provider.shutdown()


def test_importing_the_decorators_loads_neither_the_sdk_nor_a_propagator() -> None:
    program = """
        import sys
        from otelkit import observe, operation, timed, carry_context, Slo
        heavy = {"opentelemetry.sdk", "opentelemetry.propagate", "grpc", "requests", "pydantic", "fastapi", "numpy"}
        print(sorted(heavy & sys.modules.keys()))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
