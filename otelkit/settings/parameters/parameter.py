"""What a row of the table is: `Parameter`, and the ways in which one may depend on others.

The rows themselves are in the files beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from otelkit.settings.reading.reading import Reader, Reading

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Lookup(Protocol):
    """Gives the value of a parameter that stands higher in the table."""

    def __call__(self, parameter: Parameter[T], /) -> T:
        """Give its value."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class General(Generic[T_co]):
    """A parameter for all signals, asked in each layer after the signal's own.

    Attributes:
        parameter: The parameter for all signals.
        adapt: Turns its value into the signal's (an endpoint gets the signal's path).
    """

    parameter: Parameter[T_co | None]
    adapt: Callable[[T_co, Lookup], Reading[T_co]] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter(Generic[T_co]):
    """One setting: its names, type and default, from which layering, reference and reports are made.

    Attributes:
        name: Dotted name: the key in files, and in the arguments of `load_settings`.
        variables: Environment variables, the one that wins first.
        reader: Reads and writes its values.
        default: The value when nobody set it.
        doc: One line for the reference page, without a full stop.
        default_note: What the reference page says of the default where the value alone does not tell.
        unit: The unit of the value in Python and in files.
        text_unit: The unit in the environment, where it differs.
        secret: Whether the value must not be shown.
        in_file: Whether a file may set it.
        resource_key: The resource attribute that sets it too, in each layer after its own names.
        merge: Whether the layers are merged key by key instead of the highest one winning whole.
        general: The parameter for all signals that it falls back on.
        check: Judges a value against parameters higher in the table.
        adjust_default: Fits the default to parameters higher in the table.
    """

    name: str
    reader: Reader[T_co]
    default: T_co
    doc: str
    variables: tuple[str, ...] = ()
    default_note: str = ""
    unit: str = ""
    text_unit: str = ""
    secret: bool = False
    in_file: bool = True
    resource_key: str = ""
    merge: bool = False
    general: General[T_co] | None = None
    check: Callable[[T_co, Lookup], Reading[T_co]] | None = None
    adjust_default: Callable[[T_co, Lookup], T_co] | None = None

    def __repr__(self) -> str:
        return f"<Parameter {self.name}>"

    def show(self, value: object) -> str:
        """Write a value for people: secrets masked, nothing for what is not set."""
        return "" if value is None else self.reader.show(value)
