"""Cells that write to the instruments of the OpenTelemetry SDK, through the process's switchable meters.

The one module here that knows OpenTelemetry's metrics API.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opentelemetry.metrics import Observation

from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opentelemetry.metrics import CallbackOptions

    from otelkit.instruments.cells import Cell, Level
    from otelkit.instruments.declaration import Declaration


class SdkCells:
    """The SDK behind every cell. Instruments are made when their first series is; the meter keeps them by name."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], list[tuple[Level, Mapping[str, str]]]] = {}

    def cell(self, declaration: Declaration, attributes: Mapping[str, str], /) -> Cell:
        """Return a cell of a counter or histogram; see `CellSource`."""
        scope = meter.get_meter(declaration.scope)
        name, unit, description = declaration.name, declaration.unit, declaration.description
        if declaration.kind == "counter":
            return partial(scope.create_counter(name, unit, description).add, attributes=dict(attributes))
        histogram = scope.create_histogram(
            name, unit, description, explicit_bucket_boundaries_advisory=declaration.buckets
        )
        return partial(histogram.record, attributes=dict(attributes))

    def show(self, declaration: Declaration, attributes: Mapping[str, str], level: Level, /) -> None:
        """Read a level of a gauge or up-down counter at every collection; see `CellSource`.

        Observed rather than written to: a fresh backend then sees the level as it is, not as it has changed since.
        """
        mine: list[tuple[Level, Mapping[str, str]]] = []
        # setdefault is atomic: of two threads that race here, one list wins and its owner makes the instrument.
        shown = self._shown.setdefault((declaration.scope, declaration.name), mine)
        shown.append((level, dict(attributes)))
        if shown is mine:
            self._create_observable(declaration, shown)

    @staticmethod
    def _create_observable(declaration: Declaration, shown: list[tuple[Level, Mapping[str, str]]]) -> None:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            levels = [(level.read(), attributes) for level, attributes in tuple(shown)]
            return [Observation(value, attributes) for value, attributes in levels if value is not None]

        scope = meter.get_meter(declaration.scope)
        create = (
            scope.create_observable_gauge if declaration.kind == "gauge" else scope.create_observable_up_down_counter
        )
        create(declaration.name, [observe], declaration.unit, declaration.description)


sdk_cells = SdkCells()
"""What stands behind every cell of this process."""
