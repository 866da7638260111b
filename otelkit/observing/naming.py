"""What a decorated callable is called where the user gave no name, and where it was defined.

What the name is used for (span, metric attribute, registry) is decided by whoever asks.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

_PROGRAMS = ("__main__", "__mp_main__")
"""What the main module is called, and what it is called again in the processes that multiprocessing spawns."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a callable was defined."""

    module: str
    """Dotted name of the module, as in ``__module__``: ``__main__`` where the module is the program."""

    qualname: str
    """Qualified name inside the module, without ``<locals>``."""

    @property
    def default_name(self) -> str:
        """The operation's name unless the user gives one: last part of the module, then the qualified name.

        Example:
            >>> Origin(module="shop.payments.scoring", qualname="Scorer.score").default_name
            'scoring.Scorer.score'

        """
        return f"{self.importable.rpartition('.')[2]}.{self.qualname}"

    @property
    def importable(self) -> str:
        """The name under which the module is imported, however the program is started."""
        return importable(self.module)

    @property
    def path(self) -> str:
        """Module and qualified name, as the semantic convention ``code.function.name`` wants them."""
        return f"{self.importable}.{self.qualname}"


def origin_of(function: Any) -> Origin:
    """Return where a callable was defined; of a partial or a callable object, what is behind it.

    Example:
        >>> from functools import partial
        >>> origin_of(partial(origin_of))
        Origin(module='otelkit.observing.naming', qualname='origin_of')

    """
    named = named_part(function)
    return Origin(
        module=str(getattr(named, "__module__", None) or "builtins"),
        qualname=str(getattr(named, "__qualname__", None) or type(function).__qualname__).replace("<locals>.", ""),
    )


def named_part(function: Any) -> Any:
    """Return the function inside partials and bound methods, and the class of a callable object."""
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "__func__", function)
    if hasattr(function, "__qualname__"):
        return function
    return type(function)  # pyright: ignore[reportUnknownVariableType] - of an object of any class


def importable(module: str) -> str:
    """Return the name that the main module has when it is imported: a name must not depend on how a program starts.

    Example:
        >>> importable("shop.scoring")
        'shop.scoring'

    """
    if module not in _PROGRAMS:
        return module
    main = sys.modules.get(module)
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        # `python -m shop.worker` has the spec of shop.worker, `python -m shop` that of shop.__main__.
        return str(spec.name).removesuffix(".__main__")
    file = getattr(main, "__file__", None)
    return PurePath(file).stem if file else module
