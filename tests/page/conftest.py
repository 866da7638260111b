"""What the tests of the page share: one Chromium, and one console full of traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.console.server import ConsoleServer
from tests.page.chromium import chromium
from tests.page.fraud_traffic import FraudTraffic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def busy_console() -> Iterator[ConsoleServer]:
    """A console that received what two services sent in ten minutes. Tests only look at it."""
    with ConsoleServer(port=0) as console:
        FraudTraffic(console.url).send()
        yield console


@pytest.fixture
def empty_console() -> Iterator[ConsoleServer]:
    with ConsoleServer(port=0) as console:
        yield console
