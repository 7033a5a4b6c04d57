"""The log of advice: its list, each entry, the own side's drafts, and what both sides say of an entry (art. 8)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.advice import commands, queries, rules
from portal.advice.body import AdviceBody, Sealed, opened
from portal.advice.commands import Handling
from portal.advice.forms import AdviceForm, FileForm, HandlingForm, LinkForm, NoteForm, SavesForm, WordForm
from portal.advice.models import AdviceDraft
from portal.advice.queries import STATES, Filters
from portal.advice.rules import (
    BASIS_NAMES,
    KIND_NAMES,
    MARKING_NAMES,
    MEDIUM_NAMES,
    PROCUREMENT_NAMES,
    RESULT_NAMES,
)
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.paper import listed
from portal.consent.views import kept_part
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.events import EXPORT_NAMES
from portal.history.queries import Reading
from portal.history.views import Choice, choose, surroundings, told
from portal.history.views import take as take_out
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.clock import day_in_japan
from portal.kernel.errors import NotFound, Refused, RuleBroken
from portal.kernel.files import FileTooLarge
from portal.kernel.uploads import FINDINGS, UploadRefused, inspect, safe_file_name
from portal.kernel.words import N_
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.filters import moment
from portal.web.forms import PortalForm
from portal.web.headers import name_the_file
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, prose, show
from portal.web.reading import actor, only_looks, portal, reading

advice = Blueprint("advice", __name__, url_prefix="/advice")

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
    before = _whole(request.args.get("before"))
    rows = queries.log(reading(), actor(), filters, before=before)
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    known = queries.activities(reading(), actor())
    names = _activities([*known, *(row.activity_id for row in page if row.activity_id)])
    return show(
        "advice/index.html",
        table=_table(page, edition, names) if page else None,
        drafts=[] if filters.are_set or before else queries.drafts(reading(), actor()),
        filters=filters,
        typed=typed,
        activities=[(id, names[id][0]) for id in known if id in names],
        parties=[(one.key, one.defined_as[language()]) for one in edition.parties],
        results=[(key, say(name)) for key, name in RESULT_NAMES.items()],
        states=[(key, say(STATE_NAMES[key])) for key in STATES],
        shown=_counted(queries.count(reading(), actor(), filters), len(page)),
        export_href=url_for(".export", **kept),
        older=url_for(".index", **kept, before=page[-1].number) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
    )


_ROWS: Kept[Markup] = Kept(3_000)


def _table(page: Sequence[Any], edition: Edition, names: Mapping[str, tuple[str, str]]) -> Markup:
    """The entries as a table; a row is kept by all that it is made from."""
    code, who, parts = language(), actor(), "advice/_rows.html"
    editions = _editions(page)

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


def _editions(page: Sequence[Any]) -> dict[int, Edition]:
    """The editions in which the rows were recorded; one statement for each that is asked for."""
    return {number: agreement.edition(reading(), number) for number in {row.edition for row in page}}


def _activities(ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Words and address of the activities named, by identifier; the assembler knows them."""
    known = portal().extensions.get("activities_named")
    wanted = sorted(set(ids))
    return cast(Mapping[str, tuple[str, str]], known(reading(), actor(), wanted)) if known and wanted else {}


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


def _counted(total: int, shown: int) -> str:
    """How many there are and how many stand here (decision 33)."""
    if total > queries.COUNTED:
        return say("1,000件超のうち%(shown)s件を表示しています。", shown=shown)
    return say("%(total)s件のうち%(shown)s件を表示しています。", total=total, shown=shown)


# --------------------------------------------------------------------------------------- the list taken out


@advice.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the log would be taken out: the filter as the address names it."""
    return choose(_export())


@advice.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The log under the filter as a file, on every row the clauses it stands on, word for word (R8-7)."""
    return take_out(_export(), request.form.get("format"))


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
        notes=[say("自分の側だけのメモ、決定の根拠、ダウンロードの記録は含みません。")],
    )


def _columns() -> list[Column]:
    return [
        Column("reference", say("番号")),
        Column("title", say("件名")),
        Column("giver", say("行った側")),
        Column("receiver", say("受けた側")),
        Column("given_on", say("日付")),
        Column("clauses", say("適用のある条項")),
        Column("clause_words", say("条項の文言")),
        Column("edition", say("協定の版")),
        Column("kind", say("種類")),
        Column("basis", say("求めの有無")),
        Column("medium", say("方法")),
        Column("adviser", say("行った人（部署・氏名）")),
        Column("recipient", say("受けた人（部署・氏名）")),
        Column("activity", say("取組の番号")),
        Column("marking", say("秘密の表示")),
        Column("content", say("内容")),
        Column("files", say("資料")),
        Column("state", say("状態")),
        Column("result", say("取扱い")),
        Column("corrects", say("訂正する記録")),
        Column("correction", say("訂正した記録")),
        Column("reason", say("訂正の理由")),
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
        "\n".join(one.text[code] for one in sealed), row.edition, say(KIND_NAMES[row.kind]),
        say(BASIS_NAMES[row.basis]), say(MEDIUM_NAMES[row.medium]), row.adviser, row.recipient,
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
    known = _activities([filters.activity]) if filters.activity else {}
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


# --------------------------------------------------------------------------------------- one entry


@advice.get("/<id>", allow=Permission.READ)
def entry(id: str) -> ResponseReturnValue:
    """One entry: what was recorded, the clauses it stands on word for word, what was said of it since. What is still
    the own side's draft has its page elsewhere."""
    try:
        return _entry_page(id)
    except NotFound:
        queries.draft(reading(), actor(), id)
        return redirect(url_for(".draft", id=id), 303)


def _entry_page(id: str, status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
    edition: Edition = g.edition_in_force()
    who, today = actor(), _today()
    found = queries.entry(reading(), who, id)
    row, mine = found.row, who.party or ""
    is_open = found.said is not None
    editions = _editions([row])
    answers = who.may(Permission.ANSWER_ADVICE) and is_open and row.correction is None
    names = _activities([row.activity_id] if row.activity_id else [])

    def party_label(key: str) -> str:
        return edition.party(key).defined_as[language()]

    return show(
        "advice/entry.html",
        status,
        found=found,
        row=row,
        said=found.said,
        title=row.title if is_open else say("内容を表示しない記録"),
        page_title=row.title if row.marking == rules.Marking.OPEN else row.reference,
        marks=marks(row, edition),
        turn=_turn(found, mine, edition),
        clauses=_clauses(found, editions),
        edition_number=row.edition,
        survival=_survival(row, edition, today),
        facts=_facts(row, edition),
        activity=names.get(row.activity_id or ""),
        content=prose(found.said.body.content) if found.said else None,
        files=[_file(id, one) for one in found.said.files] if found.said else [],
        volunteered=_volunteered(row.basis, row.marking, edition),
        confirmations=found.confirmations,
        word_form=(forms.get("word_form") or WordForm(formdata=None)).apart("word"),
        may_confirm=answers
        and mine == rules.other_of(row.giver, row.receiver, row.party)
        and not found.has_confirmed,
        handling_form=(forms.get("handling_form") or HandlingForm(formdata=None)).apart("handling"),
        is_handling="handling_form" in forms,
        may_handle=answers and mine == row.receiver,
        result_name=lambda key: say(RESULT_NAMES[key]),
        procurement_name=lambda key: say(PROCUREMENT_NAMES[key]),
        may_correct=who.may(Permission.RECORD_ADVICE)
        and is_open
        and row.correction is None
        and mine in {row.giver, row.receiver},
        may_link=who.may(Permission.RECORD_ADVICE) and row.correction is None,
        link_form=(forms.get("link_form") or LinkForm(formdata=None)).apart("link"),
        is_linking="link_form" in forms,
        note_form=(forms.get("note_form") or NoteForm(formdata=None)).apart("note"),
        unread=[
            one
            for one in found.notices
            if not one.is_read and (one.member_id == who.member_id or one.closed_at is not None)
        ],
        entries=[
            kept_part("entry", one)
            for one in told(history.of_document(reading(), who, id), surroundings(), Reading.TRAIL)
        ],
        party_label=party_label,
    )


def _clauses(found: queries.Entry, editions: Mapping[int, Edition]) -> list[dict[str, Any]]:
    """The clauses as they stand on the entry: the words that were recorded with it, or, to who may not open it, the
    same words from the edition then in force."""
    row, code = found.row, language()
    if found.said is not None:
        stands = [(one.id, one.label[code], one.text) for one in found.said.clauses]
    else:
        known = [editions[row.edition].clause(id) for id in listed(row.clauses)]
        stands = [(one.id, one.label[code], {"ja": one.text.ja, "en": one.text.en}) for one in known]
    where = url_for("agreement.edition", number=row.edition)
    return [{"id": id, "label": label, "text": text, "href": f"{where}#{id}"} for id, label, text in stands]


def _survival(row: Any, edition: Edition, today: dt.date) -> dict[str, Any] | None:
    """After the last day in force: which of the clauses on which the entry stands survive, and until when (R8-2)."""
    if not row.clauses or edition.survival is None:
        return None
    life = agreement.in_force(reading(), edition, today)
    if life.survival_end is None or life.last_day is None or today <= life.last_day:
        return None
    kept = [id for id in listed(row.clauses) if id in edition.clauses and life.survives(edition, id)]
    return {
        "labels": [edition.clause(id).label[language()] for id in kept],
        "until": life.survival_end,
        "ended_on": life.last_day,
    }


def _facts(row: Any, edition: Edition) -> dict[str, str]:
    code = language()
    return {
        "giver": edition.party(row.giver).defined_as[code],
        "receiver": edition.party(row.receiver).defined_as[code],
        "kind": say(KIND_NAMES[row.kind]),
        "basis": say(BASIS_NAMES[row.basis]),
        "medium": say(MEDIUM_NAMES[row.medium]),
        "marking": say(MARKING_NAMES[row.marking]),
        "day": days.day_in_words(row.given_on, code),
        "recorder": f"{edition.party(row.party).defined_as[code]}　{row.post} {row.name}",
        "recorded_at": moment(row.recorded_at),
        "as": say("行ったものとして記録") if row.party == row.giver else say("受けたものとして記録"),
    }


def _turn(found: queries.Entry, mine: str, edition: Edition) -> tuple[str, str]:
    """Whose turn it is, first on the page (decision 22)."""
    row = found.row
    if row.correction:
        return "stopped", say(
            "この記録は%(reference)sで訂正されています。前の記録として残しています。",
            reference=row.correction,
        )
    if row.waits_for == mine:
        return "yours", say("相手方がこの記録を残しました。同じ内容かどうかを確かめて答えてください。")
    if row.to_check == mine:
        return "yours", (
            say("前の記録を採用していました。訂正後の内容を確かめて、取扱いを記録してください。")
            if row.corrects_id and not row.result
            else say("採用していますが、内容を確かめた人が記録されていません。")
        )
    if row.waits_for:
        party = edition.party(row.waits_for).defined_as[language()]
        return "others", say("%(party)sが同じ内容かどうかを確かめるのを待っています。", party=party)
    if row.confirmed == "otherwise":
        return "stopped", say(
            "認識が異なるという回答があります。違いを確かめ、必要なら訂正を記録してください。"
        )
    return "done", say("行った側と受けた側が、同じ内容と確かめています。")


def _volunteered(basis: str, marking: str, edition: Edition) -> Any | None:
    """The exclusion to look at where what was volunteered is marked as secret (S13); None where there is none."""
    if edition.volunteered is None or not rules.is_to_be_settled(basis, marking):
        return None
    clause = edition.volunteered
    return {
        "label": clause.label[language()],
        "text": clause.text[language()],
        "href": clause.href,
    }


def _file(id: str, one: Any, *, place: str = ".take") -> dict[str, Any]:
    """A file as a list shows it: from a sealed record (a mapping) or a draft's row."""
    known = one if isinstance(one, Mapping) else vars(one) | {"findings": json.loads(one.findings)}
    return {
        "id": known["id"],
        "name": known["name"],
        "size": known["size"],
        "kind": known["name"].rpartition(".")[2].upper(),
        "digest": known["sha256"],
        "findings": [say(FINDINGS[code], detail=detail) for code, detail in known["findings"]],
        "action": url_for(place, id=id, file=known["id"]),
    }


# --------------------------------------------------------------------------------------- beside other pages


def beside(kind: str, id: str) -> Markup:
    """The entries that belong to an activity or are cited in a paper, as a section of its page; nothing where there
    are none (R8-4)."""
    who = actor()
    found = queries.beside(reading(), who, kind, id)
    if not found:
        return Markup("")
    page, edition = found[: queries.BESIDE], g.edition_in_force()
    editions = _editions(page)
    lines = [_line(row, edition, editions, queries.may_open(who, row), None) for row in page]
    title = (
        say("この取組に関する助言・支援") if kind == "activity" else say("この文書が引用している助言・支援")
    )
    href = url_for("advice.index", activity=id) if kind == "activity" else url_for("advice.index")
    return part("advice/_rows.html", "beside", title, lines, len(found) > queries.BESIDE, href)


# --------------------------------------------------------------------------------------- answering


@advice.post("/<id>/confirm", allow=Permission.ANSWER_ADVICE)
def confirm(id: str) -> ResponseReturnValue:
    """The other side's word on the record."""
    form = WordForm()
    return _answer(
        id,
        form,
        "word_form",
        lambda work: commands.confirm(
            work, id, seen=form.seen.data or "", is_same=form.is_same.data == "yes", remark=form.remark.data
        ),
        "confirmations",
        say("回答を記録し、相手方にもお知らせしました。"),
    )


@advice.post("/<id>/handle", allow=Permission.ANSWER_ADVICE)
def handle(id: str) -> ResponseReturnValue:
    """What the receiver did with it (R8-3)."""
    form = HandlingForm()
    return _answer(
        id,
        form,
        "handling_form",
        lambda work: commands.handle(
            work,
            id,
            Handling(
                form.result.data,
                form.checked_by.data,
                form.checked_on.data,
                form.decision.data,
                form.procurement.data or "",
                form.inside.data,
            ),
        ),
        "handlings",
        say("取扱いを記録しました。"),
    )


@advice.post("/<id>/notes", allow=Permission.NOTE)
def note(id: str) -> ResponseReturnValue:
    """A note is written that only the own side reads."""
    form = NoteForm()
    return _answer(
        id, form, "note_form", lambda work: commands.note(work, id, text=form.text.data), "notes", None
    )


@advice.post("/<id>/links", allow=Permission.RECORD_ADVICE)
def link(id: str) -> ResponseReturnValue:
    """A paper that cites the entry is named (R8-4)."""
    form = LinkForm()
    return _answer(
        id,
        form,
        "link_form",
        lambda work: commands.link(work, id, reference=form.document.data, place=form.place.data),
        "links",
        say("結び付けました。"),
    )


def _answer(
    id: str,
    form: Any,
    name: str,
    do: Callable[[Work], object],
    anchor: str,
    done: str | None,
) -> ResponseReturnValue:
    if not form.validate():
        return _entry_page(id, 422, **{name: form})
    try:
        with begin() as work:
            do(work)
            location = work.answer(url_for(".entry", id=id, _anchor=anchor))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return _entry_page(id, refused.status, **{name: form})
    if done:
        flash(done, "success")
    return redirect(location, 303)


@advice.post("/<id>/read", allow=Permission.READ)
def read(id: str) -> ResponseReturnValue:
    """The member has read the correction of what they relied on."""
    with begin() as work:
        commands.read_correction(work, id)
        return redirect(work.answer(url_for(".entry", id=id)), 303)


@advice.post("/<id>/files/<file>", allow=Permission.READ)
def take(id: str, file: str) -> ResponseReturnValue:
    """The file, always as a download that no browser runs; that it was taken is kept for the own side (rows 14, 82,
    84; decision 34)."""
    with begin() as work:
        found = commands.take(work, id, file)
    return _download(found)


@advice.post("/<id>/correct", allow=Permission.RECORD_ADVICE)
def correct(id: str) -> ResponseReturnValue:
    """An own-side draft of a correction, with the words of the entry (R8-4)."""
    with begin() as work:
        draft = commands.begin_correction(work, id)
        return redirect(work.answer(url_for(".edit", id=draft.id)), 303)


def _download(file: Any) -> Response:
    answer = Response(portal().files.open(file.sha256), mimetype="application/octet-stream")
    name_the_file(answer, file.name)
    answer.headers["Content-Length"] = str(file.size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


# --------------------------------------------------------------------------------------- drafting


@advice.route("/new", methods=["GET", "POST"], allow=Permission.RECORD_ADVICE)
def new() -> ResponseReturnValue:
    """A blank form; posted, the entry is begun as an own-side draft."""
    form = _form()
    if only_looks():
        form.activity.data = request.args.get("activity", "")[:40]
        return _edit_page(form, None)
    if not form.validate():
        return _edit_page(form, None, 422)
    with begin() as work:
        draft = commands.start(work, form.body())
        location = work.answer(url_for(".draft", id=draft.id))
    return redirect(location, 303)


@advice.post("/preview", allow=Permission.RECORD_ADVICE)
def preview() -> ResponseReturnValue:
    """The Markdown that was sent, rendered; nothing is read from anywhere else (row 18)."""
    text = request.form.get(request.form.get("preview", "content"), "")
    return show("consent/preview.html", html=prose(text) if text.strip() else None)


@advice.get("/drafts/<id>", allow=Permission.READ_OWN_SIDE)
def draft(id: str) -> ResponseReturnValue:
    """The own-side draft as it will be recorded, with the clauses it will stand on; its files; and the button."""
    return _draft_page(queries.draft(reading(), actor(), id), FileForm(formdata=None))


@advice.route("/drafts/<id>/edit", methods=["GET", "POST"], allow=Permission.RECORD_ADVICE)
def edit(id: str) -> ResponseReturnValue:
    """The words of the own-side draft, to be changed."""
    found = queries.draft(reading(), actor(), id)
    form = _form()
    if only_looks():
        form.fill(_body(found))
        form.saves.data = str(found.saves)
        return _edit_page(form, found)
    if not form.validate():
        return _edit_page(form, found, 422)
    try:
        with begin() as work:
            commands.save(work, id, form.body(), saves=form.count)
            return redirect(work.answer(url_for(".draft", id=id)), 303)
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        found = queries.draft(reading(), actor(), id)
        form.saves.data = str(found.saves)
        return _edit_page(form, found, refused.status)


@advice.post("/drafts/<id>/record", allow=Permission.RECORD_ADVICE)
def record(id: str) -> ResponseReturnValue:
    """The entry stands in the log for ever; what is missing is said beside its field, nothing is lost."""
    form = SavesForm()
    typed = form.saves.data or ""
    saves = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1
    try:
        with begin() as work:
            made = commands.record(work, id, saves=saves)
            location = work.answer(url_for(".entry", id=made.id))
    except rules.DraftHasMoved:
        raise
    except RuleBroken as refused:
        found = queries.draft(reading(), actor(), id)
        words = _form(blank=True)
        words.fill(_body(found))
        words.saves.data = str(found.saves)
        for one in refused.each:
            words.refuse(one.field or "", _sentence(one))
        return _edit_page(words, found, refused.status, is_recording=True)
    flash(say("記録し、相手方に確認をお願いしました。"), "success")
    return redirect(location, 303)


@advice.post("/drafts/<id>/discard", allow=Permission.RECORD_ADVICE)
def discard(id: str) -> ResponseReturnValue:
    """The own-side draft is thrown away."""
    with begin() as work:
        commands.discard(work, id)
        location = work.answer(url_for(".index"))
    flash(say("下書きを破棄しました。"), "success")
    return redirect(location, 303)


@advice.post("/drafts/<id>/files", allow=Permission.RECORD_ADVICE)
def attach(id: str) -> ResponseReturnValue:
    """The file is inspected, kept, and put to the own-side draft (rows 17, 80-85)."""
    found = queries.draft(reading(), actor(), id)
    form, files = FileForm(), portal().files
    upload = request.files.get("file")
    if not form.validate() or upload is None or not upload.filename:
        if not form.file.errors:
            form.refuse("file", say("ファイルを選んでください。"))
        return _draft_page(found, form, 422)
    try:
        name = safe_file_name(upload.filename)
        with files.receive(upload.stream, limit=portal().settings.upload_limit) as (path, kept):
            looked = inspect(path, name)
            files.keep_received(path, kept)
        with begin() as work:
            commands.attach(work, id, name=name, kept=kept, inspection=looked)
            return redirect(work.answer(url_for(".draft", id=id, _anchor="files")), 303)
    except UploadRefused as refused:
        form.refuse("file", say(refused.sentence, detail=refused.detail))
    except FileTooLarge:
        limit = portal().settings.upload_limit // 1_000_000
        form.refuse("file", say("大きすぎます。%(limit)s MB以内のファイルにしてください。", limit=limit))
    return _draft_page(found, form, 422)


@advice.post("/drafts/<id>/files/<file>", allow=Permission.READ_OWN_SIDE)
def look(id: str, file: str) -> ResponseReturnValue:
    """A file of the own-side draft, as a download."""
    found = queries.draft(reading(), actor(), id)
    for one in queries.files_of(reading(), found):
        if one.id == file:
            return _download(one)
    abort(404)


@advice.post("/drafts/<id>/files/<file>/remove", allow=Permission.RECORD_ADVICE)
def detach(id: str, file: str) -> ResponseReturnValue:
    """The file is taken out of the own-side draft."""
    with begin() as work:
        commands.detach(work, id, file)
        return redirect(work.answer(url_for(".draft", id=id, _anchor="files")), 303)


def _draft_page(found: AdviceDraft, form: FileForm, status: int = 200) -> ResponseReturnValue:
    who, edition, code = actor(), g.edition_in_force(), language()
    body = _body(found)
    giver, receiver = body.parties
    words: dict[str, str] = {}
    if giver and receiver and {giver, receiver} <= set(edition.party_keys):
        words = {
            "giver": edition.party(giver).defined_as[code],
            "receiver": edition.party(receiver).defined_as[code],
        }
    for name, names in (
        ("kind", KIND_NAMES), ("basis", BASIS_NAMES), ("medium", MEDIUM_NAMES), ("marking", MARKING_NAMES),
    ):  # fmt: skip
        value = getattr(body, name)
        words[name] = say(names[value]) if value in names else ""
    freed = commands.freed_by(edition)
    stands = freed is not None and (giver, receiver) == (freed.giver, freed.receiver)
    corrects = queries.entry(reading(), who, found.corrects_id).row if found.corrects_id else None
    return show(
        "advice/draft.html",
        status,
        draft=found,
        body=body,
        words=words,
        day=days.day_in_words(body.day, code) if body.day else "",
        content=prose(body.content) if body.content.strip() else None,
        clauses=[edition.clause(id) for id in freed.clauses] if stands and freed else [],
        corrects=corrects,
        volunteered=_volunteered(body.basis, body.marking, edition),
        files=[_file(found.id, one, place=".look") for one in queries.files_of(reading(), found)],
        file_form=form,
        limit=portal().settings.upload_limit,
        may_record=who.may(Permission.RECORD_ADVICE),
    )


def _edit_page(
    form: AdviceForm, found: AdviceDraft | None, status: int = 200, *, is_recording: bool = False
) -> ResponseReturnValue:
    edition = g.edition_in_force()
    freed = commands.freed_by(edition)
    return show(
        "advice/edit.html",
        status,
        form=form,
        draft=found,
        is_recording=is_recording,
        is_correction=found is not None and found.corrects_id is not None,
        volunteered=edition.volunteered,
        clauses=[edition.clause(id) for id in freed.clauses] if freed else [],
        freed={
            "giver": edition.party(freed.giver).defined_as[language()],
            "receiver": edition.party(freed.receiver).defined_as[language()],
        }
        if freed
        else None,
    )


# --------------------------------------------------------------------------------------- inside


def _form(*, blank: bool = False) -> AdviceForm:
    form = AdviceForm(formdata=None) if blank else AdviceForm()
    form.prepare(g.edition_in_force(), language(), actor().party or "")
    return form


def _body(found: AdviceDraft) -> AdviceBody:
    return cast(AdviceBody, AdviceBody.from_plain(json.loads(found.body)))


def _today() -> dt.date:
    return day_in_japan(portal().clock.now())


def _sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
