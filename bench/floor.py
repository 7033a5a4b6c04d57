"""The floor: the barest Flask application doing the portal's unavoidable work, raw SQL and nothing besides.

Signed cookie, the user by primary key, one indexed keyset query, a realistic Jinja page; no ORM, no forms, no
translation, no permissions. What the portal takes beyond it is what the portal's own work costs.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg
from flask import Flask, abort, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

PAGE, ENTRIES_SHOWN, REPLIES = 50, 20, 50

SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, post TEXT NOT NULL, party TEXT NOT NULL);
CREATE TABLE objects (id INTEGER PRIMARY KEY, title TEXT NOT NULL, standing TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, object_id INTEGER NOT NULL REFERENCES objects,
    party TEXT NOT NULL, name TEXT NOT NULL, post TEXT NOT NULL, sentence TEXT NOT NULL
);
CREATE INDEX entries_by_object ON entries (object_id, number);
CREATE TABLE replies (
    id INTEGER PRIMARY KEY, object_id INTEGER NOT NULL REFERENCES objects,
    at TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX replies_by_object ON replies (object_id, id);
CREATE TABLE grams (gram TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (gram, number))
"""


# --- The database ------------------------------------------------------------------------------------


def connect(url: str) -> Any:
    """A raw connection that commits by itself, as careful with the disk as the portal's (decision 17)."""
    if not url.startswith("sqlite:///"):
        address = urlsplit(url)._replace(scheme="postgresql").geturl()
        return psycopg.connect(address, autocommit=True)
    connection = sqlite3.connect(
        url.removeprefix("sqlite:///"), isolation_level=None, timeout=5, check_same_thread=False
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class Database:
    """One connection for each thread that asks; statements are written with `?`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite:///")
        self._held = threading.local()

    def run(self, statement: str, *values: Any) -> Any:
        """The cursor of `statement`, run at once."""
        connection = getattr(self._held, "connection", None)
        if connection is None:
            connection = self._held.connection = connect(self.url)
        return connection.execute(statement if self.is_sqlite else statement.replace("?", "%s"), values)


# --- The pages ---------------------------------------------------------------------------------------


def create_floor() -> Flask:
    """The application over the database of FLOOR_DATABASE."""
    app = Flask("bench.floor", static_folder=None)
    app.secret_key = os.environ["SECRET_KEY"]
    database = Database(os.environ["FLOOR_DATABASE"])
    find = database.run

    @app.before_request
    def who() -> ResponseReturnValue | None:
        if request.endpoint in {"enter", "ping"}:
            return None
        found = find(
            "SELECT id, name, post, party FROM users WHERE id = ?", session.get("user", 0)
        ).fetchone()
        if found is None:
            abort(401)
        g.user = found
        return None

    @app.get("/ping")
    def ping() -> str:
        return "ok"

    @app.post("/enter")
    def enter() -> ResponseReturnValue:
        session["user"] = int(request.form["user"])
        return redirect("/history", 303)

    @app.get("/history")
    def history() -> str:
        before = request.args.get("before", type=int, default=2**31 - 1)
        rows = find(
            "SELECT number, at, object_id, party, name, post, sentence FROM entries "
            "WHERE number < ? ORDER BY number DESC LIMIT ?",
            before,
            PAGE,
        ).fetchall()
        return render_template("history.html", rows=rows)

    @app.get("/object/<int:number>")
    def one(number: int) -> str:
        found = find("SELECT id, title, standing, body FROM objects WHERE id = ?", number).fetchone()
        if found is None:
            abort(404)
        entries = find(
            "SELECT number, at, object_id, party, name, post, sentence FROM entries "
            "WHERE object_id = ? ORDER BY number DESC LIMIT ?",
            number,
            ENTRIES_SHOWN,
        ).fetchall()
        replies = find(
            "SELECT id, at, name, text FROM replies WHERE object_id = ? ORDER BY id LIMIT ?", number, REPLIES
        ).fetchall()
        return render_template("object.html", one=found, entries=entries, replies=replies)

    @app.post("/object/<int:number>/decide")
    def decide(number: int) -> ResponseReturnValue:
        at = dt.datetime.now(dt.UTC).isoformat()
        find("BEGIN IMMEDIATE" if database.is_sqlite else "BEGIN")
        try:
            find("UPDATE objects SET standing = ? WHERE id = ?", request.form["standing"], number)
            if not database.is_sqlite:
                find("SELECT pg_advisory_xact_lock(?)", 1)
            find(
                "INSERT INTO entries (number, at, object_id, party, name, post, sentence) "
                "SELECT max(number) + 1, ?, ?, ?, ?, ?, ? FROM entries",
                at,
                number,
                g.user[3],
                g.user[1],
                g.user[2],
                request.form["standing"],
            )
        except BaseException:
            find("ROLLBACK")
            raise
        find("COMMIT")
        return redirect(f"/object/{number}", 303)

    @app.get("/search")
    def search() -> str:
        words = request.args.get("q", "")
        grams = list(dict.fromkeys(bigrams(words)))[:8]
        if not grams:
            return render_template("history.html", rows=[])
        joined = " ".join(
            f"JOIN grams g{i} ON g{i}.number = e.number AND g{i}.gram = ?" for i in range(len(grams))
        )
        rows = find(
            f"SELECT e.number, at, object_id, party, name, post, sentence FROM entries e {joined} "
            "ORDER BY e.number DESC LIMIT ?",
            *grams,
            PAGE,
        ).fetchall()
        return render_template("history.html", rows=rows)

    return app


def bigrams(text: str) -> list[str]:
    """Every two neighbouring characters of `text`."""
    return [text[i : i + 2] for i in range(len(text) - 1)]


# --- Its data ----------------------------------------------------------------------------------------

PEOPLE = (("佐藤 花子", "企画課 主査", "甲"), ("鈴木 一郎", "公共部門 部長", "乙"))
TITLES = (
    "行政手続のオンライン化",
    "職員研修の共同実施",
    "生成AIの利用の試行",
    "防災情報の発信",
    "データ活用の検討",
)


def fill(url: str, *, entries: int, objects: int) -> None:
    """The empty database at `url` holds `entries` entries about `objects` objects, the first of them with
    REPLIES replies."""
    connection = connect(url)
    is_sqlite = isinstance(connection, sqlite3.Connection)
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    dice = random.Random(1)
    connection.execute("BEGIN")
    for table, rows in (
        ("users", ((number, *person) for number, person in enumerate(PEOPLE, 1))),
        (
            "objects",
            ((number, _title(number), "協議中", _title(number) * 40) for number in range(1, objects + 1)),
        ),
        ("entries", _entries(entries, objects, dice)),
        (
            "replies",
            ((number, 1, _at(number), PEOPLE[0][0], "要旨を確認しました。" * 4) for number in range(REPLIES)),
        ),
        ("grams", _grams(entries)),
    ):
        _insert(connection, table, rows, is_sqlite=is_sqlite)
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _insert(connection: Any, table: str, rows: Iterable[Sequence[Any]], *, is_sqlite: bool) -> None:
    if is_sqlite:
        rows = iter(rows)
        first = next(rows)
        places = ", ".join("?" for _ in first)
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", _before(first, rows))
        return
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _before(first: Sequence[Any], rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield first
    yield from rows


def _title(number: int) -> str:
    return TITLES[number % len(TITLES)]


def _at(number: int) -> str:
    return (dt.datetime(2025, 9, 10, tzinfo=dt.UTC) + dt.timedelta(seconds=number * 60)).isoformat()


def _entries(count: int, objects: int, dice: random.Random) -> Iterator[Sequence[Any]]:
    for number in range(1, count + 1):
        name, post, party = PEOPLE[number % 2]
        one = 1 if number % 40 == 0 else dice.randint(1, objects)
        yield (
            number,
            _at(number),
            one,
            party,
            name,
            post,
            f"ACT-{one:04}「{_title(number)}」の版1に同意しました。",
        )


def _grams(count: int) -> Iterator[tuple[str, int]]:
    for number in range(1, count + 1):
        for gram in dict.fromkeys(bigrams(_title(number))):
            yield gram, number
