"""A backend of its own for each test, and nothing of it left behind in the process."""

# What a process remembers for ever is put back here:
# pyright: reportPrivateUsage=false

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from otelkit.instruments import import_packs
from otelkit.instruments.process_state import forget_process_state
from otelkit.instruments.registry import registry
from otelkit.instruments.zeros import starting_series
from otelkit.runtime.internal_errors import is_strict, reset_internal_errors, set_strict
from tests.instruments.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def own_process_state() -> Generator[None]:
    """Declarations, zeros, levels and internal errors as they were before the test."""
    import_packs()  # modules are imported once, so what they declare must stay declared
    strict = is_strict()
    declared = dict(registry._declared)
    starting = dict(starting_series._cells)
    put_back = forget_process_state()
    reset_internal_errors()
    set_strict(False)
    yield
    set_strict(strict)
    reset_internal_errors()
    put_back()
    registry._declared.clear()
    registry._declared.update(declared)
    starting_series._cells.clear()
    starting_series._cells.update(starting)


@pytest.fixture
def backend(own_process_state: None) -> Generator[Backend]:
    """A real SDK provider behind every instrument."""
    del own_process_state
    running = Backend()
    yield running
    running.stop()


@pytest.fixture
def strict(own_process_state: None) -> None:
    """Wrong use raises, as in strict mode and under the fixture `telemetry`."""
    del own_process_state
    set_strict(True)


@pytest.fixture
def name() -> str:
    """An instrument name that no other test uses: the process's meters remember names."""
    return _fresh("thing.count")


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Make instrument names that no other test uses."""
    return _fresh


def _fresh(suffix: str) -> str:
    return f"test_{next(_numbers)}.{suffix}"
