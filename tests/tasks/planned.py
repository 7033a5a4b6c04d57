"""Activities with nothing but planned days, as the register has them, for the jobs to find."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.activities.models import Activity
from portal.consent.models import Document
from portal.kernel.db import Engines
from portal.kernel.ids import new_id


def plan(
    engines: Engines,
    number: int,
    *,
    party: str,
    start: dt.date | None,
    end: dt.date | None = None,
    state: str = "ready",
    at: dt.datetime,
) -> str:
    """An activity stands in the register, by rows alone: no act made it, so nothing is told of it."""
    id, document_id, reference = new_id(), new_id(), f"ACT-{number:04}"
    with Session(engines.writer) as session:
        document = Document(
            id=document_id, kind="activity_proposal", party=party, edition=1, activity_id=id, begun_by="m",
            begun_at=at, number=number, reference=reference, title=f"取組{number}", tabled_at=at,
            standing="agreed", revision=1, digest="0" * 64, agreed_revision_id="r", agreed_at=at, changed_at=at,
        )  # fmt: skip
        session.add(document)
        session.flush()
        session.add(
            Activity(
                id=id, number=number, reference=reference, title=f"取組{number}", title_en="", items="", measure="",
                party=party, state=state, proposal_id=document_id, particulars_id=document_id, planned_start=start,
                planned_end=end, started_on=start if state in {"running", "suspended", "completed"} else None,
                first_on=start or end, normal="", begun_at=at, changed_at=at,
            )
        )  # fmt: skip
        session.commit()
    return id
