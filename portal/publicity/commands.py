"""What is done about publicity: recorded as published, corrected, copied before its time, reported, settled."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.consent import commands as consent
from portal.consent import queries as documents
from portal.consent.models import Attachment, Closing, Document, Revision
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
from portal.publicity import beside, comparison, events, rules, tabling
from portal.publicity.beside import Nature, Secrets
from portal.publicity.item import (
    BOTH,
    OF_PUBLICATIONS,
    PUBLICITY,
    VOLUNTARY,
    PublicityBody,
    PublicityKind,
    agreed_channels,
    channels_of,
    output_of,
    plan_of,
    publishers_of,
)
from portal.publicity.models import (
    EmbargoedCopy,
    EventEnd,
    Publication,
    PublicityItem,
    PublicityRecord,
    RecordWord,
)
from portal.publicity.rules import Facts, Hold
from portal.publicity.sorts import Relation
from portal.publicity.timing import Channel, TimingKind

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
        channel,
        work.actor.party or "",
        label=edition.party(channel.publisher).defined_as,
        is_taking_down=facts.is_taking_down,
    )
    rules.must_have_happened(appeared.published_at, work.at, "published_at")
    rules.must_be_an_address(appeared.url)
    rules.must_say_what_appeared(
        channel,
        as_agreed=appeared.is_agreed_text,
        final_text=appeared.final_text,
        url=appeared.url,
        relation=body.relation,
    )
    assert revision is not None  # it is agreed
    is_exact = bool(channel.time) or (body.timing_kind == TimingKind.EXACT and not channel.day)
    found = comparison.differences(
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
    item.otherwise -= number in facts.otherwise
    _reckon_left(item, facts.channels, {*facts.out, number})
    act = "take_down" if facts.is_taking_down else "publish"
    work.record(
        events.ChannelPublished(
            **_of(document),
            act=act,
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
        work.record(events.PublicityCompleted(**_of(document), act=act, channels=item.channels), by=SYSTEM)
    return publication


def end_event(work: Work, document_id: str, *, ended_at: dt.datetime, remark: str = "") -> EventEnd:
    """A publisher has recorded that the event which the item waits for ended at `ended_at` (aware): from then on
    it may appear (decision 27)."""
    work.must(Permission.PUBLISH)
    document, item = _found(work, document_id)
    revision = agreed_revision(work, document)
    is_taking_down = item.relation == Relation.TAKE_DOWN
    rules.must_be_agreed(Standing(document.standing), _status(work, document), is_taking_down=is_taking_down)
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
    body: PublicityBody = body_of(BOTH[document.kind], revision)
    rules.must_not_be_called_off(body.relation == Relation.CALL_OFF)
    if not output_of(body, output):
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


_ANEW: dict[str, Any] = dict.fromkeys(
    ("relation_reason", "timing_kind", "day", "time", "until_day", "until_time", "event", "timing_words", "provided_day",
     "provided_time", "document_number"), "",
) | {"embargo": "no"}  # fmt: skip
"""What a follow-up says anew: why, and when."""


def follow_up(work: Work, document_id: str, relation: Relation) -> Document:
    """A correction, a supplement or a take-down of what has appeared is begun as an own-side draft, a joint item of
    its own; after the end of the agreement as a voluntary agreement (R6.2-7; R5-5). A correction goes out with the
    same files; a take-down says nothing new."""
    work.must(Permission.DRAFT)
    document, item = _found(work, document_id)
    tabling.must_have_appeared(item.out, reference=item.reference)
    revision = agreed_revision(work, document)
    assert revision is not None  # something has appeared
    said: PublicityBody = body_of(BOTH[document.kind], revision)
    body = dataclasses.replace(said, relation=relation.value, concerns=item.reference, **_ANEW)
    files: list[Attachment] = []
    if relation is Relation.CORRECTION:
        files = [work.session.get_one(Attachment, one["id"]) for one in documents.attachments_of(revision)]
    if relation is Relation.TAKE_DOWN:
        silent: dict[str, Any] = {name: getattr(PublicityBody(), name) for name in OF_PUBLICATIONS}
        silent["channels"] = tuple((*row[:3], "", "", "") for row in body.channels)
        body = dataclasses.replace(body, **silent)
    return consent.start(
        work,
        _kind_today(work, document),
        body,
        activity_id=document.activity_id,
        copied_from=document,
        attachments=files,
    )


def answer_record(work: Work, record_id: str, relation: Relation) -> Document:
    """A correction, a supplement or a take-down of what appeared without agreement is begun as an own-side draft, a
    joint item of its own (S12)."""
    work.must(Permission.DRAFT)
    record = _record(work, record_id)
    document = work.session.get(Document, record.document_id) if record.document_id else None
    body = PublicityBody(
        title=record.title,
        relation=relation.value,
        concerns=record.reference,
        embargo="" if relation is Relation.TAKE_DOWN else "no",
        channels=((record.medium, "", record.place, "", "", ""),),
    )
    return consent.start(
        work,
        _kind_today(work, document),
        body,
        activity_id=document.activity_id if document else None,
        copied_from=document,
    )


def call_off(work: Work, document_id: str) -> Document:
    """That what was agreed is not made public after all is begun as an own-side draft: once every party has agreed
    to it, it takes the place of the agreement (decision 13; R6.2-10)."""
    work.must(Permission.DRAFT)
    document, item = _found(work, document_id)
    rules.must_be_agreed_once(Standing(document.standing), _status(work, document))
    rules.must_not_be_called_off(item.relation == Relation.CALL_OFF)
    rules.must_be_a_publication(item.relation == Relation.TAKE_DOWN)
    body = dataclasses.replace(
        body_of(BOTH[document.kind], consent.latest(work, document)),
        relation=Relation.CALL_OFF.value,
        concerns=item.reference,
        relation_reason="",
    )
    return consent.start(
        work,
        BOTH[document.kind],
        body,
        activity_id=document.activity_id,
        replaces=document,
        copied_from=document,
    )


def go_on_voluntarily(work: Work, document_id: str) -> Document:
    """What was agreed and not published before the end of the agreement is begun anew as a voluntary agreement
    (R5-5; S11)."""
    work.must(Permission.DRAFT)
    document, _ = _found(work, document_id)
    revision = consent.latest(work, document)
    files = [work.session.get_one(Attachment, one["id"]) for one in documents.attachments_of(revision)]
    return consent.start(
        work,
        VOLUNTARY,
        body_of(BOTH[document.kind], revision),
        activity_id=document.activity_id,
        copied_from=document,
        attachments=files,
    )


def _kind_today(work: Work, document: Document | None) -> PublicityKind:
    """Under the agreement while it is in force, as a voluntary one afterwards."""
    kind = BOTH[document.kind] if document else PUBLICITY
    return kind if _is_in_force(work, work.today) else VOLUNTARY


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
    secrets: str = Secrets.UNKNOWN
    """Whether confidential information was in it."""
    document_id: str | None = None
    channel: int | None = None
    """Of what differs: the agreed channel, 0 for none of them."""
    copy: ArchivedCopy | None = None


def report(work: Work, reported: Reported) -> PublicityRecord:
    """A publication without agreement, other than agreed, or for information is recorded as what it is; every
    party is told (S4, S12)."""
    work.must(Permission.REPORT_PUBLICITY)
    signed = _signed(work)
    document, item = _found(work, reported.document_id) if reported.document_id else (None, None)
    revision = agreed_revision(work, document) if document else None
    agreed = agreed_channels(body_of(BOTH[document.kind], revision)) if document and revision else []
    beside.must_be_recordable(
        reported.nature,
        reported.secrets,
        is_agreed=revision is not None,
        channel=reported.channel,
        channels=[one.number for one in agreed],
    )
    rules.must_have_happened(reported.appeared_at, work.at, "appeared_at")
    rules.must_be_an_address(reported.url)
    channel = reported.channel if reported.nature == Nature.DIFFERS else None
    if document and item and channel:
        out = {*_published(work, document), *_otherwise(work, document)}
        item.otherwise += channel not in out
        _reckon_left(item, agreed, {*out, channel})
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
            channel=channel,
            medium=reported.medium,
            place=reported.place,
            url=reported.url,
            appeared_at=reported.appeared_at,
            publisher=reported.publisher,
            words=reported.words,
            circumstances=reported.circumstances,
            secrets=reported.secrets,
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
            secrets=record.secrets,
            document=document.reference or "" if document else "",
            channel=channel,
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
    beside.must_be_open_for(work.actor.party or "", settled_by, nature=record.nature)
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
    plan, published = plan_of(body, item), _published(work, document)
    otherwise = {key: at for key, at in _otherwise(work, document).items() if key not in published}
    return Facts(
        standing=Standing(document.standing),
        status=_status(work, document),
        agreed_at=document.agreed_at,
        is_in_force=document.kind == VOLUNTARY.key or _is_in_force(work, day_in_japan(at)),
        is_called_off=body.relation == Relation.CALL_OFF,
        channels=channels_of(body),
        spans=plan.channels,
        event=body.event if body.timing_kind == TimingKind.AFTER_EVENT else "",
        event_ended_at=item.event_ended_at,
        in_order=body.in_order == "yes",
        published=published,
        otherwise=otherwise,
        holds=_holds(work, document),
        is_taking_down=item.relation == Relation.TAKE_DOWN,  # known before any revision is agreed
    )


def _reckon_left(item: PublicityItem, channels: Sequence[Channel], out: Collection[int]) -> None:
    """The list knows who has still to publish, and whether anything is to come."""
    item.to_publish = publishers_of(one for one in channels if one.number not in out)
    item.is_done = item.is_done or item.out.is_all


def _published(work: Work, document: Document) -> dict[int, dt.datetime]:
    """The channels recorded as published, with their moments."""
    found = select(Publication.channel, Publication.published_at)
    rows = work.session.execute(found.where(Publication.document_id == document.id))
    return {row.channel: row.published_at for row in rows}


def _otherwise(work: Work, document: Document) -> dict[int, dt.datetime]:
    """The agreed channels through which it appeared otherwise than agreed, with the first moment of each."""
    found = select(PublicityRecord.channel, func.min(PublicityRecord.appeared_at))
    rows = work.session.execute(
        found.where(PublicityRecord.document_id == document.id, PublicityRecord.channel > 0).group_by(
            PublicityRecord.channel
        )
    )
    return {channel: at for channel, at in rows if channel is not None}


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
