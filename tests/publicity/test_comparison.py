"""What appeared against what was agreed; pure."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from portal.publicity.comparison import Differs, differences
from portal.publicity.timing import Channel

JAPAN = ZoneInfo("Asia/Tokyo")


def japan(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=JAPAN).astimezone(dt.UTC)


TIME = japan(2025, 9, 10, 14)
WEB = Channel(1, "website", "kou", "府公式サイト", "kou.ja")


def found(**changes: Any) -> dict[Differs, dict[str, object]]:
    channel = changes.pop("channel", WEB)
    given: dict[str, Any] = {
        "agreed_text": "本日、試行を始めます。", "exact": TIME, "published_at": TIME, "place": "", "final_text": None,
    } | changes  # fmt: skip
    return {one.what: dict(one.facts) for one in differences(channel, **given)}


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


def test_a_text_that_no_agreement_settled_is_told_as_such():
    """A channel for which no text was agreed is not compared with nothing."""
    assert set(found(channel=Channel(1, "stage", "kou", "会場"), final_text="本日、始めます。")) == {
        Differs.UNSETTLED_TEXT
    }
    assert found(channel=Channel(1, "stage", "kou", "府公式サイト"), final_text=None) == {}
