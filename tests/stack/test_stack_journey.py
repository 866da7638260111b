"""From a latency spike to its trace to its log lines and back, by the queries that the links in Grafana run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.cli.demonstration.example import REPUTATION, SCORING
from tests.stack.asking import eventually

if TYPE_CHECKING:
    from tests.stack.asking import Exemplar, Loki, Prometheus, Tempo
    from tests.stack.traffic import Replayed

pytestmark = pytest.mark.stack

DURATIONS = f'http_server_request_duration_seconds_bucket{{service_name="{SCORING}", http_route="/transactions"}}'


@pytest.fixture(scope="module")
def exemplar(prometheus: Prometheus, tempo: Tempo, fraud: Replayed) -> Exemplar:
    """An exemplar of the scoring service's request duration, of a request that called the other service."""
    called = {answer.trace_id for answer in fraud.answers if answer.reputation_attempts}

    def found() -> list[Exemplar]:
        return [one for one in prometheus.exemplars(DURATIONS) if one.labels.get("trace_id") in called]

    exemplars = eventually(found, bool)
    assert exemplars, "no exemplar of a request that called the other service"
    assert eventually(lambda: tempo.trace(exemplars[0].labels["trace_id"]), bool)
    return exemplars[0]


def test_an_exemplar_names_the_trace_and_the_span_of_its_measurement(exemplar: Exemplar, tempo: Tempo) -> None:
    spans = {span.span_id: span for span in tempo.trace(exemplar.labels["trace_id"])}
    assert exemplar.labels["span_id"] in spans


def test_the_trace_of_an_exemplar_holds_the_spans_of_both_services(exemplar: Exemplar, tempo: Tempo) -> None:
    trace_id = exemplar.labels["trace_id"]
    spans = eventually(lambda: tempo.trace(trace_id), lambda seen: len({span.service for span in seen}) > 1)
    assert {span.service for span in spans} == {SCORING, REPUTATION}
    ids = {span.span_id for span in spans}
    roots = [span for span in spans if span.parent_span_id not in ids]
    assert [(root.service, root.kind) for root in roots] == [(SCORING, "server")]


def test_the_measurement_of_an_exemplar_is_the_duration_of_its_span(exemplar: Exemplar, tempo: Tempo) -> None:
    server = next(
        span for span in tempo.trace(exemplar.labels["trace_id"]) if span.service == SCORING and span.kind == "server"
    )
    assert exemplar.value == pytest.approx(server.duration_s, rel=0.25, abs=0.005)


def test_a_trace_leads_to_its_log_lines_and_they_name_its_spans(exemplar: Exemplar, tempo: Tempo, loki: Loki) -> None:
    trace_id = exemplar.labels["trace_id"]
    asked = f'{{service_name="{SCORING}"}} | trace_id="{trace_id}"'
    lines = eventually(lambda: loki.lines(asked), bool)
    assert any("transaction scored" in line.text for line in lines), [line.text for line in lines]
    assert {line.metadata["span_id"] for line in lines} <= {span.span_id for span in tempo.trace(trace_id)}


def test_every_log_line_within_a_trace_has_arrived_under_that_trace(loki: Loki, fraud: Replayed) -> None:
    expected = {
        (service, trace_id): lines
        for service, said in fraud.words.items()
        for trace_id, lines in said.lines_of_trace.items()
    }

    def arrived() -> dict[tuple[str, str], int]:
        counts: dict[tuple[str, str], int] = {}
        for service in (SCORING, REPUTATION):
            for line in loki.lines(f'{{service_name="{service}"}} | trace_id!=""'):
                key = (service, line.metadata["trace_id"])
                counts[key] = counts.get(key, 0) + 1
        return counts

    assert eventually(arrived, lambda seen: seen == expected) == expected


def test_a_span_leads_back_to_its_metric_by_service_operation_and_time(
    exemplar: Exemplar, prometheus: Prometheus
) -> None:
    name = f"POST {exemplar.series['http_route']}"
    series = f'traces_spanmetrics_calls_total{{service_name="{SCORING}", span_name="{name}"}}'
    asked = f"sum({series} @ {exemplar.time_s + 30:.0f})"
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen > 0) > 0


def test_every_answer_of_the_service_names_a_trace_that_tempo_has(tempo: Tempo, fraud: Replayed) -> None:
    answered = {answer.trace_id for answer in fraud.answers}
    found = eventually(
        lambda: tempo.search(f'{{resource.service.name="{SCORING}" && kind=server}}'), lambda ids: ids >= answered
    )
    assert answered - found == set()


def test_traceql_finds_exactly_the_failed_requests(tempo: Tempo, fraud: Replayed) -> None:
    failed = {answer.trace_id for answer in fraud.answers if answer.status >= 500}
    asked = f'{{resource.service.name="{SCORING}" && kind=server && status=error}}'
    assert eventually(lambda: tempo.search(asked), lambda ids: ids >= failed) == failed


def test_traceql_finds_the_requests_whose_first_call_timed_out(tempo: Tempo, fraud: Replayed) -> None:
    retried = {answer.trace_id for answer in fraud.answers if (answer.reputation_attempts or 0) > 1}
    asked = f'{{resource.service.name="{SCORING}" && kind=client && status=error}}'
    assert eventually(lambda: tempo.search(asked), lambda ids: ids >= retried) >= retried
    assert retried, "the data is known to make some calls time out"
