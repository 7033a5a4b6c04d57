"""What the passing of days does to the agreement is told once, however long nobody looked (rows 102-104)."""

from __future__ import annotations

import datetime as dt

from portal.agreement import commands as agreement
from portal.agreement.life import Cause
from portal.kernel.db import Subject
from portal.tasks.events import AgreementEnded, SurvivalEnded, TermRenewed
from portal.tasks.life import tell_what_has_come
from tests.tasks.telling import told

SIGNED = dt.date(2024, 11, 7)


def entered(house):
    with house.work() as work:
        agreement.enter_dates(work, document_id="dates", given=agreement.GivenDates(signed_on=SIGNED))


def test_a_renewal_is_told_as_the_non_event_it_is_and_once(house):
    entered(house)
    assert tell_what_has_come(house.works) == 0
    house.clock.move(days=40)  # the clock stood at 1 October 2025; the term ran out on 7 November
    assert [tell_what_has_come(house.works) for _ in range(3)] == [1, 0, 0]
    (renewed,) = told(house, TermRenewed)
    assert (renewed["number"], renewed["start"], renewed["expiry"]) == (2, "2025-11-08", "2026-11-07")


def test_terms_before_the_portal_knew_the_dates_are_not_told(house):
    house.clock.move(days=800)
    entered(house)
    assert tell_what_has_come(house.works) == 0


def test_the_end_and_the_end_of_what_survives_it_are_told_once_each(house):
    entered(house)
    with house.work() as work:
        agreement.announce_end(
            work,
            cause=Cause.NON_RENEWAL,
            last_day=dt.date(2025, 11, 7),
            measures_apply=True,
            source=Subject("notice", "n"),
        )
    house.clock.move(days=37)
    assert tell_what_has_come(house.works) == 0, "on the last day it is still in force"
    house.clock.move(days=1)
    assert tell_what_has_come(house.works) == 1
    house.clock.move(days=400)
    assert tell_what_has_come(house.works) == 1
    assert [one["last_day"] for one in told(house, AgreementEnded)] == ["2025-11-07"]
    assert [one["last_day"] for one in told(house, SurvivalEnded)] == ["2026-11-07"]
    assert told(house, TermRenewed) == []


def test_a_revoked_end_ends_nothing(house):
    entered(house)
    source = Subject("notice", "n")
    with house.work() as work:
        agreement.announce_end(
            work, cause=Cause.NON_RENEWAL, last_day=dt.date(2025, 11, 7), measures_apply=True, source=source
        )
    with house.work() as work:
        agreement.revoke_end(work, source)
    house.clock.move(days=38)
    assert tell_what_has_come(house.works) == 1
    assert len(told(house, TermRenewed)) == 1
