"""Predictions against the truth, counted: precision, recall and F1 of four numbers.

Where the truth comes from, and over which window it is counted, is the caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ConfusionOutcome: TypeAlias = Literal["tp", "fp", "tn", "fn"]
"""True positive, false positive, true negative, false negative."""

CONFUSION_OUTCOMES = ("tp", "fp", "tn", "fn")


def confusion_outcome(*, predicted: bool, actual: bool) -> ConfusionOutcome:
    """Return which of the four a prediction turned out to be.

    Args:
        predicted: whether it was predicted to be positive (a fraud, say).
        actual: whether it was.

    Example:
        >>> confusion_outcome(predicted=True, actual=False)
        'fp'

    """
    if predicted:
        return "tp" if actual else "fp"
    return "fn" if actual else "tn"


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """How many predictions turned out to be which of the four.

    Ratios are None where there is nothing to divide by: no prediction, or nothing to be found, is not zero precision.

    Example:
        >>> found = Confusion(tp=8, fp=2, fn=8)
        >>> found.precision, found.recall, round(found.f1, 3)
        (0.8, 0.5, 0.615)

    """

    tp: int = 0
    fp: int = 0
    tn: int = 0
    fn: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the predicted positives that were positive."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Share of the positives that were predicted."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
