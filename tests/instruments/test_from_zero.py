"""A series whose first event matters is there with zero before it, on every backend, so that one is an increase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otelkit.instruments import Attribute, FraudMetrics, Instruments, counter, gauge, up_down_counter
from otelkit.testing import Sink
from otelkit.testing.capturing import capture
from tests.program import output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instruments.backend import Backend

GOOD: dict[str, Any] = {"unit": "{fraud}", "description": "Frauds found."}
SEVERITY = Attribute("severity", values=("low", "high"))
KIND = Attribute("kind", limit=5, known=("card", "login"))


def test_every_foreseen_series_is_zero_before_the_first_event_and_one_after_it(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(SEVERITY, KIND), from_zero=True, **GOOD)
    before = backend.values(name)
    found.of("high", "card").add()
    after = backend.values(name)
    assert before == {("card", "high"): 0, ("card", "low"): 0, ("login", "high"): 0, ("login", "low"): 0}
    assert after == {**before, ("card", "high"): 1}


def test_the_start_time_of_the_first_event_is_that_of_its_zero(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(SEVERITY,), from_zero=True, **GOOD)
    zero = {str(point.attributes): point.start_time_unix_nano for point in backend.metric(name).data.data_points}
    found.of("high").add()
    one = {str(point.attributes): point.start_time_unix_nano for point in backend.metric(name).data.data_points}
    assert one == zero


def test_zeros_are_there_again_after_another_init(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(SEVERITY,), from_zero=True, **GOOD)
    found.of("high").add(3)
    backend.start()
    assert backend.values(name) == {("low",): 0, ("high",): 0}


def test_what_is_declared_before_init_is_zero_after_it(fresh: Callable[[str], str]) -> None:
    from tests.instruments.backend import Backend

    found = counter(fresh("fraud.count"), from_zero=True, **GOOD)
    backend = Backend()
    try:
        assert backend.value(found.name) == 0
    finally:
        backend.stop()


def test_a_pack_that_is_only_imported_exports_nothing_until_it_is_made(
    backend: Backend, fresh: Callable[[str], str]
) -> None:
    class Frauds(Instruments):
        found = counter(fresh("fraud.count"), attributes=(SEVERITY,), from_zero=True, **GOOD)

        def __init__(self) -> None:
            """Not calling the base class's on purpose."""

    assert backend.points(Frauds.found.name) == []
    Frauds()
    assert backend.values(Frauds.found.name) == {("low",): 0, ("high",): 0}


def test_in_a_class_that_is_no_pack_zeros_are_there_from_the_declaration(
    backend: Backend, fresh: Callable[[str], str]
) -> None:
    class Service:
        found = counter(fresh("fraud.count"), from_zero=True, **GOOD)

    assert backend.value(Service.found.name) == 0


def test_up_down_counters_start_at_zero_too(backend: Backend, name: str) -> None:
    up_down_counter(name, attributes=(SEVERITY,), from_zero=True, **GOOD)
    assert backend.values(name) == {("low",): 0, ("high",): 0}
    backend.start()
    assert backend.values(name) == {("low",): 0, ("high",): 0}


def test_series_that_become_known_at_run_time_can_start_at_zero(backend: Backend, name: str) -> None:
    found = counter(name, attributes=(Attribute("kind", limit=5),), **GOOD)
    found.start_at_zero("card")
    assert backend.values(name) == {("card",): 0}
    backend.start()
    assert backend.values(name) == {("card",): 0}


def test_histograms_and_gauges_cannot_start_at_zero() -> None:
    assert not hasattr(gauge("test_zero.size", **GOOD), "start_at_zero")
    from otelkit.instruments import Declaration

    with pytest.raises(ValueError, match="cannot start at zero"):
        Declaration("test_zero.duration", kind="histogram", unit="s", description="Time.", from_zero=True)


def test_the_first_fraud_of_a_known_type_is_an_increase_from_zero(backend: Backend) -> None:
    fraud = FraudMetrics(fraud_types=("card_not_present",))
    name = FraudMetrics.detections.name
    before = backend.value(name, fraud_type="card_not_present", severity="critical")
    fraud.record_detection(fraud_type="card_not_present", severity="critical")
    assert (before, backend.value(name, fraud_type="card_not_present", severity="critical")) == (0, 1)
    assert backend.values(FraudMetrics.transactions.name) == {("clean",): 0, ("flagged",): 0}


def test_zeros_are_there_after_the_real_init(fresh: Callable[[str], str]) -> None:
    found = counter(fresh("fraud.count"), attributes=(SEVERITY,), from_zero=True, **GOOD)
    with capture() as telemetry:
        assert telemetry.counter_value(found.name, severity="low") == 0
        found.of("high").add()
        assert telemetry.counter_value(found.name, severity="high") == 1


def test_a_forked_child_starts_at_zero_too() -> None:
    with Sink() as sink:
        output(
            f"""
            import os, sys, otelkit

            found = otelkit.counter("shop.fraud.count", unit="{{fraud}}", description="Frauds.", from_zero=True,
                                    attributes=(otelkit.Attribute("severity", values=("low", "high")),))
            otelkit.init("shop", endpoint="{sink.url}", traces=False, logs=False)
            found.of("high").add(7)
            child = os.fork()
            if child == 0:
                sys.exit(0)
            assert os.waitpid(child, 0)[1] == 0
            """
        )
        last: dict[object, dict[object, float]] = {}
        for metric in sink.metrics:
            if metric.name == "shop.fraud.count":
                last[metric.resource["service.instance.id"]] = {
                    point.attributes["severity"]: point.value for point in metric.points
                }
    assert sorted(sorted(values.items()) for values in last.values()) == [
        [("high", 0), ("low", 0)],
        [("high", 7), ("low", 0)],
    ]
