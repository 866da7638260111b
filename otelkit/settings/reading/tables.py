"""Readers of key=value lists: headers, resource attributes, levels of single loggers.

In the environment they are one text, in Python and in files a table; layers are merged key by key elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import unquote_to_bytes

from otelkit.settings.reading.reading import UNSET, Complaint, Reading, kind_of, rejected, shorten

if TYPE_CHECKING:
    from otelkit.settings.reading.names import ChoiceReader

ResourceValue: TypeAlias = (
    str | bool | int | float | tuple[str, ...] | tuple[bool, ...] | tuple[int, ...] | tuple[float, ...]
)
"""The values that a resource attribute may have."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)  # a field name of HTTP (RFC 9110, section 5.1)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_HIDDEN = "***"
_DEEPEST = 16
_LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class HeadersReader:
    """Headers of an exporter: ``name=value,name=value``, values percent-encoded (unencoded ones are taken too).

    No value ever appears in a complaint or in what is shown.
    """

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "headers"

    def text(self, text: str) -> Reading[Mapping[str, str]]:
        """Read the text; a pair that cannot be read is left out, the others count."""
        headers: dict[str, str] = {}
        complaints: list[Complaint] = []
        for position, pair in enumerate(text.split(","), start=1):
            if not pair.strip():
                continue
            name, equals, value = pair.partition("=")
            decoded = _decode(value.strip())
            if not equals:
                complaints.append(_pair_complaint(position, None, 'has no "="'))
            elif decoded is None:
                complaints.append(_pair_complaint(position, name, "has a value that is not percent-encoded UTF-8"))
            else:
                _add_header(headers, complaints, position, name.strip(), decoded)
        return _result(headers, complaints)

    def native(self, given: object) -> Reading[Mapping[str, str]]:
        """Read a table of strings, taken as they are."""
        if not isinstance(given, Mapping):
            return rejected(
                f"are {kind_of(given)}, not a table, and are ignored",
                'give a table, such as {"authorization": "Bearer ..."}',
            )
        headers: dict[str, str] = {}
        complaints: list[Complaint] = []
        for position, (name, value) in enumerate(cast("Mapping[object, object]", given).items(), start=1):
            if not isinstance(name, str) or not isinstance(value, str):
                complaints.append(_pair_complaint(position, name if isinstance(name, str) else None, "is no string"))
            elif value:
                _add_header(headers, complaints, position, name.strip(), value.strip())
        return _result(headers, complaints)

    def show(self, value: object) -> str:
        """Write the names; the values are secrets."""
        return ",".join(f"{name}={_HIDDEN}" for name in cast("Mapping[str, str]", value))

    def show_given(self, given: object) -> str:
        """Write nothing of it: whatever part is wrong may be the secret."""
        del given
        return _HIDDEN


def _add_header(headers: dict[str, str], complaints: list[Complaint], position: int, name: str, value: str) -> None:
    if _TOKEN.fullmatch(name) is None:
        complaints.append(_pair_complaint(position, None, "has a name that is no header name"))
    elif not _is_header_value(value):
        complaints.append(_pair_complaint(position, name, "has a value with characters that HTTP does not carry"))
    else:
        headers[name.lower()] = value


def _is_header_value(value: str) -> bool:
    return all(character == "\t" or " " <= character <= "~" or "\xa0" <= character <= "\xff" for character in value)


def _pair_complaint(position: int, name: str | None, what: str) -> Complaint:
    # A pair without "=" may be a bare token: only something that can be nothing but a header's name is repeated.
    shown = (
        name.strip().lower() if name and _TOKEN.fullmatch(name.strip()) and len(name.strip()) <= _LONGEST_NAME else None
    )
    called = f"pair {position} ({shown})" if shown else f"pair {position}"
    return Complaint(
        message=f"{called} {what} and is left out",
        fix="write name=value pairs with commas between them, values percent-encoded (a space is %20, a comma %2C)",
        value=_HIDDEN,
    )


def _result(headers: dict[str, str], complaints: list[Complaint]) -> Reading[Mapping[str, str]]:
    return Reading(headers if headers or not complaints else UNSET, tuple(complaints))


def _decode(text: str) -> str | None:
    if _BROKEN_ESCAPE.search(text):
        return None
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeError:  # the bytes are no UTF-8, or the text holds surrogates of undecodable bytes
        return None


@dataclass(frozen=True, kw_only=True)
class AttributesReader:
    """Resource attributes: ``key=value,key=value`` with ``,`` and ``=`` percent-encoded.

    One pair that cannot be read discards the whole text, as the specification of the resource says.
    """

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "attributes"

    def text(self, text: str) -> Reading[Mapping[str, ResourceValue]]:
        """Read the text; all values are strings."""
        attributes: dict[str, ResourceValue] = {}
        fix = "write key=value pairs with commas between them; a comma is %2C, an equals sign %3D, a percent sign %25"
        for position, pair in enumerate(text.split(","), start=1):
            if not pair.strip():
                continue
            raw_key, equals, raw_value = pair.partition("=")
            key, value = _decode(raw_key.strip()), _decode(raw_value.strip())
            if not equals or not key:
                wrong = 'has no "="' if not equals else "has no readable key"
            elif value is None:
                wrong = "is not percent-encoded UTF-8"
            else:
                attributes[key] = value
                continue
            return rejected(
                f"pair {position} {wrong}; the specification discards all pairs then", fix, value=shorten(pair)
            )
        return Reading(attributes)

    def native(self, given: object) -> Reading[Mapping[str, ResourceValue]]:
        """Read a table; tables in it (TOML writes ``a.b = 1`` so) become keys with dots."""
        if not isinstance(given, Mapping):
            return rejected(
                f"is {kind_of(given)}, not a table, and is ignored", 'give a table, such as {"team": "risk"}'
            )
        attributes: dict[str, ResourceValue] = {}
        complaints: list[Complaint] = []
        for key, value in _flat(cast("Mapping[object, object]", given)):
            accepted = _attribute_value(value)
            if accepted is None:
                complaints.append(
                    Complaint(
                        message=f"attribute {key!r} is {kind_of(value)} and is left out",
                        fix="give a string, a number, a boolean, or a list of one of these",
                        value=shorten(f"{key}={value!r}"),
                    )
                )
            elif accepted != "":
                attributes[key] = accepted
        return Reading(attributes if attributes or not complaints else UNSET, tuple(complaints))

    def show(self, value: object) -> str:
        """Write ``key=value`` pairs."""
        return ",".join(f"{key}={item}" for key, item in cast("Mapping[str, ResourceValue]", value).items())

    def show_given(self, given: object) -> str:
        """Write what was given."""
        return shorten(str(given))


def _flat(table: Mapping[object, object], prefix: str = "") -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        if not isinstance(value, Mapping):
            pairs.append((name, value))
        elif name.count(".") < _DEEPEST:  # a cyclic table has to end somewhere
            pairs += _flat(cast("Mapping[object, object]", value), f"{name}.")
    return pairs


def _attribute_value(value: object) -> ResourceValue | None:
    if isinstance(value, str | bool | int | float):
        return value
    if not isinstance(value, list | tuple):
        return None
    items = cast("list[object] | tuple[object, ...]", value)
    for kind in (str, bool, int, float):
        if all(type(item) is kind for item in items):
            return cast("ResourceValue", tuple(items))
    return None


@dataclass(frozen=True, kw_only=True)
class LevelsReader:
    """Levels of single loggers: ``uvicorn.access=WARNING,sqlalchemy=ERROR``.

    Attributes:
        level: Reads one level.
    """

    level: ChoiceReader

    @property
    def type_name(self) -> str:
        """What the reference page calls this kind of value."""
        return "logger=level list"

    def text(self, text: str) -> Reading[Mapping[str, str]]:
        """Read the text; a pair that cannot be read is left out."""
        pairs: list[tuple[str, object]] = []
        complaints: list[Complaint] = []
        for pair in filter(None, map(str.strip, text.split(","))):
            name, equals, level = pair.partition("=")
            if equals and name.strip():
                pairs.append((name.strip(), level.strip()))
            else:
                complaints.append(
                    Complaint(
                        message=f"{shorten(pair)!r} is no logger=level pair and is left out",
                        fix="write pairs such as uvicorn.access=WARNING",
                        value=shorten(pair),
                    )
                )
        return self._read(pairs, complaints)

    def native(self, given: object) -> Reading[Mapping[str, str]]:
        """Read a table; tables in it become names with dots."""
        if not isinstance(given, Mapping):
            fix = 'give a table, such as {"uvicorn.access": "WARNING"}'
            return rejected(f"is {kind_of(given)}, not a table, and is ignored", fix)
        return self._read(_flat(cast("Mapping[object, object]", given)), [])

    def show(self, value: object) -> str:
        """Write ``logger=LEVEL`` pairs."""
        return ",".join(f"{name}={level}" for name, level in cast("Mapping[str, str]", value).items())

    def show_given(self, given: object) -> str:
        """Write what was given."""
        return shorten(str(given))

    def _read(self, pairs: list[tuple[str, object]], complaints: list[Complaint]) -> Reading[Mapping[str, str]]:
        levels: dict[str, str] = {}
        for name, level in pairs:
            reading = self.level.native(level)
            complaints += [
                Complaint(message=f"the level of {name!r} {c.message}", fix=c.fix, value=shorten(f"{name}={level}"))
                for c in reading.complaints
            ]
            if reading.value is not UNSET:
                levels[name] = reading.value
        return Reading(levels if levels or not complaints else UNSET, tuple(complaints))
