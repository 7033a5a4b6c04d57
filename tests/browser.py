"""The only way tests fetch a page: a browser without scripts that checks the house rules as it goes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from werkzeug.test import TestResponse

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_WORDS_OUT = re.compile(r"\s+")


class HouseLike(Protocol):
    """What a browser needs of a house."""

    app: Any


class BrokenHouseRule(AssertionError):
    """A page breaks a rule that every page keeps."""


@dataclass
class Form:
    """A form as it stands on a page, with everything a browser would send."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    elsewhere: list[str] = field(default_factory=list)
    """Where buttons send it that do not send it to `action`."""
    words: str = ""
    hidden: set[str] = field(default_factory=set)
    """The fields that nobody types into."""

    def values(self) -> dict[str, list[str]]:
        """What would be sent, by name."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        return sent


class _Reader(HTMLParser):
    """Reads what the checks and the forms need."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.title = ""
        self.language = ""
        self.faults: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.labels_for: set[str] = set()
        self.controls: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._select: tuple[str, list[str], str | None] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._in: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        for name in given:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"inline {name} on <{tag}>")
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "script" and not given.get("src"):
            self.faults.append("inline script")
        for name in ("src", "href", "action", "formaction"):
            if name in given and urlsplit(given[name]).netloc not in {"", "localhost"} and tag != "a":
                self.faults.append(f"foreign origin: {given[name]}")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "label":
            self.labels_for.add(given.get("for", ""))
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        if tag in {"input", "select", "textarea"}:
            self.controls.append((tag, given))
        if self._form is not None and tag in {"input", "select", "textarea", "button"}:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name = given.get("name", "")
        kind = given.get("type", "text" if tag == "input" else "submit")
        if tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [], None)
        elif tag == "button" or kind == "submit":
            self._button = (name, given.get("value", ""), [])
            if "formaction" in given:
                self._form.elsewhere.append(given["formaction"])
        elif kind == "file":
            self._form.files.add(name)
        elif kind in {"checkbox", "radio"}:
            self._form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                self._form.fields.append((name, given.get("value", "on")))
        elif name and "disabled" not in given:
            self._form.fields.append((name, given.get("value", "")))
            if kind == "hidden":
                self._form.hidden.add(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        else:
            self.faults.append(f"stray </{tag}>")
        if tag == "form":
            self._form = None
        if tag == "textarea" and self._area and self._form is not None:
            name, words = self._area
            text = "".join(words).replace("\r\n", "\n")
            self._form.fields.append((name, text[1:] if text.startswith("\n") else text))
            self._area = None
        if tag == "select" and self._select and self._form is not None:
            name, options, chosen = self._select
            self._form.choices[name] = options
            if options:
                self._form.fields.append((name, chosen if chosen is not None else options[0]))
            self._select = None
        if tag == "button" and self._button and self._form is not None:
            name, value, words = self._button
            self._form.buttons.append((name, value, _WORDS_OUT.sub(" ", "".join(words)).strip()))
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
            return
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if self._open and self._open[-1] not in {"script", "style"}:
            self.text.append(data)
        if self._button is not None:
            self._button[2].append(data)
        if "h1" in self._open:
            self.headings.append(data)
        if self._form is not None:
            self._form.words += data

    def option(self, given: dict[str, str]) -> None:
        """An option of the open select."""
        if self._select is not None:
            name, options, chosen = self._select
            options.append(given.get("value", ""))
            if "selected" in given:
                chosen = given.get("value", "")
            self._select = (name, options, chosen)


class _PageReader(_Reader):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag == "option":
            self.option({name: value or "" for name, value in attrs})


class Page:
    """An answer, read."""

    def __init__(self, browser: Browser, response: TestResponse, path: str) -> None:
        self.browser, self.response, self.path = browser, response, path
        self.status = response.status_code
        self.is_page = response.mimetype == "text/html"
        self.source = response.get_data(as_text=True) if self.is_page else ""
        self._read = _PageReader()
        if self.is_page:
            self._read.feed(self.source)

    @property
    def text(self) -> str:
        """The words a person reads, white space made single."""
        return _WORDS_OUT.sub(" ", "".join(self._read.text))

    @property
    def title(self) -> str:
        """The title."""
        return self._read.title.strip()

    @property
    def heading(self) -> str:
        """The first-level heading."""
        return "".join(self._read.headings).strip()

    @property
    def links(self) -> list[str]:
        """Where the links lead."""
        return self._read.links

    @property
    def forms(self) -> list[Form]:
        """Every form of the page."""
        return self._read.forms

    def form(self, containing: str) -> Form:
        """The one form whose address or words contain `containing`; forms that post first."""
        found = [
            form
            for form in self.forms
            if containing in form.action
            or containing in form.words
            or any(containing in b[2] for b in form.buttons)
        ]
        found.sort(key=lambda form: form.method != "post")
        assert found, (
            f"no form with {containing!r} on {self.path}: {[(f.action, f.buttons) for f in self.forms]}"
        )
        return found[0]

    def submit(
        self, containing: str, /, *, follow: bool = True, button: tuple[str, str] | None = None, **values: Any
    ) -> Page:
        """The form sent with `values` in place of what stands in it (a list for several, None to leave out)."""
        form = self.form(containing)
        sent = form.values()
        for name, value in values.items():
            if value is None:
                sent.pop(name, None)
            elif isinstance(value, list | tuple) and not (value and isinstance(value[0], io.IOBase)):
                sent[name] = list(value)
            else:
                sent[name] = [value]
        if button:
            sent[button[0]] = [button[1]]
        where = urljoin(f"http://localhost{self.path}", form.action or self.path)
        target = urlsplit(where).path + (f"?{urlsplit(where).query}" if urlsplit(where).query else "")
        if form.method == "get":
            return self.browser.get(urlsplit(where).path, query=sent)
        return self.browser.post(target, sent, follow=follow)

    def has_lost_nothing(self, **typed: str) -> None:
        """Everything typed stands in some field of the page."""
        held = [value for form in self.forms for _, value in form.fields]
        for name, value in typed.items():
            assert value in held, f"{name}: {value[:60]!r} was lost on {self.path}"


class Browser:
    """One person's browser, without scripts."""

    canaries: Iterable[str] = ()
    """Words that must never reach this person: the other sides' private ones."""

    def __init__(self, house: HouseLike, *, language: str = "ja") -> None:
        self.house = house
        self.client = house.app.test_client()
        self.language = language
        self.visited = 0

    def sign_in(self, email: str, password: str) -> Page:
        """The person has signed in as a person does: by the form."""
        page = self.get("/sign-in")
        answer = page.submit("/sign-in", email=email, password=password)
        assert answer.status == 200, (answer.status, answer.text[:400])
        return answer

    def get(
        self,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        follow: bool = True,
        expect: int | None = None,
    ) -> Page:
        """The page at `path`."""
        response = self.client.get(path, query_string=query, headers={"Accept-Language": self.language})
        return self._answer(response, path, follow, expect)

    def post(
        self,
        path: str,
        data: Mapping[str, Any],
        *,
        follow: bool = True,
        expect: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """`data` sent to `path`."""
        response = self.client.post(
            path,
            data=dict(data),
            headers={"Accept-Language": self.language, **(headers or {})},
            content_type="multipart/form-data" if _has_file(data) else None,
        )
        return self._answer(response, path, follow, expect)

    def _answer(self, response: TestResponse, path: str, follow: bool, expect: int | None) -> Page:
        self.visited += 1
        page = Page(self, response, path)
        self.check(page)
        if follow and response.status_code in {301, 302, 303, 307, 308}:
            where = urlsplit(response.headers["Location"])
            return self.get(where.path + (f"?{where.query}" if where.query else ""), expect=expect)
        if expect is not None:
            assert page.status == expect, (page.status, path, page.text[:400])
        return page

    def check(self, page: Page) -> None:
        """Raises BrokenHouseRule when the answer breaks what every answer keeps (rows 7, 10, 12, 37, 123)."""
        faults: list[str] = []
        headers = page.response.headers
        if page.status == 500:
            faults.append("a fault of the portal's own (500)")
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            if name not in headers:
                faults.append(f"no {name}")
        if not page.path.startswith("/static/"):
            if headers.get("Cache-Control") != "no-store":
                faults.append("may be cached")
            if "Cookie" not in headers.get("Vary", ""):
                faults.append("does not vary by cookie")
            if "ETag" in headers:
                faults.append("has an ETag")
        raw = unpacked(page.response.get_data())
        for canary in self.canaries:
            if canary.encode() in raw or any(canary in value for value in headers.values()):
                faults.append(f"shows {canary}, which is another side's")
        if page.is_page:
            faults += self._page_faults(page)
        if faults:
            raise BrokenHouseRule(f"{page.path} ({page.status}): " + "; ".join(faults))

    def _page_faults(self, page: Page) -> list[str]:
        read = page._read
        faults = list(read.faults)
        if read.language not in {"ja", "en"}:
            faults.append(f"lang={read.language!r}")
        if not read.title.strip():
            faults.append("no title")
        if len(read.headings) == 0:
            faults.append("no h1")
        twice = {one for one in read.ids if read.ids.count(one) > 1}
        if twice:
            faults.append(f"ids twice: {sorted(twice)}")
        for tag, given in read.controls:
            if given.get("type") in {"hidden", "submit"} or given.get("aria-label"):
                continue
            if given.get("id", "") not in read.labels_for:
                faults.append(f"<{tag} name={given.get('name')}> has no label")
        for form in read.forms:
            names = {name for name, _ in form.fields}
            if form.method == "post" and "csrf_token" not in names:
                faults.append(f"the form to {form.action or page.path} has no CSRF token")
        if "%(" in page.text or "{{" in page.text:
            faults.append("words with an unfilled place")
        return faults


def unpacked(data: bytes) -> bytes:
    """The bytes of an answer; of a workbook or another archive, those of everything in it (row 8)."""
    if not data.startswith(b"PK\x03\x04"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return b"\n".join(parts.read(name) for name in parts.namelist())


def _has_file(data: Mapping[str, Any]) -> bool:
    return any(
        isinstance(inner, io.IOBase)
        or (isinstance(inner, tuple) and inner and isinstance(inner[0], io.IOBase))
        for value in data.values()
        for inner in (value if isinstance(value, list) else [value])
    )
