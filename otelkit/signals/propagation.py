"""Which headers carry the trace from process to process: the propagators of the settings, made global."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from otelkit.runtime.environment import variables
from otelkit.runtime.internal_errors import record_internal_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opentelemetry.propagators.textmap import TextMapPropagator

_VARIABLE = "OTEL_PROPAGATORS"


def install(names: Iterable[str]) -> None:
    """Make the propagators called ``names`` the process's global ones.

    Args:
        names: names that packages register under ``opentelemetry_propagator``, such as ``tracecontext``, already
            checked by the settings.
    """
    names = tuple(names)
    _import_propagate(names)
    from opentelemetry.propagate import set_global_textmap
    from opentelemetry.propagators.composite import CompositePropagator

    set_global_textmap(CompositePropagator(list(_made(names))))


def _made(names: tuple[str, ...]) -> Iterator[TextMapPropagator]:
    for name in names:
        for entry_point in entry_points(group="opentelemetry_propagator", name=name):
            try:
                propagator: TextMapPropagator = entry_point.load()()
            except Exception as error:  # noqa: BLE001 - third-party code; the other propagators must still work
                record_internal_error(f"propagator {name}", error)
                continue
            yield propagator


def _import_propagate(names: tuple[str, ...]) -> None:
    """Import the API's module, which reads the variable while it is imported and raises on a name it does not know.

    The variable is corrected for the time of the import only.
    """
    if "opentelemetry.propagate" in sys.modules:
        return
    with variables({_VARIABLE: ",".join(names) or "none"}):
        importlib.import_module("opentelemetry.propagate")
