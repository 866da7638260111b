"""The running stack for the tests of this folder, and the rule that they only run when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.stack.asking import Loki, Prometheus, Tempo
from tests.stack.building import built_programs
from tests.stack.running import running_stack
from tests.stack.traffic import Replayed, replay_fraud

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tests.stack.running import Stack

_HERE = Path(__file__).parent

FRAUD_REQUESTS = 400


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless ``-m stack`` or their path asks for them: their engines take long to build."""
    asked = "stack" in (config.option.markexpr or "") or any(
        "stack" in Path(argument).parts for argument in config.args
    )
    if asked:
        return
    ours = [item for item in items if item.path.is_relative_to(_HERE)]
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
