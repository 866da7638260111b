"""The running stack for the tests of this folder, and the rule that they only run when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from otelkit.cli.demonstration.example import SCORING
from tests.deployment.links import Datasources
from tests.stack.asking import Loki, Prometheus, Tempo, eventually
from tests.stack.building import built_programs
from tests.stack.following import Follower, clicked
from tests.stack.running import running_stack
from tests.stack.traffic import Replayed, replay_fraud

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tests.deployment.links import ClickedSpan
    from tests.stack.asking import Exemplar, Line, StoredSpan
    from tests.stack.running import Stack

_HERE = Path(__file__).parent

FRAUD_REQUESTS = 400
_DURATIONS = f'http_server_request_duration_seconds_bucket{{service_name="{SCORING}", http_route="/transactions"}}'


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless ``-m stack`` or their path asks for them: their engines take long to build."""
    asked = "stack" in (config.option.markexpr or "") or any(
        "stack" in Path(argument).parts for argument in config.args
    )
    if asked:
        return
    ours = [item for item in items if item.path.is_relative_to(_HERE) and item.get_closest_marker("stack")]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in set(ours)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was measured beside what was asserted."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        if report.when == "call":
            for name, value in report.user_properties:
                terminalreporter.write_line(f"measured: {name}: {value}")


@pytest.fixture(scope="session")
def programs() -> Mapping[str, Path]:
    """Where every built program is."""
    return built_programs()


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Generator[Stack]:
    """The single-node stack from the shipped files as they are; tests that break something start their own."""
    with running_stack() as running:
        yield running
        running.backends.keep = bool(request.session.testsfailed)


@pytest.fixture(scope="session")
def prometheus(stack: Stack) -> Prometheus:
    """The metrics of the stack."""
    return Prometheus(stack.backends.prometheus_url)


@pytest.fixture(scope="session")
def tempo(stack: Stack) -> Tempo:
    """The traces of the stack."""
    return Tempo(stack.backends.tempo_url)


@pytest.fixture(scope="session")
def loki(stack: Stack) -> Loki:
    """The log records of the stack."""
    return Loki(stack.backends.loki_url)


@pytest.fixture(scope="session")
def fraud_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the fraud services keep what they write."""
    return tmp_path_factory.mktemp("fraud")


@pytest.fixture(scope="session")
def fraud(stack: Stack, fraud_folder: Path) -> Replayed:
    """The fraud services on their real data, replayed once through the pipeline."""
    return replay_fraud(stack.collector.endpoint, requests=FRAUD_REQUESTS, folder=fraud_folder)


@pytest.fixture(scope="session")
def links() -> Datasources:
    """Grafana's data sources as they are shipped."""
    return Datasources()


@pytest.fixture(scope="session")
def follow(prometheus: Prometheus, tempo: Tempo, loki: Loki) -> Follower:
    """Runs what a click would run."""
    return Follower(prometheus=prometheus, tempo=tempo, loki=loki)


@pytest.fixture(scope="session")
def exemplar(prometheus: Prometheus, tempo: Tempo, fraud: Replayed) -> Exemplar:
    """An exemplar of the scoring service's request duration, of a request that called the other service."""
    called = {answer.trace_id for answer in fraud.answers if answer.reputation_attempts}

    def found() -> list[Exemplar]:
        return [one for one in prometheus.exemplars(_DURATIONS) if one.labels.get("trace_id") in called]

    exemplars = eventually(found, bool)
    assert exemplars, "no exemplar of a request that called the other service"
    assert eventually(lambda: tempo.trace(exemplars[0].labels["trace_id"]), bool)
    return exemplars[0]


@pytest.fixture(scope="session")
def trace(exemplar: Exemplar, links: Datasources, follow: Follower) -> list[StoredSpan]:
    """What the exemplar's link shows, once the spans of both services are there."""
    link = links.of_exemplar(exemplar.labels)
    return eventually(lambda: follow.trace(link), lambda seen: len({span.service for span in seen}) > 1)


@pytest.fixture(scope="session")
def span(exemplar: Exemplar, trace: list[StoredSpan]) -> ClickedSpan:
    """The scoring service's request, as somebody clicks it."""
    (request,) = (one for one in trace if one.service == SCORING and one.kind == "server")
    return clicked(request, exemplar.labels["trace_id"])


@pytest.fixture(scope="session")
def lines(span: ClickedSpan, links: Datasources, follow: Follower) -> list[Line]:
    """What the request's link to its log lines shows."""
    link = links.of_span_to_logs(span)
    return eventually(lambda: follow.lines(link), bool)
