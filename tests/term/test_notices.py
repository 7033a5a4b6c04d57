"""Notices from the first draft to what follows from their arrival, on both databases (R4-1, R4-3, R4-7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.life import Cause, Mode
from portal.agreement.settled import Question
from portal.consent.commands import AgreementNotInForce
from portal.history.models import Entry, Message
from portal.kernel.errors import NotAllowed, NotFound, SeveralRulesBroken
from portal.term import commands, rules
from portal.term.commands import Dispatch, Received
from portal.term.models import Notice, NoticeArrival, NoticeDraft, NoticeRecord
from portal.term.notice import holds, opened
from tests.conftest import House
from tests.makers.activities import dated_agreement, edition_of, entered_dates
from tests.makers.notices import (
    DECISION,
    agreed_accord,
    arrived,
    decided_notice,
    dispatched,
    drafted_notice,
    evidence,
    non_renewal_body,
    notice_body,
    notice_of,
    registered,
    saves_of,
)


def mode_of(house: House) -> Mode:
    with house.read() as session:
        edition = agreement.edition(session)
        return agreement.in_force(session, edition, today_of(house)).mode


def today_of(house: House) -> dt.date:
    with house.work() as work:
        return work.today


def end_of(house: House):
    with house.read() as session:
        return agreement.dates_now(session, agreement.edition(session)).end


def verbs(house: House, chain: str = "joint") -> list[str]:
    with house.read() as session:
        return list(session.scalars(select(Entry.verb).where(Entry.chain == chain).order_by(Entry.number)))


@pytest.fixture
def confirmed(staffed: House) -> House:
    """Signed on 7 September 2023, confirmed by every party: the third term runs, until 7 September 2026."""
    dated_agreement(staffed, staffed.people, signed_on="2023-09-07")
    return staffed


# --- On the own side


def test_a_draft_is_nobody_elses_and_leaves_no_trace_in_the_shared_chain(confirmed: House):
    people = confirmed.people
    before = verbs(confirmed)
    theirs = notice_body(confirmed, people.parties[1])
    id = drafted_notice(confirmed, people[0].manager, notice_body(confirmed, people.parties[0]))
    decided_notice(confirmed, people[0].officer, id)
    saves = saves_of(confirmed, id)
    with confirmed.work(people[0].manager.actor(confirmed)) as work:
        commands.print_notice(work, id, saves=saves)
    assert verbs(confirmed) == before
    own = [verb for verb in verbs(confirmed, people.parties[0]) if verb.startswith("notice.")]
    assert own == ["notice.draft_saved", "notice.decided", "notice.printed"]
    with pytest.raises(NotFound), confirmed.work(people[1].officer.actor(confirmed)) as work:
        commands.save_notice(work, id, theirs, saves=1)


def test_only_managers_of_the_agreement_and_consent_officers_give_notice(confirmed: House):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0])
    for person in (people[0].reader, people[0].drafter, people[0].press, people[0].admin, people.operator):
        with pytest.raises(NotAllowed), confirmed.work(person.actor(confirmed)) as work:
            commands.start_notice(work, body)


def test_everything_missing_is_said_beside_its_field(confirmed: House):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0], planned_on="", dated_on="", sender=" ", addressees=())
    id = drafted_notice(confirmed, people[0].manager, body)
    with pytest.raises(SeveralRulesBroken) as refused:
        decided_notice(confirmed, people[0].officer, id)
    assert [one.field for one in refused.value.each] == ["planned_on", "dated_on", "sender", "addressees"]


def test_a_decision_is_for_these_words_and_no_others(confirmed: House):
    """practice.md 3.1 (3)."""
    people = confirmed.people
    side = people[0]
    id = decided_notice(
        confirmed, side.officer, drafted_notice(confirmed, side.manager, notice_body(confirmed, side.party))
    )
    changed = notice_body(confirmed, side.party, planned_on="2025-11-30")
    with confirmed.work(side.manager.actor(confirmed)) as work:
        commands.save_notice(work, id, changed, saves=1)
    with pytest.raises(rules.NotDecided), confirmed.work(side.officer.actor(confirmed)) as work:
        commands.dispatch(work, id, Dispatch("hand", work.today), saves=2)
    decided_notice(confirmed, side.officer2, id)
    with confirmed.work(side.officer.actor(confirmed)) as work:
        commands.dispatch(work, id, Dispatch("hand", work.today), saves=2)


def test_whoever_alone_drafted_a_notice_does_not_record_its_dispatch(confirmed: House):
    """Decision 12."""
    side = confirmed.people[0]
    id = decided_notice(
        confirmed, side.officer, drafted_notice(confirmed, side.manager, notice_body(confirmed, side.party))
    )
    with pytest.raises(rules.DraftedAlone), confirmed.work(side.manager.actor(confirmed)) as work:
        commands.dispatch(work, id, Dispatch("hand", work.today), saves=1)


@pytest.mark.parametrize(
    ("means", "days", "refusal"),
    [("", 0, rules.MeansMissing), ("hand", 1, rules.NotYet), ("hand", -1, rules.DispatchedBeforeItsDate)],
)
def test_a_dispatch_fits_the_letter_and_the_calendar(confirmed: House, means, days, refusal):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0])
    on = today_of(confirmed) + dt.timedelta(days=days)
    with pytest.raises(refusal):
        dispatched(confirmed, people, people.parties[0], body, means=means, on=on)


def test_a_stale_screen_sends_nothing(confirmed: House):
    side = confirmed.people[0]
    id = drafted_notice(confirmed, side.manager, notice_body(confirmed, side.party))
    with pytest.raises(rules.DraftHasMoved), confirmed.work(side.officer.actor(confirmed)) as work:
        commands.decide_notice(work, id, DECISION, saves=0)


def test_before_its_dispatch_the_sender_alone_takes_it_back(confirmed: House):
    side = confirmed.people[0]
    id = drafted_notice(confirmed, side.manager, notice_body(confirmed, side.party))
    with confirmed.work(side.officer.actor(confirmed)) as work:
        commands.discard_notice(work, id)
    with confirmed.read() as session:
        assert session.get(NoticeDraft, id) is None and session.get(Notice, id) is None


# --- Dispatched


def test_from_its_dispatch_every_party_knows_of_it_and_nothing_of_it_changes(confirmed: House):
    """R4-7."""
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0])
    id = dispatched(confirmed, people, people.parties[0], body)
    notice = notice_of(confirmed, id)
    assert (notice.reference, notice.standing, notice.waits_for) == ("NTC-0001", "", f",{people.parties[1]},")
    assert mode_of(confirmed) is Mode.IN_FORCE, "what was sent has not arrived"
    with confirmed.read() as session:
        record = session.get_one(NoticeRecord, id)
        assert holds(record.sealed, record.digest)
        said = opened(record.sealed)
        assert session.get(NoticeDraft, id) is None
        told = session.scalars(select(Message.party)).all()
    assert said.clause["text"]["ja"] == edition_of(confirmed).clause_of("termination").text.ja
    assert said.is_letter and not said.electronic
    assert people.parties[1] in told
    with pytest.raises(NotFound), confirmed.work(people[0].manager.actor(confirmed)) as work:
        commands.save_notice(work, id, body, saves=1)


def test_a_notice_keeps_whether_electronic_records_counted_as_writing(confirmed: House):
    """R4-3: the record keeps which applied."""
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0], planned_on="2025-12-31")
    first = dispatched(confirmed, people, people.parties[0], body, means="electronic")
    arrived(confirmed, people[1].drafter, first)
    assert notice_of(confirmed, first).standing == "timely" and end_of(confirmed) is None
    with confirmed.work() as work:
        agreement_commands.settle(
            work, Question.ELECTRONIC_WRITING, "yes", reference="覚書第1号", document_id="memo"
        )
    second = dispatched(confirmed, people, people.parties[0], body, means="electronic")
    with confirmed.read() as session:
        kept = [opened(session.get_one(NoticeRecord, id).sealed) for id in (first, second)]
    assert [(one.electronic, one.electronic_reference) for one in kept] == [(False, ""), (True, "覚書第1号")]
    assert mode_of(confirmed) is Mode.IN_FORCE
    arrived(confirmed, people[1].drafter, second)
    assert mode_of(confirmed) is Mode.END_ANNOUNCED


# --- Arrived


def test_a_notice_in_time_announces_the_end_and_its_modes_follow(confirmed: House):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[1], planned_on="2025-12-31")
    id = dispatched(confirmed, people, people.parties[1], body)
    confirmed.clock.move(days=2)
    arrived(confirmed, people[0].drafter, id)
    assert notice_of(confirmed, id).standing == "timely"
    end = end_of(confirmed)
    assert (end.cause, end.last_day, end.measures_apply) == (Cause.TERMINATION, dt.date(2025, 12, 31), True)
    assert (end.source_kind, end.source_id) == ("notice", id)
    assert mode_of(confirmed) is Mode.END_ANNOUNCED
    confirmed.clock.set(dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC))
    assert mode_of(confirmed) is Mode.ENDED
    confirmed.clock.set(dt.datetime(2027, 1, 1, 1, tzinfo=dt.UTC))
    assert mode_of(confirmed) is Mode.OVER


def test_the_standing_is_told_with_everything_it_was_reckoned_from(confirmed: House):
    """Invariant 6."""
    people = confirmed.people
    id = dispatched(confirmed, people, people.parties[1], notice_body(confirmed, people.parties[1]))
    arrived(confirmed, people[0].drafter, id)
    with confirmed.read() as session:
        entry = session.scalars(select(Entry).where(Entry.verb == "notice.standing_reckoned")).one()
    for word in ("2025-10-01", "2025-09-30", '"standing":"review"', "termination"):
        assert word in entry.skeleton
    assert entry.party is None, "the portal reckons; nobody has decided"


def test_what_is_to_be_checked_does_not_announce_an_end_by_itself(confirmed: House):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[1])
    id = dispatched(confirmed, people, people.parties[1], body)
    arrived(confirmed, people[0].drafter, id)
    assert notice_of(confirmed, id).standing == "review"
    assert end_of(confirmed) is None
    agreed_accord(
        confirmed, people, "doubtful_end", notice=notice_of(confirmed, id).reference, last_day="2025-11-01"
    )
    end = end_of(confirmed)
    assert (end.cause, end.last_day, end.source_kind) == (Cause.TERMINATION, dt.date(2025, 11, 1), "document")


def test_the_sender_records_an_arrival_only_with_what_shows_it(confirmed: House):
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0], planned_on="2025-12-31")
    id = dispatched(confirmed, people, people.parties[0], body)
    other = people.parties[1]
    with pytest.raises(rules.EvidenceMissing):
        arrived(confirmed, people[0].manager, id, receiver=other)
    arrived(confirmed, people[0].manager, id, receiver=other, file=evidence(confirmed, "配達証明.txt"))
    notice = notice_of(confirmed, id)
    assert (notice.standing, notice.waits_for) == ("timely", f",{other},"), "the receiver is still asked"
    with confirmed.work(people[1].drafter.actor(confirmed)) as work:
        row = work.session.scalars(select(NoticeArrival)).one()
        commands.answer_arrival(work, id, row.id, is_confirmed=True)
    assert notice_of(confirmed, id).waits_for == ""


def test_what_the_sender_records_is_in_doubt_once_the_receiver_sees_it_otherwise(confirmed: House):
    """Nothing is decided: the end announced by one side's record is revoked, and the parties are asked."""
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0], planned_on="2025-11-10")
    id = dispatched(confirmed, people, people.parties[0], body)
    confirmed.clock.move(days=5)
    arrived(
        confirmed, people[0].manager, id, dt.date(2025, 10, 2), receiver=people.parties[1],
        file=evidence(confirmed),
    )  # fmt: skip
    assert mode_of(confirmed) is Mode.END_ANNOUNCED
    confirmed.clock.move(days=10)
    arrived(confirmed, people[1].drafter, id, dt.date(2025, 10, 16))
    assert notice_of(confirmed, id).standing == "review"
    assert mode_of(confirmed) is Mode.IN_FORCE
    assert "agreement.end_revoked" in verbs(confirmed)


def test_a_day_before_its_evidence_needs_a_second_person_of_the_receiving_side(confirmed: House):
    """R4-7."""
    people = confirmed.people
    body = notice_body(confirmed, people.parties[0], planned_on="2025-11-05")
    id = dispatched(confirmed, people, people.parties[0], body)
    confirmed.clock.move(days=6)  # 7 October
    row = arrived(confirmed, people[1].drafter, id, dt.date(2025, 10, 2), evidence_on=None)
    assert notice_of(confirmed, id).to_second == f",{people.parties[1]},"
    assert notice_of(confirmed, id).standing == "review" and end_of(confirmed) is None

    def second(person, **given):
        with confirmed.work(person.actor(confirmed)) as work:
            commands.second_arrival(work, id, row.id, **({"is_confirmed": True} | given))

    for stranger in (people[1].drafter, people[0].drafter):
        with pytest.raises(rules.SecondedByItsRecorder):
            second(stranger)
    with pytest.raises(rules.NoRemark):
        second(people[1].drafter2, is_confirmed=False)
    second(people[1].drafter2)
    assert notice_of(confirmed, id).standing == "timely" and mode_of(confirmed) is Mode.END_ANNOUNCED
    with pytest.raises(rules.NothingToSecond):
        second(people[1].officer)


def test_a_day_that_nobody_bears_out_counts_no_more(confirmed: House):
    people = confirmed.people
    id = dispatched(
        confirmed,
        people,
        people.parties[0],
        notice_body(confirmed, people.parties[0], planned_on="2025-11-05"),
    )
    confirmed.clock.move(days=6)
    row = arrived(confirmed, people[1].drafter, id, dt.date(2025, 10, 2), evidence_on=None)
    with confirmed.work(people[1].officer.actor(confirmed)) as work:
        commands.second_arrival(work, id, row.id, is_confirmed=False, remark="その日は受け取っていない")
    assert notice_of(confirmed, id).standing == "late"


@pytest.mark.parametrize(
    ("by", "given", "refusal"),
    [
        ("receiver", {"on": dt.date(2025, 10, 2), "evidence_on": None}, rules.NotYet),
        ("receiver", {"on": dt.date(2025, 9, 30)}, rules.ArrivedBeforeItWasSent),
        ("receiver", {"evidence_on": dt.date(2025, 10, 2)}, rules.EvidenceSaysLater),
        ("receiver", {"receiver": "kou"}, rules.NoReceiver),
        ("sender", {"receiver": "kou"}, rules.NoReceiver),
        ("receiver", {"at": dt.time(23, 59)}, rules.NotYet),
    ],
)
def test_an_arrival_that_cannot_be_is_refused(confirmed: House, by, given, refusal):
    people = confirmed.people
    id = dispatched(confirmed, people, "kou", notice_body(confirmed, "kou"))
    person = people[1].drafter if by == "receiver" else people[0].manager
    with pytest.raises(refusal):
        arrived(confirmed, person, id, **given)


def test_a_side_corrects_its_own_record_with_a_reason_and_both_stay(confirmed: House):
    people = confirmed.people
    id = dispatched(confirmed, people, people.parties[0], notice_body(confirmed, people.parties[0]))
    arrived(confirmed, people[1].drafter, id)
    with pytest.raises(rules.CorrectionWithoutReason):
        arrived(confirmed, people[1].drafter, id)
    arrived(confirmed, people[1].drafter, id, reason="収受印の読み違い")
    with confirmed.read() as session:
        assert len(session.scalars(select(NoticeArrival)).all()) == 2


def test_attempts_to_deliver_are_the_senders_to_record(confirmed: House):
    people = confirmed.people
    id = dispatched(confirmed, people, people.parties[0], notice_body(confirmed, people.parties[0]))
    given: dict[str, Any] = {
        "receiver": people.parties[1],
        "tried_on": dt.date(2025, 10, 1),
        "means": "hand",
        "circumstances": "受付で受取りを断られた。",
    }
    with pytest.raises(rules.ForTheSenderAlone), confirmed.work(people[1].drafter.actor(confirmed)) as work:
        commands.record_attempt(work, id, **given)
    with confirmed.work(people[0].drafter.actor(confirmed)) as work:
        commands.record_attempt(work, id, **given, file=evidence(confirmed))
    assert notice_of(confirmed, id).standing == "", "an attempt is no arrival"
    assert "notice.delivery_attempted" in verbs(confirmed)


def test_a_receiver_registers_a_paper_of_which_the_sender_has_recorded_nothing(confirmed: House):
    people = confirmed.people
    received = Received(
        people.parties[1], "termination", planned_on=dt.date(2025, 12, 31), dated_on=dt.date(2025, 9, 29),
        signed_by="代表取締役　白石 遼", document_number="B-7",
    )  # fmt: skip
    id = registered(confirmed, people[0].drafter, received)
    notice = notice_of(confirmed, id)
    assert (notice.party, notice.registered_by) == (people.parties[1], people.parties[0])
    assert notice.standing == "timely" and mode_of(confirmed) is Mode.END_ANNOUNCED
    with pytest.raises(rules.OwnNotice):
        registered(confirmed, people[1].drafter, received)


# --- Taken back


def test_after_its_dispatch_it_is_withdrawn_only_with_every_partys_consent(confirmed: House):
    """articles.md 1.4."""
    people = confirmed.people
    id = dispatched(
        confirmed,
        people,
        people.parties[0],
        notice_body(confirmed, people.parties[0], planned_on="2025-12-31"),
    )
    arrived(confirmed, people[1].drafter, id)
    assert mode_of(confirmed) is Mode.END_ANNOUNCED
    reference = notice_of(confirmed, id).reference
    agreed_accord(confirmed, people, "withdrawal", notice=reference.lower())
    assert notice_of(confirmed, id).withdrawn_at is not None
    assert mode_of(confirmed) is Mode.IN_FORCE
    with pytest.raises(rules.NoticeWithdrawn):
        arrived(confirmed, people[1].drafter, id, reason="念のため")


def test_what_has_ended_is_not_brought_back_by_taking_the_notice_back(confirmed: House):
    people = confirmed.people
    id = dispatched(
        confirmed,
        people,
        people.parties[0],
        notice_body(confirmed, people.parties[0], planned_on="2025-12-31"),
    )
    arrived(confirmed, people[1].drafter, id)
    confirmed.clock.move(days=120)
    with pytest.raises(AgreementNotInForce):
        agreed_accord(confirmed, people, "withdrawal", notice=notice_of(confirmed, id).reference)


# --- Of a term


def test_a_confirmed_expiry_day_settles_what_was_to_be_checked(staffed: House):
    """R4-8: until the parties confirm, an arrival on the expiry day is to be checked; then only that day counts."""
    people = staffed.people
    dated = {"signed_on": "2024-10-01"}
    entered_dates(
        staffed, people, **dated
    )  # expires 1 October 2025, by the other counting 30 September: today
    id = dispatched(staffed, people, people.parties[0], non_renewal_body(staffed, people.parties[0], 1))
    arrived(staffed, people[1].drafter, id)
    assert notice_of(staffed, id).standing == "review" and end_of(staffed) is None
    agreed_accord(staffed, people, "expiry", term="1", expiry="2025-10-01")
    assert notice_of(staffed, id).standing == "timely"
    end = end_of(staffed)
    assert (end.cause, end.last_day) == (Cause.NON_RENEWAL, dt.date(2025, 10, 1))


def test_only_a_day_that_was_reckoned_can_be_confirmed(staffed: House):
    people = staffed.people
    entered_dates(staffed, people, signed_on="2024-10-01")
    with pytest.raises(rules.NotAReading):
        agreed_accord(staffed, people, "expiry", term="1", expiry="2025-10-02")
    agreed_accord(staffed, people, "expiry", term="1", expiry="2025-09-30")

    def terms() -> list[tuple[dt.date, dt.date]]:
        with staffed.read() as session:
            edition = agreement.edition(session)
            found = agreement.terms(edition, agreement.dates_now(session, edition), today_of(staffed))
        return [(one.start, one.expiry) for one in found]

    assert terms() == [
        (dt.date(2024, 10, 1), dt.date(2025, 9, 30)),
        (dt.date(2025, 10, 1), dt.date(2026, 9, 30)),
    ]
    agreed_accord(staffed, people, "expiry", term="1", expiry="2025-10-01")
    assert terms()[0] == (dt.date(2024, 10, 1), dt.date(2025, 10, 1)), "the parties may correct themselves"


def test_with_three_parties_the_latest_arrival_counts(agreement_of_three: House):
    house, people = agreement_of_three, agreement_of_three.people
    shi, daigaku, kaisha = people.parties
    body = notice_body(house, shi, planned_on="2026-01-06")
    id = dispatched(house, people, shi, body)
    arrived(house, people[daigaku].drafter, id)
    assert notice_of(house, id).standing == "", "one arrival is missing"
    house.clock.move(days=4)
    arrived(house, people[kaisha].drafter, id)
    notice = notice_of(house, id)
    with house.read() as session:
        days = sorted(session.scalars(select(NoticeArrival.arrived_on)))
    assert days == [dt.date(2025, 10, 1), dt.date(2025, 10, 5)]
    assert notice.standing == "timely"
    assert end_of(house).last_day == dt.date(2026, 1, 5), "it takes effect at the start of the planned date"
