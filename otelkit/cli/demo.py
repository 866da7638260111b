"""``otelkit demo``: its arguments.

The demo itself is in ``otelkit.cli.demonstration``.
"""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otelkit.cli import CommandParsers

_DESCRIPTION = """\
Run the fraud example on real data: a console, two FastAPI services and a replayer. Open the printed address and look.
With --requests or --seconds the run ends by itself and fails unless everything that was sent arrived.
"""


def add_parser(subparsers: CommandParsers) -> None:
    """Add the parser of ``otelkit demo``."""
    parser = subparsers.add_parser("demo", help="see it all at once, on real data", description=_DESCRIPTION)
    parser.add_argument("--requests", type=_positive_integer, metavar="N", help="end after N requests, and check")
    parser.add_argument("--seconds", type=_positive_number, metavar="S", help="end after S seconds, and check")
    parser.add_argument(
        "--rate", type=_positive_number, default=20.0, metavar="R", help="requests a second (default: %(default)g)"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", type=_port, default=4318, help="port of the console (default: %(default)s)")
    where.add_argument("--endpoint", metavar="URL", help="send to this OTLP/HTTP endpoint instead of a console")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo as the arguments say and return the exit code."""
    from otelkit.cli.demonstration.example import missing_packages

    missing = missing_packages()
    if missing:
        sys.stderr.write(
            f"otelkit demo needs packages that are not installed ({', '.join(missing)}).\n"
            "Install them with: pip install 'otelkit[demo]'\n"
        )
        return 1

    from otelkit.cli.demonstration.display import standard_display
    from otelkit.cli.demonstration.run import DemoOptions, run_demo

    options = DemoOptions(
        requests=arguments.requests,
        seconds=arguments.seconds,
        rate=arguments.rate,
        endpoint=arguments.endpoint,
        port=arguments.port,
    )
    with standard_display() as display:
        return run_demo(options, display)


def _positive_integer(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _positive_number(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:  # noqa: PLR2004 - the range of TCP ports
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return value
