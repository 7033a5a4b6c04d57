"""The term of the agreement: how long it runs, by when what must arrive, and the dates it is reckoned from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent import queries as consent
from portal.consent.body import Body
from portal.consent.models import Document
from portal.consent.rules import ON_THE_TABLE, STANDING_NAMES, Standing
from portal.consent.views import mount
from portal.kernel import days
from portal.kernel.clock import day_in_japan
from portal.kernel.periods import TakesEffect
from portal.term import reckoning
from portal.term.dates import DATES, DatesBody, blank
from portal.term.forms import DatesForm
from portal.web.language import language, say
from portal.web.pages import show
from portal.web.reading import actor, portal, reading

term = Blueprint("term", __name__, url_prefix="/term")


@term.get("", allow=Permission.READ)
def index() -> ResponseReturnValue:
    """The term now running with the rule behind every day; the last days for a declaration and for a notice."""
    edition: Edition = g.edition_in_force()
    dates = agreement.dates_now(reading(), edition)
    found = reckoning.reckoned(edition, dates, day_in_japan(portal().clock.now()))
    typed = request.args.get("planned", "")[:80]
    planned, fault = _read(typed)
    documents = _documents(reading(), actor())
    current = next((one for one in documents if one.id == dates.document_id), None)
    return show(
        "term/index.html",
        edition=edition,
        found=found,
        dates=dates,
        basis_of=lambda basis: say(reckoning.BASIS_NAMES[basis]),
        standing_of=lambda standing: say(reckoning.STANDING_NAMES[standing]),
        typed=typed,
        fault=fault,
        asked=reckoning.termination(edition, found, planned) if planned else None,
        ends_at_start=edition.conventions.takes_effect is TakesEffect.START_OF_PLANNED_DATE,
        writing=_articles_of_writing(edition),
        current=current,
        confirmations=_confirmations(current, edition),
        others=[
            one for one in documents if one is not current and one.standing in {str(s) for s in ON_THE_TABLE}
        ],
        standing_name=lambda key: say(STANDING_NAMES[Standing(key)]),
    )


def _read(text: str) -> tuple[dt.date | None, str | None]:
    """The day typed, or the sentence that says why it is none."""
    if not text.strip():
        return None, None
    try:
        return days.read_day(text), None
    except days.ImpossibleDay as fault:
        return None, say(fault.sentence, **fault.facts)


def _documents(session: Session, reader: Actor) -> list[Any]:
    """The tabled documents that entered dates, the latest first."""
    return list(
        session.execute(
            select(
                Document.id,
                Document.reference,
                Document.title,
                Document.standing,
                Document.digest,
                Document.revision,
                Document.waits_for,
                Document.agreed_at,
            )
            .where(Document.kind == DATES.key, Document.tabled_at.is_not(None), consent.visible(reader))
            .order_by(Document.number.desc())
            .limit(20)
        )
    )


def _confirmations(current: Any, edition: Edition) -> list[dict[str, Any]]:
    """Each party and whether it confirmed the dates that count now (R4-8)."""
    if current is None:
        return []
    given = consent.consents_of(reading(), [current.id])[current.id]
    rows = []
    for party in edition.parties:
        found = given.get(party.key)
        rows.append(
            {
                "label": party.defined_as[language()],
                "name": party.name[language()],
                "is_confirmed": found is not None,
                "at": found.at if found else None,
                "who": f"{found.post} {found.name}" if found else "",
            }
        )
    return rows


def _articles_of_writing(edition: Edition) -> list[str]:
    """The articles that ask for writing, as the edition calls them, each once (R4-2)."""
    found: list[str] = []
    for notice in (edition.non_renewal, edition.termination):
        if notice is not None and notice.form == "writing":
            article = edition.article_of(notice.clause)
            label = article.label[language()] if article else edition.clause(notice.clause).label[language()]
            if label not in found:
                found.append(label)
    return found


def _of_dates(session: Session, reader: Actor, document: Document | None, body: Body) -> dict[str, Any]:
    """Words for a new document to start from; beside a document, nothing."""
    return {} if document is not None else {"body": DatesBody(**blank(g.edition_in_force()))}


mount(
    term,
    DATES,
    name="dates",
    path="/dates",
    form=DatesForm,
    fields="term/_dates_fields.html",
    context=_of_dates,
)
