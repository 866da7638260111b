"""docker-compose.yml: accepted by the specification and by Compose's own parser, and sound in what it starts."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.deployment.compose import EXAMPLE, FILE, PASSWORDS, PROFILES, Composing, RefusedError, variables
from tests.deployment.plain_yaml import ROOT, Node, at, items, load, mapping, mappings, text

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = FILE.read_text(encoding="utf-8")
SERVICES = {name: mapping(service) for name, service in mapping(load(FILE)["services"]).items()}
SETS = [profiles for count in range(1, len(PROFILES) + 1) for profiles in combinations(PROFILES, count)]

SPECIFICATION = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]

TOOLS = {
    # What the health check of an image may call, because the image has it.
    "prom/prometheus": "promtool",
    "prom/alertmanager": "amtool",
    "grafana/tempo": "/tempo",
    "grafana/loki": "/usr/bin/loki",
    "grafana/grafana": "wget",
    "prom/node-exporter": "wget",
    "prom/pushgateway": "wget",
    "prom/blackbox-exporter": "wget",
    "prometheuscommunity/postgres-exporter": "wget",
    "oliver006/redis_exporter": "wget",
    "ghcr.io/google/cadvisor": "wget",
    "busybox": "wget",
    "postgres": "pg_isready",
    "redis": "redis-cli",
    "apache/kafka": "/opt/kafka/bin/kafka-broker-api-versions.sh",
    "otelkit-fraud-service": "python",
}


@pytest.fixture(scope="module")
def composing(tmp_path_factory: pytest.TempPathFactory) -> Composing:
    return Composing(tmp_path_factory.mktemp("composing"))


def services(project: Node) -> dict[str, Node]:
    return {name: mapping(service) for name, service in mapping(project["services"]).items()}


def accepted_by_the_specification(file: Path) -> str:
    done = subprocess.run([*SPECIFICATION, str(file)], capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_file_conforms_to_the_compose_specification() -> None:
    assert accepted_by_the_specification(FILE) == ""


def test_the_specification_refuses_a_misspelt_key(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(SOURCE.replace("depends_on:", "depend_on:", 1), encoding="utf-8")
    assert "depend_on" in accepted_by_the_specification(broken)


@pytest.mark.parametrize("profiles", SETS, ids="+".join)
def test_compose_reads_every_set_of_profiles(composing: Composing, profiles: tuple[str, ...]) -> None:
    wanted = {name for name, service in SERVICES.items() if set(items(service["profiles"])) & set(profiles)}
    assert set(services(composing.project(*profiles))) == wanted


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_as_it_is_rendered_conforms_to_the_specification(
    composing: Composing, profile: str, tmp_path: Path
) -> None:
    rendered = tmp_path / "docker-compose.yml"
    rendered.write_text(yaml.safe_dump(composing.project(profile)), encoding="utf-8")
    assert accepted_by_the_specification(rendered) == ""


def test_the_profiles_start_what_they_say(composing: Composing) -> None:
    assert set(services(composing.project())) == set(), "nothing starts unless a profile asks for it"
    core = set(services(composing.project("core")))
    assert core >= {"otelcol", "prometheus", "tempo", "loki", "grafana", "alertmanager"}
    exporters = set(services(composing.project("exporters")))
    assert exporters >= {"node-exporter", "cadvisor", "postgres-exporter", "postgres", "redis-exporter", "redis"}
    assert exporters >= {"pushgateway", "blackbox-exporter"}
    scale = set(services(composing.project("scale")))
    assert scale >= {"otelcol-gateway-1", "otelcol-gateway-2", "otelcol-sampler-1", "otelcol-sampler-2", "kafka"}
    assert set(services(composing.project("example"))) == {"fraud-scoring", "page-reputation", "replayer"}


@pytest.mark.parametrize("missing", sorted(PASSWORDS))
@pytest.mark.parametrize("empty", [False, True], ids=["unset", "empty"])
def test_compose_refuses_to_start_without_a_password(composing: Composing, missing: str, *, empty: bool) -> None:
    environment = {name: value for name, value in PASSWORDS.items() if name != missing}
    if empty:
        environment[missing] = ""
    with pytest.raises(RefusedError, match=rf"{missing} is missing a value: set it in \.env"):
        composing.project("core", environment=environment)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_file_that_is_mounted_exists_and_is_mounted_read_only(composing: Composing, profile: str) -> None:
    for name, service in services(composing.project(profile)).items():
        for volume in mappings(service.get("volumes")):
            source = Path(text(volume.get("source", "")))
            if volume["type"] == "bind" and source.is_relative_to(ROOT):
                assert source.exists(), (name, source)
                assert volume.get("read_only") is True, (name, source)
                assert source.is_relative_to(ROOT / "collector"), "configuration comes from collector/"


@pytest.mark.parametrize("profile", PROFILES)
def test_what_a_command_names_is_what_is_mounted(composing: Composing, profile: str) -> None:
    for name, service in services(composing.project(profile)).items():
        mounts = {text(one["target"]): Path(text(one["source"])) for one in mappings(service.get("volumes"))}
        for target, source in mounts.items():
            if not target.startswith("/etc/"):
                continue
            for named in re.findall(rf"{re.escape(target)}/([\w./-]+)", " ".join(map(str, items(service["command"])))):
                assert (source / named).is_file(), (name, named)


def test_every_published_port_is_used_once_and_bound_to_this_machine(composing: Composing) -> None:
    ports = [
        (name, mapping(port))
        for name, service in services(composing.project(*PROFILES)).items()
        for port in items(service.get("ports"))
    ]
    assert len(ports) > 10
    assert [name for name, port in ports if port.get("host_ip") != "127.0.0.1"] == []
    published = [text(port["published"]) for _, port in ports]
    assert sorted(set(published)) == sorted(published)


def test_the_published_ports_follow_bind_address(composing: Composing) -> None:
    opened = services(composing.project(*PROFILES, environment={**PASSWORDS, "BIND_ADDRESS": "10.0.0.5"}))
    addresses = {mapping(port)["host_ip"] for service in opened.values() for port in items(service.get("ports"))}
    assert addresses == {"10.0.0.5"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_or_says_why_not(name: str) -> None:
    service = SERVICES[name]
    check = mapping(service.get("healthcheck"))
    if not check or check.get("disable"):
        assert text(service["x-no-health-check"])
        return
    assert "x-no-health-check" not in service
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(check)
    image = text(service["image"]).rpartition(":")[0]
    words = " ".join(map(str, items(check["test"])[1:]))
    assert TOOLS[image] in words


def test_every_collector_is_asked_for_its_health_by_another_service() -> None:
    collectors = {name for name, one in SERVICES.items() if text(one["image"]).startswith("otel/")}
    asked = " ".join(str(at(SERVICES[name], "healthcheck", "test")) for name in ("otelcol-health", "scale-health"))
    tiers = re.findall(r"for tier in ([\w -]+);", asked)[0].split()
    assert collectors == {"otelcol", *(f"otelcol-{tier}" for tier in tiers)}
    assert "http://otelcol:13133/" in asked
    assert "http://otelcol-$$tier:13133/" in asked


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_memory_limit_a_restart_policy_and_a_fixed_image(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", text(service["mem_limit"]))
    assert service["restart"] == ("no" if "it ends" in str(service.get("x-no-health-check")) else "unless-stopped")
    image, _, tag = text(service["image"]).rpartition(":")
    assert image in TOOLS or image.startswith("otel/")
    assert re.match(r"v?\d+\.\d+", tag) or (tag == "local" and "build" in service), f"{tag} is no fixed version"
    assert "privileged" not in service or name == "cadvisor"


def test_go_programs_collect_garbage_before_the_kernel_ends_them() -> None:
    for name, service in SERVICES.items():
        limit = mapping(service.get("environment")).get("GOMEMLIMIT")
        if limit is not None:
            share = mebibytes(text(limit)) / mebibytes(text(service["mem_limit"]))
            assert 0.7 < share < 0.9, name


def mebibytes(size: str) -> float:
    number = float(re.sub(r"\D", "", size))
    return number * 1024 if size.lower().startswith(f"{number:.0f}g") else number


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_is_in_its_own_profile(name: str) -> None:
    own = set(items(SERVICES[name]["profiles"]))
    for target, condition in mapping(SERVICES[name].get("depends_on")).items():
        assert own <= set(items(SERVICES[target]["profiles"]))
        how = mapping(condition)["condition"]
        if how == "service_healthy":
            assert not mapping(SERVICES[target].get("healthcheck", {"disable": True})).get("disable")
        if how == "service_completed_successfully":
            assert SERVICES[target]["restart"] == "no"


def test_every_variable_is_explained_in_the_example() -> None:
    named = variables(SOURCE)
    offered = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(named) == offered


def test_every_variable_has_one_default_or_must_be_set() -> None:
    for name, ways in variables(SOURCE).items():
        assert len(ways) == 1, f"{name} is used with different defaults"
        (way,) = ways
        assert way.startswith((":-", ":+")) or (way.startswith(":?") and name in PASSWORDS), name


def test_the_defaults_in_the_example_are_the_defaults() -> None:
    named = variables(SOURCE)
    for name, value in re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE):
        (way,) = named[name]
        assert value == "" or way == f":-{value}", name


def test_the_example_has_no_password_that_could_be_used() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [f"{name}=" for name in PASSWORDS]


def test_the_file_that_holds_the_passwords_is_not_kept_in_git() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_no_secret_is_written_down(composing: Composing) -> None:
    secret = re.compile(r"pass|secret|token|auth", re.IGNORECASE)
    for name, service in services(composing.project(*PROFILES)).items():
        for variable, value in mapping(service.get("environment")).items():
            if secret.search(variable) and not variable.endswith(("_ENABLED", "_DISABLED")):
                assert value in PASSWORDS.values(), (name, variable)
        for password in PASSWORDS.values():
            assert password not in str(service.get("command")), name


def test_nobody_is_an_administrator_of_grafana_by_default(composing: Composing) -> None:
    environment = mapping(services(composing.project("core"))["grafana"]["environment"])
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert environment["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert environment["GF_SECURITY_ADMIN_PASSWORD"] == PASSWORDS["GRAFANA_ADMIN_PASSWORD"]


def test_the_collector_is_the_version_that_the_manifest_names() -> None:
    manifest = load(ROOT / "collector" / "otelcol" / "builder.yaml")
    images = {text(one["image"]) for one in SERVICES.values() if text(one["image"]).startswith("otel/")}
    assert images == {f"otel/opentelemetry-collector-contrib:{at(manifest, 'dist', 'version')}"}


def test_the_addresses_in_the_shipped_files_are_services_of_this_file() -> None:
    aliases = {
        text(alias)
        for one in SERVICES.values()
        for alias in items(at(one.get("networks"), "default", "aliases") if "networks" in one else [])
    }
    named = set[str]()
    for folder in ("otelcol", "prometheus", "alertmanager"):
        for file in (ROOT / "collector" / folder).rglob("*.y*ml"):
            shipped = re.sub(r"^\s*#.*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            named |= set(re.findall(r"\b([a-z][a-z0-9-]*[a-z0-9]):\d{4,5}\b", shipped))
            for names in re.findall(r"dns_sd_configs: \[\{names: \[([^\]]+)\]", shipped):
                named |= set(re.findall(r"[\w-]+", names))
    known = set(SERVICES) | aliases | {"localhost"}
    assert named - known == set()
    assert {"otelcol", "prometheus", "tempo", "loki", "alertmanager", "otelcol-gateway", "otelcol-sampler"} <= named


def test_the_ports_that_prometheus_scrapes_are_those_that_the_programs_listen_on() -> None:
    scraped = load_targets(ROOT / "collector" / "prometheus" / "targets" / "stack.yml")
    assert scraped["otelcol"].endswith(":8888")
    assert scraped["tempo"] == "tempo:3200"
    assert scraped["loki"] == "loki:3100"
    assert set(scraped) <= {*SERVICES, "prometheus"}


def load_targets(file: Path) -> Mapping[str, str]:
    entries = mappings(yaml.safe_load(file.read_text(encoding="utf-8")))
    return {text(at(entry, "labels", "job")): text(items(entry["targets"])[0]) for entry in entries}


def test_alertmanager_finds_its_receivers_files_and_nothing_is_sent_by_default(composing: Composing) -> None:
    project = composing.project("core")
    service = services(project)["alertmanager"]
    there = {text(one["target"]): text(one["source"]) for one in mappings(service["configs"])}
    shipped = (ROOT / "collector" / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    wanted = {f"{service['working_dir']}/{path}" for path in re.findall(r"url_file: (\S+)", shipped)}
    assert set(there) == wanted
    for source in there.values():
        assert text(at(project, "configs", source, "content")).startswith("http://127.0.0.1:1/")


def test_the_address_of_an_alert_receiver_comes_from_its_variable(composing: Composing) -> None:
    asked = {**PASSWORDS, "ALERT_WEBHOOK_CRITICAL": "https://hooks.example/critical"}
    project = composing.project("core", environment=asked)
    assert at(project, "configs", "alert-webhook-critical", "content") == "https://hooks.example/critical"


@pytest.mark.parametrize(("kafka", "last"), [("", "gateway.yaml"), ("1", "gateway-kafka.yaml")])
def test_kafka_stands_between_the_tiers_when_it_is_asked_for(composing: Composing, kafka: str, last: str) -> None:
    scale = services(composing.project("scale", environment={**PASSWORDS, "SCALE_KAFKA": kafka}))
    for number in (1, 2):
        assert items(scale[f"otelcol-gateway-{number}"]["command"]) == [
            "--config=/etc/otelcol/gateway.yaml",
            f"--config=/etc/otelcol/{last}",
        ]
        assert items(scale[f"otelcol-sampler-{number}"]["command"])[1] == (
            f"--config=/etc/otelcol/{last.replace('gateway', 'sampler')}"
        )


def test_every_collector_has_a_queue_of_its_own(composing: Composing) -> None:
    project = services(composing.project(*PROFILES))
    queues = [
        text(volume["source"])
        for one in project.values()
        if str(one["image"]).startswith("otel/")
        for volume in mappings(one["volumes"])
        if volume["target"] == "/var/lib/otelcol"
    ]
    assert len(queues) == 6
    assert len(set(queues)) == len(queues)


def test_every_volume_is_named_and_used(composing: Composing) -> None:
    project = composing.project(*PROFILES)
    used = {
        text(volume["source"])
        for one in services(project).values()
        for volume in mappings(one.get("volumes"))
        if volume["type"] == "volume"
    }
    assert set(mapping(load(FILE)["volumes"])) == used


def test_the_image_of_the_example_is_built_from_what_is_there() -> None:
    build = mapping(SERVICES["page-reputation"]["build"])
    dockerfile = ROOT / text(build["dockerfile"])
    for copied in re.findall(r"^COPY (.+) \S+$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE):
        assert [name for name in copied.split() if not (ROOT / name).exists()] == []
    ignored = dockerfile.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8")
    allowed = {line.removeprefix("!") for line in ignored.splitlines() if line.startswith("!")}
    copied_names = set(re.findall(r"^COPY (.+) \S+$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name for line in copied_names for name in line.split()} == allowed
