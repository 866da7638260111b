"""Where the demo's telemetry goes: a console of its own, or an OTLP endpoint that someone else runs.

Whether what was sent arrived there is judged in ``arrival.py``.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from otelkit.cli.demonstration.example import example_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

_REACH_TIMEOUT_S: Final = 3.0

_RESOURCE: Final = "OTEL_RESOURCE_ATTRIBUTES"
_OWN_VARIABLES: Final = ("OTEL_", "OTELKIT_", "FRAUD_")
_SWITCHES: Final = ("OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER")


class UnreachableError(Exception):
    """Nothing answers at the endpoint; the text says what was tried."""


def reach(endpoint: str) -> None:
    """Make sure that something listens at the endpoint.

    Raises:
        UnreachableError: it is no http or https URL, or no connection could be made.

    """
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnreachableError(
            f"--endpoint {endpoint!r} is not an OTLP/HTTP endpoint: write it like http://collector.example:4318"
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), timeout=_REACH_TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        raise UnreachableError(f"nothing can be sent to {endpoint}: {error}") from error


def services_environment(endpoint: str, *, own_console: bool) -> dict[str, str]:
    """Return the environment that the services run in.

    Args:
        endpoint: the OTLP/HTTP endpoint.
        own_console: whether it is the demo's own console. Then no telemetry setting of the user's shell may interfere;
            otherwise they hold (headers, certificates, resource attributes), apart from the endpoint itself.

    """
    environment = {name: value for name, value in os.environ.items() if not _is_dropped(name, all_own=own_console)}
    no_proxy = ",".join(filter(None, (environment.get("NO_PROXY") or environment.get("no_proxy"), "127.0.0.1")))
    return {
        **environment,
        **_telemetry(endpoint),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(example_folder()), os.environ.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
    }


def resource_attributes(own: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variable that adds resource attributes to those of the user's shell, and wins over them.

    Args:
        own: the attributes; names and values need no escaping.

    """
    given = (os.environ.get(_RESOURCE) or "").split(",")
    kept = [pair for pair in given if pair.strip() and pair.partition("=")[0].strip() not in own]
    return {_RESOURCE: ",".join([*kept, *(f"{name}={value}" for name, value in own.items())])}


def _is_dropped(name: str, *, all_own: bool) -> bool:
    if all_own:
        return name.startswith(_OWN_VARIABLES)
    decides_where = name.startswith("OTEL_EXPORTER_OTLP_") and name.endswith(("_ENDPOINT", "_PROTOCOL"))
    return decides_where or name in _SWITCHES or name.startswith("FRAUD_")


def _telemetry(endpoint: str) -> Mapping[str, str]:
    """Short delays, so that what happens is seen at once; a real service keeps the defaults."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        "OTEL_BSP_SCHEDULE_DELAY": "250",
        "OTEL_BLRP_SCHEDULE_DELAY": "250",
        "OTELKIT_ENVIRONMENT": "demo",
        "OTELKIT_SHUTDOWN_TIMEOUT": "10",
        "OTELKIT_LOGS_CONSOLE": "off",
        "OTELKIT_LOGS_COMPRESS_FILES": "false",
    }
