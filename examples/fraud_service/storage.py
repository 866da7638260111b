"""What was decided about each transaction and what turned out to be true: SQLAlchemy 2 on SQLite.

Nothing here knows of HTTP, and of telemetry only the decorator.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import otelkit

Outcome = Literal["tp", "fp", "tn", "fn"]


class AlreadyDecidedError(Exception):
    """The transaction was scored before."""


class UnknownTransactionError(Exception):
    """No decision was ever made about the transaction."""


class AlreadyLabelledError(Exception):
    """The truth about the transaction is known already."""


class _Base(DeclarativeBase):
    pass


class Decision(_Base):
    """One scored transaction; `is_phishing` and `outcome` stay empty until the true label arrives."""

    __tablename__ = "decision"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float]
    flagged: Mapped[bool]
    fraud_type: Mapped[str]
    severity: Mapped[str]
    reputation: Mapped[float | None]
    reputation_attempts: Mapped[int]
    trace_id: Mapped[str | None]
    decided_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    is_phishing: Mapped[bool | None]
    outcome: Mapped[str | None]


def outcome_of(*, flagged: bool, is_phishing: bool) -> Outcome:
    """The cell of the confusion matrix that a decision falls into once the truth is known."""
    if flagged:
        return "tp" if is_phishing else "fp"
    return "fn" if is_phishing else "tn"


class DecisionStore:
    """Decisions, kept in one SQLite file.

    Args:
        path: The file, created with its table where it does not exist; None for one that lives as long as the store.
    """

    def __init__(self, path: Path | None) -> None:
        self._folder = TemporaryDirectory(prefix="fraud-service-")
        self._engine = create_engine(f"sqlite:///{path or Path(self._folder.name) / 'decisions.sqlite'}")
        _Base.metadata.create_all(self._engine)

    @otelkit.observe("decision.add", ignore=(AlreadyDecidedError,))
    def add(self, decision: Decision) -> None:
        """Keep a new decision.

        Raises:
            AlreadyDecidedError: There is one for this transaction.
        """
        with Session(self._engine, expire_on_commit=False) as session:
            session.add(decision)
            try:
                session.commit()
            except IntegrityError as error:
                raise AlreadyDecidedError(decision.transaction_id) from error

    @otelkit.observe("decision.get", ignore=(UnknownTransactionError,))
    def get(self, transaction_id: str) -> Decision:
        """The decision about one transaction.

        Raises:
            UnknownTransactionError: There is none.
        """
        with Session(self._engine) as session:
            return _existing(session, transaction_id)

    @otelkit.observe("decision.label", ignore=(UnknownTransactionError, AlreadyLabelledError))
    def label(self, transaction_id: str, *, is_phishing: bool) -> tuple[Decision, Outcome]:
        """Join the truth to the decision: the decision, and whether it was right.

        Raises:
            UnknownTransactionError: There is no decision to join it to.
            AlreadyLabelledError: The truth was told before.
        """
        with Session(self._engine, expire_on_commit=False) as session:
            decision = _existing(session, transaction_id)
            if decision.is_phishing is not None:
                raise AlreadyLabelledError(transaction_id)
            outcome = outcome_of(flagged=decision.flagged, is_phishing=is_phishing)
            decision.is_phishing = is_phishing
            decision.outcome = outcome
            session.commit()
            return decision, outcome

    def close(self) -> None:
        """Give back the connections, and the temporary file where there is one."""
        self._engine.dispose()
        self._folder.cleanup()


def _existing(session: Session, transaction_id: str) -> Decision:
    decision = session.get(Decision, transaction_id)
    if decision is None:
        raise UnknownTransactionError(transaction_id)
    return decision
