"""What people typed, made sound once, before it is stored; nothing changes it afterwards."""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from portal.kernel.words import N_


class NotText(ValueError):
    """What was typed cannot be kept as text; `position` counts characters from 0."""

    code: ClassVar[str] = "not_text"
    sentence: ClassVar[str] = N_(
        "使えない文字が含まれています（%(position)s文字目）。消してから、もう一度お送りください。"
    )

    def __init__(self, position: int) -> None:
        self.position = position
        self.facts: dict[str, object] = {"position": position + 1}
        super().__init__(f"{type(self).code} at {position}")


class MoreThanOneLine(NotText):
    """A line break or a tab where one line is asked for."""

    code = "more_than_one_line"
    sentence = N_("1行で入力してください。%(position)s文字目に改行またはタブがあります。")


class TooLong(ValueError):
    """More characters were typed than the field takes."""

    code: ClassVar[str] = "too_long"
    sentence: ClassVar[str] = N_("%(limit)s文字以内で入力してください（いまは%(length)s文字です）。")

    def __init__(self, length: int, limit: int) -> None:
        self.length = length
        self.limit = limit
        self.facts: dict[str, object] = {"length": length, "limit": limit}
        super().__init__(f"{length} characters where {limit} are allowed")


class NotAnAddress(ValueError):
    """What was typed is not an e-mail address that the portal can write to."""

    code: ClassVar[str] = "not_an_address"
    sentence: ClassVar[str] = N_("メールアドレスを確かめてください。name@example.jp のような形で入力します。")


_UNKEEPABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAK = re.compile("[\t\n\u2028\u2029]")

# Variation selectors (FE00-FE0F, E0100-E01EF) are deliberately not here: names need them (辻󠄀).
# U+200D joins emoji into one; between two of them it is what the writer meant and is not marked.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_BREAKS = "\u2028\u2029"
_NOT_CHARACTERS = "\ufdd0-\ufdef\ufffe\uffff"
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_INVISIBLE_CHARACTER = re.compile(
    f"[{_UNSEEN}{_PRIVATE}{_BREAKS}{_NOT_CHARACTERS}]|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
)
_TURNS_THE_LINE = frozenset(
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_IGNORED_IN_SEARCH = re.compile(f"[{_UNSEEN}\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def clean_text(text: str, limit: int) -> str:
    """The text to store: as typed, but for CRLF and CR, which become LF (row 76).

    Nothing else is changed, neither spaces nor the Unicode form, so that a digest over the stored bytes is
    over what the person saw. Raises NotText for a control character (a tab and a line break are text) or a
    lone surrogate, TooLong for more than `limit` characters.
    """
    return _sound(text.replace("\r\n", "\n").replace("\r", "\n"), limit)


def clean_line(text: str, limit: int) -> str:
    """The single line to store: as typed, but without the spaces at its two ends.

    Raises MoreThanOneLine for a break or tab within it, and otherwise as clean_text does.
    """
    line = text.strip(" \t\r\n\u3000")
    if break_ := _LINE_BREAK.search(line.replace("\r", "\n")):
        raise MoreThanOneLine(break_.start())
    return _sound(line, limit)


def _sound(text: str, limit: int) -> str:
    if len(text) > limit:
        raise TooLong(len(text), limit)
    if unkeepable := _UNKEEPABLE.search(text):
        raise NotText(unkeepable.start())
    return text


def invisible_characters(text: str) -> list[tuple[int, str]]:
    """Where `text` holds characters that a reader cannot see, or cannot trust to look the same elsewhere.

    Each with its position (from 0) and its name, `U+202E RIGHT-TO-LEFT OVERRIDE`: bidirectional controls,
    zero widths, tags, fillers and private characters (外字). Variation selectors are not among them (row 75).
    """
    return [(found.start(), _name(found[0])) for found in _INVISIBLE_CHARACTER.finditer(text)]


def mark_invisible(html: str) -> str:
    """The escaped HTML text `html` with each invisible character shown as `[U+202E]` in a span.

    Those that turn the direction of the line or break it are left out, so that the page reads as it is
    stored; the others stay beside their mark. Not for text inside a tag's attributes.
    """
    return _INVISIBLE_CHARACTER.sub(
        lambda found: f'<span class="invisible">{_mark(found[0])}</span>{_kept(found[0])}', html
    )


def shown(text: str) -> str:
    """The plain `text` with each invisible character shown as `[U+202E]`, for places without markup."""
    return _INVISIBLE_CHARACTER.sub(lambda found: _mark(found[0]) + _kept(found[0]), text)


def _mark(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def _kept(character: str) -> str:
    return "" if character in _TURNS_THE_LINE else character


def _name(character: str) -> str:
    point = ord(character)
    if unicodedata.category(character) == "Co":
        fallback = "PRIVATE USE"
    else:
        fallback = "UNASSIGNED"
    return f"U+{point:04X} {unicodedata.name(character, fallback)}"


_ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(_ATOM)
_DOMAIN_LABEL = re.compile("[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]")


def normal_email(text: str) -> str:
    """The one form under which an e-mail address is unique: NFKC, case folded, ASCII only (row 75).

    Full-width letters become their ASCII selves; a letter of another script that only looks like one is
    refused, and so is anything invisible. Raises NotAnAddress.
    """
    if len(text) > 1000:
        raise NotAnAddress("longer than any address")
    address = unicodedata.normalize("NFKC", text.strip(" \t\r\n\u3000")).casefold()
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    sound = (
        at == "@"
        and address.isascii()
        and len(local) <= 64
        and len(domain) <= 253
        and len(address) <= 254
        and all(_LOCAL_PART.fullmatch(atom) for atom in local.split("."))
        and len(labels) >= 2
        and all(len(label) <= 63 and _DOMAIN_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
    if not sound:
        raise NotAnAddress("not an address")
    return address


def normal_search(text: str) -> str:
    """The form in which words are sought and found: NFKC, case folded, without invisible characters.

    Variation selectors are left out too, so that 辻 finds 辻󠄀. The form of a form is itself.
    """
    plain = _IGNORED_IN_SEARCH.sub("", text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    return folded if folded == text else normal_search(folded)


_WORD_RUN = re.compile(r"[^\W_]+")


def bigrams(text: str) -> list[str]:
    """Every two neighbouring letters or digits of the search form of `text`, in order, repeats kept.

    A run of one character gives none: one-character searches read the text itself (dependencies.md 4).
    """
    runs = _WORD_RUN.findall(normal_search(text))
    return [run[i : i + 2] for run in runs for i in range(len(run) - 1)]
