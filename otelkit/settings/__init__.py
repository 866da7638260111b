"""What the user asked for: one table of parameters, layered argument over environment over file over default.

Acting on the settings is the business of the rooms above; nothing here imports OpenTelemetry.
"""

from __future__ import annotations

from otelkit.settings import parameters
from otelkit.settings.layers import Source
from otelkit.settings.options import Logs, Metrics, Traces, init_arguments
from otelkit.settings.problems import ConfigurationError, Problem
from otelkit.settings.settings import Row, Settings, load_settings

__all__ = [
    "ConfigurationError",
    "Logs",
    "Metrics",
    "Problem",
    "Row",
    "Settings",
    "Source",
    "Traces",
    "init_arguments",
    "load_settings",
    "parameters",
]
