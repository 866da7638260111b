"""The model and the reputations: that they judge pages well which they have not seen."""

from __future__ import annotations

import threading

import pytest
from fraud_service.data import FEATURES, known_pages, new_pages
from fraud_service.model import FRAUD_TYPES, PhishingModel
from fraud_service.reputation_app import ReputationDesk
from fraud_service.scoring import FLAGGED_FROM, combined_score, severity_of
from fraud_service.similarity import ALIKE, KnownPages, Reputation, distance


@pytest.fixture(scope="module")
def model() -> PhishingModel:
    return PhishingModel(known_pages())


@pytest.fixture(scope="module")
def known() -> KnownPages:
    return KnownPages(known_pages())


def test_the_model_alone_is_right_about_more_than_85_percent_of_the_new_pages(model: PhishingModel) -> None:
    pages = new_pages()

    right = sum((model.judge(page.features).probability >= FLAGGED_FROM) == page.is_phishing for page in pages)

    assert right / len(pages) > 0.85


def test_model_and_reputation_together_are_right_about_more_than_85_percent(
    model: PhishingModel, known: KnownPages
) -> None:
    pages = [page for page in new_pages()[:300] if _near(page.features)]

    def score(features: tuple[float, ...]) -> float:
        return combined_score(model.judge(features).probability, known.reputation_of(features).phishing_share)

    right = sum((score(page.features) >= FLAGGED_FROM) == page.is_phishing for page in pages)

    assert len(pages) > 270
    assert right / len(pages) > 0.85


def test_each_new_page_gets_a_known_kind_of_fraud(model: PhishingModel) -> None:
    found = {model.judge(page.features).fraud_type for page in new_pages()}

    assert len(found) > 1
    assert found <= set(FRAUD_TYPES)


def test_a_value_that_no_page_has_is_refused(model: PhishingModel) -> None:
    with pytest.raises(ValueError, match="unknown categories"):
        model.judge((0.25, *known_pages()[0].features[1:]))


@pytest.mark.parametrize(
    ("score", "severity"),
    [(0.5, "low"), (0.7, "medium"), (0.85, "high"), (0.95, "critical"), (1.0, "critical")],
)
def test_the_surer_the_worse(score: float, severity: str) -> None:
    assert severity_of(score) == severity


def test_without_a_reputation_the_model_decides_alone() -> None:
    assert combined_score(0.8, None) == 0.8
    assert combined_score(0.8, 0.0) == pytest.approx(0.56)


def test_the_search_is_near_exactly_where_a_known_page_is_alike(known: KnownPages) -> None:
    far = next(page for page in new_pages() if not _near(page.features))
    near = next(page for page in new_pages() if _near(page.features))

    assert known.reputation_of(near.features).search == "near"
    assert known.reputation_of(far.features).search == "wide"
    assert 0 <= known.reputation_of(far.features).phishing_share <= 1


def test_a_question_asked_by_many_at_once_is_looked_up_once() -> None:
    class CountingPages(KnownPages):
        looked_up = 0
        asked = threading.Event()

        def reputation_of(self, features: tuple[float, ...]) -> Reputation:
            type(self).looked_up += 1
            self.asked.wait(10)
            return super().reputation_of(features)

    desk = ReputationDesk(CountingPages(known_pages()))
    features = new_pages()[0].features
    remembered: list[bool] = []
    threads = [
        threading.Thread(target=lambda: remembered.append(desk.reputation_of(features).remembered)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    CountingPages.asked.set()
    for thread in threads:
        thread.join(10)

    assert CountingPages.looked_up == 1
    assert sorted(remembered) == [False, True, True, True]


def test_a_look_up_that_failed_is_not_remembered() -> None:
    desk = ReputationDesk(KnownPages([]))

    for _ in range(2):
        with pytest.raises(ValueError, match="empty"):
            desk.reputation_of(new_pages()[0].features)


def _near(features: tuple[float, ...]) -> bool:
    assert len(features) == len(FEATURES)
    return any(distance(features, page.features) <= ALIKE for page in known_pages())
