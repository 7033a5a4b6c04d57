"""What the assembler hands to the timeline and to the year's report, made from the packages that know the matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.access.actor import Actor

SHOWN = 100
"""At most so many marks of one kind stand in the picture of one 年度."""
TOLD = 300
"""At most so many entries of one kind are told of in a chapter."""
COUNTED = 1_000
"""Counts are exact up to here (decision 33)."""


class Look(StrEnum):
    """How a mark is drawn; the words of its state stand beside it."""

    PROPOSED = "proposed"
    """Its time is not known: what stands on its day is the proposal."""
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing on the timeline: over days (an activity) or on one day (a publication, a piece of advice)."""

    kind: str
    """`activity`, `publication`, `advice`: a key of portal.reports.picture.KINDS."""
    title: str
    first_on: dt.date
    last_on: dt.date | None
    """None: a single day. Days in Asia/Tokyo, both included."""
    look: Look
    state: str
    """In the reader's language."""
    href: str
    reference: str = ""
    when: str = ""
    """In words, where the days alone do not say it all (予定, 未合意)."""


MarksOf = Callable[[Session, Actor, Sequence[int], dt.date], Sequence[Mark]]
"""Makes the marks that a reader may see in some 年度 (one after the other, the earliest first), as of today: at least
SHOWN + 1 of each kind that begin in each, if there are so many. `app.extensions["timeline"]` is a list of these; each
takes at most two statements."""


@dataclass(frozen=True)
class Entry:
    """One thing that a chapter tells of."""

    title: str
    href: str
    reference: str = ""
    when: str = ""
    state: tuple[str, str] | None = None
    """Key and word of a chip (templates/parts/standing.html)."""
    facts: Sequence[tuple[str, str]] = field(default=())
    """Label and words; words may have several lines."""


@dataclass(frozen=True)
class Group:
    """The entries under one heading of a chapter."""

    title: str
    entries: Sequence[Entry]
    citation: tuple[str, str] | None = None
    """A clause by its label and address."""


@dataclass(frozen=True)
class Counts:
    """A small table of numbers; the first cell of each row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    note: str = ""


@dataclass(frozen=True)
class Chapter:
    """One chapter of the year's report: the activities, the publications, the advice."""

    key: str
    """Letters for the address within the page."""
    title: str
    total: int
    """More than COUNTED stands for more than that (decision 33)."""
    groups: Sequence[Group]
    empty: str
    """The sentence where there is nothing to tell."""
    counts: Sequence[Counts] = ()
    left_out: str = ""
    """The sentence that says how many are not told of, and where they are; empty when all are."""


ChaptersOf = Callable[[Session, Actor, int, dt.date], Sequence[Chapter]]
"""Makes the chapters on a 年度 for a reader, as of today; at most four statements.
`app.extensions["report_chapters"]` is a list of these."""
