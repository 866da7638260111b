"""Values that stand until they change: the last value of a gauge, the sum of an up-down counter, what is in flight.

They hold the value without a lock; who reads it, and when, is the backend's business.
"""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING

from otelkit.instruments.process_state import keep_per_process

if TYPE_CHECKING:
    from collections.abc import Callable


class LastValue:
    """The value that a gauge was last set to."""

    __slots__ = ("__weakref__", "value")

    def __init__(self) -> None:
        self.value: float | None = None
        keep_per_process(self)

    def read(self) -> float | None:
        """Return the last value, or None when there was none in this process."""
        return self.value

    def forget(self) -> Callable[[], None]:
        """Have no value again; see `ProcessState`."""
        before, self.value = self.value, None

        def put_back() -> None:
            self.value = before

        return put_back


class RunningSum:
    """The sum of amounts that any number of threads add.

    Each thread has a part of its own, so that adding needs no lock: a lock that another thread holds at the moment of a
    fork, or that a signal handler finds held by the code which it interrupted, would hang the process.
    """

    __slots__ = ("__weakref__", "_parts")

    def __init__(self) -> None:
        self._parts: dict[int, float] = {}
        keep_per_process(self)

    def write(self, amount: float, /) -> None:
        """Add ``amount`` to the calling thread's part."""
        thread = get_ident()
        try:
            self._parts[thread] += amount
        except KeyError:
            self._parts[thread] = amount

    def read(self) -> float | None:
        """Return the sum of all parts, or None when nothing was added in this process."""
        parts = self._parts.copy()
        return sum(parts.values()) if parts else None

    def forget(self) -> Callable[[], None]:
        """Have nothing added again; see `ProcessState`."""
        before, self._parts = self._parts, {}

        def put_back() -> None:
            self._parts = before

        return put_back


class InFlight:
    """How many of something have begun and not ended.

    What began before a fork never ends in the child, apart from what forked; an end without its beginning is ignored
    there, so that the number never falls below zero.
    """

    __slots__ = ("__weakref__", "_begun", "_seen")

    def __init__(self) -> None:
        self._begun: list[None] = []
        self._seen = False
        keep_per_process(self)

    def begin(self) -> None:
        """Count one more: one atomic call of the interpreter."""
        self._seen = True
        self._begun.append(None)

    def end(self) -> None:
        """Count one less."""
        try:
            self._begun.pop()
        except IndexError:
            return

    def read(self) -> float | None:
        """Return how many are in flight, or None when none ever was in this process."""
        return len(self._begun) if self._seen else None

    def forget(self) -> Callable[[], None]:
        """Have nothing in flight; see `ProcessState`."""
        before = self._begun, self._seen
        self._begun, self._seen = [], False

        def put_back() -> None:
            self._begun, self._seen = before

        return put_back
