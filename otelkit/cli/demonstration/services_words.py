"""What the services themselves say about their telemetry: each log line they wrote, and their report at the end.

It is read from their files, which do not pass through the pipeline that is being checked.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SIGNALS: Final = ("traces", "metrics", "logs")

_FAREWELL: Final = "telemetry_stopped"

_STREAMS: Final = ("app", "audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one service sent of one signal, by its own count: spans, log records or metric data points."""

    accepted: int
    """Records whose request was answered with success."""

    failed: int
    """Records whose request was refused or never answered."""

    complete: bool
    """Whether nothing was left when the service ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one service said."""

    lines_of_trace: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many log lines it wrote within each trace."""

    sent: Mapping[str, Sent] = field(default_factory=dict[str, Sent])
    """Its report at the end, by signal; empty when it ended without one."""


def words_in(output: Path, log_folder: Path) -> Words:
    """Read what a service that has ended said.

    Args:
        output: its standard output, which ends with its report.
        log_folder: the folder of its log files. Errors stand in a file of their own a second time, which is not read.

    """
    lines_of_trace: Counter[str] = Counter()
    for stream in _STREAMS:
        for file in log_folder.glob(f"{stream}*.jsonl"):
            lines_of_trace.update(str(line["trace_id"]) for line in _json_objects(file) if line.get("trace_id"))
    sent: dict[str, Sent] = {}
    for line in _json_objects(output):
        if _FAREWELL in line:
            sent = {
                name: Sent(
                    accepted=signal["delivered_in_all"], failed=signal["failed_in_all"], complete=signal["complete"]
                )
                for name, signal in line[_FAREWELL].items()
            }
    return Words(lines_of_trace=lines_of_trace, sent=sent)


def _json_objects(file: Path) -> Iterator[dict[str, Any]]:
    """Give the JSON objects of a file, one a line; other lines, such as the server's own words, are passed over."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("{"):
                yield cast("dict[str, Any]", json.loads(line))
