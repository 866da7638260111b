"""The pack of predictions: what a model said, how sure it was, how long it took, and what it lacked.

Whether the model was right is the business of model performance, not of this pack.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from otelkit.instruments.amounts import checked_ratio
from otelkit.instruments.attribute import Attribute
from otelkit.instruments.buckets import DURATION_BUCKETS, RATIO_BUCKETS
from otelkit.instruments.declaring import counter, gauge, histogram
from otelkit.instruments.pack import Instruments
from otelkit.instruments.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otelkit.instruments.attribute_text import AttributeInput

CONFIDENCE_BANDS = ("0.0-0.2", "0.2-0.4", "0.4-0.6", "0.6-0.8", "0.8-1.0")
"""Fifths of the score; a score on a boundary belongs to the upper one, 1.0 to the last."""

_BOUNDARIES = (0.2, 0.4, 0.6, 0.8)
_MODEL = (Attribute("model.name", limit=20), Attribute("model.version", limit=50))


def confidence_band(score: float) -> str:
    """Return the band that a score from 0 to 1 lies in.

    Example:
        >>> confidence_band(0.93), confidence_band(0.2), confidence_band(1.0)
        ('0.8-1.0', '0.2-0.4', '0.8-1.0')

    """
    return CONFIDENCE_BANDS[bisect_right(_BOUNDARIES, score)]


class PredictionMetrics(Instruments):
    """The predictions of one version of one model.

    Args:
        model_name: the model; 20 models a process at most.
        model_version: its version.
        labels: the labels that it can predict, where they are known. Their series exist with zero from the start, so
            that the first prediction of a label is an increase.
        clock: seconds that only grow, for durations; the process's stop-watch when None.

    Raises:
        ValueError: when more labels are known than the attribute may have.

    Example:
        >>> from otelkit.instruments import PredictionMetrics
        >>> predictions = PredictionMetrics("phishing", "2026-11", labels=("phishing", "legitimate"))
        >>> with predictions.timed():
        ...     score = 0.93  # model.predict_proba(...)
        >>> predictions.record("phishing", score=score)
        >>> predictions.record_feature_failure("domain_age")
        >>> predictions.set_candidates(1250)

    """

    predictions = counter(
        "otelkit.model.prediction.count",
        unit="{prediction}",
        description="Predictions by model, label and how sure the model was.",
        attributes=(
            *_MODEL,
            Attribute("label", limit=50),
            Attribute("confidence.band", values=CONFIDENCE_BANDS, optional=True),
        ),
    )
    duration = histogram(
        "otelkit.model.prediction.duration",
        unit="s",
        description="Time to make one prediction.",
        attributes=_MODEL,
        buckets=DURATION_BUCKETS,
    )
    score = histogram(
        "otelkit.model.score",
        unit="1",
        description="Scores that the model gave to what it predicted, 0 to 1.",
        attributes=_MODEL,
        buckets=RATIO_BUCKETS,
    )
    candidates = gauge(
        "otelkit.model.candidate.count",
        unit="{candidate}",
        description="Records that wait to be scored, such as a day's candidates.",
        attributes=_MODEL,
    )
    feature_failures = counter(
        "otelkit.model.feature.failure.count",
        unit="{failure}",
        description="Features that could not be computed.",
        attributes=(Attribute("feature", limit=200),),
    )

    def __init__(
        self,
        model_name: str,
        model_version: str,
        *,
        labels: Sequence[str] = (),
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._model = (model_name, model_version)
        self._clock = clock
        self._duration = self.duration.of(*self._model)
        self._score = self.score.of(*self._model)
        self._candidates = self.candidates.of(*self._model)
        for label in Attribute("label", limit=50, known=labels).foreseen:
            for band in (*CONFIDENCE_BANDS, None):
                self.predictions.start_at_zero(*self._model, label, band)

    def record(self, label: AttributeInput, *, score: float | None = None) -> None:
        """Count one prediction.

        Args:
            label: what was predicted; 50 labels at most.
            score: how sure the model is, from 0 to 1.

        Raises:
            ValueError: in strict mode, when the score is no number from 0 to 1.
        """
        sure = None if score is None else checked_ratio(score, call="PredictionMetrics.record()", of="score")
        band = None if sure is None else confidence_band(sure)
        self.predictions.of(*self._model, label, band).add()
        if sure is not None:
            self._score.record(sure)

    def timed(self) -> Timing:
        """Return a context manager that records the duration of one prediction, unless its block raises."""
        return Timing(self._duration.record, clock=self._clock)

    def record_duration(self, seconds: float) -> None:
        """Record the duration of one prediction that was timed elsewhere.

        Args:
            seconds: not negative.

        Raises:
            ValueError: in strict mode, when it is no such number.
        """
        self._duration.record(seconds)

    def set_candidates(self, number: int) -> None:
        """Say how many records wait to be scored.

        Args:
            number: not negative.

        Raises:
            ValueError: in strict mode, when it is no such number.
        """
        self._candidates.set(number)

    def record_feature_failure(self, feature: str) -> None:
        """Count one feature that could not be computed.

        Args:
            feature: its name; 200 features at most.
        """
        self.feature_failures.of(feature).add()
