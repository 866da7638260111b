"""The narrow interface between what records and what aggregates: one cell for one series.

Recorders know nothing else of the backend, so that what stands behind it can be replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.instruments.declaration import Declaration


class Cell(Protocol):
    """One series of a counter or a histogram: called with each measurement."""

    def __call__(self, value: float, /) -> None:
        """Add ``value`` to a counter, or record it in a histogram; on any thread."""


class Level(Protocol):
    """One series of a gauge or an up-down counter: it holds its own value, which is read when metrics are collected.

    A level outlives the backend: what is in flight or in a queue stays so when `init` is called again.
    """

    def read(self) -> float | None:
        """Return the value at this moment, or None when there is none yet; called from any thread."""


class CellSource(Protocol):
    """What stands behind all cells of the process."""

    def cell(self, declaration: Declaration, attributes: Mapping[str, str], /) -> Cell:
        """Return a cell for the series of a counter or histogram with these attributes; valid across `init`."""
        ...

    def show(self, declaration: Declaration, attributes: Mapping[str, str], level: Level, /) -> None:
        """Read ``level`` at every collection from now on, as the series with these attributes."""
