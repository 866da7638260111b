"""Who looks on while the application's telemetry runs: in a test, the capture that gives it the records as plain data.

Every configuration that `init` starts asks here, so a test sees everything even where the application calls `init`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk._logs import LogRecordProcessor
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator


@dataclass(frozen=True, kw_only=True)
class Observers:
    """What is put beside the processors and readers of each configuration; while they are there nothing is exported."""

    span_processor: SpanProcessor
    log_processor: LogRecordProcessor
    metric_reader: Callable[[], MetricReader]
    """Makes a reader for one configuration: a reader cannot move from one provider to the next."""

    id_generator: IdGenerator | None
    """Where ids come from, unless the configuration brings its own generator."""


class _Process:
    """Who looks on in this process."""

    present: Observers | None = None


def present() -> Observers | None:
    """Return who looks on, None outside of tests."""
    return _Process.present


def look_on(observers: Observers | None) -> Observers | None:
    """Let these look on at what starts from now on, and return those who did before."""
    before, _Process.present = _Process.present, observers
    return before
