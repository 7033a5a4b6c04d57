"""What stands around an item comes with one statement, as each table has it, on either database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.consent.models import Document
from portal.kernel.db import Packed
from portal.kernel.errors import NotFound
from portal.publicity import commands, queries
from portal.publicity.item import PUBLICITY
from portal.publicity.models import EmbargoedCopy, EventEnd, Publication, PublicityItem, PublicityRecord
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import agreed, agreed_activity
from tests.makers.publicity import OPENS, agreed_item, published, reported, tabled_item


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(house.app.engines.reader, "before_cursor_execute", note)
    yield said
    event.remove(house.app.engines.reader, "before_cursor_execute", note)


@pytest.fixture
def busy_item(dated: House) -> tuple[House, str]:
    """An item after an event, out through one channel with another text, copied, differed from, corrected."""
    people = dated.people
    id = agreed_item(
        dated, people, timing_kind="after_event", event="発表会", day="", time="", until_day="2025-10-20"
    )
    with dated.work(people[0].press.actor(dated)) as work:
        commands.take_copy(work, id, output="kou.ja", recipient="記者クラブ")
    dated.clock.set(OPENS)
    with dated.work(people[0].press.actor(dated)) as work:
        commands.end_event(work, id, ended_at=OPENS - dt.timedelta(minutes=5), remark="終わった")
    published(dated, people[0].press, id, is_agreed_text=False, final_text="違う文面", remark="差替え")
    reported(dated, people[1].press, nature="differs", document_id=id, channel=2, appeared_at=OPENS)
    tabled_item(
        dated, people, relation="correction", concerns="PUB-0001", relation_reason="誤り", title="訂正"
    )
    return dated, id


def test_every_row_is_as_its_table_has_it(busy_item: tuple[House, str]) -> None:
    """Moments, days, flags and texts, whatever the database writes into JSON."""
    house, id = busy_item
    reader = house.people[1].reader.actor(house)
    with house.read() as session:
        with statements(house) as said:
            around = queries.around(session, reader, id)
        assert len(said) == 1
        row = queries.row(session, reader, id)
        assert tuple(around.row) == tuple(row) and around.row._fields == row._fields
        found = around.appeared
        for model, rows in (
            (Publication, list(found.publications.values())),
            (EventEnd, [found.event_end]),
            (EmbargoedCopy, found.copies),
            (PublicityRecord, found.records),
        ):
            (stored,) = session.scalars(select(model))
            (given,) = rows
            for column in model.__table__.columns:
                assert getattr(given, column.key) == getattr(stored, column.key), (model, column.key)
                assert type(getattr(given, column.key)) is type(getattr(stored, column.key))
        assert [one.title for one in found.followed_by] == ["訂正"] and found.concerns is None
        assert around.on_the_table == "" and around.activity is None
        correction = queries.around(session, reader, found.followed_by[0].id)
        assert correction.appeared.concerns and correction.appeared.concerns.id == id
        assert '"訂正"' in correction.on_the_table


def test_an_item_that_the_reader_may_not_know_of_is_not_there(dated: House) -> None:
    """Row 1."""
    people = dated.people
    id = agreed_item(dated, people)
    with dated.read() as session:
        for reader, asked in ((people[0].reader, "nowhere"), (people.operator, id)):
            with pytest.raises(NotFound):
                queries.around(session, reader.actor(dated), asked)


def test_the_activity_is_named_by_the_paper_that_brought_it_about(sqlite_dated: House) -> None:
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people, title="取組の題")
    id = tabled_item(house, people, activity_id=activity)
    with house.read() as session:
        around = queries.around(session, people[0].reader.actor(house), id)
    assert around.activity and (around.activity.reference, around.activity.title) == ("ACT-0001", "取組の題")


def test_the_page_takes_at_most_twelve_statements_wherever_the_item_stands(sqlite_dated: House) -> None:
    """performance.md: on the table, agreed, out; with an activity."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    id = tabled_item(house, people, activity_id=activity)
    counted: list[int] = []
    browser = Browser(house)
    browser.sign_in(people[1].officer.email, people[1].officer.password)
    for step in range(3):
        if step == 1:
            agreed(house, people, PUBLICITY, id)
        elif step == 2:
            house.clock.set(OPENS)
            published(house, people[0].press, id)
            browser.sign_in(people[1].officer.email, people[1].officer.password)
        browser.get(f"/publicity/{id}", expect=200)
        with statements(house) as said:
            browser.get(f"/publicity/{id}", expect=200)
        counted.append(len(said))
    assert max(counted) <= 12, counted


def test_a_packed_row_holds_nothing_as_nothing(dated: House) -> None:
    packed = Packed(PublicityItem.id, PublicityItem.opens_at, Document.agreed_at, PublicityItem.embargo)
    id = tabled_item(dated, dated.people, embargo="no")
    with dated.read() as session:
        query = select(packed.text).join(Document, Document.id == PublicityItem.id)
        row = packed.unpacked(session.scalars(query).one())
    assert (row.id, row.opens_at, row.agreed_at, row.embargo) == (id, OPENS, None, False)
    assert row.opens_at.tzinfo is dt.UTC
