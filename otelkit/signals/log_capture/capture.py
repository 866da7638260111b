"""The capture point: the one place through which every record that a stdlib logger handles comes.

It is `logging.Logger.callHandlers`, wrapped while installed: no handler that `dictConfig` could remove, no propagation
that a logger could switch off, and exactly one call for each record, after the logger's own level and filters.
"""

from __future__ import annotations

import logging
import logging.handlers
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opentelemetry import context as otel_context

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.entry import CAPTURED, SPAN_ID, TRACE_ID, entry_of
from otelkit.signals.log_capture.foreign import is_foreign, takes
from otelkit.signals.log_capture.handoff import EventText
from otelkit.signals.log_capture.loguru_traces import comes_from_loguru

if TYPE_CHECKING:
    from collections.abc import Callable

    from otelkit.signals.log_capture.delivery import Delivery

# The key is private in the API, and yet what every instrumentation and exporter uses to say "not this".
_SUPPRESS_KEYS: Final = (
    str(getattr(otel_context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation")),
    "suppress_instrumentation",
)

_PASSES_ON: Final = (logging.handlers.QueueHandler, logging.handlers.SocketHandler)


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What the capture point does with a record.

    Args:
        delivery: where entries go.
        everything: capture the application's own stdlib records too, not only those of otelkit's loggers.
    """

    delivery: Delivery
    everything: bool


class _Hook:
    """The state of the wrapped method."""

    capture: Capture | None = None
    original: Callable[[logging.Logger, logging.LogRecord], None] | None = None
    probed = False


class _Handling(threading.local):
    depth = 0


_handling = _Handling()
_PROBE: Final = logging.makeLogRecord({"name": "otelkit.probe", "levelno": 0})


def attach(capture: Capture) -> None:
    """Capture records from now on; replaces a capture that was attached before."""
    _Hook.capture = capture
    if _Hook.original is None or not _is_reached():
        _Hook.original = logging.Logger.callHandlers
        logging.Logger.callHandlers = _call_handlers  # type: ignore[method-assign, assignment]


def detach() -> None:
    """Stop capturing. Where someone wrapped the method after us, our wrapper stays in their chain and does nothing."""
    _Hook.capture = None
    if logging.Logger.callHandlers is _call_handlers and _Hook.original is not None:
        logging.Logger.callHandlers = _Hook.original  # type: ignore[method-assign, assignment]
        _Hook.original = None


def attached() -> Capture | None:
    """Return what is attached."""
    return _Hook.capture


def inside_handlers() -> bool:
    """Return whether this thread is within the handlers of a record that was captured already."""
    return _handling.depth > 0


def suppressed() -> bool:
    """Return whether instrumentation is suppressed here: an exporter is at work, or someone asked for silence."""
    return any(otel_context.get_value(key) for key in _SUPPRESS_KEYS)


def _is_reached() -> bool:
    """Return whether the class still calls our wrapper, directly or through someone else's."""
    if logging.Logger.callHandlers is _call_handlers:
        return True
    _Hook.probed = False
    logging.Logger.callHandlers(logging.getLogger("otelkit.probe"), _PROBE)
    return _Hook.probed


def _call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
    original = _Hook.original
    if record is _PROBE:
        _Hook.probed = True
        return
    capture = _Hook.capture
    if original is None:  # detached by another thread between its call and here
        logging.Logger.callHandlers(logger, record)
        return
    wanted = True
    if capture is not None:
        try:
            wanted = _take(capture, logger, record)
        except Exception as error:  # noqa: BLE001 - capturing must never stop the application's own handlers
            record_internal_error("log_capture.capture", error)
    if not wanted:
        return
    _handling.depth += 1
    try:
        original(logger, record)
    finally:
        _handling.depth -= 1


def _take(capture: Capture, logger: logging.Logger, record: logging.LogRecord) -> bool:
    """Capture one record; return whether the application's handlers are still to be called."""
    route = Route(logger, record)
    own = record.__dict__
    if CAPTURED in own or comes_from_loguru(own):
        return True
    if not capture.everything and not isinstance(record.msg, EventText):
        return True
    quiet = suppressed()
    if quiet and record.levelno < logging.WARNING:
        return True
    entry = entry_of(record)
    if entry.trace_id and route.foreign is None:
        own.setdefault(TRACE_ID, entry.trace_id)
        own.setdefault(SPAN_ID, entry.span_id)
    if route.passes_on:
        own[CAPTURED] = True
    console = capture.delivery.console
    on_console = console is not None and route.console_is_ours(yields=console.yields_to_others)
    capture.delivery.deliver(entry, export=not quiet and route.foreign is None, console=on_console)
    # With no handler at all, logging would print by its handler of last resort, which the console stands in for.
    return route.handled


class Route:
    """The way of a record through the handlers of its logger and those above it."""

    __slots__ = ("foreign", "handled", "on_console", "passes_on", "root_handled", "to_root")

    def __init__(self, logger: logging.Logger, record: logging.LogRecord) -> None:
        self.handled = False
        """Some handler takes it (`logging.NullHandler` does not count)."""
        self.root_handled = False
        self.on_console = False
        self.to_root = False
        self.passes_on = False
        """A handler may hand it to another thread, process or machine."""
        self.foreign: logging.Handler | None = None
        """Another OpenTelemetry handler that emits it to the same provider."""
        here: logging.Logger | None = logger
        while here is not None:
            is_root = here.parent is None
            self.to_root |= is_root
            for handler in here.handlers:
                self._meet(handler, record, is_root=is_root)
            here = here.parent if here.propagate else None

    def _meet(self, handler: logging.Handler, record: logging.LogRecord, *, is_root: bool) -> None:
        if isinstance(handler, logging.NullHandler):
            return
        self.handled = True
        if is_foreign(handler):
            if self.foreign is None and takes(handler, record):
                self.foreign = handler
            return
        self.root_handled |= is_root
        self.on_console |= isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
        self.passes_on |= isinstance(handler, _PASSES_ON)

    def console_is_ours(self, *, yields: bool) -> bool:
        """Return whether otelkit's console writes the record.

        It does where a handler on the root logger would: for what reaches the root, and for what no handler takes.

        Args:
            yields: leave records alone that a handler on the root, or one that writes to a stream, takes.
        """
        if not self.handled:
            return True
        if not self.to_root:
            return False
        return not (yields and (self.root_handled or self.on_console))
