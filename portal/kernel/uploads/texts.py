"""Looks at plain text, Markdown and CSV."""

from __future__ import annotations

import re
from typing import IO

from portal.kernel.typed import invisible_characters
from portal.kernel.uploads.findings import Found, UploadRefused
from portal.kernel.uploads.heads import HEAD, kind_of

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_NOT_THOUGH_READABLE = frozenset("pdf gif rtf ps eot".split())
_OPENS_A_PAGE = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<script|<svg|<\?|<!--|#!)", re.IGNORECASE)
_FORMULA = re.compile('(?:^|[,;\t])[ "\u3000]*(?:[=@＝＠]|[+＋－-][^0-9.,;\t\n ]|\\|)', re.MULTILINE)


def look_at_text(file: IO[bytes], extension: str, found: Found) -> None:
    """The file is text, in an encoding that Japanese offices use, and opens no page. Raises UploadRefused."""
    data = file.read()
    text = _decoded(data)
    if text is None or _NO_TEXT.search(text) or kind_of(data)[0] in _NOT_THOUGH_READABLE:
        raise UploadRefused("content_mismatch", "not text")
    if _OPENS_A_PAGE.match(text[:HEAD].lstrip("\ufeff")):
        raise UploadRefused("content_mismatch", "page")
    if unseen := invisible_characters(text.lstrip("\ufeff")):
        found.add("invisible_characters", *sorted({name for _, name in unseen}))
    if extension == "csv" and _FORMULA.search(text):
        found.add("formulas")


def _decoded(data: bytes) -> str | None:
    """The text in UTF-8, in UTF-16 with its mark, or as Japanese Windows writes it."""
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8", "cp932"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
