"""How long an export takes, and what it holds in memory while it leaves (performance.md, goal 9)."""

from __future__ import annotations

import http.client
import threading
import time
from typing import NamedTuple
from urllib.parse import urlencode

from flask import url_for

from bench import pages
from bench.client import Refused
from bench.servers import Server
from bench.world import World

SECONDS, GROWTH = 5.0, 40.0
"""For the CSV of 100,000 entries; and for how much the processes may grow in MiB while any export leaves."""
FORMATS = ("csv", "json", "xlsx")


class Taken(NamedTuple):
    """One export."""

    seconds: float
    first: float
    """Until its first bytes came."""
    megabytes: float
    rows: int
    grown: float
    """By how many MiB the processes of the server (PSS) grew at most while it left."""


def take(world: World, server: Server) -> dict[str, Taken]:
    """The whole audit trail in every format, and every list as CSV, each once, after one that makes things warm."""
    with world.app.test_request_context():
        trail, register = url_for("history.export", reading="trail"), url_for("activities.export")
        publicity, advice = url_for("publicity.export"), url_for("advice.export")
    browser = pages.sign_in(world, server.port)
    found = {}
    for name, path, form in (
        ("", register, "csv"),
        ("register, CSV", register, "csv"),
        ("publicity, CSV", publicity, "csv"),
        ("advice, CSV", advice, "csv"),
        *((f"history (trail), {form.upper()}", trail, form) for form in FORMATS),
    ):
        if browser.get(path) != 200:
            raise Refused(f"no export at {path}: {browser.page[:500]!r}")
        taken = _timed(
            server, path, browser.cookie, {"csrf_token": browser.hidden["csrf_token"], "format": form}
        )
        if name:
            found[name] = taken
    return found


def _timed(server: Server, path: str, cookie: str, fields: dict[str, str]) -> Taken:
    before, most, done = server.pss(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            most[0] = max(most[0], server.pss())

    watcher = threading.Thread(target=watch)
    watcher.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    size = rows = 0
    try:
        began = time.perf_counter()
        connection.request(
            "POST", path, urlencode(fields),
            {"Host": f"localhost:{server.port}", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        answer = connection.getresponse()
        piece = answer.read(1)
        first = time.perf_counter() - began
        if answer.status != 200:
            raise Refused(f"{answer.status}: {answer.read(500)!r}")
        while piece:
            size += len(piece)
            rows += piece.count(b"\n")
            piece = answer.read(1 << 16)
        seconds = time.perf_counter() - began
    finally:
        connection.close()
        done.set()
        watcher.join()
    return Taken(seconds, first, size / 1e6, rows, max(most[0] - before, 0.0))
