"""Whether what was sent arrived: each count of the services and the replayer beside what the console holds.

Counting only; nothing is started, stopped or shown here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from otelkit.cli.demonstration.example import REPUTATION, SCORING
from otelkit.cli.demonstration.services_words import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otelkit.cli.demonstration.answers import Answer
    from otelkit.cli.demonstration.console_reader import ConsoleReader, StoredSpan, StoredTrace
    from otelkit.cli.demonstration.services_words import Words

_PROBLEMS_SHOWN: Final = 5
_ORDER: Final = ("traces", "logs", "metrics", "exemplars")

REQUEST_DURATION: Final = "http.server.request.duration"


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

    @property
    def holds(self) -> bool:
        """Whether everything that was sent arrived."""
        return not self.problems and all(row.holds for row in self.rows)


def compare(answers: Sequence[Answer], words: Mapping[str, Words], console: ConsoleReader) -> Verdict:
    """Compare what was sent with what the console holds.

    Args:
        answers: every answer that the replayer got.
        words: what each service said, by its name; the services have ended.
        console: the receiving side.

    """
    answered = [answer for answer in answers if answer.trace_id is not None]
    problems = [_unanswered(answer) for answer in answers if answer.trace_id is None]
    traces = {answer.trace_id: console.trace(str(answer.trace_id)) for answer in answered}
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
        *_metric_rows(answers, calls, console),
        *_total_rows(words, console),
    ]
    exemplars, unresolved = _exemplars(console, known={trace.trace_id for trace in stored})
    rows.append(
        Row(signal="exemplars", what="pointing to a stored trace", sent=exemplars, arrived=exemplars - len(unresolved))
    )
    if exemplars == 0:
        problems.append("no histogram brought an exemplar")
    problems += [f"exemplar of {name}: no trace {trace_id}" for name, trace_id in unresolved]
    problems += _farewell_faults(words)
    rows.sort(key=lambda row: _ORDER.index(row.signal))
    return Verdict(rows=tuple(rows), problems=_first_few(problems))


def trace_fault(answer: Answer, trace: StoredTrace | None) -> str | None:
    """Return what the trace of an answer lacks, in words, or None when it is whole.

    Whole means: the one root is the scoring service's server span with the status that the replayer saw, every parent
    is there, and each call to the reputation service is answered by a server span of that service.
    """
    if trace is None:
        return "nothing of it arrived"
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


def _metric_rows(answers: Sequence[Answer], calls: int, console: ConsoleReader) -> list[Row]:
    """What the metrics count, against what the replayer saw."""
    requests = console.metric(REQUEST_DURATION)
    transactions = console.metric("otelkit.fraud.transaction.count").by("result", SCORING)
    outcomes = console.metric("otelkit.fraud.outcome.count").by("outcome", SCORING)
    seen = Counter(answer.outcome for answer in answers if answer.outcome is not None)
    flagged = sum(answer.scored and bool(answer.flagged) for answer in answers)
    scored = sum(answer.scored for answer in answers)
    rows = [
        Row(
            signal="metrics", what=f"requests in {REQUEST_DURATION}", sent=len(answers), arrived=requests.total(SCORING)
        ),
        Row(
            signal="metrics",
            what="the same, of the calls between the services",
            sent=calls,
            arrived=requests.total(REPUTATION),
        ),
        Row(
            signal="metrics",
            what="predictions in otelkit.model.prediction.count",
            sent=scored,
            arrived=console.metric("otelkit.model.prediction.count").total(SCORING),
        ),
        Row(signal="metrics", what="transactions flagged", sent=flagged, arrived=transactions.get("flagged", 0)),
        Row(signal="metrics", what="transactions clean", sent=scored - flagged, arrived=transactions.get("clean", 0)),
    ]
    rows += [
        Row(signal="metrics", what=f"outcomes {name}", sent=seen[name], arrived=outcomes.get(name, 0))
        for name in ("tp", "fp", "tn", "fn")
    ]
    return rows


def _total_rows(words: Mapping[str, Words], console: ConsoleReader) -> list[Row]:
    """Everything that the services sent, by their own count at the end, against everything that is stored."""
    stored = console.stored()
    arrived = {"traces": stored.spans, "logs": stored.logs, "metrics": stored.metric_points}
    names = {"traces": "all spans", "logs": "all log records", "metrics": "all data points"}
    return [
        Row(
            signal=signal,
            what=f"{names[signal]}, by the services' own count",
            sent=sum(
                said.sent[signal].accepted + said.sent[signal].failed for said in words.values() if signal in said.sent
            ),
            arrived=arrived[signal],
        )
        for signal in SIGNALS
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


def _exemplars(console: ConsoleReader, *, known: set[str]) -> tuple[int, list[tuple[str, str]]]:
    """Count the exemplars, and name those whose trace is not stored."""
    total = 0
    unresolved: list[tuple[str, str]] = []
    resolved = set(known)
    for name in console.metric_names():
        for trace_id in console.metric(name).exemplar_traces:
            total += 1
            if trace_id in resolved or console.trace(trace_id) is not None:
                resolved.add(trace_id)
            else:
                unresolved.append((name, trace_id))
    return total, unresolved


def _first_few(problems: Sequence[str]) -> tuple[str, ...]:
    if len(problems) <= _PROBLEMS_SHOWN:
        return tuple(problems)
    return (*problems[:_PROBLEMS_SHOWN], f"and {len(problems) - _PROBLEMS_SHOWN} more")
