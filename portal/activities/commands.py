"""What is recorded of the carrying out of an activity, and its acknowledgement by the other parties (R2-10)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.activities import events, rules
from portal.activities.models import ActAcknowledgement, Activity, ActivityAct
from portal.activities.particulars import must_be_agreed
from portal.activities.proposal import place_in_register
from portal.activities.rules import Act, Planned, State
from portal.agreement import queries as agreement
from portal.consent import queries as consent
from portal.consent.commands import must_be_in_force
from portal.consent.models import Document
from portal.consent.rules import ON_THE_TABLE, Standing
from portal.history.work import Work
from portal.kernel.clock import day_in_japan
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.ids import new_id

_EVENTS = {
    Act.START: events.ActivityStarted,
    Act.SUSPEND: events.ActivitySuspended,
    Act.RESUME: events.ActivityResumed,
    Act.COMPLETE: events.ActivityCompleted,
    Act.CANCEL: events.ActivityCancelled,
}


@dataclass(frozen=True)
class Outcome:
    """What came of an activity: in words, for whom, in the figures the party gives (label, value, unit), and
    for the purposes of the agreement. No amounts of money (R6.1-2)."""

    words: str = ""
    beneficiaries: str = ""
    figures: Sequence[tuple[str, str, str]] = ()
    purpose: str = ""


def start(work: Work, activity_id: str, *, on_day: dt.date, reason: str = "") -> ActivityAct:
    """The activity runs since `on_day` (Asia/Tokyo).

    Refused: unless its proposal and its particulars are agreed by every party and held by none, the timing is
    settled, and the agreement is in force (R2-3; "particulars").
    """
    work.must(Permission.CARRY_OUT)
    activity = _found(work, activity_id)
    state = rules.after(State(activity.state), Act.START)
    particulars = _must_be_ready(work.session, work.today, activity)
    agreed_on = day_in_japan(particulars.agreed_at) if particulars.agreed_at else None
    act = _record(work, activity, Act.START, on_day=on_day, reason=reason, agreed_on=agreed_on)
    activity.started_on = on_day
    return _move(work, activity, state, act)


def suspend(work: Work, activity_id: str, *, on_day: dt.date, reason: str) -> ActivityAct:
    """The activity rests since `on_day`, for the reason given (R2-10)."""
    return _carry_on(work, activity_id, Act.SUSPEND, on_day=on_day, reason=reason)


def resume(work: Work, activity_id: str, *, on_day: dt.date, reason: str) -> ActivityAct:
    """The activity runs again since `on_day`; refused while anything agreed is held or the agreement is not in
    force."""
    return _carry_on(work, activity_id, Act.RESUME, on_day=on_day, reason=reason)


def complete(
    work: Work, activity_id: str, *, on_day: dt.date, outcome: Outcome, reason: str = ""
) -> ActivityAct:
    """The activity was completed on `on_day`, with what came of it (R2-10, R1-1)."""
    return _carry_on(work, activity_id, Act.COMPLETE, on_day=on_day, reason=reason, outcome=outcome)


def cancel(work: Work, activity_id: str, *, on_day: dt.date, reason: str) -> ActivityAct:
    """The activity ends on `on_day` without being completed, for the reason given (R2-10)."""
    return _carry_on(work, activity_id, Act.CANCEL, on_day=on_day, reason=reason)


def acknowledge(
    work: Work, activity_id: str, act_id: str, *, is_acknowledged: bool, remark: str = ""
) -> ActAcknowledgement:
    """Another party has acknowledged the recorded act, or said what it sees otherwise (R2-10)."""
    work.must(Permission.ACKNOWLEDGE)
    activity = _found(work, activity_id)
    act = work.session.scalars(
        select(ActivityAct).where(ActivityAct.id == act_id, ActivityAct.activity_id == activity.id)
    ).first()
    if act is None:
        raise NotFound()
    signed = _signed(work)
    earlier = work.session.scalars(
        select(ActAcknowledgement)
        .where(ActAcknowledgement.act_id == act.id, ActAcknowledgement.party == signed["party"])
        .order_by(ActAcknowledgement.number)
    ).all()
    rules.must_be_acknowledgeable(
        recorded_by=act.party,
        party=signed["party"],
        has_acknowledged=bool(earlier) and earlier[-1].is_acknowledged,
        is_acknowledged=is_acknowledged,
        remark=remark,
    )
    word = work.add(
        ActAcknowledgement(
            id=new_id(),
            activity_id=activity.id,
            act_id=act.id,
            number=len(earlier) + 1,
            is_acknowledged=is_acknowledged,
            remark=remark,
            **signed,
        )
    )
    event = events.ActAcknowledged if is_acknowledged else events.ActDisputed
    work.record(
        event(
            about=activity.subject,
            activity_id=activity.id,
            reference=activity.reference,
            title=activity.title,
            act=act.act,
            on_day=act.on_day.isoformat(),
            remark=remark,
        )
    )
    return word


def _carry_on(
    work: Work, activity_id: str, act: Act, *, on_day: dt.date, reason: str, outcome: Outcome | None = None
) -> ActivityAct:
    work.must(Permission.CARRY_OUT)
    activity = _found(work, activity_id)
    state = rules.after(State(activity.state), act)
    if act is Act.RESUME:
        _must_be_ready(work.session, work.today, activity)
    made = _record(work, activity, act, on_day=on_day, reason=reason, outcome=outcome or Outcome())
    if act in {Act.COMPLETE, Act.CANCEL}:
        activity.ended_on = on_day
    if outcome is not None:
        activity.outcome = outcome.words
        activity.normal = rules.search_text(activity.normal, outcome.words, outcome.beneficiaries)
    return _move(work, activity, state, made)


def _found(work: Work, activity_id: str) -> Activity:
    if work.actor.party is None:
        raise NotAllowed()
    activity = work.session.get(Activity, activity_id)
    if activity is None:
        raise NotFound()
    return activity


def must_be_possible(session: Session, today: dt.date, activity_id: str, act: Act) -> None:
    """`act` may be recorded of the activity as things stand, whatever is written of it; raises what its record would be
    refused for. Whether the reader may know of the activity has been asked before."""
    activity = session.get_one(Activity, activity_id)
    rules.after(State(activity.state), act)
    if act in {Act.START, Act.RESUME}:
        _must_be_ready(session, today, activity)


def _must_be_ready(session: Session, today: dt.date, activity: Activity) -> Document:
    """The particulars in force; raises what is missing before anything is carried out, the first thing first."""
    edition = agreement.edition(session)
    must_be_agreed(session, activity)
    found = session.get(Document, activity.particulars_id) if activity.particulars_id else None
    on_table = None if found else _on_the_table(session, activity)
    consented = consent.consents_of(session, [on_table.id])[on_table.id] if on_table else {}
    rules.must_be_settled(
        Standing(found.standing) if found else None,
        status=rules.status_of([(one.key, one.defined_as) for one in edition.parties], consented),
        is_timed=Planned(activity.planned_start).is_settled,
    )
    assert found is not None
    must_be_in_force(session, today)
    return found


def _on_the_table(session: Session, activity: Activity) -> Document | None:
    return session.scalars(
        select(Document)
        .where(
            Document.activity_id == activity.id,
            Document.kind == "particulars",
            Document.standing.in_([str(one) for one in ON_THE_TABLE]),
        )
        .order_by(Document.tabled_at.desc())
        .limit(1)
    ).first()


def _record(
    work: Work,
    activity: Activity,
    act: Act,
    *,
    on_day: dt.date,
    reason: str,
    outcome: Outcome | None = None,
    agreed_on: dt.date | None = None,
) -> ActivityAct:
    outcome = outcome or Outcome()
    number, last = work.session.execute(
        select(func.count(), func.max(ActivityAct.on_day)).where(ActivityAct.activity_id == activity.id)
    ).one()
    rules.must_be_recordable(
        act,
        on_day=on_day,
        today=work.today,
        last=last,
        reason=reason,
        outcome=outcome.words,
        agreed_on=agreed_on,
    )
    return work.add(
        ActivityAct(
            id=new_id(),
            activity_id=activity.id,
            number=number + 1,
            act=act.value,
            on_day=on_day,
            reason=reason,
            outcome=outcome.words,
            beneficiaries=outcome.beneficiaries,
            figures=json.dumps([list(row) for row in outcome.figures], ensure_ascii=False),
            purpose=outcome.purpose,
            particulars_id=activity.particulars_id,
            **_signed(work),
        )
    )


def _move(work: Work, activity: Activity, state: State, act: ActivityAct) -> ActivityAct:
    activity.state = state
    place_in_register(activity)
    activity.changed_at = work.at
    work.record(
        _EVENTS[Act(act.act)](
            about=activity.subject,
            activity_id=activity.id,
            reference=activity.reference,
            title=activity.title,
            act=act.act,
            on_day=act.on_day.isoformat(),
            reason=act.reason,
        )
    )
    return act


def _signed(work: Work) -> dict[str, Any]:
    """Who does it, as of now: names and posts stand on each act as they were."""
    return {
        "party": work.actor.party,
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }
