"""Whatever is typed into any field: a page in the reader's language that keeps it and says what to do; never a 500."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from portal.consent.models import Comment, Document, Note, Reply
from portal.history.models import Entry
from portal.kernel.clock import JAPAN
from portal.kernel.ids import new_id
from tests.browser import Browser, Form, Page
from tests.conftest import open_house
from tests.house.corpora.strings import TEXTS
from tests.house.crawling import crawl, few_entries, forms_on
from tests.house.oracle import Asking
from tests.house.test_doors import living_link
from tests.kernel.corpora import upload_files
from tests.makers.advice import corrected, handled
from tests.makers.agreements import THREE
from tests.makers.cooperation import KINDS, STANDINGS, Cooperation, Maker, cookie_of, set_cookie
from tests.makers.notices import agreed_accord, held_meeting
from tests.makers.people import PASSWORD, People, TestPerson
from tests.makers.publicity import agreed_item, published
from tests.makers.volumes import FULL

PROPOSALS, PARTICULARS, DATES = "activities/proposals", "activities/particulars", "term/dates"
PUBLICITY, VOLUNTARY, ANSWERS = "publicity", "publicity/voluntary", "doubts/answers"
ID = re.compile(r"[0-9a-z]{22}")
ABOUT = re.compile(r"(?<=[?&])(activity|amendment|clause|doubt|holding|item|notice|of|way)=[^&]*")
"""What a form was opened about: it asks the same, whichever one that is."""
NUMBER = re.compile("[0-9]+([.][0-9]+)*")
HIDDEN = {"csrf_token", "once", "saves", "seen", "next", "language", "then"}
SECRET = {"password", "current", "new", "again", "step_up_password"}
KANA = re.compile("[ぁ-んァ-ヶ]")
ERROR = re.compile(
    r'<p class="field-error">.*?<span>(?:<span class="visually-hidden">.*?</span>)?(.*?)</span></p>', re.S
)
SUMMARY = re.compile(r'<div class="error-summary".*?<ul>(.*?)</ul>', re.S)


@dataclass
class Found:
    """One form, and whose browser it stands in."""

    key: str
    address: str
    browser: Browser
    cookie: str
    form: Form
    token: str

    @property
    def typed_in(self) -> list[str]:
        """The fields a person types into or chooses from."""
        names = dict.fromkeys([*(name for name, _ in self.form.fields), *self.form.choices, *self.form.files])
        return [name for name in names if name not in HIDDEN and name not in self.form.hidden]

    def values(self, *, text: str | None = None, **given: str) -> dict[str, Any]:
        """What is sent: what stands in the form, the first of each choice, `text` in every field for words."""
        sent: dict[str, Any] = self.form.values()
        for name, options in self.form.choices.items():
            if not sent.get(name) and options:
                sent[name] = [options[0]]
        if text is not None:
            for name in self.typed_in:
                if name not in self.form.choices and name not in self.form.files:
                    sent[name] = [text]
        for name in self.form.files:
            sent[name] = (io.BytesIO("本文".encode()), "資料.txt")
        sent |= {name: [value] for name, value in given.items()}
        return sent | {"once": [given.get("once", new_id())], "csrf_token": [self.token]}

    def send(self, values: dict[str, Any], *, language: str = "ja", in_parts: bool = False) -> Page:
        """The answer, not followed; the house rules are kept by it, but for words that a person typed."""
        set_cookie(self.browser, self.cookie)
        kind, body = "application/x-www-form-urlencoded", urlencode(values, doseq=True).encode()
        if in_parts or any(isinstance(value, tuple) for value in values.values()):
            parts = MultiDict[str, Any]()
            for name, value in values.items():
                if isinstance(value, tuple):
                    parts.add(name, FileStorage(value[0], filename=value[1]))
                else:
                    parts.setlist(name, value if isinstance(value, list) else [value])
            stream, _, boundary = stream_encode_multipart(parts, use_tempfile=False)
            kind, body = f'multipart/form-data; boundary="{boundary}"', stream.read()
        response = self.browser.client.post(
            self.address,
            data=body,
            content_type=kind,
            headers={"Accept-Language": language},
            buffered=True,  # a file on its way out is closed
        )
        page = Page(self.browser, response, self.address)
        self.browser.check(page)
        return page


@dataclass
class Forms:
    """Every form of the portal, once for each that is different."""

    all: Cooperation
    found: list[Found]

    def put_back(self) -> None:
        """The database is as it was before, if anything was done."""
        if self.all.version() != self.all._version:
            self.all.put_back()


class Gathered:
    """The forms found so far, one of those that are alike."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, frozenset[str]], Found] = {}

    def take(self, browser: Browser, pages: dict[str, Page]) -> None:
        """The forms of these pages, as they stand in this browser."""
        for address, (_, form) in forms_on(pages).items():
            key = re.sub("/(set-password|archive-address)/.*", r"/\1/<token>", ID.sub("<id>", address))
            key = ABOUT.sub(r"\1=<which>", key)
            names = frozenset(
                NUMBER.sub("<n>", name)
                for name in (*(name for name, _ in form.fields), *form.choices, *form.files)
            )
            if (key, names) not in self.found:
                token = dict(form.fields)["csrf_token"]
                self.found[key, names] = Found(key, address, browser, cookie_of(browser), form, token)


def overtaken(cooperation: Cooperation, path: str, maker: Maker) -> str:
    """A paper of the other side's, tabled anew while this side drafted upon what stood before; its id."""
    people = cooperation.made.people
    side, other = (people[key] for key in cooperation.parties[:2])
    assert other.party
    activity = maker.agreed_activity(other.party) if path == PARTICULARS else None
    if path == ANSWERS:
        maker.asked = maker.raised(other.party).reference
    id = maker.start(path, other.drafter, mark=None, activity=activity)
    maker.attach(path, id, other.drafter, "共有")
    maker.table(path, id, other.drafter2)
    maker.save(path, id, side.drafter, "こちらの案")
    maker.save(path, id, other.drafter, "あちらの案")
    maker.table(path, id, other.drafter2)
    return id


def awaited(cooperation: Cooperation) -> list[str]:
    """What a cooperation comes to later: an item that waits for an event, one of which a channel is out, and a
    correction of advice that the first party's officer had handled; their addresses."""
    house, people = cooperation.house, cooperation.made.people
    gave = cooperation.made.advice[str(people[1].party), "gave"].id
    window = {"time": "", "until_day": "2026-03-31", "in_order": "no"}
    waiting = agreed_item(house, people, timing_kind="after_event", event="講演", **(window | {"day": ""}))
    out = agreed_item(house, people, timing_kind="window", **(window | {"day": "2025-10-01"}))
    published(house, people[0].officer, out, at=house.clock.now())
    handled(house, people[0].officer, gave)
    later = corrected(house, people[1].drafter, gave).id
    return [f"/publicity/{waiting}", f"/publicity/{out}", f"/advice/{later}"]


def after_the_end(cooperation: Cooperation, gathered: Gathered, person: TestPerson) -> None:
    """What is offered once the agreement is over: voluntary agreements in every standing, as `person` sees them."""
    maker, parties = Maker(cooperation.house, cooperation.made), cooperation.parties
    maker.pace = 0  # nobody's session may end meanwhile
    with maker.after_the_end():
        papers = [
            maker.paper(VOLUNTARY, party, standing).id for party in parties[:2] for standing in STANDINGS
        ]
        late = overtaken(cooperation, VOLUNTARY, maker)
        agreed = cooperation.made.papers[PUBLICITY, parties[0], "agreed"].id
        browser = cooperation.browser(person)
        begin = [
            f"/{VOLUNTARY}/new",
            *(f"/{VOLUNTARY}/{id}" for id in papers),
            f"/{VOLUNTARY}/{papers[0]}/files",
            f"/publicity/{agreed}",
        ]
        alone = crawl(browser, begin, passes_over=lambda at: not at.startswith(f"/{VOLUNTARY}/"))
        gathered.take(browser, alone)
        gather_late(cooperation, gathered, browser, f"/{VOLUNTARY}/{late}/table")


def gather_late(cooperation: Cooperation, gathered: Gathered, browser: Browser, address: str) -> None:
    """The page that tells a drafter what has been tabled since, with its form."""
    token = cooperation.token(browser)
    told = browser.post(address, {"saves": "1", "once": new_id(), "csrf_token": token}, expect=409)
    gathered.take(browser, {address: told})


@pytest.fixture(scope="module")
def every_form(shared_cooperation: Cooperation) -> Forms:
    """Gathered by walking through the portal, and to what a walk comes to only now and then."""
    every, gathered = shared_cooperation, Gathered()
    side, clock = every.made.people[0], every.house.clock
    papers = {path: every.made.papers[path, side.party, "draft"].id for path in KINDS}
    starts = ["/", f"/{DATES}/new", *(f"/{path}/{id}/files" for path, id in papers.items()), *awaited(every)]
    maker = Maker(every.house, every.made)
    late = [f"/{path}/{overtaken(every, path, maker)}/table" for path in papers]
    auditor = every.made.extra[str(side.party), "auditor"].member_id
    posts = ["/", *(f"/members/{auditor}/{page}" for page in ("auditor/end", "change", "close"))]
    Browser(every.house).sign_in(side.officer.email, PASSWORD)  # one session more, to be ended
    operator = every.made.people.operator
    for person, begin, each in (
        (side.officer, starts, 20), (side.admin, posts, 12), (operator, ["/"], 5), (None, ["/"], 3),
    ):  # fmt: skip
        browser = every.browser(person)
        gathered.take(browser, crawl(browser, begin, passes_over=few_entries, each=each))
    officer = every.browser(side.officer)
    for address in late:  # to be moved to what has been tabled since
        gather_late(every, gathered, officer, address)
    after_the_end(every, gathered, side.officer)
    archive = Asking(every, str(side.party)).archive_link
    for link in (f"/set-password/{living_link(every)}", f"/archive-address/{archive}"):
        gathered.take(browser, {link: browser.get(link)})
    every.keep()
    admin = every.browser(side.admin)
    clock.move(minutes=11)  # the password has to be entered once more
    gathered.take(admin, {"/members/add": admin.get("/members/add")})
    clock.move(minutes=-11)
    every.put_back()
    return Forms(every, list(gathered.found.values()))


@pytest.fixture
def forms(every_form: Forms) -> Iterator[Forms]:
    """Every form; the database is put back after the test."""
    yield every_form
    every_form.all.put_back()


@pytest.fixture
def forms_of_three(three_on_disk: tuple[Path, People], tmp_path: Path) -> Iterator[list[Found]]:
    """Forms that only an agreement with regular meetings has, in the last days of its term: of a meeting to be written
    down, of one that another party has written down, and of what the party intends."""
    path, people = three_on_disk
    shutil.copy(path, tmp_path / "portal.db")
    at = dt.datetime(2028, 3, 1, 9, tzinfo=JAPAN)
    house = open_house(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path, agreement=THREE, at=at)
    house.people = people
    meeting = held_meeting(house, people[1].drafter)
    gathered, browser = Gathered(), Browser(house)
    browser.sign_in(people[0].officer.email, PASSWORD)
    starts = ["/term", "/term/meetings/new", f"/term/meetings/{meeting}"]
    gathered.take(browser, {address: browser.get(address) for address in starts})
    yield [found for found in gathered.found.values() if found.key in FORMS_OF_THREE]
    house.app.engines.dispose()


FORMS_OF_THREE = {"/term/intentions", "/term/meetings/new", "/term/meetings/<id>/answer"}


def said_beside_fields(page: Page) -> list[str]:
    """What is said beside the fields, without what it quotes of the typed."""
    return [
        re.sub("<[^>]*>|&#34;.*?&#34;|“.*?”|「.*?」", "", one, flags=re.S) for one in ERROR.findall(page.source)
    ]


def must_be_a_good_answer(found: Found, page: Page, sent: dict[str, Any], language: str, what: str) -> None:
    """An outcome, or a page in the reader's language that keeps what was typed and says what to do."""
    where = f"{found.key} with {what}"
    assert page.status in {200, 303, 400, 403, 404, 409, 413, 422}, f"{where}: {page.status}"
    if page.status in {200, 303}:
        return
    assert page.is_page and page._read.language == language, f"{where}: in {page._read.language!r}"
    assert len(page.text) > 100, where
    if page.status in {403, 404, 413}:
        return
    held = "\n".join(value for form in page.forms for _, value in form.fields)
    for name in found.typed_in:
        if name in SECRET or name in found.form.files or name in found.form.choices:
            continue
        for value in sent.get(name) or []:
            assert lined(value) in lined(held), f"{where}: {name} was lost"
    if page.status == 422:
        said = said_beside_fields(page) or SUMMARY.findall(page.source)  # of no field: above the form
        assert said or "data-refused" in page.source, f"{where}: 422 without a word"
        if language == "en":
            assert not any(KANA.search(one) for one in said), f"{where}: {said}"


OF_ALL = {
    "attachments", "comments", "consent", "consultations", "decline", "discard", "copy", "hold", "lift-hold", "notes",
    "rebase", "replace", "send-back", "table", "withdraw", "withdraw-consent",
}  # fmt: skip
"""What every kind of paper has."""


def is_of_the_mechanism(found: Found) -> bool:
    """Whether the form is one that every kind of paper has alike, on another kind than proposals."""
    others = (*(path for path in KINDS if path != PROPOSALS), VOLUNTARY)
    return "draft" not in found.key and any(
        found.key.startswith(f"/{path}/<id>/")
        and found.key.removeprefix(f"/{path}/<id>/").partition("/")[0] in OF_ALL
        for path in others
    )


# --- Every field, every string ---------------------------------------------------------------------------


WITHOUT_A_FORM = {
    "term.dates_preview", "term.accord_preview", "amendments.amendment_preview", "amendments.execution_preview",
    "term.accord_replace", "amendments.execution_replace",
    *(f"{kind}_{act}" for kind in ("term.accord", "amendments.execution", "doubts.answer") for act in ("hold", "lift_hold")),
}  # fmt: skip
"""Previews of papers that have no Markdown in them; and the holding and replacing of what has taken effect as it was
agreed: nobody is offered it, and the page of such an act says at once that it is refused."""


def test_every_door_that_takes_a_form_is_among_the_forms(forms, forms_of_three):
    """No form is left out of what follows: there is one for every address that takes a POST, but for those that no page
    has a form for."""
    app = forms.all.house.app
    to = app.url_map.bind("localhost")
    every = [*forms.found, *forms_of_three]
    reached = {to.match(found.address.partition("?")[0], method="POST")[0] for found in every}
    assert {endpoint for endpoint, method in app.doors if method == "POST"} - reached == WITHOUT_A_FORM


def test_what_only_an_agreement_with_meetings_asks_takes_or_refuses_every_string(forms_of_three):
    """Rows 64, 66, 67, 69: each string in all fields at once, and alone in each while the others hold what is asked
    for; recorded, or refused with everything that was typed."""
    assert {found.key for found in forms_of_three} == FORMS_OF_THREE
    good = {
        "/term/intentions": {"says": "continue", "remark": "予算による"},
        "/term/meetings/<id>/answer": {"is_confirmed": "no", "remark": "欠席した"},
        "/term/meetings/new": {
            "held_on": "2028-02-29",
            "summary": "進み具合を話した。",
            "decisions": "次は春",
        },
    }
    tally, wrong = Counter[str](), list[str]()
    for found in forms_of_three:
        fields = [one for one in found.typed_in if one not in {*found.form.choices, *found.form.files}]
        given = good[found.key] | {one: "課長" for one in fields if one.startswith("participants-")}
        assert found.send(found.values(**given)).status == 303, found.key
        for turn, (what, text) in enumerate(TEXTS.items()):
            for number, name in enumerate((None, *fields)):
                language = ("ja", "en")[(turn + number) % 2]
                sent = found.values(**given) | {one: [text] for one in fields if name in {None, one}}
                try:
                    page = found.send(sent, language=language)
                    must_be_a_good_answer(found, page, sent, language, f"{name}: {what}")
                except AssertionError as fault:
                    wrong.append(str(fault)[:300])
                else:
                    tally[str(page.status)] += 1
        for name in found.form.choices:
            assert found.send(found.values(**given) | {name: ["otsu"]}).status == 422, (found.key, name)
    print(f"\n{dict(tally)}")
    assert wrong == [], "\n".join(wrong)
    assert tally["303"] >= 100 and tally["422"] >= 20


def test_words_that_come_too_late_for_a_meeting_or_an_intention_are_kept(forms_of_three):
    """Somebody of the own side has confirmed the summary meanwhile, or all have agreed on an end: refused, nothing
    lost."""
    of = {found.key: found for found in forms_of_three}
    answer, intention = of["/term/meetings/<id>/answer"], of["/term/intentions"]
    assert answer.send(answer.values(is_confirmed="yes", remark="")).status == 303
    house: Any = answer.browser.house
    agreed_accord(house, house.people, "end", last_day="2028-03-20", measures="apply")
    for language in ("ja", "en"):
        page = answer.send(answer.values(is_confirmed="no", remark="途中で退席した"), language=language)
        assert page.status == 409
        page.has_lost_nothing(remark="途中で退席した")
        page = intention.send(intention.values(says="continue", remark="予算による"), language=language)
        assert page.status == 409
        page.has_lost_nothing(remark="予算による")


@pytest.mark.volumes
def test_every_field_of_every_form_takes_or_refuses_every_string(forms):
    """ "Bad input" of the issue; rows 64, 66, 67, 69, 70, 72, 75: every field of every page with every string of the
    corpus, in both languages; no 500, nothing typed lost, no other party's canary."""
    tally, wrong = Counter[str](), list[str]()
    for number, found in enumerate(forms.found):
        fields = [name for name in found.typed_in if name not in found.form.choices]
        for turn, (what, text) in enumerate(TEXTS.items()):
            if not fields or (not FULL and (turn + number) % (24 if is_of_the_mechanism(found) else 7)):
                continue
            language = ("ja", "en")[(turn // 7 + number) % 2]
            values = found.values(text=text)
            try:
                page = found.send(values, language=language)
                must_be_a_good_answer(found, page, values, language, what)
            except AssertionError as fault:
                wrong.append(str(fault)[:300])
            else:
                tally[str(page.status)] += 1
            tally["strings in fields"] += len(fields)
            tally["requests"] += 1
            forms.put_back()
    print(f"\nforms: {len(forms.found)}, {dict(tally)}")
    assert wrong == [], "\n".join(wrong)
    assert tally["strings in fields"] >= 5_000


@pytest.mark.volumes
def test_a_strange_string_alone_in_a_field_is_kept_or_shown_as_words(forms):
    """Rows 66, 75, 76: each field with each string while the others hold what is asked for, so that it comes through
    where it may; the page it leads to is whole, and what a draft was given stands in it as it was typed."""
    tally, wrong, turn = Counter[str](), list[str](), 0
    each = 1 if FULL else 130
    for found in forms.found:
        for name in found.typed_in:
            if name in found.form.choices or name in found.form.files or is_of_the_mechanism(found):
                continue
            for what, text in TEXTS.items():
                turn += 1
                if turn % each:
                    continue
                values = acceptable(found) | {name: [text]}
                language = ("ja", "en")[turn // each % 2]
                try:
                    page = found.send(values, language=language)
                    must_be_a_good_answer(found, page, values, language, f"{name}: {what}")
                    if page.status == 303:
                        shown = found.browser.get(page.response.headers["Location"])
                        assert shown.status == 200, (found.key, name, what, shown.status)
                    if page.status == 303 and found.key.endswith("/draft") and name != "settle_by":  # a month
                        must_hold(found.browser.get(found.address), name, text, what)
                except AssertionError as fault:
                    wrong.append(str(fault)[:300])
                else:
                    tally[str(page.status)] += 1
                forms.put_back()
    print(f"\n{dict(tally)}")
    assert wrong == [], "\n".join(wrong)
    assert tally["303"] >= 100


def must_hold(page: Page, name: str, text: str, what: str) -> None:
    """The page's field `name` holds `text` as it was typed, but for the ends of its lines and blanks around it; of
    milestones the only one said is the first, as rows left blank close up."""
    name = re.sub("^milestones-what-[0-9]+$", "milestones-what-0", name)
    held = "\n".join(value for form in page.forms for key, value in form.fields if key == name)
    assert lined(text) in lined(held), f"{page.path} has lost {name}: {what}"


def lined(text: str) -> str:
    """The text with one kind of line end, without the blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\r\n\u3000")


SHAPES = {"what"}
"""What an accord is about: where no page offers it, there is nothing that could be asked."""
STRANGE = ("x" * 30_000, "\u202e", "a\x00b", "NaN", "9223372036854775808", "", "otsu")


@pytest.mark.volumes
def test_choices_and_hidden_fields_that_no_page_offers_are_refused_beside_the_field(forms):
    """Row 64: one field at a time, the hidden ones and the choices too, with what no page offers, and with other
    things' identifiers."""
    others = [
        forms.all.made.papers[PROPOSALS, forms.all.parties[1], "draft"].id,
        forms.all.made.extra[forms.all.parties[1], "quiet"].member_id,
        forms.all.made.papers[PROPOSALS, forms.all.parties[1], "tabled"].own_attachment,
    ]
    wrong: list[str] = []
    requests = 0
    for turn, found in enumerate(forms.found):
        names = [
            *found.form.choices,
            *(name for name, _ in found.form.fields if name in (HIDDEN | found.form.hidden) - {"csrf_token"}),
        ]
        for number, name in enumerate(dict.fromkeys(names), turn):
            strange = (*STRANGE, others[number % 3], [others[0], others[1]])
            for value in strange if FULL else strange[number % 13 :: 13]:
                values = found.values() | {name: value if isinstance(value, list) else [value]}
                requests += 1
                try:
                    page = found.send(values)
                    typed = {} if name in SHAPES else values
                    must_be_a_good_answer(found, page, typed, "ja", f"{name}={value!r:.40}")
                    options = found.form.choices.get(name, ())
                    offered = (
                        value == "" or value in options or len(options) < 2
                    )  # one alone is ticked or not
                    assert offered or page.status != 303, f"{found.key}: {name}={value!r:.40} was taken"
                except AssertionError as fault:
                    wrong.append(str(fault)[:300])
                forms.put_back()
    print(f"\nrequests: {requests}")
    assert wrong == [], "\n".join(wrong)


def test_what_looks_like_a_place_in_a_sentence_is_words_like_any_other(forms):
    """A title that holds %(title)s, %%, {{ }} or a lone percent sign stands on every page as it was typed."""
    title = "100% の %(title)s と %(party)s と {{ 7*7 }} と %%"
    side, other = (forms.all.made.people[key] for key in forms.all.parties)
    drafter = forms.all.browser(side.drafter)
    asking = Asking(forms.all, side.party)
    set_cookie(drafter, forms.all.cookies[side.drafter.member_id])
    words = asking.words(PROPOSALS) | {
        "title": title,
        "csrf_token": forms.all.token(drafter),
        "once": new_id(),
    }
    made = drafter.client.post(f"/{PROPOSALS}/new", data=words)
    assert made.status_code == 303
    place = made.headers["Location"]
    saves = drafter.client.post(f"{place}/table", data={"saves": "1", "csrf_token": words["csrf_token"]})
    assert saves.status_code == 303
    for person in (side.officer, other.officer):
        reader = forms.all.browser(person)
        for path in (
            place,
            f"{place}/consent",
            f"{place}/decline",
            "/",
            "/messages",
            "/history",
            "/history?reading=trail",
        ):
            answer = reader.client.get(path)
            assert answer.status_code == 200, path
            if path == place:
                assert "%(title)s と %(party)s" in answer.get_data(as_text=True), path
        lists = [reader.client.get(f"/waiting/{whose}").get_data(as_text=True) for whose in ("ours", "theirs")]
        assert any("%(title)s と %(party)s" in one for one in lists)


# --- Too much ----------------------------------------------------------------------------------------------


def test_ten_megabytes_pasted_into_any_form_are_refused_with_a_page(forms):
    """A 10 MB paste into every form: 413, a page that says what to do; nothing changes, and never a 500."""
    paste = b"x" * 10_000_000
    wrong = []
    for found in forms.found:
        names = [name for name in found.typed_in if name not in found.form.files] or ["text"]
        set_cookie(found.browser, found.cookie)
        head = urlencode({"csrf_token": found.token, names[-1]: ""}).encode()
        answer = found.browser.client.post(
            found.address, data=head + paste, content_type="application/x-www-form-urlencoded"
        )
        page = Page(found.browser, answer, found.address)
        found.browser.check(page)
        if page.status != 413 or len(page.text) < 50:
            wrong.append((found.key, page.status))
    assert wrong == []
    assert not forms.all.has_changed()


def test_a_thousand_fields_and_more_are_refused(forms):
    """Row 64: a form of two thousand fields, in parts 413, in a line whatever the fields it knows deserve; never a
    500."""
    many = {f"x{number}": "1" for number in range(2_000)}
    for found in forms.found[::6]:
        assert found.send(many | found.values(), in_parts=True).status == 413, found.key
        assert not forms.all.has_changed()
        page = found.send(many | found.values())
        assert page.status in {200, 303, 400, 404, 409, 413, 422}, (found.key, page.status)
        forms.all.put_back()


# --- Sent twice (row 25) -----------------------------------------------------------------------------------


def test_every_form_that_acts_knows_that_it_was_sent(forms):
    """Row 25: every form but those that change nothing twice carries the name of this very showing of it."""
    harmless = {"/sign-out", "/language", "/history/verify", "/account/confirm"}
    harmless |= {"/advice/<id>/pdf", "/advice/<id>/files/<id>", "/advice/drafts/<id>/files/<id>"}  # taken again, it is told once
    exports = re.compile(r".*/export(\?.*)?")  # a file taken again leaves again, and that is told again
    without = [
        found.key
        for found in forms.found
        if "once" not in dict(found.form.fields)
        and found.key.partition("?")[0] not in harmless
        and not exports.fullmatch(found.key)
    ]
    assert without == []


def counted(cooperation: Cooperation) -> dict[str, int]:
    """How many there are of what a double click would double."""
    with cooperation.house.read() as session:
        return {
            model.__name__: session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Entry, Document, Comment, Note, Reply)
        }


TWICE = (
    f"/{PROPOSALS}/new", f"/{PROPOSALS}/<id>/draft", f"/{PROPOSALS}/<id>/comments", f"/{PROPOSALS}/<id>/notes",
    f"/{PROPOSALS}/<id>/consultations", f"/{PROPOSALS}/<id>/consent", f"/{PROPOSALS}/<id>/table",
    f"/{PROPOSALS}/<id>/copy", f"/{PROPOSALS}/<id>/discard", f"/{PROPOSALS}/<id>/hold", f"/{PROPOSALS}/<id>/decline",
    f"/{PROPOSALS}/<id>/consultations/<id>/confirm", "/activities/<id>/start", "/activities/<id>/acts/<id>/acknowledge",
    "/members/add", "/members/<id>/post", "/members/<id>/consent-power/ask", f"/{PARTICULARS}/<id>/comments",
)  # fmt: skip


@pytest.mark.parametrize("key", TWICE)
def test_a_form_sent_fifty_times_at_once_is_carried_out_once(forms, key):
    """Row 25: five tabs, ten clicks each; every answer is the outcome of the first, and there is one entry."""
    found = next(one for one in forms.found if one.key == key)
    values = acceptable(found)
    before = counted(forms.all)
    only = found.send(values)
    assert only.status in {200, 303}, (only.status, only.text[:300])
    once = {name: number - before[name] for name, number in counted(forms.all).items()}
    assert once["Entry"] >= 1
    forms.all.put_back()

    answers: list[tuple[int, str]] = []

    def click() -> None:
        browser = Browser(forms.all.house)
        for _ in range(10):
            set_cookie(browser, found.cookie)
            answer = browser.client.post(found.address, data=values)
            answers.append((answer.status_code, answer.headers.get("Location", "")))

    tabs = [threading.Thread(target=click) for _ in range(5)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(answers) == 50
    after = {name: number - before[name] for name, number in counted(forms.all).items()}
    assert after == once
    assert {status for status, _ in answers} <= {200, 303}, Counter(answers)
    assert len({place for status, place in answers if status == 303}) == 1, Counter(answers)


def acceptable(found: Found) -> dict[str, Any]:
    """Values with which the form is carried out; materials that it may take are left out, which would be kept even when
    the rest is refused."""
    words = {
        "text": "一言", "reason": "都合により", "held_on": "R7.10.1", "participants": "担当", "summary": "要旨",
        "decision_reference": "デ戦第9号", "on_day": "R7.10.2", "name": "新人 一", "email": "newcomer@example.jp",
        "title": "題名", "held_from": "R7.12.1", "purpose_reason": "役立つ", "measure": "施策",
    }  # fmt: skip
    values = found.values(**{name: words[name] for name in found.typed_in if name in words})
    if found.key.endswith(("/consultations", "/doubts/<id>/meetings", "/doubts/<id>/positions")):
        values = {name: value for name, value in values.items() if name not in found.form.files}
    return values


def test_the_same_form_with_other_words_is_not_taken_for_the_same(forms):
    """Row 25 the other way round: a key that comes again with other words is refused, and they are kept."""
    found = next(one for one in forms.found if one.key == f"/{PROPOSALS}/<id>/comments")
    values = acceptable(found)
    assert found.send(values).status == 303
    second = found.send(values | {"text": ["まったく別の意見です。"]})
    assert second.status == 409
    second.has_lost_nothing(text="まったく別の意見です。")


# --- Stale ---------------------------------------------------------------------------------------------------


def test_a_draft_saved_in_two_tabs_loses_neither(forms):
    """S10: the second tab is told, shows the difference, and keeps every word that was typed."""
    found = next(one for one in forms.found if one.key == f"/{PROPOSALS}/<id>/draft")
    first = found.values(title="朝の観察会", summary="丘で星を見る。")
    second = found.values(title="二つ目の窓", summary="二つ目の本文")
    assert found.send(first).status == 303
    for language in ("ja", "en"):
        page = found.send(second | {"once": [new_id()]}, language=language)
        assert page.status == 409
        page.has_lost_nothing(title="二つ目の窓", summary="二つ目の本文")
        assert "朝の観察会" in page.text.replace(" ", "")
        assert page._read.language == language


def test_an_answer_to_a_revision_that_is_no_more_is_told_so(forms):
    """Row 23: consent, sending back and withdrawing consent name the digest they answer to; another one is 409."""
    for act in ("consent", "send-back"):
        found = next(one for one in forms.found if one.key == f"/{PROPOSALS}/<id>/{act}")
        for seen in ("", "0" * 64, "x", "../..", "é" * 64, dict(found.form.fields)["seen"].upper()):
            page = found.send(acceptable(found) | {"seen": [seen]})
            assert page.status == 409, (act, seen, page.status)
            assert not forms.all.has_changed()


def test_a_page_left_open_over_night_loses_no_word(forms):
    """A token that no longer fits: 400, and the page holds what was typed, ready to be sent again."""
    found = next(one for one in forms.found if one.key == f"/{PROPOSALS}/<id>/draft")
    values = found.values(title="夜を越えた題名", summary="夜を越えた本文") | {"csrf_token": ["old"]}
    for language in ("ja", "en"):
        page = found.send(values, language=language)
        assert page.status == 400
        page.has_lost_nothing(title="夜を越えた題名", summary="夜を越えた本文")
        again = page.submit("もう一度送る" if language == "ja" else "Send again", follow=False)
        assert again.status == 303
        forms.all.put_back()


# --- Days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [("2025-12-20", "2025-10-02"), ("R7.12.20", "R7.12.19"), ("令和８年１月１日", "２０２５年１２月３１日")],
)
def test_an_end_before_its_start_keeps_both_and_says_which(forms, start, end):
    """Excellent 3.2: 422, both days as they were typed, the sentence beside the field, in both languages."""
    found = next(one for one in forms.found if one.key == f"/{PARTICULARS}/<id>/draft")
    for language in ("ja", "en"):
        page = found.send(found.values(timing_kind="range", start=start, end=end), language=language)
        assert page.status == 422
        page.has_lost_nothing(start=start, end=end)
        assert ERROR.findall(page.source)
        assert not forms.all.has_changed()


@pytest.mark.parametrize(
    "day", ["2025-02-30", "R7.2.29", "令和7年9月31日", "あした", "2025/13/01", "20251332", "0", "7" * 600]
)
def test_a_day_that_the_calendar_does_not_have_is_refused_wherever_a_day_is_asked_for(forms, day):
    """Every field for a day, of every form: the day typed stays in its field, with a sentence beside it."""
    asked, wrong = 0, []
    for found in forms.found:
        for name in found.typed_in if not found.key.endswith("/preview") else []:
            if re.fullmatch(
                r"on_day|held_on|held_from|decided_on|start|end|day|signed_on|consultation_from|milestones-day-0",
                name,
            ):
                page = found.send(acceptable(found) | {name: [day]})
                asked += 1
                if page.status not in {409, 422} or forms.all.has_changed():
                    wrong.append((found.key, name, page.status))
                    forms.put_back()
                elif page.status == 422:
                    page.has_lost_nothing(**{name: day})
    assert wrong == []
    assert asked >= 20


def test_what_has_not_happened_yet_cannot_be_recorded_as_done(forms):
    """Acts, consultations and decisions of a day to come are refused, with the day kept."""
    for key, name in (
        ("/activities/<id>/start", "on_day"),
        (f"/{PROPOSALS}/<id>/consultations", "held_on"),
        (f"/{PROPOSALS}/<id>/consent", "decided_on"),
    ):
        found = next(one for one in forms.found if one.key == key)
        page = found.send(acceptable(found) | {name: ["2099-01-01"]})
        assert page.status == 422, (key, page.status)
        page.has_lost_nothing(**{name: "2099-01-01"})
        assert not forms.all.has_changed(), key


# --- Files -----------------------------------------------------------------------------------------------------


def test_no_hostile_file_comes_in_and_each_is_told_why(forms):
    """Rows 81, 82, 83: HTML, SVG, polyglots, executables, bombs, empty files: a page with the reason beside the
    field, in both languages; no row, nothing kept, never a 500."""
    found = next(one for one in forms.found if one.key.endswith("/attachments"))
    files = forms.all.house.app.settings.instance / "files" / "kept"
    kept = {path for path in files.rglob("*") if path.is_file()}
    wrong: list[tuple[Any, ...]] = []
    tried = 0
    for name, content, code in upload_files.hostile():
        if code == "archive_too_big" or (code == "name_invalid" and not name.strip()):
            continue  # these are too big for the smaller limits of their own test; without a name no file is sent
        language = ("ja", "en")[tried % 2]
        tried += 1
        page = found.send(found.values() | {"file": (io.BytesIO(content), name)}, language=language)
        said = said_beside_fields(page)
        if page.status != 422 or not said or (language == "en" and any(KANA.search(one) for one in said)):
            wrong.append((name, code, page.status, said))
        if forms.all.has_changed():
            wrong.append((name, "a row was written"))
            forms.all.put_back()
    assert wrong == []
    assert {path for path in files.rglob("*") if path.is_file()} == kept
    print(f"\nhostile files: {tried}")
    assert tried >= 100


def test_a_file_larger_than_the_limit_is_refused_with_the_limit(forms):
    """Row 80: beyond the limit beside the field, far beyond it 413; never a 500, nothing kept."""
    found = next(one for one in forms.found if one.key.endswith("/attachments"))
    limit = forms.all.house.app.settings.upload_limit
    for size, status in ((limit + 1, 422), (limit + 2_000_000, 413)):
        with contextlib.closing(io.BytesIO(b"x" * size)) as large:
            page = found.send(found.values() | {"file": (large, "大きい.txt")})
        assert page.status == status
        assert "MB" in page.text or status == 413
    assert not forms.all.has_changed()


def test_no_file_at_all_is_told_beside_the_field(forms):
    """An upload without a file, or with a file without a name."""
    found = next(one for one in forms.found if one.key.endswith("/attachments"))
    for file in (None, (io.BytesIO(b""), ""), "text in place of a file"):
        values = found.values()
        values.pop("file")
        page = found.send(values if file is None else values | {"file": file})
        assert page.status == 422
        assert ERROR.findall(page.source)
