"""Handing an event with typed fields to the standard library's logging, so that its levels, filters and handlers hold.

What becomes of the record afterwards (OpenTelemetry, console, files) is decided at the capture point, in capture.py.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from otelkit.signals.log_capture.context_fields import context_fields
from otelkit.signals.log_capture.plain_values import field_name, plain, safe_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from opentelemetry.util.types import AnyValue

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

RESERVED = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
"""Attributes of a record that are logging's own: a field of such a name is kept aside."""

COLLIDING = "_otelkit_fields"
"""Record attribute that holds the fields whose names are logging's own; absent when there are none."""


class EventText(str):
    """The text of an event, which renders with its fields when a formatter asks for the message.

    As a ``str`` it is the event alone, so that filters and error trackers group by it; ``str(text)``, which is what
    `logging.LogRecord.getMessage` calls, is ``event key=value ...``.
    """

    __slots__ = ("fields",)

    fields: Mapping[str, AnyValue]

    @classmethod
    def of(cls, event: str, fields: Mapping[str, AnyValue]) -> EventText:
        """Return the text of an event with its fields."""
        text = cls(event)
        text.fields = fields
        return text

    def __str__(self) -> str:
        """Render the event and its fields; built only if someone formats the record."""
        parts = [f"{name}={field_text(value)}" for name, value in self.fields.items()]
        return " ".join([self.event, *parts]) if self.event else " ".join(parts)

    @property
    def event(self) -> str:
        """The event alone, as an ordinary string."""
        return str.__str__(self[:])

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Pickle as ordinary text: the process that reads it need not have otelkit."""
        return str, (str(self),)


def field_text(value: AnyValue) -> str:
    """Return one field value as text on one line: bare words as they are, everything else as JSON.

    Example:
        >>> field_text("acme"), field_text("two words"), field_text(0.93), field_text([1, "a"])
        ('acme', '"two words"', '0.93', '[1,"a"]')

    """
    if isinstance(value, str):
        return value if value and value.isprintable() and not set(value) & set(' "=\\') else _json(value)
    if isinstance(value, (bool, int, float)):
        return str(value)
    return _json(value)


def _json(value: AnyValue) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=safe_text)
    return text if text.isprintable() else json.dumps(value, separators=(",", ":"), default=safe_text)


def write_with_fields(
    logger: logging.Logger,
    level: int,
    event: str,
    *,
    fields: Mapping[str, object],
    place: tuple[str, int, str] | None,
    error: BaseException | None = None,
    stack: str | None = None,
) -> None:
    """Make a record and let the logger handle it; the caller has asked already whether the level is enabled.

    Args:
        logger: the stdlib logger.
        level: stdlib level number.
        event: what happened, not to be %-formatted.
        fields: further facts, of any type; each becomes an attribute of the record, as ``extra=`` does, and so does
            what is bound to the context.
        place: file, line and function that the record is about.
        error: the exception that goes with it.
        stack: text of the calling stack, when asked for.
    """
    values = context_fields()
    values.update((field_name(name), plain(value)) for name, value in fields.items())
    path, line, function = place or ("(unknown)", 0, "(unknown)")
    exc_info: ExcInfo | None = None if error is None else (type(error), error, error.__traceback__)
    message = EventText.of(event, values)
    record = logger.makeRecord(logger.name, level, path, line, message, (), exc_info, function, None, stack)
    own = record.__dict__
    aside = {name: value for name, value in values.items() if name in RESERVED or name in own}
    own.update((name, value) for name, value in values.items() if name not in aside)
    if aside:
        own[COLLIDING] = aside
    logger.handle(record)
