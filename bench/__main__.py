"""Measure the portal against the floor: `python -m bench` (`make bench`), or `python -m bench --quick` for a try.

On SQLite and on PostgreSQL, with 1,000 and with 100,000 history entries. Portals and floors run side by side
and take turns within each round, so that a ratio compares what happened at the same time; figures of different
runs are not to be compared, but ratios are.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import exports, floor, pages, report
from bench.client import Ask, Browser, Run, drive
from bench.fill import LARGE, SECRET, SMALL, Size, fill, moved
from bench.pages import CONSENT, READ, Page
from bench.report import Counted, Figures, Key
from bench.servers import THREADS, Server
from bench.world import World
from tests.servers import filesystem_of, postgres_server, room_on_disk

DATABASES = ("postgresql", "sqlite")
CONNECTIONS = (1, 8)
COLD_STARTS = 5
"""How often both are started, in turn; the last of each is the one that is driven."""


@dataclass(frozen=True)
class Plan:
    """How long and how much is measured."""

    rounds: int
    seconds: float
    """Of each go: one page of one server at one number of connections."""
    posts: int
    """Consents of each go, through however many connections: enough for neither server to be measured cold."""
    sizes: tuple[Size, ...]


FULL = Plan(rounds=5, seconds=0.6, posts=96, sizes=(SMALL, LARGE))
QUICK = Plan(rounds=1, seconds=0.2, posts=24, sizes=(SMALL,))


@dataclass
class Pair:
    """A portal and a floor with as much in them, both being served."""

    size: Size
    world: World
    portal: Server
    floor: Server
    here: Browser
    there: Browser


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether it could be measured; a goal missed is no failure."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short round, 1,000 entries only")
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--rounds", type=int, help=f"rounds (default {FULL.rounds})")
    given = parser.parse_args(arguments)
    plan = QUICK if given.quick else FULL
    if given.rounds:
        plan = Plan(given.rounds, plan.seconds, plan.posts, plan.sizes)
    asked = [given.database] if given.database else list(DATABASES)
    figures = Figures()
    where = room_on_disk()
    figures.disk = f"on disk ({filesystem_of(where)}, {where})"
    with tempfile.TemporaryDirectory(prefix="portal-bench-", dir=where) as folder:
        worlds = {size: filled(Path(folder) / f"{size.entries}", size) for size in plan.sizes}
        for database in asked:
            measure(database, plan, worlds, Path(folder), figures)
    print(report.table(figures))
    return 0


def say(line: str) -> None:
    """Tell what is going on, on the error channel, so that the table stands alone."""
    print(line, file=sys.stderr, flush=True)


def filled(folder: Path, size: Size) -> World:
    """A portal of this size on SQLite."""
    folder.mkdir()
    began = time.perf_counter()
    world = fill(f"sqlite:///{folder / 'portal.db'}", folder, size)
    say(f"{size.entries:>7,} entries filled in {time.perf_counter() - began:.0f} s")
    return world


def measure(database: str, plan: Plan, worlds: dict[Size, World], folder: Path, figures: Figures) -> None:
    """Everything on one database."""
    with ExitStack() as stack:
        served = [
            stack.enter_context(pair(database, size, world, folder, figures))
            for size, world in worlds.items()
        ]
        for page in READ:
            say(f"{database}: {page.name}")
            measure_page(database, plan, served, page, figures)
        for one in served:
            figures.memory[database, one.size.entries] = (
                one.floor.pss(),
                one.portal.pss(workers_only=True),
                one.portal.pss(),
            )
        say(f"{database}: exports")
        for one in served:
            figures.exports[database, one.size.entries] = exports.take(one.world, one.portal)
        say(f"{database}: {CONSENT.name}")
        measure_consents(database, plan, served, figures)
        measure_threads(database, plan, served[-1], figures)


@contextmanager
def pair(database: str, size: Size, world: World, folder: Path, figures: Figures) -> Iterator[Pair]:
    """Both applications over databases of their own, served and signed in to."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with ExitStack() as stack:
        if database == "sqlite":
            address, copy = f"sqlite:///{folder / name}.db", f"sqlite:///{folder / name}_portal.db"
        else:
            server = postgres_server(on_disk=True)
            address = server.create_database(name)
            stack.callback(server.drop_database, name)
            copy = server.create_database(f"{name}_portal")
            stack.callback(server.drop_database, f"{name}_portal")
        world = moved(world, copy, folder / name)
        stack.callback(world.app.engines.dispose)
        floor.fill(address, entries=size.entries, objects=size.documents)
        environment = surroundings(world)
        with_counter = Server("bench.counted:app", environment, alive="/health/live", workers=1)
        try:
            count(database, size, world, with_counter, figures)
        finally:
            with_counter.stop()
        for start in range(COLD_STARTS):
            low = Server("bench.floor:create_floor()", floor_surroundings(address), alive="/ping")
            with ExitStack() as served:
                served.callback(low.stop)
                portal = Server("wsgi:app", environment, alive="/health/live")
                served.callback(portal.stop)
                figures.cold_start.setdefault((database, size.entries), []).append(
                    (low.cold_start, portal.cold_start)
                )
                if start == COLD_STARTS - 1:
                    stack.push(served.pop_all())
        yield Pair(size, world, portal, low, pages.sign_in(world, portal.port), pages.enter(low.port))


def surroundings(world: World) -> dict[str, str]:
    """The environment in which this portal is served."""
    return {
        "DATABASE_URL": world.app.settings.database_url,
        "PORTAL_INSTANCE": str(world.app.settings.instance),
        "PORTAL_MODE": "development",
        "SECRET_KEY": SECRET,
    }


def floor_surroundings(address: str) -> dict[str, str]:
    """The environment in which the floor is served."""
    return {"FLOOR_DATABASE": address, "SECRET_KEY": SECRET}


def count(database: str, size: Size, world: World, server: Server, figures: Figures) -> None:
    """The statements and bytes of every page, from the second time it is asked for."""
    browser = pages.sign_in(world, server.port)
    for page, path in pages.addresses(world).items():
        for _ in range(2):
            if browser.get(path) != 200:
                raise RuntimeError(f"{path} is not there: {browser.page[:1000]!r}")
        statements = int(browser.headers["X-Statements"])
        figures.counted[database, size.entries, page] = Counted(statements, len(browser.page))


def measure_page(database: str, plan: Plan, served: list[Pair], page: Page, figures: Figures) -> None:
    """One page of every server, by turns."""
    asks = {}
    for one in served:
        path = pages.addresses(one.world)[page]
        low = page.floor.format(far=max(51, one.size.entries // 10))
        asks[one.size] = (
            pages.reads(one.floor.port, low, one.there.cookie),
            pages.reads(one.portal.port, path, one.here.cookie),
        )
        for server, again in zip((one.floor, one.portal), asks[one.size], strict=True):
            drive(server.port, again, connections=8, seconds=min(0.5, plan.seconds))  # so that nothing is new
    for _ in range(plan.rounds):
        for one in served:
            for connections in CONNECTIONS:
                low_run, run = (
                    drive(server.port, again, connections=connections, seconds=plan.seconds)
                    for server, again in zip((one.floor, one.portal), asks[one.size], strict=True)
                )
                figures.runs[Key(database, one.size.entries, page, connections)].append((low_run, run))


def measure_consents(database: str, plan: Plan, served: list[Pair], figures: Figures) -> None:
    """A consent to a fresh document with every request."""
    for one in served:
        count = plan.rounds * plan.posts * len(CONNECTIONS) + plan.posts
        portal = iter(pages.consents(one.world, one.portal.port, one.here, count))
        low = iter(pages.decisions(one.floor.port, one.there, count, one.size.documents))
        for asks, server in ((low, one.floor), (portal, one.portal)):
            _post(server, asks, plan.posts, 2)
        for _ in range(plan.rounds):
            for connections in CONNECTIONS:
                runs = (
                    _post(one.floor, low, plan.posts, connections),
                    _post(one.portal, portal, plan.posts, connections),
                )
                figures.runs[Key(database, one.size.entries, CONSENT, connections)].append(runs)


def _post(server: Server, asks: Iterator[Ask], count: int, connections: int) -> Run:
    some = iter([next(asks) for _ in range(count)])
    return drive(server.port, some, connections=connections)


def measure_threads(database: str, plan: Plan, one: Pair, figures: Figures) -> None:
    """The same portal with half the threads: which of the two serves eight connections better (decision 37)."""
    other = Server("wsgi:app", surroundings(one.world), alive="/health/live", threads=THREADS // 2)
    try:
        browser = pages.sign_in(one.world, other.port)
        path = pages.addresses(one.world)[pages.TRAIL]
        for _ in range(plan.rounds + 1):
            for threads, server, cookie in (
                (THREADS, one.portal, one.here.cookie),
                (THREADS // 2, other, browser.cookie),
            ):
                again = pages.reads(server.port, path, cookie)
                run = drive(server.port, again, connections=8, seconds=plan.seconds)
                figures.threads[database, threads].append(run)
    finally:
        other.stop()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    sys.exit(main(sys.argv[1:]))
