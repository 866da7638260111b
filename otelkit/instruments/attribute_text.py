"""What a Python value becomes as the value of a metric attribute: always text, always valid UTF-8.

Whether the text is allowed on a certain instrument is decided elsewhere (admission).
"""

from __future__ import annotations

from enum import Enum
from operator import index
from typing import Protocol, SupportsIndex, TypeAlias, cast

AttributeInput: TypeAlias = str | SupportsIndex | Enum | None
"""What recorders take as the value of an attribute: text, whole numbers and booleans (numpy's too), members of an Enum.
None means absent, where the attribute is declared optional."""


def attribute_text(value: object) -> str | None:
    """Return the text of an attribute value, or None when it has none.

    Text stays as it is, booleans become ``true`` and ``false``, numbers their decimal digits, members of an enumeration
    their value, scalars of numpy what they hold. Anything else has no text: the text of an arbitrary object is neither
    bounded nor stable.

    Args:
        value: any object at all.

    Raises:
        Exception: whatever a hostile object raises when it is looked at; callers guard.

    Example:
        >>> [attribute_text(value) for value in ("eu", True, 3, 0.5, object())]
        ['eu', 'true', '3', '0.5', None]

    """
    if isinstance(value, Enum):
        return _plain_text(value.value)
    return _plain_text(value)


def shown(value: object) -> str:
    """Return a short picture of any object for a message; never raises.

    Example:
        >>> shown("x" * 100)[-4:]
        'xxx…'

    """
    try:
        picture = repr(value)
    except Exception:  # noqa: BLE001 - a hostile __repr__ must not escape from a message
        return f"a {type(value).__name__}"
    return picture if len(picture) <= _SHOWN else f"{picture[:_SHOWN]}…"


_SHOWN = 80


class _Scalar(Protocol):
    """What numpy's scalars can do; numpy itself is not a dependency."""

    def item(self) -> object: ...


def _plain_text(value: object) -> str | None:
    if isinstance(value, str):
        return _valid(str.__str__(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if type(value).__module__ == "numpy":
        held = cast("_Scalar", value).item()
        return None if type(held).__module__ == "numpy" else _plain_text(held)
    return int.__repr__(index(value)) if isinstance(value, SupportsIndex) else None


def _valid(text: str) -> str:
    # A lone surrogate cannot be encoded, and would take the whole export with it.
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
