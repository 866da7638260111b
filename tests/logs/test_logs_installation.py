"""Installing from settings, levels, and leaving nothing behind."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord

from otelkit.settings import load_settings
from otelkit.signals.log_capture import install, is_installed, report, uninstall
from otelkit.signals.log_capture.options import CaptureOptions, options_from
from otelkit.signals.log_capture.structured import get_logger
from tests.program import output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.logs.collected import Collected


def test_options_come_from_the_settings(tmp_path: Path) -> None:
    environ = {
        "OTEL_SERVICE_NAME": "shop",
        "OTELKIT_LOGS_LEVEL": "warning",
        "OTELKIT_LOGS_LEVELS": "shop.payments=debug,urllib3=error",
        "OTELKIT_LOGS_CONSOLE": "json",
        "OTELKIT_LOGS_DIRECTORY": str(tmp_path),
        "OTELKIT_LOGS_FILE_MAX_BYTES": "5000",
        "OTELKIT_LOGS_COMPRESS_FILES": "false",
        "OTELKIT_LOGS_RETENTION_DAYS": "7",
        "OTELKIT_LOGS_AUDIT_RETENTION_DAYS": "365",
        "OTELKIT_LOGS_CAPTURE": "false",
    }
    settings = load_settings(environ=environ, directory=tmp_path)
    assert not settings.problems
    assert options_from(settings) == CaptureOptions(
        service="shop",
        capture=False,
        level=logging.WARNING,
        insist_on_level=True,
        levels={"shop.payments": logging.DEBUG, "urllib3": logging.ERROR},
        console="json",
        directory=tmp_path,
        file_max_bytes=5000,
        compress=False,
        retention_days=7,
        audit_retention_days=365,
    )


def test_without_settings_the_defaults_hold_and_the_level_is_not_insisted_on(tmp_path: Path) -> None:
    options = options_from(load_settings(environ={}, directory=tmp_path))
    assert (options.console, options.level, options.insist_on_level) == ("auto", logging.INFO, False)
    assert (options.retention_days, options.audit_retention_days) == (30, 90)


def test_install_takes_settings_and_is_repeatable(collected: Collected, tmp_path: Path) -> None:
    settings = load_settings(environ={"OTELKIT_LOGS_CONSOLE": "off", "OTELKIT_LOGS_LEVEL": "info"}, directory=tmp_path)
    install(settings)
    install(settings)
    assert is_installed()
    get_logger("a").info("hello")
    assert collected.one.body == "hello"
    assert "console: off" in report()
    uninstall()
    assert report() == ("log records are not captured",)


def test_the_default_level_is_applied_only_where_nobody_configured_logging(collected: Collected) -> None:
    root = logging.getLogger()
    uninstall()
    root.setLevel(logging.WARNING)
    collected.install(insist_on_level=False)
    assert root.level == logging.INFO
    uninstall()
    assert root.level == logging.WARNING
    root.setLevel(logging.ERROR)
    collected.install(insist_on_level=False)
    assert root.level == logging.ERROR
    uninstall()
    root.setLevel(logging.WARNING)
    handler = logging.NullHandler()
    root.addHandler(handler)
    collected.install(insist_on_level=False)
    assert root.level == logging.WARNING
    collected.install(insist_on_level=True, level=logging.DEBUG)
    assert root.level == logging.DEBUG


def test_single_loggers_have_levels_of_their_own_and_get_theirs_back(collected: Collected) -> None:
    logging.getLogger("shop").setLevel(logging.CRITICAL)
    collected.install(levels={"shop": logging.DEBUG, "noisy": logging.ERROR})
    get_logger("shop.payments").debug("heard")
    get_logger("noisy.child").warning("not heard")
    assert collected.one.body == "heard"
    collected.install(levels={"noisy": logging.INFO})
    assert logging.getLogger("shop").level == logging.CRITICAL
    logging.getLogger("noisy").setLevel(logging.WARNING)  # the application's word is the last
    uninstall()
    assert logging.getLogger("noisy").level == logging.WARNING


def test_the_root_s_level_may_be_given_by_name(collected: Collected) -> None:
    collected.install(levels={"root": logging.ERROR})
    get_logger("a").warning("too low")
    get_logger("a").error("heard")
    assert collected.one.body == "heard"


def test_uninstalling_leaves_nothing_behind(collected: Collected) -> None:
    uninstall()
    method, handlers, level = logging.Logger.callHandlers, list(logging.root.handlers), logging.root.level
    assert method.__module__ == "logging"
    collected.install()
    uninstall()
    assert logging.Logger.callHandlers is method
    assert (logging.root.handlers, logging.root.level) == (handlers, level)


def test_a_processor_that_raises_or_logs_harms_neither_application_nor_record(collected: Collected) -> None:
    class Bad(LogRecordProcessor):
        def on_emit(self, log_record: ReadWriteLogRecord) -> None:
            logging.getLogger("inside").info("about %s", log_record.log_record.body)
            raise RuntimeError("bad processor")

        def shutdown(self) -> None: ...

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return timeout_millis > 0

    collected.provider.add_log_record_processor(Bad())
    stop = threading.Timer(30, lambda: None)
    stop.start()
    for logger in (logging.getLogger("a"), get_logger("a")):
        before = len(collected.records)
        logger.info("hello")
        assert len(collected.records) < before + 300
    stop.cancel()
    assert "hello" in [record.body for record in collected.records]
    collected.internal_errors_expected = True


def test_a_record_logged_by_a_signal_handler_during_delivery_is_not_lost() -> None:
    source = """
        import logging, signal, itertools
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, InMemoryLogRecordExporter
        from otelkit.signals.proxies import logger as proxy
        from otelkit.signals.log_capture.installation import install_options, uninstall
        from otelkit.signals.log_capture.options import CaptureOptions
        exporter, provider = InMemoryLogRecordExporter(), LoggerProvider(shutdown_on_exit=False)
        provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_queue_size=1_000_000))
        proxy.switch(provider)
        install_options(CaptureOptions(console="off"))
        handled = 0
        def handle(*_):
            global handled
            handled += 1
            logging.getLogger("signal").info("in the handler")
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
        written = 0
        while handled < 200:
            logging.getLogger("main").info("in the main thread")
            written += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        logging.getLogger("main").info("last")
        provider.force_flush()
        names = [log.instrumentation_scope.name for log in exporter.get_finished_logs()]
        print(names.count("signal") == handled, names.count("main") == written + 1)
    """
    assert output(source, timeout=60) == "True True"


def test_importing_the_room_loads_neither_structlog_nor_loguru_nor_the_sdk() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, otelkit.signals.log_capture, otelkit.signals.log_capture.exceptions\n"
                "print([name for name in ('structlog', 'loguru', 'opentelemetry.sdk') if name in sys.modules])"
            ),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("missing", ["loguru"])
def test_a_missing_extra_names_the_command_that_installs_it(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from otelkit.integrations.loguru import instrument_loguru
    from otelkit.integrations.missing import MissingExtraError

    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'otelkit\[loguru\]'"):
        instrument_loguru()
