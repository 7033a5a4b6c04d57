"""How the stories make something public: the items of the two parties, what went out, and what appeared beside them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.activities.models import Activity
from portal.consent import commands as consent
from portal.consent.models import Document
from portal.consent.rules import Capacity
from portal.demo.files import DemoFile
from portal.demo.people import COMPANY, PREFECTURE
from portal.demo.stage import Paper, Stage
from portal.history.work import Work
from portal.publicity import commands
from portal.publicity.commands import Appeared, Reported
from portal.publicity.item import PUBLICITY, PublicityBody
from portal.publicity.sorts import Relation

CONTACTS = (
    (PREFECTURE, "スマートシティ戦略部 戦略推進室 戦略企画課（電話は仮：06-0000-0000）"),
    (COMPANY, "広報部（電話は仮：03-0000-0000。報道関係者専用）"),
)


def item(title: str, title_en: str, *, prefecture: str = "", company: str = "", **more: Any) -> PublicityBody:
    """An item of the two parties: the prefecture hands its material to the press club, the company posts its news."""
    texts = ((f"{PREFECTURE}.ja", prefecture), (f"{COMPANY}.ja", company))
    body = PublicityBody(
        title=title,
        title_en=title_en,
        about="cooperation",
        sort="press_release",
        outputs=tuple((key, text.strip()) for key, text in texts if text),
        timing_kind="exact",
        embargo="no",
        channels=(to_press_club(), to_news()),
        in_order="no",
        background="AI（人工知能）利活用に関する協定に基づくもの。",
        contacts=CONTACTS,
        correction="誤りに気づいた側が、相手方の広報へ直ちに連絡する。",
    )
    return dataclasses.replace(body, **more)


def to_press_club(medium: str = "press_club", place: str = "府政記者会") -> tuple[str, ...]:
    """A channel of the prefecture."""
    return (medium, PREFECTURE, place, f"{PREFECTURE}.ja", "", "")


def to_news(medium: str = "website", place: str = "News Center") -> tuple[str, ...]:
    """A channel of the company."""
    return (medium, COMPANY, place, f"{COMPANY}.ja", "", "")


def activity(stage: Stage, title: str) -> str:
    """The activity of which the title begins so."""
    with Session(stage.works.engines.reader) as session:
        return session.scalars(select(Activity.id).where(Activity.title.startswith(title))).one()


def tabled(stage: Stage, by: str, body: PublicityBody, *files: DemoFile, of: str = "") -> Paper:
    """The item is on the table; `of` is how the title of its activity begins, if it has one."""
    paper = stage.begin(by, PUBLICITY, body, activity=activity(stage, of) if of else None)
    for file in files:
        paper.attach(by, file)
    paper.table(by)
    return paper


def agreed(paper: Paper, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Both parties have consented, each by its officer and on its decision."""
    paper.agree(*one)
    paper.agree(*other, capacity=Capacity.DECISION)


def out(stage: Stage, by: str, paper: Paper, channel: int, moment: dt.datetime, **more: Any) -> None:
    """The channel is recorded as published at `moment`."""
    with stage.work(by) as work:
        document = consent.document_of(work, PUBLICITY, paper.id)
        appeared = Appeared(published_at=moment, **more)
        commands.publish(work, paper.id, channel, seen=document.digest, appeared=appeared)


def followed(stage: Stage, by: str, paper: Paper, relation: Relation, **changes: Any) -> Paper:
    """What appeared is to be corrected, supplemented or taken down: another joint item, on the table."""
    return _begun_from(stage, by, lambda work: commands.follow_up(work, paper.id, relation), **changes)


def called_off(stage: Stage, by: str, paper: Paper, *, reason: str) -> Paper:
    """That what was agreed is not made public after all is on the table (decision 13)."""
    return _begun_from(stage, by, lambda work: commands.call_off(work, paper.id), relation_reason=reason)


def _begun_from(stage: Stage, by: str, begin: Callable[[Work], Document], **changes: Any) -> Paper:
    with stage.work(by) as work:
        begun = begin(work)
        draft = consent.own_draft(work, begun)
        assert draft is not None
        said: PublicityBody = PublicityBody.from_plain(json.loads(draft.body))
        following = Paper(stage, PUBLICITY, begun.id)
    following.save(by, dataclasses.replace(said, **changes))
    following.table(by)
    return following


def recorded(stage: Stage, by: str, **words: Any) -> str:
    """A publication beside what was agreed is recorded as what it is, no secret in it; the record's identifier."""
    with stage.work(by) as work:
        return commands.report(work, Reported(secrets="no", **words)).id
