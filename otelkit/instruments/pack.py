"""The base class of a pack: instruments that are declared together, as attributes of one class.

The packs of each domain are in modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from otelkit.instruments.instrument import Counter, Gauge, Histogram, UpDownCounter

if TYPE_CHECKING:
    from otelkit.instruments.instrument import AnyInstrument


class Instruments:
    """A set of instruments that belong together, declared as class attributes.

    Making the pack says that this process uses it: what is declared ``from_zero`` then starts at zero. Importing it
    alone exports nothing.

    Example:
        >>> from otelkit import Attribute, Instruments, counter, histogram
        >>> class Payments(Instruments):
        ...     charged = counter(
        ...         "docs.payment.count",
        ...         unit="{payment}",
        ...         description="Payments taken.",
        ...         attributes=(Attribute("method", values=("card", "invoice")),),
        ...         from_zero=True,
        ...     )
        ...     took = histogram("docs.payment.duration", unit="s", description="Time to take a payment.")
        >>> payments = Payments()
        >>> payments.charged.of("card").add()
        >>> payments.took.record(0.12)
        >>> [instrument.name for instrument in Payments.declared()]
        ['docs.payment.count', 'docs.payment.duration']

    """

    @classmethod
    def declared(cls) -> tuple[AnyInstrument, ...]:
        """Return the instruments of this pack, inherited ones first, in the order they are written."""
        members: dict[str, object] = {}
        for owner in reversed(cls.__mro__):
            members.update(vars(owner))
        return tuple(
            member for member in members.values() if isinstance(member, (Counter, UpDownCounter, Gauge, Histogram))
        )

    if not TYPE_CHECKING:
        # In __new__, so that a pack with an __init__ of its own need not call this one; hidden from type checkers,
        # which would take it for a constructor that accepts anything.
        def __new__(cls, *_: object, **__: object) -> Self:
            """Make the pack, and start at zero what is declared so."""
            for instrument in cls.declared():
                instrument.start_zeros()
            return super().__new__(cls)
