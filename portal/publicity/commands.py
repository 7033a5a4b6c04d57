"""What is done about publicity: recorded as published, corrected, copied before its time, reported, settled."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.consent import commands as consent
from portal.consent import queries as documents
from portal.consent.models import Closing, Document, Revision
from portal.consent.paper import body_of
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.history.work import Work
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import Subject
from portal.kernel.digest import REVISION, digest
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.files import Kept
from portal.kernel.ids import new_id
from portal.kernel.words import N_, Phrase
from portal.publicity import events, rules
from portal.publicity.item import BOTH, VOLUNTARY, PublicityBody, channels_of, output_of, plan_of
from portal.publicity.models import (
    EmbargoedCopy,
    EventEnd,
    Publication,
    PublicityItem,
    PublicityRecord,
    RecordWord,
)
from portal.publicity.rules import Facts, Hold, Nature, Relation
from portal.publicity.timing import TimingKind

RECORD_PREFIX = "REC"


@dataclass(frozen=True)
class ArchivedCopy:
    """A file that shows what appeared: kept under its digest, its name only as data."""

    name: str
    kept: Kept


@dataclass(frozen=True)
class Appeared:
    """What appeared through one channel, by the word of its publisher."""

    published_at: dt.datetime
    """Aware."""
    place: str = ""
    url: str = ""
    is_agreed_text: bool = True
    final_text: str = ""
    remark: str = ""
    copy: ArchivedCopy | None = None


def publish(work: Work, document_id: str, number: int, *, seen: str, appeared: Appeared) -> Publication:
    """The channel is recorded as published, by its agreed publisher, with what differs from what was agreed; with
    the last channel the item is 公表済 (R6.2-7; decision 27; I8).

    Refused: before every party's consent, while it is held, before or after the agreed time, out of an agreed
    order, after the end of the agreement, by another party than the publisher, or a second time.
    """
    work.must(Permission.PUBLISH)
    document, item = _found(work, document_id)
    if seen != document.digest:
        raise rules.AnotherRevision()
    revision = agreed_revision(work, document)
    body = body_of(BOTH[document.kind], revision) if revision else PublicityBody()
    facts = _facts(work, document, item, body, at=appeared.published_at)
    channel = rules.must_be_publishable(facts, number, at=min(appeared.published_at, work.at))
    edition = agreement.edition(work.session)
    rules.must_be_the_publisher(
        channel, work.actor.party or "", label=edition.party(channel.publisher).defined_as
    )
    rules.must_have_happened(appeared.published_at, work.at, "published_at")
    rules.must_be_an_address(appeared.url)
    rules.must_say_what_appeared(
        channel, as_agreed=appeared.is_agreed_text, final_text=appeared.final_text, url=appeared.url
    )
    assert revision is not None  # it is agreed
    own = channel.day and channel.time
    is_exact = bool(own) or (body.timing_kind == TimingKind.EXACT and not channel.day)
    found = rules.differences(
        channel,
        agreed_text=output_of(body, channel.output),
        exact=facts.spans[number].opens_at if is_exact else None,
        published_at=appeared.published_at,
        place=appeared.place,
        final_text=None if appeared.is_agreed_text else appeared.final_text,
    )
    said = json.dumps([[one.what, dict(one.facts)] for one in found], ensure_ascii=False)
    publication = work.add(
        Publication(
            id=new_id(),
            document_id=document.id,
            digest=revision.digest,
            channel=number,
            published_at=appeared.published_at,
            place=appeared.place or channel.place,
            url=appeared.url,
            is_agreed_text=appeared.is_agreed_text,
            final_text="" if appeared.is_agreed_text else appeared.final_text,
            differences=said,
            remark=appeared.remark,
            **_copy(appeared.copy),
            **_signed(work),
        )
    )
    item.published += 1
    work.record(
        events.ChannelPublished(
            **_of(document),
            digest=revision.digest,
            channel=number,
            published_at=in_japan(appeared.published_at),
            differing=len(found),
            sha256=publication.copy_sha256,
            place=publication.place,
            url=publication.url,
            final_text=publication.final_text,
            differences=said if found else "",
        )
    )
    if item.published == item.channels:
        work.record(events.PublicityCompleted(**_of(document), channels=item.channels), by=SYSTEM)
    return publication


def end_event(work: Work, document_id: str, *, ended_at: dt.datetime, remark: str = "") -> EventEnd:
    """A publisher has recorded that the event which the item waits for ended at `ended_at` (aware): from then on
    it may appear (decision 27)."""
    work.must(Permission.PUBLISH)
    document, item = _found(work, document_id)
    revision = agreed_revision(work, document)
    rules.must_be_agreed(Standing(document.standing), _status(work, document))
    assert revision is not None  # it is agreed
    rules.must_await_an_event(item.timing_kind, ended=item.event_ended_at is not None)
    if f",{work.actor.party}," not in item.publishers:
        raise NotAllowed()
    rules.must_have_happened(ended_at, work.at, "ended_at")
    item.event_ended_at = ended_at
    item.opens_at = plan_of(body_of(BOTH[document.kind], revision), item).first
    end = work.add(EventEnd(document_id=document.id, ended_at=ended_at, remark=remark, **_signed(work)))
    work.record(events.EventEnded(**_of(document), ended_at=in_japan(ended_at), remark=remark))
    return end


def take_copy(work: Work, document_id: str, *, output: str, recipient: str) -> EmbargoedCopy:
    """A copy of an agreed text is taken before its time; who took it for whom stands on it and in the record
    (row 47)."""
    work.must(Permission.PUBLISH)
    document, _ = _found(work, document_id)
    revision = agreed_revision(work, document)
    rules.must_be_agreed(Standing(document.standing), _status(work, document))
    assert revision is not None  # it is agreed
    if not output_of(body_of(BOTH[document.kind], revision), output):
        raise NotFound()
    taken = work.session.scalar(
        select(func.count()).select_from(EmbargoedCopy).where(EmbargoedCopy.document_id == document.id)
    )
    copy = work.add(
        EmbargoedCopy(
            id=new_id(),
            document_id=document.id,
            number=(taken or 0) + 1,
            digest=revision.digest,
            output=output,
            recipient=recipient,
            **_signed(work),
        )
    )
    work.record(
        events.CopyTaken(
            **_of(document), number=copy.number, digest=revision.digest, output=output, recipient=recipient
        )
    )
    return copy


def follow_up(work: Work, document_id: str, relation: Relation) -> Document:
    """A correction, a supplement or a take-down of what has appeared is begun as an own-side draft, a joint item of
    its own; after the end of the agreement as a voluntary agreement (R6.2-7; R5-5)."""
    work.must(Permission.DRAFT)
    document, item = _found(work, document_id)
    rules.must_have_appeared(item.published > 0, reference=item.reference)
    revision = agreed_revision(work, document)
    assert revision is not None  # something has appeared
    said: PublicityBody = body_of(BOTH[document.kind], revision)
    body = dataclasses.replace(
        said,
        title=said.title,
        relation=relation.value,
        concerns=item.reference,
        relation_reason="",
        timing_kind="",
        day="",
        time="",
        until_day="",
        until_time="",
        event="",
        timing_words="",
        embargo="no",
        provided_day="",
        provided_time="",
    )
    kind = BOTH[document.kind] if _is_in_force(work, work.today) else VOLUNTARY
    return consent.start(work, kind, body, activity_id=document.activity_id, copied_from=document)


def go_on_voluntarily(work: Work, document_id: str) -> Document:
    """What was agreed and not published before the end of the agreement is begun anew as a voluntary agreement
    (R5-5; S11)."""
    work.must(Permission.DRAFT)
    document, _ = _found(work, document_id)
    body = body_of(BOTH[document.kind], consent.latest(work, document))
    return consent.start(work, VOLUNTARY, body, activity_id=document.activity_id, copied_from=document)


@dataclass(frozen=True)
class Reported:
    """A publication that no agreement covered, as one side found it."""

    nature: str
    title: str
    appeared_at: dt.datetime
    """Aware."""
    medium: str = ""
    place: str = ""
    url: str = ""
    publisher: str = ""
    words: str = ""
    circumstances: str = ""
    document_id: str | None = None
    copy: ArchivedCopy | None = None


def report(work: Work, reported: Reported) -> PublicityRecord:
    """A publication without agreement, other than agreed, or for information is recorded as what it is; every
    party is told (S4, S12)."""
    work.must(Permission.REPORT_PUBLICITY)
    signed = _signed(work)
    rules.must_be_recordable(reported.nature, document_id=reported.document_id)
    rules.must_have_happened(reported.appeared_at, work.at, "appeared_at")
    rules.must_be_an_address(reported.url)
    document = _found(work, reported.document_id)[0] if reported.document_id else None
    number = (work.session.scalar(select(func.max(PublicityRecord.number))) or 0) + 1
    record = work.add(
        PublicityRecord(
            id=new_id(),
            number=number,
            reference=f"{RECORD_PREFIX}-{number:04}",
            edition=agreement.edition_number(work.session),
            nature=reported.nature,
            title=reported.title,
            document_id=document.id if document else None,
            medium=reported.medium,
            place=reported.place,
            url=reported.url,
            appeared_at=reported.appeared_at,
            publisher=reported.publisher,
            words=reported.words,
            circumstances=reported.circumstances,
            is_settled=reported.nature == Nature.FOR_INFORMATION,
            **_copy(reported.copy),
            **signed,
        )
    )
    also = (Subject("document", document.id),) if document else ()
    work.record(
        events.PublicityRecorded(
            **_of_record(record),
            activity_id=document.activity_id if document else None,
            appeared_at=in_japan(record.appeared_at),
            document=document.reference or "" if document else "",
            sha256=record.copy_sha256,
            place=record.place,
            url=record.url,
            publisher=record.publisher,
            said=record.words,
            circumstances=record.circumstances,
        ),
        *also,
    )
    return record


def discuss(work: Work, record_id: str, *, text: str) -> RecordWord:
    """A party has said something of the record, for all to read."""
    work.must(Permission.REPORT_PUBLICITY)
    record = _record(work, record_id)
    word = _word(work, record, is_settling=False, text=text)
    work.record(events.RecordDiscussed(**_of_record(record), text=text))
    return word


def settle(work: Work, record_id: str, *, text: str, attributed_to: str = "") -> RecordWord:
    """The actor's party has settled the matter for its side; with the last party's word it is closed (S12)."""
    work.must(Permission.SETTLE_PUBLICITY)
    record = _record(work, record_id)
    settled_by = set(
        work.session.scalars(
            select(RecordWord.party).where(RecordWord.record_id == record.id, RecordWord.is_settling)
        )
    )
    rules.must_be_open_for(work.actor.party or "", set(work.parties) if record.is_settled else settled_by)
    word = _word(
        work,
        record,
        is_settling=True,
        text=text,
        attributed_to=attributed_to if attributed_to in work.parties else "",
    )
    closed = settled_by | {word.party} >= set(work.parties)
    record.is_settled = closed
    work.record(
        events.RecordSettled(
            **_of_record(record), closed=closed, attributed_to=word.attributed_to, text=word.text
        )
    )
    return word


def agreed_revision(work: Work, document: Document) -> Revision | None:
    """The agreed revision, its bytes found to be the ones of its digest (row 43); None before agreement."""
    if document.agreed_revision_id is None:
        return None
    revision = work.session.get_one(Revision, document.agreed_revision_id)
    must_be_its_bytes(revision)
    return revision


def must_be_its_bytes(revision: Any) -> None:
    """What is stored has the digest that was consented to; raises NotTheAgreedBytes (row 43)."""
    try:
        plain = json.loads(revision.sealed)
    except ValueError:
        raise rules.NotTheAgreedBytes() from None
    if not isinstance(plain, dict) or digest(REVISION, plain) != revision.digest:
        raise rules.NotTheAgreedBytes()


def in_japan(moment: dt.datetime) -> str:
    """A moment by the Japanese clock, as the record keeps it: `2025-09-10 14:02`."""
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def _found(work: Work, document_id: str) -> tuple[Document, PublicityItem]:
    """The tabled publicity document under the lock, and its item; raises NotFound for any other."""
    if work.actor.party is None:
        raise NotAllowed()
    document, item = work.session.get(Document, document_id), work.session.get(PublicityItem, document_id)
    if document is None or item is None or document.kind not in BOTH:
        raise NotFound()
    return document, item


def _facts(
    work: Work, document: Document, item: PublicityItem, body: PublicityBody, *, at: dt.datetime
) -> Facts:
    plan = plan_of(body, item)
    published = work.session.execute(
        select(Publication.channel, Publication.published_at).where(Publication.document_id == document.id)
    ).all()
    return Facts(
        standing=Standing(document.standing),
        status=_status(work, document),
        agreed_at=document.agreed_at,
        is_in_force=document.kind == VOLUNTARY.key or _is_in_force(work, day_in_japan(at)),
        channels=channels_of(body),
        spans=plan.channels,
        event=body.event if body.timing_kind == TimingKind.AFTER_EVENT else "",
        event_ended_at=item.event_ended_at,
        in_order=body.in_order == "yes",
        published={row.channel: row.published_at for row in published},
        holds=_holds(work, document),
    )


def _status(work: Work, document: Document) -> list[Phrase]:
    """Each party and whether it consented to the latest revision, for a sentence: 甲 済 / 乙 未."""
    edition = agreement.edition(work.session)
    on_table = Standing(document.standing) in ON_THE_TABLE
    consented = documents.consents_of(work.session, [document.id])[document.id] if on_table else {}
    return [
        Phrase(N_("%(party)s 済") if one.key in consented else N_("%(party)s 未"), {"party": one.defined_as})
        for one in edition.parties
    ]


def _holds(work: Work, document: Document) -> list[Hold]:
    """The times during which some party held the document; each party holds and lifts in turn."""
    found: dict[str, list[Hold]] = {}
    for party, act, at in work.session.execute(
        select(Closing.party, Closing.act, Closing.at)
        .where(Closing.document_id == document.id, Closing.act.in_(["hold", "lift_hold"]))
        .order_by(Closing.at)
    ):
        holds = found.setdefault(party, [])
        if act == "hold":
            holds.append(Hold(at))
        elif holds:
            holds[-1] = Hold(holds[-1].since, at)
    return [hold for holds in found.values() for hold in holds]


def _is_in_force(work: Work, day: dt.date) -> bool:
    return agreement.in_force(work.session, agreement.edition(work.session), day).is_in_force


def _record(work: Work, record_id: str) -> PublicityRecord:
    if work.actor.party is None:
        raise NotAllowed()
    record = work.session.get(PublicityRecord, record_id)
    if record is None:
        raise NotFound()
    return record


def _word(
    work: Work, record: PublicityRecord, *, is_settling: bool, text: str, attributed_to: str = ""
) -> RecordWord:
    return work.add(
        RecordWord(
            id=new_id(),
            record_id=record.id,
            is_settling=is_settling,
            text=text,
            attributed_to=attributed_to,
            **_signed(work),
        )
    )


def _copy(copy: ArchivedCopy | None) -> dict[str, Any]:
    return {
        "copy_name": copy.name if copy else "",
        "copy_sha256": copy.kept.sha256 if copy else "",
        "copy_size": copy.kept.size if copy else 0,
    }


def _of(document: Document) -> dict[str, Any]:
    """What every event on an item says of it."""
    return {
        "about": Subject("document", document.id),
        "activity_id": document.activity_id,
        "reference": document.reference or "",
        "title": document.title,
        "under": BOTH[document.kind].clause,
    }


def _of_record(record: PublicityRecord) -> dict[str, Any]:
    return {
        "about": record.subject,
        "reference": record.reference,
        "nature": record.nature,
        "title": record.title,
    }


def _signed(work: Work) -> dict[str, Any]:
    """Who does it, as of now: names and posts stand on each act as they were."""
    if work.actor.party is None:
        raise NotAllowed()
    return {
        "party": work.actor.party,
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }
