"""Entries as JSON, one line each: what files hold and what the console writes when no terminal is attached.

Field names of the line itself win over fields of the application of the same name, which get the prefix ``field.``.
"""

from __future__ import annotations

import base64
import json
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from otelkit.signals.log_capture.severity import severity_of

if TYPE_CHECKING:
    from opentelemetry.util.types import AnyValue

    from otelkit.signals.log_capture.entry import LogEntry

UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that start a line, move a cursor or turn the reading direction in some terminal, pager or splitter."""

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def json_line(entry: LogEntry, service: str) -> str:
    """Return the entry as one line of JSON, without the newline at its end.

    Line breaks and control characters within values are escaped, so that no value can pose as another line.

    Args:
        entry: what was logged.
        service: name of the service, for files that several services share.
    """
    _, severity = severity_of(entry.level)
    line: dict[str, AnyValue] = {
        "timestamp": timestamp(entry.time_ns),
        "level": severity,
        "logger": entry.logger,
        "message": entry.message,
        "service": service,
    }
    if entry.stream is not None:
        line["stream"] = entry.stream
        line["event"] = entry.message
    line["trace_id"] = entry.trace_id or None
    line["span_id"] = entry.span_id or None
    line["code"] = f"{entry.path}:{entry.line} {entry.function}"
    if entry.exception is not None:
        line["exception.type"] = entry.exception.type
        line["exception.message"] = entry.exception.message
        line["exception.fingerprint"] = entry.exception.fingerprint
    if entry.details:
        line["exception" if entry.exception is not None else "stack"] = entry.details
    for name, value in entry.fields.items():
        line[f"field.{name}" if name in line else name] = value
    return one_line(_dump(line))


def timestamp(time_ns: int) -> str:
    """Return Unix nanoseconds as ISO 8601 in UTC with microseconds.

    Example:
        >>> timestamp(1_700_000_000_123_456_000)
        '2023-11-14T22:13:20.123456Z'

    """
    seconds, rest = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def one_line(text: str) -> str:
    r"""Return the text with every unsafe character written as ``\uXXXX``.

    Example:
        >>> one_line("ok\r\nroot logged in")
        'ok\\u000d\\u000aroot logged in'

    """
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def ascii_text(text: str) -> str:
    r"""Return the text with everything beyond ASCII written as JSON would escape it.

    Example:
        >>> ascii_text("caf\u00e9")
        'caf\\u00e9'

    """
    return _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _dump(line: dict[str, AnyValue]) -> str:
    try:
        return json.dumps(line, ensure_ascii=False, allow_nan=False, default=_other)
    except ValueError:  # NaN and infinities, which JSON has no words for
        return json.dumps(_finite(line), ensure_ascii=False, allow_nan=False, default=_other)


def _other(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _finite(value: AnyValue) -> AnyValue:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_finite(member) for member in value]
    return value
