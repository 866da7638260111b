"""What arrived, as the console's own REST API tells it.

Reading only; what should have arrived is not known here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self, cast

import httpx

from otelkit.cli.demonstration.receiver import (
    StoredExemplar,
    StoredMetric,
    StoredSeries,
    StoredSpan,
    StoredTrace,
    Totals,
)

if TYPE_CHECKING:
    from otelkit.cli.demonstration.receiver import Metric

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

    def totals(self) -> Totals:
        """Return how much of the run is stored: all that the console holds is of this run."""
        stored = self.stored()
        return Totals(spans=stored.spans, logs=stored.logs, metric_points=stored.metric_points)

    def metric(self, metric: Metric) -> StoredMetric:
        """Return one metric; one without series when it is unknown."""
        told = self._metric(metric.name)
        if told is None:
            return StoredMetric()
        return StoredMetric(
            series=tuple(
                StoredSeries(
                    service=series["service"],
                    attributes=series["attributes"],
                    total=_latest(series["points"]),
                )
                for series in told["series"]
            )
        )

    def exemplars(self) -> tuple[StoredExemplar, ...]:
        """Return the exemplars of all metrics."""
        names = [str(metric["name"]) for metric in self._get("/api/metrics")["metrics"]]
        told = {name: self._metric(name) or {"exemplars": []} for name in names}
        return tuple(
            StoredExemplar(metric=name, trace_id=exemplar["traceId"])
            for name, metric in told.items()
            for exemplar in metric["exemplars"]
            if exemplar["traceId"]
        )

    def _metric(self, name: str) -> dict[str, Any] | None:
        response = self._http.get(f"/api/metrics/{name}")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return cast("dict[str, Any]", response.raise_for_status().json())

    def _get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()


def _latest(points: list[dict[str, Any]]) -> float:
    if not points:
        return 0.0
    latest = max(points, key=lambda point: int(point["time"]))
    return float(latest["count"] if "count" in latest else latest["value"])
