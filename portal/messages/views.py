"""The inbox of each person, and the page on which the operator sees how the mails get on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import HiddenField

from portal.access.policy import Permission
from portal.history import queries as history
from portal.history.begin import begin
from portal.history.event import EVENTS
from portal.history.forms import KINDS, OTHER_KIND, options, verbs_of
from portal.history.queries import Inbox, read_cursor
from portal.history.told import Shown, shown
from portal.kernel.errors import NotFound
from portal.kernel.words import N_
from portal.mail import commands as mails
from portal.mail import queries as queue
from portal.mail.rules import PURPOSE_NAMES, Purpose
from portal.messages import commands, queries
from portal.parties.views import way_back
from portal.web.forms import PortalForm
from portal.web.kept import Kept
from portal.web.language import LANGUAGES, catalogue, language, say
from portal.web.pages import part, render, show
from portal.web.reading import actor, portal, reading

messages = Blueprint("messages", __name__, url_prefix="/messages")
mail = Blueprint("mail", __name__, url_prefix="/mail")

PAGE = 50
_P = Permission


class ReadForm(PortalForm):
    """Which messages are read: those named, or everything up to a place."""

    next = HiddenField()


class MailForm(PortalForm):
    """An act on a mail."""


# --- The inbox ----------------------------------------------------------------------------------------------


@messages.get("", allow=_P.READ)
def index() -> ResponseReturnValue:
    """What one's own side was told (お知らせ), newest first, by key; each unread until this person has marked it."""
    asked = {name: request.args.get(name, "")[:100] for name in ("show", "kind", "party")}
    edition, code = g.edition_in_force(), language()
    labels = {party.key: party.defined_as[code] for party in edition.parties}
    before = read_cursor(request.args.get("before"))
    inbox = Inbox(
        unread=asked["show"] == "unread",
        party=asked["party"] if asked["party"] in labels else None,
        verbs=verbs_of(asked["kind"]) if asked["kind"] in dict(_kinds(code)) else (),
    )
    is_narrowed = inbox != history.EVERYTHING
    found = history.messages(reading(), actor(), PAGE + 1, before=before, inbox=inbox)
    told = shown(found[:PAGE], language=code, labels=labels, edition_digest=edition.digest)
    make_filter = partial(_filter, asked, labels, is_narrowed)
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return show(
        "messages/index.html",
        lines=_LISTED.get((told, code), partial(_listed, told)) if told else None,
        unread=history.unread_count(reading(), actor()),
        form=ReadForm(formdata=None, data={"next": request.full_path.rstrip("?")}),
        filter_form=make_filter() if kept else _FILTERS.get((code, edition.digest), make_filter),
        is_narrowed=is_narrowed,
        until=told[0].cursor if told and not is_narrowed and before is None else None,
        older=url_for(".index", **kept, before=told[-1].cursor) if len(found) > PAGE else None,
        first=url_for(".index", **kept) if before else None,
        counted=history.COUNTED,
    )


def _filter(asked: Mapping[str, str], labels: Mapping[str, str], is_narrowed: bool) -> Markup:
    return render(
        "messages/_filter.html",
        show_options=options([("unread", say(N_("未読だけ")))], asked["show"], say(N_("すべて"))),
        kind_options=options(_kinds(language()), asked["kind"], say(N_("すべての種類"))),
        party_options=options(labels.items(), asked["party"], say(N_("すべての当事者"))),
        is_narrowed=is_narrowed,
    )


class Listed(NamedTuple):
    """The messages of one page as it shows them."""

    unread: int
    """How many of them this person has not read."""
    named: Markup
    """Their names, for the button that marks them all."""
    items: Markup


_LISTED: Kept[Listed] = Kept(100)
_FILTERS: Kept[Markup] = Kept(50)
"""The list by the messages it tells and the language; the filter, as long as nothing is asked for, by the language and
the edition, whose parties it names."""


def _listed(told: Sequence[Shown]) -> Listed:
    unread = [one for one in told if one.is_unread]
    name = "messages/_lines.html"
    return Listed(len(unread), part(name, "named", unread), part(name, "items", told))


@lru_cache(maxsize=len(LANGUAGES))
def _kinds(code: str) -> list[tuple[str, str]]:
    """The kinds of act of which messages tell, to choose from."""
    words = catalogue(code)
    return [(key, words.gettext(label)) for key, label, _ in KINDS if _is_told(key)]


def _is_told(kind: str) -> bool:
    """Whether messages tell of acts of this kind."""
    return any(EVENTS[verb].message for verb in verbs_of(kind)) or kind == OTHER_KIND[0]


@messages.post("/read", allow=_P.READ)
def read() -> ResponseReturnValue:
    """The messages named are read by this person; or those of the page, or all up to the newest that was shown."""
    form = ReadForm()
    if not form.validate():
        raise NotFound()
    until = request.form.get("until")
    named = request.form.getlist("message") or request.form.getlist("shown")
    place = read_cursor(until) if until is not None else None
    if (until is not None and place is None) or (until is None and not named) or len(named) > PAGE:
        raise NotFound()
    where = way_back(form.next.data) or url_for(".index")
    with begin() as work:
        if place is not None:
            commands.read_until(work, place.at)
        else:
            commands.mark_read(work, named)
        work.answer(where)
    flash(say(N_("既読にしました。")))
    return redirect(where, 303)


# --- The operator's page --------------------------------------------------------------------------------------


@mail.get("", allow=_P.OPERATE)
def index_of_mail() -> ResponseReturnValue:
    """How many mails wait, whether the server is there, and what could not be delivered (rows 105, 115)."""
    return _page()


def _page(status: int = 200) -> ResponseReturnValue:
    labels = {party.key: party.defined_as[language()] for party in g.edition_in_force().parties}
    return show(
        "messages/mail.html",
        status,
        queue=queue.queue(reading(), actor()),
        letters=queries.dead_letters(reading(), actor()),
        purpose_of=lambda key: say(PURPOSE_NAMES[Purpose(key)]),
        side_of=lambda key: labels.get(key or "", say(N_("運用管理者"))),
        has_server=portal().settings.smtp_host is not None,
        folder=str(portal().settings.instance / "mail"),
    )


def _act(carry_out: Any, said: str) -> ResponseReturnValue:
    if not MailForm().validate():
        return _page(422)
    with begin() as work:
        carry_out(work)
        where = work.answer(url_for(".index_of_mail"))
    flash(said)
    return redirect(where, 303)


@mail.post("/<id>/retry", allow=_P.OPERATE)
def retry(id: str) -> ResponseReturnValue:
    """The mail is on its way again."""
    return _act(lambda work: mails.retry(work, id), say(N_("もう一度送ります。")))


@mail.post("/retry-all", allow=_P.OPERATE)
def retry_all() -> ResponseReturnValue:
    """Every mail that could not be delivered is on its way again."""
    return _act(mails.retry_all, say(N_("届けられなかったメールを、すべてもう一度送ります。")))


@mail.post("/<id>/give-up", allow=_P.OPERATE)
def give_up(id: str) -> ResponseReturnValue:
    """The mail will not be sent."""
    return _act(lambda work: mails.give_up(work, id), say(N_("送らないことにしました。")))


__all__ = ["mail", "messages"]
