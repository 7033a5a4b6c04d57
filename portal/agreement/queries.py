"""The edition in force, and the agreement's dates as they stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.agreement.models import AgreementDates, AgreementEdition
from portal.agreement.text import Edition, read_edition
from portal.kernel.db import rows
from portal.kernel.errors import NotFound
from portal.kernel.periods import Basis, Term, effective_term, first_term, fixed_term, renewed_term
from portal.parties.models import Party

_HELD: dict[str, Edition] = {}
"""Editions by their digest: the text of an edition never changes, so it is read once a process."""
_HELD_BY, _NUMBER = "edition in force", "its number"


_ONE_EDITION = select(AgreementEdition.number, AgreementEdition.digest).where(
    AgreementEdition.number == bindparam("number")
)
_LAST_EDITION = (
    select(AgreementEdition.number, AgreementEdition.digest).order_by(AgreementEdition.number.desc()).limit(1)
)


def edition(session: Session, number: int | None = None) -> Edition:
    """Edition `number` of the agreement, or, without a number, the edition in force.

    Raises NotFound when there is none.
    """
    held = session.info.get(_HELD_BY)
    if held is not None and number in {None, session.info.get(_NUMBER)}:
        return cast(Edition, held)
    row = rows(session, _LAST_EDITION if number is None else _ONE_EDITION, {"number": number}).first()
    if row is None:
        raise NotFound()
    return edition_of(session, row.number, row.digest)


def in_force_while(session: Session, number: int, digest: str) -> Edition:
    """The edition `number`, which is the one in force for as long as `session` reads: it is not asked for again."""
    found = session.info[_HELD_BY] = edition_of(session, number, digest)
    session.info[_NUMBER] = number
    return found


def edition_of(session: Session, number: int, digest: str) -> Edition:
    """The edition with that number and digest, read once a process."""
    if digest not in _HELD:
        stored = session.execute(
            select(AgreementEdition.text, AgreementEdition.portal_text).where(
                AgreementEdition.number == number
            )
        ).one()
        _HELD[digest] = read_edition(stored.text, stored.portal_text)
    return _HELD[digest]


def edition_number(session: Session) -> int:
    """The number of the edition in force; 0 before founding."""
    return (
        session.scalar(select(AgreementEdition.number).order_by(AgreementEdition.number.desc()).limit(1)) or 0
    )


def party_keys(session: Session) -> list[str]:
    """The keys of the parties, in the edition's order."""
    return list(session.scalars(select(Party.key).order_by(Party.position)))


@dataclass(frozen=True)
class DatesNow:
    """The agreement's dates as they stand, and the term they give."""

    signed_on: dt.date | None
    effective_on: dt.date | None
    end_on_fixed: dt.date | None
    count_first_day: bool
    is_confirmed: bool
    is_assumed: bool
    document_id: str | None

    @property
    def are_entered(self) -> bool:
        """Whether there is any date to reckon from."""
        return bool(self.signed_on or self.effective_on)

    @property
    def are_stated(self) -> bool:
        """Whether they stand in the agreement's own text, which every party has signed: nothing to confirm."""
        return self.are_entered and self.document_id is None


DATES = (
    select(*AgreementDates.__table__.columns)
    .order_by(AgreementDates.is_confirmed.desc(), AgreementDates.entered_at.desc())
    .limit(1)
)
"""The row of the dates as they stand, for who asks for more with the same statement."""


def dates_now(session: Session, current: Edition) -> DatesNow:
    """The dates last confirmed by every party; else the dates last entered (未確認); else the text's own."""
    return dates_of(rows(session, DATES).first(), current)


def dates_of(row: Any | None, current: Edition) -> DatesNow:
    """The dates from the row that DATES finds, if it finds one."""
    if row is None:
        given = current.dates
        return DatesNow(given.signed_on, given.effective_on, given.end_on_fixed, False, False, False, None)
    return DatesNow(
        row.signed_on,
        row.effective_on,
        row.end_on_fixed,
        row.count_first_day,
        row.is_confirmed,
        row.is_assumed,
        row.document_id,
    )


def terms(current: Edition, dates: DatesNow, today: dt.date, *, ahead: int = 0) -> list[Term]:
    """Every term so far and `ahead` more, from the dates; none before dates are entered (R4-4; art. 4(1)).

    Renewal is computed from the facts, never by a job (row 102). An agreement without automatic renewal, or
    with a fixed last day, has the one term.
    """
    months = current.term_length_months
    if dates.end_on_fixed and dates.are_entered:
        return [fixed_term(dates.effective_on or dates.signed_on, dates.end_on_fixed)]  # type: ignore[arg-type]
    if dates.effective_on:
        found = [effective_term(dates.effective_on, months=months)]
    elif dates.signed_on:
        found = [first_term(dates.signed_on, months=months, count_first_day=dates.count_first_day)]
    else:
        return []
    if not current.renewal.automatic:
        return found
    further = 0
    while found[-1].expiry < today or further < ahead:
        if found[-1].expiry >= today:
            further += 1
        found.append(renewed_term(found[-1], months=current.renewal.months))
    return found


def basis_of(dates: DatesNow, found: list[Term], term: Term) -> Basis:
    """The rule by which the last day of `term`, one of the terms `found` from `dates`, was reckoned (time.md)."""
    if dates.end_on_fixed:
        return Basis.FIXED_DAY
    if dates.effective_on or term != found[0]:
        return Basis.STARTS_AT_MIDNIGHT  # a term that follows another begins at 0:00 of the day after
    return Basis.FIRST_DAY_COUNTED if dates.count_first_day else Basis.FIRST_DAY_NOT_COUNTED


@dataclass(frozen=True)
class InForce:
    """Whether the agreement is in force on a day, and how surely."""

    is_in_force: bool
    is_confirmed: bool
    term: Term | None
    has_begun: bool


def in_force(session: Session, current: Edition, day: dt.date) -> InForce:
    """Whether the agreement is in force on `day` in Asia/Tokyo.

    Unconfirmed dates count as in force, marked 未確認; without a date only drafts are possible (decision 30).
    """
    return in_force_by(dates_now(session, current), current, day)


def in_force_by(dates: DatesNow, current: Edition, day: dt.date) -> InForce:
    """The same, from the dates."""
    found = terms(current, dates, day)
    if not found:
        return InForce(False, False, None, False)
    running = next((term for term in found if term.start <= day <= term.expiry), None)
    return InForce(running is not None, dates.is_confirmed, running or found[-1], found[0].start <= day)
