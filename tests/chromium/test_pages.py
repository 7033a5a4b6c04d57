"""Every kind of page, with the demonstration's long texts: axe, 320 px, keyboard, no scripts, print."""

from __future__ import annotations

import html
import itertools
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from portal import create_app, demo
from portal.settings import Settings
from tests.chromium.person import Person
from tests.conftest import make_schema
from tests.makers.volumes import sized

pytestmark = pytest.mark.browser


class Somebody:
    """An account of the demonstration, as `Person.sign_in` wants one."""

    def __init__(self, account: Any) -> None:
        self.email, self.password = account.email, account.password


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, Somebody]]]:
    """The demonstration, answering; its address and its accounts by role (of the party that comes first)."""
    folder = tmp_path_factory.mktemp("demonstration")
    url = f"sqlite:///{folder / 'portal.db'}"
    make_schema(url)
    app = create_app(
        Settings(
            instance=folder,
            database_url=url,
            secret_key="for tests only, thirty-two letters",
            mode="demo",
            scheduler=False,
            argon2_memory_kib=64,
            argon2_rounds=1,
        )
    )
    accounts: dict[str, Somebody] = {}
    for account in demo.load(app):
        accounts.setdefault(account.role_keys[0].value, Somebody(account))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", accounts
    server.shutdown()
    thread.join()
    app.engines.dispose()


def kind_of(path: str) -> str:
    """The kind of page at `path`: its address without identifiers and filters; the manual's are all alike."""
    return re.sub(r"[a-z2-9]{22}|\d+|(?<=^/manual/)[a-z-]+", "*", path.split("?")[0].split("#")[0])


NO_PAGE = re.compile(r"/attachments/|/files/.|/archive$|/(pdf|json)(?:[?]|$)|^/manual/pictures/|form=")
"""Addresses of files and pictures."""


@pytest.fixture(scope="module")
def judged() -> set[tuple[bool, str, frozenset[str]]]:
    """The kinds of pages that have been looked at: whether on a narrow screen, and with which forms."""
    return set()


LINK, ACTION = re.compile(r'<a [^>]*href="(/[^"]*)"'), re.compile(r'<form [^>]*action="([^"]*)"')


def walk(person: Person, width: int, judged: set[tuple[bool, str, frozenset[str]]]) -> tuple[int, int]:
    """One page of every kind that links lead to from home; `Person.look` judges each that nobody was shown before with
    the same forms at such a width. How many kinds there are, and how many were judged."""
    seen, waiting, looked = {"/"}, [("/", "home")], 0
    while waiting:
        path, of = waiting.pop(0)
        answer = person.context.request.get(f"{person.address}{path}")
        assert answer.ok, f"the link of {of} to {path} is dead: {answer.status}"
        source = answer.text()
        kind = (
            width < 600,
            kind_of(path),
            frozenset(kind_of(html.unescape(one)) for one in ACTION.findall(source)),
        )
        if kind not in judged:
            judged.add(kind)
            person.go(path)
            looked += 1
        for link in map(html.unescape, LINK.findall(source)):
            if kind_of(link) not in seen and not NO_PAGE.search(link):
                seen.add(kind_of(link))
                waiting.append((link, path))
    return len(seen), looked


@pytest.mark.parametrize(("role", "language", "width", "least"), [
    ("consent_officer", "ja", 1280, 80),
    ("consent_officer", "en", 320, 80),
    ("drafter", "ja", 320, 80),
    ("drafter", "en", 1280, 80),
    ("party_administrator", "ja", 320, 50),
    ("operator", "en", 360, 4),
])  # fmt: skip
def test_every_kind_of_page_passes_axe_and_fits(
    demonstration: tuple[str, dict[str, Somebody]],
    browser: Browser,
    judged: set[tuple[bool, str, frozenset[str]]],
    role: str,
    language: str,
    width: int,
    least: int,
) -> None:
    """No violation, nothing asked elsewhere, nothing scrolls sideways; from home by links (rows 123; WCAG 2.2)."""
    address, accounts = demonstration
    person = Person(browser, address, language=language, width=width).sign_in(accounts[role])
    kinds, looked = walk(person, width, judged)
    print(f"\nkinds of page: {kinds}, looked at: {looked}")
    assert kinds >= least and looked
    person.close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_way_in_passes_axe(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser, language: str
) -> None:
    """Sign-in, forgotten password and the statement, for nobody yet."""
    person = Person(browser, demonstration[0], language=language, width=320)
    for path in ("/sign-in", "/forgotten-password", "/accessibility"):
        person.go(path)
    person.close()


def test_consent_is_given_by_keyboard_alone(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser
) -> None:
    """From home to a recorded consent with Tab, Enter, Space and typing (2.1.1, 2.4.7)."""
    address, accounts = demonstration
    person = Person(browser, address).sign_in(accounts["consent_officer"])
    page = person.page

    def tab_to(words: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            if words in (
                page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
            ):
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                return
        raise AssertionError(f"Tab never reaches {words}")

    tab_to("確かめて、同意するか差し戻す")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to("この版に同意する")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to("decision_reference")
    page.keyboard.type("デ戦第777号")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to("この版に同意する")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "デ戦第777号" in person.words
    person.close()


def test_from_what_was_too_large_to_send_the_way_back_leads_to_what_was_typed(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser
) -> None:
    """Bad input: what the portal could not read only the browser still has, and its page is not asked for anew."""
    address, accounts = demonstration
    person = Person(browser, address).sign_in(accounts["drafter"]).go("/activities/proposals/new")
    person.fill(title="大きすぎる貼り付けのある提案")
    paste = "field => { field.value = '長い貼り付け'.repeat(60000); }"
    person.page.locator("[name=summary]").evaluate(paste)
    person.press("下書きを保存する", look=False)
    assert person.reads("送られた内容が大きすぎます。")
    person.page.get_by_role("link", name=person.say("入力した内容に戻る")).click()
    person.page.wait_for_url("**/proposals/new")
    assert person.page.locator("[name=title]").input_value() == "大きすぎる貼り付けのある提案"
    assert len(person.page.locator("[name=summary]").input_value()) == 360_000
    person.close()


def test_the_main_way_works_without_scripts(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser
) -> None:
    """Draft, preview, save, table: all of it by plain forms (row 123)."""
    address, accounts = demonstration
    person = Person(browser, address, scripts=False).sign_in(accounts["drafter"])
    person.go("/activities/proposals/new")
    person.choose("items", *[person.page.locator("input[name=items]").first.get_attribute("value") or ""])
    person.choose("purposes", "a")
    person.fill(
        title="スクリプトのない端末からの提案", summary="**太字**の概要", measure="施策", purpose_reason="理由",
        items_reason="理由", personal_data="no",
    )  # fmt: skip
    for field in person.page.locator("main [name^='sections-'], main [name^='roles-']").all():
        field.fill("戦略企画課")
    with person.context.expect_page() as opened:
        person.button(person.say("プレビューを見る")).click()
    opened.value.locator("strong", has_text="太字").wait_for()
    opened.value.close()
    person.press("下書きを保存する").press("下書きを提示する（相手方に見えます）")
    assert person.reads("提示しました。相手方にもお知らせしました。")
    person.close()


def test_the_record_of_agreement_prints_on_its_own(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser, tmp_path: Path
) -> None:
    """Printed: no navigation, the words, the parties and the fingerprint (R2-8)."""
    address, accounts = demonstration
    person = Person(browser, address).sign_in(accounts["reader"])
    person.go("/activities?state=running")
    person.page.locator("main table a").first.click()
    person.page.wait_for_url(re.compile("/activities/[a-z2-9]{22}$"))
    person.page.locator("main a[href*='/particulars/'], main a[href*='/proposals/']").first.click()
    person.press("合意確認書を開く")
    person.page.emulate_media(media="print")
    assert not person.page.locator("header nav").is_visible()
    assert not person.page.locator(".site-tools").is_visible()
    assert person.page.locator("h1").is_visible()
    person.page.pdf(path=str(tmp_path / "receipt.pdf"), format="A4")
    assert (tmp_path / "receipt.pdf").stat().st_size > 10_000
    lines = "e => [getComputedStyle(e).borderTopWidth, getComputedStyle(e.firstElementChild).borderTopWidth]"
    details = person.page.locator(".details").first
    assert details.evaluate(lines) == ["0px", "1px"], "a line of its own would part a heading from what it heads"
    person.close()


def test_the_picture_of_the_year_prints_on_the_page_that_begins_with_it(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser
) -> None:
    """A picture cannot be parted: as tall as on the screen it left the first page all but empty."""
    address, accounts = demonstration
    person = Person(browser, address).sign_in(accounts["reader"])
    person.go("/timeline")
    person.page.set_viewport_size({"width": 673, "height": 986})  # A4 inside its margins
    person.page.emulate_media(media="print")
    box = person.page.locator(".picture").first.bounding_box()
    assert box is not None and box["width"] > 640 and box["y"] + box["height"] < 986
    person.close()


_ON_PAPER = {
    "/activities/*", "/activities/proposals/*", "/activities/particulars/*", "/publicity/*", "/advice/*", "/doubts/*",
    "/amendments/*",
}  # fmt: skip


def test_on_paper_stands_the_record_and_nothing_of_the_own_side_and_nothing_to_fill_in(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser
) -> None:
    """R8-2; row 5: what is printed may be handed over; forms, controls and own-side matters are for the screen alone."""
    address, accounts = demonstration
    person = Person(browser, address).sign_in(accounts["drafter"])
    person.page.emulate_media(media="print")
    waiting, seen = ["/", "/activities", "/publicity", "/advice", "/handback", "/doubts", "/amendments"], set()
    while waiting:
        seen.add(kind_of(path := waiting.pop(0)))
        person.go(path)
        shown = person.page.locator("main :is(form, textarea, input, select, button, .button, .side-note)")
        told = [one.evaluate("one => one.outerHTML.slice(0, 120)") for one in shown.all() if one.is_visible()]
        assert not told, f"{path}: {told}"
        assert person.page.locator("h1").first.is_visible()
        for link in person.page.locator("main a[href^='/']").all():
            href = link.get_attribute("href") or ""
            if kind_of(href) in _ON_PAPER - seen:
                seen.add(kind_of(href))
                waiting.append(href)
    assert seen >= _ON_PAPER
    person.close()


def test_on_a_narrow_screen_what_stands_comes_before_what_was_told(
    browser: Browser, demonstration: tuple[str, dict[str, Somebody]]
) -> None:
    """Issue, home: where the agreement stands is not looked for below twenty messages; wide, it stands beside them."""
    address, accounts = demonstration
    at = {}
    for width in (360, 1280):
        person = Person(browser, address, width=width).sign_in(accounts["drafter"]).go("/")
        boxes = [person.page.locator(f"#{one}").bounding_box() for one in ("part-term", "part-messages")]
        at[width] = [(box["x"], box["y"]) for box in boxes if box]
        person.close()
    (_, term), (_, messages) = at[360]
    assert term < messages
    (term_x, _), (messages_x, _) = at[1280]
    assert messages_x < term_x


def test_no_chip_of_the_register_lies_over_another_column(
    browser: Browser, demonstration: tuple[str, dict[str, Somebody]]
) -> None:
    """An activity both ready and on hold has two chips, and what is whose turn stands with them."""
    address, accounts = demonstration
    for width in (800, 1280):
        person = Person(browser, address, width=width).sign_in(accounts["drafter"]).go("/activities")
        beyond = person.page.evaluate(
            "[...document.querySelectorAll('.table-register td')].filter(cell => [...cell.querySelectorAll('.standing')]"
            ".some(chip => chip.getBoundingClientRect().right > cell.getBoundingClientRect().right)).length"
        )
        assert beyond == 0, width
        person.close()


@pytest.mark.volumes
@pytest.mark.parametrize(("role", "language", "width"), [
    ("press_officer", "ja", 320),
    ("consent_officer", "en", 320),
    *sized([], [("press_officer", "en", 1280), ("consent_officer", "ja", 1280)]),
])  # fmt: skip
def test_every_page_of_publicity_passes_axe_and_fits(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser, role: str, language: str, width: int
) -> None:
    """The list, items in all their states, what hangs on them, and their printed forms (rows 123; WCAG 2.2)."""
    address, accounts = demonstration
    person = Person(browser, address, language=language, width=width).sign_in(accounts[role])
    person.go("/publicity/records/new").go("/publicity/records")
    person.page.locator("main ul.items a").first.click()
    person.page.wait_for_load_state("load")
    person.look()
    person.go("/publicity")
    items = [one.get_attribute("href") or "" for one in person.page.locator("main table th a").all()]
    assert len(items) >= 5
    own = ["consent"] if role == "consent_officer" else []
    kinds: set[str] = set()
    for item in items:
        person.seen.clear()
        person.go(item)
        links = [
            one.get_attribute("href") or "" for one in person.page.locator(f"main a[href^='{item}/']").all()
        ]
        for path in (*links, *(f"{item}/{one}" for one in (*own, "channels/1/publish", "event-ended"))):
            if kind_of(path) not in kinds and not {"attachments", "archive", "images"} & set(path.split("/")):
                kinds.add(kind_of(path))
                person.go(path)
    forms = {"outputs/kou.ja", "outputs/otsu.ja", "agreement-sheet", "receipt", *own}
    assert forms <= {kind.removeprefix("/publicity/*/") for kind in kinds}, kinds
    person.close()


@pytest.mark.volumes
@pytest.mark.parametrize(("role", "language", "width"), [
    ("drafter", "ja", 320),
    ("consent_officer", "ja", 1280),
    *sized([], [("drafter", "en", 1280)]),
])  # fmt: skip
def test_every_page_of_changes_and_doubts_passes_axe_and_fits(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser, role: str, language: str, width: int
) -> None:
    """Editions, a change with its table of old and new, its form; doubts open and answered, and theirs (rows 123)."""
    address, accounts = demonstration
    person = Person(browser, address, language=language, width=width).sign_in(accounts[role])
    for path in ("/agreement", "/agreement/editions", "/agreement/editions/compare", "/doubts/settings"):
        person.go(path)
    acts: dict[str, dict[str, tuple[str, ...]]] = {
        "/amendments": {"drafter": ("", "/draft", "/comparison-table"), "consent_officer": ("", "/consent")},
        "/doubts": {"drafter": ("", "/export"), "consent_officer": ("", "/export")},
    }
    for path, of_role in acts.items():
        links = [one.get_attribute("href") or "" for one in person.go(path).page.locator("main a").all()]
        items = [one for one in dict.fromkeys(links) if re.fullmatch(f"{path}/[a-z2-9]{{22}}", one)]
        assert items, path
        for item, act in itertools.product(items, of_role[role]):
            person.go(f"{item}{act}")
    if role == "drafter":
        clause = person.go("/agreement").page.locator("main a[href^='/amendments/new']").first
        person.go(clause.get_attribute("href") or "")
        for path in ("/doubts/new?topic=count_first_day", "/doubts/answers/new?doubt=DBT-0002"):
            person.go(path)
    person.close()


def test_an_embargoed_copy_is_taken_without_scripts_and_its_papers_print(
    demonstration: tuple[str, dict[str, Somebody]], browser: Browser, tmp_path: Path
) -> None:
    """Row 47, R6.2-8: on paper stand the embargo, whose copy it is and the check code, no controls; 公表合意書 is
    one sheet of A4."""
    address, accounts = demonstration
    person = Person(browser, address, scripts=False).sign_in(accounts["press_officer"]).go("/publicity")
    person.page.locator("main table th a", has_text="防災訓練での展示").click()
    person.page.wait_for_url(re.compile("/publicity/[a-z2-9]{22}$"))
    item = person.path
    person.press("解禁前に渡す写しを作る").fill(output="kou.ja", recipient="府政記者会 幹事社")
    person.press("写しを作る（履歴に残ります）")
    person.page.emulate_media(media="print")
    for words in (".embargo-top", ".copy-mark", ".print-foot", "h1"):
        assert person.page.locator(words).is_visible(), words
    assert "府政記者会 幹事社" in person.page.locator(".copy-mark").inner_text()
    for controls in ("header nav", ".site-tools", ".trail", ".screen-only"):
        assert not person.page.locator(controls).first.is_visible(), controls
    person.go(f"{item}/agreement-sheet")
    person.page.pdf(path=str(tmp_path / "sheet.pdf"), format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "sheet.pdf").read_bytes())) == 1
    person.close()
