"""OpenTelemetry handlers of others: the SDK's, the official logging instrumentation's and their subclasses.

Where one of them emits a record to the provider that ours goes to, ours stays silent for that record.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from opentelemetry import _logs

from otelkit.signals.proxies import logger as logger_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOMES: Final = ("opentelemetry.sdk._logs", "opentelemetry.instrumentation.logging")


def is_foreign(handler: logging.Handler) -> bool:
    """Return whether the handler is an OpenTelemetry handler of someone else."""
    return _is_foreign_class(type(handler))


def takes(handler: logging.Handler, record: logging.LogRecord) -> bool:
    """Return whether a foreign handler emits the record to the provider that otelkit's records go to."""
    if record.levelno < handler.level or not _same_provider(handler):
        return False
    return not handler.filters or bool(handler.filter(record))


def foreign_handlers() -> tuple[str, ...]:
    """Return a sentence for each foreign OpenTelemetry handler in the process, for the start-up report."""
    return tuple(
        f"{type(handler).__module__}.{type(handler).__name__} on logger {name!r} already exports log records"
        + ("; otelkit leaves these to it" if _same_provider(handler) else " to a provider of its own")
        for name, logger in _loggers()
        for handler in logger.handlers
        if is_foreign(handler)
    )


_known: dict[type[logging.Handler], bool] = {}


def _is_foreign_class(cls: type[logging.Handler]) -> bool:
    known = _known.get(cls)
    if known is None:
        known = any(
            parent.__name__ == "LoggingHandler" and parent.__module__.startswith(_HOMES) for parent in cls.__mro__
        )
        _known[cls] = known
    return known


def _same_provider(handler: logging.Handler) -> bool:
    provider: object = getattr(handler, "_logger_provider", None)
    return provider is None or provider is _logs.get_logger_provider() or provider is logger_proxy.active_provider()


def _loggers() -> Iterator[tuple[str, logging.Logger]]:
    yield "root", logging.getLogger()
    for name, logger in list(logging.Logger.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger):
            yield name, logger
