"""What is done with doubts: raised, positions stated, consulted on, withdrawn; each act told in the history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.consent.models import Document
from portal.consent.paper import listed, marked
from portal.consent.rules import ON_THE_TABLE
from portal.doubts import events, rules
from portal.doubts.answer import must_have_effect
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
from portal.history.work import Work
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.uploads import Inspection

PREFIX = "DBT"
"""Of the reference, unless the agreement's portal.yaml gives another for `doubt`."""
MOST_FILES = 10
"""How many files one entry may have."""


@dataclass(frozen=True)
class Raised:
    """What a doubt says: its question, the clauses and records it touches, which open question it asks."""

    title: str
    question: str
    clauses: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] = ()
    topic: str = ""


def raise_doubt(work: Work, said: Raised) -> Doubt:
    """The doubt stands, open, shared with every party; each is asked for its position (art. 9; R9-1). The records are
    kind and identifier of what every party can read."""
    work.must(Permission.RAISE_DOUBT)
    must_have_effect(work)
    rules.must_be_a_question(title=said.title, question=said.question)
    if len(said.records) > rules.MOST_RECORDS:
        raise rules.TooManyRecords("records", most=rules.MOST_RECORDS)
    signed = _signed(work)
    current = agreement.edition(work.session)
    number = (work.session.scalar(select(func.max(Doubt.number))) or 0) + 1
    known = [id for id in current.clauses if id in set(said.clauses)]
    doubt = work.add(
        Doubt(
            id=new_id(),
            number=number,
            reference=f"{current.settings.prefixes.get('doubt', PREFIX)}-{number:04}",
            edition=agreement.edition_number(work.session),
            title=said.title,
            question=said.question,
            clauses=marked(known),
            topic=said.topic,
            standing=rules.Standing.OPEN,
            silent=marked(key for key in work.parties if key != signed["party"]),
            to_confirm="",
            ending="",
            **signed,
        )
    )
    work.session.flush()  # the records point at it
    records = list(dict.fromkeys(said.records))
    for kind, id in records:
        work.add(DoubtRecord(id=new_id(), doubt_id=doubt.id, kind=kind, record_id=id, **signed))
    activities = [id for kind, id in records if kind == "activity"]
    work.record(
        events.DoubtRaised(
            **_of(doubt),
            activity_id=activities[0] if len(activities) == 1 else None,
            edition=doubt.edition,
            clauses=",".join(known),
            topic=said.topic,
            records=len(records),
            question=said.question,
        )
    )
    return doubt


def link_record(work: Work, doubt_id: str, kind: str, record_id: str) -> DoubtRecord:
    """One more record is named that the open doubt touches; its page shows the doubt from now on."""
    work.must(Permission.RAISE_DOUBT)
    doubt = _open(work, doubt_id)
    linked = work.session.scalars(select(DoubtRecord).where(DoubtRecord.doubt_id == doubt.id)).all()
    if (kind, record_id) in {(one.kind, one.record_id) for one in linked}:
        raise rules.LinkedAlready("record")
    if len(linked) >= rules.MOST_RECORDS:
        raise rules.TooManyRecords("record", most=rules.MOST_RECORDS)
    made = work.add(
        DoubtRecord(id=new_id(), doubt_id=doubt.id, kind=kind, record_id=record_id, **_signed(work))
    )
    work.record(events.DoubtRecordLinked(**_of(doubt), kind=kind, record=record_id))
    return made


def state_position(work: Work, doubt_id: str, *, text: str, files: Sequence[str] = ()) -> DoubtPosition:
    """A position of the own side stands, shared with every party; earlier ones stay as they are (R9-1)."""
    work.must(Permission.STATE_POSITION)
    doubt = _open(work, doubt_id)
    signed = _signed(work)
    shared = _shared(work, doubt, files)
    made = work.add(
        DoubtPosition(
            id=new_id(),
            doubt_id=doubt.id,
            text=text,
            files=",".join(one.id for one in shared),
            **signed,
        )
    )
    doubt.silent = marked(key for key in listed(doubt.silent) if key != signed["party"])
    work.record(
        events.PositionStated(**_of(doubt), position=made.id, files=[one.sha256 for one in shared], text=text)
    )
    return made


def consult(
    work: Work,
    doubt_id: str,
    *,
    held_on: dt.date,
    medium: str,
    participants: str,
    summary: str,
    decisions: str,
    files: Sequence[str] = (),
) -> DoubtMeeting:
    """A consultation on the open doubt stands in the log, for the other parties to confirm (協議; R2-2, R9-1)."""
    work.must(Permission.CONSULT)
    doubt = _open(work, doubt_id)
    rules.must_have_come(held_on, work.today, "held_on")
    signed = _signed(work)
    shared = _shared(work, doubt, files)
    made = work.add(
        DoubtMeeting(
            id=new_id(),
            doubt_id=doubt.id,
            held_on=held_on,
            medium=medium,
            participants=participants,
            summary=summary,
            decisions=decisions,
            files=",".join(one.id for one in shared),
            **signed,
        )
    )
    doubt.to_confirm = marked(
        [*listed(doubt.to_confirm), *(key for key in work.parties if key != signed["party"])]
    )
    work.record(
        events.DoubtConsulted(
            **_of(doubt),
            meeting=made.id,
            held_on=held_on.isoformat(),
            medium=medium,
            files=[one.sha256 for one in shared],
            participants=participants,
            summary=summary,
            decisions=decisions,
        )
    )
    return made


def confirm_meeting(
    work: Work, doubt_id: str, meeting_id: str, *, is_confirmed: bool, remark: str = ""
) -> DoubtMeetingWord:
    """Another party has confirmed the summary, or said what it sees otherwise; also when the doubt is over (R2-2)."""
    work.must(Permission.CONSULT)
    doubt = doubt_of(work, doubt_id)
    meeting = work.session.scalars(
        select(DoubtMeeting).where(DoubtMeeting.id == meeting_id, DoubtMeeting.doubt_id == doubt.id)
    ).first()
    if meeting is None:
        raise NotFound()
    signed = _signed(work)
    said = work.session.scalars(
        select(DoubtMeetingWord)
        .where(DoubtMeetingWord.meeting_id == meeting.id, DoubtMeetingWord.party == signed["party"])
        .order_by(DoubtMeetingWord.number)
    ).all()
    rules.must_be_confirmable(
        written_by=meeting.party,
        party=signed["party"],
        said_before=said[-1].is_confirmed if said else None,
    )
    word = work.add(
        DoubtMeetingWord(
            id=new_id(),
            doubt_id=doubt.id,
            meeting_id=meeting.id,
            number=len(said) + 1,
            is_confirmed=is_confirmed,
            remark=remark,
            **signed,
        )
    )
    work.session.flush()  # what is left to confirm is asked for
    if not _has_to_confirm(work, doubt, signed["party"]):
        doubt.to_confirm = marked(key for key in listed(doubt.to_confirm) if key != signed["party"])
    event = events.MeetingConfirmed if is_confirmed else events.MeetingDisputed
    work.record(event(**_of(doubt), meeting=meeting.id, held_on=meeting.held_on.isoformat(), remark=remark))
    return word


def _has_to_confirm(work: Work, doubt: Doubt, party: str) -> bool:
    answered = select(DoubtMeetingWord.meeting_id).where(
        DoubtMeetingWord.doubt_id == doubt.id, DoubtMeetingWord.party == party
    )
    left = select(DoubtMeeting.id).where(
        DoubtMeeting.doubt_id == doubt.id, DoubtMeeting.party != party, DoubtMeeting.id.not_in(answered)
    )
    return work.session.scalars(left.limit(1)).first() is not None


def keep_file(work: Work, doubt_id: str, *, name: str, kept: Kept, inspection: Inspection) -> DoubtFile:
    """The file is kept for an entry on the open doubt; the others have it once the entry names it (rows 14, 17)."""
    work.must(Permission.RAISE_DOUBT)
    doubt = _open(work, doubt_id)
    signed = _signed(work)
    file = work.add(
        DoubtFile(
            id=new_id(),
            doubt_id=doubt.id,
            party=signed["party"],
            name=name,
            media_type=inspection.media_type,
            size=kept.size,
            sha256=kept.sha256,
            findings=json.dumps([[one.code, one.detail] for one in inspection.findings], ensure_ascii=False),
            member_id=signed["member_id"],
            added_at=work.at,
        )
    )
    told = _of(doubt) | {"private_to": signed["party"]}
    work.record(events.DoubtFileKept(**told, sha256=kept.sha256, size=kept.size, file_name=name))
    return file


def note(work: Work, doubt_id: str, *, text: str) -> DoubtNote:
    """An own-side note stands; no other party will ever know of it (rows 5, 21)."""
    work.must(Permission.NOTE)
    doubt = doubt_of(work, doubt_id)
    signed = _signed(work)
    made = work.add(DoubtNote(id=new_id(), doubt_id=doubt.id, text=text, **signed))
    work.record(events.DoubtNoted(**_of(doubt) | {"private_to": signed["party"]}, note=made.id, text=text))
    return made


def withdraw(work: Work, doubt_id: str, *, reason: str) -> None:
    """The side that raised the doubt has taken it back, with its reason; what was said of it stays."""
    work.must(Permission.WITHDRAW)
    doubt = doubt_of(work, doubt_id)
    party = _signed(work)["party"]
    answer = work.session.scalars(
        select(Document.reference)
        .join(DoubtAnswer, DoubtAnswer.id == Document.id)
        .where(DoubtAnswer.doubt_id == doubt.id, Document.standing.in_([str(one) for one in ON_THE_TABLE]))
    ).first()
    rules.must_be_withdrawable(doubt.standing, raised_by=doubt.party, party=party, on_the_table=answer)
    doubt.standing, doubt.ended_at, doubt.ending = rules.Standing.WITHDRAWN, work.at, reason
    work.record(events.DoubtWithdrawn(**_of(doubt), reason=reason))


# --------------------------------------------------------------------------------------- inside


def doubt_of(work: Work, doubt_id: str) -> Doubt:
    """The doubt under the lock; raises NotFound."""
    doubt = work.session.get(Doubt, doubt_id)
    if doubt is None:
        raise NotFound()
    return doubt


def _open(work: Work, doubt_id: str) -> Doubt:
    doubt = doubt_of(work, doubt_id)
    rules.must_be_open(doubt.standing)
    must_have_effect(work)
    return doubt


def _shared(work: Work, doubt: Doubt, ids: Sequence[str]) -> list[DoubtFile]:
    """The files of the own side with these identifiers, which every party may have from now on. Raises NotFound for
    one that is another's."""
    work.session.flush()  # files kept in this very Work are among them
    found = {one.id: one for one in work.session.scalars(select(DoubtFile).where(DoubtFile.id.in_(ids)))}
    files = [found.get(one) for one in ids]
    for one in files:
        if one is None or (one.doubt_id, one.party) != (doubt.id, work.actor.party):
            raise NotFound()
        one.shared_at = one.shared_at or work.at
    return [one for one in files if one is not None]


def _signed(work: Work) -> dict[str, Any]:
    if work.actor.party is None:
        raise NotAllowed()
    return {
        "party": work.actor.party,
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }


def _of(doubt: Doubt) -> dict[str, Any]:
    return {"about": doubt.subject, "reference": doubt.reference, "title": doubt.title}
