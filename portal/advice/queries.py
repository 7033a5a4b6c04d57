"""What a reader may see of advice: the log, one entry with all that belongs to it, what waits, where it is cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.advice import body as bodies
from portal.advice.body import Sealed
from portal.advice.models import (
    Advice,
    AdviceConfirmation,
    AdviceDecision,
    AdviceDraft,
    AdviceFile,
    AdviceHandling,
    AdviceLink,
    AdviceNote,
    AdviceNotice,
    AdviceRecord,
)
from portal.advice.rules import Marking
from portal.consent.models import Document
from portal.consent.paper import listed
from portal.history.erasing import is_there
from portal.history.queries import read_once
from portal.kernel.db import Model, first_of_each, rows
from portal.kernel.errors import NotFound
from portal.kernel.typed import normal_search
from portal.parties.models import Member
from portal.web.kept import Kept

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
BESIDE = 50
"""At most so many entries stand beside an activity or a paper that they belong to."""
_MOST_WORDS = 5

_correction = aliased(Advice)
_corrected = aliased(Advice)
_LISTED: tuple[Any, ...] = (
    Advice.id, Advice.number, Advice.reference, Advice.edition, Advice.giver, Advice.receiver, Advice.party,
    Advice.kind, Advice.basis, Advice.given_on, Advice.medium, Advice.marking, Advice.activity_id, Advice.title,
    Advice.adviser, Advice.recipient, Advice.clauses, Advice.corrects_id, Advice.digest, Advice.recorded_at,
    Advice.corrected_by_id, Advice.waits_for, Advice.confirmed, Advice.result, Advice.to_check,
    _correction.reference.label("correction"),
)  # fmt: skip


def _listed() -> Select[Any]:
    return select(*_LISTED).outerjoin(_correction, _correction.id == Advice.corrected_by_id)


# Built once: building a statement takes longer than the database needs for it (performance.md).
_BEFORE = bindparam("before", type_=Advice.number.type)
_LIST = _listed().where(Advice.number < _BEFORE).order_by(Advice.number.desc()).limit(PAGE + 1)
_COUNT = select(func.count()).select_from(select(Advice.id).limit(COUNTED + 1).subquery())


def _recorded() -> Select[Any]:
    return (
        select(
            *_LISTED,
            _corrected.reference.label("corrects"),
            AdviceRecord.sealed,
            AdviceRecord.name,
            AdviceRecord.post,
            AdviceRecord.member_id,
        )
        .join(AdviceRecord, AdviceRecord.advice_id == Advice.id)
        .outerjoin(_correction, _correction.id == Advice.corrected_by_id)
        .outerjoin(_corrected, _corrected.id == Advice.corrects_id)
    )


_ACTIVITIES = (
    select(Advice.activity_id)
    .where(Advice.activity_id.is_not(None))
    .group_by(Advice.activity_id)
    .order_by(func.max(Advice.number).desc())
    .limit(200)
)
_ONE = _recorded().where(Advice.id == bindparam("id"))


@dataclass(frozen=True)
class Filters:
    """What the log is narrowed to; it stands in the address. Days are in Asia/Tokyo, both included."""

    words: str = ""
    person: str = ""
    giver: str = ""
    activity: str = ""
    """The identifier of an activity that an entry belongs to, or a paper of which cites it."""
    result: str = ""
    state: str = ""
    """One of STATES."""
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


STATES = ("unconfirmed", "otherwise", "to_check", "corrected")
"""What the list may be narrowed to beside the receiver's result."""


def may_read(reader: Actor) -> bool:
    """Whether the reader may know of the entries: whoever reads what the parties share, of any party."""
    return reader.party is not None and reader.may(Permission.READ)


def may_open(reader: Actor, row: Any) -> bool:
    """Whether the reader may see what an entry says. What the giver marked as secret is for those of the two sides
    who read their own side's matters; of it the others know only that it is there (R7-4; decision 29)."""
    if row.marking != Marking.SECRET:
        return may_read(reader)
    return reader.party in {row.giver, row.receiver} and reader.may(Permission.READ_OWN_SIDE)


_KEPT: Kept[Any] = Kept(100)
"""What was read of what all parties share of the entries: by the question and the joint chain as it was. What an entry
marked as secret says is not for all of its readers: `may_open` is asked whenever one is shown."""


def _kept(session: Session, question: Hashable, read: Callable[[], Any]) -> Any:
    """What `read` gives; read once by all who ask the same while nothing has changed."""
    return read_once(_KEPT, session, question, read)


def log(session: Session, reader: Actor, filters: Filters, *, before: int | None = None) -> Sequence[Any]:
    """The entries, the latest recorded first, PAGE + 1 rows from below the number `before`; one statement at most."""
    if not may_read(reader):
        return []

    def read() -> Sequence[Any]:
        query: Any = _LIST
        if filters.are_set:
            query = _narrowed(_listed().where(Advice.number < _BEFORE), filters)
            query = query.order_by(Advice.number.desc()).limit(PAGE + 1)
        return tuple(rows(session, query, {"before": 2**53 if before is None else before}).all())

    found: Sequence[Any] = _kept(session, ("log", filters, before), read)
    return found


def count(session: Session, reader: Actor, filters: Filters) -> int:
    """How many entries there are under `filters`, exact up to COUNTED (decision 33)."""
    if not may_read(reader):
        return 0

    def read() -> int:
        query: Any = _COUNT
        if filters.are_set:
            found = _narrowed(select(Advice.id), filters).limit(COUNTED + 1).subquery()
            query = select(func.count()).select_from(found)
        total: int = rows(session, query).scalar_one()
        return total

    counted: int = _kept(session, ("count", filters), read)
    return counted


def between(
    session: Session,
    reader: Actor,
    first: dt.date,
    last: dt.date,
    *,
    limit: int,
    breaks: Sequence[dt.date] = (),
) -> Sequence[Any]:
    """The entries given between two days (both included): the first `limit`, or as many in each stretch up to the next
    of `breaks`; one statement. What they say is for whom `may_open` lets."""
    if not may_read(reader):
        return []
    query = _narrowed(_listed(), Filters(first_day=first, last_day=last))
    query = first_of_each(query, Advice.given_on, Advice.number, breaks=breaks, limit=limit)
    found: Sequence[Any] = rows(session, query).all()
    return found


def batch(
    session: Session, reader: Actor, filters: Filters, *, before: int | None, limit: int
) -> Sequence[tuple[Any, Sealed | None]]:
    """The `limit` entries that follow below the number `before` in the list of the same filter, each with what it says
    and the clauses it stands on, or None where the reader may not open it; one statement (R8-7)."""
    if not may_read(reader):
        return []
    query = _narrowed(_recorded().where(Advice.number < _BEFORE), filters)
    given = {"before": 2**53 if before is None else before}
    found = rows(session, query.order_by(Advice.number.desc()).limit(limit), given).all()
    return [(row, bodies.opened(row.sealed) if may_open(reader, row) else None) for row in found]


def openable(session: Session, reader: Actor, filters: Filters) -> Sequence[int]:
    """The numbers of the entries under `filters` that the reader may open, ascending; one statement."""
    if not may_read(reader):
        return []
    chosen: Any = select(Advice.number, Advice.marking, Advice.giver, Advice.receiver)
    query = _narrowed(chosen, filters)
    return [row.number for row in rows(session, query.order_by(Advice.number)) if may_open(reader, row)]


def activities(session: Session, reader: Actor) -> Sequence[str]:
    """The activities that entries belong to, the latest recorded first; one statement at most."""
    if not may_read(reader):
        return []
    found: Sequence[str] = _kept(session, "activities", lambda: rows(session, _ACTIVITIES).scalars().all())
    return found


# --------------------------------------------------------------------------------------- one entry


@dataclass(frozen=True)
class Entry:
    """One entry with all that belongs to it and that the reader may see."""

    row: Any
    said: Sealed | None
    """What was recorded; None where the reader may not open it."""
    confirmations: Sequence[Any]
    handlings: Sequence[Any]
    """The latest first; the own side's decision beside it, for the side that wrote it alone."""
    notes: Sequence[Any]
    links: Sequence[Any]
    notices: Sequence[Any]
    """Who of the own side was told that what they relied on was corrected by this."""

    @property
    def has_confirmed(self) -> bool:
        """Whether the other side said that it is the same."""
        return bool(self.confirmations) and bool(self.confirmations[-1].is_same)


_T = Model.metadata.tables
_CONFIRMATIONS = (
    select(*_T["advice_confirmations"].c)
    .where(AdviceConfirmation.advice_id == bindparam("id"))
    .order_by(AdviceConfirmation.number)
)
_HANDLINGS = (
    select(
        *_T["advice_handlings"].c,
        AdviceDecision.decision,
        AdviceDecision.procurement,
        AdviceDecision.remark,
    )
    .outerjoin(
        AdviceDecision,
        and_(AdviceDecision.handling_id == AdviceHandling.id, AdviceDecision.party == bindparam("mine")),
    )
    .where(AdviceHandling.advice_id == bindparam("id"))
    .order_by(AdviceHandling.number.desc())
)
_LINKS = (
    select(
        *_T["advice_links"].c,
        Document.reference,
        Document.title,
    )
    .join(Document, Document.id == AdviceLink.document_id)
    .where(AdviceLink.advice_id == bindparam("id"))
    .order_by(AdviceLink.at, AdviceLink.id)
)
_OWN_SIDE: CompoundSelect[Any] = union_all(
    select(
        literal("notice").label("what"),
        AdviceNotice.id,
        AdviceNotice.member_id,
        AdviceNotice.name,
        AdviceNotice.at,
        type_coerce(null(), Text).label("post"),
        type_coerce(null(), Text).label("text"),
        AdviceNotice.is_read,
        AdviceNotice.read_by,
        AdviceNotice.read_at,
        Member.closed_at.label("closed_at"),
    )
    .join(Member, Member.id == AdviceNotice.member_id)
    .where(AdviceNotice.advice_id == bindparam("id"), AdviceNotice.party == bindparam("mine")),
    select(
        literal("note"),
        AdviceNote.id,
        AdviceNote.member_id,
        AdviceNote.name,
        AdviceNote.at,
        AdviceNote.post,
        AdviceNote.text,
        null(),
        null(),
        null(),
        null(),
    ).where(AdviceNote.advice_id == bindparam("id"), AdviceNote.party == bindparam("mine")),
)
"""What the own side keeps of an entry: who of it was told of the correction, and its notes; one statement."""


def entry(session: Session, reader: Actor, advice_id: str) -> Entry:
    """The entry, if this reader may know of it; raises NotFound otherwise (row 1)."""
    row = rows(session, _ONE, {"id": advice_id}).first() if may_read(reader) else None
    if row is None:
        raise NotFound()
    is_open, own = may_open(reader, row), reader.may(Permission.READ_OWN_SIDE)
    given = {"id": advice_id, "mine": reader.party if own else None}
    kept = rows(session, _OWN_SIDE, given).all() if own else []
    return Entry(
        row=row,
        said=bodies.opened(row.sealed) if is_open else None,
        confirmations=rows(session, _CONFIRMATIONS, given).all(),
        handlings=rows(session, _HANDLINGS, given).all(),
        notes=sorted((one for one in kept if one.what == "note"), key=lambda one: (one.at, one.id)),
        links=rows(session, _LINKS, given).all(),
        notices=sorted((one for one in kept if one.what == "notice"), key=lambda one: (one.name, one.id)),
    )


_DRAFTS = (
    select(
        AdviceDraft.id, AdviceDraft.title, AdviceDraft.saved_at, AdviceDraft.saved_by_name, AdviceDraft.corrects_id
    )
    .where(AdviceDraft.party == bindparam("own"))
    .order_by(AdviceDraft.saved_at.desc(), AdviceDraft.id)
    .limit(PAGE)
)  # fmt: skip
_DRAFTED: Kept[Sequence[Any]] = Kept(10)


def drafts(session: Session, reader: Actor) -> Sequence[Any]:
    """The own side's drafts, the latest saved first, PAGE at most; nobody else's, ever."""
    own = reader.party
    if own is None or not reader.may(Permission.READ_OWN_SIDE):
        return []
    found: Sequence[Any] = read_once(
        _DRAFTED, session, "drafts", lambda: rows(session, _DRAFTS, {"own": own}).all(), own=own
    )
    return found


def draft(session: Session, reader: Actor, draft_id: str) -> AdviceDraft:
    """The own side's draft; raises NotFound for another's, or none (row 1)."""
    found = session.get(AdviceDraft, draft_id) if reader.may(Permission.READ_OWN_SIDE) else None
    if found is None or found.party != reader.party:
        raise NotFound()
    return found


def files_of(session: Session, found: AdviceDraft) -> list[AdviceFile]:
    """The files of a draft the reader was given, in order."""
    ids = listed(found.files)
    known = {one.id: one for one in session.scalars(select(AdviceFile).where(AdviceFile.id.in_(ids)))}
    return [known[one] for one in ids]


# --------------------------------------------------------------------------------------- where it is cited


_BESIDE_ACTIVITY = (
    _listed()
    .where(
        or_(
            Advice.activity_id == bindparam("id"),
            Advice.id.in_(select(AdviceLink.advice_id).where(AdviceLink.activity_id == bindparam("id"))),
        )
    )
    .order_by(Advice.number.desc())
    .limit(BESIDE + 1)
)
_BESIDE_DOCUMENT = (
    _listed()
    .join(AdviceLink, AdviceLink.advice_id == Advice.id)
    .where(AdviceLink.document_id == bindparam("id"))
    .order_by(Advice.number.desc())
    .limit(BESIDE + 1)
)


def beside(session: Session, reader: Actor, kind: str, id: str) -> Sequence[Any]:
    """The entries that belong to an activity or are cited in one of its papers (`activity`), or are cited in a paper
    (`document`), the latest first, BESIDE + 1 rows; one statement (R8-4)."""
    if not may_read(reader) or kind not in {"activity", "document"}:
        return []
    query = _BESIDE_ACTIVITY if kind == "activity" else _BESIDE_DOCUMENT
    found: Sequence[Any] = _kept(session, ("beside", kind, id), lambda: rows(session, query, {"id": id}).all())
    return found


# --------------------------------------------------------------------------------------- what waits


CONFIRM, READ, CHECK = "confirm", "read", "check"


def _part(name: str, query: Select[Any]) -> Any:
    return select(literal(name).label("part"), *query.subquery().c)


def _awaited(*more: Any) -> Select[Any]:
    return select(
        Advice.id, Advice.reference, Advice.title, Advice.marking, Advice.giver, Advice.receiver,
        Advice.given_on, Advice.party, Advice.corrects_id, *more,
    )  # fmt: skip


_LIMIT = bindparam("limit", type_=Integer)
_NOBODY = literal("").label("name")
_WAITING = union_all(
    _part(
        CONFIRM,
        _awaited(Advice.waits_since.label("since"), _NOBODY)
        .where(Advice.waits_for == bindparam("mine"))
        .order_by(Advice.waits_since, Advice.id)
        .limit(_LIMIT),
    ),
    _part(
        READ,
        _awaited(AdviceNotice.at.label("since"), AdviceNotice.name)
        .join(AdviceNotice, AdviceNotice.advice_id == Advice.id)
        .join(Member, Member.id == AdviceNotice.member_id)
        .where(
            AdviceNotice.party == bindparam("mine"),
            AdviceNotice.is_read.is_(False),
            or_(AdviceNotice.member_id == bindparam("me"), Member.closed_at.is_not(None)),
        )
        .order_by(AdviceNotice.at, AdviceNotice.id)
        .limit(_LIMIT),
    ),
    _part(
        CHECK,
        _awaited(Advice.waits_since.label("since"), _NOBODY)
        .where(Advice.to_check == bindparam("mine"))
        .order_by(Advice.waits_since, Advice.id)
        .limit(_LIMIT),
    ),
)


def waiting(session: Session, reader: Actor, *, limit: int) -> Sequence[Any]:
    """What waits for the reader and the reader's side, the oldest first: records to confirm (CONFIRM), corrections of
    what the reader relied on (READ), advice relied on and not checked (CHECK; R8-5); one statement."""
    if not may_read(reader):
        return []
    given = {"mine": reader.party, "me": reader.member_id, "limit": limit}
    question = (reader.member_id, limit)
    found: Sequence[Any] = read_once(
        _AWAITED, session, question, lambda: rows(session, _WAITING, given).all(), own=reader.party
    )
    return found


_AWAITED: Kept[Sequence[Any]] = Kept(300)


# --------------------------------------------------------------------------------------- what the house asks


def file_digests(session: Session) -> set[str]:
    """Every file that the materials still name and that was not disposed of; the sweeper leaves these alone (row
    85)."""
    return set(session.scalars(select(AdviceFile.sha256).where(is_there(AdviceFile.id)).distinct()))


def shared_files(
    session: Session,
    reader: Actor,
    *,
    besides: Any,
    of: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """Materials that stand shared with recorded entries and that the reader may open, the latest shared first, but those
    whose rows the selection `besides` names and those disposed of: of one entry, or those with `ids`, or all; one
    statement."""
    if not may_read(reader):
        return []
    query = (
        select(
            AdviceFile.id, AdviceFile.party, AdviceFile.name, AdviceFile.media_type, AdviceFile.size, AdviceFile.sha256,
            AdviceFile.findings, AdviceFile.shared_at, AdviceFile.advice_id.label("of"), Advice.reference,
            Advice.activity_id, Advice.marking, Advice.giver, Advice.receiver,
        )
        .join(Advice, Advice.id == AdviceFile.advice_id)
        .where(AdviceFile.shared_at.is_not(None), is_there(AdviceFile.id), AdviceFile.id.not_in(besides))
    )  # fmt: skip
    if of is not None:
        query = query.where(AdviceFile.advice_id == of)
    if ids is not None:
        query = query.where(AdviceFile.id.in_(ids))
    found = rows(session, query.order_by(AdviceFile.shared_at.desc(), AdviceFile.id).limit(limit))
    return [row for row in found if may_open(reader, row)]


def places_of(session: Session, sha256: str) -> Sequence[Any]:
    """Where a file stands shared with entries, by its digest: the row, who shared it, the entry's reference."""
    query = (
        select(AdviceFile.id, AdviceFile.party, Advice.reference)
        .join(Advice, Advice.id == AdviceFile.advice_id)
        .where(AdviceFile.sha256 == sha256, AdviceFile.shared_at.is_not(None), is_there(AdviceFile.id))
    )
    found: Sequence[Any] = rows(session, query).all()
    return found


def broken_records(session: Session) -> Iterator[str]:
    """The reference of every entry whose stored words are not those its digest was taken over (row 24)."""
    for reference, listed_digest, digest, sealed in session.execute(
        select(Advice.reference, Advice.digest, AdviceRecord.digest, AdviceRecord.sealed)
        .join(AdviceRecord, AdviceRecord.advice_id == Advice.id)
        .order_by(Advice.number)
    ):
        if listed_digest != digest or not bodies.holds(sealed, digest):
            yield reference


# --------------------------------------------------------------------------------------- inside


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    for word in normal_search(filters.words).split()[:_MOST_WORDS]:
        query = query.where(Advice.normal.contains(word, autoescape=True))
    for word in normal_search(filters.person).split()[:_MOST_WORDS]:
        query = query.where(Advice.people.contains(word, autoescape=True))
    if filters.giver:
        query = query.where(Advice.giver == filters.giver)
    if filters.activity:
        cited = select(AdviceLink.advice_id).where(AdviceLink.activity_id == filters.activity)
        query = query.where(or_(Advice.activity_id == filters.activity, Advice.id.in_(cited)))
    if filters.result:
        query = query.where(Advice.result == filters.result)
    if filters.first_day is not None:
        query = query.where(Advice.given_on >= filters.first_day)
    if filters.last_day is not None:
        query = query.where(Advice.given_on <= filters.last_day)
    match filters.state:
        case "unconfirmed":
            query = query.where(Advice.waits_for != "")
        case "otherwise":
            query = query.where(Advice.confirmed == "otherwise", Advice.corrected_by_id.is_(None))
        case "to_check":
            query = query.where(Advice.to_check != "")
        case "corrected":
            query = query.where(Advice.corrected_by_id.is_not(None))
    return query
