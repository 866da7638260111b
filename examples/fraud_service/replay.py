"""The replayer: sends the pages of the data set to the scoring service, and later the truth about each.

    python -m fraud_service.replay --url http://127.0.0.1:8000 --requests 200 --rate 20

What is sent, and what of it is damaged and how, depends on the data and on nothing else. One JSON line per answer goes
to stdout, with the trace id that the service answered with.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import signal
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import httpx

from .data import FEATURES, new_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .data import Page

LABEL_DELAY = 6
"""The truth about a page becomes known when this many more pages have been sent."""

PERIOD = 25
"""Damage of each kind happens once in so many pages."""

AT_ONCE = 8
"""So many requests are under way at most."""

Kind = Literal["transaction", "label", "look-up"]


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the replay."""

    kind: Kind
    method: Literal["GET", "POST"]
    path: str
    transaction_id: str
    body: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status 0 where nothing did. `reputation_attempts` is None where the answer does not tell it."""

    kind: Kind
    status: int
    trace_id: str | None
    duration_s: float
    reputation_attempts: int | None = None
    flagged: bool | None = None
    outcome: str | None = None
    problem: str | None = None


def steps(pages: Sequence[Page]) -> Iterator[Step]:
    """The whole replay, without end: when the pages are through they come again under new names.

    Example:
        >>> from fraud_service.data import new_pages
        >>> next(steps(new_pages())).transaction_id
        'page-0251-1'
    """
    for turn in itertools.count(1):
        for index, page in enumerate(pages):
            yield _transaction(page, pages[index - 1], f"page-{page.number:04}-{turn}")
            if index >= LABEL_DELAY:
                yield from _truth(pages[index - LABEL_DELAY], turn)


def _transaction(page: Page, before: Page, transaction_id: str) -> Step:
    features = dict(zip(FEATURES, page.features, strict=True))
    match page.number % PERIOD:
        case 4:  # a crawler that lost a feature: refused as malformed
            del features[FEATURES[page.number // PERIOD % len(FEATURES)]]
        case 8:  # a crawler that averaged two pages: a value that no page has, which the model cannot encode
            features |= _averaged(page, before)
        case _:
            pass
    body: dict[str, object] = {"transaction_id": transaction_id, "features": features}
    return Step("transaction", "POST", "/transactions", transaction_id, body)


def _averaged(page: Page, before: Page) -> dict[str, float]:
    """The first feature in which two pages differ by a half, averaged: a quarter or three quarters."""
    for name, one, other in zip(FEATURES, page.features, before.features, strict=True):
        if abs(one - other) == 0.5:  # noqa: PLR2004 - the step between two values of a feature
            return {name: (one + other) / 2}
    return {}


def _truth(page: Page, turn: int) -> Iterator[Step]:
    """The true label, sent also for pages that were refused; now and then sent twice; now and then looked up."""
    transaction_id = f"page-{page.number:04}-{turn}"
    body: dict[str, object] = {"transaction_id": transaction_id, "is_phishing": page.is_phishing}
    yield Step("label", "POST", "/labels", transaction_id, body)
    if page.number % PERIOD == 2:  # noqa: PLR2004 - a place in the period, as above
        yield Step("label", "POST", "/labels", transaction_id, body)
    if page.number % PERIOD == 5:  # noqa: PLR2004 - same
        yield Step("look-up", "GET", f"/decisions/{transaction_id}", transaction_id)


class Replay:
    """Sends steps at a rate, and keeps those about one transaction in their order.

    Args:
        client: Speaks to the scoring service.
        rate: Requests a second; where the service cannot keep up, fewer.
    """

    def __init__(self, client: httpx.AsyncClient, *, rate: float) -> None:
        self._client = client
        self._rate = rate
        self._room = asyncio.Semaphore(AT_ONCE)
        self._last_about: dict[str, asyncio.Task[None]] = {}
        self.stopped = asyncio.Event()

    async def run(self, plan: Iterator[Step]) -> None:
        """Send the steps until they end or `stopped` is set, and wait for every answer."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, step in enumerate(plan):
                await self._wait(started + number / self._rate - time.monotonic())
                await self._room.acquire()
                if self.stopped.is_set():
                    self._room.release()
                    break
                earlier = self._last_about.get(step.transaction_id)
                task = group.create_task(self._send(step, after=earlier))
                self._last_about[step.transaction_id] = task
                task.add_done_callback(partial(self._forget, step.transaction_id))

    def _forget(self, transaction_id: str, task: asyncio.Task[None]) -> None:
        if self._last_about.get(transaction_id) is task:
            del self._last_about[transaction_id]

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopped.wait(), max(seconds, 0))
        except TimeoutError:
            return

    async def _send(self, step: Step, *, after: asyncio.Task[None] | None) -> None:
        try:
            if after is not None:
                await after
            tell(await self._answer(step))
        finally:
            self._room.release()

    async def _answer(self, step: Step) -> Answer:
        started = time.perf_counter()
        try:
            response = await self._client.request(step.method, step.path, json=step.body)
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {error}"
            return Answer(step.kind, 0, None, time.perf_counter() - started, problem=problem)
        duration = time.perf_counter() - started
        told: dict[str, Any] = response.json() if response.is_success else {}
        return Answer(
            kind=step.kind,
            status=response.status_code,
            trace_id=response.headers.get("x-trace-id"),
            duration_s=duration,
            reputation_attempts=told.get("reputation_attempts") if step.kind == "transaction" else None,
            flagged=told.get("flagged"),
            outcome=told.get("outcome") if step.kind == "label" else None,
        )


def tell(answer: Answer) -> None:
    """One answer, as one line of JSON."""
    sys.stdout.write(json.dumps(asdict(answer)) + "\n")
    sys.stdout.flush()


async def replay(url: str, *, requests: int | None, seconds: float | None, rate: float) -> None:
    """Replay until so many requests are sent, so many seconds are over, or SIGINT or SIGTERM asks to stop."""
    # A connection for each request: uvicorn closes one on which an exception went unhandled, without having announced
    # it, and the next request on it would fail.
    one_each = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=one_each, trust_env=False) as client:
        run = Replay(client, rate=rate)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, run.stopped.set)
        if seconds is not None:
            loop.call_later(seconds, run.stopped.set)
        await run.run(itertools.islice(steps(new_pages()), requests))


def main() -> None:
    """Read the command line and replay."""
    parser = argparse.ArgumentParser(prog="python -m fraud_service.replay", description=__doc__)
    parser.add_argument("--url", required=True, help="where the scoring service listens")
    parser.add_argument("--requests", type=int, help="end after so many requests")
    parser.add_argument("--seconds", type=float, help="end after so many seconds")
    parser.add_argument("--rate", type=float, default=20, help="requests a second (default: %(default)s)")
    options = parser.parse_args()
    asyncio.run(replay(options.url, requests=options.requests, seconds=options.seconds, rate=options.rate))


if __name__ == "__main__":
    main()
