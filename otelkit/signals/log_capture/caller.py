"""Who called: the frame outside of the modules that are in between.

Frames are looked at and let go; none is kept.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def calling_frame(*between: str) -> FrameType | None:
    """Return the innermost frame whose module's name starts with none of ``between`` (nor is this module)."""
    frame = inspect.currentframe()
    while frame is not None and module_of(frame).startswith((__name__, *between)):
        frame = frame.f_back
    return frame


def module_of(frame: FrameType) -> str:
    """Return the name of the module whose code the frame runs."""
    return str(frame.f_globals.get("__name__", ""))
