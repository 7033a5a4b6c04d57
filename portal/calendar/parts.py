"""What the assembler hands to the calendar: agreed dates, from the packages that know the matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.access.actor import Actor


@dataclass(frozen=True)
class Dated:
    """One agreed date: a day, or a moment with or without an end. Its title names nothing that is confidential, nor what
    is under embargo; there is no other text."""

    key: str
    """The same in every reading of the calendar: `activity <id> start`."""
    title: str
    path: str
    """Of the page where it is seen."""
    on: dt.date | None = None
    """A day in Asia/Tokyo; else `at` is given."""
    at: dt.datetime | None = None
    until: dt.datetime | None = None


DatesOf = Callable[[Session, Actor, dt.datetime], Sequence[Dated]]
"""The agreed dates of one matter as `reader` may know them at a moment, in the language of the request.
`app.extensions["calendar"]` is a list of these."""
