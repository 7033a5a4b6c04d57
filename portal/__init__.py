"""A portal for one cooperation agreement; `create_app` puts the house together, top to bottom."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import replace
from typing import Any, NamedTuple, cast

from flask import Response, g, redirect, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import bindparam, exc, outerjoin, select
from sqlalchemy.orm import Session, aliased
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import assembly, demo
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import queries as agreement_queries
from portal.agreement.models import AgreementEdition
from portal.agreement.opening import Opening
from portal.agreement.text import Edition
from portal.consent import queries as consent_queries
from portal.history import queries as history
from portal.history.begin import first_outcome
from portal.history.chain import last_head
from portal.history.event import JOINT
from portal.history.models import Head
from portal.history.queries import HeadNow
from portal.history.work import AlreadyDone, Works
from portal.kernel.clock import Clock, SystemClock
from portal.kernel.db import Engines, faults_as_unavailable, open_engines, rows, today_of
from portal.kernel.errors import NotFound
from portal.kernel.files import FileStore
from portal.kernel.words import N_
from portal.mail import queries as mail_queries
from portal.manual.views import link_here
from portal.migrations import must_be_current, schema_is_current
from portal.parties import queries as party_queries
from portal.parties.views import step_up_gate
from portal.settings import ROOT, Settings, from_environment
from portal.tasks.doctor import must_be_durable
from portal.tasks.schedule import start_with_first_request
from portal.web import visitor
from portal.web.app import Portal, ask_at_the_door
from portal.web.errors import set_errors
from portal.web.filters import set_filters
from portal.web.headers import set_headers
from portal.web.health import set_health
from portal.web.kept import Kept
from portal.web.language import language, say, set_language
from portal.web.pages import Banner, Frame, Person, navigation, set_pages
from portal.web.reading import actor, only_looks, portal, reading, stop_reading

BLUEPRINTS = (
    ("portal.parties.views", "account"),
    ("portal.parties.views", "parties"),
    ("portal.agreement.views", "agreement"),
    ("portal.history.views", "history"),
    ("portal.activities.views", "activities"),
    ("portal.publicity.views", "publicity"),
    ("portal.advice.views", "advice"),
    ("portal.handback.views", "handback"),
    ("portal.term.views", "term"),
    ("portal.amendments.views", "amendments"),
    ("portal.doubts.views", "doubts"),
    ("portal.reports.views", "reports"),
    ("portal.home.views", "home"),
    ("portal.messages.views", "messages"),
    ("portal.messages.views", "mail"),
    ("portal.calendar.views", "calendar"),
    ("portal.manual.views", "manual"),
)


_MOVED_ON = frozenset({404, 409, 422})
"""How an act is refused that the present state does not allow; carried out before, it has its first outcome."""


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Portal:
    """The portal over `settings` (the environment's, when none are given), by the time of `clock`.

    Raises HalfConfigured for settings that contradict production, or a database that in production would lose what it
    acknowledged (row 109), DoorWithoutPermission for an unguarded route.
    """
    settings = settings or from_environment()
    settings.instance.mkdir(parents=True, exist_ok=True)
    engines = open_engines(settings.database_url, wait=settings.database_wait)
    if settings.is_production:
        must_be_durable(engines)
    app = Portal(
        settings, clock=clock or SystemClock(), engines=engines, files=FileStore(settings.instance / "files")
    )
    _configure(app)
    works = app.extensions["works"] = Works(
        engines=engines,
        clock=app.clock,
        host=settings.origin,
        opening=Opening(),
        must_be_writable=must_be_current,
    )
    set_language(app)
    visitor.set_visitors(app, lambda token: _actor_of(works, token))
    ask_at_the_door(app, visitor.identify)
    _carry_the_edition(app)
    CSRFProtect(app)
    step_up_gate(app)
    set_headers(app)
    set_filters(app)
    set_errors(app)
    set_pages(app, _frame)
    _set_static(app)

    @app.errorhandler(AlreadyDone)
    def done(error: AlreadyDone) -> ResponseReturnValue:
        return redirect(error.location, 303)

    @app.after_request
    def refused(answer: Response) -> Response:
        if request.method != "POST" or answer.status_code not in _MOVED_ON:
            return answer
        location = first_outcome()
        return cast(Response, redirect(location, 303)) if location else answer

    @app.teardown_appcontext
    def let_go(_error: BaseException | None) -> None:
        stop_reading()

    for module, name in BLUEPRINTS:
        if importlib.util.find_spec(module):
            app.register_blueprint(getattr(importlib.import_module(module), name))
    assembly.join(app)
    set_health(
        app, [("schema", lambda: schema_is_current(engines)), ("record", lambda: _has_a_record(engines))]
    )
    if settings.is_demo:
        app.extensions["demo_accounts"] = demo.accounts()
    if settings.scheduler:
        start_with_first_request(app)
    if importlib.util.find_spec("portal.cli"):
        app.cli.add_command(importlib.import_module("portal.cli").commands)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _has_a_record(engines: Engines) -> bool:
    """Whether the portal was founded, and the heads of its chains can be read."""
    with faults_as_unavailable(), Session(engines.reader) as session:
        return last_head(session, JOINT) is not None


def _actor_of(works: Works, token: str) -> Actor | None:
    """Who makes this request, read in the snapshot that the page will be made of; an act reads anew."""
    return party_queries.actor_of(works, token, reading() if only_looks() else None)


def _configure(app: Portal) -> None:
    secure = app.settings.cookies_are_secure
    app.config.update(
        SECRET_KEY=app.settings.secret_key,
        SESSION_COOKIE_NAME="__Host-portal" if secure else "portal",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        TRUSTED_HOSTS=list(app.settings.trusted_hosts),
        MAX_CONTENT_LENGTH=app.settings.upload_limit + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=1_000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )


def _carry_the_edition(app: Portal) -> None:
    """Every request can cite the edition in force, and the floors below it can read party names from it."""

    @app.before_request
    def carry() -> None:
        def edition() -> Any:
            return _house().edition

        def cite(key: str) -> Any:
            return edition().cite(key, language())

        g.edition_in_force, g.cite = edition, cite


def _frame() -> Frame:
    """What stands around every page: in full for the signed-in, bare for everybody else and in a fault."""
    who, app = actor(), portal()
    bare = Frame(
        signed_in=False,
        person=None,
        agreement_title="",
        navigation=[],
        language=language(),
        path=request.full_path.rstrip("?") if request.method == "GET" else request.path,
        head=None,
        is_demo=app.settings.is_demo,
        banner=None,
        waiting=None,
    )
    if not who.is_signed_in:
        return bare
    try:
        return replace(bare, **_frame_of(app, who))
    except (NotFound, exc.SQLAlchemyError):  # before founding; or the database cannot be read just now
        stop_reading()
        return bare


class _House(NamedTuple):
    """What every page of a signed-in reader shows of the house."""

    edition: Edition
    head: tuple[int, str] | None
    waiting: int | None
    leaf: str
    """The last of the joint chain: nothing that all parties know of changes without another."""


_OWN = aliased(Head)
_EVERY_PAGE = (
    select(
        AgreementEdition.number,
        AgreementEdition.digest,
        AgreementEdition.in_force_from,
        Head.number.label("head"),
        Head.leaf,
        Head.at,
        _OWN.number.label("own_head"),
        _OWN.leaf.label("own_leaf"),
        _OWN.at.label("own_at"),
        *agreement_queries.DATES_COLUMNS,
    )
    .select_from(
        outerjoin(AgreementEdition, Head, Head.chain == JOINT).outerjoin(_OWN, _OWN.chain == bindparam("own"))
    )
    .where(agreement_queries.HAS_COME)
    .order_by(AgreementEdition.number.desc())
    .limit(1)
)


_WAITING: Kept[int] = Kept(100)
"""How many things wait for a party, by the party and the last leaf of the joint chain: nothing comes to wait, and
nothing ceases to, without an entry there."""


def _house() -> _House:
    """The house as this request reads it, in one statement, and one more after something was recorded; raises
    NotFound before founding."""
    session, who = reading(), actor()
    held: _House | None = session.info.get("house")
    if held is None:
        reads = who.may(Permission.READ) and who.party is not None
        chains = history.chains_of(who)
        given = {
            "own": next((one for one in chains if one != JOINT), None),
            "today": today_of(session),
        }
        row = rows(session, _EVERY_PAGE, given).first()
        if row is None:
            raise NotFound()
        heads = (HeadNow(JOINT, row.head, row.leaf, row.at), HeadNow(who.party or "", row.own_head, row.own_leaf, row.own_at))
        history.note_heads(session, who, [head for head in heads if head.leaf and head.chain in chains])
        edition = agreement_queries.in_force_while(session, row)
        agreement_queries.dates_while(session, row, edition)
        held = session.info["house"] = _House(
            edition,
            (row.head, row.leaf) if reads and row.leaf else None,
            _WAITING.get((who.party, row.leaf), lambda: consent_queries.waiting_count(session, who))
            if reads
            else None,
            row.leaf or "",
        )
    return held


def _frame_of(app: Portal, who: Actor) -> dict[str, Any]:
    house = _house()
    label = house.edition.party(who.party).defined_as[language()] if who.party else ""
    return {
        "signed_in": True,
        "person": Person(who.name, who.post, label),
        "agreement_title": house.edition.title[language()],
        "navigation": navigation(app, who),
        "head": house.head,
        "waiting": house.waiting,
        "banner": (_mail_trouble(app) if who.may(Permission.OPERATE) else None)
        or assembly.banner(app, reading(), house.edition, house.leaf),
        "explained": link_here(),
    }


def _mail_trouble(app: Portal) -> Banner | None:
    """What the operator is to know on every page: that mails cannot go (row 115)."""
    found = mail_queries.trouble(reading(), app.clock.now())
    more = (url_for("mail.index_of_mail"), say("メールの状態を見る"))
    if found.down_since is not None:
        words = say(
            N_("メールサーバーに%(since)sから届いていません。ポータルは使えます。"), since=found.down_since
        )
        return Banner("error", words, *more)
    if found.dead:
        return Banner(
            "warning", say(N_("届けられなかったメールが%(count)s通あります。"), count=found.dead), *more
        )
    return None


def _set_static(app: Portal) -> None:
    """Stylesheets, scripts and pictures: for everybody, and the only thing a browser may keep."""

    def static(filename: str) -> ResponseReturnValue:
        return send_from_directory(ROOT / "static", filename, max_age=3600)

    app.add_url_rule("/static/<path:filename>", "static", static, allow=Permission.ENTER)


__all__ = ["create_app"]
