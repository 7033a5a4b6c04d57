"""What an item says of its activity once that is not going on, wherever somebody is about to consent or publish."""

from __future__ import annotations

import re

import pytest

from portal.activities import commands as activities
from portal.activities.models import Activity
from portal.activities.proposal import PROPOSAL
from portal.consent import commands as consent
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import activity_of, agreed_activity, running_activity, tabled_proposal
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, agreed_item, published, tabled_item

ADVICE = {
    "ja": "公表する前に、このまま公表するか、内容・時期を変えるか、取りやめるかを協議してください。",
    "en": "Before anything is published, consult on whether to publish it as it is, to change its content or time, "
    "or to drop it.",
}
NAMES = {
    "ja": {"cancelled": "中止", "suspended": "中断", "declined": "見送り", "held": "保留中"},
    "en": {"cancelled": "Cancelled", "suspended": "Suspended", "declined": "Declined", "held": "On hold"},
}


def source(house: House, person: TestPerson, path: str, language: str = "ja") -> str:
    """The page as the person's browser is sent it, its white space as one sees it."""
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return re.sub(r"\s+", " ", browser.get(path, expect=200).source)


def begun_activity(house: House, state: str) -> str:
    """An activity that can come to `state`; its id."""
    if state == "declined":
        return activity_of(house, tabled_proposal(house, house.people))
    made = running_activity if state == "suspended" else agreed_activity
    return made(house, house.people)


def stop(house: House, activity: str, state: str) -> None:
    """The activity comes to `state`: by an act of the first party, or by the word of the other's officer."""
    people = house.people
    by = people[0].drafter if state in {"cancelled", "suspended"} else people[1].officer
    with house.work(by.actor(house)) as work:
        proposal = work.session.get_one(Activity, activity).proposal_id
        match state:
            case "cancelled":
                activities.cancel(work, activity, on_day=work.today, reason="会場が使えなくなった")
            case "suspended":
                activities.suspend(work, activity, on_day=work.today, reason="数字を確かめる")
            case "declined":
                consent.decline(
                    work, PROPOSAL, consent.document_of(work, PROPOSAL, proposal), reason="組めない"
                )
            case _:
                consent.hold(
                    work, PROPOSAL, consent.document_of(work, PROPOSAL, proposal), reason="確かめる"
                )


def tells(page: str, activity: str, state: str, language: str = "ja") -> bool:
    """Whether the page names the state, says what to do, and leads to the activity, in one note."""
    before, said, after = page.partition(ADVICE[language])
    return bool(said) and NAMES[language][state] in before[-600:] and f"/activities/{activity}" in after[:300]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("state", ["cancelled", "suspended", "held"])
def test_an_agreed_item_says_that_its_activity_is_not_going_on(
    sqlite_dated: House, state: str, language: str
) -> None:
    """R6.2-6: every side is told on the item's own page, and whoever publishes before pressing."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = begun_activity(house, state)
    item = agreed_item(house, people, activity_id=activity)
    address = f"/publicity/{item}"
    assert ADVICE[language] not in source(house, people[0].reader, address, language)
    stop(house, activity, state)
    for side in people.sides:
        assert tells(source(house, side.reader, address, language), activity, state, language)
    house.clock.set(OPENS)
    assert tells(
        source(house, people[0].press, f"{address}/channels/1/publish", language), activity, state, language
    )


@pytest.mark.parametrize("state", ["cancelled", "declined"])
def test_whoever_consents_reads_it_beside_what_is_consented_to(sqlite_dated: House, state: str) -> None:
    """On the item's page and on the page of the consent itself."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = begun_activity(house, state)
    item = tabled_item(house, people, activity_id=activity)
    stop(house, activity, state)
    for page in (f"/publicity/{item}", f"/publicity/{item}/consent"):
        assert tells(source(house, people[1].officer, page), activity, state)


def test_nothing_is_said_once_it_goes_on_again_or_everything_is_out(sqlite_dated: House) -> None:
    """A resumed activity needs no consultation, and what has appeared cannot be dropped."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = begun_activity(house, "suspended")
    item = agreed_item(house, people, activity_id=activity)
    stop(house, activity, "suspended")
    address = f"/publicity/{item}"
    assert tells(source(house, people[0].press, address), activity, "suspended")
    with house.work(people[0].drafter.actor(house)) as work:
        activities.resume(work, activity, on_day=work.today, reason="確かめた")
    assert ADVICE["ja"] not in source(house, people[0].press, address)
    house.clock.set(OPENS)
    published(house, people[0].press, item, 1)
    with house.work(people[0].drafter.actor(house)) as work:
        activities.cancel(work, activity, on_day=work.today, reason="会場が使えなくなった")
    assert tells(source(house, people[1].press, address), activity, "cancelled")
    published(house, people[1].press, item, 2)
    assert ADVICE["ja"] not in source(house, people[1].press, address)
