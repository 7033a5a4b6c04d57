"""What the commands of the mechanism do, through `Work`, on both databases and with two and three parties."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3

import pytest
from sqlalchemy import delete, event, exc, func, insert, select, text, update
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.consent import commands, queries, rules
from portal.consent.commands import Decision, DraftHasMoved, WrittenOnAnOlderRevision
from portal.consent.models import (
    Closing,
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
from portal.consent.rules import Capacity, Standing
from portal.history.models import Message, OnceKey
from portal.history.seal import skeleton_of
from portal.history.work import AlreadyDone, BulkChange, SentForSomethingElse, UnrecordedChange
from portal.kernel.db import WRITER_LOCK, take_the_writer_lock
from portal.kernel.digest import REVISION, digest
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.kernel.files import Kept
from portal.kernel.uploads import Inspection
from portal.parties import commands as parties
from portal.parties.models import Member
from tests.makers.papers import DECISION, MEMO, Memo, Untitled, open_office
from tests.makers.people import staff


@pytest.fixture(autouse=True)
def and_then_everything_holds(request):
    """After every test here the chains verify and the tables are what the record makes them (I12)."""
    opened = [
        request.getfixturevalue(name) for name in ("office", "pair", "trio") if name in request.fixturenames
    ]
    yield
    for office in opened:
        office.must_hold()


def last(office):
    return office.entries()[-1]


def facts(entry):
    return skeleton_of(entry)["facts"]


def others(office, party):
    return {key for key in office.people.parties if key != party}


# --- Drafts ------------------------------------------------------------------------------------------------


def test_a_draft_is_told_to_ones_own_side_only(office):
    """Rows 1, 3, 21: nothing on the joint chain, nothing on another's, no message."""
    side = office.people[0]
    before = len(office.entries())
    id = office.start(side.drafter)
    office.save(side.drafter2, id, "別の本文")
    assert len(office.entries()) == before
    assert office.verbs(side.party)[-2:] == ["draft.started", "draft.saved"]
    assert "draft.started" not in office.verbs(office.people[1].party)
    with office.read() as session:
        assert not session.scalars(select(Message).where(Message.chain == side.party)).all()


def test_a_draft_is_unknown_to_the_others(office):
    """Row 1."""
    id = office.start(office.people[0].drafter)
    with pytest.raises(NotFound), office.work(office.people[1].officer) as work:
        commands.document_of(work, MEMO, id)


def test_an_unchanged_save_changes_nothing_and_is_not_told(office):
    """Decision 25."""
    person = office.people[0].drafter
    id = office.start(person, text="本文")
    before = office.everything()
    assert office.save(person, id, "本文") == 1
    assert office.everything() == before


def test_an_unchanged_first_save_on_a_tabled_document_opens_no_draft(office):
    """Decision 25: an unchanged save makes nothing and touches no consent."""
    id = office.tabled(office.people[0].drafter, text="本文")
    office.consent(office.people[1].officer, id)
    before = office.everything()
    office.save(office.people[0].drafter2, id, "本文", saves=0)
    assert office.everything() == before


def test_a_save_on_an_older_page_is_refused_and_the_newer_words_stay(office):
    """Row 26 on one's own side."""
    side = office.people[0]
    id = office.start(side.drafter)
    office.save(side.drafter2, id, "二人目", saves=1)
    for stale in (1, 0, 3, -1):
        with pytest.raises(DraftHasMoved):
            office.save(side.drafter, id, "一人目", saves=stale)
    assert json.loads(office.draft(id, side.party).body)["text"] == "二人目"


def test_everybody_who_saved_is_a_drafter_of_the_revision(office):
    """Decision 26."""
    side = office.people[0]
    id = office.start(side.drafter)
    office.save(side.drafter2, id, "二人目")
    office.save(side.drafter, id, "また一人目")
    revision = office.table(side.drafter, id)
    assert set(revision.drafters.split(",")) == {side.drafter.member_id, side.drafter2.member_id}
    assert office.draft(id, side.party) is None


def test_a_discarded_draft_is_gone_and_a_document_never_tabled_ends_with_it(office):
    side = office.people[0]
    id = office.start(side.drafter)
    with office.work(side.drafter) as work:
        commands.discard(work, MEMO, commands.document_of(work, MEMO, id))
    assert office.draft(id, side.party) is None
    assert office.document(id).standing == Standing.WITHDRAWN
    with pytest.raises(rules.ClosedAlready):
        office.save(side.drafter, id, "また", saves=0)


def test_a_discarded_draft_upon_a_tabled_revision_leaves_the_document_as_it_was(office):
    id = office.tabled(office.people[0].drafter)
    office.consent(office.people[1].officer, id)
    office.save(office.people[0].drafter, id, "別の本文")
    paper = office.paper(id)
    with office.work(office.people[0].drafter) as work:
        commands.discard(work, MEMO, commands.document_of(work, MEMO, id))
    assert office.paper(id) == paper


def test_nothing_to_discard_table_or_rebase_is_said(office):
    id = office.tabled(office.people[0].drafter)
    for act in (commands.discard, commands.rebase):
        with pytest.raises(commands.NothingDrafted), office.work(office.people[0].drafter) as work:
            act(work, MEMO, commands.document_of(work, MEMO, id))
    with pytest.raises(commands.NothingDrafted):
        office.table(office.people[0].drafter, id, saves=0)


@pytest.mark.parametrize("key", ["reader", "custodian", "admin"])
def test_who_may_not_draft_drafts_nothing(office, key):
    with pytest.raises(NotAllowed):
        office.start(getattr(office.people[0], key))


# --- Tabling -----------------------------------------------------------------------------------------------


def test_tabling_draws_a_reference_seals_the_words_and_tells_the_others(office):
    """I10, I16."""
    side = office.people[0]
    id = office.start(side.drafter, text="一行目")
    revision = office.table(side.drafter, id)
    document, entry = office.document(id), last(office)
    assert re.fullmatch(r"MEMO-\d{4}", document.reference)
    assert (document.standing, document.revision, document.digest) == ("open", 1, revision.digest)
    assert document.waits_for == f",{','.join(sorted(office.people.parties))},"
    assert (entry.verb, entry.party, entry.actor_id) == (
        "revision.tabled",
        side.party,
        side.drafter.member_id,
    )
    assert facts(entry)["digest"] == revision.digest
    assert office.told(entry.number) == others(office, side.party)
    assert (revision.name, revision.post) == (side.drafter.name, side.drafter.post)


def test_references_are_drawn_one_after_the_other_at_tabling_only(office):
    """Decision 25: what is never shared has no reference."""
    person = office.people[0].drafter
    first, unshared, second = office.start(person), office.start(person), office.start(person)
    office.table(person, second)
    office.table(person, first)
    assert [office.document(id).reference for id in (second, first)] == ["MEMO-0001", "MEMO-0002"]
    assert office.document(unshared).reference is None


def test_a_revision_names_the_digest_of_the_one_before(office):
    """I10."""
    id = office.tabled(office.people[0].drafter)
    first = office.seen(id)
    second = office.revise(office.people[1].drafter, id, "直した本文")
    assert (second.number, second.parent, second.party) == (2, first, office.people[1].party)


def test_tabling_anew_takes_the_effect_of_consents_and_tells_whose(office):
    """I5; row 30."""
    id = office.tabled(office.people[0].drafter)
    office.consent(office.people[1].officer, id)
    office.revise(office.people[0].drafter, id, "直した本文")
    assert office.paper(id).consents == frozenset()
    assert office.verbs()[-2:] == ["consent.lapsed", "revision.tabled"]
    assert office.document(id).standing == Standing.OPEN
    office.consent(office.people[0].officer, id)
    assert office.paper(id).consents == {office.people[0].party}
    assert office.document(id).standing == Standing.PARTIAL  # what had lapsed does not count with the new consent


def test_unchanged_words_are_not_tabled_and_every_consent_stays(office):
    """Decision 25."""
    side = office.people[0]
    id = office.tabled(side.drafter, text="本文")
    office.consent(office.people[1].officer, id)
    office.save(side.drafter, id, "別の本文")
    office.save(side.drafter, id, "本文")
    before = office.everything()
    with pytest.raises(rules.NothingChanged):
        office.table(side.drafter, id)
    assert office.everything() == before


def test_a_draft_upon_an_older_revision_is_refused_kept_rebased_and_tabled(office):
    """Decision 25; S10: nothing is lost."""
    ours, theirs = office.people[0], office.people[1]
    id = office.tabled(ours.drafter)
    office.save(ours.drafter, id, "こちらの直し")
    office.revise(theirs.drafter, id, "相手の直し")
    with pytest.raises(WrittenOnAnOlderRevision) as refused:
        office.table(ours.drafter, id)
    assert refused.value.facts == {"base": 1, "latest": 2}
    assert json.loads(office.draft(id, ours.party).body)["text"] == "こちらの直し"
    with office.work(ours.drafter) as work:
        commands.rebase(work, MEMO, commands.document_of(work, MEMO, id))
    revision = office.table(ours.drafter, id)
    assert revision.number == 3
    assert json.loads(revision.sealed)["body"]["text"] == "こちらの直し"


def test_tabling_names_the_very_save_that_was_on_the_screen(office):
    """Row 26."""
    side = office.people[0]
    id = office.start(side.drafter)
    office.save(side.drafter2, id, "あとから")
    with pytest.raises(DraftHasMoved):
        office.table(side.drafter, id, saves=1)


def test_what_the_kind_still_misses_is_not_tabled_and_the_draft_is_kept(office):
    side = office.people[0]
    id = office.start(side.drafter, title="")
    with pytest.raises(Untitled):
        office.table(side.drafter, id)
    assert office.draft(id, side.party) is not None


def test_a_party_may_reserve_tabling_to_its_officers(office):
    """Decision 25."""
    side = office.people[0]
    with office.work(side.admin) as work:
        parties.set_party_rules(work, four_eyes=True, officers_table=True)
    id = office.start(side.drafter)
    with pytest.raises(commands.TablingIsReserved):
        office.table(side.drafter, id)
    assert office.table(side.officer, id).number == 1


def test_without_a_date_of_the_agreement_there_are_only_drafts(house):
    """Decision 30."""
    people = staff(house)
    with house.work(people[0].drafter.actor(house)) as work:
        document = commands.start(work, MEMO, Memo(title="覚書"))
    with pytest.raises(commands.NoDateYet), house.work(people[0].drafter.actor(house)) as work:
        commands.table(work, MEMO, commands.document_of(work, MEMO, document.id), saves=1)


def test_after_the_last_day_nothing_is_tabled_or_consented_to(trio):
    """R5-5."""
    id = trio.tabled(trio.people[0].drafter)
    other = trio.start(trio.people[0].drafter)
    trio.clock.set(dt.datetime(2028, 3, 31, 14, 59, 59, tzinfo=dt.UTC))  # the last second in Japan
    trio.consent(trio.people[1].officer, id)
    trio.clock.set(dt.datetime(2028, 3, 31, 15, 0, tzinfo=dt.UTC))
    with pytest.raises(commands.AgreementNotInForce):
        trio.consent(trio.people[2].officer, id)
    with pytest.raises(commands.AgreementNotInForce):
        trio.table(trio.people[0].drafter, other)


def test_the_digest_covers_every_word_file_and_place(office):
    """Rows 24, 32, 33: any change of any field is another digest."""
    id = office.tabled(office.people[0].drafter)
    with office.read() as session:
        sealed = json.loads(session.scalars(select(Revision).where(Revision.document_id == id)).one().sealed)
    assert set(sealed) == {
        "body", "attachments", "origin", "document", "kind", "number", "parent", "edition", "renderer",
        "replaces",
    }  # fmt: skip
    assert set(sealed["body"]) == {"title", "text", "day"}
    assert sealed["document"] == id


def leaves(value, path=()):
    """Every place in plain JSON at which something stands."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def test_any_single_change_of_what_is_sealed_is_another_digest(office):
    """Row 24: body, title, files, place, edition, renderer; each alone, to the last character."""
    side = office.people[0]
    id = office.start(side.drafter, text="本文。\n\n- 一つ目\n- 二つ目")
    with office.work(side.drafter) as work:
        commands.attach(
            work,
            MEMO,
            commands.document_of(work, MEMO, id),
            name="日程.pdf",
            kept=Kept("a" * 64, 1234),
            inspection=Inspection(
                media_type="application/pdf", extension="pdf", file_name="日程.pdf", findings=()
            ),
        )
    revision = office.table(side.drafter, id)
    sealed = json.loads(revision.sealed)
    assert digest(REVISION, sealed) == revision.digest
    places = list(leaves(sealed))
    assert len(places) >= 15
    for path, value in places:
        changed = json.loads(revision.sealed)
        inner = changed
        for key in path[:-1]:
            inner = inner[key]
        for other in [f"{value}x", f"{value} ", ""] if isinstance(value, str) else ["x", 0]:
            inner[path[-1]] = other
            assert other == value or digest(REVISION, changed) != revision.digest, path


def test_the_same_words_on_another_portal_have_another_digest(two_on_sqlite, tmp_path):
    """Row 33: a form of the rehearsal does not fit the portal itself."""
    with two_on_sqlite.copy(tmp_path) as url:
        office = open_office(url, tmp_path, two_on_sqlite.people)
        other = open_office(url, tmp_path, two_on_sqlite.people, address="https://rehearsal.example.jp")
        other.clock.set(office.clock.now())
        id = office.start(office.people[0].drafter)
        with other.work(other.people[0].drafter) as work:
            rehearsed = commands.table(work, MEMO, commands.document_of(work, MEMO, id), saves=1).digest
            work.session.rollback()
        assert office.table(office.people[0].drafter, id).digest != rehearsed
        for one in (office, other):
            one.app.engines.dispose()


# --- Consent -----------------------------------------------------------------------------------------------


def test_the_last_party_to_consent_makes_the_agreement(office):
    """I2; row 38: one entry says agreed, and only the last."""
    id = office.tabled(office.people[0].drafter)
    *first, final = office.people.sides
    for side in first:
        office.consent(side.officer, id)
        document = office.document(id)
        assert document.standing == Standing.PARTIAL
        assert document.agreed_at is None and document.agreed_revision_id is None
        assert facts(last(office))["agreed"] is False
        assert office.told(last(office).number) == others(office, side.party)
    office.consent(final.officer, id)
    given, agreed = office.entries()[-2:]
    assert (given.verb, agreed.verb) == ("consent.given", "document.agreed")
    assert facts(given)["agreed"] is True
    assert office.told(agreed.number) == others(office, final.party)
    document = office.document(id)
    assert document.standing == Standing.AGREED
    assert document.agreed_at == agreed.at
    assert document.waits_for == "" and document.waits_since is None


def test_a_consent_carries_the_post_and_the_partys_own_decision(office):
    """Decision 12."""
    side = office.people[1]
    id = office.tabled(office.people[0].drafter)
    decision = Decision("デ戦第45号", Capacity.IN_ABSENCE, dt.date(2025, 10, 1), "企画部長")
    reply = office.consent(side.officer, id, decision=decision)
    assert (reply.name, reply.post, reply.party) == (side.officer.name, side.officer.post, side.party)
    assert (reply.capacity, reply.decision_reference) == ("in_absence", "デ戦第45号")
    assert (reply.decided_on, reply.absent_post) == (dt.date(2025, 10, 1), "企画部長")
    assert reply.digest == office.seen(id)


def test_consent_to_a_revision_that_is_no_longer_on_the_table_is_refused(office):
    """I1; rows 23, 26."""
    id = office.tabled(office.people[0].drafter)
    seen = office.seen(id)
    office.revise(office.people[0].drafter, id, "直した本文")
    before = office.everything()
    for act in (office.consent, office.send_back, office.withdraw_consent):
        with pytest.raises(rules.RevisionHasMoved):
            act(office.people[1].officer, id, seen=seen)
    assert office.everything() == before


def test_the_same_words_tabled_again_take_no_old_consent(office):
    """Row 32."""
    side = office.people[0]
    id = office.tabled(side.drafter, text="本文")
    seen = office.seen(id)
    office.revise(side.drafter, id, "別の本文")
    office.revise(side.drafter, id, "本文")
    with pytest.raises(rules.RevisionHasMoved):
        office.consent(office.people[1].officer, id, seen=seen)


@pytest.mark.parametrize("key", ["reader", "drafter", "press", "manager", "custodian", "admin"])
def test_nobody_but_a_consent_officer_consents(office, key):
    """I4; row 29."""
    id = office.tabled(office.people[0].drafter)
    before = office.everything()
    with pytest.raises(NotAllowed):
        office.consent(getattr(office.people[1], key), id)
    assert office.everything() == before


def test_neither_auditor_nor_operator_consents(office):
    id = office.tabled(office.people[0].drafter)
    for person in (office.people.auditor, office.people.operator):
        with pytest.raises(NotAllowed):
            office.consent(person, id)


def test_two_officers_of_one_party_are_one_voice(office):
    """Row 29."""
    id = office.tabled(office.people[0].drafter)
    office.consent(office.people[1].officer, id)
    with pytest.raises(rules.ConsentedAlready):
        office.consent(office.people[1].officer2, id)
    assert office.document(id).standing == Standing.PARTIAL


def test_an_officer_who_drafted_alone_does_not_consent_and_a_colleague_does(office):
    """I3; row 29; decision 12."""
    side = office.people[0]
    id = office.tabled(side.officer)
    with pytest.raises(rules.DraftedAlone):
        office.consent(side.officer, id)
    assert office.consent(side.officer2, id).member_id == side.officer2.member_id


def test_an_officer_who_drafted_with_a_colleague_may_consent(office):
    """Decision 26."""
    side = office.people[0]
    id = office.start(side.officer)
    office.save(side.drafter, id, "同僚が直した本文")
    office.table(side.officer, id)
    assert office.consent(side.officer, id)


def test_a_party_may_waive_its_four_eyes_and_the_record_says_so(office):
    side = office.people[0]
    with office.work(side.admin) as work:
        parties.set_party_rules(work, four_eyes=False, officers_table=False)
    id = office.tabled(side.officer)
    office.consent(side.officer, id)
    assert facts(last(office))["four_eyes"] is False


def test_one_partys_waiver_is_not_anothers(office):
    with office.work(office.people[1].admin) as work:
        parties.set_party_rules(work, four_eyes=False, officers_table=False)
    id = office.tabled(office.people[0].officer)
    with pytest.raises(rules.DraftedAlone):
        office.consent(office.people[0].officer, id)


def test_the_consent_power_is_read_under_the_lock(office):
    """I4; row 28: it ended between the page and the post."""
    side = office.people[1]
    id = office.tabled(office.people[0].drafter)
    actor = side.officer.actor(office)
    assert actor.may(Permission.CONSENT)
    with office.work(side.admin) as work:
        parties.end_consent_power(work, side.officer.member_id)
    with pytest.raises(NotAllowed):
        office.consent(actor, id)


def test_a_closed_account_does_nothing_on_a_page_still_open(office):
    """Row 28."""
    side = office.people[1]
    id = office.tabled(office.people[0].drafter)
    actor = side.officer.actor(office)
    with office.work(side.admin) as work:
        parties.close_member(work, side.officer.member_id)
    with pytest.raises(NotAllowed):
        office.consent(actor, id)


def test_a_consent_power_asked_for_today_is_no_power_before_tomorrow(office):
    """Row 35; the boundary is the entry's own moment (row 40)."""
    side = office.people[1]
    id = office.tabled(office.people[0].drafter)
    with office.work(side.admin) as work:
        effective = parties.ask_consent_power(work, side.drafter.member_id).effective_at
    office.clock.set(effective - dt.timedelta(milliseconds=1))
    with pytest.raises(NotAllowed):
        office.consent(side.drafter, id)
    office.clock.set(effective)
    assert office.consent(side.drafter, id)


def test_who_may_act_goes_by_the_moment_of_the_act_where_the_clock_went_back(office):
    """Rows 28, 39: the act has the moment of the last entry, at which the power was in force."""
    side = office.people[1]
    with office.work(side.admin) as work:
        effective = parties.ask_consent_power(work, side.drafter.member_id).effective_at
    office.clock.set(effective + dt.timedelta(hours=1))
    id = office.tabled(office.people[0].drafter)
    office.clock.set(effective - dt.timedelta(minutes=1))
    assert office.consent(side.drafter, id).at == effective + dt.timedelta(hours=1)


def test_a_side_is_waited_for_since_its_own_turn_came_whatever_the_others_say(office):
    """R2-7: neither another side's consent nor its withdrawal makes a long wait young; whoever withdraws is waited for
    from then on. Both the tables and the record say so."""
    first, second = office.people[0], office.people[1]
    others = [side.party for side in office.people.sides[1:]]
    id = office.tabled(first.drafter)
    tabled = office.clock.now()

    def turns():
        with office.read() as session:
            actor = first.officer.actor(office)
            found = queries.dossier(session, actor, MEMO, id)
            assert not list(replay(session))
            assert min(found.awaited_since.values(), default=None) == found.document.waits_since
            return found.awaited_since

    assert turns() == dict.fromkeys(office.people.parties, tabled)
    office.clock.move(days=1)
    office.consent(first.officer, id)
    assert turns() == dict.fromkeys(others, tabled)
    office.clock.move(days=20)
    office.withdraw_consent(first.officer, id)
    withdrawn = office.clock.now()
    assert turns() == {first.party: withdrawn, **dict.fromkeys(others, tabled)}
    office.clock.move(days=1)
    for side in office.people.sides[1:]:
        office.consent(side.officer, id)
    assert turns() == {first.party: withdrawn}
    office.clock.move(days=1)
    office.withdraw_consent(second.officer, id)
    assert turns() == {first.party: withdrawn, second.party: office.clock.now()}
    office.clock.move(days=1)
    office.send_back(first.officer, id)
    sent_back = office.clock.now()
    assert turns() == {first.party: sent_back}
    office.clock.move(days=1)
    office.send_back(second.officer, id)
    assert turns() == {first.party: sent_back}
    office.clock.move(days=1)
    office.revise(first.drafter, id, "直した本文")
    assert turns() == dict.fromkeys(office.people.parties, office.clock.now())


def test_a_consent_withdrawn_and_given_again_leaves_both_in_the_record(office):
    """I9; decision 26."""
    officer = office.people[1].officer
    id = office.tabled(office.people[0].drafter)
    office.consent(officer, id)
    office.withdraw_consent(officer, id)
    assert office.document(id).standing == Standing.OPEN
    assert office.told(last(office).number) == others(office, officer.party)
    assert office.consent(officer, id).number == 3
    assert office.verbs()[-3:] == ["consent.given", "consent.withdrawn", "consent.given"]


def test_nothing_is_withdrawn_by_a_party_that_did_not_consent_or_after_agreement(office):
    """I9, I6; row 31."""
    id = office.tabled(office.people[0].drafter)
    office.consent(office.people[1].officer, id)
    with pytest.raises(rules.NoConsentToWithdraw):
        office.withdraw_consent(office.people[0].officer, id)
    id = office.agreed("別の本文")
    with pytest.raises(rules.AgreedAlready):
        office.withdraw_consent(office.people[1].officer, id)


def test_a_revision_sent_back_takes_no_consent_until_there_is_a_new_one(office):
    """Decision 25."""
    ours, theirs = office.people[0], office.people[1]
    id = office.tabled(ours.drafter)
    reply = office.send_back(theirs.officer, id)
    assert reply.reason
    assert office.told(last(office).number) == others(office, theirs.party)
    assert office.document(id).waits_for == f",{ours.party},"
    for side in office.people.sides:
        with pytest.raises(rules.SentBackAlready):
            office.consent(side.officer, id)
    office.revise(ours.drafter, id, "直した本文")
    assert office.consent(theirs.officer, id)


@pytest.mark.parametrize("act", ["decline", "hold", "lift_hold"])
def test_a_drafter_neither_declines_nor_holds(office, act):
    id = office.agreed() if act != "decline" else office.tabled(office.people[0].drafter)
    with pytest.raises(NotAllowed):
        office.close(office.people[1].drafter, id, act)


def test_a_drafter_does_not_send_back(office):
    id = office.tabled(office.people[0].drafter)
    with pytest.raises(NotAllowed):
        office.send_back(office.people[1].drafter, id)


def test_declining_ends_the_document_for_all(office):
    """R2-10."""
    id = office.tabled(office.people[0].drafter)
    office.close(office.people[1].officer, id, "decline")
    assert office.document(id).standing == Standing.DECLINED
    assert office.told(last(office).number) == others(office, office.people[1].party)
    for attempt in (
        lambda: office.consent(office.people[0].officer, id),
        lambda: office.save(office.people[0].drafter, id, "まだ", saves=0),
    ):
        with pytest.raises(rules.ClosedAlready):
            attempt()


def test_the_proposer_and_nobody_else_withdraws_the_document(office):
    """R2-10."""
    id = office.tabled(office.people[0].drafter)
    with pytest.raises(rules.OnlyTheProposerWithdraws):
        office.close(office.people[1].drafter, id, "withdraw")
    office.close(office.people[0].drafter, id, "withdraw")
    assert office.document(id).standing == Standing.WITHDRAWN


def test_what_is_agreed_takes_no_draft_and_no_new_revision(office):
    """I6."""
    id = office.tabled(office.people[0].drafter)
    office.save(office.people[0].drafter, id, "途中の下書き")
    for side in office.people.sides:
        office.consent(side.officer, id)
    with pytest.raises(rules.AgreedAlready):
        office.table(office.people[0].drafter, id)
    with pytest.raises(rules.AgreedAlready):
        office.save(office.people[0].drafter, id, "さらに")


# --- Hold and replacement ----------------------------------------------------------------------------------


def test_a_press_officer_holds_at_once_and_only_an_officer_of_that_party_lifts(office):
    """Decision 26."""
    ours, theirs = office.people[0], office.people[1]
    id = office.agreed()
    office.close(theirs.press, id, "hold")
    assert office.document(id).standing == Standing.HELD
    with pytest.raises(rules.NotHeld):
        office.close(ours.officer, id, "lift_hold")
    with pytest.raises(NotAllowed):
        office.close(theirs.press, id, "lift_hold")
    office.close(theirs.officer, id, "lift_hold")
    assert office.document(id).standing == Standing.AGREED


def test_hold_and_lift_at_one_and_the_same_moment_are_told_apart(office):
    """Row 39: while the clock stands still, or behind the record, every act has the same moment."""
    officer = office.people[0].officer
    id = office.agreed()
    for turn in range(6):
        office.close(officer, id, "hold" if turn % 2 == 0 else "lift_hold")
        expected = {officer.party} if turn % 2 == 0 else set()
        assert office.paper(id).held_by == expected, turn
    office.close(office.people[1].officer, id, "hold")
    office.close(officer, id, "hold")
    office.close(officer, id, "lift_hold")
    assert office.paper(id).held_by == {office.people[1].party}


def test_the_agreed_replacement_takes_the_others_place_and_both_stay(office):
    """Decision 13."""
    old = office.agreed()
    new = office.start(office.people[1].drafter, text="変更後", replaces=old)
    office.table(office.people[1].drafter, new)
    *first, final = office.people.sides
    for side in first:
        office.consent(side.officer, new)
        assert office.document(old).standing == Standing.AGREED
    office.consent(final.officer, new)
    assert office.document(old).standing == Standing.REPLACED
    assert office.document(new).standing == Standing.AGREED
    assert office.verbs()[-3:] == ["consent.given", "document.agreed", "document.replaced"]
    with pytest.raises(rules.ClosedAlready):
        office.close(final.officer, old, "hold")


def test_only_what_is_agreed_can_be_replaced(office):
    for id in (office.tabled(office.people[0].drafter), office.start(office.people[0].drafter)):
        with pytest.raises(commands.ReplacedBefore):
            office.start(office.people[0].drafter, replaces=id)


def test_of_two_replacements_the_second_is_refused(office):
    old = office.agreed()
    first = office.tabled(office.people[0].drafter, "一つ目", replaces=old)
    second = office.tabled(office.people[1].drafter, "二つ目", replaces=old)
    for side in office.people.sides:
        office.consent(side.officer, first)
    with pytest.raises(commands.ReplacedBefore):
        office.consent(office.people[0].officer, second)


def test_a_document_held_can_be_replaced(office):
    old = office.agreed()
    office.close(office.people[0].officer, old, "hold")
    new = office.tabled(office.people[0].drafter, "変更後", replaces=old)
    for side in office.people.sides:
        office.consent(side.officer, new)
    assert office.document(old).standing == Standing.REPLACED
    assert office.paper(old).held_by == frozenset()


# --- Consulting --------------------------------------------------------------------------------------------


def consulted(office, id):
    with office.work(office.people[0].drafter) as work:
        return commands.consult(
            work,
            MEMO,
            commands.document_of(work, MEMO, id),
            held_on=dt.date(2025, 10, 1),
            medium="meeting",
            participants="企画課 鈴木、営業部 渡辺",
            summary="日程を確かめた。",
            decisions="十一月に行う。",
        )


def test_a_consultation_is_confirmed_by_another_party_and_not_by_its_writer(office):
    """R2-2."""
    id = office.tabled(office.people[0].drafter)
    consultation = consulted(office, id)
    assert office.told(last(office).number) == others(office, office.people[0].party)
    with pytest.raises(commands.ConfirmedByItsWriter), office.work(office.people[0].officer) as work:
        commands.confirm_consultation(
            work, MEMO, commands.document_of(work, MEMO, id), consultation.id, is_confirmed=True, remark=""
        )
    for is_confirmed, verb in ((True, "consultation.confirmed"), (False, "consultation.disputed")):
        office.clock.move(seconds=1)
        with office.work(office.people[1].drafter) as work:
            commands.confirm_consultation(
                work,
                MEMO,
                commands.document_of(work, MEMO, id),
                consultation.id,
                is_confirmed=is_confirmed,
                remark="十二月では",
            )
        assert last(office).verb == verb


def test_a_consultation_of_another_document_is_not_found(office):
    """Row 2."""
    id, other = office.tabled(office.people[0].drafter), office.tabled(office.people[0].drafter, "別")
    consultation = consulted(office, id)
    with pytest.raises(NotFound), office.work(office.people[1].drafter) as work:
        commands.confirm_consultation(
            work, MEMO, commands.document_of(work, MEMO, other), consultation.id, is_confirmed=True, remark=""
        )


def test_comments_are_shared_and_notes_are_not(office):
    """Row 5, 21: a note leaves no trace outside one's own side."""
    id = office.tabled(office.people[0].drafter)
    with office.work(office.people[0].reader) as work:
        commands.comment(work, MEMO, commands.document_of(work, MEMO, id), text="共有の言葉")
    assert office.told(last(office).number) == others(office, office.people[0].party)
    before = len(office.entries()), office.paper(id), office.document(id).changed_at
    with office.work(office.people[1].reader) as work:
        commands.note(work, MEMO, commands.document_of(work, MEMO, id), text="内輪の言葉")
    assert (len(office.entries()), office.paper(id), office.document(id).changed_at) == before
    assert office.verbs(office.people[1].party)[-1] == "note.made"


def test_before_tabling_there_is_nothing_to_consult_or_comment_on(office):
    id = office.start(office.people[0].drafter)
    with pytest.raises(rules.NothingOnTheTable):
        consulted(office, id)
    with pytest.raises(rules.NothingOnTheTable), office.work(office.people[0].drafter) as work:
        commands.comment(work, MEMO, commands.document_of(work, MEMO, id), text="早い")


# --- Once, and only once -----------------------------------------------------------------------------------


def test_the_same_submission_again_is_answered_with_its_first_outcome(office):
    """I7; row 25."""
    officer = office.people[1].officer
    id = office.tabled(office.people[0].drafter)
    once = ("key-of-the-page", "what was sent")
    office.consent(officer, id, once=once)
    before = office.everything()
    for _ in range(3):
        with pytest.raises(AlreadyDone) as done:
            office.consent(officer, id, once=once)
        assert done.value.location == f"/memos/{id}"
    assert office.everything() == before


def test_the_same_key_with_another_content_is_refused(office):
    """I7."""
    officer = office.people[1].officer
    id = office.tabled(office.people[0].drafter)
    office.consent(officer, id, once=("key-of-the-page", "what was sent"))
    with pytest.raises(SentForSomethingElse):
        office.consent(officer, id, once=("key-of-the-page", "something else"))


def test_anothers_key_opens_nothing(office):
    """I7: the key is bound to the member."""
    id = office.tabled(office.people[0].drafter)
    once = ("key-of-the-page", "what was sent")
    office.consent(office.people[1].officer, id, once=once)
    with pytest.raises(SentForSomethingElse):
        office.consent(office.people[0].officer, id, once=once)


@pytest.mark.parametrize("key", ["two words", " leading", "a b c", "改行\nあり"])
def test_a_key_is_kept_as_it_was_sent_whatever_its_letters(office, key):
    """I7: the key comes from outside."""
    officer = office.people[1].officer
    id = office.tabled(office.people[0].drafter)
    office.consent(officer, id, once=(key, "what was sent"))
    with pytest.raises(AlreadyDone):
        office.consent(officer, id, once=(key, "what was sent"))
    with office.read() as session:
        assert session.get(OnceKey, key).fingerprint == "what was sent"


def test_a_refused_submission_may_be_sent_again(office):
    officer = office.people[1].officer
    id = office.tabled(office.people[0].drafter)
    once = ("key-of-the-page", "what was sent")
    with pytest.raises(rules.RevisionHasMoved):
        office.consent(officer, id, seen="old", once=once)
    assert office.consent(officer, id, once=once)


# --- What Work itself guards -------------------------------------------------------------------------------


def test_a_change_that_no_event_tells_is_not_kept(office):
    """Architecture 2.6. Nor is it when something else is told to all: each subject has its own entry."""
    id, other = office.agreed(), office.agreed()
    before = office.everything()
    with pytest.raises(UnrecordedChange), office.work(office.people[0].officer) as work:
        commands.document_of(work, MEMO, id).title = "別の題名"
    assert office.everything() == before
    with pytest.raises(UnrecordedChange), office.work(office.people[0].officer) as work:
        commands.comment(work, MEMO, commands.document_of(work, MEMO, other), text="別の文書へのコメント")
        commands.document_of(work, MEMO, id).title = "別の題名"
    assert office.everything() == before


@pytest.mark.parametrize(
    "statement",
    [
        lambda id: update(Document).where(Document.id == id).values(standing="agreed"),
        lambda id: delete(Draft).where(Draft.document_id == id),
        lambda id: insert(Note).values(id="x"),
    ],
)
def test_bulk_statements_are_refused(office, statement):
    id = office.start(office.people[0].drafter)
    with pytest.raises(BulkChange), office.work(office.people[0].drafter) as work:
        work.session.execute(statement(id))


def test_what_fails_half_way_leaves_nothing(office):
    """I12."""
    id = office.tabled(office.people[0].drafter)
    before = office.everything()
    with pytest.raises(ZeroDivisionError), office.work(office.people[1].officer) as work:
        document = commands.document_of(work, MEMO, id)
        commands.consent(work, MEMO, document, seen=document.digest, decision=DECISION)
        work.session.flush()
        _ = 1 / 0
    assert office.everything() == before


def test_an_act_its_entry_its_messages_and_its_key_are_one_transaction(office):
    """I12, I16: whoever dies between two commits would leave half."""
    id = office.tabled(office.people[0].drafter)
    commits = []
    event.listen(
        office.app.engines.writer, "commit", lambda _connection: commits.append(len(office.entries()))
    )
    before = len(office.entries())
    office.consent(office.people[1].officer, id, once=("key", "what was sent"))
    assert len(office.entries()) == before + 1
    if office.app.engines.is_sqlite:
        assert commits == [before]
        return
    told = "chain = 'joint' AND number = (SELECT max(number) FROM history_entries WHERE chain = 'joint')"
    with office.app.engines.reader.connect() as connection:
        written = {
            table: set(connection.scalars(text(f"SELECT xmin::text FROM {table} WHERE {which}")))
            for table, which in (
                ("history_entries", told),
                ("history_payloads", told),
                ("messages", told),
                ("history_heads", "chain = 'joint'"),
                ("once_keys", "key = 'key'"),
                ("documents", f"id = '{id}'"),
                ("replies", f"document_id = '{id}'"),
            )
        }
    (transaction,) = set.union(*written.values())
    assert written == dict.fromkeys(written, {transaction})


def test_a_clock_that_goes_back_never_takes_the_record_back_and_is_told_once(office):
    """I17; row 39."""
    id = office.tabled(office.people[0].drafter)
    stands = last(office).at
    office.clock.move(hours=-1)
    office.consent(office.people[1].officer, id)
    office.withdraw_consent(office.people[1].officer, id)
    entries = office.entries()
    assert [entry.verb for entry in entries[-3:]] == ["clock.went_back", "consent.given", "consent.withdrawn"]
    assert facts(entries[-3])["seconds"] == 3600
    assert entries[-3].actor_id is None
    assert {entry.at for entry in entries[-3:]} == {stands}
    office.clock.move(hours=2)
    office.consent(office.people[1].officer, id)
    assert last(office).at > stands
    office.clock.move(hours=-3)
    office.withdraw_consent(office.people[1].officer, id)
    assert office.verbs()[-2:] == ["clock.went_back", "consent.withdrawn"]


def test_what_was_said_at_one_and_the_same_moment_is_shown_in_its_order(office):
    """Row 39: while the clock stands behind the record, every act has the same moment."""
    ours, theirs = office.people[0], office.people[1]
    id = office.tabled(ours.drafter)
    office.clock.move(hours=-1)
    for _ in range(3):
        office.consent(theirs.officer, id)
        office.withdraw_consent(theirs.officer, id)
    office.revise(ours.drafter, id, "直した本文")
    office.consent(theirs.officer, id)
    with office.read() as session:
        dossier = queries.dossier(session, ours.reader.actor(office), MEMO, id)
        assert dossier.live_consent_of(theirs.party) is not None
        said = [(one.revision, one.says.value) for one in dossier.replies]
    assert said == [(1, "consent"), (1, "withdraw")] * 3 + [(2, "consent")]


def test_a_clock_a_little_behind_is_no_event(office):
    """Row 39: up to five seconds, as after a correction by NTP or a smeared leap second."""
    id = office.tabled(office.people[0].drafter)
    office.clock.move(seconds=-5)
    office.consent(office.people[1].officer, id)
    assert "clock.went_back" not in office.verbs()


def test_a_clock_far_ahead_is_taken_as_it_is(office):
    """Row 39."""
    id = office.tabled(office.people[0].drafter)
    office.clock.move(days=300)
    office.consent(office.people[1].officer, id)
    assert last(office).at == office.clock.now()


# --- What the database itself refuses ----------------------------------------------------------------------


def tamper(office, *statements):
    """The statements, past every door of the portal."""
    with office.app.engines.writer.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def row_of(office, model, **where):
    with office.read() as session:
        found = session.scalars(select(model).filter_by(**where)).first()
        return {column.key: getattr(found, column.key) for column in model.__table__.columns}


def full(office):
    """A document that has a row in every kept table."""
    id = office.tabled(office.people[0].drafter)
    consultation = consulted(office, id)
    with office.work(office.people[1].officer) as work:
        document = commands.document_of(work, MEMO, id)
        commands.confirm_consultation(work, MEMO, document, consultation.id, is_confirmed=True, remark="")
        commands.comment(work, MEMO, document, text="言葉")
        commands.note(work, MEMO, document, text="メモ")
    for side in office.people.sides:
        office.consent(side.officer, id)
    office.close(office.people[0].officer, id, "hold")
    return id


KEPT = [Revision, Reply, Closing, Consultation, ConsultationConfirmation, Comment, Note]


@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__tablename__)
def test_what_was_said_can_be_neither_changed_nor_deleted(pair, model):
    """Row 92: triggers, on both databases."""
    full(pair)
    before = pair.everything()
    for statement in (update(model).values(id="other"), delete(model)):
        with pytest.raises(exc.DBAPIError, match=f"{model.__tablename__} is kept for ever"):
            tamper(pair, statement)
    assert pair.everything() == before


def test_a_reply_cannot_come_to_mean_other_words(pair):
    """I1: the composite key binds it to the digest."""
    id = pair.tabled(pair.people[0].drafter)
    pair.revise(pair.people[0].drafter, id, "直した本文")
    pair.consent(pair.people[1].officer, id)
    reply = row_of(pair, Reply) | {"id": "forged", "party": pair.people[0].party}
    with pytest.raises(exc.IntegrityError):
        tamper(pair, insert(Reply).values(**(reply | {"digest": row_of(pair, Revision, number=1)["digest"]})))


def test_a_partys_reply_number_is_given_once(pair):
    """Row 29: the second insert fails in the database itself."""
    id = pair.tabled(pair.people[0].drafter)
    pair.consent(pair.people[1].officer, id)
    with pytest.raises(exc.IntegrityError):
        tamper(pair, insert(Reply).values(**(row_of(pair, Reply) | {"id": "forged"})))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("consent_rests_on_a_decision", {"capacity": None}),
        ("consent_rests_on_a_decision", {"decision_reference": None}),
        ("sent_back_has_reason", {"says": "send_back"}),
        ("withdrawn_consent_has_reason", {"says": "withdraw"}),
        ("reply_says_one_of_three", {"says": "maybe"}),
    ],
)
def test_a_reply_that_makes_no_sense_is_refused_by_name(pair, name, change):
    id = pair.tabled(pair.people[0].drafter)
    pair.consent(pair.people[1].officer, id)
    with pytest.raises(exc.IntegrityError, match=name):
        tamper(pair, insert(Reply).values(**(row_of(pair, Reply) | {"id": "forged", "number": 2} | change)))


def test_a_closing_is_one_of_four(pair):
    pair.close(pair.people[0].officer, pair.agreed(), "hold")
    with pytest.raises(exc.IntegrityError, match="closing_is_one_of_four"):
        tamper(pair, insert(Closing).values(**(row_of(pair, Closing) | {"id": "forged", "act": "erase"})))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a_reference_is_drawn_at_tabling", {"reference": None}),
        ("a_reference_is_drawn_at_tabling", {"tabled_at": None}),
        ("what_is_agreed_names_its_revision", {"standing": "agreed"}),
        ("what_is_agreed_names_its_revision", {"agreed_revision_id": "x"}),
    ],
)
def test_a_document_that_makes_no_sense_is_refused_by_name(pair, name, change):
    id = pair.tabled(pair.people[0].drafter)
    with pytest.raises(exc.IntegrityError, match=name):
        tamper(pair, update(Document).where(Document.id == id).values(**change))


def test_a_document_has_one_revision_of_a_number_and_a_party_one_draft(pair):
    id = pair.tabled(pair.people[0].drafter)
    pair.save(pair.people[0].drafter, id, "直し")
    for model in (Revision, Draft):
        with pytest.raises(exc.IntegrityError):
            tamper(pair, insert(model).values(**(row_of(pair, model) | {"id": "forged"})))


def test_a_member_is_of_one_party_or_the_operator(pair):
    """I3; row 29: one person in both parties cannot be."""
    with pytest.raises(exc.IntegrityError, match="one_party_or_the_operator"):
        tamper(pair, update(Member).where(Member.is_operator).values(party=pair.people[0].party))
    twin = row_of(pair, Member, id=pair.people[0].officer.member_id)
    with pytest.raises(exc.IntegrityError):
        tamper(pair, insert(Member).values(**(twin | {"id": "twin", "party": pair.people[1].party})))


def test_the_engine_that_reads_cannot_write(pair):
    """Row 98."""
    with pytest.raises(exc.DBAPIError), pair.app.engines.reader.begin() as connection:
        connection.execute(update(Document).values(title="x"))


def test_the_writers_come_one_at_a_time(pair):
    """Row 27: while one Work stands open, no other has begun."""
    with Session(pair.app.engines.writer) as session:
        take_the_writer_lock(session)
        if pair.app.engines.is_sqlite:
            other = sqlite3.connect(pair.url.removeprefix("sqlite:///"), timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.close()
        else:
            with pair.app.engines.reader.connect() as connection:
                assert connection.scalar(select(func.pg_try_advisory_xact_lock(WRITER_LOCK))) is False


def test_every_refusal_of_the_engine_has_a_sentence_and_a_next_step():
    """Excellent 3.2: what was not so, and what to do."""
    for module in (rules, commands):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, RuleBroken) and value is not RuleBroken:
                assert value.sentence and value.next_step and value.__doc__
