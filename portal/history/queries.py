"""What a reader may see of the history: pages by key, one document's entries, one entry with its proof."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Result,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.history.chain import fault
from portal.history.erasing import erased_in
from portal.history.event import EVENTS, JOINT
from portal.history.models import Entry, Head, InboxMark, Message, MessageRead, Payload, SearchWords
from portal.history.seal import FIRST, moment_text
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.days import fiscal_year
from portal.kernel.db import Model, Moment, connection_of, json_object_of
from portal.kernel.digest import commitment
from portal.kernel.errors import NotFound
from portal.kernel.typed import normal_search
from portal.web.kept import Kept

PAGE = 50
COUNTED = 1_000
"""Counts are exact up to here; beyond, a page says 「1,000件超」 (decision 33)."""


class Reading(StrEnum):
    """The two readings of the one store."""

    CHRONICLE = "chronicle"
    """活動履歴: what the cooperation did."""
    TRAIL = "trail"
    """監査証跡: every act."""


@dataclass(frozen=True)
class Filters:
    """Which entries are asked for. Days are in Asia/Tokyo, both included; entries are newer than `since`."""

    reading: Reading = Reading.CHRONICLE
    party: str | None = None
    person: str | None = None
    verbs: tuple[str, ...] = ()
    """Only these verbs; empty: every verb."""
    activity: str | None = None
    clause: str | None = None
    subject: str | None = None
    """The identifier of one thing, such as a document."""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    since: dt.datetime | None = None
    words: tuple[str, ...] = ()
    """Every one of them, in any width and case."""


class Cursor(NamedTuple):
    """The place of an entry in the order of the pages: moment, chain, number."""

    at: dt.datetime
    chain: str
    number: int

    def text(self) -> str:
        """As an address carries it."""
        return f"{int(self.at.timestamp())}{self.at.microsecond:06}.{self.chain}.{self.number}"


def read_cursor(text: str | None) -> Cursor | None:
    """The place an address names; None for what names none."""
    micros, _, rest = (text or "").partition(".")
    chain, _, number = rest.rpartition(".")
    if not (chain and micros.isascii() and micros.isdigit() and len(micros) <= 18):
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= 15):
        return None
    try:
        at = dt.datetime.fromtimestamp(int(micros) // 1_000_000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Cursor(at.replace(microsecond=int(micros) % 1_000_000), chain, int(number))


class Line(NamedTuple):
    """One entry as a page needs it: its columns and its words. Two are equal if all that they say is."""

    chain: str
    number: int
    at: dt.datetime
    verb: str
    clause: str | None
    party: str | None
    actor_id: str | None
    subject_kind: str
    subject_id: str
    activity_id: str | None
    skeleton: str
    said: str
    """The words that its sentences say, by their field, as JSON."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The plain facts of the event."""
        return _facts(self.skeleton)

    @property
    def words(self) -> Mapping[str, str | None]:
        """The words by their field; None: erased."""
        return _words(self.said)

    @property
    def cursor(self) -> Cursor:
        """Its place in the order of the pages."""
        return Cursor(self.at, self.chain, self.number)


@dataclass(frozen=True)
class Page:
    """One page of the history, newest first, with the ways on from it."""

    lines: Sequence[Line]
    newer: Cursor | None
    older: Cursor | None
    count: int
    """How many entries the filters find in all; `COUNTED + 1` stands for more than that."""

    @property
    def is_counted(self) -> bool:
        """Whether `count` is exact."""
        return self.count <= COUNTED


# --- Who may read what ----------------------------------------------------------------------------


def chains_of(reader: Actor, reading: Reading = Reading.TRAIL) -> tuple[str, ...]:
    """The chains `reader` may read (rows 1, 21): the joint chain, and in the audit trail the own party's.

    A party's administrator reads the own chain too, who managed whom and what was drafted when, though not the
    drafts themselves (security.md 3.2). The operator and the public read none; an auditor only the joint one.
    """
    if not reader.may(Permission.READ):
        return ()
    if reading is Reading.TRAIL and reader.party and reader.may(Permission.READ_OWN_TRAIL):
        return JOINT, reader.party
    return (JOINT,)


# --- Pages ----------------------------------------------------------------------------------------

# Tables rather than entities, and statements built once for each shape: of a page of 50 rows, building the
# statements anew would take more time than the database does (performance.md).
_ENTRIES, _PAYLOADS, _HEADS, _SEARCH, _MESSAGES, _READS, _MARKS = (
    Model.metadata.tables[model.__tablename__]
    for model in (Entry, Payload, Head, SearchWords, Message, MessageRead, InboxMark)
)
_E = _ENTRIES.c
_COLUMNS = (
    _E.chain, _E.number, _E.at, _E.verb, _E.clause, _E.party, _E.actor_id,
    _E.subject_kind, _E.subject_id, _E.activity_id, _E.skeleton,
)  # fmt: skip
_EQUAL = {
    "party": _E.party,
    "person": _E.actor_id,
    "activity": _E.activity_id,
    "clause": _E.clause,
    "subject": _E.subject_id,
}


def page(
    session: Session,
    reader: Actor,
    filters: Filters,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int = PAGE,
) -> Page:
    """`limit` entries older than `before`, or newer than `after`, or the newest; two statements after something was
    recorded, and else none: entries never change, and of words that were erased another entry tells.

    Each chain (and each verb asked for) is read by its own index scan of at most `limit` rows; their merge is
    the page, however long the chains are. Nothing is skipped over, so every depth costs the same.
    """
    chains = chains_of(reader, filters.reading)
    if not chains:
        return Page((), None, None, 0)
    forward = after is not None and before is None
    own = next((chain for chain in chains if chain != JOINT), None)

    def read() -> list[Line]:
        shape, values = _asked(chains, filters, before=before, after=after, limit=limit + 1)
        return _lines(session, _page_statement(shape), values)

    found: list[Line] = read_once(_PAGES, session, (filters, before, after, limit), read, own=own)
    more, lines = len(found) > limit, found[:limit]
    if forward:
        lines.reverse()
    newer = older = None
    if lines:
        newer = lines[0].cursor if (more if forward else before is not None) else None
        older = lines[-1].cursor if (forward or more) else None
    shape, values = _asked(chains, filters, limit=0)
    return Page(lines, newer, older, _count(session, reader, shape, values))


_PAGES: Kept[list[Line]] = Kept(50)
_COUNTS: Kept[int] = Kept(500)


def _count(session: Session, reader: Actor, shape: _Shape, values: Mapping[str, Any]) -> int:
    """How many entries are found. An entry never changes, so the last leaves of the chains stand for all that can
    be found in them; but for the words, which a disposal may erase."""

    def count() -> int:
        counted: int = _run(session, _count_statement(shape), values).scalar_one()
        return counted

    if shape.words:
        return count()
    leaves = tuple((head.chain, head.leaf) for head in heads(session, reader))
    return _COUNTS.get((shape, tuple(values.items()), leaves), count)


def batch(
    session: Session, reader: Actor, filters: Filters, *, before: Cursor | None = None, limit: int
) -> list[Line]:
    """The `limit` entries that follow after `before` on the pages of the same filter, newest first, for who reads all
    of them; one statement. Entries never change, so the next batch may be read in another snapshot."""
    chains = chains_of(reader, filters.reading)
    if not chains:
        return []
    shape, values = _asked(chains, filters, before=before, limit=limit)
    return _lines(session, _page_statement(shape), values)


def count(session: Session, reader: Actor, filters: Filters) -> int:
    """How many entries the filters find; `COUNTED + 1` stands for more than that (decision 33)."""
    chains = chains_of(reader, filters.reading)
    if not chains:
        return 0
    shape, values = _asked(chains, filters, limit=0)
    counted: int = _run(session, _count_statement(shape), values).scalar_one()
    return counted


def _run(session: Session, statement: Any, values: Mapping[str, Any]) -> Result[*tuple[Any, ...]]:
    return connection_of(session).execute(statement, values)


class _Shape(NamedTuple):
    """What a statement is built from: everything of a question but its values."""

    chains: int
    verbs: int
    equal: tuple[str, ...]
    days: tuple[str, ...]
    words: int
    is_chronicle: bool
    places: tuple[str, ...] = ()
    """For each chain how it lies to the cursor; empty without one."""
    forward: bool = False
    limit: int = 0


def _asked(
    chains: Sequence[str],
    filters: Filters,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    limit: int,
) -> tuple[_Shape, dict[str, Any]]:
    """A question as a shape and its values."""
    given = {name: getattr(filters, name) for name in _EQUAL if getattr(filters, name) is not None}
    days: dict[str, Any] = {}
    if filters.first_day:
        days["first"] = _midnight(filters.first_day)
    if filters.last_day:
        days["last"] = _midnight(filters.last_day + dt.timedelta(days=1))
    if filters.since:
        days["since"] = filters.since
    words = [_like(normal) for word in filters.words if (normal := normal_search(word))]
    cursor = before or after
    forward = before is None and after is not None
    shape = _Shape(
        chains=len(chains),
        verbs=len(filters.verbs),
        equal=tuple(given),
        days=tuple(days),
        words=len(words),
        is_chronicle=filters.reading is Reading.CHRONICLE,
        places=tuple(_place(chain, cursor) for chain in chains) if cursor else (),
        forward=forward,
        limit=limit,
    )
    values = given | days
    values |= {f"chain{i}": chain for i, chain in enumerate(chains)}
    values |= {f"verb{i}": verb for i, verb in enumerate(filters.verbs)}
    values |= {f"word{i}": word for i, word in enumerate(words)}
    if cursor:
        values |= {"at": cursor.at, "number": cursor.number}
    return shape, values


def _place(chain: str, cursor: Cursor) -> str:
    return "here" if chain == cursor.chain else "before" if chain < cursor.chain else "after"


def _like(normal: str) -> str:
    """A pattern that finds `normal` anywhere; its own %, _ and ! stand for themselves (row 69)."""
    return f"%{normal.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


@lru_cache(maxsize=500)
def _page_statement(shape: _Shape) -> Any:
    """A merge of index scans, each of at most `shape.limit` rows: one a chain, or one a chain and verb. Only keys
    are merged, which the indexes hold; of those that make the page, the rows are read."""
    scans = _scans(shape)
    page = select(*_COLUMNS, _said())
    if len(scans) == 1:
        return page.where(*scans[0]).order_by(*_order(_E, shape.forward)).limit(shape.limit)
    keys = [
        select(_E.chain, _E.at, _E.number)
        .where(*conditions)
        .order_by(*_order(_E, shape.forward))
        .limit(shape.limit)
        for conditions in scans
    ]
    merged = union_all(*(select(key.subquery()) for key in keys)).subquery()
    found = select(merged).order_by(*_order(merged.c, shape.forward)).limit(shape.limit).subquery()
    here = and_(_E.chain == found.c.chain, _E.number == found.c.number)
    return page.join_from(found, _ENTRIES, here).order_by(*_order(found.c, shape.forward))


@lru_cache(maxsize=500)
def _count_statement(shape: _Shape) -> Any:
    """How many entries are found, exact to `COUNTED`, else `COUNTED + 1` (decision 33)."""
    scans = [
        select(literal(1).label("one")).select_from(_ENTRIES).where(*conditions).limit(COUNTED + 1)
        for conditions in _scans(shape)
    ]
    found = union_all(*(select(scan.subquery()) for scan in scans)).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(found)


def _order(columns: Any, forward: bool) -> list[ColumnElement[Any]]:
    keys: list[ColumnElement[Any]] = [columns.at, columns.number]
    if columns is not _E:
        keys.insert(1, columns.chain)
    return [key.asc() if forward else key.desc() for key in keys]


def _scans(shape: _Shape) -> list[list[ColumnElement[bool]]]:
    """The conditions of each scan: one per chain, or per chain and verb, so that every one has its index."""
    shared = _conditions(shape)
    scans: list[list[ColumnElement[bool]]] = []
    for number in range(shape.chains):
        own = [_E.chain == bindparam(f"chain{number}"), *shared]
        if shape.places:
            own.append(_beyond(shape.places[number], shape.forward))
        scans += [[*own, _E.verb == bindparam(f"verb{i}")] for i in range(shape.verbs)] or [own]
    return scans


def _beyond(place: str, newer: bool) -> ColumnElement[bool]:
    """Entries beyond the cursor in the order (moment, chain, number), as a range of the index."""
    at = bindparam("at", type_=Moment())
    if place == "here":
        here, there = tuple_(_E.at, _E.number), tuple_(at, bindparam("number", type_=_E.number.type))
        return here > there if newer else here < there
    if newer:
        return _E.at >= at if place == "after" else _E.at > at
    return _E.at <= at if place == "before" else _E.at < at


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if shape.is_chronicle:
        conditions.append(_E.is_chronicle.is_(True))
    conditions += [_EQUAL[name] == bindparam(name) for name in shape.equal]
    for name in shape.days:
        moment = bindparam(name, type_=Moment())
        conditions.append({"first": _E.at >= moment, "last": _E.at < moment, "since": _E.at > moment}[name])
    for number in range(shape.words):
        conditions.append(
            exists(literal(1))
            .where(_SEARCH.c.chain == _E.chain, _SEARCH.c.number == _E.number)
            .where(_SEARCH.c.normal.like(bindparam(f"word{number}"), escape="!"))
            .correlate(_ENTRIES)
        )
    return conditions


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), JAPAN)


_PLACE = re.compile(r"%\(([a-z_0-9]+)\)s")
_DECODER = json.JSONDecoder()


@lru_cache(maxsize=200)
def _facts(skeleton: str) -> dict[str, Any]:
    """The plain facts of an entry, asked for several times while it is told. Canonical JSON sorts its keys, and nothing
    before `facts` is free text."""
    start = skeleton.find('"facts":')
    try:
        facts = _DECODER.raw_decode(skeleton, start + len('"facts":'))[0] if start >= 0 else {}
    except ValueError:  # somebody changed the row: verify will name it, and the page still stands
        facts = {}
    return facts if isinstance(facts, dict) else {}


@lru_cache(maxsize=200)
def _words(said: str) -> Mapping[str, str | None]:
    """The words of an entry, asked for several times while it is told; nobody may change them."""
    return MappingProxyType(json.loads(said))


def _lines(session: Session, statement: Any, values: Mapping[str, Any]) -> list[Line]:
    """What a statement finds that asks for `_COLUMNS` and `_said`, which are a line's fields in their order."""
    return [Line._make(row) for row in _run(session, statement, values).all()]


@lru_cache(maxsize=1)
def _said() -> Any:
    """The words of an entry that a list says, fetched by their key together with it, as one text. Long words that
    no sentence says are left where they are."""
    names = sorted({"name", "post"}.union(*map(said_by, EVENTS)))
    field = _PAYLOADS.c.field + literal_column(
        "''"
    )  # not the column itself, or SQLite seeks each name in the index
    return (
        select(json_object_of(_PAYLOADS.c.field, _PAYLOADS.c.content))
        .where(_PAYLOADS.c.chain == _E.chain, _PAYLOADS.c.number == _E.number)
        .where(field.in_([literal_column(f"'{name}'") for name in names]))  # names of Python's own
        .correlate(_ENTRIES)
        .scalar_subquery()
        .label("said")
    )


def said_by(verb: str) -> frozenset[str]:
    """What the sentences of an event ask for."""
    event = EVENTS.get(verb)
    if event is None:
        return frozenset()
    sentences = (event.trail, event.chronicle or "", event.message or "")
    return frozenset(name for sentence in sentences for name in _PLACE.findall(sentence))


# --- What other pages show ------------------------------------------------------------------------


def latest(
    session: Session,
    reader: Actor,
    *,
    reading: Reading = Reading.TRAIL,
    subject: str | None = None,
    activity: str | None = None,
    limit: int = 20,
) -> list[Line]:
    """The last `limit` entries that `reader` may read, newest first; one statement at most: entries never change, and
    of words that were erased another entry tells."""
    chains = chains_of(reader, reading)
    if not chains:
        return []
    filters = Filters(reading=reading, subject=subject, activity=activity)

    def read() -> list[Line]:
        shape, values = _asked(chains, filters, limit=limit)
        return _lines(session, _page_statement(shape), values)

    own = next((chain for chain in chains if chain != JOINT), None)
    found: list[Line] = read_once(_LATEST, session, (filters, limit), read, own=own)
    return found


_LATEST: Kept[list[Line]] = Kept(200)


def of_document(session: Session, reader: Actor, document_id: str, limit: int = 20) -> list[Line]:
    """The last `limit` entries about one document, newest first; one statement at most."""
    return latest(session, reader, subject=document_id, limit=limit)


def of_activity(session: Session, reader: Actor, activity_id: str, limit: int = 20) -> list[Line]:
    """The last `limit` entries about one activity and its documents, newest first; one statement at most."""
    return latest(session, reader, activity=activity_id, limit=limit)


class Told(NamedTuple):
    """One お知らせ as its reader has it."""

    id: str
    is_read: bool
    line: Line


@dataclass(frozen=True)
class Inbox:
    """Which of the messages are asked for."""

    unread: bool = False
    party: str | None = None
    """Who acted."""
    verbs: tuple[str, ...] = ()
    """Only these verbs; empty: every verb."""


EVERYTHING = Inbox()


def messages(
    session: Session,
    reader: Actor,
    limit: int = 20,
    *,
    before: Cursor | None = None,
    inbox: Inbox = EVERYTHING,
) -> list[Told]:
    """What `reader`'s party is told of (お知らせ), newest first, older than `before`, each with whether `reader`, and
    nobody else, has read it; two statements at most. Of the party's own chain only to who reads that chain."""
    if not reader.party or not reader.may(Permission.READ):
        return []
    chains = chains_of(reader)

    def read() -> list[Told]:
        by_party = inbox.party is not None
        query = _messages_statement(limit, len(chains), inbox.unread, by_party, len(inbox.verbs))
        given: dict[str, Any] = _told_to(reader, chains) | {"acted": inbox.party}
        given |= {f"verb{i}": verb for i, verb in enumerate(inbox.verbs)}
        place = before or Cursor(dt.datetime.max.replace(tzinfo=dt.UTC), "", 0)
        given |= {"at": place.at, "number": place.number, "place": place.chain}
        return [Told(row[0], bool(row[1]), Line(*row[2:])) for row in _run(session, query, given).all()]

    found: list[Told] = _read_once_by(_TOLD, session, reader, (limit, before, inbox), read)
    return found


def unread_count(session: Session, reader: Actor) -> int:
    """How many messages `reader` has not read; `COUNTED + 1` stands for more than that. Two statements at most."""
    if not reader.party or not reader.may(Permission.READ):
        return 0
    chains = chains_of(reader)

    def count() -> int:
        counted: int = _run(session, _unread_statement(len(chains)), _told_to(reader, chains)).scalar_one()
        return counted

    counted: int = _read_once_by(_UNREAD, session, reader, (), count)
    return counted


_TOLD: Kept[list[Told]] = Kept(50)
_UNREAD: Kept[int] = Kept(500)


def _told_to(reader: Actor, chains: Sequence[str]) -> dict[str, Any]:
    given = {"party": reader.party, "me": reader.member_id or ""}
    return given | {f"chain{i}": chain for i, chain in enumerate(chains)}


def _read_once_by(
    kept: Kept[Any], session: Session, reader: Actor, question: Hashable, read: Callable[[], Any]
) -> Any:
    """What `read` gives of the reader's messages: read once, until something is told or the reader marks more as read.
    Marks only grow, so the moment up to which everything is read, and how many are marked by themselves, stand for all
    of them: they are read once in a snapshot."""
    own = next((chain for chain in chains_of(reader) if chain != JOINT), None)
    if as_of(session, *chains_of(reader)) is None:
        return read()
    me = reader.member_id or ""
    marks = session.info.get("marks")
    if marks is None or marks[0] != me:
        marks = session.info["marks"] = (me, *_run(session, _MARKED, {"me": me}).one())
    return read_once(kept, session, (reader.party, marks, question), read, own=own)


def told_in(session: Session, message_ids: Sequence[str]) -> list[Line]:
    """The entries of which these messages tell, the oldest first: for who tells of them by mail; one statement."""
    here = and_(_MESSAGES.c.chain == _E.chain, _MESSAGES.c.number == _E.number)
    query = (
        select(*_COLUMNS, _said())
        .join_from(_MESSAGES, _ENTRIES, here)
        .where(_MESSAGES.c.id.in_(message_ids))
        .order_by(_MESSAGES.c.at, _MESSAGES.c.number, _MESSAGES.c.chain)
    )
    return _lines(session, query, {})


def entry_line(session: Session, chain: str, number: int) -> Line:
    """One entry, for who sends a receipt of it."""
    query = select(*_COLUMNS, _said()).where(_E.chain == chain, _E.number == number)
    return _lines(session, query, {})[0]


def message(session: Session, reader: Actor, id: str) -> Message | None:
    """The message `id`, if it is the reader's party's and the reader may read it."""
    found = session.get(Message, id) if reader.party and reader.may(Permission.READ) else None
    return found if found and found.party == reader.party and found.chain in chains_of(reader) else None


def _is_read() -> ColumnElement[bool]:
    """Whether the person `me` has marked the message, or everything up to its moment, as read."""
    marked = exists().where(_READS.c.message_id == _MESSAGES.c.id, _READS.c.member_id == bindparam("me"))
    until = exists().where(_MARKS.c.member_id == bindparam("me"), _MARKS.c.read_until >= _MESSAGES.c.at)
    return or_(until.correlate(_MESSAGES), marked.correlate(_MESSAGES))


def _for_party(chains: int) -> list[ColumnElement[bool]]:
    return [
        _MESSAGES.c.party == bindparam("party"),
        _MESSAGES.c.chain.in_([bindparam(f"chain{i}") for i in range(chains)]),
    ]


@lru_cache(maxsize=200)
def _messages_statement(limit: int, chains: int, unread: bool, by_party: bool, verbs: int) -> Any:
    here = and_(_MESSAGES.c.chain == _E.chain, _MESSAGES.c.number == _E.number)
    order = (_MESSAGES.c.at, _MESSAGES.c.number, _MESSAGES.c.chain)
    place: tuple[Any, ...] = (bindparam("at", type_=_E.at.type), bindparam("number"), bindparam("place"))
    query = (
        select(_MESSAGES.c.id, _is_read().label("is_read"), *_COLUMNS, _said())
        .join_from(_MESSAGES, _ENTRIES, here)
        .where(*_for_party(chains), _MESSAGES.c.at <= place[0], tuple_(*order) < tuple_(*place))
        .order_by(*(column.desc() for column in order))
        .limit(limit)
    )
    if unread:
        query = query.where(~_is_read())
    if by_party:
        query = query.where(_E.party == bindparam("acted"))
    if verbs:
        query = query.where(_E.verb.in_([bindparam(f"verb{i}") for i in range(verbs)]))
    return query


_MARKED = select(
    select(_MARKS.c.read_until).where(_MARKS.c.member_id == bindparam("me")).scalar_subquery(),
    select(func.count()).select_from(_READS).where(_READS.c.member_id == bindparam("me")).scalar_subquery(),
)


@lru_cache(maxsize=4)
def _unread_statement(chains: int) -> Any:
    unread = select(_MESSAGES.c.id).where(*_for_party(chains), ~_is_read()).limit(COUNTED + 1)
    return select(func.count()).select_from(unread.subquery())


@dataclass(frozen=True)
class Month:
    """A month of the calendar in Japan, and what is told of it."""

    year: int
    month: int
    lines: Sequence[Line]

    @property
    def fiscal_year(self) -> int:
        """The 年度 it belongs to."""
        return fiscal_year(dt.date(self.year, self.month, 1))


def by_month(lines: Iterable[Line]) -> list[Month]:
    """The same lines in the same order, month by month."""
    months: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        day = day_in_japan(line.at)
        months.setdefault((day.year, day.month), []).append(line)
    return [Month(*key, own) for key, own in months.items()]


# --- What can be chosen ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who acted: as they were called at their last act that the reader may see."""

    id: str
    name: str | None
    post: str | None
    party: str | None


@dataclass(frozen=True)
class ActivityName:
    """An activity, by the reference and title of the first entry about it."""

    id: str
    reference: str
    title: str | None


def people(session: Session, reader: Actor, reading: Reading = Reading.TRAIL) -> list[Person]:
    """Everybody whose acts `reader` may see, by party and name; one statement, an index seek a person."""
    rows = _run(session, _people_statement(), {"chains": chains_of(reader, reading)})
    found: dict[str, Any] = {}
    for row in rows:
        if row.actor_id not in found or found[row.actor_id].at < row.at:
            found[row.actor_id] = row
    named = [Person(row.actor_id, row.name, row.post, row.party) for row in found.values()]
    return sorted(named, key=lambda one: (one.party or "", one.name or "", one.id))


_ACTIVITIES: Kept[Sequence[ActivityName]] = Kept(5)


def activities(session: Session, reader: Actor) -> Sequence[ActivityName]:
    """Every activity the joint chain tells of, by reference; one statement at most, an index seek an activity, read
    once by all readers until the joint chain grows."""
    chains = chains_of(reader, Reading.CHRONICLE)

    def read() -> Sequence[ActivityName]:
        rows = _run(session, _activities_statement(), {"chains": chains}).all()
        found = [
            ActivityName(row.activity_id, str(_facts(row.skeleton).get("reference") or ""), row.title) for row in rows
        ]
        return sorted(found, key=lambda one: (one.reference, one.id))

    snapshot = as_of(session, *chains)
    return _ACTIVITIES.get((chains, snapshot), read) if chains and snapshot else read()


@lru_cache(maxsize=1)
def _people_statement() -> Any:
    walked, last = _walk("actor_id", newest=True)
    name, post = _PAYLOADS.alias("name"), _PAYLOADS.alias("post")
    return (
        select(_E.actor_id, _E.party, _E.at, name.c.content.label("name"), post.c.content.label("post"))
        .select_from(walked)
        .join(_ENTRIES, and_(_E.chain == walked.c.chain, _E.number == last))
        .outerjoin(name, _payload(name, "name"))
        .outerjoin(post, _payload(post, "post"))
    )


@lru_cache(maxsize=1)
def _activities_statement() -> Any:
    walked, first = _walk("activity_id", newest=False)
    title = _PAYLOADS.alias("title")
    return (
        select(_E.activity_id, _E.skeleton, title.c.content.label("title"))
        .select_from(walked)
        .join(_ENTRIES, and_(_E.chain == walked.c.chain, _E.number == first))
        .outerjoin(title, _payload(title, "title"))
    )


def _payload(payload: Any, name: str) -> ColumnElement[bool]:
    return and_(payload.c.chain == _E.chain, payload.c.number == _E.number, payload.c.field == name)


def _walk(column: str, *, newest: bool) -> tuple[Any, Any]:
    """Every value of an indexed column on `:chains`, found by one seek each, and its last (or first) number.

    A DISTINCT would read the whole index; this asks again and again for the next value after the last one.
    """
    least = select(func.min(_E[column]))
    start = least.where(_E.chain == _HEADS.c.chain).correlate(_HEADS).scalar_subquery()
    begun = select(_HEADS.c.chain.label("chain"), start.label("value"))
    cte = begun.where(_HEADS.c.chain.in_(bindparam("chains", expanding=True))).cte("walked", recursive=True)
    above = least.where(_E.chain == cte.c.chain, _E[column] > cte.c.value).correlate(cte).scalar_subquery()
    cte = cte.union_all(select(cte.c.chain, above).where(cte.c.value.is_not(None)))
    inner = _ENTRIES.alias("of_value")
    order = [inner.c.at.desc(), inner.c.number.desc()] if newest else [inner.c.at, inner.c.number]
    number = (
        select(inner.c.number)
        .where(inner.c.chain == cte.c.chain, inner.c[column] == cte.c.value)
        .order_by(*order)
        .limit(1)
        .correlate(cte)
        .scalar_subquery()
    )
    return cte, number


# --- One entry, and the heads ---------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """One field of words: its commitment in the entry, and whether the words kept are the words sealed."""

    field: str
    commitment: str
    content: str | None
    state: str
    """`fits`, `erased`, or `differs`."""
    erased_by: int | None = None
    """The number of the entry of the same chain that tells of the erasing."""


@dataclass(frozen=True)
class Proof:
    """One entry with everything that proves it."""

    line: Line
    leaf: str
    previous: str
    skeleton: str
    opened: Sequence[Opened]
    fault: str | None
    """Why it does not hold, as a sentence of the catalogues; None: it holds."""
    has_next: bool


def proof(session: Session, reader: Actor, chain: str, number: int) -> Proof:
    """The entry with its proof; raises NotFound for one that `reader` may not know of."""
    if chain not in chains_of(reader) or not 0 < number < 2**53:
        raise NotFound()
    around = {
        entry.number: entry
        for entry in session.scalars(
            select(Entry).where(Entry.chain == chain, Entry.number.between(number - 1, number + 1))
        )
    }
    entry = around.get(number)
    if entry is None:
        raise NotFound()
    payloads = list(
        session.scalars(
            select(Payload).where(Payload.chain == chain, Payload.number == number).order_by(Payload.field)
        )
    )
    before = around.get(number - 1)
    erased = erased_in(session, chain).get(number, {})
    found = fault(
        entry,
        payloads,
        number=number,
        previous=before.leaf if before else FIRST,
        at=moment_text(before.at) if before else "",
        erased=erased,
    )
    values = (getattr(entry, column.name) for column in _COLUMNS)
    line = Line._make([*values, json.dumps({payload.field: payload.content for payload in payloads})])
    opened, has_next = _opened(entry, payloads, erased), number + 1 in around
    return Proof(line, entry.leaf, entry.previous, entry.skeleton, opened, found, has_next)


def _opened(entry: Entry, payloads: Sequence[Payload], erased: Mapping[str, int]) -> list[Opened]:
    try:
        commitments = json.loads(entry.skeleton)["commit"]
    except (ValueError, KeyError, TypeError):
        return []
    opened = []
    for payload in payloads:
        expected = str(commitments.get(payload.field, ""))
        if payload.content is None and payload.salt is None:
            state = "erased"
        else:
            state = "fits" if _fits(payload, expected) else "differs"
        opened.append(Opened(payload.field, expected, payload.content, state, erased.get(payload.field)))
    return opened


def _fits(payload: Payload, expected: str) -> bool:
    try:
        return commitment(bytes.fromhex(payload.salt or ""), payload.content or "") == expected
    except ValueError:
        return False


@dataclass(frozen=True)
class Sealed:
    """An entry as it is sealed, with its words and their salts, so that anybody can reckon it again."""

    line: Line
    previous: str
    leaf: str
    skeleton: str
    payloads: Sequence[Payload]


def sealed_of(
    session: Session,
    reader: Actor,
    subjects: Collection[str],
    *,
    own_side: bool,
    limit: int,
) -> list[Sealed]:
    """The first `limit` entries about any of `subjects` (things, or activities), the oldest first: of the joint chain,
    and, with `own_side`, of the reader's own, where they may read it; three statements (R9-3)."""
    chains = chains_of(reader) if own_side else chains_of(reader)[:1]
    if not chains or not subjects:
        return []
    entries = session.scalars(
        select(Entry)
        .where(
            Entry.chain.in_(chains),
            or_(Entry.subject_id.in_(subjects), Entry.activity_id.in_(subjects)),
        )
        .order_by(Entry.at, Entry.chain, Entry.number)
        .limit(limit)
    ).all()
    words: dict[tuple[str, int], list[Payload]] = {}
    for chain in chains:
        numbers = [one.number for one in entries if one.chain == chain]
        for payload in session.scalars(
            select(Payload)
            .where(Payload.chain == chain, Payload.number.in_(numbers))
            .order_by(Payload.number, Payload.field)
        ):
            words.setdefault((chain, payload.number), []).append(payload)
    return [_sealed(one, words.get((one.chain, one.number), [])) for one in entries]


def _sealed(entry: Entry, payloads: Sequence[Payload]) -> Sealed:
    said = {one.field: one.content for one in payloads}
    line = Line(
        entry.chain,
        entry.number,
        entry.at,
        entry.verb,
        entry.clause,
        entry.party,
        entry.actor_id,
        entry.subject_kind,
        entry.subject_id,
        entry.activity_id,
        entry.skeleton,
        json.dumps(said),
    )
    return Sealed(line, entry.previous, entry.leaf, entry.skeleton, payloads)


class HeadNow(NamedTuple):
    """The last entry of a chain: what a party writes down and keeps."""

    chain: str
    number: int
    leaf: str
    at: dt.datetime


def heads(session: Session, reader: Actor) -> list[HeadNow]:
    """The heads of the chains that `reader` may read, the joint chain first; read once in a snapshot."""
    chains = chains_of(reader)
    held: dict[tuple[str, ...], list[HeadNow]] = session.info.setdefault("heads", {})
    if chains not in held:
        found = {row.chain: HeadNow(*row) for row in _run(session, _heads_statement(), {"chains": chains})}
        held[chains] = [found[chain] for chain in chains if chain in found]
    return held[chains]


def note_heads(session: Session, reader: Actor, found: Iterable[HeadNow]) -> None:
    """A page read the heads of the chains that `reader` may read together with something else: they are known in its
    snapshot, and what does not change without an entry may be kept by them (`as_of`)."""
    known = list(found)
    session.info.setdefault("heads", {})[chains_of(reader)] = known
    session.info["leaves"] = {head.chain: head.leaf for head in known}


def as_of(session: Session, *chains: str | None) -> tuple[str, ...] | None:
    """What this page's snapshot of these chains is known by: their last leaves. While they are the same, nothing has
    changed of what the chains tell of, for nothing changes without an entry (architecture.md 2.6). None where they
    are not known: in a Work, which changes things before it tells of them, and for chains the reader may not read."""
    leaves: Mapping[str, str] = session.info.get("leaves", {})
    found = []
    for chain in chains:
        if chain is None or chain not in leaves:
            return None
        found.append(leaves[chain])
    return tuple(found)


def read_once(
    kept: Kept[Any], session: Session, question: Hashable, read: Callable[[], Any], *, own: str | None = None
) -> Any:
    """What `read` gives of what all parties share (`Recorded.is_shared`): read once by all who ask the same, until the
    joint chain grows. Whoever asks may read all of it, and has been asked before; where an answer is not the same for every
    reader, the `question` says for whom it is. With the reader's party as `own`, what
    that party keeps to itself is in it, too: then it is read once by those of that side, until its own chain grows."""
    chains = (JOINT,) if own is None else (JOINT, own)
    snapshot = as_of(session, *chains)
    return read() if snapshot is None else kept.get((chains, snapshot, question), read)


@lru_cache(maxsize=1)
def _heads_statement() -> Any:
    columns = (_HEADS.c.chain, _HEADS.c.number, _HEADS.c.leaf, _HEADS.c.at)
    return select(*columns).where(_HEADS.c.chain.in_(bindparam("chains", expanding=True)))


def leaf_at(session: Session, reader: Actor, chain: str, number: int) -> str | None:
    """The leaf of one entry; None when there is none (any more)."""
    if chain not in chains_of(reader) or not 0 < number < 2**53:
        return None
    return session.scalar(select(Entry.leaf).where(Entry.chain == chain, Entry.number == number))
