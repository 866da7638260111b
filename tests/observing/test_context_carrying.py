"""Which ways of handing work over keep the current trace, and that `carry_context` keeps it in all of them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import os
import pickle
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import baggage, context, trace

import otelkit
from otelkit.signals.bound_context import bound

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from otelkit.testing import Capture

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("carrying_program.py")
ROW = re.compile(r"^\| (?P<way>.+?) \| (?P<bare>\w[\w ]+?) \| (?P<carried>\w[\w ]+?) \|$", re.MULTILINE)


def test_the_table_in_the_documentation_is_what_python_does() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    page = (ROOT / "docs" / "context.md").read_text(encoding="utf-8")
    written = {
        row["way"].replace("`", ""): {"bare": row["bare"], "carried": row["carried"]} for row in ROW.finditer(page)
    }
    assert written == found
    assert {row["carried"] for row in found.values()} == {"keeps it"}
    assert len(found) == 14


def test_ten_threads_work_under_the_span_that_started_them(telemetry: Capture) -> None:
    @otelkit.observe("carrying.work", capture=("number",))
    def work(number: int) -> None:
        barrier.wait(5)
        assert bound()["case_id"] == f"c-{number}"

    barrier = threading.Barrier(10)
    threads: list[threading.Thread] = []
    for number in range(10):
        with otelkit.operation("carrying.parent", number=number), otelkit.bind(case_id=f"c-{number}"):
            threads.append(threading.Thread(target=otelkit.carry_context(work), args=(number,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(10):
        parent, child = telemetry.span("carrying.parent", number=number), telemetry.span("carrying.work", number=number)
        assert (child.trace_id, child.parent_id) == (parent.trace_id, parent.span_id)


def test_a_worker_thread_is_left_as_it_was_found(telemetry: Capture) -> None:
    def state() -> tuple[object, object]:
        return trace.get_current_span().get_span_context().is_valid, dict(bound())

    with ThreadPoolExecutor(1) as executor:
        with otelkit.operation("carrying.parent"), otelkit.bind(case_id="c-1"):
            inside = executor.submit(otelkit.carry_context(state)).result()
        after = executor.submit(state).result()
    assert (inside, after) == ((True, {"case_id": "c-1"}), (False, {}))
    assert len(telemetry.spans) == 1


def test_one_carried_function_may_be_called_by_many_workers_and_again(telemetry: Capture) -> None:
    with otelkit.operation("carrying.parent"):
        carried = otelkit.carry_context(otelkit.trace_id)
    with ThreadPoolExecutor(4) as executor:
        found = {executor.submit(carried).result() for _ in range(20)}
    assert found == {telemetry.span("carrying.parent").trace_id}


def test_arguments_results_and_exceptions_pass_through() -> None:
    def divide(dividend: float, *, by: float) -> float:
        return dividend / by

    carried = otelkit.carry_context(divide)
    assert carried(6, by=3) == 2
    with pytest.raises(ZeroDivisionError) as raised:
        carried(1, by=0)
    assert raised.traceback[-1].name == "divide"


async def test_a_coroutine_function_stays_one(telemetry: Capture) -> None:
    async def work() -> str | None:
        await asyncio.sleep(0)
        return otelkit.trace_id()

    with otelkit.operation("carrying.parent"):
        carried = otelkit.carry_context(work)
    assert inspect.iscoroutinefunction(carried)
    assert await carried() == telemetry.span("carrying.parent").trace_id
    assert otelkit.trace_id() is None


def test_a_generator_function_is_refused() -> None:
    def steps() -> Generator[int]:
        yield 1

    async def stream() -> AsyncGenerator[int]:
        yield 1

    functions: list[Any] = [steps, stream, functools.partial(steps)]
    for function in functions:
        with pytest.raises(TypeError, match="it runs where it is iterated"):
            otelkit.carry_context(function)


@pytest.mark.parametrize("propagators", ["tracecontext,baggage", "none", "no-such-propagator"])
def test_a_pickled_one_takes_trace_baggage_and_facts_along_whatever_the_propagators(
    telemetry: Capture, propagators: str
) -> None:
    """In a process of its own, as a pool's worker: its OTEL_PROPAGATORS may be wrong, the trace arrives nonetheless."""
    odd: Any = threading.Lock()
    with otelkit.operation("carrying.parent"), otelkit.bind(case_id="c-1", sizes=[1, 2], odd=odd):
        token = context.attach(baggage.set_baggage("tenant", "acme"))
        pickled = pickle.dumps(otelkit.carry_context(found_there))
        context.detach(token)
    done = subprocess.run(
        [sys.executable, "-c", "import pickle, sys, json; print(json.dumps(pickle.load(sys.stdin.buffer)()))"],
        input=pickled,
        capture_output=True,
        check=True,
        env={**os.environ, "OTEL_PROPAGATORS": propagators, "PYTHONPATH": str(ROOT)},
    )
    parent = telemetry.span("carrying.parent")
    there = json.loads(done.stdout)
    assert there["trace"] == [parent.trace_id, parent.span_id, True]
    assert (there["tenant"], there["case_id"], there["sizes"]) == ("acme", "c-1", [1, 2])
    assert there["odd"].startswith("<unlocked _thread.lock")


def found_there() -> dict[str, object]:
    """What is current in the other process."""
    span = trace.get_current_span().get_span_context()
    return {
        "trace": [trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id), span.trace_flags.sampled],
        "tenant": baggage.get_baggage("tenant"),
        **bound(),
    }


def test_a_failure_in_another_process_is_one_error_where_it_arrives(telemetry: Capture) -> None:
    """The exception brings the note of the process that counted it."""

    def batch() -> None:
        carried = pickle.loads(pickle.dumps(otelkit.carry_context(failing)))  # noqa: S301 - our own
        raise pickle.loads(pickle.dumps(_raised_by(carried)))  # noqa: S301

    with pytest.raises(ValueError, match="there"):
        otelkit.observe("carrying.batch")(batch)()
    assert telemetry.counter_value("otelkit.error.count") == 1
    assert [log.attributes["otelkit.operation"] for log in telemetry.logs] == ["carrying.failing"]


@otelkit.observe("carrying.failing")
def failing() -> None:
    raise ValueError("there")


def _raised_by(function: Any) -> BaseException:
    try:
        function()
    except ValueError as error:
        return error
    raise AssertionError("it did not fail")
