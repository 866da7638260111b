"""What a person asks of the current context: the id of the trace it belongs to."""

from __future__ import annotations

from opentelemetry import trace


def trace_id() -> str | None:
    """Return the current trace's id as 32 hex digits, or None outside of any span.

    Put it into an error page or a support ticket: with it the trace and its log lines are found at once.

    Example:
        >>> import otelkit
        >>> otelkit.trace_id() is None
        True

    """
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None
