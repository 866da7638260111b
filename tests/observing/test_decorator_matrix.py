"""The decorator matrix: kinds of callable x outcomes x decorators. Each call ends as the bare one does, and is seen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import otelkit
from otelkit.testing.records import HistogramPoint
from tests.observing.callables import KINDS, Decorate

if TYPE_CHECKING:
    from collections.abc import Callable

    from otelkit.testing import Capture


class Outcome(NamedTuple):
    error: Callable[[], BaseException] | None
    outcome: str
    error_type: str | None = None


class Decorator(NamedTuple):
    decorate: Decorate
    sees: Callable[[Capture, Outcome], object]
    """What must be seen of one call, given what was seen."""
    expected: Callable[[Outcome], object]


OUTCOMES = {
    "ok": Outcome(None, "ok"),
    "error": Outcome(lambda: ValueError("no such case"), "error", "ValueError"),
    "ignored": Outcome(lambda: KeyError("known"), "ok"),
    "cancelled": Outcome(asyncio.CancelledError, "cancelled"),
}


def seen_as_operation(telemetry: Capture, _: Outcome) -> object:
    span = telemetry.span("matrix.call")
    duration = telemetry.histogram("otelkit.operation.duration", operation="matrix.call")
    (exemplar,) = duration.exemplars
    return {
        "status": span.status,
        "span error": span.attributes.get("error.type"),
        "span outcome": span.attributes.get("otelkit.outcome"),
        "span events": span.events,
        "calls": duration.count,
        "outcome": duration.attributes["outcome"],
        "error": duration.attributes.get("error.type"),
        "exemplar is the span": (exemplar.trace_id, exemplar.span_id) == (span.trace_id, span.span_id),
        "in flight": telemetry.counter_value("otelkit.operation.active", operation="matrix.call"),
        "logged": [
            (log.severity, log.attributes["exception.type"], log.span_id == span.span_id) for log in telemetry.logs
        ],
        "counted": [
            (point.value, point.attributes["error.type"])
            for metric in telemetry.metrics
            if metric.name == "otelkit.error.count"
            for point in metric.points
        ],
    }


def expected_operation(outcome: Outcome) -> object:
    is_error = outcome.outcome == "error"
    return {
        "status": "error" if is_error else "unset",
        "span error": outcome.error_type,
        "span outcome": "cancelled" if outcome.outcome == "cancelled" else None,
        "span events": (),
        "calls": 1,
        "outcome": outcome.outcome,
        "error": outcome.error_type,
        "exemplar is the span": True,
        "in flight": 0,
        "logged": [("ERROR", "ValueError", True)] if is_error else [],
        "counted": [(1, "ValueError")] if is_error else [],
    }


def seen_as(name: str) -> Callable[[Capture, Outcome], object]:
    """Whatever the outcome, the one series of an instrument: how often, or how many now."""

    def seen(telemetry: Capture, _: Outcome) -> object:
        (point,) = telemetry.points(name)
        return point.count if isinstance(point, HistogramPoint) else point.value

    return seen


def expected(value: object) -> Callable[[Outcome], object]:
    def always(_: Outcome) -> object:
        return value

    return always


def errors_seen(telemetry: Capture, _: Outcome) -> object:
    return [
        (point.value, point.attributes["error.type"])
        for metric in telemetry.metrics
        if metric.name == "matrix.error.count"
        for point in metric.points
    ]


def expected_errors(outcome: Outcome) -> object:
    return [(1, outcome.error_type)] if outcome.outcome == "error" else []


DECORATORS = {
    "observe": Decorator(otelkit.observe("matrix.call", ignore=KeyError), seen_as_operation, expected_operation),
    "timed": Decorator(otelkit.timed("matrix.duration"), seen_as("matrix.duration"), expected(1)),
    "counted": Decorator(otelkit.counted("matrix.call.count"), seen_as("matrix.call.count"), expected(1)),
    "count_errors": Decorator(
        otelkit.count_errors("matrix.error.count", ignore=KeyError), errors_seen, expected_errors
    ),
    "track_in_progress": Decorator(otelkit.track_in_progress("matrix.active"), seen_as("matrix.active"), expected(0)),
}


def as_it_is(target: Any) -> Any:
    return target


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("decorator", DECORATORS)
def test_a_decorated_call_ends_as_the_bare_one_does_and_is_seen(
    telemetry: Capture, kind: str, outcome: str, decorator: str
) -> None:
    how, observing = OUTCOMES[outcome], DECORATORS[decorator]
    error = how.error() if how.error else None

    def body() -> str:
        if error is not None:
            raise error
        return "done"

    assert ending(KINDS[kind](observing.decorate, body)) == ending(KINDS[kind](as_it_is, body))
    assert observing.sees(telemetry, how) == observing.expected(how)
    assert telemetry.unfinished == []


def ending(call: Callable[[], Any]) -> object:
    """What the caller gets: the result, or the very exception."""
    try:
        return call()
    except BaseException as error:  # noqa: BLE001 - cancellation is one of the outcomes
        # asyncio.run makes a CancelledError of its own for the caller of a cancelled task.
        return type(error) if isinstance(error, asyncio.CancelledError) else error
