"""`otelkit config show`: every setting, masked, with its source and every problem."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from otelkit.cli import main
from otelkit.settings.parameters import ALL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("OTEL_", "OTELKIT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_printed_with_its_value_and_source(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "payments")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cr3t")

    assert main(["config", "show"]) == 0

    printed = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if line}
    assert set(lines) >= {row.name for row in ALL}
    assert lines["service.name"] == ["payments", "environment", "OTEL_SERVICE_NAME"]
    assert lines["headers"] == ["authorization=***", "environment", "OTEL_EXPORTER_OTLP_HEADERS"]
    assert lines["service.version"] == ["-", "default"]
    assert "s3cr3t" not in printed
    assert printed.endswith("no problems\n")


def test_changed_leaves_the_defaults_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "payments")

    assert main(["config", "show", "--changed"]) == 0
    assert capsys.readouterr().out == "service.name  payments  environment OTEL_SERVICE_NAME\n\nno problems\n"


def test_problems_end_the_command_with_1_only_when_strict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "consle")

    assert main(["config", "show"]) == 0
    assert "1 problem\n  - OTEL_TRACES_EXPORTER='consle' (environment): is unknown" in capsys.readouterr().out
    assert main(["config", "show", "--strict"]) == 1


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('environment = "production"\ncolour = 1\n')

    assert main(["config", "show", "--json", "--config-file", str(path)]) == 0

    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert set(printed["settings"]) == {row.name for row in ALL}
    assert printed["settings"]["environment"] == {"value": "production", "source": f"file {path}", "set": True}
    assert printed["settings"]["config_file"] == {"value": str(path), "source": "argument", "set": True}
    (problem,) = printed["problems"]
    assert problem["setting"] == "colour"
    assert problem["text"].startswith("colour (")


def test_config_alone_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["config"])

    assert left.value.code == 2
    assert "show" in capsys.readouterr().err


def test_the_installed_command_shows_settings(tmp_path: Path) -> None:
    (tmp_path / "otelkit.toml").write_text('environment = "production"')
    done = subprocess.run(
        [sys.executable, "-m", "otelkit", "config", "show", "--changed"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={},
    )

    assert done.stdout.startswith("environment  production  file ")
