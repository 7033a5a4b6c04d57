"""The house for every test: on either database, with a clock that stands where the test puts it."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy.orm import Session

from portal import create_app
from portal.access.actor import SYSTEM, Actor
from portal.agreement import commands as agreement_commands
from portal.history.work import Work, Works
from portal.kernel.clock import FixedClock
from portal.kernel.db import open_engines
from portal.migrations import upgrade
from portal.settings import FOUNDING_FILE, Settings
from portal.web.app import Portal
from tests.makers.people import PASSWORD, People, staff
from tests.makers.volumes import FULL
from tests.post_office import Office
from tests.quick import Tidy, do_once
from tests.servers import postgres_server

hypothesis.settings.register_profile("usual", derandomize=not FULL, print_blob=True)
hypothesis.settings.load_profile("usual")
"""A run that everybody waits for tries the same every time; `make figures` looks for what nobody thought of."""

do_once()
TIDY = Tidy()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Called by pytest with all that it has found: files whose tests drive a browser or start processes come first, then
    the large ones. Those take longest, and at the end of a run no process waits for the last of them."""
    tests = Counter(item.path for item in items)
    slow = {item.path for item in items if any(item.get_closest_marker(one) for one in ("browser", "processes"))}
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path], item.path))


def pytest_runtest_logfinish() -> None:
    """Called by pytest after every test."""
    TIDY.up()


NOON = dt.datetime(2025, 10, 1, 3, 0, tzinfo=dt.UTC)
"""Noon of Wednesday 1 October 2025 in Japan: where every test's clock stands at first."""

__all__ = ["NOON", "PASSWORD", "House", "make_house", "make_staffed_house", "open_house"]


@dataclass
class House:
    """One running portal of a test."""

    app: Portal
    clock: FixedClock
    people: People = field(init=False)
    """Its staff, in a house that has one (`staffed`)."""

    @property
    def works(self) -> Works:
        """Where its Works begin."""
        works: Works = self.app.extensions["works"]
        return works

    def work(self, actor: Actor = SYSTEM, **kwargs: Any) -> AbstractContextManager[Work]:
        """A Work by `actor`."""
        return self.works.begin(actor, **kwargs)

    def read(self) -> Session:
        """A session that cannot write; the caller closes it (`with house.read() as session`)."""
        return Session(self.app.engines.reader, expire_on_commit=False)


def make_schema(url: str) -> None:
    """The tables and triggers in the empty database at `url`, as every database gets them: by the migrations."""
    engines = open_engines(url)
    upgrade(engines)
    engines.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite portal, to be copied."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The name of an empty PostgreSQL portal, to be cloned."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    server = postgres_server()
    server.create_database(name)
    make_schema(server.url(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty portal's database; every test that uses it runs on both."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "portal.db")
        yield f"sqlite:///{tmp_path / 'portal.db'}"
        return
    template = request.getfixturevalue("postgres_template")
    server, name = postgres_server(), f"portal_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template)
    yield server.url(name)
    server.drop_database(name)


def open_house(
    url: str, folder: Path, *, agreement: Path = FOUNDING_FILE, at: dt.datetime = NOON, **settings: Any
) -> House:
    """The portal over the database at `url`, its clock at `at`; nothing is done in it."""
    clock = FixedClock(at)
    given: dict[str, Any] = {
        "instance": folder / "instance",
        "database_url": url,
        "secret_key": "for tests only, thirty-two letters",
        "agreement_file": agreement,
        "scheduler": False,
        "argon2_memory_kib": 64,
        "argon2_rounds": 1,
    }
    app = create_app(Settings(**(given | settings)), clock=clock)
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return House(app, clock)


def make_house(
    url: str, folder: Path, *, agreement: Path = FOUNDING_FILE, at: dt.datetime = NOON, **settings: Any
) -> House:
    """A portal over the empty database at `url`, founded on `agreement`, its clock at `at`."""
    house = open_house(url, folder, agreement=agreement, at=at, **settings)
    beside = agreement.with_name("portal.yaml")
    if not beside.exists():
        beside = agreement.with_name(f"{agreement.stem}.portal.yaml")
    with house.work() as work:
        agreement_commands.found(
            work,
            text=agreement.read_text("utf-8"),
            portal_text=beside.read_text("utf-8") if beside.exists() else "",
        )
    return house


def make_staffed_house(url: str, folder: Path, *, agreement: Path = FOUNDING_FILE, **settings: Any) -> House:
    """A founded portal over the empty database at `url`, every party staffed (`house.people`), its clock at
    noon."""
    house = make_house(url, folder, agreement=agreement, at=NOON - dt.timedelta(hours=25), **settings)
    house.people = staff(house)
    return house


@pytest.fixture(scope="session")
def post_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A mail server in a process of its own, for all tests of a worker."""
    office = Office(tmp_path_factory.mktemp("post"))
    yield office
    office.close()


@pytest.fixture
def post(post_office: Office) -> Iterator[Office]:
    """The mail server in the best of moods, nothing taken yet; `deliver(house, post)` sends there."""
    post_office.reset()
    yield post_office
    if post_office.process is None:
        post_office.open()
    post_office.reset()


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[House]:
    """A founded portal on each of the two databases."""
    made = make_house(database, tmp_path)
    yield made
    made.app.engines.dispose()


@pytest.fixture
def sqlite_house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """A founded portal on SQLite only, for what no database can change: pages, words, forms."""
    shutil.copy(sqlite_template, tmp_path / "portal.db")
    made = make_house(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path)
    yield made
    made.app.engines.dispose()


@pytest.fixture(scope="session")
def staffed_sqlite_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> tuple[Path, People]:
    """A staffed SQLite portal, to be copied, and its people."""
    folder = tmp_path_factory.mktemp("staffed")
    path = folder / "portal.db"
    shutil.copy(sqlite_template, path)
    made = make_staffed_house(f"sqlite:///{path}", folder)
    made.app.engines.dispose()  # the last connection folds the log back into the file
    return path, made.people


@pytest.fixture(scope="session")
def staffed_postgres_template(
    tmp_path_factory: pytest.TempPathFactory, postgres_template: str
) -> tuple[str, People]:
    """The name of a staffed PostgreSQL portal, to be cloned, and its people."""
    server, name = postgres_server(), f"staffed_{uuid.uuid4().hex[:12]}"
    server.create_database(name, postgres_template)
    made = make_staffed_house(server.url(name), tmp_path_factory.mktemp("staffed"))
    made.app.engines.dispose()
    return name, made.people


@pytest.fixture(params=["sqlite", "postgresql"])
def staffed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A founded and staffed portal (`staffed.people`) on each of the two databases."""
    if request.param == "sqlite":
        yield from _staffed_sqlite(tmp_path, *request.getfixturevalue("staffed_sqlite_template"))
        return
    template, people = request.getfixturevalue("staffed_postgres_template")
    server, name = postgres_server(), f"portal_{uuid.uuid4().hex[:12]}"
    server.create_database(name, template)
    made = open_house(server.url(name), tmp_path)
    made.people = people
    yield made
    made.app.engines.dispose()
    server.drop_database(name)


@pytest.fixture
def sqlite_staffed(tmp_path: Path, staffed_sqlite_template: tuple[Path, People]) -> Iterator[House]:
    """A founded and staffed portal on SQLite only, for what no database can change."""
    yield from _staffed_sqlite(tmp_path, *staffed_sqlite_template)


def _staffed_sqlite(folder: Path, template: Path, people: People) -> Iterator[House]:
    shutil.copy(template, folder / "portal.db")
    made = open_house(f"sqlite:///{folder / 'portal.db'}", folder)
    made.people = people
    yield made
    made.app.engines.dispose()
