"""What people typed is kept as they typed it, or refused with a reason."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.typed import (
    MoreThanOneLine,
    NotAnAddress,
    NotText,
    TooLong,
    bigrams,
    clean_line,
    clean_text,
    invisible_characters,
    mark_invisible,
    normal_email,
    normal_search,
    shown,
)

CONTROLS = [chr(point) for point in [*range(32), *range(0x7F, 0xA0)] if chr(point) not in "\t\n\r"]
LONE_SURROGATES = ["\ud800", "\udbff", "\udc00", "\udfff"]
TRAPS = {
    "\u202a": "LEFT-TO-RIGHT EMBEDDING", "\u202b": "RIGHT-TO-LEFT EMBEDDING",
    "\u202c": "POP DIRECTIONAL FORMATTING", "\u202d": "LEFT-TO-RIGHT OVERRIDE",
    "\u202e": "RIGHT-TO-LEFT OVERRIDE", "\u2066": "LEFT-TO-RIGHT ISOLATE",
    "\u2067": "RIGHT-TO-LEFT ISOLATE", "\u2068": "FIRST STRONG ISOLATE",
    "\u2069": "POP DIRECTIONAL ISOLATE", "\u200b": "ZERO WIDTH SPACE", "\u200c": "ZERO WIDTH NON-JOINER",
    "\u200e": "LEFT-TO-RIGHT MARK", "\u200f": "RIGHT-TO-LEFT MARK", "\u2060": "WORD JOINER",
    "\ufeff": "ZERO WIDTH NO-BREAK SPACE", "\u00ad": "SOFT HYPHEN", "\u3164": "HANGUL FILLER",
    "\U000e0041": "TAG LATIN CAPITAL LETTER A", "\U000e007f": "CANCEL TAG",
    "\ue000": "PRIVATE USE", "\uf8ff": "PRIVATE USE", "\U000f0000": "PRIVATE USE",
    "\U0010fffd": "PRIVATE USE",
}  # fmt: skip
NAMES = [
    "辻󠄀", "葛󠄁城", "𠮷野家", "髙島屋", "﨑",
    "が", "か\u3099", "ﾊﾝｶｸ", "①㈱℡", "👨‍👩‍👧", "☂️", "נתן", "Ａ４",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_the_way_in_unchanged(name: str) -> None:
    """row 75: variation selectors, NFD and compatibility characters are kept as typed."""
    assert clean_line(name, 100) == name
    assert clean_text(name, 100) == name
    assert mark_invisible(html.escape(name)) == name


@pytest.mark.parametrize("character", CONTROLS + LONE_SURROGATES)
def test_what_cannot_be_kept_is_refused_with_its_place(character: str) -> None:
    """row 76"""
    for clean in (clean_text, clean_line):
        with pytest.raises(NotText) as refusal:
            clean("ab" + character + "c", 100)
        assert refusal.value.position == 2
        assert refusal.value.facts == {"position": 3}


def test_line_ends_become_one_kind_and_nothing_else_changes() -> None:
    assert clean_text(" a\r\nb\rc\n\td \u3000", 100) == " a\nb\nc\n\td \u3000"


def test_a_line_loses_only_the_spaces_at_its_ends() -> None:
    assert clean_line("\u3000 大阪\u3000府 \r\n", 100) == "大阪\u3000府"


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\t", "\u2028", "\u2029"])
def test_a_line_is_one_line(break_: str) -> None:
    with pytest.raises(MoreThanOneLine) as refusal:
        clean_line(f"題名{break_}続き", 100)
    assert refusal.value.position == 2


def test_too_long_says_how_long_and_how_long_it_may_be() -> None:
    assert clean_text("あ" * 5, 5) == "あ" * 5
    with pytest.raises(TooLong) as refusal:
        clean_text("あ" * 6, 5)
    assert refusal.value.facts == {"length": 6, "limit": 5}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_stored_is_stored_once(text: str) -> None:
    """row 76: cleaning what was cleaned changes nothing, and the bytes come back."""
    try:
        stored = clean_text(text, 1_000)
    except NotText:
        return
    assert clean_text(stored, 1_000) == stored
    assert stored.encode("utf-8").decode("utf-8") == stored
    assert stored == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(("character", "name"), TRAPS.items())
def test_each_invisible_character_is_named_and_marked(character: str, name: str) -> None:
    """row 75"""
    text = f"左{character}右"
    assert invisible_characters(text) == [(1, f"U+{ord(character):04X} {name}")]
    mark = f"[U+{ord(character):04X}]"
    assert f'<span class="invisible">{mark}</span>' in mark_invisible(html.escape(text))
    assert mark in shown(text)


@pytest.mark.parametrize(
    "character", "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
def test_what_turns_the_line_does_not_reach_the_page(character: str) -> None:
    """row 75"""
    assert character not in mark_invisible(character)
    assert character not in shown(character)


def test_a_joiner_is_marked_unless_it_joins_emoji() -> None:
    assert invisible_characters("👨‍👩‍👧") == []
    assert invisible_characters("大\u200d阪") == [(1, "U+200D ZERO WIDTH JOINER")]
    assert invisible_characters("👨\u200d") == [(1, "U+200D ZERO WIDTH JOINER")]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_marking_shows_exactly_what_is_listed(text: str) -> None:
    marked = mark_invisible(html.escape(text))
    assert marked.count('<span class="invisible">') == len(invisible_characters(text))


@pytest.mark.parametrize(
    ("typed_as", "unique"),
    [
        ("Taro@Example.JP", "taro@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("\u3000taro@example.jp ", "taro@example.jp"),
        ("first.last+tag@sub.example.co.jp", "first.last+tag@sub.example.co.jp"),
        ("o'neil@xn--wgv71a119e.jp", "o'neil@xn--wgv71a119e.jp"),
    ],
)
def test_one_address_has_one_form(typed_as: str, unique: str) -> None:
    """row 75"""
    assert normal_email(typed_as) == unique
    assert normal_email(unique) == unique


@pytest.mark.parametrize(
    "address",
    ["", "@", "taro", "taro@", "@example.jp", "taro@example", "a@b@example.jp", "ta ro@example.jp",
     "taro@exam ple.jp", ".taro@example.jp", "taro.@example.jp", "ta..ro@example.jp", "taro@-example.jp",
     "taro@example-.jp", "taro@example..jp", "taro@example.jp.", "taro@127.0.0.1", "taro@[127.0.0.1]",
     "t\u0430ro@example.jp", "taro@ex\u0430mple.jp", "taro\u200b@example.jp", "taro@exam\u00adple.jp",
     "ta\u202ero@example.jp", "太郎@example.jp", "taro@日本語.jp", "taro@example.jp\nBcc: x@example.jp",
     "taro@example.jp\x00", "Taro <taro@example.jp>", "taro@example.jp,hana@example.jp", '"a b"@example.jp',
     "a" * 65 + "@example.jp", "a@" + "b" * 64 + ".jp",
     "a@" + ".".join(["b" * 60] * 5) + ".jp", "a" * 100_000,
     "taro@example.jp\r\nx", "ｔａｒｏ@@example.jp", "taro@exa_mple.jp"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(address: str) -> None:
    """rows 73, 75"""
    with pytest.raises(NotAnAddress):
        normal_email(address)


@given(st.text())
def test_an_address_has_one_form_or_none(text: str) -> None:
    try:
        unique = normal_email(text + "@example.jp")
    except NotAnAddress:
        return
    assert normal_email(unique) == unique
    assert normal_email(unique.upper()) == unique


def test_search_finds_the_word_however_it_was_written() -> None:
    assert normal_search("ＩＣＴ研修") == normal_search("ict研修")
    assert normal_search("ﾊﾟﾅｿﾆｯｸ") == normal_search("パナソニック")
    assert normal_search("辻󠄀") == "辻"
    assert normal_search("大\u200b阪") == "大阪"
    assert normal_search("㈱") == "(株)"
    assert normal_search("か\u3099") == "が"


@given(st.text())
def test_the_search_form_of_a_search_form_is_itself(text: str) -> None:
    assert normal_search(normal_search(text)) == normal_search(text)


def test_bigrams_run_over_letters_of_every_script_and_stop_at_punctuation() -> None:
    assert bigrams("東京都、ICT") == ["東京", "京都", "ic", "ct"]
    assert bigrams("都 a") == []
    assert bigrams("a_b") == []
    assert bigrams("研修研修") == ["研修", "修研", "研修"]


def test_the_patterns_of_this_module_stand_adversarial_text() -> None:
    """row 68: five thousand of anything, and far more, go through every pattern that typed text meets."""
    for piece in ["a", "-", ".", "a.", "a-", "@", "\u200d", "👨\u200d", "\u202e", "[", " ", "ﷺ", "\u0345"]:
        text = piece * 5_000
        invisible_characters(text)
        bigrams(text)
        mark_invisible(text)
        for address in (text, text + "@example.jp", "a@" + text):
            with pytest.raises(NotAnAddress):
                normal_email(address)
