"""An OTLP/HTTP collector that keeps what it receives and misbehaves on demand.

How it can behave is in `behaviours.py`, sockets and threads are in `port.py`, HTTP is in `exchange.py`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self, get_args

from otelkit.testing import otlp
from otelkit.testing.behaviours import LOGIN_PATH, Answer, Behaviour, Choice, PortBehaviour, login_page, ok, unreadable
from otelkit.testing.exchange import Request, cut_request, parse_head, read_request, response
from otelkit.testing.otlp import Signal
from otelkit.testing.port import Connection, Port

if TYPE_CHECKING:
    from types import TracebackType

    from otelkit.testing.exchange import Head
    from otelkit.testing.records import Log, Metric, Span

SIGNALS: Final[tuple[Signal, ...]] = get_args(Signal)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much arrived; `metric_points` counts the series of every export, not metrics."""

    requests: int = 0
    spans: int = 0
    logs: int = 0
    metric_points: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            requests=self.requests + other.requests,
            spans=self.spans + other.spans,
            logs=self.logs + other.logs,
            metric_points=self.metric_points + other.metric_points,
        )


class Sink:
    """A collector on a free loopback port, for tests of what happens when the collector is not well.

    It runs in threads of this process and is used through `url`, from any process. What it receives is kept as plain
    data: `requests` has everything that came in, `spans`, `logs` and `metrics` what it accepted. A context manager.

    Args:
        behaviour: what it does until told otherwise.
        keep_records: false counts only, for runs with millions of records.

    Raises:
        OSError: no loopback port could be had.

    Example:
        >>> from otelkit.testing import Sink, behaviours
        >>> with Sink() as sink:
        ...     sink.script("traces", behaviours.status(503, retry_after=1))  # one refusal, then well again
        ...     endpoint = sink.url
    """

    def __init__(self, behaviour: Choice | PortBehaviour | None = None, *, keep_records: bool = True) -> None:
        self._keep_records = keep_records
        self._changed = threading.Condition()
        self._standing: dict[Signal, Choice] = dict.fromkeys(SIGNALS, ok())
        self._scripts: dict[Signal, deque[Choice]] = {signal: deque() for signal in SIGNALS}
        self._requests: list[Request] = []
        self._received = Counts()
        self._accepted = Counts()
        self._errors: list[BaseException] = []
        self._port = Port(self._serve, self._note_error)
        if behaviour is not None:
            self.behave(behaviour)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The TCP port; it stays the same however often it is closed and opened."""
        return self._port.number

    @property
    def url(self) -> str:
        """What to use as OTLP endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def endpoint(self, signal: Signal) -> str:
        """The whole URL of one signal, for settings that take one each."""
        return f"{self.url}/v1/{signal}"

    def behave(self, behaviour: Choice | PortBehaviour, signal: Signal | None = None) -> None:
        """Behave so from now on; what was scripted before is forgotten.

        Args:
            behaviour: one of `otelkit.testing.behaviours`, or a function that picks one for each request.
            signal: for this signal alone; None means all.

        Raises:
            ValueError: a closed or hanging port for one signal alone, which there is not.
        """
        if isinstance(behaviour, PortBehaviour):
            if signal is not None:
                raise ValueError(f"{behaviour.name} concerns the port and so all signals: leave `signal` out")
            self._port.set_state(behaviour.state)
            return
        with self._changed:
            for concerned in SIGNALS if signal is None else (signal,):
                self._standing[concerned] = behaviour
                self._scripts[concerned].clear()
        self._port.set_state("open")

    def script(self, signal: Signal, *behaviours: Choice) -> None:
        """Treat the next requests of a signal so, one behaviour each; afterwards its standing behaviour holds again."""
        with self._changed:
            self._scripts[signal].extend(behaviours)

    @property
    def requests(self) -> list[Request]:
        """Everything that arrived, in order of arrival, however it was answered."""
        with self._changed:
            return list(self._requests)

    @property
    def received(self) -> Counts:
        """What arrived, however it was answered."""
        with self._changed:
            return self._received

    @property
    def accepted(self) -> Counts:
        """What was stored: arrived under a behaviour that accepts, and not rejected by a partial success."""
        with self._changed:
            return self._accepted

    @property
    def connections(self) -> int:
        """How many TCP connections were made so far."""
        return self._port.connections_made

    @property
    def spans(self) -> list[Span]:
        """The accepted spans."""
        accepted = [request for request in self.requests if request.accepted]
        return [span for request in accepted for span in request.spans[: len(request.spans) - request.rejected]]

    @property
    def logs(self) -> list[Log]:
        """The accepted log records."""
        accepted = [request for request in self.requests if request.accepted]
        return [log for request in accepted for log in request.logs[: len(request.logs) - request.rejected]]

    @property
    def metrics(self) -> list[Metric]:
        """The accepted metrics, one for each time that it was exported."""
        accepted = [request for request in self.requests if request.accepted]
        return [metric for request in accepted for metric in _without_last_points(request.metrics, request.rejected)]

    def wait_for(
        self,
        *,
        spans: int = 0,
        logs: int = 0,
        metric_points: int = 0,
        requests: int = 0,
        timeout: float = 5.0,
    ) -> None:
        """Wait until at least so many records were accepted and so many requests received.

        Raises:
            TimeoutError: not within `timeout` seconds; the message says what arrived.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while (
                self._accepted.spans < spans
                or self._accepted.logs < logs
                or self._accepted.metric_points < metric_points
                or self._received.requests < requests
            ):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    wanted = Counts(requests=requests, spans=spans, logs=logs, metric_points=metric_points)
                    raise TimeoutError(
                        f"waited {timeout} s for {wanted}; received {self._received}, accepted {self._accepted}"
                    )
                self._changed.wait(remaining)

    def clear(self) -> None:
        """Forget what arrived so far; behaviours and connections stay."""
        with self._changed:
            self._requests.clear()
            self._received = self._accepted = Counts()

    def close(self) -> None:
        """Free port, connections and threads, in bounded time and whoever still hangs on; doing it again is harmless.

        Raises:
            ExceptionGroup: what went wrong inside, such as an exception in a function given to `behave`.
            RuntimeError: a function given to `behave` never came back.
        """
        self._port.close()
        errors, self._errors = self._errors, []
        if errors:
            raise BaseExceptionGroup("the sink failed", errors)

    def _note_error(self, error: BaseException) -> None:
        with self._changed:
            self._errors.append(error)

    # What follows runs in the threads of the connections.

    def _serve(self, connection: Connection) -> None:
        while (raw := connection.read_head()) is not None:
            if not self._port.wait_while_frozen(connection):
                return
            try:
                head = parse_head(raw)
            except ValueError as error:
                connection.send(Answer(payload=response(400, str(error).encode(), "text/plain")))
                return
            if not self._exchange(connection, head) or not head.keeps_alive:
                return

    def _exchange(self, connection: Connection, head: Head) -> bool:
        """Treat one request; whether the connection can be used again."""
        choice = self._next_choice(head)
        if isinstance(choice, Behaviour) and not choice.reads:
            self._record(replace(cut_request(head), behaviour=choice.name))
            connection.reset_when_closed()
            return False
        try:
            body = connection.read_body(head.headers)
        except ValueError as error:  # what is announced as the body's length is no length
            connection.send(Answer(payload=response(400, str(error).encode(), "text/plain")))
            return False
        request = read_request(head, body)
        try:
            behaviour = choice(request) if callable(choice) else choice
        except Exception as error:  # noqa: BLE001 # the test's own code; raised by close(), in the test's own thread
            self._note_error(error)
            return False
        if request.problem is not None and behaviour.accepts:
            behaviour = Behaviour(name="unreadable", answer=unreadable)
        carried = _counts(request)
        rejected = min(behaviour.rejected, carried.spans + carried.logs + carried.metric_points)
        self._record(
            replace(request, behaviour=behaviour.name, accepted=behaviour.accepts, rejected=rejected), carried=carried
        )
        answer = behaviour.answer(request)
        if answer is None:
            connection.wait_for_hangup()
            return False
        return connection.send(answer)

    def _next_choice(self, head: Head) -> Choice:
        signal = head.signal
        if head.path == LOGIN_PATH:
            return Behaviour(name="login", answer=lambda _: Answer(payload=login_page()))
        if signal is None or head.method != "POST":
            return Behaviour(name="unreadable", answer=unreadable)
        with self._changed:
            script = self._scripts[signal]
            return script.popleft() if script else self._standing[signal]

    def _record(self, request: Request, *, carried: Counts | None = None) -> None:
        """Count and keep a request, before it is answered: a client that has its answer finds it counted."""
        carried = carried or Counts(requests=1)
        if not self._keep_records:
            request = replace(request, body=b"", message=None)
        with self._changed:
            self._requests.append(request)
            self._received += carried
            if request.accepted:
                self._accepted += _less(carried, request.rejected)
            self._changed.notify_all()


def _counts(request: Request) -> Counts:
    if request.message is None:
        return Counts(requests=1)
    return Counts(
        requests=1,
        spans=otlp.span_count(request.message),
        logs=otlp.log_count(request.message),
        metric_points=otlp.metric_point_count(request.message),
    )


def _less(carried: Counts, rejected: int) -> Counts:
    """What is left of a request of one signal when some of it is rejected."""
    return Counts(
        requests=carried.requests,
        spans=max(0, carried.spans - rejected),
        logs=max(0, carried.logs - rejected),
        metric_points=max(0, carried.metric_points - rejected),
    )


def _without_last_points(metrics: list[Metric], rejected: int) -> list[Metric]:
    kept: list[Metric] = []
    for metric in reversed(metrics):
        cut = min(rejected, len(metric.points))
        rejected -= cut
        if cut < len(metric.points):
            kept.append(replace(metric, points=metric.points[: len(metric.points) - cut]))
    return kept[::-1]
