"""The ``otelkit`` command: what commands exist, and ``main`` which runs the chosen one.

Each command lives in its own module here, which handles arguments and nothing else; the work is done in the rooms.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["CommandParsers", "main"]

COMMANDS: tuple[str, ...] = ("console", "demo", "config")
"""Command groups in the order that help shows them; each is a module ``otelkit.cli.<name>``."""

_NOTHING_CHOSEN = """\
otelkit: OpenTelemetry traces, metrics and logs for Python, joined by one trace id.

  otelkit demo         see it all at once, on real data, with no Docker
  otelkit console      receive OTLP on this machine and look at it in the browser
  otelkit config show  every setting, its value here, and where the value came from

`otelkit COMMAND --help` explains a command.
"""


class CommandParsers(Protocol):
    """What a command module is given to add its parser to (the object of ``ArgumentParser.add_subparsers``)."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's name
        """Add the command `name` and give back its parser."""
        ...


class _CommandModule(Protocol):
    def add_parser(self, subparsers: CommandParsers) -> None: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the ``otelkit`` command line.

    A command module exports ``add_parser(subparsers)``, which adds its parser and sets the default ``run`` to a
    function from the parsed arguments to the exit code. Wrong arguments end in ``SystemExit`` with code 2, by argparse.

    Args:
        argv: the arguments after the program's name; those of this process when left out.

    Returns:
        The exit code: 0 when the command did what was asked, 1 when it could not, 2 for wrong arguments.

    Example:
        >>> main([])  # doctest: +ELLIPSIS
        otelkit: OpenTelemetry traces, metrics and logs for Python, joined by one trace id.
        ...
        2
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="otelkit", description="OpenTelemetry traces, metrics and logs for Python.")
    parser.add_argument("--version", action="version", version=f"otelkit {metadata.version('otelkit')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in _needed(arguments):
        module = cast("_CommandModule", importlib.import_module(f"otelkit.cli.{name}"))
        module.add_parser(cast("CommandParsers", subparsers))
    parsed = parser.parse_args(arguments)
    run = cast("Callable[[argparse.Namespace], int] | None", getattr(parsed, "run", None))
    if run is None:
        sys.stdout.write(_NOTHING_CHOSEN)
        return 2
    return run(parsed)


def _needed(arguments: Sequence[str]) -> Iterable[str]:
    """Give the commands whose modules are needed: only the chosen one, so that no other command's imports are paid."""
    if arguments and arguments[0] in COMMANDS:
        return (arguments[0],)
    if not arguments:
        return ()
    return COMMANDS
