"""The comparison at the end of a bounded run: it holds when all is there, and names what is not.

Telemetry of two requests is sent to a real console, each time with one piece missing, doubled or wrong.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otelkit.cli.demonstration.acceptance import accepted_signals
from otelkit.cli.demonstration.answers import Answer, Tally
from otelkit.cli.demonstration.arrival import compare
from otelkit.cli.demonstration.console_reader import ConsoleReader
from otelkit.cli.demonstration.example import REPUTATION, SCORING
from otelkit.cli.demonstration.services_words import Sent, Words, words_in
from otelkit.console.server import ConsoleServer

if TYPE_CHECKING:
    from pathlib import Path

    from otelkit.cli.demonstration.arrival import Verdict

SCORED, LABELLED = "a" * 32, "b" * 32


@dataclass
class Telemetry:
    """What the two services sent about one scored transaction and its label; a test breaks one piece of it."""

    spans: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _span(SCORED, "1", None, "server", SCORING, status=201),
            _span(SCORED, "2", "1", "internal", SCORING),
            _span(SCORED, "3", "2", "client", SCORING),
            _span(SCORED, "4", "3", "server", REPUTATION, status=200),
            _span(LABELLED, "5", None, "server", SCORING, status=200),
        ]
    )
    logs: list[tuple[str, str]] = field(
        default_factory=lambda: [(SCORING, SCORED), (SCORING, SCORED), (REPUTATION, SCORED), (SCORING, LABELLED)]
    )
    requests: dict[str, int] = field(default_factory=lambda: {SCORING: 2, REPUTATION: 1})
    counters: dict[str, dict[str, int]] = field(
        default_factory=lambda: {
            "otelkit.model.prediction.count": {"label=phishing": 1},
            "otelkit.model.score": {"model=text": 1},
            "otelkit.fraud.transaction.count": {"result=flagged": 1, "result=clean": 0},
            "otelkit.fraud.outcome.count": {"outcome=tp": 1, "outcome=fp": 0},
        }
    )
    exemplars: list[str] = field(default_factory=lambda: [SCORED])

    def span(self, number: str) -> dict[str, Any]:
        return next(span for span in self.spans if span["spanId"] == number * 16)

    def send(self, url: str) -> None:
        for service in (SCORING, REPUTATION):
            spans = [span for span in self.spans if span["service"] == service]
            _post(url, "traces", service, spans)
            logs = [
                {"timeUnixNano": _now(), "severityNumber": 9, "body": {"stringValue": "line"}, "traceId": trace_id}
                for named, trace_id in self.logs
                if named == service
            ]
            _post(url, "logs", service, logs)
            _post(url, "metrics", service, self._metrics(service))

    def _metrics(self, service: str) -> list[dict[str, Any]]:
        exemplars = [
            {"timeUnixNano": _now(), "asDouble": 0.1, "traceId": each, "spanId": "1" * 16} for each in self.exemplars
        ]
        point = {
            **_point(),
            "count": str(self.requests[service]),
            "sum": 0.2,
            "explicitBounds": [1.0],
            "bucketCounts": [str(self.requests[service]), "0"],
            "exemplars": exemplars if service == SCORING else [],
        }
        duration = {"name": "http.server.request.duration", "unit": "s"}
        metrics = [{**duration, "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}]
        if service == SCORING:
            for name, series in self.counters.items():
                points = [{**_point(each), "asInt": str(count)} for each, count in series.items()]
                total = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}
                metrics.append({"name": name, "sum": total})
        return metrics


ANSWERS = (
    Answer(kind="transaction", status=201, trace_id=SCORED, duration_s=0.1, reputation_attempts=1, flagged=True),
    Answer(kind="label", status=200, trace_id=LABELLED, duration_s=0.1, outcome="tp"),
)

WORDS = {
    SCORING: Words(
        lines_of_trace={SCORED: 2, LABELLED: 1},
        sent={
            "traces": Sent(accepted=4, failed=0, complete=True),
            "logs": Sent(accepted=3, failed=0, complete=True),
            "metrics": Sent(accepted=7, failed=0, complete=True),
        },
    ),
    REPUTATION: Words(
        lines_of_trace={SCORED: 1},
        sent={
            "traces": Sent(accepted=1, failed=0, complete=True),
            "logs": Sent(accepted=1, failed=0, complete=True),
            "metrics": Sent(accepted=1, failed=0, complete=True),
        },
    ),
}


def verdict_on(
    telemetry: Telemetry, answers: tuple[Answer, ...] = ANSWERS, words: dict[str, Words] | None = None
) -> Verdict:
    with ConsoleServer(port=0) as console:
        telemetry.send(console.url)
        with ConsoleReader(console.url) as reader:
            return compare(answers, WORDS if words is None else words, reader)


def test_when_everything_is_there_it_holds() -> None:
    verdict = verdict_on(Telemetry())

    assert verdict.problems == ()
    assert [row for row in verdict.rows if not row.holds] == []
    assert verdict.holds


Break = Callable[[Telemetry], object]

WRONG: dict[str, tuple[Break, str]] = {
    "a whole trace is missing": (lambda sent: sent.spans.remove(sent.span("5")), "nothing of it arrived"),
    "the root is missing": (lambda sent: sent.spans.remove(sent.span("1")), "its roots are []"),
    "a middle span is missing": (lambda sent: sent.spans.remove(sent.span("2")), "without their parent"),
    "the other service's span is missing": (lambda sent: sent.spans.remove(sent.span("4")), "1 calls without"),
    "it is joined elsewhere": (lambda sent: sent.span("4").update(parentSpanId="2" * 16), "1 calls without"),
    "it is of the same service": (lambda sent: sent.span("4").update(service=SCORING), "1 calls without"),
    "the caller's span is missing": (
        lambda sent: sent.span("3").update(kind=1),
        "1 calls to the reputation service, 0 client spans",
    ),
    "the status is another": (
        lambda sent: sent.span("1").update(attributes=_attributes({"http.response.status_code": 500})),
        "answered with 201, its server span says 500",
    ),
    "a log line arrived twice": (lambda sent: sent.logs.append((SCORING, LABELLED)), "2 log lines"),
    "an exemplar points nowhere": (lambda sent: sent.exemplars.append("c" * 32), "no trace cccc"),
    "there is no exemplar": (lambda sent: sent.exemplars.clear(), "no histogram brought an exemplar"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_piece_that_is_missing_or_wrong_is_named(wrong: str) -> None:
    damage, complaint = WRONG[wrong]
    telemetry = Telemetry()
    damage(telemetry)

    verdict = verdict_on(telemetry)

    assert not verdict.holds
    assert complaint in "\n".join(verdict.problems)


DIFFERS: dict[str, tuple[Break, str]] = {
    "a log line less": (lambda sent: sent.logs.pop(), f"lines of {SCORING} within a trace"),
    "a log line under another trace": (
        lambda sent: sent.logs.__setitem__(3, (SCORING, SCORED)),
        f"lines of {SCORING} within a trace",
    ),
    "a request less": (
        lambda sent: sent.requests.update({SCORING: 1}),
        "requests in http.server.request.duration",
    ),
    "a call counted twice": (
        lambda sent: sent.requests.update({REPUTATION: 2}),
        "the same, of the calls between the services",
    ),
    "another result": (
        lambda sent: sent.counters["otelkit.fraud.transaction.count"].update({"result=flagged": 0}),
        "transactions flagged",
    ),
    "an outcome more": (
        lambda sent: sent.counters["otelkit.fraud.outcome.count"].update({"outcome=fp": 1}),
        "outcomes fp",
    ),
    "a metric less": (
        lambda sent: sent.counters.pop("otelkit.model.prediction.count"),
        "predictions in otelkit.model.prediction.count",
    ),
    "another metric less": (lambda sent: sent.counters.pop("otelkit.model.score"), "scores in otelkit.model.score"),
    "a span less": (lambda sent: sent.spans.pop(1), "all spans, by the services' own count"),
}


@pytest.mark.parametrize("differs", DIFFERS)
def test_a_count_that_differs_fails_its_row(differs: str) -> None:
    damage, row = DIFFERS[differs]
    telemetry = Telemetry()
    damage(telemetry)

    verdict = verdict_on(telemetry)

    assert not verdict.holds
    assert row in [each.what for each in verdict.rows if not each.holds]


def test_a_request_without_an_answer_or_without_a_trace_id_is_named() -> None:
    lost = Answer(kind="label", status=0, trace_id=None, duration_s=0.1, problem="ConnectError: refused")
    bare = Answer(kind="label", status=404, trace_id=None, duration_s=0.1)

    problems = verdict_on(Telemetry(), (*ANSWERS, lost, bare)).problems

    assert problems == (
        "a label request got no answer: ConnectError: refused",
        "a label request was answered with 404 and no trace id",
    )


def test_a_service_that_lost_records_or_ended_without_a_word_is_named() -> None:
    failing = replace(WORDS[SCORING], sent={**WORDS[SCORING].sent, "logs": Sent(accepted=2, failed=1, complete=False)})

    problems = verdict_on(
        Telemetry(), words={SCORING: failing, REPUTATION: replace(WORDS[REPUTATION], sent={})}
    ).problems

    assert problems == (
        f"{SCORING} could not send all its logs: 1 records failed",
        f"{REPUTATION} ended without a report on traces, metrics, logs",
    )


def test_accepted_needs_something_to_have_been_sent_and_all_of_it_taken() -> None:
    refused = Sent(accepted=5, failed=1, complete=False)
    nothing = Sent(accepted=0, failed=0, complete=True)
    words = {
        "a": Words(sent={"traces": refused, "logs": nothing, "metrics": Sent(accepted=3, failed=0, complete=True)})
    }

    judged = {signal.signal: (signal.sent, signal.accepted, signal.holds) for signal in accepted_signals(words)}

    assert judged == {"traces": (6, 5, False), "logs": (0, 0, False), "metrics": (3, 3, True)}
    assert not any(signal.holds for signal in accepted_signals({**words, "b": Words()})), "one said nothing"


def test_what_a_service_said_is_read_from_its_files_and_its_last_line(tmp_path: Path) -> None:
    output = tmp_path / "service.out"
    signal = {"complete": True, "delivered": 1, "failed": 0, "delivered_in_all": 7, "failed_in_all": 2}
    output.write_text(f"INFO: a line of the server\n{json.dumps({'telemetry_stopped': {'logs': signal}})}\n")
    (tmp_path / "logs").mkdir()
    lines = [{"trace_id": SCORED}, {"trace_id": None}, {"trace_id": SCORED}, {"trace_id": LABELLED}]
    (tmp_path / "logs" / "app.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "logs" / "app.2026-11-20.0001.jsonl").write_text(json.dumps({"trace_id": LABELLED}) + "\n")
    (tmp_path / "logs" / "audit.jsonl").write_text(json.dumps({"trace_id": SCORED}) + "\n")
    (tmp_path / "logs" / "error.jsonl").write_text(json.dumps({"trace_id": SCORED}) + "\n")

    words = words_in(output, tmp_path / "logs")

    assert words.lines_of_trace == {SCORED: 3, LABELLED: 2}
    assert words.sent == {"logs": Sent(accepted=7, failed=2, complete=True)}


def test_answers_are_counted_and_only_kept_where_they_are_judged() -> None:
    line = {"kind": "transaction", "status": 201, "trace_id": SCORED, "duration_s": 0.2, "reputation_attempts": 2}
    kept, counted = Tally(keep=True), Tally(keep=False)
    for tally in (kept, counted):
        tally.add(Answer.from_line(json.dumps({**line, "flagged": True}).encode()))
        tally.add(Answer(kind="label", status=0, trace_id=None, duration_s=1.0, problem="gone"))

    assert (len(kept.answers), len(counted.answers)) == (2, 0)
    assert kept.counts == counted.counts
    counts = kept.counts
    assert (counts.requests, counts.scored, counts.flagged, counts.retried, counts.unanswered) == (2, 1, 1, 1, 1)
    with pytest.raises(ValueError, match="not an answer"):
        Answer.from_line(b'{"something": "else"}')


def _span(
    trace_id: str, number: str, parent: str | None, kind: str, service: str, *, status: int | None = None
) -> dict[str, Any]:
    return {
        "service": service,
        "traceId": trace_id,
        "spanId": number * 16,
        "parentSpanId": "" if parent is None else parent * 16,
        "name": f"span {number}",
        "kind": {"internal": 1, "server": 2, "client": 3}[kind],
        "startTimeUnixNano": _now(),
        "endTimeUnixNano": _now(),
        "attributes": [] if status is None else _attributes({"http.response.status_code": status}),
    }


def _point(attribute: str | None = None) -> dict[str, Any]:
    name, _, value = (attribute or "").partition("=")
    attributes = [{"key": name, "value": {"stringValue": value}}] if attribute else []
    return {"startTimeUnixNano": _now(), "timeUnixNano": _now(), "attributes": attributes}


def _attributes(values: dict[str, int]) -> list[dict[str, Any]]:
    return [{"key": name, "value": {"intValue": str(value)}} for name, value in values.items()]


def _post(url: str, signal: str, service: str, records: list[dict[str, Any]]) -> None:
    kind, items = {
        "traces": ("Spans", "spans"),
        "logs": ("Logs", "logRecords"),
        "metrics": ("Metrics", "metrics"),
    }[signal]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    sent = [{name: value for name, value in record.items() if name != "service"} for record in records]
    body = {f"resource{kind}": [{"resource": resource, f"scope{kind}": [{"scope": {"name": "test"}, items: sent}]}]}
    response = httpx.post(f"{url}/v1/{signal}", json=body)
    assert response.status_code == 200
    assert "partialSuccess" not in response.json()


def _now() -> str:
    return str(time.time_ns())
