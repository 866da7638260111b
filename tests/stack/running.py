"""The single-node stack, started natively: for the tests, and for people without Docker.

``python -m tests.stack.running`` starts it and says where everything is. The programs come from ``building.py``.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.stack.backends import Backends
from tests.stack.building import BuildError, build_engines, built_programs
from tests.stack.collectors import PIPELINE, Collector
from tests.stack.programs import ProgramError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from types import FrameType


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The single-node stack: the backends, and one collector before them."""

    backends: Backends
    collector: Collector


@contextlib.contextmanager
def running_backends(programs: Mapping[str, Path] | None = None) -> Generator[Backends]:
    """Run the backends in a temporary folder, which is kept when something fails.

    Args:
        programs: where the built programs are; looked up in the cache when not given.

    Raises:
        BuildError: the engines are not built.
        ProgramError: a program did not become ready.

    """
    folder = Path(tempfile.mkdtemp(prefix="otelkit-stack-"))
    backends = Backends(folder, programs or built_programs())
    try:
        backends.start()
        yield backends
    except BaseException:
        backends.keep = True
        raise
    finally:
        backends.stop()
        if backends.keep:
            sys.stderr.write(f"\nthe stack's logs and data are kept in {folder}\n")
        else:
            shutil.rmtree(folder)


@contextlib.contextmanager
def running_stack(settings: Mapping[str, str] | None = None, *, overlays: Sequence[Path] = ()) -> Generator[Stack]:
    """Run the single-node stack.

    Args:
        settings: variables that otelcol/pipeline.yaml declares.
        overlays: configuration files merged over it.

    Raises:
        BuildError: the engines are not built.
        ProgramError: a program did not become ready.

    """
    programs = built_programs()
    with running_backends(programs) as backends:
        configurations = (PIPELINE, *overlays)
        collector = Collector(backends, programs["otelcol"], configurations=configurations, settings=settings)
        yield Stack(backends=backends, collector=collector.start())


def main() -> int:
    """Run the stack until a signal ends it."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        build_engines()
        began = time.monotonic()
        with running_stack() as stack:
            sys.stdout.write(f"ready after {time.monotonic() - began:.0f} s\n\n{_addresses(stack)}\n")
            sys.stdout.flush()
            while not stopping.wait(1):
                stack.backends.check()
        sys.stdout.write("stopped; nothing is left running\n")
    except (BuildError, ProgramError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _addresses(stack: Stack) -> str:
    rows = {
        "OTLP/HTTP": stack.collector.endpoint,
        "OTLP/gRPC": stack.collector.grpc_endpoint,
        "Prometheus": stack.backends.prometheus_url,
        "Tempo": stack.backends.tempo_url,
        "Loki": stack.backends.loki_url,
        "Alertmanager": stack.backends.alertmanager_url,
        "logs and data": str(stack.backends.folder),
    }
    lines = [f"{name:14} {address}" for name, address in rows.items()]
    return "\n".join([*lines, "", f"try: otelkit demo --endpoint {stack.collector.endpoint}", "Ctrl-C ends it"])


if __name__ == "__main__":
    sys.exit(main())
