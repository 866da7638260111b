"""FastAPI: the official instrumentation with otelkit's defaults, undone by the handle that it returns.

What an ASGI layer of ours does around it is in `asgi_layers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from otelkit.integrations import asgi_layers, semantic_conventions
from otelkit.integrations.missing import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from fastapi import FastAPI
    from starlette.types import ASGIApp

PROBES = (r"/(?:healthz?|health/(?:live|ready|startup)|livez?|readyz?|startupz?|metrics)/?$",)
"""Paths that machines ask many times a minute, as regular expressions: no spans and no measurements of them."""

_HANDLE = "_otelkit_instrumented"


class Instrumentation:
    """What `instrument_fastapi` returns: undo it with `undo`, or use it as a context manager."""

    def __init__(self, undo: Callable[[], None]) -> None:
        self._undo: Callable[[], None] | None = undo

    def undo(self) -> None:
        """Take the instrumentation off again; a second call does nothing."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Undo."""
        self.undo()


def instrument_fastapi(
    app: FastAPI, *, excluded_urls: Sequence[str] = PROBES, response_headers: bool = True
) -> Instrumentation:
    """Give every request of ``app`` a span, the HTTP server metrics, and headers that name its trace.

    Stable HTTP conventions: ``http.server.request.duration`` and the sizes of bodies by method, route template, status
    and ``error.type``, and ``http.server.active_requests``. An exception that no handler caught is logged once, with
    its trace. Requests to probes and ``/metrics`` are left out. An application that is instrumented twice, by whomever,
    still measures each request once.

    Args:
        app: the application; before or after its routes are added, and also while it runs.
        excluded_urls: regular expressions; a request whose URL (without the query) one of them finds is left out.
        response_headers: whether responses carry ``traceresponse`` (W3C Trace Context Level 2) and ``X-Trace-Id``.

    Returns:
        a handle whose ``undo()`` takes the instrumentation off.

    Raises:
        MissingExtraError: when ``otelkit[fastapi]`` is not installed.

    Example:
        >>> import otelkit
        >>> from fastapi import FastAPI
        >>> app = FastAPI()
        >>> handle = otelkit.instrument_fastapi(app)
        >>> handle.undo()

    """
    try:
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    except ImportError as error:
        raise MissingExtraError("instrument_fastapi", "fastapi") from error

    earlier = getattr(app, _HANDLE, None)
    if isinstance(earlier, Instrumentation):
        return earlier
    semantic_conventions.opt_in()
    asgi_layers.measure_each_request_once()
    is_ours = not getattr(app, "_is_instrumented_by_opentelemetry", False)
    if is_ours:
        FastAPIInstrumentor.instrument_app(
            app,
            excluded_urls=",".join(excluded_urls),
            exclude_spans=["receive", "send"],
            server_request_hook=asgi_layers.remember_server_span,
        )
    build_instrumented = app.build_middleware_stack

    def build_middleware_stack() -> ASGIApp:
        return asgi_layers.around(build_instrumented(), response_headers=response_headers)

    _replace_stack(app, build_middleware_stack)

    def undo() -> None:
        delattr(app, _HANDLE)
        _replace_stack(app, build_instrumented)
        if is_ours:
            FastAPIInstrumentor.uninstrument_app(app)
            # The official way back builds the stack at once, after which no middleware could be added any more.
            app.middleware_stack = None
        asgi_layers.measure_as_before()

    handle = Instrumentation(undo)
    setattr(app, _HANDLE, handle)
    return handle


def _replace_stack(app: FastAPI, build: Callable[[], ASGIApp]) -> None:
    app.build_middleware_stack = build  # type: ignore[method-assign]  # the official instrumentation works the same way
    # An application that has served a request keeps its stack; None makes it build a new one for the next request.
    app.middleware_stack = None
