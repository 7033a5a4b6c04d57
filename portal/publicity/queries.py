"""What a reader may see of publicity: the list, one item with what appeared of it, what is due, what nobody agreed."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
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
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.models import Closing, Document, Revision
from portal.consent.rules import AGREED_STANDINGS, ON_THE_TABLE, Standing
from portal.history.erasing import is_there
from portal.history.queries import read_once
from portal.kernel.clock import JAPAN
from portal.kernel.days import fiscal_year, fiscal_year_days
from portal.kernel.db import Moment, Packed, first_of_each, rows
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
from portal.publicity.sorts import FOLLOW_UPS, Relation
from portal.publicity.states import Out, State, shown_state
from portal.publicity.timing import TimingKind
from portal.web.kept import Kept

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
SOON = dt.timedelta(days=30)
EMBARGO_SOON = dt.timedelta(hours=48)
ONE_HOUR = dt.timedelta(hours=1)
_MOST_WORDS = 5

_ROW: tuple[Any, ...] = (
    PublicityItem.id, PublicityItem.number, PublicityItem.kind, PublicityItem.reference, PublicityItem.title,
    PublicityItem.title_en, PublicityItem.party, PublicityItem.sort, PublicityItem.about, PublicityItem.relation,
    PublicityItem.concerns_id, PublicityItem.concerns_record_id, PublicityItem.timing_kind, PublicityItem.event, PublicityItem.event_ended_at,
    PublicityItem.opens_at, PublicityItem.closes_at, PublicityItem.embargo, PublicityItem.publishers,
    PublicityItem.to_publish, PublicityItem.channels, PublicityItem.published, PublicityItem.otherwise, Document.standing, Document.waits_for,
    Document.revision, Document.agreed_at, Document.activity_id,
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
_RECORDED = select(func.count()).select_from(select(PublicityRecord.id).limit(COUNTED + 1).subquery())
_UNSETTLED = select(func.count()).select_from(
    select(PublicityRecord.id).where(PublicityRecord.is_settled.is_(False)).limit(COUNTED + 1).subquery()
)


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


_KEPT: Kept[Any] = Kept(100)
"""What was read of publicity, all of which the parties share: by the question and the joint chain as it was. Who may
read any of it may read all, and is asked before."""


def _kept(session: Session, question: Hashable, read: Callable[[], Any]) -> Any:
    """What `read` gives; read once by all who ask the same while nothing has changed."""
    return read_once(_KEPT, session, question, read)


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
    """The items, the latest tabled first, PAGE + 1 rows from below the number `before`; one statement at most.
    `in_force` is whether the agreement is, at `now` (aware)."""
    if not may_read(reader):
        return []
    given = {"before": before if before is not None else 2**53}
    found: Sequence[Any]
    if filters.are_set:  # an item's state is a matter of the moment
        query = _narrowed(_rows().where(PublicityItem.number < _BEFORE), filters, now, in_force=in_force)
        found = rows(session, query.order_by(PublicityItem.number.desc()).limit(PAGE + 1), given).all()
    else:
        found = _kept(session, ("register", before), lambda: rows(session, _LIST, given).all())
    return found


def count(session: Session, reader: Actor, filters: Filters, now: dt.datetime, *, in_force: bool) -> int:
    """How many items the list holds under `filters`, exact up to COUNTED (decision 33)."""
    if not may_read(reader):
        return 0
    total: int
    if filters.are_set:
        narrowed = _narrowed(
            select(PublicityItem.id).join(Document, Document.id == PublicityItem.id),
            filters,
            now,
            in_force=in_force,
        )
        query = select(func.count()).select_from(narrowed.limit(COUNTED + 1).subquery())
        total = rows(session, query).scalar_one()
    else:
        total = _kept(session, "count", lambda: rows(session, _COUNT).scalar_one())
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
    """The 年度 from the first item's time to the last's, the latest first; one statement at most."""
    if not may_read(reader):
        return ()
    first, last = _kept(session, "years", lambda: rows(session, _ENDS).one())
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
        out=out_of(row),
        is_in_force=in_force or row.kind == VOLUNTARY.key,
        relation=row.relation,
    )


def out_of(row: Any) -> Out:
    """How much of a row's item is out."""
    return Out(row.channels, row.published, row.otherwise)


@dataclass(frozen=True)
class Appeared:
    """What is recorded of an item, as rows: each channel's publication, the end of the event, the copies taken."""

    publications: Mapping[int, Any]
    event_end: Any | None
    copies: Sequence[Any]
    records: Sequence[Any]
    followed_by: Sequence[Any]
    """The items that correct, supplement or take this one down, as rows of the list."""
    concerns: Any | None
    """The item that this one corrects, supplements, takes down or calls off, as a row of the list."""
    answers: Any | None
    """The record of a publication without agreement that this one corrects, supplements or takes down."""

    def otherwise(self, channel: int) -> Sequence[Any]:
        """The records of what appeared otherwise than agreed through a channel."""
        return [one for one in self.records if one.channel == channel]

    @property
    def taken_down_by(self) -> Any | None:
        """The item by which what appeared was taken down again, wholly carried out; as a row of the list."""
        done = (
            one
            for one in self.followed_by
            if one.relation == Relation.TAKE_DOWN and out_of(one).is_all and one.standing in AGREED_STANDINGS
        )
        return next(done, None)


@dataclass(frozen=True)
class Around:
    """All that an item's page shows beside its words."""

    row: Any
    """The item as a row of the list."""
    appeared: Appeared
    activity: Any | None
    """The activity it is about, by the paper that brought it about: `id`, `reference`, `title`."""
    holders: Sequence[str]
    """The parties that hold it now, in the order in which they began to."""
    on_the_table: str
    """What the latest revision says, sealed, as long as consent to it is asked."""


_ID: Any = bindparam("id")
_SELF, _OF_IT = aliased(Document), aliased(Document)
_FIRST = (
    select(_OF_IT.id, _OF_IT.reference, _OF_IT.title)
    .join(_SELF, _SELF.activity_id == _OF_IT.activity_id)
    .where(_SELF.id == _ID, _OF_IT.reference.is_not(None))
    .order_by(_OF_IT.begun_at)
    .limit(1)
    .subquery()
)
_PACKED = {
    "item": Packed(*_ROW),
    "related": Packed(*_ROW),
    "publication": Packed(*Publication.__table__.columns),
    "event_end": Packed(*EventEnd.__table__.columns),
    "copy": Packed(*EmbargoedCopy.__table__.columns),
    "record": Packed(*PublicityRecord.__table__.columns),
    "answered": Packed(*PublicityRecord.__table__.columns),
    "holding": Packed(Closing.party, Closing.act, Closing.at),
    "activity": Packed(*_FIRST.c),
}
_HOLDING = {"hold": 1, "lift_hold": -1}
_CONCERNED = select(PublicityItem.concerns_id).where(PublicityItem.id == _ID).scalar_subquery()
_ANSWERED = select(PublicityItem.concerns_record_id).where(PublicityItem.id == _ID).scalar_subquery()


def _packed(what: str) -> Any:
    return select(literal(what).label("what"), _PACKED[what].text.label("said"))


_AROUND: Any = union_all(
    _packed("item").join(Document, Document.id == PublicityItem.id).where(PublicityItem.id == _ID),
    _packed("related")
    .join(Document, Document.id == PublicityItem.id)
    .where(or_(PublicityItem.concerns_id == _ID, PublicityItem.id == _CONCERNED)),
    _packed("publication").where(Publication.document_id == _ID),
    _packed("event_end").where(EventEnd.document_id == _ID),
    _packed("copy").where(EmbargoedCopy.document_id == _ID),
    _packed("record").where(PublicityRecord.document_id == _ID),
    _packed("answered").where(PublicityRecord.id == _ANSWERED),
    _packed("holding").where(Closing.document_id == _ID, Closing.act.in_(_HOLDING)),
    _packed("activity"),
    select(literal("on_the_table"), Revision.sealed)
    .join(Document, _IS_LATEST)
    .where(Document.id == _ID, Document.standing.in_([str(one) for one in ON_THE_TABLE])),
)


def around(session: Session, reader: Actor, document_id: str) -> Around:
    """All of a tabled item that its page shows beside its words, if this reader may know of it; raises NotFound
    otherwise (row 1). One statement at most."""
    found: Around | None = None
    if may_read(reader):
        found = _kept(session, ("around", document_id), lambda: _around(session, document_id))
    if found is None:
        raise NotFound()
    return found


def _around(session: Session, document_id: str) -> Around | None:
    held: dict[str, list[Any]] = {what: [] for what in (*_PACKED, "on_the_table")}
    for what, said in rows(session, _AROUND, {"id": document_id}):
        held[what].append(_PACKED[what].unpacked(said) if what in _PACKED else said)
    if not held["item"]:
        return None
    (row,) = held["item"]
    related = sorted(held["related"], key=lambda one: one.number)
    return Around(
        row=row,
        appeared=Appeared(
            publications={one.channel: one for one in held["publication"]},
            event_end=next(iter(held["event_end"]), None),
            copies=sorted(held["copy"], key=lambda one: one.number),
            records=sorted(held["record"], key=lambda one: one.number),
            followed_by=[one for one in related if one.concerns_id == row.id],
            concerns=next((one for one in related if one.id == row.concerns_id), None),
            answers=next(iter(held["answered"]), None),
        ),
        holders=_holders(held["holding"]),
        activity=next(iter(held["activity"]), None),
        on_the_table=next(iter(held["on_the_table"]), ""),
    )


def _holders(acts: Sequence[Any]) -> list[str]:
    """Each party holds and lifts in turn: who holds now, the first first."""
    holds: Counter[str] = Counter()
    for one in sorted(acts, key=lambda act: act.at):
        holds[one.party] += _HOLDING[one.act]
    return [party for party, count in holds.items() if count > 0]


def copies(session: Session, reader: Actor, document_id: str) -> Sequence[EmbargoedCopy]:
    """The copies of an item that the reader was given, taken before its time by whichever side, the first first."""
    query = select(EmbargoedCopy).where(EmbargoedCopy.document_id == document_id)
    return session.scalars(query.order_by(EmbargoedCopy.number)).all()


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
    """The item that it differs from, or that was on the table, as a row."""
    followed_by: Sequence[Any]
    """The items that correct, supplement or take down what appeared, as rows."""

    def settled_by(self) -> dict[str, RecordWord]:
        """The parties that have settled it, with their word."""
        return {one.party: one for one in self.words if one.is_settling}


def records(session: Session, reader: Actor, *, before: int | None = None) -> Sequence[PublicityRecord]:
    """The records, the latest first, PAGE + 1 from below the number `before`."""
    if not may_read(reader):
        return []
    query = select(PublicityRecord).where(PublicityRecord.number < (before if before is not None else 2**53))
    return session.scalars(query.order_by(PublicityRecord.number.desc()).limit(PAGE + 1)).all()


def recorded(session: Session, reader: Actor) -> int:
    """How many records there are, exact up to COUNTED (decision 33)."""
    counted: int = rows(session, _RECORDED).scalar_one() if may_read(reader) else 0
    return counted


def unsettled(session: Session, reader: Actor) -> int:
    """How many records some party has not settled, exact up to COUNTED (decision 33)."""
    if not may_read(reader):
        return 0
    counted: int = _kept(session, "unsettled", lambda: rows(session, _UNSETTLED).scalar_one())
    return counted


def records_batch(session: Session, reader: Actor, *, before: int | None, limit: int) -> Sequence[Any]:
    """The `limit` records that follow below the number `before` in their list, as rows with the reference of the
    `document` they differ from; one statement."""
    if not may_read(reader):
        return []
    query = (
        select(*PublicityRecord.__table__.columns, PublicityItem.reference.label("document"))
        .outerjoin(PublicityItem, PublicityItem.id == PublicityRecord.document_id)
        .where(PublicityRecord.number < (before if before is not None else 2**53))
        .order_by(PublicityRecord.number.desc())
        .limit(limit)
    )
    found: Sequence[Any] = rows(session, query).all()
    return found


def record(session: Session, reader: Actor, record_id: str) -> Told:
    """One record, if this reader may know of it; raises NotFound otherwise (row 1)."""
    found = session.get(PublicityRecord, record_id) if may_read(reader) else None
    if found is None:
        raise NotFound()
    words = session.scalars(
        select(RecordWord).where(RecordWord.record_id == record_id).order_by(RecordWord.at, RecordWord.id)
    ).all()
    document = row(session, reader, found.document_id) if found.document_id else None
    followed = _rows().where(PublicityItem.concerns_record_id == record_id).order_by(PublicityItem.number)
    return Told(found, words, document, rows(session, followed).all())


# --------------------------------------------------------------------------------------- what appeared in a time


def published_between(
    session: Session,
    reader: Actor,
    first: dt.date,
    last: dt.date,
    *,
    limit: int,
    breaks: Sequence[dt.date] = (),
) -> Sequence[Any]:
    """What went out between two days (Asia/Tokyo, both included) through the channels of agreed items, a row of the
    list with the channel: the first `limit`, or as many in each stretch up to the next of `breaks`; one statement.
    What has not gone out is not here."""
    if not may_read(reader):
        return []
    at = Publication.published_at
    query = (
        _rows()
        .add_columns(Publication.channel, at, Publication.place, Publication.url, Publication.differences)
        .join(Publication, Publication.document_id == PublicityItem.id)
        .where(*_within(at, first, last))
    )
    query = first_of_each(
        query, at, PublicityItem.number, Publication.channel, breaks=_midnights(breaks), limit=limit
    )
    found: Sequence[Any] = rows(session, query).all()
    return found


def recorded_between(
    session: Session,
    reader: Actor,
    first: dt.date,
    last: dt.date,
    *,
    limit: int,
    breaks: Sequence[dt.date] = (),
) -> Sequence[Any]:
    """What appeared between two days (Asia/Tokyo, both included) without agreement, otherwise than agreed or for
    information, as rows: the first `limit`, or as many in each stretch up to the next of `breaks`; one statement."""
    if not may_read(reader):
        return []
    at = PublicityRecord.appeared_at
    query = select(*PublicityRecord.__table__.columns).where(*_within(at, first, last))
    query = first_of_each(query, at, PublicityRecord.number, breaks=_midnights(breaks), limit=limit)
    found: Sequence[Any] = rows(session, query).all()
    return found


def said_of(session: Session, found: Sequence[Any]) -> Mapping[str, Any]:
    """The latest tabled revision of each of `found` (rows the reader was given), by item, as a row with `sealed`; one
    statement."""
    query = select(Document.id, Revision.sealed).join(Revision, _IS_LATEST)
    return {one.id: one for one in session.execute(query.where(Document.id.in_({one.id for one in found})))}


def _within(at: Any, first: dt.date, last: dt.date) -> tuple[ColumnElement[bool], ...]:
    begins, ends = _midnights([first, last + dt.timedelta(days=1)])
    return (at >= begins, at < ends)


def _midnights(days: Sequence[dt.date]) -> list[ColumnElement[dt.datetime]]:
    """The moments at which these days begin in Japan, for a statement."""
    return [literal(dt.datetime.combine(day, dt.time(), JAPAN), Moment()) for day in days]


# --------------------------------------------------------------------------------------- what is due

_NOW = bindparam("now", type_=Moment())
_HORIZON = bindparam("horizon", type_=Moment())
_CARRIED_ON = union_all(
    select(Document.copied_from_id).where(
        Document.kind == VOLUNTARY.key,
        Document.copied_from_id.is_not(None),
        Document.standing.in_([str(one) for one in AGREED_STANDINGS]),
    ),
    select(PublicityItem.concerns_id)
    .join(Document, Document.id == PublicityItem.id)
    .where(
        PublicityItem.concerns_id.is_not(None),
        PublicityItem.relation.in_([str(one) for one in FOLLOW_UPS]),
        Document.standing.in_([str(one) for one in AGREED_STANDINGS]),
    ),
)
"""What ended with the agreement and was agreed anew (R5-5), or went out in part and was supplemented, corrected or
taken down."""
_SETTLED = select(RecordWord.record_id).where(RecordWord.is_settling, RecordWord.party == bindparam("mine"))
_DUE = union_all(
    select(
        literal("item").label("what"), PublicityItem.id, PublicityItem.kind, PublicityItem.reference,
        PublicityItem.title, PublicityItem.title_en, PublicityItem.timing_kind, PublicityItem.event_ended_at,
        PublicityItem.opens_at, PublicityItem.closes_at, PublicityItem.embargo, PublicityItem.to_publish,
        PublicityItem.channels, PublicityItem.published, PublicityItem.otherwise, PublicityItem.relation,
        Document.standing, PublicityItem.event,
    )
    .join(Document, Document.id == PublicityItem.id)
    .where(
        Document.standing.in_([str(one) for one in ON_THE_TABLE | AGREED_STANDINGS]),
        PublicityItem.is_done.is_(False),
        or_(
            bindparam("ended", type_=Boolean()),  # whatever has not gone out by then is put to the parties
            PublicityItem.opens_at <= _HORIZON,
            and_(PublicityItem.opens_at.is_(None), PublicityItem.closes_at <= _HORIZON),
            Document.standing == str(Standing.HELD),
        ),
        or_(
            PublicityItem.closes_at > _NOW,
            Document.standing.in_([str(one) for one in AGREED_STANDINGS]),
        ),
        PublicityItem.id.not_in(_CARRIED_ON),
    ),
    select(
        literal("record"), PublicityRecord.id, PublicityRecord.nature, PublicityRecord.reference,
        PublicityRecord.title, literal(""), literal(""), cast(null(), Moment()), PublicityRecord.appeared_at,
        cast(null(), Moment()), literal(False), literal(""), cast(literal(0), Integer), cast(literal(0), Integer),
        cast(literal(0), Integer), literal(""), literal(""), literal(""),
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
    """Agreed, the time reached, a channel of the reader's side still to go out."""
    awaiting_event: Sequence[Any]
    lapsed: Sequence[Any]
    """Agreed, and not wholly published in the agreed time, or before the end of the agreement: until it is held,
    replaced or, after the end of the agreement, agreed anew."""
    held: Sequence[Any]
    """Agreed and held by some party: nothing goes out, and the parties consult (R6.2-10)."""
    ended: Sequence[Any]
    """Agreed, and stopped by the end of the agreement before it had gone out: put to the parties (R5-5; S11)."""
    embargo_soon: Sequence[Any]
    planned: Sequence[Any]
    """Within the next 30 days, agreed or still on the table."""
    records: Sequence[Any]
    """Publications that were not as agreed and that the reader's side has not settled."""


@dataclass(frozen=True)
class _Ahead:
    """The rows of an hour, and the moments at which what is due of them changes."""

    rows: Sequence[Any]
    moments: Sequence[dt.datetime]

    def phase(self, now: dt.datetime) -> tuple[int, int]:
        """The same for two moments of the hour between which, or at which, nothing falls due."""
        return bisect_left(self.moments, now), bisect_right(self.moments, now)


_AHEAD: Kept[_Ahead] = Kept(50)
_FALLEN_DUE: Kept[Due] = Kept(100)


def due(session: Session, reader: Actor, now: dt.datetime, *, in_force: bool, limit: int = 200) -> Due:
    """What of publicity is due at `now` (aware); one statement, once in an hour without an entry."""
    if not may_read(reader):
        return Due([], [], [], [], [], [], [], [])
    hour = now.replace(minute=0, second=0, microsecond=0)

    def read() -> _Ahead:
        given = {"now": hour, "horizon": hour + ONE_HOUR + SOON, "mine": reader.party, "limit": limit,
                 "ended": not in_force}  # fmt: skip
        found = rows(session, _DUE_ROWS, given).all()
        ends = {one for row in found for one in (row.opens_at, row.closes_at) if one is not None}
        return _Ahead(found, sorted({one - early for one in ends for early in (dt.timedelta(), SOON, EMBARGO_SOON)}))

    def sort_out() -> Due:
        return _due_of(ahead.rows, reader, now, in_force=in_force)

    question = (hour, reader.party, in_force, limit)
    ahead: _Ahead = read_once(_AHEAD, session, question, read, own=reader.party)
    phase = ahead.phase(now)
    made: Due = read_once(_FALLEN_DUE, session, (*question, phase), sort_out, own=reader.party)
    return made


def _due_of(found: Sequence[Any], reader: Actor, now: dt.datetime, *, in_force: bool) -> Due:
    items = [(one, state_of(one, now, in_force=in_force)) for one in found if one.what == "item"]
    ready = {State.READY, State.PARTLY_PUBLISHED}
    soon = now + EMBARGO_SOON
    waiting = {State.WAITING, State.CONSULTING, State.PARTIAL, State.SENT_BACK}
    over = {one.id for one in found if one.closes_at is not None and one.closes_at <= now}
    stopped = {one.id for one in found if not in_force and one.kind != VOLUNTARY.key}
    return Due(
        ready=[
            one
            for one, state in items
            if state in ready and one.id not in over | stopped and f",{reader.party}," in one.to_publish
        ],
        awaiting_event=[one for one, state in items if state is State.WAITING_FOR_EVENT],
        lapsed=[
            one
            for one, state in items
            if state is State.LAPSED or (state is State.PARTLY_PUBLISHED and one.id in over - stopped)
        ],
        ended=[
            one
            for one, state in items
            if state is State.ENDED or (state is State.PARTLY_PUBLISHED and one.id in stopped)
        ],
        held=[one for one, state in items if state is State.HELD and (in_force or one.kind == VOLUNTARY.key)],
        embargo_soon=[
            one for one, state in items if state is State.WAITING and one.embargo and one.opens_at <= soon
        ],
        planned=[
            one
            for one, state in items
            if state in waiting and one.opens_at is not None and now <= one.opens_at <= now + SOON
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
            PublicityItem.is_done.is_(False),
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
    """Every archived copy that is named and was not disposed of; the sweeper leaves these alone (row 85)."""
    named = union_all(
        select(Publication.copy_sha256.label("sha256")).where(is_there(Publication.id)),
        select(PublicityRecord.copy_sha256.label("sha256")).where(is_there(PublicityRecord.id)),
    ).subquery()
    return {one for one in session.scalars(select(named.c.sha256).distinct()) if one}


def _copies() -> Any:
    """The archived copies, of publications and of records, as files that stand shared."""
    return union_all(
        select(
            Publication.id, Publication.party, Publication.copy_name.label("name"),
            Publication.copy_sha256.label("sha256"), Publication.copy_size.label("size"),
            Publication.at.label("shared_at"), Publication.document_id.label("of"), Document.reference,
            Document.activity_id,
        )
        .join(Document, Document.id == Publication.document_id)
        .where(Publication.copy_sha256 != "", is_there(Publication.id)),
        select(
            PublicityRecord.id, PublicityRecord.party, PublicityRecord.copy_name.label("name"),
            PublicityRecord.copy_sha256.label("sha256"), PublicityRecord.copy_size.label("size"),
            PublicityRecord.at.label("shared_at"), PublicityRecord.id.label("of"), PublicityRecord.reference,
            null().label("activity_id"),
        ).where(PublicityRecord.copy_sha256 != "", is_there(PublicityRecord.id)),
    ).subquery()  # fmt: skip


def shared_files(
    session: Session,
    reader: Actor,
    *,
    besides: Any,
    of: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int = 50,
) -> Sequence[Any]:
    """The archived copies, the latest shared first, but those whose rows the selection `besides` names and those disposed
    of: of one item or record, or those with `ids`, or all; one statement."""
    if not may_read(reader):
        return []
    copies = _copies()
    query = select(copies).where(copies.c.id.not_in(besides))
    if of is not None:
        query = query.where(copies.c.of == of)
    if ids is not None:
        query = query.where(copies.c.id.in_(ids))
    found: Sequence[Any] = rows(
        session, query.order_by(copies.c.shared_at.desc(), copies.c.id).limit(limit)
    ).all()
    return found


def places_of(session: Session, sha256: str) -> Sequence[Any]:
    """Where a file stands as an archived copy, by its digest: the row, who shared it, the reference."""
    copies = _copies()
    found: Sequence[Any] = rows(session, select(copies).where(copies.c.sha256 == sha256)).all()
    return found


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
    item, out = PublicityItem, PublicityItem.published + PublicityItem.otherwise
    every = (out > 0) & (out >= item.channels)
    agreed = Document.standing == str(Standing.AGREED)
    either = Document.standing.in_([str(one) for one in AGREED_STANDINGS])
    if state in {State.PUBLISHED, State.OTHERWISE}:
        return either & every & ((item.otherwise > 0) if state is State.OTHERWISE else (item.otherwise == 0))
    if state is State.HELD:
        return (Document.standing == str(Standing.HELD)) & ~every
    off = item.relation == str(Relation.CALL_OFF)
    if state is State.CALLED_OFF:
        return agreed & off
    if state is State.PARTLY_PUBLISHED:
        return agreed & ~every & (out > 0)
    usable = (item.kind == VOLUNTARY.key) | literal(in_force)
    open_ = agreed & (out == 0) & ~off
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
