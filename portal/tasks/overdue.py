"""Tells every party once of what was planned for a day that has passed, and is not recorded as done (R2-6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM, Actor
from portal.activities import queries as activities
from portal.history.work import Work, Works
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject
from portal.tasks.due import is_new
from portal.tasks.events import EndNotRecorded, StartNotRecorded
from portal.tasks.models import JobRun

JOB = "overdue"
_MOST = 10_000


def tell_what_is_overdue(works: Works) -> int:
    """Every activity whose planned start or end has passed unrecorded was told of, once for each planned day;
    how many were told of now (rows 103, 104).

    What is overdue is reckoned anew by every page that shows it; here it only enters the record, and with it
    the messages of the parties.
    """
    today = day_in_japan(works.clock.now())
    with Session(works.engines.reader) as session:
        told = set(session.scalars(select(JobRun.due_key).where(JobRun.job == JOB)))
        if all(key in told for key, _ in _overdue(session, works.parties(session), today)):
            return 0
    with works.begin(SYSTEM) as work:
        return sum(_tell(work, key, row) for key, row in _overdue(work.session, work.parties, work.today))


def _overdue(session: Session, parties: Sequence[str], today: dt.date) -> Iterator[tuple[str, Any]]:
    """Each overdue thing: its key, and the activity's row."""
    if not parties:
        return
    reader: Actor = replace(SYSTEM, party=parties[0])  # the activities are shared: any party reads the same
    due = activities.due(session, reader, today, limit=_MOST)
    for row in due.late:
        yield f"start {row.id} {row.planned_start.isoformat()}", row
    for row in due.overrunning:
        yield f"end {row.id} {row.planned_end.isoformat()}", row


def _tell(work: Work, key: str, row: Any) -> bool:
    if not is_new(work, JOB, key):
        return False
    is_start = key.startswith("start ")
    event = StartNotRecorded if is_start else EndNotRecorded
    planned = row.planned_start if is_start else row.planned_end
    work.record(
        event(
            about=Subject("activity", row.id),
            activity_id=row.id,
            reference=row.reference,
            title=row.title,
            planned_on=planned.isoformat(),
        )
    )
    return True
