"""What a page reads through: the reader's own person, and a session that cannot write (row 98)."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request
from sqlalchemy.orm import Session

from portal.access.actor import ANONYMOUS, Actor
from portal.kernel.clock import day_in_japan
from portal.kernel.db import reads_on
from portal.web.app import Portal, let_go_of_reading


def portal() -> Portal:
    """The application that serves this request."""
    return cast(Portal, current_app._get_current_object())  # type: ignore[attr-defined]  # werkzeug's proxy


def actor() -> Actor:
    """Whoever makes this request."""
    return cast(Actor, g.get("actor", ANONYMOUS))


def only_looks() -> bool:
    """Whether this request asks for a page and nothing else: GET, or HEAD, which is GET without the page (row 65)."""
    return request.method in {"GET", "HEAD"}


def reading() -> Session:
    """The one session of this request for reading: one snapshot, an engine that refuses every write."""
    session: Session | None = g.get("reading")
    if session is None:
        session = g.reading = Session(portal().engines.reader, expire_on_commit=False, autoflush=False)
        reads_on(session, day_in_japan(portal().clock.now()))
    return session


stop_reading = let_go_of_reading  # what views and error pages call it
