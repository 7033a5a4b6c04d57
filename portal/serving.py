"""How a request comes in: whole before it is worked on, and not for ever; a slow sender holds up nobody else (row 80).

gunicorn's threaded worker gives a thread to a connection from its first byte to its last. Here most threads only wait
for requests to arrive; a request takes one of the few places to work in when it has arrived whole.
"""

from __future__ import annotations

import io
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

RECEIVING = 64
"""How many requests of one worker may be arriving or worked on at once."""
SLOWEST = 16 * 1024
"""Bytes a second that a request must bring on the average to be waited for longer."""
MOMENT = 0.0002
"""Seconds that a worker leaves a new connection to the others, for each that it has."""
KEPT_IN_MEMORY = 512 * 1024
LARGEST = 64 * 1024 * 1024
"""Of a body no more is taken in; the portal's own limits are smaller and speak in words."""


class Sender(socket.socket):
    """A client's connection that counts as ended when a request does not arrive in time."""

    patience = 20.0
    """Seconds that a request may take to arrive, before its pace is looked at."""
    began: float | None = None
    brought = 0

    def begin(self) -> None:
        """A request begins to arrive now."""
        self.began, self.brought = time.monotonic(), 0

    @property
    def left(self) -> float:
        """Seconds that the request still has."""
        assert self.began is not None
        return self.began + self.patience + self.brought / SLOWEST - time.monotonic()

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """What has come in; nothing, as at the end of a connection, when the time is over."""
        if self.began is None:
            return super().recv(bufsize, flags)
        if self.left <= 0:
            return b""
        self.settimeout(self.left)
        try:
            piece = super().recv(bufsize, flags)
        except TimeoutError:
            return b""
        finally:
            self.settimeout(None)
        self.brought += len(piece)
        return piece


class Arrived(io.RawIOBase):
    """A request's body as far as it was taken in: its beginning in memory, and what is beyond that on the disk."""

    def __init__(self) -> None:
        self.size = 0
        self.has_room = True
        """Whether the disk took everything (row 110)."""
        self._memory, self._left = io.BytesIO(), io.BytesIO()
        self._disk: IO[bytes] | None = None
        self._parts: list[Any] = []

    def take(self, piece: bytes) -> None:
        """The piece comes next, whether or not the disk has room for it."""
        self.size += len(piece)
        if self.size <= KEPT_IN_MEMORY:
            self._memory.write(piece)
            return
        try:
            if self._disk is None:
                self._disk = tempfile.TemporaryFile(buffering=0)  # what it has written, it has written
            while piece:
                piece = piece[self._disk.write(piece) :]
        except OSError:
            self.has_room = False
            self._left.write(piece)

    def opened(self, rest: Any) -> io.BufferedReader:
        """What was taken in, from its beginning, and then what is still to come of `rest`."""
        self._parts = [part for part in (self._memory, self._disk, self._left) if part is not None]
        for part in self._parts:
            part.seek(0)
        self._parts.append(rest)
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """So many bytes of the body come next; none at its end."""
        while self._parts:
            if piece := self._parts[0].read(len(buffer)):
                buffer[: len(piece)] = piece
                return len(piece)
            del self._parts[0]
        return 0

    def close(self) -> None:
        """Nothing of it is left."""
        if self._disk is not None:
            self._disk.close()
        super().close()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker with `--threads` places to work in and many more threads to receive in."""

    sender = Sender

    def get_thread_pool(self) -> Any:
        """Threads enough that slow senders leave some to the others."""
        self.places = threading.BoundedSemaphore(self.cfg.threads)
        return ThreadPoolExecutor(max(RECEIVING, self.cfg.threads))

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection in, unless a worker with fewer of them does so within a moment: else one worker can get
        all the connections of a busy minute, and the other looks on."""
        time.sleep(MOMENT * min(self.nr_conns, 8))
        super().accept(listener)

    def handle(self, conn: TConn) -> Any:
        """Receive a request and answer it."""
        if not isinstance(conn.sock, Sender):
            conn.sock = self.sender(fileno=conn.sock.detach())
        conn.sock.begin()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request once it is here whole; 408 if it does not come. Where the disk has no room for it, it is
        worked on as it comes, so that there is an answer (row 110)."""
        if any(name == "EXPECT" and said.lower() == "100-continue" for name, said in req.headers):
            conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            req.headers = [(name, said) for name, said in req.headers if name != "EXPECT"]
        with Arrived() as whole:
            while whole.has_room and whole.size < LARGEST and (piece := req.body.read(64 * 1024)):
                whole.take(piece)
            if conn.sock.left <= 0:
                util.write_error(conn.sock, 408, "Request Timeout", "The request did not arrive in time.")
                return False
            req.must_close = whole.size >= LARGEST or not whole.has_room
            if whole.has_room:
                conn.sock.began = None  # else the rest comes while we work, and its pace is still looked at
            rest, req.body = req.body, whole.opened(io.BytesIO() if whole.has_room else req.body)
            try:
                with self.places:
                    return super().handle_request(req, conn)
            finally:
                req.body = rest  # gunicorn looks whether anything of it is left before the next request
