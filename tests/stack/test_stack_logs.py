"""Log records in Loki: index labels, what belongs to the record, large ones, other programs' files, secrets."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from otelkit.cli.demonstration.example import SCORING
from tests.stack.asking import eventually
from tests.stack.producer import SERVICE
from tests.stack.traffic import Produced, produce

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.stack.asking import Line, Loki, Tempo
    from tests.stack.running import Stack
    from tests.stack.traffic import Replayed

pytestmark = pytest.mark.stack

LABELS = {"service_name", "service_namespace", "deployment_environment_name"}

REQUESTS, RECORDS = 20, 100

SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"  # noqa: S105 - made up


@pytest.fixture(scope="module")
def produced(stack: Stack) -> Produced:
    """Transactions whose failed ones have stack traces of more than 60 kB."""
    settings = {"OTEL_RESOURCE_ATTRIBUTES": "service.namespace=shop,service.version=1.2"}
    return produce(stack.collector.endpoint, 60, run="logs", depth=700, settings=settings)


@pytest.fixture(scope="module")
def lines(loki: Loki, produced: Produced) -> list[Line]:
    """Their log records."""
    asked = f'{{service_name="{SERVICE}"}} | run="logs"'
    return eventually(lambda: loki.lines(asked), lambda seen: len(seen) >= len(produced.transactions))


def test_each_log_record_arrives_once(lines: list[Line], produced: Produced) -> None:
    assert produced.lossless
    assert sorted(int(line.metadata["number"]) for line in lines) == [one.number for one in produced.transactions]


def test_loki_has_exactly_three_index_labels(lines: list[Line], loki: Loki, fraud: Replayed) -> None:
    assert fraud.answers
    assert {frozenset(line.labels) for line in lines} == {frozenset(LABELS)}
    assert loki.labels() == LABELS


def test_a_log_record_carries_its_trace_span_and_severity_beside_the_text(
    lines: list[Line], produced: Produced, tempo: Tempo
) -> None:
    assert {line.metadata["trace_id"] for line in lines} == produced.trace_ids()
    failed = next(line for line in lines if line.metadata["trace_id"] in produced.trace_ids("failed"))
    assert failed.metadata["severity_text"] == "ERROR"
    assert {line.metadata["severity_text"] for line in lines} == {"INFO", "ERROR"}
    spans = eventually(lambda: tempo.trace(failed.metadata["trace_id"]), bool)
    assert failed.metadata["span_id"] in {span.span_id for span in spans if span.name == "work"}


def test_typed_attributes_can_be_compared_as_numbers(loki: Loki, lines: list[Line]) -> None:
    slow = [line for line in lines if float(line.metadata.get("seconds", 0)) > 1]
    found = loki.lines(f'{{service_name="{SERVICE}"}} | run="logs" | seconds > 1')
    assert len(found) == len(slow) > 0


def test_an_exception_with_a_stack_trace_of_60_kilobytes_arrives_whole(lines: list[Line], produced: Produced) -> None:
    failed = [line for line in lines if line.metadata["trace_id"] in produced.trace_ids("failed")]
    assert len(failed) == len(produced.trace_ids("failed")) > 0
    for line in failed:
        assert len(line.text) > 60_000
        assert line.text.startswith("transaction failed\nTraceback (most recent call last)")
        assert "RefusedError: refused on purpose" in line.text[-300:]


@pytest.mark.parametrize(("size", "arrives"), [(60_000, 60_000), (300_000, 100_000)])
def test_a_large_attribute_of_another_sdk_arrives_whole_or_cut_but_arrives(
    size: int, arrives: int, stack: Stack, loki: Loki
) -> None:
    service = f"other-sdk-{size}"
    post_log(stack, service, body="failed", attributes={"exception.stacktrace": "x" * size})
    (line,) = eventually(lambda: loki.lines(f'{{service_name="{service}"}}'), bool)
    assert len(line.metadata["exception_stacktrace"]) == arrives


def test_log_lines_of_the_fraud_service_can_be_searched_by_business_attributes(loki: Loki, fraud: Replayed) -> None:
    flagged = sum(answer.scored and bool(answer.flagged) for answer in fraud.answers)
    asked = f'{{service_name="{SCORING}"}} |= "transaction scored" | flagged="true"'
    assert len(eventually(lambda: loki.lines(asked), lambda seen: len(seen) >= flagged)) == flagged > 0


def test_a_third_programs_log_file_arrives_under_its_own_name(stack: Stack, loki: Loki) -> None:
    trace_id, span_id = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    records = [
        "2026-11-21 10:00:00 started",
        json.dumps({"message": "GET /", "level": "error", "trace_id": trace_id, "span_id": span_id, "status": 502}),
    ]
    (stack.collector.log_files / "nginx.access.log").write_text("\n".join(records) + "\n")
    lines = eventually(lambda: loki.lines('{service_name="nginx"}'), lambda seen: len(seen) == 2)
    assert {line.text for line in lines} == set(records)
    parsed = next(line for line in lines if line.text.startswith("{"))
    assert (parsed.metadata["trace_id"], parsed.metadata["span_id"]) == (trace_id, span_id)
    assert (parsed.metadata["severity_text"], parsed.metadata["status"]) == ("error", "502")


def test_what_looks_like_a_secret_is_masked_on_its_way_through_the_collector(stack: Stack, loki: Loki) -> None:
    attributes = {
        "http.request.header.authorization": "Basic dXNlcjpwYXNz",
        "db.password": "hunter2",
        "note": f"the token is {SECRET}",
        "gen_ai.usage.input_tokens": "512",
    }
    post_log(stack, "careless", body=f"sent with {SECRET}", attributes=attributes)
    (line,) = eventually(lambda: loki.lines('{service_name="careless"}'), bool)
    everything = line.text + json.dumps(dict(line.metadata))
    assert SECRET not in everything
    assert "hunter2" not in everything
    assert "dXNlcjpwYXNz" not in everything
    assert line.metadata["gen_ai_usage_input_tokens"] == "512"


def test_a_backlog_of_large_records_does_not_choke_on_its_own_size(stack: Stack, loki: Loki) -> None:
    # 120 MB that waited together: as one batch Loki would refuse it for ever, and everything behind it would wait.
    stack.backends["loki"].stop()
    try:
        for number in range(REQUESTS):
            records = [log_record(f"{number}/{index} " + "y" * 60_000, {}) for index in range(RECORDS)]
            post_logs(stack, "backlog", records)
    finally:
        stack.backends["loki"].start()
        stack.backends["loki"].await_ready()
    asked, expected = 'sum(count_over_time({service_name="backlog"}[1h]))', REQUESTS * RECORDS
    assert eventually(lambda: loki.value(asked), lambda seen: seen >= expected) == expected


def log_record(body: str, attributes: Mapping[str, str]) -> dict[str, object]:
    """Make a log record as JSON."""
    return {
        "timeUnixNano": str(time.time_ns()),
        "severityNumber": 9,
        "body": {"stringValue": body},
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }


def post_logs(stack: Stack, service: str, records: list[dict[str, object]]) -> None:
    """Send log records as another SDK would."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    logs = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}
    httpx.post(f"{stack.collector.endpoint}/v1/logs", json=logs, trust_env=False, timeout=30).raise_for_status()


def post_log(stack: Stack, service: str, *, body: str, attributes: Mapping[str, str]) -> None:
    """Send one log record as another SDK would."""
    post_logs(stack, service, [log_record(body, attributes)])
