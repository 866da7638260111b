"""How phishing-like a page is, judged by the known pages that resemble it: plain Python, no library, no telemetry.

Looking at the near neighbours is quick. A page that resembles none of them needs a second, honestly expensive look.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .data import Features, Page

ALIKE = 1.0
"""Two pages are alike when their features differ by no more than this in sum."""

_NEAR_BANDWIDTH = 0.5
_BANDWIDTHS = tuple(step / 20 for step in range(1, 41))


@dataclass(frozen=True, slots=True)
class Reputation:
    """The share of phishing around a page, 0..1, and how it was found."""

    phishing_share: float
    search: Literal["near", "wide"]


def distance(one: Features, other: Features) -> float:
    """How far two pages are apart: the sum of the differences of their features."""
    return sum(abs(here - there) for here, there in zip(one, other, strict=True))


class KnownPages:
    """The labelled pages that reputations are drawn from."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._features = [page.features for page in pages]
        self._labels = [page.is_phishing for page in pages]

    def reputation_of(self, features: Features) -> Reputation:
        """Weigh every known page by its nearness; where none is alike, first find out how far to look."""
        distances = [distance(features, known) for known in self._features]
        if min(distances) <= ALIKE:
            return Reputation(phishing_share=self._share(distances, _NEAR_BANDWIDTH), search="near")
        return Reputation(phishing_share=self._share(distances, self._best_bandwidth()), search="wide")

    def _share(self, distances: Sequence[float], bandwidth: float) -> float:
        weights = [exp(-each / bandwidth) for each in distances]
        return sum(weight for weight, label in zip(weights, self._labels, strict=True) if label) / sum(weights)

    def _best_bandwidth(self) -> float:
        """The bandwidth that predicts each known page best from all the others (leave-one-out, 40 x n x n steps).

        The known pages never change, so a careful programmer would keep the answer. This service does not, and its
        traces show what that costs: a good first thing to find with telemetry, and to mend.
        """
        apart = [[distance(one, other) for other in self._features] for one in self._features]
        return min(_BANDWIDTHS, key=lambda bandwidth: self._squared_error(apart, bandwidth))

    def _squared_error(self, apart: Sequence[Sequence[float]], bandwidth: float) -> float:
        total = 0.0
        for index, row in enumerate(apart):
            weights = [exp(-each / bandwidth) for each in row]
            weights[index] = 0.0
            phishing = sum(weight for weight, label in zip(weights, self._labels, strict=True) if label)
            total += (phishing / sum(weights) - self._labels[index]) ** 2
        return total
