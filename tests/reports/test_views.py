"""The timeline and the year's report, through the browser, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from portal import yearbook
from portal.activities.proposal import PROPOSAL
from portal.advice import queries as advice
from portal.advice.rules import Marking
from portal.consent import commands as consent_commands
from portal.publicity import commands as publicity_commands
from portal.publicity import queries as publicity
from portal.publicity.item import PUBLICITY
from portal.publicity.sorts import Relation
from portal.reports import views
from portal.reports.parts import Chapter, Entry, Group, Look, Mark
from tests.browser import Browser, Page
from tests.conftest import NOON, PASSWORD, House
from tests.makers.activities import (
    agreed,
    completed_activity,
    consented,
    drafted,
    edition_of,
    proposal_body,
    running_activity,
    tabled_proposal,
)
from tests.makers.advice import clause_ids, recorded, term_of
from tests.makers.publicity import OPENS, agreed_item, japan, publicity_body, published, reported


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
    page = browser.get("/timeline?year=2026", expect=200)  # the term now running reaches into it
    assert browser.get("/reports/2026").status == 404, "what lies ahead cannot be reported on"
    assert "/reports/2026" not in page.links and "/reports/2025" in browser.get("/timeline").links


def test_the_present_year_stands_first_and_the_next_is_a_step_away(sqlite_dated: House) -> None:
    page = browser_of(sqlite_dated, sqlite_dated.people[0].reader).get("/timeline", expect=200)
    assert re.findall(r'<h2 id="year-(\d+)"', page.source) == ["2025"]
    assert "/timeline?year=2026" in page.links
    sqlite_dated.clock.set(NOON.replace(year=2027))
    later = browser_of(sqlite_dated, sqlite_dated.people[0].reader).get("/timeline", expect=200)
    assert re.findall(r'<h2 id="year-(\d+)"', later.source) == ["2027", "2026", "2025"]


def test_what_has_no_day_yet_is_drawn_as_a_proposal_not_as_a_plan(sqlite_dated: House) -> None:
    """The picture says no more than the record: a proposal stands on its day, its key says that the time is open."""
    tabled_proposal(sqlite_dated, sqlite_dated.people)
    page = browser_of(sqlite_dated, sqlite_dated.people[0].reader).get("/timeline", expect=200)
    assert page.source.count("picture-proposed") == 2 and page.source.count("picture-planned") == 1
    assert "時期は未定" in page.text


def test_more_than_can_be_shown_is_said_to_be_more(dated: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No year is passed off as whole, nor called empty because another is full; a report counts what it leaves out."""
    people, term = dated.people, term_of(dated)
    for number in range(3):
        tabled_proposal(dated, people, title=f"取組{number}")
        recorded(dated, people[term.giver].drafter, term.giver, term.receiver)
    for module in (yearbook, views):
        monkeypatch.setattr(module, "SHOWN", 2)
    monkeypatch.setattr(yearbook, "TOLD", 2)
    browser = browser_of(dated, people[0].reader)
    page = browser.get("/timeline", expect=200)
    assert "ここに示したもののほかにもあります。" in page.text and page.source.count("picture-proposed") == 3
    report = browser.get("/reports/2025", expect=200)
    assert "取組（3件）" in report.text and "ほかにも取組があります。" in report.text
    assert "助言・支援（3件）" in report.text and "ほかにも助言・支援の記録があります。" in report.text
    told = section(report, "activities-heading")
    assert "取組0" in told and "取組2" not in told


def test_each_stretch_has_its_own_first_ones(dated: House) -> None:
    """One statement for several years: a full one takes nothing from the next."""
    people, term = dated.people, term_of(dated)
    days = ["2025-09-28", "2025-09-29", "2025-09-30", "2025-10-01"]
    for day in days:
        recorded(dated, people[term.giver].drafter, term.giver, term.receiver, given_on=day)
    first, last = dt.date(2025, 9, 1), dt.date(2025, 10, 31)
    reader = people[0].reader.actor(dated)
    with dated.read() as session:
        parted = advice.between(session, reader, first, last, limit=2, breaks=[dt.date(2025, 10, 1)])
        assert sorted(str(row.given_on) for row in parted) == [days[0], days[1], days[3]]
        whole = advice.between(session, reader, first, last, limit=2)
        assert [str(row.given_on) for row in whole] == days[:2]


def test_publicity_has_its_own_first_ones_too(dated: House) -> None:
    """By the midnights of Japan, on both databases."""
    people = dated.people
    moments = [japan(1, 0), japan(1, 9), japan(1, 11)]
    for moment in moments:
        reported(dated, people[0].press, appeared_at=moment - dt.timedelta(days=1))
    reported(dated, people[0].press, appeared_at=japan(1, 0))
    reader = people[0].reader.actor(dated)
    with dated.read() as session:
        found = publicity.recorded_between(
            session, reader, dt.date(2025, 9, 1), dt.date(2025, 10, 1), limit=2, breaks=[dt.date(2025, 10, 1)]
        )
    assert sorted(row.appeared_at for row in found) == [
        japan(1, 0) - dt.timedelta(days=1), japan(1, 9) - dt.timedelta(days=1), japan(1, 0),
    ]  # fmt: skip


def test_what_is_half_agreed_says_so_in_the_report_and_by_whom_it_waits(sqlite_dated: House) -> None:
    """Row 38: also on what is printed and handed on."""
    house, people = sqlite_dated, sqlite_dated.people
    proposal = tabled_proposal(house, people)
    browser = browser_of(house, people[1].reader)
    assert "未合意（協議中：甲、乙の同意待ち）" in browser.get("/reports/2025", expect=200).text
    consented(house, people[0].officer, PROPOSAL, proposal)
    assert "未合意（一部同意：乙の同意待ち）" in browser.get("/reports/2025", expect=200).text
    consented(house, people[1].officer, PROPOSAL, proposal)
    told = section(browser.get("/reports/2025", expect=200), "activities-heading")
    assert "合意済" in told and "別途定め（具体的事項） 未合意" in told


def test_a_correction_is_told_as_one(sqlite_dated: House) -> None:
    """R6.2-7: it bears the title of what it corrects, and says what it is."""
    house, people = sqlite_dated, sqlite_dated.people
    first = agreed_item(house, people, title="共同の発表", embargo="no")
    house.clock.set(OPENS)
    published(house, people[0].press, first)
    with house.work(people[0].drafter.actor(house)) as work:
        begun = publicity_commands.follow_up(work, first, Relation.CORRECTION)
        body = publicity_body(
            edition_of(house), title="共同の発表", relation="correction", concerns="PUB-0001",
            relation_reason="数の誤り", day="2025-10-10", time="14:30", embargo="no",
        )  # fmt: skip
        consent_commands.save(work, PUBLICITY, begun, body, saves=1)
        consent_commands.table(work, PUBLICITY, begun, saves=2)
        id = begun.id
    agreed(house, people, PUBLICITY, id)
    house.clock.set(OPENS + dt.timedelta(hours=1))
    published(house, people[0].press, id, at=OPENS + dt.timedelta(minutes=30))
    browser = browser_of(house, people[1].reader)
    for address in ("/timeline", "/reports/2025"):
        page = browser.get(address, expect=200)
        assert "訂正：共同の発表" in page.text
        assert page.text.count("共同の発表") > page.text.count("訂正：共同の発表")


@pytest.mark.parametrize("address", ["/timeline", "/reports/2025"])
def test_the_pages_take_as_many_statements_with_few_as_with_many(sqlite_dated: House, address: str) -> None:
    """performance.md: the same with one row as with ten, and at most twelve."""
    house, people, term = sqlite_dated, sqlite_dated.people, term_of(sqlite_dated)
    browser = browser_of(house, people[0].reader)
    counted: list[int] = []
    for _ in range(2):
        for number in range(5 if counted else 1):
            activity = completed_activity(house, people, title=f"取組{number}")
            assert activity
            recorded(house, people[term.giver].drafter, term.giver, term.receiver)
            reported(house, people[0].press)
        browser.get(address, expect=200)
        with statements(house) as said:
            browser.get(address, expect=200)
        counted.append(len(said))
    assert counted[0] == counted[1] <= 12, counted


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(house.app.engines.reader, "before_cursor_execute", note)
    yield said
    event.remove(house.app.engines.reader, "before_cursor_execute", note)


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
