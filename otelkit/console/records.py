"""What the console keeps, as plain rows: the language between what is received and what is stored.

Rows are named tuples because SQLite takes them as they are. No parsing and no SQL here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
"""What ``json`` reads and writes."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A JSON object."""

Number: TypeAlias = int | float
"""A measured number; integers stay integers."""

MetricKind: TypeAlias = Literal["sum", "gauge", "histogram", "exponential_histogram"]
"""The kinds of metric that are kept; summaries are not."""

MAX_INTEGER = 2**63 - 1
"""The largest integer that SQLite keeps; as nanoseconds it is the year 2262."""


class Resource(NamedTuple):
    """What produced a record. `source` tells two processes of one service apart; `attributes` is JSON."""

    service: str
    source: str
    attributes: str


class Scope(NamedTuple):
    """The instrumentation that made a record; `attributes` is JSON."""

    name: str
    version: str
    attributes: str


class Span(NamedTuple):
    """One span. Ids are bytes, times nanoseconds; `attributes`, `events` and `links` are JSON as the API gives it."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    name: str
    kind: str
    start: int
    duration: int
    status: str
    status_message: str
    attributes: str
    events: str
    links: str


class Log(NamedTuple):
    """One log record. A `body` that was not a string is kept as JSON, and `body_is_json` says so."""

    time: int
    severity_number: int
    severity_text: str
    event_name: str | None
    body: str
    body_is_json: bool
    trace_id: bytes | None
    span_id: bytes | None
    attributes: str


class Instrument(NamedTuple):
    """What a metric is, apart from who reports it. `monotonic` is None for all but sums."""

    name: str
    kind: MetricKind
    monotonic: bool | None
    unit: str


class Explicit(NamedTuple):
    """Buckets of a histogram with explicit bounds: one count more than bounds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]


class Exponential(NamedTuple):
    """Buckets of an exponential histogram, as in the OTLP data model; each side is (offset, counts)."""

    scale: int
    zero_count: int
    zero_threshold: float
    positive: tuple[int, tuple[int, ...]]
    negative: tuple[int, tuple[int, ...]]


class Point(NamedTuple):
    """A measurement of a series: `value` for sums and gauges, `observations`, `buckets` and the rest for histograms."""

    start: int
    time: int
    value: Number | None = None
    observations: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    buckets: Explicit | Exponential | None = None


class Exemplar(NamedTuple):
    """One measurement that was made inside a trace; `attributes` is JSON."""

    time: int
    value: Number
    trace_id: bytes
    span_id: bytes
    attributes: str


class Measured(NamedTuple):
    """A point, the series' attributes (JSON) and the exemplars that came with it."""

    attributes: str
    point: Point
    exemplars: tuple[Exemplar, ...]


@dataclass(frozen=True, slots=True)
class SpanGroup:
    """Spans of one scope of one resource."""

    resource: Resource
    scope: Scope
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Log records of one scope of one resource."""

    resource: Resource
    scope: Scope
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class MetricGroup:
    """Points of one metric of one scope of one resource; `delta` says that they are differences."""

    resource: Resource
    scope: Scope
    instrument: Instrument
    description: str
    delta: bool
    measured: tuple[Measured, ...]
