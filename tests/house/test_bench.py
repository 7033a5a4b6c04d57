"""What `make bench` measures with is sound; and what it counts without a clock holds whatever the data."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import repeat

import pytest
from sqlalchemy import event, select

from bench import floor, pages
from bench.client import Ask, drive
from bench.fill import SECRET, Size, fill, moved, table_many
from bench.servers import Server
from portal.consent.models import Document
from portal.consent.replay import replay
from portal.history.chain import chains, verify
from portal.history.event import JOINT
from tests.makers.kept import keepers
from tests.servers import postgres_server

FEW = Size(entries=500, documents=25, waiting=11, publicity=10, advice=10)
MANY = Size(entries=1_500, documents=75, waiting=60, publicity=70, advice=60)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    return fill(f"sqlite:///{folder / 'portal.db'}", folder, FEW)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    return fill(f"sqlite:///{folder / 'portal.db'}", folder, MANY)


def test_a_filled_portal_holds_and_bears_its_tables_out(few):
    """Decision 36: a writer of its own may fill the history if it seals correctly."""
    with few.read() as session:
        verdicts = [verify(session, chain) for chain in chains(session)]
        assert [one.reason for one in verdicts] == [None] * 3
        assert sum(one.entries for one in verdicts) >= FEW.entries
        assert list(replay(session)) == []
        standings = set(session.scalars(select(Document.standing)))
    assert standings >= {"draft", "open", "agreed", "held", "declined", "withdrawn"}


def test_every_database_is_measured_on_a_copy_of_its_own(few, tmp_path):
    """What is done while one database is measured reaches neither the other nor what was filled."""
    server, name = postgres_server(), "bench_moved"
    try:
        first = moved(few, f"sqlite:///{tmp_path / 'first.db'}", tmp_path / "first")
        table_many(first, 2)
        second = moved(few, server.create_database(name), tmp_path / "second")
        assert second.clock.now() == few.clock.now() < first.clock.now()
        assert first.app.settings.instance != second.app.settings.instance != few.app.settings.instance
        with first.read() as changed, second.read() as session, few.read() as filled:
            for chain in chains(filled):
                here, there = verify(filled, chain), verify(session, chain)
                assert there.holds and (here.entries, here.leaf) == (there.entries, there.leaf)
            assert verify(changed, JOINT).entries > verify(filled, JOINT).entries
        second.app.engines.dispose()
    finally:
        server.drop_database(name)


def _signed_in(world):
    client = world.app.test_client()
    token = world.people[1].officer
    page = client.get("/sign-in").get_data(as_text=True)
    hidden = {
        name: page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("csrf_token", "once")
    }
    sent = {**hidden, "email": token.email, "password": token.password}
    assert client.post("/sign-in", data=sent).status_code == 303
    return client


def _counted(world):
    """Statements and bytes of every page, from the second time it is asked for; with room for all that is kept ready."""
    for one in keepers():
        one.forget()
    client, statements = _signed_in(world), []

    @event.listens_for(world.app.engines.reader, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    found = {}
    for page, path in pages.addresses(world).items():
        for _ in range(2):
            statements.clear()
            answer = client.get(path)
            assert answer.status_code == 200, path
        found[page.name] = (len(statements), len(answer.data))
    event.remove(world.app.engines.reader, "before_cursor_execute", note)
    return found


def test_a_page_takes_as_many_statements_with_few_rows_as_with_many(few, many):
    """performance.md, goals: at most twelve statements a page, home at most 80 KB."""
    small, large = _counted(few), _counted(many)
    assert {name: count for name, (count, _) in small.items()} == {
        name: count for name, (count, _) in large.items()
    }
    assert {name: count for name, (count, _) in large.items() if count > pages.STATEMENTS} == {}
    assert large[pages.HOME.name][1] <= 80_000


def test_the_floor_serves_its_pages(tmp_path):
    url = f"sqlite:///{tmp_path / 'floor.db'}"
    floor.fill(url, entries=200, objects=5)
    server = Server(
        "bench.floor:create_floor()",
        {"FLOOR_DATABASE": url, "SECRET_KEY": SECRET},
        alive="/ping",
        workers=1,
        threads=2,
    )
    try:
        browser = pages.enter(server.port)
        for path in ("/history", "/history?before=60", "/object/1", "/search?q=%E7%A0%94%E4%BF%AE"):
            asks = repeat(Ask.get(server.port, path, browser.cookie), 4)
            assert len(drive(server.port, asks, connections=2).latencies) == 4
        decisions = pages.decisions(server.port, browser, 8, objects=5)
        assert len(drive(server.port, iter(decisions), connections=1).latencies) == 8
        assert server.pss() > 1
    finally:
        server.stop()


def test_the_bench_says_what_it_can_do():
    said = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, env=os.environ, check=True
    )
    assert "--quick" in said.stdout
    wrong = subprocess.run(
        [sys.executable, "-m", "bench", "--slow"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
