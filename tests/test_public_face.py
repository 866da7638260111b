"""What `import otelkit` gives, and what it does not load."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import otelkit
from tests.program import output

HEAVY = (
    "grpc",
    "requests",
    "urllib3",
    "pydantic",
    "fastapi",
    "starlette",
    "uvicorn",
    "numpy",
    "sklearn",
    "sqlalchemy",
    "prometheus_client",
    "google.protobuf",
    "http.server",
    "opentelemetry.sdk",
    "opentelemetry.propagate",
)


@pytest.mark.parametrize(
    "use",
    [
        "import otelkit",
        "import otelkit\n@otelkit.observe\ndef work(): ...\nwork()",
        "from otelkit.instruments import FraudMetrics\nFraudMetrics().record_transaction('clean')",
        "import otelkit\notelkit.get_logger('x')",
    ],
    ids=["import", "decorate", "record", "log"],
)
def test_using_otelkit_before_init_loads_nothing_heavy(use: str) -> None:
    loaded = output(f"{use}\nimport sys\nprint([name for name in {HEAVY!r} if name in sys.modules])")
    assert loaded == "[]"


def test_the_public_names_are_these() -> None:
    assert sorted(otelkit.__all__) == otelkit.__all__
    assert set(otelkit.__all__) == {
        "Attribute",
        "ConfigurationError",
        "FlushReport",
        "Instruments",
        "Logs",
        "Metrics",
        "Problem",
        "Report",
        "Slo",
        "Telemetry",
        "Traces",
        "audit",
        "bind",
        "carry_context",
        "count_errors",
        "counted",
        "counter",
        "explore_url",
        "flush",
        "gauge",
        "get_logger",
        "histogram",
        "init",
        "instrument_fastapi",
        "instrument_loguru",
        "metrics_app",
        "observe",
        "operation",
        "registered_operations",
        "shutdown",
        "timed",
        "trace_id",
        "track_in_progress",
        "unbind",
        "up_down_counter",
    }


@pytest.mark.parametrize("name", otelkit.__all__)
def test_every_public_name_is_there_and_says_what_it_is_for(name: str) -> None:
    assert (getattr(otelkit, name).__doc__ or "").strip()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'initialise'"):
        _ = otelkit.initialise


def test_the_lazy_face_and_the_typed_face_agree() -> None:
    tree = ast.parse(Path(otelkit.__file__).read_text(encoding="utf-8"))
    typed = {
        (node.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    lazy = {(room, name) for room, names in vars(otelkit)["_ROOMS"].items() for name in names}
    assert typed == lazy


def test_no_file_of_the_package_is_a_room_of_everything() -> None:
    package = Path(otelkit.__file__).parent
    long = {
        str(path.relative_to(package)): lines
        for path in package.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
