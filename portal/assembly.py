"""What the packages hand to each other through the house: kinds, links, what waits, what the record bears out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities import queries as activities
from portal.activities.proposal import PROPOSAL
from portal.activities.rules import ACT_NAMES, STATE_NAMES, Act, State
from portal.activities.views import look_of, when_in_words
from portal.advice import queries as advice
from portal.advice.views import beside as advice_beside
from portal.advice.views import marks as advice_stands
from portal.agreement import queries as agreement
from portal.calendar.parts import Dated
from portal.consent import queries as documents
from portal.consent.paper import body_of, listed
from portal.consent.replay import replay
from portal.consent.rules import STANDING_NAMES, Standing
from portal.home.parts import PART_SHOWN, Item, Part
from portal.kernel.clock import day_in_japan
from portal.kernel.days import fiscal_year_days
from portal.kinds import BY_KEY
from portal.publicity import queries as publicity
from portal.publicity.item import BOTH as PUBLICITY_KINDS
from portal.publicity.item import channel_words, channels_of
from portal.publicity.rules import NATURE_NAMES, SORT_NAMES, Nature
from portal.publicity.rules import STATE_NAMES as PUBLICITY_STATES
from portal.publicity.showing import difference_lines
from portal.publicity.timing import TimingKind
from portal.publicity.views import look_of as look_of_publicity
from portal.reports.parts import SHOWN, Chapter, Counts, Entry, Group, Look, Mark
from portal.tasks import falling_due
from portal.term.reckoning import reckoned
from portal.web.app import Portal
from portal.web.filters import day, moment
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.reading import actor, portal, reading


def join(app: Portal) -> None:
    """`home`, `history`, the calendar and the reminders know, without importing a feature, what waits, where a subject is
    seen, which dates are agreed, what may fall due, and whether the record bears the tables out."""
    app.extensions["kinds"] = BY_KEY
    app.extensions["places"] = _PLACES
    app.extensions["link_to_subject"] = link_to_subject
    app.extensions["home_parts"] = [activities_parts, publicity_parts, advice_parts]
    app.extensions["activities_named"] = activities_named
    app.extensions["timeline"] = [activities_marks, publicity_marks, advice_marks]
    app.extensions["report_chapters"] = [activities_chapters, publicity_chapters, advice_chapters]
    app.extensions["calendar"] = [activities_dates, publicity_dates, term_dates]
    app.extensions["falling_due"] = [
        falling_due.answers_awaited,
        falling_due.confirmations_awaited,
        falling_due.plans_passed,
        falling_due.particulars_unsettled,
        falling_due.term_expiring,
        falling_due.publications_near,
    ]
    app.extensions["replay"] = mismatches
    app.jinja_env.globals["beside"] = beside
    app.add_url_rule("/documents/<id>", "document", document, allow=Permission.READ)


def document(id: str) -> ResponseReturnValue:
    """The way to a document of whichever kind, for who holds only its identifier; 404 as for any stranger."""
    kind = documents.kind_of(reading(), actor(), id)
    return redirect(url_for(BY_KEY[kind].place, id=id), 303)


PAST = dt.timedelta(days=366)
"""How far back the calendar reaches."""

_PLACES = {
    "document": "document",
    "activity": "activities.activity",
    "advice": "advice.entry",
    "member": "parties.member",
    "publicity_record": "publicity.record",
    "agreement": "term.index",
    "edition": "agreement.index",
}


def link_to_subject(kind: str, id: str) -> str | None:
    """Where a thing that the history names is seen; None for what has no page of its own."""
    endpoint = _PLACES.get(kind)
    if endpoint:
        takes_id = portal().url_map.is_endpoint_expecting(endpoint, "id")
        return url_for(endpoint, id=id) if takes_id else url_for(endpoint)
    return None


def beside(kind: str, id: str) -> Markup:
    """What other packages show on the page of an activity (`activity`) or of a paper (`document`): the advice that
    belongs to it or that it cites (R8-4)."""
    return advice_beside(kind, id)


def activities_named(session: Session, reader: Actor, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Words and address of the activities `ids`, for packages that know no activity."""
    return {
        row.id: (
            f"{row.reference} {(row.title_en if language() == 'en' else '') or row.title}",
            url_for("activities.activity", id=row.id),
        )
        for row in activities.named(session, reader, ids)
    }


# --- The calendar: agreed dates only ----------------------------------------------------------------


def activities_dates(session: Session, reader: Actor, now: dt.datetime) -> Sequence[Dated]:
    """When activities are to start and to end by the particulars in force (excellent 3.2)."""
    found: list[Dated] = []
    for row in activities.agreed_days(session, reader, day_in_japan(now) - PAST):
        title = (row.title_en if language() == "en" else "") or row.title
        path = url_for("activities.activity", id=row.id)
        known = {"reference": row.reference, "title": title}
        if row.planned_end is None or row.planned_end == row.planned_start:
            days = [("start", row.planned_start, say("%(reference)s %(title)s：実施予定", **known))]
        else:
            days = [
                ("start", row.planned_start, say("%(reference)s %(title)s：開始予定", **known)),
                ("end", row.planned_end, say("%(reference)s %(title)s：終了予定", **known)),
            ]
        found += [Dated(f"activity {row.id} {key}", words, path, on=on) for key, on, words in days]
    return found


def publicity_dates(session: Session, reader: Actor, now: dt.datetime) -> Sequence[Dated]:
    """When agreed publications may appear, by their references: no title, which may be under embargo (row 20)."""
    return [
        Dated(
            key=f"publicity {row.id}",
            title=say("%(reference)s：公表の日時", reference=row.reference),
            path=url_for(PUBLICITY_KINDS[row.kind].place, id=row.id),
            at=row.opens_at,
            until=row.closes_at if row.timing_kind == TimingKind.WINDOW else None,
        )
        for row in publicity.agreed_times(session, reader, now - PAST)
    ]


def term_dates(session: Session, reader: Actor, now: dt.datetime) -> Sequence[Dated]:
    """The last day of the term now running and the day recommended for a declaration, or, once an end was announced, the
    last day in force; if every party has confirmed the dates they follow from (R4-8, R4-9)."""
    edition = agreement.edition(session)
    dates = agreement.dates_now(session, edition)
    if not (dates.is_confirmed or dates.are_stated):
        return []
    found = reckoned(edition, dates, day_in_japan(now))
    if found.running is None:
        return []
    path, end = url_for("term.index"), dates.end
    if end is not None:
        words = say("協定が有効な最後の日")
        return [Dated(f"end {end.last_day.isoformat()}", words, path, on=end.last_day)]
    number, expiry = found.running.number, found.running.term.expiry
    days = [
        Dated(
            f"term {expiry.isoformat()}",
            say("協定の満了日（第%(number)s期）", number=number),
            path,
            on=expiry,
        )
    ]
    if found.non_renewal is not None and edition.renewal.automatic:
        words = say("更新しない場合に意思表示を届ける推奨日（第%(number)s期）", number=number)
        days.append(Dated(f"non-renewal {expiry.isoformat()}", words, path, on=found.non_renewal.recommended))
    return days


def mismatches(session: Session) -> Sequence[str]:
    """Every sentence about a table that the record does not bear out, in the reader's language."""
    return [say(one.sentence, **one.facts) for one in replay(session)]


_ITEMS: Kept[Item] = Kept(2_000)
"""By the columns read and the language, which is all they are made from."""


def activities_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What should have started or ended, and what is planned in the next 30 days (R2-6; excellent 3.2)."""
    due = activities.due(session, reader, today)
    return [
        _unacknowledged(session, reader),
        _part("late", say("開始予定日を過ぎた取組"), due.late, is_urgent=True,
              lead=say("開始したら「開始」を記録し、遅れるときは具体的事項の変更を提案してください。")),
        _part("overrunning", say("終了予定日を過ぎて実施中の取組"), due.overrunning, is_urgent=True,
              lead=say("終わったら「完了」を記録し、続けるときは具体的事項の変更を提案してください。")),
        _part("planned", say("これから30日以内に始まる予定"), due.planned,
              empty=say("これから30日以内に始まる予定の取組はありません。")),
    ]  # fmt: skip


def _unacknowledged(session: Session, reader: Actor) -> Part:
    """What the others recorded of carrying activities out, and my side has said nothing to (R2-10)."""
    rows = (
        activities.unacknowledged(session, reader, limit=PART_SHOWN + 1)
        if reader.may(Permission.ACKNOWLEDGE)
        else []
    )
    return Part(
        key="unacknowledged",
        title=say("相手方が記録した実施の状況（確認待ち）"),
        lead=say("記録を読み、このとおりか、認識が異なるかを答えてください。"),
        items=[_ITEMS.get((tuple(row), language()), partial(_to_acknowledge, row)) for row in rows],
        is_urgent=True,
    )


def _to_acknowledge(row: Any) -> Item:
    return Item(
        sentence=say(
            "「%(title)s」の「%(act)s」を確かめる", title=row.title, act=say(ACT_NAMES[Act(row.act)])
        ),
        href=url_for("activities.activity", id=row.activity_id),
        reference=row.reference,
        since=day(row.on_day),
    )


def _part(
    key: str, title: str, rows: Sequence[Any], *, lead: str = "", empty: str = "", is_urgent: bool = False
) -> Part:
    return Part(
        key=key,
        title=title,
        items=[_ITEMS.get((tuple(row), language()), partial(_item, row)) for row in rows[:PART_SHOWN]],
        total=len(rows),
        lead=lead,
        empty=empty,
        is_urgent=is_urgent,
        more=(say("取組の一覧"), url_for("activities.index")) if len(rows) > PART_SHOWN else None,
    )


def _item(row: Any) -> Item:
    return Item(
        sentence=(row.title_en if language() == "en" else "") or row.title,
        href=url_for("activities.activity", id=row.id),
        reference=row.reference,
        since=when_in_words(row),
    )


# --- Publicity ------------------------------------------------------------------------------------


def publicity_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What can be published now, what waits for an event, what lapsed, embargoes that end soon, what appeared without
    agreement, and what is planned in the next 30 days (R6.2-6); one statement."""
    edition = g.edition_in_force()
    in_force = publicity.is_in_force(session, edition, today)
    due = publicity.due(session, reader, portal().clock.now(), in_force=in_force)
    return [
        _publicity_part("publish", say("あなたの側が公表できるもの"), due.ready, is_urgent=True,
                        lead=say("公表したら、経路ごとに記録してください。")),
        _publicity_part("event", say("行事の終了の記録を待っている公表"), due.awaiting_event, is_urgent=True,
                        lead=say("行事が終わったら、公表する側が終了を記録してください。")),
        _publicity_part("embargo", say("まもなく解禁になる公表"), due.embargo_soon, is_urgent=True),
        _publicity_part("lapsed", say("合意した時期を過ぎた公表"), due.lapsed, is_urgent=True,
                        lead=say("この合意では、公表していない経路を公表できません。新しい時期で提案するか、公表しないことにしたときは保留にしてください。")),
        _publicity_part("records", say("合意によらない公表の記録（未終結）"), due.records, is_urgent=True,
                        lead=say("内容を確かめ、協議・訂正のうえ、自分の側として終結としてください。")),
        _publicity_part("planned-publicity", say("これから30日以内の公表の予定"), due.planned),
    ]  # fmt: skip


def _publicity_part(
    key: str, title: str, rows: Sequence[Any], *, lead: str = "", is_urgent: bool = False
) -> Part:
    return Part(
        key=key,
        title=title,
        items=[
            _ITEMS.get((tuple(row), language()), partial(_publicity_item, row)) for row in rows[:PART_SHOWN]
        ],
        total=len(rows),
        lead=lead,
        is_urgent=is_urgent,
        more=(say("公表の一覧"), url_for("publicity.index")) if len(rows) > PART_SHOWN else None,
    )


def _publicity_item(row: Any) -> Item:
    if row.what == "record":
        href, note = url_for("publicity.record", id=row.id), say(NATURE_NAMES[row.kind])
    else:
        href = url_for(PUBLICITY_KINDS[row.kind].place, id=row.id)
        agreed = row.standing in {"agreed", "held"}
        note = say(STANDING_NAMES[Standing.AGREED]) if agreed else say("まだ合意していません。")
    return Item(
        sentence=(row.title_en if language() == "en" else "") or row.title,
        href=href,
        reference=row.reference,
        note=note,
        since=moment(row.opens_at) if row.opens_at else say("「%(event)s」の終了後", event=row.event),
        since_iso=row.opens_at.isoformat() if row.opens_at else "",
    )


# --- Advice ---------------------------------------------------------------------------------------


def advice_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What waits of advice: records to confirm, corrections of what the reader relied on, and what the reader's side
    relies on and nobody has checked (R8-4, R8-5; decision 34)."""
    found = advice.waiting(session, reader, limit=PART_SHOWN + 1)
    if not reader.may(Permission.ANSWER_ADVICE):
        found = [row for row in found if row.part == advice.READ]
    words = {
        advice.READ: say("訂正された助言・支援で、あなたが確認・取扱い・ダウンロード・引用したもの"),
        advice.CONFIRM: say("相手方が記録した助言・支援（確認待ち）"),
        advice.CHECK: say("採用した助言・支援で、確かめることが残っているもの"),
    }
    leads = {
        advice.READ: say("訂正後の内容を読み、「訂正を読みました」を押してください。"),
        advice.CONFIRM: say("記録を読み、同じ内容か、認識が異なるかを答えてください。"),
        advice.CHECK: say("内容を確かめ、確かめた人を取扱いに記録してください。"),
    }
    return [
        Part(
            key=f"advice-{part}",
            title=title,
            lead=leads[part],
            items=[
                _ITEMS.get(
                    (tuple(row), advice.may_open(reader, row), g.edition_in_force().digest, language()),
                    partial(_advice_item, row, reader),
                )
                for row in found
                if row.part == part
            ],
            is_urgent=True,
        )
        for part, title in words.items()
    ]


def _advice_item(row: Any, reader: Actor) -> Item:
    parties = {one.key: one.defined_as[language()] for one in g.edition_in_force().parties}
    return Item(
        sentence=row.title if advice.may_open(reader, row) else row.reference,
        href=url_for("advice.entry", id=row.id),
        reference=row.reference,
        note=say("%(giver)sから%(receiver)sへ", giver=parties[row.giver], receiver=parties[row.receiver]),
        since=day(row.given_on),
    )


# --- The timeline and the year's report -----------------------------------------------------------

_DRAWN = {
    State.RUNNING: Look.RUNNING,
    State.COMPLETED: Look.DONE,
    State.SUSPENDED: Look.STOPPED,
    State.CANCELLED: Look.STOPPED,
    State.DECLINED: Look.STOPPED,
    State.WITHDRAWN: Look.STOPPED,
}


def activities_marks(
    session: Session, reader: Actor, first: dt.date, last: dt.date, today: dt.date
) -> Sequence[Mark]:
    """The activities from day to day: as they were carried out, else as they are planned; what is under way reaches
    to its planned end, or to today."""
    return [
        Mark(
            kind="activity",
            title=_title(row),
            first_on=row.started_on or row.planned_start or row.first_on,
            last_on=_last_day(row, today),
            look=_DRAWN.get(State(row.state), Look.PLANNED),
            state=say(STATE_NAMES[activities.state_of(row)]),
            href=url_for("activities.activity", id=row.id),
            reference=row.reference,
            when=when_in_words(row) or say("時期は未定（%(day)sに提案）", day=row.first_on),
        )
        for row in activities.between(session, reader, first, last, today, limit=SHOWN * 3)
    ]


def _title(row: Any) -> str:
    return (row.title_en if language() == "en" else "") or str(row.title)


def _last_day(row: Any, today: dt.date) -> dt.date:
    begun: dt.date = row.started_on or row.planned_start or row.first_on
    ended: dt.date = row.ended_on or row.planned_end or (today if row.started_on else begun)
    if row.started_on and not row.ended_on:
        ended = max(ended, today)
    return max(begun, ended)


def activities_chapters(session: Session, reader: Actor, year: int, today: dt.date) -> Sequence[Chapter]:
    """The activities of a 年度 by matter and by purpose, each with what came of it (R1-1, R1-4, R2-1)."""
    edition, code = g.edition_in_force(), language()
    found = activities.between(session, reader, *fiscal_year_days(year), today, limit=SHOWN + 1)
    left_out, found = len(found) > SHOWN, found[:SHOWN]
    bodies = {id: body_of(PROPOSAL, one) for id, one in activities.proposals_of(session, found).items()}
    done = activities.completions_of(session, found)
    items = {row.id: listed(row.items) for row in found}
    purposes = {row.id: list(bodies[row.id].purposes) if row.id in bodies else [] for row in found}
    words = {one.key: one.text[code] for one in edition.purposes}

    def entry(row: Any) -> Entry:
        state = activities.state_of(row)
        facts = [
            (say("施策"), row.measure),
            (say("協定の目的"), "\n".join(words.get(key, key) for key in purposes[row.id])),
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

    entries = {row.id: entry(row) for row in found}
    groups, columns = [], [say("協力事項"), *words.values(), say("全体")]
    counted: list[Sequence[str | int]] = []
    for item in edition.scope_items:
        own = [row for row in found if item.key in items[row.id]]
        cited = item.citation[code]
        groups.append(
            Group(item.text[code], [entries[row.id] for row in own], (cited, f"/agreement#{item.key}"))
        )
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
                    [say("状態"), say("件数")],
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
            if left_out
            else "",
        )
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


def publicity_marks(
    session: Session, reader: Actor, first: dt.date, last: dt.date, today: dt.date
) -> Sequence[Mark]:
    """What went out of agreed items, channel by channel, and what appeared without agreement, each on its day; nothing
    of what has yet to go out (row 47)."""
    return [
        *(
            Mark(
                kind="publication",
                title=_title(row),
                first_on=day_in_japan(row.published_at),
                last_on=None,
                look=Look.DONE,
                state=say("経路%(number)s：%(how)s", number=row.channel, how=_as_agreed(row)),
                href=url_for(PUBLICITY_KINDS[row.kind].place, id=row.id),
                reference=row.reference,
                when=moment(row.published_at),
            )
            for row in publicity.published_between(session, reader, first, last, limit=SHOWN * 3)
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
            for one in publicity.recorded_between(session, reader, first, last, limit=SHOWN * 3)
        ),
    ]


def _as_agreed(row: Any) -> str:
    return say("合意との違いあり") if publicity.differences_of(row) else say("合意のとおり")


def publicity_chapters(session: Session, reader: Actor, year: int, today: dt.date) -> Sequence[Chapter]:
    """The publicity of a 年度: each agreed item with the channels through which it went out in it, and what appeared
    without agreement; of channels that have yet to go out, nothing (R6.2-7; row 47)."""
    edition, code, now = g.edition_in_force(), language(), portal().clock.now()
    days = fiscal_year_days(year)
    found = publicity.published_between(session, reader, *days, limit=SHOWN * 3 + 1)
    items: dict[str, Any] = {}
    for row in found[: SHOWN * 3]:
        items.setdefault(row.id, row)
    shown = list(items.values())[:SHOWN]
    records = publicity.recorded_between(session, reader, *days, limit=SHOWN + 1)
    left_out = len(found) > SHOWN * 3 or len(items) > SHOWN or len(records) > SHOWN
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
            title=_title(row),
            href=url_for(PUBLICITY_KINDS[row.kind].place, id=row.id),
            reference=row.reference,
            when=moment(row.published_at),
            state=(look_of_publicity(state), say(PUBLICITY_STATES[state])),
            facts=[
                (say("種類"), say(SORT_NAMES[row.sort])),
                *(out(one) for one in found if one.id == row.id),
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
            total=len(shown) + len(records[:SHOWN]),
            groups=[
                Group(say("合意による公表"), [entry(row) for row in shown]),
                Group(say("合意によらない公表の記録"), [recorded(one) for one in records[:SHOWN]]),
            ],
            empty=say("この年度の公表はありません。"),
            left_out=say("ほかにも公表があります。公表の一覧と、合意によらない公表の記録で確かめてください。")
            if left_out
            else "",
        )
    ]


def _settled(record: Any) -> tuple[str, str]:
    if record.nature == Nature.FOR_INFORMATION:
        return "new", say("共有")
    return ("completed", say("終結")) if record.is_settled else ("to_check", say("未終結"))


def advice_marks(
    session: Session, reader: Actor, first: dt.date, last: dt.date, today: dt.date
) -> Sequence[Mark]:
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
        for row in advice.between(session, reader, first, last, limit=SHOWN * 3)
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
    found = advice.between(session, reader, *fiscal_year_days(year), limit=SHOWN + 1)
    left_out, found = len(found) > SHOWN, found[:SHOWN]
    editions = {number: agreement.edition(session, number) for number in {row.edition for row in found}}

    def entry(row: Any) -> Entry:
        clauses = [editions[row.edition].clause(id) for id in listed(row.clauses)]
        return Entry(
            title=_advice_title(row, reader),
            href=url_for("advice.entry", id=row.id),
            reference=row.reference,
            when=day(row.given_on),
            state=next(iter(advice_stands(row, edition)), None),
            facts=[(one.label[language()], _in_both(one.text)) for one in clauses],
        )

    ways = [(giver, to) for giver in labels for to in labels if giver != to]
    groups = [
        Group(
            say("%(giver)sから%(receiver)sへ", giver=labels[giver], receiver=labels[to]),
            [entry(row) for row in found if (row.giver, row.receiver) == (giver, to)],
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
            left_out=say("ほかにも助言・支援の記録があります。一覧で確かめてください。") if left_out else "",
        )
    ]


def _in_both(words: Any) -> str:
    """The authentic words; in English, the translation for reference beneath them."""
    return str(words.ja) if language() == "ja" else f"{words.ja}\n{words.en}"
