"""The options of `observe`: what each does, and that a wrong one is refused when the function is decorated."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import baggage, context, trace

import otelkit
from otelkit import Attribute, Slo
from otelkit.observing.values import span_value

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from otelkit.testing import Capture


class Tier(Enum):
    FREE = "free"


class Level(IntEnum):
    HIGH = 3


def review(case_id: str, /, note: str = "none", *more: int, urgent: bool = False, **rest: str) -> None:
    del case_id, note, more, urgent, rest


# capture


@pytest.mark.parametrize(
    ("args", "kwargs", "captured"),
    [
        (("c-1",), {}, {"case_id": "c-1", "note": "none", "more": (), "urgent": False, "rest": "{}"}),
        (("c-1", "n"), {"urgent": True}, {"note": "n", "urgent": True}),
        (("c-1",), {"note": "n", "by": "me"}, {"note": "n", "rest": "{'by': 'me'}"}),
        (("c-1", "n", 1, 2), {}, {"more": (1, 2)}),
        (("c-1",), {"case_id": "in rest"}, {"case_id": "c-1", "rest": "{'case_id': 'in rest'}"}),
    ],
)
def test_arguments_are_found_wherever_the_caller_puts_them(
    telemetry: Capture, args: tuple[Any, ...], kwargs: dict[str, Any], captured: Mapping[str, Any]
) -> None:
    otelkit.observe("options.review", capture=("case_id", "note", "more", "urgent", "rest"))(review)(*args, **kwargs)
    attributes = telemetry.span("options.review").attributes
    assert {name: attributes[name] for name in captured} == captured


def test_nothing_is_captured_unless_asked(telemetry: Capture) -> None:
    otelkit.observe("options.review")(review)("secret", urgent=True)
    assert set(telemetry.span("options.review").attributes) == {"code.function.name"}


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        ("text", "text"),
        (True, True),
        (3, 3),
        (2.5, 2.5),
        (2**70, hex(2**70)),
        (Tier.FREE, "free"),
        (Level.HIGH, 3),
        (Decimal("1.50"), "1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        (["a", "b"], ("a", "b")),
        ([True, 1], "[True, 1]"),
        (range(3), (0, 1, 2)),
        ({"a": 1}, "{'a': 1}"),
        (b"bytes", "b'bytes'"),
        ("x" * 2000, "x" * 1023 + "…"),
        ("\ud800", "\\ud800"),
        (None, None),
    ],
)
def test_a_captured_value_is_recorded_as_what_it_is_within_bounds(value: object, recorded: object) -> None:
    assert span_value(value) == recorded
    assert type(span_value(value)) is type(recorded)


def test_an_endless_or_recursive_container_is_recorded_as_a_short_picture() -> None:
    endless: list[object] = []
    endless.append(endless)
    for value in (endless, list(range(10_000)), {number: {number: [number]} for number in range(10_000)}):
        recorded = span_value(value)
        assert isinstance(recorded, str)
        assert "..." in recorded
        assert len(recorded) < 500


# labels


def test_a_label_is_an_attribute_of_the_metric_and_of_the_span(telemetry: Capture) -> None:
    @otelkit.observe("options.charge", labels={"kind": Attribute("fraud.type", limit=5), "tier": ("free", "pro")})
    def charge(kind: str, tier: Tier | str = "pro") -> None:
        del kind, tier

    charge("stolen")
    charge("stolen", Tier.FREE)
    charge("stolen", tier="platinum")
    points = telemetry.points("otelkit.operation.duration", operation="options.charge")
    assert {(point.attributes["fraud.type"], point.attributes["tier"]) for point in points} == {
        ("stolen", "pro"),
        ("stolen", "free"),
        ("stolen", "other"),
    }
    assert telemetry.spans[0].attributes["fraud.type"] == "stolen"


def test_a_label_by_name_alone_is_bounded(telemetry: Capture) -> None:
    @otelkit.observe("options.bounded", labels=("tenant",), span=False)
    def bounded(tenant: str | None) -> None:
        del tenant

    for number in range(80):
        bounded(f"tenant-{number}")
    bounded(None)
    points = telemetry.points("otelkit.operation.duration", operation="options.bounded")
    tenants = [point.attributes.get("tenant") for point in points]
    assert len(points) == 52  # 50, other, and absent
    assert {"tenant-0", "other", None} <= set(tenants)


def test_a_label_that_the_function_changes_counts_as_it_came(telemetry: Capture) -> None:
    @otelkit.observe("options.rebinding", labels={"tier": ("free", "pro")})
    def rebinding(tier: str) -> str:
        tier = tier.replace("free", "pro")
        return tier  # noqa: RET504 - that it is another now is the point

    rebinding("free")
    assert telemetry.histogram("otelkit.operation.duration", operation="options.rebinding", tier="free").count == 1


# wrong names


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (
            {"capture": ("notes",)},
            TypeError,
            "capture names 'notes', but review() has no such parameter. Did you mean 'note'?",
        ),
        ({"labels": ("zzz",)}, TypeError, "It has: case_id, note, more, urgent, rest."),
        ({"labels": {"notes": ("a",)}}, TypeError, "labels names 'notes'"),
        ({"capture": "note"}, TypeError, "write capture=('note',), with the comma"),
        ({"labels": "note"}, TypeError, "write labels=('note',), with the comma"),
        ({"ignore": ("KeyError",)}, TypeError, "ignore takes exception types such as ignore=(KeyError,)"),
        ({"ignore": 3}, TypeError, "ignore takes exception types"),
        ({"buckets": (1, 1)}, ValueError, "buckets must increase"),
        ({"kind": "sideways"}, ValueError, "'sideways' is none of internal, server, client, producer, consumer"),
        (
            {"slo": Slo(latency=(0.3, 0.99))},
            ValueError,
            "the latency objective of 0.3 s is no bucket boundary; the nearest are 0.25 and 0.5.",
        ),
        ({"slo": Slo(latency=(60, 0.99))}, ValueError, "the nearest is 10. Use it, or give"),
        ({"slo": Slo(success=0.9), "metrics": False}, ValueError, "nobody could tell whether it holds"),
    ],
)
def test_a_wrong_option_is_refused_at_decoration_with_the_fix(
    options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        otelkit.observe("options.wrong", **options)(review)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="name is empty"):
        otelkit.observe(" ")


def test_a_function_without_a_signature_can_be_observed_but_not_captured_from(telemetry: Capture) -> None:
    assert otelkit.observe("options.builtin")(max)(1, 2) == 2
    with pytest.raises(TypeError, match="has no signature"):
        otelkit.observe("options.builtin", capture=("key",))(max)
    assert telemetry.span("options.builtin").status == "unset"


# error_if, ignore


@pytest.mark.parametrize("result", [False, True])
def test_error_if_makes_an_error_of_a_result(telemetry: Capture, *, result: bool) -> None:
    @otelkit.observe("options.judged", error_if=lambda declined: declined)
    def judged() -> bool:
        return result

    assert judged() is result
    span = telemetry.span("options.judged")
    outcome = telemetry.histogram("otelkit.operation.duration", operation="options.judged").attributes["outcome"]
    expected = ("error", "error_if", "error") if result else ("unset", None, "ok")
    assert (span.status, span.attributes.get("error.type"), outcome) == expected
    assert telemetry.logs == []
    counted = [each for each in telemetry.metrics if each.name == "otelkit.error.count"]
    assert len(counted) == result


def test_error_if_looks_at_what_a_generator_returns(telemetry: Capture) -> None:
    @otelkit.observe("options.steps", error_if=lambda result: result == "bad")
    def steps() -> Generator[int, None, str]:
        yield 1
        return "bad"

    assert list(steps()) == [1]
    assert telemetry.span("options.steps").status == "error"


def test_an_error_if_that_raises_is_counted_and_the_result_returned(telemetry: Capture) -> None:
    def broken(result: str) -> bool:
        raise ZeroDivisionError(result)

    assert otelkit.observe("options.broken", error_if=broken)(lambda: "result")() == "result"
    assert telemetry.span("options.broken").status == "unset"
    (error,) = telemetry.take_internal_errors()
    assert (error.where, error.text) == ("error_if of options.broken", "ZeroDivisionError: result")


def test_error_if_on_an_async_generator_is_refused() -> None:
    async def stream() -> Any:
        yield 1

    with pytest.raises(TypeError, match="is an async generator: it has none"):
        otelkit.observe(error_if=bool)(stream)


def test_an_ignored_exception_is_raised_and_is_no_error(telemetry: Capture) -> None:
    @otelkit.observe("options.ignoring", ignore=LookupError)
    def ignoring() -> None:
        raise KeyError("k")

    with pytest.raises(KeyError):
        ignoring()
    assert telemetry.span("options.ignoring").status == "unset"
    assert telemetry.logs == []


# span, metrics, new_trace, kind, attributes


def test_without_span_there_are_metrics_and_without_metrics_a_span(telemetry: Capture) -> None:
    otelkit.observe("options.no_span", span=False)(review)("c")
    otelkit.observe("options.no_metrics", metrics=False)(review)("c")
    assert [span.name for span in telemetry.spans] == ["options.no_metrics"]
    points = telemetry.points("otelkit.operation.duration")
    assert [point.attributes["operation"] for point in points] == ["options.no_span"]


def test_without_a_span_the_measurement_still_leads_to_the_callers(telemetry: Capture) -> None:
    with trace.get_tracer("tests").start_as_current_span("caller"):
        otelkit.observe("options.inner", span=False)(review)("c")
    (exemplar,) = telemetry.histogram("otelkit.operation.duration", operation="options.inner").exemplars
    assert exemplar.span_id == telemetry.span("caller").span_id


def test_new_trace_begins_a_trace_that_links_to_the_caller_and_keeps_its_baggage(telemetry: Capture) -> None:
    @otelkit.observe("options.detached", new_trace=True)
    def detached() -> object:
        return baggage.get_baggage("tenant")

    with trace.get_tracer("tests").start_as_current_span("caller"):
        token = context.attach(baggage.set_baggage("tenant", "acme"))
        assert detached() == "acme"
        context.detach(token)
    detached()
    (first, second), caller = telemetry.spans_named("options.detached"), telemetry.span("caller")
    assert first.parent_id is None
    assert first.trace_id != caller.trace_id
    assert [(link.trace_id, link.span_id) for link in first.links] == [(caller.trace_id, caller.span_id)]
    assert second.links == ()


def test_kind_and_attributes_are_on_every_span(telemetry: Capture) -> None:
    consume: Callable[..., None] = otelkit.observe(
        "options.consume",
        kind="consumer",
        attributes={"messaging.system": "kafka", "ports": [1, 2], "absent": None},
    )(review)
    consume("c")
    consume("c")
    for span in telemetry.spans:
        assert span.kind == "consumer"
        assert (span.attributes["messaging.system"], span.attributes["ports"]) == ("kafka", (1, 2))
        assert "absent" not in span.attributes


# slo, buckets, registry


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "promises nothing"),
        ({"success": 99.9}, "Did you mean 0.999?"),
        ({"success": 1}, "between 0 and 1"),
        ({"success": "high"}, "between 0 and 1"),
        ({"latency": (0, 0.99)}, "above 0"),
        ({"latency": (float("inf"), 0.99)}, "above 0"),
        ({"latency": (0.25, 99)}, "Did you mean 0.99?"),
        ({"latency": (0.25,)}, "pair"),
        ({"latency": 0.25}, "pair"),
    ],
)
def test_an_objective_that_makes_no_sense_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Slo(**options)


def test_an_operation_has_its_own_buckets(telemetry: Capture) -> None:
    otelkit.observe("options.buckets", buckets=(0.1, 0.3, 60), slo=Slo(latency=(0.3, 0.9)))(review)("c")
    assert telemetry.histogram("otelkit.operation.duration", operation="options.buckets").bounds == (0.1, 0.3, 60)


def make_function(module: str, name: str) -> Any:
    def function() -> None: ...

    function.__module__, function.__qualname__ = module, name
    return function


@pytest.mark.parametrize("options", [{"buckets": (1, 2)}, {"slo": Slo(success=0.9)}], ids=["buckets", "slo"])
def test_two_callables_of_one_name_must_agree(options: dict[str, Any]) -> None:
    name = f"options.shared.{'-'.join(options)}"
    otelkit.observe(name)(make_function("shop.a", "pay"))
    with pytest.raises(ValueError, match=f"operation '{name}' is"):
        otelkit.observe(name, **options)(make_function("shop.b", "pay"))
    otelkit.observe(name)(make_function("shop.c", "pay"))
    places = {each.place for each in otelkit.registered_operations() if each.name == name}
    assert places == {"shop.a.pay", "shop.c.pay"}


def test_two_modules_that_come_to_one_default_name_are_told_so(telemetry: Capture) -> None:
    otelkit.observe(make_function("shop.views", "show"))
    otelkit.observe(make_function("shop.views", "show"))  # a reload is no clash
    with pytest.raises(ValueError, match=re.escape("Give one a name of its own: @observe('blog.views.show')")):
        otelkit.observe(
            make_function("blog.views", "show")
        )  # in tests wrong use raises; in production it is logged once
    assert telemetry.spans == []


def test_a_generator_finds_operations_by_importing_a_module_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "import otelkit\n"
        "@otelkit.observe('shop.pay', slo=otelkit.Slo(success=0.9, latency=(0.25, 0.99)), labels={'tier': ('free',)})\n"
        "async def pay(tier): ...\n"
        "@otelkit.observe(buckets=(1, 2))\n"
        "class Cart:\n"
        "    def add(self): ...\n"
    )
    program = (
        "import shop, otelkit\n"
        "for each in otelkit.registered_operations():\n"
        "    print(each.name, each.place, each.buckets[-1], each.slo, [label.name for label in each.labels])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "shop.Cart.add shop.Cart.add 2.0 None []",
        "shop.pay shop.pay 10.0 Slo(success=0.9, latency=(0.25, 0.99)) ['tier']",
    ]
