"""Which semantic conventions the official instrumentations follow: the stable ones, chosen before any of them starts.

The contrib packages choose once per process, when the first instrumentation asks, from an environment variable.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from otelkit.runtime.environment import variables

_VARIABLE = "OTEL_SEMCONV_STABILITY_OPT_IN"
_MODULE = "opentelemetry.instrumentation._semconv"


def opt_in() -> str | None:
    """Choose the stable HTTP and database conventions for this process.

    What the user wrote in the variable is kept, and a category that it names is theirs.

    Returns:
        a note for the report when another package chose already, otherwise None.
    """
    if _MODULE not in sys.modules and find_spec("opentelemetry.instrumentation") is None:
        return None
    # There is no public way to choose but the environment, which is read once.
    conventions: Any = import_module(_MODULE)
    stability = conventions._OpenTelemetrySemanticConventionStability  # noqa: SLF001 - as above
    http = conventions._OpenTelemetryStabilitySignalType.HTTP  # noqa: SLF001 - as above

    named = [part.strip() for part in os.environ.get(_VARIABLE, "").split(",") if part.strip()]
    wanted = [category for category in ("http", "database") if not any(part.startswith(category) for part in named)]
    with variables({_VARIABLE: ",".join([*named, *wanted])}):
        stability._initialize()  # noqa: SLF001 - as above
    chosen = stability._get_opentelemetry_stability_opt_in_mode(http)  # noqa: SLF001 - as above
    if "http" not in wanted or chosen is not conventions._StabilityMode.DEFAULT:  # noqa: SLF001 - as above
        return None
    return (
        "an instrumentation chose the old HTTP conventions before init(); call init() before instrumenting, "
        f"or set {_VARIABLE}=http,database"
    )
