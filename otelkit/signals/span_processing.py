"""What happens to a span when it starts and ends: bound context goes onto it, and every processor sees it.

A processor that raises, ours or anyone's, disturbs neither the application nor the processors after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor

from otelkit.runtime.internal_errors import record_internal_error
from otelkit.signals.bound_context import bound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span


class SpanFanOut(SpanProcessor):
    """Hands each span to our processors, which change with the configuration, and to those that others added.

    One fan-out serves every tracer provider of the process, so that a span that began under one configuration and ends
    under the next one is exported, once.
    """

    def __init__(self) -> None:
        self._own: tuple[SpanProcessor, ...] = ()
        self._added: tuple[SpanProcessor, ...] = ()

    def use(self, processors: Iterable[SpanProcessor]) -> None:
        """Make ``processors`` the configuration's own, in place of the earlier ones."""
        self._own = tuple(processors)

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Add a processor that stays across configurations (the SDK's providers call this)."""
        self._added = (*self._added, span_processor)

    def set_aside(self) -> tuple[tuple[SpanProcessor, ...], tuple[SpanProcessor, ...]]:
        """Take every processor off without shutting it down, and return them for `put_back`."""
        aside = (self._own, self._added)
        self._own = self._added = ()
        return aside

    def put_back(self, aside: tuple[tuple[SpanProcessor, ...], tuple[SpanProcessor, ...]]) -> None:
        """Have the processors that were set aside again, and no others."""
        self._own, self._added = aside

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Put the bound context on the span and show it to every processor."""
        facts = bound(parent_context)
        if facts:
            try:
                span.set_attributes(facts)
            except Exception as error:  # noqa: BLE001 - a bound value may be anything
                record_internal_error("signals.traces.bound_context", error)
        for processor in (*self._own, *self._added):
            try:
                processor.on_start(span, parent_context=parent_context)
            except Exception as error:  # noqa: BLE001 - a processor is third-party code on the application's thread
                record_internal_error(f"span processor {type(processor).__name__}.on_start", error)

    def _on_ending(self, span: Span) -> None:
        for processor in (*self._own, *self._added):
            try:
                processor._on_ending(span)  # noqa: SLF001 - the SDK's hook has this name  # pyright: ignore[reportPrivateUsage]
            except Exception as error:  # noqa: BLE001 - a processor is third-party code on the application's thread
                record_internal_error(f"span processor {type(processor).__name__}.on_ending", error)

    def on_end(self, span: ReadableSpan) -> None:
        """Show the ended span to every processor."""
        for processor in (*self._own, *self._added):
            try:
                processor.on_end(span)
            except Exception as error:  # noqa: BLE001 - a processor is third-party code on the application's thread
                record_internal_error(f"span processor {type(processor).__name__}.on_end", error)

    def shutdown(self) -> None:
        """Shut down what others added: their provider is going away. Ours are stopped by their signal."""
        added, self._added = self._added, ()
        for processor in added:
            try:
                processor.shutdown()
            except Exception as error:  # noqa: BLE001 - third-party code
                record_internal_error(f"span processor {type(processor).__name__}.shutdown", error)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush every processor."""
        results: list[bool] = []
        for processor in (*self._own, *self._added):
            try:
                results.append(processor.force_flush(timeout_millis))
            except Exception as error:  # noqa: BLE001 - third-party code
                record_internal_error(f"span processor {type(processor).__name__}.force_flush", error)
                results.append(False)
        return all(results)
