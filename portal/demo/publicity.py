"""What was, and what is to be, made public together: the public facts at their dates, and open work around today."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from portal.consent import commands as consent
from portal.consent.rules import Capacity
from portal.demo.people import COMPANY, PREFECTURE
from portal.demo.stage import Paper, Stage, Story, at
from portal.publicity import commands
from portal.publicity.commands import Appeared, Reported
from portal.publicity.item import PUBLICITY, PublicityBody

_CONTACTS = (
    (PREFECTURE, "スマートシティ戦略部 戦略推進室 戦略企画課（電話は仮：06-0000-0000）"),
    (COMPANY, "広報部（電話は仮：03-0000-0000。報道関係者専用）"),
)


def item(title: str, title_en: str, *, prefecture: str, company: str, **more: Any) -> PublicityBody:
    """An item of the two parties: the prefecture hands its material to the press club, the company posts its news."""
    body = PublicityBody(
        title=title,
        title_en=title_en,
        about="cooperation",
        sort="press_release",
        outputs=((f"{PREFECTURE}.ja", prefecture), (f"{COMPANY}.ja", company)),
        timing_kind="exact",
        embargo="no",
        channels=(
            ("press_club", PREFECTURE, "府政記者会", f"{PREFECTURE}.ja", "", ""),
            ("website", COMPANY, "News Center", f"{COMPANY}.ja", "", ""),
        ),
        in_order="no",
        background="AI（人工知能）利活用に関する協定に基づくもの。",
        contacts=_CONTACTS,
        correction="誤りに気づいた側が、相手方の広報へ直ちに連絡する。",
    )
    return dataclasses.replace(body, **more)


def tabled(stage: Stage, by: str, body: PublicityBody) -> Paper:
    """The item is on the table."""
    paper = stage.begin(by, PUBLICITY, body)
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


def kickoff_release(stage: Stage) -> Story:
    """The kick-off of 7 September 2023 was presented to the press and in a company release."""
    yield at(2023, 9, 7, 12, 40)
    paper = tabled(
        stage,
        "sakai",
        item(
            "「大ちゃんと話す」の開始と協定について",
            "Start of “Talk with Dai-chan”, and the agreement",
            prefecture="高齢者向けの生成AIの会話サービス「大ちゃんと話す」を始めます。（文面は要約、時刻は仮）",
            company="大阪府と、生成AIの活用などで協力します。三つの分野で取り組みます。（文面は要約、時刻は仮）",
            day="2023-09-07",
            time="14:00",
        ),
    )
    yield at(2023, 9, 7, 13, 10)
    agreed(paper, ("ibaraki", "ス戦企第1205号（仮）"), ("yodogawa", "公営-23-0143（仮）"))
    yield at(2023, 9, 7, 14, 30)
    out(stage, "sakai", paper, 1, at(2023, 9, 7, 14, 0))
    out(stage, "hommachi", paper, 2, at(2023, 9, 7, 14, 5), url="https://www.example.jp/news/2023-09-07")


def tour_announcement(stage: Stage) -> Story:
    """10 September 2025: announced on a stage, then in the company's news; and a correction of what was written."""
    yield at(2025, 9, 1, 14, 0)
    body = item(
        "AIエージェントの試行など三つの取組の発表",
        "Announcement of three steps, among them trials of AI agents",
        prefecture="AIエージェントの試行導入、女性のための研修、庁内の生成AIアドバイザー制度を発表します。（要約）",
        company="大阪府とともに、三つの取組を進めます。（要約）",
        sort="conference",
        timing_kind="after_event",
        event="Microsoft AI Tour 大阪の基調講演",
        until_day="2025-09-10",
        timing_words="9月10日の基調講演終了後、同日中",
        titles="知事、日本マイクロソフト株式会社 社長（公表日時点）",
        titles_as_of="2025-09-10",
    )
    paper = tabled(stage, "sakai", body)
    yield at(2025, 9, 2, 16, 0)
    paper.send_back(
        "kitahama", "発表の順に「講演の終了後」とあるが、文面に「講演で」とある。そろえてほしい。"
    )
    yield at(2025, 9, 3, 11, 0)
    paper.save(
        "sakai", dataclasses.replace(body, summary="講演の終了後に、資料を提供し、ニュースを掲載する。")
    )
    paper.table("sakai")
    yield at(2025, 9, 5, 15, 0)
    agreed(paper, ("nakanoshima", "ス戦企第1430号（仮）"), ("kitahama", "公営-25-0184（仮）"))
    yield at(2025, 9, 10, 15, 50)
    with stage.work("hommachi") as work:
        commands.end_event(work, paper.id, ended_at=at(2025, 9, 10, 15, 40), remark="終了時刻は仮。")
    out(stage, "sakai", paper, 1, at(2025, 9, 10, 15, 42))
    yield at(2025, 9, 10, 16, 10)
    out(
        stage,
        "hommachi",
        paper,
        2,
        at(2025, 9, 10, 15, 45),
        url="https://www.example.jp/news/2025-09-10",
        is_agreed_text=False,
        final_text="大阪府とともに、三つの取組を始めます。（要約）",
    )


def unagreed_story(stage: Stage) -> Story:
    """A case story that nobody had agreed (invented, 見本), consulted on and still open."""
    yield stage.before(9, 10)
    with stage.work("sakai") as work:
        record = commands.report(
            work,
            Reported(
                nature="without_agreement",
                title="取扱店による事例紹介（見本）",
                appeared_at=work.at - dt.timedelta(hours=20),
                medium="website",
                place="取扱店のサイト（見本）",
                publisher="乙の製品の取扱店（見本）",
                words="取組を導入事例として紹介するページが、事前の合意なく掲載されていた。",
                circumstances="広報広聴課の職員が見つけた。",
            ),
        ).id
    yield stage.before(8, 15)
    with stage.work("hommachi") as work:
        commands.discuss(work, record, text="取扱店に連絡し、掲載を止めるよう依頼した。")


def to_come(stage: Stage) -> Story:
    """Around today: one waiting for the company, one agreed and embargoed, one held, one whose time has passed."""
    yield stage.before(6, 10)
    week = stage.day_after(7).isoformat()
    texts = {
        "prefecture": "窓口での試行を始めます。（見本）",
        "company": "窓口での試行に協力します。（見本）",
    }
    soon = item(
        "多言語窓口の試行についてのお知らせ（見本）", "Trial at multilingual counters (sample)",
        **texts, day=stage.day_after(1).isoformat(), time="14:00",
        provided_day=stage.day_after(1).isoformat(), provided_time="10:00",
    )  # fmt: skip
    embargoed = tabled(stage, "sakai", dataclasses.replace(soon, embargo="yes"))
    briefing: dict[str, Any] = {
        "title": "研修の報告会のお知らせ（見本）",
        "title_en": "Report on the training (sample)",
    }
    held = tabled(stage, "sakai", dataclasses.replace(soon, **briefing, day=week))
    tasting: dict[str, Any] = {"title": "体験会の様子（見本）", "title_en": "At the trial session (sample)"}
    lapsed = dataclasses.replace(soon, **tasting, sort="social", day=stage.before(2).date().isoformat())
    passed = tabled(stage, "hommachi", lapsed)
    yield stage.before(4, 14)
    for number, paper in enumerate((embargoed, held, passed)):
        agreed(
            paper, ("nakanoshima", f"ス戦企第162{number}号（仮）"), ("kitahama", f"公営-26-022{number}（仮）")
        )
    yield stage.before(3, 11)
    held.close("hommachi", consent.hold, "参加者数の数字を確かめているため。")
    yield stage.before(1, 10)
    interim: dict[str, Any] = {
        "title": "成果の中間報告（見本）",
        "title_en": "Interim report on results (sample)",
    }
    waiting = tabled(stage, "sakai", dataclasses.replace(soon, **interim, day=week, time="15:00"))
    yield stage.before(1, 15)
    waiting.agree("nakanoshima", "ス戦企第1630号（仮）")


PUBLICITY_STORIES = (kickoff_release, tour_announcement, unagreed_story, to_come)
