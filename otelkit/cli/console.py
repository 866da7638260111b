"""``otelkit console``: its arguments, and what it says when it cannot start.

The console itself is ``otelkit.console.server``, which is imported only when it runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otelkit.cli import CommandParsers

_DESCRIPTION = """\
Receive OTLP over HTTP on this machine, keep it in SQLite, and show traces, logs and metrics in the browser.
"""


def add_parser(subparsers: CommandParsers) -> None:
    """Add ``console`` to the command line."""
    parser = subparsers.add_parser(
        "console", help="receive OTLP on this machine and look at it in the browser", description=_DESCRIPTION
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=4318, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--database", type=Path, metavar="PATH", help="SQLite file to keep everything in (default: a temporary one)"
    )
    parser.add_argument(
        "--keep",
        type=_above_zero,
        default=200_000,
        metavar="N",
        help="the most spans, and as many log records and data points; the oldest go first (default: %(default)s)",
    )
    parser.add_argument(
        "--max-megabytes",
        type=_above_zero,
        default=1024,
        metavar="N",
        help="the most megabytes of the database in use (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer requests to this host name too, say a container's name; may be repeated",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        from otelkit.console.server import ConsoleStartError, run_console
        from otelkit.console.store.database import UnusableDatabaseError
    except ModuleNotFoundError as missing:
        return _failed(missing)
    try:
        return run_console(
            host=arguments.host,
            port=arguments.port,
            database=arguments.database,
            keep=arguments.keep,
            max_bytes=arguments.max_megabytes * 1024 * 1024,
            allow_hosts=arguments.allow_host,
        )
    except (ConsoleStartError, UnusableDatabaseError) as problem:
        return _failed(problem)


def _failed(problem: Exception) -> int:
    sys.stderr.write(f"otelkit console: {problem}\n")
    return 1


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:  # noqa: PLR2004 - the highest port there is
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _above_zero(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be above 0")
    return number
