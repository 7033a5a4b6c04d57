"""Matters of cooperation: agreed by all, settled by all, and only then carried out (R2-*; S1, S2, S10)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from portal.activities import commands, queries
from portal.activities.models import Activity, ActivityAct
from portal.activities.particulars import PARTICULARS
from portal.activities.proposal import PROPOSAL
from portal.activities.rules import (
    AcknowledgedByItsWriter,
    ImplementationNotAgreed,
    MeasureMissing,
    NotPossibleNow,
    ParticularsHeld,
    ParticularsNotAgreed,
    ScopeNotAgreed,
    SettledAlready,
    State,
    TimingUndecided,
)
from portal.consent import commands as consent
from portal.consent.commands import AgreementNotInForce, NoDateYet, WrittenOnAnOlderRevision
from portal.consent.models import Document, Draft
from portal.history.models import Entry
from portal.kernel.errors import NotAllowed
from portal.term.dates import DATES
from portal.web.language import say
from tests.conftest import House
from tests.makers.activities import (
    activity_of,
    agreed,
    agreed_activity,
    agreed_particulars,
    agreed_proposal,
    consented,
    dates_body,
    drafted,
    edition_of,
    particulars_body,
    proposal_body,
    ready_activity,
    replaced,
    running_activity,
    tabled,
    tabled_particulars,
    tabled_proposal,
)


def the_activity(house: House, activity_id: str) -> Activity:
    with house.read() as session:
        return session.get_one(Activity, activity_id)


def item_by_agreement(house: House) -> str:
    """The matter that only the agreement of all brings into scope."""
    return next(item.key for item in edition_of(house).scope_items if item.needs_agreement)


def sentence(house: House, refused: Exception, language: str = "ja") -> str:
    """A refusal as a reader reads it."""
    with house.app.test_request_context(headers={"Accept-Language": language}):
        return say(refused.sentence, **refused.facts)  # type: ignore[attr-defined]


# --- the scope


def test_a_matter_that_hangs_on_measures_is_not_even_saved_without_naming_the_measure(dated: House):
    """Excellent 3.1, first line; R2-1: the sentence names the clause and the party from the agreement's data."""
    people, edition = dated.people, edition_of(dated)
    body = proposal_body(edition, items=(item_by_agreement(dated),), measure="　")
    with pytest.raises(MeasureMissing) as refused:
        drafted(dated, people[0].drafter, PROPOSAL, body)
    words = sentence(dated, refused.value)
    item = edition.scope_item(item_by_agreement(dated))
    assert refused.value.field == "measure"
    assert item.citation["ja"] in words
    assert edition.party(edition.measure_of or "").defined_as["ja"] in words


def test_the_activity_is_known_to_all_from_the_first_tabling_and_to_nobody_before(dated: House):
    people = dated.people
    document = drafted(dated, people[0].drafter, PROPOSAL, proposal_body(edition_of(dated)))
    with dated.read() as session:
        assert session.scalars(select(Activity)).all() == []
    tabled(dated, people[0].drafter, PROPOSAL, document)
    activity = the_activity(dated, activity_of(dated, document))
    assert (activity.reference, activity.state) == ("ACT-0001", State.PROPOSED)


def test_every_proposal_needs_the_consent_of_every_party_whatever_its_matter(dated: House):
    """Decision 24: that an activity is done at all."""
    people = dated.people
    document = tabled_proposal(dated, people)
    consented(dated, people[0].officer, PROPOSAL, document)
    assert the_activity(dated, activity_of(dated, document)).state == State.PROPOSED
    consented(dated, people[1].officer, PROPOSAL, document)
    assert the_activity(dated, activity_of(dated, document)).state == State.AGREED


def test_particulars_of_a_matter_by_agreement_wait_for_the_scope_and_need_no_re_entry(dated: House):
    """S2: both consent to the particulars at once; refused, each party's word on the scope named; then the same
    particulars only need the consents."""
    people, edition = dated.people, edition_of(dated)
    proposal = tabled_proposal(dated, people, items=(item_by_agreement(dated),))
    activity = activity_of(dated, proposal)
    particulars = tabled_particulars(dated, people, activity)
    for side in people.sides:
        with pytest.raises(ScopeNotAgreed) as refused:
            consented(dated, side.officer, PARTICULARS, particulars)
    item = edition.scope_item(item_by_agreement(dated))
    none = " / ".join(f"{party.defined_as['ja']} 未" for party in edition.parties)
    assert (
        sentence(dated, refused.value)
        == f"{item.citation['ja']}は全当事者の合意が必要です。範囲の合意：{none}"
    )
    assert refused.value.clause == "scope"

    consented(dated, people[0].officer, PROPOSAL, proposal)
    with pytest.raises(ScopeNotAgreed) as refused:
        consented(dated, people[1].officer, PARTICULARS, particulars)
    first, second = (party.defined_as["ja"] for party in edition.parties[:2])
    assert f"{first} 済 / {second} 未" in sentence(dated, refused.value)
    assert "Party A: yes / Party B: not yet" in sentence(dated, refused.value, "en")

    consented(dated, people[1].officer, PROPOSAL, proposal)
    before = the_document(dated, particulars)
    agreed(dated, people, PARTICULARS, particulars)
    after = the_document(dated, particulars)
    assert (after.revision, after.digest) == (before.revision, before.digest)
    assert the_activity(dated, activity).state == State.READY
    with dated.read() as session:
        verbs = session.scalars(select(Entry.verb).order_by(Entry.number)).all()
    assert verbs.index("activity.in_scope") < verbs.index("activity.ready")


def the_document(house: House, document_id: str) -> Document:
    with house.read() as session:
        return session.get_one(Document, document_id)


def test_a_declined_proposal_stays_in_the_register_as_declined(dated: House):
    """S2, variation: 見送り, visible in the register."""
    people = dated.people
    document = tabled_proposal(dated, people, items=(item_by_agreement(dated),))
    with dated.work(people[1].officer.actor(dated)) as work:
        consent.decline(
            work, PROPOSAL, consent.document_of(work, PROPOSAL, document), reason="時期尚早のため"
        )
    assert the_activity(dated, activity_of(dated, document)).state == State.DECLINED
    with dated.read() as session:
        rows = queries.register(
            session, people[0].reader.actor(dated), queries.Filters(state="declined"), dt.date(2025, 10, 1)
        )
    assert [row.reference for row in rows] == ["ACT-0001"]


def test_a_withdrawn_proposal_stays_in_the_register_as_withdrawn(dated: House):
    """R2-10."""
    people = dated.people
    document = tabled_proposal(dated, people)
    with dated.work(people[0].drafter.actor(dated)) as work:
        consent.withdraw(work, PROPOSAL, consent.document_of(work, PROPOSAL, document), reason="組み直すため")
    assert the_activity(dated, activity_of(dated, document)).state == State.WITHDRAWN


def test_without_a_date_of_the_agreement_only_drafts_are_possible(staffed: House):
    """Decision 30."""
    people = staffed.people
    document = drafted(staffed, people[0].drafter, PROPOSAL, proposal_body(edition_of(staffed)))
    with pytest.raises(NoDateYet):
        tabled(staffed, people[0].drafter, PROPOSAL, document)


def test_what_changes_a_proposal_leaves_the_agreed_one_in_force_until_all_agree(dated: House):
    """Excellent 3.1, last line; decision 13."""
    people = dated.people
    first = agreed_proposal(dated, people)
    activity = activity_of(dated, first)
    body = proposal_body(edition_of(dated), title="多言語窓口AIエージェント本格実施")
    second = replaced(dated, people[1].drafter, PROPOSAL, first, body)
    assert the_activity(dated, activity).title == "多言語窓口AIエージェント試行"
    assert activity_of(dated, second) == activity
    agreed(dated, people, PROPOSAL, second)
    now = the_activity(dated, activity)
    assert (now.title, now.reference) == ("多言語窓口AIエージェント本格実施", "ACT-0001")
    assert (now.proposal_id, now.state) == (second, State.AGREED)


# --- the particulars


def test_an_activity_may_start_only_once_proposal_and_particulars_are_agreed(dated: House):
    """R2-3: first the one, then the other is missed; each refusal names the parties that have not consented."""
    people, edition = dated.people, edition_of(dated)
    by = people[0].drafter
    proposal = tabled_proposal(dated, people)
    activity = activity_of(dated, proposal)

    def start() -> None:
        with dated.work(by.actor(dated)) as work:
            commands.start(work, activity, on_day=work.today)

    with pytest.raises(ImplementationNotAgreed):
        start()
    agreed(dated, people, PROPOSAL, proposal)
    with pytest.raises(ParticularsNotAgreed):
        start()
    particulars = tabled_particulars(dated, people, activity)
    consented(dated, people[1].officer, PARTICULARS, particulars)
    with pytest.raises(ParticularsNotAgreed) as refused:
        start()
    first, second = (party.defined_as["ja"] for party in edition.parties[:2])
    assert f"{first} 未 / {second} 済" in sentence(dated, refused.value)
    consented(dated, people[0].officer, PARTICULARS, particulars)
    start()
    assert the_activity(dated, activity).state == State.RUNNING


def test_particulars_with_the_timing_left_open_are_agreed_but_not_yet_carried_out(dated: House):
    """Excellent 3.2: 「未定（○月までに協議）」; the start waits for the timing itself."""
    people = dated.people
    activity = agreed_activity(dated, people)
    first = agreed_particulars(
        dated, people, activity, timing_kind="undecided", start="", end="", settle_by="2025-12"
    )
    assert the_activity(dated, activity).state == State.AGREED
    with pytest.raises(TimingUndecided), dated.work(people[0].drafter.actor(dated)) as work:
        commands.start(work, activity, on_day=work.today)
    body = particulars_body(edition_of(dated))
    agreed(dated, people, PARTICULARS, replaced(dated, people[1].drafter, PARTICULARS, first, body))
    assert the_activity(dated, activity).state == State.READY


def test_changed_particulars_leave_the_first_readable_and_tell_what_was_in_force_on_a_day(dated: House):
    """Excellent 3.2: version 2 and "what was in force on [date]"."""
    people = dated.people
    activity = agreed_activity(dated, people)
    before = dated.clock.now().date()
    first = agreed_particulars(dated, people, activity)
    dated.clock.move(days=10)
    body = particulars_body(edition_of(dated), end="2026-03-31")
    second = replaced(dated, people[1].drafter, PARTICULARS, first, body)
    assert the_activity(dated, activity).planned_end == dt.date(2025, 12, 31)
    agreed(dated, people, PARTICULARS, second)
    reader = people[1].reader.actor(dated)
    with dated.read() as session:

        def on(day: dt.date) -> str | None:
            found = queries.in_force_on(session, reader, activity, day)
            return found and found.id

        assert on(before - dt.timedelta(days=1)) is None
        assert on(before) == first
        assert on(before + dt.timedelta(days=9)) == first
        assert on(before + dt.timedelta(days=10)) == second
        assert session.get_one(Document, first).standing == "replaced"
    assert the_activity(dated, activity).planned_end == dt.date(2026, 3, 31)


def test_a_second_set_of_particulars_cannot_be_agreed_beside_the_first(dated: House):
    people = dated.people
    activity = agreed_activity(dated, people)
    mine = tabled_particulars(dated, people, activity)
    theirs = tabled_particulars(dated, people, activity, people[1].drafter, end="2026-01-31")
    agreed(dated, people, PARTICULARS, mine)
    with pytest.raises(SettledAlready) as refused:
        consented(dated, people[0].officer, PARTICULARS, theirs)
    assert "PAR-0001" in sentence(dated, refused.value)


def test_what_a_party_holds_does_not_start(dated: House):
    """Decision 13, 26."""
    people = dated.people
    activity = agreed_activity(dated, people)
    particulars = agreed_particulars(dated, people, activity)
    with dated.work(people[1].officer.actor(dated)) as work:
        consent.hold(
            work, PARTICULARS, consent.document_of(work, PARTICULARS, particulars), reason="障害の調査"
        )
    with pytest.raises(ParticularsHeld), dated.work(people[0].drafter.actor(dated)) as work:
        commands.start(work, activity, on_day=work.today)


def test_both_write_on_the_same_particulars_and_nothing_is_lost(dated: House):
    """S10 on particulars: the second to table is told, and keeps the draft."""
    people, edition = dated.people, edition_of(dated)
    activity = agreed_activity(dated, people)
    particulars = tabled_particulars(dated, people, activity)
    mine = particulars_body(edition, place="府庁別館")
    theirs = particulars_body(edition, place="咲洲庁舎")
    for side, body in ((people[0], mine), (people[1], theirs)):
        with dated.work(side.drafter.actor(dated)) as work:
            document = consent.document_of(work, PARTICULARS, particulars)
            consent.save(work, PARTICULARS, document, body, saves=0)
    tabled(dated, people[0].drafter, PARTICULARS, particulars)
    with pytest.raises(WrittenOnAnOlderRevision):
        tabled(dated, people[1].drafter, PARTICULARS, particulars)
    with dated.read() as session:
        draft = session.scalars(select(Draft).where(Draft.document_id == particulars)).one()
    assert "咲洲庁舎" in draft.body
    with dated.work(people[1].drafter.actor(dated)) as work:
        consent.rebase(work, PARTICULARS, consent.document_of(work, PARTICULARS, particulars))
    tabled(dated, people[1].drafter, PARTICULARS, particulars)
    assert the_document(dated, particulars).revision == 3


# --- carrying out


def test_any_party_records_what_became_of_it_and_the_others_acknowledge(dated: House):
    """R2-10: suspended, resumed, completed, each with its day and reason; acknowledged or seen otherwise."""
    people = dated.people
    activity = running_activity(dated, people)
    today = dt.date(2025, 10, 1)
    dated.clock.move(days=30)
    with dated.work(people[1].drafter.actor(dated)) as work:
        rest = commands.suspend(work, activity, on_day=today + dt.timedelta(days=20), reason="端末の不具合")
    assert the_activity(dated, activity).state == State.SUSPENDED
    with pytest.raises(AcknowledgedByItsWriter), dated.work(people[1].officer.actor(dated)) as work:
        commands.acknowledge(work, activity, rest.id, is_acknowledged=True)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.acknowledge(work, activity, rest.id, is_acknowledged=False, remark="止まったのは前日です")
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.acknowledge(work, activity, rest.id, is_acknowledged=True)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.resume(work, activity, on_day=today + dt.timedelta(days=25), reason="直ったため")
    with dated.work(people[0].drafter.actor(dated)) as work:
        outcome = commands.Outcome(
            "案内を1,200件こなした", "来庁者", [("案内", "1,200", "件")], "窓口での手続が早くなった"
        )
        commands.complete(work, activity, on_day=today + dt.timedelta(days=30), outcome=outcome)
    now = the_activity(dated, activity)
    assert (now.state, now.outcome) == (State.COMPLETED, "案内を1,200件こなした")
    assert (now.started_on, now.ended_on) == (today, today + dt.timedelta(days=30))
    with dated.read() as session:
        recorded = queries.acts_of(session, activity)
    assert [one.row.act for one in recorded] == ["start", "suspend", "resume", "complete"]
    assert [word.is_acknowledged for word in recorded[1].words] == [False, True]
    assert recorded[1].waits_for(people.parties) == []
    assert recorded[3].figures == [["案内", "1,200", "件"]]


def test_an_act_is_told_to_the_other_parties_and_stands_in_the_history(dated: House):
    people = dated.people
    activity = running_activity(dated, people)
    with dated.read() as session:
        entry = session.scalars(select(Entry).where(Entry.verb == "activity.started")).one()
    assert (entry.activity_id, entry.party, entry.clause) == (activity, people.parties[0], "particulars")
    assert entry.is_chronicle


def test_what_stands_in_no_relation_is_refused_and_leaves_no_trace(dated: House):
    people = dated.people
    activity = ready_activity(dated, people)
    with pytest.raises(NotPossibleNow), dated.work(people[0].drafter.actor(dated)) as work:
        commands.complete(work, activity, on_day=work.today, outcome=commands.Outcome("済"))
    with dated.read() as session:
        assert session.scalars(select(ActivityAct)).all() == []


def test_two_starts_make_one(dated: House):
    """Both sides press the button; the second is told how it stands (S10)."""
    people = dated.people
    activity = ready_activity(dated, people)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.start(work, activity, on_day=work.today)
    with pytest.raises(NotPossibleNow), dated.work(people[1].drafter.actor(dated)) as work:
        commands.start(work, activity, on_day=work.today)
    with dated.read() as session:
        assert len(session.scalars(select(ActivityAct)).all()) == 1


def test_readers_and_the_operator_record_nothing(dated: House):
    people = dated.people
    activity = ready_activity(dated, people)
    for person in (people[0].reader, people[0].admin, people.operator, people.auditor):
        with pytest.raises(NotAllowed), dated.work(person.actor(dated)) as work:
            commands.start(work, activity, on_day=work.today)


def test_after_the_last_day_nothing_starts_but_what_runs_can_be_brought_to_its_end(dated: House):
    """R5-5 leaves the record of what was done; nothing new is begun."""
    people = dated.people
    with dated.work(people[0].drafter.actor(dated)) as work:
        today = work.today
    running, ready = running_activity(dated, people), ready_activity(dated, people, title="別の取組")
    document = replaced_dates(dated, dates_body(end_on_fixed="2025-10-31"), DATES)
    agreed(dated, people, DATES, document)
    dated.clock.move(days=60)
    with pytest.raises(AgreementNotInForce), dated.work(people[0].drafter.actor(dated)) as work:
        commands.start(work, ready, on_day=today)
    with dated.work(people[0].drafter.actor(dated)) as work:
        commands.complete(work, running, on_day=work.today, outcome=commands.Outcome("終えた"))
    assert the_activity(dated, running).state == State.COMPLETED


def replaced_dates(house: House, body: object, kind: object) -> str:
    """A change of the agreement's dates is on the table; the document's id."""
    with house.read() as session:
        document = session.scalars(select(Document).where(Document.kind == "agreement_dates")).one()
    return replaced(house, house.people[0].manager, kind, document.id, body)  # type: ignore[arg-type]


# --- another agreement


def test_the_same_job_under_an_agreement_of_three(agreement_of_three: House):
    """Decisions 1, 28: three parties, other matters, other clauses, without a line of code for it."""
    house, people = agreement_of_three, agreement_of_three.people
    edition = edition_of(house)
    item = next(item for item in edition.scope_items if item.needs_agreement)
    proposal = tabled_proposal(house, people, items=(item.key,), measure="")
    activity = activity_of(house, proposal)
    consented(house, people[0].officer, PROPOSAL, proposal)
    consented(house, people[1].officer, PROPOSAL, proposal)
    particulars = tabled_particulars(house, people, activity)
    with pytest.raises(ScopeNotAgreed) as refused:
        consented(house, people[2].officer, PARTICULARS, particulars)
    labels = [party.defined_as["ja"] for party in edition.parties]
    assert f"{labels[0]} 済 / {labels[1]} 済 / {labels[2]} 未" in sentence(house, refused.value)
    assert item.citation["ja"] in sentence(house, refused.value)
    consented(house, people[2].officer, PROPOSAL, proposal)
    agreed(house, people, PARTICULARS, particulars)
    with house.work(people[2].drafter.actor(house)) as work:
        act = commands.start(work, activity, on_day=work.today)
    for side in people.sides[:2]:
        with house.work(side.drafter.actor(house)) as work:
            commands.acknowledge(work, activity, act.id, is_acknowledged=True)
    assert the_activity(house, activity).state == State.RUNNING
