"""The option groups of `otelkit.init`: `Traces`, `Metrics`, `Logs`, and how they become arguments of the table.

Every field but the few for SDK objects is a row of the table; None is "not set here".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from opentelemetry.sdk._logs import LogRecordProcessor
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.metrics.view import View
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Options of traces; a field left out is taken from the environment, the file or the default.

    Example:
        >>> Traces(sampler="parentbased_traceidratio", sampler_arg=0.1).sampler_arg
        0.1
    """

    SDK_OBJECTS: ClassVar[frozenset[str]] = frozenset({"processors", "id_generator"})

    exporter: str | Sequence[str] | None = None
    """Exporters by name: ``"otlp"``, ``"console"``, ``"none"``, or entry points of installed packages."""
    endpoint: str | None = None
    """Whole URL, used as it is; the argument ``endpoint`` of ``init`` is the base URL for all signals."""
    protocol: str | None = None
    """``"http/protobuf"`` or ``"grpc"``."""
    headers: Mapping[str, str] | None = None
    """Headers of export requests."""
    timeout: float | None = None
    """Longest time of one export, in seconds; 0 is no limit."""
    compression: str | None = None
    """``"none"``, ``"gzip"`` or ``"deflate"``."""
    certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificates to trust."""
    client_key: str | os.PathLike[str] | None = None
    """PEM file with the private key of the client."""
    client_certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificate of the client."""
    insecure: bool | None = None
    """gRPC without TLS where the endpoint has no scheme."""
    sampler: str | None = None
    """Name of the sampler, such as ``"parentbased_traceidratio"``."""
    sampler_arg: float | str | None = None
    """Argument of the sampler: the ratio, from 0 to 1, for the ratio samplers."""
    schedule_delay: float | None = None
    """Longest wait before a batch is exported, in seconds."""
    export_timeout: float | None = None
    """Longest time to export a batch, in seconds; 0 is no limit."""
    queue_size: int | None = None
    """Most spans waiting for export."""
    batch_size: int | None = None
    """Most spans in a batch."""
    attribute_count_limit: int | None = None
    """Most attributes of a span."""
    attribute_value_length_limit: int | None = None
    """Longest text of an attribute, in characters."""
    event_count_limit: int | None = None
    """Most events of a span."""
    link_count_limit: int | None = None
    """Most links of a span."""
    event_attribute_count_limit: int | None = None
    """Most attributes of an event."""
    link_attribute_count_limit: int | None = None
    """Most attributes of a link."""
    processors: Sequence[SpanProcessor] | None = None
    """Span processors of the OpenTelemetry SDK to run beside otelkit's own."""
    id_generator: IdGenerator | None = None
    """Generator of trace and span ids, of the OpenTelemetry SDK."""


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Options of metrics; a field left out is taken from the environment, the file or the default.

    Example:
        >>> Metrics(export_interval=10.0).export_interval
        10.0
    """

    SDK_OBJECTS: ClassVar[frozenset[str]] = frozenset({"views", "readers"})

    exporter: str | Sequence[str] | None = None
    """Exporters by name: ``"otlp"``, ``"prometheus"``, ``"console"``, ``"none"``, or entry points."""
    endpoint: str | None = None
    """Whole URL, used as it is; the argument ``endpoint`` of ``init`` is the base URL for all signals."""
    protocol: str | None = None
    """``"http/protobuf"`` or ``"grpc"``."""
    headers: Mapping[str, str] | None = None
    """Headers of export requests."""
    timeout: float | None = None
    """Longest time of one export, in seconds; 0 is no limit."""
    compression: str | None = None
    """``"none"``, ``"gzip"`` or ``"deflate"``."""
    certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificates to trust."""
    client_key: str | os.PathLike[str] | None = None
    """PEM file with the private key of the client."""
    client_certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificate of the client."""
    insecure: bool | None = None
    """gRPC without TLS where the endpoint has no scheme."""
    export_interval: float | None = None
    """Time between two exports, in seconds."""
    export_timeout: float | None = None
    """Longest time of collecting and exporting, in seconds; 0 is no limit."""
    temporality: str | None = None
    """``"cumulative"``, ``"delta"`` or ``"lowmemory"``."""
    histogram_aggregation: str | None = None
    """``"explicit_bucket_histogram"`` or ``"base2_exponential_bucket_histogram"``."""
    exemplar_filter: str | None = None
    """``"trace_based"``, ``"always_on"`` or ``"always_off"``."""
    prometheus_host: str | None = None
    """Address that the Prometheus endpoint listens on."""
    prometheus_port: int | None = None
    """Port that the Prometheus endpoint listens on; 0 takes any free one."""
    views: Sequence[View] | None = None
    """Views of the OpenTelemetry SDK."""
    readers: Sequence[MetricReader] | None = None
    """Metric readers of the OpenTelemetry SDK to run beside otelkit's own."""


@dataclass(frozen=True, kw_only=True)
class Logs:
    """Options of logs; a field left out is taken from the environment, the file or the default.

    Example:
        >>> Logs(level="DEBUG", levels={"uvicorn.access": "WARNING"}).level
        'DEBUG'
    """

    SDK_OBJECTS: ClassVar[frozenset[str]] = frozenset({"processors"})

    exporter: str | Sequence[str] | None = None
    """Exporters by name: ``"otlp"``, ``"console"``, ``"none"``, or entry points of installed packages."""
    endpoint: str | None = None
    """Whole URL, used as it is; the argument ``endpoint`` of ``init`` is the base URL for all signals."""
    protocol: str | None = None
    """``"http/protobuf"`` or ``"grpc"``."""
    headers: Mapping[str, str] | None = None
    """Headers of export requests."""
    timeout: float | None = None
    """Longest time of one export, in seconds; 0 is no limit."""
    compression: str | None = None
    """``"none"``, ``"gzip"`` or ``"deflate"``."""
    certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificates to trust."""
    client_key: str | os.PathLike[str] | None = None
    """PEM file with the private key of the client."""
    client_certificate: str | os.PathLike[str] | None = None
    """PEM file with the certificate of the client."""
    insecure: bool | None = None
    """gRPC without TLS where the endpoint has no scheme."""
    level: str | None = None
    """Lowest level that is kept: ``"DEBUG"``, ``"INFO"``, ``"WARNING"``, ``"ERROR"`` or ``"CRITICAL"``."""
    levels: Mapping[str, str] | None = None
    """Levels of single loggers and all below them."""
    capture: bool | None = None
    """Whether records of stdlib logging become OpenTelemetry log records."""
    console: str | None = None
    """``"auto"``, ``"pretty"``, ``"json"`` or ``"off"``."""
    directory: str | os.PathLike[str] | None = None
    """Directory of the log files; without one there are none."""
    file_max_bytes: int | None = None
    """Size at which a log file is rotated before midnight, in bytes."""
    compress_files: bool | None = None
    """Whether rotated log files are compressed."""
    retention_days: int | None = None
    """Days that application and error logs are kept."""
    audit_retention_days: int | None = None
    """Days that audit logs are kept."""
    trace_url: bool | None = None
    """Whether error records carry a link to their trace in Grafana."""
    schedule_delay: float | None = None
    """Longest wait before a batch is exported, in seconds."""
    export_timeout: float | None = None
    """Longest time to export a batch, in seconds; 0 is no limit."""
    queue_size: int | None = None
    """Most log records waiting for export."""
    batch_size: int | None = None
    """Most log records in a batch."""
    attribute_count_limit: int | None = None
    """Most attributes of a log record."""
    attribute_value_length_limit: int | None = None
    """Longest text of an attribute, in characters."""
    processors: Sequence[LogRecordProcessor] | None = None
    """Log record processors of the OpenTelemetry SDK to run beside otelkit's own."""


def init_arguments(
    arguments: Mapping[str, object],
    *,
    traces: Traces | Literal[False] | None = None,
    metrics: Metrics | Literal[False] | None = None,
    logs: Logs | Literal[False] | None = None,
) -> dict[str, object]:
    """Turn the arguments of ``init`` into those of `load_settings`.

    Args:
        arguments: Arguments for all signals by parameter name, such as ``service.name``; None is "not given".
        traces: Options of traces; False switches them off.
        metrics: Options of metrics; False switches them off.
        logs: Options of logs; False switches them off.

    Example:
        >>> init_arguments({"service.name": "payments"}, traces=Traces(sampler="always_on"), logs=False)
        {'service.name': 'payments', 'traces.sampler': 'always_on', 'logs.enabled': False}
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    for signal, group, options in (("traces", Traces, traces), ("metrics", Metrics, metrics), ("logs", Logs, logs)):
        if isinstance(options, group):
            given |= _of_group(signal, options)
        elif options is not None:
            given[f"{signal}.enabled"] = options  # False; anything else becomes a problem there
    return given


def _of_group(signal: str, options: Traces | Metrics | Logs) -> dict[str, object]:
    given = {field.name: getattr(options, field.name) for field in fields(options)}
    return {
        f"{signal}.{name}": value
        for name, value in given.items()
        if value is not None and name not in options.SDK_OBJECTS
    }
