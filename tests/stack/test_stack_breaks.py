"""Each link of the chain, broken on purpose in a copy: the check that would find it does.

Every case first shows that the shipped file holds, so that nothing here fails for another reason than the break.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
import yaml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from otelkit.cli.demonstration.example import SCORING
from tests.deployment.links import DATASOURCES, ClickedSpan, Datasources, LinkError
from tests.stack.asking import Prometheus, eventually
from tests.stack.backends import CONFIGURATION, HOST
from tests.stack.collectors import PIPELINE
from tests.stack.programs import Program, Recipe, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from tests.stack.asking import Exemplar, Line
    from tests.stack.following import Follower

    Place = tuple[str | int, ...]

TRACE_ID: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN: Final = ClickedSpan(
    trace_id=TRACE_ID,
    span_id="00f067aa0ba902b7",
    name="POST /transactions",
    start_s=1_000.0,
    end_s=1_001.5,
    resource={"service.name": "payments"},
)

WRONG_UID: Final[Mapping[str, tuple[str, Place, Callable[[Datasources], object]]]] = {
    "exemplar-to-trace": (
        "prometheus",
        ("jsonData", "exemplarTraceIdDestinations", 0, "datasourceUid"),
        lambda links: links.of_exemplar({"trace_id": TRACE_ID}),
    ),
    "trace-to-logs": (
        "tempo",
        ("jsonData", "tracesToLogsV2", "datasourceUid"),
        lambda links: links.of_span_to_logs(SPAN),
    ),
    "trace-to-metrics": (
        "tempo",
        ("jsonData", "tracesToMetrics", "datasourceUid"),
        lambda links: links.of_span_to_metrics(SPAN),
    ),
    "log-to-trace": (
        "loki",
        ("jsonData", "derivedFields", 0, "datasourceUid"),
        lambda links: links.of_log_line({"trace_id": TRACE_ID}, ""),
    ),
    "log-text-to-trace": (
        "loki",
        ("jsonData", "derivedFields", 1, "datasourceUid"),
        lambda links: links.of_log_line({}, f"trace_id={TRACE_ID}"),
    ),
    "service-map": ("tempo", ("jsonData", "serviceMap", "datasourceUid"), lambda links: links.service_map()),
    "series-to-logs": (
        "prometheus",
        ("correlations", 0, "targetUID"),
        lambda links: links.of_correlations({"service_name": "payments"}, uid="prometheus"),
    ),
    "whole-trace-to-logs": (
        "tempo",
        ("correlations", 0, "targetUID"),
        lambda links: links.of_correlations({"traceID": TRACE_ID}, uid="tempo"),
    ),
    "log-to-metrics": (
        "loki",
        ("correlations", 0, "targetUID"),
        lambda links: links.of_correlations({"labels": {"service_name": "payments"}}, uid="loki"),
    ),
}

COMPONENTS: Final = {
    "exporters: [otlp_http/prometheus]": "exporters: [otlp_http/prometheuss]",
    "exporters: [otlp_http/tempo]": "exporters: [otlp_http/tempoo]",
    "exporters: [otlp_http/loki]": "exporters: [otlp_http/lokii]",
    "exporters: [span_metrics, service_graph]": "exporters: [span_metric, service_graph]",
    "processors: [tail_sampling]": "processors: [tail_samplin]",
}

TRACES_TO_METRICS: Final[Place] = ("jsonData", "tracesToMetrics")


def broken_copy(folder: Path, uid: str, place: Place, old: str, new: str) -> Datasources:
    """Return the data sources with one text in one place of one of them changed."""
    document: dict[str, Any] = yaml.safe_load(DATASOURCES.read_text(encoding="utf-8"))
    here: Any = next(source for source in document["datasources"] if source["uid"] == uid)
    for step in place[:-1]:
        here = here[step]
    assert old in here[place[-1]], f"{place} of {uid} does not hold {old!r}: nothing would be broken"
    here[place[-1]] = here[place[-1]].replace(old, new)
    copy = folder / "broken.yaml"
    copy.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Datasources(copy)


def validated(otelcol: Path, file: Path) -> tuple[int, str]:
    done = subprocess.run(
        [otelcol, "validate", f"--config={file}"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _lost(ask: Callable[[Datasources], object], links: Datasources, uid: str) -> bool:
    try:
        ask(links)
    except LinkError as error:
        return f"no data source with the uid {uid!r}" in str(error)
    return False


# A wrong name in the collector.


@pytest.mark.stack
@pytest.mark.parametrize("right", COMPONENTS)
def test_a_wrong_component_name_is_refused_by_the_collectors_validation(
    right: str, programs: Mapping[str, Path], tmp_path: Path
) -> None:
    shipped = PIPELINE.read_text(encoding="utf-8")
    wrong = COMPONENTS[right]
    assert right in shipped
    broken = tmp_path / "broken.yaml"
    broken.write_text(shipped.replace(right, wrong), encoding="utf-8")
    assert validated(programs["otelcol"], PIPELINE)[0] == 0
    code, said = validated(programs["otelcol"], broken)
    assert code != 0
    assert wrong.partition("[")[2].rstrip("]").partition(",")[0] in said


# A wrong uid in Grafana's provisioning.


@pytest.mark.parametrize("link", WRONG_UID)
def test_a_wrong_datasource_uid_in_a_link_is_found_without_any_engine(link: str, tmp_path: Path) -> None:
    uid, place, ask = WRONG_UID[link]
    assert ask(Datasources())
    broken = broken_copy(tmp_path, uid, place, "", "misspelt-")
    with pytest.raises(LinkError, match="no data source with the uid 'misspelt-"):
        ask(broken)


def test_every_datasource_uid_of_the_provisioning_is_broken_once_above() -> None:
    shipped = DATASOURCES.read_text(encoding="utf-8")
    assert shipped.count("datasourceUid:") + shipped.count("targetUID:") == len(WRONG_UID)


@pytest.mark.parametrize("uid", ["prometheus", "tempo", "loki"])
def test_a_renamed_data_source_breaks_the_links_that_lead_to_it(uid: str, tmp_path: Path) -> None:
    renamed = broken_copy(tmp_path, uid, ("uid",), uid, "renamed")
    lost = {name for name, (source, _place, ask) in WRONG_UID.items() if source != uid and _lost(ask, renamed, uid)}
    assert (
        lost
        == {
            "prometheus": {"trace-to-metrics", "service-map", "log-to-metrics"},
            "tempo": {"exemplar-to-trace", "log-to-trace", "log-text-to-trace"},
            "loki": {"trace-to-logs", "series-to-logs", "whole-trace-to-logs"},
        }[uid]
    )


def test_a_service_map_in_something_else_than_prometheus_is_found_without_any_engine(tmp_path: Path) -> None:
    broken = broken_copy(tmp_path, "tempo", ("jsonData", "serviceMap", "datasourceUid"), "prometheus", "loki")
    with pytest.raises(LinkError, match="no Prometheus"):
        broken.service_map()


# A wrong label in a link: asked of the engines, it finds nothing.


@pytest.mark.stack
def test_a_wrong_label_at_the_exemplar_link_leads_nowhere(
    exemplar: Exemplar, links: Datasources, follow: Follower, tmp_path: Path
) -> None:
    assert follow.trace(links.of_exemplar(exemplar.labels))
    place = ("jsonData", "exemplarTraceIdDestinations", 0, "name")
    broken = broken_copy(tmp_path, "prometheus", place, "trace_id", "traceID")
    with pytest.raises(LinkError, match="no destination"):
        broken.of_exemplar(exemplar.labels)


@pytest.mark.stack
@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        (("tags", 0, "value"), "service_name", "service"),
        (("query",), "trace_id=", "traceId="),
    ],
    ids=["service", "trace_id"],
)
def test_a_wrong_label_in_trace_to_logs_finds_no_line(
    *,
    span: ClickedSpan,
    lines: list[Line],
    follow: Follower,
    place: Place,
    old: str,
    new: str,
    tmp_path: Path,
) -> None:
    assert lines
    broken = broken_copy(tmp_path, "tempo", ("jsonData", "tracesToLogsV2", *place), old, new)
    assert follow.lines(broken.of_span_to_logs(span)) == []


@pytest.mark.stack
@pytest.mark.parametrize("query", range(3))
def test_a_wrong_label_in_trace_to_metrics_draws_nothing(
    span: ClickedSpan, links: Datasources, follow: Follower, query: int, tmp_path: Path
) -> None:
    assert eventually(lambda: follow.points(links.of_span_to_metrics(span)[query]), bool)
    place = (*TRACES_TO_METRICS, "queries", query, "query")
    by_operation = broken_copy(tmp_path, "tempo", place, "span_name=", "operation=")
    assert follow.points(by_operation.of_span_to_metrics(span)[query]) == []
    place = (*TRACES_TO_METRICS, "tags", 0, "value")
    by_service = broken_copy(tmp_path, "tempo", place, "service_name", "service")
    assert follow.points(by_service.of_span_to_metrics(span)[query]) == []


@pytest.mark.stack
def test_a_wrong_label_in_the_derived_field_leaves_the_log_line_without_its_link(
    lines: list[Line], links: Datasources, tmp_path: Path
) -> None:
    place = ("jsonData", "derivedFields", 0, "matcherRegex")
    broken = broken_copy(tmp_path, "loki", place, "trace_id", "traceId")
    metadata = {**lines[0].labels, **lines[0].metadata}
    assert links.of_log_line(metadata, lines[0].text)
    assert broken.of_log_line(metadata, lines[0].text) == []


@pytest.mark.stack
@pytest.mark.parametrize(("uid", "old", "new"), [("prometheus", "service_name=", "service="), ("tempo", "_id=", "ID=")])
def test_a_wrong_label_in_a_correlation_finds_no_line(
    *, exemplar: Exemplar, links: Datasources, follow: Follower, uid: str, old: str, new: str, tmp_path: Path
) -> None:
    fields = {**exemplar.series, "traceID": exemplar.labels["trace_id"]}
    (shipped,) = links.of_correlations(fields, uid=uid)
    assert eventually(lambda: follow.lines(shipped), bool)
    (broken,) = broken_copy(tmp_path, uid, ("correlations", 0, "config", "target", "expr"), old, new).of_correlations(
        fields, uid=uid
    )
    assert follow.lines(broken) == []


@pytest.mark.stack
def test_a_wrong_label_in_the_correlation_of_a_log_line_draws_nothing(
    lines: list[Line], links: Datasources, follow: Follower, tmp_path: Path
) -> None:
    fields = {"labels": {**lines[0].labels, **lines[0].metadata}}
    (shipped,) = links.of_correlations(fields, uid="loki")
    assert eventually(lambda: follow.points(shipped), bool)
    place = ("correlations", 0, "config", "target", "expr")
    (broken,) = broken_copy(tmp_path, "loki", place, "service_name=", "service=").of_correlations(fields, uid="loki")
    assert follow.points(broken) == []


# A missing flag of Prometheus.


@pytest.mark.stack
def test_without_the_exemplar_flag_the_measurement_arrives_and_its_exemplar_does_not(
    programs: Mapping[str, Path], tmp_path: Path
) -> None:
    flags = (CONFIGURATION / "prometheus" / "flags").read_text(encoding="utf-8")
    assert "exemplar-storage," in flags
    found: dict[str, int] = {}
    for name, given in (("shipped", flags), ("broken", flags.replace("exemplar-storage,", ""))):
        with running_prometheus(programs["prometheus"], tmp_path / name, given) as url:
            push_measurement_with_exemplar(url).raise_for_status()
            prometheus = Prometheus(url)
            counted = eventually(lambda: prometheus.value("broken_duration_seconds_count"), bool)  # noqa: B023 - asked within the turn
            assert counted == 1
            found[name] = len(prometheus.exemplars("broken_duration_seconds_bucket"))
    assert found == {"shipped": 1, "broken": 0}


@pytest.mark.stack
def test_without_any_flags_prometheus_takes_no_metrics_at_all(programs: Mapping[str, Path], tmp_path: Path) -> None:
    with running_prometheus(programs["prometheus"], tmp_path / "bare", "") as url:
        assert push_measurement_with_exemplar(url).status_code == httpx.codes.NOT_FOUND


@contextlib.contextmanager
def running_prometheus(binary: Path, folder: Path, flags: str) -> Generator[str]:
    """Run Prometheus alone, with the shipped configuration and these contents of its file of flags, if any."""
    (folder / "targets").mkdir(parents=True)
    (folder / "flags").write_text(flags, encoding="utf-8")
    (folder / "prometheus.yml").symlink_to(CONFIGURATION / "prometheus" / "prometheus.yml")
    (port,) = free_ports(1)
    url = f"http://{HOST}:{port}"
    command = (
        str(binary),
        *([f"@{folder / 'flags'}"] if flags else []),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={HOST}:{port}",
    )
    program = Program(Recipe(name="prometheus", command=command, ready=f"{url}/-/ready", folder=folder))
    program.start()
    try:
        program.await_ready()
        yield url
    finally:
        program.stop()


def push_measurement_with_exemplar(url: str) -> httpx.Response:
    """Send one measurement of a duration, with the trace it was made in."""
    now = time.time_ns()
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    name = resource.resource.attributes.add(key="service.name")
    name.value.string_value = SCORING
    metric = resource.scope_metrics.add().metrics.add(name="broken.duration", unit="s")
    metric.histogram.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
    point = metric.histogram.data_points.add(
        start_time_unix_nano=now - 1_000_000_000, time_unix_nano=now, count=1, sum=0.2
    )
    point.explicit_bounds.append(1.0)
    point.bucket_counts.extend((1, 0))
    point.exemplars.add(
        time_unix_nano=now, as_double=0.2, trace_id=bytes.fromhex(TRACE_ID), span_id=bytes.fromhex(SPAN.span_id)
    )
    return httpx.post(
        f"{url}/api/v1/otlp/v1/metrics",
        content=request.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        timeout=10,
        trust_env=False,
    )
