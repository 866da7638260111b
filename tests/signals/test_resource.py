"""What every span, metric and log record says about where it came from."""

from __future__ import annotations

import json

from tests.program import output

SHOW = """
import json, otelkit
telemetry = otelkit.init({arguments})
print(json.dumps(dict(telemetry.report().resource), default=str))
otelkit.shutdown(0.1)
"""


def resource(arguments: str = "", **environment: str) -> dict[str, object]:
    """The resource attributes of a process that called `init` with these arguments."""
    endpoint = "endpoint='http://127.0.0.1:1', logs=False"
    program = SHOW.format(arguments=f"{arguments}{', ' if arguments else ''}{endpoint}")
    shown: dict[str, object] = json.loads(output(program, environment))
    return shown


def test_it_names_service_environment_process_host_and_sdk() -> None:
    shown = resource(
        "'payments', service_namespace='shop', service_version='1.2', environment='production'",
    )
    assert shown["service.name"] == "payments"
    assert shown["service.namespace"] == "shop"
    assert shown["service.version"] == "1.2"
    assert shown["deployment.environment.name"] == "production"
    assert {"process.pid", "process.runtime.version", "host.name", "telemetry.sdk.version"} <= shown.keys()
    assert shown["telemetry.distro.name"] == "otelkit"


def test_two_processes_are_two_instances() -> None:
    assert resource("'a'")["service.instance.id"] != resource("'a'")["service.instance.id"]


def test_an_argument_beats_otel_service_name_which_beats_resource_attributes() -> None:
    variables = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=third,team=core", "OTEL_SERVICE_NAME": "second"}
    assert resource("'first'", **variables)["service.name"] == "first"
    assert resource(**variables)["service.name"] == "second"
    assert resource(OTEL_RESOURCE_ATTRIBUTES=variables["OTEL_RESOURCE_ATTRIBUTES"])["service.name"] == "third"
    assert resource(**variables)["team"] == "core"


def test_a_service_without_a_name_is_called_what_the_conventions_prescribe() -> None:
    assert str(resource()["service.name"]).startswith("unknown_service")


def test_kubernetes_facts_come_from_the_downward_api() -> None:
    shown = resource(
        "'a'",
        KUBERNETES_SERVICE_HOST="10.0.0.1",
        POD_NAME="payments-7d4",
        POD_NAMESPACE="shop",
        POD_UID="u-1",
        NODE_NAME="n-1",
    )
    assert shown["k8s.pod.name"] == "payments-7d4"
    assert shown["k8s.namespace.name"] == "shop"
    assert shown["k8s.pod.uid"] == "u-1"
    assert shown["k8s.node.name"] == "n-1"


def test_outside_of_kubernetes_there_are_no_kubernetes_facts() -> None:
    assert not [name for name in resource("'a'", POD_NAME="x") if name.startswith("k8s.")]
