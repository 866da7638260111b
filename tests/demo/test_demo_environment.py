"""What the services of the demo inherit from the user's shell, and where their code is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otelkit.cli.demonstration.destinations import resource_attributes, services_environment
from otelkit.cli.demonstration.example import example_folder

if TYPE_CHECKING:
    import pytest


def test_no_telemetry_setting_of_the_shell_interferes_with_the_demos_own_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://elsewhere:4318/v1/traces")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv("OTELKIT_LOGS_LEVEL", "ERROR")
    monkeypatch.setenv("FRAUD_DATABASE", "/var/lib/fraud.sqlite")

    environment = services_environment("http://127.0.0.1:4318", own_console=True)

    kept = {"OTEL_SDK_DISABLED", "OTEL_TRACES_SAMPLER", "OTELKIT_LOGS_LEVEL", "FRAUD_DATABASE"} & environment.keys()
    assert kept == set()
    assert [name for name in environment if name.endswith("_ENDPOINT")] == ["OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


def test_for_another_endpoint_the_shells_credentials_hold_and_its_destinations_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=fraud")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://elsewhere:4318/v1/logs")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")

    environment = services_environment("https://collector.example", own_console=False)

    assert environment["OTEL_EXPORTER_OTLP_HEADERS"] == "authorization=Bearer%20abc"
    assert environment["OTEL_RESOURCE_ATTRIBUTES"] == "team=fraud"
    assert environment["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf"
    assert "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT" not in environment
    assert "OTEL_LOGS_EXPORTER" not in environment


def test_the_instance_that_is_asked_for_at_the_end_wins_over_the_shells_and_leaves_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=fraud, service.instance.id=mine,region=north%2Dwest")
    assert resource_attributes({"service.instance.id": "run"}) == {
        "OTEL_RESOURCE_ATTRIBUTES": "team=fraud,region=north%2Dwest,service.instance.id=run"
    }

    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES")
    assert resource_attributes({"service.instance.id": "run"}) == {
        "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=run"
    }


def test_a_proxy_of_the_shell_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")

    environment = services_environment("http://127.0.0.1:4318", own_console=True)

    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1"


def test_the_example_is_found_with_all_that_it_needs() -> None:
    service = example_folder() / "fraud_service"

    assert {"app.py", "reputation_app.py", "replay.py"} <= {path.name for path in service.iterdir()}
    assert (service / "data" / "phishing.csv").is_file()
