"""The pack of fraud detection: transactions, detections, how sure, how right, and anomalies.

Rates over any window and over all replicas are computed from these counters by the engine that keeps them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeAlias

from otelkit.instruments.amounts import checked_ratio
from otelkit.instruments.attribute import Attribute
from otelkit.instruments.buckets import RATIO_BUCKETS
from otelkit.instruments.choices import check_choice
from otelkit.instruments.confusion import CONFUSION_OUTCOMES, ConfusionOutcome
from otelkit.instruments.declaring import counter, histogram
from otelkit.instruments.fraud_snapshot import FraudSnapshot, FraudWindow
from otelkit.instruments.pack import Instruments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TransactionResult: TypeAlias = Literal["clean", "flagged"]
"""What a detector said of a transaction."""

FraudSeverity: TypeAlias = Literal["low", "medium", "high", "critical"]
"""How much harm a detected fraud can do."""

_RESULTS = ("clean", "flagged")
_SEVERITIES = ("low", "medium", "high", "critical")
_FRAUD_TYPE = Attribute("fraud.type", limit=50)
_ANOMALY_TYPE = Attribute("anomaly.type", limit=50)


class FraudMetrics(Instruments):
    """What a fraud detector does, and how right it is.

    Args:
        fraud_types: kinds of fraud that are known beforehand. Their series exist with zero from the start, so that the
            first fraud of a kind is an increase.
        anomaly_types: likewise for anomalies.
        clock: seconds that only grow, for the snapshot's window.

    Raises:
        ValueError: when more types are known than the attribute may have.

    Example:
        >>> from otelkit.instruments import FraudMetrics
        >>> fraud = FraudMetrics(fraud_types=("card_not_present", "account_takeover"))
        >>> fraud.record_transaction("flagged")
        >>> fraud.record_detection(fraud_type="card_not_present", severity="high", confidence=0.97)
        >>> fraud.record_outcome("tp", fraud_type="card_not_present")  # once the truth is known
        >>> fraud.snapshot().by_type["card_not_present"].confusion.precision
        1.0

    """

    transactions = counter(
        "otelkit.fraud.transaction.count",
        unit="{transaction}",
        description="Transactions that were judged, by what was said of them.",
        attributes=(Attribute("result", values=_RESULTS),),
        from_zero=True,
    )
    detections = counter(
        "otelkit.fraud.detection.count",
        unit="{detection}",
        description="Detected frauds by type and severity.",
        attributes=(_FRAUD_TYPE, Attribute("severity", values=_SEVERITIES)),
    )
    confidence = histogram(
        "otelkit.fraud.confidence",
        unit="1",
        description="How sure the detector was of the frauds it detected.",
        attributes=(_FRAUD_TYPE,),
        buckets=RATIO_BUCKETS,
    )
    outcomes = counter(
        "otelkit.fraud.outcome.count",
        unit="{transaction}",
        description="Judgements that met the truth: true and false positives and negatives, by fraud type.",
        attributes=(_FRAUD_TYPE, Attribute("outcome", values=CONFUSION_OUTCOMES)),
    )
    anomalies = counter(
        "otelkit.anomaly.count",
        unit="{anomaly}",
        description="Anomalies by type.",
        attributes=(_ANOMALY_TYPE,),
    )
    anomaly_score = histogram(
        "otelkit.anomaly.score",
        unit="1",
        description="How far from normal the anomalies were, 0 to 1.",
        buckets=RATIO_BUCKETS,
    )

    def __init__(
        self,
        *,
        fraud_types: Sequence[str] = (),
        anomaly_types: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window = FraudWindow(clock=clock)
        for fraud_type in Attribute("fraud.type", limit=50, known=fraud_types).foreseen:
            for severity in _SEVERITIES:
                self.detections.start_at_zero(fraud_type, severity)
            for outcome in CONFUSION_OUTCOMES:
                self.outcomes.start_at_zero(fraud_type, outcome)
        for anomaly_type in Attribute("anomaly.type", limit=50, known=anomaly_types).foreseen:
            self.anomalies.start_at_zero(anomaly_type)

    def record_transaction(self, result: TransactionResult) -> None:
        """Count one judged transaction.

        Args:
            result: ``clean`` or ``flagged``.

        Raises:
            ValueError: in strict mode, when the result is neither.
        """
        check_choice(result, _RESULTS, of="result", call="FraudMetrics.record_transaction()")
        cell = self.transactions.of(result)
        cell.add()
        self._window.transaction(cell.attributes)

    def record_detection(self, *, fraud_type: str, severity: FraudSeverity, confidence: float | None = None) -> None:
        """Count one detected fraud.

        Args:
            fraud_type: the kind of fraud; 50 kinds at most.
            severity: ``low``, ``medium``, ``high`` or ``critical``.
            confidence: how sure the detector is, from 0 to 1.

        Raises:
            ValueError: in strict mode, when the severity or the confidence is none.
        """
        call = "FraudMetrics.record_detection()"
        check_choice(severity, _SEVERITIES, of="severity", call=call)
        sure = None if confidence is None else checked_ratio(confidence, call=call, of="confidence")
        cell = self.detections.of(fraud_type, severity)
        cell.add()
        if sure is not None:
            self.confidence.of(fraud_type).record(sure)
        self._window.detection(cell.attributes, sure)

    def record_outcome(self, outcome: ConfusionOutcome, *, fraud_type: str) -> None:
        """Count one judgement whose truth has become known. `confusion_outcome` says which of the four it is.

        Args:
            outcome: ``tp``, ``fp``, ``tn`` or ``fn``.
            fraud_type: the kind of fraud that was judged.

        Raises:
            ValueError: in strict mode, when the outcome is none of the four.
        """
        check_choice(outcome, CONFUSION_OUTCOMES, of="outcome", call="FraudMetrics.record_outcome()")
        cell = self.outcomes.of(fraud_type, outcome)
        cell.add()
        self._window.outcome(cell.attributes)

    def record_anomaly(self, *, anomaly_type: str, score: float | None = None) -> None:
        """Count one anomaly.

        Args:
            anomaly_type: the kind of anomaly; 50 kinds at most.
            score: how far from normal it is, from 0 to 1.

        Raises:
            ValueError: in strict mode, when the score is no number from 0 to 1.
        """
        far = None if score is None else checked_ratio(score, call="FraudMetrics.record_anomaly()", of="score")
        cell = self.anomalies.of(anomaly_type)
        cell.add()
        if far is not None:
            self.anomaly_score.of().record(far)
        self._window.anomaly(cell.attributes)

    def snapshot(self) -> FraudSnapshot:
        """Return what this object recorded over the last five minutes, for a person or a test in this process."""
        return self._window.snapshot()

    def reset(self) -> None:
        """Begin the snapshot's window anew; the exported counters go on."""
        self._window.reset()
