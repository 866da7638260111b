"""The store never grows without bound, loses nothing else, and survives what goes wrong."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from otelkit.console.receiving.log_records import log_groups
from otelkit.console.receiving.spans import span_groups
from otelkit.console.refusal import Rejections
from otelkit.console.server import ConsoleServer
from otelkit.console.store.database import Database, UnusableDatabaseError
from otelkit.console.store.overview_queries import stats
from otelkit.console.store.recorder import Recorder
from otelkit.console.store.retention import Limits
from tests.console.payloads import (
    CUMULATIVE,
    START,
    log,
    log_request,
    metric_request,
    resource,
    span,
    span_id,
    sum_metric,
    trace_id,
    trace_request,
)
from tests.console.talking import get, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@pytest.fixture
def small() -> Iterator[ConsoleServer]:
    """A console that keeps a hundred of each."""
    with ConsoleServer(port=0, keep=100) as server:
        yield server


def two_spans(trace: int) -> ExportTraceServiceRequest:
    return trace_request([span(trace, 1), span(trace, 2, parent=1)])


def test_the_oldest_traces_are_evicted_whole(small: ConsoleServer) -> None:
    for number in range(1, 301):
        send(small, two_spans(number))
    stats_now = get(small, "/api/stats")
    assert 90 <= stats_now["spans"] <= 100
    assert stats_now["spans"] + stats_now["evicted"]["spans"] == 600
    listed = get(small, "/api/traces?limit=1000")["traces"]
    assert {trace["spanCount"] for trace in listed} == {2}
    assert all(trace["complete"] for trace in listed)
    kept = sorted(int(trace["traceId"], 16) for trace in listed)
    assert kept == list(range(301 - len(kept), 301))
    assert get(small, "/api/services")["services"][0]["spans"] == stats_now["spans"]


def test_old_is_what_arrived_first_whatever_its_clock_says(small: ConsoleServer) -> None:
    send(small, trace_request([span(1000, 1, start=2**62)]))  # a sender that lives in the future
    for number in range(1, 101):
        send(small, two_spans(number))
    assert f"{1000:032x}" not in {trace["traceId"] for trace in get(small, "/api/traces?limit=1000")["traces"]}


def test_a_trace_larger_than_the_limit_does_not_make_the_store_larger(small: ConsoleServer) -> None:
    for number in range(1, 1001, 50):
        send(small, trace_request(span(1, one) for one in range(number, number + 50)))
        assert get(small, "/api/stats")["spans"] <= 100
    send(small, two_spans(2))
    assert f"{2:032x}" in {trace["traceId"] for trace in get(small, "/api/traces")["traces"]}


def test_the_oldest_logs_points_and_exemplars_are_evicted(small: ConsoleServer) -> None:
    for number in range(300):
        send(small, log_request([log(str(number), time=START + number)]))
        metric = sum_metric("orders", number, time=START + number, attributes={"n": number % 7})
        metric.sum.data_points[0].exemplars.add(
            time_unix_nano=START + number, as_int=number, trace_id=trace_id(1), span_id=span_id(1)
        )
        send(small, metric_request(metric))
    now = get(small, "/api/stats")
    for name in ("logs", "metricPoints", "exemplars"):
        assert 90 <= now[name] <= 100
        assert now[name] + now["evicted"][name] == 300
    newest = [found["body"] for found in get(small, "/api/logs?limit=1000")["logs"]]
    assert newest == [str(number) for number in range(299, 299 - len(newest), -1)]
    series = get(small, "/api/metrics/orders")["series"]
    assert sorted(point["value"] for one in series for point in one["points"]) == list(
        range(300 - now["metricPoints"], 300)
    )


def test_resources_and_series_that_nothing_names_any_more_go_too(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    with ConsoleServer(port=0, keep=100, database=path) as console:
        for number in range(700):
            message = log_request([log("x")], service=f"service {number}")
            message.resource_logs[0].resource.CopyFrom(resource(f"service {number}", pid=number))
            send(console, message)
            send(console, metric_request(sum_metric("orders", 1, attributes={"n": number}), instance=str(number)))
        assert len(get(console, "/api/services")["services"]) <= 101
        # metrics report one service; of the others only those whose logs are kept are named
        assert get(console, "/api/metrics")["metrics"][0]["seriesCount"] <= 100
        # and one that comes back is named again
        send(console, log_request([log("again")], service="service 0"))
        assert [found["service"] for found in get(console, "/api/logs?text=again")["logs"]] == ["service 0"]
        for number in range(1, 300):  # spans whose parents never come
            send(console, trace_request([span(number, 2, parent=1)]))
    for table in ("services", "resources", "series"):
        assert count(path, table) < 1200
    assert count(path, "awaited_parents") == count(path, "traces") <= 100


def test_a_file_limit_evicts_what_counts_alone_would_keep(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    limit = 3 * 1024 * 1024
    with ConsoleServer(port=0, database=path, max_bytes=limit) as console:
        for number in range(40):
            send(console, log_request([log("x" * 300_000, time=START + number)]))
        now = get(console, "/api/stats")
        assert 1 <= now["logs"] < 12
        assert now["logs"] + now["evicted"]["logs"] == 40
        assert get(console, "/api/logs?limit=1")["logs"][0]["time"] == str(START + 39)
    assert path.stat().st_size < 2 * limit


def test_eight_senders_at_once_lose_nothing(console: ConsoleServer) -> None:
    batches = 25

    def work(sender: int) -> None:
        for batch in range(batches):
            number = sender * 1000 + batch + 1
            send(console, trace_request([span(number, 1), span(number, 2, parent=1), span(7_000_000, number)]))
            send(console, log_request([log("a", trace=number), log("b")]))
            send(
                console,
                metric_request(sum_metric("orders", 1, time=START + number, delta=False, attributes={"s": sender})),
            )
            send(console, metric_request(histogram(START + number), instance="shared"))

    done = threading.Event()

    def read() -> int:
        answers = 0
        while not done.is_set():
            for path in ("/api/traces", "/api/logs", "/api/stats", "/api/services", "/api/metrics"):
                get(console, path)
                answers += 1
        return answers

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        for sender in [pool.submit(work, number) for number in range(8)]:
            sender.result()
        done.set()
        assert reader.result() > 0

    requests = 8 * batches
    assert get(console, "/api/stats") == {
        "spans": 3 * requests,
        "traces": requests + 1,
        "logs": 2 * requests,
        "metricPoints": 2 * requests,
        "exemplars": 0,
        "logsWithTrace": requests,
        "rejected": 0,
        "evicted": {"spans": 0, "logs": 0, "metricPoints": 0, "exemplars": 0},
    }
    shared = get(console, f"/api/traces/{7_000_000:032x}")
    assert (shared["spanCount"], len({found["spanId"] for found in shared["spans"]})) == (requests, requests)
    series = get(console, "/api/metrics/orders")["series"]
    assert [len(one["points"]) for one in series] == [batches] * 8


def histogram(time: int) -> Metric:
    metric = Metric(name="latency")
    metric.histogram.aggregation_temporality = CUMULATIVE
    metric.histogram.data_points.add(time_unix_nano=time, count=1, bucket_counts=[1, 0], explicit_bounds=[1.0])
    return metric


def test_what_failed_half_way_is_not_there_and_what_follows_is_right() -> None:
    """A request is recorded as a whole or not at all, and a failure leaves no stale ids behind."""
    database = Database(None)
    try:
        recorder = Recorder(database, Limits(keep=10))
        good = span_groups(trace_request([span(1, 1), span(1, 2, parent=1)]), Rejections())
        (bad,) = span_groups(trace_request([span(2, 1)], service="new"), Rejections())
        broken = type(bad)(bad.resource, bad.scope, (bad.spans[0], bad.spans[0]._replace(name=object())))  # type: ignore[arg-type]
        with pytest.raises(sqlite3.Error):
            recorder.spans([*good, broken], Rejections())
        assert totals(database)["spans"] == 0
        recorder.spans([*good, bad], Rejections())
        recorder.logs(log_groups(log_request([log("x")], service="new"), Rejections()), Rejections())
        assert (totals(database)["spans"], totals(database)["traces"], totals(database)["logs"]) == (3, 2, 1)
        for number in range(3, 30):
            recorder.spans(span_groups(two_spans(number), Rejections()), Rejections())
            assert totals(database)["spans"] <= 10
    finally:
        database.close()


def totals(database: Database) -> dict[str, Any]:
    with database.reading() as connection:
        return stats(connection)


def test_a_named_file_is_there_the_next_time_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    with ConsoleServer(port=0, database=path) as console:
        send(console, two_spans(1))
        send(console, metric_request(sum_metric("orders", 5, time=START, delta=True)))
    assert path.stat().st_mode & 0o777 == 0o600
    with ConsoleServer(port=0, database=path, keep=2) as console:
        assert get(console, "/api/stats")["spans"] == 2
        send(console, metric_request(sum_metric("orders", 5, time=START + 1, delta=True)))
        points = get(console, "/api/metrics/orders")["series"][0]["points"]
        assert [point["value"] for point in points] == [5, 10]
        send(console, two_spans(2))
        assert [trace["traceId"] for trace in get(console, "/api/traces")["traces"]] == [f"{2:032x}"]


def test_a_temporary_file_goes_away_with_the_console() -> None:
    database = Database(None)
    assert database.path.is_file()
    database.close()
    database.close()
    assert not database.path.parent.exists()


def test_a_file_in_use_by_another_console_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "console.sqlite"
    with ConsoleServer(port=0, database=path), pytest.raises(UnusableDatabaseError, match="in use by another console"):
        ConsoleServer(port=0, database=path)


def other_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def no_database(path: Path) -> None:
    path.write_text("not a database at all" * 100)


def other_version(path: Path) -> None:
    Database(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (other_program, "is the database of another program"),
        (other_version, "was written by another version of otelkit"),
        (no_database, "cannot be used as an SQLite database"),
        (Path.mkdir, "Is a directory"),
    ],
)
def test_a_file_that_is_not_the_consoles_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "console.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(UnusableDatabaseError, match=why):
        Database(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_directory_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabaseError, match="No such file or directory"):
        Database(tmp_path / "none" / "console.sqlite")


def count(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of this test
        return int(rows)
    finally:
        connection.close()
