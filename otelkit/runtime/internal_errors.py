"""Errors inside otelkit: counted, logged at a limited rate, and never raised into the application.

What the application's own code raises is not handled here; it always propagates untouched.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

logger = logging.getLogger("otelkit")

_LOG_INTERVAL = 60.0
"""Seconds between two log lines about the same place."""

_KEPT = 100
"""Errors kept for inspection; the count goes on."""


@dataclass(frozen=True, kw_only=True)
class InternalError:
    """One error that otelkit kept away from the application.

    The exception is kept as text only: an exception object would pin its frames, and with them the application's data.
    """

    where: str
    """The room and function in which it happened."""

    text: str
    """Type and message."""


class _Errors:
    """The process's record of internal errors."""

    def __init__(self) -> None:
        self.strict = False
        self.reset()

    def reset(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.kept: list[InternalError] = []
        self.logged_at: dict[str, float] = {}
        self.said: set[str] = set()


_errors = _Errors()


def record_internal_error(where: str, error: BaseException) -> None:
    """Count an error of otelkit's own and log it, at most once a minute for each place.

    Never raises, whatever ``error`` is.

    Args:
        where: the room and function, such as ``"observing.capture"``.
        error: what was raised.
    """
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - an exception whose own __str__ fails must not escape from here
        text = type(error).__name__
    now = time.monotonic()
    with _errors.lock:
        _errors.count += 1
        if len(_errors.kept) < _KEPT:
            _errors.kept.append(InternalError(where=where, text=text))
        last = _errors.logged_at.get(where)
        if last is not None and now - last < _LOG_INTERVAL:
            return
        _errors.logged_at[where] = now
    _say(logging.ERROR, "otelkit kept an error of its own away from the application in %s: %s", where, text)


def wrong_use(message: str) -> None:
    """Refuse a wrong call in strict mode and in tests; elsewhere count it and log each message once.

    Args:
        message: what was wrong and how to mend it.

    Raises:
        ValueError: in strict mode, and in a test that uses the ``telemetry`` fixture.
    """
    if _errors.strict:
        raise ValueError(message)
    with _errors.lock:
        _errors.count += 1
        if len(_errors.kept) < _KEPT:
            _errors.kept.append(InternalError(where="wrong use", text=message))
        if message in _errors.said or len(_errors.said) >= _KEPT:
            return
        _errors.said.add(message)
    _say(logging.WARNING, "%s", message)


@contextmanager
def guarded(where: str) -> Generator[None]:
    """Keep any error of the block away from the application: for otelkit's own work, never around user code.

    Example:
        >>> with guarded("docs.example"):
        ...     pass

    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the promise of this function
        record_internal_error(where, error)


def internal_error_count() -> int:
    """Return how many errors were kept away from the application since the process began (or since a fork)."""
    return _errors.count


def internal_errors() -> tuple[InternalError, ...]:
    """Return the first errors that were kept away from the application, oldest first."""
    with _errors.lock:
        return tuple(_errors.kept)


def set_strict(strict: bool) -> None:  # noqa: FBT001 - the only argument, and its name is the function's
    """Make `wrong_use` raise (strict mode, tests) or count (production)."""
    _errors.strict = strict


def is_strict() -> bool:
    """Return whether wrong use raises."""
    return _errors.strict


def reset_internal_errors() -> None:
    """Forget every recorded error: a forked child starts from zero, and so does each test."""
    _errors.reset()


def _say(level: int, message: str, *args: object) -> None:
    try:
        logger.log(level, message, *args)
    except Exception:  # noqa: BLE001 - a user's logging handler may raise; it is already counted above
        return
