"""A class that is decorated stays the class, and its own public methods are observed."""

from __future__ import annotations

import asyncio
import enum
import inspect
import pickle
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator  # noqa: TC003 - get_type_hints looks them up
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

import pytest

import otelkit

if TYPE_CHECKING:
    from otelkit.testing import Capture


def plain(text: str) -> str:
    return text


@otelkit.observe("kinds.pickled")
def pickled(x: int) -> int:
    return x + 1


@otelkit.observe
@dataclass
class Case:
    """A case."""

    case_id: str
    tags: list[str] = field(default_factory=list[str])
    shorten: Callable[[str], str] = lambda text: text[:3]  # a default that is a function, no method

    def review(self, note: str = "") -> str:
        return f"{self.case_id} {note}"

    read = review


@otelkit.observe
@dataclass(frozen=True, slots=True)
class Note:
    """A note: slots and frozenness are no obstacle."""

    text: str

    def shout(self, mark: str) -> str:
        return self.text.upper() + mark


@otelkit.observe
class Service:
    """A service."""

    limit = 3
    helper: Any = plain

    class Nested:
        def untouched(self) -> str:
            return "as it was"

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> str:
        return "dunder"

    def _private(self) -> str:
        return "private"

    def method(self) -> str:
        self.calls += 1
        return "method"

    async def coroutine(self) -> str:
        return "coroutine"

    def generator(self) -> Generator[str]:
        yield "generator"

    async def async_generator(self) -> AsyncGenerator[str]:
        yield "async generator"

    @classmethod
    def of_class(cls) -> str:
        return cls.__name__

    @staticmethod
    def static() -> str:
        return "static"

    @property
    def size(self) -> int:
        return self.calls

    @otelkit.observe("service.named")
    def named(self) -> str:
        return "named"


class Inheriting(Service):
    def method(self) -> str:
        return super().method()

    def own(self) -> str:
        return "own"


def test_functions_and_bound_methods_are_pickled_as_before(telemetry: Capture) -> None:
    assert pickle.loads(pickle.dumps(pickled)) is pickled  # noqa: S301 - our own
    note = pickle.loads(pickle.dumps(Note("now")))  # noqa: S301
    assert (type(note), note) == (Note, Note("now"))
    assert pickle.loads(pickle.dumps(note.shout))("!") == "NOW!"  # noqa: S301
    assert telemetry.span("test_observe_classes.Note.shout").status == "unset"


def test_a_class_stays_the_class_and_its_own_public_methods_are_observed(telemetry: Capture) -> None:
    service = Service()
    assert isinstance(service, Service)
    assert inspect.isclass(Service)
    assert (Service.__name__, Service.__doc__, Service.limit) == ("Service", "A service.", 3)

    async def asynchronous() -> list[str]:
        return [await service.coroutine(), *[each async for each in service.async_generator()]]

    assert [service.method(), *service.generator(), service.of_class(), Service.static()] == [
        "method",
        "generator",
        "Service",
        "static",
    ]
    assert asyncio.run(asynchronous()) == ["coroutine", "async generator"]
    assert [
        service(),
        service._private(),  # pyright: ignore[reportPrivateUsage] - of this very test
        service.Nested().untouched(),
        service.size,
    ] == [
        "dunder",
        "private",
        "as it was",
        1,
    ]
    assert [span.name.removeprefix("test_observe_classes.Service.") for span in telemetry.spans] == [
        "method",
        "generator",
        "of_class",
        "static",
        "coroutine",
        "async_generator",
    ]


def test_a_method_with_its_own_decorator_is_not_observed_twice(telemetry: Capture) -> None:
    assert Service().named() == "named"
    assert [span.name for span in telemetry.spans] == ["service.named"]


def test_inherited_methods_are_observed_where_they_were_written(telemetry: Capture) -> None:
    assert [Inheriting().method(), Inheriting().own(), Inheriting.of_class()] == ["method", "own", "Inheriting"]
    assert [span.name for span in telemetry.spans] == [
        "test_observe_classes.Service.method",
        "test_observe_classes.Service.of_class",
    ]


def test_an_alias_stays_an_alias_and_a_function_that_is_an_attribute_stays_untouched(telemetry: Capture) -> None:
    assert Case.read is Case.review
    assert (Case.shorten("abcdef"), Service.helper("abcdef")) == ("abc", "abcdef")
    assert Service.helper is plain
    assert telemetry.spans == []


def test_enums_protocols_named_tuples_and_abstract_classes_can_be_observed(telemetry: Capture) -> None:
    @otelkit.observe
    class Colour(enum.Enum):
        RED = 1

        def shown(self) -> str:
            return self.name

    @otelkit.observe
    @runtime_checkable
    class Shown(Protocol):
        def shown(self) -> str: ...

    @otelkit.observe
    class Pair(NamedTuple):
        left: int
        right: int

        def total(self) -> int:
            return self.left + self.right

    @otelkit.observe
    class Shape(ABC):
        @abstractmethod
        def area(self) -> int: ...

        def doubled(self) -> int:
            return 2 * self.area()

    class Square(Shape):
        @otelkit.observe("square.area")
        def area(self) -> int:
            return 4

    assert Colour.RED.shown() == "RED"
    assert isinstance(Colour.RED, Shown)
    assert Pair(1, 2).total() == 3
    assert Square().doubled() == 8
    with pytest.raises(TypeError, match="abstract"):
        Shape()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]
    prefix = "test_observe_classes.test_enums_protocols_named_tuples_and_abstract_classes_can_be_observed."
    assert [span.name.removeprefix(prefix) for span in telemetry.spans] == [
        "Colour.shown",
        "Pair.total",
        "square.area",
        "Shape.doubled",
    ]


def test_a_decorated_abstract_method_is_still_abstract() -> None:
    class Shape(ABC):
        @abstractmethod
        @otelkit.observe
        def below(self) -> int: ...

        @otelkit.observe
        @abstractmethod
        def above(self) -> int: ...

    assert Shape.__abstractmethods__ == {"below", "above"}


def test_the_name_of_a_class_begins_the_names_of_its_methods(telemetry: Capture) -> None:
    @otelkit.observe("billing", capture=("amount",), labels={"tier": ("free", "pro")})
    class Billing:
        def charge(self, amount: int, tier: str = "free") -> int:
            del tier
            return amount

        def close(self) -> None: ...

    billing = Billing()
    billing.charge(3, tier="pro")
    billing.close()
    assert telemetry.span("billing.charge").attributes["amount"] == 3
    assert telemetry.histogram("otelkit.operation.duration", operation="billing.charge", tier="pro").count == 1
    assert telemetry.histogram("otelkit.operation.duration", operation="billing.close").count == 1
