"""The block form of `observe`: a part of a function that is observed as an operation of its own.

What is observed of it is in calls; the decorator's options are in observe.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from otelkit.instruments.operations import bind_operation
from otelkit.observing.calls import Call, Plan
from otelkit.observing.naming import importable
from otelkit.observing.observe import SCOPE, Observing, TargetT, error_metrics, static_attributes
from otelkit.observing.open_runs import OpenRuns, end
from otelkit.observing.values import SpanValue, exportable
from otelkit.runtime.internal_errors import wrong_use
from otelkit.signals.proxies import tracer

if TYPE_CHECKING:
    from types import TracebackType

UNNAMED = "unnamed"
"""What an operation is called whose name is no name."""

_PLANS_KEPT = 512


class RunningOperation:
    """An operation under way: what `operation` gives at the beginning of its block."""

    __slots__ = ("_call",)

    def __init__(self, call: Call) -> None:
        self._call = call

    def set(self, **attributes: object) -> None:
        """Set span attributes: what became known on the way.

        Args:
            **attributes: names and values; a name with dots is given as ``**{"order.size": 3}``.

        """
        for name, value in attributes.items():
            self._call.set(name, value)

    def fail(self, reason: str | BaseException) -> None:
        """Have the operation end as an error although no exception leaves it. The first reason stands.

        Args:
            reason: one of few distinct words (``"declined"``): it becomes ``error.type``. Or an exception that was
                handled: it is logged and counted as if it had left the block.

        """
        self._call.fail(reason)


class Operation:
    """What `operation` returns: use it in ``with`` or ``async with``, or put it on a function.

    One object may be entered again, also before it was left, from any number of threads and tasks.
    """

    __slots__ = ("_attributes", "_module", "_name", "_open", "_plan")

    def __init__(self, name: str, *, module: str, attributes: dict[str, SpanValue]) -> None:
        self._name = name
        self._module = module
        self._attributes = attributes
        self._plan = _plan_of(name, module)
        self._open: OpenRuns[Call] = OpenRuns()

    def __call__(self, target: TargetT) -> TargetT:
        """Observe a function, as `observe` does with this name and these attributes."""
        return Observing(name=self._name, attributes=self._attributes)(target)

    def __enter__(self) -> RunningOperation:
        call = Call(self._plan, attributes=self._attributes)
        self._open.add(call)
        return RunningOperation(call)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        call = self._open.take()
        if call is not None:
            end(call, error)

    async def __aenter__(self) -> RunningOperation:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


def operation(name: str, /, **attributes: object) -> Operation:
    """Observe a block: span, duration, number in flight, outcome, error, exactly as `observe` does for a function.

    Args:
        name: what the span and the metric attribute ``operation`` are called: one of few distinct names. What varies
            belongs into the attributes.
        **attributes: span attributes.

    Example:
        >>> import otelkit
        >>> with otelkit.operation("docs.settle", case_id="c-17") as settling:
        ...     settling.set(amount=12.5)

        A result that is no exception can still be an error:

        >>> async def settle(answer):
        ...     async with otelkit.operation("docs.settle") as settling:
        ...         if answer != "accepted":
        ...             settling.fail("declined")

    """
    module = str(sys._getframe(1).f_globals.get("__name__", "__main__"))  # noqa: SLF001 - as logging does  # pyright: ignore[reportPrivateUsage]
    return Operation(_checked_name(name, module), module=module, attributes=static_attributes(attributes))


def _checked_name(name: object, module: str) -> str:
    # Unlike a decorator, a block is made while the application runs: a bad name must not stop it there.
    if isinstance(name, str) and name.strip():
        return name
    wrong_use(f"operation() takes a name such as 'shop.checkout'; in {module} it was given {type(name).__name__}.")
    return UNNAMED


@lru_cache(maxsize=_PLANS_KEPT)
def _plan_of(name: str, module: str) -> Plan:
    """Return the plan of all blocks of this name in a module: bound once, although each block makes an object."""
    try:
        measured = bind_operation(name)
    except ValueError as error:
        wrong_use(str(error))
        measured = None
    return Plan(
        exportable(name),
        component=importable(module),
        logger=module,
        tracer=tracer.get_tracer(SCOPE),
        measured=measured,
        errors=error_metrics(),
    )
