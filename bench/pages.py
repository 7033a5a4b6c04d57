"""What is measured: each page with the page of the floor it is held against, and its goals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from flask import url_for
from sqlalchemy import select

from bench.client import Ask, Browser, Refused
from bench.fill import table_many
from bench.world import World
from portal.activities.proposal import PROPOSAL
from portal.consent.models import Document
from portal.history.event import JOINT
from portal.history.models import Entry, Head
from portal.history.queries import Cursor
from portal.publicity.item import PUBLICITY as PUBLICITY_KIND

STATEMENTS, GROWTH, DEPTH, RATE, TAIL = 12, 1.3, 1.2, 0.3, 4.0
"""At most so many statements a page; growth from the small to the large portal; depth against the first page; the
rate at eight connections and its 99th percentile against the floor's (performance.md, Goals)."""
MEMORY, COLD_START = 220.0, 5.0
"""Of two workers after load, in MiB; against the floor's."""


@dataclass(frozen=True)
class Page:
    """One thing that is measured."""

    name: str
    floor: str
    """The floor's page that does the same unavoidable work."""
    at_most: float
    """The goal: how many times as long as the floor's it may take, by the medians at one connection."""
    kilobytes: int | None = None
    is_page: bool = True
    """Whether it is read, rather than sent."""


HOME = Page("home", "/history", 4.0, kilobytes=80)
REGISTER = Page("register", "/history", 3.0)
DOCUMENT = Page("document, 50 replies", "/object/1", 4.0)
TRAIL = Page("history (trail), first", "/history", 3.0)
TRAIL_FAR = Page("history (trail), far back", "/history?before={far}", 3.0)
CHRONICLE = Page("history (activities), first", "/history", 3.0)
CHRONICLE_FAR = Page("history (activities), far back", "/history?before={far}", 3.0)
PUBLICITY = Page("publicity list", "/history", 3.0)
ITEM = Page("publicity item, 10 outputs", "/object/1", 4.0)
ADVICE = Page("advice list", "/history", 3.0)
INBOX = Page("inbox", "/history", 3.0)
TERM = Page("term", "/object/1", 4.0)
CONSENT = Page("consent POST", "/object/{number}/decide", 4.0, is_page=False)
READ = (
    HOME, REGISTER, DOCUMENT, PUBLICITY, ITEM, ADVICE, INBOX, TERM, TRAIL, TRAIL_FAR, CHRONICLE, CHRONICLE_FAR,
)  # fmt: skip
FIRST = {TRAIL_FAR: TRAIL, CHRONICLE_FAR: CHRONICLE}
"""Each page from far back, and the first page it is held against."""


def addresses(world: World) -> dict[Page, str]:
    """Where the portal has each of the pages that are read."""
    with world.app.test_request_context():
        history = url_for("history.index")
        found = {
            HOME: url_for("home.index"),
            REGISTER: url_for("activities.index"),
            DOCUMENT: url_for(PROPOSAL.place, id=world.busy),
            PUBLICITY: url_for("publicity.index"),
            ITEM: url_for(PUBLICITY_KIND.place, id=world.full_item),
            ADVICE: url_for("advice.index"),
            INBOX: url_for("messages.index"),
            TERM: url_for("term.index"),
        }
    trail, chronicle = f"{history}?reading=trail", f"{history}?reading=chronicle"
    return found | {
        TRAIL: trail,
        TRAIL_FAR: f"{trail}&before={_far(world, chronicle=False)}",
        CHRONICLE: chronicle,
        CHRONICLE_FAR: f"{chronicle}&before={_far(world, chronicle=True)}",
    }


def _far(world: World, *, chronicle: bool) -> str:
    """The place beyond which a tenth of the entries of the joint chain lies, but fifty at the least."""
    with world.read() as session:
        last = session.scalars(select(Head.number).where(Head.chain == JOINT)).one()
        query = select(Entry.at, Entry.chain, Entry.number).where(
            Entry.chain == JOINT, Entry.number >= last // 10
        )
        if chronicle:
            query = query.where(Entry.is_chronicle.is_(True))
        return Cursor(*session.execute(query.order_by(Entry.number).limit(1)).one()).text()


def sign_in(world: World, port: int) -> Browser:
    """A browser in which a consent officer of the second party is signed in at the portal of `port`."""
    officer, browser = world.people[1].officer, Browser(port)
    with world.app.test_request_context():
        path, home = url_for("account.sign_in"), url_for("home.index")
    browser.get(path)
    status = browser.post(path, email=officer.email, password=officer.password)
    if status != 303 or browser.get(home) != 200:
        raise Refused(f"could not sign in: {status}, then {browser.page[:500]!r}")
    return browser


def enter(port: int) -> Browser:
    """A browser in which a user of the floor is signed in."""
    browser = Browser(port)
    browser.post("/enter", user="2")
    return browser


def reads(port: int, path: str, cookie: str) -> Iterator[Ask]:
    """The page asked for again and again."""
    return repeat(Ask.get(port, path, cookie))


def consents(world: World, port: int, browser: Browser, count: int) -> list[Ask]:
    """`count` consents, each to a proposal of its own, tabled now; sent as the consent page sends them."""
    ids = table_many(world, count)
    with world.read() as session:
        digests = {id: digest for id, digest in session.execute(select(Document.id, Document.digest))}
    with world.app.test_request_context():
        paths = {id: url_for(f"{PROPOSAL.place}_consent", id=id) for id in ids}
    if browser.get(paths[ids[0]]) != 200:
        raise Refused(f"no consent page: {browser.page[:500]!r}")
    token = browser.hidden["csrf_token"]
    return [
        Ask.post(
            port,
            paths[id],
            browser.cookie,
            csrf_token=token,
            once=f"bench-{id}",
            seen=digests[id],
            decision_reference="デ戦第123号",
            capacity="decision",
            decided_on="",
            absent_post="",
        )
        for id in ids
    ]


def decisions(port: int, browser: Browser, count: int, objects: int) -> list[Ask]:
    """The floor's two rows in one transaction, `count` times, on one after the other of its objects."""
    return [
        Ask.post(
            port, CONSENT.floor.format(number=number % objects + 1), browser.cookie, standing="同意しました。"
        )
        for number in range(count)
    ]
