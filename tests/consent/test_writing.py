"""What the engines and sessions promise, on both databases: what is asked for stands in time, and whole or not at all."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any, cast

import pytest
from sqlalchemy import Table, bindparam, event, exc, insert, select, text, update
from sqlalchemy.orm import Session

from portal.consent.models import Document
from portal.history.models import Entry, Head, OnceKey, Payload, SearchWords
from portal.kernel.db import Model, ask, connection_of, kept_together
from portal.kernel.statements import WriteStatement

AT = dt.datetime(2026, 4, 1, 0, 30, 15, 12, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def of(model: type[Model]) -> Table:
    return cast(Table, model.__table__)


def key(name: str) -> dict[str, Any]:
    return {"key": name, "member_id": "m", "fingerprint": "f", "location": "/", "at": AT}


def keys(office: Any) -> dict[str, dt.datetime]:
    with office.read() as session:
        return dict(session.execute(select(OnceKey.key, OnceKey.at)).all())


@pytest.mark.parametrize("rows", [1, 2, 8, 9, 20])
def test_a_statement_leaves_what_the_statement_itself_leaves(pair, rows):
    """Whatever the number of rows: in the zone, the form and the types of the columns."""
    given = [key(f"own {number}") for number in range(rows)]
    with pair.app.engines.writer.begin() as connection:
        WriteStatement(insert(of(OnceKey))).carry_out(connection, *given)
        connection.execute(insert(of(OnceKey)), [key(f"its {number}") for number in range(rows)])
    with pair.app.engines.reader.connect() as connection:
        kept = connection.execute(text("SELECT key, member_id, fingerprint, location, at FROM once_keys")).all()
    own = {tuple(row)[1:] for row in kept if row.key.startswith("own")}
    its = {tuple(row)[1:] for row in kept if row.key.startswith("its")}
    assert len(kept) == 2 * rows and len(own) == 1 and own == its
    assert set(keys(pair).values()) == {AT}


def test_a_statement_changes_what_it_names_and_nothing_else(pair):
    """An UPDATE's parameters are those of its WHERE and of its values."""
    change = WriteStatement(
        update(of(OnceKey)).where(OnceKey.key == bindparam("of")).values(at=bindparam("at"))
    )
    later = AT + dt.timedelta(hours=1)
    with pair.app.engines.writer.begin() as connection:
        WriteStatement(insert(of(OnceKey))).carry_out(connection, key("one"), key("two"))
        change.carry_out(connection, {"of": "one", "at": later})
    assert keys(pair) == {"one": later, "two": AT}


def test_a_statement_takes_a_truth_a_number_and_nothing(pair):
    """As the columns have them in this kind of database."""
    entries, words = WriteStatement(insert(of(Entry))), WriteStatement(insert(of(Payload)))
    entry = {
        "chain": "x", "number": 1, "previous": "", "leaf": "l", "at": AT, "verb": "v", "clause": "art2", "party": None,
        "actor_id": None, "subject_kind": "k", "subject_id": "s", "activity_id": None, "is_chronicle": True, "skeleton": "{}",
        "evidence": None,
    }  # fmt: skip
    with pair.app.engines.writer.connect() as connection:
        entries.carry_out(connection, entry)
        words.carry_out(connection, {"chain": "x", "number": 1, "field": "f", "salt": None, "content": None})
        row = connection.execute(select(of(Entry)).where(Entry.chain == "x")).one()
        assert row._asdict() == entry
        assert connection.execute(select(Payload.salt).where(Payload.chain == "x")).scalar_one() is None


def test_what_was_asked_for_stands_before_anything_is_read_or_written(pair):
    """Whether columns are read, a row of the ORM, or a row is flushed that rests on it."""
    statement = WriteStatement(insert(of(OnceKey)))
    with Session(pair.app.engines.writer) as session:
        ask(session, statement, key("one"))
        ask(session, statement, key("two"))
        assert set(connection_of(session).scalars(select(OnceKey.key))) == {"one", "two"}
        session.rollback()
    id = pair.start(pair.people[0].drafter)
    with pair.work(pair.people[0].drafter) as work:
        document = work.session.get_one(Document, id)
        work.change(document, {"title": "先の題"})
        work.change(document, {"title": "改めた題"})
        assert work.session.execute(select(Document.title).where(Document.id == id)).scalar_one() == "改めた題"
        work.change(document, {"title": "もう一度"})
        work.session.add(SearchWords(chain="joint", number=0, normal="x"))
        written: list[str] = []
        event.listen(
            pair.app.engines.writer, "before_cursor_execute", lambda *given: written.append(given[2].split()[0])
        )
        with pytest.raises(exc.IntegrityError):  # there is no such entry, but it was tried after the change
            work.session.flush()
        assert written == ["UPDATE", "INSERT"]
        work.session.rollback()
        raise_nothing_more(work)


def test_what_was_asked_for_in_a_transaction_that_was_rolled_back_is_forgotten(pair):
    """It would stand in the next one, which nobody meant."""
    id = pair.start(pair.people[0].drafter)
    with pair.work(pair.people[0].drafter) as work:
        work.change(work.session.get_one(Document, id), {"title": "改めた題"})
        work.session.rollback()
        raise_nothing_more(work)
        assert work.session.execute(select(Document.title).where(Document.id == id)).scalar_one() != "改めた題"


def raise_nothing_more(work: Any) -> None:
    """The Work ends with nothing changed, as if nobody had asked it for anything."""
    work._changed.clear()
    work._shared.clear()


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_a_fault_in_what_is_sent_last_is_named_and_nothing_is_kept(pair, broken):
    """I12: PostgreSQL tells of it with its one answer to all of them."""
    statement = WriteStatement(insert(of(OnceKey)))
    with pair.app.engines.writer.begin() as connection:
        statement.carry_out(connection, key("there"))
    with Session(pair.app.engines.writer) as session:
        with pytest.raises(exc.IntegrityError), kept_together(session):
            for place in range(3):
                statement.carry_out(connection_of(session), key("there" if place == broken else f"new {place}"))
    assert set(keys(pair)) == {"there"}
    with Session(pair.app.engines.writer) as session, kept_together(session):
        statement.carry_out(connection_of(session), key("after"))
    assert set(keys(pair)) == {"there", "after"}


def test_a_fault_that_the_server_names_costs_no_connection(two_on_postgres, tmp_path):
    """Row 112: only a server that fell silent is left: here it said what was wrong, and the next act goes on."""
    with two_on_postgres.open(tmp_path) as office:
        engine = office.app.engines.writer

        def driver() -> Any:
            with engine.connect() as connection:
                return connection.connection.driver_connection

        before = driver()
        with Session(engine) as session, pytest.raises(exc.OperationalError), kept_together(session):
            connection_of(session).exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$")
            time.sleep(0.1)  # what the server says of it is there before the next is sent
            WriteStatement(insert(of(OnceKey))).carry_out(connection_of(session), key("never"))
        assert driver() is before
        assert keys(office) == {}


def test_what_ends_together_is_kept_once_and_the_connection_goes_on(pair):
    """The commit goes with the last statements; what follows begins a transaction of its own."""
    heads = update(of(Head)).where(Head.chain == bindparam("of")).values(leaf=bindparam("leaf"))
    with Session(pair.app.engines.writer) as session:
        before = connection_of(session).scalar(select(Head.leaf).where(Head.chain == "joint"))
        with kept_together(session):
            WriteStatement(heads).carry_out(connection_of(session), {"of": "joint", "leaf": "other"})
        assert connection_of(session).scalar(select(Head.leaf).where(Head.chain == "joint")) == "other"
        session.rollback()
        with kept_together(session):
            WriteStatement(heads).carry_out(connection_of(session), {"of": "joint", "leaf": before})
    with pair.read() as session:
        assert session.execute(select(Head.leaf).where(Head.chain == "joint")).scalar_one() == before


def test_a_connection_to_postgresql_tells_of_its_columns_what_the_driver_tells(two_on_postgres, tmp_path):
    """PEP 249: a name and a type each, and nothing where there are no rows."""
    with two_on_postgres.open(tmp_path) as office, office.app.engines.reader.connect() as connection:
        driver: Any = connection.connection.driver_connection
        own = driver.execute("SELECT id, title AS \"題\", 1.5 AS n FROM documents WHERE false")
        base = super(type(own), own).description
        assert [tuple(column) for column in own.description] == [(one.name, one.type_code, *[None] * 5) for one in base]
        assert driver.execute("SET LOCAL work_mem = '4MB'").description is None
