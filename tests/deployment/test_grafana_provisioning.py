"""Grafana's provisioning: only documented keys, every reference leads somewhere, every link asks what it should."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opentelemetry.semconv.attributes import http_attributes

from otelkit.settings import parameters
from tests.deployment.links import DATASOURCES, ClickedSpan, Datasources, LinkError
from tests.deployment.plain_yaml import ROOT, at, items, leaves, load, mapping, mappings, text

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVISIONING = ROOT / "collector" / "grafana" / "provisioning"
PROVIDERS = PROVISIONING / "dashboards" / "otelkit.yaml"
KEYS = tomllib.loads((Path(__file__).parent / "grafana_keys.toml").read_text(encoding="utf-8"))

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = ClickedSpan(
    trace_id=TRACE_ID,
    span_id="00f067aa0ba902b7",
    name="POST /transactions",
    start_s=1_000.0,
    end_s=1_001.5,
    resource={"service.name": "payments", "service.namespace": "shop", "host.name": "h1"},
    attributes={"http.route": "/transactions"},
)

ENVIRONMENT = {
    "PROMETHEUS_URL": "http://prometheus:9090",
    "TEMPO_URL": "http://tempo:3200",
    "LOKI_URL": "http://loki:3100",
    "ALERTMANAGER_URL": "http://alertmanager:9093",
}


@pytest.fixture
def sources() -> Datasources:
    return Datasources(environment=ENVIRONMENT)


def test_every_key_of_the_data_sources_is_one_that_grafana_documents() -> None:
    document = dict(load(DATASOURCES))
    plain: list[object] = []
    for source in mappings(document["datasources"]):
        known = KEYS["jsonData"][text(source["type"])]
        assert set(leaves(source["jsonData"])) - set(known) == set(), source["name"]
        plain.append({key: value for key, value in source.items() if key != "jsonData"})
    assert set(leaves({**document, "datasources": plain})) - set(KEYS["datasources"]) == set()


def test_every_key_of_the_dashboard_providers_is_one_that_grafana_documents() -> None:
    assert set(leaves(load(PROVIDERS))) - set(KEYS["providers"]) == set()


def test_every_documented_key_has_its_source_and_is_used() -> None:
    named = [*KEYS["datasources"].values(), *KEYS["providers"].values()]
    used = set(leaves(load(PROVIDERS))) | {
        path for source in mappings(load(DATASOURCES)["datasources"]) for path in leaves(source["jsonData"])
    }
    for table in KEYS["jsonData"].values():
        named.extend(table.values())
        assert set(table) - used == set()
    assert set(named) == set(KEYS["sources"])


def test_a_misspelt_key_is_noticed() -> None:
    assert "derivedFields[].matcherRegexp" not in KEYS["jsonData"]["loki"]
    assert list(leaves({"derivedFields": [{"matcherRegexp": "x"}]})) == ["derivedFields[].matcherRegexp"]


def test_no_data_source_can_be_changed_in_the_browser_and_one_is_the_default() -> None:
    sources = mappings(load(DATASOURCES)["datasources"])
    assert [source["editable"] for source in sources] == [False] * len(sources)
    assert [source["uid"] for source in sources if source.get("isDefault")] == ["prometheus"]
    assert len({text(source["name"]) for source in sources}) == len(sources)


def test_the_uids_are_those_that_explore_links_use(sources: Datasources) -> None:
    assert set(sources.uids) == {"prometheus", "tempo", "loki", "alertmanager"}
    rows = (parameters.GRAFANA_PROMETHEUS, parameters.GRAFANA_TEMPO, parameters.GRAFANA_LOKI)
    assert [(row.default, sources.kind(row.default)) for row in rows] == [
        ("prometheus", "prometheus"),
        ("tempo", "tempo"),
        ("loki", "loki"),
    ]


def test_every_uid_that_a_link_names_is_there(sources: Datasources) -> None:
    named = re.findall(r"(?:datasourceUid|targetUID): (\S+)", DATASOURCES.read_text(encoding="utf-8"))
    assert len(named) > 5
    assert set(named) - set(sources.uids) == set()


def test_addresses_come_from_the_variables_that_the_file_declares(sources: Datasources) -> None:
    shipped = DATASOURCES.read_text(encoding="utf-8")
    assert {sources.url(uid) for uid in sources.uids} == set(ENVIRONMENT.values())
    head = shipped.partition("apiVersion")[0]
    assert [name for name in ENVIRONMENT if name not in head] == []


def test_a_single_dollar_sign_is_only_ever_one_of_those_variables() -> None:
    found = re.findall(r"(?<!\$)\$(?!\$)\{?(\w*)", DATASOURCES.read_text(encoding="utf-8").replace("$$", ""))
    assert set(found) == set(ENVIRONMENT)


def test_an_exemplar_leads_to_its_trace(sources: Datasources) -> None:
    link = sources.of_exemplar({"trace_id": TRACE_ID, "span_id": "00f067aa0ba902b7"})
    assert (link.kind, link.query) == ("tempo", TRACE_ID)


def test_an_exemplar_without_a_trace_id_leads_nowhere(sources: Datasources) -> None:
    with pytest.raises(LinkError, match="no destination"):
        sources.of_exemplar({"traceID": TRACE_ID})


def test_a_span_leads_to_the_log_lines_of_its_service_in_its_trace(sources: Datasources) -> None:
    link = sources.of_span_to_logs(SPAN)
    assert link.kind == "loki"
    assert link.query == f'{{service_name="payments", service_namespace="shop"}} | trace_id="{TRACE_ID}"'
    assert link.since_s is not None
    assert link.until_s is not None
    assert link.since_s < SPAN.start_s
    assert link.until_s > SPAN.end_s


def test_the_labels_of_that_link_are_the_index_labels_of_loki() -> None:
    (source,) = [one for one in mappings(load(DATASOURCES)["datasources"]) if one["uid"] == "tempo"]
    mapped = {
        text(tag["key"]): text(tag["value"]) for tag in mappings(at(source, "jsonData", "tracesToLogsV2", "tags"))
    }
    config = at(load(ROOT / "collector/loki/loki.yaml"), "limits_config", "otlp_config", "resource_attributes")
    (rule,) = [one for one in mappings(mapping(config)["attributes_config"]) if one["action"] == "index_label"]
    assert set(mapped) == {text(name) for name in items(rule["attributes"])}
    assert {key: key.replace(".", "_") for key in mapped} == mapped


def test_a_span_leads_to_the_metrics_of_its_operation(sources: Datasources) -> None:
    links = sources.of_span_to_metrics(SPAN)
    assert {link.kind for link in links} == {"prometheus"}
    assert links[0].query == (
        'sum(rate(traces_spanmetrics_calls_total{service_name="payments", service_namespace="shop", '
        'span_name="POST /transactions"}[5m]))'
    )
    assert all('span_name="POST /transactions"' in link.query and "$" not in link.query for link in links)
    assert len({link.label for link in links}) == len(links) == 3


def test_the_labels_of_those_links_are_ones_that_prometheus_keeps() -> None:
    (source,) = [one for one in mappings(load(DATASOURCES)["datasources"]) if one["uid"] == "tempo"]
    tags = mappings(at(source, "jsonData", "tracesToMetrics", "tags"))
    promoted = items(at(load(ROOT / "collector/prometheus/prometheus.yml"), "otlp", "promote_resource_attributes"))
    assert {text(tag["key"]) for tag in tags} <= {text(name) for name in promoted}
    assert {text(tag["key"]).replace(".", "_"): tag["value"] for tag in tags} == {
        text(tag["value"]): tag["value"] for tag in tags
    }


def test_the_span_metrics_have_the_names_that_the_collector_gives_them(sources: Datasources) -> None:
    made = mapping(at(load(ROOT / "collector/otelcol/pipeline.yaml"), "connectors", "span_metrics"))
    prefix = text(made["namespace"]).replace(".", "_")
    unit = {"s": "seconds"}[text(at(made, "histogram", "unit"))]
    asked = {
        name for link in sources.of_span_to_metrics(SPAN) for name in re.findall(r"traces_spanmetrics_\w+", link.query)
    }
    assert asked == {f"{prefix}_calls_total", f"{prefix}_duration_{unit}_bucket"}


def test_a_log_record_leads_to_its_trace_by_its_structured_metadata(sources: Datasources) -> None:
    (link,) = sources.of_log_line({"service_name": "payments", "trace_id": TRACE_ID}, "transaction scored")
    assert (link.kind, link.query) == ("tempo", TRACE_ID)


@pytest.mark.parametrize(
    "line", [f'{{"level": "info", "trace_id": "{TRACE_ID}"}}', f"GET / traceID={TRACE_ID} 200", f"traceId: {TRACE_ID}"]
)
def test_a_line_of_another_program_leads_to_its_trace_by_its_text(sources: Datasources, line: str) -> None:
    (link,) = sources.of_log_line({"service_name": "nginx"}, line)
    assert (link.kind, link.query) == ("tempo", TRACE_ID)


@pytest.mark.parametrize("metadata", [{"parent_trace_id_of_mine": TRACE_ID}, {"trace_id": ""}, {}])
def test_a_line_without_a_trace_has_no_link(sources: Datasources, metadata: Mapping[str, str]) -> None:
    assert sources.of_log_line(metadata, "transaction scored") == []


def test_a_series_leads_to_the_log_lines_of_its_service(sources: Datasources) -> None:
    (link,) = sources.of_correlations({"service_name": "payments", "job": "shop/payments"}, uid="prometheus")
    assert (link.kind, link.query) == ("loki", '{service_name="payments"}')


def test_a_trace_leads_to_the_log_lines_of_all_its_services(sources: Datasources) -> None:
    (link,) = sources.of_correlations({"traceID": TRACE_ID, "spanID": "00f067aa0ba902b7"}, uid="tempo")
    assert (link.kind, link.query) == ("loki", f'{{service_name=~".+"}} | trace_id="{TRACE_ID}"')


def test_a_log_line_leads_to_the_requests_of_its_service(sources: Datasources) -> None:
    (link,) = sources.of_correlations({"labels": {"service_name": "payments", "trace_id": TRACE_ID}}, uid="loki")
    assert link.kind == "prometheus"
    assert '{service_name="payments"}' in link.query
    for attribute in (http_attributes.HTTP_ROUTE, http_attributes.HTTP_RESPONSE_STATUS_CODE):
        assert attribute.replace(".", "_") in link.query


def test_the_service_map_is_drawn_from_prometheus(sources: Datasources) -> None:
    assert sources.service_map() == "prometheus"


def test_a_link_with_a_variable_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    shipped = DATASOURCES.read_text(encoding="utf-8")
    broken.write_text(shipped.replace("$${__trace.traceId}", "$${__trace.traceID}"), encoding="utf-8")
    with pytest.raises(LinkError, match=r"__trace\.traceID"):
        Datasources(broken, ENVIRONMENT).of_span_to_logs(SPAN)


def test_a_link_to_a_data_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    shipped = DATASOURCES.read_text(encoding="utf-8")
    broken.write_text(shipped.replace("datasourceUid: loki", "datasourceUid: logs"), encoding="utf-8")
    with pytest.raises(LinkError, match="'logs'"):
        Datasources(broken, ENVIRONMENT).of_span_to_logs(SPAN)


def test_the_dashboards_folder_is_the_one_that_is_mounted() -> None:
    (provider,) = mappings(load(PROVIDERS)["providers"])
    assert at(provider, "options", "path") == "/etc/grafana/dashboards"
    assert (ROOT / "collector/grafana/dashboards").is_dir()
