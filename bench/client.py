"""What asks the servers: a browser that signs in, and a driver that sends many requests and takes the time."""

from __future__ import annotations

import html
import http.client
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_HIDDEN = re.compile(r'<input\b(?=[^>]*type="hidden")(?=[^>]*name="([^"]*)")[^>]*?value="([^"]*)"')


class Refused(Exception):
    """A server answered otherwise than it was to; the measurement would mean nothing."""


class Browser:
    """One person at one server: keeps the cookies and knows the hidden fields of the last page."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.page = b""

    @property
    def cookie(self) -> str:
        """The cookies as a request sends them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> int:
        """The status of `path`; its body stays in `page`."""
        return self._ask("GET", path, b"", {})

    def post(self, path: str, **fields: str) -> int:
        """The status of `path`, sent the fields and the hidden ones of the last page."""
        return self._ask("POST", path, urlencode(self.hidden | fields).encode(), _FORM)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"Host": f"localhost:{self.port}", "Accept-Language": "ja", **headers}
            connection.request(method, path, body, sent | ({"Cookie": self.cookie} if self.cookies else {}))
            answer = connection.getresponse()
            self.page = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.headers = dict(answer.headers)
        found = _HIDDEN.findall(self.page.decode("utf-8", "replace"))
        self.hidden = {name: html.unescape(value) for name, value in found if name in {"csrf_token", "once"}}
        return answer.status


@dataclass(frozen=True)
class Ask:
    """A request as it goes over the wire, and the status it is to be answered with."""

    data: bytes
    status: int

    @classmethod
    def get(cls, port: int, path: str, cookie: str) -> Ask:
        """A page."""
        return cls(_head("GET", port, path, cookie) + b"\r\n", 200)

    @classmethod
    def post(cls, port: int, path: str, cookie: str, **fields: str) -> Ask:
        """A form that was filled in; it leads on to another page."""
        body = urlencode(fields).encode()
        head = _head("POST", port, path, cookie)
        head += f"Content-Type: {_FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        return cls(head + body, 303)


def _head(method: str, port: int, path: str, cookie: str) -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Language: ja\r\nCookie: {cookie}\r\n"
    )
    return lines.encode()


@dataclass
class Run:
    """What one go of the driver took."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The latency in seconds that this share of the requests did not exceed."""
        return quantile(self.latencies, share)


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


RENEWED_AFTER = 10
"""Answers on one connection: which of the workers gets it is chance, and no run is to be decided by a few such chances."""


class _Line:
    """One connection, kept alive for a while, with the answer that is under way on it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        """A new connection."""
        self.answers = 0
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, ask: Ask) -> None:
        """The request is on its way."""
        self.ask, self.got, self.wanted, self.closes = ask, b"", -1, False
        self.began = time.perf_counter()
        self.socket.sendall(ask.data)

    def receive(self) -> bool:
        """Whether the answer is whole now."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise Refused(f"the connection ended in {self.got[:200]!r}")
        self.got += part
        if self.wanted < 0:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self.got[:end].lower()
            status = int(head[9:12])
            if status != self.ask.status:
                raise Refused(
                    f"{status} instead of {self.ask.status}: {self.ask.data[:120]!r} {self.got[:2000]!r}"
                )
            found = re.search(rb"content-length: (\d+)", head)
            if found is None:
                raise Refused("an answer without its length")
            self.wanted = end + 4 + int(found[1])
            self.answers += 1
            self.closes = b"connection: close" in head or self.answers >= RENEWED_AFTER
        return len(self.got) >= self.wanted


def drive(port: int, asks: Iterator[Ask], *, connections: int, seconds: float = 3600.0) -> Run:
    """Each of the connections sends the next request as soon as its last one is answered, until the time is
    over or there are no more requests."""
    lines = [_Line(port) for _ in range(connections)]
    run = Run(0.0)
    began = time.perf_counter()
    with selectors.DefaultSelector() as ready:
        for line in lines:
            if (ask := next(asks, None)) is not None:
                line.send(ask)
                ready.register(line.socket, selectors.EVENT_READ, line)
        while ready.get_map():
            events = ready.select(60)
            if not events:
                raise Refused("no answer for a minute")
            for key, _ in events:
                line = key.data
                if not line.receive():
                    continue
                now = time.perf_counter()
                run.latencies.append(now - line.began)
                ask = next(asks, None) if now - began < seconds else None
                if ask is None or line.closes:
                    ready.unregister(line.socket)
                if ask is None:
                    continue
                if line.closes:
                    line.socket.close()
                    line.open()
                    ready.register(line.socket, selectors.EVENT_READ, line)
                line.send(ask)
    run.seconds = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return run
