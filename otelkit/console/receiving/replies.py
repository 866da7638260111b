"""What a sender is told: the export response, or ``google.rpc.Status``, in the encoding the request had.

https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from google.protobuf import json_format
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # its stubs are not marked as typed

from otelkit.console.receiving.parsing import Encoding

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from otelkit.console.refusal import Refusal

_RPC_CODES: Final = {
    400: 3,
    413: 8,
    415: 12,
    503: 14,
}  # INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE
_UNKNOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status, body and media type."""

    status: int
    body: bytes
    media_type: str


def refused(refusal: Refusal, encoding: Encoding) -> Reply:
    """Give the answer to a request that is refused as a whole."""
    code = _RPC_CODES.get(refusal.status, _UNKNOWN)
    if encoding is Encoding.JSON:
        body = json.dumps({"code": code, "message": refusal.message}).encode()
    else:
        body = bytes(Status(code=code, message=refusal.message).SerializeToString())
    return Reply(refusal.status, body, encoding.value)


def accepted(response: Message, encoding: Encoding) -> Reply:
    """Give the answer to a request that was taken in, wholly or in part."""
    if encoding is Encoding.JSON:
        return Reply(200, json_format.MessageToJson(response, indent=None).encode(), encoding.value)
    return Reply(200, response.SerializeToString(), encoding.value)
