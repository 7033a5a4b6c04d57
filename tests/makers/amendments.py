"""Changes to the agreement of a tested portal, made by performing the acts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any

from portal.agreement.text import Edition
from portal.amendments.amendment import AMENDMENT, AmendmentBody
from portal.amendments.execution import EXECUTION, ExecutionBody
from portal.consent import commands
from portal.consent.models import Document
from portal.kernel.uploads import Inspection
from tests.makers.activities import agreed, drafted, edition_of, tabled
from tests.makers.people import People, TestPerson


def first_sentence(edition: Edition) -> str:
    """The clause that says how long the first term is."""
    return edition.clause_of("term").id


def amendment_body(edition: Edition, *, base: int = 1, **changes: Any) -> AmendmentBody:
    """A whole proposal under any edition: another wording of the clause on publicity, by an executed document."""
    clause = edition.clause_of("publicity")
    body = AmendmentBody(
        title="公表の条項の変更",
        reason="公表の前に余裕をもって協議するため。",
        base=str(base),
        changes=(("replace", clause.id, f"{clause.text.ja}公表の五日前までに協議を始める。", ""),),
        takes="document",
        sort="amending_agreement",
    )
    return dataclasses.replace(body, **changes)


def tabled_amendment(house: Any, people: People, by: TestPerson | None = None, **changes: Any) -> str:
    """A change is on the table; the document's id. The agreement must have a date."""
    by = by or people[0].manager
    made = drafted(house, by, AMENDMENT, amendment_body(edition_of(house), **changes))
    return tabled(house, by, AMENDMENT, made)


def agreed_amendment(house: Any, people: People, **changes: Any) -> str:
    """Every party has agreed to the change; the document's id."""
    made = tabled_amendment(house, people, **changes)
    agreed(house, people, AMENDMENT, made)
    return made


def reference_of(house: Any, document_id: str) -> str:
    """The number of a tabled document."""
    with house.read() as session:
        return str(session.get_one(Document, document_id).reference)


def execution_body(house: Any, of: str, **changes: Any) -> ExecutionBody:
    """A whole registration of the document that executes the change `of`."""
    edition = edition_of(house)
    body = ExecutionBody(
        title="変更協定書",
        amendment=reference_of(house, of),
        sort="amending_agreement",
        signed_on="2025-10-01",
        effective_on="2025-10-01",
        signing="seal",
        originals=str(edition.originals.count),
        holders=tuple((key, f"文書庫（{key}）") for key in edition.party_keys),
    )
    return dataclasses.replace(body, **changes)


def attached(house: Any, by: TestPerson, document_id: str, name: str = "変更協定書の写し.txt") -> str:
    """A copy of the executed document stands among the attachments of the draft; its digest."""
    kept = house.app.files.keep(io.BytesIO("変更協定書の写し\n".encode()), limit=1_000)
    with house.work(by.actor(house)) as work:
        held = commands.document_of(work, EXECUTION, document_id)
        found = Inspection("text/plain", "txt", name, ())
        return commands.attach(work, EXECUTION, held, name=name, kept=kept, inspection=found).sha256


def tabled_execution(
    house: Any, people: People, of: str, by: TestPerson | None = None, **changes: Any
) -> str:
    """The executed document is registered, to be confirmed by every party; its id."""
    by = by or people[0].manager
    made = drafted(house, by, EXECUTION, execution_body(house, of, **changes))
    attached(house, by, made)
    return tabled(house, by, EXECUTION, made)


def adopted_edition(
    house: Any, people: People, *, effective_on: dt.date | None = None, **changes: Any
) -> tuple[str, str]:
    """A change has become an edition by an executed document; the ids of the change and the registration."""
    made = agreed_amendment(house, people, **changes)
    given: dict[str, Any] = {"effective_on": effective_on.isoformat()} if effective_on else {}
    executed = tabled_execution(house, people, made, **given)
    agreed(house, people, EXECUTION, executed)
    return made, executed
