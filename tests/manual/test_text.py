"""The manual as it is written: the same in both languages, every name as the portal shows it, no picture missing."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from portal.kernel.markdown import check_source, render
from portal.manual.text import FOLDER, PICTURES, Manual, Page, explains, linked, manual
from portal.settings import ROOT
from portal.web import catalogues
from portal.web.language import read_catalogues

MANUALS: dict[str, Manual] = {language: manual(language) for language in ("ja", "en")}
PAGES = {language: (one.contents, *one.pages) for language, one in MANUALS.items()}
BOTH = list(zip(PAGES["ja"], PAGES["en"], strict=True))
EVERY = [
    pytest.param(language, page, id=f"{language}-{page.name}")
    for language in PAGES
    for page in PAGES[language]
]
MEGABYTE = 1024 * 1024


# --- One manual, two languages ----------------------------------------------------------------------------


def test_every_file_is_a_page_that_the_contents_lead_to():
    for language, whole in MANUALS.items():
        files = {path.stem for path in (FOLDER / language).glob("*.md")}
        assert files == {page.name for page in whole.pages} | {whole.contents.name}
        assert Counter(whole.contents.links) == Counter(page.name for page in whole.pages)


def test_the_contents_call_every_page_by_its_title():
    for whole in MANUALS.values():
        called = dict(re.findall(r"\[([^\]]+)\]\(([a-z-]+)\.md\)", "\n".join(whole.contents.texts)))
        assert called == {page.title: page.name for page in whole.pages}


@pytest.mark.parametrize(("ja", "en"), BOTH, ids=lambda page: page.name)
def test_a_page_has_the_same_parts_in_both_languages(ja: Page, en: Page):
    """Sections, steps, pictures and links, in one order."""
    assert ja.name == en.name
    assert [_shape(section.parts) for section in ja.sections] == [
        _shape(section.parts) for section in en.sections
    ]
    assert ja.links == en.links


def _shape(parts):
    return [
        Counter(re.findall(r"^(?:\d+\.|-)(?= )", part, re.M)) if isinstance(part, str) else part.name
        for part in parts
    ]


@pytest.mark.parametrize(("language", "page"), EVERY)
def test_a_page_reads_as_markdown(language: str, page: Page):
    """The kernel's renderer formats it, hides nothing of it, and every list counts from one."""
    assert page.title and page.lead and page.sections
    for text in page.texts:
        assert check_source(text) == []
        rendered = render(linked(text, "/manual/{}".format))
        assert not rendered.plain, rendered.notice
        assert not re.search(r"\*\*|\]\(|^#", rendered.html, re.M), "left as typed"
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", text, re.M)]
        assert all(after in (before + 1, 1) for before, after in pairwise(numbers)), numbers
        assert numbers[:1] in ([], [1])


@pytest.mark.parametrize(("language", "page"), EVERY)
def test_links_lead_to_pages(language: str, page: Page):
    assert [name for name in page.links if MANUALS[language].page(name) is None] == []
    addresses = re.findall(r"\]\(([^)]+)\)", "\n".join(page.texts))
    assert [one for one in addresses if not re.fullmatch(r"[a-z-]+\.md", one)] == []


@pytest.mark.parametrize(("language", "page"), EVERY)
def test_the_manual_knows_no_party_by_name_and_no_clause_by_number(language: str, page: Page):
    """Another agreement runs on the same portal; its people read the same manual."""
    words = "\n".join([page.title, *page.texts, *(section.heading for section in page.sections)])
    assert not re.search(
        r"[甲乙]|大阪|マイクロソフト|第[0-9０-９]+条|Party [AB]\b|Osaka|Microsoft|Article \d", words
    )
    assert not re.search(r"法的に有効|legally valid", words)


# --- Names as the portal shows them -------------------------------------------------------------------------

_QUOTED = {"ja": re.compile("「([^「」]+)」"), "en": re.compile('"([^"]+)"')}
_PLACE = re.compile(r"%\([a-z_]+\)[sd]")
_OWN_NAMES = {"English", "日本語"}
"""A language's own name stands in the frame itself, the same in both languages."""


@cache
def said(language: str) -> dict[str, set[str]]:
    """What the portal says in `language`, each with the messages it may be the words of."""
    words = read_catalogues(language)
    found: dict[str, set[str]] = {name: {name} for name in _OWN_NAMES}
    for message in catalogues.sentences(catalogues.sources()):
        found.setdefault(words.gettext(message).strip(), set()).add(message)
    return found


@cache
def filled(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The same for sentences with places to fill, but those that are hardly more than their places."""
    return [
        (re.compile(".{1,20}".join(map(re.escape, _PLACE.split(words)))), message)
        for words, messages in said(language).items()
        for message in messages
        if _PLACE.search(words) and len(re.sub(r"\W", "", _PLACE.sub("", words))) >= 4
    ]


def messages_of(name: str, language: str) -> set[str]:
    """The messages that show as `name`."""
    exactly = said(language).get(name)
    return exactly or {message for pattern, message in filled(language) if pattern.fullmatch(name)}


def quoted(page: Page, language: str) -> list[str]:
    """The names on a page: of buttons, links, fields, pages."""
    words = [page.title, *page.texts, *(section.heading for section in page.sections)]
    return [name for text in words for name in _QUOTED[language].findall(text)]


@pytest.mark.parametrize(("language", "page"), EVERY)
def test_every_name_is_one_that_the_portal_shows(language: str, page: Page):
    """A button that is renamed takes the manual with it."""
    assert [name for name in quoted(page, language) if not messages_of(name, language)] == []


@pytest.mark.parametrize(("ja", "en"), BOTH, ids=lambda page: page.name)
def test_both_languages_name_the_same_things(ja: Page, en: Page):
    in_japanese = [messages_of(name, "ja") for name in quoted(ja, "ja")]
    in_english = [messages_of(name, "en") for name in quoted(en, "en")]
    only_ja = [one for one in in_japanese if not any(one & other for other in in_english)]
    only_en = [one for one in in_english if not any(one & other for other in in_japanese)]
    assert (only_ja, only_en) == ([], [])


def test_a_name_that_the_portal_does_not_show_is_noticed():
    """The check must be able to fail: also on a near miss, and on words that fit only a place to fill."""
    assert messages_of("この版に同意する", "ja") and messages_of("Consent to this revision", "en")
    assert messages_of("版3を差し戻す", "ja")
    for name in ("この版に賛成する", "この版に同意", "手続の一覧を見る", "なにかまで"):
        assert not messages_of(name, "ja")
    assert not messages_of("Approve this revision", "en")


def test_the_names_of_languages_stand_in_the_frame():
    frame = (ROOT / "templates" / "base.html").read_text("utf-8")
    assert all(f">{name}<" in frame for name in _OWN_NAMES)


# --- Pictures ---------------------------------------------------------------------------------------------


def test_every_picture_is_there_and_none_is_left_over():
    for language in MANUALS:
        shown = {one for page in PAGES[language] for one in page.pictures}
        assert {one.language for one in shown} <= {language}
        assert {one.path for one in shown} == set((PICTURES / language).iterdir())


def test_pictures_can_be_carried_and_read():
    """Together below three megabytes; each wide enough for its words, and not higher than a sheet of paper."""
    files = [path for path in PICTURES.rglob("*.png")]
    assert sum(path.stat().st_size for path in files) < 3 * MEGABYTE
    for language in MANUALS:
        for one in (one for page in PAGES[language] for one in page.pictures):
            width, height = one.size
            assert 600 <= width <= 1280 and height <= 1280, one


# --- The page about a page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("home.index", "home"), ("messages.index", "messages"), ("parties.archive_addresses", "messages"), ("account.settings", "first-day"),
        ("agreement.index", "agreement"),
        ("term.index", "term"), ("term.dates_new", "term"), ("term.dates_consent", "consenting"),
         ("term.notice", "notices"), ("term.notice_draft", "notices"), ("term.accord_new", "notices"),
         ("term.accord_consent", "consenting"), ("term.record", "term"), ("term.meeting", "term"),
         ("activities.export", "exports"), ("publicity.records_export", "exports"), ("advice.entry", "advice"),
        ("activities.index", "register"), ("activities.activity", "carrying-out"), ("activities.complete", "carrying-out"),
        ("activities.proposal_new", "proposing"), ("activities.proposal_files", "proposing"),
        ("activities.particulars_draft", "particulars"), ("activities.proposal", "consulting"),
        ("activities.particulars_compare", "consulting"), ("activities.proposal_consent", "consenting"),
        ("activities.particulars_lift_hold", "consenting"), ("activities.proposal_receipt", "consenting"),
         ("publicity.index", "publicity"), ("publicity.publish", "publishing"),
         ("publicity.event_ended", "publishing"), ("publicity.report", "unagreed"), ("publicity.record", "unagreed"),
         ("publicity.item_consent", "consenting"), ("reports.timeline", "reports"), ("handback.checklist", "handback"),
         ("history.seals", "history"), ("parties.member", "members"), ("manual.index", None), (None, None),
    ],
)  # fmt: skip
def test_every_page_of_the_portal_has_its_page_of_the_manual(endpoint: str | None, name: str | None):
    assert explains(endpoint) == name
    assert name is None or MANUALS["ja"].page(name)
