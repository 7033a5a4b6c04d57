"""The rules on publicity: nothing before every consent and the agreed time, and what appeared beside what was agreed; pure."""

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
from portal.publicity.rules import Differs, Facts, Hold, State
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


@pytest.mark.parametrize(
    ("changes", "at", "error"),
    [
        ({"standing": Standing.PARTIAL}, TIME, rules.NotAgreedByAll),
        ({"standing": Standing.OPEN}, TIME, rules.NotAgreedByAll),
        ({"standing": Standing.HELD}, TIME, rules.IsHeld),
        ({"standing": Standing.REPLACED}, TIME, rules.IsOver),
        ({"is_in_force": False}, TIME, rules.PublicityDoesNotSurvive),
        ({}, TIME - dt.timedelta(seconds=1), rules.TooEarly),
        ({}, japan(2025, 9, 11), rules.TooLate),
        ({"published": {1: TIME}}, TIME, rules.PublishedAlready),
        ({"event": "基調講演"}, TIME, rules.EventNotOver),
        ({"event": "基調講演"}, japan(2025, 9, 11), rules.TooLate),
        ({"agreed_at": TIME + dt.timedelta(hours=1)}, TIME, rules.BeforeTheAgreement),
        ({"holds": (Hold(TIME, TIME + dt.timedelta(hours=1)),)}, TIME, rules.DuringAHold),
    ],
)
def test_each_missing_element_has_its_own_sentence(changes: dict[str, Any], at: dt.datetime, error: type):
    """R6.2-3, rows 41, 44."""
    with pytest.raises(error):
        rules.must_be_publishable(dataclasses.replace(READY, **changes), 1, at=at)


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


def test_only_the_agreed_publisher_publishes_a_channel():
    """Decision 27."""
    rules.must_be_the_publisher(POST, "otsu", label="乙")
    with pytest.raises(rules.NotThePublisher):
        rules.must_be_the_publisher(POST, "kou", label="乙")


def test_nothing_is_recorded_before_it_happened():
    with pytest.raises(rules.NotYet):
        rules.must_have_happened(TIME + dt.timedelta(minutes=1), TIME, "published_at")
    rules.must_have_happened(TIME, TIME, "published_at")


def found(**changes: Any) -> dict[Differs, dict[str, object]]:
    given: dict[str, Any] = {
        "agreed_text": "本日、試行を始めます。", "exact": TIME, "published_at": TIME, "place": "府公式サイト", "final_text": None,
    } | changes  # fmt: skip
    return {one.what: dict(one.facts) for one in rules.differences(WEB, **given)}


def test_what_appeared_is_compared_with_what_was_agreed():
    """R6.2-7; excellent 3.3: time, place, text."""
    assert found() == {}
    assert found(published_at=TIME + dt.timedelta(seconds=59)) == {}
    assert found(published_at=TIME + dt.timedelta(minutes=102)) == {Differs.LATER: {"minutes": 102}}
    assert found(exact=None, published_at=TIME + dt.timedelta(minutes=102)) == {}, (
        "inside a window nothing is late"
    )
    assert set(found(place="報道発表資料のページ")) == {Differs.PLACE}
    assert found(final_text=" 本日、試行を始めます。\n") == {}
    assert found(final_text="本日、試行を終えます。")[Differs.TEXT] == {"added": 2, "removed": 2}


def state(**changes: Any) -> State:
    given: dict[str, Any] = {
        "standing": Standing.AGREED, "now": TIME, "opens_at": TIME, "closes_at": japan(2025, 9, 11), "awaits_event": False,
        "published": 0, "channels": 3, "is_in_force": True,
    } | changes  # fmt: skip
    return rules.shown_state(given.pop("standing"), **given)


def test_the_state_is_reckoned_anew_at_every_moment():
    """Row 41: agreed, the hour, no hold; no job is needed for it."""
    assert state(now=TIME - dt.timedelta(milliseconds=1)) is State.WAITING
    assert state() is State.READY
    assert state(now=japan(2025, 9, 11)) is State.LAPSED
    assert state(standing=Standing.HELD) is State.HELD
    assert state(awaits_event=True, opens_at=None) is State.WAITING_FOR_EVENT
    assert state(published=1) is State.PARTLY_PUBLISHED
    assert state(published=1, now=japan(2025, 9, 12)) is State.PARTLY_PUBLISHED
    assert state(published=3, is_in_force=False) is State.PUBLISHED
    assert state(is_in_force=False) is State.ENDED
    assert state(standing=Standing.PARTIAL) is State.PARTIAL


def test_after_publication_nothing_is_held_back_or_replaced():
    """Row 48: only correction, supplement and take-down are left."""
    rules.must_not_be_out(0, 3, all_of_them=False)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(1, 3, all_of_them=False)
    rules.must_not_be_out(1, 3, all_of_them=True)
    with pytest.raises(rules.PublishedAndOver):
        rules.must_not_be_out(3, 3, all_of_them=True)


def test_a_short_lead_time_warns_by_the_agreements_setting_or_by_practice():
    """Excellent 3.3."""
    assert rules.short_lead("press_release", 2) == rules.Short(3, 2)
    assert rules.short_lead("press_release", 3) is None
    assert rules.short_lead("press_release", 3, {"press_release": 5}) == rules.Short(5, 3)
    assert rules.short_lead("social", 0) is None
    assert rules.short_lead("press_release", None) is None


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


def test_a_publication_is_attributed_only_by_the_same_word_of_every_party():
    """S12."""
    parties = ["kou", "otsu", "hei"]
    assert rules.attributed({"kou": "otsu", "otsu": "otsu"}, parties) == ""
    assert rules.attributed({"kou": "otsu", "otsu": "otsu", "hei": "otsu"}, parties) == "otsu"
    assert rules.attributed({"kou": "otsu", "otsu": "", "hei": "otsu"}, parties) == ""


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, {"minutes": 1}),
        (59, {"minutes": 59}),
        (61, {"hours": 1, "minutes": 1}),
        (60 * 50, {"days": 2, "hours": 2}),
    ],
)
def test_the_time_left_is_said_in_the_units_people_use(minutes: float, words: dict[str, int]):
    assert rules.time_left(dt.timedelta(minutes=minutes)).facts == words


def test_a_voluntary_agreement_is_only_for_after_the_end():
    """R5-5."""
    rules.must_have_ended(has_begun=True, is_in_force=False)
    for has_begun, is_in_force in [(True, True), (False, False)]:
        with pytest.raises(rules.AgreementStillRuns):
            rules.must_have_ended(has_begun=has_begun, is_in_force=is_in_force)
