"""Whatever library logs, and however logging is configured: each record arrives exactly once."""

from __future__ import annotations

import io
import logging
import logging.config
import logging.handlers
import multiprocessing
import queue
import warnings
from typing import TYPE_CHECKING

import pytest
import structlog
from loguru import logger as loguru_logger
from opentelemetry import context as otel_context

from otelkit.integrations.loguru import instrument_loguru
from otelkit.signals.log_capture.structured import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.logs.collected import Collected

NAME = __name__  # a loguru record's logger is the module that logged

DICT_CONFIG: dict[str, object] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"memory": {"class": "logging.StreamHandler", "stream": io.StringIO()}},
    "root": {"level": "INFO", "handlers": ["memory"]},
    "loggers": {"uvicorn": {"handlers": ["memory"], "level": "INFO", "propagate": False}},
}


def by_stdlib(name: str) -> None:
    logging.getLogger(name).warning("paid %s", "much", extra={"amount": 12.5})


def by_structlog(name: str) -> None:
    get_logger(name).warning("paid much", amount=12.5)


def by_loguru(_name: str) -> None:
    loguru_logger.bind(amount=12.5).warning("paid {}", "much")


@pytest.fixture(autouse=True)
def _loguru_captured() -> Iterator[None]:
    """Loguru's records are captured, and its own sinks are taken away for the test."""
    loguru_logger.remove()
    with instrument_loguru():
        yield
    loguru_logger.remove()


def untouched() -> None:
    """Leave logging as it is."""


def dict_config() -> None:
    logging.config.dictConfig(DICT_CONFIG)


def basic_config_forced() -> None:
    logging.basicConfig(level=logging.INFO, stream=io.StringIO(), force=True)


def file_config() -> None:
    text = """
        [loggers]
        keys=root
        [handlers]
        keys=memory
        [formatters]
        keys=plain
        [logger_root]
        level=INFO
        handlers=memory
        [handler_memory]
        class=NullHandler
        formatter=plain
        args=()
        [formatter_plain]
        format=%(message)s
    """
    lines = io.StringIO("\n".join(line.strip() for line in text.splitlines()))
    logging.config.fileConfig(lines, disable_existing_loggers=False)


def not_propagating() -> None:
    logging.getLogger(NAME).propagate = False
    logging.getLogger("tests").propagate = False


def many_handlers() -> None:
    for name in ("", "tests", NAME):
        logging.getLogger(name).addHandler(logging.StreamHandler(io.StringIO()))
        logging.getLogger(name).addHandler(logging.StreamHandler(io.StringIO()))


def through_a_queue() -> None:
    """Handlers behind a queue, as asynchronous applications have them, which log again what they receive."""
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()

    class LogsAgain(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logging.getLogger("again").handle(record)

    class ListensAtOnce(logging.handlers.QueueHandler):
        def enqueue(self, record: logging.LogRecord) -> None:
            super().enqueue(record)
            listener.handle(waiting.get())

    listener = logging.handlers.QueueListener(waiting, LogsAgain())
    logging.getLogger("again").propagate = False
    logging.getLogger().addHandler(ListensAtOnce(waiting))


def intercepted_by_loguru() -> None:
    """The handler from loguru's documentation that sends all of stdlib logging to loguru."""

    class InterceptHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            loguru_logger.opt(depth=6, exception=record.exc_info).log(record.levelname, record.getMessage())

    logging.basicConfig(handlers=[InterceptHandler()], level=0, force=True)


def propagated_by_loguru() -> None:
    """The handler from loguru's documentation that sends all of loguru to stdlib logging."""

    class PropagateHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logging.getLogger(record.name).handle(record)

    loguru_logger.add(PropagateHandler(), format="{message}")


def loguru_reset() -> None:
    loguru_logger.remove()
    loguru_logger.add(io.StringIO())


def structlog_configured() -> None:
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], cache_logger_on_first_use=True)


@pytest.fixture(autouse=True)
def _structlog_reset() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("write", [by_stdlib, by_structlog, by_loguru])
@pytest.mark.parametrize(
    "situation",
    [
        untouched,
        dict_config,
        basic_config_forced,
        file_config,
        not_propagating,
        many_handlers,
        through_a_queue,
        intercepted_by_loguru,
        propagated_by_loguru,
        loguru_reset,
        structlog_configured,
    ],
)
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_record_arrives_once_with_its_typed_field(
    collected: Collected, write: Callable[[str], None], situation: Callable[[], None], order: str
) -> None:
    situation()
    if order == "before":  # logging was configured first, then the capture installed (a second time)
        collected.install()
    write(NAME)
    record = collected.one
    assert record.scope == NAME
    assert record.body == "paid much"
    assert record.severity_text == "WARN"
    assert record.fields == {"amount": 12.5}
    assert record.attributes["code.file.path"] == __file__
    assert str(record.attributes["code.function.name"]) == write.__name__


def test_a_uvicorn_like_logger_that_does_not_propagate_is_captured(collected: Collected) -> None:
    dict_config()
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[1mStarted"})
    assert collected.one.body == "Started"
    assert collected.one.fields == {}


def test_disable_existing_loggers_means_what_it_means_in_the_standard_library(collected: Collected) -> None:
    old = logging.getLogger("old")
    log = get_logger("old")
    logging.config.dictConfig({**DICT_CONFIG, "disable_existing_loggers": True})
    old.error("gone")
    log.error("gone too")
    logging.getLogger("new").error("here")
    assert [record.body for record in collected.records] == ["here"]


def test_levels_and_filters_of_the_logger_hold(collected: Collected) -> None:
    logger = logging.getLogger("picky")
    logger.setLevel(logging.WARNING)
    logger.addFilter(lambda record: "secret" not in record.getMessage())
    log = get_logger("picky")
    logger.info("too low")
    log.info("too low")
    logger.warning("a secret")
    log.warning("a secret")
    log.warning("fine")
    assert [record.body for record in collected.records] == ["fine"]


def test_what_a_filter_of_the_application_rewrites_is_what_arrives(collected: Collected) -> None:
    def redact(record: logging.LogRecord) -> bool:
        record.msg = record.msg.replace("4111", "****")
        record.__dict__["card"] = "****"
        return True

    logging.getLogger("shop").addFilter(redact)
    get_logger("shop").info("paid with 4111", card="4111")
    assert (collected.one.body, collected.one.fields) == ("paid with ****", {"card": "****"})


def test_a_logger_adapter_and_logger_handle_are_captured_once(collected: Collected) -> None:
    logging.LoggerAdapter(logging.getLogger("adapted"), {"user": 7}).info("hi")
    record = logging.makeLogRecord({"name": "made", "msg": "by hand", "levelno": 40, "levelname": "ERROR"})
    logging.getLogger("made").handle(record)
    assert [(each.body, each.severity_text) for each in collected.records] == [("hi", "INFO"), ("by hand", "ERROR")]
    assert collected.records[0].fields == {"user": 7}


def test_captured_warnings_arrive_once(collected: Collected) -> None:
    logging.captureWarnings(capture=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old way", UserWarning, stacklevel=1)
    assert collected.one.scope == "py.warnings"
    assert "UserWarning: old way" in collected.one.text


def test_installing_twice_doubles_nothing_and_uninstalling_ends_it(collected: Collected) -> None:
    from otelkit.signals.log_capture import is_installed, uninstall

    original = logging.Logger.callHandlers
    collected.install()
    collected.install()
    logging.getLogger("a").info("one")
    assert len(collected.records) == 1
    uninstall()
    uninstall()
    assert not is_installed()
    logging.getLogger("a").info("two")
    assert len(collected.records) == 1
    assert logging.Logger.callHandlers is not original
    collected.install()
    logging.getLogger("a").warning("three")
    assert len(collected.records) == 2


def test_another_wrapper_around_the_same_method_survives_us_and_we_survive_it(
    collected: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    from otelkit.signals.log_capture import uninstall

    ours = logging.Logger.callHandlers
    seen: list[str] = []

    def theirs(self: logging.Logger, record: logging.LogRecord) -> None:
        seen.append(record.getMessage())
        ours(self, record)

    with monkeypatch.context() as patch:
        patch.setattr(logging.Logger, "callHandlers", theirs)
        uninstall()
        collected.install()
        seen.clear()
        logging.getLogger("a").info("one")
        assert seen == ["one"]
        assert len(collected.records) == 1
    uninstall()
    logging.getLogger("a").warning("two")
    collected.install()
    logging.getLogger("a").warning("three")
    assert [record.body for record in collected.records] == ["one", "three"]


def test_records_inside_suppressed_instrumentation_stay_out_of_opentelemetry(collected: Collected) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    token = otel_context.attach(otel_context.set_value("suppress_instrumentation", value=True))
    try:
        logging.getLogger("urllib3").debug("POST /v1/logs")
        loguru_logger.debug("also from within the exporter")
    finally:
        otel_context.detach(token)
    logging.getLogger("app").debug("mine")
    assert [record.body for record in collected.records] == ["mine"]


def test_of_what_an_exporter_says_only_warnings_reach_the_console(
    collected: Collected, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.install(console="json", level=logging.DEBUG)
    token = otel_context.attach(otel_context.set_value("suppress_instrumentation", value=True))
    try:
        logging.getLogger("urllib3").debug("POST /v1/logs")
        logging.getLogger("opentelemetry.exporter").warning("the collector is gone")
    finally:
        otel_context.detach(token)
    assert capsys.readouterr().err.count("\n") == 1
    assert collected.records == []


def _work(waiting: multiprocessing.Queue[logging.LogRecord]) -> None:
    """Log in another process, without otelkit there, to handlers that live in the parent."""
    root = logging.getLogger()
    root.handlers[:] = [logging.handlers.QueueHandler(waiting)]
    root.setLevel(logging.INFO)
    logging.getLogger("worker").info("from another process", extra={"shard": 3})


def test_records_of_worker_processes_that_log_to_their_parent_arrive_once(collected: Collected) -> None:
    spawn = multiprocessing.get_context("spawn")
    waiting: multiprocessing.Queue[logging.LogRecord] = spawn.Queue()
    worker = spawn.Process(target=_work, args=(waiting,))
    worker.start()
    record = waiting.get(timeout=30)
    worker.join()
    waiting.close()
    waiting.join_thread()
    logging.getLogger(record.name).handle(record)
    assert (collected.one.scope, collected.one.body) == ("worker", "from another process")
    assert collected.one.fields == {"shard": 3}
