"""A take-down, from its draft until it was carried out: nowhere is it called, or asked for as, a publication (S12)."""

from __future__ import annotations

import pytest

from portal.publicity.item import PUBLICITY
from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import agreed, drafted, edition_of
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, publicity_body, published, reported, tabled_item


def page_of(house: House, person: TestPerson, path: str, language: str = "ja") -> Page:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser.get(path, expect=200)


@pytest.fixture
def take_down(sqlite_dated: House) -> tuple[House, str, str]:
    """A record of what appeared without agreement, and the agreement that the last party takes it down: their ids."""
    house, people = sqlite_dated, sqlite_dated.people
    record = reported(house, people[0].press)
    item = tabled_item(
        house, people, relation="take_down", concerns="REC-0001", relation_reason="許諾がない", outputs=(), quotes=(),
        embargo="no", provided_day="", provided_time="", day="2025-10-10", time="14:00",
        channels=(("website", people.parties[-1], "取扱店のサイト", "", "", ""),),
    )  # fmt: skip
    return house, record, item


def test_a_draft_and_whoever_consents_read_that_it_is_a_take_down(take_down: tuple[House, str, str]) -> None:
    house, record, item = take_down
    page = page_of(house, house.people[0].officer, f"/publicity/{item}/consent")
    before = page.text[: page.text.index("同意する内容（版1）")]
    assert "掲載の取下げ" in before and "REC-0001" in before
    draft = page_of(house, house.people[0].drafter, f"/publicity/{item}/draft")
    words = "".join(draft.text.split())
    assert words.index("掲載の取下げ先の公表：REC-0001") < words.index("件名と対象"), "before anything is asked"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_other_side_waits_for_a_take_down_and_the_record_says_when_it_was_done(
    take_down: tuple[House, str, str], language: str
) -> None:
    house, record, item = take_down
    agreed(house, house.people, PUBLICITY, item)
    mine, theirs = house.people[0].press, house.people[1].press
    words = {
        "ja": (
            "乙による掲載の取下げと記録を待っています。",
            "公表と記録を待って",
            "解禁前に渡す写し",
            "合意済・時期待ち",
            "取り下げられます",
            "取下げ済（掲載）",
        ),
        "en": (
            "Waiting for Party B to take it down and record it.",
            "to publish and record it",
            "Make a copy to hand out",
            "Agreed, waiting for its time",
            "Can be taken down",
            "Taken down",
        ),
    }[language]
    waits, published_instead, copy, waiting, ready, done = words
    answered = f"/publicity/records/{record}"
    assert waiting in page_of(house, mine, answered, language).text
    house.clock.set(OPENS)
    page = page_of(house, mine, f"/publicity/{item}", language)
    assert waits in page.text and published_instead not in page.text and copy not in page.text
    assert ready in page_of(house, mine, answered, language).text
    home = {"ja": "掲載の取下げ：合意済", "en": "Take-down: Agreed"}[language]
    assert home in page_of(house, theirs, "/", language).text
    asked = page_of(house, theirs, f"/publicity/{item}/channels/1/publish", language)
    labels = {
        "ja": ("取り下げた日", "取り下げた時刻（日本時間）", "取り下げる側"),
        "en": ("Day of taking it down", "Time of taking it down (Japan time)", "Side that takes it down"),
    }[language]
    assert all(label in asked.text for label in labels)
    assert {"ja": "公表した", "en": "Day of publication"}[language] not in asked.text
    published(house, theirs, item, 1, url="")
    assert done in page_of(house, mine, answered, language).text
    page = page_of(house, mine, f"/publicity/{item}", language)
    assert "/follow-up" not in page.source, "what was taken down has nothing left to be taken down"


def test_whoever_settles_the_matter_comes_back_to_where_it_is_settled(sqlite_dated: House) -> None:
    """Below the words of the consultation, where nothing had changed, it looked as if nothing had been recorded."""
    house, people = sqlite_dated, sqlite_dated.people
    record = reported(house, people[0].press)
    page = page_of(house, people[0].press, f"/publicity/records/{record}")
    done = page.submit("/settle", text="済んだ", attributed_to="", follow=False)
    assert done.status == 303 and done.response.headers["Location"].endswith("#settled")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_draft_says_that_nobody_is_named_to_publish_through_a_channel(
    sqlite_dated: House, language: str
) -> None:
    """Empty brackets stood there until it was tabled and refused."""
    house, people = sqlite_dated, sqlite_dated.people
    body = publicity_body(edition_of(house), channels=(("website", "", "府のサイト", "", "", ""),))
    draft = drafted(house, people[0].drafter, PUBLICITY, body)
    page = page_of(house, people[0].drafter, f"/publicity/{draft}", language)
    shown = {
        "ja": "ウェブサイト「府のサイト」（公表する側の記載なし）",
        "en": "Website “府のサイト” (publishing side not stated)",
    }[language]
    assert shown in page.text
