"""The rules of advice, by themselves: on which clauses it stands, who may say what of it."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.advice import rules
from portal.advice.rules import Freed, Reach
from portal.kernel.errors import RuleBroken

FREED = Freed("giver", "receiver", ("accuracy", "liability"))
FIRST, LAST, SURVIVES = dt.date(2023, 9, 7), dt.date(2026, 9, 7), dt.date(2027, 9, 7)
ENDED = Reach(FIRST, LAST, SURVIVES, lambda id: id == "liability")
RUNNING = Reach(FIRST, None, None, lambda id: id == "liability")


def stands_on(day, *, reach=ENDED, giver="giver", receiver="receiver", freed=FREED):
    return rules.stands_on(freed, reach, giver=giver, receiver=receiver, given_on=day)


@pytest.mark.parametrize(
    ("day", "clauses"),
    [
        (FIRST - dt.timedelta(days=1), ()),
        (FIRST, ("accuracy", "liability")),
        (LAST, ("accuracy", "liability")),
        (LAST + dt.timedelta(days=1), ("liability",)),
        (SURVIVES, ("liability",)),
        (SURVIVES + dt.timedelta(days=1), ()),
    ],
)
def test_the_clauses_stand_while_the_agreement_does_and_what_survives_stands_on(day, clauses):
    """R8-2, S8's variation after the end: of the two only the surviving one."""
    assert stands_on(day) == clauses


def test_an_agreement_that_renews_itself_has_no_last_day():
    assert stands_on(dt.date(2099, 1, 1), reach=RUNNING) == ("accuracy", "liability")


@given(
    giver=st.sampled_from(["giver", "receiver", "third"]),
    receiver=st.sampled_from(["giver", "receiver", "third"]),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
)
def test_no_clause_ever_stands_in_another_direction(giver, receiver, day):
    """Invariant 9 of articles.md 1.10: exactly for the direction of the agreement's data."""
    if (giver, receiver) != ("giver", "receiver"):
        assert stands_on(day, giver=giver, receiver=receiver) == ()
        assert stands_on(day, giver=giver, receiver=receiver, reach=RUNNING) == ()


def test_without_a_term_on_advice_nothing_stands():
    assert stands_on(FIRST, freed=None) == ()


def test_what_is_volunteered_and_marked_secret_is_to_be_settled_and_nothing_else_is():
    """S13; T9: a note to look at, never a refusal."""
    asked = [
        (basis, marking)
        for basis in rules.BASIS_NAMES
        for marking in rules.MARKING_NAMES
        if rules.is_to_be_settled(basis, marking)
    ]
    assert asked == [("volunteered", "secret")]


def test_every_direction_has_the_own_side_in_it():
    assert rules.directions(["a", "b", "c"], "b") == [("b", "a"), ("b", "c"), ("a", "b"), ("c", "b")]
    assert rules.parties_of("a.b") == ("a", "b")
    assert rules.parties_of("a.a") == rules.parties_of("a") == rules.parties_of("") == ("", "")


def test_everything_missing_is_refused_at_once():
    """R8-1"""
    said = rules.Said("", "", "", "", "", "", "", "", " ", None, "")
    with pytest.raises(RuleBroken) as refused:
        rules.must_be_whole(said, mine="a", parties=["a", "b"], today=FIRST)
    fields = {one.field for one in refused.value.each}
    assert fields == {
        "title", "direction", "kind", "adviser", "recipient", "basis", "given_on", "medium", "marking", "content",
        "reason",
    }  # fmt: skip


def test_a_day_to_come_and_a_direction_of_others_are_refused():
    said = rules.Said("題", "b.c", "advice", "x", "y", "requested", "mail", "open", "z", LAST, None)
    with pytest.raises(RuleBroken) as refused:
        rules.must_be_whole(said, mine="a", parties=["a", "b", "c"], today=LAST - dt.timedelta(days=1))
    assert {type(one) for one in refused.value.each} == {rules.NoDirection, rules.DayToCome}


WORD: dict[str, Any] = {
    "giver": "b", "receiver": "a", "recorded_by": "b", "party": "a", "has_confirmed": False, "is_same": True,
    "remark": "", "corrected_by": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"party": "b"}, rules.ConfirmedByItsWriter),
        ({"party": "c"}, rules.ConfirmedByItsWriter),
        ({"recorded_by": "a"}, rules.ConfirmedByItsWriter),
        ({"has_confirmed": True}, rules.ConfirmedAlready),
        ({"is_same": False}, rules.RemarkMissing),
        ({"corrected_by": "ADV-0002"}, rules.CorrectedAlready),
    ],
)
def test_the_side_that_did_not_record_it_confirms_it_once(changes, refusal):
    rules.must_be_confirmable(**WORD)
    with pytest.raises(refusal):
        rules.must_be_confirmable(**(WORD | changes))


HANDLED: dict[str, Any] = {
    "receiver": "a", "party": "a", "result": "partly", "checked_by": "", "checked_on": None, "given_on": LAST,
    "today": LAST, "corrected_by": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"party": "b"}, rules.HandledByTheReceiver),
        ({"party": "c"}, rules.HandledByTheReceiver),
        ({"result": "excellent"}, rules.ResultMissing),
        ({"checked_on": LAST}, rules.CheckedByNobody),
        ({"checked_by": "x", "checked_on": SURVIVES}, rules.DayToCome),
        ({"checked_by": "x", "checked_on": LAST - dt.timedelta(days=1)}, rules.CheckedBeforeItWasGiven),
        ({"corrected_by": "ADV-0002"}, rules.CorrectedAlready),
    ],
)
def test_only_the_receiver_says_what_it_did_with_it(changes, refusal):
    """R8-3"""
    rules.must_be_handleable(**HANDLED)
    with pytest.raises(refusal):
        rules.must_be_handleable(**(HANDLED | changes))


def test_what_is_relied_on_and_checked_by_nobody_is_remembered():
    """R8-5"""
    unchecked = {result for result in rules.RESULT_NAMES if rules.is_unchecked(result, " ")}
    assert unchecked == {"adopted", "partly"}
    assert not any(rules.is_unchecked(result, "府見") for result in rules.RESULT_NAMES)
