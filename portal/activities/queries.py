"""What a reader may see of the activities: the register, one activity with all that belongs to it, what is due."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities.models import ActAcknowledgement, Activity, ActivityAct
from portal.activities.rules import (
    NOT_GOING_ON,
    NOT_YET_STARTED,
    OVER,
    UNDER_WAY,
    Act,
    State,
    is_held,
    shown_state,
)
from portal.consent import queries as consent
from portal.consent.models import Consultation, Document, Revision
from portal.consent.paper import listed
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.history.queries import read_once
from portal.kernel.clock import day_in_japan
from portal.kernel.days import fiscal_year, fiscal_year_days
from portal.kernel.db import first_of_each, rows
from portal.kernel.errors import NotFound
from portal.kernel.typed import normal_search
from portal.web.kept import Kept

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
SOON = 30
"""How many days ahead 「まもなく」 reaches (R2-6)."""
_MOST_WORDS = 5
CARRIED_OUT = (State.READY, State.RUNNING, State.SUSPENDED, State.COMPLETED)

_proposal, _particulars = aliased(Document), aliased(Document)
_IS_CONSULTED = (
    exists()
    .where(Consultation.document_id == Document.id, Document.activity_id == Activity.id)
    .correlate(Activity)
    .label("is_consulted")
)
_ROW: tuple[Any, ...] = (
    Activity.id, Activity.number, Activity.reference, Activity.title, Activity.title_en, Activity.items,
    Activity.measure, Activity.party, Activity.state, Activity.proposal_id, Activity.particulars_id,
    Activity.settled_for, Activity.planned_start, Activity.planned_end, Activity.settle_by, Activity.started_on,
    Activity.ended_on, Activity.outcome, Activity.begun_at, Activity.changed_at, _IS_CONSULTED,
    _proposal.standing.label("proposal_standing"), _proposal.digest.label("proposal_digest"),
    _proposal.waits_for.label("proposal_waits_for"), _particulars.standing.label("particulars_standing"),
)  # fmt: skip


_PAPERS: tuple[Any, ...] = (
    _proposal.reference.label("proposal_reference"),
    _particulars.reference.label("particulars_reference"),
    _particulars.waits_for.label("particulars_waits_for"),
)


def _rows(*more: Any) -> Select[Any]:
    return (
        select(*_ROW, *more)
        .join(_proposal, _proposal.id == Activity.proposal_id)
        .outerjoin(_particulars, _particulars.id == Activity.particulars_id)
    )


def _is_among(states: frozenset[State]) -> ColumnElement[bool]:
    return Activity.state.in_([str(one) for one in states])


# Built once: building a statement takes longer than the database needs for it (performance.md).
_BEFORE = bindparam("before", type_=Activity.number.type)
_REGISTER = _rows().where(Activity.number < _BEFORE).order_by(Activity.number.desc()).limit(PAGE + 1)
_COUNT = select(func.count()).select_from(select(Activity.id).limit(COUNTED + 1).subquery())
_MEASURES = (
    select(Activity.measure).where(Activity.measure != "").distinct().order_by(Activity.measure).limit(200)
)
_ENDS = select(  # each from an end of its index
    select(func.min(Activity.first_on)).scalar_subquery(),
    select(func.max(Activity.last_on)).scalar_subquery(),
    select(func.max(Activity.first_on)).scalar_subquery(),
)
_ONE = _rows().where(Activity.id == bindparam("id"))
_IS_HELD = Activity.state.not_in([str(one) for one in OVER]) & or_(
    _proposal.standing == str(Standing.HELD), _particulars.standing == str(Standing.HELD)
)
_NOT_GOING_ON = _ONE.where(or_(_is_among(NOT_GOING_ON), _IS_HELD))
_DUE = (
    _rows()
    .where(
        or_(
            _is_among(NOT_YET_STARTED) & (Activity.planned_start <= bindparam("horizon", type_=Date)),
            (Activity.state == State.RUNNING) & (Activity.planned_end < bindparam("today", type_=Date)),
            _IS_HELD,
        )
    )
    .order_by(Activity.planned_start, Activity.number)
    .limit(bindparam("limit", type_=Integer))
)

_UNDER_WAY = (
    _rows()
    .where(_is_among(UNDER_WAY))
    .order_by(Activity.started_on, Activity.number)
    .limit(bindparam("limit", type_=Integer))
)
_AWAITED = select(Document.activity_id, Document.waits_for).where(
    Document.activity_id.in_(bindparam("ids", expanding=True)),
    Document.standing.in_([str(one) for one in ON_THE_TABLE]),
)
_UNACKNOWLEDGED = (
    select(
        ActivityAct.id, ActivityAct.act, ActivityAct.on_day, ActivityAct.party, ActivityAct.at,
        Activity.id.label("activity_id"), Activity.reference, Activity.title,
    )
    .join(Activity, Activity.id == ActivityAct.activity_id)
    .outerjoin(
        ActAcknowledgement,
        (ActAcknowledgement.act_id == ActivityAct.id) & (ActAcknowledgement.party == bindparam("mine")),
    )
    .where(ActivityAct.party != bindparam("mine"), ActAcknowledgement.id.is_(None))
    .order_by(ActivityAct.at, ActivityAct.id)
    .limit(bindparam("limit", type_=Integer))
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to; it stands in the address."""

    words: str = ""
    item: str = ""
    measure: str = ""
    year: int | None = None
    state: str = ""
    party: str = ""

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def may_read(reader: Actor) -> bool:
    """Whether the reader may know of the activities: whoever reads what the parties share, of any party."""
    return reader.party is not None and reader.may(Permission.READ)


_KEPT: Kept[Any] = Kept(100)
"""What was read of the activities, all of which the parties share: by the question and the joint chain as it was. Who
may read any of it may read all, and is asked before."""


def _kept(session: Session, question: Hashable, read: Callable[[], Any]) -> Any:
    """What `read` gives; read once by all who ask the same while nothing has changed."""
    return read_once(_KEPT, session, question, read)


def register(
    session: Session, reader: Actor, filters: Filters, today: dt.date, *, before: int | None = None
) -> Sequence[Any]:
    """The activities, the latest proposed first, PAGE + 1 rows from below the number `before`; one statement at
    most."""
    if not may_read(reader):
        return []
    found: Sequence[Any] = _kept(
        session, ("register", filters, today, before), lambda: _register(session, filters, today, before)
    )
    return found


def _register(session: Session, filters: Filters, today: dt.date, before: int | None) -> Sequence[Any]:
    if filters.are_set:
        query = _narrowed(_rows().where(Activity.number < _BEFORE), filters, today)
        query = query.order_by(Activity.number.desc()).limit(PAGE + 1)
    else:
        query = _REGISTER
    return tuple(rows(session, query, {"before": before if before is not None else 2**53}).all())


def awaited(session: Session, reader: Actor, activity_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """For each of the activities of which a paper is on the table, the parties whose act is awaited; one
    statement at most (decision 22)."""
    if not activity_ids or not may_read(reader):
        return {}
    ids = tuple(activity_ids)
    found: Mapping[str, Sequence[str]] = _kept(session, ("awaited", ids), lambda: _awaited(session, ids))
    return found


def batch(
    session: Session, reader: Actor, filters: Filters, today: dt.date, *, before: int | None, limit: int
) -> Sequence[Any]:
    """The `limit` activities that follow below the number `before` in the register of the same filter, with what each
    of their papers waits for; one statement."""
    if not may_read(reader):
        return []
    query = _narrowed(_rows(*_PAPERS).where(Activity.number < _BEFORE), filters, today)
    query = query.order_by(Activity.number.desc()).limit(limit)
    found: Sequence[Any] = rows(session, query, {"before": before if before is not None else 2**53}).all()
    return found


def _awaited(session: Session, activity_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for activity_id, waits in rows(session, _AWAITED, {"ids": list(activity_ids)}):
        own = found.setdefault(activity_id, [])
        own += [key for key in listed(waits) if key not in own]
    return {activity_id: tuple(parties) for activity_id, parties in found.items()}


def count(session: Session, reader: Actor, filters: Filters, today: dt.date) -> int:
    """How many activities the register holds under `filters`, exact up to COUNTED (decision 33); one statement at
    most."""
    if not may_read(reader):
        return 0
    counted: int = _kept(session, ("count", filters, today), lambda: _count(session, filters, today))
    return counted


def _count(session: Session, filters: Filters, today: dt.date) -> int:
    query = _COUNT
    if filters.are_set:
        found = _narrowed(select(Activity.id), filters, today).limit(COUNTED + 1).subquery()
        query = select(func.count()).select_from(found)
    counted: int = rows(session, query).scalar_one()
    return counted


@dataclass(frozen=True)
class Choices:
    """What there is to narrow the register to."""

    measures: tuple[str, ...]
    years: tuple[int, ...]


def choices(session: Session, reader: Actor, today: dt.date) -> Choices:
    """Every measure that an activity names, and the 年度 from the first activity's to the last's; two
    statements at most."""
    if not may_read(reader):
        return Choices((), ())
    found: Choices = _kept(session, ("choices", today), lambda: _choices(session, today))
    return found


def _choices(session: Session, today: dt.date) -> Choices:
    measures = tuple(rows(session, _MEASURES).scalars())
    first, *others = rows(session, _ENDS).one()
    if first is None:  # the register is empty
        return Choices(measures, ())
    end = max(fiscal_year(day) for day in (*others, today) if day is not None)
    return Choices(measures, tuple(range(min(end, fiscal_year(first) + 60), fiscal_year(first) - 1, -1)))


def named(session: Session, reader: Actor, ids: Sequence[str]) -> Sequence[Any]:
    """Identifier, reference and titles of the activities `ids`, as far as the reader may know of them; one
    statement."""
    if not may_read(reader) or not ids:
        return []
    found: Sequence[Any] = rows(
        session,
        select(Activity.id, Activity.reference, Activity.title, Activity.title_en).where(
            Activity.id.in_(ids)
        ),
    ).all()
    return found


def activity(session: Session, reader: Actor, activity_id: str) -> Any:
    """The activity, if this reader may know of it; raises NotFound otherwise (row 1)."""
    row = rows(session, _ONE, {"id": activity_id}).first() if may_read(reader) else None
    if row is None:
        raise NotFound()
    return row


def not_going_on(session: Session, reader: Actor, activity_id: str) -> Any | None:
    """The activity, if the reader may know of it and it is not going on: suspended, cancelled, never agreed, or held
    by a party; one statement, made once while nothing changes."""
    if not may_read(reader):
        return None
    question = ("not going on", activity_id)
    return _kept(session, question, lambda: rows(session, _NOT_GOING_ON, {"id": activity_id}).first())


@dataclass(frozen=True)
class Recorded:
    """One recorded act with the other parties' words on it."""

    row: ActivityAct
    words: Sequence[ActAcknowledgement]

    @property
    def act(self) -> Act:
        """What was recorded."""
        return Act(self.row.act)

    @property
    def figures(self) -> list[list[str]]:
        """The figures given: label, value, unit."""
        rows: list[list[str]] = json.loads(self.row.figures)
        return rows

    def word_of(self, party: str) -> ActAcknowledgement | None:
        """What `party` said last of it."""
        return next((one for one in reversed(self.words) if one.party == party), None)

    def waits_for(self, parties: Sequence[str]) -> list[str]:
        """The parties that have said nothing of it yet."""
        return [one for one in parties if one != self.row.party and self.word_of(one) is None]


def acts_of(session: Session, activity_id: str) -> list[Recorded]:
    """The recorded acts of an activity the reader was given, the first first; one statement."""
    found: dict[str, tuple[ActivityAct, list[ActAcknowledgement]]] = {}
    for act, word in session.execute(
        select(ActivityAct, ActAcknowledgement)
        .outerjoin(ActAcknowledgement, ActAcknowledgement.act_id == ActivityAct.id)
        .where(ActivityAct.activity_id == activity_id)
        .order_by(ActivityAct.number, ActAcknowledgement.at, ActAcknowledgement.number)
    ):
        words = found.setdefault(act.id, (act, []))[1]
        if word is not None:
            words.append(word)
    return [Recorded(act, words) for act, words in found.values()]


def consultations_of(session: Session, activity_id: str, *, limit: int = 50) -> Sequence[Any]:
    """The consultations on the documents of an activity the reader was given, the latest first; rows."""
    return session.execute(
        select(
            Consultation.id, Consultation.held_on, Consultation.medium, Consultation.summary, Consultation.party,
            Document.id.label("document_id"), Document.kind, Document.reference,
        )
        .join(Document, Document.id == Consultation.document_id)
        .where(Document.activity_id == activity_id)
        .order_by(Consultation.held_on.desc(), Consultation.at.desc())
        .limit(limit)
    ).all()  # fmt: skip


def revisions_of(session: Session, documents: Sequence[Any]) -> Mapping[str, Any]:
    """The latest tabled revision of each of `documents` (rows the reader was given), by document; one
    statement."""
    if not documents:
        return {}
    latest = session.scalars(
        select(Revision)
        .join(Document, and_(Document.id == Revision.document_id, Document.revision == Revision.number))
        .where(Document.id.in_([one.id for one in documents]))
    )
    return {one.document_id: one for one in latest}


def between(
    session: Session,
    reader: Actor,
    first: dt.date,
    last: dt.date,
    today: dt.date,
    *,
    limit: int,
    breaks: Sequence[dt.date] = (),
) -> Sequence[Any]:
    """The activities that fall between two days (Asia/Tokyo, both included), as the register reckons them: the first
    `limit`, or as many of those that begin in each stretch up to the next of `breaks`; one statement."""
    if not may_read(reader):
        return []
    query = _falling(_rows(Activity.first_on, *_PAPERS), first, last, today)
    query = first_of_each(query, Activity.first_on, Activity.number, breaks=breaks, limit=limit)
    found: Sequence[Any] = rows(session, query).all()
    return found


def proposals_of(session: Session, activities: Sequence[Any]) -> Mapping[str, Revision]:
    """The latest tabled revision of the proposal of each of `activities` (rows the reader was given), by activity;
    one statement."""
    found = session.execute(
        select(Activity.id, Revision)
        .join(Document, Document.id == Activity.proposal_id)
        .join(Revision, and_(Revision.document_id == Document.id, Revision.number == Document.revision))
        .where(Activity.id.in_([one.id for one in activities]))
    )
    return {row.id: row.Revision for row in found}


def completions_of(session: Session, activities: Sequence[Any]) -> Mapping[str, Recorded]:
    """What was recorded of the completion of each of `activities` (rows the reader was given) that was completed, by
    activity; one statement."""
    found = session.scalars(
        select(ActivityAct).where(
            ActivityAct.activity_id.in_([one.id for one in activities]), ActivityAct.act == Act.COMPLETE
        )
    )
    return {one.activity_id: Recorded(one, ()) for one in found}


def in_force_on(
    session: Session, reader: Actor, activity_id: str, day: dt.date, *, kind: str = "particulars"
) -> Any | None:
    """The agreed document of `kind` that was in force at the end of `day` (Asia/Tokyo) for the activity: its
    row, or None where nothing was agreed by then (excellent 3.2)."""
    activity(session, reader, activity_id)
    return agreed_by(consent.of_activity(session, reader, activity_id), kind, day)


def agreed_by(documents: Sequence[Any], kind: str, day: dt.date) -> Any | None:
    """The document among `documents` that was agreed last, up to the end of `day`."""
    known = [
        one
        for one in documents
        if one.kind == kind and one.agreed_at is not None and day_in_japan(one.agreed_at) <= day
    ]
    return max(known, key=lambda one: one.agreed_at, default=None)


# --------------------------------------------------------------------------------------- what is due


@dataclass(frozen=True)
class Due:
    """The activities whose planned days call for something, as rows: `id`, `reference`, `title`, `state`,
    `planned_start`, `planned_end`, `is_consulted`, …"""

    planned: Sequence[Any]
    """Planned to start within the next days (R2-6)."""
    late: Sequence[Any]
    """Planned start passed, no start recorded (excellent 3.2)."""
    overrunning: Sequence[Any]
    """Running beyond the planned end (R2-6)."""
    held: Sequence[Any] = ()
    """Stopped by a party that holds what was agreed, but for what is planned to start later (decision 13)."""


def due(session: Session, reader: Actor, today: dt.date, *, days: int = SOON, limit: int = 200) -> Due:
    """What is planned from `today` within `days`, what should have started, what should have ended, what is held; one
    statement at most, the earliest first. Days in Asia/Tokyo."""
    if not may_read(reader):
        return Due((), (), ())
    found: Due = _kept(session, ("due", today, days, limit), lambda: _due(session, today, days, limit))
    return found


def _due(session: Session, today: dt.date, days: int, limit: int) -> Due:
    horizon = today + dt.timedelta(days=days)
    found = rows(session, _DUE, {"today": today, "horizon": horizon, "limit": limit}).all()
    parts: dict[str, list[Any]] = {"planned": [], "late": [], "overrunning": [], "held": []}
    for one in found:
        is_to_start = State(one.state) in NOT_YET_STARTED
        if is_to_start and one.planned_start is not None and today <= one.planned_start <= horizon:
            parts["planned"].append(one)
        elif is_held(one):
            parts["held"].append(one)
        else:
            parts["late" if is_to_start else "overrunning"].append(one)
    return Due(**{key: tuple(some) for key, some in parts.items()})


def under_way(session: Session, reader: Actor, *, limit: int) -> Sequence[Any]:
    """The activities that run or rest, the earliest started first: after the end of the agreement each is brought to its
    own end (R5-5)."""
    if not may_read(reader):
        return []
    found: Sequence[Any] = rows(session, _UNDER_WAY, {"limit": limit}).all()
    return found


def agreed_days(session: Session, reader: Actor, since: dt.date) -> Sequence[Any]:
    """The activities with days in particulars that are in force and not held, from `since` on, as rows; what was cancelled
    or withdrawn has none."""
    if not may_read(reader):
        return []
    return session.execute(
        select(
            Activity.id,
            Activity.reference,
            Activity.title,
            Activity.title_en,
            Activity.planned_start,
            Activity.planned_end,
        )
        .join(Document, Document.id == Activity.particulars_id)
        .where(
            Document.standing == str(Standing.AGREED),
            Activity.state.in_([str(one) for one in CARRIED_OUT]),
            Activity.planned_start.is_not(None),
            func.coalesce(Activity.planned_end, Activity.planned_start) >= since,
        )
        .order_by(Activity.planned_start, Activity.number)
        .limit(1_000)
    ).all()


def planned_within(session: Session, reader: Actor, today: dt.date, days: int = SOON) -> Sequence[Any]:
    """The activities planned to start from `today` within `days`, agreed or not (R2-6)."""
    return due(session, reader, today, days=days).planned


def late_starts(session: Session, reader: Actor, today: dt.date) -> Sequence[Any]:
    """The activities whose planned start has passed with no start recorded (excellent 3.2)."""
    return due(session, reader, today).late


def overrunning(session: Session, reader: Actor, today: dt.date) -> Sequence[Any]:
    """The activities that run beyond their planned end (R2-6)."""
    return due(session, reader, today).overrunning


def unacknowledged(session: Session, reader: Actor, *, limit: int = 50) -> Sequence[Any]:
    """The acts another party recorded of which the reader's party has said nothing, the oldest first; rows."""
    if not may_read(reader):
        return []
    given = {"mine": reader.party, "limit": limit}
    found: Sequence[Any] = _kept(
        session, ("unacknowledged", *given.values()), lambda: tuple(rows(session, _UNACKNOWLEDGED, given).all())
    )
    return found


def state_of(row: Any) -> State:
    """The state of a row as it is shown."""
    return shown_state(State(row.state), is_consulted=bool(row.is_consulted))


# --------------------------------------------------------------------------------------- inside


def _falling(query: Select[Any], first: dt.date, last: dt.date, today: dt.date) -> Select[Any]:
    """Those with a day between the two; what is under way goes on until it ends."""
    still_open = _is_among(UNDER_WAY) if first <= today else Activity.id.is_(None)
    return query.where(Activity.first_on <= last, or_(Activity.last_on >= first, still_open))


def _narrowed(query: Select[Any], filters: Filters, today: dt.date) -> Select[Any]:
    for word in normal_search(filters.words).split()[:_MOST_WORDS]:
        query = query.where(Activity.normal.contains(word, autoescape=True))
    if filters.item:
        query = query.where(Activity.items.contains(f",{filters.item},", autoescape=True))
    if filters.measure:
        query = query.where(Activity.measure == filters.measure)
    if filters.party:
        query = query.where(Activity.party == filters.party)
    if filters.year is not None:
        query = _falling(query, *fiscal_year_days(filters.year), today)
    if filters.state in {State.PROPOSED, State.CONSULTING}:
        consulted = (
            exists()
            .where(Consultation.document_id == Document.id, Document.activity_id == Activity.id)
            .correlate(Activity)
        )
        query = query.where(Activity.state == State.PROPOSED)
        return query.where(consulted if filters.state == State.CONSULTING else ~consulted)
    if filters.state:
        query = query.where(Activity.state == filters.state)
    return query
