"""A block whose duration is recorded when it ends well.

Durations with an outcome are operations and live there; this is for what counts only when it succeeded.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Timing:
    """A context manager that records the seconds its block took, unless the block raised.

    Args:
        record: takes the seconds.
        clock: seconds that only grow; the process's stop-watch when None.

    Example:
        >>> seconds = iter([1.0, 1.5])
        >>> with Timing(print, clock=lambda: next(seconds)):
        ...     pass
        0.5

    """

    __slots__ = ("_began", "_clock", "_record")

    def __init__(self, record: Callable[[float], None], *, clock: Callable[[], float] | None = None) -> None:
        self._record = record
        self._clock = perf_counter if clock is None else clock
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._record(self._clock() - self._began)
