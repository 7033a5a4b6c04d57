"""What the packages hand to each other through the house: kinds, links, what waits, what the record bears out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities import queries as activities
from portal.activities.rules import ACT_NAMES, Act
from portal.activities.views import when_in_words
from portal.consent import queries as documents
from portal.consent.replay import replay
from portal.home.parts import PART_SHOWN, Item, Part
from portal.kinds import BY_KEY
from portal.web.app import Portal
from portal.web.filters import day
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.reading import actor, reading


def join(app: Portal) -> None:
    """`home` and `history` know, without importing a feature, what waits, where a subject is seen, and whether
    the record bears the tables out."""
    app.extensions["kinds"] = BY_KEY
    app.extensions["link_to_subject"] = link_to_subject
    app.extensions["home_parts"] = [activities_parts]
    app.extensions["replay"] = mismatches
    app.add_url_rule("/documents/<id>", "document", document, allow=Permission.READ)


def document(id: str) -> ResponseReturnValue:
    """The way to a document of whichever kind, for who holds only its identifier; 404 as for any stranger."""
    kind = documents.kind_of(reading(), actor(), id)
    return redirect(url_for(BY_KEY[kind].place, id=id), 303)


_PLACES = {
    "document": "document",
    "activity": "activities.activity",
    "member": "parties.member",
}


def link_to_subject(kind: str, id: str) -> str | None:
    """Where a thing that the history names is seen; None for what has no page of its own."""
    endpoint = _PLACES.get(kind)
    if endpoint:
        return url_for(endpoint, id=id)
    return url_for("agreement.index") if kind == "edition" else None


def mismatches(session: Session) -> Sequence[str]:
    """Every sentence about a table that the record does not bear out, in the reader's language."""
    return [say(one.sentence, **one.facts) for one in replay(session)]


_ITEMS: Kept[Item] = Kept(2_000)
"""By the columns read and the language, which is all they are made from."""


def activities_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What should have started or ended, and what is planned in the next 30 days (R2-6; excellent 3.2)."""
    due = activities.due(session, reader, today)
    return [
        _unacknowledged(session, reader),
        _part("late", say("開始予定日を過ぎた取組"), due.late, is_urgent=True,
              lead=say("開始したら「開始」を記録し、遅れるときは具体的事項の変更を提案してください。")),
        _part("overrunning", say("終了予定日を過ぎて実施中の取組"), due.overrunning, is_urgent=True,
              lead=say("終わったら「完了」を記録し、続けるときは具体的事項の変更を提案してください。")),
        _part("planned", say("これから30日以内に始まる予定"), due.planned,
              empty=say("これから30日以内に始まる予定の取組はありません。")),
    ]  # fmt: skip


def _unacknowledged(session: Session, reader: Actor) -> Part:
    """What the others recorded of carrying activities out, and my side has said nothing to (R2-10)."""
    rows = activities.unacknowledged(session, reader, limit=PART_SHOWN + 1) if reader.may(Permission.ACKNOWLEDGE) else []
    return Part(
        key="unacknowledged",
        title=say("相手方が記録した実施の状況（確認待ち）"),
        lead=say("記録を読み、このとおりか、認識が異なるかを答えてください。"),
        items=[_ITEMS.get((tuple(row), language()), partial(_to_acknowledge, row)) for row in rows],
        is_urgent=True,
    )


def _to_acknowledge(row: Any) -> Item:
    return Item(
        sentence=say("「%(title)s」の「%(act)s」を確かめる", title=row.title, act=say(ACT_NAMES[Act(row.act)])),
        href=url_for("activities.activity", id=row.activity_id),
        reference=row.reference,
        since=day(row.on_day),
    )


def _part(key: str, title: str, rows: Sequence[Any], *, lead: str = "", empty: str = "", is_urgent: bool = False) -> Part:
    return Part(
        key=key,
        title=title,
        items=[_ITEMS.get((tuple(row), language()), partial(_item, row)) for row in rows[:PART_SHOWN]],
        total=len(rows),
        lead=lead,
        empty=empty,
        is_urgent=is_urgent,
        more=(say("取組の一覧"), url_for("activities.index")) if len(rows) > PART_SHOWN else None,
    )


def _item(row: Any) -> Item:
    return Item(
        sentence=(row.title_en if language() == "en" else "") or row.title,
        href=url_for("activities.activity", id=row.id),
        reference=row.reference,
        since=when_in_words(row),
    )
