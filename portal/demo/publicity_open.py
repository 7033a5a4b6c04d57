"""Publicity around the day of loading, so that every state can be seen; all of it invented (仮)."""

from __future__ import annotations

import dataclasses
import datetime as dt

from portal.consent import commands as consent
from portal.demo.files import steps_picture, text_file
from portal.demo.people import COMPANY, PREFECTURE
from portal.demo.publicity import (
    agreed,
    called_off,
    followed,
    item,
    out,
    recorded,
    tabled,
    to_news,
    to_press_club,
)
from portal.demo.stage import Stage, Story
from portal.kernel.clock import JAPAN
from portal.publicity import commands
from portal.publicity.item import PUBLICITY
from portal.publicity.sorts import Relation


def embargoed_material(stage: Stage) -> Story:
    """Agreed with everything that an item can hold, and under embargo; a copy was taken for the press club."""
    yield stage.before(6, 10)
    day, eve = stage.day_after(1), stage.before(1)
    body = item(
        "防災訓練での展示のお知らせ（仮）",
        "The conversation service at the disaster drill (assumed)",
        prefecture="""
府の防災訓練の会場に、会話サービスを試せる場を設けます。

## 展示の内容

- 災害のときの使い方を、文字と音声で試す
- 職員が付き添い、困りごとを聞く
""",
        company="大阪府の防災訓練での展示に、当日の技術的な支援で協力します。",
        measure="防災訓練での会話サービスの展示（仮）",
        summary="訓練の会場での展示を、資料の提供とウェブサイトでお知らせする。",
        embargo="yes",
        day=day.isoformat(),
        time="14:00",
        provided_day=eve.date().isoformat(),
        provided_time="10:00",
        timing_words="解禁までは報じないことを、資料の先頭に記す。",
        simultaneous="各社の大阪支局（仮）",
        quotes=(
            (
                "スマートシティ戦略部長（仮）",
                "いざというときに使えることを、ふだんから確かめていただきます。",
                "広報広聴課 堺",
            ),
            ("公共営業本部長代理（仮）", "現場で役立つ使い方を、一緒に探ります。", "広報部 本町"),
        ),
        titles="スマートシティ戦略部長、公共営業本部長代理（いずれも公表日時点、仮）",
        titles_as_of=day.isoformat(),
        images="添付の図は府が作成したもの。",
        portraits="人物は写らず、声も出ない。",
        coverage="当日の受付は会場の入口。撮影できる。代表取材は置かない。",
        related="https://www.example.jp/drill",
        profiles=((COMPANY, "日本マイクロソフト株式会社（会社の概要は仮に置かない）"),),
        trademarks="Microsoft は、米国 Microsoft Corporation の商標です。製品名は正式な名称で書く。",
        document_number="広第1620号（仮）",
        questions="**問** 個人の情報は残りますか。\n\n**答（府）** 会場で試した会話は、その日のうちに消します（仮）。",
        reuse="同じ文面に限り、それぞれのSNSで紹介できる。",
        monitoring="公表の翌日、双方の広報が、報道と問合せを確かめ合う。",
    )
    extra = (
        (
            f"{PREFECTURE}.en",
            "The Prefecture shows its conversation service at the disaster drill. (assumed)",
        ),
        (f"{COMPANY}.en", "We support the showing with technical help on the day. (assumed)"),
        ("social.ja", "防災訓練で会話サービスを試せます。（仮）"),
    )
    body = dataclasses.replace(
        body,
        outputs=(*body.outputs, *extra),
        channels=(
            *body.channels,
            ("social", PREFECTURE, "府の公式SNS", "social.ja", day.isoformat(), "14:30"),
        ),
        in_order="yes",
    )
    paper = tabled(
        stage,
        "sakai",
        body,
        steps_picture("展示の図（見本）.png", 4),
        text_file("会場の案内（見本）.txt", "会場の案内の見本です。\n"),
        of="防災訓練での会話サービスの展示",
    )
    yield stage.before(4, 14)
    agreed(paper, ("nakanoshima", "ス戦企第1620号（仮）"), ("kitahama", "公営-26-0220（仮）"))
    yield stage.before(1, 10)
    with stage.work("sakai") as work:
        commands.take_copy(work, paper.id, output=f"{PREFECTURE}.ja", recipient="府政記者会 幹事社（仮）")


def held_report(stage: Stage) -> Story:
    """Agreed, then held by the other side's press officer."""
    yield stage.before(6, 11)
    paper = tabled(
        stage,
        "sakai",
        item(
            "職員向け相談会の案内（仮）",
            "Clinics for staff (assumed)",
            prefecture="職員向けの相談会を開きます。",
            company="職員向けの相談会に、相談に応じる人が参加します。",
            day=stage.day_after(7).isoformat(),
            time="14:00",
        ),
        of="職員向け生成AI相談会",
    )
    yield stage.before(4, 15)
    agreed(paper, ("nakanoshima", "ス戦企第1621号（仮）"), ("kitahama", "公営-26-0221（仮）"))
    yield stage.before(3, 11)
    paper.close("hommachi", consent.hold, "参加者数の数字を確かめているため。")


def lapsed_post(stage: Stage) -> Story:
    """Agreed, and nobody published it in time: the consents can no longer be used (S4)."""
    yield stage.before(6, 13)
    paper = tabled(
        stage,
        "hommachi",
        item(
            "観光案内の試行の様子（仮）",
            "A look at the tourist guide trial (assumed)",
            company="案内所での試行の様子を紹介します。",
            sort="social",
            channels=(to_news("social", "乙の公式SNS"),),
            day=stage.before(2).date().isoformat(),
            time="12:00",
        ),
        of="観光案内の対話サービス",
    )
    yield stage.before(4, 16)
    agreed(paper, ("nakanoshima", "ス戦企第1622号（仮）"), ("kitahama", "公営-26-0222（仮）"))


def waiting_for_the_company(stage: Stage) -> Story:
    """One party has consented, and waits for the other."""
    yield stage.before(1, 10)
    paper = tabled(
        stage,
        "sakai",
        item(
            "図書館の調べもの案内の予定（仮）",
            "Plans for the library research guide (assumed)",
            prefecture="図書館で、調べもの案内の試行を予定しています。",
            company="図書館での試行に協力します。",
            day=stage.day_after(7).isoformat(),
            time="15:00",
        ),
        of="図書館の調べもの案内",
    )
    yield stage.before(1, 15)
    paper.agree("nakanoshima", "ス戦企第1630号（仮）")


def talk_under_consultation(stage: Stage) -> Story:
    """A talk of the company, just tabled."""
    yield stage.before(2, 13)
    paper = tabled(
        stage,
        "hommachi",
        item(
            "自治体向けの催しでの講演（仮）",
            "Talk at an event for municipalities (assumed)",
            company="窓口での使い方の工夫を紹介します。数字は、府が公表したものに限ります。",
            sort="talk",
            channels=(to_news("stage", "自治体向けの催しの会場（仮）"),),
            timing_kind="window",
            day=stage.day_after(10).isoformat(),
            until_day=stage.day_after(24).isoformat(),
        ),
    )
    yield stage.before(1, 11)
    paper.comment("sakai", "スライドの案があれば、添付に加えてください。")


def posted_too_early(stage: Stage) -> Story:
    """One channel went out two minutes before the agreed time: recorded as what it is, settled by both, and never
    counted as published (S4; I8)."""
    yield stage.before(14, 10)
    out_day = stage.before(9).date()
    paper = tabled(
        stage,
        "sakai",
        item(
            "職員研修の教材の公開（仮）",
            "Training material made public (assumed)",
            prefecture="職員研修で使った教材を公開します。",
            company="教材づくりに協力しました。",
            sort="web",
            channels=(to_press_club("website", "府のウェブサイト"), to_news()),
            day=out_day.isoformat(),
            time="14:00",
        ),
    )
    yield stage.before(12, 10)
    agreed(paper, ("nakanoshima", "ス戦企第1612号（仮）"), ("kitahama", "公営-26-0212（仮）"))
    yield stage.before(9, 15)
    moment = dt.datetime.combine(out_day, dt.time(14, 0), JAPAN)
    out(stage, "hommachi", paper, 2, moment, url="https://www.example.jp/news/material")
    record = recorded(
        stage,
        "sakai",
        nature="differs",
        title="教材の公開が合意した時刻より早かった件（仮）",
        appeared_at=moment - dt.timedelta(minutes=2),
        medium="website",
        place="府のウェブサイト",
        url="https://www.example.jp/material",
        publisher="甲",
        words="職員研修で使った教材を公開します。",
        circumstances="予約した時刻を誤り、13時58分に掲載された。文面は合意のとおり。",
        document_id=paper.id,
        channel=1,
    )
    yield stage.before(8, 14)
    for by, words in (
        ("hirakata", "時刻の設定を二人で確かめる手順にした。"),
        ("kitahama", "影響がなかったことを確かめた。"),
    ):
        with stage.work(by) as work:
            commands.settle(work, record, text=words, attributed_to=PREFECTURE)


def not_made_public_after_all(stage: Stage) -> Story:
    """Agreed, and then agreed not to be made public after all (decision 13)."""
    yield stage.before(13, 10)
    paper = tabled(
        stage,
        "hommachi",
        item(
            "合同の説明会の告知（仮）",
            "Announcement of a joint briefing (assumed)",
            prefecture="説明会を開きます。",
            company="説明会に参加します。",
            day=stage.day_after(12).isoformat(),
            time="10:00",
        ),
    )
    yield stage.before(11, 10)
    agreed(paper, ("nakanoshima", "ス戦企第1614号（仮）"), ("kitahama", "公営-26-0214（仮）"))
    yield stage.before(10, 10)
    off = called_off(stage, "sakai", paper, reason="会場の都合で説明会を取りやめたため。")
    yield stage.before(9, 10)
    agreed(off, ("nakanoshima", "ス戦企第1617号（仮）"), ("kitahama", "公営-26-0217（仮）"))


def case_study_sent_back(stage: Stage) -> Story:
    """A case study, sent back for a phrase that reads like a promise to buy (art. 6(1))."""
    yield stage.before(8, 10)
    paper = tabled(
        stage,
        "hommachi",
        item(
            "庁舎の省エネルギーの事例紹介（仮）",
            "Case study on energy use in buildings (assumed)",
            company="大阪府で導入が決定した取組の例として紹介します。",
            sort="case_study",
            channels=(to_news(),),
            timing_kind="window",
            day=stage.day_after(3).isoformat(),
            until_day=stage.day_after(30).isoformat(),
        ),
        of="庁舎の省エネルギー",
    )
    yield stage.before(5, 16)
    paper.send_back(
        "nakanoshima", "「導入が決定」は取引の約束と読まれます。「試みの例」のように改めてください。"
    )


def after_the_briefing(stage: Stage) -> Story:
    """Agreed, to go out once a briefing is over, which nobody has recorded yet."""
    yield stage.before(7, 11)
    paper = tabled(
        stage,
        "sakai",
        item(
            "健康づくりの声かけの説明会の後のお知らせ（仮）",
            "Notice after the briefing on healthy habits (assumed)",
            prefecture="説明会で出た質問と答えを、お知らせします。",
            sort="web",
            channels=(to_press_club("website", "府のウェブサイト"),),
            timing_kind="after_event",
            event="健康づくりの声かけの説明会",
            until_day=stage.day_after(9).isoformat(),
        ),
        of="健康づくりの声かけ",
    )
    yield stage.before(5, 13)
    agreed(paper, ("hirakata", "ス戦企第1625号（仮）"), ("yodogawa", "公営-26-0225（仮）"))


def may_go_out_now(stage: Stage) -> Story:
    """Agreed, and its time has come: one that nobody has published yet, one that is out through one of two channels."""
    yield stage.before(7, 14)
    window = {
        "timing_kind": "window",
        "day": stage.before(3).date().isoformat(),
        "until_day": stage.day_after(6).isoformat(),
    }
    ready = tabled(
        stage,
        "hommachi",
        item(
            "読みやすさの点検の中間の報告（仮）",
            "Interim report on the readability check (assumed)",
            prefecture="点検の進み具合をお知らせします。",
            company="点検の方法を紹介します。",
            sort="web",
            channels=(to_press_club("website", "府のウェブサイト"), to_news()),
            **window,
        ),
        of="府のウェブサイトの読みやすさ",
    )
    partly = tabled(
        stage,
        "sakai",
        item(
            "観光案内の試行のお知らせ（仮）",
            "Notice of the tourist guide trial (assumed)",
            prefecture="二か所の案内所で試しています。",
            company="二か所の案内所での試行に協力しています。",
            sort="magazine",
            channels=(to_press_club("magazine", "府政だより（仮）"), to_news()),
            **window,
        ),
        of="観光案内の対話サービス",
    )
    yield stage.before(5, 10)
    agreed(ready, ("nakanoshima", "ス戦企第1626号（仮）"), ("kitahama", "公営-26-0226（仮）"))
    agreed(partly, ("nakanoshima", "ス戦企第1627号（仮）"), ("kitahama", "公営-26-0227（仮）"))
    yield stage.before(2, 11)
    out(stage, "sakai", partly, 1, stage.before(2, 10))


def corrected_after_it_was_out(stage: Stage) -> Story:
    """What went out differed from what was agreed; the correction was agreed and published, a supplement and the
    taking down of a page are under way (R6.2-7; row 48)."""
    yield stage.before(24, 10)
    out_day = stage.before(18).date()
    paper = tabled(
        stage,
        "hommachi",
        item(
            "体験の会の参加者の声（仮）",
            "Voices from a trial session (assumed)",
            prefecture="体験の会に参加した方の声を紹介します。参加は30人でした。",
            company="体験の会の様子を紹介します。参加は30人でした。",
            sort="web",
            channels=(to_press_club("website", "府のウェブサイト"), to_news()),
            day=out_day.isoformat(),
            time="10:00",
        ),
    )
    yield stage.before(21, 10)
    agreed(paper, ("nakanoshima", "ス戦企第1591号（仮）"), ("kitahama", "公営-26-0191（仮）"))
    yield stage.before(18, 11)
    moment = dt.datetime.combine(out_day, dt.time(10, 0), JAPAN)
    out(stage, "sakai", paper, 1, moment, url="https://www.example.jp/voices")
    out(
        stage,
        "hommachi",
        paper,
        2,
        moment + dt.timedelta(minutes=25),
        url="https://www.example.jp/news/voices",
        is_agreed_text=False,
        final_text="体験の会の様子を紹介します。参加は300人でした。",
    )
    yield stage.before(17, 9)
    with stage.work("sakai") as work:
        found = consent.document_of(work, PUBLICITY, paper.id).id
    record = recorded(
        stage,
        "sakai",
        nature="differs",
        title="参加者数の誤った掲載（仮）",
        appeared_at=moment + dt.timedelta(minutes=25),
        medium="website",
        place="News Center",
        url="https://www.example.jp/news/voices",
        publisher="乙",
        words="参加は300人でした。",
        circumstances="合意した文面は30人。",
        document_id=found,
        channel=2,
    )
    fixed = stage.before(12).date()
    correction = followed(
        stage,
        "hommachi",
        paper,
        Relation.CORRECTION,
        relation_reason="参加者数を30人とすべきところ、300人と掲載したため。",
        summary="掲載した数を直し、直したことを添える。",
        timing_kind="exact",
        day=fixed.isoformat(),
        time="10:00",
    )
    yield stage.before(15, 14)
    agreed(correction, ("nakanoshima", "ス戦企第1603号（仮）"), ("kitahama", "公営-26-0203（仮）"))
    yield stage.before(12, 11)
    fixed_at = dt.datetime.combine(fixed, dt.time(10, 0), JAPAN)
    out(stage, "sakai", correction, 1, fixed_at, url="https://www.example.jp/voices")
    out(stage, "hommachi", correction, 2, fixed_at, url="https://www.example.jp/news/voices")
    yield stage.before(11, 10)
    for by, words in (
        ("hirakata", "訂正の掲載を確かめた。"),
        ("kitahama", "原因を確かめ、掲載前の読み合わせを加えた。"),
    ):
        with stage.work(by) as work:
            commands.settle(work, record, text=words, attributed_to=COMPANY)
    supplement = followed(
        stage,
        "sakai",
        paper,
        Relation.SUPPLEMENT,
        relation_reason="問合せの多かった、次の会の予定を加えるため。",
        timing_kind="window",
        day=stage.day_after(5).isoformat(),
        until_day=stage.day_after(20).isoformat(),
    )
    yield stage.before(9, 15)
    supplement.close("sakai", consent.withdraw, "次の会の予定がまだ決まらないため、取り下げます。")
    followed(
        stage,
        "sakai",
        paper,
        Relation.TAKE_DOWN,
        relation_reason="参加した方から、掲載を終えてほしいとの申出があったため（仮）。",
        timing_kind="window",
        day=stage.day_after(2).isoformat(),
        until_day=stage.day_after(12).isoformat(),
    )


def replaced_before_it_was_out(stage: Stage) -> Story:
    """Agreed, then replaced by another before anything went out, because the day moved (S4); and one declined."""
    yield stage.before(20, 10)
    body = item(
        "読みやすさの点検の開始（仮）",
        "Start of the readability check (assumed)",
        prefecture="点検を始めます。",
        company="点検に協力します。",
        day=stage.before(12).date().isoformat(),
        time="10:00",
    )
    first = tabled(stage, "sakai", body, of="府のウェブサイトの読みやすさ")
    declined = tabled(
        stage,
        "hommachi",
        item(
            "動画での紹介（仮）",
            "A video (assumed)",
            company="取組を短い動画で紹介します。",
            sort="video",
            channels=(to_news("video", "乙の動画の頁（仮）"),),
            timing_kind="window",
            day=stage.day_after(10).isoformat(),
            until_day=stage.day_after(40).isoformat(),
        ),
    )
    yield stage.before(18, 10)
    agreed(first, ("nakanoshima", "ス戦企第1595号（仮）"), ("kitahama", "公営-26-0195（仮）"))
    declined.close(
        "hirakata", consent.decline, "出演する職員の同意を得るのに時間がかかるため、今回は見送ります。"
    )
    yield stage.before(16, 10)
    later = stage.begin(
        "sakai", PUBLICITY, dataclasses.replace(body, day=stage.before(8).date().isoformat()), replaces=first
    )
    later.table("sakai")
    yield stage.before(15, 10)
    agreed(later, ("nakanoshima", "ス戦企第1600号（仮）"), ("kitahama", "公営-26-0200（仮）"))
    yield stage.before(8, 11)
    at_ten = dt.datetime.combine(stage.before(8).date(), dt.time(10, 0), JAPAN)
    out(stage, "sakai", later, 1, at_ten)
    out(stage, "hommachi", later, 2, at_ten, url="https://www.example.jp/news/readability")


def nobody_agreed_to_this(stage: Stage) -> Story:
    """A case story that nobody had agreed, consulted on and still open (S12)."""
    yield stage.before(9, 10)
    record = recorded(
        stage,
        "sakai",
        nature="without_agreement",
        title="取扱店による事例紹介（仮）",
        appeared_at=stage.before(10, 14),
        medium="website",
        place="取扱店のサイト（仮）",
        publisher="乙の製品の取扱店（仮）",
        words="取組を導入事例として紹介するページが、事前の合意なく掲載されていた。",
        circumstances="広報広聴課の職員が見つけた。",
    )
    yield stage.before(8, 15)
    with stage.work("hommachi") as work:
        commands.discuss(work, record, text="取扱店に連絡し、掲載を止めるよう依頼した。")
    yield stage.before(7, 16)
    with stage.work("nakanoshima") as work:
        commands.settle(work, record, text="掲載が止まったことを確かめた。")


def drafts(stage: Stage) -> Story:
    """Own-side drafts of either party: nobody else knows of them."""
    yield stage.before(1, 13)
    stage.begin(
        "sakai",
        PUBLICITY,
        item(
            "年度末の取組のまとめ（仮）",
            "Summary of the year (assumed)",
            prefecture="（書きかけ）",
            sort="web",
        ),
    )
    stage.begin(
        "hommachi",
        PUBLICITY,
        item(
            "社内報での紹介（仮）",
            "In the company's own magazine (assumed)",
            company="（書きかけ）",
            sort="magazine",
        ),
    )


PUBLICITY_OPEN = (
    replaced_before_it_was_out,
    corrected_after_it_was_out,
    posted_too_early,
    not_made_public_after_all,
    case_study_sent_back,
    after_the_briefing,
    may_go_out_now,
    embargoed_material,
    held_report,
    lapsed_post,
    talk_under_consultation,
    waiting_for_the_company,
    nobody_agreed_to_this,
    drafts,
)
