"""The plainest HTTP client that can talk to a console: raw bytes in, whatever comes back."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

    from otelkit.console.server import ConsoleServer

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def request(  # the parts of a request, each of which some test bends
    console: ConsoleServer,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request over a connection of its own."""
    address = console.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=names, body=response.read())
    finally:
        connection.close()


def get(console: ConsoleServer, path: str) -> Any:
    """Get a JSON answer that must be a good one."""
    answer = request(console, "GET", path)
    assert answer.status == 200, (path, answer.status, answer.body)
    return answer.json()


def post(
    console: ConsoleServer, signal: str, body: bytes, *, content_type: str = PROTOBUF, content_encoding: str = ""
) -> Answer:
    """Post an export request's bytes."""
    headers = {"content-type": content_type}
    if content_encoding:
        headers["content-encoding"] = content_encoding
    return request(console, "POST", f"/v1/{signal}", body=body, headers=headers)


def send(console: ConsoleServer, message: Message) -> Answer:
    """Post an export request as protobuf to where it belongs; it must be taken in."""
    signals: dict[type[Message], str] = {
        ExportTraceServiceRequest: "traces",
        ExportMetricsServiceRequest: "metrics",
        ExportLogsServiceRequest: "logs",
    }
    answer = post(console, signals[type(message)], message.SerializeToString())
    assert answer.status == 200, answer
    return answer
