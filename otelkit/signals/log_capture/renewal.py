"""New locks in a forked child: one held by another thread of the parent would never be released there.

Only what the logs room holds itself; logging's own handlers are renewed by the standard library.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Renewable(Protocol):
    """What holds locks or descriptors that a forked child must not share."""

    def renew(self) -> None:
        """Begin with new ones."""


class _Renewals:
    def __init__(self) -> None:
        self.alive: weakref.WeakSet[Renewable] = weakref.WeakSet()
        self.registered = False


_renewals = _Renewals()


def renew_after_fork(holder: Renewable) -> None:
    """Have ``holder`` renewed in every forked child, for as long as it lives."""
    _renewals.alive.add(holder)
    if not _renewals.registered:  # one hook for all: a hook cannot be taken back
        _renewals.registered = True
        os.register_at_fork(after_in_child=_renew_all)


def _renew_all() -> None:
    for holder in list(_renewals.alive):
        holder.renew()
