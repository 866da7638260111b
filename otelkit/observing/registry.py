"""The operations of this process, noted at decoration, so that a generator finds them by importing a module.

What is generated from them does not live here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otelkit.runtime.internal_errors import wrong_use

if TYPE_CHECKING:
    from otelkit.instruments import Attribute
    from otelkit.observing.slo import Slo


@dataclass(frozen=True, kw_only=True)
class RegisteredOperation:
    """What is known of an operation before its first call."""

    name: str
    """What spans and the metric attribute ``operation`` are called."""

    module: str
    """Where the callable was defined."""

    qualname: str
    """Its qualified name in the module."""

    buckets: tuple[float, ...]
    """Boundaries of its duration histogram, in seconds."""

    slo: Slo | None
    """What it promises."""

    labels: tuple[Attribute, ...]
    """Metric attributes beside ``operation``, ``outcome`` and ``error.type``."""

    named_by_default: bool
    """Whether the name was made from module and function, not given."""

    metrics: bool
    """Whether its calls are measured: without that there is nothing to draw or to alert on."""

    @property
    def place(self) -> str:
        """Module and qualified name."""
        return f"{self.module}.{self.qualname}"


class _Registry:
    """Operations by name, then by where they were defined."""

    def __init__(self) -> None:
        self._operations: dict[str, dict[str, RegisteredOperation]] = {}

    def add(self, operation: RegisteredOperation) -> None:
        """Note an operation; defined again (a reload, a function made anew) it takes the place of the old one."""
        same_name = self._operations.setdefault(operation.name, {})
        for other in same_name.values():
            if other.place != operation.place:
                _check_agreement(operation, other)
        same_name[operation.place] = operation

    def all(self) -> tuple[RegisteredOperation, ...]:
        """Return every operation, by name."""
        by_place = [each for name in sorted(self._operations) for each in self._operations[name].values()]
        return tuple(by_place)


_registry = _Registry()


def register(operation: RegisteredOperation) -> None:
    """Note an operation that was decorated.

    Raises:
        ValueError: when another callable has the name with other buckets or another objective: they share one series.

    """
    _registry.add(operation)


def registered_operations() -> tuple[RegisteredOperation, ...]:
    """Return the operations that were decorated in the modules imported so far, ordered by name.

    Two callables that share a name are two entries of it, with the same buckets and the same objective.

    Example:
        >>> import otelkit
        >>> @otelkit.observe("docs.refund", slo=otelkit.Slo(success=0.99))
        ... def refund(): ...
        >>> [each.slo for each in otelkit.registered_operations() if each.name == "docs.refund"]
        [Slo(success=0.99, latency=None)]

    """
    return _registry.all()


def _check_agreement(new: RegisteredOperation, old: RegisteredOperation) -> None:
    for what in ("buckets", "slo"):
        mine, theirs = getattr(new, what), getattr(old, what)
        if mine != theirs:
            raise ValueError(
                f"operation {new.name!r} is {old.place} with {what}={theirs}, and {new.place} with {what}={mine}. "
                "They would share one metric. Give both the same, or give one a name of its own: "
                f"@observe({_other_name(new)!r})."
            )
    if new.named_by_default and old.named_by_default and new.module != old.module:
        wrong_use(
            f"{old.place} and {new.place} are both called {new.name!r} and share one metric. "
            f"Give one a name of its own: @observe({_other_name(new)!r})."
        )


def _other_name(operation: RegisteredOperation) -> str:
    return operation.place if operation.place != operation.name else f"{operation.name}.2"
