"""Looks at files that come in: refuses what is not what it says, and lists what lies hidden in the rest.

Nothing is trusted: no XML is parsed, nothing is unpacked to the disk, and every look is bounded. What is
taken is stored as data only, and handed out as an attachment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from portal.kernel.uploads.findings import FINDINGS, REFUSALS, Finding, Found, Limits, UploadRefused
from portal.kernel.uploads.heads import must_not_be_two_things
from portal.kernel.uploads.images import draw_image, look_at_image, strip_image
from portal.kernel.uploads.names import extension_of, safe_file_name
from portal.kernel.uploads.office import look_at_office
from portal.kernel.uploads.pdf import look_at_pdf
from portal.kernel.uploads.texts import look_at_text

__all__ = [
    "FINDINGS",
    "REFUSALS",
    "MEDIA_TYPES",
    "Finding",
    "Inspection",
    "Limits",
    "UploadRefused",
    "draw_image",
    "inspect",
    "safe_file_name",
    "strip_image",
]


@dataclass(frozen=True)
class Inspection:
    """What a file is, what it may be called, and what lies in it that should be seen before it is shown."""

    media_type: str
    extension: str
    file_name: str
    findings: tuple[Finding, ...]


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
"""The allow-list: what may come in, by the ending of its name. Archives may not: files come one by one."""


def inspect(path: Path, file_name: str, *, limits: Limits | None = None) -> Inspection:
    """What the file at `path`, sent as `file_name`, is and hides (rows 17, 79, 81-83).

    Its type is by its ending and by its content, and both agree. Raises UploadRefused.
    """
    limits = limits or Limits()
    name = safe_file_name(file_name)
    extension = extension_of(name)
    size = path.stat().st_size
    if size == 0:
        raise UploadRefused("empty")
    if size > limits.bytes:
        raise UploadRefused("too_large", f"{limits.bytes // 1_000_000} MB")
    if extension not in MEDIA_TYPES:
        raise UploadRefused("type_not_allowed", extension)
    found = Found()
    with path.open("rb") as file:
        match extension:
            case "docx" | "xlsx" | "pptx":
                look_at_office(file, size, extension, limits, found)
            case "txt" | "md" | "csv":
                look_at_text(file, extension, found)
            case _:
                must_not_be_two_things(file, size)
                if extension == "pdf":
                    look_at_pdf(file, found)
                else:
                    look_at_image(file, MEDIA_TYPES[extension], limits, found)
    return Inspection(MEDIA_TYPES[extension], extension, name, found.all())
