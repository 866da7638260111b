"""New locks in a forked child: one held by another thread of the parent would never be released there.

Only what the logs room holds itself; logging's own handlers are renewed by the standard library.
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def after_fork(renew: Callable[[], None]) -> None:
    """Call the bound method ``renew`` in every forked child, for as long as its object lives.

    Args:
        renew: a bound method; it is held weakly.
    """
    method = weakref.WeakMethod(renew)

    def in_child() -> None:
        alive = method()
        if alive is not None:
            alive()

    os.register_at_fork(after_in_child=in_child)
