"""Publicity and advice of a filled portal: made public, agreed, waiting; advised, confirmed, corrected. By the commands."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace

from bench.world import World
from portal.advice import commands as advice
from portal.advice.body import AdviceBody
from portal.advice.commands import Handling
from portal.advice.models import Advice
from portal.advice.rules import direction
from portal.agreement import queries as editions
from portal.consent import commands as consent
from portal.consent.commands import Decision
from portal.consent.rules import Capacity
from portal.history.work import Work
from portal.kernel.uploads import Inspection
from portal.publicity import commands as publicity
from portal.publicity.commands import Appeared
from portal.publicity.item import PUBLICITY, PublicityBody, output_keys

OUTPUTS, CHANNELS, FILES = 10, 10, 3
"""What the item of many outputs holds."""
BATCH = 10
DECISION = Decision("デ戦第200号", Capacity.DECISION)
SUBJECTS = ("窓口での試行の開始", "研修の報告会", "体験会の様子", "中間の報告", "事例の紹介")
TEXT = """## お知らせ

府と会社は、次の取組を進めています。

- 対象となる窓口で、**試行**を始める
- 利用した方の声を聞き、答え方を直す
- 結果を、ほかの自治体とも共有する

| 時期 | 内容 |
|---|---|
| 前期 | 試行 |
| 後期 | 見直し |

問合せは、それぞれの広報まで。"""
CONTENT = "## 求めたこと\n\n試行の進め方。\n\n## 助言\n\n- 一つの窓口から始める\n- **月ごと**に見直す"


def make_public(world: World, count: int) -> None:
    """`count` items: of ten, seven are out, one is agreed, one waits for the second party, one was sent back."""
    people = world.people
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with world.work(people[0].press) as work:
            made = [consent.start(work, PUBLICITY, item(work, number)) for number in numbers]
            ids = [document.id for document in made]
            for document in made:
                consent.table(work, PUBLICITY, document, saves=1)
        _agree(world, ids[:8])
        if len(ids) > 9:
            with world.work(people[1].officer) as work:
                document = consent.document_of(work, PUBLICITY, ids[9])
                consent.send_back(
                    work, PUBLICITY, document, seen=document.digest, reason="数字を確かめるため"
                )
        for channel, side in enumerate(people.sides, 1):
            with world.work(side.press) as work:
                for id in ids[:7]:
                    _publish(work, id, channel)


def item(work: Work, number: int) -> PublicityBody:
    """The words of an item with an output and a channel of each party."""
    keys = work.parties
    return PublicityBody(
        title=f"{SUBJECTS[number % len(SUBJECTS)]}（第{number + 1}報）",
        title_en=f"News {number + 1}",
        about="cooperation",
        sort=("press_release", "web", "social")[number % 3],
        outputs=tuple((f"{key}.ja", TEXT) for key in keys),
        timing_kind="window",
        day=work.today.isoformat(),
        until_day=(work.today + dt.timedelta(days=300)).isoformat(),
        embargo="no",
        channels=tuple(("magazine", key, "会報", f"{key}.ja", "", "") for key in keys),
        in_order="no",
        contacts=tuple((key, "広報課") for key in keys),
    )


def make_full_item(world: World) -> str:
    """One agreed item with OUTPUTS outputs, CHANNELS channels, half of them out, and FILES files; its identifier.

    A party and a language have one output each; those beyond what the present edition offers are of parties that an
    earlier edition had.
    """
    people = world.people
    with world.work(people[0].press) as work:
        edition = editions.edition(work.session)
        keys = [*output_keys(edition), *(f"former{number}.ja" for number in range(OUTPUTS))][:OUTPUTS]
        channels = tuple(
            ("magazine", work.parties[number % len(work.parties)], f"会報{number}", keys[number], "", "")
            for number in range(CHANNELS)
        )
        body = replace(
            item(work, 0),
            title="十の文面を持つ公表",
            outputs=tuple((key, TEXT * 3) for key in keys),
            channels=channels,
            quotes=tuple((f"発言者{number}", "身近になります。", "広報課") for number in range(5)),
            questions=TEXT,
        )
        document = consent.start(work, PUBLICITY, body)
        for number in range(FILES):
            kept = world.app.files.keep(io.BytesIO(f"資料{number}\n".encode()), limit=1_000)
            name = f"資料{number}.txt"
            found = Inspection("text/plain", "txt", name, ())
            consent.attach(work, PUBLICITY, document, name=name, kept=kept, inspection=found)
        consent.table(work, PUBLICITY, document, saves=1 + FILES)
        id = document.id
    _agree(world, [id])
    for number in range(CHANNELS // 2):
        with world.work(people[number % len(people.sides)].press) as work:
            _publish(work, id, number + 1)
    return id


def _agree(world: World, ids: Sequence[str]) -> None:
    for side in world.people.sides:
        with world.work(side.officer) as work:
            for id in ids:
                document = consent.document_of(work, PUBLICITY, id)
                consent.consent(work, PUBLICITY, document, seen=document.digest, decision=DECISION)


def _publish(work: Work, id: str, channel: int) -> None:
    document = consent.document_of(work, PUBLICITY, id)
    publicity.publish(work, id, channel, seen=document.digest, appeared=Appeared(published_at=work.at))


def advise(world: World, count: int) -> None:
    """`count` entries of the advice log: of ten, nine are confirmed, five of those handled, and one waits."""
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with world.work() as work:
            term = editions.edition(work.session).advice
        assert term is not None
        people = world.people
        with world.work(people[term.giver].drafter) as work:
            ids = [advice.start(work, words(work, number)).id for number in numbers]
            for id in ids:
                advice.record(work, id, saves=1)
        with world.work(people[term.receiver].drafter) as work:
            for place, id in enumerate(ids[:9]):
                seen = work.session.get_one(Advice, id).digest
                advice.confirm(work, id, seen=seen, is_same=True)
                if place < 5:
                    advice.handle(work, id, Handling("adopted", "企画課 主査", work.today))


def words(work: Work, number: int) -> AdviceBody:
    """The words of an entry, in the direction of the agreement's term on advice."""
    term = editions.edition(work.session).advice
    assert term is not None
    return AdviceBody(
        title=f"試行の進め方（第{number + 1}回）",
        direction=direction(term.giver, term.receiver),
        kind="advice",
        adviser="公共営業本部 担当部長",
        recipient="企画課 主査",
        basis="requested",
        given_on=work.today.isoformat(),
        medium="meeting",
        marking="open",
        content=CONTENT,
    )
