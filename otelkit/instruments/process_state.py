"""What declared instruments remember in this process, apart from the backend: levels and rolling windows.

All of it is forgotten in a forked child, which starts with nothing of its parent's, and by tests between each other.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable

_kept: WeakSet[ProcessState] = WeakSet()


class ProcessState(Protocol):
    """Something that belongs to one process."""

    def forget(self) -> Callable[[], None]:
        """Begin again as if nothing had been recorded, and return what puts it back. No lock may be taken."""
        ...


def keep_per_process(state: ProcessState) -> None:
    """Have ``state`` forget itself in every forked child, for as long as it lives."""
    _hook_fork()
    _kept.add(state)


def forget_process_state() -> Callable[[], None]:
    """Begin again, with no level and nothing in any window, and return what puts back all that was there.

    A forked child begins so, and so does a test; declarations stay.

    Example:
        >>> from otelkit.instruments import gauge
        >>> size = gauge("docs.queue.size", unit="{task}", description="Tasks waiting.")
        >>> size.set(3)
        >>> put_back = forget_process_state()  # from here on, nothing of the 3 is exported
        >>> put_back()

    """
    undo = [state.forget() for state in tuple(_kept)]

    def put_back() -> None:
        for state in tuple(_kept):
            state.forget()
        for each in undo:
            each()

    return put_back


@cache
def _hook_fork() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget_process_state)
