"""What holds for every test of the decorators."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is done to a call, OpenTelemetry never logs "Failed to detach context"."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.records if "detach" in record.getMessage()] == []
