"""What type checkers must make of `observe` and its family: checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, assert_type, overload

import otelkit
from otelkit import Attribute, Slo, counter, histogram, up_down_counter
from otelkit.observing import RegisteredOperation, RunningOperation

T = TypeVar("T")


@dataclass
class Decision:
    declined: bool


# Bare and called, every kind of callable: the type stays what it was.


@otelkit.observe
def bare(case_id: str, *, urgent: bool = False) -> int:
    return len(case_id) + urgent


@otelkit.observe()
def called(case_id: str) -> int:
    return len(case_id)


@otelkit.observe(
    "typing.review",
    capture=("case_id",),
    labels={"tier": ("free", "pro"), "region": Attribute("geo.region", limit=20)},
    attributes={"team": "risk", "ports": (1, 2)},
    ignore=(KeyError, LookupError),
    slo=Slo(success=0.999, latency=(0.25, 0.99)),
    buckets=(0.1, 0.25, 1),
    new_trace=True,
    kind="consumer",
)
async def review(case_id: str, tier: str = "free", region: str | None = None) -> Decision:
    return Decision(declined=bool(case_id and tier and region))


@otelkit.observe
def steps(n: int) -> Generator[int, str, float]:
    received = yield n
    return float(received)


@otelkit.observe
async def stream(n: int) -> AsyncGenerator[int, str]:
    for each in range(n):
        yield each


@otelkit.observe
def identity(value: T) -> T:
    return value


def check_functions() -> None:
    assert_type(bare("c", urgent=True), int)
    assert_type(called("c"), int)
    assert_type(steps(1), Generator[int, str, float])
    assert_type(stream(1), AsyncGenerator[int, str])
    assert_type(identity("x"), str)
    assert_type(otelkit.observe(len)([1]), int)
    bare(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare("c", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # noqa: FBT003
    otelkit.observe(kind="sideways")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    otelkit.observe(42)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


# error_if may look at the result, whatever its type.


def is_declined(decision: Decision) -> bool:
    return decision.declined


@otelkit.observe(error_if=is_declined)
def decide() -> Decision:
    return Decision(declined=False)


@otelkit.observe(error_if=lambda answer: answer is None)
def find() -> str | None:
    return None


@otelkit.observe(error_if=lambda decision: decision.declined)
async def decide_later() -> Decision:
    return Decision(declined=False)


# A class stays the class.


@otelkit.observe
class Billing(Generic[T]):
    def __init__(self, account: T) -> None:
        self.account = account

    def charge(self, amount: float) -> T:
        assert amount
        return self.account


class Methods:
    @otelkit.observe
    def method(self, x: int) -> int:
        return x

    @otelkit.observe
    @classmethod
    def above_class(cls, x: int) -> int:
        return x

    @classmethod
    @otelkit.observe
    def below_class(cls, x: int) -> int:
        return x

    @otelkit.observe
    @staticmethod
    def above_static(x: int) -> int:
        return x

    @staticmethod
    @otelkit.observe
    def below_static(x: int) -> int:
        return x

    # mypy knows no decorator above @property; pyright and Python do.

    @property
    @otelkit.observe("typing.property")
    def below_property(self) -> int:
        return 1

    @overload
    def either(self, x: int) -> int: ...
    @overload
    def either(self, x: str) -> str: ...
    @otelkit.observe
    def either(self, x: int | str) -> int | str:
        return x


def check_methods(methods: Methods, billing: Billing[str]) -> None:
    assert_type(Billing("acct"), Billing[str])
    assert_type(billing.charge(1), str)
    assert isinstance(billing, Billing)
    assert_type(methods.method(1), int)
    assert_type(Methods.above_class(1), int)
    assert_type(Methods.below_class(1), int)
    assert_type(Methods.above_static(1), int)
    assert_type(methods.below_static(1), int)
    assert_type(methods.below_property, int)
    assert_type(methods.either(1), int)
    assert_type(methods.either("x"), str)


# Blocks.


def check_blocks() -> None:
    with otelkit.operation("typing.block", case_id="c", size=3) as block:
        assert_type(block, RunningOperation)
        block.set(amount=1.5)
        block.fail("declined")
    otelkit.operation()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def check_async() -> None:
    later: Callable[[str], Coroutine[Any, Any, Decision]] = review
    assert_type(await later("c"), Decision)
    assert_type(await review("c"), Decision)
    assert_type(await order("x"), list[str])
    async with otelkit.operation("typing.block") as block, otelkit.timed("typing.block.duration"):
        block.fail(ValueError("x"))


@otelkit.operation("typing.decorated", team="risk")
def decorated(x: int) -> str:
    return str(x)


# The small ones.

wait = histogram("typing.wait.duration", unit="s", description="Time spent waiting.")
orders = counter(
    "typing.order.count", unit="{order}", description="Orders.", attributes=(Attribute("channel", limit=3),)
)
active = up_down_counter("typing.order.active", unit="{order}", description="Open orders.")


@otelkit.timed(wait)
@otelkit.counted(orders.of("web"))
@otelkit.count_errors("typing.order.error.count", ignore=KeyError)
@otelkit.track_in_progress(active)
async def order(item: str) -> list[str]:
    return [item]


@otelkit.timed("typing.walk.duration")
def walk() -> Iterator[int]:
    yield 1


def check_small() -> None:
    assert_type(decorated(1), str)
    assert_type(walk(), Iterator[int])
    otelkit.timed(active)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    carried: Callable[[str], int] = otelkit.carry_context(called)
    assert_type(carried("c"), int)
    assert_type(otelkit.carry_context(bare)("c", urgent=False), int)
    assert_type(otelkit.registered_operations(), tuple[RegisteredOperation, ...])
