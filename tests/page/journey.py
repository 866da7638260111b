"""The way a person goes through the page: from a trace to its log lines, from an exemplar to its trace.

It works on any running console that has received data: the tests' own, and the one that ``otelkit demo`` starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from playwright.sync_api import expect

from tests.page.chromium import watched_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.page.chromium import Scheme, Watched


@dataclass(frozen=True, kw_only=True)
class Journey:
    """What was seen on the way.

    Args:
        trace_id: the trace whose log lines were read.
        log_lines: how many it has.
        metric: the metric whose exemplar was followed.
        exemplar_trace_id: the trace it led to.
    """

    trace_id: str
    log_lines: int
    metric: str
    exemplar_trace_id: str


def travel(browser: Browser, url: str, *, width: int, height: int, scheme: Scheme, pictures: Path) -> Journey:
    """Go the whole way and fail wherever it does not lead on; pictures are kept of every view.

    Args:
        browser: a Chromium from ``tests.page.chromium``.
        url: where the console is.
        width: of the window, in pixels.
        height: of the window, in pixels.
        scheme: the theme that the system asks for.
        pictures: the folder for the pictures.
    """
    with watched_page(browser, width=width, height=height, scheme=scheme, folder=pictures) as watched:
        trace_id, log_lines = _from_a_trace_to_its_logs(watched, url)
        _from_a_log_line_to_its_trace(watched)
        metric, exemplar_trace_id = _from_an_exemplar_to_its_trace(watched, url)
        watched.assert_nothing_went_wrong()
    return Journey(trace_id=trace_id, log_lines=log_lines, metric=metric, exemplar_trace_id=exemplar_trace_id)


def _from_a_trace_to_its_logs(watched: Watched, url: str) -> tuple[str, int]:
    page = watched.page
    page.goto(url)
    expect(page).to_have_title("Traces · otelkit console")
    expect(page.get_by_test_id("trace-row").first).to_be_visible()
    # What is looked at must hold still.
    page.get_by_test_id("live").click()
    expect(page.get_by_test_id("live")).to_have_text("Paused")
    watched.picture("traces")

    wanted = _trace_with_logs(page, url)
    page.locator(f'[data-testid="trace-row"][data-trace-id="{wanted["traceId"]}"] a').click()
    expect(page.get_by_test_id("trace-id")).to_have_text(wanted["traceId"])
    expect(page.get_by_test_id("span-row")).to_have_count(len(wanted["spans"]))
    expect(page.get_by_test_id("trace-log")).to_have_count(len(wanted["logs"]))
    watched.picture("trace")

    log = page.get_by_test_id("trace-log").filter(has=page.get_by_test_id("log-span-link")).first
    span_id = log.get_attribute("data-span-id")
    log.get_by_test_id("log-span-link").click()
    span = page.locator(f'[data-testid="span-row"][data-span-id="{span_id}"]')
    expect(span).to_have_attribute("aria-selected", "true")
    expect(span).to_be_in_viewport()
    expect(page.get_by_test_id("span-panel")).to_be_visible()
    expect(log).to_have_attribute("aria-current", "true")
    watched.picture("trace-span")

    page.get_by_test_id("span-logs").click()
    expect(page.locator(f'[data-testid="trace-log"][data-span-id="{span_id}"]').first).to_be_in_viewport()
    page.get_by_test_id("close-span").click()
    expect(page.get_by_test_id("span-panel")).to_have_count(0)
    return wanted["traceId"], len(wanted["logs"])


def _from_a_log_line_to_its_trace(watched: Watched) -> None:
    page = watched.page
    page.get_by_test_id("nav-logs").click()
    expect(page).to_have_title("Logs · otelkit console")
    row = page.get_by_test_id("log-row").filter(has=page.get_by_test_id("log-trace-link")).first
    row.get_by_test_id("log-toggle").click()
    expect(page.get_by_test_id("log-details")).to_be_visible()
    watched.picture("logs")
    trace_id = row.get_attribute("data-trace-id") or ""
    row.get_by_test_id("log-trace-link").click()
    expect(page.get_by_test_id("trace-id")).to_have_text(trace_id)
    page.go_back()
    expect(page.get_by_test_id("log-row").first).to_be_visible()


def _from_an_exemplar_to_its_trace(watched: Watched, url: str) -> tuple[str, str]:
    page = watched.page
    page.get_by_test_id("nav-metrics").click()
    expect(page).to_have_title("Metrics · otelkit console")
    expect(page.get_by_test_id("metric-row").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    watched.picture("metrics")

    metric = _histogram_with_stored_exemplars(page, url)
    page.get_by_test_id("metric-search").fill(metric)
    row = page.get_by_test_id("metric-row").filter(has_text=metric).first
    row.get_by_role("link").click()
    expect(page).to_have_title(f"{metric} · Metrics · otelkit console")
    expect(page.get_by_test_id("chart").locator("canvas")).to_be_visible()
    expect(page.get_by_test_id("exemplar-row").first).to_be_attached()
    watched.picture("metric")
    page.get_by_test_id("view").get_by_role("button", name="Heatmap").click()
    expect(page).to_have_url(f"{url}/metrics/{quote(metric)}?view=heatmap")
    watched.picture("metric-heatmap")
    page.get_by_test_id("view").get_by_role("button", name="Percentiles").click()
    expect(page.get_by_test_id("percentile-key")).to_be_visible()

    dot = page.get_by_test_id("exemplar-dot").last
    dot.hover()
    trace_id = (dot.get_attribute("href") or "").removeprefix("/traces/").partition("?")[0]
    dot.click()
    expect(page.get_by_test_id("trace-id")).to_have_text(trace_id)
    expect(page.get_by_test_id("span-panel")).to_be_visible()
    watched.picture("exemplar-trace")
    page.go_back()

    link = page.get_by_test_id("exemplar-link").first
    listed = link.get_attribute("title") or ""
    link.click()
    expect(page.get_by_test_id("trace-id")).to_have_text(listed)
    return metric, trace_id


def _trace_with_logs(page: Page, url: str) -> dict[str, Any]:
    """Give a trace on the page that is complete and has log lines in its spans; one that failed, if there is any."""
    complete = {trace["traceId"] for trace in _get(page, f"{url}/api/traces?limit=500")["traces"] if trace["complete"]}
    rows = page.get_by_test_id("trace-row")
    failed = rows.filter(has=page.get_by_test_id("error-mark"))
    listed = [row.get_attribute("data-trace-id") for row in [*failed.all(), *rows.all()]]
    for trace_id in listed:
        if trace_id in complete:
            trace = _get(page, f"{url}/api/traces/{trace_id}")
            spans = {span["spanId"] for span in trace["spans"]}
            if any(log["spanId"] in spans for log in trace["logs"]):
                return trace
    raise AssertionError(f"none of the {rows.count()} traces on the page is complete and has a log line in its spans")


def _histogram_with_stored_exemplars(page: Page, url: str) -> str:
    """Give the histogram with the most exemplars whose traces are stored."""
    counts: dict[str, int] = {}
    for metric in _get(page, f"{url}/api/metrics")["metrics"]:
        if metric["kind"].endswith("histogram") and metric["exemplarCount"]:
            exemplars = _get(page, f"{url}/api/metrics/{quote(metric['name'])}")["exemplars"]
            counts[metric["name"]] = sum(1 for exemplar in exemplars if exemplar["stored"])
    assert any(counts.values()), f"no histogram has an exemplar whose trace is stored: {counts}"
    return max(counts, key=lambda name: counts[name])


def _get(page: Page, address: str) -> dict[str, Any]:
    answer = page.request.get(address)
    assert answer.ok, f"{answer.status} for {address}"
    return cast("dict[str, Any]", answer.json())
