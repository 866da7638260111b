"""Counts over the last few minutes in this process: what a snapshot is made of.

Any other window, and any number of replicas, is the business of the engine that keeps the metrics.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from otelkit.instruments.process_state import keep_per_process

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

KeyT = TypeVar("KeyT", bound="Hashable")

_SLOTS = 60


class RollingCounts(Generic[KeyT]):
    """Amounts by key over a rolling window, kept in 60 slots, so that memory depends on the number of keys alone.

    The oldest slot leaves as a whole: the window is exact to a sixtieth. Threads may add and read at will.

    Args:
        window_s: length of the window in seconds.
        clock: seconds that only grow.

    Example:
        >>> seconds = iter([0.0, 0.0, 30.0, 70.0])
        >>> counts = RollingCounts[str](60.0, clock=lambda: next(seconds))
        >>> counts.add("a")
        >>> counts.add("a", "b")
        >>> counts.totals()
        {'a': 1, 'b': 1}

    """

    def __init__(self, window_s: float = 300.0, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.window_s = window_s
        self._clock = clock
        self._slot_s = window_s / _SLOTS
        self._lock = threading.RLock()  # re-entrant, because a signal handler may record too
        self._slots: deque[tuple[int, dict[KeyT, float]]] = deque()
        self._began = clock()
        keep_per_process(self)

    @property
    def covered_s(self) -> float:
        """Seconds that the totals speak of: the window, or less when counting began (again) later."""
        return min(self.window_s, self._clock() - self._began)

    def add(self, *keys: KeyT) -> None:
        """Count one more for each of ``keys``."""
        with self._lock:
            counts = self._current_slot()
            for key in keys:
                counts[key] = counts.get(key, 0) + 1

    def add_amount(self, key: KeyT, amount: float) -> None:
        """Count ``amount`` more for ``key``."""
        with self._lock:
            counts = self._current_slot()
            counts[key] = counts.get(key, 0) + amount

    def totals(self) -> dict[KeyT, float]:
        """Return what the window holds, by key."""
        totals: dict[KeyT, float] = {}
        with self._lock:
            self._current_slot()
            for _, counts in self._slots:
                for key, amount in counts.items():
                    totals[key] = totals.get(key, 0) + amount
        return totals

    def reset(self) -> None:
        """Begin again with nothing, while others may be counting."""
        with self._lock:
            self._slots.clear()
            self._began = self._clock()

    def forget(self) -> Callable[[], None]:
        """Begin again with nothing; see `ProcessState`. The lock is new: in a forked child it may be held for ever."""
        before = self._lock, self._slots, self._began
        self._lock, self._slots, self._began = threading.RLock(), deque(), self._clock()

        def put_back() -> None:
            self._lock, self._slots, self._began = before

        return put_back

    def _current_slot(self) -> dict[KeyT, float]:
        now = int(self._clock() // self._slot_s)
        while self._slots and self._slots[0][0] <= now - _SLOTS:
            self._slots.popleft()
        if not self._slots or self._slots[-1][0] != now:
            self._slots.append((now, {}))
        return self._slots[-1][1]
