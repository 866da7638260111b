"""Puts data points and exemplars into the store; differences (delta) are added up, so that all is kept cumulative.

Reading is in ``metric_queries``; the arithmetic of buckets is in ``otelkit.console.buckets``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from otelkit.console.buckets import added, from_text, to_text
from otelkit.console.records import MAX_INTEGER, Point

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from otelkit.console.records import Exemplar, MetricGroup, Number
    from otelkit.console.refusal import Rejections
    from otelkit.console.store.interning import Interning

_LAST_POINT: Final = """
SELECT start, time, value, count, sum, min, max, buckets FROM points WHERE series = ? ORDER BY time DESC LIMIT 1
"""
_INSERT_POINT: Final = """
INSERT INTO points (series, start, time, value, count, sum, min, max, buckets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""
_INSERT_EXEMPLAR: Final = """
INSERT INTO exemplars (series, time, value, trace_id, span_id, attributes) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""


class Written:
    """How many rows a request added."""

    def __init__(self) -> None:
        self.points = 0
        self.exemplars = 0


def write_points(
    connection: sqlite3.Connection, interning: Interning, groups: Sequence[MetricGroup], rejections: Rejections
) -> Written:
    """Insert the points within the running transaction.

    A point whose series already has one of the same time is an exporter's retry and changes nothing. A difference
    older than the last one of its series cannot be added any more and is rejected.
    """
    written = Written()
    for group in groups:
        owner = interning.owner(connection, group.resource, group.scope)
        instrument = interning.instrument(connection, group.instrument, group.description)
        for attributes, received, exemplars in group.measured:
            series = interning.series(connection, instrument, attributes, owner=owner)
            point = received
            if group.delta:
                last = _last_point(connection, series)
                if last is not None and received.time < last.time:
                    rejections.reject("delta point is older than the last one of its series")
                    continue
                point = received if last is None else _sum_of(last, received)
            written.points += connection.execute(_INSERT_POINT, (series, *_values(point))).rowcount
            written.exemplars += _write_exemplars(connection, series, exemplars)
    return written


def _write_exemplars(connection: sqlite3.Connection, series: int, exemplars: Sequence[Exemplar]) -> int:
    if not exemplars:
        return 0
    return connection.executemany(_INSERT_EXEMPLAR, [(series, *exemplar) for exemplar in exemplars]).rowcount


def _last_point(connection: sqlite3.Connection, series: int) -> Point | None:
    row: tuple[int, int, Number | None, int | None, float | None, float | None, float | None, str | None] | None
    row = connection.execute(_LAST_POINT, (series,)).fetchone()
    if row is None:
        return None
    start, time, value, count, total, least, most, buckets = row
    return Point(start, time, value, count, total, least, most, None if buckets is None else from_text(buckets))


def _values(point: Point) -> tuple[Number | str | None, ...]:
    return (*point[:-1], None if point.buckets is None else to_text(point.buckets))


def _sum_of(last: Point, difference: Point) -> Point:
    """Give the cumulative point after a difference; it starts anew where the two cannot be added."""
    if difference.buckets is None:
        value = _total(last.value, difference.value)
        return difference if value is None else Point(last.start, difference.time, value)
    if last.buckets is None or last.observations is None or difference.observations is None:
        return difference
    buckets = added(last.buckets, difference.buckets)
    observations = last.observations + difference.observations
    if buckets is None or observations > MAX_INTEGER:
        return difference
    return Point(
        last.start,
        difference.time,
        observations=observations,
        sum=_total(last.sum, difference.sum),
        min=min(last.min, difference.min) if last.min is not None and difference.min is not None else None,
        max=max(last.max, difference.max) if last.max is not None and difference.max is not None else None,
        buckets=buckets,
    )


def _total(one: Number | None, other: Number | None) -> Number | None:
    """Give the sum of two known numbers; None when one is unknown or a double cannot hold the sum."""
    if one is None or other is None:
        return None
    total = one + other
    if isinstance(total, int):
        return total if abs(total) <= MAX_INTEGER else float(total)
    return total if math.isfinite(total) else None
