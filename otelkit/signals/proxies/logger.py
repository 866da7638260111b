"""OpenTelemetry loggers that stay valid across `init`, a second `init`, shutdown and fork.

The provider behind them is chosen by the logs signal; before that they drop what they are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry._logs import Logger, LoggerProvider, NoOpLogger, NoOpLoggerProvider

from otelkit.signals.proxies.switchboard import Scope, Switchboard

if TYPE_CHECKING:
    from opentelemetry.util.types import Attributes


class SwitchableLogger(Logger):
    """An OpenTelemetry logger that forwards to whatever provider is active."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(*scope)
        self._scope = scope
        self._active: Logger = NoOpLogger(*scope)

    def switch(self, provider: LoggerProvider) -> None:
        """Forward to a logger of ``provider`` from now on."""
        self._active = provider.get_logger(*self._scope)

    def emit(self, *args: Any, **kwargs: Any) -> None:
        """Emit a record through the active provider (OpenTelemetry API)."""
        self._active.emit(*args, **kwargs)

    def enabled(self, **facts: Any) -> bool:
        """Return whether the active provider would take such a record; versions that cannot tell take all."""
        ask = getattr(self._active, "enabled", None)
        return True if ask is None else bool(ask(**facts))

    def __getattr__(self, name: str) -> Any:
        """Show the rest of the active logger's face."""
        return getattr(self._active, name)


_board: Switchboard[LoggerProvider, SwitchableLogger] = Switchboard(NoOpLoggerProvider(), SwitchableLogger)


def get_logger(
    name: str, version: str | None = None, schema_url: str | None = None, attributes: Attributes = None
) -> SwitchableLogger:
    """Return the OpenTelemetry logger of a scope; usable before `init`, and never out of date after it.

    Args:
        name: the name of the logger: with the standard library's logging, the logger's name.
        version: the version of the emitting library.
        schema_url: the schema of what it emits.
        attributes: attributes of the scope.
    """
    return _board.get((name, version, schema_url, attributes))


def switch(provider: LoggerProvider | None) -> None:
    """Put ``provider`` behind every logger; None means records are dropped."""
    _board.switch(NoOpLoggerProvider() if provider is None else provider)


def active_provider() -> LoggerProvider:
    """Return what the loggers forward to at this moment."""
    return _board.provider
