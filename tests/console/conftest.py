"""A running console for each test that wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.console.server import ConsoleServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def console() -> Iterator[ConsoleServer]:
    """A console of this test's own, on a free port."""
    with ConsoleServer(port=0) as server:
        yield server


@pytest.fixture(scope="module")
def shared_console() -> Iterator[ConsoleServer]:
    """One console for the tests of a module that leave nothing in it, or do not mind what is in it."""
    with ConsoleServer(port=0) as server:
        yield server
