"""The list of publicity, and the list taken out as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.consent import queries as documents
from portal.consent.paper import body_of, listed
from portal.consent.rules import ON_THE_TABLE, STANDING_NAMES, Standing
from portal.history.events import EXPORT_NAMES
from portal.history.views import Choice, choose, take
from portal.kernel.days import fiscal_year_in_words
from portal.publicity import queries, showing
from portal.publicity.item import BOTH, VOLUNTARY, PublicityBody
from portal.publicity.queries import Filters
from portal.publicity.sorts import ABOUT_NAMES, RELATION_NAMES, SORT_NAMES, Relation, Sort
from portal.publicity.states import STATE_NAMES, State, state_name
from portal.publicity.timing import TimingKind
from portal.publicity.views.doors import in_force_now, now, place_of, publicity
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.filters import moment
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import counted, part, render, show, whole
from portal.web.reading import actor, reading

LOOKS = {
    State.CONSULTING: "open",
    State.PARTIAL: "partial",
    State.SENT_BACK: "sent_back",
    State.WAITING: "planned",
    State.WAITING_FOR_EVENT: "planned",
    State.READY: "ready",
    State.PARTLY_PUBLISHED: "running",
    State.PUBLISHED: "completed",
    State.OTHERWISE: "to_check",
    State.HELD: "held",
    State.LAPSED: "lapsed",
    State.ENDED: "lapsed",
    State.CALLED_OFF: "cancelled",
    State.DECLINED: "declined",
    State.WITHDRAWN: "withdrawn",
    State.REPLACED: "replaced",
}
"""The looks of states (templates/parts/standing.html)."""


# --------------------------------------------------------------------------------------- the list


@publicity.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """Everything that was or is to be made public together; the filter stands in the address."""
    edition, at = g.edition_in_force(), now()
    filters = _filters(edition)
    before = whole(request.args.get("before"))
    in_force = in_force_now()
    rows = queries.register(reading(), actor(), filters, at, in_force=in_force, before=before)
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    total = queries.count(reading(), actor(), filters, at, in_force=in_force)
    return show(
        "publicity/index.html",
        table=_table(page, edition, at, in_force=in_force) if page else None,
        drafts=[] if filters.are_set or before else _own_drafts(),
        filters=filters,
        filter_form=_filter_form(filters, queries.years(reading(), actor()), edition),
        shown=counted(total, len(page)),
        older=url_for(".index", **kept, before=page[-1].number) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
        export_href=url_for(".export", **kept),
        in_force=in_force,
        unsettled=queries.unsettled(reading(), actor()),
        COUNTED=queries.COUNTED,
    )


_ROWS: Kept[Markup] = Kept(3_000)
_FORMS: Kept[Markup] = Kept(50)


def _table(page: Sequence[Any], edition: Edition, at: dt.datetime, *, in_force: bool) -> Markup:
    """The items as a table; a row is kept by all that it is made from: the columns read, its state at this moment,
    the edition and the language."""
    code, parts = language(), "publicity/_register.html"

    def made(row: Any) -> Markup:
        state = queries.state_of(row, at, in_force=in_force)
        return _ROWS.get(
            (tuple(row), state, edition.digest, code),
            lambda: part(parts, "row", _line(row, state, edition)),
        )

    return part(parts, "table", Markup("").join(made(row) for row in page))


def _line(row: Any, state: State, edition: Edition) -> dict[str, Any]:
    """One item as the list shows it."""
    return {
        "row": row,
        "href": place_of(row.kind, row.id),
        "state": LOOKS[state],
        "state_name": say(state_name(state, row.relation)),
        "waits": _waits(row, edition),
        "sort": say(SORT_NAMES[row.sort]),
        "relation": say(RELATION_NAMES[row.relation]) if row.relation != Relation.NEW else "",
        "is_voluntary": row.kind == VOLUNTARY.key,
        "when": when_in_words(row),
        "party": edition.party(row.party).defined_as[language()],
        "out": say("%(published)s／%(channels)s経路", published=row.published, channels=row.channels)
        if row.channels
        else "",
    }


def _waits(row: Any, edition: Edition) -> str:
    """Whose consent an item on the table waits for (decision 22)."""
    if Standing(row.standing) not in ON_THE_TABLE:
        return ""
    waiting = listed(row.waits_for)
    labels = say("、").join(one.defined_as[language()] for one in edition.parties if one.key in waiting)
    if row.standing == Standing.SENT_BACK:
        return say("%(parties)sの新しい版待ち", parties=labels)
    return say("%(parties)sの同意待ち", parties=labels)


def when_in_words(row: Any) -> str:
    """From when it may appear, or after which event."""
    if row.timing_kind == TimingKind.AFTER_EVENT and row.event_ended_at is None:
        return say("「%(event)s」の終了後", event=row.event)
    return moment(row.opens_at)


def look_of(state: State) -> str:
    """The look of a state (templates/parts/standing.html)."""
    return LOOKS[state]


def stands_now(row: Any, at: dt.datetime) -> tuple[str, str]:
    """The look and the name of how an item stands at the moment `at`: of what was agreed, whether it was done."""
    state = queries.state_of(row, at, in_force=in_force_now())
    return LOOKS[state], say(state_name(state, row.relation))


def _filter_form(filters: Filters, years: Sequence[int], edition: Edition) -> Markup:
    """The form that narrows the list; kept as long as nothing is asked for and its choices are the same."""

    def make() -> Markup:
        context = {
            "filters": filters,
            "years": years,
            "edition": edition,
            "states": [(one.value, say(STATE_NAMES[one])) for one in State],
            "sorts": [(one.value, say(SORT_NAMES[one])) for one in Sort],
        }
        return render("publicity/_filter.html", **context)

    if filters.are_set:
        return make()
    return _FORMS.get((tuple(years), edition.digest, language()), make)


def _filters(edition: Edition) -> Filters:
    """The filters that the address names; what it names wrongly is passed over."""
    given = request.args
    year = whole(given.get("year"))
    return Filters(
        words=given.get("words", "")[:200],
        sort=given.get("sort", "") if given.get("sort") in set(Sort) else "",
        state=given.get("state", "") if given.get("state") in set(State) else "",
        party=given.get("party", "") if given.get("party") in edition.party_keys else "",
        year=year if year is not None and 1900 <= year <= 2199 else None,
    )


def _own_drafts() -> list[Any]:
    """The own side's drafts of publicity; nobody else's, ever."""
    return [
        {"row": one, "noun": say(BOTH[one.kind].noun), "href": place_of(one.kind, one.id)}
        for one in documents.own_drafts(reading(), actor())
        if one.kind in BOTH
    ]


# --------------------------------------------------------------------------------------- the list taken out


@publicity.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the list would be taken out: the filter as the address names it."""
    return choose(_export())


@publicity.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The list under the filter as a file; no text that is to be published is in it (row 47)."""
    return take(_export(), request.form.get("format"))


def _export() -> Choice:
    edition, at, who = g.edition_in_force(), now(), actor()
    filters, in_force = _filters(edition), in_force_now()
    address: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    key = "publicity"

    def read(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.batch(session, who, filters, at, in_force=in_force, before=place, limit=ROWS_A_PAGE)
        rows = [_row(row, edition, at, in_force=in_force) for row in found]
        return rows, found[-1].number if len(found) == ROWS_A_PAGE else None

    return Choice(
        Export(key, say(EXPORT_NAMES[key]), _columns(), lambda: in_pages(read)),
        count=queries.count(reading(), who, filters, at, in_force=in_force),
        conditions=_conditions(filters, edition),
        back=(say("公表"), url_for(".index", **address)),
        notes=[
            say("解禁の日時が付いた公表は、その日時の前に外へ渡さないでください。公表する文面は含みません。")
        ],
    )


def _columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("title", say("件名"), wide=True),
        Column("title_en", say("件名（英語）")),
        Column("state", say("状態")),
        Column("agreement", say("公表の合意")),
        Column("basis", say("合意の種類")),
        Column("when", say("時期")),
        Column("opens_at", say("公表できる日時（始まり・日本時間）")),
        Column("closes_at", say("公表できる日時（終わり・日本時間）")),
        Column("embargo", say("解禁")),
        Column("about", say("公表の対象")),
        Column("sort", say("種類")),
        Column("relation", say("先の公表との関係")),
        Column("channels", say("合意した経路の数")),
        Column("published", say("公表した経路の数")),
        Column("otherwise", say("合意と異なる形で公表された経路の数")),
        Column("party", say("提案した側")),
    ]


def _row(row: Any, edition: Edition, at: dt.datetime, *, in_force: bool) -> Row:
    """One item as a row; of what is not agreed it says so, and by whom it waits (row 38)."""
    line = _line(row, queries.state_of(row, at, in_force=in_force), edition)
    return (
        row.reference, row.title, row.title_en, line["state_name"], _stands(row, edition), say(BOTH[row.kind].noun),
        line["when"], row.opens_at, row.closes_at, _embargo(row), say(ABOUT_NAMES[row.about]), line["sort"],
        line["relation"], row.channels, row.published, row.otherwise,
        line["party"],
    )  # fmt: skip


def _stands(row: Any, edition: Edition) -> str:
    """How its agreement stands: `未合意（一部同意：乙の同意待ち）`, or the standing."""
    name = say(STANDING_NAMES[Standing(row.standing)])
    if Standing(row.standing) not in ON_THE_TABLE:
        return name
    waiting = listed(row.waits_for)
    parties = say("、").join(one.defined_as[language()] for one in edition.parties if one.key in waiting)
    return say("未合意（%(standing)s：%(parties)sの同意待ち）", standing=name, parties=parties)


def _embargo(row: Any) -> str | dt.datetime | None:
    """The day and hour at which its embargo ends, or the event that ends it; None without one (row 47)."""
    if not row.embargo:
        return None
    body = body_of(BOTH[row.kind], row)
    assert isinstance(body, PublicityBody)
    return showing.lifted_at(body) or showing.embargo_words(body)


def _conditions(filters: Filters, edition: Edition) -> list[tuple[str, str]]:
    """The filter in words."""
    given = [
        (say("言葉"), filters.words),
        (say("状態"), say(STATE_NAMES[State(filters.state)]) if filters.state else ""),
        (say("種類"), say(SORT_NAMES[Sort(filters.sort)]) if filters.sort else ""),
        (say("年度"), fiscal_year_in_words(filters.year, language()) if filters.year else ""),
        (say("提案した側"), edition.party(filters.party).defined_as[language()] if filters.party else ""),
    ]
    return [(label, words) for label, words in given if words]
