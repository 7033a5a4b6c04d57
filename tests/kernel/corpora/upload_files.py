"""Files made in code: sound ones, hostile ones, and ones in which something is hidden."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from PIL import ExifTags, Image, PngImagePlugin

WORD, EXCEL, SLIDES = "docx", "xlsx", "pptx"
_MAIN = {
    WORD: ("word/document.xml", "wordprocessingml.document.main+xml"),
    EXCEL: ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    SLIDES: ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def office(kind: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A small document of that kind, with `parts` added or put in place of its own."""
    main, media_type = _MAIN[kind]
    content_types = (
        f'{_DECLARATION}<Types><Override PartName="/{main}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.{media_type}"/></Types>'
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": content_types,
        "_rels/.rels": f'{_DECLARATION}<Relationships><Relationship Id="r1" Target="{main}"/></Relationships>',
        main: f"{_DECLARATION}<root><w:p><w:r><w:t>本文</w:t></w:r></w:p></root>",
        **(parts or {}),
    }
    return archive(members)


def archive(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as zip_file:
        for name, content in members.items():
            zip_file.writestr(name, content)
    return out.getvalue()


def pdf(
    body: bytes = b"<< /Type /Catalog >>", *, trailer: bytes = b"", saves: int = 1, tail: bytes = b""
) -> bytes:
    """A document that a PDF reader would open, more or less, saved so many times."""
    content = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + body + b"\nendobj\n"
    for _ in range(saves):
        at = len(content)
        content += b"xref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R " + trailer + b" >>\nstartxref\n"
        content += str(at).encode() + b"\n%%EOF\n"
    return content + tail


def stream(content: bytes, entries: bytes) -> bytes:
    """A compressed stream with its dictionary."""
    packed = zlib.compress(content)
    return (
        b"<< "
        + entries
        + b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed
        + b"\nendstream"
    )


def picture(kind: str, size: tuple[int, int] = (8, 6), **how: object) -> bytes:
    """A small picture of Pillow's `kind`, saved as `how` says."""
    out = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 60))
    image.putpixel((0, 0), (0, 0, 255))
    image.save(out, kind, **how)
    return out.getvalue()


def exif(*, location: bool = False, author: str = "", camera: str = "", orientation: int = 1) -> Image.Exif:
    """What a camera would write."""
    particulars = Image.Exif()
    if author:
        particulars[ExifTags.Base.Artist] = author
    if camera:
        particulars[ExifTags.Base.Model] = camera
    if orientation != 1:
        particulars[ExifTags.Base.Orientation] = orientation
    if location:
        where = particulars.get_ifd(ExifTags.IFD.GPSInfo)
        where[ExifTags.GPS.GPSLatitudeRef], where[ExifTags.GPS.GPSLatitude] = "N", (34.0, 41.0, 11.0)
    return particulars


def _png_text(**words: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for key, value in words.items():
        info.add_itxt(key, value)
    return info


def _moving(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "green", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def _huge_png(width: int, height: int) -> bytes:
    """A picture whose head claims so many points."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def _lying(content: bytes, name: str, size: int) -> bytes:
    """The archive with the member's unpacked size understated, in both places."""
    lie, out = struct.pack("<I", size), bytearray(content)
    for magic, offset, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := content.find(magic, at + 1)) >= 0:
            if content[at + name_at :].startswith(name.encode()):
                out[at + offset : at + offset + 4] = lie
    return bytes(out)


def _overlapping(count: int) -> bytes:
    """Many members of the directory over one and the same packed content."""
    content = office(WORD, {"word/media/a.bin": b"\0" * 1_000_000})
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", content, end + 16)[0]
    entry_at = content.rindex(b"PK\x01\x02")
    entry = content[entry_at:end]
    more = b"".join(entry.replace(b"a.bin", b"%05d" % i) for i in range(count))
    total = struct.unpack_from("<H", content, end + 10)[0] + count
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, total, total, end - start + len(more), start, 0)
    return content[:end] + more + tail


def _locked(content: bytes) -> bytes:
    """The archive with the password flag on every member."""
    out = bytearray(content)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(magic, at + 1)) >= 0:
            out[at + offset] |= 1
    return bytes(out)


_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><root>&i;</root>"
)
_OUTSIDE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
_EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\0" * 300
_ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 300
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
_HTML = b"<!DOCTYPE html><script>alert(1)</script>"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
_INNER = archive({"a.txt": "a"})


def hostile() -> Iterator[tuple[str, bytes, str]]:
    """File name, content, and the code with which it is refused."""
    # Nothing, or not what may come in
    yield "空.pdf", b"", "empty"
    yield "空.txt", b"", "empty"
    for name in (
        "a.html", "a.htm", "a.xhtml", "a.svg", "a.svgz", "a.xml", "a.js", "a.mjs", "a.exe", "a.dll", "a.bat", "a.cmd",
        "a.ps1", "a.vbs", "a.scr", "a.lnk", "a.hta", "a.jar", "a.sh", "a.py", "a.php", "a.zip", "a.7z", "a.rar", "a.gz",
        "a.lzh", "a.iso", "a.docm", "a.xlsm", "a.pptm", "a.dotx", "a.xlsb", "a.doc", "a.xls", "a.ppt", "a.rtf", "a.odt",
        "a.eml", "a.msg", "a.url", "a.swf", "a.tiff", "a.heic", "a.ico", "a.pdf.exe", "a.pdf .exe", "a.pdf\u202efdp.exe",
        "a", "a.", ".pdf", "a.ｐｄｆ", "a．pdf", "a.pdf%00.exe", "a.p\u0434f", "a.pdf;x", "a.pdf::$DATA",
    ):  # fmt: skip
        yield name, pdf(), "type_not_allowed"
    for name in (
        "",
        ".",
        "..",
        "...",
        "/",
        "\\",
        "\u202e",
        "\x00",
        " ",
        "\u3000",
        "///..",
        "a.pdf/",
        "\u200b\u2066.",
    ):
        yield name, pdf(), "name_invalid"
    # One thing by its name, another by its content
    for name in ("a.pdf", "a.docx", "a.xlsx", "a.pptx", "a.png", "a.jpg", "a.gif", "a.webp"):
        for content in (_HTML, _SVG, _EXE, _ELF, b"#!/bin/sh\n", b"just words", b"\0" * 40, _OLD):
            yield name, content, "content_mismatch"
    for name in ("a.txt", "a.md", "a.csv"):
        for content in (_HTML, b"\xef\xbb\xbf  " + _HTML, _SVG, _EXE, _ELF, b"#!/bin/sh\nrm", pdf(), _INNER, _OLD,
                        picture("PNG"), picture("GIF"), b"GIF89a/*<script>*/", b"<?php echo 1;", b"<!-- --><script>x",
                        "<script>".encode("utf-16"), b"a\x00b", b"a\x1b[2Jb", b"\xff\xfe\x00", b"\x81", b"<?xml?><x/>"):  # fmt: skip
            yield name, content, "content_mismatch"
    yield "a.png", picture("JPEG"), "content_mismatch"
    yield "a.jpg", picture("PNG"), "content_mismatch"
    yield "a.gif", picture("WEBP"), "content_mismatch"
    yield "a.pdf", picture("PNG"), "content_mismatch"
    yield "a.png", pdf(), "content_mismatch"
    yield "a.docx", pdf(), "content_mismatch"
    yield "a.docx", office(EXCEL), "content_mismatch"
    yield "a.xlsx", office(SLIDES), "content_mismatch"
    yield "a.pptx", office(WORD), "content_mismatch"
    yield "a.docx", _INNER, "content_mismatch"
    yield "a.docx", archive({"index.html": _HTML, "[Content_Types].xml": "<x/>"}), "content_mismatch"
    yield "a.docx", office(WORD, {"[Content_Types].xml": "<Types/>"}), "content_mismatch"
    # Two things at once
    for name, content in (
        ("a.pdf", pdf()),
        ("a.png", picture("PNG")),
        ("a.jpg", picture("JPEG")),
        ("a.gif", picture("GIF")),
    ):
        yield name, content + _INNER, "content_mismatch"
        yield name, content + office(WORD), "content_mismatch"
    yield "a.pdf", pdf(tail=_HTML), "content_mismatch"
    yield "a.pdf", pdf(tail=b"MZ" + b"\x90" * 50), "content_mismatch"
    yield "a.pdf", b"%PDF-1.4\n<script>alert(1)</script>\n" + pdf(), "content_mismatch"
    yield "a.pdf", b"GIF89a" + pdf(), "content_mismatch"
    yield "a.pdf", b"\n" + pdf(), "content_mismatch"
    yield "a.pdf", b"%PDF-1.4\nPK\x03\x04" + pdf(), "content_mismatch"
    yield (
        "a.gif",
        picture("GIF")[:13] + b"<script>alert(1)</script>" + picture("GIF")[13:],
        "content_mismatch",
    )
    yield "a.png", picture("PNG", pnginfo=_png_text(a="<script>alert(1)</script>")), "content_mismatch"
    yield "a.jpg", picture("JPEG", comment=b"<?php system($_GET[1]);"), "content_mismatch"
    yield "a.docx", office(WORD) + _HTML, "content_mismatch"
    yield "a.docx", _HTML + office(WORD), "content_mismatch"
    yield "a.docx", _EXE + office(WORD), "content_mismatch"
    yield "a.docx", b"PK\x03\x04" + b"\0" * 100 + office(WORD), "corrupt"
    # Programs and archives inside
    for inside in (
        "word/vbaProject.bin",
        "word/a.exe",
        "word/embeddings/a.exe",
        "word/afchunk.htm",
        "word/a.JS",
        "a.hta",
    ):
        yield "a.docx", office(WORD, {inside: b"x"}), "content_mismatch"
    yield "a.docx", office(WORD, {"word/embeddings/oleObject1.bin": _EXE}), "content_mismatch"
    yield "a.docx", office(WORD, {"word/media/a.bin": _ELF}), "content_mismatch"
    macro = '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    yield "a.docx", office(WORD, {"[Content_Types].xml": macro}), "content_mismatch"
    for inside, content in (("word/a.zip", b"x"), ("word/a.docx", office(WORD)), ("a.7z", b"x"), ("word/media/a.bin", _INNER),
                            ("word/embeddings/a.bin", _INNER), ("a.jar", b"x"), ("word/embeddings/a.zip", _INNER),
                            ("word/media/a.png", b"7z\xbc\xaf\x27\x1c" + b"\0" * 50), ("x.bin", b"\x1f\x8b\x08" + b"\0" * 50),
                            ("x.bin", b"Rar!\x1a\x07\x00" + b"\0" * 50), ("x.dat", b"BZh91AY&SY" + b"\0" * 50)):  # fmt: skip
        yield "a.docx", office(WORD, {inside: content}), "nested_archive"
    # XML that would do something if it were parsed
    yield "a.docx", office(WORD, {"word/document.xml": _LAUGHS}), "content_mismatch"
    yield "a.docx", office(WORD, {"word/document.xml": _OUTSIDE}), "content_mismatch"
    yield "a.xlsx", office(EXCEL, {"xl/sharedStrings.xml": _LAUGHS}), "content_mismatch"
    yield "a.docx", office(WORD, {"word/document.xml": " " * 3_000_000 + _OUTSIDE}), "content_mismatch"
    yield "a.docx", office(WORD, {"docProps/core.xml": _LAUGHS.encode("utf-16")}), "content_mismatch"
    yield "a.docx", office(WORD, {"docProps/core.xml": _LAUGHS.encode("utf-16-le")}), "content_mismatch"
    yield (
        "a.docx",
        office(WORD, {"docProps/core.xml": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-'}),
        "content_mismatch",
    )
    # Too much when unpacked
    yield "a.docx", office(WORD, {"word/media/zeros.bin": b"\0" * 30_000_000}), "archive_too_big"
    yield (
        "a.docx",
        office(WORD, {f"word/media/{i}.bin": b"\0" * 3_000_000 for i in range(10)}),
        "archive_too_big",
    )
    yield "a.xlsx", office(EXCEL, {f"xl/{i}.xml": "" for i in range(5_000)}), "archive_too_big"
    yield "a.docx", _overlapping(15), "corrupt"
    yield "a.docx", _overlapping(30_000), "archive_too_big"
    bomb = office(WORD, {"word/media/zeros.bin": b"\0" * 30_000_000})
    yield "a.docx", _lying(bomb, "word/media/zeros.bin", 10), "corrupt"
    yield "a.docx", _lying(bomb, "word/media/zeros.bin", 19_000_000), "corrupt"
    yield "a.pdf", pdf(stream(b"\0" * 30_000_000, b"/Type /ObjStm")), "archive_too_big"
    yield "a.png", _huge_png(60_000, 60_000), "too_large"
    yield "a.png", _huge_png(9_000, 9_000), "too_large"
    yield "a.png", _huge_png(2**31 - 1, 2**31 - 1), "too_large"
    yield "a.txt", b"a" * 20_000_001, "too_large"
    yield "a.pdf", pdf(tail=b"\n" * 20_000_000), "too_large"
    # Locked
    yield "a.docx", _OLD + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100, "encrypted"
    yield "a.xlsx", _locked(office(EXCEL)), "encrypted"
    yield "a.pdf", pdf(trailer=b"/Encrypt 9 0 R"), "encrypted"
    yield "a.pdf", pdf(trailer=b"/#45ncrypt 9 0 R"), "encrypted"
    # Broken
    whole = office(WORD)
    yield "a.docx", whole[:-10], "corrupt"
    yield "a.docx", whole[: len(whole) // 2], "corrupt"
    yield "a.docx", b"PK\x03\x04" + b"\0" * 500, "corrupt"
    yield "a.docx", whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:], "corrupt"
    for path in (
        "../../etc/passwd",
        "/etc/passwd",
        "word\\..\\x.xml",
        "C:/x.xml",
        "word/../../x",
        "word//x",
        "a\x00b.xml",
    ):
        yield "a.docx", _renamed(path), "corrupt"
    yield "a.docx", office(WORD, {"WORD/document.xml": "<x/>"}), "corrupt"
    yield "a.docx", _compressed_otherwise(zipfile.ZIP_BZIP2), "corrupt"
    yield "a.docx", _compressed_otherwise(zipfile.ZIP_LZMA), "corrupt"
    yield "a.pdf", b"%PDF-1.7\nnothing more", "corrupt"
    yield "a.pdf", pdf()[:-8], "corrupt"
    yield "a.png", picture("PNG")[:20], "corrupt"
    broken = bytearray(picture("PNG"))
    broken[45] ^= 0xFF
    yield "a.png", bytes(broken), "corrupt"
    yield "a.jpg", picture("JPEG")[:30], "corrupt"
    yield "a.webp", picture("WEBP")[:20], "corrupt"
    yield "a.gif", _moving("GIF"), "content_mismatch"
    yield "a.png", _moving("PNG"), "content_mismatch"
    yield "a.webp", _moving("WEBP"), "content_mismatch"


def _renamed(path: str) -> bytes:
    """A document with a member of that very name, whatever a library would make of it."""
    holder = "x" * len(path.encode())
    return office(WORD, {holder: b"x"}).replace(holder.encode(), path.encode())


def _compressed_otherwise(compression: int) -> bytes:
    members = {"[Content_Types].xml": b"wordprocessingml.document.main+xml", "word/document.xml": b"<x/>"}
    return archive(members, compression)


def _rels(target: str, kind: str, mode: str = "External") -> str:
    where = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/" + kind
    return f'<Relationships><Relationship Id="r" Type="{where}" Target="{target}" TargetMode="{mode}"/></Relationships>'


def hidden() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """File name, content, and every finding: its code and what stands beside it."""
    core = "<cp:coreProperties><dc:creator>府 太郎</dc:creator><cp:lastModifiedBy>A &amp; B</cp:lastModifiedBy></cp:coreProperties>"
    yield "著者.docx", office(WORD, {"docProps/core.xml": core}), {"author": "府 太郎、A & B"}
    yield (
        "会社.xlsx",
        office(EXCEL, {"docProps/app.xml": "<Company>某社</Company><Manager>長</Manager>"}),
        {"organisation": "某社、長"},
    )
    yield (
        "独自.docx",
        office(WORD, {"docProps/custom.xml": "<p><property name='x'/></p>"}),
        {"custom_properties": ""},
    )
    yield (
        "独自2.docx",
        office(WORD, {"customXml/item1.xml": "<r><case>123</case></r>"}),
        {"custom_properties": ""},
    )
    body = '<w:document><w:ins w:id="1" w:author="甲">新</w:ins><w:del w:id="2" w:author="乙">旧</w:del></w:document>'
    yield "履歴.docx", office(WORD, {"word/document.xml": body}), {"tracked_changes": "", "author": "甲、乙"}
    moved = '<w:document><w:moveFrom w:id="1" w:author="丙">x</w:moveFrom></w:document>'
    yield "移動.docx", office(WORD, {"word/document.xml": moved}), {"tracked_changes": ""}
    far = f'<d>{"あ" * 700_000}<w:del w:author="甲">x</w:del></d>'
    yield "遠く.docx", office(WORD, {"word/document.xml": far}), {"tracked_changes": "", "author": "甲"}
    other_prefix = '<d xmlns:q="x"><q:del q:author="甲">x</q:del></d>'
    yield (
        "別の接頭辞.docx",
        office(WORD, {"word/document.xml": other_prefix}),
        {"tracked_changes": "", "author": "甲"},
    )
    yield "脚注.docx", office(WORD, {"word/footnotes.xml": body}), {"tracked_changes": "", "author": "甲、乙"}
    yield (
        "隠し.docx",
        office(WORD, {"word/document.xml": "<d><w:rPr><w:vanish/></w:rPr></d>"}),
        {"hidden_text": ""},
    )
    yield (
        "隠し2.docx",
        office(WORD, {"word/header1.xml": '<d><w:vanish w:val="1"/></d>'}),
        {"hidden_text": ""},
    )
    note = '<w:comments><w:comment w:id="0" w:author="乙">内密</w:comment></w:comments>'
    yield "コメント.docx", office(WORD, {"word/comments.xml": note}), {"comments": "", "author": "乙"}
    yield "縮小.pptx", office(SLIDES, {"docProps/thumbnail.jpeg": picture("JPEG")}), {"thumbnail": ""}
    yield (
        "外.docx",
        office(
            WORD, {"word/_rels/settings.xml.rels": _rels("https://evil.example/t.dotm", "attachedTemplate")}
        ),
        {"external_content": "https://evil.example/t.dotm"},
    )
    sheets = '<workbook><sheet name="表" sheetId="1"/><sheet name="裏" sheetId="2" state="hidden"/><sheet state="veryHidden" name="奥"/></workbook>'
    yield "隠しシート.xlsx", office(EXCEL, {"xl/workbook.xml": sheets}), {"hidden_sheets": "裏、奥"}
    yield (
        "隠し行.xlsx",
        office(EXCEL, {"xl/worksheets/sheet1.xml": '<row r="2" hidden="1"><c/></row>'}),
        {"hidden_rows": ""},
    )
    yield (
        "隠し列.xlsx",
        office(EXCEL, {"xl/worksheets/sheet1.xml": '<col min="2" hidden="true"/>'}),
        {"hidden_rows": ""},
    )
    yield "メモ.xlsx", office(EXCEL, {"xl/comments1.xml": "<authors><author>甲</author></authors><comment ref='A1'/>"}), {
        "comments": "", "author": "甲"
    }  # fmt: skip
    thread = {
        "xl/threadedComments/t1.xml": "<threadedComment>x</threadedComment>",
        "xl/persons/person.xml": '<person displayName="乙"/>',
    }
    yield "会話.xlsx", office(EXCEL, thread), {"comments": "", "author": "乙"}
    yield (
        "外部参照.xlsx",
        office(EXCEL, {"xl/externalLinks/externalLink1.xml": "<x/>"}),
        {"external_content": ""},
    )
    yield "接続.xlsx", office(EXCEL, {"xl/connections.xml": "<x/>"}), {"external_content": ""}
    yield "共有.xlsx", office(EXCEL, {"xl/revisions/revisionLog1.xml": "<x/>"}), {"tracked_changes": ""}
    yield "埋込.docx", office(WORD, {"word/embeddings/表.xlsx": office(EXCEL)}), {"embedded_file": "表.xlsx"}
    yield (
        "ノート.pptx",
        office(SLIDES, {"ppt/notesSlides/notesSlide1.xml": "<n><a:t>内密</a:t></n>"}),
        {"speaker_notes": ""},
    )
    yield (
        "非表示.pptx",
        office(SLIDES, {"ppt/slides/slide2.xml": '<p:sld xmlns:p="x" show="0"/>'}),
        {"hidden_slides": ""},
    )
    talk = {
        "ppt/comments/comment1.xml": "<p:cm>x</p:cm>",
        "ppt/commentAuthors.xml": '<p:cmAuthor id="0" name="甲"/>',
    }
    yield "意見.pptx", office(SLIDES, talk), {"comments": "", "author": "甲"}
    photo = picture("JPEG", exif=exif(location=True, camera="X100"))
    yield (
        "写真入り.docx",
        office(WORD, {"word/media/image1.jpeg": photo}),
        {"photo_location": "", "photo_metadata": "X100"},
    )
    # Pictures
    yield "場所.jpg", photo, {"photo_location": "", "photo_metadata": "X100"}
    yield "撮影者.jpeg", picture("JPEG", exif=exif(author="Taro")), {"author": "Taro", "photo_metadata": ""}
    yield (
        "場所.png",
        picture("PNG", exif=exif(location=True, camera="X100")),
        {"photo_location": "", "photo_metadata": "X100"},
    )
    yield "場所.webp", picture("WEBP", exif=exif(location=True)), {"photo_location": ""}
    yield "注.jpg", picture("JPEG", comment="内密".encode()), {"image_text": "comment: 内密"}
    yield "注.png", picture("PNG", pnginfo=_png_text(Author="Hanako")), {"image_text": "Author: Hanako"}
    yield "注.gif", picture("GIF", comment=b"secret"), {"image_text": "comment: secret"}
    yield (
        "XMP.png",
        picture("PNG", pnginfo=_png_text(**{"XML:com.adobe.xmp": "<x/>"})),
        {"photo_metadata": "XMP"},
    )
    yield "続き.jpg", picture("JPEG") + b"hidden words behind the picture", {"trailing_data": ""}
    yield "続き.png", picture("PNG") + b"hidden words behind the picture", {"trailing_data": ""}
    # PDF
    yield "著者.pdf", pdf(trailer=b"/Info << /Author (Taro \\(Fu\\)) >>"), {"author": "Taro (Fu)"}
    utf16 = ("\ufeff府 太郎".encode("utf-16-be")).hex().encode()
    yield "著者2.pdf", pdf(trailer=b"/Info << /Author <" + utf16 + b"> >>"), {"author": "府 太郎"}
    packed = stream(b"<< /Author (Packed) /S /JavaScript >>", b"/Type /ObjStm /N 1")
    yield "詰めた.pdf", pdf(packed), {"author": "Packed", "pdf_javascript": ""}
    xmp = "<dc:creator><rdf:Seq><rdf:li>某氏</rdf:li></rdf:Seq></dc:creator>".encode()
    yield "XMP.pdf", pdf(stream(xmp, b"/Type /Metadata /Subtype /XML")), {"author": "某氏"}
    yield "上書き.pdf", pdf(saves=3), {"pdf_earlier_versions": "2"}
    yield (
        "JS.pdf",
        pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"),
        {"pdf_javascript": "", "pdf_action": ""},
    )
    yield "JS2.pdf", pdf(b"<< /S /J#61vaScript >>"), {"pdf_javascript": ""}
    yield "XFA.pdf", pdf(b"<< /AcroForm << /XFA 5 0 R >> >>"), {"pdf_javascript": ""}
    yield "起動.pdf", pdf(b"<< /A << /S /Launch /F (cmd.exe) >> >>"), {"pdf_action": ""}
    yield "添付.pdf", pdf(b"<< /Names << /EmbeddedFiles 5 0 R >> >>"), {"embedded_file": ""}
    yield "注釈.pdf", pdf(b"<< /Type /Annot /Subtype /Text /Contents (x) >>"), {"comments": ""}
    # Text
    yield "式.csv", "名称,値\n計,=SUM(A1)\n".encode(), {"formulas": ""}
    yield "式2.csv", "名称,値\n計,＝cmd|x\n".encode("cp932"), {"formulas": ""}
    yield "式3.csv", b'a\n"@x"\n+cmd\n', {"formulas": ""}
    yield "見えない.txt", "左\u202e右".encode(), {"invisible_characters": "U+202E RIGHT-TO-LEFT OVERRIDE"}
    yield "見えない.md", "左\u200b右".encode("utf-16"), {"invisible_characters": "U+200B ZERO WIDTH SPACE"}


def sound() -> Iterator[tuple[str, bytes]]:
    """Files of the office in which there is nothing to remark."""
    yield "提案.pdf", pdf()
    yield "線形.pdf", pdf(b"<< /Linearized 1 >>", saves=2)
    yield "ページへ.pdf", pdf(b"<< /OpenAction [3 0 R /FitH null] >>")
    yield "偶然.pdf", pdf(b"<< /Length 40 >>\nstream\n/JavaScript /Encrypt /Launch startxref 1\nendstream")
    for kind in (WORD, EXCEL, SLIDES):
        yield f"書類.{kind}", office(kind)
        yield f"書類.{kind.upper()}", office(kind)
    yield (
        "リンク.docx",
        office(WORD, {"word/_rels/document.xml.rels": _rels("https://example.jp/", "hyperlink")}),
    )
    yield (
        "内側.docx",
        office(WORD, {"word/_rels/document.xml.rels": _rels("media/a.png", "image", "Internal")}),
    )
    yield (
        "絵.docx",
        office(
            WORD,
            {
                "word/media/a.png": picture("PNG"),
                "word/media/b.svg": _SVG,
                "word/media/c.jpg": picture("JPEG"),
            },
        ),
    )
    yield "消した.docx", office(WORD, {"word/document.xml": '<d><w:vanish w:val="0"/><w:insideH/></d>'})
    yield "絵.png", picture("PNG")
    yield "絵.jpg", picture("JPEG")
    yield "絵.jpeg", picture("JPEG", progressive=True)
    yield "絵.gif", picture("GIF")
    yield "絵.webp", picture("WEBP")
    yield "余白.jpg", picture("JPEG") + b"\0\0\0"
    yield "向き.jpg", picture("JPEG", exif=exif(orientation=6))
    yield "文.txt", "本文\r\n\t二行目\n".encode()
    yield "文.md", "# 見出し\n\n本文 <b>太字</b> <script>x</script>\n".encode()
    yield "表.csv", "\ufeff名称,値\n研修,-5\n会場,+81-6-6941-0351\n".encode()
    yield "昔.csv", "名称,値\n髙島屋①,５\n".encode("cp932")
    yield "昔.txt", "本文".encode("utf-16")
    yield "BMの話.txt", b"BM25 is a ranking function; MZ is a prefix."
    yield "辻󠄀.txt", "辻󠄀さん👨‍👩‍👧".encode()
