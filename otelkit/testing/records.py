"""What a test reads: spans, log records and metrics as plain frozen data, and nothing that needs an SDK.

Decoding them from OTLP lives in `otlp.py`; finding one among many in `found.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Value: TypeAlias = str | bool | int | float | bytes | tuple["Value", ...] | Mapping[str, "Value"] | None
"""Everything that an attribute or a log body can hold; arrays arrive as tuples."""

Attributes: TypeAlias = Mapping[str, Value]

SpanKind: TypeAlias = Literal["unspecified", "internal", "server", "client", "producer", "consumer"]
SpanStatus: TypeAlias = Literal["unset", "ok", "error"]
MetricKind: TypeAlias = Literal["sum", "gauge", "histogram", "exponential_histogram", "summary"]
Temporality: TypeAlias = Literal["unspecified", "delta", "cumulative"]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The library or module that produced a record."""

    name: str
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at one instant of a span; `time` in Unix nanoseconds."""

    name: str
    time: int
    attributes: Attributes


@dataclass(frozen=True, kw_only=True)
class Link:
    """A span's pointer to another span, often in another trace."""

    trace_id: str
    span_id: str
    attributes: Attributes


@dataclass(frozen=True, kw_only=True)
class Span:
    """One finished span; ids in lower-case hex, times in Unix nanoseconds."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str | None
    kind: SpanKind
    start: int
    end: int
    status: SpanStatus
    status_message: str
    attributes: Attributes
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    scope: Scope
    resource: Attributes = field(repr=False)  # the same on every record, and long

    @property
    def duration(self) -> float:
        """How long it took, in seconds."""
        return (self.end - self.start) / 1e9


@dataclass(frozen=True, kw_only=True)
class Log:
    """One log record; `trace_id` and `span_id` are None outside a span, times in Unix nanoseconds."""

    body: Value
    severity: str
    severity_number: int
    time: int
    observed_time: int
    trace_id: str | None
    span_id: str | None
    event_name: str | None
    attributes: Attributes
    scope: Scope
    resource: Attributes = field(repr=False)  # the same on every record, and long

    @property
    def text(self) -> str:
        """The body as text, whatever its type."""
        return self.body if isinstance(self.body, str) else repr(self.body)


@dataclass(frozen=True, kw_only=True)
class Exemplar:
    """One measured value kept as an example, with the span in which it was measured."""

    value: float
    time: int
    trace_id: str | None
    span_id: str | None
    attributes: Attributes


@dataclass(frozen=True, kw_only=True)
class Point:
    """One series of a metric at one time; `value` is the number, or for a histogram the sum of what was recorded."""

    attributes: Attributes
    value: float
    start: int
    time: int
    exemplars: tuple[Exemplar, ...]


@dataclass(frozen=True, kw_only=True)
class HistogramPoint(Point):
    """One series of a histogram: `buckets` has one count more than `bounds` has limits."""

    count: int
    minimum: float | None
    maximum: float | None
    bounds: tuple[float, ...]
    buckets: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """One side of an exponential histogram: bucket i counts values in (base**(offset+i), base**(offset+i+1)]."""

    offset: int
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ExponentialHistogramPoint(HistogramPoint):
    """One series of an exponential histogram, base 2**(2**-scale); it has no explicit bounds or buckets."""

    scale: int
    zero_count: int
    positive: Buckets
    negative: Buckets


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric and its series; `monotonic` is None for anything but a sum."""

    name: str
    unit: str
    description: str
    kind: MetricKind
    monotonic: bool | None
    temporality: Temporality
    points: tuple[Point, ...]
    scope: Scope
    resource: Attributes = field(repr=False)  # the same on every record, and long
