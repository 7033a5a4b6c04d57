"""The server takes requests in whole, and slow senders hold up nobody (row 80)."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from gunicorn.workers.gthread import ThreadWorker

from portal import serving
from tests.servers import free_port

PROJECT = Path(__file__).resolve().parents[2]
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


def application(environ, start_response):
    """Says how long the body was that came."""
    came = len(environ["wsgi.input"].read())
    said = f"{environ['REQUEST_METHOD']} {came}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]


def serve(worker: str) -> Iterator[int]:
    """One worker with two places to work in, at the port given."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "-k", worker, "-w", "1", "--threads", "2", "--no-control-socket",
        "--bind", f"127.0.0.1:{port}", "tests.house.test_serving:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=PROJECT, env=os.environ, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                ask(port)
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The portal's worker, with its patience."""
    yield from serve("portal.serving.Worker")


@pytest.fixture(scope="module")
def quick() -> Iterator[int]:
    """The portal's worker, with a patience of a second."""
    yield from serve("tests.house.quick_worker.QuickWorker")


def ask(port: int, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST" if body else "GET", "/", body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def sender(stack: ExitStack, port: int, said: bytes) -> socket.socket:
    """A client that has said this, and is not done."""
    one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
    one.sendall(said)
    return one


def answer_to(one: socket.socket) -> bytes:
    """All the server says until it closes the connection."""
    with one.makefile("rb") as answer:
        return answer.read()


@pytest.mark.parametrize("said", [HEAD + b"x", b"POST / HTTP/1.1\r\nHost: loc"], ids=["body", "head"])
def test_twenty_slow_senders_hold_up_nobody(port, said):
    """Row 80: twenty clients whose requests come byte by byte, and everybody else is answered."""
    with ExitStack() as stack:
        slow = [sender(stack, port, said) for _ in range(20)]
        for _ in range(10):
            for one in slow:
                one.sendall(b"x")
            assert ask(port) == (200, b"GET 0")
            assert ask(port, b"y" * 1_000_000) == (200, b"POST 1000000")


def test_a_request_that_does_not_come_in_time_is_given_up(quick):
    """Row 80: 408 for a body that stays away or trickles, and the end of the connection for half a head."""
    with ExitStack() as stack:
        silent, trickling = sender(stack, quick, HEAD), sender(stack, quick, HEAD)
        half = sender(stack, quick, b"GET / HTTP/1.1\r\nHost")
        began = time.monotonic()
        while time.monotonic() < began + 1.5:
            trickling.sendall(b"x")
            time.sleep(0.3)
        assert answer_to(silent).startswith(b"HTTP/1.1 408 ")
        assert answer_to(trickling).startswith(b"HTTP/1.1 408 ")
        assert b"200" not in answer_to(half)
    assert ask(quick) == (200, b"GET 0")


def test_a_steady_sender_is_waited_for(quick):
    """A slow line is no attack: 25 KiB a second are waited for beyond the patience of a second."""
    with ExitStack() as stack:
        one = sender(stack, quick, HEAD.replace(b"100000", b"51200"))
        for _ in range(20):
            one.sendall(b"x" * 2560)
            time.sleep(0.1)
        assert one.recv(1000).endswith(b"POST 51200")


def test_a_connection_carries_one_request_after_another(port):
    """Bodies given by length and in chunks, announced and not; nothing of one runs into the next."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    chunks = [b"a" * 70_000, b"b" * 3]
    for body, headers, came in (
        (b"x" * 200_000, {}, b"POST 200000"),
        (iter(chunks), {"Transfer-Encoding": "chunked"}, b"POST 70003"),
        (b"x" * 10, {"Expect": "100-continue"}, b"POST 10"),
        (b"", {}, b"POST 0"),
    ):
        connection.request("POST", "/", body, headers, encode_chunked=bool(headers.get("Transfer-Encoding")))
        assert connection.getresponse().read() == came
    connection.close()


def test_a_worker_leaves_a_new_connection_to_one_that_has_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two workers neither gets all of a busy minute: the more connections one has, the longer the other may take the
    next; who has none takes it at once, and nobody waits for ever."""
    waited: list[float] = []
    taken: list[int] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(ThreadWorker, "accept", lambda worker, _listener: taken.append(worker.nr_conns))
    for connections in (0, 1, 4, 8, 1_000):
        worker = object.__new__(serving.Worker)
        worker.nr_conns = connections
        with socket.socket() as listener:
            worker.accept(listener)
    assert taken == [0, 1, 4, 8, 1_000]
    assert waited[0] == 0 and waited == sorted(waited) and waited[1] < waited[2] < waited[3] == waited[4] < 0.01
