"""What the cooperation did: the public facts, at their own dates, and a few early activities that came to nothing.

Facts are told in our own words after the published ones; whatever is assumed says 「仮」.
"""

from __future__ import annotations

import datetime as dt

from portal.activities.commands import Outcome
from portal.activities.rules import Act
from portal.consent import commands
from portal.consent.body import Body
from portal.consent.rules import Capacity
from portal.demo.files import steps_picture, table_file, text_file, word_file
from portal.demo.stage import Stage, Story, at
from portal.demo.words import REGIONAL, particulars, proposal


def talk_with_daichan(stage: Stage) -> Story:
    """The kick-off of 大ちゃんと話す on 7 September 2023, its trial, and what came of it."""
    yield at(2023, 9, 7, 10, 30)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "高齢者向け生成AI会話サービス「大ちゃんと話す」の開始",
            "Launch of “Talk with Dai-chan”, a generative-AI conversation service for seniors",
            items=(1,),
            why_items="甲が進めるスマートシティ関連の高齢者向けサービスで、会話の応答に生成AIを使うため。",
            measure="高齢者にやさしいデジタルサービス（LINE公式アカウント「おおさか楽なび」）",
            purposes=("a",),
            why_purposes="日々の会話の相手になり、外出や趣味のきっかけを届けることで、高齢の府民の生活の質の向上につながるため。",
            summary="""
## 取組のあらまし

府民になじみのある犬のキャラクター「大ちゃん」が、大阪ことばで会話の相手をする、**高齢者向けの生成AIの会話サービス**です。LINEから、文字でも音声でも話しかけられます。

## 経緯

- 令和4年12月21日の知事の会見で、LINEアカウント「おおさか楽なび」とキャラクター「大ちゃん」が紹介された（本協定の締結より前）。
- 都道府県による高齢者向けの生成AIの会話サービスとしては初めてのものとして発表する。

## 進め方

1. 令和5年9月7日にキックオフを行う（知事と乙の社長が出席）。
2. 府内の会場で体験の機会を設け、使いやすさを確かめる。
""",
            prefecture="サービスの企画と周知、体験の機会の設定、利用者の声の聞き取り",
            company="生成AIの使い方についての技術的な支援と助言",
            third_parties="システムの構築には、別の事業者が関わります（報道では、TISがシステムの構築、乙が協力とされています）。",
            personal_data="yes",
            data_kinds="登録された住所のうち、おすすめの公園などを答えるために使う範囲",
            data_reason="近くの公園など、利用者の身近な場所を答えるため。会話の記録はこのポータルには載せない。",
            since="2023-08-21",
            facts=True,
        ),
    )
    paper.attach("fumi", text_file("kickoff_next_steps.txt", _KICKOFF))
    paper.table("fumi")
    yield at(2023, 9, 7, 11, 10)
    paper.comment(
        "mido", "応答の口調は府の監修によるものと理解しました。技術的な支援の範囲に変更はありません。"
    )
    yield at(2023, 9, 7, 11, 40)
    paper.agree("ibaraki", "ス戦企第1203号（仮）")
    paper.agree("yodogawa", "公営-23-0141（仮）", capacity=Capacity.DECISION)
    yield at(2023, 9, 7, 12, 20)
    how = stage.settle(
        "fumi",
        particulars(
            "「大ちゃんと話す」の開始と試行の時期・方法",
            start="2023-09-07",
            end="2024-03-29",
            method="""
- **方法**：LINE公式アカウントからの提供。文字と音声で会話できる。
- **開始**：令和5年9月7日のキックオフの後に提供を始める。
- **体験の機会**：府内の市町村と相談し、タブレットを貸し出す体験会を設ける。
- **確かめること**：話しかけやすさ、聞き取りやすさ、答えの分かりやすさ。
""",
            place="大阪府内（LINEによる提供）",
            prefecture="周知、体験会の設定、問合せへの対応",
            company="技術的な支援、改善のための助言",
            target_group="府内にお住まいの高齢の方",
            third_parties="システムの構築に関わる事業者",
            personal_data="no",
            exit="試行の終了後（終了日は仮）、結果を両者で確かめ、続け方をあらためて協議する。",
        ),
        of=paper,
    )
    how.table("fumi")
    yield at(2023, 9, 7, 13, 0)
    how.agree("hirakata", "ス戦企第1204号（仮）")
    how.agree("yodogawa", "公営-23-0142（仮）", capacity=Capacity.DECISION)
    yield at(2023, 9, 7, 16, 0)
    started = stage.carry_out("fumi", Act.START, paper)
    yield at(2023, 9, 8, 9, 40)
    stage.acknowledge("mido", paper, started)
    yield at(2023, 10, 20, 15, 0)
    paper.note(
        "tenjin",
        "専門紙でシステム構築の事業者名が報じられた。問合せがあったときは、委託の関係を広報広聴課と確かめてから答える。",
    )
    yield at(2024, 3, 29, 15, 0)
    done = stage.carry_out(
        "fumi",
        Act.COMPLETE,
        paper,
        outcome=Outcome(
            words="高齢者向けの生成AIの会話サービスを始め、府内の会場での体験会を通じて、文字と音声で会話できることを確かめた。"
            "答え方や聞き取りについての声は、次のサービスの検討に引き継いだ（終了日は仮）。",
            beneficiaries="府内の高齢の方",
            figures=(("体験会に参加した方（令和5年9月12日、泉大津市）", "約40", "人"),),
            purpose="生成AIとの会話を、身近な道具（LINE）で高齢の府民に届けた。（目的のうち生活の質の向上）",
        ),
    )
    yield at(2024, 4, 3, 10, 0)
    stage.acknowledge("mido", paper, done)


_KICKOFF = """「大ちゃんと話す」キックオフ後の段取り（見本）

1. 開始のお知らせ（報道への説明は、それぞれの広報の手続による）
2. 体験会の日程の調整（市町村と）
3. 使いやすさの聞き取りの項目づくり
4. 両者の定例の打合せ（月1回、仮）
"""


def session_in_izumiotsu(stage: Stage) -> Story:
    """The session of 12 September 2023: about forty seniors, tablets lent."""
    yield at(2023, 9, 8, 10, 0)
    paper = stage.propose(
        "tenjin",
        proposal(
            stage.edition,
            "泉大津市での「大ちゃんと話す」体験会",
            "Trial session of “Talk with Dai-chan” in Izumiotsu City",
            items=(1,),
            why_items="生成AIの会話サービスを、市町村の会場で体験してもらうものであるため。",
            measure="高齢者にやさしいデジタルサービス（LINE公式アカウント「おおさか楽なび」）",
            section=REGIONAL,
            purposes=("a",),
            why_purposes="初めての人も会場で手助けを受けながら試せ、デジタルに不慣れな府民の生活の質の向上につながるため。",
            summary="""
令和5年9月12日に、泉大津市で体験会を行います。タブレットを貸し出し、文字と音声での会話を試していただきます。

登録した住所をもとに、近くの公園を勧めるなどの答えを体験できます。
""",
            prefecture="市との調整、会場での案内、タブレットの貸出し",
            company="当日の技術的な支援",
            third_parties="泉大津市（会場）",
            since="2023-08-28",
            facts=True,
        ),
    )
    paper.table("tenjin")
    yield at(2023, 9, 8, 15, 30)
    paper.agree("ibaraki", "ス戦企第1211号（仮）")
    yield at(2023, 9, 11, 9, 30)
    paper.agree("kitahama", "公営-23-0145（仮）", capacity=Capacity.DECISION)
    how = stage.settle(
        "tenjin",
        particulars(
            "泉大津市での体験会の日時と進め方",
            day="2023-09-12",
            method="参加者にタブレットを貸し出し、大ちゃんに話しかける体験を少人数の組に分かれて行う。終わりに感想を聞く。",
            place="泉大津市内の会場（会場名は仮に置かない）",
            prefecture="受付、案内、感想の聞き取り",
            company="会場での技術的な支援",
            target_group="市内の高齢の方　約40人",
            exit="当日で終わる。感想は個人が分からない形で両者が共有する。",
        ),
        of=paper,
    )
    how.table("tenjin")
    yield at(2023, 9, 11, 14, 0)
    how.agree("ibaraki", "ス戦企第1215号（仮）")
    how.agree("kitahama", "公営-23-0146（仮）", capacity=Capacity.DECISION)
    yield at(2023, 9, 12, 9, 0)
    stage.carry_out("tenjin", Act.START, paper)
    yield at(2023, 9, 13, 11, 0)
    done = stage.carry_out(
        "tenjin",
        Act.COMPLETE,
        paper,
        on=dt.date(2023, 9, 12),
        outcome=Outcome(
            words="約40人の方にタブレットを貸し出し、文字と音声での会話を体験していただいた。"
            "登録した住所をもとに近くの公園を勧める答えなどを試し、その様子はテレビでも伝えられた。",
            beneficiaries="泉大津市の高齢の方",
            figures=(("参加した方", "約40", "人"),),
            purpose="デジタルに不慣れな方も、手助けのある場で生成AIとの会話を試すことができた。",
        ),
    )
    yield at(2023, 9, 14, 10, 0)
    stage.acknowledge("awaza", paper, done)


def training_withdrawn(stage: Stage) -> Story:
    """An invented proposal of 2024 that the company took back."""
    yield at(2024, 6, 10, 10, 0)
    paper = stage.propose(
        "awaza",
        proposal(
            stage.edition,
            "職員向け生成AI操作研修の夏期集中開催（仮）",
            "Intensive summer course on generative AI for staff (assumed)",
            items=(2,),
            why_items="甲の職員がAIを使いこなす力を育てるものであるため。",
            measure="職員のAI利活用人材の育成（仮）",
            purposes=("b",),
            why_purposes="職員が日々の仕事でAIを使えるようになり、甲におけるAIの利活用が進むため。",
            summary="夏の三日間に集中して、文書の下書き、要約、表の読み取りを実習する研修を行う。",
            prefecture="受講者のとりまとめ、会場の用意",
            company="講師と教材の提供",
        ),
    )
    paper.table("awaza")
    yield at(2024, 6, 17, 14, 0)
    talked = paper.consult(
        "fumi",
        medium="online",
        participants="甲：戦略企画課 府見 ／ 乙：公共営業本部 阿波座、御堂",
        summary="夏は各課の繁忙期と重なり、三日間続けての受講は難しいとの意見が出た。短い回に分ける案を乙が持ち帰る。",
        decisions="乙が開催の形を見直す。",
    )
    yield at(2024, 6, 18, 9, 30)
    paper.confirm("mido", talked)
    yield at(2024, 6, 28, 16, 0)
    paper.close("awaza", commands.withdraw, "短い回に分ける形で、あらためて提案するため取り下げます。")


def workshop_cancelled(stage: Stage) -> Story:
    """An invented workshop that was agreed in 2024 and then cancelled."""
    yield at(2024, 9, 2, 10, 0)
    paper = stage.propose(
        "tenjin",
        proposal(
            stage.edition,
            "市町村職員との生成AI活用ワークショップ（仮）",
            "Workshop on using generative AI with municipal staff (assumed)",
            items=(1, 2),
            why_items="スマートシティ関連の施策での使い方を考え、あわせて職員の力を育てるため。",
            measure="市町村のスマートシティ化の支援（仮）",
            section=REGIONAL,
            purposes=("a", "b"),
            why_purposes="市町村の窓口の改善を通じて生活の質の向上に、職員の学びを通じて利活用の促進につながるため。",
            summary="府内の市町村の職員とともに、窓口の案内文の下書きや要約に生成AIを使う練習をする、一日のワークショップを開く。",
            prefecture="市町村への案内、会場の用意",
            company="進行と教材の提供",
            third_parties="府内の市町村（参加）",
        ),
    )
    paper.table("tenjin")
    yield at(2024, 9, 12, 11, 0)
    paper.agree("ibaraki", "ス戦企第1188号（仮）")
    yield at(2024, 9, 17, 16, 30)
    paper.agree("yodogawa", "公営-24-0210（仮）", capacity=Capacity.DECISION)
    yield at(2024, 9, 24, 10, 0)
    how = stage.settle(
        "tenjin",
        particulars(
            "市町村職員とのワークショップの日時と進め方（仮）",
            day="2024-12-05",
            method="午前に講義、午後に少人数での実習。使う文例は、個人情報を含まない架空のものに限る。",
            place="府の会議室（仮）",
            prefecture="案内、受付、記録",
            company="講義と実習の進行",
            target_group="府内市町村の職員　30人程度（仮）",
            exit="一日で終わる。教材は乙のものとし、甲は庁内での写しにとどめる。",
        ),
        of=paper,
    )
    how.table("tenjin")
    yield at(2024, 9, 30, 13, 0)
    how.agree("hirakata", "ス戦企第1202号（仮）")
    how.agree("kitahama", "公営-24-0219（仮）", capacity=Capacity.DECISION)
    yield at(2024, 11, 25, 10, 0)
    stopped = stage.carry_out(
        "tenjin",
        Act.CANCEL,
        paper,
        reason="同じ時期に国の研修と重なり、参加の申込みが見込みに届かなかったため。次の年度に形を変えて検討します。",
    )
    yield at(2024, 11, 26, 9, 30)
    stage.acknowledge("mido", paper, stopped)


def minutes_declined(stage: Stage) -> Story:
    """An invented proposal of 2025 that the company did not go along with."""
    yield at(2025, 1, 20, 10, 0)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "議事録づくりの共同実証（仮）",
            "Joint trial of AI-made minutes (assumed)",
            items=(3,),
            why_items="スマートシティ関連施策そのものではなく、庁内の事務の改善に当たるため、（３）としたい。",
            measure="庁内の事務の効率化（仮）",
            purposes=("b",),
            why_purposes="会議の記録にかかる時間を減らし、甲におけるAIの利活用が進むため。",
            summary="庁内の会議の録音から議事録の下書きを作り、手直しにかかる時間を測る。",
            prefecture="対象とする会議の選定、手直しの時間の記録",
            company="使い方についての助言",
            data_kinds="会議の録音（庁内のものに限る）",
        ),
    )
    paper.table("fumi")
    yield at(2025, 1, 31, 15, 0)
    talked = paper.consult(
        "namba",
        medium="meeting",
        participants="甲：戦略企画課 茨木、府見 ／ 乙：公共営業本部 難波、御堂",
        summary="乙から、助言だけの関わりでは測り方の責任を持てないこと、同じ目的の庁内の試みがすでにあることを説明した。",
    )
    yield at(2025, 2, 3, 10, 0)
    paper.confirm("fumi", talked)
    yield at(2025, 2, 14, 16, 0)
    paper.close(
        "kitahama",
        commands.decline,
        "庁内の試みと重なり、乙が加わる意味が薄いと判断しました。別の形での協力を続けます。",
    )


def agents_and_orden(stage: Stage) -> Story:
    """The AI agents announced on 10 September 2025, running; the particulars are replaced later on."""
    yield at(2025, 8, 18, 10, 0)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "行政サービスへのAIエージェントの試行導入",
            "Trial introduction of AI agents in public services",
            items=(1,),
            why_items="データ連携基盤「ORDEN」と結び付けて使う、スマートシティ関連施策での生成AIの利活用に当たるため。",
            measure="行政手続・相談へのAIエージェントの活用（データ連携基盤「ORDEN」との連携）",
            purposes=("a", "b"),
            why_purposes="案内・相談・多言語対応がいつでも受けられるようになって府民の生活の質が上がり、庁内のAIの利活用も進むため。",
            summary="""
## ねらい

府民への**案内**、**相談**、**多言語対応**にAIエージェントを試行的に使い、データ連携基盤「ORDEN」との連携を進めます。

## 発表

令和7年9月10日に、大阪で開かれる「Microsoft AI Tour Osaka」で、知事と乙の社長が発表する。

## その先

1. 年内に、この分野の取組を広く進めるための共同体（コンソーシアム）を設ける。
2. 将来は、府民の声を政策に生かすことにも広げる。
""",
            prefecture="対象とする手続と相談の選定、庁内の調整、府民への説明",
            company="技術的な支援",
            third_parties="試行に関わる事業者（決まり次第、変更の提案で加える）",
            data_kinds="公開している手続の案内文、よくある質問と答え",
            since="2025-06-02",
            facts=True,
        ),
    )
    paper.attach("fumi", steps_picture("三つの段階.png", 3))
    paper.table("fumi")
    yield at(2025, 8, 21, 14, 0)
    talked = paper.consult(
        "fumi",
        medium="meeting",
        participants="甲：戦略企画課 中之島、府見、豊中 ／ 乙：公共営業本部 御堂、難波、広報部 本町",
        summary="発表の場と順序、対象とする手続の選び方を話し合った。府民の声を政策に生かす段階は、今回の提案では将来の方向として書くにとどめる。",
        decisions="対象の手続は、甲が9月までに候補を示す。発表の文面は、それぞれの広報の手続で別に合意する。",
    )
    yield at(2025, 8, 22, 9, 30)
    paper.confirm("mido", talked)
    paper.note("namba", "技術支援の範囲は、社内では既存の体制の中と説明済み。追加の費用の話にはしない。")
    yield at(2025, 8, 28, 11, 0)
    paper.agree("nakanoshima", "ス戦企第1419号（仮）")
    yield at(2025, 8, 29, 15, 0)
    paper.agree("kitahama", "公営-25-0177（仮）", capacity=Capacity.DECISION)
    yield at(2025, 9, 1, 10, 0)
    how = stage.settle("fumi", _agents_particulars("2026-03-31"), of=paper)
    how.attach("fumi", table_file("対象手続の候補.csv", _CANDIDATES))
    how.attach(
        "fumi",
        word_file(
            "試行の進め方.docx",
            [
                "AIエージェントの試行の進め方（見本）",
                "一　候補の手続ごとに、案内文と答えの一覧を用意する。",
                "二　職員が答えを確かめてから公開する。",
            ],
            author="府見 あおい",
        ),
    )
    how.table("fumi")
    yield at(2025, 9, 3, 16, 0)
    how.agree(
        "hirakata", "ス戦企第1433号（仮）", capacity=Capacity.IN_ABSENCE, absent="スマートシティ戦略部長"
    )
    yield at(2025, 9, 5, 10, 30)
    how.agree("yodogawa", "公営-25-0183（仮）", capacity=Capacity.DECISION)
    yield at(2025, 9, 10, 17, 0)
    started = stage.carry_out("fumi", Act.START, paper)
    yield at(2025, 9, 11, 9, 20)
    stage.acknowledge("mido", paper, started)
    yield at(2026, 2, 16, 10, 0)
    longer = stage.begin(
        "fumi",
        how.kind,
        _agents_particulars(
            f"{stage.today.year + (stage.today.month > 3)}-03-31",
            more="- **窓口での多言語対応**：試行に加える（対象の窓口は仮）。",
        ),
        replaces=how,
    )
    longer.table("fumi")
    yield at(2026, 2, 20, 13, 30)
    longer.comment("namba", "多言語対応の対象に、やさしい日本語を含める理解でよいでしょうか。")
    yield at(2026, 2, 20, 16, 0)
    longer.comment("fumi", "はい、やさしい日本語も含みます。次に書き直すときに明記します。")
    yield at(2026, 2, 27, 11, 0)
    longer.agree("nakanoshima", "ス戦企第1098号（仮）")
    yield at(2026, 3, 3, 15, 0)
    longer.agree("kitahama", "公営-26-0031（仮）", capacity=Capacity.DECISION)


_CANDIDATES = (
    ("番号", "手続・相談", "所管（仮）", "言語（仮）", "個人情報"),
    ("1", "子育てに関する制度の案内", "福祉関係課", "日本語・英語", "扱わない"),
    ("2", "防災の備えについての相談", "危機管理関係課", "日本語・英語・中国語", "扱わない"),
    ("3", "府の施設の利用案内", "府民文化関係課", "日本語・英語・韓国語", "扱わない"),
)


def _agents_particulars(end: str, *, more: str = "") -> Body:
    method = f"""
- **対象**：添付の候補から、案内と相談を三つまで選んで始める（仮）。
- **方法**：職員が答えを確かめる期間を置き、その後に府民へ公開する。
- **連携**：公開情報に限って、データ連携基盤「ORDEN」と結び付ける。
{more}
"""
    return particulars(
        "AIエージェントの試行の時期・対象・方法",
        start="2025-09-10",
        end=end,
        method=method,
        place="府のウェブサイトほか（対象の窓口は、公開の前に決める）",
        prefecture="手続の選定、答えの確認、府民への説明と問合せへの対応",
        company="技術的な支援、答え方の改善についての助言",
        target_group="府民、府内に滞在する外国人の方",
        cost="none",
        data_kinds="公開している案内文、よくある質問と答え",
        third_parties="試行に関わる事業者（未定）",
        exit="終わるときは、公開を止め、用意した答えの一覧を甲に残す。続ける場合は変更を提案する。（終了日は仮）",
    )


def code_without_barriers(stage: Stage) -> Story:
    """A programme for women: whose item it is was disputed, talked over, and settled as two items."""
    yield at(2025, 7, 14, 10, 0)
    first = _women(
        stage, items=(2,), why="府内で働きたい女性がAIを学ぶもので、人材の育成に当たると考えます。"
    )
    paper = stage.propose("namba", first)
    paper.attach(
        "namba",
        text_file(
            "programme_outline.txt",
            "二つのコース\n・「使う」コース：仕事でAIを使う\n・「創る」コース：AIを使ったものづくり\n（見本）\n",
        ),
    )
    paper.table("namba")
    yield at(2025, 7, 22, 11, 0)
    paper.send_back(
        "nakanoshima",
        "協力事項（２）は「甲のAI利活用人材」の育成です。受講者は府民であり甲の職員ではないため、（２）だけでは読めません。"
        "（３）として扱うか、両方とするか、協議させてください。",
    )
    yield at(2025, 7, 29, 15, 0)
    talked = paper.consult(
        "namba",
        medium="online",
        participants="甲：戦略企画課 中之島、豊中 ／ 乙：公共営業本部 難波、法務部 福島",
        summary="受講者に府の事業（にであうトレーニング）の参加者を含むため、（２）に当たるとの理解で一致した。",
        decisions="（２）として提示し直す。",
    )
    yield at(2025, 7, 30, 10, 0)
    paper.confirm(
        "toyonaka",
        talked,
        otherwise="（２）に当たるとの理解で一致したとまでは言えません。（３）に当たるかどうかを含め、次回に決めることとしていました。",
    )
    yield at(2025, 8, 6, 14, 0)
    again = paper.consult(
        "toyonaka",
        medium="meeting",
        participants="甲：戦略企画課 中之島、豊中、府見 ／ 乙：公共営業本部 御堂、難波、法務部 福島",
        summary="甲の事業の参加者を育てる面は（２）に、府民向けの講座である面は（３）に当たると整理した。"
        "（３）には全当事者の合意が要るため、提案への同意をもって範囲の合意とすることを確かめた。",
        decisions="（２）と（３）の両方として、乙が新しい版を提示する。",
    )
    yield at(2025, 8, 6, 17, 0)
    paper.confirm("fukushima", again)
    yield at(2025, 8, 7, 10, 0)
    paper.save(
        "namba",
        _women(
            stage,
            items=(2, 3),
            why="甲の事業の参加者を育てる面は（２）に、府民向けの講座である面は（３）に当たる（令和7年8月6日の協議による）。",
        ),
    )
    paper.table("namba")
    yield at(2025, 8, 20, 11, 30)
    paper.agree("hirakata", "ス戦企第1405号（仮）")
    yield at(2025, 8, 22, 14, 0)
    paper.agree("yodogawa", "公営-25-0169（仮）", capacity=Capacity.DECISION)
    yield at(2025, 8, 25, 10, 0)
    how = stage.settle(
        "namba",
        particulars(
            "講座の時期と進め方",
            milestones=(
                ("2025-09-10", "発表（知事と乙の社長）"),
                ("2025-10-15", "「使う」コースの開始（仮）"),
                ("2026-01-15", "「創る」コースの開始（仮）"),
                (f"{stage.today.year + (stage.today.month > 3)}-03-19", "結果の共有（仮）"),
            ),
            method="府の「にであうトレーニング」の中で、無料の講座として開く。オンラインで学び、節目に集まりの機会を設ける（仮）。",
            place="オンラインほか",
            prefecture="参加者の募集、事業の中での位置付け",
            company="教材と講師、学びの場の提供",
            target_group="府内で働きたい、または学び直したい女性",
            cost="none",
            data_kinds="受講者の人数（個人が分からない形）",
            exit="最後の節目で両者が結果を確かめ、次の年度の扱いを協議する。",
        ),
        of=paper,
    )
    how.table("namba")
    yield at(2025, 8, 29, 10, 0)
    how.agree("nakanoshima", "ス戦企第1421号（仮）")
    how.agree("kitahama", "公営-25-0178（仮）", capacity=Capacity.DECISION)
    yield at(2025, 9, 11, 10, 0)
    started = stage.carry_out("namba", Act.START, paper, on=dt.date(2025, 9, 10))
    yield at(2025, 9, 12, 10, 0)
    stage.acknowledge("toyonaka", paper, started)


def _women(stage: Stage, *, items: tuple[int, ...], why: str) -> Body:
    return proposal(
        stage.edition,
        "女性のためのデジタル人材育成「Code; Without Barriers」の府内での実施",
        "“Code; Without Barriers” for women in Osaka",
        items=items,
        why_items=why,
        measure="女性の就業支援「にであうトレーニング」",
        section="商工労働関係課（仮）",
        purposes=("a", "b"),
        why_purposes="AIを学ぶ機会が府内の女性の働き方を広げ、生活の質の向上とAIの利活用の促進につながるため。",
        summary="""
府の「にであうトレーニング」の中で、女性のための無料の講座「Code; Without Barriers」を開きます。

| コース | ねらい |
|---|---|
| 使う | 仕事の中でAIを使えるようになる |
| 創る | AIを使ったものづくりに挑む |

（背景）国内では令和6年5月に始まり、最初の回には約7,000人が参加し、令和6年10月までに約2,500人が修了したとされています。第2回は令和7年4月30日まで開かれました。
""",
        prefecture="事業の中での位置付け、参加者の募集",
        company="教材と講師、学びの場の提供",
        since="2025-07-01",
        facts=True,
    )


def adviser_scheme(stage: Stage) -> Story:
    """The advisers of 2025: agreed, with the timing left open, for no starting day was published."""
    yield at(2025, 8, 4, 10, 0)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "庁内生成AIアドバイザー制度への乙の社員の参加",
            "Staff of Party B as advisers on generative AI within the Prefecture",
            items=(2,),
            why_items="庁内で生成AIを使う職員を助言によって育てるものであるため。",
            measure="庁内生成AIアドバイザー制度",
            purposes=("b",),
            why_purposes="職員が困ったときに相談できる相手がいることで、甲におけるAIの利活用が進むため。",
            summary="""
府が新しく設ける「庁内生成AIアドバイザー制度」に、乙の社員がアドバイザーとして加わります。

- 助言は、使い方の考え方や事例の紹介を中心とする。
- 助言の内容は記録し、誤りに気付いたときは訂正する。
- 助言は乙の無保証のもので、採るかどうかは甲が決める。
""",
            prefecture="制度の運営、相談の受付、助言の記録",
            company="アドバイザーとしての参加",
            since="2025-06-16",
            facts=True,
        ),
    )
    paper.table("fumi")
    yield at(2025, 8, 12, 14, 0)
    paper.comment("fukushima", "助言の性質についての書き方は、協定の助言の条項に沿っており、異存ありません。")
    yield at(2025, 8, 26, 10, 30)
    paper.agree("nakanoshima", "ス戦企第1415号（仮）")
    yield at(2025, 9, 2, 15, 0)
    paper.agree("yodogawa", "公営-25-0180（仮）", capacity=Capacity.DECISION)
    yield at(2025, 9, 16, 10, 0)
    how = stage.settle(
        "toyonaka",
        _adviser_particulars("2025-12"),
        of=paper,
    )
    how.table("toyonaka")
    yield at(2025, 9, 24, 11, 0)
    how.agree("nakanoshima", "ス戦企第1447号（仮）")
    yield at(2025, 9, 26, 16, 0)
    how.agree("kitahama", "公営-25-0192（仮）", capacity=Capacity.DECISION)
    yield stage.before(6, 10)
    later = stage.begin("toyonaka", how.kind, _adviser_particulars(stage.month_after(3)), replaces=how)
    later.table("toyonaka")
    yield stage.before(5, 11)
    later.comment(
        "mido", "期限を延ばすことに異存はありません。次の場で、始める月の候補を伺えればと思います。"
    )


def _adviser_particulars(month: str) -> Body:
    return particulars(
        "アドバイザー制度の始め方",
        settle_by=month,
        method="相談は甲の窓口でまとめ、月に一度、アドバイザーとの場を設ける（仮）。急ぎの相談はメールで受ける。",
        place="府庁内またはオンライン",
        prefecture="相談のとりまとめ、記録、場の設定",
        company="相談への助言、訂正があるときの連絡",
        target_group="庁内の職員",
        exit="いずれかの申出により、次の月の場から休むことができる。",
        other="運用を始める日は公表されていないため、未定とする。",
    )


def consortium(stage: Stage) -> Story:
    """The wider framework founded on 19 December 2025, with about twenty organisations."""
    yield at(2025, 11, 17, 10, 0)
    paper = stage.propose(
        "fumi",
        proposal(
            stage.edition,
            "大阪府行政AIエージェントコンソーシアムへの参画",
            "Taking part in the Osaka Prefecture consortium on AI agents for public administration",
            items=(1, 3),
            why_items="スマートシティ関連施策での活用は（１）に、教員の事務など、それ以外の分野は（３）に当たる（当てはめは見本としての仮のもの）。",
            measure="大阪府行政AIエージェントコンソーシアム",
            purposes=("a", "b"),
            why_purposes="府民の手続や多言語の窓口での活用を広く進め、成果をほかの自治体とも共有するため。",
            summary="""
行政でのAIエージェントの活用を広く進める、**大阪府行政AIエージェントコンソーシアム**に両者が加わります。

- 参加は約20の団体（日本マイクロソフト、グーグル・クラウド・ジャパン、NTT西日本、大阪公立大学、ソフトバンク、KDDI、AWS、Skyなど）。
- 令和9年度からの実装を目指す。
- 分野は、府民の手続、教員の事務、多言語の窓口など。
- 成果は、ほかの自治体とも共有する。

この枠組みには**独自の決まり**があり、本協定の手続に代わるものではありません。
""",
            prefecture="枠組みの運営、対象とする分野の提示",
            company="枠組みの一員としての参加、知見の提供",
            third_parties="約20の参加団体（枠組みの決まりによる。秘密情報は、この枠組みには出さない）",
            since="2025-10-06",
            facts=True,
        ),
    )
    paper.attach(
        "fumi",
        table_file(
            "参加団体（一部・公表分）.csv",
            (("団体", "区分"), ("大阪府", "行政"), ("日本マイクロソフト", "企業"), ("グーグル・クラウド・ジャパン", "企業"),
             ("NTT西日本", "企業"), ("大阪公立大学", "大学"), ("ソフトバンク", "企業"), ("KDDI", "企業"), ("AWS", "企業"), ("Sky", "企業")),
        ),
    )  # fmt: skip
    paper.table("fumi")
    yield at(2025, 11, 26, 15, 0)
    talked = paper.consult(
        "mido",
        medium="meeting",
        participants="甲：戦略企画課 中之島、府見 ／ 乙：公共営業本部 御堂、北浜、法務部 福島",
        summary="枠組みの決まりと本協定の関係を話し合った。枠組みの中で得た情報と、本協定で受けた秘密情報を分けて扱うことを確かめた。",
        decisions="本協定の秘密情報は、枠組みには出さない。",
    )
    yield at(2025, 11, 27, 9, 30)
    paper.confirm("fumi", talked)
    yield at(2025, 12, 5, 11, 0)
    paper.agree("hirakata", "ス戦企第1502号（仮）", capacity=Capacity.DECISION)
    yield at(2025, 12, 9, 14, 0)
    paper.agree("yodogawa", "公営-25-0231（仮）", capacity=Capacity.DECISION)
    yield at(2025, 12, 10, 10, 0)
    how = stage.settle(
        "fumi",
        particulars(
            "コンソーシアムへの参加の時期と方法",
            start="2025-12-19",
            end="2028-03-31",
            method="設立の式に両者が出席し、その後は枠組みの会合に参加する。実装は令和9年度からを目指す。",
            place="府庁ほか",
            prefecture="枠組みの運営",
            company="会合への参加、知見の提供",
            target_group="府民、教職員、ほかの自治体",
            third_parties="約20の参加団体",
            exit="枠組みの決まりによる。本協定が終わるときは、参加の扱いをあらためて協議する。（終了日は仮）",
        ),
        of=paper,
    )
    how.table("fumi")
    yield at(2025, 12, 16, 10, 0)
    how.agree("nakanoshima", "ス戦企第1513号（仮）")
    how.agree("kitahama", "公営-25-0238（仮）", capacity=Capacity.DECISION)
    yield at(2025, 12, 19, 17, 30)
    started = stage.carry_out("fumi", Act.START, paper)
    yield at(2025, 12, 22, 9, 30)
    stage.acknowledge("mido", paper, started)


PAST = (
    talk_with_daichan,
    session_in_izumiotsu,
    training_withdrawn,
    workshop_cancelled,
    minutes_declined,
    code_without_barriers,
    adviser_scheme,
    agents_and_orden,
    consortium,
)
