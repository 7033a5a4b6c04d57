"""What is done with the ledger: recorded, confirmed, corrected; instructed, carried out, acknowledged, retained."""

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
from portal.handback import events, queries, rules
from portal.handback.acting import (
    Doing,
    Target,
    about,
    chosen,
    end,
    held_of,
    holdings_of,
    one_of,
    own_party,
    signed,
)
from portal.handback.body import HandoverBody, opened, seal
from portal.handback.models import (
    Handover,
    HandoverDraft,
    HandoverFile,
    HandoverRecord,
    Holder,
    Holding,
    HoldingAct,
)
from portal.handback.rules import Act, Marking, Step
from portal.history.work import Work
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject
from portal.kernel.errors import NotFound, RuleBroken, SeveralRulesBroken
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.typed import normal_search
from portal.kernel.uploads import Inspection

PREFIX = "HBK"
"""Of the reference, unless the agreement's portal.yaml gives another for `handover`."""


# --------------------------------------------------------------------------------------- drafting


def start(work: Work, body: HandoverBody, *, corrects_id: str | None = None) -> HandoverDraft:
    """An own-side draft of a line stands; the other parties know nothing of it."""
    work.must(Permission.KEEP_LEDGER)
    party = own_party(work)
    if corrects_id is not None:
        _correctable(work, corrects_id)
    draft = work.add(
        HandoverDraft(
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
    work.record(events.HandoverDraftSaved(**_of_draft(draft)))
    return draft


def begin_correction(work: Work, handover_id: str) -> HandoverDraft:
    """An own-side draft with the words and files of the line stands, by which it may be corrected; one that the side has
    begun already is gone on with."""
    work.must(Permission.KEEP_LEDGER)
    row = _correctable(work, handover_id)
    party = own_party(work)
    begun = work.session.scalars(
        select(HandoverDraft).where(HandoverDraft.corrects_id == row.id, HandoverDraft.party == party)
    ).first()
    if begun is not None:
        return begun
    sealed = work.session.get_one(HandoverRecord, row.id).sealed
    assert sealed is not None  # what was erased was carried out, and is not corrected
    said = opened(sealed).body
    ours = row.discloser == party
    ends: dict[str, Any] = {
        "way": rules.Way.GAVE.value if ours else rules.Way.RECEIVED.value,
        "others": tuple(listed(row.receivers)) if ours else (row.discloser,),
    }
    draft = start(work, _with(said, reason="", **ends), corrects_id=row.id)
    files = work.session.scalars(
        select(HandoverFile)
        .where(HandoverFile.handover_id == row.id, HandoverFile.shared_at.is_not(None))
        .order_by(HandoverFile.added_at, HandoverFile.id)
    ).all()
    for one in files:
        copy = _new_file(
            work, draft, name=one.name, media_type=one.media_type, size=one.size, sha256=one.sha256,
            findings=one.findings, source=one.source, source_of=one.source_of,
        )  # fmt: skip
        draft.files = ",".join([*listed(draft.files), copy.id])
    return draft


def save(work: Work, draft_id: str, body: HandoverBody, *, saves: int) -> HandoverDraft:
    """The own-side draft says `body`. An unchanged save changes nothing. Raises DraftHasMoved when it was saved since the
    page was opened (`saves`)."""
    work.must(Permission.KEEP_LEDGER)
    draft = _own_draft(work, draft_id)
    if draft.saves != saves:
        raise rules.DraftHasMoved()
    if draft.body != _json(body):
        draft.body, draft.title = _json(body), body.title
        _touch(work, draft)
        work.record(events.HandoverDraftSaved(**_of_draft(draft)))
    return draft


def discard(work: Work, draft_id: str) -> None:
    """The own-side draft is gone."""
    work.must(Permission.KEEP_LEDGER)
    draft = _own_draft(work, draft_id)
    told = _of_draft(draft)
    work.session.delete(draft)
    for file in _files(work, listed(draft.files)):
        work.session.delete(file)  # nothing names it any more; the sweeper takes the bytes
    work.record(events.HandoverDraftDiscarded(**told))


def attach(work: Work, draft_id: str, *, name: str, kept: Kept, inspection: Inspection) -> HandoverFile:
    """The file stands with the own-side draft; it is shared only by recording (rows 14, 17)."""
    work.must(Permission.KEEP_LEDGER)
    draft = _own_draft(work, draft_id)
    findings = json.dumps([[one.code, one.detail] for one in inspection.findings], ensure_ascii=False)
    file = _new_file(
        work, draft, name=name, media_type=inspection.media_type, size=kept.size, sha256=kept.sha256,
        findings=findings,
    )  # fmt: skip
    draft.files = ",".join([*listed(draft.files), file.id])
    _touch(work, draft)
    work.record(
        events.HandoverFileAdded(**_of_draft(draft), size=kept.size, sha256=kept.sha256, file_name=name)
    )
    return file


def detach(work: Work, draft_id: str, file_id: str) -> None:
    """The file no longer stands with the own-side draft."""
    work.must(Permission.KEEP_LEDGER)
    draft = _own_draft(work, draft_id)
    if file_id not in listed(draft.files):
        raise NotFound()
    file = work.session.get_one(HandoverFile, file_id)
    draft.files = ",".join(one for one in listed(draft.files) if one != file_id)
    _touch(work, draft)
    work.record(events.HandoverFileRemoved(**_of_draft(draft), sha256=file.sha256, file_name=file.name))
    work.session.delete(file)


# --------------------------------------------------------------------------------------- recording


def record(work: Work, draft_id: str, *, saves: int) -> Handover:
    """The line stands in the ledger for ever, with its reference; the other side is asked to confirm it (R5-1). A line
    that it corrects stays as it is, and counts no more.

    Raises what is missing beside its field, DraftHasMoved, CorrectedAlready, TooLateToCorrect, NoDateYet.
    """
    work.must(Permission.KEEP_LEDGER)
    draft = _own_draft(work, draft_id)
    if draft.saves != saves:
        raise rules.DraftHasMoved()
    body = HandoverBody.from_plain(json.loads(draft.body))
    corrected = _correctable(work, draft.corrects_id) if draft.corrects_id else None
    _must_be_dated(work)
    activity_id = _must_be_recordable(work, body, draft.party, is_correction=corrected is not None)
    discloser, receivers = rules.ends_of(body.way, _in_order(work, body.others), draft.party)
    files = _files(work, listed(draft.files))
    row = _recorded(
        work, body, id=draft.id, discloser=discloser, receivers=receivers, activity_id=activity_id, files=files,
        corrects=corrected,
    )  # fmt: skip
    for file in files:
        file.shared_at = work.at
    work.session.delete(draft)
    work.record(events.HandoverRecorded(**_told(row, corrected)))
    if body.way == rules.Way.RECEIVED and body.holder.strip():
        holding = holdings_of(work, row.id)[0]
        _hold(work, row, holding, rules.KEEPER, body.holder, body.place, row.copies, holding.received_on)
    if corrected is not None:
        _correct(work, corrected, row, body.reason)
    return row


def _recorded(
    work: Work,
    body: HandoverBody,
    *,
    id: str,
    discloser: str,
    receivers: Sequence[str],
    activity_id: str | None,
    files: Sequence[HandoverFile],
    corrects: Handover | None = None,
) -> Handover:
    """The line with its record and its holdings stands; nothing is told yet."""
    current = agreement.edition(work.session)
    edition = agreement.edition_number(work.session)
    number = (work.session.scalar(select(func.max(Handover.number))) or 0) + 1
    reference = f"{current.settings.prefixes.get('handover', PREFIX)}-{number:04}"
    party, disclosed_on, copies = own_party(work), body.day("disclosed_on"), body.count
    assert disclosed_on is not None and copies is not None
    sealed, digest = seal(
        id=id,
        reference=reference,
        origin=work.origin,
        party=party,
        discloser=discloser,
        receivers=receivers,
        corrects=corrects.reference if corrects else None,
        activity_id=activity_id,
        edition=edition,
        body=body,
        files=files,
    )
    row = work.add(
        Handover(
            id=id,
            number=number,
            reference=reference,
            edition=edition,
            discloser=discloser,
            receivers=marked(receivers),
            party=party,
            kind=body.kind,
            form=body.form,
            copies=copies,
            disclosed_on=disclosed_on,
            marking=body.marking,
            activity_id=activity_id,
            title=body.title,
            normal=rules.search_text(reference, body.title),
            digest=digest,
            files=len(files),
            recorded_at=work.at,
            corrects_id=corrects.id if corrects else None,
            erased_files=0,
            erased_words=0,
        )
    )
    work.session.flush()  # the record and the holdings point at it
    work.add(HandoverRecord(handover_id=id, digest=digest, sealed=sealed, **signed(work)))
    last = work.session.scalar(select(func.max(Holding.place))) or 0
    for place, receiver in enumerate(receivers, last + 1):
        work.add(
            Holding(
                id=new_id(),
                place=place,
                handover_id=id,
                discloser=discloser,
                receiver=receiver,
                received_on=body.day("received_on"),
                waits_for=discloser if party == receiver else receiver,
                waits_since=work.at,
                confirmed="",
                step=Step.HELD,
                question="",
                instruction="",
                erases=False,
                done="",
                acts=0,
            )
        )
    work.session.flush()  # what comes next in this Work reads them
    return row


def _correct(work: Work, old: Handover, new: Handover, reason: str) -> None:
    """The old line says by what it is corrected, and nothing of it is open any more; who has copies has them still."""
    old.corrected_by_id = new.id
    now = {one.receiver: one for one in holdings_of(work, new.id)}
    for holding in holdings_of(work, old.id):
        holding.step, holding.waits_for, holding.question = Step.REPLACED, "", ""
        following = now.get(holding.receiver)
        if following is None:
            continue
        for one in work.session.scalars(select(Holder).where(Holder.holding_id == holding.id)).all():
            one.holding_id, one.handover_id = following.id, new.id
    work.record(
        events.HandoverCorrected(
            **about(old), reference=old.reference, correction=new.reference, reason=reason
        )
    )


@dataclass(frozen=True)
class Shared:
    """A file that a party shared in the portal, at a paper or a record of another package."""

    id: str
    """Of the row that names it."""
    party: str
    """Who shared it: the discloser."""
    name: str
    media_type: str
    size: int
    sha256: str
    findings: str
    shared_at: dt.datetime
    of: str
    """The identifier of the paper or the record."""
    reference: str
    """Of the paper or the record, as people cite it."""
    receivers: tuple[str, ...]
    """The other parties that have had it from there."""
    activity_id: str | None = None
    is_marked: bool = False
    """Whether the one who shared it marked it as secret: then its own name is no title."""

    def title(self) -> str:
        """What the line is called: by the paper and the file's name, which every party has seen there."""
        return f"{self.reference} {'' if self.is_marked else self.name}".strip()[:200]


def take_in(work: Work, files: Sequence[Shared]) -> list[Handover]:
    """Files that stand shared in the portal stand in the ledger, each as a line from who shared it to all others, of
    the day it was shared; the other sides are asked to confirm (R5-1). Raises TakenInAlready."""
    work.must(Permission.KEEP_LEDGER)
    own_party(work)
    _must_be_dated(work)
    if not files:
        raise rules.NothingChosen("files")
    known = queries.taken_in(work.session, [one.id for one in files])
    if known:
        raise rules.TakenInAlready("files", count=len(known))
    made = []
    for one in files:
        day = day_in_japan(one.shared_at).isoformat()
        body = HandoverBody(
            title=one.title(),
            kind=rules.Kind.MATERIAL.value,
            form=rules.Form.FILE.value,
            copies="1",
            disclosed_on=day,
            received_on=day,
            marking=(Marking.MARKED if one.is_marked else Marking.UNDECIDED).value,
        )
        id = new_id()
        file = HandoverFile(
            id=new_id(),
            handover_id=id,
            party=one.party,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            findings=one.findings,
            source=one.id,
            source_of=one.of,
            member_id=work.actor.member_id or "",
            added_at=work.at,
            shared_at=work.at,
        )
        row = _recorded(
            work, body, id=id, discloser=one.party, receivers=_in_order(work, one.receivers),
            activity_id=one.activity_id, files=[file],
        )  # fmt: skip
        work.add(file)
        work.record(events.HandoverTakenIn(**_told(row, None)))
        made.append(row)
    work.record(
        events.HandoversTakenIn(
            about=Subject("handback", "ledger"), count=len(made), references=[row.reference for row in made]
        )
    )
    return made


def _must_be_dated(work: Work) -> None:
    """Raises NoDateYet as long as the agreement has no date (decision 30)."""
    if not agreement.in_force(work.session, agreement.edition(work.session), work.today).terms:
        raise rules.NoDateYet()


def _must_be_recordable(work: Work, body: HandoverBody, mine: str, *, is_correction: bool) -> str | None:
    """Everything a line must say is said; the activity it names, or None."""
    refusals: list[RuleBroken] = []
    try:
        rules.must_be_whole(
            body.said(is_correction=is_correction), mine=mine, parties=work.parties, today=work.today
        )
    except RuleBroken as refused:
        refusals += [one for one in refused.each if isinstance(one, RuleBroken)]
    activity_id = None
    if body.activity.strip():
        activity_id = work.session.scalar(
            select(Document.activity_id).where(
                Document.reference == normal_search(body.activity).strip().upper()
            )
        )
        if activity_id is None:
            refusals.append(rules.UnknownActivity("activity"))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise SeveralRulesBroken(refusals)
    return activity_id


# --------------------------------------------------------------------------------------- the receipt


@dataclass(frozen=True)
class Receipt:
    """The other side's word on a record, and, from the receiver, when it was received and who has it."""

    is_same: bool
    received_on: dt.date | None = None
    holder: str = ""
    place: str = ""
    remark: str = ""


def confirm(work: Work, target: Target, said: Receipt) -> list[HoldingAct]:
    """The side that did not record the lines has said that they are the same, or what it sees otherwise; a receiver with
    the day of receipt, from which its duties run (R5-1; finding 7)."""
    work.must(Permission.KEEP_LEDGER)
    mine = own_party(work)
    found = chosen(work, target)
    for holding, row in found:
        rules.must_be_confirmable(
            held_of(holding, row), mine, is_same=said.is_same, received_on=said.received_on, remark=said.remark,
            today=work.today, disclosed_on=row.disclosed_on,
        )  # fmt: skip
    act, event = (
        (Act.CONFIRM, events.HandoverConfirmed) if said.is_same else (Act.DIFFER, events.HandoverDiffers)
    )
    doing = Doing.of(work, act, found)
    if not said.is_same:
        doing = Doing(work, act, False, doing.batch_id)  # each is told by itself: each is to be looked at
    made = []
    for holding, row in found:
        is_receiver = mine == holding.receiver
        on_day = said.received_on if is_receiver and said.is_same else None
        if on_day is not None:
            holding.received_on = on_day
        words = {"received_on": on_day.isoformat() if on_day else None, "remark": said.remark}
        made.append(doing.on(holding, row, words, event, on_day=on_day, remark=said.remark))
        if is_receiver and said.is_same and said.holder.strip():
            _hold(work, row, holding, rules.KEEPER, said.holder, said.place, row.copies, on_day)
    doing.tell(found)
    return made


def strike(work: Work, handover_id: str, *, reason: str) -> None:
    """Who recorded the line has taken it back before anybody confirmed it; it stays readable, and counts no more (R5-5)."""
    work.must(Permission.KEEP_LEDGER)
    row = _found(work, handover_id)
    found = [(one, row) for one in holdings_of(work, row.id)]
    for holding, _ in found:
        rules.must_be_strikable(held_of(holding, row), own_party(work), reason=reason)
    doing = Doing(work, Act.STRIKE, False, new_id())
    for holding, _ in found:
        doing.on(holding, row, {"remark": reason}, events.HandoverStruck, remark=reason)


# --------------------------------------------------------------------------------------- holders


def hold(
    work: Work,
    holding_id: str,
    *,
    kind: str,
    holder: str,
    place: str,
    copies: int | None,
    on_day: dt.date | None,
) -> Holder:
    """Somebody of the receiving side, or a Representative to whom copies were passed on, is known to have them (T10)."""
    work.must(Permission.KEEP_LEDGER)
    holding, row = one_of(work, holding_id)
    if own_party(work) != holding.receiver:
        raise rules.NotOfTheTwo()
    rules.must_stand(held_of(holding, row))
    rules.must_be_a_holder(
        kind, holder, kinds=agreement.edition(work.session).representative_kinds, copies=copies, on_day=on_day,
        today=work.today,
    )  # fmt: skip
    assert copies is not None
    return _hold(work, row, holding, kind, holder, place, copies, on_day)


def _hold(
    work: Work,
    row: Handover,
    holding: Holding,
    kind: str,
    holder: str,
    place: str,
    copies: int,
    on_day: dt.date | None,
) -> Holder:
    made = work.add(
        Holder(
            id=new_id(),
            holding_id=holding.id,
            handover_id=row.id,
            kind=kind,
            holder=holder,
            place=place,
            copies=copies,
            on_day=on_day or work.today,
            normal=rules.search_text(holder, place),
            ended_how="",
            **signed(work),
        )
    )
    work.record(
        events.HolderRecorded(
            **about(row) | {"private_to": holding.receiver},
            reference=row.reference,
            kind=kind,
            copies=copies,
            holder=holder,
        )
    )
    return made


def end_holder(work: Work, holder_id: str, *, how: str, on_day: dt.date | None) -> Holder:
    """The copies of this holder were given back or disposed of."""
    work.must(Permission.KEEP_LEDGER)
    found = work.session.get(Holder, holder_id)
    if found is None:
        raise NotFound()
    holding, row = one_of(work, found.holding_id)
    if own_party(work) != holding.receiver:
        raise NotFound()  # who has copies is known to the two sides alone, and changed by one
    if found.ended_on is not None:
        raise rules.HolderEndedAlready()
    if on_day is None:
        raise rules.NoDay("ended_on")
    if on_day > work.today:
        raise rules.DayToCome("ended_on", day=on_day)
    if not how.strip():
        raise rules.NoMeans("ended_how")
    end(work, found, row, how=how, on_day=on_day)
    return found


# --------------------------------------------------------------------------------------- inside


def _own_draft(work: Work, draft_id: str) -> HandoverDraft:
    draft = work.session.get(HandoverDraft, draft_id)
    if draft is None or draft.party != own_party(work):
        raise NotFound()
    return draft


def _found(work: Work, handover_id: str) -> Handover:
    own_party(work)
    row = work.session.get(Handover, handover_id)
    if row is None:
        raise NotFound()
    return row


def _correctable(work: Work, handover_id: str) -> Handover:
    row = _found(work, handover_id)
    held = [held_of(one, row) for one in holdings_of(work, row.id)]
    rules.must_be_correctable(held, own_party(work))
    return row


def _files(work: Work, ids: Sequence[str]) -> list[HandoverFile]:
    found = {
        one.id: one for one in work.session.scalars(select(HandoverFile).where(HandoverFile.id.in_(ids)))
    }
    return [found[one] for one in ids]


def _new_file(work: Work, draft: HandoverDraft, **said: Any) -> HandoverFile:
    return work.add(
        HandoverFile(
            id=new_id(),
            handover_id=draft.id,
            party=draft.party,
            member_id=work.actor.member_id or "",
            added_at=work.at,
            **{"source": "", "source_of": "", **said},
        )
    )


def _in_order(work: Work, keys: Sequence[str]) -> tuple[str, ...]:
    """The parties named, in the order of the agreement."""
    return tuple(key for key in work.parties if key in keys)


def _touch(work: Work, draft: HandoverDraft) -> None:
    draft.saves += 1
    draft.saved_by, draft.saved_by_name = work.actor.member_id or "", work.actor.name
    draft.saved_at = work.at


def _told(row: Handover, corrected: Handover | None) -> dict[str, Any]:
    return about(row) | {
        "reference": row.reference,
        "discloser": row.discloser,
        "receivers": listed(row.receivers),
        "disclosed_on": row.disclosed_on.isoformat(),
        "kind": row.kind,
        "form": row.form,
        "marking": row.marking,
        "edition": row.edition,
        "digest": row.digest,
        "files": row.files,
        "corrects": corrected.reference if corrected else "",
    }


def _of_draft(draft: HandoverDraft) -> dict[str, Any]:
    return {"about": draft.subject, "private_to": draft.party, "title": draft.title}


def _with(body: HandoverBody, **changes: Any) -> HandoverBody:
    return HandoverBody(**{**vars(body), **changes})


def _json(body: HandoverBody) -> str:
    return json.dumps(body.as_plain(), ensure_ascii=False, sort_keys=True)
