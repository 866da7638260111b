"""The page in Chromium, on a console that received real OTLP from the SDK's exporters."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from playwright.sync_api import expect

from otelkit.console.server import ConsoleServer
from tests.page.chromium import SCREENSHOTS, watched_page
from tests.page.fraud_traffic import FraudTraffic
from tests.page.journey import travel
from tests.page.simulated_service import Clock, SimulatedService

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_journey_leads_from_traces_to_logs_and_from_exemplars_to_traces(
    browser: Browser, busy_console: ConsoleServer, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    seen = travel(browser, busy_console.url, width=width, height=height, scheme=scheme, pictures=SCREENSHOTS)
    assert seen.log_lines > 0
    assert seen.metric == "http.server.request.duration"


def test_what_arrives_appears_by_itself_while_live_and_not_while_paused(
    browser: Browser, empty_console: ConsoleServer
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(empty_console.url)
        expect(page.get_by_test_id("first-data")).to_contain_text(f'endpoint="{empty_console.url}"')
        watched.picture("first-data")
        FraudTraffic(empty_console.url, seconds=2).send(3, exports=2)
        expect(page.get_by_test_id("trace-row")).to_have_count(3)

        page.get_by_test_id("live").click()
        FraudTraffic(empty_console.url, seconds=1).send(2, exports=2)
        page.wait_for_timeout(2_500)
        expect(page.get_by_test_id("trace-row")).to_have_count(3)
        page.get_by_test_id("live").click()
        expect(page.get_by_test_id("trace-row")).to_have_count(5)
        watched.assert_nothing_went_wrong()


def test_new_lines_wait_while_the_reader_has_scrolled_down(browser: Browser) -> None:
    with ConsoleServer(port=0) as console, watched_page(browser) as watched:
        FraudTraffic(console.url, seconds=60).send(40, exports=2)
        page = watched.page
        page.goto(f"{console.url}/logs")
        expect(page.get_by_test_id("log-row")).to_have_count(100)
        page.mouse.wheel(0, 900)
        first = page.get_by_test_id("log-row").first.inner_text()
        FraudTraffic(console.url, seconds=1).send(2, exports=2)
        expect(page.get_by_test_id("waiting")).to_be_visible()
        assert page.get_by_test_id("log-row").first.inner_text() == first
        page.get_by_test_id("waiting").click()
        expect(page.get_by_test_id("waiting")).to_have_count(0)
        assert page.get_by_test_id("log-row").first.inner_text() != first
        watched.assert_nothing_went_wrong()


def test_rows_stay_under_the_pointer_and_follow_again_when_it_leaves(browser: Browser) -> None:
    with ConsoleServer(port=0) as console, watched_page(browser) as watched:
        FraudTraffic(console.url, seconds=20).send(10, exports=2)
        page = watched.page
        page.goto(console.url)
        rows = page.get_by_test_id("trace-row")
        expect(rows).to_have_count(10)
        rows.nth(4).hover()
        FraudTraffic(console.url, seconds=1).send(2, exports=2)
        expect(page.get_by_test_id("waiting")).to_have_text("2 new traces")
        expect(rows).to_have_count(10)
        page.mouse.move(5, 5)
        expect(rows).to_have_count(12)
        watched.assert_nothing_went_wrong()


def test_texts_of_any_length_and_kind_neither_break_the_layout_nor_run(browser: Browser) -> None:
    script = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    with ConsoleServer(port=0) as console, watched_page(browser, width=390, height=844) as watched:
        clock = Clock(time.time_ns() - 10**9)
        with (
            SimulatedService("s" * 150, console.url, clock) as service,
            service.span("n" * 400, Context(), {"k" * 200: "v" * 4000, "html": script}) as root,
            service.span(script, root) as child,
        ):
            clock.work(5)
            service.log(SeverityNumber.ERROR, f"{script} {'l' * 3000}", child, {"a" * 100: script})
        page = watched.page
        page.on("dialog", lambda dialog: pytest.fail(f"ran: {dialog.message}"))
        page.goto(console.url)
        expect(page.get_by_test_id("trace-row")).to_have_count(1)
        watched.picture("hostile-traces")
        page.get_by_test_id("trace-row").get_by_role("link").click()
        page.get_by_test_id("log-span-link").click()
        expect(page.get_by_test_id("span-panel").get_by_role("heading")).to_have_text(script)
        watched.picture("hostile-trace")
        page.goto(f"{console.url}/logs")
        page.get_by_test_id("log-toggle").click()
        expect(page.get_by_test_id("log-details")).to_contain_text(script)
        watched.picture("hostile-logs")
        watched.assert_nothing_went_wrong()


def test_a_console_that_is_gone_is_named_and_found_again(browser: Browser) -> None:
    with ConsoleServer(port=0) as console, watched_page(browser) as watched:
        FraudTraffic(console.url, seconds=5).send(5, exports=2)
        page = watched.page
        page.goto(console.url)
        expect(page.get_by_test_id("trace-row")).to_have_count(5)
        port = urlsplit(console.url).port
        assert port is not None
        console.stop()
        expect(page.get_by_test_id("connection-banner")).to_be_visible()
        expect(page.get_by_test_id("trace-row")).to_have_count(5)
        watched.picture("gone")
        with ConsoleServer(port=port):
            expect(page.get_by_test_id("connection-banner")).to_have_count(0)
            expect(page.get_by_test_id("first-data")).to_be_visible()


def test_filters_live_in_the_address_and_survive_a_reload(browser: Browser, busy_console: ConsoleServer) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{busy_console.url}/traces")
        page.get_by_test_id("status-filter").get_by_role("button", name="Errors").click()
        page.get_by_test_id("service-filter").select_option("payments-api")
        page.get_by_test_id("trace-search").fill("score")
        expect(page).to_have_url(f"{busy_console.url}/traces?status=error&service=payments-api&q=score")
        rows = page.get_by_test_id("trace-row")
        expect(rows.first).to_be_visible()
        expect(rows.filter(has_not=page.get_by_test_id("error-mark"))).to_have_count(0)
        shown = rows.count()
        page.reload()
        expect(rows).to_have_count(shown)
        expect(page.get_by_test_id("trace-search")).to_have_value("score")

        page.get_by_test_id("min-duration").fill("60000")
        page.get_by_test_id("min-duration").press("Enter")
        expect(page.get_by_test_id("no-match")).to_be_visible()
        page.get_by_role("button", name="Clear filters").click()
        expect(page).to_have_url(f"{busy_console.url}/traces")
        expect(rows).to_have_count(50)
        page.get_by_test_id("older").click()
        expect(rows).to_have_count(100)
        watched.assert_nothing_went_wrong()


def test_a_failure_is_found_by_its_level_and_read_with_its_traceback(
    browser: Browser, busy_console: ConsoleServer
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{busy_console.url}/logs")
        page.get_by_test_id("level-filter").get_by_role("button", name="Error").click()
        row = page.get_by_test_id("log-row").first
        expect(row).to_contain_text("ReputationUnavailable")
        row.get_by_test_id("log-toggle").click()
        expect(row.get_by_test_id("traceback")).to_contain_text("reputation_client.py")
        watched.picture("log-traceback")
        row.get_by_role("link", name="All logs of this trace").click()
        expect(page.get_by_test_id("trace-filter")).to_have_value(row.get_attribute("data-trace-id") or "")
        watched.assert_nothing_went_wrong()


def test_the_waterfall_is_moved_through_with_the_keyboard(browser: Browser, busy_console: ConsoleServer) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{busy_console.url}/traces?q=%2Fscore")
        page.get_by_test_id("trace-row").first.get_by_role("link").click()
        spans = page.get_by_test_id("span-row")
        expect(spans.first).to_be_visible()
        total = spans.count()
        spans.first.focus()
        page.keyboard.press("ArrowDown")
        expect(spans.nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("span-panel")).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(spans.nth(2)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("span-panel")).to_have_count(0)
        page.keyboard.press("Home")
        page.keyboard.press("ArrowLeft")
        expect(spans).to_have_count(1)
        expect(spans.first).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("ArrowRight")
        expect(spans).to_have_count(total)
        watched.assert_nothing_went_wrong()


def test_the_chosen_theme_is_remembered_and_beats_the_systems(browser: Browser, busy_console: ConsoleServer) -> None:
    with watched_page(browser, scheme="dark") as watched:
        page = watched.page
        page.goto(busy_console.url)
        body, theme = page.locator("body"), page.get_by_test_id("theme")
        light, dark = "rgb(246, 246, 243)", "rgb(18, 19, 21)"
        expect(body).to_have_css("background-color", dark)
        theme.click()
        expect(theme).to_have_attribute("title", "Theme: light")
        expect(body).to_have_css("background-color", light)
        page.reload()
        expect(body).to_have_css("background-color", light)
        page.emulate_media(color_scheme="light")
        theme.click()
        expect(body).to_have_css("background-color", dark)
        theme.click()
        expect(body).to_have_css("background-color", light)
        watched.assert_nothing_went_wrong()


def test_many_series_are_capped_and_the_page_says_so(browser: Browser, busy_console: ConsoleServer) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{busy_console.url}/metrics/reputation.lookup.count")
        expect(page.get_by_test_id("series-cap")).to_contain_text("The 12 largest of")
        series = page.get_by_test_id("legend").locator("tbody tr")
        expect(series).to_have_count(12)
        page.get_by_label("Filter series").fill("us-west-2")
        expect(page.get_by_test_id("series-cap")).to_have_count(0)
        expect(series.first).to_contain_text("us-west-2")
        watched.picture("metric-counter")
        watched.assert_nothing_went_wrong()


def test_an_address_of_nothing_says_what_is_missing(browser: Browser, busy_console: ConsoleServer) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{busy_console.url}/traces/{'0' * 31}1")
        expect(page.get_by_test_id("unknown-trace")).to_be_visible()
        page.goto(f"{busy_console.url}/metrics/no.such.metric")
        expect(page.get_by_test_id("unknown-metric")).to_be_visible()
        page.goto(f"{busy_console.url}/elsewhere")
        expect(page.get_by_role("heading")).to_have_text("There is nothing at this address")
