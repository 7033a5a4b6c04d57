"""Term: one period after another from the dates all parties confirmed; silence renews; nothing is decided (R4-*)."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.agreement import queries as agreement
from portal.agreement.life import Life, Mode
from portal.agreement.text import FOUNDING_FILE, Edition, read_edition, texts_of
from portal.kernel.clock import JAPAN
from portal.kernel.periods import NoticeStanding
from portal.term import reckoning
from portal.term.dates import DATES
from tests.conftest import House
from tests.makers.activities import consented, dated_agreement, edition_of, entered_dates
from tests.makers.notices import (
    agreed_accord,
    arrived,
    dispatched,
    non_renewal_body,
    notice_body,
    notice_of,
)


@pytest.fixture
def edition() -> Edition:
    return read_edition(*texts_of(FOUNDING_FILE))


def signed(on: dt.date, *, is_confirmed: bool = True) -> agreement.DatesNow:
    return agreement.DatesNow(on, None, None, False, is_confirmed, False, "d")


def test_the_agreement_runs_one_year_and_renews_as_long_as_nobody_declares_otherwise(edition: Edition):
    """Art4.1: the clock set forward, nothing else has happened."""
    dates = signed(dt.date(2023, 9, 7))
    for year in range(2024, 2034):
        found = reckoning.reckoned(edition, dates, dt.date(year, 9, 8))
        assert found.running is not None
        assert found.running.number == year - 2022


def test_renewal_is_chained_and_not_anchored_to_the_day_of_signing(edition: Edition):
    """Finding 3: signed 2024-02-28, the third renewal ends on 2028-02-29."""
    found = reckoning.reckoned(edition, signed(dt.date(2024, 2, 28)), dt.date(2028, 1, 1))
    assert found.running is not None and found.running.term.expiry == dt.date(2028, 2, 29)


def test_a_declaration_of_non_renewal_may_arrive_until_the_expiry_day_itself(edition: Edition):
    """Finding 2: no lead time."""
    found = reckoning.reckoned(edition, signed(dt.date(2023, 9, 7)), dt.date(2025, 9, 1))
    assert found.non_renewal is not None and found.running is not None
    assert found.non_renewal.last_day == found.running.term.expiry == dt.date(2025, 9, 7)


def test_termination_asks_one_month_and_one_day_late_is_not_silently_in_time(edition: Edition):
    """Art4.2; S7: the safe day before 2025-10-31 is 2025-09-29."""
    dates = signed(dt.date(2023, 9, 7))

    def on(day: dt.date) -> NoticeStanding:
        found = reckoning.reckoned(edition, dates, day)
        asked = reckoning.termination(edition, found, dt.date(2025, 10, 31))
        assert asked is not None
        return asked.today_is

    assert on(dt.date(2025, 9, 29)) is NoticeStanding.TIMELY
    assert on(dt.date(2025, 9, 30)) is NoticeStanding.REVIEW
    assert on(dt.date(2025, 10, 2)) is NoticeStanding.LATE


def test_entering_the_dates_needs_the_confirmation_of_every_party(staffed: House):
    """R0-1, R4-8: an agreement with a date not yet confirmed counts as in force, and is marked (decision 30)."""
    people, edition = staffed.people, edition_of(staffed)
    today = dt.date(2025, 10, 1)
    with staffed.read() as session:
        assert not agreement.in_force(session, edition, today).is_in_force
    document = entered_dates(staffed, people)
    with staffed.read() as session:
        now = agreement.in_force(session, edition, today)
    assert (now.is_in_force, now.is_confirmed) == (True, False)
    for side in people.sides:
        consented(staffed, side.officer, DATES, document)
    with staffed.read() as session:
        now = agreement.in_force(session, edition, today)
    assert (now.is_in_force, now.is_confirmed) == (True, True)


def test_the_dates_stand_in_the_history(staffed: House):
    from sqlalchemy import select

    from portal.history.models import Entry

    dated_agreement(staffed, staffed.people)
    with staffed.read() as session:
        verbs = session.scalars(select(Entry.verb)).all()
    assert "agreement.dates_entered" in verbs and "agreement.dates_confirmed" in verbs


# --- Notices (R4-1, R4-7)


def ended(house: House) -> Life:
    with house.read() as session:
        return agreement.in_force(session, edition_of(house), house.clock.now().astimezone(JAPAN).date())


def test_s7_a_declaration_one_day_late_converts_nothing_and_leaves_three_ways(dated: House):
    """S7, with the tested agreement's days: the first term expires on Thursday 10 September 2026."""
    people, (receiver, sender) = dated.people, dated.people.parties
    dated.clock.set(dt.datetime(2026, 9, 7, 9, 10, tzinfo=JAPAN))
    late = dispatched(dated, people, sender, non_renewal_body(dated, sender, 1), means="certified")
    dated.clock.set(dt.datetime(2026, 9, 11, 9, 10, tzinfo=JAPAN))
    arrived(dated, people[receiver].drafter, late)
    life = ended(dated)
    assert (notice_of(dated, late).standing, life.mode, life.end) == ("late", Mode.IN_FORCE, None)
    assert life.term is not None and life.term.expiry == dt.date(2027, 9, 10), "the second term has begun"

    timely = dispatched(dated, people, sender, notice_body(dated, sender, planned_on="2026-10-31"))
    dated.clock.set(dt.datetime(2026, 9, 16, 9, 10, tzinfo=JAPAN))
    arrived(dated, people[receiver].drafter, timely)
    life = ended(dated)
    assert (notice_of(dated, timely).standing, life.mode) == ("timely", Mode.END_ANNOUNCED)
    assert life.end is not None and life.end.last_day == dt.date(2026, 10, 31)
    assert life.survival_end == dt.date(2027, 10, 31)
    agreed_accord(dated, people, "withdrawal", notice=notice_of(dated, late).reference)
    assert ended(dated).end == life.end, "taking the late one back takes nothing else back"


def test_s7_variation_handed_to_the_guard_on_the_last_day_is_to_be_checked(sqlite_staffed: House):
    """The first day may be counted either way until the parties confirm; the evidence of arrival is asked for."""
    people, (receiver, sender) = sqlite_staffed.people, sqlite_staffed.people.parties
    entered_dates(sqlite_staffed, people)
    sqlite_staffed.clock.set(dt.datetime(2026, 9, 10, 18, 30, tzinfo=JAPAN))
    id = dispatched(sqlite_staffed, people, sender, non_renewal_body(sqlite_staffed, sender, 1), means="hand")
    arrived(
        sqlite_staffed,
        people[receiver].drafter,
        id,
        at=dt.time(18),
        evidence="守衛の受付簿",
        evidence_on=None,
    )
    assert notice_of(sqlite_staffed, id).standing == "review"
    assert ended(sqlite_staffed).end is None, "what is to be checked announces nothing"
