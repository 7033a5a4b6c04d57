"""The timeline of the cooperation, and the report of one 年度."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.kernel.clock import day_in_japan
from portal.kernel.days import (
    day_in_words,
    fiscal_year,
    fiscal_year_days,
    fiscal_year_in_words,
    span_in_words,
)
from portal.kernel.errors import NotFound
from portal.kernel.periods import Term
from portal.reports.parts import COUNTED, SHOWN, Chapter, Mark
from portal.reports.picture import KINDS, MONTHS, Picture, drawn, lies_in
from portal.web.language import language, say
from portal.web.pages import show
from portal.web.reading import actor, portal, reading

reports = Blueprint("reports", __name__)

YEARS_SHOWN = 3
"""So many 年度 stand on the timeline at once, the present one first; each other one is a step away."""


@dataclass(frozen=True)
class Span:
    """The 年度 that the agreement reaches over, as far as today or the end of its present term."""

    terms: Sequence[Term]
    years: Sequence[int]
    """The latest first."""
    today: dt.date
    is_assumed: bool

    @property
    def begun(self) -> Sequence[int]:
        """Those that have begun; what lies ahead cannot be reported on."""
        return [year for year in self.years if year <= fiscal_year(self.today)]


def _span() -> Span:
    edition, today = g.edition_in_force(), day_in_japan(portal().clock.now())
    dates = agreement.dates_now(reading(), edition)
    terms = agreement.terms(edition, dates, today)
    first = min([fiscal_year(today), *(fiscal_year(term.start) for term in terms)])
    last = max([fiscal_year(today), *(fiscal_year(term.expiry) for term in terms)])
    return Span(terms, range(last, first - 1, -1), today, dates.is_assumed)


# --- The timeline ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearShown:
    """One 年度 of the timeline: its picture and the table behind it."""

    year: int
    picture: Picture
    rows: Sequence[Mark]
    is_whole: bool
    """Whether everything that lies in it is shown."""
    told: str
    """The picture in one sentence, for who does not see it."""


@reports.get("/timeline", allow=Permission.READ)
def timeline() -> ResponseReturnValue:
    """年表: what was done over the terms of the agreement, 年度 by 年度, as pictures with a table behind each."""
    span, asked = _span(), _year_asked()
    years = [asked] if asked is not None else span.begun[:YEARS_SHOWN]
    if asked is not None and asked not in span.years:
        raise NotFound()
    marks = [
        mark
        for make in portal().extensions.get("timeline", ())
        for mark in make(reading(), actor(), sorted(years), span.today)
    ]
    return show(
        "reports/timeline.html",
        shown=_years(years, marks, span),
        years=span.years,
        reported=span.begun,
        asked=asked,
        span=span,
        kinds={key: say(name) for key, name in KINDS.items()},
        months=[say(name) for name in MONTHS],
        in_words=_in_words,
    )


def _year_asked() -> int | None:
    typed = request.args.get("year", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise NotFound()
    return int(typed)


def _years(years: Sequence[int], marks: Sequence[Mark], span: Span) -> list[YearShown]:
    """The 年度 as they are shown. Where one has more activities than can be shown, those after it may have more too:
    what was not read may go on."""
    shown: list[YearShown] = []
    activities_fit = True
    for year in sorted(years):
        first, last = fiscal_year_days(year)
        own: list[Mark] = []
        is_whole = True
        for kind in KINDS:
            found = [mark for mark in marks if mark.kind == kind and lies_in(mark, first, last)]
            own += sorted(found, key=lambda mark: (mark.first_on, mark.reference))[:SHOWN]
            fits = len(found) <= SHOWN
            if kind == "activity":
                fits = activities_fit = fits and activities_fit
            is_whole = is_whole and fits
        shown.append(_year(year, own, is_whole, span))
    return sorted(shown, key=lambda one: -one.year)


def _year(year: int, own: Sequence[Mark], is_whole: bool, span: Span) -> YearShown:
    counts = [
        say("%(kind)s%(count)s件", kind=say(name), count=sum(mark.kind == kind for mark in own))
        for kind, name in KINDS.items()
        if any(mark.kind == kind for mark in own)
    ]
    words = fiscal_year_in_words(year, language())
    told = say("%(year)sの年表：%(counts)s", year=words, counts=say("、").join(counts) or say("なし"))
    terms = [(term.start, term.expiry) for term in span.terms]
    picture = drawn(year, own, terms, span.today, bracketed=say("（%s）"))
    return YearShown(year, picture, own, is_whole, told)


def _in_words(mark: Mark) -> str:
    if mark.when:
        return mark.when
    if mark.last_on is None or mark.last_on == mark.first_on:
        return day_in_words(mark.first_on, language(), weekday=False)
    return span_in_words(mark.first_on, mark.last_on, language(), weekday=False)


# --- The year's report ----------------------------------------------------------------------------


@reports.get("/reports", allow=Permission.READ)
def latest() -> ResponseReturnValue:
    """The report of the 年度 now running."""
    return _report(_span().today)


@reports.get("/reports/<int:year>", allow=Permission.READ)
def report(year: int) -> ResponseReturnValue:
    """年度の報告: the activities by matter and purpose with their outcomes, the publications, the advice."""
    if year not in _span().begun:
        raise NotFound()
    return _report(fiscal_year_days(year)[1])


def _report(day: dt.date) -> ResponseReturnValue:
    span, year = _span(), fiscal_year(day)
    first, last = fiscal_year_days(year)
    chapters: list[Chapter] = [
        chapter
        for make in portal().extensions.get("report_chapters", ())
        for chapter in make(reading(), actor(), year, span.today)
    ]
    edition: Any = g.edition_in_force()
    return show(
        "reports/report.html",
        year=year,
        first=first,
        last=last,
        is_running=first <= span.today <= last,
        span=span,
        terms=[
            (number, term)
            for number, term in enumerate(span.terms, 1)
            if term.start <= last and term.expiry >= first
        ],
        chapters=chapters,
        edition=edition,
        years=[(one, url_for(".report", year=one)) for one in span.begun],
        COUNTED=COUNTED,
    )
