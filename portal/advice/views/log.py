"""The log of advice: its list, the list taken out as a file, and the entries beside other pages (R8-4, R8-7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.advice import commands, queries, rules
from portal.advice.body import Sealed, opened
from portal.advice.queries import STATES, Filters
from portal.advice.rules import BASIS_NAMES, KIND_NAMES, MARKING_NAMES, MEDIUM_NAMES, RESULT_NAMES
from portal.advice.views.doors import activities_named, advice
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.paper import listed
from portal.history.events import EXPORT_NAMES
from portal.history.views import Choice, choose, take
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.words import N_
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import counted, part, render, show, whole
from portal.web.reading import actor, reading

STATE_NAMES: Mapping[str, str] = {
    "unconfirmed": N_("確認待ち"),
    "otherwise": N_("認識が異なる"),
    "to_check": N_("要確認（確かめた人の記録なし・訂正後）"),
    "corrected": N_("訂正あり"),
}


# --------------------------------------------------------------------------------------- the list


@advice.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The log: every entry, the latest recorded first; the filter stands in the address."""
    edition = g.edition_in_force()
    filters, typed = _filters(edition)
    before = whole(request.args.get("before"))
    rows = queries.log(reading(), actor(), filters, before=before)
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    known = queries.activities(reading(), actor())
    names = activities_named([*known, *(row.activity_id for row in page if row.activity_id)])
    return show(
        "advice/index.html",
        table=_table(page, edition, names) if page else None,
        drafts=[] if filters.are_set or before else queries.drafts(reading(), actor()),
        filters=filters,
        filter_form=_filter_form(filters, typed, edition, [(id, names[id][0]) for id in known if id in names]),
        shown=counted(queries.count(reading(), actor(), filters), len(page)),
        export_href=url_for(".export", **kept),
        older=url_for(".index", **kept, before=page[-1].number) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
    )


_ROWS: Kept[Markup] = Kept(3_000)
_FORMS: Kept[Markup] = Kept(50)


def _filter_form(
    filters: Filters, typed: Mapping[str, str], edition: Edition, activities: Sequence[tuple[str, str]]
) -> Markup:
    """The form that narrows the log; kept as long as nothing is asked for and its choices are the same."""

    def make() -> Markup:
        return render(
            "advice/_filter.html",
            filters=filters,
            typed=typed,
            activities=activities,
            parties=[(one.key, one.defined_as[language()]) for one in edition.parties],
            results=[(key, say(name)) for key, name in RESULT_NAMES.items()],
            states=[(key, say(STATE_NAMES[key])) for key in STATES],
        )

    if any(typed.values()):
        return make()
    return _FORMS.get((tuple(activities), edition.digest, language()), make)


def _table(page: Sequence[Any], edition: Edition, names: Mapping[str, tuple[str, str]]) -> Markup:
    """The entries as a table; a row is kept by all that it is made from."""
    code, who, parts = language(), actor(), "advice/_rows.html"
    editions = editions_of(page)

    def made(row: Any) -> Markup:
        is_open, activity = queries.may_open(who, row), names.get(row.activity_id or "")
        key = (tuple(row), is_open, activity, edition.digest, editions[row.edition].digest, code)
        return _ROWS.get(
            key,
            lambda: part(parts, "row", _line(row, edition, editions, is_open, activity)),
        )

    return part(parts, "table", Markup("").join(made(row) for row in page))


def _line(
    row: Any,
    edition: Edition,
    editions: Mapping[int, Edition],
    is_open: bool,
    activity: tuple[str, str] | None,
) -> dict[str, Any]:
    """One entry as the list shows it."""
    code = language()
    return {
        "row": row,
        "title": row.title if is_open else say("秘密の表示があるため、件名と内容は表示しません"),
        "giver": edition.party(row.giver).defined_as[code],
        "receiver": edition.party(row.receiver).defined_as[code],
        "day": days.day_in_words(row.given_on, code),
        "basis": say(BASIS_NAMES[row.basis]),
        "marks": marks(row, edition),
        "activity": activity,
        "clauses": clause_links(row, editions),
    }


def marks(row: Any, edition: Edition) -> list[tuple[str, str]]:
    """How an entry stands: key of a chip and its word; corrected first."""
    found = []
    if row.correction:
        found.append(("replaced", say("%(reference)sで訂正あり", reference=row.correction)))
    if row.waits_for:
        party = edition.party(row.waits_for).defined_as[language()]
        found.append(("waiting", say("%(party)sの確認待ち", party=party)))
    elif row.confirmed == "same":
        found.append(("confirmed", say("両者が同じ内容と確認")))
    elif row.confirmed == "otherwise":
        found.append(("to_check", say("認識が異なる")))
    if row.result:
        found.append(("completed", say(RESULT_NAMES[row.result])))
    if row.to_check:
        found.append(("to_check", say("要確認")))
    if row.marking == rules.Marking.SECRET:
        to_settle = rules.is_to_be_settled(row.basis, row.marking)
        found.append(("secret", say("秘密の表示あり（要協議）") if to_settle else say("秘密の表示あり")))
    return found


def clause_links(row: Any, editions: Mapping[int, Edition]) -> list[tuple[str, str]]:
    """The clauses an entry stands on, in short: label and link into the edition then in force (R8-2)."""
    found = editions[row.edition]
    where = url_for("agreement.edition", number=row.edition)
    return [(found.clause(id).label[language()], f"{where}#{id}") for id in listed(row.clauses)]


def editions_of(page: Sequence[Any]) -> dict[int, Edition]:
    """The editions in which the rows were recorded; one statement for each that is asked for."""
    return {number: agreement.edition(reading(), number) for number in {row.edition for row in page}}


def _filters(edition: Edition) -> tuple[Filters, dict[str, str]]:
    """The filters that the address names, and how they were typed; what it names wrongly is passed over."""
    given = request.args
    typed = {
        name: given.get(name, "")[:200]
        for name in ("words", "person", "giver", "activity", "result", "state", "from", "to")
    }
    offered = {"giver": edition.party_keys, "result": list(RESULT_NAMES), "state": STATES}
    for name, known in offered.items():
        if typed[name] not in known:
            typed[name] = ""
    first, last = _day(typed["from"]), _day(typed["to"])
    return Filters(
        words=typed["words"],
        person=typed["person"],
        giver=typed["giver"],
        activity=typed["activity"][:64],
        result=typed["result"],
        state=typed["state"],
        first_day=first,
        last_day=last,
    ), typed


def _day(text: str) -> dt.date | None:
    try:
        return days.read_day(text) if text.strip() else None
    except days.ImpossibleDay:
        return None


# --------------------------------------------------------------------------------------- the list taken out


@advice.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the log would be taken out: the filter as the address names it."""
    return choose(_export())


@advice.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The log under the filter as a file, on every row the clauses it stands on, word for word (R8-7)."""
    who, (filters, _) = actor(), _filters(g.edition_in_force())

    def also(work: Work) -> None:
        commands.keep_export(work, queries.openable(work.session, who, filters))

    return take(_export(), request.form.get("format"), also=also)


def _export() -> Choice:
    edition: Edition = g.edition_in_force()
    who = actor()
    filters, typed = _filters(edition)
    address: dict[str, Any] = {name: value for name, value in typed.items() if value}
    key = "advice"

    def read_page(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.batch(session, who, filters, before=place, limit=ROWS_A_PAGE)
        rows = [_row(row, said, edition) for row, said in found]
        return rows, found[-1][0].number if len(found) == ROWS_A_PAGE else None

    return Choice(
        Export(key, say(EXPORT_NAMES[key]), _columns(), lambda: in_pages(read_page)),
        count=queries.count(reading(), who, filters),
        conditions=_conditions(filters, typed, edition),
        back=(say("助言・支援"), url_for(".index", **address)),
        notes=[
            say("自分の側だけのメモ、決定の根拠、ダウンロードの記録は含みません。"),
            say("書き出した助言・支援が後で訂正されたときは、ホームであなたにお知らせします。"),
        ],
    )


def _columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("title", say("件名"), wide=True),
        Column("giver", say("行った側")),
        Column("receiver", say("受けた側")),
        Column("given_on", say("日付")),
        Column("clauses", say("適用のある条項")),
        Column("clause_words", say("条項の文言（正文）"), wide=True),
        Column("clause_words_en", say("条項の英訳（参考）"), wide=True),
        Column("edition", say("協定の版")),
        Column("kind", say("種類")),
        Column("basis", say("求めの有無")),
        Column("medium", say("方法")),
        Column("adviser", say("行った人（部署・氏名）")),
        Column("recipient", say("受けた人（部署・氏名）")),
        Column("activity", say("取組の番号")),
        Column("marking", say("秘密の表示")),
        Column("content", say("内容"), wide=True),
        Column("files", say("資料")),
        Column("state", say("状態")),
        Column("result", say("取扱い")),
        Column("corrects", say("訂正する記録")),
        Column("correction", say("訂正した記録")),
        Column("reason", say("訂正の理由"), wide=True),
        Column("recorder", say("記録した人")),
        Column("recorded_at", say("記録した日時（日本時間）")),
        Column("digest", say("照合コード")),
    ]


def _row(row: Any, said: Sealed | None, edition: Edition) -> Row:
    """One entry as a row; the words of the clauses are those that were recorded with it."""
    code = language()
    sealed = opened(row.sealed).clauses  # whoever may know of the entry may read the agreement
    hidden = say("秘密の表示があるため、件名と内容は表示しません")
    return (
        row.reference, said.body.title if said else hidden, edition.party(row.giver).defined_as[code],
        edition.party(row.receiver).defined_as[code], row.given_on, "、".join(one.label[code] for one in sealed),
        "\n".join(one.text["ja"] for one in sealed), "\n".join(one.text["en"] for one in sealed), row.edition,
        say(KIND_NAMES[row.kind]), say(BASIS_NAMES[row.basis]), say(MEDIUM_NAMES[row.medium]), row.adviser, row.recipient,
        said.body.activity if said else "", say(MARKING_NAMES[row.marking]), said.body.content if said else hidden,
        "\n".join(one["name"] for one in said.files) if said else "",
        say("、").join(word for _, word in marks(row, edition)),
        say(RESULT_NAMES[row.result]) if row.result else "", row.corrects or "", row.correction or "",
        said.body.reason if said else "",
        f"{edition.party(row.party).defined_as[code]} {row.post} {row.name}", row.recorded_at, row.digest,
    )  # fmt: skip


def _conditions(filters: Filters, typed: Mapping[str, str], edition: Edition) -> list[tuple[str, str]]:
    """The filter in words."""
    code = language()
    known = activities_named([filters.activity]) if filters.activity else {}
    given = [
        (say("言葉"), filters.words),
        (say("行った人・受けた人"), filters.person),
        (say("行った側"), edition.party(filters.giver).defined_as[code] if filters.giver else ""),
        (say("取組"), known[filters.activity][0] if filters.activity in known else filters.activity),
        (say("取扱い"), say(RESULT_NAMES[filters.result]) if filters.result else ""),
        (say("状態"), say(STATE_NAMES[filters.state]) if filters.state else ""),
        (say("この日から"), days.day_in_words(filters.first_day, code) if filters.first_day else ""),
        (say("この日まで"), days.day_in_words(filters.last_day, code) if filters.last_day else ""),
    ]
    return [(label, words) for label, words in given if words]


# --------------------------------------------------------------------------------------- beside other pages


def beside(kind: str, id: str) -> Markup:
    """The entries that belong to an activity or are cited in a paper, as a section of its page; nothing where there
    are none (R8-4)."""
    who = actor()
    found = queries.beside(reading(), who, kind, id)
    if not found:
        return Markup("")
    page, edition = found[: queries.BESIDE], g.edition_in_force()
    editions = editions_of(page)
    lines = [_line(row, edition, editions, queries.may_open(who, row), None) for row in page]
    title = (
        say("この取組に関する助言・支援") if kind == "activity" else say("この文書が引用している助言・支援")
    )
    href = url_for("advice.index", activity=id) if kind == "activity" else url_for("advice.index")
    return part("advice/_rows.html", "beside", title, lines, len(found) > queries.BESIDE, href)
