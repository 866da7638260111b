"""The picture in the README: a trace with its log lines, on the console of the simulated traffic or on a running one.

Run it with ``python -m tests.page.readme_picture [URL]``; it writes docs/images/console.png.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from playwright.sync_api import expect

from otelkit.console.server import ConsoleServer
from tests.page.chromium import chromium, watched_page
from tests.page.fraud_traffic import FraudTraffic

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "console.png"


def take(url: str) -> None:
    """Take the picture of the console at that address."""
    with chromium() as browser, watched_page(browser, width=1280, height=800) as watched:
        page = watched.page
        trace = _worth_a_picture(page, url)
        page.goto(f"{url}/traces/{trace['traceId']}?span={_span_with_a_warning(trace)}")
        expect(page.get_by_test_id("span-panel")).to_be_visible()
        page.get_by_test_id("live").click()
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        PICTURE.write_bytes(page.screenshot(animations="disabled"))
        watched.assert_nothing_went_wrong()


def _worth_a_picture(page: Page, url: str) -> dict[str, Any]:
    """Give the trace that shows most: several services, warnings in its spans, many spans and log lines."""
    listed = page.request.get(f"{url}/api/traces?limit=500").json()["traces"]
    wide = [trace for trace in listed if trace["complete"] and len(trace["services"]) > 1]
    traces = [page.request.get(f"{url}/api/traces/{trace['traceId']}").json() for trace in wide[:200]]
    return max(cast("list[dict[str, Any]]", traces), key=_richness)


def _richness(trace: dict[str, Any]) -> tuple[bool, int, int]:
    # A traceback in the picture would leave no room for anything else.
    readable = not any("Traceback" in str(log) for log in trace["logs"])
    return bool(_warnings(trace)) and readable, len(trace["spans"]), len(trace["logs"])


def _warnings(trace: dict[str, Any]) -> list[dict[str, Any]]:
    return [log for log in trace["logs"] if log["spanId"] and log["severityNumber"] >= 13]


def _span_with_a_warning(trace: dict[str, Any]) -> str:
    spans = _warnings(trace) or [log for log in trace["logs"] if log["spanId"]]
    return str(spans[0]["spanId"])


def main() -> None:
    """Take the picture."""
    if len(sys.argv) > 1:
        take(sys.argv[1].rstrip("/"))
        return
    with ConsoleServer(port=0) as console:
        FraudTraffic(console.url).send()
        take(console.url)


if __name__ == "__main__":
    main()
