"""The rows that concern all signals: whether, who, where to.

Rows of a single signal are in `traces.py`, `metrics.py` and `logs.py`; how a signal is exported is in `exporting.py`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from otelkit.settings.parameters.parameter import Parameter
from otelkit.settings.reading.endpoints import EndpointReader, for_http
from otelkit.settings.reading.names import Advice, ChoiceReader, NamesReader, PathReader, TextReader
from otelkit.settings.reading.numbers import BooleanReader, DurationReader, IntegerReader
from otelkit.settings.reading.reading import Reading, rejected
from otelkit.settings.reading.tables import AttributesReader

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from otelkit.settings.parameters.parameter import Lookup
    from otelkit.settings.reading.tables import ResourceValue

SDK_DISABLED: Final = Parameter[bool](
    name="disabled",
    variables=("OTEL_SDK_DISABLED",),
    reader=BooleanReader(false_when_wrong=True),
    default=False,
    doc="Switch all telemetry off; the application runs as without otelkit",
)
STRICT: Final = Parameter[bool](
    name="strict",
    variables=("OTELKIT_STRICT",),
    reader=BooleanReader(),
    default=False,
    doc="Raise `ConfigurationError` with every problem instead of reporting them",
)
CONFIG_FILE: Final[Parameter[Path | None]] = Parameter(
    name="config_file",
    variables=("OTELKIT_CONFIG_FILE",),
    reader=PathReader(),
    default=None,
    default_note="`otelkit.toml`, `otelkit.yaml` or `pyproject.toml` in the working directory",
    doc="The file to read settings from",
    in_file=False,
)
EXPORT_IN_PYTEST: Final = Parameter[bool](
    name="export_in_pytest",
    variables=("OTELKIT_EXPORT_IN_PYTEST",),
    reader=BooleanReader(),
    default=False,
    doc="Export also from a process that runs pytest",
)
RESOURCE_ATTRIBUTES: Final[Parameter[Mapping[str, ResourceValue]]] = Parameter(
    name="resource.attributes",
    variables=("OTEL_RESOURCE_ATTRIBUTES",),
    reader=AttributesReader(),
    default=MappingProxyType({}),
    doc="Attributes of the resource, merged key by key over all layers; keys that have a row of their own move there",
    merge=True,
)
SERVICE_NAME: Final[Parameter[str | None]] = Parameter(
    name="service.name",
    variables=("OTEL_SERVICE_NAME",),
    reader=TextReader(what="the service's name"),
    default=None,
    default_note="`unknown_service:` and the name of the executable",
    doc="Name of the service (`service.name`)",
    resource_key="service.name",
)
SERVICE_NAMESPACE: Final[Parameter[str | None]] = Parameter(
    name="service.namespace",
    reader=TextReader(what="the namespace"),
    default=None,
    doc="What the service belongs to (`service.namespace`)",
    resource_key="service.namespace",
)
SERVICE_VERSION: Final[Parameter[str | None]] = Parameter(
    name="service.version",
    reader=TextReader(what="the version"),
    default=None,
    doc="Version of the service (`service.version`)",
    resource_key="service.version",
)
SERVICE_INSTANCE_ID: Final[Parameter[str | None]] = Parameter(
    name="service.instance_id",
    reader=TextReader(what="the instance's id"),
    default=None,
    default_note="a random UUID for each process",
    doc="Identity of this process among its replicas (`service.instance.id`)",
    resource_key="service.instance.id",
)
ENVIRONMENT: Final[Parameter[str | None]] = Parameter(
    name="environment",
    variables=("OTELKIT_ENVIRONMENT",),
    reader=TextReader(what="the environment's name"),
    default=None,
    doc="Where the service runs, such as `production` (`deployment.environment.name`)",
    resource_key="deployment.environment.name",
)


def _third_party_propagators() -> frozenset[str]:
    from otelkit.settings.installed import entry_point_names

    return entry_point_names("opentelemetry_propagator")


def _needs_package(package: str) -> Advice:
    return Advice(message=f"needs the package {package}, which is not installed", fix=f"pip install {package}")


PROPAGATORS: Final = Parameter[tuple[str, ...]](
    name="propagators",
    variables=("OTEL_PROPAGATORS",),
    reader=NamesReader(
        each=ChoiceReader(
            choices=("tracecontext", "baggage"),
            more_choices=_third_party_propagators,
            optional=("b3", "b3multi", "jaeger", "xray", "ottrace"),
            special=("none",),
            advice=MappingProxyType(
                {
                    "b3": _needs_package("opentelemetry-propagator-b3"),
                    "b3multi": _needs_package("opentelemetry-propagator-b3"),
                    "jaeger": _needs_package("opentelemetry-propagator-jaeger"),
                    "xray": _needs_package("opentelemetry-propagator-aws-xray"),
                    "ottrace": _needs_package("opentelemetry-propagator-ot-trace"),
                }
            ),
        ),
        none_is_empty=True,
    ),
    default=("tracecontext", "baggage"),
    doc="How trace context travels between processes; other than the first two need a package of their own",
)
BAGGAGE_KEYS: Final = Parameter[tuple[str, ...]](
    name="baggage_keys",
    variables=("OTELKIT_BAGGAGE_KEYS",),
    reader=NamesReader(none_is_empty=True),
    default=(),
    doc="Names of bound context that may leave the process as baggage",
)
SHUTDOWN_TIMEOUT: Final = Parameter[float](
    name="shutdown_timeout",
    variables=("OTELKIT_SHUTDOWN_TIMEOUT",),
    reader=DurationReader(text_unit="s"),
    default=2.0,
    unit="s",
    doc="Longest time that the exit of the process waits for telemetry to be delivered",
)
OTEL_LOG_LEVEL: Final = Parameter[str](
    name="otel_log_level",
    variables=("OTEL_LOG_LEVEL",),
    reader=ChoiceReader(
        choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OFF"),
        aliases=MappingProxyType(
            {
                "trace": "debug",
                "warn": "warning",
                "fatal": "critical",
                "none": "off",
                "verbose": "debug",
                "all": "debug",
            }
        ),
    ),
    default="INFO",
    doc="Level of what otelkit and the OpenTelemetry SDK log about themselves",
)
ATTRIBUTE_COUNT_LIMIT: Final = Parameter[int](
    name="attribute_count_limit",
    variables=("OTEL_ATTRIBUTE_COUNT_LIMIT",),
    reader=IntegerReader(),
    default=128,
    doc="Most attributes on a span, an event, a link or a log record",
)
ATTRIBUTE_VALUE_LENGTH_LIMIT: Final[Parameter[int | None]] = Parameter(
    name="attribute_value_length_limit",
    variables=("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",),
    reader=IntegerReader(),
    default=None,
    default_note="no limit",
    unit="characters",
    doc="Longest text of an attribute; longer ones are cut",
)


def _grafana_url(url: str | None, _lookup: Lookup) -> Reading[str | None]:
    if url is None:
        return Reading(None)
    if "@" in url.partition("://")[2].partition("/")[0]:
        return rejected("holds a user name and is ignored", "write it without: links stand in logs for all to read")
    if "?" in url or "#" in url:
        return rejected("has a query or a fragment and is ignored", "write the address alone: https://grafana.example")
    return for_http(url)


GRAFANA_URL: Final[Parameter[str | None]] = Parameter(
    name="grafana.url",
    variables=("OTELKIT_GRAFANA_URL",),
    reader=EndpointReader(),
    default=None,
    doc="Address of Grafana as people open it, for links to traces, logs and metrics (`explore_url`)",
    check=_grafana_url,
)
GRAFANA_TEMPO: Final = Parameter[str](
    name="grafana.tempo",
    variables=("OTELKIT_GRAFANA_TEMPO",),
    reader=TextReader(what="the data source's uid"),
    default="tempo",
    doc="The uid that the data source of the traces has in Grafana",
)
GRAFANA_LOKI: Final = Parameter[str](
    name="grafana.loki",
    variables=("OTELKIT_GRAFANA_LOKI",),
    reader=TextReader(what="the data source's uid"),
    default="loki",
    doc="The uid that the data source of the log records has in Grafana",
)
GRAFANA_PROMETHEUS: Final = Parameter[str](
    name="grafana.prometheus",
    variables=("OTELKIT_GRAFANA_PROMETHEUS",),
    reader=TextReader(what="the data source's uid"),
    default="prometheus",
    doc="The uid that the data source of the metrics has in Grafana",
)
