"""The business of the service: judge a transaction, keep the decision, learn later whether it was right.

HTTP is app.py's, storing is storage.py's; here is what is worth measuring, and that it is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import otelkit
from otelkit.instruments import FraudMetrics, PredictionMetrics

from .model import FRAUD_TYPES, MODEL_NAME, MODEL_VERSION
from .storage import AlreadyDecidedError, Decision

if TYPE_CHECKING:
    from .data import Features
    from .model import PhishingModel
    from .reputation_client import ReputationClient
    from .storage import DecisionStore, Outcome

log = otelkit.get_logger(__name__)
fraud = FraudMetrics(fraud_types=FRAUD_TYPES)
predictions = PredictionMetrics(MODEL_NAME, MODEL_VERSION, labels=("phishing", "legitimate"))

Severity = Literal["low", "medium", "high", "critical"]

FLAGGED_FROM = 0.5
_SEVERITY_FROM: tuple[tuple[float, Severity], ...] = ((0.95, "critical"), (0.85, "high"), (0.7, "medium"), (0.0, "low"))
_MODEL_SHARE = 0.7


def severity_of(score: float) -> Severity:
    """How bad a flagged transaction is."""
    return next(severity for start, severity in _SEVERITY_FROM if score >= start)


def combined_score(probability: float, phishing_share: float | None) -> float:
    """The model's probability and the reputation, weighed; the model alone where there is no reputation."""
    if phishing_share is None:
        return probability
    return _MODEL_SHARE * probability + (1 - _MODEL_SHARE) * phishing_share


class Scoring:
    """Scores transactions with a model, a reputation and a store."""

    def __init__(self, model: PhishingModel, reputation: ReputationClient, store: DecisionStore) -> None:
        self._model = model
        self._reputation = reputation
        self._store = store

    @otelkit.observe(
        "transaction.score",
        ignore=(AlreadyDecidedError,),
        slo=otelkit.Slo(success=0.99, latency=(0.25, 0.95)),
    )
    def score(self, transaction_id: str, features: Features) -> Decision:
        """Judge a transaction and keep the decision.

        Raises:
            AlreadyDecidedError: It was judged before.
            ValueError: The model has never seen a value like one of these.
        """
        reply = self._reputation.ask(features)
        with predictions.timed():
            opinion = self._model.judge(features)
        score = combined_score(opinion.probability, reply.phishing_share)
        flagged = score >= FLAGGED_FROM
        decision = Decision(
            transaction_id=transaction_id,
            score=score,
            flagged=flagged,
            fraud_type=opinion.fraud_type,
            severity=severity_of(score) if flagged else "low",
            reputation=reply.phishing_share,
            reputation_attempts=reply.attempts,
            trace_id=otelkit.trace_id(),
        )
        self._store.add(decision)
        self._tell(decision)
        return decision

    def learn(self, transaction_id: str, *, is_phishing: bool) -> Outcome:
        """Join the true label to the decision and count whether the decision was right.

        Raises:
            UnknownTransactionError: The transaction was never scored.
            AlreadyLabelledError: Its label is known already.
        """
        decision, outcome = self._store.label(transaction_id, is_phishing=is_phishing)
        fraud.record_outcome(outcome, fraud_type=decision.fraud_type)
        if outcome in {"fp", "fn"}:
            log.warning("the decision was wrong", outcome=outcome, score=round(decision.score, 3))
        return outcome

    def _tell(self, decision: Decision) -> None:
        """Everything that is to be known about a decision: counters, an audit record, a log line."""
        predictions.record("phishing" if decision.flagged else "legitimate", score=decision.score)
        fraud.record_transaction("flagged" if decision.flagged else "clean")
        if decision.flagged:
            fraud.record_detection(
                fraud_type=decision.fraud_type,
                severity=severity_of(decision.score),
                confidence=decision.score,
            )
        otelkit.audit(
            "transaction.decided",
            transaction_id=decision.transaction_id,
            flagged=decision.flagged,
            score=decision.score,
            model_version=MODEL_VERSION,
        )
        log.info("transaction scored", score=round(decision.score, 3), flagged=decision.flagged)
