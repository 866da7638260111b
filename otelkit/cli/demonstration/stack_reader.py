"""What arrived, as Prometheus, Tempo and Loki tell it: of one run, which its services' instance ids set apart.

Reading only; what should have arrived is not known here, and how an engine is asked is in ``engines.py``.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from otelkit.cli.demonstration.engines import Loki, Period, Prometheus, Tempo
from otelkit.cli.demonstration.prometheus_names import series_name
from otelkit.cli.demonstration.receiver import (
    StoredExemplar,
    StoredMetric,
    StoredSeries,
    StoredSpan,
    StoredTrace,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from otelkit.cli.demonstration.receiver import Metric

_NS: Final = 1_000_000_000
_MARGIN_S: Final = 60
"""The engines' clocks may differ from ours by so much."""

_OTHER_TRACES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StackAddresses:
    """Where the three engines answer."""

    prometheus: str
    tempo: str
    loki: str


class StackReader:
    """Reads what the three engines hold of one run.

    Args:
        addresses: where the engines answer.
        instances: the ``service.instance.id`` of each service of the run, by the service's name.

    Raises:
        EngineError: an address is none.

    """

    def __init__(self, addresses: StackAddresses, instances: Mapping[str, str]) -> None:
        self._instances = instances
        self._services = {instance: service for service, instance in instances.items()}
        self._prometheus = Prometheus(addresses.prometheus)
        self._tempo = Tempo(addresses.tempo)
        self._loki = Loki(addresses.loki)
        self._began_s = time.time()
        self._lines: dict[str, Counter[str]] | None = None
        self._records = 0
        self._spans: dict[str, tuple[StoredSpan, ...]] = {}
        self._own_spans: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        with ExitStack() as closing:
            for engine in (self._prometheus, self._tempo, self._loki):
                closing.push(engine)

    def greet(self) -> None:
        """Make sure that all three answer.

        Raises:
            EngineError: one does not, or is something else.

        """
        for engine in (self._prometheus, self._tempo, self._loki):
            engine.greet()

    def ask_again(self, *, but: Collection[str] = ()) -> None:
        """Forget what was told, because more may have arrived.

        Args:
            but: ids of traces that need not be asked for again.

        """
        self._lines = None
        self._spans = {trace_id: spans for trace_id, spans in self._spans.items() if trace_id in but}
        self._own_spans = {trace_id: count for trace_id, count in self._own_spans.items() if trace_id in but}

    def trace(self, trace_id: str) -> StoredTrace | None:
        """Return one trace, or None when neither Tempo has a span nor Loki a line of it."""
        if trace_id not in self._spans:
            resources = self._tempo.trace(trace_id)
            spans = tuple(span for resource in resources for span in _spans(resource))
            if spans:
                own = sum(len(_spans(resource)) for resource in resources if self._is_own(resource))
                self._spans[trace_id], self._own_spans[trace_id] = spans, own
        spans = self._spans.get(trace_id, ())
        lines = self._lines_of_traces().get(trace_id)
        return StoredTrace(trace_id=trace_id, spans=spans, log_lines=lines or {}) if spans or lines else None

    def metric(self, metric: Metric) -> StoredMetric:
        """Return one metric under the name that Prometheus gives it; attributes have underscores instead of dots."""
        now = time.time()
        # Also what was last sent longer ago than an instant query looks back.
        back_s = round(now - self._began_s) + _MARGIN_S
        asked = f'last_over_time({series_name(metric)}{{instance=~"{self._any_instance}"}}[{back_s}s])'
        return StoredMetric(
            series=tuple(
                StoredSeries(
                    service=self._services[sample.labels["instance"]], attributes=sample.labels, total=sample.value
                )
                for sample in self._prometheus.query(asked, at_s=now)
            )
        )

    def exemplars(self) -> tuple[StoredExemplar, ...]:
        """Return the exemplars of all series of the run, those that the collector made of its spans too."""
        found = self._prometheus.exemplars(f'{{instance=~"{self._any_instance}"}}', self._period)
        return tuple(
            StoredExemplar(metric=exemplar.series["__name__"], trace_id=exemplar.labels["trace_id"])
            for exemplar in found
            if "trace_id" in exemplar.labels
        )

    def totals(self) -> Totals:
        """Return how many spans and log records of the run are stored."""
        self._lines_of_traces()
        conditions = " || ".join(f'resource.service.instance.id="{instance}"' for instance in self._services)
        limit = len(self._spans) + _OTHER_TRACES
        for trace_id in self._tempo.search(f"{{{conditions}}}", self._period, limit=limit) - self._spans.keys():
            self.trace(trace_id)
        return Totals(spans=sum(self._own_spans.values()), logs=self._records, metric_points=None)

    @property
    def _any_instance(self) -> str:
        return "|".join(self._services)

    @property
    def _period(self) -> Period:
        start_s, end_s = self._began_s - _MARGIN_S, time.time() + _MARGIN_S
        return Period(start_ns=round(start_s * _NS), end_ns=round(end_s * _NS))

    def _lines_of_traces(self) -> Mapping[str, Counter[str]]:
        """Return the number of log lines of each trace, by service; Loki is asked for the whole run at once."""
        if self._lines is None:
            lines: defaultdict[str, Counter[str]] = defaultdict(Counter)
            records = 0
            for service, instance in self._instances.items():
                asked = f'{{service_name="{service}"}} | service_instance_id="{instance}"'
                for record in self._loki.records(asked, self._period):
                    records += 1
                    if record.get("trace_id"):
                        lines[record["trace_id"]][service] += 1
            self._lines, self._records = dict(lines), records
        return self._lines

    def _is_own(self, resource: dict[str, Any]) -> bool:
        return _attributes(resource["resource"]).get("service.instance.id") in self._services


def _spans(resource: dict[str, Any]) -> list[StoredSpan]:
    service = str(_attributes(resource["resource"]).get("service.name", ""))
    return [
        StoredSpan(
            span_id=span["spanId"],
            parent_span_id=span.get("parentSpanId") or None,
            name=span["name"],
            kind=str(span.get("kind", "")).removeprefix("SPAN_KIND_").lower(),
            service=service,
            attributes=_attributes(span),
        )
        for scope in resource.get("scopeSpans", [])
        for span in scope.get("spans", [])
    ]


def _attributes(carrier: dict[str, Any]) -> dict[str, object]:
    """Return attributes by name; a value stands under its type in OTLP's JSON, whole numbers as text."""
    return {pair["key"]: next(iter(pair.get("value", {}).values()), None) for pair in carrier.get("attributes", [])}
