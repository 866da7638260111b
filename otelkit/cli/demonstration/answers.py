"""What the replayer reports: one answer of the scoring service per line, and the counts of them.

Read from the replayer's standard output; what arrived of their telemetry is judged in ``arrival.py``.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request of the replayer and what came back; status 0 where nothing did."""

    kind: str
    status: int
    trace_id: str | None
    duration_s: float
    reputation_attempts: int | None = None
    flagged: bool | None = None
    outcome: str | None = None
    problem: str | None = None

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Read one line of the replayer.

        Raises:
            ValueError: it is not one of the replayer's lines.

        """
        told: dict[str, Any] = json.loads(line)
        try:
            return cls(**told)
        except TypeError as error:
            raise ValueError(f"not an answer of the replayer: {line!r}") from error

    @property
    def scored(self) -> bool:
        """Whether the service judged a transaction in this answer."""
        return self.flagged is not None and self.kind == "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The answers so far, counted."""

    requests: int = 0
    statuses: tuple[tuple[int, int], ...] = ()
    scored: int = 0
    flagged: int = 0
    outcomes: tuple[tuple[str, int], ...] = ()
    retried: int = 0
    slow: Answer | None = None
    """The latest one for which a call to the reputation service timed out."""

    failed: Answer | None = None
    """The latest one with a server error."""

    @property
    def labelled(self) -> int:
        """How many decisions were joined by the truth."""
        return sum(count for _, count in self.outcomes)

    @property
    def unanswered(self) -> int:
        """How many requests got no answer at all."""
        return dict(self.statuses).get(0, 0)


class Tally:
    """Collects answers, from any thread.

    Args:
        keep: whether each answer is kept and not only counted; a run without an end must not.

    """

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._statuses: Counter[int] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._scored = 0
        self._flagged = 0
        self._retried = 0
        self._slow: Answer | None = None
        self._failed: Answer | None = None

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        with self._lock:
            if self._keep:
                self._answers.append(answer)
            self._statuses[answer.status] += 1
            if answer.outcome is not None:
                self._outcomes[answer.outcome] += 1
            self._scored += answer.scored
            self._flagged += answer.scored and bool(answer.flagged)
            if (answer.reputation_attempts or 0) > 1:
                self._retried += 1
                self._slow = answer
            if answer.status >= 500:  # noqa: PLR2004 - HTTP's class of server errors
                self._failed = answer

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer so far, where they are kept."""
        with self._lock:
            return tuple(self._answers)

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        with self._lock:
            return Counts(
                requests=self._statuses.total(),
                statuses=tuple(sorted(self._statuses.items())),
                scored=self._scored,
                flagged=self._flagged,
                outcomes=tuple(sorted(self._outcomes.items())),
                retried=self._retried,
                slow=self._slow,
                failed=self._failed,
            )
