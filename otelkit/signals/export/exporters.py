"""Exporters made from the settings: OTLP over HTTP or gRPC, the terminal, and exporters that other packages register.

Every value is passed explicitly, so that the exporters never parse the environment again by rules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter
from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics.export import AggregationTemporality, ConsoleMetricExporter
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
)
from opentelemetry.sdk.trace.export import ConsoleSpanExporter

from otelkit.runtime.environment import variables
from otelkit.runtime.internal_errors import record_internal_error
from otelkit.settings import parameters
from otelkit.signals.export.door import Door, LogDoor, MetricDoor, SpanDoor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

    from otelkit.settings import Settings
    from otelkit.settings.parameters import SignalParameters


_HEADER_VARIABLES = [name for signal in parameters.SIGNALS for name in signal.headers.variables] + list(
    parameters.HEADERS.variables
)
_NO_LIMIT = 86_400.0
"""Seconds; the specification's 0 means no limit, which the exporters cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where one signal goes: as the settings say it, before any connection exists."""

    protocol: str
    endpoint: str
    headers: dict[str, str]
    timeout: float
    compression: str
    certificate: str | None
    client_key: str | None
    client_certificate: str | None
    insecure: bool


def destination(settings: Settings, signal: SignalParameters) -> Destination:
    """Return where the settings send ``signal``."""
    return Destination(
        protocol=settings[signal.protocol],
        endpoint=settings[signal.endpoint],
        headers=dict(settings[signal.headers]),
        timeout=settings[signal.timeout] or _NO_LIMIT,
        compression=settings[signal.compression],
        certificate=_path(settings[signal.certificate]),
        client_key=_path(settings[signal.client_key]),
        client_certificate=_path(settings[signal.client_certificate]),
        insecure=settings[signal.insecure],
    )


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)


def span_exporters(settings: Settings) -> Iterator[tuple[Door, SpanDoor]]:
    """Make the exporters that the settings name for spans, each behind a door."""
    makers: dict[str, Callable[[], Any]] = {
        "otlp": lambda: _otlp("trace", "OTLPSpanExporter", destination(settings, parameters.TRACES)),
        "console": ConsoleSpanExporter,
    }
    for name, exporter in _made(settings[parameters.TRACES.exporter], makers, "opentelemetry_traces_exporter"):
        door = Door(name)
        yield door, SpanDoor(door, exporter)


def log_exporters(settings: Settings) -> Iterator[tuple[Door, LogDoor]]:
    """Make the exporters that the settings name for log records, each behind a door."""
    makers: dict[str, Callable[[], Any]] = {
        "otlp": lambda: _otlp("_log", "OTLPLogExporter", destination(settings, parameters.LOGS)),
        "console": ConsoleLogRecordExporter,
    }
    for name, exporter in _made(settings[parameters.LOGS.exporter], makers, "opentelemetry_logs_exporter"):
        door = Door(name)
        yield door, LogDoor(door, exporter)


def metric_exporters(settings: Settings) -> Iterator[tuple[Door, MetricDoor]]:
    """Make the push exporters that the settings name for metrics, each behind a door.

    ``prometheus`` is no push exporter and is left to the metrics signal.
    """
    temporality = preferred_temporality(settings[parameters.METRICS.temporality])
    aggregation = {Histogram: _histogram_aggregation(settings)}
    makers: dict[str, Callable[[], Any]] = {
        "otlp": lambda: _otlp(
            "metric",
            "OTLPMetricExporter",
            destination(settings, parameters.METRICS),
            preferred_temporality=temporality,
            preferred_aggregation=aggregation,
        ),
        "console": ConsoleMetricExporter,
    }
    names = [name for name in settings[parameters.METRICS.exporter] if name != "prometheus"]
    for name, exporter in _made(names, makers, "opentelemetry_metrics_exporter"):
        door = Door(name)
        yield door, MetricDoor(door, exporter, temporality=temporality, aggregation=aggregation)


def preferred_temporality(preference: str) -> dict[type, AggregationTemporality]:
    """Return the temporality per instrument kind for a preference.

    Args:
        preference: ``cumulative``, ``delta`` or ``lowmemory``, as the OTLP exporter specification defines them.
    """
    cumulative, delta = AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA
    if preference == "cumulative":
        synchronous = observable = cumulative
    elif preference == "delta":
        synchronous = observable = delta
    else:
        synchronous, observable = delta, cumulative
    return {
        Counter: synchronous,
        Histogram: synchronous,
        ObservableCounter: observable,
        UpDownCounter: cumulative,
        ObservableUpDownCounter: cumulative,
        ObservableGauge: cumulative,
    }


def _histogram_aggregation(settings: Settings) -> Any:
    if settings[parameters.METRICS.histogram_aggregation] == "base2_exponential_bucket_histogram":
        return ExponentialBucketHistogramAggregation()
    return ExplicitBucketHistogramAggregation()


def _made(
    names: tuple[str, ...] | list[str], makers: dict[str, Callable[[], Any]], group: str
) -> Iterator[tuple[str, Any]]:
    for name in names:
        if name == "none":
            continue
        try:
            make = makers.get(name) or _registered(group, name)
            # The official exporters parse the header variables by themselves, merge them into what they are given, and
            # log a malformed pair as it stands, secret and all.
            with variables(dict.fromkeys(_HEADER_VARIABLES)):
                exporter = make()
        except Exception as error:  # noqa: BLE001 - a third party's exporter may raise anything; the others must still run
            record_internal_error(f"export.{name}", error)
            continue
        yield name, exporter


def _registered(group: str, name: str) -> Callable[[], Any]:
    for entry_point in entry_points(group=group, name=name):
        make: Callable[[], Any] = entry_point.load()
        return make
    raise LookupError(f"no installed package registers an exporter named {name!r} under {group}")


def _otlp(module: str, name: str, to: Destination, **options: object) -> Any:
    return (_otlp_grpc if to.protocol == "grpc" else _otlp_http)(module, name, to, **options)


def _otlp_http(module: str, name: str, to: Destination, **options: object) -> Any:
    from importlib import import_module

    from opentelemetry.exporter.otlp.proto.http import Compression

    exporter = getattr(import_module(f"opentelemetry.exporter.otlp.proto.http.{module}_exporter"), name)
    return exporter(
        endpoint=to.endpoint,
        headers=to.headers,
        timeout=to.timeout,
        compression=Compression(to.compression),
        certificate_file=to.certificate,
        client_key_file=to.client_key,
        client_certificate_file=to.client_certificate,
        session=None if to.certificate is None else trusting_session(),
        **options,
    )


def trusting_session() -> requests.Session | None:
    """Return a session whose own certificates count, also where ``REQUESTS_CA_BUNDLE`` or ``CURL_CA_BUNDLE`` is set.

    requests lets these variables win over what a session was told to trust (psf/requests#3829). Versions of the
    exporter that come without requests use urllib3, which does not read them; then there is no session.
    """
    try:
        import requests
    except ImportError:
        return None

    class Session(requests.Session):
        def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
            merged = super().merge_environment_settings(url, proxies, stream, verify, cert)
            if verify is None and self.verify is not True:
                merged["verify"] = self.verify
            return merged

    return Session()


def _otlp_grpc(module: str, name: str, to: Destination, **options: object) -> Any:
    from importlib import import_module

    import grpc

    exporter = getattr(import_module(f"opentelemetry.exporter.otlp.proto.grpc.{module}_exporter"), name)
    insecure = to.insecure or to.endpoint.startswith("http://")
    return exporter(
        endpoint=to.endpoint,
        insecure=insecure,
        credentials=None if insecure else _credentials(to),
        headers=tuple((key.lower(), value) for key, value in to.headers.items()),
        timeout=to.timeout,
        compression=grpc.Compression.Gzip if to.compression == "gzip" else grpc.Compression.NoCompression,
        **options,
    )


def _credentials(to: Destination) -> Any:
    from pathlib import Path

    import grpc

    def read(path: str | None) -> bytes | None:
        return None if path is None else Path(path).read_bytes()

    return grpc.ssl_channel_credentials(
        root_certificates=read(to.certificate),
        private_key=read(to.client_key),
        certificate_chain=read(to.client_certificate),
    )
