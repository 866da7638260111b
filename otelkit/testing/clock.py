"""A clock that moves only when it is read, and puts itself where otelkit and the SDK take their time.

The rest of the process, deadlines and timeouts included, keeps the real time.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import ModuleType, TracebackType

_SDK_MODULES: Final = (
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.metrics._internal.instrument",
    "opentelemetry.sdk.metrics._internal._view_instrument_match",
    "opentelemetry.sdk.metrics._internal.metric_reader_storage",
    "opentelemetry.sdk._logs._internal",
    "opentelemetry._logs._internal",
)
"""Where the SDK stamps spans, measurements, collections and log records; its export loops are not among them."""

_OUR_ROOMS: Final = ("otelkit.observing.", "otelkit.instruments.", "otelkit.integrations.", "otelkit.signals.")

_READINGS: Final = ("time_ns", "perf_counter_ns", "perf_counter")
_MODULE: Final = "time"

_Reading = tuple["ModuleType", str, object]


class StepClock:
    """A clock whose n-th reading is `n * step` after its start. A context manager that is the clock while it is open.

    While open, `time_ns`, `perf_counter_ns` and `perf_counter` read this clock where otelkit's rooms and the SDK's
    span, instrument and log modules imported them. `time.monotonic` and whoever calls `time.time()` are left alone. A
    module that is imported later is not found: import what is under test first.

    Args:
        step: nanoseconds between two readings; a millisecond unless given.
        start: Unix nanoseconds that the first reading comes after.

    Example:
        >>> clock = StepClock(step=1000)
        >>> clock.time_ns(), clock.time_ns(), clock.perf_counter_ns()
        (1000, 2000, 3000)

    """

    def __init__(self, *, step: int = 1_000_000, start: int = 0) -> None:
        self._readings = count(start + step, step)
        self._replaced: list[_Reading] = []

    def time_ns(self) -> int:
        """Return the next reading, in nanoseconds."""
        return next(self._readings)

    def perf_counter_ns(self) -> int:
        """Return the next reading, in nanoseconds: wall clock and stop-watch are one here."""
        return next(self._readings)

    def perf_counter(self) -> float:
        """Return the next reading, in seconds."""
        return next(self._readings) / 1e9

    def __enter__(self) -> Self:
        stepped: dict[str, object] = {name: getattr(self, name) for name in _READINGS}
        stepped[_MODULE] = _SteppedTime(self)
        for module in _time_takers():
            for name, held in list(vars(module).items()):
                reading = _reading(held)
                if reading is not None:
                    self._replaced.append((module, name, held))
                    setattr(module, name, stepped[reading])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._replaced:
            setattr(*self._replaced.pop())


class _SteppedTime:
    """Stands for the module `time` where a module has imported it whole."""

    def __init__(self, clock: StepClock) -> None:
        self._clock = clock

    def __getattr__(self, name: str) -> object:
        return getattr(self._clock if name in _READINGS else time, name)


def _reading(held: object) -> str | None:
    """Return which reading of a clock this is: of the real one, or of a step clock that is open around this one."""
    if held is time or isinstance(held, _SteppedTime):
        return _MODULE
    for name in _READINGS:
        if held is getattr(time, name):
            return name
    clock = getattr(held, "__self__", None)
    return str(getattr(held, "__name__", "")) if isinstance(clock, StepClock) else None


def _time_takers() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name in _SDK_MODULES or name.startswith(_OUR_ROOMS)]
