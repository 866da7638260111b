"""otelkit: traces, metrics and logs of a Python service, joined by one trace id, from one line and a decorator.

The public face, and nothing else: every name is loaded from its room when it is first used, so that
``import otelkit`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otelkit._telemetry import FlushReport, Report, Telemetry, flush, init, shutdown
    from otelkit.instruments import Attribute, Instruments, counter, gauge, histogram, up_down_counter
    from otelkit.integrations.fastapi import instrument_fastapi
    from otelkit.integrations.loguru import instrument_loguru
    from otelkit.integrations.prometheus import metrics_app
    from otelkit.observing import (
        Slo,
        carry_context,
        count_errors,
        counted,
        observe,
        operation,
        registered_operations,
        timed,
        track_in_progress,
    )
    from otelkit.settings import ConfigurationError, Logs, Metrics, Problem, Traces
    from otelkit.signals.bound_context import bind, unbind
    from otelkit.signals.current import trace_id
    from otelkit.signals.explore_links import explore_url
    from otelkit.signals.log_capture.audit import audit
    from otelkit.signals.log_capture.structured import get_logger

__all__ = [
    "Attribute",
    "ConfigurationError",
    "FlushReport",
    "Instruments",
    "Logs",
    "Metrics",
    "Problem",
    "Report",
    "Slo",
    "Telemetry",
    "Traces",
    "audit",
    "bind",
    "carry_context",
    "count_errors",
    "counted",
    "counter",
    "explore_url",
    "flush",
    "gauge",
    "get_logger",
    "histogram",
    "init",
    "instrument_fastapi",
    "instrument_loguru",
    "metrics_app",
    "observe",
    "operation",
    "registered_operations",
    "shutdown",
    "timed",
    "trace_id",
    "track_in_progress",
    "unbind",
    "up_down_counter",
]

_ROOMS = {
    "otelkit._telemetry": ("FlushReport", "Report", "Telemetry", "flush", "init", "shutdown"),
    "otelkit.instruments": ("Attribute", "Instruments", "counter", "gauge", "histogram", "up_down_counter"),
    "otelkit.integrations.fastapi": ("instrument_fastapi",),
    "otelkit.integrations.loguru": ("instrument_loguru",),
    "otelkit.integrations.prometheus": ("metrics_app",),
    "otelkit.observing": (
        "Slo",
        "carry_context",
        "count_errors",
        "counted",
        "observe",
        "operation",
        "registered_operations",
        "timed",
        "track_in_progress",
    ),
    "otelkit.settings": ("ConfigurationError", "Logs", "Metrics", "Problem", "Traces"),
    "otelkit.signals.bound_context": ("bind", "unbind"),
    "otelkit.signals.current": ("trace_id",),
    "otelkit.signals.explore_links": ("explore_url",),
    "otelkit.signals.log_capture.audit": ("audit",),
    "otelkit.signals.log_capture.structured": ("get_logger",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name from its room, once."""
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("otelkit")
    elif name in _ROOM_OF:
        value = getattr(importlib.import_module(_ROOM_OF[name]), name)
    else:
        raise AttributeError(f"module 'otelkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__, "__version__"})
