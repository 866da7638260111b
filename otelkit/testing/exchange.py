"""HTTP/1.1 as the sink speaks it: what one request brought, and how a response is put into bytes.

No sockets and no choice of an answer: those are in `port.py` and `behaviours.py`.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from otelkit.testing import otlp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.testing.otlp import ExportRequest, Signal
    from otelkit.testing.records import Log, Metric, Span

Format: TypeAlias = Literal["protobuf", "json"]

SIGNAL_PATHS: Final[dict[str, Signal]] = {"/v1/traces": "traces", "/v1/metrics": "metrics", "/v1/logs": "logs"}
PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"


@dataclass(frozen=True, kw_only=True)
class Head:
    """A request's first line and headers; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def signal(self) -> Signal | None:
        """Which OTLP service is addressed, None for any other path."""
        return SIGNAL_PATHS.get(self.path.partition("?")[0])

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants the connection back."""
        return self.headers.get("connection", "").lower() != "close"


def parse_head(raw: bytes) -> Head:
    r"""Read a request head, without the empty line that ends it.

    Raises:
        ValueError: it is no HTTP/1.1 request.

    Example:
        >>> parse_head(b"POST /v1/logs HTTP/1.1\r\nHost: x").signal
        'logs'
    """
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, path, version = first.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not HTTP/1.1: {first!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    return Head(method=method, path=path, headers=headers)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it arrived.

    `size` counts bytes after decompression and `wire_size` before; `received_at` is Unix nanoseconds. `message` is the
    body as protobuf, and `problem` says why there is none. `behaviour` names how it was treated, and `accepted` says
    whether its records count as delivered, all but the last `rejected` ones.
    """

    head: Head
    body: bytes = field(repr=False)
    wire_size: int
    received_at: int
    message: ExportRequest | None = field(default=None, repr=False)
    problem: str | None = None
    behaviour: str = ""
    accepted: bool = False
    rejected: int = 0

    @property
    def signal(self) -> Signal | None:
        """Which OTLP service is addressed, None for any other path."""
        return self.head.signal

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""
        return self.head.headers

    @property
    def encoding(self) -> str:
        """How the body was compressed: `identity`, `gzip` or `deflate`."""
        return self.head.headers.get("content-encoding", "identity").lower()

    @property
    def format(self) -> Format:
        """In which of OTLP's two spellings the body is."""
        return "json" if self.head.headers.get("content-type", "").startswith(JSON) else "protobuf"

    @property
    def size(self) -> int:
        """Bytes of the body after decompression."""
        return len(self.body)

    @cached_property
    def spans(self) -> list[Span]:
        """The spans in this request."""
        return otlp.decode_spans(self.message) if self.message is not None else []

    @cached_property
    def logs(self) -> list[Log]:
        """The log records in this request."""
        return otlp.decode_logs(self.message) if self.message is not None else []

    @cached_property
    def metrics(self) -> list[Metric]:
        """The metrics in this request."""
        return otlp.decode_metrics(self.message) if self.message is not None else []


def read_request(head: Head, wire_body: bytes) -> Request:
    """The request that these bytes are, with the reason in `problem` when its body cannot be read."""
    request = Request(head=head, body=wire_body, wire_size=len(wire_body), received_at=time.time_ns())
    if head.signal is None:
        return request
    try:
        body = decompress(wire_body, request.encoding)
        message = otlp.parse(head.signal, body, as_json=request.format == "json")
    except (ValueError, OSError, EOFError, zlib.error) as error:
        return replace(request, problem=f"{type(error).__name__}: {error}")
    return replace(request, body=body, message=message)


def cut_request(head: Head) -> Request:
    """The trace left by a request whose body was never read."""
    return Request(
        head=head,
        body=b"",
        wire_size=0,
        received_at=time.time_ns(),
        problem="the connection was reset before the body was read",
    )


def decompress(body: bytes, encoding: str) -> bytes:
    """Undo a Content-Encoding.

    Raises:
        ValueError: the encoding is neither gzip, deflate nor identity.
        OSError, EOFError, zlib.error: the body is not what the encoding says.
    """
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "deflate":
        return zlib.decompress(body)
    if encoding == "identity":
        return body
    raise ValueError(f"unsupported content-encoding {encoding!r}")


def response(status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP/1.1 response as bytes."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def error_body(request: Request, message: str) -> tuple[bytes, str]:
    """OTLP's error payload, a google.rpc.Status in the format of the request, and its content type."""
    if request.format == "json":
        return json.dumps({"message": message}).encode(), JSON
    # Written by hand because the module that declares it, google.rpc, is no dependency: field 2 is the message.
    text = message.encode()
    length, size = bytearray(), len(text)
    while size > 0x7F:  # noqa: PLR2004 # seven bits a byte
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return b"\x12" + bytes(length) + text, PROTOBUF
