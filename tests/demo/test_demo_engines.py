"""Asking Prometheus, Tempo and Loki: what is done about answers that are too long, late, odd or none.

Whether the real engines understand the questions is tested with the real engines, in ``tests/stack``.
"""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from otelkit.cli.demonstration.engines import LINES_AT_ONCE, EngineError, Loki, Period, Prometheus, Tempo

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

HOUR = Period(start_ns=0, end_ns=3_600_000_000_000)


class Engine:
    """Something that answers HTTP with what a test says it answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[str, dict[str, str]], tuple[int, str]] = lambda _path, _query: (
            404,
            "404 page not found",
        )
        engine = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                engine.asked.append(query)
                status, body = engine.answer(parts.path, query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - the standard library's name
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def engine() -> Generator[Engine]:
    running = Engine()
    yield running
    running.close()


def test_more_records_than_one_answer_holds_are_all_given_and_none_twice(engine: Engine) -> None:
    # All within the first second of the hour, so that one half is empty several times over.
    written = [number * 300_000 for number in range(3 * LINES_AT_ONCE + 7)]

    def some(_path: str, query: dict[str, str]) -> tuple[int, str]:
        wanted = [at for at in written if int(query["start"]) <= at < int(query["end"])][: int(query["limit"])]
        values = [[str(at), "text", {"structuredMetadata": {"trace_id": str(at)}}] for at in wanted]
        return 200, json.dumps({"data": {"result": [{"stream": {}, "values": values}]}})

    engine.answer = some
    with Loki(engine.url) as loki:
        found = [record["trace_id"] for record in loki.records("{}", HOUR)]

    assert found == [str(at) for at in written]


def test_a_record_that_nothing_belongs_to_counts_too(engine: Engine) -> None:
    values: list[list[object]] = [
        ["1", "bare"],
        ["2", "with", {"structuredMetadata": {"trace_id": "a"}}],
        ["3", "odd", {}],
    ]
    engine.answer = lambda _path, _query: (200, json.dumps({"data": {"result": [{"stream": {}, "values": values}]}}))

    with Loki(engine.url) as loki:
        assert list(loki.records("{}", HOUR)) == [{}, {"trace_id": "a"}, {}]


def test_trace_ids_that_lost_their_leading_zeros_have_them_again(engine: Engine) -> None:
    engine.answer = lambda _path, _query: (200, json.dumps({"traces": [{"traceID": "5b0"}, {"traceID": "a" * 32}]}))

    with Tempo(engine.url) as tempo:
        assert tempo.search("{}", HOUR, limit=20) == {"5b0".zfill(32), "a" * 32}

    assert (engine.asked[0]["start"], engine.asked[0]["end"], engine.asked[0]["limit"]) == ("0", "3600", "20")


@pytest.mark.parametrize("told", [{"trace": {}, "metrics": {}}, {"metrics": {}}])
def test_a_trace_that_is_not_there_has_no_spans(engine: Engine, told: dict[str, object]) -> None:
    engine.answer = lambda _path, _query: (200, json.dumps(told))

    with Tempo(engine.url) as tempo:
        assert tempo.trace("a" * 32) == []


@pytest.mark.parametrize(
    ("asking", "option"), [(Prometheus, "--prometheus"), (Tempo, "--tempo"), (Loki, "--loki")], ids=str
)
def test_an_engine_that_does_not_answer_or_is_another_one_is_named_by_its_option(
    engine: Engine, asking: type[Prometheus | Tempo | Loki], option: str
) -> None:
    with asking(engine.url) as other, pytest.raises(EngineError, match=option) as refused:
        other.greet()
    assert "404" in str(refused.value)

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with asking(url) as gone, pytest.raises(EngineError, match=f"does not answer at {url} .*refused.* {option}"):
            gone.greet()

    for nonsense in ("localhost:80", "http://", "http://localhost:port", "http://localhost:99999", ""):
        with pytest.raises(EngineError, match=f"{option} '{nonsense}' is no address"):
            asking(nonsense)


def test_a_question_that_is_refused_shows_what_the_engine_said(engine: Engine) -> None:
    engine.answer = lambda _path, _query: (400, "parse error: unexpected end of input")

    with Prometheus(engine.url) as prometheus, pytest.raises(EngineError, match="400: parse error: unexpected end"):
        prometheus.query("sum(", at_s=0)


def test_a_page_that_is_no_answer_of_the_engine_is_said_to_be_none(engine: Engine) -> None:
    engine.answer = lambda _path, _query: (200, "<html>sign in</html>")

    with Tempo(engine.url) as tempo, pytest.raises(EngineError, match=r"\(--tempo\) is no Tempo"):
        tempo.trace("a" * 32)


def test_a_password_in_an_address_is_used_and_not_shown(engine: Engine) -> None:
    with Loki(engine.url.replace("//", "//reader:s3cret@")) as loki, pytest.raises(EngineError) as refused:
        loki.greet()

    assert engine.url in str(refused.value)
    assert "s3cret" not in str(refused.value)
