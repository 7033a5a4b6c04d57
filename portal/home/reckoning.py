"""Since when something waits, and from when that is long; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

from portal.kernel.clock import day_in_japan
from portal.kernel.periods import ONE_DAY, previous_business_day

LONG = 10
"""Business days after which waiting is long (scenario S2)."""


def days_since(since: dt.datetime, today: dt.date) -> int:
    """How many days ago, on the calendar of Japan, the aware moment `since` fell; 0 for today."""
    return max(0, (today - day_in_japan(since)).days)


@lru_cache(maxsize=64)
def _long_before(today: dt.date, closed: frozenset[dt.date]) -> dt.date:
    day = today + ONE_DAY
    for _ in range(LONG):
        day = previous_business_day(day - ONE_DAY, closed=closed)
    return day - ONE_DAY


def waits_long(since: dt.datetime, today: dt.date, *, closed: Collection[dt.date] = ()) -> bool:
    """Whether at least ten business days have passed since the day of `since`; `closed` are further days on
    which no work is done."""
    return day_in_japan(since) <= _long_before(today, frozenset(closed))
