"""Since when something waits, by the calendar and the business days of Japan."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.home.reckoning import LONG, days_since, waits_long
from portal.kernel.clock import JAPAN
from portal.kernel.periods import business_days_between

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31))


def at(day, hour=12):
    return dt.datetime.combine(day, dt.time(hour), JAPAN)


def test_what_happened_shortly_before_midnight_in_japan_was_yesterday():
    assert days_since(at(dt.date(2025, 10, 1), 23), dt.date(2025, 10, 2)) == 1
    assert days_since(at(dt.date(2025, 10, 2), 0), dt.date(2025, 10, 2)) == 0


def test_a_moment_to_come_is_no_age_below_zero():
    assert days_since(at(dt.date(2025, 10, 3)), dt.date(2025, 10, 2)) == 0


def test_ten_business_days_are_long_and_nine_are_not():
    # Wed 1 October 2025; Mon 13 October is a holiday.
    assert not waits_long(at(dt.date(2025, 10, 1)), dt.date(2025, 10, 15))
    assert waits_long(at(dt.date(2025, 10, 1)), dt.date(2025, 10, 16))


def test_a_day_on_which_no_work_is_done_makes_it_later():
    closed = {dt.date(2025, 10, 16)}
    assert not waits_long(at(dt.date(2025, 10, 1)), dt.date(2025, 10, 16), closed=closed)
    assert waits_long(at(dt.date(2025, 10, 1)), dt.date(2025, 10, 17), closed=closed)


@settings(deadline=None)
@given(DAYS, st.integers(0, 60))
def test_long_is_exactly_ten_business_days(day, later):
    today = day + dt.timedelta(days=later)
    assert waits_long(at(day), today) == (business_days_between(day, today) >= LONG)
