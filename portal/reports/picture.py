"""Where everything stands in the picture of a 年度: in hundredths of the width across, in pixels down. Pure."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from portal.kernel.days import fiscal_year_days
from portal.kernel.words import N_
from portal.reports.parts import Look, Mark

KINDS = {"activity": N_("取組"), "publication": N_("公表"), "advice": N_("助言")}
"""The kinds of mark by key, in the order of the picture. Activities have a line each; of the others those of one kind
share one."""
MONTHS = (
    N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月"),
    N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月"),
)  # fmt: skip
"""Short names of the months, January first."""
HEAD, LANE, LINE = 46, 40, 34
NARROW, WIDE = 44, 110
"""How much of a label fits beside its mark, in half-width letters: at 360 px, and on a wide page."""
LEAST = 0.8
"""The least width of a bar, so that one day is seen."""


@dataclass(frozen=True)
class Span:
    """A stretch of the width: from `x` over `width`, in hundredths."""

    x: float
    width: float


@dataclass(frozen=True)
class Month:
    """One month: where it begins, where its name stands."""

    month: int
    x: float
    middle: float


@dataclass(frozen=True)
class TermBand:
    """A term of the agreement as far as it lies in the 年度."""

    number: int
    span: Span
    ends_here: bool


@dataclass(frozen=True)
class Bar:
    """One mark that has a line of its own."""

    y: int
    span: Span
    look: Look
    ahead: Span | None
    """Of what is under way, the part that still lies ahead of today."""
    narrow: str
    wide: str


@dataclass(frozen=True)
class Points:
    """The marks of one kind that share a line."""

    y: int
    kind: str
    label: str
    places: Sequence[float]


@dataclass(frozen=True)
class Picture:
    """The picture of one 年度."""

    year: int
    height: int
    months: Sequence[Month]
    terms: Sequence[TermBand]
    bars: Sequence[Bar]
    points: Sequence[Points]
    today: float | None


def drawn(
    year: int,
    marks: Sequence[Mark],
    terms: Sequence[tuple[dt.date, dt.date]],
    today: dt.date,
    *,
    bracketed: str = "（%s）",
) -> Picture:
    """The picture of the 年度 `year` with those of `marks` that lie in it, the terms' days, and today if it lies there.
    `bracketed` is how a state stands behind a title in the reader's language."""
    first, last = fiscal_year_days(year)
    bars, points, y = [], [], HEAD
    own = [mark for mark in marks if lies_in(mark, first, last)]
    for kind in KINDS:
        found = sorted(
            (mark for mark in own if mark.kind == kind), key=lambda mark: (mark.first_on, mark.reference)
        )
        if kind == "activity":
            for mark in found:
                label = f"{mark.reference} {mark.title}".strip()
                state = bracketed % mark.state
                span = _span(mark.first_on, mark.last_on or mark.first_on, first, last)
                narrow, wide = _labelled(label, state, NARROW), _labelled(label, state, WIDE)
                bars.append(Bar(y, span, mark.look, _ahead(mark, first, last, today), narrow, wide))
                y += LANE
        elif found:
            places = [_place(mark.first_on, first, last) for mark in found]
            points.append(Points(y, kind, KINDS[kind], places))
            y += LINE
    return Picture(
        year=year,
        height=y + 6,
        months=_months(year),
        terms=[
            TermBand(number, _span(start, end, first, last), first <= end <= last)
            for number, (start, end) in enumerate(terms, 1)
            if start <= last and end >= first
        ],
        bars=bars,
        points=points,
        today=_place(today, first, last) if first <= today <= last else None,
    )


def _ahead(mark: Mark, first: dt.date, last: dt.date, today: dt.date) -> Span | None:
    if mark.look is not Look.RUNNING or mark.last_on is None or mark.last_on <= today or today >= last:
        return None
    return _span(max(today + dt.timedelta(days=1), mark.first_on), mark.last_on, first, last)


def lies_in(mark: Mark, first: dt.date, last: dt.date) -> bool:
    """Whether any day of `mark` lies between the two days, both included."""
    return mark.first_on <= last and (mark.last_on or mark.first_on) >= first


def cut(text: str, most: int) -> str:
    """`text`, or as much of it as fits `most` half-width letters, with a sign that it goes on."""
    width, end = 0, 0
    for end, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WFA" else 1
        if width > most:
            return text[: max(end - 1, 0)] + "…"
    return text


def _labelled(label: str, state: str, most: int) -> str:
    room = most - sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in state)
    return cut(label, room) + state


def _place(day: dt.date, first: dt.date, last: dt.date) -> float:
    """The middle of the day."""
    return round(((day - first).days + 0.5) / ((last - first).days + 1) * 100, 3)


def _span(start: dt.date, end: dt.date, first: dt.date, last: dt.date) -> Span:
    days = (last - first).days + 1
    begins, ends = max((start - first).days, 0), min((end - first).days + 1, days)
    width = max((ends - begins) / days * 100, LEAST)
    return Span(round(min(begins / days * 100, 100 - width), 3), round(width, 3))


def _months(year: int) -> list[Month]:
    first, last = fiscal_year_days(year)
    days, found = (last - first).days + 1, []
    starts = [dt.date(year + (number > 12), (number - 1) % 12 + 1, 1) for number in range(4, 16)]
    for start, following in zip(starts, [*starts[1:], last + dt.timedelta(days=1)], strict=True):
        x, after = (start - first).days / days * 100, (following - first).days / days * 100
        found.append(Month(start.month, round(x, 3), round((x + after) / 2, 3)))
    return found
