"""Publicity of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from portal.agreement.text import Edition
from portal.consent.models import Document
from portal.kernel.clock import JAPAN
from portal.publicity import commands
from portal.publicity.commands import Appeared, Reported
from portal.publicity.item import PUBLICITY, PublicityBody, PublicityKind
from tests.makers.activities import agreed, drafted, edition_of, tabled
from tests.makers.people import People, TestPerson


def japan(day: int, hour: int = 14, minute: int = 0, *, month: int = 10) -> dt.datetime:
    """A moment of October 2025 by the Japanese clock; the tests' day is the first or the second."""
    return dt.datetime(2025, month, day, hour, minute, tzinfo=JAPAN)


OPENS = japan(10)
"""When the item of a maker may go out, unless a test says otherwise: 14:00 of Friday 10 October 2025."""


def publicity_body(edition: Edition, **changes: Any) -> PublicityBody:
    """A whole item under any edition: an output for each party, a channel of the first party and one of the last."""
    keys = edition.party_keys
    body = PublicityBody(
        title="多言語窓口AIエージェントの試行開始",
        title_en="Start of a trial of AI agents at multilingual counters",
        about="cooperation",
        sort="press_release",
        summary="窓口で試行を始めます。",
        outputs=(*((f"{key}.ja", f"試行を始めます（{key}）。") for key in keys), ("social.ja", "試行開始")),
        timing_kind="exact",
        day="2025-10-10",
        time="14:00",
        embargo="yes",
        provided_day="2025-10-08",
        provided_time="10:00",
        channels=(
            ("press_club", keys[0], "記者クラブ", f"{keys[0]}.ja", "", ""),
            ("website", keys[-1], "News Center", f"{keys[-1]}.ja", "", ""),
        ),
        in_order="no",
        quotes=(("部長", "窓口がもっと身近になります。", "広報課"),),
        contacts=tuple((key, f"{key}の広報 06-0000-0000") for key in keys),
    )
    return dataclasses.replace(body, **changes)


def tabled_item(
    house: Any,
    people: People,
    by: TestPerson | None = None,
    *,
    kind: PublicityKind = PUBLICITY,
    activity_id: str | None = None,
    **changes: Any,
) -> str:
    """An item is on the table; its id."""
    by = by or people[0].drafter
    made = drafted(house, by, kind, publicity_body(edition_of(house), **changes), activity_id=activity_id)
    return tabled(house, by, kind, made)


def agreed_item(house: Any, people: People, **changes: Any) -> str:
    """Every party has consented to the item; its id."""
    kind = changes.get("kind", PUBLICITY)
    made = tabled_item(house, people, **changes)
    agreed(house, people, kind, made)
    return made


def published(
    house: Any, by: TestPerson, document_id: str, channel: int = 1, *, at: dt.datetime = OPENS, **more: Any
) -> None:
    """`by` has recorded that the channel went out at `at`, with the agreed text."""
    with house.work(by.actor(house)) as work:
        document = work.session.get_one(Document, document_id)
        given: dict[str, Any] = {"url": "https://example.jp/news"} | more
        commands.publish(
            work, document_id, channel, seen=document.digest, appeared=Appeared(published_at=at, **given)
        )


def reported(house: Any, by: TestPerson, **changes: Any) -> str:
    """A publication without agreement is recorded; the record's id."""
    given: dict[str, Any] = {
        "nature": "without_agreement",
        "title": "知事の写真のある事例紹介",
        "appeared_at": japan(1, 9),
        "medium": "website",
        "place": "取扱店のサイト",
        "words": "導入事例として紹介されていた。",
        "secrets": "no",
    } | changes
    with house.work(by.actor(house)) as work:
        return commands.report(work, Reported(**given)).id
