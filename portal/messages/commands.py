"""Mark messages as read, for oneself alone. No entry tells of it: what a person has read is nobody else's matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from portal.access.policy import Permission
from portal.history import queries
from portal.history.models import InboxMark, MessageRead
from portal.history.work import Work
from portal.kernel.errors import NotFound


def mark_read(work: Work, message_ids: Collection[str]) -> int:
    """The actor has read these messages; how many were unread. Raises NotFound, and marks nothing, when one is not the
    actor's to read (row 1)."""
    work.must(Permission.READ)
    member_id = _me(work)
    marked = 0
    for id in dict.fromkeys(message_ids):
        message = queries.message(work.session, work.actor, id)
        if message is None:
            raise NotFound()
        if work.session.get(MessageRead, (member_id, id)) is None:
            work.add(MessageRead(member_id=member_id, message_id=id, at=work.at))
            marked += 1
    return marked


def read_until(work: Work, until: dt.datetime) -> None:
    """The actor has read everything told up to the moment `until`; what was told since stays unread."""
    work.must(Permission.READ)
    member_id = _me(work)
    mark = work.session.get(InboxMark, member_id)
    until = min(until, work.at)
    if mark is None:
        work.add(InboxMark(member_id=member_id, read_until=until))
    else:
        mark.read_until = max(mark.read_until, until)


def _me(work: Work) -> str:
    if work.actor.member_id is None:
        raise NotFound()
    return work.actor.member_id
