"""The fixtures of the logs tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace import TracerProvider

from otelkit.runtime.internal_errors import internal_errors, reset_internal_errors
from otelkit.signals.log_capture import uninstall
from otelkit.signals.proxies import logger as logger_proxy
from tests.logs.collected import Collected, logging_restored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.trace import Tracer


@pytest.fixture
def collected() -> Iterator[Collected]:
    """What reaches OpenTelemetry in this test; the capture is installed, quiet on the console, at level INFO."""
    with logging_restored():
        reset_internal_errors()
        collected = Collected()
        logger_proxy.switch(collected.provider)
        collected.install()
        try:
            yield collected
        finally:
            uninstall()
            logger_proxy.switch(None)
            collected.provider.shutdown()
        errors = internal_errors()
        reset_internal_errors()
        assert collected.internal_errors_expected or not errors


@pytest.fixture
def tracer() -> Tracer:
    """A tracer whose spans are recorded and go nowhere."""
    return TracerProvider(shutdown_on_exit=False).get_tracer("test")
