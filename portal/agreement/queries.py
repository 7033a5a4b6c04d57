"""The edition in force, and the agreement's dates as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    bindparam,
    func,
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
    AgreementExpiry,
    AgreementRenewal,
    AgreementSetting,
)
from portal.agreement.settled import Answer, Question, Settled, settled_upon
from portal.agreement.text import Edition, read_edition
from portal.history.queries import read_once
from portal.kernel.db import Packed, held, rows, today_of
from portal.kernel.errors import NotFound
from portal.kernel.periods import Basis, Term
from portal.parties.models import Party
from portal.web.kept import Kept

_HELD: dict[tuple[str, dt.date | None], Edition] = {}
"""Editions by their digest and first day: neither ever changes, so an edition is read once a process."""
_TEXTS: dict[str, tuple[str, str]] = {}
"""The files of editions that were read, by the edition's digest."""
_NUMBERED: dict[str, int] = {}
"""The numbers of editions that were read, by their digest."""
_IN_FORCE, _NUMBER, _KNOWN = "edition in force", "its number", "editions by number"


_KEY = (AgreementEdition.number, AgreementEdition.digest, AgreementEdition.in_force_from)
_ONE_EDITION = select(*_KEY).where(AgreementEdition.number == bindparam("number"))
_TODAY: BindParameter[dt.date] = bindparam("today", type_=Date())
HAS_COME: ColumnElement[bool] = or_(
    AgreementEdition.in_force_from.is_(None), AgreementEdition.in_force_from <= _TODAY
)
"""Whether an edition's day has come, by the parameter `today` (Asia/Tokyo)."""
_EDITION_IN_FORCE = select(*_KEY).where(HAS_COME).order_by(AgreementEdition.number.desc()).limit(1)


def edition(session: Session, number: int | None = None) -> Edition:
    """Edition `number` of the agreement, or, without a number, the edition in force on the day of `session` (R3-3).

    Raises NotFound when there is none.
    """
    here = held(session)
    if _IN_FORCE in here and number in {None, here[_NUMBER]}:
        return cast(Edition, here[_IN_FORCE])
    known: dict[int, Edition] = here.setdefault(_KNOWN, {})
    if number in known:
        return known[number]
    row = (
        rows(session, _EDITION_IN_FORCE, {"today": today_of(session)})
        if number is None
        else rows(session, _ONE_EDITION, {"number": number})
    ).first()
    if row is None:
        raise NotFound()
    found = edition_of(session, row)
    if number is not None:
        known[number] = found
    return found


def known_while(session: Session, row: Any) -> Edition:
    """The edition with number, digest and first day of `row`; for as long as `session` reads, it is not asked for
    again."""
    found = edition_of(session, row)
    held(session).setdefault(_KNOWN, {})[row.number] = found
    return found


def in_force_while(session: Session, row: Any) -> Edition:
    """The edition with number, digest and first day of `row`, which is the one in force for as long as `session`
    reads: it is not asked for again."""
    found = edition_of(session, row)
    held(session).update({_IN_FORCE: found, _NUMBER: row.number})
    return found


def edition_of(session: Session, row: Any) -> Edition:
    """The edition with number, digest and first day of `row`, read once a process."""
    key = (row.digest, row.in_force_from)
    if key not in _HELD:
        read = read_edition(*texts_of(session, row))
        _HELD[key] = replace(read, in_force_from=row.in_force_from)
        _NUMBERED[row.digest] = row.number
    return _HELD[key]


def texts_of(session: Session, row: Any) -> tuple[str, str]:
    """The two files of the edition with number and digest of `row`, as adopted: the agreement's text, and what the portal
    needs beside it; read once a process."""
    if row.digest not in _TEXTS:
        stored = session.execute(
            select(AgreementEdition.text, AgreementEdition.portal_text).where(
                AgreementEdition.number == row.number
            )
        ).one()
        _TEXTS[row.digest] = (stored.text, stored.portal_text)
    return _TEXTS[row.digest]


class Key(NamedTuple):
    """What an edition is found by."""

    number: int
    digest: str
    in_force_from: dt.date | None


class Adopted(NamedTuple):
    """An edition as adopted, without its text."""

    number: int
    digest: str
    in_force_from: dt.date | None
    adopted_at: dt.datetime
    document_id: str | None
    """The document in which the parties agreed on it; None for the first edition."""


_ADOPTED = select(*_KEY, AgreementEdition.adopted_at, AgreementEdition.document_id).order_by(
    AgreementEdition.number.desc()
)


def adopted(session: Session) -> list[Adopted]:
    """Every edition, the latest first, those that have not come into force yet among them (R3-3); one statement."""
    return [Adopted(*row) for row in rows(session, _ADOPTED)]


def last_adopted(session: Session) -> Adopted:
    """The edition adopted last, in force or still to come: what an amendment is made to. Raises NotFound before
    founding."""
    row = rows(session, _ADOPTED.limit(1)).first()
    if row is None:
        raise NotFound()
    return Adopted(*row)


def number_of(session: Session, digest: str) -> int | None:
    """The number of the edition with that digest; None where there is none. Known of every edition that this process
    has read before."""
    if digest not in _NUMBERED:
        number = session.scalar(select(AgreementEdition.number).where(AgreementEdition.digest == digest))
        if number is None:
            return None
        _NUMBERED[digest] = number
    return _NUMBERED[digest]


def edition_number(session: Session) -> int:
    """The number of the edition in force on the day of `session`; 0 before founding."""
    number: int | None = held(session).get(_NUMBER)
    if number is not None:
        return number
    row = rows(session, _EDITION_IN_FORCE, {"today": today_of(session)}).first()
    return row.number if row else 0


def edition_on(session: Session, day: dt.date) -> Edition:
    """The edition in force on `day`. Raises NotFound before founding."""
    row = rows(session, _EDITION_IN_FORCE, {"today": day}).first()
    if row is None:
        raise NotFound()
    return edition_of(session, row)


_PARTY = Packed(Party.position, Party.key, Party.four_eyes, Party.officers_table)
PARTIES = select(_PARTY.all_by(Party.key)).scalar_subquery().label("parties")
"""What `parties_of` makes the parties of."""


_PARTIES = select(PARTIES)


def parties_now(session: Session) -> dict[str, Any]:
    """The parties by their keys, in the edition's order; one statement."""
    return parties_of(rows(session, _PARTIES).scalar_one())


def parties_of(found: str) -> dict[str, Any]:
    """The parties by their keys, in the edition's order, each with the rules that it keeps on its own side."""
    return {row.key: row for row in sorted(_PARTY.all_unpacked(found))}


_DATES = Packed(
    AgreementDates.document_id,
    AgreementDates.signed_on,
    AgreementDates.effective_on,
    AgreementDates.end_on_fixed,
    AgreementDates.count_first_day,
    AgreementDates.is_confirmed,
    AgreementDates.is_assumed,
    AgreementDates.entered_at,
)
_END = Packed(
    AgreementEnd.cause,
    AgreementEnd.last_day,
    AgreementEnd.measures_apply,
    AgreementEnd.source_kind,
    AgreementEnd.source_id,
)
_EXPIRY = Packed(
    AgreementExpiry.place, AgreementExpiry.number, AgreementExpiry.expiry, AgreementExpiry.dates_id
)
DATES_COLUMNS: tuple[ColumnElement[Any], ...] = (
    select(_DATES.text)
    .order_by(AgreementDates.is_confirmed.desc(), AgreementDates.entered_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("dates"),
    select(_END.text)
    .where(AgreementEnd.revoked_at.is_(None))
    .order_by(AgreementEnd.last_day, AgreementEnd.announced_at)
    .limit(1)
    .scalar_subquery()
    .label("end"),
    select(func.count()).select_from(AgreementRenewal).scalar_subquery().label("renewals"),
    select(_EXPIRY.all_by(AgreementExpiry.id)).scalar_subquery().label("expiries"),
)
"""What `dates_from` makes the dates of: as they stand, the announced end, and what was agreed on of terms."""
_ALONE = select(*DATES_COLUMNS)
_DATES_HELD = "dates now"


def dates_now(session: Session, current: Edition) -> DatesNow:
    """The dates last confirmed by every party; else the dates last entered (未確認); else the text's own. With them
    the renewals agreed on, and the end announced; one statement, or none where the session holds them."""
    known = held(session).get(_DATES_HELD)
    if known is not None and known[0] == current:
        return cast(DatesNow, known[1])
    return dates_from(rows(session, _ALONE).one(), current)


def dates_while(session: Session, row: Any, current: Edition) -> DatesNow:
    """The dates of `row`, which hold for as long as `session` reads: they are not asked for again."""
    found = dates_from(row, current)
    held(session)[_DATES_HELD] = (current, found, {})
    return found


def dates_from(row: Any, current: Edition) -> DatesNow:
    """The dates that a row with `DATES_COLUMNS` says, else those of the text of `current`."""
    end = None
    if row.end is not None:
        cause, *rest = _END.unpacked(row.end)
        end = End(Cause(cause), *rest)
    if row.dates is None:
        given = current.dates
        return DatesNow(
            given.signed_on, given.effective_on, given.end_on_fixed, False, False, False, None,
            renewals=row.renewals, end=end, expiries=_confirmed(row.expiries, ""),
        )  # fmt: skip
    stand = _DATES.unpacked(row.dates)
    return DatesNow(
        stand.signed_on, stand.effective_on, stand.end_on_fixed, stand.count_first_day, stand.is_confirmed,
        stand.is_assumed, stand.document_id, stand.entered_at, row.renewals, end,
        _confirmed(row.expiries, stand.document_id),
    )  # fmt: skip


def _confirmed(found: str, dates_id: str) -> tuple[tuple[int, dt.date], ...]:
    """The expiry days confirmed of the dates `dates_id`, by the number of the term; of several the last."""
    if found == "{}":
        return ()
    last = {row.number: row.expiry for row in sorted(_EXPIRY.all_unpacked(found)) if row.dates_id == dates_id}
    return tuple(sorted(last.items()))


_CURRENT = _EDITION_IN_FORCE.subquery()


def with_the_agreement(statement: Select[Any]) -> Select[Any]:
    """`statement`, its every row beside the edition in force on the day of the parameter `today`, its dates, and the
    parties; nothing stands there before founding."""
    return statement.outerjoin(_CURRENT, true()).add_columns(*_CURRENT.c, *DATES_COLUMNS, PARTIES)


_NOW = (
    select(*_KEY, *DATES_COLUMNS)
    .where(HAS_COME)
    .order_by(AgreementEdition.number.desc())
    .limit(1)
)


def life_now(session: Session, day: dt.date) -> tuple[Edition, Life]:
    """The edition in force on the day of `session`, and where the agreement stands under it on `day`; one statement.
    Raises NotFound before founding."""
    known: Edition | None = held(session).get(_IN_FORCE)
    if known is not None:
        return known, in_force(session, known, day)
    row = rows(session, _NOW, {"today": today_of(session)}).first()
    if row is None:
        raise NotFound()
    current = edition_of(session, row)
    return current, life_on(current, dates_from(row, current), day)


def in_force(session: Session, current: Edition, day: dt.date) -> Life:
    """Where the agreement stands on `day` in Asia/Tokyo: whether it is in force, and how surely (decision 30); reckoned
    once where the session holds the dates, for a page asks several times."""
    known = held(session).get(_DATES_HELD)
    if known is None or known[0] is not current:
        return life_on(current, dates_now(session, current), day)
    lives: dict[dt.date, Life] = known[2]
    if day not in lives:
        lives[day] = life_on(current, known[1], day)
    return lives[day]


def settled(session: Session, current: Edition) -> Settled:
    """The answers that hold to what the text of `current` leaves open; one statement at most (R9-5)."""

    def read() -> Settled:
        return settled_upon(current.conventions, answers_from(rows(session, SETTINGS)))

    found: Settled = read_once(_SETTLED, session, current.conventions, read)
    return found


_SETTLED: Kept[Settled] = Kept(50)

SETTINGS = select(
    AgreementSetting.key, AgreementSetting.value, AgreementSetting.reference, AgreementSetting.document_id
).order_by(AgreementSetting.settled_at, AgreementSetting.id)
"""What `answers_from` makes the answers of."""


def answers_from(found: Iterable[Any]) -> dict[Question, Answer]:
    """The answers that rows of `SETTINGS` give, the latest for each question."""
    return {
        Question(row.key): Answer(row.value, row.reference, row.document_id)
        for row in found
        if row.key in {str(one) for one in Question}
    }


def basis_of(dates: DatesNow, found: Sequence[Term], term: Term, current: Edition | None = None) -> Basis:
    """The rule by which the last day of `term`, one of the terms `found` from `dates`, was reckoned (time.md); with
    the edition, a last day that an amendment gave to it is told from a reckoned one."""
    if current and term.expiry in {one.running_until for one in current.lengths}:
        return Basis.FIXED_DAY
    if dates.expiry_of(found.index(term) + 1) is not None:
        return Basis.CONFIRMED
    if dates.end_on_fixed and term == found[0]:
        return Basis.FIXED_DAY
    if dates.effective_on or term != found[0]:
        return Basis.STARTS_AT_MIDNIGHT  # a term that follows another begins at 0:00 of the day after
    return Basis.FIRST_DAY_COUNTED if dates.count_first_day else Basis.FIRST_DAY_NOT_COUNTED
