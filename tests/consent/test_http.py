"""Both parties at their browsers, doing anything in any order through HTTP: old tabs, double clicks, resent requests,
a clock that goes back, powers that end, the portal restarted. The rules alone say what must come of it."""

from __future__ import annotations

import hashlib
import itertools
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run
from werkzeug.test import TestResponse

from portal.access.policy import Role
from portal.consent import commands, rules
from portal.consent.rules import Paper, Standing
from portal.kernel.digest import REVISION, check_code
from portal.kernel.errors import RuleBroken
from portal.parties import commands as parties
from tests.makers.papers import Office, StaffedTemplate, hidden, open_office, sign_in
from tests.makers.people import PASSWORD, TestPerson
from tests.makers.volumes import steps

WHO = ("kou.drafter", "kou.officer", "kou.officer2", "otsu.drafter", "otsu.officer", "otsu.officer2")
NEEDS_POWER = {"consent", "withdraw-consent", "send-back", "decline", "hold", "lift-hold"}
"""What a drafter may not do. An officer whose power has ended is a reader, and may do nothing at all."""
REASONED_PATHS = (
    "/withdraw-consent", "/send-back", "/decline", "/withdraw", "/hold", "/lift-hold",
)  # fmt: skip
REASONED = ("withdraw-consent", "send-back", "decline", "withdraw", "hold", "lift-hold")


@dataclass(frozen=True)
class Tab:
    """A page that stands open in somebody's browser, with what it would send."""

    who: str
    act: str
    id: str
    path: str
    fields: dict[str, str]
    signed_in: int
    """The how-manieth session of that person it was opened in."""


@dataclass(frozen=True)
class Sent:
    """A request as it went out."""

    tab: Tab
    body: dict[str, str]


@dataclass
class Draft:
    """What the model knows of a party's draft."""

    text: str
    base: int
    savers: set[str]
    saves: int = 1


@dataclass
class Known:
    """What the model knows of a document."""

    paper: Paper
    drafts: dict[str, Draft] = field(default_factory=dict)
    is_gone: bool = False


class Browsers(RuleBasedStateMachine):
    """Six people at six browsers."""

    template: ClassVar[StaffedTemplate]
    tabs: Bundle[Tab] = Bundle("tabs")
    sent: Bundle[Sent] = Bundle("sent")
    documents: Bundle[str] = Bundle("documents")

    # -- the office opens and closes ----------------------------------------------------------------------------

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.url = self.stack.enter_context(self.template.copy(self.folder))
        self.office = self.opened()
        self.people = {
            who: getattr(self.office.people[who[: -len(key) - 1]], key) for who, key in map(split, WHO)
        }
        self.clients = {who: self.office.app.test_client() for who in WHO}
        self.sessions = dict.fromkeys(WHO, 0)
        self.known: dict[str, Known] = {}
        self.done: dict[str, tuple[dict[str, str], str, str]] = {}
        self.powered = {who for who in WHO if "officer" in who}
        self.private: dict[str, set[str]] = {"kou": set(), "otsu": set()}
        self.words = (f"canary{number:05}" for number in itertools.count(1))
        self.looks = itertools.count()
        for who in WHO:
            self.sign_in(who)

    def opened(self) -> Office:
        return open_office(self.url, self.folder, self.template.people, pages=True)

    def teardown(self):
        try:
            self.office.must_hold()
        finally:
            self.office.app.engines.dispose()
            self.stack.close()

    # -- a browser ----------------------------------------------------------------------------------------------

    def party(self, who: str) -> str:
        return who.partition(".")[0]

    def person(self, who: str) -> TestPerson:
        found: TestPerson = self.people[who]
        return found

    def looked_at(self, who: str, answer: TestResponse) -> TestResponse:
        """Nobody is ever shown what is another side's own, nor a fault (rows 1-6; I15)."""
        source = answer.get_data(as_text=True)
        assert answer.status_code < 500, source[-3000:]
        for party, words in self.private.items():
            if party != self.party(who):
                leaked = [word for word in words if word in source]
                assert not leaked, (who, answer.request.path, leaked)
        return answer

    def get(self, who: str, path: str) -> TestResponse:
        answer = self.looked_at(who, self.clients[who].get(path))
        if answer.status_code == 303 and "/sign-in" in answer.location:
            self.sign_in(who)
            answer = self.looked_at(who, self.clients[who].get(path))
        if answer.status_code == 401:
            fields = hidden(answer.get_data(as_text=True)) | {"step_up_password": PASSWORD}
            answer = self.looked_at(who, self.clients[who].post("/account/confirm", data=fields))
            assert answer.status_code == 303, answer.get_data(as_text=True)
            self.sessions[who] += 1
            answer = self.looked_at(who, self.clients[who].get(path))
        return answer

    def is_too_old(self, answer: TestResponse) -> bool:
        """Whether the session lay unused too long: by the clock, or, while the clock stands behind the record, by
        the record's own time, which is what counts under the lock."""
        if answer.status_code == 403:
            return max(entry.at for entry in self.office.entries()) > self.office.clock.now()
        return answer.status_code == 401 or (answer.status_code == 303 and "/sign-in" in answer.location)

    def sign_in(self, who: str) -> None:
        sign_in(self.clients[who], self.person(who))
        self.sessions[who] += 1

    # -- rules --------------------------------------------------------------------------------------------------

    @initialize(target=documents)
    def begin_with_a_document(self):
        return self.document("kou", False)

    @rule(target=documents, party=st.sampled_from(["kou", "otsu"]), alone=st.booleans())
    def begin_a_document(self, party, alone):
        """Drafted by a drafter, or by an officer alone, and tabled, in the browser."""
        return self.document(party, alone) if len(self.known) < 3 else multiple()

    def document(self, party: str, alone: bool) -> Any:
        who = f"{party}.officer" if alone else f"{party}.drafter"
        fields = hidden(self.get(who, "/memos/new").get_data(as_text=True))
        word = self.own_word(party)
        answer = self.clients[who].post(
            "/memos/new", data=fields | {"title": "覚書", "text": word, "day": ""}
        )
        if self.is_too_old(answer):
            return multiple()
        assert answer.status_code == 303
        id = answer.location.rpartition("/")[2]
        paper = Paper(frozenset(self.office.people.parties), party)
        self.known[id] = Known(paper, {party: Draft(word, 0, {self.person(who).member_id})})
        tab = self.tab(who, "table", id)
        assert tab is not None
        self.submit(tab, {})
        return id

    def own_word(self, party: str) -> str:
        word = next(self.words)
        self.private[party].add(word)
        return word

    def tab(self, who: str, act: str, id: str) -> Tab | None:
        """The page for `act`, opened; None where it is not to be had."""
        path = {"draft": f"/memos/{id}/draft", "table": f"/memos/{id}"}.get(act, f"/memos/{id}/{act}")
        answer = self.get(who, path)
        if answer.status_code != 200:
            return None
        fields = hidden(answer.get_data(as_text=True))
        wanted = {"csrf_token", "once", "seen", "saves"} & fields.keys()
        if act == "table":
            path += "/table"
            draft = self.known[id].drafts.get(self.party(who))
            fields["saves"] = str(draft.saves if draft else 0)
            wanted |= {"saves"}
        if act == "note":
            path = f"/memos/{id}/notes"
        return Tab(who, act, id, path, {name: fields[name] for name in wanted}, self.sessions[who])

    @rule(
        target=tabs,
        who=st.sampled_from(WHO),
        act=st.sampled_from(["draft", "table", "consent", "consent", "consent", *REASONED]),
        id=documents,
    )
    def open_a_tab(self, who, act, id):
        tab = self.tab(who, act, id)
        return tab if tab is not None else multiple()

    @rule(
        target=sent,
        who=st.sampled_from(WHO),
        act=st.sampled_from(["consent", "consent", "consent", *REASONED]),
        id=documents,
    )
    def open_and_submit(self, who, act, id):
        tab = self.tab(who, act, id)
        return self.submit(tab, self.typed(tab)) if tab is not None else multiple()

    @rule(target=sent, who=st.sampled_from(WHO), id=documents)
    def revise(self, who, id):
        found = []
        for act in ("draft", "table"):
            tab = self.tab(who, act, id)
            if tab is not None:
                found.append(self.submit(tab, self.typed(tab)))
        return multiple(*found)

    @rule(target=sent, id=documents)
    def everybody_consents(self, id):
        found = []
        for who in ("kou.officer", "otsu.officer"):
            tab = self.tab(who, "consent", id)
            if tab is not None:
                found.append(self.submit(tab, self.typed(tab)))
        return multiple(*found)

    @rule(target=tabs, id=documents)
    def everybody_opens_the_consent_page(self, id):
        found = [self.tab(who, "consent", id) for who in ("kou.officer2", "otsu.officer2")]
        return multiple(*[tab for tab in found if tab is not None])

    @rule(target=sent, tab=tabs)
    def submit_a_tab(self, tab):
        return self.submit(tab, self.typed(tab))

    def typed(self, tab: Tab) -> dict[str, str]:
        if tab.act == "draft":
            return {"title": "覚書", "text": self.own_word(self.party(tab.who)), "day": "令和7年11月3日"}
        if tab.act == "consent":
            return {"decision_reference": "デ戦第1号", "capacity": "decision"}
        return {"reason": "都合により"} if tab.act in REASONED else {}

    @rule(sent=sent)
    def send_the_very_same_again(self, sent):
        """I7; rows 25, 32: back and resubmit, a second click, a replay."""
        self.post(sent)

    @rule(sent=sent)
    def send_something_else_from_the_same_page(self, sent):
        """I7: a page that was used takes nothing else."""
        body = sent.body | {"decision_reference": "別の番号", "reason": "別の理由", "title": "別の題名"}
        if "text" in body:
            body["text"] = self.own_word(self.party(sent.tab.who))
        self.post(replace(sent, body=body))

    @rule(sent=sent, who=st.sampled_from(WHO))
    def somebody_else_sends_it(self, sent, who):
        """Row 36: a form fits only the session it was made for."""
        if who != sent.tab.who:
            self.post(replace(sent, tab=replace(sent.tab, who=who, signed_in=-1)))

    @rule(who=st.sampled_from(WHO), id=documents)
    def write_a_note(self, who, id):
        fields = hidden(self.get(who, f"/memos/{id}").get_data(as_text=True))
        word = self.own_word(self.party(who))
        answer = self.clients[who].post(f"/memos/{id}/notes", data=fields | {"text": word})
        assert self.looked_at(who, answer).status_code == 303 or self.is_too_old(answer)

    @rule(
        what=st.sampled_from(
            [*["clock forward"] * 4, "clock far forward", "clock back", "power ends", "signs in", "restart"]
        ),
        who=st.sampled_from(WHO),
    )
    def the_world_goes_on(self, what, who):
        """Rows 28, 39: the clock moves, also back; a consent power ends; somebody signs in anew; a restart."""
        match what:
            case "clock forward":
                self.office.clock.move(minutes=4)
            case "clock far forward":
                self.office.clock.move(minutes=45)
            case "clock back":
                self.office.clock.move(minutes=-60)
            case "signs in":
                self.sign_in(who)
            case "restart":
                self.restart()
            case "power ends" if who.endswith("officer2") and who in self.powered:
                with self.office.work(self.office.people[self.party(who)].admin) as work:
                    parties.end_consent_power(work, self.person(who).member_id)
                self.powered.remove(who)

    def restart(self):
        moment = self.office.clock.now()
        self.office.app.engines.dispose()
        self.office = self.opened()
        self.office.clock.set(moment)
        for client in self.clients.values():
            client.application = self.office.app

    # -- what must come of it -----------------------------------------------------------------------------------

    def submit(self, tab: Tab, typed: dict[str, str]) -> Sent:
        sent = Sent(tab, tab.fields | typed)
        self.post(sent)
        return sent

    def post(self, sent: Sent) -> None:
        """The request is sent, and answered as the rules say; what is refused changes nothing."""
        tab, body = sent.tab, sent.body
        expected = self.expected(tab, body)
        answer = self.looked_at(tab.who, self.clients[tab.who].post(tab.path, data=body))
        if answer.status_code == 401 and "step_up_password" in answer.get_data(as_text=True):
            again = hidden(answer.get_data(as_text=True)) | body | {"step_up_password": PASSWORD}
            answer = self.looked_at(tab.who, self.clients[tab.who].post(tab.path, data=again))
            self.sessions[tab.who] += 1
        if self.is_too_old(answer):
            return
        if tab.signed_in != self.sessions[tab.who] and answer.status_code == 400:
            return  # the page was opened in an earlier session
        once = body.get("once", "")  # a page that offers no form, because there is nothing left to answer, has none
        if once and once in self.done:
            first, who, location = self.done[once]
            if (first, who) == (unsigned(body), tab.who):
                assert (answer.status_code, answer.location) == (303, location)
            else:
                assert answer.status_code in {403, 409}, answer.status_code
            return
        if isinstance(expected, RuleBroken) or expected is None:
            assert answer.status_code in {403, 404, 409, 422}, (tab, answer.status_code, expected)
            if isinstance(expected, RuleBroken):
                assert answer.status_code == expected.status, (tab, expected)
            return
        assert answer.status_code == 303, (tab, answer.get_data(as_text=True)[-2000:])
        if once:
            self.done[once] = (unsigned(body), tab.who, answer.location)
        self.known[tab.id] = expected
        if tab.act == "table":
            digest = self.office.document(tab.id).digest
            expected.paper = replace(expected.paper, digest=digest)
            text = expected.drafts.pop(self.party(tab.who)).text
            self.private[self.party(tab.who)].discard(text)

    def expected(self, tab: Tab, body: dict[str, str]) -> Known | RuleBroken | None:
        """What the document becomes, or the rule that refuses; None: no power, or nothing there."""
        known = self.known[tab.id]
        paper, drafts = known.paper, {key: replace(one) for key, one in known.drafts.items()}
        party, member = self.party(tab.who), self.person(tab.who).member_id
        if tab.who not in self.powered and (tab.act in NEEDS_POWER or "officer" in tab.who):
            return None
        seen = body.get("seen", "")
        acts: dict[str, rules.Act] = {
            "consent": rules.Consent(party, member, seen=seen),
            "withdraw-consent": rules.WithdrawConsent(party, member, seen=seen),
            "send-back": rules.SendBack(party, member, seen=seen),
            "decline": rules.Decline(party, member),
            "withdraw": rules.Withdraw(party, member),
            "hold": rules.Hold(party, member),
            "lift-hold": rules.LiftHold(party, member),
        }
        try:
            if tab.act == "draft":
                return self.saved(Known(paper, drafts), party, member, body)
            if tab.act == "table":
                return self.tabled(Known(paper, drafts), party, member, body)
            return Known(rules.after(paper, acts[tab.act]), drafts)
        except RuleBroken as refused:
            return refused

    def saved(self, known: Known, party: str, member: str, body: dict[str, str]) -> Known:
        if known.paper.standing in rules.AGREED_STANDINGS:
            raise rules.AgreedAlready()
        if known.paper.standing not in {Standing.DRAFT, *rules.ON_THE_TABLE}:
            raise rules.ClosedAlready()
        draft = known.drafts.get(party)
        if int(body["saves"]) != (draft.saves if draft else 0):
            raise commands.DraftHasMoved()
        if draft is None:
            draft = known.drafts[party] = Draft("", known.paper.revision, set(), 0)
        draft.text, draft.saves = body["text"], draft.saves + 1
        draft.savers.add(member)
        return known

    def tabled(self, known: Known, party: str, member: str, body: dict[str, str]) -> Known:
        draft = known.drafts.get(party)
        if draft is None:
            raise commands.NothingDrafted()
        if draft.saves != int(body["saves"]):
            raise commands.DraftHasMoved()
        if draft.base != known.paper.revision:
            raise commands.WrittenOnAnOlderRevision()
        table = rules.Table(
            party,
            member,
            number=known.paper.revision + 1,
            digest="read afterwards",
            content=draft.text,
            parent=known.paper.digest,
            drafters=frozenset(draft.savers),
        )
        return Known(rules.after(known.paper, table), known.drafts)

    @invariant()
    def everything_is_as_the_rules_say(self):
        look = next(self.looks)
        if look % 4 == 3:
            self.office.must_hold()  # I12, I13, I17
        for id, known in self.known.items():
            assert replace(self.office.paper(id), content="") == replace(known.paper, content="")
            for party in ("kou", "otsu"):
                draft, expected = self.office.draft(id, party), known.drafts.get(party)
                if expected is None:
                    assert draft is None
                else:
                    assert draft is not None and expected.text in draft.body
        if self.known:
            who = WHO[look % len(WHO)]
            id = list(self.known)[-1]
            answer = self.get(who, f"/memos/{id}")
            paper = self.known[id].paper
            if paper.revision == 0 and paper.proposer != self.party(who):
                assert answer.status_code == 404  # row 1
                return
            source = answer.get_data(as_text=True)
            assert answer.status_code == 200
            assert (
                f'data-standing="{paper.standing}"' in source
                or rules.STANDING_NAMES[paper.standing] in source
            )
            shown = "合意が成立" in source and paper.standing in rules.ON_THE_TABLE
            page = source.split("<main")[
                1
            ]  # above it may stand what an act just done on another document says
            assert not shown or "全当事者の合意が成立しました" not in page  # row 38


def unsigned(body: dict[str, str]) -> dict[str, str]:
    """The body without what does not make a request another one."""
    return {name: value for name, value in body.items() if name not in {"csrf_token", "step_up_password"}}


def split(who: str) -> tuple[str, str]:
    return who, who.partition(".")[2]


@pytest.fixture(params=["two_on_sqlite", "two_on_postgres"])
def pair_with_pages(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office of two parties with its pages, on each of the databases."""
    with request.getfixturevalue(request.param).open(tmp_path, pages=True) as office:
        yield office


@pytest.mark.volumes
@pytest.mark.parametrize(
    ("database", "ci", "full"),
    [("two_on_sqlite", (8, 20), (150, 60)), ("two_on_postgres", (3, 15), (50, 60))],
)
def test_whatever_both_sides_do_the_pages_and_the_record_follow_the_rules(request, database, ci, full):
    """Security.md 4.3: I1-I10, I12, I13, I15, I17 through the pages."""
    template = request.getfixturevalue(database)
    run(type("Run", (Browsers,), {"template": template}), settings=steps(ci, full))


def test_an_officer_whose_power_has_ended_tables_nothing(two_on_sqlite: StaffedTemplate) -> None:
    """Who the model says may do nothing any more is told so, with an own draft on the table or without (I3)."""
    browsers = type("Run", (Browsers,), {"template": two_on_sqlite})()
    try:
        id = browsers.begin_with_a_document()
        tab = browsers.tab("kou.officer2", "table", id)
        browsers.the_world_goes_on(what="power ends", who="kou.officer2")
        browsers.submit(tab, {})
        browsers.revise(id=id, who="kou.drafter")
        browsers.submit(browsers.tab("kou.officer2", "table", id), {})
        browsers.everything_is_as_the_rules_say()
    finally:
        browsers.teardown()


def test_the_model_knows_the_people_it_drives(two_on_sqlite: StaffedTemplate, tmp_path: Path) -> None:
    """So that a power the model supposes is a power."""
    with two_on_sqlite.open(tmp_path) as office:
        for who in WHO:
            party, key = who.split(".")
            actor: Any = getattr(office.people[party], key).actor(office)
            assert (Role.CONSENT_OFFICER in actor.roles) == ("officer" in who)


def test_what_no_database_takes_is_answered_as_not_there(pair_with_pages: Office) -> None:
    """A NUL in an address or in a hidden field is never a fault (rows 64, 66), on PostgreSQL too."""
    office = pair_with_pages
    id = office.tabled(office.people[0].drafter)
    client = sign_in(office.app.test_client(), office.people[1].officer)
    for path in ("/memos/%00", f"/memos/{id}/attachments/%00", f"/memos/{id}/compare?from=%00"):
        assert client.get(path).status_code == 404
    form = hidden(client.get(f"/memos/{id}/consent").get_data(as_text=True))
    form |= {"decision_reference": "デ戦第1号", "capacity": "decision"}
    assert client.post(f"/memos/{id}/consent", data=form | {"seen": "\x00"}).status_code == 409
    assert client.post("/memos/%00/consent", data=form).status_code in {400, 404}
    assert client.post(f"/memos/{id}/consent", data=form | {"once": "a\x00b"}).status_code == 303
    office.must_hold()


def test_the_consent_form_carries_the_digest_of_what_the_page_shows(pair_with_pages: Office) -> None:
    """Rows 23, 24: what is sent back is the digest of the very words on the screen."""
    office = pair_with_pages
    id = office.tabled(office.people[0].drafter, "府民向けの講座を**二回**行う。")
    revision = office.revise(office.people[0].drafter, id, "府民向けの講座を**三回**行う。")
    client = sign_in(office.app.test_client(), office.people[1].officer)
    source = client.get(f"/memos/{id}/consent").get_data(as_text=True)
    assert hidden(source)["seen"] == revision.digest
    assert hashlib.sha256(REVISION + revision.sealed.encode()).hexdigest() == revision.digest
    assert "府民向けの講座を<strong>三回</strong>行う。" in source
    assert "二回" not in source
    assert check_code(revision.digest) in re.sub("<[^>]*>", "", source)


def test_looking_at_pages_does_nothing(pair_with_pages: Office) -> None:
    """Row 36: only a form that was sent acts; no link, prefetch or preview does."""
    office = pair_with_pages
    id = office.agreed()
    other = office.tabled(office.people[0].drafter)
    client = sign_in(office.app.test_client(), office.people[1].officer)
    before = office.everything()
    for one in (id, other):
        for act in (
            "",
            "/consent",
            "/draft",
            "/files",
            "/receipt",
            "/compare",
            "/revisions/1",
            *REASONED_PATHS,
        ):
            assert client.get(f"/memos/{one}{act}").status_code < 500
            assert client.head(f"/memos/{one}{act}").status_code < 500
    for act in ("table", "rebase", "discard", "copy", "replace", "comments", "notes", "consultations"):
        assert client.get(f"/memos/{other}/{act}").status_code == 405
    assert office.everything() == before
