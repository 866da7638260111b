"""Log records of stdlib logging, structlog and loguru as OpenTelemetry log records, on the console and in files.

How records leave the process is decided in signals/logs.py and signals/export; this room ends at the proxies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.signals.log_capture.active import is_installed

if TYPE_CHECKING:
    from otelkit.settings import Settings

__all__ = ["foreign_handlers", "install", "is_installed", "report", "uninstall"]


def install(settings: Settings) -> None:
    """Capture log records as the settings ask for; replaces what was installed before.

    Args:
        settings: the process's settings; the rows ``logs.*`` are read.
    """
    from otelkit.signals.log_capture.installation import install_options
    from otelkit.signals.log_capture.options import options_from

    install_options(options_from(settings))


def uninstall() -> None:
    """Stop capturing and undo everything that `install` changed; does nothing if nothing is installed."""
    from otelkit.signals.log_capture.installation import uninstall as take_away

    take_away()


def foreign_handlers() -> tuple[str, ...]:
    """Return a sentence for each OpenTelemetry log handler of someone else, for the start-up report."""
    from otelkit.signals.log_capture.foreign import foreign_handlers as find

    return find()


def report() -> tuple[str, ...]:
    """Return what the logs room set up and what is wrong with it, a sentence each."""
    from otelkit.signals.log_capture.installation import report as describe

    return describe()
