"""One wrong environment variable at a time: the whole text of the problem, and what is used instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.settings import parameters
from otelkit.settings.parameters import LOGS, METRICS, TRACES, Parameter

if TYPE_CHECKING:
    from tests.settings.conftest import Load

WRONG_VARIABLES: list[tuple[str, str, str, Parameter[object], object]] = [
    # variable, what was given, the text of the problem after the setting's name, parameter, what is used
    (
        "OTEL_TRACES_EXPORTER",
        "oltp",
        "='oltp' (environment): is unknown and is ignored; did you mean 'otlp'? Fix: write otlp.",
        TRACES.exporter,
        ("otlp",),
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "console,consle",
        "='consle' (environment): is unknown and is ignored; did you mean 'console'? Fix: write console.",
        TRACES.exporter,
        ("console",),
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "kafka",
        "='kafka' (environment): is unknown and is ignored. Fix: write one of otlp, console, none.",
        TRACES.exporter,
        ("otlp",),
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "zipkin",
        (
            "='zipkin' (environment): is not supported by otelkit; Zipkin's exporter is deprecated; it is ignored."
            " Fix: write otlp."
        ),
        TRACES.exporter,
        ("otlp",),
    ),
    (
        "OTEL_LOGS_EXPORTER",
        "otlp,none",
        (
            "='otlp,none' (environment): has \"none\" beside other names and is ignored."
            ' Fix: write "none" alone, or leave it out.'
        ),
        LOGS.exporter,
        ("otlp",),
    ),
    (
        "OTEL_METRICS_EXPORTER",
        "logging",
        "='logging' (environment): is the deprecated name of \"console\"; it is ignored. Fix: write console.",
        METRICS.exporter,
        ("otlp",),
    ),
    (
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/json",
        (
            "='http/json' (environment): OTLP/JSON is not supported by the Python exporters; it is ignored."
            " Fix: write http/protobuf."
        ),
        TRACES.protocol,
        "http/protobuf",
    ),
    (
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
        "http/protobuff",
        (
            "='http/protobuff' (environment): is unknown and is ignored; did you mean 'http/protobuf'?"
            " Fix: write http/protobuf."
        ),
        METRICS.protocol,
        "http/protobuf",
    ),
    (
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        "-1",
        "='-1' (environment): is below 0 and is ignored. Fix: give a whole number of 0 or more.",
        TRACES.attribute_count_limit,
        128,
    ),
    (
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        "-5",
        "='-5' (environment): is below 0 and is ignored. Fix: give a whole number of 0 or more.",
        LOGS.attribute_value_length_limit,
        None,
    ),
    (
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "0",
        "='0' (environment): is below 1 and is ignored. Fix: give a whole number of 1 or more.",
        TRACES.queue_size,
        2048,
    ),
    (
        "OTEL_BLRP_MAX_QUEUE_SIZE",
        "4294967296",
        "='4294967296' (environment): is above 2147483647 and is ignored. Fix: give a whole number of 1 or more.",
        LOGS.queue_size,
        2048,
    ),
    (
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        "5000",
        (
            "='5000' (environment): is above the queue size of 2048 and is ignored."
            " Fix: give 2048 or less, or raise OTEL_BSP_MAX_QUEUE_SIZE."
        ),
        TRACES.batch_size,
        512,
    ),
    (
        "OTEL_BSP_SCHEDULE_DELAY",
        "5s",
        (
            "='5s' (environment): is not a whole number of milliseconds and is ignored."
            " Fix: write the milliseconds without a unit: 5000."
        ),
        TRACES.schedule_delay,
        5.0,
    ),
    (
        "OTEL_BLRP_SCHEDULE_DELAY",
        "-1",
        "='-1' (environment): is negative and is ignored. Fix: give a whole number of milliseconds above 0.",
        LOGS.schedule_delay,
        1.0,
    ),
    (
        "OTEL_METRIC_EXPORT_INTERVAL",
        "0",
        (
            "='0' (environment): is 0, which would never wait, and is ignored."
            " Fix: give a whole number of milliseconds above 0."
        ),
        METRICS.export_interval,
        60.0,
    ),
    (
        "OTEL_METRIC_EXPORT_TIMEOUT",
        "1.5",
        (
            "='1.5' (environment): is not a whole number of milliseconds and is ignored."
            " Fix: give a whole number of milliseconds of 0 or more."
        ),
        METRICS.export_timeout,
        30.0,
    ),
    (
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "10",
        (
            "='10' (environment): is 10 milliseconds, as the specification defines this variable, and is used as such."
            " Fix: write 10000 if you meant 10 seconds."
        ),
        TRACES.timeout,
        0.01,
    ),
    (
        "OTELKIT_SHUTDOWN_TIMEOUT",
        "2s",
        "='2s' (environment): is not a number of seconds and is ignored. Fix: write the seconds without a unit: 2.",
        parameters.SHUTDOWN_TIMEOUT,
        2.0,
    ),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "localhost:4318",
        (
            "='localhost:4318' (environment): has no scheme and is ignored."
            " Fix: write http://localhost:4318 (or https://localhost:4318)."
        ),
        METRICS.endpoint,
        "http://localhost:4318/v1/metrics",
    ),
    (
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
        "collector",
        "='collector' (environment): has no scheme and is ignored. Fix: write http://collector (or https://collector).",
        LOGS.endpoint,
        "http://localhost:4318/v1/logs",
    ),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "ftp://collector:4318",
        (
            "='ftp://collector:4318' (environment): has the scheme 'ftp' and is ignored."
            " Fix: write a URL that begins with http:// or https://."
        ),
        TRACES.endpoint,
        "http://localhost:4318/v1/traces",
    ),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://collector:99999",
        (
            "='http://collector:99999' (environment): is no valid URL and is ignored."
            " Fix: write a URL such as http://localhost:4318."
        ),
        TRACES.endpoint,
        "http://localhost:4318/v1/traces",
    ),
    (
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://",
        "='http://' (environment): has no host and is ignored. Fix: write a URL such as http://localhost:4318.",
        TRACES.endpoint,
        "http://localhost:4318/v1/traces",
    ),
    (
        "OTEL_EXPORTER_OTLP_COMPRESSION",
        "zip",
        "='zip' (environment): is unknown and is ignored; did you mean 'gzip'? Fix: write gzip.",
        TRACES.compression,
        "none",
    ),
    (
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
        "/no/such/file.pem",
        (
            "='/no/such/file.pem' (environment): is no readable file and is ignored."
            " Fix: give the path of a file that this process can read."
        ),
        TRACES.certificate,
        None,
    ),
    (
        "OTEL_PROPAGATORS",
        "tracecontext,bagage",
        "='bagage' (environment): is unknown and is ignored; did you mean 'baggage'? Fix: write baggage.",
        parameters.PROPAGATORS,
        ("tracecontext",),
    ),
    (
        "OTEL_PROPAGATORS",
        "b3,tracecontext",
        (
            "='b3' (environment): needs the package opentelemetry-propagator-b3, which is not installed; it is ignored."
            " Fix: pip install opentelemetry-propagator-b3."
        ),
        parameters.PROPAGATORS,
        ("tracecontext",),
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "traceidration",
        (
            "='traceidration' (environment): is unknown and is ignored; did you mean 'traceidratio'?"
            " Fix: write traceidratio."
        ),
        TRACES.sampler,
        "parentbased_always_on",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "jaeger_remote",
        (
            "='jaeger_remote' (environment): needs a sampler that is not installed; it is ignored."
            " Fix: write traceidratio."
        ),
        TRACES.sampler,
        "parentbased_always_on",
    ),
    (
        "OTEL_TRACES_SAMPLER_ARG",
        "0.1",
        (
            "='0.1' (environment): has no effect: the sampler parentbased_always_on takes no argument."
            " Fix: write parentbased_traceidratio as the sampler, or leave the argument out."
        ),
        TRACES.sampler_arg,
        None,
    ),
    (
        "OTEL_SDK_DISABLED",
        "yes",
        '=\'yes\' (environment): only "true" is true, so this means false. Fix: write "true" or "false".',
        parameters.SDK_DISABLED,
        False,
    ),
    (
        "OTELKIT_STRICT",
        "1",
        '=\'1\' (environment): is neither true nor false and is ignored. Fix: write "true" or "false".',
        parameters.STRICT,
        False,
    ),
    (
        "OTELKIT_LOGS_CAPTURE",
        "off",
        '=\'off\' (environment): is neither true nor false and is ignored. Fix: write "true" or "false".',
        LOGS.capture,
        True,
    ),
    (
        "OTEL_METRICS_EXEMPLAR_FILTER",
        "trace-based",
        "='trace-based' (environment): is unknown and is ignored; did you mean 'trace_based'? Fix: write trace_based.",
        METRICS.exemplar_filter,
        "trace_based",
    ),
    (
        "OTEL_METRICS_EXEMPLAR_FILTER",
        "none",
        "='none' (environment): is an obsolete name; it is ignored. Fix: write always_off.",
        METRICS.exemplar_filter,
        "trace_based",
    ),
    (
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
        "comulative",
        "='comulative' (environment): is unknown and is ignored; did you mean 'cumulative'? Fix: write cumulative.",
        METRICS.temporality,
        "cumulative",
    ),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        "exponential",
        (
            "='exponential' (environment): is unknown and is ignored."
            " Fix: write one of explicit_bucket_histogram, base2_exponential_bucket_histogram."
        ),
        METRICS.histogram_aggregation,
        "explicit_bucket_histogram",
    ),
    (
        "OTEL_EXPORTER_PROMETHEUS_PORT",
        "65536",
        "='65536' (environment): is above 65535 and is ignored. Fix: give a whole number from 0 to 65535.",
        METRICS.prometheus_port,
        9464,
    ),
    (
        "OTEL_LOG_LEVEL",
        "wran",
        (
            "='wran' (environment): is unknown and is ignored."
            " Fix: write one of DEBUG, INFO, WARNING, ERROR, CRITICAL, OFF."
        ),
        parameters.OTEL_LOG_LEVEL,
        "INFO",
    ),
    (
        "OTELKIT_LOGS_LEVELS",
        "uvicorn=LOUD,sqlalchemy=ERROR",
        (
            "='uvicorn=LOUD' (environment): the level of 'uvicorn' is unknown and is ignored."
            " Fix: write one of DEBUG, INFO, WARNING, ERROR, CRITICAL."
        ),
        LOGS.levels,
        {"sqlalchemy": "ERROR"},
    ),
    (
        "OTELKIT_LOGS_LEVELS",
        "INFO",
        (
            "='INFO' (environment): 'INFO' is no logger=level pair and is left out."
            " Fix: write pairs such as uvicorn.access=WARNING."
        ),
        LOGS.levels,
        {},
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "team=risk,oops",
        (
            "='oops' (environment): pair 2 has no \"=\"; the specification discards all pairs then."
            " Fix: write key=value pairs with commas between them; a comma is %2C, an equals sign %3D,"
            " a percent sign %25."
        ),
        parameters.RESOURCE_ATTRIBUTES,
        {},
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "rate=100%",
        (
            "='rate=100%' (environment): pair 1 is not percent-encoded UTF-8; the specification discards all"
            " pairs then. Fix: write key=value pairs with commas between them; a comma is %2C, an equals sign %3D,"
            " a percent sign %25."
        ),
        parameters.RESOURCE_ATTRIBUTES,
        {},
    ),
    (
        "OTEL_SERVICE_NAME",
        "pay\nments",
        (
            "='pay?ments' (environment): contains control characters and is ignored."
            " Fix: give the service's name on one line."
        ),
        parameters.SERVICE_NAME,
        None,
    ),
]


@pytest.mark.parametrize(
    ("variable", "given", "text", "parameter", "used"),
    WRONG_VARIABLES,
    ids=[f"{row[0]}={row[1]!r}" for row in WRONG_VARIABLES],
)
def test_a_wrong_variable_is_one_named_problem_and_the_default_is_used(
    load: Load, *, variable: str, given: str, text: str, parameter: Parameter[object], used: object
) -> None:
    settings = load(environ={variable: given})

    assert [str(problem) for problem in settings.problems] == [variable + text]
    assert settings[parameter] == used
