"""A file is kept once, by its content, and what is handed out is what was kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.files import FileDoesNotMatch, FileIsMissing, FileStore, FileTooLarge, Kept

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR_AHEAD = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Endless:
    """An upload that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int, /) -> bytes:
        self.given += size
        return bytes(size)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root)


def keep(store: FileStore, content: bytes) -> Kept:
    return store.keep(io.BytesIO(content), limit=10_000_000)


def path_of(root: Path, sha256: str) -> Path:
    [path] = [path for path in root.rglob("*") if path.is_file() and "".join(path.parts[-3:]) == sha256]
    return path


@pytest.mark.parametrize("content", [b"", b"a", "合意書".encode(), os.urandom(3_000_000)], ids=len)
def test_what_is_kept_comes_back_by_its_digest(store: FileStore, content: bytes) -> None:
    """row 84"""
    kept = keep(store, content)
    assert kept == Kept(hashlib.sha256(content).hexdigest(), len(content))
    assert b"".join(store.open(kept.sha256)) == content
    assert store.read(kept.sha256) == content
    assert store.matches(kept.sha256)


def test_the_same_bytes_are_kept_once(store: FileStore, root: Path) -> None:
    first, second = keep(store, b"same"), keep(store, b"same")
    assert first == second
    assert len([path for path in (root / "kept").rglob("*") if path.is_file()]) == 1


def test_an_endless_upload_is_cut_at_the_limit_and_leaves_nothing(store: FileStore, root: Path) -> None:
    """row 80"""
    endless = Endless()
    with pytest.raises(FileTooLarge) as refusal:
        store.keep(endless, limit=5_000_000)
    assert refusal.value.limit == 5_000_000
    assert endless.given < 8_000_000
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_exactly_the_limit_is_allowed(store: FileStore) -> None:
    assert store.keep(io.BytesIO(b"12345"), limit=5).size == 5
    with pytest.raises(FileTooLarge):
        store.keep(io.BytesIO(b"123456"), limit=5)


def test_no_flipped_byte_is_ever_handed_out(store: FileStore, root: Path) -> None:
    """rows 43, 84, 93"""
    content = bytes(range(64))
    kept = keep(store, content)
    path = path_of(root, kept.sha256)
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1
        path.write_bytes(flipped)
        with pytest.raises(FileDoesNotMatch):
            store.open(kept.sha256)
        with pytest.raises(FileDoesNotMatch):
            store.read(kept.sha256)
        assert not store.matches(kept.sha256)
    path.write_bytes(content)
    assert store.matches(kept.sha256)


@pytest.mark.parametrize("other", [b"", b"conten", b"content and more"])
def test_a_cut_or_lengthened_file_is_refused(store: FileStore, root: Path, other: bytes) -> None:
    """row 93"""
    kept = keep(store, b"content")
    path_of(root, kept.sha256).write_bytes(other)
    with pytest.raises(FileDoesNotMatch):
        store.read(kept.sha256)


def test_a_false_file_is_neither_overwritten_nor_taken_for_the_true_one(store: FileStore, root: Path) -> None:
    """row 84: write once, also where the old bytes are wrong; the alert must find them as they are."""
    kept = keep(store, b"true")
    path_of(root, kept.sha256).write_bytes(b"false")
    with pytest.raises(FileDoesNotMatch):
        keep(store, b"true")
    assert path_of(root, kept.sha256).read_bytes() == b"false"


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../../etc/passwd", "a" * 63, "A" * 64, "/" * 64, "0" * 64, "a" * 64 + "\n", "\x00"],
)
def test_only_a_kept_digest_opens_anything(store: FileStore, name: str) -> None:
    """row 83"""
    with pytest.raises(FileIsMissing):
        store.open(name)
    with pytest.raises(FileIsMissing):
        store.read(name)
    assert not store.matches(name)


def test_a_received_file_is_gone_after_the_look_unless_kept(store: FileStore, root: Path) -> None:
    with store.receive(io.BytesIO(b"looked at"), limit=100) as (path, kept):
        assert path.read_bytes() == b"looked at"
    assert not path.exists()
    assert not store.matches(kept.sha256)
    with store.receive(io.BytesIO(b"looked at"), limit=100) as (path, kept):
        store.keep_received(path, kept)
    assert store.read(kept.sha256) == b"looked at"


def test_the_sweep_waits_for_the_age_and_then_takes_only_what_no_row_names(store: FileStore) -> None:
    """row 85"""
    named, orphan = keep(store, b"named").sha256, keep(store, b"orphan").sha256
    assert store.sweep({named}, older_than=LONG_AGO) == []
    assert store.sweep({named}, older_than=FAR_AHEAD) == [orphan]
    assert store.matches(named)
    assert not store.matches(orphan)


def test_a_file_wanted_again_is_young_again(store: FileStore, root: Path) -> None:
    """row 85: kept once as an orphan, kept again now; the row that names it is still to be written."""
    sha256 = keep(store, b"again").sha256
    os.utime(path_of(root, sha256), (0, 0))
    keep(store, b"again")
    assert store.sweep(set(), older_than=LONG_AGO) == []
    os.utime(path_of(root, sha256), (0, 0))
    assert store.sweep(set(), older_than=LONG_AGO) == [sha256]


def test_the_sweep_clears_what_a_crash_left_half_received(store: FileStore, root: Path) -> None:
    """row 85"""
    sha256 = keep(store, b"kept").sha256
    left = root / "incoming" / "file-left"
    left.write_bytes(b"half")
    staged = path_of(root, sha256).with_name("half#1")
    staged.write_bytes(b"half")
    store.sweep({sha256}, older_than=LONG_AGO)
    assert left.exists() and staged.exists()
    store.sweep({sha256}, older_than=FAR_AHEAD)
    assert not left.exists() and not staged.exists()
    assert store.matches(sha256)


def test_the_sweep_wants_a_moment_with_its_zone(store: FileStore) -> None:
    """row 99"""
    with pytest.raises(ValueError):
        store.sweep(set(), older_than=dt.datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.binary(max_size=4), st.tuples(st.booleans(), st.booleans()), max_size=6))
def test_the_sweep_never_deletes_a_referenced_or_a_young_file(files: dict[bytes, tuple[bool, bool]]) -> None:
    """row 85"""
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder))
        digests = {content: keep(store, content).sha256 for content in files}
        for content, (_, is_old) in files.items():
            if is_old:
                os.utime(path_of(Path(folder), digests[content]), (0, 0))
        referenced = {digests[content] for content, (is_referenced, _) in files.items() if is_referenced}
        gone = store.sweep(referenced, older_than=LONG_AGO)
        for content, (is_referenced, is_old) in files.items():
            assert store.matches(digests[content]) == (is_referenced or not is_old)
            assert (digests[content] in gone) == (is_old and not is_referenced)


def test_what_was_just_kept_is_there_however_often_the_sweep_runs(store: FileStore, root: Path) -> None:
    """row 85: keeping and sweeping at once, over one content that nobody has named yet."""
    stop = threading.Event()

    def sweep() -> None:
        while not stop.is_set():
            store.sweep(set(), older_than=LONG_AGO)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(60):
            sha256 = keep(store, b"contested").sha256
            assert store.matches(sha256)
            os.utime(path_of(root, sha256), (0, 0))  # the sweep may take it from here on
    finally:
        stop.set()
        sweeper.join()
