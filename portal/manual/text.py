"""The manual's pages as they stand in `docs/manual`: read once, in both languages, without Flask.

A page is Markdown of a plain kind: a title (`#`), a lead, sections (`##`), and pictures on lines of their own.
`README.md` is the table of contents; its links, in their order, are the order of the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal.settings import ROOT

FOLDER = ROOT / "docs" / "manual"
PICTURES = FOLDER / "pictures"
CONTENTS = "README"

_PICTURE = re.compile(
    r"^!\[(?P<words>[^\]]+)\]\(\.\./pictures/(?P<language>[a-z]+)/(?P<name>[a-z-]+)\.png\)$"
)
_LINK = re.compile(r"\]\((?P<name>[A-Za-z-]+)\.md\)")
_PNG_SIZE = slice(16, 24)
"""Where a PNG file says how wide and how high it is, in pixels: two big-endian numbers of four bytes."""


@dataclass(frozen=True)
class Picture:
    """A picture of a page of the portal, as the tests took it."""

    name: str
    language: str
    words: str
    """What can be seen on it."""

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return PICTURES / self.language / f"{self.name}.png"

    @property
    def size(self) -> tuple[int, int]:
        """How wide and how high it is, in pixels."""
        head = self.path.read_bytes()[_PNG_SIZE]
        return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, in order: Markdown and pictures."""

    heading: str
    parts: tuple[str | Picture, ...]


@dataclass(frozen=True)
class Page:
    """A page of the manual in one language; by its name it is the same page in every language."""

    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]

    @property
    def pictures(self) -> Iterator[Picture]:
        """Its pictures, from top to bottom."""
        return (part for section in self.sections for part in section.parts if isinstance(part, Picture))

    @property
    def texts(self) -> Iterator[str]:
        """Its Markdown, from top to bottom."""
        yield self.lead
        for section in self.sections:
            yield from (part for part in section.parts if isinstance(part, str))

    @property
    def links(self) -> list[str]:
        """The names of the pages it leads to, in order."""
        return [name for text in self.texts for name in _LINK.findall(text)]


@dataclass(frozen=True)
class Manual:
    """The whole manual in one language."""

    contents: Page
    pages: tuple[Page, ...]
    """In the order of the table of contents."""

    def page(self, name: str) -> Page | None:
        """The page of this name, if there is one."""
        return next((page for page in self.pages if page.name == name), None)

    def beside(self, page: Page) -> tuple[Page | None, Page | None]:
        """The pages before and after `page`."""
        place = self.pages.index(page)
        after = self.pages[place + 1] if place + 1 < len(self.pages) else None
        return self.pages[place - 1] if place else None, after

    def picture(self, name: str) -> Picture | None:
        """The picture of this name, if a page shows one."""
        return next((one for page in self.pages for one in page.pictures if one.name == name), None)


@lru_cache(maxsize=2)
def manual(language: str) -> Manual:
    """The manual in `language` (`ja` or `en`), read once a process. Raises OSError where a page is not there."""
    contents = read_page(FOLDER / language / f"{CONTENTS}.md")
    return Manual(contents, tuple(read_page(FOLDER / language / f"{name}.md") for name in contents.links))


def read_page(path: Path) -> Page:
    """The page that the file at `path` holds."""
    head, *rest = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)
    title, _, lead = head.partition("\n")
    sections = (text.partition("\n") for text in rest)
    return Page(
        name=path.stem,
        title=title.removeprefix("# ").strip(),
        lead=lead.strip(),
        sections=tuple(Section(heading.strip(), tuple(_parts(text))) for heading, _, text in sections),
    )


def _parts(text: str) -> Iterator[str | Picture]:
    held: list[str] = []
    for line in text.splitlines():
        if found := _PICTURE.match(line):
            if words := "\n".join(held).strip():
                yield words
            held.clear()
            yield Picture(**found.groupdict())
        else:
            held.append(line)
    if words := "\n".join(held).strip():
        yield words


def linked(text: str, address_of: Callable[[str], str]) -> str:
    """The Markdown `text` with its links to other pages leading to where the portal shows them."""
    return _LINK.sub(lambda found: f"]({address_of(found['name'])})", text)


# --- Which page explains what is on the screen --------------------------------------------------------------

_BY_ENDPOINT = (
    (r"home\..*|document", "home"),
    (r"messages\..*|(account|parties)\.\w*(calendar|archive)\w*", "messages"),
    (r"account\..*", "first-day"),
    (r"agreement\..*", "agreement"),
    (r"term\.notice.*|term\.accord(_new|_draft|_files)?", "notices"),
    (r"term\.(index|say_intention|record|meeting.*|dates|dates_new|dates_draft)", "term"),
    (r"amendments\.(?!\w+_(consent|compare|revision)).*", "amending"),
    (r"doubts\.(?!\w+_(consent|compare|revision)).*", "doubts"),
    (r"\w+\.(records_)?export", "exports"),
    (r"activities\.index", "register"),
    (r"activities\.(activity|start|suspend|resume|complete|cancel)", "carrying-out"),
    (r"activities\.proposal_(new|draft|files)", "proposing"),
    (r"activities\.particulars_(new|draft|files)", "particulars"),
    (r"\w+\.\w+_(consent|withdraw_consent|send_back|decline|withdraw|hold|lift_hold|receipt)", "consenting"),
    (r"activities\.(proposal|particulars)|\w+\.\w+_(compare|revision|files|draft)", "consulting"),
    (r"advice\..*", "advice"),
    (r"handback\..*", "handback"),
    (r"reports\..*", "reports"),
    (r"publicity\.(publish|event_ended)", "publishing"),
    (r"publicity\.(records|record|report)", "unagreed"),
    (r"publicity\.(?!\w+_(compare|revision)).*", "publicity"),
    (r"history\..*", "history"),
    (r"parties\..*", "members"),
)


def explains(endpoint: str | None) -> str | None:
    """The name of the page that explains what the portal shows at `endpoint`; None where only the contents do."""
    return next((name for pattern, name in _BY_ENDPOINT if re.fullmatch(pattern, endpoint or "")), None)
