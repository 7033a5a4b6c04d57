"""The agreement's days as they follow from its dates: terms, last days for notices, and the rule behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.agreement.life import Cause, DatesNow, terms, terms_without_end
from portal.agreement.text import Edition
from portal.kernel import periods
from portal.kernel.days import day_in_japan
from portal.kernel.periods import Basis, Conventions, HolidayShift, NoticeStanding, TakesEffect, Term
from portal.kernel.words import N_
from portal.term.arrival import Arrived
from portal.term.models import NoticeArrival, NoticeWord
from portal.term.notice import Counted

TERMS_AHEAD = 3
FAR = 366
"""A planned date further ahead than a year is taken with a warning (articles.md 1.4)."""

BASIS_NAMES: dict[Basis, str] = {basis: basis.value for basis in Basis}
STANDING_NAMES = {
    NoticeStanding.TIMELY: N_("期限内"),
    NoticeStanding.REVIEW: N_("要確認"),
    NoticeStanding.LATE: N_("期限後"),
}


@dataclass(frozen=True)
class TermLine:
    """One term: its place from 1, its days, its last day by the other convention where that differs."""

    number: int
    term: Term
    other_expiry: dt.date | None
    stands: str
    """past, running or to_come."""
    basis: Basis
    ends_by: Cause | None = None
    """What ends the agreement with this term, where an end was announced."""


@dataclass(frozen=True)
class NonRenewal:
    """By when a declaration of non-renewal must arrive; the last day by each reading ("non_renewal")."""

    last_day: dt.date
    safe: dt.date
    latest: dt.date
    recommended: dt.date
    lead_months: int
    unshifted: dt.date
    """The last day as it would be if no closed day moved it."""


@dataclass(frozen=True)
class Termination:
    """By when a notice for a planned date must arrive, by each reading ("termination")."""

    planned_on: dt.date
    last_day: dt.date
    safe: dt.date
    latest: dt.date
    recommended: dt.date
    lead_months: int
    last_day_in_force: dt.date
    takes_effect: TakesEffect
    basis: Basis
    today_is: NoticeStanding
    earliest_safe: dt.date
    renews_before: bool
    """Whether the agreement renews between now and the planned date, and then ends."""
    after_the_end: bool
    """Whether the agreement, not renewing by itself, has ended before the planned date."""
    is_far: bool
    unshifted: dt.date
    """The last day as it would be if no closed day moved it."""


@dataclass(frozen=True)
class Reckoned:
    """Everything the page of the term says, as of one day in Asia/Tokyo."""

    dates: DatesNow
    today: dt.date
    conventions: Conventions
    lines: Sequence[TermLine]
    running: TermLine | None
    has_begun: bool
    has_ended: bool
    days_left: int | None
    recommended: dt.date | None
    """The business day on or before the earlier reading of the last day (R4-4)."""
    non_renewal: NonRenewal | None
    both_conventions: bool
    """Whether the first day may be counted either way as long as the parties have not confirmed (R4-4)."""


def reckoned(
    edition: Edition, dates: DatesNow, today: dt.date, conventions: Conventions | None = None
) -> Reckoned:
    """The terms so far and the next three, and what follows for today (R4-4; time.md 2.3), by the conventions of
    counting that hold: the edition's own, unless the parties have settled others."""
    conventions = conventions or edition.conventions
    found = terms(edition, dates, today, ahead=TERMS_AHEAD)
    cut = dates.end if dates.end and found and found[-1].expiry == dates.end.last_day else None
    lines = [
        TermLine(
            number,
            term,
            None if cut and number == len(found) else _other_expiry(edition, dates, number, term),
            "past" if term.expiry < today else "running" if term.start <= today else "to_come",
            _basis(edition, dates, number, term.expiry),
            cut.cause if cut and number == len(found) else None,
        )
        for number, term in enumerate(found, 1)
    ]
    running = next((line for line in lines if line.stands == "running"), None)
    readings = expiry_readings(edition, dates, running.number) if running else []
    shown = [day for day in (running.term.expiry, running.other_expiry) if day] if running else []
    return Reckoned(
        dates=dates,
        today=today,
        conventions=conventions,
        lines=lines,
        running=running,
        has_begun=bool(lines) and lines[0].term.start <= today,
        has_ended=bool(lines) and lines[-1].term.expiry < today,
        days_left=running.term.days_left(today) if running else None,
        recommended=periods.recommended_day(shown, closed=edition.closed_days) if shown else None,
        non_renewal=_non_renewal(edition, readings, conventions),
        both_conventions=len(readings) > 1 or (running is None and _is_open(dates)),
    )


def expiry_readings(edition: Edition, dates: DatesNow, number: int) -> list[dt.date]:
    """The days on which the term `number` (from 1) may expire, as it runs unless an end was announced: the one
    reckoned first, then that of the other way of counting the first day, where it differs and the parties have
    confirmed neither (R4-4, R4-8). Nothing where there is no such term."""
    start = dates.effective_on or dates.signed_on
    if start is None:
        return []
    found = terms_without_end(edition, dates, start, ahead=number)
    if len(found) < number:
        return []
    expiry = found[number - 1].expiry
    other = _other_expiry(edition, dates, number, found[number - 1])
    return [expiry] if other is None else [expiry, other]


def confirmable(edition: Edition, dates: DatesNow, number: int) -> list[dt.date]:
    """The days that the parties may confirm as the expiry of the term `number`: its readings, upon what they have
    confirmed of the terms before it, whatever they said of it and of those after it (R4-8)."""
    before = tuple(one for one in dates.expiries if one[0] < number)
    return expiry_readings(edition, replace(dates, expiries=before), number)


def _is_open(dates: DatesNow) -> bool:
    """Whether the first day of the term may still be counted either way."""
    return bool(
        dates.signed_on and not dates.effective_on and not dates.end_on_fixed and not dates.is_confirmed
    )


def _other_expiry(edition: Edition, dates: DatesNow, number: int, term: Term) -> dt.date | None:
    """The last day of the term by the other way of counting, as long as that is open: a confirmed expiry day, of this
    term or of one before it, has settled it."""
    if not _is_open(dates) or any(confirmed <= number for confirmed, _ in dates.expiries):
        return None
    assert dates.signed_on
    other = replace(dates, count_first_day=not dates.count_first_day, expiries=())
    found = terms_without_end(edition, other, dates.signed_on, ahead=number)
    expiry = found[number - 1].expiry if len(found) >= number else term.expiry
    return expiry if expiry != term.expiry else None


def termination(edition: Edition, reckoned: Reckoned, planned_on: dt.date) -> Termination | None:
    """The last days for a notice that names `planned_on`; None for an agreement without such a notice or without
    a running term. It says how an arrival lies to the deadline, never whether the notice is valid."""
    term = edition.termination
    if term is None or reckoned.running is None or term.lead_months < 1:
        return None
    conventions = reckoned.conventions
    shared = counting(term.lead_months, conventions, edition.closed_days)
    counted = conventions.backward_count_first_day
    lasts = periods.termination_deadlines(planned_on, backward_count_first_day=counted, **shared)
    plain = periods.termination_deadlines(
        planned_on, months=term.lead_months, backward_count_first_day=counted
    )
    expiry = expiry_readings(edition, reckoned.dates, reckoned.running.number)[0]
    renews = edition.renewal.automatic and not reckoned.dates.end_on_fixed
    return Termination(
        planned_on=planned_on,
        last_day=lasts.default,
        safe=lasts.safe,
        latest=lasts.latest,
        recommended=periods.recommended_day([lasts.safe], closed=edition.closed_days),
        lead_months=term.lead_months,
        last_day_in_force=periods.last_day_in_force(planned_on, conventions.takes_effect),
        takes_effect=conventions.takes_effect,
        basis=Basis.COUNTED_BACK_COUNTED if counted else Basis.COUNTED_BACK_NOT_COUNTED,
        today_is=periods.termination_standing(planned_on, reckoned.today, **shared),
        earliest_safe=periods.earliest_safe_termination(reckoned.today, **shared),
        renews_before=renews and planned_on > expiry,
        after_the_end=not renews and planned_on > reckoned.lines[-1].term.expiry,
        is_far=(planned_on - reckoned.today).days > FAR,
        unshifted=plain.default,
    )


def counting(months: int, conventions: Conventions, closed: Collection[dt.date]) -> dict[str, Any]:
    """How the functions of the periods are told to count so many months before a day."""
    return {"months": months, "holiday_shift": conventions.holiday_shift, "closed": closed}


def _basis(edition: Edition, dates: DatesNow, number: int, expiry: dt.date) -> Basis:
    if expiry in {one.running_until for one in edition.lengths}:  # an amendment gave the term its last day
        return Basis.FIXED_DAY
    if dates.expiry_of(number) is not None:
        return Basis.CONFIRMED
    if dates.end_on_fixed and number == 1:
        return Basis.FIXED_DAY
    if number > 1 or dates.effective_on:
        return Basis.STARTS_AT_MIDNIGHT
    return Basis.FIRST_DAY_COUNTED if dates.count_first_day else Basis.FIRST_DAY_NOT_COUNTED


def _non_renewal(
    edition: Edition, readings: Sequence[dt.date], conventions: Conventions
) -> NonRenewal | None:
    term = edition.non_renewal
    if term is None or not readings:
        return None
    lasts = periods.non_renewal_deadlines(
        readings,
        lead_months=term.lead_months,
        holiday_shift=conventions.holiday_shift,
        closed=edition.closed_days,
        backward_count_first_day=conventions.backward_count_first_day,
    )
    plain = periods.non_renewal_deadlines(
        readings,
        lead_months=term.lead_months,
        holiday_shift=HolidayShift.NONE,
        backward_count_first_day=conventions.backward_count_first_day,
    )
    return NonRenewal(
        lasts.default,
        lasts.safe,
        lasts.latest,
        periods.recommended_day([lasts.safe], closed=edition.closed_days),
        term.lead_months,
        plain.default,
    )


# --------------------------------------------------------------------------------------- notices


@dataclass(frozen=True)
class NoticeDeadlines:
    """By when a notice must have arrived, by each reading, and what it would end on."""

    last_day: dt.date
    safe: dt.date
    latest: dt.date
    last_day_in_force: dt.date
    readings: Sequence[dt.date]
    """Of a declaration of non-renewal: the days on which its term may expire; else the planned date."""
    basis: Basis
    """The rule of the deadline shown."""
    takes_effect: TakesEffect | None
    """Of a termination: when on its planned date it takes effect."""


def deadlines_of(
    edition: Edition, dates: DatesNow, counted: Counted, planned_on: dt.date | None, term_number: int | None
) -> NoticeDeadlines:
    """The deadlines of a notice, by the conventions kept with it; the expiry day of a term by what the parties have
    confirmed of it since (R4-8)."""
    shift, back = counted.conventions.holiday_shift, counted.conventions.backward_count_first_day
    if planned_on is not None:
        found = periods.termination_deadlines(
            planned_on,
            months=counted.lead_months,
            backward_count_first_day=back,
            holiday_shift=shift,
            closed=counted.closed,
        )
        last = periods.last_day_in_force(planned_on, counted.conventions.takes_effect)
        basis = Basis.COUNTED_BACK_COUNTED if back else Basis.COUNTED_BACK_NOT_COUNTED
        return NoticeDeadlines(
            found.default,
            found.safe,
            found.latest,
            last,
            [planned_on],
            basis,
            counted.conventions.takes_effect,
        )
    assert term_number is not None  # a notice is of a term or of a day
    readings = expiry_readings(edition, dates, term_number)
    lasts = periods.non_renewal_deadlines(
        readings,
        lead_months=counted.lead_months,
        holiday_shift=shift,
        closed=counted.closed,
        backward_count_first_day=back,
    )
    basis = _basis(edition, dates, term_number, readings[0])
    return NoticeDeadlines(lasts.default, lasts.safe, lasts.latest, readings[0], readings, basis, None)


def counted_by(edition: Edition, conventions: Conventions, lead_months: int) -> Counted:
    """How a notice that is registered now is counted."""
    return Counted(lead_months, conventions, tuple(sorted(edition.closed_days)))


def recommended(lasts: NoticeDeadlines, edition: Edition) -> dt.date:
    """The business day on or before the earliest reading of the deadline: advice, no rule."""
    return periods.recommended_day([lasts.safe], closed=edition.closed_days)


def earliest_safe(edition: Edition, counted: Counted, arrived: dt.date) -> dt.date:
    """The first planned date for which an arrival on that day is in time by every reading (time.md 2.3)."""
    return periods.earliest_safe_termination(
        arrived, **counting(counted.lead_months, counted.conventions, counted.closed)
    )


def survival_end(last_day: dt.date, months: int) -> dt.date:
    """The last day of so many months from the day after `last_day`."""
    return periods.survival_end(last_day, months=months)


def terms_to_end(edition: Edition, dates: DatesNow, today: dt.date) -> list[tuple[int, dt.date]]:
    """The terms that a declaration of non-renewal may name, each by number and expiry day: the one that runs (or is to
    come), and the one before it, whose declaration may still be on its way. None where the text knows no such
    declaration."""
    if edition.non_renewal is None:
        return []
    found = terms_without_end(edition, dates, today)
    return [(number, found[number - 1].expiry) for number in range(len(found), max(len(found) - 2, 0), -1)]


def as_arrived(arrival: NoticeArrival, words: Sequence[NoticeWord]) -> Arrived:
    """A record of arrival with what was said of it, as the rules weigh it. A receiver's own word on what the sender
    recorded bears the day out, or does not; of what the receiver itself recorded, a second person of it does."""
    answers = [one for one in words if not one.is_second]
    is_acknowledged = any(one.is_confirmed for one in answers)
    if arrival.party == arrival.receiver:
        seconds = [one for one in words if one.is_second]
        is_seconded = seconds[-1].is_confirmed if seconds else None
    else:
        is_seconded = is_acknowledged if answers else None
    return Arrived(
        day=arrival.arrived_on,
        evidence_on=arrival.evidence_on or day_in_japan(arrival.at),
        is_seconded=is_seconded,
        is_acknowledged=is_acknowledged,
    )


# --------------------------------------------------------------------------------------- meetings


def meeting_due(last_held: dt.date | None, first_day: dt.date | None, months: int) -> dt.date | None:
    """The last day by which the next regular meeting is to be held: so many months from the day after the last one, or
    from the first day of the agreement; None without any day to count from."""
    if last_held is not None:
        return periods.period_end(last_held + dt.timedelta(days=1), months)
    return periods.period_end(first_day, months) if first_day is not None else None
