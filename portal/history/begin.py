"""Begin a Work for the person at the door: the views' only way to write."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from portal.history.models import OnceKey
from portal.history.work import Work, Works
from portal.web.forms import request_key
from portal.web.reading import actor, portal, reading, stop_reading


def works() -> Works:
    """Where this application's Works begin."""
    return cast(Works, portal().extensions["works"])


def begin() -> AbstractContextManager[Work]:
    """A Work by the person who makes this request, carried out once however often the form is sent."""
    stop_reading()
    return works().begin(actor(), once=request_key())


def first_outcome() -> str | None:
    """Where the outcome of this very submission is seen, if it was carried out before (I7); else None.

    Whoever sends it once more after others have gone on must not be told that it came too late.
    """
    sent = request_key()
    if sent is None or not actor().is_signed_in:
        return None
    stop_reading()  # what this request has read so far may be older than the act
    earlier = reading().get(OnceKey, sent[0])
    is_the_same = earlier and (earlier.member_id, earlier.fingerprint) == (actor().member_id, sent[1])
    return earlier.location if earlier and is_the_same else None
