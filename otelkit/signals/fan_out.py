"""Processors of one signal: the configuration's own, which change with it, and those that others added, which stay.

A processor that raises, ours or anyone's, disturbs neither the application nor the processors after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from otelkit.runtime.internal_errors import record_internal_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Processor(Protocol):
    """What the SDK's span and log record processors have in common."""

    def shutdown(self) -> None:
        """End."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Hand over what is waiting."""
        ...


ProcessorT = TypeVar("ProcessorT", bound=Processor)


class FanOut(Generic[ProcessorT]):
    """Hands what happens to every processor; one serves all providers of the process, so that nothing goes twice."""

    kind = "processor"
    """What they are, for the record of internal errors."""

    def __init__(self) -> None:
        self._own: tuple[ProcessorT, ...] = ()
        self._added: tuple[ProcessorT, ...] = ()

    def use(self, processors: Iterable[ProcessorT]) -> None:
        """Make ``processors`` the configuration's own, in place of the earlier ones."""
        self._own = tuple(processors)

    def add(self, processor: ProcessorT) -> None:
        """Add a processor that stays across configurations."""
        self._added = (*self._added, processor)

    def set_aside(self) -> tuple[tuple[ProcessorT, ...], tuple[ProcessorT, ...]]:
        """Take every processor off without shutting it down, and return them for `put_back`."""
        aside = (self._own, self._added)
        self._own = self._added = ()
        return aside

    def put_back(self, aside: tuple[tuple[ProcessorT, ...], tuple[ProcessorT, ...]]) -> None:
        """Have the processors that were set aside again, and no others."""
        self._own, self._added = aside

    def shutdown(self) -> None:
        """Shut down what others added: their provider is going away. Ours are stopped by their signal."""
        added, self._added = self._added, ()
        each(added, self.kind, "shutdown", lambda processor: processor.shutdown())

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush every processor."""
        return each(self._all(), self.kind, "force_flush", lambda processor: processor.force_flush(timeout_millis))

    def _all(self) -> tuple[ProcessorT, ...]:
        return (*self._own, *self._added)


def each(processors: Iterable[ProcessorT], kind: str, what: str, call: Callable[[ProcessorT], object]) -> bool:
    """Call every processor, whatever the others do.

    Args:
        processors: whom to call.
        kind: what they are, such as ``span processor``.
        what: the name of the call, for the record of internal errors.
        call: the call.

    Returns:
        whether none of them raised or said False.
    """
    well = True
    for processor in processors:
        try:
            well = call(processor) is not False and well
        except Exception as error:  # noqa: BLE001 - a processor is third-party code, often on the application's thread
            record_internal_error(f"{kind} {type(processor).__name__}.{what}", error)
            well = False
    return well
