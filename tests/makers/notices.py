"""Notices, accords, intentions and meetings of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

from portal.consent.commands import Decision
from portal.consent.rules import Capacity
from portal.kernel.clock import day_in_japan
from portal.kernel.uploads import Inspection
from portal.term import commands
from portal.term.accord import ACCORD, AccordBody
from portal.term.commands import Arrival, Dispatch, Evidence, Minutes, Received
from portal.term.models import Notice, NoticeArrival, NoticeDraft
from portal.term.notice import NoticeBody
from tests.makers.activities import agreed, drafted, edition_of, tabled
from tests.makers.people import People, TestPerson

DECISION = Decision("企戦第45号", Capacity.DECISION)


def evidence(house: Any, name: str = "収受印の写し.txt", text: str = "収受\n") -> Evidence:
    """A file that shows something, kept."""
    kept = house.app.files.keep(io.BytesIO(text.encode()), limit=1_000_000)
    return Evidence(name, kept, Inspection("text/plain", "txt", name, ()))


def notice_body(house: Any, party: str, **changes: Any) -> NoticeBody:
    """A whole notice of termination by `party`, dated today, planned for 1 November 2025: an arrival today, 1 October,
    is to be checked."""
    edition = edition_of(house)
    body = NoticeBody(
        kind="termination",
        planned_on="2025-11-01",
        document_number="総第12号",
        dated_on=day_in_japan(house.clock.now()).isoformat(),
        sender="部長　星野 かなえ",
        addressees=tuple((one.key, f"{one.name.ja}　御中") for one in edition.other_parties(party)),
    )
    return dataclasses.replace(body, **changes)


def non_renewal_body(house: Any, party: str, term: int, **changes: Any) -> NoticeBody:
    """A whole declaration of non-renewal after the term."""
    changes = {"kind": "non_renewal", "planned_on": "", "term": str(term), **changes}
    return notice_body(house, party, **changes)


def drafted_notice(house: Any, by: TestPerson, body: NoticeBody) -> str:
    """An own-side draft of a notice; its id, which the notice will have."""
    with house.work(by.actor(house)) as work:
        return commands.start_notice(work, body).id


def saves_of(house: Any, id: str) -> int:
    """How often the draft has been saved."""
    with house.read() as session:
        return int(session.get_one(NoticeDraft, id).saves)


def decided_notice(house: Any, by: TestPerson, id: str) -> str:
    """The own side's decision on the draft is recorded; its id."""
    saves = saves_of(house, id)
    with house.work(by.actor(house)) as work:
        commands.decide_notice(work, id, DECISION, saves=saves)
    return id


def dispatched(
    house: Any,
    people: People,
    sender: str,
    body: NoticeBody,
    *,
    means: str = "registered",
    on: dt.date | None = None,
) -> str:
    """A notice that `sender` has drafted, decided on and sent today (or on the day said); its id."""
    side = people[sender]
    id = decided_notice(house, side.officer, drafted_notice(house, side.manager, body))
    saves = saves_of(house, id)
    with house.work(side.officer.actor(house)) as work:
        commands.dispatch(work, id, Dispatch(means, on or work.today), saves=saves)
    return id


def arrived(
    house: Any,
    by: TestPerson,
    id: str,
    on: dt.date | None = None,
    *,
    at: dt.time | None = None,
    receiver: str | None = None,
    **more: Any,
) -> NoticeArrival:
    """Its arrival at the own side (or at `receiver`) is recorded, today or on the day said."""
    with house.work(by.actor(house)) as work:
        day = on or work.today
        more.setdefault("evidence_on", day)
        said = Arrival(receiver or by.party or "", day, at, more.pop("evidence", "収受印"), **more)
        return commands.record_arrival(work, id, said)


def registered(house: Any, by: TestPerson, received: Received, on: dt.date | None = None, **more: Any) -> str:
    """A notice on paper is registered by a receiver, with its arrival; its id."""
    with house.work(by.actor(house)) as work:
        day = on or work.today
        more.setdefault("evidence_on", day)
        said = Arrival(by.party or "", day, more.pop("at", None), "収受印", **more)
        return commands.register_received(work, received, said).id


def notice_of(house: Any, id: str) -> Notice:
    """The notice as the register has it."""
    with house.read() as session:
        found: Notice = session.get_one(Notice, id)
    return found


def accord_body(what: str, **changes: Any) -> AccordBody:
    """An accord on the matter."""
    return dataclasses.replace(AccordBody(title="期間についての合意", what=what), **changes)


def tabled_accord(
    house: Any, people: People, what: str, *, by: TestPerson | None = None, **changes: Any
) -> str:
    """An accord is on the table; its id."""
    who = by or people[0].manager
    return tabled(house, who, ACCORD, drafted(house, who, ACCORD, accord_body(what, **changes)))


def agreed_accord(house: Any, people: People, what: str, **changes: Any) -> str:
    """Every party has consented to an accord; its id."""
    id = tabled_accord(house, people, what, **changes)
    agreed(house, people, ACCORD, id)
    return id


def said_intention(house: Any, by: TestPerson, says: str, remark: str = "") -> None:
    """The party of `by` has said what it intends."""
    with house.work(by.actor(house)) as work:
        commands.say_intention(work, says=says, remark=remark)


def held_meeting(house: Any, by: TestPerson, on: dt.date | None = None, **more: Any) -> str:
    """A regular meeting is written down; its id."""
    with house.work(by.actor(house)) as work:
        given: dict[str, Any] = {
            "held_on": on or work.today,
            "medium": "meeting",
            "participants": [(key, "課長ほか2名") for key in work.parties],
            "summary": "この三か月の進み具合を話した。",
            "decisions": "次は観察会を開く。",
        }
        return commands.record_meeting(work, Minutes(**(given | more))).id


__all__ = [
    "Received",
    "accord_body",
    "agreed_accord",
    "arrived",
    "decided_notice",
    "dispatched",
    "drafted_notice",
    "evidence",
    "held_meeting",
    "non_renewal_body",
    "notice_body",
    "notice_of",
    "registered",
    "said_intention",
    "saves_of",
    "tabled_accord",
]
