"""What the statements on accessibility and on personal data say is so."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.parties import commands, rules
from portal.parties.models import Member, SignInAttempt, UserSession
from tests.browser import Browser
from tests.conftest import House

languages = pytest.mark.parametrize("language", ["ja", "en"])


def words_of(house: House, path: str, language: str) -> str:
    """The words of a statement, as nobody yet reads it."""
    return Browser(house, language=language).get(path, expect=200).text


def everything(house: House) -> bytes:
    """The database and everything beside it, as it lies there."""
    folder = Path(house.app.settings.instance)
    with sqlite3.connect(house.app.settings.database_url.removeprefix("sqlite:///")) as database:
        rows = "\n".join(database.iterdump()).encode()
    return rows + b"".join(path.read_bytes() for path in folder.rglob("*.eml"))


@languages
@pytest.mark.parametrize("path", ["/privacy", "/accessibility"])
def test_the_statements_are_read_before_signing_in_in_ones_own_language(
    sqlite_staffed: House, path: str, language: str
) -> None:
    """Issue 3 (7): linked from the foot of every page, without a word of the other language."""
    browser = Browser(sqlite_staffed, language=language)
    assert path in browser.get("/sign-in").links
    page = browser.get(path, expect=200)
    main = re.sub(r"<[^>]+>", " ", page.source.partition("<main")[2].partition("</main>")[0])
    assert language == "ja" or not re.search(r"[ぁ-んァ-ヶ一-龠]", main)


def test_what_is_said_of_times_is_what_the_portal_keeps(sqlite_staffed: House) -> None:
    """Sessions 30 days after their last use, wrong passwords 24 hours: then they are gone."""
    assert (commands.FORGET_AFTER, rules.COUNTED) == (dt.timedelta(days=30), dt.timedelta(hours=24))
    for language, said in (("ja", ("30日", "24時間")), ("en", ("30 days", "24 hours"))):
        assert all(words in words_of(sqlite_staffed, "/privacy", language) for words in said)
    person = sqlite_staffed.people[0].reader
    browser = Browser(sqlite_staffed)
    browser.get("/sign-in").submit("/sign-in", email=person.email, password="not the password")
    browser.sign_in(person.email, person.password)
    sqlite_staffed.clock.move(minutes=31 * 24 * 60)
    with sqlite_staffed.work(sqlite_staffed.people.operator.actor(sqlite_staffed)) as work:
        commands.forget_what_is_over(work)
    with sqlite_staffed.read() as session:
        assert session.scalars(select(UserSession)).all() == []
        assert session.scalars(select(SignInAttempt)).all() == []


def test_no_address_of_a_network_is_kept_anywhere(sqlite_staffed: House) -> None:
    """Neither of who entered nor of who could not: what tells networks apart is no address."""
    person, network = sqlite_staffed.people[0].reader, "192.0.2.77"
    for password in ("not the password", person.password):
        browser = Browser(sqlite_staffed)
        browser.client.environ_base["REMOTE_ADDR"] = network
        browser.get("/sign-in").submit("/sign-in", email=person.email, password=password)
    kept = everything(sqlite_staffed)
    assert network.encode() not in kept and person.email.encode() in kept
    assert person.password.encode() not in kept


def test_the_one_cookie_is_the_sessions_and_pages_ask_nobody_else(sqlite_staffed: House) -> None:
    """Nothing goes to any other service; every part comes from the portal itself (decision 4)."""
    browser = Browser(sqlite_staffed)
    browser.sign_in(sqlite_staffed.people[0].reader.email, sqlite_staffed.people[0].reader.password)
    answer = browser.client.get("/")
    names = {line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie")}
    assert names <= {"portal"}
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert not re.search(r"https?://(?!localhost)", policy)


def test_who_has_left_keeps_name_and_address(sqlite_staffed: House) -> None:
    """An account is closed, never deleted, and its address is nobody else's (row 61)."""
    people = sqlite_staffed.people
    with sqlite_staffed.work(people[0].admin.actor(sqlite_staffed)) as work:
        commands.close_member(work, people[0].reader.member_id)
    with sqlite_staffed.read() as session:
        gone = session.get_one(Member, people[0].reader.member_id)
    assert (gone.name, gone.email, gone.password_hash) == (
        people[0].reader.name,
        people[0].reader.email,
        None,
    )


def test_the_operator_reads_no_record_on_a_page(sqlite_staffed: House) -> None:
    browser = Browser(sqlite_staffed)
    operator = sqlite_staffed.people.operator
    browser.sign_in(operator.email, operator.password)
    for path in ("/activities", "/publicity", "/advice", "/history", "/timeline", "/reports"):
        assert browser.get(path).status == 403, path
