"""One entry of the log: what was recorded, the clauses it stands on word for word, and what both sides say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.advice import commands, queries, rules
from portal.advice import paper as papers
from portal.advice.commands import Handling
from portal.advice.forms import HandlingForm, LinkForm, NoteForm, WordForm
from portal.advice.rules import (
    BASIS_NAMES,
    KIND_NAMES,
    MARKING_NAMES,
    MEDIUM_NAMES,
    PROCUREMENT_NAMES,
    RESULT_NAMES,
)
from portal.advice.views.doors import activities_named, advice, party_label, today, volunteered
from portal.advice.views.drafts import file_line
from portal.advice.views.log import editions_of, marks
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.paper import listed
from portal.consent.views import kept_part
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.chain import last_head
from portal.history.event import JOINT
from portal.history.queries import Reading
from portal.history.views import surroundings, told
from portal.history.work import Work
from portal.kernel import days
from portal.kernel.errors import NotFound, RuleBroken
from portal.web import paper
from portal.web.filters import moment
from portal.web.forms import PortalForm
from portal.web.language import language, say
from portal.web.pages import prose, show
from portal.web.reading import actor, portal, reading
from portal.web.uploads import download

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
    who = actor()
    found = queries.entry(reading(), who, id)
    row, mine = found.row, who.party or ""
    is_open = found.said is not None
    editions = editions_of([row])
    answers = who.may(Permission.ANSWER_ADVICE) and is_open and row.correction is None
    names = activities_named([row.activity_id] if row.activity_id else [])

    return show(
        "advice/entry.html",
        status,
        found=found,
        row=row,
        said=found.said,
        title=row.title if is_open else say("内容を表示しない記録"),
        page_title=row.title if row.marking == rules.Marking.OPEN else row.reference,
        marks=marks(row, edition),
        turn=_turn(found, mine if who.may(Permission.ANSWER_ADVICE) else "", edition),
        clauses=_clauses(found, editions),
        edition_number=row.edition,
        survival=_survival(row, edition),
        edition=edition,
        facts=_facts(row, edition),
        activity=names.get(row.activity_id or ""),
        content=prose(found.said.body.content) if found.said else None,
        files=[file_line(id, one) for one in found.said.files] if found.said else [],
        volunteered=volunteered(row.basis, row.marking),
        confirmations=found.confirmations,
        word_form=(forms.get("word_form") or WordForm(formdata=None)).apart("word"),
        may_confirm=answers
        and mine == rules.other_of(row.giver, row.receiver, row.party)
        and not found.has_confirmed,
        handling_form=(forms.get("handling_form") or HandlingForm(formdata=None)).apart("handling"),
        is_handling="handling_form" in forms or row.to_check == who.party,
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


@advice.post("/<id>/pdf", allow=Permission.READ)
def entry_paper(id: str) -> ResponseReturnValue:
    """The entry as a PDF, with the clauses it stands on word for word (S8); what its reader may not open is not on
    it, nor what is of one side alone. That it was taken is kept for the own side (decision 34)."""
    with begin() as work:
        commands.take_paper(work, id)
    edition: Edition = g.edition_in_force()
    found = queries.entry(reading(), actor(), id)
    row, head = found.row, last_head(reading(), JOINT)
    assert head is not None
    activity = activities_named([row.activity_id] if row.activity_id else []).get(row.activity_id or "")
    sheet = papers.Sheet(
        found=found,
        edition=edition,
        facts=_facts(row, edition),
        marks=marks(row, edition),
        clauses=_clauses(found, editions_of([row])),
        survival=_survival(row, edition),
        activity=activity[0] if activity else None,
        head=head,
        now=portal().clock.now(),
    )
    return paper.answer(papers.paper(sheet), row.reference)


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


def _survival(row: Any, edition: Edition) -> dict[str, Any] | None:
    """After the last day in force: which of the clauses on which the entry stands survive, and until when (R8-2)."""
    if not row.clauses or edition.survival is None:
        return None
    day = today()
    life = agreement.in_force(reading(), edition, day)
    if life.survival_end is None or life.last_day is None or day <= life.last_day:
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
    """Whose turn it is, first on the page (decision 22); `mine`: the reader's side, if the reader may answer for it."""
    row = found.row
    if row.correction:
        return "stopped", say(
            "この記録は%(reference)sで訂正されています。前の記録として残しています。",
            reference=row.correction,
        )
    if mine and row.waits_for == mine:
        return "yours", say("相手方がこの記録を残しました。同じ内容かどうかを確かめて答えてください。")
    if mine and row.to_check == mine:
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
        form.tell(refused)
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
    return download(found.name, found.sha256, found.size)


@advice.post("/<id>/correct", allow=Permission.RECORD_ADVICE)
def correct(id: str) -> ResponseReturnValue:
    """An own-side draft of a correction, with the words of the entry (R8-4)."""
    with begin() as work:
        draft = commands.begin_correction(work, id)
        return redirect(work.answer(url_for(".edit", id=draft.id)), 303)
