"""End: what stops and what goes on, by itself, from the day after the last day in force (R5-5, R5-7; S11)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.activities import commands as activities
from portal.activities.proposal import PROPOSAL
from portal.agreement import queries as agreement
from portal.agreement.life import Mode
from portal.consent import commands as consent
from portal.consent.rules import AgreementHasEnded, AgreementNotInForce
from portal.kernel.clock import JAPAN
from portal.publicity import queries as publicity
from portal.publicity.item import PUBLICITY, VOLUNTARY
from portal.publicity.rules import NoPublicityUnderIt
from tests.conftest import House
from tests.makers.activities import (
    agreed,
    consented,
    drafted,
    edition_of,
    ready_activity,
    tabled,
    tabled_proposal,
)
from tests.makers.advice import recorded, term_of
from tests.makers.notices import agreed_accord
from tests.makers.publicity import agreed_item, publicity_body, tabled_item


def morning(house: House, year: int, month: int, day: int) -> Mode:
    """Nine o'clock of a day in Japan, and what the agreement then is."""
    house.clock.set(dt.datetime(year, month, day, 9, tzinfo=JAPAN))
    with house.read() as session:
        return agreement.in_force(session, edition_of(house), dt.date(year, month, day)).mode


def test_the_end_stops_what_hangs_on_the_agreement_and_nothing_else(dated: House) -> None:
    """Art5.2, art6.2; finding 6: scope and publicity consents stop, what survives goes on; nothing is lost."""
    house, people = dated, dated.people
    on_the_table = tabled_proposal(house, people, title="終わる前に提示した提案")
    running = ready_activity(house, people, title="終わる前からの取組")
    with house.work(people[0].drafter.actor(house)) as work:
        activities.start(work, running, on_day=work.today, reason="準備が整ったため")
    later: dict[str, Any] = {"day": "2025-11-20", "provided_day": ""}
    unpublished = agreed_item(house, people, **later)
    tabled_release = tabled_item(house, people, **later)
    agreed_accord(house, people, "end", last_day="2025-10-31", measures="apply")

    assert morning(house, 2025, 10, 31) is Mode.END_ANNOUNCED
    tabled_proposal(house, people, title="最後の日の提案")
    assert morning(house, 2025, 11, 1) is Mode.ENDED

    with pytest.raises(AgreementHasEnded) as refused:
        tabled_proposal(house, people)
    assert refused.value.clause == "survival" and refused.value.facts["day"] == dt.date(2025, 10, 31)
    with pytest.raises(AgreementNotInForce):
        consented(house, people[1].officer, PROPOSAL, on_the_table)
    with pytest.raises(NoPublicityUnderIt):
        consented(house, people[1].officer, PUBLICITY, tabled_release)
    with pytest.raises(NoPublicityUnderIt):
        drafted(house, people[0].drafter, PUBLICITY, publicity_body(edition_of(house)))
    reader, now = people[0].officer.actor(house), house.clock.now()
    with house.read() as session:
        due = publicity.due(session, reader, now, in_force=False)
    assert unpublished in [row.id for row in due.ended], "put to the parties"
    assert unpublished not in [row.id for row in due.ready]

    # What is not of the agreement's term goes on
    item = drafted(
        house,
        people[0].drafter,
        VOLUNTARY,
        publicity_body(edition_of(house), day="2025-11-20", provided_day=""),
    )
    tabled(house, people[0].drafter, VOLUNTARY, item)
    agreed(house, people, VOLUNTARY, item)
    given = term_of(house)
    recorded(house, people[given.receiver].drafter, given.giver, given.receiver)
    with house.work(people[0].drafter.actor(house)) as work:
        consent.comment(
            work, PROPOSAL, consent.document_of(work, PROPOSAL, on_the_table), text="見送ります。"
        )
        activities.suspend(work, running, on_day=work.today, reason="協定の終了")
    with pytest.raises(AgreementNotInForce), house.work(people[0].drafter.actor(house)) as work:
        activities.resume(work, running, on_day=work.today, reason="続けるため")
    with house.work(people[0].drafter.actor(house)) as work:
        activities.cancel(work, running, on_day=work.today, reason="協定の終了")

    assert morning(house, 2026, 10, 31) is Mode.ENDED, "survival through its last day"
    assert morning(house, 2026, 11, 1) is Mode.OVER


def test_a_mutual_end_says_whether_article_5_applies(sqlite_dated: House) -> None:
    """articles.md 1.4: the text does not say it, so the parties do."""
    house: Any = sqlite_dated
    agreed_accord(house, house.people, "end", last_day="2025-12-31", measures="do_not_apply")
    with house.read() as session:
        end = agreement.dates_now(session, edition_of(house)).end
    assert end is not None and not end.measures_apply


def test_an_announced_end_stays_where_it_is_after_the_portal_slept(sqlite_dated: House) -> None:
    """Reckoned from the facts, never by a job: after 40 days switched off the first question has the right answer."""
    agreed_accord(sqlite_dated, sqlite_dated.people, "end", last_day="2025-10-20", measures="apply")
    assert morning(sqlite_dated, 2025, 11, 30) is Mode.ENDED
