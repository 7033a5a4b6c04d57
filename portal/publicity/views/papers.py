"""What is printed of an agreed item: each text in its house format, numbered copies, and the sheet of agreement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access.policy import Permission
from portal.consent import queries as documents
from portal.consent import showing as consent_showing
from portal.consent.models import Document
from portal.consent.paper import body_of
from portal.history.begin import begin
from portal.kernel.errors import NotFound, RuleBroken
from portal.publicity import checklist, commands, queries, showing, timing
from portal.publicity.commands import must_be_its_bytes
from portal.publicity.forms import CopyForm
from portal.publicity.item import (
    BOTH,
    VOLUNTARY,
    PublicityBody,
    output_keys,
    output_of,
    output_words,
    plan_of,
)
from portal.publicity.models import EmbargoedCopy
from portal.publicity.sorts import RELATION_NAMES, SORT_NAMES, Relation
from portal.publicity.states import State, state_name
from portal.publicity.views.doors import now, party_label, place_of, publicity, state_at
from portal.web.language import language, say, speaking
from portal.web.pages import render, show
from portal.web.reading import actor, only_looks, reading

_MATERIAL, _RELEASE, _PLAIN = (
    "publicity/_paper_material.html",
    "publicity/_paper_release.html",
    "publicity/_paper_plain.html",
)
_NOT_TO_BE_USED = {State.HELD, State.LAPSED, State.ENDED, State.REPLACED, State.CALLED_OFF}
"""Of an item that stands so, a printed form says it at its top: nobody hands it out unawares."""


@dataclass(frozen=True)
class Agreed:
    """An agreed item, its bytes found to be those of its digest (row 43)."""

    row: Any
    document: Document
    revision: Any
    body: PublicityBody
    state: State

    @property
    def place(self) -> str:
        """The address of its page."""
        return place_of(self.row.kind, self.row.id)

    @property
    def is_called_off(self) -> bool:
        """Whether what was agreed is that nothing is made public."""
        return self.body.relation == Relation.CALL_OFF


def _agreed(id: str) -> Agreed:
    """The item, if it was agreed; raises NotFound before agreement."""
    around = queries.around(reading(), actor(), id)
    row = around.row
    kind = BOTH[row.kind]
    document = documents.document(reading(), actor(), kind, id)
    if document.agreed_at is None:
        raise NotFound()
    revision = documents.revision(reading(), document, document.revision)
    must_be_its_bytes(revision)
    return Agreed(row, document, revision, body_of(kind, revision), state_at(around, now()))


# --------------------------------------------------------------------------------------- house formats


def _printed(found: Agreed, key: str, copy: EmbargoedCopy | None = None) -> ResponseReturnValue:
    """The agreed text of one output in the house format of the party whose version it is, in the language of the
    text: a company's release, or the press material of a public body (practice.md 3.2, 3.3)."""
    edition = g.edition_in_force()
    text = output_of(found.body, key)
    if not text or found.is_called_off:
        raise NotFound()
    whose, _, code = key.partition(".")
    party = next((one for one in edition.parties if one.key == whose), None)
    house = _RELEASE if party and party.kind == checklist.COMPANY else _MATERIAL
    with speaking(code):
        channels = showing.channel_lines(found.body, found.row, None, edition, now())
        paper = render(
            house if party else _PLAIN,
            body=found.body,
            text=text,
            title=(found.body.title_en if code == "en" else "") or found.body.title,
            edition=edition,
            party=party,
            others=[one for one in edition.parties if party is None or one.key != party.key],
            provided=_provided(found.body),
            when=_when(found.body),
            channels=[one for one in channels if party is None or one["publisher"] == party.key],
            contacts=dict(one for one in found.body.contacts if len(one) == 2),
            profiles=dict(one for one in found.body.profiles if len(one) == 2),
            files=documents.attachments_of(found.revision),
            sort_name=say(SORT_NAMES[found.body.sort]),
            top=_top(found, copy),
            reference=found.row.reference,
            number=found.document.revision,
            digest=found.document.digest,
        )
    return show(
        "publicity/paper.html",
        row=found.row,
        place=found.place,
        paper=paper,
        code=code,
        output=output_words(key, edition, language()),
    )


@dataclass(frozen=True)
class Top:
    """What stands at the head of every paper: that it may not be used, when the embargo is lifted, whose copy it is
    (row 47)."""

    stopped: str
    embargo: str
    is_out: bool
    copy: EmbargoedCopy | None
    taker: str


def _top(found: Agreed, copy: EmbargoedCopy | None) -> Top:
    is_out = showing.is_out(found.body, found.row, now())
    return Top(
        stopped=say(state_name(found.state, found.body.relation)) if found.state in _NOT_TO_BE_USED else "",
        embargo="" if is_out else showing.embargo_words(found.body),
        is_out=is_out,
        copy=copy,
        taker=party_label(copy.party) if copy else "",
    )


def _provided(body: PublicityBody) -> str:
    """When it is handed out: the day and hour agreed for an embargoed one, else the agreed time."""
    on = timing.day_of(body.provided_day)
    if on is None:
        return _when(body)
    clock = timing.time_of(body.provided_time)
    at = timing.moment_of(on, clock, body.zone) if clock else None
    return showing.press_moment(at) if at else showing.press_day(on)


def _when(body: PublicityBody) -> str:
    """The agreed time as press material writes it."""
    opens: dt.datetime | None = plan_of(body).whole.opens_at
    return showing.press_moment(opens) if opens else "".join(showing.timing_lines(body)[:1])


@publicity.get("/<id>/outputs/<key>", allow=Permission.READ)
def output(id: str, key: str) -> ResponseReturnValue:
    """One agreed output in its house format; before its time it says that it is not for handing out (row 47)."""
    return _printed(_agreed(id), key)


# --------------------------------------------------------------------------------------- copies before the time


@publicity.route("/<id>/copies", methods=["GET", "POST"], allow=Permission.PUBLISH)
def copies(id: str) -> ResponseReturnValue:
    """The copies taken before the time, and the form that takes another: who took it for whom stands on it and in
    the record (row 47)."""
    form, row = CopyForm(), queries.row(reading(), actor(), id)
    if only_looks():
        return _copies_page(_agreed(id), form, 200)
    form.offer(_outputs(_agreed(id)) if row.agreed_at else [])
    if row.agreed_at and not form.validate():
        return _copies_page(_agreed(id), form, 422)
    try:
        with begin() as work:
            copy = commands.take_copy(work, id, output=form.output.data or "", recipient=form.recipient.data)
            location = work.answer(url_for(".copy", id=id, number=copy.number))
    except RuleBroken as refused:
        if not row.agreed_at:
            raise
        form.tell(refused)
        return _copies_page(_agreed(id), form, refused.status)
    return redirect(location, 303)


def _outputs(found: Agreed) -> list[tuple[str, str]]:
    edition = g.edition_in_force()
    return [
        (key, output_words(key, edition, language()))
        for key in output_keys(edition)
        if output_of(found.body, key) and not found.is_called_off
    ]


def _copies_page(found: Agreed, form: CopyForm, status: int) -> ResponseReturnValue:
    outputs = _outputs(found)
    form.offer(outputs)
    return show(
        "publicity/copies.html",
        status,
        row=found.row,
        place=found.place,
        form=form,
        embargo=showing.embargo_words(found.body),
        outputs=dict(outputs),
        copies=queries.copies(reading(), actor(), found.row.id),
        agreed_digest=found.document.digest,
        may_take=found.state not in _NOT_TO_BE_USED and bool(outputs),
        state_name=say(state_name(found.state, found.body.relation)),
    )


@publicity.get("/<id>/copies/<int:number>", allow=Permission.PUBLISH)
def copy(id: str, number: int) -> ResponseReturnValue:
    """The copy, marked with its number, who took it, when and for whom (row 47)."""
    queries.item(reading(), actor(), id)
    taken = queries.copy_of(reading(), actor(), id, number)
    return _printed(_agreed(id), taken.output, taken)


# --------------------------------------------------------------------------------------- the sheet of agreement


@publicity.get("/<id>/agreement-sheet", allow=Permission.READ)
def sheet(id: str) -> ResponseReturnValue:
    """公表合意書 on one page: the bundle, its versions, who consented for each party, when and in what capacity, and
    the check code (R6.2-8; excellent 3.3)."""
    edition, found = g.edition_in_force(), _agreed(id)
    kind = BOTH[found.row.kind]
    dossier = documents.dossier(reading(), actor(), kind, id)
    return show(
        "publicity/sheet.html",
        row=found.row,
        place=found.place,
        document=found.document,
        dossier=dossier,
        body=found.body,
        edition=edition,
        kind=kind,
        is_voluntary=found.row.kind == VOLUNTARY.key,
        is_called_off=found.is_called_off,
        relation=say(RELATION_NAMES[Relation(found.body.relation)])
        if found.body.relation != Relation.NEW
        else "",
        top=_top(found, None),
        timing=[] if found.is_called_off else showing.timing_lines(found.body),
        channels=showing.channel_lines(found.body, found.row, None, edition, now()),
        outputs=[(label, len(output_of(found.body, name))) for name, label in _outputs(found)],
        files=documents.attachments_of(found.revision),
        parties=consent_showing.agreed_rows(dossier, edition),
        sort_name=say(SORT_NAMES[found.body.sort]),
        party_label=party_label,
    )
