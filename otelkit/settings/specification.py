"""Every `OTEL_*` variable of the specification and of OpenTelemetry Python: honoured, by whom, or why not.

What an honoured variable means is in `parameters/`; here nothing is read but the names that are set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from otelkit.settings.parameters import ALL
from otelkit.settings.problems import Problem
from otelkit.settings.spelling import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OTLP = (
    "ENDPOINT",
    "PROTOCOL",
    "HEADERS",
    "TIMEOUT",
    "COMPRESSION",
    "CERTIFICATE",
    "CLIENT_KEY",
    "CLIENT_CERTIFICATE",
    "INSECURE",
)

SPECIFICATION: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "General SDK configuration": (
            "OTEL_SDK_DISABLED",
            "OTEL_ENTITIES",
            "OTEL_RESOURCE_ATTRIBUTES",
            "OTEL_SERVICE_NAME",
            "OTEL_LOG_LEVEL",
            "OTEL_PROPAGATORS",
            "OTEL_TRACES_SAMPLER",
            "OTEL_TRACES_SAMPLER_ARG",
        ),
        "Batch span processor": (
            "OTEL_BSP_SCHEDULE_DELAY",
            "OTEL_BSP_EXPORT_TIMEOUT",
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        ),
        "Batch log record processor": (
            "OTEL_BLRP_SCHEDULE_DELAY",
            "OTEL_BLRP_EXPORT_TIMEOUT",
            "OTEL_BLRP_MAX_QUEUE_SIZE",
            "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
        ),
        "Attribute limits": ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
        "Span limits": (
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
            "OTEL_SPAN_EVENT_COUNT_LIMIT",
            "OTEL_SPAN_LINK_COUNT_LIMIT",
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
        ),
        "Log record limits": ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"),
        "OTLP exporter": (
            *(f"OTEL_EXPORTER_OTLP_{option}" for option in _OTLP),
            *(f"OTEL_EXPORTER_OTLP_{signal}_{option}" for signal in ("TRACES", "METRICS", "LOGS") for option in _OTLP),
            "OTEL_EXPORTER_OTLP_SPAN_INSECURE",
            "OTEL_EXPORTER_OTLP_METRIC_INSECURE",
        ),
        "OTLP exporter of profiles": tuple(f"OTEL_EXPORTER_OTLP_PROFILES_{option}" for option in _OTLP),
        "OTLP metrics exporter": (
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        ),
        "Zipkin exporter": (
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT",
            "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
            "OTEL_EXPORTER_ZIPKIN_PROTOCOL",
        ),
        "Jaeger exporter (removed from the specification)": tuple(
            f"OTEL_EXPORTER_JAEGER_{option}"
            for option in ("PROTOCOL", "AGENT_HOST", "AGENT_PORT", "ENDPOINT", "TIMEOUT", "USER", "PASSWORD")
        ),
        "Prometheus exporter": ("OTEL_EXPORTER_PROMETHEUS_HOST", "OTEL_EXPORTER_PROMETHEUS_PORT"),
        "Exporter selection": ("OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"),
        "Metrics SDK": ("OTEL_METRICS_EXEMPLAR_FILTER", "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT"),
        "Declarative configuration": ("OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"),
    }
)
"""The variables of the specification by its sections."""

PYTHON: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "OpenTelemetry Python: API and SDK": (
            "OTEL_PYTHON_CONTEXT",
            "OTEL_PYTHON_TRACER_PROVIDER",
            "OTEL_PYTHON_METER_PROVIDER",
            "OTEL_PYTHON_LOGGER_PROVIDER",
            "OTEL_PYTHON_ID_GENERATOR",
            "OTEL_PYTHON_TRACER_CONFIGURATOR",
            "OTEL_PYTHON_METER_CONFIGURATOR",
            "OTEL_PYTHON_LOGGER_CONFIGURATOR",
            "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED",
            "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS",
        ),
        "OpenTelemetry Python: exporters": (
            *(
                f"OTEL_PYTHON_EXPORTER_OTLP_{transport}_{scope}CREDENTIAL_PROVIDER"
                for transport in ("HTTP", "GRPC")
                for scope in ("", "TRACES_", "METRICS_", "LOGS_")
            ),
            "OTEL_PYTHON_EXPORTER_OTLP_GRPC_RETRYABLE_ERROR_CODES",
        ),
        "OpenTelemetry Python: instrumentation": (
            "OTEL_SEMCONV_STABILITY_OPT_IN",
            "OTEL_PYTHON_DISTRO",
            "OTEL_PYTHON_CONFIGURATOR",
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS",
            "OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH",
            "OTEL_PYTHON_EXCLUDED_URLS",
            "OTEL_PYTHON_FASTAPI_EXCLUDED_URLS",
            "OTEL_PYTHON_INSTRUMENTATION_HTTP_CAPTURE_ALL_METHODS",
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST",
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_RESPONSE",
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST",
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE",
            "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS",
        ),
        "OpenTelemetry Python: logging": (
            "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED",
            "OTEL_PYTHON_LOG_CORRELATION",
            "OTEL_PYTHON_LOG_FORMAT",
            "OTEL_PYTHON_LOG_LEVEL",
        ),
    }
)
"""The language-specific variables of OpenTelemetry Python, by what reads them."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What becomes of a variable.

    Attributes:
        parameter: Name of the parameter that it sets.
        component: Name of the package that reads it by itself, otelkit or not.
        unsupported: Why nothing reads it.
        fix: What to do instead, where it is unsupported.
        harmless: The value (lower case) that asks for what happens anyway.
    """

    parameter: str = ""
    component: str = ""
    unsupported: str = ""
    fix: str = ""
    harmless: str = ""


_BY_PARAMETER = {variable: Standing(parameter=row.name) for row in ALL for variable in row.variables}
_INSTRUMENTATION = "the opentelemetry-instrumentation packages"
_BY_COMPONENT = {
    "OTEL_PYTHON_CONTEXT": "opentelemetry-api",
    "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED": "opentelemetry-sdk",
    "OTEL_PYTHON_EXPORTER_OTLP_GRPC_RETRYABLE_ERROR_CODES": "opentelemetry-exporter-otlp-proto-grpc",
    "OTEL_PYTHON_DISTRO": "the command opentelemetry-instrument",
    "OTEL_PYTHON_CONFIGURATOR": "the command opentelemetry-instrument",
    "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "the command opentelemetry-instrument",
    "OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH": "the command opentelemetry-instrument",
    **{
        name: "opentelemetry-exporter-otlp-proto-http"
        for name in PYTHON["OpenTelemetry Python: exporters"]
        if "_HTTP_" in name
    },
    "OTEL_PYTHON_EXCLUDED_URLS": f"{_INSTRUMENTATION}, all but FastAPI's",
    **{
        name: _INSTRUMENTATION
        for name in PYTHON["OpenTelemetry Python: instrumentation"]
        if name.startswith(("OTEL_INSTRUMENTATION_", "OTEL_PYTHON_INSTRUMENTATION_", "OTEL_SEMCONV_"))
    },
}


def _same(names: Iterable[str], *, unsupported: str, fix: str, harmless: str = "") -> dict[str, Standing]:
    return {name: Standing(unsupported=unsupported, fix=fix, harmless=harmless) for name in names}


_UNSUPPORTED = {
    **_same(
        SPECIFICATION["Zipkin exporter"],
        unsupported="otelkit has no Zipkin exporter; the specification deprecates it",
        fix="send OTLP to a collector, which can write Zipkin",
    ),
    **_same(
        SPECIFICATION["Jaeger exporter (removed from the specification)"],
        unsupported="the Jaeger exporter was removed from OpenTelemetry",
        fix="send OTLP, which Jaeger takes: set OTEL_EXPORTER_OTLP_ENDPOINT",
    ),
    **_same(
        SPECIFICATION["OTLP exporter of profiles"],
        unsupported="OpenTelemetry Python exports no profiles",
        fix="remove it",
    ),
    **_same(
        SPECIFICATION["Declarative configuration"],
        unsupported="otelkit builds the SDK by itself and does not read declarative configuration",
        fix="use otelkit.toml (OTELKIT_CONFIG_FILE), or leave otelkit.init out and let the SDK read that file",
    ),
    **_same(
        ("OTEL_PYTHON_TRACER_PROVIDER", "OTEL_PYTHON_METER_PROVIDER", "OTEL_PYTHON_LOGGER_PROVIDER"),
        unsupported="otelkit sets the global provider by itself",
        fix="remove it, or set your own provider before otelkit.init, which then joins it",
    ),
    **_same(
        ("OTEL_PYTHON_TRACER_CONFIGURATOR", "OTEL_PYTHON_METER_CONFIGURATOR", "OTEL_PYTHON_LOGGER_CONFIGURATOR"),
        unsupported="only the SDK's own start-up reads it, which otelkit replaces",
        fix="remove it",
    ),
    **_same(
        ("OTEL_PYTHON_LOG_CORRELATION", "OTEL_PYTHON_LOG_FORMAT", "OTEL_PYTHON_LOG_LEVEL"),
        unsupported="only opentelemetry-instrumentation-logging reads it, whose work otelkit does",
        fix="use OTELKIT_LOGS_LEVEL and OTELKIT_LOGS_CONSOLE; trace ids are in every line by themselves",
    ),
    "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": Standing(
        unsupported="otelkit captures stdlib logging by itself",
        fix="remove it, or set OTELKIT_LOGS_CAPTURE=false to leave logging alone",
        harmless="false",
    ),
    **_same(
        (name for name in PYTHON["OpenTelemetry Python: exporters"] if "_GRPC_" in name and "CREDENTIAL" in name),
        unsupported="otelkit gives the gRPC exporters their credentials by itself",
        fix="use OTEL_EXPORTER_OTLP_CERTIFICATE, _CLIENT_CERTIFICATE and _CLIENT_KEY, or headers",
    ),
    "OTEL_PYTHON_FASTAPI_EXCLUDED_URLS": Standing(
        unsupported="instrument_fastapi leaves out what its argument says: probes and /metrics",
        fix="pass instrument_fastapi(app, excluded_urls=...)",
    ),
    "OTEL_PYTHON_ID_GENERATOR": Standing(
        unsupported="only the SDK's own start-up reads it, which otelkit replaces",
        fix="pass Traces(id_generator=...) to otelkit.init",
        harmless="random",
    ),
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": Standing(
        unsupported="otelkit detects process, host, container and Kubernetes by itself and runs no other detectors",
        fix="give what is missing as OTEL_RESOURCE_ATTRIBUTES",
        harmless="otel",
    ),
    "OTEL_ENTITIES": Standing(
        unsupported="OpenTelemetry Python has no entities, which are in development",
        fix="give the attributes as OTEL_RESOURCE_ATTRIBUTES",
    ),
}

VARIABLES: Final[Mapping[str, Standing]] = MappingProxyType(
    {
        **_UNSUPPORTED,
        **{name: Standing(component=component) for name, component in _BY_COMPONENT.items()},
        **_BY_PARAMETER,
    }
)
"""Every variable that is known, and what becomes of it."""

# Variables of this form belong to one instrumentation package each, which reads them by itself.
_OF_INSTRUMENTATIONS = re.compile(
    r"OTEL_PYTHON_[A-Z0-9_]+_(EXCLUDED_URLS|TRACED_REQUEST_ATTRS)|OTEL_INSTRUMENTATION_\w+"
)
# Whole environments are often shared by programs in several languages; theirs are no typos of ours.
_OF_OTHERS = re.compile(
    r"OTEL_(JAVA|JAVAAGENT|DOTNET|NODE|NODEJS|JS|PHP|RUBY|GO|CPP|RUST|SWIFT|ERLANG|COLLECTOR|OPERATOR|HELM|JMX|SPRING)_\w+"
)
_NEAR = 0.88
_NEAR_IN_PYTHON = 0.93  # names of contrib packages look alike without being typos


def problems(environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Give a problem for each variable that is set but that nothing reads, or that looks misspelt.

    Values are never repeated: the misspelt name may be that of a secret.

    Args:
        environ: The environment.

    Example:
        >>> problems({"OTEL_SERVICE_NAM": "payments"})[0].fix
        'set OTEL_SERVICE_NAME'
    """
    found: list[Problem] = []
    for name, value in environ.items():
        if not name.startswith(("OTEL_", "OTELKIT_")) or not value.strip():
            continue
        standing = VARIABLES.get(name)
        if standing is None:
            found += _unknown(name)
        elif standing.unsupported and value.strip().lower() != standing.harmless:
            found.append(_problem(name, f"has no effect: {standing.unsupported}", standing.fix))
    return tuple(found)


def _unknown(name: str) -> list[Problem]:
    if _OF_INSTRUMENTATIONS.fullmatch(name) or _OF_OTHERS.fullmatch(name):
        return []
    near = closest(name, VARIABLES, cutoff=_NEAR_IN_PYTHON if name.startswith("OTEL_PYTHON_") else _NEAR)
    if near is not None:
        return [_problem(name, f"is unknown and is ignored; did you mean {near!r}?", f"set {near}")]
    if name.startswith("OTELKIT_"):
        return [_problem(name, "is unknown and is ignored", "remove it; the reference lists all variables")]
    return []


def _problem(name: str, message: str, fix: str) -> Problem:
    return Problem(setting=name, value="", source="environment", message=message, fix=fix)
