"""Other people's modules read environment variables when they are imported or made; here they read what settings say.

The variables are the user's, and so is what child processes inherit: they are put back at once.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextmanager
def variables(changes: Mapping[str, str | None]) -> Generator[None]:
    """Set variables for the time of the block; None takes one away.

    Args:
        changes: values by name.

    Example:
        >>> import os
        >>> with variables({"OTELKIT_EXAMPLE": "seen"}):
        ...     os.environ["OTELKIT_EXAMPLE"]
        'seen'
        >>> "OTELKIT_EXAMPLE" in os.environ
        False

    """
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
