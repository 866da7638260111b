"""What the check at the end asks of whatever received the telemetry, and the answers to it.

Who is asked is in ``console_reader.py`` and ``stack_reader.py``; what ought to be there is in ``arrival.py``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MetricKind: TypeAlias = Literal["counter", "up_down_counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as its instrument was made: Prometheus names it by all three."""

    name: str
    unit: str
    kind: MetricKind


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
    """Empty where only log lines of it are stored."""

    log_lines: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeries:
    """The latest state of one series of a metric: its value, or a histogram's count."""

    service: str
    attributes: Mapping[str, object]
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMetric:
    """The latest state of the series of one metric."""

    series: tuple[StoredSeries, ...] = ()

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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExemplar:
    """One exemplar: the metric that it stands at, and the trace that it points to."""

    metric: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much of the run is stored, all together."""

    spans: int
    logs: int
    metric_points: int | None
    """None where series are kept and not the points that were sent."""


class Receiver(Protocol):
    """Something that received the telemetry of one run and can be asked about it."""

    def trace(self, trace_id: str) -> StoredTrace | None:
        """Return one trace, or None when nothing of it is stored."""
        ...

    def metric(self, metric: Metric) -> StoredMetric:
        """Return one metric; one without series when it is not stored."""
        ...

    def exemplars(self) -> Sequence[StoredExemplar]:
        """Return every exemplar that is stored."""
        ...

    def totals(self) -> Totals:
        """Return how much is stored."""
        ...
