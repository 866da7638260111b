"""The result of reading one given value, and the protocol that every reader fulfils.

The readers themselves live beside this file, one kind of value each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Literal, Never, Protocol, TypeAlias, TypeVar

T_co = TypeVar("T_co", covariant=True)


class _UnsetType(Enum):
    UNSET = "unset"


UNSET: Final = _UnsetType.UNSET
"""No usable value here: the next layer is asked."""
Unset: TypeAlias = Literal[_UnsetType.UNSET]


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a reader has against a given value.

    Attributes:
        message: What is wrong, in words that follow "<setting>=<value>: ".
        fix: What to write instead.
        value: The part of the given value that is wrong (masked where it may be secret); None shows the whole value.
    """

    message: str
    fix: str
    value: str | None = None


@dataclass(frozen=True)
class Reading(Generic[T_co]):
    """What one given value means: a typed value or `UNSET`, and the complaints about it.

    Attributes:
        value: The value to use, or `UNSET` when the next layer has to be asked.
        complaints: What is wrong with what was given; a list that lost one name has both.
    """

    value: T_co | Unset
    complaints: tuple[Complaint, ...] = ()


def rejected(message: str, fix: str, *, value: str | None = None) -> Reading[Never]:
    """Give the reading of a value that cannot be used: it counts as not set.

    Args:
        message: What is wrong with it.
        fix: What to write instead.
        value: The wrong part, when it is not the whole.
    """
    return Reading(UNSET, (Complaint(message=message, fix=fix, value=value),))


class Reader(Protocol[T_co]):
    """Reads one kind of value; None, the value of what is not set, is never handed to a reader."""

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        ...

    def text(self, text: str) -> Reading[T_co]:
        """Read the text of an environment variable, by the rules of the specification; never empty."""
        ...

    def native(self, given: object) -> Reading[T_co]:
        """Read a value given in Python or in a file; durations are seconds here."""
        ...

    def show(self, value: object) -> str:
        """Write a value for people, with secrets masked."""
        ...

    def show_given(self, given: object) -> str:
        """Write what was given, right or wrong, for a problem, with secrets masked."""
        ...


def kind_of(given: object) -> str:
    """Name the type of a value that has the wrong one.

    Example:
        >>> kind_of("x"), kind_of([1])
        ('a string', 'a list')
    """
    names: dict[type[object], str] = {
        bool: "a boolean",
        str: "a string",
        int: "a whole number",
        float: "a number",
        list: "a list",
        tuple: "a tuple",
        dict: "a table",
        type(None): "nothing",
    }
    name = type(given).__name__
    return names.get(type(given), f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}")


def shorten(text: str, limit: int = 80) -> str:
    """Keep a given value readable in a message: one line, at most `limit` characters.

    Example:
        >>> shorten("a" * 100, limit=10)
        'aaaaaaaaa…'
    """
    line = "".join(character if character.isprintable() else "?" for character in text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
