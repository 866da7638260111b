"""What is recorded is what a real SDK reader sees, before and after `init` and whatever form the call has."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from opentelemetry.sdk.metrics.export import AggregationTemporality, Gauge, Histogram, Sum
from opentelemetry.sdk.trace import TracerProvider

from otelkit.instruments import (
    DURATION_BUCKETS,
    Attribute,
    counter,
    gauge,
    histogram,
    up_down_counter,
)
from otelkit.runtime.internal_errors import internal_error_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instruments.backend import Backend

CHANNEL = Attribute("channel", values=("web", "phone"))
REGION = Attribute("region", limit=5)
GOOD: dict[str, Any] = {"unit": "{order}", "description": "Orders placed."}


def test_a_series_is_bound_once_and_found_again(backend: Backend, name: str) -> None:
    orders = counter(name, attributes=(CHANNEL, REGION), **GOOD)
    bound = orders.of("web", "eu")
    assert orders.of("web", "eu") is bound
    bound.add()
    bound.add(2)
    orders.add(3, {"region": "eu", "channel": "web"})
    orders.of("phone", "eu").add(0.5)
    assert backend.values(name) == {("web", "eu"): 6, ("phone", "eu"): 0.5}
    assert bound.attributes == {"channel": "web", "region": "eu"}


def test_all_four_kinds_arrive_as_what_they_are(backend: Backend, fresh: Callable[[str], str]) -> None:
    names = {kind: fresh(kind) for kind in ("counted", "active", "size", "duration")}
    counter(names["counted"], **GOOD).add(2)
    active = up_down_counter(names["active"], **GOOD)
    active.add(5)
    active.of().add(-2)
    size = gauge(names["size"], **GOOD)
    size.set(7)
    size.of().set(-1.5)
    histogram(names["duration"], unit="s", description="Time.").record(0.3)

    counted, stood = backend.metric(names["counted"]).data, backend.metric(names["active"]).data
    assert isinstance(counted, Sum)
    assert counted.is_monotonic
    assert counted.aggregation_temporality is AggregationTemporality.CUMULATIVE
    assert isinstance(stood, Sum)
    assert not stood.is_monotonic
    assert isinstance(backend.metric(names["size"]).data, Gauge)
    assert isinstance(backend.metric(names["duration"]).data, Histogram)
    assert backend.value(names["counted"]) == 2
    assert backend.value(names["active"]) == 3
    assert backend.value(names["size"]) == -1.5
    (measured,) = backend.points(names["duration"])
    assert (measured.value, measured.total, measured.bounds) == (1, 0.3, DURATION_BUCKETS)
    assert measured.buckets[DURATION_BUCKETS.index(0.5)] == 1
    assert backend.metric(names["size"]).unit == "{order}"
    assert backend.metric(names["size"]).description == "Orders placed."


def test_own_buckets_are_the_ones_that_are_exported(backend: Backend, name: str) -> None:
    histogram(name, unit="By", description="Size.", buckets=(10, 100)).record(50)
    (point,) = backend.points(name)
    assert (point.bounds, point.buckets) == ((10.0, 100.0), (0, 1, 0))


def test_default_buckets_have_the_boundaries_that_latency_objectives_sit_on() -> None:
    assert {0.1, 0.25, 0.5, 1.0} <= set(DURATION_BUCKETS)
    assert list(DURATION_BUCKETS) == sorted(DURATION_BUCKETS)


def test_instruments_made_and_bound_before_init_are_live_after_it(fresh: Callable[[str], str]) -> None:
    from tests.instruments.backend import Backend

    orders = counter(fresh("order.count"), attributes=(CHANNEL,), **GOOD)
    bound = orders.of("web")
    bound.add(100)  # nobody is there yet
    backend = Backend()
    try:
        bound.add(1)
        orders.of("phone").add(2)
        assert backend.values(orders.name) == {("web",): 1, ("phone",): 2}
    finally:
        backend.stop()
    bound.add(100)  # nobody is there any more


def test_counts_begin_again_with_another_init_while_levels_stand(backend: Backend, fresh: Callable[[str], str]) -> None:
    orders = counter(fresh("order.count"), **GOOD)
    waiting = up_down_counter(fresh("order.active"), **GOOD)
    stock = gauge(fresh("stock.size"), **GOOD)
    orders.add(5)
    waiting.add(3)
    stock.set(40)
    backend.start()
    orders.add(1)
    waiting.add(-1)
    assert backend.value(orders.name) == 1
    assert backend.value(waiting.name) == 2
    assert backend.value(stock.name) == 40


def test_a_level_set_before_init_is_there_after_it(fresh: Callable[[str], str]) -> None:
    from tests.instruments.backend import Backend

    stock = gauge(fresh("stock.size"), **GOOD)
    stock.set(40)
    backend = Backend()
    try:
        assert backend.value(stock.name) == 40
    finally:
        backend.stop()


def test_a_level_that_was_never_set_is_not_exported(backend: Backend, fresh: Callable[[str], str]) -> None:
    stock = gauge(fresh("stock.size"), **GOOD)
    waiting = up_down_counter(fresh("order.active"), **GOOD)
    stock.of()
    waiting.of()
    assert backend.points(stock.name) == []
    assert backend.points(waiting.name) == []


def test_switching_back_to_a_backend_counts_nothing_twice(backend: Backend, fresh: Callable[[str], str]) -> None:
    from otelkit.signals.proxies import meter

    waiting = up_down_counter(fresh("order.active"), **GOOD)
    orders = counter(fresh("order.count"), from_zero=True, **GOOD)
    waiting.add(3)
    orders.add(2)
    provider = meter.active_provider()
    meter.switch(None)
    meter.switch(provider)
    assert backend.value(waiting.name) == 3
    assert backend.value(orders.name) == 2


class Colour(Enum):
    RED = "red"


class Size(StrEnum):
    BIG = "big"


class Level(Enum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("eu", "eu"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (-7, "-7"),
        (Colour.RED, "red"),
        (Size.BIG, "big"),
        (Level.ONE, "1"),
        (np.int64(3), "3"),
        (np.str_("eu"), "eu"),
        (np.bool_(True), "true"),  # noqa: FBT003 - numpy takes it so
        ("a\ud800b", "a\\ud800b"),
        ("", ""),
    ],
)
def test_attribute_values_become_text_in_one_predictable_way(
    backend: Backend, name: str, value: Any, text: str
) -> None:
    orders = counter(name, attributes=(REGION,), **GOOD)
    for _ in range(2):
        orders.of(value).add()
        orders.add(1, {"region": value})
    assert backend.values(name) == {(text,): 4}
    assert internal_error_count() == 0


def test_true_and_one_are_not_confused_although_they_are_equal(backend: Backend, name: str) -> None:
    orders = counter(name, attributes=(REGION,), **GOOD)
    for value in (1, True, 1, True):
        orders.of(value).add()
    assert backend.values(name) == {("1",): 2, ("true",): 2}


def test_an_optional_attribute_may_be_absent(backend: Backend, name: str) -> None:
    calls = counter(name, attributes=(CHANNEL, Attribute("error.type", limit=5, optional=True)), **GOOD)
    calls.of("web", None).add()
    calls.of("web", "").add()  # Prometheus cannot tell an empty label from none
    calls.add(1, {"channel": "web"})
    calls.add(1, {"channel": "web", "error.type": "KeyError"})
    assert [(point.attributes, point.value) for point in backend.points(name)] == [
        ({"channel": "web"}, 3),
        ({"channel": "web", "error.type": "KeyError"}, 1),
    ]


@pytest.mark.parametrize(
    ("amount", "arrives"),
    [
        (True, 1),
        (Decimal("1.5"), 1.5),
        (Fraction(1, 2), 0.5),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (2**70, 2.0**70),
    ],
)
def test_numbers_of_every_kind_are_counted(backend: Backend, name: str, amount: Any, arrives: float) -> None:
    orders = counter(name, **GOOD)
    orders.add(amount)
    assert backend.value(name) == arrives
    assert internal_error_count() == 0


def test_a_whole_number_beyond_64_bits_leaves_as_a_float_and_takes_no_export_with_it(
    backend: Backend, name: str
) -> None:
    from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    counter(name, **GOOD).add(2**70)
    scope = ScopeMetrics(scope=InstrumentationScope("test"), metrics=[backend.metric(name)], schema_url="")
    data = MetricsData(resource_metrics=[ResourceMetrics(Resource.get_empty(), [scope], "")])
    assert encode_metrics(data).ByteSize() > 0


def test_a_measurement_in_a_sampled_span_becomes_an_exemplar(backend: Backend, name: str) -> None:
    took = histogram(name, unit="s", description="Time.", attributes=(CHANNEL,))
    with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span("request"):
        took.of("web").record(0.2)
    assert [point.exemplars for point in backend.points(name)] == [1]
