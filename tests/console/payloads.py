"""Export requests made by hand: the smallest that say what a test needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, SeverityNumber
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

Value: TypeAlias = "str | int | float | bool"

CUMULATIVE = metrics_pb2.AGGREGATION_TEMPORALITY_CUMULATIVE
DELTA = metrics_pb2.AGGREGATION_TEMPORALITY_DELTA

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
"""When things happen in the tests, Unix nanoseconds."""


def trace_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def span_id(number: int) -> bytes:
    return number.to_bytes(8, "big")


def any_value(value: Value) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(string_value=value)


def key_values(values: dict[str, Value]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def resource(service: str, **more: Value) -> Resource:
    """A resource; underscores in names of `more` stand for dots."""
    named: dict[str, Value] = {"service.name": service}
    return Resource(attributes=key_values(named | {name.replace("_", "."): value for name, value in more.items()}))


def span(
    trace: int,
    number: int,
    *,
    parent: int | None = None,
    name: str = "work",
    start: int = START,
    duration: int = 1000,
    error: bool = False,
    attributes: dict[str, Value] | None = None,
) -> Span:
    made = Span(
        trace_id=trace_id(trace),
        span_id=span_id(number),
        parent_span_id=b"" if parent is None else span_id(parent),
        name=name,
        start_time_unix_nano=start,
        end_time_unix_nano=start + duration,
        attributes=key_values(attributes or {}),
    )
    if error:
        made.status.code = Status.STATUS_CODE_ERROR
    return made


def trace_request(spans: Iterable[Span], *, service: str = "shop", scope: str = "tests") -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add(resource=resource(service)).scope_spans.add()
    group.scope.name = scope
    group.spans.extend(spans)
    return request


def log(
    body: str = "",
    *,
    time: int = START,
    severity: int = 9,
    trace: int | None = None,
    attributes: dict[str, Value] | None = None,
) -> LogRecord:
    return LogRecord(
        time_unix_nano=time,
        severity_number=cast("SeverityNumber.ValueType", severity),
        body=AnyValue(string_value=body),
        trace_id=b"" if trace is None else trace_id(trace),
        span_id=b"" if trace is None else span_id(1),
        attributes=key_values(attributes or {}),
    )


def log_request(logs: Iterable[LogRecord], *, service: str = "shop") -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add(resource=resource(service)).scope_logs.add()
    group.scope.name = "tests"
    group.log_records.extend(logs)
    return request


def metric_request(
    *metrics: Metric, service: str = "shop", instance: str = "one", scope: str = "tests"
) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    reporter = resource(service, service_instance_id=instance)
    group = request.resource_metrics.add(resource=reporter).scope_metrics.add()
    group.scope.name = scope
    group.metrics.extend(metrics)
    return request


def sum_metric(
    name: str,
    value: float,
    *,
    time: int = START,
    delta: bool = False,
    attributes: dict[str, Value] | None = None,
) -> Metric:
    """A monotonic sum with one point; an integer is sent as one."""
    metric = Metric(name=name, unit="{thing}", description="things")
    metric.sum.is_monotonic = True
    metric.sum.aggregation_temporality = DELTA if delta else CUMULATIVE
    point = metric.sum.data_points.add(time_unix_nano=time, attributes=key_values(attributes or {}))
    if isinstance(value, int):
        point.as_int = value
    else:
        point.as_double = value
    return metric
