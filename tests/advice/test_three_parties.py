"""Advice under an agreement of three parties: other clauses, another direction, a third party that reads."""

from __future__ import annotations

import pytest

from portal.advice import queries, rules
from portal.kernel.errors import RuleBroken
from tests.browser import Browser
from tests.makers.activities import edition_of
from tests.makers.advice import (
    advice_body,
    clause_ids,
    confirmed,
    corrected,
    drafted,
    handled,
    recorded,
    recorded_draft,
    term_of,
    with_file,
)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_advice_between_two_of_three_is_confirmed_by_the_other_and_read_by_the_third(
    agreement_of_three, language
):
    """Decision 28; issue 3: the second agreement through advice, by its pages and its own words."""
    house, edition = agreement_of_three, edition_of(agreement_of_three)
    term = term_of(house)
    giver, receiver = house.people[term.giver], house.people[term.receiver]
    third = next(side for side in house.people.sides if side.party not in {term.giver, term.receiver})
    browsers = {}
    for side in (giver, receiver, third):
        browsers[side.party] = Browser(house, language=language)
        browsers[side.party].sign_in(side.drafter.email, side.drafter.password)
    page = browsers[receiver.party].get("/advice/new", expect=200)
    offered = next(form for form in page.forms if "direction" in form.choices).choices["direction"]
    assert offered == [
        rules.direction(*pair) for pair in rules.directions(edition.party_keys, receiver.party)
    ]
    assert len(offered) == 4
    body = advice_body(giver.party, receiver.party, given_on="2025-09-30")
    page = page.submit("/advice/new", **body.as_plain())
    page = page.submit("/record")
    assert "JOGEN-0001" in page.text
    for id in clause_ids(house):
        assert edition.clause(id).text[language] in page.text
    path = page.path
    seen = browsers[third.party].get(path, expect=200)
    assert all("/confirm" not in form.action and "/handle" not in form.action for form in seen.forms)
    assert all("/correct" not in form.action for form in seen.forms)
    home = browsers[third.party].get("/")
    waiting = {"ja": "相手方が記録した助言・支援（確認待ち）", "en": "waiting for your confirmation"}[
        language
    ]
    assert waiting not in home.text
    assert waiting in browsers[giver.party].get("/").text
    page = browsers[giver.party].get(path).submit("/confirm", is_same="yes")
    assert page.status == 200
    for words in ("甲", "乙", "Party A", "Party B"):
        assert words not in page.text


def test_of_all_six_directions_the_clauses_stand_in_one(agreement_of_three):
    """Invariant 9 with three parties."""
    house = agreement_of_three
    found = {}
    for side in house.people.sides:
        for other in house.people.sides:
            if side is not other:
                made = recorded(house, side.drafter, side.party, other.party)
                found[side.party, other.party] = made.clauses
    term = term_of(house)
    assert len(found) == 6
    assert {pair for pair, clauses in found.items() if clauses} == {(term.giver, term.receiver)}


def test_the_third_party_neither_records_nor_answers_nor_corrects(agreement_of_three):
    house, term = agreement_of_three, term_of(agreement_of_three)
    giver, receiver = house.people[term.giver], house.people[term.receiver]
    third = next(side for side in house.people.sides if side.party not in {term.giver, term.receiver})
    with pytest.raises(RuleBroken) as refused:
        recorded(house, third.drafter, giver.party, receiver.party)
    assert isinstance(refused.value, rules.NoDirection)
    made = recorded(house, giver.drafter, giver.party, receiver.party)
    for act, refusal in (
        (confirmed, rules.ConfirmedByItsWriter),
        (handled, rules.HandledByTheReceiver),
        (corrected, rules.NotOfYourSide),
    ):
        with pytest.raises(refusal):
            act(house, third.drafter, made.id)


def test_of_a_secret_the_third_party_learns_only_that_it_is_there(agreement_of_three):
    house, term = agreement_of_three, term_of(agreement_of_three)
    giver, receiver = house.people[term.giver], house.people[term.receiver]
    third = next(side for side in house.people.sides if side.party not in {term.giver, term.receiver})
    made = recorded(house, giver.drafter, giver.party, receiver.party, marking="secret", basis="volunteered")
    with house.read() as session:
        assert queries.entry(session, third.officer.actor(house), made.id).said is None
        assert queries.entry(session, receiver.reader.actor(house), made.id).said is not None
    id = drafted(house, giver.drafter, advice_body(giver.party, receiver.party))
    browser = Browser(house)
    browser.sign_in(giver.drafter.email, giver.drafter.password)
    assert "要確認" not in browser.get(f"/advice/drafts/{id}").text
    assert recorded_draft(house, giver.drafter, id).number == 2


def test_the_files_of_a_secret_are_counted_for_those_who_may_open_it_whoever_looked_before(agreement_of_three):
    """Rows 1, 7; R5-1: what was read once for one side is not told to another that may not open it."""
    house, term = agreement_of_three, term_of(agreement_of_three)
    giver, receiver = house.people[term.giver], house.people[term.receiver]
    third = next(side for side in house.people.sides if side.party not in {giver.party, receiver.party})
    draft = drafted(
        house, giver.drafter, advice_body(giver.party, receiver.party, marking="secret", basis="volunteered")
    )
    with_file(house, giver.drafter, draft)
    made = recorded_draft(house, giver.drafter, draft)
    offer = f'action="/handback/shared?of={made.id}"'
    for _round in range(2):
        for side, is_offered in ((receiver, True), (third, False)):
            browser = Browser(house)
            browser.sign_in(side.drafter.email, side.drafter.password)
            assert (offer in browser.get(f"/advice/{made.id}").source) is is_offered, side.party
