"""Looks at documents of Word, Excel and PowerPoint, without parsing their XML."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import IO

from PIL import Image

from portal.kernel.uploads.findings import Found, Limits, UploadRefused
from portal.kernel.uploads.heads import HEAD, end_of_archive, kind_of, read_at
from portal.kernel.uploads.images import list_metadata

_MAIN_PART = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", b"presentationml.presentation.main+xml"),
}
_CONTENTS = "[Content_Types].xml"
_WINDOW = 1 << 20
_OVERLAP = 4_096
_PHOTO = 5_000_000
_XML = (".xml", ".rels", ".vml")
_ARCHIVES = frozenset("zip 7z rar gz bz2 xz tar cab lz Z zst lzh jar iso docm xlsm pptm xlsb".split())
_PACKAGES = frozenset("epub odt ods odp".split())
_PROGRAMS = frozenset("exe dll com scr bat cmd ps1 vbs js jse wsf hta msi lnk sh html htm swf elf".split())
_PROGRAM_KINDS = frozenset("exe elf swf wasm crx deb rpm".split())
_OFFICE_INSIDE = frozenset(_MAIN_PART)
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"encoding\s{0,9}=\s{0,9}[\"']([\w-]{1,40})")

_START = r"<(?:\w{1,20}:)?"
_WHO = r"author=\"([^\"<]{1,200})\""
_LEADS_OUTSIDE = r"(?=[^<>]{0,2000}TargetMode=\"External\")(?![^<>]{0,2000}/hyperlink\")"
_IS_HIDDEN = r"(?=[^<>]{0,900}state=\"(?:veryH|h)idden\")"

# Which part is searched for which sign. A group in the sign is shown to the reader.
_SIGNS = [
    (re.compile(part), code, re.compile(sign.encode("ascii"), re.DOTALL))
    for part, code, sign in (
        (r"docProps/core\.xml", "author", _START + r"(?:creator|lastModifiedBy)>([^<]{1,200})<"),
        (r"docProps/app\.xml", "organisation", r"<(?:Company|Manager)>([^<]{1,200})<"),
        (r"docProps/custom\.xml", "custom_properties", _START + r"property[\s>]"),
        (r"docProps/thumbnail\.[a-z]+", "thumbnail", r"."),
        (r"customXml/item[0-9]{1,9}\.xml", "custom_properties", r"<(?!\?)[^<>]{0,300}>[^<\s]"),
        (r"word/\w+\.xml", "tracked_changes", _START + r"(?:ins|del|moveFrom|moveTo)\s[^<>]{0,400}author="),
        (r"word/\w+\.xml", "author", _START + r"(?:ins|del|comment)\s[^<>]{0,400}" + _WHO),
        (r"word/\w+\.xml", "hidden_text", _START + r"vanish(?:\s*/>|\s[^<>]{0,100}val=\"(?:1|true|on)\")"),
        (r"word/comments[A-Za-z]*\.xml", "comments", _START + r"comment[\s>]"),
        (r"xl/workbook\.xml", "hidden_sheets",
            _START + r"sheet\s" + _IS_HIDDEN + r"[^<>]{0,600}name=\"([^\"<]{1,100})\""),
        (r"xl/worksheets/[^/]+\.xml", "hidden_rows",
            _START + r"(?:row|col)\s[^<>]{0,600}hidden=\"(?:1|true)\""),
        (r"xl/comments[0-9]*\.xml", "comments", _START + r"comment[\s>]"),
        (r"xl/comments[0-9]*\.xml", "author", _START + r"author>([^<]{1,200})<"),
        (r"xl/threadedComments/[^/]+\.xml", "comments", _START + r"threadedComment[\s>]"),
        (r"xl/persons/[^/]+\.xml", "author", r"displayName=\"([^\"<]{1,200})\""),
        (r"xl/revisions/[^/]+\.xml", "tracked_changes", r"<"),
        (r"xl/(?:connections|externalLinks/[^/]+)\.xml", "external_content", r"<"),
        (r"ppt/(?:comments|modernComments)/[^/]+\.xml", "comments", _START + r"cm[\s>]"),
        (r"ppt/(?:commentAuthors|authors)\.xml", "author", r"\sname=\"([^\"<]{1,200})\""),
        (r"ppt/notesSlides/[^/]+\.xml", "speaker_notes", _START + r"t>[^<\s]"),
        (r"ppt/slides/[^/]+\.xml", "hidden_slides", _START + r"sld\s[^<>]{0,2000}show=\"(?:0|false)\""),
        (r".*\.rels", "external_content",
            _START + r"Relationship\s" + _LEADS_OUTSIDE + r"[^<>]{0,2000}Target=\"([^\"<]{1,200})"),
    )
]  # fmt: skip


def look_at_office(file: IO[bytes], size: int, extension: str, limits: Limits, found: Found) -> None:
    """The file is the one kind of document its ending says, whole and within the limits.

    Raises UploadRefused.
    """
    _must_be_one_archive(file, size, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _must_be_sound(members, extension, limits)
            document = _Document(extension, limits, found)
            for member in members:
                document.look_at(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise UploadRefused("corrupt", type(fault).__name__) from None
    except (struct.error, ValueError, OSError) as fault:
        raise UploadRefused("corrupt", type(fault).__name__) from None


def _must_be_one_archive(file: IO[bytes], size: int, limits: Limits) -> None:
    head = read_at(file, 0, 8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        # A password turns an Office document into the container of the old formats.
        is_locked = "EncryptedPackage".encode("utf-16-le") in read_at(file, 0, size)
        raise UploadRefused("encrypted" if is_locked else "content_mismatch", "old container")
    if not head.startswith(b"PK\x03\x04"):
        raise UploadRefused("content_mismatch", "not an Office document")
    end = end_of_archive(file, size)
    if end is None:
        raise UploadRefused("corrupt", "no directory")
    if end.follows:
        raise UploadRefused("content_mismatch", "more than a document")
    # Before the directory is read: its size costs memory, whatever number of entries it claims.
    if end.entries > limits.members or end.directory_size > limits.members * 512:
        raise UploadRefused("archive_too_big", "members")
    if end.directory_at + end.directory_size != end.at:
        raise UploadRefused("corrupt", "directory elsewhere")


def _must_be_sound(members: list[zipfile.ZipInfo], extension: str, limits: Limits) -> None:
    names = [member.filename for member in members]
    if len({name.casefold() for name in names}) != len(names):
        raise UploadRefused("corrupt", "two members of one name")
    if sum(member.file_size for member in members) > limits.unpacked:
        raise UploadRefused("archive_too_big", "declared")
    end_of_last = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        parts = member.orig_filename.split("/")
        if {"", "..", "."} & set(parts[:-1]) or parts[-1] in ("..", ".") or re.search(r"[\\:\x00]", parts[0]):
            raise UploadRefused("corrupt", "a member with a path")
        if member.flag_bits & 0x1:
            raise UploadRefused("encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UploadRefused("corrupt", "compression")  # the others unpack without a bound
        if member.header_offset < end_of_last:
            raise UploadRefused("corrupt", "members overlap")
        end_of_last = member.header_offset + 30 + member.compress_size
    main, _ = _MAIN_PART[extension]
    if _CONTENTS not in names or main not in names:
        raise UploadRefused("content_mismatch", "another kind of document")


class _Document:
    """An office document, each member looked at once, as it streams."""

    def __init__(self, extension: str, limits: Limits, found: Found) -> None:
        self._media_type = _MAIN_PART[extension][1]
        self._left = limits.unpacked
        self._found = found

    def look_at(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """What lies in the member is among the findings. Raises UploadRefused."""
        name = member.filename
        self._must_be_allowed_inside(name)
        signs = [(code, sign) for part, code, sign in _SIGNS if part.fullmatch(name)]
        is_xml = name.endswith(_XML)
        is_photo = name.lower().endswith((".jpg", ".jpeg"))
        is_of_this_kind = name != _CONTENTS
        photo, window = bytearray(), b""
        with archive.open(member) as stream:
            while piece := stream.read(_WINDOW):
                self._left -= len(piece)
                if self._left < 0:
                    raise UploadRefused("archive_too_big", "actual")
                if not window:
                    _must_begin_well(name, piece, is_xml=is_xml)
                window = window[-_OVERLAP:] + piece
                if is_xml and _ENTITIES.search(window):
                    raise UploadRefused("content_mismatch", "entities")
                if name == _CONTENTS:
                    if b"macroEnabled" in window or b"vbaProject" in window:
                        raise UploadRefused("content_mismatch", "macros")
                    is_of_this_kind = is_of_this_kind or self._media_type in window
                for code, sign in signs:
                    self._list(code, sign, window)
                if is_photo and len(photo) < _PHOTO:
                    photo += piece
        if not is_of_this_kind:
            raise UploadRefused("content_mismatch", "another kind of document")
        if is_photo:
            self._look_at_photo(bytes(photo))

    def _list(self, code: str, sign: re.Pattern[bytes], window: bytes) -> None:
        for seen in sign.finditer(window):
            self._found.add(code, *(_unescaped(words) for words in seen.groups()))
            if not seen.groups():
                return

    def _must_be_allowed_inside(self, name: str) -> None:
        ending = name.rpartition(".")[2].casefold()
        if name.endswith("vbaProject.bin") or ending in _PROGRAMS:
            raise UploadRefused("content_mismatch", "program")
        if ending in _ARCHIVES or (ending in _OFFICE_INSIDE and "/embeddings/" not in name):
            raise UploadRefused("nested_archive", name[:100])
        if "/embeddings/" in name and not name.endswith("/"):
            self._found.add("embedded_file", name.rpartition("/")[2])

    def _look_at_photo(self, data: bytes) -> None:
        inner = Found()
        try:
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
                list_metadata(image, inner)
        except (UploadRefused, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
            return  # what Word itself could only show as broken
        for finding in inner.all():
            if finding.code in ("photo_location", "photo_metadata", "author"):
                self._found.add(finding.code, finding.detail)


def _must_begin_well(name: str, head: bytes, *, is_xml: bool) -> None:
    if is_xml:
        # Office writes UTF-8. In another encoding nothing would be seen of what is looked for.
        says = _ENCODING.search(head[:200])
        is_utf8 = says is None or says[1].lower() in (b"utf-8", b"us-ascii")
        if not is_utf8 or b"\x00" in head[:HEAD] or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UploadRefused("content_mismatch", "encoding")
        return
    kind, _ = kind_of(head)
    if kind in _PROGRAM_KINDS:
        raise UploadRefused("content_mismatch", "program")
    is_office = name.rpartition(".")[2].casefold() in _OFFICE_INSIDE
    if not is_office and kind in _ARCHIVES | _PACKAGES | _OFFICE_INSIDE:
        raise UploadRefused("nested_archive", name[:100])


def _unescaped(words: bytes) -> str:
    text = words.decode("utf-8", "replace")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text
