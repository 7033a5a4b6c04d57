"""Tables, moments and the two engines: one that writes, one writer at a time, and one that cannot write."""

from __future__ import annotations

import datetime as dt
import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Select,
    Text,
    case,
    create_engine,
    event,
    exc,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from portal.kernel import sqlite
from portal.kernel.errors import OutcomeUnknown, Unavailable
from portal.kernel.sqlite import WAIT_SECONDS
from portal.kernel.statements import WriteStatement

WRITER_LOCK = 0x706F7274616C  # the one advisory lock every PostgreSQL writer takes before its first read
ANSWER_SECONDS = 30


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment, always UTC on the way in and on the way out, whatever the server's zone (row 99)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """UTC for the database; ValueError for a naive moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[dt.datetime | None], Any] | None:
        """The same in one step where the database keeps text, for an act writes a dozen moments."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def written(value: dt.datetime | None) -> str | None:
            naive = self.process_bind_param(value, dialect)
            return None if naive is None else naive.isoformat(" ", "microseconds")

        return written

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """UTC for the reader."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], dt.datetime | None] | None:
        """The same in one step where the database keeps text, for lists hold hundreds of moments."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        read = dt.datetime.fromisoformat
        return lambda kept: None if kept is None else read(f"{kept}+00:00")


class Model(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: Moment, str: Text, int: BigInteger}


class Subject(NamedTuple):
    """What an entry of the history is about: a kind of thing and its identifier."""

    kind: str
    id: str


class Recorded:
    """A row whose every change must be told in the same transaction (architecture.md 2.6)."""

    @property
    def subject(self) -> Subject:
        """The row itself, or the thing it belongs to, as the history names it."""
        raise NotImplementedError(type(self).__name__)

    @property
    def is_shared(self) -> bool:
        """Whether all parties may see the row: then the joint chain grows with its every change, so that what is
        kept by the joint chain's last leaf is never older than the row."""
        return False


class Shared(Recorded):
    """A row that every party may see, from the first."""

    @property
    def is_shared(self) -> bool:
        """Always."""
        return True


M = TypeVar("M", bound=Model)
KEPT_FOREVER: dict[str, tuple[str, ...]] = {}
"""Tables that take new rows only, each with the columns that a disposal may still erase (to NULL)."""


def keep_forever(model: type[M], *, but_may_erase: tuple[str, ...] = ()) -> type[M]:
    """The table of `model` takes new rows only: its migration sets triggers that refuse UPDATE and DELETE.

    `but_may_erase` names columns that may become NULL, all of them together and nothing else (art. 5, 7:
    disposal is real, the commitment stays).
    """
    KEPT_FOREVER[model.__tablename__] = but_may_erase
    return model


def triggers_that_keep(
    table: str, dialect: str, columns: tuple[str, ...] = (), but_may_erase: tuple[str, ...] = ()
) -> list[str]:
    """The statements that make `table` refuse UPDATE, DELETE and TRUNCATE on `dialect`.

    With `but_may_erase`, `columns` names every column, and an update passes that only erases those.
    """
    is_erasing = "0 = 1"
    if but_may_erase:
        same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
        is_erasing = " AND ".join(
            f"NEW.{name} IS NULL" if name in but_may_erase else f"NEW.{name} {same} OLD.{name}"
            for name in columns
        )
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps_update BEFORE UPDATE ON {table} WHEN NOT ({is_erasing}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
            f"CREATE TRIGGER {table}_keeps_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' THEN IF {is_erasing} THEN RETURN NEW; END IF; END IF; "
        f"RAISE EXCEPTION '{table} is kept for ever'; END $$",
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
        f"CREATE TRIGGER {table}_keeps_all BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()",
    ]


@dataclass(frozen=True)
class Engines:
    """The database by its two doors."""

    writer: Engine
    reader: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite (one file) rather than PostgreSQL."""
        return self.writer.dialect.name == "sqlite"

    @property
    def is_writing(self) -> bool:
        """Whether somebody of this process writes just now."""
        return cast(QueuePool, self.writer.pool).checkedout() > 0

    def dispose(self) -> None:
        """Every pooled connection is closed."""
        self.writer.dispose()
        self.reader.dispose()


def open_engines(url: str, *, wait: int = ANSWER_SECONDS) -> Engines:
    """The two engines for `url` (sqlite or postgresql; `postgres://` is understood). Nothing is connected yet.

    A PostgreSQL server is waited for `wait` seconds at most, statement by statement (row 112).
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername.startswith("sqlite"):
        named = parsed.set(drivername=sqlite.NAME).render_as_string(False)
        return Engines(*(_sqlite(named, writes) for writes in (True, False)))
    if parsed.drivername.startswith("postgresql"):
        return Engines(
            *(_postgresql(parsed.render_as_string(False), writes, wait) for writes in (True, False))
        )
    raise ValueError(f"DATABASE_URL: {parsed.drivername} is neither sqlite nor postgresql")


_READERS = {"pool_size": 8, "max_overflow": 4, "pool_timeout": 2, "pool_use_lifo": True}
"""The connection used last is used next: what it has read is still at hand, and the others rest."""
_WRITERS = {"pool_size": 1, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
"""One writes at a time: those of one process wait for its one connection, and whoever is next goes on at once."""


def _sqlite(url: str, writes: bool) -> Engine:
    factory, room = (sqlite.WritingConnection, _WRITERS) if writes else (sqlite.ReadingConnection, _READERS)
    return create_engine(url, **room, connect_args={"timeout": WAIT_SECONDS, "factory": factory})


def _postgresql(url: str, writes: bool, wait: int) -> Engine:
    import psycopg  # the driver is no part of a portal on SQLite

    from portal.kernel.impatient import CONNECT_SECONDS, Brisk, Impatient

    options = f"-c lock_timeout={WAIT_SECONDS * 1000} -c statement_timeout={wait * 1000}"
    if not writes:
        options += " -c default_transaction_read_only=on"
    engine = create_engine(
        url,
        **(_WRITERS if writes else _READERS),
        connect_args={
            "options": options,
            "connect_timeout": CONNECT_SECONDS,
            "cursor_factory": Brisk,
        },
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
    )

    @event.listens_for(engine, "checkout")
    def greet(connection: Impatient, _record: Any, _proxy: Any) -> None:
        try:
            connection.greet()
        except psycopg.Error as fault:
            if connection.is_new:
                raise exc.OperationalError("BEGIN", None, fault) from fault
            raise exc.InvalidatePoolError() from fault  # the pool opens another

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Impatient:
        connection = Impatient.connect(*given, **named)
        connection.only_reads = not writes
        connection.seconds = wait + 2  # the server is given the time to say itself that it took too long
        return connection

    return engine


_TODAY = "today"


def reads_on(session: Session, today: dt.date) -> None:
    """`session` reads on the day `today` in Asia/Tokyo: what comes into force on a later day has not come yet."""
    session.info[_TODAY] = today


def today_of(session: Session) -> dt.date:
    """The day in Asia/Tokyo on which `session` reads; the last day there is, where nobody has said which."""
    found: dt.date = session.info.get(_TODAY, dt.date.max)
    return found


def held(session: Session) -> dict[Any, Any]:
    """What `session` has read that is not read again: it holds until the session changes something, and for one that only
    reads, which sees one snapshot, as long as it reads."""
    found: dict[Any, Any] = session.info.setdefault(_HELD, {})
    return found


def let_go_of_held(session: Session) -> None:
    """What `session` held may hold no longer, for it changes something."""
    session.info.pop(_HELD, None)


_HELD = "held"


def take_the_writer_lock(session: Session) -> None:
    """This transaction is now the only one that writes, before its first read (row 27; architecture.md 4.1).

    SQLite: the transaction began IMMEDIATE already, by the engine. PostgreSQL: a transaction-level advisory
    lock; READ COMMITTED then reads what the writer before left.
    """
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"key": WRITER_LOCK})


_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


class json_object_of(FunctionElement[str]):  # named as SQL names its functions
    """An aggregate: the names and values of its rows, if any, as the text of one JSON object."""

    type = Text()
    inherit_cache = True


@compiles(json_object_of)
def _json_object_of(element: Any, compiler: Any, **rest: Any) -> str:
    made = f"json_object_agg({compiler.process(element.clauses, **rest)})"
    return f"COALESCE(CAST({made} AS TEXT), '{{}}')"  # of no rows it makes NULL, where SQLite makes {}


@compiles(json_object_of, "sqlite")
def _json_object_of_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **rest)})"


class json_array_of(FunctionElement[str]):  # named as SQL names its functions
    """The values of one row as the text of a JSON array."""

    type = Text()
    inherit_cache = True


@compiles(json_array_of)
def _json_array_of(element: Any, compiler: Any, **rest: Any) -> str:
    return f"CAST(json_build_array({compiler.process(element.clauses, **rest)}) AS TEXT)"


@compiles(json_array_of, "sqlite")
def _json_array_of_sqlite(element: Any, compiler: Any, **rest: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **rest)})"


class Packed:
    """Columns of one query that travel as one text, so that rows of several shapes come with one statement: packed in
    the query by `text`, unpacked to a row with the columns' names and types."""

    def __init__(self, *columns: Any) -> None:
        self.text = json_array_of(*columns)
        self._row = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]  # of any columns
        reads = (_READ_JSON.get(type(column.type)) for column in columns)
        self._reads = [(place, read) for place, read in enumerate(reads) if read]

    def all_by(self, key: Any) -> FunctionElement[str]:
        """The one text as which all rows of a query travel, each by a `key` that no other has."""
        return json_object_of(key, self.text)

    def unpacked(self, text: str) -> Any:
        """The row that was packed as `text`."""
        return self._of(json.loads(text))

    def all_unpacked(self, text: str) -> list[Any]:
        """The rows that were packed as `text`, in no order."""
        found = json.loads(text).values()  # SQLite sees that they are JSON already
        return [self.unpacked(row) if isinstance(row, str) else self._of(row) for row in found]

    def _of(self, values: list[Any]) -> Any:
        for place, read in self._reads:
            if values[place] is not None:
                values[place] = read(values[place])
        return self._row(*values)


def _moment_read(text: str) -> dt.datetime:
    """A moment as either database writes it into JSON."""
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


_READ_JSON: Mapping[type, Callable[[Any], Any]] = {
    Moment: _moment_read,
    Date: dt.date.fromisoformat,
    Boolean: bool,
}


def rows(session: Session, statement: Any, given: Mapping[str, object] | None = None) -> Any:
    """The result of a statement that asks for columns, past the ORM, which has nothing to do with columns and
    takes longer over them than the database: for lists, and for what every page reads. Built once, with
    `bindparam` for what is `given`, a statement costs a third of one built anew (performance.md)."""
    return connection_of(session).execute(statement, given)


def connection_of(session: Session) -> Connection:
    """The connection of the session's transaction, in which what was asked for stands: a page wants it with every statement,
    and the ORM would look each time whether there is one."""
    held: Connection | None = session.info.get("connection")
    if held is None or held.closed or not session.is_active:  # closed when the transaction ended; else it failed
        held = session.info["connection"] = session.connection()
    for statement, given in session.info.pop(_ASKED, ()):
        statement.carry_out(held, given)
    return held


def ask(session: Session, statement: WriteStatement, given: Mapping[str, object]) -> None:
    """`statement` is carried out before whatever else the session reads or writes. Nobody is to swallow a fault of it: what was
    asked for after it is not carried out."""
    session.info.setdefault(_ASKED, []).append((statement, given))


def forget_what_was_asked(session: Session) -> None:
    """Nothing that was asked for is carried out any more: the transaction it belonged to was rolled back."""
    session.info.pop(_ASKED, None)


_ASKED = "asked"


@contextmanager
def kept_together(session: Session) -> Iterator[None]:
    """What the transaction did is kept when the block ends, with the statements of the block, of which none gives rows.
    PostgreSQL gets them, and the commit, together and answers once; SQLite, which is no way off, gets them one by one.

    Raises OutcomeUnknown where PostgreSQL fell silent before it answered.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        import psycopg

        try:
            with cast(Any, connection.connection.driver_connection).kept_together():
                yield
        except psycopg.Error as fault:  # what SQLAlchemy has not seen, for it came after its statement
            if fault.sqlstate is None:  # the server did not say: it may still do what it was sent
                session.invalidate()
                raise OutcomeUnknown() from fault
            named = exc.DBAPIError.instance(None, None, fault, psycopg.Error, dialect=connection.dialect)
            raise named from fault
    else:
        yield
    session.commit()


def first_of_each(
    query: Select[Any], by: Any, *further: Any, breaks: Sequence[Any], limit: int
) -> Select[Any]:
    """`query` narrowed to the first `limit` rows of each stretch, in the order of the columns `by` and `further`: of
    those before the first of `breaks` (values of `by`, ascending), of those from there up to the next, and so on. One
    statement, however many stretches there are."""
    if not breaks:
        return query.order_by(by, *further).limit(limit)
    stretch = case(*((by < at, number) for number, at in enumerate(breaks)), else_=len(breaks))
    place = func.row_number().over(partition_by=stretch, order_by=[by, *further])
    ranked = query.add_columns(place.label("place_in_stretch")).subquery()
    return select(ranked).where(ranked.c.place_in_stretch <= limit)


@contextmanager
def faults_as_unavailable() -> Iterator[None]:
    """A fault of the database becomes `Unavailable`; integrity errors and the rest pass as they are."""
    try:
        yield
    except (exc.OperationalError, exc.TimeoutError, exc.InternalError, exc.InterfaceError) as fault:
        raise Unavailable() from fault
