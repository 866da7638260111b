"""A running console for each test that wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.console.server import ConsoleServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def _running_console() -> Iterator[ConsoleServer]:
    with ConsoleServer(port=0) as server:
        yield server


@pytest.fixture
def console(_running_console: ConsoleServer) -> ConsoleServer:
    """A running console with nothing in it; it outlives the test, because starting and stopping takes time."""
    _running_console.clear()
    return _running_console
