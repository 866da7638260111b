"""The process's tracer provider: set once, with whatever the current configuration made behind it.

It is an SDK provider to everyone who asks (`resource`, `add_span_processor`, `isinstance`), and forwards to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import TracerProvider

from otelkit.signals.proxies import tracer

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.util.types import Attributes

    from otelkit.signals.span_processing import SpanFanOut


class ProxyTracerProvider(TracerProvider):
    """What `opentelemetry.trace.get_tracer_provider()` returns after `init`.

    The SDK's constructor is not run on purpose: this object has no state of an SDK provider, so every attribute that is
    not defined here is found on the provider behind it.
    """

    def __init__(self, fan_out: SpanFanOut) -> None:  # pyright: ignore[reportMissingSuperCall] - see above
        self._fan_out = fan_out

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: Attributes = None,
    ) -> trace.Tracer:
        """Return a tracer that follows every later `init`."""
        return tracer.get_tracer(instrumenting_module_name, instrumenting_library_version, schema_url, attributes)

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Add a processor; it stays when `init` is called again."""
        self._fan_out.add_span_processor(span_processor)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush our processors and those that others added."""
        return self._fan_out.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Shut down what others added. Our own part ends with `otelkit.shutdown`, which owns it."""
        self._fan_out.shutdown()

    def __getattr__(self, name: str) -> Any:
        """Forward to the provider that is active."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(tracer.active_provider(), name)
