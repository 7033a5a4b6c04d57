"""A form that was sent when the session had ended: every word still there, under its field's name, and the way on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser import Browser, Page
from tests.conftest import House
from tests.makers.activities import tabled_proposal

KEPT = {"ja": "入力していた内容", "en": "What you had typed"}


def sent_too_late(house: House, path: str, containing: str, language: str = "ja", **typed: Any) -> Page:
    """`typed` was sent by the form of the page at `path`, after the session had ended."""
    browser = Browser(house, language=language)
    person = house.people[0].drafter
    browser.sign_in(person.email, person.password)
    page = browser.get(path, expect=200)
    browser.get("/").submit("/sign-out")
    late = page.submit(containing, **typed)
    assert late.status == 401
    late.has_lost_nothing(**typed)
    return late


def labelled(page: Page) -> dict[str, str]:
    """What the page shows of each field kept: by its label, what was typed or the words of what was chosen."""
    kept = page.source[page.source.index('aria-labelledby="kept-heading"') :]
    shown = re.findall(
        r'<(?:label|p) class="field-label"[^>]*>(.*?)</(?:label|p)>\s*<(?:textarea|p)[^>]*>\n?(.*?)</(?:textarea|p)>',
        kept,
        re.S,
    )
    return dict(shown)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_was_typed_stands_under_its_label_and_a_choice_in_its_words(
    sqlite_dated: House, language: str
) -> None:
    page = sent_too_late(
        sqlite_dated, "/advice/new", "/advice/new", language, title="途中の件名", kind="support", content="一行目\n二行目"
    )  # fmt: skip
    assert KEPT[language] in page.text
    labels = {"ja": ("件名", "種類", "内容"), "en": ("Subject", "Kind", "Content")}[language]
    title, kind, content = (labelled(page)[label] for label in labels)
    assert (title, content) == ("途中の件名", "一行目\n二行目")
    assert kind == {"ja": "支援など", "en": "Support or the like"}[language]


def test_the_rows_of_a_form_stand_under_the_name_of_their_part(sqlite_dated: House) -> None:
    """Rows are numbered by the form; the page of a refusal knows their part."""
    page = sent_too_late(
        sqlite_dated, "/publicity/new", "/publicity/new", title="途中の公表", sort="press_release",
        **{"outputs-kou.ja": "府の文面", "channels-place-0": "府政記者会"},
    )  # fmt: skip
    shown = labelled(page)
    assert shown["件名"] == "途中の公表" and shown["公表の種類"] == "報道発表・資料提供"
    assert shown["公表する文面"] == "府の文面" and "公表の方法（経路）" in shown


def test_a_comment_on_a_paper_is_called_by_the_mechanisms_own_form(sqlite_dated: House) -> None:
    paper = f"/activities/proposals/{tabled_proposal(sqlite_dated, sqlite_dated.people)}"
    page = sent_too_late(sqlite_dated, paper, "/comments", text="対象を確かめたい")
    assert labelled(page) == {"共有コメント": "対象を確かめたい"}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_way_to_sign_in_leaves_what_was_typed_where_it_is(sqlite_dated: House, language: str) -> None:
    """In another window; from the page itself it is sent again, by the person who has signed in there."""
    page = sent_too_late(sqlite_dated, "/advice/new", "/advice/new", language, title="途中の件名")
    assert re.search(r'<a [^>]*href="/sign-in" target="_blank"', page.source)
    said = {"ja": "別の画面でサインインし、この画面に戻って", "en": "Sign in in another window, come back"}[
        language
    ]
    assert said in page.text
    person = sqlite_dated.people[0].drafter
    page.browser.sign_in(person.email, person.password)
    again = page.submit("/advice/new")
    if again.status == 400:  # its token was the ended session's
        again = again.submit("/advice/new")
    assert again.status == 200 and "途中の件名" in again.text and "/advice/drafts/" in again.path
