"""Pieces that the list queries share: where a page of a list begins, and text to look for.

No query lives here.
"""

from __future__ import annotations

import json
from typing import NamedTuple


class Cursor(NamedTuple):
    """A place in a list that runs from the newest to the oldest: before this time, or at it and before this row."""

    time: int
    row: int = 0

    def __str__(self) -> str:
        """Give the form that the API hands out and takes back."""
        return f"{self.time}.{self.row}" if self.row else str(self.time)


def contains(text: str) -> str:
    r"""Give the LIKE pattern for "contains this text", with ``\`` as the escape.

    Example:
        >>> contains("100%")
        '%100\\%%'
    """
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def contains_in_json(text: str) -> str:
    """Give the LIKE pattern for a text within the JSON that the store keeps, where quotes and newlines are escaped."""
    return contains(json.dumps(text, ensure_ascii=False)[1:-1])
