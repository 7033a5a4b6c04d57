"""A portal as it stands after months or years of use: founded, staffed, and full of history.

Documents come about through the commands, as everywhere. Only the bulk of the history is written by a writer of
its own (decision 36): the same events, sealed by the same function, the rows they tell of beside them; so the
chains verify and the record replays.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from bench import floor, outward
from bench.world import World
from portal import create_app
from portal.access.actor import Actor
from portal.activities import commands as activities
from portal.activities.models import Activity
from portal.activities.particulars import PARTICULARS, ParticularsBody
from portal.activities.proposal import PROPOSAL, ProposalBody
from portal.agreement import commands as agreement
from portal.agreement import queries as editions
from portal.agreement.commands import GivenDates
from portal.consent import commands as consent
from portal.consent import events
from portal.consent.commands import Decision
from portal.consent.models import Comment, Consultation, ConsultationConfirmation, Document, Note
from portal.consent.rules import Capacity
from portal.history.event import JOINT, Event
from portal.history.models import Entry, Head, Instance, Message, Payload, SearchWords
from portal.history.seal import seal
from portal.history.work import Work
from portal.kernel.clock import FixedClock, SystemClock, day_in_japan
from portal.kernel.db import Subject, open_engines
from portal.kernel.typed import normal_search
from portal.migrations import upgrade
from portal.parties.events import SignedIn
from portal.schema import gather
from portal.settings import FOUNDING_FILE, Settings
from portal.web.app import Portal
from tests.makers.people import staff

DAYS = 200
"""How long ago the portal was founded."""
SECRET = "for measuring only, thirty-two letters"  # no secret: it guards invented data on loopback
REPLIES, REVISIONS, COMMENTS = 50, 10, 50
"""What the busy document holds; every revision but the last was sent back."""
_SHARES = {
    "agreed": 6,
    "settled": 5,
    "running": 5,
    "completed": 5,
    "declined": 3,
    "withdrawn": 3,
    "held": 2,
    "draft": 3,
}
"""How the documents that wait for nobody are divided among what can become of one."""


@dataclass(frozen=True)
class Size:
    """How much a portal holds."""

    entries: int
    documents: int
    """Proposals, each of an activity of its own."""
    waiting: int
    """How many of them are on the table and wait for the second party."""
    publicity: int = 0
    """Publicity items, beside the one of many outputs."""
    advice: int = 0
    """Entries of the advice log."""


SMALL = Size(entries=1_000, documents=110, waiting=60, publicity=60, advice=60)
LARGE = Size(entries=100_000, documents=1_200, waiting=1_000, publicity=1_000, advice=1_000)


def fill(url: str, folder: Path, size: Size) -> World:
    """The empty database at `url` (SQLite) holds a portal of this size; its files lie in `folder`."""
    make_tables(url)
    world = found(url, folder)
    propose(world, size)
    make_busy(world)
    outward.make_public(world, size.publicity)
    world.full_item = outward.make_full_item(world)
    outward.advise(world, size.advice)
    tell(world, size.entries)
    world.app.engines.dispose()
    return world


def moved(world: World, url: str, folder: Path) -> World:
    """The same portal, row for row, in the empty database at `url`, its files in the new folder `folder`, its
    clock its own: what is done to one copy is not done to the next."""
    shutil.copytree(world.app.settings.instance, folder, ignore=shutil.ignore_patterns("portal.db*"))
    make_tables(url)
    clock = FixedClock(world.clock.now())
    copied = World(portal_over(url, folder, clock), clock)
    copied.people, copied.documents = world.people, list(world.documents)
    copied.busy, copied.full_item = world.busy, world.full_item
    writer = copied.app.engines.writer
    with world.app.engines.reader.connect() as source, writer.begin() as target:
        for table in gather().sorted_tables:
            rows = source.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings()
            for some in rows.partitions():
                write_rows(target, table, [dict(row) for row in some])
    if not copied.app.engines.is_sqlite:
        with floor.connect(url) as connection:  # the portal's own wait for no answer so long
            connection.execute("VACUUM ANALYZE")  # as the server's own housekeeping does sooner or later
    for engines in (world.app.engines, copied.app.engines):
        engines.dispose()
    return copied


def make_tables(url: str) -> None:
    """The tables and triggers, as every database gets them: by the migrations."""
    engines = open_engines(url)
    upgrade(engines)
    engines.dispose()


def portal_over(url: str, folder: Path, clock: FixedClock) -> Portal:
    """The portal over the database at `url`, by `clock`, with quick passwords."""
    return create_app(
        Settings(
            instance=folder,
            database_url=url,
            secret_key=SECRET,
            scheduler=False,
            argon2_memory_kib=64,
            argon2_rounds=1,
        ),
        clock=clock,
    )


def found(url: str, folder: Path) -> World:
    """The portal stands on its agreement, staffed, the agreement's dates confirmed."""
    clock = FixedClock(SystemClock().now() - dt.timedelta(days=DAYS))
    world = World(portal_over(url, folder, clock), clock)
    portal_text = FOUNDING_FILE.with_name("portal.yaml").read_text("utf-8")
    with world.work() as work:
        agreement.found(work, text=FOUNDING_FILE.read_text("utf-8"), portal_text=portal_text)
        given = GivenDates(signed_on=work.today)
    world.people = staff(world)
    with world.work() as work:
        agreement.enter_dates(work, document_id="dates", given=given)
        agreement.confirm_dates(work, document_id="dates", given=given)
    return world


# --- Documents, through the commands -----------------------------------------------------------------

TITLES = ("行政手続のオンライン化の支援", "職員向けAI研修の共同実施", "生成AIの業務利用の試行", "防災情報の発信の改善",
          "データ利活用の人材の育成", "高齢者のデジタル活用の支援", "学校でのプログラミング体験会")  # fmt: skip
SUMMARY = """府民サービスの向上に向けて、次のことを行う。

- 対象となる業務を選び、**現状の手順**を整理する
- 試行の期間と評価の方法を定める
- 結果を取りまとめ、関係する部局に共有する

詳しくは、別途定める具体的事項による。"""
DECISION = Decision("デ戦第123号", Capacity.DECISION)


def propose(world: World, size: Size) -> None:
    """Proposals in every standing, `size.waiting` of them waiting for the second party."""
    world.documents += table_many(world, size.waiting)
    rest = size.documents - size.waiting
    shares = sum(_SHARES.values())
    for outcome, share in _SHARES.items():
        count = max(1, rest * share // shares)
        if outcome == "draft":
            _start_many(world, count)
            continue
        tabled = table_many(world, count)
        world.documents += tabled
        _carry(world, tabled, outcome)


def table_many(world: World, count: int) -> list[str]:
    """`count` proposals tabled by the first party."""
    tabled: list[str] = []
    for ids in _batches(_start_many(world, count)):
        with world.work(world.people[0].drafter) as work:
            for id in ids:
                consent.table(work, PROPOSAL, consent.document_of(work, PROPOSAL, id), saves=1)
        tabled += ids
    return tabled


def _start_many(world: World, count: int) -> list[str]:
    started: list[str] = []
    for numbers in _batches(range(count)):
        with world.work(world.people[0].drafter) as work:
            started += [consent.start(work, PROPOSAL, proposal(work, n)).id for n in numbers]
    return started


def proposal(work: Work, number: int) -> ProposalBody:
    """The words of a proposal."""
    items = [item.key for item in editions.edition(work.session).scope_items]
    title = f"{TITLES[number % len(TITLES)]}（第{number + 1}回）"
    return ProposalBody(
        title=title,
        title_en=f"Activity {number + 1}",
        items=(items[number % len(items)],),
        measure="行政DXの推進",
        sections=tuple((party, "企画課") for party in work.parties),
        purposes=("a",),
        purpose_reason="府民の手続の負担が減るため",
        summary=SUMMARY,
        roles=tuple((party, "担当する職員を置き、月に一度協議する。") for party in work.parties),
        personal_data="no",
        consultation_from="2025-10-01",
    )


def _carry(world: World, ids: list[str], outcome: str) -> None:
    """The tabled proposals come to `outcome`."""
    ours, theirs = world.people[0], world.people[1]
    for batch in _batches(ids):
        if outcome in {"declined", "withdrawn"}:
            officer = theirs.officer if outcome == "declined" else ours.officer
            act = consent.decline if outcome == "declined" else consent.withdraw
            with world.work(officer) as work:
                for id in batch:
                    act(work, PROPOSAL, consent.document_of(work, PROPOSAL, id), reason="時期を改めるため")
            continue
        _agree(world, PROPOSAL, batch)
        if outcome == "held":
            with world.work(theirs.officer) as work:
                for id in batch:
                    consent.hold(work, PROPOSAL, consent.document_of(work, PROPOSAL, id), reason="確認のため")
        elif outcome != "agreed":
            _settle(world, batch)
        if outcome in {"running", "completed"}:
            _carry_out(world, batch, is_completed=outcome == "completed")


def _agree(world: World, kind: Any, ids: Sequence[str]) -> None:
    for side in world.people.sides:
        with world.work(side.officer) as work:
            for id in ids:
                document = consent.document_of(work, kind, id)
                consent.consent(work, kind, document, seen=document.digest, decision=DECISION)


def _settle(world: World, proposals: Sequence[str]) -> None:
    """The activities of these proposals have agreed particulars."""
    with world.work(world.people[0].drafter) as work:
        day = (work.today + dt.timedelta(days=DAYS + 10)).isoformat()
        made = []
        for id in proposals:
            body = ParticularsBody(
                title="実施の細目", timing_kind="day", day=day, method=SUMMARY, cost="own", personal_data="no",
                roles=tuple((party, "会場と講師の手配") for party in work.parties),
            )  # fmt: skip
            activity = consent.document_of(work, PROPOSAL, id).activity_id
            made.append(consent.start(work, PARTICULARS, body, activity_id=activity))
        for document in made:
            consent.table(work, PARTICULARS, document, saves=1)
    _agree(world, PARTICULARS, [document.id for document in made])


def _carry_out(world: World, proposals: Sequence[str], *, is_completed: bool) -> None:
    with world.work(world.people[0].manager) as work:
        ids = work.session.scalars(select(Activity.id).where(Activity.proposal_id.in_(proposals))).all()
        for id in ids:
            activities.start(work, id, on_day=work.today)
            if is_completed:
                outcome = activities.Outcome(
                    "手順を整理し、試行を終えた。", "府民", (("参加", "30", "人"),), "負担が減った。"
                )
                activities.complete(work, id, on_day=work.today, outcome=outcome)


def make_busy(world: World) -> None:
    """One document that was talked about for long: revisions, replies and comments."""
    ours, theirs = world.people[0], world.people[1]
    (id,) = _start_many(world, 1)
    each = REPLIES // REVISIONS
    for number in range(1, REVISIONS + 1):
        with world.work(ours.drafter) as work:
            document = consent.document_of(work, PROPOSAL, id)
            if number > 1:
                body = proposal(work, number)
                consent.save(work, PROPOSAL, document, body, saves=0)
            consent.table(work, PROPOSAL, document, saves=1)
        for turn in range(each):
            with world.work(theirs.officer) as work:
                document = consent.document_of(work, PROPOSAL, id)
                seen = document.digest
                if turn == each - 1 and number < REVISIONS:
                    consent.send_back(
                        work, PROPOSAL, document, seen=seen, reason="評価の方法を詳しく書いてください。"
                    )
                elif turn % 2 == 0:
                    consent.consent(work, PROPOSAL, document, seen=seen, decision=DECISION)
                else:
                    consent.withdraw_consent(work, PROPOSAL, document, seen=seen, reason="確かめ直すため")
    for number in range(COMMENTS):
        with world.work((ours, theirs)[number % 2].drafter) as work:
            consent.comment(work, PROPOSAL, consent.document_of(work, PROPOSAL, id), text=COMMENT)
    world.busy = id


COMMENT = "要旨を確認しました。試行の期間は、年度の終わりまでに収まるようにしたいと考えています。"


def _batches(all_of_them: Sequence[Any], size: int = 10) -> Iterator[Sequence[Any]]:
    for start in range(0, len(all_of_them), size):
        yield all_of_them[start : start + size]


# --- The bulk of the history -------------------------------------------------------------------------

WEIGHTS = {"draft": 28, "comment": 30, "consultation": 8, "note": 10, "sign_in": 16}
"""How often each happens; every consultation is confirmed, which is one entry more."""
AT_ONCE = 2_000
"""So many entries are written together."""


def tell(world: World, entries: int) -> None:
    """The chains hold at least `entries` entries in all, evenly from the last act to yesterday."""
    with world.read() as session:
        writer = Writer(world, session)
        missing = entries - sum(head.number for head in writer.heads.values())
    end = SystemClock().now() - dt.timedelta(days=1)
    step = (end - world.clock.now()) / max(1, missing)
    with world.app.engines.writer.begin() as connection:
        while missing > 0:
            missing -= writer.act(step)
            if writer.is_full or missing <= 0:
                writer.write(connection)
        writer.write_heads(connection)
    world.clock.set(end + dt.timedelta(hours=1))


class Writer:
    """Makes entries as `Work.record` makes them, and writes them with their rows many at a time."""

    def __init__(self, world: World, session: Session) -> None:
        self.world = world
        self.dice = random.Random(2)  # nothing secret hangs on it
        self.heads = {head.chain: head for head in session.scalars(select(Head))}
        self.origin = f"{world.app.settings.origin}/{session.scalar(select(Instance.id))}"
        self.actors = [(side.drafter.actor(world), side.drafter2.actor(world)) for side in world.people.sides]
        self.documents = session.execute(
            select(
                Document.id, Document.activity_id, Document.reference, Document.title, Document.revision
            ).where(Document.id.in_(world.documents))
        ).all()
        self.rows: dict[Any, list[dict[str, Any]]] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time to write."""
        return len(self.rows.get(Entry, ())) >= AT_ONCE

    def act(self, step: dt.timedelta) -> int:
        """One thing happens, `step` after the last; how many entries tell of it."""
        what = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        document = self.dice.choice(self.documents)
        side = self.dice.randrange(len(self.actors))
        who = self.dice.choice(self.actors[side])
        told: dict[str, Any] = {
            "about": Subject("document", document.id),
            "activity_id": document.activity_id,
            "kind": PROPOSAL.key,
            "reference": document.reference,
            "title": document.title,
        }
        self.world.clock.set(self.world.clock.now() + step)
        own = {"private_to": who.party}
        match what:
            case "draft":
                self.record(who, events.DraftSaved(**told | own, saves=2))
            case "note":
                note = self.row(Note, document, who, text=COMMENT)
                self.record(who, events.Noted(**told | own, note=note, text=COMMENT))
            case "sign_in":
                about = Subject("member", who.member_id or "")
                self.record(
                    who, SignedIn(about=about, private_to=who.party, who=who.name, session=self.new_id())
                )
            case "comment":
                comment = self.row(Comment, document, who, text=COMMENT, revision=document.revision)
                event = events.Commented(**told, comment=comment, revision=document.revision, text=COMMENT)
                self.record(who, event)
            case "consultation":
                return self.consult(document, who, told)
        return 1

    def consult(self, document: Any, who: Actor, told: dict[str, Any]) -> int:
        """A consultation, confirmed by every other party."""
        day = day_in_japan(self.world.clock.now())
        words = {"medium": "online", "participants": "企画課 主査", "summary": COMMENT, "decisions": ""}
        id = self.row(Consultation, document, who, held_on=day, attachments="", **words)
        told = told | {"consultation": id, "held_on": day.isoformat()}
        self.record(who, events.Consulted(**told | words, materials=[], material_names=""))
        others = [actors[0] for actors in self.actors if actors[0].party != who.party]
        for other in others:
            word = {"is_confirmed": True, "remark": ""}
            self.row(ConsultationConfirmation, document, other, consultation_id=id, **word)
            self.record(other, events.ConsultationConfirmed(**told))
        return 1 + len(others)

    def row(self, model: Any, document: Any, who: Actor, **values: Any) -> str:
        """A row of `model` signed by `who` will be written; its identifier."""
        id = self.new_id()
        signed: dict[str, Any] = {"party": who.party, "member_id": who.member_id}
        signed |= {"name": who.name, "post": who.post, "at": self.world.clock.now()}
        signed |= {"id": id, "document_id": document.id}
        self.add(model, signed | values)
        return id

    def record(self, who: Actor, event: Event) -> None:
        """The event stands as the next entry of its chain, sealed, with its words and messages."""
        at, words = self.world.clock.now(), event.words()
        sealed = seal(
            self.heads.get(event.chain),
            chain=event.chain,
            origin=self.origin,
            at=at,
            verb=event.verb,
            clause=event.clause,
            subject_kind=event.about.kind,
            subject_id=event.about.id,
            activity_id=event.activity_id,
            party=who.party,
            actor_id=who.member_id,
            once=None,
            is_chronicle=event.chronicle is not None,
            facts=event.facts(),
            words=words | {"name": who.name, "post": who.post},
        )
        entry = sealed.entry
        self.add(Entry, entry._asdict() | {"evidence": None})
        for payload in sealed.payloads:
            self.add(Payload, payload)
        place = {"chain": entry.chain, "number": entry.number}
        if normal := normal_search("\n".join([*words.values(), str(event.facts().get("reference") or "")])):
            self.add(SearchWords, place | {"normal": normal})
        if event.message and event.chain == JOINT:
            for party in self.world.people.parties:
                if party != who.party:
                    told = {"id": self.new_id(), "party": party, "at": at, "delivered_at": None}
                    self.add(Message, place | told)
        head = self.heads[event.chain]
        head.number, head.leaf, head.at = entry.number, entry.leaf, entry.at

    def add(self, model: Any, values: dict[str, Any]) -> None:
        """This row of `model` will be written."""
        self.rows.setdefault(model, []).append(values)

    def new_id(self) -> str:
        """An identifier as `new_id` makes them, but quickly: these guard nothing."""
        return "".join(self.dice.choices("abcdefghjkmnpqrstvwxyz23456789", k=22))

    def write(self, connection: Connection) -> None:
        """What was made since the last time is written, the entries first."""
        order = [Entry, *(model for model in self.rows if model is not Entry)]
        for model in sorted(order, key=lambda model: model is ConsultationConfirmation):
            if rows := self.rows.get(model):
                write_rows(connection, model.__table__, rows)
        self.rows = {}

    def write_heads(self, connection: Connection) -> None:
        """Every head is the last entry of its chain."""
        for head in self.heads.values():
            values = {"number": head.number, "leaf": head.leaf, "at": head.at}
            connection.execute(update(Head).where(Head.chain == head.chain).values(values))


def write_rows(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """The rows stand in the table: on PostgreSQL by COPY, which takes them as they are."""
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
        return
    columns = list(rows[0])
    cursor = cast(Any, connection.connection.driver_connection).cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])
