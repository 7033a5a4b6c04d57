"""Faults of the database in the middle of acts: a page that says so in time, nothing half done, and afterwards all
goes on by itself (rows 108, 110-114)."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, exc, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.kernel.db import WRITER_LOCK
from portal.kernel.impatient import Impatient
from portal.parties.models import UserSession
from tests.makers.papers import Office, StaffedTemplate, hidden, postgres_template, sign_in
from tests.servers import OwnServer, own_postgres_server

pytestmark = pytest.mark.processes


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages on each of the databases."""
    with request.getfixturevalue(request.param).open(tmp_path, pages=True) as office:
        yield office


@pytest.fixture
def on_sqlite(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages on SQLite."""
    with two_on_sqlite.open(tmp_path, pages=True) as office:
        yield office


NOT_SAVED, UNKNOWN = "保存されていません", "保存されたかどうかを確認できません"


def says_not_now(answer: TestResponse, said: str = NOT_SAVED) -> bool:
    """503, when to come back, and a page in words."""
    assert answer.status_code == 503, answer.get_data(as_text=True)[-3000:]
    assert answer.headers["Retry-After"]
    assert said in answer.get_data(as_text=True)
    return True


def consent_form(client: FlaskClient, id: str) -> dict[str, str]:
    """The consent page of the document, filled in."""
    fields = hidden(client.get(f"/memos/{id}/consent").get_data(as_text=True))
    return fields | {"decision_reference": "デ戦第1号", "capacity": "decision"}


def consents(client: FlaskClient, id: str, form: dict[str, str]) -> TestResponse:
    return client.post(f"/memos/{id}/consent", data=form)


def listening(office: Office, name: str, do: Any) -> Any:
    event.listen(office.app.engines.writer, name, do)
    return lambda: event.remove(office.app.engines.writer, name, do)


# --- The disk is full (row 110) ----------------------------------------------------------------------------


def test_a_disk_that_fills_up_at_any_statement_leaves_nothing_half(on_sqlite):
    """SQLite rolls back the whole transaction by itself; whoever caught that and went on would write half."""
    office, person = on_sqlite, on_sqlite.people[0].drafter
    client = sign_in(office.app.test_client(), person)
    id, refused, point = office.tabled(person), 0, 0
    while True:
        point += 1
        office.save(person, id, f"{point}回目の長い本文。" * 2_000)
        form = hidden(client.get(f"/memos/{id}").get_data(as_text=True))
        draft = office.draft(id, person.party or "")
        assert draft is not None
        form |= {"saves": str(draft.saves)}
        count = [0]

        def fill(connection: Any, *_: Any, at: int = point, count: list[int] = count) -> None:
            count[0] += 1
            if count[0] == at:
                raw = connection.connection.driver_connection
                raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")

        stop = listening(office, "before_cursor_execute", fill)
        before = office.everything()
        answer = client.post(f"/memos/{id}/table", data=form)
        stop()
        office.app.engines.dispose()  # the limit belongs to the connection
        if answer.status_code == 303:
            if count[0] < point:
                break
            continue  # what was left to write found room in pages already there
        refused += says_not_now(answer)
        assert office.everything() == before
        assert client.post(f"/memos/{id}/table", data=form).status_code == 303
    office.must_hold()
    assert refused >= 8, (refused, point)


# --- Somebody else writes (row 111) ------------------------------------------------------------------------


@contextmanager
def locked(office: Office) -> Iterator[None]:
    """Somebody holds the one writer's lock."""
    if office.app.engines.is_sqlite:
        other = sqlite3.connect(
            office.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()
        other.close()
        return
    with Session(office.app.engines.reader) as session:
        session.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
        yield


def test_a_lock_held_long_is_answered_and_one_held_shortly_is_waited_for(served):
    """Row 111: 503 with when to come back; the same form then goes through."""
    office, officer = served, served.people[1].officer
    client = sign_in(office.app.test_client(), officer)
    id = office.tabled(office.people[0].drafter)
    form = consent_form(client, id)
    before = office.everything()
    with locked(office):
        assert says_not_now(consents(client, id, form))
        assert client.get(f"/memos/{id}").status_code == 200  # reading goes on
    assert office.everything() == before
    held = ExitStack()
    held.enter_context(locked(office))
    timer = threading.Timer(0.5, held.close)
    timer.start()
    assert consents(client, id, form).status_code == 303
    timer.join()
    office.must_hold()


# --- Deadlock, serialization failure, a server that only reads (rows 112, 113) -----------------------------


def breaking(office: Office, state: str, *, times: int) -> Any:
    """The server itself breaks the act off with `state`, in its middle, so many times."""
    count, broken = [0], [0]

    def fail(connection: Any, *_: Any) -> None:
        count[0] += 1
        if count[0] % 12 == 0 and broken[0] < times:
            broken[0] += 1
            connection.connection.driver_connection.execute(
                f"DO $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END $$"
            )

    return listening(office, "before_cursor_execute", wrapped(fail))


@pytest.mark.parametrize(
    ("state", "times"), [("40001", 9), ("40P01", 9), ("25006", 1), ("57014", 1), ("53200", 1)]
)
def test_an_error_of_the_server_leaves_nothing_and_the_form_goes_through_again(
    two_on_postgres, tmp_path, state, times
):
    """Rows 112, 113: the act is as if never sent."""
    with two_on_postgres.open(tmp_path, pages=True) as office:
        client = sign_in(office.app.test_client(), office.people[1].officer)
        id = office.tabled(office.people[0].drafter)
        form = consent_form(client, id)
        before = office.everything()
        stop = breaking(office, state, times=times)
        answer = consents(client, id, form)
        stop()
        assert says_not_now(answer)
        assert office.everything() == before
        assert consents(client, id, form).status_code == 303
        office.must_hold()


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_what_the_server_breaks_off_for_others_sake_is_tried_again_and_done_once(
    two_on_postgres, tmp_path, state
):
    """Row 113: with the one lock none is expected; should one come, nobody notices."""
    with two_on_postgres.open(tmp_path, pages=True) as office:
        client = sign_in(office.app.test_client(), office.people[1].officer)
        id = office.tabled(office.people[0].drafter)
        form = consent_form(client, id)
        stop = breaking(office, state, times=1)
        assert consents(client, id, form).status_code == 303
        stop()
        assert office.verbs().count("consent.given") == 1
        office.must_hold()


def wrapped(fail: Any) -> Any:
    """The driver's error as SQLAlchemy would raise it."""

    def listener(connection: Any, *given: Any) -> None:
        try:
            fail(connection)
        except Exception as fault:
            driver = connection.dialect.loaded_dbapi.Error
            raise exc.DBAPIError.instance("injected", None, fault, driver) from fault

    return listener


# --- The pool is exhausted (row 114) -----------------------------------------------------------------------


def test_with_every_connection_in_use_the_answer_comes_within_seconds(served):
    """Row 114: whether for writing or for reading; and afterwards all goes on."""
    office, officer = served, served.people[1].officer
    client = sign_in(office.app.test_client(), officer)
    id = office.tabled(office.people[0].drafter)
    form = consent_form(client, id)
    for name in ("writer", "reader"):
        engine = getattr(office.app.engines, name)
        raw = [engine.raw_connection() for _ in range(1 if name == "writer" else 12)]
        answer = consents(client, id, form) if name == "writer" else client.get(f"/memos/{id}")
        assert says_not_now(answer)
        for connection in raw:
            connection.close()
    assert consents(client, id, form).status_code == 303
    office.must_hold()


def test_a_page_waits_for_nobody_who_writes_though_it_keeps_its_session_alive(served):
    """Row 114: the session was last seen to be used minutes ago; that it is used is noted by a later page."""
    office = served
    client = sign_in(office.app.test_client(), office.people[1].officer)
    id = office.tabled(office.people[0].drafter)

    def used() -> list[dt.datetime]:
        with office.read() as session:
            return list(session.scalars(select(UserSession.last_used_at)))

    office.clock.move(minutes=2)
    before, writing = used(), office.app.engines.writer.raw_connection()
    with within(2):
        assert client.get(f"/memos/{id}").status_code == 200
    assert used() == before
    writing.close()
    assert client.get(f"/memos/{id}").status_code == 200
    assert used() != before


# --- The database is gone (rows 108, 112) ------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnServer]:
    """A PostgreSQL server of our own, to be stopped."""
    with own_postgres_server() as server:
        yield server


def test_a_database_that_is_gone_is_answered_and_one_that_is_back_is_used(own_server, tmp_path):
    """Rows 108, 112: stopped as in a crash; nothing acknowledged is lost, and no restart of the portal."""
    template = postgres_template(own_server, tmp_path)
    with template.open(tmp_path, pages=True) as office:
        client = sign_in(office.app.test_client(), office.people[1].officer)
        id = office.tabled(office.people[0].drafter)
        form = consent_form(client, id)
        own_server.stop(immediate=True)
        for answer in (client.get("/"), client.get("/sign-in"), consents(client, id, form)):
            assert says_not_now(answer)
        own_server.start()
        assert client.get(f"/memos/{id}").status_code == 200
        assert consents(client, id, form).status_code == 303
        office.must_hold()
        assert office.verbs()[-1] == "consent.given"


def test_a_database_that_stops_answering_holds_no_request_for_long(own_server, tmp_path):
    """Row 112: every process of the server is stopped (SIGSTOP), so that connections stand and nothing comes back:
    503 within three seconds, what was typed is kept, health is red; when it goes on, so does the portal."""
    template = postgres_template(own_server, tmp_path)
    with template.open(tmp_path, pages=True) as office:
        officer = office.people[1].officer
        client, id = sign_in(office.app.test_client(), officer), office.tabled(office.people[0].drafter)
        form = consent_form(client, id)
        before = office.everything()
        with own_server.frozen():
            for _ in range(2):
                with within(3):
                    answer = consents(client, id, form)
                assert says_not_now(answer)
                assert "デ戦第1号" in answer.get_data(as_text=True)
            for path in ("/", "/sign-in", f"/memos/{id}"):
                with within(3):
                    assert says_not_now(client.get(path)), path
            with within(3):
                assert client.get("/health/ready").status_code == 503
            assert office.app.test_client().get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 200
        assert office.everything() == before
        assert consents(client, id, form).status_code == 303
        office.must_hold()
        assert office.verbs().count("consent.given") == 1


@pytest.mark.parametrize("name", ["writer", "reader"])
def test_a_database_too_busy_to_greet_even_a_new_connection_is_answered(
    two_on_postgres, tmp_path, monkeypatch, name
):
    """Row 112: it lets itself be connected to, and says no more in time."""
    with two_on_postgres.open(tmp_path, pages=True) as office:
        client, id = sign_in(office.app.test_client(), office.people[1].officer), office.tabled(office.people[0].drafter)
        form, greet = consent_form(client, id), Impatient.greet

        def too_late(connection: Impatient) -> None:
            if connection.only_reads == (name == "reader"):
                raise psycopg.OperationalError("nothing came in time")
            greet(connection)

        monkeypatch.setattr(Impatient, "greet", too_late)
        assert says_not_now(consents(client, id, form))
        monkeypatch.undo()
        assert consents(client, id, form).status_code == 303
        office.must_hold()


@pytest.mark.parametrize(("at", "said"), [(1, NOT_SAVED), (3, NOT_SAVED), (4, UNKNOWN), (9, UNKNOWN)])
def test_a_database_that_stops_answering_in_the_middle_of_an_act_holds_it_no_longer_than_set(
    own_server, tmp_path, at, said
):
    """Row 112: stopped at any statement of a consent: the wait ends after what the settings say, and the same form
    sent again counts once, whatever became of the first. That nothing was saved is said only where it is known: what is
    sent with the commit may still be kept when the server goes on."""
    template = postgres_template(own_server, tmp_path)
    with template.open(tmp_path, pages=True, database_wait=2) as office, ExitStack() as frozen:
        client, id = (
            sign_in(office.app.test_client(), office.people[1].officer),
            office.tabled(office.people[0].drafter),
        )
        form, count = consent_form(client, id), [0]

        def freeze(*_: Any) -> None:
            count[0] += 1
            if count[0] == at:
                frozen.enter_context(own_server.frozen())

        stop = listening(office, "before_cursor_execute", freeze)
        with within(8):
            answer = consents(client, id, form)
        stop()
        assert says_not_now(answer, said)
        assert "デ戦第1号" in answer.get_data(as_text=True)
        frozen.close()
        assert consents(client, id, form).status_code == 303
        office.must_hold()
        assert office.verbs().count("consent.given") == 1


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What happens here takes no longer."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds
