"""Days, moments and sizes in words, for templates; plain functions, quick enough for every row of a list."""

from __future__ import annotations

import datetime as dt
import re

from markupsafe import Markup, escape

from portal.kernel import days, typed
from portal.kernel.clock import day_in_japan
from portal.kernel.digest import check_code, in_fours
from portal.kernel.typed import mark_invisible
from portal.web.app import Portal
from portal.web.language import language


def day(value: dt.date | str | None, weekday: bool = True) -> str:
    """令和7年（2025年）9月10日（水） / Wed 10 September 2025; an ISO text is read first; None is empty."""
    if not value:
        return ""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime):
        value = day_in_japan(value)
    return days.day_in_words(value, language(), weekday=weekday)


def moment(value: dt.datetime | None) -> str:
    """令和7年（2025年）9月10日（水）14:00 / Wed 10 September 2025, 14:00 JST, of an aware moment; None is empty."""
    return days.moment_in_words(value, language()) if value else ""


def fiscal_year(value: int) -> str:
    """令和7年度（2025年度） / FY2025."""
    return days.fiscal_year_in_words(value, language())


def size(value: int) -> str:
    """A file's size in bytes as people say it: 3.4 MB, 120 KB, 87 B."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.1f} MB"
    return f"{value // 1000} KB" if value >= 1000 else f"{value} B"


def visible(value: str | None) -> Markup:
    """Words of people for the eye: each character that nobody can see is marked, `[U+202E]` (row 75); not for
    attributes. What is already safe is taken as it is; None is empty."""
    if isinstance(value, Markup):
        return value
    return Markup(mark_invisible(escape(value or "")))  # noqa: S704  # it is escaped


_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")


def spoken(value: str | None) -> Markup:
    """The same of words that stand for themselves, as a title does: on a page in another language Japanese is marked as such,
    so that it is read aloud in its own (WCAG 3.1.2)."""
    words = visible(value)
    if language() == "ja" or not _JAPANESE.search(value or ""):
        return words
    return Markup('<span lang="ja">{}</span>').format(words)


def shown(value: str | None) -> str:
    """The same where no markup can stand, in an option, a title, an attribute: the marks alone. What is already safe
    stays so."""
    marked = typed.shown(str(value or ""))
    return Markup(marked) if isinstance(value, Markup) else marked  # noqa: S704  # as safe as it was


def set_filters(app: Portal) -> None:
    """Templates of `app` may say `|day`, `|moment`, `|fiscal_year`, `|size`, `|check_code`, `|in_fours`,
    `|iso`, `|visible`, `|spoken`, `|shown`."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        fiscal_year=fiscal_year,
        size=size,
        check_code=check_code,
        in_fours=in_fours,
        visible=visible,
        spoken=spoken,
        shown=shown,
        iso=lambda value: value.isoformat() if value else "",
    )
