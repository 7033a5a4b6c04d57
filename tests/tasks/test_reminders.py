"""What has fallen due is told once, to whom it concerns, however long nobody looked (R2-6, R4-5, R6.2-6; rows 103, 104)."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.activities.proposal import PROPOSAL
from portal.agreement import queries as agreement
from portal.agreement.commands import announce_end
from portal.agreement.life import Cause
from portal.consent import commands
from portal.consent.models import Document
from portal.doubts.events import DoubtLongOpen
from portal.handback.events import HandbackOpen, SecrecyEnding
from portal.history.models import Entry, Message
from portal.history.seal import skeleton_of
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import Subject
from portal.kernel.periods import survival_end
from portal.publicity.item import PUBLICITY
from portal.tasks.events import (
    AgreementEnding,
    AnswerAwaited,
    ConfirmationAwaited,
    EmbargoEnding,
    EndNotRecorded,
    IntentionAwaited,
    ParticularsUnsettled,
    PlannedOnClosedDay,
    PublicationAwaited,
    PublicationAwaitedNow,
    StartNotRecorded,
    TermExpiring,
    TermRenewing,
)
from portal.tasks.models import JobRun
from portal.tasks.reminders import Reminder, remind
from portal.term.commands import say_intention
from portal.term.reckoning import reckoned
from tests.makers.activities import (
    agreed_activity,
    consented,
    dated_agreement,
    edition_of,
    revised,
    tabled_particulars,
    tabled_proposal,
)
from tests.makers.doubts import agreed_answer, raised
from tests.makers.handback import acknowledged, carried_out, recorded
from tests.makers.handback import confirmed as received
from tests.makers.publicity import agreed_item, publicity_body, tabled_item
from tests.tasks.planned import plan


def look(house):
    """How much was told now."""
    return remind(house.works, house.app.extensions["falling_due"])


def at(house, day, hour=7, minute=0):
    """The clock stands at this moment by the clocks of Japan."""
    house.clock.set(dt.datetime.combine(day, dt.time(hour, minute), JAPAN))


def told(house, *events):
    """What was told of these, the oldest first: the facts of each, and which parties have the message."""
    with house.read() as session:
        entries = session.scalars(
            select(Entry).where(Entry.verb.in_([event.verb for event in events])).order_by(Entry.number)
        ).all()
        return [
            (
                skeleton_of(entry)["facts"],
                sorted(
                    session.scalars(
                        select(Message.party).where(
                            Message.chain == entry.chain, Message.number == entry.number
                        )
                    )
                ),
            )
            for entry in entries
        ]


# --- What was planned and is not recorded (R2-6) -----------------------------------------------------------------


def overdue(house):
    with house.read() as session:
        verbs = (StartNotRecorded.verb, EndNotRecorded.verb)
        return [
            (entry.verb, entry.subject_id, entry.party, entry.activity_id)
            for entry in session.scalars(select(Entry).where(Entry.verb.in_(verbs)).order_by(Entry.number))
        ]


@pytest.fixture
def today(house):
    return day_in_japan(house.clock.now())


@pytest.fixture
def planned(house):
    with house.read() as session:
        party = list(agreement.parties_now(session))[0]

    def add(number, **days):
        return plan(house.app.engines, number, party=party, at=house.clock.now(), **days)

    return add


def test_a_planned_start_that_passed_unrecorded_is_told_once(house, planned, today):
    id = planned(1, start=today)
    assert look(house) == 0
    house.clock.move(days=1)
    assert look(house) == 1
    house.clock.move(days=1)
    assert look(house) == 0
    assert overdue(house) == [(StartNotRecorded.verb, id, None, id)]


def test_every_party_gets_the_message(house, planned, today):
    """Both sides see it on home."""
    planned(1, start=today - dt.timedelta(days=1))
    look(house)
    with house.read() as session:
        messages = session.execute(select(Message.party, func.count()).group_by(Message.party)).all()
        assert sorted(messages) == sorted((party, 1) for party in agreement.parties_now(session))


def test_an_activity_running_beyond_its_planned_end_is_told_once(house, planned, today):
    id = planned(1, start=today - dt.timedelta(days=9), end=today, state="running")
    assert look(house) == 0
    house.clock.move(days=1)
    assert look(house) == 1
    assert look(house) == 0
    assert overdue(house) == [(EndNotRecorded.verb, id, None, id)]


@pytest.mark.parametrize("state", ["completed", "cancelled", "suspended", "withdrawn"])
def test_what_is_over_or_suspended_is_not_overdue(house, planned, today, state):
    planned(1, start=today - dt.timedelta(days=9), end=today - dt.timedelta(days=1), state=state)
    assert look(house) == 0


def test_forty_days_of_downtime_lose_nothing(house, planned, today):
    """Row 103."""
    for number in range(1, 41):
        planned(number, start=today + dt.timedelta(days=number - 1))
    house.clock.move(days=40)
    assert look(house) == 40
    assert look(house) == 0


def test_before_founding_nothing_is_due(unfounded):
    assert look(unfounded) == 0


# --- Who is waited for (R2-6) ------------------------------------------------------------------------------------


def test_a_side_that_is_waited_for_is_reminded_after_ten_business_days_and_alone(dated):
    """R2-6: tabled on Wednesday 1 October 2025; Monday 13 October is a holiday, so the tenth is Thursday the 16th."""
    people = dated.people
    document = tabled_proposal(dated, people)
    at(dated, dt.date(2025, 10, 16), 6, 59)
    assert look(dated) == 0
    at(dated, dt.date(2025, 10, 16))
    assert look(dated) == 1
    [(facts, parties)] = told(dated, AnswerAwaited)
    assert facts["waiting"] == sorted(people.parties) and parties == sorted(people.parties)
    assert (facts["days"], facts["since"], facts["number"]) == (10, "2025-10-01", 1)
    consented(dated, people[0].officer, PROPOSAL, document)
    at(dated, dt.date(2025, 10, 30))
    assert look(dated) == 1
    assert told(dated, AnswerAwaited)[1:] == [
        (told(dated, AnswerAwaited)[1][0] | {"waiting": [people[1].party]}, [people[1].party])
    ]


def test_each_side_is_reminded_from_its_own_turn_on(sqlite_dated):
    """R2-6: who withdrew a consent has its own ten days; who was waited for before goes on being so."""
    house, people = sqlite_dated, sqlite_dated.people
    document = tabled_proposal(house, people)
    consented(house, people[0].officer, PROPOSAL, document)
    at(house, dt.date(2025, 10, 15), 12)
    with house.work(people[0].officer.actor(house)) as work:
        paper = commands.document_of(work, PROPOSAL, document)
        commands.withdraw_consent(work, PROPOSAL, paper, seen=paper.digest, reason="再検討のため")
    at(house, dt.date(2025, 10, 16))
    look(house)
    [(facts, parties)] = told(house, AnswerAwaited)
    assert (facts["days"], facts["since"], parties) == (10, "2025-10-01", [people[1].party])
    at(house, dt.date(2025, 10, 30))
    look(house)
    found = {tuple(parties): (facts["days"], facts["since"]) for facts, parties in told(house, AnswerAwaited)[1:]}
    assert found == {
        (people[0].party,): (10, "2025-10-15"),
        (people[1].party,): (20, "2025-10-01"),
    }


def test_after_a_year_the_side_has_been_reminded_five_times_and_the_request_still_waits(sqlite_dated):
    """After 10, 20, 40, 80, 160 business days; silence decides nothing."""
    document = tabled_proposal(sqlite_dated, sqlite_dated.people)
    day = dt.date(2025, 10, 1)
    for _ in range(366):
        day += dt.timedelta(days=1)
        at(sqlite_dated, day, 9)
        look(sqlite_dated)
    assert [facts["days"] for facts, _ in told(sqlite_dated, AnswerAwaited)] == [10, 20, 40, 80, 160]
    with sqlite_dated.read() as session:
        assert session.get_one(Document, document).standing == "open"


def test_of_what_fell_due_while_nobody_looked_only_the_last_is_told(sqlite_dated):
    """Row 103: a year's sleep is one message."""
    tabled_proposal(sqlite_dated, sqlite_dated.people)
    at(sqlite_dated, dt.date(2026, 10, 1), 9)
    look(sqlite_dated)
    assert [facts["days"] for facts, _ in told(sqlite_dated, AnswerAwaited)] == [160]
    assert look(sqlite_dated) == 0
    assert len(told(sqlite_dated, TermRenewing)) == 0  # the first term ended on 10 September


def test_the_agreement_of_three_reminds_after_its_own_number_of_days(agreement_of_three):
    """The number is data: five business days in the second agreement's settings; whoever has consented is left alone."""
    house = agreement_of_three
    document = tabled_proposal(house, house.people)
    consented(house, house.people[1].officer, PROPOSAL, document)
    at(house, dt.date(2025, 10, 8))
    look(house)
    [(facts, parties)] = told(house, AnswerAwaited)
    waiting = sorted({side.party for side in house.people.sides} - {house.people[1].party})
    assert (facts["days"], facts["waiting"], parties) == (5, waiting, waiting)


def test_a_record_of_a_consultation_waits_for_its_confirmation(sqlite_dated):
    people = sqlite_dated.people
    document = tabled_proposal(sqlite_dated, people)
    with sqlite_dated.work(people[0].drafter.actor(sqlite_dated)) as work:
        held = commands.document_of(work, PROPOSAL, document)
        commands.consult(
            work, PROPOSAL, held, held_on=dt.date(2025, 10, 1), medium="meeting", participants="双方",
            summary="話した", decisions="",
        )  # fmt: skip
    at(sqlite_dated, dt.date(2025, 10, 16))
    look(sqlite_dated)
    [(facts, parties)] = told(sqlite_dated, ConfirmationAwaited)
    assert parties == [people[1].party] and facts["held_on"] == "2025-10-01"


# --- Particulars (R2-6) ------------------------------------------------------------------------------------------


def test_a_start_within_thirty_days_without_agreed_particulars_is_told(sqlite_dated):
    """R2-6: planned for Monday 1 December 2025; thirty days before is Saturday, so on Friday 31 October."""
    people = sqlite_dated.people
    activity = agreed_activity(sqlite_dated, people)
    tabled_particulars(sqlite_dated, people, activity, timing_kind="day", day="2025-12-01", start="", end="")
    at(sqlite_dated, dt.date(2025, 10, 30), 23)
    look(sqlite_dated)
    assert told(sqlite_dated, ParticularsUnsettled) == []
    at(sqlite_dated, dt.date(2025, 10, 31))
    look(sqlite_dated)
    [(facts, parties)] = told(sqlite_dated, ParticularsUnsettled)
    assert facts["planned_on"] == "2025-12-01" and parties == sorted(people.parties)


# --- The term (R4-5) ---------------------------------------------------------------------------------------------


def test_the_last_day_of_a_term_is_told_at_90_60_30_14_7_3_and_1_days(sqlite_dated):
    """R4-5: the term ends on Thursday 10 September 2026; a step on a closed day is told on the business day before it."""
    day, seen = dt.date(2026, 6, 1), []
    while day <= dt.date(2026, 9, 20):
        at(sqlite_dated, day, 7)
        before = len(told(sqlite_dated, TermRenewing))
        look(sqlite_dated)
        if len(told(sqlite_dated, TermRenewing)) > before:
            seen.append(day)
        day += dt.timedelta(days=1)
    assert seen == [
        dt.date(2026, 6, 12),
        dt.date(2026, 7, 10),
        dt.date(2026, 8, 10),
        dt.date(2026, 8, 27),
        dt.date(2026, 9, 3),
        dt.date(2026, 9, 7),
        dt.date(2026, 9, 9),
    ]
    found = told(sqlite_dated, TermRenewing)
    assert {facts["expiry"] for facts, _ in found} == {"2026-09-10"}
    assert [facts["days"] for facts, _ in found] == [(dt.date(2026, 9, 10) - day).days for day in seen]
    assert all(parties == sorted(sqlite_dated.people.parties) for _, parties in found)
    assert all(day.weekday() < 5 for day in seen)


def test_the_words_of_the_term_are_neutral(sqlite_dated):
    """R4-5: 更新しない場合は…; nobody is told to do anything."""
    assert "更新しない場合は" in TermRenewing.trail and "ください" not in TermRenewing.trail
    assert "ください" not in TermExpiring.trail


def test_a_term_that_does_not_renew_by_itself_says_so(agreement_of_three):
    house = agreement_of_three
    with house.read() as session:
        edition = agreement.edition(session)
        running = reckoned(edition, agreement.dates_now(session, edition), dt.date(2025, 10, 1)).running
    assert running
    at(house, running.term.expiry - dt.timedelta(days=3), 12)
    look(house)
    assert len(told(house, TermExpiring if not edition.renewal.automatic else TermRenewing)) == 1


def ended(house, last_day):
    """An end of the agreement stands announced."""
    with house.work() as work:
        announce_end(
            work, cause=Cause.NON_RENEWAL, last_day=last_day, measures_apply=True, source=Subject("notice", "n")
        )


def test_once_an_end_is_announced_its_last_day_is_told_and_no_renewal(sqlite_dated):
    """The term would run to 10 September 2026; the end that was announced comes on Friday 31 July."""
    house, last_day = sqlite_dated, dt.date(2026, 7, 31)
    ended(house, last_day)
    seen, day = [], dt.date(2026, 4, 1)
    while day <= dt.date(2026, 8, 20):
        at(house, day, 9)
        before = len(told(house, AgreementEnding))
        look(house)
        if len(told(house, AgreementEnding)) > before:
            seen.append(day)
        day += dt.timedelta(days=1)
    assert seen == [
        dt.date(2026, 5, 1),
        dt.date(2026, 6, 1),
        dt.date(2026, 7, 1),
        dt.date(2026, 7, 17),
        dt.date(2026, 7, 24),
        dt.date(2026, 7, 28),
        dt.date(2026, 7, 30),
    ]
    found = told(house, AgreementEnding)
    assert [facts["days"] for facts, _ in found] == [(last_day - day).days for day in seen]
    assert all(parties == sorted(house.people.parties) for _, parties in found)
    assert told(house, TermRenewing, TermExpiring) == []


def test_what_would_come_after_the_end_is_not_reminded_of(sqlite_dated):
    """R5-5: starts, publications and embargoes after the last day in force stop with the agreement."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    tabled_particulars(house, people, activity, timing_kind="day", day="2025-12-01", start="", end="")
    agreed_item(house, people, **OPENS)
    tabled_item(house, people, **OPENS)
    ended(house, dt.date(2025, 10, 23))
    for day in range(8, 25):
        at(house, dt.date(2025, 10, day), 14)
        look(house)
    at(house, dt.date(2025, 10, 31), 9)
    look(house)
    assert told(house, PublicationAwaited, PublicationAwaitedNow, EmbargoEnding, ParticularsUnsettled) == []


def test_without_a_date_of_the_agreement_nothing_is_reminded_of_its_term(sqlite_staffed):
    at(sqlite_staffed, dt.date(2030, 1, 7))
    look(sqlite_staffed)
    assert told(sqlite_staffed, TermRenewing, TermExpiring) == []


def test_dates_confirmed_late_bring_the_step_that_counts_and_no_other(sqlite_staffed):
    """Confirmed twenty days before the last day: one message, not three."""
    at(sqlite_staffed, dt.date(2026, 8, 21), 12)
    dated_agreement(sqlite_staffed, sqlite_staffed.people)
    look(sqlite_staffed)
    [(facts, _)] = told(sqlite_staffed, TermRenewing)
    assert facts["days"] == 20


# --- Publications (R6.2-6) ---------------------------------------------------------------------------------------

OPENS: dict[str, Any] = {"day": "2025-10-24", "time": "14:00"}
"""Friday 24 October 2025."""


def test_a_publication_that_waits_is_told_10_5_3_1_business_days_and_2_hours_before(sqlite_dated):
    """R6.2-6: Friday 24 October: ten business days before is Thursday the 9th, for the 13th is a holiday."""
    people = sqlite_dated.people
    item = tabled_item(sqlite_dated, people, **OPENS)
    seen, moment = [], dt.datetime(2025, 10, 1, 13, tzinfo=JAPAN)
    while moment < dt.datetime(2025, 10, 24, 15, tzinfo=JAPAN):
        moment += dt.timedelta(hours=1)
        sqlite_dated.clock.set(moment)
        before = len(told(sqlite_dated, PublicationAwaited, PublicationAwaitedNow))
        look(sqlite_dated)
        if len(told(sqlite_dated, PublicationAwaited, PublicationAwaitedNow)) > before:
            seen.append((moment.day, moment.hour))
        if moment.day == 16 and moment.hour == 12:
            consented(sqlite_dated, people[0].officer, PUBLICITY, item)
    assert seen == [(9, 7), (17, 7), (21, 7), (23, 7), (24, 12)]
    found = told(sqlite_dated, PublicationAwaited, PublicationAwaitedNow)
    both, other = sorted(people.parties), [people[1].party]
    assert [parties for _, parties in found] == [both, other, other, other, other]


def test_the_last_reminder_before_a_publication_is_mandatory_and_the_others_are_not():
    assert PublicationAwaitedNow.is_mandatory and not PublicationAwaited.is_mandatory


def test_what_is_agreed_is_not_waited_for_and_its_embargo_is_told_two_days_before(sqlite_dated):
    people = sqlite_dated.people
    agreed_item(sqlite_dated, people, **OPENS)
    at(sqlite_dated, dt.date(2025, 10, 22), 13, 59)
    look(sqlite_dated)
    assert told(sqlite_dated, PublicationAwaited, EmbargoEnding) == []
    at(sqlite_dated, dt.date(2025, 10, 22), 14)
    look(sqlite_dated)
    [(facts, parties)] = told(sqlite_dated, EmbargoEnding)
    assert facts["opens_at"] == "2025-10-24 14:00" and parties == sorted(people.parties)


def test_a_time_that_moves_is_told_anew(sqlite_dated):
    people = sqlite_dated.people
    item = tabled_item(sqlite_dated, people, **OPENS)
    at(sqlite_dated, dt.date(2025, 10, 9), 8)
    look(sqlite_dated)
    later = publicity_body(edition_of(sqlite_dated), day="2025-11-07", time="10:00")
    revised(sqlite_dated, people[0].drafter, PUBLICITY, item, later)
    at(sqlite_dated, dt.date(2025, 10, 23), 8)
    look(sqlite_dated)
    found = told(sqlite_dated, PublicationAwaited)
    assert [(facts["opens_at"], facts["days"]) for facts, _ in found] == [
        ("2025-10-24 14:00", 10),
        ("2025-11-07 10:00", 10),
    ]


def test_a_publication_tabled_a_day_before_its_time_is_not_reminded_of_what_has_passed(sqlite_dated):
    at(sqlite_dated, dt.date(2025, 10, 23), 12)
    tabled_item(sqlite_dated, sqlite_dated.people, **OPENS)
    look(sqlite_dated)
    assert told(sqlite_dated, PublicationAwaited) == []
    at(sqlite_dated, dt.date(2025, 10, 24), 12)
    look(sqlite_dated)
    assert len(told(sqlite_dated, PublicationAwaitedNow)) == 1


def test_a_time_on_a_closed_day_is_told_once_when_it_is_tabled(sqlite_dated):
    tabled_item(sqlite_dated, sqlite_dated.people, day="2025-10-25", time="14:00")
    look(sqlite_dated)
    look(sqlite_dated)
    [(facts, parties)] = told(sqlite_dated, PlannedOnClosedDay)
    assert facts["opens_at"] == "2025-10-25 14:00" and parties == sorted(sqlite_dated.people.parties)


# --- Sleep (row 103) -----------------------------------------------------------------------------------------------


def test_ten_minutes_and_forty_days_of_sleep_lose_nothing_and_tell_nothing_twice(sqlite_dated):
    """Row 103: as many messages as if somebody had looked every minute, but for steps that were overtaken."""
    people = sqlite_dated.people
    tabled_proposal(sqlite_dated, people)
    tabled_item(sqlite_dated, people, **OPENS)
    at(sqlite_dated, dt.date(2025, 10, 9), 6, 55)
    assert look(sqlite_dated) == 0
    sqlite_dated.clock.move(minutes=10)
    assert look(sqlite_dated) == 1
    sqlite_dated.clock.move(days=40)
    look(sqlite_dated)
    assert [facts["days"] for facts, _ in told(sqlite_dated, AnswerAwaited)] == [20, 20]
    assert len(told(sqlite_dated, PublicationAwaited)) == 1
    assert look(sqlite_dated) == 0


# --- Intentions, the ledger, doubts (R4-5, R5-4, R9-2) --------------------------------------------------------------


def test_who_has_said_nothing_of_the_time_after_the_term_is_asked_once(sqlite_dated):
    """R4-5: from 60 days before, on a day on which work is done; who has said something is not asked."""
    kou, otsu = sqlite_dated.people.sides
    asked_from = expiry_of(sqlite_dated) - dt.timedelta(days=60)
    assert asked_from.weekday() == 6  # a Sunday
    at(sqlite_dated, asked_from, 9)
    with sqlite_dated.work(kou.manager.actor(sqlite_dated)) as work:
        say_intention(work, says="continue")
    look(sqlite_dated)
    assert told(sqlite_dated, IntentionAwaited) == []
    at(sqlite_dated, asked_from + dt.timedelta(days=1))
    look(sqlite_dated)
    ((facts, parties),) = told(sqlite_dated, IntentionAwaited)
    assert (facts["number"], facts["days"], parties) == (1, 59, [otsu.party])
    at(sqlite_dated, asked_from + dt.timedelta(days=20))
    look(sqlite_dated)
    assert len(told(sqlite_dated, IntentionAwaited)) == 1


def test_what_is_not_handed_back_is_told_to_those_who_have_to_see_to_it(sqlite_dated):
    """R5-4: on the target day, then every week; nothing once all of it is settled."""
    kou, otsu = sqlite_dated.people.sides
    row = recorded(sqlite_dated, kou.drafter, otsu.party)
    last_day = expiry_of(sqlite_dated)
    ended(sqlite_dated, last_day)
    at(sqlite_dated, last_day + dt.timedelta(days=29))
    look(sqlite_dated)
    assert told(sqlite_dated, HandbackOpen) == []
    at(sqlite_dated, last_day + dt.timedelta(days=30))
    look(sqlite_dated)
    target = (last_day + dt.timedelta(days=30)).isoformat()
    found = told(sqlite_dated, HandbackOpen)
    assert [(facts["what"], facts["on"], facts["open"]) for facts, _ in found] == [("target", target, 1)] * 2
    assert sorted(parties for _, parties in found) == sorted([[kou.party], [otsu.party]])
    with sqlite_dated.read() as session:
        subject = session.scalars(select(Entry).where(Entry.verb == HandbackOpen.verb)).first()
        assert (subject.subject_kind, subject.subject_id) == ("handback", "open")
    carried_out(sqlite_dated, otsu.officer, "return", row)
    acknowledged(sqlite_dated, kou.officer, row)
    at(sqlite_dated, last_day + dt.timedelta(days=60))
    look(sqlite_dated)
    assert len(told(sqlite_dated, HandbackOpen)) == 2


def test_before_a_secret_is_kept_no_longer_its_discloser_is_told(sqlite_dated):
    """R7-3: ninety and thirty days before, to who disclosed it alone, by its number; nothing of what is no secret."""
    kou, otsu = sqlite_dated.people.sides
    secret = recorded(sqlite_dated, kou.drafter, otsu.party, marking="marked", title="窓口の名")
    plain = recorded(sqlite_dated, kou.drafter, otsu.party, marking="open")
    received(sqlite_dated, otsu.drafter, secret, plain, on=dt.date(2025, 10, 1))
    until = dt.date(2030, 10, 1)
    at(sqlite_dated, until - dt.timedelta(days=91))
    look(sqlite_dated)
    assert told(sqlite_dated, SecrecyEnding) == []
    for days, times in ((90, 1), (31, 1), (30, 2), (0, 2), (-1, 2)):
        at(sqlite_dated, until - dt.timedelta(days=days))
        look(sqlite_dated)
        found = told(sqlite_dated, SecrecyEnding)
        assert [(facts["reference"], facts["until"], parties) for facts, parties in found] == [
            (secret.reference, until.isoformat(), [kou.party])
        ] * times, days
    assert [facts["days"] for facts, _ in found] == [90, 30]


def test_what_was_settled_of_the_duty_moves_the_day_that_its_discloser_is_told_of(sqlite_dated):
    """R7-2, R7-3: where the parties have settled that what survives the end counts, that day is the last."""
    people, (kou, otsu) = sqlite_dated.people, sqlite_dated.people.sides
    agreed_answer(sqlite_dated, people, raised(sqlite_dated, people), settles="duty_and_survival:survival")
    secret = recorded(sqlite_dated, kou.drafter, otsu.party, marking="marked")
    received(sqlite_dated, otsu.drafter, secret, on=dt.date(2025, 10, 1))
    last_day = expiry_of(sqlite_dated)
    ended(sqlite_dated, last_day)
    survives = survival_end(last_day)
    at(sqlite_dated, survives - dt.timedelta(days=30))
    look(sqlite_dated)
    assert [facts["until"] for facts, _ in told(sqlite_dated, SecrecyEnding)] == [survives.isoformat()]


def test_a_doubt_open_for_long_is_told_to_all_once(sqlite_dated):
    """R9-2: longer than thirty days."""
    raised(sqlite_dated, sqlite_dated.people)
    sqlite_dated.clock.move(days=30)
    look(sqlite_dated)
    assert told(sqlite_dated, DoubtLongOpen) == []
    sqlite_dated.clock.move(hours=1)
    look(sqlite_dated)
    ((facts, parties),) = told(sqlite_dated, DoubtLongOpen)
    assert facts["days"] == 30
    assert parties == sorted(side.party for side in sqlite_dated.people.sides)
    sqlite_dated.clock.move(days=30)
    look(sqlite_dated)
    assert len(told(sqlite_dated, DoubtLongOpen)) == 1


def expiry_of(house):
    """The last day of the first term."""
    with house.read() as session:
        edition = agreement.edition(session)
        return agreement.terms(edition, agreement.dates_now(session, edition), day_in_japan(house.clock.now()))[0].expiry


# --- The hooks -----------------------------------------------------------------------------------------------------


def test_a_package_to_come_plugs_in_by_a_function(sqlite_staffed):
    """R5-4, R9-2: a day, a moment, a series of steps; each told once."""
    event = EndNotRecorded(
        about=Subject("activity", "x"), reference="ACT-9", planned_on="2025-10-01", title="試し"
    )
    now = sqlite_staffed.clock.now()

    def mine(_session, situation):
        yield Reminder(series="return 1", step="30", due=situation.today, event=event)
        yield Reminder(series="return 1", step="37", due=situation.today + dt.timedelta(days=7), event=event)
        yield Reminder(series="moment 1", due=now + dt.timedelta(hours=1), event=event)

    assert remind(sqlite_staffed.works, [mine]) == 1
    assert remind(sqlite_staffed.works, [mine]) == 0
    sqlite_staffed.clock.move(hours=1)
    assert remind(sqlite_staffed.works, [mine]) == 1
    with sqlite_staffed.read() as session:
        keys = session.scalars(select(JobRun.due_key).where(JobRun.job == "remind")).all()
    assert sorted(keys) == ["moment 1", "return 1 30"]
