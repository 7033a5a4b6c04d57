"""A process that dies at every single statement of an act, on both databases: nothing of it is there, or all of it,
and the same form sent again has the same outcome (row 107; I12)."""

from __future__ import annotations

from itertools import chain, count

import pytest

from portal.history.work import AlreadyDone
from tests.makers.papers import Office
from tests.makers.people import TestPerson
from tests.makers.volumes import sized
from tests.processes.dying import (
    AFTER_COMMIT,
    BEFORE_COMMIT,
    DIED,
    DONE,
    Act,
    consent,
    in_a_process,
    table,
)

pytestmark = pytest.mark.processes


def test_every_act_is_there_as_a_whole_or_not_at_all_wherever_the_process_dies(pair, tmp_path):
    """Row 107: tabling, a consent and the last consent, at every statement (in an ordinary run at every second, the odd ones
    on one database and the even ones on the other), before and after the commit."""
    ours, theirs = pair.people[0], pair.people[1]
    acts: list[tuple[Act, TestPerson]] = [
        (table, ours.drafter),
        (consent, theirs.officer),
        (consent, ours.officer),
    ]
    undisturbed, died = pair.start(ours.drafter), 0
    for act, person in acts:
        act(pair, person, undisturbed, (f"undisturbed {act.__name__} {person.party}", "x"))
    shape = told(pair, undisturbed)
    ended, first = [False] * len(acts), 1 if pair.app.engines.is_sqlite else sized(2, 1)
    """Which acts have fewer statements than the point is beyond."""
    for point in chain([BEFORE_COMMIT, AFTER_COMMIT], count(first, sized(2, 1))):
        id = pair.start(ours.drafter)
        for place, (act, person) in enumerate(acts):
            once = (f"key {point} {place}", "x")
            before = pair.everything()
            outcome = in_a_process(pair, tmp_path, act, person, id, once, point)
            assert outcome == DIED or (outcome == DONE and point > 10), (point, act, outcome)
            assert not (ended[place] and outcome == DIED), (point, act)
            ended[place] = outcome == DONE
            died += outcome == DIED
            if outcome == DIED and point != AFTER_COMMIT:
                assert pair.everything() == before, (point, act)
                act(pair, person, id, once)
            after = pair.everything()
            with pytest.raises(AlreadyDone) as done:
                act(pair, person, id, once)
            assert done.value.location == f"/memos/{id}"
            assert pair.everything() == after
        assert told(pair, id) == shape, point
        if all(ended):
            break
    pair.must_hold()
    print(f"\ncrash points: {died} on {pair.app.engines.writer.dialect.name}, all whole or nothing")


def told(office: Office, id: str) -> list[str]:
    """What the record tells of the document, whenever it was told."""
    return [entry.verb for entry in office.entries() if entry.subject_id == id]
