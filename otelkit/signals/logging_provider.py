"""The process's logger provider: set once, with whatever the current configuration made behind it; and its processors.

A processor that raises, ours or anyone's, disturbs neither the application nor the processors after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.proxies import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry._logs import Logger
    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.util.types import Attributes


class LogFanOut(LogRecordProcessor):
    """Hands each record to our processors, which change with the configuration, and to those that others added."""

    def __init__(self) -> None:
        self._own: tuple[LogRecordProcessor, ...] = ()
        self._added: tuple[LogRecordProcessor, ...] = ()

    def use(self, processors: Iterable[LogRecordProcessor]) -> None:
        """Make ``processors`` the configuration's own, in place of the earlier ones."""
        self._own = tuple(processors)

    def add_log_record_processor(self, log_record_processor: LogRecordProcessor) -> None:
        """Add a processor that stays across configurations (the SDK's provider calls this)."""
        self._added = (*self._added, log_record_processor)

    def set_aside(self) -> tuple[tuple[LogRecordProcessor, ...], tuple[LogRecordProcessor, ...]]:
        """Take every processor off without shutting it down, and return them for `put_back`."""
        aside = (self._own, self._added)
        self._own = self._added = ()
        return aside

    def put_back(self, aside: tuple[tuple[LogRecordProcessor, ...], tuple[LogRecordProcessor, ...]]) -> None:
        """Have the processors that were set aside again, and no others."""
        self._own, self._added = aside

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Show the record to every processor."""
        for processor in (*self._own, *self._added):
            try:
                processor.on_emit(log_record)
            except Exception as error:  # noqa: BLE001 - a processor is third-party code on the application's thread
                record_internal_error(f"log processor {type(processor).__name__}.on_emit", error)

    def shutdown(self) -> None:
        """Shut down what others added. Ours are stopped by their signal."""
        added, self._added = self._added, ()
        for processor in added:
            try:
                processor.shutdown()
            except Exception as error:  # noqa: BLE001 - third-party code
                record_internal_error(f"log processor {type(processor).__name__}.shutdown", error)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush every processor."""
        results: list[bool] = []
        for processor in (*self._own, *self._added):
            try:
                results.append(processor.force_flush(timeout_millis))
            except Exception as error:  # noqa: BLE001 - third-party code
                record_internal_error(f"log processor {type(processor).__name__}.force_flush", error)
                results.append(False)
        return all(results)


class ProxyLoggerProvider(LoggerProvider):
    """What `opentelemetry._logs.get_logger_provider()` returns after `init`.

    The SDK's constructor is not run on purpose: this object has no state of an SDK provider, so every attribute that is
    not defined here is found on the provider behind it.
    """

    def __init__(self, fan_out: LogFanOut) -> None:  # pyright: ignore[reportMissingSuperCall] - see above
        self._fan_out = fan_out

    def get_logger(
        self,
        name: str,
        version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes = None,
    ) -> Logger:
        """Return a logger that follows every later `init`."""
        return logger.get_logger(name, version, schema_url, attributes)

    def add_log_record_processor(self, log_record_processor: LogRecordProcessor) -> None:
        """Add a processor; it stays when `init` is called again."""
        self._fan_out.add_log_record_processor(log_record_processor)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush our processors and those that others added."""
        return self._fan_out.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Shut down what others added. Our own part ends with `otelkit.shutdown`, which owns it."""
        self._fan_out.shutdown()

    def __getattr__(self, name: str) -> Any:
        """Forward to the provider that is active."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(logger.active_provider(), name)
