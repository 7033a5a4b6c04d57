"""The agreed time of a publication, reckoned from its words and its zone; pure (row 45)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publicity import timing
from portal.publicity.timing import HOME_ZONE, ZONE_NAMES, Channel, Typed, reckoned

JAPAN = ZoneInfo(HOME_ZONE)


def japan(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=JAPAN).astimezone(dt.UTC)


EXACT = Typed("exact", day="2025-09-10", time="14:00")
WINDOW = Typed("window", day="2025-09-10", time="09:00", until_day="2025-09-12", until_time="15:00")
AFTER = Typed("after_event", until_day="2025-09-10", event="基調講演")


def test_an_exact_time_opens_on_the_minute_and_may_be_used_to_the_end_of_its_day():
    whole = reckoned(EXACT, []).whole
    assert whole.opens_at == japan(2025, 9, 10, 14) and whole.closes_at == japan(2025, 9, 11)
    assert not whole.holds(japan(2025, 9, 10, 14) - dt.timedelta(milliseconds=1))
    assert whole.holds(japan(2025, 9, 10, 14))
    assert not whole.holds(japan(2025, 9, 11))


def test_a_window_includes_its_last_minute_and_without_a_time_its_last_day():
    """S4 (b), (c): inside the window a move is no change; outside, the consents cannot be used."""
    whole = reckoned(WINDOW, []).whole
    assert whole.holds(japan(2025, 9, 12, 15, 0, 59)) and not whole.holds(japan(2025, 9, 12, 15, 1))
    without = reckoned(Typed("window", day="2025-09-10", until_day="2025-09-12"), []).whole
    assert without.opens_at == japan(2025, 9, 10) and without.closes_at == japan(2025, 9, 13)


def test_after_an_event_opens_only_when_its_end_is_recorded():
    """Decision 27."""
    assert reckoned(AFTER, []).whole == timing.Span(None, japan(2025, 9, 11))
    ended = japan(2025, 9, 10, 15, 40)
    assert reckoned(AFTER, [], event_ended_at=ended).whole.opens_at == ended
    earliest = Typed("after_event", day="2025-09-10", time="16:00", until_day="2025-09-10", event="講演")
    assert reckoned(earliest, [], event_ended_at=ended).whole.opens_at == japan(2025, 9, 10, 16)


def test_a_channel_follows_the_whole_unless_it_has_a_time_of_its_own():
    channels = timing.channels_of(
        [("website", "kou", "府サイト", "", "", ""), ("magazine", "kou", "府政だより", "", "2025-10-01", "")]
    )
    plan = reckoned(EXACT, channels)
    assert plan.channels[1] == plan.whole
    assert plan.channels[2].opens_at == japan(2025, 10, 1)
    assert plan.first == japan(2025, 9, 10, 14) and plan.last == japan(2025, 10, 2)
    late = timing.channels_of([("stage", "otsu", "会場", "", "2025-09-10", "18:00")])
    assert reckoned(AFTER, late).channels[1].opens_at is None, (
        "its own time never opens before the event is over"
    )


def test_no_channel_lies_before_the_agreed_time():
    early = [Channel(1, "social", "otsu", "X", "", "2025-09-10", "13:58")]
    with pytest.raises(timing.ChannelBeforeTheTime):
        timing.must_be_settled(EXACT, early)


def test_no_channel_lies_after_an_agreed_window():
    """S4 (c): outside the window the consents are not usable, so no channel is planned there."""
    late = [Channel(1, "magazine", "kou", "府政だより", "", "2025-09-13")]
    for typed in (WINDOW, AFTER):
        with pytest.raises(timing.ChannelAfterTheTime):
            timing.must_be_settled(typed, late)
    timing.must_be_settled(EXACT, late)  # an exact time may begin a row of days
    last = [Channel(1, "social", "otsu", "X", "", "2025-09-12", "14:59")]
    timing.must_be_settled(WINDOW, last)
    assert reckoned(WINDOW, last).channels[1].closes_at == japan(2025, 9, 12, 15, 1), (
        "no longer than the window"
    )


def test_a_time_alone_is_one_of_the_one_day_of_an_exact_time():
    """Nothing that was typed is passed over in silence."""
    later = [Channel(1, "website", "otsu", "News Center", "", "", "14:30")]
    timing.must_be_settled(EXACT, later)
    assert reckoned(EXACT, later).channels[1].opens_at == japan(2025, 9, 10, 14, 30)
    for typed in (WINDOW, AFTER):
        with pytest.raises(timing.ChannelTimeWithoutDay):
            timing.must_be_settled(typed, later)
    early = [Channel(1, "website", "otsu", "News Center", "", "", "13:58")]
    with pytest.raises(timing.ChannelBeforeTheTime):
        timing.must_be_settled(EXACT, early)


def test_the_same_day_without_a_time_begins_with_the_publication():
    same = [Channel(1, "website", "kou", "府サイト", "", "2025-09-10")]
    for typed, opens in ((EXACT, japan(2025, 9, 10, 14)), (WINDOW, japan(2025, 9, 10, 9))):
        timing.must_be_settled(typed, same)
        assert reckoned(typed, same).channels[1].opens_at == opens


def test_the_end_of_an_event_does_not_open_a_channel_before_the_earliest_day_nor_after_the_last():
    with pytest.raises(timing.EndsBeforeItStarts):
        timing.must_be_readable(
            Typed("after_event", day="2025-09-12", until_day="2025-09-10", event="講演"), []
        )
    skipped = Typed(
        "after_event",
        zone="America/Los_Angeles",
        day="2026-03-08",
        time="02:30",
        until_day="2026-03-09",
        event="x",
    )
    with pytest.raises(timing.NoSuchMoment):
        timing.must_be_settled(skipped, [])


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, {"minutes": 1}),
        (59, {"minutes": 59}),
        (61, {"hours": 1, "minutes": 1}),
        (60 * 50, {"days": 2, "hours": 2}),
    ],
)
def test_a_length_of_time_is_said_in_the_units_people_use(minutes: float, words: dict[str, int]):
    assert timing.in_words(dt.timedelta(minutes=minutes)).facts == words


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Typed("exact", day="2025-09-10"), "time"),
        (Typed("exact", time="14:00"), "day"),
        (Typed("window", day="2025-09-10"), "until_day"),
        (Typed("after_event", until_day="2025-09-10"), "event"),
        (Typed("", day="2025-09-10", time="14:00"), "timing_kind"),
    ],
)
def test_a_timing_says_all_that_its_kind_needs(typed: Typed, field: str):
    with pytest.raises(timing.TimingMissing) as refused:
        timing.must_be_settled(typed, [])
    assert field in {one.field for one in refused.value.each}


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (Typed("exact", day="9月の半ば", time="14:00"), timing.NotADay),
        (Typed("exact", day="2025-09-10", time="午後"), timing.NotATime),
        (Typed("window", day="2025-09-12", until_day="2025-09-10"), timing.EndsBeforeItStarts),
        (
            Typed("window", day="2025-09-10", time="15:00", until_day="2025-09-10", until_time="14:00"),
            timing.EndsBeforeItStarts,
        ),
    ],
)
def test_what_cannot_be_read_or_runs_backwards_is_refused(typed: Typed, error: type):
    with pytest.raises(error):
        timing.must_be_readable(typed, [])


@pytest.mark.parametrize("clock", ["02:30", "01:30"])
def test_an_hour_that_the_zone_skips_or_repeats_is_refused(clock: str):
    """Row 45: PT leaves 02:30 out in March and shows 01:30 twice in November."""
    day = {"02:30": "2026-03-08", "01:30": "2026-11-01"}[clock]
    typed = Typed("exact", zone="America/Los_Angeles", day=day, time=clock)
    with pytest.raises(timing.NoSuchMoment):
        timing.must_be_settled(typed, [])


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2059, 12, 31)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(sorted(ZONE_NAMES)),
)
def test_a_moment_shows_the_very_words_again_in_its_zone(day: dt.date, clock: dt.time, zone: str):
    """Row 45: instant, zone and words say the same, or the words are refused."""
    found = timing.moment_of(day, clock, zone)
    if found is None:
        assert zone not in {HOME_ZONE, "UTC"}
        return
    assert found.tzinfo == dt.UTC
    local = found.astimezone(ZoneInfo(zone))
    assert (local.date(), local.time()) == (day, clock)
