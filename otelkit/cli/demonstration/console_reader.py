"""What arrived, as the console's own REST API tells it.

Reading only; what should have arrived is not known here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How much the console holds."""

    spans: int = 0
    traces: int = 0
    logs: int = 0
    metric_points: int = 0
    exemplars: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSpan:
    """One span, as far as the check looks at it."""

    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    service: str
    attributes: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrace:
    """One trace with its spans and the number of its log lines, by service."""

    trace_id: str
    spans: tuple[StoredSpan, ...]
    log_lines: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeries:
    """The latest state of one series of a metric: its value, or a histogram's count."""

    service: str
    attributes: Mapping[str, object]
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMetric:
    """One metric: the latest state of its series, and the traces that its exemplars point to."""

    series: tuple[StoredSeries, ...] = ()
    exemplar_traces: tuple[str, ...] = ()

    def total(self, service: str) -> int:
        """Return the sum over the series of one service."""
        return round(sum(series.total for series in self.series if series.service == service))

    def by(self, attribute: str, service: str) -> dict[str, int]:
        """Return the sums over the series of one service, by one attribute's value."""
        sums: Counter[str] = Counter()
        for series in self.series:
            if series.service == service:
                sums[str(series.attributes.get(attribute))] += round(series.total)
        return dict(sums)


class ConsoleReader:
    """Reads from a console.

    Args:
        url: where the console listens.

    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT_S, trust_env=False)  # no proxy to loopback

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._http.close()

    def stored(self) -> Stored:
        """Return how much the console holds now."""
        told = self._get("/api/stats")
        return Stored(
            spans=told["spans"],
            traces=told["traces"],
            logs=told["logs"],
            metric_points=told["metricPoints"],
            exemplars=told["exemplars"],
            rejected=told["rejected"],
        )

    def trace(self, trace_id: str) -> StoredTrace | None:
        """Return one trace, or None when nothing of it is stored."""
        response = self._http.get(f"/api/traces/{trace_id}")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        told = response.raise_for_status().json()
        return StoredTrace(
            trace_id=trace_id,
            spans=tuple(
                StoredSpan(
                    span_id=span["spanId"],
                    parent_span_id=span["parentSpanId"],
                    name=span["name"],
                    kind=span["kind"],
                    service=span["service"],
                    attributes=span["attributes"],
                )
                for span in told["spans"]
            ),
            log_lines=Counter(log["service"] for log in told["logs"]),
        )

    def metric_names(self) -> tuple[str, ...]:
        """Return the names of all metrics."""
        return tuple(metric["name"] for metric in self._get("/api/metrics")["metrics"])

    def metric(self, name: str) -> StoredMetric:
        """Return one metric; one without series when it is unknown."""
        response = self._http.get(f"/api/metrics/{name}")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return StoredMetric()
        told = response.raise_for_status().json()
        return StoredMetric(
            series=tuple(
                StoredSeries(
                    service=series["service"],
                    attributes=series["attributes"],
                    total=_latest(series["points"]),
                )
                for series in told["series"]
            ),
            exemplar_traces=tuple(exemplar["traceId"] for exemplar in told["exemplars"] if exemplar["traceId"]),
        )

    def _get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()


def _latest(points: list[dict[str, Any]]) -> float:
    if not points:
        return 0.0
    latest = max(points, key=lambda point: int(point["time"]))
    return float(latest["count"] if "count" in latest else latest["value"])
