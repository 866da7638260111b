"""loguru's records as log records of otelkit: each once, with typed fields, trace ids and the place that logged.

They go straight to where captured records go, not through stdlib's handlers: applications often forward one of the two
libraries to the other, and a record would then turn in circles.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self, cast

from otelkit.integrations.missing import MissingExtraError
from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.outside import LOGURU, take_outside_record

if TYPE_CHECKING:
    from types import TracebackType

    from loguru import Logger, Message, Record


class LoguruInstrumentation:
    """What `instrument_loguru` returns: undo it, or use it as a context manager that undoes it at its end."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._sink_id: int | None = None
        self._remove = type(logger).remove

    def start(self) -> None:
        """Add the sink, and keep it across ``logger.remove()``, with which applications clear the default sink."""
        self._add()
        remove = self._remove

        def remove_others(logger: Logger, handler_id: int | None = None) -> None:
            remove(logger, handler_id)
            if handler_id is None:
                self._add()
            elif handler_id == self._sink_id:
                self.undo()

        # A class has no other hook; undone by `undo`.
        type(self._logger).remove = remove_others  # type: ignore[method-assign, assignment]

    def undo(self) -> None:
        """Take the sink away; does nothing the second time."""
        if _State.instrumentation is not self:
            return
        _State.instrumentation = None
        LOGURU.captured = False
        type(self._logger).remove = self._remove  # type: ignore[method-assign]
        if self._sink_id is not None:
            with suppress(ValueError):  # the application may have removed it by its number
                self._logger.remove(self._sink_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.undo()

    def _add(self) -> None:
        # A format that renders nothing spares loguru the rendering of exceptions, whose `diagnose` shows variables.
        self._sink_id = self._logger.add(_take, level=0, format=_no_text, backtrace=False, diagnose=False, catch=False)


# Both are functions of this module, not methods or lambdas: a loguru logger that is given to another process is pickled
# with its sinks.
def _no_text(_record: Record) -> str:
    return ""


def _take(message: Message) -> None:
    try:
        record = message.record
        exception = record["exception"]
        take_outside_record(
            logger=str(record["name"] or "loguru"),
            level=record["level"].no,
            message=record["message"],
            fields=record["extra"],
            place=(record["file"].path, record["line"], record["function"]),
            time_ns=int(record["time"].timestamp() * 1e6) * 1000,
            error=None if exception is None else exception.value,
            shown_elsewhere=_has_other_sinks(),
        )
    except Exception as error:  # noqa: BLE001 - logging must not fail the application
        record_internal_error("integrations.loguru", error)


def _has_other_sinks() -> bool:
    """Return whether the application shows loguru's records by sinks of its own; loguru has no public way to ask."""
    from loguru import logger

    core: object = getattr(logger, "_core", None)
    handlers: object = getattr(core, "handlers", None)
    return not isinstance(handlers, dict) or len(cast("dict[int, object]", handlers)) > 1


class _State:
    instrumentation: LoguruInstrumentation | None = None


def instrument_loguru() -> LoguruInstrumentation:
    """Capture what is logged with loguru; loguru's own sinks stay as they are.

    Called twice, it returns the same handle. `init` calls it when loguru is imported already. Levels hold by logger
    name as for stdlib logging: a loguru record's logger is the module that logged.

    Returns:
        a handle with ``undo()``, which is also a context manager.

    Raises:
        MissingExtraError: loguru is not installed; the message is the command that installs it.

    Example:
        >>> from otelkit.integrations.loguru import instrument_loguru
        >>> with instrument_loguru():
        ...     pass

    """
    try:
        from loguru import logger
    except ImportError as error:
        raise MissingExtraError("instrument_loguru", "loguru") from error
    if _State.instrumentation is None:
        _State.instrumentation = LoguruInstrumentation(logger)
        _State.instrumentation.start()
        LOGURU.captured = True
    return _State.instrumentation


def instrument_loguru_if_imported() -> LoguruInstrumentation | None:
    """Capture loguru's records if the application has imported loguru; importing it is left to the application."""
    return instrument_loguru() if "loguru" in sys.modules else None
