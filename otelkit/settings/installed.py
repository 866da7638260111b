"""What other packages in this environment offer: modules, and entry points of OpenTelemetry's groups.

Only looks, without importing what it finds; whoever uses an exporter or a propagator imports it.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=64)
def has_module(name: str) -> bool:
    """Tell whether a module can be imported, without importing it.

    Args:
        name: The dotted name of the module.

    Example:
        >>> has_module("json"), has_module("no_such_module.at_all")
        (True, False)
    """
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # the parent package is missing or half-imported
        return False


@lru_cache(maxsize=16)
def entry_point_names(group: str) -> frozenset[str]:
    """Give the names that installed packages registered in a group of entry points.

    Args:
        group: For example ``"opentelemetry_propagator"``.

    Example:
        >>> sorted(entry_point_names("opentelemetry_propagator") & {"tracecontext", "baggage"})
        ['baggage', 'tracecontext']
    """
    from importlib.metadata import entry_points

    return frozenset(entry_point.name for entry_point in entry_points(group=group))
