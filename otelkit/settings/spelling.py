"""Finds the known name that a misspelt one was probably meant to be.

What is done with the answer is decided by whoever asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(name: str, known: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """Give the known name nearest to `name`, or None when nothing is near.

    Args:
        name: What was written.
        known: The names that would have been right.
        cutoff: How alike they have to be, from 0 to 1 (`difflib`'s ratio).

    Example:
        >>> closest("consle", ["otlp", "console", "none"])
        'console'
        >>> closest("kafka", ["otlp", "console", "none"]) is None
        True
    """
    from difflib import get_close_matches  # only a wrong configuration pays for this import

    matches = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None
