"""Nothing of one side reaches another: no page, header, list, count, search, pair of identifiers, mail or log line.

Everything that is one side's own holds a canary: a word that stands nowhere else (security.md 2.1).
"""

from __future__ import annotations

import datetime as dt
import email
import io
import itertools
import json
import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy as mail_policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.access.policy import Permission, Role
from portal.advice import commands as advice
from portal.advice.body import AdviceBody
from portal.consent import commands
from portal.consent.models import Attachment, Document, Draft
from portal.doubts import commands as doubts
from portal.handback import commands as handback
from portal.history.models import Entry
from portal.kernel.errors import RuleBroken
from portal.kernel.ids import new_id
from portal.parties import commands as people_commands
from portal.parties.models import Member, UserSession
from portal.parties.signing_in import sign_in
from portal.web import logs
from tests.browser import Browser
from tests.conftest import House, open_house
from tests.house.crawling import crawl, few_entries
from tests.house.oracle import REQUESTS
from tests.house.test_doors import bare
from tests.makers.cooperation import (
    DATES_,
    KINDS,
    MISSING,
    PARTICULARS_,
    PROPOSALS,
    Cooperation,
    Made,
    Maker,
    opened,
    token_of,
)  # fmt: skip
from tests.makers.kept import keepers
from tests.makers.people import PASSWORD, TestPerson, doorkeeper
from tests.makers.volumes import sized


@pytest.fixture
def all_of_it(shared_cooperation: Cooperation) -> Iterator[Cooperation]:
    """A cooperation in full use; the database is put back after the test."""
    if not shared_cooperation.cookies:
        shared_cooperation.enter()
    yield shared_cooperation
    shared_cooperation.put_back()


def strangers(cooperation: Cooperation, party: str) -> list[TestPerson | None]:
    """Those who may know nothing that is `party`'s own: people of the other side, its own auditor and administrator
    of what is drafted, the operator, the public."""
    other = next(key for key in cooperation.parties if key != party)
    side = cooperation.made.people[other]
    return [
        side.officer,
        side.admin,
        cooperation.made.extra[other, "auditor"],
        cooperation.made.people.operator,
        None,
    ]


# --- Every page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0, 1], ids=["first party", "second party"])
def test_a_walk_through_everything_shows_no_other_sides_word(all_of_it, position):
    """Rows 1, 5, 6, 7, 8, 10, 11: every link of every page, as an officer, an auditor and the operator of each side;
    bodies, headers and redirects; and the walk is not blind: one's own words are seen."""
    party = all_of_it.parties[position]
    side = all_of_it.made.people[party]
    seen: set[str] = set()
    visited = 0
    auditor = all_of_it.made.extra[party, "auditor"]
    for person, each in ((side.officer, 40), (side.admin, 8), (auditor, 8)):
        browser = all_of_it.browser(person)
        pages = crawl(browser, each=each, passes_over=few_entries)
        visited += len(pages)
        for page in pages.values():
            seen |= set(re.findall(f"CANARY-{party}-[0-9a-f]+", page.source))
    own = {word for word in all_of_it.made.canaries[party] if word.startswith("CANARY")}
    print(f"\npages: {visited}; own canaries seen: {len(seen)} of {len(own)}")
    assert len(seen) >= 0.8 * len(own)
    assert visited >= 500


def known_ids(cooperation: Cooperation) -> list[str]:
    """Every identifier there is of anything."""
    with cooperation.house.read() as session:
        columns = (Document.id, Attachment.id, Draft.id, Member.id, UserSession.id)
        found = [id for column in columns for id in session.scalars(select(column))]
    found += [one.consultation for one in cooperation.made.papers.values() if one.consultation]
    found += [id for one in cooperation.made.advice.values() for id in (one.id, one.file)]
    found += [
        id
        for one in cooperation.made.doubts.values()
        for id in (one.id, one.meeting, one.file, one.own_file)
        if id
    ]
    found += [id for one in cooperation.made.handback.values() for id in (one.id, one.file, one.holding)]
    return found + [one.id for one in cooperation.made.activities.values()]


@pytest.mark.volumes
def test_every_address_with_every_identifier_shows_no_other_sides_word(all_of_it):
    """Row 1: every page that takes an identifier with every identifier there is, as those who may know least."""
    rules = [rule for method, rule in REQUESTS if method == "GET" and "<id>" in rule and rule.count("<") == 1]
    ids = known_ids(all_of_it)
    asked, turn = 0, itertools.count()
    for party in all_of_it.parties:
        mark = re.compile(f"CANARY-{party}-|canary-{party}-|{party}\\.[a-z0-9]+@".encode())
        for person in strangers(all_of_it, party):
            browser = all_of_it.browser(person)
            # Whoever passes no door learns nothing by trying all: a tenth of the identifiers is enough.
            some = ids if person and person.key == "officer" else ids[::10]
            for rule, id in itertools.product(rules, some):
                if next(turn) % sized(41, 3):
                    continue  # one of so many pairs, another one for each of the readers
                answer = browser.client.get(rule.replace("<id>", id))
                asked += 1
                assert answer.status_code != 500, (rule, id)
                assert not mark.search(answer.get_data()), (rule, id, person and person.email)
                assert not mark.search(str(answer.headers).encode()), (rule, id)
    print(f"\naddresses: {asked}")
    assert asked >= sized(5_000, 10_000)


def test_every_entry_of_every_chain_is_shown_to_those_of_its_chain_only(all_of_it):
    """Rows 1, 21: the chain of a party, entry by entry, is nothing at all to the others, its auditor, the operator."""
    with all_of_it.house.read() as session:
        entries = session.execute(select(Entry.chain, Entry.number)).all()
    for party in all_of_it.parties:
        own = [number for chain, number in entries if chain == party]
        assert len(own) > 50
        for person in strangers(all_of_it, party):
            browser = all_of_it.browser(person)
            statuses = {browser.client.get(f"/history/{party}/{number}").status_code for number in own[::7]}
            assert statuses <= {303, 403, 404}, (person, statuses)


# --- Searching --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "search",
    [
        "/history?words=",
        "/history?reading=trail&words=",
        "/activities?words=",
        "/advice?words=",
        "/advice?person=",
        "/handback?words=",
        "/handback?holder=",
    ],
)
def test_searching_another_sides_words_finds_what_searching_nonsense_finds(all_of_it, search):
    """Row 6: for every canary: no hit, the count of nothing; the page is byte for byte that of a word nobody wrote."""
    searched = 0
    for party in all_of_it.parties:
        other = next(key for key in all_of_it.parties if key != party)
        people = (all_of_it.made.people[other].officer, all_of_it.made.extra[other, "auditor"])
        for person in people:
            browser = all_of_it.browser(person)
            for canary in all_of_it.made.canaries[party][:: 1 if person.key == "officer" else 5]:
                nonsense = "Z" * len(canary)
                pages = []
                for word in (canary, nonsense):
                    answer = browser.client.get(search + word)
                    assert answer.status_code == 200
                    pages.append(bare(answer.get_data(), search + word).replace(word.encode(), b"<word>"))
                assert pages[0] == pages[1], (search, canary)
                searched += 1
    print(f"\nsearches: {searched}")


def test_ones_own_words_are_found_by_ones_own_side_in_its_own_trail(all_of_it):
    """Row 6 the other way round: the search is not blind."""
    party = all_of_it.parties[0]
    browser = all_of_it.browser(all_of_it.made.people[party].officer)
    found = 0
    for canary in all_of_it.made.canaries[party][:40]:
        page = browser.get(f"/history?reading=trail&words={canary}")
        found += page.source.count("/history/" + party)
    assert found >= 10


# --- What the portal keeps ready (row 13) ------------------------------------------------------------------


def answers(
    cooperation: Cooperation, people: list[TestPerson | None], addresses: list[str], *, cold: bool
) -> dict[tuple[str, str], bytes]:
    """Every address as each of the people gets it, one after the other; `cold`: with nothing kept ready."""
    found, kept = {}, keepers()
    browsers = [(person.member_id if person else "", cooperation.browser(person)) for person in people]
    for address in addresses:
        for who, browser in browsers:
            for one in kept if cold else ():
                one._held = {}
            answer = browser.client.get(address)
            found[who, address] = b"%d %s" % (answer.status_code, bare(answer.get_data(), address))
    return found


def test_what_is_kept_ready_from_one_reader_is_never_shown_to_another(all_of_it):
    """Row 13: every page as everybody gets it, each made anew; then in turns forwards and backwards with everything
    kept that was made for the others, byte for byte the same."""
    made = all_of_it.made
    people: list[TestPerson | None] = [made.people.operator, None]
    addresses = list[str]()
    for party in all_of_it.parties:
        side = made.people[party]
        people += [side.officer, side.reader, side.admin, made.extra[party, "auditor"]]
        addresses += crawl(all_of_it.browser(side.officer), passes_over=few_entries, most=36, each=1)
    addresses = list(
        dict.fromkeys([*addresses, "/history?reading=trail&words=共有", "/activities?words=講座"])
    )
    alone = answers(all_of_it, people, addresses, cold=True)
    for turn in (people, people[::-1]):
        together = answers(all_of_it, turn, addresses, cold=False)
        assert [key for key, page in together.items() if page != alone[key]] == []
    assert sum(len(one._held) for one in keepers()) > 100
    print(f"\npages: {len(alone)}")
    assert len(alone) >= 300


def test_what_is_kept_ready_does_not_outlive_a_role(all_of_it):
    """Row 13: whoever was a drafter a moment ago gets what a reader gets, not what was made for the drafter."""
    made, party = all_of_it.made, all_of_it.parties[0]
    person, administrator = made.extra[party, "stripped"], made.people[party].admin
    addresses = [
        "/",
        "/activities",
        "/history",
        "/term",
        f"/{PROPOSALS}/{made.papers[PROPOSALS, party, 'draft'].id}",
    ]
    before = answers(all_of_it, [person], addresses, cold=False)
    with all_of_it.house.work(administrator.actor(all_of_it.house)) as work:
        people_commands.change_member(
            work, person.member_id, email=person.email, name=person.name, roles=(Role.READER,)
        )
    after = answers(all_of_it, [person], addresses, cold=False)
    assert after == answers(all_of_it, [person], addresses, cold=True)
    assert after[person.member_id, addresses[-1]] != before[person.member_id, addresses[-1]]


# --- Pairs, comparisons, copies (rows 2, 3, 4) -------------------------------------------------------------


def test_what_belongs_to_one_thing_is_not_reached_through_another(all_of_it):
    """Row 2: every file through every other paper, every consultation, every recorded act, every consent power through
    another member: 404, and nothing changes."""
    made, party = all_of_it.made, all_of_it.parties[0]
    officer = all_of_it.browser(made.people[party].officer)
    token = token_of(officer)
    tried = 0
    papers = list(made.papers.values())
    for number, paper in enumerate(papers):
        for step in (1, 5, 16, 23):
            other = papers[(number + step) % len(papers)]
            path = f"/{other.path}/{other.id}/attachments/{paper.attachment}"
            assert officer.client.get(path).status_code == 404, path
            answer = officer.client.post(f"{path}/remove", data={"csrf_token": token})
            assert answer.status_code in {404, 409, 422}, (path, answer.status_code)
            if paper.consultation:
                path = f"/{other.path}/{other.id}/consultations/{paper.consultation}/confirm"
                answer = officer.client.post(path, data={"csrf_token": token, "is_confirmed": "yes"})
                assert answer.status_code == 404, path
            crossed = f"/{'term/dates' if paper.path != DATES_ else PROPOSALS}/{paper.id}"
            assert officer.client.get(crossed).status_code == 404, crossed
            tried += 3
    for one, other_activity in itertools.permutations(made.activities.values(), 2):
        if one.act:
            path = f"/activities/{other_activity.id}/acts/{one.act}/acknowledge"
            answer = officer.client.post(path, data={"csrf_token": token, "is_acknowledged": "yes"})
            assert answer.status_code == 404, path
            tried += 1
    assert not all_of_it.has_changed()
    print(f"\nwrong pairs: {tried}")


def test_a_consent_power_is_not_seconded_through_another_members_page(all_of_it):
    """Rows 2, 35: the power that stood on one member's page, sent to another member's address: nothing is done."""
    made, party = all_of_it.made, all_of_it.parties[0]
    admin = all_of_it.browser(made.people[party].admin)
    page = admin.get(f"/members/{made.extra[party, 'asked'].member_id}/consent-power/second")
    grant = dict(page.forms[-1].fields)["seen"]
    for strange in (made.people[party].reader, made.extra[party, "quiet"], made.people[party].officer):
        answer = admin.client.post(
            f"/members/{strange.member_id}/consent-power/second",
            data={"csrf_token": token_of(admin), "seen": grant},
        )
        assert answer.status_code in {404, 409, 422}
        assert not all_of_it.has_changed()


def test_only_tabled_revisions_can_be_compared_whoever_asks(all_of_it):
    """Row 3: any two numbers, any reader: both revisions were tabled, or there is nothing."""
    made, (first, second) = all_of_it.made, all_of_it.parties
    maker = Maker(all_of_it.house, made)
    paper = made.papers[PROPOSALS, first, "partial"]
    maker.save(PROPOSALS, paper.id, made.people[first].drafter, "もう共有してよい言葉")
    with maker.work(made.people[first].drafter) as work:
        held = commands.document_of(work, KINDS[PROPOSALS], paper.id)
        commands.detach(work, KINDS[PROPOSALS], held, paper.own_attachment)
    maker.table(PROPOSALS, paper.id, made.people[first].drafter2)
    maker.save(PROPOSALS, paper.id, made.people[first].drafter, maker.canary(first))
    maker.save(PROPOSALS, paper.id, made.people[second].drafter, maker.canary(second))
    for party in all_of_it.parties:
        for person in (made.people[party].officer, made.people[party].admin, made.extra[party, "auditor"]):
            browser = all_of_it.browser(person)
            for old, new in itertools.product(range(5), range(5)):
                page = browser.get(f"/{PROPOSALS}/{paper.id}/compare?from={old}&to={new}")
                readable = {1, 2}
                assert (page.status == 200) == (old in readable and new in readable), (old, new, page.status)


def test_a_copy_holds_what_its_reader_may_read_and_no_more(all_of_it):
    """Row 4: of a paper upon which its proposer is drafting, the others copy the words and files on the table."""
    made, (first, second) = all_of_it.made, all_of_it.parties
    drafter = all_of_it.browser(made.people[second].drafter)
    token = token_of(drafter)
    for path in KINDS:
        for standing in ("tabled", "partial", "sent_back", "agreed"):
            if standing in MISSING.get(path, ()):
                continue
            source = made.papers[path, first, standing]
            answer = drafter.client.post(f"/{path}/{source.id}/copy", data={"csrf_token": token})
            assert answer.status_code == 303
            page = drafter.get(answer.headers["Location"])
            assert page.status == 200
            files = drafter.get(answer.headers["Location"].removesuffix("/draft") + "/files")
            assert f"CANARY-{first}" not in page.source + files.source
        hidden = made.papers[path, first, "draft"]
        assert drafter.client.post(f"/{path}/{hidden.id}/copy", data={"csrf_token": token}).status_code == 404
        if path == PARTICULARS_:
            answer = drafter.client.get(f"/{path}/new?activity={hidden.id}")
            assert answer.status_code == 404


# --- People (row 7) -----------------------------------------------------------------------------------------


def test_of_the_other_sides_people_only_the_officers_and_auditors_are_known(all_of_it):
    """Row 7: by list, by identifier one after the other, in the choices of the history: officers, the auditors of
    whom every party is asked, and whoever acted in what is shared; no address, no post of anybody who only reads."""
    made, (first, second) = all_of_it.made, all_of_it.parties
    with all_of_it.house.read() as session:
        theirs = dict(
            map(tuple, session.execute(select(Member.id, Member.email).where(Member.party == first)))
        )
    officers = {made.people[first].officer.member_id, made.people[first].officer2.member_id}
    officers.add(made.extra[first, "lapsed"].member_id)
    officers |= {made.extra[first, key].member_id for key in ("auditor", "proposed")}
    officers |= {made.people.auditor.member_id} if made.people.auditor.party == first else set()
    for person in (made.people[second].reader, made.people[second].admin, made.extra[second, "auditor"]):
        browser = all_of_it.browser(person)
        known = {id for id in theirs if browser.client.get(f"/members/{id}").status_code == 200}
        assert known == officers, person.key
        for path in ("/members", "/history", "/history?reading=trail", "/activities"):
            body = browser.client.get(path).get_data(as_text=True)
            assert not [mail for mail in theirs.values() if mail in body], path
            assert made.extra[first, "quiet"].member_id not in body, path


# --- After leaving (rows 15, 16) -----------------------------------------------------------------------------


def test_whoever_is_closed_has_no_page_and_no_file_from_the_next_request_on(all_of_it):
    """Row 16: the same session, a moment after: page, file, part of a file, HEAD."""
    made, party = all_of_it.made, all_of_it.parties[0]
    person = made.extra[party, "closed"]
    browser = all_of_it.browser(person)
    paper = made.papers[PROPOSALS, party, "draft"]
    file = f"/{PROPOSALS}/{paper.id}/attachments/{paper.attachment}"
    assert browser.client.get(file).status_code == 200
    with all_of_it.house.work(made.people[party].admin.actor(all_of_it.house)) as work:
        people_commands.close_member(work, person.member_id)
    for path in (file, f"/{PROPOSALS}/{paper.id}", "/", "/history"):
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=0-3"})):
            answer = browser.client.open(path, method=method, headers=headers)
            assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"), path
            assert b"CANARY" not in answer.get_data()


# --- Mail (row 10) ---------------------------------------------------------------------------------------------


def test_no_mail_holds_a_word_of_anybody_or_another_address(all_of_it):
    """Row 10: one recipient each, no copies, nothing in it but the portal's own sentences and the link."""
    folder = all_of_it.house.app.settings.instance / "mail"
    mails = list(folder.glob("*.eml"))
    assert len(mails) >= 10
    for path in mails:
        raw = path.read_bytes()
        message = email.message_from_bytes(raw, policy=mail_policy.default)
        assert message["To"] and "," not in message["To"] and not message["Cc"] and not message["Bcc"]
        text = str(message["Subject"]) + message.get_content()
        assert "CANARY" not in text
        assert "@" not in text.replace("portal@example.jp", "")


# --- Two runs (rows 21, 22) ------------------------------------------------------------------------------------

_FRESH = re.compile(
    rb"CANARY-[a-z]+-[0-9a-f]{10}|(?<![0-9a-z])[0-9a-z]{22}(?![0-9a-z])|[0-9a-f]{64}|(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])"
    rb"|[0-9a-f]{4}(?:(?:[ \xe2\x80\x89\xc2\xa0-]|&nbsp;|</span>\s*<span>)+[0-9a-f]{4}){3}"
)
"""Identifiers, digests and check codes: random in every run, compared by the order in which they appear."""


@dataclass
class Run:
    """The same joint story on a fresh copy; with or without what one party does by itself in between."""

    house: House
    made: Made
    chance: random.Random | None
    answers: list[bytes] = field(default_factory=list)
    names: dict[bytes, bytes] = field(default_factory=dict)
    own_acts: int = 0
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.maker = Maker(self.house, self.made)
        self.busy, self.other = self.made.people.parties[:2]
        self.shared: list[tuple[str, str]] = []
        self.own: list[tuple[str, str]] = []
        self.added: list[str] = []
        self.readers = {
            "officer": Browser(self.house), "auditor": Browser(self.house), "public": Browser(self.house),
        }  # fmt: skip
        side = self.made.people[self.other]
        for key, person in (("officer", side.officer), ("auditor", self.made.extra[self.other, "auditor"])):
            page = self.readers[key].get("/sign-in")
            page.submit("サインインする", email=person.email, password=PASSWORD, follow=False)

    # -- what the others see -----------------------------------------------------------------------------------

    def look(self) -> None:
        """Everything the other party and the public can open, as they open it now."""
        documents = [
            f"/{path}/{id}{tail}" for path, id in self.shared for tail in ("", "/compare", "/consent")
        ]
        paths = [
            "/", "/history", "/history?reading=trail", "/history?new=1", "/activities", "/messages", "/waiting/ours",
            "/waiting/theirs", "/members", "/agreement", "/term", "/history/verify", "/history/seals", *documents,
            "/advice", *(f"/advice/{one.id}" for (_, stands), one in self.made.advice.items() if stands == "gave"),
            "/amendments", "/doubts", "/doubts/settings", *(f"/doubts/{one.id}" for one in self.made.doubts.values()),
            "/handback", "/handback/checklist", "/handback/shared",
            *(f"/handback/{one.id}" for (_, stands), one in self.made.handback.items() if stands != "draft"),
        ]  # fmt: skip
        for reader, path in itertools.product(self.readers, paths):
            response = self.readers[reader].client.get(path)
            self.looked_at += 1
            headers = sorted(
                f"{name}: {value}"
                for name, value in response.headers
                if name not in {"Set-Cookie", "Content-Length"}
            )
            body = bare(response.get_data(), path)
            self.answers.append(
                self.named(f"{reader} {path} {response.status_code} {headers}".encode() + body)
            )

    def named(self, answer: bytes) -> bytes:
        """The answer with everything random named by the order of its first appearance."""
        return _FRESH.sub(lambda found: self.names.setdefault(found[0], b"#%d" % len(self.names)), answer)

    # -- what one party does by itself -------------------------------------------------------------------------

    def by_itself(self, number: int) -> None:
        """`number` acts of the busy party that concern nobody else, at one moment."""
        if self.chance is None:
            return
        self.maker.pace = 0
        for _ in range(number):
            with suppress(RuleBroken):
                self.chance.choice(self.acts())()
                self.own_acts += 1
        self.maker.pace = 1

    def acts(self) -> list[Callable[[], None]]:
        """What can be done by oneself."""
        chance, maker = self.chance, self.maker
        assert chance is not None
        side = self.made.people[self.busy]
        writers = [side.drafter, side.drafter2, side.officer, side.press, side.manager]

        def start() -> None:
            path = chance.choice([PROPOSALS, DATES_])
            self.own.append((path, maker.start(path, chance.choice(writers), mark=maker.canary(self.busy))))

        def save() -> None:
            path, id = chance.choice(self.own or [self.start_one()])
            maker.save(path, id, chance.choice(writers), maker.canary(self.busy))

        def attach() -> None:
            path, id = chance.choice(self.own or [self.start_one()])
            maker.attach(path, id, chance.choice(writers), maker.canary(self.busy))

        def discard() -> None:
            if self.own:
                path, id = self.own.pop(chance.randrange(len(self.own)))
                self.discard(path, id, chance.choice(writers))

        def note() -> None:
            path, id = chance.choice(self.shared + self.own or [self.start_one()])
            maker.note(path, id, chance.choice([side.reader, side.custodian, *writers]))

        def draft_and_throw_away() -> None:
            if self.shared:
                path, id = chance.choice(self.shared)
                maker.save(path, id, chance.choice(writers), maker.canary(self.busy))
                self.discard(path, id, chance.choice(writers))

        def newcomer() -> None:
            self.added.append(
                maker.newcomer(self.busy, f"n{len(self.added)}-{new_id()}", Role.READER).member_id
            )

        def change_somebody() -> None:
            with maker.work(side.admin) as work:
                if self.added and chance.random() < 0.5:
                    people_commands.close_member(work, self.added.pop())
                else:
                    quiet = self.made.extra[self.busy, "quiet"]
                    title = maker.canary(self.busy)
                    people_commands.change_post(
                        work, quiet.member_id, title=title, held_from=dt.date(2026, 4, 1)
                    )

        def come_and_go() -> None:
            person = chance.choice([side.reader, side.custodian, side.admin2])
            sign_in(doorkeeper(self.house), email=person.email, password=PASSWORD, network="192.0.2.7")
            with maker.work(person) as work:
                people_commands.choose_language(work, chance.choice(["ja", "en"]))

        def advise() -> None:
            mark = maker.canary(self.busy)
            made = maker.advised(self.busy, mark=mark)
            if chance.random() < 0.5:
                with maker.work(chance.choice(writers)) as work:
                    advice.discard(work, made.id)

        def hand_over() -> None:
            made = maker.handed(self.busy, mark=maker.canary(self.busy))
            if chance.random() < 0.5:
                with maker.work(chance.choice(writers)) as work:
                    handback.discard(work, made.id)

        def read_advice() -> None:
            gave = self.made.advice[self.other, "gave"]
            person = chance.choice([side.reader, side.custodian, *writers])
            with maker.work(person) as work:
                advice.take(work, gave.id, gave.file)
                advice.note(work, gave.id, text=maker.canary(self.busy))

        def think_of_a_doubt() -> None:
            asked = self.made.doubts[self.other, "open"].id
            maker.doubt_file(asked, chance.choice(writers), maker.canary(self.busy))
            with maker.work(chance.choice([side.reader, *writers])) as work:
                doubts.note(work, asked, text=maker.canary(self.busy))

        return [
            advise,
            hand_over,
            read_advice,
            think_of_a_doubt,
            start,
            save,
            attach,
            discard,
            note,
            draft_and_throw_away,
            newcomer,
            change_somebody,
            come_and_go,
        ]

    def start_one(self) -> tuple[str, str]:
        """An own draft, where there is none yet."""
        drafter = self.made.people[self.busy].drafter
        self.own.append((PROPOSALS, self.maker.start(PROPOSALS, drafter, mark=self.maker.canary(self.busy))))
        return self.own[-1]

    def correct(self, id: str, person: TestPerson) -> None:
        """The entry of the advice log is corrected; whoever of the busy party took its file is told."""
        with self.maker.work(person) as work:
            draft = advice.begin_correction(work, id)
            words = AdviceBody.from_plain(json.loads(draft.body) | {"reason": "誤りがあったため"})
            advice.save(work, draft.id, words, saves=draft.saves)
        with self.maker.work(person) as work:
            advice.record(work, draft.id, saves=2)

    def discard(self, path: str, id: str, person: TestPerson) -> None:
        """The own-side draft is thrown away."""
        with self.maker.work(person) as work:
            commands.discard(work, KINDS[path], commands.document_of(work, KINDS[path], id))

    # -- the joint story ---------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Two proposals and their particulars, consulted, agreed, carried out; looked at after every step."""
        maker, (first, second) = self.maker, (self.busy, self.other)
        sides = self.made.people

        def table(path: str, party: str, activity: str | None = None) -> str:
            id = maker.start(path, sides[party].drafter, mark=None, activity=activity)
            maker.attach(path, id, sides[party].drafter, "共有")
            maker.table(path, id, sides[party].drafter2)
            self.shared.append((path, id))
            return id

        def step(number: int = 15) -> None:
            self.by_itself(number)
            self.look()

        step(30)
        ours = table(PROPOSALS, first)
        step()
        theirs = table(PROPOSALS, second)
        step()
        maker.consent(PROPOSALS, ours, sides[first].officer)
        step()
        made = type("Talked", (), {"path": PROPOSALS, "id": ours, "consultation": ""})()
        maker.shared_talk(made, sides[first], sides[second])
        step()
        maker.act(PROPOSALS, theirs, sides[first].officer, "send_back", seen=True)
        step()
        maker.consent(PROPOSALS, ours, sides[second].officer)
        step()
        with self.house.read() as session:
            activity = session.get_one(Document, ours).activity_id
        particulars = table(PARTICULARS_, second, activity)
        step()
        maker.consent(PARTICULARS_, particulars, sides[second].officer)
        step()
        maker.consent(PARTICULARS_, particulars, sides[first].officer)
        step()
        maker.act(PROPOSALS, ours, sides[first].officer, "hold")
        step()
        self.correct(self.made.advice[second, "gave"].id, sides[second].drafter)
        step()
        maker.act(PROPOSALS, theirs, sides[second].officer, "withdraw")
        step(35)


def test_what_one_party_does_by_itself_changes_no_byte_for_anybody_else(
    cooperation_template, tmp_path_factory
):
    """Rows 21, 22: the same joint story told twice, once with more than 200 random acts of one party in between; clock
    fixed, identifiers named by the order of their appearance: every answer to the other party's officer and auditor
    and to the public is byte for byte the same."""
    runs = []
    for chance in (None, random.Random(2025)):
        folder = tmp_path_factory.mktemp("run")
        copied = opened(cooperation_template, folder)
        copied.house.clock.move(minutes=1)
        run = Run(copied.house, copied.made, chance)
        run.tell()
        runs.append(run)
        copied.close()
    quiet, busy = runs
    assert quiet.own_acts == 0 and busy.own_acts >= 180
    assert len(quiet.answers) == len(busy.answers) >= 700
    for mine, other in zip(quiet.answers, busy.answers, strict=True):
        assert mine == other, difference(mine, other)
    print(f"\nown acts in between: {busy.own_acts}; answers compared: {len(quiet.answers)}")


def difference(mine: bytes, other: bytes) -> str:
    """Where two answers part."""
    at = next(
        (n for n, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), min(len(mine), len(other))
    )
    start = max(0, at - 200)
    head = mine[:80].decode("utf-8", "replace")
    return "\n".join([head, *(one[start : at + 200].decode("utf-8", "replace") for one in (mine, other))])


# --- Logs (rows 19, 72) ------------------------------------------------------------------------------------------


@pytest.fixture
def written(all_of_it: Cooperation, tmp_path: Path) -> Iterator[tuple[Cooperation, io.StringIO]]:
    """The cooperation with its log going into a text."""
    house = all_of_it.house
    stream = io.StringIO()
    again = open_house(
        house.app.settings.database_url,
        house.app.settings.instance.parent,
        at=house.clock.now(),
        logs_answers=True,
    )
    handler = logs.set_logs(again.app, stream)

    def burst() -> str:
        raise ValueError(f"the title was {all_of_it.made.canaries['kou'][0]}\nand more")

    again.app.add_url_rule("/burst", "burst", burst, allow=Permission.ENTER)
    before, all_of_it.house = all_of_it.house, again
    again.people = before.people
    yield all_of_it, stream
    all_of_it.house = before
    logging.getLogger().removeHandler(handler)
    again.app.engines.dispose()


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    """Every line, parsed."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_log_holds_names_and_numbers_and_no_word_of_anybody(written):
    """Rows 19, 72: a walk through everything, acts with every text, refusals, a fault: every line is JSON of the fixed
    names, in ASCII, and holds no canary, address, title, file name or address of a page."""
    cooperation, stream = written
    made, party = cooperation.made, cooperation.parties[0]
    officer = cooperation.browser(made.people[party].officer)
    crawl(officer, each=4)
    token = token_of(officer)
    maker = Maker(cooperation.house, made)
    word = maker.canary(party)
    paper = made.papers[PROPOSALS, party, "tabled"]
    for path, data in (
        (f"/{PROPOSALS}/{paper.id}/comments", {"text": word}),
        (f"/{PROPOSALS}/{paper.id}/notes", {"text": f"{word}\u202e\r\nINFO forged"}),
        (f"/{PROPOSALS}/new", {"title": word}),
        (f"/{PROPOSALS}/{paper.id}/send-back", {"reason": ""}),
        ("/sign-in", {"email": f"{word}@example.jp", "password": word}),
        (f"/{PROPOSALS}/{paper.id}/attachments", {"file": (io.BytesIO(word.encode()), f"{word}.exe")}),
    ):
        officer.client.post(path, data={"csrf_token": token, **data})
    officer.client.get(f"/history?words={word}")
    officer.client.get("/burst")
    officer.client.get(f"/nowhere/{word}%0d%0aINFO%20forged")
    logging.getLogger("sqlalchemy.engine").error("INSERT %s", [word])
    logging.getLogger("portal").warning("a mail was delayed: %s", "timeout\u2028\x1b[31m\n{}")
    text = stream.getvalue()
    assert text.isascii()
    told = lines_of(stream)
    assert len(told) >= 100
    assert all(set(line) <= set(logs.ALLOWED) for line in told)
    secret = [
        *itertools.chain(*made.canaries.values()),
        "example.jp",
        "観察会",
        "forged",
        "the title was",
        PASSWORD,
    ]
    assert not [one for one in secret if one in json.dumps(told, ensure_ascii=False)]
    assert "/activities/" not in text and "words=" not in text
    fault = next(line for line in told if line.get("fault"))
    assert fault["fault"] == "builtins.ValueError" and re.search(r"house/test_leaks\.py:\d+$", fault["where"])


def test_every_answer_has_its_line_with_method_endpoint_status_and_time(written):
    """Row 19: what is needed to run the portal is there."""
    cooperation, stream = written
    officer = cooperation.made.people[0].officer
    browser = cooperation.browser(officer)
    stream.truncate(0)
    stream.seek(0)
    for path, status in (("/", 200), ("/nowhere", 404), ("/members/add", 403), ("/burst", 500)):
        browser.client.get(path)
        line = [one for one in lines_of(stream) if one["event"] == "answered"][-1]
        assert line["status"] == status and line["method"] == "GET" and line["ms"] >= 0
        assert line["member"] == officer.member_id and line["party"] == officer.party
    assert [one["endpoint"] for one in lines_of(stream) if one.get("status") == 200] == ["home.index"]


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\x00b", "a\x1b[2Jb", "a\u2028b", "a\u202eb", "\ud800", '"},{"', "\\"]
)
def test_nothing_written_into_a_line_makes_a_second_one(written, text, monkeypatch):
    """Row 72: one line of JSON each, whatever it is given; a name that is not on the list is left out."""
    _, stream = written
    ours = [handler for handler in logging.getLogger().handlers if type(handler).__module__ == logs.__name__]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)  # a report of half a character cannot be sent
    stream.truncate(0)
    stream.seek(0)
    logs.note(f"event {text}", endpoint=text, title="a title", status=200)
    logging.getLogger("portal").error("broken %s %s", text, len(text))
    found = lines_of(stream)
    assert len(found) == 2
    assert stream.getvalue().isascii()
    assert found[0]["endpoint"] == text and "title" not in found[0]
