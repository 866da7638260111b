"""For tests: what the code under test emits as plain data, and a collector that misbehaves on demand.

Nothing here is imported by the rest of the package, and nothing heavy before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otelkit.testing import behaviours
    from otelkit.testing.capturing import Capture, InternalErrorsError, capture
    from otelkit.testing.clock import StepClock
    from otelkit.testing.ids import IncrementalIds
    from otelkit.testing.sink import Counts, Sink

__all__ = [
    "Capture",
    "Counts",
    "IncrementalIds",
    "InternalErrorsError",
    "Sink",
    "StepClock",
    "behaviours",
    "capture",
]

_HOMES = {
    "Capture": "otelkit.testing.capturing",
    "Counts": "otelkit.testing.sink",
    "IncrementalIds": "otelkit.testing.ids",
    "InternalErrorsError": "otelkit.testing.capturing",
    "Sink": "otelkit.testing.sink",
    "StepClock": "otelkit.testing.clock",
    "capture": "otelkit.testing.capturing",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that pytest's start does not pay for it."""
    if name == "behaviours":
        return importlib.import_module("otelkit.testing.behaviours")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    # Written down, because importing the module `capture` has made its name an attribute of this package.
    globals()[name] = value
    return value
