"""What a reader may see of doubts; the reader is always an argument (rows 1-6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.consent.models import Document
from portal.consent.queries import is_named, mark_of
from portal.consent.rules import AGREED_STANDINGS
from portal.doubts.models import (
    Doubt,
    DoubtAnswer,
    DoubtFile,
    DoubtMeeting,
    DoubtMeetingWord,
    DoubtNote,
    DoubtPosition,
    DoubtRecord,
)
from portal.doubts.rules import LONG, Outcome, Standing
from portal.history.queries import read_once
from portal.kernel.db import rows
from portal.kernel.errors import NotFound
from portal.web.kept import Kept

PAGE = 50
MOST = 200
"""So many doubts and answers are told of beside clauses and records; more than any agreement ever had."""


@dataclass(frozen=True)
class Filters:
    """What a list of doubts is narrowed to."""

    standing: str = ""
    clauses: tuple[str, ...] = ()
    topic: str = ""

    @property
    def are_set(self) -> bool:
        """Whether it is narrowed at all."""
        return bool(self.standing or self.clauses or self.topic)


def _may_read(reader: Actor) -> bool:
    return reader.party is not None and reader.may(Permission.READ)


_LIST = (
    Doubt.id, Doubt.number, Doubt.reference, Doubt.title, Doubt.party, Doubt.at, Doubt.standing, Doubt.clauses, Doubt.topic,
    Doubt.silent, Doubt.to_confirm, Doubt.ended_at,
)  # fmt: skip


def register(
    session: Session, reader: Actor, filters: Filters, *, before: int | None = None
) -> Sequence[Any]:
    """The doubts, the latest first, from below number `before`; one more than a page, where there are more."""
    if not _may_read(reader):
        return []
    query = select(*_LIST).where(Doubt.number < (before or 2**31), *_conditions(filters))
    return session.execute(query.order_by(Doubt.number.desc()).limit(PAGE + 1)).all()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.standing:
        found.append(Doubt.standing == filters.standing)
    if filters.topic:
        found.append(Doubt.topic == filters.topic)
    if filters.clauses:
        found.append(or_(*(Doubt.clauses.contains(f",{id},", autoescape=True) for id in filters.clauses)))
    return found


@dataclass(frozen=True)
class Meeting:
    """One consultation on a doubt, with the other parties' words on its summary."""

    row: Any
    words: Sequence[Any]

    def word_of(self, party: str | None) -> Any:
        """What `party` said last of the summary."""
        return next((one for one in reversed(self.words) if one.party == party), None)


@dataclass(frozen=True)
class Dossier:
    """Everything a reader may see of one doubt."""

    doubt: Doubt
    records: Sequence[Any]
    positions: Sequence[Any]
    meetings: Sequence[Meeting]
    answers: Sequence[Any]
    """The tabled answers with the standing of their documents, the latest first."""
    notes: Sequence[Any]
    """The own side's."""
    files: Mapping[str, DoubtFile]

    @property
    def standing(self) -> Standing:
        """Where the doubt stands."""
        return Standing(self.doubt.standing)

    @property
    def on_the_table(self) -> Any:
        """The answer that is being agreed on; None where there is none."""
        return next((one for one in self.answers if one.standing in {"open", "partial", "sent_back"}), None)

    @property
    def agreed(self) -> Any:
        """The answer that holds; None where there is none."""
        return next((one for one in self.answers if one.standing in {str(s) for s in AGREED_STANDINGS}), None)


def doubt(session: Session, reader: Actor, doubt_id: str) -> Doubt:
    """The doubt, if this reader may know of it; raises NotFound otherwise (row 1)."""
    found = session.get(Doubt, doubt_id) if _may_read(reader) else None
    if found is None:
        raise NotFound()
    return found


def dossier(session: Session, reader: Actor, doubt_id: str) -> Dossier:
    """Everything of one doubt that this reader may see, in five statements whatever the data; raises NotFound."""
    if not _may_read(reader):
        raise NotFound()
    own = reader.party if reader.may(Permission.READ_OWN_SIDE) else None
    touched = session.execute(
        select(Doubt, DoubtRecord.kind, DoubtRecord.record_id)
        .outerjoin(DoubtRecord, DoubtRecord.doubt_id == Doubt.id)
        .where(Doubt.id == doubt_id)
        .order_by(DoubtRecord.at, DoubtRecord.id)
    ).all()
    if not touched:
        raise NotFound()
    said = rows(session, _SAID, {"doubt": doubt_id, "own": own}).all()
    return Dossier(
        doubt=touched[0][0],
        records=[row for row in touched if row.record_id is not None],
        positions=[row for row in said if row.what == "position"],
        meetings=_meetings(session, doubt_id),
        answers=answers_of(session, doubt_id),
        notes=[row for row in said if row.what == "note"],
        files={one.id: one for one in files(session, reader, doubt_id)},
    )


def _said(model: Any, what: str, files_: Any) -> Any:
    return select(
        literal(what, Text()).label("what"), model.id, model.text, files_.label("files"), model.party, model.name, model.post,
        model.at,
    ).where(model.doubt_id == bindparam("doubt", type_=Text()))  # fmt: skip


_SAID_OF = union_all(
    _said(DoubtPosition, "position", DoubtPosition.files),
    _said(DoubtNote, "note", literal("", Text())).where(DoubtNote.party == bindparam("own", type_=Text())),
).subquery()
_SAID = select(_SAID_OF).order_by(_SAID_OF.c.at, _SAID_OF.c.id)


def _meetings(session: Session, doubt_id: str) -> list[Meeting]:
    found: dict[str, tuple[DoubtMeeting, list[DoubtMeetingWord]]] = {}
    for meeting, word in session.execute(
        select(DoubtMeeting, DoubtMeetingWord)
        .outerjoin(DoubtMeetingWord, DoubtMeetingWord.meeting_id == DoubtMeeting.id)
        .where(DoubtMeeting.doubt_id == doubt_id)
        .order_by(DoubtMeeting.held_on, DoubtMeeting.at, DoubtMeetingWord.at, DoubtMeetingWord.number)
    ):
        words = found.setdefault(meeting.id, (meeting, []))[1]
        if word is not None:
            words.append(word)
    return [Meeting(row, words) for row, words in found.values()]


def answers_of(session: Session, doubt_id: str) -> Sequence[Any]:
    """The tabled answers to a doubt with the standing of their documents, the latest first."""
    return session.execute(
        select(
            Document.id, Document.reference, Document.title, Document.standing, Document.waits_for, Document.agreed_at,
            DoubtAnswer.outcome, DoubtAnswer.text, DoubtAnswer.text_en, DoubtAnswer.topic, DoubtAnswer.value,
            DoubtAnswer.clauses, DoubtAnswer.edition,
        )
        .join(DoubtAnswer, DoubtAnswer.id == Document.id)
        .where(DoubtAnswer.doubt_id == doubt_id)
        .order_by(Document.number.desc())
    ).all()  # fmt: skip


def files(session: Session, reader: Actor, doubt_id: str) -> Sequence[DoubtFile]:
    """The files of a doubt that are shared or the reader's own side's (rows 2, 14)."""
    own = reader.party if reader.may(Permission.READ_OWN_SIDE) else None
    return session.scalars(
        select(DoubtFile).where(
            DoubtFile.doubt_id == doubt_id, or_(DoubtFile.shared_at.is_not(None), DoubtFile.party == own)
        )
    ).all()


def file(session: Session, reader: Actor, doubt_id: str, file_id: str) -> DoubtFile:
    """The file of this doubt, if it is shared or the reader's own side's; raises NotFound otherwise (rows 2, 14)."""
    if _may_read(reader):
        for one in files(session, reader, doubt_id):
            if one.id == file_id:
                return one
    raise NotFound()


def called(session: Session, reader: Actor, reference: str) -> Doubt | None:
    """The doubt with that reference; None where there is none for this reader."""
    if not _may_read(reader):
        return None
    return session.scalars(select(Doubt).where(Doubt.reference == reference)).first()


class Beside(NamedTuple):
    """A doubt or an answer as it stands beside a clause or a record."""

    what: str
    """`open`: a doubt that is consulted on; `answer`: an agreed answer."""
    id: str
    """The doubt's."""
    reference: str
    title: str
    clauses: str
    party: str
    at: dt.datetime
    answer_id: str | None
    answer_reference: str | None
    text: str
    text_en: str
    edition: int


def _open_ones(*conditions: Any) -> Any:
    return (
        select(
            literal("open", Text()).label("what"), Doubt.id, Doubt.reference, Doubt.title, Doubt.clauses, Doubt.party, Doubt.at,
            cast(null(), Text()).label("answer_id"),
            cast(null(), Text()).label("answer_reference"),
            literal("", Text()).label("text"), literal("", Text()).label("text_en"), Doubt.edition,
        ).where(Doubt.standing == Standing.OPEN, *conditions)
    )  # fmt: skip


def _answers(*conditions: Any) -> Any:
    return (
        select(
            literal("answer", Text()).label("what"), Doubt.id, Doubt.reference, Doubt.title,
            DoubtAnswer.clauses, Doubt.party, Document.agreed_at.label("at"), Document.id.label("answer_id"),
            Document.reference.label("answer_reference"), DoubtAnswer.text, DoubtAnswer.text_en, DoubtAnswer.edition,
        )
        .join(DoubtAnswer, DoubtAnswer.doubt_id == Doubt.id)
        .join(Document, Document.id == DoubtAnswer.id)
        .where(
            Document.standing.in_([str(one) for one in AGREED_STANDINGS]),
            DoubtAnswer.outcome == Outcome.ANSWER,
            *conditions,
        )
    )  # fmt: skip


def _in_one(*selects: Any) -> Any:
    found = union_all(*selects).subquery()
    return select(found).order_by(found.c.at, found.c.reference).limit(MOST)


_OF_CLAUSES = _in_one(_open_ones(Doubt.clauses != ""), _answers(DoubtAnswer.clauses != ""))
_TOUCHES = Doubt.id.in_(
    select(DoubtRecord.doubt_id).where(
        DoubtRecord.kind == bindparam("kind"), DoubtRecord.record_id == bindparam("record")
    )
)
_OF_RECORD = _in_one(_open_ones(_TOUCHES), _answers(_TOUCHES))


_KEPT: Kept[list[Beside]] = Kept(300)
"""What stands beside clauses and records, which all parties may read: by the question and the joint chain as it was."""


def _kept(session: Session, question: Hashable, read: Callable[[], list[Beside]]) -> list[Beside]:
    found: list[Beside] = read_once(_KEPT, session, question, read)
    return found


def beside_clauses(session: Session, reader: Actor) -> list[Beside]:
    """The open doubts about any clause, and the answers that stand beside one; one statement (R9-1)."""
    if not _may_read(reader):
        return []
    return _kept(session, "clauses", lambda: [Beside(*row) for row in rows(session, _OF_CLAUSES)])


def beside_record(session: Session, reader: Actor, kind: str, record_id: str) -> list[Beside]:
    """The open doubts that touch a record, and the answers to those that did; one statement."""
    if not _may_read(reader):
        return []
    asked = {"kind": kind, "record": record_id}
    return _kept(
        session, (kind, record_id), lambda: [Beside(*row) for row in rows(session, _OF_RECORD, asked)]
    )


def settling(session: Session, reader: Actor) -> Mapping[str, Any]:
    """For each answer that settles a question the text leaves open, its document and its doubt, by the document (R9-5)."""
    if not _may_read(reader):
        return {}
    found = session.execute(
        select(
            Document.id, Document.reference, Document.title, Document.agreed_at, DoubtAnswer.doubt_id,
            DoubtAnswer.topic, Doubt.reference.label("doubt"),
        )
        .join(DoubtAnswer, DoubtAnswer.id == Document.id)
        .join(Doubt, Doubt.id == DoubtAnswer.doubt_id)
        .where(DoubtAnswer.topic != "", Document.agreed_at.is_not(None))
    )  # fmt: skip
    return {row.id: row for row in found}


def open_topics(session: Session, reader: Actor) -> Mapping[str, Any]:
    """The open doubts that ask a question the text leaves open, by the question."""
    if not _may_read(reader):
        return {}
    found = session.execute(
        select(Doubt.id, Doubt.reference, Doubt.title, Doubt.topic).where(
            Doubt.standing == Standing.OPEN, Doubt.topic != ""
        )
    )
    return {row.topic: row for row in found}


class Waiting(NamedTuple):
    """A doubt that waits, as home shows it."""

    part: str
    id: str
    reference: str
    title: str
    at: dt.datetime


SILENT, TO_CONFIRM, LONG_OPEN = "silent", "to_confirm", "long_open"
_MARK = bindparam("mark", type_=Text())


def _waiting(part: str, *conditions: Any) -> Any:
    found = (
        select(literal(part, Text()).label("part"), Doubt.id, Doubt.reference, Doubt.title, Doubt.at)
        .where(*conditions)
        .order_by(Doubt.at)
        .limit(bindparam("limit", type_=BigInteger()))
        .subquery()
    )
    return select(found)


WAITING = (
    _waiting(SILENT, Doubt.standing == Standing.OPEN, is_named(Doubt.silent, _MARK)),
    _waiting(TO_CONFIRM, is_named(Doubt.to_confirm, _MARK)),
    _waiting(
        LONG_OPEN, and_(Doubt.standing == Standing.OPEN, Doubt.at < bindparam("since", type_=Doubt.at.type))
    ),
)
"""What waits, as rows with `part`, id, reference, title and since when; who asks for more with the same statement."""
_WAITING = union_all(*WAITING)


def waiting(session: Session, reader: Actor, now: dt.datetime, *, limit: int) -> list[Waiting]:
    """The doubts on which the reader's side has said nothing yet, whose consultations it has to confirm, and those open
    for longer than thirty days by the moment `now` (R9-2); one statement."""
    if not _may_read(reader):
        return []
    given = {"mark": mark_of(reader.party or ""), "since": now - dt.timedelta(days=LONG), "limit": limit}
    return [Waiting(*row) for row in rows(session, _WAITING, given)]


def file_digests(session: Session) -> set[str]:
    """Every file that an entry on a doubt names, or that is kept for one (row 85)."""
    return set(session.scalars(select(DoubtFile.sha256).distinct()))
