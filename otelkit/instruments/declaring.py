"""The functions that declare an instrument, alone or as an attribute of a pack; each may run before `init`.

What is checked lives with the declaration; what an instrument does lives with the instrument.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeVar

from otelkit.instruments.declaration import Declaration
from otelkit.instruments.instrument import Counter, Gauge, Histogram, UpDownCounter
from otelkit.instruments.registry import registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from otelkit.instruments.attribute import Attribute

InstrumentT = TypeVar("InstrumentT", Counter, UpDownCounter, Gauge, Histogram)


def counter(
    name: str, *, unit: str, description: str, attributes: Sequence[Attribute] = (), from_zero: bool = False
) -> Counter:
    """Declare a counter: of what only grows.

    Declared twice in the same words it is one instrument; under the same name in other words it is refused.

    Args:
        name: lower-case words with dots, singular, without ``total``: ``shop.order.count``.
        unit: UCUM; what is counted in braces: ``"{order}"``, ``"By"``.
        description: one sentence for the person who reads the dashboard.
        attributes: what a measurement carries, each bounded.
        from_zero: whether every foreseen series exists with zero before its first event, so that the first one is an
            increase. In a pack: from the moment the pack is made.

    Raises:
        ValueError: when anything breaks a rule; the message says how to mend it.

    Example:
        >>> from otelkit import Attribute, counter
        >>> parcels = counter(
        ...     "docs.parcel.count",
        ...     unit="{parcel}",
        ...     description="Parcels sent.",
        ...     attributes=(Attribute("speed", values=("normal", "express")),),
        ...     from_zero=True,
        ... )
        >>> parcels.of("express").add()

    """
    declaration = Declaration(
        name, kind="counter", unit=unit, description=description, attributes=attributes, from_zero=from_zero
    )
    return _declare(Counter, declaration, inspect.currentframe())


def up_down_counter(
    name: str, *, unit: str, description: str, attributes: Sequence[Attribute] = (), from_zero: bool = False
) -> UpDownCounter:
    """Declare an up-down counter: of what comes and goes.

    Args:
        name: lower-case words with dots, singular: ``shop.basket.active``.
        unit: UCUM; what is counted in braces: ``"{basket}"``.
        description: one sentence for the person who reads the dashboard.
        attributes: what a measurement carries, each bounded.
        from_zero: whether every foreseen series exists with zero before its first event.

    Raises:
        ValueError: when anything breaks a rule; the message says how to mend it.

    Example:
        >>> from otelkit import up_down_counter
        >>> baskets = up_down_counter("docs.basket.active", unit="{basket}", description="Baskets not yet paid.")
        >>> baskets.add(1)
        >>> baskets.add(-1)

    """
    declaration = Declaration(
        name, kind="up_down_counter", unit=unit, description=description, attributes=attributes, from_zero=from_zero
    )
    return _declare(UpDownCounter, declaration, inspect.currentframe())


def gauge(name: str, *, unit: str, description: str, attributes: Sequence[Attribute] = ()) -> Gauge:
    """Declare a gauge: of what stands at a value until it changes.

    Args:
        name: lower-case words with dots, singular: ``shop.stock.size``.
        unit: UCUM: ``"{item}"``, ``"By"``, ``"1"`` for ratios.
        description: one sentence for the person who reads the dashboard.
        attributes: what a measurement carries, each bounded.

    Raises:
        ValueError: when anything breaks a rule; the message says how to mend it.

    Example:
        >>> from otelkit import gauge
        >>> stock = gauge("docs.stock.size", unit="{item}", description="Items in stock.")
        >>> stock.set(40)

    """
    declaration = Declaration(name, kind="gauge", unit=unit, description=description, attributes=attributes)
    return _declare(Gauge, declaration, inspect.currentframe())


def histogram(
    name: str,
    *,
    unit: str,
    description: str,
    attributes: Sequence[Attribute] = (),
    buckets: Sequence[float] | None = None,
) -> Histogram:
    """Declare a histogram: of what varies from one time to the next.

    Args:
        name: lower-case words with dots, singular: ``shop.checkout.duration``.
        unit: UCUM; ``"s"`` for every duration.
        description: one sentence for the person who reads the dashboard.
        attributes: what a measurement carries, each bounded.
        buckets: upper boundaries in the unit, increasing. Seconds default to `DURATION_BUCKETS`.

    Raises:
        ValueError: when anything breaks a rule; the message says how to mend it.

    Example:
        >>> from otelkit import histogram
        >>> weight = histogram("docs.parcel.weight", unit="kg", description="Weight of parcels.", buckets=(1, 5, 10))
        >>> weight.record(2.5)

    """
    declaration = Declaration(
        name, kind="histogram", unit=unit, description=description, attributes=attributes, buckets=buckets
    )
    return _declare(Histogram, declaration, inspect.currentframe())


def _declare(kind: type[InstrumentT], declaration: Declaration, called: FrameType | None) -> InstrumentT:
    caller = None if called is None else called.f_back
    module = "<unknown>" if caller is None else str(caller.f_globals.get("__name__", "<unknown>"))
    instrument = registry.declare(kind(declaration, module=module, line=0 if caller is None else caller.f_lineno))
    if caller is None or not _is_class_body(caller):
        instrument.start_zeros()  # in a class body, __set_name__ finds out whether the class is a pack
    return instrument


def _is_class_body(frame: FrameType) -> bool:
    return not frame.f_code.co_flags & inspect.CO_OPTIMIZED and "__qualname__" in frame.f_locals
