"""What was planned for a day that has passed is told once, to every party."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from portal.history.models import Entry, Message
from portal.kernel.clock import day_in_japan
from portal.tasks.events import EndNotRecorded, StartNotRecorded
from portal.tasks.overdue import tell_what_is_overdue
from tests.tasks.planned import plan


def told(house):
    with house.read() as session:
        verbs = (StartNotRecorded.verb, EndNotRecorded.verb)
        return [
            (entry.verb, entry.subject_id, entry.party, entry.activity_id)
            for entry in session.scalars(select(Entry).where(Entry.verb.in_(verbs)).order_by(Entry.number))
        ]


@pytest.fixture
def today(house):
    return day_in_japan(house.clock.now())


@pytest.fixture
def planned(house):
    with house.read() as session:
        party = house.works.parties(session)[0]

    def add(number, **days):
        return plan(house.app.engines, number, party=party, at=house.clock.now(), **days)

    return add


def test_a_planned_start_that_passed_unrecorded_is_told_once(house, planned, today):
    id = planned(1, start=today)
    assert tell_what_is_overdue(house.works) == 0
    house.clock.move(days=1)
    assert tell_what_is_overdue(house.works) == 1
    house.clock.move(days=1)
    assert tell_what_is_overdue(house.works) == 0
    assert told(house) == [(StartNotRecorded.verb, id, None, id)]


def test_every_party_gets_the_message(house, planned, today):
    """Both sides see it on home."""
    planned(1, start=today - dt.timedelta(days=1))
    tell_what_is_overdue(house.works)
    with house.read() as session:
        messages = session.execute(select(Message.party, func.count()).group_by(Message.party)).all()
        assert sorted(messages) == sorted((party, 1) for party in house.works.parties(session))


def test_an_activity_running_beyond_its_planned_end_is_told_once(house, planned, today):
    id = planned(1, start=today - dt.timedelta(days=9), end=today, state="running")
    assert tell_what_is_overdue(house.works) == 0
    house.clock.move(days=1)
    assert tell_what_is_overdue(house.works) == 1
    assert tell_what_is_overdue(house.works) == 0
    assert told(house) == [(EndNotRecorded.verb, id, None, id)]


@pytest.mark.parametrize("state", ["completed", "cancelled", "suspended", "withdrawn"])
def test_what_is_over_or_suspended_is_not_overdue(house, planned, today, state):
    planned(1, start=today - dt.timedelta(days=9), end=today - dt.timedelta(days=1), state=state)
    assert tell_what_is_overdue(house.works) == 0


def test_forty_days_of_downtime_lose_nothing(house, planned, today):
    """Row 103."""
    for number in range(1, 41):
        planned(number, start=today + dt.timedelta(days=number - 1))
    house.clock.move(days=40)
    assert tell_what_is_overdue(house.works) == 40
    assert tell_what_is_overdue(house.works) == 0


def test_before_founding_nothing_is_overdue(unfounded):
    assert tell_what_is_overdue(unfounded.works) == 0
