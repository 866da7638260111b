"""Meters and instruments that stay valid across `init`, a second `init`, shutdown and fork.

The provider behind them is chosen by the metrics signal; before that measurements are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from opentelemetry import metrics
from opentelemetry.metrics import Counter, Histogram, Meter, UpDownCounter
from opentelemetry.metrics import _Gauge as Gauge

from otelkit.signals.proxies.switchboard import Scope, Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.context import Context
    from opentelemetry.metrics import CallbackT, ObservableCounter, ObservableGauge, ObservableUpDownCounter
    from opentelemetry.util.types import Attributes

InstrumentT = TypeVar("InstrumentT")


class _Bound(Generic[InstrumentT]):
    """How an instrument is made on a meter, kept so that it can be made again on the next one."""

    def __init__(self, create: Callable[[Meter], InstrumentT], meter: Meter) -> None:
        self._create = create
        self.active = create(meter)

    def switch(self, meter: Meter) -> None:
        self.active = self._create(meter)


class SwitchableCounter(Counter):
    """A counter that forwards to whatever provider is active."""

    def __init__(self, bound: _Bound[Counter]) -> None:  # pyright: ignore[reportMissingSuperCall] - state is in `bound`
        self._bound = bound

    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        """Add ``amount`` (OpenTelemetry API)."""
        self._bound.active.add(amount, attributes, context)


class SwitchableUpDownCounter(UpDownCounter):
    """An up-down counter that forwards to whatever provider is active."""

    def __init__(self, bound: _Bound[UpDownCounter]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._bound = bound

    def add(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        """Add ``amount`` (OpenTelemetry API)."""
        self._bound.active.add(amount, attributes, context)


class SwitchableHistogram(Histogram):
    """A histogram that forwards to whatever provider is active."""

    def __init__(self, bound: _Bound[Histogram]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._bound = bound

    def record(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        """Record ``amount`` (OpenTelemetry API)."""
        self._bound.active.record(amount, attributes, context)


class SwitchableGauge(Gauge):
    """A gauge that forwards to whatever provider is active."""

    def __init__(self, bound: _Bound[Gauge]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._bound = bound

    def set(self, amount: float, attributes: Attributes = None, context: Context | None = None) -> None:
        """Set the value (OpenTelemetry API)."""
        self._bound.active.set(amount, attributes, context)


class SwitchableMeter(Meter):
    """An OpenTelemetry meter that forwards to whatever provider is active.

    Instruments are kept by name, as the SDK's meter does: asking twice gives the instrument that exists.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(*scope[:3])
        self._scope = scope
        self._active: Meter = metrics.NoOpMeter(*scope[:3])
        self._instruments: dict[tuple[object, ...], tuple[_Bound[Any], Any]] = {}

    def switch(self, provider: metrics.MeterProvider) -> None:
        """Make every instrument of this meter anew on a meter of ``provider``."""
        self._active = provider.get_meter(*self._scope)
        for bound, _ in list(self._instruments.values()):
            bound.switch(self._active)

    def create_counter(self, name: str, unit: str = "", description: str = "") -> Counter:
        """Create a counter (OpenTelemetry API)."""
        return self._keep(
            ("counter", name, unit, description),
            lambda meter: meter.create_counter(name, unit, description),
            SwitchableCounter,
        )

    def create_up_down_counter(self, name: str, unit: str = "", description: str = "") -> UpDownCounter:
        """Create an up-down counter (OpenTelemetry API)."""
        return self._keep(
            ("up_down_counter", name, unit, description),
            lambda meter: meter.create_up_down_counter(name, unit, description),
            SwitchableUpDownCounter,
        )

    def create_histogram(
        self,
        name: str,
        unit: str = "",
        description: str = "",
        *,
        explicit_bucket_boundaries_advisory: Sequence[float] | None = None,
    ) -> Histogram:
        """Create a histogram (OpenTelemetry API)."""
        buckets = explicit_bucket_boundaries_advisory
        return self._keep(
            ("histogram", name, unit, description, None if buckets is None else tuple(buckets)),
            lambda meter: meter.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=buckets),
            SwitchableHistogram,
        )

    def create_gauge(self, name: str, unit: str = "", description: str = "") -> Gauge:
        """Create a gauge (OpenTelemetry API)."""
        return self._keep(
            ("gauge", name, unit, description),
            lambda meter: meter.create_gauge(name, unit, description),
            SwitchableGauge,
        )

    def create_observable_counter(
        self, name: str, callbacks: Sequence[CallbackT] | None = None, unit: str = "", description: str = ""
    ) -> ObservableCounter:
        """Create an observable counter (OpenTelemetry API)."""
        return self._observe(
            ("observable_counter", name, unit, description),
            lambda meter: meter.create_observable_counter(name, callbacks, unit, description),
        )

    def create_observable_up_down_counter(
        self, name: str, callbacks: Sequence[CallbackT] | None = None, unit: str = "", description: str = ""
    ) -> ObservableUpDownCounter:
        """Create an observable up-down counter (OpenTelemetry API)."""
        return self._observe(
            ("observable_up_down_counter", name, unit, description),
            lambda meter: meter.create_observable_up_down_counter(name, callbacks, unit, description),
        )

    def create_observable_gauge(
        self, name: str, callbacks: Sequence[CallbackT] | None = None, unit: str = "", description: str = ""
    ) -> ObservableGauge:
        """Create an observable gauge (OpenTelemetry API)."""
        return self._observe(
            ("observable_gauge", name, unit, description),
            lambda meter: meter.create_observable_gauge(name, callbacks, unit, description),
        )

    def _keep(
        self, key: tuple[object, ...], create: Callable[[Meter], Any], wrap: Callable[[_Bound[Any]], InstrumentT]
    ) -> InstrumentT:
        kept = self._instruments.get(key)
        if kept is None:
            meter = self._active
            bound = _Bound(create, meter)
            kept = self._instruments.setdefault(key, (bound, wrap(bound)))
            if kept[0] is bound:
                self._catch_up(bound, meter)
        instrument: InstrumentT = kept[1]
        return instrument

    def _observe(self, key: tuple[object, ...], create: Callable[[Meter], InstrumentT]) -> InstrumentT:
        # Observable instruments are never called by the application, so the active one can be handed out as it is;
        # what matters is that the next provider gets the callbacks too. Each creation may bring other callbacks.
        meter = self._active
        bound = _Bound(create, meter)
        self._instruments[(*key, object())] = (bound, None)
        self._catch_up(bound, meter)
        return bound.active

    def _catch_up(self, bound: _Bound[Any], meter: Meter) -> None:
        # A switch may have happened between making the instrument, on `meter`, and keeping it.
        while meter is not self._active:
            meter = self._active
            bound.switch(meter)


_board: Switchboard[metrics.MeterProvider, SwitchableMeter] = Switchboard(metrics.NoOpMeterProvider(), SwitchableMeter)
_callbacks: list[Callable[[], None]] = []
_active = False


def get_meter(
    name: str, version: str | None = None, schema_url: str | None = None, attributes: Attributes = None
) -> SwitchableMeter:
    """Return the meter of an instrumentation scope; usable before `init`, and never out of date after it.

    Args:
        name: the name of the instrumenting library.
        version: its version.
        schema_url: the schema of what it emits.
        attributes: attributes of the scope.
    """
    return _board.get((name, version, schema_url, attributes))


def on_backend(callback: Callable[[], None]) -> None:
    """Call ``callback`` each time a fresh metrics backend is active, and at once if one is.

    Fresh means without history: after `init`, after a second `init`, and in a forked child. Declared instruments use it
    to write their zeros, so that the first event is an increase from zero.
    """
    _callbacks.append(callback)
    if _active:
        callback()


def switch(provider: metrics.MeterProvider | None) -> None:
    """Put ``provider`` behind every meter; None means measurements are dropped."""
    global _active  # noqa: PLW0603 - one active backend a process is what this module is for
    _active = provider is not None
    _board.switch(metrics.NoOpMeterProvider() if provider is None else provider)
    if _active:
        for callback in _callbacks:
            callback()


def active_provider() -> metrics.MeterProvider:
    """Return what the meters forward to at this moment."""
    return _board.provider
