"""Facts bound to the current context: they reach log records, spans and, where allowed, baggage.

Kept in one context variable of our own; what users bind with structlog's contextvars is merged by the logs room.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

from opentelemetry import baggage
from opentelemetry import context as otel_context

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from contextvars import Token
    from types import TracebackType

    from opentelemetry.context import Context
    from opentelemetry.util.types import AnyValue

_NOTHING: Mapping[str, AnyValue] = MappingProxyType({})
_bound: ContextVar[Mapping[str, AnyValue]] = ContextVar("otelkit_bound", default=_NOTHING)


class _BaggageKeys:
    """The allow-list of names that may travel to other processes; empty unless configured."""

    allowed: frozenset[str] = frozenset()


def allow_baggage(names: frozenset[str]) -> frozenset[str]:
    """Let these bound names travel as W3C baggage, and take them from incoming baggage; return those allowed before."""
    before, _BaggageKeys.allowed = _BaggageKeys.allowed, names
    return before


@contextmanager
def nothing_bound() -> Generator[None]:
    """Begin with nothing bound, and bind again what was bound before at the end of the block: for tests."""
    before = _bound.get()
    _bound.set(_NOTHING)
    try:
        yield
    finally:
        # Not by token: the end of a fixture may run in another context than its beginning.
        _bound.set(before)


def bound(context: Context | None = None) -> Mapping[str, AnyValue]:
    """Return what is bound in the current context, with the allow-listed part of the baggage under it.

    Args:
        context: the OpenTelemetry context whose baggage is read; the current one by default.
    """
    here = _bound.get()
    if not _BaggageKeys.allowed:
        return here
    carried = {name: str(value) for name, value in baggage.get_all(context).items() if name in _BaggageKeys.allowed}
    return {**carried, **here} if carried else here


class Binding:
    """What `bind` returns: leave it alone, or use it as a context manager to undo the binding at the end of a block."""

    def __init__(self, token: Token[Mapping[str, AnyValue]], otel_token: Token[Context] | None) -> None:
        self._token = token
        self._otel_token = otel_token

    def __enter__(self) -> None:
        """Do nothing: the facts are bound already."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Bind again what was bound before."""
        _bound.reset(self._token)
        if self._otel_token is not None:
            otel_context.detach(self._otel_token)


def bind(**context: AnyValue) -> Binding:
    """Bind facts to the current context: every log record and span from here on carries them.

    The binding follows the context: a task or a thread started with a copied context sees it, its caller's other tasks
    do not. Names in the baggage allow-list (setting ``baggage_keys``) also travel to the services that are called.

    Args:
        **context: names and values, such as ``tenant="acme"``.

    Returns:
        a context manager that undoes the binding; it may be ignored.

    Example:
        >>> import otelkit
        >>> with otelkit.bind(case_id="c-17"):
        ...     otelkit.get_logger("reviews").info("review opened")

    """
    token = _bound.set({**_bound.get(), **context})
    carried = _BaggageKeys.allowed & context.keys()
    if not carried:
        return Binding(token, None)
    otel = otel_context.get_current()
    for name in sorted(carried):
        otel = baggage.set_baggage(name, str(context[name]), otel)
    return Binding(token, otel_context.attach(otel))


def unbind(*names: str) -> None:
    """Take facts out of the current context; names that are not bound are ignored.

    Args:
        *names: the names given to `bind`.
    """
    _bound.set({name: value for name, value in _bound.get().items() if name not in names})
    for name in names:
        if name in _BaggageKeys.allowed and baggage.get_baggage(name) is not None:
            otel_context.attach(baggage.remove_baggage(name))
