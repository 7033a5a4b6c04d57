"""What the parties advised each other: the public facts of support at their own dates, and assumed talks that show
every state of the log. What is assumed says 「仮」."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.activities.models import Activity
from portal.advice import commands
from portal.advice.body import AdviceBody
from portal.advice.commands import Handling
from portal.advice.models import Advice
from portal.advice.rules import direction
from portal.demo.files import DemoFile, table_file, text_file
from portal.demo.stage import FILE_LIMIT, Stage, Story, at
from portal.kernel.clock import day_in_japan
from portal.kernel.uploads import inspect, safe_file_name


@dataclasses.dataclass(frozen=True)
class Counsel:
    """One entry of the log on the stage."""

    stage: Stage
    id: str

    def confirm(self, by: str, *, otherwise: str = "") -> None:
        """The other side says that it is the same, or what it sees otherwise."""
        with self.stage.work(by) as work:
            seen = work.session.get_one(Advice, self.id).digest
            commands.confirm(work, self.id, seen=seen, is_same=not otherwise, remark=otherwise)

    def handle(self, by: str, said: Handling) -> None:
        """The receiver says what it did with it."""
        with self.stage.work(by) as work:
            commands.handle(work, self.id, said)

    def cite(self, by: str, reference: str, place: str = "") -> None:
        """A paper that cites it is named."""
        with self.stage.work(by) as work:
            commands.link(work, self.id, reference=reference, place=place)

    def note(self, by: str, text: str) -> None:
        """A note that only the own side ever sees."""
        with self.stage.work(by) as work:
            commands.note(work, self.id, text=text)

    def correct(self, by: str, reason: str, **changes: str) -> Counsel:
        """Another entry corrects it."""
        with self.stage.work(by) as work:
            draft = commands.begin_correction(work, self.id)
            words = AdviceBody.from_plain(json.loads(draft.body))
            body = dataclasses.replace(words, reason=reason, **changes)
            saves = commands.save(work, draft.id, body, saves=draft.saves).saves
        with self.stage.work(by) as work:
            return Counsel(self.stage, commands.record(work, draft.id, saves=saves).id)


def _begun(stage: Stage, by: str, body: AdviceBody, *files: DemoFile) -> str:
    with stage.work(by) as work:
        id = commands.start(work, body).id
    for file in files:
        name = safe_file_name(file.name)
        with stage.files.receive(io.BytesIO(file.content), limit=FILE_LIMIT) as (path, kept):
            found = inspect(path, name)
            stage.files.keep_received(path, kept)
        with stage.work(by) as work:
            commands.attach(work, id, name=name, kept=kept, inspection=found)
    return id


def _recorded(stage: Stage, by: str, body: AdviceBody, *files: DemoFile) -> Counsel:
    id = _begun(stage, by, body, *files)
    with stage.work(by) as work:
        commands.record(work, id, saves=1 + len(files))
    return Counsel(stage, id)


def _today(stage: Stage) -> dt.date:
    """The day on which the story stands, in Asia/Tokyo."""
    return day_in_japan(stage.clock.now())


def _reference(stage: Stage, title: str) -> str:
    with Session(stage.works.engines.reader) as session:
        return session.scalars(select(Activity.reference).where(Activity.title == title)).one()


def _gave(stage: Stage, title: str, content: str, on: dt.date, **more: str) -> AdviceBody:
    """Given in the direction of the agreement's term on advice; the other way round with `back="yes"`."""
    term = stage.edition.advice
    assert term is not None
    ends = (term.giver, term.receiver)
    giver, receiver = reversed(ends) if more.pop("back", "") else ends
    body = AdviceBody(
        title=title,
        direction=direction(giver, receiver),
        kind="advice",
        adviser="公共営業本部 御堂 すすむ",
        recipient="戦略推進室 戦略企画課 府見 あおい",
        basis="requested",
        given_on=on.isoformat(),
        medium="meeting",
        marking="open",
        content=content.strip(),
    )
    return dataclasses.replace(body, **more)


def support_of_the_kick_off(stage: Stage) -> Story:
    """The support at the start of 大ちゃんと話す, September 2023."""
    yield at(2023, 9, 8, 11, 0)
    made = _recorded(
        stage,
        "fumi",
        _gave(
            stage,
            "「大ちゃんと話す」の開始に当たっての技術的な支援",
            "高齢者向けの生成AIの会話サービスの開始に当たり、技術的な支援を受けた。\n\n- 応答の確かめ方についての説明（仮）\n- 当日の立会い（仮）",
            dt.date(2023, 9, 7),
            kind="support",
            medium="demonstration",
            activity=_reference(stage, "高齢者向け生成AI会話サービス「大ちゃんと話す」の開始"),
        ),
    )
    yield at(2023, 9, 11, 10, 0)
    made.confirm("mido")
    yield at(2023, 9, 15, 15, 0)
    made.handle("fumi", Handling("reference"))


def support_of_the_agents(stage: Stage) -> Story:
    """The technical support of the AI agents, from September 2025."""
    yield at(2025, 9, 24, 14, 0)
    made = _recorded(
        stage,
        "namba",
        _gave(
            stage,
            "AIエージェントの試行に当たっての技術的な支援",
            "AIエージェントの案内・相談と多言語の応答について、試し方を一緒に確かめた。データ連携基盤（ORDEN）とのつなぎ方の"
            "考え方を紹介した（内容は仮）。",
            dt.date(2025, 9, 24),
            kind="support",
            medium="online",
            adviser="公共営業本部 難波 さくら",
            activity=_reference(stage, "行政サービスへのAIエージェントの試行導入"),
        ),
        table_file(
            "確かめた項目（見本）.csv", [("項目", "結果"), ("案内", "確かめた"), ("多言語", "続けて確かめる")]
        ),
    )
    yield at(2025, 9, 25, 9, 30)
    made.confirm(
        "tenjin", otherwise="多言語の応答は、日本語と英語だけを確かめました。ほかの言語は次の回です。"
    )
    yield at(2025, 9, 26, 10, 0)
    later = made.correct(
        "namba",
        "確かめた言語の範囲を広く書いていたため。",
        content="AIエージェントの案内・相談について、試し方を一緒に確かめた。応答は**日本語と英語**を確かめ、"
        "ほかの言語は次の回に確かめる（内容は仮）。",
    )
    yield at(2025, 9, 26, 16, 0)
    later.confirm("tenjin")
    yield at(2025, 10, 2, 10, 0)
    later.handle("tenjin", Handling("adopted", "天神橋 みどり", dt.date(2025, 10, 1)))


def where_the_logs_lie(stage: Stage) -> Story:
    """An adviser's mistake, found and corrected weeks later (assumed; scenario S8)."""
    yield at(2025, 11, 10, 16, 0)
    scheme = _reference(stage, "庁内生成AIアドバイザー制度への乙の社員の参加")
    made = _recorded(
        stage,
        "fumi",
        _gave(
            stage,
            "利用の記録が置かれる場所（仮）",
            "## 求めたこと\n\n庁内で生成AIを使うとき、利用の記録がどこに置かれるか。\n\n## 助言\n\n"
            "ある設定にすると、利用の記録は**既定で日本国内に置かれる**（内容は仮）。",
            dt.date(2025, 11, 10),
            activity=scheme,
        ),
        text_file("打合せの控え（見本）.txt", "利用の記録の置き場所について、次の回にも確かめる。\n"),
    )
    yield at(2025, 11, 11, 9, 40)
    made.confirm("mido")
    yield at(2025, 11, 13, 15, 0)
    made.handle(
        "fumi",
        Handling(
            "adopted",
            "府見 あおい",
            dt.date(2025, 11, 12),
            decision="庁内の生成AI利用の指針（仮）　記録の置き場所の項",
            procurement="no",
            remark="指針の次の改定で記載する。",
        ),
    )
    yield at(2025, 11, 14, 10, 0)
    made.cite("toyonaka", scheme, "相談への助言の例として")
    yield at(2025, 12, 1, 11, 0)
    later = made.correct(
        "mido",
        "既定の設定についての説明に誤りがあったため。",
        content="## 助言（訂正）\n\n利用の記録が国内に置かれるのは、**置き場所を選んだとき**であり、既定ではない（内容は仮）。",
    )
    yield at(2025, 12, 2, 9, 30)
    later.confirm("fumi")
    with stage.work("fumi") as work:
        commands.read_correction(work, later.id)
    yield at(2025, 12, 4, 14, 0)
    later.handle(
        "fumi",
        Handling(
            "adopted",
            "府見 あおい",
            dt.date(2025, 12, 3),
            decision="庁内の生成AI利用の指針（仮）　記録の置き場所の項を改める",
            procurement="no",
        ),
    )
    later.note("nakanoshima", "指針の改定は、次の部内会議に諮る。")


def the_other_way_round(stage: Stage) -> Story:
    """What the Prefecture explained to the company: no clause excludes anything there (assumed)."""
    yield at(2026, 1, 15, 15, 0)
    made = _recorded(
        stage,
        "tenjin",
        _gave(
            stage,
            "府の広報の手続についての説明（仮）",
            "公表の前に庁内で行う手続と、かかる日数の目安を説明した（内容は仮）。",
            dt.date(2026, 1, 15),
            back="yes",
            adviser="戦略推進室 地域戦略推進課 天神橋 みどり",
            recipient="広報部 本町 結衣",
            medium="online",
        ),
    )
    yield at(2026, 1, 16, 10, 0)
    made.confirm("hommachi")
    made.handle("hommachi", Handling("adopted", "本町 結衣", dt.date(2026, 1, 16)))


def open_questions(stage: Stage) -> Story:
    """What is open on the day of loading: to confirm on both sides, a proposal stamped secret (S13), what was adopted
    and nobody has checked, a correction still to be read, and drafts; and what was not adopted."""
    yield stage.before(14, 10)
    passed_over = _recorded(
        stage,
        "mido",
        _gave(
            stage,
            "相談会の申込みの受け方（仮）",
            "申込みは、電子メールよりも申込みの書式のほうが、集計が早い（内容は仮）。",
            _today(stage),
            medium="telephone",
            activity=_reference(stage, "職員向け生成AI相談会（仮）"),
        ),
    )
    yield stage.before(13, 11)
    passed_over.confirm("fumi")
    passed_over.handle("fumi", Handling("not", remark="庁内の決まった申込みの方法を使うため。"))
    yield stage.before(12, 10)
    relied = _recorded(
        stage,
        "namba",
        _gave(
            stage,
            "要約の結果の確かめ方（仮）",
            "要約は、元の文書の数字と固有名詞から先に突き合わせるとよい（内容は仮）。",
            _today(stage),
            medium="mail",
            adviser="公共営業本部 難波 さくら",
        ),
    )
    yield stage.before(11, 14)
    relied.confirm("toyonaka")
    relied.handle("toyonaka", Handling("partly", decision="要約の手引（仮）の草案", procurement="no"))
    yield stage.before(8, 11)
    again = _recorded(
        stage,
        "mido",
        _gave(
            stage,
            "試行の規模の目安（仮）",
            "はじめの試行は、三つの窓口から始めるのがよい（内容は仮）。",
            _today(stage),
            activity=_reference(stage, "行政サービスへのAIエージェントの試行導入"),
        ),
    )
    yield stage.before(7, 10)
    again.confirm("fumi")
    again.handle("fumi", Handling("adopted", "府見 あおい", procurement="yes", decision="試行の計画（仮）"))
    yield stage.before(4, 10)
    again.correct(
        "mido",
        "窓口の数の前提を取り違えていたため。",
        content="はじめの試行は、**一つの窓口**から始めるのがよい（内容は仮）。",
    )
    yield stage.before(3, 15)
    _recorded(
        stage,
        "mido",
        _gave(
            stage,
            "電話の窓口の改善の提案（仮）",
            "電話の窓口の受け答えを、生成AIで下書きする案（内容は仮）。",
            _today(stage),
            basis="volunteered",
            marking="secret",
            medium="paper",
        ),
        text_file("改善の提案（見本）.txt", "見本の資料です。\n"),
    )
    yield stage.before(2, 16)
    _recorded(
        stage,
        "tenjin",
        _gave(
            stage,
            "職員の研修の進め方（仮）",
            "短い回に分け、翌日に使う場面を一つ決めておくとよいとの助言を受けた（内容は仮）。",
            _today(stage),
            recipient="戦略推進室 地域戦略推進課 天神橋 みどり",
        ),
    )
    yield stage.before(1, 10)
    _begun(
        stage,
        "fumi",
        _gave(stage, "試行の記録の残し方（仮）", "次の回に確かめて書き足す。", _today(stage), adviser=""),
    )
    _begun(
        stage,
        "namba",
        _gave(stage, "多言語の応答の試し方（仮）", "難波の控えから。", _today(stage), medium=""),
    )


ADVISING = (
    support_of_the_kick_off,
    support_of_the_agents,
    where_the_logs_lie,
    the_other_way_round,
    open_questions,
)
