"""The public facts as they were made public, at their own dates, and what others told of them.

What stands in no public text that we have seen is assumed, and says 「仮」.
"""

from __future__ import annotations

import dataclasses

from portal.demo.files import steps_picture
from portal.demo.publicity import agreed, item, out, recorded, tabled, to_news, to_press_club
from portal.demo.stage import Stage, Story, at
from portal.publicity import commands

_BY_OTHERS = "当事者以外によるものであり、事前の合意の対象ではない。経過が分かるように記録する。"
KICKOFF = "高齢者向け生成AI会話サービス「大ちゃんと話す」"
IZUMIOTSU = "泉大津市での「大ちゃんと話す」体験会"
AGENTS = "行政サービスへのAIエージェントの試行導入"
CONSORTIUM = "大阪府行政AIエージェントコンソーシアム"


def conclusion(stage: Stage) -> Story:
    """September 2023: the company made the conclusion of the agreement public, with a picture of 7 September."""
    yield at(2023, 9, 7, 12, 20)
    paper = tabled(
        stage,
        "hommachi",
        item(
            "AI（人工知能）利活用に関する協定の締結",
            "Conclusion of the agreement on the utilization of AI",
            company="""
大阪府と日本マイクロソフト株式会社は、AI（人工知能）利活用に関する協定を締結しました。（文面は要約）

- 府のスマートシティ関連の施策における生成AIの利活用
- 府のAI利活用人材の育成
- そのほか、両者が合意した府の施策

最初の例として、高齢者向けの生成AIの会話サービス「大ちゃんと話す」を紹介します。
""",
            about="agreement",
            channels=(to_news(),),
            day="2023-09-07",
            time="15:00",
            timing_words="公表の日は公表された資料から確かめられないため、写真の日の9月7日を仮に置く。",
            images="令和5年9月7日に撮影した、知事と乙の社長の写真。権利と写る人の同意は、乙が確かめる（仮）。",
            titles="大阪府知事、日本マイクロソフト株式会社 社長（公表日時点）",
            titles_as_of="2023-09-07",
        ),
        steps_picture("写真の代わりの図（見本）.png", 3),
    )
    yield at(2023, 9, 7, 13, 30)
    agreed(paper, ("hirakata", "ス戦企第1206号（仮）"), ("kitahama", "公営-23-0144（仮）"))
    yield at(2023, 9, 7, 15, 20)
    out(stage, "hommachi", paper, 1, at(2023, 9, 7, 15, 0), url="https://www.example.jp/news/2023-09-07-1")


def kickoff(stage: Stage) -> Story:
    """The kick-off of 7 September 2023: an event with the governor and the company's president, and the press."""
    yield at(2023, 9, 7, 12, 40)
    paper = tabled(
        stage,
        "sakai",
        item(
            "「大ちゃんと話す」の開始",
            "Start of “Talk with Dai-chan”",
            prefecture="高齢者向けの生成AIの会話サービス「大ちゃんと話す」を始めます。都道府県では初めての試みです。（文面は要約、時刻は仮）",
            company="大阪府の「大ちゃんと話す」の開始に、生成AIの技術で協力します。（文面は要約、時刻は仮）",
            day="2023-09-07",
            time="14:00",
            channels=(
                to_press_club(),
                to_press_club("conference", "キックオフの会場（会場名は仮に置かない）"),
                to_news(),
            ),
            coverage="キックオフの模様は撮影できる。知事と乙の社長が出席する。",
            titles="大阪府知事、日本マイクロソフト株式会社 社長（公表日時点）",
            titles_as_of="2023-09-07",
        ),
        of=KICKOFF,
    )
    yield at(2023, 9, 7, 13, 10)
    agreed(paper, ("ibaraki", "ス戦企第1205号（仮）"), ("yodogawa", "公営-23-0143（仮）"))
    yield at(2023, 9, 7, 14, 30)
    out(stage, "sakai", paper, 1, at(2023, 9, 7, 14, 0))
    out(stage, "sakai", paper, 2, at(2023, 9, 7, 14, 0))
    out(stage, "hommachi", paper, 3, at(2023, 9, 7, 14, 0), url="https://www.example.jp/news/2023-09-07-2")


def session_seen_by_the_press(stage: Stage) -> Story:
    """12 September 2023: the press was invited to the session, and television reported on it."""
    yield at(2023, 9, 11, 15, 0)
    paper = tabled(
        stage,
        "sakai",
        item(
            "泉大津市での体験会の取材の案内（仮）",
            "Invitation of the press to the session in Izumiotsu (assumed)",
            prefecture="9月12日に、泉大津市で「大ちゃんと話す」の体験会を行います。取材いただけます。（文面は仮）",
            channels=(to_press_club(), to_press_club("interview", "泉大津市内の会場")),
            day="2023-09-12",
            time="09:00",
            coverage="会場で受け付ける。参加する方が写る撮影は、その場で同意を得た方に限る（仮）。",
            images="参加する方の写真と声は、撮影する側が本人の同意を得る（仮）。",
        ),
        of=IZUMIOTSU,
    )
    yield at(2023, 9, 11, 16, 30)
    agreed(paper, ("ibaraki", "ス戦企第1216号（仮）"), ("kitahama", "公営-23-0147（仮）"))
    yield at(2023, 9, 12, 12, 0)
    out(stage, "sakai", paper, 1, at(2023, 9, 12, 9, 0))
    out(stage, "sakai", paper, 2, at(2023, 9, 12, 9, 0))
    yield at(2023, 9, 13, 10, 0)
    recorded(
        stage,
        "sakai",
        nature="for_information",
        title="泉大津市での体験会を伝えるテレビの報道",
        appeared_at=at(2023, 9, 12, 18, 0),
        medium="video",
        place="テレビのニュース（時刻は仮）",
        publisher="放送局",
        words="高齢の方約40人が、貸し出されたタブレットで大ちゃんとの会話を体験し、登録した住所から近くの公園を勧められた、と伝えられた。",
        circumstances=_BY_OTHERS,
    )


def contractor_named(stage: Stage) -> Story:
    """October 2023: a trade paper named who built the system."""
    yield at(2023, 10, 23, 10, 0)
    recorded(
        stage,
        "sakai",
        nature="for_information",
        title="「大ちゃんと話す」のシステム構築を伝える専門紙の記事",
        appeared_at=at(2023, 10, 20, 0, 0),
        medium="magazine",
        place="専門紙（令和5年10月。日は仮）",
        publisher="新聞社",
        words="TISがシステムを構築し、日本マイクロソフトが協力したと伝えられた。",
        circumstances=_BY_OTHERS,
    )


def three_steps(stage: Stage) -> Story:
    """10 September 2025: announced by both on a stage, then to the press and in the company's news."""
    yield at(2025, 9, 1, 14, 0)
    body = item(
        "AIエージェントの試行など三つの取組の発表",
        "Announcement of three steps, among them trials of AI agents",
        prefecture="""
AIエージェントの試行導入、女性のための研修「Code; Without Barriers」、庁内生成AIアドバイザー制度を発表します。（要約）

年内に、コンソーシアムを設けます。
""",
        company="大阪府とともに、三つの取組を進めます。（要約）",
        sort="conference",
        timing_kind="after_event",
        event="Microsoft AI Tour Osaka の基調講演",
        until_day="2025-09-10",
        timing_words="9月10日の基調講演終了後、同日中",
        channels=(to_press_club("stage", "Microsoft AI Tour Osaka の会場"), to_press_club(), to_news()),
        titles="大阪府知事、日本マイクロソフト株式会社 社長（公表日時点）",
        titles_as_of="2025-09-10",
    )
    paper = tabled(stage, "sakai", body, of=AGENTS)
    yield at(2025, 9, 2, 16, 0)
    paper.send_back(
        "kitahama", "発表の順に「講演の終了後」とあるが、文面に「講演で」とある。そろえてほしい。"
    )
    yield at(2025, 9, 3, 11, 0)
    paper.save(
        "sakai", dataclasses.replace(body, summary="講演の終了後に発表し、資料を提供し、ニュースを掲載する。")
    )
    paper.table("sakai")
    yield at(2025, 9, 5, 15, 0)
    agreed(paper, ("nakanoshima", "ス戦企第1430号（仮）"), ("kitahama", "公営-25-0184（仮）"))
    yield at(2025, 9, 10, 15, 50)
    with stage.work("hommachi") as work:
        commands.end_event(work, paper.id, ended_at=at(2025, 9, 10, 15, 40), remark="終了時刻は仮。")
    out(stage, "sakai", paper, 1, at(2025, 9, 10, 15, 42))
    out(stage, "sakai", paper, 2, at(2025, 9, 10, 15, 45))
    yield at(2025, 9, 10, 16, 10)
    out(stage, "hommachi", paper, 3, at(2025, 9, 10, 15, 45), url="https://www.example.jp/news/2025-09-10")


def interview_of_october(stage: Stage) -> Story:
    """31 October 2025: an interview of the prefecture with another company, on the data platform."""
    yield at(2025, 11, 4, 10, 0)
    recorded(
        stage,
        "sakai",
        nature="for_information",
        title="データ連携基盤「ORDEN」と「my door OSAKA」についての対談の記事",
        appeared_at=at(2025, 10, 31, 9, 0),
        medium="interview",
        place="専門のニュースサイト（時刻は仮）",
        publisher="ニュースサイト（府のスマートシティ戦略の担当課長とNTT西日本の対談）",
        words="府のデータ連携基盤の今後が語られた。本協定の取組についての記載はない（仮）。",
        circumstances="本協定に基づく公表ではない。取組（AIエージェントの試行）の背景として共有する。",
    )


def consortium_founded(stage: Stage) -> Story:
    """19 December 2025: the founding ceremony, at which the governor spoke; and what a member told of it."""
    yield at(2025, 12, 11, 10, 0)
    paper = tabled(
        stage,
        "sakai",
        item(
            "大阪府行政AIエージェントコンソーシアムの設立",
            "Founding of the Osaka Prefecture consortium on AI agents",
            prefecture="""
行政でのAIエージェントの活用を広く進めるコンソーシアムを設立します。約20の団体が参加し、令和9年度からの実装を目指します。（要約）

成果は、ほかの自治体とも共有します。
""",
            company="大阪府のコンソーシアムに、一員として参加します。（要約。日時は仮）",
            sort="conference",
            channels=(to_press_club("conference", "設立の式"), to_press_club(), to_news()),
            day="2025-12-19",
            time="15:00",
            timing_words="設立の式で知事が話し、続けて資料を提供する（時刻は仮）。",
            titles="大阪府知事（公表日時点）",
            titles_as_of="2025-12-19",
        ),
        of=CONSORTIUM,
    )
    yield at(2025, 12, 16, 15, 0)
    agreed(paper, ("nakanoshima", "ス戦企第1514号（仮）"), ("yodogawa", "公営-25-0239（仮）"))
    yield at(2025, 12, 19, 17, 0)
    out(stage, "sakai", paper, 1, at(2025, 12, 19, 15, 0))
    out(stage, "sakai", paper, 2, at(2025, 12, 19, 15, 0))
    out(stage, "hommachi", paper, 3, at(2025, 12, 19, 15, 0), url="https://www.example.jp/news/2025-12-19")
    yield at(2025, 12, 24, 11, 0)
    recorded(
        stage,
        "hommachi",
        nature="for_information",
        title="コンソーシアムへの参加を伝える、別の参加企業の発表",
        appeared_at=at(2025, 12, 23, 10, 0),
        medium="website",
        place="デル・テクノロジーズの発表（令和7年12月。日時は仮）",
        publisher="デル・テクノロジーズ",
        words="コンソーシアムに参加し、試行を支えると伝えている。",
        circumstances=_BY_OTHERS,
    )


PUBLICITY_PAST = (
    conclusion,
    kickoff,
    session_seen_by_the_press,
    contractor_named,
    three_steps,
    interview_of_october,
    consortium_founded,
)
