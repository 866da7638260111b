"""Where values come from and in which order they are asked: argument, environment, file, default.

What a value means is decided by the readers; the result is a `Settings` (`settings.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar, cast

from otelkit.settings.parameters import ALL, RESOURCE_ATTRIBUTES
from otelkit.settings.problems import Problem
from otelkit.settings.reading.reading import UNSET, Reading, kind_of, rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otelkit.settings.parameters import Parameter
    from otelkit.settings.parameters.parameter import Lookup

    _Check: TypeAlias = Callable[[object, Lookup], Reading[object]]

T = TypeVar("T")

Kind: TypeAlias = Literal["argument", "environment", "file", "default"]


@dataclass(frozen=True)
class Source:
    """Where a value came from.

    Attributes:
        kind: The layer: ``"argument"``, ``"environment"``, ``"file"`` or ``"default"``.
        place: The environment variable or the file's path; empty for arguments and defaults.

    Example:
        >>> str(Source("environment", "OTEL_SERVICE_NAME"))
        'environment OTEL_SERVICE_NAME'
    """

    kind: Kind
    place: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}" if self.place else self.kind


DEFAULT: Final = Source("default")


@dataclass(frozen=True, kw_only=True)
class Given:
    """One value that was given for one parameter.

    Attributes:
        setting: Its name as the user wrote it.
        value: The value as given.
        source: Where it was given.
        is_text: Whether it is the text of an environment variable.
    """

    setting: str
    value: object
    source: Source
    is_text: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it counts as not given: None, and in every layer a text with nothing in it."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())


class Layer:
    """One layer of given values: arguments, the environment, or a file.

    Args:
        kind: Which layer it is.
        values: Given values, by environment variable in the environment and by parameter name elsewhere.
        place: Path of the file.
    """

    def __init__(self, kind: Kind, values: Mapping[str, object], *, place: str = "") -> None:
        self.kind: Kind = kind
        self._values = values
        self._place = place

    def given(self, parameter: Parameter[object]) -> list[Given]:
        """Give what this layer says about a parameter, the most specific first.

        Args:
            parameter: The row asked about.
        """
        is_text = self.kind == "environment"
        names = parameter.variables if is_text else (parameter.name,)
        found = [
            Given(
                setting=name,
                value=self._values[name],
                source=Source(self.kind, name if is_text else self._place),
                is_text=is_text,
            )
            for name in names
            if name in self._values
        ]
        return [given for given in found if not given.is_empty]


@dataclass
class Resolution:
    """Resolves the table row by row, and collects the problems on the way.

    Attributes:
        layers: From the highest to the lowest.
        values: The values so far.
        sources: Where they came from.
        problems: What is wrong, each once.
    """

    layers: tuple[Layer, ...]
    values: dict[str, object] = field(default_factory=dict[str, object])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    problems: dict[Problem, None] = field(default_factory=dict[Problem, None])
    _accepted: dict[tuple[str, Kind], list[tuple[Given, object]]] = field(
        default_factory=dict[tuple[str, Kind], list[tuple[Given, object]]]
    )

    def run(self) -> None:
        """Resolve every row of the table."""
        for parameter in ALL:
            self._resolve(parameter)
        self._move_attributes_with_a_row()

    def lookup(self, parameter: Parameter[T], /) -> T:
        """Give the value of a row that was resolved before."""
        return cast("T", self.values[parameter.name])

    def _resolve(self, parameter: Parameter[object]) -> None:
        for layer in self.layers:
            self._accept(parameter, layer)
        if parameter.merge:
            value, source = self._merged(parameter)
            self._settle(parameter, value, source)
            return
        for layer in self.layers:
            for given, value, check in self._candidates(parameter, layer.kind):
                reading = check(value, self.lookup) if check is not None else Reading(value)
                self._complain(parameter, given, reading)
                if reading.value is not UNSET:
                    self._settle(parameter, reading.value, given.source)
                    return
        default = parameter.default
        adjust = parameter.adjust_default
        self._settle(parameter, default if adjust is None else adjust(default, self.lookup), DEFAULT)

    def _accept(self, parameter: Parameter[object], layer: Layer) -> None:
        """Read what one layer says of a row by itself, without regard to other rows."""
        accepted = self._accepted.setdefault((parameter.name, layer.kind), [])
        for given in layer.given(parameter) + self._from_resource(parameter, layer.kind):
            reading = read_given(parameter, given)
            self._complain(parameter, given, reading)
            if reading.value is not UNSET:
                accepted.append((given, reading.value))

    def _from_resource(self, parameter: Parameter[object], kind: Kind) -> list[Given]:
        """Give what the resource attributes of the same layer say of a row that is an attribute of the resource."""
        if not parameter.resource_key:
            return []
        found: list[Given] = []
        for given, value in self._accepted.get((RESOURCE_ATTRIBUTES.name, kind), []):
            attributes = cast("Mapping[str, object]", value)
            attribute = attributes.get(parameter.resource_key)
            setting = f"{given.setting} {parameter.resource_key}"
            found.append(Given(setting=setting, value=attribute, source=given.source))
        return [given for given in found if not given.is_empty]

    def _candidates(self, parameter: Parameter[object], kind: Kind) -> list[tuple[Given, object, _Check | None]]:
        own = [(given, value, parameter.check) for given, value in self._accepted[parameter.name, kind]]
        if parameter.general is None:
            return own
        general = self._accepted[parameter.general.parameter.name, kind]
        return own + [(given, value, parameter.general.adapt) for given, value in general]

    def _merged(self, parameter: Parameter[object]) -> tuple[object, Source]:
        merged: dict[str, object] = {}
        sources: list[Source] = []
        for layer in reversed(self.layers):
            for given, value in reversed(self._accepted[parameter.name, layer.kind]):
                merged |= cast("Mapping[str, object]", value)
                sources.insert(0, given.source)
        if not sources:
            return parameter.default, DEFAULT
        lower = [str(source) for source in sources[1:]]
        place = " and ".join(filter(None, [sources[0].place, *lower]))
        return MappingProxyType(merged), Source(sources[0].kind, place)

    def _move_attributes_with_a_row(self) -> None:
        attributes = dict(self.lookup(RESOURCE_ATTRIBUTES))
        for parameter in ALL:
            attributes.pop(parameter.resource_key, None)
        self.values[RESOURCE_ATTRIBUTES.name] = MappingProxyType(attributes)

    def _settle(self, parameter: Parameter[object], value: object, source: Source) -> None:
        self.values[parameter.name] = (
            MappingProxyType(cast("dict[str, object]", value)) if isinstance(value, dict) else value
        )
        self.sources[parameter.name] = source

    def _complain(self, parameter: Parameter[object], given: Given, reading: Reading[object]) -> None:
        for complaint in reading.complaints:
            shown = _shown(parameter, given) if complaint.value is None else complaint.value
            source = given.source.place if given.source.kind == "file" else given.source.kind
            self.problems[
                Problem(setting=given.setting, value=shown, source=source, message=complaint.message, fix=complaint.fix)
            ] = None


def read_given(parameter: Parameter[object], given: Given) -> Reading[object]:
    """Read one given value; whatever a strange object does when it is looked at is a complaint, not an exception."""
    value = given.value.strip() if isinstance(given.value, str) else given.value
    try:
        return parameter.reader.text(str(value)) if given.is_text else parameter.reader.native(value)
    except Exception as error:  # noqa: BLE001  # objects of the application run their own code here
        return rejected(f"cannot be read ({type(error).__name__}) and is ignored", "give a plain value")


def _shown(parameter: Parameter[object], given: Given) -> str:
    try:
        return parameter.reader.show_given(given.value)
    except Exception:  # noqa: BLE001  # objects of the application run their own code here
        return kind_of(given.value)
