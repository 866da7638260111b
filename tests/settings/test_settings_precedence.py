"""Which of several given values holds, and what the settings say of where it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.settings import Logs, Metrics, Traces, init_arguments, load_settings, parameters
from otelkit.settings.parameters import LOGS, METRICS, SIGNALS, TRACES, Parameter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.settings.conftest import Load


def test_nothing_given_means_the_documented_defaults_and_no_problem(load: Load) -> None:
    settings = load()

    assert settings.problems == ()
    assert settings[parameters.SERVICE_NAME] is None
    assert settings[parameters.PROPAGATORS] == ("tracecontext", "baggage")
    assert settings[TRACES.exporter] == ("otlp",)
    assert settings[TRACES.endpoint] == "http://localhost:4318/v1/traces"
    assert settings[METRICS.endpoint] == "http://localhost:4318/v1/metrics"
    assert settings[LOGS.endpoint] == "http://localhost:4318/v1/logs"
    assert settings[TRACES.sampler] == "parentbased_always_on"
    assert settings[METRICS.export_interval] == 60.0
    assert settings[parameters.SHUTDOWN_TIMEOUT] == 2.0
    assert settings[LOGS.retention_days] == 30
    assert settings[LOGS.audit_retention_days] == 90
    assert all(not row.is_set and row.source == "default" for row in settings.rows())


@pytest.mark.parametrize(
    ("layers", "value", "source"),
    [
        (("argument", "environment", "file"), "from-argument", "argument"),
        (("environment", "file"), "from-environment", "environment OTEL_SERVICE_NAME"),
        (("file",), "from-file", "file "),
        ((), None, "default"),
    ],
)
def test_argument_beats_environment_beats_file_beats_default(
    load: Load, layers: tuple[str, ...], value: str | None, source: str
) -> None:
    settings = load(
        {"service.name": "from-argument"} if "argument" in layers else None,
        environ={"OTEL_SERVICE_NAME": "from-environment"} if "environment" in layers else None,
        toml='[service]\nname = "from-file"' if "file" in layers else None,
    )

    assert settings[parameters.SERVICE_NAME] == value
    assert str(settings.source(parameters.SERVICE_NAME)).startswith(source)
    assert settings.problems == ()


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_string_is_unset_in_every_layer(load: Load, empty: str | None) -> None:
    settings = load(
        {"service.name": empty},
        environ={"OTEL_SERVICE_NAME": empty or "", "OTEL_TRACES_EXPORTER": empty or ""},
        toml='[service]\nname = "from-file"\n[traces]\nsampler = ""',
    )

    assert settings[parameters.SERVICE_NAME] == "from-file"
    assert settings[TRACES.exporter] == ("otlp",)
    assert settings[TRACES.sampler] == "parentbased_always_on"
    assert settings.problems == ()


def test_a_value_that_cannot_be_used_counts_as_unset_so_the_next_layer_holds(load: Load) -> None:
    settings = load(
        {"traces.queue_size": -1}, environ={"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, toml="[traces]\nqueue_size = 77"
    )

    assert settings[TRACES.queue_size] == 77
    assert [(problem.setting, problem.source) for problem in settings.problems] == [
        ("traces.queue_size", "argument"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "environment"),
    ]


class TestEndpoints:
    def test_the_general_endpoint_gets_each_signals_path(self, load: Load) -> None:
        settings = load(environ={"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector:4318/otel/"})

        assert [settings[signal.endpoint] for signal in SIGNALS] == [
            "https://collector:4318/otel/v1/traces",
            "https://collector:4318/otel/v1/metrics",
            "https://collector:4318/otel/v1/logs",
        ]
        assert str(settings.source(LOGS.endpoint)) == "environment OTEL_EXPORTER_OTLP_ENDPOINT"

    def test_a_query_stays_behind_the_path(self, load: Load) -> None:
        settings = load({"endpoint": "http://collector:4318/?tenant=7"})

        assert settings[TRACES.endpoint] == "http://collector:4318/v1/traces?tenant=7"

    def test_a_signals_own_endpoint_is_used_as_it_is(self, load: Load) -> None:
        settings = load(
            environ={
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://general:4318",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://only-traces:9999/in",
            }
        )

        assert settings[TRACES.endpoint] == "http://only-traces:9999/in"
        assert settings[LOGS.endpoint] == "http://general:4318/v1/logs"

    def test_a_general_argument_beats_a_signals_variable_because_its_layer_is_higher(self, load: Load) -> None:
        settings = load(
            {"endpoint": "http://argument:4318"},
            environ={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://environment:4318/v1/traces"},
        )

        assert settings[TRACES.endpoint] == "http://argument:4318/v1/traces"

    def test_grpc_takes_the_general_endpoint_without_path_and_scheme(self, load: Load) -> None:
        settings = load(
            environ={"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        )

        assert settings[TRACES.protocol] == "grpc"
        assert settings[TRACES.endpoint] == "collector:4317"
        assert settings.problems == ()

    def test_grpc_has_its_own_default_endpoint(self, load: Load) -> None:
        settings = load({"traces.protocol": "grpc"})

        assert settings[TRACES.endpoint] == "http://localhost:4317"
        assert settings[LOGS.endpoint] == "http://localhost:4318/v1/logs"

    def test_one_signal_over_grpc_makes_a_bare_general_target_a_problem_only_for_the_others(self, load: Load) -> None:
        settings = load(
            environ={
                "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc",
            }
        )

        assert settings[TRACES.endpoint] == "collector:4317"
        assert settings[METRICS.endpoint] == "http://localhost:4318/v1/metrics"
        assert [problem.setting for problem in settings.problems] == ["OTEL_EXPORTER_OTLP_ENDPOINT"]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.signal)
@pytest.mark.parametrize(
    ("option", "general", "own", "read_general", "read_own"),
    [
        ("HEADERS", "a=1", "b=2", {"a": "1"}, {"b": "2"}),
        ("TIMEOUT", "3000", "4000", 3.0, 4.0),
        ("COMPRESSION", "gzip", "deflate", "gzip", "deflate"),
        ("PROTOCOL", "grpc", "http/protobuf", "grpc", "http/protobuf"),
        ("INSECURE", "true", "false", True, False),
    ],
)
def test_a_signals_own_variable_replaces_the_general_one(
    load: Load,
    *,
    signal: parameters.SignalParameters,
    option: str,
    general: str,
    own: str,
    read_general: object,
    read_own: object,
) -> None:
    parameter: Parameter[object] = getattr(signal, option.lower())
    both = {
        f"OTEL_EXPORTER_OTLP_{option}": general,
        f"OTEL_EXPORTER_OTLP_{signal.signal.upper()}_{option}": own,
    }
    only_general = {f"OTEL_EXPORTER_OTLP_{option}": general}

    assert load(environ=only_general)[parameter] == read_general
    assert load(environ=both)[parameter] == read_own
    assert load(environ=both).problems == ()


@pytest.mark.parametrize("option", ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"])
def test_files_of_tls_fall_back_on_the_general_ones(load: Load, tmp_path: Path, option: str) -> None:
    general, own = tmp_path / "general.pem", tmp_path / "own.pem"
    general.touch()
    own.touch()
    environ = {
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": str(general),
        f"OTEL_EXPORTER_OTLP_{option}": str(general),
        f"OTEL_EXPORTER_OTLP_METRICS_{option}": str(own),
    }
    settings = load(environ=environ)

    assert settings[getattr(TRACES, option.lower())] == general
    assert settings[getattr(METRICS, option.lower())] == own
    assert settings.problems == ()


@pytest.mark.parametrize(
    ("variable", "insecure"),
    [
        ("OTEL_EXPORTER_OTLP_SPAN_INSECURE", TRACES.insecure),
        ("OTEL_EXPORTER_OTLP_METRIC_INSECURE", METRICS.insecure),
    ],
)
def test_the_obsolete_insecure_variables_still_hold(load: Load, variable: str, insecure: Parameter[bool]) -> None:
    assert load(environ={variable: "true"})[insecure] is True


class TestLimits:
    def test_the_general_limits_hold_for_every_model_without_its_own(self, load: Load) -> None:
        settings = load(environ={"OTEL_ATTRIBUTE_COUNT_LIMIT": "7", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "99"})

        assert settings[TRACES.attribute_count_limit] == 7
        assert settings[TRACES.event_attribute_count_limit] == 7
        assert settings[TRACES.link_attribute_count_limit] == 7
        assert settings[LOGS.attribute_count_limit] == 7
        assert settings[TRACES.attribute_value_length_limit] == 99
        assert settings[LOGS.attribute_value_length_limit] == 99
        assert settings[TRACES.event_count_limit] == 128

    def test_a_models_own_limit_wins(self, load: Load) -> None:
        settings = load(
            environ={"OTEL_ATTRIBUTE_COUNT_LIMIT": "7", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "0"},
        )

        assert settings[TRACES.attribute_count_limit] == 0
        assert settings[LOGS.attribute_count_limit] == 7

    def test_a_small_queue_makes_the_default_batch_fit(self, load: Load) -> None:
        settings = load(environ={"OTEL_BSP_MAX_QUEUE_SIZE": "100", "OTEL_BLRP_MAX_QUEUE_SIZE": "5000"})

        assert settings[TRACES.batch_size] == 100
        assert settings[LOGS.batch_size] == 512
        assert settings.problems == ()


class TestResource:
    def test_attributes_are_merged_key_by_key_over_all_layers(self, load: Load) -> None:
        settings = load(
            {"resource.attributes": {"a": "argument", "n": 3}},
            environ={"OTEL_RESOURCE_ATTRIBUTES": "a=environment,b=environment"},
            toml='[resource.attributes]\na = "file"\nb = "file"\nc = "file"\nd.e = true',
        )

        assert settings[parameters.RESOURCE_ATTRIBUTES] == {
            "a": "argument",
            "b": "environment",
            "c": "file",
            "n": 3,
            "d.e": True,
        }
        source = settings.source(parameters.RESOURCE_ATTRIBUTES)
        assert source.kind == "argument"
        assert "environment OTEL_RESOURCE_ATTRIBUTES" in str(source)
        assert "otelkit.toml" in str(source)

    def test_attributes_with_a_row_of_their_own_set_that_row_and_move_there(self, load: Load) -> None:
        settings = load(
            environ={
                "OTEL_RESOURCE_ATTRIBUTES": "service.name=shop,service.namespace=eu,service.version=1.2,"
                "service.instance.id=i-1,deployment.environment.name=production,team=risk"
            }
        )

        assert settings[parameters.SERVICE_NAME] == "shop"
        assert settings[parameters.SERVICE_NAMESPACE] == "eu"
        assert settings[parameters.SERVICE_VERSION] == "1.2"
        assert settings[parameters.SERVICE_INSTANCE_ID] == "i-1"
        assert settings[parameters.ENVIRONMENT] == "production"
        assert settings[parameters.RESOURCE_ATTRIBUTES] == {"team": "risk"}
        assert str(settings.source(parameters.SERVICE_NAME)) == "environment OTEL_RESOURCE_ATTRIBUTES"

    def test_service_name_variable_wins_over_the_attribute(self, load: Load) -> None:
        settings = load(environ={"OTEL_RESOURCE_ATTRIBUTES": "service.name=attribute", "OTEL_SERVICE_NAME": "variable"})

        assert settings[parameters.SERVICE_NAME] == "variable"

    def test_an_attribute_in_a_higher_layer_wins_over_the_variable_of_a_lower_one(self, load: Load) -> None:
        settings = load(
            {"resource.attributes": {"service.name": "argument"}}, environ={"OTEL_SERVICE_NAME": "variable"}
        )

        assert settings[parameters.SERVICE_NAME] == "argument"

    def test_values_are_percent_decoded(self, load: Load) -> None:
        settings = load(environ={"OTEL_RESOURCE_ATTRIBUTES": "team=caf%C3%A9%2C%20bar%3D1, k%3D2 = v "})

        assert settings[parameters.RESOURCE_ATTRIBUTES] == {"team": "café, bar=1", "k=2": "v"}


def test_levels_of_loggers_are_merged_key_by_key(load: Load) -> None:
    settings = load(
        {"logs.levels": {"a": "debug"}},
        environ={"OTELKIT_LOGS_LEVELS": "a=ERROR,b.c=warn"},
        toml='[logs.levels]\n"b.c" = "CRITICAL"\nuvicorn.access = "WARNING"',
    )

    assert settings[LOGS.levels] == {"a": "DEBUG", "b.c": "WARNING", "uvicorn.access": "WARNING"}
    assert settings.problems == ()


def test_mappings_that_are_handed_out_cannot_be_changed(load: Load) -> None:
    settings = load({"headers": {"a": "1"}, "logs.levels": {"a": "INFO"}})

    for parameter in (parameters.HEADERS, TRACES.headers, LOGS.levels, parameters.RESOURCE_ATTRIBUTES):
        with pytest.raises(TypeError):
            settings[parameter]["x"] = "y"  # type: ignore[index]  # pyright: ignore[reportIndexIssue]


class TestOptions:
    def test_groups_become_arguments_of_their_signal(self, load: Load) -> None:
        settings = load(
            init_arguments(
                {"service.name": "payments", "environment": None},
                traces=Traces(exporter=["console"], sampler="traceidratio", sampler_arg=0.25),
                metrics=Metrics(export_interval=1),
                logs=Logs(console="off"),
            )
        )

        assert settings.problems == ()
        assert settings[parameters.SERVICE_NAME] == "payments"
        assert settings[TRACES.exporter] == ("console",)
        assert settings[TRACES.sampler_arg] == 0.25
        assert settings[METRICS.export_interval] == 1.0
        assert settings[LOGS.console] == "off"

    def test_false_switches_a_signal_off_and_nothing_leaves_it_on(self, load: Load) -> None:
        settings = load(init_arguments({}, traces=False))

        assert [settings[signal.enabled] for signal in SIGNALS] == [False, True, True]

    def test_a_group_in_the_wrong_place_is_a_problem_that_says_what_to_give(self, load: Load) -> None:
        wrong: object = Logs()
        settings = load(init_arguments({}, traces=wrong))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

        assert settings[TRACES.enabled] is True
        assert [problem.fix for problem in settings.problems] == [
            "give true or false, in Python Traces(...), False or None"
        ]

    def test_an_argument_that_is_no_parameter_is_a_mistake_of_the_caller(self) -> None:
        with pytest.raises(ValueError, match=r"did you mean 'traces\.sampler'"):
            load_settings({"traces.samplr": "always_on"}, environ={})


def test_the_process_environment_and_working_directory_are_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "otelkit.toml").write_text('environment = "here"')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "from-process")
    monkeypatch.delenv("OTELKIT_CONFIG_FILE", raising=False)
    monkeypatch.delenv("OTELKIT_ENVIRONMENT", raising=False)

    settings = load_settings()

    assert settings[parameters.SERVICE_NAME] == "from-process"
    assert settings[parameters.ENVIRONMENT] == "here"
