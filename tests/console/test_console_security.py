"""Who may talk to the console: nobody by another name, no page of another origin, and no file but the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otelkit.console.server import ConsoleServer
from tests.console.payloads import span, trace_request
from tests.console.talking import PROTOBUF, get, request

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:1", "[::1]", "[::1]:4318", "127.0.0.1:80"])
def test_the_names_of_this_machine_are_answered(console: ConsoleServer, host: str) -> None:
    assert request(console, "GET", "/api/stats", headers={"host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "", "["]
)
@pytest.mark.parametrize("path", ["/", "/api/stats", "/healthz", "/assets/x.js"])
def test_any_other_name_is_refused(console: ConsoleServer, host: str, path: str) -> None:
    answer = request(console, "GET", path, headers={"host": host})
    assert answer.status == 421
    assert "--allow-host" in answer.json()["error"]


def test_spans_sent_to_another_name_are_refused_and_not_kept(console: ConsoleServer) -> None:
    body = trace_request([span(1, 1)]).SerializeToString()
    headers = {"host": "evil.example", "content-type": PROTOBUF}
    assert request(console, "POST", "/v1/traces", body=body, headers=headers).status == 421
    assert get(console, "/api/stats")["spans"] == 0


def test_a_name_that_was_allowed_is_answered() -> None:
    with ConsoleServer(port=0, allow_hosts=["Console.Test"]) as console:
        assert request(console, "GET", "/healthz", headers={"host": "console.test:4318"}).status == 200
        assert request(console, "GET", "/healthz", headers={"host": "other.test"}).status == 421


def test_a_console_for_all_addresses_answers_to_addresses_and_not_to_names() -> None:
    with ConsoleServer(host="0.0.0.0", port=0) as console:  # noqa: S104 - what is tested
        assert console.url.startswith("http://127.0.0.1:")
        assert request(console, "GET", "/healthz", headers={"host": "10.1.2.3:4318"}).status == 200
        assert request(console, "GET", "/healthz", headers={"host": "evil.example"}).status == 421


@pytest.mark.parametrize("path", ["/", "/api/stats", "/v1/traces", "/nothing", "/healthz"])
def test_every_answer_keeps_the_browser_strict(console: ConsoleServer, path: str) -> None:
    headers = request(console, "GET", path, headers={"origin": "http://evil.example"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "server" not in headers


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A built page, and a secret beside it."""
    (tmp_path / "secret.txt").write_text("secret")
    directory = tmp_path / "page"
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<!doctype html>the page")
    (directory / "favicon.svg").write_text("<svg/>")
    (directory / "assets" / "index-1a2b.js").write_text("code")
    (directory / "link.txt").symlink_to(tmp_path / "secret.txt")
    return directory


def test_the_page_is_served_at_every_view(page: Path) -> None:
    with ConsoleServer(port=0, page=page) as console:
        for path in ("/", "/traces", f"/traces/{1:032x}", "/logs", "/metrics/a.b.c", "/index.html"):
            answer = request(console, "GET", path)
            assert (answer.status, answer.body) == (200, b"<!doctype html>the page")
            assert answer.headers["content-type"].startswith("text/html")
            assert answer.headers["cache-control"] == "no-cache"
        script = request(console, "GET", "/assets/index-1a2b.js")
        assert (script.body, script.headers["cache-control"]) == (b"code", "public, max-age=31536000, immutable")
        assert "javascript" in script.headers["content-type"]
        icon = request(console, "GET", "/favicon.svg")
        assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")
        assert request(console, "HEAD", "/").status == 200
        assert request(console, "POST", "/").status == 405


def test_what_is_missing_is_not_answered_with_the_page(page: Path) -> None:
    with ConsoleServer(port=0, page=page) as console:
        for path in ("/assets/index-old.js", "/api/nothing", "/v1/nothing", "/v1", "/api"):
            assert request(console, "GET", path).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/link.txt",
        "//etc/passwd",
        "/..%2fsecret.txt",
    ],
)
def test_no_file_outside_of_the_page_is_served(page: Path, path: str) -> None:
    with ConsoleServer(port=0, page=page) as console:
        answer = request(console, "GET", path)
        assert b"secret" not in answer.body
        assert b"root:" not in answer.body


@pytest.mark.parametrize("path", ["/%00", f"/{'x' * 5000}", "/%ff"])
def test_a_path_that_is_no_file_name_is_answered(page: Path, path: str) -> None:
    with ConsoleServer(port=0, page=page) as console:
        assert request(console, "GET", path).status == 200


def test_a_console_without_a_built_page_says_how_to_build_it(tmp_path: Path) -> None:
    with ConsoleServer(port=0, page=tmp_path / "none") as console:
        answer = request(console, "GET", "/")
        assert answer.status == 503
        assert b"npm run build" in answer.body
        assert request(console, "GET", "/api/stats").status == 200
