"""What happens to a span when it starts and ends: bound context goes onto it, and every processor sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.bound_context import bound
from otelkit.signals.fan_out import FanOut, each

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span


class SpanFanOut(FanOut[SpanProcessor], SpanProcessor):
    """Hands each span to our processors and to those that others added.

    One fan-out serves every tracer provider of the process, so that a span that began under one configuration and ends
    under the next one is exported, once.
    """

    kind = "span processor"

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Add a processor that stays across configurations (the SDK's providers call this)."""
        self.add(span_processor)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Put the bound context on the span and show it to every processor."""
        facts = bound(parent_context)
        if facts:
            try:
                span.set_attributes(facts)
            except Exception as error:  # noqa: BLE001 - a bound value may be anything
                record_internal_error("signals.traces.bound_context", error)
        each(
            self._all(),
            self.kind,
            "on_start",
            lambda processor: processor.on_start(span, parent_context=parent_context),
        )

    def _on_ending(self, span: Span) -> None:
        each(
            self._all(),
            self.kind,
            "on_ending",
            lambda processor: processor._on_ending(span),  # noqa: SLF001 - the SDK's hook has this name  # pyright: ignore[reportPrivateUsage]
        )

    def on_end(self, span: ReadableSpan) -> None:
        """Show the ended span to every processor."""
        each(self._all(), self.kind, "on_end", lambda processor: processor.on_end(span))
