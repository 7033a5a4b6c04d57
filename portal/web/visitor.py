"""From a cookie to a person: flask-login holds the token of a session row, and the row is the truth."""

from __future__ import annotations

from collections.abc import Callable

import flask_login
from flask import session

from portal.access.actor import ANONYMOUS, Actor
from portal.web.app import Portal
from portal.web.language import forget_language

type_of_loader = Callable[[str], Actor | None]


class Visitor(flask_login.UserMixin):  # type: ignore[misc]  # flask-login has no types
    """flask-login's user: the secret token of one session, and the actor behind it."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token, self.actor = token, actor

    def get_id(self) -> str:
        """The session's token: what the cookie carries in place of any member's identifier."""
        return self.token


def set_visitors(app: Portal, load: type_of_loader) -> None:
    """`app` knows its visitors by session token; `load` gives the actor of a live session, or None."""
    manager = flask_login.LoginManager(app, add_context_processor=False)  # a page of a fault asks no database
    manager.session_protection = None  # it binds to the network address, which changes in an office

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_visitor(token: str) -> Visitor | None:
        actor = load(token)
        return Visitor(token, actor) if actor else None


def identify() -> Actor:
    """The actor of this request, by its cookie."""
    visitor = _visitor()
    return visitor.actor if visitor else ANONYMOUS


def current_token() -> str | None:
    """The token of this request's session, if somebody is signed in."""
    visitor = _visitor()
    return visitor.token if visitor else None


def _visitor() -> Visitor | None:
    found = flask_login.current_user._get_current_object()  # asked once: each look through the proxy finds it anew
    return found if isinstance(found, Visitor) else None


def enter(token: str, actor: Actor, *, language: str | None) -> None:
    """From this answer on, the browser holds `token`; nothing of an earlier session stays (row 52)."""
    session.clear()
    if language:
        session["language"] = language
    flask_login.login_user(Visitor(token, actor))
    forget_language()


def leave() -> None:
    """The browser holds nothing any more, but the language chosen."""
    language = session.get("language")
    flask_login.logout_user()
    session.clear()
    if language:
        session["language"] = language
    forget_language()
