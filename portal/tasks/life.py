"""Tells once what happens to the agreement by the mere passing of days: renewed, ended, outlived (row 102)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.agreement import queries as agreement
from portal.agreement.life import Mode
from portal.history.event import Event
from portal.history.models import Instance
from portal.history.work import Work, Works
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject, reads_on
from portal.kernel.errors import NotFound
from portal.tasks.due import is_new
from portal.tasks.events import AgreementEnded, SurvivalEnded, TermRenewed
from portal.tasks.models import JobRun

JOB = "life"


def tell_what_has_come(works: Works) -> int:
    """Every renewal, the end, and the end of what survives it, that has come since the dates were entered, was told
    of once; how many were told of now.

    Pages reckon all of this anew from the dates; here it only enters the record. So it does not matter for how long
    nobody looked: after forty days there is one entry for each (rows 102-104).
    """
    today = day_in_japan(works.clock.now())
    with Session(works.engines.reader) as session:
        reads_on(session, today)
        told = set(session.scalars(select(JobRun.due_key).where(JobRun.job == JOB)))
        if all(key in told for key, _ in _has_come(session, today)):
            return 0
    with works.begin(SYSTEM) as work:
        return sum(_tell(work, key, event) for key, event in _has_come(work.session, work.today))


def _has_come(session: Session, today: dt.date) -> Iterator[tuple[str, Event]]:
    try:
        edition = agreement.edition(session)
    except NotFound:  # not founded yet
        return
    dates = agreement.dates_now(session, edition)
    life = agreement.in_force(session, edition, today)
    known_on = day_in_japan(dates.entered_at or session.scalars(select(Instance.founded_at)).one())
    about = Subject("edition", str(agreement.edition_number(session)))
    if edition.renewal.automatic:
        for number, term in enumerate(life.terms[1:], 2):
            if known_on < term.start <= today:
                yield (
                    f"renewed {term.start.isoformat()}",
                    TermRenewed(
                        about=about,
                        number=number,
                        start=term.start.isoformat(),
                        expiry=term.expiry.isoformat(),
                    ),
                )
    end = life.end
    if end is None or life.mode not in (Mode.ENDED, Mode.OVER) or end.last_day < known_on:
        return
    day = end.last_day.isoformat()
    yield f"ended {day}", AgreementEnded(about=about, cause=end.cause.value, last_day=day)
    if life.mode is Mode.OVER and life.survival_end is not None:
        until = life.survival_end.isoformat()
        yield f"outlived {until}", SurvivalEnded(about=about, last_day=until)


def _tell(work: Work, key: str, event: Event) -> bool:
    if not is_new(work, JOB, key):
        return False
    work.record(event)
    return True
