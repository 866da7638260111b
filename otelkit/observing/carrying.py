"""Takes the current trace and bound context along into threads, executors and other processes.

Where Python takes them along by itself (tasks, `asyncio.to_thread`) it is not needed; docs/context.md has the table.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from opentelemetry.context import Context

from otelkit.observing.current_context import attach, call_id_of, get_current, inside, restore
from otelkit.observing.naming import origin_of
from otelkit.observing.values import SpanValue, span_value
from otelkit.observing.wrapping import kind_of
from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.bound_context import bind, bound

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

P = ParamSpec("P")
R = TypeVar("R")


class Carried:
    """A context on its way: the object itself inside of a process, W3C headers between processes."""

    __slots__ = ("bound", "context")

    def __init__(self, context: Context, facts: Mapping[str, Any]) -> None:
        self.context = context
        self.bound = facts

    @classmethod
    def current(cls) -> Carried:
        """Take what is current here."""
        return cls(get_current(), bound())

    def __reduce__(self) -> tuple[Callable[..., Carried], tuple[object, ...]]:
        # Pickled for another process: what cannot be pickled, or means nothing there, stays behind.
        facts = {name: span_value(value) for name, value in self.bound.items()}
        return _received, (_headers(self.context), facts, call_id_of(self.context))


def carry_context(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` with the context of here and now: wherever it is called, it runs inside the current trace.

    Call it where work is handed over, not as a decorator: `threading.Thread`, `threading.Timer`, executors and process
    pools start with an empty context (or, in a forked process pool, with an old one). The result may be called any
    number of times, by many workers at once. It can be pickled when ``function`` can: then the trace travels as W3C
    headers.

    Args:
        function: a function or coroutine function.

    Raises:
        TypeError: for a generator function, which runs wherever it is iterated.

    Example:
        >>> import otelkit
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> with ThreadPoolExecutor() as executor, otelkit.operation("docs.batch"):
        ...     list(executor.map(otelkit.carry_context(len), ["a", "bc"]))
        [1, 2]

    """
    kind = kind_of(function)
    if kind in {"generator", "async generator"}:
        raise TypeError(
            f"{origin_of(function).qualname}() is a {kind}: it runs where it is iterated. "
            "Give carry_context the function that iterates it."
        )
    run: Callable[..., Any] = _run_async if kind == "coroutine" else _run
    return cast("Callable[P, R]", functools.partial(run, Carried.current(), function))


def _run(carried: Carried, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
    with _entered(carried):
        return function(*args, **kwargs)


async def _run_async(carried: Carried, function: Callable[..., Awaitable[R]], /, *args: Any, **kwargs: Any) -> R:
    with _entered(carried):
        return await function(*args, **kwargs)


def _entered(carried: Carried) -> ExitStack:
    """Put the carried context in place; leaving the stack takes it away again."""
    entered = ExitStack()
    try:
        entered.callback(restore, attach(carried.context))
        if carried.bound:
            entered.enter_context(bind(**carried.bound))
    except Exception as problem:  # noqa: BLE001 - the work is done in any case
        record_internal_error("observing.carry_context", problem)
    return entered


def _headers(context: Context) -> dict[str, str]:
    # Not the configured propagators: both ends are ours, and a wrong OTEL_PROPAGATORS must not lose the trace.
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers, context)
    W3CBaggagePropagator().inject(headers, context)
    return headers


def _received(headers: Mapping[str, str], facts: Mapping[str, SpanValue], call_id: int | None) -> Carried:
    """Make what was pickled by another process into a context of this one."""
    from opentelemetry.baggage.propagation import W3CBaggagePropagator
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract(headers, Context())
    context = W3CBaggagePropagator().extract(headers, context)
    return Carried(context if call_id is None else inside(context, call_id=call_id, span=None), facts)
