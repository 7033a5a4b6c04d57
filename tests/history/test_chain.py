"""The chains hold as long as nobody touches them, and name the first entry that somebody touched."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, delete, inspect, select, text, update
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM, Actor
from portal.history import chain
from portal.history.chain import verify
from portal.history.event import JOINT
from portal.history.models import Entry, Head, Payload, SearchWords
from portal.history.seal import FIRST, seal
from portal.kernel.db import KEPT_FOREVER, Model, Subject
from tests.conftest import House
from tests.history.acts import Done, act, person

ENTRIES, PAYLOADS, HEADS = (Model.metadata.tables[model.__tablename__] for model in (Entry, Payload, Head))


@pytest.fixture
def touched(house: House) -> House:
    """A small history of two sides, in a database whose owner has dropped every trigger and foreign key."""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    for number in range(4):
        act(house, kou, f"題 {number}", reason="理由")
        act(house, otsu, f"準備 {number}", own_side=True)
    _drop_guards(house)
    return house


def _drop_guards(house: House) -> None:
    with house.app.engines.writer.begin() as connection:
        if house.app.engines.is_sqlite:
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            return
        for table in KEPT_FOREVER:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for table in (ENTRIES.name, PAYLOADS.name, SearchWords.__tablename__, "messages"):
            for key in inspect(connection).get_foreign_keys(table):
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']}"))


@contextmanager
def owner(house: House) -> Iterator[Connection]:
    """The database's owner at work; everything is as before afterwards."""
    with house.app.engines.writer.connect() as connection:
        with connection.begin() as transaction:
            if house.app.engines.is_sqlite:
                connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            yield connection
            transaction.rollback()


def verdict(connection: Connection, name: str = JOINT, **kept: Any) -> chain.Verdict:
    with Session(connection) as session:
        return verify(session, name, **kept)


def rows_of(house: House, table: Table) -> list[dict[str, Any]]:
    with house.read() as session:
        return [
            dict(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key.columns))
        ]


def other_than(value: Any) -> Any:
    """A value of the same type that differs by as little as may be."""
    match value:
        case None:
            return "x"
        case bool():
            return not value
        case int():
            return value + 1_000
        case dt.datetime():
            return value + dt.timedelta(microseconds=1)
        case _:
            return ("1" if value[:1] == "0" else "0") + value[1:]


def _same_row(table: Table, row: dict[str, Any]) -> Any:
    return [column == row[column.name] for column in table.primary_key.columns]


def test_an_untouched_history_holds(house: House) -> None:
    kou = person(house, "kou")
    act(house, kou)
    act(house, kou, own_side=True)
    with house.read() as session:
        for name in chain.chains(session):
            found = verify(session, name)
            assert found.holds
            assert (found.entries, found.leaf) == chain.last_head(session, name)
        assert chain.chains(session)[0] == JOINT
        assert chain.orphans(session) == 0


def test_a_flip_of_any_column_of_any_row_is_named(touched: House) -> None:
    """row 87: for every column of every log row, flip and detect; exhaustive."""
    flips = 0
    for table in (ENTRIES, PAYLOADS):
        for row in rows_of(touched, table):
            for column in table.columns:
                with owner(touched) as connection:
                    changed = (
                        update(table)
                        .where(*_same_row(table, row))
                        .values({column.name: other_than(row[column.name])})
                    )
                    connection.execute(changed)
                    found = verdict(connection, row["chain"])
                    assert found.broken_at == row["number"], (table.name, row, column.name, found)
                    assert found.reason
                flips += 1
    assert flips > 150


def test_a_flip_of_any_column_of_a_head_is_seen(touched: House) -> None:
    """row 87"""
    for row in rows_of(touched, HEADS):
        for column in HEADS.columns:
            with owner(touched) as connection:
                changed = (
                    update(HEADS)
                    .where(*_same_row(HEADS, row))
                    .values({column.name: other_than(row[column.name])})
                )
                connection.execute(changed)
                assert verdict(connection, row["chain"]).reason == chain.HEAD_DIFFERS, column.name


def test_every_single_bit_of_a_skeleton_counts(touched: House) -> None:
    """row 87; security.md 5.5: every change of a single bit that still is text."""
    last = rows_of(touched, ENTRIES)[-1]
    skeleton = last["skeleton"]
    for place in range(0, len(skeleton), 29):
        for bit in range(7):
            letter = chr(ord(skeleton[place]) ^ (1 << bit))
            if letter == "\0":
                continue
            with owner(touched) as connection:
                changed = skeleton[:place] + letter + skeleton[place + 1 :]
                connection.execute(update(ENTRIES).where(*_same_row(ENTRIES, last)).values(skeleton=changed))
                assert verdict(connection, last["chain"]).broken_at == last["number"]


def test_a_deleted_entry_is_named(touched: House) -> None:
    """row 88: in the middle, with its words or without."""
    for row in rows_of(touched, ENTRIES):
        with owner(touched) as connection:
            for table in (PAYLOADS, ENTRIES):
                connection.execute(
                    delete(table).where(table.c.chain == row["chain"], table.c.number == row["number"])
                )
            assert verdict(connection, row["chain"]).broken_at == row["number"]


def test_deleted_and_added_words_are_named(touched: House) -> None:
    """row 87"""
    for row in rows_of(touched, PAYLOADS):
        with owner(touched) as connection:
            connection.execute(delete(PAYLOADS).where(*_same_row(PAYLOADS, row)))
            found = verdict(connection, row["chain"])
            assert (found.broken_at, found.reason) == (row["number"], chain.WORDS_MISSING)
        with owner(touched) as connection:
            connection.execute(PAYLOADS.insert().values(row | {"field": "more"}))
            found = verdict(connection, row["chain"])
            assert (found.broken_at, found.reason) == (row["number"], chain.WORDS_TOO_MANY)


def test_erased_words_are_named_unless_an_entry_tells_of_it(touched: House) -> None:
    """art. 5, 7; row 87: half erased or wholly; what a disposal erases is told of (test_erasing.py)."""
    row = rows_of(touched, PAYLOADS)[0]
    for half in ("salt", "content"):
        with owner(touched) as connection:
            connection.execute(update(PAYLOADS).where(*_same_row(PAYLOADS, row)).values({half: None}))
            assert verdict(connection, row["chain"]).broken_at == row["number"]
    with owner(touched) as connection:
        connection.execute(update(PAYLOADS).where(*_same_row(PAYLOADS, row)).values(salt=None, content=None))
        found = verdict(connection, row["chain"])
        assert (found.broken_at, found.reason) == (row["number"], chain.ERASED_UNTOLD)


def test_two_entries_exchanged_are_named(touched: House) -> None:
    """row 89: every pair."""
    numbers = [row["number"] for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT]
    for one, other in itertools.combinations(numbers, 2):
        with owner(touched) as connection:
            for table in (ENTRIES, PAYLOADS):
                for old, new in ((one, -1), (other, one), (-1, other)):
                    here = (table.c.chain == JOINT) & (table.c.number == old)
                    connection.execute(update(table).where(here).values(number=new))
            assert verdict(connection).broken_at == min(one, other)


def _forged(previous: dict[str, Any] | None, like: dict[str, Any], **changes: Any) -> Any:
    head = (
        Head(chain=JOINT, number=previous["number"], leaf=previous["leaf"], at=previous["at"])
        if previous
        else None
    )
    given: dict[str, Any] = {
        "chain": JOINT,
        "origin": "localhost/forged",
        "at": like["at"],
        "verb": like["verb"],
        "clause": like["clause"],
        "subject_kind": like["subject_kind"],
        "subject_id": like["subject_id"],
        "activity_id": like["activity_id"],
        "party": like["party"],
        "actor_id": like["actor_id"],
        "once": None,
        "is_chronicle": like["is_chronicle"],
        "facts": {},
        "words": {},
    }
    return seal(head, **(given | changes))


def test_an_inserted_entry_is_named_wherever_it_is_put(touched: House) -> None:
    """row 89: sealed correctly to the one before, the later ones moved on by one."""
    rows = [row for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT]
    for place in range(len(rows) + 1):
        with owner(touched) as connection:
            for row in reversed(rows[place:]):
                for table in (PAYLOADS, ENTRIES):
                    here = (table.c.chain == JOINT) & (table.c.number == row["number"])
                    connection.execute(update(table).where(here).values(number=row["number"] + 1_000))
            for row in rows[place:]:
                for table in (PAYLOADS, ENTRIES):
                    here = (table.c.chain == JOINT) & (table.c.number == row["number"] + 1_000)
                    connection.execute(update(table).where(here).values(number=row["number"] + 1))
            before = rows[place - 1] if place else None
            forged = _forged(before, before or rows[0], verb="test.prepared")
            entry = forged.entry._asdict()
            if place < len(rows):
                # UNIQUE(chain, previous) refuses two entries sealed to the same one: a fork cannot be stored.
                connection.execute(
                    update(ENTRIES)
                    .where(ENTRIES.c.chain == JOINT, ENTRIES.c.number == place + 2)
                    .values(previous="?")
                )
            connection.execute(ENTRIES.insert().values(entry))
            found = verdict(connection)
            # The forged one fits the one before it; the next one, or the head, does not fit the forged one.
            assert found.broken_at == (place + 2 if place < len(rows) else place + 1)


def test_a_fork_cannot_be_stored(touched: House) -> None:
    """I8: two entries sealed to the same one are refused by the database itself."""
    rows = [row for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT]
    forged = _forged(rows[0], rows[0])
    entry = forged.entry._asdict() | {"number": 500}
    with pytest.raises(Exception, match=r"(?i)unique"), owner(touched) as connection:
        connection.execute(ENTRIES.insert().values(entry))


def test_a_cut_tail_shows_only_against_a_kept_head(touched: House) -> None:
    """row 88: cut 1..n entries and put the head back: the chain alone passes, a kept head does not."""
    rows = [row for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT]
    kept = (rows[-1]["number"], rows[-1]["leaf"])
    for cut in range(1, len(rows)):
        last = rows[-1 - cut]
        with owner(touched) as connection:
            for table in (PAYLOADS, ENTRIES):
                connection.execute(
                    delete(table).where(table.c.chain == JOINT, table.c.number > last["number"])
                )
            moved = {name: last[name] for name in ("number", "leaf", "at")}
            connection.execute(update(HEADS).where(HEADS.c.chain == JOINT).values(moved))
            assert verdict(connection).holds
            found = verdict(connection, kept_head=kept)
            assert (found.broken_at, found.reason) == (last["number"] + 1, chain.HEAD_DIFFERS)


def test_a_cut_tail_with_its_head_left_behind_shows_by_itself(touched: House) -> None:
    """row 88"""
    last = [row for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT][-1]
    with owner(touched) as connection:
        for table in (PAYLOADS, ENTRIES):
            connection.execute(delete(table).where(table.c.chain == JOINT, table.c.number == last["number"]))
        assert verdict(connection).broken_at == last["number"]


def test_a_chain_rebuilt_from_any_point_differs_from_every_head_kept_after_it(touched: House) -> None:
    """row 90; row 91: and so a second history shown to the other party."""
    rows = [row for row in rows_of(touched, ENTRIES) if row["chain"] == JOINT]
    for start in range(len(rows)):
        with owner(touched) as connection:
            for table in (PAYLOADS, ENTRIES):
                connection.execute(delete(table).where(table.c.chain == JOINT, table.c.number > start))
            previous = rows[start - 1] if start else None
            for row in rows[start:]:
                previous = _forged(previous, row, origin="localhost/another").entry._asdict()
                connection.execute(ENTRIES.insert().values(previous))
            assert previous is not None
            head = {name: previous[name] for name in ("number", "leaf", "at")}
            connection.execute(update(HEADS).where(HEADS.c.chain == JOINT).values(head))
            assert verdict(connection).holds, "a rebuilt chain holds in itself: that is why heads are kept"
            for row in rows:
                found = verdict(connection, kept_head=(row["number"], row["leaf"]))
                assert found.holds == (row["number"] <= start)


def test_nothing_stands_before_the_first_entry(touched: House) -> None:
    first = rows_of(touched, ENTRIES)[0]
    assert first["previous"] == FIRST
    with owner(touched) as connection:
        for table in (PAYLOADS, ENTRIES):
            connection.execute(delete(table).where(table.c.chain == JOINT))
        assert verdict(connection).broken_at == 1


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    database=None,
)
@given(st.lists(st.tuples(WORDS, WORDS, st.integers(-(2**40), 2**40)), min_size=1, max_size=4))
def test_whatever_is_recorded_verifies(house: House, acts: list[tuple[str, str, int]]) -> None:
    """Any words, any whole number: recorded, read again, and still what was sealed."""
    with house.work(SYSTEM) as work:
        for title, reason, number in acts:
            work.record(Done(about=Subject("document", "any"), title=title, reason=reason, number=number))
    with house.read() as session:
        assert verify(session, JOINT).holds


def test_the_time_of_entries_never_goes_back(house: House) -> None:
    """row 39; row 94: with the clock put back, entries keep the last moment, and the record says so."""
    kou: Actor = person(house, "kou")
    act(house, kou)
    house.clock.move(hours=-2)
    with house.work(kou) as work:
        work.record(Done(about=Subject("document", "later"), title="後"))
    with house.read() as session:
        last, before = session.scalars(
            select(Entry).where(Entry.chain == JOINT).order_by(Entry.number.desc()).limit(2)
        ).all()
        assert before.verb == "clock.went_back"
        assert last.at == before.at
        assert verify(session, JOINT).holds
