"""The schema step by step, forward only: each step whole or not at all, on both databases (row 118)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from portal.kernel.db import WRITER_LOCK, Engines, faults_as_unavailable
from portal.kernel.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config  # at run time only who migrates imports Alembic

SCRIPTS = Path(__file__).resolve().parent
VERSIONS = SCRIPTS / "versions"
_WAIT = "60s"


class SchemaDiffers(Unavailable):
    """The database is of an older or a newer portal than this one: nothing is written until they match (row
    119)."""


class MigrationBroken(Exception):
    """A migration left rows that point at nothing; nothing of it was kept."""


@cache
def head(versions: Path = VERSIONS) -> str | None:
    """The newest migration there is, by the name of its file; None where there is none."""
    return max((path.stem for path in versions.glob("[0-9]*.py")), default=None)


def current(engines: Engines) -> str | None:
    """The migration the database stands at; None for an empty database. Raises Unavailable."""
    with faults_as_unavailable(), engines.reader.connect() as connection:
        return _current(connection)


def schema_is_current(engines: Engines) -> bool:
    """Whether the database has exactly the schema this portal was written for. Raises Unavailable."""
    return current(engines) == head()


def must_be_current(version: str | None) -> None:
    """Raises SchemaDiffers unless `version`, as `alembic_version` has it, is exactly the schema this portal was written
    for (row 119).

    Read under the writer lock, which a migration holds too, it stays true until the transaction ends.
    """
    if version != head():
        raise SchemaDiffers()


def upgrade(engines: Engines, *, versions: Path = VERSIONS) -> tuple[str | None, str | None]:
    """The database stands at the newest migration; from where it came, and where it stands.

    All steps are one transaction under the writer lock: a step that fails, or a process that dies, leaves the
    schema as it was. Raises MigrationBroken when a step leaves a dangling reference, SchemaDiffers for a
    database of a newer portal, and whatever a step raises.
    """
    from alembic import command

    with _alone(engines) as connection:
        before, goal = _current(connection), head(versions)
        if before == goal:
            return before, goal
        if before is not None and not (versions / f"{before}.py").exists():
            raise SchemaDiffers()
        command.upgrade(_config(versions, connection), "heads")
        _must_point_at_something(connection)
        return before, _current(connection)


def draft(engines: Engines, name: str, *, versions: Path = VERSIONS) -> Path:
    """A new migration `NNNN_name.py`, drafted from the difference of the migrated database and the models.

    For those who change the models; what was drafted is read and corrected before it is kept.
    """
    from alembic import command

    number = int((head(versions) or "0000")[:4]) + 1
    revision = f"{number:04}_{name}"
    with _alone(engines) as connection:
        command.revision(_config(versions, connection), message=name, autogenerate=True, rev_id=revision)
    head.cache_clear()
    return versions / f"{revision}.py"


def _config(versions: Path, connection: Connection) -> Config:
    from alembic.config import Config

    config = Config(stdout=io.StringIO())
    for option, value in (
        ("script_location", SCRIPTS),
        ("version_locations", versions),
        ("path_separator", "newline"),
        ("file_template", "%%(rev)s"),
    ):
        config.set_main_option(option, str(value))
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


@contextmanager
def _alone(engines: Engines) -> Iterator[Connection]:
    """A transaction of the only writer, committed at the end of the block, gone if anything is raised.

    SQLite cannot alter a table but by making it anew, so its foreign keys rest meanwhile; they can only be put
    to rest before the transaction begins, and are checked before it ends. PostgreSQL is waited for as long as it
    takes: to make a table anew may take longer than any page may.
    """
    with engines.writer.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if engines.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        else:
            usual, raw.seconds = raw.seconds, None
        try:
            with connection.begin():
                if not engines.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
                yield connection
        finally:
            if engines.is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")
            else:
                raw.seconds = usual


def _must_point_at_something(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        dangling = connection.execute(text("PRAGMA foreign_key_check")).first()
        if dangling is not None:
            raise MigrationBroken(f"a row of {dangling[0]} points at nothing in {dangling[2]}")
