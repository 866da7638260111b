"""Finds and reads the settings file: `otelkit.toml`, `otelkit.yaml`, or `[tool.otelkit]` of `pyproject.toml`.

What the values mean is decided by the readers; here keys are matched with the table and nothing more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from otelkit.settings.parameters import BY_NAME, SIGNALS
from otelkit.settings.problems import Problem
from otelkit.settings.reading.reading import shorten
from otelkit.settings.spelling import closest

FILE_NAMES: Final = ("otelkit.toml", "otelkit.yaml", "otelkit.yml", "pyproject.toml")
"""Where settings are looked for, in this order, when no file was named."""

_LARGEST_FILE = 1_000_000  # bytes: a settings file beyond this is not one


@dataclass(frozen=True, kw_only=True)
class SettingsFile:
    """What a settings file says.

    Attributes:
        path: The file; None when there is none, or none that can be read.
        values: Given values by parameter name.
        problems: What is wrong with the file and its keys.
    """

    path: Path | None = None
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    problems: tuple[Problem, ...] = ()


class _UnreadableError(Exception):
    """A file that cannot be used, and what to do about it."""

    def __init__(self, message: str, fix: str) -> None:
        self.message = message
        self.fix = fix
        super().__init__(message)


def find_file(explicit: Path | None, *, directory: Path | None = None) -> SettingsFile:
    """Find and read the settings file.

    Args:
        explicit: The file that was asked for; then no other is looked for.
        directory: Where to look otherwise; by default the working directory, and nowhere above it.
    """
    if explicit is not None:
        return _read(explicit, wanted=True)
    candidates = _candidates(directory)
    found: SettingsFile | None = None
    overlooked: list[Problem] = []
    for path in candidates:
        file = _read(path, wanted=False)
        if file.path is None and not file.problems:
            continue  # a pyproject.toml without [tool.otelkit]
        if found is None:
            found = file
            continue
        message = f"is not read, because {candidates[0].name} is there too"
        overlooked.append(_problem(path, "file", message, "keep the settings in one file"))
    if found is None:
        return SettingsFile()
    return SettingsFile(path=found.path, values=found.values, problems=(*found.problems, *overlooked))


def _candidates(directory: Path | None) -> list[Path]:
    try:
        where = Path.cwd() if directory is None else directory
        return [path for path in (where / name for name in FILE_NAMES) if path.is_file()]
    except OSError:  # the working directory was removed, or may not be looked into
        return []


def _read(path: Path, *, wanted: bool) -> SettingsFile:
    try:
        table = _table(path)
    except _UnreadableError as error:
        return SettingsFile(problems=(_problem(path, "file", error.message, error.fix),))
    if path.name == "pyproject.toml":
        tool = table.get("tool")
        section = cast("Mapping[str, object]", tool).get("otelkit") if isinstance(tool, Mapping) else None
        if section is None and not wanted:
            return SettingsFile()
        if not isinstance(section, Mapping):
            return SettingsFile(
                problems=(_problem(path, "tool.otelkit", "is no table in this file", "add a table [tool.otelkit]"),)
            )
        table = cast("Mapping[str, object]", section)
    values: dict[str, object] = {}
    problems: list[Problem] = []
    _collect(table, "", path, values, problems)
    return SettingsFile(path=path, values=values, problems=tuple(problems))


def _table(path: Path) -> Mapping[str, object]:
    text = _text(path)
    if path.suffix == ".toml":
        return _toml(text)
    if path.suffix in (".yaml", ".yml"):
        return _yaml(text)
    raise _UnreadableError("is neither TOML nor YAML by its name", "name a file that ends in .toml, .yaml or .yml")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name is no path"
        raise _UnreadableError(f"cannot be read: {reason}", "name a file that this process can read") from error
    if len(content) > _LARGEST_FILE:
        raise _UnreadableError("is larger than 1 MB", "name a settings file")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(f"is not UTF-8 (line {line})", "save the file as UTF-8") from error


def _toml(text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _UnreadableError(f"is not valid TOML: {shorten(str(error))}", "correct that line") from error
    except RecursionError as error:
        raise _UnreadableError("is nested too deeply", "write plain tables") from error


def _yaml(text: str) -> Mapping[str, object]:
    try:
        import yaml
    except ImportError as error:
        raise _UnreadableError(
            "is YAML, which needs a package that is not installed", "pip install 'otelkit[yaml]'"
        ) from error
    try:
        content: object = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        # Only the position and the kind of mistake: the error's own text quotes lines, which may hold secrets.
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
        raise _UnreadableError(f"is not valid YAML{where}", "correct that line") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _UnreadableError("is not valid YAML", "correct the file") from error
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise _UnreadableError("holds no table of settings", "write key: value pairs")
    return cast("Mapping[str, object]", content)


_TABLES: Final = frozenset(name.rsplit(".", depth)[0] for name in BY_NAME for depth in range(1, name.count(".") + 1))
_SWITCHES: Final[Mapping[str, str]] = MappingProxyType({signal.signal: signal.enabled.name for signal in SIGNALS})


def _collect(
    table: Mapping[str, object], prefix: str, path: Path, values: dict[str, object], problems: list[Problem]
) -> None:
    """Match the keys of a table, and of the tables in it, with the parameters."""
    for key, value in table.items():
        name = f"{prefix}{key}"
        if name in BY_NAME:
            if BY_NAME[name].in_file:
                values[name] = value
            else:
                fix = f"give it as argument or as {' or '.join(BY_NAME[name].variables)}"
                problems.append(_problem(path, name, "cannot be set in a file and is ignored", fix))
        elif name in _TABLES and isinstance(value, Mapping):
            _collect(cast("Mapping[str, object]", value), f"{name}.", path, values, problems)
        elif name in _SWITCHES and isinstance(value, bool):
            values[_SWITCHES[name]] = value
        elif name in _TABLES:
            problems.append(
                _problem(path, name, "is a table of settings, not a value, and is ignored", f"write [{name}]")
            )
        else:
            problems.append(_unknown(path, name))


def _unknown(path: Path, name: str) -> Problem:
    near = closest(name, [*BY_NAME, *_TABLES], cutoff=0.75)
    if near is None:
        return _problem(
            path, name, "is no setting of otelkit and is ignored", "remove it; the reference lists all keys"
        )
    return _problem(path, name, f"is unknown and is ignored; did you mean {near!r}?", f"write {near}")


def _problem(path: Path, setting: str, message: str, fix: str) -> Problem:
    return Problem(setting=shorten(setting), value="", source=str(path), message=message, fix=fix)
