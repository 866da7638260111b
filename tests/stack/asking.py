"""Asking the real Prometheus, Tempo and Loki what arrived, through the interfaces that Grafana asks.

Nothing here knows what ought to be there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.proto.common.v1.common_pb2 import KeyValue

T = TypeVar("T")

_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.5
_NS: Final = 1_000_000_000

KINDS: Final = {Span.SPAN_KIND_SERVER: "server", Span.SPAN_KIND_CLIENT: "client", Span.SPAN_KIND_INTERNAL: "internal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One series of an instant query."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """One exemplar: a measurement that knows its trace."""

    series: Mapping[str, str]
    labels: Mapping[str, str]
    value: float
    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSpan:
    """One span as Tempo keeps it."""

    span_id: str
    parent_span_id: str
    service: str
    name: str
    kind: str
    failed: bool
    resource: Mapping[str, object]
    attributes: Mapping[str, object]
    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One log record as Loki keeps it: the stream's labels apart from what belongs to the record."""

    labels: Mapping[str, str]
    metadata: Mapping[str, str]
    text: str
    time_ns: int


class Prometheus:
    """The metrics."""

    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, expression: str) -> list[Sample]:
        """Evaluate an expression now.

        Raises:
            httpx.HTTPStatusError: Prometheus refuses it.

        """
        found = _get(f"{self._url}/api/v1/query", {"query": expression})["data"]["result"]
        return [Sample(labels=one["metric"], value=float(one["value"][1])) for one in found]

    def between(self, expression: str, since_s: float, until_s: float, *, step_s: float = 5) -> list[Sample]:
        """Evaluate an expression over a time range; every point of every series is one sample."""
        asked = {"query": expression, "start": since_s, "end": until_s, "step": step_s}
        found = _get(f"{self._url}/api/v1/query_range", asked)["data"]["result"]
        return [Sample(labels=one["metric"], value=float(value)) for one in found for _, value in one["values"]]

    def value(self, expression: str) -> float:
        """Evaluate an expression that gives one series, or none, which counts as zero."""
        found = self.query(expression)
        if len(found) > 1:
            raise ValueError(f"{expression} gives {len(found)} series")
        return found[0].value if found else 0.0

    def exemplars(self, expression: str, *, last_s: float = 3600) -> list[Exemplar]:
        """Return the exemplars of the series that an expression touches."""
        now = time.time()
        found = _get(
            f"{self._url}/api/v1/query_exemplars", {"query": expression, "start": now - last_s, "end": now + 60}
        )
        return [
            Exemplar(
                series=group["seriesLabels"],
                labels=one["labels"],
                value=float(one["value"]),
                time_s=float(one["timestamp"]),
            )
            for group in found["data"]
            for one in group["exemplars"]
        ]


class Tempo:
    """The traces."""

    def __init__(self, url: str) -> None:
        self._url = url

    def trace(self, trace_id: str) -> list[StoredSpan]:
        """Return the spans of a trace; none when Tempo does not know it."""
        response = httpx.get(
            f"{self._url}/api/traces/{trace_id}",
            headers={"Accept": "application/protobuf"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
        if response.status_code == HTTPStatus.NOT_FOUND:
            return []
        response.raise_for_status()
        return [
            _stored_span(span, _attributes(part.resource.attributes))
            for part in TracesData.FromString(response.content).resource_spans
            for scope in part.scope_spans
            for span in scope.spans
        ]

    def search(self, traceql: str, *, last_s: float = 3600, limit: int = 5000) -> set[str]:
        """Return the ids of the traces that a TraceQL expression finds."""
        now = int(time.time())
        asked = {"q": traceql, "start": now - int(last_s), "end": now + 60, "limit": limit, "spss": 1}
        return {str(one["traceID"]) for one in _get(f"{self._url}/api/search", asked)["traces"]}


class Loki:
    """The log records."""

    def __init__(self, url: str) -> None:
        self._url = url

    def lines(self, logql: str, *, last_s: float = 3600, limit: int = 5000) -> list[Line]:
        """Return the log records that a LogQL expression finds, the oldest first."""
        now = time.time()
        return self.between(logql, now - last_s, now + 60, limit=limit)

    def between(self, logql: str, since_s: float, until_s: float, *, limit: int = 5000) -> list[Line]:
        """Return the log records of a time range that a LogQL expression finds, the oldest first."""
        asked = {
            "query": logql,
            "start": int(since_s * _NS),
            "end": int(until_s * _NS),
            "limit": limit,
            "direction": "forward",
        }
        # Without it Loki mixes the labels of the stream with what belongs to the single record.
        apart = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
        found = _get(f"{self._url}/loki/api/v1/query_range", asked, apart)["data"]["result"]
        return [
            Line(
                labels=stream["stream"],
                metadata=dict(more.get("structuredMetadata", {})) if more else {},
                text=text,
                time_ns=int(at),
            )
            for stream in found
            for at, text, *rest in stream["values"]
            for more in (rest[0] if rest else None,)
        ]

    def value(self, logql: str) -> float:
        """Evaluate a metric query that gives one series, or none, which counts as zero."""
        found = _get(f"{self._url}/loki/api/v1/query", {"query": logql})["data"]["result"]
        if len(found) > 1:
            raise ValueError(f"{logql} gives {len(found)} series")
        return float(found[0]["value"][1]) if found else 0.0

    def labels(self) -> set[str]:
        """Return the names of the index labels."""
        start = time.time_ns() - 3600 * _NS
        return set(_get(f"{self._url}/loki/api/v1/labels", {"start": start}).get("data", []))


def eventually(ask: Callable[[], T], holds: Callable[[T], bool], *, within_s: float = 60.0) -> T:
    """Ask until the answer is the awaited one, and return the last answer: the caller asserts on it.

    What was sent a moment ago is on its way through three programs; how long it takes is not what is tested.
    """
    deadline = time.monotonic() + within_s
    while True:
        answer = ask()
        if holds(answer) or time.monotonic() > deadline:
            return answer
        time.sleep(_POLL_S)


def self_metric(url: str, name: str, **labels: str) -> float:
    """Return the sum of one of a collector's own metrics, over the series that have these labels."""
    text = httpx.get(url, timeout=_TIMEOUT_S, trust_env=False).raise_for_status().text
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    total = 0.0
    for line in text.splitlines():
        series, _, value = line.rpartition(" ")
        if series.partition("{")[0] == name and all(pair in series for pair in wanted):
            total += float(value)
    return total


def _get(url: str, parameters: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Any:
    response = httpx.get(
        url,
        params={name: str(value) for name, value in parameters.items()},
        headers=headers,
        timeout=_TIMEOUT_S,
        trust_env=False,
    )
    if response.is_error:
        raise httpx.HTTPStatusError(
            f"{response.status_code} of {response.url}: {response.text}", request=response.request, response=response
        )
    return response.json()


def _stored_span(span: Span, resource: Mapping[str, object]) -> StoredSpan:
    return StoredSpan(
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        service=str(resource.get("service.name", "")),
        name=span.name,
        kind=KINDS.get(span.kind, str(span.kind)),
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        resource=resource,
        attributes=_attributes(span.attributes),
        start_s=span.start_time_unix_nano / _NS,
        duration_s=(span.end_time_unix_nano - span.start_time_unix_nano) / _NS,
    )


def _attributes(pairs: Sequence[KeyValue]) -> dict[str, object]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
