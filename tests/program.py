"""Running a small program in a process of its own: for exit, fork, signals and anything that is global to a process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended."""

    code: int
    out: str
    err: str
    seconds: float


def run(source: str, environment: Mapping[str, str] | None = None, *, timeout: float = 60.0) -> Ended:
    """Run Python source with a clean OpenTelemetry environment.

    Args:
        source: the program; common indentation is removed.
        environment: variables to set.
        timeout: seconds after which it is killed and the test fails.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "OTELKIT_", "PYTEST_"))}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(source)],
        env={**clean, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr, seconds=time.monotonic() - began)


def output(source: str, environment: Mapping[str, str] | None = None, *, timeout: float = 60.0) -> str:
    """Run Python source that must end well, and return what it printed."""
    ended = run(source, environment, timeout=timeout)
    assert ended.code == 0, f"exit {ended.code}\n{ended.out}\n{ended.err}"
    return ended.out.strip()
