"""OTLP requests made by hand for the tests of the sink, and the plainest client that can send them."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.testing import Sink
    from otelkit.testing.otlp import Signal


def spans_request(count: int, *, first: int = 1) -> bytes:
    """A trace request with `count` spans, ids counted up from `first`."""
    request = ExportTraceServiceRequest()
    scope_spans = request.resource_spans.add().scope_spans.add()
    for number in range(first, first + count):
        scope_spans.spans.add(name=f"span {number}", trace_id=b"\0" * 15 + b"\1", span_id=number.to_bytes(8, "big"))
    return request.SerializeToString()


def logs_request(count: int) -> bytes:
    """A log request with `count` records."""
    request = ExportLogsServiceRequest()
    scope_logs = request.resource_logs.add().scope_logs.add()
    for number in range(count):
        scope_logs.log_records.add().body.string_value = f"line {number}"
    return request.SerializeToString()


def metrics_request(*points_of_metrics: int) -> bytes:
    """A metric request with one sum per argument, each with so many points."""
    request = ExportMetricsServiceRequest()
    scope_metrics = request.resource_metrics.add().scope_metrics.add()
    for number, points in enumerate(points_of_metrics):
        metric = scope_metrics.metrics.add(name=f"metric {number}")
        for value in range(points):
            metric.sum.data_points.add(as_int=value)
    return request.SerializeToString()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back for one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(
    sink: Sink,
    signal: Signal,
    body: bytes,
    *,
    content_type: str = "application/x-protobuf",
    encoding: str | None = None,
    timeout: float = 5.0,
) -> Reply:
    """Send one request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=timeout)
    headers = {"Content-Type": content_type}
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    try:
        connection.request("POST", f"/v1/{signal}", body, headers)
        response = connection.getresponse()
        return Reply(status=response.status, headers=dict(response.headers.items()), body=response.read())
    finally:
        connection.close()
