"""``/metrics`` for Prometheus to scrape, beside OTLP push: an ASGI application to mount.

The loopback server is a setting (``metrics.exporter`` naming ``prometheus``); both show the same registry.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from opentelemetry.sdk.metrics import MeterProvider

from otelkit.integrations.missing import MissingExtraError
from otelkit.signals.export import prometheus
from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def metrics_app() -> ASGIApp:
    """Return an ASGI application that answers with this process's metrics in Prometheus' text formats.

    It may be made before `init`, and goes on working after another `init`. One process answers for itself: under
    several worker processes push over OTLP instead, or scrape each worker.

    Raises:
        MissingExtraError: when ``otelkit[prometheus]`` is not installed.

    Example:
        >>> import otelkit
        >>> from fastapi import FastAPI
        >>> app = FastAPI()
        >>> app.mount("/metrics", otelkit.metrics_app())

    """
    try:
        import_module("opentelemetry.exporter.prometheus")
        import prometheus_client
    except ImportError as error:
        raise MissingExtraError("metrics_app", "prometheus") from error

    registry = prometheus.registry()
    active = meter.active_provider()
    if not prometheus.has_reader() and isinstance(active, MeterProvider):
        active.add_metric_reader(prometheus.new_reader())
    untyped = cast("Any", prometheus_client)
    return cast("ASGIApp", untyped.make_asgi_app(registry))
