"""One service of the simulated traffic: the SDK's own providers and OTLP exporters, told which times to write.

What the services do is in ``fraud_traffic``.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypeVar

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    Gauge,
    Histogram,
    HistogramDataPoint,
    InMemoryMetricReader,
    NumberDataPoint,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from opentelemetry._logs import SeverityNumber
    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics import Exemplar
    from opentelemetry.sdk.metrics.export import DataT, MetricsData
    from opentelemetry.trace import Span
    from opentelemetry.util.types import AttributeValue

_Point = TypeVar("_Point", NumberDataPoint, HistogramDataPoint)

MILLISECOND = 1_000_000
_QUEUE = 20_000


class Clock:
    """The simulated time in Unix nanoseconds, moved by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def work(self, milliseconds: float) -> None:
        """Let time pass."""
        self.now += round(milliseconds * MILLISECOND)


class SimulatedService:
    """A service that reports to a console as a real one does, at simulated times.

    Args:
        name: its ``service.name``.
        endpoint: where the console is.
        clock: the time that its spans, log lines and points carry.
    """

    def __init__(self, name: str, endpoint: str, clock: Clock) -> None:
        resource = Resource.create(
            {"service.name": name, "service.version": "1.4.0", "deployment.environment.name": "demo"},
        )
        self._clock = clock
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._spans.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces"), max_queue_size=_QUEUE)
        )
        self._logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self._logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{endpoint}/v1/logs"), max_queue_size=_QUEUE)
        )
        self._reader = InMemoryMetricReader()
        self._metrics = MeterProvider([self._reader], resource=resource, shutdown_on_exit=False)
        self._metric_exporter = OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics")
        self._tracer = self._spans.get_tracer(f"{name.replace('-', '_')}.service")
        self._logger = self._logs.get_logger(f"{name.replace('-', '_')}.service")
        self._started = clock.now
        self._measured_at: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for provider in (self._spans, self._logs, self._metrics):
            provider.shutdown()
        self._metric_exporter.shutdown()

    @property
    def meter(self) -> Meter:
        """Where its instruments come from."""
        return self._metrics.get_meter("otelkit.simulated")

    @contextmanager
    def span(
        self,
        name: str,
        parent: Context | None,
        attributes: Mapping[str, AttributeValue] | None = None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Generator[Context]:
        """Run a span from the clock's time now to its time at the end; gives the context for children."""
        span = self._tracer.start_span(name, parent, kind, attributes, start_time=self._clock.now)
        context = set_span_in_context(span, parent)
        try:
            yield context
        finally:
            span.end(self._clock.now)
            self._measured_at[span.get_span_context().trace_id] = self._clock.now

    def fail(self, span: Span, error_type: str, message: str, stacktrace: str) -> None:
        """Mark a span as failed, with its exception as an event."""
        span.add_event(
            "exception",
            {"exception.type": error_type, "exception.message": message, "exception.stacktrace": stacktrace},
            timestamp=self._clock.now,
        )
        span.set_attribute("error.type", error_type)
        span.set_status(Status(StatusCode.ERROR, message))

    def refuse(self, span: Span, message: str) -> None:
        """Mark a span as failed without an exception."""
        span.set_status(Status(StatusCode.ERROR, message))

    def log(
        self,
        severity: SeverityNumber,
        body: str,
        context: Context | None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> None:
        """Write a log line at the clock's time, in the span of the context."""
        self._logger.emit(
            LogRecord(
                timestamp=self._clock.now,
                context=context,
                severity_number=severity,
                severity_text=severity.name,
                body=body,
                attributes=dict(attributes or {}),
            )
        )

    def export_metrics(self) -> None:
        """Send what was measured so far, as of the clock's time."""
        collected = self._reader.get_metrics_data()
        if collected is not None:
            self._metric_exporter.export(self._as_of_now(collected))

    def _as_of_now(self, collected: MetricsData) -> MetricsData:
        """Replace the machine's times by the simulated ones."""
        return replace(
            collected,
            resource_metrics=[
                replace(
                    of_resource,
                    scope_metrics=[
                        replace(
                            of_scope,
                            metrics=[replace(metric, data=self._moved(metric.data)) for metric in of_scope.metrics],
                        )
                        for of_scope in of_resource.scope_metrics
                    ],
                )
                for of_resource in collected.resource_metrics
            ],
        )

    def _moved(self, data: DataT) -> DataT:
        if isinstance(data, Histogram):
            return replace(data, data_points=[self._moved_point(point) for point in data.data_points])
        if isinstance(data, Sum | Gauge):
            return replace(data, data_points=[self._moved_point(point) for point in data.data_points])
        raise TypeError(f"the simulation makes no {type(data).__name__}")

    def _moved_point(self, point: _Point) -> _Point:
        exemplars = [self._moved_exemplar(exemplar) for exemplar in point.exemplars]
        now = self._clock.now
        return replace(point, start_time_unix_nano=self._started, time_unix_nano=now, exemplars=exemplars)

    def _moved_exemplar(self, exemplar: Exemplar) -> Exemplar:
        """An exemplar was made in a trace: that trace's time is its own."""
        return replace(exemplar, time_unix_nano=self._measured_at.get(exemplar.trace_id or 0, self._clock.now))
