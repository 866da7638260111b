"""YAML files as plain data with types that a checker can follow: mappings, lists, texts.

What the files mean is the business of the tests beside this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout."""

Node: TypeAlias = "Mapping[str, object]"


def load(path: Path) -> Node:
    """The one document of a file."""
    return mapping(yaml.safe_load(path.read_text(encoding="utf-8")))


def load_all(path: Path) -> list[Node]:
    """All documents of a file."""
    return [mapping(document) for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def mapping(value: object) -> Node:
    """The value as a mapping; None is an empty one.

    Raises:
        TypeError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"a mapping was expected, this is {value!r}")
    return cast("Node", value)


def items(value: object) -> list[object]:
    """The value as a list; None is an empty one.

    Raises:
        TypeError: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, this is {value!r}")
    return cast("list[object]", value)


def mappings(value: object) -> list[Node]:
    """The value as a list of mappings."""
    return [mapping(one) for one in items(value)]


def text(value: object) -> str:
    """The value as text.

    Raises:
        TypeError: it is no text.
    """
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, this is {value!r}")
    return value


def at(value: object, *path: str) -> object:
    """What a path of keys leads to; None where there is nothing."""
    for key in path:
        value = mapping(value).get(key)
    return value


def leaves(value: object, prefix: str = "") -> Iterator[str]:
    """The paths of all values that are neither mapping nor list, with ``[]`` for the entries of a list."""
    if isinstance(value, dict):
        for key, inner in mapping(cast("object", value)).items():
            yield from leaves(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for inner in items(cast("object", value)):
            yield from leaves(inner, f"{prefix}[]")
    else:
        yield prefix
