"""When every mail may go, and when the daily one is due: pure."""

import datetime as dt

import pytest

from portal.kernel.clock import JAPAN
from portal.mail.hours import is_quiet, last_digest
from portal.mail.rules import (
    LONGEST_PAUSE,
    LONGEST_SERVER_PAUSE,
    MOST_TRIES,
    SERVER_PAUSE,
    pause_after,
    server_pause_after,
)

CLOSED = frozenset({dt.date(2025, 10, 7)})


def japan(day, hour, minute=0, second=0):
    return dt.datetime(2025, 10, day, hour, minute, second, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        (japan(1, 7), False),
        (japan(1, 6, 59, 59), True),
        (japan(1, 19, 59, 59), False),
        (japan(1, 20), True),
        (japan(4, 12), True),  # Saturday
        (japan(5, 12), True),
        (japan(13, 12), True),  # a national holiday
        (japan(7, 12), True),  # closed under the agreement
        (dt.datetime(2025, 12, 29, 12, tzinfo=JAPAN), True),
        (japan(6, 12), False),
    ],
)
def test_it_is_quiet_at_night_and_on_days_without_work(moment, quiet):
    assert is_quiet(moment, CLOSED) is quiet


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        (japan(1, 8, 30), japan(1, 8, 30)),
        (japan(1, 8, 29, 59), dt.datetime(2025, 9, 30, 8, 30, tzinfo=JAPAN)),
        (japan(5, 12), japan(3, 8, 30)),
        (japan(6, 8), japan(3, 8, 30)),
        (japan(7, 12), japan(6, 8, 30)),
        (japan(13, 23), japan(10, 8, 30)),
    ],
)
def test_the_daily_mail_goes_at_half_past_eight_on_business_days(moment, last):
    assert last_digest(moment, CLOSED) == last


def test_a_mail_rests_longer_each_time_and_is_given_up_after_four_days():
    pauses = [pause_after(tries) for tries in range(1, MOST_TRIES + 1)]
    assert pauses[:4] == [dt.timedelta(minutes=minutes) for minutes in (2, 4, 8, 16)]
    assert pauses == sorted(pauses) and pauses[-1] == LONGEST_PAUSE
    assert dt.timedelta(days=3) < sum(pauses, dt.timedelta()) < dt.timedelta(days=5)


def test_the_queue_never_rests_longer_than_five_minutes():
    pauses = [server_pause_after(tries) for tries in range(1, 2_000)]
    assert pauses[0] == SERVER_PAUSE and pauses == sorted(pauses) and max(pauses) == LONGEST_SERVER_PAUSE
