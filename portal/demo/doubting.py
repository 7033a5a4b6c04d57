"""Doubts on the agreement: one open, one answered by consultation; both invented (仮)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.activities.models import Activity
from portal.consent.rules import Capacity
from portal.demo.stage import Stage, Story, at
from portal.doubts import commands
from portal.doubts.answer import ANSWER, AnswerBody
from portal.doubts.commands import Raised
from portal.doubts.models import Doubt
from portal.doubts.rules import Basis, Outcome
from portal.kernel.clock import day_in_japan

_TRAINING = "女性のためのデジタル人材育成「Code; Without Barriers」の府内での実施"


def first_days(stage: Stage) -> Story:
    """How the first day of the term is counted: asked, consulted on, and settled (assumed)."""
    yield at(2025, 10, 6, 14, 0)
    clause = stage.edition.clause_of("term").id
    with stage.work("fukushima") as work:
        doubt = commands.raise_doubt(
            work,
            Raised(
                title="有効期間の初日の数え方（仮）",
                question="「締結日より」とあるのは、締結日を数える趣旨か、その翌日から数える趣旨か。期間の最終日が一日変わるため、"
                "確かめておきたい。（この疑義は見本のための仮のものです。）",
                clauses=(clause,),
                topic="count_first_day",
            ),
        ).id
    yield at(2025, 10, 8, 10, 0)
    _position(stage, "toyonaka", doubt, "これまでの更新は、締結日を数えずに管理してきた。（仮）")
    yield at(2025, 10, 9, 11, 0)
    _position(stage, "fukushima", doubt, "初日を数えないことで差し支えない。書面に残しておきたい。（仮）")
    yield at(2025, 10, 15, 16, 0)
    with stage.work("toyonaka") as work:
        talk = commands.consult(
            work,
            doubt,
            held_on=day_in_japan(stage.clock.now()),
            medium="online",
            participants="甲：戦略企画課 豊中／乙：法務部 福島",
            summary="初日の数え方を確かめた（内容は仮）。",
            decisions="初日を数えないこととし、協議結果としてこのポータルで合意する。",
        ).id
    yield at(2025, 10, 16, 9, 30)
    with stage.work("fukushima") as work:
        commands.confirm_meeting(work, doubt, talk, is_confirmed=True)
    answer = stage.begin(
        "toyonaka",
        ANSWER,
        AnswerBody(
            title="有効期間の初日の数え方についての協議結果（仮）",
            doubt=_reference(stage, doubt),
            outcome=Outcome.ANSWER,
            text="有効期間は、初日を**算入せず**、締結日の翌日から数えることを確認した。（仮）",
            text_en="It was confirmed that the term is counted from the day after the signing date; the first day is "
            "**not** counted. (Assumed)",
            clauses=(clause,),
            settles="count_first_day:not_counted",
            basis=Basis.PORTAL,
        ),
    )
    answer.table("toyonaka")
    yield at(2025, 10, 20, 15, 0)
    answer.agree("nakanoshima", "ス戦企第1452号（仮）")
    answer.agree("kitahama", "公営-25-0197（仮）", capacity=Capacity.DECISION)


def training_of_residents(stage: Stage) -> Story:
    """Whether training for residents falls under the matter on human resources: the other party's view is awaited."""
    yield stage.before(11, 13)
    matter = stage.edition.scope_items[1].key
    with Session(stage.works.engines.reader) as session:
        training = session.scalars(select(Activity.id).where(Activity.title == _TRAINING)).one()
    with stage.work("tenjin") as work:
        doubt = commands.raise_doubt(
            work,
            Raised(
                title="府民向けの研修と人材の育成の事項（仮）",
                question="「甲の」が「人材」に係るのか「育成」に係るのか、両様に読める。府民を対象とする研修は、この事項に当たるか、"
                "両者の合意による事項として進めるか。（この疑義は見本のための仮のものです。）",
                clauses=(matter,),
                records=(("activity", training),),
            ),
        ).id
    yield stage.before(10, 11)
    _position(
        stage, "tenjin", doubt, "いまの取組は、念のため、両者の合意による事項としても合意を得ている。（仮）"
    )
    with stage.work("tenjin") as work:
        commands.note(work, doubt, text="次の部内会議で、研修の対象の考え方を整理しておく。（仮）")


DOUBTING = (first_days, training_of_residents)


def _position(stage: Stage, by: str, doubt: str, text: str) -> None:
    with stage.work(by) as work:
        commands.state_position(work, doubt, text=text)


def _reference(stage: Stage, doubt: str) -> str:
    with Session(stage.works.engines.reader) as session:
        return session.get_one(Doubt, doubt).reference
