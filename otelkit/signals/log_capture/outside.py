"""Records of logging libraries that do not use the standard library's logging, such as loguru.

Levels hold for them by logger name, as for stdlib records; stdlib's handlers do not see them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from otelkit.signals.log_capture import capture
from otelkit.signals.log_capture.entry import entry_at
from otelkit.signals.log_capture.loguru_traces import LOGURU

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LOGURU", "take_outside_record"]


def take_outside_record(
    *,
    logger: str,
    level: int,
    message: str,
    fields: Mapping[str, object],
    place: tuple[str, int, str],
    time_ns: int,
    error: BaseException | None,
    shown_elsewhere: bool,
) -> None:
    """Capture a record of another library, unless stdlib logging handed it over and it is captured already.

    Args:
        logger: name of the logger.
        level: level number on stdlib's scale.
        message: the event.
        fields: facts of any type.
        place: file, line and function that logged.
        time_ns: Unix time in nanoseconds.
        error: exception that goes with it.
        shown_elsewhere: the library has sinks of the application's own: a console that yields to others stays silent.
    """
    attached = capture.attached()
    if attached is None or not attached.everything or capture.inside_handlers():
        return
    named = logging.getLogger(logger)
    if named.disabled or not named.isEnabledFor(level):
        return
    quiet = capture.suppressed()
    if quiet and level < logging.WARNING:
        return
    entry = entry_at(
        time_ns=time_ns, logger=logger, level=level, message=message, fields=fields, place=place, error=error
    )
    console = attached.delivery.console
    shown = console is not None and not (console.yields_to_others and shown_elsewhere)
    attached.delivery.deliver(entry, export=not quiet, console=shown)
