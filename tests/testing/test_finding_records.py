from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.testing.found import Records
from otelkit.testing.records import HistogramPoint, Log, Metric, Point, Scope, Span

if TYPE_CHECKING:
    from otelkit.testing.records import Attributes, SpanKind, SpanStatus, Value


def a_span(  # noqa: PLR0917 # a row of a table
    name: str,
    span_id: int,
    parent: int | None = None,
    start: int = 0,
    kind: SpanKind = "internal",
    status: SpanStatus = "unset",
    **attributes: Value,
) -> Span:
    return Span(
        name=name,
        trace_id="1",
        span_id=str(span_id),
        parent_id=None if parent is None else str(parent),
        kind=kind,
        start=start,
        end=start + 500_000_000,
        status=status,
        status_message="",
        attributes={key.replace("_", "."): value for key, value in attributes.items()},
        events=(),
        links=(),
        scope=Scope(name="s"),
        resource={},
    )


def a_log(body: Value, **attributes: Value) -> Log:
    return Log(
        body=body,
        severity="INFO",
        severity_number=9,
        time=0,
        observed_time=0,
        trace_id=None,
        span_id=None,
        event_name=None,
        attributes=attributes,
        scope=Scope(name="s"),
        resource={},
    )


def a_metric(name: str, *points: Point, scope: str = "s") -> Metric:
    return Metric(
        name=name,
        unit="1",
        description="",
        kind="histogram" if points and isinstance(points[0], HistogramPoint) else "sum",
        monotonic=True,
        temporality="cumulative",
        points=points,
        scope=Scope(name=scope),
        resource={},
    )


def a_point(value: float, attributes: Attributes) -> Point:
    return Point(attributes=attributes, value=value, start=0, time=0, exemplars=())


class Listed(Records):
    def __init__(
        self, spans: list[Span] | None = None, logs: list[Log] | None = None, metrics: list[Metric] | None = None
    ) -> None:
        self._spans, self._logs, self._metrics = spans or [], logs or [], metrics or []

    @property
    def spans(self) -> list[Span]:
        return self._spans

    @property
    def logs(self) -> list[Log]:
        return self._logs

    @property
    def metrics(self) -> list[Metric]:
        return self._metrics

    @property
    def unfinished(self) -> list[str]:
        return ["checkout"]


def test_a_span_is_found_by_name_and_attributes() -> None:
    found = Listed([a_span("pay", 1, case_id="a"), a_span("pay", 2, case_id="b"), a_span("ship", 3)])
    assert found.span("ship").span_id == "3"
    assert found.span("pay", case_id="b").span_id == "2"
    assert found.span("pay", **{"case.id": "a"}).span_id == "1"
    assert [span.span_id for span in found.spans_named("pay")] == ["1", "2"]
    assert found.spans_named("nothing") == []
    assert found.span("ship").duration == 0.5


def test_a_span_that_is_not_there_is_answered_with_what_is() -> None:
    found = Listed([a_span("pay", 1, n=1), a_span("pay", 2, n=1), a_span("ship", 3)])
    with pytest.raises(LookupError) as raised:
        found.span("shop", case_id=7)
    assert str(raised.value) == (
        "there is no span 'shop' with {'case_id': 7}; spans that ended: \n"
        "  - 'pay' {'n': 1} (2 times)\n"
        "  - 'ship' {}\n"
        "spans that have not ended: \n"
        "  - 'checkout'"
    )
    with pytest.raises(LookupError, match="there are 2, not one, of: span 'pay'"):
        found.span("pay")


def test_a_log_is_found_by_a_part_of_its_text_and_attributes() -> None:
    found = Listed(logs=[a_log("order 1 paid", who="a"), a_log("order 2 paid", who="b"), a_log({"k": (1, 2)})])
    assert found.log("order 1").attributes == {"who": "a"}
    assert found.log("paid", who="b").body == "order 2 paid"
    assert found.log("'k'").body == {"k": (1, 2)}
    with pytest.raises(LookupError, match=r"(?s)there are 2, not one, of: log record with 'paid'.*INFO 'order 1 paid'"):
        found.log("paid")
    with pytest.raises(LookupError, match="log records: none"):
        Listed().log("anything")


def test_counters_are_summed_over_the_series_that_match() -> None:
    series = [a_point(1, {"fraud.type": "x", "severity": "low"}), a_point(2, {"fraud.type": "x", "severity": "high"})]
    found = Listed(metrics=[a_metric("frauds", *series, a_point(4, {"fraud.type": "y", "severity": "low"}))])
    assert found.counter_value("frauds") == 7
    assert found.counter_value("frauds", fraud_type="x") == 3
    assert found.counter_value("frauds", fraud_type="x", severity="high") == 2
    assert found.counter_value("frauds", fraud_type="z") == 0
    assert found.counter_value("frauds", **{"fraud.type": "y"}) == 4
    with pytest.raises(LookupError, match=r"(?s)there is no metric 'fraud'; metrics: .*'frauds' of 's'"):
        found.counter_value("fraud")


def test_one_series_of_a_gauge_or_histogram_is_found_by_its_attributes() -> None:
    waits = HistogramPoint(
        attributes={"op": "a"},
        value=3,
        start=0,
        time=0,
        exemplars=(),
        count=2,
        minimum=1,
        maximum=2,
        bounds=(),
        buckets=(2,),
    )
    found = Listed(
        metrics=[a_metric("level", a_point(1, {"at": "a"}), a_point(2, {"at": "b"})), a_metric("wait", waits)]
    )
    assert found.gauge_value("level", at="b") == 2
    assert found.histogram("wait", op="a").count == 2
    with pytest.raises(LookupError, match=r"(?s)there are 2, not one, of: series of 'level'; its series: .*'at': 'a'"):
        found.gauge_value("level")
    with pytest.raises(LookupError, match="there is no series of 'wait' with"):
        found.histogram("wait", op="b")
    with pytest.raises(LookupError, match="'level' is a sum, no histogram"):
        found.histogram("level", at="a")


def test_two_scopes_with_one_metric_are_told_apart() -> None:
    found = Listed(metrics=[a_metric("n", a_point(1, {})), a_metric("n", a_point(2, {}), scope="other")])
    assert found.counter_value("n") == 3
    with pytest.raises(LookupError, match=r"(?s)there are 2, not one, of: metric 'n'.*of 's'.*of 'other'"):
        found.metric("n")


def test_the_tree_shows_nesting_order_kind_and_failure() -> None:
    found = Listed(
        [
            a_span("select", 4, parent=2, start=4, kind="client"),
            a_span("charge", 3, parent=1, start=9, status="error"),
            a_span("load", 2, parent=1, start=3),
            a_span("POST /pay", 1, parent=99, start=1, kind="server", status="error"),
            a_span("tick", 5, start=2),
        ]
    )
    assert found.tree() == (
        "POST /pay (server, error)\n"  # its parent is in another process
        "  load\n"
        "    select (client)\n"
        "  charge (error)\n"
        "tick"
    )
    assert Listed().tree() == ""
