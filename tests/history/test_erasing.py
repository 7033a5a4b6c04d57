"""What a disposal erases is gone for good, and the chain says by which entry (art. 5, 7; security.md 5.6; row 121)."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.history import chain, erasing, queries
from portal.history.chain import verify
from portal.history.event import JOINT
from portal.history.models import Entry, Payload, SearchWords
from portal.history.seal import skeleton_of
from portal.kernel.db import Subject
from tests.conftest import House
from tests.history.acts import Done, act, person

THING = Subject("thing", "the-thing")


@pytest.fixture
def told(house: House) -> House:
    """Two sides told of one thing, together and each by itself; and of another thing."""
    kou, otsu = person(house, "kou"), person(house, "otsu")
    for who in (kou, otsu):
        with house.work(who) as work:
            work.record(Done(about=THING, title="秘密の設計", reason="見直しのため"))
            work.record(Done(about=THING, title="秘密の設計の下書き", private_to=who.party))
    act(house, kou, "ほかのこと", reason="別の理由")
    return house


def erased(house: House) -> int:
    with house.work(SYSTEM) as work:
        return erasing.erase_words(
            work, THING, fields={"title", "reason", "name"}, reference="HBK-0001", title="設計書"
        )


def verdicts(house: House) -> dict[str, chain.Verdict]:
    with house.read() as session:
        return {one: verify(session, one) for one in chain.chains(session)}


def test_the_words_are_gone_in_every_chain_and_each_chain_tells_which(told: House) -> None:
    assert erased(told) == 6
    with told.read() as session:
        left = session.scalars(select(Payload.content).where(Payload.content.like("%秘密%"))).all()
        assert left == []
        assert (
            session.scalars(select(SearchWords.chain).where(SearchWords.normal.contains("秘密"))).all() == []
        )
        assert "山田 花子" in session.scalars(select(Payload.content)).all(), "who acted is never erased"
        entries = session.scalars(select(Entry).where(Entry.verb == "words.erased")).all()
        facts = {entry.chain: skeleton_of(entry)["facts"] for entry in entries}
    assert {one: len(fact["erased"]) for one, fact in facts.items()} == {JOINT: 4, "kou": 1, "otsu": 1}
    found = verdicts(told)
    assert all(one.holds for one in found.values())
    assert {one: verdict.erased for one, verdict in found.items()} == {JOINT: 4, "kou": 1, "otsu": 1}


def test_nothing_more_is_erased_the_second_time(told: House) -> None:
    erased(told)
    assert erased(told) == 0
    assert all(verdict.holds for verdict in verdicts(told).values())


def number_of(house: House, chain_name: str, title: str) -> int:
    """The first entry of the chain with that title."""
    with house.read() as session:
        query = select(Payload.number).where(Payload.chain == chain_name, Payload.content == title)
        number: int | None = session.scalars(query.order_by(Payload.number)).first()
    assert number is not None
    return number


@contextmanager
def owner(house: House):
    """The database's owner at work on the payloads, past the triggers."""
    with house.app.engines.writer.begin() as connection:
        if house.app.engines.is_sqlite:
            connection.execute(text("DROP TRIGGER history_payloads_keeps_update"))
        else:
            connection.execute(text("ALTER TABLE history_payloads DISABLE TRIGGER USER"))
        yield connection


def test_words_erased_without_an_entry_do_not_pass(told: House) -> None:
    """Row 87: taking words away is as much a change as altering them."""
    first = number_of(told, "kou", "秘密の設計の下書き")
    with owner(told) as connection:
        gone = (Payload.chain == "kou", Payload.number == first)
        connection.execute(update(Payload).where(*gone).values(salt=None, content=None))
    found = verdicts(told)
    assert (found["kou"].broken_at, found["kou"].reason) == (first, chain.ERASED_UNTOLD)
    assert found[JOINT].holds


def test_erased_words_that_are_there_again_do_not_pass(told: House) -> None:
    """Row 121: as after an old backup was laid over the database."""
    with told.read() as session:
        held = session.scalars(select(Payload).where(Payload.chain == "kou", Payload.field == "title")).one()
        before = {"salt": held.salt, "content": held.content}
    erased(told)
    with owner(told) as connection:
        row = (Payload.chain == "kou", Payload.number == held.number, Payload.field == "title")
        connection.execute(update(Payload).where(*row).values(before))
    found = verdicts(told)["kou"]
    assert (found.broken_at, found.reason) == (held.number, chain.WORDS_ARE_BACK)


def test_an_entry_cannot_excuse_what_comes_after_it(told: House) -> None:
    """Only words of earlier entries can have been erased by it."""
    erased(told)
    kou = person(told, "kou")
    act(told, kou, "あとのこと")
    with told.read() as session:
        last = session.scalars(
            select(Entry.number).where(Entry.chain == JOINT).order_by(Entry.number.desc())
        ).first()
        assert last not in erasing.erased_in(session, JOINT)
    with owner(told) as connection:
        connection.execute(
            update(Payload)
            .where(Payload.chain == JOINT, Payload.number == last)
            .values(salt=None, content=None)
        )
    assert verdicts(told)[JOINT].reason == chain.ERASED_UNTOLD


def test_the_page_of_an_entry_says_by_which_entry_its_words_were_erased(told: House) -> None:
    number = number_of(told, JOINT, "秘密の設計")
    erased(told)
    kou = person(told, "kou")
    with told.read() as session:
        proof = queries.proof(session, kou, JOINT, number)
        assert proof.fault is None
        states = {one.field: (one.state, one.erased_by) for one in proof.opened}
        entry = session.scalars(select(Entry).where(Entry.chain == JOINT, Entry.verb == "words.erased")).one()
    assert states["title"] == ("erased", entry.number)
    assert states["name"] == ("fits", None)


def test_a_file_that_was_disposed_of_is_handed_out_no_more(told: House) -> None:
    with told.work(SYSTEM) as work:
        erasing.erase_file(work, "the-file", THING, reference="HBK-0001")
        erasing.erase_file(work, "the-file", THING, reference="HBK-0001")
        work.record(Done(about=THING, title="処分"))
    with told.read() as session:
        assert erasing.is_erased(session, "the-file") and not erasing.is_erased(session, "another")
        erasing.must_not_be_erased(session, "another")
        with pytest.raises(erasing.FileErased) as refused:
            erasing.must_not_be_erased(session, "the-file")
    assert refused.value.facts == {"reference": "HBK-0001"} and refused.value.status == 410


def test_a_session_that_only_reads_finds_the_same(told: House) -> None:
    with Session(told.app.engines.reader) as session:
        assert erasing.erased_in(session, JOINT) == {}
