"""Tracers that stay valid across `init`, a second `init`, shutdown and fork.

The provider behind them is chosen by the traces signal; before that they make spans that do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import trace

# The API's own context manager works as a decorator of async functions too, which contextlib's does not.
from opentelemetry.util._decorator import _agnosticcontextmanager  # pyright: ignore[reportPrivateUsage]

from otelkit.signals.proxies.switchboard import Scope, Switchboard

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from opentelemetry.context import Context
    from opentelemetry.trace import Link, Span, SpanKind
    from opentelemetry.util.types import Attributes


class SwitchableTracer(trace.Tracer):
    """An OpenTelemetry tracer that forwards to whatever provider is active."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._active: trace.Tracer = trace.NoOpTracer()

    def switch(self, provider: trace.TracerProvider) -> None:
        """Forward to a tracer of ``provider`` from now on."""
        self._active = provider.get_tracer(*self._scope)

    def start_span(  # noqa: PLR0917 - the signature is the OpenTelemetry API's
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = trace.SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: FBT001, FBT002 - the signature is the OpenTelemetry API's
        set_status_on_exception: bool = True,  # noqa: FBT001, FBT002 - the signature is the OpenTelemetry API's
    ) -> Span:
        """Start a span of the active provider (OpenTelemetry API)."""
        return self._active.start_span(
            name, context, kind, attributes, links, start_time, record_exception, set_status_on_exception
        )

    @_agnosticcontextmanager
    def start_as_current_span(  # noqa: PLR0917 - the signature is the OpenTelemetry API's
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = trace.SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: FBT001, FBT002 - the signature is the OpenTelemetry API's
        set_status_on_exception: bool = True,  # noqa: FBT001, FBT002 - the signature is the OpenTelemetry API's
        end_on_exit: bool = True,  # noqa: FBT001, FBT002 - the signature is the OpenTelemetry API's
    ) -> Generator[Span]:
        """Start a span and make it current for the block (OpenTelemetry API)."""
        span = self.start_span(
            name, context, kind, attributes, links, start_time, record_exception, set_status_on_exception
        )
        with trace.use_span(
            span,
            end_on_exit=end_on_exit,
            record_exception=record_exception,
            set_status_on_exception=set_status_on_exception,
        ) as current:
            yield current

    def __getattr__(self, name: str) -> Any:
        """Show the rest of the active tracer's face: instrumentations read `resource` or `sampler` from it."""
        return getattr(self._active, name)


_board: Switchboard[trace.TracerProvider, SwitchableTracer] = Switchboard(trace.NoOpTracerProvider(), SwitchableTracer)


def get_tracer(
    name: str, version: str | None = None, schema_url: str | None = None, attributes: Attributes = None
) -> SwitchableTracer:
    """Return the tracer of an instrumentation scope; usable before `init`, and never out of date after it.

    Args:
        name: the name of the instrumenting library.
        version: its version.
        schema_url: the schema of what it emits.
        attributes: attributes of the scope.
    """
    return _board.get((name, version, schema_url, attributes))


def switch(provider: trace.TracerProvider | None) -> None:
    """Put ``provider`` behind every tracer; None means spans that do nothing."""
    _board.switch(trace.NoOpTracerProvider() if provider is None else provider)


def active_provider() -> trace.TracerProvider:
    """Return what the tracers forward to at this moment."""
    return _board.provider
