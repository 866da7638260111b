"""Each misbehaviour of the sink, seen from the wire by the plainest clients."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
import urllib.request
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otelkit.testing import Sink, behaviours
from otelkit.testing.sink import Counts
from tests.testing.otlp_samples import logs_request, metrics_request, post, spans_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otelkit.testing.behaviours import Behaviour, PortBehaviour
    from otelkit.testing.exchange import Request
    from otelkit.testing.otlp import Signal


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.mark.parametrize("code", [400, 401, 413, 429, 500, 503])
def test_a_status_is_answered_with_the_error_payload_of_otlp(sink: Sink, code: int) -> None:
    sink.behave(behaviours.status(code, message="é" * 100))
    reply = post(sink, "logs", logs_request(2))
    assert (reply.status, reply.headers["Content-Type"]) == (code, "application/x-protobuf")
    # google.rpc.Status on the wire: field 2, length 200 as a varint, the message
    assert reply.body == b"\x12\xc8\x01" + ("é" * 100).encode()
    assert "Retry-After" not in reply.headers
    assert json.loads(post(sink, "logs", b"{}", content_type="application/json").body) == {"message": "é" * 100}
    assert sink.received.logs == 2
    assert sink.accepted == Counts()
    assert sink.requests[0].behaviour == f"status({code})"


def test_retry_after_is_seconds_a_date_or_whatever_the_test_wants(sink: Sink) -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    sink.script(
        "traces",
        behaviours.status(503, retry_after=7),
        behaviours.status(429, retry_after=moment),
        behaviours.status(429, retry_after="soon"),
    )
    seconds, date, text = (post(sink, "traces", b"").headers["Retry-After"] for _ in range(3))
    assert (seconds, parsedate_to_datetime(date), text) == ("7", moment, "soon")


def test_a_retry_date_without_utc_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="UTC"):
        behaviours.status(503, retry_after=datetime(2030, 1, 1))  # noqa: DTZ001 # the mistake under test


def test_redirect_to_login_ends_in_a_page_that_says_200(sink: Sink) -> None:
    sink.behave(behaviours.redirect_to_login())
    reply = post(sink, "traces", spans_request(1))
    assert (reply.status, reply.headers["Location"]) == (302, "/login")

    request = urllib.request.Request(sink.endpoint("traces"), spans_request(1))  # noqa: S310 # loopback
    with urllib.request.urlopen(request, timeout=5) as followed:  # noqa: S310 # loopback
        assert (followed.status, followed.url) == (200, f"{sink.url}/login")
        assert followed.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"Sign in" in followed.read()
    assert [request.behaviour for request in sink.requests] == ["redirect_to_login", "redirect_to_login", "login"]
    assert sink.accepted == Counts()


def test_html_is_a_web_page_with_200(sink: Sink) -> None:
    sink.behave(behaviours.html())
    reply = post(sink, "metrics", metrics_request(1))
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert reply.body.startswith(b"<!doctype html>")
    assert (sink.received.metric_points, sink.accepted.metric_points) == (1, 0)


def test_partial_success_rejects_the_last_records_of_each_signal(sink: Sink) -> None:
    sink.behave(behaviours.partial_success(3, "too old"))
    traces = ExportTraceServiceResponse.FromString(post(sink, "traces", spans_request(5)).body)
    logs = ExportLogsServiceResponse.FromString(post(sink, "logs", logs_request(4)).body)
    metrics = ExportMetricsServiceResponse.FromString(post(sink, "metrics", metrics_request(2, 3, 2)).body)

    assert (traces.partial_success.rejected_spans, traces.partial_success.error_message) == (3, "too old")
    assert (logs.partial_success.rejected_log_records, logs.partial_success.error_message) == (3, "too old")
    assert (metrics.partial_success.rejected_data_points, metrics.partial_success.error_message) == (3, "too old")
    assert sink.received == Counts(requests=3, spans=5, logs=4, metric_points=7)
    assert sink.accepted == Counts(requests=3, spans=2, logs=1, metric_points=4)
    assert [span.name for span in sink.spans] == ["span 1", "span 2"]
    assert [log.body for log in sink.logs] == ["line 0"]
    assert [(metric.name, len(metric.points)) for metric in sink.metrics] == [("metric 0", 2), ("metric 1", 2)]


def test_partial_success_never_rejects_more_than_was_sent_in_the_books(sink: Sink) -> None:
    sink.behave(behaviours.partial_success(10))
    post(sink, "traces", spans_request(4))
    assert (sink.received.spans, sink.accepted.spans, sink.spans) == (4, 0, [])


@pytest.mark.parametrize(
    ("signal", "body", "expected"),
    [
        ("traces", '{"resourceSpans": []}', {"rejectedSpans": "2", "errorMessage": "no"}),
        ("logs", '{"resourceLogs": []}', {"rejectedLogRecords": "2", "errorMessage": "no"}),
        ("metrics", '{"resourceMetrics": []}', {"rejectedDataPoints": "2", "errorMessage": "no"}),
    ],
)
def test_partial_success_speaks_json_to_who_speaks_json(
    sink: Sink, signal: Signal, body: str, expected: dict[str, str]
) -> None:
    sink.behave(behaviours.partial_success(2, "no"))
    reply = post(sink, signal, body.encode(), content_type="application/json")
    assert json.loads(reply.body) == {"partialSuccess": expected}


def test_black_hole_takes_everything_and_never_answers(sink: Sink) -> None:
    sink.behave(behaviours.black_hole())
    with pytest.raises(TimeoutError):
        post(sink, "traces", spans_request(3), timeout=0.3)
    assert (sink.received.spans, sink.accepted.spans) == (3, 0)


def test_slow_drip_feeds_every_read_and_never_ends_in_time(sink: Sink) -> None:
    sink.behave(behaviours.slow_drip(seconds_per_byte=0.01))
    started = time.monotonic()
    reads = 0
    with socket.create_connection(("127.0.0.1", sink.port), timeout=5) as client:
        client.sendall(b"POST /v1/traces HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := client.recv(1000):
            answer += piece
            reads += 1
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert reads > len(answer) / 2
    assert time.monotonic() - started >= len(answer) * 0.01


def test_ok_after_a_while_answers_late_and_right(sink: Sink) -> None:
    sink.behave(behaviours.ok(after=0.2))
    started = time.monotonic()
    assert post(sink, "traces", spans_request(1)).status == 200
    assert time.monotonic() - started >= 0.2


def test_reset_cuts_the_connection_before_the_body_is_read(sink: Sink) -> None:
    sink.behave(behaviours.reset())
    with pytest.raises(ConnectionResetError):
        post(sink, "traces", spans_request(1))
    [request] = sink.requests
    assert (request.signal, request.size, request.accepted) == ("traces", 0, False)
    assert sink.received == Counts(requests=1)


def test_reset_of_the_response_leaves_the_client_in_doubt(sink: Sink) -> None:
    sink.behave(behaviours.reset("response"))
    # How much of the beginning is seen before the RST is the kernel's business.
    with pytest.raises((ConnectionResetError, http.client.HTTPException)):
        post(sink, "traces", spans_request(1))
    assert sink.accepted.spans == 1


def test_truncated_promises_more_than_it_sends(sink: Sink) -> None:
    sink.behave(behaviours.truncated())
    with pytest.raises(http.client.IncompleteRead):
        post(sink, "traces", spans_request(1))
    assert sink.accepted.spans == 1


def test_refuse_closes_the_port_and_any_other_behaviour_opens_the_same_one(sink: Sink) -> None:
    port = sink.port
    for _ in range(3):
        sink.behave(behaviours.refuse())
        with pytest.raises(ConnectionRefusedError):
            post(sink, "traces", spans_request(1))
        sink.behave(behaviours.ok())
        assert sink.port == port
        assert post(sink, "traces", spans_request(1)).status == 200
    assert sink.accepted == sink.received == Counts(requests=3, spans=3)


def test_refuse_cuts_the_connections_that_are_open(sink: Sink) -> None:
    sink.behave(behaviours.black_hole())
    connection = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=5)
    connection.request("POST", "/v1/traces", spans_request(1))
    sink.wait_for(requests=1)
    sink.behave(behaviours.refuse())
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        connection.getresponse()
    connection.close()


def test_the_port_of_a_refusing_sink_is_given_to_nobody_else(sink: Sink) -> None:
    sink.behave(behaviours.refuse())
    others: list[socket.socket] = []
    try:
        for _ in range(200):
            other = socket.socket()
            others.append(other)
            other.bind(("127.0.0.1", 0))
            assert other.getsockname()[1] != sink.port
    finally:
        for other in others:
            other.close()


def test_never_accept_lets_connection_attempts_hang_and_open_ones_fall_silent(sink: Sink) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=5)
    kept.request("POST", "/v1/traces", spans_request(1))
    kept.getresponse().read()

    sink.behave(behaviours.never_accept())
    with pytest.raises(TimeoutError):
        socket.create_connection(("127.0.0.1", sink.port), timeout=0.3)
    kept.request("POST", "/v1/traces", spans_request(1, first=2))
    kept.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        kept.sock.recv(1)
    assert sink.received.spans == 1

    sink.behave(behaviours.ok())  # what waited is served, as after a network that came back
    sink.wait_for(spans=2)
    assert post(sink, "traces", spans_request(1)).status == 200
    assert sink.connections == 2
    kept.close()


def test_a_script_holds_for_its_signal_and_then_ends(sink: Sink) -> None:
    sink.behave(behaviours.status(500), "traces")
    sink.script("traces", behaviours.status(503), behaviours.ok())
    assert [post(sink, "traces", b"").status for _ in range(4)] == [503, 200, 500, 500]
    assert [post(sink, signal, b"").status for signal in ("logs", "metrics")] == [200, 200]


def test_behave_replaces_what_was_scripted(sink: Sink) -> None:
    sink.script("traces", *[behaviours.status(503)] * 3)
    sink.behave(behaviours.html())
    assert post(sink, "traces", b"").headers["Content-Type"].startswith("text/html")


def test_a_function_picks_a_behaviour_for_each_request(sink: Sink) -> None:
    def no_more_than_a_hundred_bytes(request: Request) -> Behaviour:
        return behaviours.status(413) if request.size > 100 else behaviours.ok()

    sink.behave(no_more_than_a_hundred_bytes)
    assert post(sink, "traces", spans_request(1)).status == 200
    assert post(sink, "traces", spans_request(100)).status == 413
    assert sink.accepted.spans == 1


@pytest.mark.parametrize("behaviour", [behaviours.refuse(), behaviours.never_accept()])
def test_a_port_is_not_closed_for_one_signal_alone(sink: Sink, behaviour: PortBehaviour) -> None:
    with pytest.raises(ValueError, match="concerns the port and so all signals"):
        sink.behave(behaviour, "logs")


def test_the_books_balance_under_chance_and_eight_threads(sink: Sink) -> None:
    chance = random.Random(7)  # noqa: S311 # not for secrets
    lock = threading.Lock()
    answered = 0
    well: list[Callable[[], Behaviour]] = [behaviours.ok, lambda: behaviours.partial_success(1)]
    ill: list[Callable[[], Behaviour]] = [lambda: behaviours.status(503), behaviours.reset, behaviours.html]

    def any_of_them(_: Request) -> Behaviour:
        with lock:
            return chance.choice(well + ill)()

    def send() -> None:
        nonlocal answered
        for _ in range(25):
            try:
                post(sink, "traces", spans_request(2))
            except ConnectionResetError:
                continue
            with lock:
                answered += 1

    sink.behave(any_of_them)
    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    treated = [request.behaviour for request in sink.requests]
    assert len(treated) == 200
    assert answered == 200 - treated.count("reset(request)") < 200
    assert sink.accepted.spans == 2 * treated.count("ok") + treated.count("partial_success(1)")
    assert len(sink.spans) == sink.accepted.spans


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.black_hole(),
        behaviours.slow_drip(seconds_per_byte=60),
        behaviours.ok(after=60),
        behaviours.never_accept(),
        behaviours.refuse(),
    ],
    ids=lambda behaviour: str(behaviour.name),
)
def test_close_takes_no_time_however_many_connections_hang(behaviour: Behaviour | PortBehaviour) -> None:
    before = set(threading.enumerate())
    sink = Sink()
    clients = [http.client.HTTPConnection("127.0.0.1", sink.port, timeout=30) for _ in range(20)]
    for client in clients:  # connected and kept alive while the port is still open
        client.request("POST", "/v1/logs", logs_request(1))
        client.getresponse().read()
    sink.behave(behaviour)
    for client in clients:
        client.auto_open = 0  # a closed connection stays closed
        if behaviour.name != "refuse":
            client.request("POST", "/v1/logs", logs_request(1))
    started = time.monotonic()
    sink.close()
    assert time.monotonic() - started < 4
    assert set(threading.enumerate()) <= before
    for client in clients:
        client.close()
