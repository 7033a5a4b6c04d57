"""A change to the agreement on the table, asked for by one party and not yet answered; invented (仮)."""

from __future__ import annotations

from portal.agreement.edition import Edition
from portal.amendments.amendment import AMENDMENT, AmendmentBody
from portal.amendments.rules import Adds, How, Sort, Takes
from portal.demo.stage import Stage, Story

_ONE_YEAR, _THREE_YEARS = "満了日の翌日から１年間", "満了日の翌日から３年間"
_ONE_YEAR_EN, _THREE_YEARS_EN = "for one (1) year from the day", "for three (3) years from the day"


def longer_renewals(edition: Edition) -> AmendmentBody:
    """Renewed terms of three years, and talks on publicity that begin in good time."""
    renewal, publicity = edition.clause_of("renewal"), edition.clause_of("publicity")
    article = next(one for one in edition.articles if publicity.id in edition.parts_of(one.id))
    longer = renewal.text.ja.replace(_ONE_YEAR, _THREE_YEARS)
    longer_en = renewal.text.en.replace(_ONE_YEAR_EN, _THREE_YEARS_EN)
    assert longer != renewal.text.ja, "the agreement's own words have changed"
    return AmendmentBody(
        title="更新後の期間を３年とする変更（仮）",
        reason="毎年の更新の確認にかかる手間を減らし、数年にわたる取組を見通せるようにするため。あわせて、公表の協議を"
        "早めに始めることを定める。（この申出は見本のための仮のもので、実際の計画ではありません。）",
        base="1",
        changes=((How.REPLACE, renewal.id, longer, longer_en),),
        additions=(
            (
                Adds.PARAGRAPH,
                article.id,
                "",
                "",
                "甲及び乙は、前項の合意のための協議を、公表の予定日の５日前までに始めるよう努めるものとする。",
                "Party A and Party B shall endeavor to begin the consultation for the agreement under the preceding "
                "paragraph no later than five (5) days before the planned day of publicity.",
                "",
            ),
        ),
        figures=(("renewal.length", "P3Y"),),
        takes=Takes.DOCUMENT,
        sort=Sort.MEMORANDUM,
    )


def a_change_asked_for(stage: Stage) -> Story:
    """The company asks for longer renewals; the parties have talked once, and the Prefecture has not answered."""
    yield stage.before(26, 14)
    paper = stage.begin("fukushima", AMENDMENT, longer_renewals(stage.edition))
    paper.table("fukushima")
    yield stage.before(25, 10)
    paper.comment("toyonaka", "庁内で、期間の定めの扱いを法務の担当に確かめています。")
    yield stage.before(18, 16)
    talk = paper.consult(
        "toyonaka",
        medium="online",
        participants="甲：戦略企画課 豊中／乙：法務部 福島",
        summary="更新後の期間を３年とする理由と、予算の年度との関係について話した（内容は仮）。",
        decisions="甲が庁内の意見をまとめ、改めて回答する。",
    )
    yield stage.before(17, 10)
    paper.confirm("fukushima", talk)
    paper.note("toyonaka", "財政の担当との相談が済むまで回答を待つ。（仮）")


AMENDING = (a_change_asked_for,)
