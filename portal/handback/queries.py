"""What a reader may see of the ledger: its lines, one line with all that was done about it, and what is still open."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.life import Mode
from portal.agreement.text import Edition
from portal.consent.paper import listed
from portal.handback import body as bodies
from portal.handback import rules
from portal.handback.body import Sealed
from portal.handback.models import (
    Handover,
    HandoverDraft,
    HandoverFile,
    HandoverRecord,
    Holder,
    Holding,
    HoldingAct,
)
from portal.handback.rules import (
    LISTED,
    OPEN,
    TO_CARRY_OUT,
    Choice,
    Falls,
    Reach,
    Standing,
    Step,
    is_secret,
)
from portal.handback.secrecy import secrecy
from portal.history.queries import read_once
from portal.kernel.db import Model, rows, today_of
from portal.kernel.errors import NotFound
from portal.kernel.typed import normal_search
from portal.web.kept import Kept

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""
AT_ONCE = 200
"""At most so many lines are acted upon in one go."""
BESIDE = 50
_MOST_WORDS = 5

_correction = aliased(Handover)
_LISTED: tuple[Any, ...] = (
    Holding.id.label("holding"), Holding.place, Holding.receiver, Holding.received_on, Holding.waits_for,
    Holding.waits_since, Holding.confirmed, Holding.step, Holding.question, Holding.instruction, Holding.erases,
    Holding.done, Holding.done_on, Holding.retained_until, Handover.id, Handover.number, Handover.reference,
    Handover.edition, Handover.discloser, Handover.receivers, Handover.party, Handover.kind, Handover.form,
    Handover.copies, Handover.disclosed_on, Handover.marking, Handover.activity_id, Handover.title, Handover.digest,
    Handover.files, Handover.recorded_at, Handover.corrected_by_id, Handover.corrects_id, Handover.erased_at,
    Handover.erased_files, Handover.erased_words, _correction.reference.label("correction"),
)  # fmt: skip


def _ledger(*more: Any) -> Select[Any]:
    return (
        select(*_LISTED, *more)
        .select_from(Holding)
        .join(Handover, Handover.id == Holding.handover_id)
        .outerjoin(_correction, _correction.id == Handover.corrected_by_id)
    )


# Built once: building a statement takes longer than the database needs for it (performance.md).
_BEFORE = bindparam("before", type_=Holding.place.type)
_LIST = _ledger().where(Holding.place < _BEFORE).order_by(Holding.place.desc()).limit(PAGE + 1)
_COUNT = select(func.count()).select_from(select(Holding.id).limit(COUNTED + 1).subquery())


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; it stands in the address. Days are in Asia/Tokyo, both included."""

    words: str = ""
    discloser: str = ""
    receiver: str = ""
    kind: str = ""
    activity: str = ""
    """An activity's identifier."""
    holder: str = ""
    state: str = ""
    """One of STATES."""
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


STATES: Mapping[str, ColumnElement[bool]] = {
    "open": Holding.step.in_(sorted(OPEN)),
    "unconfirmed": Holding.waits_for != "",
    "otherwise": and_(Holding.confirmed == "otherwise", Holding.step.in_(sorted(LISTED))),
    "held": Holding.step == Step.HELD,
    "asked": Holding.step.in_(sorted(TO_CARRY_OUT)),
    "carried_out": Holding.step == Step.CARRIED_OUT,
    "retained": Holding.step == Step.RETAINED,
    "settled": Holding.step.in_([Step.RETURNED, Step.DISPOSED, Step.KEPT]),
    "gone": Holding.step.in_([Step.REPLACED, Step.STRUCK]),
}
"""What the list may be narrowed to by how a line stands."""


def may_read(reader: Actor) -> bool:
    """Whether the reader may know of the lines: whoever reads what the parties share, of any party."""
    return reader.party is not None and reader.may(Permission.READ)


def is_of_the_two(reader: Actor, row: Any) -> bool:
    """Whether the reader's party gave or received it."""
    return reader.party is not None and reader.party in {row.discloser, *listed(row.receivers)}


def may_open(reader: Actor, row: Any) -> bool:
    """Whether the reader may see what was handed over: members of the sides that gave and received it, and of what is
    secret, or not decided yet, those alone who read their own side's matters (art. 7; R7-4; decision 29)."""
    if not (may_read(reader) and is_of_the_two(reader, row)):
        return False
    return not is_secret(row.marking) or reader.may(Permission.READ_OWN_SIDE)


def may_see_holders(reader: Actor, row: Any) -> bool:
    """Whether the reader may see who has copies: those of the two sides who read their own side's matters."""
    return is_of_the_two(reader, row) and reader.may(Permission.READ_OWN_SIDE)


def reach_of(session: Session, edition: Edition, today: dt.date) -> Reach:
    """The days that matter when the agreement ends; no statement where the session holds the dates (R5-2)."""
    life = agreement.in_force(session, edition, today)
    if life.end is None:
        return Reach(today)
    return Reach(
        today=today,
        last_day=life.end.last_day,
        target=life.end.last_day + dt.timedelta(days=edition.settings.handback_days),
        survives_until=life.survival_end,
        has_ended=life.mode in {Mode.ENDED, Mode.OVER},
        is_over=life.mode is Mode.OVER,
        is_voluntary=not life.end.measures_apply,
    )


# --------------------------------------------------------------------------------------- the ledger


def ledger(session: Session, reader: Actor, filters: Filters, *, before: int | None = None) -> Sequence[Any]:
    """The lines, one for each receiver, the latest recorded first, PAGE + 1 rows from below the place `before`; one
    statement."""
    if not may_read(reader):
        return []
    query: Any = _LIST
    if filters.are_set:
        query = _narrowed(_ledger().where(Holding.place < _BEFORE), reader, filters)
        query = query.order_by(Holding.place.desc()).limit(PAGE + 1)
    found: Sequence[Any] = rows(session, query, {"before": 2**53 if before is None else before}).all()
    return found


def count(session: Session, reader: Actor, filters: Filters) -> int:
    """How many lines there are under `filters`, exact up to COUNTED (decision 33)."""
    if not may_read(reader):
        return 0
    query: Any = _COUNT
    if filters.are_set:
        joined = select(Holding.id).join(Handover, Handover.id == Holding.handover_id)
        found = _narrowed(joined, reader, filters).limit(COUNTED + 1).subquery()
        query = select(func.count()).select_from(found)
    counted: int = rows(session, query).scalar_one()
    return counted


class Whole(NamedTuple):
    """One line with what was recorded and done about it, as far as the reader may see."""

    row: Any
    said: Sealed | None
    acts: Sequence[Any]
    holders: Sequence[Any]


def batch(
    session: Session, reader: Actor, filters: Filters, *, before: int | None, limit: int
) -> Sequence[Whole]:
    """The `limit` lines that follow below the place `before` in the list of the same filter, whole; three
    statements."""
    if not may_read(reader):
        return []
    query = _narrowed(_recorded().where(Holding.place < _BEFORE), reader, filters)
    given = {"before": 2**53 if before is None else before}
    return _whole(
        session, reader, rows(session, query.order_by(Holding.place.desc()).limit(limit), given).all()
    )


def _recorded() -> Select[Any]:
    return _ledger(
        HandoverRecord.sealed, HandoverRecord.name, HandoverRecord.post, HandoverRecord.member_id
    ).join(HandoverRecord, HandoverRecord.handover_id == Handover.id)


def _whole(session: Session, reader: Actor, found: Sequence[Any]) -> list[Whole]:
    ids = [row.holding for row in found]
    acts, holders = _acts(session, ids), _holders(session, ids)
    return [
        Whole(
            row,
            bodies.opened(row.sealed) if row.sealed is not None and may_open(reader, row) else None,
            acts.get(row.holding, ()),
            holders.get(row.holding, ()) if may_see_holders(reader, row) else (),
        )
        for row in found
    ]


_T = Model.metadata.tables


def _acts(session: Session, ids: Sequence[str]) -> dict[str, list[Any]]:
    query = select(*_T["holding_acts"].c).where(HoldingAct.holding_id.in_(ids)).order_by(HoldingAct.number)
    return _by_holding(rows(session, query) if ids else ())


def _holders(session: Session, ids: Sequence[str]) -> dict[str, list[Any]]:
    query = select(*_T["holders"].c).where(Holder.holding_id.in_(ids)).order_by(Holder.at, Holder.id)
    return _by_holding(rows(session, query) if ids else ())


def _by_holding(found: Iterable[Any]) -> dict[str, list[Any]]:
    kept: dict[str, list[Any]] = {}
    for row in found:
        kept.setdefault(row.holding_id, []).append(row)
    return kept


def last(acts: Sequence[Any], *which: str) -> Any | None:
    """The latest of these acts, if there is one."""
    return next((one for one in reversed(acts) if one.act in which), None)


def words_of(act: Any) -> Mapping[str, Any]:
    """The words of an act."""
    found: Mapping[str, Any] = json.loads(act.said)
    return found


def activities(session: Session, reader: Actor) -> Sequence[str]:
    """The activities that lines belong to, the latest recorded first; one statement."""
    if not may_read(reader):
        return []
    found = (
        select(Handover.activity_id)
        .where(Handover.activity_id.is_not(None))
        .group_by(Handover.activity_id)
        .order_by(func.max(Handover.number).desc())
        .limit(200)
    )
    return list(rows(session, found).scalars())


# --------------------------------------------------------------------------------------- one line


@dataclass(frozen=True)
class Entry:
    """One line with all that belongs to it and that the reader may see."""

    row: Any
    """Of its first holding, with what was recorded."""
    corrects: str
    """The reference of the line that it corrects; empty for none."""
    said: Sealed | None
    """What was recorded; None where the reader may not open it, or it was erased."""
    holdings: Sequence[Whole]
    files: Sequence[Any]


_ONE = _recorded().where(Handover.id == bindparam("id")).order_by(Holding.place)
_FILES = (
    select(*_T["handover_files"].c)
    .where(HandoverFile.handover_id == bindparam("id"), HandoverFile.shared_at.is_not(None))
    .order_by(HandoverFile.added_at, HandoverFile.id)
)
_REFERENCE = select(Handover.reference).where(Handover.id == bindparam("id"))


def entry(session: Session, reader: Actor, handover_id: str) -> Entry:
    """The line, if this reader may know of it; raises NotFound otherwise (row 1)."""
    found = rows(session, _ONE, {"id": handover_id}).all() if may_read(reader) else ()
    if not found:
        raise NotFound()
    row, is_open = found[0], may_open(reader, found[0])
    whole = _whole(session, reader, found)
    corrects = rows(session, _REFERENCE, {"id": row.corrects_id}).scalar() if row.corrects_id else ""
    return Entry(
        row=row,
        corrects=corrects or "",
        said=whole[0].said,
        holdings=whole,
        files=rows(session, _FILES, {"id": handover_id}).all() if is_open else (),
    )


def file_of(session: Session, reader: Actor, handover_id: str, file_id: str) -> HandoverFile:
    """A file of a recorded line, if this reader may open it; raises NotFound otherwise (rows 2, 14)."""
    row = session.get(Handover, handover_id)
    file = session.get(HandoverFile, file_id)
    if row is None or file is None or file.handover_id != row.id or file.shared_at is None:
        raise NotFound()
    if not may_open(reader, row):
        raise NotFound()
    return file


def drafts(session: Session, reader: Actor, limit: int = PAGE) -> Sequence[Any]:
    """The own side's drafts, the latest saved first; nobody else's, ever."""
    if reader.party is None or not reader.may(Permission.READ_OWN_SIDE):
        return []
    found: Sequence[Any] = rows(
        session,
        select(
            HandoverDraft.id, HandoverDraft.title, HandoverDraft.saved_at, HandoverDraft.saved_by_name,
            HandoverDraft.corrects_id,
        )
        .where(HandoverDraft.party == reader.party)
        .order_by(HandoverDraft.saved_at.desc(), HandoverDraft.id)
        .limit(limit),
    ).all()  # fmt: skip
    return found


def draft(session: Session, reader: Actor, draft_id: str) -> HandoverDraft:
    """The own side's draft; raises NotFound for another's, or none (row 1)."""
    found = session.get(HandoverDraft, draft_id) if reader.may(Permission.READ_OWN_SIDE) else None
    if found is None or found.party != reader.party:
        raise NotFound()
    return found


def files_of(session: Session, found: HandoverDraft) -> list[HandoverFile]:
    """The files of a draft the reader was given, in order."""
    ids = listed(found.files)
    known = {one.id: one for one in session.scalars(select(HandoverFile).where(HandoverFile.id.in_(ids)))}
    return [known[one] for one in ids]


_BESIDE = {
    "activity": _ledger()
    .where(Handover.activity_id == bindparam("id"))
    .order_by(Holding.place.desc())
    .limit(BESIDE + 1),
    "papers": _ledger()
    .where(
        Handover.id.in_(select(HandoverFile.handover_id).where(HandoverFile.source_of == bindparam("id"))),
        Holding.step.in_(sorted(LISTED)),
    )
    .order_by(Holding.place.desc())
    .limit(BESIDE + 1),
}


_KEPT: Kept[Sequence[Any]] = Kept(300)
"""The lines beside a page, of which all parties may know: by the page and the joint chain as it was."""


def beside(session: Session, reader: Actor, kind: str, id: str) -> Sequence[Any]:
    """The lines that belong to an activity (`activity`), or whose files stand at a paper or a record (any other kind), the
    latest first, BESIDE + 1 rows; one statement at most."""
    if not may_read(reader):
        return []
    query = _BESIDE.get(kind, _BESIDE["papers"])
    found: Sequence[Any] = read_once(_KEPT, session, (kind, id), lambda: rows(session, query, {"id": id}).all())
    return found


TAKEN = (
    select(HandoverFile.source)
    .join(Holding, Holding.handover_id == HandoverFile.handover_id)
    .where(HandoverFile.source != "", Holding.step.in_(sorted(LISTED)))
)
"""The rows of shared files that stand in the ledger."""


def taken_in(session: Session, sources: Sequence[str]) -> set[str]:
    """Those of the shared files, by their rows, that stand in the ledger already; one statement."""
    if not sources:
        return set()
    return set(rows(session, TAKEN.where(HandoverFile.source.in_(sources))).scalars())


# --------------------------------------------------------------------------------------- what is open


CONFIRM, INSTRUCT, CARRY_OUT, ACKNOWLEDGE = "confirm", "instruct", "carry_out", "acknowledge"
RETAINED, OTHERS = "retained", "others"


@dataclass(frozen=True)
class Rule:
    """What lines are chosen by, where they are not chosen one by one: all that waits for the own side's act `what`, and
    has the rest in common (R5-3). An empty field leaves nothing out."""

    what: str
    other: str = ""
    """The other party of the two."""
    kind: str = ""
    activity: str = ""
    marking: str = ""
    choice: str = ""
    """With CARRY_OUT what was instructed, with ACKNOWLEDGE what was done."""


def fits(rule: Rule, mine: str, *, has_ended: bool) -> list[ColumnElement[bool]]:
    """The conditions on a line that `rule` chooses for the party `mine`. Without an instruction, silence means return:
    but only after the end (art. 5)."""
    waits = {
        CONFIRM: [Holding.waits_for == mine],
        INSTRUCT: [Holding.discloser == mine, Holding.step == Step.HELD],
        CARRY_OUT: [
            Holding.receiver == mine,
            Holding.step.in_(sorted([*TO_CARRY_OUT, *([Step.HELD] if has_ended else [])])),
        ],
        ACKNOWLEDGE: [Holding.discloser == mine, Holding.step == Step.CARRIED_OUT],
    }
    found: list[ColumnElement[bool]] = [*waits[rule.what]]
    if rule.other:
        found.append(or_(Holding.discloser == rule.other, Holding.receiver == rule.other))
    found += [
        column == value
        for column, value in (
            (Handover.kind, rule.kind),
            (Handover.activity_id, rule.activity),
            (Handover.marking, rule.marking),
        )
        if value
    ]
    if rule.choice and rule.what == CARRY_OUT:
        instructed = ["", Choice.RETURN] if rule.choice == Choice.RETURN else [rule.choice]
        found.append(Holding.instruction.in_(instructed))
    if rule.choice and rule.what == ACKNOWLEDGE:
        found.append(Holding.done == rule.choice)
    return found


def chosen(
    session: Session, reader: Actor, ids: Sequence[str], rule: Rule | None, *, has_ended: bool
) -> Sequence[Any]:
    """The lines chosen one by one, or by `rule`, in the order of the ledger, AT_ONCE of them at most; one statement.
    Those that the reader may not know of are none."""
    if not may_read(reader) or (rule is None and not ids):
        return []
    wanted = (
        fits(rule, reader.party or "", has_ended=has_ended)
        if rule is not None
        else [Holding.id.in_(list(ids)[:AT_ONCE])]
    )
    found: Sequence[Any] = rows(
        session, _ledger().where(*wanted).order_by(Holding.place).limit(AT_ONCE)
    ).all()
    return found


def passed_on(session: Session, reader: Actor, ids: Sequence[str]) -> Mapping[str, int]:
    """How many Representatives (担当者) still have copies of what the reader's party received in these holdings; one
    statement."""
    if not ids or not reader.may(Permission.READ):
        return {}
    query = (
        select(Holder.holding_id, func.count().label("count"))
        .join(Holding, Holding.id == Holder.holding_id)
        .where(
            Holder.holding_id.in_(ids),
            Holding.receiver == reader.party,
            Holder.ended_on.is_(None),
            Holder.kind != rules.KEEPER,
        )
        .group_by(Holder.holding_id)
    )
    return {row.holding_id: row.count for row in rows(session, query)}


def _part(name: str, query: Select[Any]) -> Any:
    return select(literal(name).label("part"), *query.subquery().c)


_LIMIT = bindparam("limit", type_=Integer)
_MINE: Any = bindparam("mine", type_=Holding.receiver.type)


def _waiting(has_ended: bool, more: bool) -> Any:
    parts = [
        _part(
            what,
            _ledger()
            .where(*fits(Rule(what), _MINE, has_ended=has_ended))
            .order_by(Holding.place)
            .limit(_LIMIT),
        )
        for what in (CONFIRM, INSTRUCT, CARRY_OUT, ACKNOWLEDGE)
        if has_ended or more or what != INSTRUCT
    ]
    asked = and_(Holding.discloser == _MINE, Holding.step == Step.HELD, Holding.question != "")
    if (
        not has_ended and not more
    ):  # while the agreement is in force nothing has to be instructed, but what was asked for
        parts.append(_part(INSTRUCT, _ledger().where(asked).order_by(Holding.place).limit(_LIMIT)))
    if more:
        two = or_(Holding.discloser == _MINE, Holding.receiver == _MINE)
        others = or_(
            and_(Holding.discloser == _MINE, Holding.step.in_(sorted(TO_CARRY_OUT))),
            and_(Holding.receiver == _MINE, Holding.step == Step.CARRIED_OUT),
        )
        parts += [
            _part(
                RETAINED,
                _ledger().where(two, Holding.step == Step.RETAINED).order_by(Holding.place).limit(_LIMIT),
            ),
            _part(OTHERS, _ledger().where(others).order_by(Holding.place).limit(_LIMIT)),
        ]
    return union_all(*parts)


_WAITING = {(ended, more): _waiting(ended, more) for ended in (False, True) for more in (False, True)}


def waiting(
    session: Session, reader: Actor, *, has_ended: bool, limit: int, more: bool = False
) -> Sequence[Any]:
    """What waits for the reader's side, by `part`: records to CONFIRM, what to INSTRUCT, to CARRY_OUT, to ACKNOWLEDGE, in
    the order of the ledger, at most `limit` of each; with `more` what is RETAINED by law, and what waits for the OTHERS;
    one statement."""
    if not may_read(reader):
        return []
    given = {"mine": reader.party, "limit": limit}
    question = (reader.party, has_ended, limit, more)
    found: Sequence[Any] = read_once(
        _AWAITED, session, question, lambda: rows(session, _WAITING[has_ended, more], given).all()
    )
    return found


_AWAITED: Kept[Sequence[Any]] = Kept(30)


_TALLY = select(
    Holding.discloser, Holding.receiver, Holding.step, Holding.instruction, func.count().label("count")
).group_by(Holding.discloser, Holding.receiver, Holding.step, Holding.instruction)


@dataclass(frozen=True)
class Tally:
    """How many lines stand how, from whom to whom (R5-2)."""

    counts: Mapping[tuple[str, str, str, str], int]

    def of(self, *steps: str, discloser: str = "", receiver: str = "", instruction: str | None = None) -> int:
        """How many stand at one of `steps`, of that discloser, with that receiver, under that instruction."""
        return sum(
            count
            for (gave, got, step, told), count in self.counts.items()
            if step in steps
            and discloser in {"", gave}
            and receiver in {"", got}
            and instruction in {None, told}
        )

    @property
    def open(self) -> int:
        """How many are not settled."""
        return self.of(*OPEN)

    @property
    def ways(self) -> list[tuple[str, str]]:
        """From whom to whom there is anything."""
        return sorted({(gave, got) for gave, got, *_ in self.counts})


def tally(session: Session, reader: Actor) -> Tally:
    """How many lines stand how; one statement."""
    if not may_read(reader):
        return Tally({})
    return Tally({tuple(row[:4]): row.count for row in rows(session, _TALLY)})


_OPEN = select(func.count()).select_from(Holding).where(Holding.step.in_(sorted(OPEN)))


def open_after_end(session: Session) -> int:
    """How many lines are still open after the end of the agreement; none before it, and none where the parties have
    left the measures out. For what every page shows: one statement after the end, none before (R5-7)."""
    reach = reach_of(session, agreement.edition(session), today_of(session))
    if not reach.has_ended or reach.is_voluntary:
        return 0
    counted: int = rows(session, _OPEN).scalar_one()
    return counted


@dataclass(frozen=True)
class Due:
    """What a party is to be reminded of after the end (R5-4)."""

    key: str
    """The same for the same thing on the same day, so that it is told once."""
    what: Falls
    on: dt.date
    party: str
    reach: Reach
    open: int
    """How many lines of the party's are open."""
    to_instruct: int
    to_carry_out: int
    to_acknowledge: int


def due(session: Session, reader: Actor, today: dt.date) -> list[Due]:
    """What has fallen due by `today` for the reader's party as long as anything of it is open, the latest last: the
    target day, then every week, and the days before what survives the end runs out (R5-4)."""
    party = reader.party
    if party is None or not may_read(reader):
        return []
    reach = reach_of(session, agreement.edition(session), today)
    fallen = rules.reminders(reach)
    if not fallen:
        return []
    found = tally(session, reader)
    open_ = found.of(*OPEN, discloser=party) + found.of(*OPEN, receiver=party)
    if not open_:
        return []
    return [
        Due(
            key=f"handback {party} {what.value} {on.isoformat()}",
            what=what,
            on=on,
            party=party,
            reach=reach,
            open=open_,
            to_instruct=found.of(Step.HELD, discloser=party),
            to_carry_out=found.of(Step.HELD, *TO_CARRY_OUT, receiver=party),
            to_acknowledge=found.of(Step.CARRIED_OUT, discloser=party),
        )
        for what, on in fallen
    ]


_SECRETS = (
    select(Holding.id.label("holding"), Holding.received_on, Handover.id, Handover.reference, Handover.discloser,
           Handover.marking)
    .select_from(Holding)
    .join(Handover, Handover.id == Holding.handover_id)
    .where(
        Handover.marking != "open", Holding.step.in_(sorted(LISTED)),
        Holding.received_on.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Holding.received_on, Holding.place)
)  # fmt: skip


def secrets_ending(session: Session, reader: Actor, today: dt.date, *, within: int) -> list[tuple[Any, dt.date]]:
    """Every secret that is kept so up to a day that lies no more than so many days ahead, with that day; two statements
    (R7-3)."""
    edition = agreement.edition(session)
    months = edition.confidentiality_months
    if months is None or not may_read(reader):
        return []
    longest = dt.timedelta(days=31 * months + 31)
    found = rows(session, _SECRETS, {"first": today - longest, "last": today}).all()
    if not found:
        return []
    settled, reach = agreement.settled(session, edition), reach_of(session, edition, today)
    ending = []
    for row in found:
        kept = secrecy(edition, settled, reach, marking=row.marking, received_on=row.received_on)
        if kept is not None and today <= kept.until <= today + dt.timedelta(days=within):
            ending.append((row, kept.until))
    return ending


# --------------------------------------------------------------------------------------- papers


def between(
    session: Session,
    reader: Actor,
    discloser: str,
    receiver: str,
    *wanted: ColumnElement[bool],
    holding: str = "",
    limit: int = COUNTED,
) -> Sequence[Whole]:
    """The lines from one party to another that stand in the ledger, whole, in its order; three statements."""
    if not may_read(reader):
        return []
    query = _recorded().where(
        Holding.discloser == discloser,
        Holding.receiver == receiver,
        Holding.step.in_(sorted(LISTED)),
        *wanted,
    )
    if holding:
        query = query.where(Holding.id == holding)
    return _whole(session, reader, rows(session, query.order_by(Holding.place).limit(limit)).all())


# --------------------------------------------------------------------------------------- what the house asks


def file_digests(session: Session) -> set[str]:
    """Every file that a line or a draft still names; the sweeper leaves these alone (row 85)."""
    return {one for one in session.scalars(select(HandoverFile.sha256).distinct()) if one}


def standing_of(row: Any) -> Standing:
    """How a holding stands by its columns."""
    return Standing(
        step=Step(row.step),
        confirmed=row.confirmed,
        question=row.question,
        instruction=row.instruction,
        erases=row.erases,
        done=row.done,
    )


def faults(session: Session) -> Iterator[str]:
    """The reference of every line whose stored words are not those its digest was taken over, or of which the columns
    are not what its acts have made of them (rows 24, 92; I12)."""
    for reference, listed_digest, digest, sealed, erased_at in session.execute(
        select(
            Handover.reference,
            Handover.digest,
            HandoverRecord.digest,
            HandoverRecord.sealed,
            Handover.erased_at,
        )
        .join(HandoverRecord, HandoverRecord.handover_id == Handover.id)
        .order_by(Handover.number)
    ):
        is_whole = (
            sealed is None if erased_at is not None else sealed is not None and bodies.holds(sealed, digest)
        )
        if listed_digest != digest or not is_whole:
            yield reference
    acts: dict[str, list[Any]] = {}
    for act in session.execute(
        select(*_T["holding_acts"].c).order_by(HoldingAct.holding_id, HoldingAct.number)
    ):
        acts.setdefault(act.holding_id, []).append(act)
    for row in session.execute(_ledger(Holding.acts.label("acts")).order_by(Holding.place)):
        told, own = Standing(), acts.get(row.holding, [])
        for act in own:
            told = rules.after(told, act.act, act.choice, erases=act.erases)
        if row.step == Step.REPLACED and row.corrected_by_id:
            told = replace(told, step=Step.REPLACED, question="")
        is_whole = [act.number for act in own] == list(range(1, row.acts + 1)) and all(
            act.digest == bodies.act_digest(act, record=row.digest, receiver=row.receiver) for act in own
        )
        if told != standing_of(row) or not is_whole:
            yield row.reference


# --------------------------------------------------------------------------------------- inside


def _narrowed(query: Select[Any], reader: Actor, filters: Filters) -> Select[Any]:
    for word in normal_search(filters.words).split()[:_MOST_WORDS]:
        query = query.where(Handover.normal.contains(word, autoescape=True))
    for word in normal_search(filters.holder).split()[:_MOST_WORDS]:
        query = query.where(_is_held_by(reader, word))
    for column, value in (
        (Holding.discloser, filters.discloser),
        (Holding.receiver, filters.receiver),
        (Handover.kind, filters.kind),
        (Handover.activity_id, filters.activity),
    ):
        if value:
            query = query.where(column == value)
    if filters.first_day is not None:
        query = query.where(Handover.disclosed_on >= filters.first_day)
    if filters.last_day is not None:
        query = query.where(Handover.disclosed_on <= filters.last_day)
    if filters.state:
        query = query.where(STATES[filters.state])
    return query


def _is_held_by(reader: Actor, word: str) -> ColumnElement[bool]:
    """Whether somebody of that name has copies, as far as the reader may see who has (row 6)."""
    own = reader.party if reader.may(Permission.READ_OWN_SIDE) else None
    held = select(Holder.id).where(
        Holder.holding_id == Holding.id, Holder.normal.contains(word, autoescape=True)
    )
    return and_(or_(Holding.discloser == own, Holding.receiver == own), held.exists())
