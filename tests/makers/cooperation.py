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

from sqlalchemy import select

from portal.access.policy import Role
from portal.activities import commands as activities
from portal.activities.particulars import PARTICULARS, ParticularsBody
from portal.activities.proposal import PROPOSAL, ProposalBody
from portal.advice import commands as advice
from portal.advice.body import AdviceBody
from portal.agreement import commands as agreement
from portal.amendments.amendment import AMENDMENT, AmendmentBody
from portal.amendments.execution import EXECUTION, ExecutionBody
from portal.amendments.wording import replaceable
from portal.consent import commands
from portal.consent.commands import Decision
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Draft
from portal.consent.rules import Capacity
from portal.doubts import commands as doubts
from portal.doubts.answer import ANSWER, AnswerBody
from portal.handback import commands as handback
from portal.kernel.ids import new_secret
from portal.kernel.uploads import Inspection
from portal.parties import archive
from portal.parties import commands as party_commands
from portal.parties.models import ArchiveAddress
from portal.parties.queries import token_digest
from portal.parties.signing_in import ask_password_link
from portal.publicity import commands as publicity
from portal.publicity.item import PUBLICITY, VOLUNTARY, PublicityBody
from portal.settings import FOUNDING_FILE
from portal.term import commands as term
from portal.term.accord import ACCORD, AccordBody
from portal.term.dates import DATES, DatesBody
from portal.term.models import TermFile
from portal.term.notice import NoticeBody
from tests.browser import Browser
from tests.conftest import House, make_schema, make_staffed_house, open_house
from tests.makers.handback import carried_out, handover_body, holding
from tests.makers.mails import dead_letter, link_for
from tests.makers.people import PASSWORD, People, TestPerson, appoint, doorkeeper, passwords_of, post

STANDINGS = ("draft", "tabled", "partial", "sent_back", "agreed", "held", "declined", "withdrawn")
"""Where a paper may stand; `partial`: its proposer has consented. `held`: by its proposer."""
PROPOSALS, PARTICULARS_, DATES_ = "activities/proposals", "activities/particulars", "term/dates"
ACCORDS_ = "term/accords"
PUBLICITY_, VOLUNTARY_ = "publicity", "publicity/voluntary"
AMENDMENTS_, EXECUTIONS_, ANSWERS_ = "amendments", "amendments/executions", "doubts/answers"
KINDS: dict[str, DocumentKind] = {
    PROPOSALS: PROPOSAL,
    PARTICULARS_: PARTICULARS,
    DATES_: DATES,
    PUBLICITY_: PUBLICITY,
    ACCORDS_: ACCORD,
    EXECUTIONS_: EXECUTION,
    AMENDMENTS_: AMENDMENT,
    ANSWERS_: ANSWER,
}
"""The kinds of paper by their address, a longer address before the one it begins with; a cooperation has papers of each
in every standing."""
_KINDS = KINDS | {VOLUNTARY_: VOLUNTARY}
MISSING = {ACCORDS_: ("held",), EXECUTIONS_: ("agreed", "held"), ANSWERS_: ("held",)}
"""Standings of which no paper of a kind is there: what follows from an accord follows at once, a registration that all
have confirmed makes another edition of the agreement, and what settles a doubt is not held."""
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
class NoticeMade:
    """A notice, or a draft of one; what shows its dispatch, and the record of its arrival."""

    id: str
    file: str = ""
    arrival: str = ""


@dataclass
class DoubtMade:
    """A doubt, and what hangs on it."""

    id: str
    reference: str
    meeting: str = ""
    """Written down by the side that raised the doubt."""
    file: str = ""
    """Shared with a position."""
    own_file: str = ""
    """Kept by the side that raised the doubt, and not shared."""


@dataclass
class HandoverMade:
    """A line of the ledger, or a draft of one: its file, its holding, and who has copies."""

    id: str
    file: str
    holding: str = ""
    holder: str = ""


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
    notices: dict[tuple[str, str], NoticeMade] = field(default_factory=dict)
    """Of each party: a `draft`; what it `gave`, with the arrival recorded by itself; and one that is `doubted`: the
    receiver recorded an arrival earlier than what shows it. None of them announces an end."""
    doubts: dict[tuple[str, str], DoubtMade] = field(default_factory=dict)
    """Of each party: one that is `open`, and one that it has `withdrawn`."""
    handback: dict[tuple[str, str], HandoverMade] = field(default_factory=dict)
    """Of each party: a `draft`; a secret that it `gave` to the other, with a file, of which the other has said who has
    it; and what it gave and the other has `returned`."""
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
        self.asked = ""
        """The reference of the doubt that the next answer answers."""

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

    @contextmanager
    def after_the_end(self) -> Iterator[None]:
        """Within, the agreement is over, by the dates that the parties gave; then it goes on by others."""
        for end in (SIGNED + dt.timedelta(days=14), None):
            self.house.clock.move(seconds=1)
            with self.house.work() as work:
                given = agreement.GivenDates(signed_on=SIGNED, end_on_fixed=end)
                agreement.enter_dates(work, document_id="the-end-of-the-tests", given=given)
                agreement.confirm_dates(work, document_id="the-end-of-the-tests", given=given)
            if end is not None:
                yield

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
        if path == ACCORDS_:
            return AccordBody(
                title=say("合意による終了"),
                what="end",
                last_day="2026-03-31",
                measures="apply",
                reason=say("目的を達したため"),
            )
        if path in {PUBLICITY_, VOLUNTARY_}:
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
        if path == AMENDMENTS_:
            clause = edition.clause(replaceable(edition)[-1])
            return AmendmentBody(
                title=say("文言の変更"),
                reason=say("分かりやすくするため"),
                base="1",
                changes=(("replace", clause.id, say(f"{clause.text.ja}以上。"), say("")),),
                takes="document",
                sort="amending_agreement",
                other=say("特になし"),
            )
        if path == EXECUTIONS_:
            with self.house.read() as session:
                agreed = session.get_one(Document, self.made.papers[AMENDMENTS_, self.keys[0], "agreed"].id)
            return ExecutionBody(
                title=say("変更協定書"),
                amendment=agreed.reference or "",
                sort="amending_agreement",
                signed_on="2025-10-01",
                effective_on="2025-10-01",
                signing="seal",
                originals=str(len(self.keys)),
                holders=tuple((key, say("文書庫")) for key in self.keys),
                note=say("特になし"),
            )
        if path == ANSWERS_:
            return AnswerBody(
                title=say("読み方についての協議結果"),
                doubt=self.asked,
                outcome="answer",
                text=say("**次のとおり**読む。"),
                text_en=say("It is read as follows."),
                clauses=(replaceable(edition)[0],),
                basis="minutes",
                reference=say("議事録第1号"),
                reference_on="2025-09-30",
                note=say("特になし"),
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
            held = commands.document_of(work, _KINDS[path], id)
            found = Inspection("text/plain", "txt", name, ())
            return commands.attach(work, _KINDS[path], held, name=name, kept=kept, inspection=found).id

    def start(
        self,
        path: str,
        person: TestPerson,
        *,
        mark: str | None,
        activity: str | None = None,
        words: Any = None,
    ) -> str:
        assert person.party
        with self.work(person) as work:
            said = words or self.words(path, person.party, mark=mark)
            return commands.start(work, _KINDS[path], said, activity_id=activity).id

    def save(self, path: str, id: str, person: TestPerson, mark: str) -> None:
        assert person.party
        with self.work(person) as work:
            held = commands.document_of(work, _KINDS[path], id)
            draft = commands.own_draft(work, held)
            words = self.words(path, person.party, mark=mark)
            commands.save(work, _KINDS[path], held, words, saves=draft.saves if draft else 0)

    def table(self, path: str, id: str, person: TestPerson) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, _KINDS[path], id)
            draft = commands.own_draft(work, held)
            assert draft
            commands.table(work, _KINDS[path], held, saves=draft.saves)

    def consent(self, path: str, id: str, person: TestPerson) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, _KINDS[path], id)
            commands.consent(work, _KINDS[path], held, seen=held.digest, decision=DECISION)

    def act(self, path: str, id: str, person: TestPerson, name: str, *, seen: bool = False) -> None:
        with self.work(person) as work:
            held = commands.document_of(work, _KINDS[path], id)
            given = {"seen": held.digest} if seen else {}
            getattr(commands, name)(work, _KINDS[path], held, reason="都合により", **given)

    def note(self, path: str, id: str, person: TestPerson) -> None:
        assert person.party
        with self.work(person) as work:
            held = commands.document_of(work, _KINDS[path], id)
            commands.note(work, _KINDS[path], held, text=f"こちらだけのメモ {self.canary(person.party)}")

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
        words = self.agreeable(path, party) if standing == "agreed" else None
        if path == ANSWERS_:
            self.asked = self.raised(party).reference
        id = self.start(path, mine.drafter, mark=mark, activity=activity, words=words)
        made = PaperMade(path, _KINDS[path].key, party, standing, id, activity)
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

    def agreeable(self, path: str, party: str) -> AccordBody | None:
        """Words whose agreement ends nothing: each party has the expiry of another term confirmed."""
        if path != ACCORDS_:
            return None
        number = self.keys.index(party) + 1
        return AccordBody(
            title="満了日の確認", what="expiry", term=str(number), expiry=f"{2025 + number}-09-10"
        )

    def shared_talk(self, made: PaperMade, mine: Any, theirs: Any) -> None:
        kind = _KINDS[made.path]
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
                secrets="no",
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

    # -- notices ------------------------------------------------------------------------------------------

    def notice_words(self, party: str, planned: str, *, mark: str | None) -> NoticeBody:
        """A whole notice of termination; with a mark in every field that takes words."""
        say = (lambda text: f"{text} {mark}") if mark else (lambda text: text)
        return NoticeBody(
            kind="termination",
            planned_on=planned,
            document_number=say("総第12号"),
            dated_on="2025-10-01",
            sender=say("部長　星野 かなえ"),
            addressees=tuple((key, say("代表者様")) for key in self.keys if key != party),
            statement=say("経緯は別に述べます。"),
            contact=say("総務課"),
        )

    def notice_drafted(self, party: str, planned: str, *, mark: str | None) -> str:
        """An own-side draft on which two have written, decided on; its id."""
        side = self.made.people[party]
        with self.work(side.manager) as work:
            id = term.start_notice(work, self.notice_words(party, "2025-12-01", mark=mark)).id
        with self.work(side.officer) as work:
            term.save_notice(work, id, self.notice_words(party, planned, mark=mark), saves=1)
        word = self.canary(party)
        decision = Decision(word, Capacity.IN_ABSENCE, absent_post=word)
        with self.work(side.officer) as work:
            term.decide_notice(work, id, decision, saves=2)
        return id

    def shown(self, words: str) -> term.Evidence:
        """A file that shows something, kept."""
        kept = self.house.app.files.keep(io.BytesIO(words.encode()), limit=1_000)
        return term.Evidence("控え.txt", kept, Inspection("text/plain", "txt", "控え.txt", ()))

    def noticed(self, party: str, planned: str) -> NoticeMade:
        """A notice of `party`, dispatched on its date, with what shows that."""
        id = self.notice_drafted(party, planned, mark=None)
        sent = term.Dispatch("registered", dt.date(2025, 10, 1), evidence=[self.shown("書留の控え")])
        with self.work(self.made.people[party].officer) as work:
            term.dispatch(work, id, sent, saves=2)
        with self.house.read() as session:
            file = session.scalars(select(TermFile.id).where(TermFile.of_id == id)).one()
        return NoticeMade(id, file)

    def notices_of(self, party: str) -> None:
        """A draft; a notice that is late by every reading; and one on whose arrival a second person is to speak."""
        receiver = self.other(party)
        draft = self.notice_drafted(party, "2026-03-31", mark=self.canary(party))
        self.made.notices[party, "draft"] = NoticeMade(draft)
        gave = self.made.notices[party, "gave"] = self.noticed(party, "2025-10-20")
        with self.work(self.made.people[party].drafter2) as work:
            said = term.Arrival(
                receiver, dt.date(2025, 10, 2), None, "配達証明", work.today, self.shown("証明")
            )
            gave.arrival = term.record_arrival(work, gave.id, said).id
        doubted = self.made.notices[party, "doubted"] = self.noticed(party, "2025-11-01")
        with self.work(self.made.people[receiver].drafter2) as work:
            said = term.Arrival(receiver, dt.date(2025, 10, 1), None, "受付簿", work.today)
            doubted.arrival = term.record_arrival(work, doubted.id, said).id

    # -- doubts -------------------------------------------------------------------------------------------

    def raised(self, party: str) -> DoubtMade:
        """A doubt that `party` has raised."""
        edition = self.house_edition()
        with self.work(self.made.people[party].drafter) as work:
            said = doubts.Raised(
                title="読み方の疑い",
                question="どう読むのかを確かめたい。",
                clauses=(replaceable(edition)[0],),
            )
            doubt = doubts.raise_doubt(work, said)
            return DoubtMade(doubt.id, doubt.reference)

    def doubt_file(self, doubt: str, person: TestPerson, mark: str) -> str:
        """A file that `person` keeps for the doubt; its id."""
        kept = self.house.app.files.keep(io.BytesIO(f"経緯 {mark}\n".encode()), limit=1_000_000)
        name = f"経緯 {mark}.txt"
        with self.work(person) as work:
            found = Inspection("text/plain", "txt", name, ())
            return doubts.keep_file(work, doubt, name=name, kept=kept, inspection=found).id

    def doubts_of(self, party: str) -> None:
        """A doubt of `party`'s with both sides' positions, a talk to be confirmed, own notes and a file that is not
        shared; and one that it has withdrawn."""
        mine, theirs = self.made.people[party], self.made.people[self.other(party)]
        made = self.made.doubts[party, "open"] = self.raised(party)
        made.file = self.doubt_file(made.id, mine.drafter, "共有")
        with self.work(mine.drafter) as work:
            doubts.state_position(work, made.id, text="このように読む。", files=(made.file,))
        with self.work(theirs.drafter) as work:
            doubts.state_position(work, made.id, text="別の読み方もある。")
        with self.work(mine.drafter) as work:
            made.meeting = doubts.consult(
                work, made.id, held_on=dt.date(2025, 9, 30), medium="meeting", participants="双方の担当",
                summary="読み方を話した。", decisions="次回に決める。",
            ).id  # fmt: skip
        made.own_file = self.doubt_file(made.id, mine.drafter, self.canary(party))
        for side in (mine, theirs):
            with self.work(side.reader) as work:
                doubts.note(work, made.id, text=f"こちらだけのメモ {self.canary(side.party)}")
        gone = self.made.doubts[party, "withdrawn"] = self.raised(party)
        with self.work(mine.drafter) as work:
            doubts.withdraw(work, gone.id, reason="読み方が分かったため")

    # -- handing over and back ----------------------------------------------------------------------------

    def handed(self, party: str, *, mark: str | None) -> HandoverMade:
        """A draft of what `party` gives to the other, a secret with a file; a mark in every field that takes words."""
        say = (lambda text: f"{text} {mark}") if mark else (lambda text: text)
        body = handover_body(
            self.other(party), title=say("星図の原稿"), marking="marked", why=say("表示があるため"),
            description=say("未公表の星図"), holder=say("資料係"), place=say("書庫"),
        )  # fmt: skip
        person = self.made.people[party].drafter
        with self.work(person) as work:
            id = handback.start(work, body).id
        kept = self.house.app.files.keep(io.BytesIO(f"星図 {mark}\n".encode()), limit=1_000_000)
        name = f"星図 {mark}.txt"
        with self.work(person) as work:
            found = Inspection("text/plain", "txt", name, ())
            file = handback.attach(work, id, name=name, kept=kept, inspection=found).id
        return HandoverMade(id, file)

    def handover_of(self, party: str) -> None:
        """A draft of `party`'s; a secret that it gave, of which the other side has said who has it; and what it gave
        and the other has returned."""
        self.made.handback[party, "draft"] = self.handed(party, mark=self.canary(party))
        other = self.made.people[self.other(party)]
        for name in ("gave", "returned"):
            made = self.made.handback[party, name] = self.handed(party, mark=None)
            with self.work(self.made.people[party].drafter2) as work:
                row = handback.record(work, made.id, saves=2)
            made.holding = holding(self.house, made.id).id
            if name == "returned":
                carried_out(self.house, other.officer, "return", row)
                continue
            with self.work(other.drafter) as work:
                made.holder = handback.hold(
                    work, made.holding, kind="keeper", holder="総務係", place="金庫", copies=1, on_day=work.today
                ).id

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
    for path in sorted(KINDS, key=lambda one: one == EXECUTIONS_):  # of what has been agreed by then
        for party in maker.keys:
            for standing in STANDINGS:
                if standing not in MISSING.get(path, ()):
                    maker.paper(path, party, standing)
    for state in ("agreed", "ready", "running", "suspended", "completed"):
        maker.carried_out(state)
    made.record = maker.reported()
    for party in maker.keys:
        maker.advice_of(party)
        maker.notices_of(party)
        maker.doubts_of(party)
        maker.handover_of(party)
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
