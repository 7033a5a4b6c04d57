"""Every door, every identity, every kind of thing: the answer is the oracle's, and whoever is refused changes nothing."""

from __future__ import annotations

import email
import itertools
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from email import policy as mail_policy
from typing import Any

import pytest

from portal.access.policy import ALLOWED, Permission, Role
from portal.kernel.ids import new_id
from portal.parties import commands
from portal.web.app import Door, DoorWithoutPermission, Portal
from tests.browser import Browser, Page
from tests.house.oracle import IDENTITIES, REQUESTS, SIDED, Asked, Asking, Line, read_matrix
from tests.makers.cooperation import Cooperation, cookie_of, set_cookie, token_of
from tests.makers.people import TestPerson, post
from tests.makers.volumes import FULL, sized

LINES = read_matrix()
DOORS = {(line.method, line.rule) for line in LINES}
PUBLIC = {(line.method, line.rule) for line in LINES if line.expected["anonymous"] != "sign-in"}
BY_RULE = {
    "own-act", "other-tabled", "other-partial", "own-tabled", "own-advice", "own-doubt", "other-doubt",
    "own-notice-recorded", "other-doubted-recorded", "other-notice-sent", "wrong-end",
}  # fmt: skip
"""Where a 403 comes from a rule that knows whose the thing is, not from the door."""
ROLE_OF = {
    "reader": Role.READER,
    "drafter": Role.DRAFTER,
    "officer": Role.CONSENT_OFFICER,
    "press": Role.PRESS_OFFICER,
    "custodian": Role.CUSTODIAN,
    "manager": Role.AGREEMENT_MANAGER,
    "admin": Role.PARTY_ADMINISTRATOR,
    "auditor": Role.AUDITOR,
    "operator": Role.OPERATOR,
}


# --- Completeness, and the oracle by itself --------------------------------------------------------------


def doors_of(app: Portal) -> dict[tuple[str, str], Door]:
    """Every door of the application, by method and rule."""
    return {
        (method, rule.rule): app.doors[rule.endpoint, method]
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }


def test_every_door_stands_in_the_matrix_and_every_line_of_the_matrix_is_a_door(cooperation):
    """Decision 9: complete both ways; a new route without a line, or a line without its route, fails here."""
    doors = set(doors_of(cooperation.house.app))
    assert doors - DOORS == set(), "doors that the matrix does not know"
    assert DOORS - doors == set(), "lines of the matrix that no door answers"


def test_a_request_is_known_for_every_door_and_no_other():
    """The requests of the tests are as complete as the matrix."""
    assert set(REQUESTS) - DOORS == set()
    assert DOORS - set(REQUESTS) == set()


def test_every_rule_of_the_application_has_a_door_and_every_door_a_rule(cooperation):
    """Decision 9: what Flask would answer and what the doors know are the same."""
    app = cooperation.house.app
    routed = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routed == set(app.doors)


def test_a_route_without_a_permission_cannot_be_registered(cooperation):
    """Decision 9: the application does not start with such a route, however it is added."""
    app = cooperation.house.app
    with pytest.raises(DoorWithoutPermission):
        app.add_url_rule("/secret", "secret", lambda: "")
    with pytest.raises(DoorWithoutPermission):
        app.get("/secret")(lambda: "")
    assert "/secret" not in {rule.rule for rule in app.url_map.iter_rules()}


def passes(permission: Permission, identity: str) -> bool:
    """Whether a door of `permission` lets the identity in."""
    if identity in ROLE_OF:
        return permission in ALLOWED[ROLE_OF[identity]]
    return permission is Permission.ENTER


def disagreements(doors: dict[tuple[str, str], Door], lines: list[Line]) -> list[tuple[Line, str]]:
    """Where the doors by themselves contradict the oracle: they let in whom it turns away at the door, or turn
    away whom it lets in. (A 404 and a rule's 403 are the business of what lies behind the door.)"""
    found = []
    for line in lines:
        permission = doors[line.method, line.rule].permission
        for identity in ("anonymous", *ROLE_OF):
            expected = line.expected[identity]
            is_let_in = passes(permission, identity)
            if expected in {"yes", "no", "404"} and not is_let_in:
                found.append((line, identity))
            if expected == "sign-in" and is_let_in:
                found.append((line, identity))
            if expected == "403" and is_let_in and line.of not in BY_RULE:
                found.append((line, identity))
    return found


def test_the_doors_permissions_say_what_the_oracle_says(cooperation):
    """The table of permissions and the independent matrix agree, role by role."""
    assert disagreements(doors_of(cooperation.house.app), LINES) == []


def test_a_door_opened_too_wide_or_shut_too_tight_contradicts_the_oracle(cooperation):
    """Every mutant of the doors is killed: each door in turn flipped to every other permission that would let
    other roles in or out."""
    doors = doors_of(cooperation.house.app)
    by_door: dict[tuple[str, str], list[Line]] = {}
    for line in LINES:
        by_door.setdefault((line.method, line.rule), []).append(line)
    mutants, survivors = 0, []
    for key, door in doors.items():
        held = {identity for identity in IDENTITIES if passes(door.permission, identity)}
        for other in Permission:
            if {identity for identity in IDENTITIES if passes(other, identity)} == held:
                continue
            mutants += 1
            if not disagreements({key: Door(other, door.step_up)}, by_door[key]):
                survivors.append((key, other))
    assert survivors == []
    assert mutants >= 2 * len(doors)
    print(f"\nmutants of doors: {mutants}, survivors: 0")


# --- Behaviour -------------------------------------------------------------------------------------------


_ID = re.compile(r"(?<=/)[0-9a-z]{22}(?=/|$)")
_TOKEN = re.compile(rb'<input[^>]*\bname="(?:csrf_token|once|next)"[^>]*>')


def bare(body: bytes, path: str) -> bytes:
    """A page without what is new in every showing of it, and without the address that was asked for."""
    return _TOKEN.sub(b"", body).replace(path.encode(), b"<address>")


@dataclass
class Knocker:
    """One identity of one side: its cookie, its CSRF token, and what it must never see."""

    identity: str
    person: TestPerson | None
    browser: Browser
    cookie: str
    token: str
    strangers: tuple[bytes, ...]

    def send(self, method: str, asked: Asked) -> Any:
        """The answer, not followed; a POST is sent with the identity's own CSRF token."""
        set_cookie(self.browser, self.cookie)
        data = None if asked.data is None else {**asked.data, "csrf_token": self.token}
        form = data is not None and any(isinstance(value, tuple) for value in data.values())
        return self.browser.client.open(
            asked.path,
            method=method,
            data=data,
            content_type="multipart/form-data" if form else None,
            buffered=True,
        )


def answer_of(response: Any, method: str, *, public: bool) -> str:
    """What the answer amounts to, in the words of the oracle."""
    status = response.status_code
    where = response.headers.get("Location", "")
    if not public and method in {"GET", "HEAD"} and status == 303 and where.startswith("/sign-in"):
        return "sign-in"
    if not public and method == "POST" and status == 401:
        return "sign-in"
    return {200: "yes", 303: "yes", 409: "no", 422: "no"}.get(status, str(status))


@dataclass
class Rounds:
    """Every identity of one side at every door, and the tally."""

    all: Cooperation
    party: str
    knockers: dict[str, Knocker]
    asking: Asking
    generic: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    looked_at: set[tuple[str, str, str]] = field(default_factory=set)
    tally: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def knock(self, line: Line, identity: str) -> None:
        """One cell: the answer, the untouched database, the bytes of a 404, no canary."""
        knocker = self.knockers[identity]
        asked = self.asking.request(line, knocker.person)
        response = knocker.send(line.method, asked)
        body = response.get_data()
        response.close()
        public = (line.method, line.rule) in PUBLIC
        found, expected = answer_of(response, line.method, public=public), line.expected[identity]
        self.tally["cells"] += 1
        self.tally[expected] += 1
        where = f"line {line.number}: {line.method} {line.rule} of {line.of} as {identity} of {self.party}"
        if found != expected:
            self.wrong.append(f"{where}: {found}, not {expected}")
        if any(word in body for word in knocker.strangers):
            self.wrong.append(f"{where}: another side's canary")
        if any(word.decode() in value for word in knocker.strangers for value in response.headers.values()):
            self.wrong.append(f"{where}: another side's canary in a header")
        if expected == "404" and found == "404":
            self._must_be_generic(where, line, knocker, asked, body)
        self._must_keep_the_house_rules(where, line, identity, knocker, asked, response)
        may_change = line.method == "POST" and expected == "yes"
        if not may_change and self.all.has_changed():
            self.wrong.append(f"{where}: the database has changed")
            self.all.put_back()
        elif may_change and self.all.version() != self.all._version:
            self.tally["carried out"] += 1
            self.all.put_back()

    def _must_be_generic(self, where: str, line: Line, knocker: Knocker, asked: Asked, body: bytes) -> None:
        """Rows 1, 11: the same bytes as at the same door for an identifier that nothing has ever had."""
        if line.rule.startswith("/set-password/"):
            return  # who holds a link that is used up is told so, and what to do
        key = (knocker.identity, line.method, line.rule)
        if key not in self.generic:
            data = self.asking.request(line, knocker.person).data  # a file can be sent once only
            nowhere = Asked(_ID.sub(lambda _: new_id(), asked.path), data)
            nowhere.path = re.sub("^/history/.*", "/history/joint/999999", nowhere.path)
            self.generic[key] = bare(knocker.send(line.method, nowhere).get_data(), nowhere.path)
        if bare(body, asked.path) != self.generic[key]:
            self.wrong.append(f"{where}: the 404 tells more than that nothing is there")

    def _must_keep_the_house_rules(
        self, where: str, line: Line, identity: str, knocker: Knocker, asked: Asked, response: Any
    ) -> None:
        key = (line.method, line.rule, line.expected[identity])
        if key in self.looked_at:
            return
        self.looked_at.add(key)
        try:
            knocker.browser.check(Page(knocker.browser, response, asked.path))
        except AssertionError as fault:
            self.wrong.append(f"{where}: {fault}")

    def head(self, line: Line, identity: str) -> None:
        """Row 65: HEAD passes and fails as GET does, says nothing, and changes nothing."""
        knocker = self.knockers[identity]
        asked = self.asking.request(line, knocker.person)
        response = knocker.send("HEAD", asked)
        found = answer_of(response, "HEAD", public=("GET", line.rule) in PUBLIC)
        self.tally["HEAD"] += 1
        where = f"HEAD {line.rule} of {line.of} as {identity} of {self.party}"
        if found != line.expected[identity]:
            self.wrong.append(f"{where}: {found}, not {line.expected[identity]}")
        if response.get_data():
            self.wrong.append(f"{where}: an answer with a body")
        response.close()
        if self.all.has_changed():
            self.wrong.append(f"{where}: the database has changed")
            self.all.put_back()

    def strange_methods(self, line: Line, identity: str) -> None:
        """Row 65: no other method does anything; TRACE is refused."""
        knocker = self.knockers[identity]
        asked = self.asking.request(line, knocker.person)
        for method in ("TRACE", "PUT", "DELETE", "OPTIONS"):
            response = knocker.send(method, Asked(asked.path))
            self.tally["other methods"] += 1
            allowed = {405, 400} if method != "OPTIONS" else {200, 303, 401, 403, 405}
            if response.status_code not in allowed:
                self.wrong.append(f"{method} {line.rule} as {identity}: {response.status_code}")
            if method == "OPTIONS" and response.get_data() and response.status_code == 200:
                self.wrong.append(f"OPTIONS {line.rule} as {identity}: an answer with a body")
        if self.all.has_changed():
            self.wrong.append(f"a strange method at {line.rule} as {identity}: the database has changed")
            self.all.put_back()


def knocker_of(cooperation: Cooperation, identity: str, person: TestPerson | None, party: str) -> Knocker:
    """The identity with its cookie, signed in while it still could be."""
    browser = cooperation.browser(person)
    token = token_of(browser)
    stranger = next(key for key in cooperation.parties if key != party)
    words = (f"CANARY-{stranger}-", f"canary-{stranger}-", f"{stranger}.admin@", f"{stranger}.officer@")
    return Knocker(
        identity, person, browser, cookie_of(browser), token, tuple(word.encode() for word in words)
    )


def people_of(cooperation: Cooperation, party: str) -> dict[str, TestPerson | None]:
    """Who stands for each identity on one side."""
    side, extra = cooperation.made.people[party], cooperation.made.extra
    found: dict[str, TestPerson | None] = {"anonymous": None, "operator": cooperation.made.people.operator}
    found |= {key: getattr(side, key) for key in SIDED if key != "auditor"}
    return found | {key: extra[party, key] for key in ("auditor", "closed", "stripped", "lapsed")}


def living_link(cooperation: Cooperation) -> str:
    """The token of a link to set a password, as somebody gets it by mail."""
    house = cooperation.house
    public = cooperation.browser(None)
    person = cooperation.made.extra[cooperation.parties[0], "quiet"]
    public.get("/forgotten-password").submit("リンクを送る", email=person.email)
    assert post(house) >= 1
    mails = sorted(
        (house.app.settings.instance / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
    )
    texts = (email.message_from_bytes(path.read_bytes(), policy=mail_policy.default) for path in mails)
    links = [
        found[1] for text in texts if (found := re.search(r"/set-password/([\w-]+)", text.get_content()))
    ]
    return links[-1]


def rounds(cooperation: Cooperation, party: str) -> Rounds:
    """Everybody of one side has signed in; then one account was closed, one role taken away, one consent power
    ended, a moment ago."""
    people = people_of(cooperation, party)
    asking = Asking(cooperation, party)
    asking.link = living_link(cooperation)
    knockers = {key: knocker_of(cooperation, key, person, party) for key, person in people.items()}
    admin = cooperation.made.people[party].admin.actor(cooperation.house)
    extra = cooperation.made.extra
    with cooperation.house.work(admin) as work:
        commands.close_member(work, extra[party, "closed"].member_id)
        stripped = extra[party, "stripped"]
        commands.change_member(
            work, stripped.member_id, email=stripped.email, name=stripped.name, roles=(Role.READER,)
        )
        commands.end_consent_power(work, extra[party, "lapsed"].member_id)
    cooperation.keep()
    return Rounds(cooperation, party, knockers, asking)


def is_this_sides(line: Line, position: int) -> bool:
    """The mechanism is one for all kinds of paper: each side knocks at one kind, and both share the third."""
    if line.rule.startswith("/activities/proposals/"):
        return position == 0
    if line.rule.startswith("/activities/particulars/"):
        return position == 1
    if line.rule.startswith(
        (
            "/term/dates/", "/term/accords/", "/publicity/<id>", "/publicity/voluntary/", "/amendments/<id>",
            "/amendments/executions/", "/doubts/answers/",
        )
    ):  # fmt: skip
        return line.number % 2 == position
    return FULL or line.number % 2 == position  # what no side has for itself alone, one of them tries


def comes_to_the_thing(line: Line, identity: str) -> bool:
    """Whoever is turned away at the door never comes to what lies behind it, and who is like a drafter there
    needs no second look: for these one thing behind each door is enough."""
    expected = line.expected[identity]
    like_a_drafter = identity in {"custodian", "manager", "press"} and expected in {
        line.expected["drafter"], line.expected["reader"],
    }  # fmt: skip
    return expected in {"yes", "no", "404"} and not like_a_drafter


@pytest.mark.volumes
@pytest.mark.parametrize("position", [0, 1], ids=["first party", "second party"])
def test_every_identity_gets_at_every_door_what_the_oracle_says(cooperation, position):
    """Rows 1, 2, 7, 11, 14, 18, 28, 61, 62, 65: the matrix of rule, thing and identity, by real requests."""
    begun = time.perf_counter()
    own = rounds(cooperation, cooperation.parties[position])
    seen: set[tuple[str, str]] = set()
    turn = itertools.count()
    for line in LINES:
        if not is_this_sides(line, position):
            continue
        first = (line.method, line.rule) not in seen
        seen.add((line.method, line.rule))
        for identity in IDENTITIES:
            # Behind each door everybody once; there the officer comes to every thing, the others to some of them.
            often = 1 if identity == "officer" else sized(8, 1)
            if first or (comes_to_the_thing(line, identity) and next(turn) % often == 0):
                own.knock(line, identity)
            if first and line.method == "GET" and next(turn) % sized(4, 1) == 0:
                own.head(line, identity)
        if first:
            own.strange_methods(line, "officer")
    print(f"\n{dict(own.tally)} in {time.perf_counter() - begun:.0f} s")
    assert own.wrong == [], "\n".join(own.wrong)
    assert own.tally["cells"] >= sized(500, 1_500)


# --- The password once more ------------------------------------------------------------------------------


def test_dangerous_doors_ask_for_the_password_when_it_was_entered_long_ago(cooperation):
    """Row 62: consent, its withdrawal, publishing, dispatching a notice, return and disposal, everything about members and what
    leaves as a file need a password entered within 10 minutes; until then nothing is done, and what was typed comes along."""
    own = rounds(cooperation, cooperation.parties[0])
    doors = doors_of(cooperation.house.app)
    asked_at = {key for key, door in doors.items() if door.step_up}
    dangerous = {
        (method, rule)
        for method, rule in DOORS
        if rule.endswith(("/consent", "/withdraw-consent", "/publish", "/dispatch", "/export")) or (rule.startswith("/members/") and rule.count("/") > 2)
        or rule in {"/members/add", "/members/rules", "/members/archive-addresses"}
        or rule in {f"/handback/{act}" for act in ("instruct", "carry-out", "acknowledge", "retain")}
    }  # fmt: skip
    assert asked_at == dangerous
    before = cooperation.digest(but={"user_sessions"})
    cooperation.house.clock.move(minutes=11)
    tried = 0
    for line in LINES:
        if (line.method, line.rule) not in asked_at:
            continue
        for identity in ("officer", "admin"):
            if line.expected[identity] == "yes":
                knocker = own.knockers[identity]
                page = knocker.send(line.method, own.asking.request(line, knocker.person))
                assert page.status_code == 401, (line.method, line.rule, identity, page.status_code)
                assert b"step_up_password" in page.get_data()
                tried += 1
    assert tried >= 40
    assert cooperation.digest(but={"user_sessions"}) == before, "only when a session was last used may change"


def test_the_password_once_more_carries_the_act_out_with_what_was_typed(cooperation):
    """Row 62: the page that asks posts every field again, and the act is done."""
    party, other = cooperation.parties
    officer = cooperation.made.people[party].officer
    paper = cooperation.made.papers["activities/proposals", other, "tabled"]
    browser = cooperation.browser(officer)
    page = browser.get(f"/{paper.path}/{paper.id}/consent")
    cooperation.house.clock.move(minutes=11)
    asked = page.submit("この版に同意する", decision_reference="デ戦第77号", capacity="decision")
    assert asked.status == 401
    wrong = asked.submit("確認して続ける", step_up_password="違う合言葉 is wrong", follow=False)
    assert wrong.status == 422
    done = wrong.submit("確認して続ける", step_up_password=officer.password)
    assert done.status == 200
    assert "デ戦第77号" in done.text


def test_a_consent_power_that_ended_a_moment_ago_consents_to_nothing(cooperation):
    """Row 28: the page was open, the power ended, the button was pressed."""
    party, other = cooperation.parties
    officer = cooperation.made.people[party].officer
    paper = cooperation.made.papers["activities/proposals", other, "tabled"]
    page = cooperation.browser(officer).get(f"/{paper.path}/{paper.id}/consent")
    with cooperation.house.work(cooperation.made.people[party].admin.actor(cooperation.house)) as work:
        commands.end_consent_power(work, officer.member_id)
    cooperation.keep()
    answer = page.submit("この版に同意する", decision_reference="デ戦第77号", capacity="decision")
    assert answer.status == 403
    assert not cooperation.has_changed()
