"""A rolling window holds what happened within it, in bounded memory, and is the process's own."""

# The memory held is what the promise is about:
# pyright: reportPrivateUsage=false

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otelkit.instruments.process_state import forget_process_state
from otelkit.instruments.rolling_counts import RollingCounts
from tests.program import output

WINDOW = 60.0
SLOT = 1.0


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=40), st.sampled_from("abc")), max_size=60))
def test_it_is_exact_to_one_slot(events: list[tuple[float, str]]) -> None:
    now = 0.0
    counts: RollingCounts[str] = RollingCounts(WINDOW, clock=lambda: now)
    happened: list[tuple[float, str]] = []
    for pause, key in events:
        now += pause
        counts.add(key)
        happened.append((now, key))
    totals = counts.totals()
    for key in "abc":
        surely = sum(1 for at, what in happened if what == key and at > now - WINDOW + SLOT)
        at_most = sum(1 for at, what in happened if what == key and at > now - WINDOW - SLOT)
        assert surely <= totals.get(key, 0) <= at_most


def test_memory_does_not_depend_on_how_much_happens_nor_on_how_long() -> None:
    now = 0.0
    counts: RollingCounts[int] = RollingCounts(WINDOW, clock=lambda: now)
    for number in range(20_000):
        now += 0.1
        counts.add(number % 5)
    assert len(counts._slots) <= 60
    assert all(len(slot) <= 5 for _, slot in counts._slots)


def test_it_covers_the_window_or_the_time_since_it_began() -> None:
    now = 100.0
    counts: RollingCounts[str] = RollingCounts(WINDOW, clock=lambda: now)
    now = 110.0
    assert counts.covered_s == 10
    now = 1000.0
    assert counts.covered_s == WINDOW


def test_what_was_forgotten_can_be_put_back() -> None:
    counts: RollingCounts[str] = RollingCounts(WINDOW)
    counts.add("before")
    put_back = forget_process_state()
    counts.add("during")
    assert counts.totals() == {"during": 1}
    put_back()
    assert counts.totals() == {"before": 1}


def test_a_child_forked_while_another_thread_records_neither_hangs_nor_inherits() -> None:
    # A lock that another thread holds at the moment of the fork is held for ever in the child.
    printed = output(
        """
        import os, sys, threading
        from otelkit.instruments import FraudMetrics

        fraud = FraudMetrics()
        sys.setswitchinterval(1e-5)
        ended = False

        def record():
            while not ended:
                fraud.record_transaction("clean")

        threads = [threading.Thread(target=record) for _ in range(3)]
        for thread in threads:
            thread.start()
        wrong = 0
        for _ in range(30):
            child = os.fork()
            if child == 0:
                before = fraud.snapshot().transactions
                fraud.record_transaction("flagged")
                after = fraud.snapshot()
                os._exit(0 if (before, after.transactions, after.flagged) == (0, 1, 1) else 1)
            wrong += os.waitpid(child, 0)[1] != 0
        ended = True
        for thread in threads:
            thread.join()
        print(wrong)
        """,
        timeout=60,
    )
    assert printed == "0"


def test_a_signal_handler_may_record_while_the_same_thread_does() -> None:
    printed = output(
        """
        import signal
        from otelkit.instruments import FraudMetrics, counter, up_down_counter

        fraud = FraudMetrics()
        active = up_down_counter("shop.order.active", unit="{order}", description="Orders.")
        seen = 0

        def handle(*_):
            global seen
            seen += 1
            fraud.record_transaction("flagged")
            active.add(1)

        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        own = 0
        while seen < 200:
            fraud.record_transaction("clean")
            active.add(1)
            own += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert active.of().level.read() == own + seen, (active.of().level.read(), own, seen)
        print("alive")
        """,
        timeout=60,
    )
    assert printed == "alive"
