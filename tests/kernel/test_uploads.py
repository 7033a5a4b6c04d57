"""A file comes in only as what it is, and what lies hidden in it is said before anybody else sees it."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.kernel.uploads import (
    FINDINGS,
    MEDIA_TYPES,
    REFUSALS,
    Finding,
    Limits,
    UploadRefused,
    inspect,
    safe_file_name,
    strip_image,
)
from tests.kernel.corpora import upload_files as corpus

SMALL = Limits(unpacked=20_000_000)
HOSTILE = list(corpus.hostile())
HIDDEN = list(corpus.hidden())
SOUND = list(corpus.sound())


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


def test_the_corpora_are_as_large_as_promised() -> None:
    """rows 17, 82"""
    assert len(HOSTILE) >= 60
    assert len(HIDDEN) >= 20
    assert {code for _, _, code in HOSTILE} == set(REFUSALS)
    assert {code for _, _, findings in HIDDEN for code in findings} == set(FINDINGS)


@pytest.mark.parametrize("part", range(8))
def test_a_hostile_file_is_refused_for_what_it_is(incoming: Path, part: int) -> None:
    """rows 79, 81-83"""
    for name, content, code in HOSTILE[part::8]:
        incoming.write_bytes(content)
        with pytest.raises(UploadRefused) as refusal:
            taken = inspect(incoming, name, limits=SMALL)
            raise AssertionError((name, content[:60], code, taken))
        assert refusal.value.code == code, (name, content[:60], code, refusal.value)
        assert refusal.value.sentence == REFUSALS[code]


@pytest.mark.parametrize(("name", "content", "findings"), HIDDEN, ids=[name for name, _, _ in HIDDEN])
def test_what_is_hidden_is_listed_and_nothing_else(
    incoming: Path, name: str, content: bytes, findings: dict[str, str]
) -> None:
    """row 17"""
    incoming.write_bytes(content)
    listed = inspect(incoming, name).findings
    assert {finding.code: finding.detail for finding in listed} == findings
    assert incoming.read_bytes() == content  # never altered: that would break its digest


@pytest.mark.parametrize(("name", "content"), SOUND, ids=[name for name, _ in SOUND])
def test_a_file_of_the_office_comes_in_without_remark(incoming: Path, name: str, content: bytes) -> None:
    incoming.write_bytes(content)
    taken = inspect(incoming, name)
    assert taken.findings == ()
    assert taken.file_name == name
    assert taken.media_type == MEDIA_TYPES[taken.extension]


def test_a_bomb_takes_little_memory(incoming: Path) -> None:
    """row 81: less than 64 MB, however much it would unpack to."""
    contents = [content for name, content, code in HOSTILE if code == "archive_too_big" and "docx" in name]
    contents.append(corpus.office(corpus.WORD, {"word/document.xml": "<w:t>" + " " * 60_000_000}))
    for content in contents:
        incoming.write_bytes(content)
        tracemalloc.start()
        try:
            inspect(incoming, "a.docx", limits=Limits(unpacked=50_000_000))
        except UploadRefused:
            pass
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 64_000_000


def test_limits_are_the_callers(incoming: Path) -> None:
    """row 80"""
    incoming.write_bytes(b"12345")
    assert inspect(incoming, "a.txt", limits=Limits(bytes=5)).extension == "txt"
    with pytest.raises(UploadRefused, match="too_large"):
        inspect(incoming, "a.txt", limits=Limits(bytes=4))


@pytest.mark.parametrize("kind", ["jpg", "png", "gif", "webp"])
def test_a_stripped_image_is_the_same_picture_and_nothing_besides(incoming: Path, kind: str) -> None:
    """row 17"""
    for name, content, _ in HIDDEN:
        if not name.endswith(kind):
            continue
        incoming.write_bytes(content)
        stripped = strip_image(incoming)
        with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(stripped)) as after:
            assert after.size == before.size
            assert after.format == before.format
            pixel, other = before.convert("RGB").getpixel((5, 4)), after.convert("RGB").getpixel((5, 4))
            assert isinstance(pixel, tuple) and isinstance(other, tuple)
            assert all(abs(one - two) < 24 for one, two in zip(pixel, other, strict=True))
        incoming.write_bytes(stripped)
        assert inspect(incoming, f"a.{kind}").findings == ()


def test_a_stripped_photograph_stands_upright(incoming: Path) -> None:
    incoming.write_bytes(corpus.picture("JPEG", exif=corpus.exif(orientation=6, camera="X")))
    with Image.open(io.BytesIO(strip_image(incoming))) as upright:
        assert upright.size == (6, 8)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_mode_of_picture_can_be_stripped(incoming: Path, mode: str) -> None:
    picture = Image.new(mode, (5, 4))
    kind = "JPEG" if mode == "CMYK" else "PNG"
    picture.save(incoming, kind, **({"transparency": 0} if mode == "P" else {}))
    with Image.open(io.BytesIO(strip_image(incoming))) as stripped:
        assert stripped.size == (5, 4)
        assert ("transparency" in stripped.info) == (mode == "P")


@pytest.mark.parametrize(
    "content", [b"", b"words", corpus.pdf(), corpus.picture("JPEG")[:200], corpus.picture("PNG")[:50]]
)
def test_what_cannot_be_drawn_is_refused_and_not_a_fault(incoming: Path, content: bytes) -> None:
    incoming.write_bytes(content)
    with pytest.raises(UploadRefused):
        strip_image(incoming)


NAMES = {
    "協定書（案）.docx": "協定書（案）.docx",
    "辻\U000e0100さん.pdf": "辻\U000e0100さん.pdf",
    "か\u3099いよう.txt": "がいよう.txt",
    "神\ufa19社.txt": "神\ufa19社.txt",
    "../../etc/passwd": "passwd",
    "C:\\Users\\taro\\資料.pdf": "資料.pdf",
    "\\\\server\\share\\a.pdf": "a.pdf",
    "a\x00b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x.pdf": "aSet-Cookie_ x.pdf",
    'a"b;c.pdf': "a_b;c.pdf",
    "\u202efdp.exe": "fdp.exe",
    "a\u2066\u200b\ufeffb.pdf": "ab.pdf",
    "CON": "_CON",
    "con.pdf": "_con.pdf",
    "nul.tar.pdf": "_nul.tar.pdf",
    "COM¹.txt": "_COM¹.txt",
    "aux .txt": "_aux .txt",
    "console.pdf": "console.pdf",
    "a.pdf...": "a.pdf",
    "a.pdf ": "a.pdf",
    "  a.pdf": "a.pdf",
    ".htaccess": "htaccess",
    "a<b>c|d?e*f:g.pdf": "a_b_c_d_e_f_g.pdf",
    "a.pdf::$DATA": "a.pdf__$DATA",
    "①㈱髙﨑ﾊﾝｶｸ.xlsx": "①㈱髙﨑ﾊﾝｶｸ.xlsx",
    "%2e%2e%2fx.pdf": "%2e%2e%2fx.pdf",
    "=cmd|x.csv": "=cmd_x.csv",
    "\ud800a.pdf": "a.pdf",
}


@pytest.mark.parametrize(("sent", "shown"), NAMES.items())
def test_a_name_is_shown_without_what_could_do_harm(sent: str, shown: str) -> None:
    """rows 74, 75, 83"""
    assert safe_file_name(sent) == shown
    assert safe_file_name(shown) == shown


@pytest.mark.parametrize(
    "stem", ["あ" * 300, "a" * 300, "辻\U000e0100" * 60, "か\u3099" * 200, "🏴" * 90, "x" + "神\ufe00" * 90]
)
def test_a_long_name_is_cut_between_characters_and_keeps_its_ending(stem: str) -> None:
    """row 83"""
    name = safe_file_name(stem + ".docx")
    assert name.endswith(".docx")
    assert 240 < len(name.encode()) <= 255
    kept = name.removesuffix(".docx")
    assert kept + safe_file_name(stem)[len(kept) :] == safe_file_name(stem)
    assert stem.replace("か\u3099", "が")[len(kept) :][:1] not in ("\U000e0100", "\u3099", "\ufe00")


@given(st.text())
def test_every_name_becomes_a_safe_one_or_none(sent: str) -> None:
    """rows 74, 75, 83"""
    try:
        name = safe_file_name(sent)
    except UploadRefused as refusal:
        assert refusal.code == "name_invalid"
        return
    assert 0 < len(name.encode("utf-8")) <= 255
    assert not set(name) & set('/\\<>:"|?*\r\n\t\x00\u202e\u2066\u200b')
    assert name.isprintable() or any(
        0xE000 <= ord(c) or c in "\u3000\xa0" or not c.isprintable() for c in name
    )
    assert not name.startswith((" ", ".")) and not name.endswith((" ", "."))
    assert safe_file_name(name) == name


def test_every_code_has_its_sentence() -> None:
    for code in REFUSALS:
        refusal = UploadRefused(code, "20 MB")
        assert refusal.sentence % refusal.facts
    for code in FINDINGS:
        assert "%" not in Finding(code, "x").sentence


@pytest.mark.parametrize(
    "piece",
    [b"/Author ", b"/Author(", b"stream\n", b"endstream", b"<dc:creator>", b"startxref ", b"#4", b"<"],
)
def test_awkward_documents_are_looked_at_in_bounded_work(incoming: Path, piece: bytes) -> None:
    """row 68: half a megabyte of what each pattern begins with."""
    incoming.write_bytes(corpus.pdf(piece * (500_000 // len(piece))))
    inspect(incoming, "a.pdf")
    for name in ("word/document.xml", "word/_rels/a.rels", "customXml/item1.xml"):
        for start in (b"<w:ins ", b"<Relationship ", b"<w:vanish", b"<", b'<w:comment w:author="'):
            incoming.write_bytes(corpus.office(corpus.WORD, {name: start * (200_000 // len(start))}))
            inspect(incoming, "a.docx")
