"""A portal in full use: both parties' papers in every standing, and a canary in everything that is one side's own.

Made by the acts real people perform, never by writing rows. Open one with `opened(template, folder)`.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import io
import secrets
import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.access.policy import Role
from portal.activities import commands as activities
from portal.activities.particulars import PARTICULARS, ParticularsBody
from portal.activities.proposal import PROPOSAL, ProposalBody
from portal.advice import commands as advice
from portal.advice.body import AdviceBody
from portal.agreement import commands as agreement
from portal.consent import commands
from portal.consent.commands import Decision
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Draft
from portal.consent.rules import Capacity
from portal.kernel.ids import new_secret
from portal.kernel.uploads import Inspection
from portal.parties import archive
from portal.parties import commands as party_commands
from portal.parties.models import ArchiveAddress
from portal.parties.queries import token_digest
from portal.parties.signing_in import ask_password_link
from portal.publicity import commands as publicity
from portal.publicity.item import PUBLICITY, PublicityBody
from portal.settings import FOUNDING_FILE
from portal.term.dates import DATES, DatesBody
from tests.browser import Browser
from tests.conftest import House, make_schema, make_staffed_house, open_house
from tests.makers.mails import dead_letter, link_for
from tests.makers.people import PASSWORD, People, TestPerson, appoint, doorkeeper, passwords_of, post

STANDINGS = ("draft", "tabled", "partial", "sent_back", "agreed", "held", "declined", "withdrawn")
"""Where a paper may stand; `partial`: its proposer has consented. `held`: by its proposer."""
PROPOSALS, PARTICULARS_, DATES_ = "activities/proposals", "activities/particulars", "term/dates"
PUBLICITY_, VOLUNTARY_ = "publicity", "publicity/voluntary"
KINDS: dict[str, DocumentKind] = {
    PROPOSALS: PROPOSAL,
    PARTICULARS_: PARTICULARS,
    DATES_: DATES,
    PUBLICITY_: PUBLICITY,
}
"""The kinds of paper by their address."""
SIGNED = dt.date(2025, 9, 10)
DECISION = Decision("デ戦第123号", Capacity.DECISION)


@dataclass
class PaperMade:
    """One paper, and what hangs on it."""

    path: str
    kind: str
    party: str
    standing: str
    id: str
    activity: str | None = None
    attachment: str = ""
    """A file that stands in its words: shared with them."""
    own_attachment: str = ""
    """A file that stands only in the proposer's draft upon it."""
    consultation: str = ""
    """Written down by the proposer."""


@dataclass
class Acted:
    """An activity that is carried out."""

    id: str
    state: str
    act: str = ""
    """The last act recorded: by the first party, but the suspension by the second."""


@dataclass
class AdviceMade:
    """An entry of the advice log, or a draft of one, and its file."""

    id: str
    file: str


@dataclass
class Made:
    """What a template holds besides its database and files."""

    people: People
    papers: dict[tuple[str, str, str], PaperMade] = field(default_factory=dict)
    activities: dict[str, Acted] = field(default_factory=dict)
    record: str = ""
    """A publication without agreement, recorded by the first party with an archived copy."""
    advice: dict[tuple[str, str], AdviceMade] = field(default_factory=dict)
    """Of each party: a `draft`, and what it `gave` to the other, with a file."""
    extra: dict[tuple[str, str], TestPerson] = field(default_factory=dict)
    """Of each party: `quiet` never acts and has canaries for name and post, as have `closed` and `stripped`, drafters
    of whom a test may close the one and strip the other; `lapsed` holds the consent power; for `asked` it has
    been asked by the second administrator; `auditor`, to whom every party has consented; `proposed`, to whom none
    has yet."""
    feeds: dict[str, str] = field(default_factory=dict)
    """Of each party the token of its officer's calendar."""
    archives: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of each party an archive address that is `confirmed`, and one that is only `asked`."""
    dead_letter: str = ""
    """A mail that could not be delivered."""
    canaries: dict[str, list[str]] = field(default_factory=dict)
    """Each party's own words, which no other side may ever see."""
    at: dt.datetime = dt.datetime(2025, 10, 1, tzinfo=dt.UTC)


@dataclass
class Template:
    """A cooperation to be copied: database, files, and what is where."""

    folder: Path
    agreement: Path
    made: Made


@dataclass
class Cooperation:
    """An opened cooperation."""

    house: House
    made: Made
    path: Path
    _kept: sqlite3.Connection = field(init=False, repr=False)
    _watch: sqlite3.Connection = field(init=False, repr=False)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._watch = sqlite3.connect(self.path, isolation_level=None)
        self.keep()

    # -- the people ---------------------------------------------------------------------------------------

    @property
    def parties(self) -> list[str]:
        """The keys of the parties."""
        keys: list[str] = self.made.people.parties
        return keys

    def others(self, party: str | None) -> list[str]:
        """The canaries that somebody of `party` must never see."""
        return [word for key, words in self.made.canaries.items() if key != party for word in words]

    def browser(self, person: TestPerson | None, *, language: str = "ja") -> Browser:
        """A browser in which `person` (nobody: the public) is signed in, and which sees no other's canary."""
        browser = Browser(self.house, language=language)
        browser.canaries = self.others(person.party if person else None)
        if person is None:
            return browser
        if person.member_id not in self.cookies:
            page = browser.get("/sign-in")
            page.submit("/sign-in", follow=False, email=person.email, password=PASSWORD)
            self.cookies[person.member_id] = cookie_of(browser)
            self.keep()
        else:
            set_cookie(browser, self.cookies[person.member_id])
        return browser

    def enter(self) -> None:
        """Everybody has signed in once; from here on no browser that is opened changes anything."""
        for person in (*self.made.people, *self.made.extra.values()):
            self.browser(person)

    def token(self, browser: Browser) -> str:
        """A CSRF token that fits the browser's cookie; the cookie may be another after this."""
        return token_of(browser)

    # -- the database -------------------------------------------------------------------------------------

    def keep(self) -> None:
        """`put_back` leads back to here."""
        self._kept = sqlite3.connect(":memory:")
        with sqlite3.connect(self.path) as live:
            live.backup(self._kept)
        self._digest = self.digest()
        self._version = self.version()

    def put_back(self) -> None:
        """The database is as it was kept."""
        live = sqlite3.connect(self.path, isolation_level=None)
        live.execute("PRAGMA synchronous=OFF")
        self._kept.backup(live)
        live.close()
        self._version = self.version()

    def version(self) -> int:
        """A number that changes whenever anybody commits a change."""
        number: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return number

    def has_changed(self) -> bool:
        """Whether any row of any table is another than when it was kept (or put back)."""
        return self.version() != self._version and self.digest() != self._digest

    def digest(self, *, but: Collection[str] = ()) -> str:
        """A digest over every row of every table, but for the tables `but`."""
        seen = hashlib.sha256()
        names = self._watch.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (name,) in names.fetchall():
            if name in but:
                continue
            rows = sorted(map(repr, self._watch.execute(f'SELECT * FROM "{name}"')))
            seen.update(f"{name}{rows}".encode("utf-8", "surrogatepass"))
        return seen.hexdigest()

    def seen(self, id: str) -> str:
        """The digest that stands on the page of the paper `id`."""
        with self.house.read() as session:
            digest: str = session.get_one(Document, id).digest
        return digest

    def archive_address(self, party: str) -> str:
        """The address of the party that was asked whether receipts may go there."""
        with self.house.read() as session:
            found = session.get_one(ArchiveAddress, self.made.archives[party, "asked"])
            return found.address_normal

    def close(self) -> None:
        """Nothing is held open."""
        self._watch.close()
        self._kept.close()
        self.house.app.engines.dispose()


def cookie_of(browser: Browser) -> str:
    """The browser's session cookie."""
    found = browser.client.get_cookie("portal")
    assert found is not None
    return str(found.value)


def set_cookie(browser: Browser, value: str) -> None:
    """The browser holds `value` as its session cookie."""
    browser.client.set_cookie("portal", value)


def token_of(browser: Browser) -> str:
    """The CSRF token in a page that everybody may see."""
    page = browser.get("/accessibility")
    return next(value for form in page.forms for name, value in form.fields if name == "csrf_token")


# --- Making one ------------------------------------------------------------------------------------------


class Maker:
    """Performs the acts that fill a portal; the clock goes on by `pace` minutes before each."""

    pace = 1

    def __init__(self, house: House, made: Made) -> None:
        self.house, self.made = house, made
        self.keys = made.people.parties

    def canary(self, party: str) -> str:
        """A new word that is `party`'s own."""
        word = f"CANARY-{party}-{secrets.token_hex(5)}"
        self.made.canaries.setdefault(party, []).append(word)
        return word

    @contextmanager
    def work(self, person: TestPerson) -> Iterator[Any]:
        self.house.clock.move(minutes=self.pace)
        with self.house.work(person.actor(self.house)) as work:
            yield work

    def other(self, party: str) -> str:
        return next(key for key in self.keys if key != party)

    # -- papers -------------------------------------------------------------------------------------------

    def words(self, path: str, party: str, *, mark: str | None) -> Any:
        """Words that may be tabled; with a mark in every field that takes words."""
        edition = self.house_edition()
        say = (lambda text: f"{text} {mark}") if mark else (lambda text: text)
        if path == PROPOSALS:
            return ProposalBody(
                title=say("観察会"),
                title_en=say("Observation"),
                items=(edition.scope_items[0].key,),
                items_reason=say("該当するため"),
                measure=say("学びの施策"),
                sections=tuple((key, say("企画課")) for key in self.keys),
                purposes=(edition.purposes[0].key,),
                purpose_reason=say("役立つため"),
                summary=say("**概要**を書きます。"),
                roles=tuple((key, say("会場を用意する")) for key in self.keys),
                third_parties=say("なし"),
                personal_data="yes",
                data_kinds=say("氏名"),
                data_reason=say("受付のため"),
                consultation_from="2025-09-12",
            )
        if path == DATES_:
            return DatesBody(
                title=say("協定の日付"),
                signed_on="2025-09-10",
                first_day="not_counted",
                note=say("協定書による"),
            )
        if path == PUBLICITY_:
            return PublicityBody(
                title=say("観察会のお知らせ"),
                title_en=say("An evening under the stars"),
                about="cooperation",
                sort="web",
                summary=say("**概要**を書きます。"),
                outputs=tuple((f"{key}.ja", say("星を見ます。")) for key in self.keys),
                timing_kind="window",
                day="2025-10-01",
                until_day="2026-03-31",
                timing_words=say("年度内"),
                embargo="no",
                channels=tuple(("magazine", key, say("会報"), f"{key}.ja", "", "") for key in self.keys),
                in_order="no",
                quotes=((say("館長"), say("楽しみです。"), say("広報")),),
                contacts=tuple((key, say("総務課")) for key in self.keys),
                questions=say("問と答"),
            )
        return ParticularsBody(
            title=say("観察会の具体的事項"),
            timing_kind="range",
            start="2025-10-02",
            end="2025-12-20",
            method=say("- 会場で行う"),
            place=say("会館"),
            roles=tuple((key, say("進行する")) for key in self.keys),
            target_group=say("中学生"),
            cost="separate_contract",
            contract_reference=say("契約第1号"),
            personal_data="yes",
            data_kinds=say("氏名"),
            data_reason=say("受付のため"),
            third_parties=say("なし"),
            exit=say("終わったら片付ける"),
            other=say("特になし"),
        )

    def house_edition(self) -> Any:
        from portal.agreement import queries

        with self.house.read() as session:
            return queries.edition(session)

    def attach(self, path: str, id: str, person: TestPerson, mark: str) -> str:
        content = f"添付の本文 {mark}\n".encode()
        kept = self.house.app.files.keep(io.BytesIO(content), limit=1_000_000)
        name = f"資料 {mark}.txt"
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            found = Inspection("text/plain", "txt", name, ())
            return commands.attach(work, KINDS[path], held, name=name, kept=kept, inspection=found).id

    def start(self, path: str, person: TestPerson, *, mark: str | None, activity: str | None = None) -> str:
        assert person.party
        with self.work(person) as work:
            words = self.words(path, person.party, mark=mark)
            return commands.start(work, KINDS[path], words, activity_id=activity).id

    def save(self, path: str, id: str, person: TestPerson, mark: str) -> None:
        assert person.party
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            draft = commands.own_draft(work, held)
            words = self.words(path, person.party, mark=mark)
            commands.save(work, KINDS[path], held, words, saves=draft.saves if draft else 0)

    def table(self, path: str, id: str, person: TestPerson) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            draft = commands.own_draft(work, held)
            assert draft
            commands.table(work, KINDS[path], held, saves=draft.saves)

    def consent(self, path: str, id: str, person: TestPerson) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            commands.consent(work, KINDS[path], held, seen=held.digest, decision=DECISION)

    def act(self, path: str, id: str, person: TestPerson, name: str, *, seen: bool = False) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            given = {"seen": held.digest} if seen else {}
            getattr(commands, name)(work, KINDS[path], held, reason="都合により", **given)

    def note(self, path: str, id: str, person: TestPerson) -> None:
        assert person.party
        with self.work(person) as work:
            held = commands.document_of(work, KINDS[path], id)
            commands.note(work, KINDS[path], held, text=f"こちらだけのメモ {self.canary(person.party)}")

    def agreed_activity(self, party: str) -> str:
        """An activity whose proposal every party has agreed to; its id."""
        id = self.start(PROPOSALS, self.made.people[party].drafter, mark=None)
        self.table(PROPOSALS, id, self.made.people[party].drafter2)
        for key in self.keys:
            self.consent(PROPOSALS, id, self.made.people[key].officer)
        with self.house.read() as session:
            activity = session.get_one(Document, id).activity_id
        assert activity
        return activity

    def paper(self, path: str, party: str, standing: str) -> PaperMade:
        """A paper proposed by `party` that has come to `standing`, with everything that may hang on it."""
        mine, theirs = self.made.people[party], self.made.people[self.other(party)]
        activity = self.agreed_activity(party) if path == PARTICULARS_ else None
        mark = self.canary(party) if standing == "draft" else None
        id = self.start(path, mine.drafter, mark=mark, activity=activity)
        made = PaperMade(path, KINDS[path].key, party, standing, id, activity)
        self.made.papers[path, party, standing] = made
        made.attachment = self.attach(path, id, mine.drafter, mark or "共有")
        self.note(path, id, mine.reader)
        if standing == "draft":
            return made
        self.table(path, id, mine.drafter2)
        self.shared_talk(made, mine, theirs)
        if standing in {"partial", "agreed", "held"}:
            self.consent(path, id, mine.officer)
        if standing in {"agreed", "held"}:
            for key in self.keys:
                if key != party:
                    self.consent(path, id, self.made.people[key].officer)
        match standing:
            case "sent_back":
                self.act(path, id, theirs.officer, "send_back", seen=True)
            case "held":
                self.act(path, id, mine.officer, "hold")
            case "declined":
                self.act(path, id, theirs.officer, "decline")
            case "withdrawn":
                self.act(path, id, mine.officer, "withdraw")
        if standing in {"tabled", "partial", "sent_back"}:
            self.save(path, id, mine.drafter, self.canary(party))
            made.own_attachment = self.attach(path, id, mine.drafter, self.canary(party))
        return made

    def shared_talk(self, made: PaperMade, mine: Any, theirs: Any) -> None:
        kind = KINDS[made.path]
        with self.work(theirs.drafter) as work:
            held = commands.document_of(work, kind, made.id)
            commands.comment(work, kind, held, text="共有のコメントです。")
        self.note(made.path, made.id, theirs.reader)
        with self.work(mine.drafter) as work:
            held = commands.document_of(work, kind, made.id)
            made.consultation = commands.consult(
                work, kind, held, held_on=dt.date(2025, 9, 30), medium="meeting",
                participants="双方の担当", summary="進め方を話した。", decisions="次回に決める。",
            ).id  # fmt: skip

    # -- activities ---------------------------------------------------------------------------------------

    def carried_out(self, state: str) -> Acted:
        first = self.keys[0]
        side = self.made.people[first]
        id = self.agreed_activity(first)
        made = self.made.activities[state] = Acted(id, state)
        if state == "agreed":
            return made
        paper = self.start(PARTICULARS_, side.drafter, mark=None, activity=id)
        self.table(PARTICULARS_, paper, side.drafter2)
        for key in self.keys:
            self.consent(PARTICULARS_, paper, self.made.people[key].officer)
        if state == "ready":
            return made
        day = dt.date(2025, 10, 2)
        with self.work(side.drafter) as work:
            made.act = activities.start(work, id, on_day=day, reason="準備が整ったため").id
        other = self.made.people[self.keys[1]].drafter
        with self.work(other if state == "suspended" else side.drafter) as work:
            match state:
                case "suspended":
                    made.act = activities.suspend(work, id, on_day=day, reason="会場の都合").id
                case "completed":
                    outcome = activities.Outcome(
                        "学びが深まった", "中学生", [("参加者", "40", "人")], "役立った"
                    )
                    made.act = activities.complete(work, id, on_day=day, outcome=outcome).id
        return made

    # -- publicity ----------------------------------------------------------------------------------------

    def reported(self) -> str:
        """A publication without agreement, recorded by the first party."""
        kept = self.house.app.files.keep(io.BytesIO("写し".encode()), limit=1_000)
        with self.work(self.made.people[self.keys[0]].drafter) as work:
            reported = publicity.Reported(
                nature="without_agreement",
                title="知らない記事",
                appeared_at=work.at,
                medium="website",
                place="よそのサイト",
                words="記事の言葉",
                copy=publicity.ArchivedCopy("写し.txt", kept),
            )
            return publicity.report(work, reported).id

    # -- advice -------------------------------------------------------------------------------------------

    def advised(self, party: str, *, mark: str | None) -> AdviceMade:
        """A draft of what `party` gave to the other, with a file; a mark in every field that takes words."""
        say = (lambda text: f"{text} {mark}") if mark else (lambda text: text)
        body = AdviceBody(
            title=say("観察の助言"),
            direction=f"{party}.{self.other(party)}",
            kind="advice",
            adviser=say("企画課"),
            recipient=say("総務課"),
            basis="requested",
            given_on="2025-09-30",
            medium="meeting",
            marking="open",
            content=say("望遠鏡は**北**に向ける。"),
        )
        person = self.made.people[party].drafter
        with self.work(person) as work:
            id = advice.start(work, body).id
        content = f"資料の本文 {mark}\n".encode()
        kept = self.house.app.files.keep(io.BytesIO(content), limit=1_000_000)
        name = f"資料 {mark}.txt"
        with self.work(person) as work:
            found = Inspection("text/plain", "txt", name, ())
            file = advice.attach(work, id, name=name, kept=kept, inspection=found).id
        return AdviceMade(id, file)

    def advice_of(self, party: str) -> None:
        """A draft of `party`'s, and what it gave: handled by the other side, which keeps its reasons, and downloaded."""
        self.made.advice[party, "draft"] = self.advised(party, mark=self.canary(party))
        gave = self.made.advice[party, "gave"] = self.advised(party, mark=None)
        with self.work(self.made.people[party].drafter2) as work:
            advice.record(work, gave.id, saves=2)
        receiver = self.other(party)
        side = self.made.people[receiver]
        with self.work(side.drafter) as work:
            said = advice.Handling(
                "adopted",
                checked_by="次長",
                decision=f"指針 {self.canary(receiver)}",
                procurement="yes",
                remark=self.canary(receiver),
            )
            advice.handle(work, gave.id, said)
        with self.work(side.reader) as work:
            advice.take(work, gave.id, gave.file)
        for one in (self.made.people[party], side):
            with self.work(one.reader) as work:
                advice.note(work, gave.id, text=f"こちらだけのメモ {self.canary(one.party)}")

    # -- how they are reached -----------------------------------------------------------------------------

    def reached(self, party: str) -> None:
        """The officer of `party` has a calendar; two addresses are entered for its receipts, one of them confirmed."""
        side, token = self.made.people[party], new_secret()
        with self.work(side.officer) as work:
            party_commands.make_calendar(work, token_hash=token_digest(token))
        self.made.feeds[party] = token
        for which in ("confirmed", "asked"):
            address = f"{self.canary(party).lower()}@example.jp"
            self.made.canaries[party].append(address)
            with self.work(side.admin) as work:
                self.made.archives[party, which] = archive.enter(work, address).id
            post(self.house)
            if which == "confirmed":
                archive.confirm(self.house.works, link_for(self.house, address, "archive-address"))

    # -- people -------------------------------------------------------------------------------------------

    def newcomer(self, party: str, key: str, role: Role, *, name: str = "", post: str = "") -> TestPerson:
        name, post, address = name or self.canary(party), post or self.canary(party), self.canary(party)
        initial = passwords_of(self.house).initial(PASSWORD)
        email = f"{address.lower()}@example.jp"
        self.made.canaries[party].append(email)
        with self.work(self.made.people[party].admin) as work:
            member = party_commands.add_member(
                work, email=email, name=name, post=post, roles=(role,), initial=initial
            )
        person = self.made.extra[party, key] = TestPerson(key, party, member.id, email, name, post)
        with self.work(person) as work:
            party_commands.change_password(work, password_hash=initial.hash)
        return person

    def newcomers(self, party: str) -> None:
        self.newcomer(party, "quiet", Role.READER)
        self.newcomer(party, "closed", Role.DRAFTER)
        self.newcomer(party, "stripped", Role.DRAFTER)
        self.newcomer(party, "auditor", Role.AUDITOR, name="監査 次郎", post="監査室 主査")
        self.newcomer(party, "proposed", Role.AUDITOR, name="提案 五郎", post="監査室 主事")
        self.newcomer(party, "asked", Role.READER, name="申請 三郎")
        lapsed = self.newcomer(party, "lapsed", Role.READER, name="終了 四郎")
        with self.work(self.made.people[party].admin) as work:
            party_commands.ask_consent_power(work, lapsed.member_id)


def make(house: House) -> Made:
    """`house`, staffed and otherwise empty, is in full use from now on."""
    made = Made(house.people)
    maker = Maker(house, made)
    with house.work() as work:
        given = agreement.GivenDates(signed_on=SIGNED)
        agreement.enter_dates(work, document_id="the-dates-of-the-tests", given=given)
    for side in made.people.sides:
        made.canaries.setdefault(side.party, []).extend(person.email for person in side)
        maker.newcomers(side.party)
    for side in made.people.sides:
        appoint(house, made.people, made.extra[side.party, "auditor"])
    house.clock.move(hours=24)
    for path in KINDS:
        for party in maker.keys:
            for standing in STANDINGS:
                maker.paper(path, party, standing)
    for state in ("agreed", "ready", "running", "suspended", "completed"):
        maker.carried_out(state)
    made.record = maker.reported()
    for party in maker.keys:
        maker.advice_of(party)
    for side in made.people.sides:
        with maker.work(side.admin2) as work:
            party_commands.ask_consent_power(work, made.extra[side.party, "asked"].member_id)
    for party in maker.keys:
        maker.reached(party)
    post(house)
    quiet = made.extra[maker.keys[0], "quiet"].email
    made.dead_letter = dead_letter(
        house, lambda: ask_password_link(doorkeeper(house), email=quiet, network="192.0.2.9")
    )
    house.clock.move(hours=1)
    made.at = house.clock.now()
    return made


def make_template(folder: Path, *, file: Path = FOUNDING_FILE) -> Template:
    """A cooperation under `file` in `folder`, to be copied."""
    url = f"sqlite:///{folder / 'portal.db'}"
    make_schema(url)
    house = make_staffed_house(url, folder, agreement=file)
    made = make(house)
    house.app.engines.dispose()
    return Template(folder, file, made)


def opened(template: Template, folder: Path, **settings: Any) -> Cooperation:
    """A copy of the cooperation in `folder`, its clock an hour after the last act."""
    shutil.copy(template.folder / "portal.db", folder / "portal.db")
    shutil.copytree(template.folder / "instance", folder / "instance", dirs_exist_ok=True)
    url = f"sqlite:///{folder / 'portal.db'}"
    house = open_house(url, folder, agreement=template.agreement, at=template.made.at, **settings)
    house.people = template.made.people
    return Cooperation(house, copy.deepcopy(template.made), folder / "portal.db")


__all__ = ["KINDS", "STANDINGS", "Cooperation", "Draft", "Made", "Template", "make_template", "opened"]
