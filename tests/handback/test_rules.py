"""The rules of handing over and back: pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.handback import rules
from portal.handback.rules import (
    OPEN,
    Act,
    Carried,
    Choice,
    Falls,
    Held,
    Reach,
    Retention,
    Said,
    Standing,
    Step,
    after,
    must_be_whole,
    reminders,
)
from portal.kernel.errors import RuleBroken

TODAY = dt.date(2025, 10, 1)
WHOLE = Said("題", "gave", ["b"], "document", "paper", 1, dt.date(2025, 9, 30), None, "open", "", None)
HELD = Held("HBK-0001", "a", "b", "a", "paper", dt.date(2025, 9, 30), Standing())
DONE = Carried("return", TODAY, "手渡し", "鈴木", has_no_backups=True)


def refused(said: Said, *, mine: str = "a") -> list[str]:
    try:
        must_be_whole(said, mine=mine, parties=["a", "b", "c"], today=TODAY)
    except RuleBroken as broken:
        return [f"{type(one).__name__} {one.field}" for one in broken.each]
    return []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": " \u3000"}, ["NoTitle title"]),
        ({"way": ""}, ["NoWay way"]),
        ({"others": []}, ["NobodyElse others"]),
        ({"others": ["a"]}, ["NobodyElse others"]),
        ({"others": ["b", "z"]}, ["NobodyElse others"]),
        ({"others": ["b", "c"]}, []),
        ({"way": "received", "received_on": TODAY}, []),
        ({"way": "received", "others": ["b", "c"], "received_on": TODAY}, ["NotOneDiscloser others"]),
        ({"way": "received"}, ["NoDay received_on"]),
        ({"kind": "x", "form": "", "marking": "?"}, ["Unsaid kind", "Unsaid form", "Unsaid marking"]),
        ({"copies": None}, ["NoCopies copies"]),
        ({"copies": 10_000}, ["NoCopies copies"]),
        ({"disclosed_on": None}, ["NoDay disclosed_on"]),
        ({"disclosed_on": dt.date(2025, 10, 2)}, ["DayToCome disclosed_on"]),
        ({"received_on": dt.date(2025, 9, 29)}, ["ReceivedBeforeDisclosed received_on"]),
        ({"received_on": dt.date(2025, 10, 2)}, ["DayToCome received_on"]),
        ({"marking": "recognizable"}, ["WhyMissing why"]),
        ({"marking": "recognizable", "why": "未公表の計画のため"}, []),
        ({"reason": ""}, ["NoReason reason"]),
    ],
)
def test_a_record_says_everything_that_matters_later(changes, expected):
    """R5-1"""
    assert refused(replace(WHOLE, **changes)) == expected


def test_what_is_not_decided_is_treated_as_confidential():
    """Art. 7; finding 7."""
    assert [one for one in rules.MARKING_NAMES if rules.is_secret(one)] == [
        "marked",
        "recognizable",
        "undecided",
    ]


def carried(
    said: Carried, *, standing: Standing | None = None, form: str = "paper", passed_on: int = 0, by: str = "b"
) -> list[str]:
    held = replace(HELD, form=form, standing=standing or Standing())
    try:
        rules.must_be_carried_out(held, by, said, passed_on=passed_on, today=TODAY)
    except RuleBroken as broken:
        return [type(one).__name__ for one in broken.each]
    return []


ASKED = Standing(step=Step.ASKED, instruction="dispose")
DISPOSED = replace(DONE, choice="dispose", searched=("backups",))


@pytest.mark.parametrize(
    ("said", "more", "expected"),
    [
        (DONE, {}, []),
        (DONE, {"by": "a"}, ["CarriedOutByTheReceiver"]),
        (replace(DONE, choice="dispose"), {}, ["DisposedWithoutInstruction"]),
        (DONE, {"standing": ASKED}, ["OtherwiseThanInstructed"]),
        (DISPOSED, {"standing": ASKED}, []),
        (replace(DISPOSED, searched=()), {"standing": ASKED}, ["NothingSearched"]),
        (replace(DISPOSED, has_no_backups=False), {"standing": ASKED}, ["BackupsUnsaid"]),
        (replace(DISPOSED, backups_until=TODAY), {"standing": ASKED}, ["BackupsUnsaid"]),
        (replace(DISPOSED, has_no_backups=False, backups_until=TODAY), {"standing": ASKED}, []),
        (DONE, {"form": "file"}, ["NothingSearched"]),
        (replace(DONE, searched=("mail",)), {"form": "access"}, []),
        (replace(DONE, has_no_backups=False), {}, []),
        (replace(DONE, means="", by_whom=" "), {}, ["NoMeans", "NoExecutor"]),
        (replace(DONE, on_day=None), {}, ["NoDay"]),
        (replace(DONE, on_day=dt.date(2025, 10, 2)), {}, ["DayToCome"]),
        (replace(DONE, on_day=dt.date(2025, 9, 29)), {}, ["BeforeItWasReceived"]),
        (DONE, {"passed_on": 2}, ["CopiesStillOut"]),
        (replace(DONE, is_gathered=True), {"passed_on": 2}, []),
        (replace(DONE, choice="burn"), {}, ["Unsaid"]),
    ],
)
def test_what_is_carried_out_follows_the_instruction_and_says_how(said, more, expected):
    """R5-3, R5-5; T13."""
    assert carried(said, **more) == expected


@pytest.mark.parametrize(
    "step", [Step.RETURNED, Step.DISPOSED, Step.KEPT, Step.REPLACED, Step.STRUCK, Step.CARRIED_OUT]
)
def test_what_is_settled_is_not_carried_out_again(step):
    assert carried(DONE, standing=Standing(step=step)) != []


def test_keeping_by_law_is_open_and_says_until_when():
    said = Retention("規則", TODAY, "", "担当だけ")
    rules.must_be_retainable(HELD, "b", said)
    with pytest.raises(rules.NoPeriod):
        rules.must_be_retainable(HELD, "b", replace(said, until=None))
    assert after(Standing(), Act.RETAIN).is_open


ACTS = st.lists(
    st.tuples(st.sampled_from(list(Act)), st.sampled_from(list(Choice)), st.booleans()), max_size=12
)


@given(ACTS)
def test_nothing_is_ever_disposed_of_that_was_not_so_instructed(told):
    """R5-5: whatever is tried, in whatever order, by the rules; the receiver never chooses disposal alone."""
    standing = Standing()
    for act, choice, erases in told:
        held = replace(HELD, standing=standing)
        try:
            match act:
                case Act.INSTRUCT:
                    rules.must_be_instructible(held, "a", choice=choice)
                case Act.CARRY_OUT:
                    said = replace(DISPOSED, choice=choice)
                    rules.must_be_carried_out(held, "b", said, passed_on=0, today=TODAY)
                case Act.ACKNOWLEDGE:
                    rules.must_be_acknowledgeable(held, "a", is_so=True, remark="")
                case Act.DISPUTE:
                    rules.must_be_acknowledgeable(held, "a", is_so=False, remark="違う")
                case Act.RETAIN:
                    rules.must_be_retainable(held, "b", Retention("規則", TODAY, "", "担当"))
                case Act.ASK:
                    rules.must_be_askable(held, "b", choice=choice)
                case _:
                    continue
        except RuleBroken:
            continue
        standing = after(standing, act, choice, erases=erases)
        if standing.done == Choice.DISPOSE or standing.step is Step.DISPOSED:
            assert standing.instruction == Choice.DISPOSE
        if standing.step is Step.KEPT:
            assert standing.instruction == Choice.KEEP
        if not standing.is_open:
            assert standing.step in {Step.RETURNED, Step.DISPOSED, Step.KEPT}


END = dt.date(2026, 9, 7)
REACH = Reach(
    today=END, last_day=END, target=dt.date(2026, 10, 7), survives_until=dt.date(2027, 9, 7), has_ended=True
)


def test_what_falls_due_after_the_end_is_in_order_and_only_what_has_come():
    """R5-4; S11: target 7 October 2026, weekly after it, 90, 30 and 7 days before the survival end, and once it is over."""
    assert reminders(replace(REACH, today=dt.date(2026, 10, 6))) == []
    assert reminders(replace(REACH, today=dt.date(2026, 10, 14))) == [
        (Falls.TARGET, dt.date(2026, 10, 7)), (Falls.WEEKLY, dt.date(2026, 10, 14)),
    ]  # fmt: skip
    found = reminders(replace(REACH, today=dt.date(2027, 9, 8)))
    assert [day for what, day in found if what is not Falls.WEEKLY] == [
        dt.date(2026, 10, 7), dt.date(2027, 6, 9), dt.date(2027, 8, 8), dt.date(2027, 8, 31), dt.date(2027, 9, 8),
    ]  # fmt: skip
    assert found == sorted(found, key=lambda one: one[1])
    for reach in (replace(REACH, has_ended=False), replace(REACH, is_voluntary=True), Reach(TODAY)):
        assert reminders(replace(reach, today=dt.date(2027, 9, 8))) == []


@given(st.integers(0, 1500), st.integers(0, 400), st.integers(1, 800))
def test_reminders_only_ever_grow_as_days_pass(days, target, lasts):
    """Missed runs collapse: whoever looks later finds everything that an earlier look would have found."""
    reach = Reach(
        today=END + dt.timedelta(days=days),
        last_day=END,
        target=END + dt.timedelta(days=target),
        survives_until=END + dt.timedelta(days=lasts),
        has_ended=True,
    )
    found = reminders(reach)
    later = reminders(replace(reach, today=reach.today + dt.timedelta(days=1)))
    assert set(found) <= set(later) and len(later) == len(set(later))
    assert all(END < day <= reach.today for _, day in found)


def test_the_days_since_the_end_and_whether_the_target_has_passed():
    """R5-2"""
    reach = replace(REACH, today=dt.date(2026, 10, 8))
    assert (reach.days_since, reach.is_late) == (31, True)
    assert not replace(REACH, today=dt.date(2026, 10, 7)).is_late
    assert OPEN == {Step.HELD, Step.ASKED, Step.DISPUTED, Step.RETAINED, Step.CARRIED_OUT}
