"""The agreed time of a publication: an exact moment, a window, or after an event; words and zone kept (row 45); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.words import N_, Phrase

HOME_ZONE = "Asia/Tokyo"
ZONE_NAMES: Mapping[str, str] = {
    HOME_ZONE: N_("日本時間（JST）"),
    "UTC": N_("協定世界時（UTC）"),
    "America/Los_Angeles": N_("米国太平洋時間（PT）"),
    "America/New_York": N_("米国東部時間（ET）"),
    "Europe/London": N_("英国時間"),
}
"""The zones in which a time may be agreed; every page shows it in Japan's as well."""

ONE_MINUTE = dt.timedelta(minutes=1)


class TimingKind(StrEnum):
    """How the time of a publication is said (R6.2-1)."""

    EXACT = "exact"
    WINDOW = "window"
    AFTER_EVENT = "after_event"


TIMING_NAMES: Mapping[TimingKind, str] = {
    TimingKind.EXACT: N_("日時を定める"),
    TimingKind.WINDOW: N_("期間を定める（この間ならいつでもよい）"),
    TimingKind.AFTER_EVENT: N_("行事の終了後とする"),
}


class NotADay(RuleBroken):
    """A day of publication is a day of the calendar."""

    clause = "publicity"
    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class NotATime(RuleBroken):
    """A time of publication is a time of the clock."""

    clause = "publicity"
    sentence = N_("時刻として読めません。")
    next_step = N_("「14:00」や「午後2時」のように入力してください。")


class NoSuchMoment(RuleBroken):
    """The clocks of that zone leave the moment out, or show it twice."""

    clause = "publicity"
    sentence = N_("選んだ時間帯では、この日時は夏時間の切替えで存在しないか、二度あります。")
    next_step = N_("日本時間で定めるか、別の時刻にしてください。")


class EndsBeforeItStarts(RuleBroken):
    """A window does not end before it begins."""

    clause = "publicity"
    sentence = N_("期間の終わりが、始まりより前です。")
    next_step = N_("どちらかの日時を直してください。入力した日時は残っています。")


class TimingMissing(RuleBroken):
    """What all parties consent to says when (art. 6(2): timing)."""

    clause = "publicity"
    sentence = N_("時期が定まっていません。")
    next_step = N_("定め方を選び、その欄を入力してください。時期も同意の対象です。")


class ChannelBeforeTheTime(RuleBroken):
    """No channel goes out before the agreed time of the publication."""

    clause = "publicity"
    sentence = N_("経路%(number)sの日時が、全体の時期より前です。")
    next_step = N_("全体の時期か、経路の日時を直してください。")


class ChannelTimeWithoutDay(RuleBroken):
    """A time of a channel's own has its day, unless the publication has the one day."""

    clause = "publicity"
    sentence = N_("経路%(number)sに時刻だけがあり、日がありません。")
    next_step = N_("経路の日も入力するか、経路の時刻を空にしてください。")


class ChannelAfterTheTime(RuleBroken):
    """No channel goes out when the agreed window is over."""

    clause = "publicity"
    sentence = N_("経路%(number)sの日時が、全体の期間が終わったあとです。")
    next_step = N_("全体の期間か、経路の日時を直してください。")


@dataclass(frozen=True)
class Typed:
    """The words of the timing as a document holds them: ISO days, `HH:MM`, a zone's name, or as they were typed."""

    kind: str = ""
    zone: str = HOME_ZONE
    day: str = ""
    time: str = ""
    until_day: str = ""
    until_time: str = ""
    event: str = ""


@dataclass(frozen=True)
class Span:
    """From when (included) and up to when (excluded) something may be published; moments in UTC.

    None: open on that side, which only a publication after an event has before the event has ended.
    """

    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None

    def holds(self, moment: dt.datetime) -> bool:
        """Whether `moment` (aware) lies within."""
        return (self.opens_at is None or moment >= self.opens_at) and (
            self.closes_at is None or moment < self.closes_at
        )


@dataclass(frozen=True)
class Channel:
    """One way of the method: its medium, who publishes, where, which output, and its own time if it has one: a day,
    a day with a time, or, on the one day of an exact time, a time alone."""

    number: int
    medium: str
    publisher: str
    place: str
    output: str = ""
    day: str = ""
    time: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """As a document holds it."""
        return (self.medium, self.publisher, self.place, self.output, self.day, self.time)


@dataclass(frozen=True)
class Plan:
    """The agreed timing, reckoned: of the publication as a whole, and of each channel by its number."""

    whole: Span
    channels: Mapping[int, Span] = field(default_factory=dict)

    @property
    def first(self) -> dt.datetime | None:
        """The earliest moment at which any channel may go out."""
        found = [span.opens_at for span in self.channels.values() if span.opens_at]
        return min(found, default=self.whole.opens_at)

    @property
    def last(self) -> dt.datetime | None:
        """The moment from which no channel may go out any more."""
        found = [span.closes_at for span in self.channels.values() if span.closes_at]
        return max(found, default=self.whole.closes_at)


def in_words(length: dt.timedelta) -> Phrase:
    """How long that is, for a sentence: days and hours, hours and minutes, or minutes, counted up."""
    minutes = max(1, -(-length // ONE_MINUTE))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return Phrase(N_("%(days)s日%(hours)s時間"), {"days": hours // 24, "hours": hours % 24})
    if hours:
        return Phrase(N_("%(hours)s時間%(minutes)s分"), {"hours": hours, "minutes": rest})
    return Phrase(N_("%(minutes)s分"), {"minutes": minutes})


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def time_of(text: str) -> dt.time | None:
    """The time of day that `HH:MM` names; None for an empty text or one that names none."""
    try:
        return dt.time.fromisoformat(text) if len(text) == 5 else None
    except ValueError:
        return None


def moment_of(day: dt.date, clock: dt.time, zone: str) -> dt.datetime | None:
    """The moment (UTC) at which the clocks of `zone` show it; None where they never do, or do twice."""
    local = dt.datetime.combine(day, clock, ZoneInfo(zone))
    try:
        utc = local.astimezone(dt.UTC)
    except OverflowError:  # the first and the last day of the calendar
        return None
    if utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return None
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        return None
    return utc


def channels_of(rows: Sequence[tuple[str, ...]]) -> list[Channel]:
    """The channels in the order of the rows, numbered from 1; what a row lacks is empty."""
    return [Channel(number, *(*row, "", "", "", "", "", "")[:6]) for number, row in enumerate(rows, 1)]


def must_be_readable(typed: Typed, channels: Sequence[Channel]) -> None:
    """Every day and time that was entered can be read, and no window ends before it begins; raises beside each
    field what cannot."""
    refusals: list[RuleBroken] = []
    for name in ("day", "until_day"):
        text = getattr(typed, name)
        if text and day_of(text) is None:
            refusals.append(NotADay(name))
    for name in ("time", "until_time"):
        text = getattr(typed, name)
        if text and time_of(text) is None:
            refusals.append(NotATime(name))
    for channel in channels:
        if channel.day and day_of(channel.day) is None:
            refusals.append(NotADay("channels"))
        if channel.time and time_of(channel.time) is None:
            refusals.append(NotATime("channels"))
    refuse_together(refusals)
    begins, closes = _start(typed.day, typed.time, typed.zone), reckoned(typed, ()).whole.closes_at
    if begins and closes and closes <= begins:
        raise EndsBeforeItStarts("until_day")


def must_be_settled(typed: Typed, channels: Sequence[Channel]) -> None:
    """The timing is whole by its own kind, and no channel lies before it (art. 6(2); R6.2-1)."""
    needed = {
        TimingKind.EXACT: ("day", "time"),
        TimingKind.WINDOW: ("day", "until_day"),
        TimingKind.AFTER_EVENT: ("event", "until_day"),
    }.get(TimingKind(typed.kind) if typed.kind in set(TimingKind) else None)  # type: ignore[arg-type]  # None has none
    if needed is None:
        raise TimingMissing("timing_kind")
    refuse_together(TimingMissing(name) for name in needed if not getattr(typed, name).strip())
    must_be_readable(typed, channels)
    opens, closes = _start(typed.day, typed.time, typed.zone), reckoned(typed, ()).whole.closes_at
    if typed.day and opens is None:
        raise NoSuchMoment("day")
    if closes is None:
        raise NoSuchMoment("day" if typed.kind == TimingKind.EXACT else "until_day")
    for channel in channels:
        if channel.time and not channel.day and typed.kind != TimingKind.EXACT:
            raise ChannelTimeWithoutDay("channels", number=channel.number)
        if not _day_of(channel, typed):
            continue
        begins = _begins(channel, typed)
        if begins is None:
            raise NoSuchMoment("channels")
        if opens and begins < opens:
            raise ChannelBeforeTheTime("channels", number=channel.number)
        if typed.kind != TimingKind.EXACT and begins >= closes:
            raise ChannelAfterTheTime("channels", number=channel.number)


def reckoned(typed: Typed, channels: Sequence[Channel], *, event_ended_at: dt.datetime | None = None) -> Plan:
    """The moments that the words give (UTC). An exact time may be used until the end of its day in its zone; a
    window up to its last minute, or, without a time, its last day; after an event, from the moment at which a
    publisher recorded that it had ended, never before the earliest day given."""
    whole = _whole(typed, event_ended_at)
    return Plan(whole, {one.number: _own(one, typed, whole) for one in channels})


def _whole(typed: Typed, event_ended_at: dt.datetime | None) -> Span:
    opens = _start(typed.day, typed.time, typed.zone)
    if typed.kind == TimingKind.EXACT:
        return Span(opens, _end(typed.day, "", typed.zone))
    closes = _end(typed.until_day, typed.until_time, typed.zone)
    if typed.kind == TimingKind.AFTER_EVENT:
        if event_ended_at is None:
            return Span(None, closes)
        return Span(max(event_ended_at, opens) if opens else event_ended_at, closes)
    return Span(opens, closes)


def _own(channel: Channel, typed: Typed, whole: Span) -> Span:
    day = _day_of(channel, typed)
    if not day:
        return whole
    begins, closes = _begins(channel, typed), _end(day, "", typed.zone)
    if typed.kind == TimingKind.EXACT:
        return Span(begins, closes)
    closes = min((one for one in (closes, whole.closes_at) if one), default=None)
    if typed.kind == TimingKind.AFTER_EVENT:  # its own time never opens before the event has ended
        if whole.opens_at is None:
            return Span(None, closes)
        begins = max(whole.opens_at, begins) if begins else whole.opens_at
    return Span(begins, closes)


def _day_of(channel: Channel, typed: Typed) -> str:
    """The channel's own day; of a time alone, the one day of an exact time; empty where it has no time of its own."""
    return channel.day or (typed.day if channel.time and typed.kind == TimingKind.EXACT else "")


def _begins(channel: Channel, typed: Typed) -> dt.datetime | None:
    """The channel's own beginning: on the first day of the publication, unless it has its own time, at the same."""
    day = _day_of(channel, typed)
    return _start(day, channel.time or (typed.time if day == typed.day else ""), typed.zone)


def _start(day: str, time: str, zone: str) -> dt.datetime | None:
    on, clock = day_of(day), time_of(time)
    if on is None or zone not in ZONE_NAMES:
        return None
    return moment_of(on, clock or dt.time(), zone)


def _end(day: str, time: str, zone: str) -> dt.datetime | None:
    on, clock = day_of(day), time_of(time)
    if on is None or zone not in ZONE_NAMES:
        return None
    if clock is not None:
        last = moment_of(on, clock, zone)
        return last + ONE_MINUTE if last else None
    if on == dt.date.max:
        return None
    return moment_of(on + dt.timedelta(days=1), dt.time(), zone)
