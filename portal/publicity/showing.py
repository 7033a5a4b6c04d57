"""Publicity in the reader's words: the agreed time, its channels and what became of them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from portal.agreement.text import Edition
from portal.kernel import days
from portal.kernel.clock import JAPAN
from portal.kernel.compare import Kind, compare_texts
from portal.publicity import queries, timing
from portal.publicity.comparison import DIFFERENCE_SENTENCES, Differs
from portal.publicity.item import (
    PublicityBody,
    agreed_channels,
    channel_words,
    output_of,
    output_words,
    plan_of,
    typed_of,
)
from portal.publicity.queries import Appeared
from portal.publicity.timing import HOME_ZONE, ZONE_NAMES, TimingKind
from portal.web.filters import day, moment
from portal.web.language import language, say


def timing_lines(body: PublicityBody) -> list[str]:
    """The agreed time in words, the zone named; in another zone than Japan's, Japan's time beside it (row 45)."""
    typed = typed_of(body)
    start, end = _said(typed.day, typed.time), _said(typed.until_day, typed.until_time)
    zone = say(ZONE_NAMES.get(typed.zone, typed.zone))
    lines: list[str] = []
    match body.timing_kind:
        case _ if not (start or end or typed.event):
            lines.append(say("日時は未定です。"))
        case TimingKind.EXACT:
            lines.append(say("%(when)s（%(zone)s）", when=start, zone=zone))
        case TimingKind.WINDOW:
            lines.append(say("%(start)sから%(end)sまでの間（%(zone)s）", start=start, end=end, zone=zone))
        case TimingKind.AFTER_EVENT if typed.day:
            lines.append(
                say(
                    "「%(event)s」の終了後、%(start)s以降、%(end)sまで（%(zone)s）",
                    event=typed.event, start=start, end=end, zone=zone,
                )
            )  # fmt: skip
        case TimingKind.AFTER_EVENT:
            lines.append(
                say("「%(event)s」の終了後、%(end)sまで（%(zone)s）", event=typed.event, end=end, zone=zone)
            )
    if typed.zone != HOME_ZONE and (opens := plan_of(body).whole.opens_at):
        lines.append(say("日本時間では%(moment)s", moment=opens))
    if body.timing_words.strip():
        lines.append(say("言葉での定め：「%(words)s」", words=body.timing_words))
    return lines


def _said(on: str, clock: str) -> str:
    """A day, and a time of it, as it was said in its own zone."""
    found = timing.day_of(on)
    words = day(found) if found else on
    return f"{words} {clock}" if clock else words


def lifted_at(body: PublicityBody) -> dt.datetime | None:
    """The moment at which an embargo ends: the agreed exact time, or the beginning of the window; None for a
    publication after an event, and for one without embargo."""
    if body.embargo != "yes" or body.timing_kind == TimingKind.AFTER_EVENT:
        return None
    return plan_of(body).whole.opens_at


def is_out(body: PublicityBody, row: Any, now: dt.datetime) -> bool:
    """Whether the embargo is over: something has appeared, or its moment has come."""
    lifted = lifted_at(body)
    return queries.out_of(row).is_begun or (lifted is not None and now >= lifted)


def embargo_words(body: PublicityBody) -> str:
    """「令和7年9月10日（水）14時00分解禁」 at the top of an embargoed copy; with the zone, always Japan's (row 47)."""
    lifted = lifted_at(body)
    if lifted is None:
        return say("「%(event)s」の終了まで解禁しません", event=body.event) if body.embargo == "yes" else ""
    return say("%(moment)s 解禁（日本時間）", moment=press_moment(lifted))


def press_moment(at: dt.datetime) -> str:
    """A moment as press material writes it: 令和7年9月10日（水）14時00分; in English as everywhere."""
    if language() != "ja":
        return days.moment_in_words(at, "en")
    local = at.astimezone(JAPAN)
    return f"{press_day(local.date())}{local.hour}時{local.minute:02}分"


def press_day(on: dt.date) -> str:
    """A day as press material writes it: 令和7年9月10日（水）, the era without the western year (practice.md 3.1)."""
    if language() != "ja":
        return days.day_in_words(on, "en")
    return f"{days.era_year(on)}{on.month}月{on.day}日（{'月火水木金土日'[on.weekday()]}）"


def difference_lines(publication: Any) -> list[str]:
    """In what the publication differed from what was agreed, in words."""
    lines = []
    for what, facts in json.loads(publication.differences):
        if what == Differs.LATER:
            facts = {"late": timing.in_words(facts["minutes"] * timing.ONE_MINUTE)}
        lines.append(say(DIFFERENCE_SENTENCES[Differs(what)], **facts))
    return lines


def text_segments(agreed: str, actual: str) -> list[tuple[str, str]]:
    """The agreed text against what appeared, for the eye."""
    names = {Kind.SAME: "equal", Kind.ADDED: "insert", Kind.REMOVED: "delete"}
    segments: list[tuple[str, str]] = []
    for number, line in enumerate(compare_texts(agreed, actual)):
        if number:
            segments.append(("equal", "\n"))
        segments += [(names[one.kind], one.shown) for one in line.segments]
    return segments


def channel_lines(
    body: PublicityBody,
    item: Any | None,
    appeared: Appeared | None,
    edition: Edition,
    now: dt.datetime,
) -> list[dict[str, Any]]:
    """Each channel: what was agreed, from when it may go out, and, once it has, what appeared and how it differs."""
    code, plan = language(), plan_of(body, item)
    out = {*appeared.publications, *(one.channel for one in appeared.records)} if appeared else set()
    lines = []
    for channel in agreed_channels(body):
        before = [one for one in range(1, channel.number) if one not in out] if body.in_order == "yes" else []
        span = plan.channels[channel.number]
        done = appeared.publications.get(channel.number) if appeared else None
        label = next((one.defined_as[code] for one in edition.parties if one.key == channel.publisher), "")
        lines.append(
            {
                "number": channel.number,
                "words": channel_words(channel, edition, code),
                "publisher": channel.publisher,
                "party": label,
                "opens_at": span.opens_at,
                "opens": moment(span.opens_at),
                "is_open": span.opens_at is not None and span.holds(now),
                "waits_for": before[0] if before else None,
                "is_over": span.closes_at is not None and now >= span.closes_at,
                "done": done,
                "otherwise": appeared.otherwise(channel.number) if appeared else [],
                "differences": difference_lines(done) if done else [],
                "compared": text_segments(output_of(body, channel.output), done.final_text)
                if done and not done.is_agreed_text
                else None,
                "output": output_words(channel.output, edition, code) if channel.output else "",
            }
        )
    return lines


def local_time(at: dt.datetime, zone: str) -> dt.datetime:
    """The moment by the clocks of `zone`."""
    return at.astimezone(ZoneInfo(zone))
