"""Each link, decoded again, is the state that Grafana documents for Explore's address, whatever the names in it are."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, TypedDict, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import otelkit
from otelkit.settings import load_settings, parameters
from otelkit.signals import explore_links
from tests.program import output, run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from otelkit.testing import Capture

GRAFANA = "https://grafana.example/observe"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class Pane(TypedDict):
    """One pane of Explore, as ``ExploreUrlState`` of @grafana/data has it."""

    datasource: str
    queries: list[dict[str, object]]
    range: dict[str, str]


def pane_of(link: str | None) -> Pane:
    """What Grafana would open: decoded as `schemaVersion` 1 of Explore's address is."""
    assert link is not None
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{GRAFANA}/explore"
    asked = parse_qs(parts.query, strict_parsing=True)
    assert asked.keys() == {"schemaVersion", "panes", "orgId"}
    assert (asked["schemaVersion"], asked["orgId"]) == (["1"], ["1"])
    panes = cast("dict[str, Pane]", json.loads(asked["panes"][0]))
    assert len(panes) == 1
    (name,) = panes
    assert len(name) == 3, "Grafana renames a pane whose id is not three characters"
    assert name.isalnum()
    assert not name.isdigit()
    return panes[name]


def configure(**settings: object) -> None:
    """Set the links up from these settings alone."""
    arguments = {name.replace("__", "."): value for name, value in settings.items()}
    explore_links.configure(load_settings(arguments, environ={}))


@pytest.fixture
def grafana() -> Generator[Callable[..., None]]:
    """A Grafana is set; called with further settings it is set anew."""

    def again(**settings: object) -> None:
        configure(**{"grafana__url": GRAFANA, **settings})

    again()
    yield again
    configure()


@pytest.mark.usefixtures("grafana")
def test_a_trace_opens_in_tempo_by_its_id() -> None:
    assert pane_of(otelkit.explore_url(trace_id=TRACE_ID)) == {
        "datasource": "tempo",
        "queries": [
            {
                "refId": "A",
                "datasource": {"type": "tempo", "uid": "tempo"},
                "queryType": "traceql",
                "query": TRACE_ID,
            }
        ],
        "range": {"from": "now-1h", "to": "now"},
    }


@pytest.mark.usefixtures("grafana")
def test_log_records_open_in_loki() -> None:
    assert pane_of(otelkit.explore_url(logs='{service_name="x"} |= "a b"', since="now-6h", until="now-5h")) == {
        "datasource": "loki",
        "queries": [
            {
                "refId": "A",
                "datasource": {"type": "loki", "uid": "loki"},
                "queryType": "range",
                "expr": '{service_name="x"} |= "a b"',
            }
        ],
        "range": {"from": "now-6h", "to": "now-5h"},
    }


@pytest.mark.usefixtures("grafana")
def test_a_metric_opens_in_prometheus_with_its_exemplars() -> None:
    (query,) = pane_of(otelkit.explore_url(metric='rate(http_total{code=~"5.."}[5m]) > 0'))["queries"]
    assert query["expr"] == 'rate(http_total{code=~"5.."}[5m]) > 0'
    assert query["datasource"] == {"type": "prometheus", "uid": "prometheus"}
    assert (query["range"], query["exemplar"]) == (True, True)


def test_data_sources_may_have_other_uids(grafana: Callable[..., None]) -> None:
    grafana(grafana__tempo="traces TRACEID", grafana__loki="logs", grafana__prometheus="mimir")
    assert pane_of(otelkit.explore_url(trace_id=TRACE_ID))["datasource"] == "traces TRACEID"
    assert pane_of(otelkit.explore_url(logs="{a=`b`}"))["datasource"] == "logs"
    assert pane_of(otelkit.explore_url(metric="up"))["datasource"] == "mimir"
    template = explore_links.trace_url_template()
    assert template is not None
    assert template.replace("{trace_id}", TRACE_ID) == otelkit.explore_url(trace_id=TRACE_ID)


@given(st.text(), st.text(min_size=1))
def test_any_service_name_and_any_query_arrives_unchanged(name: str, query: str) -> None:
    selector = f'{{service_name="{name}"}}'
    configure(grafana__url=GRAFANA)
    try:
        assert pane_of(otelkit.explore_url(logs=selector))["queries"][0]["expr"] == selector
        assert pane_of(otelkit.explore_url(metric=query))["queries"][0]["expr"] == query
    finally:
        configure()


@given(st.text(alphabet=st.characters(codec=None, categories=["Cs", "Cc", "Zl"])))
def test_a_query_of_unwritable_characters_still_is_an_address(query: str) -> None:
    configure(grafana__url=GRAFANA)
    try:
        link = otelkit.explore_url(logs=query)
        assert link is not None
        assert link.isascii()
        assert link.isprintable()
        # JSON joins two halves of a surrogate pair to the character that they are.
        assert pane_of(link)["queries"][0]["expr"] == query.encode("utf-16", "surrogatepass").decode(
            "utf-16", "surrogatepass"
        )
    finally:
        configure()


@given(st.integers(min_value=1, max_value=2**128 - 1))
def test_a_trace_id_without_its_leading_zeros_is_made_whole(number: int) -> None:
    configure(grafana__url=GRAFANA)
    try:
        shown = pane_of(otelkit.explore_url(trace_id=f" {number:X} "))["queries"][0]["query"]
        assert shown == f"{number:032x}"
    finally:
        configure()


def test_without_a_grafana_there_is_no_link() -> None:
    configure()
    assert otelkit.explore_url(trace_id=TRACE_ID) is None
    assert otelkit.explore_url(logs="{a=`b`}") is None
    assert explore_links.trace_url_template() is None


@pytest.mark.usefixtures("grafana")
def test_outside_of_any_span_there_is_no_current_trace() -> None:
    assert otelkit.explore_url() is None


def test_inside_a_span_it_is_the_current_trace(telemetry: Capture, grafana: Callable[..., None]) -> None:
    grafana()
    with otelkit.operation("shop.checkout"):
        link = otelkit.explore_url()
    assert pane_of(link)["queries"][0]["query"] == telemetry.spans[0].trace_id


WRONG: list[Mapping[str, object]] = [
    {"trace_id": "not hex"},
    {"trace_id": "0" * 32},
    {"trace_id": TRACE_ID + "0"},
    {"trace_id": TRACE_ID, "logs": "{}"},
    {"logs": "{}", "metric": "up"},
    {"trace_id": 7},
    {"metric": "up", "since": None},
]


@pytest.mark.parametrize("arguments", WRONG, ids=str)
def test_wrong_use_fails_in_a_test(
    telemetry: Capture, grafana: Callable[..., None], arguments: Mapping[str, object]
) -> None:
    assert telemetry.spans == []
    grafana()
    with pytest.raises(ValueError, match=r"explore_url\(\) takes"):
        cast("Callable[..., str | None]", otelkit.explore_url)(**arguments)


def test_wrong_use_never_raises_in_production() -> None:
    shown = output(
        f"""
        import otelkit
        otelkit.init("a", endpoint="http://127.0.0.1:1", traces=False, metrics=False, logs=False)
        print([otelkit.explore_url(**wrong) for wrong in {WRONG!r}])
        """,
        {"OTELKIT_GRAFANA_URL": GRAFANA},
    )
    assert shown == str([None] * len(WRONG))


@pytest.mark.parametrize(
    "url", ["grafana.example", "ftp://grafana.example", "https://me:secret@grafana.example", "https://g.example/?a=b"]
)
def test_an_address_that_cannot_be_used_is_a_problem_and_not_a_broken_link(url: str) -> None:
    settings = load_settings({"grafana.url": url}, environ={})
    assert settings[parameters.GRAFANA_URL] is None
    (problem,) = settings.problems
    assert problem.setting == "grafana.url"
    assert "secret" not in str(problem)


def test_the_start_up_report_says_how_to_open_a_trace() -> None:
    shown = output(
        """
        import otelkit
        report = otelkit.init("a", endpoint="http://127.0.0.1:1", metrics=False, logs=False).report()
        assert report.trace_url in str(report)
        print(report.trace_url)
        otelkit.shutdown(0.1)
        """,
        {"OTELKIT_GRAFANA_URL": GRAFANA},
    )
    assert shown.count("{trace_id}") == 1
    assert pane_of(shown.replace("{trace_id}", TRACE_ID))["queries"][0]["query"] == TRACE_ID


LOGGED = """
import otelkit
otelkit.init("a", endpoint="http://127.0.0.1:1", metrics=False)
log = otelkit.get_logger("shop")
with otelkit.operation("shop.checkout"):
    log.error("bad", trace=otelkit.trace_id())
    log.warning("odd")
    log.error("its own", trace_url="mine")
log.error("no span")
otelkit.shutdown(0.1)
"""


def logged(**environment: str) -> dict[str, dict[str, object]]:
    """The JSON lines of the little program, by message; exporters that find nobody write lines of their own."""
    ended = run(LOGGED, {"OTELKIT_LOGS_CONSOLE": "json", **environment})
    assert ended.code == 0, ended.err
    records = [cast("dict[str, object]", json.loads(line)) for line in ended.err.splitlines() if line.startswith("{")]
    return {str(record["message"]): record for record in records}


def test_error_records_inside_a_span_carry_the_link_when_asked_for() -> None:
    records = logged(OTELKIT_GRAFANA_URL=GRAFANA, OTELKIT_LOGS_TRACE_URL="true")
    assert pane_of(str(records["bad"]["trace_url"]))["queries"][0]["query"] == records["bad"]["trace"]
    assert records["its own"]["trace_url"] == "mine"
    assert "trace_url" not in records["odd"]
    assert "trace_url" not in records["no span"]


def test_no_record_carries_a_link_unless_asked_for() -> None:
    assert "trace_url" not in logged(OTELKIT_GRAFANA_URL=GRAFANA)["bad"]
    assert "trace_url" not in logged(OTELKIT_LOGS_TRACE_URL="true")["bad"]


def test_the_link_is_an_attribute_of_the_opentelemetry_record_too(
    telemetry: Capture, grafana: Callable[..., None]
) -> None:
    grafana(logs__trace_url=True)
    with otelkit.operation("shop.checkout"):
        logging.getLogger("shop").error("bad")
    (record,) = [record for record in telemetry.logs if record.body == "bad"]
    assert pane_of(str(record.attributes["trace_url"]))["queries"][0]["query"] == record.trace_id
