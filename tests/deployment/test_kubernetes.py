"""The operator resources: the shipped configurations inside, fields that exist, rights that suffice."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped] # it has no type information
import pytest
import yaml

from tests.deployment.kubernetes import FOLDER, RESOURCES, configuration, main, merged, written
from tests.deployment.plain_yaml import ROOT, Node, at, items, load, load_all, mapping, mappings, text
from tests.stack.building import BuildError, built_programs

KUBERNETES = kubernetes_validate.latest_version()
FIELDS = tomllib.loads((Path(__file__).parent / "operator_fields.toml").read_text(encoding="utf-8"))
COLLECTORS = ("agent.yaml", "gateway.yaml", "sampler.yaml")
PLAIN = ("namespace.yaml", "rbac.yaml", "backends.yaml")


def spec(resource: str) -> Node:
    return mapping(load(FOLDER / resource)["spec"])


def conforms(document: Node) -> None:
    """Hold a document against Kubernetes' own schema, in which no unknown field is allowed."""
    kubernetes_validate.validate(dict(document), KUBERNETES, strict=True)


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_configuration_of_a_resource_is_the_shipped_one(resource: str) -> None:
    assert spec(resource)["config"] == configuration(resource)
    assert (FOLDER / resource).read_text(encoding="utf-8") == written(resource)
    assert main(["--check"]) == 0


def test_a_change_of_a_shipped_file_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for file in (ROOT / "collector" / "otelcol").glob("*.yaml"):
        shipped = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(shipped.replace("decision_wait", "decision_delay"), encoding="utf-8")
    monkeypatch.setattr("tests.deployment.kubernetes._SHIPPED", tmp_path)
    assert main(["--check"]) == 1


def test_a_null_takes_a_key_away_and_a_list_is_replaced() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 2}
    assert merged(base, {"a": {"b": None, "c": [3]}, "e": {"f": None, "g": 1}}) == {
        "a": {"c": [3]},
        "d": 2,
        "e": {"g": 1},
    }
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 2}


def test_the_differences_are_few_and_each_is_one() -> None:
    for tier, difference in load(FOLDER / "differences.yaml").items():
        base = load(ROOT / "collector" / "otelcol" / f"{tier}.yaml")
        assert merged(base, mapping(difference)) != base
    resolver = mapping(at(spec("gateway.yaml"), "config", "exporters", "load_balancing", "resolver"))
    assert set(resolver) == {"k8s"}


@pytest.mark.parametrize("resource", COLLECTORS)
def test_every_field_is_one_that_the_operator_declares(resource: str) -> None:
    given = spec(resource)
    assert set(given) - set(FIELDS["spec"]) == set()
    assert set(mapping(given.get("autoscaler"))) - set(FIELDS["autoscaler"]) == set()
    assert set(mapping(given.get("podDisruptionBudget"))) - set(FIELDS["podDisruptionBudget"]) == set()
    assert given["mode"] in FIELDS["modes"]
    assert given["upgradeStrategy"] in FIELDS["upgradeStrategies"]
    if given["mode"] != "statefulset":
        assert not {"volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy"} & set(given)


def test_every_declared_field_is_used() -> None:
    used = {field for resource in COLLECTORS for field in spec(resource)}
    assert set(FIELDS["spec"]) == used


@pytest.mark.parametrize("resource", COLLECTORS)
def test_what_the_operator_makes_of_a_resource_conforms_to_kubernetes(resource: str) -> None:
    given = spec(resource)
    labels = {"app.kubernetes.io/instance": "x"}
    container = {
        "name": "otc-container",
        "image": given["image"],
        "ports": [
            {"name": one["name"], "containerPort": one["port"], "protocol": one["protocol"]}
            | ({"hostPort": one["hostPort"]} if "hostPort" in one else {})
            for one in mappings(given["ports"])
        ],
        **{
            key: given[key]
            for key in ("env", "envFrom", "resources", "volumeMounts", "securityContext")
            if key in given
        },
    }
    pod = {
        "containers": [container],
        "serviceAccountName": given["serviceAccount"],
        "securityContext": given.get("podSecurityContext", {}),
        **{
            key: given[key]
            for key in (
                "volumes",
                "initContainers",
                "tolerations",
                "priorityClassName",
                "topologySpreadConstraints",
                "terminationGracePeriodSeconds",
            )
            if key in given
        },
    }
    workload: dict[str, object] = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    if given["mode"] == "daemonset":
        conforms(
            {
                "apiVersion": "apps/v1",
                "kind": "DaemonSet",
                "metadata": {"name": "x"},
                "spec": {**workload, "updateStrategy": given["daemonSetUpdateStrategy"]},
            }
        )
        return
    conforms(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "x"},
            "spec": {
                **workload,
                "serviceName": "x",
                "replicas": given.get("replicas", 1),
                "volumeClaimTemplates": given["volumeClaimTemplates"],
                "persistentVolumeClaimRetentionPolicy": given["persistentVolumeClaimRetentionPolicy"],
            },
        }
    )


def test_kubernetes_refuses_a_misspelt_field() -> None:
    broken = dict(load(FOLDER / "namespace.yaml"))
    broken["metadata"] = {**mapping(broken["metadata"]), "label": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        conforms(broken)


def test_the_autoscaling_of_the_gateway_conforms_to_kubernetes() -> None:
    autoscaler = mapping(spec("gateway.yaml")["autoscaler"])
    conforms(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "x"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "x"},
                "minReplicas": autoscaler["minReplicas"],
                "maxReplicas": autoscaler["maxReplicas"],
                "behavior": autoscaler["behavior"],
            },
        }
    )
    assert "replicas" not in spec("gateway.yaml"), "the autoscaler decides"
    assert "autoscaler" not in spec("sampler.yaml"), "another number of samplers divides the traces anew"


@pytest.mark.parametrize("file", PLAIN)
def test_the_other_resources_conform_to_kubernetes(file: str) -> None:
    documents = load_all(FOLDER / file)
    assert documents
    for document in documents:
        conforms(document)


def test_everything_is_in_one_namespace_that_exists() -> None:
    (namespace,) = [at(one, "metadata", "name") for one in load_all(FOLDER / "namespace.yaml")]
    for file in (*COLLECTORS, *PLAIN[1:], "kafka/gateway.yaml", "kafka/sampler.yaml"):
        for document in load_all(FOLDER / file):
            if not text(document["kind"]).startswith("ClusterRole"):
                assert at(document, "metadata", "namespace") == namespace, file


def test_the_kustomization_names_every_file() -> None:
    listed = {text(one) for one in items(load(FOLDER / "kustomization.yaml")["resources"])}
    assert listed == {*COLLECTORS, *PLAIN}
    there = {file.name for file in FOLDER.glob("*.yaml")}
    assert there == listed | {"kustomization.yaml", "differences.yaml"}
    kafka = load(FOLDER / "kafka" / "kustomization.yaml")
    assert items(kafka["resources"]) == [".."]
    patched = {text(one["path"]) for one in mappings(kafka["patches"])}
    assert patched == {file.name for file in (FOLDER / "kafka").glob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.parametrize("tier", ["gateway", "sampler"])
def test_the_kafka_patch_meets_a_resource_and_makes_the_shipped_kafka_variant(tier: str) -> None:
    base, patch = load(FOLDER / f"{tier}.yaml"), load(FOLDER / "kafka" / f"{tier}.yaml")
    for key in ("apiVersion", "kind", "metadata"):
        assert patch[key] == base[key]
    result = mapping(at(merged(base, patch), "spec", "config"))
    pipelines = mapping(at(result, "service", "pipelines"))
    if tier == "gateway":
        assert at(pipelines, "traces", "exporters") == ["kafka"]
        assert at(pipelines, "logs") == at(base, "spec", "config", "service", "pipelines", "logs")
    else:
        assert at(pipelines, "traces/in", "receivers") == ["kafka"]
        assert at(pipelines, "traces/in", "exporters") == at(
            base, "spec", "config", "service", "pipelines", "traces/in", "exporters"
        )


def test_each_tier_runs_as_an_account_that_exists() -> None:
    accounts = {
        text(at(one, "metadata", "name")) for one in load_all(FOLDER / "rbac.yaml") if one["kind"] == "ServiceAccount"
    }
    assert {text(spec(resource)["serviceAccount"]) for resource in COLLECTORS} == accounts


def rights(account: str) -> set[tuple[str, str, str]]:
    """Group, resource and verb of everything that an account may do."""
    documents = load_all(FOLDER / "rbac.yaml")
    roles = {
        text(at(one, "roleRef", "name"))
        for one in documents
        if text(one["kind"]).endswith("RoleBinding")
        and any(subject["name"] == account for subject in mappings(one["subjects"]))
    }
    return {
        (text(group), text(resource), text(verb))
        for one in documents
        if one["kind"] in ("Role", "ClusterRole") and at(one, "metadata", "name") in roles
        for rule in mappings(one["rules"])
        for group in items(rule["apiGroups"])
        for resource in items(rule["resources"])
        for verb in items(rule["verbs"])
    }


def test_the_gateway_may_see_the_samplers_and_nothing_else() -> None:
    # What the load balancing exporter's README asks for.
    assert rights("otelcol-gateway") == {
        ("discovery.k8s.io", "endpointslices", verb) for verb in ("get", "list", "watch")
    }
    assert rights("otelcol-sampler") == set()


def test_the_agent_may_see_what_the_attributes_that_it_adds_need() -> None:
    # What the k8s_attributes processor's README asks for: replica sets for the deployment's name.
    needed = {("", "pods"), ("", "namespaces"), ("apps", "replicasets")}
    assert rights("otelcol-agent") == {(*one, verb) for one in needed for verb in ("get", "list", "watch")}


def test_prometheus_promotes_kubernetes_attributes_that_the_agent_adds() -> None:
    added = {
        text(name)
        for name in items(at(spec("agent.yaml"), "config", "processors", "k8s_attributes", "extract", "metadata"))
    }
    promoted = items(at(load(ROOT / "collector/prometheus/prometheus.yml"), "otlp", "promote_resource_attributes"))
    kubernetes = {text(name) for name in promoted if text(name).startswith("k8s.")}
    assert kubernetes
    assert kubernetes <= added


def test_the_tiers_find_each_other_by_the_names_that_the_operator_gives() -> None:
    pattern = next(iter(FIELDS["names"]))
    namespace = "observability"
    service = f"{pattern.format(name=at(load(FOLDER / 'sampler.yaml'), 'metadata', 'name'))}.{namespace}"
    assert at(spec("gateway.yaml"), "config", "exporters", "load_balancing", "resolver", "k8s", "service") == service
    environment = {text(one["name"]): one.get("value") for one in mappings(spec("agent.yaml")["env"])}
    gateway = pattern.format(name=at(load(FOLDER / "gateway.yaml"), "metadata", "name"))
    assert environment["GATEWAY_ENDPOINT"] == f"dns:///{gateway}.{namespace}:4317"


def test_the_settings_are_variables_that_the_shipped_files_declare() -> None:
    declared = set[str]()
    for file in (ROOT / "collector" / "otelcol").glob("*.yaml"):
        declared |= set(re.findall(r"\$\{env:(\w+)", file.read_text(encoding="utf-8")))
    settings = set(mapping(at(load(FOLDER / "backends.yaml"), "data")))
    assert settings - declared == set()
    name = at(load(FOLDER / "backends.yaml"), "metadata", "name")
    for resource in ("gateway.yaml", "sampler.yaml"):
        (source,) = mappings(spec(resource)["envFrom"])
        assert at(source, "configMapRef", "name") == name


@pytest.mark.parametrize("resource", COLLECTORS)
def test_a_collector_is_the_pinned_one_within_limits_and_without_rights(resource: str) -> None:
    given = spec(resource)
    version = at(load(ROOT / "collector" / "otelcol" / "builder.yaml"), "dist", "version")
    assert given["image"] == f"otel/opentelemetry-collector-contrib:{version}"
    assert at(given, "resources", "limits", "memory")
    assert at(given, "resources", "requests", "cpu")
    confined = mapping(given["securityContext"])
    assert (confined["runAsNonRoot"], confined["readOnlyRootFilesystem"]) == (True, True)
    assert confined["allowPrivilegeEscalation"] is False
    assert at(confined, "capabilities", "drop") == ["ALL"]


@pytest.mark.parametrize("resource", COLLECTORS)
def test_the_queue_is_on_something_that_outlives_the_pod(resource: str) -> None:
    given = spec(resource)
    mounts = {text(one["mountPath"]): text(one["name"]) for one in mappings(given["volumeMounts"])}
    directory = text(at(given, "config", "extensions", "file_storage/queue", "directory"))
    (mount,) = [name for path, name in mounts.items() if f":-{path}/" in directory]
    claims = {text(at(one, "metadata", "name")) for one in mappings(given.get("volumeClaimTemplates"))}
    paths = {text(one["name"]) for one in mappings(given.get("volumes")) if "hostPath" in one}
    assert mount in claims | paths


@pytest.mark.parametrize("resource", ["gateway.yaml", "sampler.yaml"])
def test_the_disk_holds_all_queues_and_the_largest_once_more(resource: str) -> None:
    given = spec(resource)
    queues = [
        int(str(at(exporter, "sending_queue", "queue_size")))
        for exporter in mapping(at(given, "config", "exporters")).values()
    ]
    (claim,) = mappings(given["volumeClaimTemplates"])
    size = text(at(claim, "spec", "resources", "requests", "storage"))
    assert size.endswith("Gi")
    # A database file is twice what it holds at worst, and a compaction writes it once more.
    assert int(size.removesuffix("Gi")) * 2**30 >= 2 * sum(queues) + max(queues)


@pytest.mark.parametrize("resource", [*COLLECTORS, "kafka/gateway.yaml", "kafka/sampler.yaml"])
def test_the_collector_itself_accepts_the_configuration(resource: str, tmp_path: Path) -> None:
    try:
        program = built_programs()["otelcol"]
    except BuildError:
        pytest.skip("the collector is not built on this machine: make stack builds it")
    whole = load(FOLDER / Path(resource).name)
    if resource.startswith("kafka/"):
        whole = merged(whole, load(FOLDER / resource))
    given = mapping(whole["spec"])
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(given["config"]), encoding="utf-8")
    environment = {text(one["name"]): str(one.get("value", "node-1")) for one in mappings(given["env"])}
    if "envFrom" in given:
        environment |= {name: text(value) for name, value in mapping(load(FOLDER / "backends.yaml")["data"]).items()}
    done = subprocess.run(
        [program, "validate", f"--config={file}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
