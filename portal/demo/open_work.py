"""Work under way, dated relative to the day of loading, so that every state can be seen; all of it invented (仮)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from typing import Any

from portal.activities.rules import Act
from portal.consent import commands
from portal.consent.body import Body
from portal.consent.rules import Capacity
from portal.demo.files import table_file, text_file
from portal.demo.stage import Paper, Stage, Story
from portal.demo.words import REGIONAL, particulars, proposal


def school_paperwork(stage: Stage) -> Story:
    """Of the matters that only agreement brings into scope: one party has consented, and waits for the other."""
    yield stage.before(16)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "学校の校務でのAIエージェントの活用の検討（仮）",
            "Study of AI agents for school paperwork (assumed)",
            items=(3,),
            why_items="教員の事務は、スマートシティ関連施策にも甲の人材育成にも当たらないため、（３）として両者の合意を求める。",
            measure="学校の校務の負担軽減（仮）",
            section="教育庁の関係課（仮）",
            purposes=("a", "b"),
            why_purposes="教員が子どもと向き合う時間を増やして府民の生活の質を高め、教育の現場でのAIの利活用を進めるため。",
            summary="""
## ねらい

教員の事務のうち、お知らせの文案、行事の計画表、アンケートの集計について、AIエージェントの助けでどれだけ時間が減るかを確かめます。

## 進め方

1. 協力する学校を二校選ぶ。
2. 個人情報を含まない文例だけを使い、三か月試す。
3. かかった時間を、試す前と後で比べる。

## しないこと

- 児童・生徒の成績や健康の情報は扱わない。
- 保護者に送る文書を、職員の確認なしに送らない。
""",
            prefecture="学校との調整、文例の用意、かかった時間の記録",
            company="使い方についての助言、試す場の用意",
            third_parties="協力する学校（二校、未定）",
            data_kinds="個人情報を含まない文例",
            since=stage.day_before(40).isoformat(),
        ),
    )
    paper.attach(
        "fumi",
        table_file(
            "校務の文例の一覧（案）.csv",
            (
                ("番号", "文例", "個人情報", "確認する人"),
                ("1", "遠足のお知らせ", "含まない", "学年主任"),
                ("2", "運動会の計画表", "含まない", "教頭"),
                ("3", "学校評価アンケートの集計", "含まない（人数のみ）", "教頭"),
            ),
        ),
    )
    paper.table("fumi")
    yield stage.before(15, 14)
    paper.comment("namba", "対象の学校の種別（小・中・高）をお聞かせください。助言の体制の検討に要ります。")
    yield stage.before(15, 16)
    paper.comment("tenjin", "府立の高等学校を考えています。二校とも、学校の側の了解はこれからです。")
    yield stage.before(14, 11)
    paper.agree("nakanoshima", "ス戦企第1601号（仮）")
    paper.note("toyonaka", "教育庁との合議は済み。乙の返事が10営業日を超えたら、課長から電話で様子を聞く。")
    yield stage.before(6, 17)
    paper.note(
        "mido", "法務の確認待ち。（３）とする理由は了解できる。学校の範囲だけ、同意の前に確かめておきたい。"
    )


def multilingual_counter(stage: Stage) -> Story:
    """Just tabled, under consultation; the record of the first talk waits for confirmation."""
    yield stage.before(3, 15)
    paper = stage.propose(
        "namba",
        proposal(
            stage.edition,
            "多言語窓口AIエージェントの試行（仮）",
            "Trial of a multilingual counter agent (assumed)",
            items=(1,),
            why_items="窓口でのやり取りの翻訳と案内に、生成AIを使うため。",
            measure="多言語での行政サービス（仮）",
            section=REGIONAL,
            purposes=("a",),
            why_purposes="日本語に不慣れな府民も、同じ案内を自分の言葉で受けられるようになり、生活の質の向上につながるため。",
            summary="""
窓口に置いた画面で、来庁した方の言葉で用件を聞き、行き先と必要なものを案内します。

- 対象の言語：英語、中国語、韓国語、ベトナム語、やさしい日本語
- 職員の確認が要る答えには、その印を付ける。
- 会話の記録は、その日のうちに消す。
""",
            prefecture="対象の窓口の選定、案内文の用意、職員への説明",
            company="画面の試作、答え方の改善についての助言",
            data_kinds="公開している案内文。会話の記録は残さない。",
            since=stage.day_before(20).isoformat(),
        ),
    )
    paper.table("namba")
    yield stage.before(2, 11)
    paper.consult(
        "mido",
        medium="online",
        participants="甲：地域戦略推進課 天神橋、戦略企画課 府見 ／ 乙：公共営業本部 御堂、難波",
        summary="対象の窓口は一つに絞り、三か月の試行とする方向で話した。やさしい日本語の言い回しは甲が監修する。"
        "会話の記録を残さないことについて、苦情への対応に困らないかとの意見が甲からあった。",
        decisions="記録の扱いは、甲が次回までに案を示す。",
    )
    yield stage.before(1, 16)
    paper.comment("tenjin", "記録の扱いについて、件数だけを残す案を庁内で確かめています。")


def disaster_summary(stage: Stage) -> Story:
    """Sent back: its own side must write a new revision, and has begun to."""
    yield stage.before(9)
    body = _disaster(
        stage,
        "気象や河川の情報を生成AIで短くまとめ、防災の担当者に届けます。まとめた文は、そのまま府民にも公開します。",
    )
    paper = stage.propose("tenjin", body)
    paper.table("tenjin")
    yield stage.before(7, 13)
    talked = paper.consult(
        "tenjin",
        medium="telephone",
        participants="甲：地域戦略推進課 天神橋 ／ 乙：公共営業本部 難波",
        summary="乙から、確認を経ない公開は誤りがそのまま伝わるおそれがあるとの心配が示された。",
    )
    yield stage.before(7, 15)
    paper.confirm("namba", talked)
    yield stage.before(5, 14)
    paper.send_back(
        "kitahama",
        "まとめた文を職員の確認なしに公開する点には同意できません。公開の前に確かめる人と手順を書き加えてください。",
    )
    yield stage.before(4, 10)
    paper.save(
        "tenjin",
        _disaster(
            stage,
            "気象や河川の情報を生成AIで短くまとめ、防災の担当者に届けます。\n\n"
            "まとめた文は、**担当者が元の情報と照らして確かめた後に限り**公開します。",
        ),
    )
    paper.note("tenjin", "確かめる人は防災の担当課と相談中。決まり次第、版を改めて提示する。")


def _disaster(stage: Stage, summary: str) -> Body:
    return proposal(
        stage.edition,
        "防災情報の要約と配信の支援（仮）",
        "Support for summarising disaster information (assumed)",
        items=(1,),
        why_items="スマートシティ関連の防災の情報発信で、生成AIを使って要約するため。",
        measure="防災の情報発信の充実（仮）",
        section=REGIONAL,
        purposes=("a",),
        why_purposes="必要な情報が短く早く届き、府民の安心につながるため。",
        summary=summary,
        prefecture="元になる情報の提供、要約の確認",
        company="要約の方法についての助言",
        data_kinds="公開されている気象・河川の情報",
    )


def library_guide(stage: Stage) -> Story:
    """The proposal is agreed; particulars are on the table, and one party has consented to them."""
    yield stage.before(30)
    paper = stage.propose(
        "namba",
        proposal(
            stage.edition,
            "図書館の調べもの案内の試行（仮）",
            "Trial of a research guide for libraries (assumed)",
            items=(1, 3),
            why_items="情報の案内の面は（１）に、図書館の事業としての面は（３）に当たると考える。",
            measure="図書館サービスの充実（仮）",
            section="教育庁の関係課（仮）",
            purposes=("a",),
            why_purposes="知りたいことへの道筋を示し、府民の学びを助けるため。",
            summary="来館した方の問いに、所蔵の目録と公開の資料から、調べ方の道筋を示す案内を試します。答えには必ず、もとの資料を添えます。",
            prefecture="目録の提供、司書による確認",
            company="案内の試作、改善についての助言",
            data_kinds="所蔵の目録（公開のもの）",
        ),
    )
    paper.table("namba")
    yield stage.before(24, 11)
    paper.agree("hirakata", "ス戦企第1588号（仮）")
    yield stage.before(22, 15)
    paper.agree("yodogawa", "公営-26-0203（仮）", capacity=Capacity.DECISION)
    yield stage.before(8, 10)
    how = stage.settle(
        "fumi",
        particulars(
            "図書館の調べもの案内の時期と方法（仮）",
            start=stage.day_after(45).isoformat(),
            end=stage.day_after(140).isoformat(),
            method="- 一館で始め、平日の午後に職員が付き添って試す。\n- 答えに添える資料は、開架のものを優先する。\n- 月ごとに、答えの正しさを司書が確かめる。",
            place="府立の図書館　一館（未定）",
            prefecture="場所と目録の提供、答えの確認",
            company="案内の試作と改善",
            target_group="来館した方",
            cost="none",
            data_kinds="所蔵の目録（公開のもの）",
            exit="試行の終わりに両者で確かめ、続けるかどうかをあらためて協議する。",
        ),
        of=paper,
    )
    how.table("fumi")
    yield stage.before(7, 16)
    how.agree("nakanoshima", "ス戦企第1611号（仮）")


def health_walk(stage: Stage) -> Story:
    """Ready, but its planned start passed a few days ago and nobody has recorded a start."""
    paper = yield from _agreed(
        stage,
        "tenjin",
        40,
        "健康づくりの声かけの試行（仮）",
        "Trial of friendly reminders for healthy habits (assumed)",
        measure="健康づくりの支援（仮）",
        summary="歩くこと、休むこと、水分をとることを、天気に合わせて大阪ことばで声かけする試みです。医療の助言はしません。",
        prefecture="声かけの文例の監修、参加する方の募集",
        company="文例づくりの助言",
    )
    yield from _settled(
        stage,
        "tenjin",
        paper,
        28,
        "健康づくりの声かけの時期と方法（仮）",
        start=stage.day_before(6).isoformat(),
        end=stage.day_after(80).isoformat(),
        method="朝と夕の二回、文例から選んで届ける。やめたいときはいつでも止められる。",
    )


def staff_clinic(stage: Stage) -> Story:
    """Ready, and planned to start within the next thirty days."""
    paper = yield from _agreed(
        stage,
        "mido",
        34,
        "職員向け生成AI相談会（仮）",
        "Consultation clinics on generative AI for staff (assumed)",
        items=(2,),
        purposes=("b",),
        measure="職員のAI利活用人材の育成（仮）",
        summary="職員が自分の仕事を持ち寄り、使い方の工夫を一緒に考える相談会を、短い回に分けて開きます。",
        prefecture="参加者のとりまとめ、会場の用意",
        company="相談に応じる人の参加",
    )
    yield from _settled(
        stage,
        "mido",
        paper,
        18,
        "職員向け相談会の日程と進め方（仮）",
        milestones=(
            (stage.day_after(11).isoformat(), "第一回（文書の下書き）"),
            (stage.day_after(25).isoformat(), "第二回（表の読み取り）"),
            (stage.day_after(39).isoformat(), "第三回（ふり返り）"),
        ),
        method="一回90分、一組20分で相談に応じる。持ち寄る文書は、個人情報を消したものに限る。",
    )


def event_guide(stage: Stage) -> Story:
    """A single day, planned soon."""
    paper = yield from _agreed(
        stage,
        "fumi",
        26,
        "防災訓練での会話サービスの展示（仮）",
        "Showing the conversation service at a disaster drill (assumed)",
        measure="高齢者にやさしいデジタルサービス",
        summary="府の防災訓練の会場に体験の場を設け、災害のときの会話サービスの使い方を試していただきます。",
        prefecture="会場での場の用意",
        company="当日の技術的な支援",
    )
    yield from _settled(
        stage,
        "fumi",
        paper,
        12,
        "防災訓練での展示の日時と方法（仮）",
        day=stage.day_after(19).isoformat(),
        method="体験の机を二つ置き、職員が付き添う。雨天のときは屋内で行う。",
    )


def tourism_guide(stage: Stage) -> Story:
    """Running, then suspended by one party; the other has not acknowledged it yet."""
    paper = yield from _agreed(
        stage,
        "namba",
        95,
        "観光案内の対話サービスの試行（仮）",
        "Trial of a conversational tourist guide (assumed)",
        measure="観光の案内の充実（仮）",
        summary="駅と観光案内所で、来訪者の問いに応じて行き方と見どころを案内します。混み合う場所を避ける道も示します。",
        prefecture="案内する情報の確認、案内所との調整",
        company="対話の試作、改善についての助言",
    )
    yield from _settled(
        stage,
        "namba",
        paper,
        84,
        "観光案内の試行の時期と方法（仮）",
        start=stage.before(80).date().isoformat(),
        end=stage.day_after(60).isoformat(),
        method="二か所の案内所で、係の人の隣に画面を置いて試す。",
    )
    yield stage.before(80, 11)
    started = stage.carry_out("namba", Act.START, paper)
    yield stage.before(79, 10)
    stage.acknowledge("tenjin", paper, started)
    yield stage.before(3, 11)
    stage.carry_out(
        "namba",
        Act.SUSPEND,
        paper,
        reason="案内する施設の休業日の情報に誤りが見つかったため、もとの情報を確かめ終えるまで中断します。",
    )


def accessibility_check(stage: Stage) -> Story:
    """Running beyond the end that was planned."""
    paper = yield from _agreed(
        stage,
        "fumi",
        130,
        "府のウェブサイトの読みやすさの点検（仮）",
        "Readability check of the Prefecture's website (assumed)",
        items=(1, 2),
        purposes=("a", "b"),
        measure="ウェブサイトのアクセシビリティの向上（仮）",
        summary="府のウェブサイトの文章を、生成AIの助けでやさしい言葉に直す候補を作り、職員が確かめて採るかどうかを決めます。",
        prefecture="点検するページの選定、採否の判断",
        company="直し方の候補づくりについての助言",
    )
    yield from _settled(
        stage,
        "fumi",
        paper,
        118,
        "読みやすさの点検の時期と方法（仮）",
        start=stage.before(112).date().isoformat(),
        end=stage.day_before(9).isoformat(),
        method="月に五十ページずつ点検し、直した数と、採らなかった理由を記録する。",
    )
    yield stage.before(112, 10)
    started = stage.carry_out("fumi", Act.START, paper)
    yield stage.before(111, 10)
    stage.acknowledge("mido", paper, started)
    yield stage.before(10, 14)
    paper.comment(
        "mido", "点検の残りが百ページほどと伺いました。期間を延ばすときは、変更の提案をお願いします。"
    )


def energy_dashboard(stage: Stage) -> Story:
    """Agreed, then held by one party."""
    paper = yield from _agreed(
        stage,
        "mido",
        60,
        "庁舎の省エネルギーの見える化（仮）",
        "Making energy use in prefectural buildings visible (assumed)",
        items=(1,),
        measure="庁舎の省エネルギー（仮）",
        summary="庁舎の電気の使い方を言葉で説明し、減らす工夫の候補を示す試みです。使うのは建物ごとの合計だけです。",
        prefecture="建物ごとの合計の提供",
        company="説明文づくりの助言",
    )
    how = yield from _settled(
        stage,
        "mido",
        paper,
        48,
        "省エネルギーの見える化の時期と方法（仮）",
        start=stage.day_after(20).isoformat(),
        end=stage.day_after(200).isoformat(),
        method="月に一度、三つの庁舎について説明文を作り、職員の掲示板に載せる。",
    )
    yield stage.before(6, 13)
    how.close(
        "sakai",
        commands.hold,
        "同じ時期に別の省エネルギーの発表が予定されているため、時期を確かめるまで保留します。",
    )


def call_centre(stage: Stage) -> Story:
    """One party consented and then took its consent back; the other sees the talk otherwise."""
    yield stage.before(20)
    paper = stage.propose(
        "mido",
        proposal(
            stage.edition,
            "電話の問合せの分類の試行（仮）",
            "Trial of sorting telephone enquiries (assumed)",
            items=(1,),
            why_items="問合せの分類に生成AIを使うため。",
            measure="問合せ窓口の改善（仮）",
            purposes=("a", "b"),
            why_purposes="つながりやすい窓口になって府民の生活の質が上がり、庁内の利活用も進むため。",
            summary="問合せの要旨（個人が分からないもの）を分類し、担当の課を早く見付けられるかを試します。",
            prefecture="要旨の用意、分類の正しさの確認",
            company="分類の方法についての助言",
            data_kinds="問合せの要旨（個人が分からないもの）",
        ),
    )
    paper.table("mido")
    yield stage.before(17, 11)
    paper.agree("yodogawa", "公営-26-0211（仮）", capacity=Capacity.DECISION)
    yield stage.before(13, 15)
    talked = paper.consult(
        "toyonaka",
        medium="meeting",
        participants="甲：戦略企画課 豊中、府見 ／ 乙：公共営業本部 御堂、情報セキュリティ部 天満",
        summary="要旨から個人が分からないようにする手順は、乙が用意することで一致した。",
        decisions="手順の案は乙が作る。",
    )
    yield stage.before(12, 10)
    paper.confirm(
        "mido",
        talked,
        otherwise="手順は両者で作ると理解しています。乙だけで用意することでは一致していません。",
    )
    yield stage.before(11, 16)
    paper.take_back("yodogawa", "手順の分担の理解が異なるため、そろうまで同意を撤回します。")
    yield stage.before(11, 17)
    paper.comment("fumi", "分担の案を作り、次回の協議でお示しします。")


def open_data(stage: Stage) -> Story:
    """The company tabled a second revision after the prefecture had consented: that consent has lapsed."""
    yield stage.before(13)
    paper = stage.propose("namba", _open_data(stage, "半年に一度"))
    paper.table("namba")
    yield stage.before(10, 11)
    paper.agree("hirakata", "ス戦企第1607号（仮）")
    yield stage.before(8, 15)
    paper.save("namba", _open_data(stage, "三か月に一度"))
    paper.table("namba")
    yield stage.before(5, 10)
    paper.agree("kitahama", "公営-26-0219（仮）", capacity=Capacity.DECISION)


def _open_data(stage: Stage, often: str) -> Body:
    return proposal(
        stage.edition,
        "オープンデータの説明文づくりの支援（仮）",
        "Support for describing open data (assumed)",
        items=(1,),
        why_items="スマートシティ関連のオープンデータの説明文を、生成AIの助けで作るため。",
        measure="オープンデータの推進（仮）",
        purposes=("a", "b"),
        why_purposes="府民がデータを探しやすくなり、庁内のAIの利活用も進むため。",
        summary=f"公開するデータの説明文の案を作り、職員が確かめて公開します。説明文は{often}見直します。",
        prefecture="データの選定、説明文の確認",
        company="説明文の案づくりについての助言",
        data_kinds="公開済みのデータ",
    )


def drafts_of_the_prefecture(stage: Stage) -> Story:
    """Own-side drafts of the first party: nobody else knows of them."""
    yield stage.before(6, 11)
    stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "府民の声の整理と施策への反映（仮）",
            "Gathering residents' voices for policy (assumed)",
            items=(1,),
            why_items="試行で得た声を、施策に生かすため。",
            measure="広聴の充実（仮）",
            purposes=("a",),
            why_purposes="",
            summary="（書きかけ）寄せられた声を話題ごとに整理し、どの課に伝えるかの案を作る。個人が分かる部分の扱いを、先に庁内で決める。",
            prefecture="",
            company="",
        ),
    )
    yield stage.before(2, 17)
    draft = stage.propose(
        "tenjin",
        proposal(
            stage.edition,
            "地域の行事の案内づくり（仮）",
            "Guides to local events (assumed)",
            items=(1,),
            why_items="",
            measure="地域のにぎわいづくり（仮）",
            section=REGIONAL,
            purposes=(),
            why_purposes="",
            summary="（書きかけ）市町村の行事の案内を、やさしい日本語と多言語で作る手順を考える。",
            prefecture="市町村との調整",
            company="",
        ),
    )
    draft.attach(
        "tenjin",
        text_file(
            "聞き取りメモ.txt",
            "市町村からの声（見本）\n・行事の直前の変更を、すぐ直せるとよい。\n・写真の扱いを先に決めたい。\n",
        ),
    )


def drafts_of_the_company(stage: Stage) -> Story:
    """Own-side drafts of the second party."""
    yield stage.before(5, 14)
    stage.propose(
        "namba",
        proposal(
            stage.edition,
            "大学生との共同の発表会（仮）",
            "Joint presentation day with students (assumed)",
            items=(3,),
            why_items="若い世代との協力であり、（３）と考える。",
            measure="若い世代の育成（仮）",
            purposes=("a",),
            why_purposes="",
            summary="（書きかけ）府内の大学生が、暮らしの困りごとをAIで解く工夫を発表する場を設ける。社内の後援の手続を確かめてから提示する。",
            prefecture="",
            company="場の運営",
        ),
    )
    yield stage.before(1, 18)
    stage.propose(
        "mido",
        proposal(
            stage.edition,
            "職員向け相談会の第二期（仮）",
            "Second round of clinics for staff (assumed)",
            items=(2,),
            why_items="",
            measure="職員のAI利活用人材の育成（仮）",
            purposes=("b",),
            why_purposes="",
            summary="（書きかけ）第一期の結果を見て、内容を決める。",
            prefecture="",
            company="",
        ),
    )


def _agreed(
    stage: Stage,
    by: str,
    business_days: int,
    title: str,
    title_en: str,
    *,
    measure: str,
    summary: str,
    prefecture: str,
    company: str,
    items: tuple[int, ...] = (1,),
    purposes: tuple[str, ...] = ("a",),
) -> Generator[dt.datetime, None, Paper]:
    """A proposal tabled so many business days ago and agreed within a few days."""
    yield stage.before(business_days, 10)
    paper = stage.propose(
        by,
        proposal(
            stage.edition,
            title,
            title_en,
            items=items,
            why_items="取組の内容が、選んだ協力事項に当たるため（仮）。",
            measure=measure,
            purposes=purposes,
            why_purposes="取組の成果が、選んだ目的に役立つため（仮）。",
            summary=summary,
            prefecture=prefecture,
            company=company,
        ),
    )
    paper.table(by)
    yield stage.before(business_days - 2, 11)
    paper.agree("nakanoshima", f"ス戦企第{1500 + business_days}号（仮）")
    yield stage.before(business_days - 3, 15)
    paper.agree("kitahama", f"公営-26-{business_days:04}（仮）", capacity=Capacity.DECISION)
    return paper


def _settled(
    stage: Stage, by: str, paper: Paper, business_days: int, title: str, *, method: str, **timing: Any
) -> Generator[dt.datetime, None, Paper]:
    """Particulars tabled so many business days ago and agreed within a few days."""
    yield stage.before(business_days, 10)
    how = stage.settle(
        by,
        particulars(
            title,
            method=method,
            place="府内（仮）",
            prefecture="場の用意と確認",
            company="助言と技術的な支援",
            target_group="府民または職員（取組の提案による）",
            exit="終わりに両者で結果を確かめ、続け方をあらためて協議する。",
            **timing,
        ),
        of=paper,
    )
    how.table(by)
    yield stage.before(business_days - 1, 14)
    how.agree("hirakata", f"ス戦企第{1700 + business_days}号（仮）")
    yield stage.before(business_days - 2, 16)
    how.agree("yodogawa", f"公営-26-{300 + business_days:04}（仮）", capacity=Capacity.DECISION)
    return how


OPEN = (
    accessibility_check,
    tourism_guide,
    energy_dashboard,
    health_walk,
    staff_clinic,
    library_guide,
    event_guide,
    call_centre,
    school_paperwork,
    open_data,
    disaster_summary,
    multilingual_counter,
    drafts_of_the_prefecture,
    drafts_of_the_company,
)
