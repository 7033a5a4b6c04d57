"""The ledger of a tested portal, and what becomes of what was handed over, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

from sqlalchemy import select

from portal.agreement import commands as agreement
from portal.agreement.life import Cause
from portal.handback import commands, returning
from portal.handback.acting import Target
from portal.handback.body import HandoverBody
from portal.handback.commands import Receipt
from portal.handback.models import Handover, HandoverDraft, Holding, HoldingAct
from portal.handback.rules import Carried, Retention
from portal.kernel.clock import day_in_japan
from portal.kernel.db import Subject
from portal.kernel.uploads import Inspection
from tests.makers.people import TestPerson

DAY = dt.date(2025, 9, 30)
"""When things were handed over, unless a test says otherwise."""


def handover_body(*others: str, **changes: Any) -> HandoverBody:
    """A whole record: two paper copies of a document, no secret, handed over on 30 September 2025."""
    body = HandoverBody(
        title="窓口の業務の流れ図",
        way="gave",
        others=others,
        kind="document",
        form="paper",
        copies="2",
        disclosed_on=DAY.isoformat(),
        marking="open",
        description="総合案内の一日の流れ",
    )
    return dataclasses.replace(body, **changes)


def drafted(house: Any, by: TestPerson, body: HandoverBody) -> str:
    """An own-side draft of a line; its id, which the line will have."""
    with house.work(by.actor(house)) as work:
        return commands.start(work, body).id


def with_file(
    house: Any, by: TestPerson, draft: str, name: str = "流れ図.txt", text: str = "窓口の流れ\n"
) -> str:
    """The own-side draft has a file; its id."""
    kept = house.app.files.keep(io.BytesIO(text.encode()), limit=1_000_000)
    with house.work(by.actor(house)) as work:
        found = Inspection("text/plain", "txt", name, ())
        return commands.attach(work, draft, name=name, kept=kept, inspection=found).id


def recorded_draft(house: Any, by: TestPerson, draft: str) -> Handover:
    """The draft is recorded."""
    with house.work(by.actor(house)) as work:
        saves = work.session.get_one(HandoverDraft, draft).saves
        return commands.record(work, draft, saves=saves)


def recorded(house: Any, by: TestPerson, *others: str, file: str = "", **changes: Any) -> Handover:
    """A line recorded by `by`, whose party gave it to, or received it from, the others; with a file of those words."""
    draft = drafted(house, by, handover_body(*others, **changes))
    if file:
        with_file(house, by, draft, text=file)
    return recorded_draft(house, by, draft)


def corrected(house: Any, by: TestPerson, handover_id: str, **changes: Any) -> Handover:
    """The line is corrected by another, with the words of the first but for `changes`."""
    import json

    with house.work(by.actor(house)) as work:
        draft = commands.begin_correction(work, handover_id)
        said = HandoverBody.from_plain(json.loads(draft.body))
        changes = {"reason": "部数に誤りがあったため", **changes}
        commands.save(work, draft.id, dataclasses.replace(said, **changes), saves=draft.saves)
        id = draft.id
    return recorded_draft(house, by, id)


def holding(house: Any, handover_id: str, receiver: str | None = None) -> Holding:
    """How it stands with what a receiver (the only one, unless named) received."""
    with house.read() as session:
        query = select(Holding).where(Holding.handover_id == handover_id).order_by(Holding.place)
        found: Holding = session.scalars(
            query if receiver is None else query.where(Holding.receiver == receiver)
        ).first()
    assert found is not None
    return found


def target(house: Any, *handovers: Handover, receiver: str | None = None) -> Target:
    """These lines, chosen one by one."""
    return Target(ids=tuple(holding(house, one.id, receiver).id for one in handovers))


def confirmed(
    house: Any, by: TestPerson, *handovers: Handover, on: dt.date = DAY, otherwise: str = "", **more: Any
) -> list[HoldingAct]:
    """The other side has said that it is the same, with the day of receipt, or what it sees otherwise."""
    said = Receipt(not otherwise, received_on=on, remark=otherwise, **more)
    with house.work(by.actor(house)) as work:
        return commands.confirm(work, target(house, *handovers, receiver=_own(house, by, handovers)), said)


def _own(house: Any, by: TestPerson, handovers: tuple[Handover, ...]) -> str | None:
    """The receiver of the lines that `by` acts about: its own party where it is one."""
    return by.party if all(by.party and f",{by.party}," in one.receivers for one in handovers) else None


def instructed(
    house: Any, by: TestPerson, choice: str, *handovers: Handover, **more: Any
) -> list[HoldingAct]:
    """The discloser has said what becomes of it."""
    receiver = more.pop("receiver", None)
    with house.work(by.actor(house)) as work:
        return returning.instruct(work, target(house, *handovers, receiver=receiver), choice=choice, **more)


def carried(choice: str, on: dt.date, **changes: Any) -> Carried:
    """What is said of a return or a disposal: everything was searched, no backup is left."""
    said = Carried(
        choice=choice,
        on_day=on,
        means="溶解処理" if choice == "dispose" else "手渡し",
        by_whom="企画課 鈴木 一郎",
        searched=("mail", "folders", "backups", "exports"),
        found="共有フォルダーの写しも消去した",
        has_no_backups=True,
    )
    return dataclasses.replace(said, **changes)


def carried_out(
    house: Any, by: TestPerson, choice: str, *handovers: Handover, elsewhere: Any = None, **changes: Any
) -> list[HoldingAct]:
    """The receiver has returned it, or disposed of it, today."""
    said = carried(choice, day_in_japan(house.clock.now()), **changes)
    more = {"elsewhere": elsewhere} if elsewhere else {}
    with house.work(by.actor(house)) as work:
        return returning.carry_out(work, target(house, *handovers, receiver=by.party), said, **more)


def acknowledged(
    house: Any, by: TestPerson, *handovers: Handover, otherwise: str = "", receiver: str | None = None
) -> list[HoldingAct]:
    """The discloser has acknowledged it, or said what it sees otherwise."""
    with house.work(by.actor(house)) as work:
        return returning.acknowledge(
            work, target(house, *handovers, receiver=receiver), is_so=not otherwise, remark=otherwise
        )


def retained(house: Any, by: TestPerson, *handovers: Handover, **changes: Any) -> list[HoldingAct]:
    """The receiver keeps it because the law makes it."""
    said = Retention(
        "文書管理の規則（仮）の別表", None, "作成の年度の翌年度から5年間", "文書管理の担当だけが見る"
    )
    with house.work(by.actor(house)) as work:
        return returning.retain(
            work, target(house, *handovers, receiver=by.party), dataclasses.replace(said, **changes)
        )


def ended(
    house: Any, last_day: dt.date, *, cause: Cause = Cause.NON_RENEWAL, measures_apply: bool = True
) -> None:
    """An end of the agreement stands announced, with `last_day` as its last day in force."""
    with house.work() as work:
        agreement.announce_end(
            work,
            cause=cause,
            last_day=last_day,
            measures_apply=measures_apply,
            source=Subject("notice", "a-notice"),
        )


def on_day(house: Any, day: dt.date, hour: int = 9) -> None:
    """The portal's clock stands at that hour of the day in Japan."""
    from portal.kernel.clock import JAPAN

    house.clock.set(dt.datetime.combine(day, dt.time(hour), JAPAN))
