"""What a log record says about an exception: its type, message, whole text and fingerprint.

Exceptions are kept as text and names, never as tracebacks, which would pin frames and with them the application's data.
Writing an exception as a log record, once however many decorated calls it crosses, is `log_exception_once`.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from typing import TYPE_CHECKING, Literal, cast

from opentelemetry import trace

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.log_capture.active import is_installed
from otelkit.signals.log_capture.handoff import write_with_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opentelemetry.util.types import AnyValue

MAX_TEXT = 1_000_000
"""Characters of exception text kept: real tracebacks are shorter, and a runaway one must not eat the memory."""

MAX_MESSAGE = 4_096
"""Characters of `exception.message` kept as an attribute (Loki takes 64 kB of them a record); the body has it whole."""

_MAX_CHAIN = 50
"""Causes, contexts and grouped exceptions that a fingerprint looks at."""

_MAX_GROUP_WIDTH = 100
_MAX_GROUP_DEPTH = 20

_OUR_ROOMS = (
    "otelkit.observing.",
    "otelkit.signals.",
    "otelkit.integrations.",
    "otelkit.runtime.",
    "otelkit.instruments.",
)
"""Frames of these modules say how a call was observed, not what failed: the fingerprint leaves them out."""

_MARK = "__otelkit_logged_in_traces__"
_MAX_MARKS = 8

_LEVELS = {"warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}


def error_type(error: BaseException | type[BaseException]) -> str:
    """Return the qualified class name of an exception: few distinct values, fit for the attribute ``error.type``.

    Example:
        >>> error_type(KeyError("x"))
        'KeyError'

    """
    cls = error if isinstance(error, type) else type(error)
    module = str(getattr(cls, "__module__", ""))
    return cls.__qualname__ if module in {"builtins", ""} else f"{module}.{cls.__qualname__}"


def exception_message(error: BaseException) -> str:
    """Return ``str(error)``, cut at `MAX_MESSAGE` characters with a note; never raises, whatever ``__str__`` does."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an application's __str__ may raise anything; the record must not be lost by it
        return f"<{error_type(error)}: its __str__ failed>"
    return shortened(text, MAX_MESSAGE)


def exception_text(error: BaseException) -> str:
    """Return the whole traceback as text: causes, contexts, notes and grouped exceptions included.

    Keeps no traceback and no frame. Cut in the middle, with a note, only beyond `MAX_TEXT` characters.

    Args:
        error: any exception, even one whose ``__str__`` raises.

    Example:
        >>> exception_text(ValueError("no such case"))
        'ValueError: no such case'

    """
    try:
        rendered = traceback.TracebackException(
            type(error),
            error,
            error.__traceback__,
            compact=True,
            max_group_width=_MAX_GROUP_WIDTH,
            max_group_depth=_MAX_GROUP_DEPTH,
        )
        text = "".join(rendered.format()).rstrip("\n")
    except Exception as failure:  # noqa: BLE001 - exceptions may override anything that a traceback reads
        record_internal_error("log_capture.exception_text", failure)
        text = f"{error_type(error)}: {exception_message(error)} (its traceback could not be rendered)"
    return shortened(text, MAX_TEXT)


def shortened(text: str, limit: int) -> str:
    """Return the text, or its beginning and end with a note of how much is missing where it is longer than ``limit``.

    Example:
        >>> shortened("abcdefghij", 4)
        'ab... [6 characters left out by otelkit] ...ij'

    """
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}... [{len(text) - 2 * half} characters left out by otelkit] ...{text[-half:]}"


def fingerprint(error: BaseException) -> str:
    """Return 16 hex digits that are the same for the same failure, across processes, releases and messages.

    Made of the exception's type, the module and qualified name of each function it crossed (without line numbers,
    without repetitions, so that the depth of a recursion does not matter), and the same of its causes.

    Args:
        error: any exception.

    Example:
        >>> fingerprint(ValueError("case 1")) == fingerprint(ValueError("case 2"))
        True

    """
    try:
        parts = list(_parts(error, set()))
    except Exception as failure:  # noqa: BLE001 - exceptions may override anything that is read here
        record_internal_error("log_capture.fingerprint", failure)
        parts = [error_type(error)]
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace"), usedforsecurity=False)
    return digest.hexdigest()[:16]


def _parts(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Yield what identifies one exception, then the same of what caused it."""
    here: BaseException | None = error
    while here is not None and id(here) not in seen and len(seen) < _MAX_CHAIN:
        seen.add(id(here))
        yield f"type {error_type(here)}"
        yield from _crossed(here)
        if isinstance(here, BaseExceptionGroup):
            yield from _group_parts(cast("BaseExceptionGroup[BaseException]", here), seen)
        cause = here.__cause__
        if cause is None and not here.__suppress_context__:
            cause = here.__context__
        here = cause


def _group_parts(group: BaseExceptionGroup[BaseException], seen: set[int]) -> Iterator[str]:
    """Yield each distinct member once, in an order that does not depend on which task failed first."""
    members = {"\n".join(_parts(member, seen)) for member in group.exceptions[:_MAX_CHAIN] if id(member) not in seen}
    yield from sorted(members)


def _crossed(error: BaseException) -> Iterator[str]:
    """Yield the functions which the exception crossed, each once, without otelkit's own."""
    seen: set[str] = set()
    step = error.__traceback__
    while step is not None:
        frame = step.tb_frame
        place = f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_qualname}"
        if place not in seen and not place.startswith(_OUR_ROOMS):
            seen.add(place)
            yield place
        step = step.tb_next


def raised_at(error: BaseException) -> tuple[str, int, str] | None:
    """Return file, line and function of where the exception was raised, None if it never was."""
    step = error.__traceback__
    if step is None:
        return None
    while step.tb_next is not None:
        step = step.tb_next
    code = step.tb_frame.f_code
    return code.co_filename, step.tb_lineno, code.co_qualname


def log_exception_once(
    error: BaseException,
    *,
    logger_name: str,
    message: str,
    severity: Literal["error", "critical", "warning"] = "error",
    fields: Mapping[str, AnyValue],
) -> bool:
    """Write an exception as one log record with its traceback, once per exception object and trace.

    The record goes through `logging`, so that the application's levels, filters and handlers hold for it; its place in
    the code is where the exception was raised. Does nothing while no log capture is installed.

    Args:
        error: the exception that left an observed call.
        logger_name: name of the stdlib logger, usually the module of the observed function.
        message: the event, such as ``"payments.score failed"``.
        severity: how bad it is.
        fields: further attributes of the record.

    Returns:
        whether a record was written.
    """
    if not is_installed():
        return False
    try:
        logger = logging.getLogger(logger_name)
        level = _LEVELS[severity]
        if logger.disabled or not logger.isEnabledFor(level) or not _mark(error):
            return False
        write_with_fields(logger, level, message, fields=fields, error=error, place=raised_at(error))
    except Exception as failure:  # noqa: BLE001 - the application is leaving by its own exception already
        record_internal_error("log_capture.log_exception_once", failure)
        return False
    return True


def _mark(error: BaseException) -> bool:
    """Note the current trace on the exception; return False if it was noted before.

    The note is on the exception itself, by trace and span id: it lives as long as the exception, goes along when the
    exception is pickled into another process of the same trace, and pins nothing.
    """
    span = trace.get_current_span().get_span_context()
    marks: tuple[tuple[int, int], ...] = error.__dict__.get(_MARK, ())
    if any(trace_id == span.trace_id for trace_id, _ in marks):
        return False
    error.__dict__[_MARK] = (*marks, (span.trace_id, span.span_id))[-_MAX_MARKS:]
    return True


def logged_in(error: BaseException) -> trace.SpanContext | None:
    """Return the span in which `log_exception_once` logged the exception last, None if there is none.

    A server says again, outside of the request's span, what left the application: with this its record finds the trace.
    """
    marks: tuple[tuple[int, int], ...] = error.__dict__.get(_MARK, ())
    for trace_id, span_id in reversed(marks):
        span = trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags.get_default())
        if span.is_valid:
            return span
    return None
