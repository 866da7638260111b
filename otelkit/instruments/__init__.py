"""Declared instruments: the language they are declared in, and otelkit's own packs of them, one module per domain.

Dashboards, rules and alerts are made from the declarations elsewhere; nothing of them is here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from otelkit.instruments.attribute import Attribute
from otelkit.instruments.bound import CounterCell, GaugeCell, HistogramCell, UpDownCounterCell
from otelkit.instruments.buckets import DURATION_BUCKETS, RATIO_BUCKETS
from otelkit.instruments.declaration import Declaration
from otelkit.instruments.declaring import counter, gauge, histogram, up_down_counter
from otelkit.instruments.instrument import Counter, Gauge, Histogram, UpDownCounter
from otelkit.instruments.pack import Instruments
from otelkit.instruments.registry import declared_instruments

if TYPE_CHECKING:
    from otelkit.instruments.errors import ErrorMetrics
    from otelkit.instruments.fraud import FraudMetrics
    from otelkit.instruments.operations import OperationMetrics
    from otelkit.instruments.predictions import PredictionMetrics
    from otelkit.instruments.telemetry import TelemetryMetrics

__all__ = [
    "DURATION_BUCKETS",
    "RATIO_BUCKETS",
    "Attribute",
    "Counter",
    "CounterCell",
    "Declaration",
    "ErrorMetrics",
    "FraudMetrics",
    "Gauge",
    "GaugeCell",
    "Histogram",
    "HistogramCell",
    "Instruments",
    "OperationMetrics",
    "PredictionMetrics",
    "TelemetryMetrics",
    "UpDownCounter",
    "UpDownCounterCell",
    "counter",
    "declared_instruments",
    "gauge",
    "histogram",
    "up_down_counter",
]

_PACKS = {
    "ErrorMetrics": "otelkit.instruments.errors",
    "FraudMetrics": "otelkit.instruments.fraud",
    "OperationMetrics": "otelkit.instruments.operations",
    "PredictionMetrics": "otelkit.instruments.predictions",
    "TelemetryMetrics": "otelkit.instruments.telemetry",
}
"""A service imports the packs that it uses, and no other."""


def import_packs() -> None:
    """Import every pack of otelkit's own, so that all of its instruments are declared."""
    for module in _PACKS.values():
        importlib.import_module(module)


def __getattr__(name: str) -> object:
    """Load a pack when it is first asked for."""
    if name not in _PACKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    pack: object = getattr(importlib.import_module(_PACKS[name]), name)
    globals()[name] = pack
    return pack
