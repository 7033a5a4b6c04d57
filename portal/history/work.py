"""`Work`, the only way to change anything: one transaction, one actor, one moment, one writer at a time."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Table, Text, bindparam, column, insert, select, table, true, update
from sqlalchemy import event as hooks
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import ORMExecuteState, Session

from portal.access.actor import SYSTEM, Actor
from portal.access.policy import Permission
from portal.history.event import JOINT, Event, kept
from portal.history.models import Entry, Head, Instance, Message, OnceKey, Payload, SearchWords, ToFile
from portal.history.seal import Sealed, seal
from portal.kernel.clock import Clock, day_in_japan
from portal.kernel.db import (
    Engines,
    Model,
    Recorded,
    Subject,
    connection_of,
    reads_on,
    rows,
    sent_together,
    take_the_writer_lock,
)
from portal.kernel.errors import MovedUnderThePen
from portal.kernel.ids import new_id
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


@dataclass(frozen=True, kw_only=True)
class ClockWentBack(Event):
    """The server's clock stood more than five seconds before the last entry (row 39)."""

    verb = "clock.went_back"
    trail = N_(
        "サーバーの時計が直前の記録より%(seconds)s秒戻っていました。記録の時刻は直前の記録にそろえました。"
    )

    seconds: int
    note: str = kept("")


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
        self._changed: dict[Subject, str] = {}
        self._shared: set[str] = set()
        self._told: set[Subject] = set()
        self._location: str | None = None
        self.entries: list[Entry] = []

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

    def record(self, event: Event, *also_about: Subject, by: Actor | None = None) -> Entry:
        """`event` stands as the next entry of its chain, sealed to the one before, and with it the messages of the
        parties that are told, and what their archives are to file. `also_about` names further rows that it tells of."""
        actor = by or self.actor
        words = event.words()
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
            facts=event.facts(),
            words=words,
        )
        self.session.flush()  # what is told stands before what tells it
        self._told |= {event.about, *also_about}
        place = {"chain": event.chain, "number": sealed.entry.number}
        searched = [*event.words().values(), str(event.facts().get("reference") or "")]
        with sent_together(self.session):
            self._write(sealed, normal_search("\n".join(searched)))
            for party in event.parties_told(self.parties, actor.party):
                rows(self.session, _MESSAGE, {"id": new_id(), "party": party, "at": self.at, **place})
            if event.is_receipted and event.chain == JOINT:
                rows(self.session, _TO_FILE, place)
        self.entries.append(sealed.entry)
        return sealed.entry

    def _write(self, sealed: Sealed, normal: str) -> None:
        """The entry stands at the end of its chain, with its words, and in normal form those to search it by. Past the
        session, which has nothing to do with rows that are never changed again, and takes longer over them."""
        entry = sealed.entry
        place = {"chain": entry.chain, "number": entry.number}
        rows(self.session, _ENTRY, {name: getattr(entry, name) for name in _ENTRY_COLUMNS})
        words = [
            {"field": one.field, "salt": one.salt, "content": one.content, **place} for one in sealed.payloads
        ]
        if words:
            connection_of(self.session).execute(_PAYLOAD, words)
        if normal:
            rows(self.session, _SEARCH_WORDS, {"normal": normal, **place})
        head = {"number": entry.number, "leaf": entry.leaf, "at": entry.at}
        if entry.chain in self._heads:
            rows(self.session, _NEXT_HEAD, {"of": entry.chain, **head})
        else:
            rows(self.session, _FIRST_HEAD, {"chain": entry.chain, **head})
        self._heads[entry.chain] = entry

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
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, Recorded) and (row not in session.dirty or session.is_modified(row)):
                self._changed.setdefault(row.subject, type(row).__name__)
                if row.is_shared:
                    self._shared.add(type(row).__name__)

    def finish(self) -> None:
        """Everything is flushed and everything changed was told, on the joint chain what all parties share; raises
        UnrecordedChange otherwise."""
        self.session.flush()
        untold = [name for subject, name in self._changed.items() if subject not in self._told]
        if untold:
            raise UnrecordedChange(f"changed, but not told: {', '.join(sorted(set(untold)))}")
        if self._shared and all(entry.chain != JOINT for entry in self.entries):
            raise UnrecordedChange(f"changed, but not told to all: {', '.join(sorted(self._shared))}")
        if self._once and self._location:
            key, fingerprint = self._once
            given = {"key": key, "fingerprint": fingerprint, "location": self._location}
            rows(self.session, _ONCE, {"member_id": self.actor.member_id, "at": self.at, **given})


@dataclass(frozen=True)
class Works:
    """Where Works begin: the engines, the clock, and how an actor is read anew under the lock."""

    engines: Engines
    clock: Clock
    host: str
    """The host name of the portal's own address: part of every origin (row 33)."""
    reread: Callable[[Session, Actor, dt.datetime], Actor]
    """The actor as the tables have it at a moment; raises NotAllowed for one whose account or session has ended."""
    parties: Callable[[Session], Mapping[str, Any]]
    """The parties of the edition in force by their keys, in its order, each as the package that knows them has it."""
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
            instance, heads, earlier = self._opened(session, once)
            last = max((head.at for head in heads), default=None)
            now = self.clock.now()
            at = max(now, last) if last else now
            reads_on(session, day_in_japan(at))
            fresh = self.reread(session, actor, at)
            if once and earlier:
                _refuse_again(earlier, fresh, once)
            work = Work(
                session,
                actor=fresh,
                at=at,
                origin=f"{self.host}/{instance}",
                parties=self.parties(session),
                heads=heads,
                once=once,
            )
            session.info[_WORK] = work
            if last and last - now > _BACKWARDS and not _is_told_already(session, last):
                seconds = int((last - now).total_seconds())
                work.record(ClockWentBack(about=Subject("portal", "clock"), seconds=seconds), by=SYSTEM)
            yield work
            work.finish()
            session.commit()

    def _opened(
        self, session: Session, once: tuple[str, str] | None
    ) -> tuple[str, Sequence[Any], Any | None]:
        """What is read first under the lock: the identifier of this instance, the last entry of each chain, and whether this
        very submission was carried out before."""
        try:
            found = rows(session, _OPENING, {"once": once[0] if once else None}).all()
        except (OperationalError, ProgrammingError):
            self.must_be_writable(None)  # no such table: nothing was ever migrated here
            raise
        if not found:
            self.must_be_writable(None)
            return UNFOUNDED, (), None
        first = found[0]
        self.must_be_writable(first.version)
        heads = [row for row in found if row.chain]  # none before founding
        return first.instance or UNFOUNDED, heads, first if first.location else None


class _Writing(Session):
    """The session of a Work."""


_WORK = "work"


@hooks.listens_for(_Writing, "do_orm_execute")
def _refuse_bulk_changes(state: ORMExecuteState) -> None:
    if not state.is_select:
        raise BulkChange(type(state.statement).__name__)


@hooks.listens_for(_Writing, "before_flush")
def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    work: Work = session.info[_WORK]
    work.note_changes()


UNFOUNDED = "unfounded"
"""What stands in an origin for the instance, in the Work that founds it."""
_HEAD = cast(Table, Head.__table__)
_ALEMBIC = table("alembic_version", column("version_num"))
_OPENING = select(
    _HEAD.c.chain,
    _HEAD.c.number,
    _HEAD.c.leaf,
    _HEAD.c.at,
    OnceKey.member_id,
    OnceKey.fingerprint,
    OnceKey.location,
    select(Instance.id).limit(1).scalar_subquery().label("instance"),
    _ALEMBIC.c.version_num.label("version"),
).select_from(
    _ALEMBIC.outerjoin(_HEAD, true()).outerjoin(OnceKey, OnceKey.key == bindparam("once", type_=Text()))
)
_FIRST_HEAD = insert(_HEAD)
_NEXT_HEAD = update(_HEAD).where(_HEAD.c.chain == bindparam("of"))
_ENTRY_COLUMNS = tuple(Entry.__table__.columns.keys())
_ENTRY, _PAYLOAD, _SEARCH_WORDS, _MESSAGE, _TO_FILE, _ONCE = (
    insert(cast(Table, model.__table__)) for model in (Entry, Payload, SearchWords, Message, ToFile, OnceKey)
)


def _is_told_already(session: Session, last: dt.datetime) -> bool:
    """Whether it was told that the clock stands before `last`: until it has caught up, every entry has that
    very moment, and once is enough."""
    told = select(Entry.number).where(
        Entry.chain == JOINT, Entry.verb == ClockWentBack.verb, Entry.at == last
    )
    return session.execute(told.limit(1)).first() is not None


def _refuse_again(earlier: Any, actor: Actor, once: tuple[str, str]) -> None:
    if earlier.member_id == actor.member_id and earlier.fingerprint == once[1]:
        raise AlreadyDone(earlier.location)
    raise SentForSomethingElse()
