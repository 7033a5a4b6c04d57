"""What waits for the reader's side and for the others: one statement for the whole page, rows for lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.consent.models import Consultation, Document, Draft, Revision
from portal.consent.queries import answered, counted, in_question, is_named, mark_of, to_confirm
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.history.event import JOINT
from portal.history.queries import as_of
from portal.home.parts import SHOWN
from portal.kernel.db import Moment, rows
from portal.parties.models import AuditorAppointment, AuditorConsent, ConsentGrant, Member, Party
from portal.web.kept import Kept

TURN, OTHERS, TO_CONFIRM, UNCONFIRMED, DRAFTS = "turn", "others", "to_confirm", "unconfirmed", "drafts"
PAGE = 50
"""How many documents stand on one page of the list of all that wait."""

_ON_THE_TABLE = tuple(str(one) for one in ON_THE_TABLE)
_OPEN_TO_DRAFTS = (*_ON_THE_TABLE, str(Standing.DRAFT))


class Waiting(NamedTuple):
    """One thing that waits, as a row of a list."""

    part: str
    id: str
    """The document's."""
    kind: str
    reference: str | None
    title: str
    standing: str
    waits_for: str
    since: dt.datetime
    revision: int
    party: str
    """Who tabled the revision, wrote down the consultation, or keeps the draft."""
    drafters: str
    """Whoever saved the revision for the tabling party, if that party keeps four eyes; who saved the draft."""
    name: str
    held_on: dt.date | None
    consultation: str | None
    total: int
    """How many there are of this part in all."""


@dataclass(frozen=True)
class Board:
    """Everything that waits, by part."""

    rows: Sequence[Waiting]

    def of(self, part: str) -> list[Waiting]:
        """The rows of one part, the longest waiting first; the drafts the latest saved first."""
        found = [row for row in self.rows if row.part == part]
        return sorted(found, key=lambda row: (row.since, row.id), reverse=part == DRAFTS)

    def total(self, *parts: str) -> int:
        """How many there are in these parts in all, shown or not."""
        totals = {row.part: row.total for row in self.rows}
        return sum(totals.get(part, 0) for part in parts)


class Cursor(NamedTuple):
    """The place of a document in the order of waiting: since when, and its identifier."""

    since: dt.datetime
    id: str

    def text(self) -> str:
        """As an address carries it."""
        return f"{int(self.since.timestamp())}{self.since.microsecond:06}.{self.id}"


def read_cursor(text: str | None) -> Cursor | None:
    """The place an address names; None for what names none."""
    micros, _, id = (text or "").partition(".")
    if not (id and len(id) <= 40 and micros.isascii() and micros.isdigit() and len(micros) <= 18):
        return None
    try:
        since = dt.datetime.fromtimestamp(int(micros) // 1_000_000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Cursor(since.replace(microsecond=int(micros) % 1_000_000), id)


_MINE: BindParameter[str] = bindparam("mine")
_MARKED: BindParameter[str] = bindparam("marked", type_=Text())
_ME: BindParameter[str] = bindparam("me")
"""The reader's party, its mark within `waits_for`, and the reader: the statements below are built once."""


def _given(reader: Actor) -> dict[str, object]:
    return {"mine": reader.party, "marked": mark_of(reader.party or ""), "me": reader.member_id}


def board(session: Session, reader: Actor) -> Board:
    """Everything that waits for the reader's party and for the others, and the own side's drafts, the longest
    waiting first (R2-7); one statement at most. Nothing for a reader without a party."""
    if reader.party is None or not reader.may(Permission.READ):
        return Board([])
    own_side, given = reader.may(Permission.READ_OWN_SIDE), _given(reader)

    def read() -> Board:
        return Board(tuple(map(Waiting._make, rows(session, _board(own_side=own_side), given).all())))

    snapshot = as_of(session, JOINT, reader.party)  # the own chain tells of the own side's drafts
    return read() if snapshot is None else _BOARDS.get((snapshot, own_side, *given.values()), read)


_BOARDS: Kept[Board] = Kept(100)
"""By the reader, and the chains as they were."""


def documents(
    session: Session, reader: Actor, part: str, *, after: Cursor | None = None, limit: int = PAGE
) -> list[Waiting]:
    """The documents that wait for the reader's party (`turn`) or for others only (`others`), the longest
    waiting first, from beyond `after`; one statement."""
    if reader.party is None or not reader.may(Permission.READ):
        return []
    query = _documents(part, limit=limit, after=after)
    return [Waiting._make(row) for row in rows(session, query, _given(reader)).all()]


def pending_grants(session: Session, reader: Actor, at: dt.datetime) -> Sequence[Any]:
    """The consent powers asked for in the reader's own party that the reader, as another of its
    administrators, may put in force before the 24 hours are over (row 35); one statement."""
    if reader.party is None or not reader.may(Permission.GRANT_CONSENT_POWER):
        return []
    return session.execute(
        select(
            ConsentGrant.id,
            ConsentGrant.member_id,
            ConsentGrant.asked_at,
            ConsentGrant.effective_at,
            Member.name,
        )
        .join(Member, Member.id == ConsentGrant.member_id)
        .where(
            Member.party == reader.party,
            Member.id != reader.member_id,
            ConsentGrant.ended_at.is_(None),
            ConsentGrant.seconded_by.is_(None),
            ConsentGrant.effective_at > literal(at, Moment()),
            or_(ConsentGrant.asked_by.is_(None), ConsentGrant.asked_by != reader.member_id),
        )
        .order_by(ConsentGrant.asked_at)
        .limit(PAGE)
    ).all()


def awaited_auditors(session: Session, reader: Actor) -> Sequence[Any]:
    """The auditors proposed by another party to whom the reader's own, by one of its administrators, has not
    consented yet (decision 29); one statement."""
    if reader.party is None or not reader.may(Permission.APPOINT_AUDITOR):
        return []
    consented = select(AuditorConsent.party).where(
        AuditorConsent.appointment_id == AuditorAppointment.id, AuditorConsent.party == reader.party
    )
    return session.execute(
        select(AuditorAppointment.member_id, AuditorAppointment.proposed_at, Member.name, Member.party)
        .join(Member, Member.id == AuditorAppointment.member_id)
        .where(
            Member.party != reader.party,
            AuditorAppointment.ended_at.is_(None),
            AuditorAppointment.effective_at.is_(None),
            ~consented.exists(),
        )
        .order_by(AuditorAppointment.proposed_at)
        .limit(PAGE)
    ).all()


@lru_cache(maxsize=2)
def _board(*, own_side: bool) -> Any:
    parts = [
        _documents(TURN, limit=SHOWN),
        _documents(OTHERS, limit=SHOWN),
        _consultations(TO_CONFIRM, to_confirm(_MINE)),
        _consultations(UNCONFIRMED, and_(Consultation.party == _MINE, _somebody_has_not_answered())),
        *([_drafts()] if own_side else []),
    ]
    return union_all(*(select(one.subquery()) for one in parts))


def _waits_for_mine() -> ColumnElement[bool]:
    return is_named(Document.waits_for, _MARKED)


def _documents(part: str, *, limit: int, after: Cursor | None = None) -> Any:
    keeps_four_eyes = select(Party.four_eyes).where(Party.key == _MINE).scalar_subquery()
    condition = and_(
        Document.standing.in_(_ON_THE_TABLE), _waits_for_mine() if part == TURN else ~_waits_for_mine()
    )
    first = select(Document.id).where(condition).order_by(Document.waits_since, Document.id).limit(limit)
    if after:
        place = tuple_(literal(after.since, Moment()), literal(after.id))
        first = first.where(tuple_(Document.waits_since, Document.id) > place)
    found = first.subquery()
    total = counted(select(Document.id).where(condition))
    return (
        select(
            literal(part).label("part"),
            Document.id,
            Document.kind,
            Document.reference,
            Document.title,
            Document.standing,
            Document.waits_for,
            Document.waits_since.label("since"),
            Document.revision,
            Revision.party,
            case((keeps_four_eyes, Revision.drafters), else_=literal("")).label("drafters"),
            Revision.name,
            cast(null(), Date).label("held_on"),
            cast(null(), String).label("consultation"),
            total.label("total"),
        )
        .join(found, found.c.id == Document.id)
        .join(Revision, and_(Revision.document_id == Document.id, Revision.number == Document.revision))
        .order_by(Document.waits_since, Document.id)
    )


def _somebody_has_not_answered() -> ColumnElement[bool]:
    other = aliased(Party)
    silent = select(other.key).where(other.key != Consultation.party, ~answered(other.key))
    return and_(in_question(), silent.correlate(Consultation).exists())


def _consultations(part: str, condition: ColumnElement[bool]) -> Any:
    found = (
        select(Consultation.id, func.count().over().label("total"))
        .where(condition)
        .order_by(Consultation.at, Consultation.id)
        .limit(SHOWN)
        .subquery()
    )
    return (
        select(
            literal(part).label("part"),
            Document.id,
            Document.kind,
            Document.reference,
            Document.title,
            Document.standing,
            Document.waits_for,
            Consultation.at.label("since"),
            Document.revision,
            Consultation.party,
            literal("").label("drafters"),
            Consultation.name,
            Consultation.held_on,
            Consultation.id.label("consultation"),
            found.c.total,
        )
        .select_from(found)
        .join(Consultation, Consultation.id == found.c.id)
        .join(Document, Document.id == Consultation.document_id)
    )


def _drafts() -> Any:
    """The own side's drafts that can still be tabled: the reader's own first, the latest saved first."""
    return (
        select(
            literal(DRAFTS).label("part"),
            Document.id,
            Document.kind,
            Document.reference,
            Draft.title,
            Document.standing,
            Document.waits_for,
            Draft.saved_at.label("since"),
            cast(Draft.base, Integer).label("revision"),
            Draft.party,
            Draft.saved_by.label("drafters"),
            Draft.saved_by_name.label("name"),
            cast(null(), Date).label("held_on"),
            cast(null(), String).label("consultation"),
            func.count().over().label("total"),
        )
        .join(Document, Document.id == Draft.document_id)
        .where(Draft.party == _MINE, Document.standing.in_(_OPEN_TO_DRAFTS))
        .order_by(case((Draft.saved_by == _ME, 0), else_=1), Draft.saved_at.desc(), Draft.id)
        .limit(SHOWN)
    )
