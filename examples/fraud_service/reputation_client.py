"""Asking the reputation service: over HTTP, with a short wait, one retry, and the courage to go on without it.

The client is instrumented by OpenTelemetry's own httpx package: it sends the trace's id along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

import otelkit

if TYPE_CHECKING:
    from .data import Features

log = otelkit.get_logger(__name__)

PATIENCE_S = (0.075, 0.5)
"""How long each attempt waits. Most answers take milliseconds; a wide search takes longer than the first wait."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of asking: the share of phishing around the page, or None where no attempt was answered."""

    phishing_share: float | None
    attempts: int


class ReputationClient:
    """The other service, as the scoring sees it.

    Args:
        url: Where it listens.
    """

    def __init__(self, url: str) -> None:
        # Uvicorn closes what was idle for 5 s. Given up before, no connection is used while it is being closed.
        self._http = httpx.Client(base_url=url, limits=httpx.Limits(keepalive_expiry=2))
        HTTPXClientInstrumentor.instrument_client(self._http)

    @otelkit.observe("reputation.ask")
    def ask(self, features: Features) -> Reply:
        """The reputation of a page; a service that is slow or away is not the caller's problem."""
        for attempt, patience in enumerate(PATIENCE_S, start=1):
            try:
                response = self._http.post("/reputation", json={"features": features}, timeout=patience)
                response.raise_for_status()
            except httpx.HTTPError as error:
                log.warning("no answer from the reputation service", attempt=attempt, reason=type(error).__name__)
                continue
            return Reply(phishing_share=float(response.json()["phishing_share"]), attempts=attempt)
        log.error("going on without a reputation", attempts=len(PATIENCE_S))
        return Reply(phishing_share=None, attempts=len(PATIENCE_S))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
