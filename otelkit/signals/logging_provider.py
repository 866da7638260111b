"""The process's logger provider: set once, with what the current configuration made behind it; and its processors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor

from otelkit.signals.fan_out import FanOut, each
from otelkit.signals.proxies import logger

if TYPE_CHECKING:
    from opentelemetry._logs import Logger
    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.util.types import Attributes


class LogFanOut(FanOut[LogRecordProcessor], LogRecordProcessor):
    """Hands each record to our processors and to those that others added."""

    kind = "log processor"

    def add_log_record_processor(self, log_record_processor: LogRecordProcessor) -> None:
        """Add a processor that stays across configurations (the SDK's provider calls this)."""
        self.add(log_record_processor)

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Show the record to every processor."""
        each(self._all(), self.kind, "on_emit", lambda processor: processor.on_emit(log_record))


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
