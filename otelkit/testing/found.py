"""Finding one record among many, with an answer that helps when it is not there.

The records themselves are in `records.py`; where they come from is the business of `sink.py` and `capturing.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING

from otelkit.testing.records import HistogramPoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otelkit.testing.records import Attributes, Log, Metric, Point, Span, Value


class Records(ABC):
    """Spans, log records and metrics, and finders for them.

    Finders raise LookupError with a list of what there is, so that a failing test says what happened instead. In
    keyword arguments an underscore also stands for a dot: `fraud_type="x"` finds the attribute `fraud.type`.
    """

    @property
    @abstractmethod
    def spans(self) -> list[Span]:
        """The spans that ended, in the order in which they ended."""

    @property
    @abstractmethod
    def logs(self) -> list[Log]:
        """The log records, in the order in which they were emitted."""

    @property
    @abstractmethod
    def metrics(self) -> list[Metric]:
        """The metrics with their series."""

    @property
    def unfinished(self) -> list[str]:
        """The names of the spans that began and have not ended, as far as known."""
        return []

    def span(self, name: str, **attributes: Value) -> Span:
        """Return the one span of this name, and with these attributes if any are given.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [span for span in self.spans if span.name == name and _has(span.attributes, attributes)]
        if len(found) == 1:
            return found[0]
        wanted = f"span {name!r}{_with(attributes)}"
        there_are = _bulleted(f"{span.name!r} {dict(span.attributes)}" for span in self.spans)
        unfinished = f"\nspans that have not ended: {_bulleted(map(repr, self.unfinished))}" if self.unfinished else ""
        raise LookupError(f"{_how_many(len(found), wanted)}; spans that ended: {there_are}{unfinished}")

    def spans_named(self, name: str) -> list[Span]:
        """Return the spans of this name, in the order in which they ended; there may be none."""
        return [span for span in self.spans if span.name == name]

    def log(self, text: str, **attributes: Value) -> Log:
        """Return the one log record whose body contains `text`, and with these attributes if any are given.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [log for log in self.logs if text in log.text and _has(log.attributes, attributes)]
        if len(found) == 1:
            return found[0]
        wanted = f"log record with {text!r}{_with(attributes)}"
        there_are = _bulleted(f"{log.severity} {log.text!r} {dict(log.attributes)}" for log in self.logs)
        raise LookupError(f"{_how_many(len(found), wanted)}; log records: {there_are}")

    def metric(self, name: str) -> Metric:
        """Return the one metric of this name.

        Raises:
            LookupError: nothing was recorded under this name, or by more than one instrumentation scope.
        """
        found = [metric for metric in self.metrics if metric.name == name]
        if len(found) == 1:
            return found[0]
        there_are = _bulleted(f"{metric.name!r} of {metric.scope.name!r}" for metric in self.metrics)
        raise LookupError(f"{_how_many(len(found), f'metric {name!r}')}; metrics: {there_are}")

    def points(self, name: str, **attributes: Value) -> list[Point]:
        """Return the series of a metric that have these attributes; there may be none.

        Raises:
            LookupError: nothing was recorded under this name.
        """
        named = [metric for metric in self.metrics if metric.name == name]
        if not named:
            self.metric(name)
        return [point for metric in named for point in metric.points if _has(point.attributes, attributes)]

    def counter_value(self, name: str, **attributes: Value) -> float:
        """Return the sum over all series of a counter or up-down counter that have these attributes, 0 if none has.

        Raises:
            LookupError: nothing was recorded under this name: it may be misspelt.
        """
        return sum(point.value for point in self.points(name, **attributes))

    def gauge_value(self, name: str, **attributes: Value) -> float:
        """Return the value of the one series of a gauge that has these attributes.

        Raises:
            LookupError: there is none, or more than one.
        """
        return self._one_point(name, attributes).value

    def histogram(self, name: str, **attributes: Value) -> HistogramPoint:
        """Return the one series of a histogram that has these attributes.

        Raises:
            LookupError: there is none, or more than one, or the metric is no histogram.
        """
        point = self._one_point(name, attributes)
        if not isinstance(point, HistogramPoint):
            raise LookupError(f"{name!r} is a {self.metric(name).kind}, no histogram")  # noqa: TRY004 # a failed search
        return point

    def tree(self) -> str:
        """Return all spans as indented text, children under parents by start time, to compare with a literal.

        A span that is not `internal` shows its kind, one that failed shows `error`. A span whose parent has not
        ended, or is in another process, stands at the left.
        """
        known = {(span.trace_id, span.span_id) for span in self.spans}
        children: dict[tuple[str, str] | None, list[Span]] = {}
        for span in sorted(self.spans, key=lambda span: (span.start, span.span_id)):
            parent = (span.trace_id, span.parent_id) if span.parent_id is not None else None
            children.setdefault(parent if parent in known else None, []).append(span)
        lines: list[str] = []

        def write(span: Span, depth: int) -> None:
            notes = [span.kind] * (span.kind != "internal") + ["error"] * (span.status == "error")
            lines.append("  " * depth + span.name + (f" ({', '.join(notes)})" if notes else ""))
            for child in children.get((span.trace_id, span.span_id), ()):
                write(child, depth + 1)

        for root in children.get(None, ()):
            write(root, 0)
        return "\n".join(lines)

    def _one_point(self, name: str, attributes: Attributes) -> Point:
        found = self.points(name, **attributes)
        if len(found) == 1:
            return found[0]
        wanted = f"series of {name!r}{_with(attributes)}"
        there_are = _bulleted(f"{dict(point.attributes)}" for point in self.points(name))
        raise LookupError(f"{_how_many(len(found), wanted)}; its series: {there_are}")


def _has(attributes: Attributes, wanted: Attributes) -> bool:
    if not wanted:
        return True
    dotless = {name.replace(".", "_"): value for name, value in attributes.items()}
    return all(
        name in dotless and dotless[name] == value
        for name, value in ((name.replace(".", "_"), value) for name, value in wanted.items())
    )


def _how_many(found: int, wanted: str) -> str:
    return f"there is no {wanted}" if found == 0 else f"there are {found}, not one, of: {wanted}"


def _with(attributes: Attributes) -> str:
    return f" with {dict(attributes)}" if attributes else ""


def _bulleted(lines: Iterable[str]) -> str:
    """One line for each different text, with how often it occurs."""
    counted = Counter(lines)
    if not counted:
        return "none"
    return "".join(f"\n  - {line}{f' ({times} times)' if times > 1 else ''}" for line, times in counted.items())
