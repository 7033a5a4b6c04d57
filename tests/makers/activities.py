"""Activities, particulars and the agreement's dates of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from portal.activities import commands as activities
from portal.activities.particulars import PARTICULARS, ParticularsBody
from portal.activities.proposal import PROPOSAL, ProposalBody
from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent import commands
from portal.consent.body import Body
from portal.consent.commands import Decision
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Draft
from portal.consent.rules import Capacity
from portal.term.dates import DATES, DatesBody
from tests.makers.people import People, TestPerson

SIGNED = dt.date(2025, 9, 10)
"""When the agreement of a tested portal was signed, unless a test says otherwise."""
DECISION = Decision("企戦第123号", Capacity.DECISION)


def edition_of(house: Any) -> Edition:
    """The edition in force."""
    with house.read() as session:
        return agreement.edition(session)


def drafted(house: Any, by: TestPerson, kind: DocumentKind, body: Body, **more: Any) -> str:
    """An own-side draft of `body`; the document's id."""
    with house.work(by.actor(house)) as work:
        return commands.start(work, kind, body, **more).id


def tabled(house: Any, by: TestPerson, kind: DocumentKind, document_id: str) -> str:
    """The own-side draft is on the table; the document's id."""
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, kind, document_id)
        draft = commands.own_draft(work, document)
        assert isinstance(draft, Draft)
        commands.table(work, kind, document, saves=draft.saves)
    return document_id


def revised(house: Any, by: TestPerson, kind: DocumentKind, document_id: str, body: Body) -> str:
    """Another revision of the document, saying `body`, is on the table."""
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, kind, document_id)
        draft = commands.own_draft(work, document)
        commands.save(work, kind, document, body, saves=draft.saves if draft else 0)
    return tabled(house, by, kind, document_id)


def consented(house: Any, by: TestPerson, kind: DocumentKind, document_id: str) -> Document:
    """`by` has given their party's consent to the latest revision."""
    with house.work(by.actor(house)) as work:
        document = commands.document_of(work, kind, document_id)
        commands.consent(work, kind, document, seen=document.digest, decision=DECISION)
        return document


def agreed(house: Any, people: People, kind: DocumentKind, document_id: str) -> Document:
    """Every party has consented to the latest revision."""
    documents = [consented(house, side.officer, kind, document_id) for side in people.sides]
    return documents[-1]


def replaced(house: Any, by: TestPerson, kind: DocumentKind, document_id: str, body: Body) -> str:
    """Another document saying `body`, which is to replace the agreed one, is on the table; its id."""
    with house.work(by.actor(house)) as work:
        source = commands.document_of(work, kind, document_id)
        made = commands.start(
            work, kind, body, replaces=source, activity_id=kind.activity_of_copy(source, replaces=True)
        ).id
    return tabled(house, by, kind, made)


# --- The agreement's dates


def dates_body(**changes: Any) -> DatesBody:
    """The agreement's dates: signed on SIGNED, the first day not counted."""
    body = DatesBody(title="協定の日付", signed_on=SIGNED.isoformat(), first_day="not_counted")
    return dataclasses.replace(body, **changes)


def entered_dates(house: Any, people: People, **changes: Any) -> str:
    """The agreement has dates, entered and 未確認; the document's id. An agreement whose text states its dates
    needs none."""
    made = drafted(house, people[0].manager, DATES, dates_body(**changes))
    return tabled(house, people[0].manager, DATES, made)


def dated_agreement(house: Any, people: People, **changes: Any) -> str:
    """The agreement has dates, confirmed by every party; the document's id."""
    made = entered_dates(house, people, **changes)
    agreed(house, people, DATES, made)
    return made


# --- Activities


def proposal_body(edition: Edition, **changes: Any) -> ProposalBody:
    """A whole proposal under any edition: its first matter, its first purpose."""
    body = ProposalBody(
        title="多言語窓口AIエージェント試行",
        title_en="Trial of AI agents at multilingual counters",
        items=(edition.scope_items[0].key,),
        measure="スマートシティ推進事業",
        sections=tuple((key, f"企画課（{key}）") for key in edition.party_keys),
        purposes=(edition.purposes[0].key,),
        purpose_reason="日本語を母語としない住民が、窓口で必要な手続を終えられるようにするため。",
        summary="## 概要\n\n窓口に生成AIの通訳・案内を置き、**3か月**試行する。",
        roles=tuple((key, f"{key}の役割を担う") for key in edition.party_keys),
        personal_data="no",
    )
    return dataclasses.replace(body, **changes)


def tabled_proposal(house: Any, people: People, by: TestPerson | None = None, **changes: Any) -> str:
    """A proposal is on the table, so the activity is known; the document's id. The agreement must have a date."""
    by = by or people[0].drafter
    made = drafted(house, by, PROPOSAL, proposal_body(edition_of(house), **changes))
    return tabled(house, by, PROPOSAL, made)


def agreed_proposal(house: Any, people: People, by: TestPerson | None = None, **changes: Any) -> str:
    """Every party has agreed that the activity is done; the proposal's id."""
    made = tabled_proposal(house, people, by, **changes)
    agreed(house, people, PROPOSAL, made)
    return made


def activity_of(house: Any, document_id: str) -> str:
    """The id of the activity a document concerns."""
    with house.read() as session:
        found = session.get_one(Document, document_id).activity_id
    assert found is not None
    return str(found)


def agreed_activity(house: Any, people: People, **changes: Any) -> str:
    """An activity agreed by every party, its particulars still to be settled; its id."""
    return activity_of(house, agreed_proposal(house, people, **changes))


def particulars_body(edition: Edition, **changes: Any) -> ParticularsBody:
    """Whole particulars under any edition: from 15 October to 31 December 2025."""
    body = ParticularsBody(
        title="多言語窓口AIエージェント試行の具体的事項",
        timing_kind="range",
        start="2025-10-15",
        end="2025-12-31",
        method="- 窓口3か所に端末を置く\n- 週に一度、結果を共有する",
        place="府庁本館1階 総合案内",
        roles=tuple((key, f"{key}は結果をまとめる") for key in edition.party_keys),
        target_group="来庁者のうち日本語を母語としない人",
        cost="own",
        personal_data="no",
        exit="試行の終わりに端末を回収し、記録を共有する。",
    )
    return dataclasses.replace(body, **changes)


def tabled_particulars(
    house: Any, people: People, activity_id: str, by: TestPerson | None = None, **changes: Any
) -> str:
    """Particulars of the activity are on the table; the document's id."""
    by = by or people[0].drafter
    body = particulars_body(edition_of(house), **changes)
    made = drafted(house, by, PARTICULARS, body, activity_id=activity_id)
    return tabled(house, by, PARTICULARS, made)


def agreed_particulars(house: Any, people: People, activity_id: str, **changes: Any) -> str:
    """Every party has agreed to the particulars; the document's id."""
    made = tabled_particulars(house, people, activity_id, **changes)
    agreed(house, people, PARTICULARS, made)
    return made


def ready_activity(house: Any, people: People, **changes: Any) -> str:
    """An activity that may start, its proposal and its particulars agreed; its id. `changes` are the proposal's."""
    made = agreed_activity(house, people, **changes)
    agreed_particulars(house, people, made)
    return made


def running_activity(house: Any, people: People, *, on_day: dt.date | None = None, **changes: Any) -> str:
    """An activity under way since `on_day` (today, unless said); its id."""
    made = ready_activity(house, people, **changes)
    with house.work(people[0].drafter.actor(house)) as work:
        activities.start(work, made, on_day=on_day or work.today)
    return made


def completed_activity(
    house: Any,
    people: People,
    *,
    on_day: dt.date | None = None,
    outcome: str = "120人が利用した。",
    **changes: Any,
) -> str:
    """An activity started and completed on `on_day` (today, unless said), with an outcome and a figure; its id."""
    made = running_activity(house, people, on_day=on_day, **changes)
    told = activities.Outcome(
        words=outcome,
        beneficiaries="日本語を母語としない来庁者",
        figures=(("利用者", "120", "人"),),
        purpose="手続を終えられた人が増えた。",
    )
    with house.work(people[0].drafter.actor(house)) as work:
        activities.complete(work, made, on_day=on_day or work.today, outcome=told)
    return made


__all__ = [
    "DECISION",
    "SIGNED",
    "activity_of",
    "agreed",
    "agreed_activity",
    "agreed_particulars",
    "agreed_proposal",
    "completed_activity",
    "consented",
    "dated_agreement",
    "dates_body",
    "drafted",
    "edition_of",
    "entered_dates",
    "particulars_body",
    "proposal_body",
    "ready_activity",
    "replaced",
    "revised",
    "running_activity",
    "tabled",
    "tabled_particulars",
    "tabled_proposal",
]
