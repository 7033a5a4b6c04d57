"""The list of publicity taken out of the portal: as it is shown, without the texts, each embargo with its day and hour."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from portal.publicity import queries
from portal.publicity.item import PUBLICITY
from tests.browser import Browser, unpacked
from tests.conftest import PASSWORD, House
from tests.makers.activities import consented, drafted, edition_of
from tests.makers.publicity import OPENS, agreed_item, publicity_body, published, reported, tabled_item


def browser_of(house: House, person: Any, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def taken(browser: Browser, form: str, query: str = "", place: str = "/publicity/export") -> bytes:
    page = browser.get(f"{place}{query}", expect=200)
    token = dict(page.form(form.upper()).fields)["csrf_token"]
    answer = browser.post(f"{place}{query}", {"csrf_token": token, "format": form}, expect=200)
    return answer.response.get_data()


def rows(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    whole = json.loads(taken(browser, "json", query))
    assert whole["is_complete"]
    return list(whole["rows"])


def test_the_list_is_taken_as_the_filter_shows_it(dated: House) -> None:
    """Issue 3 (5): the same items in the same order, under the same filter; one side's draft is in no export, and no
    text that is to be published (rows 5, 47)."""
    people = dated.people
    outputs = tuple((f"{key}.ja", "CANARY 解禁前の文面") for key in people.parties)
    agreed_item(dated, people, title="合意した公表", outputs=outputs, summary="CANARY 概要")
    tabled_item(dated, people, title="提案した公表", sort="web", embargo="no")
    drafted(dated, people[0].drafter, PUBLICITY, publicity_body(edition_of(dated), title="CANARY 下書き"))
    browser = browser_of(dated, people[1].reader)
    assert [row["title"] for row in rows(browser)] == ["提案した公表", "合意した公表"]
    for query in (
        "?sort=web",
        "?state=waiting",
        "?state=published",
        "?words=合意した",
        "?year=2025",
        "?year=2024",
    ):
        listed = browser.get(f"/publicity{query}", expect=200).text
        titles = [row["title"] for row in rows(browser, query)]
        assert titles == [one for one in ("提案した公表", "合意した公表") if one in listed], query
    for form in ("csv", "xlsx", "json"):
        for side in people.sides:
            assert b"CANARY" not in unpacked(taken(browser_of(dated, side.drafter), form))


def test_the_list_goes_on_from_page_to_page(dated: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told twice and nothing is left out between two pages (row 8)."""
    people = dated.people
    for number in range(5):
        tabled_item(dated, people, title=f"公表{number}")
    monkeypatch.setattr("portal.publicity.views.register.ROWS_A_PAGE", 2)
    found = rows(browser_of(dated, people[0].reader))
    assert [row["title"] for row in found] == [f"公表{number}" for number in (4, 3, 2, 1, 0)]


def test_what_is_half_agreed_says_so_and_by_whom_it_waits(dated: House) -> None:
    """Row 38."""
    people = dated.people
    item = tabled_item(dated, people)
    browser = browser_of(dated, people[1].reader)
    assert "未合意（協議中：甲、乙の同意待ち）" in rows(browser)[0]["agreement"]
    consented(dated, people[0].officer, PUBLICITY, item)
    assert "未合意（一部同意：乙の同意待ち）" in rows(browser)[0]["agreement"]
    consented(dated, people[1].officer, PUBLICITY, item)
    assert rows(browser)[0]["agreement"] == "合意済"


def test_an_embargoed_item_carries_its_day_and_hour(dated: House) -> None:
    """Row 47: also where every channel opens later than the embargo ends, and where an event ends it."""
    people = dated.people
    agreed_item(dated, people)
    later = (("website", "kou", "府のサイト", "kou.ja", "2025-10-12", "09:00"),)
    tabled_item(dated, people, channels=later, timing_kind="window", until_day="2025-10-20", title="後の経路")
    tabled_item(
        dated, people, timing_kind="after_event", event="発表会", until_day="2025-10-20", title="行事の後"
    )
    tabled_item(dated, people, embargo="no", title="解禁なし")
    browser = browser_of(dated, people[0].reader)
    found = {row["title"]: row for row in rows(browser)}
    when = "2025-10-10T14:00:00+09:00"
    assert found["多言語窓口AIエージェントの試行開始"]["embargo"] == when
    assert found["後の経路"]["embargo"] == when and found["後の経路"]["opens_at"].startswith(
        "2025-10-12T09:00"
    )
    assert "発表会" in found["行事の後"]["embargo"] and found["解禁なし"]["embargo"] is None
    assert "その日時の前に外へ渡さないでください" in browser.get("/publicity/export", expect=200).text
    assert people[0].reader.name in unpacked(taken(browser, "csv")).decode()


def test_what_went_out_is_counted(sqlite_dated: House) -> None:
    house, people = sqlite_dated, sqlite_dated.people
    item = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[0].press, item, 1)
    (row,) = rows(browser_of(house, people[1].reader))
    assert (row["channels"], row["published"], row["state"]) == (2, 1, "一部公表")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_parties_export_in_both_languages(agreement_of_three: House, language: str) -> None:
    """Decision 28: who is waited for is named, whatever the number of parties."""
    people = agreement_of_three.people
    tabled_item(agreement_of_three, people)
    labels = [one.defined_as[language] for one in edition_of(agreement_of_three).parties]
    for side in people.sides:
        (row,) = rows(browser_of(agreement_of_three, side.reader, language))
        assert len(labels) == 3 and all(label in row["agreement"] for label in labels)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_appeared_beside_the_agreement_is_taken_out_from_its_own_list(
    dated: House, language: str
) -> None:
    """S12: as its page shows it, page by page, formulas defused (row 71); in the words of the reader's language."""
    people = dated.people
    item = agreed_item(dated, people, title="合意した公表")
    reported(
        dated, people[0].press, title="=見つけた記事", url="https://example.jp/?a=1&b=2", publisher="取扱店"
    )
    reported(dated, people[1].press, title="違う掲載", nature="differs", document_id=item, channel=1)
    reported(dated, people[1].press, title="議会の答弁", nature="for_information")
    browser = browser_of(dated, people[1].reader, language)
    place = "/publicity/records/export"
    assert place in browser.get("/publicity/records", expect=200).links
    found = json.loads(taken(browser, "json", place=place))["rows"]
    assert [row["title"] for row in found] == ["議会の答弁", "違う掲載", "=見つけた記事"]
    states = (
        ["共有", "未終結", "未終結"]
        if language == "ja"
        else ["For information", "Not settled", "Not settled"]
    )
    assert [row["state"] for row in found] == states
    assert [row["document"] for row in found] == ["", "PUB-0001", ""]
    assert found[2]["publisher"] == "取扱店" and found[2]["recorder"].endswith(people[0].press.name)
    assert "'=見つけた記事" in taken(browser, "csv", place=place).decode("utf-8-sig")


def test_the_records_go_on_from_page_to_page(sqlite_dated: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        reported(sqlite_dated, sqlite_dated.people[0].press, title=f"記事{number}")
    monkeypatch.setattr("portal.publicity.views.records.ROWS_A_PAGE", 2)
    browser = browser_of(sqlite_dated, sqlite_dated.people[1].reader)
    found = json.loads(taken(browser, "json", place="/publicity/records/export"))["rows"]
    assert [row["title"] for row in found] == [f"記事{number}" for number in (4, 3, 2, 1, 0)]


def test_whoever_shares_nothing_is_given_no_row(sqlite_dated: House) -> None:
    """Row 1: the query itself refuses, whatever the door does."""
    house, people = sqlite_dated, sqlite_dated.people
    agreed_item(house, people)
    reported(house, people[0].press)
    outsider = dataclasses.replace(people[0].reader.actor(house), party=None)
    with house.read() as session:
        given: dict[str, Any] = {"in_force": True, "before": None, "limit": 10}
        assert queries.batch(session, outsider, queries.Filters(), house.clock.now(), **given) == []
        assert queries.records_batch(session, outsider, before=None, limit=10) == []
        assert queries.recorded(session, outsider) == 0
