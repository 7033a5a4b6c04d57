"""Advice of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from portal.advice import commands
from portal.advice.body import AdviceBody
from portal.advice.clauses import freed_by
from portal.advice.commands import Handling
from portal.advice.models import Advice, AdviceConfirmation, AdviceHandling
from portal.advice.rules import direction
from portal.agreement.text import AdviceTerm
from portal.kernel.uploads import Inspection
from tests.makers.activities import edition_of
from tests.makers.people import TestPerson


def term_of(house: Any) -> AdviceTerm:
    """The agreement's term on advice."""
    found = edition_of(house).advice
    assert found is not None
    return found


def clause_ids(house: Any) -> tuple[str, ...]:
    """The clauses on which advice stands in the direction of that term."""
    freed = freed_by(edition_of(house))
    assert freed is not None
    return freed.clauses


CONTENT = "## 要旨\n\n既定の設定では、利用の記録は**日本**に置かれます。"


def advice_body(giver: str, receiver: str, **changes: Any) -> AdviceBody:
    """A whole entry: asked for, given in a meeting on 30 September 2025, marked open."""
    body = AdviceBody(
        title="利用の記録が置かれる場所",
        direction=direction(giver, receiver),
        kind="advice",
        adviser="公共営業本部 御堂 すすむ",
        recipient="戦略企画課 府見 あおい",
        basis="requested",
        given_on="2025-09-30",
        medium="meeting",
        marking="open",
        content=CONTENT,
    )
    return dataclasses.replace(body, **changes)


def drafted(house: Any, by: TestPerson, body: AdviceBody, **more: Any) -> str:
    """An own-side draft of an entry; its id, which the entry will have."""
    with house.work(by.actor(house)) as work:
        return commands.start(work, body, **more).id


def with_file(
    house: Any, by: TestPerson, draft: str, name: str = "設定の手引.txt", text: str = "本文\n"
) -> str:
    """The own-side draft has a file; its id."""
    kept = house.app.files.keep(io.BytesIO(text.encode()), limit=1_000_000)
    with house.work(by.actor(house)) as work:
        found = Inspection("text/plain", "txt", name, ())
        return commands.attach(work, draft, name=name, kept=kept, inspection=found).id


def recorded_draft(house: Any, by: TestPerson, draft: str) -> Advice:
    """The draft is recorded."""
    with house.work(by.actor(house)) as work:
        return commands.record(work, draft, saves=commands._own_draft(work, draft).saves)


def recorded(house: Any, by: TestPerson, giver: str, receiver: str, **changes: Any) -> Advice:
    """An entry recorded by `by`."""
    return recorded_draft(house, by, drafted(house, by, advice_body(giver, receiver, **changes)))


def corrected(house: Any, by: TestPerson, advice_id: str, **changes: Any) -> Advice:
    """The entry is corrected by another, with the words of the first but for `changes`."""
    from portal.advice.body import opened
    from portal.advice.models import AdviceRecord

    changes = {"reason": "設定の説明に誤りがあったため", **changes}
    with house.work(by.actor(house)) as work:
        draft = commands.begin_correction(work, advice_id)
        said = opened(work.session.get_one(AdviceRecord, advice_id).sealed).body
        commands.save(work, draft.id, dataclasses.replace(said, **changes), saves=draft.saves)
        id = draft.id
    return recorded_draft(house, by, id)


def confirmed(house: Any, by: TestPerson, advice_id: str, *, otherwise: str = "") -> AdviceConfirmation:
    """The other side has said that it is the same, or what it sees otherwise."""
    with house.work(by.actor(house)) as work:
        row = work.session.get_one(Advice, advice_id)
        return commands.confirm(work, advice_id, seen=row.digest, is_same=not otherwise, remark=otherwise)


def handled(
    house: Any, by: TestPerson, advice_id: str, result: str = "adopted", **more: Any
) -> AdviceHandling:
    """The receiver has said what it did with it."""
    with house.work(by.actor(house)) as work:
        return commands.handle(work, advice_id, Handling(result, **more))


__all__ = [
    "CONTENT",
    "advice_body",
    "clause_ids",
    "confirmed",
    "corrected",
    "drafted",
    "handled",
    "recorded",
    "recorded_draft",
    "term_of",
    "with_file",
]
