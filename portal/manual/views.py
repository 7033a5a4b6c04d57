"""The manual inside the portal, for everybody who is signed in: contents, one page per job, all on one page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.access.policy import Permission
from portal.kernel.errors import NotFound
from portal.manual import text
from portal.manual.text import Page
from portal.web.language import LANGUAGES, language
from portal.web.pages import prose, show

# The operator and who has yet to change the first password read it too: it tells nothing of what the parties do.
EVERYBODY = Permission.USE_OWN_ACCOUNT

manual = Blueprint("manual", __name__, url_prefix="/manual")


@manual.get("", allow=EVERYBODY)
def index() -> ResponseReturnValue:
    """The table of contents."""
    return show("manual/index.html", page=text.manual(language()).contents, written=_written(_address))


@manual.get("/<page>", allow=EVERYBODY)
def page(page: str) -> ResponseReturnValue:
    """One page, with the ways to the pages before and after it."""
    whole = text.manual(language())
    if (found := whole.page(page)) is None:
        raise NotFound()
    before, after = whole.beside(found)
    return show("manual/page.html", page=found, before=before, after=after, written=_written(_address))


@manual.get("/all", allow=EVERYBODY)
def everything() -> ResponseReturnValue:
    """Every page after the other, to print or to search; links lead to places on this page."""
    return show("manual/all.html", manual=text.manual(language()), written=_written(_place_in_all))


@manual.get("/pictures/<language>/<picture>", allow=EVERYBODY)
def picture(language: str, picture: str) -> Response:
    """A picture that a page shows, of the portal in `language`; no other file."""
    found = text.manual(language).picture(picture) if language in LANGUAGES else None
    if found is None:
        raise NotFound()
    return Response(found.path.read_bytes(), mimetype="image/png")


def _address(name: str) -> str:
    return url_for("manual.index") if name == text.CONTENTS else url_for("manual.page", page=name)


def _place_in_all(name: str) -> str:
    """The place of a page on the page that holds them all; with its path, for only such an address is a link."""
    whole = url_for("manual.everything")
    return whole if name == text.CONTENTS else f"{whole}#{name}"


def _written(address_of: Callable[[str], str]) -> Callable[[str], Markup]:
    """What makes a page's Markdown HTML, by the portal's own renderer, its links leading by `address_of`."""
    return lambda source: prose(text.linked(source, address_of))


def link_here() -> tuple[str, str] | None:
    """Address and title of the page that explains the page asked for; None where only the contents do."""
    name = text.explains(request.endpoint)
    found: Page | None = text.manual(language()).page(name) if name else None
    return (_address(found.name), found.title) if found else None
