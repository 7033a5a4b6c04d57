"""Every kind of record in one place: what it is called and where it is, which one a number names, what it gives as evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, url_for
from sqlalchemy import Text, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities import queries as activities
from portal.activities.models import Activity
from portal.activities.rules import ACT_NAMES
from portal.advice import queries as advice
from portal.advice.models import Advice
from portal.amendments import queries as amendments
from portal.consent import queries as documents
from portal.consent.models import Document
from portal.consent.queries import mark_of
from portal.doubts import queries as doubts
from portal.doubts.evidence import Piece, Records, Source
from portal.doubts.rules import LONG
from portal.handback import queries as handback
from portal.handback import showing
from portal.handback.models import Handover
from portal.history.erasing import is_erased
from portal.history.queries import read_once
from portal.kernel.db import Packed, rows
from portal.kernel.errors import NotFound
from portal.kernel.writing import on_paper
from portal.publicity import queries as publicity
from portal.publicity.models import PublicityRecord
from portal.term import queries as term
from portal.term.models import Notice
from portal.term.rules import KIND_NAMES, MEANS_NAMES
from portal.web.filters import day, moment
from portal.web.kept import Kept
from portal.web.language import language, say

PLACES = {
    "document": "document",
    "activity": "activities.activity",
    "advice": "advice.entry",
    "publicity_record": "publicity.record",
    "notice": "term.notice",
    "handover": "handback.entry",
}
"""Where a record of each kind has its page."""

_IDS = bindparam("ids", expanding=True, type_=Text())


def _named(kind: str, model: Any, *, secret: bool = False, english: Any = None, title: Any = None) -> Any:
    nothing = cast(null(), Text())
    return select(
        literal(kind, Text()).label("kind"),
        model.id,
        model.reference,
        (title if title is not None else model.title).label("title"),
        (english if english is not None else nothing).label("title_en"),
        (model.marking if secret else nothing).label("marking"),
        (model.giver if secret else nothing).label("giver"),
        (model.receiver if secret else nothing).label("receiver"),
    ).where(model.id.in_(_IDS))


_NAMED = union_all(
    _named("document", Document).where(Document.tabled_at.is_not(None)),
    _named("activity", Activity, english=Activity.title_en),
    _named("advice", Advice, secret=True),
    _named("publicity_record", PublicityRecord),
    _named("notice", Notice, title=Notice.kind),
    _named("handover", Handover),
)


def records_named(
    session: Session, reader: Actor, pairs: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Words and address of each record that is named by kind and identifier, in the order given, as far as every party
    may know of it; one statement. Of advice that the reader may not open, only that it is there (R7-4)."""
    if not pairs or reader.party is None or not reader.may(Permission.READ):
        return {}
    found = {(row.kind, row.id): row for row in rows(session, _NAMED, {"ids": [id for _, id in pairs]})}
    return {
        pair: (_words(found[pair], reader), url_for(PLACES[pair[0]], id=pair[1]))
        for pair in pairs
        if pair in found
    }


def _words(row: Any, reader: Actor) -> str:
    if row.kind == "advice" and not advice.may_open(reader, row):
        return str(row.reference)
    if row.kind == "notice":
        return f"{row.reference} {say(KIND_NAMES[row.title])}"
    title = (row.title_en if language() == "en" else None) or row.title
    return f"{row.reference} {title}"


def record_called(session: Session, reader: Actor, reference: str) -> tuple[str, str] | None:
    """Kind and identifier of the record with that number, if every party may know of it; None for none."""
    if reader.party is None or not reader.may(Permission.READ) or len(reference) > 40:
        return None
    found = session.execute(
        union_all(
            select(literal("document", Text()).label("kind"), Document.id).where(
                Document.reference == reference, Document.tabled_at.is_not(None)
            ),
            select(literal("advice", Text()), Advice.id).where(Advice.reference == reference),
            select(literal("publicity_record", Text()), PublicityRecord.id).where(
                PublicityRecord.reference == reference
            ),
            select(literal("notice", Text()), Notice.id).where(Notice.reference == reference),
            select(literal("handover", Text()), Handover.id).where(Handover.reference == reference),
        )
    ).first()
    return (found.kind, found.id) if found else None


# --- What waits under articles 3, 4 and 9 -------------------------------------------------------------

_MATTERS = union_all(*amendments.WAITING, *doubts.WAITING).subquery()
_NOTICES = term.OPEN.subquery()
_PACKED = {"matter": Packed(*_MATTERS.c), "notice": Packed(*_NOTICES.c)}
_WAITING = union_all(*(select(literal(what, Text()), one.text) for what, one in _PACKED.items()))
_KEPT: Kept[Mapping[str, Sequence[Any]]] = Kept(30)


MOST_WAITING = 51
"""So many of each are looked for: one more than stand on a page of a list."""


def notices_waiting(session: Session, reader: Actor) -> Sequence[Any]:
    """The notices that stand, and the own side's that were decided on and that the reader may send (R4-7); one statement
    at most, with the following."""
    return term.open_notices(reader, _waiting(session, reader)["notice"])


def agreement_waiting(session: Session, reader: Actor, now: dt.datetime) -> Sequence[Any]:
    """What of changes to the agreement and of doubts waits for the reader's side, or has waited long by `now`, the
    longest waiting first (R3-1, R9-2); one statement at most, with the former."""
    long_before = now - dt.timedelta(days=LONG)
    by_age = {amendments.UNANSWERED, doubts.LONG_OPEN}
    found = _waiting(session, reader)["matter"]
    return [row for row in found if row.part not in by_age or row.at < long_before]


def _waiting(session: Session, reader: Actor) -> Mapping[str, Sequence[Any]]:
    if reader.party is None or not reader.may(Permission.READ):
        return {what: () for what in _PACKED}

    def read() -> Mapping[str, Sequence[Any]]:
        # Whether something has waited long is asked of what was read: of each part, the first come first.
        mark = mark_of(reader.party or "")
        given = {"since": _LAST, "mark": mark, "mine": reader.party, "limit": MOST_WAITING}
        held: dict[str, list[Any]] = {what: [] for what in _PACKED}
        for what, text in rows(session, _WAITING, given):
            held[what].append(_PACKED[what].unpacked(text))
        return held

    made: Mapping[str, Sequence[Any]] = read_once(_KEPT, session, reader.party, read, own=reader.party)
    return made


_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)


# --- What they give as evidence (R9-3) ---------------------------------------------------------------


def _of_activity(session: Session, reader: Actor, id: str) -> Records | None:
    try:
        row = activities.activity(session, reader, id)
    except NotFound:
        return None
    found = activities.acts_of(session, id)
    pieces = []
    for one in found:
        act = one.row
        words = "\n".join(part for part in (day(act.on_day), act.reason, act.outcome, act.purpose) if part)
        pieces.append(
            Piece(
                act.at,
                say("%(name)s：%(act)s", name=f"{row.reference} {row.title}", act=say(ACT_NAMES[one.act])),
                _who(act),
                words,
            )
        )
        for word in one.words:
            what = say("記録を確認") if word.is_acknowledged else say("記録に異なる認識")
            pieces.append(
                Piece(
                    word.at,
                    say("%(name)s：%(act)s", name=f"{row.reference} {row.title}", act=what),
                    _who(word),
                    word.remark,
                )
            )
    tabled = session.scalars(
        select(Document.id)
        .where(Document.activity_id == id, Document.tabled_at.is_not(None), documents.visible(reader))
        .order_by(Document.tabled_at)
        .limit(50)
    ).all()
    plain = {
        "reference": row.reference,
        "title": row.title,
        "acts": [
            {
                "act": one.row.act,
                "on": one.row.on_day.isoformat(),
                "party": one.row.party,
                "at": one.row.at.isoformat(),
            }
            for one in found
        ],
    }
    return Records(f"{row.reference} {row.title}", pieces, plain, documents=tabled)


def _of_advice(session: Session, reader: Actor, id: str) -> Records | None:
    try:
        found = advice.entry(session, reader, id)
    except NotFound:
        return None
    row, said = found.row, found.said
    title = f"{row.reference} {row.title}" if said else str(row.reference)
    recorded = _who(row)
    pieces = [
        Piece(
            row.recorded_at,
            say("%(name)s：助言・支援を記録", name=title),
            recorded,
            said.body.content if said else say("秘密の表示があるため、件名と内容は表示しません"),
            row.digest,
            on_paper(said.body.content) if said else "",
        ),
        *(
            Piece(
                one.at,
                say("%(name)s：もう一方の側の確認", name=title),
                _who(one),
                one.remark if said else "",
                row.digest,
            )
            for one in found.confirmations
        ),
    ]
    plain: dict[str, Any] = {"reference": row.reference, "digest": row.digest, "edition": row.edition}
    if said:
        plain["sealed"] = row.sealed
    held = [one for one in said.files if not is_erased(session, one["id"])] if said else []
    files = [(one["name"], one["sha256"]) for one in held]
    return Records(title, pieces, plain, files)


def _of_publicity_record(session: Session, reader: Actor, id: str) -> Records | None:
    try:
        found = publicity.record(session, reader, id)
    except NotFound:
        return None
    row = found.row
    title = f"{row.reference} {row.title}"
    pieces = [
        Piece(
            row.at,
            say("%(name)s：合意によらない公表を記録", name=title),
            _who(row),
            "\n".join(
                part
                for part in (moment(row.appeared_at), row.place, row.url, row.words, row.circumstances)
                if part
            ),
        ),
        *(
            Piece(one.at, say("%(name)s：協議・終結の言葉", name=title), _who(one), one.text)
            for one in found.words
        ),
    ]
    is_there = row.copy_sha256 and not is_erased(session, row.id)
    files = [(row.copy_name, row.copy_sha256)] if is_there else []
    plain = {"reference": row.reference, "title": row.title, "appeared_at": row.appeared_at.isoformat()}
    return Records(title, pieces, plain, files, [row.document_id] if row.document_id else [])


def _of_notice(session: Session, reader: Actor, id: str) -> Records | None:
    labels = {one.key: one.defined_as[language()] for one in g.edition_in_force().parties}
    try:
        found = term.notice(session, reader, id, tuple(labels))
    except NotFound:
        return None
    row, sent = found.row, found.registered
    title = f"{row.reference} {say(KIND_NAMES[row.kind])}"
    on = f"{say(MEANS_NAMES[row.means])}　{day(row.dispatched_on)}" if row.dispatched_on else ""
    pieces = [
        Piece(sent.at, say("%(name)s：通知の登録", name=title), _who(sent), on, row.digest),
        *(
            Piece(
                one.row.at,
                say("%(name)s：%(party)sへの到達の記録", name=title, party=labels[one.row.receiver]),
                _who(one.row),
                "\n".join(
                    part for part in (day(one.row.arrived_on), one.row.evidence, one.row.reason) if part
                ),
            )
            for receiver in found.receivers
            for one in receiver.records
        ),
        *(
            Piece(
                word.at,
                say("%(name)s：到達の記録のとおり", name=title)
                if word.is_confirmed
                else say("%(name)s：到達の記録に異なる認識", name=title),
                _who(word),
                word.remark,
            )
            for receiver in found.receivers
            for one in receiver.records
            for word in one.words
        ),
    ]
    plain = {
        "reference": row.reference, "digest": row.digest, "edition": row.edition, "sealed": sent.sealed,
        "standing": row.standing,
    }  # fmt: skip
    named = [id for id in (row.confirmed_by, row.withdrawn_by) if id]
    return Records(title, pieces, plain, [(one.name, one.sha256) for one in found.files], named)


def _of_handover(session: Session, reader: Actor, id: str) -> Records | None:
    try:
        found = handback.entry(session, reader, id)
    except NotFound:
        return None
    row, edition = found.row, g.edition_in_force()
    title, is_open = f"{row.reference} {row.title}", handback.is_of_the_two(reader, row)
    pieces = [
        Piece(
            row.recorded_at,
            say("%(name)s：受渡しを台帳に記録", name=title),
            _who(row),
            f"{showing.direction(edition, row.discloser, row.receiver)}　{showing.what(row)}　{day(row.disclosed_on)}",
            row.digest,
        ),
        *(
            Piece(
                act.at,
                say("%(name)s：%(act)s", name=title, act=line["title"]),
                line["who"],
                "\n".join(f"{label}：{words}" for label, words in line["said"]),
                act.digest,
            )
            for one in found.holdings
            for act in one.acts
            for line in [showing.act_line(act, edition, is_open=is_open)]
        ),
    ]
    plain = {"reference": row.reference, "title": row.title, "digest": row.digest, "edition": row.edition}
    files = [(one.name, one.sha256) for one in found.files] if row.erased_at is None else []
    return Records(title, pieces, plain, files)


def _who(row: Any) -> str:
    labels = {one.key: one.defined_as[language()] for one in g.edition_in_force().parties}
    return " ".join(part for part in (labels.get(row.party, row.party), row.post, row.name) if part)


EVIDENCE: Mapping[str, Source] = {
    "activity": _of_activity,
    "advice": _of_advice,
    "publicity_record": _of_publicity_record,
    "notice": _of_notice,
    "handover": _of_handover,
}
"""What each package knows of its own records, for the papers on a doubt; documents are known to the mechanism."""
