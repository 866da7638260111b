"""Which HTTP conventions hold, who chose them, and what a missing extra says."""

from __future__ import annotations

import pytest

from tests.program import output

SHOW = """
import os
import otelkit
{before}
telemetry = otelkit.init("svc", endpoint="http://127.0.0.1:1", logs=False)
from opentelemetry.instrumentation import _semconv as conventions
print(conventions._OpenTelemetrySemanticConventionStability._get_opentelemetry_stability_opt_in_mode(
    conventions._OpenTelemetryStabilitySignalType.HTTP).value)
print(os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN"))
print([problem.setting for problem in telemetry.report().problems])
otelkit.shutdown(0.1)
"""


def test_init_chooses_the_stable_conventions_and_leaves_the_environment_alone() -> None:
    assert output(SHOW.format(before="")).splitlines() == ["http", "None", "[]"]


def test_what_the_user_chose_is_kept() -> None:
    shown = output(SHOW.format(before=""), {"OTEL_SEMCONV_STABILITY_OPT_IN": "http/dup"}).splitlines()
    assert shown == ["http/dup", "http/dup", "[]"]


def test_an_instrumentation_that_came_first_is_reported() -> None:
    before = """
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
OpenTelemetryMiddleware(lambda scope, receive, send: None)
"""
    assert output(SHOW.format(before=before)).splitlines()[::2] == ["default", "['OTEL_SEMCONV_STABILITY_OPT_IN']"]


@pytest.mark.parametrize(
    ("missing", "use", "command"),
    [
        (
            "opentelemetry.instrumentation.fastapi",
            "otelkit.instrument_fastapi(__import__('fastapi').FastAPI())",
            "pip install 'otelkit[fastapi]'",
        ),
        ("opentelemetry.exporter.prometheus", "otelkit.metrics_app()", "pip install 'otelkit[prometheus]'"),
        ("loguru", "otelkit.instrument_loguru()", "pip install 'otelkit[loguru]'"),
    ],
)
def test_a_missing_extra_says_the_exact_command(missing: str, use: str, command: str) -> None:
    shown = output(f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r} or name.startswith({missing + "."!r}):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
import otelkit
try:
    {use}
except ImportError as error:
    print(error)
""")
    assert command in shown
