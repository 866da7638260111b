"""Readers of plain text, paths, and names out of a known set, alone or in a list.

A name that is nearly a known one is answered with "did you mean".
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from otelkit.settings.reading.numbers import PlainReader
from otelkit.settings.reading.reading import UNSET, Complaint, Reading, kind_of, rejected, shorten
from otelkit.settings.spelling import closest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otelkit.settings.reading.reading import Unset


def _no_aliases() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_advice() -> Mapping[str, Advice]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to say of a name that people write but that does not work here.

    Attributes:
        message: Why not.
        fix: What to write or install.
    """

    message: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class TextReader(PlainReader):
    """Any text on one line.

    Attributes:
        what: What the text is, for complaints.
    """

    what: str = "text"

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "string"

    def text(self, text: str) -> Reading[str]:
        """Read the text as it is."""
        if not text.isprintable():
            return rejected("contains control characters and is ignored", f"give {self.what} on one line")
        return Reading(text)

    def native(self, given: object) -> Reading[str]:
        """Read a string."""
        if not isinstance(given, str):
            return rejected(f"is {kind_of(given)}, not a string, and is ignored", f"give {self.what} as a string")
        return self.text(given)


@dataclass(frozen=True, kw_only=True)
class PathReader(PlainReader):
    """A path; ``~`` is the home directory.

    Attributes:
        must_exist: Whether it has to be a readable file already (certificates, keys).
    """

    must_exist: bool = False

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "path"

    def text(self, text: str) -> Reading[Path]:
        """Read a path."""
        if not text.isprintable():
            return rejected("contains control characters and is ignored", "give a path")
        try:
            path = Path(text).expanduser()
        except RuntimeError:  # "~name" of a user that does not exist
            return rejected("names a home directory that does not exist and is ignored", "give an absolute path")
        if self.must_exist and not _is_readable_file(path):
            return rejected("is no readable file and is ignored", "give the path of a file that this process can read")
        return Reading(path)

    def native(self, given: object) -> Reading[Path]:
        """Read a string or a path object."""
        plain: object = given
        if isinstance(given, os.PathLike):
            plain = os.fspath(cast("os.PathLike[str]", given))
        if isinstance(plain, str):
            return self.text(plain)
        return rejected(f"is {kind_of(plain)}, not a path, and is ignored", "give a path as a string")


def _is_readable_file(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.R_OK)
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, kw_only=True)
class ChoiceReader(PlainReader):
    """One name out of a known set, in any case.

    Attributes:
        choices: The names.
        aliases: Other spellings that are right too, in lower case.
        advice: What to say of known names that cannot be used.
        more_choices: Names that installed packages add.
        optional: Names among them that the reference page mentions.
        special: Names that the list around this reader understands by itself.
    """

    choices: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=_no_aliases)
    advice: Mapping[str, Advice] = field(default_factory=_no_advice)
    more_choices: Callable[[], frozenset[str]] = frozenset
    optional: tuple[str, ...] = ()
    special: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return f"one of {self.names}"

    @property
    def names(self) -> str:
        """The names for the reference page."""
        return ", ".join(f"`{name}`" for name in (*self.choices, *self.optional, *self.special))

    def text(self, text: str) -> Reading[str]:
        """Read one name."""
        name = text.strip()
        lowered = self.aliases.get(name.lower(), name.lower())
        known = {choice.lower(): choice for choice in self.choices}
        if lowered in known:
            return Reading(known[lowered])
        return self._unknown(name, lowered)

    def native(self, given: object) -> Reading[str]:
        """Read a string."""
        if not isinstance(given, str):
            return rejected(f"is {kind_of(given)}, not a name, and is ignored", self._one_of())
        return self.text(given)

    def _unknown(self, name: str, lowered: str) -> Reading[str]:
        added = self.more_choices()
        for candidate in (name, lowered):
            if candidate in added:
                return Reading(candidate)
        if lowered in self.advice:
            advice = self.advice[lowered]
            return rejected(f"{advice.message}; it is ignored", advice.fix)
        near = closest(lowered, [*(choice.lower() for choice in self.choices), *sorted(added), *self.advice])
        if near is not None:
            near = next((choice for choice in self.choices if choice.lower() == near), near)
            return rejected(f"is unknown and is ignored; did you mean {near!r}?", f"write {near}")
        return rejected("is unknown and is ignored", self._one_of())

    def _one_of(self) -> str:
        return f"write one of {', '.join((*self.choices, *self.special))}"


@dataclass(frozen=True, kw_only=True)
class NamesReader(PlainReader):
    """A list of names: comma-separated in the environment, a list in Python and in files; doubles are dropped.

    Attributes:
        each: Reads one name; None takes any.
        none_is_empty: Whether the name ``none`` means an empty list.
    """

    each: ChoiceReader | None = None
    none_is_empty: bool = False

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        if self.each is None:
            return "list"
        return f"list of {self.each.names}"

    def text(self, text: str) -> Reading[tuple[str, ...]]:
        """Read names with commas between them."""
        return self._read([part.strip() for part in text.split(",") if part.strip()])

    def native(self, given: object) -> Reading[tuple[str, ...]]:
        """Read a list of strings; one string is a list of one, or of what its commas part."""
        if isinstance(given, str):
            return self.text(given)
        if not isinstance(given, list | tuple):
            return rejected(f"is {kind_of(given)}, not a list, and is ignored", "give a list of strings")
        items = cast("Sequence[object]", given)
        if not all(isinstance(item, str) for item in items):
            return rejected("has elements that are no strings and is ignored", "give a list of strings")
        return self._read([item.strip() for item in cast("Sequence[str]", items) if item.strip()])

    def show(self, value: object) -> str:
        """Write the names with commas, or ``none``."""
        return ",".join(cast("tuple[str, ...]", value)) or "none"

    def show_given(self, given: object) -> str:
        """Write what was given."""
        if isinstance(given, list | tuple):
            return shorten(",".join(map(str, cast("Sequence[object]", given))))
        return shorten(str(given))

    def _read(self, names: list[str]) -> Reading[tuple[str, ...]]:
        if self.none_is_empty and any(name.lower() == "none" for name in names):
            if len(names) == 1:
                return Reading(())
            return rejected('has "none" beside other names and is ignored', 'write "none" alone, or leave it out')
        values: dict[str, None] = {}
        complaints: list[Complaint] = []
        for name in names:
            reading = Reading(name) if self.each is None else self.each.text(name)
            complaints += [Complaint(message=c.message, fix=c.fix, value=shorten(name)) for c in reading.complaints]
            if reading.value is not UNSET:
                values[reading.value] = None
        result: tuple[str, ...] | Unset = tuple(values) if values or not names else UNSET
        return Reading(result, tuple(complaints))
