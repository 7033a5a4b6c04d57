"""Where the agreement stands on a day: terms, announced ends, survival (art. 4, 5; R5-7); pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreement.life import Cause, DatesNow, End, Mode, life_on, terms, terms_without_end
from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of
from tests.makers.papers import THREE

SIGNED = dt.date(2023, 9, 7)
DATES = DatesNow(SIGNED, None, None, False, True, False, "dates")
FOUNDING = read_edition(*texts_of(FOUNDING_FILE))
KYOGIKAI = read_edition(*texts_of(THREE))
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31))


def ending(cause: Cause, last_day: dt.date) -> DatesNow:
    return replace(DATES, end=End(cause, last_day, measures_apply=True))


def modes(dates: DatesNow, *days: dt.date) -> list[Mode]:
    return [life_on(FOUNDING, dates, day).mode for day in days]


def test_without_a_date_there_is_no_term():
    assert life_on(FOUNDING, replace(DATES, signed_on=None), SIGNED).mode is Mode.UNDATED


def test_it_renews_itself_from_the_facts_however_long_nobody_looks():
    assert [term.expiry.year for term in terms(FOUNDING, DATES, dt.date(2026, 12, 1))] == [2024, 2025, 2026, 2027]
    assert modes(DATES, dt.date(2023, 9, 6), SIGNED, dt.date(2059, 1, 1)) == [
        Mode.TO_COME, Mode.IN_FORCE, Mode.IN_FORCE,
    ]  # fmt: skip


def test_an_announced_non_renewal_ends_with_the_term_and_survives_for_a_year():
    """S11: the modes follow by themselves."""
    dates = ending(Cause.NON_RENEWAL, dt.date(2026, 9, 7))
    assert modes(
        dates,
        dt.date(2026, 9, 1), dt.date(2026, 9, 7), dt.date(2026, 9, 8), dt.date(2027, 9, 7), dt.date(2027, 9, 8),
    ) == [Mode.END_ANNOUNCED, Mode.END_ANNOUNCED, Mode.ENDED, Mode.ENDED, Mode.OVER]  # fmt: skip
    life = life_on(FOUNDING, dates, dt.date(2026, 9, 8))
    assert (life.last_day, life.survival_end) == (dt.date(2026, 9, 7), dt.date(2027, 9, 7))
    assert not life.is_in_force and not life.goes_on


def test_a_termination_cuts_the_running_term():
    """S7: planned for 31 October 2025, in the third term."""
    found = terms(FOUNDING, ending(Cause.TERMINATION, dt.date(2025, 10, 31)), dt.date(2026, 6, 1))
    assert [(term.start, term.expiry) for term in found][-1] == (dt.date(2025, 9, 8), dt.date(2025, 10, 31))


def test_a_termination_beyond_the_expiry_renews_in_between_and_then_ends():
    dates = ending(Cause.TERMINATION, dt.date(2026, 12, 31))
    assert len(terms(FOUNDING, dates, dt.date(2026, 7, 1))) == 3
    assert [term.expiry for term in terms(FOUNDING, dates, dt.date(2027, 7, 1))][-1] == dt.date(2026, 12, 31)
    ahead = terms(FOUNDING, dates, dt.date(2026, 7, 1), ahead=3)
    assert (len(ahead), ahead[-1].expiry) == (4, dt.date(2026, 12, 31))


def test_clauses_survive_by_themselves_or_with_their_article():
    life = life_on(FOUNDING, DATES, SIGNED)
    survive = [id for id in ("art5.1", "art6.2", "art7.4", "art8.1", "art8.2", "art9.1.s1") if life.survives(FOUNDING, id)]
    assert survive == ["art5.1", "art7.4", "art8.2", "art9.1.s1"]


def test_an_agreement_that_does_not_renew_by_itself_ends_unless_the_parties_renew_it():
    dates = replace(DATES, signed_on=None, effective_on=dt.date(2024, 4, 1))
    first = life_on(KYOGIKAI, dates, dt.date(2027, 3, 31))
    assert (first.mode, first.last_day) == (Mode.IN_FORCE, dt.date(2027, 3, 31))
    after = life_on(KYOGIKAI, dates, dt.date(2027, 4, 1))
    assert (after.mode, after.end.cause if after.end else None) == (Mode.ENDED, Cause.EXPIRY)
    renewed = life_on(KYOGIKAI, replace(dates, renewals=1), dt.date(2027, 4, 1))
    assert (renewed.mode, renewed.last_day) == (Mode.IN_FORCE, dt.date(2030, 3, 31))


@given(signed=DAYS, days=st.integers(0, 4000), last=st.integers(0, 4000))
def test_with_an_end_the_terms_are_those_without_it_cut_at_its_last_day(signed, days, last):
    dates, today = replace(DATES, signed_on=signed), signed + dt.timedelta(days=days)
    last_day = signed + dt.timedelta(days=last)
    cut = terms(FOUNDING, replace(dates, end=End(Cause.TERMINATION, last_day, True)), today)
    whole = terms_without_end(FOUNDING, dates, today)
    assert [term.start for term in cut] == [term.start for term in whole if term.start <= last_day]
    assert all(term.expiry <= last_day for term in cut)
    for one, other in zip(cut, whole, strict=False):
        assert one.expiry == min(other.expiry, last_day)


@given(signed=DAYS, last=st.integers(0, 3000))
def test_every_day_has_one_mode_and_they_come_in_order(signed, last):
    last_day = signed + dt.timedelta(days=last)
    dates = replace(DATES, signed_on=signed, end=End(Cause.TERMINATION, last_day, True))
    order = [Mode.TO_COME, Mode.END_ANNOUNCED, Mode.ENDED, Mode.OVER]
    survival = life_on(FOUNDING, dates, last_day).survival_end
    assert survival is not None
    days = [signed - dt.timedelta(1), signed, last_day, last_day + dt.timedelta(1), survival, survival + dt.timedelta(1)]
    found = [life_on(FOUNDING, dates, day).mode for day in days]
    assert [order.index(mode) for mode in found] == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("mode", [Mode.UNDATED, Mode.TO_COME, Mode.ENDED, Mode.OVER])
def test_only_a_term_that_runs_is_in_force(mode):
    life = replace(life_on(FOUNDING, DATES, SIGNED), mode=mode)
    assert not life.is_in_force
