"""Where an item stands at a moment, and whether its time is short; pure."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from portal.consent.rules import Standing
from portal.publicity.sorts import Relation
from portal.publicity.states import Out, Short, State, short_lead, shown_state, state_name

JAPAN = ZoneInfo("Asia/Tokyo")


def japan(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=JAPAN).astimezone(dt.UTC)


TIME = japan(2025, 9, 10, 14)


def state(**changes: Any) -> State:
    given: dict[str, Any] = {
        "standing": Standing.AGREED, "now": TIME, "opens_at": TIME, "closes_at": japan(2025, 9, 11), "awaits_event": False,
        "out": Out(3), "is_in_force": True,
    } | changes  # fmt: skip
    return shown_state(given.pop("standing"), **given)


def test_the_state_is_reckoned_anew_at_every_moment():
    """Row 41: agreed, the hour, no hold; no job is needed for it."""
    assert state(now=TIME - dt.timedelta(milliseconds=1)) is State.WAITING
    assert state() is State.READY
    assert state(now=japan(2025, 9, 11)) is State.LAPSED
    assert state(standing=Standing.HELD) is State.HELD
    assert state(awaits_event=True, opens_at=None) is State.WAITING_FOR_EVENT
    assert state(out=Out(3, 1)) is State.PARTLY_PUBLISHED
    assert state(out=Out(3, 1), now=japan(2025, 9, 12)) is State.PARTLY_PUBLISHED
    assert state(out=Out(3, 3), is_in_force=False) is State.PUBLISHED
    assert state(is_in_force=False) is State.ENDED
    assert state(standing=Standing.PARTIAL) is State.PARTIAL


def test_what_is_out_otherwise_than_agreed_is_never_called_published():
    """I8: recorded as publicity, not as agreed, never as 公表済."""
    assert state(out=Out(3, 0, 1)) is State.PARTLY_PUBLISHED
    assert state(out=Out(3, 2, 1)) is State.OTHERWISE
    assert state(out=Out(1, 0, 1), is_in_force=False) is State.OTHERWISE
    for published, otherwise in product(range(4), range(4)):
        if published + otherwise <= 3:
            assert (state(out=Out(3, published, otherwise)) is State.PUBLISHED) == (published == 3)


def test_what_was_called_off_never_opens():
    """Decision 13."""
    for now, in_force in product(
        [TIME - dt.timedelta(days=1), TIME, TIME + dt.timedelta(days=9)], [True, False]
    ):
        shown = state(
            relation=Relation.CALL_OFF,
            out=Out(0),
            opens_at=None,
            closes_at=None,
            now=now,
            is_in_force=in_force,
        )
        assert shown is State.CALLED_OFF


def test_of_a_take_down_nothing_is_called_a_publication():
    """Row 48: taking down is an act of its own."""
    for one in (State.READY, State.PARTLY_PUBLISHED, State.PUBLISHED, State.WAITING):
        assert state_name(one, Relation.TAKE_DOWN) != state_name(one)
        assert "公表" not in state_name(one, Relation.TAKE_DOWN)
    assert state_name(State.HELD, Relation.TAKE_DOWN) == state_name(State.HELD)


def test_a_short_lead_time_warns_by_the_agreements_setting_or_by_practice():
    """Excellent 3.3."""
    assert short_lead("press_release", 2) == Short(3, 2)
    assert short_lead("press_release", 3) is None
    assert short_lead("press_release", 3, {"press_release": 5}) == Short(5, 3)
    assert short_lead("social", 0) is None
    assert short_lead("press_release", None) is None
