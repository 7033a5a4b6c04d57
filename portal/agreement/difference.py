"""What one edition says otherwise than another, passage by passage, for a table of old and new; pure (R3-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from portal.agreement.edition import Edition, Paragraph, Words
from portal.kernel import compare

Mark: TypeAlias = Literal["equal", "insert", "delete"]
Segments: TypeAlias = Sequence[tuple[Mark, str]]

_MARKS: dict[compare.Kind, Mark] = {
    compare.Kind.SAME: "equal",
    compare.Kind.ADDED: "insert",
    compare.Kind.REMOVED: "delete",
}
_BREAK: tuple[Mark, str] = ("equal", "\n")


@dataclass(frozen=True)
class Passage:
    """A part of the text that stands in one piece: a heading, a paragraph with its items, the preamble."""

    id: str
    label: Words
    text: Words


@dataclass(frozen=True)
class Changed:
    """A passage that is otherwise in the new edition; None on the side on which it does not stand."""

    old: Passage | None
    new: Passage | None

    @property
    def id(self) -> str:
        """The id of the passage."""
        return (self.new or self.old).id  # type: ignore[union-attr]  # one of them is there

    @property
    def label(self) -> Words:
        """What the passage is called: in the new edition, else in the old."""
        return (self.new or self.old).label  # type: ignore[union-attr]

    def segments(self, language: str) -> Segments:
        """Both texts in one, marked to the character."""
        return marked(*(one.text[language] if one else "" for one in (self.old, self.new)))


def passages(edition: Edition) -> Iterator[Passage]:
    """Every passage of an edition, in the order of the text."""
    yield Passage("title", Words("題名", "Title"), edition.title)
    for part in (edition.preamble,):
        yield Passage(part.id, edition.clause(part.id).label, part.text)
    for article in edition.articles:
        heading = Words(
            article.label.ja + article.caption.ja, f"{article.label.en} {article.caption.en}".strip()
        )
        yield Passage(article.id, article.label, heading)
        for paragraph in article.paragraphs:
            yield Passage(paragraph.id, edition.clause(paragraph.id).label, _whole(paragraph))
    yield Passage(edition.closing.id, edition.clause(edition.closing.id).label, edition.closing.text)


def _whole(paragraph: Paragraph) -> Words:
    ja = ["　".join(part for part in (paragraph.label.ja, paragraph.text.ja) if part)]
    en = [" ".join(part for part in (paragraph.label.en, paragraph.text.en) if part)]
    for item in paragraph.items:
        ja.append(f"　{item.label.ja}　{item.text.ja}{item.after}")
        en.append(f"  {item.label.en} {item.text.en}")
    if paragraph.tail.ja:
        ja.append(paragraph.tail.ja)
    if paragraph.tail.en:
        en.append(paragraph.tail.en)
    return Words("\n".join(ja), "\n".join(en))


def differences(old: Edition, new: Edition) -> list[Changed]:
    """Every passage that `new` says otherwise than `old`, in the order of `new`; what it has no more stands where it
    stood."""
    before = {one.id: one for one in passages(old)}
    after = {one.id: one for one in passages(new)}
    gone_after: dict[str, list[Passage]] = {}
    last = ""
    for one in before.values():
        if one.id in after:
            last = one.id
        else:
            gone_after.setdefault(last, []).append(one)
    found = []
    for one in after.values():
        was = before.get(one.id)
        if was is None or was.text != one.text:
            found.append(Changed(was, one))
        found += [Changed(gone, None) for gone in gone_after.get(one.id, ())]
    return found


def marked(old: str, new: str) -> Segments:
    """Both texts in one, marked to the character."""
    segments: list[tuple[Mark, str]] = []
    for number, line in enumerate(compare.compare_texts(old, new)):
        if number:
            segments.append(_BREAK)
        segments += [(_MARKS[one.kind], one.shown) for one in line.segments]
    return segments


def side(segments: Segments, shown: Mark) -> Segments:
    """Of texts marked in one, the old (`delete`) or the new (`insert`) alone, with what is the same; a line that only
    the other text has leaves no empty line behind."""
    lines: list[list[tuple[Mark, str]]] = [[]]
    for one in segments:
        if one == _BREAK:
            lines.append([])
        else:
            lines[-1].append(one)
    kept = [
        [one for one in line if one[0] in ("equal", shown)]
        for line in lines
        if not line or any(mark in ("equal", shown) for mark, _ in line)
    ]
    found: list[tuple[Mark, str]] = []
    for number, line in enumerate(kept):
        found += [_BREAK, *line] if number else line
    return found
