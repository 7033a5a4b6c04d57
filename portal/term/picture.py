"""Where everything stands in the picture of the terms: in hundredths of the width across, in pixels down. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from portal.term.reckoning import Reckoned

TOP, BAND, HEIGHT = 20, 26, 104
"""Where the terms begin, how high they are, how high all of it is."""
SURVIVAL, MARKS = 50, 84
"""Where what survives the end is drawn, and where the marks are."""
LABELLED = 7.5
"""How wide a term must be to bear its name."""
LEAST = 0.8
YEARS_APART = 6.0
"""How far apart years must lie to be named each."""


@dataclass(frozen=True)
class Band:
    """A term, or what survives the end."""

    number: int
    x: float
    width: float
    look: str
    """past, running, to-come or survival."""
    is_labelled: bool
    is_confirmed: bool


@dataclass(frozen=True)
class Year:
    """The beginning of a year."""

    year: int
    x: float
    is_named: bool


@dataclass(frozen=True)
class Mark:
    """A notice, on the day on which it arrived, or was sent."""

    reference: str
    x: float
    has_arrived: bool


@dataclass(frozen=True)
class Picture:
    """The picture of every term so far, the next ones, and the end, where one is announced."""

    first: dt.date
    last: dt.date
    bands: Sequence[Band]
    survival: Band | None
    years: Sequence[Year]
    marks: Sequence[Mark]
    today: float | None
    end: float | None


def drawn(
    found: Reckoned, survival_end: dt.date | None, notices: Sequence[tuple[str, dt.date, bool]]
) -> Picture | None:
    """The picture of the terms reckoned; None before any date is entered. Of a notice: its reference, its day, and
    whether that is the day of its arrival."""
    if not found.lines:
        return None
    first, last = found.lines[0].term.start, found.lines[-1].term.expiry
    end = found.dates.end
    if survival_end is not None and (end is not None or found.has_ended):
        last = max(last, survival_end)
    days = (last - first).days + 1

    def place(day: dt.date) -> float:
        return round(min(max((day - first).days / days * 100, 0), 100), 3)

    def band(number: int, start: dt.date, expiry: dt.date, look: str, is_confirmed: bool) -> Band:
        width = max(((expiry - start).days + 1) / days * 100, LEAST)
        x = min(place(start), 100 - width)
        return Band(number, round(x, 3), round(width, 3), look, width >= LABELLED, is_confirmed)

    bands = [
        band(
            line.number,
            line.term.start,
            line.term.expiry,
            line.stands.replace("_", "-"),
            found.dates.expiry_of(line.number) is not None,
        )
        for line in found.lines
    ]
    lasts = found.lines[-1].term.expiry
    survival = (
        band(0, lasts + dt.timedelta(days=1), survival_end, "survival", False)
        if survival_end is not None and survival_end > lasts and (end is not None or found.has_ended)
        else None
    )
    return Picture(
        first=first,
        last=last,
        bands=bands,
        survival=survival,
        years=_years(first, last, place),
        marks=[
            Mark(reference, place(day), has_arrived)
            for reference, day, has_arrived in notices
            if first <= day <= last
        ],
        today=place(found.today) if first <= found.today <= last else None,
        end=place(lasts + dt.timedelta(days=1)) if end is not None or found.has_ended else None,
    )


def _years(first: dt.date, last: dt.date, place: object) -> list[Year]:
    assert callable(place)
    found: list[Year] = []
    named = -YEARS_APART
    for year in range(first.year + 1, last.year + 1):
        x = place(dt.date(year, 1, 1))
        is_named = x - named >= YEARS_APART and x < 97
        if is_named:
            named = x
        found.append(Year(year, x, is_named))
    return found
