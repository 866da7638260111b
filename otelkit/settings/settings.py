"""`Settings`: every parameter's value, where it came from, and what is wrong; `load_settings` makes one.

The table is in `parameters/`, the order of the layers in `layers.py`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from otelkit.settings import specification
from otelkit.settings.files import find_file
from otelkit.settings.layers import Layer, Resolution, Source, read_given
from otelkit.settings.parameters import ALL, BY_NAME, CONFIG_FILE
from otelkit.settings.spelling import closest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.settings.parameters import Parameter
    from otelkit.settings.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a report about the settings.

    Attributes:
        name: Name of the parameter.
        value: Its value for people, secrets masked, empty when it is not set.
        source: Where it came from, such as ``"environment OTEL_SERVICE_NAME"``.
        is_set: Whether somebody set it; otherwise the value is the default.
        doc: What the parameter is for.
    """

    name: str
    value: str
    source: str
    is_set: bool
    doc: str


class Settings:
    """What the user asked for: one typed value for each parameter.

    Example:
        >>> from otelkit.settings import load_settings, parameters
        >>> settings = load_settings({"service.name": "payments"}, environ={"OTEL_TRACES_EXPORTER": "consle"})
        >>> settings[parameters.SERVICE_NAME]
        'payments'
        >>> print(settings.source(parameters.SERVICE_NAME))
        argument
        >>> settings.problems[0].fix
        'write console'
    """

    def __init__(
        self, *, values: Mapping[str, object], sources: Mapping[str, Source], problems: tuple[Problem, ...]
    ) -> None:
        self._values = values
        self._sources = sources
        self._problems = problems

    def __getitem__(self, parameter: Parameter[T]) -> T:
        # Each value was read by its own parameter's reader, which vouches for the type.
        return cast("T", self._values[parameter.name])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with what was given, in the order of the table."""
        return self._problems

    def source(self, parameter: Parameter[object]) -> Source:
        """Tell where the value of a parameter came from.

        Args:
            parameter: A row of the table.
        """
        return self._sources[parameter.name]

    def rows(self) -> tuple[Row, ...]:
        """Give one line for each parameter, secrets masked, in the order of the table."""
        return tuple(
            Row(
                name=parameter.name,
                value=parameter.show(self._values[parameter.name]),
                source=str(self._sources[parameter.name]),
                is_set=self._sources[parameter.name].kind != "default",
                doc=parameter.doc,
            )
            for parameter in ALL
        )


def load_settings(
    arguments: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Settings:
    """Put the layers together: argument over environment over file over default.

    A value that cannot be used counts as not set: the next layer is asked, and the reason is one of
    `Settings.problems`. Nothing that is given can make this raise, whatever its type or text.

    Args:
        arguments: Given values by parameter name; None and empty strings count as not given.
        environ: The environment; by default that of the process.
        directory: Where a settings file is looked for; by default the working directory.

    Raises:
        ValueError: An argument's name is no parameter, which is a mistake of the calling code.
    """
    arguments = {} if arguments is None else arguments
    environ = os.environ if environ is None else environ
    _refuse_unknown(arguments)
    given_above = (Layer("argument", arguments), Layer("environment", environ))
    explicit = _explicit_file(given_above)
    file = find_file(explicit, directory=directory)
    layers = (*given_above, *([] if file.path is None else [Layer("file", file.values, place=str(file.path))]))
    resolution = Resolution(layers=layers)
    resolution.run()
    problems = dict.fromkeys([*resolution.problems, *file.problems, *specification.problems(environ)])
    return Settings(values=resolution.values, sources=resolution.sources, problems=tuple(problems))


def _refuse_unknown(arguments: Mapping[str, object]) -> None:
    for name in arguments:
        if name not in BY_NAME:
            near = closest(name, BY_NAME)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ValueError(f"{name!r} is no parameter of otelkit{hint}")


def _explicit_file(layers: tuple[Layer, ...]) -> Path | None:
    """Give the settings file that was asked for; what is wrong with the request is reported with the other rows."""
    for layer in layers:
        for given in layer.given(CONFIG_FILE):
            reading = read_given(CONFIG_FILE, given)
            if isinstance(reading.value, Path):
                return reading.value
    return None
