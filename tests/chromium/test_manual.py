"""The manual's pictures, taken of the demonstration in both languages; and the manual itself at real browsers.

`make pictures` runs this with PORTAL_PICTURES and so puts the pictures where the manual shows them; otherwise they
are taken into a temporary folder, to be sure that they still can be.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator
from sqlalchemy import select, union
from werkzeug.serving import make_server

from portal import create_app, demo
from portal.activities.models import Activity
from portal.agreement.text import FOUNDING_FILE, read_edition, texts_of
from portal.consent.models import Document, Draft
from portal.demo.people import BY_KEY, PASSWORD
from portal.kernel.clock import JAPAN, FixedClock
from portal.manual.text import manual
from portal.publicity.models import PublicityItem
from portal.settings import Settings
from tests.chromium.person import Person
from tests.conftest import House, make_schema

pytestmark = pytest.mark.browser
languages = pytest.mark.parametrize("language", ["ja", "en"])

FIRST_DAY = dt.datetime(2026, 4, 1, 9, 0, tzinfo=JAPAN)
"""When the reader of the manual starts, and the pictures are taken."""
COLOURS = 64
"""So many are enough for words and shapes; the files are a quarter of what they would be."""
MARGIN = 16
HIGHEST = 1_200
FORM = 800
"""As far as the fields of a form reach; beside them is nothing to see."""


class Account:
    """Somebody of the demonstration, as `Person.sign_in` wants one."""

    def __init__(self, key: str) -> None:
        self.email, self.password = BY_KEY[key].email, PASSWORD


def opened(folder: Path) -> House:
    """The portal of `folder` as it stands on the first day."""
    clock = FixedClock(FIRST_DAY)
    settings = Settings(
        instance=folder, database_url=f"sqlite:///{folder / 'portal.db'}", secret_key="for tests only, thirty-two letters",
        mode="demo", scheduler=False, argon2_memory_kib=64, argon2_rounds=1,
    )  # fmt: skip
    return House(create_app(settings, clock=clock), clock)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration loaded on the first day, to be copied."""
    folder = tmp_path_factory.mktemp("manual")
    make_schema(f"sqlite:///{folder / 'portal.db'}")
    house = opened(folder)
    demo.load(house.app)
    house.app.engines.dispose()
    return folder


@pytest.fixture
def served(template: Path, tmp_path: Path) -> Iterator[House]:
    """A demonstration of one's own, answering at `served.address`."""
    shutil.copytree(template, tmp_path / "instance")
    house = opened(tmp_path / "instance")
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    house.address = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield house
    server.shutdown()
    thread.join()
    house.app.engines.dispose()


class Camera:
    """Takes pictures of what a person sees, and keeps them small."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def take(
        self,
        name: str,
        person: Person,
        first: Locator | None = None,
        last: Locator | None = None,
        *,
        most: int = 900,
        wide: int = 1_280,
    ) -> None:
        """The page from `first` (else its head) to `last` (else as far as `most` pixels), `wide` at most, in few
        colours."""
        page = person.page
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.mouse.move(0, 0)
        left, right, top = 0.0, 1280.0, 0.0
        if first is not None:
            inner, box = page.locator(".main-inner").bounding_box(), first.bounding_box()
            assert inner and box, name
            left, right = max(0.0, inner["x"] - MARGIN), min(1280.0, inner["x"] + inner["width"] + MARGIN)
            right = min(right, left + wide)
            top = max(0.0, box["y"] - MARGIN)
        bottom = top + most
        if last is not None:
            box = last.bounding_box()
            assert box, name
            bottom = min(box["y"] + box["height"] + MARGIN, top + HIGHEST)
        whole = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": left, "y": top, "width": right - left, "height": min(bottom, whole) - top}
        path = self.folder / f"{name}.png"
        page.screenshot(path=path, full_page=True, clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type]
        with Image.open(path) as image:
            few = image.convert("RGB").quantize(
                COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
            )
        few.save(path, optimize=True)
        self.taken.add(name)


@pytest.fixture
def seat(browser: Browser, served: House) -> Iterator[Callable[..., Person]]:
    """`seat("fumi", language="en")`: this person of the demonstration at a browser, signed in."""
    seated: list[Person] = []

    def sit(key: str | None, *, judges: bool = False, **kwargs: Any) -> Person:
        person = Person(browser, served.address, judges=judges, **kwargs)  # type: ignore[attr-defined]  # `served` gives it
        seated.append(person)
        return person.sign_in(Account(key)) if key else person

    yield sit
    for person in seated:
        person.close()


def activity(house: House, title: str) -> str:
    """The address of the demonstration's activity of which the title begins so."""
    with house.read() as session:
        return f"/activities/{session.scalars(select(Activity.id).where(Activity.title.startswith(title))).one()}"


def document(house: House, title: str) -> str:
    """The address of the demonstration's document, or draft, of which the title begins so."""
    tabled = select(Document.id).where(Document.title.startswith(title), Document.tabled_at.is_not(None))
    drafted = select(Draft.document_id).where(Draft.title.startswith(title))
    with house.read() as session:
        return f"/documents/{session.scalars(union(tabled, drafted)).one()}"


def item(house: House, title: str) -> str:
    """The address of the demonstration's publicity item of which the title begins so."""
    with house.read() as session:
        return f"/publicity/{session.scalars(select(PublicityItem.id).where(PublicityItem.title.startswith(title))).one()}"


def section(person: Person, heading: str) -> Locator:
    """The section with this heading."""
    words = person.say(heading)
    return (
        person.page.locator("main section")
        .filter(has=person.page.get_by_role("heading", name=words, exact=True))
        .last
    )


# --- The pictures -----------------------------------------------------------------------------------------


@languages
def test_the_pictures_of_the_manual_are_taken_of_the_demonstration(
    served: House, seat: Callable[..., Person], language: str, tmp_path: Path
) -> None:
    """Every picture that the manual shows, and no other. Axe judges these kinds of page in test_pages."""
    kept = os.environ.get("PORTAL_PICTURES")
    camera = Camera(Path(kept, language) if kept else tmp_path / "pictures")
    _of_an_official(served, seat, camera, language)
    _of_a_drafter(served, seat, camera, language)
    _of_an_administrator(seat, camera, language)
    _of_publicity(served, seat, camera, language)
    _of_advice(seat, camera, language)
    whole = manual(language)
    assert camera.taken == {one.name for page in whole.pages for one in page.pictures}
    for name in camera.taken:
        picture = whole.picture(name)
        assert picture is not None
        with Image.open(camera.folder / f"{name}.png") as taken, Image.open(picture.path) as shown:
            assert abs(taken.width - shown.width) < 40 and abs(taken.height - shown.height) < 120, (
                f"{name}: make pictures"
            )


def _of_an_official(house: House, seat: Callable[..., Person], camera: Camera, language: str) -> None:
    nobody = seat(None, language=language).go("/sign-in")
    camera.take(
        "sign-in", nobody, nobody.page.locator("h1"), nobody.page.locator("main form").first, wide=FORM
    )
    one = seat("nakanoshima", language=language)
    page = one.page
    one.go("/account")
    camera.take("settings", one, page.locator("h1"), most=760)
    one.go("/")
    camera.take("home", one, most=900)

    one.go("/agreement")
    camera.take("agreement", one, page.locator("h1"), page.locator(".parallel-contents"))
    clause = page.locator(".parallel").filter(has_text="実施時期、実施方法").first
    clause.get_by_text(one.say("この条項についてポータルが守る決まり")).click()
    camera.take("agreement-clause", one, clause, clause, most=620)
    one.go("/term")
    camera.take("term", one, page.locator("h1"), section(one, "いまの有効期間"))
    one.fill(planned="2026/12/31" if language == "ja" else "31 December 2026").press("期限を算定する")
    notice = section(one, "解約するときの期限")
    camera.take("term-notice", one, notice, notice)

    one.go("/timeline")
    camera.take("timeline", one, page.locator("h1"), most=1_000)
    page.locator("main .row-between a").first.click()
    page.wait_for_load_state("load")
    camera.take("report", one, page.locator("h1"), most=1_000)

    one.go("/history")
    camera.take("history", one, page.locator("h1"), most=820)
    one.go("/history/verify").press("いますぐ検査する")
    camera.take("verify", one, page.locator("h1"), most=640)
    one.go("/history/seals")
    camera.take("seals", one, page.locator("h1"), section(one, "控えと比べる"))

    one.go(document(house, "電話の問合せの分類"))
    camera.take("document", one, page.locator("h1"), section(one, "各当事者の回答"))
    house.clock.move(minutes=11)
    one.press("この版に同意する")
    camera.take("step-up", one, page.locator("h1"), page.locator("main form"))
    page.locator("[name=step_up_password]").fill(PASSWORD)
    one.press("確認して続ける")
    form = page.locator("main form").last
    camera.take("consent-form", one, form, form, wide=FORM)
    one.go(document(house, "府のウェブサイトの読みやすさ")).press("合意確認書を開く")
    camera.take("receipt", one, page.locator("h1"), most=980)


def _of_a_drafter(house: House, seat: Callable[..., Person], camera: Camera, language: str) -> None:
    one = seat("fumi", language=language)
    page = one.page
    one.go("/activities")
    camera.take("register", one, section(one, "取組の一覧"), most=900)
    one.press("この一覧を書き出す（CSV・XLSX・JSON）")
    camera.take("export", one, page.locator("h1"), page.locator("main form"))
    one.go(activity(house, "府のウェブサイトの読みやすさ"))
    camera.take("activity", one, page.locator("h1"), section(one, "実施の合意"))
    one.press("完了と成果を記録する")
    camera.take("complete-form", one, page.locator("h1"), most=900, wide=FORM)
    one.go(activity(house, "観光案内の対話サービス"))
    acts = section(one, "実施の記録")
    camera.take("acknowledge", one, acts, acts)

    one.go("/activities/proposals/new")
    camera.take("proposal-form", one, page.locator("h1"), most=860, wide=FORM)
    one.go(document(house, "府民の声の整理"))
    camera.take("draft", one, page.locator("h1"), most=560)
    one.go(document(house, "電話の問合せの分類"))
    consultations = section(one, "協議の記録")
    camera.take("consultation", one, consultations, consultations)
    one.go(document(house, "オープンデータの説明文")).press("前の版との違いを見る")
    changed = page.locator(".compare-field:has(ins)").first
    camera.take("compare", one, changed, changed)

    one.go(activity(house, "多言語窓口")).press("具体的事項を起案する")
    camera.take("particulars-form", one, page.locator("h1"), most=960, wide=FORM)
    one.go(document(house, "府民の声の整理")).press("下書きを提示する（相手方に見えます）", look=False)
    camera.take("wrong-field", one, page.locator("h1"), most=560, wide=FORM)
    one.page.goto(f"{one.address}/members/add")
    camera.take("refused", one, page.locator("h1"), page.locator(".main-inner"))


def _of_an_administrator(seat: Callable[..., Person], camera: Camera, language: str) -> None:
    one = seat("izumi", language=language)
    one.go("/members")
    camera.take("members", one, one.page.locator("h1"), most=820)
    one.page.locator("main table a", has_text="中之島").click()
    one.page.wait_for_load_state("load")
    camera.take("member", one, one.page.locator("h1"), most=900)


def _of_publicity(house: House, seat: Callable[..., Person], camera: Camera, language: str) -> None:
    one = seat("sakai", language=language)
    page = one.page
    one.go("/publicity/new")
    camera.take("publicity-form", one, page.locator("h1"), most=900, wide=FORM)
    one.go(item(house, "防災訓練での展示"))
    camera.take("publicity-item", one, page.locator("h1"), section(one, "公表の時期と経路"))
    one.go(item(house, "読みやすさの点検の中間")).press("経路%(number)sの公表を記録する", number=1)
    camera.take("publish-form", one, page.locator("h1"), most=900)
    one.go("/publicity/records")
    page.locator("main li a", has_text="取扱店").click()
    page.wait_for_load_state("load")
    camera.take("publicity-record", one, page.locator("h1"), most=900)


ADVICE = {
    "ja": ("要旨の作り方についての助言", "要旨は **三行以内** にし、個人が分かる言葉を残さない。"),
    "en": (
        "Advice on making summaries",
        "Keep a summary to **three lines** and leave nothing in it that tells who it is about.",
    ),
}


def _of_advice(seat: Callable[..., Person], camera: Camera, language: str) -> None:
    receiver, giver = (one.defined_as[language] for one in read_edition(*texts_of(FOUNDING_FILE)).parties)
    title, content = ADVICE[language]
    one = seat("mido", language=language).go("/advice").press("助言・支援を記録する")
    one.fill(
        title=title, kind="advice", adviser=BY_KEY["mido"].name, recipient=BY_KEY["fumi"].name, given_on="2026/4/1",
        medium="meeting", content=content, basis="requested", marking="open",
    )  # fmt: skip
    one.page.get_by_label(one.say("%(giver)sから%(receiver)sへ", giver=giver, receiver=receiver)).check()
    one.press("保存して確かめる")
    camera.take("advice-draft", one, one.page.locator("h1"), most=860)
    one.press("この内容で記録し、相手方に確認を求める")
    other = seat("fumi", language=language).go("/advice")
    other.page.locator("main table a", has_text=title).click()
    other.page.wait_for_load_state("load")
    camera.take("advice", other, other.page.locator("h1"), most=1_160)


# --- The manual at a browser ------------------------------------------------------------------------------


@languages
def test_every_page_of_the_manual_passes_axe_and_fits(seat: Callable[..., Person], language: str) -> None:
    """From the frame by links; no page scrolls sideways, and every picture loads (row 123; WCAG 2.2). All pages are
    made alike: axe judges the contents, one page, and the page that holds them all."""
    one = seat("fumi", judges=True, language=language, width=320)
    one.press("手引", within="header")
    for number, page in enumerate(manual(language).pages):
        one.judges = not number
        one.go("/manual").button(page.title).click()
        one.page.wait_for_load_state("load")
        one.seen.clear()
        one.look()
        assert one.page.locator("h1").inner_text() == page.title
        one.page.wait_for_function(
            "[...document.querySelectorAll('main img')].every(one => one.complete && one.naturalWidth)"
        )
    one.judges = True
    one.press("手引", within="header").press("全部を1ページで読む（印刷用）")


def test_the_manual_prints_on_its_own(seat: Callable[..., Person], tmp_path: Path) -> None:
    """On paper: the words and the pictures, without the ways around."""
    one = seat("ikeda").go("/manual/consenting")
    one.page.emulate_media(media="print")
    assert one.page.locator("h1").is_visible() and one.page.locator("main img").first.is_visible()
    assert (
        not one.page.locator(".site-tools").is_visible()
        and not one.page.locator(".manual-beside").is_visible()
    )
    one.page.pdf(path=str(tmp_path / "manual.pdf"), format="A4")
    assert (tmp_path / "manual.pdf").stat().st_size > 20_000


@languages
def test_a_page_leads_to_what_explains_it_without_scripts(seat: Callable[..., Person], language: str) -> None:
    """From the foot of a page to its page of the manual, and on to the next (row 123; 3.2.6)."""
    one = seat("fumi", language=language, scripts=False).go("/activities/proposals/new")
    whole = manual(language)
    page = whole.page("proposing")
    assert page
    one.press("このページの手引：%(title)s", within="footer", title=page.title)
    assert one.path == "/manual/proposing"
    _before, after = whole.beside(page)
    assert after
    one.press("次：%(title)s", title=after.title)
    assert one.path == f"/manual/{after.name}"
