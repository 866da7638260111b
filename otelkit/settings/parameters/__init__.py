"""The one table of parameters; precedence, reports, reference page and `otelkit config show` all come from it.

General rows are constants here, rows of a signal stand together: ``parameters.TRACES.endpoint``.
"""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from otelkit.settings.parameters.exporting import (
    CERTIFICATE,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    COMPRESSION,
    ENDPOINT,
    HEADERS,
    INSECURE,
    PROTOCOL,
    TIMEOUT,
    Signal,
    SignalParameters,
)
from otelkit.settings.parameters.general import (
    ATTRIBUTE_COUNT_LIMIT,
    ATTRIBUTE_VALUE_LENGTH_LIMIT,
    BAGGAGE_KEYS,
    CONFIG_FILE,
    ENVIRONMENT,
    EXPORT_IN_PYTEST,
    GRAFANA_LOKI,
    GRAFANA_PROMETHEUS,
    GRAFANA_TEMPO,
    GRAFANA_URL,
    OTEL_LOG_LEVEL,
    PROPAGATORS,
    RESOURCE_ATTRIBUTES,
    SDK_DISABLED,
    SERVICE_INSTANCE_ID,
    SERVICE_NAME,
    SERVICE_NAMESPACE,
    SERVICE_VERSION,
    SHUTDOWN_TIMEOUT,
    STRICT,
)
from otelkit.settings.parameters.logs import LOGS, LogsParameters
from otelkit.settings.parameters.metrics import METRICS, MetricsParameters
from otelkit.settings.parameters.parameter import Parameter
from otelkit.settings.parameters.traces import RATIO_SAMPLERS, TRACES, TracesParameters

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALL",
    "ATTRIBUTE_COUNT_LIMIT",
    "ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "BAGGAGE_KEYS",
    "BY_NAME",
    "CERTIFICATE",
    "CLIENT_CERTIFICATE",
    "CLIENT_KEY",
    "COMPRESSION",
    "CONFIG_FILE",
    "ENDPOINT",
    "ENVIRONMENT",
    "EXPORT_IN_PYTEST",
    "GENERAL",
    "GRAFANA_LOKI",
    "GRAFANA_PROMETHEUS",
    "GRAFANA_TEMPO",
    "GRAFANA_URL",
    "HEADERS",
    "INSECURE",
    "LOGS",
    "METRICS",
    "OTEL_LOG_LEVEL",
    "PROPAGATORS",
    "PROTOCOL",
    "RATIO_SAMPLERS",
    "RESOURCE_ATTRIBUTES",
    "SDK_DISABLED",
    "SERVICE_INSTANCE_ID",
    "SERVICE_NAME",
    "SERVICE_NAMESPACE",
    "SERVICE_VERSION",
    "SHUTDOWN_TIMEOUT",
    "SIGNALS",
    "STRICT",
    "TIMEOUT",
    "TRACES",
    "LogsParameters",
    "MetricsParameters",
    "Parameter",
    "Signal",
    "SignalParameters",
    "TracesParameters",
    "rows_of",
]


def rows_of(signal: SignalParameters) -> tuple[Parameter[object], ...]:
    """Give the rows of one signal, those that others depend on first.

    Args:
        signal: `TRACES`, `METRICS` or `LOGS`.
    """
    rows = (getattr(signal, field.name) for field in fields(signal) if field.name != "signal")
    return tuple(rows)


GENERAL: Final[tuple[Parameter[object], ...]] = (
    SDK_DISABLED,
    STRICT,
    CONFIG_FILE,
    EXPORT_IN_PYTEST,
    RESOURCE_ATTRIBUTES,
    SERVICE_NAME,
    SERVICE_NAMESPACE,
    SERVICE_VERSION,
    SERVICE_INSTANCE_ID,
    ENVIRONMENT,
    PROPAGATORS,
    BAGGAGE_KEYS,
    SHUTDOWN_TIMEOUT,
    OTEL_LOG_LEVEL,
    ENDPOINT,
    PROTOCOL,
    HEADERS,
    TIMEOUT,
    COMPRESSION,
    CERTIFICATE,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    INSECURE,
    ATTRIBUTE_COUNT_LIMIT,
    ATTRIBUTE_VALUE_LENGTH_LIMIT,
    GRAFANA_URL,
    GRAFANA_TEMPO,
    GRAFANA_LOKI,
    GRAFANA_PROMETHEUS,
)
"""The rows of all signals together."""
SIGNALS: Final[tuple[SignalParameters, ...]] = (TRACES, METRICS, LOGS)
"""The rows of each signal."""
ALL: Final[tuple[Parameter[object], ...]] = (*GENERAL, *(row for signal in SIGNALS for row in rows_of(signal)))
"""The whole table; a row stands below the rows that it depends on."""
BY_NAME: Final[Mapping[str, Parameter[object]]] = MappingProxyType({row.name: row for row in ALL})
"""The whole table by name."""
