"""What is done under article 4: intentions said, notices drafted, sent and received, meetings written down."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.life import Cause
from portal.agreement.models import AgreementEnd
from portal.agreement.text import Edition
from portal.consent.commands import Decision
from portal.consent.models import Document
from portal.consent.paper import listed, marked
from portal.history.work import Work
from portal.kernel.clock import JAPAN
from portal.kernel.db import Subject
from portal.kernel.errors import NotAllowed, NotFound, ask_all
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.uploads import Inspection
from portal.parties.models import Party
from portal.term import events, reckoning, rules
from portal.term.arrival import Arrived, announces_an_end, arrival_at, arrival_everywhere, standing_of
from portal.term.models import (
    Meeting,
    MeetingWord,
    Notice,
    NoticeArrival,
    NoticeAttempt,
    NoticeDecision,
    NoticeDraft,
    NoticeRecord,
    NoticeWord,
    TermFile,
    TermIntention,
)
from portal.term.notice import NoticeBody, kinds_of, opened, seal
from portal.term.rules import NoticeKind

# --------------------------------------------------------------------------------------- intentions


def say_intention(work: Work, *, says: str, remark: str = "") -> TermIntention:
    """The party has said what it intends for the time after the term that runs: no notice, and a later word stands in
    its place (R4-5)."""
    work.must(Permission.STATE_INTENTION)
    edition = agreement.edition(work.session)
    dates = agreement.dates_now(work.session, edition)
    found = reckoning.reckoned(edition, dates, work.today)
    rules.must_be_asked(
        found.running.term.expiry if found.running else None, work.today, is_ending=dates.end is not None
    )
    rules.must_be_an_intention(says)
    assert found.running is not None  # it is asked
    signed, number = _signed(work), found.running.number
    earlier = work.session.scalar(
        select(func.count())
        .select_from(TermIntention)
        .where(TermIntention.term_number == number, TermIntention.party == signed["party"])
    )
    row = work.add(
        TermIntention(
            id=new_id(), term_number=number, number=(earlier or 0) + 1, says=says, remark=remark, **signed
        )
    )
    work.record(events.IntentionSaid(about=row.subject, number=number, says=says, remark=remark))
    return row


# --------------------------------------------------------------------------------------- drafting a notice


def start_notice(work: Work, body: NoticeBody) -> NoticeDraft:
    """An own-side draft of a notice stands; the other parties know nothing of it (R4-1)."""
    work.must(Permission.GIVE_NOTICE)
    _must_be_endable(work)
    draft = work.add(
        NoticeDraft(
            id=new_id(),
            party=_own_party(work),
            kind=body.kind,
            body=_json(body),
            digest=body.digest(),
            savers="",
            saves=0,
            printed=0,
            saved_by="",
            saved_by_name="",
            saved_at=work.at,
        )
    )
    _touch(work, draft)
    work.record(events.NoticeDrafted(**_of_draft(draft)))
    return draft


def save_notice(work: Work, draft_id: str, body: NoticeBody, *, saves: int) -> NoticeDraft:
    """The own-side draft says `body`. An unchanged save changes nothing. Raises DraftHasMoved when it was saved since
    the page was opened (`saves`)."""
    work.must(Permission.GIVE_NOTICE)
    draft = _own_draft(work, draft_id, saves)
    if draft.body != _json(body):
        draft.kind, draft.body, draft.digest = body.kind, _json(body), body.digest()
        _touch(work, draft)
        work.record(events.NoticeDrafted(**_of_draft(draft)))
    return draft


def discard_notice(work: Work, draft_id: str) -> None:
    """The own-side draft is gone: before its dispatch the sender alone may take a notice back."""
    work.must(Permission.GIVE_NOTICE)
    draft = _own_draft(work, draft_id)
    told = _of_draft(draft)
    work.session.delete(draft)
    work.record(events.NoticeDraftDiscarded(**told))


def decide_notice(work: Work, draft_id: str, decision: Decision, *, saves: int) -> NoticeDecision:
    """The own side's decision on the words as they now stand is recorded (決裁; practice.md 3.1); changed words need
    it anew."""
    work.must(Permission.GIVE_NOTICE)
    draft = _own_draft(work, draft_id, saves)
    _must_be_whole(work, draft)
    decided_on = decision.decided_on or work.today
    if decided_on > work.today:
        raise rules.NotYet("decided_on")
    row = work.add(
        NoticeDecision(
            id=new_id(),
            notice_id=draft.id,
            digest=draft.digest,
            reference=decision.reference,
            capacity=decision.capacity.value,
            decided_on=decided_on,
            absent_post=decision.absent_post,
            **_signed(work),
        )
    )
    work.record(
        events.NoticeDecided(
            **_of_draft(draft),
            digest=draft.digest,
            capacity=decision.capacity.value,
            decided_on=decided_on.isoformat(),
            decision=decision.reference,
            absent_post=decision.absent_post,
        )
    )
    return row


def print_notice(work: Work, draft_id: str, *, saves: int) -> NoticeDraft:
    """That the letter of the words as they now stand was put on paper is kept, for the own side (書面出力)."""
    work.must(Permission.GIVE_NOTICE)
    draft = _own_draft(work, draft_id, saves)
    _must_be_whole(work, draft)
    draft.printed, draft.printed_at = draft.saves, work.at
    work.record(events.NoticePrinted(**_of_draft(draft), digest=draft.digest))
    return draft


def _must_be_whole(work: Work, draft: NoticeDraft) -> NoticeBody:
    edition = agreement.edition(work.session)
    body: NoticeBody = NoticeBody.from_plain(json.loads(draft.body))
    rules.must_be_whole(
        body.words(),
        kinds=kinds_of(edition),
        terms=[str(number) for number, _ in terms_to_end(work, edition)],
        receivers=[(one.key, one.defined_as) for one in edition.other_parties(draft.party)],
    )
    return body


def terms_to_end(work: Work, edition: Edition) -> list[tuple[int, dt.date]]:
    """The terms that a declaration of non-renewal may name, each with its expiry day: the one that runs, and the one
    before it, whose declaration may still be on its way."""
    return reckoning.terms_to_end(edition, agreement.dates_now(work.session, edition), work.today)


# --------------------------------------------------------------------------------------- sending it


@dataclass(frozen=True)
class Evidence:
    """A file that shows a dispatch, an arrival or an attempt: kept under its digest, its name only as data."""

    name: str
    kept: Kept
    inspection: Inspection


@dataclass(frozen=True)
class Dispatch:
    """How the letter went out, by the sender's word."""

    means: str
    dispatched_on: dt.date
    tracking: str = ""
    evidence: Sequence[Evidence] = ()


def dispatch(work: Work, draft_id: str, sent: Dispatch, *, saves: int) -> Notice:
    """The notice was sent: every party knows of it, and nothing of it is changed any more (R4-7). That it was recorded
    here is no notice; the paper is.

    Refused: without a decision on these very words, by its only drafter (four eyes), on a day to come or before the
    date of the letter, for a planned date that has passed.
    """
    work.must(Permission.GIVE_NOTICE)
    draft = _own_draft(work, draft_id, saves)
    _must_be_endable(work)
    body = _must_be_whole(work, draft)
    decided = work.session.scalars(
        select(NoticeDecision.id).where(
            NoticeDecision.notice_id == draft.id, NoticeDecision.digest == draft.digest
        )
    ).first()
    four_eyes = work.session.get_one(Party, draft.party).four_eyes
    rules.must_be_dispatchable(
        dated_on=body.dated,
        planned_on=body.planned,
        means=sent.means,
        dispatched_on=sent.dispatched_on,
        today=work.today,
        is_decided=decided is not None,
        drafted_alone=four_eyes and listed(draft.savers) == [work.actor.member_id],
    )
    notice = _register(work, draft.id, body, sent, sender=draft.party)
    work.session.delete(draft)
    work.record(
        events.NoticeDispatched(
            **_of(notice),
            means=notice.means,
            dispatched_on=sent.dispatched_on.isoformat(),
            planned_on=notice.planned_on.isoformat() if notice.planned_on else "",
            term_number=notice.term_number or 0,
            digest=notice.digest,
            evidence=[one.kept.sha256 for one in sent.evidence],
        )
    )
    return notice


@dataclass(frozen=True)
class Received:
    """A notice that came on paper, as a receiver registers it."""

    sender: str
    kind: str
    term: str = ""
    planned_on: dt.date | None = None
    document_number: str = ""
    dated_on: dt.date | None = None
    signed_by: str = ""
    means: str = rules.Means.OTHER
    scan: Sequence[Evidence] = ()


def register_received(work: Work, received: Received, arrived: Arrival) -> Notice:
    """A notice that a receiver holds on paper stands in the register, though the sender has recorded nothing, with its
    arrival at that receiver (R4-1)."""
    work.must(Permission.RECORD_ARRIVAL)
    party = _own_party(work)
    edition = agreement.edition(work.session)
    body = NoticeBody(
        kind=received.kind,
        term=received.term if received.kind == NoticeKind.NON_RENEWAL else "",
        planned_on=received.planned_on.isoformat()
        if received.planned_on and received.kind == NoticeKind.TERMINATION
        else "",
        document_number=received.document_number,
        dated_on=received.dated_on.isoformat() if received.dated_on else "",
        sender=received.signed_by,
        addressees=tuple((one.key, one.name.ja) for one in edition.other_parties(received.sender)),
    )
    others = [one for one in work.parties if one != party]
    ask_all(
        lambda: rules.must_be_anothers(received.sender, others),
        lambda: rules.must_be_whole(
            body.words(),
            kinds=kinds_of(edition),
            terms=[str(number) for number, _ in terms_to_end(work, edition)],
            receivers=[(one.key, one.defined_as) for one in edition.other_parties(received.sender)],
        ),
    )
    if body.dated is not None and arrived.arrived_on < body.dated:
        raise rules.ArrivedBeforeItWasSent("arrived_on", day=body.dated)
    means = received.means if received.means in set(rules.Means) else rules.Means.OTHER.value
    sent = Dispatch(means, work.today, evidence=received.scan)
    notice = _register(work, new_id(), body, sent, sender=received.sender)
    work.record(
        events.NoticeRegistered(
            **_of(notice),
            sender=notice.party,
            planned_on=notice.planned_on.isoformat() if notice.planned_on else "",
            term_number=notice.term_number or 0,
            digest=notice.digest,
        )
    )
    work.session.flush()  # the arrival points at it
    record_arrival(work, notice.id, arrived)
    return notice


def _register(work: Work, id: str, body: NoticeBody, sent: Dispatch, *, sender: str) -> Notice:
    """The notice and its sealed words stand; with what shows its dispatch, where the sender registers it."""
    edition = agreement.edition(work.session)
    settled = agreement.settled(work.session, edition)
    dates = agreement.dates_now(work.session, edition)
    own = sender == _own_party(work)
    number = (work.session.scalar(select(func.max(Notice.number))) or 0) + 1
    reference = f"{edition.settings.prefixes.get('notice', rules.PREFIX)}-{number:04}"
    files = [_file(work, "notice", id, one) for one in sent.evidence]
    readings = (
        reckoning.expiry_readings(edition, dates, body.term_number) if body.term_number is not None else []
    )
    edition_number = agreement.edition_number(work.session)
    sealed, digest = seal(
        id=id,
        reference=reference,
        origin=work.origin,
        party=sender,
        registered_by=_own_party(work),
        edition=edition,
        edition_number=edition_number,
        settled=settled,
        body=body,
        counted=reckoning.counted_by(edition, settled.conventions, kinds_of(edition)[body.kind].lead_months),
        signed_on=dates.signed_on or dates.effective_on,
        expiry=readings[0] if readings else None,
        means=sent.means,
        tracking=sent.tracking,
        dispatched_on=sent.dispatched_on if own else None,
        files=files,
    )
    notice = work.add(
        Notice(
            id=id,
            number=number,
            reference=reference,
            kind=body.kind,
            edition=edition_number,
            party=sender,
            registered_by=_own_party(work),
            term_number=body.term_number,
            planned_on=body.planned,
            means=sent.means,
            dispatched_on=sent.dispatched_on if own else None,
            digest=digest,
            registered_at=work.at,
            standing="",
            waits_for=marked(one.key for one in edition.other_parties(sender)),
            to_second="",
        )
    )
    work.session.flush()  # its record points at it
    work.add(NoticeRecord(notice_id=id, digest=digest, sealed=sealed, **_signed(work)))
    return notice


# --------------------------------------------------------------------------------------- its arrival


@dataclass(frozen=True)
class Arrival:
    """When a notice arrived at a receiver, and what shows it."""

    receiver: str
    arrived_on: dt.date
    arrived_at: dt.time | None = None
    """By the clock of Japan; None: the whole day."""
    evidence: str = ""
    evidence_on: dt.date | None = None
    """The day that the evidence shows."""
    file: Evidence | None = None
    reason: str = ""
    """Why it is recorded otherwise than before."""


def record_arrival(work: Work, notice_id: str, arrived: Arrival) -> NoticeArrival:
    """A side has recorded when the notice arrived at a receiver: the receiver itself, or the sender with what shows it.
    How that lies to the deadline is reckoned at once; a notice in time by every reading announces the end (R4-1, R4-7).
    """
    work.must(Permission.RECORD_ARRIVAL)
    notice = _found(work, notice_id)
    _must_stand(notice)
    party = _own_party(work)
    earlier = _records(work, notice, arrived.receiver)
    rules.must_be_an_arrival(
        rules.Claim(
            receiver=arrived.receiver,
            arrived_on=arrived.arrived_on,
            evidence_on=arrived.evidence_on,
            has_file=arrived.file is not None,
            by=party,
            corrects=any(row.party == party for row in earlier),
            reason=arrived.reason,
        ),
        sender=notice.party,
        receivers=[key for key in work.parties if key != notice.party],
        dispatched_on=notice.dispatched_on,
        today=work.today,
    )
    at = (
        dt.datetime.combine(arrived.arrived_on, arrived.arrived_at, JAPAN)
        if arrived.arrived_at is not None
        else None
    )
    if at is not None and at > work.at:
        raise rules.NotYet("arrived_at")
    file = _file(work, "notice", notice.id, arrived.file) if arrived.file else None
    number = work.session.scalar(
        select(func.max(NoticeArrival.number)).where(NoticeArrival.notice_id == notice.id)
    )
    row = work.add(
        NoticeArrival(
            id=new_id(),
            notice_id=notice.id,
            number=(number or 0) + 1,
            receiver=arrived.receiver,
            arrived_on=arrived.arrived_on,
            arrived_at=at,
            evidence=arrived.evidence,
            evidence_on=arrived.evidence_on,
            file_id=file.id if file else None,
            reason=arrived.reason,
            **_signed(work),
        )
    )
    work.record(
        events.NoticeArrived(
            **_of(notice),
            receiver=row.receiver,
            arrived_on=row.arrived_on.isoformat(),
            arrived_at=f"{arrived.arrived_at:%H:%M}" if arrived.arrived_at else "",
            evidence_on=row.evidence_on.isoformat() if row.evidence_on else "",
            sha256=file.sha256 if file else "",
            evidence=row.evidence,
            reason=row.reason,
        )
    )
    work.session.flush()  # what follows reads it
    reckon(work, notice)
    return row


def answer_arrival(
    work: Work, notice_id: str, arrival_id: str, *, is_confirmed: bool, remark: str = ""
) -> NoticeWord:
    """The other side of the notice has said that the arrival was so, or how else: what every side has confirmed counts
    alone."""
    work.must(Permission.RECORD_ARRIVAL)
    notice, arrival = _arrival(work, notice_id, arrival_id)
    _must_stand(notice)
    words = _words(work, arrival)
    rules.must_be_answerable(
        recorded_by=arrival.party,
        party=_own_party(work),
        sender=notice.party,
        receiver=arrival.receiver,
        has_confirmed=any(one.is_confirmed for one in words if not one.is_second),
        is_confirmed=is_confirmed,
        remark=remark,
    )
    word = _word(work, arrival, is_second=False, is_confirmed=is_confirmed, remark=remark)
    event = events.ArrivalConfirmed if is_confirmed else events.ArrivalDisputed
    work.record(event(**_of_arrival(notice, arrival), remark=remark))
    work.session.flush()  # what follows reads it
    reckon(work, notice)
    return word


def second_arrival(
    work: Work, notice_id: str, arrival_id: str, *, is_confirmed: bool, remark: str = ""
) -> NoticeWord:
    """Another person of the receiving side has borne out a day earlier than its evidence, or has not (R4-7)."""
    work.must(Permission.RECORD_ARRIVAL)
    notice, arrival = _arrival(work, notice_id, arrival_id)
    _must_stand(notice)
    rules.must_be_secondable(
        waits=arrival.party == arrival.receiver and _as_arrived(work, arrival).waits_for_second,
        receiver=arrival.receiver,
        party=_own_party(work),
        recorder=arrival.member_id,
        member=work.actor.member_id or "",
        is_confirmed=is_confirmed,
        remark=remark,
    )
    word = _word(work, arrival, is_second=True, is_confirmed=is_confirmed, remark=remark)
    event = events.ArrivalSeconded if is_confirmed else events.ArrivalNotSeconded
    work.record(event(**_of_arrival(notice, arrival), remark=remark))
    work.session.flush()  # what follows reads it
    reckon(work, notice)
    return word


def record_attempt(
    work: Work,
    notice_id: str,
    *,
    receiver: str,
    tried_on: dt.date,
    means: str,
    circumstances: str,
    file: Evidence | None = None,
) -> NoticeAttempt:
    """An attempt to deliver that did not succeed stands, by the sender's word; what follows from it in law is the
    parties' question (articles.md 1.4)."""
    work.must(Permission.RECORD_ARRIVAL)
    notice = _found(work, notice_id)
    _must_stand(notice)
    if _own_party(work) != notice.party:
        raise rules.ForTheSenderAlone()
    if receiver not in work.parties or receiver == notice.party:
        raise rules.NoReceiver("receiver")
    if tried_on > work.today:
        raise rules.NotYet("tried_on")
    if means not in set(rules.Means):
        raise rules.MeansMissing("means")
    kept = _file(work, "notice", notice.id, file) if file else None
    row = work.add(
        NoticeAttempt(
            id=new_id(),
            notice_id=notice.id,
            receiver=receiver,
            tried_on=tried_on,
            means=means,
            circumstances=circumstances,
            file_id=kept.id if kept else None,
            **_signed(work),
        )
    )
    work.record(
        events.DeliveryAttempted(
            **_of(notice),
            receiver=receiver,
            tried_on=tried_on.isoformat(),
            means=means,
            sha256=kept.sha256 if kept else "",
            circumstances=circumstances,
        )
    )
    return row


# --------------------------------------------------------------------------------------- what follows from it


def reckon(work: Work, notice: Notice) -> None:
    """The cached columns of the notice say what was recorded of it; how its arrival lies to the deadline is told when it
    has changed; and the end stands announced exactly while the notice is in time by every reading, unless its day has
    already come. Nothing here decides whether the notice is valid."""
    sealed = opened(work.session.get_one(NoticeRecord, notice.id).sealed)
    receivers = [key for key in work.parties if key != notice.party]
    spans, waits, seconds = [], [], []
    for receiver in receivers:
        rows = _records(work, notice, receiver)
        known = [_as_arrived(work, row) for row in rows]
        spans.append(arrival_at(known))
        has_answered = any(row.party == receiver for row in rows) or any(
            word.party == receiver for row in rows for word in _words(work, row)
        )
        if not has_answered:
            waits.append(receiver)
        if any(row.party == receiver and one.waits_for_second for row, one in zip(rows, known, strict=True)):
            seconds.append(receiver)
    notice.waits_for, notice.to_second = marked(waits), marked(seconds)
    arrived = arrival_everywhere(spans)
    edition = agreement.edition(work.session)
    dates = agreement.dates_now(work.session, edition)
    lasts = reckoning.deadlines_of(edition, dates, sealed.counted, notice.planned_on, notice.term_number)
    standing = standing_of(arrived, safe=lasts.safe, latest=lasts.latest) if arrived else None
    if arrived and standing and standing.value != notice.standing:
        work.record(
            events.StandingReckoned(
                **_of(notice),
                standing=standing.value,
                first_on=arrived.first.isoformat(),
                last_on=arrived.last.isoformat(),
                safe_on=lasts.safe.isoformat(),
                latest_on=lasts.latest.isoformat(),
            ),
            by=SYSTEM,
        )
    notice.standing = standing.value if standing else ""
    announces = announces_an_end(
        standing,
        means=notice.means,
        electronic_is_writing=sealed.electronic,
        is_withdrawn=notice.withdrawn_at is not None,
    )
    _announce(work, notice, lasts.last_day_in_force if announces else None)
    work.session.flush()  # the document or the notice that asked for it goes on from here


def _announce(work: Work, notice: Notice, last_day: dt.date | None) -> None:
    """The notice announces the end on `last_day`, or none. What has come true by now stays as it is, and a day that has
    passed is announced by no side alone: the parties confirm it together."""
    announced = work.session.scalars(
        select(AgreementEnd).where(
            AgreementEnd.source_kind == "notice",
            AgreementEnd.source_id == notice.id,
            AgreementEnd.revoked_at.is_(None),
        )
    ).first()
    if announced is not None and (announced.last_day == last_day or announced.last_day < work.today):
        return
    if announced is not None:
        agreement_commands.revoke_end(work, notice.subject)
    if last_day is not None and last_day >= work.today:
        agreement_commands.announce_end(
            work,
            cause=Cause(notice.kind),
            last_day=last_day,
            measures_apply=True,
            source=notice.subject,
        )


def reckon_term(work: Work, number: int) -> None:
    """The declarations of non-renewal that name the term are reckoned anew: its expiry day was confirmed (R4-8)."""
    for notice in work.session.scalars(
        select(Notice).where(Notice.term_number == number, Notice.withdrawn_at.is_(None))
    ).all():
        reckon(work, notice)


def withdraw_notice(work: Work, notice_id: str, *, document: Document) -> None:
    """The notice counts no more, as every party has agreed in `document`; nor does the end that it announced."""
    notice = _found(work, notice_id)
    _must_stand(notice)
    notice.withdrawn_by, notice.withdrawn_at = document.id, work.at
    work.record(events.NoticeWithdrawn(**_of(notice), document=document.reference or ""))
    agreement_commands.revoke_end(work, notice.subject)
    if notice.confirmed_by:
        agreement_commands.revoke_end(work, Subject("document", notice.confirmed_by))


def confirm_end_of(work: Work, notice_id: str, *, document: Document, last_day: dt.date) -> None:
    """The end to which a notice in doubt leads stands announced, as every party has confirmed in `document`."""
    notice = _found(work, notice_id)
    _must_stand(notice)
    notice.confirmed_by = document.id
    work.record(
        events.EndConfirmed(**_of(notice), document=document.reference or "", last_day=last_day.isoformat())
    )
    agreement_commands.revoke_end(work, notice.subject)
    agreement_commands.announce_end(
        work,
        cause=Cause(notice.kind),
        last_day=last_day,
        measures_apply=True,
        source=Subject("document", document.id),
    )


# --------------------------------------------------------------------------------------- meetings

MEETING_PREFIX = "MTG"
MOST_MATERIALS = 10
"""How many files the record of one meeting may have."""


@dataclass(frozen=True)
class Minutes:
    """A regular meeting as one side writes it down (R2-2)."""

    held_on: dt.date
    medium: str
    participants: Sequence[tuple[str, str]]
    """By party: key and words."""
    summary: str
    decisions: str = ""
    materials: Sequence[Evidence] = ()


def record_meeting(work: Work, minutes: Minutes) -> Meeting:
    """A regular meeting stands in the register, for the other parties to confirm ("meetings"; R2-2)."""
    work.must(Permission.CONSULT)
    edition = agreement.edition(work.session)
    rules.must_ask_for_meetings(edition.meeting_months)
    rules.must_be_minutes(
        held_on=minutes.held_on,
        today=work.today,
        participants={key for key, words in minutes.participants if words.strip()},
        parties=[(one.key, one.defined_as) for one in edition.parties],
    )
    id = new_id()
    number = (work.session.scalar(select(func.max(Meeting.number))) or 0) + 1
    files = [_file(work, "meeting", id, one) for one in minutes.materials]
    row = work.add(
        Meeting(
            id=id,
            number=number,
            reference=f"{edition.settings.prefixes.get('meeting', MEETING_PREFIX)}-{number:04}",
            held_on=minutes.held_on,
            medium=minutes.medium,
            participants=json.dumps([list(one) for one in minutes.participants], ensure_ascii=False),
            summary=minutes.summary,
            decisions=minutes.decisions,
            files=",".join(one.id for one in files),
            **_signed(work),
        )
    )
    work.record(
        events.MeetingRecorded(
            **_of_meeting(row),
            medium=row.medium,
            materials=[one.sha256 for one in files],
            participants="\n".join(words for _, words in minutes.participants),
            summary=row.summary,
            decisions=row.decisions,
            material_names="\n".join(one.name for one in files),
        )
    )
    return row


def answer_meeting(work: Work, meeting_id: str, *, is_confirmed: bool, remark: str = "") -> MeetingWord:
    """Another party has confirmed the summary, or said what it sees otherwise; the last word of a party stands (R2-2)."""
    work.must(Permission.CONSULT)
    meeting = work.session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound()
    signed = _signed(work)
    earlier = work.session.scalars(
        select(MeetingWord)
        .where(MeetingWord.meeting_id == meeting.id, MeetingWord.party == signed["party"])
        .order_by(MeetingWord.number)
    ).all()
    rules.must_be_confirmable(
        recorded_by=meeting.party,
        party=signed["party"],
        has_confirmed=bool(earlier) and earlier[-1].is_confirmed,
        is_confirmed=is_confirmed,
        remark=remark,
    )
    word = work.add(
        MeetingWord(
            id=new_id(),
            meeting_id=meeting.id,
            number=len(earlier) + 1,
            is_confirmed=is_confirmed,
            remark=remark,
            **signed,
        )
    )
    event = events.MeetingConfirmed if is_confirmed else events.MeetingDisputed
    work.record(event(**_of_meeting(meeting), remark=remark))
    return word


# --------------------------------------------------------------------------------------- inside


def _own_party(work: Work) -> str:
    if work.actor.party is None:
        raise NotAllowed()
    return work.actor.party


def _must_be_endable(work: Work) -> None:
    """There is a term that runs or is to come, and it has not been outlived (art. 4)."""
    life = agreement.in_force(work.session, agreement.edition(work.session), work.today)
    if not life.is_in_force and (life.has_begun or life.term is None):
        raise rules.NothingToEnd()


def _own_draft(work: Work, draft_id: str, saves: int | None = None) -> NoticeDraft:
    draft = work.session.get(NoticeDraft, draft_id)
    if draft is None or draft.party != _own_party(work):
        raise NotFound()
    if saves is not None and draft.saves != saves:
        raise rules.DraftHasMoved()
    return draft


def _found(work: Work, notice_id: str) -> Notice:
    _own_party(work)
    notice = work.session.get(Notice, notice_id)
    if notice is None:
        raise NotFound()
    return notice


def _must_stand(notice: Notice) -> None:
    if notice.withdrawn_at is not None:
        raise rules.NoticeWithdrawn()


def _arrival(work: Work, notice_id: str, arrival_id: str) -> tuple[Notice, NoticeArrival]:
    notice = _found(work, notice_id)
    arrival = work.session.scalars(
        select(NoticeArrival).where(NoticeArrival.id == arrival_id, NoticeArrival.notice_id == notice.id)
    ).first()
    if arrival is None:
        raise NotFound()
    return notice, arrival


def _records(work: Work, notice: Notice, receiver: str) -> Sequence[NoticeArrival]:
    """What was recorded of the arrival at one receiver, the oldest first."""
    return work.session.scalars(
        select(NoticeArrival)
        .where(NoticeArrival.notice_id == notice.id, NoticeArrival.receiver == receiver)
        .order_by(NoticeArrival.number)
    ).all()


def _words(work: Work, arrival: NoticeArrival) -> Sequence[NoticeWord]:
    return work.session.scalars(select(NoticeWord).where(NoticeWord.arrival_id == arrival.id)).all()


def _as_arrived(work: Work, arrival: NoticeArrival) -> Arrived:
    return reckoning.as_arrived(arrival, _words(work, arrival))


def _word(
    work: Work, arrival: NoticeArrival, *, is_second: bool, is_confirmed: bool, remark: str
) -> NoticeWord:
    return work.add(
        NoticeWord(
            id=new_id(),
            notice_id=arrival.notice_id,
            arrival_id=arrival.id,
            is_second=is_second,
            is_confirmed=is_confirmed,
            remark=remark,
            **_signed(work),
        )
    )


def _file(work: Work, kind: str, id: str, one: Evidence) -> TermFile:
    found = [[finding.code, finding.detail] for finding in one.inspection.findings]
    return work.add(
        TermFile(
            id=new_id(),
            of_kind=kind,
            of_id=id,
            name=one.name,
            media_type=one.inspection.media_type,
            size=one.kept.size,
            sha256=one.kept.sha256,
            findings=json.dumps(found, ensure_ascii=False),
            party=_own_party(work),
            member_id=work.actor.member_id or "",
            added_at=work.at,
        )
    )


def _touch(work: Work, draft: NoticeDraft) -> None:
    member = work.actor.member_id or ""
    draft.savers = ",".join(dict.fromkeys([*listed(draft.savers), member]))
    draft.saves += 1
    draft.saved_by, draft.saved_by_name, draft.saved_at = member, work.actor.name, work.at


def _of_draft(draft: NoticeDraft) -> dict[str, Any]:
    return {
        "about": draft.subject,
        "private_to": draft.party,
        "kind": draft.kind,
        "under": draft.kind or None,
    }


def _of(notice: Notice) -> dict[str, Any]:
    """What every event on a notice that all know of says: it rests on the term that lets it be given."""
    return {
        "about": notice.subject,
        "kind": notice.kind,
        "reference": notice.reference,
        "under": notice.kind,
    }


def _of_arrival(notice: Notice, arrival: NoticeArrival) -> dict[str, Any]:
    return _of(notice) | {
        "receiver": arrival.receiver,
        "arrived_on": arrival.arrived_on.isoformat(),
    }


def _of_meeting(row: Meeting) -> dict[str, Any]:
    return {
        "about": row.subject,
        "reference": row.reference,
        "held_on": row.held_on.isoformat(),
        "under": "meetings",
    }


def _json(body: NoticeBody) -> str:
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
