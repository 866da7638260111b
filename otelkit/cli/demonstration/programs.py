"""Child processes of the demo: started apart from the terminal's signals, their output kept, ended for certain.

What they run is ``example.py``'s business.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import IO, TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_TIMEOUT: Final = 25.0
"""Seconds that a program gets to end by itself once it was asked to."""

_KILL_TIMEOUT: Final = 5.0
_TAIL_LINES: Final = 25


class Program:
    """One running child process.

    Args:
        name: what it is called in messages, and its output files.
        arguments: what follows the interpreter's name.
        environment: the whole environment of the process.
        folder: where its output is kept, and its working directory: no settings file of the user's is found there.
        piped: whether the standard output is read from ``lines`` instead of being kept in a file.

    """

    def __init__(
        self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, piped: bool = False
    ) -> None:
        self.name = name
        self.output = folder / f"{name}.out"
        self.errors = folder / f"{name}.err"
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs now, and our own arguments
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else output,
                stderr=errors,
                env=dict(environment),
                cwd=folder,
                # A Ctrl-C at the terminal reaches its whole process group. The demo alone decides the order of ending.
                start_new_session=True,
            )

    @property
    def lines(self) -> IO[bytes]:
        """The standard output of a program that was started ``piped``."""
        if self._process.stdout is None:
            raise ValueError(f"{self.name} was not started with piped=True")
        return self._process.stdout

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send SIGTERM; a program that is gone already is left alone."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self, timeout: float = STOP_TIMEOUT) -> int:
        """End the program and return its exit code: asked first, killed with its children after ``timeout`` seconds."""
        self.ask_to_stop()
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait(_KILL_TIMEOUT)
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()

    def last_words(self) -> str:
        """Return the end of what the program wrote to its standard error."""
        lines = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])


class Programs:
    """The programs of one demo; leaving the context ends them all, the last started first."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._running: list[Program] = []

    def start(
        self, name: str, arguments: Sequence[str], *, piped: bool = False, more: Mapping[str, str] | None = None
    ) -> Program:
        """Start a program with the demo's environment and ``more`` variables."""
        program = Program(
            name, arguments, environment={**self._environment, **(more or {})}, folder=self._folder, piped=piped
        )
        self._running.append(program)
        return program

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        # First ask all, then wait for each: together they take as long as the slowest.
        for program in reversed(self._running):
            program.ask_to_stop()
        deadline = time.monotonic() + STOP_TIMEOUT
        for program in reversed(self._running):
            program.stop(max(0.0, deadline - time.monotonic()))


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
