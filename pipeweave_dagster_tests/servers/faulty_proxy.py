"""A TCP proxy that refuses, resets, delays, cuts or answers 503, so that a real server seems to."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

_CHUNK = 1 << 16
_RESET = struct.pack("ii", 1, 0)
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class FaultyProxy:
    """Passes connections on to a server until a fault is set.

    Faults: `refuse` (nobody listens), `reset` (connections are reset), `silent` (accepts, and never
    answers), `busy` (HTTP 503), `slow` (each piece is delayed), `cut` (the connection ends within
    an answer of more than `after` bytes) and `deaf` (requests arrive, their answers do not).

    Args:
        host: The server.
        port: Its port.
        listen: The port of the proxy; 0 for any.
    """

    def __init__(self, host: str, port: int, listen: int = 0) -> None:
        self._server = (host, port)
        self.fault = ""
        self.delay_s, self.after, self.times = 0.5, 1000, 1 << 30
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = self._listen(listen)

    @contextlib.contextmanager
    def failing(self, fault: str, *, times: int = 1 << 30, after: int = 1000) -> Iterator[None]:
        """Have a fault within the block, for at most so many connections or answers."""
        self.times, self.after, self.fault = times, after, fault
        if fault == "refuse":
            self._close_listener()
        self._reset_all()
        try:
            yield
        finally:
            self.fault = ""
            self._reset_all()
            if self._listener is None:
                self._listen(self.port)

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._close_listener()
        self._reset_all()

    def _listen(self, port: int) -> int:
        self._listener = listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _close_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _happens(self, *faults: str) -> bool:
        if self.fault not in faults or self.times <= 0:
            return False
        self.times -= 1
        return True

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        try:
            if self._happens("reset"):
                return _reset(client)
            if self._happens("busy"):
                client.recv(_CHUNK)
                client.sendall(_BUSY)
                return client.close()
            if self.fault == "silent":
                return None
            server = socket.create_connection(self._server, timeout=10)
            server.settimeout(None)
        except OSError:
            return _reset(client)
        self._open.add(server)
        threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
        return self._pass(server, client, answers=True)

    def _pass(self, source: socket.socket, target: socket.socket, *, answers: bool = False) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.fault == "slow":
                    time.sleep(self.delay_s)
                passed += len(data)
                if answers and self._happens("deaf"):
                    break
                if answers and passed > self.after and self._happens("cut"):
                    target.sendall(data[: len(data) // 2])
                    break
                target.sendall(data)
        self._open -= {source, target}
        for end in (source, target):
            _reset(end) if self.fault else end.close()

    def _reset_all(self) -> None:
        for connection in list(self._open):
            self._open.discard(connection)
            _reset(connection)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.shutdown(socket.SHUT_RD)  # wakes a thread that reads
    connection.close()
