"""What records say about exceptions: whole text, type, message, a stable fingerprint, and each exception once."""

from __future__ import annotations

import gc
import logging
import pickle
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import pytest
from loguru import logger as loguru_logger

from otelkit.integrations.loguru import instrument_loguru
from otelkit.signals.log_capture import uninstall
from otelkit.signals.log_capture.exceptions import (
    MAX_TEXT,
    error_type,
    exception_message,
    exception_text,
    fingerprint,
    log_exception_once,
)
from otelkit.signals.log_capture.structured import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.trace import Tracer

    from tests.logs.collected import Collected


class CardRefusedError(Exception):
    """An application's own exception."""


class UnspeakableError(Exception):
    __slots__ = ()

    def __str__(self) -> NoReturn:
        raise RuntimeError("no text")


def caught(function: Callable[[], object]) -> BaseException:
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - every kind is of interest
        return error
    raise AssertionError("nothing was raised")


def refuse(reason: str = "stolen") -> NoReturn:
    raise CardRefusedError(reason)


def refuse_because() -> NoReturn:
    try:
        refuse()
    except CardRefusedError as error:
        raise ValueError("no payment") from error


def recurse(depth: int) -> object:
    return recurse(depth - 1) if depth else refuse()


def refuse_in_group(*reasons: str) -> NoReturn:
    raise BaseExceptionGroup("two of them", [caught(partial(refuse, reason)) for reason in reasons])


@pytest.mark.parametrize("library", ["stdlib", "structlog", "loguru"])
def test_the_whole_traceback_is_in_the_body_and_no_attribute(collected: Collected, library: str) -> None:
    loguru_logger.remove()
    with instrument_loguru():
        try:
            refuse_because()
        except ValueError:
            match library:
                case "stdlib":
                    logging.getLogger("a").exception("failed")
                case "structlog":
                    get_logger("a").exception("failed")
                case _:
                    loguru_logger.exception("failed")
    record = collected.one
    assert record.severity_text == "ERROR"
    assert record.text.startswith("failed\nTraceback (most recent call last):\n")
    assert "CardRefusedError: stolen" in record.text
    assert record.text.endswith("ValueError: no payment")
    assert record.attributes["exception.type"] == "ValueError"
    assert record.attributes["exception.message"] == "no payment"
    assert len(str(record.attributes["otelkit.exception.fingerprint"])) == 16
    assert "exception.stacktrace" not in record.attributes


async def test_an_exception_logged_asynchronously_is_whole_too(collected: Collected) -> None:
    try:
        refuse()
    except CardRefusedError:
        await get_logger("a").aexception("failed")
    assert collected.one.text.endswith("CardRefusedError: stolen")


def test_exc_info_may_be_an_exception_or_a_tuple_and_nothing_current_is_nothing(collected: Collected) -> None:
    error = caught(refuse)
    get_logger("a").error("m", exc_info=error)
    get_logger("a").error("m", exc_info=(type(error), error, error.__traceback__))
    get_logger("a").error("m", exc_info=True)
    logging.getLogger("a").error("m", exc_info=True)  # noqa: LOG014 - nothing to be found is the case
    given, as_tuple, nothing, stdlib_nothing = collected.records
    assert given.text == as_tuple.text != "m"
    assert nothing.body == stdlib_nothing.body == "m"


def test_text_of_more_than_60_kilobytes_is_whole(collected: Collected) -> None:
    try:
        refuse("x" * 70_000)
    except CardRefusedError:
        get_logger("a").exception("m")
    assert "x" * 70_000 in collected.one.text
    assert "left out by otelkit" in str(collected.one.attributes["exception.message"])


def test_text_is_cut_only_beyond_a_megabyte_and_says_so() -> None:
    text = exception_text(CardRefusedError("x" * (MAX_TEXT + 500)))
    assert len(text) < MAX_TEXT + 100
    assert "characters left out by otelkit" in text
    assert text.startswith("tests.logs.test_logs_exceptions.CardRefusedError: xxx")


def test_causes_contexts_notes_and_groups_are_in_the_text() -> None:
    error = caught(lambda: refuse_in_group("lost", "stolen"))
    error.add_note("asked twice")
    text = exception_text(error)
    assert "ExceptionGroup: two of them (2 sub-exceptions)" in text
    assert "CardRefusedError: lost" in text
    assert "CardRefusedError: stolen" in text
    assert "asked twice" in text


def test_a_suppressed_context_is_left_out() -> None:
    def raise_from_none() -> NoReturn:
        try:
            refuse()
        except CardRefusedError:
            raise ValueError("clean") from None

    assert "CardRefused" not in exception_text(caught(raise_from_none))


def test_exceptions_that_cannot_speak_are_handled(collected: Collected) -> None:
    def speak_not() -> NoReturn:
        raise UnspeakableError

    error = caught(speak_not)
    assert "UnspeakableError" in exception_text(error)
    assert exception_message(error) == f"<{__name__}.UnspeakableError: its __str__ failed>"
    assert len(fingerprint(error)) == 16
    assert log_exception_once(error, logger_name="a", message="m", fields={})
    assert collected.one.attributes["exception.type"] == f"{__name__}.UnspeakableError"


def test_a_recursion_error_is_handled() -> None:
    def forever() -> object:
        return forever()

    error = caught(forever)
    assert "RecursionError" in exception_text(error)
    assert fingerprint(error) == fingerprint(caught(forever))


def test_exceptions_that_cause_each_other_end() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert len(fingerprint(first)) == 16
    assert "ValueError: a" in exception_text(first)


def test_an_exception_that_lies_about_its_cause_is_handled(collected: Collected) -> None:
    class LyingError(Exception):
        @property
        def __cause__(self) -> NoReturn:  # type: ignore[override] # a broken class is what this test is about
            raise RuntimeError("lie")

    error = LyingError("x")
    assert "LyingError: x" in exception_text(error)
    assert len(fingerprint(error)) == 16
    collected.expect_internal_errors("log_capture.exception_text", "log_capture.fingerprint")


def test_error_types_are_few_and_qualified() -> None:
    assert error_type(KeyError("a")) == "KeyError"
    assert error_type(CardRefusedError) == f"{__name__}.CardRefusedError"


def test_fingerprints_ignore_messages_lines_and_recursion_depth() -> None:
    first = caught(lambda: refuse("a"))
    second = caught(lambda: refuse("b"))
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(caught(lambda: recurse(3))) == fingerprint(caught(lambda: recurse(9)))


def test_fingerprints_tell_types_places_and_causes_apart() -> None:
    def refuse_elsewhere() -> NoReturn:
        raise CardRefusedError

    def refuse_plainly() -> NoReturn:
        raise ValueError

    errors = [caught(refuse), caught(refuse_elsewhere), caught(refuse_plainly), caught(refuse_because)]
    assert len({fingerprint(error) for error in errors}) == 4


def test_the_order_in_which_a_group_s_members_failed_does_not_matter() -> None:
    def value() -> NoReturn:
        raise ValueError("x")

    def members(*functions: Callable[[], object]) -> NoReturn:
        raise BaseExceptionGroup("g", [caught(function) for function in functions])

    one = caught(lambda: members(refuse, value))
    other = caught(lambda: members(value, refuse, refuse))
    assert fingerprint(one) == fingerprint(other)


def test_fingerprints_are_the_same_in_every_process() -> None:
    from tests.program import output

    source = """
        from otelkit.signals.log_capture.exceptions import fingerprint
        def fail(): raise KeyError("x")
        try: fail()
        except KeyError as error: print(fingerprint(error))
    """
    assert output(source, {"PYTHONHASHSEED": "1"}) == output(source, {"PYTHONHASHSEED": "2"})


def test_an_exception_is_logged_once_however_many_calls_it_crosses(collected: Collected, tracer: Tracer) -> None:
    with tracer.start_as_current_span("outer"):
        error = caught(refuse)
        logged = [
            log_exception_once(error, logger_name="pay", message="failed", fields={"otelkit.operation": "pay"})
            for _ in range(3)
        ]
    assert logged == [True, False, False]
    record = collected.one
    assert record.scope == "pay"
    assert record.attributes["otelkit.operation"] == "pay"
    assert record.attributes["code.function.name"] == "refuse"
    assert record.attributes["code.file.path"] == __file__


def test_an_exception_is_logged_once_for_each_trace_that_it_reaches(collected: Collected, tracer: Tracer) -> None:
    error = caught(refuse)
    for _ in range(2):
        with tracer.start_as_current_span("request"):
            for _ in range(2):
                log_exception_once(error, logger_name="a", message="m", fields={})
    assert len({record.trace_id for record in collected.records}) == len(collected.records) == 2


def test_the_mark_travels_with_a_pickled_exception(collected: Collected, tracer: Tracer) -> None:
    with tracer.start_as_current_span("request"):
        error = caught(refuse)
        assert log_exception_once(error, logger_name="a", message="m", fields={})
        assert not log_exception_once(pickle.loads(pickle.dumps(error)), logger_name="a", message="m", fields={})  # noqa: S301 - our own
    assert len(collected.records) == 1


def test_levels_hold_and_nothing_is_logged_without_the_logs_signal(collected: Collected) -> None:
    logging.getLogger("quiet").setLevel(logging.CRITICAL)
    assert not log_exception_once(caught(refuse), logger_name="quiet", message="m", fields={})
    assert log_exception_once(caught(refuse), logger_name="quiet", message="m", severity="critical", fields={})
    assert log_exception_once(caught(refuse), logger_name="a", message="m", severity="warning", fields={})
    assert [record.severity_text for record in collected.records] == ["FATAL", "WARN"]
    uninstall()
    assert not log_exception_once(caught(refuse), logger_name="a", message="m", fields={})


def test_no_frame_and_nothing_of_the_application_is_kept(collected: Collected) -> None:
    class Payload:
        pass

    def work() -> weakref.ref[Payload]:
        payload = Payload()
        alive = weakref.ref(payload)
        try:
            refuse()
        except CardRefusedError as error:
            log_exception_once(error, logger_name="a", message="m", fields={})
        return alive

    collected.without_pytest_handlers()
    gc.disable()
    try:
        alive = work()
        assert alive() is None
    finally:
        gc.enable()
    assert len(collected.records) == 1


def test_logging_the_same_exception_from_many_threads_ends_well(collected: Collected) -> None:
    error = caught(refuse)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(64):
            pool.submit(log_exception_once, error, logger_name="a", message="m", fields={})
    assert 1 <= len(collected.records) <= 8
    assert sys.getrefcount(error) < 10
