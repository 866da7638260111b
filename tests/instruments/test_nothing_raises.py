"""A recorder never raises, whatever it is given; wrong use is counted, and raised in strict mode alone."""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otelkit.instruments import (
    Attribute,
    ErrorMetrics,
    FraudMetrics,
    PredictionMetrics,
    counter,
    gauge,
    histogram,
    up_down_counter,
)
from otelkit.instruments.operations import bind_operation
from otelkit.runtime.internal_errors import internal_error_count, internal_errors
from otelkit.signals.proxies import meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instruments.backend import Backend


class Hostile:
    """Raises whatever is done with it."""

    def _refuse(self, *_: object, **__: object) -> Any:
        raise RuntimeError("hands off")

    __hash__ = __eq__ = __repr__ = __str__ = __float__ = __index__ = __lt__ = __bool__ = __len__ = _refuse
    __getattr__ = _refuse


class HostileText(str):
    """Text that refuses to be looked at."""

    __slots__ = ()

    def __hash__(self) -> int:
        raise ValueError("no hash")

    def __repr__(self) -> str:
        raise ValueError("no picture")

    def encode(self, *_: object, **__: object) -> bytes:
        raise ValueError("no bytes")


class HostileMapping(Mapping[str, str]):
    """A mapping whose every access fails."""

    def __getitem__(self, key: str) -> str:
        raise ValueError(key)

    def __iter__(self) -> Iterator[str]:
        raise ValueError("no names")

    def __len__(self) -> int:
        raise ValueError("no length")


ATOMS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**400, max_value=10**401),
    st.floats(),
    st.text(),
    st.text(alphabet=st.characters(categories=["Cs"])),
    st.binary(),
    st.decimals(),
    st.fractions(),
    st.datetimes(),
    st.complex_numbers(),
    st.builds(lambda: HostileText("x")),
    st.just(object()),
    st.just(np.array([1, 2])),
    st.just(np.float64("nan")),
    st.just(np.datetime64("2026-01-01")),
    st.builds(Hostile),
)
ANYTHING = st.recursive(
    ATOMS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner)), max_leaves=5
)
MAPPINGS = st.one_of(
    ANYTHING,
    st.builds(HostileMapping),
    st.dictionaries(st.one_of(st.sampled_from(["kind", "severity"]), st.text()), ANYTHING),
)

ATTRIBUTES = (Attribute("kind", limit=5), Attribute("severity", values=("low", "high"), optional=True))
counted = counter("test_any.count", unit="1", description="Any.", attributes=ATTRIBUTES)
stood = up_down_counter("test_any.active", unit="1", description="Any.", attributes=ATTRIBUTES)
shown = gauge("test_any.size", unit="1", description="Any.", attributes=ATTRIBUTES)
measured = histogram("test_any.duration", unit="s", description="Any.", attributes=ATTRIBUTES)
# Of one test alone: the limits of those above may be used up by what other tests recorded, and an overflow counts too.
failing_count = counter("test_any.failing.count", unit="1", description="Any.", attributes=ATTRIBUTES)
failing_duration = histogram("test_any.failing.duration", unit="s", description="Any.", attributes=ATTRIBUTES)
bare = counter("test_any.bare", unit="1", description="Any.")
operation = bind_operation("test_any", labels=(Attribute("kind", limit=5),))
fraud = FraudMetrics()
predictions = PredictionMetrics("any", "1")
errors = ErrorMetrics()

RECORDERS: dict[str, Callable[[Any, Any, Any], object]] = {
    "counter": lambda amount, a, b: counted.of(a, b).add(amount),
    "counter by name": lambda amount, a, _: counted.add(amount, a),
    "counter too many": lambda amount, a, b: bare.of(a, b, amount).add(amount),
    "up-down counter": lambda amount, a, b: stood.of(a, b).add(amount),
    "up-down counter by name": lambda amount, a, _: stood.add(amount, a),
    "gauge": lambda amount, a, b: shown.of(a, b).set(amount),
    "gauge by name": lambda amount, a, _: shown.set(amount, a),
    "histogram": lambda amount, a, b: measured.of(a, b).record(amount),
    "histogram by name": lambda amount, a, _: measured.record(amount, a),
    "start at zero": lambda amount, a, b: counted.start_at_zero(a, b, amount),
    "operation": lambda amount, a, b: operation.ended(amount, a, b, (amount,)),
    "fraud transaction": lambda amount, _, __: fraud.record_transaction(amount),
    "fraud detection": lambda amount, a, b: fraud.record_detection(fraud_type=a, severity=b, confidence=amount),
    "fraud outcome": lambda _, a, b: fraud.record_outcome(a, fraud_type=b),
    "anomaly": lambda amount, a, _: fraud.record_anomaly(anomaly_type=a, score=amount),
    "prediction": lambda amount, a, _: predictions.record(a, score=amount),
    "prediction duration": lambda amount, _, __: predictions.record_duration(amount),
    "candidates": lambda amount, _, __: predictions.set_candidates(amount),
    "feature failure": lambda _, a, __: predictions.record_feature_failure(a),
    "error": lambda amount, a, b: errors.record(amount, component=a, severity=b),
    "expected error": lambda amount, a, b: errors.expect(amount, b, component=a),
}


@pytest.mark.parametrize("recorder", RECORDERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=ANYTHING, a=MAPPINGS, b=ANYTHING)
def test_no_object_in_any_argument_makes_a_recorder_raise(
    backend: Backend, recorder: str, amount: Any, a: Any, b: Any
) -> None:
    RECORDERS[recorder](amount, a, b)
    fraud.snapshot()
    for name in ("test_any.count", "test_any.active", "test_any.size", "test_any.duration"):
        for point in backend.points(name):
            assert all(type(value) is str for value in point.attributes.values())
            assert math.isfinite(point.total)


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: counted.of("a", "low").add(-1), "add() takes a number that is not negative; got -1."),
    (lambda: counted.of("a", "low").add(math.nan), "add() takes a finite number; got nan."),
    (lambda: counted.of("a", "low").add(math.inf), "add() takes a finite number; got inf."),
    (lambda: counted.of("a", "low").add(cast("Any", "3")), "add() takes a finite number; got '3'."),
    (lambda: stood.of("a", "low").add(-math.inf), "add() takes a finite number; got -inf."),
    (lambda: shown.of("a", "low").set(math.nan), "set() takes a finite number; got nan."),
    (lambda: measured.of("a", "low").record(-0.1), "record() takes a number that is not negative; got -0.1."),
    (lambda: counted.of("a"), "has the attributes kind, severity; give that many values, in this order"),
    (lambda: bare.of("a"), "has no attributes; give that many values"),
    (lambda: counted.of(None, "low"), "the attribute 'kind' is missing"),
    (lambda: counted.of(cast("Any", object), "low"), "is text, a whole number, a boolean or an Enum"),
    (lambda: counted.add(1, {"kind": "a", "colour": "red"}), "no other can be given; got {'colour': 'red'}."),
    (lambda: counted.add(1, cast("Any", ["kind"])), "attributes are a mapping from name to value"),
    (counted.add, "the attribute 'kind' is missing"),
    (lambda: fraud.record_transaction(cast("Any", "odd")), "takes result as one of clean, flagged; got 'odd'."),
    (
        lambda: fraud.record_detection(fraud_type="card", severity=cast("Any", "urgent")),
        "takes severity as one of low, medium, high, critical; got 'urgent'.",
    ),
    (
        lambda: fraud.record_detection(fraud_type="card", severity="low", confidence=97),
        "takes confidence as a number from 0 to 1; got 97.",
    ),
    (lambda: fraud.record_outcome(cast("Any", "TP"), fraud_type="card"), "takes outcome as one of tp, fp, tn, fn"),
    (lambda: fraud.record_anomaly(anomaly_type="a", score=-1), "takes score as a number from 0 to 1"),
    (lambda: predictions.record("a", score=1.01), "takes score as a number from 0 to 1; got 1.01."),
    (
        lambda: errors.record("rejected", component="shop", severity=cast("Any", "fatal")),
        "takes severity as one of warning, error, critical; got 'fatal'.",
    ),
]


@pytest.mark.parametrize(("record", "message"), WRONG)
def test_wrong_use_raises_in_strict_mode_and_is_counted_and_logged_once_elsewhere(
    record: Callable[[], object],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from otelkit.runtime.internal_errors import set_strict

    with caplog.at_level(logging.WARNING, "otelkit.none"):
        record()
        before = internal_error_count()
        record()
    assert internal_error_count() == 2 * before > 0
    said = internal_errors()[0].text
    assert message.partition(";")[0].rstrip(".") in said
    set_strict(True)
    with pytest.raises(ValueError, match=r".") as refused:
        record()
    assert message in str(refused.value)


def test_the_value_that_was_wrong_is_not_repeated_in_production() -> None:
    counted.of("a", "low").add(cast("Any", "card 4111 1111 1111 1111"))
    assert "4111" not in internal_errors()[0].text


def test_a_failing_backend_is_counted_and_does_not_reach_the_application(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    del backend
    consumer = cast("Any", meter.active_provider())._measurement_consumer

    def fail(*_: object) -> None:
        raise RuntimeError("the backend is broken")

    monkeypatch.setattr(consumer, "consume_measurement", fail)
    failing_count.of("a", "low").add()
    failing_duration.of("a", "low").record(1)
    failing_count.start_at_zero("a", "low")
    assert [error.text for error in internal_errors()] == ["RuntimeError: the backend is broken"] * 3


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("amount", [Decimal(1), Fraction(1), np.int8(1), True, 0, 0.0, -0.0])
def test_what_is_right_passes_in_strict_mode(amount: Any) -> None:
    counted.of("a", "low").add(amount)
    measured.of("a", None).record(amount)


def test_an_attribute_value_without_stable_text_is_recorded_as_other(backend: Backend, name: str) -> None:
    orders = counter(name, unit="1", description="Any.", attributes=(Attribute("when", limit=5),))
    orders.of(cast("Any", dt.datetime.now(dt.UTC))).add()
    orders.of(cast("Any", b"bytes")).add()
    assert backend.values(name) == {("other",): 2}
