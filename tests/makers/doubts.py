"""Doubts of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

from portal.agreement.text import Edition
from portal.doubts import commands
from portal.doubts.answer import ANSWER, AnswerBody
from portal.doubts.commands import Raised
from portal.doubts.models import Doubt
from portal.kernel.uploads import Inspection
from tests.makers.activities import agreed, drafted, edition_of, tabled
from tests.makers.people import People, TestPerson


def question(edition: Edition, **changes: Any) -> Raised:
    """A doubt under any edition: how the first day of the term is counted."""
    said = Raised(
        title="期間の初日の数え方",
        question="有効期間の初日を数えるか、翌日から数えるかを確かめたい。",
        clauses=(edition.clause_of("term").id,),
        topic="count_first_day",
    )
    return dataclasses.replace(said, **changes)


def raised(house: Any, people: People, by: TestPerson | None = None, **changes: Any) -> str:
    """A doubt is raised; its id. The agreement must have a date."""
    by = by or people[0].drafter
    with house.work(by.actor(house)) as work:
        return commands.raise_doubt(work, question(edition_of(house), **changes)).id


def doubt_of(house: Any, doubt_id: str) -> Doubt:
    """The doubt as it stands."""
    with house.read() as session:
        found: Doubt = session.get_one(Doubt, doubt_id)
    return found


def position(house: Any, by: TestPerson, doubt_id: str, text: str = "翌日から数えると考える。") -> str:
    """`by` has stated a position; its id."""
    with house.work(by.actor(house)) as work:
        return commands.state_position(work, doubt_id, text=text).id


def met(house: Any, by: TestPerson, doubt_id: str, **changes: Any) -> str:
    """A consultation on the doubt is written down; its id."""
    said: dict[str, Any] = {
        "held_on": dt.date(2025, 9, 30), "medium": "meeting", "participants": "各当事者の担当", "summary": "数え方を話した。",
        "decisions": "",
    }  # fmt: skip
    with house.work(by.actor(house)) as work:
        return commands.consult(work, doubt_id, **(said | changes)).id


def file_kept(
    house: Any, by: TestPerson, doubt_id: str, name: str = "経緯.txt", content: str = "経緯\n"
) -> str:
    """A file is kept for an entry on the doubt; its id."""
    kept = house.app.files.keep(io.BytesIO(content.encode()), limit=1_000_000)
    with house.work(by.actor(house)) as work:
        found = Inspection("text/plain", "txt", name, ())
        return commands.keep_file(work, doubt_id, name=name, kept=kept, inspection=found).id


def answer_body(house: Any, doubt_id: str, **changes: Any) -> AnswerBody:
    """A whole answer to the doubt: the first day is counted."""
    doubt = doubt_of(house, doubt_id)
    body = AnswerBody(
        title="期間の初日の数え方についての協議結果",
        doubt=doubt.reference,
        outcome="answer",
        text="有効期間は、初日を**算入して**数える。",
        clauses=tuple(one for one in doubt.clauses.split(",") if one),
        settles="count_first_day:counted",
        basis="portal",
    )
    return dataclasses.replace(body, **changes)


def tabled_answer(
    house: Any, people: People, doubt_id: str, by: TestPerson | None = None, **changes: Any
) -> str:
    """An answer to the doubt is on the table; the document's id."""
    by = by or people[0].drafter
    made = drafted(house, by, ANSWER, answer_body(house, doubt_id, **changes))
    return tabled(house, by, ANSWER, made)


def agreed_answer(house: Any, people: People, doubt_id: str, **changes: Any) -> str:
    """Every party has agreed to the answer; the document's id."""
    made = tabled_answer(house, people, doubt_id, **changes)
    agreed(house, people, ANSWER, made)
    return made
