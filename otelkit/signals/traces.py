"""The traces signal: one configuration of how spans are sampled, limited, batched and sent.

Runs on the SDK's provider, sampler and batch processor; the way out is `signals.export`.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanLimits, TracerProvider, sampling
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals import foreign
from otelkit.signals.export.exporters import span_exporters
from otelkit.signals.processor_signal import ProcessorSignal
from otelkit.signals.proxies import tracer
from otelkit.signals.span_processing import SpanFanOut
from otelkit.signals.tracing_provider import ProxyTracerProvider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from otelkit.settings import Settings
    from otelkit.signals.resource import ResourceSource

_fan_out = SpanFanOut()
_attached_to: list[trace.TracerProvider] = []


class TracesSignal(ProcessorSignal["SpanProcessor", "trace.TracerProvider"]):
    """One configuration of tracing (see `otelkit.runtime.lifecycle.Signal`)."""

    name = "traces"
    fan_out = _fan_out
    attached_to = _attached_to

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
        super().__init__(settings, resource, exporting=exporting, processors=processors)
        self._id_generator = id_generator

    def _found(self) -> trace.TracerProvider | None:
        return foreign.tracer_provider()

    def _is_ours(self, provider: trace.TracerProvider) -> bool:
        return isinstance(provider, ProxyTracerProvider)

    def _set_global(self) -> None:
        trace.set_tracer_provider(ProxyTracerProvider(_fan_out))

    def _active(self) -> trace.TracerProvider:
        return tracer.active_provider()

    def _switch(self, provider: trace.TracerProvider | None) -> None:
        tracer.switch(provider)

    def _adder(self) -> str:
        return "add_span_processor"

    def _holding(self) -> str:
        return "resource and sampler hold"

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
