"""What traces and logs share: a provider with processors behind it, from its start to its stop and over a fork."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from otelkit.signals.export.delivery import Deliveries
from otelkit.signals.fan_out import ProcessorT, each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otelkit.runtime.lifecycle import SignalFlush
    from otelkit.settings import Settings
    from otelkit.signals.fan_out import FanOut
    from otelkit.signals.resource import ResourceSource

ProviderT = TypeVar("ProviderT")


class ProcessorSignal(ABC, Generic[ProcessorT, ProviderT]):
    """One configuration of a signal whose records go through processors (see `otelkit.runtime.lifecycle.Signal`)."""

    name: str
    fan_out: FanOut[ProcessorT]
    """The process's fan-out of this signal."""

    attached_to: list[ProviderT]
    """The foreign provider that the fan-out has been added to, if any; a provider cannot give a processor back."""

    def __init__(
        self, settings: Settings, resource: ResourceSource, *, exporting: bool, processors: Sequence[ProcessorT]
    ) -> None:
        self._settings = settings
        self._resource = resource
        self._exporting = exporting
        self._user_processors = tuple(processors)
        self._own: tuple[ProcessorT, ...] = ()
        self._provider: ProviderT | None = None
        self._aside: tuple[tuple[ProcessorT, ...], tuple[ProcessorT, ...]] = ((), ())
        self.deliveries = Deliveries()
        self.notes: tuple[str, ...] = ()

    def start(self) -> None:
        """Become what the process's tracers or loggers forward to."""
        found = self._found()
        self._own = (*self._batching(), *self._user_processors)
        if found is not None and not self._is_ours(found):
            self._join(found)
            return
        self.fan_out.use(self._own)
        self._provider = self._make_provider()
        self._switch(self._provider)
        if found is None:
            self._set_global()

    def flush(self, timeout: float) -> SignalFlush:
        """Hand over everything that has ended."""
        return self.deliveries.during(lambda: self._flush(timeout))

    def drain(self, timeout: float) -> None:
        """Send what is still queued and end the export threads. The user's processors belong to the user and go on."""
        del timeout  # the SDK's processors take none; the lifecycle bounds the wait
        each(self._made_here(), self.fan_out.kind, "shutdown", lambda processor: processor.shutdown())

    def suspend(self) -> None:
        """Stand back without ending anything: queues and export threads stay as they are."""
        self._aside = self.fan_out.set_aside()
        self._switch(None)

    def resume(self) -> None:
        """Be again what the process's tracers or loggers forward to."""
        self.fan_out.put_back(self._aside)
        self._switch(self._provider)

    def stop(self, timeout: float) -> SignalFlush:
        """Flush, end the export threads, and leave proxies with nothing behind them."""
        result = self.flush(timeout)
        if self._is_active():
            self._switch(None)
            self.fan_out.use(())
            self.fan_out.shutdown()
        each(self._own, self.fan_out.kind, "shutdown", lambda processor: processor.shutdown())
        return result

    def after_fork(self) -> None:
        """Begin again in a forked child: new queues and threads, and nothing of the parent's."""
        inherited = self._made_here()
        self.deliveries.close()
        self.deliveries = Deliveries()
        found = self._found()
        self._own = (*self._batching(), *self._user_processors)
        self.fan_out.use(self._own)
        if found is None or self._is_ours(found):
            self._provider = self._make_provider()
            self._switch(self._provider)
        each(inherited, self.fan_out.kind, "shutdown", lambda processor: processor.shutdown())

    def _made_here(self) -> list[ProcessorT]:
        return [processor for processor in self._own if processor not in self._user_processors]

    def _is_active(self) -> bool:
        return self._active() is self._provider

    def _join(self, found: ProviderT) -> None:
        """Work with someone else's global provider: what it was given holds, our processors are added."""
        self._provider = found
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        notes = [f"{kind} was global before init(): its {self._holding()}, and shutdown() leaves it running"]
        add = getattr(found, self._adder(), None)
        if add is None:
            notes.append(f"it takes no processors, so otelkit exports no {self.name} of its own")
            self._own = ()
        elif not any(found is other for other in self.attached_to):
            add(self.fan_out)
            self.attached_to.append(found)
        self.notes = tuple(notes)
        self.fan_out.use(self._own)
        self._switch(found)

    def _flush(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout

        def flush(processor: ProcessorT) -> bool:
            return processor.force_flush(int(max(0.0, deadline - time.monotonic()) * 1000))

        return each(self._own, self.fan_out.kind, "force_flush", flush)

    @abstractmethod
    def _found(self) -> ProviderT | None:
        """Return the process's global provider, None while nobody has set one."""

    @abstractmethod
    def _is_ours(self, provider: ProviderT) -> bool:
        """Return whether the global provider is otelkit's proxy."""

    @abstractmethod
    def _set_global(self) -> None:
        """Make otelkit's proxy the global provider."""

    @abstractmethod
    def _active(self) -> ProviderT:
        """Return what the proxies forward to."""

    @abstractmethod
    def _switch(self, provider: ProviderT | None) -> None:
        """Have the proxies forward to ``provider``."""

    @abstractmethod
    def _make_provider(self) -> ProviderT:
        """Make the SDK's provider of this configuration."""

    @abstractmethod
    def _batching(self) -> list[ProcessorT]:
        """Make the batch processors of this configuration, none where nothing is exported."""

    @abstractmethod
    def _adder(self) -> str:
        """Return the name of the provider's method that adds a processor."""

    @abstractmethod
    def _holding(self) -> str:
        """Return what of a foreign provider holds, in words."""
