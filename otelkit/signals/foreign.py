"""Providers that someone else made global before `init`: found here, worked with, and never replaced or stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import _logs, metrics, trace
from opentelemetry._logs import NoOpLoggerProvider
from opentelemetry.metrics import NoOpMeterProvider

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

# The OpenTelemetry API answers "what is the global provider" with a placeholder of its own while none is set, and names
# the placeholder publicly for traces only.
_PLACEHOLDERS = {"ProxyTracerProvider", "_ProxyMeterProvider", "ProxyLoggerProvider"}


def tracer_provider() -> TracerProvider | None:
    """Return the process's tracer provider, or None while nobody has set one."""
    provider = trace.get_tracer_provider()
    return None if _is_placeholder(provider) else provider


def meter_provider() -> MeterProvider | None:
    """Return the process's meter provider, or None while nobody has set one."""
    provider = metrics.get_meter_provider()
    return None if _is_placeholder(provider) or isinstance(provider, NoOpMeterProvider) else provider


def logger_provider() -> LoggerProvider | None:
    """Return the process's logger provider, or None while nobody has set one."""
    provider = _logs.get_logger_provider()
    return None if _is_placeholder(provider) or isinstance(provider, NoOpLoggerProvider) else provider


def _is_placeholder(provider: object) -> bool:
    kind = type(provider)
    return kind.__name__ in _PLACEHOLDERS and kind.__module__.startswith("opentelemetry.")
