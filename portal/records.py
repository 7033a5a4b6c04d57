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
from portal.kernel.db import rows
from portal.kernel.errors import NotFound
from portal.publicity import queries as publicity
from portal.publicity.models import PublicityRecord
from portal.web.filters import day, moment
from portal.web.language import language, say

PLACES = {
    "document": "document",
    "activity": "activities.activity",
    "advice": "advice.entry",
    "publicity_record": "publicity.record",
}
"""Where a record of each kind has its page."""

_IDS = bindparam("ids", expanding=True, type_=Text())


def _named(kind: str, model: Any, *, secret: bool = False, english: Any = None) -> Any:
    nothing = cast(null(), Text())
    return select(
        literal(kind, Text()).label("kind"),
        model.id,
        model.reference,
        model.title,
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
        )
    ).first()
    return (found.kind, found.id) if found else None


# --- What waits under articles 3 and 9 ----------------------------------------------------------------

_WAITING = union_all(*amendments.WAITING, *doubts.WAITING)


def agreement_waiting(session: Session, reader: Actor, now: dt.datetime, *, limit: int) -> Sequence[Any]:
    """What of changes to the agreement and of doubts waits for the reader's side, or has waited long by `now`; one
    statement (R3-1, R9-2)."""
    if reader.party is None or not reader.may(Permission.READ):
        return []
    since = now - dt.timedelta(days=LONG)
    found: Sequence[Any] = rows(
        session, _WAITING, {"since": since, "mark": mark_of(reader.party), "limit": limit}
    ).all()
    return found


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
    files = [(one["name"], one["sha256"]) for one in said.files] if said else []
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
    files = [(row.copy_name, row.copy_sha256)] if row.copy_sha256 else []
    plain = {"reference": row.reference, "title": row.title, "appeared_at": row.appeared_at.isoformat()}
    return Records(title, pieces, plain, files, [row.document_id] if row.document_id else [])


def _who(row: Any) -> str:
    labels = {one.key: one.defined_as[language()] for one in g.edition_in_force().parties}
    return " ".join(part for part in (labels.get(row.party, row.party), row.post, row.name) if part)


EVIDENCE: Mapping[str, Source] = {
    "activity": _of_activity,
    "advice": _of_advice,
    "publicity_record": _of_publicity_record,
}
"""What each package knows of its own records, for the papers on a doubt; documents are known to the mechanism."""
