"""The rules on publishing: nothing before every consent and the agreed time, by the publisher alone; pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.consent.rules import Standing
from portal.kernel.errors import RuleBroken
from portal.kernel.words import Phrase
from portal.publicity import rules
from portal.publicity.rules import Facts, Hold
from portal.publicity.sorts import Relation
from portal.publicity.states import Out
from portal.publicity.timing import Channel, Typed, reckoned

JAPAN = ZoneInfo("Asia/Tokyo")
WEB = Channel(1, "website", "kou", "府公式サイト")
CLUB = Channel(2, "press_club", "kou", "府政記者会")
POST = Channel(3, "social", "otsu", "X")
CHANNELS = (WEB, CLUB, POST)


def japan(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=JAPAN).astimezone(dt.UTC)


TIME = japan(2025, 9, 10, 14)
AGREED = japan(2025, 9, 5, 10)
READY = Facts(
    standing=Standing.AGREED,
    status=(Phrase("甲 済"),),
    agreed_at=AGREED,
    is_in_force=True,
    is_called_off=False,
    channels=CHANNELS,
    spans=reckoned(Typed("exact", day="2025-09-10", time="14:00"), CHANNELS).channels,
    event="",
    event_ended_at=None,
    in_order=False,
    published={},
)


def test_everything_that_is_missing_is_named_and_nothing_else_lets_a_channel_out():
    """R6.2-3; I8: every consent, no hold, the agreement in force, the time; whatever else holds."""
    for standing, in_force, moment in product(
        Standing, [True, False], [TIME - dt.timedelta(milliseconds=1), TIME, japan(2025, 9, 11)]
    ):
        facts = dataclasses.replace(READY, standing=standing, is_in_force=in_force)
        if standing is Standing.AGREED and in_force and moment == TIME:
            assert rules.must_be_publishable(facts, 1, at=moment) == WEB
        else:
            with pytest.raises(RuleBroken):
                rules.must_be_publishable(facts, 1, at=moment)


def test_what_went_out_in_the_minute_of_the_agreement_or_of_a_lifted_hold_went_out_as_agreed():
    """R6.2-3: who records it says when to the minute, and both have seconds."""
    late = TIME + dt.timedelta(seconds=59, microseconds=9)
    agreed = dataclasses.replace(READY, agreed_at=late)
    assert rules.must_be_publishable(agreed, 1, at=TIME) == WEB
    lifted = dataclasses.replace(READY, holds=(Hold(TIME - dt.timedelta(hours=1), late),))
    assert rules.must_be_publishable(lifted, 1, at=TIME) == WEB
    next_minute = TIME + dt.timedelta(minutes=1)
    with pytest.raises(rules.BeforeTheAgreement):
        rules.must_be_publishable(dataclasses.replace(READY, agreed_at=next_minute), 1, at=TIME)
    with pytest.raises(rules.DuringAHold):
        held = dataclasses.replace(READY, holds=(Hold(TIME - dt.timedelta(hours=1), next_minute),))
        rules.must_be_publishable(held, 1, at=TIME)


MISSING: list[tuple[dict[str, Any], dt.datetime, type[RuleBroken]]] = [
    ({"standing": Standing.PARTIAL}, TIME, rules.NotAgreedByAll),
    ({"standing": Standing.OPEN}, TIME, rules.NotAgreedByAll),
    ({"standing": Standing.HELD}, TIME, rules.IsHeld),
    ({"standing": Standing.REPLACED}, TIME, rules.IsOver),
    ({"is_in_force": False}, TIME, rules.PublicityDoesNotSurvive),
    ({"is_called_off": True}, TIME, rules.IsCalledOff),
    ({}, TIME - dt.timedelta(seconds=1), rules.TooEarly),
    ({}, japan(2025, 9, 11), rules.TooLate),
    ({"published": {1: TIME}}, TIME, rules.PublishedAlready),
    ({"event": "基調講演"}, TIME, rules.EventNotOver),
    ({"event": "基調講演"}, japan(2025, 9, 11), rules.TooLate),
    ({"agreed_at": TIME + dt.timedelta(hours=1)}, TIME, rules.BeforeTheAgreement),
    ({"holds": (Hold(TIME, TIME + dt.timedelta(hours=1)),)}, TIME, rules.DuringAHold),
]


@pytest.mark.parametrize(("changes", "at", "error"), MISSING)
def test_each_missing_element_has_its_own_sentence(changes: dict[str, Any], at: dt.datetime, error: type):
    """R6.2-3, rows 41, 44."""
    with pytest.raises(error):
        rules.must_be_publishable(dataclasses.replace(READY, **changes), 1, at=at)


ORDER = {"in_order": True, "published": {2: TIME + dt.timedelta(hours=1)}}


OF_A_TAKE_DOWN = [*(one for one in MISSING if one[2] is not rules.IsCalledOff), (ORDER, TIME, rules.OutOfOrder)]
"""A take-down is not called off."""


@pytest.mark.parametrize(("changes", "at", "error"), OF_A_TAKE_DOWN)
def test_a_take_down_is_refused_in_words_of_its_own(
    changes: dict[str, Any], at: dt.datetime, error: type[RuleBroken]
):
    """S12: no publication is spoken of, and no way is shown that is not offered; whatever it is that is missing."""
    with pytest.raises(error) as refused:
        rules.must_be_publishable(
            dataclasses.replace(READY, is_taking_down=True, **changes), 3 if "in_order" in changes else 1, at=at
        )
    must_not_speak_of_publishing(refused.value)


def test_who_takes_down_and_where_is_said_in_words_of_its_own():
    """S12."""
    with pytest.raises(rules.NoSuchChannel) as refused:
        rules.must_be_publishable(dataclasses.replace(READY, is_taking_down=True), 9, at=TIME)
    must_not_speak_of_publishing(refused.value)
    with pytest.raises(rules.NotThePublisher) as refused_too:
        rules.must_be_the_publisher(POST, "kou", label="乙", is_taking_down=True)
    must_not_speak_of_publishing(refused_too.value)


def must_not_speak_of_publishing(refused: RuleBroken) -> None:
    assert "公表" not in refused.sentence + refused.next_step, type(refused).__name__


def test_a_channel_that_was_not_agreed_is_refused():
    """Row 46."""
    with pytest.raises(rules.NoSuchChannel):
        rules.must_be_publishable(READY, 4, at=TIME)


def test_where_an_order_was_agreed_a_channel_waits_for_the_ones_before():
    """Row 46: the post does not go out before the page."""
    facts = dataclasses.replace(READY, in_order=True)
    with pytest.raises(rules.OutOfOrder):
        rules.must_be_publishable(facts, 2, at=TIME)
    later = TIME + dt.timedelta(minutes=5)
    out = dataclasses.replace(facts, published={1: later})
    with pytest.raises(rules.OutOfOrder):
        rules.must_be_publishable(out, 2, at=TIME)
    assert rules.must_be_publishable(out, 2, at=later) == CLUB


def test_a_channel_that_is_out_otherwise_than_agreed_is_waited_for_no_longer():
    """S4 (d): what appeared too early is out; the next in order need not wait for it for ever, and it may still be
    published as agreed."""
    facts = dataclasses.replace(READY, in_order=True, otherwise={1: TIME - dt.timedelta(minutes=2)})
    assert rules.must_be_publishable(facts, 2, at=TIME) == CLUB
    assert rules.must_be_publishable(facts, 1, at=TIME) == WEB


def test_only_the_agreed_publisher_publishes_a_channel():
    """Decision 27."""
    rules.must_be_the_publisher(POST, "otsu", label="乙")
    with pytest.raises(rules.NotThePublisher):
        rules.must_be_the_publisher(POST, "kou", label="乙")


def test_nothing_is_recorded_before_it_happened():
    with pytest.raises(rules.NotYet):
        rules.must_have_happened(TIME + dt.timedelta(minutes=1), TIME, "published_at")
    rules.must_have_happened(TIME, TIME, "published_at")


def test_after_publication_nothing_is_held_back_or_replaced():
    """Row 48: only correction, supplement and take-down are left."""
    rules.must_not_be_out(Out(3), all_of_them=False)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(Out(3, 1), all_of_them=False)
    rules.must_not_be_out(Out(3, 1), all_of_them=True)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(Out(3, 3), all_of_them=True)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(Out(3, 0, 1), all_of_them=False)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(Out(3, 2, 1), all_of_them=True)
    rules.must_not_be_out(Out(0), all_of_them=True)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.jp", "https://a b", 'https://x"y', "example.jp"]
)
def test_only_a_web_address_becomes_a_link(url: str):
    with pytest.raises(rules.NotAWebAddress):
        rules.must_be_an_address(url)


def test_what_appeared_is_given_unless_it_is_the_agreed_text():
    with pytest.raises(rules.WordsMissing):
        rules.must_say_what_appeared(CLUB, as_agreed=False, final_text=" ", url="")
    with pytest.raises(rules.AddressMissing):
        rules.must_say_what_appeared(WEB, as_agreed=True, final_text="", url="")
    rules.must_say_what_appeared(CLUB, as_agreed=True, final_text="", url="")
    rules.must_say_what_appeared(WEB, as_agreed=True, final_text="", url="", relation=Relation.TAKE_DOWN)
