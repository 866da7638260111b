"""What is wrong with what was given: arguments, headers, secrets, timeouts; and how it is all said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.settings import ConfigurationError, Problem, parameters
from otelkit.settings.parameters import LOGS, METRICS, TRACES
from otelkit.settings.reading.numbers import LONGEST

if TYPE_CHECKING:
    from tests.settings.conftest import Load

WRONG_ARGUMENTS: list[tuple[str, object, str, str]] = [
    (
        "metrics.export_interval",
        "x",
        "is a string, not a number of seconds, and is ignored",
        "number of seconds above 0",
    ),
    ("metrics.export_interval", True, "is a boolean, not a number of seconds", "number of seconds above 0"),
    ("metrics.export_interval", float("nan"), "is not a finite number", "number of seconds above 0"),
    ("metrics.export_interval", float("inf"), "is not a finite number", "number of seconds above 0"),
    ("metrics.export_interval", 10**400, "is longer than 24 days", "number of seconds above 0"),
    ("shutdown_timeout", -0.5, "is negative and is ignored", "give a number of seconds"),
    ("traces.queue_size", 2.5, "is a number, not a whole number", "give a whole number of 1 or more"),
    ("traces.exporter", 7, "is a whole number, not a list", "give a list of strings"),
    ("traces.exporter", ["otlp", 7], "has elements that are no strings", "give a list of strings"),
    ("service.name", ["a"], "is a list, not a string", "give the service's name as a string"),
    ("strict", "true", "is a string, not a boolean", "give true or false without quotes"),
    ("endpoint", 4318, "is a whole number, not a URL", "give a URL as a string"),
    ("headers", "a=b", "are a string, not a table", 'give a table, such as {"authorization": "Bearer ..."}'),
    ("resource.attributes", "a=b", "is a string, not a table", 'give a table, such as {"team": "risk"}'),
    ("resource.attributes", {"a": object()}, "attribute 'a' is an object and is left out", "give a string, a number"),
    ("resource.attributes", {"a": ["x", 1]}, "attribute 'a' is a list and is left out", "give a string, a number"),
    ("logs.levels", "a=INFO", "is a string, not a table", 'give a table, such as {"uvicorn.access": "WARNING"}'),
    ("logs.levels", {"a": 10}, "the level of 'a' is a whole number, not a name", "write one of DEBUG, INFO"),
    ("logs.directory", 3, "is a whole number, not a path", "give a path as a string"),
    ("logs.directory", "~nobody-has-this-name/logs", "names a home directory that does not exist", "absolute path"),
    ("traces.sampler", 1, "is a whole number, not a name", "write one of always_on"),
    ("config_file", object(), "is an object, not a path", "give a path as a string"),
]


@pytest.mark.parametrize(("name", "given", "message", "fix"), WRONG_ARGUMENTS)
def test_a_wrong_argument_is_a_problem_not_an_exception(
    load: Load, name: str, given: object, message: str, fix: str
) -> None:
    settings = load({name: given})

    (problem,) = settings.problems
    assert problem.setting == name
    assert problem.source == "argument"
    assert message in problem.message
    assert fix in problem.fix
    assert settings[parameters.BY_NAME[name]] == parameters.BY_NAME[name].default


class TestSampler:
    @pytest.mark.parametrize("ratio", ["0", "0.25", "1", "1.0", "1e-3"])
    def test_a_ratio_is_a_number_from_zero_to_one(self, load: Load, ratio: str) -> None:
        settings = load(environ={"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": ratio})

        assert settings[TRACES.sampler_arg] == float(ratio)
        assert settings.problems == ()

    @pytest.mark.parametrize("ratio", ["1.1", "-0.1", "25%", "nan", "a quarter"])
    def test_anything_else_is_a_problem_and_every_trace_is_recorded(self, load: Load, ratio: str) -> None:
        settings = load(environ={"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": ratio})

        assert settings[TRACES.sampler_arg] is None
        (problem,) = settings.problems
        assert str(problem) == (
            f"OTEL_TRACES_SAMPLER_ARG={ratio!r} (environment): is no ratio between 0 and 1 and is ignored: every trace"
            " is recorded. Fix: give a number such as 0.25."
        )


class TestHeaders:
    def test_a_malformed_pair_is_named_by_position_and_the_others_count(self, load: Load) -> None:
        settings = load(environ={"OTEL_EXPORTER_OTLP_HEADERS": "a=1,Bearer s3cr3t,X-Team=risk"})

        assert settings[TRACES.headers] == {"a": "1", "x-team": "risk"}
        (problem,) = settings.problems
        assert str(problem).startswith(
            "OTEL_EXPORTER_OTLP_HEADERS='***' (environment): pair 2 has no \"=\" and is left out."
        )

    @pytest.mark.parametrize(
        "given",
        [
            "authorization=Bearer%20s3cr3t%",
            "authorization=s3cr3t%ZZ",
            "authorization=s3cr3t%FF",
            "authorization=s3cr3t%0D%0Ax-injected: 1",
            "s3cr3t",
            "=s3cr3t",
            "bad name=s3cr3t",
            "Bearer s3cr3t=",
            "authorization=s3cr3t\N{SNOWMAN}",
        ],
    )
    def test_no_part_of_a_malformed_value_is_ever_repeated(self, load: Load, given: str) -> None:
        settings = load(environ={"OTEL_EXPORTER_OTLP_HEADERS": given})

        assert settings[TRACES.headers] == {}
        assert settings.problems
        said = "\n".join(map(str, settings.problems)) + "\n".join(map(str, settings.rows()))
        assert "s3cr3t" not in said

    def test_unencoded_values_are_taken_as_other_languages_take_them(self, load: Load) -> None:
        settings = load(environ={"OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer abc==, x = y%20z"})

        assert settings[TRACES.headers] == {"authorization": "Bearer abc==", "x": "y z"}
        assert settings.problems == ()

    def test_argument_headers_are_taken_as_they_are(self, load: Load) -> None:
        settings = load({"headers": {"Authorization": "Bearer a%20b"}})

        assert settings[LOGS.headers] == {"authorization": "Bearer a%20b"}

    def test_a_newline_in_an_argument_header_is_refused_without_repeating_it(self, load: Load) -> None:
        settings = load({"headers": {"authorization": "s3cr3t\r\nx: y", "ok": "1"}})

        assert settings[LOGS.headers] == {"ok": "1"}
        (problem,) = settings.problems
        assert "pair 1 (authorization) has a value with characters that HTTP does not carry" in str(problem)
        assert "s3cr3t" not in str(problem)


class TestSecrets:
    def test_rows_mask_headers_and_credentials_in_endpoints(self, load: Load) -> None:
        settings = load(
            {"headers": {"authorization": "s3cr3t"}},
            environ={"OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:s3cr3t@collector:4318/?token=s3cr3t&x"},
        )
        rows = {row.name: row.value for row in settings.rows()}

        assert settings.problems == ()
        assert "s3cr3t" in settings[TRACES.endpoint]
        assert "s3cr3t" not in str(settings.rows())
        assert rows["headers"] == "authorization=***"
        assert rows["traces.endpoint"] == "https://***@collector:4318/v1/traces?token=***&x=***"

    @pytest.mark.parametrize(
        "endpoint", ["ftp://user:s3cr3t@collector", "user:s3cr3t@collector:4318", "http://user:s3cr3t@collector:bad"]
    )
    def test_problems_mask_credentials_in_endpoints(self, load: Load, endpoint: str) -> None:
        settings = load({"endpoint": endpoint})

        assert settings.problems
        assert "s3cr3t" not in str(settings.problems)

    def test_a_misspelt_variable_is_reported_without_its_value(self, load: Load) -> None:
        settings = load(environ={"OTEL_EXPORTER_OTLP_HEADER": "authorization=s3cr3t"})

        (problem,) = settings.problems
        assert problem.fix == "set OTEL_EXPORTER_OTLP_HEADERS"
        assert "s3cr3t" not in str(problem)


class TestTimeouts:
    def test_zero_is_no_limit(self, load: Load) -> None:
        settings = load({"timeout": 0}, environ={"OTEL_BSP_EXPORT_TIMEOUT": "0"})

        assert settings[TRACES.timeout] == LONGEST
        assert settings[TRACES.export_timeout] == LONGEST
        assert {row.value for row in settings.rows() if row.is_set} == {"no limit"}

    def test_milliseconds_in_the_environment_are_seconds_in_python(self, load: Load) -> None:
        settings = load(
            environ={
                "OTEL_EXPORTER_OTLP_TIMEOUT": "10000",
                "OTEL_METRIC_EXPORT_INTERVAL": "1500",
                "OTEL_BLRP_SCHEDULE_DELAY": "250",
                "OTELKIT_SHUTDOWN_TIMEOUT": "2.5",
            }
        )

        assert settings[LOGS.timeout] == 10.0
        assert settings[METRICS.export_interval] == 1.5
        assert settings[LOGS.schedule_delay] == 0.25
        assert settings[parameters.SHUTDOWN_TIMEOUT] == 2.5


def test_a_client_key_without_certificate_is_a_problem(load: Load, tmp_path_factory: pytest.TempPathFactory) -> None:
    key = tmp_path_factory.mktemp("tls") / "key.pem"
    key.touch()
    settings = load({"client_key": str(key)})

    assert settings[TRACES.client_key] is None
    (problem,) = settings.problems
    assert problem.message == "has no effect without a client certificate"


def test_deflate_is_refused_over_grpc(load: Load) -> None:
    settings = load({"traces.protocol": "grpc", "compression": "deflate"})

    assert settings[TRACES.compression] == "none"
    assert settings[LOGS.compression] == "deflate"
    (problem,) = settings.problems
    assert problem.message == "is not available over gRPC and is ignored"


def test_one_wrong_general_value_is_one_problem_although_three_signals_use_it(load: Load) -> None:
    settings = load(environ={"OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"})

    assert [problem.setting for problem in settings.problems] == [
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ]


def test_the_error_lists_every_problem_at_once(load: Load) -> None:
    settings = load(environ={"OTEL_TRACES_EXPORTER": "consle", "OTEL_SDK_DISABLED": "yes"})
    error = ConfigurationError(settings.problems)

    assert error.problems == settings.problems
    assert str(error).splitlines() == [
        "2 problems in the configuration:",
        (
            "  - OTEL_SDK_DISABLED='yes' (environment): only \"true\" is true, so this means false."
            ' Fix: write "true" or "false".'
        ),
        (
            "  - OTEL_TRACES_EXPORTER='consle' (environment): is unknown and is ignored; did you mean 'console'?"
            " Fix: write console."
        ),
    ]


def test_a_problem_without_a_value_shows_none() -> None:
    problem = Problem(
        setting="file", value="", source="/etc/otelkit.toml", message="is not UTF-8", fix="save it as UTF-8"
    )

    assert str(problem) == "file (/etc/otelkit.toml): is not UTF-8. Fix: save it as UTF-8."
