"""The logs signal: one configuration of how log records are limited, batched and sent, and of where they are written.

What turns a call of logging, structlog or loguru into a record is `signals.log_capture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider, LogRecordLimits
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from otelkit.settings import parameters
from otelkit.signals import foreign, log_capture
from otelkit.signals.export.exporters import log_exporters
from otelkit.signals.logging_provider import LogFanOut, ProxyLoggerProvider
from otelkit.signals.processor_signal import ProcessorSignal
from otelkit.signals.proxies import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk._logs import LogRecordProcessor

    from otelkit.runtime.lifecycle import SignalFlush
    from otelkit.settings import Settings
    from otelkit.signals.resource import ResourceSource

_fan_out = LogFanOut()
_attached_to: list[_logs.LoggerProvider] = []


class LogsSignal(ProcessorSignal["LogRecordProcessor", "_logs.LoggerProvider"]):
    """One configuration of logs (see `otelkit.runtime.lifecycle.Signal`)."""

    name = "logs"
    fan_out = _fan_out
    attached_to = _attached_to

    def __init__(
        self,
        settings: Settings,
        resource: ResourceSource,
        *,
        exporting: bool,
        processors: Sequence[LogRecordProcessor] = (),
    ) -> None:
        """Describe a configuration; nothing runs before `start`.

        Args:
            settings: what the user asked for.
            resource: what the records are about.
            exporting: False keeps the exporters out, as in a test process.
            processors: the user's own processors, after ours.
        """
        super().__init__(settings, resource, exporting=exporting, processors=processors)

    def start(self) -> None:
        """Become what every logger of the process forwards to, and capture what is logged."""
        super().start()
        log_capture.install(self._settings)

    def suspend(self) -> None:
        """Stand back without ending anything: queues and export threads stay as they are."""
        log_capture.uninstall()
        super().suspend()

    def resume(self) -> None:
        """Be again what every logger of the process forwards to, and capture what is logged."""
        super().resume()
        log_capture.install(self._settings)

    def stop(self, timeout: float) -> SignalFlush:
        """Stop capturing, flush, end the export threads, and leave loggers that do nothing."""
        if self._is_active():
            log_capture.uninstall()
        return super().stop(timeout)

    def _found(self) -> _logs.LoggerProvider | None:
        return foreign.logger_provider()

    def _is_ours(self, provider: _logs.LoggerProvider) -> bool:
        return isinstance(provider, ProxyLoggerProvider)

    def _set_global(self) -> None:
        _logs.set_logger_provider(ProxyLoggerProvider(_fan_out))

    def _active(self) -> _logs.LoggerProvider:
        return logger.active_provider()

    def _switch(self, provider: _logs.LoggerProvider | None) -> None:
        logger.switch(provider)

    def _adder(self) -> str:
        return "add_log_record_processor"

    def _holding(self) -> str:
        return "resource holds"

    def _make_provider(self) -> LoggerProvider:
        settings = self._settings

        def limit(value: int | None) -> int:
            return LogRecordLimits.UNSET if value is None else value

        return LoggerProvider(
            resource=self._resource.current(),
            shutdown_on_exit=False,
            # The SDK types this argument by its own multi-processors, and calls what `LogFanOut` has.
            multi_log_record_processor=_fan_out,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            log_record_limits=LogRecordLimits(
                max_attributes=limit(settings[parameters.ATTRIBUTE_COUNT_LIMIT]),
                max_attribute_length=limit(settings[parameters.ATTRIBUTE_VALUE_LENGTH_LIMIT]),
                max_log_record_attributes=limit(settings[parameters.LOGS.attribute_count_limit]),
                max_log_record_attribute_length=limit(settings[parameters.LOGS.attribute_value_length_limit]),
            ),
        )

    def _batching(self) -> list[LogRecordProcessor]:
        if not self._exporting:
            return []
        settings = self._settings
        processors: list[LogRecordProcessor] = []
        for door, exporter in log_exporters(settings):
            self.deliveries.add(door)
            processors.append(
                BatchLogRecordProcessor(
                    exporter,
                    max_queue_size=settings[parameters.LOGS.queue_size],
                    schedule_delay_millis=settings[parameters.LOGS.schedule_delay] * 1000,
                    max_export_batch_size=settings[parameters.LOGS.batch_size],
                    export_timeout_millis=settings[parameters.LOGS.export_timeout] * 1000,
                )
            )
        return processors
