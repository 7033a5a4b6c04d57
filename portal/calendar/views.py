"""The address that a calendar program reads: the token in it says for whom (rows 9, 61)."""

from __future__ import annotations

from flask import Blueprint, Response, g

from portal.access.policy import Permission
from portal.calendar.feed import feed
from portal.kernel.errors import NotFound
from portal.kernel.words import N_
from portal.parties import queries as parties
from portal.web.headers import name_the_file
from portal.web.language import LANGUAGES, say
from portal.web.reading import portal, reading

calendar = Blueprint("calendar", __name__)


@calendar.get("/calendar/<token>", allow=Permission.ENTER)
def read(token: str) -> Response:
    """The agreed dates, as the person whose address it is may know them now, in their language. A token that was revoked,
    never was, or whose account is closed or may read nothing any more, is a page that is not there."""
    app, now = portal(), portal().clock.now()
    who = parties.calendar_reader(reading(), token, now)
    if not who.may(Permission.READ):
        raise NotFound()
    g.language = who.language if who.language in LANGUAGES else "ja"
    dates = [one for make in app.extensions["calendar"] for one in make(reading(), who, now)]
    text = feed(
        dates,
        name=say(N_("協定ポータル")),
        address=app.settings.address,
        host=app.settings.origin.partition(":")[0],
        now=now,
    )
    answer = Response(text, content_type="text/calendar; charset=utf-8")
    name_the_file(answer, "agreed-dates.ics")
    return answer
