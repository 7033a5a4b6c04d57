"""The edition in force, and the agreement's dates as they stand."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    FromClause,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from portal.agreement.life import Cause, End, Life, life_on
from portal.agreement.life import DatesNow as DatesNow
from portal.agreement.life import terms as terms
from portal.agreement.models import (
    AgreementDates,
    AgreementEdition,
    AgreementEnd,
    AgreementRenewal,
    AgreementSetting,
)
from portal.agreement.settled import Answer, Question, Settled, settled_upon
from portal.agreement.text import Edition, read_edition
from portal.kernel.db import rows, today_of
from portal.kernel.errors import NotFound
from portal.kernel.periods import Basis, Term
from portal.parties.models import Party

_HELD: dict[str, Edition] = {}
"""Editions by their digest: the text of an edition never changes, so it is read once a process."""
_HELD_BY, _NUMBER = "edition in force", "its number"


_ONE_EDITION = select(AgreementEdition.number, AgreementEdition.digest).where(
    AgreementEdition.number == bindparam("number")
)
_TODAY: BindParameter[dt.date] = bindparam("today", type_=Date())
HAS_COME: ColumnElement[bool] = or_(
    AgreementEdition.in_force_from.is_(None), AgreementEdition.in_force_from <= _TODAY
)
"""Whether an edition's day has come, by the parameter `today` (Asia/Tokyo)."""
_EDITION_IN_FORCE = (
    select(AgreementEdition.number, AgreementEdition.digest)
    .where(HAS_COME)
    .order_by(AgreementEdition.number.desc())
    .limit(1)
)


def edition(session: Session, number: int | None = None) -> Edition:
    """Edition `number` of the agreement, or, without a number, the edition in force on the day of `session` (R3-3).

    Raises NotFound when there is none.
    """
    held = session.info.get(_HELD_BY)
    if held is not None and number in {None, session.info.get(_NUMBER)}:
        return cast(Edition, held)
    row = (
        rows(session, _EDITION_IN_FORCE, {"today": today_of(session)})
        if number is None
        else rows(session, _ONE_EDITION, {"number": number})
    ).first()
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
    """The number of the edition in force on the day of `session`; 0 before founding."""
    row = rows(session, _EDITION_IN_FORCE, {"today": today_of(session)}).first()
    return row.number if row else 0


def edition_on(session: Session, day: dt.date) -> Edition:
    """The edition in force on `day`. Raises NotFound before founding."""
    row = rows(session, _EDITION_IN_FORCE, {"today": day}).first()
    if row is None:
        raise NotFound()
    return edition_of(session, row.number, row.digest)


def party_keys(session: Session) -> list[str]:
    """The keys of the parties, in the edition's order."""
    return list(session.scalars(select(Party.key).order_by(Party.position)))


_DATES = (
    select(*AgreementDates.__table__.columns)
    .order_by(AgreementDates.is_confirmed.desc(), AgreementDates.entered_at.desc())
    .limit(1)
    .subquery()
)
_END = (
    select(
        AgreementEnd.cause,
        AgreementEnd.last_day,
        AgreementEnd.measures_apply,
        AgreementEnd.source_kind,
        AgreementEnd.source_id,
    )
    .where(AgreementEnd.revoked_at.is_(None))
    .order_by(AgreementEnd.last_day, AgreementEnd.announced_at)
    .limit(1)
    .subquery()
)
DATES_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *_DATES.c,
    *_END.c,
    select(func.count()).select_from(AgreementRenewal).scalar_subquery().label("renewals"),
)
"""What `dates_from` makes the dates of."""


def beside_dates(source: FromClause) -> FromClause:
    """`source`, each row of it beside the dates as they stand and the announced end, where there are any."""
    return source.outerjoin(_DATES, true()).outerjoin(_END, true())


_ALONE = select(*DATES_COLUMNS).select_from(beside_dates(select(literal(1).label("one")).subquery()))
_HELD_DATES = "dates now"


def dates_now(session: Session, current: Edition) -> DatesNow:
    """The dates last confirmed by every party; else the dates last entered (未確認); else the text's own. With them
    the renewals agreed on, and the end announced; one statement, or none where the session holds them."""
    held = session.info.get(_HELD_DATES)
    if held is not None and held[0] == current:
        return cast(DatesNow, held[1])
    return dates_from(rows(session, _ALONE).one(), current)


def dates_while(session: Session, row: Any, current: Edition) -> DatesNow:
    """The dates of `row`, which hold for as long as `session` reads: they are not asked for again."""
    found = dates_from(row, current)
    session.info[_HELD_DATES] = (current, found)
    return found


def dates_from(row: Any, current: Edition) -> DatesNow:
    """The dates that a row with `DATES_COLUMNS` says, else those of the text of `current`."""
    end = (
        End(Cause(row.cause), row.last_day, row.measures_apply, row.source_kind, row.source_id)
        if row.cause
        else None
    )
    if row.document_id is None:
        given = current.dates
        return DatesNow(
            given.signed_on, given.effective_on, given.end_on_fixed, False, False, False, None,
            renewals=row.renewals, end=end,
        )  # fmt: skip
    return DatesNow(
        row.signed_on, row.effective_on, row.end_on_fixed, row.count_first_day, row.is_confirmed, row.is_assumed,
        row.document_id, row.entered_at, row.renewals, end,
    )  # fmt: skip


def in_force(session: Session, current: Edition, day: dt.date) -> Life:
    """Where the agreement stands on `day` in Asia/Tokyo: whether it is in force, and how surely (decision 30)."""
    return life_on(current, dates_now(session, current), day)


def settled(session: Session, current: Edition) -> Settled:
    """The answers that hold to what the text of `current` leaves open; one statement (R9-5)."""
    found = session.execute(
        select(
            AgreementSetting.key,
            AgreementSetting.value,
            AgreementSetting.reference,
            AgreementSetting.document_id,
        ).order_by(AgreementSetting.settled_at, AgreementSetting.id)
    )
    given = {
        Question(row.key): Answer(row.value, row.reference, row.document_id)
        for row in found
        if row.key in {str(one) for one in Question}
    }
    return settled_upon(current.conventions, given)


def basis_of(dates: DatesNow, found: list[Term], term: Term) -> Basis:
    """The rule by which the last day of `term`, one of the terms `found` from `dates`, was reckoned (time.md)."""
    if dates.end_on_fixed:
        return Basis.FIXED_DAY
    if dates.effective_on or term != found[0]:
        return Basis.STARTS_AT_MIDNIGHT  # a term that follows another begins at 0:00 of the day after
    return Basis.FIRST_DAY_COUNTED if dates.count_first_day else Basis.FIRST_DAY_NOT_COUNTED
