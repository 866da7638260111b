"""Log records as the OpenTelemetry SDK received them, and putting stdlib logging back to what it was."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadWriteLogRecord

from otelkit.runtime.internal_errors import internal_errors
from otelkit.signals.log_capture.installation import install_options
from otelkit.signals.log_capture.options import CaptureOptions

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from opentelemetry.util.types import AnyValue

    from otelkit.signals.log_capture.console import ConsoleChoice


@dataclass(frozen=True, kw_only=True)
class Received:
    """One log record that reached the SDK."""

    scope: str
    body: AnyValue
    severity: int
    severity_text: str
    attributes: Mapping[str, AnyValue]
    trace_id: int
    span_id: int
    time_ns: int
    event_name: str

    @property
    def text(self) -> str:
        """The body, which must be text."""
        assert isinstance(self.body, str)
        return self.body

    @property
    def fields(self) -> dict[str, AnyValue]:
        """The attributes that the application gave."""
        ours = ("code.", "exception.", "otelkit.")
        return {name: value for name, value in self.attributes.items() if not name.startswith(ours)}


class Keeps(LogRecordProcessor):
    """Keeps every record that the SDK emits."""

    def __init__(self) -> None:
        self.logs: list[ReadWriteLogRecord] = []

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        self.logs.append(log_record)

    def shutdown(self) -> None: ...

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return timeout_millis > 0


class Collected:
    """The records of one test."""

    def __init__(self) -> None:
        self.kept = Keeps()
        self.provider = LoggerProvider(shutdown_on_exit=False)
        self.provider.add_log_record_processor(self.kept)
        self.internal_errors_expected = False

    @property
    def records(self) -> list[Received]:
        """Everything received so far."""
        received: list[Received] = []
        for log in self.kept.logs:
            record, scope = log.log_record, log.instrumentation_scope
            assert scope is not None
            assert record.severity_number is not None
            received.append(
                Received(
                    scope=scope.name,
                    body=record.body,
                    severity=record.severity_number.value,
                    severity_text=record.severity_text or "",
                    attributes=dict(record.attributes or {}),
                    trace_id=record.trace_id or 0,
                    span_id=record.span_id or 0,
                    time_ns=record.timestamp or 0,
                    event_name=record.event_name or "",
                )
            )
        return received

    @property
    def one(self) -> Received:
        """The only record there is."""
        records = self.records
        assert len(records) == 1, [record.body for record in records]
        return records[0]

    def clear(self) -> None:
        """Forget what was received."""
        self.kept.logs.clear()

    def install(
        self,
        *,
        console: ConsoleChoice = "off",
        directory: Path | None = None,
        capture: bool = True,
        level: int = logging.INFO,
        insist_on_level: bool = True,
        levels: Mapping[str, int] | None = None,
        file_max_bytes: int = 1_000_000,
    ) -> None:
        """Install the capture with these options."""
        options = CaptureOptions(
            service="svc",
            console=console,
            directory=directory,
            capture=capture,
            level=level,
            insist_on_level=insist_on_level,
            levels=levels or {},
            file_max_bytes=file_max_bytes,
        )
        install_options(options)

    def without_pytest_handlers(self) -> None:
        """Take pytest's log handlers away for this test: they raise where logging's own print, and keep records."""
        logging.root.handlers.clear()

    def expect_internal_errors(self, *parts: str) -> None:
        """Check that these internal errors, and no others, were recorded."""
        found = [f"{error.where}: {error.text}" for error in internal_errors()]
        assert len(found) == len(parts), found
        for part, text in zip(parts, found, strict=True):
            assert part in text
        self.internal_errors_expected = True


@contextmanager
def logging_restored() -> Generator[None]:
    """Put every stdlib logger back to what it was."""
    before = {logger: _state(logger) for logger in _loggers()}
    factory = logging.getLogRecordFactory()
    disabled = logging.root.manager.disable
    try:
        yield
    finally:
        logging.setLogRecordFactory(factory)
        logging.disable(disabled)
        logging.captureWarnings(capture=False)
        for logger in _loggers():
            level, handlers, propagate, off, filters = before.get(logger, (logging.NOTSET, [], True, False, []))
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagate
            logger.disabled = off
            logger.filters[:] = filters


def _state(
    logger: logging.Logger,
) -> tuple[int, list[logging.Handler], bool, bool, list[logging.Filter]]:
    filters = [entry for entry in logger.filters if isinstance(entry, logging.Filter)]
    return logger.level, list(logger.handlers), logger.propagate, logger.disabled, filters


def _loggers() -> list[logging.Logger]:
    named = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in named if isinstance(logger, logging.Logger))]
