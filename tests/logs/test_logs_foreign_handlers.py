"""OpenTelemetry handlers of others are found and reported, and no record is exported twice because of them."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler

from otelkit.signals.log_capture import foreign_handlers, report
from otelkit.signals.log_capture.structured import get_logger
from tests.logs.collected import Keeps

if TYPE_CHECKING:
    from tests.logs.collected import Collected


def sdk_handler(provider: LoggerProvider, level: int = logging.NOTSET) -> logging.Handler:
    with warnings.catch_warnings():  # deprecated in favour of a class that behaves the same
        warnings.simplefilter("ignore", DeprecationWarning)
        return LoggingHandler(level=level, logger_provider=provider)


class Subclassed(LoggingHandler):
    """What applications that adapt the handler do."""


def test_a_foreign_handler_on_the_same_provider_doubles_nothing(collected: Collected) -> None:
    logging.getLogger().addHandler(sdk_handler(collected.provider))
    logging.getLogger("a").info("hello", extra={"n": 1})
    get_logger("a").warning("structured", n=2)
    assert [record.body for record in collected.records] == ["hello", "structured n=2"]
    assert [record.attributes["n"] for record in collected.records] == [1, 2]


def test_what_the_foreign_handler_leaves_out_is_still_captured(collected: Collected) -> None:
    handler = sdk_handler(collected.provider, level=logging.ERROR)
    handler.addFilter(lambda record: "private" not in record.getMessage())
    logging.getLogger().addHandler(handler)
    not_propagating = logging.getLogger("uvicorn")
    not_propagating.propagate = False
    logging.getLogger("a").info("below its level")
    logging.getLogger("a").error("private")
    logging.getLogger("a").error("its own")
    not_propagating.error("beside it")
    assert [record.body for record in collected.records] == ["below its level", "private", "its own", "beside it"]


def test_a_foreign_handler_on_a_provider_of_its_own_is_left_alone(collected: Collected) -> None:
    theirs = Keeps()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(theirs)
    logging.getLogger().addHandler(sdk_handler(provider))
    logging.getLogger("a").info("hello")
    assert len(collected.records) == len(theirs.logs) == 1


def test_foreign_handlers_are_in_the_report(collected: Collected) -> None:
    assert foreign_handlers() == ()
    logging.getLogger().addHandler(sdk_handler(collected.provider))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        logging.getLogger("shop").addHandler(Subclassed(logger_provider=LoggerProvider(shutdown_on_exit=False)))
    root, shop = foreign_handlers()
    assert "LoggingHandler on logger 'root' already exports log records; otelkit leaves these to it" in root
    assert "Subclassed on logger 'shop' already exports log records to a provider of its own" in shop
    assert set(foreign_handlers()) <= set(report())
