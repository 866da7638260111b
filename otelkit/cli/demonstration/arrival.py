"""Whether what was sent arrived: each count of the services and the replayer beside what the receiver holds.

Counting only; nothing is started, stopped or shown here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from otelkit.cli.demonstration.example import REPUTATION, SCORING
from otelkit.cli.demonstration.receiver import Metric
from otelkit.cli.demonstration.services_words import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otelkit.cli.demonstration.answers import Answer
    from otelkit.cli.demonstration.receiver import Receiver, StoredExemplar, StoredSpan, StoredTrace
    from otelkit.cli.demonstration.services_words import Words

_PROBLEMS_SHOWN: Final = 5
_ORDER: Final = ("traces", "logs", "metrics", "exemplars")

REQUESTS: Final = Metric("http.server.request.duration", "s", "histogram")

_PREDICTIONS: Final = Metric("otelkit.model.prediction.count", "{prediction}", "counter")
_SCORES: Final = Metric("otelkit.model.score", "1", "histogram")
_TRANSACTIONS: Final = Metric("otelkit.fraud.transaction.count", "{transaction}", "counter")
_OUTCOMES: Final = Metric("otelkit.fraud.outcome.count", "{transaction}", "counter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: a count on the sending side and the count of the same thing on the receiving side."""

    signal: str
    what: str
    sent: int
    arrived: int

    @property
    def holds(self) -> bool:
        """Whether all of it arrived, and nothing twice."""
        return self.sent == self.arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole comparison."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    """What is wrong, in words; the first few of each kind."""

    whole: frozenset[str] = frozenset()
    """The ids of the traces that lack nothing."""

    @property
    def holds(self) -> bool:
        """Whether everything that was sent arrived."""
        return not self.problems and all(row.holds for row in self.rows)


def compare(answers: Sequence[Answer], words: Mapping[str, Words], receiver: Receiver) -> Verdict:
    """Compare what was sent with what the receiver holds.

    Args:
        answers: every answer that the replayer got.
        words: what each service said, by its name; the services have ended.
        receiver: the receiving side.

    """
    answered = [answer for answer in answers if answer.trace_id is not None]
    problems = [_unanswered(answer) for answer in answers if answer.trace_id is None]
    traces = {answer.trace_id: receiver.trace(str(answer.trace_id)) for answer in answered}
    faults = {answer.trace_id: trace_fault(answer, traces[answer.trace_id]) for answer in answered}
    problems += [f"trace {trace_id}: {fault}" for trace_id, fault in faults.items() if fault is not None]
    stored = [trace for trace in traces.values() if trace is not None]
    problems += _surplus_logs(words, stored)
    calls = _calls(answered, traces)

    rows = [
        Row(
            signal="traces",
            what="requests, each with its whole trace",
            sent=len(answers),
            arrived=sum(fault is None for fault in faults.values()),
        ),
        Row(
            signal="traces",
            what="calls between the services, joined in one trace",
            sent=calls,
            arrived=_joined_calls(stored),
        ),
        *_log_rows(words, stored),
        *_metric_rows(answers, calls, receiver),
        *_total_rows(words, receiver),
    ]
    exemplars = receiver.exemplars()
    unresolved = _unresolved(exemplars, receiver, known={trace.trace_id for trace in stored if trace.spans})
    rows.append(
        Row(
            signal="exemplars",
            what="pointing to a stored trace",
            sent=len(exemplars),
            arrived=len(exemplars) - len(unresolved),
        )
    )
    if not exemplars:
        problems.append("no histogram brought an exemplar")
    problems += [f"exemplar of {exemplar.metric}: no trace {exemplar.trace_id}" for exemplar in unresolved]
    problems += _farewell_faults(words)
    rows.sort(key=lambda row: _ORDER.index(row.signal))
    whole = frozenset(str(trace_id) for trace_id, fault in faults.items() if fault is None)
    return Verdict(rows=tuple(rows), problems=_first_few(problems), whole=whole)


def trace_fault(answer: Answer, trace: StoredTrace | None) -> str | None:
    """Return what the trace of an answer lacks, in words, or None when it is whole.

    Whole means: the one root is the scoring service's server span with the status that the replayer saw, every parent
    is there, and each call to the reputation service is answered by a server span of that service.
    """
    if trace is None:
        return "nothing of it arrived"
    if not trace.spans:
        return "only log lines of it arrived"
    return _root_fault(answer, trace) or _parent_fault(trace) or _call_fault(answer, trace)


def _root_fault(answer: Answer, trace: StoredTrace) -> str | None:
    roots = [span for span in trace.spans if span.parent_span_id is None]
    if len(roots) != 1 or (roots[0].service, roots[0].kind) != (SCORING, "server"):
        return f"its roots are {[(span.service, span.name) for span in roots]}"
    status = roots[0].attributes.get("http.response.status_code")
    return (
        None if str(status) == str(answer.status) else f"answered with {answer.status}, its server span says {status}"
    )


def _parent_fault(trace: StoredTrace) -> str | None:
    ids = {span.span_id for span in trace.spans}
    orphans = [span.name for span in trace.spans if span.parent_span_id is not None and span.parent_span_id not in ids]
    return f"spans without their parent: {orphans}" if orphans else None


def _call_fault(answer: Answer, trace: StoredTrace) -> str | None:
    calls = _client_spans(trace)
    if answer.reputation_attempts is not None and len(calls) != answer.reputation_attempts:
        return f"{answer.reputation_attempts} calls to the reputation service, {len(calls)} client spans"
    asks = answer.kind == "transaction" and answer.status != HTTPStatus.UNPROCESSABLE_ENTITY
    if asks and not calls:
        return "no call to the reputation service in it"
    unanswered = len(calls) - sum(_is_joined(call, trace) for call in calls)
    return f"{unanswered} calls without the reputation service's span" if unanswered else None


def _unanswered(answer: Answer) -> str:
    if answer.status == 0:
        return f"a {answer.kind} request got no answer: {answer.problem}"
    return f"a {answer.kind} request was answered with {answer.status} and no trace id"


def _client_spans(trace: StoredTrace) -> list[StoredSpan]:
    return [span for span in trace.spans if span.kind == "client" and span.service == SCORING]


def _is_joined(call: StoredSpan, trace: StoredTrace) -> bool:
    """Whether exactly one server span of the reputation service is the call's child."""
    children = [span for span in trace.spans if span.parent_span_id == call.span_id]
    return [(child.service, child.kind) for child in children] == [(REPUTATION, "server")]


def _calls(answers: Iterable[Answer], traces: Mapping[str | None, StoredTrace | None]) -> int:
    """Count the calls to the reputation service, as the answers tell it; where they do not, as the caller's spans."""
    total = 0
    for answer in answers:
        trace = traces[answer.trace_id]
        if answer.reputation_attempts is not None:
            total += answer.reputation_attempts
        elif trace is not None:
            total += len(_client_spans(trace))
    return total


def _joined_calls(traces: Iterable[StoredTrace]) -> int:
    return sum(_is_joined(call, trace) for trace in traces for call in _client_spans(trace))


def _log_rows(words: Mapping[str, Words], traces: Sequence[StoredTrace]) -> list[Row]:
    """Log lines written within a trace, against those that arrived with that trace's id.

    A line that arrived under another trace does not make up for one that is missing.
    """
    arrived = {(trace.trace_id, service): lines for trace in traces for service, lines in trace.log_lines.items()}
    return [
        Row(
            signal="logs",
            what=f"lines of {service} within a trace",
            sent=sum(said.lines_of_trace.values()),
            arrived=sum(
                min(arrived.get((trace_id, service), 0), lines) for trace_id, lines in said.lines_of_trace.items()
            ),
        )
        for service, said in words.items()
    ]


def _surplus_logs(words: Mapping[str, Words], traces: Sequence[StoredTrace]) -> list[str]:
    return [
        f"trace {trace.trace_id}: {lines} log lines of {service} arrived, it wrote {written}"
        for trace in traces
        for service, lines in trace.log_lines.items()
        if service in words and lines > (written := words[service].lines_of_trace.get(trace.trace_id, 0))
    ]


def _metric_rows(answers: Sequence[Answer], calls: int, receiver: Receiver) -> list[Row]:
    """What the metrics count, against what the replayer saw."""
    requests = receiver.metric(REQUESTS)
    transactions = receiver.metric(_TRANSACTIONS).by("result", SCORING)
    outcomes = receiver.metric(_OUTCOMES).by("outcome", SCORING)
    seen = Counter(answer.outcome for answer in answers if answer.outcome is not None)
    flagged = sum(answer.scored and bool(answer.flagged) for answer in answers)
    scored = sum(answer.scored for answer in answers)
    rows = [
        Row(signal="metrics", what=f"requests in {REQUESTS.name}", sent=len(answers), arrived=requests.total(SCORING)),
        Row(
            signal="metrics",
            what="the same, of the calls between the services",
            sent=calls,
            arrived=requests.total(REPUTATION),
        ),
        Row(
            signal="metrics",
            what=f"predictions in {_PREDICTIONS.name}",
            sent=scored,
            arrived=receiver.metric(_PREDICTIONS).total(SCORING),
        ),
        Row(
            signal="metrics",
            what=f"scores in {_SCORES.name}",
            sent=scored,
            arrived=receiver.metric(_SCORES).total(SCORING),
        ),
        Row(signal="metrics", what="transactions flagged", sent=flagged, arrived=transactions.get("flagged", 0)),
        Row(signal="metrics", what="transactions clean", sent=scored - flagged, arrived=transactions.get("clean", 0)),
    ]
    rows += [
        Row(signal="metrics", what=f"outcomes {name}", sent=seen[name], arrived=outcomes.get(name, 0))
        for name in ("tp", "fp", "tn", "fn")
    ]
    return rows


def _total_rows(words: Mapping[str, Words], receiver: Receiver) -> list[Row]:
    """Everything that the services sent, by their own count at the end, against everything that is stored."""
    totals = receiver.totals()
    arrived = {"traces": totals.spans, "logs": totals.logs, "metrics": totals.metric_points}
    names = {"traces": "all spans", "logs": "all log records", "metrics": "all data points"}
    return [
        Row(
            signal=signal,
            what=f"{names[signal]}, by the services' own count",
            sent=sum(
                said.sent[signal].accepted + said.sent[signal].failed for said in words.values() if signal in said.sent
            ),
            arrived=count,
        )
        for signal in SIGNALS
        if (count := arrived[signal]) is not None
    ]


def _farewell_faults(words: Mapping[str, Words]) -> list[str]:
    faults: list[str] = []
    for service, said in words.items():
        missing = [signal for signal in SIGNALS if signal not in said.sent]
        if missing:
            faults.append(f"{service} ended without a report on {', '.join(missing)}")
        faults += [
            f"{service} could not send all its {signal}: {sent.failed} records failed"
            for signal, sent in said.sent.items()
            if not sent.complete
        ]
    return faults


def _unresolved(exemplars: Sequence[StoredExemplar], receiver: Receiver, *, known: set[str]) -> list[StoredExemplar]:
    """Return the exemplars whose trace is not stored."""
    others = {exemplar.trace_id for exemplar in exemplars} - known
    missing = {trace_id for trace_id in others if (trace := receiver.trace(trace_id)) is None or not trace.spans}
    return [exemplar for exemplar in exemplars if exemplar.trace_id in missing]


def _first_few(problems: Sequence[str]) -> tuple[str, ...]:
    if len(problems) <= _PROBLEMS_SHOWN:
        return tuple(problems)
    return (*problems[:_PROBLEMS_SHOWN], f"and {len(problems) - _PROBLEMS_SHOWN} more")
