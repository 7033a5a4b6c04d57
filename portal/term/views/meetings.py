"""The register of regular meetings, for agreements that ask for them ("meetings"; R2-2)."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.access.policy import Permission
from portal.agreement.text import Edition
from portal.consent.forms import MEDIA
from portal.history.begin import begin
from portal.kernel.errors import NotFound, RuleBroken
from portal.term import commands, queries, reckoning
from portal.term.commands import Evidence, Minutes
from portal.term.forms import (
    AnswerForm,
    MeetingForm,
)
from portal.term.reckoning import Reckoned
from portal.term.views.frame import as_file, download, entries, inspected, label_of, reckoned, refuse, term
from portal.web.language import language, say
from portal.web.pages import show
from portal.web.reading import actor, only_looks, portal, reading


def meeting_line(edition: Edition, found: Reckoned, session: Session) -> dict[str, Any] | None:
    """By when the next regular meeting is to be held; None for an agreement that asks for none."""
    months = edition.meeting_months
    if months is None or not found.lines:
        return None
    last = queries.last_meeting(session)
    due = reckoning.meeting_due(last, found.lines[0].term.start, months)
    assert due is not None  # there is a first day
    return {
        "months": months,
        "last": last,
        "due": due,
        "days_left": (due - found.today).days,
        "is_running": found.running is not None,
    }


def _meeting_edition() -> Edition:
    """The edition in force; raises NotFound where it asks for no regular meetings."""
    edition: Edition = g.edition_in_force()
    if edition.meeting_months is None:
        raise NotFound()
    return edition


@term.get("/meetings", allow=Permission.READ)
def meetings() -> ResponseReturnValue:
    """The register of regular meetings, and by when the next is to be held."""
    _meeting_edition()
    edition, _, _, found = reckoned()
    who = actor()
    return show(
        "term/meetings.html",
        edition=edition,
        line=meeting_line(edition, found, reading()),
        meetings=queries.meetings(reading(), who),
        to_confirm={one.id for one in queries.meetings_to_confirm(reading(), who)},
        party_label=label_of(edition),
        media=MEDIA,
        may_record=who.may(Permission.CONSULT),
    )


@term.route("/meetings/new", methods=["GET", "POST"], allow=Permission.CONSULT)
def meeting_new() -> ResponseReturnValue:
    """A regular meeting is written down (R2-2)."""
    edition = _meeting_edition()
    form = MeetingForm()
    form.prepare(edition, language())
    if only_looks():
        return _meeting_form_page(form)
    holds = form.validate()
    received: list[Evidence] = []
    if len(form.uploads) > commands.MOST_MATERIALS:
        form.refuse("files", say("資料は%(most)s件までです。", most=commands.MOST_MATERIALS))
    else:
        received = [found for one in form.uploads if (found := inspected(one, form, "files"))]
    if not holds or form.files.errors:
        return _meeting_form_page(form, 422)
    assert form.held_on.data is not None  # the form is valid
    try:
        with begin() as work:
            made = commands.record_meeting(
                work,
                Minutes(
                    held_on=form.held_on.data,
                    medium=form.medium.data,
                    participants=[(row[0], row[1]) for row in form.participants.rows],
                    summary=form.summary.data,
                    decisions=form.decisions.data,
                    materials=received,
                ),
            )
            location = work.answer(url_for(".meeting", id=made.id))
    except RuleBroken as refused:
        refuse(form, refused)
        return _meeting_form_page(form, refused.status)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


def _meeting_form_page(form: MeetingForm, status: int = 200) -> ResponseReturnValue:
    return show("term/meeting_new.html", status, form=form, limit=portal().settings.upload_limit)


@term.get("/meetings/<id>", allow=Permission.READ)
def meeting(id: str) -> ResponseReturnValue:
    """One regular meeting, and what the other parties say of the summary."""
    return _meeting_page(id)


def _meeting_page(id: str, status: int = 200, form: AnswerForm | None = None) -> ResponseReturnValue:
    edition: Edition = g.edition_in_force()
    who = actor()
    held = queries.meeting(reading(), who, id)
    own = held.word_of(who.party or "")
    return show(
        "term/meeting.html",
        status,
        held=held,
        row=held.row,
        edition=edition,
        party_label=label_of(edition),
        medium=str(MEDIA.get(held.row.medium, held.row.medium)),
        form=(form or AnswerForm(formdata=None)).apart("answer"),
        may_answer=form is not None  # refused: what was typed stays
        or who.may(Permission.CONSULT)
        and who.party != held.row.party
        and not (own is not None and own.is_confirmed),
        file=lambda one: as_file(one, url_for(".meeting_file", id=held.row.id, file=one.id)),
        entries=entries(id),
    )


@term.post("/meetings/<id>/answer", allow=Permission.CONSULT)
def meeting_answer(id: str) -> ResponseReturnValue:
    """Another party's word on the summary of a meeting (R2-2)."""
    form = AnswerForm()
    if not form.validate():
        return _meeting_page(id, 422, form)
    try:
        with begin() as work:
            commands.answer_meeting(
                work, id, is_confirmed=form.is_confirmed.data == "yes", remark=form.remark.data
            )
            location = work.answer(url_for(".meeting", id=id))
    except RuleBroken as refused:
        refuse(form, refused)
        return _meeting_page(id, refused.status, form)
    flash(say("記録し、相手方にもお知らせしました。"), "success")
    return redirect(location, 303)


@term.get("/meetings/<id>/files/<file>", allow=Permission.READ)
def meeting_file(id: str, file: str) -> ResponseReturnValue:
    """A material of a meeting, as a download that no browser runs (row 82)."""
    return download(queries.file(reading(), actor(), "meeting", id, file))
