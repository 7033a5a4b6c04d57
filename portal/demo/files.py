"""The attachments of the demonstration: small real files, made here, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

_WHEN = (2023, 9, 1, 9, 0, 0)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/'
    'vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/'
    'core-properties" Target="docProps/core.xml"/></Relationships>'
)


@dataclass(frozen=True)
class DemoFile:
    """A file with its name."""

    name: str
    content: bytes


def text_file(name: str, text: str) -> DemoFile:
    """A plain text."""
    return DemoFile(name, text.encode("utf-8"))


def table_file(name: str, rows: Sequence[Sequence[str]]) -> DemoFile:
    """A table as CSV that spreadsheet programs open in Japanese (with a byte order mark)."""
    lines = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    return DemoFile(name, b"\xef\xbb\xbf" + f"{lines}\r\n".encode())


def steps_picture(name: str, steps: int) -> DemoFile:
    """A picture: so many steps that rise from left to right."""
    width, height = 640, 240
    picture = Image.new("RGB", (width, height), "#f8f8fb")
    draw = ImageDraw.Draw(picture)
    wide = (width - 80) // steps
    for step in range(steps):
        left, top = 40 + step * wide, height - 40 - (step + 1) * (height - 80) // steps
        draw.rectangle((left, top, left + wide - 12, height - 40), fill="#0017c1", outline="#00118f", width=2)
    draw.line((30, height - 40, width - 30, height - 40), fill="#1a1a1c", width=3)
    held = io.BytesIO()
    picture.save(held, "PNG", optimize=True)
    return DemoFile(name, held.getvalue())


def word_file(name: str, paragraphs: Sequence[str], *, author: str) -> DemoFile:
    """A document of Word; the name of its `author` lies in its properties, for the inspection to find."""
    body = "".join(f"<w:p><w:r><w:t>{escape(one)}</w:t></w:r></w:p>" for one in paragraphs)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>"
        ),
        "docProps/core.xml": (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties '
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{escape(author)}</dc:creator>'
            "</cp:coreProperties>"
        ),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(zipfile.ZipInfo(path, _WHEN), content, zipfile.ZIP_DEFLATED)
    return DemoFile(name, held.getvalue())
