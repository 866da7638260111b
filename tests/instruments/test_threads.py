"""Ten threads at once: totals are exact, bounds hold, and a series exists once."""

# A place is held for two bytecodes; only from behind can a test hold it longer:
# pyright: reportPrivateUsage=false

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from otelkit.instruments import Attribute, FraudMetrics, admission, counter, gauge, histogram, up_down_counter
from otelkit.instruments.admission import Admission
from otelkit.instruments.operations import bind_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.instruments.backend import Backend

GOOD: dict[str, Any] = {"unit": "{order}", "description": "Orders placed."}
THREADS = 10
ROUNDS = 500


@pytest.fixture(autouse=True)
def switch_often() -> Generator[None]:
    """Have the interpreter change threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(work: Callable[[int], None]) -> None:
    """Run ``work`` in ten threads that begin together; what they raise is raised here."""
    together = threading.Barrier(THREADS)
    raised: list[BaseException] = []

    def run(number: int) -> None:
        together.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def test_totals_of_every_kind_are_exact(backend: Backend, fresh: Callable[[str], str]) -> None:
    attributes = (Attribute("channel", values=("web", "phone")), Attribute("region", limit=3))
    orders = counter(fresh("order.count"), attributes=attributes, **GOOD)
    active = up_down_counter(fresh("order.active"), attributes=attributes, **GOOD)
    took = histogram(fresh("order.duration"), unit="s", description="Time.", attributes=attributes)

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            region = f"r{number % 3}"
            orders.of("web", region).add()
            orders.add(2, {"channel": "phone", "region": region})
            active.of("web", region).add(3)
            active.of("web", region).add(-2)
            took.of("phone", region).record(0.5)

    at_once(work)
    everyone = THREADS * ROUNDS
    assert sum(value for (channel, _), value in backend.values(orders.name).items() if channel == "web") == everyone
    assert (
        sum(value for (channel, _), value in backend.values(orders.name).items() if channel == "phone") == 2 * everyone
    )
    assert sum(backend.values(active.name).values()) == everyone
    assert sum(point.total for point in backend.points(took.name)) == everyone / 2


def test_no_more_values_than_the_limit_are_let_through_and_nothing_is_lost(
    backend: Backend, fresh: Callable[[str], str]
) -> None:
    orders = counter(fresh("order.count"), attributes=(Attribute("user", limit=25),), **GOOD)
    stock = gauge(fresh("stock.size"), attributes=(Attribute("user", limit=25),), **GOOD)

    def work(number: int) -> None:
        for user in range(ROUNDS):
            orders.of(f"user-{(user * 7 + number) % 100}").add()
            stock.of(f"user-{(user * 7 + number) % 100}").set(1)

    at_once(work)
    values = backend.values(orders.name)
    assert len(values) == 26
    assert sum(values.values()) == THREADS * ROUNDS
    assert len(backend.values(stock.name)) == 26


def test_exactly_as_many_values_as_the_limit_are_let_through_however_many_come_at_once() -> None:
    bounds = [Admission(Attribute("user", limit=3), instrument=f"test_threads.{number}") for number in range(300)]
    admitted: list[list[str | None]] = [[] for _ in range(THREADS)]

    def work(number: int) -> None:
        admitted[number].extend(bound.admit(f"user-{number}") for bound in bounds)

    at_once(work)
    # Each is first come, first served, and none is turned away while a place is left.
    let_through = [
        sum(1 for theirs in at_this_bound if theirs != "other") for at_this_bound in zip(*admitted, strict=True)
    ]
    assert let_through == [3] * len(bounds)


def test_a_place_in_another_threads_hands_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = Admission(Attribute("user", limit=1), instrument="test_threads.waited")
    place = bound._tickets.take()
    assert place is not None

    def give_it_back(_: float) -> None:
        bound._tickets.give_back(place)

    monkeypatch.setattr(admission, "sleep", give_it_back)
    assert bound.admit("late") == "late"


def test_a_place_that_was_lost_with_its_thread_is_not_waited_for_for_ever() -> None:
    bound = Admission(Attribute("user", limit=1), instrument="test_threads.lost")
    bound._tickets.take()
    assert bound.admit("late") == "other"


def test_nothing_is_lost_when_threads_begin_an_instrumentation_scope_together(
    backend: Backend, fresh: Callable[[str], str]
) -> None:
    operations = [bind_operation(fresh("operation"), buckets=(1, 2)) for _ in range(100)]  # each in a scope of its own
    together = threading.Barrier(THREADS)

    def work(_: int) -> None:
        for operation in operations:
            together.wait()
            operation.ended(0.5, "ok")

    at_once(work)
    lost = [
        operation.name
        for operation in operations
        if backend.value("otelkit.operation.duration", operation=operation.name, outcome="ok") != THREADS
    ]
    assert lost == []


def test_threads_that_ask_for_a_new_series_get_the_same_one(fresh: Callable[[str], str]) -> None:
    stock = gauge(fresh("stock.size"), attributes=(Attribute("user", limit=500),), **GOOD)
    found: list[list[object]] = [[] for _ in range(THREADS)]

    def work(number: int) -> None:
        found[number].extend(stock.of(f"user-{user}") for user in range(300))

    at_once(work)
    assert all(theirs == found[0] for theirs in found)


def test_what_is_in_flight_comes_back_to_zero(backend: Backend, fresh: Callable[[str], str]) -> None:
    operation = bind_operation(fresh("operation"))

    def work(_: int) -> None:
        for _ in range(ROUNDS):
            operation.started()
            operation.ended(0.001, "ok")

    at_once(work)
    assert backend.value("otelkit.operation.active", operation=operation.name) == 0
    assert backend.value("otelkit.operation.duration", operation=operation.name, outcome="ok") == THREADS * ROUNDS


def test_a_snapshot_counts_what_all_threads_recorded() -> None:
    fraud = FraudMetrics()

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            fraud.record_transaction("flagged" if number else "clean")
            fraud.record_detection(fraud_type="card", severity="low", confidence=0.5)

    at_once(work)
    snapshot = fraud.snapshot()
    assert (snapshot.transactions, snapshot.flagged) == (THREADS * ROUNDS, (THREADS - 1) * ROUNDS)
    assert snapshot.by_type["card"].detections == {"low": THREADS * ROUNDS}
    assert snapshot.by_type["card"].mean_confidence == 0.5


def test_threads_that_declare_one_name_get_one_instrument(name: str) -> None:
    made: list[object] = []
    at_once(lambda _: made.append(counter(name, **GOOD)))
    assert len(set(made)) == 1
