"""How many statements the pages of publicity take, whatever the data, and that their lists are found by indexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from portal.consent import commands as consent
from portal.publicity import commands
from portal.publicity.item import PUBLICITY
from portal.publicity.sorts import Relation
from tests.browser import Browser
from tests.conftest import PASSWORD, House
from tests.makers.activities import agreed_activity, edition_of
from tests.makers.publicity import OPENS, agreed_item, published, reported, tabled_item

MOST = 12
"""Performance.md: noise-free gates."""


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Every statement that the block sends, but the beginnings and ends of transactions."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(house.app.engines.reader, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(house.app.engines.reader, "before_cursor_execute", note)


def browser_of(house: House, person: Any) -> Browser:
    browser = Browser(house)
    browser.sign_in(person.email, PASSWORD)
    return browser


def crowded_item(house: House) -> str:
    """An item with ten outputs that everything has happened to: published in part, copied, recorded otherwise, held,
    followed up, and belonging to an activity."""
    people, edition = house.people, edition_of(house)
    keys = edition.party_keys
    outputs = tuple(
        (f"{whose}.{code}", f"文面 {whose} {code}") for whose in (*keys, "social") for code in ("ja", "en")
    )
    channels = tuple(
        ("website", keys[n % len(keys)], f"場所{n}", f"{keys[n % len(keys)]}.ja", "", "") for n in range(10)
    )
    id = agreed_item(
        house, people, activity_id=agreed_activity(house, people), outputs=outputs, channels=channels,
        timing_kind="after_event", event="講演", day="", time="", until_day="2025-10-20",
    )  # fmt: skip
    press = people[0].press
    house.clock.set(OPENS)
    with house.work(press.actor(house)) as work:
        commands.end_event(work, id, ended_at=OPENS - dt.timedelta(minutes=5))
    for recipient in ("幹事社", "記者会"):
        with house.work(press.actor(house)) as work:
            commands.take_copy(work, id, output=f"{keys[0]}.ja", recipient=recipient)
    published(house, press, id, 1, at=OPENS, is_agreed_text=False, final_text="別の文面")
    reported(house, press, nature="differs", document_id=id, channel=3, appeared_at=OPENS)
    reference = "PUB-0001"
    tabled_item(
        house, people, relation="supplement", concerns=reference, relation_reason="補う", day="2025-10-15"
    )
    with house.work(people[0].drafter.actor(house)) as work:
        commands.follow_up(work, id, Relation.CORRECTION)
    return id


@pytest.mark.parametrize("state", ["agreed", "held"])
def test_no_page_of_publicity_asks_more_than_twelve_statements(sqlite_dated: House, state: str):
    house, people = sqlite_dated, sqlite_dated.people
    id = crowded_item(house)
    if state == "held":
        with house.work(people[1].officer.actor(house)) as work:
            consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, id), reason="確かめる")
    record = reported(house, people[0].drafter)
    key = f"{people.parties[0]}.ja"
    pages = [
        "/publicity", "/publicity?state=ready&year=2025&words=試行", f"/publicity/{id}", f"/publicity/{id}/outputs/{key}",
        f"/publicity/{id}/agreement-sheet", f"/publicity/{id}/copies", f"/publicity/{id}/copies/1",
        f"/publicity/{id}/channels/2/publish", f"/publicity/{id}/event-ended", "/publicity/records",
        f"/publicity/records/{record}", f"/publicity/records/new?item={id}", f"/publicity/{id}/compare",
        f"/publicity/{id}/receipt", "/publicity/new", "/",
    ]  # fmt: skip
    press = browser_of(house, people[0].press)
    told = {}
    for page in pages:
        press.get(page, expect=200)  # what is read once a process is not counted
        with counted(house) as sent:
            press.get(page, expect=200)
        told[page.replace(id, "…").replace(record, "…")] = (len(sent), sent)
    print("\n" + "\n".join(f"{number:3} {page}" for page, (number, _) in told.items()))
    assert {page: sent for page, (number, sent) in told.items() if number > MOST} == {}
