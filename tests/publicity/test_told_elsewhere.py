"""Publicity where other pages tell of it: the timeline, the year's report, home, and the way back to an activity."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from portal.agreement import queries as agreement
from portal.consent import commands as consent
from portal.publicity import commands, queries
from portal.publicity.item import PUBLICITY, VOLUNTARY
from tests.browser import Browser, Page
from tests.conftest import PASSWORD, House
from tests.makers.activities import agreed, agreed_activity, edition_of, tabled
from tests.makers.people import TestPerson
from tests.makers.publicity import OPENS, agreed_item, japan, publicity_body, published, reported, tabled_item

TITLE, TITLE_EN = (
    "多言語窓口AIエージェントの試行開始",
    "Start of a trial of AI agents at multilingual counters",
)


def browser_of(house: House, person: Any, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def chapter(page: Page) -> str:
    """The words of the report's chapter on publicity."""
    found = re.search(r'aria-labelledby="publicity-heading"(.*?)</section>', page.source, re.S)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1]))


# --- The timeline and the report ------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_went_out_stands_on_the_timeline_and_in_the_report_channel_by_channel(
    dated: House, language: str
) -> None:
    """Issue 3 (4); R6.2-7: the channel that has gone out, and nothing of the one that has not."""
    people = dated.people
    item = agreed_item(dated, people)
    dated.clock.set(OPENS)
    published(dated, people[0].press, item, 1)
    browser = browser_of(dated, people[1].reader, language)
    timeline, report = browser.get("/timeline", expect=200), browser.get("/reports/2025", expect=200)
    title, one, two = (TITLE, "経路1", "経路2") if language == "ja" else (TITLE_EN, "Channel 1", "Channel 2")
    assert title in timeline.text and "PUB-0001" in timeline.text
    assert f"{one}{'：' if language == 'ja' else ':'}" in timeline.text and two not in timeline.text
    told = chapter(report)
    assert title in told and one in told and "記者クラブ" in told and "https://example.jp/news" in told
    assert two not in told and "News Center" not in told
    dated.clock.set(OPENS + dt.timedelta(hours=1))
    published(dated, people[1].press, item, 2, at=OPENS + dt.timedelta(minutes=30))
    browser = browser_of(dated, people[1].reader, language)
    told = chapter(browser.get("/reports/2025", expect=200))
    assert one in told and two in told and "News Center" in told and told.count("PUB-0001") == 1
    assert two in browser.get("/timeline", expect=200).text


def test_before_its_hour_an_agreed_item_is_on_no_timeline_and_in_no_report(dated: House) -> None:
    """Row 47: neither its title nor its words, for any reader of any party; the list alone names it."""
    people = dated.people
    agreed_item(
        dated,
        people,
        title="CANARY 解禁前",
        outputs=tuple((f"{key}.ja", "CANARY 文面") for key in people.parties),
    )
    tabled_item(dated, people, title="CANARY 提示中")
    dated.clock.set(OPENS - dt.timedelta(minutes=1))
    for side in people.sides:
        browser = browser_of(dated, side.press)
        for address in ("/timeline", "/timeline?year=2025", "/reports", "/reports/2025"):
            assert "CANARY" not in browser.get(address, expect=200).source, address


@pytest.mark.parametrize("language", ["ja", "en"])
def test_publicity_without_agreement_stands_there_as_its_own_page_names_it(
    dated: House, language: str
) -> None:
    """S12: title, nature, day, place; not the words that appeared nor the circumstances."""
    people = dated.people
    reported(dated, people[0].press, words="CANARY 掲載された文", circumstances="CANARY 事情")
    browser = browser_of(dated, people[1].reader, language)
    timeline, told = browser.get("/timeline", expect=200), chapter(browser.get("/reports/2025", expect=200))
    for words in (timeline.text, told):
        assert "知事の写真のある事例紹介" in words and "CANARY" not in words
        assert {"ja": "事前合意のない公表", "en": "Publicity without agreement"}[language] in words
    assert "取扱店のサイト" in told and {"ja": "未終結", "en": "Not settled"}[language] in told


def test_a_publication_stands_in_the_year_of_its_day_in_japan(sqlite_dated: House) -> None:
    """The last minutes of a 年度 by the Japanese clock are still in it (row 45)."""
    house, people = sqlite_dated, sqlite_dated.people
    midnight = japan(1, 0, month=4).replace(year=2026)
    house.clock.set(midnight + dt.timedelta(hours=1))
    reported(house, people[0].press, title="年度の終わり", appeared_at=midnight - dt.timedelta(minutes=1))
    reported(house, people[0].press, title="年度の初め", appeared_at=midnight)
    browser = browser_of(house, people[1].reader)
    for year, is_there, is_not in (
        (2025, "年度の終わり", "年度の初め"),
        (2026, "年度の初め", "年度の終わり"),
    ):
        for address in (f"/reports/{year}", f"/timeline?year={year}"):
            page = browser.get(address, expect=200)
            assert is_there in page.source and is_not not in page.source, address


def test_what_differs_from_the_agreement_says_so(sqlite_dated: House) -> None:
    """R6.2-7: in the report with the difference, on the timeline that there is one."""
    house, people = sqlite_dated, sqlite_dated.people
    item = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[0].press, item, 1, is_agreed_text=False, final_text="違う文面")
    browser = browser_of(house, people[1].reader)
    assert "経路1：合意との違いあり" in browser.get("/timeline", expect=200).text
    told = chapter(browser.get("/reports/2025", expect=200))
    assert "文面が合意したものと違います" in told and "合意のとおり" not in told and "違う文面" not in told


@pytest.mark.parametrize("language", ["ja", "en"])
def test_three_parties_tell_of_their_publications(agreement_of_three: House, language: str) -> None:
    """Decision 28."""
    house, people = agreement_of_three, agreement_of_three.people
    item = agreed_item(house, people)
    house.clock.set(OPENS)
    published(house, people[2].press, item, 2)
    label = edition_of(house).parties[2].defined_as[language]
    for side in people.sides:
        assert label in chapter(browser_of(house, side.reader, language).get("/reports/2025", expect=200))


# --- The way back ---------------------------------------------------------------------------------


def trail_of(page: Page) -> str:
    found = re.search(r'<nav[^>]*class="[^"]*trail.*?</nav>', page.source, re.S)
    assert found
    return found[0]


def test_an_item_of_an_activity_leads_back_to_it(sqlite_dated: House) -> None:
    """From the item, from a new one begun there, from the pages below it; an item of no activity leads to none."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people)
    own = tabled_item(house, people, activity_id=activity)
    other = tabled_item(house, people)
    drafter = browser_of(house, people[0].drafter)
    back = f'href="/activities/{activity}"'
    for address in (f"/publicity/{own}", f"/publicity/new?activity={activity}", f"/publicity/{own}/files"):
        assert back in trail_of(drafter.get(address, expect=200)), address
    for address in (f"/publicity/{other}", "/publicity/new"):
        assert "/activities/" not in trail_of(drafter.get(address, expect=200)), address


# --- What lapsed ----------------------------------------------------------------------------------


def lapsed_for(house: House, person: TestPerson) -> list[str]:
    with house.read() as session:
        due = queries.due(session, person.actor(house), house.clock.now(), in_force=True)
        assert not due.ready
        return [row.id for row in due.lapsed]


def held(house: House, by: TestPerson, item: str) -> None:
    with house.work(by.actor(house)) as work:
        consent.hold(
            work, PUBLICITY, consent.document_of(work, PUBLICITY, item), reason="公表しないこととした。"
        )


def test_a_lapse_stays_on_home_until_it_is_settled(dated: House) -> None:
    """R6.2-6: thirty days settle nothing; a hold does."""
    people = dated.people
    item = agreed_item(dated, people)
    dated.clock.set(OPENS + dt.timedelta(days=75))
    assert lapsed_for(dated, people[1].officer) == [item]
    home = browser_of(dated, people[1].officer).get("/", expect=200)
    assert "合意した時期を過ぎた公表" in home.text and TITLE in home.text
    held(dated, people[0].officer, item)
    assert lapsed_for(dated, people[1].officer) == []


def test_what_is_partly_out_when_its_time_is_over_has_lapsed(dated: House) -> None:
    """It can no more be published, and nobody is told that it can."""
    people = dated.people
    item = agreed_item(dated, people)
    dated.clock.set(OPENS)
    published(dated, people[0].press, item, 1)
    dated.clock.set(OPENS + dt.timedelta(days=40))
    for side in people.sides:
        assert lapsed_for(dated, side.officer) == [item]


def test_home_follows_the_clock_to_the_moment_though_nothing_is_done(sqlite_dated: House) -> None:
    """Row 41; R6.2-6: what was read a moment ago in the same hour tells nobody what is due now."""
    house, people = sqlite_dated, sqlite_dated.people
    house.clock.set(OPENS - dt.timedelta(days=31))
    opens = OPENS.replace(minute=30)
    agreed_item(house, people, time="14:30")
    moment = dt.timedelta(microseconds=1)
    planned, soon, ready = "これから30日以内の公表の予定", "まもなく解禁になる公表", "あなたの側が公表できるもの"
    for change, before, after in (
        (opens - dt.timedelta(days=30), set(), {planned}),
        (opens - dt.timedelta(hours=48), {planned}, {planned, soon}),
        (opens, {planned, soon}, {ready}),
    ):
        house.clock.set(change - moment)
        press = browser_of(house, people[0].press)
        for at, told in ((change - moment, before), (change, after)):
            house.clock.set(at)
            home = press.get("/", expect=200).text
            assert {one for one in (planned, soon, ready) if one in home} == told, at


def test_a_lapse_crowds_out_nothing(dated: House) -> None:
    """What has lapsed comes after everything that can still be done."""
    people = dated.people
    for number in range(3):
        agreed_item(dated, people, title=f"過ぎた{number}")
    open_until = {"timing_kind": "window", "until_day": "2026-03-31", "time": "", "title": "まだ公表できる"}
    ready = agreed_item(dated, people, **open_until)
    dated.clock.set(OPENS + dt.timedelta(days=60))
    with dated.read() as session:
        who = people[0].press.actor(dated)
        due = queries.due(session, who, dated.clock.now(), in_force=True, limit=2)
    assert [row.id for row in due.ready] == [ready] and len(due.lapsed) == 1


def test_what_ended_with_the_agreement_stays_until_it_is_agreed_anew(agreement_of_three: House) -> None:
    """R5-5: a draft of it, or one on the table, settles nothing."""
    house, people = agreement_of_three, agreement_of_three.people
    item = agreed_item(house, people)
    with house.read() as session:
        edition = agreement.edition(session)
        dates = agreement.dates_now(session, edition)
        last = agreement.terms(edition, dates, house.clock.now().date())[-1].expiry
    house.clock.set(dt.datetime.combine(last + dt.timedelta(days=60), dt.time(9), OPENS.tzinfo))

    def ended() -> list[str]:
        with house.read() as session:
            due = queries.due(session, people[1].officer.actor(house), house.clock.now(), in_force=False)
            return [row.id for row in due.ended]

    assert ended() == [item]
    day = house.clock.now().astimezone(OPENS.tzinfo).date() + dt.timedelta(days=5)
    with house.work(people[0].drafter.actor(house)) as work:
        made = commands.go_on_voluntarily(work, item).id
    with house.work(people[0].drafter.actor(house)) as work:
        document = consent.document_of(work, VOLUNTARY, made)
        body = publicity_body(edition_of(house), day=day.isoformat(), time="10:00", provided_day="")
        consent.save(work, VOLUNTARY, document, body, saves=1)
    assert ended() == [item]
    tabled(house, people[0].drafter, VOLUNTARY, made)
    assert ended() == [item]
    agreed(house, people, VOLUNTARY, made)
    assert ended() == []
