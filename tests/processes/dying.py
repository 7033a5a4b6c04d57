"""An act in a process of its own that dies at a given statement of it, for the tests of crash points.

The processes are forked from one without threads that waits for nothing else: forking the tests' own would copy
locks that other threads hold, and hang now and then for ever.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.consent import commands
from tests.makers.papers import DECISION, MEMO, Office, open_office
from tests.makers.people import People, TestPerson

DIED, DONE = 9, 0
BEFORE_COMMIT, AFTER_COMMIT = -1, -2
SECONDS = 120
Act = Callable[[Office, TestPerson, str, tuple[str, str]], None]

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([__name__])


def table(office: Office, person: TestPerson, id: str, once: tuple[str, str]) -> None:
    """The draft is on the table."""
    with office.work(person, once=once) as work:
        commands.table(work, MEMO, commands.document_of(work, MEMO, id), saves=1)
        work.answer(f"/memos/{id}")


def consent(office: Office, person: TestPerson, id: str, once: tuple[str, str]) -> None:
    """The person's party consents to what is on the table."""
    with office.work(person, once=once) as work:
        document = commands.document_of(work, MEMO, id)
        commands.consent(work, MEMO, document, seen=document.digest, decision=DECISION)
        work.answer(f"/memos/{id}")


def in_a_process(
    office: Office, folder: Path, act: Act, person: TestPerson, id: str, once: tuple[str, str], point: int
) -> int:
    """`act` in a process of its own that dies at `point`; its exit code, or, if it did not die, DONE."""
    office.app.engines.dispose()
    given = (office.url, folder, office.people, office.clock.now(), act, person, id, once, point)
    process = _FORKING.Process(target=_die, args=given)
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"the process neither died nor ended: {act.__name__} at {point}")
    return process.exitcode


def _die(
    url: str, folder: Path, people: People, now: dt.datetime,
    act: Act, person: TestPerson, id: str, once: tuple[str, str], point: int,
) -> None:  # fmt: skip
    own = open_office(url, folder, people)
    own.clock.set(now)
    _die_at(own, point)
    act(own, person, id, once)
    os._exit(DONE)


def _die_at(office: Office, point: int) -> None:
    """This process ends without a word before its statement `point`, or around the commit."""
    count = [0]

    def statement(*_: Any) -> None:
        count[0] += 1
        if count[0] == point:
            os._exit(DIED)

    event.listen(office.app.engines.writer, "before_cursor_execute", statement)
    if point == BEFORE_COMMIT:
        event.listen(office.app.engines.writer, "commit", lambda _connection: os._exit(DIED))
        carry_out = psycopg.Connection.execute

        def die_at_commit(connection: Any, query: Any, *given: Any, **named: Any) -> Any:
            return os._exit(DIED) if query == "COMMIT" else carry_out(connection, query, *given, **named)

        # PostgreSQL is sent the commit with the last statements
        mock.patch.object(psycopg.Connection, "execute", die_at_commit).start()
    if point == AFTER_COMMIT:
        event.listen(Session, "after_commit", lambda _session: os._exit(DIED))
