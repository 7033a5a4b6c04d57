"""What must be so before people rely on an instance, looked at one by one (rows 39, 109, 112, 119)."""

from __future__ import annotations

import datetime as dt
import shutil
import smtplib
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.agreement.models import AgreementEdition
from portal.agreement.queries import edition_number
from portal.history.models import Entry, Head, Instance
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Engines, reads_on
from portal.kernel.errors import Unavailable
from portal.mail.queries import queue
from portal.migrations import current, head
from portal.parties.models import Member, Party
from portal.settings import HalfConfigured
from portal.web.app import Portal

OLDEST_POSTGRESQL = 140000
CLOCK_APART = dt.timedelta(seconds=2)
LEAST_ROOM = 1 << 30
_SQLITE = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "trusted_schema": "0",
    "secure_delete": "1",
}


class State(StrEnum):
    """How a thing stands."""

    GOOD = "ok"
    NOTE = "note"
    MEND = "MEND"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in words for the operator."""

    what: str
    state: State
    words: str


def examine(app: Portal) -> Iterator[Finding]:
    """Each finding in turn. Nothing is changed; where the database cannot be reached, what needs it is left
    out."""
    yield from _settings(app)
    yield from _instance(app)
    yield from _mail(app)
    reachable, words = _reach(app.engines)
    yield _found("database", reachable, words)
    if not reachable:
        return
    stands = current(app.engines)
    yield _found(
        "schema",
        stands == head(),
        f"at {stands}" if stands == head() else f"at {stands}, should be at {head()}",
    )
    yield from _durability(app.engines)
    yield from _writable(app.engines)
    if stands == head():
        yield from _guarded("contents", lambda: _contents(app))


def must_be_durable(engines: Engines) -> None:
    """Raises HalfConfigured when the database would lose what it has acknowledged at a power cut (row 109).

    A database that cannot be reached just now is not judged.
    """
    try:
        faults = [one.words for one in _durability(engines) if one.state is State.MEND]
    except (SQLAlchemyError, Unavailable):
        return
    finally:
        engines.dispose()  # no connection may live on in a process that forks from this one
    if faults:
        raise HalfConfigured("; ".join(faults))


def _found(what: str, is_good: bool, words: str) -> Finding:
    return Finding(what, State.GOOD if is_good else State.MEND, words)


def _graver(app: Portal) -> State:
    """What is only worth a note elsewhere must be mended in production."""
    return State.MEND if app.settings.is_production else State.NOTE


def _guarded(what: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except (SQLAlchemyError, Unavailable) as fault:
        yield Finding(what, State.MEND, f"cannot be looked at: {type(fault).__name__}")


# --- The surroundings -----------------------------------------------------------------------------


def _settings(app: Portal) -> Iterator[Finding]:
    settings = app.settings
    yield Finding("mode", State.GOOD if settings.is_production else State.NOTE, settings.mode)
    long_enough = len(settings.secret_key) >= 32
    yield _found("secret key", long_enough, "long enough" if long_enough else "shorter than 32 characters")
    is_https = settings.address.startswith("https://")
    words = settings.address if is_https else f"{settings.address} is not HTTPS: passwords travel readably"
    yield Finding("address", State.GOOD if is_https else _graver(app), words)
    words = "in every server process" if settings.scheduler else "off here: run `portal tasks --forever`"
    yield Finding("jobs", State.GOOD if settings.scheduler else State.NOTE, words)


def _instance(app: Portal) -> Iterator[Finding]:
    folder = app.settings.instance
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"1")
    except OSError as fault:
        yield Finding("instance", State.MEND, f"{folder} cannot be written: {fault.strerror}")
        return
    yield Finding("instance", State.GOOD, str(folder))
    room = shutil.disk_usage(folder).free
    yield _found("room", room >= LEAST_ROOM, f"{room / (1 << 30):.1f} GiB free")
    key = folder / "secret_key"
    if key.exists() and key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("secret key file", State.MEND, f"others may read it: chmod 600 {key}")


def _mail(app: Portal) -> Iterator[Finding]:
    settings = app.settings
    if settings.smtp_host is None:
        yield Finding("mail", _graver(app), f"no SMTP_HOST: mails go into {settings.instance / 'mail'}")
        return
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as fault:
        yield Finding("mail", State.MEND, f"{place} does not answer: {type(fault).__name__}")
    else:
        yield Finding("mail", State.GOOD, f"{place} answers")


# --- The database ---------------------------------------------------------------------------------


def _reach(engines: Engines) -> tuple[bool, str]:
    try:
        with engines.reader.connect() as connection:
            version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    except SQLAlchemyError as fault:
        return False, f"cannot be reached: {type(fault).__name__}"
    return True, f"{'SQLite' if engines.is_sqlite else 'PostgreSQL'} {version}"


def _ask(connection: Connection, statement: str) -> str:
    return str(connection.exec_driver_sql(statement).scalar()).lower()


def _durability(engines: Engines) -> Iterator[Finding]:
    """Whether an acknowledged act survives a power cut, and whether the server is one this was written for."""
    with engines.writer.connect() as connection:
        if engines.is_sqlite:
            for name, wanted in _SQLITE.items():
                given = _ask(connection, f"PRAGMA {name}")
                yield _found(
                    name,
                    given == wanted,
                    f"{name} is {given}" + ("" if given == wanted else f", not {wanted}"),
                )
            return
        version = int(_ask(connection, "SHOW server_version_num"))
        yield _found("server version", version >= OLDEST_POSTGRESQL, f"server_version_num is {version}")
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            given = _ask(connection, f"SHOW {name}")
            weak = given in ({"off", "local"} if name == "synchronous_commit" else {"off"})
            yield _found(name, not weak, f"{name} is {given}")


def _writable(engines: Engines) -> Iterator[Finding]:
    try:
        with engines.writer.connect() as connection:
            if engines.is_sqlite:
                connection.begin().rollback()  # BEGIN IMMEDIATE, or a fault
                is_read_only = False
            else:
                is_read_only = "on" in (_ask(connection, "SHOW transaction_read_only"),) or (
                    _ask(connection, "SELECT pg_is_in_recovery()") == "true"
                )
        yield _found("writing", not is_read_only, "read-only: a replica?" if is_read_only else "possible")
    except SQLAlchemyError as fault:
        yield Finding("writing", State.MEND, f"not possible: {type(fault).__name__}")


def _contents(app: Portal) -> Iterator[Finding]:
    with Session(app.engines.reader) as session:
        reads_on(session, day_in_japan(app.clock.now()))
        editions = session.scalar(select(func.count()).select_from(AgreementEdition)) or 0
        if not editions:
            yield Finding("agreement", State.NOTE, "none yet: run `portal found`")
        else:
            number = edition_number(session)
            to_come = f" (of {editions}: the later ones are to come)" if editions > number else ""
            yield Finding("agreement", State.GOOD, f"edition {number} in force{to_come}")
            yield from _people(session)
        if app.settings.is_production and session.scalar(select(Instance.is_demo)):
            yield Finding("demo", State.MEND, "this database was loaded as a demonstration")
        yield from _mails(app, session)
        yield from _clock(app, session)
        yield from _heads(session)


def _people(session: Session) -> Iterator[Finding]:
    for party in session.scalars(select(Party.key).order_by(Party.position)):
        roles = session.scalars(select(Member.roles).where(Member.party == party, Member.closed_at.is_(None)))
        if not any("party_administrator" in held.split(",") for held in roles):
            yield Finding("members", State.NOTE, f"{party} has no administrator: run `portal add-member`")


def _mails(app: Portal, session: Session) -> Iterator[Finding]:
    """Whether mails go out: what waits, since when no server could be reached, and what could not be delivered."""
    found = queue(session, SYSTEM)
    waiting = f"{found.waiting} waiting" + (
        f", the oldest since {_moment(found.oldest_at)}" if found.oldest_at else ""
    )
    if found.down_since is not None:
        words = f"no server since {_moment(found.down_since)} ({found.fault}); {waiting}"
        yield Finding("mail queue", State.MEND, words)
    else:
        yield Finding("mail queue", State.GOOD, waiting)
    words = f"{found.dead} could not be delivered: see /mail" if found.dead else "none"
    yield _found("dead letters", not found.dead, words)


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock(app: Portal, session: Session) -> Iterator[Finding]:
    now = app.clock.now()
    last = max((one.at for one in session.scalars(select(Head))), default=None)
    if last is not None and last - now > CLOCK_APART:
        yield Finding("clock", State.MEND, f"{(last - now).total_seconds():.0f} s before the last entry")
        return
    if not app.engines.is_sqlite:
        server = session.scalar(select(func.clock_timestamp()))
        assert isinstance(server, dt.datetime)
        apart = abs(server.astimezone(dt.UTC) - now)
        if apart > CLOCK_APART:
            yield Finding("clock", State.MEND, f"{apart.total_seconds():.0f} s from the database server's")
            return
    yield Finding("clock", State.GOOD, _moment(now))


def _heads(session: Session) -> Iterator[Finding]:
    for one in session.scalars(select(Head).order_by(Head.chain)):
        last = session.execute(
            select(Entry.number, Entry.leaf)
            .where(Entry.chain == one.chain)
            .order_by(Entry.number.desc())
            .limit(1)
        ).first()
        is_last = last is not None and (last.number, last.leaf) == (one.number, one.leaf)
        words = (
            f"{one.number} {one.leaf}" if is_last else "is not the last entry: run `portal verify-history`"
        )
        yield _found(f"head of {one.chain}", is_last, words)
