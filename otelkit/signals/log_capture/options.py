"""What the logs room takes from the settings: read here once, and nowhere else in the room.

The parameters themselves, their variables and defaults, are rows of the settings table.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from otelkit.settings import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from otelkit.settings import Settings
    from otelkit.signals.log_capture.console import ConsoleChoice


@dataclass(frozen=True, kw_only=True)
class CaptureOptions:
    """How log records are captured and written in this process."""

    service: str = "unknown_service"
    capture: bool = True
    """Capture the application's own stdlib records; otelkit's loggers are captured in any case."""

    level: int = logging.INFO
    insist_on_level: bool = False
    """The level was asked for; a default one is only applied where the application has not configured logging."""

    levels: Mapping[str, int] = field(default_factory=dict[str, int])
    console: ConsoleChoice = "auto"
    directory: Path | None = None
    file_max_bytes: int = 104_857_600
    compress: bool = True
    retention_days: int = 30
    audit_retention_days: int = 90


def options_from(settings: Settings) -> CaptureOptions:
    """Return the options that the settings ask for."""
    logs = parameters.LOGS
    return CaptureOptions(
        service=settings[parameters.SERVICE_NAME] or "unknown_service",
        capture=settings[logs.capture],
        level=_number(settings[logs.level]),
        insist_on_level=settings.source(logs.level).kind != "default",
        levels={name: _number(level) for name, level in settings[logs.levels].items()},
        console=cast("ConsoleChoice", settings[logs.console]),
        directory=settings[logs.directory],
        file_max_bytes=settings[logs.file_max_bytes],
        compress=settings[logs.compress_files],
        retention_days=settings[logs.retention_days],
        audit_retention_days=settings[logs.audit_retention_days],
    )


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
