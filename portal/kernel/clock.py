"""The only module that may ask what time it is."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


class Clock(Protocol):
    """Whatever can tell the present moment."""

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The server's own clock."""

    def now(self) -> dt.datetime:
        """The present moment by the server, aware, in UTC, to the microsecond."""
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """A clock that stands where it is put; for tests and for the demonstration."""

    def __init__(self, at: dt.datetime) -> None:
        self.set(at)

    def now(self) -> dt.datetime:
        """The moment the clock was last put to, aware, in UTC."""
        return self._at

    def set(self, at: dt.datetime) -> None:
        """The clock now stands at `at` (aware, any zone). Raises ValueError for a naive moment."""
        if at.tzinfo is None:
            raise ValueError("a moment needs its zone")
        self._at = at.astimezone(dt.UTC)

    def move(self, **delta: float) -> None:
        """The clock is moved by `datetime.timedelta(**delta)`, forward or back."""
        self._at += dt.timedelta(**delta)


def day_in_japan(moment: dt.datetime) -> dt.date:
    """The calendar day in Asia/Tokyo on which the aware `moment` falls (Civil Code 141: to 24:00)."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(JAPAN).date()
