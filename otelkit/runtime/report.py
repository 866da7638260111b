"""What was set up, in words: the start-up report that `init` logs and `Telemetry.report` returns."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otelkit.runtime.internal_errors import record_internal_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.settings import Problem, Row

logger = logging.getLogger("otelkit")


@dataclass(frozen=True, kw_only=True)
class SignalReport:
    """How one signal was set up."""

    name: str
    """``traces``, ``metrics`` or ``logs``."""

    state: str
    """``on``, ``off``, or on without exporting and why."""

    destinations: tuple[str, ...] = ()
    """Where it goes: exporter and endpoint, without credentials."""

    notes: tuple[str, ...] = ()
    """What the user should know, such as a provider that was global already."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The start-up report: what runs, from which settings, and every problem found. Secrets are masked.

    ``str(report)`` is the text for people.
    """

    service: str
    """The service's name."""

    signals: tuple[SignalReport, ...]
    """One entry per signal."""

    settings: tuple[Row, ...]
    """Every setting: value and where it came from."""

    resource: Mapping[str, object] = field(default_factory=dict[str, object])
    """The resource attributes that every span, metric and log record carries."""

    trace_url: str | None = None
    """Link to a trace in Grafana, with ``{trace_id}`` in place of the id; None while no Grafana is set."""

    problems: tuple[Problem, ...] = ()
    """What was misconfigured, and how to mend it."""

    def __str__(self) -> str:
        lines = [f"otelkit: service {self.service}"]
        for signal in self.signals:
            where = ", ".join(signal.destinations)
            lines.append(f"  {signal.name:<8} {signal.state}{' to ' + where if where else ''}")
            lines.extend(f"           note: {note}" for note in signal.notes)
        if self.trace_url is not None:
            lines.append(f"  trace    {self.trace_url}")
        lines.extend(f"  setting  {row.name} = {row.value}  ({row.source})" for row in self.settings if row.is_set)
        lines.extend(f"  problem  {problem}" for problem in self.problems)
        return "\n".join(lines)


def log_report(report: Report) -> None:
    """Log every problem, and in one line what runs."""
    try:
        for problem in report.problems:
            logger.warning("configuration problem: %s", problem)
        running = ", ".join(f"{signal.name} {signal.state}" for signal in report.signals)
        logger.info("otelkit set up for service %s: %s", report.service, running)
    except Exception as error:  # noqa: BLE001 - the application's logging may raise; the report is kept all the same
        record_internal_error("init.report", error)
