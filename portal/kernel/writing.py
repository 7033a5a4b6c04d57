"""Markdown as text on a paper: paragraphs, lists, tables and what is emphasised, without the marks they were typed with."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Literal

from portal.kernel import markdown
from portal.kernel.pdf import Marked

_Mark = Literal["same", "strong"]
_STRONG = frozenset({"strong", "h3", "h4", "h5", "h6", "th", "dt"})
_BLOCKS = frozenset({"p", "h3", "h4", "h5", "h6", "li", "dt", "dd", "pre", "tr"})
_APART = frozenset({"p", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "hr", "div"})
"""What has an empty line before it, but within a list."""
_STEP = "　"
_RULE = "―――――――――"


def on_paper(source: str) -> Marked:
    """What the Markdown `source` says, as the page shows it (`markdown.render`): a heading and what is emphasised are bold, an
    entry of a list begins with its mark, a cell of a table is parted from the next; the address of a link stands behind
    its words. A text that is shown as it was typed is so here, too."""
    rendered = markdown.render(source)
    if rendered.plain:
        return [(source, "same")]
    writer = _Writer()
    writer.feed(rendered.html)
    writer.close()
    return writer.pieces()


class _Writer(HTMLParser):
    """Reads the few tags that `markdown.render` lets through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[tuple[str, _Mark]] = []
        self._strong = 0
        self._lists: list[int | None] = []
        """Of each list that is open the number of its next entry; None where they have none."""
        self._quoted = self._typed = 0
        self._marker = ""
        self._links: list[tuple[str, int]] = []
        self._cells = 0
        self._at_start = True

    def pieces(self) -> Marked:
        """Everything said, neighbours of one kind put together."""
        found: list[tuple[str, _Mark]] = []
        for words, mark in self._pieces:
            if found and found[-1][1] == mark:
                found[-1] = (found[-1][0] + words, mark)
            else:
                found.append((words, mark))
        if found:
            found[-1] = (found[-1][0].rstrip(), found[-1][1])
        return [one for one in found if one[0]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new line where the page begins one."""
        given = dict(attrs)
        if tag in _APART and not self._lists:
            self._part()
        if tag in _BLOCKS:
            self._begin_line()
        if tag in _STRONG:
            self._strong += 1
        match tag:
            case "ul" | "ol":
                start = given.get("start") or "1"
                self._lists.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)
            case "li":
                number = self._lists[-1] if self._lists else None
                self._marker = "・" if number is None else f"{number}. "
                if number is not None:
                    self._lists[-1] = number + 1
            case "blockquote":
                self._quoted += 1
            case "pre":
                self._typed += 1
            case "br":
                self._begin_line()
            case "hr":
                self._say(_RULE)
            case "tr":
                self._cells = 0
            case "td" | "th":
                if self._cells:
                    self._say("｜")
                self._cells += 1
            case "a":
                self._links.append((given.get("href") or "", len(self._pieces)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As a tag that ends at once."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """What was begun is over."""
        if tag in _STRONG:
            self._strong -= 1
        match tag:
            case "ul" | "ol":
                self._lists.pop()
                self._marker = ""
            case "blockquote":
                self._quoted -= 1
            case "pre":
                self._typed -= 1
            case "a" if self._links:
                address, since = self._links.pop()
                words = "".join(text for text, _ in self._pieces[since:])
                if address.startswith(("https:", "mailto:")) and address.removeprefix("mailto:") not in words:
                    self._say(f"（{address}）")

    def handle_data(self, data: str) -> None:
        """Words; the line breaks of the markup are none."""
        words = data if self._typed else " ".join(data.split("\n")) if data.strip() else ""
        if self._at_start and not self._typed:
            words = words.lstrip()
        if words:
            self._say(words)

    def _say(self, words: str) -> None:
        if self._at_start:
            deep = max(0, len(self._lists) - 1) + self._quoted + (1 if self._lists and not self._marker else 0)
            self._pieces.append((_STEP * deep + self._marker, "same"))
            self._marker, self._at_start = "", False
        self._pieces.append((words, "strong" if self._strong else "same"))

    def _begin_line(self) -> None:
        if self._pieces and not self._at_start:
            self._pieces.append(("\n", "same"))
        self._at_start = True

    def _part(self) -> None:
        if self._pieces:
            self._begin_line()
            if not "".join(words for words, _ in self._pieces[-2:]).endswith("\n\n"):
                self._pieces.append(("\n", "same"))
