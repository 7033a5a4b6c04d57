"""Compares two texts to the character, in a way that can be read in Japanese."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from rapidfuzz.distance import Indel

from portal.kernel.typed import shown

CHARACTERS = 1_000_000
"""Beyond so many in the two texts together, or so much work, the differing part is replaced as a whole."""

_WORK = 400_000_000
_PAIRS = 4_000
_ALIKE = 0.4

Value: TypeAlias = "str | int | dt.date | None | Sequence[str | int | dt.date]"
_T = TypeVar("_T")


class Kind(enum.StrEnum):
    """What became of a piece of text, of a line or of a field."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Segment:
    """A run of characters that stayed, came or went, exactly as stored."""

    kind: Kind
    text: str

    @property
    def shown(self) -> str:
        """The text for the eye: invisible characters stand as `[U+202E]` (row 75); still to be escaped."""
        return shown(self.text)


@dataclass(frozen=True)
class Line:
    """A line of the old text, of the new one, or of both; numbers count from 1."""

    kind: Kind
    segments: tuple[Segment, ...]
    old_number: int | None
    new_number: int | None

    @property
    def old(self) -> str:
        """The line as it was; empty where it was not there."""
        return "".join(segment.text for segment in self.segments if segment.kind is not Kind.ADDED)

    @property
    def new(self) -> str:
        """The line as it is; empty where it is no longer there."""
        return "".join(segment.text for segment in self.segments if segment.kind is not Kind.REMOVED)


@dataclass(frozen=True)
class Item:
    """One entry of a list that stayed, came or went."""

    kind: Kind
    value: str | int | dt.date


@dataclass(frozen=True)
class FieldChange:
    """What became of one field: `lines` for words, `items` for lists, otherwise `old` and `new` say it."""

    key: str
    kind: Kind
    old: Value
    new: Value
    lines: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()


def is_beyond_comparing(old: str, new: str) -> bool:
    """Whether compare_texts gives up and shows everything old as removed and everything new as added."""
    return len(old) + len(new) > CHARACTERS


def compare_texts(old: str, new: str) -> list[Line]:
    """The lines of both texts in one order, marked to the character.

    The old lines, joined by line breaks, are the old text, and the new ones the new text. Beyond CHARACTERS
    the whole text is replaced (is_beyond_comparing says so); within it a passage too large to match line by
    line, or character by character, is replaced as a whole. An empty text has no lines.
    """
    old_lines, new_lines = _lines(old), _lines(new)
    if is_beyond_comparing(old, new):
        return [*_all_removed(old_lines, 0), *_all_added(new_lines, 0)]
    result: list[Line] = []
    for tag, old_start, old_end, new_start, new_end in _opcodes(old_lines, new_lines):
        if tag is Kind.SAME:
            result += (
                Line(Kind.SAME, (Segment(Kind.SAME, line),), old_start + i + 1, new_start + i + 1)
                for i, line in enumerate(old_lines[old_start:old_end])
            )
        else:
            result += _compare_block(
                old_lines[old_start:old_end], new_lines[new_start:new_end], old_start, new_start
            )
    return result


def compare_fields(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[FieldChange]:
    """What became of every field, in the order of `new`, then those that are only in `old`.

    A field that was empty (absent, None, no words, no entries) and is filled was added; the reverse, removed.
    """
    keys = [*new, *(key for key in old if key not in new)]
    return [_compare_field(key, old.get(key), new.get(key)) for key in keys]


def _compare_field(key: str, old: Value, new: Value) -> FieldChange:
    if _is_same(old, new) or (_is_empty(old) and _is_empty(new)):
        kind = Kind.SAME
    elif _is_empty(old):
        kind = Kind.ADDED
    elif _is_empty(new):
        kind = Kind.REMOVED
    else:
        kind = Kind.CHANGED
    lines: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()
    if _may_be(old, str) and _may_be(new, str):
        lines = tuple(compare_texts(str(old or ""), str(new or "")))
    elif _is_list(old) or _is_list(new):
        items = tuple(_compare_items(_entries(old), _entries(new)))
    return FieldChange(key, kind, old, new, lines, items)


def _is_same(old: Value, new: Value) -> bool:
    if _is_list(old) and _is_list(new):
        return [(type(entry), entry) for entry in _entries(old)] == [
            (type(entry), entry) for entry in _entries(new)
        ]
    return type(old) is type(new) and old == new


def _is_empty(value: Value) -> bool:
    return value is None or value == "" or (_is_list(value) and not _entries(value))


def _may_be(value: Value, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _is_list(value: Value) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _entries(value: Value) -> list[str | int | dt.date]:
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _compare_items(old: list[str | int | dt.date], new: list[str | int | dt.date]) -> Iterator[Item]:
    for tag, old_start, old_end, new_start, new_end in _opcodes(old, new):
        if tag is Kind.SAME:
            yield from (Item(Kind.SAME, entry) for entry in new[new_start:new_end])
        else:
            yield from (Item(Kind.REMOVED, entry) for entry in old[old_start:old_end])
            yield from (Item(Kind.ADDED, entry) for entry in new[new_start:new_end])


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _all_removed(lines: list[str], before: int) -> list[Line]:
    return [
        Line(Kind.REMOVED, (Segment(Kind.REMOVED, line),), before + i + 1, None)
        for i, line in enumerate(lines)
    ]


def _all_added(lines: list[str], before: int) -> list[Line]:
    return [
        Line(Kind.ADDED, (Segment(Kind.ADDED, line),), None, before + i + 1) for i, line in enumerate(lines)
    ]


_Opcode: TypeAlias = "tuple[Kind, int, int, int, int]"


def _opcodes(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[_Opcode]:
    """SAME and CHANGED stretches in turn; a neighbouring removal and addition are one change.

    rapidfuzz never says "replace" itself. What is too much work is one change from end to end.
    """
    if not old and not new:
        return []
    if len(old) * len(new) > _WORK:
        return _opcodes_between_equal_ends(old, new)
    # The library hashes what it is given; numbers of our own cannot collide.
    numbers: dict[tuple[type, Hashable], int] = {}
    old_numbers = [numbers.setdefault((type(each), each), len(numbers)) for each in old]
    new_numbers = [numbers.setdefault((type(each), each), len(numbers)) for each in new]
    merged: list[_Opcode] = []
    for code in Indel.opcodes(old_numbers, new_numbers):
        kind = Kind.SAME if code.tag == "equal" else Kind.CHANGED
        if merged and merged[-1][0] is kind:
            _, old_start, _, new_start, _ = merged.pop()
        else:
            old_start, new_start = code.src_start, code.dest_start
        merged.append((kind, old_start, code.src_end, new_start, code.dest_end))
    return merged


def _opcodes_between_equal_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[_Opcode]:
    head = _equal_at_start(zip(old, new, strict=False))
    tail = _equal_at_start(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    old_end, new_end = len(old) - tail, len(new) - tail
    stretches = [
        (Kind.SAME, 0, head, 0, head),
        (Kind.CHANGED, head, old_end, head, new_end),
        (Kind.SAME, old_end, len(old), new_end, len(new)),
    ]
    return [stretch for stretch in stretches if stretch[1] < stretch[2] or stretch[3] < stretch[4]]


def _equal_at_start(pairs: Iterator[tuple[Hashable, Hashable]]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compare_block(old: list[str], new: list[str], old_before: int, new_before: int) -> list[Line]:
    """Lines that took the place of other lines: those alike side by side, the rest removed and added."""
    result: list[Line] = []
    old_at = new_at = 0
    for i, j in [*_pairs(old, new), (len(old), len(new))]:
        result += _all_removed(old[old_at:i], old_before + old_at)
        result += _all_added(new[new_at:j], new_before + new_at)
        if i < len(old):
            segments = _compare_line(old[i], new[j])
            result.append(Line(Kind.CHANGED, segments, old_before + i + 1, new_before + j + 1))
        old_at, new_at = i + 1, j + 1
    return result


def _pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Which old line became which new line, in order: the choice that keeps most characters side by side."""
    size = sum(map(len, old)) * sum(map(len, new))
    if not old or not new or size > _WORK:
        return []
    if len(old) * len(new) > _PAIRS:
        return [(i, i) for i in range(min(len(old), len(new))) if _likeness(old[i], new[i])]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_likeness(old_line, new_line) for new_line in new] for old_line in old]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(old: str, new: str) -> float:
    """How many characters two lines share; 0 if they are not the same line any more."""
    return Indel.normalized_similarity(old, new, score_cutoff=_ALIKE) * (len(old) + len(new))


# Numbers, Latin words and katakana words change as a whole; every other character by itself, and a character
# together with the marks that belong to it (a variation selector of a name, a combining voiced mark).
_TOKEN = re.compile(
    "(?:[0-9０-９]+|[A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏ]+|[ァ-ヺー\uff66-\uff9f]+|.)"
    "[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*",
    re.DOTALL,
)


def _compare_line(old: str, new: str) -> tuple[Segment, ...]:
    old_tokens, new_tokens = _TOKEN.findall(old), _TOKEN.findall(new)
    stretches = [
        ("".join(old_tokens[old_start:old_end]), "".join(new_tokens[new_start:new_end]), kind is Kind.SAME)
        for kind, old_start, old_end, new_start, new_end in _opcodes(old_tokens, new_tokens)
    ]
    segments: list[Segment] = []
    for old_text, new_text, is_same in _without_specks(stretches):
        if is_same:
            segments.append(Segment(Kind.SAME, old_text))
        else:
            segments += [Segment(Kind.REMOVED, old_text)] if old_text else []
            segments += [Segment(Kind.ADDED, new_text)] if new_text else []
    return tuple(segments)


def _without_specks(stretches: list[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    """A few characters left alone between two larger changes are part of one change: の or は by chance."""
    result: list[tuple[str, str, bool]] = []
    for stretch in stretches:
        result.append(stretch)
        while len(result) >= 3 and _is_speck(*result[-3:]):
            before, same, after = result[-3:]
            result[-3:] = [(before[0] + same[0] + after[0], before[1] + same[1] + after[1], False)]
    return result


def _is_speck(
    before: tuple[str, str, bool], same: tuple[str, str, bool], after: tuple[str, str, bool]
) -> bool:
    if before[2] or not same[2] or after[2]:
        return False
    return len(same[0]) < min(max(len(side[0]), len(side[1])) for side in (before, after))
