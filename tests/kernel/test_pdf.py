"""Papers as PDF: from data that is never markup, whole, and never with a gap (decision 20)."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from pathlib import Path

import pytest

from portal.kernel.pdf import (
    Details,
    Heading,
    MissingGlyphs,
    NoFont,
    Paper,
    Paragraph,
    Quotation,
    SealBox,
    Space,
    Table,
    _plain,
    find_fonts,
    made,
)

AT = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)
HOSTILE = '#import "x" *太字* $x^2$ `code` \\ <label> @ref // /* */ [a](b) {{ }} = 見出し'


def paper(*blocks, **more):
    return Paper(title="協定の終了について", blocks=blocks, made_at=AT, **more)


EVERYTHING = paper(
    Paragraph("デ戦第1号\n令和８年11月29日", "right"),
    SealBox("公印"),
    Heading("協定を更新しない旨の意思表示について", 1),
    Paragraph("本文です。" * 300),
    Quotation("第４条　本協定の有効期間は、締結日より１年間とする。"),
    Details([("件名", "協定"), ("期限", "令和8年（2026年）9月7日（月）\n初日不算入")]),
    Table(
        ["現行", "変更案"],
        [[[("１か月前", "removed"), ("まで", "same")], [("３か月前", "added"), ("まで", "same")]], ["甲", "乙"]],
        [1, 2],
    ),
    Table(["一", "二", "三"], [["1", "2", "3"]]),
    Space(2),
    footer="NOT-0001　記録番号 12・指紋 abcd",
)


def pages_of(pdf: bytes) -> int:
    streams = b"".join(
        zlib.decompressobj().decompress(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S)
        if part[:1] == b"\x78"
    )
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf + streams))


def test_every_kind_of_block_makes_a_paper_that_is_fit_to_be_kept_and_read_aloud():
    pdf = made(EVERYTHING)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in pdf and b"pdfuaid:part" in pdf
    assert pages_of(pdf) >= 2


def test_the_same_data_makes_the_same_bytes():
    assert made(EVERYTHING) == made(EVERYTHING)


@pytest.mark.parametrize(
    "block",
    [Paragraph(HOSTILE), Heading(HOSTILE), Quotation(HOSTILE), Details([(HOSTILE, HOSTILE)]), SealBox(HOSTILE),
     Table([HOSTILE], [[HOSTILE], [[(HOSTILE, "added")]]])],
)  # fmt: skip
def test_no_words_are_markup(block):
    assert made(paper(block, footer=HOSTILE)).startswith(b"%PDF")


def test_a_character_that_no_font_has_is_named_and_nothing_is_printed():
    with pytest.raises(MissingGlyphs) as refused:
        made(paper(Details([("氏名", "\U000313c0\u0e01さん")])))
    assert "U+313C0" in str(refused.value.facts["characters"])


def test_marks_that_need_no_glyph_are_none_that_is_missing():
    assert made(paper(Paragraph("辻\U000e0100\u200b\u3000本　文\n"))).startswith(b"%PDF")


def test_a_font_in_a_folder_of_ones_own_comes_first():
    (font, *_) = find_fonts()
    own = find_fonts(font.folder)
    assert own[0].family == font.family


def test_without_a_font_it_says_what_to_do():
    with pytest.raises(NoFont):
        made(EVERYTHING, fonts=[])


def test_fonts_are_looked_for_once(tmp_path: Path):
    assert find_fonts(tmp_path) == find_fonts()
    assert find_fonts() is find_fonts()


def test_a_row_goes_on_upon_the_next_page_only_if_it_cannot_stand_on_one():
    tall = ["長い文面です。" * 400, "乙"]
    table = next(one for one in _plain(paper(Table(["一", "二"], [["甲", "乙"], tall])), ())["blocks"])
    assert table["breaks"] == [False, True]
    assert pages_of(made(paper(Table(["一", "二"], [["甲", "乙"], tall])))) > 1, "nothing of it is cut off"
