"""What stands before every request: only Hosts that are this console's, and headers that keep browsers strict.

A page of the internet could otherwise reach the loopback address under a name of its own (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import json
import logging
import socket
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_logger = logging.getLogger("otelkit.console")

_HEADERS: Final = {
    # scripts and styles from files of this origin only: nothing inline, nothing from elsewhere, no framing
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def allowed_hosts(bound: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Give the names under which the console answers.

    Args:
        bound: the address it listens on.
        more: names that the user added.

    Example:
        >>> sorted(allowed_hosts("127.0.0.1", ["console.test"]))
        ['127.0.0.1', '::1', 'console.test', 'localhost']
    """
    names = {bound, *more}
    if is_wildcard(bound):
        names.add(socket.gethostname())
    return frozenset(name.lower() for name in names) | _LOOPBACK


def is_wildcard(bound: str) -> bool:
    """Tell whether an address means all addresses of the machine."""
    try:
        return ipaddress.ip_address(bound).is_unspecified
    except ValueError:
        return False


class Guard:
    """An ASGI layer: refuses foreign Hosts, adds the headers, and turns a fault of the console into a plain answer.

    Args:
        app: what it stands before.
        hosts: the names under which the console answers.
        any_address: also answer to any literal IP address, for a console that listens on all of them. That is safe:
            a rebinding attack needs a name.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str], any_address: bool) -> None:
        self._app = app
        self._hosts = hosts
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        if scope["type"] != "http":
            raise RuntimeError(f"the console speaks HTTP only, not {scope['type']}")
        host = _host(Headers(scope=scope).get("host", ""))
        if not self._is_ours(host):
            text = f"{host[:200]!r} is not a name of this console; start it with --allow-host to add one"
            await _error(421, text)(scope, receive, send_guarded)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except Exception:
            _logger.exception("the console failed to answer %s %s", scope["method"], scope["path"])
            if started:
                raise
            await _error(500, "the console failed; its log says why")(scope, receive, send_guarded)

    def _is_ours(self, host: str) -> bool:
        if host in self._hosts:
            return True
        if not self._any_address:
            return False
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True


def _host(header: str) -> str:
    """Give the name or address of a Host header, without port and brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _error(status: int, text: str) -> Response:
    return Response(json.dumps({"error": text}), status, media_type="application/json")
