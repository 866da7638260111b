"""Generators to take steps with, and questions about what is seen of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opentelemetry import trace

import otelkit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from otelkit.testing import Capture

tracer = trace.get_tracer("tests.observing")


def current_name() -> str | None:
    name: str | None = getattr(trace.get_current_span(), "name", None)
    return name


@otelkit.observe("echo")
def echo() -> Generator[str, str, str]:
    """Yield what was sent, until "stop"."""
    said = "ready"
    while True:
        try:
            said = yield f"{said} in {current_name()}"
        except LookupError as error:
            said = f"caught {error}"
        if said == "stop":
            return "stopped"


@otelkit.observe("aecho")
async def aecho() -> AsyncGenerator[str, str]:
    """Yield what was sent, until "stop"."""
    said = "ready"
    while True:
        try:
            said = yield f"{said} in {current_name()}"
        except LookupError as error:
            said = f"caught {error}"
        await asyncio.sleep(0)
        if said == "stop":
            return


def outcome_of(telemetry: Capture, operation: str) -> object:
    return telemetry.histogram("otelkit.operation.duration", operation=operation).attributes["outcome"]
