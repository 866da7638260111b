"""The list of metrics, and one metric with its series, points and exemplars. Shapes are those of the REST API.

Every value is cumulative as far as the kind has a sense of it; rates are the page's business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from otelkit.console.buckets import as_explicit, from_text
from otelkit.console.records import Explicit, JsonValue

if TYPE_CHECKING:
    import sqlite3

    from otelkit.console.records import JsonObject

MAX_POINTS_SHOWN: Final = 20_000
"""Points of one metric in one answer, shared by its series; where there are more, some in between are left out."""

MAX_POINTS_OF_SERIES: Final = 1000
"""Points of one series in one answer: about as many as a chart has pixels."""

MAX_EXEMPLARS_SHOWN: Final = 500

_HISTOGRAMS: Final = ("histogram", "exponential_histogram")

_LIST: Final = """
SELECT instruments.name, unit, description, kind, monotonic, services.name, count(*)
FROM series JOIN instruments ON instruments.id = instrument JOIN services ON services.id = series.service
WHERE (:service IS NULL OR services.name = :service) AND EXISTS (SELECT 1 FROM points WHERE series = series.id)
GROUP BY instruments.id, services.id ORDER BY instruments.name, instruments.last_seen DESC, services.name
"""
_EXEMPLAR_COUNTS: Final = """
SELECT instruments.name, count(*)
FROM exemplars JOIN series ON series.id = series JOIN instruments ON instruments.id = instrument
               JOIN services ON services.id = series.service
WHERE :service IS NULL OR services.name = :service GROUP BY instruments.name
"""
_SERIES: Final = """
SELECT series.id, services.name, series.attributes, resources.attributes, kind, unit, description, monotonic,
       (SELECT count(*) FROM points WHERE series = series.id AND time >= :since)
FROM series JOIN instruments ON instruments.id = instrument JOIN services ON services.id = series.service
            JOIN resources ON resources.id = series.resource
WHERE instruments.name = :name AND (:service IS NULL OR services.name = :service)
ORDER BY instruments.last_seen DESC, services.name, series.attributes, series.id
"""
_POINTS: Final = """
SELECT time, value, count, sum, min, max, buckets FROM (
    SELECT *, row_number() OVER (ORDER BY time DESC) - 1 AS age FROM points WHERE series = :series AND time >= :since)
WHERE age % :step = 0 ORDER BY time
"""
_EXEMPLARS: Final = """
SELECT exemplars.time, value, trace_id, span_id, exemplars.attributes, services.name,
       EXISTS (SELECT 1 FROM traces WHERE traces.trace_id = exemplars.trace_id)
FROM exemplars JOIN series ON series.id = series JOIN services ON services.id = series.service
               JOIN instruments ON instruments.id = instrument
WHERE instruments.name = :name AND (:service IS NULL OR services.name = :service) AND exemplars.time >= :since
ORDER BY exemplars.time DESC, exemplars.id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """What of a metric is asked for.

    Args:
        service: series of this service.
        since: points at or after this time, Unix nanoseconds.
        limit: how many series at most.
    """

    service: str | None = None
    since: int = 0
    limit: int = 200


def list_metrics(connection: sqlite3.Connection, service: str | None) -> JsonObject:
    """Give the metrics by name. Of a name that is reported with several kinds, the one seen last is described."""
    exemplars: dict[str, int] = dict(connection.execute(_EXEMPLAR_COUNTS, {"service": service}).fetchall())
    metrics: dict[str, _Listed] = {}
    for name, unit, description, kind, monotonic, reporter, series in connection.execute(_LIST, {"service": service}):
        listed = metrics.get(name)
        if listed is None:
            listed = metrics[name] = _Listed(unit, description, kind, monotonic)
        if _is_histogram(kind) == _is_histogram(listed.kind):
            listed.services.add(reporter)
            listed.series += series
    shown: list[JsonValue] = [
        {
            "name": name,
            "unit": listed.unit,
            "description": listed.description,
            "kind": listed.kind,
            "monotonic": _monotonic(listed.monotonic),
            "services": list[JsonValue](sorted(listed.services)),
            "seriesCount": listed.series,
            "exemplarCount": exemplars.get(name, 0),
        }
        for name, listed in metrics.items()
    ]
    return {"metrics": shown}


def one_metric(connection: sqlite3.Connection, name: str, wanted: MetricFilter) -> JsonObject | None:
    """Give a metric with its series, points and exemplars, or None when it is not there.

    Series of another shape (a histogram beside numbers, under one name) and those over the limit are left out and
    counted in ``hiddenSeries``.
    """
    parameters = {"name": name, "service": wanted.service, "since": wanted.since}
    rows = [_SeriesRow._make(columns) for columns in connection.execute(_SERIES, parameters)]
    if not rows:
        return None
    newest = rows[0]
    fitting = [row for row in rows if row.points and _is_histogram(row.kind) == _is_histogram(newest.kind)]
    shown = fitting[: wanted.limit]
    allowed = min(MAX_POINTS_OF_SERIES, max(2, MAX_POINTS_SHOWN // max(1, len(shown))))
    series: list[JsonValue] = [_series(connection, row, wanted.since, allowed) for row in shown]
    exemplars: list[JsonValue] = [
        {
            "time": str(time),
            "value": value,
            "traceId": trace_id.hex(),
            "spanId": span_id.hex(),
            "attributes": json.loads(attributes),
            "service": service,
            "stored": bool(stored),
        }
        for time, value, trace_id, span_id, attributes, service, stored in connection.execute(
            _EXEMPLARS, parameters | {"limit": MAX_EXEMPLARS_SHOWN}
        )
    ]
    return {
        "name": name,
        "unit": newest.unit,
        "description": newest.description,
        "kind": newest.kind,
        "monotonic": _monotonic(newest.monotonic),
        "series": series,
        "hiddenSeries": sum(1 for row in rows if row.points) - len(shown),
        "exemplars": exemplars,
    }


@dataclass(slots=True)
class _Listed:
    """A metric of the list while its series are counted."""

    unit: str
    description: str
    kind: str
    monotonic: int
    services: set[str] = field(default_factory=set[str])
    series: int = 0


class _SeriesRow(NamedTuple):
    """A row of the query for series."""

    id: int
    service: str
    attributes: str
    resource: str
    kind: str
    unit: str
    description: str
    monotonic: int
    points: int


def _is_histogram(kind: str) -> bool:
    return kind in _HISTOGRAMS


def _monotonic(flag: int) -> bool | None:
    return None if flag < 0 else bool(flag)


def _series(connection: sqlite3.Connection, row: _SeriesRow, since: int, allowed: int) -> JsonObject:
    step = -(-row.points // allowed)
    resource = cast("JsonObject", json.loads(row.resource))
    parameters = {"series": row.id, "since": since, "step": step}
    point = _histogram_point if _is_histogram(row.kind) else _number_point
    return {
        "service": row.service,
        "instance": resource.get("service.instance.id"),
        "attributes": json.loads(row.attributes),
        "points": [point(columns) for columns in connection.execute(_POINTS, parameters)],
    }


def _number_point(columns: tuple[Any, ...]) -> JsonObject:
    time, value, *_ = columns
    return {"time": str(time), "value": value}


def _histogram_point(columns: tuple[Any, ...]) -> JsonObject:
    time, _, count, total, least, most, text = columns
    buckets = Explicit((), ()) if text is None else as_explicit(from_text(text))
    return {
        "time": str(time),
        "count": count,
        "sum": total,
        "min": least,
        "max": most,
        "bounds": list[JsonValue](buckets.bounds),
        "buckets": list[JsonValue](buckets.counts),
    }
