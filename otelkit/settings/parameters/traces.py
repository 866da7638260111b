"""The rows of traces: sampling, batching, limits.

How traces are exported is in `exporting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from otelkit.settings.parameters.batching import batching_rows
from otelkit.settings.parameters.exporting import SignalParameters, exporting_rows
from otelkit.settings.parameters.general import ATTRIBUTE_COUNT_LIMIT, ATTRIBUTE_VALUE_LENGTH_LIMIT
from otelkit.settings.parameters.parameter import General, Lookup, Parameter
from otelkit.settings.reading.names import Advice, ChoiceReader
from otelkit.settings.reading.numbers import IntegerReader
from otelkit.settings.reading.reading import Reading, rejected
from otelkit.settings.reading.samplers import SamplerArgumentReader

RATIO_SAMPLERS: Final = frozenset({"traceidratio", "parentbased_traceidratio"})
_FIXED_SAMPLERS = ("always_on", "always_off", "parentbased_always_on", "parentbased_always_off")


@dataclass(frozen=True, kw_only=True, eq=False)
class TracesParameters(SignalParameters):
    """The rows of traces.

    Attributes:
        sampler: Which spans are recorded.
        sampler_arg: Argument of the sampler: for the ratio samplers a float in [0, 1] or None for 1.0.
        schedule_delay: Longest wait before a batch is exported, in seconds.
        export_timeout: Longest time to export a batch, in seconds.
        queue_size: Most spans waiting.
        batch_size: Most spans in a batch; never above `queue_size`.
        attribute_count_limit: Most attributes of a span.
        attribute_value_length_limit: Longest text of an attribute; None for no limit.
        event_count_limit: Most events of a span.
        link_count_limit: Most links of a span.
        event_attribute_count_limit: Most attributes of an event.
        link_attribute_count_limit: Most attributes of a link.
    """

    sampler: Parameter[str]
    sampler_arg: Parameter[float | str | None]
    schedule_delay: Parameter[float]
    export_timeout: Parameter[float]
    queue_size: Parameter[int]
    batch_size: Parameter[int]
    attribute_count_limit: Parameter[int]
    attribute_value_length_limit: Parameter[int | None]
    event_count_limit: Parameter[int]
    link_count_limit: Parameter[int]
    event_attribute_count_limit: Parameter[int]
    link_attribute_count_limit: Parameter[int]


def _third_party_samplers() -> frozenset[str]:
    from otelkit.settings.installed import entry_point_names

    return entry_point_names("opentelemetry_traces_sampler")


_NO_SAMPLER_PACKAGE = "needs a sampler that is not installed"
_SAMPLER = Parameter[str](
    name="traces.sampler",
    variables=("OTEL_TRACES_SAMPLER",),
    reader=ChoiceReader(
        choices=(*_FIXED_SAMPLERS, *sorted(RATIO_SAMPLERS)),
        more_choices=_third_party_samplers,
        advice=MappingProxyType(
            {
                "jaeger_remote": Advice(message=_NO_SAMPLER_PACKAGE, fix="write traceidratio"),
                "parentbased_jaeger_remote": Advice(message=_NO_SAMPLER_PACKAGE, fix="write parentbased_traceidratio"),
                "xray": Advice(message=_NO_SAMPLER_PACKAGE, fix="write parentbased_traceidratio"),
            }
        ),
    ),
    default="parentbased_always_on",
    doc="Which traces are recorded; also any installed `opentelemetry_traces_sampler` entry point",
)


def _judge_sampler_argument(argument: float | str | None, lookup: Lookup) -> Reading[float | str | None]:
    sampler = lookup(_SAMPLER)
    if sampler in _FIXED_SAMPLERS:
        return rejected(
            f"has no effect: the sampler {sampler} takes no argument",
            "write parentbased_traceidratio as the sampler, or leave the argument out",
        )
    if sampler not in RATIO_SAMPLERS:
        return Reading(argument)
    if isinstance(argument, float) and 0 <= argument <= 1:
        return Reading(argument)
    return rejected("is no ratio between 0 and 1 and is ignored: every trace is recorded", "give a number such as 0.25")


def _count_limit(field: str, variable: str, doc: str, general: Parameter[int] | None = None) -> Parameter[int]:
    return Parameter[int](
        name=f"traces.{field}",
        variables=(variable,),
        reader=IntegerReader(),
        default=128,
        doc=doc,
        general=None if general is None else General(parameter=general),
    )


TRACES: Final = TracesParameters(
    **exporting_rows(
        "traces",
        obsolete_insecure="OTEL_EXPORTER_OTLP_SPAN_INSECURE",
        extra_exporters=MappingProxyType(
            {
                "zipkin": Advice(
                    message="is not supported by otelkit; Zipkin's exporter is deprecated", fix="write otlp"
                ),
                "jaeger": Advice(message="no longer exists; Jaeger takes OTLP", fix="write otlp"),
            }
        ),
    ),
    **batching_rows("traces", prefix="OTEL_BSP", records="spans", schedule_delay=5.0),
    sampler=_SAMPLER,
    sampler_arg=Parameter(
        name="traces.sampler_arg",
        variables=("OTEL_TRACES_SAMPLER_ARG",),
        reader=SamplerArgumentReader(),
        default=None,
        default_note="1.0 for the ratio samplers",
        doc="Argument of the sampler: the ratio, from 0 to 1, for `traceidratio` and `parentbased_traceidratio`",
        check=_judge_sampler_argument,
    ),
    attribute_count_limit=_count_limit(
        "attribute_count_limit",
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        "Most attributes on a span",
        ATTRIBUTE_COUNT_LIMIT,
    ),
    attribute_value_length_limit=Parameter(
        name="traces.attribute_value_length_limit",
        variables=("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",),
        reader=IntegerReader(),
        default=None,
        default_note="no limit",
        unit="characters",
        doc="Longest text of an attribute of a span; longer ones are cut",
        general=General(parameter=ATTRIBUTE_VALUE_LENGTH_LIMIT),
    ),
    event_count_limit=_count_limit("event_count_limit", "OTEL_SPAN_EVENT_COUNT_LIMIT", "Most events on a span"),
    link_count_limit=_count_limit("link_count_limit", "OTEL_SPAN_LINK_COUNT_LIMIT", "Most links on a span"),
    event_attribute_count_limit=_count_limit(
        "event_attribute_count_limit",
        "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
        "Most attributes on an event of a span",
        ATTRIBUTE_COUNT_LIMIT,
    ),
    link_attribute_count_limit=_count_limit(
        "link_attribute_count_limit",
        "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
        "Most attributes on a link of a span",
        ATTRIBUTE_COUNT_LIMIT,
    ),
)
