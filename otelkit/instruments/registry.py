"""Every instrument that this process has declared, and the refusal of a second meaning for a name.

What generators make of the declarations lives in the rooms above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from otelkit.instruments.names import prometheus_form

if TYPE_CHECKING:
    from otelkit.instruments.instrument import AnyInstrument, Counter, Gauge, Histogram, UpDownCounter

InstrumentT = TypeVar("InstrumentT", "Counter", "UpDownCounter", "Gauge", "Histogram")


class Registry:
    """Declared instruments by name. There is one registry a process; tests may make their own."""

    def __init__(self) -> None:
        self._declared: dict[str, AnyInstrument] = {}

    def declare(self, instrument: InstrumentT) -> InstrumentT:
        """Register an instrument, or return the one that was declared in the same words (a module was reloaded).

        Raises:
            ValueError: when the name, or its Prometheus form, already means something else.
        """
        # setdefault is atomic: of two threads that declare one name, both get the same instrument.
        existing = self._declared.setdefault(prometheus_form(instrument.name), instrument)
        if existing is instrument:
            return instrument
        if existing.declaration == instrument.declaration:
            return cast("InstrumentT", existing)  # the same declaration is of the same kind
        places = f"at {existing.declared_at} and at {instrument.declared_at}"
        if existing.name != instrument.name:
            raise ValueError(
                f"{existing.name!r} and {instrument.name!r} are one name in Prometheus ({places}). Rename one of them."
            )
        raise ValueError(
            f"{instrument.name!r} is declared twice, and differently: {places}. They differ in "
            f"{_differences(existing.declaration, instrument.declaration)}. Declare it once, or rename one."
        )

    def declared(self) -> tuple[AnyInstrument, ...]:
        """Return every declared instrument, ordered by module, then pack, then as written there."""
        return tuple(sorted(self._declared.values(), key=_where))


def declared_instruments() -> tuple[AnyInstrument, ...]:
    """Return every instrument declared in this process, otelkit's own packs included, in a stable order.

    The order is that of the modules' names, then of the packs', then as written; it does not depend on what was
    imported first. A user's instruments are there once their module is imported.

    Example:
        >>> from otelkit.instruments import declared_instruments
        >>> {instrument.name: instrument.member for instrument in declared_instruments()}["otelkit.error.count"]
        'count'

    """
    from otelkit.instruments import import_packs

    import_packs()
    return registry.declared()


def _where(instrument: AnyInstrument) -> tuple[str, str]:
    pack = instrument.pack
    return (instrument.module, "") if pack is None else (pack.__module__, pack.__qualname__)


def _differences(first: object, second: object) -> str:
    names = [name for name, value in vars(first).items() if vars(second)[name] != value]
    return " and ".join(f"{name} ({vars(first)[name]!r}, {vars(second)[name]!r})" for name in names)


registry = Registry()
"""The instruments of this process."""
