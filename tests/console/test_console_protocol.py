"""What OTLP/HTTP asks of a server: statuses, encodings of answers, limits, and word about what was not kept."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # its stubs are not marked as typed
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from otelkit.console.receiving.unpacking import MAX_BODY, MAX_UNPACKED, unpacked
from otelkit.console.refusal import Refusal
from tests.console.payloads import (
    CUMULATIVE,
    START,
    log_request,
    metric_request,
    span,
    span_id,
    sum_metric,
    trace_request,
)
from tests.console.talking import JSON, PROTOBUF, get, post, request, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from otelkit.console.server import ConsoleServer


def status_of(body: bytes) -> tuple[int, str]:
    status = Status()
    status.ParseFromString(body)
    return status.code, status.message


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        ("traces", ExportTraceServiceRequest()),
        ("metrics", ExportMetricsServiceRequest()),
        ("logs", ExportLogsServiceRequest()),
    ],
)
def test_an_empty_request_succeeds_as_the_specification_says(
    console: ConsoleServer, signal: str, message: ExportTraceServiceRequest
) -> None:
    answer = post(console, signal, message.SerializeToString())
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, PROTOBUF, b"")


def two_members(body: bytes) -> bytes:
    """Several gzip members are one body."""
    return gzip.compress(body[:40]) + gzip.compress(body[40:])


def bare_stream(body: bytes) -> bytes:
    """What some clients call deflate."""
    return zlib.compress(body)[2:-4]


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZIP", two_members),
        ("deflate", zlib.compress),
        ("deflate", bare_stream),
        ("identity", bytes),
    ],
)
def test_bodies_are_unpacked(console: ConsoleServer, coding: str, compress: Callable[[bytes], bytes]) -> None:
    body = trace_request([span(1, 1)]).SerializeToString()
    assert post(console, "traces", compress(body), content_encoding=coding).status == 200
    assert get(console, "/api/stats")["spans"] == 1


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/grpc", "application/xml"])
def test_another_content_type_is_refused_with_415(console: ConsoleServer, content_type: str) -> None:
    answer = post(console, "traces", b"{}", content_type=content_type)
    assert (answer.status, answer.headers["content-type"]) == (415, JSON)
    assert "application/x-protobuf or application/json" in answer.json()["message"]


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_another_content_encoding_is_refused_with_415(console: ConsoleServer, coding: str) -> None:
    answer = post(console, "traces", b"", content_encoding=coding)
    assert answer.status == 415
    assert "send gzip, deflate or identity" in status_of(answer.body)[1]


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (b"\xff\xff\xff", ""),
        (b"not gzip", "gzip"),
        (gzip.compress(b"x" * 1000)[:-9], "gzip"),
        (b"not deflate", "deflate"),
        (zlib.compress(b"") + b"more", "deflate"),
        (b"", "gzip"),
    ],
    ids=["no protobuf", "no gzip", "gzip cut short", "no deflate", "more after deflate", "nothing as gzip"],
)
def test_a_broken_body_is_refused_with_400_and_a_status(console: ConsoleServer, body: bytes, coding: str) -> None:
    answer = post(console, "traces", body, content_encoding=coding)
    assert (answer.status, answer.headers["content-type"]) == (400, PROTOBUF)
    code, message = status_of(answer.body)
    assert code == 3
    assert message


def test_a_small_bomb_is_refused_with_413_before_it_is_large(console: ConsoleServer) -> None:
    bomb = gzip.compress(bytes(MAX_UNPACKED + 1))
    assert len(bomb) < 100_000
    answer = post(console, "traces", bomb, content_encoding="gzip")
    assert answer.status == 413
    assert status_of(answer.body)[0] == 8


def test_unpacking_a_bomb_never_takes_much_more_memory_than_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(Refusal):
            unpacked(bomb, "gzip", limit=1024 * 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_many_small_members_are_limited_together(console: ConsoleServer) -> None:
    member = gzip.compress(bytes(MAX_UNPACKED // 2))
    assert post(console, "traces", member * 3, content_encoding="gzip").status == 413


def test_a_body_announced_as_too_large_is_refused_without_reading_it(console: ConsoleServer) -> None:
    host, port = console.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nContent-Type: {PROTOBUF}\r\nContent-Length: {MAX_BODY + 1}"
        connection.sendall(f"{head}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_grows_too_large_is_refused(console: ConsoleServer) -> None:
    host, port = console.url.removeprefix("http://").split(":")
    piece = b"x" * 65536
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nContent-Type: {PROTOBUF}\r\nTransfer-Encoding: chunked"
        connection.sendall(f"{head}\r\n\r\n".encode())
        for _ in range(MAX_BODY // len(piece) + 1):
            connection.sendall(b"10000\r\n" + piece + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_sender_that_hangs_up_leaves_the_console_well(console: ConsoleServer) -> None:
    host, port = console.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /v1/traces HTTP/1.1\r\nHost: {host}\r\nContent-Type: {PROTOBUF}\r\nContent-Length: 1000"
        connection.sendall(f"{head}\r\n\r\nhalf".encode())
    assert request(console, "GET", "/healthz").status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken_by_the_receiver(console: ConsoleServer, method: str) -> None:
    answer = request(console, method, "/v1/traces")
    assert answer.status == 405
    assert "access-control-allow-origin" not in answer.headers


def test_spans_that_no_trace_could_hold_are_rejected_and_the_others_kept(console: ConsoleServer) -> None:
    bad = [span(1, number) for number in range(10, 18)]
    bad[0].trace_id = b"short"
    bad[1].trace_id = bytes(16)
    bad[2].span_id = bytes(8)
    bad[3].span_id = b""
    bad[4].start_time_unix_nano = 0
    bad[5].end_time_unix_nano = 2**63
    bad[6].parent_span_id = b"short"
    bad[7].parent_span_id = bad[7].span_id
    response = ExportTraceServiceResponse()
    response.ParseFromString(send(console, trace_request([span(1, 1), *bad])).body)
    assert response.partial_success.rejected_spans == 8
    assert "trace id is not 16 bytes, or all zero (2)" in response.partial_success.error_message
    stats = get(console, "/api/stats")
    assert (stats["spans"], stats["rejected"]) == (1, 8)


def test_a_span_that_ends_before_it_starts_is_kept_with_a_word(console: ConsoleServer) -> None:
    backwards = span(1, 1)
    backwards.end_time_unix_nano = START - 5
    response = ExportTraceServiceResponse()
    response.ParseFromString(send(console, trace_request([backwards])).body)
    assert response.partial_success.rejected_spans == 0
    assert response.partial_success.error_message == "kept, but: span ends before it starts, shown with duration 0 (1)"
    assert get(console, "/api/traces")["traces"][0]["duration"] == 0


def test_a_log_record_with_a_wrong_id_is_kept_without_it_and_with_a_word(console: ConsoleServer) -> None:
    message = log_request([])
    record = message.resource_logs[0].scope_logs[0].log_records.add(trace_id=b"short", span_id=span_id(1))
    record.time_unix_nano = START
    message.resource_logs[0].scope_logs[0].log_records.add(time_unix_nano=2**64 - 1)
    response = ExportLogsServiceResponse()
    response.ParseFromString(send(console, message).body)
    assert response.partial_success.rejected_log_records == 1
    assert "trace id is not 16 bytes, left out (1)" in response.partial_success.error_message
    (kept,) = get(console, "/api/logs")["logs"]
    assert (kept["traceId"], kept["spanId"]) == (None, f"{1:016x}")


def test_a_log_record_without_any_time_gets_that_of_its_arrival(console: ConsoleServer) -> None:
    message = log_request([])
    message.resource_logs[0].scope_logs[0].log_records.add()
    send(console, message)
    (kept,) = get(console, "/api/logs")["logs"]
    assert int(kept["time"]) > START


def test_points_that_cannot_be_kept_are_rejected_by_reason_and_the_others_kept(console: ConsoleServer) -> None:
    summary = Metric(name="summary")
    summary.summary.data_points.add(time_unix_nano=START)
    summary.summary.data_points.add(time_unix_nano=START)
    no_temporality = Metric(name="no temporality")
    no_temporality.sum.data_points.add(time_unix_nano=START, as_int=1)
    infinite = sum_metric("infinite", float("inf"))
    no_value = Metric(name="no value")
    no_value.gauge.data_points.add(time_unix_nano=START)
    no_time = Metric(name="no time")
    no_time.gauge.data_points.add(as_int=1)
    crooked = Metric(name="crooked")
    crooked.histogram.aggregation_temporality = CUMULATIVE
    crooked.histogram.data_points.add(time_unix_nano=START, count=1, bucket_counts=[1], explicit_bounds=[2.0])
    crooked.histogram.data_points.add(time_unix_nano=START, count=1, bucket_counts=[1, 0, 0], explicit_bounds=[2.0, 1])
    far = Metric(name="far")
    far.exponential_histogram.aggregation_temporality = CUMULATIVE
    point = far.exponential_histogram.data_points.add(time_unix_nano=START, count=1)
    point.positive.offset = 2_000_000_000
    point.positive.bucket_counts.append(1)
    nameless = sum_metric("", 1)
    ended = Metric(name="ended")
    ended.gauge.data_points.add(time_unix_nano=START, flags=1)  # "no recorded value" is nothing to reject
    sent = (summary, no_temporality, infinite, no_value, no_time, crooked, far, nameless, ended, sum_metric("good", 7))
    response = ExportMetricsServiceResponse()
    response.ParseFromString(send(console, metric_request(*sent)).body)
    partial = response.partial_success
    assert partial.rejected_data_points == 10
    for reason in (
        "summary points are not supported (2)",
        "aggregation temporality is not given (1)",
        "value is not finite (1)",
        "number point has no value (1)",
        "time is missing or after the year 2262 (1)",
        "histogram needs one bucket count more than bounds (1)",
        "histogram bounds are not finite and rising (1)",
        "exponential histogram's buckets are beyond what a double can hold (1)",
        "metric has no name (1)",
    ):
        assert reason in partial.error_message
    assert [metric["name"] for metric in get(console, "/api/metrics")["metrics"]] == ["good"]
    assert get(console, "/api/stats")["rejected"] == 10


def test_a_retried_batch_of_spans_or_points_changes_nothing(console: ConsoleServer) -> None:
    for _ in range(3):
        send(console, trace_request([span(1, 1), span(1, 2, parent=1, error=True)]))
        send(console, metric_request(sum_metric("orders", 5, delta=True)))
    (trace,) = get(console, "/api/traces")["traces"]
    assert (trace["spanCount"], trace["errorCount"], trace["complete"]) == (2, 1, True)
    (series,) = get(console, "/api/metrics/orders")["series"]
    assert [point["value"] for point in series["points"]] == [5]
    assert get(console, "/api/stats")["rejected"] == 0
