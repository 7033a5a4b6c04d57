"""Where the pages of advice are registered, and what every one of them asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import Blueprint, g

from portal.advice import rules
from portal.agreement.text import Edition
from portal.kernel.clock import day_in_japan
from portal.web.language import language
from portal.web.reading import actor, portal, reading

advice = Blueprint("advice", __name__, url_prefix="/advice")


def today() -> dt.date:
    """The day in Asia/Tokyo by which this page is reckoned."""
    return day_in_japan(portal().clock.now())


def party_label(key: str) -> str:
    """How the agreement calls a party: 甲, 乙."""
    edition: Edition = g.edition_in_force()
    return edition.party(key).defined_as[language()]


def activities_named(ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Words and address of the activities named, by identifier; the assembler knows them."""
    known = portal().extensions.get("activities_named")
    wanted = sorted(set(ids))
    return cast(Mapping[str, tuple[str, str]], known(reading(), actor(), wanted)) if known and wanted else {}


def volunteered(basis: str, marking: str) -> Any | None:
    """The exclusion to look at where what was volunteered is marked as secret (S13); None where there is none."""
    edition: Edition = g.edition_in_force()
    if edition.volunteered is None or not rules.is_to_be_settled(basis, marking):
        return None
    clause = edition.volunteered
    return {"label": clause.label[language()], "text": clause.text[language()], "href": clause.href}
