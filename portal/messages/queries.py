"""The mails that could not be delivered, as the operator sees them: to whose side, never to which whole address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.mail.models import Mail
from portal.parties.models import ArchiveAddress, Member

SHOWN = 100


class DeadLetter(NamedTuple):
    """One mail that could not be delivered."""

    id: str
    purpose: str
    asked_at: Any
    dead_at: Any
    tries: int
    fault: str
    party: str | None
    """Of whom it is to reach; None: of nobody's side, such as the operator."""
    address: str
    """With all but the first letter before the @ left out."""


def dead_letters(session: Session, reader: Actor) -> Sequence[DeadLetter]:
    """The oldest of them, for who operates the portal."""
    reader.must(Permission.OPERATE)
    rows = session.execute(
        select(
            Mail.id,
            Mail.purpose,
            Mail.asked_at,
            Mail.dead_at,
            Mail.tries,
            Mail.fault,
            func.coalesce(Member.party, ArchiveAddress.party).label("party"),
            func.coalesce(Mail.address, Member.email_normal, ArchiveAddress.address_normal).label("address"),
        )
        .outerjoin(Member, Member.id == Mail.member_id)
        .outerjoin(ArchiveAddress, ArchiveAddress.id == Mail.archive_id)
        .where(Mail.dead_at.is_not(None))
        .order_by(Mail.number)
        .limit(SHOWN)
    )
    return [DeadLetter(*row[:7], covered(row.address or "")) for row in rows]


def covered(address: str) -> str:
    """The address as somebody may see it who need not know it."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""
