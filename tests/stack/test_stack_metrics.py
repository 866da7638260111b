"""Metrics: what was declared is in Prometheus under its predicted name, and the numbers are the service's own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from otelkit.cli.demonstration.example import REPUTATION, SCORING
from otelkit.instruments import ErrorMetrics, FraudMetrics, OperationMetrics, PredictionMetrics
from tests.stack.asking import eventually
from tests.stack.prediction import predict
from tests.stack.traffic import produce

if TYPE_CHECKING:
    from otelkit.instruments.instrument import AnyInstrument
    from tests.stack.asking import Prometheus
    from tests.stack.running import Stack
    from tests.stack.traffic import Replayed

pytestmark = pytest.mark.stack

NOT_USED = {
    # The fraud service records none of these; there is nothing that could arrive.
    "otelkit.anomaly.count",
    "otelkit.anomaly.score",
    "otelkit.model.candidate.count",
    "otelkit.error.count",
}
INSTRUMENTS = [
    instrument
    for pack in (FraudMetrics, PredictionMetrics, OperationMetrics, ErrorMetrics)
    for instrument in pack.declared()
    if instrument.name not in NOT_USED
]

OWN_LABELS = {
    *("__name__", "__type__", "__unit__", "job", "instance", "service_name", "service_instance_id"),
    *("deployment_environment_name", "host_name", "service_version", "le"),
}


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.name)
def test_a_declared_instrument_has_its_predicted_name_labels_type_and_unit(
    instrument: AnyInstrument, prometheus: Prometheus, fraud: Replayed
) -> None:
    assert fraud.answers
    predicted = predict(instrument.declaration)
    series = eventually(lambda: prometheus.query(predicted.name), bool)
    assert series, f"{predicted.name} is not in Prometheus"
    for one in series:
        assert set(one.labels) - OWN_LABELS - {"operation"} <= predicted.labels | {"operation"}, one.labels
        assert one.labels["__type__"] == predicted.kind
        assert one.labels.get("__unit__", "") == predicted.unit
    used = {label for one in series for label in one.labels}
    assert predicted.labels <= used | {"error_type"}, "a declared attribute never arrives"


def test_request_count_in_prometheus_is_what_was_answered(prometheus: Prometheus, fraud: Replayed) -> None:
    asked = f'sum(http_server_request_duration_seconds_count{{service_name="{SCORING}"}})'
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= len(fraud.answers)) == len(fraud.answers)


def test_requests_by_status_are_what_was_answered(prometheus: Prometheus, fraud: Replayed) -> None:
    asked = (
        f'sum by (http_response_status_code) (http_server_request_duration_seconds_count{{service_name="{SCORING}"}})'
    )
    answered = Counter(str(answer.status) for answer in fraud.answers)

    def seen() -> dict[str, float]:
        return {one.labels["http_response_status_code"]: one.value for one in prometheus.query(asked)}

    assert eventually(seen, lambda counts: counts == answered) == answered
    assert answered["500"] > 0, "the data is known to make some requests fail"


def test_business_counters_are_what_was_answered(prometheus: Prometheus, fraud: Replayed) -> None:
    flagged = sum(answer.scored and bool(answer.flagged) for answer in fraud.answers)
    scored = sum(answer.scored for answer in fraud.answers)
    expected = {"flagged": flagged, "clean": scored - flagged}

    def seen() -> dict[str, float]:
        asked = f'sum by (result) (otelkit_fraud_transaction_count_total{{service_name="{SCORING}"}})'
        return {one.labels["result"]: one.value for one in prometheus.query(asked)}

    assert eventually(seen, lambda counts: counts == expected) == expected


def test_duration_sum_in_prometheus_is_within_what_callers_measured(prometheus: Prometheus, fraud: Replayed) -> None:
    # The caller also waits for the network and the queue before the service, so its sum is the upper bound.
    asked = f'sum(http_server_request_duration_seconds_sum{{service_name="{SCORING}"}})'
    seen = eventually(lambda: prometheus.value(asked), lambda value: value > 0)
    assert 0 < seen < sum(answer.duration_s for answer in fraud.answers)


def test_span_metrics_count_the_same_requests_as_the_service(prometheus: Prometheus, fraud: Replayed) -> None:
    asked = f'sum(traces_spanmetrics_calls_total{{service_name="{SCORING}", span_kind="SPAN_KIND_SERVER"}})'
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= len(fraud.answers)) == len(fraud.answers)


def test_span_metrics_count_the_same_errors_as_the_service(prometheus: Prometheus, fraud: Replayed) -> None:
    failed = sum(answer.status >= 500 for answer in fraud.answers)
    asked = (
        f'sum(traces_spanmetrics_calls_total{{service_name="{SCORING}", span_kind="SPAN_KIND_SERVER", '
        'status_code="STATUS_CODE_ERROR"})'
    )
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= failed) == failed > 0


def test_span_metrics_and_the_service_agree_on_the_time_spent(prometheus: Prometheus, fraud: Replayed) -> None:
    assert fraud.answers
    spans = f'sum(traces_spanmetrics_duration_seconds_sum{{service_name="{SCORING}", span_kind="SPAN_KIND_SERVER"}})'
    service = f'sum(http_server_request_duration_seconds_sum{{service_name="{SCORING}"}})'
    ratio = eventually(lambda: prometheus.value(f"{spans} / {service}"), lambda value: value > 0.9)
    # Two clocks around the same work: the span's stands a little further out.
    assert 0.9 < ratio < 1.2


def test_the_service_graph_shows_the_edge_between_the_two_services(prometheus: Prometheus, fraud: Replayed) -> None:
    asked = f'sum(traces_service_graph_request_total{{client="{SCORING}", server="{REPUTATION}"}})'
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= fraud.calls) >= fraud.calls > 0


def test_increase_sees_the_first_event_of_a_counter(stack: Stack, prometheus: Prometheus) -> None:
    produced = produce(stack.collector.endpoint, 2, run="first-event", idle_before=2.5)
    assert produced.lossless
    asked = 'sum(increase(stack_transaction_count_total{kind="failed"}[5m]))'
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen > 0) > 0


def test_the_stack_watches_itself(stack: Stack, prometheus: Prometheus) -> None:
    assert stack.backends.names
    jobs = {"otelcol", "prometheus", "tempo", "loki", "alertmanager"}

    def up() -> set[str]:
        return {one.labels["job"] for one in prometheus.query("up == 1")}

    assert eventually(up, lambda seen: seen >= jobs) == jobs


def test_prometheus_knows_the_alertmanager(stack: Stack, prometheus: Prometheus) -> None:
    assert stack.backends.alertmanager_url
    asked = "prometheus_notifications_alertmanagers_discovered"
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen == 1) == 1
