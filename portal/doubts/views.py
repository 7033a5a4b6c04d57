"""Doubts: their list, each with positions, consultations and answers; what was settled; the papers on one (art. 9)."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement import reckoning
from portal.agreement.edition import Edition
from portal.agreement.settled import ANSWERS, QUESTION_NAMES, Answer, Question, settled_upon
from portal.agreement.views import moved_rows
from portal.consent import queries as consent
from portal.consent.body import Body
from portal.consent.forms import MEDIA, ConfirmationForm, ConsultationForm, MaterialsForm
from portal.consent.models import Document
from portal.consent.paper import listed
from portal.consent.rules import STANDING_NAMES as DOCUMENT_STANDINGS
from portal.consent.rules import Standing as DocumentStanding
from portal.consent.views import file_received, files_offered, kept_part, mount
from portal.doubts import commands, evidence, queries, rules
from portal.doubts.answer import ANSWER, AnswerBody, has_effect, reference_of
from portal.doubts.commands import Raised
from portal.doubts.forms import (
    AnswerForm,
    ExportForm,
    NoteForm,
    PositionForm,
    RaiseForm,
    RecordForm,
    WithdrawForm,
)
from portal.doubts.queries import Beside, Dossier, Filters
from portal.doubts.rules import LONG, STANDING_LOOKS, STANDING_NAMES, Standing
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.event import JOINT
from portal.history.events import ExportTaken
from portal.history.queries import Reading
from portal.history.views import surroundings, told
from portal.history.work import Work
from portal.kernel import pdf
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject, today_of
from portal.kernel.digest import check_code
from portal.kernel.errors import Refused, RuleBroken
from portal.web.export import Slot
from portal.web.filters import moment
from portal.web.forms import PortalForm
from portal.web.headers import name_the_file
from portal.web.kept import Kept
from portal.web.language import language, say
from portal.web.pages import part, prose, show
from portal.web.reading import actor, only_looks, portal, reading, stop_reading

doubts = Blueprint("doubts", __name__, url_prefix="/doubts")


# --------------------------------------------------------------------------------------- the list


@doubts.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """Every doubt, the latest first, with where it stands; the filter stands in the address."""
    edition: Edition = g.edition_in_force()
    filters, typed = _filters(edition)
    before = _whole(request.args.get("before"))
    found = queries.register(reading(), actor(), filters, before=before)
    page = found[: queries.PAGE]
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    return show(
        "doubts/index.html",
        lines=[_line(row, edition) for row in page],
        drafts=[] if before or filters.are_set else consent.own_drafts(reading(), actor(), kind=ANSWER.key),
        filters=filters,
        typed=typed,
        standings=[(str(key), say(name)) for key, name in STANDING_NAMES.items()],
        clauses=[(one.id, f"{one.label[language()]} {one.caption[language()]}") for one in edition.articles],
        may_raise=_may_raise(edition),
        older=url_for(".index", **kept, before=page[-1].number) if len(found) > queries.PAGE else None,
        first=url_for(".index", **kept) if before is not None else None,
    )


def _line(row: Any, edition: Edition) -> dict[str, Any]:
    """One doubt as the list shows it."""
    code = language()
    days = (today_of(reading()) - day_in_japan(row.at)).days
    is_open = row.standing == Standing.OPEN
    labels = {one.key: one.defined_as[code] for one in edition.parties}
    return {
        "row": row,
        "look": STANDING_LOOKS[row.standing],
        "standing": say(STANDING_NAMES[row.standing]),
        "by": labels[row.party],
        "clauses": [_clause_label(edition, id) for id in listed(row.clauses)][:6],
        "silent": say("・").join(labels[key] for key in listed(row.silent) if key in labels)
        if is_open
        else "",
        "days": days,
        "is_long": is_open and days > LONG,
    }


def _clause_label(edition: Edition, id: str) -> str:
    clause = edition.clauses.get(id)
    return clause.label[language()] if clause else id


def _filters(edition: Edition) -> tuple[Filters, dict[str, str]]:
    given = request.args
    typed = {name: given.get(name, "")[:64] for name in ("standing", "clause")}
    if typed["standing"] not in STANDING_NAMES:
        typed["standing"] = ""
    if typed["clause"] not in edition.clauses:
        typed["clause"] = ""
    clauses = edition.parts_of(typed["clause"]) if typed["clause"] else ()
    return Filters(standing=typed["standing"], clauses=clauses), typed


def _may_raise(edition: Edition) -> bool:
    if not actor().may(Permission.RAISE_DOUBT):
        return False
    life = agreement.in_force(reading(), edition, today_of(reading()))
    return bool(life.terms) and has_effect(edition, life)


# --------------------------------------------------------------------------------------- raising


@doubts.route("/new", methods=["GET", "POST"], allow=Permission.RAISE_DOUBT)
def new() -> ResponseReturnValue:
    """The form of a doubt, with the clause and the record from which one came; posted, the doubt stands, shared."""
    edition: Edition = g.edition_in_force()
    form = RaiseForm()
    form.prepare(edition, language())
    sent = request.args.getlist("about") if only_looks() else request.form.getlist("records")
    named = _records_named(_pairs(sent))
    form.offer([(f"{kind}:{id}", words) for (kind, id), (words, _) in named.items()])
    if only_looks():
        _begin_with(form, edition, named)
        return _raise_page(form)
    records, unknown = _records_called(form.others.data or "")
    for reference in unknown:
        form.refuse("others", _sentence(rules.NoSuchRecord(reference=reference)))
    if not form.validate() or unknown:
        for reference in unknown:
            if not form.others.errors:
                form.refuse("others", _sentence(rules.NoSuchRecord(reference=reference)))
        return _raise_page(form, 422)
    chosen = [pair for pair in _pairs(form.records.data or ()) if pair in named]
    said = Raised(
        form.title.data,
        form.question.data,
        tuple(form.clauses.data or ()),
        (*chosen, *records),
        form.topic.data or "",
    )
    try:
        with begin() as work:
            doubt = commands.raise_doubt(work, said)
            location = work.answer(url_for(".doubt", id=doubt.id))
    except RuleBroken as refused:
        for one in refused.each:
            form.refuse(one.field or "", _sentence(one))
        return _raise_page(form, refused.status)
    flash(say("疑義を提起し、相手方にお知らせしました。"), "success")
    return redirect(location, 303)


def _begin_with(form: RaiseForm, edition: Edition, named: Mapping[tuple[str, str], tuple[str, str]]) -> None:
    """The form begins with what the address names."""
    clauses = [id for id in request.args.getlist("clause")[:20] if id in edition.clauses]
    form.clauses.data = clauses
    form.records.data = [f"{kind}:{id}" for kind, id in named]
    topic = request.args.get("topic", "")
    if topic in {str(one) for one in Question}:
        form.topic.data = topic
        form.title.data = say(QUESTION_NAMES[Question(topic)])
    elif clauses:
        form.title.data = say("%(clause)sについて", clause=_clause_label(edition, clauses[0]))
    elif named:
        words = next(iter(named.values()))[0]
        form.title.data = say("%(record)sについて", record=words)[:200]


def _raise_page(form: RaiseForm, status: int = 200) -> ResponseReturnValue:
    return show("doubts/new.html", status, form=form, is_raisable=_may_raise(g.edition_in_force()))


_PAIR = re.compile(r"([a-z_]{1,40}):([0-9A-Za-z_-]{1,64})")


def _pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    """Kind and identifier of each record that is named as `kind:id`; what is none is passed over."""
    found = [_PAIR.fullmatch(one) for one in values[: rules.MOST_RECORDS]]
    return [(one[1], one[2]) for one in found if one]


Named = Mapping[tuple[str, str], tuple[str, str]]


def _records_named(pairs: Sequence[tuple[str, str]]) -> Named:
    """Words and address of those records that this reader may know of; the assembler knows them."""
    find = portal().extensions.get("records_named")
    return cast(Named, find(reading(), actor(), list(dict.fromkeys(pairs)))) if find and pairs else {}


def _records_called(typed: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The records whose numbers were typed, and the numbers that nothing has."""
    find = portal().extensions.get("record_called")
    found, unknown = [], []
    for one in re.split(r"[、,，\s]+", typed)[: rules.MOST_RECORDS]:
        if reference := reference_of(one):
            record = find(reading(), actor(), reference) if find else None
            if record is None:
                unknown.append(reference[:40])
            else:
                found.append(cast("tuple[str, str]", record))
    return found, unknown


# --------------------------------------------------------------------------------------- one doubt


@doubts.get("/<id>", allow=Permission.READ)
def doubt(id: str) -> ResponseReturnValue:
    """One doubt: whose turn it is, the question, what it touches, positions, consultations, answers."""
    return _doubt_page(id)


def _doubt_page(id: str, status: int = 200, **forms: PortalForm) -> ResponseReturnValue:
    edition: Edition = g.edition_in_force()
    who = actor()
    found = queries.dossier(reading(), who, id)
    row, code = found.doubt, language()
    under = (
        edition
        if row.edition == agreement.edition_number(reading())
        else agreement.edition(reading(), row.edition)
    )
    labels = {one.key: one.defined_as[code] for one in edition.parties}
    life = agreement.in_force(reading(), edition, today_of(reading()))
    is_open = found.standing is Standing.OPEN and has_effect(edition, life)
    named = _records_named([(one.kind, one.record_id) for one in found.records])
    to_confirm = _to_confirm(found, who)
    confirming = (request.view_args or {}).get("meeting") if "word_form" in forms else None
    return show(
        "doubts/doubt.html",
        status,
        found=found,
        row=row,
        labels=labels,
        look=(STANDING_LOOKS[row.standing], say(STANDING_NAMES[row.standing])),
        turn=_turn(found, edition, who, to_confirm),
        to_confirm=to_confirm,
        first=_first_to_do(found, who, to_confirm),
        days=(today_of(reading()) - day_in_japan(row.at)).days,
        LONG=LONG,
        clauses=_clauses(row, under),
        topic=say(QUESTION_NAMES[Question(row.topic)]) if row.topic else None,
        named=[words for words in named.values()],
        positions=[(one, _files(found, one.files)) for one in found.positions],
        meetings=[(one, _files(found, one.row.files)) for one in found.meetings],
        answers=found.answers,
        prose=prose,
        standing_words=lambda standing: say(DOCUMENT_STANDINGS[DocumentStanding(standing)]),
        media=MEDIA,
        consultations=_consultations(found),
        position_form=_ready(forms.get("position_form"), PositionForm, "position"),
        meeting_form=_ready(forms.get("meeting_form"), ConsultationForm, "meeting"),
        record_form=_ready(forms.get("record_form"), RecordForm, "record"),
        note_form=_ready(forms.get("note_form"), NoteForm, "note"),
        word_form=lambda of: (
            forms["word_form"] if of == confirming else ConfirmationForm(formdata=None)
        ).apart(of),
        confirming=confirming,
        opened=next(iter(forms), None),
        is_open=is_open,
        may_state=is_open and who.may(Permission.STATE_POSITION),
        may_consult=is_open and who.may(Permission.CONSULT),
        may_confirm=who.may(Permission.CONSULT),
        may_answer=is_open and who.may(Permission.DRAFT),
        may_link=is_open and who.may(Permission.RAISE_DOUBT),
        may_withdraw=found.standing is Standing.OPEN
        and who.may(Permission.WITHDRAW)
        and who.party == row.party
        and found.on_the_table is None,
        entries=[
            kept_part("entry", one)
            for one in told(
                history.latest(reading(), who, subject=id, limit=20), surroundings(), Reading.TRAIL
            )
        ],
    )


def _ready(form: PortalForm | None, kind: type[PortalForm], mark: str) -> PortalForm:
    return (form if form is not None else kind(formdata=None)).apart(mark)


def _to_confirm(found: Dossier, who: Actor) -> list[Any]:
    """What other parties wrote down of consultations and the reader's side, who may, has not answered yet."""
    if not who.may(Permission.CONSULT):
        return []
    return [one.row for one in found.meetings if one.row.party != who.party and one.word_of(who.party) is None]


def _first_to_do(found: Dossier, who: Actor, to_confirm: Sequence[Any]) -> str | None:
    """Which of the buttons beside the turn is the one to press: of an open doubt with nothing on the table."""
    if found.standing is not Standing.OPEN or found.on_the_table is not None:
        return None
    if who.party in listed(found.doubt.silent):
        return "state"
    if to_confirm:
        return "confirm"
    return None if listed(found.doubt.silent) else "answer"


def _turn(
    found: Dossier, edition: Edition, who: Actor, to_confirm: Sequence[Any]
) -> tuple[str, str, str | None]:
    """Whose turn it is, in one sentence: what is on the table first, then who has said nothing yet, then whose answer
    to what was written down of a consultation is awaited."""
    code = language()
    labels = {one.key: one.defined_as[code] for one in edition.parties}
    on_table, doubt = found.on_the_table, found.doubt
    match found.standing:
        case Standing.ANSWERED:
            agreed = found.agreed
            return (
                "done",
                say(
                    "協議結果%(reference)sに全当事者が合意しました。",
                    reference=agreed.reference if agreed else "",
                ),
                None,
            )
        case Standing.CLOSED:
            return "stopped", say("取り決めずに終えることに、全当事者が合意しました。"), None
        case Standing.WITHDRAWN:
            return (
                "stopped",
                say("提起した側が取り下げました。"),
                say("理由：%(reason)s", reason=doubt.ending),
            )
    if on_table is not None:
        waits = [labels[key] for key in listed(on_table.waits_for) if key in labels]
        sentence = say(
            "協議結果%(reference)sについて、%(parties)sの回答を待っています。",
            reference=on_table.reference,
            parties=say("・").join(waits),
        )
        return ("yours" if who.party in listed(on_table.waits_for) else "others"), sentence, None
    silent = listed(doubt.silent)
    asks = say("自分の側の確認を待っている協議の記録があります。") if to_confirm else None
    if who.party in silent:
        return (
            "yours",
            say("あなたの側（%(party)s）の見解を待っています。", party=labels[who.party or ""]),
            asks,
        )
    if to_confirm:
        return "yours", str(asks), say("記録を読み、このとおりか、認識が異なるかを答えてください。")
    if silent:
        waits = [labels[key] for key in silent if key in labels]
        return "others", say("%(parties)sの見解を待っています。", parties=say("・").join(waits)), None
    return (
        "yours",
        say("すべての当事者の見解が記されています。協議を重ね、まとまったら協議結果を起案してください。"),
        None,
    )


def _clauses(row: Any, under: Edition) -> list[dict[str, str]]:
    """The clauses a doubt concerns, as they stood when it was raised."""
    in_force: Edition = g.edition_in_force()
    where = "" if under == in_force else url_for("agreement.edition", number=row.edition)
    found = []
    for id in listed(row.clauses):
        clause = under.clauses.get(id)
        if clause is not None:
            href = f"{where}#{id}" if where else clause.href
            found.append(
                {"label": clause.label[language()], "href": href, "ja": clause.text.ja, "en": clause.text.en}
            )
    return found


def _files(found: Dossier, ids: str) -> list[dict[str, Any]]:
    return [
        {
            "name": file.name,
            "size": file.size,
            "digest": file.sha256,
            "href": url_for(".file", id=found.doubt.id, file=file.id),
        }
        for one in listed(ids)
        if (file := found.files.get(one)) is not None
    ]


def _consultations(found: Dossier) -> list[Any]:
    """What was written down of consultations on the answers themselves, with the way to each."""
    ids = [one.id for one in found.answers]
    return list(consent.consultations_on(reading(), ids)) if ids else []


@doubts.get("/<id>/files/<file>", allow=Permission.READ)
def file(id: str, file: str) -> ResponseReturnValue:
    """The file, always as a download that no browser runs (rows 14, 82, 84)."""
    found = queries.file(reading(), actor(), id, file)
    answer = Response(portal().files.open(found.sha256), mimetype="application/octet-stream")
    name_the_file(answer, found.name)
    answer.headers["Content-Length"] = str(found.size)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


# --------------------------------------------------------------------------------------- saying something of it


@doubts.post("/<id>/positions", allow=Permission.STATE_POSITION)
def position(id: str) -> ResponseReturnValue:
    """A position of the own side stands, shared (R9-1)."""
    form = PositionForm()
    return _entered(
        id,
        form,
        "position_form",
        lambda work, files: commands.state_position(work, id, text=form.text.data, files=files),
        "positions",
        say("見解を記し、相手方にお知らせしました。"),
    )


@doubts.post("/<id>/meetings", allow=Permission.CONSULT)
def meeting(id: str) -> ResponseReturnValue:
    """A consultation is written down, with its materials (R2-2, R9-1)."""
    form = ConsultationForm()

    def do(work: Work, files: list[str]) -> object:
        held_on = form.held_on.data
        assert held_on is not None  # the form was valid
        return commands.consult(
            work,
            id,
            held_on=held_on,
            medium=form.medium.data,
            participants=form.participants.data,
            summary=form.summary.data,
            decisions=form.decisions.data,
            files=files,
        )

    return _entered(
        id, form, "meeting_form", do, "meetings", say("協議を記録し、相手方に確認をお願いしました。")
    )


def _entered(
    id: str,
    form: MaterialsForm,
    name: str,
    do: Callable[[Work, list[str]], object],
    anchor: str,
    done: str,
) -> ResponseReturnValue:
    """An entry with files: what the inspection found in a file is shown once before the others have it (row 17), and a
    file sent with something amiss need not be sent again."""
    ids = request.form.getlist("materials")[: commands.MOST_FILES]
    mine = [
        one
        for one in queries.files(reading(), actor(), queries.doubt(reading(), actor(), id).id)
        if one.id in ids and one.party == actor().party
    ]
    form.offer(files_offered(mine))
    holds = form.validate()
    if len(form.uploads) + len(mine) > commands.MOST_FILES:
        form.refuse("files", say("資料は%(most)s件までです。", most=commands.MOST_FILES))
        return _doubt_page(id, 422, **{name: form})
    received = [found for one in form.uploads if (found := file_received(one, form, "files"))]
    holds = holds and not form.files.errors
    is_new = any(one["inspection"].findings for one in received)
    status = 422
    if holds and not is_new:
        try:
            with begin() as work:
                new = [commands.keep_file(work, id, **one).id for one in received]
                do(work, [*(form.materials.data or ()), *new])
                location = work.answer(url_for(".doubt", id=id, _anchor=anchor))
            flash(done, "success")
            return redirect(location, 303)
        except RuleBroken as refused:
            form.refuse(refused.field or "", _sentence(refused))
            status = refused.status
    if received and queries.doubt(reading(), actor(), id).standing == Standing.OPEN:
        with begin() as work:
            kept = [commands.keep_file(work, id, **one) for one in received]
        form.offer(files_offered([*mine, *kept]))
        form.materials.data = [*(form.materials.data or ()), *(one.id for one in kept)]
    if holds and is_new:
        form.refuse(
            "materials",
            say(
                "資料の検査で見つかったことがあります。相手方に渡してよいかを確かめ、もう一度記録してください。"
            ),
        )
    return _doubt_page(id, status, **{name: form})


@doubts.post("/<id>/meetings/<meeting>/confirm", allow=Permission.CONSULT)
def confirm_meeting(id: str, meeting: str) -> ResponseReturnValue:
    """Another party's word on the summary of a consultation."""
    form = ConfirmationForm()
    return _answered(
        id,
        form,
        "word_form",
        lambda work: commands.confirm_meeting(
            work, id, meeting, is_confirmed=form.is_confirmed.data == "yes", remark=form.remark.data
        ),
        "meetings",
    )


@doubts.post("/<id>/records", allow=Permission.RAISE_DOUBT)
def link_record(id: str) -> ResponseReturnValue:
    """A further record is named that the doubt touches."""
    form = RecordForm()
    found, unknown = _records_called(form.record.data or "")

    def do(work: Work) -> object:
        if unknown or len(found) != 1:
            raise rules.NoSuchRecord("record", reference=(form.record.data or "")[:40])
        return commands.link_record(work, id, *found[0])

    return _answered(id, form, "record_form", do, "records")


@doubts.post("/<id>/notes", allow=Permission.NOTE)
def note(id: str) -> ResponseReturnValue:
    """A note is written that only the own side reads."""
    form = NoteForm()
    return _answered(
        id, form, "note_form", lambda work: commands.note(work, id, text=form.text.data), "notes"
    )


def _answered(
    id: str, form: PortalForm, name: str, do: Callable[[Work], object], anchor: str
) -> ResponseReturnValue:
    if not form.validate():
        return _doubt_page(id, 422, **{name: form})
    try:
        with begin() as work:
            do(work)
            location = work.answer(url_for(".doubt", id=id, _anchor=anchor))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return _doubt_page(id, refused.status, **{name: form})
    return redirect(location, 303)


@doubts.route("/<id>/withdraw", methods=["GET", "POST"], allow=Permission.WITHDRAW)
def withdraw(id: str) -> ResponseReturnValue:
    """The doubt is taken back by the side that raised it, with a reason."""
    form = WithdrawForm()
    found = queries.doubt(reading(), actor(), id)
    if only_looks():
        rules.must_be_withdrawable(
            found.standing, raised_by=found.party, party=actor().party or "", on_the_table=None
        )
        return show("doubts/withdraw.html", row=found, form=form)
    if not form.validate():
        return show("doubts/withdraw.html", 422, row=found, form=form)
    try:
        with begin() as work:
            commands.withdraw(work, id, reason=form.reason.data)
            location = work.answer(url_for(".doubt", id=id))
    except RuleBroken as refused:
        form.refuse(refused.field or "", _sentence(refused))
        return show(
            "doubts/withdraw.html", refused.status, row=queries.doubt(reading(), actor(), id), form=form
        )
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


# --------------------------------------------------------------------------------------- what was settled


@doubts.get("/settings", allow=Permission.READ)
def settings() -> ResponseReturnValue:
    """Every question the text leaves open: the answer that holds, and whether it rests on what the parties settled
    (R9-5)."""
    edition: Edition = g.edition_in_force()
    held = agreement.settled(reading(), edition)
    settling = queries.settling(reading(), actor())
    asked = queries.open_topics(reading(), actor())
    lines = []
    for question in Question:
        answer = held.of(question)
        document = settling.get(answer.document_id)
        lines.append(
            {
                "key": str(question),
                "question": say(QUESTION_NAMES[question]),
                "answer": say(ANSWERS[question][answer.value])
                if answer.value in ANSWERS[question]
                else answer.value,
                "is_settled": answer.is_settled,
                "reference": answer.reference,
                "document": document,
                "document_id": answer.document_id,
                "doubt": asked.get(str(question)),
            }
        )
    return show("doubts/settings.html", lines=lines, may_raise=_may_raise(edition))


# --------------------------------------------------------------------------------------- the papers on one doubt


@doubts.route("/<id>/export", methods=["GET", "POST"], allow=Permission.READ, step_up=True)
def export(id: str) -> ResponseReturnValue:
    """Everything recorded on the doubt in the order of time, with the hashes that prove it, as one file; that it was
    taken stands in the own side's chain (R9-3; row 47)."""
    found = queries.doubt(reading(), actor(), id)
    form = ExportForm()
    form.prepare()
    may_own = actor().may(Permission.READ_OWN_SIDE)
    if only_looks():
        return show("doubts/export.html", row=found, form=form, may_own=may_own)
    if not form.validate():
        return show("doubts/export.html", 422, row=found, form=form, may_own=may_own)
    return _taken(id, found.reference, own_side=may_own and form.own.data == "own")


def _taken(id: str, reference: str, *, own_side: bool) -> ResponseReturnValue:
    who, edition = actor(), g.edition_in_force()
    labels = surroundings().labels
    head = next(one for one in history.heads(reading(), who) if one.chain == JOINT)
    slot = Slot()
    file = tempfile.TemporaryFile(prefix="portal-evidence-")
    try:
        made = evidence.gathered(
            reading(),
            who,
            edition,
            id,
            kinds=portal().extensions["kinds"],
            sources=portal().extensions.get("evidence", {}),
            own_side=own_side,
        )
        title = edition.title[language()]
        with begin() as work:
            work.record(
                ExportTaken(
                    about=Subject("member", str(who.member_id)),
                    private_to=who.party,
                    what="evidence",
                    format="ZIP",
                    count=str(len(made.pieces)),
                    as_of=head.number,
                    conditions=f"{reference}　{say('自分の側だけのメモを含む') if own_side else say('共有の記録のみ')}",
                )
            )
        by = " ".join(part for part in (labels.get(who.party or ""), who.post, who.name) if part)
        footer = say("共有の記録%(number)s・指紋 %(code)s", number=head.number, code=check_code(head.leaf))
        try:
            paper = evidence.paper_of(made, title=title, made_at=work.at, made_by=by, footer=footer)
            folder = portal().settings.fonts
            chronology = pdf.made(paper, fonts=pdf.find_fonts(*([folder] if folder else [])))
        except (pdf.MissingGlyphs, pdf.NoFont):
            chronology = None
        evidence.write(
            made,
            file,
            made_at=work.at,
            about={
                "made_at": moment(work.at),
                "made_by": by,
                "party": who.party,
                "head": {"number": head.number, "leaf": head.leaf},
                "own_side": own_side,
            },
            chronology=chronology,
            open_file=portal().files.open,
            sums=lambda content: hashlib.sha256(content).hexdigest(),
        )
    except BaseException:
        file.close()
        slot.release()
        raise
    stop_reading()
    size = file.tell()
    file.seek(0)
    answer = Response(iter(lambda: file.read(64 * 1024), b""), content_type="application/zip")
    answer.headers["Content-Length"] = str(size)
    name_the_file(answer, f"{reference}_{day_in_japan(work.at):%Y%m%d}.zip")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "no-store"
    answer.call_on_close(file.close)
    answer.call_on_close(slot.release)
    return answer


# --------------------------------------------------------------------------------------- beside clauses and records

_BESIDE: Kept[Markup] = Kept(1_000)


def beside(kind: str, id: str) -> Markup:
    """What stands beside a clause (`clause`) or on the page of a record: the doubts that are open, the answers that were
    agreed on; and the way to raise a doubt, which is two clicks away (R9-1): for a clause, `clause_acts`."""
    edition: Edition = g.edition_in_force()
    href: str | None = None
    if kind in ("clause", "clause_acts"):
        if "doubts_beside" not in g:
            g.doubts_beside = (queries.beside_clauses(reading(), actor()), _may_raise(edition))
        found, may = g.doubts_beside
        is_article = edition.article_of(id) is not None and id == edition.clause(id).article_id
        if kind == "clause_acts":
            offers = may and not is_article
            return (
                part("doubts/_beside.html", "act", url_for("doubts.new", clause=id)) if offers else Markup("")
            )
        parts = {id} if is_article else set(edition.parts_of(id))
        lines = [one for one in found if parts & set(listed(one.clauses))]
    else:
        lines = queries.beside_record(reading(), actor(), kind, id)
        href = url_for("doubts.new", about=f"{kind}:{id}") if _may_raise(edition) else None
    if not lines and href is None:
        return Markup("")
    number = agreement.edition_number(reading())
    key = (kind == "clause", tuple(lines), href, language(), number, edition.digest)
    return _BESIDE.get(
        key,
        lambda: part(
            "doubts/_beside.html", "clause" if kind == "clause" else "record", _told(lines, number), href
        ),
    )


def _told(lines: Sequence[Beside], number: int) -> list[dict[str, Any]]:
    """Doubts and answers as they stand beside a clause: an answer in the reader's words, with the edition it was agreed
    under where that is not the one in force."""
    code = language()
    return [
        {
            "is_answer": one.what == "answer",
            "reference": one.answer_reference or one.reference,
            "title": one.title,
            "href": url_for("doubts.doubt", id=one.id),
            "answer_href": url_for("doubts.answer", id=one.answer_id) if one.answer_id else None,
            "words": prose(one.text_en if code == "en" and one.text_en else one.text) if one.text else None,
            "at": one.at,
            "edition": one.edition if one.edition != number else None,
        }
        for one in lines
    ]


# --------------------------------------------------------------------------------------- answers


def _of_answer(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """What stands beside an answer: its doubt. Without a document: the words to start from."""
    assert isinstance(body, AnswerBody)
    if document is None:
        asked = request.args.get("doubt", "")[:40]
        found = queries.called(session, reader, reference_of(asked)) if asked else None
        return {"body": _answer_of(found, asked), "doubt": found}
    if body == AnswerBody():
        return {}
    found = queries.called(session, reader, reference_of(body.doubt))
    is_agreed = document.agreed_at is not None
    return {
        "doubt": found,
        "withheld": {"hold", "lift_hold"},
        "settles": body.question is not None,
        "agreed": is_agreed,
        **({} if is_agreed or body.question is None else {"moved": _moved(session, body, body.question)}),
    }


def _moved(session: Session, body: AnswerBody, question: Question) -> list[dict[str, Any]]:
    """The reckoned days that the answer would move, were every party to consent to it today (R9-5)."""
    edition: Edition = g.edition_in_force()
    today, now = today_of(session), agreement.settled(session, edition)
    lines = reckoning.moved_by_answer(
        edition,
        agreement.dates_now(session, edition),
        settled=(now, settled_upon(edition.conventions, {**now.answers, question: Answer(body.value)})),
        day=today,
    )
    return moved_rows([one for one in lines if one.has_moved])


def _answer_of(found: Any, asked: str) -> AnswerBody:
    if found is None:
        return AnswerBody(doubt=asked)
    return AnswerBody(
        title=say("%(title)sの協議結果", title=found.title),
        doubt=found.reference,
        outcome=rules.Outcome.ANSWER.value,
        clauses=tuple(listed(found.clauses)),
        basis=rules.Basis.PORTAL.value,
    )


mount(
    doubts,
    ANSWER,
    name="answer",
    path="/answers",
    form=AnswerForm,
    fields="doubts/_answer_fields.html",
    context=_of_answer,
    aside="doubts/_answer_aside.html",
    beforehand="doubts/_answer_aside.html",
)


# --------------------------------------------------------------------------------------- inside


def _sentence(refused: Refused) -> str:
    return f"{say(refused.sentence, **refused.facts)} {say(refused.next_step, **refused.facts)}"


def _whole(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
