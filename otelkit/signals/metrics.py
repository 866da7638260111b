"""The metrics signal: one configuration of how measurements are aggregated, read and sent.

Runs on the SDK's provider and readers; declared instruments write through cells that are backed by its instruments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import metrics
from opentelemetry.sdk.metrics import (
    AlwaysOffExemplarFilter,
    AlwaysOnExemplarFilter,
    ExemplarFilter,
    MeterProvider,
    TraceBasedExemplarFilter,
)
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals import foreign
from otelkit.signals.export import prometheus
from otelkit.signals.export.delivery import Deliveries
from otelkit.signals.export.exporters import metric_exporters
from otelkit.signals.metering_provider import ProxyMeterProvider
from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.metrics.view import View

    from otelkit.runtime.lifecycle import SignalFlush
    from otelkit.settings import Settings
    from otelkit.signals.resource import ResourceSource

_EXEMPLAR_FILTERS: dict[str, type[ExemplarFilter]] = {
    "always_on": AlwaysOnExemplarFilter,
    "always_off": AlwaysOffExemplarFilter,
    "trace_based": TraceBasedExemplarFilter,
}


class MetricsSignal:
    """One configuration of metrics (see `otelkit.runtime.lifecycle.Signal`)."""

    name = "metrics"

    def __init__(
        self,
        settings: Settings,
        resource: ResourceSource,
        *,
        exporting: bool,
        readers: Sequence[MetricReader] = (),
        views: Sequence[View] = (),
    ) -> None:
        """Describe a configuration; nothing runs before `start`.

        Args:
            settings: what the user asked for.
            resource: what the metrics are about.
            exporting: False keeps the exporters out, as in a test process.
            readers: the user's own readers, beside ours. They are shut down when this configuration ends.
            views: SDK views, which apply to instruments made through the OpenTelemetry API.
        """
        self._settings = settings
        self._resource = resource
        self._exporting = exporting
        self._user_readers = tuple(readers)
        self._views = tuple(views)
        self._readers: tuple[MetricReader, ...] = ()
        self._scraped: MetricReader | None = None
        self._provider: metrics.MeterProvider | None = None
        self.deliveries = Deliveries()
        self.notes: tuple[str, ...] = ()

    def start(self) -> None:
        """Become what every meter of the process forwards to."""
        found = foreign.meter_provider()
        self._readers = (*self._own_readers(), *self._user_readers)
        if found is not None and not isinstance(found, ProxyMeterProvider):
            self._join(found)
        else:
            self._provider = self._make_provider()
            meter.switch(self._provider)
            if found is None:
                metrics.set_meter_provider(ProxyMeterProvider())

    def flush(self, timeout: float) -> SignalFlush:
        """Collect now and hand the points over."""
        return self.deliveries.during(lambda: self._each_reader("force_flush", timeout))

    def drain(self, timeout: float) -> None:
        """Collect once more, send, and end the readers."""
        self._end_readers(timeout)
        prometheus.end(self._scraped)

    def suspend(self) -> None:
        """Stand back without ending anything: every sum stays as it is."""
        meter.switch(None)

    def resume(self) -> None:
        """Be again what every meter of the process forwards to."""
        meter.switch(self._provider)

    def stop(self, timeout: float) -> SignalFlush:
        """Collect once more, send, end the readers, and leave meters that do nothing."""
        result = self.deliveries.during(lambda: self._end_readers(timeout))
        prometheus.end(self._scraped)
        if meter.active_provider() is self._provider:
            meter.switch(None)
        return result

    def after_fork(self) -> None:
        """Begin again in a forked child: every sum from zero, and new locks."""
        inherited = self._readers
        self.deliveries.close()
        self.deliveries = Deliveries()
        # A reader of the user's belongs to the provider it was registered with, which stays the parent's. A provider of
        # someone else's holds the parent's sums: read here, they would be counted twice.
        self._readers = ()
        if not self._is_foreign:
            self._readers = tuple(self._own_readers())
            self._provider = self._make_provider()
            meter.switch(self._provider)
        for reader in inherited:
            if reader not in self._user_readers:
                reader.shutdown()

    def _make_provider(self) -> MeterProvider:
        return MeterProvider(
            metric_readers=self._all_readers(),
            resource=self._resource.current(),
            exemplar_filter=_EXEMPLAR_FILTERS[self._settings[parameters.METRICS.exemplar_filter]](),
            shutdown_on_exit=False,
            views=self._views,
        )

    def _join(self, found: metrics.MeterProvider) -> None:
        """Work with a provider that someone else made global: its resource and views hold, our readers are added."""
        self._provider = found
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        notes = [f"{kind} was global before init(): its resource and views hold, and shutdown() leaves it running"]
        add = getattr(found, "add_metric_reader", None)
        if add is None:
            notes.append("it takes no metric readers, so otelkit exports no metrics of its own")
            self._readers = ()
        else:
            for reader in self._all_readers():
                add(reader)
        self.notes = tuple(notes)
        meter.switch(found)

    def _own_readers(self) -> list[MetricReader]:
        settings = self._settings
        self._scraped = prometheus.reader_for(settings, exporting=self._exporting)
        readers: list[MetricReader] = []
        for door, exporter in metric_exporters(settings) if self._exporting else ():
            self.deliveries.add(door)
            readers.append(
                PeriodicExportingMetricReader(
                    exporter,
                    export_interval_millis=settings[parameters.METRICS.export_interval] * 1000,
                    export_timeout_millis=settings[parameters.METRICS.export_timeout] * 1000,
                )
            )
        return readers

    def _all_readers(self) -> list[MetricReader]:
        return [*self._readers, *([] if self._scraped is None else [self._scraped])]

    @property
    def _is_foreign(self) -> bool:
        return self._provider is foreign.meter_provider()

    def _end_readers(self, timeout: float) -> bool:
        if not self._is_foreign:
            return self._each_reader("shutdown", timeout)
        # Taken off the other's provider, which would otherwise collect them for ever; this shuts them down too.
        complete = self._each_reader("force_flush", timeout)
        provider: Any = self._provider
        for reader in self._readers:
            try:
                provider.remove_metric_reader(reader)
            except Exception as error:  # noqa: BLE001 - the provider is someone else's
                record_internal_error(f"metric reader {type(reader).__name__}.remove", error)
        return complete

    def _each_reader(self, method: str, timeout: float) -> bool:
        complete = True
        for reader in self._readers:
            try:
                complete = getattr(reader, method)(timeout_millis=timeout * 1000) is not False and complete
            except Exception as error:  # noqa: BLE001 - a reader may be the user's; an SDK reader raises when it is late
                record_internal_error(f"metric reader {type(reader).__name__}.{method}", error)
                complete = False
        return complete
