"""What a missing package means, in a process that really has not got it, and what reading settings imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from otelkit.settings import load_settings, parameters
from otelkit.settings.parameters import METRICS, TRACES

_WITHOUT = """
import importlib.abc, importlib.metadata, json, sys

HIDDEN = json.loads(sys.argv[1])

class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == hidden or name.startswith(hidden + ".") for hidden in HIDDEN["modules"]):
            raise ModuleNotFoundError(name, name=name)
        return None

sys.meta_path.insert(0, Hide())
installed = importlib.metadata.entry_points
importlib.metadata.entry_points = lambda **wanted: [
    point for point in installed(**wanted) if not point.value.startswith(tuple(HIDDEN["modules"]))
]

from otelkit.settings import load_settings, parameters

settings = load_settings(HIDDEN["arguments"], environ=HIDDEN["environ"])
print(json.dumps({
    "problems": [str(problem) for problem in settings.problems],
    "protocol": settings[parameters.TRACES.protocol],
    "exporters": settings[parameters.METRICS.exporter],
    "environment": settings[parameters.ENVIRONMENT],
}))
"""


def load_without(*modules: str, environ: dict[str, str] | None = None, **arguments: object) -> dict[str, object]:
    """Load settings in a process in which the modules and their entry points do not exist."""
    given = json.dumps({"modules": modules, "environ": environ or {}, "arguments": arguments})
    done = subprocess.run([sys.executable, "-c", _WITHOUT, given], check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_grpc_without_its_package_says_the_pip_command_and_falls_back_to_http() -> None:
    answer = load_without("opentelemetry.exporter.otlp.proto.grpc", environ={"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})

    assert answer["protocol"] == "http/protobuf"
    assert answer["problems"] == [
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL='grpc' (environment): OTLP over gRPC needs a package that is not installed;"
            " it is ignored. Fix: pip install 'otelkit[grpc]'."
        )
    ]


def test_prometheus_without_its_package_says_the_pip_command_and_keeps_the_others() -> None:
    answer = load_without("opentelemetry.exporter.prometheus", environ={"OTEL_METRICS_EXPORTER": "otlp,prometheus"})

    assert answer["exporters"] == ["otlp"]
    assert answer["problems"] == [
        (
            "OTEL_METRICS_EXPORTER='prometheus' (environment): needs a package that is not installed; it is ignored."
            " Fix: pip install 'otelkit[prometheus]'."
        )
    ]


def test_yaml_without_its_package_says_the_pip_command(tmp_path: Path) -> None:
    path = tmp_path / "otelkit.yaml"
    path.write_text("environment: production")
    answer = load_without("yaml", config_file=str(path))

    assert answer["environment"] is None
    assert answer["problems"] == [
        f"file ({path}): is YAML, which needs a package that is not installed. Fix: pip install 'otelkit[yaml]'."
    ]


def test_installed_packages_add_their_names() -> None:
    settings = load_settings(
        {"metrics.exporter": "otlp,prometheus", "traces.exporter": "otlp_proto_http", "traces.protocol": "grpc"},
        environ={},
        directory=Path("/nonexistent"),
    )

    assert settings.problems == ()
    assert settings[METRICS.exporter] == ("otlp", "prometheus")
    assert settings[TRACES.exporter] == ("otlp_proto_http",)
    assert settings[TRACES.protocol] == "grpc"


@pytest.mark.parametrize(
    ("environ", "also"),
    [
        ({}, set[str]()),
        ({"OTEL_TRACES_EXPORTER": "consle", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {"opentelemetry"}),
    ],
    ids=["nothing set", "much to look up"],
)
def test_reading_settings_imports_nothing_but_the_standard_library(environ: dict[str, str], also: set[str]) -> None:
    program = """
import sys
before = set(sys.modules)  # what site-packages load at start-up by themselves
from otelkit.settings import load_settings
load_settings()
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - set(sys.stdlib_module_names)))
print(*sorted(name for name in set(sys.modules) - before if name.startswith(("grpc", "opentelemetry."))))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environ, cwd="/"
    )
    packages, modules = done.stdout.splitlines()

    assert set(packages.split()) <= {"otelkit", *also}
    # Looking for the exporter of gRPC walks through OpenTelemetry's namespace packages, which hold no code.
    assert set(modules.split()) <= {
        f"opentelemetry.{name}" for name in ("exporter", "exporter.otlp", "exporter.otlp.proto")
    }


def test_the_names_of_the_package_are_the_documented_ones() -> None:
    import otelkit.settings

    assert set(otelkit.settings.__all__) == {
        "ConfigurationError",
        "Logs",
        "Metrics",
        "Problem",
        "Row",
        "Settings",
        "Source",
        "Traces",
        "init_arguments",
        "load_settings",
        "parameters",
    }
    assert parameters.SIGNALS == (parameters.TRACES, parameters.METRICS, parameters.LOGS)
