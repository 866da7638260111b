"""What a real SDK provider behind the process's meters shows, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, Metric, NumberDataPoint

from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Point:
    """One series at one collection."""

    attributes: dict[str, object]
    value: float
    """Of a histogram, its count."""

    total: float
    """Of a histogram, its sum."""

    buckets: tuple[int, ...]
    bounds: tuple[float, ...]
    scope: str
    exemplars: int


class Backend:
    """An SDK provider with a reader that collects when it is asked."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Put a fresh provider behind the meters: what `init` does."""
        self._reader = InMemoryMetricReader()
        self._provider = MeterProvider([self._reader])
        meter.switch(self._provider)

    def stop(self) -> None:
        """Leave meters that do nothing: what `shutdown` does."""
        meter.switch(None)
        self._provider.shutdown()

    def points(self, name: str) -> list[Point]:
        """The series of one metric, collected now; none where the metric is not there."""
        return [point for _, point in self._collected(name)]

    def metric(self, name: str) -> Metric:
        """The metric itself."""
        return next(metric for metric, _ in self._collected(name))

    def values(self, name: str) -> dict[tuple[object, ...], float]:
        """Value (of histograms: count) by attribute values in alphabetical order of the attributes' names."""
        points = self.points(name)
        values = {tuple(value for _, value in sorted(point.attributes.items())): point.value for point in points}
        assert len(values) == len(points), "two series with the same attributes"
        return values

    def value(self, name: str, **attributes: object) -> float:
        """The value of the one series with these attributes; dots are written as underscores."""
        (point,) = [
            point
            for point in self.points(name)
            if {key.replace(".", "_"): value for key, value in point.attributes.items()} == attributes
        ]
        return point.value

    def _collected(self, name: str) -> Iterator[tuple[Metric, Point]]:
        data = self._reader.get_metrics_data()
        for of_resource in data.resource_metrics if data else ():
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    if metric.name == name:
                        for raw in metric.data.data_points:
                            yield metric, _point(cast("NumberDataPoint | HistogramDataPoint", raw), of_scope.scope.name)


def _point(raw: NumberDataPoint | HistogramDataPoint, scope: str) -> Point:
    measured = isinstance(raw, HistogramDataPoint)
    return Point(
        attributes=dict(raw.attributes or {}),
        value=raw.count if isinstance(raw, HistogramDataPoint) else raw.value,
        total=raw.sum if isinstance(raw, HistogramDataPoint) else raw.value,
        buckets=tuple(raw.bucket_counts) if isinstance(raw, HistogramDataPoint) else (),
        bounds=tuple(raw.explicit_bounds) if isinstance(raw, HistogramDataPoint) else (),
        scope=scope,
        exemplars=len(raw.exemplars) if measured else 0,
    )
