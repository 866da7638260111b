"""The fraud service over HTTP: score a transaction, take in its true label, look a decision up.

The answers and refusals are here; what they mean is in scoring.py.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Request, status
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

import otelkit

from .data import FEATURES, known_pages
from .farewell import finish_telemetry
from .model import PhishingModel
from .reputation_client import ReputationClient
from .scoring import Scoring, predictions
from .settings import ServiceSettings
from .storage import AlreadyDecidedError, AlreadyLabelledError, DecisionStore, UnknownTransactionError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from .data import Features

log = otelkit.get_logger(__name__)

Share = Annotated[float, Field(ge=0, le=1)]


class PageFeatures(BaseModel):
    """What is known about the web page that a transaction comes from."""

    model_config = ConfigDict(extra="forbid")

    empty_server_form_handler: Share
    popup_window: Share
    https: Share
    request_from_other_domain: Share
    anchor_from_other_domain: Share
    is_popular: Share
    long_url: Share
    age_of_domain: Share
    ip_in_url: Share

    def in_order(self) -> Features:
        """The values, in the order that the model knows."""
        return tuple(float(getattr(self, name)) for name in FEATURES)


class Transaction(BaseModel):
    """A transaction to score."""

    transaction_id: str
    features: PageFeatures


class Label(BaseModel):
    """The truth about a transaction, as it turned out later."""

    transaction_id: str
    is_phishing: bool


class DecisionView(BaseModel):
    """A decision, as the service shows it."""

    model_config = ConfigDict(from_attributes=True)

    transaction_id: str
    score: float
    flagged: bool
    fraud_type: str
    severity: str
    reputation: float | None
    reputation_attempts: int
    trace_id: str | None
    is_phishing: bool | None
    outcome: str | None


class LabelTaken(BaseModel):
    """What a label made of the decision."""

    transaction_id: str
    outcome: str


def serve() -> FastAPI:
    """The service under observation, for `uvicorn --factory fraud_service.app:serve`."""
    otelkit.init("fraud-scoring")
    app = create_app(ServiceSettings.from_environment(), stopped=finish_telemetry)
    otelkit.instrument_fastapi(app)
    return app


def create_app(settings: ServiceSettings, *, stopped: Callable[[], None] = lambda: None) -> FastAPI:
    """The service without starting any telemetry, which is what a test wants.

    Args:
        settings: Where decisions are kept and whom to ask for reputations.
        stopped: Called once the service has answered its last request and closed what it had open.
    """
    store = DecisionStore(settings.database)
    reputation = ReputationClient(settings.reputation_url)
    scoring = Scoring(PhishingModel(known_pages()), reputation, store)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        reputation.close()
        store.close()
        stopped()

    app = FastAPI(title="fraud-scoring", lifespan=lifespan)

    @app.post("/transactions", status_code=status.HTTP_201_CREATED)
    def score_transaction(transaction: Transaction) -> DecisionView:
        with otelkit.bind(transaction_id=transaction.transaction_id):
            return DecisionView.model_validate(
                scoring.score(transaction.transaction_id, transaction.features.in_order())
            )

    @app.post("/labels")
    def take_label(label: Label) -> LabelTaken:
        with otelkit.bind(transaction_id=label.transaction_id):
            outcome = scoring.learn(label.transaction_id, is_phishing=label.is_phishing)
            return LabelTaken(transaction_id=label.transaction_id, outcome=outcome)

    @app.get("/decisions/{transaction_id}")
    def show_decision(transaction_id: str) -> DecisionView:
        return DecisionView.model_validate(store.get(transaction_id))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    _answer_refusals(app)
    return app


def _answer_refusals(app: FastAPI) -> None:
    """Turn what the business refuses into HTTP answers; what nobody foresaw stays a 500 and an error trace."""

    @app.exception_handler(AlreadyDecidedError)
    @app.exception_handler(AlreadyLabelledError)
    def conflict(_request: Request, error: Exception) -> JSONResponse:
        log.warning("told twice", refused=type(error).__name__, transaction_id=str(error))
        return JSONResponse({"detail": f"{error} is settled already"}, status.HTTP_409_CONFLICT)

    @app.exception_handler(UnknownTransactionError)
    def unknown(_request: Request, error: Exception) -> JSONResponse:
        log.warning("never scored", transaction_id=str(error))
        return JSONResponse({"detail": f"{error} was never scored"}, status.HTTP_404_NOT_FOUND)

    @app.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = [str(problem["loc"][-1]) for problem in error.errors()]
        for field in fields:
            if field in FEATURES:
                predictions.record_feature_failure(field)
        log.warning("malformed request refused", fields=", ".join(fields))
        return JSONResponse({"detail": jsonable_encoder(error.errors())}, status.HTTP_422_UNPROCESSABLE_CONTENT)
