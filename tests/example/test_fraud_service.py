"""The two services together: what they answer, and what of it is to be seen in traces, metrics and logs."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from fraud_service import app as scoring_app
from fraud_service import reputation_app
from fraud_service.data import FEATURES, Page, new_pages
from fraud_service.replay import steps
from fraud_service.settings import ServiceSettings
from fraud_service.similarity import ALIKE, distance

import otelkit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from otelkit.testing.capturing import Capture

pytestmark = pytest.mark.telemetry(real_clock=True, real_ids=True)


@pytest.fixture
def reputation_url(telemetry: Capture) -> Generator[str]:
    """The reputation service, listening in a thread."""
    assert telemetry.spans == []
    app = reputation_app.create_app()
    with otelkit.instrument_fastapi(app), serving(app) as url:
        yield url


@contextmanager
def serving(app: Any) -> Generator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@asynccontextmanager
async def scoring(reputation_url: str, database: Path | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the scoring service, which runs in this very task."""
    app = scoring_app.create_app(ServiceSettings(database=database, reputation_url=reputation_url))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with otelkit.instrument_fastapi(app):
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://s") as client,
        ):
            yield client


def transaction(page: Page, **changes: float) -> dict[str, object]:
    features = {**dict(zip(FEATURES, page.features, strict=True)), **changes}
    return {"transaction_id": f"page-{page.number:04}", "features": features}


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.005)


async def test_a_transaction_is_scored_kept_and_shown_again(reputation_url: str, tmp_path: Path) -> None:
    page = new_pages()[0]
    async with scoring(reputation_url, tmp_path / "decisions.sqlite") as client:
        scored = await client.post("/transactions", json=transaction(page))
        shown = await client.get(f"/decisions/page-{page.number:04}")

    assert scored.status_code == 201
    assert shown.json() == scored.json()
    assert scored.json()["trace_id"] == scored.headers["x-trace-id"]
    assert scored.json()["reputation_attempts"] >= 1
    async with scoring(reputation_url, tmp_path / "decisions.sqlite") as client:
        assert (await client.get(f"/decisions/page-{page.number:04}")).json() == scored.json(), (
            "it outlives the service"
        )


async def test_the_trace_of_a_transaction_runs_through_both_services(telemetry: Capture, reputation_url: str) -> None:
    async with scoring(reputation_url) as client:
        answer = await client.post("/transactions", json=transaction(new_pages()[0]))
    trace_id = answer.headers["x-trace-id"]
    wait_until(lambda: not telemetry.unfinished)

    spans = [span for span in telemetry.spans if span.trace_id == trace_id]
    by_id = {span.span_id: span for span in spans}
    entered = [span for span in spans if span.kind == "server" and span.parent_id is not None]
    calls = [span for span in spans if span.kind == "client"]

    assert len(calls) == answer.json()["reputation_attempts"] == len(entered)
    assert {by_id[str(span.parent_id)].span_id for span in entered} == {call.span_id for call in calls}
    assert {call.name for call in calls} == {"POST"}
    assert telemetry.span("reputation.look_up").trace_id == trace_id
    assert telemetry.log("transaction scored").trace_id == trace_id
    assert telemetry.log("transaction scored").attributes["transaction_id"] == answer.json()["transaction_id"]
    assert telemetry.log("transaction.decided").event_name == "transaction.decided"


async def test_sixty_labels_fill_the_confusion_matrix_and_most_decisions_are_right(
    telemetry: Capture, reputation_url: str
) -> None:
    pages = [page for page in new_pages()[:70] if _near(page)][:60]
    answers: list[str] = []
    async with scoring(reputation_url) as client:
        for page in pages:
            scored = await client.post("/transactions", json=transaction(page))
            label = {"transaction_id": scored.json()["transaction_id"], "is_phishing": page.is_phishing}
            answers.append((await client.post("/labels", json=label)).json()["outcome"])

    counted = {
        outcome: telemetry.counter_value("otelkit.fraud.outcome.count", outcome=outcome)
        for outcome in ("tp", "fp", "tn", "fn")
    }
    assert counted == {outcome: answers.count(outcome) for outcome in counted}
    assert sum(counted.values()) == len(pages) == 60
    assert (counted["tp"] + counted["tn"]) / len(pages) > 0.85
    assert telemetry.counter_value("otelkit.fraud.transaction.count") == 60
    assert telemetry.counter_value("otelkit.model.prediction.count") == 60
    flagged = telemetry.counter_value("otelkit.fraud.transaction.count", result="flagged")
    assert flagged == counted["tp"] + counted["fp"] == telemetry.counter_value("otelkit.fraud.detection.count")


async def test_a_page_that_lost_a_feature_is_refused_and_the_feature_counted(
    telemetry: Capture, reputation_url: str
) -> None:
    body = transaction(new_pages()[0])
    features = body["features"]
    assert isinstance(features, dict)
    del features["https"]
    async with scoring(reputation_url) as client:
        answer = await client.post("/transactions", json=body)

    assert answer.status_code == 422
    assert telemetry.counter_value("otelkit.model.feature.failure.count", feature="https") == 1
    assert telemetry.log("malformed request refused").trace_id == answer.headers["x-trace-id"]


async def test_a_value_that_the_model_never_saw_leaves_an_error_trace_with_one_exception_log(
    telemetry: Capture, reputation_url: str
) -> None:
    async with scoring(reputation_url) as client:
        answer = await client.post("/transactions", json=transaction(new_pages()[0], https=0.25))
        unknown = await client.post("/labels", json={"transaction_id": "page-0251", "is_phishing": True})
    trace_id = answer.headers["x-trace-id"]

    assert answer.status_code == 500
    failed = [span.name for span in telemetry.spans if span.trace_id == trace_id and span.status == "error"]
    assert failed == ["model.judge", "transaction.score", "POST /transactions"]
    exceptions = [log for log in telemetry.logs if log.trace_id == trace_id and "exception.type" in log.attributes]
    assert len(exceptions) == 1
    assert "Found unknown categories" in exceptions[0].text
    assert "in judge" in exceptions[0].text, "the stack trace is in the body"
    assert unknown.status_code == 404, "what was never decided cannot be labelled"
    assert telemetry.log("never scored").severity == "WARN"


async def test_what_is_told_twice_is_a_conflict_and_no_error(telemetry: Capture, reputation_url: str) -> None:
    page = new_pages()[0]
    label = {"transaction_id": f"page-{page.number:04}", "is_phishing": page.is_phishing}
    async with scoring(reputation_url) as client:
        transactions = [(await client.post("/transactions", json=transaction(page))).status_code for _ in range(2)]
        labels = [(await client.post("/labels", json=label)).status_code for _ in range(2)]

    assert transactions == [201, 409]
    assert labels == [200, 409]
    assert telemetry.counter_value("otelkit.fraud.transaction.count") == 1
    assert telemetry.counter_value("otelkit.fraud.outcome.count") == 1
    assert [span.name for span in telemetry.spans if span.status == "error" and span.kind != "client"] == []


async def test_a_reputation_service_that_is_gone_costs_the_reputation_and_not_the_decision(telemetry: Capture) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        async with scoring(f"http://127.0.0.1:{nobody.getsockname()[1]}") as client:
            answer = await client.post("/transactions", json=transaction(new_pages()[0]))

    assert answer.status_code == 201
    assert (answer.json()["reputation"], answer.json()["reputation_attempts"]) == (None, 2)
    assert [span.status for span in telemetry.spans if span.kind == "client"] == ["error", "error"]
    assert telemetry.log("going on without a reputation").severity == "ERROR"


async def test_a_page_unlike_any_known_one_takes_the_long_way_once(telemetry: Capture, reputation_url: str) -> None:
    page = next(page for page in new_pages() if not _near(page))
    async with httpx.AsyncClient(base_url=reputation_url) as client:
        answers = [
            (await client.post("/reputation", json={"features": page.features}, timeout=30)).json() for _ in range(2)
        ]

    assert [(answer["search"], answer["remembered"]) for answer in answers] == [("wide", False), ("wide", True)]
    assert answers[0]["phishing_share"] == answers[1]["phishing_share"]
    assert len(telemetry.spans_named("reputation.look_up")) == 1
    assert telemetry.counter_value("reputation.lookup.count", search="wide") == 2


async def test_the_replayed_requests_get_the_answers_that_they_were_made_for(
    telemetry: Capture, reputation_url: str
) -> None:
    statuses: list[tuple[str, int]] = []
    async with scoring(reputation_url) as client:
        for step in itertools.islice(steps(new_pages()), 40):
            answer = await client.request(step.method, step.path, json=step.body)
            statuses.append((step.kind, answer.status_code))

    assert set(statuses) >= {
        ("transaction", 201),
        ("transaction", 422),
        ("transaction", 500),
        ("label", 200),
        ("label", 404),
        ("label", 409),
        ("look-up", 200),
    }
    assert telemetry.counter_value("otelkit.fraud.transaction.count") == statuses.count(("transaction", 201))
    assert telemetry.counter_value("otelkit.fraud.outcome.count") == statuses.count(("label", 200))


async def test_probes_are_answered_and_leave_no_trace(telemetry: Capture, reputation_url: str) -> None:
    async with scoring(reputation_url) as client, httpx.AsyncClient(base_url=reputation_url) as other:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await other.get("/healthz")).json() == {"status": "ok"}

    assert telemetry.spans == []


def _near(page: Page) -> bool:
    from fraud_service.data import known_pages

    return any(distance(page.features, known.features) <= ALIKE for known in known_pages())
