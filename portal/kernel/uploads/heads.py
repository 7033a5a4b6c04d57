"""Reads the two ends of a file, by which it is known, or found to be two things at once."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import IO

import filetype  # type: ignore[import-untyped]  # it has no types; what is used of it is below

from portal.kernel.uploads.findings import UploadRefused

_PAGE_OR_PROGRAM = re.compile(
    rb"<!doctype|<html|<head|<body|<script|<svg|<iframe|<\?php|<\?xml-stylesheet|<img|<meta",
    re.IGNORECASE,
)
HEAD = 4_096
"""How much of a beginning is looked at, in bytes."""

_END_OF_ARCHIVE = struct.Struct("<4s4H2LH")


def kind_of(head: bytes) -> tuple[str, str]:
    """The ending and the media type that the first bytes of a file speak for; empty if they say nothing."""
    guess = filetype.guess(head[:HEAD])
    return ("", "") if guess is None else (guess.extension, guess.mime)


def read_at(file: IO[bytes], at: int, size: int) -> bytes:
    """At most `size` bytes from `at` on."""
    file.seek(at)
    return file.read(size)


@dataclass(frozen=True)
class EndOfArchive:
    """The record at the end of a ZIP: where it is, what it says of the directory, and how much follows it."""

    at: int
    entries: int
    directory_at: int
    directory_size: int
    follows: int


def end_of_archive(file: IO[bytes], size: int) -> EndOfArchive | None:
    """The end record of the ZIP in a file of `size` bytes, None if there is none."""
    start = max(0, size - 65_557)
    tail = read_at(file, start, size - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_ARCHIVE.size:
        return None
    _, _, _, _, entries, directory_size, directory_at, comment = _END_OF_ARCHIVE.unpack_from(tail, at)
    follows = len(tail) - at - _END_OF_ARCHIVE.size - comment
    return EndOfArchive(start + at, entries, directory_at, directory_size, follows)


def must_not_be_two_things(file: IO[bytes], size: int) -> None:
    """No page or program at the head of the file, and no archive at its end (row 82).

    Raises UploadRefused.
    """
    if _PAGE_OR_PROGRAM.search(read_at(file, 0, HEAD)):
        raise UploadRefused("content_mismatch", "page")
    end = end_of_archive(file, size)
    if end and read_at(file, max(0, end.at - end.directory_size), 4) == b"PK\x01\x02":
        raise UploadRefused("content_mismatch", "archive")
