"""Buckets keep every observation whatever is done with them, and exponential ones keep their bounds."""

from __future__ import annotations

import math
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otelkit.console.buckets import added, as_explicit, explicit_problem, exponential_problem, from_text, to_text
from otelkit.console.records import Explicit, Exponential

COUNTS = st.lists(st.integers(0, 1000), max_size=20).map(tuple)


@st.composite
def exponentials(draw: st.DrawFn) -> Exponential:
    scale = draw(st.integers(-10, 20))
    reach = int(900 * 2.0**scale)
    sides = [(draw(st.integers(-reach, max(reach - 20, -reach))), draw(COUNTS)) for _ in range(2)]
    made = Exponential(scale, draw(st.integers(0, 5)), draw(st.sampled_from([0.0, 1e-9])), sides[0], sides[1])
    return made if exponential_problem(made) is None else Exponential(0, 1, 0.0, (0, (1,)), (0, ()))


def observations(buckets: Exponential | Explicit) -> int:
    if isinstance(buckets, Explicit):
        return sum(buckets.counts)
    return buckets.zero_count + sum(buckets.positive[1]) + sum(buckets.negative[1])


@given(exponentials())
def test_exponential_buckets_shown_with_bounds_lose_no_observation(buckets: Exponential) -> None:
    shown = as_explicit(buckets)
    assert explicit_problem(shown) is None
    assert observations(shown) == observations(buckets)


@given(exponentials(), exponentials())
def test_adding_exponential_buckets_loses_no_observation_and_stays_small(one: Exponential, other: Exponential) -> None:
    together = added(one, other)
    assert isinstance(together, Exponential)
    assert observations(together) == observations(one) + observations(other)
    assert len(together.positive[1]) <= 160
    assert len(together.negative[1]) <= 160
    assert together.scale <= min(one.scale, other.scale)
    assert explicit_problem(as_explicit(together)) is None


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=50), st.lists(st.floats(1e-6, 1e6), max_size=50))
def test_added_exponential_buckets_are_those_of_all_observations(one: list[float], other: list[float]) -> None:
    together = added(bucketed(one, 3), bucketed(other, 5))
    assert isinstance(together, Exponential)
    shown = as_explicit(together)
    for value in one + other:
        # the bucket that holds a value is (lower, upper]; a hair's breadth is left to the arithmetic of logarithms
        index = bisect_left(shown.bounds, value * (1 - 1e-9))
        assert shown.counts[index] > 0


def bucketed(values: list[float], scale: int) -> Exponential:
    """What an SDK makes of positive values."""
    indexes = [math.ceil(math.log2(value) * 2**scale) - 1 for value in values]
    if not indexes:
        return Exponential(scale, 0, 0.0, (0, ()), (0, ()))
    first = min(indexes)
    counts = [0] * (max(indexes) - first + 1)
    for index in indexes:
        counts[index - first] += 1
    return Exponential(scale, 0, 0.0, (first, tuple(counts)), (0, ()))


def test_negative_zero_and_positive_observations_are_shown_in_order() -> None:
    buckets = Exponential(0, 7, 0.25, (0, (1, 2)), (1, (3, 4)))
    assert as_explicit(buckets) == Explicit((-8.0, -4.0, -2.0, 0.25, 1.0, 2.0, 4.0), (0, 4, 3, 7, 0, 1, 2, 0))


@pytest.mark.parametrize("buckets", [Explicit((1.0, 2.5), (1, 2, 3)), Exponential(3, 1, 0.5, (-2, (1, 2)), (0, ()))])
def test_buckets_come_back_from_the_store_as_they_went_in(buckets: Explicit | Exponential) -> None:
    assert from_text(to_text(buckets)) == buckets


def test_buckets_that_cannot_be_added_say_so() -> None:
    assert added(Explicit((1.0,), (1, 1)), Explicit((2.0,), (1, 1))) is None
    assert added(Explicit((1.0,), (1, 1)), Exponential(0, 1, 0.0, (0, ()), (0, ()))) is None


@pytest.mark.parametrize(
    ("buckets", "problem"),
    [
        (Exponential(21, 0, 0.0, (0, ()), (0, ())), "scale is outside"),
        (Exponential(0, 0, -1.0, (0, ()), (0, ())), "zero threshold"),
        (Exponential(0, 2**63, 0.0, (0, ()), (0, ())), "out of range"),
        (Exponential(0, 0, 0.0, (0, (2**63,)), (0, ())), "out of range"),
        (Exponential(0, 0, 0.0, (0, (1,) * 1001), (0, ())), "more than 1000 buckets"),
        (Exponential(0, 0, 0.0, (0, ()), (-2000, (1,))), "beyond what a double can hold"),
    ],
)
def test_exponential_buckets_that_no_sdk_makes_are_named(buckets: Exponential, problem: str) -> None:
    assert problem in (exponential_problem(buckets) or "")
