"""Looks at PDF documents, without drawing them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import IO

from portal.kernel.uploads.findings import Found, UploadRefused
from portal.kernel.uploads.heads import HEAD

_PDF_AUTHOR = re.compile(rb"/Author\s*(\((?:[^)\\]|\\.){0,400}\)|<[0-9A-Fa-f\s]{0,1600}>)", re.DOTALL)
_XMP_CREATOR = re.compile(rb"<dc:creator>.{0,200}?<rdf:li[^<>]{0,100}>([^<]{1,200})<", re.DOTALL)
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_UNPACKED = 20_000_000
_PDF_SIGNS = {
    "pdf_javascript": re.compile(rb"/(?:JavaScript|JS|XFA)(?![A-Za-z0-9])"),
    "pdf_action": re.compile(rb"/(?:OpenAction(?!\s*\[)|AA|Launch|SubmitForm|ImportData)(?![A-Za-z0-9])"),
    "embedded_file": re.compile(rb"/(?:EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])"),
    "comments": re.compile(rb"/Subtype\s*/(?:Text|FreeText|Highlight|StrikeOut|Ink|Popup)(?![A-Za-z0-9])"),
}


def look_at_pdf(file: IO[bytes], found: Found) -> None:
    """The file is a PDF and nothing besides, without a password. Raises UploadRefused."""
    file.seek(0)
    data = file.read()
    end = data.rfind(b"%%EOF")
    if not re.match(rb"%PDF-[0-9]\.[0-9]", data):
        raise UploadRefused("content_mismatch", "not a PDF")
    if end < 0 or b"startxref" not in data:
        raise UploadRefused("corrupt", "no end")
    if data[end + 5 :].strip(b"\x00\t\n\x0c\r ") or _is_other_file(data):
        raise UploadRefused("content_mismatch", "more than a PDF")
    saves = 0
    for piece in _pdf_pieces(data):
        plain = _NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), piece)
        saves += len(re.findall(rb"startxref\s+[0-9]", piece))
        if re.search(rb"/Encrypt(?![A-Za-z0-9])", plain):
            raise UploadRefused("encrypted")
        for code, sign in _PDF_SIGNS.items():
            if sign.search(plain):
                found.add(code)
        for author in _PDF_AUTHOR.findall(piece):
            if words := _pdf_words(author):
                found.add("author", words)
        for creator in _XMP_CREATOR.findall(piece):
            found.add("author", creator.decode("utf-8", "replace"))
    saves -= 1 if b"/Linearized" in data[:2_048] else 0
    if saves > 1:
        found.add("pdf_earlier_versions", str(saves - 1))


def _is_other_file(data: bytes) -> bool:
    """Whether another kind of file begins in the head of a PDF, where some readers look for one."""
    return any(
        magic in data[:HEAD]
        for magic in (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"\xd0\xcf\x11\xe0")
    )


def _pdf_pieces(data: bytes) -> Iterator[bytes]:
    """What is written outside the streams; then object streams and XMP, unpacked up to a bound."""
    outside, at, unpacked = [], 0, 0
    for begin in re.finditer(rb"stream\r?\n", data):
        if begin.start() < at:
            continue
        end = data.find(b"endstream", begin.end())
        if end < 0:
            break
        outside.append(data[at : begin.start()])
        head = data[max(at, begin.start() - 2_000) : begin.start()]
        if b"/ObjStm" in head or b"/XML" in head:
            content = data[begin.end() : end]
            if b"/Fl" in head:  # FlateDecode, by its long or its short name
                content = _inflated(content, _PDF_UNPACKED - unpacked)
            unpacked += len(content)
            yield content
        at = end + len(b"endstream")
    outside.append(data[at:])
    yield b"".join(outside)


def _inflated(content: bytes, limit: int) -> bytes:
    if limit <= 0:
        raise UploadRefused("archive_too_big")
    try:
        inflater = zlib.decompressobj()
        result = inflater.decompress(content, limit)
    except zlib.error:
        return b""
    if inflater.unconsumed_tail:
        raise UploadRefused("archive_too_big")
    return result


def _pdf_words(written: bytes) -> str:
    if written.startswith(b"<"):
        digits = re.sub(rb"\s", b"", written[1:-1])
        content = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        content = re.sub(rb"\\([0-7]{1,3})", lambda octal: bytes([int(octal[1], 8) & 255]), written[1:-1])
        content = re.sub(rb"\\(.)", rb"\1", content, flags=re.DOTALL)
    if content.startswith(b"\xfe\xff"):
        return content[2:].decode("utf-16-be", "replace")
    return content.decode("utf-8" if content.startswith(b"\xef\xbb\xbf") else "latin-1", "replace")
