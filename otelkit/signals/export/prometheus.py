"""Metrics to be scraped: one Prometheus registry a process, and the loopback server that the settings may ask for.

The exposition is prometheus_client's and the translation the official exporter's; needs ``otelkit[prometheus]``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals.export.one_family import one_metric_per_name

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricReader, MetricsData
    from prometheus_client import CollectorRegistry

    from otelkit.settings import Settings


class _Scraping:
    """What is scraped in this process. It outlives configurations: a scrape port must not blink at a second `init`."""

    registry: CollectorRegistry | None = None
    reader: MetricReader | None = None
    wanted = False
    server: Any = None
    address: tuple[str, int] | None = None
    pid = 0


def registry() -> CollectorRegistry:
    """Return the process's registry of otelkit metrics, and have every configuration from now on fill it."""
    from prometheus_client import CollectorRegistry

    if _Scraping.registry is None:
        _Scraping.registry = CollectorRegistry()
    _Scraping.wanted = True
    return _Scraping.registry


def has_reader() -> bool:
    """Return whether the registry is being filled."""
    return _Scraping.reader is not None


def reader_for(settings: Settings, *, exporting: bool) -> MetricReader | None:
    """Return the reader that fills the registry, if the settings or a mounted ``/metrics`` want one."""
    served = exporting and "prometheus" in settings[parameters.METRICS.exporter]
    if not (served or _Scraping.wanted):
        return None
    if served:
        _serve(settings[parameters.METRICS.prometheus_host], settings[parameters.METRICS.prometheus_port])
    return new_reader()


def new_reader() -> MetricReader:
    """Return a fresh reader that fills the registry, in place of the one that did."""
    from opentelemetry.exporter.prometheus import PrometheusMetricReader

    if _Scraping.reader is not None:
        # What is scraped is never queued, so nothing is lost by ending it at once; two would show every series twice.
        _Scraping.reader.shutdown()

    class Reader(PrometheusMetricReader):
        """The official reader, with metrics of one name brought together first (see one_family)."""

        def _receive_metrics(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any) -> None:
            super()._receive_metrics(one_metric_per_name(metrics_data), timeout_millis, **kwargs)

    _Scraping.reader = Reader(registry=registry(), scope_info_enabled=False)
    return _Scraping.reader


def end(reader: MetricReader | None) -> None:
    """End ``reader``, unless a later configuration's has taken its place already; close the port with the last."""
    if reader is None or reader is not _Scraping.reader:
        return
    _Scraping.reader = None
    reader.shutdown()
    _stop_serving()


def _stop_serving() -> None:
    server, _Scraping.server, _Scraping.address = _Scraping.server, None, None
    if server is not None:
        if _Scraping.pid == os.getpid():
            server.shutdown()
        server.server_close()


def _serve(host: str, port: int) -> None:
    if _Scraping.server is not None and _Scraping.pid != os.getpid():
        # A forked child inherited the parent's socket; only the parent answers on that port.
        _stop_serving()
        return
    if _Scraping.address == (host, port):
        return
    _stop_serving()
    from prometheus_client import start_http_server

    try:
        _Scraping.server, _ = start_http_server(port, addr=host, registry=registry())
    except OSError as error:
        record_internal_error(f"export.prometheus on {host}:{port}", error)
        return
    _Scraping.address, _Scraping.pid = (host, port), os.getpid()
