"""Every shipped file is accepted by the program that reads it, asked by that program itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.stack.backends import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.stack

COLLECTORS = (
    ("pipeline.yaml",),
    ("agent.yaml",),
    ("gateway.yaml",),
    ("sampler.yaml",),
    ("pipeline.yaml", "secured.yaml"),
    ("agent.yaml", "secured.yaml"),
    ("gateway.yaml", "secured.yaml"),
    ("gateway.yaml", "gateway-kafka.yaml"),
    ("sampler.yaml", "sampler-kafka.yaml"),
)


def accepted(*command: str, folder: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("files", COLLECTORS, ids="+".join)
def test_the_collector_accepts(files: tuple[str, ...], programs: Mapping[str, Path]) -> None:
    said = accepted(
        str(programs["otelcol"]), "validate", *(f"--config={CONFIGURATION / 'otelcol' / name}" for name in files)
    )
    assert "deprecated" not in said


def test_every_collector_file_is_in_the_list_of_accepted_ones() -> None:
    known = {name for files in COLLECTORS for name in files} | {"builder.yaml"}
    assert {path.name for path in (CONFIGURATION / "otelcol").iterdir()} == known


def test_promtool_accepts_prometheus_yml(programs: Mapping[str, Path]) -> None:
    accepted(
        str(programs["promtool"]), "check", "config", "--lint=all", str(CONFIGURATION / "prometheus" / "prometheus.yml")
    )


def test_amtool_accepts_alertmanager_yml(programs: Mapping[str, Path]) -> None:
    accepted(str(programs["amtool"]), "check-config", str(CONFIGURATION / "alertmanager" / "alertmanager.yml"))


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("severity=critical",), "critical"),
        (("severity=warning",), "warning"),
        (("severity=info",), "info"),
        (("severity=critical", "alertname=Watchdog"), "watchdog"),
        (("severity=misspelt",), "warning"),
    ],
)
def test_an_alert_reaches_the_receiver_of_its_severity(
    labels: tuple[str, ...], receiver: str, programs: Mapping[str, Path]
) -> None:
    file = CONFIGURATION / "alertmanager" / "alertmanager.yml"
    accepted(
        *(str(programs["amtool"]), "config", "routes", "test", f"--config.file={file}"),
        f"--verify.receivers={receiver}",
        *labels,
    )


def test_tempo_accepts_tempo_yaml(programs: Mapping[str, Path], tmp_path: Path) -> None:
    file = CONFIGURATION / "tempo" / "tempo.yaml"
    said = accepted(
        str(programs["tempo"]),
        f"-config.file={file}",
        "-config.expand-env=true",
        "-config.verify=true",
        folder=tmp_path,
    )
    assert "warn" not in said


def test_loki_accepts_loki_yaml(programs: Mapping[str, Path], tmp_path: Path) -> None:
    file = CONFIGURATION / "loki" / "loki.yaml"
    accepted(
        str(programs["loki"]), f"-config.file={file}", "-config.expand-env=true", "-verify-config", folder=tmp_path
    )
