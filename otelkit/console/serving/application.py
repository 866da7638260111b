"""The console's ASGI application, composed of its parts.

It is a router and not a ``Starlette`` object on purpose: instrumentation of that class in the same process must not
trace the console, whose own traces would then arrive at itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from otelkit.console.intake import Intake
from otelkit.console.serving.api import api_routes
from otelkit.console.serving.guard import Guard, allowed_hosts, is_wildcard
from otelkit.console.serving.page import PAGE_DIRECTORY, Page
from otelkit.console.serving.receiver import receiver_routes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.requests import Request

    from otelkit.console.store.database import Database
    from otelkit.console.store.recorder import Recorder


def application(
    database: Database,
    recorder: Recorder,
    *,
    host: str,
    more_hosts: Iterable[str] = (),
    page: Path = PAGE_DIRECTORY,
) -> Guard:
    """Give the application.

    Args:
        database: what the API reads.
        recorder: where received data goes.
        host: the address that the server listens on.
        more_hosts: further names under which it answers.
        page: the directory of the built page.
    """
    routes = [
        *receiver_routes(Intake(recorder)),
        *api_routes(database),
        Route("/healthz", _healthy, methods=["GET"]),
    ]
    router = Router(routes, redirect_slashes=False, default=Page(page))
    return Guard(router, hosts=allowed_hosts(host, more_hosts), any_address=is_wildcard(host))


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n")
