"""Series, delta points, histograms and long charts: what the store makes of points."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from tests.console.payloads import (
    CUMULATIVE,
    DELTA,
    SECOND,
    START,
    key_values,
    metric_request,
    span_id,
    sum_metric,
    trace_id,
)
from tests.console.talking import get, request, send

if TYPE_CHECKING:
    from otelkit.console.server import ConsoleServer


def series_of(console: ConsoleServer, name: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(console, f"/api/metrics/{name}{query}")["series"]
    return found


def histogram(*, at: int, counts: list[int], delta: bool = True, bounds: tuple[float, ...] = (1.0,)) -> Metric:
    metric = Metric(name="latency", unit="s")
    metric.histogram.aggregation_temporality = DELTA if delta else CUMULATIVE
    metric.histogram.data_points.add(
        time_unix_nano=START + at * SECOND,
        count=sum(counts),
        sum=float(sum(counts)),
        min=0.25 / at,
        max=2.0 * at,
        bucket_counts=counts,
        explicit_bounds=bounds,
    )
    return metric


def exponential(*, at: int, scale: int, offset: int, counts: list[int]) -> Metric:
    metric = Metric(name="size")
    metric.exponential_histogram.aggregation_temporality = DELTA
    point = metric.exponential_histogram.data_points.add(
        time_unix_nano=START + at * SECOND, count=sum(counts) + 1, scale=scale, zero_count=1
    )
    point.positive.offset = offset
    point.positive.bucket_counts.extend(counts)
    return metric


def test_delta_sums_are_added_up_to_cumulative(console: ConsoleServer) -> None:
    for second, value in ((1, 2), (2, 3), (3, 0.5)):
        send(console, metric_request(sum_metric("orders", value, time=START + second * SECOND, delta=True)))
    (series,) = series_of(console, "orders")
    assert series["points"] == [
        {"time": str(START + 1 * SECOND), "value": 2},
        {"time": str(START + 2 * SECOND), "value": 5},
        {"time": str(START + 3 * SECOND), "value": 5.5},
    ]


def test_delta_histograms_are_added_up_to_cumulative(console: ConsoleServer) -> None:
    send(console, metric_request(histogram(at=1, counts=[1, 2])))
    send(console, metric_request(histogram(at=2, counts=[10, 20])))
    (series,) = series_of(console, "latency")
    assert series["points"][1] == {
        "time": str(START + 2 * SECOND),
        "count": 33,
        "sum": 33.0,
        "min": 0.125,
        "max": 4.0,
        "bounds": [1.0],
        "buckets": [11, 22],
    }


def test_a_delta_histogram_with_new_bounds_starts_anew(console: ConsoleServer) -> None:
    send(console, metric_request(histogram(at=1, counts=[1, 2])))
    send(console, metric_request(histogram(at=2, counts=[10, 20, 30], bounds=(1.0, 5.0))))
    (series,) = series_of(console, "latency")
    assert [point["buckets"] for point in series["points"]] == [[1, 2], [10, 20, 30]]


def test_delta_exponential_histograms_of_different_scale_are_added_up(console: ConsoleServer) -> None:
    send(console, metric_request(exponential(at=1, scale=1, offset=0, counts=[1, 2, 3, 4])))
    send(console, metric_request(exponential(at=2, scale=0, offset=1, counts=[10])))
    (series,) = series_of(console, "size")
    # scale 0 has the bounds 1, 2, 4: the first two and the last two buckets of scale 1 are one each
    assert series["points"][1] | {"time": ""} == {
        "time": "",
        "count": 22,
        "sum": None,
        "min": None,
        "max": None,
        "bounds": [0.0, 1.0, 2.0, 4.0],
        "buckets": [2, 0, 3, 17, 0],
    }


def test_a_delta_point_older_than_the_last_is_rejected(console: ConsoleServer) -> None:
    send(console, metric_request(sum_metric("orders", 5, time=START + 2, delta=True)))
    answer = send(console, metric_request(sum_metric("orders", 7, time=START + 1, delta=True)))
    response = ExportMetricsServiceResponse()
    response.ParseFromString(answer.body)
    assert response.partial_success.rejected_data_points == 1
    assert "delta point is older than the last one of its series" in response.partial_success.error_message
    assert [point["value"] for point in series_of(console, "orders")[0]["points"]] == [5]
    assert get(console, "/api/stats")["rejected"] == 1


def test_a_sum_too_large_for_the_store_goes_on_as_a_double(console: ConsoleServer) -> None:
    for second in (1, 2):
        send(console, metric_request(sum_metric("orders", 2**63 - 1, time=START + second, delta=True)))
    assert [point["value"] for point in series_of(console, "orders")[0]["points"]] == [2**63 - 1, float(2**64)]


def test_a_series_is_its_process_its_scope_and_its_attributes(console: ConsoleServer) -> None:
    same = sum_metric("orders", 1, attributes={"a": "x", "b": 1})
    send(console, metric_request(same))
    later = sum_metric("orders", 2, time=START + 1, attributes={"b": 1, "a": "x"})  # in another order: the same
    send(console, metric_request(later))
    send(console, metric_request(same, instance="two"))
    send(console, metric_request(same, scope="other"))
    send(console, metric_request(same, service="bank"))
    send(console, metric_request(sum_metric("orders", 1, attributes={"a": "y", "b": 1})))
    assert sorted((one["service"], one["instance"], len(one["points"])) for one in series_of(console, "orders")) == [
        ("bank", "one", 1),
        ("shop", "one", 1),
        ("shop", "one", 1),
        ("shop", "one", 2),
        ("shop", "two", 1),
    ]
    assert len(series_of(console, "orders", "?service=bank")) == 1
    (listed,) = get(console, "/api/metrics")["metrics"]
    assert (listed["services"], listed["seriesCount"]) == (["bank", "shop"], 5)
    assert get(console, "/api/metrics?service=bank")["metrics"][0]["seriesCount"] == 1


def test_a_name_reported_as_number_and_as_histogram_shows_the_latest_kind_and_says_what_it_hides(
    console: ConsoleServer,
) -> None:
    send(console, metric_request(sum_metric("latency", 1)))
    send(console, metric_request(histogram(at=1, counts=[1, 2])))
    answer = get(console, "/api/metrics/latency")
    assert (answer["kind"], len(answer["series"]), answer["hiddenSeries"]) == ("histogram", 1, 1)
    (listed,) = get(console, "/api/metrics")["metrics"]
    assert (listed["kind"], listed["seriesCount"]) == ("histogram", 1)


def test_a_histogram_without_buckets_has_one(console: ConsoleServer) -> None:
    send(console, metric_request(histogram(at=1, counts=[4], bounds=())))
    assert series_of(console, "latency")[0]["points"][0]["buckets"] == [4]


def test_a_long_series_keeps_its_last_point_and_its_course(console: ConsoleServer) -> None:
    metric = Metric(name="long")
    metric.gauge.SetInParent()
    for number in range(2500):
        metric.gauge.data_points.add(time_unix_nano=START + number, as_int=number)
    send(console, metric_request(metric))
    values = [point["value"] for point in series_of(console, "long")[0]["points"]]
    assert 800 <= len(values) <= 1000
    assert values[-1] == 2499
    assert {later - earlier for earlier, later in pairwise(values)} == {3}


def test_since_leaves_older_points_and_exemplars_out(console: ConsoleServer) -> None:
    for second in (1, 2, 3):
        metric = sum_metric("orders", second, time=START + second)
        metric.sum.data_points[0].exemplars.add(
            time_unix_nano=START + second,
            as_int=second,
            trace_id=trace_id(second),
            span_id=span_id(1),
            filtered_attributes=key_values({"user": "u"}),
        )
        send(console, metric_request(metric))
    answer = get(console, f"/api/metrics/orders?since={START + 2}")
    assert [point["value"] for point in answer["series"][0]["points"]] == [2, 3]
    assert [(exemplar["value"], exemplar["attributes"]) for exemplar in answer["exemplars"]] == [
        (3, {"user": "u"}),
        (2, {"user": "u"}),
    ]
    assert get(console, "/api/metrics")["metrics"][0]["exemplarCount"] == 3
    assert get(console, f"/api/metrics/orders?since={START + 9}")["series"] == []


def test_an_exemplar_that_is_sent_again_with_the_next_point_is_one(console: ConsoleServer) -> None:
    for second in (1, 2):
        metric = sum_metric("orders", 1, time=START + second)
        metric.sum.data_points[0].exemplars.add(
            time_unix_nano=START, as_int=1, trace_id=trace_id(1), span_id=span_id(1)
        )
        metric.sum.data_points[0].exemplars.add(time_unix_nano=START, as_int=1)  # leads nowhere
        send(console, metric_request(metric))
    assert len(get(console, "/api/metrics/orders")["exemplars"]) == 1


def test_series_over_the_limit_are_counted(console: ConsoleServer) -> None:
    send(console, metric_request(*(sum_metric("orders", 1, attributes={"n": number}) for number in range(5))))
    answer = get(console, "/api/metrics/orders?limit=2")
    assert (len(answer["series"]), answer["hiddenSeries"]) == (2, 3)


@pytest.mark.parametrize("name", ["a/b.c", "with space", "ü"])
def test_any_metric_name_can_be_asked_for(console: ConsoleServer, name: str) -> None:
    from urllib.parse import quote

    send(console, metric_request(sum_metric(name, 1)))
    for path in {quote(name), quote(name, safe="")}:
        assert get(console, f"/api/metrics/{path}")["name"] == name
    assert request(console, "GET", "/api/metrics/unknown").status == 404
