"""What may fall due, by the facts as they are: one function a matter (R2-6, R4-5, R5-4, R6.2-6, R9-2); the assembler lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.activities import queries as activities
from portal.agreement import queries as agreement
from portal.consent import queries as consent
from portal.consent.paper import listed
from portal.consent.rules import ON_THE_TABLE
from portal.doubts import queries as doubts
from portal.doubts.events import DoubtLongOpen
from portal.doubts.rules import LONG
from portal.handback import queries as handback
from portal.handback.events import HandbackOpen, SecrecyEnding
from portal.history.event import Event
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import Subject
from portal.kernel.periods import (
    ONE_DAY,
    business_days_after,
    is_business_day,
    next_business_day,
    previous_business_day,
)
from portal.publicity import queries as publicity
from portal.tasks import events
from portal.tasks.reminders import Reminder, Situation
from portal.term import queries as term
from portal.term.reckoning import reckoned
from portal.term.rules import ASKED_FROM, is_asked

MOST = 10_000
BEFORE_EXPIRY = (90, 60, 30, 14, 7, 3, 1)
"""Days before the last day of a term (R4-5)."""
BEFORE_SECRETS_END = (90, 30)
"""Days before the day up to which a secret is kept so (R7-3)."""
BEFORE_PUBLICATION = (10, 5, 3, 1)
"""Business days before the planned time of what is still on the table (R6.2-6)."""
HOURS_BEFORE = 2
BEFORE_EMBARGO = dt.timedelta(hours=48)
SOON = 30
"""Days before a planned start by which the particulars should be agreed (R2-6)."""


# --- Who is waited for (R2-6) -----------------------------------------------------------------------------------


def _steps(since: dt.datetime, situation: Situation) -> Iterator[tuple[int, dt.date]]:
    """After how many business days a side that is waited for since `since` is reminded, up to today: the number that the
    agreement's settings say, then twice as many, and so on."""
    number, day = situation.edition.settings.waiting_days, day_in_japan(since)
    while (due := business_days_after(day, number, closed=situation.closed)) <= situation.today:
        yield number, due
        number *= 2


def answers_awaited(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Papers on the table that wait for some side; sides that are waited for since one moment are told together."""
    for row, since, waiting in (
        (row, since, [party for party, own in awaited.items() if own == since])
        for row, awaited in consent.waiting(session, situation.reader, limit=MOST)
        for since in sorted(set(awaited.values()))
    ):
        for number, due in _steps(since, situation):
            yield Reminder(
                series=f"answer {row.id} {row.revision} {since.isoformat()}",
                step=str(number),
                due=due,
                event=events.AnswerAwaited(
                    about=Subject("document", row.id),
                    activity_id=row.activity_id,
                    told_to=tuple(waiting),
                    kind=row.kind,
                    reference=row.reference,
                    title=row.title,
                    number=row.revision,
                    waiting=waiting,
                    since=day_in_japan(since).isoformat(),
                    days=number,
                ),
            )


def confirmations_awaited(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Records of consultations that some side has not answered."""
    for party in situation.parties:
        for row in consent.unconfirmed_consultations(session, situation.reader_of(party), limit=MOST):
            for number, due in _steps(row.at, situation):
                yield Reminder(
                    series=f"confirmation {row.id} {party}",
                    step=str(number),
                    due=due,
                    event=events.ConfirmationAwaited(
                        about=Subject("document", row.document_id),
                        told_to=(party,),
                        kind=row.kind,
                        reference=row.reference or "",
                        title=row.title,
                        held_on=row.held_on.isoformat(),
                        waiting=[party],
                        since=day_in_japan(row.at).isoformat(),
                        days=number,
                    ),
                )


# --- What was planned (R2-6) --------------------------------------------------------------------------------------


def plans_passed(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Planned starts and ends that have passed, and nothing is recorded."""
    due = activities.due(session, situation.reader, situation.today, limit=MOST)
    for row in due.late:
        yield _of_activity(events.StartNotRecorded, "start", row, row.planned_start, ONE_DAY)
    for row in due.overrunning:
        yield _of_activity(events.EndNotRecorded, "end", row, row.planned_end, ONE_DAY)


def particulars_unsettled(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Starts planned within 30 days, and before the agreement ends, whose particulars are not agreed; on the business day
    by which that is so."""
    last_day = _last_day(session, situation)
    reach = SOON + 14  # over the longest row of closed days
    for row in activities.due(session, situation.reader, situation.today, days=reach, limit=MOST).planned:
        if row.particulars_id is None and row.planned_start <= last_day:
            found = _of_activity(
                events.ParticularsUnsettled, "unsettled", row, row.planned_start, -SOON * ONE_DAY
            )
            assert isinstance(found.due, dt.date)
            yield replace(found, due=previous_business_day(found.due, closed=situation.closed))


def _of_activity(
    event: type[events.OfPlan], what: str, row: object, planned: dt.date, later: dt.timedelta
) -> Reminder:
    id, reference, title = (str(getattr(row, name)) for name in ("id", "reference", "title"))
    return Reminder(
        series=f"{what} {id} {planned.isoformat()}",
        due=planned + later,
        event=event(
            about=Subject("activity", id),
            activity_id=id,
            reference=reference,
            title=title,
            planned_on=planned.isoformat(),
        ),
    )


# --- The term (R4-5) ----------------------------------------------------------------------------------------------


def term_expiring(session: Session, situation: Situation) -> Iterator[Reminder]:
    """The last day of the term now running, or the last day in force where an end was announced, to every party, in
    neutral words; where a step falls on a day on which no work is done, on the business day before it."""
    edition = situation.edition
    found = reckoned(edition, agreement.dates_now(session, edition), situation.today)
    if found.running is None:
        return
    event: Event
    about, end = Subject("agreement", "term"), found.dates.end
    expiry = min(filter(None, (found.running.term.expiry, found.running.other_expiry)))
    last_day = end.last_day if end else expiry
    left, series = (last_day - situation.today).days, f"term {last_day.isoformat()}"
    if end:
        series = f"end {last_day.isoformat()}"
        event = events.AgreementEnding(
            about=about, cause=end.cause.value, last_day=last_day.isoformat(), days=left
        )
    elif edition.renewal.automatic and not found.dates.end_on_fixed:
        arrives = min(found.non_renewal.last_day, expiry) if found.non_renewal else expiry
        event = events.TermRenewing(
            about=about,
            number=found.running.number,
            expiry=expiry.isoformat(),
            days=left,
            last_day=arrives.isoformat(),
        )
    else:
        event = events.TermExpiring(
            about=about, number=found.running.number, expiry=expiry.isoformat(), days=left
        )
    for days in BEFORE_EXPIRY if left >= 0 else ():
        yield Reminder(
            series=series,
            step=str(days),
            due=previous_business_day(last_day - days * ONE_DAY, closed=situation.closed),
            event=event,
        )


def intentions_awaited(session: Session, situation: Situation) -> Iterator[Reminder]:
    """The parties that have said nothing of the time after the term now running, once they are asked (R4-5)."""
    edition, today = situation.edition, situation.today
    found = reckoned(edition, agreement.dates_now(session, edition), today)
    if found.running is None:
        return
    number, expiry = found.running.number, found.running.term.expiry
    if not is_asked(expiry, today, is_ending=found.dates.end is not None):
        return
    for party in situation.parties:
        if term.asked(session, situation.reader_of(party), number).says is None:
            yield Reminder(
                series=f"intention {party} {expiry.isoformat()}",
                due=next_business_day(expiry - ASKED_FROM * ONE_DAY, closed=situation.closed),
                event=events.IntentionAwaited(
                    about=Subject("agreement", "term"),
                    told_to=(party,),
                    number=number,
                    expiry=expiry.isoformat(),
                    days=(expiry - today).days,
                ),
            )


# --- After the end (R5-4) -----------------------------------------------------------------------------------------


def handback_open(session: Session, situation: Situation) -> Iterator[Reminder]:
    """What is neither back nor disposed of, to each party that has something of it to do: on the target day, then every
    week, and as what survives the end runs out."""
    for party in situation.parties:
        for one in handback.due(session, situation.reader_of(party), situation.today):
            yield Reminder(
                series=f"handback {party}",
                step=f"{one.what} {one.on.isoformat()}",
                due=one.on,
                event=HandbackOpen(
                    about=Subject("handback", "open"),
                    told_to=(party,),
                    what=one.what.value,
                    on=one.on.isoformat(),
                    open=one.open,
                ),
            )


# --- Secrets (R7-3) -----------------------------------------------------------------------------------------------


def secrets_ending(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Secrets that are kept so for some days more, each to who disclosed it: as long as that can still be talked over."""
    today = situation.today
    ending = handback.secrets_ending(session, situation.reader, today, within=max(BEFORE_SECRETS_END))
    for row, until in ending:
        for days in BEFORE_SECRETS_END:
            yield Reminder(
                series=f"secret {row.holding} {until.isoformat()}",
                step=str(days),
                due=until - days * ONE_DAY,
                event=SecrecyEnding(
                    about=Subject("handover", row.id),
                    told_to=(row.discloser,),
                    reference=row.reference,
                    until=until.isoformat(),
                    days=(until - today).days,
                ),
            )


# --- Doubts (R9-2) ------------------------------------------------------------------------------------------------


def doubts_open(session: Session, situation: Situation) -> Iterator[Reminder]:
    """Doubts that have been open for longer than thirty days, to every party."""
    for one in doubts.waiting(session, situation.reader, situation.at, limit=MOST):
        if one.part == doubts.LONG_OPEN:
            yield Reminder(
                series=f"doubt {one.id}",
                due=one.at + dt.timedelta(days=LONG),
                event=DoubtLongOpen(
                    about=Subject("doubt", one.id), reference=one.reference, title=one.title, days=LONG
                ),
            )


# --- Publications (R6.2-6) ----------------------------------------------------------------------------------------


def publications_near(session: Session, situation: Situation) -> Iterator[Reminder]:
    """What is to appear and is not agreed yet; embargoes that end soon; times on days on which no work is done. A step that
    had passed when the paper was tabled, or agreed, is none: that very act was told. Of what would appear after the
    agreement has ended nothing is told: it stopped with it."""
    last_day = _last_day(session, situation)
    for row in publicity.to_come(session, situation.reader, situation.at, limit=MOST):
        about, day = Subject("document", row.id), day_in_japan(row.opens_at)
        if day > last_day:
            continue
        shown = row.opens_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")
        known = {"reference": row.reference, "title": row.title, "opens_at": shown}
        since = row.waits_since or row.agreed_at
        if not is_business_day(day, closed=situation.closed):
            yield Reminder(
                series=f"closed day {row.id} {day.isoformat()}",
                due=since,
                event=events.PlannedOnClosedDay(about=about, **known),
            )
        if row.standing not in ON_THE_TABLE:
            due = row.opens_at - BEFORE_EMBARGO
            if row.embargo and due > since:
                yield Reminder(
                    series=f"embargo {row.id} {row.opens_at.isoformat()}",
                    due=due,
                    event=events.EmbargoEnding(about=about, **known),
                )
            continue
        waiting = listed(row.waits_for)
        series = f"publication {row.id} {row.revision} {row.opens_at.isoformat()}"
        for days in BEFORE_PUBLICATION:
            one = Reminder(
                series=series,
                step=str(days),
                due=_business_days_before(day, days, situation.closed),
                event=events.PublicationAwaited(
                    about=about, told_to=tuple(waiting), waiting=waiting, days=days, **known
                ),
            )
            if one.due_at > since:
                yield one
        at = row.opens_at - dt.timedelta(hours=HOURS_BEFORE)
        if at > since:
            yield Reminder(
                series=series,
                step=f"{HOURS_BEFORE}h",
                due=at,
                event=events.PublicationAwaitedNow(
                    about=about, told_to=tuple(waiting), waiting=waiting, hours=HOURS_BEFORE, **known
                ),
            )


def _last_day(session: Session, situation: Situation) -> dt.date:
    """The last day in force as far as it is known; the last there is, where the agreement goes on or has no date."""
    life = agreement.in_force(session, situation.edition, situation.today)
    return life.last_day or dt.date.max


def _business_days_before(day: dt.date, number: int, closed: Collection[dt.date]) -> dt.date:
    for _ in range(number):
        day = previous_business_day(day - ONE_DAY, closed=closed)
    return day
