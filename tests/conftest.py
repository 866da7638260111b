"""What holds for every test of this repository: it leaves nothing behind, and nothing went wrong unseen.

Fixtures that only some tests use live beside those tests.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTLE_SECONDS = 5.0
"""How long a thread that is on its way out may take."""

_PYTEST_OWN = "PYTEST_CURRENT_TEST"

_SHARED_LOOP = "AnyIO worker thread"
"""anyio keeps such a thread with the event loop of a server, which several tests may share."""


@dataclass(frozen=True)
class _Process:
    """What a test must leave as it was."""

    environment: dict[str, str]
    directory: str
    threads: frozenset[threading.Thread]
    running: object
    swallowed: int

    @classmethod
    def now(cls) -> _Process:
        # Looked up and not imported: a test that needs neither pays for neither.
        telemetry = sys.modules.get("otelkit._telemetry")
        errors = sys.modules.get("otelkit.runtime.internal_errors")
        return cls(
            environment={name: value for name, value in os.environ.items() if name != _PYTEST_OWN},
            directory=os.getcwd(),  # noqa: PTH109 # compared, not used as a path
            threads=frozenset(threading.enumerate()),
            running=telemetry.current() if telemetry is not None else None,
            swallowed=errors.internal_error_count() if errors is not None else 0,
        )


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves otelkit running, a thread, an environment variable, or an error that was swallowed.

    A test that provokes such errors takes them away with `reset_internal_errors` or `telemetry.take_internal_errors`.
    """
    before = _Process.now()
    yield
    after = _Process.now()
    left: list[str] = []
    if after.running is not before.running:
        left.append("otelkit is set up otherwise than before: end it with shutdown()")
        if after.running is not None and before.running is None:
            sys.modules["otelkit._telemetry"].shutdown(1.0)
    if after.environment != before.environment:
        names = {name for name, _ in after.environment.items() ^ before.environment.items()}
        left.append(f"environment variables changed: {sorted(names)}")
        for name in names:
            if name in before.environment:
                os.environ[name] = before.environment[name]
            else:
                del os.environ[name]
    if after.directory != before.directory:
        left.append(f"the working directory is {after.directory}")
        os.chdir(before.directory)
    left.extend(_threads_left(before.threads))
    if after.swallowed > before.swallowed:
        errors = sys.modules["otelkit.runtime.internal_errors"]
        left.extend(f"otelkit swallowed an error in {error.where}: {error.text}" for error in errors.internal_errors())
        errors.reset_internal_errors()
    if left:
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


def _threads_left(before: frozenset[threading.Thread]) -> list[str]:
    deadline = time.monotonic() + _SETTLE_SECONDS
    while new := [thread for thread in threading.enumerate() if thread not in before and thread.name != _SHARED_LOOP]:
        if time.monotonic() > deadline:
            return [f"the thread {thread.name!r} still runs" for thread in new]
        time.sleep(0.005)
    return []
