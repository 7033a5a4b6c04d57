"""`Work`, the only way to change anything: one transaction, one actor, one moment, one writer at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Select, Table, Text, bindparam, column, insert, select, table, update
from sqlalchemy import event as hooks
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.access.actor import SYSTEM, Actor
from portal.access.policy import Permission
from portal.history.event import JOINT, Event, kept
from portal.history.models import Entry, Head, Instance, Message, OnceKey, Payload, SearchWords, ToFile
from portal.history.seal import SealedEntry, seal
from portal.kernel.clock import Clock, day_in_japan
from portal.kernel.db import (
    Engines,
    Model,
    Packed,
    Recorded,
    Subject,
    ask,
    connection_of,
    forget_what_was_asked,
    kept_together,
    let_go_of_held,
    reads_on,
    rows,
    take_the_writer_lock,
)
from portal.kernel.errors import MovedUnderThePen
from portal.kernel.ids import new_id
from portal.kernel.statements import WriteStatement
from portal.kernel.typed import normal_search
from portal.kernel.words import N_

Row = TypeVar("Row", bound=Model)
_BACKWARDS = dt.timedelta(seconds=5)


class UnrecordedChange(Exception):
    """Something was changed that no event of the same Work tells, or what all parties share was changed and none
    of it told on the joint chain; nothing has been kept."""


class BulkChange(Exception):
    """A statement that changes rows nobody could name; changes go row by row."""


class AlreadyDone(Exception):
    """This very submission was carried out before; `location` is where its outcome is seen (I7)."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class SentForSomethingElse(MovedUnderThePen):
    """A form's own key came again with other content."""

    sentence = N_("この画面は一度送信されています。同じ画面から別の内容は送信できません。")
    next_step = N_("ページを読み込み直し、いまの状態を確かめてから操作してください。")


class ClockWentBack(Event):
    """The server's clock stood more than five seconds before the last entry (row 39)."""

    verb = "clock.went_back"
    trail = N_(
        "サーバーの時計が直前の記録より%(seconds)s秒戻っていました。記録の時刻は直前の記録にそろえました。"
    )

    seconds: int
    note: str = kept(default="")


class Work:
    """What a command gets: a session that writes, the actor, the moment, and `record`."""

    def __init__(
        self,
        session: Session,
        *,
        actor: Actor,
        at: dt.datetime,
        origin: str,
        parties: Mapping[str, Any],
        heads: Iterable[Any],
        once: tuple[str, str] | None,
    ) -> None:
        self.session = session
        self.actor = actor
        self.at = at
        """The one moment of everything in this Work: aware, UTC, never before an earlier entry's."""
        self.origin = origin
        self.parties = tuple(parties)
        """The keys of the parties of the edition in force, in its order."""
        self.party_rules = parties
        """What each of them had settled for its own side when this Work began."""
        self._once = once
        self._heads: dict[str, Any] = {head.chain: head for head in heads}
        """The last entry of each chain, as far as this Work has come."""
        self._begun = frozenset(self._heads)
        self._told_rows: dict[WriteStatement, list[dict[str, Any]]] = {statement: [] for statement in _TELLING}
        """What is to stand in the history when this Work ends, by the statement that writes it."""
        self._changed: dict[Subject, str] = {}
        self._shared: set[str] = set()
        self._told: set[Subject] = set()
        self._location: str | None = None
        self.entries: list[SealedEntry] = []

    @property
    def today(self) -> dt.date:
        """The day in Asia/Tokyo on which this Work falls."""
        return day_in_japan(self.at)

    def must(self, permission: Permission) -> None:
        """Raises NotAllowed unless the actor, as read under the lock, holds `permission` (row 28)."""
        self.actor.must(permission)

    def add(self, row: Row) -> Row:
        """`row` will be stored when this Work commits."""
        self.session.add(row)
        return row

    def put(self, row: Row) -> Row:
        """`row` stands before anything else is read or written, past the session, which takes longer over it: for rows that
        are never changed again."""
        self._note(row)
        values = {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
        self.session.flush()
        ask(self.session, _insert_into(type(row)), values)
        return row

    def change(self, row: Model, columns: dict[str, Any]) -> None:
        """The columns of `row`, which is stored, say this before anything else is read or written, past the session, which
        takes longer over it."""
        self._note(row)
        self.session.flush()
        key = {f"of_{column.name}": getattr(row, column.name) for column in row.__table__.primary_key}
        ask(self.session, _update_of(type(row), tuple(columns)), columns | key)
        for name, value in columns.items():
            set_committed_value(row, name, value)

    def record(self, event: Event, *also_about: Subject, by: Actor | None = None) -> SealedEntry:
        """`event` is the next entry of its chain, sealed to the one before; with it stand, when this Work ends, the messages
        of the parties that are told, and what their archives are to file. `also_about` names further rows that it tells of."""
        actor, facts, said = by or self.actor, event.facts(), event.words()
        words = dict(said)
        if actor.is_signed_in:
            words |= {key: value for key, value in (("name", actor.name), ("post", actor.post)) if value}
        sealed = seal(
            self._heads.get(event.chain),
            chain=event.chain,
            origin=self.origin,
            at=self.at,
            verb=event.verb,
            clause=event.under or event.clause,
            subject_kind=event.about.kind,
            subject_id=event.about.id,
            activity_id=event.activity_id,
            party=actor.party,
            actor_id=actor.member_id,
            once=hashlib.sha256(" ".join(self._once).encode()).hexdigest() if self._once else None,
            is_chronicle=event.chronicle is not None,
            facts=facts,
            words=words,
        )
        self._told |= {event.about, *also_about}
        entry = sealed.entry
        place = {"chain": entry.chain, "number": entry.number}
        told = self._told_rows
        told[_ENTRY].append(entry._asdict())
        told[_PAYLOAD].extend(sealed.payloads)
        normal = normal_search("\n".join([*said.values(), str(facts.get("reference") or "")]))
        if normal:
            told[_SEARCH_WORDS].append({"normal": normal, **place})
        for party in event.parties_told(self.parties, actor.party):
            told[_MESSAGE].append({"id": new_id(), "party": party, "at": self.at, **place})
        if event.is_receipted and event.chain == JOINT:
            told[_TO_FILE].append(place)
        self._heads[entry.chain] = entry
        self.entries.append(entry)
        return entry

    def last_number(self, chain: str) -> int | None:
        """The number of the last entry of `chain` so far; None where there is none."""
        head = self._heads.get(chain)
        return head.number if head else None

    def answer(self, location: str) -> str:
        """This submission's outcome is to be seen at `location`; sent again, it leads there again (I7)."""
        self._location = location
        return location

    def note_changes(self) -> None:
        """Every `Recorded` row that the next flush changes is noted by its subject."""
        session = self.session
        for row in (*session.new, *session.deleted, *filter(session.is_modified, session.dirty)):
            self._note(row)

    def _note(self, row: object) -> None:
        """`row` changes: what was held may hold no longer, and it is to be told."""
        let_go_of_held(self.session)
        if isinstance(row, Recorded):
            self._changed.setdefault(row.subject, type(row).__name__)
            if row.is_shared:
                self._shared.add(type(row).__name__)

    def finish(self) -> None:
        """Everything is kept, with what was told of it. Raises UnrecordedChange where something was changed and not told, or
        not told on the joint chain though all parties share it."""
        self.session.flush()
        untold = [name for subject, name in self._changed.items() if subject not in self._told]
        if untold:
            raise UnrecordedChange(f"changed, but not told: {', '.join(sorted(set(untold)))}")
        if self._shared and all(entry.chain != JOINT for entry in self.entries):
            raise UnrecordedChange(f"changed, but not told to all: {', '.join(sorted(self._shared))}")
        with kept_together(self.session):
            self._write()

    def _write(self) -> None:
        """What was recorded stands, each entry at the end of its chain, and what this submission led to. Past the session,
        which has nothing to do with rows that are never changed again, and takes longer over them."""
        connection = connection_of(self.session)
        for statement, told in self._told_rows.items():
            if told:
                statement.carry_out(connection, *told)
        for chain in sorted({entry.chain for entry in self.entries}):
            last = self._heads[chain]
            head = {"number": last.number, "leaf": last.leaf, "at": last.at}
            if chain in self._begun:
                _NEXT_HEAD.carry_out(connection, {"of": chain, **head})
            else:
                _FIRST_HEAD.carry_out(connection, {"chain": chain, **head})
        if self._once and self._location:
            key, fingerprint = self._once
            given = {"key": key, "fingerprint": fingerprint, "location": self._location}
            _ONCE.carry_out(connection, {"member_id": self.actor.member_id, "at": self.at, **given})


class Opening(Protocol):
    """What the floors above have every Work read first, under the lock and in the statement of its own opening."""

    statement: Select[Any]
    """`OPENING`, with what they add to it."""

    def given(self, actor: Actor, at: dt.datetime) -> Mapping[str, object]:
        """The parameters of what they added, for a Work of `actor` at `at`."""

    def actor(self, actor: Actor, row: Any) -> Actor:
        """The actor as the tables have it; raises NotAllowed for one whose account or session has ended."""

    def parties(self, session: Session, row: Any) -> Mapping[str, Any]:
        """The parties of the edition in force by their keys, in its order, each as the package that knows them has it."""


@dataclass(frozen=True)
class Works:
    """Where Works begin: the engines, the clock, and how an actor is read anew under the lock."""

    engines: Engines
    clock: Clock
    host: str
    """The host name of the portal's own address: part of every origin (row 33)."""
    opening: Opening
    must_be_writable: Callable[[str | None], None] = lambda _version: None
    """Raises for the schema's version, read under the lock, if this portal was not written for it (row 119)."""

    @contextmanager
    def begin(self, actor: Actor, *, once: tuple[str, str] | None = None) -> Iterator[Work]:
        """A Work: committed as a whole at the end of the block, or, when anything is raised, not at all.

        `once` is the submission's own key and fingerprint. Raises AlreadyDone when it was carried out before,
        SentForSomethingElse when the key came with other content, UnrecordedChange when a change was not told.
        """
        with _Writing(self.engines.writer, expire_on_commit=False) as session:
            take_the_writer_lock(session)
            now = self.clock.now()
            row = self._opened(session, actor, now, once)
            heads = _LAST.all_unpacked(row.heads)  # none before founding
            last = max((head.at for head in heads), default=None)
            at = max(now, last) if last else now
            if at != now:  # the clock went back: who may act, and which edition is in force, by the moment it goes by
                row = self._opened(session, actor, at, once)
            reads_on(session, day_in_japan(at))
            fresh = self.opening.actor(actor, row)
            if once and row.location:
                _refuse_again(row, fresh, once)
            work = Work(
                session,
                actor=fresh,
                at=at,
                origin=f"{self.host}/{row.instance or UNFOUNDED}",
                parties=self.opening.parties(session, row),
                heads=heads,
                once=once,
            )
            session.info[_WORK] = work
            if last and last - now > _BACKWARDS and not _is_told_already(session, last):
                seconds = int((last - now).total_seconds())
                work.record(ClockWentBack(about=Subject("portal", "clock"), seconds=seconds), by=SYSTEM)
            yield work
            work.finish()

    def _opened(
        self, session: Session, actor: Actor, at: dt.datetime, once: tuple[str, str] | None
    ) -> Any:
        """What is read first under the lock: this instance, the last entry of each chain, whether this very submission was
        carried out before, and what the floors above add."""
        given = {"once": once[0] if once else None, **self.opening.given(actor, at)}
        try:
            row = rows(session, self.opening.statement, given).first()
        except (OperationalError, ProgrammingError):
            self.must_be_writable(None)  # no such table or column: what is needed was never migrated here
            raise
        self.must_be_writable(row.version if row else None)
        assert row is not None  # a database without a version is not writable
        return row


class _Writing(Session):
    """The session of a Work."""


_WORK = "work"


@hooks.listens_for(_Writing, "do_orm_execute")
def _refuse_bulk_changes(state: ORMExecuteState) -> None:
    if not state.is_select:
        raise BulkChange(type(state.statement).__name__)
    connection_of(state.session)


@hooks.listens_for(_Writing, "after_soft_rollback")
def _ask_for_nothing_more(session: Session, _previous: Any) -> None:
    forget_what_was_asked(session)


@hooks.listens_for(_Writing, "before_flush")
def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    work: Work = session.info[_WORK]
    work.note_changes()
    connection_of(session)


UNFOUNDED = "unfounded"
"""What stands in an origin for the instance, in the Work that founds it."""
_HEAD = cast(Table, Head.__table__)
_ALEMBIC = table("alembic_version", column("version_num"))
_LAST = Packed(_HEAD.c.chain, _HEAD.c.number, _HEAD.c.leaf, _HEAD.c.at)
OPENING: Select[Any] = select(
    select(_LAST.all_by(_HEAD.c.chain)).scalar_subquery().label("heads"),
    OnceKey.member_id.label("sender"),
    OnceKey.fingerprint,
    OnceKey.location,
    select(Instance.id).limit(1).scalar_subquery().label("instance"),
    _ALEMBIC.c.version_num.label("version"),
).select_from(_ALEMBIC.outerjoin(OnceKey, OnceKey.key == bindparam("once", type_=Text())))
"""What every Work reads first, in one row."""
_NEXT_HEAD = WriteStatement(update(_HEAD).where(_HEAD.c.chain == bindparam("of")))


@cache
def _update_of(model: type[Model], columns: tuple[str, ...]) -> WriteStatement:
    at = cast(Table, model.__table__)
    key = (column == bindparam(f"of_{column.name}") for column in at.primary_key)
    return WriteStatement(update(at).where(*key).values({name: bindparam(name) for name in columns}))


@cache
def _insert_into(model: type[Model]) -> WriteStatement:
    return WriteStatement(insert(cast(Table, model.__table__)))


_TELLING = _ENTRY, _PAYLOAD, _SEARCH_WORDS, _MESSAGE, _TO_FILE = tuple(
    _insert_into(model) for model in (Entry, Payload, SearchWords, Message, ToFile)
)
"""The statements that write what was recorded, an entry before what points at it."""
_FIRST_HEAD, _ONCE = _insert_into(Head), _insert_into(OnceKey)


def _is_told_already(session: Session, last: dt.datetime) -> bool:
    """Whether it was told that the clock stands before `last`: until it has caught up, every entry has that
    very moment, and once is enough."""
    told = select(Entry.number).where(
        Entry.chain == JOINT, Entry.verb == ClockWentBack.verb, Entry.at == last
    )
    return session.execute(told.limit(1)).first() is not None


def _refuse_again(earlier: Any, actor: Actor, once: tuple[str, str]) -> None:
    if earlier.sender == actor.member_id and earlier.fingerprint == once[1]:
        raise AlreadyDone(earlier.location)
    raise SentForSomethingElse()
