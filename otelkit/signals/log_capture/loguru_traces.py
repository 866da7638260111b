"""Telling whether a stdlib record was handed over by loguru, whose own sink has captured it already.

The sink itself is an integration: it knows loguru, this room only knows how its records look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otelkit.signals.log_capture.caller import calling_frame, module_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_SINK: Final = "loguru._simple_sinks"
_DEPTH: Final = 12


class LoguruState:
    """Whether a sink of ours receives loguru's records."""

    captured = False


LOGURU: Final = LoguruState()
"""Set by the loguru integration."""


def comes_from_loguru(own: Mapping[str, object]) -> bool:
    """Return whether loguru handed the record to a stdlib handler that logs it again.

    Args:
        own: the record's attributes; loguru's carry a mapping named ``extra``.
    """
    if not LOGURU.captured or not isinstance(own.get("extra"), dict):
        return False
    frame = calling_frame("otelkit.signals.log_capture", "logging")
    for _ in range(_DEPTH):
        if frame is None:
            return False
        if module_of(frame) == _SINK:
            return True
        frame = frame.f_back
    return False
