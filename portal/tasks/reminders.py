"""What has fallen due is told once, to whom it concerns: a reminder is an entry of the record with its messages.

The assembler lists a function for each matter that says what may fall due (`app.extensions["falling_due"]`); this module
decides when it does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM, Actor
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.history.event import Event
from portal.history.work import Work, Works
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import reads_on
from portal.kernel.errors import NotFound
from portal.mail.hours import QUIET_UNTIL
from portal.tasks.due import is_new
from portal.tasks.models import JobRun

JOB = "remind"


@dataclass(frozen=True)
class Situation:
    """As of when, and under which agreement, is asked what may fall due."""

    at: dt.datetime
    today: dt.date
    """The day in Asia/Tokyo."""
    edition: Edition
    parties: Sequence[str]

    @property
    def reader(self) -> Actor:
        """Who reads what the parties share: of it every party reads the same."""
        return self.reader_of(self.parties[0])

    def reader_of(self, party: str) -> Actor:
        """Who reads what `party` reads."""
        return replace(SYSTEM, party=party)

    @property
    def closed(self) -> Collection[dt.date]:
        """The days on which no work is done under the agreement, beside weekends and holidays."""
        return self.edition.closed_days


@dataclass(frozen=True)
class Reminder:
    """Something to be told once it is due."""

    series: str
    """What it is about, for ever the same: `term 2026-09-07`. When something changes so that it is to be told anew, such
    as the time that it counts to, the series is another."""
    due: dt.date | dt.datetime
    """A day in Asia/Tokyo, from seven in the morning, or an aware moment."""
    event: Event
    """What is told; its `told_to` says to whom, where not to every party."""
    step: str = ""
    """Which of its series: of those that fell due while nobody looked, only the last is told."""

    @property
    def key(self) -> str:
        """Its name among the due things that are done once (row 104)."""
        return f"{self.series} {self.step}".rstrip()

    @property
    def due_at(self) -> dt.datetime:
        """The moment at which it falls due."""
        if isinstance(self.due, dt.datetime):
            return self.due
        return dt.datetime.combine(self.due, QUIET_UNTIL, JAPAN)


FallingDue = Callable[[Session, Situation], Iterable[Reminder]]
"""Everything of one matter that may be due by now, or soon, by the facts as they are: what was settled meanwhile is not
among it. It need not know what was told."""


def remind(works: Works, sources: Sequence[FallingDue]) -> int:
    """Everything that has fallen due was told once; how much was told now (rows 103, 104).

    However long nobody looked, of each series the last step alone is told. The name of what was told stands in the
    transaction that tells it, so that it is told once whichever processes look and whenever they die.
    """
    now = works.clock.now()
    with Session(works.engines.reader) as session:
        reads_on(session, day_in_japan(now))
        situation = _situation(session, tuple(agreement.parties_now(session)), now)
        if situation is None or not _untold(session, _due(session, situation, sources)):
            return 0
    with works.begin(SYSTEM) as work:
        situation = _situation(work.session, work.parties, work.at)
        assert situation is not None  # an agreement is never taken away
        return sum(_tell(work, steps) for steps in _by_series(_due(work.session, situation, sources)))


def _situation(session: Session, parties: Sequence[str], at: dt.datetime) -> Situation | None:
    """None before founding."""
    try:
        return Situation(at, day_in_japan(at), agreement.edition(session), tuple(parties))
    except NotFound:
        return None


def _due(session: Session, situation: Situation, sources: Sequence[FallingDue]) -> list[Reminder]:
    return [one for source in sources for one in source(session, situation) if one.due_at <= situation.at]


def _untold(session: Session, due: Sequence[Reminder]) -> bool:
    keys = [one.key for one in due]
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        told = session.scalars(
            select(JobRun.due_key).where(JobRun.job == JOB, JobRun.due_key.in_(some))
        ).all()
        if len(set(told)) < len(set(some)):
            return True
    return False


def _by_series(due: Iterable[Reminder]) -> list[list[Reminder]]:
    """The due steps of each series, the last one last."""
    found: dict[str, list[Reminder]] = {}
    for one in sorted(due, key=lambda one: one.due_at):
        found.setdefault(one.series, []).append(one)
    return list(found.values())


def _tell(work: Work, steps: Sequence[Reminder]) -> bool:
    """Of the steps that fell due the last is told, if nobody has told it yet; the others count as told with it."""
    *passed, last = steps
    for one in passed:
        is_new(work, JOB, one.key)
    if not is_new(work, JOB, last.key):
        return False
    work.record(last.event)
    return True
