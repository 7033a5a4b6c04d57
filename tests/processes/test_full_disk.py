"""A disk with no room for files: a page that says so and loses no word, nothing half kept or named, and afterwards all
goes on by itself (row 110)."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import resource
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.consent.models import Attachment, Consultation
from portal.kernel.files import ByteStream, FileStore, Kept
from tests.browser import Browser, Page
from tests.makers.papers import Office, StaffedTemplate, hidden, sign_in
from tests.processes.server import served

pytestmark = pytest.mark.processes

ROOM = 64 * 1024
"""Bytes that a file may still have on the full disk."""
CONTENT = "配布した資料です。".encode() * 40_000
"""A text of a megabyte: too much to be held in memory on its way in."""
RECORD = {
    "held_on": "R7.9.30", "participants": "企画課 鈴木、営業部 渡辺", "summary": "日程を確かめた。",
    "decisions": "十一月に行う。",
}  # fmt: skip
MATERIAL, DRAWING = ("files", "次第.txt", CONTENT), ("file", "図面.txt", CONTENT)
AGAIN = {"ja": "もう一度送る", "en": "Send again"}


@contextmanager
def no_room(process: int = 0) -> Iterator[None]:
    """No file that `process` (this one: 0) writes to grows beyond `ROOM`: what its writes meet is the kernel's own
    refusal."""
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


class Filling(FileStore):
    """A file store whose disk is full at one point of the way, and nowhere else."""

    def __init__(self, root: Path, full_at: str) -> None:
        super().__init__(root)
        self.full_at: str | None = full_at

    def _at(self, point: str) -> None:
        if self.full_at == point:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def receive(self, stream: ByteStream, *, limit: int) -> Iterator[tuple[Path, Kept]]:
        """As ever; the room ends while the bytes come in, if that is the point."""
        with contextlib.ExitStack() as full:
            if self.full_at == "received":
                full.enter_context(no_room())
            with super().receive(stream, limit=limit) as received:
                full.close()
                yield received

    def keep_received(self, path: Path, kept: Kept) -> None:
        """As ever; the room ends while the bytes are put in their place, if that is the point."""
        with no_room() if self.full_at == "put in its place" else contextlib.nullcontext():
            super().keep_received(path, kept)

    def _open_folders(self) -> None:
        self._at("a folder made")
        super()._open_folders()

    def _reach_the_disk(self, sha256: str) -> None:
        self._at("on the disk for good")
        super()._reach_the_disk(sha256)


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages on each of the databases."""
    with request.getfixturevalue(request.param).open(tmp_path, pages=True) as office:
        yield office


@pytest.fixture
def on_sqlite(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> Iterator[Office]:
    """An office with its pages on SQLite."""
    with two_on_sqlite.open(tmp_path, pages=True) as office:
        yield office


def signed_in(office: Office, language: str = "ja") -> Browser:
    browser, person = Browser(office, language=language), office.people[0].drafter
    sign_in(browser.client, person)
    return browser


def kept_files(office: Office) -> list[Path]:
    return [path for path in (office.folder / "instance" / "files").rglob("*") if path.is_file()]


def rows_of(office: Office, model: Any) -> list[Any]:
    with office.read() as session:
        return list(session.scalars(select(model)))


def nothing_half(office: Office, before: dict[str, Any]) -> None:
    """No row has changed, and whatever lies among the files is whole and under its own digest."""
    assert office.everything() == before
    for path in kept_files(office):
        if path.name != "sweep.lock":
            assert "".join(path.parts[-3:]) == hashlib.sha256(path.read_bytes()).hexdigest(), path


def says_not_now(page: Page, *names: str) -> None:
    """503, when to come back, and the files that are to be chosen again, by name."""
    assert page.status == 503, page.text[:800]
    assert page.response.headers["Retry-After"]
    for name in names:
        assert name in page.text
    assert [form.files for form in page.forms if form.files]


def record(office: Office, page: Page, language: str) -> None:
    """The record of a consultation came back with everything typed; sent again with its file, it is recorded."""
    page.has_lost_nothing(**RECORD)
    assert sent(page, AGAIN[language], MATERIAL).status == 303
    (made,) = rows_of(office, Consultation)
    assert (made.summary, len(made.attachments.split(","))) == (RECORD["summary"], 1)


def multipart(fields: dict[str, str], *files: tuple[str, str, bytes]) -> tuple[bytes, dict[str, str]]:
    """The body and its type, as a browser sends a form with files: here the file first, the words after it."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'
        "Content-Type: text/plain\r\n\r\n".encode()
        + content
        for name, called, content in files
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    return b"\r\n".join([*parts, f"--{mark}--\r\n".encode()]), {
        "Content-Type": f"multipart/form-data; boundary={mark}"
    }


def sent(page: Page, containing: str, *files: tuple[str, str, bytes], **typed: str) -> Page:
    """The answer to a form of the page with these files; made in memory, since the tests' own browser would itself
    need the disk for them."""
    form, browser = page.form(containing), page.browser
    fields = {name: values[0] for name, values in form.values().items()} | typed
    body, headers = multipart(fields, *files)
    headers["Accept-Language"] = browser.language
    answer = Page(browser, browser.client.post(form.action, data=body, headers=headers), form.action)
    browser.check(answer)
    return answer


POINTS = ["received", "put in its place", "on the disk for good", "a folder made"]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("point", POINTS)
def test_wherever_the_room_for_a_file_ends_its_form_comes_back_whole(
    on_sqlite: Office, point: str, language: str
) -> None:
    """Row 110: the record of a consultation with its material, and an attachment to a draft."""
    office = on_sqlite
    id = office.tabled(office.people[0].drafter)
    browser, before = signed_in(office, language), office.everything()
    store = office.app.files = Filling(office.folder / "instance" / "files", point)
    page = sent(browser.get(f"/memos/{id}"), "/consultations", MATERIAL, **RECORD)
    says_not_now(page, "次第.txt")
    nothing_half(office, before)
    alone = sent(browser.get(f"/memos/{id}/files"), "/attachments", DRAWING)
    says_not_now(alone, "図面.txt")
    nothing_half(office, before)
    store.full_at = None
    record(office, page, language)
    assert sent(alone, AGAIN[language], DRAWING).status == 303
    assert {one.name for one in rows_of(office, Attachment)} == {"次第.txt", "図面.txt"}
    assert store.read(hashlib.sha256(CONTENT).hexdigest()) == CONTENT
    office.must_hold()


def test_of_two_files_the_one_that_found_room_is_named_by_nothing(on_sqlite: Office) -> None:
    """Rows 85, 110: the first was kept before the room ended; no row names it, and the sweep takes it."""
    office = on_sqlite
    id, browser = office.tabled(office.people[0].drafter), signed_in(office)
    before = office.everything()
    with no_room():
        page = sent(
            browser.get(f"/memos/{id}"), "/consultations", ("files", "短い.txt", b"short"), MATERIAL, **RECORD
        )
    says_not_now(page, "短い.txt", "次第.txt")
    nothing_half(office, before)
    assert office.app.files.matches(hashlib.sha256(b"short").hexdigest())
    record(office, page, "ja")


def test_a_disk_that_is_full_for_everything_still_lets_people_read(office: Office) -> None:
    """Row 110: no room for the request on its way in either, nor for the database; reading goes on."""
    id, browser = office.tabled(office.people[0].drafter), signed_in(office)
    before = office.everything()
    with no_room():
        office.clock.move(minutes=5)  # reading would note that the session is in use
        page = sent(browser.get(f"/memos/{id}", expect=200), "/consultations", MATERIAL, **RECORD)
        says_not_now(page, "次第.txt")
        page.has_lost_nothing(**RECORD)
        assert sent(page, AGAIN["ja"], MATERIAL).status == 503
        assert browser.get(f"/memos/{id}/files").status == 200
    before.pop("user_sessions"), (now := office.everything()).pop("user_sessions")
    assert now == before
    record(office, page, "ja")
    office.must_hold()


def test_the_server_itself_needs_no_disk_to_answer(two_on_postgres: StaffedTemplate, tmp_path: Path) -> None:
    """Row 110: the workers take a request in whole, on the disk when it is large; where there is no room, the page
    that says so comes all the same, with every word; when there is, the same workers go on."""
    with two_on_postgres.open(tmp_path) as office, served(office.url, tmp_path) as server:
        id, person = office.tabled(office.people[0].drafter), office.people[0].drafter
        cookies: dict[str, str] = {}

        def ask(method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            connection.request(method, path, body or None, {"Cookie": cookie} | headers)
            answer = connection.getresponse()
            for one in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = one.partition(";")[0].partition("=")
                cookies[name] = value
            words = answer.read().decode("utf-8")
            connection.close()
            return answer.status, words

        def send(path: str, fields: dict[str, str], *files: tuple[str, str, bytes]) -> tuple[int, str]:
            body, headers = multipart(fields, *files)
            return ask("POST", path, body, **headers)

        form = hidden(ask("GET", "/sign-in")[1]) | {"email": person.email, "password": person.password}
        assert send("/sign-in", form)[0] == 303
        form = hidden(ask("GET", f"/memos/{id}")[1]) | {"medium": "meeting"} | RECORD
        path, material = f"/memos/{id}/consultations", ("files", "次第.txt", CONTENT * 3)
        with contextlib.ExitStack() as full:
            for worker in server.workers():
                full.enter_context(no_room(worker))
            for _ in range(3):
                status, words = send(path, form, material)
                assert status == 503, words[:2000]
                assert all(value in words for value in RECORD.values()) and "次第.txt" in words
            assert ask("GET", f"/memos/{id}")[0] == 200
            assert rows_of(office, Consultation) == [] == rows_of(office, Attachment)
        assert send(path, form, material)[0] == 303
        (made,) = rows_of(office, Attachment)
        assert made.sha256 == hashlib.sha256(CONTENT * 3).hexdigest()
        office.must_hold()
