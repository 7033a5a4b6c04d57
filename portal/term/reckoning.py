"""The agreement's days as they follow from its dates: terms, last days for notices, and the rule behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.agreement.life import DatesNow, terms
from portal.agreement.text import Edition
from portal.kernel import periods
from portal.kernel.periods import Basis, NoticeStanding, TakesEffect, Term
from portal.kernel.words import N_

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


@dataclass(frozen=True)
class NonRenewal:
    """By when a declaration of non-renewal must arrive; the last day by each reading ("non_renewal")."""

    last_day: dt.date
    safe: dt.date
    latest: dt.date
    recommended: dt.date
    lead_months: int


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


@dataclass(frozen=True)
class Reckoned:
    """Everything the page of the term says, as of one day in Asia/Tokyo."""

    dates: DatesNow
    today: dt.date
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


def reckoned(edition: Edition, dates: DatesNow, today: dt.date) -> Reckoned:
    """The terms so far and the next three, and what follows for today (R4-4; time.md 2.3)."""
    found = terms(edition, dates, today, ahead=TERMS_AHEAD)
    both = bool(
        dates.signed_on and not dates.effective_on and not dates.end_on_fixed and not dates.is_confirmed
    )
    other = terms(edition, replace(dates, count_first_day=not dates.count_first_day), today, ahead=TERMS_AHEAD + 1) if both else []
    lines = [
        TermLine(
            number,
            term,
            other[number - 1].expiry
            if number <= len(other) and other[number - 1].expiry != term.expiry
            else None,
            "past" if term.expiry < today else "running" if term.start <= today else "to_come",
            _basis(dates, number),
        )
        for number, term in enumerate(found, 1)
    ]
    running = next((line for line in lines if line.stands == "running"), None)
    readings = [day for day in (running.term.expiry, running.other_expiry) if day] if running else []
    return Reckoned(
        dates=dates,
        today=today,
        lines=lines,
        running=running,
        has_begun=bool(lines) and lines[0].term.start <= today,
        has_ended=bool(lines) and lines[-1].term.expiry < today,
        days_left=running.term.days_left(today) if running else None,
        recommended=periods.recommended_day(readings, closed=edition.closed_days) if readings else None,
        non_renewal=_non_renewal(edition, readings),
        both_conventions=both,
    )


def termination(edition: Edition, reckoned: Reckoned, planned_on: dt.date) -> Termination | None:
    """The last days for a notice that names `planned_on`; None for an agreement without such a notice or without
    a running term. It says how an arrival lies to the deadline, never whether the notice is valid."""
    term = edition.termination
    if term is None or reckoned.running is None or term.lead_months < 1:
        return None
    conventions = edition.conventions
    shared: dict[str, Any] = {
        "months": term.lead_months,
        "holiday_shift": conventions.holiday_shift,
        "closed": edition.closed_days,
    }
    counted = conventions.backward_count_first_day
    lasts = periods.termination_deadlines(planned_on, backward_count_first_day=counted, **shared)
    expiry = reckoned.running.term.expiry
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
        after_the_end=not renews and planned_on > expiry,
        is_far=(planned_on - reckoned.today).days > FAR,
    )


def _basis(dates: DatesNow, number: int) -> Basis:
    if dates.end_on_fixed:
        return Basis.FIXED_DAY
    if number > 1 or dates.effective_on:
        return Basis.STARTS_AT_MIDNIGHT
    return Basis.FIRST_DAY_COUNTED if dates.count_first_day else Basis.FIRST_DAY_NOT_COUNTED


def _non_renewal(edition: Edition, readings: Sequence[dt.date]) -> NonRenewal | None:
    term = edition.non_renewal
    if term is None or not readings:
        return None
    conventions = edition.conventions
    lasts = periods.non_renewal_deadlines(
        readings,
        lead_months=term.lead_months,
        holiday_shift=conventions.holiday_shift,
        closed=edition.closed_days,
        backward_count_first_day=conventions.backward_count_first_day,
    )
    return NonRenewal(
        lasts.default,
        lasts.safe,
        lasts.latest,
        periods.recommended_day([lasts.safe], closed=edition.closed_days),
        term.lead_months,
    )
