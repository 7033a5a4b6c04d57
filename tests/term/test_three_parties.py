"""Another agreement's whole life: three parties, three months' notice, a fixed end, renewal only by agreement."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.agreement import queries as agreement
from portal.agreement.life import Cause, Life, Mode
from portal.consent.commands import AgreementNotInForce
from portal.kernel.clock import JAPAN
from portal.kernel.days import day_in_words
from portal.kernel.errors import RuleBroken
from portal.term import reckoning, rules
from portal.term.accord import ACCORD
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import consented, edition_of, tabled_proposal
from tests.makers.notices import (
    agreed_accord,
    arrived,
    dispatched,
    held_meeting,
    non_renewal_body,
    notice_body,
    notice_of,
    tabled_accord,
)


def on(house: House, year: int, month: int, day: int) -> Life:
    """The morning of a day in Japan, and the agreement's life then."""
    house.clock.set(dt.datetime(year, month, day, 9, tzinfo=JAPAN))
    with house.read() as session:
        return agreement.in_force(session, edition_of(house), dt.date(year, month, day))


def test_the_other_agreement_lives_its_whole_life_without_code_for_it(agreement_of_three: House) -> None:
    """Issue 4, "Shown by": it knows no declaration of non-renewal, is renewed by all three for three more years, is
    terminated with three months' notice, ends, and survives two years."""
    house, people = agreement_of_three, agreement_of_three.people
    shi, daigaku, kaisha = people.parties
    assert on(house, 2025, 10, 1).mode is Mode.IN_FORCE
    with pytest.raises(RuleBroken):
        dispatched(house, people, shi, non_renewal_body(house, shi, 1))
    held_meeting(house, people[kaisha].drafter)

    # Renewed by all three together, and by no two of them
    assert on(house, 2028, 3, 1).end is None
    renewal = tabled_accord(house, people, "renewal")
    for side in people.sides[:2]:
        consented(house, side.officer, ACCORD, renewal)
    with house.read() as session:
        dates = agreement.dates_now(session, edition_of(house))
        found = agreement.terms(edition_of(house), dates, dt.date(2028, 3, 1))
    assert [one.expiry for one in found] == [dt.date(2028, 3, 31)]
    consented(house, people.sides[2].officer, ACCORD, renewal)
    life = on(house, 2028, 4, 1)
    assert life.mode is Mode.IN_FORCE and life.term is not None
    assert (life.term.start, life.term.expiry) == (dt.date(2028, 4, 1), dt.date(2031, 3, 31))

    # Three months' notice; the planned day is counted, closed days move the deadline on, it ends as the day begins
    on(house, 2029, 1, 9)
    body = notice_body(house, daigaku, planned_on="2029-06-01")
    id = dispatched(house, people, daigaku, body)
    arrived(house, people[shi].drafter, id)
    assert notice_of(house, id).standing == "" and notice_of(house, id).waits_for == f",{kaisha},"
    on(house, 2029, 2, 28)
    arrived(house, people[kaisha].drafter, id)
    assert notice_of(house, id).standing == "timely"
    life = on(house, 2029, 3, 1)
    assert life.mode is Mode.END_ANNOUNCED and life.end is not None
    assert (life.end.cause, life.end.last_day) == (Cause.TERMINATION, dt.date(2029, 5, 31))
    tabled_proposal(house, people)

    # Ended, and survived
    assert on(house, 2029, 5, 31).is_in_force
    assert on(house, 2029, 6, 1).mode is Mode.ENDED
    with pytest.raises(AgreementNotInForce):
        tabled_proposal(house, people)
    life = on(house, 2031, 5, 31)
    assert (life.mode, life.survival_end) == (Mode.ENDED, dt.date(2031, 5, 31))
    assert on(house, 2031, 6, 1).mode is Mode.OVER


def test_without_a_renewal_it_ends_on_its_fixed_last_day_and_nothing_is_renewed_afterwards(
    agreement_of_three: House,
) -> None:
    house, people = agreement_of_three, agreement_of_three.people
    life = on(house, 2028, 4, 1)
    assert life.mode is Mode.ENDED and life.end is not None and life.end.last_day == dt.date(2028, 3, 31)
    with pytest.raises(AgreementNotInForce):
        agreed_accord(house, people, "renewal")


def test_a_day_late_by_three_months_counting_is_told_to_all_three(agreement_of_three: House) -> None:
    """The latest of the arrivals counts, by this agreement's own conventions."""
    house, people = agreement_of_three, agreement_of_three.people
    shi, daigaku, kaisha = people.parties
    id = dispatched(house, people, shi, notice_body(house, shi, planned_on="2025-12-30"))
    arrived(house, people[daigaku].drafter, id)
    arrived(house, people[kaisha].drafter, id)
    assert notice_of(house, id).standing == "late"
    with pytest.raises(rules.NoticeWithdrawn):
        agreed_accord(house, people, "withdrawal", notice="NTC-0001")
        arrived(house, people[kaisha].drafter, id, reason="念のため")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_its_page_says_what_its_own_text_says(agreement_of_three: House, language: str) -> None:
    """Three months, no automatic renewal, no declaration of non-renewal, the renewal offered; letters to both others."""
    house, people = agreement_of_three, agreement_of_three.people
    edition = edition_of(house)
    mine = Browser(house, language=language)
    mine.sign_in(people[0].manager.email, people[0].manager.password)
    page = mine.get("/term", query={"planned": "2026-06-01"})
    with house.read() as session:
        dates = agreement.dates_now(session, edition)
    found = reckoning.termination(
        edition, reckoning.reckoned(edition, dates, dt.date(2025, 10, 1)), dt.date(2026, 6, 1)
    )
    assert found is not None and found.lead_months == 3
    for day in (dt.date(2028, 3, 31), found.last_day, found.last_day_in_force):
        assert day_in_words(day, language) in page.text
    assert {"ja": "この協定は自動的には更新されません。", "en": "does not renew automatically"}[
        language
    ] in page.text
    offered = {link for link in page.links if "/term/" in link}
    assert any("kind=termination" in one for one in offered) and not any(
        "non_renewal" in one for one in offered
    )
    assert any("what=renewal" in one for one in offered)
    id = dispatched(house, people, people.parties[0], notice_body(house, people.parties[0]))
    page = mine.get(f"/term/notices/{id}")
    for side in people.sides[1:]:
        letter = mine.get(f"/term/notices/{id}/letter/{side.party}", expect=200)
        assert edition.party(side.party or "").name.ja in letter.text
        assert edition.party(side.party or "").defined_as[language] in page.text
