"""The console as a running server: in a thread of any process, or as the ``otelkit console`` command.

What it answers is composed in ``otelkit.console.serving``.
"""

from __future__ import annotations

import errno
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

try:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    from otelkit.console.serving.application import application
    from otelkit.console.serving.page import PAGE_DIRECTORY
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"the console needs {missing.name}, which is not installed: pip install 'otelkit[console]'", name=missing.name
    ) from missing

from opentelemetry import context

from otelkit.console.store.database import Database
from otelkit.console.store.recorder import Recorder
from otelkit.console.store.retention import DEFAULT_KEEP, DEFAULT_MAX_BYTES, Limits

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 4318
"""The port of OTLP/HTTP, to which every SDK sends unless told otherwise."""

_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 2
_MAX_CONNECTIONS: Final = 500


class ConsoleStartError(Exception):
    """The console cannot listen where it was told to; the text says why and what to do."""


class ConsoleServer:
    """A console that runs in a thread of this process until it is stopped.

    Nothing of it is traced or logged by instrumentation in the same process, and no logging is configured.

    Args:
        host: the address to listen on; this machine only, unless told otherwise.
        port: the port; 0 takes a free one, which `url` then names.
        database: the SQLite file; None keeps everything in a temporary file that goes away with the server.
        keep: the most spans, and as many log records, data points and exemplars; the oldest go first.
        max_bytes: the most bytes in use in the database file.
        allow_hosts: names in a request's Host header that are accepted besides those of loopback and `host`.
        page: the directory of the built page.

    Raises:
        UnusableDatabaseError: the database file cannot serve.
        ValueError: `keep` or `max_bytes` is below 1.

    Example:
        >>> with ConsoleServer(port=0) as console:
        ...     console.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(
        self,
        *,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        database: Path | None = None,
        keep: int = DEFAULT_KEEP,
        max_bytes: int = DEFAULT_MAX_BYTES,
        allow_hosts: Iterable[str] = (),
        page: Path = PAGE_DIRECTORY,
    ) -> None:
        limits = Limits(keep, max_bytes)
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._database = Database(database)
        self._recorder = Recorder(self._database, limits)
        app = application(self._database, self._recorder, host=host, more_hosts=allow_hosts, page=page)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=_QuietProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MAX_CONNECTIONS,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )

    @property
    def url(self) -> str:
        """Where it is: the page, the API, and the endpoint for an OTLP/HTTP exporter."""
        if self._socket is None:
            raise RuntimeError("the console was not started")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._thread is not None and self._thread.is_alive() and self._server.started

    def start(self) -> Self:
        """Listen, and give the server back once it answers.

        Raises:
            ConsoleStartError: the port is taken, or the address is not one of this machine.
        """
        if self._thread is not None:
            raise RuntimeError("the console was started already; make a new one")
        try:
            self._socket = _listening(self._host, self._port)
        except ConsoleStartError:
            self._database.close()
            raise
        self._port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="otelkit-console", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise ConsoleStartError("the console's server did not start; the log says why")
            time.sleep(0.002)
        return self

    def clear(self) -> None:
        """Remove everything that was received, say between two tests."""
        self._recorder.clear()

    def stop(self) -> None:
        """Answer what is under way, for two seconds at most, then close the database. Stopping again does nothing."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(2 * _STOP_SECONDS + 1)
        if self._socket is not None:
            self._socket.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        assert self._socket is not None  # noqa: S101 - `start` made it
        # what instrumentation of this process looks for: the console's own doings are no telemetry
        context.attach(context.set_value("suppress_instrumentation", value=True))
        self._server.run(sockets=[self._socket])


def run_console(
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    database: Path | None = None,
    keep: int = DEFAULT_KEEP,
    max_bytes: int = DEFAULT_MAX_BYTES,
    allow_hosts: Iterable[str] = (),
) -> int:
    """Run a console until SIGINT or SIGTERM, which end it cleanly. Call it in the main thread.

    Args:
        host: see ``ConsoleServer``, as for the others.
        port: the port; 0 takes a free one, which is printed.
        database: the SQLite file; None for a temporary one.
        keep: the most of each kind of record.
        max_bytes: the most bytes in the file.
        allow_hosts: further names under which it answers.

    Returns:
        0 after a signal, 1 when the server ended by itself.

    Raises:
        ConsoleStartError: it cannot listen there.
        UnusableDatabaseError: the database file cannot serve.
    """
    endings = {signal.SIGINT, signal.SIGTERM}
    # blocked in all threads and waited for here: no handler can interrupt a thread that holds a lock
    before = signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    try:
        server = ConsoleServer(
            host=host, port=port, database=database, keep=keep, max_bytes=max_bytes, allow_hosts=allow_hosts
        )
        with server:
            kept = f"kept in {database}" if database else "kept until it ends"
            sys.stdout.write(
                f"otelkit console: {server.url}  (the page, and the OTLP/HTTP endpoint; {kept})\n"
                f"send to it with OTEL_EXPORTER_OTLP_ENDPOINT={server.url}\n"
                "Ctrl-C ends it\n"
            )
            sys.stdout.flush()
            while server.running:
                if signal.sigtimedwait(endings, 0.5) is not None:
                    return 0
        return 1
    finally:
        while signal.sigtimedwait(endings, 0) is not None:
            pass  # an impatient second Ctrl-C: it ends already
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _QuietProtocol(H11Protocol):
    """Writes no access lines, whatever the process has set up for uvicorn's loggers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent
        super().connection_made(transport)
        self.access_log = False


def _listening(host: str, port: int) -> socket.socket:
    """Give a socket bound to the address; uvicorn makes it listen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            # before uvicorn does: two sockets may be bound to one port, only one may listen
            bound.listen()
        except BaseException:
            bound.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConsoleStartError(
                f"port {port} of {host} is in use: another console or a collector? Choose another with --port, "
                "or --port 0 for a free one"
            ) from error
        raise ConsoleStartError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return bound
