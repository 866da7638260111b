"""The guard over this repository's own tests, in `tests/conftest.py`: it finds what a test leaves, and puts it back."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

GUARD = Path(__file__).parents[1] / "conftest.py"

LEAVING = """
    import os
    import threading
    import time

    import otelkit
    import pytest
    from otelkit.runtime.internal_errors import record_internal_error, reset_internal_errors

    stop = threading.Event()

    def test_nothing():
        with otelkit.init("x"):
            threading.Timer(0.05, str).start()

    def test_otelkit():
        otelkit.init("x")

    def test_variable():
        os.environ["OTEL_SERVICE_NAME"] = "x"
        del os.environ["SET_BEFORE"]

    def test_directory(tmp_path):
        os.chdir(tmp_path)

    def test_thread():
        threading.Thread(target=stop.wait, name="for ever", daemon=True).start()

    def test_error():
        record_internal_error("the.place", KeyError("x"))

    def test_error_taken_away():
        record_internal_error("the.place", KeyError("x"))
        reset_internal_errors()

    def test_error_under_the_fixture(telemetry):
        record_internal_error("the.place", KeyError("x"))
        telemetry.take_internal_errors()

    def test_all_is_as_before():
        from otelkit import _telemetry
        assert _telemetry.current() is None
        assert "OTEL_SERVICE_NAME" not in os.environ
        assert os.environ["SET_BEFORE"] == "y"
        assert os.path.exists("report_here")
        stop.set()
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the guard said about each test, nothing where it was content."""
    project = tmp_path_factory.mktemp("project")
    source = GUARD.read_text(encoding="utf-8").replace("_SETTLE_SECONDS = 5.0", "_SETTLE_SECONDS = 0.5")
    assert "0.5" in source
    project.joinpath("conftest.py").write_text(source)
    project.joinpath("test_leaving.py").write_text(textwrap.dedent(LEAVING))
    project.joinpath("report_here").touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "OTEL"))}
    options = ("-p", "no:asyncio", "-p", "no:cacheprovider", "--junitxml=report.xml")
    subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=project,
        env={**environment, "SET_BEFORE": "y"},
        capture_output=True,
        check=False,
    )
    cases = ET.parse(project / "report.xml").iter("testcase")  # noqa: S314 # written by pytest just now
    return {case.attrib["name"]: "".join(child.text or "" for child in case) for case in cases}


@pytest.mark.parametrize("name", ["nothing", "error_taken_away", "error_under_the_fixture", "all_is_as_before"])
def test_a_test_that_leaves_nothing_passes(said: dict[str, str], name: str) -> None:
    assert said[f"test_{name}"] == ""


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("otelkit", "otelkit is set up otherwise than before"),
        ("variable", "environment variables changed: ['OTEL_SERVICE_NAME', 'SET_BEFORE']"),
        ("directory", "the working directory is "),
        ("thread", "the thread 'for ever' still runs"),
        ("error", "otelkit swallowed an error in the.place: KeyError: 'x'"),
    ],
)
def test_a_test_that_leaves_something_fails_and_is_told_what(said: dict[str, str], name: str, complaint: str) -> None:
    assert complaint in said[f"test_{name}"]
