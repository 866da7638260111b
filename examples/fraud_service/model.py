"""The phishing model: scikit-learn's logistic regression on one-hot encoded features, trained at the start.

scikit-learn ships no type hints, so this is the only module that touches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import otelkit

from .data import FEATURES, Features, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL_NAME = "phishing-logistic"
MODEL_VERSION = "1"

FRAUD_TYPES = ("form", "certificate", "foreign_content", "address", "reputation")
"""What kind of sign made a page suspicious: the families of the features."""

_FAMILY = {
    "empty_server_form_handler": "form",
    "popup_window": "form",
    "https": "certificate",
    "request_from_other_domain": "foreign_content",
    "anchor_from_other_domain": "foreign_content",
    "long_url": "address",
    "ip_in_url": "address",
    "is_popular": "reputation",
    "age_of_domain": "reputation",
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says about one page: the probability of phishing and the kind of sign that speaks most for it."""

    probability: float
    fraud_type: str


class _Encoder(Protocol):
    categories_: Sequence[Sequence[float]]

    def fit_transform(self, rows: Sequence[Features]) -> object: ...
    def transform(self, rows: Sequence[Features]) -> object: ...


class _Classifier(Protocol):
    coef_: Sequence[Sequence[float]]

    def fit(self, encoded: object, labels: Sequence[bool]) -> object: ...
    def predict_proba(self, encoded: object) -> Sequence[Sequence[float]]: ...


def _untrained() -> tuple[_Encoder, _Classifier]:
    """The two scikit-learn parts, seen through the few methods that are used here."""
    from sklearn.linear_model import (  # type: ignore[import-untyped]
        LogisticRegression,  # pyright: ignore[reportUnknownVariableType]
    )
    from sklearn.preprocessing import (  # type: ignore[import-untyped]
        OneHotEncoder,  # pyright: ignore[reportUnknownVariableType]
    )

    # handle_unknown="error" is scikit-learn's own default: a value that was never seen in training is refused.
    return cast("_Encoder", OneHotEncoder(handle_unknown="error")), cast("_Classifier", LogisticRegression())


class PhishingModel:
    """A trained model.

    Args:
        pages: The labelled pages to learn from.

    Example:
        >>> from fraud_service.data import known_pages
        >>> PhishingModel(known_pages()).judge((0, 0, 0, 0, 0, 0.5, 1, 1, 1)).probability > 0.5
        True
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._encoder, self._classifier = _untrained()
        encoded = self._encoder.fit_transform([page.features for page in pages])
        self._classifier.fit(encoded, [page.is_phishing for page in pages])
        self._weights = self._weight_of_each_value()

    @otelkit.observe("model.judge")
    def judge(self, features: Features) -> Opinion:
        """The model's opinion on one page.

        Raises:
            ValueError: A value was never seen in training. Nothing catches it on the way: it becomes a 500 answer, and
                in the telemetry a failed trace with the exception's log record.
        """
        probability = float(self._classifier.predict_proba(self._encoder.transform([features]))[0][1])
        strongest = max(range(len(FEATURES)), key=lambda index: self._weights[index][features[index]])
        return Opinion(probability=probability, fraud_type=_FAMILY[FEATURES[strongest]])

    def _weight_of_each_value(self) -> tuple[dict[float, float], ...]:
        """For each feature, how much each of its values speaks for phishing."""
        coefficients = iter(self._classifier.coef_[0])
        return tuple(
            {float(value): float(next(coefficients)) for value in values} for values in self._encoder.categories_
        )
