"""By the clocks of Japan: when every mail may go and when only the mandatory ones, and when the daily one is due; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from portal.kernel.periods import ONE_DAY, is_business_day, previous_business_day

QUIET_FROM, QUIET_UNTIL, DIGEST_AT = dt.time(20), dt.time(7), dt.time(8, 30)


def is_quiet(local: dt.datetime, closed: Collection[dt.date]) -> bool:
    """Whether no mail but the mandatory ones goes at `local`: at night, and on days on which no work is done; `closed` are
    such days beside weekends and holidays."""
    is_day = QUIET_UNTIL <= local.time() < QUIET_FROM
    return not is_day or not is_business_day(local.date(), closed=closed)


def last_digest(local: dt.datetime, closed: Collection[dt.date]) -> dt.datetime:
    """The last moment at or before `local` at which the daily mail was to go."""
    day = local.date() if local.time() >= DIGEST_AT else local.date() - ONE_DAY
    return dt.datetime.combine(previous_business_day(day, closed=closed), DIGEST_AT, local.tzinfo)
