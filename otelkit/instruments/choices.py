"""The check of a recorder's argument against the few values that it may have.

An instrument alone records what it is given as ``other``; a recorder also says that it was called wrongly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.instruments.attribute_text import attribute_text
from otelkit.instruments.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_choice(value: object, choices: Sequence[str], *, of: str, call: str) -> None:
    """Report wrong use when ``value`` is not among ``choices``; what is recorded is up to the instrument.

    Args:
        value: what was given: any object at all.
        choices: the allowed values.
        of: the argument's name.
        call: the recorder, for the message.

    Raises:
        ValueError: in strict mode.

    Example:
        >>> check_choice("low", ("low", "high"), of="severity", call="record()")

    """
    if type(value) is str and value in choices:
        return
    try:
        allowed = attribute_text(value) in choices
    except Exception:  # noqa: BLE001 - looking at the value may run its own code
        allowed = False
    if not allowed:
        refuse(f"{call} takes {of} as one of {', '.join(choices)}", got=value)
