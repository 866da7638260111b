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
    from otelkit.cli.demonstration.verification import Verification

_DESCRIPTION = """\
Run the fraud example on real data: a console, two FastAPI services and a replayer. Open the printed address and look.
With --requests or --seconds the run ends by itself and fails unless everything that was sent arrived. With --endpoint
that is only known with --verify, which asks the Prometheus, Tempo and Loki behind it.
"""

_ENGINES = {
    "--prometheus": "http://127.0.0.1:9090",
    "--tempo": "http://127.0.0.1:3200",
    "--loki": "http://127.0.0.1:3100",
}

_PATIENCE_S = 60.0


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
    verify = parser.add_argument_group("asking the stack behind --endpoint")
    verify.add_argument(
        "--verify", action="store_true", help="at the end, ask Prometheus, Tempo and Loki whether everything arrived"
    )
    for option, default in _ENGINES.items():
        name = option.removeprefix("--").capitalize()
        verify.add_argument(option, metavar="URL", help=f"where {name} answers (default: {default})")
    verify.add_argument(
        "--patience",
        type=_positive_number,
        metavar="S",
        help=f"seconds that the last of it may take to arrive (default: {_PATIENCE_S:g})",
    )
    parser.set_defaults(run=run, refuse=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo as the arguments say and return the exit code."""
    _refuse_contradictions(arguments)
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
        verification=_verification(arguments),
    )
    with standard_display() as display:
        return run_demo(options, display)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    if arguments.verify and arguments.endpoint is None:
        arguments.refuse(
            "--verify asks the stack behind --endpoint; without --endpoint the demo's own console is asked"
        )
    if arguments.verify and arguments.requests is None and arguments.seconds is None:
        arguments.refuse("--verify compares when the run has ended: say when with --requests or --seconds")
    for name in (*(option.removeprefix("--") for option in _ENGINES), "patience"):
        if getattr(arguments, name) is not None and not arguments.verify:
            arguments.refuse(f"--{name} needs --verify")


def _verification(arguments: argparse.Namespace) -> Verification | None:
    if not arguments.verify:
        return None
    from otelkit.cli.demonstration.stack_reader import StackAddresses
    from otelkit.cli.demonstration.verification import Verification

    return Verification(
        addresses=StackAddresses(
            prometheus=arguments.prometheus or _ENGINES["--prometheus"],
            tempo=arguments.tempo or _ENGINES["--tempo"],
            loki=arguments.loki or _ENGINES["--loki"],
        ),
        patience_s=arguments.patience or _PATIENCE_S,
    )


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
