"""Audit records: their own stream and file, never filtered by level, and loud when they cannot be kept."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from otelkit.runtime.internal_errors import internal_errors
from otelkit.signals.bound_context import bind
from otelkit.signals.log_capture import report, uninstall
from otelkit.signals.log_capture.audit import audit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from opentelemetry.trace import Tracer

    from tests.logs.collected import Collected


def audited(directory: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (directory / "audit.jsonl").read_text().splitlines()]


def test_an_audit_record_reaches_its_file_and_opentelemetry_and_no_other_file(
    collected: Collected, tracer: Tracer, tmp_path: Path
) -> None:
    collected.install(directory=tmp_path)
    with tracer.start_as_current_span("s") as span, bind(user="ada"):
        audit("model.promoted", model="fraud", version=12, event="a field of that name")
    ids = span.get_span_context()
    [line] = audited(tmp_path)
    assert line["event"] == line["message"] == "model.promoted"
    assert line["trace_id"] == f"{ids.trace_id:032x}"
    assert (line["user"], line["model"], line["version"]) == ("ada", "fraud", 12)
    assert line["field.event"] == "a field of that name"
    record = collected.one
    assert (record.event_name, record.body, record.scope) == ("model.promoted", "model.promoted", "otelkit.audit")
    assert record.attributes["otelkit.log.stream"] == "audit"
    assert record.attributes["version"] == 12
    assert record.attributes["code.file.path"] == __file__
    assert (record.trace_id, record.span_id) == (ids.trace_id, ids.span_id)
    assert not (tmp_path / "app.jsonl").exists()


def test_outside_of_a_span_the_trace_id_is_null(collected: Collected, tmp_path: Path) -> None:
    collected.install(directory=tmp_path)
    audit("model.promoted")
    assert audited(tmp_path)[0]["trace_id"] is None


def test_no_level_filters_an_audit_record(collected: Collected, tmp_path: Path) -> None:
    collected.install(directory=tmp_path, level=logging.CRITICAL, capture=False, levels={"otelkit": logging.CRITICAL})
    logging.disable(logging.CRITICAL)
    audit("model.promoted")
    assert len(audited(tmp_path)) == len(collected.records) == 1


def test_an_audit_record_from_within_the_delivery_of_another_record_is_kept(
    collected: Collected, tmp_path: Path
) -> None:
    from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord

    class Audits(LogRecordProcessor):
        def on_emit(self, log_record: ReadWriteLogRecord) -> None:
            if log_record.log_record.body == "hello":
                for number in range(300):
                    audit("seen", number=number)

        def shutdown(self) -> None: ...

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return timeout_millis > 0

    collected.provider.add_log_record_processor(Audits())
    collected.install(directory=tmp_path)
    logging.getLogger("a").info("hello")
    assert [line["number"] for line in audited(tmp_path)] == list(range(300))


def test_a_line_that_its_file_cannot_take_goes_to_stderr_and_into_the_report(
    collected: Collected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collected.install(directory=tmp_path)
    (tmp_path / "audit.jsonl").mkdir()
    audit("model.promoted", model="fraud")
    err = capsys.readouterr().err
    assert "otelkit: audit record not written" in err
    assert '"model": "fraud"' in err
    assert next(record.body for record in collected.records) == "model.promoted"
    assert any(line.startswith("AUDIT RECORDS NOT WRITTEN") for line in report())
    collected.expect_internal_errors("log_capture.audit: IsADirectoryError")


def test_before_init_an_audit_record_is_refused_loudly(collected: Collected) -> None:
    uninstall()
    audit("model.promoted")
    assert "'model.promoted' was not kept: call otelkit.init()" in internal_errors()[0].text
    collected.expect_internal_errors("log_capture.audit: RuntimeError")
