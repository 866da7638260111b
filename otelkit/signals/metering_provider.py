"""The process's meter provider: set once, with whatever the current configuration made behind it.

It is an SDK provider to everyone who asks, and forwards what it is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics import MeterProvider

from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from opentelemetry import metrics
    from opentelemetry.util.types import Attributes


class ProxyMeterProvider(MeterProvider):
    """What `opentelemetry.metrics.get_meter_provider()` returns after `init`.

    The SDK's constructor is not run on purpose: this object has no state of an SDK provider, so every attribute that is
    not defined here is found on the provider behind it.
    """

    def __init__(self) -> None:  # pyright: ignore[reportMissingSuperCall] - see above
        """Forward to the active provider."""

    def get_meter(
        self,
        name: str,
        version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes = None,
    ) -> metrics.Meter:
        """Return a meter that follows every later `init`."""
        return meter.get_meter(name, version, schema_url, attributes)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Collect and send now."""
        active = meter.active_provider()
        return active.force_flush(timeout_millis) if isinstance(active, MeterProvider) else True

    def shutdown(self, timeout_millis: float = 30_000) -> None:
        """Do nothing: our readers end with `otelkit.shutdown`, which owns them."""

    def add_metric_reader(self, metric_reader: Any) -> None:
        """Add a reader to the active provider; a later `init` begins with the readers of its own configuration."""
        active = meter.active_provider()
        if isinstance(active, MeterProvider):
            active.add_metric_reader(metric_reader)

    def remove_metric_reader(self, metric_reader: Any) -> None:
        """Remove a reader from the active provider."""
        active = meter.active_provider()
        if isinstance(active, MeterProvider):
            active.remove_metric_reader(metric_reader)

    def __getattr__(self, name: str) -> Any:
        """Forward to the provider that is active."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(meter.active_provider(), name)
