"""What a reader may see of publicity: the list, one item with what appeared of it, what is due, what nobody agreed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
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
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.models import Document, Revision
from portal.consent.rules import AGREED_STANDINGS, ON_THE_TABLE, Standing
from portal.kernel.clock import JAPAN
from portal.kernel.days import fiscal_year, fiscal_year_days
from portal.kernel.db import Moment, rows
from portal.kernel.errors import NotFound
from portal.kernel.typed import normal_search
from portal.publicity.item import VOLUNTARY
from portal.publicity.models import (
    EmbargoedCopy,
    EventEnd,
    Publication,
    PublicityItem,
    PublicityRecord,
    RecordWord,
)
from portal.publicity.rules import State, shown_state
from portal.publicity.timing import TimingKind

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
SOON = dt.timedelta(days=30)
EMBARGO_SOON = dt.timedelta(hours=48)
_MOST_WORDS = 5

_ROW: tuple[Any, ...] = (
    PublicityItem.id, PublicityItem.number, PublicityItem.kind, PublicityItem.reference, PublicityItem.title,
    PublicityItem.title_en, PublicityItem.party, PublicityItem.sort, PublicityItem.about, PublicityItem.relation,
    PublicityItem.concerns_id, PublicityItem.timing_kind, PublicityItem.event, PublicityItem.event_ended_at,
    PublicityItem.opens_at, PublicityItem.closes_at, PublicityItem.embargo, PublicityItem.publishers,
    PublicityItem.channels, PublicityItem.published, Document.standing, Document.waits_for, Document.revision,
    Document.agreed_at, Document.activity_id,
)  # fmt: skip


def _rows() -> Select[Any]:
    return select(*_ROW).join(Document, Document.id == PublicityItem.id)


# Built once: building a statement takes longer than the database needs for it (performance.md).
_BEFORE = bindparam("before", type_=PublicityItem.number.type)
_LIST = _rows().where(PublicityItem.number < _BEFORE).order_by(PublicityItem.number.desc()).limit(PAGE + 1)
_COUNT = select(func.count()).select_from(select(PublicityItem.id).limit(COUNTED + 1).subquery())
_IS_LATEST = and_(Revision.document_id == Document.id, Revision.number == Document.revision)
_ENDS = select(func.min(PublicityItem.opens_at), func.max(PublicityItem.opens_at))
_ONE = select(PublicityItem).where(PublicityItem.id == bindparam("id"))


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; it stands in the address."""

    words: str = ""
    sort: str = ""
    state: str = ""
    party: str = ""
    year: int | None = None

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def may_read(reader: Actor) -> bool:
    """Whether the reader may know of publicity: whoever reads what the parties share, of any party."""
    return reader.party is not None and reader.may(Permission.READ)


def is_in_force(session: Session, edition: Edition, today: dt.date) -> bool:
    """Whether consent under the agreement can be used today."""
    return agreement.in_force(session, edition, today).is_in_force


def register(
    session: Session,
    reader: Actor,
    filters: Filters,
    now: dt.datetime,
    *,
    in_force: bool,
    before: int | None = None,
) -> Sequence[Any]:
    """The items, the latest tabled first, PAGE + 1 rows from below the number `before`; one statement. `in_force`
    is whether the agreement is, at `now` (aware)."""
    if not may_read(reader):
        return []
    query = _LIST
    if filters.are_set:
        query = _narrowed(_rows().where(PublicityItem.number < _BEFORE), filters, now, in_force=in_force)
        query = query.order_by(PublicityItem.number.desc()).limit(PAGE + 1)
    found: Sequence[Any] = rows(session, query, {"before": before if before is not None else 2**53}).all()
    return found


def count(session: Session, reader: Actor, filters: Filters, now: dt.datetime, *, in_force: bool) -> int:
    """How many items the list holds under `filters`, exact up to COUNTED (decision 33)."""
    if not may_read(reader):
        return 0
    query = _COUNT
    if filters.are_set:
        narrowed = _narrowed(
            select(PublicityItem.id).join(Document, Document.id == PublicityItem.id),
            filters,
            now,
            in_force=in_force,
        )
        query = select(func.count()).select_from(narrowed.limit(COUNTED + 1).subquery())
    total: int = rows(session, query).scalar_one()
    return total


def batch(
    session: Session,
    reader: Actor,
    filters: Filters,
    now: dt.datetime,
    *,
    in_force: bool,
    before: int | None,
    limit: int,
) -> Sequence[Any]:
    """The `limit` items that follow below the number `before` in the list of the same filter, each embargoed one with
    what its latest tabled revision says, and so when that ends, as `sealed`; one statement."""
    if not may_read(reader):
        return []
    query = _rows().add_columns(Revision.sealed).outerjoin(Revision, and_(_IS_LATEST, PublicityItem.embargo))
    query = _narrowed(query.where(PublicityItem.number < _BEFORE), filters, now, in_force=in_force)
    query = query.order_by(PublicityItem.number.desc()).limit(limit)
    found: Sequence[Any] = rows(session, query, {"before": before if before is not None else 2**53}).all()
    return found


def years(session: Session, reader: Actor) -> tuple[int, ...]:
    """The 年度 from the first item's time to the last's, the latest first; one statement."""
    if not may_read(reader):
        return ()
    first, last = rows(session, _ENDS).one()
    if first is None:
        return ()
    end = fiscal_year(last.astimezone(JAPAN).date())
    return tuple(range(end, fiscal_year(first.astimezone(JAPAN).date()) - 1, -1)[:60])


def item(session: Session, reader: Actor, document_id: str) -> PublicityItem:
    """The tabled item, if this reader may know of it; raises NotFound otherwise (row 1)."""
    found = session.scalars(_ONE, {"id": document_id}).first() if may_read(reader) else None
    if found is None:
        raise NotFound()
    return found


def row(session: Session, reader: Actor, document_id: str) -> Any:
    """The same as a row of the list, with its document's standing; raises NotFound (row 1)."""
    found = (
        session.execute(_rows().where(PublicityItem.id == document_id)).first() if may_read(reader) else None
    )
    if found is None:
        raise NotFound()
    return found


def state_of(row: Any, now: dt.datetime, *, in_force: bool) -> State:
    """The state of a row at the moment `now` (row 41)."""
    return shown_state(
        Standing(row.standing),
        now=now,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        awaits_event=row.timing_kind == TimingKind.AFTER_EVENT and row.event_ended_at is None,
        published=row.published,
        channels=row.channels,
        is_in_force=in_force or row.kind == VOLUNTARY.key,
    )


@dataclass(frozen=True)
class Appeared:
    """What is recorded of an item: each channel's publication, the end of the event, and the copies taken."""

    publications: Mapping[int, Publication]
    event_end: EventEnd | None
    copies: Sequence[EmbargoedCopy]
    records: Sequence[PublicityRecord]
    followed_by: Sequence[Any]
    """The items that correct, supplement or take this one down, as rows."""
    concerns: Any | None
    """The item that this one corrects, supplements or takes down, as a row."""


def appeared(session: Session, reader: Actor, found: PublicityItem) -> Appeared:
    """What is recorded of an item that the reader was given."""
    publications = session.scalars(select(Publication).where(Publication.document_id == found.id))
    related = session.execute(
        _rows()
        .where(or_(PublicityItem.concerns_id == found.id, PublicityItem.id == (found.concerns_id or "")))
        .order_by(PublicityItem.number)
    ).all()
    return Appeared(
        publications={one.channel: one for one in publications},
        event_end=session.get(EventEnd, found.id),
        copies=session.scalars(
            select(EmbargoedCopy).where(EmbargoedCopy.document_id == found.id).order_by(EmbargoedCopy.number)
        ).all(),
        records=session.scalars(
            select(PublicityRecord)
            .where(PublicityRecord.document_id == found.id)
            .order_by(PublicityRecord.number)
        ).all(),
        followed_by=[one for one in related if one.concerns_id == found.id],
        concerns=next((one for one in related if one.id == found.concerns_id), None),
    )


def copy_of(session: Session, reader: Actor, document_id: str, number: int) -> EmbargoedCopy:
    """A copy that the reader's own side took; raises NotFound for any other (row 47)."""
    found = session.scalars(
        select(EmbargoedCopy).where(EmbargoedCopy.document_id == document_id, EmbargoedCopy.number == number)
    ).first()
    if found is None or found.party != reader.party:
        raise NotFound()
    return found


def publication(session: Session, reader: Actor, document_id: str, channel: int) -> Publication:
    """What appeared through one channel of an item the reader may know of; raises NotFound."""
    item(session, reader, document_id)
    found = session.scalars(
        select(Publication).where(Publication.document_id == document_id, Publication.channel == channel)
    ).first()
    if found is None:
        raise NotFound()
    return found


def differences_of(publication: Publication) -> list[tuple[str, dict[str, Any]]]:
    """In what it differed, as it was found: key and facts."""
    return [(what, facts) for what, facts in json.loads(publication.differences)]


# --------------------------------------------------------------------------------------- beside the agreement


@dataclass(frozen=True)
class Told:
    """A record of a publication that was not as agreed, with what the parties said of it."""

    row: PublicityRecord
    words: Sequence[RecordWord]
    document: Any | None
    """The item that it differs from, as a row."""

    def settled_by(self) -> dict[str, RecordWord]:
        """The parties that have settled it, with their word."""
        return {one.party: one for one in self.words if one.is_settling}


def records(
    session: Session, reader: Actor, *, before: int | None = None, unsettled: bool = False
) -> Sequence[PublicityRecord]:
    """The records, the latest first, PAGE + 1 from below the number `before`."""
    if not may_read(reader):
        return []
    query = select(PublicityRecord).where(PublicityRecord.number < (before if before is not None else 2**53))
    if unsettled:
        query = query.where(PublicityRecord.is_settled.is_(False))
    return session.scalars(query.order_by(PublicityRecord.number.desc()).limit(PAGE + 1)).all()


def record(session: Session, reader: Actor, record_id: str) -> Told:
    """One record, if this reader may know of it; raises NotFound otherwise (row 1)."""
    found = session.get(PublicityRecord, record_id) if may_read(reader) else None
    if found is None:
        raise NotFound()
    words = session.scalars(
        select(RecordWord).where(RecordWord.record_id == record_id).order_by(RecordWord.at, RecordWord.id)
    ).all()
    document = row(session, reader, found.document_id) if found.document_id else None
    return Told(found, words, document)


# --------------------------------------------------------------------------------------- what appeared in a time


def published_between(
    session: Session, reader: Actor, first: dt.date, last: dt.date, *, limit: int
) -> Sequence[Any]:
    """What went out between two days (Asia/Tokyo, both included) through the channels of agreed items: a row of the
    list with the channel, the earliest first, at most `limit`; one statement. What has not gone out is not here."""
    if not may_read(reader):
        return []
    at = Publication.published_at
    query = (
        _rows()
        .add_columns(Publication.channel, at, Publication.place, Publication.url, Publication.differences)
        .join(Publication, Publication.document_id == PublicityItem.id)
        .where(*_within(at, first, last))
        .order_by(at, PublicityItem.number, Publication.channel)
        .limit(limit)
    )
    found: Sequence[Any] = rows(session, query).all()
    return found


def recorded_between(
    session: Session, reader: Actor, first: dt.date, last: dt.date, *, limit: int
) -> Sequence[PublicityRecord]:
    """What appeared between two days (Asia/Tokyo, both included) without agreement, otherwise than agreed or for
    information, the earliest first, at most `limit`; one statement."""
    if not may_read(reader):
        return []
    at = PublicityRecord.appeared_at
    query = select(PublicityRecord).where(*_within(at, first, last))
    return session.scalars(query.order_by(at, PublicityRecord.number).limit(limit)).all()


def said_of(session: Session, found: Sequence[Any]) -> Mapping[str, Any]:
    """The latest tabled revision of each of `found` (rows the reader was given), by item, as a row with `sealed`; one
    statement."""
    query = select(Document.id, Revision.sealed).join(Revision, _IS_LATEST)
    return {one.id: one for one in session.execute(query.where(Document.id.in_({one.id for one in found})))}


def _within(at: Any, first: dt.date, last: dt.date) -> tuple[ColumnElement[bool], ...]:
    begins = dt.datetime.combine(first, dt.time(), JAPAN)
    ends = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), JAPAN)
    return (at >= literal(begins, Moment()), at < literal(ends, Moment()))


# --------------------------------------------------------------------------------------- what is due

_NOW = bindparam("now", type_=Moment())
_HORIZON = bindparam("horizon", type_=Moment())
_CARRIED_ON = select(Document.copied_from_id).where(
    Document.kind == VOLUNTARY.key,
    Document.copied_from_id.is_not(None),
    Document.standing.in_([str(one) for one in AGREED_STANDINGS]),
)
"""What ended with the agreement and was agreed anew (R5-5)."""
_SETTLED = select(RecordWord.record_id).where(RecordWord.is_settling, RecordWord.party == bindparam("mine"))
_DUE = union_all(
    select(
        literal("item").label("what"), PublicityItem.id, PublicityItem.kind, PublicityItem.reference,
        PublicityItem.title, PublicityItem.title_en, PublicityItem.timing_kind, PublicityItem.event_ended_at,
        PublicityItem.opens_at, PublicityItem.closes_at, PublicityItem.embargo, PublicityItem.publishers,
        PublicityItem.channels, PublicityItem.published, Document.standing, PublicityItem.event,
    )
    .join(Document, Document.id == PublicityItem.id)
    .where(
        Document.standing.in_([str(one) for one in ON_THE_TABLE | AGREED_STANDINGS]),
        PublicityItem.published < PublicityItem.channels,
        or_(
            PublicityItem.opens_at <= _HORIZON,
            and_(PublicityItem.opens_at.is_(None), PublicityItem.closes_at <= _HORIZON),
        ),
        or_(
            PublicityItem.closes_at > _NOW,
            Document.standing == str(Standing.AGREED),
        ),
        PublicityItem.id.not_in(_CARRIED_ON),
    ),
    select(
        literal("record"), PublicityRecord.id, PublicityRecord.nature, PublicityRecord.reference,
        PublicityRecord.title, literal(""), literal(""), cast(null(), Moment()), PublicityRecord.appeared_at,
        cast(null(), Moment()), literal(False), literal(""), cast(literal(0), Integer), cast(literal(0), Integer),
        literal(""), literal(""),
    ).where(PublicityRecord.is_settled.is_(False), PublicityRecord.id.not_in(_SETTLED)),
).subquery()  # fmt: skip
_DUE_ROWS = (
    select(_DUE)
    .order_by(case((_DUE.c.closes_at <= _NOW, 1), else_=0), _DUE.c.opens_at, _DUE.c.reference)
    .limit(bindparam("limit", type_=Integer))
)
"""What has lapsed comes last, so that a heap of it keeps nothing else from being shown."""


@dataclass(frozen=True)
class Due:
    """What calls for something, as rows, the earliest first."""

    ready: Sequence[Any]
    """Agreed, the time reached, a channel of the reader's side (or, partly published, any) still to go out."""
    awaiting_event: Sequence[Any]
    lapsed: Sequence[Any]
    """Agreed, and not wholly published in the agreed time, or before the end of the agreement: until it is held,
    replaced or, after the end of the agreement, agreed anew."""
    embargo_soon: Sequence[Any]
    planned: Sequence[Any]
    """Within the next 30 days, agreed or still on the table."""
    records: Sequence[Any]
    """Publications that were not as agreed and that the reader's side has not settled."""


def due(session: Session, reader: Actor, now: dt.datetime, *, in_force: bool, limit: int = 200) -> Due:
    """What of publicity is due at `now` (aware); one statement."""
    if not may_read(reader):
        return Due([], [], [], [], [], [])
    given = {"now": now, "horizon": now + SOON, "mine": reader.party, "limit": limit}
    found = rows(session, _DUE_ROWS, given).all()
    items = [(one, state_of(one, now, in_force=in_force)) for one in found if one.what == "item"]
    ready = {State.READY, State.PARTLY_PUBLISHED}
    soon = now + EMBARGO_SOON
    waiting = {State.WAITING, State.CONSULTING, State.PARTIAL, State.SENT_BACK}
    over = {one.id for one in found if one.closes_at is not None and one.closes_at <= now}
    return Due(
        ready=[
            one
            for one, state in items
            if state in ready and one.id not in over and f",{reader.party}," in one.publishers
        ],
        awaiting_event=[one for one, state in items if state is State.WAITING_FOR_EVENT],
        lapsed=[
            one
            for one, state in items
            if state in {State.LAPSED, State.ENDED} or (state is State.PARTLY_PUBLISHED and one.id in over)
        ],
        embargo_soon=[
            one for one, state in items if state is State.WAITING and one.embargo and one.opens_at <= soon
        ],
        planned=[
            one
            for one, state in items
            if state in waiting and one.opens_at is not None and one.opens_at >= now
        ],
        records=[one for one in found if one.what == "record"],
    )


def agreed_times(session: Session, reader: Actor, since: dt.datetime) -> Sequence[Any]:
    """The items that every party has agreed to and nobody holds, with the moment from which they may appear, from `since`
    on, as rows without titles."""
    if not may_read(reader):
        return []
    return session.execute(
        select(
            PublicityItem.id,
            PublicityItem.kind,
            PublicityItem.reference,
            PublicityItem.timing_kind,
            PublicityItem.opens_at,
            PublicityItem.closes_at,
        )
        .join(Document, Document.id == PublicityItem.id)
        .where(
            Document.standing == str(Standing.AGREED),
            PublicityItem.opens_at >= literal(since, Moment()),
        )
        .order_by(PublicityItem.opens_at, PublicityItem.reference)
        .limit(1_000)
    ).all()


def to_come(session: Session, reader: Actor, now: dt.datetime, *, limit: int = 200) -> Sequence[Any]:
    """What is on the table or agreed, has not appeared and has its time before it, as rows, the earliest first."""
    if not may_read(reader):
        return []
    return session.execute(
        select(
            PublicityItem.id,
            PublicityItem.reference,
            PublicityItem.title,
            PublicityItem.opens_at,
            PublicityItem.embargo,
            Document.standing,
            Document.revision,
            Document.waits_for,
            Document.waits_since,
            Document.agreed_at,
        )
        .join(Document, Document.id == PublicityItem.id)
        .where(
            Document.standing.in_([*(str(one) for one in ON_THE_TABLE), str(Standing.AGREED)]),
            PublicityItem.published < PublicityItem.channels,
            PublicityItem.opens_at > literal(now, Moment()),
        )
        .order_by(PublicityItem.opens_at, PublicityItem.reference)
        .limit(limit)
    ).all()


def clock_of(session: Session) -> dt.datetime:
    """The present moment by the database's own clock (UTC); PostgreSQL (row 42)."""
    found: dt.datetime = session.execute(select(cast(func.clock_timestamp(), Moment()))).scalar_one()
    return found


def file_digests(session: Session) -> set[str]:
    """Every archived copy that is named; the sweeper leaves these alone (row 85)."""
    named = union_all(
        select(Publication.copy_sha256.label("sha256")), select(PublicityRecord.copy_sha256.label("sha256"))
    ).subquery()
    return {one for one in session.scalars(select(named.c.sha256).distinct()) if one}


# --------------------------------------------------------------------------------------- inside


def _narrowed(query: Select[Any], filters: Filters, now: dt.datetime, *, in_force: bool) -> Select[Any]:
    for word in normal_search(filters.words).split()[:_MOST_WORDS]:
        query = query.where(PublicityItem.normal.contains(word, autoescape=True))
    if filters.sort:
        query = query.where(PublicityItem.sort == filters.sort)
    if filters.party:
        query = query.where(PublicityItem.party == filters.party)
    if filters.year is not None:
        first, last = fiscal_year_days(filters.year)
        begins = dt.datetime.combine(first, dt.time(), JAPAN)
        ends = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), JAPAN)
        query = query.where(
            func.coalesce(PublicityItem.opens_at, PublicityItem.closes_at) >= literal(begins, Moment()),
            func.coalesce(PublicityItem.opens_at, PublicityItem.closes_at) < literal(ends, Moment()),
        )
    if filters.state:
        query = query.where(_in_state(State(filters.state), now, in_force=in_force))
    return query


_STANDINGS = {
    State.CONSULTING: Standing.OPEN,
    State.PARTIAL: Standing.PARTIAL,
    State.SENT_BACK: Standing.SENT_BACK,
    State.DECLINED: Standing.DECLINED,
    State.WITHDRAWN: Standing.WITHDRAWN,
    State.REPLACED: Standing.REPLACED,
}


def _in_state(state: State, now: dt.datetime, *, in_force: bool) -> ColumnElement[bool]:
    """The same as `shown_state`, for the database."""
    if state in _STANDINGS:
        return Document.standing == str(_STANDINGS[state])
    every, item = PublicityItem.published >= PublicityItem.channels, PublicityItem
    agreed = Document.standing == str(Standing.AGREED)
    either = Document.standing.in_([str(one) for one in AGREED_STANDINGS])
    if state is State.PUBLISHED:
        return either & every
    if state is State.HELD:
        return (Document.standing == str(Standing.HELD)) & ~every
    if state is State.PARTLY_PUBLISHED:
        return agreed & ~every & (item.published > 0)
    usable = (item.kind == VOLUNTARY.key) | literal(in_force)
    open_ = agreed & (item.published == 0) & ~every
    if state is State.ENDED:
        return open_ & ~usable
    moment = literal(now, Moment())
    over = func.coalesce(item.closes_at <= moment, False)
    if state is State.LAPSED:
        return open_ & usable & over
    awaits = (item.timing_kind == str(TimingKind.AFTER_EVENT)) & item.event_ended_at.is_(None)
    if state is State.WAITING_FOR_EVENT:
        return open_ & usable & ~over & awaits
    reached = func.coalesce(item.opens_at <= moment, False)
    return open_ & usable & ~over & ~awaits & (reached if state is State.READY else ~reached)
