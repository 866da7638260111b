"""The door every record leaves by: it counts what was delivered and what failed, and can be closed for good.

One class per signal, because the SDK's exporter interfaces differ; the counting is shared.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk.metrics.export import MetricsData
    from opentelemetry.sdk.trace import ReadableSpan


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one door let through, in records: spans, log records or metric data points."""

    delivered: int = 0
    """Records whose request was answered with success."""

    failed: int = 0
    """Records whose request was refused or never answered; they are lost."""

    def since(self, earlier: Delivery) -> Delivery:
        """Return what happened after ``earlier``."""
        return Delivery(delivered=self.delivered - earlier.delivered, failed=self.failed - earlier.failed)


class Door:
    """Counts what one exporter delivered, and refuses to send from a process that inherited it by a fork.

    A forked child gets pipelines of its own. What it inherited still holds the parent's unsent records, and the SDK's
    own fork hooks start its threads again; with the door closed they cannot send the parent's records a second time.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._pid = os.getpid()
        self._closed = False
        self._lock = threading.Lock()
        self._delivered = 0
        self._failed = 0

    @property
    def is_open(self) -> bool:
        """Whether records may leave through this door."""
        return not self._closed and self._pid == os.getpid()

    def close(self) -> None:
        """Let nothing out any more."""
        self._closed = True

    def count(self, records: int, *, success: bool) -> None:
        """Count the fate of ``records`` records."""
        with self._lock:
            if success:
                self._delivered += records
            else:
                self._failed += records

    @property
    def delivery(self) -> Delivery:
        """What left through this door so far."""
        with self._lock:
            return Delivery(delivered=self._delivered, failed=self._failed)


class SpanDoor(SpanExporter):
    """The door for spans."""

    def __init__(self, door: Door, exporter: SpanExporter) -> None:
        self._door = door
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch and count its fate."""
        if not self._door.is_open:
            return SpanExportResult.FAILURE
        result = SpanExportResult.FAILURE
        try:
            result = self._exporter.export(spans)
        finally:
            self._door.count(len(spans), success=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """Release the exporter's connection."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Wait for what the exporter itself holds."""
        return self._exporter.force_flush(timeout_millis)


class LogDoor(LogRecordExporter):
    """The door for log records."""

    def __init__(self, door: Door, exporter: LogRecordExporter) -> None:
        self._door = door
        self._exporter = exporter

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Send a batch and count its fate."""
        if not self._door.is_open:
            return LogRecordExportResult.FAILURE
        result = LogRecordExportResult.FAILURE
        try:
            result = self._exporter.export(batch)
        finally:
            self._door.count(len(batch), success=result is LogRecordExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """Release the exporter's connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Wait for what the exporter itself holds."""
        return self._exporter.force_flush(timeout_millis)


class MetricDoor(MetricExporter):
    """The door for metrics; a record is one data point."""

    def __init__(self, door: Door, exporter: MetricExporter, *, temporality: Any, aggregation: Any) -> None:
        super().__init__(preferred_temporality=temporality, preferred_aggregation=aggregation)
        self._door = door
        self._exporter = exporter

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: object) -> MetricExportResult:
        """Send one collection and count its fate."""
        if not self._door.is_open:
            return MetricExportResult.FAILURE
        points = sum(
            len(metric.data.data_points)
            for resource in metrics_data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        )
        result = MetricExportResult.FAILURE
        try:
            result = self._exporter.export(metrics_data, timeout_millis=timeout_millis, **kwargs)
        finally:
            self._door.count(points, success=result is MetricExportResult.SUCCESS)
        return result

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Wait for what the exporter itself holds."""
        return self._exporter.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        """Release the exporter's connection."""
        # The SDK's reader calls `shutdown(timeout=...)`, its own exporters name the argument `timeout_millis`.
        kwargs.pop("timeout", None)
        self._exporter.shutdown(timeout_millis=timeout_millis, **kwargs)
