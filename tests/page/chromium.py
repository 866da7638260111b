"""Debian's Chromium under Playwright, and a page that remembers everything that went wrong while it was looked at.

What is done with the page is in ``journey`` and in the tests.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

Scheme = Literal["light", "dark"]

SCREENSHOTS = Path(__file__).parents[2] / ".artifacts" / "screenshots"
"""Where the pictures of a run are kept."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PATIENCE_MS = 10_000
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class NoChromiumError(Exception):
    """No Chromium is installed; the text says how to get it."""


@contextmanager
def chromium() -> Generator[Browser]:
    """Run Chromium without a window for as long as the block runs.

    Raises:
        NoChromiumError: none is installed.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise NoChromiumError(f"none of {', '.join(_PROGRAMS)} is on PATH; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page under watch.

    Args:
        page: Playwright's page.
        name: how its pictures begin, such as ``1280-light``.
        folder: where its pictures go.
    """

    page: Page
    name: str
    folder: Path
    troubles: list[str] = field(default_factory=list[str])
    hosts: set[str] = field(default_factory=set[str])

    def start(self) -> None:
        """Begin to watch: console messages, exceptions, and every request with where it goes."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def picture(self, what: str) -> None:
        """Keep a picture of the window, and notice if the page is wider than it."""
        overflow = self.page.evaluate(_OVERFLOW)
        if overflow > 0:
            self.troubles.append(f"{what} is {overflow} px wider than the window")
        self.folder.mkdir(parents=True, exist_ok=True)
        # Written here and not by Playwright, which would leave a thread behind.
        (self.folder / f"{self.name}-{what}.png").write_bytes(self.page.screenshot(animations="disabled"))

    def assert_nothing_went_wrong(self) -> None:
        """Fail if anything did, or if anything was requested that is not on this machine."""
        foreign = self.hosts - _LOOPBACK
        assert not foreign, f"requested from elsewhere: {sorted(foreign)}"
        assert not self.troubles, f"at {self.name}: " + "; ".join(self.troubles)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(request.url).hostname or request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.status} for {response.url}")


@contextmanager
def watched_page(
    browser: Browser, *, width: int = 1280, height: int = 800, scheme: Scheme = "light", folder: Path = SCREENSHOTS
) -> Generator[Watched]:
    """Open a page of that size and theme, and watch it."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",
    )
    context.set_default_timeout(_PATIENCE_MS)
    try:
        watched = Watched(context.new_page(), f"{width}-{scheme}", folder)
        watched.start()
        yield watched
    finally:
        context.close()
