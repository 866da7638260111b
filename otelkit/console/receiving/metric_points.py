"""Data points of an export request as the console's rows; summaries and malformed points are rejected.

What a delta point adds to is the store's business; the arithmetic of buckets is in ``otelkit.console.buckets``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias

from opentelemetry.proto.metrics.v1 import metrics_pb2

from otelkit.console.buckets import explicit_problem, exponential_problem
from otelkit.console.receiving.any_value import attributes_text, canonical_text
from otelkit.console.receiving.origin import resource_of, scope_of
from otelkit.console.receiving.spans import SPAN_ID_BYTES, TRACE_ID_BYTES, is_id
from otelkit.console.records import (
    MAX_INTEGER,
    Exemplar,
    Explicit,
    Exponential,
    Instrument,
    Measured,
    MetricGroup,
    Number,
    Point,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    from otelkit.console.records import MetricKind
    from otelkit.console.refusal import Rejections

_HistogramPoint: TypeAlias = "metrics_pb2.HistogramDataPoint | metrics_pb2.ExponentialHistogramDataPoint"
_AnyPoint: TypeAlias = "metrics_pb2.NumberDataPoint | _HistogramPoint"

_DELTA: Final = metrics_pb2.AGGREGATION_TEMPORALITY_DELTA
_TEMPORALITIES: Final = (_DELTA, metrics_pb2.AGGREGATION_TEMPORALITY_CUMULATIVE)
_NO_VALUE: Final = metrics_pb2.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK


def metric_groups(request: ExportMetricsServiceRequest, rejections: Rejections) -> list[MetricGroup]:
    """Give the data points of a request; those that are not kept are counted in `rejections`."""
    groups: list[MetricGroup] = []
    for resource_metrics in request.resource_metrics:
        resource = resource_of(resource_metrics.resource)
        for scope_metrics in resource_metrics.scope_metrics:
            scope = scope_of(scope_metrics.scope)
            for metric in scope_metrics.metrics:
                kind = _kind(metric, rejections)
                if kind is None:
                    continue
                measured = tuple(_measured(metric, kind, rejections))
                if measured:
                    monotonic = metric.sum.is_monotonic if kind == "sum" else None
                    instrument = Instrument(metric.name, kind, monotonic, metric.unit)
                    delta = _temporality(metric, kind) == _DELTA
                    groups.append(MetricGroup(resource, scope, instrument, metric.description, delta, measured))
    return groups


def _kind(metric: metrics_pb2.Metric, rejections: Rejections) -> MetricKind | None:
    """Give the kind of a metric that is kept, or None after counting its points as rejected."""
    kind = metric.WhichOneof("data")
    if kind is None:
        rejections.doubt("metric without data points")
        return None
    if kind == "summary":
        rejections.reject("summary points are not supported", len(metric.summary.data_points))
        return None
    if not metric.name:
        rejections.reject("metric has no name", len(_points(metric, kind)))
        return None
    if kind != "gauge" and _temporality(metric, kind) not in _TEMPORALITIES:
        rejections.reject("aggregation temporality is not given", len(_points(metric, kind)))
        return None
    return kind


def _temporality(metric: metrics_pb2.Metric, kind: MetricKind) -> int:
    if kind == "gauge":
        return 0
    data = metric.sum if kind == "sum" else metric.histogram if kind == "histogram" else metric.exponential_histogram
    return data.aggregation_temporality


def _points(metric: metrics_pb2.Metric, kind: MetricKind) -> list[_AnyPoint]:
    if kind == "sum":
        return list(metric.sum.data_points)
    if kind == "gauge":
        return list(metric.gauge.data_points)
    if kind == "histogram":
        return list(metric.histogram.data_points)
    return list(metric.exponential_histogram.data_points)


def _measured(metric: metrics_pb2.Metric, kind: MetricKind, rejections: Rejections) -> Iterator[Measured]:
    for data_point in _points(metric, kind):
        if data_point.flags & _NO_VALUE:
            continue  # says that the series has ended: there is nothing to keep
        point = _number(data_point) if isinstance(data_point, metrics_pb2.NumberDataPoint) else _histogram(data_point)
        problem = _time_problem(data_point) or (point if isinstance(point, str) else None)
        if problem is not None:
            rejections.reject(problem)
        elif isinstance(point, Point):
            exemplars = tuple(_exemplars(data_point.exemplars))
            yield Measured(canonical_text(data_point.attributes), point, exemplars)


def _time_problem(data_point: _AnyPoint) -> str | None:
    if 0 < data_point.time_unix_nano <= MAX_INTEGER and data_point.start_time_unix_nano <= MAX_INTEGER:
        return None
    return "time is missing or after the year 2262"


def _number(data_point: metrics_pb2.NumberDataPoint) -> Point | str:
    """Give the point, or what is wrong with it."""
    kind = data_point.WhichOneof("value")
    if kind is None:
        return "number point has no value"
    value: Number = data_point.as_int if kind == "as_int" else data_point.as_double
    if not math.isfinite(value):
        return "value is not finite"
    return Point(data_point.start_time_unix_nano, data_point.time_unix_nano, value)


def _histogram(data_point: _HistogramPoint) -> Point | str:
    """Give the point, or what is wrong with it."""
    if data_point.count > MAX_INTEGER:
        return "count is out of range"
    if isinstance(data_point, metrics_pb2.HistogramDataPoint):
        # without buckets all observations are in the one that is open at both ends
        counts = tuple(data_point.bucket_counts) or (data_point.count,)
        explicit = Explicit(tuple(data_point.explicit_bounds), counts)
        buckets: Explicit | Exponential = explicit
        problem = explicit_problem(explicit)
    else:
        exponential = _exponential(data_point)
        buckets = exponential
        problem = exponential_problem(exponential)
    if problem is not None:
        return problem
    return Point(
        data_point.start_time_unix_nano,
        data_point.time_unix_nano,
        observations=data_point.count,
        sum=_finite(data_point.sum) if data_point.HasField("sum") else None,
        min=_finite(data_point.min) if data_point.HasField("min") else None,
        max=_finite(data_point.max) if data_point.HasField("max") else None,
        buckets=buckets,
    )


def _exponential(data_point: metrics_pb2.ExponentialHistogramDataPoint) -> Exponential:
    return Exponential(
        data_point.scale,
        data_point.zero_count,
        data_point.zero_threshold,
        (data_point.positive.offset, tuple(data_point.positive.bucket_counts)),
        (data_point.negative.offset, tuple(data_point.negative.bucket_counts)),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _exemplars(exemplars: Iterable[metrics_pb2.Exemplar]) -> Iterator[Exemplar]:
    """Give the exemplars that lead to a trace; one that leads nowhere has no use here."""
    for exemplar in exemplars:
        if not is_id(exemplar.trace_id, TRACE_ID_BYTES) or not is_id(exemplar.span_id, SPAN_ID_BYTES):
            continue
        kind = exemplar.WhichOneof("value")
        value = exemplar.as_int if kind == "as_int" else exemplar.as_double
        if kind is not None and math.isfinite(value) and exemplar.time_unix_nano <= MAX_INTEGER:
            text = attributes_text(exemplar.filtered_attributes)
            yield Exemplar(exemplar.time_unix_nano, value, exemplar.trace_id, exemplar.span_id, text)
