"""Every variable of the specification is honoured or reported; what is nearly one is answered with "did you mean"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import opentelemetry.environment_variables
import opentelemetry.sdk.environment_variables
import pytest

from otelkit.settings import parameters
from otelkit.settings.specification import PYTHON, SPECIFICATION, VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.settings.conftest import Load

SPECIFIED = [name for names in SPECIFICATION.values() for name in names]
OF_PYTHON = [name for names in PYTHON.values() for name in names]

# A value for each honoured variable that differs from its default and that its type takes.
GIVEN = {
    "boolean": "true",
    "URL": "http://collector:4318",
    "headers": "a=b",
    "attributes": "team=risk",
    "string": "given",
    "number or string": "0.5",
    "logger=level list": "a=ERROR",
    "list": "a,b",
}


def given_for(variable: str, pem: Path) -> str:
    row = parameters.BY_NAME[VARIABLES[variable].parameter]
    kind = row.reader.type_name
    if kind.startswith(("integer", "duration")):
        return "300"
    if kind == "path":
        return str(pem)
    if kind.startswith(("one of", "list of")):
        names = [name.strip("` ") for name in kind.split("of ", 1)[1].split(",")]
        return next(name for name in names if name not in (row.default, "none") and (name,) != row.default)
    return GIVEN[kind]


def test_the_list_has_what_the_sdk_and_the_api_name() -> None:
    modules = (opentelemetry.sdk.environment_variables, opentelemetry.environment_variables)
    named = {
        value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, str) and value.startswith("OTEL_") and not name.startswith("__")
    }

    assert named - set(SPECIFIED) - set(OF_PYTHON) == set()


def test_no_variable_is_listed_twice_and_none_is_known_without_being_listed() -> None:
    listed = [*SPECIFIED, *OF_PYTHON]

    assert len(listed) == len(set(listed))
    assert {name for name in VARIABLES if name.startswith("OTEL_")} == set(listed)


@pytest.mark.parametrize("variable", SPECIFIED)
def test_a_variable_of_the_specification_is_honoured_or_reported(load: Load, tmp_path: Path, variable: str) -> None:
    standing = VARIABLES[variable]
    if standing.unsupported:
        (problem,) = load(environ={variable: "s3cr3t"}).problems
        assert problem.setting == variable
        assert problem.message == f"has no effect: {standing.unsupported}"
        assert problem.fix == standing.fix
        assert "s3cr3t" not in str(problem)
        return
    pem = tmp_path / "file.pem"
    pem.touch()
    row = parameters.BY_NAME[standing.parameter]
    needed = {
        "OTEL_TRACES_SAMPLER_ARG": {"OTEL_TRACES_SAMPLER": "traceidratio"},
        **{name: {name.replace("_KEY", "_CERTIFICATE"): str(pem)} for name in SPECIFIED if name.endswith("CLIENT_KEY")},
    }.get(variable, {})
    settings = load(environ={variable: given_for(variable, pem), **needed})

    assert settings.problems == ()
    assert str(settings.source(row)) == f"environment {variable}"
    assert settings[row] != row.default


@pytest.mark.parametrize("variable", OF_PYTHON)
def test_a_variable_of_python_is_read_by_a_named_component_or_reported(load: Load, variable: str) -> None:
    standing = VARIABLES[variable]
    problems = load(environ={variable: "something"}).problems

    if standing.component:
        assert problems == ()
    else:
        assert [problem.setting for problem in problems] == [variable]
        assert standing.unsupported
        assert standing.fix


def test_declarative_configuration_is_reported(load: Load) -> None:
    (problem,) = load(environ={"OTEL_CONFIG_FILE": "/etc/otel.yaml"}).problems

    assert str(problem) == (
        "OTEL_CONFIG_FILE (environment): has no effect: otelkit builds the SDK by itself and does not read declarative"
        " configuration. Fix: use otelkit.toml (OTELKIT_CONFIG_FILE), or leave otelkit.init out and let the SDK read"
        " that file."
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED", "False"),
        ("OTEL_PYTHON_ID_GENERATOR", "random"),
        ("OTEL_CONFIG_FILE", ""),
        ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", " "),
    ],
)
def test_a_value_that_asks_for_what_happens_anyway_is_no_problem(load: Load, variable: str, value: str) -> None:
    assert load(environ={variable: value}).problems == ()


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("OTEL_TRACE_EXPORTER", "OTEL_TRACES_EXPORTER"),
        ("OTEL_EXPORTER_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("OTEL_EXPORTER_OTLP_ENPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("OTEL_EXPORTER_OTLP_TRACE_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
        ("OTEL_RESOURCE_ATTRIBUTE", "OTEL_RESOURCE_ATTRIBUTES"),
        ("OTEL_SERVICENAME", "OTEL_SERVICE_NAME"),
        ("OTEL_TRACES_SAMPLER_ARGS", "OTEL_TRACES_SAMPLER_ARG"),
        ("OTELKIT_LOG_LEVEL", "OTELKIT_LOGS_LEVEL"),
        ("OTELKIT_STRCT", "OTELKIT_STRICT"),
    ],
)
def test_a_misspelt_variable_is_answered_with_the_right_one(load: Load, misspelt: str, meant: str) -> None:
    (problem,) = load(environ={misspelt: "x"}).problems

    assert str(problem) == (
        f"{misspelt} (environment): is unknown and is ignored; did you mean {meant!r}? Fix: set {meant}."
    )


def test_an_unknown_variable_of_our_own_is_reported_even_when_nothing_is_near(load: Load) -> None:
    (problem,) = load(environ={"OTELKIT_COLOUR_OF_THE_SKY": "x"}).problems

    assert problem.message == "is unknown and is ignored"


@pytest.mark.parametrize(
    "variable",
    [
        "OTEL_JAVAAGENT_ENABLED",
        "OTEL_NODE_RESOURCE_DETECTORS",
        "OTEL_DOTNET_AUTO_HOME",
        "OTEL_GO_X_RESOURCE",
        "OTEL_PYTHON_FLASK_EXCLUDED_URLS",
        "OTEL_PYTHON_DJANGO_TRACED_REQUEST_ATTRS",
        "OTEL_PYTHON_DJANGO_INSTRUMENT",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        "OTEL_TOOL_OF_SOMEBODY_ELSE",
        "HOTEL_NAME",
        "OTHER_OTEL_SERVICE_NAM",
    ],
)
def test_variables_of_other_programs_are_left_alone(load: Load, variable: str) -> None:
    assert load(environ={variable: "x"}).problems == ()
