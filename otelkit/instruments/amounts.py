"""What is accepted as an amount, beside the plain numbers that recorders let through at once.

Recorders check the common case themselves; this is the rest, and the refusal.
"""

from __future__ import annotations

import math
from operator import index
from typing import SupportsFloat, SupportsIndex

from otelkit.instruments.refusal import refuse

LARGEST_EXACT = 2.0**53
"""Above it a whole number is handed on as a float: OTLP carries whole numbers in 64 bits, and one that does not fit
would take the whole export with it."""

PLAIN_NUMBERS = (int, float)
"""Types whose values need no conversion; their subclasses (booleans, numpy's float64) go the long way."""


def checked_amount(amount: object, *, call: str, negative: bool) -> float | None:
    """Return an amount as a plain int or float, or None after refusing it.

    Numbers of other kinds are taken too: booleans, Decimal, Fraction, numpy's scalars.

    Args:
        amount: any object at all.
        call: the instrument and method, for the message.
        negative: whether the amount may be below zero.

    Raises:
        ValueError: in strict mode, when it is refused.

    Example:
        >>> from decimal import Decimal
        >>> checked_amount(Decimal("1.5"), call="docs.price.set()", negative=True)
        1.5

    """
    number = _plain_number(amount)
    if number is None or not math.isfinite(number):
        refuse(f"{call} takes a finite number", got=amount)
        return None
    if number < 0 and not negative:
        refuse(f"{call} takes a number that is not negative", got=amount)
        return None
    return number


def checked_ratio(value: object, *, call: str, of: str) -> float | None:
    """Return a score, confidence or probability as a plain number from 0 to 1, or None after refusing it.

    Args:
        value: any object at all.
        call: the recorder, for the message.
        of: the argument's name.

    Raises:
        ValueError: in strict mode, when it is refused.

    Example:
        >>> checked_ratio(0.97, call="docs.record()", of="confidence")
        0.97

    """
    number = value if type(value) is float else _plain_number(value)
    # NaN fails the comparison.
    if number is None or not 0 <= number <= 1:
        refuse(f"{call} takes {of} as a number from 0 to 1", got=value)
        return None
    return number


def _plain_number(amount: object) -> float | None:
    try:
        if isinstance(amount, SupportsIndex):
            whole = index(amount)
            return whole if -LARGEST_EXACT <= whole <= LARGEST_EXACT else float(whole)
        # float() reads text as well; text is no amount.
        return float(amount) if isinstance(amount, SupportsFloat) else None
    except Exception:  # noqa: BLE001 - the conversion is the object's own code, and refused whatever it raises
        return None
