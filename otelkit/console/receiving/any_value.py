"""OTLP's AnyValue and attribute lists as plain JSON values that lose nothing on their way to a browser.

Numbers that JSON or JavaScript cannot hold become text; bytes become base64.
"""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

    from otelkit.console.records import JsonObject, JsonValue

# made once: ``json.dumps`` with arguments makes an encoder a call
_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_sorted_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

_SAFE_INTEGER: Final = 2**53 - 1  # the largest that a JavaScript number holds exactly


def plain(value: AnyValue) -> JsonValue:
    """Give an AnyValue as a JSON value.

    Example:
        >>> from opentelemetry.proto.common.v1.common_pb2 import AnyValue
        >>> plain(AnyValue(int_value=42)), plain(AnyValue(int_value=2**60))
        (42, '1152921504606846976')
    """
    result: JsonValue = None  # empty, or a kind of the profiling signal, which other signals treat as absent
    match value.WhichOneof("value"):
        case "string_value":
            result = value.string_value
        case "int_value":
            number = value.int_value
            result = number if -_SAFE_INTEGER <= number <= _SAFE_INTEGER else str(number)
        case "double_value":
            result = finite_or_text(value.double_value)
        case "bool_value":
            result = value.bool_value
        case "array_value":
            result = [plain(item) for item in value.array_value.values]
        case "kvlist_value":
            result = attributes(value.kvlist_value.values)
        case "bytes_value":
            result = base64.b64encode(value.bytes_value).decode()
        case _:
            pass
    return result


def finite_or_text(number: float) -> float | str:
    """Give the number, or its name where JSON has none: ``"NaN"``, ``"Infinity"``, ``"-Infinity"``."""
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def attributes(pairs: Iterable[KeyValue]) -> JsonObject:
    """Give an attribute list as an object; of a repeated key the last counts."""
    return {pair.key: plain(pair.value) for pair in pairs}


def attributes_text(pairs: Iterable[KeyValue]) -> str:
    """Give an attribute list as JSON text in the order it was sent."""
    return json_text(attributes(pairs))


def canonical_text(pairs: Iterable[KeyValue]) -> str:
    """Give an attribute list as JSON text with sorted keys, so that equal sets are equal texts."""
    return _sorted_text(attributes(pairs))


def json_text(value: JsonValue) -> str:
    """Give a JSON value as compact text, non-ASCII characters as they are so that a search finds them."""
    return _text(value)
