"""What a declared instrument must be called in Prometheus, by the rules of OpenTelemetry's compatibility specification.

The rules: opentelemetry-specification/specification/compatibility/prometheus_and_openmetrics.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from otelkit.instruments.names import prometheus_form

if TYPE_CHECKING:
    from otelkit.instruments.declaration import Declaration

_UNITS: Final = {"s": "seconds", "ms": "milliseconds", "By": "bytes", "1": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """How one instrument looks in Prometheus."""

    name: str
    """The series that is there for every kind: the one whose value counts."""

    kind: str
    unit: str
    labels: frozenset[str]


def predict(declaration: Declaration) -> Predicted:
    """Predict the series of a declared instrument.

    Raises:
        KeyError: its unit has no known word.

    """
    # What stands in braces is for people only.
    unit = "" if declaration.unit.startswith("{") else _UNITS[declaration.unit]
    if declaration.unit == "1" and declaration.kind == "gauge":
        unit = "ratio"
    name = prometheus_form(declaration.name)
    if unit and not name.endswith(f"_{unit}"):
        name = f"{name}_{unit}"
    suffix = {"counter": "_total", "histogram": "_count"}.get(declaration.kind, "")
    return Predicted(
        name=name + suffix,
        kind={"up_down_counter": "gauge"}.get(declaration.kind, declaration.kind),
        unit=unit,
        labels=frozenset(prometheus_form(attribute.name) for attribute in declaration.attributes),
    )
