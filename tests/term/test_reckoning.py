"""The term and its last days, reckoned from the agreement's data (R4-4; time.md); no database."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from portal.agreement.life import Cause, End
from portal.agreement.queries import DatesNow
from portal.agreement.text import FOUNDING_FILE, Edition, read_edition, texts_of
from portal.kernel.periods import Basis, Conventions, HolidayShift, NoticeStanding, TakesEffect
from portal.term import reckoning
from tests.makers.agreements import THREE

ASSUMED = dt.date(2023, 9, 7)
DATES = DatesNow(ASSUMED, None, None, False, False, False, "d")


@pytest.fixture
def edition() -> Edition:
    return read_edition(*texts_of(FOUNDING_FILE))


def test_all_terms_so_far_and_the_next_three_are_shown(edition: Edition):
    """R4-4; time.md 2.4."""
    found = reckoning.reckoned(edition, DATES, dt.date(2025, 10, 1))
    assert [(line.term.start, line.term.expiry) for line in found.lines] == [
        (dt.date(2023, 9, 7), dt.date(2024, 9, 7)),
        (dt.date(2024, 9, 8), dt.date(2025, 9, 7)),
        (dt.date(2025, 9, 8), dt.date(2026, 9, 7)),
        (dt.date(2026, 9, 8), dt.date(2027, 9, 7)),
        (dt.date(2027, 9, 8), dt.date(2028, 9, 7)),
        (dt.date(2028, 9, 8), dt.date(2029, 9, 7)),
    ]
    assert [line.stands for line in found.lines] == [
        "past",
        "past",
        "running",
        "to_come",
        "to_come",
        "to_come",
    ]
    assert found.running and found.running.number == 3


def test_both_conventions_are_shown_until_the_parties_have_confirmed(edition: Edition):
    today = dt.date(2025, 10, 1)
    open_ = reckoning.reckoned(edition, DATES, today)
    assert open_.running and open_.running.other_expiry == dt.date(2026, 9, 6)
    confirmed = reckoning.reckoned(edition, dataclasses.replace(DATES, is_confirmed=True), today)
    assert confirmed.running and confirmed.running.other_expiry is None
    assert open_.running.basis is Basis.STARTS_AT_MIDNIGHT
    assert open_.lines[0].basis is Basis.FIRST_DAY_NOT_COUNTED


def test_the_recommended_day_is_the_business_day_on_or_before_the_earlier_reading(edition: Edition):
    """Time.md 2.4: to end on Monday 2026-09-07 the recommended day is Friday 2026-09-04."""
    found = reckoning.reckoned(edition, DATES, dt.date(2026, 8, 1))
    assert found.recommended == dt.date(2026, 9, 4)
    assert found.non_renewal and found.non_renewal.last_day == dt.date(2026, 9, 7)
    assert (found.non_renewal.safe, found.non_renewal.latest) == (dt.date(2026, 9, 6), dt.date(2026, 9, 7))
    assert found.non_renewal.recommended == dt.date(2026, 9, 4)


def test_on_the_expiry_day_itself_the_term_still_runs(edition: Edition):
    """No lead time: until the expiry day, inclusive."""
    found = reckoning.reckoned(edition, DATES, dt.date(2026, 9, 7))
    assert found.running and found.running.number == 3 and found.days_left == 0
    after = reckoning.reckoned(edition, DATES, dt.date(2026, 9, 8))
    assert after.running and after.running.number == 4


def test_after_two_renewals_the_last_days_follow_the_current_term(edition: Edition):
    """Excellent 3.6: conclusion on 2024-02-29."""
    dates = dataclasses.replace(DATES, signed_on=dt.date(2024, 2, 29), is_confirmed=True)
    found = reckoning.reckoned(edition, dates, dt.date(2026, 6, 1))
    assert found.running and found.running.number == 3
    assert found.non_renewal and found.non_renewal.last_day == found.running.term.expiry


def test_a_planned_termination_has_three_standings(edition: Edition):
    """Time.md 2.5: for 2025-03-01 the ways of counting differ by up to four days."""
    found = reckoning.reckoned(edition, DATES, dt.date(2025, 1, 29))
    asked = reckoning.termination(edition, found, dt.date(2025, 3, 1))
    assert asked is not None
    assert asked.last_day == dt.date(2025, 1, 28)
    assert (asked.safe, asked.latest) == (dt.date(2025, 1, 28), dt.date(2025, 2, 1))
    assert asked.today_is is NoticeStanding.REVIEW
    assert asked.last_day_in_force == dt.date(2025, 3, 1)
    assert asked.recommended == dt.date(2025, 1, 28)


def test_the_earliest_safe_planned_date_is_offered(edition: Edition):
    """Time.md 2.5: arrival 2024-08-31 → 2024-10-02."""
    found = reckoning.reckoned(edition, DATES, dt.date(2024, 8, 31))
    asked = reckoning.termination(edition, found, dt.date(2024, 9, 30))
    assert asked is not None and asked.earliest_safe == dt.date(2024, 10, 2)


def test_a_planned_date_beyond_the_expiry_says_that_the_agreement_renews_in_between(edition: Edition):
    found = reckoning.reckoned(edition, DATES, dt.date(2026, 8, 1))
    asked = reckoning.termination(edition, found, dt.date(2026, 12, 31))
    assert asked is not None and asked.renews_before and not asked.is_far
    far = reckoning.termination(edition, found, dt.date(2028, 1, 1))
    assert far is not None and far.is_far


def test_without_a_date_nothing_is_reckoned(edition: Edition):
    """Decision 30."""
    found = reckoning.reckoned(edition, dataclasses.replace(DATES, signed_on=None), dt.date(2025, 10, 1))
    assert found.lines == [] and found.running is None and found.non_renewal is None
    assert reckoning.termination(edition, found, dt.date(2026, 1, 1)) is None


def test_another_agreement_has_its_own_months_and_conventions():
    """Three years with a fixed last day, no renewal by itself, three months' notice: all from the file."""
    edition = read_edition(*texts_of(THREE))
    dates = DatesNow(None, edition.dates.effective_on, edition.dates.end_on_fixed, False, False, False, None)
    found = reckoning.reckoned(edition, dates, dt.date(2025, 10, 1))
    assert [(line.term.start, line.term.expiry) for line in found.lines] == [
        (dt.date(2025, 4, 1), dt.date(2028, 3, 31))
    ]
    assert found.lines[0].basis is Basis.FIXED_DAY and found.non_renewal is None
    asked = reckoning.termination(edition, found, dt.date(2026, 4, 1))
    assert asked is not None and asked.lead_months == 3
    assert asked.last_day_in_force == dt.date(2026, 3, 31)
    assert asked.basis is Basis.COUNTED_BACK_COUNTED
    beyond = reckoning.termination(edition, found, dt.date(2028, 6, 1))
    assert beyond is not None and beyond.after_the_end and not beyond.renews_before


def test_a_confirmed_expiry_day_settles_its_own_term_and_those_after_it(edition: Edition):
    """R4-8: after that only that day counts."""
    dates = dataclasses.replace(DATES, expiries=((3, dt.date(2026, 9, 7)),))
    found = reckoning.reckoned(edition, dates, dt.date(2026, 8, 1))
    assert found.running and found.running.other_expiry is None and found.running.basis is Basis.CONFIRMED
    assert found.non_renewal and found.non_renewal.safe == found.non_renewal.latest == dt.date(2026, 9, 7)
    assert [line.other_expiry is not None for line in found.lines] == [True, True, False, False, False, False]
    assert not found.both_conventions


def test_the_other_reading_may_be_confirmed_too_and_then_the_chain_follows_it(edition: Edition):
    assert reckoning.confirmable(edition, DATES, 3) == [dt.date(2026, 9, 7), dt.date(2026, 9, 6)]
    dates = dataclasses.replace(DATES, expiries=((3, dt.date(2026, 9, 6)),))
    assert reckoning.confirmable(edition, dates, 3) == [dt.date(2026, 9, 7), dt.date(2026, 9, 6)]
    found = reckoning.reckoned(edition, dates, dt.date(2026, 9, 7))
    assert found.running and found.running.number == 4
    assert found.running.term.expiry == dt.date(2027, 9, 6)


def test_an_announced_end_cuts_the_last_line_and_leaves_no_other_reading(edition: Edition):
    end = End(Cause.TERMINATION, dt.date(2026, 3, 31), measures_apply=True)
    found = reckoning.reckoned(edition, dataclasses.replace(DATES, end=end), dt.date(2026, 1, 5))
    assert found.running and found.running.ends_by is Cause.TERMINATION
    assert (found.running.term.expiry, found.running.other_expiry) == (dt.date(2026, 3, 31), None)
    assert found.lines[-1] == found.running and found.days_left == 85


def test_conventions_the_parties_settled_change_the_days_they_are_about(edition: Edition):
    """time.md 2.2: the start of the planned date, the first day counted backwards, a closed day."""
    today, planned = dt.date(2025, 7, 1), dt.date(2025, 9, 11)
    plain = reckoning.termination(edition, reckoning.reckoned(edition, DATES, today), planned)
    settled = Conventions(
        backward_count_first_day=True,
        takes_effect=TakesEffect.START_OF_PLANNED_DATE,
        holiday_shift=HolidayShift.NEXT,
    )
    other = reckoning.termination(edition, reckoning.reckoned(edition, DATES, today, settled), planned)
    assert plain and other
    assert (plain.last_day, plain.last_day_in_force) == (dt.date(2025, 8, 10), planned)
    assert (other.last_day, other.last_day_in_force) == (dt.date(2025, 8, 12), dt.date(2025, 9, 10))
    assert (plain.unshifted, other.unshifted) == (dt.date(2025, 8, 10), dt.date(2025, 8, 11))
    assert other.basis is Basis.COUNTED_BACK_COUNTED


def test_a_declaration_may_name_the_running_term_or_the_one_before_it(edition: Edition):
    """S7: a paper sent in one term may arrive in the next."""
    assert reckoning.terms_to_end(edition, DATES, dt.date(2025, 9, 8)) == [
        (3, dt.date(2026, 9, 7)),
        (2, dt.date(2025, 9, 7)),
    ]
    assert reckoning.terms_to_end(edition, DATES, dt.date(2024, 1, 1)) == [(1, dt.date(2024, 9, 7))]
    assert reckoning.terms_to_end(read_edition(*texts_of(THREE)), DATES, dt.date(2025, 9, 8)) == []
