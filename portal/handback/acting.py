"""How an act on the ledger is done: about which lines, told of each, and of several once to the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.agreement import queries as agreement
from portal.handback import events, queries, rules
from portal.handback.body import act_digest
from portal.handback.models import Handover, Holder, Holding, HoldingAct
from portal.handback.queries import AT_ONCE, Rule
from portal.handback.rules import Act, Held
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.digest import canonical
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.ids import new_id

# --------------------------------------------------------------------------------------- what is acted upon


@dataclass(frozen=True)
class Target:
    """What an act is about: lines chosen one by one, or by a rule of which the page showed `seen`."""

    ids: tuple[str, ...] = ()
    rule: Rule | None = None
    seen: int = 0
    words: str = ""
    """The rule in words, as the page said it."""


Both = tuple[Holding, Handover]


def chosen(work: Work, target: Target, *, must_be: Callable[[Held], None] = lambda held: None) -> list[Both]:
    """The lines that the act is about, in the order of the ledger, every one of them fit for it.

    Raises NotFound for one that the actor may not know of, NothingChosen, OthersHaveMoved when the rule fits other
    lines by now than the page showed.
    """
    mine = own_party(work)
    query = (
        select(Holding, Handover).join(Handover, Handover.id == Holding.handover_id).order_by(Holding.place)
    )
    if target.rule is not None:
        has_ended = queries.reach_of(work.session, agreement.edition(work.session), work.today).has_ended
        query = query.where(*queries.fits(target.rule, mine, has_ended=has_ended))
    else:
        query = query.where(Holding.id.in_(target.ids))
    found = [(one, row) for one, row in work.session.execute(query.limit(AT_ONCE))]
    if target.rule is not None and len(found) != target.seen:
        raise rules.OthersHaveMoved(seen=target.seen, count=len(found))
    if target.rule is None and len(found) != len(set(target.ids)):
        raise NotFound()
    if not found:
        raise rules.NothingChosen()
    for holding, row in found:
        must_be(held_of(holding, row))
    return found


@dataclass(frozen=True)
class Doing:
    """One act of one actor about one line or several, told of each, and of several once to the others."""

    work: Work
    act: Act
    many: bool
    batch_id: str

    @classmethod
    def of(cls, work: Work, act: Act, found: Sequence[Both]) -> Doing:
        """The act about all of these."""
        return cls(work, act, len(found) > 1, new_id())

    def on(
        self,
        holding: Holding,
        row: Handover,
        said: Mapping[str, Any],
        event: type[events.OfHolding],
        *,
        choice: str = "",
        erases: bool = False,
        on_day: dt.date | None = None,
        **more: Any,
    ) -> HoldingAct:
        """The act stands, the line says what it has made of it, and it is told."""
        work = self.work
        holding.acts += 1
        made = HoldingAct(
            id=new_id(),
            holding_id=holding.id,
            handover_id=row.id,
            number=holding.acts,
            act=self.act.value,
            choice=choice,
            erases=erases,
            on_day=on_day,
            said=canonical(dict(said)).decode("utf-8"),
            digest="",
            batch_id=self.batch_id,
            **signed(work),
        )
        made.digest = digest = act_digest(made, record=row.digest, receiver=holding.receiver)
        work.add(made)
        standing = rules.after(queries.standing_of(holding), self.act, choice, erases=erases)
        if standing != queries.standing_of(holding):
            holding.waits_since = work.at
        for name in ("step", "confirmed", "question", "instruction", "erases", "done"):
            setattr(holding, name, getattr(standing, name))
        if self.act in {Act.CONFIRM, Act.DIFFER, Act.STRIKE}:
            holding.waits_for = ""
        kind = events.TOGETHER[event] if self.many else event
        also = {"on_day": on_day.isoformat() if on_day else "", "erases": erases}
        more |= {name: value for name, value in also.items() if name in kind.__dataclass_fields__}
        work.record(
            kind(
                **about(row),
                reference=row.reference,
                receiver=holding.receiver,
                choice=choice,
                digest=digest,
                **more,
            )
        )
        return made

    def tell(self, found: Sequence[Both], *, choice: str = "", rule: str = "", name: str = "") -> None:
        """The others are told once of several; `name` is what the act is called, where its own name does not say it."""
        if not self.many:
            return
        said: dict[str, Any] = {
            "about": Subject("handback", "ledger"),
            "act": name or self.act.value,
            "count": len(found),
            "references": [row.reference for _, row in found],
            "choice": choice,
        }
        event = events.HandbackRuleGiven(**said, rule=rule) if rule else events.HandbackDoneTogether(**said)
        self.work.record(event)


# --------------------------------------------------------------------------------------- inside


def own_party(work: Work) -> str:
    """The actor's party. Raises NotAllowed for an actor without one."""
    if work.actor.party is None:
        raise NotAllowed()
    return work.actor.party


def one_of(work: Work, holding_id: str) -> Both:
    """The holding with its line. Raises NotFound."""
    own_party(work)
    holding = work.session.get(Holding, holding_id)
    if holding is None:
        raise NotFound()
    return holding, work.session.get_one(Handover, holding.handover_id)


def holdings_of(work: Work, handover_id: str) -> list[Holding]:
    """What each receiver of the line received, in the order of the parties."""
    query = select(Holding).where(Holding.handover_id == handover_id).order_by(Holding.place)
    return list(work.session.scalars(query))


def held_of(holding: Holding, row: Handover) -> Held:
    """The holding as the rules ask for it."""
    return Held(
        reference=row.reference,
        discloser=holding.discloser,
        receiver=holding.receiver,
        recorded_by=row.party,
        form=row.form,
        since=holding.received_on or row.disclosed_on,
        standing=queries.standing_of(holding),
    )


def about(row: Handover) -> dict[str, Any]:
    """What every event on a line says."""
    return {"about": row.subject, "activity_id": row.activity_id, "title": f"{row.reference} {row.title}"}


def signed(work: Work) -> dict[str, Any]:
    """Who does it, as of now: names and posts stand on each act as they were."""
    return {
        "party": own_party(work),
        "member_id": work.actor.member_id,
        "name": work.actor.name,
        "post": work.actor.post,
        "at": work.at,
    }


def open_holders(work: Work, holding_id: str) -> list[Holder]:
    """Who has copies of it still."""
    query = select(Holder).where(Holder.holding_id == holding_id, Holder.ended_on.is_(None))
    return list(work.session.scalars(query.order_by(Holder.at, Holder.id)))


def passed_on(work: Work, holding_id: str) -> list[Holder]:
    """The Representatives (担当者) who have copies of it still."""
    return [one for one in open_holders(work, holding_id) if one.kind != rules.KEEPER]


def end(work: Work, found: Holder, row: Handover, *, how: str, on_day: dt.date) -> None:
    """The holder's copies were given back or disposed of: told to the receiving side alone."""
    found.ended_on, found.ended_how = on_day, how
    work.record(
        events.HolderEnded(
            **about(row) | {"private_to": found.party}, reference=row.reference, holder=found.holder
        )
    )
