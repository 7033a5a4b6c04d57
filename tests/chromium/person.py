"""A person at a real browser: presses what the page says, in the page's language, and looks at every page."""

from __future__ import annotations

import importlib.resources
import os
import re
import shutil
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from portal.web.language import read_catalogues
from tests.makers.volumes import sized

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SKELETON = """
(() => {
    const sign = one => one.tagName + "." + one.className + [...one.attributes].map(a => a.name).join("");
    const all = [...document.querySelectorAll("*")].map(one => (one.parentNode.tagName || "") + ">" + sign(one));
    return innerWidth + [...new Set(all)].sort().join("\\n");
})()
"""
"""What a page is built of at this width, however many rows it has: where that is the same, axe finds the same."""
JUDGED: set[tuple[str, str]] = set()
"""What axe has passed; at full volume, in which language."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Account(Protocol):
    """Whatever one signs in with."""

    @property
    def email(self) -> str:
        """The address."""
        ...

    @property
    def password(self) -> str:
        """The password."""
        ...


def chromium() -> str:
    """Debian's Chromium, or the one `CHROMIUM` names."""
    for name in (os.environ.get("CHROMIUM"), "chromium-headless-shell", "chromium", "google-chrome"):
        if name and (found := shutil.which(name)):
            return found
    raise RuntimeError("no Chromium: apt-get install chromium-headless-shell")


class Person:
    """Somebody signed in, in one language, at one window."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        language: str = "ja",
        width: int = 1280,
        scripts: bool = True,
        judges: bool = True,
    ) -> None:
        self.address, self.language = address, language
        self.judges = judges
        """Whether axe judges every kind of page; otherwise pages only have to fit and to load whole."""
        self._words = read_catalogues(language)
        self.context: BrowserContext = browser.new_context(
            locale="ja-JP" if language == "ja" else "en-GB",
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(10_000)
        self.page = self._watched(self.context.new_page())
        self.scripts = scripts
        self.seen: set[str] = set()

    def _watched(self, page: Page) -> Page:
        """No page writes to the console, fails to load a part, or asks anybody but the portal."""
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(self.address)
                else self.complaints.append(f"asked elsewhere: {asked.url}")
            ),
        )
        return page

    def say(self, message: str, **facts: object) -> str:
        """The sentence of the catalogues as this person's pages have it."""
        words = self._words.gettext(message)
        return words % facts if facts else words

    def sign_in(self, who: Account) -> Person:
        """Signed in by the form, as a person does."""
        self.go("/sign-in")
        self.page.locator("input#email").fill(who.email)
        self.page.locator("input#password").fill(who.password)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url(re.compile(r"/(?!sign-in)"))
        self.look()
        return self

    def go(self, path: str) -> Person:
        """The page at `path` is open."""
        self.page.goto(f"{self.address}{path}")
        self.look()
        return self

    def press(self, message: str, *, within: str = "main", look: bool = True, **facts: object) -> Person:
        """The button or link with these words is pressed."""
        words = self.say(message, **facts)
        self.button(words, within=within).click()
        self.page.wait_for_load_state("load")
        if look:
            self.look()
        return self

    def button(self, words: str, *, within: str = "main") -> Locator:
        """The button or link with exactly these words (a check code may follow)."""
        place = self.page.locator(within)
        exact = re.compile(rf"^\s*{re.escape(words)}")
        return place.locator("button, a, summary").filter(has_text=exact).locator("visible=true").first

    def offers(self, message: str, **facts: object) -> bool:
        """Whether the page has such a button or link."""
        return self.button(self.say(message, **facts)).count() > 0

    def fill(self, **values: str) -> Person:
        """The fields hold `values`; a radio or a check box is chosen by its value."""
        for name, value in values.items():
            fields = self.page.locator(f"main [name='{name}']")
            kind = fields.first.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif fields.first.evaluate("element => element.tagName") == "SELECT" if self.scripts else False:
                fields.first.select_option(value)
            else:
                fields.first.fill(value)
        return self

    def choose(self, name: str, *values: str) -> Person:
        """Exactly these boxes of the group are ticked."""
        for box in self.page.locator(f"main input[type=checkbox][name='{name}']").all():
            box.set_checked((box.get_attribute("value") or "") in values)
        return self

    def reads(self, message: str, **facts: object) -> bool:
        """Whether the page says so."""
        return self.say(message, **facts) in self.words

    @property
    def words(self) -> str:
        """What the page says, white space made single."""
        return re.sub(r"\s+", " ", self.page.locator("body").inner_text())

    @property
    def path(self) -> str:
        """Where the browser stands."""
        return self.page.url.removeprefix(self.address)

    def look(self) -> None:
        """The page passes axe, does not scroll sideways, and nothing complained (each kind of page once)."""
        expected = [one for one in self.complaints if "the server responded with a status of 4" not in one]
        assert not expected, (self.path, expected)
        self.complaints.clear()
        if not self.scripts:
            return
        key = re.sub(r"[a-z2-9]{22}|\d+", "*", self.path)
        if key in self.seen:
            return
        self.seen.add(key)
        made = sized("", self.language), self.page.evaluate(SKELETON) if self.judges else ""
        if self.judges and made not in JUDGED:
            assert not self.violations(), f"{self.path}: {self.violations()}"
            JUDGED.add(made)
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.path} scrolls sideways by {wide} px"

    def violations(self) -> list[Any]:
        """What axe finds."""
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE)
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
            RULES,
        )
        return [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"]][:3])
            for one in found["violations"]
        ]

    def close(self) -> None:
        """The window is closed."""
        self.context.close()
