"""Nothing that an application puts into a record can raise, hang, or lose the record."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otelkit.signals.log_capture.json_lines import json_line
from otelkit.signals.log_capture.plain_values import MAX_ITEMS, MAX_STRING, plain
from otelkit.signals.log_capture.pretty_lines import pretty_line
from otelkit.signals.log_capture.structured import get_logger

if TYPE_CHECKING:
    from tests.logs.collected import Collected


class Broken:
    def __str__(self) -> NoReturn:
        raise RuntimeError("no text")

    __repr__ = __str__
    __hash__ = object.__hash__


class BrokenMapping(dict[str, object]):
    def items(self) -> NoReturn:
        raise RuntimeError("no items")

    __str__ = Broken.__str__
    __repr__ = __str__


class EndlessText:
    def __str__(self) -> str:
        return str(self)


def cyclic() -> object:
    around: dict[str, object] = {}
    around["self"] = [around]
    return around


def deep() -> object:
    nested: object = "bottom"
    for _ in range(3_000):
        nested = {"in": nested}
    return nested


HOSTILE = [Broken(), BrokenMapping(a=1), EndlessText(), cyclic(), deep(), object(), type, lambda: None, 10**5000]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("position", ["field", "message", "argument", "key", "nested"])
def test_a_hostile_value_loses_nothing(collected: Collected, value: object, position: str) -> None:
    collected.without_pytest_handlers()
    log = logging.getLogger("a")
    match position:
        case "field":
            log.info("m", extra={"it": value, "kept": 1})
            get_logger("a").info("m", it=value, kept=1)
        case "message":
            log.info(value)
            get_logger("a").info(value)  # type: ignore[arg-type]
        case "argument":
            log.info("m %s", value)
            get_logger("a").info("m %s", value)
        case "key":
            hashable = value if type(value).__hash__ is not None else id(value)
            log.info("m", extra={"it": {hashable: 1}, "kept": 1})
            get_logger("a").info("m", it={hashable: 1}, kept=1)
        case _:
            log.info("m", extra={"it": [{"a": value}], "kept": 1})
            get_logger("a").info("m", it=[{"a": value}], kept=1)
    records = collected.records
    assert len(records) == 2
    if position not in {"message", "argument"}:
        assert [record.attributes["kept"] for record in records] == [1, 1]


def test_large_values_are_cut_with_a_note_and_the_body_is_whole(collected: Collected) -> None:
    get_logger("a").info("x" * 60_000, text="y" * 100_000, many=list(range(10_000)))
    record = collected.one
    assert record.body == "x" * 60_000
    text = str(record.fields["text"])
    assert len(text) <= MAX_STRING
    assert text.endswith(f"[{100_000 - text.count('y') + 1} characters left out by otelkit]")
    assert isinstance(record.fields["many"], tuple)
    assert len(record.fields["many"]) <= MAX_ITEMS + 1
    assert record.fields["many"][-1] == "... more left out by otelkit"


def test_an_object_that_logs_in_its_own_str_gets_both_records_out(collected: Collected) -> None:
    class Talkative:
        def __str__(self) -> str:
            logging.getLogger("inner").info("being rendered")
            return "talkative"

    get_logger("outer").info("m", it=Talkative())
    assert sorted(str(record.scope) for record in collected.records) == ["inner", "outer"]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
    | st.decimals()
    | st.datetimes()
    | st.uuids()
    | st.builds(Broken),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=30,
)


def is_plain(value: object) -> bool:
    if isinstance(value, dict):
        members = cast("dict[object, object]", value)
        return all(type(name) is str and is_plain(member) for name, member in members.items())
    if isinstance(value, list):
        return all(is_plain(member) for member in cast("list[object]", value))
    if type(value) is int:
        return -(2**63) <= value < 2**63
    if type(value) is str:
        return bool(value.encode()) or value == ""
    return value is None or type(value) in {bool, float, bytes}


@given(value=values)
def test_every_value_becomes_plain(value: object) -> None:
    assert is_plain(plain(value))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(event=st.text(), fields=st.dictionaries(st.text(), values, max_size=5))
def test_every_event_arrives_and_is_one_line_of_json(collected: Collected, event: str, fields: dict[str, Any]) -> None:
    from otelkit.signals.log_capture.entry import entry_at

    collected.clear()
    get_logger("a").info(event, extra=fields)
    assert len(collected.records) == 1
    entry = entry_at(time_ns=1, logger=event, level=20, message=event, fields=fields, place=("f", 1, "g"))
    line = json_line(entry, "svc")
    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == entry.message
    shown = pretty_line(entry, colours=False)
    assert shown.isprintable() or not any(character < " " or "\x7f" <= character <= "\x9f" for character in shown)
    assert len(shown.splitlines()) == 1
