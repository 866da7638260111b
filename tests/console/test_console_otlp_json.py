"""OTLP's JSON, written by hand after the specification and its examples: hex ids, 64-bit integers as text or number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.console.talking import JSON, get, post

if TYPE_CHECKING:
    from otelkit.console.server import ConsoleServer

TRACES: dict[str, Any] = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeSpans": [
                {
                    "scope": {
                        "name": "my.library",
                        "version": "1.0.0",
                        "attributes": [{"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}],
                    },
                    "spans": [
                        {
                            "traceId": "5B8EFFF798038103D269B633813FC60C",
                            "spanId": "EEE19B7EC3C1B174",
                            "parentSpanId": "EEE19B7EC3C1B173",
                            "name": "I'm a server span",
                            "startTimeUnixNano": "1544712660000000000",
                            "endTimeUnixNano": 1544712661000000000,
                            "kind": 2,
                            "status": {"code": 2, "message": "no"},
                            "attributes": [
                                {"key": "text", "value": {"stringValue": "x"}},
                                {"key": "number as text", "value": {"intValue": "7"}},
                                {"key": "number", "value": {"intValue": 8}},
                                {"key": "bytes", "value": {"bytesValue": "AAEC"}},
                                {
                                    "key": "nested",
                                    "value": {
                                        "kvlistValue": {
                                            "values": [{"key": "traceId", "value": {"stringValue": "not an id"}}]
                                        }
                                    },
                                },
                                {"key": "list", "value": {"arrayValue": {"values": [{"doubleValue": 0.5}, {}]}}},
                                {"key": "nan", "value": {"doubleValue": "NaN"}},
                            ],
                            "events": [{"timeUnixNano": "1544712660500000000", "name": "e", "attributes": []}],
                            "links": [{"traceId": "00000000000000000000000000000001", "spanId": "0000000000000002"}],
                            "unknownField": {"is": "ignored"},
                        }
                    ],
                }
            ],
        }
    ]
}

LOGS: dict[str, Any] = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeLogs": [
                {
                    "scope": {"name": "my.library"},
                    "logRecords": [
                        {
                            "timeUnixNano": "1544712660300000000",
                            "observedTimeUnixNano": "1544712660300000000",
                            "severityNumber": 10,
                            "severityText": "Information",
                            "traceId": "5b8efff798038103d269b633813fc60c",
                            "spanId": "eee19b7ec3c1b174",
                            "body": {"stringValue": "Example log record"},
                            "attributes": [{"key": "boolean.attribute", "value": {"boolValue": True}}],
                        },
                        {
                            "observedTimeUnixNano": "1544712660400000000",
                            "severityNumber": 17,
                            "eventName": "order.lost",
                            "body": {
                                "kvlistValue": {"values": [{"key": "order", "value": {"stringValue": 'say "A-1"'}}]}
                            },
                        },
                    ],
                }
            ],
        }
    ]
}

METRICS: dict[str, Any] = {
    "resourceMetrics": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeMetrics": [
                {
                    "scope": {"name": "my.library"},
                    "metrics": [
                        {
                            "name": "my.counter",
                            "unit": "1",
                            "description": "I am a Counter",
                            "sum": {
                                "aggregationTemporality": 2,
                                "isMonotonic": True,
                                "dataPoints": [
                                    {
                                        "asInt": "5",
                                        "startTimeUnixNano": "1544712660300000000",
                                        "timeUnixNano": "1544712660300000000",
                                        "attributes": [{"key": "k", "value": {"stringValue": "v"}}],
                                        "exemplars": [
                                            {
                                                "timeUnixNano": "1544712660300000000",
                                                "asDouble": 1.5,
                                                "traceId": "5b8efff798038103d269b633813fc60c",
                                                "spanId": "eee19b7ec3c1b174",
                                            }
                                        ],
                                    }
                                ],
                            },
                        },
                        {
                            "name": "my.histogram",
                            "histogram": {
                                "aggregationTemporality": 2,
                                "dataPoints": [
                                    {
                                        "timeUnixNano": "1544712660300000000",
                                        "count": "3",
                                        "sum": 3,
                                        "bucketCounts": ["1", 1, "1"],
                                        "explicitBounds": [1, 2.5],
                                        "min": 0,
                                        "max": 3,
                                    }
                                ],
                            },
                        },
                    ],
                }
            ],
        }
    ]
}


def post_json(console: ConsoleServer, signal: str, payload: object) -> dict[str, Any]:
    answer = post(console, signal, json.dumps(payload).encode(), content_type="application/json; charset=utf-8")
    assert (answer.status, answer.headers["content-type"]) == (200, JSON), answer
    said: dict[str, Any] = answer.json()
    return said


def test_spans_in_json_arrive_with_hex_ids_and_every_kind_of_value(console: ConsoleServer) -> None:
    assert post_json(console, "traces", TRACES) == {}
    (span,) = get(console, "/api/traces/5b8efff798038103d269b633813fc60c")["spans"]
    assert (span["spanId"], span["parentSpanId"]) == ("eee19b7ec3c1b174", "eee19b7ec3c1b173")
    assert (span["kind"], span["status"], span["statusMessage"]) == ("server", "error", "no")
    assert (span["startTime"], span["duration"]) == ("1544712660000000000", 1_000_000_000)
    assert span["attributes"] == {
        "text": "x",
        "number as text": 7,
        "number": 8,
        "bytes": "AAEC",
        "nested": {"traceId": "not an id"},
        "list": [0.5, None],
        "nan": "NaN",
    }
    assert span["events"] == [{"name": "e", "time": "1544712660500000000", "attributes": {}}]
    assert span["links"] == [{"traceId": f"{1:032x}", "spanId": f"{2:016x}", "attributes": {}}]


def test_log_records_in_json_arrive_with_structured_bodies_and_named_severities(console: ConsoleServer) -> None:
    assert post_json(console, "logs", LOGS) == {}
    lost, example = get(console, "/api/logs")["logs"]
    assert (example["severityText"], example["body"], example["eventName"]) == (
        "Information",
        "Example log record",
        None,
    )
    assert example["traceId"] == "5b8efff798038103d269b633813fc60c"
    # without a time of its own, the time it was observed counts; without a text, the severity's standard name
    assert (lost["time"], lost["severityText"], lost["eventName"]) == ("1544712660400000000", "ERROR", "order.lost")
    assert lost["body"] == {"order": 'say "A-1"'}


def test_metrics_in_json_arrive_with_exemplars(console: ConsoleServer) -> None:
    assert post_json(console, "metrics", METRICS) == {}
    counter = get(console, "/api/metrics/my.counter")
    assert counter["series"] == [
        {
            "service": "my.service",
            "instance": None,
            "attributes": {"k": "v"},
            "points": [{"time": "1544712660300000000", "value": 5}],
        }
    ]
    (exemplar,) = counter["exemplars"]
    assert (exemplar["value"], exemplar["traceId"], exemplar["stored"]) == (
        1.5,
        "5b8efff798038103d269b633813fc60c",
        False,
    )
    (series,) = get(console, "/api/metrics/my.histogram")["series"]
    assert series["points"] == [
        {
            "time": "1544712660300000000",
            "count": 3,
            "sum": 3.0,
            "min": 0.0,
            "max": 3.0,
            "bounds": [1.0, 2.5],
            "buckets": [1, 1, 1],
        }
    ]


def test_rejected_records_are_told_in_json_too(console: ConsoleServer) -> None:
    spans = [{"traceId": "00" * 16, "spanId": "01" * 8, "startTimeUnixNano": 1}]
    said = post_json(console, "traces", {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    assert said == {
        "partialSuccess": {
            "rejectedSpans": "1",
            "errorMessage": "rejected: trace id is not 16 bytes, or all zero (1)",
        }
    }


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"[]", "an export request is a JSON object"),
        (b'{"resourceSpans": 1}', "OTLP JSON"),
        (b'{"resourceSpans": [1]}', "OTLP JSON"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}', "traceId 'xyz' is not hex"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "1e400"}]}]}]}', "OTLP JSON"),
        (b'{"resourceSpans": ' + b"[" * 100_000, "OTLP JSON"),
        (b'{"resourceSpans": ' + b"9" * 10_000 + b"}", "OTLP JSON"),
        (b'"\xff"', "OTLP JSON"),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "\\ud800"}]}]}]}', "OTLP JSON"),
    ],
)
def test_what_is_not_otlp_json_is_refused_with_a_status_in_json(console: ConsoleServer, body: bytes, why: str) -> None:
    answer = post(console, "traces", body, content_type=JSON)
    assert (answer.status, answer.headers["content-type"]) == (400, JSON)
    status = answer.json()
    assert status["code"] == 3
    assert why in status["message"]
