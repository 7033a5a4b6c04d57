"""Where the pages of publicity are registered, and what every one of them asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.models import Document
from portal.history.begin import begin
from portal.history.work import Work
from portal.kernel.clock import day_in_japan
from portal.publicity import queries
from portal.publicity.item import BOTH
from portal.publicity.queries import Around
from portal.publicity.sorts import FOLLOW_UPS, Relation
from portal.publicity.states import State
from portal.web.language import language
from portal.web.reading import actor, portal, reading

publicity = Blueprint("publicity", __name__, url_prefix="/publicity")


def now() -> dt.datetime:
    """The moment by which this page is reckoned (row 41)."""
    return portal().clock.now()


def in_force_now(session: Session | None = None) -> bool:
    """Whether consent under the agreement can be used now."""
    edition: Edition = g.edition_in_force()
    return queries.is_in_force(session or reading(), edition, day_in_japan(now()))


def state_at(around: Around, at: dt.datetime) -> State:
    """Where the item stands at the moment `at` (aware), by the agreement's dates, which every page reads."""
    edition: Edition = g.edition_in_force()
    in_force = agreement.in_force(reading(), edition, day_in_japan(at)).is_in_force
    return queries.state_of(around.row, at, in_force=in_force)


def place_of(kind: str, id: str, page: str = "", **more: Any) -> str:
    """The address of a page of an item of this kind."""
    return url_for(f"{BOTH[kind].place}{page}", id=id, **more)


def party_label(key: str) -> str:
    """How the agreement calls a party: 甲, 乙."""
    edition: Edition = g.edition_in_force()
    return edition.party(key).defined_as[language()]


def activity_not_going_on(activity_id: str | None) -> Any | None:
    """How the activity of an item stands when it is not going on: look, state, words, address; None of one that is. The
    assembler knows."""
    known = portal().extensions.get("activity_not_going_on")
    return known(reading(), actor(), activity_id) if known and activity_id else None


def relation_asked() -> Relation:
    """The follow-up that the form asks for; 400 for any other."""
    relation = request.form.get("relation", "")
    if relation not in {str(one) for one in FOLLOW_UPS}:
        abort(400)
    return Relation(relation)


def begun(do: Callable[[Work], Document]) -> ResponseReturnValue:
    """The own-side draft that `do` begins is open for writing."""
    with begin() as work:
        document = do(work)
        return redirect(work.answer(place_of(document.kind, document.id, "_draft")), 303)
