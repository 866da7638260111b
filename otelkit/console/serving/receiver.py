"""The OTLP/HTTP endpoints: bodies are read up to a limit and handed to the intake, a few at a time.

What a body holds is judged in ``otelkit.console.intake``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from otelkit.console.receiving.parsing import Encoding, encoding_of
from otelkit.console.receiving.replies import Reply, refused
from otelkit.console.receiving.unpacking import MAX_BODY
from otelkit.console.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from otelkit.console.intake import Intake, Signal

_AT_ONCE: Final = 2
"""Bodies that are parsed at the same time: each may take many times its size while it is."""

_SIGNALS: Final[tuple[Signal, ...]] = ("traces", "metrics", "logs")


def receiver_routes(intake: Intake) -> list[Route]:
    """Give the routes ``/v1/traces``, ``/v1/metrics`` and ``/v1/logs``."""
    threads = anyio.CapacityLimiter(_AT_ONCE)
    return [Route(f"/v1/{signal}", _receiving(intake, signal, threads), methods=["POST"]) for signal in _SIGNALS]


def _receiving(
    intake: Intake, signal: Signal, threads: anyio.CapacityLimiter
) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        content_encoding = request.headers.get("content-encoding", "")
        try:
            body = await _body(request)
        except Refusal as refusal:
            reply = refused(refusal, _encoding(content_type))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        else:

            def take() -> Reply:
                return intake.take(signal, body, content_type=content_type, content_encoding=content_encoding)

            reply = await anyio.to_thread.run_sync(take, limiter=threads)
        return Response(reply.body, reply.status, media_type=reply.media_type)

    return receive


async def _body(request: Request) -> bytes:
    """Read the body, giving up as soon as it is known to be too large."""
    refusal = Refusal(413, f"the body is larger than {MAX_BODY} bytes; send smaller batches")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY:
        raise refusal
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise refusal
    return bytes(body)


def _encoding(content_type: str) -> Encoding:
    try:
        return encoding_of(content_type)
    except Refusal:
        return Encoding.JSON
