"""The declaration of one attribute of an instrument: its name and the bound that every attribute has.

What happens to a value at the time of recording lives in admission, not here.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from otelkit.instruments.attribute_text import attribute_text, shown
from otelkit.instruments.names import check_attribute_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_HIGHEST_LIMIT = 10_000
LONGEST_VALUE = 256
"""Characters of an attribute value; a longer one is no label but a document, and becomes ``other``."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of an instrument, bounded by the values that it may take or by how many of them.

    A value beyond the bound is recorded as ``other``, so that the number of series stays what was declared.

    Args:
        name: lower-case words with dots, by OpenTelemetry's conventions where one exists.
        values: the allowed values. Exactly one of ``values`` and ``limit`` is given.
        limit: how many distinct values are accepted, first come first served.
        known: with ``limit``, values that are known beforehand: they have their place, and start at zero where the
            instrument says ``from_zero``.
        optional: whether the attribute may be absent (a value of None), as ``error.type`` is on success.

    Raises:
        ValueError: when the name breaks a rule or the bound makes no sense.

    Example:
        >>> Attribute("severity", values=("low", "medium", "high"))
        Attribute('severity', values=('low', 'medium', 'high'))
        >>> Attribute("region")
        Traceback (most recent call last):
        ...
        ValueError: attribute 'region' is unbounded. Give values=(...) if they are known, else limit=50 or so.

    """

    name: str
    _: KW_ONLY
    values: Sequence[str] | None = None
    limit: int | None = None
    known: Sequence[str] = ()
    optional: bool = False

    def __post_init__(self) -> None:
        check_attribute_name(self.name)
        if self.values is not None:
            object.__setattr__(self, "values", self._checked("values", self.values))
        object.__setattr__(self, "known", self._checked("known", self.known))
        if self.values is None and self.limit is None:
            raise ValueError(
                f"attribute {self.name!r} is unbounded. Give values=(...) if they are known, else limit=50 or so."
            )
        if self.values is not None and self.limit is not None:
            raise ValueError(f"attribute {self.name!r} has both values and limit. Keep values=; it is a limit already.")
        if self.values is not None and not self.values:
            raise ValueError(f"attribute {self.name!r} allows no value. List them in values=(...).")
        if self.values is not None and self.known:
            raise ValueError(f"attribute {self.name!r} has both values and known. Drop known=: all values are.")
        if self.limit is not None:
            self._check_limit(self.limit)

    def __repr__(self) -> str:
        parts = [repr(self.name)]
        if self.values is not None:
            parts.append(f"values={tuple(self.values)!r}")
        if self.limit is not None:
            parts.append(f"limit={self.limit}")
        if self.known:
            parts.append(f"known={tuple(self.known)!r}")
        if self.optional:
            parts.append("optional=True")
        return f"Attribute({', '.join(parts)})"

    @property
    def foreseen(self) -> tuple[str, ...]:
        """The values that can be named before the first event: all allowed ones, or the known ones of a limit."""
        return tuple(self.known if self.values is None else self.values)

    def _check_limit(self, limit: int) -> None:
        if type(limit) is not int or not 1 <= limit <= _HIGHEST_LIMIT:
            raise ValueError(
                f"attribute {self.name!r} has limit={shown(limit)}. Give a whole number from 1 to {_HIGHEST_LIMIT}."
            )
        if len(self.known) > limit:
            raise ValueError(f"attribute {self.name!r} knows {len(self.known)} values but has limit={limit}. Raise it.")

    def _checked(self, what: str, values: Sequence[str]) -> tuple[str, ...]:
        if isinstance(values, str):
            raise ValueError(f"attribute {self.name!r}: {what}={values!r} is one string. Write {what}=({values!r},).")  # noqa: TRY004 - one kind of error for a bad declaration
        texts: list[str] = []
        for value in values:
            text = attribute_text(value)
            if not text or len(text) > LONGEST_VALUE:
                raise ValueError(
                    f"attribute {self.name!r}: {shown(value)} in {what} is not text of 1 to {LONGEST_VALUE} characters."
                )
            if text in texts:
                raise ValueError(f"attribute {self.name!r} names {text!r} twice in {what}. Drop one.")
            texts.append(text)
        return tuple(texts)
