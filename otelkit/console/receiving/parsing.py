"""Bodies of the three OTLP/HTTP export requests as protobuf messages, from binary protobuf or from OTLP JSON.

OTLP JSON is protobuf's JSON but for ids, which are hex: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import base64
import binascii
import json
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar, cast

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from otelkit.console.refusal import Refusal

if TYPE_CHECKING:
    from otelkit.console.records import JsonObject, JsonValue

RequestT = TypeVar("RequestT", bound=Message)

_HEX_FIELDS: Final = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})


class Encoding(Enum):
    """How a body is written. The value is its media type."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


def encoding_of(content_type: str) -> Encoding:
    """Give the encoding that a Content-Type header names.

    Raises:
        Refusal: 415 for any other type.

    Example:
        >>> encoding_of("application/json; charset=utf-8")
        <Encoding.JSON: 'application/json'>
    """
    media_type = content_type.partition(";")[0].strip().lower()
    for encoding in Encoding:
        if media_type == encoding.value:
            return encoding
    raise Refusal(
        415, f"Content-Type {media_type!r} is not supported; send {Encoding.PROTOBUF.value} or {Encoding.JSON.value}"
    )


def parsed(body: bytes, encoding: Encoding, request_type: type[RequestT]) -> RequestT:
    """Give the export request that a body holds.

    Args:
        body: the unpacked body.
        encoding: how it is written.
        request_type: the message of this endpoint, say ``ExportTraceServiceRequest``.

    Raises:
        Refusal: 400 when the body is no such message.

    Example:
        >>> from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        >>> len(parsed(b'{"resourceSpans": [{}]}', Encoding.JSON, ExportTraceServiceRequest).resource_spans)
        1
    """
    message = request_type()
    if encoding is Encoding.PROTOBUF:
        try:
            message.ParseFromString(body)
        except DecodeError as error:
            raise Refusal(400, f"the body is not a protobuf {request_type.DESCRIPTOR.name}: {error}") from None
        return message
    try:
        json_format.ParseDict(_with_base64_ids(_object(body)), message, ignore_unknown_fields=True)
    except (json_format.Error, ValueError, TypeError, AttributeError, RecursionError) as error:
        # json_format lets the latter ones through for values of an unexpected shape
        raise Refusal(400, f"the body is not OTLP JSON: {_one_line(error)}") from None
    return message


def _object(body: bytes) -> JsonObject:
    value = cast("JsonValue", json.loads(body))
    if not isinstance(value, dict):
        raise TypeError("an export request is a JSON object")
    return value


def _with_base64_ids(request: JsonObject) -> JsonObject:
    """Rewrite the hex ids as base64, which is what protobuf's JSON reads, in place."""
    waiting: list[JsonValue] = [request]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                if key in _HEX_FIELDS and isinstance(item, str):
                    value[key] = _base64_of_hex(key, item)
                elif isinstance(item, (list, dict)):
                    waiting.append(item)
    return request


def _base64_of_hex(field: str, text: str) -> str:
    try:
        return base64.b64encode(binascii.unhexlify(text)).decode()
    except ValueError:
        raise ValueError(f"{field} {text[:40]!r} is not hex") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
