"""FastAPI finds in observed functions what it looks for: kind, signature, annotations; and generators clean up.

No postponed annotations here: FastAPI looks their names up in the module, and these are in a function.
"""

from collections.abc import AsyncGenerator, Generator
from typing import Annotated

import pytest
from opentelemetry import trace

import otelkit
from otelkit.testing import Capture

pytest.importorskip("fastapi")

from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient


class Session:
    closed = False


async def test_fastapi_injects_into_and_through_observed_functions(telemetry: Capture) -> None:
    sessions: list[Session] = []

    @otelkit.observe("session")
    def session() -> Generator[Session]:
        sessions.append(Session())
        try:
            yield sessions[-1]
        finally:
            sessions[-1].closed = True

    @otelkit.observe("async session")
    async def async_session() -> AsyncGenerator[str]:
        yield "async"

    @otelkit.observe("user")
    async def user(token: str) -> str:
        return f"user of {token}"

    @otelkit.observe
    class Checker:
        def __init__(self, limit: int) -> None:
            self.limit = limit

        def check(self, amount: int) -> bool:
            return amount <= self.limit

    app = FastAPI()

    @app.get("/sync/{case_id}")
    @otelkit.observe("endpoint", capture=("case_id",))
    def endpoint(
        case_id: int,
        session: Annotated[Session, Depends(session)],
        other: Annotated[str, Depends(async_session)],
        user: Annotated[str, Depends(user)],
        allowed: Annotated[bool, Depends(Checker(10).check)],
    ) -> dict[str, object]:
        name = getattr(trace.get_current_span(), "name", None)
        return {"case": case_id, "open": not session.closed, "user": user, "in": name, "ok": allowed, "other": other}

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/sync/7?token=t&amount=3")
    assert answer.json() == {
        "case": 7,
        "open": True,
        "user": "user of t",
        "in": "endpoint",
        "ok": True,
        "other": "async",
    }
    assert [each.closed for each in sessions] == [True]
    assert telemetry.span("endpoint").attributes["case_id"] == 7
    outcomes = {
        span.name.rpartition(".")[2]: span.attributes.get("otelkit.outcome", "ok")
        for span in telemetry.spans
        if span.scope.name == "otelkit.observing"  # FastAPI makes spans of its own
    }
    assert outcomes == {"endpoint": "ok", "session": "ok", "async session": "ok", "user": "ok", "check": "ok"}
