"""The rows of metrics: how often, in which shape, and the Prometheus endpoint.

How metrics are exported over OTLP is in `exporting.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from otelkit.settings.parameters.exporting import SignalParameters, exporting_rows
from otelkit.settings.parameters.parameter import Parameter
from otelkit.settings.reading.names import Advice, ChoiceReader, TextReader
from otelkit.settings.reading.numbers import DurationReader, IntegerReader


@dataclass(frozen=True, kw_only=True, eq=False)
class MetricsParameters(SignalParameters):
    """The rows of metrics.

    Attributes:
        export_interval: Time between two exports, in seconds.
        export_timeout: Longest time of collecting and exporting, in seconds.
        temporality: ``cumulative``, ``delta`` or ``lowmemory``.
        histogram_aggregation: How a histogram without declared buckets is aggregated.
        exemplar_filter: Which measurements may become exemplars.
        prometheus_host: Address of the Prometheus endpoint.
        prometheus_port: Port of the Prometheus endpoint.
    """

    export_interval: Parameter[float]
    export_timeout: Parameter[float]
    temporality: Parameter[str]
    histogram_aggregation: Parameter[str]
    exemplar_filter: Parameter[str]
    prometheus_host: Parameter[str]
    prometheus_port: Parameter[int]


METRICS: Final = MetricsParameters(
    **exporting_rows(
        "metrics",
        obsolete_insecure="OTEL_EXPORTER_OTLP_METRIC_INSECURE",
        extra_exporters=MappingProxyType(
            {
                "prometheus": Advice(
                    message="needs a package that is not installed", fix="pip install 'otelkit[prometheus]'"
                )
            }
        ),
    ),
    export_interval=Parameter[float](
        name="metrics.export_interval",
        variables=("OTEL_METRIC_EXPORT_INTERVAL",),
        reader=DurationReader(positive=True),
        default=60.0,
        unit="s",
        text_unit="ms",
        doc="Time between the starts of two exports",
    ),
    export_timeout=Parameter[float](
        name="metrics.export_timeout",
        variables=("OTEL_METRIC_EXPORT_TIMEOUT",),
        reader=DurationReader(zero_is_no_limit=True),
        default=30.0,
        unit="s",
        text_unit="ms",
        doc="Longest time that collecting and exporting may take; 0 is no limit",
    ),
    temporality=Parameter[str](
        name="metrics.temporality",
        variables=("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",),
        reader=ChoiceReader(choices=("cumulative", "delta", "lowmemory")),
        default="cumulative",
        doc="Whether points carry sums since the start or since the last export; Prometheus wants `cumulative`",
    ),
    histogram_aggregation=Parameter[str](
        name="metrics.histogram_aggregation",
        variables=("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",),
        reader=ChoiceReader(choices=("explicit_bucket_histogram", "base2_exponential_bucket_histogram")),
        default="explicit_bucket_histogram",
        doc="How histograms are aggregated unless a view says otherwise",
    ),
    exemplar_filter=Parameter[str](
        name="metrics.exemplar_filter",
        variables=("OTEL_METRICS_EXEMPLAR_FILTER",),
        reader=ChoiceReader(
            choices=("trace_based", "always_on", "always_off"),
            advice=MappingProxyType(
                {
                    "with_sampled_trace": Advice(message="is an obsolete name", fix="write trace_based"),
                    "all": Advice(message="is an obsolete name", fix="write always_on"),
                    "none": Advice(message="is an obsolete name", fix="write always_off"),
                }
            ),
        ),
        default="trace_based",
        doc="Which measurements may become exemplars: those inside a recorded trace, all, or none",
    ),
    prometheus_host=Parameter[str](
        name="metrics.prometheus_host",
        variables=("OTEL_EXPORTER_PROMETHEUS_HOST",),
        reader=TextReader(what="a host name or address"),
        default="localhost",
        doc="Address that the Prometheus endpoint listens on",
    ),
    prometheus_port=Parameter[int](
        name="metrics.prometheus_port",
        variables=("OTEL_EXPORTER_PROMETHEUS_PORT",),
        reader=IntegerReader(maximum=65_535),
        default=9464,
        doc="Port that the Prometheus endpoint listens on; 0 takes any free one",
    ),
)
