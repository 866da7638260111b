"""Wrong use at the time of recording: what is said, with the value in strict mode and without it in production.

Wrong declarations are not handled here; they raise where they stand.
"""

from __future__ import annotations

from otelkit.instruments.attribute_text import shown
from otelkit.runtime.internal_errors import is_strict, wrong_use

_NOTHING = object()


def refuse(message: str, *, got: object = _NOTHING) -> None:
    """Report wrong use of a recorder: raised in strict mode and tests, else counted and logged once.

    The offending value is named in strict mode only: it may be anything, personal data and a megabyte included, and a
    message is logged once per text.

    Args:
        message: what is expected, without a final stop when ``got`` is given.
        got: what was given instead.

    Raises:
        ValueError: in strict mode.

    """
    if got is _NOTHING:
        wrong_use(message)
    elif is_strict():
        wrong_use(f"{message}; got {shown(got)}.")
    else:
        wrong_use(f"{message}.")
