"""Papers as PDF: A4, made of data alone, in a font that has every character, or not at all (decision 20)."""

from __future__ import annotations

import datetime as dt
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from portal.kernel.errors import Refused
from portal.kernel.words import N_

_TEMPLATE = Path(__file__).with_name("paper.typ")
STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
"""Readable by a screen reader, and fit to be kept."""
FONT_FOLDERS = (
    Path(sys.prefix) / "fonts",
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_NAMES = (
    "NotoSansCJK*Regular*", "NotoSansJP*Regular*", "NotoSansJP*wght*", "ipaexg.*", "ipag.*", "VL-Gothic-Regular.*",
    "TakaoGothic.*", "Hiragino*W3*",
)  # fmt: skip
"""Names of files of Japanese fonts, the first found leading; the others help out where it lacks a character."""


_ROOM = 42
"""So many Japanese characters stand, at the least, in one line of a table across the page."""
_WHOLE = 24
"""A row of a table of so many lines fits on a page beside whatever stands there."""


class NoFont(Refused):
    """There is no Japanese font on this machine to set a paper in."""

    status = 503
    sentence = N_("日本語の書体が見つからないため、PDFを作れません。")
    next_step = N_("印刷用の画面をブラウザーで印刷してください。運用管理者に書体の設置を依頼できます。")


class MissingGlyphs(Refused):
    """No font here has these characters: the paper would show gaps in their place."""

    sentence = N_("手元の書体にない文字があるため、PDFを作れません：%(characters)s")
    next_step = N_("印刷用の画面をブラウザーで印刷するか、運用管理者にこの文字を持つ書体の設置を依頼してください。")


Marked: TypeAlias = Sequence[tuple[str, Literal["same", "strong", "added", "removed"]]]
"""A text in pieces, some of them marked as strong (bold), added (underlined) or removed (struck through)."""
Cell: TypeAlias = str | Marked


@dataclass(frozen=True)
class Heading:
    """A heading."""

    text: str
    level: Literal[1, 2, 3] = 2
    align: Literal["left", "center"] = "left"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a line break in it stays one."""

    text: Cell
    align: Literal["left", "right", "center"] = "left"


@dataclass(frozen=True)
class Quotation:
    """Words of the agreement, as they stand there."""

    text: Cell


@dataclass(frozen=True)
class Details:
    """Labels and what is to be said of each."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Table:
    """A table under a head; `widths` are the columns' shares."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()


@dataclass(frozen=True)
class Space:
    """So many empty lines."""

    lines: float = 1


@dataclass(frozen=True)
class SealBox:
    """Where a seal is to be set."""

    label: str


@dataclass(frozen=True)
class Together:
    """What stands on one page: where there is no room left for all of it, it goes on upon the next as a whole."""

    blocks: Sequence[Heading | Paragraph | Quotation | Details | Table | Space | SealBox]


Block: TypeAlias = Heading | Paragraph | Quotation | Details | Table | Space | SealBox | Together
_KINDS = {
    Heading: "heading", Paragraph: "paragraph", Quotation: "quotation", Details: "details", Table: "table",
    Space: "space", SealBox: "seal", Together: "together",
}  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """What a paper says, from top to bottom."""

    title: str
    """Of the file; on the paper it stands only as a heading does."""
    blocks: Sequence[Block]
    made_at: dt.datetime
    """Aware; with the same moment the same data makes the same bytes."""
    footer: str = ""
    language: str = "ja"
    author: str = field(default="")


@dataclass(frozen=True)
class Font:
    """A font's family, the folder it lies in, and the characters it has."""

    family: str
    folder: Path
    characters: frozenset[int]
    has_bold: bool = False
    """Whether a bold face lies beside it; else what is to be bold is drawn with a thicker line."""


def made(paper: Paper, *, fonts: Sequence[Font] | None = None) -> bytes:
    """The paper as a PDF (UA-1, A-2a). Raises MissingGlyphs for characters that no font here has, NoFont without any
    Japanese font; never leaves a gap."""
    fonts = find_fonts() if fonts is None else fonts
    if not fonts:
        raise NoFont()
    known = frozenset().union(*(font.characters for font in fonts))
    if missing := sorted({one for text in _texts(paper) for one in text if not _is_shown(one, known)}):
        raise MissingGlyphs(characters=" ".join(f"{one}（U+{ord(one):04X}）" for one in missing[:20]))
    import typst  # not before a paper is asked for: it is large

    compilers: Any = typst.Compiler  # its stub says that all it is given is of one type
    compiler = compilers(
        _TEMPLATE.read_bytes(),
        root=_TEMPLATE.parent,
        ignore_system_fonts=True,
        font_paths=list({str(font.folder) for font in fonts}),
        sys_inputs={"data": json.dumps(_plain(paper, fonts), ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=int(paper.made_at.timestamp()))
    assert isinstance(made, bytes)
    return made


def _plain(paper: Paper, fonts: Sequence[Font]) -> dict[str, Any]:
    at = paper.made_at.astimezone(dt.UTC)
    blocks = [_block(one) for one in paper.blocks]
    levels = [one["level"] for one in blocks if one["kind"] == "heading"]
    for one in blocks:
        if one["kind"] == "heading":  # the first heading of a paper is of the first level
            one["level"] = max(1, one["level"] - levels[0] + 1)
    return {
        "title": paper.title,
        "author": paper.author,
        "language": paper.language,
        "footer": paper.footer,
        "fonts": [font.family for font in fonts],
        "thickens": not (fonts and fonts[0].has_bold),
        "date": {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "blocks": blocks,
    }


def _block(block: Block) -> dict[str, Any]:
    said = {name: getattr(block, name) for name in block.__dataclass_fields__}
    if isinstance(block, Together):
        said["blocks"] = [_block(one) for one in block.blocks]
    if isinstance(block, Table):
        widths = said["widths"] = list(block.widths) or [1] * len(block.head)
        said["breaks"] = [_is_tall(row, widths) for row in block.rows]
    return {"kind": _KINDS[type(block)], **said}


def _is_tall(row: Sequence[Cell], widths: Sequence[float]) -> bool:
    """Whether a row may not fit on one page, and so may go on upon the next; any other stays whole."""
    lines = []
    for cell, width in zip(row, widths, strict=True):
        room = max(1, int(_ROOM * width / sum(widths)))
        lines.append(sum(1 + len(line) // room for line in "".join(_words(cell)).split("\n")))
    return max(lines, default=0) > _WHOLE


def _texts(paper: Paper) -> Iterator[str]:
    yield paper.footer
    yield from _texts_of(paper.blocks)


def _texts_of(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Together():
                yield from _texts_of(block.blocks)
            case Heading():
                yield block.text
            case Paragraph() | Quotation():
                yield from _words(block.text)
            case Details():
                for label, said in block.rows:
                    yield from (label, *_words(said))
            case Table():
                yield from block.head
                for row in block.rows:
                    for cell in row:
                        yield from _words(cell)
            case SealBox():
                yield block.label
            case Space():
                pass


def _words(cell: Cell) -> Iterable[str]:
    return [cell] if isinstance(cell, str) else [text for text, _ in cell]


def _is_shown(character: str, known: frozenset[int]) -> bool:
    """Whether the character has a glyph, or needs none: white space, marks of direction, variation selectors."""
    if ord(character) in known or unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
        return True
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


@lru_cache(maxsize=4)
def find_fonts(*more: Path) -> tuple[Font, ...]:
    """The Japanese fonts on this machine, those in the folders `more` first; read once a process."""
    found: dict[str, Font] = {}
    for folder in more:
        files = (one for one in folder.rglob("*") if one.suffix.lower() in {".ttf", ".otf", ".ttc"})
        for path in sorted(files, key=lambda one: ("Bold" in one.name, one)):
            _take(path, found)
    for pattern in _NAMES:
        for folder in FONT_FOLDERS:
            for path in sorted(folder.rglob(pattern)) if folder.is_dir() else []:
                _take(path, found)
    return tuple(found.values())


def _take(path: Path, found: dict[str, Font]) -> None:
    from fontTools.ttLib import TTCollection, TTFont

    with TTCollection(path, lazy=True) if path.suffix.lower() == ".ttc" else TTFont(path, lazy=True) as opened:
        fonts = opened.fonts if isinstance(opened, TTCollection) else [opened]
        families = {str(font["name"].getBestFamilyName() or ""): font for font in fonts}
        japanese = {name: font for name, font in families.items() if "JP" in name} or families
        for name, font in japanese.items():
            if name and name not in found:
                bold = path.name.replace("Regular", "Bold")
                has_bold = bold != path.name and path.with_name(bold).is_file()
                found[name] = Font(name, path.parent, frozenset(font.getBestCmap() or {}), has_bold)
