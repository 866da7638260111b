"""The official exporters send to a running console, and what they sent is there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from tests.console.talking import get

if TYPE_CHECKING:
    from otelkit.console.server import ConsoleServer

RESOURCE = Resource({"service.name": "payments", "service.instance.id": "pod-1"})


@pytest.mark.parametrize("compression", list(Compression))
def test_spans_of_the_official_exporter_arrive_as_they_were_made(
    console: ConsoleServer, compression: Compression
) -> None:
    provider = TracerProvider(resource=RESOURCE)
    exporter = OTLPSpanExporter(endpoint=f"{console.url}/v1/traces", compression=compression)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("payments.scoring", "1.2")
    with tracer.start_as_current_span("other") as other:
        pass
    with tracer.start_as_current_span("score", kind=SpanKind.SERVER, links=[Link(other.get_span_context())]) as root:
        root.set_status(Status(StatusCode.ERROR, "too late"))
        with tracer.start_as_current_span(
            "lookup", kind=SpanKind.CLIENT, attributes={"n": 1, "big": 2**62, "ratio": 0.5, "ok": True, "l": ["ä", "b"]}
        ) as child:
            child.add_event("retry", {"attempt": 2})
    provider.shutdown()

    context = root.get_span_context()
    trace = get(console, f"/api/traces/{context.trace_id:032x}")
    first, second = trace["spans"]
    assert trace["complete"] is True
    assert (first["name"], first["kind"], first["status"], first["statusMessage"]) == (
        "score",
        "server",
        "error",
        "too late",
    )
    assert first["parentSpanId"] is None
    assert first["links"] == [
        {
            "traceId": f"{other.get_span_context().trace_id:032x}",
            "spanId": f"{other.get_span_context().span_id:016x}",
            "attributes": {},
        }
    ]
    assert second["parentSpanId"] == f"{context.span_id:016x}"
    assert (second["kind"], second["status"], second["service"], second["scope"]) == (
        "client",
        "unset",
        "payments",
        "payments.scoring",
    )
    # what a JavaScript number cannot hold exactly travels as text
    assert second["attributes"] == {"n": 1, "big": str(2**62), "ratio": 0.5, "ok": True, "l": ["ä", "b"]}
    assert [(event["name"], event["attributes"]) for event in second["events"]] == [("retry", {"attempt": 2})]
    assert second["resource"]["service.instance.id"] == "pod-1"
    start, end = (int(second["startTime"]), int(second["startTime"]) + second["duration"])
    assert int(first["startTime"]) <= start <= end <= int(first["startTime"]) + first["duration"]


@pytest.mark.filterwarnings("ignore:.*LoggingHandler.*:DeprecationWarning")
@pytest.mark.parametrize("compression", list(Compression))
def test_log_records_of_the_official_exporter_arrive_with_their_trace(
    console: ConsoleServer, compression: Compression
) -> None:
    provider = LoggerProvider(resource=RESOURCE)
    exporter = OTLPLogExporter(endpoint=f"{console.url}/v1/logs", compression=compression)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    handler = LoggingHandler(logger_provider=provider)
    logger = logging.getLogger("tests.console.payments")
    logger.addHandler(handler)
    try:
        with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
            logger.warning("card %s refused", "4711", extra={"order": "A-1"})
        logger.error("alone")
    finally:
        logger.removeHandler(handler)
        provider.shutdown()

    alone, refused = get(console, "/api/logs")["logs"]
    context = span.get_span_context()
    assert refused["body"] == "card 4711 refused"
    assert (refused["severityNumber"], refused["severityText"]) == (13, "WARN")
    assert (refused["traceId"], refused["spanId"]) == (f"{context.trace_id:032x}", f"{context.span_id:016x}")
    assert refused["attributes"]["order"] == "A-1"
    assert refused["service"] == "payments"
    assert refused["scope"] == "tests.console.payments"
    assert alone["traceId"] is None
    assert alone["spanId"] is None
    assert get(console, "/api/stats")["logsWithTrace"] == 1


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("temporality", [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA])
def test_metrics_of_the_official_exporter_are_cumulative_whatever_was_sent(
    console: ConsoleServer, compression: Compression, temporality: AggregationTemporality
) -> None:
    exporter = OTLPMetricExporter(
        endpoint=f"{console.url}/v1/metrics",
        compression=compression,
        preferred_temporality={Counter: temporality, Histogram: temporality},
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
    exponential = View(instrument_name="size", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider(metric_readers=[reader], resource=RESOURCE, views=[exponential])
    meter = provider.get_meter("payments")
    counter = meter.create_counter("orders", unit="{order}", description="orders taken")
    duration = meter.create_histogram("duration", unit="s", explicit_bucket_boundaries_advisory=[0.1, 1.0])
    size = meter.create_histogram("size", unit="By")
    gauge = meter.create_gauge("queue")
    tracer = TracerProvider().get_tracer("t")

    for step in (1, 2, 3):
        with tracer.start_as_current_span("s"):
            counter.add(step, {"kind": "card"})
            duration.record(step / 2)
            size.record(float(2**step))
            gauge.set(step * 10)
        provider.force_flush()
    provider.shutdown()

    metrics = {metric["name"]: metric for metric in get(console, "/api/metrics")["metrics"]}
    assert {name: metric["kind"] for name, metric in metrics.items()} == {
        "orders": "sum",
        "duration": "histogram",
        "size": "exponential_histogram",
        "queue": "gauge",
    }
    assert metrics["orders"] | {"exemplarCount": 0} == {
        "name": "orders",
        "unit": "{order}",
        "description": "orders taken",
        "kind": "sum",
        "monotonic": True,
        "services": ["payments"],
        "seriesCount": 1,
        "exemplarCount": 0,
    }
    orders = get(console, "/api/metrics/orders")
    assert [series["attributes"] for series in orders["series"]] == [{"kind": "card"}]
    assert [point["value"] for point in orders["series"][0]["points"]] == [1, 3, 6]

    (series,) = get(console, "/api/metrics/duration")["series"]
    third = series["points"][2]
    assert third | {"time": ""} == {
        "time": "",
        "count": 3,
        "sum": 3.0,
        "min": 0.5,
        "max": 1.5,
        "bounds": [0.1, 1.0],
        "buckets": [0, 2, 1],
    }
    (series,) = get(console, "/api/metrics/size")["series"]
    third = series["points"][2]
    assert (third["count"], third["sum"], third["min"], third["max"]) == (3, 14.0, 2.0, 8.0)
    assert sum(third["buckets"]) == 3
    assert len(third["buckets"]) == len(third["bounds"]) + 1
    assert [point["value"] for point in get(console, "/api/metrics/queue")["series"][0]["points"]] == [10, 20, 30]


def test_exemplars_lead_to_the_trace_they_were_measured_in(console: ConsoleServer) -> None:
    tracers = TracerProvider(resource=RESOURCE)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{console.url}/v1/traces")))
    exporter = OTLPMetricExporter(endpoint=f"{console.url}/v1/metrics")
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
    meters = MeterProvider(metric_readers=[reader], resource=RESOURCE)
    duration = meters.get_meter("payments").create_histogram("duration", unit="s")
    with tracers.get_tracer("t").start_as_current_span("s") as span:
        duration.record(0.25)
    meters.force_flush()
    meters.shutdown()
    tracers.shutdown()

    (exemplar,) = get(console, "/api/metrics/duration")["exemplars"]
    context = span.get_span_context()
    assert exemplar | {"time": ""} == {
        "time": "",
        "value": 0.25,
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "attributes": {},
        "service": "payments",
        "stored": True,
    }
    assert get(console, f"/api/traces/{exemplar['traceId']}")["spans"][0]["spanId"] == exemplar["spanId"]
    assert get(console, "/api/stats")["exemplars"] == 1
