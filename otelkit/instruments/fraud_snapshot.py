"""The last five minutes of fraud detection in this process, as plain numbers.

Recording is the pack's business; dashboards compute theirs from the exported counters.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from otelkit.instruments.confusion import CONFUSION_OUTCOMES, Confusion
from otelkit.instruments.rolling_counts import RollingCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class FraudTypeSnapshot:
    """One kind of fraud."""

    detections: Mapping[str, int]
    """Detections by severity; severities without any are left out."""

    mean_confidence: float | None
    """Mean of the confidences that were given, from 0 to 1."""

    confusion: Confusion
    """Outcomes, with precision, recall and F1."""


@dataclass(frozen=True, kw_only=True)
class FraudSnapshot:
    """What a `FraudMetrics` recorded in the last five minutes, or since it was made or reset."""

    covered_s: float
    """Seconds that the numbers speak of."""

    transactions: int
    """Judged transactions."""

    flagged: int
    """Those of them that were flagged."""

    by_type: Mapping[str, FraudTypeSnapshot]
    """Kinds of fraud with a detection or an outcome."""

    anomalies: Mapping[str, int]
    """Anomalies by type."""

    confusion: Confusion
    """Outcomes of all kinds together."""

    @property
    def fraud_rate(self) -> float | None:
        """Share of the transactions that were flagged, 0 to 1; None without transactions."""
        return self.flagged / self.transactions if self.transactions else None

    @property
    def anomaly_rate(self) -> float | None:
        """Anomalies per transaction; None without transactions."""
        return sum(self.anomalies.values()) / self.transactions if self.transactions else None

    @property
    def detections_per_second(self) -> float:
        """Detections of every kind per second."""
        found = sum(sum(one.detections.values()) for one in self.by_type.values())
        return found / self.covered_s if self.covered_s > 0 else 0.0


class _Key(NamedTuple):
    """What was counted, and the bounded attribute values that it was counted under."""

    what: str
    kind: str
    detail: str = ""


class FraudWindow:
    """What a snapshot is computed from. Its keys are the attributes as exported, which are bounded.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._counts: RollingCounts[_Key] = RollingCounts(clock=clock)

    def transaction(self, attributes: Mapping[str, str]) -> None:
        """Count a judged transaction."""
        self._counts.add(_Key("transaction", attributes["result"]))

    def detection(self, attributes: Mapping[str, str], confidence: float | None) -> None:
        """Count a detection, and its confidence where there is one."""
        kind = attributes["fraud.type"]
        detection = _Key("detection", kind, attributes["severity"])
        if confidence is None:
            self._counts.add(detection)
        else:
            self._counts.add(detection, _Key("confident", kind))
            self._counts.add_amount(_Key("confidence", kind), confidence)

    def outcome(self, attributes: Mapping[str, str]) -> None:
        """Count an outcome."""
        self._counts.add(_Key("outcome", attributes["fraud.type"], attributes["outcome"]))

    def anomaly(self, attributes: Mapping[str, str]) -> None:
        """Count an anomaly."""
        self._counts.add(_Key("anomaly", attributes["anomaly.type"]))

    def reset(self) -> None:
        """Begin anew."""
        self._counts.reset()

    def snapshot(self) -> FraudSnapshot:
        """Return the numbers at this moment."""
        totals = self._counts.totals()
        kinds = sorted({key.kind for key in totals if key.what in {"detection", "outcome"}})
        by_type = {kind: _type_snapshot(totals, kind) for kind in kinds}
        return FraudSnapshot(
            covered_s=self._counts.covered_s,
            transactions=int(sum(amount for key, amount in totals.items() if key.what == "transaction")),
            flagged=int(totals.get(_Key("transaction", "flagged"), 0)),
            by_type=by_type,
            anomalies={key.kind: int(amount) for key, amount in sorted(totals.items()) if key.what == "anomaly"},
            confusion=_confusion(totals, kinds),
        )


def _type_snapshot(totals: Mapping[_Key, float], kind: str) -> FraudTypeSnapshot:
    confident = totals.get(_Key("confident", kind), 0)
    return FraudTypeSnapshot(
        detections={
            key.detail: int(amount)
            for key, amount in sorted(totals.items())
            if key.what == "detection" and key.kind == kind
        },
        mean_confidence=totals[_Key("confidence", kind)] / confident if confident else None,
        confusion=_confusion(totals, [kind]),
    )


def _confusion(totals: Mapping[_Key, float], kinds: list[str]) -> Confusion:
    counts = {
        outcome: int(sum(totals.get(_Key("outcome", kind, outcome), 0) for kind in kinds))
        for outcome in CONFUSION_OUTCOMES
    }
    return Confusion(**counts)
