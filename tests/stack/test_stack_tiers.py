"""Past one collector: an agent, two gateways, two samplers. Traces are judged whole; a dead sampler loses nothing."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status, TracesData

from tests.stack.asking import eventually, self_metric
from tests.stack.backends import CONFIGURATION, HOST
from tests.stack.collectors import Collector
from tests.stack.traffic import produce

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.stack.asking import Loki, Prometheus, Tempo
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

TRACES = 200
FILES = CONFIGURATION / "otelcol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """The collectors of a larger set-up."""

    agent: Collector
    gateways: tuple[Collector, Collector]
    samplers: tuple[Collector, Collector]

    def send_halves(self, run: str, *, both_failed: bool = False) -> set[str]:
        """Send traces whose two spans enter through different gateways; the second one failed, or both."""
        ids = [secrets.token_bytes(16) for _ in range(TRACES)]
        send(
            self.gateways[0], [span(trace_id, run, root=True, failed=both_failed) for trace_id in ids], service="front"
        )
        send(self.gateways[1], [span(trace_id, run, root=False, failed=True) for trace_id in ids], service="back")
        return {trace_id.hex() for trace_id in ids}


def span(trace_id: bytes, run: str, *, root: bool, failed: bool) -> Span:
    now = time.time_ns()
    own, parent = trace_id[:8], b""
    return Span(
        trace_id=trace_id,
        span_id=own if root else trace_id[8:],
        parent_span_id=parent if root else own,
        name="front" if root else "back",
        kind=Span.SPAN_KIND_CLIENT if root else Span.SPAN_KIND_SERVER,
        start_time_unix_nano=now - 1_000_000,
        end_time_unix_nano=now,
        status=Status(code=Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET),
        attributes=[KeyValue(key="stack.run", value=AnyValue(string_value=run))],
    )


def send(collector: Collector, spans: Sequence[Span], *, service: str) -> None:
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=service))])
    data = TracesData(resource_spans=[ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=spans)])])
    httpx.post(
        f"{collector.endpoint}/v1/traces",
        content=data.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        trust_env=False,
    ).raise_for_status()


@pytest.fixture(scope="module")
def tiers(stack: Stack, programs: Mapping[str, Path]) -> Tiers:
    """An agent, two gateways and two samplers that keep only failed and slow traces."""
    binary = programs["otelcol"]

    def started(name: str, file: str, settings: Mapping[str, str]) -> Collector:
        return Collector(stack.backends, binary, name=name, configurations=(FILES / file,), settings=settings).start()

    samplers = [started(f"sampler-{n}", "sampler.yaml", {"TRACES_KEEP_PERCENT": "0"}) for n in (1, 2)]
    to = {"SAMPLERS": f"[{', '.join(sampler.grpc_endpoint for sampler in samplers)}]"}
    gateways = [started(f"gateway-{n}", "gateway.yaml", to) for n in (1, 2)]
    agent = started("agent", "agent.yaml", {"GATEWAY_ENDPOINT": gateways[0].grpc_endpoint})
    assert agent.endpoint.startswith(f"http://{HOST}")
    return Tiers(agent=agent, gateways=(gateways[0], gateways[1]), samplers=(samplers[0], samplers[1]))


def whole(tempo: Tempo, ids: set[str]) -> set[str]:
    """Return the traces that Tempo has with both their spans."""
    return {trace_id for trace_id in ids if {one.name for one in tempo.trace(trace_id)} == {"front", "back"}}


def test_all_spans_of_a_trace_reach_one_sampler_whichever_gateway_they_enter_by(tiers: Tiers, tempo: Tempo) -> None:
    # Nothing but failed traces is kept: a sampler that saw only the span that did not fail would have dropped it.
    ids = tiers.send_halves("halves")
    assert eventually(lambda: whole(tempo, ids), lambda seen: seen == ids) == ids
    shares = [self_metric(one.telemetry_url, "otelcol_receiver_accepted_spans") for one in tiers.samplers]
    assert sum(shares) == 2 * TRACES, "each span was sent once"
    assert min(shares) > TRACES / 4, "both samplers have work"


def test_a_service_behind_an_agent_is_in_all_three_backends(
    tiers: Tiers, tempo: Tempo, loki: Loki, prometheus: Prometheus
) -> None:
    produced = produce(tiers.agent.endpoint, 60, run="agent")
    assert produced.lossless
    must = produced.trace_ids("failed", "slow")
    assert eventually(lambda: tempo.search('{span.stack.run="agent"}'), lambda ids: ids >= must) == must
    assert (
        len(eventually(lambda: loki.lines('{service_name="producer"} | run="agent"'), lambda seen: len(seen) >= 60))
        == 60
    )
    counted = 'sum(traces_spanmetrics_calls_total{collector_instance_id!="", span_name="back"})'
    assert eventually(lambda: prometheus.value(counted), lambda seen: seen >= TRACES) >= TRACES


def test_a_dead_sampler_loses_nothing_that_waits_before_it(
    tiers: Tiers, tempo: Tempo, record_property: Callable[[str, object], None]
) -> None:
    dead, alive = tiers.samplers
    before = self_metric(alive.telemetry_url, "otelcol_receiver_accepted_spans")
    dead.program.kill()
    # The gateways notice its return one after the other, so halves of a trace may be judged apart: both failed.
    ids = tiers.send_halves("dead-sampler", both_failed=True)
    others = eventually(lambda: whole(tempo, ids), lambda seen: len(seen) > TRACES / 4)
    assert TRACES / 4 < len(others) < TRACES, "the living sampler's traces do not wait for the dead one"
    time.sleep(5)  # long enough for several attempts at the dead one
    dead.program.start()
    dead.program.await_ready()
    assert eventually(lambda: whole(tempo, ids), lambda seen: seen == ids) == ids
    taken = self_metric(alive.telemetry_url, "otelcol_receiver_accepted_spans") - before
    record_property(
        "spans that the living sampler took in while the other was dead", f"{taken:.0f} of {2 * len(others)}"
    )
    assert taken == 2 * len(others), "what was delivered is not delivered again with what waits"


def test_a_killed_sampler_loses_nothing_that_its_queue_holds(tiers: Tiers, stack: Stack, tempo: Tempo) -> None:
    stack.backends["tempo"].stop()
    ids = tiers.send_halves("killed-sampler")

    def queued() -> float:
        return sum(
            self_metric(one.telemetry_url, "otelcol_exporter_queue_size", exporter="otlp_http/tempo")
            for one in tiers.samplers
        )

    assert eventually(queued, lambda size: size > 0) > 0
    eventually(
        lambda: sum(
            self_metric(one.telemetry_url, "otelcol_processor_tail_sampling_sampling_traces_on_memory")
            for one in tiers.samplers
        ),
        lambda held: held == 0,
        within_s=10,
    )
    for sampler in tiers.samplers:
        sampler.program.kill()
    stack.backends["tempo"].start()
    for sampler in tiers.samplers:
        sampler.program.start()
    for program in (stack.backends["tempo"], *(sampler.program for sampler in tiers.samplers)):
        program.await_ready()
    assert eventually(lambda: whole(tempo, ids), lambda seen: seen == ids) == ids
