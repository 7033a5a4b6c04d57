"""How the queue of mails stands, for the operator alone: numbers, kinds and moments, no words and no whole address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.kernel.db import rows
from portal.mail.models import Mail, MailServer

DOWN_SHOWN = dt.timedelta(minutes=10)
"""How long the mail server may be away before the operator's pages say so."""


class Trouble(NamedTuple):
    """What the operator is to know at once."""

    down_since: dt.datetime | None
    dead: int

    @property
    def is_any(self) -> bool:
        """Whether there is any."""
        return self.down_since is not None or self.dead > 0


@dataclass(frozen=True)
class QueueNow:
    """The queue as it stands."""

    waiting: int
    oldest_at: dt.datetime | None
    """Since when the one that waits longest has waited."""
    resting: int
    """How many of them the server did not take yet."""
    dead: int
    """How many could not be delivered."""
    down_since: dt.datetime | None
    fault: str
    next_try_at: dt.datetime | None


_TROUBLE = select(
    select(MailServer.down_since).limit(1).scalar_subquery().label("down_since"),
    select(func.count()).select_from(Mail).where(Mail.dead_at.is_not(None)).scalar_subquery().label("dead"),
)


def trouble(session: Session, at: dt.datetime) -> Trouble:
    """Whether mails cannot go: since when no server could be reached, if it is ten minutes, and how many dead letters
    there are; one statement."""
    row = rows(session, _TROUBLE).one()
    down = row.down_since if row.down_since and at - row.down_since >= DOWN_SHOWN else None
    return Trouble(down, row.dead)


def queue(session: Session, reader: Actor) -> QueueNow:
    """The queue, for who operates the portal."""
    reader.must(Permission.OPERATE)
    waits = Mail.next_try_at.is_not(None)
    waiting, oldest = session.execute(select(func.count(), func.min(Mail.asked_at)).where(waits)).one()
    resting = session.scalar(select(func.count()).where(waits, Mail.tries > 0)) or 0
    server = session.get(MailServer, 1)
    return QueueNow(
        waiting=waiting,
        oldest_at=oldest,
        resting=resting,
        dead=session.scalar(select(func.count()).where(Mail.dead_at.is_not(None))) or 0,
        down_since=server.down_since if server else None,
        fault=server.fault if server else "",
        next_try_at=server.next_try_at if server else None,
    )
