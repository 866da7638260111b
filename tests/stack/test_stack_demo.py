"""`otelkit demo --verify` against the running stack: zero when everything arrived, and what is missing by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from otelkit.cli.demonstration.prometheus_names import series_name
from tests.demo.metric_names import NAMES
from tests.stack.asking import eventually
from tests.stack.collectors import Collector
from tests.stack.programs import free_ports
from tests.stack.running import running_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from opentelemetry.metrics import Meter

    from otelkit.cli.demonstration.receiver import Metric
    from tests.stack.asking import Prometheus
    from tests.stack.backends import Backends
    from tests.stack.running import Stack

pytestmark = pytest.mark.stack

TIMEOUT_S = 240

REQUESTS = 60

ROWS = {"traces": 3, "logs": 3, "metrics": 10, "exemplars": 1}

METRICS = list(NAMES)


@pytest.fixture(scope="module")
def backends(programs: Mapping[str, Path], request: pytest.FixtureRequest) -> Generator[Backends]:
    """Backends of our own, because they are broken here."""
    with running_backends(programs) as running:
        yield running
        running.keep = bool(request.session.testsfailed)


@contextmanager
def demo(endpoint: str, backends: Backends, *more: str, folder: Path) -> Generator[subprocess.Popen[str]]:
    """A verified demo as a user starts it."""
    engines = ("--prometheus", backends.prometheus_url, "--tempo", backends.tempo_url, "--loki", backends.loki_url)
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "otelkit", "demo", "--endpoint", endpoint, "--verify", *engines),
            *("--requests", str(REQUESTS), "--rate", "40", *more),
        ],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def rows(said: str) -> dict[str, list[tuple[int, int]]]:
    """What the table says was sent and arrived, by signal."""
    found: dict[str, list[tuple[int, int]]] = {}
    for signal, sent, arrived in re.findall(
        r"^(traces|logs|metrics|exemplars) .* (\d+) +(\d+)(?:  <-)?$", said, re.MULTILINE
    ):
        found.setdefault(signal, []).append((int(sent), int(arrived)))
    return found


def test_a_run_whose_telemetry_arrived_in_all_three_backends_ends_with_zero(stack: Stack, tmp_path: Path) -> None:
    with demo(stack.collector.endpoint, stack.backends, folder=tmp_path) as process:
        said, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 0, said
    assert "everything that was sent arrived" in said
    assert "<-" not in said
    table = rows(said)
    assert {signal: len(counts) for signal, counts in table.items()} == ROWS
    assert all(sent == arrived for counts in table.values() for sent, arrived in counts)
    assert table["traces"][0] == (REQUESTS, REQUESTS)
    assert table["metrics"][0] == (REQUESTS, REQUESTS)
    assert all(sent > 0 for signal in ("traces", "logs", "exemplars") for sent, _ in table[signal])
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_the_same_stack_are_told_apart(stack: Stack, tmp_path: Path) -> None:
    # The run of the test before, the fraud services' of others: all are in the same backends under the same names.
    with (
        demo(stack.collector.endpoint, stack.backends, "--requests", "20", folder=tmp_path) as one,
        demo(stack.collector.endpoint, stack.backends, "--requests", "30", folder=tmp_path) as other,
    ):
        said = [process.communicate(timeout=TIMEOUT_S)[0] for process in (one, other)]

    assert [one.returncode, other.returncode] == [0, 0], said
    assert [rows(each)["metrics"][0] for each in said] == [(20, 20), (30, 30)]


def _nowhere() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}"


BREAKS: dict[str, tuple[Callable[[], dict[str, str]], set[str], str]] = {
    "no ordinary trace is kept": (
        lambda: {"TRACES_KEEP_PERCENT": "0"},
        {"traces", "exemplars"},
        r"^- trace [0-9a-f]{32}: (only log lines|nothing) of it arrived$",
    ),
    "log records are sent elsewhere": (lambda: {"LOKI_OTLP_URL": f"{_nowhere()}/otlp"}, {"logs"}, r"^logs .*  0  <-$"),
    "metrics are sent elsewhere": (
        lambda: {"PROMETHEUS_OTLP_URL": f"{_nowhere()}/api/v1/otlp"},
        {"metrics"},
        r"^- no histogram brought an exemplar$",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_did_not_arrive_is_named_and_ends_with_one(
    broken: str, backends: Backends, programs: Mapping[str, Path], tmp_path: Path
) -> None:
    settings, signals, complaint = BREAKS[broken]
    name = f"otelcol-{len(backends.names)}"
    collector = Collector(backends, programs["otelcol"], name=name, settings=settings()).start()

    with demo(collector.endpoint, backends, "--patience", "15", folder=tmp_path) as process:
        said, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 1, said
    assert "NOT everything that was sent arrived" in said
    assert re.search(complaint, said, re.MULTILINE), said
    assert {signal for signal in ROWS if re.search(rf"^{signal} .* <-$", said, re.MULTILINE)} == signals, said
    collector.program.stop()


def test_an_engine_that_ends_during_the_run_fails_it_by_the_name_of_its_option(
    backends: Backends, programs: Mapping[str, Path], tmp_path: Path
) -> None:
    collector = Collector(backends, programs["otelcol"], name=f"otelcol-{len(backends.names)}").start()

    with demo(collector.endpoint, backends, "--patience", "3", folder=tmp_path) as process:
        assert process.stdout is not None
        before = "".join(
            iter(process.stdout.readline, "starting two services; one trains its model on the first 250 pages\n")
        )
        backends["loki"].stop()
        said, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 1, before + said
    assert f"Loki does not answer at {backends.loki_url} " in said
    assert "say where it is with --loki" in said
    assert "asking Prometheus, Tempo and Loki" in said
    assert "everything that was sent arrived" not in said

    # And while it is away nothing is started at all.
    with demo(collector.endpoint, backends, folder=tmp_path) as again:
        said, _ = again.communicate(timeout=TIMEOUT_S)
    assert again.returncode == 1
    assert "say where it is with --loki" in said
    assert "starting" not in said
    collector.program.stop()


@pytest.fixture(scope="module")
def measured(stack: Stack) -> None:
    """One measurement of each metric, sent to Prometheus by the SDK itself."""
    endpoint = f"{stack.backends.prometheus_url}/api/v1/otlp/v1/metrics"
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint), export_interval_millis=3_600_000)
    provider = MeterProvider([reader], resource=Resource({"service.name": "metric-names"}), shutdown_on_exit=False)
    for number, metric in enumerate(METRICS):
        _measure(provider.get_meter("names"), metric, {"case": str(number)})
    assert provider.force_flush()
    provider.shutdown()


@pytest.mark.parametrize("number", range(len(METRICS)), ids=[metric.name for metric in METRICS])
@pytest.mark.usefixtures("measured")
def test_prometheus_gives_a_metric_the_predicted_name(number: int, prometheus: Prometheus) -> None:
    asked = f'{series_name(METRICS[number])}{{service_name="metric-names", case="{number}"}}'
    found = eventually(lambda: prometheus.query(asked), bool, within_s=10)
    assert [sample.value for sample in found] == [1]


def _measure(meter: Meter, metric: Metric, attributes: Mapping[str, str]) -> None:
    match metric.kind:
        case "counter":
            meter.create_counter(metric.name, metric.unit).add(1, attributes)
        case "up_down_counter":
            meter.create_up_down_counter(metric.name, metric.unit).add(1, attributes)
        case "gauge":
            meter.create_gauge(metric.name, metric.unit).set(1, attributes)
        case "histogram":
            meter.create_histogram(metric.name, metric.unit).record(1, attributes)
