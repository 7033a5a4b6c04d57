"""Keeps files by the SHA-256 of their content: written once, on the disk at once, checked when read."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore

_PIECE = 1 << 20
_SHA256 = re.compile("[0-9a-f]{64}")


class FileTooLarge(ValueError):
    """More bytes arrived than the limit allows; nothing was kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"more than {limit} bytes")


class FileDoesNotMatch(Exception):
    """What lies under a digest is not what was kept under it; it must not be handed out."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"the bytes kept as {sha256} are other bytes")


class FileIsMissing(Exception):
    """Nothing is kept under a digest that should be there."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"nothing is kept as {sha256}")


class ByteStream(Protocol):
    """Whatever gives its bytes piece by piece: an upload, an open file, io.BytesIO."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


@dataclass(frozen=True)
class Kept:
    """A file that is on the disk: its digest in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


class FileStore:
    """The files of one portal, under one folder that nothing else writes to (rows 84, 85, 93)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept = root / "kept"
        self._incoming = root / "incoming"

    def keep(self, stream: ByteStream, *, limit: int) -> Kept:
        """The bytes of `stream` are on the disk, for good, under their digest; the same bytes are kept once.

        Raises FileTooLarge as soon as more than `limit` bytes have come, FileDoesNotMatch where the digest is
        taken by other bytes, which are not overwritten, and OSError where the disk cannot keep it. Write the
        row that names the file after this, never before (row 85).
        """
        with self.receive(stream, limit=limit) as (path, kept):
            self.keep_received(path, kept)
        return kept

    @contextmanager
    def receive(self, stream: ByteStream, *, limit: int) -> Iterator[tuple[Path, Kept]]:
        """The bytes of `stream` in a file that lasts as long as the block, to be looked at first.

        Raises FileTooLarge.
        """
        self._open_folders()
        with tempfile.NamedTemporaryFile(dir=self._incoming, prefix="file-") as incoming:
            digest, size = hashlib.sha256(), 0
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > limit:
                    raise FileTooLarge(limit)
                digest.update(piece)
                incoming.write(piece)
            incoming.flush()
            yield Path(incoming.name), Kept(digest.hexdigest(), size)

    def keep_received(self, path: Path, kept: Kept) -> None:
        """The received file is on the disk, for good, under its digest. Raises as `keep` does."""
        with self._shared(exclusive=False):
            try:
                obstore.put(self._store(), _key(kept.sha256), path, mode="create")
            except AlreadyExistsError:
                # A sweep counts from the last time the file was wanted.
                os.utime(self._path(kept.sha256))
            except BaseError as fault:
                raise OSError("the file could not be kept") from fault
            self._reach_the_disk(kept.sha256)
            for _ in self.open(kept.sha256):
                pass

    def open(self, sha256: str) -> Iterator[bytes]:
        """The kept bytes, piece by piece, every piece only after all of them were found to match the digest.

        Raises FileIsMissing or FileDoesNotMatch before the first piece, or within, should the file be changed
        between the look and the reading.
        """
        self._must_match(sha256)
        return self._checked_pieces(sha256)

    def read(self, sha256: str) -> bytes:
        """All the kept bytes, found to match the digest. Raises FileIsMissing or FileDoesNotMatch."""
        content = b"".join(self._pieces(sha256))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileDoesNotMatch(sha256)
        return content

    def matches(self, sha256: str) -> bool:
        """Whether the file is there and its bytes are the ones that were kept."""
        try:
            self._must_match(sha256)
        except (FileIsMissing, FileDoesNotMatch):
            return False
        return True

    def sweep(self, referenced: Collection[str], *, older_than: dt.datetime) -> list[str]:
        """Files that no row names and nobody kept again since `older_than` (aware) are gone; their digests.

        `referenced` is read from the database after `older_than` was chosen. A file in it is never deleted,
        nor one that is being kept at the same time. What an interrupted upload left behind goes too.
        """
        if older_than.tzinfo is None:
            raise ValueError("a moment needs its zone")
        self._open_folders()
        with self._shared(exclusive=True):
            orphans = [
                sha256
                for path in self._kept.glob("*/*/*")
                if (sha256 := "".join(path.relative_to(self._kept).parts)) not in referenced
                and _SHA256.fullmatch(sha256)
                and _is_older(path, older_than)
            ]
            for sha256 in orphans:
                obstore.delete(self._store(), _key(sha256))
            for left in [*self._incoming.iterdir(), *self._kept.glob("*/*/*#*")]:
                if _is_older(left, older_than):
                    left.unlink(missing_ok=True)
        return sorted(orphans)

    def _store(self) -> LocalStore:
        return LocalStore(prefix=self._kept)

    def _path(self, sha256: str) -> Path:
        return self._kept / _key(sha256)

    def _must_match(self, sha256: str) -> None:
        for _ in self._checked_pieces(sha256):
            pass

    def _checked_pieces(self, sha256: str) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in self._pieces(sha256):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise FileDoesNotMatch(sha256)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        if not _SHA256.fullmatch(sha256):
            raise FileIsMissing(sha256)
        self._open_folders()
        try:
            found = obstore.get(self._store(), _key(sha256))
        except FileNotFoundError:
            raise FileIsMissing(sha256) from None
        for piece in found.stream(min_chunk_size=_PIECE):
            yield bytes(piece)

    def _open_folders(self) -> None:
        for folder in (self._kept, self._incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _reach_the_disk(self, sha256: str) -> None:
        """The file and every folder above it, up to the root, would survive a power cut now (row 109)."""
        path = self._path(sha256)
        for each in (path, *list(path.parents)[:4]):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    @contextmanager
    def _shared(self, *, exclusive: bool) -> Iterator[None]:
        """Many may keep at once; nobody keeps while a sweep looks and deletes."""
        with (self._root / "sweep.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}"


def _is_older(path: Path, moment: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
