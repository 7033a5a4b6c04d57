"""What the packages hand to each other through the house: kinds, links, what waits, what the record bears out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal import yearbook
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.activities import queries as activities
from portal.activities.rules import ACT_NAMES, NOT_GOING_ON, Act, is_held
from portal.activities.rules import STATE_NAMES as ACTIVITY_STATES
from portal.activities.views import look_of, when_in_words
from portal.advice import queries as advice
from portal.advice.views.log import beside as advice_beside
from portal.agreement import queries as agreement
from portal.agreement.life import CAUSE_NAMES, Mode
from portal.agreement.text import Edition
from portal.amendments import queries as amendments
from portal.amendments.amendment import AMENDMENT
from portal.amendments.views import beside as amendments_beside
from portal.calendar.parts import Dated
from portal.consent import queries as documents
from portal.consent.replay import replay
from portal.consent.rules import STANDING_NAMES, Standing
from portal.doubts import queries as doubts
from portal.doubts.views import beside as doubts_beside
from portal.handback import queries as handback
from portal.handback.commands import Shared
from portal.handback.showing import direction as handed_over
from portal.handback.showing import marks as handback_stands
from portal.handback.views import beside as handback_beside
from portal.home.parts import SHOWN, Item, Part
from portal.kernel.clock import day_in_japan
from portal.kernel.db import today_of
from portal.kinds import BY_KEY
from portal.publicity import queries as publicity
from portal.publicity.beside import NATURE_NAMES
from portal.publicity.item import BOTH as PUBLICITY_KINDS
from portal.publicity.sorts import RELATION_NAMES, Relation
from portal.publicity.timing import TimingKind
from portal.records import (
    EVIDENCE,
    PLACES,
    agreement_waiting,
    notices_waiting,
    record_called,
    records_named,
)
from portal.tasks import falling_due
from portal.term import queries as term
from portal.term import reckoning
from portal.term import rules as term_rules
from portal.term.rules import KIND_NAMES
from portal.web.app import Portal
from portal.web.filters import day, moment
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import Banner
from portal.web.reading import actor, portal, reading


def join(app: Portal) -> None:
    """`home`, `history`, the calendar and the reminders know, without importing a feature, what waits, where a subject is
    seen, which dates are agreed, what may fall due, and whether the record bears the tables out."""
    app.extensions["kinds"] = BY_KEY
    app.extensions["stands_behind"] = {"amendments": "agreement", "doubts": "agreement"}
    app.extensions["places"] = _PLACES | {"member": "parties.members"}  # a mail goes to whichever party
    app.extensions["link_to_subject"] = link_to_subject
    app.extensions["home_parts"] = [
        handback_parts, term_parts, activities_parts, publicity_parts, advice_parts, agreement_parts,
    ]  # fmt: skip
    app.extensions["overtaken"] = {AMENDMENT.key: overtaken}
    app.extensions["activities_named"] = activities_named
    app.extensions["activity_not_going_on"] = activity_not_going_on
    app.extensions["records_named"] = records_named
    app.extensions["record_called"] = record_called
    app.extensions["evidence"] = EVIDENCE
    app.extensions["shared_files"] = shared_files
    app.extensions["file_places"] = file_places
    app.extensions["open_after_end"] = handback.open_after_end
    yearbook.join(app)
    app.extensions["calendar"] = [activities_dates, publicity_dates, term_dates]
    app.extensions["falling_due"] = [
        falling_due.answers_awaited,
        falling_due.confirmations_awaited,
        falling_due.plans_passed,
        falling_due.particulars_unsettled,
        falling_due.term_expiring,
        falling_due.intentions_awaited,
        falling_due.publications_near,
        falling_due.doubts_open,
        falling_due.handback_open,
        falling_due.secrets_ending,
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

_PLACES = PLACES | {
    "handback": "handback.checklist",
    "member": "parties.member",
    "doubt": "doubts.doubt",
    "meeting": "term.meeting",
    "agreement": "term.index",
    "term": "term.index",
    "edition": "agreement.index",
}


def link_to_subject(kind: str, id: str, *, shared: bool = False) -> str | None:
    """Where a thing that the history names is seen; None for what has no page of its own. Of a member whom a shared entry
    names other parties may know no more by now (row 7): it leads to those whom the reader does know."""
    endpoint = "parties.members" if kind == "member" and shared else _PLACES.get(kind)
    if endpoint:
        takes_id = portal().url_map.is_endpoint_expecting(endpoint, "id")
        return url_for(endpoint, id=id) if takes_id else url_for(endpoint)
    return None


def beside(kind: str, id: str) -> Markup:
    """What other packages show beside a clause (`clause`), what they offer to do there (`clause_acts`), or what they show
    on the page of a record (those of PLACES): the advice that belongs to it or
    that it cites (R8-4), changes to it that are under consultation (R3-1), doubts about it and what was agreed on those
    (R9-1), and the lines of the ledger (R5-1)."""
    shown = [advice_beside] if kind in {"activity", "document"} else []
    shown += [amendments_beside, doubts_beside]
    shown += [handback_beside] if kind in PLACES and kind not in {"notice", "handover"} else []
    return Markup("").join(show(kind, id) for show in shown)


def activities_named(session: Session, reader: Actor, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Words and address of the activities `ids`, for packages that know no activity."""
    return {
        row.id: (
            f"{row.reference} {(row.title_en if language() == 'en' else '') or row.title}",
            url_for("activities.activity", id=row.id),
        )
        for row in activities.named(session, reader, ids)
    }


def activity_not_going_on(session: Session, reader: Actor, id: str) -> tuple[str, str, str, str] | None:
    """How an activity stands that is suspended, cancelled, never agreed or held, for packages that know no activity: the
    look and the name of its state, its words and its address; None of one that goes on."""
    row = activities.not_going_on(session, reader, id)
    if row is None:
        return None
    state = activities.state_of(row)
    look, name = (
        (look_of(state), say(ACTIVITY_STATES[state])) if state in NOT_GOING_ON else ("held", say("保留中"))
    )
    title = (row.title_en if language() == "en" else "") or row.title
    return look, name, f"{row.reference} {title}", url_for("activities.activity", id=row.id)


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
    found = reckoning.reckoned(edition, dates, day_in_japan(now))
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


# --- The end of the agreement, on every page -------------------------------------------------------

_STILL_OPEN: Kept[int] = Kept(100)
"""How many received things are neither back nor disposed of, by the last leaf of the joint chain."""


def banner(app: Portal, session: Session, edition: Edition, leaf: str) -> Banner | None:
    """What stands at the top of every page once an end is announced: what the agreement is, until when what; how many
    things are still to be given back, where a package counts them (`open_after_end`: a session → how many). None
    while nothing ends (R4-6, R5-7)."""
    life = agreement.in_force(session, edition, today_of(session))
    if life.end is None or life.mode not in {Mode.END_ANNOUNCED, Mode.ENDED, Mode.OVER}:
        return None
    last_day, until = life.end.last_day, life.survival_end
    more = (url_for("term.index"), say("期間のページで見る"))
    if life.mode is Mode.END_ANNOUNCED:
        cause = say(CAUSE_NAMES[life.end.cause])
        return Banner(
            "warning", say("終了予告：協定が有効な最後の日は%(day)sです（%(cause)s）。", day=last_day, cause=cause), *more
        )
    count = app.extensions.get("open_after_end")
    still = _STILL_OPEN.get((leaf, id(app)), lambda: count(session)) if count else 0
    if life.mode is Mode.ENDED and still:
        return Banner(
            "warning",
            ngettext(
                "終了・措置中：協定は%(day)sに終了しました。返却・処分が完了していないものが%(num)s件あります。存続期間は%(until)sまでです。",
                "終了・措置中：協定は%(day)sに終了しました。返却・処分が完了していないものが%(num)s件あります。存続期間は%(until)sまでです。",
                still, day=day(last_day), until=day(until),
            ),
            *more,
        )  # fmt: skip
    if life.mode is Mode.ENDED:
        return Banner(
            "info",
            say(
                "存続期間中：協定は%(day)sに終了しました。終了後も効力のある条項は%(until)sまで存続します。新しい取組や、協定に基づく公表の合意はできません。",
                day=last_day, until=until,
            ),
            *more,
        )  # fmt: skip
    if still:
        return Banner(
            "error",
            ngettext(
                "存続期間満了：返却・処分が完了していないものが%(num)s件あります。協定は%(day)sに終了しています。",
                "存続期間満了：返却・処分が完了していないものが%(num)s件あります。協定は%(day)sに終了しています。",
                still, day=day(last_day),
            ),
            *more,
        )  # fmt: skip
    return Banner("info", say("存続期間満了：協定は%(day)sに終了しました。記録は読むことができます。", day=last_day), *more)


# --- The term --------------------------------------------------------------------------------------


_RECKONED: Kept[reckoning.Reckoned] = Kept(50)


def term_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What waits of article 4: notices to send, to bear out and to talk over, arrivals, intentions, regular meetings;
    after the end, the activities still to be brought to theirs (R4-5, R5-5)."""
    edition = g.edition_in_force()
    dates = agreement.dates_now(session, edition)
    life = agreement.in_force(session, edition, today)
    made_from = (edition.digest, edition.in_force_from, edition.conventions, dates, today)
    found = _RECKONED.get(made_from, lambda: reckoning.reckoned(edition, dates, today))
    open_notices = notices_waiting(session, reader)
    notices = [row for row in open_notices if row.part == term.GIVEN]
    mine = f",{reader.party},"
    records = reader.may(Permission.RECORD_ARRIVAL)
    yours = [
        *(
            _notice_item(say("%(kind)s（%(reference)s）の到達日を裏付ける", **_named(row)), row)
            for row in notices
            if records and mine in row.to_second
        ),
        *(
            _notice_item(say("%(kind)s（%(reference)s）の到達を記録する、または記録に答える", **_named(row)), row)
            for row in notices
            if records and mine in row.waits_for
        ),
        *(
            _notice_item(say("要確認の%(kind)s（%(reference)s）について協議する", **_named(row)), row)
            for row in notices
            if row.standing == "review" and row.confirmed_by is None and dates.end is None and life.is_in_force
        ),
        *(
            _notice_item(say("期限後に到達した%(kind)s（%(reference)s）をどうするか決める", **_named(row)), row)
            for row in notices
            if row.standing == "late" and row.party == reader.party and dates.end is None and life.is_in_force
        ),
        *(
            Item(
                sentence=say("決裁を経た%(kind)sの発信を記録する", kind=say(KIND_NAMES[row.kind])),
                href=url_for("term.notice_draft", id=row.id),
                note=say("自分の側の下書き"),
                since=moment(row.since),
                since_iso=row.since.isoformat(),
            )
            for row in open_notices
            if row.part == term.DECIDED
        ),
    ]
    running = found.running
    asked = running is not None and term_rules.is_asked(
        running.term.expiry, today, is_ending=dates.end is not None
    )
    months = edition.meeting_months
    said = term.asked(session, reader, running.number) if running and (asked or months) else None
    if asked and running and said is not None and said.says is None and reader.may(Permission.STATE_INTENTION):
        yours.append(
            Item(
                sentence=say("満了後についての意向を記録する（通知ではありません）"),
                href=url_for("term.index", _anchor="intentions"),
                note=say("第%(number)s期の満了", number=running.number),
                since=day(running.term.expiry),
                since_iso=running.term.expiry.isoformat(),
            )
        )
    meetings = _meeting_items(session, reader, months) if months else []
    due = (
        reckoning.meeting_due(said.last_held, found.lines[0].term.start, months)
        if months and said is not None
        else None
    )
    return [
        Part(key="notices", title=say("期間と通知"), items=[*yours, *meetings], is_urgent=True),
        *(_meeting_part(due, today) if due else []),
        *(_still_running(session, reader) if life.mode in {Mode.ENDED, Mode.OVER} else []),
    ]


def _named(row: Any) -> dict[str, str]:
    return {"kind": say(KIND_NAMES[row.kind]), "reference": row.reference}


def _notice_item(sentence: str, row: Any) -> Item:
    label = g.edition_in_force().party(row.party).defined_as[language()]
    return Item(
        sentence=sentence,
        href=url_for("term.notice", id=row.id),
        note=say("%(party)sから", party=label),
        since=moment(row.since),
        since_iso=row.since.isoformat(),
    )


def _meeting_items(session: Session, reader: Actor, months: int) -> list[Item]:
    if not reader.may(Permission.CONSULT):
        return []
    return [
        Item(
            sentence=say("定例の協議%(reference)sの記録を確認する", reference=row.reference),
            href=url_for("term.meeting", id=row.id),
            since=day(row.held_on),
            since_iso=row.held_on.isoformat(),
        )
        for row in term.meetings_to_confirm(session, reader)
    ]


def _meeting_part(due: dt.date, today: dt.date) -> list[Part]:
    is_late = due < today
    item = Item(
        sentence=say("定例の協議を行い、記録する") if is_late else say("次の定例の協議まで"),
        href=url_for("term.meetings"),
        note=say("期限を過ぎています") if is_late else "",
        since=day(due),
        since_iso=due.isoformat(),
        is_long=is_late,
    )
    return [Part(key="meetings", title=say("定例の協議"), items=[item], is_urgent=is_late)]


def _still_running(session: Session, reader: Actor) -> list[Part]:
    """The activities that the end of the agreement finds under way (R5-5)."""
    rows = activities.under_way(session, reader, limit=SHOWN + 1)
    return [
        _part("under-way", say("協定の終了後も終わっていない取組"), rows, is_urgent=True,
              lead=say("完了か中止を記録してください。中断している取組は再開できません。")),
    ]  # fmt: skip


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
        _part("held-activities", say("保留されている取組"), due.held, is_urgent=True,
              lead=say("保留した側の同意権者が解くまで、始めることも再開することもできません。ページで理由を確かめ、協議してください。")),
        _part("planned", say("これから30日以内に始まる予定"), due.planned,
              empty=say("これから30日以内に始まる予定の取組はありません。")),
    ]  # fmt: skip


def _unacknowledged(session: Session, reader: Actor) -> Part:
    """What the others recorded of carrying activities out, and my side has said nothing to (R2-10)."""
    rows = (
        activities.unacknowledged(session, reader, limit=SHOWN + 1)
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
        href=url_for("activities.activity", id=row.activity_id, _anchor=f"act-{row.id}"),
        reference=row.reference,
        since=day(row.on_day),
    )


def _part(
    key: str, title: str, rows: Sequence[Any], *, lead: str = "", empty: str = "", is_urgent: bool = False
) -> Part:
    return Part(
        key=key,
        title=title,
        items=[_ITEMS.get((tuple(row), language()), partial(_item, row)) for row in rows[:SHOWN]],
        total=len(rows),
        lead=lead,
        empty=empty,
        is_urgent=is_urgent,
        more=(say("取組の一覧"), url_for("activities.index")) if len(rows) > SHOWN else None,
    )


def _item(row: Any) -> Item:
    return Item(
        sentence=(row.title_en if language() == "en" else "") or row.title,
        href=url_for("activities.activity", id=row.id),
        reference=row.reference,
        since=when_in_words(row),
        standing=("held", say("保留中")) if is_held(row) else None,
    )


# --- Publicity ------------------------------------------------------------------------------------


def publicity_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What can be published now, what waits for an event, what is held, what lapsed, embargoes that end soon, what
    appeared without agreement, and what is planned in the next 30 days (R6.2-6, R6.2-10); one statement."""
    edition = g.edition_in_force()
    in_force = publicity.is_in_force(session, edition, today)
    due = publicity.due(session, reader, portal().clock.now(), in_force=in_force)
    return [
        _publicity_part("publish", say("あなたの側が公表できるもの"), due.ready, is_urgent=True,
                        lead=say("公表したら、経路ごとに記録してください。")),
        _publicity_part("event", say("行事の終了の記録を待っている公表"), due.awaiting_event, is_urgent=True,
                        lead=say("行事が終わったら、公表する側が終了を記録してください。")),
        _publicity_part("held", say("保留されている公表"), due.held, is_urgent=True,
                        lead=say("どの経路も公表できません。協議し、保留した側の同意権者が解くか、変更・中止に合意してください。")),
        _publicity_part("embargo", say("まもなく解禁になる公表"), due.embargo_soon, is_urgent=True),
        _publicity_part("ended", say("協定の終了により公表できなくなった合意"), due.ended, is_urgent=True,
                        lead=say("公表の条項は終了後に存続しません。公表するときは、任意の合意として提案してください。")),
        _publicity_part("lapsed", say("合意した時期を過ぎた公表"), due.lapsed, is_urgent=True,
                        lead=say("この合意では、公表していない経路を公表できません。新しい時期、中止、または残りの補足について合意してください。")),
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
            _ITEMS.get((tuple(row), language()), partial(_publicity_item, row)) for row in rows[:SHOWN]
        ],
        total=len(rows),
        lead=lead,
        is_urgent=is_urgent,
        more=(say("公表の一覧"), url_for("publicity.index")) if len(rows) > SHOWN else None,
    )


def _publicity_item(row: Any) -> Item:
    if row.what == "record":
        href, note = url_for("publicity.record", id=row.id), say(NATURE_NAMES[row.kind])
    else:
        href = url_for(PUBLICITY_KINDS[row.kind].place, id=row.id)
        agreed = row.standing in {"agreed", "held"}
        note = say(STANDING_NAMES[Standing.AGREED]) if agreed else say("まだ合意していません。")
        if row.relation != Relation.NEW:  # what is to be taken down bears the title of what appeared
            note = say("%(relation)s：%(note)s", relation=say(RELATION_NAMES[row.relation]), note=note)
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
    found = advice.waiting(session, reader, limit=SHOWN + 1)
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


# --- Handing over and back --------------------------------------------------------------------------


def handback_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """What waits of the ledger: what is open once the duty itself has run out, above everything; records to confirm; what
    the reader's side must instruct, carry out and acknowledge (R5-2, R5-3); one statement."""
    reach = handback.reach_of(session, g.edition_in_force(), today)
    found = handback.waiting(session, reader, has_ended=reach.has_ended, limit=SHOWN + 1)
    may = {
        handback.CONFIRM: Permission.KEEP_LEDGER,
        handback.INSTRUCT: Permission.HAND_BACK,
        handback.CARRY_OUT: Permission.HAND_BACK,
        handback.ACKNOWLEDGE: Permission.HAND_BACK,
    }
    ended = ""
    if reach.has_ended and not reach.is_voluntary:
        ended = say("（存続期間が終わっても未完了）") if reach.is_over else say("（協定の終了後の措置）")
    words = {
        handback.ACKNOWLEDGE: (
            say("相手方の返却・処分を確認する"),
            say("記録を読み、このとおりか、認識が異なるかを答えてください。"),
        ),
        handback.CARRY_OUT: (
            say("受け取った資料を返却・処分する"),
            say("渡した側の指示に従って返却または処分し、記録してください。指示がなければ返却です。"),
        ),
        handback.INSTRUCT: (
            say("渡した資料をどうするかを指示する"),
            say("返却・処分・保有のどれにするかを指示してください。指示がなければ返却になります。"),
        ),
        handback.CONFIRM: (
            say("相手方の受渡しの記録を確かめる"),
            say("記録を読み、同じ内容か、認識が異なるかを答えてください。"),
        ),
    }
    return [
        Part(
            key=f"handback-{part.replace('_', '-')}",
            title=title + (ended if part != handback.CONFIRM else ""),
            lead=lead,
            items=[_handed_over(row, reach) for row in rows[:SHOWN]],
            total=len(rows),
            is_urgent=True,
            is_alarm=reach.is_over and not reach.is_voluntary and part != handback.CONFIRM,
            more=(say("返却・処分の一覧"), url_for("handback.checklist")) if len(rows) > SHOWN else None,
        )
        for part, (title, lead) in words.items()
        if (rows := [row for row in found if row.part == part and reader.may(may[part])])
    ]


def _handed_over(row: Any, reach: Any) -> Item:
    edition = g.edition_in_force()
    key = (tuple(row), reach, edition.digest, language())
    return _ITEMS.get(
        key,
        lambda: Item(
            sentence=row.title,
            href=url_for("handback.entry", id=row.id),
            reference=row.reference,
            note=handed_over(edition, row.discloser, row.receiver),
            since=day(row.disclosed_on),
            standing=handback_stands(row, edition, reach)[0],
        ),
    )


def shared_files(
    session: Session,
    reader: Actor,
    *,
    kind: str | None = None,
    besides: Any,
    of: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int,
) -> list[Shared]:
    """The files that stand shared in the portal, the latest shared first, but those that `besides` names; each with who
    shared it and which other parties have had it from there (R5-1). Those of one kind of paper or record, or all; one
    statement for each package asked."""
    parties = g.edition_in_force().party_keys

    def made(row: Any, *, receivers: Sequence[str], **more: Any) -> Shared:
        said = {"media_type": "application/octet-stream", "findings": "[]", **more}
        known = row._mapping
        return Shared(
            id=row.id, party=row.party, name=row.name, size=row.size, sha256=row.sha256, shared_at=row.shared_at,
            of=row.of, reference=row.reference, activity_id=row.activity_id, receivers=tuple(receivers),
            **{name: known.get(name, value) for name, value in said.items()},
        )  # fmt: skip

    asked: dict[str, Any] = {"besides": besides, "of": of, "ids": ids, "limit": limit}
    found: list[Shared] = []
    for package in _HAVE_FILES[kind]:
        for row in package.shared_files(session, reader, **asked):
            if package is advice:
                ends = [key for key in (row.giver, row.receiver) if key != row.party]
                found.append(made(row, receivers=ends, is_marked=row.marking == "secret"))
            else:
                found.append(made(row, receivers=[key for key in parties if key != row.party]))
    return sorted(found, key=lambda one: (one.shared_at, one.id), reverse=True)[:limit]


_HAVE_FILES: Mapping[str | None, tuple[Any, ...]] = {
    None: (documents, publicity, advice),
    "document": (documents, publicity),
    "publicity_record": (publicity,),
    "advice": (advice,),
}
"""Which packages have files that stand shared at a kind of paper or record."""


def file_places(session: Session, sha256: str) -> list[tuple[str, str, str]]:
    """Everywhere a file stands shared in the portal, by its digest: the row, who shared it, the paper's reference."""
    return [
        (row.id, row.party, row.reference)
        for package in _HAVE_FILES[None]
        for row in package.places_of(session, sha256)
    ]


# --- The agreement itself: changes and doubts ---


def agreement_parts(session: Session, reader: Actor, today: dt.date) -> Sequence[Part]:
    """Agreed changes that wait for their executed document, requests and doubts that nobody has answered for thirty
    days, doubts on which the reader's side has said nothing, consultations on doubts to confirm (R3-1, R9-2)."""
    waiting = agreement_waiting(session, reader, portal().clock.now())
    may = reader.may(Permission.STATE_POSITION)
    parts = (
        (amendments.TO_EXECUTE, say("合意した協定の変更（交わした文書の登録待ち）"), True,
         say("文書に署名・押印したら、写しを添えて登録してください。登録するまで、いまの版は変わりません。")),
        (amendments.OVERTAKEN, say("前の版に対する、協定の変更の申出"), True,
         say("その後に新しい版が登録されたため、このままではどの当事者も同意できません。いまの版の文言に合わせて直した版を提示してください。必要がなくなったときは、申し出た側が取り下げられます。")),
        (amendments.UNANSWERED, say("30日を超えて回答待ちの、協定の変更の申出"), True, ""),
        (doubts.SILENT, say("あなたの側の見解を待っている疑義"), may, ""),
        (doubts.TO_CONFIRM, say("疑義についての協議の記録（確認待ち）"), may, ""),
        (doubts.LONG_OPEN, say("30日を超えて協議中の疑義"), True, ""),
    )  # fmt: skip
    return [
        Part(
            key=key.replace("_", "-"),
            title=title,
            items=[_agreement_item(row) for row in waiting if row.part == key][:SHOWN] if shown else [],
            total=sum(row.part == key for row in waiting) if shown else 0,
            lead=lead,
            is_urgent=True,
        )
        for key, title, shown, lead in parts
    ]


def overtaken(session: Session, reader: Actor) -> Collection[str]:
    """The changes on the table to which nobody can consent as they are, for another edition has been adopted since
    (R3-5)."""
    waiting = agreement_waiting(session, reader, portal().clock.now())
    return {row.id for row in waiting if row.part == amendments.OVERTAKEN}


def _agreement_item(row: Any) -> Item:
    is_change = row.part in {amendments.TO_EXECUTE, amendments.OVERTAKEN, amendments.UNANSWERED}
    return Item(
        sentence=row.title,
        href=url_for("amendments.amendment" if is_change else "doubts.doubt", id=row.id),
        reference=row.reference,
        since=say("%(moment)sから", moment=moment(row.at)),
        since_iso=row.at.isoformat(),
        is_long=row.part in {amendments.UNANSWERED, doubts.LONG_OPEN},
    )
