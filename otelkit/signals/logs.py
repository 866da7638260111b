"""The logs signal: one configuration of how log records are limited, batched and sent, and of where they are written.

What turns a call of logging, structlog or loguru into a record is `signals.log_capture`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider, LogRecordLimits
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals import foreign, log_capture
from otelkit.signals.export.delivery import Deliveries
from otelkit.signals.export.exporters import log_exporters
from otelkit.signals.logging_provider import LogFanOut, ProxyLoggerProvider
from otelkit.signals.proxies import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk._logs import LogRecordProcessor

    from otelkit.runtime.lifecycle import SignalFlush
    from otelkit.settings import Settings
    from otelkit.signals.resource import ResourceSource

_fan_out = LogFanOut()
_attached_to: list[_logs.LoggerProvider] = []
"""The foreign provider that our fan-out has been added to, if any; a provider cannot give a processor back."""


class LogsSignal:
    """One configuration of logs (see `otelkit.runtime.lifecycle.Signal`)."""

    name = "logs"

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
        self._settings = settings
        self._resource = resource
        self._exporting = exporting
        self._user_processors = tuple(processors)
        self._own: tuple[LogRecordProcessor, ...] = ()
        self._provider: _logs.LoggerProvider | None = None
        self._aside: tuple[tuple[LogRecordProcessor, ...], tuple[LogRecordProcessor, ...]] = ((), ())
        self.deliveries = Deliveries()
        self.notes: tuple[str, ...] = ()

    def start(self) -> None:
        """Become what every logger of the process forwards to, and capture what is logged."""
        found = foreign.logger_provider()
        self._own = (*self._batching(), *self._user_processors)
        if found is not None and not isinstance(found, ProxyLoggerProvider):
            self._join(found)
        else:
            _fan_out.use(self._own)
            self._provider = self._make_provider()
            logger.switch(self._provider)
            if found is None:
                _logs.set_logger_provider(ProxyLoggerProvider(_fan_out))
        log_capture.install(self._settings)

    def flush(self, timeout: float) -> SignalFlush:
        """Hand over every record."""
        return self.deliveries.during(lambda: self._flush(timeout))

    def drain(self, timeout: float) -> None:
        """Send what is still queued and end the export threads. The user's processors belong to the user and go on."""
        del timeout  # the SDK's processors take none; the lifecycle bounds the wait
        for processor in self._own:
            if processor not in self._user_processors:
                processor.shutdown()

    def suspend(self) -> None:
        """Stand back without ending anything: queues and export threads stay as they are."""
        log_capture.uninstall()
        self._aside = _fan_out.set_aside()
        logger.switch(None)

    def resume(self) -> None:
        """Be again what every logger of the process forwards to, and capture what is logged."""
        _fan_out.put_back(self._aside)
        logger.switch(self._provider)
        log_capture.install(self._settings)

    def stop(self, timeout: float) -> SignalFlush:
        """Stop capturing, flush, end the export threads, and leave loggers that do nothing."""
        active = logger.active_provider() is self._provider
        if active:
            log_capture.uninstall()
        result = self.flush(timeout)
        if active:
            logger.switch(None)
            _fan_out.use(())
            _fan_out.shutdown()
        for processor in self._own:
            processor.shutdown()
        return result

    def after_fork(self) -> None:
        """Begin again in a forked child: new queues and threads, and nothing of the parent's."""
        inherited = [processor for processor in self._own if processor not in self._user_processors]
        self.deliveries.close()
        self.deliveries = Deliveries()
        found = foreign.logger_provider()
        self._own = (*self._batching(), *self._user_processors)
        _fan_out.use(self._own)
        if found is None or isinstance(found, ProxyLoggerProvider):
            self._provider = self._make_provider()
            logger.switch(self._provider)
        for processor in inherited:
            processor.shutdown()

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

    def _join(self, found: _logs.LoggerProvider) -> None:
        """Work with a provider that someone else made global: its resource holds, our processors are added."""
        self._provider = found
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        notes = [f"{kind} was global before init(): its resource holds, and shutdown() leaves it running"]
        add = getattr(found, "add_log_record_processor", None)
        if add is None:
            notes.append("it takes no log processors, so otelkit exports no log records of its own")
            self._own = ()
        elif not any(found is other for other in _attached_to):
            add(_fan_out)
            _attached_to.append(found)
        self.notes = tuple(notes)
        _fan_out.use(self._own)
        logger.switch(found)

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

    def _flush(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        complete = True
        for processor in self._own:
            left = max(0.0, deadline - time.monotonic())
            try:
                complete = processor.force_flush(int(left * 1000)) and complete
            except Exception as error:  # noqa: BLE001 - a processor may be the user's
                record_internal_error(f"log processor {type(processor).__name__}.force_flush", error)
                complete = False
        return complete
