"""Papers as PDF: from data that is never markup, whole, and never with a gap (decision 20)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
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
    Together,
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
    Together([Details([("甲", "大阪府")]), SealBox("印"), Paragraph("確かめられます。")]),
    footer="NOT-0001　記録番号 12・指紋 abcd",
)


def streams_of(pdf: bytes) -> bytes:
    return b"".join(
        zlib.decompressobj().decompress(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S)
        if part[:1] == b"\x78"
    )


def words_on_pages(pdf: bytes) -> list[int]:
    """How many runs of letters are drawn on each page."""
    runs = [len(re.findall(rb"\bT[jJ]\b", streams_of(one))) for one in re.findall(rb"stream\r?\n.*?endstream", pdf, re.S)]
    return [count for count in runs if count]


def pages_of(pdf: bytes) -> int:
    streams = streams_of(pdf)
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


def test_a_heading_and_a_label_are_bold_also_where_the_font_has_no_bold_face():
    """Else they would be told from the text around them by their size alone; the second way of drawing text fills each
    letter and draws its line."""
    is_thick = re.compile(rb"\b2 Tr\b")
    plain = [dataclasses.replace(one, has_bold=False) for one in find_fonts()]
    bold = [dataclasses.replace(one, has_bold=True) for one in plain]
    for block in (Heading("協定の期間"), Details([("件名", "協定")]), Table(["番号"], [["1"]])):
        assert is_thick.search(streams_of(made(paper(block), fonts=plain)))
        assert not is_thick.search(streams_of(made(paper(block), fonts=bold)))
    assert not is_thick.search(streams_of(made(paper(Paragraph("本文です。")), fonts=plain)))


def test_a_bold_face_is_known_by_its_file_beside_the_regular_one(tmp_path: Path):
    (font, *_) = find_fonts()
    file = next(one for one in font.folder.iterdir() if one.suffix.lower() in {".ttf", ".otf", ".ttc"})
    for folder, faces in ((tmp_path / "one", ["Regular"]), (tmp_path / "two", ["Bold", "Regular"])):
        folder.mkdir()
        for face in faces:
            shutil.copy(file, folder / f"Own-{face}{file.suffix}")
        assert [one.has_bold for one in find_fonts(folder) if one.folder == folder] == [len(faces) == 2]


def test_what_stands_together_goes_on_upon_the_next_page_as_a_whole():
    """The foot of a receipt is never alone on a page: whoever signs stands above it."""
    foot = (Details([("甲", "大阪府")]), SealBox("印"), Paragraph("確かめられます。"))
    for lines in range(28, 44):
        body = Paragraph("行\n" * lines)
        together = made(paper(body, Together(foot)))
        if pages_of(together) > 1:
            assert words_on_pages(together)[0] == words_on_pages(made(paper(body)))[0]
            assert words_on_pages(made(paper(body, *foot)))[0] > words_on_pages(together)[0]
            return
    pytest.fail("no foot went on upon a second page")
