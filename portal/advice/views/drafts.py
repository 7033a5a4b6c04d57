"""The own side's drafts of advice: written, given their files, looked at as they will stand, and recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.advice import commands, queries, rules
from portal.advice.body import AdviceBody
from portal.advice.clauses import freed_by, standing_clauses
from portal.advice.forms import AdviceForm, FileForm, SavesForm
from portal.advice.models import AdviceDraft
from portal.advice.rules import BASIS_NAMES, KIND_NAMES, MARKING_NAMES, MEDIUM_NAMES
from portal.advice.views.doors import advice, party_label, today, volunteered
from portal.agreement.text import Edition
from portal.agreement.wording import purchase_words
from portal.history.begin import begin
from portal.kernel import days
from portal.kernel.errors import RuleBroken
from portal.kernel.uploads import FINDINGS
from portal.web.language import language, say
from portal.web.pages import prose, show
from portal.web.reading import actor, only_looks, portal, reading
from portal.web.uploads import download, receive

# --------------------------------------------------------------------------------------- writing


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
        form.tell(refused)
        found = queries.draft(reading(), actor(), id)
        form.saves.data = str(found.saves)
        return _edit_page(form, found, refused.status)


def _edit_page(
    form: AdviceForm, found: AdviceDraft | None, status: int = 200, *, is_recording: bool = False
) -> ResponseReturnValue:
    edition: Edition = g.edition_in_force()
    freed = freed_by(edition)
    return show(
        "advice/edit.html",
        status,
        form=form,
        draft=found,
        edition=edition,
        is_recording=is_recording,
        is_correction=found is not None and found.corrects_id is not None,
        corrects=queries.entry(reading(), actor(), found.corrects_id).row
        if found and found.corrects_id
        else None,
        volunteered=edition.volunteered,
        purchase_words=purchase_words(form.title.data or "", form.content.data or ""),
        clauses=[edition.clause(id) for id in freed.clauses] if freed else [],
        freed={"giver": party_label(freed.giver), "receiver": party_label(freed.receiver)} if freed else None,
    )


def _form(*, blank: bool = False) -> AdviceForm:
    form = AdviceForm(formdata=None) if blank else AdviceForm()
    form.prepare(g.edition_in_force(), language(), actor().party or "")
    return form


def _body(found: AdviceDraft) -> AdviceBody:
    return cast(AdviceBody, AdviceBody.from_plain(json.loads(found.body)))


# --------------------------------------------------------------------------------------- one draft


@advice.get("/drafts/<id>", allow=Permission.READ_OWN_SIDE)
def draft(id: str) -> ResponseReturnValue:
    """The own-side draft as it will be recorded, with the clauses it will stand on; its files; and the button."""
    return _draft_page(queries.draft(reading(), actor(), id), FileForm(formdata=None))


def _draft_page(found: AdviceDraft, form: FileForm, status: int = 200) -> ResponseReturnValue:
    who, edition, code = actor(), g.edition_in_force(), language()
    body = _body(found)
    giver, receiver = body.parties
    words: dict[str, str] = {}
    if {giver, receiver} <= set(edition.party_keys):
        words = {"giver": party_label(giver), "receiver": party_label(receiver)}
    for name, names in (
        ("kind", KIND_NAMES), ("basis", BASIS_NAMES), ("medium", MEDIUM_NAMES), ("marking", MARKING_NAMES),
    ):  # fmt: skip
        value = getattr(body, name)
        words[name] = say(names[value]) if value in names else ""
    return show(
        "advice/draft.html",
        status,
        draft=found,
        body=body,
        edition=edition,
        words=words,
        day=days.day_in_words(body.day, code) if body.day else "",
        content=prose(body.content) if body.content.strip() else None,
        clauses=_clauses(body, edition),
        corrects=queries.entry(reading(), who, found.corrects_id).row if found.corrects_id else None,
        volunteered=volunteered(body.basis, body.marking),
        purchase_words=purchase_words(body.title, body.content),
        files=[file_line(found.id, one, place=".look") for one in queries.files_of(reading(), found)],
        file_form=form,
        limit=portal().settings.upload_limit,
        may_record=who.may(Permission.RECORD_ADVICE),
    )


def _clauses(body: AdviceBody, edition: Edition) -> list[dict[str, Any]]:
    """The clauses on which it would stand if it were recorded now; without a day, as if it were given today."""
    giver, receiver = body.parties
    try:
        found = standing_clauses(
            reading(), edition, today(), giver=giver, receiver=receiver, given_on=body.day or today()
        )
    except rules.NoDateYet:
        return []
    return [
        {"label": one.label[language()], "text": one.text, "href": edition.clause(one.id).href}
        for one in found
    ]


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
        words.tell(refused)
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


# --------------------------------------------------------------------------------------- its files


@advice.post("/drafts/<id>/files", allow=Permission.RECORD_ADVICE)
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


@advice.post("/drafts/<id>/files/<file>", allow=Permission.READ_OWN_SIDE)
def look(id: str, file: str) -> ResponseReturnValue:
    """A file of the own-side draft, as a download."""
    found = queries.draft(reading(), actor(), id)
    for one in queries.files_of(reading(), found):
        if one.id == file:
            return download(one.name, one.sha256, one.size)
    abort(404)


@advice.post("/drafts/<id>/files/<file>/remove", allow=Permission.RECORD_ADVICE)
def detach(id: str, file: str) -> ResponseReturnValue:
    """The file is taken out of the own-side draft."""
    with begin() as work:
        commands.detach(work, id, file)
        return redirect(work.answer(url_for(".draft", id=id, _anchor="files")), 303)


def file_line(id: str, one: Any, *, place: str = ".take") -> dict[str, Any]:
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
