"""The process in which Markdown becomes safe HTML; portal.kernel.markdown starts it, feeds it and ends it.

It is run as a file of its own (`python -I markdown_worker.py`) and imports nothing of the portal, so that it
starts fast and can be killed at any moment without harm. A frame is four bytes of length and that much JSON.
"""

from __future__ import annotations

import html
import json
import re
import signal
import sys
from collections import Counter
from typing import IO, TypeAlias
from xml.etree import ElementTree

import markdown
import nh3
from markdown.inlinepatterns import AUTOLINK_RE, LINK_RE, AutolinkInlineProcessor, LinkInlineProcessor
from markdown.treeprocessors import Treeprocessor

LAST_RESORT_SECONDS = 10
"""After so long in one text the process ends itself, should nobody be left to end it."""
IDLE_SECONDS = 10
"""After so long without a text, too: what was rendered is kept by who asked, and another is started within a moment."""

_UNSEEN = (
    "\x00-\x20\x7f-\xa0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff\U000e0000-\U000e007f"
)
_NOT_IN_AN_ADDRESS = re.compile(f'[{_UNSEEN}<>"\\\\`]')
_WEB = re.compile("https://[^/?#@]+(?:[/?#]|$)", re.IGNORECASE)
_MAIL = re.compile("mailto:[a-z0-9.!#$%&'*+/=?^_{|}~@-]+", re.IGNORECASE)
_LOOKS_LIKE_AN_ADDRESS = re.compile(r"[\s*_`~]*(?:https?:|www\.|//)", re.IGNORECASE)
_Handled: TypeAlias = "tuple[ElementTree.Element | str | None, int | None, int | None]"

_FOOTNOTE = re.compile("#?(fn|fnref[0-9]*):(.*)", re.DOTALL)
_OUR_ID = re.compile("[a-z][a-z0-9-]{0,60}-(?:fn|fnref[0-9]*)-[0-9]+")

ALIGNMENTS = {"left": "align-left", "center": "align-center", "right": "align-right"}
TAGS = frozenset(
    "p br hr h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code em strong a sup div "
    "table thead tbody tr th td".split()
)
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}, "li": {"id"}, "sup": {"id"}}
CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "div": {"footnote"},
    "th": set(ALIGNMENTS.values()),
    "td": set(ALIGNMENTS.values()),
}
SCHEMES = {"https", "mailto"}


def is_allowed_address(address: str) -> bool:
    """Whether a link may lead there: https, mailto, a path in the portal, or a place on the page (row 66)."""
    if not address or _NOT_IN_AN_ADDRESS.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    return address.startswith("#") or bool(_WEB.match(address)) or bool(_MAIL.fullmatch(address))


def _is_sound_link(link: ElementTree.Element) -> bool:
    """A link that leads where it may, has no hidden title, can be seen, and does not name another address."""
    address = html.unescape(link.get("href", ""))
    words = link.text or ""
    names_another = _LOOKS_LIKE_AN_ADDRESS.match(words) and html.unescape(words).strip() != address
    return (
        is_allowed_address(address)
        and link.get("title") is None
        and bool(words.strip())
        and not names_another
    )


class _SoundLinks(LinkInlineProcessor):
    """Links as Markdown has them; one that may not be followed stays as it was typed."""

    def handleMatch(self, m: re.Match[str], data: str) -> _Handled:  # type: ignore[override]  # as its parent
        return _if_sound(super().handleMatch(m, data))


class _SoundAutolinks(AutolinkInlineProcessor):
    """`<https://...>` as Markdown has it, with the same care."""

    def handleMatch(self, m: re.Match[str], data: str) -> _Handled:  # type: ignore[override]  # as its parent
        return _if_sound(super().handleMatch(m, data))


def _if_sound(handled: _Handled) -> _Handled:
    link, start, end = handled
    if isinstance(link, ElementTree.Element) and _is_sound_link(link):
        return link, start, end
    return None, None, None


class _FitIntoThePage(Treeprocessor):
    """Headings below the page's own, classes for alignment, ids that are only ours."""

    def __init__(self, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.prefix = ""

    def run(self, root: ElementTree.Element) -> None:
        """The tree is changed in place."""
        footnotes: dict[str, int] = {}
        above: list[int] = []
        # The typed levels of the headings this one stands under, so that no level of the page is skipped.
        for element in root.iter():
            if len(element.tag) == 2 and element.tag[0] == "h" and element.tag[1].isdigit():
                typed = int(element.tag[1])
                above = [*(level for level in above if level < typed), typed]
                element.tag = f"h{min(2 + len(above), 6)}"
            if element.tag in ("th", "td"):
                alignment = element.attrib.pop("align", None)
                if alignment in ALIGNMENTS:
                    element.set("class", ALIGNMENTS[alignment])
            for name in ("id", "href"):
                ours = _FOOTNOTE.fullmatch(element.get(name, ""))
                if ours and (name == "id" or element.get("class", "").startswith("footnote-")):
                    number = footnotes.setdefault(ours[2], len(footnotes) + 1)
                    hash_ = "#" if name == "href" else ""
                    element.set(name, f"{hash_}{self.prefix}-{ours[1]}-{number}")


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value an attribute may keep, or None; the last word after all that Markdown did."""
    match name:
        case "href":
            return value if is_allowed_address(value) else None
        case "id":
            return value if _OUR_ID.fullmatch(value) else None
        case "start":
            return value if value.isascii() and value.isdigit() and len(value) <= 9 else None
    return value


class Converter:
    """Python-Markdown without HTML, images and reference definitions, and nh3 after it."""

    def __init__(self) -> None:
        self._page = _FitIntoThePage(md := self._markdown())
        md.treeprocessors.register(self._page, "fit_into_the_page", 3)
        self._md = md
        self._cleaner = nh3.Cleaner(
            tags=set(TAGS),
            attributes=ATTRIBUTES,
            allowed_classes=CLASSES,
            tag_attribute_values={"th": {"scope": {"col"}}},
            set_tag_attribute_values={"th": {"scope": "col"}},
            attribute_filter=_attribute,
            url_schemes=SCHEMES,
            url_relative=lambda address: address if is_allowed_address(address) else None,
            link_rel="noopener noreferrer",
        )

    @staticmethod
    def _markdown() -> markdown.Markdown:
        md = markdown.Markdown(
            extensions=["tables", "footnotes", "sane_lists", "fenced_code", "nl2br", "def_list"],
            extension_configs={"tables": {"use_align_attribute": True}, "footnotes": {"BACKLINK_TITLE": ""}},
        )
        # HTML shows as it was typed; images would come from elsewhere; a reference definition would vanish
        # from sight although it is part of what is agreed.
        md.preprocessors.deregister("html_block")
        for name in (
            "html",
            "image_link",
            "image_reference",
            "short_image_ref",
            "reference",
            "short_reference",
        ):
            md.inlinePatterns.deregister(name)
        md.parser.blockprocessors.deregister("reference")
        md.inlinePatterns.register(_SoundLinks(LINK_RE, md), "link", 160)
        md.inlinePatterns.register(_SoundAutolinks(AUTOLINK_RE, md), "autolink", 120)
        return md

    def convert(self, source: str, prefix: str) -> str:
        """Safe HTML for `source`, its ids beginning with `prefix`."""
        self._page.prefix = prefix
        self._md.reset()
        return self._cleaner.clean(self._md.convert(source))


_TAG = re.compile("<[^<>]*>")
_HREF = re.compile('href="([^"]*)"')
_FOOTNOTE_LABEL = re.compile(r"\[\^(?:[A-Za-z0-9_-]{1,12}|注[0-9０-９]{0,3})\]")
_FOOTNOTE_NUMBER = re.compile('<a [^<>]*class="footnote-ref"[^<>]*>[0-9]+</a>')
_LIST_NUMBER = re.compile(r"^[ \t>]*[0-9]{1,9}\.[ \t]", re.MULTILINE)
_FENCE_LANGUAGE = re.compile(r"^((?:```|~~~)[`~]*)[ ]*[A-Za-z0-9#.+-]{1,12}[ ]*$", re.MULTILINE)


def hides_something(source: str, page: str) -> bool:
    """Whether a letter or digit of `source` can no longer be read in `page` (row 24).

    The numbers of lists, short labels of footnotes and the language of a code block are shown otherwise or
    mean nothing to the reader, and are not counted.
    """
    typed = _FENCE_LANGUAGE.sub(r"\1", _LIST_NUMBER.sub("", _FOOTNOTE_LABEL.sub("", source)))
    addresses = [address for address in _HREF.findall(page) if not address.startswith("#")]
    seen = _TAG.sub("", _FOOTNOTE_NUMBER.sub("", page)) + " ".join(addresses)
    missing = Counter(filter(str.isalnum, html.unescape(typed)))
    missing.subtract(filter(str.isalnum, html.unescape(seen)))
    return any(count > 0 for count in missing.values())


def _answer(converter: Converter, question: dict[str, str]) -> dict[str, object]:
    try:
        page = converter.convert(question["source"], question["prefix"])
    except Exception:  # too deep for the library, or a fault of it: either way the text is shown as typed
        return {"page": None}
    return {"page": page, "hides": hides_something(question["source"], page)}


def _read(stream: IO[bytes]) -> dict[str, str] | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    question: dict[str, str] = json.loads(stream.read(int.from_bytes(head, "big")))
    return question


def _write(stream: IO[bytes], answer: dict[str, object]) -> None:
    body = json.dumps(answer).encode("ascii")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def main() -> None:
    """Answers one question after another until there is nobody to ask."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    converter = Converter()
    _write(answers, {"ready": True})
    signal.alarm(IDLE_SECONDS)
    while (question := _read(questions)) is not None:
        signal.alarm(LAST_RESORT_SECONDS)
        answer = _answer(converter, question)
        signal.alarm(IDLE_SECONDS)
        if answer["page"] is None:
            converter = Converter()  # what broke off in the middle is not used again
        _write(answers, answer)


if __name__ == "__main__":
    main()
