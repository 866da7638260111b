"""The sink while it behaves: what it keeps, how it counts, and that it gives everything back."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, StatusCode

from otelkit.testing import Sink, behaviours
from otelkit.testing.records import Event, HistogramPoint, Scope
from otelkit.testing.sink import Counts
from tests.testing.otlp_samples import logs_request, metrics_request, post, spans_request

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


def test_spans_of_the_official_exporter_arrive_with_every_field(sink: Sink) -> None:
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(sink.endpoint("traces"))))
    tracer = provider.get_tracer("shop.checkout", "1.2")
    with tracer.start_as_current_span("checkout", kind=SpanKind.SERVER) as parent:
        with tracer.start_as_current_span("charge", links=[Link(parent.get_span_context(), {"why": "test"})]) as child:
            child.set_attributes({"text": "x", "flag": True, "count": 3, "ratio": 0.5, "many": ["a", "b"]})
            child.add_event("retry", {"attempt": 2}, timestamp=12)
            child.set_status(StatusCode.ERROR, "card declined")
        provider.shutdown()

    [span] = sink.spans
    context = child.get_span_context()
    assert span.name == "charge"
    assert span.trace_id == f"{context.trace_id:032x}"
    assert span.span_id == f"{context.span_id:016x}"
    assert span.parent_id == f"{parent.get_span_context().span_id:016x}"
    assert (span.kind, span.status, span.status_message) == ("internal", "error", "card declined")
    assert span.attributes == {"text": "x", "flag": True, "count": 3, "ratio": 0.5, "many": ("a", "b")}
    assert span.events == (Event(name="retry", time=12, attributes={"attempt": 2}),)
    assert [(link.span_id, link.attributes) for link in span.links] == [(span.parent_id, {"why": "test"})]
    assert span.scope == Scope(name="shop.checkout", version="1.2")
    assert span.resource["service.name"] == "shop"
    assert 0 < span.start <= span.end <= time.time_ns()
    assert span.duration == (span.end - span.start) / 1e9


def test_logs_of_the_official_exporter_arrive_with_every_field(sink: Sink) -> None:
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(sink.endpoint("logs"))))
    provider.get_logger("shop").emit(
        LogRecord(
            timestamp=7,
            body={"order": 12, "items": ["tea"]},
            severity_text="WARN",
            severity_number=SeverityNumber.WARN,
            attributes={"case": "a"},
            event_name="order.placed",
        )
    )
    provider.shutdown()

    [log] = sink.logs
    assert log.body == {"order": 12, "items": ("tea",)}
    assert log.text == "{'order': 12, 'items': ('tea',)}"
    assert (log.severity, log.severity_number, log.event_name, log.time) == ("WARN", 13, "order.placed", 7)
    assert (log.trace_id, log.span_id) == (None, None)
    assert log.attributes == {"case": "a"}


def test_metrics_of_the_official_exporter_arrive_with_their_points(sink: Sink) -> None:
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(sink.endpoint("metrics")), export_interval_millis=1e9)
    provider = MeterProvider([reader], shutdown_on_exit=False)
    meter = provider.get_meter("shop")
    meter.create_counter("orders", unit="{order}", description="Orders.").add(3, {"kind": "tea"})
    meter.create_histogram("wait", unit="s", explicit_bucket_boundaries_advisory=[1.0, 2.0]).record(1.5)
    provider.shutdown()

    orders, wait = sink.metrics
    assert (orders.name, orders.unit, orders.description, orders.kind) == ("orders", "{order}", "Orders.", "sum")
    assert (orders.monotonic, orders.temporality) == (True, "cumulative")
    assert [(point.attributes, point.value) for point in orders.points] == [({"kind": "tea"}, 3)]
    [point] = wait.points
    assert isinstance(point, HistogramPoint)
    assert (point.count, point.value, point.minimum, point.maximum) == (1, 1.5, 1.5, 1.5)
    assert (point.bounds, point.buckets) == ((1.0, 2.0), (0, 1, 0))


@pytest.mark.parametrize("compression", list(Compression))
def test_every_compression_of_the_official_exporter_is_read(sink: Sink, compression: Compression) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    exporter = OTLPSpanExporter(sink.endpoint("traces"), compression=compression)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("t").start_span("x", attributes={"long": "x" * 5000}).end()
    provider.shutdown()

    [request] = sink.requests
    assert request.encoding == (compression.value if compression is not Compression.NoCompression else "identity")
    assert (request.wire_size < request.size) is (compression is not Compression.NoCompression)
    assert request.size > 5000
    assert [span.name for span in sink.spans] == ["x"]


def test_json_is_read_with_ids_in_hex_and_answered_in_json(sink: Sink) -> None:
    span = {"name": "x", "traceId": "0102" * 8, "spanId": "0a0b" * 4, "startTimeUnixNano": "5", "unknownField": 1}
    attributes = [{"key": "n", "value": {"intValue": "7"}}]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{**span, "attributes": attributes}]}]}]}).encode()
    reply = post(sink, "traces", gzip.compress(body), content_type="application/json; charset=utf-8", encoding="gzip")

    assert (reply.status, reply.headers["Content-Type"], json.loads(reply.body)) == (200, "application/json", {})
    [request] = sink.requests
    assert (request.format, request.encoding, request.signal) == ("json", "gzip", "traces")
    [received] = sink.spans
    assert (received.trace_id, received.span_id, received.start) == ("0102" * 8, "0a0b" * 4, 5)
    assert received.attributes == {"n": 7}


def test_a_request_keeps_headers_sizes_and_time(sink: Sink) -> None:
    before = time.time_ns()
    body = zlib.compress(spans_request(2))
    reply = post(sink, "traces", body, encoding="deflate")

    assert reply.status == 200
    assert ExportTraceServiceResponse.FromString(reply.body) == ExportTraceServiceResponse()
    [request] = sink.requests
    assert request.headers["content-type"] == "application/x-protobuf"
    assert (request.encoding, request.wire_size, request.size) == ("deflate", len(body), len(spans_request(2)))
    assert before <= request.received_at <= time.time_ns()
    assert (request.behaviour, request.accepted, request.problem) == ("ok", True, None)


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        pytest.param(b"\xff\xff\xff", "application/x-protobuf", None, id="no protobuf"),
        pytest.param(b"{", "application/json", None, id="no json"),
        pytest.param(b"[]", "application/json", None, id="no object"),
        pytest.param(b'{"resourceSpans": 3}', "application/json", None, id="no list"),
        pytest.param(
            b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}',
            "application/json",
            None,
            id="no hex",
        ),
        pytest.param(b"no gzip", "application/x-protobuf", "gzip", id="no gzip"),
        pytest.param(gzip.compress(b"x" * 100)[:-9], "application/x-protobuf", "gzip", id="half of gzip"),
        pytest.param(b"no deflate", "application/x-protobuf", "deflate", id="no deflate"),
        pytest.param(b"", "application/x-protobuf", "br", id="no such encoding"),
    ],
)
def test_a_body_that_cannot_be_read_is_answered_400_and_kept_with_the_reason(
    sink: Sink, body: bytes, content_type: str, encoding: str | None
) -> None:
    assert post(sink, "traces", body, content_type=content_type, encoding=encoding).status == 400
    [request] = sink.requests
    assert request.problem
    assert (request.behaviour, request.accepted, request.spans) == ("unreadable", False, [])
    assert sink.received == Counts(requests=1)
    assert sink.accepted == Counts()


def test_other_paths_and_methods_are_answered_as_a_collector_would(sink: Sink) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=5)
    statuses: list[int] = []
    for method, path in (("GET", "/v1/traces"), ("POST", "/v1/profiles"), ("GET", "/")):
        connection.request(method, path)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [405, 404, 404]
    assert sink.connections == 1  # kept alive in between
    assert sink.accepted == Counts()


def test_chunked_bodies_and_expect_continue_are_understood(sink: Sink) -> None:
    whole = spans_request(1)
    with socket.create_connection(("127.0.0.1", sink.port), timeout=5) as client:
        headers = (b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Connection: close")
        client.sendall(b"\r\n".join((b"POST /v1/traces HTTP/1.1", *headers)) + b"\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        for piece in (whole[:5], whole[5:]):
            client.sendall(f"{len(piece):x};note=x\r\n".encode() + piece + b"\r\n")
        client.sendall(b"0\r\nTrailer: x\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(1000), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert [span.name for span in sink.spans] == ["span 1"]


def test_counts_are_exact_with_eight_threads(sink: Sink) -> None:
    def send(number: int) -> None:
        post(sink, "traces", spans_request(10, first=1 + number * 10))
        post(sink, "logs", logs_request(3))
        post(sink, "metrics", metrics_request(2, 2))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(100)))

    assert sink.received == sink.accepted == Counts(requests=300, spans=1000, logs=300, metric_points=400)
    assert {int(span.span_id, 16) for span in sink.spans} == set(range(1, 1001))
    assert len(sink.logs) == 300
    assert sum(len(metric.points) for metric in sink.metrics) == 400


def test_without_keeping_records_the_counts_are_the_same(sink: Sink) -> None:
    with Sink(keep_records=False) as counting:
        post(counting, "traces", spans_request(10))
        assert counting.accepted == Counts(requests=1, spans=10)
        assert counting.spans == []
        assert counting.requests[0].body == b""
    assert sink.received == Counts()


def test_wait_for_returns_when_enough_arrived(sink: Sink) -> None:
    later = threading.Timer(0.1, post, (sink, "traces", spans_request(2)))
    later.start()
    sink.wait_for(spans=2, requests=1, timeout=5)
    later.join()
    assert sink.accepted.spans == 2


def test_wait_for_says_what_arrived_when_it_was_not_enough(sink: Sink) -> None:
    post(sink, "traces", spans_request(2))
    with pytest.raises(TimeoutError, match=r"waited 0\.05 s for .*spans=3.*accepted Counts\(requests=1, spans=2"):
        sink.wait_for(spans=3, timeout=0.05)


def test_clear_forgets_what_arrived_and_keeps_the_behaviour(sink: Sink) -> None:
    sink.behave(behaviours.status(503))
    post(sink, "traces", spans_request(2))
    sink.clear()
    assert (sink.requests, sink.received) == ([], Counts())
    assert post(sink, "traces", spans_request(1)).status == 503


def test_another_process_uses_it_through_its_url_alone(sink: Sink) -> None:
    program = (
        "import sys, urllib.request as r\n"
        "headers = {'Content-Type': 'application/x-protobuf'}\n"
        "print(r.urlopen(r.Request(sys.argv[1], sys.stdin.buffer.read(), headers)).status)\n"
    )
    command = [sys.executable, "-c", program, sink.endpoint("traces")]
    done = subprocess.run(command, input=spans_request(4), capture_output=True, check=True)
    assert done.stdout.strip() == b"200"
    assert sink.accepted.spans == 4


def test_close_frees_the_port_and_every_thread() -> None:
    threads = set(threading.enumerate())
    sink = Sink()
    held = [socket.create_connection(("127.0.0.1", sink.port)) for _ in range(5)]
    post(sink, "traces", spans_request(1))
    sink.close()
    assert set(threading.enumerate()) <= threads
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", sink.port))
        other.listen()
    for client in held:
        client.close()
    sink.close()  # again is harmless
    assert len(sink.spans) == 1  # and what arrived can still be read


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"GET / SPDY/9\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
    ids=["no words", "no http", "no number", "less than nothing", "no chunk"],
)
def test_what_is_no_http_is_answered_400(sink: Sink, garbage: bytes) -> None:
    with socket.create_connection(("127.0.0.1", sink.port), timeout=5) as client:
        client.sendall(garbage)
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert sink.received == Counts()


# An OSError must not pass for the hanging up of a client.
@pytest.mark.parametrize("error", [LookupError("no such rule"), OSError("no such rule")])
def test_an_error_in_the_tests_own_rule_is_raised_at_close(error: Exception) -> None:
    def broken(_: object) -> behaviours.Behaviour:
        raise error

    sink = Sink(broken)
    with pytest.raises(http.client.RemoteDisconnected):
        post(sink, "traces", spans_request(1))
    with pytest.raises(ExceptionGroup) as raised:
        sink.close()
    assert raised.group_contains(type(error), match="no such rule")
