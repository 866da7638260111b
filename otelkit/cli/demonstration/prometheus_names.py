"""What a metric is called in Prometheus once it came in over OTLP, with the translation that is the default there.

The rules: opentelemetry-specification/specification/compatibility/prometheus_and_openmetrics.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otelkit.cli.demonstration.receiver import Metric, MetricKind

_UNITS: Final = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tibibytes",
    "m": "meters",
    "g": "grams",
    "J": "joules",
    "W": "watts",
    "V": "volts",
    "A": "amperes",
    "Cel": "celsius",
    "Hz": "hertz",
    "%": "percent",
    "1": "",
}

_PER: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}

_SUFFIXES: Final[dict[MetricKind, str]] = {"counter": "_total", "histogram": "_count"}


def series_name(metric: Metric) -> str:
    """Return the name of the series that counts: a histogram's ``_count``, and the value of every other kind.

    Args:
        metric: the metric as its instrument was made.

    Example:
        >>> from otelkit.cli.demonstration.receiver import Metric
        >>> series_name(Metric("http.server.request.duration", "s", "histogram"))
        'http_server_request_duration_seconds_count'

    """
    words = _words(metric.name)
    unit, per = _unit_words(metric.unit)
    # A unit that the name already holds is not said twice, wherever in the name it stands.
    words += [word for word in (unit,) if word and word not in words]
    words += [f"per_{per}"] if per else []
    if metric.kind == "gauge" and metric.unit == "1":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    if metric.kind == "counter":
        words = [word for word in words if word != "total"]
    name = "_".join(words) + _SUFFIXES.get(metric.kind, "")
    return f"_{name}" if name[0].isdigit() else name


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-zA-Z0-9:]+", text) if word]


def _unit_words(unit: str) -> tuple[str, str]:
    # What stands in braces is for people only.
    amount, per = ("" if "{" in part else part.strip() for part in unit.partition("/")[::2])
    return "_".join(_words(amount)) if amount not in _UNITS else _UNITS[amount], "_".join(_words(_PER.get(per, per)))
