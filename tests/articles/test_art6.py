"""Nothing is made public before every party has agreed to exactly it (R6.1-*, R6.2-*; S1, S4, S12; rows 24, 41-48)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import select

from portal.agreement import queries as agreement
from portal.consent import commands as consent
from portal.consent.body import Form
from portal.consent.commands import AgreementNotInForce
from portal.consent.models import Document, Revision
from portal.consent.rules import AgreedAlready, Capacity, RevisionHasMoved
from portal.history.models import Entry, Message
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.publicity import beside, commands, queries, rules, tabling
from portal.publicity.item import PUBLICITY, VOLUNTARY, PublicityBody
from portal.publicity.models import EmbargoedCopy, Publication, PublicityItem, PublicityRecord
from portal.publicity.sorts import Relation
from portal.publicity.states import State
from tests.conftest import House
from tests.makers.activities import agreed, consented, drafted, edition_of, replaced, revised, tabled
from tests.makers.publicity import OPENS, agreed_item, japan, publicity_body, published, reported, tabled_item


def item_of(house: House, id: str) -> PublicityItem:
    with house.read() as session:
        return session.get_one(PublicityItem, id)


def document_of(house: House, id: str) -> Document:
    with house.read() as session:
        return session.get_one(Document, id)


def state_of(house: House, id: str) -> State:
    reader, now = house.people[0].reader.actor(house), house.clock.now()
    with house.read() as session:
        in_force = queries.is_in_force(
            session, agreement.edition(session), now.astimezone(OPENS.tzinfo).date()
        )
        row = queries.row(session, reader, id)
        state = queries.state_of(row, now, in_force=in_force)
        found = queries.register(session, reader, queries.Filters(state=state), now, in_force=in_force)
        assert id in {one.id for one in found}, "the list's own filter says the same"
    return state


def verbs(house: House) -> list[str]:
    with house.read() as session:
        return list(session.scalars(select(Entry.verb).where(Entry.chain == "joint").order_by(Entry.number)))


def end_the_agreement(house: House) -> None:
    """The clock stands after the last day of an agreement of three parties with one term."""
    with house.read() as session:
        edition = agreement.edition(session)
        dates = agreement.dates_now(session, edition)
        last = agreement.terms(edition, dates, house.clock.now().date())[-1].expiry
    house.clock.set(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(9), OPENS.tzinfo))


# --- One revision, one digest over everything


def otherwise(body: PublicityBody, name: str, form: Form) -> PublicityBody:
    """The same words, but for the one field."""
    value: Any = {
        Form.CHOICE: {"about": "agreement", "sort": "web", "relation": "correction", "timing_kind": "window", "zone": "UTC",
                      "embargo": "no", "in_order": "yes"}.get(name),
        Form.DAY: "2025-10-11",
        Form.WRITINGS: (*body.outputs, ("social.en", "Now on trial")),
    }.get(form)  # fmt: skip
    if value is None and form is Form.ROWS:
        rows = {"channels": ("social", "kou", "X", "", "", ""), "quotes": ("課長", "はい。", "広報課")}
        value = (*getattr(body, name), rows.get(name, ("kou", "別の言葉")))
    changed: Any = "10:30" if name.endswith("time") else value or "別の言葉"
    return dataclasses.replace(body, **{name: changed})


@pytest.mark.parametrize(("field", "form"), [(name, form) for name, _, form in PublicityBody.parts()])
def test_whatever_changes_makes_another_digest_and_an_unchanged_save_makes_none(
    sqlite_dated: House, field: str, form: Form
):
    """Row 24; excellent 3.3; R6.2-2: content, timing, method and all the rest, field by field."""
    house, people = sqlite_dated, sqlite_dated.people
    body = publicity_body(edition_of(house))
    id = drafted(house, people[0].drafter, PUBLICITY, body)
    tabled(house, people[0].drafter, PUBLICITY, id)
    with house.work(people[0].drafter.actor(house)) as work:
        document = consent.document_of(work, PUBLICITY, id)
        draft = consent.save(work, PUBLICITY, document, body, saves=0)
        assert draft.saves == 0, "nothing was changed, so nothing is kept"
        before = consent.latest(work, document)
        draft = consent.own_draft(work, document) or consent._open_draft(work, PUBLICITY, document, "kou")
        made = consent._revision(work, PUBLICITY, document, draft, otherwise(body, field, form), [], "")
        same = consent._revision(work, PUBLICITY, document, draft, body, [], "")
        assert made.content != before.content and made.digest != same.digest
        assert same.content == before.content


def test_moving_the_release_by_ten_minutes_voids_both_consents(dated: House):
    """Excellent 2.2; S3, S4 (a); finding 5: every earlier consent lapses, an old screen consents to nothing."""
    house, people = dated, dated.people
    id = tabled_item(house, people)
    seen = document_of(house, id).digest
    consented(house, people[1].officer, PUBLICITY, id)
    revised(house, people[1].drafter, PUBLICITY, id, publicity_body(edition_of(house), time="14:10"))
    assert document_of(house, id).standing == "open"
    assert "consent.lapsed" in verbs(house)
    with house.work(people[0].officer.actor(house)) as work, pytest.raises(RevisionHasMoved):
        decision = consent.Decision("企戦第1号", Capacity.DECISION)
        consent.consent(
            work, PUBLICITY, consent.document_of(work, PUBLICITY, id), seen=seen, decision=decision
        )
    agreed(house, people, PUBLICITY, id)
    assert item_of(house, id).opens_at == japan(10, 14, 10)


# --- Nothing before every consent and the agreed time


def test_nothing_goes_out_before_every_consent_the_time_and_without_a_hold(dated: House):
    """R6.2-3; I8; rows 41, 44; S1.4: with the time that is left; nothing is recorded by a refusal."""
    house, people = dated, dated.people
    id = tabled_item(house, people)
    before = len(verbs(house))
    house.clock.set(OPENS)
    with pytest.raises(rules.NotAgreedByAll):
        published(house, people[0].press, id)
    house.clock.set(OPENS)
    agreed(house, people, PUBLICITY, id)
    assert state_of(house, id) is State.READY
    with house.work(people[1].press.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="数字を確かめるため")
    assert state_of(house, id) is State.HELD
    with pytest.raises(rules.IsHeld):
        published(house, people[0].press, id, at=house.clock.now())
    with house.read() as session:
        assert session.scalars(select(Publication)).all() == []
    assert "publicity.published" not in verbs(house)[before:]


def test_before_the_agreed_time_it_says_how_long_is_left(dated: House):
    """S1.4; row 41: one millisecond before it is refused, at the time it is not; no job has run."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS - dt.timedelta(minutes=61))
    with pytest.raises(rules.TooEarly) as refused:
        published(house, people[0].press, id)
    left: Any = refused.value.facts["left"]
    assert left.facts == {"hours": 1, "minutes": 1}
    assert state_of(house, id) is State.WAITING
    house.clock.set(OPENS - dt.timedelta(milliseconds=1))
    with pytest.raises(RuleBroken):
        published(house, people[0].press, id)
    house.clock.set(OPENS)
    published(house, people[0].press, id)
    assert state_of(house, id) is State.PARTLY_PUBLISHED


def test_each_channel_is_recorded_by_its_publisher_and_all_of_them_make_it_published(dated: House):
    """Decision 27; R6.2-7; row 46: 一部公表, then 公表済; the other side is told."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS + dt.timedelta(minutes=102))
    with pytest.raises(rules.NotThePublisher):
        published(house, people[0].press, id, 2)
    with pytest.raises(rules.NoSuchChannel):
        published(house, people[0].press, id, 3)
    published(house, people[0].press, id, 1, url="")
    published(house, people[1].press, id, 2, at=OPENS + dt.timedelta(minutes=102), is_agreed_text=False,
              final_text="試行を始めました（otsu）。", place="News Center Japan")  # fmt: skip
    assert state_of(house, id) is State.PUBLISHED
    with house.read() as session:
        first, second = session.scalars(select(Publication).order_by(Publication.channel))
        assert queries.differences_of(first) == []
        assert [what for what, _ in queries.differences_of(second)] == ["later", "place", "text"]
        told = set(session.scalars(select(Message.party).join(
            Entry, (Entry.chain == Message.chain) & (Entry.number == Message.number)
        ).where(Entry.verb == "publicity.published")))  # fmt: skip
        assert told == set(people.parties)
    with pytest.raises(rules.PublishedAlready):
        published(house, people[0].press, id, 1)
    assert verbs(house)[-1] == "publicity.completed"


def test_who_may_publish_is_said_in_the_policy(dated: House):
    """Practice 3.6: the press officer records, the drafter does not."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)
    for person in (people[0].drafter, people[0].reader, people[0].manager, people[0].custodian):
        with pytest.raises(NotAllowed):
            published(house, person, id)
    published(house, people[0].officer, id, url="")


# --- Windows, events, lapse


def test_inside_an_agreed_window_a_late_event_changes_nothing_and_outside_it_the_consents_are_spent(
    dated: House,
):
    """S4 (b), (c); decision 27."""
    house, people = dated, dated.people
    changes = {"timing_kind": "after_event", "event": "基調講演", "day": "", "time": "", "until_day": "2025-10-10",
               "timing_words": "10月10日の基調講演終了後、同日中"}  # fmt: skip
    id = agreed_item(house, people, **changes)
    house.clock.set(japan(10, 15, 30))
    assert state_of(house, id) is State.WAITING_FOR_EVENT
    with pytest.raises(rules.EventNotOver):
        published(house, people[0].press, id, at=japan(10, 15, 30))
    with house.work(people[1].press.actor(house)) as work, pytest.raises(rules.NotYet):
        commands.end_event(work, id, ended_at=japan(10, 15, 40))
    house.clock.set(japan(10, 15, 45))
    with house.work(people[1].press.actor(house)) as work:
        commands.end_event(work, id, ended_at=japan(10, 15, 40))
    with house.work(people[1].press.actor(house)) as work, pytest.raises(rules.EventOverAlready):
        commands.end_event(work, id, ended_at=japan(10, 15, 41))
    with pytest.raises(rules.TooEarly):
        published(house, people[0].press, id, at=japan(10, 15, 39))
    published(house, people[0].press, id, at=japan(10, 15, 42), url="")
    with house.read() as session:
        assert queries.differences_of(session.scalars(select(Publication)).one()) == []
    slipped = agreed_item(house, people, **changes)
    house.clock.set(japan(11, 0))
    assert state_of(house, slipped) is State.LAPSED
    with house.work(people[1].press.actor(house)) as work:
        commands.end_event(work, slipped, ended_at=japan(11, 0))
    with pytest.raises(rules.TooLate):
        published(house, people[0].press, slipped, at=japan(11, 0))
    again = replaced(
        house, people[0].drafter, PUBLICITY, slipped, publicity_body(edition_of(house), day="2025-10-12")
    )
    agreed(house, people, PUBLICITY, again)
    assert state_of(house, again) is State.WAITING and state_of(house, slipped) is State.REPLACED


def test_what_appeared_during_a_hold_or_before_the_agreement_is_not_as_agreed(dated: House):
    """I8: no hold in force at the moment of publication."""
    house, people = dated, dated.people
    id = agreed_item(house, people, timing_kind="window", time="", day="2025-10-01", until_day="2025-10-20")
    house.clock.set(japan(2, 9))
    with house.work(people[1].officer.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確認中")
    house.clock.set(japan(2, 11))
    with house.work(people[1].officer.actor(house)) as work:
        consent.lift_hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確認済み")
    with pytest.raises(rules.DuringAHold):
        published(house, people[0].press, id, at=japan(2, 10))
    with pytest.raises(rules.BeforeTheAgreement):
        published(house, people[0].press, id, at=japan(1, 10))
    published(house, people[0].press, id, at=japan(2, 11), url="")


# --- After publication


def test_after_publication_there_is_only_correction_supplement_and_take_down(dated: House):
    """Row 48; R6.2-7: the old record stays; the new item is joint and linked."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    with house.work(people[0].drafter.actor(house)) as work, pytest.raises(tabling.NotPublishedYet):
        commands.follow_up(work, id, Relation.CORRECTION)
    house.clock.set(OPENS)
    published(house, people[0].press, id, 1, url="")
    body = publicity_body(edition_of(house))
    with pytest.raises(rules.PublishedAndOver):
        replaced(house, people[0].drafter, PUBLICITY, id, body)
    published(house, people[1].press, id, 2)
    with house.work(people[1].officer.actor(house)) as work, pytest.raises(rules.PublishedAndOver):
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="止めたい")
    with house.work(people[1].drafter.actor(house)) as work:
        made = commands.follow_up(work, id, Relation.TAKE_DOWN).id
    with house.work(people[1].drafter.actor(house)) as work:
        document = consent.document_of(work, PUBLICITY, made)
        draft = consent.own_draft(work, document)
        said = dataclasses.replace(
            body, relation="take_down", concerns=item_of(house, id).reference, relation_reason="写真の権利が切れたため",
            day="2025-10-14",
        )  # fmt: skip
        consent.save(work, PUBLICITY, document, said, saves=draft.saves if draft else 0)
    tabled(house, people[1].drafter, PUBLICITY, made)
    assert item_of(house, made).concerns_id == id
    agreed(house, people, PUBLICITY, made)
    with house.read() as session:
        assert len(session.scalars(select(Publication).where(Publication.document_id == id)).all()) == 2


def test_a_correction_names_something_that_has_appeared(sqlite_dated: House):
    house, people = sqlite_dated, sqlite_dated.people
    waiting = item_of(house, agreed_item(house, people)).reference
    for concerns, error in [("PUB-0099", tabling.NothingToRelateTo), (waiting, tabling.NotPublishedYet)]:
        with pytest.raises(error):
            tabled_item(house, people, relation="correction", concerns=concerns, relation_reason="誤記")


# --- After the end


def test_after_the_end_no_consent_under_the_agreement_is_asked_and_a_voluntary_one_says_so(
    agreement_of_three: House,
):
    """R5-5; S11; finding 6; three parties."""
    house, people = agreement_of_three, agreement_of_three.people
    id = agreed_item(house, people)
    with pytest.raises(tabling.AgreementStillRuns):
        tabled_item(house, people, kind=VOLUNTARY)
    end_the_agreement(house)
    assert state_of(house, id) is State.ENDED
    with pytest.raises(rules.PublicityDoesNotSurvive):
        published(house, people[0].press, id, at=house.clock.now())
    with pytest.raises(AgreementNotInForce):
        tabled_item(house, people)
    day = house.clock.now().astimezone(OPENS.tzinfo).date()
    with house.work(people[0].drafter.actor(house)) as work:
        made = commands.go_on_voluntarily(work, id).id
    with house.work(people[0].drafter.actor(house)) as work:
        document = consent.document_of(work, VOLUNTARY, made)
        body = publicity_body(edition_of(house), day=day.isoformat(), time="10:00")
        consent.save(work, VOLUNTARY, document, body, saves=1)
    tabled(house, people[0].drafter, VOLUNTARY, made)
    agreed(house, people, VOLUNTARY, made)
    assert document_of(house, made).reference == "VOL-0001"
    house.clock.move(hours=2)
    published(house, people[0].press, made, 1, at=house.clock.now(), url="")
    with house.read() as session:
        told = session.scalars(
            select(Entry).where(Entry.subject_id == made, Entry.verb == "consent.given")
        ).all()
        assert {one.clause for one in told} == {"survival"}


# --- Beside the agreement


def test_publicity_without_agreement_is_recorded_told_discussed_and_settled_by_all(dated: House):
    """S12: as what it is; attributed only if every party says the same; closed by all."""
    house, people = dated, dated.people
    id = reported(house, people[0].drafter)
    with house.read() as session:
        last = session.scalars(select(Entry).where(Entry.verb == "publicity.recorded")).one()
        assert set(session.scalars(select(Message.party).where(Message.number == last.number))) == {
            people.parties[1]
        }
    with house.work(people[1].drafter.actor(house)) as work:
        commands.discuss(work, id, text="取扱店に取下げを依頼した。")
    with house.work(people[0].drafter.actor(house)) as work, pytest.raises(NotAllowed):
        commands.settle(work, id, text="終結")
    for side in people.sides:
        with house.read() as session:
            assert not session.get_one(PublicityRecord, id).is_settled
        with house.work(side.press.actor(house)) as work:
            commands.settle(work, id, text="訂正を確かめた。", attributed_to="otsu")
        with house.work(side.press.actor(house)) as work, pytest.raises(beside.SettledAlready):
            commands.settle(work, id, text="もう一度")
    reader = people[0].reader.actor(house)
    with house.read() as session:
        told = queries.record(session, reader, id)
        assert told.row.is_settled
        words = {key: one.attributed_to for key, one in told.settled_by().items()}
        assert beside.attributed(words, people.parties) == "otsu"


def test_a_channel_that_went_out_two_minutes_early_is_recorded_as_differing(dated: House):
    """S4 (d): it never becomes 公表済; both are told."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS - dt.timedelta(minutes=1))
    with pytest.raises(rules.TooEarly):
        published(house, people[0].press, id, at=japan(10, 13, 58))
    record = reported(
        house, people[0].press, nature="differs", document_id=id, channel=1, appeared_at=japan(10, 13, 58)
    )
    with house.read() as session:
        assert session.get_one(PublicityRecord, record).document_id == id
    assert (item_of(house, id).published, item_of(house, id).otherwise) == (0, 1)
    with pytest.raises(beside.AgreedItemMissing):
        reported(house, people[0].press, nature="differs")
    with pytest.raises(rules.NotYet):
        reported(house, people[0].press, appeared_at=house.clock.now() + dt.timedelta(minutes=1))


def test_an_assembly_answer_is_shared_for_information_and_asks_for_nothing(dated: House):
    house, people = dated, dated.people
    id = reported(house, people[0].drafter, nature="for_information", title="本会議での答弁")
    with house.read() as session:
        assert session.get_one(PublicityRecord, id).is_settled


# --- Copies, bytes


def test_a_copy_before_the_time_is_numbered_marked_and_told(dated: House):
    """Row 47."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    with house.work(people[0].press.actor(house)) as work:
        commands.take_copy(work, id, output="kou.ja", recipient="記者クラブ幹事社")
    with house.work(people[0].press.actor(house)) as work, pytest.raises(NotFound):
        commands.take_copy(work, id, output="kou.en", recipient="幹事社")
    with house.read() as session:
        copy = session.scalars(select(EmbargoedCopy)).one()
        assert (copy.number, copy.digest) == (1, document_of(house, id).digest)
    assert verbs(house)[-1] == "publicity.copy_taken"


def test_words_that_are_no_longer_the_agreed_ones_are_never_published(sqlite_dated: House):
    """Row 43: one character changed behind the portal's back."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    with house.read() as session:
        revision = session.scalars(select(Revision).where(Revision.document_id == id)).one()
    commands.must_be_its_bytes(revision)
    revision.sealed = revision.sealed.replace("試行を始めます", "試行を終えます", 1)
    with pytest.raises(rules.NotTheAgreedBytes):
        commands.must_be_its_bytes(revision)


def test_what_is_agreed_can_be_held_but_never_undone(sqlite_dated: House):
    """R6.2-10; decision 13."""
    house, people = sqlite_dated, sqlite_dated.people
    id = agreed_item(house, people)
    with house.work(people[0].officer.actor(house)) as work, pytest.raises(AgreedAlready):
        document = consent.document_of(work, PUBLICITY, id)
        consent.withdraw_consent(work, PUBLICITY, document, seen=document.digest, reason="やめたい")


# --- Held, called off


def test_either_side_holds_at_once_and_only_the_side_that_holds_lifts(dated: House):
    """Row 44; decision 26; R6.2-10: a press officer may hold, a consent officer of the same side lifts; both sides
    see it on their home page until then."""
    house, people = dated, dated.people
    id = agreed_item(house, people)

    def held_for(person: Any) -> list[str]:
        with house.read() as session:
            due = queries.due(session, person.actor(house), house.clock.now(), in_force=True)
            return [one.id for one in due.held]

    with house.work(people[1].press.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確かめたい")
    assert held_for(people[0].reader) == held_for(people[1].reader) == [id]
    with house.read() as session:
        assert queries.around(session, people[0].reader.actor(house), id).holders == [people.parties[1]]
    for person, error in ((people[1].press, NotAllowed), (people[0].officer, RuleBroken)):
        with house.work(person.actor(house)) as work, pytest.raises(error):
            document = consent.document_of(work, PUBLICITY, id)
            consent.lift_hold(work, PUBLICITY, document, reason="解きたい")
    with house.work(people[0].officer.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="こちらも")
    with house.work(people[1].officer.actor(house)) as work:
        consent.lift_hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確かめた")
    house.clock.set(OPENS)
    with pytest.raises(rules.IsHeld):
        published(house, people[1].press, id, 2)
    with house.work(people[0].officer.actor(house)) as work:
        consent.lift_hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確かめた")
    assert held_for(people[0].reader) == []
    published(house, people[1].press, id, 2, at=house.clock.now())


def begun_call_off(house: House, id: str, reason: str = "計画が変わったため") -> str:
    """The second party has tabled that `id` is not published after all."""
    drafter = house.people[1].drafter
    with house.work(drafter.actor(house)) as work:
        made = commands.call_off(work, id).id
    with house.work(drafter.actor(house)) as work:
        document = consent.document_of(work, PUBLICITY, made)
        draft = consent.own_draft(work, document)
        assert draft is not None
        body = publicity_body(
            edition_of(house),
            relation="call_off",
            concerns=item_of(house, id).reference,
            relation_reason=reason,
        )
        consent.save(work, PUBLICITY, document, body, saves=draft.saves)
    return tabled(house, drafter, PUBLICITY, made)


def test_what_was_agreed_is_called_off_only_by_all_and_then_nothing_of_it_goes_out(dated: House):
    """Decision 13: mutual withdrawal, never a silent undo; until every party agrees the agreement stands."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    off = begun_call_off(house, id)
    consented(house, people[1].officer, PUBLICITY, off)
    assert state_of(house, id) is State.WAITING
    consented(house, people[0].officer, PUBLICITY, off)
    assert state_of(house, id) is State.REPLACED and state_of(house, off) is State.CALLED_OFF
    house.clock.set(OPENS)
    for one in (id, off):
        with pytest.raises(rules.IsOver if one == id else rules.IsCalledOff):
            published(house, people[0].press, one)
    assert item_of(house, off).channels == 0 and item_of(house, off).opens_at is None
    assert item_of(house, id).is_done and item_of(house, off).is_done


def test_what_has_appeared_is_not_called_off_and_nothing_is_that_was_never_agreed(dated: House):
    """Row 48: after publication there is only correction, supplement and take-down."""
    house, people = dated, dated.people
    waiting = tabled_item(house, people)
    with house.work(people[0].drafter.actor(house)) as work, pytest.raises(rules.NotAgreedByAll):
        commands.call_off(work, waiting)
    id = agreed_item(house, people)
    off = begun_call_off(house, id)
    house.clock.set(OPENS)
    published(house, people[0].press, id)
    for side in people.sides:
        with pytest.raises(rules.PublishedAndOver):
            consented(house, side.officer, PUBLICITY, off)
    with house.work(people[0].drafter.actor(house)) as work, pytest.raises(rules.PublishedAndOver):
        commands.call_off(work, id)
    alone = publicity_body(
        edition_of(house), relation="call_off", concerns="PUB-0001", relation_reason="やめる"
    )
    with pytest.raises(tabling.NothingToRelateTo):
        tabled(house, people[0].drafter, PUBLICITY, drafted(house, people[0].drafter, PUBLICITY, alone))


# --- Otherwise than agreed


def test_a_channel_that_is_out_otherwise_than_agreed_never_counts_as_published(dated: House):
    """I8; S4 (d): recorded as what it is; the other channel need not wait for it for ever; when nothing is left the
    item says so, and is corrected like any other."""
    house, people = dated, dated.people
    id = agreed_item(house, people, in_order="yes")
    house.clock.set(OPENS)
    with pytest.raises(rules.OutOfOrder):
        published(house, people[1].press, id, 2)
    early = OPENS - dt.timedelta(minutes=2)
    reported(house, people[1].drafter, nature="differs", document_id=id, channel=1, appeared_at=early)
    assert state_of(house, id) is State.PARTLY_PUBLISHED
    assert item_of(house, id).to_publish == f",{people.parties[1]},"
    reported(house, people[1].drafter, nature="differs", document_id=id, channel=1, appeared_at=early)
    assert item_of(house, id).otherwise == 1, "one channel, however often it is recorded"
    published(house, people[1].press, id, 2)
    assert state_of(house, id) is State.OTHERWISE and item_of(house, id).is_done
    assert "publicity.completed" not in verbs(house)
    with house.work(people[0].drafter.actor(house)) as work:
        assert commands.follow_up(work, id, Relation.CORRECTION).kind == PUBLICITY.key


def test_a_channel_that_was_taken_back_may_still_go_out_as_agreed(dated: House):
    """S4 (d): published by mistake at 13:58, taken down, published again at 14:00; both are on record."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)
    early = OPENS - dt.timedelta(minutes=2)
    reported(house, people[0].press, nature="differs", document_id=id, channel=1, appeared_at=early)
    published(house, people[0].press, id, 1)
    published(house, people[1].press, id, 2)
    assert state_of(house, id) is State.PUBLISHED
    assert (item_of(house, id).published, item_of(house, id).otherwise) == (2, 0)
    reported(house, people[0].press, nature="differs", document_id=id, channel=2, appeared_at=OPENS)
    assert state_of(house, id) is State.PUBLISHED, "what happened to the page later takes nothing back"


def test_only_from_what_was_agreed_can_something_differ(dated: House):
    house, people = dated, dated.people
    id = tabled_item(house, people)
    with pytest.raises(beside.AgreedItemMissing):
        reported(house, people[0].press, nature="differs", document_id=id, channel=1)
    record = reported(house, people[0].press, document_id=id)
    with house.read() as session:
        told = queries.record(session, people[1].reader.actor(house), record)
        assert told.document is not None and told.document.id == id
    agreed(house, people, PUBLICITY, id)
    for channel in (None, 3):
        with pytest.raises(beside.ChannelMissing):
            reported(house, people[0].press, nature="differs", document_id=id, channel=channel)


@pytest.mark.parametrize("relation", ["correction", "supplement", "take_down"])
def test_what_appeared_without_agreement_is_answered_by_a_joint_item(dated: House, relation: str):
    """S12: take-down agreed, correction text as a publicity item with both consents; linked to the record."""
    house, people = dated, dated.people
    record = reported(house, people[0].press)
    with house.work(people[1].drafter.actor(house)) as work:
        made = commands.answer_record(work, record, Relation(relation)).id
    with house.work(people[1].drafter.actor(house)) as work:
        document = consent.document_of(work, PUBLICITY, made)
        body = publicity_body(
            edition_of(house), relation=relation, concerns="REC-0001", relation_reason="写真の権利がないため"
        )
        consent.save(work, PUBLICITY, document, body, saves=1)
    tabled(house, people[1].drafter, PUBLICITY, made)
    agreed(house, people, PUBLICITY, made)
    assert item_of(house, made).concerns_record_id == record
    with house.read() as session:
        told = queries.record(session, people[0].reader.actor(house), record)
        assert [one.id for one in told.followed_by] == [made]


def test_a_take_down_says_nothing_new_and_is_recorded_as_one(dated: House):
    """Row 48; R6.2-7: no text, no address asked for; the old publication stays on record."""
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[0].press, id, 1)
    published(house, people[1].press, id, 2)
    with house.work(people[0].drafter.actor(house)) as work:
        made = commands.follow_up(work, id, Relation.TAKE_DOWN).id
    with house.work(people[0].drafter.actor(house)) as work:
        document = consent.document_of(work, PUBLICITY, made)
        draft = consent.own_draft(work, document)
        assert draft is not None
        said = PublicityBody.from_plain(json.loads(draft.body))
        assert said.outputs == () and all(row[3] == "" for row in said.channels)
        body = dataclasses.replace(
            said,
            relation_reason="権利が切れた",
            timing_kind="window",
            day="2025-10-10",
            until_day="2025-10-20",
        )
        consent.save(work, PUBLICITY, document, body, saves=draft.saves)
    tabled(house, people[0].drafter, PUBLICITY, made)
    agreed(house, people, PUBLICITY, made)
    published(house, people[0].press, made, 1, at=house.clock.now(), url="")
    published(house, people[1].press, made, 2, at=house.clock.now(), url="")
    assert state_of(house, made) is State.PUBLISHED
    with house.read() as session:
        reader = people[0].reader.actor(house)
        seen = queries.around(session, reader, id).appeared
        assert seen.taken_down_by is not None and seen.taken_down_by.id == made
        assert len(seen.publications) == 2


# --- What is due


def test_a_side_is_asked_only_for_the_channels_it_has_still_to_publish(dated: House):
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)

    def ready(side: int) -> list[str]:
        with house.read() as session:
            due = queries.due(session, people[side].reader.actor(house), house.clock.now(), in_force=True)
            return [one.id for one in due.ready]

    assert ready(0) == ready(1) == [id]
    published(house, people[0].press, id, 1)
    assert ready(0) == [] and ready(1) == [id]


def test_what_went_out_in_part_and_lapsed_is_listed_until_the_rest_is_supplemented(dated: House):
    house, people = dated, dated.people
    id = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[0].press, id, 1)
    house.clock.set(japan(12))

    def lapsed() -> list[str]:
        with house.read() as session:
            due = queries.due(session, people[1].reader.actor(house), house.clock.now(), in_force=True)
            return [one.id for one in due.lapsed]

    assert lapsed() == [id]
    reference = item_of(house, id).reference
    more = agreed_item(
        house,
        people,
        relation="supplement",
        concerns=reference,
        relation_reason="残りの経路",
        day="2025-10-15",
    )
    assert lapsed() == [] and item_of(house, more).concerns_id == id
