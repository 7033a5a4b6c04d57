"""Pages of the history: who may read what, in which order, how much of it, and by which index."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.access.actor import ANONYMOUS, Actor
from portal.access.policy import Role
from portal.history import queries
from portal.history.event import JOINT
from portal.history.models import Entry, Payload
from portal.history.queries import Cursor, Filters, Reading, read_cursor
from portal.kernel.db import Subject, json_object_of
from tests.conftest import NOON, House
from tests.history.acts import Done, Prepared, act, person

TRAIL = Filters(reading=Reading.TRAIL)


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the block sends to the database, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement != "BEGIN":
            sent.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fill(house: House, actor: Actor, many: int, *, own_side: int = 0) -> None:
    """`many` joint entries and `own_side` of the actor's own, several at one moment, the way Works make them."""
    kinds = (
        itertools.cycle([True] * max(own_side, 1) + [False] * max(many, 1))
        if own_side
        else itertools.repeat(False)
    )
    left = {True: own_side, False: many}
    while any(left.values()):
        house.clock.move(minutes=7)
        with house.work(actor) as work:
            for number in range(25):
                own = next(kinds)
                own = own if left[own] else not own
                if not left[own]:
                    break
                left[own] -= 1
                about = Subject("document", f"doc{number % 5}")
                if own:
                    work.record(Prepared(about=about, private_to=actor.party, title=f"準備 {number}"))
                else:
                    work.record(
                        Done(about=about, activity_id=f"act{number % 3}", title=f"題 {number}", number=number)
                    )


def everything(session: Session, reader: Actor, filters: Filters = TRAIL, limit: int = 7) -> list[Any]:
    """Every line a reader finds, page by page to the end."""
    lines: list[Any] = []
    before = None
    while True:
        page = queries.page(session, reader, filters, before=before, limit=limit)
        lines += page.lines
        if page.older is None:
            return lines
        before = page.older


# --- Who may read what ----------------------------------------------------------------------------


def test_a_member_reads_the_joint_chain_and_in_the_trail_the_own_partys(house: House) -> None:
    """row 1; row 21"""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    for who in (kou, otsu):
        act(house, who)
        act(house, who, own_side=True)
    with house.read() as session:
        assert {line.chain for line in everything(session, kou)} == {JOINT, "kou"}
        assert {line.chain for line in everything(session, otsu)} == {JOINT, "otsu"}
        assert {line.chain for line in everything(session, kou, Filters())} == {JOINT}


def test_the_operator_and_the_public_read_nothing_and_an_auditor_only_what_is_shared(house: House) -> None:
    """row 1; security.md 3.2"""
    kou = person(house, "kou")
    auditor = person(house, "kou", roles=[Role.AUDITOR])
    operator = person(house, None)
    act(house, kou)
    act(house, kou, own_side=True)
    with house.read() as session:
        for nobody in (operator, ANONYMOUS):
            page = queries.page(session, nobody, TRAIL)
            assert (list(page.lines), page.count) == ([], 0)
            assert queries.of_document(session, nobody, "doc1") == []
            assert queries.heads(session, nobody) == []
            assert queries.people(session, nobody) == []
            assert queries.activities(session, nobody) == []
        assert {line.chain for line in everything(session, auditor)} == {JOINT}
        assert [head.chain for head in queries.heads(session, auditor)] == [JOINT]


def test_a_partys_administrator_reads_the_own_chain_in_the_trail_and_no_other(house: House) -> None:
    """row 1; security.md 3.2: own internal history, for the administrator who manages the people told of in it"""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    administrator = person(house, "kou", roles=[Role.PARTY_ADMINISTRATOR])
    for who in (kou, otsu):
        act(house, who)
        act(house, who, own_side=True)
    with house.read() as session:
        assert {line.chain for line in everything(session, administrator)} == {JOINT, "kou"}
        assert [head.chain for head in queries.heads(session, administrator)] == [JOINT, "kou"]
        assert {line.chain for line in everything(session, administrator, Filters())} == {JOINT}


def test_own_side_acts_of_one_party_change_nothing_another_party_reads(house: House) -> None:
    """row 21; row 22: not a line, a count, a cursor, a number, a person or a head; non-interference."""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    fill(house, kou, 12, own_side=4)

    def seen() -> str:
        with house.read() as session:
            pages = [queries.page(session, kou, filters, limit=5) for filters in (TRAIL, Filters())]
            rest = [
                queries.people(session, kou),
                queries.activities(session, kou),
                queries.heads(session, kou),
                queries.of_document(session, kou, "doc1"),
                queries.of_activity(session, kou, "act1"),
                queries.messages(session, kou),
                everything(session, kou),
            ]
        return repr((pages, rest))

    before = seen()
    for number in range(6):
        act(house, otsu, f"秘 {number}", own_side=True, document="doc1", activity="act1")
    assert seen() == before


# --- Order, keys, counts --------------------------------------------------------------------------


def test_pages_by_key_give_every_entry_once_in_order_both_ways(house: House) -> None:
    """Also where several entries of both chains bear the same moment."""
    kou = person(house, "kou")
    fill(house, kou, 60, own_side=20)
    with house.read() as session:
        rows = session.scalars(select(Entry).where(Entry.chain.in_([JOINT, "kou"]))).all()
        expected = sorted(((row.at, row.chain, row.number) for row in rows), reverse=True)
        for limit in (1, 7, 50, 500):
            found = [tuple(line.cursor) for line in everything(session, kou, limit=limit)]
            assert found == expected, limit
        page = queries.page(session, kou, TRAIL, before=Cursor(*expected[40]), limit=7)
        assert [tuple(line.cursor) for line in page.lines] == expected[41:48]
        assert page.newer is not None
        back = queries.page(session, kou, TRAIL, after=page.newer, limit=7)
        assert [tuple(line.cursor) for line in back.lines] == expected[34:41]


def test_the_first_page_has_no_newer_one_and_the_last_no_older_one(house: House) -> None:
    kou = person(house, "kou")
    fill(house, kou, 10)
    with house.read() as session:
        first = queries.page(session, kou, Filters(), limit=4)
        assert first.newer is None
        assert first.older is not None
        second = queries.page(session, kou, Filters(), before=first.older, limit=20)
        assert second.newer is not None
        assert second.older is None
        newest = queries.page(session, kou, Filters(), after=second.newer, limit=20)
        assert newest.newer is None


def test_a_cursor_comes_back_from_the_address_as_it_went(house: House) -> None:
    cursor = Cursor(dt.datetime(2025, 9, 10, 5, 0, 0, 7, dt.UTC), "kou", 12)
    assert read_cursor(cursor.text()) == cursor
    for broken in (
        "",
        None,
        "x",
        "1.joint",
        "1.joint.x",
        "1.joint.-2",
        "９.joint.1",
        "9" * 30 + ".joint.1",
        "1..1",
    ):
        assert read_cursor(broken) is None


def test_counts_are_exact_to_a_thousand_and_then_say_so(sqlite_house: House) -> None:
    """decision 33; counts match the list."""
    house = sqlite_house
    kou = person(house, "kou")
    fill(house, kou, 700, own_side=298)
    with house.read() as session:
        page = queries.page(session, kou, TRAIL)
        assert page.count == len(everything(session, kou, limit=200)) == 1_000  # with founding and one person
        assert page.is_counted
    act(house, kou)
    with house.read() as session:
        assert not queries.page(session, kou, TRAIL).is_counted


def test_three_statements_make_a_page_of_ten_rows_and_a_page_of_a_thousand(house: House) -> None:
    """performance.md: nothing is asked row by row, whatever the data; a document's last entries take one."""
    kou = person(house, "kou")
    fill(house, kou, 10, own_side=3)
    counts = []
    for _round in range(2):
        with house.read() as session:
            session.connection()
            with statements(session) as sent:
                queries.page(session, kou, TRAIL, limit=1_000)
            with statements(session) as more:
                queries.of_document(session, kou, "doc1")
            with statements(session) as choices:
                queries.people(session, kou)
                queries.activities(session, kou)
            counts.append((len(sent), len(more), len(choices)))
        fill(house, kou, 1_000)
    assert counts == [(3, 1, 2), (3, 1, 2)]


def test_an_entry_without_words_is_listed_as_one_that_has_none(house: House) -> None:
    """What the portal itself does may have no words: no object of names and values is an empty one, everywhere."""
    with house.read() as session:
        nothing = select(json_object_of(Payload.field, Payload.content)).where(Payload.number < 0)
        assert session.scalar(nothing) == "{}"


# --- Filters --------------------------------------------------------------------------------------


def _titles(house: House, reader: Actor, **filters: Any) -> list[str | None]:
    with house.read() as session:
        page = queries.page(session, reader, Filters(reading=Reading.TRAIL, **filters))
        assert page.count == len(page.lines)
        return [line.words.get("title") for line in page.lines if line.verb != "test.person_came"]


def test_each_filter_finds_its_entries_and_no_others(house: House) -> None:
    kou, otsu = person(house, "kou"), person(house, "otsu", "John Smith")
    act(house, kou, "甲一", document="d1", activity="a1")
    act(house, otsu, "乙一", document="d2", activity="a1")
    house.clock.set(dt.datetime(2025, 11, 30, 14, 59, 30, tzinfo=dt.UTC))  # 23:59:30 in Japan, then 0:00:30
    act(house, otsu, "乙二", document="d1", activity="a2")
    act(house, kou, "甲準備", own_side=True, document="d1")
    middle = dt.date(2025, 12, 1)
    assert _titles(house, kou, party="otsu") == ["乙二", "乙一"]
    assert _titles(house, kou, person=otsu.member_id) == ["乙二", "乙一"]
    assert _titles(house, kou, activity="a1") == ["乙一", "甲一"]
    assert _titles(house, kou, subject="d1") == ["甲準備", "乙二", "甲一"]
    assert _titles(house, kou, clause="publicity") == ["乙二", "乙一", "甲一"]
    assert _titles(house, kou, verbs=("test.prepared",)) == ["甲準備"]
    assert _titles(house, kou, verbs=("test.prepared", "test.done")) == ["甲準備", "乙二", "乙一", "甲一"]
    assert _titles(house, kou, first_day=middle) == ["甲準備", "乙二"]
    assert _titles(house, kou, party="otsu", last_day=middle - dt.timedelta(days=1)) == ["乙一"]
    assert _titles(house, kou, since=house.clock.now() - dt.timedelta(minutes=1)) == ["甲準備"]
    assert _titles(house, kou, party="otsu", activity="a2", clause="publicity", words=("乙",)) == ["乙二"]


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("生成AI", True),
        ("生成ＡＩ", True),
        ("生成ai", True),
        ("ｾｲｾｲ", False),
        ("活用", True),
        ("TST-0001", True),
        ("tst-0001", True),
        ("100%", True),
        ("1%0", False),
        ("a_b", True),
        ("a!b", False),
        ("\\", False),
        ("'; DROP TABLE history_entries; --", False),
    ],
)
def test_words_are_found_in_any_width_and_case_and_signs_stand_for_themselves(
    house: House, typed: str, is_found: bool
) -> None:
    """row 69: % and _ are letters like others; 「生成ＡＩ」 finds 「生成AI」."""
    kou = person(house, "kou")
    act(house, kou, "生成AIの活用 100%", reason="A_B")
    assert bool(_titles(house, kou, words=(typed,))) == is_found


def test_every_word_must_be_there(house: House) -> None:
    kou = person(house, "kou")
    act(house, kou, "職員の研修")
    act(house, kou, "府民の講座")
    assert _titles(house, kou, words=("の", "研修")) == ["職員の研修"]
    assert _titles(house, kou, words=("研修", "講座")) == []


def test_words_of_another_party_are_never_found(house: House) -> None:
    """row 6: search result and count are of what the reader may read."""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    act(house, otsu, "カナリア七", own_side=True)
    assert _titles(house, kou, words=("カナリア",)) == []
    assert _titles(house, otsu, words=("カナリア",)) == ["カナリア七"]


# --- What can be chosen ---------------------------------------------------------------------------


def test_people_and_activities_are_those_whose_acts_the_reader_may_see(house: House) -> None:
    kou, otsu = person(house, "kou", "髙橋 実"), person(house, "otsu", "John Smith")
    person(house, "otsu", "名無し")
    act(house, kou, "はじめの題", activity="a1", reference="ACT-0001")
    act(house, kou, "次の題", activity="a1", reference="PAR-0001")
    act(house, otsu, activity="a2", reference="ACT-0002", title="二つ目")
    act(house, otsu, own_side=True)
    with house.read() as session:
        assert [(one.name, one.party) for one in queries.people(session, kou)] == [
            ("髙橋 実", "kou"),
            ("John Smith", "otsu"),
        ]
        assert [(one.reference, one.title) for one in queries.activities(session, kou)] == [
            ("ACT-0001", "はじめの題"),
            ("ACT-0002", "二つ目"),
        ]


def test_messages_are_what_the_others_did(house: House) -> None:
    kou, otsu = person(house, "kou"), person(house, "otsu")
    act(house, kou, "甲の件")
    act(house, otsu, "乙の件")
    act(house, otsu, "乙の準備", own_side=True)
    with house.read() as session:
        assert [told.line.words["title"] for told in queries.messages(session, kou)] == ["乙の件"]
        assert [told.line.words["title"] for told in queries.messages(session, otsu)] == ["甲の件"]


def test_months_keep_the_order_and_end_at_midnight_in_japan(house: House) -> None:
    kou = person(house, "kou")
    house.clock.set(dt.datetime(2026, 3, 31, 14, 58, 30, tzinfo=dt.UTC))
    act(house, kou, "三月")
    act(house, kou, "四月")
    with house.read() as session:
        months = queries.by_month(queries.page(session, kou, Filters(), limit=2).lines)
    assert [(one.fiscal_year, one.year, one.month) for one in months] == [(2026, 2026, 4), (2025, 2026, 3)]


# --- By which index -------------------------------------------------------------------------------

SCANS: list[tuple[str, Filters]] = [
    ("at<", TRAIL),
    ("is_chronicle", Filters()),
    ("party", Filters(reading=Reading.TRAIL, party="kou")),
    ("actor_id", Filters(reading=Reading.TRAIL, person="somebody")),
    ("verb", Filters(reading=Reading.TRAIL, verbs=("test.done", "test.prepared"))),
    ("clause", Filters(reading=Reading.TRAIL, clause="publicity")),
    ("activity_id", Filters(reading=Reading.TRAIL, activity="act1")),
    ("subject_id", Filters(reading=Reading.TRAIL, subject="doc1")),
    ("at>", Filters(reading=Reading.TRAIL, first_day=dt.date(2025, 10, 1), last_day=dt.date(2025, 10, 2))),
]


@pytest.mark.parametrize(("column", "filters"), SCANS, ids=[name for name, _ in SCANS])
@pytest.mark.parametrize("is_deep", [False, True])
def test_every_page_is_read_by_an_index_at_any_depth(
    house: House, column: str, filters: Filters, is_deep: bool
) -> None:
    """performance.md, goals 2 and 3: no scan of the table, no sort of more than the page."""
    kou = person(house, "kou")
    fill(house, kou, 60, own_side=20)
    before = Cursor(NOON + dt.timedelta(minutes=20), JOINT, 30) if is_deep else None
    with house.read() as session, statements(session) as sent:
        queries.page(session, kou, filters, before=before)
    plans = [plan_of(house, *one) for one in sent]
    for plan in plans:
        for line in plan:
            assert "Seq Scan" not in line, plan
            assert not line.startswith(("SCAN history", "SEARCH history")) or "INDEX" in line, plan
            assert not line.startswith("SCAN history"), plan
    assert any("history_entries" in line for line in plans[0]), plans[0]
    if house.app.engines.is_sqlite and not column.startswith("at"):
        assert any(f"{column}=?" in line for line in plans[0]), plans[0]


def plan_of(house: House, statement: str, parameters: Any) -> list[str]:
    """How the database goes about `statement`; PostgreSQL as if the tables were too large to be read whole."""
    with house.app.engines.writer.connect() as connection:
        if house.app.engines.is_sqlite:
            return [
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
        connection.exec_driver_sql("ANALYZE")
        for switch in ("seqscan", "bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{switch} = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


def test_choices_are_found_by_one_seek_each(house: House) -> None:
    kou = person(house, "kou")
    fill(house, kou, 60, own_side=20)
    with house.read() as session, statements(session) as sent:
        queries.people(session, kou)
        queries.activities(session, kou)
    for one in sent:
        plan = plan_of(house, *one)
        assert not any(
            "Seq Scan on history_entries" in line or line.startswith("SCAN history_entries") for line in plan
        )
