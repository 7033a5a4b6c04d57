"""How the arrival of a notice lies to its deadline, by everything that was recorded of it; pure (R4-1, R4-7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.kernel.periods import NoticeStanding
from portal.term.rules import Means


@dataclass(frozen=True)
class Arrived:
    """One record of the arrival at one receiver, with what was said of it since."""

    day: dt.date
    evidence_on: dt.date
    """The day that the evidence shows; without evidence, the day on which it was recorded."""
    is_seconded: bool | None = None
    """Whether a second person of the receiving side has borne the day out; None: nobody has said anything yet."""
    is_acknowledged: bool = False
    """Whether the other side of the notice has said that it is so."""

    @property
    def is_back_dated(self) -> bool:
        """Whether the day lies before what shows it (R4-7)."""
        return self.day < self.evidence_on

    @property
    def waits_for_second(self) -> bool:
        """Whether a second person has to bear the day out."""
        return self.is_back_dated and self.is_seconded is None

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The days that count as its arrival: a day before its evidence does not count by itself as long as nobody
        else has borne it out, and not at all once somebody has not."""
        if not self.is_back_dated or self.is_seconded:
            return (self.day,)
        return (self.evidence_on,) if self.is_seconded is False else (self.day, self.evidence_on)


@dataclass(frozen=True)
class Span:
    """From when to when an arrival may lie; the same day where there is no doubt."""

    first: dt.date
    last: dt.date


def arrival_at(records: Sequence[Arrived]) -> Span | None:
    """When it arrived at one receiver by what was recorded, the oldest first; None before anything was. The record that
    the other side has acknowledged counts alone; else all of them are readings."""
    acknowledged = [one for one in records if one.is_acknowledged]
    days = [day for one in (acknowledged[-1:] or records) for day in one.days]
    return Span(min(days), max(days)) if days else None


def arrival_everywhere(spans: Collection[Span | None]) -> Span | None:
    """When it had arrived at every receiver: the latest counts; None as long as one is missing."""
    known = [span for span in spans if span is not None]
    if not known or len(known) < len(spans):
        return None
    return Span(max(one.first for one in known), max(one.last for one in known))


def standing_of(arrived: Span, *, safe: dt.date, latest: dt.date) -> NoticeStanding:
    """How an arrival lies to its deadline by every reading of both: in time only if by all, late only if by all."""
    if arrived.last <= safe:
        return NoticeStanding.TIMELY
    return NoticeStanding.LATE if arrived.first > latest else NoticeStanding.REVIEW


def announces_an_end(
    standing: NoticeStanding | None, *, means: str, electronic_is_writing: bool, is_withdrawn: bool
) -> bool:
    """Whether a notice announces the end by itself: it has arrived everywhere in time by every reading, and is
    writing beyond doubt (R4-3). What is to be checked does not, nor what is late."""
    if is_withdrawn or standing is not NoticeStanding.TIMELY:
        return False
    return means != Means.ELECTRONIC or electronic_is_writing
