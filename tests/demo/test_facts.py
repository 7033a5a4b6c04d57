"""Every dated fact of the cooperation's public history is in the demonstration, at its own date (decision 31)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.activities.models import Activity, ActivityAct
from portal.advice.models import Advice
from portal.agreement import queries as agreement
from portal.consent.models import Document, Revision
from portal.kernel.clock import day_in_japan
from portal.publicity.models import Publication, PublicityItem, PublicityRecord


def days_of_activity(session: Session, title: str) -> set[str]:
    """The days on which an activity started and ended."""
    found = session.execute(
        select(ActivityAct.on_day)
        .join(Activity, Activity.id == ActivityAct.activity_id)
        .where(Activity.title == title)
    )
    return {row.on_day.isoformat() for row in found}


def days_of_publication(session: Session, title: str) -> set[str]:
    """The days on which an agreed item went out."""
    query = select(Publication.published_at).join(PublicityItem, PublicityItem.id == Publication.document_id)
    return {
        day_in_japan(row).isoformat() for row in session.scalars(query.where(PublicityItem.title == title))
    }


def days_of_record(session: Session, title: str) -> set[str]:
    """The days on which something appeared that was nobody's agreed publication."""
    query = select(PublicityRecord.appeared_at).where(PublicityRecord.title == title)
    return {day_in_japan(row).isoformat() for row in session.scalars(query)}


def days_of_advice(session: Session, title: str) -> set[str]:
    """The days on which advice or support was given."""
    return {row.isoformat() for row in session.scalars(select(Advice.given_on).where(Advice.title == title))}


def days_of_terms(session: Session, _: str) -> set[str]:
    """The first days of the terms of the agreement."""
    edition = agreement.edition(session)
    dates = agreement.dates_now(session, edition)
    assert dates.is_assumed
    return {term.start.isoformat() for term in agreement.terms(edition, dates, dt.date(2026, 4, 1))}


def words_of(session: Session, title: str) -> set[str]:
    """What the latest revision of a document says, as one text."""
    query = select(Revision.sealed).join(Document, Document.id == Revision.document_id)
    found = session.scalars(query.where(Document.title == title).order_by(Revision.number.desc())).first()
    return {found or ""}


KICKOFF = "高齢者向け生成AI会話サービス「大ちゃんと話す」の開始"
AGENTS = "行政サービスへのAIエージェントの試行導入"
WOMEN = "女性のためのデジタル人材育成「Code; Without Barriers」の府内での実施"
FOUNDED = "大阪府行政AIエージェントコンソーシアムの設立"
JOINING = "大阪府行政AIエージェントコンソーシアムへの参画"


@dataclass(frozen=True)
class Fact:
    """One fact: where it stands in the demonstration, by what title, and on which day or in which words."""

    key: str
    where: Callable[[Session, str], set[str]]
    title: str
    said: str


FACTS = [
    Fact("H00", words_of, KICKOFF, "令和4年12月21日の知事の会見"),
    Fact("H01", days_of_publication, "AI（人工知能）利活用に関する協定の締結", "2023-09-07"),
    Fact("H02", days_of_activity, KICKOFF, "2023-09-07"),
    Fact("H02", days_of_publication, "「大ちゃんと話す」の開始", "2023-09-07"),
    Fact("H02", days_of_advice, "「大ちゃんと話す」の開始に当たっての技術的な支援", "2023-09-07"),
    Fact("H03", days_of_activity, "泉大津市での「大ちゃんと話す」体験会", "2023-09-12"),
    Fact("H03", days_of_record, "泉大津市での体験会を伝えるテレビの報道", "2023-09-12"),
    Fact("H04", days_of_record, "「大ちゃんと話す」のシステム構築を伝える専門紙の記事", "2023-10-20"),
    Fact("H05", days_of_terms, "", "2024-09-08"),
    Fact("H05", days_of_terms, "", "2025-09-08"),
    Fact("H06", days_of_publication, "AIエージェントの試行など三つの取組の発表", "2025-09-10"),
    Fact("H06a", days_of_activity, AGENTS, "2025-09-10"),
    Fact("H06a", words_of, AGENTS, "ORDEN"),
    Fact("H06b", days_of_activity, WOMEN, "2025-09-10"),
    Fact("H06c", words_of, "庁内生成AIアドバイザー制度への乙の社員の参加", "乙の社員がアドバイザー"),
    Fact("H06c", days_of_advice, "利用の記録が置かれる場所（仮）", "2025-11-10"),
    Fact("H07", days_of_activity, JOINING, "2025-12-19"),
    Fact("H07", days_of_publication, FOUNDED, "2025-12-19"),
    Fact("H07", words_of, JOINING, "令和9年度からの実装"),
    Fact("H08", days_of_record, "コンソーシアムへの参加を伝える、別の参加企業の発表", "2025-12-23"),
    Fact("H09", words_of, WOMEN, "令和6年5月に始まり、最初の回には約7,000人"),
    Fact("H09", words_of, WOMEN, "第2回は令和7年4月30日まで"),
    Fact("H10", days_of_record, "データ連携基盤「ORDEN」と「my door OSAKA」についての対談の記事", "2025-10-31"),
]  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.key} {fact.said}")
def test_a_public_fact_is_there_on_its_day(demo, fact: Fact):
    """As an activity, as publicity or as advice; what lies before the agreement, and what only surrounds an
    activity, in the words of its proposal."""
    with demo.read() as session:
        found = fact.where(session, fact.title)
    assert any(fact.said in one for one in found), found


def test_no_fact_is_left_out():
    assert sorted({fact.key for fact in FACTS}) == [
        "H00", "H01", "H02", "H03", "H04", "H05", "H06", "H06a", "H06b", "H06c", "H07", "H08", "H09", "H10",
    ]  # fmt: skip


def test_whatever_day_is_not_known_says_so(demo):
    """Of H01, H04 and H08 only the month is public; what the day stands for is assumed, and says 仮."""
    with demo.read() as session:
        places = {one.title: one.place for one in session.scalars(select(PublicityRecord))}
        concluded = words_of(session, FACTS[1].title)
    for fact in FACTS:
        if fact.key in {"H04", "H08"}:
            assert "仮" in places[fact.title]
    assert any("仮に置く" in one for one in concluded)
