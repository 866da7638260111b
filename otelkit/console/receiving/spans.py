"""Spans of an export request as the console's rows; those that no trace could hold are rejected.

The rules are those of the OTLP data model: ids of the right length and not all zero, and a start time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otelkit.console.receiving.any_value import attributes, attributes_text, json_text
from otelkit.console.receiving.origin import resource_of, scope_of
from otelkit.console.records import MAX_INTEGER, Span, SpanGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1 import trace_pb2

    from otelkit.console.records import JsonValue
    from otelkit.console.refusal import Rejections

_KINDS: Final = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
_STATUSES: Final = {0: "unset", 1: "ok", 2: "error"}
_NO_JSON: Final = "[]"
TRACE_ID_BYTES: Final = 16
SPAN_ID_BYTES: Final = 8


def span_groups(request: ExportTraceServiceRequest, rejections: Rejections) -> list[SpanGroup]:
    """Give the spans of a request; those that are not kept are counted in `rejections`."""
    groups: list[SpanGroup] = []
    for resource_spans in request.resource_spans:
        resource = resource_of(resource_spans.resource)
        for scope_spans in resource_spans.scope_spans:
            spans = tuple(_spans(scope_spans, rejections))
            if spans:
                groups.append(SpanGroup(resource, scope_of(scope_spans.scope), spans))
    return groups


def is_id(value: bytes, length: int) -> bool:
    """Tell whether bytes are a trace or span id: of that length and not all zero."""
    return len(value) == length and any(value)


def _spans(scope_spans: trace_pb2.ScopeSpans, rejections: Rejections) -> Iterator[Span]:
    for span in scope_spans.spans:
        problem = _problem(span)
        if problem is None:
            yield _span(span, rejections)
        else:
            rejections.reject(problem)


def _problem(span: trace_pb2.Span) -> str | None:
    return _id_problem(span) or _time_problem(span)


def _id_problem(span: trace_pb2.Span) -> str | None:
    if not is_id(span.trace_id, TRACE_ID_BYTES):
        return "trace id is not 16 bytes, or all zero"
    if not is_id(span.span_id, SPAN_ID_BYTES):
        return "span id is not 8 bytes, or all zero"
    if span.parent_span_id and len(span.parent_span_id) != SPAN_ID_BYTES:
        return "parent span id is not 8 bytes"
    if span.parent_span_id == span.span_id:
        return "span is its own parent"
    return None


def _time_problem(span: trace_pb2.Span) -> str | None:
    if not 0 < span.start_time_unix_nano <= MAX_INTEGER:
        return "start time is missing or after the year 2262"
    if span.end_time_unix_nano > MAX_INTEGER:
        return "end time is after the year 2262"
    return None


def _span(span: trace_pb2.Span, rejections: Rejections) -> Span:
    if span.end_time_unix_nano < span.start_time_unix_nano:
        rejections.doubt("span ends before it starts, shown with duration 0")
    return Span(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_id=span.parent_span_id if any(span.parent_span_id) else None,
        name=span.name,
        kind=_KINDS.get(span.kind, "internal"),
        start=span.start_time_unix_nano,
        duration=max(0, span.end_time_unix_nano - span.start_time_unix_nano),
        status=_STATUSES.get(span.status.code, "unset"),
        status_message=span.status.message,
        attributes=attributes_text(span.attributes),
        events=_events(span) if span.events else _NO_JSON,
        links=_links(span) if span.links else _NO_JSON,
    )


def _events(span: trace_pb2.Span) -> str:
    events: list[JsonValue] = [
        {"name": event.name, "time": str(event.time_unix_nano), "attributes": attributes(event.attributes)}
        for event in span.events
    ]
    return json_text(events)


def _links(span: trace_pb2.Span) -> str:
    links: list[JsonValue] = [
        {"traceId": link.trace_id.hex(), "spanId": link.span_id.hex(), "attributes": attributes(link.attributes)}
        for link in span.links
    ]
    return json_text(links)
