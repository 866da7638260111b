"""``otelkit`` on the command line: what it says when asked nothing, and that a command pays for itself only."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

from otelkit.cli import COMMANDS, main
from tests.program import output


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr().out
    for command in COMMANDS:
        assert f"otelkit {command}" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"otelkit {command}" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(f"    {command} " in said for command in COMMANDS)


def test_an_unknown_command_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cnsole"])
    assert ended.value.code == 2
    assert "cnsole" in capsys.readouterr().err


def test_python_dash_m_is_the_same_command() -> None:
    said = subprocess.run(
        [sys.executable, "-W", "error", "-m", "otelkit", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"otelkit {metadata.version('otelkit')}\n"


def test_showing_the_settings_loads_no_server() -> None:
    loaded = output("""
        import contextlib, io, sys
        from otelkit.cli import main
        with contextlib.redirect_stdout(io.StringIO()):
            main(["config", "show"])
        print(sorted({"starlette", "uvicorn", "rich", "otelkit.cli.console", "otelkit.cli.demo"} & set(sys.modules)))
    """)
    assert loaded == "[]"
