"""The page of a running `otelkit demo`: a trace leads to its log lines, an exemplar to its trace, on desk and phone."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.page.chromium import SCREENSHOTS
from tests.page.journey import travel

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

_ENOUGH = 80
"""Exemplars that have arrived when the journey begins: then each of the services' metrics has some."""


@contextmanager
def running_demo() -> Generator[str]:
    """Run the demo without an end, and give the address of its console once there is enough to see."""
    command = [sys.executable, "-m", "otelkit", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        try:
            assert demo.stdout is not None
            url = next(found[0] for line in demo.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            _wait_for_exemplars(url)
            yield url
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=30)
        finally:
            demo.kill()
    assert demo.returncode == 0


def _wait_for_exemplars(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if httpx.get(f"{url}/api/stats", timeout=5).json()["exemplars"] >= _ENOUGH:
            return
        time.sleep(0.2)
    raise AssertionError(f"the demo sent fewer than {_ENOUGH} exemplars in a minute")


def test_a_trace_leads_to_its_log_lines_and_an_exemplar_to_its_trace_on_desk_and_phone(browser: Browser) -> None:
    with running_demo() as url:
        desk = travel(browser, url, width=1280, height=800, scheme="light", pictures=SCREENSHOTS / "demo-1280")
        phone = travel(browser, url, width=390, height=844, scheme="dark", pictures=SCREENSHOTS / "demo-390")
    for journey in (desk, phone):
        assert journey.log_lines >= 1
        assert len(journey.exemplar_trace_id) == 32
