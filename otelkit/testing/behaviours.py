"""How a collector can treat what it is sent: the right way, and the wrong ways that happen in production.

Each function gives a `Behaviour` for `Sink.behave` and `Sink.script`. What carries it out is in `port.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final, Literal, TypeAlias, assert_never

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otelkit.testing.exchange import JSON, PROTOBUF, Request, error_body, response

LOGIN_PATH: Final = "/login"
_LOGIN_PAGE: Final = b"<!doctype html><html><title>Sign in</title><form><input name=user></form></html>"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Bytes to send, and how: after a wait, at a pace, and what becomes of the connection then."""

    payload: bytes
    after: float = 0.0
    seconds_per_byte: float = 0.0
    then: Literal["keep", "close", "reset"] = "keep"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One way to treat a request.

    `answer` gives what to send, or None for silence. `accepts` says whether a collector that behaves so has stored the
    records, and `rejected` how many of them it has not. `reads` is false when the connection dies before the body.
    """

    name: str
    answer: Callable[[Request], Answer | None]
    accepts: bool = False
    rejected: int = 0
    reads: bool = True


@dataclass(frozen=True, kw_only=True)
class PortBehaviour:
    """One way to treat connections before any request is seen; it concerns all signals at once."""

    name: str
    state: Literal["refusing", "frozen"]


Choice: TypeAlias = Behaviour | Callable[[Request], Behaviour]
"""A behaviour, or a function that picks one for each request (the test's own rule, or chance with its own seed)."""


def ok(*, after: float = 0.0) -> Behaviour:
    """Take everything and say so, `after` seconds later."""
    return Behaviour(
        name="ok", accepts=True, answer=lambda request: Answer(payload=_success(request, 0, ""), after=after)
    )


def status(code: int, *, retry_after: int | datetime | str | None = None, message: str = "") -> Behaviour:
    """Answer with a status code and OTLP's error payload.

    Args:
        code: any HTTP status; from 200 to 299 it counts as accepted.
        retry_after: the Retry-After header: seconds, a point in UTC (sent as HTTP-date), or any text as it is.
        message: what the error payload says.

    Raises:
        ValueError: `retry_after` is a point in time that is not in UTC.

    Example:
        >>> status(503, retry_after=2).name
        'status(503)'
    """
    headers: dict[str, str] = {}
    if isinstance(retry_after, datetime):
        headers["Retry-After"] = format_datetime(retry_after, usegmt=True)
    elif retry_after is not None:
        headers["Retry-After"] = str(retry_after)

    def answer(request: Request) -> Answer:
        body, content_type = error_body(request, message or f"the sink was told to answer {code}")
        return Answer(payload=response(code, body, content_type, headers))

    return Behaviour(name=f"status({code})", accepts=200 <= code < 300, answer=answer)  # noqa: PLR2004 # HTTP's own range


def partial_success(rejected: int, message: str = "some records were rejected") -> Behaviour:
    """Answer 200 with `partial_success`: the last `rejected` spans, log records or points of a request are refused."""
    return Behaviour(
        name=f"partial_success({rejected})",
        accepts=True,
        rejected=rejected,
        answer=lambda request: Answer(payload=_success(request, rejected, message)),
    )


def redirect_to_login() -> Behaviour:
    """Answer 302 to a login page, which answers 200 text/html: what a proxy does when the credentials ran out."""
    return Behaviour(
        name="redirect_to_login",
        answer=lambda _: Answer(payload=response(302, b"", "text/html", {"Location": LOGIN_PATH})),
    )


def html() -> Behaviour:
    """Answer 200 with a web page: the wrong port, or a proxy that swallows everything."""
    return Behaviour(name="html", answer=lambda _: Answer(payload=login_page()))


def slow_drip(*, seconds_per_byte: float = 0.1) -> Behaviour:
    """Take everything, then answer one byte at a time: no single read times out, the whole does."""
    return Behaviour(
        name="slow_drip",
        accepts=True,
        answer=lambda request: Answer(payload=_success(request, 0, ""), seconds_per_byte=seconds_per_byte),
    )


def black_hole() -> Behaviour:
    """Read everything and never answer."""
    return Behaviour(name="black_hole", answer=lambda _: None)


def reset(when: Literal["request", "response"] = "request") -> Behaviour:
    """Cut the connection with RST, before the request's body is read or in the middle of the response.

    A collector that dies while it answers has stored what it was sent: `reset("response")` counts as accepted.
    """
    if when == "request":
        return Behaviour(name="reset(request)", reads=False, answer=lambda _: Answer(payload=b"", then="reset"))
    return Behaviour(
        name="reset(response)",
        accepts=True,
        answer=lambda request: Answer(payload=_success(request, 0, "")[:20], then="reset"),
    )


def truncated() -> Behaviour:
    """Take everything, then promise a body, send half of it and close."""

    def answer(request: Request) -> Answer:
        body = b" " * 64
        whole = response(200, body, _content_type(request))
        return Answer(payload=whole[: -len(body) // 2], then="close")

    return Behaviour(name="truncated", accepts=True, answer=answer)


def refuse() -> PortBehaviour:
    """Close the port: connections are refused and open ones cut. Any later behaviour opens the same port again."""
    return PortBehaviour(name="refuse", state="refusing")


def never_accept() -> PortBehaviour:
    """Let connection attempts hang, as a firewall that drops packets does; open connections fall silent."""
    return PortBehaviour(name="never_accept", state="frozen")


def login_page() -> bytes:
    """The response of the login page, whatever was asked of it."""
    return response(200, _LOGIN_PAGE, "text/html; charset=utf-8")


def unreadable(request: Request) -> Answer:
    """The answer to a request that nobody could accept: 404, 405 or 400, with the reason."""
    if request.signal is None:
        code, reason = 404, f"there is no {request.head.path}"
    elif request.head.method != "POST":
        code, reason = 405, "OTLP is sent with POST"
    else:
        code, reason = 400, request.problem or "unreadable"
    body, content_type = error_body(request, reason)
    return Answer(payload=response(code, body, content_type))


def _content_type(request: Request) -> str:
    return JSON if request.format == "json" else PROTOBUF


def _success(request: Request, rejected: int, message: str) -> bytes:
    """A 200 with the signal's own export response."""
    signal = request.signal
    if signal is None:
        raise ValueError("only requests to a signal's path are answered by a behaviour")
    if request.format == "json":
        field = {"traces": "rejectedSpans", "metrics": "rejectedDataPoints", "logs": "rejectedLogRecords"}[signal]
        # int64 is text in protobuf's JSON mapping
        partial = {"partialSuccess": {field: str(rejected), "errorMessage": message}} if rejected or message else {}
        return response(200, json.dumps(partial).encode(), JSON)
    match signal:
        case "traces":
            traces = ExportTraceServiceResponse()
            if rejected or message:
                traces.partial_success.rejected_spans, traces.partial_success.error_message = rejected, message
            body = traces.SerializeToString()
        case "metrics":
            metrics = ExportMetricsServiceResponse()
            if rejected or message:
                metrics.partial_success.rejected_data_points, metrics.partial_success.error_message = rejected, message
            body = metrics.SerializeToString()
        case "logs":
            logs = ExportLogsServiceResponse()
            if rejected or message:
                logs.partial_success.rejected_log_records, logs.partial_success.error_message = rejected, message
            body = logs.SerializeToString()
        case _:
            assert_never(signal)
    return response(200, body, PROTOBUF)
