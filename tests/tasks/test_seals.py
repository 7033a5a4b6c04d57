"""The day's seal: every chain in itself, once, in the record first and then in a file."""

import base64
import datetime as dt
import os

import pytest
from sqlalchemy import select

from portal.agreement.queries import parties_now
from portal.history.chain import chains, verify
from portal.history.event import JOINT
from portal.history.models import Entry
from portal.history.seal import skeleton_of
from portal.history.work import ClockWentBack
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject
from portal.kernel.digest import canonical
from portal.tasks import seals
from portal.tasks.events import DaySealed

SUBJECT = Subject("portal", "clock")


def act(house, chain=None):
    """Something is done, told in `chain`."""
    with house.work() as work:
        work.record(ClockWentBack(about=SUBJECT, private_to=chain, seconds=6))


def sealed(house, chain=JOINT):
    with house.read() as session:
        found = session.scalars(
            select(Entry).where(Entry.chain == chain, Entry.verb == DaySealed.verb).order_by(Entry.number)
        )
        return [skeleton_of(entry)["facts"] for entry in found]


def length(house, chain=JOINT):
    with house.read() as session:
        return verify(session, chain).entries


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "seals"


def test_a_day_is_sealed_when_it_is_over(house):
    assert seals.take_seals(house.works) == 0
    day = day_in_japan(house.clock.now())
    house.clock.move(days=1)
    assert seals.take_seals(house.works) == 1
    with house.read() as session:
        first = session.get_one(Entry, (JOINT, 1))
    assert sealed(house) == [{"day": day.isoformat(), "size": 1, "leaf": first.leaf}]


def test_the_day_ends_at_midnight_in_japan(house):
    house.clock.set(dt.datetime(2025, 10, 1, 14, 59, 59, tzinfo=dt.UTC))
    assert seals.take_seals(house.works) == 0
    house.clock.set(dt.datetime(2025, 10, 1, 15, 0, tzinfo=dt.UTC))
    assert seals.take_seals(house.works) == 1


def test_a_seal_makes_no_further_day_due(house):
    for _ in range(5):
        house.clock.move(days=1)
        seals.take_seals(house.works)
    assert len(sealed(house)) == 1


def test_after_forty_days_without_a_look_one_seal_covers_them(house):
    """Row 103."""
    for _ in range(5):
        house.clock.move(days=8)
        act(house)
    house.clock.move(minutes=1)
    assert seals.take_seals(house.works) == 1
    assert [(one["day"], one["size"]) for one in sealed(house)] == [("2025-11-02", 5)]
    assert length(house) == 7
    house.clock.move(days=1)
    assert seals.take_seals(house.works) == 1
    assert [one["size"] for one in sealed(house)] == [5, 6]


def test_each_party_is_sealed_in_its_own_chain_and_no_other_shows_it(house):
    """No gap and no line tells a party what another does by itself (architecture 2.6)."""
    with house.read() as session:
        party, other = list(parties_now(session))[:2]
    act(house, chain=party)
    house.clock.move(days=1)
    assert seals.take_seals(house.works) == 2
    assert [one["size"] for one in sealed(house, party)] == [1]
    assert (length(house, other), length(house)) == (0, 2)
    with house.read() as session:
        assert all(
            party not in entry.skeleton
            for entry in session.scalars(select(Entry).where(Entry.chain == JOINT))
        )


def test_a_seal_is_laid_into_a_file_of_three_lines(house, folder):
    """Row 91: what a party takes away and compares."""
    house.clock.move(days=1)
    seals.take_seals(house.works)
    assert seals.write_files(house.works, folder) == 1
    path = folder / JOINT / "2025-10-01.txt"
    with house.read() as session:
        first = session.get_one(Entry, (JOINT, 1))
    origin = skeleton_of(first)["origin"]
    assert path.read_text().splitlines()[1:] == ["1", base64.b64encode(bytes.fromhex(first.leaf)).decode()]
    read = seals.read_checkpoint(path.read_text())
    assert read[0].startswith("localhost:8000/") and read[0].endswith(f"/{JOINT}")
    assert origin == "localhost:8000/unfounded" or read[0] == f"{origin}/{JOINT}"
    assert read[1:] == (1, first.leaf)
    with house.read() as session:
        assert verify(session, JOINT, kept_head=read[1:]).holds


def test_what_was_sealed_but_not_yet_written_is_written_at_the_next_look(house, folder):
    """Row 85: the process died between the commit and the file."""
    for _ in range(3):
        house.clock.move(days=1)
        seals.take_seals(house.works)
        act(house)
    assert len(sealed(house)) == 3
    assert seals.write_files(house.works, folder) == 3
    assert sorted(path.name for path in (folder / JOINT).iterdir()) == [
        "2025-10-01.txt", "2025-10-02.txt", "2025-10-03.txt",
    ]  # fmt: skip
    assert seals.write_files(house.works, folder) == 0


def test_a_full_disk_leaves_no_half_file(house, folder, monkeypatch):
    """Row 110."""

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    house.clock.move(days=1)
    seals.take_seals(house.works)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            seals.write_files(house.works, folder)
    assert list((folder / JOINT).iterdir()) == []
    assert seals.write_files(house.works, folder) == 1


@pytest.mark.parametrize(
    "text", ["", "a\n1\n", "a\nb\nAAAA\n", "a\n1\nAAAA\n", "a\n1\n!\n", "a\n1\nAA==\nmore\n"]
)
def test_what_is_no_seal_is_refused(text):
    with pytest.raises(ValueError):
        seals.read_checkpoint(text)


def test_a_chain_with_seals_holds(house):
    for _ in range(3):
        act(house)
        house.clock.move(days=1)
        seals.take_seals(house.works)
    with house.read() as session:
        assert all(verify(session, chain).holds for chain in chains(session))
        assert all(
            canonical(skeleton_of(entry)).decode() == entry.skeleton
            for entry in session.scalars(select(Entry))
        )
