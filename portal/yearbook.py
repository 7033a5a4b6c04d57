"""What activities, publicity and advice hand to the timeline and to the year's report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import g, url_for
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.activities import queries as activities
from portal.activities.proposal import PROPOSAL
from portal.activities.rules import STATE_NAMES, State
from portal.activities.views import agreements_of, look_of, when_in_words
from portal.advice import queries as advice
from portal.advice.rules import KIND_NAMES
from portal.advice.views.log import marks as advice_stands
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.paper import body_of, listed
from portal.kernel.clock import day_in_japan
from portal.kernel.days import fiscal_year_days
from portal.publicity import queries as publicity
from portal.publicity.beside import NATURE_NAMES, Nature
from portal.publicity.item import BOTH as PUBLICITY_KINDS
from portal.publicity.item import channel_words, channels_of
from portal.publicity.showing import difference_lines
from portal.publicity.sorts import RELATION_NAMES, SORT_NAMES, Relation
from portal.publicity.states import state_name as publicity_state_name
from portal.publicity.views.register import look_of as look_of_publicity
from portal.reports.parts import COUNTED, SHOWN, TOLD, Chapter, Counts, Entry, Group, Look, Mark
from portal.web.app import Portal
from portal.web.filters import day, moment
from portal.web.language import language, say
from portal.web.reading import portal


def join(app: Portal) -> None:
    """`reports` knows, without importing a feature, what was done in a year."""
    app.extensions["timeline"] = [activities_marks, publicity_marks, advice_marks]
    app.extensions["report_chapters"] = [activities_chapters, publicity_chapters, advice_chapters]


def _stretch(years: Sequence[int]) -> dict[str, Any]:
    """What the queries of the timeline are asked for: from the first day of `years` to the last, so many of each."""
    first, last = fiscal_year_days(years[0])[0], fiscal_year_days(years[-1])[1]
    breaks = [fiscal_year_days(year)[0] for year in years[1:]]
    return {"first": first, "last": last, "breaks": breaks, "limit": SHOWN + 1}


def _title(row: Any) -> str:
    return (row.title_en if language() == "en" else "") or str(row.title)


# --- Activities -----------------------------------------------------------------------------------

_DRAWN = {
    State.RUNNING: Look.RUNNING,
    State.COMPLETED: Look.DONE,
    State.SUSPENDED: Look.STOPPED,
    State.CANCELLED: Look.STOPPED,
    State.DECLINED: Look.STOPPED,
    State.WITHDRAWN: Look.STOPPED,
}
_ENDED_EARLY = {State.DECLINED, State.WITHDRAWN}
"""What never came to particulars."""


def activities_marks(session: Session, reader: Actor, years: Sequence[int], today: dt.date) -> Sequence[Mark]:
    """The activities from day to day: as they were carried out, else as they are planned; what is under way reaches
    to its planned end, or to today."""
    return [
        Mark(
            kind="activity",
            title=_title(row),
            first_on=row.started_on or row.planned_start or row.first_on,
            last_on=_last_day(row, today),
            look=_drawn(row),
            state=say(STATE_NAMES[activities.state_of(row)]),
            href=url_for("activities.activity", id=row.id),
            reference=row.reference,
            when=when_in_words(row) or say("時期は未定（%(day)sに提案）", day=row.first_on),
        )
        for row in activities.between(session, reader, today=today, **_stretch(years))
    ]


def _drawn(row: Any) -> Look:
    look = _DRAWN.get(State(row.state), Look.PLANNED)
    is_undecided = look is Look.PLANNED and row.planned_start is None
    return Look.PROPOSED if is_undecided else look


def _last_day(row: Any, today: dt.date) -> dt.date:
    begun: dt.date = row.started_on or row.planned_start or row.first_on
    ended: dt.date = row.ended_on or row.planned_end or (today if row.started_on else begun)
    if row.started_on and not row.ended_on:
        ended = max(ended, today)
    return max(begun, ended)


def activities_chapters(session: Session, reader: Actor, year: int, today: dt.date) -> Sequence[Chapter]:
    """The activities of a 年度 by matter and by purpose, each with what came of it (R1-1, R1-4, R2-1)."""
    edition, code = g.edition_in_force(), language()
    found = activities.between(session, reader, *fiscal_year_days(year), today, limit=COUNTED + 1)
    bodies = {id: body_of(PROPOSAL, one) for id, one in activities.proposals_of(session, found).items()}
    done = activities.completions_of(session, found)
    items = {row.id: listed(row.items) for row in found}
    purposes = {row.id: list(bodies[row.id].purposes) if row.id in bodies else [] for row in found}
    words = {one.key: one.text[code] for one in edition.purposes}
    told = {row.id for row in found[:TOLD]}

    def entry(row: Any) -> Entry:
        state = activities.state_of(row)
        facts = [
            (say("施策"), row.measure),
            (say("協定の目的"), "\n".join(words.get(key, key) for key in purposes[row.id])),
            *_agreements(row, edition),
            *(_came_of(done[row.id]) if row.id in done else []),
        ]
        return Entry(
            title=_title(row),
            href=url_for("activities.activity", id=row.id),
            reference=row.reference,
            when=when_in_words(row),
            state=(look_of(state), say(STATE_NAMES[state])),
            facts=[(label, text) for label, text in facts if text],
        )

    entries = {row.id: entry(row) for row in found if row.id in told}
    groups, columns = [], [say("協力事項"), *words.values(), say("全体")]
    counted: list[Sequence[str | int]] = []
    for item in edition.scope_items:
        own = [row for row in found if item.key in items[row.id]]
        cited = item.citation[code]
        own_entries = [entries[row.id] for row in own if row.id in told]
        groups.append(Group(item.text[code], own_entries, (cited, f"/agreement#{item.key}")))
        counted.append([cited, *(sum(key in purposes[row.id] for row in own) for key in words), len(own)])
    whole: list[str | int] = [
        say("全体"),
        *(sum(key in purposes[row.id] for row in found) for key in words),
        len(found),
    ]
    by_state = Counter(activities.state_of(row) for row in found)
    states: list[Sequence[str | int]] = [
        (say(STATE_NAMES[one]), by_state[one]) for one in State if by_state[one]
    ]
    return [
        Chapter(
            key="activities",
            title=say("取組"),
            total=len(found),
            groups=groups,
            empty=say("この年度の取組はありません。"),
            counts=[
                Counts(
                    say("取組の件数（状態別）"),
                    [say("状態"), say("取組数")],
                    states,
                ),
                Counts(
                    say("取組の件数（協力事項・協定の目的別）"),
                    columns,
                    [*counted, whole],
                    say("1つの取組が複数の協力事項や目的に当たるときは、それぞれに数えます。"),
                ),
            ],
            left_out=say("ほかにも取組があります。取組の一覧をこの年度で絞り込んで確かめてください。")
            if len(found) > TOLD
            else "",
        )
    ]


def _agreements(row: Any, edition: Edition) -> list[tuple[str, str]]:
    """What is not agreed is said not to be, and by whom it waits (row 38)."""
    proposal, particulars = agreements_of(row, edition)
    state = activities.state_of(row)
    return [
        (say("実施の合意"), proposal),
        *([(say("別途定め（具体的事項）"), particulars)] if state not in _ENDED_EARLY else []),
    ]


def _came_of(recorded: Any) -> list[tuple[str, str]]:
    row = recorded.row
    figures = [
        say("%(label)s：%(value)s%(unit)s", label=label, value=value, unit=unit)
        for label, value, unit in recorded.figures
    ]
    return [
        (say("成果"), row.outcome),
        (say("誰のための成果か"), row.beneficiaries),
        (say("数値"), "\n".join(figures)),
        (say("協定の目的に照らして"), row.purpose),
    ]


# --- Publicity ------------------------------------------------------------------------------------


def publicity_marks(session: Session, reader: Actor, years: Sequence[int], today: dt.date) -> Sequence[Mark]:
    """What went out of agreed items, channel by channel, and what appeared without agreement, each on its day; nothing
    of what has yet to go out (row 47)."""
    return [
        *(
            Mark(
                kind="publication",
                title=_related_title(row),
                first_on=day_in_japan(row.published_at),
                last_on=None,
                look=Look.DONE,
                state=say("経路%(number)s：%(how)s", number=row.channel, how=_as_agreed(row)),
                href=url_for(PUBLICITY_KINDS[row.kind].place, id=row.id),
                reference=row.reference,
                when=moment(row.published_at),
            )
            for row in publicity.published_between(session, reader, **_stretch(years))
        ),
        *(
            Mark(
                kind="publication",
                title=one.title,
                first_on=day_in_japan(one.appeared_at),
                last_on=None,
                look=Look.DONE,
                state=say(NATURE_NAMES[one.nature]),
                href=url_for("publicity.record", id=one.id),
                reference=one.reference,
                when=moment(one.appeared_at),
            )
            for one in publicity.recorded_between(session, reader, **_stretch(years))
        ),
    ]


def _related_title(row: Any) -> str:
    """The title; of a correction, a supplement or a take-down with what it is, since it bears the title of the first."""
    if row.relation == Relation.NEW:
        return _title(row)
    return say("%(relation)s：%(title)s", relation=say(RELATION_NAMES[row.relation]), title=_title(row))


def _as_agreed(row: Any) -> str:
    return say("合意との違いあり") if publicity.differences_of(row) else say("合意のとおり")


_CHANNELS = 12 * COUNTED
"""So many channels are counted at most: of as many items as are counted, all there can be (tabling.MOST_CHANNELS)."""


def publicity_chapters(session: Session, reader: Actor, year: int, today: dt.date) -> Sequence[Chapter]:
    """The publicity of a 年度: each agreed item with the channels through which it went out in it, and what appeared
    without agreement; of channels that have yet to go out, nothing (R6.2-7; row 47)."""
    edition, code, now = g.edition_in_force(), language(), portal().clock.now()
    days = fiscal_year_days(year)
    found: dict[str, list[Any]] = {}
    for row in publicity.published_between(session, reader, *days, limit=_CHANNELS):
        found.setdefault(row.id, []).append(row)
    shown = [channels[0] for channels in found.values()][:TOLD]
    records = publicity.recorded_between(session, reader, *days, limit=COUNTED + 1)
    said = publicity.said_of(session, shown)

    def out(row: Any) -> tuple[str, str]:
        channel = channels_of(body_of(PUBLICITY_KINDS[row.kind], said[row.id]))[row.channel - 1]
        lines = [
            channel_words(channel, edition, code),
            say("、").join(filter(None, (moment(row.published_at), row.place, row.url))),
            *(difference_lines(row) or [say("合意のとおり")]),
        ]
        return say("経路%(number)s", number=row.channel), "\n".join(lines)

    def entry(row: Any) -> Entry:
        state = publicity.state_of(row, now, in_force=True)
        return Entry(
            title=_related_title(row),
            href=url_for(PUBLICITY_KINDS[row.kind].place, id=row.id),
            reference=row.reference,
            when=moment(row.published_at),
            state=(look_of_publicity(state), say(publicity_state_name(state, row.relation))),
            facts=[
                (say("種類"), say(SORT_NAMES[row.sort])),
                *(out(one) for one in found[row.id]),
            ],
        )

    def recorded(one: Any) -> Entry:
        place = say("、").join(filter(None, (one.place, one.url)))
        facts = [(say("公表された場所"), place), (say("公表した者"), one.publisher)]
        return Entry(
            title=one.title,
            href=url_for("publicity.record", id=one.id),
            reference=one.reference,
            when=moment(one.appeared_at),
            state=_settled(one),
            facts=[
                (say("区分"), say(NATURE_NAMES[one.nature])),
                *((label, words) for label, words in facts if words),
            ],
        )

    return [
        Chapter(
            key="publicity",
            title=say("公表"),
            total=len(found) + len(records),
            groups=[
                Group(say("合意による公表"), [entry(row) for row in shown]),
                Group(say("合意によらない公表の記録"), [recorded(one) for one in records[:TOLD]]),
            ],
            empty=say("この年度の公表はありません。"),
            left_out=say("ほかにも公表があります。公表の一覧と、合意によらない公表の記録で確かめてください。")
            if len(found) > TOLD or len(records) > TOLD
            else "",
        )
    ]


def _settled(record: Any) -> tuple[str, str]:
    if record.nature == Nature.FOR_INFORMATION:
        return "new", say("共有")
    return ("completed", say("終結")) if record.is_settled else ("to_check", say("未終結"))


# --- Advice ---------------------------------------------------------------------------------------


def advice_marks(session: Session, reader: Actor, years: Sequence[int], today: dt.date) -> Sequence[Mark]:
    """The advice by the day it was given; of what the reader may not open, only that it is there (R7-4)."""
    return [
        Mark(
            kind="advice",
            title=_advice_title(row, reader),
            first_on=row.given_on,
            last_on=None,
            look=Look.DONE,
            state=say("、").join(words for _, words in advice_stands(row, g.edition_in_force())),
            href=url_for("advice.entry", id=row.id),
            reference=row.reference,
        )
        for row in advice.between(session, reader, **_stretch(years))
    ]


def _advice_title(row: Any, reader: Actor) -> str:
    return (
        str(row.title)
        if advice.may_open(reader, row)
        else say("秘密の表示があるため、件名と内容は表示しません")
    )


def advice_chapters(session: Session, reader: Actor, year: int, today: dt.date) -> Sequence[Chapter]:
    """The advice given in a 年度 by who gave it to whom; the clauses stand word for word on every entry that they are
    for, as in the edition in force when it was recorded, and on no other (R8-2)."""
    edition = g.edition_in_force()
    labels = {one.key: one.defined_as[language()] for one in edition.parties}
    found = advice.between(session, reader, *fiscal_year_days(year), limit=COUNTED + 1)
    told = found[:TOLD]
    editions = {number: agreement.edition(session, number) for number in {row.edition for row in told}}
    named = activities.named(session, reader, [row.activity_id for row in told if row.activity_id])
    of_activity = {one.id: f"{one.reference} {_title(one)}" for one in named}

    def entry(row: Any) -> Entry:
        clauses = [editions[row.edition].clause(id) for id in listed(row.clauses)]
        stands = [words for _, words in advice_stands(row, edition)]
        facts = [
            (say("種類"), say(KIND_NAMES[row.kind])),
            (say("取組"), of_activity.get(row.activity_id, "") if advice.may_open(reader, row) else ""),
            (say("確認・取扱い"), say("、").join(stands)),
            *((one.label[language()], _in_both(one.text)) for one in clauses),
        ]
        return Entry(
            title=_advice_title(row, reader),
            href=url_for("advice.entry", id=row.id),
            reference=row.reference,
            when=day(row.given_on),
            state=next(iter(advice_stands(row, edition)), None),
            facts=[(label, words) for label, words in facts if words],
        )

    ways = [(giver, to) for giver in labels for to in labels if giver != to]
    groups = [
        Group(
            say("%(giver)sから%(receiver)sへ", giver=labels[giver], receiver=labels[to]),
            [entry(row) for row in told if (row.giver, row.receiver) == (giver, to)],
        )
        for giver, to in ways
    ]
    return [
        Chapter(
            key="advice",
            title=say("助言・支援"),
            total=len(found),
            groups=groups,
            empty=say("この年度の助言・支援の記録はありません。"),
            left_out=say("ほかにも助言・支援の記録があります。一覧で確かめてください。")
            if len(found) > TOLD
            else "",
        )
    ]


def _in_both(words: Any) -> str:
    """The authentic words; in English, the translation for reference beneath them."""
    return str(words.ja) if language() == "ja" else f"{words.ja}\n{words.en}"
