"""A kind of document that only the tests know, and an office in which parties draft, table and consent to it.

The mechanism of consent is tested on it alone, so that no feature's rules stand between a test and the mechanism.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flask import Blueprint, render_template
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.agreement import commands as agreement
from portal.agreement.opening import Opening
from portal.agreement.text import Edition
from portal.consent import commands
from portal.consent.body import Body, Form, says
from portal.consent.commands import Decision
from portal.consent.forms import BodyForm, MarkdownField
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Draft, Reply, Revision
from portal.consent.paper import paper_of
from portal.consent.replay import Mismatch, replay
from portal.consent.rules import Capacity, Paper
from portal.consent.views import mount
from portal.history.chain import chains, orphans, verify
from portal.history.models import Entry, Message
from portal.history.work import Work, Works
from portal.kernel.clock import FixedClock
from portal.kernel.db import open_engines
from portal.kernel.errors import RuleBroken
from portal.kernel.files import FileStore
from portal.schema import gather
from portal.settings import FOUNDING_FILE, Settings
from portal.web.app import Portal
from portal.web.forms import DayField, LineField
from portal.web.templates import Templates
from tests.conftest import NOON, make_house, make_schema
from tests.makers.people import People, TestPerson, staff
from tests.servers import ServerHandle

THREE = Path(__file__).resolve().parent.parent / "agreements" / "kyogikai.yaml"
"""An agreement of three parties."""
OPENED = NOON + dt.timedelta(hours=26)
"""Where the clock of every office stands at first: 14:00 of Thursday 2 October 2025 in Japan."""
SIGNED = dt.date(2025, 9, 10)
DECISION = Decision("デ戦第123号", Capacity.DECISION)


# --- The kind ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Memo(Body):
    """What a memo says."""

    title: str = says("題名")
    text: str = says("本文", Form.MARKDOWN)
    day: str = says("日", Form.DAY)


class Untitled(RuleBroken):
    """A memo is tabled with a title."""

    sentence = "題名を入力してください。"


class MemoKind(DocumentKind):
    """A memo: nothing follows from it but what the mechanism itself does; what was asked is noted."""

    key, prefix, clause = "memo", "MEMO", "term"
    noun, home_label, act = "覚書", "覚書の一覧", "この覚書に同意します。"
    Words = Memo
    place = "memos.memo"

    def check(self, body: Body, edition: Edition) -> None:
        """Refuses a memo without a title."""
        assert isinstance(body, Memo)
        if not body.title:
            raise Untitled("title")


MEMO = MemoKind()


class MemoForm(BodyForm):
    """A memo as a form."""

    BodyType = Memo
    title = LineField("題名")
    text = MarkdownField("本文")
    day = DayField("日")


def mount_memos(app: Portal) -> None:
    """`app` has the pages of memos under `/memos`."""
    blueprint = Blueprint(
        "memos", __name__, template_folder=str(Path(__file__).resolve().parent / "templates")
    )

    def index() -> str:
        return render_template("memos/index.html")

    blueprint.add_url_rule("/memos/", "index", index, allow=Permission.READ)
    mount(blueprint, MEMO, name="memo", path="/memos", form=MemoForm, fields="memos/_fields.html")
    app.register_blueprint(blueprint)


# --- The office --------------------------------------------------------------------------------------------


@dataclass
class Office:
    """A portal with staff, an agreement in force, and memos."""

    app: Portal
    clock: FixedClock
    people: People
    url: str
    folder: Path
    counted: int = field(default=0)

    @property
    def works(self) -> Works:
        """Where its Works begin."""
        works: Works = self.app.extensions["works"]
        return works

    @contextmanager
    def work(self, person: TestPerson | Actor, **kwargs: Any) -> Iterator[Work]:
        """A Work by `person`."""
        actor = person if isinstance(person, Actor) else person.actor(self)
        with self.works.begin(actor, **kwargs) as work:
            yield work

    def read(self) -> Session:
        """A session that cannot write; the caller closes it."""
        return Session(self.app.engines.reader, expire_on_commit=False)

    # -- acts -------------------------------------------------------------------------------------------------

    def start(self, person: TestPerson, title: str = "覚書", text: str = "本文", **more: Any) -> str:
        """A new own-side draft; its id."""
        with self.work(person) as work:
            replaces = work.session.get_one(Document, more.pop("replaces")) if "replaces" in more else None
            return commands.start(work, MEMO, Memo(title=title, text=text), replaces=replaces, **more).id

    def save(self, person: TestPerson, id: str, text: str, *, saves: int | None = None) -> int:
        """The own-side draft says `text`; how often it has been saved."""
        with self.work(person) as work:
            document = commands.document_of(work, MEMO, id)
            if saves is None:
                draft = commands.own_draft(work, document)
                saves = draft.saves if draft else 0
            return commands.save(work, MEMO, document, Memo(title="覚書", text=text), saves=saves).saves

    def table(self, person: TestPerson, id: str, *, saves: int | None = None) -> Revision:
        """The own-side draft is tabled."""
        with self.work(person) as work:
            document = commands.document_of(work, MEMO, id)
            if saves is None:
                draft = commands.own_draft(work, document)
                saves = draft.saves if draft else 0
            return commands.table(work, MEMO, document, saves=saves)

    def tabled(self, person: TestPerson, text: str = "本文", **more: Any) -> str:
        """A document of `person`'s party, drafted by a colleague too and tabled; its id."""
        id = self.start(person, text=text, **more)
        self.table(person, id)
        return id

    def revise(self, person: TestPerson, id: str, text: str) -> Revision:
        """A new revision of a tabled document."""
        self.save(person, id, text)
        return self.table(person, id)

    def seen(self, id: str) -> str:
        """The digest now on the document's page."""
        with self.read() as session:
            return session.get_one(Document, id).digest

    def consent(
        self,
        person: TestPerson | Actor,
        id: str,
        *,
        seen: str | None = None,
        decision: Decision = DECISION,
        **begin: Any,
    ) -> Reply:
        """`person` consents for its party."""
        seen = self.seen(id) if seen is None else seen
        with self.work(person, **begin) as work:
            document = commands.document_of(work, MEMO, id)
            reply = commands.consent(work, MEMO, document, seen=seen, decision=decision)
            work.answer(f"/memos/{id}")
            return reply

    def withdraw_consent(self, person: TestPerson, id: str, *, seen: str | None = None) -> Reply:
        """`person`'s party takes its consent back."""
        seen = self.seen(id) if seen is None else seen
        with self.work(person) as work:
            document = commands.document_of(work, MEMO, id)
            return commands.withdraw_consent(work, MEMO, document, seen=seen, reason="再検討のため")

    def send_back(self, person: TestPerson, id: str, *, seen: str | None = None) -> Reply:
        """`person`'s party sends the revision back."""
        seen = self.seen(id) if seen is None else seen
        with self.work(person) as work:
            document = commands.document_of(work, MEMO, id)
            return commands.send_back(work, MEMO, document, seen=seen, reason="日付を確かめてください")

    def close(self, person: TestPerson, id: str, act: str) -> None:
        """`act` is decline, withdraw, hold or lift_hold."""
        with self.work(person) as work:
            document = commands.document_of(work, MEMO, id)
            getattr(commands, act)(work, MEMO, document, reason="都合により")

    def agreed(self, text: str = "本文") -> str:
        """A document every party has consented to; its id."""
        id = self.tabled(self.people[0].drafter, text)
        for side in self.people.sides:
            self.consent(side.officer, id)
        return id

    # -- looks ------------------------------------------------------------------------------------------------

    def paper(self, id: str) -> Paper:
        """The document as the rules see it."""
        with self.read() as session:
            return paper_of(session, session.get_one(Document, id), self.people.parties)

    def document(self, id: str) -> Document:
        """The row."""
        with self.read() as session:
            return session.get_one(Document, id)

    def draft(self, id: str, party: str) -> Draft | None:
        """The draft of `party`, if there is one."""
        with self.read() as session:
            return session.scalars(select(Draft).where(Draft.document_id == id, Draft.party == party)).first()

    def entries(self, chain: str = "joint") -> list[Entry]:
        """Every entry of a chain, in order."""
        with self.read() as session:
            return list(session.scalars(select(Entry).where(Entry.chain == chain).order_by(Entry.number)))

    def verbs(self, chain: str = "joint") -> list[str]:
        """The verbs of a chain's entries, in order."""
        return [entry.verb for entry in self.entries(chain)]

    def told(self, number: int) -> set[str]:
        """The parties that have a message of joint entry `number`."""
        with self.read() as session:
            return set(session.scalars(select(Message.party).where(Message.number == number)))

    def mismatches(self) -> list[Mismatch]:
        """What `replay` finds."""
        with self.read() as session:
            return list(replay(session))

    def must_hold(self) -> None:
        """Every chain verifies, and the tables are what the record makes them (I12, I13)."""
        with self.read() as session:
            assert orphans(session) == 0
            for chain in chains(session):
                verdict = verify(session, chain)
                assert verdict.holds, (chain, verdict)
            assert list(replay(session)) == []

    def everything(self) -> dict[str, Any]:
        """Every row of every table, for telling whether anything has changed at all."""
        with self.app.engines.reader.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in gather().sorted_tables
            }


# --- A browser ---------------------------------------------------------------------------------------------

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


def hidden(source: str) -> dict[str, str]:
    """The hidden fields of a page (of several forms, the last of each name)."""
    found = {}
    for tag in _HIDDEN.findall(source):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        found[given.get("name", "")] = html.unescape(given.get("value", ""))
    return found


def sign_in(client: FlaskClient, person: TestPerson) -> FlaskClient:
    """`client` is the browser of `person`, signed in anew."""
    client.delete_cookie("portal")
    fields = hidden(client.get("/sign-in").get_data(as_text=True))
    given = {"email": person.email, "password": person.password}
    assert client.post("/sign-in", data=fields | given).status_code == 303
    return client


# --- Opening one -------------------------------------------------------------------------------------------


@dataclass
class StaffedTemplate:
    """A staffed portal's database, to be copied, and who works there."""

    kind: str
    place: str
    """A path (SQLite) or a database's name (PostgreSQL)."""
    people: People
    agreement: Path
    server: ServerHandle | None = None
    is_lent: bool = False

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The address of a fresh copy."""
        if self.server is None:
            path = folder / f"portal-{uuid.uuid4().hex[:8]}.db"
            shutil.copy(self.place, path)
            yield f"sqlite:///{path}"
            return
        # A copy of a PostgreSQL database takes half a second, so one is lent again and again, put back in between.
        if self.is_lent:
            raise RuntimeError("the one copy on PostgreSQL is in use")
        self.is_lent = True
        try:
            yield self.server.url(self.place)
        finally:
            put_back(self.server.url(self.place))
            self.is_lent = False

    @contextmanager
    def open(self, folder: Path, **settings: Any) -> Iterator[Office]:
        """An office over a fresh copy."""
        with self.copy(folder) as url:
            office = open_office(url, folder, self.people, agreement=self.agreement, **settings)
            try:
                yield office
            finally:
                office.app.engines.dispose()


def settings_for(url: str, folder: Path, **more: Any) -> Settings:
    """The settings of an office over the database at `url`."""
    given: dict[str, Any] = {
        "instance": folder / "instance",
        "database_url": url,
        "secret_key": "for tests only, thirty-two letters",
        "scheduler": False,
        "argon2_memory_kib": 64,
        "argon2_rounds": 1,
    }
    return Settings(**(given | {"agreement_file": FOUNDING_FILE} | more))


class _Compiled(BytecodeCache):
    """Templates compiled once for all offices of a run, in each language."""

    def __init__(self) -> None:
        self._held: dict[tuple[str | None, str], bytes] = {}

    @staticmethod
    def _key(bucket: Bucket) -> tuple[str | None, str]:
        return cast(Templates, bucket.environment).language, bucket.key

    def load_bytecode(self, bucket: Bucket) -> None:
        """The compiled template, if there is one."""
        if held := self._held.get(self._key(bucket)):
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """The compiled template is held."""
        self._held[self._key(bucket)] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def open_office(
    url: str,
    folder: Path,
    people: People,
    *,
    agreement: Path = FOUNDING_FILE,
    pages: bool = False,
    clock: FixedClock | None = None,
    **settings: Any,
) -> Office:
    """An office over the staffed database at `url`; with `pages`, the whole portal and the pages of memos, else
    only what is behind the pages. With `clock`, it goes by that of another office."""
    clock = clock or FixedClock(OPENED)
    given = settings_for(url, folder, agreement_file=agreement, **settings)
    if pages:
        app = create_app(given, clock=clock)
        app.config["TESTING"] = True
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.jinja_env.bytecode_cache = _COMPILED
        mount_memos(app)
    else:
        given.instance.mkdir(parents=True, exist_ok=True)
        engines = open_engines(url)
        app = Portal(given, clock=clock, engines=engines, files=FileStore(given.instance / "files"))
        app.extensions["works"] = Works(
            engines=engines,
            clock=clock,
            host=given.origin,
            opening=Opening(),
        )
    return Office(app, clock, people, url, folder)


def staffed(url: str, folder: Path, agreement_file: Path) -> People:
    """The empty database at `url` is a founded and staffed portal whose agreement has its dates."""
    house = make_house(url, folder, agreement=agreement_file)
    people = staff(house)
    if agreement_file == FOUNDING_FILE:
        with house.work() as work:
            given = agreement.GivenDates(signed_on=SIGNED)
            agreement.enter_dates(work, document_id="the-dates-of-the-tests", given=given)
    house.app.engines.dispose()
    return people


def sqlite_template(folder: Path, agreement_file: Path = FOUNDING_FILE) -> StaffedTemplate:
    """A staffed SQLite portal in `folder`."""
    path = folder / "staffed.db"
    url = f"sqlite:///{path}"
    make_schema(url)
    people = staffed(url, folder, agreement_file)
    return StaffedTemplate("sqlite", str(path), people, agreement_file)


def postgres_template(
    server: ServerHandle, folder: Path, agreement_file: Path = FOUNDING_FILE
) -> StaffedTemplate:
    """A staffed PostgreSQL portal on `server`."""
    name = f"staffed_{uuid.uuid4().hex[:12]}"
    server.create_database(name)
    make_schema(server.url(name))
    people = staffed(server.url(name), folder, agreement_file)
    put_aside(server.url(name))
    return StaffedTemplate("postgresql", name, people, agreement_file, server)


def put_aside(url: str) -> None:
    """The rows of every table also stand in the schema `aside`."""
    with _past_every_door(url) as connection:
        connection.exec_driver_sql("CREATE SCHEMA aside")
        for table in gather().sorted_tables:
            connection.exec_driver_sql(f"CREATE TABLE aside.{table.name} AS TABLE public.{table.name}")


def put_back(url: str) -> None:
    """Every table has the rows that were put aside, and no others."""
    with _past_every_door(url) as connection:
        for table in gather().sorted_tables:
            connection.exec_driver_sql(f"DELETE FROM public.{table.name}")
            connection.exec_driver_sql(f"INSERT INTO public.{table.name} SELECT * FROM aside.{table.name}")


@contextmanager
def _past_every_door(url: str) -> Iterator[Connection]:
    """A connection whose statements neither triggers nor foreign keys refuse."""
    engines = open_engines(url)
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
        connection.exec_driver_sql("SET session_replication_role = DEFAULT")
    engines.dispose()
