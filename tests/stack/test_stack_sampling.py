"""Tail sampling: what must be kept is kept, of the rest the share that was asked for; counted is everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stack.asking import eventually
from tests.stack.collectors import Collector
from tests.stack.traffic import Produced, produce

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.stack.asking import Loki, Prometheus, Tempo
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

RUN = "quarter"
TRANSACTIONS = 1200


@pytest.fixture(scope="module")
def produced(stack: Stack, programs: Mapping[str, Path]) -> Produced:
    """Transactions sent through a collector that keeps a quarter of the ordinary ones."""
    collector = Collector(
        stack.backends, programs["otelcol"], name="otelcol-quarter", settings={"TRACES_KEEP_PERCENT": "25"}
    )
    return produce(collector.start().endpoint, TRANSACTIONS, run=RUN, rate=300)


@pytest.fixture(scope="module")
def kept(tempo: Tempo, produced: Produced) -> set[str]:
    """The traces that Tempo has, asked until every trace that must be there is."""
    must = produced.trace_ids("failed", "slow")
    found = eventually(lambda: tempo.search(f'{{span.stack.run="{RUN}"}}'), lambda ids: ids >= must)
    # Ordinary ones may still be on their way: the same number twice in a row is the end of it.
    counts = [-1, len(found)]

    def again() -> set[str]:
        ids = tempo.search(f'{{span.stack.run="{RUN}"}}')
        counts.append(len(ids))
        return ids

    return eventually(again, lambda ids: len(ids) > len(must) and len(set(counts[-8:])) == 1)


def test_every_failed_trace_is_kept(kept: set[str], produced: Produced) -> None:
    assert produced.lossless
    assert produced.trace_ids("failed") - kept == set()
    assert produced.trace_ids("failed")


def test_every_slow_trace_is_kept(kept: set[str], produced: Produced) -> None:
    assert produced.trace_ids("slow") - kept == set()
    assert produced.trace_ids("slow")


def test_no_probe_is_kept(kept: set[str], produced: Produced) -> None:
    assert produced.trace_ids("probe") & kept == set()
    assert produced.trace_ids("probe")


def test_about_a_quarter_of_the_rest_is_kept(kept: set[str], produced: Produced) -> None:
    plain = produced.trace_ids("plain")
    # Binomial: 1020 draws, four and a half standard deviations (13.8) to each side of 255.
    assert 193 < len(plain & kept) < 317, f"{len(plain & kept)} of {len(plain)}"


def test_nothing_else_is_kept(kept: set[str], produced: Produced) -> None:
    assert kept <= produced.trace_ids()


def test_what_is_kept_is_kept_whole(kept: set[str], tempo: Tempo) -> None:
    assert {len(tempo.trace(trace_id)) for trace_id in sorted(kept)[:40]} == {2}


def test_span_metrics_count_every_request_whatever_was_kept(prometheus: Prometheus, produced: Produced) -> None:
    expected = len(produced.transactions) - len(produced.trace_ids("probe"))
    instance = 'span_kind="SPAN_KIND_SERVER", span_name="GET /transactions"'
    asked = f"max(sum by (service_instance_id) (traces_spanmetrics_calls_total{{{instance}}}))"
    assert eventually(lambda: prometheus.value(asked), lambda seen: seen >= expected) == expected


def test_log_records_of_traces_that_were_not_kept_are_there(loki: Loki, produced: Produced) -> None:
    asked = f'sum(count_over_time({{service_name="producer"}} | run="{RUN}" [1h]))'
    expected = len(produced.transactions)
    assert eventually(lambda: loki.value(asked), lambda seen: seen >= expected) == expected
