"""A process that dies at every single statement of an act, on both databases: nothing of it is there, or all of it,
and the same form sent again has the same outcome (row 107; I12)."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.consent import commands
from portal.history.work import AlreadyDone
from tests.makers.papers import DECISION, MEMO, Office, open_office
from tests.makers.people import TestPerson

pytestmark = pytest.mark.processes
DIED, DONE = 9, 0
BEFORE_COMMIT, AFTER_COMMIT = -1, -2


def table(office: Office, person: TestPerson, id: str, once: tuple[str, str]) -> None:
    with office.work(person, once=once) as work:
        commands.table(work, MEMO, commands.document_of(work, MEMO, id), saves=1)
        work.answer(f"/memos/{id}")


def consent(office: Office, person: TestPerson, id: str, once: tuple[str, str]) -> None:
    with office.work(person, once=once) as work:
        document = commands.document_of(work, MEMO, id)
        commands.consent(work, MEMO, document, seen=document.digest, decision=DECISION)
        work.answer(f"/memos/{id}")


def die_at(office: Office, point: int) -> None:
    """This process ends without a word before its statement `point`, or around the commit."""
    count = [0]

    def statement(*_: Any) -> None:
        count[0] += 1
        if count[0] == point:
            os._exit(DIED)

    event.listen(office.app.engines.writer, "before_cursor_execute", statement)
    if point == BEFORE_COMMIT:
        event.listen(office.app.engines.writer, "commit", lambda _connection: os._exit(DIED))
    if point == AFTER_COMMIT:
        event.listen(Session, "after_commit", lambda _session: os._exit(DIED))


def in_a_process(office: Office, folder: Path, act: Callable[[Office], None], point: int) -> int:
    """`act` in a process of its own that dies at `point`; its exit code, or, if it did not die, DONE."""
    office.app.engines.dispose()  # no connection is shared with the child
    child = os.fork()
    if child == 0:  # pragma: no cover: the child leaves no trace but what it wrote
        try:
            own = open_office(office.url, folder, office.people)
            own.clock.set(office.clock.now())
            die_at(own, point)
            act(own)
        except BaseException:
            os._exit(1)
        os._exit(DONE)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def statements_of(office: Office, act: Callable[[Office], None]) -> int:
    """How many statements `act` sends, done once."""
    count = [0]

    def statement(*_: Any) -> None:
        count[0] += 1

    event.listen(office.app.engines.writer, "before_cursor_execute", statement)
    act(office)
    event.remove(office.app.engines.writer, "before_cursor_execute", statement)
    return count[0]


def test_every_act_is_there_as_a_whole_or_not_at_all_wherever_the_process_dies(pair, tmp_path):
    """Row 107: tabling, a consent and the last consent, at every statement, before and after the commit."""
    ours, theirs = pair.people[0], pair.people[1]
    acts: list[tuple[Callable[..., None], TestPerson]] = [
        (table, ours.drafter),
        (consent, theirs.officer),
        (consent, ours.officer),
    ]
    counted, points = pair.start(ours.drafter), 0
    most: list[int] = []
    for act, person in acts:
        once = (f"counted {len(most)}", "x")
        most.append(statements_of(pair, partial(act, person=person, id=counted, once=once)))
    shape = told(pair, counted)
    for point in [*range(1, max(most) + 1), BEFORE_COMMIT, AFTER_COMMIT]:
        id = pair.start(ours.drafter)
        for place, (act, person) in enumerate(acts):
            once = (f"key {point} {place}", "x")
            before = pair.everything()
            outcome = in_a_process(pair, tmp_path, partial(act, person=person, id=id, once=once), point)
            is_within = point < 0 or point <= most[place]
            assert outcome == (DIED if is_within else DONE), (point, act)
            points += is_within
            if is_within and point != AFTER_COMMIT:
                assert pair.everything() == before, (point, act)
                act(pair, person, id, once)
            after = pair.everything()
            with pytest.raises(AlreadyDone) as done:
                act(pair, person, id, once)
            assert done.value.location == f"/memos/{id}"
            assert pair.everything() == after
        assert told(pair, id) == shape, point
    pair.must_hold()
    print(f"\ncrash points: {points} on {pair.app.engines.writer.dialect.name}, all whole or nothing")


def told(office: Office, id: str) -> list[str]:
    """What the record tells of the document, whenever it was told."""
    return [entry.verb for entry in office.entries() if entry.subject_id == id]
