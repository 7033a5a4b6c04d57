"""The timeline and the year's report, through the browser, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal.activities.proposal import PROPOSAL
from portal.advice.rules import Marking
from portal.reports.parts import Chapter, Entry, Group, Look, Mark
from tests.browser import Browser, Page
from tests.conftest import NOON, PASSWORD, House
from tests.makers.activities import (
    completed_activity,
    drafted,
    edition_of,
    proposal_body,
    running_activity,
    tabled_proposal,
)
from tests.makers.advice import clause_ids, recorded, term_of


def browser_of(house: House, person: Any, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def section(page: Page, key: str) -> str:
    """The words of the section with this heading's id."""
    found = re.search(rf'aria-labelledby="{key}"(.*?)</section>', page.source, re.S)
    assert found, key
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1]))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_timeline_shows_every_activity_in_picture_and_table(dated: House, language: str) -> None:
    """Issue 3 (4): the picture, and behind it the table that says the same."""
    people = dated.people
    running_activity(dated, people, title="動いている取組", title_en="Running activity")
    completed_activity(dated, people, title="終わった取組", title_en="Completed activity")
    tabled_proposal(dated, people, title="提案した取組", title_en="Proposed activity")
    page = browser_of(dated, people[1].reader, language).get("/timeline", expect=200)
    told = section(page, "year-2025")
    svg, table = page.source.partition("<table")[0], page.source.partition("<table")[2]
    titles = ["動いている取組", "終わった取組", "提案した取組"]
    for title in (
        titles if language == "ja" else ["Running activity", "Completed activity", "Proposed activity"]
    ):
        assert title in svg and title in table
    for word in ("実施中", "完了", "提案済") if language == "ja" else ("Running", "Completed", "Proposed"):
        assert word in told
    assert (
        page.source.count("picture-running") == 2 and 'role="img"' in page.source
    )  # one bar, one in the key
    assert ("年表：取組3件" if language == "ja" else "Activities: 3") in page.source
    if language == "en":
        main = re.sub(r"<[^>]+>", " ", page.source.partition("<main")[2].partition("</main>")[0])
        assert not re.search(r"[ぁ-ん]", main)


def test_no_draft_of_either_side_stands_on_the_timeline_or_in_the_report(dated: House) -> None:
    """Rows 1, 5: not even the own side's, for the report is printed and handed on."""
    people = dated.people
    drafted(dated, people[0].drafter, PROPOSAL, proposal_body(edition_of(dated), title="CANARY"))
    for side in people.sides:
        browser = browser_of(dated, side.drafter)
        for address in ("/timeline", "/reports", "/reports/2025", "/timeline?year=2025"):
            assert "CANARY" not in browser.get(address, expect=200).source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_report_tells_activities_by_matter_and_purpose_with_their_outcomes(
    dated: House, language: str
) -> None:
    """Issue 3 (4); R1-1, R2-1, R2-10."""
    people, edition = dated.people, edition_of(dated)
    first, second = edition.scope_items[0], edition.scope_items[1]
    completed_activity(
        dated, people, title="終わった取組", items=(first.key, second.key), outcome="延べ120人が使った。"
    )
    page = browser_of(dated, people[0].reader, language).get("/reports/2025", expect=200)
    told = section(page, "activities-heading")
    assert "延べ120人が使った。" in told and "120" in told
    assert told.count("延べ120人が使った。") == 2, "under each of its matters"
    for item in (first, second):
        assert item.citation[language] in told and item.text[language] in told
    for purpose in edition.purposes:
        assert purpose.text[language] in told
    counted = [
        [int(one) for one in re.findall(r"<span>(\d+)</span>", row)] for row in page.source.split("<tr")
    ]
    assert [1, 0, 1] in counted or [1, 1] in counted or any(row and row[-1] == 1 for row in counted)
    assert page.title.startswith("令和7年度" if language == "ja" else "Report of FY2025")


def test_a_year_the_agreement_does_not_reach_is_not_found(sqlite_dated: House) -> None:
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].reader)
    for address in ("/reports/2024", "/reports/1", "/reports/9999", "/timeline?year=2024", "/timeline?year=x",
                    "/timeline?year=２０２５", "/timeline?year=-1"):  # fmt: skip
        assert browser.get(address).status == 404, address
    for address in ("/reports/2026", "/timeline?year=2026"):
        assert browser.get(address).status == 200, "the term now running reaches into it"


def test_before_the_dates_are_entered_the_pages_stand(sqlite_staffed: House) -> None:
    browser = browser_of(sqlite_staffed, sqlite_staffed.people[0].reader)
    assert "協定の日付がまだ記入されていない" in browser.get("/timeline", expect=200).text
    assert "この年度の取組はありません。" in browser.get("/reports", expect=200).text


def test_what_other_packages_hand_over_stands_beside_the_activities(sqlite_dated: House) -> None:
    """Decision 32: publications and advice come through the assembler, on the picture and as chapters."""
    day = NOON.date()
    marks = [
        Mark("publication", "<共同発表>", day, None, Look.DONE, "公表済", "/history", "PUB-0001"),
        Mark("advice", "助言の題", day, None, Look.DONE, "確認済", "/history", "ADV-0001"),
    ]
    entry = Entry(
        "<共同発表>", "/history", "PUB-0001", "10月1日", ("completed", "公表済"), [("手段", "資料提供")]
    )
    chapter = Chapter("more", "公表", 1, [Group("報道", [entry])], "この年度の公表はありません。")
    app = sqlite_dated.app
    app.extensions["timeline"] = [*app.extensions["timeline"], lambda *_: marks]
    app.extensions["report_chapters"] = [*app.extensions["report_chapters"], lambda *_: [chapter]]
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].reader)
    page = browser.get("/timeline", expect=200)
    assert (
        page.source.count('class="picture-publication"') == 2
        and page.source.count('class="picture-advice"') == 2
    )
    assert "PUB-0001 &lt;共同発表&gt;" in page.source and "公表1件" in page.source
    report = browser.get("/reports/2025", expect=200)
    assert "公表（1件）" in report.text and "資料提供" in report.text and "&lt;共同発表&gt;" in report.source


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_parties_and_another_agreement(agreement_of_three: House, language: str) -> None:
    people = agreement_of_three.people
    completed_activity(agreement_of_three, people)
    for address in ("/timeline", "/reports"):
        page = browser_of(agreement_of_three, people[2].reader, language).get(address, expect=200)
        assert "%(" not in page.text
    edition = edition_of(agreement_of_three)
    assert all(party.name[language] in page.text for party in edition.parties)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_privacy_statement_is_read_before_signing_in(sqlite_staffed: House, language: str) -> None:
    """Issue 3 (7): beside the accessibility statement, on every page's foot."""
    browser = Browser(sqlite_staffed, language=language)
    assert {"/privacy", "/accessibility"} <= set(browser.get("/sign-in").links)
    page = browser.get("/privacy", expect=200)
    for words in (
        ("30日", "24時間", "IPアドレス") if language == "ja" else ("30 days", "24 hours", "IP address")
    ):
        assert words in page.text
    if language == "en":
        main = re.sub(r"<[^>]+>", " ", page.source.partition("<main")[2].partition("</main>")[0])
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", main)


# --- Advice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_advice_carries_its_clauses_word_for_word_in_one_direction_only(dated: House, language: str) -> None:
    """R8-2: on the printed report as on every page; nothing of the kind on what the receiver gave."""
    people, term, edition = dated.people, term_of(dated), edition_of(dated)
    giver, receiver = term.giver, term.receiver
    recorded(dated, people[giver].drafter, giver, receiver, title="与えた助言")
    recorded(dated, people[receiver].drafter, receiver, giver, title="返した助言")
    page = browser_of(dated, people[receiver].reader, language).get("/reports/2025", expect=200)
    told = section(page, "advice-heading")
    ids = clause_ids(dated)
    assert len(ids) == 2
    for id in ids:
        words = re.sub(r"\s+", " ", edition.clause(id).text.ja)
        assert told.count(words) == 1
        assert language == "ja" or re.sub(r"\s+", " ", edition.clause(id).text.en) in told
    assert "与えた助言" in told and "返した助言" in told
    timeline = browser_of(dated, people[giver].reader, language).get("/timeline", expect=200)
    assert timeline.source.count('class="picture-advice"') == 3, "two, and one in the key"


def test_what_is_marked_secret_is_told_of_without_its_words(dated: House) -> None:
    """R7-4: those who may not open an entry see on these pages too only that it is there."""
    people, term = dated.people, term_of(dated)
    made = recorded(
        dated,
        people[term.giver].drafter,
        term.giver,
        term.receiver,
        title="CANARY",
        marking=Marking.SECRET.value,
    )
    auditor = browser_of(dated, people.auditor)
    for address in ("/timeline", "/reports"):
        page = auditor.get(address, expect=200)
        assert "CANARY" not in page.source and made.reference in page.source
        assert "CANARY" in browser_of(dated, people[term.receiver].reader).get(address, expect=200).source
