"""Whether this server's clock keeps to the database's: looked at when the server starts, and every hour (row 42)."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from portal.kernel.clock import SystemClock
from portal.publicity.queries import clock_of
from portal.publicity.rules import SkewedClock, must_keep_time
from portal.web.app import Portal

log = logging.getLogger("portal")


def look_at_the_clock(app: Portal) -> int:
    """1 where this server's clock is more than two seconds from the database server's, which the log then says; else 0.
    Nothing is published by such a clock: each publication looks for itself. SQLite has no clock of its own."""
    if app.engines.is_sqlite or not isinstance(app.clock, SystemClock):
        return 0
    with Session(app.engines.reader) as session:
        apart = clock_of(session) - app.clock.now()
    try:
        must_keep_time(apart)
    except SkewedClock:
        log.error("the database's clock is %s seconds from this server's: it publishes nothing", apart.total_seconds())
        return 1
    return 0
