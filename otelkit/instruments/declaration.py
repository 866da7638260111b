"""What is declared of one instrument, checked as a whole: the plain object that generators read.

Recording lives with the instruments; nothing here knows of a backend.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from otelkit.instruments.buckets import DURATION_BUCKETS, check_buckets
from otelkit.instruments.names import check_instrument_name, prometheus_form
from otelkit.instruments.units import check_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otelkit.instruments.attribute import Attribute

Kind: TypeAlias = Literal["counter", "up_down_counter", "gauge", "histogram"]

SCOPE = "otelkit"
"""The instrumentation scope under which declared instruments are exported."""

MOST_SERIES = 1000
"""Series of one instrument before attributes with a limit are folded into ``other``. The product of several limits may
be far more than each of them, and the SDK itself gives up all attributes at 2,000."""

MOST_ZEROS = 200
"""Series that one declaration may start at zero; more would cost every service that imports it."""


@dataclass(frozen=True)
class Declaration:
    """What one instrument is: enough to document it, to draw it and to record it.

    Args:
        name: lower-case words with dots; unit and type are not part of it.
        kind: counter, up_down_counter, gauge or histogram.
        unit: UCUM: ``"s"``, ``"By"``, ``"1"``, ``"{order}"``.
        description: one sentence for the person who reads the dashboard.
        attributes: all that a measurement may carry, each bounded.
        buckets: upper boundaries of a histogram in its unit; durations in seconds have a default.
        from_zero: whether every foreseen series exists with zero before its first event.
        scope: the instrumentation scope under which it is exported.

    Raises:
        ValueError: when anything breaks a rule; the message says how to mend it.

    Example:
        >>> Declaration("shop.order.count", kind="counter", unit="{order}", description="Orders placed.").kind
        'counter'

    """

    name: str
    _: KW_ONLY
    kind: Kind
    unit: str
    description: str
    attributes: Sequence[Attribute] = ()
    buckets: Sequence[float] | None = None
    from_zero: bool = False
    scope: str = SCOPE

    def __post_init__(self) -> None:
        check_instrument_name(self.name)
        try:
            check_unit(self.unit)
            self._check_description()
            self._check_attributes()
            self._check_buckets()
            self._check_from_zero()
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None

    def zeros(self) -> tuple[tuple[str, ...], ...]:
        """Return the attribute values of every series that can be foreseen, in the declared order of attributes.

        Example:
            >>> from otelkit.instruments import Attribute
            >>> Declaration(
            ...     "shop.order.count", kind="counter", unit="{order}", description="Orders placed.",
            ...     attributes=(Attribute("channel", values=("web", "phone")),),
            ... ).zeros()
            (('web',), ('phone',))

        """
        return tuple(product(*(attribute.foreseen for attribute in self.attributes)))

    def _check_description(self) -> None:
        if not str(self.description or "").strip():
            raise ValueError("the description is empty. Say in one sentence what is measured; dashboards show it.")

    def _check_attributes(self) -> None:
        object.__setattr__(self, "attributes", tuple(self.attributes))
        seen: dict[str, str] = {}
        for attribute in self.attributes:
            other = seen.setdefault(prometheus_form(attribute.name), attribute.name)
            if other != attribute.name:
                raise ValueError(
                    f"attributes {other!r} and {attribute.name!r} are one label in Prometheus. Rename one."
                )
        if len(seen) < len(self.attributes):
            names = [attribute.name for attribute in self.attributes]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"attribute {twice!r} is declared twice. Drop one of the two.")
        series = prod(len(attribute.values) for attribute in self.attributes if attribute.values is not None)
        if series > MOST_SERIES:
            raise ValueError(
                f"its allowed values make {series} series; at most {MOST_SERIES} may be. Drop an attribute, or values."
            )

    def _check_buckets(self) -> None:
        if self.kind != "histogram":
            if self.buckets is not None:
                raise ValueError(
                    f"a {self.kind.replace('_', '-')} has no buckets. Drop buckets=, or declare a histogram."
                )
            return
        if self.name.endswith(".duration") and self.unit != "s":
            raise ValueError(f'a duration is measured in seconds, not in {self.unit!r}. Write unit="s".')
        if self.buckets is None and self.unit != "s":
            raise ValueError(
                f"a histogram in {self.unit!r} has no default buckets. Give buckets=(...) in that unit, "
                "such as RATIO_BUCKETS for values between 0 and 1."
            )
        object.__setattr__(self, "buckets", check_buckets(DURATION_BUCKETS if self.buckets is None else self.buckets))

    def _check_from_zero(self) -> None:
        if not self.from_zero:
            return
        if self.kind not in {"counter", "up_down_counter"}:
            raise ValueError(f"a {self.kind} cannot start at zero: it would be a measurement. Drop from_zero=True.")
        for attribute in self.attributes:
            if not attribute.foreseen:
                raise ValueError(
                    f"from_zero needs to know the values of {attribute.name!r}. "
                    "Give values=(...), or known=(...) beside limit=, or call start_at_zero() when they are known."
                )
        series = prod(len(attribute.foreseen) for attribute in self.attributes)
        if series > MOST_ZEROS:
            raise ValueError(
                f"from_zero would start {series} series; at most {MOST_ZEROS} may. "
                "Drop from_zero=True and call start_at_zero() for those whose first event matters."
            )
