"""The number of series is what was declared, whatever is recorded; what is turned away is counted and said once."""

# The number of cells held is what the promise is about:
# pyright: reportPrivateUsage=false

from __future__ import annotations

import logging
import tracemalloc
from typing import TYPE_CHECKING, Any

from otelkit.instruments import Attribute, TelemetryMetrics, counter, gauge
from otelkit.instruments.declaration import MOST_SERIES

if TYPE_CHECKING:
    import pytest

    from tests.instruments.backend import Backend

GOOD: dict[str, Any] = {"unit": "{order}", "description": "Orders placed."}
OVERFLOWS = "otelkit.telemetry.cardinality.overflow.count"


def test_a_value_that_is_not_allowed_becomes_other(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("severity", values=("low", "high")),), **GOOD)
    for severity in ("low", "urgent", "urgent", "fatal"):
        found.of(severity).add()
    assert backend.values(name) == {("low",): 1, ("other",): 3}


def test_beyond_the_limit_new_values_become_other_while_known_ones_go_on(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("kind", limit=2),), **GOOD)
    for kind in ("a", "b", "c", "d", "a", "b", "c"):
        found.add(1, {"kind": kind})
    assert backend.values(name) == {("a",): 2, ("b",): 2, ("other",): 3}


def test_values_that_are_known_beforehand_keep_their_place(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("kind", limit=2, known=("b",)),), **GOOD)
    for kind in ("x", "y", "z", "b"):
        found.of(kind).add()
    assert backend.values(name) == {("x",): 1, ("other",): 2, ("b",): 1}


def test_what_was_turned_away_is_counted_by_instrument_and_attribute(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("kind", limit=1), Attribute("severity", values=("low",))), **GOOD)
    found.of("a", "low").add()
    found.of("b", "low").add()
    found.of("b", "worse").add()
    assert backend.value(OVERFLOWS, instrument=name, attribute="kind") == 2
    assert backend.value(OVERFLOWS, instrument=name, attribute="severity") == 1


def test_one_warning_names_the_instrument_the_attribute_an_example_and_the_fix(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    found = counter(name, attributes=(Attribute("kind", limit=1), Attribute("severity", values=("low",))), **GOOD)
    with caplog.at_level(logging.WARNING, "otelkit"):
        for kind in ("a", "user-4711", "user-4712"):
            found.of(kind, "low").add()
        for severity in ("urgent", "fatal"):
            found.of("a", severity).add()
    assert [record.name for record in caplog.records] == ["otelkit", "otelkit"]
    limit, values = (record.getMessage() for record in caplog.records)
    assert name in limit
    assert "'kind' has had its 1 distinct values; 'user-4711' and every further new one" in limit
    assert "raise limit=" in limit
    assert name in values
    assert "'severity' takes one of low; 'urgent' is recorded as 'other'. Add it to values=" in values


def test_a_value_that_is_a_document_becomes_other_and_is_not_repeated_whole(
    backend: Backend, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level(logging.WARNING, "otelkit"):
        counter(name, attributes=(Attribute("kind", limit=9),), **GOOD).of("x" * 100_000).add()
    assert backend.values(name) == {("other",): 1}
    assert len(caplog.text) < 1000
    assert "100000 characters" in caplog.text


def test_a_user_who_calls_a_value_other_gets_it_without_a_warning(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("kind", values=("a", "other")),), **GOOD)
    found.of("other").add()
    assert backend.values(name) == {("other",): 1}
    assert [point for point in backend.points(OVERFLOWS) if point.attributes["instrument"] == name] == []


def test_several_limits_together_stay_below_the_limit_of_the_sdk(
    backend: Backend, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    found = counter(
        name, attributes=(Attribute("x", limit=40), Attribute("y", limit=40), Attribute("z", values=("p", "q"))), **GOOD
    )
    with caplog.at_level(logging.WARNING, "otelkit"):
        for x in range(40):
            for y in range(40):
                found.of(x, y, "p").add()
        found.of(0, 0, "q").add()
    values = backend.values(name)
    assert len(values) == MOST_SERIES + 2
    assert values["other", "other", "p"] == 1600 - MOST_SERIES
    assert values["other", "other", "q"] == 1
    assert sum(values.values()) == 1601
    assert len(caplog.records) == 1
    assert f"has had its {MOST_SERIES} series" in caplog.text


def test_any_number_of_distinct_values_takes_no_more_memory(name: str) -> None:
    seen = counter(name, attributes=(Attribute("user", limit=50),), **GOOD)
    level = gauge(f"{name}.level", attributes=(Attribute("user", limit=50),), **GOOD)
    for number in range(100):
        seen.of(f"warm-{number}").add()
        level.of(f"warm-{number}").set(1)
    tracemalloc.start()
    try:
        for number in range(20_000):
            user = f"user-{number}"
            seen.of(user).add()
            level.of(user).set(1)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 50_000  # the text of the values alone would be over a million
    assert len(seen._series.cells) == len(level._series.cells) == 51


def test_overflow_of_the_overflow_counter_ends_there(backend: Backend) -> None:
    for number in range(120):
        TelemetryMetrics.cardinality_overflows.add(1, {"instrument": "test.some", "attribute": f"a{number}"})
    counted = [point for point in backend.points(OVERFLOWS) if point.attributes["instrument"] == "test.some"]
    assert sum(point.value for point in counted) == 120
    assert max(point.value for point in counted if point.attributes["attribute"] == "other") >= 20
