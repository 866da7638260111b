"""Levels of stdlib loggers as the settings ask for them, and back to what they were.

A level that the application changed in the meantime is the application's and stays.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ChangedLevel:
    """One logger whose level was set: the root logger has the name ``""``."""

    name: str
    before: int
    after: int


def apply_levels(default: int, levels: Mapping[str, int], *, insist: bool) -> tuple[ChangedLevel, ...]:
    """Set the root logger's level and those of single loggers; return what was changed.

    Args:
        default: the root logger's level.
        levels: level by logger name, each valid for what is below it too.
        insist: set the root's level even though the application has configured logging; else only if it has not.
    """
    changed = [_set(name, level) for name, level in levels.items()]
    if "" not in levels and "root" not in levels and (insist or _is_untouched(logging.getLogger())):
        changed.append(_set("", default))
    return tuple(changed)


def restore_levels(changed: tuple[ChangedLevel, ...]) -> None:
    """Give each logger the level that it had, unless somebody has set another one since."""
    for change in reversed(changed):
        logger = logging.getLogger(change.name)
        if logger.level == change.after:
            logger.setLevel(change.before)


def _set(name: str, level: int) -> ChangedLevel:
    logger = logging.getLogger("" if name == "root" else name)
    change = ChangedLevel("" if name == "root" else name, logger.level, level)
    logger.setLevel(level)
    return change


def _is_untouched(root: logging.Logger) -> bool:
    """Return whether nobody has configured logging; pytest's own handlers are no configuration of the application."""
    handlers = [handler for handler in root.handlers if not type(handler).__module__.startswith("_pytest.")]
    return root.level == logging.WARNING and not handlers
