"""`get_logger`: structlog's logger, handing its events with their typed fields to the standard library's logging.

What becomes of them is decided at the capture point; structlog's own global configuration is neither used nor changed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Final, cast

import structlog.stdlib
from structlog.processors import CallsiteParameter, CallsiteParameterAdder

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.caller import calling_frame, module_of
from otelkit.signals.log_capture.handoff import write_with_fields
from otelkit.signals.log_capture.plain_values import safe_text

_LEVELS: Final = {
    "notset": logging.NOTSET,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "exception": logging.ERROR,
    "critical": logging.CRITICAL,
    "fatal": logging.CRITICAL,
}

_OURS: Final = ("structlog", __name__)

# Also finds the caller of `ainfo` and its like, which log from a thread of their own.
_call_site: Final = CallsiteParameterAdder(
    {CallsiteParameter.PATHNAME, CallsiteParameter.LINENO, CallsiteParameter.FUNC_NAME}, additional_ignores=[__name__]
)


class BoundLogger(structlog.stdlib.BoundLogger):
    """structlog's bound logger over a stdlib logger of the same name.

    All of structlog's methods are there (``info`` ... ``exception``, ``ainfo`` ..., ``bind``, ``unbind``, ``new``), and
    those of a stdlib logger (``isEnabledFor``, ``setLevel`` ...). Levels and filters are the stdlib logger's.
    """

    def log(self, level: int, event: str | None = None, *args: Any, **kw: Any) -> Any:
        """Log an event at any level number, those without a name included."""
        self._write(level, event, args, kw)

    def _proxy_to_logger(self, method_name: str, event: str | None = None, *event_args: Any, **event_kw: Any) -> Any:
        self._write(_LEVELS.get(method_name, logging.INFO), event, event_args, event_kw)

    def _write(self, level: int, event: object, args: tuple[object, ...], given: dict[str, object]) -> None:
        logger: logging.Logger = self._logger
        if logger.disabled or not logger.isEnabledFor(level):
            return
        try:
            error = _error(given.pop("exc_info", None))
            stack = _stack() if given.pop("stack_info", False) else None
            place = _place(given.pop("stacklevel", None))
            extra = given.pop("extra", None)
            fields = dict(cast("Mapping[str, object]", self._context))
            if isinstance(extra, Mapping):
                fields.update(cast("Mapping[str, object]", extra))
            fields.update(given)
            text = _text(event, args)
            write_with_fields(logger, level, text, fields=fields, error=error, stack=stack, place=place)
        except Exception as failure:  # noqa: BLE001 - logging must not fail the application
            record_internal_error("log_capture.structured", failure)


def get_logger(name: str | None = None) -> BoundLogger:
    """Return a structlog logger whose events become log records with their fields as typed attributes.

    May be called before `init`, at import time too: whatever is installed when an event is logged holds for it. Levels
    are those of ``logging.getLogger(name)``.

    Args:
        name: name of the logger; the caller's module by default.

    Example:
        >>> log = get_logger("payments.scoring")
        >>> log.bind(tenant="acme").info("transaction scored", score=0.93)

    """
    if name is None:
        frame = calling_frame(__name__)
        name = "root" if frame is None else module_of(frame)
    return BoundLogger(logging.getLogger(name), [], {})


def _text(event: object, args: tuple[object, ...]) -> str:
    """Return the event's text; %-signs mean something only where arguments were given, as in stdlib logging."""
    text = "" if event is None else event if isinstance(event, str) else safe_text(event)
    if not args:
        return text
    try:
        return text % (args[0] if len(args) == 1 and isinstance(args[0], Mapping) and args[0] else args)
    except Exception:  # noqa: BLE001 - arguments that do not fit the event must not lose it
        return f"{text} {safe_text(args)}"


def _error(exc_info: object) -> BaseException | None:
    """Return the exception that ``exc_info`` means: an exception, a tuple, or anything true for the current one."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        given = cast("tuple[object, ...]", exc_info)
        return next((part for part in given if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if exc_info else None


def _place(stacklevel: object) -> tuple[str, int, str]:
    if isinstance(stacklevel, int) and stacklevel > 1:
        frame = calling_frame(*_OURS)
        for _ in range(stacklevel - 1):
            frame = frame.f_back if frame is not None else None
        if frame is not None:
            return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
    found = cast("dict[str, object]", _call_site(None, "", {"event": ""}))  # type: ignore[arg-type]
    return str(found["pathname"]), cast("int", found["lineno"]), str(found["func_name"])


def _stack() -> str:
    lines = traceback.format_stack(calling_frame(*_OURS))
    return "Stack (most recent call last):\n" + "".join(lines).rstrip("\n")
