"""The demonstration shows every state, rests on a history that holds, and loads on any day (decision 31)."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from portal.access.policy import Role
from portal.activities import queries as activities
from portal.activities.models import Activity, ActivityAct
from portal.activities.rules import State
from portal.advice.models import Advice, AdviceDraft
from portal.advice.queries import broken_records
from portal.agreement.commands import AlreadyFounded
from portal.agreement.models import AgreementDates
from portal.agreement.queries import dates_now, edition, edition_number, settled
from portal.agreement.settled import Question
from portal.consent.models import (
    Attachment,
    Comment,
    Consultation,
    ConsultationConfirmation,
    Document,
    Draft,
    Note,
    Reply,
    Revision,
)
from portal.consent.replay import replay
from portal.consent.rules import Standing
from portal.demo import accounts, load
from portal.demo.people import PEOPLE
from portal.doubts.models import Doubt, DoubtRecord
from portal.handback.models import Holding
from portal.history.chain import chains, orphans, verify
from portal.history.models import Entry, Instance, Message
from portal.kernel.clock import JAPAN, day_in_japan
from portal.mail.models import Mail
from portal.parties.models import ArchiveAddress, ConsentGrant, Member
from portal.parties.queries import actor_for
from portal.publicity import queries as publicity
from portal.publicity.models import EmbargoedCopy, Publication, PublicityRecord
from portal.publicity.sorts import Relation
from portal.publicity.states import State as PublicityState
from portal.tasks.telling import tell
from portal.term.models import Notice, TermIntention
from tests.conftest import make_schema
from tests.demo.conftest import demo_app

FACTS = {
    "高齢者向け生成AI会話サービス「大ちゃんと話す」の開始": ("2023-09-07", "completed"),
    "泉大津市での「大ちゃんと話す」体験会": ("2023-09-12", "completed"),
    "行政サービスへのAIエージェントの試行導入": ("2025-09-10", "running"),
    "女性のためのデジタル人材育成「Code; Without Barriers」の府内での実施": ("2025-09-10", "running"),
    "大阪府行政AIエージェントコンソーシアムへの参画": ("2025-12-19", "running"),
}
"""What was public, with the day it began and where it stands."""


def test_every_state_of_an_activity_is_there(demo):
    with demo.read() as session:
        found = set(session.scalars(select(Activity.state)))
    stored = {state.value for state in State} - {State.CONSULTING}
    assert found == stored


def test_every_standing_of_a_document_is_there(demo):
    with demo.read() as session:
        found = set(session.scalars(select(Document.standing)))
    assert found == {standing.value for standing in Standing}


def test_talks_comments_notes_drafts_and_files_are_there_on_both_sides(demo):
    with demo.read() as session:
        confirmed = set(session.scalars(select(ConsultationConfirmation.is_confirmed)))
        assert confirmed == {True, False}
        answered = select(ConsultationConfirmation.consultation_id)
        assert session.scalar(
            select(func.count()).where(Consultation.id.not_in(answered)).select_from(Consultation)
        )
        for table in (Comment, Note, Draft):
            assert set(session.scalars(select(table.party))) == {"kou", "otsu"}, table
        kinds = set(session.scalars(select(Attachment.media_type)))
        assert len(kinds) >= 4
        assert set(session.scalars(select(Reply.says))) == {"consent", "withdraw", "send_back"}
        for sha256 in session.scalars(select(Attachment.sha256)):
            assert demo.app.files.matches(sha256)
        findings = "".join(session.scalars(select(Attachment.findings)))
        assert "author" in findings  # something for the inspection to show


def test_advice_stands_in_every_state_with_its_corrections_both_ways(demo):
    """R8-*: the facts of support at their own dates; every result, confirmed and seen otherwise, corrected, to be
    checked, awaited on both sides, stamped secret, and in the other direction without a clause."""
    with demo.read() as session:
        found = session.scalars(select(Advice).order_by(Advice.number)).all()
        assert {one.result for one in found} == {"adopted", "partly", "not", "reference", ""}
        assert {one.confirmed for one in found} == {"same", "otherwise", ""}
        assert {one.waits_for for one in found} >= {"kou", "otsu", ""}
        assert any(one.to_check for one in found) and any(one.corrected_by_id for one in found)
        assert any(one.basis == "volunteered" and one.marking == "secret" for one in found)
        assert all(bool(one.clauses) == (one.giver == "otsu") for one in found)
        assert {str(one.given_on) for one in found} >= {"2023-09-07", "2025-09-24", "2025-11-10"}
        assert len(session.scalars(select(AdviceDraft)).all()) == 2
        assert list(broken_records(session)) == []


def test_publicity_stands_in_every_state_with_what_followed_and_what_nobody_agreed(demo):
    """Issue 3 (6): held, lapsed, corrected, beside the agreement; only the end of the agreement is still to come."""
    now = demo.app.clock.now()
    with demo.read() as session:
        reader = _actor(demo, session, "sakai")
        found = publicity.register(session, reader, publicity.Filters(), now, in_force=True)
        states = {publicity.state_of(row, now, in_force=True) for row in found}
        assert states == set(PublicityState) - {PublicityState.ENDED}
        assert {row.relation for row in found} == set(Relation)
        corrected = [row for row in found if row.relation == Relation.CORRECTION]
        assert [row.published for row in corrected] == [2]
        differing = [one for one in session.scalars(select(Publication)) if publicity.differences_of(one)]
        assert differing
        records = session.scalars(select(PublicityRecord)).all()
        assert {(one.nature, one.is_settled) for one in records} == {
            ("for_information", True), ("differs", True), ("without_agreement", False),
        }  # fmt: skip
        assert session.scalars(select(EmbargoedCopy)).one()
        drafts = session.scalars(select(Draft.party).join(Document, Document.id == Draft.document_id).where(
            Document.kind == "publicity", Document.tabled_at.is_(None)
        ))  # fmt: skip
        assert sorted(drafts) == ["kou", "otsu"]
        full = next(row for row in found if row.embargo and row.agreed_at)
        body = json.loads(
            session.scalars(select(Revision.sealed).where(Revision.document_id == full.id)).one()
        )["body"]
        assert len(body["outputs"]) == 5 and not [key for key, value in body.items() if not value and key not in {
            "event", "until_day", "until_time", "concerns", "relation_reason", "other",
        }]  # fmt: skip
def test_a_change_to_the_agreement_waits_for_an_answer_with_the_days_it_would_move(demo):
    """R3-1..4: asked for long ago, consulted on once, loud; nothing of the agreement has changed."""
    with demo.read() as session:
        change = session.scalars(select(Document).where(Document.kind == "amendment")).one()
        assert change.standing == Standing.OPEN and change.party == "otsu"
        assert edition_number(session) == 1
    page = demo.browser("nakanoshima").get("/amendments", expect=200).text
    assert change.reference in page and "回答待ち" in page and "日たっています" in page
    shown = demo.browser("nakanoshima").get(f"/amendments/{change.id}", expect=200).text
    assert "算定される日" in shown and "変わる" in shown and "３年" in shown


def test_what_was_handed_over_stands_in_the_ledger_confirmed(demo):
    """R5-1: both directions, secret or not; a new user sees what the ledger is for."""
    page = demo.browser("fumi").get("/handback", expect=200)
    for number, title in enumerate(("窓口の業務の流れ図", "研修の教材の案", "設定の確認表"), 1):
        assert f"HBK-000{number}" in page.text and title in page.text
    with demo.read() as session:
        assert {one.confirmed for one in session.scalars(select(Holding))} == {"same"}


def test_one_doubt_is_open_and_one_answered_beside_its_clause(demo):
    """R9-1, R9-5: the answer settles how the first day is counted; the open one touches an activity."""
    with demo.read() as session:
        doubts = {row.standing: row for row in session.scalars(select(Doubt))}
        assert set(doubts) == {"open", "answered"}
        assert settled(session, edition(session)).of(Question.COUNT_FIRST_DAY).is_settled
        linked = session.scalars(select(DoubtRecord)).one()
    assert all("（仮）" in row.title for row in doubts.values())
    page = demo.browser("ikeda").get("/agreement", expect=200).text
    assert doubts["answered"].title in page and doubts["open"].title in page
    assert (
        doubts["open"].title in demo.browser("ikeda").get(f"/activities/{linked.record_id}", expect=200).text
    )
    assert "あなたの側の見解を待っている疑義" in demo.browser("fukushima").get("/").text
    assert (
        "次の部内会議で、研修の対象" not in demo.browser("fukushima").get(f"/doubts/{doubts['open'].id}").text
    )


def test_a_notice_intentions_and_archives_are_there_and_nothing_ends(demo):
    """R4-1, R4-5: a notice given for practice came late and was withdrawn by both; both wish to go on."""
    with demo.read() as session:
        (notice,) = session.scalars(select(Notice)).all()
        assert notice.standing == "late" and notice.withdrawn_at is not None
        assert dates_now(session, edition(session)).end is None
        assert {(one.party, one.says) for one in session.scalars(select(TermIntention))} == {
            ("kou", "continue"), ("otsu", "continue"),
        }  # fmt: skip
        assert {one.party for one in session.scalars(select(ArchiveAddress))} == {"kou", "otsu"}
    page = demo.browser("ikeda").get("/term", expect=200)
    assert notice.reference in page.text and "取下げ" in page.text
    assert "練習の書面" in demo.browser("ikeda").get(f"/term/notices/{notice.id}/letter/kou", expect=200).text
    assert "agreement-archive@pref" in demo.browser("izumi").get("/members/archive-addresses", expect=200).text
    assert "協定を終わらせる" not in demo.browser("ikeda").get("/", expect=200).text


def test_home_has_something_late_something_overrunning_and_something_planned(demo):
    with demo.read() as session:
        reader = _actor(demo, session, "fumi")
        due = activities.due(session, reader, day_in_japan(demo.app.clock.now()))
        assert due.late and due.overrunning and due.planned
        assert activities.unacknowledged(session, reader)


def test_an_activity_has_particulars_that_replaced_others_which_stay_readable(demo):
    browser = demo.browser("ikeda")
    with demo.read() as session:
        replaced = session.scalars(
            select(Document).where(Document.standing == Standing.REPLACED, Document.kind == "particulars")
        ).one()
        newer = session.scalars(select(Document).where(Document.replaces_id == replaced.id)).one()
    assert newer.standing == Standing.AGREED
    page = browser.get(f"/activities/particulars/{replaced.id}/revisions/1", expect=200)
    assert "2026年" in page.text and newer.reference not in page.title


def test_the_facts_are_there_at_their_dates(demo):
    with demo.read() as session:
        found = {row.title: (row.started_on.isoformat(), row.state) for row in session.execute(
            select(Activity.title, Activity.started_on, Activity.state).where(Activity.started_on.is_not(None))
        )}  # fmt: skip
    for title, fact in FACTS.items():
        assert found[title] == fact


def test_whatever_is_no_public_fact_says_that_it_is_assumed(demo):
    with demo.read() as session:
        titles = set(session.scalars(select(Activity.title)))
        known = set(FACTS) | {"庁内生成AIアドバイザー制度への乙の社員の参加"}
        assert all("（仮）" in title for title in titles - known)
        assert all("（仮）" in reference for reference in session.scalars(
            select(Reply.decision_reference).where(Reply.decision_reference.is_not(None))
        ))  # fmt: skip
        dates = session.scalars(select(AgreementDates)).one()
    assert dates.is_assumed and dates.is_confirmed and dates.signed_on == dt.date(2023, 9, 7)


def test_the_history_holds_and_bears_the_tables_out(demo):
    """I12, I13: made by performing the acts, so nothing needs to be excused."""
    with demo.read() as session:
        assert orphans(session) == 0
        for chain in chains(session):
            assert verify(session, chain).holds, chain
        assert list(replay(session)) == []


def test_entries_lie_in_the_order_of_time_from_the_founding_to_today(demo):
    with demo.read() as session:
        moments = list(session.scalars(select(Entry.at).where(Entry.chain == "joint").order_by(Entry.number)))
        verbs = set(session.scalars(select(Entry.verb)))
    assert moments == sorted(moments)
    assert moments[0] == dt.datetime(2023, 9, 5, 10, tzinfo=JAPAN)
    assert moments[-1] <= demo.app.clock.now()
    assert "clock.went_back" not in verbs


def test_it_is_marked_as_a_demonstration_for_ever(demo):
    with demo.read() as session:
        assert session.scalars(select(Instance.is_demo)).all() == [True]


def test_a_second_loading_is_refused_and_changes_nothing(demo):
    def entries():
        with demo.read() as session:
            return session.scalar(select(func.count()).select_from(Entry))

    before = entries()
    with pytest.raises(AlreadyFounded):
        load(demo.app)
    assert entries() == before


def test_nothing_is_mailed_to_addresses_where_nobody_lives(demo):
    with demo.read() as session:
        assert all(session.scalars(select(Mail.dropped_at)))
        assert not session.scalars(select(Message.id).where(Message.delivered_at.is_(None))).all()
    assert tell(demo.app.extensions["works"]) == 0


def test_everybody_listed_can_sign_in_and_whoever_left_cannot(demo):
    for account in demo.accounts:
        name = account.email.split("@")[0]
        page = demo.browser(name).get("/", expect=200)
        assert account.name in page.text
    left = [person for person in PEOPLE if person.leaves]
    assert left and not {person.email for person in left} & {account.email for account in demo.accounts}


def test_accounts_are_known_without_a_database_and_in_both_languages(demo):
    assert [one.email for one in accounts()] == [one.email for one in demo.accounts]
    with demo.app.test_request_context(headers={"Accept-Language": "en"}):
        officer = next(one for one in accounts() if one.email.startswith("nakanoshima@"))
        assert officer.party.startswith("Party A") and officer.roles == "Consent officer"
    with demo.app.test_request_context(headers={"Accept-Language": "ja"}):
        assert officer.party.startswith("甲") and officer.roles == "同意権者"


def test_one_auditor_has_every_consent_and_another_awaits_it(demo):
    """decisions 29, 31: a post in force, and a proposal on the home page of the other party's administrator."""
    with demo.read() as session:
        assert Role.AUDITOR in _actor(demo, session, "moriguchi").roles
        assert _actor(demo, session, "noe").roles == frozenset()
    assert "「野江 律」の監査人への選任" in demo.browser("izumi").get("/", expect=200).text
    assert "noe@company.example.jp" not in {account.email for account in demo.accounts}


def test_who_moved_on_stands_on_the_acts_as_they_were(demo):
    with demo.read() as session:
        gone = session.scalars(select(Member).where(Member.email.like("ibaraki@%"))).one()
        replies = session.scalars(select(Reply).where(Reply.member_id == gone.id)).all()
        first = session.scalars(select(Document).where(Document.reference == "ACT-0001")).one()
    assert gone.closed_at is not None and {reply.name for reply in replies} == {"茨木 浩"}
    page = demo.browser("ikeda").get(f"/activities/proposals/{first.id}", expect=200)
    assert "茨木 浩" in page.text and "戦略企画課長" in page.text


def test_each_role_finds_its_work_on_the_home_page(demo):
    drafter = demo.browser("tenjin").get("/").text
    assert "差し戻された「防災情報の要約と配信の支援（仮）」を直して、新しい版を提示する" in drafter
    assert "下書き「地域の行事の案内づくり（仮）」の続きを書く" in drafter
    officer = demo.browser("kitahama").get("/").text
    assert "「学校の校務でのAIエージェントの活用の検討（仮）」を確かめて、同意するか差し戻す" in officer
    assert "10営業日以上" in officer and "地域の行事の案内づくり" not in officer
    reader = demo.browser("ikeda").get("/").text
    assert "を読む" in reader and "同意するか差し戻す" not in reader
    for page in (drafter, officer, reader):
        assert "開始予定日を過ぎた取組" in page and "健康づくりの声かけの試行（仮）" in page
        assert "終了予定日を過ぎて実施中の取組" in page and "府のウェブサイトの読みやすさの点検（仮）" in page
        assert "職員向け生成AI相談会（仮）" in page and "有効期間中" in page
    assert "「玉造 航」の同意権限の申請を確かめる" in demo.browser("umeda").get("/").text
    operator = demo.browser("operator").get("/").text
    assert "運用管理者の画面です" in operator and "（仮）" not in operator.split("ホーム")[1]


def test_every_document_and_activity_has_its_page_in_both_languages(demo):
    with demo.read() as session:
        documents = session.execute(
            select(Document.id, Document.kind).where(Document.tabled_at.is_not(None))
        ).all()
        ids = list(session.scalars(select(Activity.id)))
        advice = list(session.scalars(select(Advice.id)))
        records = list(session.scalars(select(PublicityRecord.id)))
    places = {"activity_proposal": "activities/proposals", "particulars": "activities/particulars",
              "agreement_dates": "term/dates", "publicity": "publicity", "amendment": "amendments",
              "doubt_answer": "doubts/answers", "term_accord": "term/accords"}  # fmt: skip
    for language in ("ja", "en"):
        browser = demo.browser("toyonaka", language)
        for id, kind in documents:
            browser.get(f"/{places[kind]}/{id}", expect=200)
        for place, found in (("activities", ids), ("advice", advice), ("publicity/records", records)):
            for id in found:
                browser.get(f"/{place}/{id}", expect=200)
        for path in (
            "/",
            "/activities",
            "/term",
            "/history",
            "/history?reading=trail",
            "/members",
            "/messages",
            "/publicity",
            "/publicity/records",
            "/advice",
            "/timeline",
            *(f"/reports/{year}" for year in range(2023, 2027)),
        ):
            browser.get(path, expect=200)


@pytest.mark.parametrize(
    "today",
    [
        dt.date(2026, 1, 4),
        dt.date(2026, 4, 1),
        dt.date(2026, 12, 31),
        dt.date(2027, 5, 5),
        dt.date(2028, 2, 29),
    ],
)
def test_it_loads_on_any_day_with_the_facts_at_their_dates_and_home_alive(today, tmp_path):
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    make_schema(url)
    app = demo_app(url, tmp_path)
    load(app, today=today)
    with app.engines.reader.connect() as connection:
        found = {
            row.title: row
            for row in connection.execute(select(Activity.title, Activity.state, Activity.started_on))
        }
        last = connection.scalar(select(func.max(Entry.at)))
    for title, (day, state) in FACTS.items():
        assert (found[title].started_on.isoformat(), found[title].state) == (day, state)
    assert {row.state for row in found.values()} == {state.value for state in State} - {"consulting"}
    assert last is not None and day_in_japan(last) == today
    app.engines.dispose()


def test_it_loads_on_postgresql_too(postgres_template, tmp_path):
    import uuid

    from tests.servers import postgres_server

    server, name = postgres_server(), f"demo_{uuid.uuid4().hex[:12]}"
    server.create_database(name, postgres_template)
    try:
        app = demo_app(server.url(name), tmp_path)
        load(app)
        with app.engines.reader.connect() as connection:
            assert connection.scalars(select(func.count()).select_from(ActivityAct)).one() > 10
            assert connection.scalar(select(func.count()).select_from(ConsentGrant)) == 6
        app.engines.dispose()
    finally:
        server.drop_database(name)


def _actor(demo, session, name):
    member = session.scalars(select(Member).where(Member.email.like(f"{name}@%"))).one()
    return actor_for(session, member.id, demo.app.clock.now())
