"""From a latency spike to its trace to its log lines and back, by the queries that the links in Grafana run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.cli.demonstration.example import REPUTATION, SCORING
from tests.deployment.links import SERVICE_MAP_METRICS, SERVICE_VIEW_METRICS
from tests.stack.asking import eventually
from tests.stack.following import clicked

if TYPE_CHECKING:
    from tests.deployment.links import ClickedSpan, Datasources, Link
    from tests.stack.asking import Exemplar, Line, Loki, Prometheus, Sample, StoredSpan, Tempo
    from tests.stack.following import Follower
    from tests.stack.traffic import Replayed

pytestmark = pytest.mark.stack

RATE, FAILED, SLOWEST = range(3)


def test_an_exemplar_names_the_trace_and_the_span_of_its_measurement(
    exemplar: Exemplar, trace: list[StoredSpan]
) -> None:
    assert exemplar.labels["span_id"] in {span.span_id for span in trace}


def test_the_link_of_an_exemplar_shows_the_spans_of_both_services(trace: list[StoredSpan]) -> None:
    assert {span.service for span in trace} == {SCORING, REPUTATION}
    ids = {span.span_id for span in trace}
    roots = [span for span in trace if span.parent_span_id not in ids]
    assert [(root.service, root.kind) for root in roots] == [(SCORING, "server")]


def test_the_measurement_of_an_exemplar_is_the_duration_of_its_span(exemplar: Exemplar, span: ClickedSpan) -> None:
    assert exemplar.value == pytest.approx(span.end_s - span.start_s, rel=0.25, abs=0.005)


def test_the_link_from_a_span_shows_its_services_log_lines_and_they_name_spans_of_the_trace(
    lines: list[Line], trace: list[StoredSpan]
) -> None:
    assert any("transaction scored" in line.text for line in lines), [line.text for line in lines]
    assert {line.labels["service_name"] for line in lines} == {SCORING}
    assert {line.metadata["span_id"] for line in lines} <= {span.span_id for span in trace}


def test_the_link_from_a_span_shows_every_line_that_its_service_wrote_in_the_trace(
    span: ClickedSpan, links: Datasources, follow: Follower, fraud: Replayed
) -> None:
    written = fraud.words[SCORING].lines_of_trace[span.trace_id]
    link = links.of_span_to_logs(span)
    assert len(eventually(lambda: follow.lines(link), lambda seen: len(seen) >= written)) == written


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


def test_the_link_from_a_span_shows_the_rate_of_its_operation(
    span: ClickedSpan, links: Datasources, follow: Follower
) -> None:
    assert max(_points(follow, links.of_span_to_metrics(span)[RATE])) > 0


def test_the_link_from_a_span_shows_the_share_of_its_operation_that_failed(
    span: ClickedSpan, links: Datasources, follow: Follower, fraud: Replayed
) -> None:
    assert any(answer.status >= 500 for answer in fraud.answers)
    link = links.of_span_to_metrics(span)[FAILED]
    shares = eventually(lambda: _points(follow, link), lambda seen: max(seen, default=0) > 0)
    assert 0 < max(shares) < 1
    assert min(shares) >= 0


def test_the_link_from_a_span_shows_how_long_its_operation_takes(
    span: ClickedSpan, links: Datasources, follow: Follower
) -> None:
    assert 0 < max(_points(follow, links.of_span_to_metrics(span)[SLOWEST])) <= 10


def test_the_link_of_an_operation_that_never_failed_shows_zero_and_not_nothing(
    exemplar: Exemplar, trace: list[StoredSpan], links: Datasources, follow: Follower, prometheus: Prometheus
) -> None:
    named = 'sum by (service_name, span_name) (traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"})'
    failed = {(one.labels["service_name"], one.labels["span_name"]) for one in prometheus.query(named)}
    never = next(one for one in trace if (one.service, one.name) not in failed)
    link = links.of_span_to_metrics(clicked(never, exemplar.labels["trace_id"]))[FAILED]
    assert set(_points(follow, link)) == {0.0}


def test_the_derived_field_of_a_log_line_leads_to_the_trace_it_was_written_in(
    exemplar: Exemplar, lines: list[Line], trace: list[StoredSpan], links: Datasources, follow: Follower
) -> None:
    for line in lines:
        (link,) = links.of_log_line({**line.labels, **line.metadata}, line.text)
        assert link.query == exemplar.labels["trace_id"]
        assert {one.span_id for one in follow.trace(link)} == {one.span_id for one in trace}


def test_the_correlation_of_a_series_shows_log_lines_of_its_service(
    exemplar: Exemplar, links: Datasources, follow: Follower
) -> None:
    (link,) = links.of_correlations(dict(exemplar.series), uid="prometheus")
    found = eventually(lambda: follow.lines(link), bool)
    assert {line.labels["service_name"] for line in found} == {SCORING}


def test_the_correlation_of_a_trace_shows_the_log_lines_of_all_services_in_it(
    exemplar: Exemplar, links: Datasources, follow: Follower, fraud: Replayed
) -> None:
    trace_id = exemplar.labels["trace_id"]
    expected = {
        service: said.lines_of_trace[trace_id]
        for service, said in fraud.words.items()
        if trace_id in said.lines_of_trace
    }
    (link,) = links.of_correlations({"traceID": trace_id, "spanID": exemplar.labels["span_id"]}, uid="tempo")

    def counted() -> dict[str, int]:
        services = [line.labels["service_name"] for line in follow.lines(link)]
        return {service: services.count(service) for service in services}

    assert eventually(counted, lambda seen: seen == expected) == expected


def test_the_correlation_of_a_log_line_shows_the_requests_of_its_service(
    lines: list[Line], links: Datasources, follow: Follower
) -> None:
    (link,) = links.of_correlations({"labels": {**lines[0].labels, **lines[0].metadata}}, uid="loki")
    found = eventually(lambda: follow.points(link), _any_above_zero)
    assert "/transactions" in {one.labels.get("http_route") for one in found if one.value > 0}


@pytest.mark.parametrize("metric", SERVICE_MAP_METRICS)
def test_the_service_map_finds_the_edge_in(
    metric: str, links: Datasources, prometheus: Prometheus, fraud: Replayed
) -> None:
    assert fraud.calls
    assert links.service_map() == "prometheus"
    asked = f'{metric}{{client="{SCORING}", server="{REPUTATION}"}}'
    assert eventually(lambda: prometheus.query(asked), bool)


@pytest.mark.parametrize("metric", SERVICE_VIEW_METRICS)
def test_the_table_beside_the_service_map_finds_the_operation_in(
    metric: str, span: ClickedSpan, prometheus: Prometheus
) -> None:
    asked = f'{metric}{{service_name="{SCORING}", span_name="{span.name}", span_kind="SPAN_KIND_SERVER"}}'
    assert eventually(lambda: prometheus.query(asked), bool)


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


def _points(follow: Follower, link: Link) -> list[float]:
    found = eventually(lambda: follow.points(link), bool)
    assert found, f"{link.label!r} shows nothing: {link.query}"
    return [one.value for one in found]


def _any_above_zero(points: list[Sample]) -> bool:
    return any(one.value > 0 for one in points)
