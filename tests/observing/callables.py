"""Every kind of callable that can be decorated, around a body that decides how the call ends."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, TypeAlias

Body: TypeAlias = Callable[[], str]
"""What happens inside of the call: it returns or raises."""

Call: TypeAlias = Callable[[], str]
"""Makes the decorated call as its kind wants it, to the end, and gives its result."""

Decorate: TypeAlias = Callable[[Any], Any]


def awaited(function: Callable[[], Any]) -> Call:
    async def main() -> Any:
        return await function()

    return lambda: asyncio.run(main())


def iterated(function: Callable[[], Generator[str, None, str]]) -> Call:
    def main() -> str:
        steps = function()
        assert next(steps) == "step"
        try:
            next(steps)
        except StopIteration as stop:
            result: str = stop.value
            return result
        raise AssertionError("the generator did not end")

    return main


def async_iterated(function: Callable[[], AsyncGenerator[str]]) -> Call:
    async def main() -> str:
        *_, last = [step async for step in function()]
        return last

    return lambda: asyncio.run(main())


def function(decorate: Decorate, body: Body) -> Call:
    @decorate
    def target() -> str:
        return body()

    call: Call = target
    return call


def coroutine(decorate: Decorate, body: Body) -> Call:
    @decorate
    async def target() -> str:
        await asyncio.sleep(0)
        return body()

    return awaited(target)


def generator(decorate: Decorate, body: Body) -> Call:
    @decorate
    def target() -> Generator[str, None, str]:
        yield "step"
        return body()

    return iterated(target)


def async_generator(decorate: Decorate, body: Body) -> Call:
    @decorate
    async def target() -> AsyncGenerator[str]:
        yield "step"
        await asyncio.sleep(0)
        yield body()

    return async_iterated(target)


def method(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @decorate
        def target(self) -> str:
            assert isinstance(self, Owner)
            return body()

    call: Call = Owner().target
    return call


def async_method(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @decorate
        async def target(self) -> str:
            assert isinstance(self, Owner)
            return body()

    return awaited(Owner().target)


def above_classmethod(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @decorate
        @classmethod
        def target(cls) -> str:
            assert cls is Owner
            return body()

    call: Call = Owner.target
    return call


def below_classmethod(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @classmethod
        @decorate
        def target(cls) -> str:
            assert cls is Owner
            return body()

    call: Call = Owner().target
    return call


def above_staticmethod(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @decorate
        @staticmethod
        def target() -> str:
            return body()

    call: Call = Owner().target
    return call


def below_staticmethod(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @staticmethod
        @decorate
        def target() -> str:
            return body()

    call: Call = Owner.target
    return call


def above_property(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @decorate  # type: ignore[prop-decorator] # mypy knows no decorator above @property
        @property
        def target(self) -> str:
            assert isinstance(self, Owner)
            return body()

    return lambda: Owner().target


def below_property(decorate: Decorate, body: Body) -> Call:
    class Owner:
        @property
        @decorate
        def target(self) -> str:
            return body()

    return lambda: Owner().target


def partial(decorate: Decorate, body: Body) -> Call:
    def target(given: Body) -> str:
        return given()

    call: Call = decorate(functools.partial(target, body))
    return call


def async_partial(decorate: Decorate, body: Body) -> Call:
    async def target(given: Body) -> str:
        return given()

    return awaited(decorate(functools.partial(target, body)))


class CallableObject:
    def __init__(self, body: Body) -> None:
        self._body = body

    def __call__(self) -> str:
        return self._body()


class AsyncCallable:
    def __init__(self, body: Body) -> None:
        self._body = body

    async def __call__(self) -> str:
        return self._body()


def callable_object(decorate: Decorate, body: Body) -> Call:
    call: Call = decorate(CallableObject(body))
    return call


def async_callable_object(decorate: Decorate, body: Body) -> Call:
    return awaited(decorate(AsyncCallable(body)))


def bound_method(decorate: Decorate, body: Body) -> Call:
    call: Call = decorate(CallableObject(body).__call__)
    return call


def decorated_twice(decorate: Decorate, body: Body) -> Call:
    def passing_on(inner: Any) -> Any:
        @functools.wraps(inner)
        def outer(*args: Any, **kwargs: Any) -> Any:
            return inner(*args, **kwargs)

        return outer

    @passing_on
    @decorate
    @passing_on
    def target() -> str:
        return body()

    call: Call = target
    return call


KINDS: dict[str, Callable[[Decorate, Body], Call]] = {
    kind.__name__: kind
    for kind in (
        function,
        coroutine,
        generator,
        async_generator,
        method,
        async_method,
        above_classmethod,
        below_classmethod,
        above_staticmethod,
        below_staticmethod,
        above_property,
        below_property,
        partial,
        async_partial,
        callable_object,
        async_callable_object,
        bound_method,
        decorated_twice,
    )
}
