"""Requests that no honest page sends: forged, poisoned, doubled, misnamed, acting by looking; nothing comes of them."""

from __future__ import annotations

import io
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default as default_policy
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import insert

from portal.access.policy import Permission
from portal.parties.models import SignInAttempt
from portal.schema import gather
from portal.web.reading import reading
from tests.browser import Page
from tests.house.corpora.file_names import FILE_NAMES
from tests.house.corpora.strings import ADDRESS_VALUES
from tests.house.crawling import crawl, few_entries
from tests.house.oracle import Asked, Line
from tests.house.test_doors import LINES, PUBLIC, Knocker, Rounds, rounds
from tests.makers.cooperation import Cooperation, set_cookie, token_of
from tests.makers.people import PASSWORD, post
from tests.makers.volumes import sized

PROPOSALS = "activities/proposals"


@pytest.fixture(scope="module")
def everybody(shared_cooperation: Cooperation) -> Rounds:
    """Everybody of the first party, signed in."""
    return rounds(shared_cooperation, shared_cooperation.parties[0])


@pytest.fixture
def own(everybody: Rounds) -> Iterator[Rounds]:
    """Everybody of the first party, signed in; the database is put back after the test."""
    yield everybody
    everybody.all.put_back()


ALIKE = (
    "/term/dates/<id>/", "/term/accords/<id>/", "/publicity/<id>/", "/publicity/voluntary/<id>/", "/amendments/<id>/",
    "/amendments/executions/<id>/", "/doubts/answers/<id>/", "/activities/particulars/<id>/",
)  # fmt: skip
"""Forms that every kind of paper has; of them a third is enough in a run that everybody waits for."""


def first_lines(own: Rounds, method: str) -> Iterator[tuple[Line, Knocker]]:
    """One line for each door that somebody may pass, and who may."""
    seen = set()
    for line in LINES:
        if line.method == method and line.rule not in seen:
            for identity in ("officer", "admin", "anonymous"):
                if line.expected[identity] == "yes":
                    seen.add(line.rule)
                    yield line, own.knockers[identity]
                    break


def posting(knocker: Knocker, path: str, data: dict[str, Any], **more: Any) -> Any:
    """The answer to `data` sent to `path`, with the knocker's cookie and nothing added."""
    set_cookie(knocker.browser, knocker.cookie)
    has_file = any(isinstance(value, tuple) for value in data.values())
    if has_file:
        more["content_type"] = "multipart/form-data"
    return knocker.browser.client.post(path, data=data, buffered=True, **more)


# --- Forgery (row 55) ------------------------------------------------------------------------------------


def test_nothing_is_done_without_the_sessions_own_token(own):
    """Row 55: at every door that takes a POST: without a token, with a wrong one, with another session's; 400, and
    the database is as it was."""
    other = own.knockers["admin"].token
    doors = 0
    for line, knocker in first_lines(own, "POST"):
        doors += 1
        strange = other if knocker.token != other else own.knockers["officer"].token
        for token in (None, "", "wrong", "x" * 5_000, knocker.token[:-1], strange):
            data = own.asking.request(line, knocker.person).data or {}
            answer = posting(knocker, own.asking.request(line, knocker.person).path, data | _token(token))
            assert answer.status_code == 400, (line.rule, token, answer.status_code)
            assert not own.all.has_changed(), (line.rule, token)
    assert doors >= 85
    print(f"\ndoors: {doors}, forged requests: {doors * 6}")


def _token(token: str | None) -> dict[str, str]:
    return {} if token is None else {"csrf_token": token}


def test_a_token_in_the_address_or_in_a_header_of_another_site_does_not_count(own):
    """Row 55: the token is read from the form itself."""
    knocker = own.knockers["officer"]
    line = next(
        line for line in LINES if line.rule == f"/{PROPOSALS}/<id>/comments" and line.method == "POST"
    )
    asked = own.asking.request(line, knocker.person)
    answer = posting(knocker, f"{asked.path}?csrf_token={knocker.token}", asked.data or {})
    assert answer.status_code == 400
    assert not own.all.has_changed()


# --- Mass assignment (row 63) ------------------------------------------------------------------------------

_NEW = re.compile(r"\$argon2[^']+|[0-9a-f]{16,}|\b[0-9a-z]{22}\b|[\w-]{40,}")


def changes(cooperation: Cooperation) -> Counter[str]:
    """Every row that is other than when the database was kept, with what is random in it left out."""
    kept: set[str] = set()
    now: list[str] = []
    with sqlite3.connect(cooperation.path) as live:
        for table in gather().sorted_tables:
            query = f'SELECT * FROM "{table.name}"'
            kept |= {f"{table.name}{row!r}" for row in cooperation._kept.execute(query)}
            now += [f"{table.name}{row!r}" for row in live.execute(query)]
    return Counter(_NEW.sub("…", row) for row in now if row not in kept)


def columns() -> dict[str, str]:
    """The name of every column of every table, with a value that would do harm if it were taken."""
    names = sorted({column.name for table in gather().sorted_tables for column in table.columns})
    return {name: "harm-999" for name in names} | {
        "party": "otsu", "roles": "party_administrator", "is_operator": "1", "standing": "agreed", "saves": "0",
        "four_eyes": "", "must_change_password": "", "state": "completed", "effective_at": "2000-01-01",
        "agreed_at": "2025-01-01", "tabled_at": "2025-01-01", "shared_at": "2025-01-01", "waits_for": ",otsu,",
    }  # fmt: skip


@pytest.mark.volumes
def test_no_form_takes_a_column_that_it_does_not_ask_for(own):
    """Row 63: every column name of every table sent to every form; the same rows come of it as without."""
    names, wrong = columns(), []
    doors = 0
    for turn, (line, knocker) in enumerate(first_lines(own, "POST")):
        if line.rule in {"/sign-in", "/account/confirm", "/account/password", "/sign-out"}:
            continue  # they only make tokens, attempts and sessions; tests/parties/ has them one by one
        if turn % sized(3 if line.rule.startswith(ALIKE) else 2, 1):
            continue
        doors += 1
        outcomes = []
        own.asking.rewind()
        page_fields = fields_asked_for(line, knocker, own.asking.request(line, knocker.person))
        own.all.put_back()
        for extra in ({}, names):
            own.asking.rewind()
            asked = own.asking.request(line, knocker.person)
            data = dict(asked.data or {})
            added = {
                name: value for name, value in extra.items() if name not in data and name not in page_fields
            }
            answer = posting(knocker, asked.path, data | added | {"csrf_token": knocker.token})
            outcomes.append((answer.status_code, changes(own.all)))
            own.all.put_back()
        if outcomes[0] != outcomes[1] or any("harm-999" in row for row in outcomes[1][1]):
            wrong.append((line.rule, outcomes[0][0], outcomes[1][0]))
    assert wrong == []
    assert doors >= 90
    print(f"\nforms: {doors}, column names: {len(names)}")


def fields_asked_for(line: Line, knocker: Knocker, asked: Asked) -> set[str]:
    """The names of the fields that a form to this door shows, on its own page or on the one it hangs on."""
    names = {
        "close": {"seen"}, "ask": {"seen"}, "second": {"seen"}, "end": {"seen"}, "confirm": {"remark"},
        "acknowledge": {"remark"}, "attachments": {"saves"}, "preview": {"text", "summary", "method", "note", "content"},
        **dict.fromkeys(
            ("/term/accords/new", "/term/accords/<id>/draft"),  # they show what the matter chosen asks for
            {"what", "term", "expiry", "last_day", "measures", "reason", "title", "notice"},
        ),
        "new": {"reason"}, "edit": {"reason"}, "received": {"receiver"}, "handle": {"checked_by", "checked_on", "decision", "procurement"}, "links": {"place"},
    }  # fmt: skip
    shown = names.get(line.rule) or names.get(line.rule.rpartition("/")[2], set())
    at = asked.path
    for _ in range(4):
        answer = knocker.send("GET", Asked(at))
        page = Page(knocker.browser, answer, at)
        for form in page.forms if page.status == 200 else ():
            shown = shown | {name for name, _ in form.fields} | set(form.choices) | form.files
        at = at.partition("?")[0].rpartition("/")[0]
        if not at:
            break
    return shown


# --- Odd values (row 64) -----------------------------------------------------------------------------------

QUERY = (
    "reading", "party", "person", "kind", "activity", "clause", "from", "to", "words", "subject", "new", "before",
    "after", "planned", "on", "item", "measure", "year", "state", "next", "page", "id", "preview",
)  # fmt: skip


def test_no_address_however_odd_is_a_fault_of_the_portals_own(own):
    """Row 64: every argument of every page with arrays, 1e3, 2^63, NaN, broken encodings, doubled, endless; a page or
    a refusal, never a 500, and nothing changes."""
    asked = 0
    for line, knocker in first_lines(own, "GET"):
        path = own.asking.request(line, knocker.person).path
        glue = "&" if "?" in path else "?"
        for number, value in enumerate(ADDRESS_VALUES):
            if (number + line.number) % 4:
                continue  # every door gets a quarter of them, all doors together each of them many times
            name = QUERY[(number // 4 + line.number) % len(QUERY)]
            pairs = (
                "&".join(f"{one}={value}" for one in QUERY) if number % 3 == 0 else f"{name}={value}&{name}=1"
            )
            answer = knocker.send("GET", Asked(f"{path}{glue}{pairs}&{name}[]={value}"))
            asked += 1
            assert answer.status_code in {200, 303, 400, 404, 422}, (path, pairs, answer.status_code)
            answer.close()
    assert not own.all.has_changed()
    print(f"\nodd addresses: {asked}")


@pytest.mark.parametrize(
    "name", ["before", "after", "from", "to", "on", "planned", "year", "words", "person"]
)
def test_the_lists_survive_every_odd_argument(own, name):
    """Row 64: bad cursors, huge numbers, days that are none, for each argument that a list reads."""
    knocker = own.knockers["officer"]
    lists = [
        "/history",
        "/history?reading=trail",
        "/activities",
        "/messages",
        "/waiting/ours",
        "/waiting/theirs",
        "/term",
    ]
    paper = own.all.made.papers[PROPOSALS, own.party, "agreed"]
    lists += [f"/{PROPOSALS}/{paper.id}/compare", f"/activities/{own.all.made.activities['running'].id}"]
    for turn, path in enumerate(lists):
        for value in ADDRESS_VALUES[(turn + len(name)) % 3 :: 3]:
            answer = knocker.send("GET", Asked(f"{path}{'&' if '?' in path else '?'}{name}={value}"))
            assert answer.status_code in {200, 303, 400, 404, 422}, (path, name, value, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        "/history/joint/9223372036854775808", "/history/joint/99999999999999999999999999", "/history/joint/-1",
        "/history/joint/0", "/history/%00/1", "/agreement/editions/9223372036854775808", "/agreement/editions/0",
        "/documents/%00", "/documents/" + "x" * 5_000, "/activities/%F0%9F%98%80", "/members/%ED%A0%80",
        f"/{PROPOSALS}/%2e%2e/%2e%2e/etc/passwd", f"/{PROPOSALS}/x/revisions/9223372036854775808",
        "/set-password/" + "x" * 5_000, "/set-password/%00", "//evil.example/", "/\\evil.example", "/%2f%2fevil.example",
        "/static/../instance/portal.db", "/static/%2e%2e/%2e%2e/instance/portal.db", "/static/..%2f..%2fwsgi.py",
        "/static/%00", "/static/css", "/static/",
    ],
)  # fmt: skip
def test_no_path_however_odd_is_a_fault_of_the_portals_own(own, path):
    """Row 64: identifiers and numbers that nothing has."""
    answer = own.knockers["officer"].send("GET", Asked(path))
    assert answer.status_code in {303, 308, 400, 404}, answer.status_code
    if answer.status_code in {303, 308}:
        assert answer.headers["Location"].startswith("/") and not answer.headers["Location"].startswith("//")


def test_a_huge_number_of_a_real_thing_is_nothing(own):
    """Row 64: revision 2^63 of a paper that is there, comparison of 2^63 with 1e3."""
    knocker, paper = own.knockers["officer"], own.all.made.papers[PROPOSALS, own.party, "agreed"]
    for tail in (
        "/revisions/9223372036854775808",
        "/revisions/0",
        "/compare?from=9223372036854775808",
        "/compare?to=1e3",
    ):
        assert knocker.send("GET", Asked(f"/{PROPOSALS}/{paper.id}{tail}")).status_code == 404, tail


def test_fields_sent_twice_or_as_arrays_are_read_once_or_refused(own):
    """Row 64: every form with each of its fields doubled, and again under names of arrays; never a 500."""
    sent = 0
    for line, knocker in first_lines(own, "POST"):
        for twist in (
            lambda name: name,
            lambda name: f"{name}[]",
            lambda name: f"{name}[0]",
            lambda name: f"{name}.x",
        ):
            asked = own.asking.request(line, knocker.person)
            data: dict[str, Any] = {"csrf_token": knocker.token}
            for name, value in (asked.data or {}).items():
                if isinstance(value, tuple):
                    data[name] = value
                else:
                    values = value if isinstance(value, list) else [value]
                    data.setdefault(twist(name), []).extend([*values, "1e3", *values])
            answer = posting(knocker, asked.path, data)
            sent += 1
            assert answer.status_code in {200, 303, 400, 403, 404, 409, 422}, (line.rule, answer.status_code)
            if own.all.version() != own.all._version:
                own.all.put_back()
    print(f"\ndoubled requests: {sent}")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/xml",
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data",
        "",
    ],
)
def test_bodies_of_other_kinds_are_refused_not_read(own, content_type):
    """Row 64: JSON, XML, a broken multipart; 400 or a sign of what is missing, never a 500."""
    knocker = own.knockers["officer"]
    for line, who in first_lines(own, "POST"):
        path = own.asking.request(line, who.person).path
        set_cookie(who.browser, who.cookie)
        answer = who.browser.client.post(
            path, data=b'{"csrf_token": "x", "id": [1]}', content_type=content_type
        )
        assert answer.status_code == 400, (line.rule, content_type, answer.status_code)
    assert not own.all.has_changed()
    assert knocker


# --- The host (rows 57, 58) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "localhost.evil.example"}, {"Host": "evil.example:8000"}, {"Host": "localhost@evil"}],
)  # fmt: skip
def test_a_foreign_host_name_gets_nothing(own, headers):
    """Row 57: at every door, by GET and by POST: 400, no page, no link to it, nothing done."""
    for method in ("GET", "POST"):
        for line, knocker in first_lines(own, method):
            asked = own.asking.request(line, knocker.person)
            set_cookie(knocker.browser, knocker.cookie)
            data = None if asked.data is None else {**asked.data, "csrf_token": knocker.token}
            answer = knocker.browser.client.open(asked.path, method=method, data=data, headers=headers)
            assert answer.status_code == 400, (line.rule, answer.status_code)
            assert b"evil" not in answer.get_data()
            assert "evil" not in str(answer.headers)
    assert not own.all.has_changed()


def test_forwarded_names_of_hosts_change_nothing(own):
    """Rows 57, 58: without a proxy in front, X-Forwarded-* is ignored, in pages and in mails."""
    evil = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "host=evil.example", "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "X-Host": "evil.example",
        "X-HTTP-Method-Override": "DELETE",
    }  # fmt: skip
    for line, knocker in first_lines(own, "GET"):
        set_cookie(knocker.browser, knocker.cookie)
        answer = knocker.browser.client.get(own.asking.request(line, knocker.person).path, headers=evil)
        assert answer.status_code in {200, 303}
        assert b"evil.example" not in answer.get_data()
        assert "evil.example" not in str(answer.headers)
        answer.close()
    public = own.knockers["anonymous"]
    reader = own.all.made.people[own.party].reader
    answer = posting(
        public, "/forgotten-password", {"email": reader.email, "csrf_token": public.token}, headers=evil
    )
    assert answer.status_code == 303
    assert post(own.all.house) >= 1
    for path in (own.all.house.app.settings.instance / "mail").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=default_policy)
        text = f"{mail}{mail.get_content()}"
        assert "evil" not in text and "203.0.113" not in text
        links = re.findall(r"https?://[^/\s]+", mail.get_content())
        assert set(links) == {"http://localhost:8000"}, links


# --- Looking is not acting (rows 36, 98) -------------------------------------------------------------------


def test_a_view_that_writes_while_it_is_only_looked_at_fails(house):
    """Row 98: on both databases; the engine behind `reading()` refuses, and the answer is an error page."""

    def harm() -> str:
        session = reading()
        session.execute(insert(SignInAttempt).values(id="harm", counted_for="harm", at=house.clock.now()))
        session.commit()
        return "written"

    house.app.add_url_rule("/harm", "harm", harm, allow=Permission.ENTER)
    answer = house.app.test_client().get("/harm")
    assert answer.status_code in {500, 503}
    with house.read() as session:
        assert session.get(SignInAttempt, "harm") is None


def test_a_machine_that_opens_every_link_does_nothing_and_every_page_stays_at_home(own):
    """Row 36: every link of every page and mail, opened by a machine that reads along: nothing changes. Rows 12, 37,
    123: nothing is fetched from elsewhere, no frame may hold a page, no answer may be kept."""
    officer = own.knockers["officer"]
    set_cookie(officer.browser, officer.cookie)
    pages = crawl(officer.browser, ["/", f"/set-password/{own.asking.link}"], passes_over=few_entries)
    assert len(pages) >= 300
    assert not own.all.has_changed()
    print(f"\nlinks opened: {len(pages)}")
    for path, page in pages.items():
        headers = page.response.headers
        assert headers["Cache-Control"] == "no-store", path
        assert "Cookie" in headers["Vary"], path
        if re.search("/attachments/|/archive$|/files/.|/pdf(?:[?]|$)", path):  # a file: it may run or load nothing
            assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'", path
        else:
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
            assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "DENY", path
        elsewhere = re.findall(
            r"""(?:src|href|action|srcset|poster|data)=["']?(?:https?:)?//[^"'\s>]*""", page.source
        )
        assert elsewhere == [], (path, elsewhere)
        assert "@import" not in page.source, path


def test_errors_too_may_not_be_kept_and_signing_out_clears_what_was(own):
    """Row 12: 303, 400, 401, 403, 404, 405, 409, 413, 422 carry the headers; signing out asks to clear the cache."""
    officer = own.knockers["officer"]
    seen = set()
    asked: list[tuple[str, Asked]] = [
        ("GET", Asked("/nowhere")),
        ("GET", Asked("/members/add")),
        ("PUT", Asked("/members")),
        ("GET", Asked("/documents/" + own.all.made.papers[PROPOSALS, own.party, "agreed"].id)),
        ("POST", Asked(f"/{PROPOSALS}/new", {"title": ""})),
        ("POST", Asked(f"/{PROPOSALS}/preview", {"summary": "x" * 3_000_000})),
        ("GET", Asked(f"/{PROPOSALS}/{own.all.made.papers[PROPOSALS, own.party, 'agreed'].id}/draft")),
    ]
    answers = [officer.send(*one) for one in asked]
    answers.append(posting(officer, "/language", {"language": "en"}))
    answers.append(posting(own.knockers["closed"], f"/{PROPOSALS}/preview", {}))
    answers.append(
        officer.browser.client.get(
            "/", headers={"If-None-Match": '"x"', "If-Modified-Since": "Thu, 01 Jan 2099"}
        )
    )
    for answer in answers:
        seen.add(answer.status_code)
        officer.browser.check(Page(officer.browser, answer, "/x"))
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
    assert {200, 303, 400, 401, 403, 404, 405, 422} <= seen, seen
    left = posting(officer, "/sign-out", {"csrf_token": officer.token})
    assert left.headers["Clear-Site-Data"] == '"cache"'


# --- Preview and downloads (rows 14, 18, 74, 82) -------------------------------------------------------------


def test_a_preview_shows_what_was_sent_and_nothing_that_is_kept(own):
    """Row 18: no identifier of a draft, of either side, makes a preview show its words."""
    drafter = own.knockers["drafter"]
    ids = [paper.id for paper in own.all.made.papers.values()]
    for path in ("activities/proposals", "activities/particulars", "term/dates"):
        for id in ids:
            data = {
                name: id
                for name in (
                    "id",
                    "document",
                    "document_id",
                    "draft",
                    "from",
                    "revision",
                    "summary",
                    "method",
                )
            }
            answer = posting(
                drafter,
                f"/{path}/preview?id={id}",
                data | {"preview": "summary", "csrf_token": drafter.token},
            )
            assert answer.status_code == 200
            body = answer.get_data(as_text=True)
            assert "CANARY" not in body
            assert "観察会" not in body
    assert not own.all.has_changed()


@pytest.mark.parametrize("name", FILE_NAMES, ids=[f"{n:02}" for n in range(len(FILE_NAMES))])
def test_a_file_of_any_name_is_handed_out_under_a_name_that_does_no_harm(own, name):
    """Rows 74, 82, 83: uploaded by a form, downloaded by its link; one header, no path, no control character."""
    drafter = own.knockers["drafter"]
    paper = own.all.made.papers[PROPOSALS, own.party, "draft"]
    data = {"file": (io.BytesIO("本文です。\n".encode()), name), "csrf_token": drafter.token}
    answer = posting(drafter, f"/{PROPOSALS}/{paper.id}/attachments", data)
    assert answer.status_code in {303, 422}, answer.status_code
    if answer.status_code == 303:
        page = drafter.browser.get(f"/{PROPOSALS}/{paper.id}/files")
        link = [href for href in page.links if re.search("/attachments/[0-9a-z]{22}$", href)][-1]
        file = drafter.browser.client.get(link)
        assert file.get_data(as_text=True) == "本文です。\n"
        must_be_a_harmless_download(file)
    own.all.put_back()


def must_be_a_harmless_download(file: Any) -> None:
    """Row 82: always an attachment of no type that a browser would run; its name is a name and nothing else."""
    dispositions = file.headers.getlist("Content-Disposition")
    assert len(dispositions) == 1
    message = Message()
    message["Content-Disposition"] = dispositions[0]
    assert message.get_content_disposition() == "attachment"
    assert dispositions[0].isascii(), "a name that gunicorn cannot send"
    whole = unquote(dispositions[0].rpartition("filename*=UTF-8''")[2])
    for given in (message.get_filename() or "", whole):
        assert given and given not in {".", ".."}
        assert not re.search(r'[\x00-\x1f\x7f/\\<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]', given), (
            repr(given)
        )
        assert len(given.encode()) <= 255
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Type"].startswith("application/octet-stream")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert "default-src 'none'" in file.headers["Content-Security-Policy"]
    assert "script-src" not in file.headers["Content-Security-Policy"]
    assert file.headers["Cache-Control"] == "no-store"


def test_a_kept_file_is_reached_by_its_own_door_only(own):
    """Row 14: no address under the web root leads to the folder of files, the database, or the secret key."""
    drafter, settings = own.knockers["drafter"], own.all.house.app.settings
    kept = [path for path in (settings.instance / "files").rglob("*") if path.is_file()]
    assert len(kept) > 10
    places = [str(path.relative_to(settings.instance)) for path in kept[:10]] + ["portal.db", "secret_key"]
    for place in places:
        for prefix in ("/", "/static/", "/instance/", "/files/", "/static/../instance/", "/attachments/"):
            for path in (f"{prefix}{place}", f"{prefix}{Path(place).name}"):
                assert drafter.send("GET", Asked(path)).status_code == 404, path


def test_a_download_in_parts_asks_at_the_door_too(own):
    """Row 16: Range and HEAD of a file that is no longer, or was never, the reader's: 404, no byte of it."""
    other = own.asking.other
    paper = own.all.made.papers[PROPOSALS, other, "tabled"]
    officer = own.knockers["officer"]
    for id, status in ((paper.attachment, {200, 206}), (paper.own_attachment, {404})):
        for method in ("GET", "HEAD"):
            set_cookie(officer.browser, officer.cookie)
            path = f"/{PROPOSALS}/{paper.id}/attachments/{id}"
            answer = officer.browser.client.open(path, method=method, headers={"Range": "bytes=0-5"})
            assert answer.status_code in status
            answer.close()


def test_what_is_kept_in_the_cookie_is_no_secret_of_the_portal(own):
    """Row 53: the cookie holds a token, a CSRF value and a language; it is signed, HttpOnly, SameSite."""
    public = own.all.browser(None)
    answer = public.client.get("/sign-in")
    token = token_of(public)
    signed = public.client.post(
        "/sign-in",
        data={
            "csrf_token": token,
            "email": own.all.made.people[own.party].reader.email,
            "password": PASSWORD,
        },
    )
    for one in (answer, signed):
        header = one.headers["Set-Cookie"]
        assert "HttpOnly" in header and "SameSite=Lax" in header and "Path=/" in header
        assert "Domain" not in header
    assert PUBLIC
