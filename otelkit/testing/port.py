"""A loopback TCP port whose owner can refuse, hang or cut connections at will, and come back on the same number.

It knows sockets and threads; what is said over a connection is the business of its owner, `sink.py`.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otelkit.testing.behaviours import Answer

PortState: TypeAlias = Literal["open", "refusing", "frozen"]

_HOST: Final = "127.0.0.1"
_LARGEST_HEAD: Final = 64 * 1024
_BACKLOG: Final = 128
_JOIN_SECONDS: Final = 5.0


class Connection:
    """One accepted connection: blocking reads and writes that `cut` ends from another thread."""

    def __init__(self, accepted: socket.socket) -> None:
        self._socket = accepted
        self._unread = b""
        self._cut = threading.Event()

    def read_head(self) -> bytes | None:
        """The next request's head without its closing empty line; None when the client has hung up.

        Raises:
            ValueError: the head is longer than 64 KiB.
        """
        while b"\r\n\r\n" not in self._unread:
            if len(self._unread) > _LARGEST_HEAD:
                raise ValueError("the request head is too long")
            received = self._socket.recv(65536)
            if not received:
                return None
            self._unread += received
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        return head

    def read_body(self, headers: Mapping[str, str]) -> bytes:
        """The body that these headers announce.

        Raises:
            ConnectionError: the client hung up in the middle.
            ValueError: a length that is no number.
        """
        if headers.get("expect", "").lower() == "100-continue":
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(headers.get("content-length", "0"))
        if length < 0:
            raise ValueError(f"a body of {length} bytes")
        return self._read_exactly(length)

    def send(self, answer: Answer) -> bool:
        """Send an answer; whether the connection can be used again."""
        if answer.after and self._cut.wait(answer.after):
            return False
        if answer.seconds_per_byte:
            for position in range(len(answer.payload)):
                self._socket.sendall(answer.payload[position : position + 1])
                if self._cut.wait(answer.seconds_per_byte):
                    return False
        else:
            self._socket.sendall(answer.payload)
        if answer.then == "reset":
            self.reset_when_closed()
        return answer.then == "keep"

    def wait_for_hangup(self) -> None:
        """Say nothing until the client gives up or the connection is cut."""
        while self._socket.recv(65536):
            pass

    def reset_when_closed(self) -> None:
        """Have `close` end the connection with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def cut(self, *, reset: bool) -> None:
        """End whatever the connection's thread is waiting for; with `reset` the client sees RST."""
        self._cut.set()
        with contextlib.suppress(OSError):  # the client may be gone already
            if reset:
                self.reset_when_closed()
            # Closing here would not wake a thread that is blocked in recv or send.
            self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def was_cut(self) -> bool:
        """Whether `cut` was called."""
        return self._cut.is_set()

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def _read_exactly(self, size: int) -> bytes:
        pieces = [self._unread]
        missing = size - len(self._unread)
        while missing > 0:
            received = self._socket.recv(min(missing, 1 << 20))
            if not received:
                raise ConnectionError("the client hung up in the middle of a request")
            pieces.append(received)
            missing -= len(received)
        whole = b"".join(pieces)
        self._unread = whole[size:]
        return whole[:size]

    def _read_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\r\n"):
            line += self._read_exactly(1)
        return line[:-2]

    def _read_chunks(self) -> bytes:
        chunks: list[bytes] = []
        while size := int(self._read_line().partition(b";")[0], 16):
            chunks.append(self._read_exactly(size))
            self._read_exactly(2)
        while self._read_line():  # trailers
            pass
        return b"".join(chunks)


class Port:
    """A free loopback port, one thread that accepts and one per connection.

    Args:
        serve: called in a connection's own thread; the connection is closed when it returns.
        on_error: told of anything raised by `serve` that is not the client's hanging up.
    """

    def __init__(self, serve: Callable[[Connection], None], on_error: Callable[[BaseException], None]) -> None:
        self._serve = serve
        self._on_error = on_error
        # Bound but never listening: keeps the number ours while connections are refused.
        self._reservation = _bound_socket(0)
        self.number: int = self._reservation.getsockname()[1]
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._connections_made = 0
        self._fillers: dict[tuple[str, int], socket.socket] = {}
        self._listener: socket.socket | None = None
        self._state: PortState = "refusing"
        self._thawed = threading.Event()
        self._thawed.set()
        self._commands: SimpleQueue[tuple[PortState | None, Future[None]]] = SimpleQueue()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="otelkit-sink-port", daemon=True)
        self._acceptor.start()
        self.set_state("open")

    @property
    def connections_made(self) -> int:
        """How many connections were accepted so far."""
        with self._lock:
            return self._connections_made

    def set_state(self, state: PortState) -> None:
        """Open, refuse or freeze; holds from the moment it returns.

        Raises:
            OSError: the port could not be opened again.
        """
        if state == "refusing":
            self._cut_all(reset=True)  # before, so that a request kept waiting by a freeze is not answered on the way
        self._command(state)
        if state == "refusing":
            self._cut_all(reset=True)

    def wait_while_frozen(self, connection: Connection) -> bool:
        """Block a connection's thread while the port is frozen; false when the connection was cut meanwhile."""
        self._thawed.wait()
        return not connection.was_cut

    def close(self) -> None:
        """Free the port and end every connection and thread, in bounded time.

        Raises:
            RuntimeError: a connection's thread did not end, because the code that chooses an answer hangs.
        """
        if not self._acceptor.is_alive():
            return
        self._cut_all(reset=False)
        self._command(None)
        self._acceptor.join(_JOIN_SECONDS)
        with self._lock:
            threads = list(self._connections.values())
        self._cut_all(reset=False)
        for thread in threads:
            thread.join(_JOIN_SECONDS)
        self._wake_receiver.close()
        self._wake_sender.close()
        self._reservation.close()
        if any(thread.is_alive() for thread in threads):
            raise RuntimeError("a thread of the sink is still busy: does a function given to behave() block?")

    def _command(self, state: PortState | None) -> None:
        done: Future[None] = Future()
        self._commands.put((state, done))
        self._wake_sender.send(b"!")
        done.result(_JOIN_SECONDS)

    def _cut_all(self, *, reset: bool) -> None:
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.cut(reset=reset)

    # What follows runs in the accepting thread, the only owner of the listener.

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_receiver, selectors.EVENT_READ)
            watched: socket.socket | None = None
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._listener and self._state == "open":
                        self._accept_one()
                    elif key.fileobj is self._wake_receiver:
                        self._wake_receiver.recv(1)
                        if not self._obey():
                            return
                        wanted = self._listener if self._state == "open" else None
                        if watched is not wanted:
                            if watched is not None:
                                selector.unregister(watched)
                            if wanted is not None:
                                selector.register(wanted, selectors.EVENT_READ)
                            watched = wanted

    def _obey(self) -> bool:
        state, done = self._commands.get()
        try:
            self._change_to(state or "refusing")
        except OSError as error:
            done.set_exception(error)
        else:
            done.set_result(None)
        return state is not None

    def _change_to(self, state: PortState) -> None:
        if state == self._state:
            return
        if self._state == "frozen":
            for filler in self._fillers.values():
                filler.close()
        if state == "refusing" and self._listener is not None:
            # Ends the listening even where a forked child still holds the descriptor.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if state != "refusing" and self._listener is None:
            self._listener = _bound_socket(self.number)
        if state == "open" and self._listener is not None:
            self._listener.listen(_BACKLOG)
            self._listener.settimeout(0)
        if state == "frozen" and self._listener is not None:
            self._listener.listen(0)
            self._fill_backlog()
        self._state = state
        if state == "frozen":
            self._thawed.clear()
        else:
            self._thawed.set()

    def _fill_backlog(self) -> None:
        """Take the places in the queue, so that the kernel answers nobody else's attempt."""
        for _ in range(_BACKLOG + 2):
            filler = socket.socket()
            filler.settimeout(0.1)
            try:
                filler.connect((_HOST, self.number))
            except TimeoutError:
                filler.close()
                return
            self._fillers[filler.getsockname()] = filler
        raise OSError("could not fill the backlog of the sink's port")

    def _accept_one(self) -> None:
        if self._listener is None:
            return
        try:
            accepted, address = self._listener.accept()
        except BlockingIOError:  # the client was gone before its turn came
            return
        accepted.settimeout(None)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._fillers.pop(address, None) is not None:
            accepted.close()
            return
        connection = Connection(accepted)
        thread = threading.Thread(target=self._run, args=(connection,), name="otelkit-sink-connection", daemon=True)
        with self._lock:
            self._connections[connection] = thread
            self._connections_made += 1
        thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            self._serve(connection)
        except OSError:  # the client hung up, or the connection was cut: both are everyday life here
            pass
        except Exception as error:  # noqa: BLE001 # given to the test that uses the sink
            self._on_error(error)
        finally:
            connection.close()
            with self._lock:
                del self._connections[connection]


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket()
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((_HOST, port))
    except OSError:
        bound.close()
        raise
    return bound
