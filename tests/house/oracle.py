"""The oracle of who may pass which door, read from `access_matrix.csv`, and a request for every line of it."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.advice.models import Advice
from portal.consent.models import Document, Draft
from portal.history.models import Entry, Message
from portal.kernel.clock import JAPAN
from portal.kernel.ids import new_id
from portal.mail.models import Mail
from portal.parties.models import AuditorAppointment, ConsentGrant, UserSession
from tests.makers.cooperation import (
    ACCORDS_,
    AMENDMENTS_,
    ANSWERS_,
    DATES_,
    EXECUTIONS_,
    KINDS,
    MISSING,
    PARTICULARS_,
    PROPOSALS,
    PUBLICITY_,
    VOLUNTARY_,
    Cooperation,
    PaperMade,
)
from tests.makers.mails import link_for
from tests.makers.people import PASSWORD, TestPerson

MATRIX = Path(__file__).with_name("access_matrix.csv")
SIDED = ("reader", "drafter", "officer", "press", "custodian", "manager", "admin", "auditor")
STATES = ("closed", "stripped", "lapsed")
IDENTITIES = ("anonymous", *SIDED, "operator", *STATES)
ANSWERS = {"yes", "no", "403", "404", "sign-in"}


@dataclass(frozen=True)
class Line:
    """One door for one kind of thing: what each identity gets."""

    method: str
    rule: str
    of: str
    expected: dict[str, str]
    number: int
    """The line of the file."""


def read_matrix(path: Path = MATRIX) -> list[Line]:
    """Every line, written out: one method, one rule, one thing each."""
    lines: list[Line] = []
    with path.open(encoding="utf-8", newline="") as file:
        numbered = [(n, text) for n, text in enumerate(file, 1) if not text.startswith("#")]
    header = next(csv.reader([numbered[0][1]]))
    assert tuple(header) == ("method", "address", "of", *IDENTITIES), header
    for number, text in numbered[1:]:
        row = next(csv.reader([text]))
        assert len(row) == len(header), (number, text)
        expected = dict(zip(IDENTITIES, row[3:], strict=True))
        assert set(expected.values()) <= ANSWERS, (number, set(expected.values()) - ANSWERS)
        for method, rule, of in itertools.product(row[0].split(), _written_out(row[1]), row[2].split()):
            if rule.startswith(f"/{VOLUNTARY_}/<id>") and of != "no-paper":
                continue  # while the agreement is in force there are none
            if rule.startswith(f"/{ACCORDS_}/<id>") and (
                of.endswith("held") or (row[1].startswith("<") and rule.endswith(("/hold", "/replace")))
            ):
                continue  # what follows from an accord follows at once: it has lines of its own for these
            if row[1].startswith("<paper>") and _is_otherwise(rule, of):
                continue
            lines.append(Line(method, rule, of, expected, number))
    return lines


def _is_otherwise(rule: str, of: str) -> bool:
    """Whether there is no such paper of this kind, or what it answers stands in a line of its own."""
    if rule == f"/{ANSWERS_}/<id>/hold" and of == "agreed":
        return True
    path = next((one for one in KINDS if rule.startswith(f"/{one}/<id>")), "")
    return of in PAPERS and bool(set(MISSING.get(path, ())) & set(PAPERS[of][1]))


def _written_out(address: str) -> list[str]:
    if address.startswith("<paper>"):
        return [address.replace("<paper>", f"/{path}/<id>", 1) for path in (*KINDS, VOLUNTARY_)]
    if address.startswith("<papers>"):
        return [address.replace("<papers>", f"/{path}", 1) for path in (*KINDS, VOLUNTARY_)]
    return [address]


# --- A request for every line ------------------------------------------------------------------------------


@dataclass
class Asked:
    """A request: where, and what is sent (None: nothing)."""

    path: str
    data: dict[str, Any] | None = None


PAPERS = {
    "own-draft": ("own", ("draft",)),
    "other-draft": ("other", ("draft",)),
    "own-tabled": ("own", ("tabled",)),
    "other-tabled": ("other", ("tabled",)),
    "own-partial": ("own", ("partial",)),
    "other-partial": ("other", ("partial",)),
    "own-back": ("own", ("sent_back",)),
    "other-back": ("other", ("sent_back",)),
    "agreed": ("either", ("agreed",)),
    "own-held": ("own", ("held",)),
    "other-held": ("other", ("held",)),
    "closed": ("either", ("declined", "withdrawn")),
    "own-unshared-file": ("own", ("tabled",)),
    "other-unshared-file": ("other", ("tabled",)),
    "strange-file": ("own", ("tabled",)),
    "strange-consultation": ("other", ("tabled",)),
}
ACTIVITIES = {
    "agreed-activity": "agreed",
    "ready": "ready",
    "running": "running",
    "suspended": "suspended",
    "completed": "completed",
}
_MARK = re.compile("CANARY-[a-z]+-[0-9a-f]+")
GIVEN = "R7.10.2"
"""A day on which acts may be recorded."""


class Asking:
    """Requests as one side's members make them."""

    def __init__(self, cooperation: Cooperation, party: str) -> None:
        self.all, self.own = cooperation, party
        self.other = next(key for key in cooperation.parties if key != party)
        self._turn = itertools.count()
        self._words: dict[str, dict[str, Any]] = {}
        self.link = ""
        """A living link to set a password."""
        self.archive_link = link_for(cooperation.house, cooperation.archive_address(party), "archive-address")
        """A living link to confirm an archive address of the own side."""

    # -- things ---------------------------------------------------------------------------------------------

    def paper(self, path: str, of: str) -> PaperMade | None:
        """The paper that `of` names, seen from this side; None for one that is not there."""
        if of == "no-paper":
            return None
        whose, standings = PAPERS[of]
        turn = next(self._turn)
        party = {"own": self.own, "other": self.other}.get(whose) or (self.own, self.other)[turn % 2]
        return self.all.made.papers[path, party, standings[turn // 2 % len(standings)]]

    def member(self, of: str) -> TestPerson | None:
        """The member that `of` names, seen from this side."""
        people, extra = self.all.made.people, self.all.made.extra
        whose, _, which = of.partition("-")
        party = {"own": self.own, "other": self.other}.get(whose)
        if party is None:
            return None
        return {
            "member": extra[party, "quiet"],
            "officer": people[party].officer2,
            "asked": extra[party, "asked"],
            "auditor": extra[party, "auditor"],
            "proposed": extra[party, "proposed"],
        }[which]

    def grant(self, of: str) -> str:
        """The consent power that stands on the page of the member `of`."""
        person = self.member(of)
        with self.all.house.read() as session:
            found = session.scalars(
                select(ConsentGrant.id).where(ConsentGrant.member_id == (person.member_id if person else ""))
            ).first()
        return found or new_id()

    def appointment(self, of: str) -> str:
        """The living appointment, as an auditor, of the member `of`."""
        person = self.member(of)
        with self.all.house.read() as session:
            found = session.scalars(
                select(AuditorAppointment.id).where(
                    AuditorAppointment.member_id == (person.member_id if person else ""),
                    AuditorAppointment.ended_at.is_(None),
                )
            ).first()
        return found or new_id()

    def session_of(self, person: TestPerson, *, own: bool) -> str:
        """A living session of the person, or of somebody else."""
        same = UserSession.member_id == person.member_id
        with self.all.house.read() as session:
            found = session.scalars(
                select(UserSession.id).where(same if own else ~same, UserSession.revoked_at.is_(None))
            ).first()
        assert found
        return found

    def entry(self, chain: str) -> int:
        """The number of the last entry of a chain."""
        with self.all.house.read() as session:
            number = session.scalar(
                select(Entry.number).where(Entry.chain == chain).order_by(Entry.number.desc()).limit(1)
            )
        assert number
        return number

    def words(self, path: str) -> dict[str, Any]:
        """What a form of this kind of paper sends."""
        if path not in self._words:
            path = PUBLICITY_ if path == VOLUNTARY_ else path
            browser = self.all.browser(self.all.made.people[self.own].drafter)
            page = browser.get(f"/{path}/{self.all.made.papers[path, self.own, 'draft'].id}/draft")
            typed = page.form("下書きを保存する").values()
            self._words[path] = {name: [_MARK.sub("語", one) for one in typed[name]] for name in typed}
        return {
            name: list(value)
            for name, value in self._words[path].items()
            if name not in {"once", "csrf_token"}
        }

    def draft_of(self, id: str) -> Draft | None:
        """The own side's draft of the paper."""
        with self.all.house.read() as session:
            return session.scalars(
                select(Draft).where(Draft.document_id == id, Draft.party == self.own)
            ).first()

    def rewind(self) -> None:
        """The next request is about the same thing as the first was."""
        self._turn = itertools.count()

    # -- requests -------------------------------------------------------------------------------------------

    def request(self, line: Line, person: TestPerson | None) -> Asked:
        """What somebody of this side sends to the door of `line`."""
        make = REQUESTS.get((line.method, line.rule))
        if make is None:
            raise LookupError(f"no request is known for {line.method} {line.rule}")
        return make(self, line, person)


Make = Callable[[Asking, Line, TestPerson | None], Asked]
REQUESTS: dict[tuple[str, str], Make] = {}
"""How each door is knocked at, by method and rule; complete both ways (test_doors.py)."""


def _plain(*rules: str) -> None:
    for rule in rules:
        REQUESTS["GET", rule] = lambda asking, line, person: Asked(line.rule)


def _to(method: str, rule: str) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        REQUESTS[method, rule] = make
        return make

    return add


_plain(
    "/sign-in", "/forgotten-password", "/forgotten-password/asked", "/accessibility", "/privacy", "/timeline", "/reports", "/health/live", "/health/ready",
    "/", "/account", "/account/password", "/activities", "/agreement", "/agreement/text", "/term", "/history",
    "/history/verify", "/history/seals", "/history/export", "/activities/export", "/advice", "/advice/export", "/advice/new", "/messages",
    "/handback", "/handback/checklist", "/handback/export", "/handback/shared", "/handback/new",
    "/members", "/members/add", "/members/rules",
)  # fmt: skip
REQUESTS["GET", "/reports/<int:year>"] = lambda asking, line, person: Asked("/reports/2025")
REQUESTS["GET", "/static/<path:filename>"] = lambda asking, line, person: Asked("/static/css/portal.css")

_NEW = "新しい合言葉 for 2025"


def _post(rule: str, **data: Any) -> None:
    REQUESTS["POST", rule] = lambda asking, line, person: Asked(rule, dict(data))


_post("/sign-out")
_post("/language", language="en", next="/")
_post("/account/confirm", step_up_password=PASSWORD, next="/")
_post("/account/password", current=PASSWORD, new=_NEW, again=_NEW)
_post("/account/sessions/end-others")
_post("/history/verify")
_post("/history/export", format="csv")
_post("/activities/export", format="json")
_post("/advice/export", format="csv")
_post("/history/seals", chain="joint", number="1", code="0123456789abcdef")
_post("/members/add", name="新人 一", email="newcomer@example.jp", roles="reader", post="主事")
_post("/members/rules", officers_table="y")


@_to("POST", "/sign-in")
def _sign_in(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    email = asking.all.made.extra[asking.own, "quiet"].email
    return Asked("/sign-in", {"email": email, "password": PASSWORD, "next": ""})


@_to("POST", "/forgotten-password")
def _forgotten(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked("/forgotten-password", {"email": "nobody@example.jp"})


@_to("GET", "/set-password/<token>")
@_to("POST", "/set-password/<token>")
def _set_password(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    token = asking.link if line.of == "live-link" else new_id()
    return Asked(f"/set-password/{token}", {"new": _NEW, "again": _NEW} if line.method == "POST" else None)


@_to("POST", "/account/sessions/<id>/end")
def _end_session(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    who = person or asking.all.made.people[asking.own].reader
    known = line.of == "own-session" and line.expected.get("anonymous") and person is not None
    try:
        id = asking.session_of(who, own=bool(known))
    except AssertionError:  # of a closed account none is alive
        id = new_id()
    return Asked(f"/account/sessions/{id}/end", {})


@_to("GET", "/agreement/editions/<int:number>")
def _edition(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/agreement/editions/{1 if line.of == 'an-edition' else 99}")


@_to("GET", "/history/<chain>/<int:number>")
def _entry(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    chain = {"own-entry": asking.own, "other-entry": asking.other}.get(line.of, "joint")
    number = 999_999 if line.of == "no-entry" else asking.entry(chain)
    return Asked(f"/history/{chain}/{number}")


_plain("/manual", "/manual/all")


@_to("GET", "/manual/<page>")
def _manual_page(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/manual/{'consenting' if line.of == 'a-page' else 'approving'}")


@_to("GET", "/manual/pictures/<language>/<picture>")
def _manual_picture(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/manual/pictures/en/{'home' if line.of == 'a-picture' else 'cellar'}")


@_to("GET", "/waiting/<whose>")
def _waiting(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/waiting/{line.of}")


@_to("GET", "/documents/<id>")
def _document(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    paper = asking.paper(PROPOSALS, line.of)
    assert paper
    return Asked(f"/documents/{paper.id}")


# -- activities -----------------------------------------------------------------------------------------------


def _activity_id(asking: Asking, of: str) -> str:
    return asking.all.made.activities[ACTIVITIES[of]].id if of in ACTIVITIES else new_id()


@_to("GET", "/activities/<id>")
def _activity(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/activities/{_activity_id(asking, line.of)}")


def _carry_out(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = line.rule.replace("<id>", _activity_id(asking, line.of))
    data = {"on_day": GIVEN, "reason": "都合により", "outcome": "深まった"} if line.method == "POST" else None
    return Asked(path, data)


for _act in ("start", "suspend", "resume", "complete", "cancel"):
    for _method in ("GET", "POST"):
        REQUESTS[_method, f"/activities/<id>/{_act}"] = _carry_out


@_to("POST", "/activities/<id>/acts/<act>/acknowledge")
def _acknowledge(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    made = asking.all.made.activities
    by_first = (line.of == "own-act") == (asking.own == asking.all.parties[0])
    activity = made["running"] if by_first else made["suspended"]
    act = made["completed"].act if line.of == "strange-act" else activity.act
    return Asked(f"/activities/{activity.id}/acts/{act}/acknowledge", {"is_acknowledged": "yes"})


# -- advice ---------------------------------------------------------------------------------------------------

_ADVICE = {"title": "改めた題", "content": "**北**に向ける"}


def _of_advice(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    whose, _, what = line.of.partition("-")
    party = {"own": asking.own, "other": asking.other}.get(whose)
    made = asking.all.made.advice[party, "draft" if what == "advice-draft" else "gave"] if party else None
    id, file = (made.id, made.file) if made else (new_id(), new_id())
    if line.of == "strange-advice-file":
        id = asking.all.made.advice[asking.own, "gave"].id
    path = line.rule.replace("<id>", id).replace("<file>", file)
    if line.method == "GET":
        return Asked(path)
    match line.rule.removeprefix("/advice/").rpartition("/")[2]:
        case "confirm":
            with asking.all.house.read() as session:
                row = session.get(Advice, id)
            return Asked(path, {"seen": row.digest if row else "", "is_same": "yes"})
        case "handle":
            return Asked(path, {"result": "reference"})
        case "links":
            return Asked(path, {"document": "ACT-0001", "place": "4"})
        case "notes":
            return Asked(path, {"text": "一言"})
        case "edit":
            return Asked(path, {**_ADVICE, "saves": "2"})
        case "record":
            return Asked(path, {"saves": "2"})
        case "files":
            return Asked(path, {"file": (io.BytesIO("本文".encode()), "資料.txt")})
    return Asked(path, {})


for _method, _rule in (
    ("GET", "<id>"), ("POST", "<id>/pdf"), ("POST", "<id>/confirm"), ("POST", "<id>/correct"), ("POST", "<id>/files/<file>"),
    ("POST", "<id>/handle"), ("POST", "<id>/links"), ("POST", "<id>/notes"), ("POST", "<id>/read"),
    ("GET", "drafts/<id>"), ("POST", "drafts/<id>/discard"), ("GET", "drafts/<id>/edit"), ("POST", "drafts/<id>/edit"),
    ("POST", "drafts/<id>/files"), ("POST", "drafts/<id>/files/<file>"), ("POST", "drafts/<id>/files/<file>/remove"),
    ("POST", "drafts/<id>/record"),
):  # fmt: skip
    REQUESTS[_method, f"/advice/{_rule}"] = _of_advice
_post("/advice/new", **_ADVICE)
_post("/advice/preview", content="**確かめる**", preview="content")


# -- handing over and back ------------------------------------------------------------------------------------

_HANDOVER = {"title": "改めた題"}
_ON = {"on_day": GIVEN}
_WRONG_ENDS = {"instruct": ("other", "gave"), "acknowledge": ("other", "returned")}
"""Whose turn it is not, where it is not the discloser's."""


def _handover(asking: Asking, line: Line) -> tuple[str, str, str, str]:
    """Line, file, holding and holder of what `of` names, seen from this side; new identifiers for what is not there."""
    act = line.rule.removeprefix("/handback/").removeprefix("<id>/").partition("/")[0]
    whose, _, what = line.of.partition("-")
    if line.of == "wrong-end":
        whose, what = _WRONG_ENDS.get(act, ("own", "gave"))
    if line.of == "strange-handover-file":
        whose, what = "own", "gave"
    party = {"own": asking.own, "other": asking.other}.get(whose)
    made = asking.all.made.handback.get((party or "", "draft" if what == "handover-draft" else what))
    if made is None:
        return new_id(), new_id(), new_id(), new_id()
    file = made.file
    if line.of == "strange-handover-file":
        file = asking.all.made.handback[asking.own, "draft"].file
    return made.id, file, made.holding or new_id(), made.holder or new_id()


def _of_handover(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    id, file, holding, holder = _handover(asking, line)
    path = line.rule.replace("<id>", id).replace("<file>", file).replace("<holder>", holder)
    if line.method == "GET":
        return Asked(path)
    match line.rule.removeprefix("/handback/").rpartition("/")[2]:
        case "ask":
            return Asked(path, {"holding": holding, "choice": "dispose"})
        case "words":
            return Asked(path, {"holding": holding, "text": "話し合った"})
        case "holders":
            said = {"kind": "keeper", "holder": "総務係", "place": "書庫", "copies": "1"}
            return Asked(path, {"holding": holding, **said, **_ON})
        case "end":
            return Asked(path, {"ended_on": GIVEN, "ended_how": "回収"})
        case "strike":
            return Asked(path, {"reason": "誤って載せたため"})
        case "edit":
            return Asked(path, {**_HANDOVER, "saves": "2"})
        case "record":
            return Asked(path, {"saves": "2"})
        case "files":
            return Asked(path, {"file": (io.BytesIO("本文".encode()), "資料.txt")})
    return Asked(path, {})


_ACTS: dict[str, dict[str, Any]] = {
    "confirm": {"is_same": "yes", "received_on": GIVEN},
    "instruct": {"choice": "return"},
    "carry-out": {
        "choice": "return", **_ON, "means": "手渡し", "by_whom": "総務係", "searched": "mail", "has_no_backups": "y"
    },
    "acknowledge": {"is_so": "yes"},
    "retain": {"basis": "文書管理の規則", "period": "5年間", "access": "文書係だけ"},
}  # fmt: skip


def _of_chosen(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = f"{line.rule}?holding={_handover(asking, line)[2]}"
    if line.method == "GET":
        return Asked(path)
    return Asked(path, {"seen": "1", **_ACTS[line.rule.rpartition("/")[2]]})


def _of_sheet(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = line.rule.replace("<name>", "list" if line.of == "a-sheet" else "none").replace("<form>", "pdf")
    return Asked(f"{path}?discloser={asking.own}&receiver={asking.other}")


@_to("POST", "/handback/shared")
def _take_in(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    shared = asking.all.made.papers[PROPOSALS, asking.own, "tabled"].attachment
    return Asked("/handback/shared", {"files": shared})


for _method, _rule in (
    ("GET", "<id>"), ("GET", "<id>/files/<file>"), ("POST", "<id>/ask"), ("POST", "<id>/words"),
    ("POST", "<id>/holders"), ("POST", "<id>/holders/<holder>/end"), ("POST", "<id>/strike"),
    ("POST", "<id>/correct"), ("GET", "drafts/<id>"), ("GET", "drafts/<id>/files/<file>"),
    ("POST", "drafts/<id>/discard"), ("GET", "drafts/<id>/edit"), ("POST", "drafts/<id>/edit"),
    ("POST", "drafts/<id>/files"), ("POST", "drafts/<id>/files/<file>/remove"), ("POST", "drafts/<id>/record"),
):  # fmt: skip
    REQUESTS[_method, f"/handback/{_rule}"] = _of_handover
for _rule in _ACTS:
    for _method in ("GET", "POST"):
        REQUESTS[_method, f"/handback/{_rule}"] = _of_chosen
for _rule in ("/handback/papers/<name>", "/handback/papers/<name>/<form>"):
    REQUESTS["GET", _rule] = _of_sheet
_post("/handback/export", format="csv")
_post("/handback/new", **_HANDOVER)


# -- messages, mails, the calendar ----------------------------------------------------------------------------


def _message(asking: Asking, of: str) -> str:
    """A message that a party was told, of an act that stands in the joint chain."""
    party = {"own-message": asking.own, "other-message": asking.other}.get(of)
    with asking.all.house.read() as session:
        found = session.scalars(
            select(Message.id)
            .where(Message.party == party, Message.chain == "joint")
            .order_by(Message.at.desc())
        ).first()
    return found or new_id()


@_to("POST", "/messages/read")
def _read(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked("/messages/read", {"message": _message(asking, line.of)})


_post("/account/mail", choice="at_once")
_post("/account/calendar")
_post("/account/calendar/revoke")


@_to("GET", "/calendar/<token>")
def _calendar(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(f"/calendar/{asking.all.made.feeds[asking.own] if line.of == 'living-feed' else new_id()}")


@_to("GET", "/archive-address/<token>")
@_to("POST", "/archive-address/<token>")
def _archive_link(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    token = asking.archive_link if line.of == "live-link" else new_id()
    return Asked(f"/archive-address/{token}", {} if line.method == "POST" else None)


_plain("/members/archive-addresses", "/mail")
_post("/members/archive-addresses", address="archive@example.jp")
_post("/mail/retry-all")


@_to("POST", "/members/archive-addresses/<id>/ask")
@_to("POST", "/members/archive-addresses/<id>/end")
def _archive(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    whose, _, which = line.of.partition("-")
    party = {"own": asking.own, "other": asking.other}.get(whose, "")
    id = asking.all.made.archives.get((party, which), new_id())
    return Asked(line.rule.replace("<id>", id), {})


@_to("POST", "/mail/<id>/retry")
@_to("POST", "/mail/<id>/give-up")
def _mail(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    id = asking.all.made.dead_letter if line.of == "a-dead-letter" else new_id()
    if line.of == "a-sent-mail":
        with asking.all.house.read() as session:
            id = session.scalars(select(Mail.id).where(Mail.sent_at.is_not(None))).first() or id
    return Asked(line.rule.replace("<id>", id), {})


# -- members --------------------------------------------------------------------------------------------------


def _of_member(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    member = asking.member(line.of)
    path = line.rule.replace("<id>", member.member_id if member else new_id())
    if line.method == "GET":
        return Asked(path)
    match line.rule.rpartition("/")[2]:
        case "change":
            return Asked(path, {"name": "名前 改", "email": "changed@example.jp", "roles": "reader"})
        case "post":
            return Asked(path, {"title": "係長", "held_from": "2025-12-01"})
        case "second":
            return Asked(path, {"seen": asking.grant(line.of)})
        case "consent" | "refuse":
            return Asked(path, {"seen": asking.appointment(line.of)})
    return Asked(path, {})


for _rule in (
    "", "/change", "/post", "/close", "/consent-power/ask", "/consent-power/second", "/consent-power/end",
    "/auditor/propose", "/auditor/consent", "/auditor/refuse", "/auditor/end",
):  # fmt: skip
    for _method in ("GET", "POST") if _rule else ("GET",):
        REQUESTS[_method, f"/members/<id>{_rule}"] = _of_member


# -- papers ---------------------------------------------------------------------------------------------------


def _of_paper(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = next(one for one in (VOLUNTARY_, *KINDS) if line.rule.startswith(f"/{one}/"))
    paper = asking.paper(path, line.of)
    attachment = consultation = new_id()
    if paper:
        attachment, consultation = paper.attachment, paper.consultation or new_id()
    if line.of.endswith("unshared-file"):
        assert paper
        attachment = paper.own_attachment
    elif line.of == "strange-file":
        attachment = asking.all.made.papers[path, asking.own, "partial"].own_attachment
    elif line.of == "strange-consultation":
        consultation = asking.all.made.papers[path, asking.other, "partial"].consultation
    where = (
        line.rule.replace("<id>", paper.id if paper else new_id())
        .replace("<attachment>", attachment)
        .replace("<consultation>", consultation)
        .replace("<int:number>", "1")
        .replace("<form>", "pdf")
    )
    if line.method == "GET":
        return Asked(where)
    return Asked(where, _sent_to_paper(asking, path, paper, line.rule.removeprefix(f"/{path}/<id>/")))


def _sent_to_paper(asking: Asking, path: str, paper: PaperMade | None, act: str) -> dict[str, Any]:
    draft = asking.draft_of(paper.id) if paper else None
    saves = str(draft.saves if draft else 0)
    seen = ""
    if paper:
        with asking.all.house.read() as session:
            seen = session.get_one(Document, paper.id).digest
    match act:
        case "draft":
            return {**asking.words(path), "title": "改めた題名", "saves": saves}
        case "attachments":
            return {"file": (io.BytesIO("本文".encode()), "資料.txt"), "saves": saves}
        case "table":
            return {"saves": saves}
        case "consent":
            return {
                "seen": seen,
                "decision_reference": "デ戦第9号",
                "capacity": "decision",
                "decided_on": GIVEN,
            }
        case "withdraw-consent" | "send-back" | "decline" | "withdraw" | "hold" | "lift-hold":
            return {"seen": seen, "reason": "都合により"}
        case "comments" | "notes":
            return {"text": "一言"}
        case "consultations":
            return {
                "held_on": GIVEN, "medium": "meeting", "participants": "担当", "summary": "要旨", "decisions": "",
            }  # fmt: skip
        case "consultations/<consultation>/confirm":
            return {"is_confirmed": "yes"}
    return {}


_GET = (
    "", "/revisions/<int:number>", "/compare", "/receipt", "/receipt/<form>", "/attachments/<attachment>", "/files", "/draft",
    "/consent", "/withdraw-consent", "/send-back", "/decline", "/withdraw", "/hold", "/lift-hold",
)  # fmt: skip
_POST = (
    "/draft", "/attachments", "/attachments/<attachment>/remove", "/table", "/rebase", "/discard", "/copy", "/replace",
    "/consent", "/withdraw-consent", "/send-back", "/decline", "/withdraw", "/hold", "/lift-hold", "/comments",
    "/notes", "/consultations", "/consultations/<consultation>/confirm",
)  # fmt: skip


def _new(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = line.rule.strip("/").removesuffix("/new")
    where = line.rule
    if path == PARTICULARS_:
        where += f"?activity={asking.all.made.activities['agreed'].id}"
    return Asked(where, {**asking.words(path), "saves": "0"} if line.method == "POST" else None)


def _preview(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    field = {PROPOSALS: "summary", PARTICULARS_: "method", DATES_: "note"}
    field |= dict.fromkeys((PUBLICITY_, VOLUNTARY_), "summary")
    field |= {ACCORDS_: "reason", AMENDMENTS_: "reason", EXECUTIONS_: "note", ANSWERS_: "text"}
    path = line.rule.strip("/").removesuffix("/preview")
    return Asked(line.rule, {field[path]: "**確かめる**", "preview": field[path]})


for _path in (*KINDS, VOLUNTARY_):
    for _rule in _GET:
        REQUESTS["GET", f"/{_path}/<id>{_rule}"] = _of_paper
    for _rule in _POST:
        REQUESTS["POST", f"/{_path}/<id>{_rule}"] = _of_paper
    REQUESTS["GET", f"/{_path}/new"] = REQUESTS["POST", f"/{_path}/new"] = _new
    REQUESTS["POST", f"/{_path}/preview"] = _preview


# -- publicity ------------------------------------------------------------------------------------------------

_RECORD = {
    "nature": "without_agreement", "title": "よその記事", "appeared_on": GIVEN, "appeared_at": "9:00", "medium": "website",
    "place": "よそのサイト", "words": "記事の言葉", "secrets": "no",
}  # fmt: skip
_plain(
    "/publicity",
    "/publicity/export",
    "/publicity/records",
    "/publicity/records/export",
    "/publicity/records/new",
)
_post("/publicity/records/new", **_RECORD)
_post("/publicity/export", format="csv")
_post("/publicity/records/export", format="csv")


def _of_record(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = line.rule.replace("<id>", asking.all.made.record if line.of == "a-record" else new_id())
    if line.method == "GET":
        return Asked(path)
    return Asked(path, {"text": "一言", "attributed_to": "", "relation": "correction"})


for _method, _rule in (
    ("GET", ""),
    ("GET", "/archive"),
    ("POST", "/words"),
    ("POST", "/settle"),
    ("POST", "/follow-up"),
):
    REQUESTS[_method, f"/publicity/records/<id>{_rule}"] = _of_record


def _around_item(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    """The doors around a publicity item; the channel asked about is the own side's."""
    paper = asking.paper(PUBLICITY_, line.of)
    number = asking.all.parties.index(asking.own) + 1
    where = (
        line.rule.replace("<id>", paper.id if paper else new_id())
        .replace("<attachment>", paper.attachment if paper else new_id())
        .replace("<int:number>", str(number))
        .replace("<key>", f"{asking.own}.ja")
    )
    if line.method == "GET":
        return Asked(where)
    with asking.all.house.read() as session:
        seen = session.get_one(Document, paper.id).digest if paper else ""
    now = asking.all.made.at.astimezone(JAPAN)  # after every agreement
    sent: dict[str, dict[str, Any]] = {
        "publish": {
            "seen": seen,
            "published_on": f"{now:%Y-%m-%d}",
            "published_at": f"{now:%H:%M}",
            "text_was": "agreed",
        },
        "event-ended": {"ended_on": GIVEN, "ended_at": "9:00"},
        "follow-up": {"relation": "correction"},
        "copies": {"output": f"{asking.own}.ja", "recipient": "幹事社"},
    }
    return Asked(where, dict(sent.get(line.rule.rpartition("/")[2], {})))


for _method, _rule in (
    ("GET", "channels/<int:number>/publish"), ("POST", "channels/<int:number>/publish"),
    ("GET", "channels/<int:number>/archive"), ("GET", "event-ended"), ("POST", "event-ended"), ("POST", "follow-up"),
    ("POST", "call-off"), ("POST", "go-on-voluntarily"), ("GET", "outputs/<key>"), ("GET", "copies"), ("POST", "copies"), ("GET", "copies/<int:number>"),
    ("GET", "agreement-sheet"), ("GET", "images/<attachment>"),
):  # fmt: skip
    REQUESTS[_method, f"/publicity/<id>/{_rule}"] = _around_item
REQUESTS["GET", f"/{VOLUNTARY_}/<id>/images/<attachment>"] = _of_paper


# -- the term -------------------------------------------------------------------------------------------------

_NOTICE = {
    "kind": "termination", "planned_on": "2026-03-31", "document_number": "総第12号", "dated_on": "2025-10-01",
    "sender": "部長　星野 かなえ",
}  # fmt: skip
_plain("/term/record", "/term/record/pdf", "/term/notices/new", "/term/notices/received", "/term/meetings", "/term/meetings/new")
_post("/term/intentions", says="continue", remark="")
_post("/term/meetings/new", held_on=GIVEN, medium="meeting", summary="要旨")


def _file() -> tuple[io.BytesIO, str]:
    return io.BytesIO("本文".encode()), "資料.txt"


@_to("POST", "/term/notices/new")
def _new_notice(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    return Asked(line.rule, {**_NOTICE, f"addressees-{asking.other}": "代表者様"})


@_to("POST", "/term/notices/received")
def _received_notice(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    came = {"sender": asking.other, "signed_by": "部長", "means": "hand", "arrived_on": GIVEN}
    return Asked(line.rule, {**_NOTICE, **came, "evidence": "収受印"})


def _of_notice(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    whose, _, what = line.of.partition("-")
    party = {"own": asking.own, "other": asking.other}.get(whose)
    which = {"notice-draft": "draft", "doubted": "doubted", "doubted-recorded": "doubted"}.get(what, "gave")
    made = asking.all.made.notices[party, which] if party else None
    id, file, arrival = (made.id, made.file, made.arrival) if made else (new_id(), new_id(), new_id())
    if line.of == "strange-notice-file":
        id = asking.all.made.notices[asking.own, "gave"].id
        file = asking.all.made.notices[asking.own, "doubted"].file
    receiver = asking.other if party == asking.own else asking.own
    path = line.rule.replace("<id>", id).replace("<file>", file or new_id())
    path = path.replace("<arrival>", arrival or new_id()).replace("<receiver>", receiver)
    if line.method == "GET":
        return Asked(path)
    sent: dict[str, dict[str, Any]] = {
        "edit": {**_NOTICE, f"addressees-{receiver}": "代表者様", "saves": "2"},
        "decide": {
            "decision_reference": "デ戦第9号", "capacity": "decision", "decided_on": GIVEN, "saves": "2",
        },
        "<receiver>": {"saves": "2"},
        "dispatch": {"means": "hand", "dispatched_on": GIVEN, "saves": "2", "file": _file()},
        "arrival": {
            "receiver": receiver, "arrived_on": GIVEN, "evidence": "収受印", "evidence_on": GIVEN,
            "reason": "見直したため", "file": _file(),
        },
        "answer": {"is_confirmed": "yes"},
        "second": {"is_confirmed": "yes"},
        "attempt": {"receiver": receiver, "tried_on": GIVEN, "means": "hand", "circumstances": "不在"},
    }  # fmt: skip
    return Asked(path, dict(sent.get(line.rule.rpartition("/")[2], {})))


for _method, _rule in (
    ("GET", ""), ("GET", "/draft"), ("GET", "/edit"), ("POST", "/edit"), ("POST", "/decide"), ("POST", "/discard"),
    ("GET", "/letter/<receiver>"), ("POST", "/letter/<receiver>"), ("GET", "/letter/<receiver>/pdf"),
    ("GET", "/dispatch"), ("POST", "/dispatch"), ("GET", "/arrival"), ("POST", "/arrival"),
    ("POST", "/arrivals/<arrival>/answer"), ("POST", "/arrivals/<arrival>/second"), ("GET", "/attempt"),
    ("POST", "/attempt"), ("GET", "/files/<file>"),
):  # fmt: skip
    REQUESTS[_method, f"/term/notices/<id>{_rule}"] = _of_notice


def _of_meeting(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    path = line.rule.replace("<id>", new_id()).replace("<file>", new_id())
    return Asked(path, {"is_confirmed": "yes"} if line.method == "POST" else None)


for _method, _rule in (("GET", ""), ("POST", "/answer"), ("GET", "/files/<file>")):
    REQUESTS[_method, f"/term/meetings/<id>{_rule}"] = _of_meeting
# -- changes to the agreement, and doubts --------------------------------------------------------------------

_plain(
    "/agreement/editions",
    "/agreement/editions/compare",
    "/amendments",
    "/doubts",
    "/doubts/new",
    "/doubts/settings",
)
_post("/doubts/new", title="読み方", question="どう読むのか。", topic="")
for _rule in ("/comparison-table", "/comparison-table/pdf"):
    REQUESTS["GET", f"/{AMENDMENTS_}/<id>{_rule}"] = _of_paper


def _of_doubt(asking: Asking, line: Line, person: TestPerson | None) -> Asked:
    whose, _, what = line.of.partition("-")
    party = {"own": asking.own, "other": asking.other, "over": asking.own, "strange": asking.own}.get(whose)
    made = asking.all.made.doubts[party, "withdrawn" if whose == "over" else "open"] if party else None
    other = asking.all.made.doubts[asking.other, "open"]
    file = "" if made is None else made.own_file if what == "unshared-doubt-file" else made.file
    if whose == "strange":
        file = other.file
    meeting = other.meeting if whose == "strange" else made.meeting if made else ""
    path = (
        line.rule.replace("<id>", made.id if made else new_id())
        .replace("<file>", file or new_id())
        .replace("<meeting>", meeting or new_id())
    )
    if line.method == "GET":
        return Asked(path)
    activity = asking.all.made.activities["agreed"].id
    with asking.all.house.read() as session:
        known = session.scalars(select(Document.reference).where(Document.activity_id == activity)).first()
    sent: dict[str, dict[str, Any]] = {
        "positions": {"text": "見解"},
        "meetings": {
            "held_on": GIVEN, "medium": "meeting", "participants": "担当", "summary": "要旨", "decisions": "",
        },
        "confirm": {"is_confirmed": "yes"},
        "records": {"record": known},
        "notes": {"text": "一言"},
        "withdraw": {"reason": "分かったため"},
        "export": {"own": ""},
    }  # fmt: skip
    return Asked(path, dict(sent[line.rule.rpartition("/")[2]]))


for _method, _rule in (
    ("GET", ""), ("GET", "/export"), ("POST", "/export"), ("GET", "/files/<file>"), ("POST", "/positions"),
    ("POST", "/meetings"), ("POST", "/meetings/<meeting>/confirm"), ("POST", "/records"), ("POST", "/notes"),
    ("GET", "/withdraw"), ("POST", "/withdraw"),
):  # fmt: skip
    REQUESTS[_method, f"/doubts/<id>{_rule}"] = _of_doubt


def cells(lines: list[Line]) -> Iterator[tuple[Line, str]]:
    """Every line with every identity."""
    for line in lines:
        for identity in IDENTITIES:
            yield line, identity
