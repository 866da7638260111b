"""ASGI layers around the official instrumentation: trace headers, one log per unhandled exception, corrections.

Each correction names what is wrong upstream; it can go when upstream mends it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from opentelemetry import trace

from otelkit.instruments import ErrorMetrics
from otelkit.observing.outcomes import first_seen
from otelkit.runtime.internal_errors import guarded
from otelkit.signals.log_capture.exceptions import log_exception_once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opentelemetry.trace import Span
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SPAN = "otelkit.server_span"
_MEASURED = "otelkit.measured"


def remember_server_span(span: Span, scope: Scope) -> None:
    """Keep the request's span in its scope (the official instrumentation calls this for each request)."""
    scope[_SPAN] = span
    _response_size.set(None)


def around(stack: ASGIApp, *, response_headers: bool) -> ASGIApp:
    """Return ``stack``, as the official instrumentation built it, with our layers and corrections.

    Args:
        stack: what ``build_middleware_stack`` returned.
        response_headers: whether responses name their trace.
    """
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    official = getattr(stack, "app", None)
    if isinstance(official, OpenTelemetryMiddleware):
        _correct(cast("Any", official))
    return _TraceHeaders(stack) if response_headers else stack


def _correct(official: Any) -> None:
    name_of: Callable[[Any], tuple[str, dict[str, Any]]] = official.default_span_details

    def name_and_route(scope: Any) -> tuple[str, dict[str, Any]]:
        name, attributes = name_of(scope)
        # A route by host name has no template, and upstream reports the raw path in its place: one series per path.
        # (open-telemetry/opentelemetry-python-contrib, `_get_route_details`)
        if attributes.get("http.route") == scope.get("path") and not _has_template(scope):
            return str(scope.get("method", "HTTP")), {}
        return name, attributes

    official.default_span_details = name_and_route
    official.app = _UnhandledExceptions(official.app)


class _TraceHeaders:
    """Names the trace in the response: ``traceresponse`` for programs, ``X-Trace-Id`` for people."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                with guarded("integrations.asgi.headers"):
                    message["headers"] = [*message.get("headers", ()), *_headers(scope)]
            await send(message)

        await self.app(scope, receive, send_named)


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    span: Span | None = scope.get(_SPAN)
    context = None if span is None else span.get_span_context()
    if context is None or not context.is_valid:
        return []
    trace_id = trace.format_trace_id(context.trace_id)
    response = f"00-{trace_id}-{trace.format_span_id(context.span_id)}-{context.trace_flags:02x}"
    return [(b"traceresponse", response.encode()), (b"x-trace-id", trace_id.encode())]


class _UnhandledExceptions:
    """Logs an exception that no handler caught, where its span is still current, and counts it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            with guarded("integrations.asgi.exception"):
                route = getattr(scope.get("route"), "path", None)
                if first_seen(error, call_id=None, outer_id=None):
                    ErrorMetrics().record(error, component="http.server")
                log_exception_once(
                    error,
                    logger_name="otelkit.http",
                    message=f"{scope.get('method', scope['type'])} {route or 'request'} failed",
                    fields={} if route is None else {"http.route": str(route)},
                )
            raise


def _has_template(scope: Scope) -> bool:
    """Return whether some route of the application has the request's path as its very template (``/checkout``)."""
    return any(getattr(route, "path", None) == scope.get("path") for route in _flat_routes(scope))


def _flat_routes(scope: Scope) -> list[object]:
    routes: list[object] = list(scope["app"].routes)
    try:
        from fastapi.routing import iter_route_contexts
    except ImportError:  # FastAPI before 0.137.2 keeps included routes flat
        return routes
    return [*routes, *iter_route_contexts(scope["app"].routes)]


# The official middleware keeps the size of a response on itself, where concurrent requests overwrite each other's.
_response_size: ContextVar[int | None] = ContextVar("otelkit_response_size", default=None)


class _SizeOfThisResponse:
    """A descriptor that keeps ``content_length_header`` per request."""

    def __get__(self, instance: object, owner: type | None = None) -> int | None:
        return _response_size.get()

    def __set__(self, instance: object, value: int | None) -> None:
        _response_size.set(value)


class _Corrections:
    """How many instrumented applications rely on the corrected official middleware."""

    users = 0
    original_call: Callable[..., Awaitable[None]] | None = None


def measure_each_request_once() -> None:
    """Have the official middleware pass on a request that an outer one of its kind already measures."""
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    _Corrections.users += 1
    if _Corrections.original_call is not None:
        return
    official: Any = OpenTelemetryMiddleware
    original = official.__call__
    _Corrections.original_call = original

    async def call_once(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if scope.get(_MEASURED):
            await self.app(scope, receive, send)
            return
        scope[_MEASURED] = True
        await original(self, scope, receive, send)

    official.__call__ = call_once
    official.content_length_header = _SizeOfThisResponse()


def measure_as_before() -> None:
    """Undo `measure_each_request_once` when the last application is no longer instrumented."""
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    _Corrections.users -= 1
    if _Corrections.users or _Corrections.original_call is None:
        return
    official: Any = OpenTelemetryMiddleware
    official.__call__ = _Corrections.original_call
    _Corrections.original_call = None
    del official.content_length_header
