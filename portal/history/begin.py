"""Begin a Work for the person at the door: the views' only way to write."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from portal.history.work import Work, Works
from portal.web.forms import request_key
from portal.web.reading import actor, portal, stop_reading


def works() -> Works:
    """Where this application's Works begin."""
    return cast(Works, portal().extensions["works"])


def begin() -> AbstractContextManager[Work]:
    """A Work by the person who makes this request, carried out once however often the form is sent."""
    stop_reading()
    return works().begin(actor(), once=request_key())
