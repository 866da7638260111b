"""Every observed operation has a duration by outcome and a number in flight, with its own labels and buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from otelkit.instruments import DURATION_BUCKETS, Attribute
from otelkit.instruments.operations import bind_operation
from otelkit.signals.export.one_family import one_metric_per_name
from otelkit.signals.proxies import meter
from otelkit.testing import Sink
from tests.program import output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instruments.backend import Backend

DURATION = "otelkit.operation.duration"
ACTIVE = "otelkit.operation.active"
REGION = Attribute("region", limit=3)


@pytest.fixture
def operation_name(fresh: Callable[[str], str]) -> str:
    return fresh("operation")


def mine(backend: Backend, name: str) -> dict[tuple[object, ...], float]:
    """Counts of this operation by its other attributes, in the order of their names."""
    found: dict[tuple[object, ...], float] = {}
    for point in backend.points(DURATION):
        rest = dict(point.attributes)
        if rest.pop("operation") == name:
            found[tuple(value for _, value in sorted(rest.items()))] = point.value
    return found


def test_each_ending_is_a_series_of_its_own(backend: Backend, operation_name: str) -> None:
    operation = bind_operation(operation_name)
    for outcome, error_type in (("ok", None), ("ok", None), ("error", "KeyError"), ("cancelled", None)):
        operation.started()
        operation.ended(0.2, cast("Any", outcome), error_type)
    assert mine(backend, operation_name) == {("ok",): 2, ("KeyError", "error"): 1, ("cancelled",): 1}


def test_what_has_begun_and_not_ended_is_in_flight(backend: Backend, operation_name: str) -> None:
    operation = bind_operation(operation_name)
    assert [point for point in backend.points(ACTIVE) if point.attributes["operation"] == operation_name] == []
    operation.started()
    operation.started()
    assert backend.value(ACTIVE, operation=operation_name) == 2
    backend.start()
    assert backend.value(ACTIVE, operation=operation_name) == 2, "it goes on although telemetry began anew"
    operation.ended(0.2, "ok")
    operation.ended(0.2, "ok")
    assert backend.value(ACTIVE, operation=operation_name) == 0


def test_labels_are_attributes_with_bounds_of_their_own(backend: Backend, operation_name: str) -> None:
    operation = bind_operation(operation_name, labels=(REGION, Attribute("tier", values=("free", "paid"))))
    for region in range(5):
        operation.ended(0.2, "ok", None, (f"r{region}", "free"))
    operation.ended(0.2, "error", "KeyError", ("r0", "gold"))
    assert mine(backend, operation_name) == {
        ("ok", "r0", "free"): 1,
        ("ok", "r1", "free"): 1,
        ("ok", "r2", "free"): 1,
        ("ok", "other", "free"): 2,
        ("KeyError", "error", "r0", "other"): 1,
    }
    assert [attribute.name for attribute in operation.declaration.attributes] == [
        "operation",
        "outcome",
        "error.type",
        "region",
        "tier",
    ]


def test_an_operation_with_its_own_buckets_has_them_and_the_others_keep_theirs(
    backend: Backend, fresh: Callable[[str], str]
) -> None:
    usual, slow = bind_operation(fresh("usual")), bind_operation(fresh("slow"), buckets=(1, 60, 3600))
    usual.ended(0.2, "ok")
    slow.ended(90, "ok")
    bounds = {point.attributes["operation"]: point.bounds for point in backend.points(DURATION)}
    assert bounds[usual.name] == DURATION_BUCKETS
    assert bounds[slow.name] == slow.declaration.buckets == (1.0, 60.0, 3600.0)


def test_asked_again_in_the_same_words_it_is_the_same_object(operation_name: str) -> None:
    operation = bind_operation(operation_name, labels=(REGION,), buckets=(1, 2))
    assert bind_operation(operation_name, labels=[REGION], buckets=[1.0, 2.0]) is operation
    assert bind_operation(operation_name, labels=(REGION,)) is operation
    assert bind_operation(operation_name).declaration.buckets == (1.0, 2.0)


@pytest.mark.parametrize(
    ("again", "fix"),
    [
        ({"buckets": (1, 3)}, "Give both the same"),
        ({"labels": (Attribute("tier", limit=2),)}, "Give both the same"),
        ({"labels": (Attribute("outcome", limit=2),)}, "every operation has 'outcome' already. Rename it"),
        ({"buckets": (3, 1)}, "buckets must increase"),
    ],
)
def test_what_contradicts_itself_is_refused(again: Any, fix: str, operation_name: str) -> None:
    bind_operation(operation_name, labels=(REGION,), buckets=(1, 2))
    with pytest.raises(ValueError, match=r".") as refused:
        bind_operation(operation_name, **again)
    assert fix in str(refused.value)


@pytest.mark.parametrize("name", ["", None, 7])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match=r"text such as 'shop\.checkout'"):
        bind_operation(name)


def test_an_end_without_its_beginning_does_not_count_below_zero(backend: Backend, operation_name: str) -> None:
    operation = bind_operation(operation_name)
    operation.started()
    operation.ended(0.1, "ok")
    operation.ended(0.1, "ok")
    assert backend.value(ACTIVE, operation=operation_name) == 0


def test_names_made_at_run_time_are_bounded() -> None:
    output(
        """
        import logging
        from otelkit.instruments.operations import bind_operation

        class Kept(logging.Handler):
            def emit(self, record):
                kept.append(record.getMessage())

        kept = []
        logging.getLogger("otelkit").addHandler(Kept())
        bound = {id(bind_operation(f"user-{number}")) for number in range(2000)}
        assert len(bound) == 501, len(bound)
        assert bind_operation("user-1999").name == "other"
        assert bind_operation("user-7").name == "user-7"
        assert len(kept) == 1, kept
        assert "'operation' has had its 500 distinct values" in kept[0]
        """
    )


def test_prometheus_shows_operations_of_every_scope_under_their_own_labels(fresh: Callable[[str], str]) -> None:
    registry = CollectorRegistry()

    class Reader(PrometheusMetricReader):
        def _receive_metrics(self, metrics_data: Any, timeout_millis: float = 10_000, **kwargs: Any) -> None:
            super()._receive_metrics(one_metric_per_name(metrics_data), timeout_millis, **kwargs)

    provider = MeterProvider([Reader(registry=registry, scope_info_enabled=False, disable_target_info=True)])
    meter.switch(provider)
    try:
        labelled = bind_operation(fresh("labelled"), labels=(REGION,))
        slow = bind_operation(fresh("slow"), buckets=(1, 60))
        tiered = bind_operation(fresh("tiered"), labels=(Attribute("tier", limit=3),), buckets=(5,))
        labelled.ended(0.2, "ok", None, ("eu",))
        slow.ended(30, "error", "TimeoutError")
        tiered.ended(3, "cancelled", None, ("gold",))
        text = generate_latest(registry).decode()
    finally:
        meter.switch(None)
        provider.shutdown()
    assert text.count("# TYPE otelkit_operation_duration_seconds ") == 1
    found = {
        sample.labels["operation"]: {key: value for key, value in sample.labels.items() if value}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "otelkit_operation_duration_seconds_count"
    }
    assert found == {
        labelled.name: {"operation": labelled.name, "outcome": "ok", "region": "eu"},
        slow.name: {"operation": slow.name, "outcome": "error", "error_type": "TimeoutError"},
        tiered.name: {"operation": tiered.name, "outcome": "cancelled", "tier": "gold"},
    }
    bounds = [
        sample.labels["le"]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.endswith("_bucket") and sample.labels["operation"] == slow.name
    ]
    assert bounds == ["1.0", "60.0", "+Inf"]


def test_a_forked_child_has_in_flight_only_what_it_began_itself() -> None:
    with Sink() as sink:
        output(
            f"""
            import os, sys, otelkit
            from otelkit.instruments.operations import bind_operation

            operation = bind_operation("shop.checkout")
            stock = otelkit.gauge("shop.stock.size", unit="{{item}}", description="Items.")
            otelkit.init("shop", endpoint="{sink.url}", traces=False, logs=False)
            stock.set(40)
            for _ in range(3):
                operation.started()
            child = os.fork()
            if child == 0:
                operation.ended(0.1, "ok")  # the one that forked
                operation.started()
                sys.exit(0)
            assert os.waitpid(child, 0)[1] == 0
            """
        )
        last: dict[object, dict[str, float]] = {}
        for metric in sink.metrics:
            of_instance = last.setdefault(metric.resource["service.instance.id"], {})
            of_instance[metric.name] = sum(point.value for point in metric.points)
    assert sorted((values["otelkit.operation.active"], values.get("shop.stock.size")) for values in last.values()) == [
        (1, None),
        (3, 40),
    ]
