"""The ledger, and what becomes of what was handed over, through Work, on both databases (art. 5)."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.agreement import queries as agreement
from portal.handback import commands, queries, returning, rules
from portal.handback.acting import Target
from portal.handback.models import (
    Handover,
    HandoverDraft,
    HandoverFile,
    HandoverRecord,
    Holder,
    Holding,
    HoldingAct,
)
from portal.handback.queries import Rule
from portal.history.chain import verify
from portal.history.event import JOINT
from portal.history.models import Entry, ErasedFile, Message, Payload
from portal.history.seal import skeleton_of
from portal.kernel.errors import NotAllowed, NotFound, RuleBroken
from tests.conftest import House
from tests.makers.handback import (
    DAY,
    acknowledged,
    carried,
    carried_out,
    confirmed,
    corrected,
    drafted,
    ended,
    handover_body,
    holding,
    instructed,
    on_day,
    recorded,
    retained,
    target,
    with_file,
)

LAST_DAY = dt.date(2026, 9, 9)
AFTER = dt.date(2026, 9, 20)


def verbs(house: House, about: str, chain: str = JOINT) -> list[str]:
    with house.read() as session:
        return list(
            session.scalars(
                select(Entry.verb)
                .where(Entry.chain == chain, Entry.subject_id == about)
                .order_by(Entry.number)
            )
        )


def messages(house: House, party: str) -> int:
    with house.read() as session:
        return len(session.scalars(select(Message).where(Message.party == party)).all())


def must_hold(house: House) -> None:
    """The chains hold, and the ledger is what its records and acts have made of it."""
    with house.read() as session:
        assert list(queries.faults(session)) == []
        for chain in (JOINT, *house.people.parties):
            assert verify(session, chain).holds, chain


# --- Recording -------------------------------------------------------------------------------------------------


def test_a_line_is_drafted_by_one_side_and_recorded_for_all(dated: House) -> None:
    """R5-1: with its reference drawn when it is shared; the draft is nobody else's."""
    kou, otsu = dated.people.sides
    draft = drafted(dated, kou.drafter, handover_body(otsu.party))
    file = with_file(dated, kou.drafter, draft)
    with dated.read() as session:
        with pytest.raises(NotFound):
            queries.draft(session, otsu.drafter.actor(dated), draft)
        assert queries.draft(session, kou.reader.actor(dated), draft).title == "窓口の業務の流れ図"
    with dated.work(kou.drafter.actor(dated)) as work:
        row = commands.record(work, draft, saves=2)
    assert (row.reference, row.discloser, row.receivers) == ("HBK-0001", kou.party, f",{otsu.party},")
    found = holding(dated, row.id)
    assert (found.waits_for, found.step, found.received_on) == (otsu.party, "held", None)
    assert verbs(dated, row.id) == ["handover.recorded"]
    assert verbs(dated, row.id, kou.party) == ["handover.draft_saved", "handover.file_added"]
    assert verbs(dated, row.id, otsu.party) == []
    with dated.read() as session:
        assert session.get(HandoverDraft, draft) is None
        assert session.get_one(HandoverFile, file).shared_at is not None
    must_hold(dated)


def test_the_receiver_may_record_what_it_received_and_who_keeps_it(dated: House) -> None:
    """R5-1: recorded as received; the discloser confirms that it is the same."""
    kou, otsu = dated.people.sides
    row = recorded(
        dated, otsu.custodian, kou.party, way="received", received_on="2025-10-01", holder="公共営業本部長",
        place="大阪支店 書庫2",
    )  # fmt: skip
    found = holding(dated, row.id)
    assert (row.discloser, found.receiver, found.waits_for) == (kou.party, otsu.party, kou.party)
    assert found.received_on == dt.date(2025, 10, 1)
    with dated.read() as session:
        keeper = session.scalars(select(Holder)).one()
        sealed = session.get_one(HandoverRecord, row.id).sealed
    assert (keeper.kind, keeper.holder, keeper.place, keeper.copies) == (
        "keeper",
        "公共営業本部長",
        "大阪支店 書庫2",
        2,
    )
    assert sealed and "書庫" not in sealed, "what the receiver says of itself is not in the shared record"
    assert verbs(dated, row.id, otsu.party)[-1] == "handover.holder_recorded"
    confirmed(dated, kou.drafter, row)
    assert holding(dated, row.id).confirmed == "same"
    must_hold(dated)


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(dated: House) -> None:
    kou, _ = dated.people.sides
    draft = drafted(
        dated,
        kou.drafter,
        handover_body(title="", copies="0", disclosed_on="2030-01-01", marking="recognizable"),
    )
    with pytest.raises(RuleBroken) as refused, dated.work(kou.drafter.actor(dated)) as work:
        commands.record(work, draft, saves=1)
    assert [type(one).__name__ for one in refused.value.each] == [
        "NoTitle", "NobodyElse", "NoCopies", "DayToCome", "WhyMissing",
    ]  # fmt: skip
    with dated.read() as session:
        assert session.get(HandoverDraft, draft) is not None
    other = drafted(dated, kou.drafter, handover_body(dated.people[1].party, activity="ACT-9999"))
    with pytest.raises(rules.UnknownActivity), dated.work(kou.drafter.actor(dated)) as work:
        commands.record(work, other, saves=1)


def test_without_a_date_of_the_agreement_there_are_only_drafts(staffed: House) -> None:
    """Decision 30."""
    kou, otsu = staffed.people.sides
    draft = drafted(staffed, kou.drafter, handover_body(otsu.party))
    with pytest.raises(rules.NoDateYet), staffed.work(kou.drafter.actor(staffed)) as work:
        commands.record(work, draft, saves=1)


def test_a_correction_is_another_line_and_nothing_is_deleted(dated: House) -> None:
    kou, otsu = dated.people.sides
    first = recorded(dated, kou.drafter, otsu.party, file="流れ\n")
    confirmed(dated, otsu.custodian, first, holder="営業本部長")
    second = corrected(dated, kou.drafter, first.id, copies="3")
    assert second.reference == "HBK-0002" and second.corrects_id == first.id
    assert holding(dated, first.id).step == "replaced"
    assert (holding(dated, second.id).step, holding(dated, second.id).waits_for) == ("held", otsu.party)
    with dated.read() as session:
        assert session.get_one(Handover, first.id).copies == 2, "the line that was corrected stays as it is"
        assert session.get_one(Handover, first.id).corrected_by_id == second.id
        assert session.scalars(select(Holder.handover_id)).all() == [second.id], "who has it has it still"
        files = session.scalars(select(HandoverFile).order_by(HandoverFile.added_at)).all()
        assert [one.sha256 for one in files] == [files[0].sha256] * 2
    for act in (
        lambda: confirmed(dated, otsu.drafter, first),
        lambda: instructed(dated, kou.officer, "return", first),
        lambda: corrected(dated, kou.drafter, first.id),
    ):
        with pytest.raises(rules.CorrectedAlready):
            act()
    must_hold(dated)


def test_no_line_and_no_act_can_be_changed_or_deleted_in_the_database(dated: House) -> None:
    """R5-5: deletion of ledger lines; the triggers refuse."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    confirmed(dated, otsu.drafter, row)
    for statement in (
        "DELETE FROM handover_records", "DELETE FROM holding_acts", "UPDATE holding_acts SET said = 'x'",
        "UPDATE handover_records SET digest = 'x'",
    ):  # fmt: skip
        with (
            pytest.raises(DatabaseError, match="kept for ever"),
            dated.app.engines.writer.begin() as connection,
        ):
            connection.execute(text(statement))


def test_who_recorded_a_line_may_take_it_back_until_the_other_side_has_confirmed_it(dated: House) -> None:
    kou, otsu = dated.people.sides
    wrong, right = recorded(dated, kou.drafter, otsu.party), recorded(dated, kou.drafter, otsu.party)
    confirmed(dated, otsu.drafter, wrong, otherwise="受け取っていません。")
    confirmed(dated, otsu.drafter, right)
    with pytest.raises(rules.StruckByItsWriter), dated.work(otsu.drafter.actor(dated)) as work:
        commands.strike(work, wrong.id, reason="受け取っていない")
    with pytest.raises(rules.StruckByItsWriter), dated.work(kou.drafter.actor(dated)) as work:
        commands.strike(work, right.id, reason="間違えた")
    with dated.work(kou.drafter.actor(dated)) as work:
        commands.strike(work, wrong.id, reason="渡していなかったため")
    assert holding(dated, wrong.id).step == "struck"
    with dated.read() as session:
        assert session.get(Handover, wrong.id) is not None, "the line stays"
    must_hold(dated)


# --- The receipt ------------------------------------------------------------------------------------------------


def test_the_other_side_confirms_that_it_is_the_same_with_the_day_of_receipt(dated: House) -> None:
    """Finding 10: five years run from receipt; until somebody has said when, the day is unconfirmed."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    with pytest.raises(rules.ConfirmedByItsWriter):
        confirmed(dated, kou.drafter2, row)
    with pytest.raises(rules.ReceivedBeforeDisclosed):
        confirmed(dated, otsu.drafter, row, on=DAY - dt.timedelta(days=1))
    with pytest.raises(rules.NoDay), dated.work(otsu.drafter.actor(dated)) as work:
        commands.confirm(work, target(dated, row), commands.Receipt(True))
    confirmed(dated, otsu.drafter, row, on=DAY + dt.timedelta(days=1), holder="営業本部長", place="書庫")
    found = holding(dated, row.id)
    assert (found.received_on, found.waits_for, found.confirmed) == (dt.date(2025, 10, 1), "", "same")
    with pytest.raises(rules.ConfirmedAlready):
        confirmed(dated, otsu.officer, row)


def test_seeing_it_otherwise_says_what_and_may_be_cleared_up(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    with pytest.raises(rules.RemarkMissing), dated.work(otsu.drafter.actor(dated)) as work:
        commands.confirm(work, target(dated, row), commands.Receipt(False))
    confirmed(dated, otsu.drafter, row, otherwise="1部だけ受け取りました。")
    assert holding(dated, row.id).confirmed == "otherwise"
    confirmed(dated, otsu.drafter, row)
    assert holding(dated, row.id).confirmed == "same"
    must_hold(dated)


def test_several_are_confirmed_at_once_and_told_once(dated: House) -> None:
    kou, otsu = dated.people.sides
    rows = [recorded(dated, kou.drafter, otsu.party) for _ in range(3)]
    before = messages(dated, kou.party)
    confirmed(dated, otsu.drafter, *rows)
    assert messages(dated, kou.party) == before + 1
    assert {holding(dated, one.id).confirmed for one in rows} == {"same"}
    assert verbs(dated, rows[0].id)[-1] == "handover.confirmed_together"


# --- Who has it ---------------------------------------------------------------------------------------------------


def test_copies_passed_on_go_to_representatives_of_the_kinds_that_the_agreement_names(dated: House) -> None:
    """T10: staff, affiliates, contractors, advisors and consultants, and nobody else."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    held = holding(dated, row.id).id

    def hold(by, kind):
        with dated.work(by.actor(dated)) as work:
            return commands.hold(
                work, held, kind=kind, holder="委託先の運用会社", place="保守室", copies=1, on_day=DAY
            )

    for kind in ("staff", "affiliate", "contractor", "advisor", "consultant", "keeper"):
        hold(otsu.custodian, kind)
    with pytest.raises(rules.Unsaid):
        hold(otsu.custodian, "municipality")
    with pytest.raises(rules.NotOfTheTwo):
        hold(kou.drafter, "staff")
    with pytest.raises(NotAllowed):
        hold(otsu.reader, "staff")
    with dated.read() as session:
        one = session.scalars(select(Holder).where(Holder.kind == "contractor")).one()
    with pytest.raises(NotFound), dated.work(kou.drafter.actor(dated)) as work:
        commands.end_holder(work, one.id, how="回収", on_day=DAY)
    with dated.work(otsu.drafter.actor(dated)) as work:
        commands.end_holder(work, one.id, how="回収し溶解した", on_day=DAY)
    with pytest.raises(rules.HolderEndedAlready), dated.work(otsu.drafter.actor(dated)) as work:
        commands.end_holder(work, one.id, how="回収", on_day=DAY)
    assert verbs(dated, row.id, otsu.party)[-1] == "handover.holder_ended"
    assert verbs(dated, row.id) == ["handover.recorded"], "who has copies is no matter of the joint record"


# --- Handing back -------------------------------------------------------------------------------------------------


def test_instructed_carried_out_acknowledged(dated: House) -> None:
    """R5-3, T13: instruction by the discloser, act by the receiver, acknowledgement by the discloser."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    confirmed(dated, otsu.drafter, row)
    ended(dated, LAST_DAY)
    on_day(dated, AFTER)
    instructed(dated, kou.officer, "dispose", row, remark="溶解処理でお願いします。")
    assert (holding(dated, row.id).step, holding(dated, row.id).instruction) == ("asked", "dispose")
    with pytest.raises(rules.NothingCarriedOut):
        acknowledged(dated, kou.officer, row)
    made = carried_out(dated, otsu.manager, "dispose", row)[0]
    said = json.loads(made.said)
    assert said["searched"] == ["mail", "folders", "exports", "backups"] and said["has_no_backups"]
    assert (holding(dated, row.id).step, holding(dated, row.id).done_on) == ("carried_out", AFTER)
    acknowledged(dated, kou.custodian, row)
    assert holding(dated, row.id).step == "disposed"
    for act in (
        lambda: instructed(dated, kou.officer, "return", row),
        lambda: carried_out(dated, otsu.manager, "dispose", row),
    ):
        with pytest.raises(rules.SettledAlready):
            act()
    assert verbs(dated, row.id)[2:] == [
        "handback.instructed",
        "handback.carried_out",
        "handback.acknowledged",
    ]
    must_hold(dated)


def test_the_receiver_never_chooses_disposal_alone(dated: House) -> None:
    """R5-5; T13: refused by the rule with its clause, and by the database itself."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    ended(dated, LAST_DAY)
    on_day(dated, AFTER)
    with pytest.raises(rules.DisposedWithoutInstruction) as refused:
        carried_out(dated, otsu.officer, "dispose", row)
    assert refused.value.clause == "after_end"
    instructed(dated, kou.officer, "return", row)
    with pytest.raises(rules.DisposedWithoutInstruction):
        carried_out(dated, otsu.officer, "dispose", row)
    with pytest.raises(rules.InstructedByTheDiscloser):
        instructed(dated, otsu.officer, "dispose", row)
    with pytest.raises(DatabaseError), dated.app.engines.writer.begin() as connection:
        connection.execute(text("UPDATE holdings SET done = 'dispose'"))
    assert holding(dated, row.id).done == ""


def test_silence_means_return(dated: House) -> None:
    """Art. 5(1): without an instruction it goes back."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    ended(dated, LAST_DAY)
    on_day(dated, AFTER)
    carried_out(dated, otsu.officer, "return", row)
    acknowledged(dated, kou.officer, row)
    assert holding(dated, row.id).step == "returned"


def test_what_is_to_be_disposed_of_is_not_simply_returned(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    instructed(dated, kou.officer, "dispose", row)
    with pytest.raises(rules.OtherwiseThanInstructed):
        carried_out(dated, otsu.officer, "return", row)


def test_what_the_discloser_sees_otherwise_is_carried_out_again(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    instructed(dated, kou.officer, "return", row)
    carried_out(dated, otsu.officer, "return", row)
    with pytest.raises(rules.WaitsForAcknowledgement):
        carried_out(dated, otsu.officer, "return", row)
    with pytest.raises(rules.RemarkMissing), dated.work(kou.officer.actor(dated)) as work:
        returning.acknowledge(work, target(dated, row), is_so=False, remark="")
    acknowledged(dated, kou.officer, row, otherwise="1部が届いていません。")
    assert holding(dated, row.id).step == "disputed"
    carried_out(dated, otsu.officer, "return", row)
    acknowledged(dated, kou.officer, row)
    assert holding(dated, row.id).step == "returned"
    must_hold(dated)


def test_what_is_left_to_the_receiver_is_settled_and_can_still_be_asked_back(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    instructed(dated, kou.officer, "keep", row)
    assert holding(dated, row.id).step == "kept"
    instructed(dated, kou.officer, "return", row)
    assert holding(dated, row.id).step == "asked"


def test_during_the_term_either_side_may_raise_it(dated: House) -> None:
    """Task 2: the receiver asks what to do with it, the discloser asks for it back."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    with pytest.raises(rules.AskedByTheReceiver), dated.work(kou.drafter.actor(dated)) as work:
        returning.ask(work, target(dated, row), choice="dispose")
    with dated.work(otsu.drafter.actor(dated)) as work:
        returning.ask(work, target(dated, row), choice="dispose", remark="使い終わりました。")
    assert holding(dated, row.id).question == "dispose"
    with pytest.raises(rules.DisposedWithoutInstruction):
        carried_out(dated, otsu.officer, "dispose", row)
    instructed(dated, kou.officer, "dispose", row)
    assert (holding(dated, row.id).question, holding(dated, row.id).step) == ("", "asked")


def test_copies_with_representatives_are_part_of_what_is_handed_back(dated: House) -> None:
    """Excellent 10: copies passed to 担当者 are included."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    confirmed(dated, otsu.drafter, row, holder="営業本部長")
    with dated.work(otsu.drafter.actor(dated)) as work:
        commands.hold(
            work,
            holding(dated, row.id).id,
            kind="contractor",
            holder="委託先",
            place="",
            copies=1,
            on_day=DAY,
        )
    instructed(dated, kou.officer, "dispose", row)
    with pytest.raises(rules.CopiesStillOut) as refused:
        carried_out(dated, otsu.officer, "dispose", row)
    assert refused.value.facts["count"] == 1
    made = carried_out(dated, otsu.officer, "dispose", row, is_gathered=True)[0]
    assert json.loads(made.said)["gathered"] == 1
    with dated.read() as session:
        assert [one.ended_on for one in session.scalars(select(Holder))] == [dt.date(2025, 10, 1)] * 2


def test_keeping_by_law_names_the_law_and_is_no_completion(dated: House) -> None:
    """R5-3, finding on records: told to the discloser, open for consultation."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    ended(dated, LAST_DAY)
    on_day(dated, AFTER)
    for missing, refusal in (
        ("basis", rules.NoBasis),
        ("period", rules.NoPeriod),
        ("access", rules.NoAccess),
    ):
        with pytest.raises(refusal):
            retained(dated, otsu.officer, row, **{missing: " "})
    before = messages(dated, kou.party)
    retained(dated, otsu.officer, row)
    assert messages(dated, kou.party) == before + 1
    assert holding(dated, row.id).step == "retained"
    with dated.read() as session:
        assert queries.tally(session, kou.reader.actor(dated)).open == 1
    for by, text_ in ((kou.drafter, "根拠の条項を教えてください。"), (otsu.drafter, "別表の3です。")):
        with dated.work(by.actor(dated)) as work:
            returning.say(work, holding(dated, row.id).id, text=text_)
    instructed(dated, kou.officer, "dispose", row)
    assert (holding(dated, row.id).step, holding(dated, row.id).instruction) == ("retained", "dispose")
    carried_out(dated, otsu.officer, "dispose", row)
    assert holding(dated, row.id).step == "carried_out"
    must_hold(dated)


def test_a_rule_instructs_everything_it_fits_that_has_no_instruction_of_its_own(dated: House) -> None:
    """R5-3: item by item or by rule."""
    kou, otsu = dated.people.sides
    papers = [recorded(dated, kou.drafter, otsu.party) for _ in range(3)]
    data = recorded(dated, kou.drafter, otsu.party, kind="data")
    instructed(dated, kou.officer, "return", papers[0])
    rule = Rule(queries.INSTRUCT, other=otsu.party, kind="document")
    with pytest.raises(rules.OthersHaveMoved), dated.work(kou.officer.actor(dated)) as work:
        returning.instruct(work, Target(rule=rule, seen=3, words="文書・報告書"), choice="dispose")
    before = messages(dated, otsu.party)
    with dated.work(kou.officer.actor(dated)) as work:
        returning.instruct(work, Target(rule=rule, seen=2, words="文書・報告書"), choice="dispose")
    assert messages(dated, otsu.party) == before + 1
    assert [holding(dated, one.id).instruction for one in (*papers, data)] == [
        "return",
        "dispose",
        "dispose",
        "",
    ]
    with dated.read() as session:
        entry = session.scalars(select(Entry).where(Entry.verb == "handback.rule_given")).one()
        assert skeleton_of(entry)["facts"]["references"] == ["HBK-0002", "HBK-0003"]
    must_hold(dated)


def test_one_that_is_refused_leaves_all_as_they_were(dated: House) -> None:
    kou, otsu = dated.people.sides
    one, other = (recorded(dated, kou.drafter, otsu.party) for _ in range(2))
    instructed(dated, kou.officer, "dispose", one)
    with pytest.raises(rules.DisposedWithoutInstruction) as refused:
        carried_out(dated, otsu.officer, "dispose", one, other)
    assert refused.value.facts["reference"] == other.reference
    assert holding(dated, one.id).step == "asked"


@pytest.mark.parametrize("who", ["reader", "drafter", "press", "auditor"])
def test_only_officers_managers_and_custodians_hand_back(dated: House, who: str) -> None:
    """security.md 3.2; practice.md 3.6."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    person = getattr(kou, who)
    with pytest.raises(NotAllowed):
        instructed(dated, person, "return", row)


# --- Erasing ------------------------------------------------------------------------------------------------------


def test_what_is_disposed_of_is_really_gone_from_the_portal(dated: House) -> None:
    """security.md 5.6: the words and the file's name and digest, from the ledger and the record; the chain tells which."""
    kou, otsu = dated.people.sides
    first = recorded(
        dated, kou.drafter, otsu.party, file="暗証の控え\n", description="CANARY-内容", marking="marked"
    )
    row = corrected(dated, kou.drafter, first.id, reason="CANARY-理由")
    with dated.read() as session:
        sha256 = session.scalars(select(HandoverFile.sha256)).first()
    assert sha256 and dated.app.files.matches(sha256)
    instructed(dated, kou.officer, "dispose", row, erases=True)
    carried_out(dated, otsu.officer, "dispose", row)
    with dated.read() as session:
        for column in (
            Payload.content,
            HandoverRecord.sealed,
            HandoverFile.name,
            HandoverFile.sha256,
            Entry.skeleton,
        ):
            for kept in session.scalars(select(column)):
                assert kept is None or not {"CANARY", sha256, "流れ図.txt"} & set(
                    word for word in ("CANARY", sha256, "流れ図.txt") if word in kept
                ), column
        assert "窓口の業務の流れ図" in session.get_one(Handover, row.id).title, "the line itself stays"
        assert queries.file_digests(session) == set()
        told = skeleton_of(session.scalars(select(Entry).where(Entry.verb == "handback.erased")).one())[
            "facts"
        ]
        assert (told["files"], told["places"]) == (1, [])
        made = session.get_one(Handover, row.id)
        assert made.erased_at is not None and made.erased_files == 1 and made.erased_words >= 0
    must_hold(dated)
    acknowledged(dated, kou.officer, row)
    must_hold(dated)


def test_it_is_erased_only_when_the_discloser_wants_it(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party, file="流れ\n")
    instructed(dated, kou.officer, "dispose", row)
    carried_out(dated, otsu.officer, "dispose", row)
    with dated.read() as session:
        assert session.get_one(Handover, row.id).erased_at is None
        assert session.scalars(select(HandoverFile.sha256)).one()


def test_a_file_that_stands_elsewhere_is_handed_out_there_no_more(dated: House) -> None:
    """Where one of the two sides shared it; a third party's, or one not shared, is not touched and not told of."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party, file="流れ\n")
    with dated.read() as session:
        sha256 = session.scalars(select(HandoverFile.sha256)).one()

    def elsewhere(session, asked):
        assert asked == sha256
        return [
            ("row-1", kou.party, "ACT-0001"),
            ("row-2", otsu.party, "ADV-0003"),
            ("row-3", "somebody", "PUB-0001"),
        ]

    instructed(dated, kou.officer, "dispose", row, erases=True)
    carried_out(dated, otsu.officer, "dispose", row, elsewhere=elsewhere)
    with dated.read() as session:
        assert sorted(session.scalars(select(ErasedFile.file_id))) == ["row-1", "row-2"]
        told = skeleton_of(session.scalars(select(Entry).where(Entry.verb == "handback.erased")).one())[
            "facts"
        ]
    assert told["places"] == ["ACT-0001", "ADV-0003"]


# --- Three parties --------------------------------------------------------------------------------------------------


def test_with_three_parties_each_receiver_answers_for_itself(agreement_of_three: House) -> None:
    """Decision 28: one line to two receivers, each with its own receipt, instruction, act and acknowledgement."""
    house = agreement_of_three
    a, b, c = house.people.sides
    row = recorded(house, a.drafter, b.party, c.party, file="星図\n")
    assert row.receivers == f",{','.join(sorted([b.party, c.party]))},"
    with house.read() as session:
        places = session.scalars(select(Holding.receiver).order_by(Holding.place)).all()
    assert places == [b.party, c.party]
    confirmed(house, b.drafter, row)
    assert [holding(house, row.id, one.party).confirmed for one in (b, c)] == ["same", ""]
    instructed(house, a.officer, "dispose", row, erases=True, receiver=b.party)
    instructed(house, a.officer, "dispose", row, erases=True, receiver=c.party)
    carried_out(house, b.officer, "dispose", row)
    with house.read() as session:
        assert session.get_one(Handover, row.id).erased_at is None, "the other has not disposed of it yet"
    carried_out(house, c.officer, "dispose", row)
    with house.read() as session:
        assert session.get_one(Handover, row.id).erased_at is not None
    acknowledged(house, a.officer, row, receiver=c.party)
    assert [holding(house, row.id, one.party).step for one in (b, c)] == ["carried_out", "disposed"]
    must_hold(house)


def test_between_two_of_three_the_third_reads_that_it_is_there_and_no_more(agreement_of_three: House) -> None:
    """R7-4: what was handed over is for those who gave and received it."""
    house = agreement_of_three
    a, b, c = house.people.sides
    row = recorded(
        house, b.drafter, a.party, way="received", received_on=DAY.isoformat(), file="星図\n", holder="館長"
    )
    with house.read() as session:
        file = session.scalars(select(HandoverFile.id)).one()
        third = c.officer.actor(house)
        seen = queries.entry(session, third, row.id)
        assert (seen.said, list(seen.files), list(seen.holdings[0].holders)) == (None, [], [])
        with pytest.raises(NotFound):
            queries.file_of(session, third, row.id, file)
        assert queries.file_of(session, a.reader.actor(house), row.id, file).id == file
        found = queries.Filters(holder="館長")
        assert queries.count(session, third, found) == 0
        assert queries.count(session, a.drafter.actor(house), found) == 1
    for by in (c.officer, c.custodian):
        with pytest.raises(rules.InstructedByTheDiscloser):
            instructed(house, by, "return", row)
    with pytest.raises(rules.NotOfTheTwo), house.work(c.drafter.actor(house)) as work:
        commands.begin_correction(work, row.id)


# --- What was shared in the portal ----------------------------------------------------------------------------------


def test_a_shared_file_is_taken_into_the_ledger_once(dated: House) -> None:
    kou, otsu = dated.people.sides
    shared = [
        commands.Shared(
            id=f"row-{number}", party=kou.party, name=f"資料{number}.pdf", media_type="application/pdf", size=10,
            sha256="0" * 64, findings="[]", shared_at=dated.clock.now(), of="document-1", reference="ACT-0001", receivers=(otsu.party,),
            is_marked=number == 2,
        )
        for number in (1, 2)
    ]  # fmt: skip
    before = messages(dated, otsu.party)
    with dated.work(kou.drafter.actor(dated)) as work:
        made = commands.take_in(work, shared)
    assert messages(dated, otsu.party) == before + 1
    assert [one.title for one in made] == ["ACT-0001 資料1.pdf", "ACT-0001"]
    assert [one.marking for one in made] == ["undecided", "marked"]
    assert holding(dated, made[0].id).received_on == dt.date(2025, 10, 1)
    with pytest.raises(rules.TakenInAlready), dated.work(otsu.drafter.actor(dated)) as work:
        commands.take_in(work, shared[:1])
    must_hold(dated)


# --- After the end --------------------------------------------------------------------------------------------------


def test_the_days_of_the_time_after_the_end(dated: House) -> None:
    """R5-2, R5-4: target, survival end, days since; what falls due, and that it stops when all is settled."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    ended(dated, LAST_DAY)
    reader = otsu.officer.actor(dated)

    def at(day):
        on_day(dated, day)
        with dated.read() as session:
            session.info["today"] = day
            edition = agreement.edition(session)
            return (
                queries.reach_of(session, edition, day),
                queries.open_after_end(session),
                [(one.what.value, one.on.isoformat()) for one in queries.due(session, reader, day)],
            )

    reach, open_, due = at(LAST_DAY)
    assert (reach.has_ended, open_, due) == (False, 0, [])
    reach, open_, due = at(AFTER)
    assert (reach.target, reach.survives_until) == (dt.date(2026, 10, 9), dt.date(2027, 9, 9))
    assert (reach.days_since, reach.is_late, open_, due) == (11, False, 1, [])
    assert at(dt.date(2026, 10, 9))[2] == [("target", "2026-10-09")]
    assert at(dt.date(2026, 10, 24))[2][-1] == ("weekly", "2026-10-23")
    reach, open_, due = at(dt.date(2027, 9, 10))
    assert reach.is_over and open_ == 1
    assert [one for one in due if one[0] in {"survival", "over"}] == [
        ("survival", "2027-06-11"), ("survival", "2027-08-10"), ("survival", "2027-09-02"), ("over", "2027-09-10"),
    ]  # fmt: skip
    carried_out(dated, otsu.officer, "return", row)
    acknowledged(dated, kou.officer, row)
    assert at(dt.date(2027, 9, 11))[1:] == (0, [])


def test_where_the_measures_were_left_out_everything_is_voluntary(dated: House) -> None:
    """Task 4: an end by agreement of all parties without the measures of the article."""
    from portal.agreement.life import Cause

    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    ended(dated, LAST_DAY, cause=Cause.MUTUAL, measures_apply=False)
    on_day(dated, dt.date(2027, 1, 1))
    with dated.read() as session:
        day = dt.date(2027, 1, 1)
        session.info["today"] = day
        reach = queries.reach_of(session, agreement.edition(session), day)
        assert reach.has_ended and reach.is_voluntary
        assert queries.open_after_end(session) == 0
        assert queries.due(session, kou.officer.actor(dated), day) == []
    carried_out(dated, otsu.officer, "return", row)


def test_what_the_ledger_says_is_what_its_acts_have_made_of_it(dated: House) -> None:
    """Rows 24, 92; I12: a column, a word or an act that somebody changed is found."""
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    instructed(dated, kou.officer, "dispose", row)
    must_hold(dated)
    is_sqlite = dated.app.engines.is_sqlite
    for statement in (
        "UPDATE holdings SET step = 'disposed'",
        "UPDATE holdings SET acts = 0",
        "UPDATE handovers SET digest = 'x'",
        "UPDATE holding_acts SET said = '{}', act = 'keep'",
        "UPDATE handover_records SET sealed = '{}'",
    ):
        with dated.app.engines.writer.connect() as connection:
            transaction = connection.begin()
            for table in ("handover_records", "holding_acts"):
                connection.execute(
                    text(
                        f"DROP TRIGGER {table}_keeps_update"
                        if is_sqlite
                        else f"ALTER TABLE {table} DISABLE TRIGGER USER"
                    )
                )
            connection.execute(text(statement))
            from sqlalchemy.orm import Session

            with Session(connection) as session:
                assert set(queries.faults(session)) == {row.reference}, statement
            transaction.rollback()


def test_the_acts_are_kept_with_their_words_and_check_codes(dated: House) -> None:
    kou, otsu = dated.people.sides
    row = recorded(dated, kou.drafter, otsu.party)
    instructed(dated, kou.officer, "dispose", row)
    said = carried("dispose", dt.date(2025, 10, 1), has_no_backups=False, backups_until=dt.date(2025, 11, 5))
    with dated.work(otsu.officer.actor(dated)) as work:
        returning.carry_out(work, target(dated, row), said)
    with dated.read() as session:
        acts = session.scalars(select(HoldingAct).order_by(HoldingAct.number)).all()
    assert [one.act for one in acts] == ["instruct", "carry_out"]
    assert json.loads(acts[1].said)["backups_until"] == "2025-11-05"
    assert len({one.digest for one in acts}) == 2 and all(len(one.digest) == 64 for one in acts)
