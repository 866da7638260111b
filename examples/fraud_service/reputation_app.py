"""The reputation service: a second process with one question to answer, `POST /reputation`.

How a reputation is found is told in similarity.py; here it is remembered, counted and served over HTTP.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

import otelkit
from otelkit.instruments import Attribute

from .data import FEATURES, Features, known_pages
from .farewell import finish_telemetry
from .similarity import KnownPages, Reputation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

log = otelkit.get_logger(__name__)

lookups = otelkit.counter(
    "reputation.lookup.count",
    unit="{lookup}",
    description="Reputations asked for, by how they were found.",
    attributes=(
        Attribute("search", values=("near", "wide")),
        Attribute("source", values=("computed", "remembered")),
    ),
)


class Question(BaseModel):
    """The features of the page that is asked about, in the order of data.FEATURES."""

    features: Annotated[Features, Field(min_length=len(FEATURES), max_length=len(FEATURES))]


class Answer(BaseModel):
    """The share of phishing among the pages that resemble it, and how it was found."""

    phishing_share: float
    search: Literal["near", "wide"]
    remembered: bool


class ReputationDesk:
    """Answers each question once: a second caller gets the first one's answer, waiting for it where it must."""

    def __init__(self, known: KnownPages) -> None:
        self._known = known
        self._answers: dict[Features, Future[Reputation]] = {}
        self._lock = threading.Lock()

    def reputation_of(self, features: Features) -> Answer:
        """The reputation of a page, remembered or looked up now."""
        with self._lock:
            remembered = features in self._answers
            answer = self._answers.setdefault(features, Future())
        if not remembered:
            self._look_up(features, answer)
        reputation = answer.result()
        lookups.add(1, {"search": reputation.search, "source": "remembered" if remembered else "computed"})
        return Answer(phishing_share=reputation.phishing_share, search=reputation.search, remembered=remembered)

    @otelkit.observe("reputation.look_up")
    def _look_up(self, features: Features, answer: Future[Reputation]) -> None:
        try:
            reputation = self._known.reputation_of(features)
        except BaseException as error:
            with self._lock:
                del self._answers[features]
            answer.set_exception(error)
            raise
        if reputation.search == "wide":
            log.warning("nothing alike is known, searched wide", phishing_share=round(reputation.phishing_share, 3))
        answer.set_result(reputation)


def serve() -> FastAPI:
    """The service under observation, for `uvicorn --factory fraud_service.reputation_app:serve`."""
    otelkit.init("page-reputation")
    app = create_app(stopped=finish_telemetry)
    otelkit.instrument_fastapi(app)
    return app


def create_app(*, stopped: Callable[[], None] = lambda: None) -> FastAPI:
    """The service without starting any telemetry, which is what a test wants.

    Args:
        stopped: Called once the service has answered its last request.
    """
    desk = ReputationDesk(KnownPages(known_pages()))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        stopped()

    app = FastAPI(title="page-reputation", lifespan=lifespan)

    @app.post("/reputation")
    def reputation(question: Question) -> Answer:
        return desk.reputation_of(question.features)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
