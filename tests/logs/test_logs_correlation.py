"""What a record carries: trace ids, bound context, typed values, severity, time and the place that logged."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import structlog
from loguru import logger as loguru_logger

from otelkit.integrations.loguru import instrument_loguru
from otelkit.signals.bound_context import bind
from otelkit.signals.log_capture.structured import get_logger

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from tests.logs.collected import Collected


class Colour(Enum):
    RED = "red"


@dataclass
class Card:
    number: str
    limit: Decimal


def test_every_library_s_record_carries_the_ids_of_the_current_span(collected: Collected, tracer: Tracer) -> None:
    loguru_logger.remove()
    with instrument_loguru(), tracer.start_as_current_span("request") as span:
        logging.getLogger("a").info("one")
        get_logger("b").info("two")
        loguru_logger.info("three")
    ids = span.get_span_context()
    assert [(r.trace_id, r.span_id) for r in collected.records] == [(ids.trace_id, ids.span_id)] * 3
    collected.clear()
    get_logger("b").info("outside")
    assert (collected.one.trace_id, collected.one.span_id) == (0, 0)


def test_a_thread_s_records_carry_the_ids_of_its_own_context(collected: Collected, tracer: Tracer) -> None:
    with tracer.start_as_current_span("request"):
        thread = threading.Thread(target=lambda: logging.getLogger("a").info("no span here"))
        thread.start()
        thread.join()
    assert collected.one.trace_id == 0


@pytest.mark.parametrize(
    ("value", "received"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        ("text", "text"),
        (b"bytes", b"bytes"),
        (2**70, str(2**70)),
        ([1, "a", None], (1, "a", None)),
        ({"a": {"b": [1.5]}}, {"a": {"b": (1.5,)}}),
        ({1: "x"}, {"1": "x"}),
        (Colour.RED, "red"),
        (Decimal("9.90"), "9.90"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("/tmp"), "/tmp"),  # noqa: S108 - a value, not a file
        (Card("4111", Decimal(5)), {"number": "4111", "limit": "5"}),
        (frozenset({1}), (1,)),
        (ValueError("no"), "ValueError: no"),
        ("caf\u00e9 \ud800", "caf\u00e9 \\ud800"),
    ],
)
@pytest.mark.parametrize("library", ["stdlib", "structlog", "loguru"])
def test_values_arrive_typed(collected: Collected, library: str, value: object, received: object) -> None:
    loguru_logger.remove()
    with instrument_loguru():
        match library:
            case "stdlib":
                logging.getLogger("a").info("m", extra={"it": value})
            case "structlog":
                get_logger("a").info("m", it=value)
            case _:
                loguru_logger.bind(it=value).info("m")
    found = collected.one.fields["it"]
    assert (found, type(found)) == (received, type(received))


def test_numpy_s_scalars_arrive_as_numbers(collected: Collected) -> None:
    numpy = pytest.importorskip("numpy")
    get_logger("a").info("m", whole=numpy.int64(3), real=numpy.float32(0.25), truth=numpy.bool_(1))
    assert collected.one.fields == {"whole": 3, "real": 0.25, "truth": True}
    assert type(collected.one.fields["whole"]) is int


def test_fields_may_have_the_names_of_logging_s_own_attributes(collected: Collected) -> None:
    get_logger("a").info("m", name="n", msg="m2", args=[1], module="x", level=3, trace_id="mine", message="other")
    assert collected.one.fields == {
        "name": "n",
        "msg": "m2",
        "args": (1,),
        "module": "x",
        "level": 3,
        "trace_id": "mine",
        "message": "other",
    }


def test_bound_context_reaches_every_library_and_explicit_fields_win(collected: Collected) -> None:
    loguru_logger.remove()
    structlog.contextvars.bind_contextvars(request="r-1", tenant="theirs")
    try:
        with instrument_loguru(), bind(tenant="acme", case={"id": 7}):
            logging.getLogger("a").info("one")
            get_logger("b").bind(step=2).info("two", tenant="explicit")
            loguru_logger.info("three")
    finally:
        structlog.contextvars.clear_contextvars()
    one, two, three = collected.records
    assert one.fields == three.fields == {"request": "r-1", "tenant": "acme", "case": {"id": 7}}
    assert two.fields == {"request": "r-1", "tenant": "explicit", "case": {"id": 7}, "step": 2}


@pytest.mark.parametrize(
    ("level", "number", "text"),
    [
        (5, 3, "TRACE"),
        (10, 5, "DEBUG"),
        (20, 9, "INFO"),
        (25, 11, "INFO"),
        (30, 13, "WARN"),
        (40, 17, "ERROR"),
        (50, 21, "FATAL"),
        (99, 24, "FATAL"),
    ],
)
def test_levels_become_opentelemetry_severities(collected: Collected, level: int, number: int, text: str) -> None:
    collected.install(level=1)
    logging.getLogger("a").log(level, "m")
    get_logger("a").log(level, "m")
    assert [(r.severity, r.severity_text) for r in collected.records] == [(number, text)] * 2


def test_the_time_of_a_record_is_when_it_was_logged(collected: Collected) -> None:
    before = time.time_ns()
    get_logger("a").info("m")
    assert before - 1_000_000 <= collected.one.time_ns <= time.time_ns() + 1_000_000


def test_a_mapping_logged_as_the_message_stays_one(collected: Collected) -> None:
    logging.getLogger("a").info({"event": "paid", "amount": 3})
    assert collected.one.body == {"event": "paid", "amount": 3}


def test_percent_signs_mean_nothing_unless_arguments_are_given(collected: Collected) -> None:
    collected.without_pytest_handlers()
    log = get_logger("a")
    log.info("100% sure %s")
    log.info("hello %s, %d", "you", 3)
    log.info("hello %(name)s", {"name": "mapping"})
    log.info("one too few %s %s", *["x"])
    logging.getLogger("a").info("stdlib too few %s %s", *["x"])
    assert [record.body for record in collected.records] == [
        "100% sure %s",
        "hello you, 3",
        "hello mapping",
        "one too few %s %s ('x',)",
        "stdlib too few %s %s ('x',)",
    ]


async def test_async_methods_keep_the_trace_and_the_place(collected: Collected, tracer: Tracer) -> None:
    with tracer.start_as_current_span("request") as span:
        await get_logger("a").ainfo("async", n=1)
        await asyncio.gather(get_logger("a").awarning("both"), get_logger("a").alog(40, "levels"))
    first = collected.records[0]
    assert len(collected.records) == 3
    assert {r.trace_id for r in collected.records} == {span.get_span_context().trace_id}
    assert first.attributes["code.file.path"] == __file__
    assert first.attributes["code.function.name"] == "test_async_methods_keep_the_trace_and_the_place"


def test_the_stack_can_be_asked_for_and_stands_under_the_message(collected: Collected) -> None:
    get_logger("a").info("where", stack_info=True)
    logging.getLogger("a").info("where", stack_info=True)
    for record in collected.records:
        assert record.text.startswith("where\nStack (most recent call last):\n")
        assert "test_the_stack_can_be_asked_for" in record.text
        assert "otelkit/signals" not in record.text


def test_stacklevel_names_the_caller_of_the_caller(collected: Collected) -> None:
    def helper() -> None:
        get_logger("a").info("m", stacklevel=2)

    helper()
    assert collected.one.attributes["code.function.name"] == "test_stacklevel_names_the_caller_of_the_caller"


def test_a_logger_made_at_import_time_keeps_working_over_reinstallation(collected: Collected) -> None:
    from otelkit.signals.log_capture import uninstall

    log = get_logger("early").bind(app="x")
    uninstall()
    log.warning("dropped quietly by nobody", handled=False)
    collected.clear()
    collected.install()
    log.info("now")
    assert collected.one.fields == {"app": "x"}


def test_the_default_name_is_the_caller_s_module(collected: Collected) -> None:
    get_logger().info("m")
    assert collected.one.scope == __name__


def test_the_application_s_own_formatters_see_event_fields_and_ids(collected: Collected, tracer: Tracer) -> None:
    lines: list[str] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keeps()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s | %(score)s %(trace_id)s"))
    logging.getLogger().addHandler(handler)
    with tracer.start_as_current_span("s") as span:
        get_logger("a").info("scored 100%", score=0.93, who="two words")
    trace_id = f"{span.get_span_context().trace_id:032x}"
    assert lines == [f'INFO a scored 100% score=0.93 who="two words" | 0.93 {trace_id}']
    assert collected.one.fields == {"score": 0.93, "who": "two words"}


def test_without_capture_stdlib_records_are_left_alone_and_otelkit_s_loggers_arrive(collected: Collected) -> None:
    collected.install(capture=False)
    logging.getLogger("a").error("theirs")
    get_logger("a").info("ours")
    assert collected.one.body == "ours"


def test_more_fields_than_the_sdk_keeps_are_counted_instead_of_pushing_out_others(collected: Collected) -> None:
    get_logger("a").info("m", **{f"f{n}": n for n in range(150)})
    assert collected.one.attributes["otelkit.log.fields_left_out"] == 50
    assert collected.one.attributes["f0"] == 0
    assert "code.file.path" in collected.one.attributes
