"""OTLP requests, protobuf or JSON, as the plain records of `records.py`.

Everything a test sees comes through here, from the sink and from the capture alike. No sockets, no SDK.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otelkit.testing.records import (
    Attributes,
    Buckets,
    Event,
    Exemplar,
    ExponentialHistogramPoint,
    HistogramPoint,
    Link,
    Log,
    Metric,
    MetricKind,
    Point,
    Scope,
    Span,
    SpanKind,
    SpanStatus,
    Temporality,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
    from opentelemetry.proto.metrics.v1 import metrics_pb2
    from opentelemetry.proto.trace.v1 import trace_pb2

Signal: TypeAlias = Literal["traces", "metrics", "logs"]
ExportRequest: TypeAlias = ExportTraceServiceRequest | ExportMetricsServiceRequest | ExportLogsServiceRequest

_ID_FIELDS: Final = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})
_SPAN_KINDS: Final[tuple[SpanKind, ...]] = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUSES: Final[tuple[SpanStatus, ...]] = ("unset", "ok", "error")
_TEMPORALITIES: Final[tuple[Temporality, ...]] = ("unspecified", "delta", "cumulative")
_METRIC_KINDS: Final[dict[str, MetricKind]] = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponential_histogram": "exponential_histogram",
    "summary": "summary",
}


def parse(signal: Signal, body: bytes, *, as_json: bool) -> ExportRequest:
    """Read one export request.

    Args:
        signal: which of the three services it was sent to.
        body: the uncompressed body.
        as_json: OTLP's JSON mapping (ids in hex) when true, protobuf otherwise.

    Raises:
        ValueError: the body is not such a request.

    Example:
        >>> span_count(parse("traces", b'{"resourceSpans": []}', as_json=True))
        0
    """
    request: ExportRequest
    match signal:
        case "traces":
            request = ExportTraceServiceRequest()
        case "metrics":
            request = ExportMetricsServiceRequest()
        case "logs":
            request = ExportLogsServiceRequest()
    try:
        return _parse_json(body, request) if as_json else _parse_protobuf(body, request)
    except (DecodeError, ParseError) as error:  # neither is a ValueError
        raise ValueError(str(error)) from error


def _parse_protobuf(body: bytes, request: ExportRequest) -> ExportRequest:
    request.ParseFromString(body)
    return request


def _parse_json(body: bytes, request: ExportRequest) -> ExportRequest:
    document = _fix_ids(json.loads(body))
    if not isinstance(document, dict):
        raise ValueError("an OTLP/JSON request is an object")  # noqa: TRY004 # one exception for every unreadable body
    # Unknown fields are left out, as the specification asks of receivers.
    return ParseDict(cast("dict[str, object]", document), request, ignore_unknown_fields=True)


def _fix_ids(node: object) -> object:
    """OTLP/JSON writes ids in hex where protobuf's own JSON mapping expects base64."""
    if isinstance(node, list):
        return [_fix_ids(item) for item in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    return {
        key: base64.b64encode(bytes.fromhex(value)).decode()
        if key in _ID_FIELDS and isinstance(value, str)
        else _fix_ids(value)
        for key, value in cast("dict[str, object]", node).items()
    }


def span_count(request: ExportRequest) -> int:
    """How many spans a request carries (0 for the other signals)."""
    if not isinstance(request, ExportTraceServiceRequest):
        return 0
    return sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)


def log_count(request: ExportRequest) -> int:
    """How many log records a request carries (0 for the other signals)."""
    if not isinstance(request, ExportLogsServiceRequest):
        return 0
    return sum(len(scope.log_records) for resource in request.resource_logs for scope in resource.scope_logs)


def metric_point_count(request: ExportRequest) -> int:
    """How many metric data points a request carries (0 for the other signals)."""
    if not isinstance(request, ExportMetricsServiceRequest):
        return 0
    return sum(
        len(_raw_points(metric))
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    )


def decode_spans(request: ExportRequest) -> list[Span]:
    """The spans of a request, in the order of the wire."""
    if not isinstance(request, ExportTraceServiceRequest):
        return []
    found: list[Span] = []
    for of_resource in request.resource_spans:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            scope = _scope(of_scope.scope)
            found.extend(_span(span, scope, resource) for span in of_scope.spans)
    return found


def decode_logs(request: ExportRequest) -> list[Log]:
    """The log records of a request, in the order of the wire."""
    if not isinstance(request, ExportLogsServiceRequest):
        return []
    found: list[Log] = []
    for of_resource in request.resource_logs:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_logs:
            scope = _scope(of_scope.scope)
            found.extend(_log(record, scope, resource) for record in of_scope.log_records)
    return found


def decode_metrics(request: ExportRequest) -> list[Metric]:
    """The metrics of a request, in the order of the wire."""
    if not isinstance(request, ExportMetricsServiceRequest):
        return []
    found: list[Metric] = []
    for of_resource in request.resource_metrics:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_metrics:
            scope = _scope(of_scope.scope)
            found.extend(_metric(metric, scope, resource) for metric in of_scope.metrics)
    return found


def _scope(scope: InstrumentationScope) -> Scope:
    return Scope(name=scope.name, version=scope.version)


def _attributes(pairs: Iterable[KeyValue]) -> Attributes:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Value:
    held = value.WhichOneof("value")
    if held is None or held == "string_value_strindex":  # an index into a table that only profiles have
        return None
    if held == "array_value":
        return tuple(_value(item) for item in value.array_value.values)
    if held == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    return cast("str | bool | int | float | bytes", getattr(value, held))


def _span(span: trace_pb2.Span, scope: Scope, resource: Attributes) -> Span:
    return Span(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex() or None,
        kind=_SPAN_KINDS[span.kind],
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        status=_STATUSES[span.status.code],
        status_message=span.status.message,
        attributes=_attributes(span.attributes),
        events=tuple(
            Event(name=event.name, time=event.time_unix_nano, attributes=_attributes(event.attributes))
            for event in span.events
        ),
        links=tuple(
            Link(trace_id=link.trace_id.hex(), span_id=link.span_id.hex(), attributes=_attributes(link.attributes))
            for link in span.links
        ),
        scope=scope,
        resource=resource,
    )


def _log(record: LogRecord, scope: Scope, resource: Attributes) -> Log:
    return Log(
        body=_value(record.body),
        severity=record.severity_text,
        severity_number=record.severity_number,
        time=record.time_unix_nano,
        observed_time=record.observed_time_unix_nano,
        trace_id=record.trace_id.hex() or None,
        span_id=record.span_id.hex() or None,
        event_name=record.event_name or None,
        attributes=_attributes(record.attributes),
        scope=scope,
        resource=resource,
    )


def _raw_points(metric: metrics_pb2.Metric) -> Sequence[object]:
    match metric.WhichOneof("data"):
        case "gauge":
            return metric.gauge.data_points
        case "sum":
            return metric.sum.data_points
        case "histogram":
            return metric.histogram.data_points
        case "exponential_histogram":
            return metric.exponential_histogram.data_points
        case "summary":
            return metric.summary.data_points
        case _:
            return ()


def _metric(metric: metrics_pb2.Metric, scope: Scope, resource: Attributes) -> Metric:
    temporality = 0
    monotonic: bool | None = None
    data = metric.WhichOneof("data")
    points: tuple[Point, ...] = ()
    match data:
        case "gauge":
            points = tuple(_number(point) for point in metric.gauge.data_points)
        case "sum":
            points = tuple(_number(point) for point in metric.sum.data_points)
            temporality, monotonic = metric.sum.aggregation_temporality, metric.sum.is_monotonic
        case "histogram":
            points = tuple(_histogram(point) for point in metric.histogram.data_points)
            temporality = metric.histogram.aggregation_temporality
        case "exponential_histogram":
            points = tuple(_exponential(point) for point in metric.exponential_histogram.data_points)
            temporality = metric.exponential_histogram.aggregation_temporality
        case "summary":
            points = tuple(_summary(point) for point in metric.summary.data_points)
        case _:
            pass
    return Metric(
        name=metric.name,
        unit=metric.unit,
        description=metric.description,
        kind=_METRIC_KINDS.get(data or "", "gauge"),
        monotonic=monotonic,
        temporality=_TEMPORALITIES[temporality],
        points=points,
        scope=scope,
        resource=resource,
    )


def _number(point: metrics_pb2.NumberDataPoint) -> Point:
    return Point(
        attributes=_attributes(point.attributes),
        value=point.as_int if point.WhichOneof("value") == "as_int" else point.as_double,
        start=point.start_time_unix_nano,
        time=point.time_unix_nano,
        exemplars=_exemplars(point.exemplars),
    )


def _histogram(point: metrics_pb2.HistogramDataPoint) -> HistogramPoint:
    return HistogramPoint(
        attributes=_attributes(point.attributes),
        value=point.sum,
        start=point.start_time_unix_nano,
        time=point.time_unix_nano,
        exemplars=_exemplars(point.exemplars),
        count=point.count,
        minimum=point.min if point.HasField("min") else None,
        maximum=point.max if point.HasField("max") else None,
        bounds=tuple(point.explicit_bounds),
        buckets=tuple(point.bucket_counts),
    )


def _exponential(point: metrics_pb2.ExponentialHistogramDataPoint) -> ExponentialHistogramPoint:
    return ExponentialHistogramPoint(
        attributes=_attributes(point.attributes),
        value=point.sum,
        start=point.start_time_unix_nano,
        time=point.time_unix_nano,
        exemplars=_exemplars(point.exemplars),
        count=point.count,
        minimum=point.min if point.HasField("min") else None,
        maximum=point.max if point.HasField("max") else None,
        bounds=(),
        buckets=(),
        scale=point.scale,
        zero_count=point.zero_count,
        positive=Buckets(offset=point.positive.offset, counts=tuple(point.positive.bucket_counts)),
        negative=Buckets(offset=point.negative.offset, counts=tuple(point.negative.bucket_counts)),
    )


def _summary(point: metrics_pb2.SummaryDataPoint) -> Point:
    return Point(
        attributes=_attributes(point.attributes),
        value=point.sum,
        start=point.start_time_unix_nano,
        time=point.time_unix_nano,
        exemplars=(),
    )


def _exemplars(exemplars: Iterable[metrics_pb2.Exemplar]) -> tuple[Exemplar, ...]:
    return tuple(
        Exemplar(
            value=exemplar.as_int if exemplar.WhichOneof("value") == "as_int" else exemplar.as_double,
            time=exemplar.time_unix_nano,
            trace_id=exemplar.trace_id.hex() or None,
            span_id=exemplar.span_id.hex() or None,
            attributes=_attributes(exemplar.filtered_attributes),
        )
        for exemplar in exemplars
    )
