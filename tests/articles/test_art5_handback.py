"""After the end: what was received goes back, or is disposed of as its discloser says; what survives, and for how long (R5-*)."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.activities.proposal import PROPOSAL
from portal.agreement import queries as agreement
from portal.agreement.life import Cause, Mode
from portal.consent.commands import AgreementNotInForce
from portal.handback import queries, rules
from portal.handback.rules import Falls, Step
from portal.kernel.clock import day_in_japan
from portal.kernel.db import reads_on
from portal.publicity.item import PUBLICITY, VOLUNTARY
from portal.publicity.rules import PublicityDoesNotSurvive
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import (
    consented,
    drafted,
    edition_of,
    proposal_body,
    tabled,
    tabled_proposal,
)
from tests.makers.handback import (
    acknowledged,
    carried_out,
    confirmed,
    corrected,
    ended,
    holding,
    instructed,
    on_day,
    recorded,
    retained,
)
from tests.makers.people import TestPerson
from tests.makers.publicity import agreed_item, published, tabled_item

LAST_DAY = dt.date(2026, 9, 9)
SURVIVES = dt.date(2027, 9, 9)


def mode(house: House) -> Mode:
    """Where the agreement stands today."""
    with house.read() as session:
        day = day_in_japan(house.clock.now())
        return agreement.in_force(session, agreement.edition(session), day).mode


def open_now(house: House) -> int:
    """How many lines every page says are open after the end."""
    with house.read() as session:
        reads_on(session, day_in_japan(house.clock.now()))
        return queries.open_after_end(session)


def due(house: House, party: str, day: dt.date) -> list[tuple[Falls, dt.date, int]]:
    """Of what a party would have been reminded by that day."""
    side = next(one for one in house.people.sides if one.party == party)
    with house.read() as session:
        return [(one.what, one.on, one.open) for one in queries.due(session, side.officer.actor(house), day)]


def test_the_modes_follow_the_days_by_themselves(sqlite_dated: House) -> None:
    """R5-7: in force, end announced, ended with measures under way, over; nobody turns a switch."""
    kou, otsu = sqlite_dated.people.sides
    recorded(sqlite_dated, kou.drafter, otsu.party)
    found = [(mode(sqlite_dated), open_now(sqlite_dated))]
    ended(sqlite_dated, LAST_DAY)
    one = dt.timedelta(days=1)
    for day in (LAST_DAY, LAST_DAY + one, SURVIVES, SURVIVES + one):
        on_day(sqlite_dated, day)
        found.append((mode(sqlite_dated), open_now(sqlite_dated)))
    assert found == [
        (Mode.IN_FORCE, 0), (Mode.END_ANNOUNCED, 0), (Mode.ENDED, 1), (Mode.ENDED, 1), (Mode.OVER, 1),
    ]  # fmt: skip


def test_after_the_end_no_activity_and_no_publicity_under_the_agreement_begins(sqlite_dated: House) -> None:
    """Art5.2; R5-5: what is half agreed stays half agreed, what was agreed is not published, no word is lost; what is
    agreed on publicity from then on is a voluntary agreement."""
    house, people = sqlite_dated, sqlite_dated.people
    kou, otsu = people.sides
    half = tabled_proposal(house, people)
    consented(house, kou.officer, PROPOSAL, half)
    item, unpublished = tabled_item(house, people), agreed_item(house, people)
    draft = drafted(house, kou.drafter, PROPOSAL, proposal_body(edition_of(house)))
    ended(house, LAST_DAY)
    on_day(house, LAST_DAY + dt.timedelta(days=1))
    with pytest.raises(AgreementNotInForce):
        consented(house, otsu.officer, PROPOSAL, half)
    with pytest.raises(AgreementNotInForce):
        consented(house, otsu.officer, PUBLICITY, item)
    with pytest.raises(AgreementNotInForce):
        tabled(house, kou.drafter, PROPOSAL, draft)
    with pytest.raises(AgreementNotInForce):
        drafted(house, kou.drafter, PROPOSAL, proposal_body(edition_of(house)))
    with pytest.raises(PublicityDoesNotSurvive):
        published(house, kou.press, unpublished, at=house.clock.now())
    agreed_item(house, people, kind=VOLUNTARY)


def test_home_asks_for_no_consent_that_the_end_has_stopped(sqlite_dated: House) -> None:
    """R5-5: what is on the table waits for being closed, not for a consent that would be refused; told from the day
    after the last day on, though nothing was recorded since."""
    house, otsu = sqlite_dated, sqlite_dated.people[1]
    tabled_proposal(house, house.people, title="終わる前に提示した提案")
    asks, closes = (
        "「終わる前に提示した提案」を確かめて、同意するか差し戻す",
        "協定の終了で止まった「終わる前に提示した提案」を、見送りか取下げで閉じる",
    )

    def home(person: TestPerson) -> str:
        desk = Browser(house)
        desk.sign_in(person.email, person.password)
        return desk.get("/", expect=200).text

    on_day(house, LAST_DAY)
    assert asks in home(otsu.officer)
    ended(house, LAST_DAY - dt.timedelta(days=1))
    shown = home(otsu.officer)
    assert asks not in shown and closes in shown
    assert "協定が終了したため、同意も新しい版の提示もできません。" in home(otsu.reader)


@pytest.mark.parametrize("day", [dt.date(2026, 9, 20), dt.date(2027, 9, 20)], ids=["ended", "over"])
def test_after_the_end_everything_of_article_5_goes_on(sqlite_dated: House, day: dt.date) -> None:
    """R5-7: what is still to be recorded, corrected, confirmed, instructed, carried out and acknowledged can be, also
    after what survives has run out: nothing that is open is shut in."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides
    ended(house, LAST_DAY)
    on_day(house, day)
    row = corrected(house, kou.drafter, recorded(house, kou.drafter, otsu.party).id, copies="3")
    confirmed(house, otsu.drafter, row)
    instructed(house, kou.officer, "dispose", row, erases=True)
    carried_out(house, otsu.officer, "dispose", row)
    assert open_now(house) == 1
    acknowledged(house, kou.officer, row)
    assert (holding(house, row.id).step, open_now(house)) == (Step.DISPOSED, 0)


def test_without_an_instruction_it_goes_back_and_is_never_disposed_of(sqlite_dated: House) -> None:
    """Art5.1: returned, or disposed of on the discloser's instruction, confidential or not."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides
    ours = recorded(house, kou.drafter, otsu.party, marking="open")
    theirs = recorded(house, otsu.drafter, kou.party, marking="marked")
    ended(house, LAST_DAY)
    on_day(house, LAST_DAY + dt.timedelta(days=10))
    with pytest.raises(rules.DisposedWithoutInstruction) as refused:
        carried_out(house, otsu.officer, "dispose", ours)
    assert refused.value.clause == "after_end"
    carried_out(house, otsu.officer, "return", ours)
    carried_out(house, kou.custodian, "return", theirs)
    acknowledged(house, kou.officer, ours)
    acknowledged(house, otsu.officer, theirs)
    assert [holding(house, one.id).step for one in (ours, theirs)] == [Step.RETURNED, Step.RETURNED]


def test_those_who_have_something_open_are_reminded_and_nobody_else(sqlite_dated: House) -> None:
    """R5-4: on the target day, every week after it, 90, 30 and 7 days before the survival end and the day after it, as
    long as anything is open; what the law makes somebody keep is open too."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides
    row, kept = (recorded(house, kou.drafter, otsu.party) for _ in range(2))
    ended(house, LAST_DAY)
    target = LAST_DAY + dt.timedelta(days=30)
    on_day(house, target)
    assert due(house, otsu.party, target - dt.timedelta(days=1)) == []
    assert due(house, otsu.party, target) == [(Falls.TARGET, target, 2)]
    retained(house, otsu.officer, kept)
    carried_out(house, otsu.officer, "return", row)
    acknowledged(house, kou.officer, row)
    after = due(house, kou.party, SURVIVES + dt.timedelta(days=1))
    assert {one[2] for one in after} == {1}
    assert [one[1] for one in after if one[0] is Falls.SURVIVAL] == [
        SURVIVES - dt.timedelta(days=days) for days in (90, 30, 7)
    ]
    assert after[-1][:2] == (Falls.OVER, SURVIVES + dt.timedelta(days=1))
    instructed(house, kou.officer, "keep", kept)
    assert due(house, kou.party, SURVIVES + dt.timedelta(days=1)) == []


def test_where_the_parties_ended_it_without_the_measures_nothing_is_pressed(sqlite_dated: House) -> None:
    """Art5.1: a mutual end says whether article 5 applies; where not, the ledger stays, and nobody is reminded."""
    house, (kou, otsu) = sqlite_dated, sqlite_dated.people.sides
    row = recorded(house, kou.drafter, otsu.party)
    ended(house, LAST_DAY, cause=Cause.MUTUAL, measures_apply=False)
    on_day(house, SURVIVES + dt.timedelta(days=1))
    assert (open_now(house), due(house, kou.party, SURVIVES + dt.timedelta(days=1))) == (0, [])
    carried_out(house, otsu.officer, "return", row)
    acknowledged(house, kou.officer, row)


def test_under_another_agreement_the_days_and_the_parties_are_its_own(agreement_of_three: House) -> None:
    """Three parties, a fixed end and no renewal, 45 days to be done, two years that survive: no code knows of it."""
    house = agreement_of_three
    a, b, c = house.people.sides
    row = recorded(house, a.drafter, b.party, c.party)
    last_day, target = dt.date(2028, 3, 31), dt.date(2028, 5, 15)
    on_day(house, last_day)
    assert (mode(house), open_now(house)) == (Mode.IN_FORCE, 0)
    on_day(house, last_day + dt.timedelta(days=1))
    assert (mode(house), open_now(house)) == (Mode.ENDED, 2)
    instructed(house, a.officer, "dispose", row, receiver=b.party)
    carried_out(house, b.officer, "dispose", row)
    carried_out(house, c.officer, "return", row)
    acknowledged(house, a.officer, row, receiver=b.party)
    assert [holding(house, row.id, one.party).step for one in (b, c)] == [Step.DISPOSED, Step.CARRIED_OUT]
    on_day(house, target)
    assert [due(house, one.party, target) for one in (a, b, c)] == [
        [(Falls.TARGET, target, 1)], [], [(Falls.TARGET, target, 1)],
    ]  # fmt: skip
    on_day(house, dt.date(2030, 4, 1))
    assert (mode(house), open_now(house)) == (Mode.OVER, 1)
