"""Periods by the Civil Code (138-143), as pure functions: terms, notices, survival, secrets.

Days are days in Japan. A period begins with its first counted day (起算日); that is the day after the event
(初日不算入, article 140) unless the period starts at 0:00 or the parties count the first day. It ends on the
day before the corresponding day, or on the last day of a month that has no such day (article 143(2)).
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import jpholiday

from portal.kernel.days import day_in_japan
from portal.kernel.words import N_

ONE_DAY = timedelta(days=1)


class NoticeStanding(StrEnum):
    """How the arrival of a notice lies to its deadline: in time, open to two readings, or late."""

    TIMELY = "timely"
    REVIEW = "review"
    LATE = "late"


class DutyStanding(StrEnum):
    """How a day lies to a duty of confidentiality: within it, to be talked over, or past it."""

    PROTECTED = "protected"
    REVIEW = "review"
    EXPIRED = "expired"


class TakesEffect(StrEnum):
    """When a termination takes effect on its planned date."""

    END_OF_PLANNED_DATE = "end_of_planned_date"
    START_OF_PLANNED_DATE = "start_of_planned_date"


class HolidayShift(StrEnum):
    """Whether a deadline of a notice that falls on a closed day moves to the next business day (142)."""

    NONE = "none"
    NEXT = "next"


class Basis(Enum):
    """The rule a day was reckoned by, as the sentence printed under it."""

    FIRST_DAY_NOT_COUNTED = N_("初日不算入（民法140条）・暦による計算（同143条）")
    FIRST_DAY_COUNTED = N_("初日算入（民法138条による当事者の定め）・暦による計算（同143条）")
    STARTS_AT_MIDNIGHT = N_("午前0時に始まるため初日算入（民法140条ただし書）・暦による計算（同143条）")
    FIXED_DAY = N_("協定に定められた末日")
    CONFIRMED = N_("すべての当事者が確認した日")
    COUNTED_BACK_NOT_COUNTED = N_("逆算・初日不算入（民法140条・143条の類推）")
    COUNTED_BACK_COUNTED = N_("逆算・初日算入（民法143条の類推）")


@dataclass(frozen=True)
class Conventions:
    """The conventions of counting an agreement is kept by (time.md 2.2); none of them stands in its text."""

    count_first_day: bool = False
    backward_count_first_day: bool = False
    takes_effect: TakesEffect = TakesEffect.END_OF_PLANNED_DATE
    holiday_shift: HolidayShift = HolidayShift.NONE


@dataclass(frozen=True)
class Term:
    """A term of the agreement: in force from `start` through the end of `expiry`."""

    start: date
    expiry: date

    def covers(self, day: date) -> bool:
        """Tell whether the day lies within the term."""
        return self.start <= day <= self.expiry

    def days_left(self, today: date) -> int:
        """Give the days from `today` to the expiry day: 0 on that day, negative after it."""
        return (self.expiry - today).days


class Deadlines(NamedTuple):
    """The last days on which a notice of termination may arrive, by each reading of "so many months before".

    `default` is the one shown and `alternative` its counterpart (counting back, first day not counted or
    counted); the forward ones let whole months run out before the planned date begins or ends. Arrival up to
    `safe` is in time by every reading; after `latest` it is late by every reading.
    """

    default: date
    alternative: date
    forward_first: date
    forward_second: date
    safe: date
    latest: date


class NonRenewalDeadlines(NamedTuple):
    """The last days on which a declaration of non-renewal may arrive: shown, earliest, latest."""

    default: date
    safe: date
    latest: date


class DutyDates(NamedTuple):
    """When a duty of confidentiality ends: from receipt, from the end of the agreement, the earlier."""

    from_receipt: date
    from_end: date | None
    cap: date


# --------------------------------------------------------------------------------------- counting months


def _months_after(day: date, months: int) -> tuple[int, int, int]:
    """Give year, month and last day of the month that lies so many months after (or before) the day's."""
    year, month_before = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month_before + 1, monthrange(year, month_before + 1)[1]


def _at_least_one(months: int) -> int:
    if months < 1:
        raise ValueError(f"a period has at least one month, not {months}")
    return months


def period_end(first_counted: date, months: int) -> date:
    """Give the last day of a period of so many months whose first counted day is given (Civil Code 143).

    Raises ValueError for fewer than one month.
    """
    year, month, last = _months_after(first_counted, _at_least_one(months))
    if first_counted.day > last:
        return date(year, month, last)
    return date(year, month, first_counted.day) - ONE_DAY


def counted_back(day: date, months: int) -> date:
    """Give the same day so many months earlier, or the last day of that month if it has no such day."""
    year, month, last = _months_after(day, -_at_least_one(months))
    return date(year, month, min(day.day, last))


def arrival_day(arrived: date | datetime) -> date:
    """Give the day of an arrival: a date is its whole day, an aware moment its day in Japan.

    A naive moment is refused with ValueError: it names no day (row 99).
    """
    return day_in_japan(arrived) if isinstance(arrived, datetime) else arrived


def _first_counted(event: date, count_first_day: bool) -> date:
    return event if count_first_day else event + ONE_DAY


# --------------------------------------------------------------------------------------- terms


def first_term(signed_on: date, *, months: int = 12, count_first_day: bool = False) -> Term:
    """Give the first term of an agreement that runs from its signing day ("term")."""
    return Term(signed_on, period_end(_first_counted(signed_on, count_first_day), months))


def effective_term(effective_on: date, *, months: int = 12) -> Term:
    """Give the first term from an effective day of its own: it starts at 0:00, so the first day counts."""
    return Term(effective_on, period_end(effective_on, months))


def fixed_term(start: date, end_on: date) -> Term:
    """Give the term of an agreement that states its last day. ValueError if before the start."""
    if end_on < start:
        raise ValueError(f"the last day {end_on} lies before the first day {start}")
    return Term(start, end_on)


def renewed_term(previous: Term, *, months: int = 12) -> Term:
    """Give the term that follows: from 0:00 of the day after the expiry day ("renewal")."""
    return effective_term(previous.expiry + ONE_DAY, months=months)


def terms_from(first: Term, *, months: int = 12) -> Iterator[Term]:
    """Give the term, its renewal, the renewal of that and so on without end, each of so many months."""
    term = first
    while True:
        yield term
        term = renewed_term(term, months=months)


def nth_term(signed_on: date, n: int, *, months: int = 12, count_first_day: bool = False) -> Term:
    """Give the term after `n` renewals, chained one after the other; 0 is the first term.

    Raises ValueError for a negative number.
    """
    if n < 0:
        raise ValueError(f"there is no term {n}")
    first = first_term(signed_on, months=months, count_first_day=count_first_day)
    return next(islice(terms_from(first, months=months), n, None))


def term_on(day: date, first: Term, *, months: int = 12) -> tuple[int, Term] | None:
    """Give number (0 is the first) and term running on a day if every renewal happens; None before."""
    if day < first.start:
        return None
    return next((n, term) for n, term in enumerate(terms_from(first, months=months)) if day <= term.expiry)


def survival_end(last_day_in_force: date, *, months: int = 12) -> date:
    """Give the last day on which the surviving provisions have effect ("survival"), from 0:00 after it."""
    return period_end(last_day_in_force + ONE_DAY, months)


# --------------------------------------------------------------------------------------- business days


@lru_cache(maxsize=512)
def national_holidays(year: int) -> frozenset[date]:
    """Give the national holidays of a year, including substitute holidays and days between two holidays."""
    return frozenset(day for day, _ in jpholiday.year_holidays(year))


def is_business_day(day: date, *, closed: Collection[date] = ()) -> bool:
    """Tell whether the day is no weekend, holiday, 29 December-3 January, nor one of `closed`."""
    if day.weekday() >= 5 or (day.month, day.day) in ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)):
        return False
    return day not in national_holidays(day.year) and day not in closed


def next_business_day(day: date, *, closed: Collection[date] = ()) -> date:
    """Give the first business day from the day on; the day itself if it is one."""
    while not is_business_day(day, closed=closed):
        day += ONE_DAY
    return day


def previous_business_day(day: date, *, closed: Collection[date] = ()) -> date:
    """Give the last business day up to the day; the day itself if it is one."""
    while not is_business_day(day, closed=closed):
        day -= ONE_DAY
    return day


def business_days_after(day: date, number: int, *, closed: Collection[date] = ()) -> date:
    """Give the day on which so many business days have passed since the day (which is not counted)."""
    for _ in range(number):
        day = next_business_day(day + ONE_DAY, closed=closed)
    return day


def business_days_between(day: date, today: date, *, closed: Collection[date] = ()) -> int:
    """Give how many business days have passed since the day (not counted) up to today; 0 if none."""
    return sum(is_business_day(day + n * ONE_DAY, closed=closed) for n in range(1, (today - day).days + 1))


def _shifted(day: date, shift: HolidayShift, closed: Collection[date]) -> date:
    return next_business_day(day, closed=closed) if shift is HolidayShift.NEXT else day


# --------------------------------------------------------------------------------------- notices


def _standing(day: date, safe: date, latest: date) -> NoticeStanding:
    if day <= safe:
        return NoticeStanding.TIMELY
    return NoticeStanding.REVIEW if day <= latest else NoticeStanding.LATE


def _latest_whole_months_until(limit: date, months: int) -> date:
    """Give the last day from which (not counted) so many whole months still run out by the limit."""
    candidate = counted_back(limit, months) + timedelta(days=4)
    while period_end(candidate + ONE_DAY, months) > limit:
        candidate -= ONE_DAY
    return candidate


def termination_deadlines(
    planned_on: date,
    *,
    months: int = 1,
    backward_count_first_day: bool = False,
    holiday_shift: HolidayShift = HolidayShift.NONE,
    closed: Collection[date] = (),
) -> Deadlines:
    """Give the deadlines for the arrival of a notice that must come so many months before the planned date.

    Months counted back and months counted forward differ by up to four days, and nothing settles which holds;
    so every reading is given ("termination", time.md 2.3 and 2.5). Counting the first day backwards exchanges
    the deadline shown with its alternative and leaves `safe` and `latest` where they are. A holiday shift
    moves every reading that falls on a closed day to the next business day.
    """
    not_counted = counted_back(planned_on - ONE_DAY, months)
    counted = counted_back(planned_on, months)
    default, alternative = (counted, not_counted) if backward_count_first_day else (not_counted, counted)
    readings = (
        default,
        alternative,
        _latest_whole_months_until(planned_on - ONE_DAY, months),
        _latest_whole_months_until(planned_on, months),
    )
    a, b, c, d = (_shifted(day, holiday_shift, closed) for day in readings)
    return Deadlines(a, b, c, d, safe=min(a, b, c), latest=max(a, b, d))


def termination_standing(
    planned_on: date,
    arrived: date | datetime,
    *,
    months: int = 1,
    holiday_shift: HolidayShift = HolidayShift.NONE,
    closed: Collection[date] = (),
) -> NoticeStanding:
    """Give how the arrival of a notice lies to the planned date; its validity is the parties' question."""
    deadlines = termination_deadlines(planned_on, months=months, holiday_shift=holiday_shift, closed=closed)
    return _standing(arrival_day(arrived), deadlines.safe, deadlines.latest)


def earliest_safe_termination(
    arrived: date | datetime,
    *,
    months: int = 1,
    holiday_shift: HolidayShift = HolidayShift.NONE,
    closed: Collection[date] = (),
) -> date:
    """Give the first planned date for which an arrival then is in time by every reading."""
    day = arrival_day(arrived)

    def is_safe(after: int) -> bool:
        planned_on = day + timedelta(days=after)
        deadlines = termination_deadlines(
            planned_on, months=months, holiday_shift=holiday_shift, closed=closed
        )
        return deadlines.safe >= day

    # The safe day never moves back as the planned date moves on: search the first safe date by halves.
    return day + timedelta(days=bisect_left(range(31 * months + 10), True, lo=1, key=is_safe))


def last_day_in_force(planned_on: date, takes_effect: TakesEffect = TakesEffect.END_OF_PLANNED_DATE) -> date:
    """Give the last day on which a terminated agreement is in force: the planned date or the day before."""
    return planned_on - ONE_DAY if takes_effect is TakesEffect.START_OF_PLANNED_DATE else planned_on


def non_renewal_deadlines(
    expiries: Iterable[date],
    *,
    lead_months: int = 0,
    holiday_shift: HolidayShift = HolidayShift.NONE,
    closed: Collection[date] = (),
    backward_count_first_day: bool = False,
) -> NonRenewalDeadlines:
    """Give the deadlines for a declaration of non-renewal; the first expiry day is the one shown, the rest
    readings.

    Without a lead the declaration may still arrive on the expiry day ("non_renewal"); with one, every reading
    of "so many months before" is taken for every reading of the expiry day. Raises ValueError without an
    expiry day.
    """
    days = list(expiries)
    if not days:
        raise ValueError("a deadline of non-renewal needs an expiry day")
    if lead_months:
        spans = [
            termination_deadlines(
                expiry,
                months=lead_months,
                backward_count_first_day=backward_count_first_day,
                holiday_shift=holiday_shift,
                closed=closed,
            )
            for expiry in days
        ]
        return NonRenewalDeadlines(
            spans[0].default, min(span.safe for span in spans), max(span.latest for span in spans)
        )
    shifted = [_shifted(expiry, holiday_shift, closed) for expiry in days]
    return NonRenewalDeadlines(shifted[0], min(shifted), max(shifted))


def non_renewal_standing(
    signed_on: date,
    n: int,
    arrived: date | datetime,
    *,
    months: int = 12,
    lead_months: int = 0,
    confirmed_expiry: date | None = None,
    holiday_shift: HolidayShift = HolidayShift.NONE,
    closed: Collection[date] = (),
) -> NoticeStanding:
    """Give how the arrival of a declaration of non-renewal lies to the expiry of the term after `n` renewals.

    Both ways of counting the first day are weighed unless the parties have confirmed the expiry day together;
    then only that day counts (R4-8).
    """
    expiries = (
        [confirmed_expiry]
        if confirmed_expiry is not None
        else [
            nth_term(signed_on, n, months=months, count_first_day=counted).expiry for counted in (False, True)
        ]
    )
    deadlines = non_renewal_deadlines(
        expiries, lead_months=lead_months, holiday_shift=holiday_shift, closed=closed
    )
    return _standing(arrival_day(arrived), deadlines.safe, deadlines.latest)


def recommended_day(deadlines: Iterable[date], *, closed: Collection[date] = ()) -> date:
    """Give the business day on or before the earliest reading: advice for the calendar, no rule of law."""
    return previous_business_day(min(deadlines), closed=closed)


# --------------------------------------------------------------------------------------- confidentiality


def duty_end(received_on: date | datetime, *, months: int = 60, count_first_day: bool = False) -> date:
    """Give the last day of the duty that runs from receipt ("confidentiality.duration")."""
    return period_end(_first_counted(arrival_day(received_on), count_first_day), months)


def duty_dates(
    received_on: date | datetime,
    last_day_in_force: date | None,
    *,
    months: int = 60,
    survival_months: int = 12,
    count_first_day: bool = False,
) -> DutyDates:
    """Give when the duty ends: by receipt, by survival (None while the agreement runs), and first."""
    from_receipt = duty_end(received_on, months=months, count_first_day=count_first_day)
    if last_day_in_force is None:
        return DutyDates(from_receipt, None, from_receipt)
    from_end = survival_end(last_day_in_force, months=survival_months)
    return DutyDates(from_receipt, from_end, min(from_receipt, from_end))


def duty_standing(
    received_on: date | datetime,
    last_day_in_force: date | None,
    today: date | datetime,
    *,
    months: int = 60,
    survival_months: int = 12,
    count_first_day: bool = False,
) -> DutyStanding:
    """Give how today lies to the duty: within it, past the survival but not the duty's own period, or past
    both.

    Between the two dates there are two serious readings, so the portal protects and says so (time.md 2.7).
    """
    day = arrival_day(today)
    dates = duty_dates(
        received_on,
        last_day_in_force,
        months=months,
        survival_months=survival_months,
        count_first_day=count_first_day,
    )
    if day > dates.from_receipt:
        return DutyStanding.EXPIRED
    if dates.from_end is not None and day > dates.from_end:
        return DutyStanding.REVIEW
    return DutyStanding.PROTECTED
