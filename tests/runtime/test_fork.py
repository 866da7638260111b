"""A forked child begins with nothing, under its own instance id, and what it records arrives once."""

from __future__ import annotations

import pytest

from otelkit.testing import Sink
from tests.program import output

BEGIN = """
import os, sys, otelkit
from otelkit.signals.proxies import meter, tracer

spans = tracer.get_tracer("test")
count = meter.get_meter("test").create_counter("test.count")
otelkit.init("svc", endpoint="{url}", logs=False)
"""


def totals(sink: Sink) -> dict[str, float]:
    """The last value of the counter per service instance."""
    return {
        str(metric.resource["service.instance.id"]): float(point.value)
        for metric in sink.metrics
        if metric.name == "test.count"
        for point in metric.points
    }


def test_children_start_from_zero_and_the_sum_over_instances_is_exact() -> None:
    with Sink() as sink:
        output(
            BEGIN.format(url=sink.url)
            + """
count.add(100)
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        count.add(1)
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0
"""
        )
        by_instance = totals(sink)
    assert sorted(by_instance.values()) == [1, 1, 1, 100]


def test_spans_waiting_at_the_fork_are_sent_by_the_parent_only() -> None:
    with Sink() as sink:
        output(
            BEGIN.format(url=sink.url)
            + """
with spans.start_as_current_span("before the fork"):
    pass
pid = os.fork()
with spans.start_as_current_span("child" if pid == 0 else "parent"):
    pass
if pid == 0:
    assert otelkit.flush(5)
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
"""
        )
        assert sorted(span.name for span in sink.spans) == ["before the fork", "child", "parent"]
        assert len({str(span.resource["service.instance.id"]) for span in sink.spans}) == 2
        assert len({str(span.resource["process.pid"]) for span in sink.spans}) == 2


@pytest.mark.parametrize("kind", ["Process", "Pool"])
def test_children_of_multiprocessing_deliver_what_they_recorded(kind: str) -> None:
    with Sink() as sink:
        output(
            BEGIN.format(url=sink.url)
            + f"""
import multiprocessing

def work(number):
    with spans.start_as_current_span("child"):
        count.add(1)

fork = multiprocessing.get_context("fork")
if {kind!r} == "Process":
    children = [fork.Process(target=work, args=(n,)) for n in range(4)]
    for child in children: child.start()
    for child in children: child.join()
else:
    pool = fork.Pool(2)
    pool.map(work, range(4), chunksize=1)
    pool.close()
    pool.join()
"""
        )
        assert [span.name for span in sink.spans] == ["child"] * 4
        assert sum(totals(sink).values()) == 4


def test_a_child_forked_while_threads_record_does_not_hang() -> None:
    with Sink() as sink:
        output(
            BEGIN.format(url=sink.url)
            + """
import threading, time
histogram = meter.get_meter("test").create_histogram("test.histogram")
sys.setswitchinterval(1e-5)
stop = threading.Event()
def record():
    while not stop.is_set():
        histogram.record(1.0)
threads = [threading.Thread(target=record) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        histogram.record(1.0)
        with spans.start_as_current_span("alive"):
            pass
        os._exit(0)
    deadline = time.monotonic() + 5
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline, "the child hangs"
        time.sleep(0.005)
stop.set()
for thread in threads: thread.join()
""",
            timeout=120,
        )
