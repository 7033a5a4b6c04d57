"""What is done with advice: drafted, recorded, confirmed, handled, cited, corrected; each act told in the history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from portal.access.policy import Permission
from portal.advice import events, rules
from portal.advice.body import AdviceBody, opened, seal
from portal.advice.clauses import standing_clauses
from portal.advice.models import (
    Advice,
    AdviceConfirmation,
    AdviceCopy,
    AdviceDecision,
    AdviceDraft,
    AdviceFile,
    AdviceHandling,
    AdviceLink,
    AdviceNote,
    AdviceNotice,
    AdviceRecord,
    AdviceTaking,
)
from portal.advice.queries import may_open
from portal.advice.rules import Marking
from portal.agreement import queries as agreement
from portal.consent.models import Document
from portal.consent.paper import listed, marked
from portal.history.erasing import must_not_be_erased
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken, SeveralRulesBroken
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.typed import normal_search
from portal.kernel.uploads import Inspection
from portal.parties.models import Member

PREFIX = "ADV"
"""Of the reference, unless the agreement's portal.yaml gives another for `advice`."""


# --------------------------------------------------------------------------------------- drafting


def start(work: Work, body: AdviceBody, *, corrects_id: str | None = None) -> AdviceDraft:
    """An own-side draft of an entry stands; the other parties know nothing of it."""
    work.must(Permission.RECORD_ADVICE)
    party = _own_party(work)
    if corrects_id is not None:
        _correctable(work, corrects_id)
    draft = work.add(
        AdviceDraft(
            id=new_id(),
            party=party,
            corrects_id=corrects_id,
            title=body.title,
            body=_json(body),
            files="",
            saves=0,
            saved_by="",
            saved_by_name="",
            saved_at=work.at,
        )
    )
    _touch(work, draft)
    work.record(events.AdviceDraftSaved(**_of_draft(draft)))
    return draft


def begin_correction(work: Work, advice_id: str) -> AdviceDraft:
    """An own-side draft with the words of the entry stands, by which it may be corrected; one that the side has
    begun already is gone on with (R8-4)."""
    work.must(Permission.RECORD_ADVICE)
    row = _correctable(work, advice_id)
    begun = work.session.scalars(
        select(AdviceDraft).where(AdviceDraft.corrects_id == row.id, AdviceDraft.party == work.actor.party)
    ).first()
    if begun is not None:
        return begun
    said = opened(work.session.get_one(AdviceRecord, row.id).sealed).body
    return start(work, _with(said, reason=""), corrects_id=row.id)


def save(work: Work, draft_id: str, body: AdviceBody, *, saves: int) -> AdviceDraft:
    """The own-side draft says `body`. An unchanged save changes nothing. Raises DraftHasMoved when it was saved
    since the page was opened (`saves`)."""
    work.must(Permission.RECORD_ADVICE)
    draft = _own_draft(work, draft_id)
    if draft.saves != saves:
        raise rules.DraftHasMoved()
    if draft.body != _json(body):
        draft.body, draft.title = _json(body), body.title
        _touch(work, draft)
        work.record(events.AdviceDraftSaved(**_of_draft(draft)))
    return draft


def discard(work: Work, draft_id: str) -> None:
    """The own-side draft is gone."""
    work.must(Permission.RECORD_ADVICE)
    draft = _own_draft(work, draft_id)
    told = _of_draft(draft)
    work.session.delete(draft)
    work.record(events.AdviceDraftDiscarded(**told))


def attach(work: Work, draft_id: str, *, name: str, kept: Kept, inspection: Inspection) -> AdviceFile:
    """The file stands among the materials of the own-side draft; it is shared only by recording (rows 14, 17)."""
    work.must(Permission.RECORD_ADVICE)
    draft = _own_draft(work, draft_id)
    file = work.add(
        AdviceFile(
            id=new_id(),
            advice_id=draft.id,
            party=draft.party,
            name=name,
            media_type=inspection.media_type,
            size=kept.size,
            sha256=kept.sha256,
            findings=json.dumps([[one.code, one.detail] for one in inspection.findings], ensure_ascii=False),
            member_id=work.actor.member_id or "",
            added_at=work.at,
        )
    )
    draft.files = ",".join([*listed(draft.files), file.id])
    _touch(work, draft)
    work.record(
        events.AdviceFileAdded(**_of_draft(draft), sha256=kept.sha256, size=kept.size, file_name=name)
    )
    return file


def detach(work: Work, draft_id: str, file_id: str) -> None:
    """The file no longer stands among the materials of the own-side draft."""
    work.must(Permission.RECORD_ADVICE)
    draft = _own_draft(work, draft_id)
    if file_id not in listed(draft.files):
        raise NotFound()
    file = work.session.get_one(AdviceFile, file_id)
    draft.files = ",".join(one for one in listed(draft.files) if one != file_id)
    _touch(work, draft)
    work.record(events.AdviceFileRemoved(**_of_draft(draft), sha256=file.sha256, file_name=file.name))


# --------------------------------------------------------------------------------------- recording


def record(work: Work, draft_id: str, *, saves: int) -> Advice:
    """The entry stands in the log for ever, with the clauses it stands on word for word as in the edition now in
    force; the other side is asked to confirm it (R8-1, R8-2). A correction leaves the corrected entry as it is,
    and everybody who relied on that is told (R8-4; decision 34).

    Raises what is missing beside its field, DraftHasMoved, CorrectedAlready, NoDateYet.
    """
    work.must(Permission.RECORD_ADVICE)
    draft = _own_draft(work, draft_id)
    if draft.saves != saves:
        raise rules.DraftHasMoved()
    body = AdviceBody.from_plain(json.loads(draft.body))
    current = agreement.edition(work.session)
    corrected = _correctable(work, draft.corrects_id) if draft.corrects_id else None
    activity_id = _must_be_recordable(work, body, draft, is_correction=corrected is not None)
    given_on = body.day
    assert given_on is not None
    giver, receiver = body.parties
    clauses = standing_clauses(
        work.session, current, work.today, giver=giver, receiver=receiver, given_on=given_on
    )
    files = _files(work, listed(draft.files))
    number = (work.session.scalar(select(func.max(Advice.number))) or 0) + 1
    reference = f"{current.settings.prefixes.get('advice', PREFIX)}-{number:04}"
    edition = agreement.edition_number(work.session)
    sealed, digest = seal(
        id=draft.id,
        reference=reference,
        origin=work.origin,
        party=draft.party,
        corrects=corrected.reference if corrected else None,
        activity_id=activity_id,
        edition=edition,
        edition_digest=current.digest,
        body=body,
        clauses=clauses,
        files=files,
    )
    is_open = body.marking == Marking.OPEN
    row = work.add(
        Advice(
            id=draft.id,
            number=number,
            reference=reference,
            edition=edition,
            giver=giver,
            receiver=receiver,
            party=draft.party,
            kind=body.kind,
            basis=body.basis,
            given_on=given_on,
            medium=body.medium,
            marking=body.marking,
            activity_id=activity_id,
            title=body.title,
            adviser=body.adviser,
            recipient=body.recipient,
            clauses=marked(one.id for one in clauses),
            corrects_id=corrected.id if corrected else None,
            digest=digest,
            people=rules.search_text(body.adviser, body.recipient),
            normal=rules.search_text(reference, *((body.title, body.content) if is_open else ())),
            recorded_at=work.at,
            waits_for=rules.other_of(giver, receiver, draft.party),
            waits_since=work.at,
            confirmed="",
            result="",
            to_check=corrected.receiver if corrected and corrected.result in rules.RELIED_ON else "",
        )
    )
    work.session.flush()  # the record, and the corrected entry, point at it
    work.add(AdviceRecord(advice_id=row.id, digest=digest, sealed=sealed, **_signed(work)))
    for file in files:
        file.shared_at = work.at
    work.session.delete(draft)
    work.record(
        events.AdviceRecorded(
            **_of(row),
            giver=giver,
            receiver=receiver,
            given_on=given_on.isoformat(),
            basis=body.basis,
            marking=body.marking,
            edition=edition,
            digest=digest,
            corrects=corrected.reference if corrected else "",
        )
    )
    if corrected is not None:
        _correct(work, corrected, row, body.reason)
    return row


def _must_be_recordable(
    work: Work, body: AdviceBody, draft: AdviceDraft, *, is_correction: bool
) -> str | None:
    """Everything an entry must say is said; the activity it names, or None."""
    refusals: list[RuleBroken] = []
    try:
        rules.must_be_whole(
            body.said(is_correction=is_correction), mine=draft.party, parties=work.parties, today=work.today
        )
    except RuleBroken as refused:
        refusals += [one for one in refused.each if isinstance(one, RuleBroken)]
    activity_id = None
    if body.activity.strip():
        activity_id = _activity_of(work, body.activity)
        if activity_id is None:
            refusals.append(rules.UnknownActivity("activity"))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise SeveralRulesBroken(refusals)
    return activity_id


def _correct(work: Work, old: Advice, new: Advice, reason: str) -> None:
    """The old entry says by what it is corrected, and whoever acted on it, or on what it corrected itself, is told."""
    told: dict[str, tuple[str, str, str]] = {}
    one: Advice | None = old
    while one is not None:
        for model in (AdviceRecord, AdviceConfirmation, AdviceHandling, AdviceTaking, AdviceLink):
            for party, member, name in work.session.execute(
                select(model.party, model.member_id, model.name).where(model.advice_id == one.id)
            ):
                told.setdefault(member, (one.id, party, name))
        copied = AdviceCopy.first <= one.number, AdviceCopy.last >= one.number
        for party, member, name in work.session.execute(
            select(AdviceCopy.party, AdviceCopy.member_id, AdviceCopy.name).where(*copied)
        ):
            told.setdefault(member, (one.id, party, name))
        one = work.session.get(Advice, one.corrects_id) if one.corrects_id else None
    told.pop(work.actor.member_id or "", None)
    for member, (acted_on, party, name) in told.items():
        work.add(
            AdviceNotice(
                id=new_id(),
                advice_id=new.id,
                corrected_id=acted_on,
                party=party,
                member_id=member,
                name=name,
                at=work.at,
                is_read=False,
                read_by="",
            )
        )
    old.corrected_by_id, old.waits_for, old.to_check = new.id, "", ""
    work.record(
        events.AdviceCorrected(
            **_of(old), correction=new.reference, reason=reason if _is_open(old) and _is_open(new) else ""
        )
    )


# --------------------------------------------------------------------------------------- answering


def confirm(work: Work, advice_id: str, *, seen: str, is_same: bool, remark: str = "") -> AdviceConfirmation:
    """The side that did not record the entry has said that it is the same, or what it sees otherwise. `seen` is the
    digest that was on the screen (row 23)."""
    work.must(Permission.ANSWER_ADVICE)
    row = _found(work, advice_id)
    signed = _signed(work)
    earlier = work.session.scalars(
        select(AdviceConfirmation)
        .where(AdviceConfirmation.advice_id == row.id)
        .order_by(AdviceConfirmation.number)
    ).all()
    rules.must_be_confirmable(
        giver=row.giver,
        receiver=row.receiver,
        recorded_by=row.party,
        party=signed["party"],
        has_confirmed=bool(earlier) and earlier[-1].is_same,
        is_same=is_same,
        remark=remark,
        corrected_by=_correction_of(work, row),
    )
    if seen != row.digest:
        raise rules.RecordHasMoved()
    word = work.add(
        AdviceConfirmation(
            id=new_id(),
            advice_id=row.id,
            digest=row.digest,
            number=len(earlier) + 1,
            is_same=is_same,
            remark=remark,
            **signed,
        )
    )
    row.waits_for, row.confirmed = "", "same" if is_same else "otherwise"
    event = events.AdviceConfirmed if is_same else events.AdviceDisputed
    work.record(event(**_of(row), digest=row.digest, remark=remark if _is_open(row) else ""))
    return word


@dataclass(frozen=True)
class Handling:
    """What the receiver decided: the result and who checked the content, which every party may know; and the
    decision, procurement and remarks, which stay on the own side."""

    result: str
    checked_by: str = ""
    checked_on: dt.date | None = None
    decision: str = ""
    procurement: str = ""
    remark: str = ""


def handle(work: Work, advice_id: str, said: Handling) -> AdviceHandling:
    """The receiver has said what it did with the advice; a later word stands in place of an earlier one, which stays
    readable (R8-3). Nothing of it judges the advice (R8-6)."""
    work.must(Permission.ANSWER_ADVICE)
    row = _found(work, advice_id)
    signed = _signed(work)
    rules.must_be_handleable(
        receiver=row.receiver,
        party=signed["party"],
        result=said.result,
        checked_by=said.checked_by,
        checked_on=said.checked_on,
        given_on=row.given_on,
        today=work.today,
        corrected_by=_correction_of(work, row),
    )
    count = work.session.scalar(
        select(func.count()).select_from(AdviceHandling).where(AdviceHandling.advice_id == row.id)
    )
    made = work.add(
        AdviceHandling(
            id=new_id(),
            advice_id=row.id,
            number=(count or 0) + 1,
            result=said.result,
            checked_by=said.checked_by,
            checked_on=said.checked_on,
            **signed,
        )
    )
    row.result = said.result
    row.to_check = row.receiver if rules.is_unchecked(said.result, said.checked_by) else ""
    work.record(events.AdviceHandled(**_of(row), result=said.result, checked_by=said.checked_by))
    if said.decision.strip() or said.procurement or said.remark.strip():
        work.session.flush()
        work.add(
            AdviceDecision(
                handling_id=made.id,
                advice_id=row.id,
                party=signed["party"],
                decision=said.decision,
                procurement=said.procurement,
                remark=said.remark,
                at=work.at,
            )
        )
        work.record(
            events.AdviceDecisionNoted(
                **_of(row) | {"private_to": signed["party"]},
                procurement=said.procurement,
                decision=said.decision,
                remark=said.remark,
            )
        )
    return made


def note(work: Work, advice_id: str, *, text: str) -> AdviceNote:
    """An own-side note stands; no other party will ever know of it (rows 5, 21)."""
    work.must(Permission.NOTE)
    row = _found(work, advice_id)
    signed = _signed(work)
    made = work.add(AdviceNote(id=new_id(), advice_id=row.id, text=text, **signed))
    work.record(events.AdviceNoted(**_of(row) | {"private_to": signed["party"]}, text=text))
    return made


def link(work: Work, advice_id: str, *, reference: str, place: str = "") -> AdviceLink:
    """A paper of the portal is named that cites the entry; its page shows the entry, and its correction, should one
    come (R8-4)."""
    work.must(Permission.RECORD_ADVICE)
    row = _found(work, advice_id)
    rules.must_stand(_correction_of(work, row))
    document = work.session.scalars(
        select(Document).where(Document.reference == _reference(reference))
    ).first()
    if document is None:
        raise rules.UnknownDocument("document")
    if work.session.scalars(
        select(AdviceLink.id).where(AdviceLink.advice_id == row.id, AdviceLink.document_id == document.id)
    ).first():
        raise rules.LinkedAlready("document")
    made = work.add(
        AdviceLink(
            id=new_id(),
            advice_id=row.id,
            document_id=document.id,
            activity_id=document.activity_id,
            place=place,
            **_signed(work),
        )
    )
    work.record(
        events.AdviceLinked(
            **_of(row) | {"activity_id": document.activity_id}, document=document.reference or "", place=place
        )
    )
    return made


def take(work: Work, advice_id: str, file_id: str) -> AdviceFile:
    """That this member downloaded the file is kept, once, for the own side alone: should the entry be corrected, they
    are told (decision 34). Raises NotFound for what the actor may not open."""
    work.must(Permission.READ)
    row = _found(work, advice_id)
    file = work.session.scalars(
        select(AdviceFile).where(
            AdviceFile.id == file_id, AdviceFile.advice_id == row.id, AdviceFile.shared_at.is_not(None)
        )
    ).first()
    if file is None or not may_open(work.actor, row):
        raise NotFound()
    must_not_be_erased(work.session, file.id)
    signed = _signed(work)
    taken = select(AdviceTaking.id).where(
        AdviceTaking.file_id == file.id, AdviceTaking.member_id == signed["member_id"]
    )
    if work.session.scalars(taken).first() is None:
        work.add(AdviceTaking(id=new_id(), advice_id=row.id, file_id=file.id, **signed))
        work.record(
            events.AdviceFileTaken(
                **_of(row) | {"private_to": signed["party"]}, sha256=file.sha256, file_name=file.name
            )
        )
    return file


def take_paper(work: Work, advice_id: str) -> None:
    """That this member took the entry as a paper is kept, once, for the own side alone, as that of a file is. Nothing is kept of
    a paper without the words, which somebody gets who may not open the entry."""
    work.must(Permission.READ)
    row = _found(work, advice_id)
    if may_open(work.actor, row) and _copy(work, row.number, row.number):
        work.record(
            events.AdvicePaperTaken(**_of(row) | {"private_to": _own_party(work)}),
            Subject("member", work.actor.member_id or ""),
        )


def keep_export(work: Work, numbers: Iterable[int]) -> None:
    """That this member took these entries, by their ascending numbers, out within a table is kept: should one be corrected,
    they are told. The act itself is told by whoever makes the table."""
    work.must(Permission.READ)
    for _, row in groupby(enumerate(numbers), lambda one: one[1] - one[0]):
        found = [number for _, number in row]
        _copy(work, found[0], found[-1])


def _copy(work: Work, first: int, last: int) -> bool:
    """Whether this is kept now; not where the member has had these entries before."""
    signed = _signed(work)
    had = select(AdviceCopy.id).where(
        AdviceCopy.member_id == signed["member_id"], AdviceCopy.first <= first, AdviceCopy.last >= last
    )
    if work.session.scalars(had.limit(1)).first() is not None:
        return False
    work.add(AdviceCopy(id=new_id(), first=first, last=last, **signed))
    return True


def read_correction(work: Work, advice_id: str) -> int:
    """The member has read the correction; so have those of the own side whose accounts are closed, by whoever reads
    it now. How many notices that were."""
    work.must(Permission.READ)
    row = _found(work, advice_id)
    waiting = work.session.scalars(
        select(AdviceNotice)
        .join(Member, Member.id == AdviceNotice.member_id)
        .where(
            AdviceNotice.advice_id == row.id,
            AdviceNotice.party == _own_party(work),
            AdviceNotice.is_read.is_(False),
            (AdviceNotice.member_id == work.actor.member_id) | Member.closed_at.is_not(None),
        )
    ).all()
    for one in waiting:
        one.is_read, one.read_by, one.read_at = True, work.actor.name, work.at
    if waiting:
        work.record(events.AdviceCorrectionRead(**_of(row) | {"private_to": work.actor.party}))
    return len(waiting)


# --------------------------------------------------------------------------------------- inside


def _own_party(work: Work) -> str:
    if work.actor.party is None:
        raise NotAllowed()
    return work.actor.party


def _own_draft(work: Work, draft_id: str) -> AdviceDraft:
    draft = work.session.get(AdviceDraft, draft_id)
    if draft is None or draft.party != _own_party(work):
        raise NotFound()
    return draft


def _found(work: Work, advice_id: str) -> Advice:
    _own_party(work)
    row = work.session.get(Advice, advice_id)
    if row is None:
        raise NotFound()
    return row


def _correctable(work: Work, advice_id: str) -> Advice:
    row = _found(work, advice_id)
    rules.must_be_one_of_the_two(row.giver, row.receiver, _own_party(work))
    rules.must_stand(_correction_of(work, row))
    return row


def _correction_of(work: Work, row: Advice) -> str | None:
    if row.corrected_by_id is None:
        return None
    return work.session.get_one(Advice, row.corrected_by_id).reference


def _reference(typed: str) -> str:
    return normal_search(typed).strip().upper()


def _activity_of(work: Work, typed: str) -> str | None:
    """The activity whose number, or whose document's number, was typed."""
    found: str | None = work.session.scalar(
        select(Document.activity_id).where(Document.reference == _reference(typed))
    )
    return found


def _files(work: Work, ids: Sequence[str]) -> list[AdviceFile]:
    found = {one.id: one for one in work.session.scalars(select(AdviceFile).where(AdviceFile.id.in_(ids)))}
    return [found[one] for one in ids]


def _touch(work: Work, draft: AdviceDraft) -> None:
    draft.saves += 1
    draft.saved_by, draft.saved_by_name = work.actor.member_id or "", work.actor.name
    draft.saved_at = work.at


def _is_open(row: Advice) -> bool:
    return row.marking == Marking.OPEN


def _of(row: Advice) -> dict[str, Any]:
    """What every event on a recorded entry says. The clause is named exactly where the entry stands on it."""
    return {
        "about": row.subject,
        "activity_id": row.activity_id,
        "under": "advice" if row.clauses else None,
        "reference": row.reference,
        "title": f"{row.reference} {row.title}" if _is_open(row) else row.reference,
    }


def _of_draft(draft: AdviceDraft) -> dict[str, Any]:
    return {"about": draft.subject, "private_to": draft.party, "title": draft.title}


def _with(body: AdviceBody, **changes: str) -> AdviceBody:
    return AdviceBody(**{**vars(body), **changes})


def _json(body: AdviceBody) -> str:
    return json.dumps(body.as_plain(), ensure_ascii=False, sort_keys=True)


def _signed(work: Work) -> dict[str, Any]:
    """Who does it, as of now: names and posts stand on each act as they were."""
    return {
        "party": _own_party(work),
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }
