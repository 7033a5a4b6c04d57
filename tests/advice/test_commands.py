"""What is done with advice, on both databases: recorded for ever, confirmed, handled, corrected, and who is told."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import delete, exc, select, update

from portal.advice import commands, queries, rules
from portal.advice.models import Advice, AdviceNotice, AdviceRecord, AdviceTaking
from portal.advice.queries import Filters
from portal.consent.models import Document
from portal.history.event import JOINT
from portal.history.events import ExportTaken
from portal.history.models import Entry, Message
from portal.kernel.db import Subject
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from portal.parties import commands as parties
from portal.tasks.verification import verify_everything
from tests.makers.activities import activity_of, edition_of, tabled_proposal
from tests.makers.advice import (
    advice_body,
    confirmed,
    corrected,
    drafted,
    handled,
    recorded,
    recorded_draft,
    term_of,
    with_file,
)


def sides(house):
    """The two sides of the agreement's term on advice: who gives, who receives."""
    term = term_of(house)
    return house.people[term.giver], house.people[term.receiver]


def entry(house, person, id):
    with house.read() as session:
        return queries.entry(session, person.actor(house), id)


def verbs(house, chain=JOINT, subject=None):
    with house.read() as session:
        query = (
            select(Entry.verb).where(Entry.chain == chain, Entry.verb.like("advice.%")).order_by(Entry.number)
        )
        return list(session.scalars(query.where(Entry.subject_id == subject) if subject else query))


@pytest.mark.parametrize("by", ["giver", "receiver"])
def test_the_clauses_stand_on_it_word_for_word_as_in_the_edition_then_in_force(dated, by):
    """R8-2; excellent 3.4: recorded as given or as received, frozen with the edition's number."""
    giver, receiver = sides(dated)
    edition = edition_of(dated)
    side = giver if by == "giver" else receiver
    made = recorded(dated, side.drafter, giver.party, receiver.party)
    found = entry(dated, receiver.reader, made.id)
    term = term_of(dated)
    assert [one.id for one in found.said.clauses] == [term.clause, term.liability_clause]
    for clause in found.said.clauses:
        assert clause.text == {
            "ja": edition.clause(clause.id).text.ja,
            "en": edition.clause(clause.id).text.en,
        }
    assert found.row.edition == 1 and found.row.waits_for == (receiver if side is giver else giver).party
    with dated.read() as session:
        told = session.scalars(select(Entry).where(Entry.verb == "advice.recorded")).one()
        assert told.clause == "advice" and told.is_chronicle
        assert session.scalars(select(Message.party).where(Message.number == told.number)).all() == [
            found.row.waits_for
        ]


def test_in_the_other_direction_no_clause_stands_anywhere(dated):
    """Invariant 9: neither on the entry, nor in the list, nor in the history."""
    giver, receiver = sides(dated)
    made = recorded(dated, receiver.drafter, receiver.party, giver.party)
    found = entry(dated, giver.reader, made.id)
    assert found.said.clauses == () and found.row.clauses == ""
    with dated.read() as session:
        assert session.scalars(select(Entry.clause).where(Entry.verb == "advice.recorded")).all() == [None]


def test_before_it_is_recorded_nobody_else_knows_of_it(dated):
    """Rows 1, 21: a draft is the own side's alone."""
    giver, receiver = sides(dated)
    before = verbs(dated)
    id = drafted(dated, giver.drafter, advice_body(giver.party, receiver.party))
    with_file(dated, giver.drafter, id)
    with dated.read() as session:
        assert queries.drafts(session, receiver.drafter.actor(dated)) == []
        assert len(queries.drafts(session, giver.reader.actor(dated))) == 1
        with pytest.raises(NotFound):
            queries.draft(session, receiver.drafter.actor(dated), id)
    with pytest.raises(NotFound), dated.work(receiver.drafter.actor(dated)) as work:
        commands.save(work, id, advice_body(giver.party, receiver.party), saves=2)
    with pytest.raises(NotFound), dated.work(receiver.drafter.actor(dated)) as work:
        commands.record(work, id, saves=2)
    assert verbs(dated) == before


def test_without_a_date_of_the_agreement_it_stays_a_draft(staffed):
    """Decision 30"""
    giver, receiver = sides(staffed)
    id = drafted(staffed, giver.drafter, advice_body(giver.party, receiver.party))
    with pytest.raises(rules.NoDateYet):
        recorded_draft(staffed, giver.drafter, id)
    with staffed.read() as session:
        assert len(queries.drafts(session, giver.drafter.actor(staffed))) == 1


def test_it_belongs_to_the_activity_whose_number_is_named(dated):
    proposal = tabled_proposal(dated, dated.people)
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party, activity="ａｃｔ-0001 ")
    assert made.activity_id == activity_of(dated, proposal)
    with pytest.raises(rules.UnknownActivity) as refused:
        recorded(dated, giver.drafter, giver.party, receiver.party, activity="ACT-0099")
    assert refused.value.field == "activity"


def test_what_is_missing_is_said_of_every_field_at_once_and_the_draft_stays(dated):
    giver, receiver = sides(dated)
    body = advice_body(giver.party, receiver.party, content="", basis="", activity="ACT-0099")
    id = drafted(dated, giver.drafter, body)
    with pytest.raises(RuleBroken) as refused:
        recorded_draft(dated, giver.drafter, id)
    assert {one.field for one in refused.value.each} == {"content", "basis", "activity"}
    with dated.read() as session:
        assert queries.draft(session, giver.drafter.actor(dated), id).title == body.title


def test_a_record_is_never_changed_and_never_deleted(dated):
    """R8-6; invariant 4: the database itself refuses."""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    confirmed(dated, receiver.drafter, made.id)
    handled(dated, receiver.drafter, made.id)
    for table in ("advice_records", "advice_confirmations", "advice_handlings"):
        model = Advice.metadata.tables[table]
        for statement in (delete(model), update(model).values(name="別人")):
            with pytest.raises(exc.DatabaseError), dated.app.engines.writer.begin() as connection:
                connection.execute(statement)


def test_any_other_word_is_another_digest(dated):
    """Row 24: title, content, people, basis, marking, files and clauses are all under the digest."""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    with dated.read() as session:
        sealed = session.get_one(AdviceRecord, made.id).sealed
        assert list(queries.broken_records(session)) == []
    from portal.advice import body as bodies

    assert bodies.holds(sealed, made.digest)
    for old, new in (
        ("利用の記録が", "利用の記録は"),
        ("requested", "volunteered"),
        ("責任を負わない", "責任を負う"),
    ):
        assert old in sealed and not bodies.holds(sealed.replace(old, new, 1), made.digest)


# --- the other side's word


def test_the_other_side_confirms_it_or_says_what_it_sees_otherwise(dated):
    """Excellent 3.4: both sides confirm it is the same."""
    giver, receiver = sides(dated)
    made = recorded(dated, receiver.drafter, giver.party, receiver.party)
    with pytest.raises(rules.ConfirmedByItsWriter):
        confirmed(dated, receiver.drafter2, made.id)
    confirmed(dated, giver.drafter, made.id, otherwise="日付は29日です。")
    found = entry(dated, receiver.reader, made.id)
    assert (found.row.confirmed, found.row.waits_for) == ("otherwise", "")
    confirmed(dated, giver.drafter, made.id)
    with pytest.raises(rules.ConfirmedAlready):
        confirmed(dated, giver.drafter, made.id)
    found = entry(dated, receiver.reader, made.id)
    assert [one.is_same for one in found.confirmations] == [False, True] and found.has_confirmed
    assert verbs(dated, subject=made.id) == ["advice.recorded", "advice.disputed", "advice.confirmed"]


def test_only_what_was_on_the_screen_is_confirmed(dated):
    """Row 23"""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    with pytest.raises(rules.RecordHasMoved), dated.work(receiver.drafter.actor(dated)) as work:
        commands.confirm(work, made.id, seen="0" * 64, is_same=True)


def test_who_only_reads_neither_records_nor_answers(dated):
    """Decision 29: by role."""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    for person in (receiver.reader, receiver.admin, receiver.custodian):
        with pytest.raises(NotAllowed):
            drafted(dated, person, advice_body(giver.party, receiver.party))
        with pytest.raises(NotAllowed):
            confirmed(dated, person, made.id)
        with pytest.raises(NotAllowed):
            handled(dated, person, made.id)


# --- the receiver's handling


def test_the_receiver_says_what_it_decided_and_keeps_why_to_itself(dated):
    """R8-3; row 5: result and checker are shared, decision and procurement stay on the own side."""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    handled(
        dated, receiver.drafter, made.id, "adopted", checked_by="府見 あおい", checked_on=dt.date(2025, 10, 1),
        decision="生成AI利用ガイドライン第3版 12頁", procurement="yes", remark="仕様書の記載を見直す",
    )  # fmt: skip
    mine, theirs = entry(dated, receiver.reader, made.id), entry(dated, giver.drafter, made.id)
    assert mine.handlings[0].decision.startswith("生成AI利用ガイドライン")
    assert theirs.handlings[0].result == "adopted" and theirs.handlings[0].checked_by == "府見 あおい"
    assert theirs.handlings[0].decision is None and theirs.handlings[0].procurement is None
    assert verbs(dated, chain=receiver.party)[-1] == "advice.decision_noted"
    assert "advice.decision_noted" not in verbs(dated)
    with pytest.raises(rules.HandledByTheReceiver):
        handled(dated, giver.drafter, made.id)


def test_what_is_relied_on_unchecked_waits_until_somebody_has_checked_it(dated):
    """R8-5"""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    handled(dated, receiver.drafter, made.id, "adopted")
    assert parts(dated, receiver.drafter) == ["confirm", "check"]
    handled(dated, receiver.drafter, made.id, "adopted", checked_by="府見 あおい")
    assert parts(dated, receiver.drafter) == ["confirm"]
    assert parts(dated, giver.drafter) == []


def parts(house, person):
    with house.read() as session:
        return [one.part for one in queries.waiting(session, person.actor(house), limit=20)]


def test_a_note_is_for_the_own_side_alone(dated):
    """Excellent 3.4; rows 5, 21"""
    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    before = verbs(dated)
    with dated.work(receiver.reader.actor(dated)) as work:
        commands.note(work, made.id, text="予算の要求に使う")
    assert [one.text for one in entry(dated, receiver.officer, made.id).notes] == ["予算の要求に使う"]
    assert entry(dated, giver.officer, made.id).notes == []
    assert entry(dated, dated.people.auditor, made.id).notes == []
    assert verbs(dated) == before


# --- correction


def test_a_correction_is_a_new_entry_and_both_stay_readable(dated):
    """R8-4; S8"""
    giver, receiver = sides(dated)
    first = recorded(dated, receiver.drafter, giver.party, receiver.party)
    second = corrected(dated, giver.drafter, first.id, content="海外に置かれることがあります。")
    old, new = entry(dated, receiver.reader, first.id), entry(dated, receiver.reader, second.id)
    assert old.row.correction == second.reference and new.row.corrects == first.reference
    assert "日本" in old.said.body.content and "海外" in new.said.body.content
    assert verbs(dated, subject=first.id)[-1] == "advice.corrected"
    with pytest.raises(rules.CorrectedAlready):
        corrected(dated, giver.drafter, first.id)
    with pytest.raises(rules.CorrectedAlready):
        handled(dated, receiver.drafter, first.id)
    with pytest.raises(rules.CorrectedAlready):
        confirmed(dated, giver.drafter, first.id)
    assert corrected(dated, receiver.drafter, second.id).reference.endswith("0003")


def test_a_correction_names_its_reason(dated):
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party)
    with pytest.raises(rules.NoReason):
        corrected(dated, giver.drafter, first.id, reason="  ")


def test_everyone_who_acted_on_the_old_entry_is_told_of_its_correction_and_no_mere_reader(dated):
    """R8-4; decision 34: confirmed, handled, downloaded, linked."""
    tabled_proposal(dated, dated.people)
    giver, receiver = sides(dated)
    id = drafted(dated, giver.drafter, advice_body(giver.party, receiver.party))
    file = with_file(dated, giver.drafter, id)
    first = recorded_draft(dated, giver.drafter, id)
    confirmed(dated, receiver.drafter, first.id)
    handled(dated, receiver.drafter2, first.id, "adopted", checked_by="次長")
    for person in (receiver.reader, giver.officer, receiver.reader):
        with dated.work(person.actor(dated)) as work:
            commands.take(work, first.id, file)
    with dated.work(receiver.manager.actor(dated)) as work:
        commands.link(work, first.id, reference="ACT-0001", place="4 方法")
    entry(dated, receiver.press, first.id)  # a mere reader
    second = corrected(dated, giver.drafter, first.id)
    with dated.read() as session:
        told = set(session.scalars(select(AdviceNotice.member_id).where(AdviceNotice.advice_id == second.id)))
        assert len(session.scalars(select(AdviceTaking)).all()) == 2
    people = (receiver.drafter, receiver.drafter2, receiver.reader, receiver.manager, giver.officer)
    assert told == {person.member_id for person in people}
    for person in people:
        assert "read" in parts(dated, person)
    assert "read" not in parts(dated, receiver.press)
    assert "check" in parts(dated, receiver.press), "the side relied on it, and looks at the correction"
    with dated.work(receiver.reader.actor(dated)) as work:
        assert commands.read_correction(work, second.id) == 1
    assert "read" not in parts(dated, receiver.reader) and "read" in parts(dated, receiver.drafter)
    handled(dated, receiver.drafter, second.id, "not")
    assert "check" not in parts(dated, receiver.press)


def test_who_took_the_entry_as_a_paper_or_within_an_export_is_told_of_its_correction(dated):
    """R8-4; decision 34: what left the portal with the old words is a download too, whatever its form."""
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party)
    other = recorded(dated, giver.drafter, giver.party, receiver.party)
    secret = recorded(dated, giver.drafter, giver.party, receiver.party, marking="secret")
    before = verbs(dated), verbs(dated, chain=giver.party)
    for person, id in ((receiver.reader, first.id), (receiver.reader, first.id), (receiver.press, other.id)):
        with dated.work(person.actor(dated)) as work:
            commands.take_paper(work, id)
    with dated.work(dated.people.auditor.actor(dated)) as work:
        commands.take_paper(work, secret.id)
    assert (verbs(dated), verbs(dated, chain=giver.party)) == before
    assert verbs(dated, chain=receiver.party) == ["advice.paper_taken"] * 2
    for person, words in ((receiver.manager, ""), (receiver.officer, other.reference), (dated.people.auditor, "")):
        actor = person.actor(dated)
        with dated.work(actor) as work:
            commands.keep_export(work, queries.openable(work.session, actor, Filters(words=words)))
            work.record(ExportTaken(about=Subject("member", actor.member_id), private_to=actor.party, what="advice",
                                    format="CSV", count="1", as_of=1))  # fmt: skip
    second = corrected(dated, giver.drafter, first.id)
    assert told_of(dated, second) == {receiver.reader.member_id, receiver.manager.member_id, dated.people.auditor.member_id}
    assert told_of(dated, corrected(dated, giver.drafter, secret.id)) == {receiver.manager.member_id}
    assert "read" in parts(dated, receiver.reader) and "read" not in parts(dated, receiver.press)


def told_of(house, correction):
    with house.read() as session:
        return set(
            session.scalars(select(AdviceNotice.member_id).where(AdviceNotice.advice_id == correction.id))
        )


def test_of_a_second_correction_those_are_told_too_who_acted_on_the_first_entry(dated):
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party)
    handled(dated, receiver.drafter, first.id)
    second = corrected(dated, giver.drafter, first.id)
    third = corrected(dated, giver.drafter2, second.id)
    with dated.read() as session:
        told = session.execute(
            select(AdviceNotice.member_id, AdviceNotice.corrected_id).where(
                AdviceNotice.advice_id == third.id
            )
        ).all()
    assert {tuple(one) for one in told} == {
        (receiver.drafter.member_id, first.id), (giver.drafter.member_id, second.id),
    }  # fmt: skip


def test_what_a_leaver_was_told_is_told_to_their_side(dated):
    """Row 61; R8-4: nobody's notice dies with the account."""
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party)
    handled(dated, receiver.drafter, first.id)
    second = corrected(dated, giver.drafter, first.id)
    assert "read" not in parts(dated, receiver.officer)
    with dated.work(receiver.admin.actor(dated)) as work:
        parties.close_member(work, receiver.drafter.member_id)
    assert "read" in parts(dated, receiver.officer)
    with dated.work(receiver.officer.actor(dated)) as work:
        assert commands.read_correction(work, second.id) == 1
    assert "read" not in parts(dated, receiver.officer2)


def test_a_download_is_known_to_the_own_side_alone(dated):
    """Row 21: the other side's chain and the joint one say nothing of it."""
    giver, receiver = sides(dated)
    id = drafted(dated, giver.drafter, advice_body(giver.party, receiver.party))
    file = with_file(dated, giver.drafter, id)
    made = recorded_draft(dated, giver.drafter, id)
    before = verbs(dated), verbs(dated, chain=giver.party)
    with dated.work(receiver.reader.actor(dated)) as work:
        commands.take(work, made.id, file)
    assert (verbs(dated), verbs(dated, chain=giver.party)) == before
    assert verbs(dated, chain=receiver.party) == ["advice.file_taken"]


def test_what_cites_it_shows_the_correction(dated):
    """R8-4: every place that cites a corrected entry shows it."""
    proposal = tabled_proposal(dated, dated.people)
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party)
    with dated.work(receiver.drafter.actor(dated)) as work:
        commands.link(work, first.id, reference="act-0001")
    with pytest.raises(rules.LinkedAlready), dated.work(giver.drafter.actor(dated)) as work:
        commands.link(work, first.id, reference="ACT-0001")
    with pytest.raises(rules.UnknownDocument), dated.work(giver.drafter.actor(dated)) as work:
        commands.link(work, first.id, reference="ACT-0777")
    corrected(dated, giver.drafter, first.id)
    with dated.read() as session:
        reader = receiver.reader.actor(dated)
        beside = queries.beside(session, reader, "document", proposal)
        assert [one.correction for one in beside] == ["ADV-0002"]
        activity = session.get_one(Document, proposal).activity_id
        assert [one.id for one in queries.beside(session, reader, "activity", activity)] == [first.id]


def test_a_draft_of_the_other_side_cannot_be_linked_or_found(dated):
    """Row 1: a document without a number is nobody's but its side's."""
    from portal.activities.proposal import PROPOSAL
    from tests.makers.activities import drafted as drafted_paper
    from tests.makers.activities import proposal_body

    giver, receiver = sides(dated)
    made = recorded(dated, giver.drafter, giver.party, receiver.party)
    drafted_paper(dated, receiver.drafter, PROPOSAL, proposal_body(edition_of(dated)))
    with pytest.raises(rules.UnknownDocument), dated.work(giver.drafter.actor(dated)) as work:
        commands.link(work, made.id, reference="")


# --- secrets


def test_what_was_marked_secret_is_opened_by_the_two_sides_own_people_alone(dated):
    """R7-4; decision 29: the auditor and the administrator learn only that it is there; the history says its number."""
    giver, receiver = sides(dated)
    made = recorded(
        dated, giver.drafter, giver.party, receiver.party, title="窓口改善の案", basis="volunteered", marking="secret"
    )  # fmt: skip
    assert entry(dated, receiver.reader, made.id).said is not None
    for person in (dated.people.auditor, receiver.admin):
        assert entry(dated, person, made.id).said is None
    with dated.read() as session:
        reader = receiver.reader.actor(dated)
        assert queries.count(session, reader, Filters(words="窓口改善")) == 0
        from portal.history.models import Payload

        joint = session.scalars(select(Payload.content).where(Payload.chain == JOINT)).all()
    assert not any("窓口改善" in text for text in joint if text)


# --- the list


def test_the_list_is_narrowed_by_person_topic_direction_day_and_state(dated):
    """Excellent 3.4: filter by activity, date, person, topic."""
    giver, receiver = sides(dated)
    first = recorded(dated, giver.drafter, giver.party, receiver.party, content="生成ＡＩの使い方")
    second = recorded(
        dated, receiver.drafter, receiver.party, giver.party, title="手続の案内", adviser="戦略企画課 天神 忠",
        given_on="2025-09-12",
    )  # fmt: skip
    handled(dated, receiver.drafter, first.id, "reference")

    def found(**asked):
        with dated.read() as session:
            reader = receiver.reader.actor(dated)
            rows = queries.log(session, reader, Filters(**asked))
            assert queries.count(session, reader, Filters(**asked)) == len(rows)
            return [one.id for one in rows]

    assert found() == [second.id, first.id]
    assert found(words="生成AI") == [first.id]
    assert found(person="天神") == [second.id]
    assert found(giver=giver.party) == [first.id]
    assert found(first_day=dt.date(2025, 9, 13)) == [first.id]
    assert found(last_day=dt.date(2025, 9, 12)) == [second.id]
    assert found(result="reference") == [first.id]
    assert found(state="unconfirmed") == [second.id, first.id]
    assert found(state="corrected") == []


def test_every_entry_of_the_list_comes_with_its_clauses_for_export(dated):
    """R8-7: what is exported is what the filter shows, each row with the clauses it stands on."""
    giver, receiver = sides(dated)
    recorded(dated, giver.drafter, giver.party, receiver.party)
    recorded(dated, receiver.drafter, receiver.party, giver.party)
    recorded(dated, giver.drafter, giver.party, receiver.party, marking="secret")
    with dated.read() as session:
        rows = queries.batch(session, receiver.reader.actor(dated), Filters(), before=None, limit=10)
        sealed = [len(said.clauses) if said else None for _, said in rows]
        assert sealed == [2, 0, 2]
        auditor = queries.batch(session, dated.people.auditor.actor(dated), Filters(), before=None, limit=10)
        assert [said is None for _, said in auditor] == [True, False, False]


def test_an_unchanged_save_changes_nothing_and_a_stale_one_is_refused(dated):
    """Row 26"""
    giver, receiver = sides(dated)
    body = advice_body(giver.party, receiver.party)
    id = drafted(dated, giver.drafter, body)
    with dated.work(giver.drafter2.actor(dated)) as work:
        assert commands.save(work, id, body, saves=1).saves == 1
        assert commands.save(work, id, dataclasses.replace(body, title="改めた題"), saves=1).saves == 2
    with pytest.raises(rules.DraftHasMoved), dated.work(giver.drafter.actor(dated)) as work:
        commands.save(work, id, body, saves=1)
    with dated.work(giver.drafter.actor(dated)) as work:
        commands.discard(work, id)
    with pytest.raises(NotFound), dated.work(giver.drafter.actor(dated)) as work:
        commands.discard(work, id)


def test_a_word_changed_behind_the_portals_back_is_found(sqlite_dated):
    """Row 24; verify-history: the stored words, the digest of the list and the digest of the record are one."""
    giver, receiver = sides(sqlite_dated)
    made = recorded(sqlite_dated, giver.drafter, giver.party, receiver.party)
    with sqlite_dated.app.engines.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER advice_records_keeps_update")
        connection.exec_driver_sql("UPDATE advice_records SET sealed = replace(sealed, '日本', '国外')")
    with sqlite_dated.read() as session:
        assert list(queries.broken_records(session)) == [made.reference]
        found = [one.words for one in verify_everything(session, sqlite_dated.app.files) if not one.holds]
    assert found == [f"advice: {made.reference} is not what was recorded under its digest"]
