"""Whatever bytes arrive, the answer is one of the few that OTLP knows, and the console goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otelkit.console.intake import Intake
from otelkit.console.store.database import Database
from otelkit.console.store.log_queries import LogFilter, list_logs
from otelkit.console.store.metric_queries import MetricFilter, list_metrics, one_metric
from otelkit.console.store.overview_queries import list_services, stats
from otelkit.console.store.recorder import Recorder
from otelkit.console.store.trace_queries import TraceFilter, list_traces, one_trace
from tests.console.payloads import log, log_request, metric_request, span, sum_metric, trace_request
from tests.console.talking import JSON, PROTOBUF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.message import Message

    from otelkit.console.intake import Signal
    from otelkit.console.records import JsonValue

SIGNALS = st.sampled_from(["traces", "metrics", "logs"])
FUZZ = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def field_names(*requests: type[Message]) -> list[str]:
    """The names of all fields of some messages and of the messages within."""
    waiting = [request.DESCRIPTOR for request in requests]
    seen: set[str] = set()
    names: set[str] = set()
    while waiting:
        message = waiting.pop()
        seen.add(message.full_name)
        names |= {field.json_name for field in message.fields}
        inner = [field.message_type for field in message.fields if field.message_type is not None]
        waiting += [one for one in inner if one.full_name not in seen]
    return sorted(names)


FIELDS = field_names(ExportTraceServiceRequest, ExportMetricsServiceRequest, ExportLogsServiceRequest)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "1544712660300000000", "NaN", "1", "", "0"]
    ),
)
OTLP_LIKE = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, min_size=1, max_size=5)
    ),
    max_leaves=30,
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    opened = Database(None)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def intake(database: Database) -> Intake:
    return Intake(Recorder(database))


def take(intake: Intake, signal: Signal, body: bytes, content_type: str, content_encoding: str = "") -> int:
    reply = intake.take(signal, body, content_type=content_type, content_encoding=content_encoding)
    if reply.status != 200 and content_type == JSON:
        assert json.loads(reply.body)["message"]
    return reply.status


def read_everything(database: Database) -> None:
    """Whatever was taken in can be shown, as JSON without NaN."""
    with database.reading() as connection:
        answers: list[Any] = [
            list_services(connection),
            stats(connection),
            list_logs(connection, LogFilter(limit=1000)),
        ]
        traces = list_traces(connection, TraceFilter(limit=1000))
        metrics = list_metrics(connection, None)
        answers += [traces, metrics]
        for trace in answers[3]["traces"]:
            answers.append(one_trace(connection, bytes.fromhex(trace["traceId"])))
        for metric in answers[4]["metrics"]:
            answers.append(one_metric(connection, metric["name"], MetricFilter()))
    assert None not in answers
    json.dumps(answers, allow_nan=False).encode()


@FUZZ
@given(signal=SIGNALS, body=st.binary(max_size=300), content_encoding=st.sampled_from(["", "gzip", "deflate", "x"]))
def test_any_bytes_are_taken_in_or_refused(intake: Intake, signal: Signal, body: bytes, content_encoding: str) -> None:
    assert take(intake, signal, body, PROTOBUF, content_encoding) in {200, 400, 413, 415}


@FUZZ
@given(signal=SIGNALS, payload=OTLP_LIKE)
def test_any_json_is_taken_in_or_refused(intake: Intake, database: Database, signal: Signal, payload: object) -> None:
    assert take(intake, signal, json.dumps(payload).encode(), JSON) in {200, 400}
    read_everything(database)


def places(value: JsonValue) -> list[tuple[Any, str | int]]:
    """Every part of a JSON value, as what holds it and where."""
    if not isinstance(value, (dict, list)):
        return []
    parts: list[tuple[Any, str | int]] = []
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        parts += [(value, key), *places(part)]
    return parts


WELL_FORMED: dict[Signal, dict[str, Any]] = {
    "traces": json_format.MessageToDict(trace_request([span(1, 1), span(1, 2, parent=1, attributes={"a": "b"})])),
    "logs": json_format.MessageToDict(log_request([log("text", trace=1, attributes={"a": 1})])),
    "metrics": json_format.MessageToDict(metric_request(sum_metric("n", 1, delta=True, attributes={"a": "b"}))),
}


@FUZZ
@given(signal=SIGNALS, data=st.data())
def test_a_good_request_with_one_part_replaced_is_taken_in_or_refused(
    intake: Intake, database: Database, signal: Signal, data: st.DataObject
) -> None:
    payload = json.loads(json.dumps(WELL_FORMED[signal]))
    holder, key = data.draw(st.sampled_from(places(payload)))
    holder[key] = data.draw(OTLP_LIKE)
    assert take(intake, signal, json.dumps(payload).encode(), JSON) in {200, 400}
    read_everything(database)


@FUZZ
@given(signal=SIGNALS, data=st.data())
def test_a_good_request_with_bytes_flipped_is_taken_in_or_refused(
    intake: Intake, database: Database, signal: Signal, data: st.DataObject
) -> None:
    messages = {
        "traces": trace_request([span(1, 1), span(1, 2, parent=1, attributes={"a": "b"})]),
        "logs": log_request([log("text", trace=1, attributes={"a": 1})]),
        "metrics": metric_request(sum_metric("n", 1, delta=True, attributes={"a": "b"})),
    }
    body = bytearray(messages[signal].SerializeToString())
    for index in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
        body[index] = data.draw(st.integers(0, 255))
    assert take(intake, signal, bytes(body), PROTOBUF) in {200, 400}
    read_everything(database)
