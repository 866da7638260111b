"""``otelkit config show``: its arguments, and how the settings are printed.

What the settings are is worked out in ``otelkit.settings``.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from otelkit.settings import load_settings

if TYPE_CHECKING:
    from otelkit.cli import CommandParsers
    from otelkit.settings import Row, Settings

_DESCRIPTION = "Look at the settings as a process started here and now would find them."
_SHOW = """\
Print every setting: its value (secrets masked), where the value came from, and every problem.
Arguments given to otelkit.init in code are not known here.
"""


def add_parser(subparsers: CommandParsers) -> None:
    """Add the parser of ``otelkit config``."""
    parser = subparsers.add_parser("config", help="every setting and where it came from", description=_DESCRIPTION)
    commands = parser.add_subparsers(title="commands", required=True)
    show = commands.add_parser(
        "show",
        help="print every setting and every problem",
        description=_SHOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    show.add_argument("--json", action="store_true", help="print JSON")
    show.add_argument("--changed", action="store_true", help="leave out what is at its default")
    show.add_argument("--config-file", metavar="FILE", help="read this settings file")
    show.add_argument("--strict", action="store_true", help="exit with 1 when there is a problem")
    show.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the settings and return the exit code: 1 when asked to be strict and something is wrong."""
    settings = load_settings({"config_file": arguments.config_file})
    rows = [row for row in settings.rows() if row.is_set or not arguments.changed]
    sys.stdout.write(_as_json(settings, rows) if arguments.json else _as_text(settings, rows))
    return 1 if arguments.strict and settings.problems else 0


def _as_json(settings: Settings, rows: list[Row]) -> str:
    content = {
        "settings": {row.name: {"value": row.value, "source": row.source, "set": row.is_set} for row in rows},
        "problems": [{**asdict(problem), "text": str(problem)} for problem in settings.problems],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _as_text(settings: Settings, rows: list[Row]) -> str:
    names = max((len(row.name) for row in rows), default=0)
    values = min(48, max((len(row.value) for row in rows), default=0))
    lines = [f"{row.name:<{names}}  {row.value or '-':<{values}}  {row.source}".rstrip() for row in rows]
    count = len(settings.problems)
    lines += ["", f"{count or 'no'} problem{'' if count == 1 else 's'}"]
    lines += [f"  - {problem}" for problem in settings.problems]
    return "\n".join(lines) + "\n"
