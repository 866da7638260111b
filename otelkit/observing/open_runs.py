"""Which of its open blocks a context manager is leaving, when one object is entered again and from many places at once.

What a block measures is the run's affair.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Generic, TypeVar

from otelkit.observing.runs import Run
from otelkit.runtime.internal_errors import wrong_use

RunT = TypeVar("RunT", bound=Run)

_open: ContextVar[tuple[tuple[object, object], ...]] = ContextVar("otelkit_open_blocks", default=())
"""Owner and run of every block that is open in the current context, outermost first."""


class OpenRuns(Generic[RunT]):
    """The runs that one context manager has begun and not ended, in all threads and tasks."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: list[RunT] = []

    def add(self, run: RunT) -> None:
        """Note a block that is entered."""
        self._runs.append(run)
        _open.set((*_open.get(), (self, run)))

    def take(self) -> RunT | None:
        """Return the run of the block that is left here; None, after saying so, when there is none.

        It is the innermost one of the current context. A block may also be left in another context than it was entered
        in (an async generator that the event loop closes): then it is the last one entered anywhere.
        """
        here = _open.get()
        for place in range(len(here) - 1, -1, -1):
            owner, run = here[place]
            if owner is self:
                _open.set(here[:place] + here[place + 1 :])
                for mine in self._runs:
                    if mine is run:
                        self._runs.remove(mine)
                        return mine
        try:
            return self._runs.pop()
        except IndexError:
            wrong_use(
                "a block is left more often than it was entered. Use operation(), timed() and the like by 'with'."
            )
            return None


def end(run: Run, error: BaseException | None) -> None:
    """End the run of a block as the block was left."""
    if error is None:
        run.returned(None)
    else:
        run.raised(error)
