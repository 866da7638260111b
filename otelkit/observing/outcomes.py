"""How a call ended: the verdict on an exception, and whether that exception was counted on its way already.

What is recorded of an outcome is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, cast

Outcome: TypeAlias = Literal["ok", "error", "cancelled"]

IGNORED_ALWAYS = (StopIteration, StopAsyncIteration)
"""How Python's iteration protocol says "that was all": a function that raises them has done its work."""

_MARK = "__otelkit_counted_in__"


def outcome_of(error: BaseException, ignored: tuple[type[BaseException], ...]) -> Outcome:
    """Return how a call ended that was left by an exception.

    An exception that is no `Exception` says that somebody stopped the call from outside: cancellation of a task,
    Ctrl-C, an exit of the program, the closing of a generator. That is ``cancelled``, and nobody's error.

    Args:
        error: what left the call.
        ignored: types that count as success.

    Example:
        >>> outcome_of(KeyError("x"), ()), outcome_of(KeyError("x"), (LookupError,))
        ('error', 'ok')
        >>> outcome_of(KeyboardInterrupt(), ())
        'cancelled'

    """
    if isinstance(error, ignored):
        return "ok"
    return "error" if isinstance(error, Exception) else "cancelled"


def first_seen(error: BaseException, *, call_id: int | None, outer_id: int | None) -> bool:
    """Return whether no call inside of this one has counted the exception, and leave a note for the calls outside.

    The note says which call encloses the one that counted. It lies in the exception itself: it pins nothing, travels
    with the exception from other threads and processes, and a cached exception that is raised again by a later call is
    counted again.

    Args:
        error: what left the call.
        call_id: the id of the call.
        outer_id: the id of the observed call around it, None outside of any.

    """
    notes = error.__dict__
    counted = _MARK in notes and notes[_MARK] == call_id
    notes[_MARK] = outer_id
    return not counted


def check_ignorable(types: object) -> tuple[type[BaseException], ...]:
    """Return exception types as a tuple, or refuse what is none.

    Args:
        types: one type, or a sequence of them, as an ``except`` clause has it.

    Raises:
        TypeError: with what to write instead.

    """
    chosen: list[type[BaseException]] = []
    for each in cast("Iterable[object]", types) if isinstance(types, Iterable) else (types,):
        if not (isinstance(each, type) and issubclass(each, BaseException)):
            raise TypeError(f"ignore takes exception types such as ignore=(KeyError,), not {each!r}.")
        chosen.append(each)
    return tuple(chosen)
