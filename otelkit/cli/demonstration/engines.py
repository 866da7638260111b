"""Asking Prometheus, Tempo and Loki through their HTTP interfaces, the ones that Grafana asks.

What is asked about a run is in ``stack_reader.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import SplitResult, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_TIMEOUT_S: Final = 15.0
_NS: Final = 1_000_000_000
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}

LINES_AT_ONCE: Final = 1000
"""Log lines that one question to Loki may bring back; it refuses to give more than 5,000."""


class EngineError(Exception):
    """An engine cannot be asked; the text names the option that says where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time from (included) to (left out), both in nanoseconds since the epoch."""

    start_ns: int
    end_ns: int

    @property
    def start_s(self) -> int:
        """The start in whole seconds, rounded down."""
        return self.start_ns // _NS

    @property
    def end_s(self) -> int:
        """The end in whole seconds, rounded up."""
        return -(-self.end_ns // _NS)

    def halves(self) -> tuple[Period, Period]:
        """Return both halves; nothing lies in both."""
        middle = (self.start_ns + self.end_ns) // 2
        return Period(start_ns=self.start_ns, end_ns=middle), Period(start_ns=middle, end_ns=self.end_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One series of Prometheus and its latest value."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """One exemplar of Prometheus: the labels of its series, and its own."""

    series: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One engine: its name, the option that says where it is, and the question by which it is known.

    Args:
        name: what it is called.
        option: the option of the command line.
        greeting: a path that it answers with success and nobody else does.

    """

    name: str
    option: str
    greeting: str


PROMETHEUS: Final = Engine(name="Prometheus", option="--prometheus", greeting="/api/v1/status/buildinfo")
TEMPO: Final = Engine(name="Tempo", option="--tempo", greeting="/api/echo")
LOKI: Final = Engine(name="Loki", option="--loki", greeting="/loki/api/v1/labels")


class _Asking:
    def __init__(self, engine: Engine, url: str) -> None:
        parts = _address(url)
        if parts is None:
            raise EngineError(f"{engine.option} {url!r} is no address: write it like http://127.0.0.1:3100")
        self._engine = engine
        # A password may stand in the address; it is not for messages.
        self._shown = url.replace(f"{parts.netloc.rpartition('@')[0]}@", "") if "@" in parts.netloc else url
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT_S, trust_env=parts.hostname not in _LOOPBACK)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self._http.close()

    def greet(self) -> None:
        """Make sure that it answers, and is what it is taken for.

        Raises:
            EngineError: it does not, or is not.

        """
        self._ask(self._engine.greeting)

    def _ask(
        self,
        path: str,
        parameters: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        engine = self._engine
        try:
            response = self._http.get(
                path,
                params={name: str(value) for name, value in (parameters or {}).items()},
                headers=dict(headers or {}),
            )
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
            raise EngineError(
                f"{engine.name} does not answer at {self._shown} ({why}): say where it is with {engine.option}"
            ) from error
        if response.is_success:
            return response
        raise EngineError(
            f"{engine.name} at {self._shown} ({engine.option}) answers {path} with {response.status_code}: "
            f"{response.text.strip()[:200]}"
        )

    def _told(self, path: str, parameters: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Any:
        response = self._ask(path, parameters, headers)
        try:
            return response.json()
        except ValueError as error:
            raise EngineError(
                f"what answers at {self._shown} ({self._engine.option}) is no {self._engine.name}"
            ) from error


class Prometheus(_Asking):
    """The metrics.

    Args:
        url: where it answers.

    Raises:
        EngineError: the address is none.

    """

    def __init__(self, url: str) -> None:
        super().__init__(PROMETHEUS, url)

    def query(self, expression: str, *, at_s: float) -> list[Sample]:
        """Evaluate an expression at one time.

        Raises:
            EngineError: Prometheus does not answer, or refuses it.

        """
        found = self._told("/api/v1/query", {"query": expression, "time": at_s})["data"]["result"]
        return [Sample(labels=one["metric"], value=float(one["value"][1])) for one in found]

    def exemplars(self, selector: str, period: Period) -> list[Exemplar]:
        """Return the exemplars of all series that a selector names.

        Raises:
            EngineError: Prometheus does not answer, or refuses it.

        """
        asked = {"query": selector, "start": period.start_s, "end": period.end_s}
        return [
            Exemplar(series=group["seriesLabels"], labels=one["labels"])
            for group in self._told("/api/v1/query_exemplars", asked)["data"]
            for one in group["exemplars"]
        ]


class Tempo(_Asking):
    """The traces.

    Args:
        url: where it answers.

    Raises:
        EngineError: the address is none.

    """

    def __init__(self, url: str) -> None:
        super().__init__(TEMPO, url)

    def trace(self, trace_id: str) -> list[dict[str, Any]]:
        """Return a trace as OTLP's JSON has it, by resource; empty when nothing of it is stored.

        Raises:
            EngineError: Tempo does not answer.

        """
        told = self._told(f"/api/v2/traces/{trace_id}", {}, {"Accept": "application/json"})
        resources: list[dict[str, Any]] = told.get("trace", {}).get("resourceSpans", [])
        return resources

    def search(self, traceql: str, period: Period, *, limit: int) -> set[str]:
        """Return the ids of the traces that a TraceQL expression finds, 32 digits each.

        Raises:
            EngineError: Tempo does not answer, or refuses it.

        """
        asked = {"q": traceql, "start": period.start_s, "end": period.end_s, "limit": limit, "spss": 1}
        # Unless it was set up to, Tempo leaves leading zeros out.
        return {str(one["traceID"]).zfill(32) for one in self._told("/api/search", asked).get("traces", [])}


class Loki(_Asking):
    """The log records.

    Args:
        url: where it answers.

    Raises:
        EngineError: the address is none.

    """

    def __init__(self, url: str) -> None:
        super().__init__(LOKI, url)

    def records(self, logql: str, period: Period) -> Generator[Mapping[str, str]]:
        """Give what belongs to each log record that a LogQL expression finds (trace id, severity, attributes).

        Args:
            logql: the expression.
            period: when they were written.

        Raises:
            EngineError: Loki does not answer, or refuses it.

        """
        asked = {
            "query": logql,
            "start": period.start_ns,
            "end": period.end_ns,
            "limit": LINES_AT_ONCE,
            "direction": "forward",
        }
        # Without it Loki mixes the labels of the stream with what belongs to the single record.
        apart = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
        streams: list[dict[str, Any]] = self._told("/loki/api/v1/query_range", asked, apart)["data"]["result"]
        values: list[list[Any]] = [value for stream in streams for value in stream["values"]]
        if len(values) < LINES_AT_ONCE:
            # A record that nothing belongs to comes without the third part.
            yield from (more[0].get("structuredMetadata", {}) if more else {} for _, _, *more in values)
            return
        # There may be more than one answer holds. A half of the time holds fewer, and no record twice.
        if period.end_ns - period.start_ns <= 1:
            raise EngineError(f"Loki ({LOKI.option}) holds {LINES_AT_ONCE} records or more of one nanosecond")
        for half in period.halves():
            yield from self.records(logql, half)


def _address(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none
        return None
    return parts if usable else None
