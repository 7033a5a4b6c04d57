"""What the portal reckons with, as an edition has it: lengths, leads, renewal, what survives; plain, and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from portal.agreement.edition import Edition, UnknownClause, months_of
from portal.kernel import days
from portal.kernel.words import N_
from portal.web.language import say


class Figure(StrEnum):
    """One thing the portal reckons with; its value names the place in the agreement's terms."""

    TERM = "term.length"
    FIXED_END = "dates.end_on_fixed"
    AUTOMATIC = "renewal.automatic"
    RENEWAL = "renewal.length"
    NON_RENEWAL = "non_renewal.lead"
    TERMINATION = "termination.lead"
    SURVIVAL = "survival.length"
    PROVISIONS = "survival.provisions"
    CONFIDENTIALITY = "confidentiality.duration.length"
    MEETINGS = "meetings.every"

    @property
    def term(self) -> str:
        """The agreement's term it belongs to: `confidentiality.duration`."""
        return self.value.rpartition(".")[0]


FIGURE_NAMES: Mapping[Figure, str] = {
    Figure.TERM: N_("はじめの有効期間の長さ"),
    Figure.FIXED_END: N_("定められた末日"),
    Figure.AUTOMATIC: N_("意思表示がないときの更新"),
    Figure.RENEWAL: N_("更新後の期間の長さ"),
    Figure.NON_RENEWAL: N_("更新しない意思表示の予告期間"),
    Figure.TERMINATION: N_("解約の予告期間"),
    Figure.SURVIVAL: N_("終了後の存続期間"),
    Figure.PROVISIONS: N_("終了後も存続する条項"),
    Figure.CONFIDENTIALITY: N_("秘密保持の期間（受領から）"),
    Figure.MEETINGS: N_("定期の会議の間隔"),
}
PERIODS = frozenset(Figure) - {Figure.FIXED_END, Figure.AUTOMATIC, Figure.PROVISIONS}
"""Those that are periods of years and months."""
MAY_BE_NONE = frozenset({Figure.NON_RENEWAL, Figure.TERMINATION})
"""Periods that may have no length: a notice without a lead."""
AUTOMATIC_NAMES: Mapping[str, str] = {"yes": N_("自動的に更新する"), "no": N_("自動的には更新しない")}


def figures(edition: Edition) -> dict[Figure, str]:
    """Every figure of the edition as a plain value; those of which it says nothing are left out."""
    terms = edition.terms
    found: dict[Figure, str] = {}
    for figure in Figure:
        if figure is Figure.FIXED_END:
            if edition.dates.end_on_fixed:
                found[figure] = edition.dates.end_on_fixed.isoformat()
            continue
        *way, name = figure.value.split(".")
        given: object = terms
        for step in way:
            given = given.get(step) if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping):
            continue
        if figure is Figure.AUTOMATIC:
            found[figure] = "yes" if given.get(name) else "no"
        elif figure is Figure.PROVISIONS:
            found[figure] = ",".join(given[name])
        elif figure is Figure.RENEWAL:
            found[figure] = str(given.get(name, terms["term"]["length"]))
        elif name in given or figure in MAY_BE_NONE:
            found[figure] = str(given.get(name, "P0D"))
    return found


def figure_words(figure: Figure, value: str, edition: Edition, language: str) -> str:
    """The plain value of a figure in words; the value itself where it is none that an edition could have."""
    if not value:
        return say("定めなし")
    if figure is Figure.AUTOMATIC:
        return say(AUTOMATIC_NAMES[value]) if value in AUTOMATIC_NAMES else value
    if figure is Figure.PROVISIONS:
        return say("、").join(_label(id, edition, language) for id in value.split(","))
    if figure is Figure.FIXED_END:
        try:
            return days.day_in_words(dt.date.fromisoformat(value), language)
        except ValueError:
            return value
    months = months_of_plain(value)
    return value if months is None else days.months_in_words(months, language)


def months_of_plain(value: str) -> int | None:
    """The months of a period as the terms write it (P1Y6M); None for what is none."""
    try:
        return months_of(value)
    except ValueError:
        return None


def plain_period(months: int) -> str:
    """A period as the terms write it: P1Y, P18M, P0D."""
    years, rest = divmod(months, 12)
    return f"P{years}Y" if years and not rest else f"P{months}M" if months else "P0D"


def _label(id: str, edition: Edition, language: str) -> str:
    try:
        return edition.clause(id).label[language]
    except UnknownClause:
        return id
