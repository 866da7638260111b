"""What is decorated stays what it was: kind, signature, name, pickling, class, and what frameworks find in it."""

from __future__ import annotations

import asyncio
import functools
import inspect
import subprocess
import sys
import types
from collections.abc import AsyncGenerator, Generator  # noqa: TC003 - get_type_hints looks them up
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

import otelkit
from otelkit.observing import naming

if TYPE_CHECKING:
    from otelkit.testing import Capture


def plain(case_id: str, /, note: str = "", *, urgent: bool = False) -> str:
    """Review a case."""
    return f"{case_id}{note}{urgent}"


async def coroutine(x: int) -> int:
    return x


def generator(x: int) -> Generator[int]:
    yield x


async def async_generator(x: int) -> AsyncGenerator[int]:
    yield x


@otelkit.observe("kinds.pickled")
def pickled(x: int) -> int:
    return x + 1


@pytest.mark.parametrize(
    "function", [plain, coroutine, generator, async_generator], ids=lambda function: function.__name__
)
@pytest.mark.parametrize(
    "decorate",
    [
        otelkit.observe,
        otelkit.observe("kinds.called", capture=()),
        otelkit.timed("kinds.duration"),
        otelkit.operation("kinds.op"),
    ],
    ids=["observe", "observe()", "timed", "operation"],
)
def test_introspection_sees_the_function_that_was_decorated(function: Any, decorate: Any) -> None:
    decorated = decorate(function)
    for question in (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
        inspect.signature,
        inspect.isfunction,
        get_type_hints,
        inspect.getsource,
    ):
        assert question(decorated) == question(function), question
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__", "__annotations__"):
        assert getattr(decorated, attribute) == getattr(function, attribute)
    assert decorated.__wrapped__ is function
    assert decorated is not function


def test_what_others_put_on_a_function_is_kept() -> None:
    def route() -> None: ...

    vars(route)["methods"] = ["GET"]
    assert vars(otelkit.observe(route))["methods"] == ["GET"]


def test_a_cached_function_keeps_its_cache(telemetry: Capture) -> None:
    @otelkit.observe("kinds.cached")
    @functools.lru_cache
    def cached(x: int) -> int:
        return x

    assert [cached(1), cached(1)] == [1, 1]
    assert cached.cache_info().hits == 1
    cached.cache_clear()
    assert cached.cache_info().hits == 0
    assert len(telemetry.spans_named("kinds.cached")) == 2


def test_a_single_dispatch_function_still_takes_registrations(telemetry: Capture) -> None:
    @otelkit.observe("kinds.dispatched")
    @functools.singledispatch
    def shown(value: object) -> str:
        return f"object {value}"

    @shown.register
    def _(value: int) -> str:
        return f"int {value}"

    assert [shown(1), shown("x")] == ["int 1", "object x"]
    assert len(telemetry.spans) == 2


def test_a_partial_keeps_its_shorter_signature() -> None:
    decorated: Any = otelkit.observe("kinds.partial")(functools.partial(plain, "c-1", urgent=True))
    assert str(inspect.signature(decorated)) == str(inspect.signature(functools.partial(plain, "c-1", urgent=True)))
    assert (decorated.__name__, decorated.__doc__) == ("plain", "Review a case.")
    assert decorated("note") == "c-1noteTrue"


def test_a_function_that_says_it_is_a_coroutine_function_is_awaited(telemetry: Capture) -> None:
    async def work() -> str:
        await asyncio.sleep(0.001)
        return "done"

    def marked() -> Any:
        return work()

    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(marked)
    else:
        vars(marked)["_is_coroutine"] = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    @otelkit.observe("kinds.legacy")
    @types.coroutine
    def legacy() -> Generator[Any, Any, str]:
        return (yield from asyncio.sleep(0.001, "done").__await__())

    async def main() -> list[str]:
        return [await otelkit.observe("kinds.marked")(marked)(), await legacy()]

    assert asyncio.run(main()) == ["done", "done"]
    assert inspect.iscoroutinefunction(otelkit.observe("kinds.marked")(marked))
    assert {span.name for span in telemetry.spans} == {"kinds.marked", "kinds.legacy"}


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (42, "cannot be called"),
        (functools.cached_property(plain), "Put the decorator below @cached_property"),
        (functools.partialmethod(plain), "Put the decorator below @partialmethod"),
        (type("Empty", (), {"_private": plain}), "no public method of its own"),
    ],
)
def test_what_cannot_be_observed_is_refused_when_it_is_decorated(target: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        otelkit.observe(target)


def test_the_small_decorators_refuse_a_class() -> None:
    with pytest.raises(TypeError, match="Decorate its methods"):
        otelkit.timed("kinds.class.duration")(type("Service", (), {"method": plain}))


@pytest.mark.parametrize("called", ["__main__", "__mp_main__"])
@pytest.mark.parametrize(
    ("main", "name"),
    [
        ({"__file__": "/srv/shop/worker.py", "__spec__": None}, "worker.run"),
        ({"__spec__": types.SimpleNamespace(name="shop.worker")}, "worker.run"),
        ({"__spec__": types.SimpleNamespace(name="shop.__main__")}, "shop.run"),
    ],
)
def test_the_default_name_does_not_depend_on_how_the_program_is_started(
    monkeypatch: pytest.MonkeyPatch, main: dict[str, object], name: str, called: str
) -> None:
    module = types.ModuleType(called)
    vars(module).update(main)
    monkeypatch.setitem(sys.modules, called, module)
    assert naming.Origin(module=called, qualname="run").default_name == name


def test_the_default_name_in_an_interactive_session_says_so() -> None:
    program = "import otelkit; otelkit.observe(lambda: None); print(otelkit.registered_operations()[0].name)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "__main__.<lambda>\n"
