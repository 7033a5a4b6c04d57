"""Found the portal on its agreement, and what changes of it: dates, editions, renewals, ends, settled questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from portal.access.policy import Permission
from portal.agreement import queries
from portal.agreement.events import (
    AgreementFounded,
    DatesConfirmed,
    DatesEntered,
    EditionAdopted,
    EndAnnounced,
    EndRevoked,
    ExpiryConfirmed,
    QuestionSettled,
    RenewalAgreed,
)
from portal.agreement.life import Cause, terms_without_end
from portal.agreement.models import (
    AgreementDates,
    AgreementEdition,
    AgreementEnd,
    AgreementExpiry,
    AgreementRenewal,
    AgreementSetting,
)
from portal.agreement.settled import Question
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


class EditionBeforeTheLast(RuleBroken):
    """Editions come into force in the order in which they were adopted: none changes what an earlier day had
    (R3-5)."""

    clause = "amendment"
    sentence = N_("効力が生じる日（%(day)s）が、すでに登録された版の日（%(last)s）より前です。")
    next_step = N_("効力が生じる日を、%(last)s以後の日にしてください。")


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


def confirm_expiry(work: Work, *, document_id: str, number: int, expiry: dt.date) -> AgreementExpiry:
    """The term `number` (from 1) expires on `expiry`, as every party has confirmed: from now on that day alone counts,
    and the terms after it follow upon it (満了日の確認; R4-8)."""
    now = queries.dates_now(work.session, queries.edition(work.session))
    last = work.session.scalar(select(func.max(AgreementExpiry.place)))
    row = work.add(
        AgreementExpiry(
            id=new_id(),
            place=(last or 0) + 1,
            document_id=document_id,
            dates_id=now.document_id or "",
            number=number,
            expiry=expiry,
            confirmed_at=work.at,
        )
    )
    work.record(
        ExpiryConfirmed(
            about=Subject("document", document_id), number=number, expiry=expiry.isoformat()
        )
    )
    return row


def adopt(work: Work, *, text: str, portal_text: str, in_force_from: dt.date, document_id: str) -> Edition:
    """The text is the agreement's next edition, in force from `in_force_from` (Asia/Tokyo) on; every earlier edition
    stays as it is, and is readable for ever (art. 3; R3-3, R3-5).

    Raises AgreementFileBroken for a text that does not hold together, EditionBeforeTheLast.
    """
    last = work.session.scalars(
        select(AgreementEdition).order_by(AgreementEdition.number.desc()).limit(1)
    ).one()
    if last.in_force_from and in_force_from < last.in_force_from:
        raise EditionBeforeTheLast("in_force_from", day=in_force_from, last=last.in_force_from)
    edition = replace(read_edition(text, portal_text), in_force_from=in_force_from)
    number = last.number + 1
    work.add(
        AgreementEdition(
            number=number,
            digest=edition.digest,
            text=text,
            portal_text=portal_text,
            in_force_from=in_force_from,
            adopted_at=work.at,
            document_id=document_id,
        )
    )
    work.record(
        EditionAdopted(
            about=Subject("edition", str(number)),
            number=number,
            digest=edition.digest,
            in_force_from=in_force_from.isoformat(),
        ),
        Subject("document", document_id),
    )
    return edition


def renew(work: Work, *, document_id: str) -> AgreementRenewal:
    """The agreement runs for one term more than it did, by agreement of all parties ("renewal")."""
    edition = queries.edition(work.session)
    row = work.add(AgreementRenewal(id=new_id(), document_id=document_id, agreed_at=work.at))
    work.session.flush()  # the renewals are counted
    term = terms_without_end(edition, queries.dates_now(work.session, edition), work.today)[-1]
    work.record(
        RenewalAgreed(
            about=Subject("document", document_id),
            start=term.start.isoformat(),
            expiry=term.expiry.isoformat(),
        )
    )
    return row


def announce_end(
    work: Work, *, cause: Cause, last_day: dt.date, measures_apply: bool, source: Subject
) -> AgreementEnd:
    """An end of the agreement stands announced by `source`; `last_day` (Asia/Tokyo) is the last day in force. Of
    several, the earliest counts (art. 4)."""
    row = work.add(
        AgreementEnd(
            id=new_id(),
            cause=cause.value,
            last_day=last_day,
            measures_apply=measures_apply,
            source_kind=source.kind,
            source_id=source.id,
            announced_at=work.at,
        )
    )
    work.record(
        EndAnnounced(
            about=source, cause=cause.value, last_day=last_day.isoformat(), measures_apply=measures_apply
        )
    )
    return row


def revoke_end(work: Work, source: Subject) -> None:
    """What `source` had announced counts no more; nothing happens where it had announced nothing."""
    for row in work.session.scalars(
        select(AgreementEnd).where(
            AgreementEnd.source_kind == source.kind,
            AgreementEnd.source_id == source.id,
            AgreementEnd.revoked_at.is_(None),
        )
    ).all():
        row.revoked_at = work.at
        work.record(EndRevoked(about=source, cause=row.cause, last_day=row.last_day.isoformat()))


def settle(
    work: Work, question: Question, value: str, *, reference: str, document_id: str
) -> AgreementSetting:
    """The question has its answer from now on, with the document that settled it (R9-5); for the first day, the
    dates of the agreement are counted by it."""
    row = work.add(
        AgreementSetting(
            id=new_id(),
            key=question.value,
            value=value,
            reference=reference,
            document_id=document_id,
            settled_at=work.at,
        )
    )
    work.record(
        QuestionSettled(
            about=Subject("document", document_id),
            question=question.value,
            value=value,
            reference=reference,
        )
    )
    if question is Question.COUNT_FIRST_DAY:
        _count_first_day(work, value == "counted", document_id)
    return row


def _count_first_day(work: Work, is_counted: bool, document_id: str) -> None:
    """The dates as they stand are counted so from now on, confirmed by the document in which that was settled."""
    now = queries.dates_now(work.session, queries.edition(work.session))
    if now.document_id is None or now.count_first_day == is_counted:
        return
    row = work.add(
        AgreementDates(
            id=new_id(),
            document_id=document_id,
            signed_on=now.signed_on,
            effective_on=now.effective_on,
            end_on_fixed=now.end_on_fixed,
            count_first_day=is_counted,
            is_assumed=now.is_assumed,
            is_confirmed=True,
            entered_at=work.at,
            confirmed_at=work.at,
        )
    )
    work.record(DatesConfirmed(about=Subject("document", document_id), **_told(row)))


def _told(row: AgreementDates) -> dict[str, Any]:
    def text(day: dt.date | None) -> str:
        return day.isoformat() if day else ""

    return {
        "signed_on": text(row.signed_on),
        "effective_on": text(row.effective_on),
        "end_on_fixed": text(row.end_on_fixed),
    }
