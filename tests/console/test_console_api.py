"""The REST API: shapes to the last field, filters, pages, and words for wrong parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.console.payloads import (
    SECOND,
    START,
    any_value,
    key_values,
    log,
    log_request,
    metric_request,
    span,
    span_id,
    sum_metric,
    trace_id,
    trace_request,
)
from tests.console.talking import get, request, send

if TYPE_CHECKING:
    from otelkit.console.server import ConsoleServer

HEX = "0123456789abcdef"


def traces(console: ConsoleServer, **query: str | int) -> list[str]:
    """Names of the traces' heads, as listed."""
    return [trace["rootName"] for trace in get(console, f"/api/traces?{urlencode(query)}")["traces"]]


def bodies(console: ConsoleServer, **query: str | int) -> list[Any]:
    return [found["body"] for found in get(console, f"/api/logs?{urlencode(query)}")["logs"]]


def test_the_list_of_traces_has_this_shape(console: ConsoleServer) -> None:
    send(console, trace_request([span(1, 2, parent=1, name="child", start=START + 10, duration=50, error=True)]))
    send(console, trace_request([span(1, 1, name="root", duration=40)], service="gateway"))
    assert get(console, "/api/traces") == {
        "traces": [
            {
                "traceId": f"{1:032x}",
                "rootName": "root",
                "rootService": "gateway",
                "startTime": str(START),
                "duration": 60,
                "spanCount": 2,
                "errorCount": 1,
                "services": ["gateway", "shop"],
                "complete": True,
            }
        ],
        "next": None,
    }


def test_one_trace_has_this_shape(console: ConsoleServer) -> None:
    made = span(1, 2, parent=1, name="child", duration=50, error=True, attributes={"order": "A-1"})
    made.kind = Span.SPAN_KIND_CLIENT
    made.status.message = "refused"
    made.events.add(name="retry", time_unix_nano=START + 1, attributes=key_values({"attempt": 2}))
    made.links.add(trace_id=trace_id(9), span_id=span_id(8), attributes=key_values({"why": "batch"}))
    send(console, trace_request([made]))
    send(console, log_request([log("later", trace=1, time=START + 5), log("earlier", trace=1), log("other", trace=2)]))
    answer = get(console, f"/api/traces/{1:032x}")
    logs = answer.pop("logs")
    assert answer == {
        "traceId": f"{1:032x}",
        "startTime": str(START),
        "duration": 50,
        "spanCount": 1,
        "errorCount": 1,
        "complete": False,
        "spans": [
            {
                "spanId": f"{2:016x}",
                "parentSpanId": f"{1:016x}",
                "name": "child",
                "kind": "client",
                "service": "shop",
                "scope": "tests",
                "startTime": str(START),
                "duration": 50,
                "status": "error",
                "statusMessage": "refused",
                "attributes": {"order": "A-1"},
                "events": [{"name": "retry", "time": str(START + 1), "attributes": {"attempt": 2}}],
                "links": [{"traceId": f"{9:032x}", "spanId": f"{8:016x}", "attributes": {"why": "batch"}}],
                "resource": {"service.name": "shop"},
            }
        ],
    }
    assert [found["body"] for found in logs] == ["earlier", "later"]
    assert request(console, "GET", f"/api/traces/{1:032X}").status == 200  # digits in either case


def test_the_list_of_logs_has_this_shape(console: ConsoleServer) -> None:
    record = log("refused", trace=1, severity=17, attributes={"order": "A-1"})
    record.event_name = "order.refused"
    send(console, log_request([record]))
    (found,) = get(console, "/api/logs")["logs"]
    assert found | {"id": ""} == {
        "id": "",
        "time": str(START),
        "severityNumber": 17,
        "severityText": "ERROR",
        "body": "refused",
        "service": "shop",
        "scope": "tests",
        "traceId": f"{1:032x}",
        "spanId": f"{1:016x}",
        "attributes": {"order": "A-1"},
        "resource": {"service.name": "shop"},
        "eventName": "order.refused",
    }
    assert found["id"]


def test_services_and_stats_count_what_is_there(console: ConsoleServer) -> None:
    send(console, trace_request([span(1, 1), span(1, 2, parent=1)]))
    send(console, trace_request([span(2, 1)], service="bank"))
    send(console, log_request([log("a", trace=1), log("b")]))
    send(console, metric_request(sum_metric("x", 1), sum_metric("y", 1, attributes={"a": 1}), service="bank"))
    services = get(console, "/api/services")["services"]
    assert [(one["name"], one["spans"], one["logs"], one["metrics"]) for one in services] == [
        ("bank", 1, 0, 2),
        ("shop", 2, 2, 0),
    ]
    assert all(int(one["lastSeen"]) > START for one in services)
    assert get(console, "/api/stats") == {
        "spans": 3,
        "traces": 2,
        "logs": 2,
        "metricPoints": 2,
        "exemplars": 0,
        "logsWithTrace": 1,
        "rejected": 0,
        "evicted": {"spans": 0, "logs": 0, "metricPoints": 0, "exemplars": 0},
    }


def test_an_empty_console_answers_everything(console: ConsoleServer) -> None:
    assert get(console, "/api/services") == {"services": []}
    assert get(console, "/api/traces") == {"traces": [], "next": None}
    assert get(console, "/api/logs") == {"logs": [], "next": None}
    assert get(console, "/api/metrics") == {"metrics": []}
    assert request(console, "GET", f"/api/traces/{1:032x}").status == 404
    missing = request(console, "GET", "/api/metrics/x")
    assert (missing.status, list(missing.json())) == (404, ["error"])


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(1, None)], "complete"),
        ([(1, None), (2, 1), (3, 2)], "complete"),
        ([(3, 2), (2, 1), (1, None)], "complete"),
        ([(2, 1)], "incomplete"),
        ([(1, None), (3, 2)], "incomplete"),
        ([(1, None), (2, None)], "incomplete"),
        ([(2, 3), (3, 2)], "incomplete"),
    ],
)
@pytest.mark.parametrize("batches", ["together", "apart"])
def test_a_trace_is_complete_with_one_root_and_no_parent_missing(
    console: ConsoleServer, spans: list[tuple[int, int | None]], expected: str, batches: str
) -> None:
    made = [span(1, number, parent=parent) for number, parent in spans]
    for batch in [made] if batches == "together" else [[one] for one in made]:
        send(console, trace_request(batch))
    (trace,) = get(console, "/api/traces")["traces"]
    assert trace["complete"] is (expected == "complete")


def test_a_trace_without_a_root_is_named_after_its_earliest_span_until_the_root_comes(console: ConsoleServer) -> None:
    send(console, trace_request([span(1, 3, parent=2, name="late", start=START + 9)]))
    send(console, trace_request([span(1, 2, parent=1, name="early", start=START + 5)]))
    assert traces(console) == ["early"]
    send(console, trace_request([span(1, 1, name="root", start=START + 7)]))
    assert traces(console) == ["root"]
    send(console, trace_request([span(1, 4, parent=1, name="earliest", start=START)]))
    assert traces(console) == ["root"]


def test_traces_are_filtered(console: ConsoleServer) -> None:
    send(console, trace_request([span(1, 1, name="fast", duration=1_500_000)]))
    failed = [span(2, 1, name="slow", start=START + 1, duration=SECOND), span(2, 2, parent=1, error=True, name="db")]
    send(console, trace_request(failed))
    send(console, trace_request([span(2, 3, parent=1, attributes={"order": 'A_1 "ä%"'})], service="bank"))
    assert traces(console) == ["slow", "fast"]
    assert traces(console, service="shop") == ["slow", "fast"]
    assert traces(console, service="bank") == ["slow"]
    assert traces(console, service="nobody") == []
    assert traces(console, status="error") == ["slow"]
    assert traces(console, status="ok") == ["fast"]
    assert traces(console, minDurationMs="1.5") == ["slow", "fast"]
    assert traces(console, minDurationMs="1.6") == ["slow"]
    assert traces(console, q="FAS") == ["fast"]
    assert traces(console, q="db") == ["slow"]
    assert traces(console, q='A_1 "ä%"') == ["slow"]
    assert traces(console, q="A%1") == []
    assert traces(console, q="A_2") == []
    assert traces(console, q=f"{2:032x}") == ["slow"]
    assert traces(console, q=f"{2:032x}"[:31]) == ["slow", "fast"]  # what both ids begin with
    assert traces(console, q=f"{3:032x}") == []
    assert traces(console, service="", q="", status="", minDurationMs="", limit="", before="") == ["slow", "fast"]


def test_logs_are_filtered(console: ConsoleServer) -> None:
    first = log("card 100% refused", severity=17, trace=1, attributes={"order": 'A_1 "ä"', "n": 7})
    second = log("ok", time=START + 1, severity=9)
    third = log("", time=START + 2, severity=0)
    third.body.CopyFrom(AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="said", value=any_value('"no"\n'))])))
    third.event_name = "order.lost"
    send(console, log_request([first, second, third]))
    send(console, log_request([log("bank", severity=13, time=START + 3)], service="bank"))
    lost = {"said": '"no"\n'}
    assert bodies(console) == ["bank", lost, "ok", "card 100% refused"]
    assert bodies(console, service="bank") == ["bank"]
    assert bodies(console, service="nobody") == []
    assert bodies(console, severity=13) == ["bank", "card 100% refused"]
    assert bodies(console, severity=17, service="shop") == ["card 100% refused"]
    assert bodies(console, traceId=f"{1:032x}") == ["card 100% refused"]
    assert bodies(console, traceId=f"{2:032X}") == []
    assert bodies(console, text="REFUSED") == ["card 100% refused"]
    assert bodies(console, text="100%") == ["card 100% refused"]
    assert bodies(console, text="c%d") == []
    assert bodies(console, text="c_rd") == []
    assert bodies(console, text='A_1 "ä"') == ["card 100% refused"]
    assert bodies(console, text="A\\1") == []
    assert bodies(console, text="order.lost") == [lost]
    assert bodies(console, text='"no"\n') == [lost]
    assert bodies(console, text="ok", service="bank") == []


@pytest.mark.parametrize("path", ["traces", "logs"])
def test_pages_meet_without_a_gap_or_a_repeat_even_at_one_moment(console: ConsoleServer, path: str) -> None:
    """Clocks of a millisecond's step give many records one time; paging by time alone would lose some."""
    moments = [START + (number // 4) * 1_000_000 for number in range(20)]
    send(console, trace_request([span(number + 1, 1, start=moment) for number, moment in enumerate(moments)]))
    send(console, log_request([log(str(number), time=moment) for number, moment in enumerate(moments)]))
    key = {"traces": "traceId", "logs": "id"}[path]
    everything = [item[key] for item in get(console, f"/api/{path}?limit=1000")[path]]
    seen: list[str] = []
    before = ""
    while True:
        page = get(console, f"/api/{path}?limit=3&before={before}")
        seen += [item[key] for item in page[path]]
        if page["next"] is None:
            break
        before = page["next"]
    assert len(seen) == 20
    assert seen == everything


def test_before_takes_plain_nanoseconds_too(console: ConsoleServer) -> None:
    send(console, log_request([log(str(second), time=START + second) for second in range(3)]))
    assert bodies(console, before=START + 2) == ["1", "0"]
    assert bodies(console, before=START) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/traces?limit=0", "limit must be a whole number from 1 to 1000, not '0'"),
        ("/api/traces?limit=1001", "limit must be a whole number from 1 to 1000"),
        ("/api/logs?limit=many", "limit must be a whole number from 1 to 1000, not 'many'"),
        ("/api/logs?limit=²", "limit must be a whole number"),
        ("/api/logs?severity=25", "severity must be a whole number from 0 to 24"),
        ("/api/logs?severity=-1", "severity must be a whole number from 0 to 24"),
        ("/api/logs?traceId=abc", "a trace id is 32 hex digits, not 'abc'"),
        (f"/api/logs?traceId={'g' * 32}", "a trace id is 32 hex digits"),
        ("/api/logs?before=yesterday", "before must be Unix nanoseconds or the `next` of an earlier answer"),
        (f"/api/logs?before={2**63}", "before must be Unix nanoseconds"),
        ("/api/logs?before=1.", "before must be Unix nanoseconds"),
        (f"/api/logs?text={'x' * 1001}", "text is longer than 1000 characters"),
        ("/api/traces?status=bad", "status must be one of error, ok, not 'bad'"),
        ("/api/traces?minDurationMs=-1", "minDurationMs must be a number of milliseconds"),
        ("/api/traces?minDurationMs=nan", "minDurationMs must be a number of milliseconds"),
        ("/api/traces?minDurationMs=inf", "minDurationMs must be a number of milliseconds"),
        ("/api/traces?minDurationMs=soon", "minDurationMs must be a number of milliseconds"),
        ("/api/traces?limt=1", "unknown parameter 'limt'; this path takes: service, q, status"),
        ("/api/traces?limit=1&limit=2", "parameter 'limit' is given twice"),
        ("/api/services?service=x", "unknown parameter 'service'; this path takes: none"),
        ("/api/traces/xyz", "a trace id is 32 hex digits, not 'xyz'"),
        ("/api/metrics/x?since=1h", "since must be a whole number"),
    ],
)
def test_a_wrong_parameter_is_named_in_words(console: ConsoleServer, path: str, said: str) -> None:
    answer = request(console, "GET", quote(path, safe="/?=&"))
    assert answer.status == 400
    assert answer.json()["error"].startswith(said)


def test_answers_are_not_kept_by_the_browser(console: ConsoleServer) -> None:
    headers = request(console, "GET", "/api/stats").headers
    assert (headers["cache-control"], headers["content-type"]) == ("no-store", "application/json")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_api_only_reads(console: ConsoleServer, method: str) -> None:
    assert request(console, method, "/api/stats").status == 405


def test_a_huge_trace_is_cut_and_says_how_large_it_is(console: ConsoleServer) -> None:
    for batch in range(6):
        numbers = range(batch * 2000 + 1, batch * 2000 + 2001)
        send(console, trace_request(span(1, number, start=START + number) for number in numbers))
    answer = get(console, f"/api/traces/{1:032x}")
    assert (len(answer["spans"]), answer["spanCount"]) == (10_000, 12_000)
