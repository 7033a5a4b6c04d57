"""The rules on activities; pure."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.activities import rules
from portal.activities.particulars import COST_NAMES
from portal.activities.rules import (
    OVER,
    STATE_NAMES,
    Act,
    ActivityOver,
    BeforeTheLastAct,
    ContractLeftOver,
    DayToCome,
    EndBeforeStart,
    MilestoneHalfSaid,
    NotADay,
    NotPossibleNow,
    OutcomeMissing,
    PersonalDataWithoutReason,
    Planned,
    ReasonLeftOver,
    ReasonMissing,
    RemarkMissing,
    StartedBeforeAgreement,
    State,
    Step,
    Timing,
    TimingLeftOver,
    TimingMissing,
)
from portal.agreement.wording import purchase_words
from portal.consent.rules import Standing
from portal.kernel.errors import RuleBroken

DAY = dt.date(2025, 10, 1)
MOVES = {
    (State.PROPOSED, Act.START): State.RUNNING,
    (State.AGREED, Act.START): State.RUNNING,
    (State.READY, Act.START): State.RUNNING,
    (State.RUNNING, Act.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Act.RESUME): State.RUNNING,
    (State.RUNNING, Act.COMPLETE): State.COMPLETED,
    (State.SUSPENDED, Act.COMPLETE): State.COMPLETED,
    (State.AGREED, Act.CANCEL): State.CANCELLED,
    (State.READY, Act.CANCEL): State.CANCELLED,
    (State.RUNNING, Act.CANCEL): State.CANCELLED,
    (State.SUSPENDED, Act.CANCEL): State.CANCELLED,
}
"""Every move there is; a start from 提案済 or 具体的事項の確認待ち is refused by what is missing, in words."""


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_act_in_every_state_either_moves_or_is_refused(state: State, act: Act):
    """Articles.md 1.11."""
    if (state, act) in MOVES:
        assert rules.after(state, act) is MOVES[state, act]
    else:
        with pytest.raises(ActivityOver if state in OVER else NotPossibleNow):
            rules.after(state, act)


def test_a_start_is_offered_only_once_it_may_be_made():
    assert [state for state in State if Act.START in rules.acts_from(state)] == [State.READY]


def test_every_state_has_its_words():
    assert set(STATE_NAMES) == set(State)


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.AGREED])
def test_nothing_but_agreement_opens_the_way(standing: Standing):
    """R2-3."""
    with pytest.raises(RuleBroken):
        rules.must_be_agreed(standing, items_by_agreement=[], status=[])
    with pytest.raises(RuleBroken):
        rules.must_be_settled(standing, status=[], is_timed=True)
    rules.must_be_agreed(Standing.AGREED, items_by_agreement=["x"], status=[])
    rules.must_be_settled(Standing.AGREED, status=[], is_timed=True)


# --- timing


def timing(**given: Any) -> dict[str, Any]:
    return {"day": "", "start": "", "end": "", "milestones": ()} | given


def test_an_end_before_the_start_is_refused_beside_the_end():
    with pytest.raises(EndBeforeStart) as refused:
        rules.must_be_in_order("range", **timing(start="2025-10-02", end="2025-10-01"))
    assert refused.value.field == "end"
    assert refused.value.facts == {"start": dt.date(2025, 10, 2), "end": DAY}


@given(st.dates(), st.dates())
def test_a_range_is_in_order_exactly_when_its_end_is_not_before_its_start(first: dt.date, last: dt.date):
    words = timing(start=first.isoformat(), end=last.isoformat())
    if last < first:
        with pytest.raises(EndBeforeStart):
            rules.must_be_in_order("range", **words)
    else:
        rules.must_be_in_order("range", **words)
        assert rules.planned("range", **words) == Planned(first, last)


@pytest.mark.parametrize(("field", "text"), [("day", "きのう"), ("start", "2025-02-30"), ("end", "31")])
def test_what_is_no_day_is_refused_beside_its_field(field: str, text: str):
    with pytest.raises(NotADay) as refused:
        rules.must_be_in_order("range", **timing(**{field: text}))
    assert refused.value.field == field


@pytest.mark.parametrize("row", [("2025-10-01", ""), ("", "始める")])
def test_a_milestone_needs_its_day_and_what_happens(row: tuple[str, str]):
    with pytest.raises(MilestoneHalfSaid):
        rules.must_be_in_order("milestones", **timing(milestones=(row,)))


@pytest.mark.parametrize(
    ("kind", "said", "missing"),
    [
        ("", {}, "timing_kind"),
        ("someday", {}, "timing_kind"),
        ("day", {}, "day"),
        ("range", {"start": "2025-10-01"}, "end"),
        ("milestones", {}, "milestones"),
        ("undecided", {}, "settle_by"),
    ],
)
def test_a_timing_left_out_is_missed_where_it_belongs(kind: str, said: dict[str, str], missing: str):
    with pytest.raises(TimingMissing) as refused:
        rules.must_say_the_timing(kind, **timing(**said), settle_by="")
    assert refused.value.field == missing


@pytest.mark.parametrize(
    ("kind", "said", "left"),
    [
        ("undecided", {"start": "2025-10-02", "end": "2025-10-01"}, ["start", "end"]),
        ("day", {"day": "2025-10-01", "milestones": (("2025-10-01", "始める"),)}, ["milestones"]),
        ("range", {"start": "2025-10-01", "end": "2025-10-02", "day": "2025-10-01"}, ["day"]),
        ("milestones", {"milestones": (("2025-10-01", "始める"),), "day": "2025-10-01"}, ["day"]),
    ],
)
def test_what_is_tabled_says_one_timing_only(kind: str, said: dict[str, Any], left: list[str]):
    """What every party consents to shows no days that the timing chosen does not mean."""
    with pytest.raises(RuleBroken) as refused:
        rules.must_say_the_timing(kind, **timing(**said), settle_by="2025-12" if kind == "undecided" else "")
    assert fields_of(refused) == left
    assert all(isinstance(one, TimingLeftOver) for one in refused.value.each)


def test_a_month_to_settle_by_is_left_over_once_the_day_is_settled():
    with pytest.raises(TimingLeftOver) as refused:
        rules.must_say_the_timing("day", **timing(day="2025-10-01"), settle_by="2025-12")
    assert refused.value.field == "settle_by"


def fields_of(refused: pytest.ExceptionInfo[RuleBroken]) -> list[str | None]:
    return [one.field for one in refused.value.each]


def test_a_range_without_its_days_is_missed_beside_both():
    with pytest.raises(RuleBroken) as refused:
        rules.must_say_the_timing("range", **timing(), settle_by="")
    assert fields_of(refused) == ["start", "end"]


def test_every_day_that_is_none_is_said_at_once():
    with pytest.raises(RuleBroken) as refused:
        rules.must_be_in_order(
            "milestones", **timing(start="2025-02-30", end="31", milestones=(("", "始める"),))
        )
    assert fields_of(refused) == ["start", "end", "milestones"]


@pytest.mark.parametrize("kind", [one for one in Timing if one is not Timing.RANGE])
def test_days_left_over_from_a_range_do_not_stand_in_the_way_of_another_kind_of_timing(kind: Timing):
    """Whoever turns to 「未定」 need not first put in order the days that no longer say anything."""
    rules.must_be_in_order(kind, **timing(start="2025-10-02", end="2025-10-01"))


@pytest.mark.parametrize("kind", [one for one in Timing if one is not Timing.MILESTONES])
def test_a_milestone_left_half_said_does_not_stand_in_the_way_of_another_kind_of_timing(kind: Timing):
    rules.must_be_in_order(kind, **timing(milestones=(("", "始める"),)))


def test_all_that_a_proposal_lacks_is_said_at_once():
    with pytest.raises(RuleBroken) as refused:
        rules.must_be_whole(
            title=" ", items=[], purposes=[], purpose_reason="　", section="", section_party="甲"
        )
    assert fields_of(refused) == ["title", "items", "sections", "purposes", "purpose_reason"]


def test_all_that_particulars_lack_besides_the_timing_is_said_at_once():
    with pytest.raises(RuleBroken) as refused:
        rules.must_settle_the_rest(method="", cost="", contract="", personal_data="")
    assert fields_of(refused) == ["method", "cost", "personal_data"]


@pytest.mark.parametrize("cost", [one for one in COST_NAMES if one != "separate_contract"])
def test_no_contract_is_tabled_beside_costs_that_are_borne_without_one(cost: str):
    """R6.1-4: nobody consents to 「各自負担」 with the number of a contract under it."""
    with pytest.raises(ContractLeftOver) as refused:
        rules.must_settle_the_rest(method="会場で行う", cost=cost, contract="契約第1号", personal_data="no")
    assert refused.value.field == "contract_reference"
    rules.must_settle_the_rest(method="会場で行う", cost=cost, contract="　", personal_data="no")


def test_every_kind_of_timing_gives_its_planned_days():
    rows = (("2025-11-01", "始め"), ("2026-02-01", "中間"), ("2025-12-01", "途中"))
    assert rules.planned("day", **timing(day="2025-10-01")) == Planned(DAY, DAY)
    assert rules.planned("milestones", **timing(milestones=rows)) == Planned(
        dt.date(2025, 11, 1), dt.date(2026, 2, 1)
    )
    assert not rules.planned("undecided", **timing(start="2025-10-01", end="2025-10-02")).is_settled


def test_a_plan_beyond_the_last_day_is_noticed():
    """R2-5."""
    plan = Planned(DAY, dt.date(2026, 10, 1))
    assert rules.runs_beyond(plan, dt.date(2026, 9, 30))
    assert not rules.runs_beyond(plan, dt.date(2026, 10, 1))
    assert not rules.runs_beyond(Planned(), DAY)
    assert not rules.runs_beyond(plan, None)


# --- records


def test_only_what_has_happened_is_recorded_and_in_order():
    with pytest.raises(DayToCome):
        rules.must_be_recordable(
            Act.COMPLETE, on_day=DAY, today=DAY - dt.timedelta(days=1), last=None, reason="", outcome="x"
        )
    with pytest.raises(BeforeTheLastAct):
        rules.must_be_recordable(
            Act.SUSPEND, on_day=DAY, today=DAY, last=DAY + dt.timedelta(days=1), reason="理由"
        )


@pytest.mark.parametrize("act", [Act.SUSPEND, Act.RESUME, Act.CANCEL])
def test_a_change_of_course_says_why(act: Act):
    """R2-10."""
    with pytest.raises(ReasonMissing):
        rules.must_be_recordable(act, on_day=DAY, today=DAY, last=None, reason=" \n　")


def test_a_completion_says_what_came_of_it():
    with pytest.raises(OutcomeMissing):
        rules.must_be_recordable(Act.COMPLETE, on_day=DAY, today=DAY, last=None, reason="")


def test_a_start_before_the_agreement_is_recorded_with_its_circumstances_only():
    facts: dict[str, Any] = {
        "on_day": DAY,
        "today": DAY,
        "last": None,
        "agreed_on": DAY + dt.timedelta(days=1),
    }
    with pytest.raises(StartedBeforeAgreement) as refused:
        rules.must_be_recordable(Act.START, reason="", **facts)
    assert refused.value.field == "reason"
    rules.must_be_recordable(Act.START, reason="覚書により先行した", **facts)


def test_seeing_a_record_otherwise_says_what():
    with pytest.raises(RemarkMissing):
        rules.must_be_acknowledgeable(
            recorded_by="a", party="b", has_acknowledged=False, is_acknowledged=False, remark=""
        )


# --- words


@pytest.mark.parametrize(
    ("kinds", "reason", "fields"),
    [("", "", ["data_kinds", "data_reason"]), ("氏名", "", ["data_reason"]), ("", "照会", ["data_kinds"])],
)
def test_personal_information_comes_with_its_kinds_and_reason(kinds: str, reason: str, fields: list[str]):
    """R2-9."""
    with pytest.raises(RuleBroken) as refused:
        rules.must_explain_personal_data("yes", kinds, reason)
    assert fields_of(refused) == fields
    assert {type(one) for one in refused.value.each} == {PersonalDataWithoutReason}
    rules.must_explain_personal_data("no", "", "")


@pytest.mark.parametrize("answer", ["no", ""])
def test_a_reason_for_personal_information_stands_beside_no_other_answer(answer: str):
    """R2-9: the kinds of data may still be said, since data need not be personal."""
    with pytest.raises(ReasonLeftOver) as refused:
        rules.must_explain_personal_data(answer, "気温", "照会")
    assert refused.value.field == "data_reason"
    rules.must_explain_personal_data(answer, "気温", " ")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("端末を購入する", ["購入"]),
        ("ﾊｯﾁｭｳ", []),
        ("Ｐｕｒｃｈａｓｅ of licences", ["purchase"]),
        ("試行する", []),
    ],
)
def test_words_of_a_purchase_are_found_whatever_their_form(text: str, found: list[str]):
    """R6.1-3."""
    assert purchase_words(text) == found


# --- how far


def test_the_steps_say_where_it_stands():
    def of(state: State, **more: Any) -> str:
        return " ".join(stands[0] for _, stands in rules.steps_of(state, **more))

    assert of(State.PROPOSED) == "d c w w w w"
    assert of(State.CONSULTING) == "d d c w w w"
    assert of(State.AGREED) == "d d d c w w"
    assert of(State.READY) == "d d d d c w"
    assert of(State.READY, is_held=True) == "d d d d s w"
    assert of(State.SUSPENDED) == "d d d d s w"
    assert of(State.COMPLETED) == "d d d d d d"
    assert of(State.DECLINED, stopped_at=Step.AGREE) == "d d s w w w"


def test_the_years_it_belongs_to_follow_what_is_known():
    """年度 of the register: proposed, planned, under way, ended."""
    tabled, plan = DAY, Planned(dt.date(2026, 5, 1), dt.date(2027, 4, 30))

    def of(state: State, **more: Any) -> tuple[dt.date, dt.date | None]:
        facts = {"plan": Planned(), "started_on": None, "ended_on": None} | more
        found = rules.span(state, tabled_on=tabled, **facts)
        return found.first, found.last

    assert of(State.PROPOSED) == (tabled, tabled)
    assert of(State.READY, plan=plan) == (plan.start, plan.end)
    assert of(State.RUNNING, plan=plan, started_on=DAY) == (DAY, None)
    assert of(State.COMPLETED, plan=plan, started_on=DAY, ended_on=dt.date(2026, 1, 1)) == (
        DAY,
        dt.date(2026, 1, 1),
    )
