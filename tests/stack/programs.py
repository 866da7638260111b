"""One running program of the stack: started, asked whether it is ready, stopped, killed, started again.

Which programs there are, and with what configuration, is ``running.py``'s business.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STOP_S: Final = 25.0
_POLL_S: Final = 0.1
_TAIL_LINES: Final = 30

_FIRST_PORT: Final = 20_000
_LAST_PORT: Final = 32_000


class ProgramError(Exception):
    """A program did not become ready; the text ends with the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a program is started.

    Args:
        name: what it is called, and its log file.
        command: the program and its arguments.
        environment: what is added to the environment.
        folder: its working directory.
        ready: the address that answers with success once it works.
        patience_s: seconds that it may take to become ready.

    """

    name: str
    command: tuple[str, ...]
    ready: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    patience_s: float = 90.0


class Program:
    """A program that may be started, ended in two ways and started again, with one log over all its lives."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.log = recipe.folder / f"{recipe.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.recipe.name

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it; ``await_ready`` waits until it works."""
        if self.pid is not None:
            raise ValueError(f"{self.name} is running already")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dying_with_us(), *self.recipe.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.recipe.folder,
                env={**_clean_environment(), **self.recipe.environment},
                # A Ctrl-C at the terminal reaches its whole process group; the order of ending is ours.
                start_new_session=True,
            )

    def await_ready(self) -> None:
        """Wait until the program answers that it is ready.

        Raises:
            ProgramError: it ended, or did not become ready in time.

        """
        deadline = time.monotonic() + self.recipe.patience_s
        while time.monotonic() < deadline:
            if self.pid is None:
                raise ProgramError(f"{self.name} ended while it was starting:\n{self.last_words()}")
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(self.recipe.ready, timeout=2, trust_env=False).is_success:
                    return
            time.sleep(_POLL_S)
        raise ProgramError(f"{self.name} was not ready within {self.recipe.patience_s:g} s:\n{self.last_words()}")

    def ask_to_stop(self) -> None:
        """Send SIGTERM, and do not wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it in order: asked first, killed when it does not end."""
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as a crash would: SIGKILL, nothing is saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def last_words(self) -> str:
        """Return the end of its log, and where the log is."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"({self.log})", *lines[-_TAIL_LINES:]])


def free_ports(count: int) -> list[int]:
    """Return so many different free ports of the loopback interface.

    They lie below the range that the kernel takes for outgoing connections: while a program is down, nobody else may
    be given its port (a client that retries could even be connected to itself).
    """
    numbers = SystemRandom()
    found: set[int] = set()
    while len(found) < count:
        port = numbers.randint(_FIRST_PORT, _LAST_PORT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def _dying_with_us() -> tuple[str, ...]:
    """Return a prefix by which the kernel ends the program when whoever started it is killed and cannot do so."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()


def _clean_environment() -> dict[str, str]:
    """The caller's environment without anything that these programs, or what they are configured by, would obey."""
    dropped = (
        "OTEL_",
        "OTELKIT_",
        "TEMPO_",
        "LOKI_",
        "TRACES_",
        "QUEUE_",
        "MEMORY_",
        "GOMEMLIMIT",
        "HTTP_PROXY",
        "HTTPS_PROXY",
    )
    return {name: value for name, value in os.environ.items() if not name.upper().startswith(dropped)}
