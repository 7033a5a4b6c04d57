"""The manual inside the portal: in the reader's language, for everybody who is signed in, and linked from every page."""

from __future__ import annotations

import re
from html import unescape

import pytest

from portal.access.policy import Role
from portal.manual.text import manual
from portal.parties import commands
from portal.parties.passwords import Passwords
from portal.web.language import read_catalogues
from tests.browser import Browser
from tests.conftest import House

languages = pytest.mark.parametrize("language", ["ja", "en"])


def signed_in(house: House, who, language: str = "ja") -> Browser:
    browser = Browser(house, language=language)
    browser.sign_in(who.email, who.password)
    return browser


@languages
def test_every_page_is_shown_as_it_is_written(sqlite_staffed: House, language: str):
    browser = signed_in(sqlite_staffed, sqlite_staffed.people[0].reader, language)
    whole = manual(language)
    contents = browser.get("/manual")
    assert set(contents.links) >= {f"/manual/{page.name}" for page in whole.pages}
    for page in whole.pages:
        shown = browser.get(f"/manual/{page.name}", expect=200)
        assert shown.heading == page.title
        for section in page.sections:
            assert f">{section.heading}</h2>" in unescape(shown.source)
        for picture in page.pictures:
            assert f'src="/manual/pictures/{language}/{picture.name}"' in shown.source
            assert picture.words in shown.text
        assert "as-typed" not in shown.source


@languages
def test_all_of_it_stands_on_one_page_to_print(sqlite_staffed: House, language: str):
    """Links between its pages lead to places on it; none leads nowhere."""
    page = signed_in(sqlite_staffed, sqlite_staffed.people[0].reader, language).get("/manual/all", expect=200)
    places = set(re.findall(r' id="([^"]+)"', page.source))
    assert {one.name for one in manual(language).pages} <= places
    assert "as-typed" not in page.source
    led = [re.sub("^/manual/all(?=#)", "", link) for link in page.links]
    assert {link[1:] for link in led if link.startswith("#")} <= places
    assert (
        sum(len(one.links) for one in manual(language).pages) == page.source.count('href="/manual/all#') > 10
    )
    assert [link for link in led if re.match("/manual/(?!pictures/)", link)] == []


def test_pictures_come_as_pictures_and_nothing_else_comes(sqlite_staffed: House):
    browser = signed_in(sqlite_staffed, sqlite_staffed.people[0].reader)
    home = browser.client.get("/manual/pictures/ja/home")
    assert home.status_code == 200 and home.mimetype == "image/png" and home.data.startswith(b"\x89PNG")
    for strange in ("/manual/pictures/fr/home", "/manual/pictures/ja/..", "/manual/pictures/ja/home.png",
                    "/manual/pictures/../home", "/manual/..", "/manual/README", "/manual/ja"):  # fmt: skip
        assert browser.client.get(strange).status_code == 404, strange


@languages
def test_every_page_of_the_portal_leads_to_the_manual_and_to_its_own_page_there(
    sqlite_staffed: House, language: str
):
    """WCAG 2.2, 3.2.6: help stands at the same place on every page."""
    browser = signed_in(sqlite_staffed, sqlite_staffed.people[0].admin, language)
    for path, name in (
        ("/", "home"),
        ("/members", "members"),
        ("/history", "history"),
        ("/activities", "register"),
    ):
        page = browser.get(path)
        assert 'href="/manual"' in page.source.split("<main")[0]
        explaining = manual(language).page(name)
        assert explaining
        title = explaining.title
        words = read_catalogues(language).gettext("このページの手引：%(title)s") % {"title": title}
        assert f'<a href="/manual/{name}">{words}</a>' in unescape(page.source).split("<footer")[1]


def test_the_operator_reads_it_too_and_nobody_else_before_signing_in(sqlite_staffed: House):
    """Decision 2: nothing but the way in is public."""
    operator = signed_in(sqlite_staffed, sqlite_staffed.people.operator)
    assert operator.get("/manual/first-day").status == 200
    stranger = Browser(sqlite_staffed)
    for path in ("/manual", "/manual/all", "/manual/first-day", "/manual/pictures/ja/home"):
        answer = stranger.client.get(path)
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"), path
    assert [link for link in stranger.get("/sign-in").links if link.startswith("/manual")] == []


def test_who_has_yet_to_change_the_first_password_can_read_how(sqlite_staffed: House):
    """The page about the first day is open on the first day."""
    admin = sqlite_staffed.people[0].admin
    initial = Passwords(memory_kib=64, rounds=1).initial("first password of all 1")
    with sqlite_staffed.work(admin.actor(sqlite_staffed)) as work:
        commands.add_member(
            work,
            name="新任 花子",
            email="newcomer@example.jp",
            roles=frozenset({Role.DRAFTER}),
            post="主事",
            initial=initial,
        )
    browser = Browser(sqlite_staffed)
    browser.sign_in("newcomer@example.jp", "first password of all 1")
    assert browser.get("/activities").path == "/account/password"
    assert browser.get("/manual/first-day").path == "/manual/first-day"
