"""Traffic as a real pair of services makes it: payments scored by one, which asks the other about reputations.

A few hundred traces over some minutes, with slow answers, failures, log lines and exemplars. How it is sent is in
``simulated_service``.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, get_current_span

from tests.page.simulated_service import MILLISECOND, Clock, SimulatedService

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, UpDownCounter, _Gauge

_SECOND = 1_000 * MILLISECOND
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0)
_DOMAINS = tuple(f"{name}.example" for name in ("shop", "bank", "mail", "news", "games", "travel", "music", "books"))
_REGIONS = tuple(
    f"{area}-{number}" for area in ("eu-west", "eu-north", "us-east", "us-west", "ap-south") for number in "123"
)

TIMEOUT_TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/payments/reputation_client.py", line 48, in lookup
    answer = await self._http.get(f"/reputation/{domain}", timeout=0.5)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/payments/transport.py", line 112, in get
    raise ReadTimeout(f"no answer from {self._host} within {timeout} s")
payments.transport.ReadTimeout: no answer from reputation:8081 within 0.5 s

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/payments/scoring.py", line 73, in score
    reputation = await self._reputation.lookup(record.domain)
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/payments/reputation_client.py", line 51, in lookup
    raise ReputationUnavailable(domain) from error
payments.reputation_client.ReputationUnavailable: bank.example"""


@dataclass(frozen=True, kw_only=True)
class Instruments:
    """What the two services measure."""

    requests: Histogram
    reputation_requests: Histogram
    operations: Histogram
    active: UpDownCounter
    detections: Counter
    lookups: Counter
    memory: _Gauge


class FraudTraffic:
    """The simulation.

    Args:
        endpoint: where the console is.
        seconds: how much simulated time it covers, ending now.
        seed: the same seed gives the same traffic, ids and times apart.
    """

    def __init__(self, endpoint: str, *, seconds: float = 600, seed: int = 7) -> None:
        self._endpoint = endpoint
        self._seconds = seconds
        self._random = random.Random(seed)  # noqa: S311 - shapes test data, guards nothing

    def send(self, traces: int = 320, *, exports: int = 60) -> None:
        """Send this many traces with their logs, and metrics in this many exports; returns when all was delivered."""
        end = time.time_ns() - _SECOND
        clock = Clock(end - round(self._seconds * _SECOND))
        begin = clock.now
        with (
            SimulatedService("payments-api", self._endpoint, clock) as payments,
            SimulatedService("reputation", self._endpoint, clock) as reputation,
        ):
            run = _Run(payments, reputation, clock, self._random, _instruments(payments, reputation))
            exported = 0
            for index in range(traces):
                clock.now = begin + round((end - begin) * (index + self._random.random()) / traces)
                run.request(index)
                if index * exports >= exported * traces:
                    exported += 1
                    run.export()
            clock.now = max(clock.now, end)
            run.export()


class _Run:
    """The two services at work."""

    def __init__(
        self,
        payments: SimulatedService,
        reputation: SimulatedService,
        clock: Clock,
        chance: random.Random,
        instruments: Instruments,
    ) -> None:
        self._payments = payments
        self._reputation = reputation
        self._clock = clock
        self._chance = chance
        self._instruments = instruments

    def export(self) -> None:
        wave = 1 + 0.2 * self._chance.random()
        self._instruments.memory.set(round(148_000_000 * wave), {"process.pid": 4211})
        self._payments.export_metrics()
        self._reputation.export_metrics()

    def request(self, index: int) -> None:
        """One request: mostly a score, now and then a label that came in later."""
        if index % 9 == 0:
            self._label(index)
        else:
            self._score(index)

    def _took(self, typical: float) -> float:
        return typical * self._chance.lognormvariate(0, 0.45)

    def _score(self, index: int) -> None:
        started = self._clock.now
        domain = self._chance.choice(_DOMAINS)
        fate = self._chance.random()
        status = 200
        with self._payments.span(
            "POST /score",
            Context(),
            {
                "http.request.method": "POST",
                "http.route": "/score",
                "url.path": "/score",
                "network.protocol.version": "1.1",
            },
            kind=SpanKind.SERVER,
        ) as request:
            self._clock.work(self._took(0.6))
            with self._payments.span("score transaction", request, {"transaction.id": f"tx-{4000 + index}"}) as scoring:
                with self._payments.span("load features", scoring, {"features.count": 9}) as loading:
                    self._clock.work(self._took(1.2))
                    self._payments.log(SeverityNumber.DEBUG, "features loaded", loading, {"features.count": 9})
                if self._look_up(scoring, domain, fate):
                    score = self._predict(scoring, index, domain)
                    self._store(scoring, locked=fate > 0.965)
                    self._payments.log(
                        SeverityNumber.INFO,
                        "transaction scored",
                        scoring,
                        {"score": score, "decision": "review" if score > 0.8 else "accept", "url.domain": domain},
                    )
                else:
                    status = 503
                    self._payments.fail(
                        get_current_span(scoring),
                        "payments.reputation_client.ReputationUnavailable",
                        domain,
                        TIMEOUT_TRACEBACK,
                    )
                    self._payments.log(
                        SeverityNumber.ERROR,
                        f"score transaction failed\n{TIMEOUT_TRACEBACK}",
                        scoring,
                        {
                            "exception.type": "payments.reputation_client.ReputationUnavailable",
                            "otelkit.exception.fingerprint": "9f1c2ab04d77e0c3",
                            "url.domain": domain,
                        },
                    )
            self._clock.work(self._took(0.4))
            span = get_current_span(request)
            span.set_attribute("http.response.status_code", status)
            if status >= 500:
                span.set_attribute("error.type", str(status))
                self._payments.refuse(span, "Service Unavailable")
            seconds = (self._clock.now - started) / _SECOND
            self._instruments.requests.record(
                seconds,
                {"http.route": "/score", "http.request.method": "POST", "http.response.status_code": status},
                request,
            )
            outcome = "ok" if status == 200 else "error"
            self._instruments.operations.record(
                seconds * 0.93, {"operation": "score transaction", "outcome": outcome}, request
            )

    def _look_up(self, parent: Context, domain: str, fate: float) -> bool:
        """Ask the other service; False when it did not answer in time."""
        late = fate < 0.05
        slow = 0.05 <= fate < 0.12
        with self._payments.span(
            "GET /reputation/{domain}",
            parent,
            {"http.request.method": "GET", "server.address": "reputation", "server.port": 8081},
            kind=SpanKind.CLIENT,
        ) as call:
            self._clock.work(self._took(0.8))
            called = self._clock.now
            with self._reputation.span(
                "GET /reputation/{domain}",
                call,
                {
                    "http.request.method": "GET",
                    "http.route": "/reputation/{domain}",
                    "url.path": f"/reputation/{domain}",
                },
                kind=SpanKind.SERVER,
            ) as answer:
                with self._reputation.span(
                    "cache get", answer, {"db.system.name": "sqlite", "cache.hit": not (late or slow)}
                ):
                    self._clock.work(self._took(0.5))
                if late or slow:
                    with self._reputation.span(
                        "compare with known domains", answer, {"domains.compared": 41_200}
                    ) as compare:
                        self._clock.work(540 if late else self._took(180))
                        if slow:
                            self._reputation.log(
                                SeverityNumber.WARN,
                                "comparing with known domains was slow",
                                compare,
                                {"domains.compared": 41_200, "threshold_ms": 100},
                            )
                else:
                    self._clock.work(self._took(3))
                self._reputation.log(SeverityNumber.INFO, "reputation answered", answer, {"url.domain": domain})
                get_current_span(answer).set_attribute("http.response.status_code", 200)
                self._instruments.reputation_requests.record(
                    (self._clock.now - called) / _SECOND,
                    {
                        "http.route": "/reputation/{domain}",
                        "http.request.method": "GET",
                        "http.response.status_code": 200,
                    },
                    answer,
                )
                region = self._chance.choice(_REGIONS)
                self._instruments.lookups.add(1, {"cache.hit": not (late or slow), "cloud.region": region}, answer)
            self._clock.work(self._took(0.5))
            if late:
                self._payments.fail(
                    get_current_span(call),
                    "payments.transport.ReadTimeout",
                    "no answer from reputation:8081 within 0.5 s",
                    TIMEOUT_TRACEBACK.split("\n\n", 1)[0],
                )
        return not late

    def _predict(self, parent: Context, index: int, domain: str) -> float:
        score = round(self._chance.betavariate(0.6, 1.1), 3)
        with self._payments.span(
            "predict", parent, {"model.name": "phishing", "model.version": "2026-01-12"}
        ) as predict:
            self._clock.work(self._took(4))
            if score > 0.8:
                severity = "critical" if score > 0.95 else "high"
                self._instruments.detections.add(1, {"fraud.type": "phishing", "severity": severity}, predict)
                self._payments.log(
                    SeverityNumber.WARN,
                    "fraud detected",
                    predict,
                    {
                        "score": score,
                        "severity": severity,
                        "transaction.id": f"tx-{4000 + index}",
                        "url.domain": domain,
                    },
                )
        return score

    def _store(self, parent: Context, *, locked: bool) -> None:
        with self._payments.span(
            "INSERT decisions",
            parent,
            {"db.system.name": "sqlite", "db.operation.name": "INSERT", "db.collection.name": "decisions"},
            kind=SpanKind.CLIENT,
        ) as insert:
            self._clock.work(self._took(2))
            if locked:
                self._payments.log(SeverityNumber.WARN, "database is locked, trying again", insert, {"retry.count": 1})
                self._clock.work(self._took(60))

    def _label(self, index: int) -> None:
        started = self._clock.now
        with self._payments.span(
            "POST /labels", Context(), {"http.request.method": "POST", "http.route": "/labels"}, kind=SpanKind.SERVER
        ) as request:
            self._clock.work(self._took(0.5))
            with self._payments.span("UPDATE decisions", request, {"db.system.name": "sqlite"}, kind=SpanKind.CLIENT):
                self._clock.work(self._took(1.5))
            self._payments.log(
                SeverityNumber.INFO, "true label learned", request, {"transaction.id": f"tx-{4000 + index - 9}"}
            )
            self._instruments.requests.record(
                (self._clock.now - started) / _SECOND,
                {"http.route": "/labels", "http.request.method": "POST", "http.response.status_code": 204},
                request,
            )
        self._instruments.active.add(1 if index % 2 else -1, {"operation": "score transaction"})


def _instruments(payments: SimulatedService, reputation: SimulatedService) -> Instruments:
    return Instruments(
        requests=_duration(payments, "http.server.request.duration", "Duration of HTTP server requests."),
        reputation_requests=_duration(reputation, "http.server.request.duration", "Duration of HTTP server requests."),
        operations=_duration(payments, "otelkit.operation.duration", "How long an observed operation took."),
        active=payments.meter.create_up_down_counter(
            "otelkit.operation.active", "{operation}", "Operations under way."
        ),
        detections=payments.meter.create_counter(
            "otelkit.fraud.detection.count", "{detection}", "Transactions in which fraud was detected."
        ),
        lookups=reputation.meter.create_counter("reputation.lookup.count", "{lookup}", "Reputations asked for."),
        memory=payments.meter.create_gauge("process.memory.usage", "By", "Memory in use by the process."),
    )


def _duration(service: SimulatedService, name: str, description: str) -> Histogram:
    return service.meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=_BUCKETS)
