"""The series that start at zero: written as zero on every fresh backend, before any event.

Without it a counter's first value that anyone sees is 1, and an increase from nothing is no increase. Which series
these are is declared (``from_zero``) or said by a pack once it knows (``start_at_zero``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from otelkit.instruments.cells import Cell


class StartingSeries:
    """Cells whose series exist from the start. There is one such set a process."""

    def __init__(self) -> None:
        self._cells: dict[Cell, None] = {}
        self._unheard = [True]

    def add(self, cell: Cell) -> None:
        """Have the series of ``cell`` start at zero now and on every fresh backend."""
        self._cells[cell] = None
        self._write(cell)
        try:
            self._unheard.pop()
        except IndexError:
            return
        meter.on_backend(self.write)

    def write(self) -> None:
        """Write every zero again; called with a fresh backend, which knows none of them. Never raises."""
        for cell in tuple(self._cells):
            self._write(cell)

    @staticmethod
    def _write(cell: Cell) -> None:
        try:
            cell(0)
        except Exception as error:  # noqa: BLE001 - a failing backend must not stop the others, nor the application
            record_internal_error("instruments.zeros", error)


starting_series = StartingSeries()
"""The series of this process that start at zero."""
