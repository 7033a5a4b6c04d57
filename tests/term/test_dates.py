"""The agreement's dates: entered by one party, confirmed by all, and the page of the term (R0-1, R4-2, R4-8)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from portal.agreement import queries as agreement
from portal.agreement.models import AgreementDates
from portal.consent import commands
from portal.term.dates import DATES
from portal.term.rules import EndsBeforeItStarts, NoDateGiven, NoEffectiveDate, NotADay, SignedInTheFuture
from tests.browser import Browser
from tests.conftest import House
from tests.makers.activities import (
    agreed,
    consented,
    dated_agreement,
    dates_body,
    drafted,
    edition_of,
    entered_dates,
    replaced,
    revised,
    tabled,
)
from tests.makers.people import TestPerson


def dates_of(house: House) -> agreement.DatesNow:
    edition = edition_of(house)
    with house.read() as session:
        return agreement.dates_now(session, edition)


def browser_of(house: House, person: TestPerson, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, person.password)
    return browser


# --- the document


def test_dates_count_once_entered_marked_unconfirmed_and_are_facts_once_all_confirmed(staffed: House):
    """Decision 30; R4-8."""
    people = staffed.people
    assert not dates_of(staffed).are_entered
    document = entered_dates(staffed, people)
    assert dates_of(staffed).signed_on == dt.date(2025, 9, 10)
    assert not dates_of(staffed).is_confirmed
    consented(staffed, people[0].officer, DATES, document)
    assert not dates_of(staffed).is_confirmed
    consented(staffed, people[1].officer, DATES, document)
    assert dates_of(staffed).is_confirmed


def test_what_was_confirmed_stays_until_all_confirm_the_change(staffed: House):
    people = staffed.people
    first = dated_agreement(staffed, people)
    second = replaced(staffed, people[1].manager, DATES, first, dates_body(signed_on="2025-09-11"))
    assert dates_of(staffed).signed_on == dt.date(2025, 9, 10)
    agreed(staffed, people, DATES, second)
    assert dates_of(staffed).signed_on == dt.date(2025, 9, 11)


def test_declined_dates_count_no_more(staffed: House):
    people = staffed.people
    document = entered_dates(staffed, people)
    with staffed.work(people[1].officer.actor(staffed)) as work:
        held = commands.document_of(work, DATES, document)
        commands.decline(work, DATES, held, reason="協定書の日付と違うため")
    assert not dates_of(staffed).are_entered


def test_a_revision_brings_its_own_dates(staffed: House):
    people = staffed.people
    document = entered_dates(staffed, people)
    revised(staffed, people[1].manager, DATES, document, dates_body(signed_on="2025-09-12"))
    assert dates_of(staffed).signed_on == dt.date(2025, 9, 12)
    agreed(staffed, people, DATES, document)
    with staffed.read() as session:
        rows = session.scalars(select(AgreementDates).where(AgreementDates.is_confirmed)).all()
    assert [row.signed_on for row in rows] == [dt.date(2025, 9, 12)]


def test_only_a_demonstration_marks_its_dates_as_assumed(staffed: House):
    """Decision 30: 仮 is not for users to set."""
    entered_dates(staffed, staffed.people)
    assert not dates_of(staffed).is_assumed


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"signed_on": ""}, NoDateGiven, "signed_on"),
        ({"signed_on": "2025-02-30"}, NotADay, "signed_on"),
        ({"end_on_fixed": "2025-09-01"}, EndsBeforeItStarts, "end_on_fixed"),
        ({"signed_on": "2025-10-02"}, SignedInTheFuture, "signed_on"),
    ],
)
def test_dates_that_cannot_be_are_refused_beside_their_field(
    sqlite_staffed: House, changes: dict[str, str], refusal: type[Exception], field: str
):
    people = sqlite_staffed.people
    with pytest.raises(refusal) as refused:
        entered_dates(sqlite_staffed, people, **changes)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not dates_of(sqlite_staffed).are_entered


def test_an_agreement_that_runs_from_its_effective_date_needs_that_date(agreement_of_three: House):
    people = agreement_of_three.people
    document = drafted(agreement_of_three, people[0].manager, DATES, dates_body())
    with pytest.raises(NoEffectiveDate):
        tabled(agreement_of_three, people[0].manager, DATES, document)


def test_a_signing_still_to_come_is_told_together_with_what_else_is_wrong(sqlite_staffed: House):
    """excellent 3.2: every problem at once, each beside its field; R0-1"""
    browser = browser_of(sqlite_staffed, sqlite_staffed.people[0].manager)
    page = browser.get("/term/dates/new", expect=200)
    page = page.submit(
        "/term/dates/", signed_on="令和7年10月2日", end_on_fixed="2025/9/1", first_day="not_counted"
    )
    refused = page.submit("/table")
    assert refused.status == 422
    assert "まだ来ていない日です" in refused.text and "期間の始まり" in refused.text
    assert all(f'#{field}"' in refused.source for field in ("signed_on", "end_on_fixed"))
    assert not dates_of(sqlite_staffed).are_entered


# --- the page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_a_date_the_page_says_what_to_do(sqlite_staffed: House, language: str):
    browser = browser_of(sqlite_staffed, sqlite_staffed.people[0].manager, language)
    page = browser.get("/term", expect=200)
    assert [link for link in page.links if link.endswith("/term/dates/new")]
    page = browser.get("/term/dates/new", expect=200)
    page = page.submit("/term/dates/", signed_on="令和7年9月10日", first_day="not_counted")
    page = page.submit("/table")
    assert page.status == 200
    assert "2025" in browser.get("/term", expect=200).text


def test_an_impossible_day_is_refused_and_kept(sqlite_staffed: House):
    browser = browser_of(sqlite_staffed, sqlite_staffed.people[0].manager)
    page = browser.get("/term/dates/new").submit("/term/dates/", signed_on="令和7年9月31日")
    assert page.status == 422
    page.has_lost_nothing(signed_on="令和7年9月31日")


def test_the_page_shows_who_has_confirmed_and_both_ways_of_counting_until_then(sqlite_staffed: House):
    """R4-4, R4-8."""
    people = sqlite_staffed.people
    document = entered_dates(sqlite_staffed, people)
    consented(sqlite_staffed, people[0].officer, DATES, document)
    browser = browser_of(sqlite_staffed, people[1].reader)
    page = browser.get("/term", expect=200)
    assert "未確認" in page.text and "確認済" in page.text
    assert "令和8年（2026年）9月10日（木）" in page.text
    assert "もう一方の数え方では満了日は令和8年（2026年）9月9日（水）" in page.text
    assert "初日不算入（民法140条）・暦による計算（同143条）" in page.text
    consented(sqlite_staffed, people[1].officer, DATES, document)
    page = browser.get("/term")
    assert "全当事者が確認済み" in page.text and "もう一方の数え方" not in page.text


def test_the_fixed_sentence_on_writing_names_the_article_from_the_data(sqlite_dated: House):
    """R4-2."""
    edition = edition_of(sqlite_dated)
    assert edition.termination is not None
    article = edition.article_of(edition.termination.clause)
    assert article is not None
    for language, sentence in (
        ("ja", f"本システムへの登録や送信は、{article.label.ja}の書面に代わるものではありません。"),
        ("en", f"does not replace the writing required by {article.label.en}."),
    ):
        browser = browser_of(sqlite_dated, sqlite_dated.people[0].reader, language)
        assert sentence in browser.get("/term", expect=200).text


def test_for_a_planned_termination_the_last_day_and_the_three_standings_are_shown(sqlite_dated: House):
    browser = browser_of(sqlite_dated, sqlite_dated.people[0].reader)
    page = browser.get("/term", query={"planned": "令和8年3月1日"}, expect=200)
    for words in ("期限内", "要確認", "期限後", "令和8年（2026年）1月28日（水）", "逆算・初日不算入"):
        assert words in page.text
    page.has_lost_nothing(planned="令和8年3月1日")
    page = browser.get("/term", query={"planned": "2026-09-31"}, expect=200)
    assert "エラー" in page.text
    page.has_lost_nothing(planned="2026-09-31")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_another_agreement_shows_its_own_term(agreement_of_three: House, language: str):
    """Fixed last day, no automatic renewal, three months' notice."""
    browser = browser_of(agreement_of_three, agreement_of_three.people[2].reader, language)
    page = browser.get("/term", query={"planned": "2026-04-01"}, expect=200)
    words = (
        ["令和10年（2028年）3月31日（金）", "自動的には更新されません"]
        if language == "ja"
        else ["31 March 2028"]
    )
    for one in words:
        assert one in page.text


@pytest.mark.parametrize(
    ("language", "words", "stated"),
    [("ja", "未確認", "協定の本文に定めあり"), ("en", "nconfirmed", "Stated in the text of the agreement")],
)
def test_dates_that_the_text_states_are_nowhere_called_unconfirmed(
    agreement_of_three: House, language: str, words: str, stated: str
):
    """R0-1, decision 30: what every party signed needs no second confirmation."""
    browser = browser_of(agreement_of_three, agreement_of_three.people[1].reader, language)
    for path in ("/", "/agreement", "/term"):
        page = browser.get(path, expect=200)
        assert words not in page.text, path
        assert stated in page.text or path == "/"


def test_once_a_party_enters_other_dates_they_are_unconfirmed_until_all_agree(agreement_of_three: House):
    people = agreement_of_three.people
    entered_dates(agreement_of_three, people, effective_on="2025-04-02", end_on_fixed="2028-03-31")
    browser = browser_of(agreement_of_three, people[1].reader)
    for path in ("/", "/agreement", "/term"):
        assert "未確認" in browser.get(path, expect=200).text, path


def test_the_page_is_for_members_only(sqlite_dated: House):
    assert browser_of(sqlite_dated, sqlite_dated.people.operator).get("/term").status == 403
    assert Browser(sqlite_dated).get("/term", follow=False).status == 303
