"""Found the portal on its agreement; enter and confirm the agreement's dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.access.policy import Permission
from portal.agreement.events import AgreementFounded, DatesConfirmed, DatesEntered
from portal.agreement.models import AgreementDates, AgreementEdition
from portal.agreement.text import Edition, read_edition
from portal.history.event import JOINT
from portal.history.models import Instance
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import RuleBroken
from portal.kernel.ids import new_id
from portal.kernel.words import N_
from portal.parties.models import Party


class AlreadyFounded(RuleBroken):
    """The portal stands on an agreement already; another agreement is another instance (decision 1)."""

    sentence = N_("このポータルには協定が登録済みです。")
    next_step = N_(
        "別の協定には、別のインスタンス（PORTAL_INSTANCE または DATABASE_URL）を用意してください。"
    )


@dataclass(frozen=True)
class GivenDates:
    """The dates of an agreement: days in Asia/Tokyo; `count_first_day` is the convention confirmed with them."""

    signed_on: dt.date | None
    effective_on: dt.date | None = None
    end_on_fixed: dt.date | None = None
    count_first_day: bool = False
    is_assumed: bool = False


def found(work: Work, *, text: str, portal_text: str, is_demo: bool = False) -> Edition:
    """The agreement is adopted as edition 1 and its parties stand; the history begins.

    Raises AlreadyFounded when an edition exists, AgreementFileBroken when the file cannot be read.
    """
    work.must(Permission.OPERATE)
    if work.session.scalar(select(AgreementEdition.number).limit(1)):
        raise AlreadyFounded()
    edition = read_edition(text, portal_text)
    work.add(Instance(id=new_id(), founded_at=work.at, is_demo=is_demo))
    work.add(
        AgreementEdition(
            number=1,
            digest=edition.digest,
            text=text,
            portal_text=portal_text,
            in_force_from=None,
            adopted_at=work.at,
        )
    )
    for position, key in enumerate(edition.party_keys):
        work.add(Party(key=key, position=position, four_eyes=True, officers_table=False))
    work.record(
        AgreementFounded(about=Subject("edition", "1"), number=1, digest=edition.digest),
        *(Subject("party", key) for key in edition.party_keys),
    )
    assert JOINT not in edition.party_keys
    return edition


def enter_dates(work: Work, *, document_id: str, given: GivenDates) -> AgreementDates:
    """The dates stand entered, 未確認; earlier entered dates stay as they were (R0-1)."""
    row = work.add(
        AgreementDates(
            id=new_id(),
            document_id=document_id,
            signed_on=given.signed_on,
            effective_on=given.effective_on,
            end_on_fixed=given.end_on_fixed,
            count_first_day=given.count_first_day,
            is_assumed=given.is_assumed,
            is_confirmed=False,
            entered_at=work.at,
        )
    )
    work.record(DatesEntered(about=Subject("document", document_id), **_told(row)))
    return row


def confirm_dates(work: Work, *, document_id: str, given: GivenDates) -> AgreementDates:
    """The dates are confirmed by every party: from now on they are the facts the portal computes from (R4-8)."""
    row = work.session.scalars(
        select(AgreementDates)
        .where(AgreementDates.document_id == document_id)
        .order_by(AgreementDates.entered_at.desc())
        .limit(1)
    ).one()
    row.signed_on, row.effective_on, row.end_on_fixed = (
        given.signed_on,
        given.effective_on,
        given.end_on_fixed,
    )
    row.count_first_day, row.is_assumed = given.count_first_day, given.is_assumed
    row.is_confirmed, row.confirmed_at = True, work.at
    work.record(DatesConfirmed(about=Subject("document", document_id), **_told(row)))
    return row


def _told(row: AgreementDates) -> dict[str, Any]:
    def text(day: dt.date | None) -> str:
        return day.isoformat() if day else ""

    return {
        "signed_on": text(row.signed_on),
        "effective_on": text(row.effective_on),
        "end_on_fixed": text(row.end_on_fixed),
    }
