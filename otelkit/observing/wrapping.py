"""Puts a probe around a callable of any kind; the wrapper is of the same kind, and behaves the same.

What is measured is the probe's affair; which callables of a class are wrapped is decided in targets.
"""

from __future__ import annotations

import asyncio.coroutines
import functools
import inspect
import sys
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from otelkit.observing.naming import named_part

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from otelkit.observing.runs import Probe

CallKind: TypeAlias = Literal["function", "coroutine", "generator", "async generator"]

_NO_MARK = object()


def wrap(function: Callable[..., Any], probe: Probe) -> Callable[..., Any]:
    """Return a function of the same kind as ``function`` whose calls the probe measures.

    Coroutine functions are measured while they are awaited, generators from the first ``next`` to the end. Everything
    else is measured until it returns, also when what it returns is awaitable.

    Args:
        function: a function, method, partial, callable object.
        probe: makes one run for each call.

    """
    return _dressed(_AROUND[kind_of(function)](function, probe), function)


def kind_of(function: Callable[..., Any]) -> CallKind:
    """Return what calling ``function`` gives, as far as it says so itself.

    Example:
        >>> kind_of(len)
        'function'

    """
    if _is(inspect.isasyncgenfunction, function):
        return "async generator"
    if _is(inspect.iscoroutinefunction, function) or _is_marked(function):
        return "coroutine"
    return "generator" if _is(inspect.isgeneratorfunction, function) else "function"


def _is(kind: Callable[[Any], bool], function: Any) -> bool:
    if kind(function):
        return True
    inner = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    return not inspect.isroutine(inner) and not isinstance(inner, type) and kind(type(inner).__call__)


def _is_marked(function: Any) -> bool:
    # How functions were marked before Python 3.12 gave inspect.markcoroutinefunction (asgiref does).
    if getattr(function, "_is_coroutine", None) is getattr(asyncio.coroutines, "_is_coroutine", _NO_MARK):
        return True
    code = getattr(named_part(function), "__code__", None)
    return bool(getattr(code, "co_flags", 0) & inspect.CO_ITERABLE_COROUTINE)  # types.coroutine


def _dressed(wrapper: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the wrapper the name, documentation, annotations and attributes of what it wraps."""
    named = named_part(function)
    functools.update_wrapper(wrapper, named, updated=())
    if not isinstance(named, type):
        vars(wrapper).update(getattr(named, "__dict__", {}))
    vars(wrapper)["__wrapped__"] = function
    for name in ("cache_info", "cache_clear"):  # functools.lru_cache keeps these outside of __dict__
        if hasattr(function, name):
            setattr(wrapper, name, getattr(function, name))
    return wrapper


def _around_function(function: Callable[..., Any], probe: Probe) -> Callable[..., Any]:
    begin = probe.begin

    def observed(*args: Any, **kwargs: Any) -> Any:
        run = begin(args, kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            run.raised(error)
            raise
        run.returned(result)
        return result

    return observed


def _around_coroutine(function: Callable[..., Awaitable[Any]], probe: Probe) -> Callable[..., Any]:
    begin = probe.begin

    async def observed(*args: Any, **kwargs: Any) -> Any:
        run = begin(args, kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            run.raised(error)
            raise
        run.returned(result)
        return result

    return observed


def _around_generator(function: Callable[..., Generator[Any, Any, Any]], probe: Probe) -> Callable[..., Any]:
    begin = probe.begin

    def observed(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        run = begin(args, kwargs)
        sent: Any = None
        thrown: BaseException | None = None
        try:
            steps = function(*args, **kwargs)
            while True:
                item = steps.send(sent) if thrown is None else steps.throw(thrown)
                sent = thrown = None
                run.suspend()
                try:
                    sent = yield item
                except BaseException as error:  # noqa: BLE001 - throw() and close() arrive here and belong to the inner one
                    thrown = _as_it_came(error)
                item = None  # not kept alive while the next one is made
                run.resume()
        except StopIteration as stop:
            run.returned(stop.value)
            return stop.value
        except BaseException as error:
            run.raised(error)
            raise
        finally:
            thrown = None  # an exception in a local of a frame of its own traceback would be a reference cycle

    return observed


def _around_async_generator(function: Callable[..., AsyncGenerator[Any, Any]], probe: Probe) -> Callable[..., Any]:
    begin = probe.begin

    async def observed(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        run = begin(args, kwargs)
        thrown: BaseException | None = None
        try:
            steps = function(*args, **kwargs)
            step = _first_step(steps)
            while True:
                item = await step
                run.suspend()
                sent: Any = None
                try:
                    sent = yield item
                except BaseException as error:  # noqa: BLE001 - athrow() and aclose() arrive here and belong to the inner one
                    thrown = _as_it_came(error)
                item = None  # not kept alive while the next one is made
                run.resume()
                if thrown is None:
                    step, sent = steps.asend(sent), None
                elif isinstance(thrown, GeneratorExit):
                    await steps.aclose()
                    raise thrown  # noqa: TRY301 - the caller closed us, and is told so as by any generator
                else:
                    step, thrown = steps.athrow(thrown), None
        except StopAsyncIteration:
            run.returned(None)
        except BaseException as error:
            run.raised(error)
            raise
        finally:
            thrown = None  # an exception in a local of a frame of its own traceback would be a reference cycle

    return observed


def _as_it_came(error: BaseException) -> BaseException:
    """Return an exception that was thrown into the wrapper without the wrapper's frame, which it did not happen in."""
    frames = error.__traceback__
    return BaseException.with_traceback(error, None if frames is None else frames.tb_next)


def _first_step(steps: AsyncGenerator[Any, Any]) -> Awaitable[Any]:
    """Start the inner generator unknown to the event loop, which knows the outer one and through it closes both.

    An event loop closes the async generators that it knows, each in a task of its own: the inner one would be closed
    twice at the same time, and complain (RuntimeError, "asynchronous generator is already running").
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=None, finalizer=_leave_to_the_outer_one)
    try:
        return steps.asend(None)
    finally:
        sys.set_asyncgen_hooks(*hooks)


def _leave_to_the_outer_one(_: AsyncGenerator[Any, Any]) -> None:
    """Finalise nothing: the outer generator is finalised too, and closes the inner one."""


_AROUND: dict[CallKind, Callable[..., Callable[..., Any]]] = {
    "function": _around_function,
    "coroutine": _around_coroutine,
    "generator": _around_generator,
    "async generator": _around_async_generator,
}
