"""The ledger of what was handed over: its list, each line, drafts, what is to be done after the end, and the papers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.settled import Settled
from portal.agreement.text import Edition
from portal.consent.views import kept_part
from portal.handback import commands, papers, queries, returning, rules, showing
from portal.handback.acting import Target
from portal.handback.body import HandoverBody
from portal.handback.commands import Receipt, Shared
from portal.handback.forms import (
    AcknowledgeForm,
    ActForm,
    AskForm,
    CarryOutForm,
    ConfirmForm,
    FileForm,
    HandoverForm,
    HolderEndForm,
    HolderForm,
    InstructForm,
    RetainForm,
    SavesForm,
    SharedForm,
    StrikeForm,
    WordForm,
)
from portal.handback.models import HandoverDraft
from portal.handback.queries import (
    ACKNOWLEDGE,
    AT_ONCE,
    CARRY_OUT,
    CONFIRM,
    INSTRUCT,
    OTHERS,
    RETAINED,
    Filters,
    Rule,
)
from portal.handback.rules import (
    CHOICE_NAMES,
    FORM_NAMES,
    KIND_NAMES,
    MARKING_NAMES,
    OPEN,
    TO_CARRY_OUT,
    Act,
    Carried,
    Choice,
    Reach,
    Retention,
    Step,
)
from portal.handback.secrecy import secrecy
from portal.handback.showing import day
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.chain import last_head
from portal.history.event import JOINT
from portal.history.events import EXPORT_NAMES
from portal.history.queries import Reading
from portal.history.views import Choice as TableChoice
from portal.history.views import choose, surroundings, told
from portal.history.views import take as take_out
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.clock import day_in_japan
from portal.kernel.errors import NotFound, Refused, RuleBroken
from portal.kernel.periods import DutyStanding
from portal.kernel.uploads import FINDINGS
from portal.kernel.words import N_
from portal.web import paper as pdf
from portal.web.export import ROWS_A_PAGE, Column, Export, Row, in_pages
from portal.web.filters import moment
from portal.web.headers import name_the_file
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, show
from portal.web.reading import actor, only_looks, portal, reading
from portal.web.uploads import receive

handback = Blueprint("handback", __name__, url_prefix="/handback")

STATE_NAMES: Mapping[str, str] = {
    "open": N_("完了していないもの"),
    "unconfirmed": N_("確認待ち"),
    "otherwise": N_("受渡しの認識が異なる"),
    "held": N_("利用中・指示待ち"),
    "asked": N_("返却待ち・処分待ち"),
    "carried_out": N_("返却・処分の確認待ち"),
    "retained": N_("法令による継続保有"),
    "settled": N_("返却・処分の完了"),
    "gone": N_("訂正・取消し"),
}
SHOWN = 50
"""So many lines stand in one part of the checklist; what is beyond is reached by a rule."""


# --------------------------------------------------------------------------------------- the ledger


@handback.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The ledger: every line, the latest recorded first; the filter stands in the address."""
    edition, reach = _edition(), _reach()
    filters, typed = _filters(edition)
    before = _whole(request.args.get("before"))
    rows = queries.ledger(reading(), actor(), filters, before=before)
    page = rows[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    known = queries.activities(reading(), actor())
    names = _activities([*known, *(row.activity_id for row in page if row.activity_id)])
    return show(
        "handback/index.html",
        panel=_panel(reach, queries.tally(reading(), actor()) if reach.has_ended else None),
        lines=[
            showing.line(row, edition, reach, names.get(row.activity_id or ""), settled=_settled(edition))
            for row in page
        ],
        drafts=[] if filters.are_set or before else queries.drafts(reading(), actor()),
        filters=filters,
        typed=typed,
        choices=_filter_choices(edition, known, names),
        shown=_counted(queries.count(reading(), actor(), filters), len(page)),
        export_href=url_for(".export", **kept),
        older=url_for(".index", **kept, before=page[-1].place) if len(rows) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
        may_record=actor().may(Permission.KEEP_LEDGER),
    )


def _filter_choices(
    edition: Edition, known: Sequence[str], names: Mapping[str, tuple[str, str]]
) -> dict[str, list[tuple[str, str]]]:
    keys = edition.party_keys
    return {
        "way": [
            (f"{gave}.{got}", showing.direction(edition, gave, got))
            for gave in keys
            for got in keys
            if gave != got
        ],
        "kind": [(key, say(name)) for key, name in KIND_NAMES.items()],
        "activity": [(id, names[id][0]) for id in known if id in names],
        "state": [(key, say(name)) for key, name in STATE_NAMES.items()],
    }


def _filters(edition: Edition) -> tuple[Filters, dict[str, str]]:
    """The filters that the address names, and how they were typed; what it names wrongly is passed over."""
    given = request.args
    typed = {
        name: given.get(name, "")[:200]
        for name in ("words", "way", "kind", "activity", "holder", "state", "from", "to")
    }
    offered = _filter_choices(edition, (), {})
    for name in ("way", "kind", "state"):
        if typed[name] not in dict(offered[name]):
            typed[name] = ""
    discloser, _, receiver = typed["way"].partition(".")
    return Filters(
        words=typed["words"],
        discloser=discloser,
        receiver=receiver,
        kind=typed["kind"],
        activity=typed["activity"][:64],
        holder=typed["holder"],
        state=typed["state"],
        first_day=_day(typed["from"]),
        last_day=_day(typed["to"]),
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


def _panel(reach: Reach, tally: queries.Tally | None) -> dict[str, Any]:
    """What stands above the ledger and the checklist: the days that matter, and how much the own side has open."""
    mine = actor().party or ""
    counts = (
        {
            "instruct": tally.of(Step.HELD, discloser=mine),
            "carry_out": tally.of(Step.HELD, *TO_CARRY_OUT, receiver=mine),
            "acknowledge": tally.of(Step.CARRIED_OUT, discloser=mine),
            "retained": tally.of(Step.RETAINED),
            "open": tally.open,
        }
        if tally is not None
        else {}
    )
    return {
        "reach": reach,
        "counts": counts,
        "left": (reach.target - reach.today).days if reach.target and reach.has_ended else 0,
        "survival_left": (reach.survives_until - reach.today).days if reach.survives_until else 0,
    }


# --------------------------------------------------------------------------------------- the ledger taken out


@handback.get("/export", allow=Permission.READ, step_up=True)
def export() -> ResponseReturnValue:
    """What of the ledger would be taken out: the filter as the address names it."""
    return choose(_export())


@handback.post("/export", allow=Permission.READ, step_up=True)
def take_export() -> ResponseReturnValue:
    """The ledger under the filter as a file, each line with what was done about it (R5-6)."""
    return take_out(_export(), request.form.get("format"))


def _export() -> TableChoice:
    edition, reach, who = _edition(), _reach(), actor()
    settled = _settled(edition)
    filters, typed = _filters(edition)
    address: dict[str, Any] = {name: value for name, value in typed.items() if value}
    known = _activities([filters.activity]) if filters.activity else {}
    key = "handback"

    def read_page(session: Session, place: int | None) -> tuple[list[Row], int | None]:
        found = queries.batch(session, who, filters, before=place, limit=ROWS_A_PAGE)
        names = _activities([one.row.activity_id for one in found], session)
        rows = [_row(one, edition, settled, reach, names) for one in found]
        return rows, found[-1].row.place if len(found) == ROWS_A_PAGE else None

    conditions = [
        (say("言葉"), filters.words),
        (say("だれからだれへ"), dict(_filter_choices(edition, (), {})["way"]).get(typed["way"], "")),
        (say("種類"), say(KIND_NAMES[filters.kind]) if filters.kind else ""),
        (say("取組"), known[filters.activity][0] if filters.activity in known else filters.activity),
        (say("保有者"), filters.holder),
        (say("状態"), say(STATE_NAMES[filters.state]) if filters.state else ""),
        (say("この日から"), day(filters.first_day)),
        (say("この日まで"), day(filters.last_day)),
    ]
    return TableChoice(
        Export(key, say(EXPORT_NAMES[key]), _columns(), lambda: in_pages(read_page)),
        count=queries.count(reading(), who, filters),
        conditions=[(label, words) for label, words in conditions if words],
        back=(say("受渡し・返却"), url_for(".index", **address)),
        notes=[
            say(
                "内容の説明・ファイルの名称・保有者は、渡した側か受け取った側として見られるものだけを含みます。"
            )
        ],
    )


def _columns() -> list[Column]:
    return [
        Column(key, label)
        for key, label in (
            ("reference", say("番号")), ("title", say("件名")), ("discloser", say("渡した側")),
            ("receiver", say("受け取った側")), ("kind", say("種類")), ("form", say("形")), ("copies", say("部数")),
            ("disclosed_on", say("渡された日（開示日）")), ("received_on", say("受け取った日（受領日）")),
            ("activity", say("取組")), ("marking", say("秘密の区分")), ("why", say("秘密と認識し得る理由")),
            ("kept_until", say("秘密保持の末日")),
            ("description", say("内容の説明")), ("files", say("ファイル")), ("holders", say("保有者")),
            ("state", say("状態")), ("instruction", say("指示・依頼")), ("instructed_at", say("指示・依頼の日時（日本時間）")),
            ("done", say("実施")), ("done_on", say("実施した日")), ("means", say("返却・処分の方法")), ("by_whom", say("行った人")),
            ("searched", say("写しを探した場所")), ("backups", say("バックアップ")),
            ("acknowledged_at", say("確認した日時（日本時間）")), ("retention", say("継続保有の根拠・期間")),
            ("correction", say("訂正した記録")), ("recorder", say("記録した人")),
            ("recorded_at", say("記録した日時（日本時間）")), ("digest", say("照合コード")),
        )
    ]  # fmt: skip


def _row(
    one: queries.Whole, edition: Edition, settled: Settled, reach: Reach, names: Mapping[str, tuple[str, str]]
) -> Row:
    """One line as a row."""
    row, said, code = one.row, one.said, language()
    is_open = queries.is_of_the_two(actor(), row)
    told_to, done = queries.last(one.acts, Act.INSTRUCT), queries.last(one.acts, Act.CARRY_OUT)
    back, kept = queries.last(one.acts, Act.ACKNOWLEDGE), queries.last(one.acts, Act.RETAIN)
    words = queries.words_of(done) if done and is_open else {}
    basis = queries.words_of(kept) if kept and is_open else {}
    secret = secrecy(edition, settled, reach, marking=row.marking, received_on=row.received_on)
    return (
        row.reference, row.title, showing.label(edition, row.discloser), showing.label(edition, row.receiver),
        say(KIND_NAMES[row.kind]), say(FORM_NAMES[row.form]), row.copies, row.disclosed_on, row.received_on,
        names[row.activity_id][0] if row.activity_id in names else "",
        say(MARKING_NAMES[row.marking]), said.body.why if said else "", secret.until if secret else None, said.body.description if said else "",
        "\n".join(file["name"] for file in said.files) if said else "",
        "\n".join(_holder_words(holder) for holder in one.holders),
        say("、").join(word for _, word in showing.marks(row, edition, reach)),
        say(CHOICE_NAMES[row.instruction]) if row.instruction else "", told_to.at if told_to else None,
        say(CHOICE_NAMES[row.done]) if row.done else "", row.done_on, words.get("means", ""), words.get("by_whom", ""),
        say("、").join(say(rules.SEARCHED_NAMES[place]) for place in words.get("searched", ())), showing.backups(words),
        back.at if back else None, "　".join(filter(None, (basis.get("basis"), basis.get("period"), basis.get("until")))),
        row.correction or "", f"{edition.party(row.party).defined_as[code]} {row.post} {row.name}", row.recorded_at,
        row.digest,
    )  # fmt: skip


def _holder_words(holder: Any) -> str:
    ended = say("（%(day)sに回収・処分）", day=day(holder.ended_on)) if holder.ended_on else ""
    return say(
        "%(kind)s：%(holder)s　%(place)s　%(copies)s部%(ended)s",
        kind=showing.holder_kind(holder.kind), holder=holder.holder, place=holder.place, copies=holder.copies,
        ended=ended,
    )  # fmt: skip


# --------------------------------------------------------------------------------------- one line


@handback.get("/<id>", allow=Permission.READ)
def entry(id: str) -> ResponseReturnValue:
    """One line: what was recorded, how it stands with each receiver, what was done about it, who has copies."""
    who = actor()
    if who.may(Permission.READ_OWN_SIDE):
        try:
            queries.draft(reading(), who, id)
        except NotFound:
            pass
        else:
            return redirect(url_for(".draft", id=id), 303)
    return _entry_page(id)


def _entry_page(id: str, status: int = 200, **forms: Any) -> ResponseReturnValue:
    who, edition, reach, code = actor(), _edition(), _reach(), language()
    found = queries.entry(reading(), who, id)
    row, is_open = found.row, queries.is_of_the_two(who, found.row)
    may_keep = who.may(Permission.KEEP_LEDGER) and is_open
    around = surroundings()
    marks = showing.marks(row, edition, reach)
    return show(
        "handback/entry.html",
        status,
        found=found,
        row=row,
        said=found.said,
        reach=reach,
        title=row.title,
        page_title=f"{row.reference} {row.title}",
        turn=_turn(found, edition, reach),
        marks=marks if len(found.holdings) == 1 else [one for one in marks if one[0] == "secret"],
        facts={
            "direction": say(
                "%(giver)sから%(receiver)sへ",
                giver=showing.label(edition, row.discloser),
                receiver=showing.receivers(row, edition),
            ),
            "what": showing.what(row),
            "disclosed": day(row.disclosed_on),
            "marking": say(MARKING_NAMES[row.marking]),
            "recorder": f"{edition.party(row.party).defined_as[code]}　{row.post} {row.name}　{moment(row.recorded_at)}",
            "as": say("渡した側として記録") if row.party == row.discloser else say("受け取った側として記録"),
        },
        activity=_activities([row.activity_id]).get(row.activity_id) if row.activity_id else None,
        files=[_file(one, row) for one in found.files],
        holdings=[_holding(one, edition, reach, forms) for one in found.holdings],
        may_open=queries.may_open(who, row),
        may_correct=may_keep and _is_correctable(found),
        may_strike=may_keep and _is_strikable(found),
        may_see_holders=queries.may_see_holders(who, row),
        strike_form=(forms.get("strike_form") or StrikeForm(formdata=None)).apart("strike"),
        holder_end_form=forms.get("holder_end_form"),
        ending=forms.get("ending"),
        errors_of=[form for form in forms.values() if getattr(form, "errors", None)],
        entries=[
            kept_part("entry", one)
            for one in told(history.of_document(reading(), who, id), around, Reading.TRAIL)
        ],
    )


def _holding(one: queries.Whole, edition: Edition, reach: Reach, forms: Mapping[str, Any]) -> dict[str, Any]:
    """What one party received, with what the reader may do about it now."""
    who, row = actor(), one.row
    is_open = queries.is_of_the_two(who, row)
    mine, keeps, hands_back = who.party, who.may(Permission.KEEP_LEDGER), who.may(Permission.HAND_BACK)
    is_receiver, is_discloser = mine == row.receiver, mine == row.discloser
    step = Step(row.step)
    asked_here = forms.get("holding") == row.holding

    def form(name: str, kind: Any) -> Any:
        given = forms.get(name) if asked_here else None
        made = given or kind(formdata=None)
        if isinstance(made, HolderForm):
            made.prepare(edition)
        made.holding.data = row.holding
        return made.apart(f"{name}-{row.place}")

    can_move = step in OPEN and step is not Step.CARRIED_OUT
    return {
        "row": row,
        "label": showing.label(edition, row.receiver),
        "name": edition.party(row.receiver).name[language()],
        "marks": showing.marks(row, edition, reach),
        "received": day(row.received_on),
        "secrecy": _secrecy(edition, reach, row),
        "retained_until": day(row.retained_until) if step is Step.RETAINED else "",
        "acts": [showing.act_line(act, edition, is_open=is_open) for act in one.acts],
        "holders": [(holder, showing.holder_kind(holder.kind)) for holder in one.holders],
        "may_confirm": keeps
        and row.waits_for == mine
        or (keeps and row.confirmed == "otherwise" and step in OPEN and mine == _confirmer(row)),
        "may_ask": keeps and is_receiver and can_move and not row.question,
        "may_instruct": hands_back and is_discloser and (can_move or step is Step.KEPT),
        "may_carry_out": hands_back and is_receiver and can_move,
        "may_retain": hands_back and is_receiver and can_move and step is not Step.RETAINED,
        "may_acknowledge": hands_back and is_discloser and step is Step.CARRIED_OUT,
        "may_hold": keeps and is_receiver and step in OPEN,
        "may_say": keeps and is_open,
        "papers": _papers_of(one) if is_open else [],
        "ask_form": form("ask_form", AskForm),
        "holder_form": form("holder_form", HolderForm),
        "word_form": form("word_form", WordForm),
        "is_asking": asked_here and "ask_form" in forms,
        "is_holding": asked_here and "holder_form" in forms,
        "is_saying": asked_here and "word_form" in forms,
    }


def _settled(edition: Edition) -> Settled:
    """What the parties have settled; asked for once a page."""
    if "handback_settled" not in g:
        g.handback_settled = agreement.settled(reading(), edition)
    return cast(Settled, g.handback_settled)


def _secrecy(edition: Edition, reach: Reach, row: Any) -> tuple[str, str, tuple[str, str] | None] | None:
    """Until when it is kept in confidence, how that is reckoned, and the chip of where today lies (R7-2)."""
    found = secrecy(edition, _settled(edition), reach, marking=row.marking, received_on=row.received_on)
    if found is None:
        return None
    between = "" if language() == "ja" else " "
    reckoned = say("受領日からの期間では%(day)sまで。", day=day(found.from_receipt))
    if found.from_end is None:
        return day(found.from_receipt), say("受領日から数えます。"), _past(found.standing)
    until = say("終了後の存続期間では%(day)sまで。", day=day(found.from_end))
    if found.is_open:
        both = say("どちらによるかは定められていないため、遅いほうの日まで保護し、その間は要協議と示します。")
        return day(found.from_receipt), between.join((reckoned, until, both)), _past(found.standing)
    return day(found.from_end), between.join((reckoned, until)), _past(found.standing)


def _past(standing: DutyStanding) -> tuple[str, str] | None:
    match standing:
        case DutyStanding.REVIEW:
            return "to_check", say("秘密保持の期間：要協議")
        case DutyStanding.EXPIRED:
            return "ended", say("秘密保持の期間は経過")
        case DutyStanding.PROTECTED:
            return None


def _confirmer(row: Any) -> str:
    return str(row.discloser if row.party == row.receiver else row.receiver)


def _papers_of(one: queries.Whole) -> list[tuple[str, str]]:
    """The papers there are of one line: words and address."""
    row, found = one.row, []
    if row.confirmed == "same":
        found.append(papers.RECEIPTS)
    if row.step == Step.RETURNED:
        found.append(papers.RETURNS)
    if row.done == Choice.DISPOSE and row.step in {Step.CARRIED_OUT, Step.DISPOSED}:
        found.append(papers.CERTIFICATES)
    return [(say(papers.NAMES[name]), url_for(".paper", name=name, holding=row.holding)) for name in found]


def _is_correctable(found: queries.Entry) -> bool:
    steps = {Step(one.row.step) for one in found.holdings}
    return not steps & {
        Step.CARRIED_OUT,
        Step.RETURNED,
        Step.DISPOSED,
        Step.KEPT,
        Step.REPLACED,
    } and steps != {Step.STRUCK}


def _is_strikable(found: queries.Entry) -> bool:
    return found.row.party == actor().party and all(
        one.row.step == Step.HELD and one.row.confirmed != "same" for one in found.holdings
    )


def _turn(found: queries.Entry, edition: Edition, reach: Reach) -> tuple[str, str]:
    """Whose turn it is, and for what."""
    row, mine = found.row, actor().party
    if row.step == Step.REPLACED:
        return "stopped", say("この記録は訂正されています。訂正後の記録を見てください。")
    if row.step == Step.STRUCK:
        return "stopped", say("この記録は取り消されています。")
    turns = [turn for one in found.holdings if (turn := _turn_of(one.row, edition, reach, mine)) is not None]
    yours = [turn for turn in turns if turn[0] == "yours"]
    if yours or turns:
        return (yours or turns)[0]
    if all(Step(one.row.step) not in OPEN for one in found.holdings):
        return "done", say("返却・処分は完了しています。")
    return "done", say("受け渡され、利用されています。いま行うことはありません。")


def _turn_of(row: Any, edition: Edition, reach: Reach, mine: str | None) -> tuple[str, str] | None:
    step, giver, receiver = (
        Step(row.step),
        showing.label(edition, row.discloser),
        showing.label(edition, row.receiver),
    )
    if step is Step.CARRIED_OUT:
        if mine == row.discloser:
            return "yours", say(
                "%(party)sの返却・処分の記録を確かめ、このとおりかを答えてください。", party=receiver
            )
        return "others", say("%(party)sが返却・処分を確認するのを待っています。", party=giver)
    if step in TO_CARRY_OUT or (step is Step.HELD and reach.has_ended and row.instruction):
        if mine == row.receiver:
            is_disposal = row.instruction == Choice.DISPOSE
            return "yours", (
                say("%(party)sの指示に従って処分し、記録してください。", party=giver)
                if is_disposal
                else say("%(party)sに返却し、記録してください。", party=giver)
            )
        return "others", say("%(party)sの返却・処分を待っています。", party=receiver)
    if row.waits_for:
        if row.waits_for == mine:
            return "yours", say("記録を読み、同じ内容かどうかを答えてください。")
        return "others", say(
            "%(party)sが同じ内容かどうかを確かめるのを待っています。",
            party=showing.label(edition, row.waits_for),
        )
    if step is Step.HELD and (reach.has_ended or row.question):
        if mine == row.discloser:
            return "yours", say(
                "返却・処分・保有のどれにするかを指示してください。指示がなければ返却になります。"
            )
        return "others", say("%(party)sの指示を待っています。指示がなければ返却になります。", party=giver)
    if step is Step.RETAINED:
        return "stopped", say(
            "法令により継続して保有されています。完了ではありません。根拠に疑問があれば協議してください。"
        )
    if row.confirmed == "otherwise" and step in OPEN:
        return "stopped", say(
            "認識が異なるという回答があります。違いを確かめ、必要なら訂正を記録してください。"
        )
    return None


def _file(one: Any, row: Any) -> dict[str, Any]:
    """A file as the page of a line shows it; of one that was erased, that it was there."""
    if one.erased_at is not None:
        return {
            "name": say("（消去済みのファイル）"),
            "size": one.size,
            "erased": moment(one.erased_at),
            "href": None,
        }
    return {
        "name": one.name,
        "size": one.size,
        "kind": one.name.rpartition(".")[2].upper(),
        "digest": one.sha256,
        "findings": [say(FINDINGS[code], detail=detail) for code, detail in json.loads(one.findings)],
        "href": url_for(".take", id=row.id, file=one.id),
    }


@handback.get("/<id>/files/<file>", allow=Permission.READ)
def take(id: str, file: str) -> ResponseReturnValue:
    """The file, always as a download that no browser runs (rows 14, 82, 84); 410 once it was erased."""
    found = queries.file_of(reading(), actor(), id, file)
    return _download(found)


def _download(file: Any) -> Response:
    if file.erased_at is not None:
        raise NotFound()
    answer = Response(portal().files.open(file.sha256), mimetype="application/octet-stream")
    name_the_file(answer, file.name)
    answer.headers["Content-Length"] = str(file.size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


# --------------------------------------------------------------------------------------- acts on one line


def _on_the_page(
    id: str, form: Any, name: str, do: Callable[[Work], object], done: str, *, anchor: str = "", **more: Any
) -> ResponseReturnValue:
    """The act of a form that stands on the page of a line: carried out, or the page again with everything typed."""
    more |= {name: form}
    if not form.validate():
        return _entry_page(id, 422, **more)
    try:
        with begin() as work:
            do(work)
            location = work.answer(url_for(".entry", id=id, _anchor=anchor or None))
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        return _entry_page(id, refused.status, **more)
    flash(done, "success")
    return redirect(location, 303)


def _of_this(id: str, holding: str | None) -> str:
    """The holding named, if it belongs to the line; raises NotFound otherwise (row 2)."""
    for one in queries.entry(reading(), actor(), id).holdings:
        if one.row.holding == holding:
            return str(holding)
    raise NotFound()


@handback.post("/<id>/ask", allow=Permission.KEEP_LEDGER)
def ask(id: str) -> ResponseReturnValue:
    """The receiver asks what is to become of it."""
    form = AskForm()
    holding = _of_this(id, form.holding.data)
    return _on_the_page(
        id, form, "ask_form",
        lambda work: returning.ask(work, Target((holding,)), choice=form.choice.data or "", remark=form.remark.data),
        say("指示を求めました。"), holding=holding,
    )  # fmt: skip


@handback.post("/<id>/words", allow=Permission.KEEP_LEDGER)
def write(id: str) -> ResponseReturnValue:
    """What was said in consulting about it is written down."""
    form = WordForm()
    holding = _of_this(id, form.holding.data)
    return _on_the_page(
        id, form, "word_form", lambda work: returning.say(work, holding, text=form.text.data),
        say("記載し、相手方にもお知らせしました。"), holding=holding,
    )  # fmt: skip


@handback.post("/<id>/holders", allow=Permission.KEEP_LEDGER)
def hold(id: str) -> ResponseReturnValue:
    """Who has copies is written down."""
    form = HolderForm()
    form.prepare(_edition())
    holding = _of_this(id, form.holding.data)
    return _on_the_page(
        id, form, "holder_form",
        lambda work: commands.hold(
            work, holding, kind=form.kind.data or "", holder=form.holder.data, place=form.place.data,
            copies=form.count, on_day=form.on_day.data,
        ),
        say("保有者を記録しました。"), holding=holding,
    )  # fmt: skip


@handback.post("/<id>/holders/<holder>/end", allow=Permission.KEEP_LEDGER)
def end_holder(id: str, holder: str) -> ResponseReturnValue:
    """A holder's copies were collected or disposed of."""
    form = HolderEndForm()
    found = queries.entry(reading(), actor(), id)
    if holder not in {one.id for whole in found.holdings for one in whole.holders}:
        raise NotFound()
    return _on_the_page(
        id, form, "holder_end_form",
        lambda work: commands.end_holder(work, holder, how=form.ended_how.data, on_day=form.ended_on.data),
        say("写しの回収・処分を記録しました。"), ending=holder,
    )  # fmt: skip


@handback.post("/<id>/strike", allow=Permission.KEEP_LEDGER)
def strike(id: str) -> ResponseReturnValue:
    """Who recorded the line takes it back."""
    form = StrikeForm()
    queries.entry(reading(), actor(), id)
    return _on_the_page(
        id, form, "strike_form", lambda work: commands.strike(work, id, reason=form.reason.data),
        say("記録を取り消し、相手方にもお知らせしました。"),
    )  # fmt: skip


@handback.post("/<id>/correct", allow=Permission.KEEP_LEDGER)
def correct(id: str) -> ResponseReturnValue:
    """An own-side draft of a correction, with the words of the line."""
    with begin() as work:
        draft = commands.begin_correction(work, id)
        return redirect(work.answer(url_for(".edit", id=draft.id)), 303)


# --------------------------------------------------------------------------------------- acts on chosen lines


@dataclass(frozen=True)
class _Page:
    """A page on which one act is done about lines chosen one by one, or by a rule."""

    what: str
    title: str
    lead: str
    button: str
    empty: str
    form: type[ActForm]
    done: str


def _pages() -> dict[str, _Page]:
    return {
        CONFIRM: _Page(
            CONFIRM, say("受渡しの記録を確かめる"),
            say("相手方が台帳に載せた受渡しが、同じ内容かどうかを答えます。受け取った日から、秘密保持の期間を数えます。"),
            say("回答を記録する"), say("確認を待っている記録はありません。"), ConfirmForm,
            say("回答を記録し、相手方にもお知らせしました。"),
        ),
        INSTRUCT: _Page(
            INSTRUCT, say("返却・処分を指示する"),
            say("渡した資料をどうするかを、渡した側として指示します。協定の有効期間中は依頼として伝わります。指示がなければ返却になります。"),
            say("この内容で指示する"), say("指示を待っているものはありません。"), InstructForm,
            say("指示を記録し、相手方にもお知らせしました。"),
        ),
        CARRY_OUT: _Page(
            CARRY_OUT, say("返却・処分を記録する"),
            say("受け取った資料を返却したこと、または指示に従って処分したことを記録します。記録は取り消せません。"),
            say("返却・処分を記録し、確認を求める"), say("返却・処分を待っているものはありません。"), CarryOutForm,
            say("記録し、相手方に確認をお願いしました。"),
        ),
        ACKNOWLEDGE: _Page(
            ACKNOWLEDGE, say("返却・処分を確認する"),
            say("相手方が記録した返却・処分がそのとおりかを、渡した側として答えます。確認すると完了になります。"),
            say("回答を記録する"), say("確認を待っている返却・処分はありません。"), AcknowledgeForm,
            say("回答を記録し、相手方にもお知らせしました。"),
        ),
        RETAINED: _Page(
            RETAINED, say("法令による継続保有を記録する"),
            say("法令により保存しなければならないため返却・処分できないことを、根拠と期間とともに渡した側に伝えます。完了にはならず、協議の対象として残ります。"),
            say("継続保有を記録し、相手方に伝える"), say("対象が選ばれていません。"), RetainForm,
            say("継続保有を記録し、相手方にもお知らせしました。"),
        ),
    }  # fmt: skip


@handback.route("/confirm", methods=["GET", "POST"], allow=Permission.KEEP_LEDGER)
def confirm() -> ResponseReturnValue:
    """The other side's word on records (R5-1)."""

    def do(work: Work, target: Target, form: Any) -> object:
        said = Receipt(
            form.is_same.data == "yes",
            form.received_on.data,
            form.holder.data,
            form.place.data,
            form.remark.data,
        )
        return commands.confirm(work, target, said)

    return _act(CONFIRM, do)


@handback.route("/instruct", methods=["GET", "POST"], allow=Permission.HAND_BACK, step_up=True)
def instruct() -> ResponseReturnValue:
    """The discloser's instruction, item by item or by rule (R5-3)."""

    def do(work: Work, target: Target, form: Any) -> object:
        return returning.instruct(
            work,
            target,
            choice=form.choice.data or "",
            erases=bool(form.erases.data),
            remark=form.remark.data,
        )

    return _act(INSTRUCT, do)


@handback.route("/carry-out", methods=["GET", "POST"], allow=Permission.HAND_BACK, step_up=True)
def carry_out() -> ResponseReturnValue:
    """The receiver's return or disposal (R5-3)."""

    def do(work: Work, target: Target, form: Any) -> object:
        said = Carried(
            choice=form.choice.data or "",
            on_day=form.on_day.data,
            means=form.means.data,
            by_whom=form.by_whom.data,
            searched=tuple(form.searched.data or ()),
            found=form.found.data,
            backups_until=form.backups_until.data,
            has_no_backups=bool(form.has_no_backups.data),
            is_gathered=bool(form.is_gathered.data),
        )
        return returning.carry_out(work, target, said, elsewhere=portal().extensions["file_places"])

    return _act(CARRY_OUT, do)


@handback.route("/acknowledge", methods=["GET", "POST"], allow=Permission.HAND_BACK, step_up=True)
def acknowledge() -> ResponseReturnValue:
    """The discloser's word on what was carried out (R5-3)."""

    def do(work: Work, target: Target, form: Any) -> object:
        return returning.acknowledge(work, target, is_so=form.is_so.data == "yes", remark=form.remark.data)

    return _act(ACKNOWLEDGE, do)


@handback.route("/retain", methods=["GET", "POST"], allow=Permission.HAND_BACK, step_up=True)
def retain() -> ResponseReturnValue:
    """Keeping by law (R5-3)."""

    def do(work: Work, target: Target, form: Any) -> object:
        said = Retention(form.basis.data, form.until.data, form.period.data, form.access.data)
        return returning.retain(work, target, said)

    return _act(RETAINED, do)


def _act(what: str, do: Callable[[Work, Target, Any], object]) -> ResponseReturnValue:
    page, reach = _pages()[what], _reach()
    target, found = _target(what, reach)
    form = page.form(formdata=None) if only_looks() else page.form()
    if only_looks():
        _begin(form, found)
        return _act_page(page, form, target, found, reach)
    if not form.validate():
        return _act_page(page, form, target, found, reach, 422)
    try:
        with begin() as work:
            if form.count != len(found):
                raise rules.OthersHaveMoved(seen=form.seen.data or "", count=len(found))
            do(work, replace(target, seen=form.count), form)
            ids = {row.id for row in found}
            location = url_for(".entry", id=ids.pop()) if len(ids) == 1 else url_for(".checklist")
            work.answer(location)
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        target, found = _target(what, reach)
        if isinstance(refused, rules.OthersHaveMoved):
            form.seen.data = str(len(found))
        return _act_page(page, form, target, found, reach, refused.status)
    flash(page.done, "success")
    return redirect(location, 303)


def _begin(form: Any, found: Sequence[Any]) -> None:
    """A form that was not sent yet says what can be known."""
    form.seen.data = str(len(found))
    if isinstance(form, ConfirmForm):
        known = {row.received_on for row in found}
        form.received_on.process_data(known.pop() if len(known) == 1 else None)
    if isinstance(form, CarryOutForm):
        instructed = {row.instruction for row in found}
        form.choice.data = "dispose" if instructed == {Choice.DISPOSE} else "return"
        form.on_day.process_data(_today())


def _target(what: str, reach: Reach) -> tuple[Target, Sequence[Any]]:
    """What the address chooses: lines one by one (`holding`), or a rule; 404 for what it names wrongly."""
    ids = tuple(dict.fromkeys(one[:40] for one in request.args.getlist("holding")))[:AT_ONCE]
    if ids or what == RETAINED:
        found = queries.chosen(reading(), actor(), ids, None, has_ended=reach.has_ended)
        if len(found) != len(ids):
            raise NotFound()
        return Target(ids), found
    edition, given = _edition(), {name: request.args.get(name, "")[:64] for name in _RULE}
    offered: Mapping[str, Any] = {
        "other": edition.party_keys, "kind": KIND_NAMES, "marking": MARKING_NAMES, "choice": ("return", "dispose"),
    }  # fmt: skip
    if any(given[name] and given[name] not in offered[name] for name in offered):
        abort(404)
    rule = Rule(what, **given)
    found = queries.chosen(reading(), actor(), (), rule, has_ended=reach.has_ended)
    words = showing.rule_words(rule, edition, _activities([rule.activity]) if rule.activity else {})
    return Target(rule=rule, words=words), found


_RULE = ("other", "kind", "activity", "marking", "choice")


def _act_page(
    page: _Page, form: Any, target: Target, found: Sequence[Any], reach: Reach, status: int = 200
) -> ResponseReturnValue:
    edition, rule = _edition(), target.rule
    known = queries.activities(reading(), actor())
    names = _activities([*known, *(row.activity_id for row in found if row.activity_id)])
    receives = any(row.receiver == actor().party for row in found)
    passed_on = (
        queries.passed_on(reading(), actor(), [row.holding for row in found])
        if page.what == CARRY_OUT
        else {}
    )
    return show(
        "handback/act.html",
        status,
        page=page,
        form=form,
        rule=rule,
        rule_words=target.words,
        typed={name: getattr(rule, name) for name in _RULE} if rule else {},
        choices={
            "other": [
                (one.key, one.defined_as[language()]) for one in edition.other_parties(actor().party or "")
            ],
            "kind": [(key, say(name)) for key, name in KIND_NAMES.items()],
            "activity": [(id, names[id][0]) for id in known if id in names],
            "marking": [(key, say(name)) for key, name in MARKING_NAMES.items()],
            "choice": [(key, say(CHOICE_NAMES[key])) for key in ("return", "dispose")],
        },
        lines=[
            showing.line(row, edition, reach, names.get(row.activity_id or ""), settled=_settled(edition))
            for row in found
        ],
        passed_on=passed_on,
        receives=receives,
        reach=reach,
        action=request.full_path.rstrip("?"),
        most=AT_ONCE,
        clause=g.cite("after_end"),
    )


# --------------------------------------------------------------------------------------- the checklist


@handback.get("/checklist", allow=Permission.READ)
def checklist() -> ResponseReturnValue:
    """What is to be done by each side: at the end of the agreement for everything, before it for what was asked for
    (R5-2)."""
    edition, reach, who = _edition(), _reach(), actor()
    found = queries.waiting(reading(), who, has_ended=reach.has_ended, limit=SHOWN + 1, more=True)
    tally = queries.tally(reading(), who)
    pages = _pages()
    titles = {
        CONFIRM: say("相手方の受渡しの記録を確かめる"),
        INSTRUCT: say("渡した資料をどうするかを指示する"),
        CARRY_OUT: say("受け取った資料を返却・処分する"),
        ACKNOWLEDGE: say("相手方の返却・処分を確認する"),
        RETAINED: say("法令により継続して保有されているもの（未完了）"),
        OTHERS: say("相手方の返却・処分・確認を待っているもの"),
    }
    endpoints = {
        CONFIRM: ".confirm",
        INSTRUCT: ".instruct",
        CARRY_OUT: ".carry_out",
        ACKNOWLEDGE: ".acknowledge",
    }
    parts = []
    for key, title in titles.items():
        rows = [row for row in found if row.part == key]
        needed = Permission.KEEP_LEDGER if key == CONFIRM else Permission.HAND_BACK
        parts.append(
            {
                "key": key.replace("_", "-"),
                "title": title,
                "lines": [
                    showing.line(row, edition, reach, settled=_settled(edition)) for row in rows[:SHOWN]
                ],
                "more": len(rows) > SHOWN,
                "action": url_for(endpoints[key]) if key in endpoints and who.may(needed) else "",
                "button": pages[key].title if key in pages else "",
                "may_retain": key == CARRY_OUT and who.may(Permission.HAND_BACK),
                "empty": pages[key].empty if key in endpoints else "",
            }
        )
    return show(
        "handback/checklist.html",
        panel=_panel(reach, tally),
        reach=reach,
        parts=parts,
        ways=[_way(edition, tally, gave, got) for gave, got in tally.ways],
        clause=g.cite("after_end"),
        can_act=who.may(Permission.HAND_BACK),
    )


def _way(edition: Edition, tally: queries.Tally, discloser: str, receiver: str) -> dict[str, Any]:
    """How it stands from one party to another, and the papers of it."""

    def of(*steps: str) -> int:
        return tally.of(*steps, discloser=discloser, receiver=receiver)

    mine = actor().party in {discloser, receiver}
    names = [papers.LIST, papers.RECEIPTS, papers.RETURNS, papers.CERTIFICATES] if mine else []
    return {
        "direction": showing.direction(edition, discloser, receiver),
        "href": url_for(".index", way=f"{discloser}.{receiver}"),
        "counts": [
            of(*rules.LISTED), of(Step.HELD), of(*TO_CARRY_OUT), of(Step.CARRIED_OUT), of(Step.RETAINED),
            of(Step.RETURNED, Step.DISPOSED, Step.KEPT), of(*OPEN),
        ],
        "papers": [
            (say(papers.NAMES[name]), url_for(".paper", name=name, discloser=discloser, receiver=receiver)) for name in names
        ],
    }  # fmt: skip


# --------------------------------------------------------------------------------------- papers


@handback.get("/papers/<name>", allow=Permission.READ)
def paper(name: str) -> ResponseReturnValue:
    """A paper to print: the list, receipts, receipts of what came back, certificates; of one line or of all (R5-6)."""
    sheet = _sheet(name)
    address: dict[str, Any] = {
        key: value for key, value in request.args.items() if key in {"discloser", "receiver", "holding"}
    }
    return show(
        "handback/paper.html",
        paper=papers.made(sheet) if sheet.found else None,
        title=sheet.title if sheet.found else say(papers.NAMES[name]),
        pdf_href=url_for(".paper_file", name=name, form="pdf", **address),
        back=url_for(".entry", id=sheet.found[0].row.id)
        if "holding" in address and sheet.found
        else url_for(".checklist"),
    )


@handback.get("/papers/<name>/<form>", allow=Permission.READ)
def paper_file(name: str, form: str) -> ResponseReturnValue:
    """The same paper as a PDF."""
    sheet = _sheet(name)
    if form != "pdf" or not sheet.found:
        raise NotFound()
    return pdf.answer(papers.made(sheet), sheet.title.replace(" ", "_"))


def _sheet(name: str) -> papers.Sheet:
    """What the paper is about; raises NotFound for a paper there is not, and for whoever is neither of the two sides."""
    if name not in papers.NAMES:
        raise NotFound()
    who, edition, given = actor(), _edition(), request.args
    holding, discloser, receiver = (
        given.get("holding", "")[:40],
        given.get("discloser", ""),
        given.get("receiver", ""),
    )
    if holding:
        rows = queries.chosen(reading(), who, (holding,), None, has_ended=False)
        if not rows:
            raise NotFound()
        discloser, receiver = rows[0].discloser, rows[0].receiver
    if who.party not in {discloser, receiver} or {discloser, receiver} - set(edition.party_keys):
        raise NotFound()
    found = queries.between(reading(), who, discloser, receiver, *papers.WANTED[name], holding=holding)
    if holding and not found:
        raise NotFound()
    head = last_head(reading(), JOINT)
    assert head is not None  # there is a line, hence an entry
    return papers.Sheet(
        name=name,
        edition=edition,
        discloser=discloser,
        receiver=receiver,
        found=found,
        settled=_settled(edition),
        reach=_reach(),
        head=head,
        now=portal().clock.now(),
        backup_days=portal().settings.backup_days,
    )


# --------------------------------------------------------------------------------------- shared in the portal


def _shared(
    kind: str | None = None,
    of: str | None = None,
    ids: Sequence[str] | None = None,
    limit: int = SHOWN,
) -> list[Shared]:
    """Files that stand shared in the portal and not in the ledger; the assembler knows them."""
    known = portal().extensions.get("shared_files")
    if not known:
        return []
    return list(known(reading(), actor(), kind=kind, besides=queries.TAKEN, of=of, ids=ids, limit=limit))


@handback.get("/shared", allow=Permission.READ)
def shared() -> ResponseReturnValue:
    """The files that were shared in the portal and do not stand in the ledger yet (R5-1)."""
    return _shared_page(SharedForm(formdata=None))


@handback.post("/shared", allow=Permission.KEEP_LEDGER)
def take_in() -> ResponseReturnValue:
    """The chosen files, or all of one paper, stand in the ledger from now on."""
    form, of = SharedForm(), request.args.get("of", "")[:40]
    if of:
        files = _shared(of=of, limit=AT_ONCE)
        form.offer([])
    else:
        asked = [one[:40] for one in request.form.getlist("files")][:AT_ONCE]
        files = _shared(ids=asked, limit=AT_ONCE)
        form.offer([(one, one) for one in asked])
        if len(files) != len(set(asked)):
            form.refuse(
                "files", say("選んだファイルの中に、すでに台帳に載ったものか、見られないものがあります。")
            )
            return _shared_page(form, 422)
    if not form.validate():
        return _shared_page(form, 422)
    try:
        with begin() as work:
            made = commands.take_in(work, files)
            location = work.answer(url_for(".entry", id=made[0].id) if len(made) == 1 else url_for(".index"))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return _shared_page(form, refused.status)
    flash(say("%(count)s件を台帳に載せ、相手方に確認をお願いしました。", count=len(made)), "success")
    return redirect(location, 303)


def _shared_page(form: SharedForm, status: int = 200) -> ResponseReturnValue:
    edition = _edition()
    files = _shared(limit=SHOWN + 1)
    form.offer([(one.id, f"{one.reference} {one.name}") for one in files[:SHOWN]])
    return show(
        "handback/shared.html",
        status,
        form=form,
        files=[
            {
                "id": one.id,
                "name": one.name,
                "reference": one.reference,
                "party": showing.label(edition, one.party),
                "size": one.size,
                "shared": moment(one.shared_at),
                "is_marked": one.is_marked,
            }
            for one in files[:SHOWN]
        ],
        more=len(files) > SHOWN,
        chosen=set(form.files.data or ()),
        may_take=actor().may(Permission.KEEP_LEDGER),
    )


_WAITING: Kept[int] = Kept(300)
"""How many files of a paper or a record that the reader may open are not in the ledger yet: by it, by what the reader may
open, and by the joint chain as it was."""


def beside(kind: str, id: str) -> Markup:
    """The lines that belong to an activity, or to the files of a paper or a record, as a section of its page; with the way
    to take in what is not in the ledger yet. Nothing where there is neither."""
    who = actor()
    found = queries.beside(reading(), who, kind, id)
    has_files = kind != "activity" and who.may(Permission.KEEP_LEDGER)
    waiting = 0
    if has_files and queries.may_read(who):
        asked = kind, id, who.party, who.may(Permission.READ_OWN_SIDE)  # of a secret not everybody opens the files
        waiting = history.read_once(_WAITING, reading(), asked, lambda: len(_shared(kind, of=id)))
    if not found and not waiting:
        return Markup("")
    edition, reach = _edition(), _reach()
    lines = [showing.line(row, edition, reach) for row in found[: queries.BESIDE]]
    all_href = url_for("handback.index", activity=id) if kind == "activity" else url_for("handback.index")
    return part(
        "handback/_beside.html", "beside", lines, len(found) > queries.BESIDE, all_href, waiting, id
    )


# --------------------------------------------------------------------------------------- drafting


@handback.route("/new", methods=["GET", "POST"], allow=Permission.KEEP_LEDGER)
def new() -> ResponseReturnValue:
    """A blank form; posted, the line is begun as an own-side draft."""
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


@handback.get("/drafts/<id>", allow=Permission.READ_OWN_SIDE)
def draft(id: str) -> ResponseReturnValue:
    """The own-side draft as it will be recorded; its files; and the button."""
    return _draft_page(queries.draft(reading(), actor(), id), FileForm(formdata=None))


@handback.route("/drafts/<id>/edit", methods=["GET", "POST"], allow=Permission.KEEP_LEDGER)
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


@handback.post("/drafts/<id>/record", allow=Permission.KEEP_LEDGER)
def record(id: str) -> ResponseReturnValue:
    """The line stands in the ledger for ever; what is missing is said beside its field, nothing is lost."""
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
    flash(say("台帳に載せ、相手方に確認をお願いしました。"), "success")
    return redirect(location, 303)


@handback.post("/drafts/<id>/discard", allow=Permission.KEEP_LEDGER)
def discard(id: str) -> ResponseReturnValue:
    """The own-side draft is thrown away."""
    with begin() as work:
        commands.discard(work, id)
        location = work.answer(url_for(".index"))
    flash(say("下書きを破棄しました。"), "success")
    return redirect(location, 303)


@handback.post("/drafts/<id>/files", allow=Permission.KEEP_LEDGER)
def attach(id: str) -> ResponseReturnValue:
    """The file is inspected, kept, and put to the own-side draft (rows 17, 80-85)."""
    found = queries.draft(reading(), actor(), id)
    form, upload = FileForm(), request.files.get("file")
    if not form.validate() or upload is None or not upload.filename:
        if not form.file.errors:
            form.refuse("file", say("ファイルを選んでください。"))
        return _draft_page(found, form, 422)
    received = receive(upload, form, "file")
    if received is None:
        return _draft_page(found, form, 422)
    with begin() as work:
        commands.attach(work, id, name=received.name, kept=received.kept, inspection=received.inspection)
        return redirect(work.answer(url_for(".draft", id=id, _anchor="files")), 303)


@handback.get("/drafts/<id>/files/<file>", allow=Permission.READ_OWN_SIDE)
def look(id: str, file: str) -> ResponseReturnValue:
    """A file of the own-side draft, as a download."""
    found = queries.draft(reading(), actor(), id)
    for one in queries.files_of(reading(), found):
        if one.id == file:
            return _download(one)
    raise NotFound()


@handback.post("/drafts/<id>/files/<file>/remove", allow=Permission.KEEP_LEDGER)
def detach(id: str, file: str) -> ResponseReturnValue:
    """The file is taken out of the own-side draft."""
    with begin() as work:
        commands.detach(work, id, file)
        return redirect(work.answer(url_for(".draft", id=id, _anchor="files")), 303)


def _draft_page(found: HandoverDraft, form: FileForm, status: int = 200) -> ResponseReturnValue:
    who, edition = actor(), _edition()
    body = _body(found)
    discloser, receivers = rules.ends_of(body.way, body.others, who.party or "")
    known = {discloser, *receivers} <= set(edition.party_keys) and discloser and receivers
    words = {
        "direction": say(
            "%(giver)sから%(receiver)sへ",
            giver=showing.label(edition, discloser),
            receiver=showing.labels(edition, receivers),
        )
        if known
        else "",
        "disclosed_on": day(body.day("disclosed_on")),
        "received_on": day(body.day("received_on")),
    }
    for name, names in (("kind", KIND_NAMES), ("form", FORM_NAMES), ("marking", MARKING_NAMES)):
        value = getattr(body, name)
        words[name] = say(names[value]) if value in names else ""
    corrects = queries.entry(reading(), who, found.corrects_id).row if found.corrects_id else None
    return show(
        "handback/draft.html",
        status,
        draft=found,
        body=body,
        words=words,
        corrects=corrects,
        files=[_draft_file(found, one) for one in queries.files_of(reading(), found)],
        file_form=form,
        limit=portal().settings.upload_limit,
        may_record=who.may(Permission.KEEP_LEDGER),
    )


def _draft_file(found: HandoverDraft, one: Any) -> dict[str, Any]:
    return _file(one, found) | {
        "id": one.id,
        "href": url_for(".look", id=found.id, file=one.id),
    }


def _edit_page(
    form: HandoverForm, found: HandoverDraft | None, status: int = 200, *, is_recording: bool = False
) -> ResponseReturnValue:
    return show(
        "handback/edit.html",
        status,
        form=form,
        draft=found,
        is_recording=is_recording,
        is_correction=found is not None and found.corrects_id is not None,
        clause=g.cite("after_end"),
    )


# --------------------------------------------------------------------------------------- inside


def _form(*, blank: bool = False) -> HandoverForm:
    form = HandoverForm(formdata=None) if blank else HandoverForm()
    form.prepare(_edition(), language(), actor().party or "")
    if only_looks() and len(form.others.choices) == 1:
        form.others.data = [form.others.choices[0][0]]
    return form


def _body(found: HandoverDraft) -> HandoverBody:
    return cast(HandoverBody, HandoverBody.from_plain(json.loads(found.body)))


def _edition() -> Edition:
    return cast(Edition, g.edition_in_force())


def _today() -> dt.date:
    return day_in_japan(portal().clock.now())


def _reach() -> Reach:
    """The days that matter when the agreement ends, as of today."""
    return queries.reach_of(reading(), _edition(), _today())


def _activities(ids: Sequence[str | None], session: Session | None = None) -> Mapping[str, tuple[str, str]]:
    """Words and address of the activities named, by identifier; the assembler knows them."""
    known = portal().extensions.get("activities_named")
    wanted = sorted({one for one in ids if one})
    if not known or not wanted:
        return {}
    return cast(Mapping[str, tuple[str, str]], known(session or reading(), actor(), wanted))


def _sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)


__all__ = ["beside", "handback", "part"]
