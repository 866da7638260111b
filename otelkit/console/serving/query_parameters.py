"""The parameters of an API request, read and judged; whatever is wrong is said in words.

What they select is in ``otelkit.console.store``.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from otelkit.console.records import MAX_INTEGER
from otelkit.console.store.search import Cursor

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

MAX_LIMIT: Final = 1000
"""The most items of one answer."""

_MAX_TEXT: Final = 1000
_MAX_DIGITS: Final = 19
_CURSOR: Final = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,19}))?")
_TRACE_ID: Final = re.compile(r"[0-9a-fA-F]{32}")


class BadParameterError(ValueError):
    """A parameter that cannot be; its text is the answer's ``error``."""


class QueryParameters:
    """The parameters of one request. An empty value counts as not given.

    Args:
        given: what the request has.
        known: the names that this path takes.

    Raises:
        BadParameterError: for a name that is unknown or given twice.
    """

    def __init__(self, given: QueryParams, *known: str) -> None:
        self._values: dict[str, str] = {}
        for name, value in given.multi_items():
            if name not in known:
                takes = ", ".join(known) if known else "none"
                raise BadParameterError(f"unknown parameter {name[:100]!r}; this path takes: {takes}")
            if name in self._values:
                raise BadParameterError(f"parameter {name!r} is given twice")
            self._values[name] = value

    def text(self, name: str) -> str | None:
        """Give a text."""
        value = self._values.get(name) or None
        if value is not None and len(value) > _MAX_TEXT:
            raise BadParameterError(f"{name} is longer than {_MAX_TEXT} characters")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """Give one of some words."""
        value = self._values.get(name) or None
        if value is not None and value not in choices:
            raise BadParameterError(f"{name} must be one of {', '.join(choices)}, not {value[:100]!r}")
        return value

    def whole(self, name: str, default: int, *, least: int = 0, most: int = MAX_INTEGER) -> int:
        """Give a whole number within bounds."""
        value = self._values.get(name) or None
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS and least <= int(value) <= most):
            raise BadParameterError(f"{name} must be a whole number from {least} to {most}, not {value[:100]!r}")
        return int(value)

    def milliseconds(self, name: str) -> int:
        """Give a duration in milliseconds, fractions allowed, as nanoseconds; 0 when not given."""
        value = self._values.get(name) or None
        if value is None:
            return 0
        try:
            duration = float(value)
        except ValueError:
            duration = math.nan
        if not 0 <= duration <= MAX_INTEGER / 1e6:
            raise BadParameterError(f"{name} must be a number of milliseconds, 0 or more, not {value[:100]!r}")
        return min(MAX_INTEGER, round(duration * 1e6))

    def limit(self, default: int) -> int:
        """Give the ``limit``: the most items of the answer."""
        return self.whole("limit", default, least=1, most=MAX_LIMIT)

    def before(self) -> Cursor | None:
        """Give ``before``: Unix nanoseconds, or the ``next`` of an earlier answer."""
        value = self._values.get("before") or None
        if value is None:
            return None
        match = _CURSOR.fullmatch(value)
        if match is None or int(match[1]) > MAX_INTEGER or int(match[2] or 0) > MAX_INTEGER:
            raise BadParameterError(
                f"before must be Unix nanoseconds or the `next` of an earlier answer, not {value[:100]!r}"
            )
        return Cursor(int(match[1]), int(match[2] or 0))

    def trace_id(self) -> bytes | None:
        """Give ``traceId``."""
        value = self._values.get("traceId") or None
        return None if value is None else trace_id_of(value)


def trace_id_of(text: str) -> bytes:
    """Give the trace id that a text names in hex.

    Raises:
        BadParameterError: when it is none.
    """
    if not _TRACE_ID.fullmatch(text):
        raise BadParameterError(f"a trace id is 32 hex digits, not {text[:100]!r}")
    return bytes.fromhex(text)
