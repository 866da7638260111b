"""The plan of the replay: the same every time, in an order that makes sense, with every kind of trouble early."""

from __future__ import annotations

import itertools
from typing import cast

from fraud_service.data import FEATURES, new_pages
from fraud_service.replay import Step, steps


def first_steps(count: int) -> list[Step]:
    return list(itertools.islice(steps(new_pages()), count))


def test_the_plan_is_the_same_every_time() -> None:
    assert first_steps(3000) == first_steps(3000)


def test_a_label_follows_its_transaction_and_a_look_up_follows_the_label() -> None:
    place = {(step.kind, step.transaction_id): number for number, step in enumerate(first_steps(3000))}

    for (kind, transaction_id), number in place.items():
        if kind == "label":
            assert place["transaction", transaction_id] < number
        if kind == "look-up":
            assert place["label", transaction_id] < number


def test_the_first_forty_requests_hold_every_kind_of_trouble() -> None:
    plan = first_steps(40)
    features = [_features(step) for step in plan if step.kind == "transaction"]
    labels = [step.transaction_id for step in plan if step.kind == "label"]

    assert any(len(each) < len(FEATURES) for each in features), "a record that lost a feature"
    assert any(value % 0.5 for each in features for value in each.values()), "a value that the model cannot encode"
    assert len(labels) > len(set(labels)), "a label that is told twice"
    assert any(step.kind == "look-up" for step in plan)


def test_when_the_pages_are_through_they_come_again_under_new_names() -> None:
    transactions = [step.transaction_id for step in first_steps(5000) if step.kind == "transaction"]

    assert len(transactions) > len(new_pages())
    assert len(set(transactions)) == len(transactions)


def _features(step: Step) -> dict[str, float]:
    assert step.body is not None
    return cast("dict[str, float]", step.body["features"])
