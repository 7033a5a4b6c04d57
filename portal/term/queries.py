"""What a reader may see of article 4: notices and drafts, intentions, meetings, and what of them waits."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Text, bindparam, cast, false, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement.models import AgreementEnd, AgreementExpiry, AgreementRenewal
from portal.consent.models import Document
from portal.history.queries import read_once
from portal.kernel.db import rows
from portal.kernel.errors import NotFound
from portal.parties.models import Party
from portal.term import notice as notices_sealed
from portal.term.arrival import Arrived, Span, arrival_at, arrival_everywhere
from portal.term.models import (
    Meeting,
    MeetingWord,
    Notice,
    NoticeArrival,
    NoticeAttempt,
    NoticeDecision,
    NoticeDraft,
    NoticeRecord,
    NoticeWord,
    TermFile,
    TermIntention,
)
from portal.term.notice import NoticeBody, Sealed, opened
from portal.term.reckoning import as_arrived
from portal.web.kept import Kept

MOST = 100
"""At most so many notices, and so many meetings, stand on one page."""
_KEPT: Kept[Any] = Kept(100)
_MINE: BindParameter[str] = bindparam("mine", type_=Text())
_OWN_DRAFTS = (
    select(*NoticeDraft.__table__.columns)
    .where(NoticeDraft.party == _MINE)
    .order_by(NoticeDraft.saved_at.desc())
)
_REGISTER = (
    select(
        *Notice.__table__.columns,
        select(func.max(NoticeArrival.arrived_on))
        .where(NoticeArrival.notice_id == Notice.id)
        .scalar_subquery()
        .label("arrived_on"),
    )
    .order_by(Notice.number.desc())
    .limit(MOST)
)
_INTENTIONS = (
    select(*TermIntention.__table__.columns)
    .where(TermIntention.term_number == bindparam("term"))
    .order_by(TermIntention.at.desc(), TermIntention.number.desc())
)


def may_read(reader: Actor) -> bool:
    """Whether the reader may know of what the parties share."""
    return reader.party is not None and reader.may(Permission.READ)


# --------------------------------------------------------------------------------------- drafts


def own_drafts(session: Session, reader: Actor) -> Sequence[Any]:
    """The notices that the reader's own side drafts, as rows, the latest saved first; nobody else's, ever. One statement
    at most."""
    if reader.party is None or not reader.may(Permission.READ_OWN_SIDE):
        return []

    def read() -> Sequence[Any]:
        return tuple(rows(session, _OWN_DRAFTS, {"mine": reader.party}))

    found: Sequence[Any] = read_once(_KEPT, session, ("drafts", reader.party), read, own=reader.party)
    return found


@dataclass(frozen=True)
class Drafted:
    """An own-side draft, and its own side's decisions on it."""

    draft: NoticeDraft
    body: NoticeBody
    decisions: Sequence[NoticeDecision]
    """The latest first."""

    @property
    def decision(self) -> NoticeDecision | None:
        """The latest decision on the words as they now stand."""
        return next((one for one in self.decisions if one.digest == self.draft.digest), None)

    @property
    def is_printed(self) -> bool:
        """Whether the words as they now stand were put on paper."""
        return self.draft.printed == self.draft.saves


def draft(session: Session, reader: Actor, id: str) -> Drafted:
    """The own side's draft; raises NotFound for anybody else's (row 1)."""
    row = session.get(NoticeDraft, id)
    if row is None or row.party != reader.party or not reader.may(Permission.READ_OWN_SIDE):
        raise NotFound()
    return Drafted(row, NoticeBody.from_plain(json.loads(row.body)), _decisions(session, row.id, row.party))


def _decisions(session: Session, id: str, party: str | None) -> Sequence[NoticeDecision]:
    return session.scalars(
        select(NoticeDecision)
        .where(NoticeDecision.notice_id == id, NoticeDecision.party == party)
        .order_by(NoticeDecision.at.desc(), NoticeDecision.id)
    ).all()


# --------------------------------------------------------------------------------------- notices


def notices(session: Session, reader: Actor) -> Sequence[Any]:
    """The notices of the register as rows, the latest first, each with the last recorded day of its arrival, if there is
    one (`arrived_on`); one statement at most."""
    if not may_read(reader):
        return []

    def read() -> Sequence[Any]:
        return tuple(rows(session, _REGISTER))

    found: Sequence[Any] = read_once(_KEPT, session, "notices", read)
    return found


@dataclass(frozen=True)
class Record:
    """One record of arrival, with what was said of it and the file that shows it."""

    row: NoticeArrival
    words: Sequence[NoticeWord]
    arrived: Arrived
    file: TermFile | None


@dataclass(frozen=True)
class Receiver:
    """One receiver of a notice: everything recorded of the arrival there, and when that was by all of it."""

    party: str
    records: Sequence[Record]
    span: Span | None
    attempts: Sequence[tuple[NoticeAttempt, TermFile | None]]


@dataclass(frozen=True)
class Told:
    """A notice with all that belongs to it."""

    row: Notice
    said: Sealed
    registered: NoticeRecord
    receivers: Sequence[Receiver]
    files: Sequence[TermFile]
    """What shows its dispatch, or the paper as a receiver scanned it."""
    end: AgreementEnd | None
    """The end that it announces."""
    decisions: Sequence[NoticeDecision]
    """Of the reader's own side alone."""
    documents: Mapping[str, Any] = field(default_factory=dict)
    """The joint documents that it names, by id."""

    @property
    def arrived(self) -> Span | None:
        """When it had arrived at every receiver."""
        return arrival_everywhere([one.span for one in self.receivers])


def notice(session: Session, reader: Actor, id: str, parties: Sequence[str]) -> Told:
    """The notice; raises NotFound for none, or for who reads nothing shared."""
    row = session.get(Notice, id) if may_read(reader) else None
    if row is None:
        raise NotFound()
    record = session.get_one(NoticeRecord, id)
    files = {
        one.id: one
        for one in session.scalars(select(TermFile).where(TermFile.of_kind == "notice", TermFile.of_id == id))
    }
    arrivals = session.scalars(
        select(NoticeArrival).where(NoticeArrival.notice_id == id).order_by(NoticeArrival.number)
    ).all()
    words: dict[str, list[NoticeWord]] = {}
    for word in session.scalars(
        select(NoticeWord).where(NoticeWord.notice_id == id).order_by(NoticeWord.at, NoticeWord.id)
    ):
        words.setdefault(word.arrival_id, []).append(word)
    attempts = session.scalars(
        select(NoticeAttempt)
        .where(NoticeAttempt.notice_id == id)
        .order_by(NoticeAttempt.at, NoticeAttempt.id)
    ).all()
    receivers = []
    for party in parties:
        if party == row.party:
            continue
        records = [
            Record(
                one,
                words.get(one.id, []),
                as_arrived(one, words.get(one.id, [])),
                files.get(one.file_id) if one.file_id else None,
            )
            for one in arrivals
            if one.receiver == party
        ]
        tried = [
            (one, files.get(one.file_id) if one.file_id else None)
            for one in attempts
            if one.receiver == party
        ]
        receivers.append(Receiver(party, records, arrival_at([one.arrived for one in records]), tried))
    said = opened(record.sealed)
    end = session.scalars(
        select(AgreementEnd).where(
            AgreementEnd.revoked_at.is_(None),
            AgreementEnd.source_id.in_([row.id, *filter(None, [row.confirmed_by])]),
        )
    ).first()
    named = [id for id in (row.confirmed_by, row.withdrawn_by) if id]
    is_own = row.party == reader.party and reader.may(Permission.READ_OWN_SIDE)
    return Told(
        row=row,
        said=said,
        registered=record,
        receivers=receivers,
        files=[files[one["id"]] for one in said.files],
        end=end,
        decisions=_decisions(session, id, reader.party) if is_own else [],
        documents={
            one.id: one
            for one in session.execute(
                select(Document.id, Document.reference, Document.title).where(Document.id.in_(named))
            )
        }
        if named
        else {},
    )


def file(session: Session, reader: Actor, kind: str, of_id: str, id: str) -> TermFile:
    """A file of a notice or of a meeting; raises NotFound for none."""
    found = session.get(TermFile, id) if may_read(reader) else None
    if found is None or (found.of_kind, found.of_id) != (kind, of_id):
        raise NotFound()
    return found


# --------------------------------------------------------------------------------------- intentions


def intentions(session: Session, reader: Actor, number: int) -> Sequence[Any]:
    """What the parties have said of the time after the term `number`, as rows, the latest first; one statement at
    most."""
    if not may_read(reader):
        return []

    def read() -> Sequence[Any]:
        return tuple(rows(session, _INTENTIONS, {"term": number}))

    found: Sequence[Any] = read_once(_KEPT, session, ("intentions", number), read)
    return found


# --------------------------------------------------------------------------------------- the record of the term


@dataclass(frozen=True)
class Chronicle:
    """Everything that was recorded of the term, for the table to print (R4-9)."""

    expiries: Sequence[Any]
    """Confirmed, with the reference of the document: number, expiry, confirmed_at, document_id, reference."""
    renewals: Sequence[Any]
    """Agreed: agreed_at, document_id, reference."""
    ends: Sequence[AgreementEnd]
    intentions: Sequence[TermIntention]
    notices: Sequence[Notice]
    arrivals: Sequence[Any]
    """Of every notice: notice_id, receiver, arrived_on, party."""


def chronicle(session: Session, reader: Actor) -> Chronicle:
    """What was confirmed, agreed, intended, given and announced, the oldest first."""
    if not may_read(reader):
        raise NotFound()
    expiries = session.execute(
        select(
            AgreementExpiry.number,
            AgreementExpiry.expiry,
            AgreementExpiry.confirmed_at,
            AgreementExpiry.document_id,
            Document.reference,
        )
        .outerjoin(Document, Document.id == AgreementExpiry.document_id)
        .order_by(AgreementExpiry.place)
    ).all()
    renewals = session.execute(
        select(AgreementRenewal.agreed_at, AgreementRenewal.document_id, Document.reference)
        .outerjoin(Document, Document.id == AgreementRenewal.document_id)
        .order_by(AgreementRenewal.agreed_at)
    ).all()
    return Chronicle(
        expiries=expiries,
        renewals=renewals,
        ends=session.scalars(select(AgreementEnd).order_by(AgreementEnd.announced_at)).all(),
        intentions=session.scalars(
            select(TermIntention).order_by(TermIntention.at, TermIntention.number)
        ).all(),
        notices=session.scalars(select(Notice).order_by(Notice.number).limit(MOST)).all(),
        arrivals=session.execute(
            select(
                NoticeArrival.notice_id, NoticeArrival.receiver, NoticeArrival.arrived_on, NoticeArrival.party
            ).order_by(NoticeArrival.notice_id, NoticeArrival.number)
        ).all(),
    )


# --------------------------------------------------------------------------------------- meetings


def meetings(session: Session, reader: Actor) -> Sequence[Meeting]:
    """The regular meetings, the latest held first."""
    if not may_read(reader):
        return []
    return session.scalars(
        select(Meeting).order_by(Meeting.held_on.desc(), Meeting.number.desc()).limit(MOST)
    ).all()


@dataclass(frozen=True)
class Held:
    """A regular meeting with its materials and what the others said of the summary."""

    row: Meeting
    participants: Sequence[tuple[str, str]]
    words: Sequence[MeetingWord]
    files: Sequence[TermFile]

    def word_of(self, party: str) -> MeetingWord | None:
        """The last word of the party on the summary."""
        return next((one for one in reversed(self.words) if one.party == party), None)


def meeting(session: Session, reader: Actor, id: str) -> Held:
    """The meeting; raises NotFound for none."""
    row = session.get(Meeting, id) if may_read(reader) else None
    if row is None:
        raise NotFound()
    files = {
        one.id: one
        for one in session.scalars(
            select(TermFile).where(TermFile.of_kind == "meeting", TermFile.of_id == id)
        )
    }
    return Held(
        row=row,
        participants=[(key, words) for key, words in json.loads(row.participants)],
        words=session.scalars(
            select(MeetingWord)
            .where(MeetingWord.meeting_id == id)
            .order_by(MeetingWord.at, MeetingWord.number)
        ).all(),
        files=[files[one] for one in row.files.split(",") if one],
    )


def last_meeting(session: Session) -> dt.date | None:
    """The day of the last regular meeting that was recorded."""
    return session.scalar(select(func.max(Meeting.held_on)))


# --------------------------------------------------------------------------------------- what waits

GIVEN, DECIDED = "given", "decided"
"""What an open notice is: one that was recorded, or the own side's draft that was decided on and not yet sent."""
_OPEN_NOTICES = (
    select(
        literal(GIVEN).label("part"), Notice.id, Notice.reference, Notice.kind, Notice.party, Notice.standing,
        Notice.waits_for, Notice.to_second, Notice.confirmed_by, Notice.registered_at.label("since"),
        literal("").label("savers"), false().label("four_eyes"),
    )
    .where(Notice.withdrawn_at.is_(None))
    .order_by(Notice.number.desc())
    .limit(MOST)
    .subquery()
)  # fmt: skip
_DECIDED_DRAFTS = (
    select(
        literal(DECIDED).label("part"), NoticeDraft.id, literal("").label("reference"), NoticeDraft.kind,
        NoticeDraft.party, literal("").label("standing"), literal("").label("waits_for"), literal("").label("to_second"),
        cast(null(), Text).label("confirmed_by"), NoticeDraft.saved_at.label("since"), NoticeDraft.savers,
        Party.four_eyes,
    )
    .join(Party, Party.key == NoticeDraft.party)
    .where(
        NoticeDraft.party == _MINE,
        select(NoticeDecision.id)
        .where(
            NoticeDecision.notice_id == NoticeDraft.id,
            NoticeDecision.party == _MINE,
            NoticeDecision.digest == NoticeDraft.digest,
        )
        .exists(),
    )
    .order_by(NoticeDraft.saved_at.desc())
    .limit(MOST)
    .subquery()
)  # fmt: skip
OPEN = union_all(select(_OPEN_NOTICES), select(_DECIDED_DRAFTS))
"""The notices that stand, the latest first, and the drafts of the party `mine` that were decided on; who asks for more
with the same statement."""
_ASKED = select(
    select(TermIntention.says)
    .where(TermIntention.term_number == bindparam("term"), TermIntention.party == _MINE)
    .order_by(TermIntention.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("says"),
    select(func.max(Meeting.held_on)).scalar_subquery().label("last_held"),
)
_TO_CONFIRM = (
    select(Meeting.id, Meeting.reference, Meeting.held_on, Meeting.party)
    .where(
        Meeting.party != _MINE,
        ~select(MeetingWord.id)
        .where(MeetingWord.meeting_id == Meeting.id, MeetingWord.party == _MINE)
        .exists(),
    )
    .order_by(Meeting.held_on)
    .limit(MOST)
)


def open_notices(reader: Actor, found: Sequence[Any]) -> Sequence[Any]:
    """Of the rows of `OPEN` for the reader's party, the notices that stand; and the own side's drafts that were decided
    on and whose dispatch the reader may record: not who alone drafted one, where the party asks for four eyes
    (decision 12)."""
    gives = reader.may(Permission.GIVE_NOTICE)
    return [
        row
        for row in found
        if row.part == GIVEN or (gives and not (row.four_eyes and row.savers == reader.member_id))
    ]


def asked(session: Session, reader: Actor, term: int) -> Any:
    """What the reader's party last said of the time after the term, and when the last meeting was held; one statement at
    most."""

    def read() -> Any:
        return rows(session, _ASKED, {"term": term, "mine": reader.party}).one()

    return read_once(_KEPT, session, ("asked", reader.party, term), read)


def meetings_to_confirm(session: Session, reader: Actor) -> Sequence[Any]:
    """The meetings that another party wrote down and the reader's has said nothing of; one statement at most."""
    if not may_read(reader):
        return []

    def read() -> Sequence[Any]:
        return tuple(rows(session, _TO_CONFIRM, {"mine": reader.party}))

    found: Sequence[Any] = read_once(_KEPT, session, ("to confirm", reader.party), read)
    return found


# --------------------------------------------------------------------------------------- what must hold


def file_digests(session: Session) -> set[str]:
    """Every file that a notice or a meeting names; the sweeper leaves these alone (row 85)."""
    return set(session.scalars(select(TermFile.sha256).distinct()))


def broken_records(session: Session) -> Iterator[str]:
    """The references of the notices whose stored words are not those of their digest (row 24)."""
    found = session.execute(
        select(Notice.reference, Notice.digest, NoticeRecord.sealed).join(
            NoticeRecord, NoticeRecord.notice_id == Notice.id
        )
    )
    for reference, digest, sealed in found:
        if not notices_sealed.holds(sealed, digest):
            yield reference
