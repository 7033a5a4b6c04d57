"""Two at the same instant: whoever comes second sees what the first did, and nothing is done twice or never."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from portal.consent import rules
from portal.consent.rules import Standing
from portal.history.seal import skeleton_of
from portal.history.work import AlreadyDone
from portal.kernel.db import WRITER_LOCK
from portal.kernel.errors import NotAllowed
from portal.kernel.sqlite import WAIT_SECONDS
from portal.parties import commands as parties
from tests.makers.offices import two_on_postgres, two_on_sqlite
from tests.makers.papers import Office, open_office
from tests.makers.volumes import sized

__all__ = ["two_on_postgres", "two_on_sqlite"]
pytestmark = pytest.mark.volumes
TIMES = sized(20, 200)


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office on each of the databases."""
    with request.getfixturevalue(request.param).open(tmp_path) as opened:
        yield opened


@contextmanager
def another(office: Office, folder: Path) -> Iterator[Office]:
    """The same office as another process has it: with connections of its own, for those of one process queue."""
    other = open_office(office.url, folder / "beside", office.people, clock=office.clock)
    yield other
    other.app.engines.dispose()


@pytest.fixture
def beside(office: Office, tmp_path: Path) -> Iterator[Office]:
    """`office` once more."""
    with another(office, tmp_path) as other:
        yield other


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Every act begun at one instant, each in its own thread; what each came to: its answer or its refusal."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def do(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = acts[place]()
        except Exception as refused:
            outcomes[place] = refused

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_consents_at_one_instant_are_both_recorded_and_agree_exactly_once(office, beside):
    """Row 27; I2: never none, never two."""
    for _ in range(TIMES):
        id = office.tabled(office.people[0].drafter)
        seen = office.seen(id)
        actors = [side.officer.actor(office) for side in office.people.sides]
        places = zip((office, beside), actors, strict=True)
        outcomes = at_once(*(partial(place.consent, actor, id, seen=seen) for place, actor in places))
        assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
        own = [entry for entry in office.entries() if entry.subject_id == id]
        assert [entry.verb for entry in own].count("document.agreed") == 1
        given = [skeleton_of(entry)["facts"]["agreed"] for entry in own if entry.verb == "consent.given"]
        assert given == [False, True]
        assert office.document(id).standing == Standing.AGREED
    office.must_hold()


def test_who_waits_for_the_lock_has_read_nothing_before(two_on_postgres, tmp_path):
    """Row 27: the classic mistake on PostgreSQL. Both wait at the lock; the second to get it sees the first's act."""
    with two_on_postgres.open(tmp_path) as office, another(office, tmp_path) as beside:
        id = office.tabled(office.people[0].drafter)
        seen = office.seen(id)
        actors = [side.officer.actor(office) for side in office.people.sides]
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        with office.app.engines.reader.connect() as holder:
            holder.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))

            def let_go() -> None:
                end = time.monotonic() + WAIT_SECONDS - 1
                with office.app.engines.reader.connect() as looker:
                    while (both := looker.scalar(waiting) == len(actors)) is False and time.monotonic() < end:
                        looker.rollback()
                holder.rollback()
                assert both, "they did not both wait at the lock"

            places = zip((office, beside), actors, strict=True)
            *outcomes, fault = at_once(
                *(partial(place.consent, actor, id, seen=seen) for place, actor in places), let_go
            )
        assert fault is None
        assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
        assert office.document(id).standing == Standing.AGREED
        office.must_hold()


def test_a_new_revision_and_a_consent_at_one_instant_have_one_order(office, beside):
    """Row 26: the consent came first and has lapsed, or it is refused; it never holds for words not seen."""
    for turn in range(TIMES // 2):
        id = office.tabled(office.people[0].drafter)
        office.save(office.people[0].drafter, id, f"直した本文{turn}")
        seen = office.seen(id)
        officer = office.people[1].officer.actor(office)
        tabled, consented = at_once(
            partial(office.table, office.people[0].drafter, id),
            partial(beside.consent, officer, id, seen=seen),
        )
        assert not isinstance(tabled, Exception), tabled
        if isinstance(consented, Exception):
            assert isinstance(consented, rules.RevisionHasMoved)
        assert office.paper(id).consents == frozenset()
        assert office.document(id).revision == 2
    office.must_hold()


def test_a_withdrawal_and_the_last_consent_at_one_instant_have_one_order(office, beside):
    """Row 31: withdrawn first, and there is no agreement; or agreed first, and there is no withdrawal."""
    for _ in range(TIMES // 2):
        id = office.tabled(office.people[0].drafter)
        seen = office.seen(id)
        first, second = (side.officer.actor(office) for side in office.people.sides)
        office.consent(first, id)
        withdrawn, consented = at_once(
            partial(office.withdraw_consent, office.people[0].officer, id, seen=seen),
            partial(beside.consent, second, id, seen=seen),
        )
        assert not isinstance(consented, Exception)
        if isinstance(withdrawn, Exception):
            assert isinstance(withdrawn, rules.AgreedAlready)
            assert office.document(id).standing == Standing.AGREED
        else:
            assert office.document(id).standing == Standing.PARTIAL
    office.must_hold()


def test_the_same_submission_fifty_times_at_once_is_carried_out_once(office, beside):
    """Row 25; I7."""
    id = office.tabled(office.people[0].drafter)
    seen, officer = office.seen(id), office.people[1].officer.actor(office)
    outcomes = []
    for _ in range(5):  # ten at a time: as many as the pool serves
        outcomes += at_once(
            *(
                partial(place.consent, officer, id, seen=seen, once=("key", "what was sent"))
                for place in (office, beside)
                for _ in range(5)
            )
        )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} == {AlreadyDone}
    assert office.verbs().count("consent.given") == 1


def test_a_power_that_ends_and_a_consent_at_one_instant_have_one_order(office, beside):
    """Row 28: what was consented was consented before, or not at all."""
    id = office.tabled(office.people[0].drafter)
    seen, officer = office.seen(id), office.people[1].officer.actor(office)

    def end() -> None:
        with office.work(office.people[1].admin) as work:
            parties.end_consent_power(work, officer.member_id)

    ended, consented = at_once(end, lambda: beside.consent(officer, id, seen=seen))
    assert ended is None
    verbs = office.verbs()
    if isinstance(consented, Exception):
        assert isinstance(consented, NotAllowed)
        assert "consent.given" not in verbs
    else:
        assert verbs.index("consent.given") < verbs.index("consent_power.ended")
    office.must_hold()
