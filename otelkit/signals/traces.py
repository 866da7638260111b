"""The traces signal: one configuration of how spans are sampled, limited, batched and sent.

Runs on the SDK's provider, sampler and batch processor; the way out is `signals.export`.
"""

from __future__ import annotations

import time
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanLimits, TracerProvider, sampling
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals import foreign
from otelkit.signals.export.delivery import Deliveries
from otelkit.signals.export.exporters import span_exporters
from otelkit.signals.proxies import tracer
from otelkit.signals.span_processing import SpanFanOut
from otelkit.signals.tracing_provider import ProxyTracerProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from otelkit.runtime.lifecycle import SignalFlush
    from otelkit.settings import Settings
    from otelkit.signals.resource import ResourceSource

_fan_out = SpanFanOut()
_attached_to: list[trace.TracerProvider] = []
"""The foreign provider that our fan-out has been added to, if any; a provider cannot give a processor back."""


class TracesSignal:
    """One configuration of tracing (see `otelkit.runtime.lifecycle.Signal`)."""

    name = "traces"

    def __init__(
        self,
        settings: Settings,
        resource: ResourceSource,
        *,
        exporting: bool,
        processors: Sequence[SpanProcessor] = (),
        id_generator: IdGenerator | None = None,
    ) -> None:
        """Describe a configuration; nothing runs before `start`.

        Args:
            settings: what the user asked for.
            resource: what the spans are about.
            exporting: False keeps the exporters out, as in a test process.
            processors: the user's own processors, after ours.
            id_generator: where trace and span ids come from; random by default.
        """
        self._settings = settings
        self._resource = resource
        self._exporting = exporting
        self._user_processors = tuple(processors)
        self._id_generator = id_generator
        self._own: tuple[SpanProcessor, ...] = ()
        self._provider: trace.TracerProvider | None = None
        self._aside: tuple[tuple[SpanProcessor, ...], tuple[SpanProcessor, ...]] = ((), ())
        self.deliveries = Deliveries()
        self.notes: tuple[str, ...] = ()

    def start(self) -> None:
        """Become what every tracer of the process forwards to."""
        found = foreign.tracer_provider()
        self._own = (*self._batching(), *self._user_processors)
        if found is not None and not isinstance(found, ProxyTracerProvider):
            self._join(found)
            return
        _fan_out.use(self._own)
        self._provider = self._make_provider()
        tracer.switch(self._provider)
        if found is None:
            trace.set_tracer_provider(ProxyTracerProvider(_fan_out))

    def flush(self, timeout: float) -> SignalFlush:
        """Hand over every ended span."""
        return self.deliveries.during(lambda: self._flush(timeout))

    def drain(self, timeout: float) -> None:
        """Send what is still queued and end the export threads. The user's processors belong to the user and go on."""
        del timeout  # the SDK's processors take none; the lifecycle bounds the wait
        for processor in self._own:
            if processor not in self._user_processors:
                processor.shutdown()

    def suspend(self) -> None:
        """Stand back without ending anything: queues and export threads stay as they are."""
        self._aside = _fan_out.set_aside()
        tracer.switch(None)

    def resume(self) -> None:
        """Be again what every tracer of the process forwards to."""
        _fan_out.put_back(self._aside)
        tracer.switch(self._provider)

    def stop(self, timeout: float) -> SignalFlush:
        """Flush, end the export threads, and leave tracers that do nothing."""
        result = self.flush(timeout)
        if tracer.active_provider() is self._provider:
            tracer.switch(None)
            _fan_out.use(())
            _fan_out.shutdown()
        for processor in self._own:
            processor.shutdown()
        return result

    def after_fork(self) -> None:
        """Begin again in a forked child: new queues and threads, and nothing of the parent's."""
        inherited = [processor for processor in self._own if processor not in self._user_processors]
        self.deliveries.close()
        self.deliveries = Deliveries()
        found = foreign.tracer_provider()
        self._own = (*self._batching(), *self._user_processors)
        _fan_out.use(self._own)
        if found is None or isinstance(found, ProxyTracerProvider):
            self._provider = self._make_provider()
            tracer.switch(self._provider)
        for processor in inherited:
            processor.shutdown()

    def _make_provider(self) -> TracerProvider:
        settings = self._settings
        return TracerProvider(
            sampler=_sampler(settings),
            resource=self._resource.current(),
            shutdown_on_exit=False,
            # The SDK types this argument by its own multi-processors, and calls what `SpanFanOut` has.
            active_span_processor=_fan_out,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            id_generator=self._id_generator or RandomIdGenerator(),
            span_limits=_limits(settings),
        )

    def _join(self, found: trace.TracerProvider) -> None:
        """Work with someone else's global provider: its resource and sampler hold, our processors are added."""
        self._provider = found
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        notes = [f"{kind} was global before init(): its resource and sampler hold, and shutdown() leaves it running"]
        add = getattr(found, "add_span_processor", None)
        if add is None:
            notes.append("it takes no span processors, so otelkit exports no spans of its own")
            self._own = ()
        elif not any(found is other for other in _attached_to):
            add(_fan_out)
            _attached_to.append(found)
        self.notes = tuple(notes)
        _fan_out.use(self._own)
        tracer.switch(found)

    def _batching(self) -> list[SpanProcessor]:
        if not self._exporting:
            return []
        settings = self._settings
        processors: list[SpanProcessor] = []
        for door, exporter in span_exporters(settings):
            self.deliveries.add(door)
            processors.append(
                BatchSpanProcessor(
                    exporter,
                    max_queue_size=settings[parameters.TRACES.queue_size],
                    schedule_delay_millis=settings[parameters.TRACES.schedule_delay] * 1000,
                    max_export_batch_size=settings[parameters.TRACES.batch_size],
                    export_timeout_millis=settings[parameters.TRACES.export_timeout] * 1000,
                )
            )
        return processors

    def _flush(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        complete = True
        for processor in self._own:
            left = max(0.0, deadline - time.monotonic())
            try:
                complete = processor.force_flush(int(left * 1000)) and complete
            except Exception as error:  # noqa: BLE001 - a processor may be the user's
                record_internal_error(f"span processor {type(processor).__name__}.force_flush", error)
                complete = False
        return complete


def _sampler(settings: Settings) -> sampling.Sampler:
    name = settings[parameters.TRACES.sampler]
    argument = settings[parameters.TRACES.sampler_arg]
    base = name.removeprefix("parentbased_")
    root: sampling.Sampler
    if base == "always_on":
        root = sampling.ALWAYS_ON
    elif base == "always_off":
        root = sampling.ALWAYS_OFF
    elif base == "traceidratio":
        root = sampling.TraceIdRatioBased(1.0 if argument is None else float(argument))
    else:
        return _registered_sampler(name, argument)
    return root if base == name else sampling.ParentBased(root)


def _registered_sampler(name: str, argument: float | str | None) -> sampling.Sampler:
    """Return a sampler that another package registers, as the SDK's own configuration does."""
    for entry_point in entry_points(group="opentelemetry_traces_sampler", name=name):
        try:
            sampler: sampling.Sampler = entry_point.load()("" if argument is None else str(argument))
        except Exception as error:  # noqa: BLE001 - third-party code; the service must start all the same
            record_internal_error(f"sampler {name}", error)
            continue
        return sampler
    return sampling.DEFAULT_ON


def _limits(settings: Settings) -> SpanLimits:
    def limit(value: int | None) -> int:
        return SpanLimits.UNSET if value is None else value

    return SpanLimits(
        max_attributes=limit(settings[parameters.ATTRIBUTE_COUNT_LIMIT]),
        max_attribute_length=limit(settings[parameters.ATTRIBUTE_VALUE_LENGTH_LIMIT]),
        max_span_attributes=limit(settings[parameters.TRACES.attribute_count_limit]),
        max_span_attribute_length=limit(settings[parameters.TRACES.attribute_value_length_limit]),
        max_events=limit(settings[parameters.TRACES.event_count_limit]),
        max_links=limit(settings[parameters.TRACES.link_count_limit]),
        max_event_attributes=limit(settings[parameters.TRACES.event_attribute_count_limit]),
        max_link_attributes=limit(settings[parameters.TRACES.link_attribute_count_limit]),
    )
