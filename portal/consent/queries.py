"""What a reader may see of documents; the reader is always an argument (rows 1-6)."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Null,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.consent.kind import DocumentKind
from portal.consent.models import (
    Attachment,
    Closing,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Draft,
    Note,
    Reply,
    Revision,
)
from portal.consent.paper import listed
from portal.consent.rules import ON_THE_TABLE, Said, Says, Standing, awaited_since
from portal.history.erasing import is_there
from portal.history.queries import read_once
from portal.kernel.db import Model, rows
from portal.kernel.errors import NotFound
from portal.parties.models import Party
from portal.web.kept import Kept


def visible(reader: Actor) -> ColumnElement[bool]:
    """The documents this reader may know of: the tabled ones, and those begun by their own side if they may
    read it."""
    if reader.party is None:
        return Document.tabled_at.is_not(None) & Document.id.is_(None)
    if not reader.may(Permission.READ_OWN_SIDE):
        return Document.tabled_at.is_not(None)
    return or_(Document.tabled_at.is_not(None), Document.party == reader.party)


def document(session: Session, reader: Actor, kind: DocumentKind, document_id: str) -> Document:
    """The document, if this reader may know of it; raises NotFound otherwise, whatever the reason (row 1)."""
    found = session.scalars(
        select(Document).where(Document.id == document_id, Document.kind == kind.key, visible(reader))
    ).first()
    if found is None:
        raise NotFound()
    return found


def kind_of(session: Session, reader: Actor, document_id: str) -> str:
    """The key of the document's kind, if this reader may know of it; raises NotFound otherwise (row 1)."""
    kind = session.scalar(select(Document.kind).where(Document.id == document_id, visible(reader)))
    if kind is None:
        raise NotFound()
    return kind


def own_draft(session: Session, reader: Actor, document_id: str) -> Draft | None:
    """The draft of the reader's own side, if there is one and they may read it."""
    if reader.party is None or not reader.may(Permission.READ_OWN_SIDE):
        return None
    return session.scalars(
        select(Draft).where(Draft.document_id == document_id, Draft.party == reader.party)
    ).first()


def revision(session: Session, document: Document, number: int) -> Revision:
    """Revision `number` of a document the reader was given; raises NotFound when there is none (rows 2, 64)."""
    if not 0 < number <= document.revision:
        raise NotFound()
    found = session.scalars(
        select(Revision).where(Revision.document_id == document.id, Revision.number == number)
    ).first()
    if found is None or document.tabled_at is None:
        raise NotFound()
    return found


def attachment(session: Session, reader: Actor, document: Document, attachment_id: str) -> Attachment:
    """The attachment of this document, if it is shared or the reader's own side's (rows 2, 14)."""
    found = session.scalars(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.document_id == document.id)
    ).first()
    own = found is not None and found.party == reader.party and reader.may(Permission.READ_OWN_SIDE)
    if found is None or not (found.shared_at or own):
        raise NotFound()
    return found


def attachments_named(
    session: Session, reader: Actor, document_id: str, attachment_ids: Sequence[str]
) -> list[Attachment]:
    """Those of `attachment_ids` that belong to the document and are shared or the reader's own side's, in the
    order given (rows 2, 14)."""
    if not attachment_ids:
        return []
    own = reader.party if reader.may(Permission.READ_OWN_SIDE) else None
    found = session.scalars(
        select(Attachment).where(
            Attachment.document_id == document_id,
            Attachment.id.in_(attachment_ids),
            or_(Attachment.shared_at.is_not(None), Attachment.party == own),
        )
    )
    known = {one.id: one for one in found}
    return [known[one] for one in attachment_ids if one in known]


class ReplyRow(NamedTuple):
    """One reply, as pages show it."""

    revision: int
    party: str
    says: Says
    name: str
    post: str
    capacity: str | None
    decision_reference: str | None
    decided_on: dt.date | None
    absent_post: str | None
    reason: str | None
    at: dt.datetime
    digest: str


@dataclass(frozen=True)
class Consulted:
    """One consultation with the other parties' words on its summary; rows with the tables' columns."""

    row: Any
    confirmations: Sequence[Any]

    def word_of(self, party: str) -> Any:
        """What `party` said last of the summary."""
        return next((one for one in reversed(self.confirmations) if one.party == party), None)


class RevisionRow(NamedTuple):
    """One tabled revision without its words, as lists show it."""

    id: str
    number: int
    digest: str
    title: str
    party: str
    name: str
    post: str
    tabled_at: dt.datetime


class CommentRow(NamedTuple):
    """One shared comment, as pages show it."""

    id: str
    revision: int
    text: str
    party: str
    name: str
    post: str
    at: dt.datetime


class ClosingRow(NamedTuple):
    """One act on a whole document, as pages show it."""

    act: str
    party: str
    name: str
    post: str
    reason: str
    at: dt.datetime


@dataclass(frozen=True)
class Dossier:
    """Everything a reader may see of one document: what its page is made of. Rows with the tables' columns."""

    document: Any
    revisions: Sequence[RevisionRow]
    """Each tabled revision, the latest first."""
    latest: Any
    """The revision on the table, with the words (`sealed`); None for a document never tabled."""
    draft: Any
    replies: Sequence[ReplyRow]
    closings: Sequence[ClosingRow]
    consultations: Sequence[Consulted]
    comments: Sequence[CommentRow]
    notes: Sequence[Any]
    attachments: Mapping[str, Any] = field(default_factory=dict)
    related: Sequence[Any] = ()
    keeps_four_eyes: bool = False
    """Whether the reader's own party keeps four eyes."""

    @property
    def standing(self) -> Standing:
        """Where the document stands."""
        return Standing(self.document.standing)

    @property
    def waits_for(self) -> list[str]:
        """The parties whose act is awaited."""
        return listed(self.document.waits_for)

    @property
    def awaited_since(self) -> dict[str, dt.datetime]:
        """Since when each of these is waited for."""
        said = [Said(one.party, one.says, one.at) for one in self.replies if one.digest == self.document.digest]
        return awaited_since(self.standing, self.waits_for, self.latest.tabled_at, said) if self.latest else {}

    def reply_of(self, party: str) -> ReplyRow | None:
        """The party's last reply, to whichever revision."""
        return next((one for one in reversed(self.replies) if one.party == party), None)

    def is_drafted_alone_by(self, who: Actor) -> bool:
        """Whether only `who` drafted the revision on the table for a party that keeps four eyes (decision 12)."""
        if self.latest is None or not self.keeps_four_eyes or self.latest.party != who.party:
            return False
        return listed(self.latest.drafters) == [who.member_id]

    def live_consent_of(self, party: str) -> ReplyRow | None:
        """The party's consent to the latest revision, if it stands."""
        reply = self.reply_of(party)
        stands = reply and reply.says is Says.CONSENT and reply.revision == self.document.revision
        return reply if stands else None

    @property
    def holds(self) -> list[ClosingRow]:
        """The holds that stand, the last of each party that holds."""
        return standing_holds(self.closings)


def standing_holds(closings: Sequence[ClosingRow]) -> list[ClosingRow]:
    """The last hold of each party that holds and has not lifted it, the first first. A party holds and lifts in turn,
    so the count tells; the moments may be equal (row 39)."""
    counts: Counter[str] = Counter()
    last: dict[str, ClosingRow] = {}
    for one in closings:
        if one.act == "hold":
            counts[one.party] += 1
            last[one.party] = one
        elif one.act == "lift_hold":
            counts[one.party] -= 1
    return sorted((one for party, one in last.items() if counts[party] > 0), key=lambda one: one.at)


# Tables rather than entities, and statements built once: see portal.kernel.db.rows.
_DOCUMENTS, _REVISIONS, _REPLIES, _CLOSINGS, _COMMENTS, _CONSULTATIONS, _CONFIRMATIONS, _DRAFTS = (
    Model.metadata.tables[model.__tablename__]
    for model in (
        Document, Revision, Reply, Closing, Comment, Consultation, ConsultationConfirmation, Draft,
    )
)  # fmt: skip
_ID: BindParameter[str] = bindparam("id")
_OWN: BindParameter[str] = bindparam("own", type_=Text())
"""The reader's party, if the reader may read its own side; else NULL, which no party is."""
_MAY_KNOW = or_(_DOCUMENTS.c.tabled_at.is_not(None), _DOCUMENTS.c.party == _OWN)

_DocumentRow = namedtuple("_DocumentRow", _DOCUMENTS.c.keys())  # type: ignore[misc]
_DraftRow = namedtuple("_DraftRow", _DRAFTS.c.keys())  # type: ignore[misc]
_ConsultationRow = namedtuple("_ConsultationRow", _CONSULTATIONS.c.keys())  # type: ignore[misc]
_ConfirmationRow = namedtuple("_ConfirmationRow", _CONFIRMATIONS.c.keys())  # type: ignore[misc]

_PAPER = (
    select(
        *_DOCUMENTS.c,
        *_DRAFTS.c,
        select(Party.four_eyes).where(Party.key == _OWN).scalar_subquery().label("keeps_four_eyes"),
    )
    .select_from(
        _DOCUMENTS.outerjoin(_DRAFTS, and_(_DRAFTS.c.document_id == _DOCUMENTS.c.id, _DRAFTS.c.party == _OWN))
    )
    .where(_DOCUMENTS.c.id == _ID, _DOCUMENTS.c.kind == bindparam("kind"), _MAY_KNOW)
)
_TABLED = (
    select(
        _REVISIONS.c.id, _REVISIONS.c.number, _REVISIONS.c.digest, _REVISIONS.c.title, _REVISIONS.c.party,
        _REVISIONS.c.name, _REVISIONS.c.post, _REVISIONS.c.tabled_at,
        case((_REVISIONS.c.number == bindparam("latest", type_=BigInteger()), _REVISIONS.c.sealed)).label("sealed"),
        _REVISIONS.c.drafters,
    )
    .where(_REVISIONS.c.document_id == _ID)
    .order_by(_REVISIONS.c.number.desc())
)  # fmt: skip


def _said_in(table: Any, what: str, says: Any, text: Any, **own: Any) -> Any:
    """What one of the tables of things said has to tell, in the columns that all of them share."""
    common: dict[str, Any] = {
        "id": table.c.id, "party": table.c.party, "name": table.c.name, "post": table.c.post, "at": table.c.at,
        "says": says, "text": text, "number": literal(0, BigInteger()), "revision": literal(0, BigInteger()),
        "revision_id": null(), "capacity": null(), "decision_reference": null(), "decided_on": null(),
        "absent_post": null(), "digest": null(),
    }  # fmt: skip
    columns = [
        (cast(value, Date() if name == "decided_on" else Text()) if isinstance(value, Null) else value).label(
            name
        )
        for name, value in (common | own).items()
    ]
    return select(literal(what, Text()).label("what"), *columns).where(table.c.document_id == _ID)


_SAID_COLUMNS = union_all(
    _said_in(
        _REPLIES, "reply", _REPLIES.c.says, _REPLIES.c.reason, number=_REPLIES.c.number,
        revision_id=_REPLIES.c.revision_id, capacity=_REPLIES.c.capacity,
        decision_reference=_REPLIES.c.decision_reference, decided_on=_REPLIES.c.decided_on,
        absent_post=_REPLIES.c.absent_post, digest=_REPLIES.c.digest,
    ),
    _said_in(_CLOSINGS, "closing", _CLOSINGS.c.act, _CLOSINGS.c.reason),
    _said_in(
        _COMMENTS, "comment", literal("", Text()), _COMMENTS.c.text, revision=_COMMENTS.c.revision
    ),
).subquery()  # fmt: skip
_SAID = select(_SAID_COLUMNS).order_by(_SAID_COLUMNS.c.at, _SAID_COLUMNS.c.number, _SAID_COLUMNS.c.id)
_CONSULTED = (
    select(*_CONSULTATIONS.c, *_CONFIRMATIONS.c)
    .select_from(
        _CONSULTATIONS.outerjoin(_CONFIRMATIONS, _CONFIRMATIONS.c.consultation_id == _CONSULTATIONS.c.id)
    )
    .where(_CONSULTATIONS.c.document_id == _ID)
    .order_by(_CONSULTATIONS.c.held_on, _CONSULTATIONS.c.at, _CONFIRMATIONS.c.at)
)
_NOTES = (
    select(Note.id, Note.text, Note.party, Note.name, Note.post, Note.at)
    .where(Note.document_id == _ID, Note.party == _OWN)
    .order_by(Note.at, Note.id)
)
_FILES = select(*Attachment.__table__.columns).where(
    Attachment.document_id == _ID, or_(Attachment.shared_at.is_not(None), Attachment.party == _OWN)
)
_RELATED = (
    select(
        _DOCUMENTS.c.id, _DOCUMENTS.c.kind, _DOCUMENTS.c.reference, _DOCUMENTS.c.title, _DOCUMENTS.c.standing,
        _DOCUMENTS.c.replaces_id,
    )
    .where(or_(_DOCUMENTS.c.id == bindparam("replaces", type_=Text()), _DOCUMENTS.c.replaces_id == _ID), _MAY_KNOW)
    .order_by(_DOCUMENTS.c.begun_at)
)  # fmt: skip


class Shared(NamedTuple):
    """What all parties share of a tabled document: its revisions, and what was said of it."""

    tabled: Sequence[Any]
    revisions: Sequence[RevisionRow]
    replies: Sequence[ReplyRow]
    closings: Sequence[ClosingRow]
    comments: Sequence[CommentRow]
    consultations: Sequence[Consulted]


_SHARED: Kept[Shared] = Kept(100)
"""By the joint chain as it was, and the document. All of it is shared: who may know of the document may read it."""


def dossier(session: Session, reader: Actor, kind: DocumentKind, document_id: str) -> Dossier:
    """Everything of one document that this reader may see, in seven statements at most, whatever the data; raises
    NotFound (row 1). What all parties share of it is read once by all of them until the joint chain grows; with what is
    their own side's, once by those who may read that, until their own chain grows."""
    own = reader.party if reader.may(Permission.READ_OWN_SIDE) else None
    found: Dossier | None = None
    if reader.party:
        question = (kind.key, document_id, own)
        found = read_once(
            _DOSSIERS, session, question, lambda: _dossier(session, own, kind, document_id), own=own
        )
    if found is None:
        raise NotFound()
    return found


_DOSSIERS: Kept[Dossier] = Kept(100)


def _dossier(session: Session, own: str | None, kind: DocumentKind, document_id: str) -> Dossier | None:
    given: dict[str, object] = {"id": document_id, "own": own}
    row = rows(session, _PAPER, given | {"kind": kind.key}).first()
    if row is None:
        return None
    found: Any = _DocumentRow._make(row[: len(_DOCUMENTS.c)])
    draft: Any = _DraftRow._make(row[len(_DOCUMENTS.c) : -1])
    notes = rows(session, _NOTES, given).all() if own else []
    attachments = {one.id: one for one in rows(session, _FILES, given).all()}
    related: Sequence[Any] = []
    if found.replaces_id or found.agreed_revision_id:  # nothing else replaces, or is replaced
        related = rows(session, _RELATED, given | {"replaces": found.replaces_id}).all()
    if found.tabled_at is None:
        return Dossier(
            found, (), None, draft if draft.id else None, (), (), (), (), notes, attachments, related
        )

    def read() -> Shared:
        return _shared(session, document_id, found.revision)

    shared: Shared = read_once(_SHARED, session, document_id, read)
    return Dossier(
        document=found,
        revisions=shared.revisions,
        latest=shared.tabled[0],
        draft=draft if draft.id else None,
        replies=shared.replies,
        closings=[] if Standing(found.standing) in ON_THE_TABLE else shared.closings,
        consultations=shared.consultations,
        comments=shared.comments,
        notes=notes,
        attachments=attachments,
        related=related,
        keeps_four_eyes=bool(row[-1]),
    )


def _shared(session: Session, document_id: str, latest: int) -> Shared:
    tabled = tuple(rows(session, _TABLED, {"id": document_id, "latest": latest}).all())
    revisions = tuple(RevisionRow(*row[:-2]) for row in tabled)
    replies, closings, comments = _said(session, document_id, {one.id: one.number for one in revisions})
    return Shared(tabled, revisions, replies, closings, comments, _consultations(session, document_id))


_SAYS = {one.value: one for one in Says}


def _said(
    session: Session, document_id: str, numbers: Mapping[str, int]
) -> tuple[Sequence[ReplyRow], Sequence[ClosingRow], Sequence[CommentRow]]:
    replies, closings, comments = [], [], []
    for (
        what, id, party, name, post, at, says, text, _number, revision, revision_id, capacity, decision_reference,
        decided_on, absent_post, digest,
    ) in rows(session, _SAID, {"id": document_id}).all():
        if what == "reply":
            replies.append(
                ReplyRow(
                    numbers[revision_id], party, _SAYS[says], name, post, capacity, decision_reference, decided_on,
                    absent_post, text, at, digest,
                )
            )
        elif what == "closing":
            closings.append(ClosingRow(says, party, name, post, text, at))
        else:
            comments.append(CommentRow(id, revision, text, party, name, post, at))  # fmt: skip
    replies.sort(key=lambda one: one.revision)  # moments may be equal (row 39); numbers are of one revision
    return tuple(replies), tuple(closings), tuple(comments)


def _consultations(session: Session, document_id: str) -> Sequence[Consulted]:
    found: dict[str, tuple[Any, list[Any]]] = {}
    for row in rows(session, _CONSULTED, {"id": document_id}).all():
        consultation: Any = _ConsultationRow._make(row[: len(_CONSULTATIONS.c)])
        confirmation: Any = _ConfirmationRow._make(row[len(_CONSULTATIONS.c) :])
        words = found.setdefault(consultation.id, (consultation, []))[1]
        if confirmation.id is not None:
            words.append(confirmation)
    return tuple(Consulted(row, tuple(words)) for row, words in found.values())


def consultations_on(session: Session, document_ids: Sequence[str]) -> Sequence[Any]:
    """The consultations written down on documents of which the reader knows, the earliest first; rows for lists."""
    return session.execute(
        select(
            Consultation.id, Consultation.held_on, Consultation.medium, Consultation.summary, Consultation.party,
            Consultation.at, Document.id.label("document_id"), Document.kind, Document.reference, Document.title,
        )
        .join(Document, Document.id == Consultation.document_id)
        .where(Consultation.document_id.in_(document_ids))
        .order_by(Consultation.held_on, Consultation.at)
    ).all()  # fmt: skip


def is_consulted_on(session: Session, document_id: str) -> bool:
    """Whether a consultation on the document, of which the reader knows, has been written down."""
    return (
        session.scalar(select(Consultation.id).where(Consultation.document_id == document_id).limit(1))
        is not None
    )


def body_plain(revision: Any) -> dict[str, Any]:
    """The words of a stored revision as plain JSON."""
    body: dict[str, Any] = json.loads(revision.sealed)["body"]
    return body


@lru_cache(maxsize=30)
def _opened(sealed: str) -> Mapping[str, Any]:
    """What a revision says beside its body, asked for several times while its page is made; nobody may change it."""
    return {name: value for name, value in json.loads(sealed).items() if name in ("attachments", "edition")}


def attachments_of(revision: Any) -> Sequence[Mapping[str, Any]]:
    """The attachments of a stored revision: id, name, size, sha256; in order."""
    attachments: Sequence[Mapping[str, Any]] = _opened(revision.sealed)["attachments"]
    return attachments


def edition_digest_of(revision: Any) -> str:
    """The digest of the edition under which a stored revision was tabled."""
    return str(_opened(revision.sealed)["edition"])


_WAITING = (
    Document.id, Document.kind, Document.reference, Document.title, Document.standing, Document.revision,
    Document.party, Document.waits_for, Document.waits_since, Document.activity_id,
)  # fmt: skip


def waiting(
    session: Session, reader: Actor, *, limit: int = 200
) -> Sequence[tuple[Any, dict[str, dt.datetime]]]:
    """The tabled documents that wait for some party's act, the longest waiting first, as rows for lists, each with since
    when each of these parties is waited for (R2-7); two statements."""
    if not reader.may(Permission.READ):
        return []
    on_the_table = Document.standing.in_([str(one) for one in ON_THE_TABLE])
    found = session.execute(
        select(*_WAITING, Revision.tabled_at.label("revised_at"))
        .join(Revision, and_(Revision.document_id == Document.id, Revision.number == Document.revision))
        .where(on_the_table)
        .order_by(Document.waits_since, Document.id)
        .limit(limit)
    ).all()
    said: dict[str, list[Said]] = {}
    for document_id, *reply in session.execute(
        select(Reply.document_id, Reply.party, Reply.says, Reply.at)
        .join(Document, and_(Document.id == Reply.document_id, Document.digest == Reply.digest))
        .where(on_the_table)
        .order_by(Reply.at, Reply.number)
    ):
        said.setdefault(document_id, []).append(Said._make(reply))
    return [
        (
            row,
            awaited_since(
                Standing(row.standing), listed(row.waits_for), row.revised_at, said.get(row.id, ())
            ),
        )
        for row in found
    ]


COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
_MARK: BindParameter[str] = bindparam("mark", type_=Text())
_MINE: BindParameter[str] = bindparam("mine")


def mark_of(party: str) -> str:
    """What names `party` in `waits_for` and `to_confirm`, for `is_named`."""
    return f",{party.replace('!', '!!').replace('_', '!_').replace('%', '!%')},"


def is_named(column: Any, mark: Any) -> ColumnElement[bool]:
    """Whether `waits_for` or `to_confirm` names the party of this mark. The pattern is put together by the database:
    SQLite plans a statement anew, every time, whose whole pattern it is given."""
    found: ColumnElement[bool] = column.contains(mark, escape="!")
    return found


def answered(party: Any) -> ColumnElement[bool]:
    """Consultations of which `party` has said something."""
    return (
        exists()
        .where(
            ConsultationConfirmation.consultation_id == Consultation.id,
            ConsultationConfirmation.party == party,
        )
        .correlate_except(ConsultationConfirmation)
    )


def in_question() -> ColumnElement[bool]:
    """Consultations of documents of which some consultation is unanswered; the others need not be looked at."""
    return Consultation.document_id.in_(select(Document.id).where(Document.to_confirm > ""))


def to_confirm(party: Any) -> ColumnElement[bool]:
    """Consultations that another party wrote down and `party` has not answered."""
    return and_(in_question(), Consultation.party != party, ~answered(party))


def counted(query: Select[Any]) -> ScalarSelect[int]:
    """How many rows the query finds, exact to COUNTED, then one more; part of a statement."""
    return select(func.count()).select_from(query.limit(COUNTED + 1).subquery()).scalar_subquery()


_WAITING_COUNT = select(
    counted(
        select(Document.id).where(
            Document.standing.in_([str(one) for one in ON_THE_TABLE]), is_named(Document.waits_for, _MARK)
        )
    )
    + counted(select(Consultation.id).where(to_confirm(_MINE)))
)


def waiting_count(session: Session, reader: Actor) -> int:
    """How many things wait for the reader's own party, tabled documents and consultations to confirm, exact to
    COUNTED, then one more; one statement, however many have been answered."""
    if reader.party is None or not reader.may(Permission.READ):
        return 0
    given = {"mine": reader.party, "mark": mark_of(reader.party)}
    found: int = rows(session, _WAITING_COUNT, given).scalar_one()
    return min(found, COUNTED + 1)


_OWN_DRAFTS = (
    select(
        Document.id, Document.kind, Document.reference, Document.activity_id, Draft.title, Draft.base,
        Draft.saved_at, Draft.saved_by, Draft.saved_by_name, Document.revision,
    )
    .join(Document, Document.id == Draft.document_id)
    .where(Draft.party == _OWN)
    .order_by(Draft.saved_at.desc())
    .limit(bindparam("limit", type_=BigInteger()))
)  # fmt: skip
_OWN_DRAFTS_OF_KIND = _OWN_DRAFTS.where(Document.kind == bindparam("kind"))


def own_drafts(
    session: Session, reader: Actor, *, kind: str | None = None, limit: int = 100
) -> Sequence[Any]:
    """The drafts of the reader's own side, the latest saved first; nobody else's, ever."""
    if reader.party is None or not reader.may(Permission.READ_OWN_SIDE):
        return []
    query = _OWN_DRAFTS if kind is None else _OWN_DRAFTS_OF_KIND
    given = {"own": reader.party, "kind": kind, "limit": limit}
    found: Sequence[Any] = read_once(
        _DRAFTED, session, (kind, limit), lambda: rows(session, query, given).all(), own=reader.party
    )
    return found


_DRAFTED: Kept[Sequence[Any]] = Kept(30)


def unconfirmed_consultations(session: Session, reader: Actor, *, limit: int = 100) -> Sequence[Any]:
    """The consultations written down by another party whose summary the reader's party has not answered."""
    if reader.party is None or not reader.may(Permission.READ):
        return []
    return session.execute(
        select(
            Consultation.id,
            Consultation.held_on,
            Consultation.at,
            Consultation.party,
            Document.id.label("document_id"),
            Document.kind,
            Document.reference,
            Document.title,
        )
        .join(Document, Document.id == Consultation.document_id)
        .outerjoin(
            ConsultationConfirmation,
            (ConsultationConfirmation.consultation_id == Consultation.id)
            & (ConsultationConfirmation.party == reader.party),
        )
        .where(Consultation.party != reader.party, ConsultationConfirmation.id.is_(None))
        .order_by(Consultation.at)
        .limit(limit)
    ).all()


def of_activity(session: Session, reader: Actor, activity_id: str) -> Sequence[Any]:
    """The documents of one activity that this reader may know of, the oldest first; rows for lists."""
    return session.execute(
        select(
            *_WAITING, Document.agreed_at, Document.tabled_at, Document.digest, Document.replaces_id,
        )
        .where(Document.activity_id == activity_id, visible(reader))
        .order_by(Document.begun_at, Document.id)
    ).all()  # fmt: skip


def consents_of(session: Session, document_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each tabled document its live consents to the latest revision: document → party → row."""
    return {
        document: {party: row for party, row in given.items() if row.says == Says.CONSENT}
        for document, given in replies_of(session, document_ids).items()
    }


def holders_of(session: Session, document_ids: Sequence[str]) -> dict[str, list[str]]:
    """For each held document the parties that hold it, the first first; one statement, none where nothing is held."""
    if not document_ids:
        return {}
    found: dict[str, list[ClosingRow]] = {one: [] for one in document_ids}
    asked = (
        select(Closing.document_id, Closing.act, Closing.party, Closing.name, Closing.post, Closing.reason, Closing.at)
        .where(Closing.document_id.in_(document_ids))
        .order_by(Closing.at, Closing.id)
    )
    for id, act, party, name, post, reason, at in session.execute(asked):
        found[id].append(ClosingRow(act, party, name, post, reason, at))
    return {id: [one.party for one in standing_holds(closings)] for id, closings in found.items()}


def replies_of(session: Session, document_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each tabled document each party's last reply to the latest revision, but for consents withdrawn:
    document → party → row; for status side by side (R2-7)."""
    found: dict[str, dict[str, Any]] = {one: {} for one in document_ids}
    rows = session.execute(
        select(
            Reply.document_id,
            Reply.party,
            Reply.says,
            Reply.name,
            Reply.post,
            Reply.capacity,
            Reply.absent_post,
            Reply.decided_on,
            Reply.decision_reference,
            Reply.at,
            Reply.digest,
        )
        .join(Document, (Document.id == Reply.document_id) & (Document.digest == Reply.digest))
        .where(Reply.document_id.in_(document_ids))
        .order_by(Reply.at, Reply.number)
    )
    for row in rows:
        if row.says == Says.WITHDRAW:
            found[row.document_id].pop(row.party, None)
        else:
            found[row.document_id][row.party] = row
    return found


def file_digests(session: Session) -> set[str]:
    """Every file that an attachment still names and that was not disposed of; the sweeper leaves these alone (row
    85)."""
    return set(session.scalars(select(Attachment.sha256).where(is_there(Attachment.id)).distinct()))


def shared_files(
    session: Session,
    reader: Actor,
    *,
    besides: Any,
    of: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Files that stand shared at documents and in the records of their consultations, the latest shared first, but those
    whose rows the selection `besides` names and those disposed of: of one document, or those with `ids`, or all; one
    statement."""
    if reader.party is None or not reader.may(Permission.READ):
        return []
    query = (
        select(
            Attachment.id, Attachment.party, Attachment.name, Attachment.media_type, Attachment.size, Attachment.sha256,
            Attachment.findings, Attachment.shared_at, Attachment.document_id.label("of"), Document.reference,
            Document.activity_id,
        )
        .join(Document, Document.id == Attachment.document_id)
        .where(
            Attachment.shared_at.is_not(None), Document.reference.is_not(None), is_there(Attachment.id),
            Attachment.id.not_in(besides),
        )
    )  # fmt: skip
    if of is not None:
        query = query.where(Attachment.document_id == of)
    if ids is not None:
        query = query.where(Attachment.id.in_(ids))
    found: Sequence[Any] = rows(
        session, query.order_by(Attachment.shared_at.desc(), Attachment.id).limit(limit)
    ).all()
    return found


def places_of(session: Session, sha256: str) -> Sequence[Any]:
    """Where a file stands shared at documents, by its digest: the row, who shared it, the document's reference."""
    query = (
        select(Attachment.id, Attachment.party, Document.reference)
        .join(Document, Document.id == Attachment.document_id)
        .where(Attachment.sha256 == sha256, Attachment.shared_at.is_not(None), is_there(Attachment.id))
    )
    found: Sequence[Any] = rows(session, query).all()
    return found
