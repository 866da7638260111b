"""The packs of errors, fraud and predictions record what their words say, and a snapshot says it again."""

from __future__ import annotations

import importlib
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otelkit.instruments import ErrorMetrics, FraudMetrics, PredictionMetrics
from otelkit.instruments.confusion import Confusion, confusion_outcome
from otelkit.instruments.predictions import CONFIDENCE_BANDS, confidence_band

if TYPE_CHECKING:
    from tests.instruments.backend import Backend


sklearn_metrics: Any = importlib.import_module("sklearn.metrics")  # it has no types


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CardError(Exception):
    """An error of an application's own."""


def test_errors_are_counted_by_component_type_and_severity(backend: Backend) -> None:
    errors = ErrorMetrics()
    errors.record(ValueError("x"), component="test_errors", severity="critical")
    errors.record(CardError, component="test_errors")
    errors.record(CardError("declined"), component="test_errors")
    errors.record("rejected", component="test_errors", severity="warning")
    name = ErrorMetrics.count.name
    own = f"{CardError.__module__}.CardError"
    assert backend.value(name, component="test_errors", error_type="ValueError", severity="critical") == 1
    assert backend.value(name, component="test_errors", error_type=own, severity="error") == 2
    assert backend.value(name, component="test_errors", error_type="rejected", severity="warning") == 1


def test_the_first_expected_error_is_an_increase_from_zero(backend: Backend) -> None:
    errors = ErrorMetrics()
    errors.expect(TimeoutError, "rejected", component="test_expected")
    name = ErrorMetrics.count.name
    expected = {"component": "test_expected", "error_type": "TimeoutError", "severity": "error"}
    assert backend.value(name, **expected) == 0
    errors.record(TimeoutError(), component="test_expected")
    assert backend.value(name, **expected) == 1
    backend.start()
    assert backend.value(name, **expected) == 0
    assert backend.value(name, component="test_expected", error_type="rejected", severity="warning") == 0


def test_fraud_is_counted_as_the_catalogue_says(backend: Backend) -> None:
    fraud = FraudMetrics()
    fraud.record_transaction("clean")
    fraud.record_transaction("clean")
    fraud.record_transaction("flagged")
    fraud.record_detection(fraud_type="card", severity="high", confidence=0.97)
    fraud.record_detection(fraud_type="card", severity="low")
    fraud.record_outcome("tp", fraud_type="card")
    fraud.record_outcome("fn", fraud_type="card")
    fraud.record_anomaly(anomaly_type="velocity", score=0.35)
    fraud.record_anomaly(anomaly_type="velocity")
    assert backend.values("otelkit.fraud.transaction.count") == {("clean",): 2, ("flagged",): 1}
    assert backend.value("otelkit.fraud.detection.count", fraud_type="card", severity="high") == 1
    assert backend.value("otelkit.fraud.detection.count", fraud_type="card", severity="low") == 1
    assert backend.value("otelkit.fraud.outcome.count", fraud_type="card", outcome="tp") == 1
    assert backend.value("otelkit.fraud.outcome.count", fraud_type="card", outcome="fn") == 1
    assert backend.value("otelkit.anomaly.count", anomaly_type="velocity") == 2
    (sure,) = [
        point for point in backend.points("otelkit.fraud.confidence") if point.attributes["fraud.type"] == "card"
    ]
    assert (sure.value, sure.total) == (1, 0.97)
    assert sure.bounds == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    (score,) = backend.points("otelkit.anomaly.score")
    assert (score.attributes, score.value, score.total) == ({}, 1, 0.35)


def test_a_wrong_severity_is_still_counted_as_other(backend: Backend) -> None:
    fraud = FraudMetrics()
    fraud.record_detection(fraud_type="test_wrong", severity=cast("Any", "urgent"))
    assert backend.value("otelkit.fraud.detection.count", fraud_type="test_wrong", severity="other") == 1
    assert fraud.snapshot().by_type["test_wrong"].detections == {"other": 1}


def test_a_confidence_that_is_none_is_left_out_and_the_detection_counted(backend: Backend) -> None:
    fraud = FraudMetrics()
    fraud.record_detection(fraud_type="test_sure", severity="low", confidence=97)
    assert backend.value("otelkit.fraud.detection.count", fraud_type="test_sure", severity="low") == 1
    assert [p for p in backend.points("otelkit.fraud.confidence") if p.attributes["fraud.type"] == "test_sure"] == []


def test_more_known_types_than_fit_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"knows 51 values but has limit=50"):
        FraudMetrics(fraud_types=[f"type-{number}" for number in range(51)])


def test_the_snapshot_covers_five_minutes_and_can_be_reset() -> None:
    clock = Clock()
    fraud = FraudMetrics(clock=clock)
    fraud.record_transaction("flagged")
    fraud.record_detection(fraud_type="card", severity="high", confidence=0.9)
    clock.now += 200
    fraud.record_transaction("clean")
    fraud.record_detection(fraud_type="card", severity="high", confidence=0.7)
    fraud.record_detection(fraud_type="login", severity="low")
    fraud.record_outcome("fp", fraud_type="card")
    fraud.record_anomaly(anomaly_type="velocity")

    both = fraud.snapshot()
    assert (both.covered_s, both.transactions, both.flagged, both.fraud_rate) == (200, 2, 1, 0.5)
    assert both.by_type["card"].detections == {"high": 2}
    assert both.by_type["card"].mean_confidence == pytest.approx(0.8)
    assert both.by_type["card"].confusion == Confusion(fp=1)
    assert both.by_type["login"].mean_confidence is None
    assert both.anomalies == {"velocity": 1}
    assert both.anomaly_rate == 0.5
    assert both.detections_per_second == 3 / 200

    clock.now += 120
    later = fraud.snapshot()
    assert (later.covered_s, later.transactions, later.flagged) == (300, 1, 0)
    assert later.by_type["card"].detections == {"high": 1}

    fraud.reset()
    empty = fraud.snapshot()
    assert (empty.covered_s, empty.transactions, empty.fraud_rate, empty.anomaly_rate) == (0, 0, None, None)
    assert empty.by_type == {}
    assert empty.detections_per_second == 0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_precision_recall_and_f1_are_those_of_scikit_learn(judged: list[tuple[bool, bool]]) -> None:
    fraud = FraudMetrics()
    for predicted, actual in judged:
        fraud.record_outcome(confusion_outcome(predicted=predicted, actual=actual), fraud_type="card")
    confusion = fraud.snapshot().by_type["card"].confusion
    truths = [actual for _, actual in judged]
    guesses = [predicted for predicted, _ in judged]
    for ours, theirs in (
        (confusion.precision, sklearn_metrics.precision_score),
        (confusion.recall, sklearn_metrics.recall_score),
        (confusion.f1, sklearn_metrics.f1_score),
    ):
        expected = theirs(truths, guesses, zero_division=np.nan)
        assert ours is None if np.isnan(expected) else ours == pytest.approx(expected)
    assert fraud.snapshot().confusion == confusion


def test_predictions_are_counted_by_model_label_and_band(backend: Backend) -> None:
    model = PredictionMetrics("test_model", "1")
    model.record("phishing", score=0.93)
    model.record("phishing", score=0.91)
    model.record(np.int64(0), score=0.1)
    model.record("legitimate")
    version = {"model_name": "test_model", "model_version": "1"}
    name = "otelkit.model.prediction.count"
    assert backend.value(name, **version, label="phishing", confidence_band="0.8-1.0") == 2
    assert backend.value(name, **version, label="0", confidence_band="0.0-0.2") == 1
    assert backend.value(name, **version, label="legitimate") == 1
    assert backend.value("otelkit.model.score", **version) == 3


def test_the_first_prediction_of_a_known_label_is_an_increase_from_zero(backend: Backend) -> None:
    model = PredictionMetrics("test_known", "1", labels=("yes", "no"))
    mine = [
        point
        for point in backend.points("otelkit.model.prediction.count")
        if point.attributes["model.name"] == "test_known"
    ]
    assert len(mine) == 2 * (len(CONFIDENCE_BANDS) + 1)
    assert {point.value for point in mine} == {0}
    model.record("yes", score=1.0)
    assert (
        backend.value(
            "otelkit.model.prediction.count",
            model_name="test_known",
            model_version="1",
            label="yes",
            confidence_band="0.8-1.0",
        )
        == 1
    )


def test_durations_candidates_and_missing_features_are_recorded(backend: Backend) -> None:
    clock = Clock()
    model = PredictionMetrics("test_timed", "1", clock=clock)
    with model.timed():
        clock.now += 0.25
    model.record_duration(0.5)
    model.set_candidates(1250)
    model.record_feature_failure("test_age")
    version = {"model_name": "test_timed", "model_version": "1"}
    (took,) = [
        point
        for point in backend.points("otelkit.model.prediction.duration")
        if point.attributes["model.name"] == "test_timed"
    ]
    assert (took.value, took.total) == (2, 0.75)
    assert backend.value("otelkit.model.candidate.count", **version) == 1250
    assert backend.value("otelkit.model.feature.failure.count", feature="test_age") == 1


def test_a_prediction_that_failed_has_no_duration_and_its_error_goes_on(backend: Backend) -> None:
    model = PredictionMetrics("test_failed", "1")
    with pytest.raises(KeyError), model.timed():
        raise KeyError("feature")
    assert [
        point
        for point in backend.points("otelkit.model.prediction.duration")
        if point.attributes["model.name"] == "test_failed"
    ] == []


@given(st.floats(min_value=0, max_value=1))
def test_every_score_lies_in_the_band_that_names_it(score: float) -> None:
    low, high = (float(boundary) for boundary in confidence_band(score).split("-"))
    assert low <= score
    assert score < high or score == high == 1


def test_an_enumeration_can_name_what_was_predicted(backend: Backend) -> None:
    class Verdict(Enum):
        BAD = "bad"

    PredictionMetrics("test_enum", "1").record(Verdict.BAD)
    assert backend.value("otelkit.model.prediction.count", model_name="test_enum", model_version="1", label="bad") == 1
