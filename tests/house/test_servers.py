"""The tests' PostgreSQL servers do what the other tests rely on."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import servers

PROJECT = Path(__file__).resolve().parents[2]
TAKE_THE_SHARED_SERVER = """
import sys
from tests.servers import postgres_server
print(postgres_server().address, postgres_server().folder, flush=True)
sys.stdin.read()
"""


def ask(url: str, question: str) -> object:
    """The first column of the one row that answers this question."""
    with psycopg.connect(servers.libpq(url), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def tell(url: str, statement: str) -> None:
    """Run a statement and commit it."""
    with psycopg.connect(servers.libpq(url), autocommit=True) as connection:
        connection.execute(statement.encode())


def taker(run: str) -> subprocess.Popen[str]:
    """Another process that takes the shared server of this run, prints it, and keeps it until it ends."""
    environment = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-c", TAKE_THE_SHARED_SERVER],
        cwd=PROJECT,
        env=environment | {"PYTEST_XDIST_TESTRUNUID": run},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said_by(process: subprocess.Popen[str]) -> list[str]:
    """The address and the folder the process printed."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def wait_until_gone(folder: Path) -> None:
    """Return when the folder has been cleared away; fail if its keeper never does."""
    for _ in range(600):
        if not folder.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{folder} is still there")


def test_the_servers_time_zone_is_not_utc():
    server, name = servers.postgres_server(), f"zone_{os.getpid()}"
    assert ask(server.create_database(name), "SHOW timezone") == "Asia/Tokyo"
    server.drop_database(name)


def test_whoever_measures_gets_a_server_on_a_disk():
    """`make bench`: a commit counts only with the time that it takes to keep it."""
    folder = servers.temporary_folder("run", on_disk=True)
    assert servers.filesystem_of(folder.parent) not in servers.IN_MEMORY
    assert folder.name == servers.temporary_folder("run").name
    assert servers.filesystem_of(Path("/proc/self")) == "proc"


def test_where_no_folder_lies_on_a_disk_nothing_is_measured(monkeypatch):
    monkeypatch.setattr(servers, "filesystem_of", lambda folder: "tmpfs")
    with pytest.raises(servers.ServerUnavailable, match="TMPDIR"):
        servers.room_on_disk()


def test_a_database_can_be_copied_and_dropped():
    server = servers.postgres_server()
    first, second = f"first_{os.getpid()}", f"second_{os.getpid()}"
    tell(server.create_database(first), "CREATE TABLE words AS SELECT '協定' AS word")
    assert ask(server.create_database(second, template=first), "SELECT word FROM words") == "協定"
    server.drop_database(first)
    server.drop_database(second)
    names = f"SELECT count(*) FROM pg_database WHERE datname IN ('{first}', '{second}')"
    assert ask(server.address, names) == 0


def test_what_was_committed_survives_an_immediate_stop():
    with servers.own_postgres_server() as server:
        url = server.create_database("kept")
        tell(url, "CREATE TABLE words AS SELECT '合意' AS word")
        server.stop(immediate=True)
        assert not server.is_running()
        with pytest.raises(psycopg.OperationalError):
            ask(url, "SELECT 1")
        server.start()
        assert ask(url, "SELECT word FROM words") == "合意"


def test_an_own_server_is_gone_after_its_block():
    with servers.own_postgres_server() as server:
        assert ask(server.address, "SELECT 1") == 1
    wait_until_gone(server.folder)


def test_the_wheels_server_stands_in_where_debians_is_missing():
    wheel = servers.wheel_programs()
    assert wheel is not None
    with servers.own_postgres_server(using=wheel) as server:
        assert ask(server.create_database("wheel"), "SHOW timezone") == "Asia/Tokyo"


def test_no_one_enters_an_own_server_without_the_password():
    with servers.own_postgres_server() as server:
        address = urlsplit(server.address)
        assert address.password is not None
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(server.address.replace(address.password, "guessed"), "SELECT 1")


def test_the_processes_of_one_run_share_a_server_and_the_last_to_die_ends_it():
    run = f"shared{os.getpid()}"
    with taker(run) as first, taker(run) as second:
        address, folder = said_by(first)
        assert said_by(second) == [address, folder]
        first.kill()
        first.wait()
        assert ask(address, "SELECT 1") == 1
        second.kill()
    wait_until_gone(Path(folder))


def test_a_server_cleared_away_is_made_anew():
    run = f"anew{os.getpid()}"
    with taker(run) as first:
        before, _ = said_by(first)
        first.kill()
    with taker(run) as second:
        after, folder = said_by(second)
        assert ask(after, "SELECT 1") == 1
        second.kill()
    assert before != after
    wait_until_gone(Path(folder))


def test_a_server_given_by_address_is_not_stopped():
    given = servers.ServerHandle(
        servers.sqlalchemy_url("postgres://me@db.example.jp:5433/mine?sslmode=require")
    )
    assert given.url("other") == "postgresql+psycopg://me@db.example.jp:5433/other?sslmode=require"
    with pytest.raises(servers.NotOurServer):
        given.stop()
    with pytest.raises(servers.NotOurServer):
        given.start()


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_an_address_means_psycopg(spelling):
    assert servers.sqlalchemy_url(f"{spelling}://u@h/d") == "postgresql+psycopg://u@h/d"
    assert servers.libpq(f"{spelling}://u@h/d") == "postgresql://u@h/d"
