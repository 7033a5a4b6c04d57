"""Every sentence of the house against its English: what is missing, doubtful, unused or said twice.

Nothing is compiled: `web.language` reads the catalogues as they stand in translations/en/*.po.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import PoFileError, denormalize, normalize, read_po

from portal.settings import ROOT

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "say": None,
    "says": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
"""The calls whose literal first argument is a sentence of the catalogues."""
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
PLACE = re.compile(r"%\((\w+)\)[#0\- +]*[0-9]*(?:\.[0-9]+)?[a-zA-Z]|(%%)|(%)")
JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_OPEN = re.compile(r'(?:msg\w+(?:\[[0-9]\])? )?"(?:.*[^"\\]|.*\\.|)', re.DOTALL)
"""A line of a catalogue whose quote stays open."""

MISSING = "has no English"
FUZZY = "is marked fuzzy"
UNUSED = "is said nowhere"
TWICE = "has other English in another catalogue"
AGAIN = "stands here again"
NOT_JAPANESE = "has not one Japanese character"
PLACES = "has other places to fill than its English"
BROKEN = "cannot be read"


@dataclass(frozen=True)
class Sentence:
    """A message of the source: the Japanese sentence, its plural if it has one, and where it is said."""

    words: str
    plural: str | None
    places: tuple[str, ...]
    """`path:line`, relative to the project."""


@dataclass(frozen=True)
class English:
    """What one catalogue says of one message."""

    words: str
    strings: tuple[str, ...]
    is_fuzzy: bool
    place: str


@dataclass(frozen=True)
class Fault:
    """One thing to mend: where, what, and which message."""

    place: str
    what: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}: {normalize(self.words)} {self.what}"


@dataclass
class Comparison:
    """The sentences of the source beside the catalogues."""

    faults: list[Fault] = field(default_factory=list)
    missing: list[Sentence] = field(default_factory=list)
    sentences: int = 0


def sources(root: Path = ROOT) -> list[Path]:
    """Every file in which a sentence may stand."""
    return sorted([*(root / "portal").rglob("*.py"), *(path for path in (root / "templates").rglob("*.*"))])


def sentences(paths: Iterable[Path], root: Path = ROOT) -> dict[str, Sentence]:
    """Every message of these files by its Japanese sentence."""
    found: dict[str, Sentence] = {}
    for path in paths:
        is_code = path.suffix == ".py"
        method, options = ("python", {}) if is_code else ("jinja2.ext:babel_extract", JINJA)
        shown = path.relative_to(root)
        for line, message, _comments, _context in extract_from_file(
            method, path, keywords=KEYWORDS, options=options, strip_comment_tags=False
        ):
            words, plural = (message, None) if isinstance(message, str) else (message[0], message[1])
            if not words:
                continue
            before = found.get(words, Sentence(words, plural, ()))
            found[words] = Sentence(words, before.plural or plural, (*before.places, f"{shown}:{line}"))
    return found


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every English catalogue, one a package."""
    return sorted((root / "portal" / "translations" / "en").glob("*.po"))


def english(path: Path, root: Path = ROOT) -> Iterator[English]:
    """Every message of one catalogue. Raises PoFileError when it cannot be read."""
    text = path.read_text("utf-8")
    lines = _lines(text)
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en", abort_invalid=True)
    for message in catalogue:
        if message.id:
            words = _words(message)
            string = message.string or ""
            strings = (string,) if isinstance(string, str) else tuple(string)
            place = f"{path.relative_to(root)}:{lines.get(words, [1])[0]}"
            yield English(words, strings, message.fuzzy, place)
    for message in catalogue.obsolete.values():
        yield English(_words(message), ("#~",), False, f"{path.relative_to(root)}:1")


def compare(root: Path = ROOT) -> Comparison:
    """The whole source beside all catalogues."""
    said = sentences(sources(root), root)
    compared = Comparison(sentences=len(said))
    known: dict[str, English] = {}
    for path in catalogues(root):
        shown = path.relative_to(root)
        try:
            text = path.read_text("utf-8")
            if unclosed := [
                (n, line) for n, line in enumerate(text.splitlines(), 1) if _OPEN.fullmatch(line)
            ]:
                compared.faults.extend(
                    Fault(f"{shown}:{n}", f"{BROKEN}: a quote is not closed", line) for n, line in unclosed
                )
                continue
            for words, lines in _lines(text).items():
                compared.faults.extend(Fault(f"{shown}:{line}", AGAIN, words) for line in lines[1:])
            for one in english(path, root):
                other = known.setdefault(one.words, one)
                if other.strings != one.strings:
                    compared.faults.append(Fault(one.place, f"{TWICE}, {other.place}", one.words))
                compared.faults.extend(_doubts(one, said))
        except (PoFileError, UnicodeDecodeError, ValueError) as fault:
            compared.faults.append(Fault(str(shown), f"{BROKEN}: {fault}", path.name))
    for sentence in said.values():
        place = sentence.places[0]
        if not JAPANESE.search(sentence.words):
            compared.faults.append(Fault(place, NOT_JAPANESE, sentence.words))
        if sentence.words not in known or not all(known[sentence.words].strings):
            compared.faults.append(Fault(place, MISSING, sentence.words))
            compared.missing.append(sentence)
    compared.faults.sort(key=lambda one: (one.place.split(":")[0], _line_of(one.place)))
    return compared


def _doubts(one: English, said: Mapping[str, Sentence]) -> Iterator[Fault]:
    sentence = said.get(one.words)
    if sentence is None:
        yield Fault(one.place, UNUSED, one.words)
        return
    if one.is_fuzzy:
        yield Fault(one.place, FUZZY, one.words)
    if sentence.plural is not None and len(one.strings) < 2:
        yield Fault(one.place, f"{MISSING} for the plural", one.words)
    wanted = _to_fill(sentence.words) | (_to_fill(sentence.plural) if sentence.plural else set())
    for string in filter(None, one.strings):
        given = _to_fill(string)
        # 「One day」 need not say the number.
        fits = given <= wanted if sentence.plural else given == wanted
        if not fits or (wanted and "%" in given):
            yield Fault(one.place, PLACES, one.words)
            return


def _to_fill(string: str) -> set[str]:
    """The names of the places; `%` itself where a bare one stands beside them and would break the filling."""
    found = {match[1] or match[3] for match in PLACE.finditer(string) if match[1] or match[3]}
    return found if found - {"%"} else set()


def as_entries(missing: Iterable[Sentence]) -> str:
    """The sentences as entries of a catalogue, to be filled in."""
    return "\n".join(_entry(one) for one in missing)


def _entry(one: Sentence) -> str:
    lines = [f"#: {place}" for place in one.places]
    if "%(" in one.words:
        lines.append("#, python-format")
    lines.append(f"msgid {normalize(one.words)}")
    if one.plural is None:
        return "\n".join([*lines, 'msgstr ""', ""])
    return "\n".join([*lines, f"msgid_plural {normalize(one.plural)}", 'msgstr[0] ""', 'msgstr[1] ""', ""])


def _words(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _line_of(place: str) -> int:
    return int(place.rpartition(":")[2]) if ":" in place else 0


def _lines(text: str) -> dict[str, list[int]]:
    """The lines on which each message of a catalogue begins; more than one where it stands again."""
    begins: dict[str, list[int]] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("msgid "):
            quoted = [line.removeprefix("msgid ")]
            for more in lines[number:]:
                if not more.startswith('"'):
                    break
                quoted.append(more)
            begins.setdefault(denormalize("\n".join(quoted)), []).append(number)
    return begins
