"""A wrong declaration fails where it is written, and its message says how to mend it."""

from __future__ import annotations

import importlib
import math
import sys
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otelkit.instruments import Attribute, Instruments, counter, gauge, histogram, up_down_counter
from otelkit.instruments.names import check_instrument_name
from otelkit.instruments.registry import declared_instruments
from otelkit.instruments.units import check_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD: dict[str, Any] = {"unit": "{order}", "description": "Orders placed."}
CHANNEL = Attribute("channel", values=("web", "phone"))


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [
        ("Shop.Order.Count", "Try 'shop.order.count'"),
        ("shopOrderCount", "Try 'shop_order_count'"),
        ("shop-order/count", "Try 'shop_order_count'"),
        ("shop..order", "Try 'shop.order'"),
        ("shop.1st", "Try 'shop.st'"),
        ("", "Try 'shop.order.count'"),
        ("shop.order.total", "Try 'shop.order'"),
        ("shop.order_total", "Try 'shop.order'"),
        ("shop.wait_seconds", 'say unit="s"'),
        ("shop.wait.ms", "measure in seconds"),
        ("shop.upload_bytes", 'say unit="By"'),
        ("otel.order.count", "Use a prefix of your own"),
        ("shop." + "x" * 300, "at most 255"),
        (7, "must be a string"),
    ],
)
def test_a_bad_instrument_name_is_refused_with_the_fix(wrong: Any, fix: str) -> None:
    with pytest.raises(ValueError, match="instrument name") as refused:
        counter(wrong, **GOOD)
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    ("unit", "fix"),
    [
        ("seconds", "Write 's'"),
        ("ms.", "is not UCUM"),
        ("bytes", "Write 'By'"),
        ("percent", "Write '%'"),
        ("", "Write '1'"),
        ("requests", "Write '{request}'"),
        ("{open", "is not UCUM"),
        ("s/", "is not UCUM"),
        ("€", "ASCII"),
        ("x" * 64, "at most 63"),
        (None, "must be a UCUM string"),
    ],
)
def test_an_unknown_unit_is_refused_with_the_one_that_was_meant(unit: Any, fix: str, name: str) -> None:
    with pytest.raises(ValueError, match="unit") as refused:
        counter(name, unit=unit, description="Orders.")
    assert name in str(refused.value)
    assert fix in str(refused.value)


@pytest.mark.parametrize(
    "unit",
    ["1", "s", "ms", "By", "KiBy", "MBy", "By/s", "/s", "{order}", "{order}/s", "%", "Cel", "m2", "kW.h", "J{a.b/c}"],
)
def test_ucum_units_are_accepted(unit: str) -> None:
    check_unit(unit)


@given(st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[a-z][a-z0-9_]{0,8}){0,4}", fullmatch=True))
def test_every_name_is_either_accepted_or_refused_with_a_name_that_is(name: str) -> None:
    try:
        check_instrument_name(name)
    except ValueError as refused:
        if "Try '" in str(refused):
            proposed = str(refused).split("Try '")[1].split("'")[0]
            assert proposed != name


@given(st.text())
def test_any_text_as_a_name_is_refused_with_a_value_error_or_accepted(text: str) -> None:
    try:
        check_instrument_name(text)
    except ValueError as refused:
        assert repr(text)[:30] in str(refused)  # noqa: PT017 - either outcome is right


SENSELESS: list[tuple[Callable[[str], object], str]] = [
    (lambda name: counter(name, unit="1", description=" "), "Say in one sentence"),
    (lambda name: counter(name, attributes=(CHANNEL, CHANNEL), **GOOD), "'channel' is declared twice"),
    (
        lambda name: counter(name, attributes=(Attribute("a.b", limit=1), Attribute("a_b", limit=1)), **GOOD),
        "'a.b' and 'a_b' are one label in Prometheus",
    ),
    (lambda name: histogram(name, unit="By", description="Size."), "Give buckets=(...)"),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=(1, 5, 5)), "5.0 follows 5.0"),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=(5, 1)), "1.0 follows 5.0"),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=(1, math.nan)), "nan is not finite"),
    (
        lambda name: histogram(name, unit="By", description="Size.", buckets=(1, math.inf)),
        "the last bucket is open",
    ),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=()), "at least one"),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=cast("Any", ("wide",))), "must be numbers"),
    (lambda name: histogram(name, unit="By", description="Size.", buckets=range(1000)), "too many"),
    (lambda name: histogram(f"{name}.duration", unit="ms", description="Time."), 'Write unit="s"'),
    (
        lambda name: counter(name, attributes=(Attribute("user", limit=5),), from_zero=True, **GOOD),
        "needs to know the values of 'user'",
    ),
    (
        lambda name: counter(
            name,
            attributes=tuple(Attribute(key, values=tuple("abcdefghij")) for key in ("x", "y", "z")),
            **GOOD,
            from_zero=True,
        ),
        "would start 1000 series; at most 200",
    ),
    (
        lambda name: counter(
            name, attributes=tuple(Attribute(key, values=tuple("abcdefghijk")) for key in ("x", "y", "z")), **GOOD
        ),
        "make 1331 series; at most 1000",
    ),
]


@pytest.mark.parametrize(("declare", "fix"), SENSELESS)
def test_a_declaration_that_makes_no_sense_is_refused(declare: Callable[[str], object], fix: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"^test_") as refused:
        declare(name)
    assert fix in str(refused.value)


UNBOUNDED: list[tuple[Callable[[], object], str]] = [
    (lambda: Attribute("region"), "Give values=(...)"),
    (lambda: Attribute("region", values=("eu",), limit=3), "both values and limit"),
    (lambda: Attribute("region", values=()), "allows no value"),
    (lambda: Attribute("region", values="eu"), "Write values=('eu',)"),
    (lambda: Attribute("region", values=("eu", "eu")), "names 'eu' twice"),
    (lambda: Attribute("region", values=("",)), "not text of 1 to 256"),
    (lambda: Attribute("region", values=("x" * 300,)), "not text of 1 to 256"),
    (lambda: Attribute("region", values=cast("Any", (object(),))), "not text"),
    (lambda: Attribute("region", limit=0), "from 1 to 10000"),
    (lambda: Attribute("region", limit=True), "from 1 to 10000"),
    (lambda: Attribute("region", limit=2, known=("a", "b", "c")), "Raise it"),
    (lambda: Attribute("region", values=("a",), known=("a",)), "Drop known="),
    (lambda: Attribute("Region", limit=2), "Try 'region'"),
    (lambda: Attribute("le", limit=2), "histogram buckets"),
    (lambda: Attribute("instance", limit=2), "service.instance.id"),
    (lambda: Attribute("otel.metric.overflow", limit=2), "reserved"),
]


@pytest.mark.parametrize(("make", "fix"), UNBOUNDED)
def test_an_attribute_without_a_sensible_bound_is_refused(make: Callable[[], object], fix: str) -> None:
    with pytest.raises(ValueError, match=r"attribute (name )?'") as refused:
        make()
    assert fix in str(refused.value)


def test_one_name_with_two_meanings_is_refused_naming_both_places(name: str) -> None:
    counter(name, **GOOD)
    with pytest.raises(ValueError, match="declared twice, and differently") as refused:
        gauge(name, **GOOD)
    assert str(refused.value).count(f"{__name__}:") == 2
    assert "kind ('counter', 'gauge')" in str(refused.value)


def test_two_names_that_prometheus_cannot_tell_apart_are_refused(fresh: Callable[[str], str]) -> None:
    dotted = fresh("order.count")
    counter(dotted, **GOOD)
    with pytest.raises(ValueError, match="are one name in Prometheus"):
        counter(dotted.replace("order.count", "order_count"), **GOOD)


def test_the_same_declaration_twice_is_one_instrument(name: str) -> None:
    first = counter(name, attributes=(CHANNEL,), **GOOD)
    again = counter(name, attributes=[Attribute("channel", values=["web", "phone"])], **GOOD)
    assert again is first


def test_a_module_with_a_pack_can_be_reloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: Callable[[str], str]
) -> None:
    name = fresh("order.count")
    (tmp_path / "reloaded_pack.py").write_text(
        "from otelkit import Instruments, counter\n"
        "class Shop(Instruments):\n"
        f"    orders = counter({name!r}, unit='{{order}}', description='Orders placed.')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module: Any = importlib.import_module("reloaded_pack")
    first = module.Shop.orders
    module = importlib.reload(module)
    del sys.modules["reloaded_pack"]
    assert module.Shop.orders is first
    assert first.pack is module.Shop


def test_an_instrument_knows_its_pack_and_the_walk_over_all_is_in_a_stable_order(fresh: Callable[[str], str]) -> None:
    last, first = fresh("z.count"), fresh("a.count")

    class Shop(Instruments):
        orders = counter(last, **GOOD)
        refunds = counter(first, **GOOD)

    mine = [instrument for instrument in declared_instruments() if instrument.module == __name__]
    assert [(instrument.name, instrument.pack, instrument.member) for instrument in mine] == [
        (last, Shop, "orders"),
        (first, Shop, "refunds"),
    ]
    assert declared_instruments() == declared_instruments()
    assert Shop.declared() == tuple(mine)


def test_a_pack_inherits_the_instruments_of_another(fresh: Callable[[str], str]) -> None:
    class Shop(Instruments):
        orders = counter(fresh("order.count"), **GOOD)

    class BigShop(Shop):
        open = up_down_counter(fresh("order.active"), **GOOD)

    assert [instrument.member for instrument in BigShop.declared()] == ["orders", "open"]
    assert BigShop.orders.pack is Shop


def test_the_walk_has_every_pack_of_the_catalogue_without_importing_any() -> None:
    names = {instrument.name: instrument.declaration for instrument in declared_instruments()}
    catalogue: dict[str, tuple[str, str, list[str]]] = {
        "otelkit.operation.duration": ("histogram", "s", ["operation", "outcome", "error.type"]),
        "otelkit.operation.active": ("up_down_counter", "{operation}", ["operation"]),
        "otelkit.error.count": ("counter", "{error}", ["component", "error.type", "severity"]),
        "otelkit.fraud.transaction.count": ("counter", "{transaction}", ["result"]),
        "otelkit.fraud.detection.count": ("counter", "{detection}", ["fraud.type", "severity"]),
        "otelkit.fraud.confidence": ("histogram", "1", ["fraud.type"]),
        "otelkit.fraud.outcome.count": ("counter", "{transaction}", ["fraud.type", "outcome"]),
        "otelkit.anomaly.count": ("counter", "{anomaly}", ["anomaly.type"]),
        "otelkit.anomaly.score": ("histogram", "1", []),
        "otelkit.model.prediction.count": (
            "counter",
            "{prediction}",
            ["model.name", "model.version", "label", "confidence.band"],
        ),
        "otelkit.model.prediction.duration": ("histogram", "s", ["model.name", "model.version"]),
        "otelkit.model.score": ("histogram", "1", ["model.name", "model.version"]),
        "otelkit.model.candidate.count": ("gauge", "{candidate}", ["model.name", "model.version"]),
        "otelkit.model.feature.failure.count": ("counter", "{failure}", ["feature"]),
        "otelkit.telemetry.cardinality.overflow.count": ("counter", "{value}", ["instrument", "attribute"]),
    }
    for name, (kind, unit, attributes) in catalogue.items():
        declaration = names[name]
        assert (declaration.kind, declaration.unit) == (kind, unit)
        assert [attribute.name for attribute in declaration.attributes] == attributes
