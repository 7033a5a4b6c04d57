"""The calendar each person may subscribe to: agreed dates only, no titles under embargo, dead when it is revoked; read
by a library that is not the one that writes it, and by the grammar of RFC 5545."""

import datetime as dt
import re

import pytest
import vobject
from sqlalchemy import select

from portal.activities.proposal import PROPOSAL
from portal.agreement.commands import announce_end
from portal.agreement.life import Cause
from portal.calendar.feed import feed
from portal.calendar.parts import Dated
from portal.consent import commands as consent
from portal.kernel.clock import JAPAN
from portal.kernel.db import Subject
from portal.parties import commands, queries, rules
from portal.parties.models import CalendarFeed
from portal.publicity.item import PUBLICITY
from tests.browser import Browser
from tests.makers.activities import (
    agreed_activity,
    agreed_particulars,
    entered_dates,
    tabled_particulars,
    tabled_proposal,
)
from tests.makers.people import PASSWORD
from tests.makers.publicity import agreed_item, tabled_item


def browser_of(house, person, language="ja"):
    browser = Browser(house, language=language)
    browser.sign_in(person.email, PASSWORD)
    return browser


def address_of(page):
    [path] = re.findall(r'value="http://localhost:8000(/calendar/[\w-]+)"', page.source)
    return path


def subscribed(house, person):
    """The path of a new calendar of the person's."""
    return address_of(browser_of(house, person).get("/account").submit("カレンダーのアドレスを作る"))


def read(house, path, expect=200):
    """What a calendar program that knows nothing but the address gets."""
    answer = house.app.test_client().get(path)
    assert answer.status_code == expect
    return answer.get_data(as_text=True)


def events(text):
    """Its events as vobject reads them: title, begin, end."""
    calendar = vobject.readOne(text)
    return sorted(
        (one.summary.value, one.dtstart.value, getattr(one, "dtend", None) and one.dtend.value)
        for one in getattr(calendar, "vevent_list", [])
    )


# --- What is in it -----------------------------------------------------------------------------------------------


def test_agreed_dates_are_in_it_and_others_are_not(sqlite_dated):
    """Excellent 3.2: after agreement, not before; of both parties alike."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people, title="観察会", title_en="Observation")
    tabled_proposal(house, people, title="まだ提案")
    tabled_particulars(house, people, activity, timing_kind="range", start="2025-11-04", end="2026-01-30")
    paths = [subscribed(house, side.reader) for side in people.sides]
    assert all("観察会" not in read(house, path) for path in paths)
    other = agreed_activity(house, people, title="研修", title_en="Training")
    agreed_particulars(house, people, other, timing_kind="range", start="2025-11-05", end="2026-01-31")
    single = agreed_activity(house, people, title="発表会", title_en="Showing")
    agreed_particulars(house, people, single, timing_kind="day", day="2025-12-01", start="", end="")
    texts = [read(house, path) for path in paths]
    assert events(texts[0]) == events(texts[1])
    found = {title: begin for title, begin, _ in events(texts[0])}
    assert found == {
        "ACT-0003 研修：開始予定": dt.date(2025, 11, 5),
        "ACT-0003 研修：終了予定": dt.date(2026, 1, 31),
        "ACT-0004 発表会：実施予定": dt.date(2025, 12, 1),
        "協定の満了日（第1期）": dt.date(2026, 9, 10),
        "更新しない場合に意思表示を届ける推奨日（第1期）": dt.date(2026, 9, 10),
    }


def test_publications_are_in_it_by_their_reference_alone(sqlite_dated):
    """Row 20: agreed, with the moment in Japan's time; no title of what may be under embargo; nothing that is held."""
    house, people = sqlite_dated, sqlite_dated.people
    item = agreed_item(house, people, title="秘密の題", title_en="Secret title")
    tabled_item(house, people, title="協議中の題", day="2025-10-20")
    window = agreed_item(
        house, people, title="窓の題", timing_kind="window", day="2025-10-15", time="10:00", until_day="2025-10-16",
        until_time="17:59",
    )  # fmt: skip
    path = subscribed(house, people[1].press)
    text = read(house, path)
    assert "題" not in text and "title" not in text.lower().replace("subtitle", "")
    by_title = {title: (begin, end) for title, begin, end in events(text) if title.startswith("PUB")}
    begin, end = by_title["PUB-0001：公表の日時"]
    assert begin == dt.datetime(2025, 10, 10, 14, tzinfo=JAPAN) and end is None
    assert by_title["PUB-0003：公表の日時"] == (
        dt.datetime(2025, 10, 15, 10, tzinfo=JAPAN),
        dt.datetime(2025, 10, 16, 18, tzinfo=JAPAN),
    )
    assert set(by_title) == {"PUB-0001：公表の日時", "PUB-0003：公表の日時"}
    with house.work(people[0].officer.actor(house)) as work:
        consent.hold(work, PUBLICITY, consent.document_of(work, PUBLICITY, item), reason="都合により")
    assert "PUB-0001" not in read(house, path) and window


def test_a_term_that_is_not_confirmed_is_not_in_it(sqlite_staffed):
    """Only agreed dates: entered by one party, 未確認."""
    entered_dates(sqlite_staffed, sqlite_staffed.people)
    text = read(sqlite_staffed, subscribed(sqlite_staffed, sqlite_staffed.people[0].reader))
    assert "満了日" not in text and "BEGIN:VEVENT" not in text
    vobject.readOne(text)


def test_once_an_end_is_announced_its_last_day_stands_in_place_of_the_expiry(sqlite_dated):
    house, last_day = sqlite_dated, dt.date(2026, 7, 31)
    path = subscribed(house, house.people[0].reader)
    with house.work() as work:
        announce_end(
            work, cause=Cause.TERMINATION, last_day=last_day, measures_apply=True, source=Subject("notice", "n")
        )
    assert [(title, begin) for title, begin, _ in events(read(house, path))] == [("協定が有効な最後の日", last_day)]


def test_the_term_stated_by_the_text_of_three_is_in_it(agreement_of_three):
    house = agreement_of_three
    assert "満了日" in read(house, subscribed(house, house.people[2].reader))


def test_it_speaks_the_language_of_whose_it_is(sqlite_dated):
    house, person = sqlite_dated, sqlite_dated.people[0].reader
    path = subscribed(house, person)
    with house.work(person.actor(house)) as work:
        commands.choose_language(work, "en")
    titles = [title for title, _, _ in events(read(house, path))]
    assert "Last day of the agreement's term (term 1)" in titles


# --- Its form (RFC 5545) -----------------------------------------------------------------------------------------

LINE = re.compile(r"[A-Z-]+(;[A-Z-]+=(\"[^\"]*\"|[^\";:,]*))*:.*")


def test_it_keeps_to_the_grammar_and_says_its_time_zone(sqlite_dated):
    """CRLF, lines of at most 75 octets, properties, one identifier an event, the same at every reading."""
    house, people = sqlite_dated, sqlite_dated.people
    activity = agreed_activity(house, people, title="長い題名の取組；読点、や,カンマ;と\\" + "あ" * 80)
    agreed_particulars(house, people, activity, timing_kind="day", day="2025-12-01", start="", end="")
    agreed_item(house, people)
    path = subscribed(house, people[0].reader)
    text = read(house, path)
    raw = text.encode()
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    whole = re.sub("\r\n[ \t]", "", text).split("\r\n")[:-1]
    assert all(LINE.fullmatch(line) for line in whole)
    assert whole[0] == "BEGIN:VCALENDAR" and whole[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in whole and any(line.startswith("PRODID:") for line in whole)
    assert "TZID:Asia/Tokyo" in whole and "TZOFFSETTO:+0900" in whole
    assert any(line.startswith("DTSTART;TZID=Asia/Tokyo:20251010T140000") for line in whole)
    uids = [line for line in whole if line.startswith("UID:")]
    assert len(uids) == len(set(uids)) == whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT")
    house.clock.move(days=3)
    again = re.sub("\r\n[ \t]", "", read(house, path)).split("\r\n")
    assert uids == [line for line in again if line.startswith("UID:")]
    assert not any(line.startswith(("DESCRIPTION", "ATTENDEE", "ORGANIZER", "LOCATION")) for line in whole)
    long = next(title for title, _, _ in events(text) if "長い題名" in title)
    assert "読点、や,カンマ;と\\" in long


def test_a_date_that_is_only_a_moment_has_no_end_and_a_day_takes_one_day():
    now = dt.datetime(2025, 10, 1, 3, tzinfo=dt.UTC)
    text = feed(
        [
            Dated("a", "日", "/a", on=dt.date(2025, 12, 31)),
            Dated("b", "時", "/b", at=dt.datetime(2025, 12, 31, 15, tzinfo=dt.UTC)),
        ],
        name="名", address="https://portal.example.jp", host="portal.example.jp", now=now,
    ).decode()  # fmt: skip
    assert events(text) == [
        ("日", dt.date(2025, 12, 31), dt.date(2026, 1, 1)),
        ("時", dt.datetime(2026, 1, 1, 0, tzinfo=JAPAN), None),
    ]
    assert "URL:https://portal.example.jp/a" in text


# --- Its address (rows 9, 61) ------------------------------------------------------------------------------------


def test_the_address_is_shown_once_and_kept_as_a_digest(sqlite_dated):
    house, person = sqlite_dated, sqlite_dated.people[0].reader
    browser = browser_of(house, person)
    page = browser.get("/account").submit("カレンダーのアドレスを作る")
    path = address_of(page)
    token = path.rpartition("/")[2]
    assert len(token) >= 43 and "一度だけ" in page.text
    assert token not in browser.get("/account").source and "有効です" in browser.get("/account").text
    with house.read() as session:
        [row] = session.scalars(select(CalendarFeed)).all()
    assert row.token_hash == queries.token_digest(token) and token not in str(vars(row))
    assert token not in browser.get("/history?reading=trail").source


def test_revoked_it_is_gone_at_once(dated):
    """Row 9."""
    person = dated.people[0].reader
    path = subscribed(dated, person)
    read(dated, path)
    page = browser_of(dated, person).get("/account").submit("アドレスを無効にする")
    assert "無効にしました" in page.text
    read(dated, path, expect=404)
    with pytest.raises(rules.NoCalendar), dated.work(person.actor(dated)) as work:
        commands.revoke_calendar(work)


def test_a_new_address_kills_the_one_before(sqlite_dated):
    house, person = sqlite_dated, sqlite_dated.people[0].reader
    first = subscribed(house, person)
    second = address_of(browser_of(house, person).get("/account").submit("新しいアドレスを作る"))
    read(house, first, expect=404)
    read(house, second)


def test_it_dies_with_the_account_and_with_the_last_role(dated):
    """Row 61."""
    side, auditor = dated.people[0], dated.people.auditor
    paths = [subscribed(dated, side.reader), subscribed(dated, auditor)]
    with dated.work(side.admin.actor(dated)) as work:
        commands.close_member(work, side.reader.member_id)
    with dated.work(side.admin.actor(dated)) as work:
        commands.end_auditor(work, auditor.member_id)
    for path in paths:
        read(dated, path, expect=404)
    with dated.read() as session:
        ended = dict(session.execute(select(CalendarFeed.member_id, CalendarFeed.revoked_at)).all())
    assert ended[side.reader.member_id] is not None


def test_a_strange_token_is_a_page_that_is_not_there(sqlite_dated):
    house = sqlite_dated
    path = subscribed(house, house.people[0].reader)
    for strange in (
        "x",
        path[:-1],
        path + "x",
        path.upper(),
        "/calendar/" + "a" * 3_000,
        "/calendar/%00",
        "/calendar/'",
    ):
        strange = strange if strange.startswith("/") else f"/calendar/{strange}"
        answer = house.app.test_client().get(strange)
        assert answer.status_code == 404, strange


def test_no_cache_keeps_it_and_nothing_else_is_told(sqlite_dated):
    house = sqlite_dated
    path = subscribed(house, house.people[0].reader)
    answer = house.app.test_client().get(path, headers={"Cookie": "portal=x"})
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert house.app.test_client().head(path).status_code == 200
    assert house.app.test_client().post(path).status_code == 405
    assert PROPOSAL.key not in answer.get_data(as_text=True)


def test_links_begin_with_the_portals_own_address(sqlite_dated):
    """Row 57."""
    house = sqlite_dated
    path = subscribed(house, house.people[0].reader)
    text = (
        house.app.test_client().get(path, headers={"X-Forwarded-Host": "evil.example"}).get_data(as_text=True)
    )
    links = re.findall(r"^URL:(\S+)", re.sub("\r\n[ \t]", "", text), flags=re.M)
    assert links and all(link.startswith("http://localhost:8000/") for link in links)
