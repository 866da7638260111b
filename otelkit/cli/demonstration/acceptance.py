"""Whether an endpoint that cannot be asked accepted what was sent, by the services' own reports at their end.

Accepted is not arrived: what the endpoint does with it afterwards is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otelkit.cli.demonstration.services_words import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otelkit.cli.demonstration.services_words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedSignal:
    """One signal: how many records the services sent, and how many of them in requests answered with success."""

    signal: str
    sent: int
    accepted: int
    complete: bool
    """Whether every service reported on the signal and had nothing left to send."""

    @property
    def holds(self) -> bool:
        """Whether there was something to send and all of it was accepted."""
        return self.complete and 0 < self.sent == self.accepted


def accepted_signals(words: Mapping[str, Words]) -> tuple[AcceptedSignal, ...]:
    """Add up what the services said, by signal.

    Args:
        words: what each service said, by its name; the services have ended.

    """
    signals: list[AcceptedSignal] = []
    for signal in SIGNALS:
        reports = [said.sent[signal] for said in words.values() if signal in said.sent]
        accepted = sum(report.accepted for report in reports)
        signals.append(
            AcceptedSignal(
                signal=signal,
                sent=accepted + sum(report.failed for report in reports),
                accepted=accepted,
                complete=len(reports) == len(words) and all(report.complete for report in reports),
            )
        )
    return tuple(signals)
