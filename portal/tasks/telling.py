"""Who is to be told by mail: each outbox row becomes lines for people, and these become mails, once and in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.agreement import queries as agreement
from portal.history.event import EVENTS, JOINT
from portal.history.models import Entry, Message, ToFile
from portal.history.queries import chains_of
from portal.history.work import Work, Works
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import reads_on
from portal.kernel.errors import NotFound
from portal.mail.commands import enqueue
from portal.mail.hours import is_quiet, last_digest
from portal.mail.models import MailLine
from portal.mail.rules import MailChoice, Purpose
from portal.parties import archive
from portal.parties.queries import Recipient, recipients

_AT_A_TIME = 200


def tell(works: Works) -> int:
    """Everything in the outbox has its lines and its receipts, and every line whose time has come stands in a mail of the
    queue; how many mails were made.

    An outbox row is settled in the transaction that makes its lines, a line in the one that makes its mail; so each
    message is told to each person once, whichever processes look and whenever they die (I16; rows 104, 105).
    """
    made = 0
    while True:
        now = works.clock.now()
        with Session(works.engines.reader) as session:
            reads_on(session, day_in_japan(now))
            if not _something_is_to_do(session, now):
                return made
        with works.begin(SYSTEM) as work:
            _settle_messages(work)
            made += _file(work) + _make_mails(work)


def closed_days(session: Session) -> Collection[dt.date]:
    """The days on which no work is done under the agreement, beside weekends and holidays; none before founding."""
    try:
        return agreement.edition(session).closed_days
    except NotFound:
        return ()


def _something_is_to_do(session: Session, now: dt.datetime) -> bool:
    outbox = session.scalar(
        select(
            or_(
                select(Message.id).where(Message.delivered_at.is_(None)).exists(),
                select(ToFile.number).where(ToFile.delivered_at.is_(None)).exists(),
            )
        )
    )
    if outbox:
        return True
    waiting = session.execute(
        select(MailLine.member_id, MailLine.is_mandatory, func.min(MailLine.at))
        .where(MailLine.mail_id.is_(None))
        .group_by(MailLine.member_id, MailLine.is_mandatory)
    ).all()
    if not waiting:
        return False
    people, hours = recipients(session, now), _Hours(now, closed_days(session))
    return any(
        is_mandatory or hours.are_right(people.get(member_id), oldest)
        for member_id, is_mandatory, oldest in waiting
    )


class _Hours:
    """What the clock says of the lines that are not mandatory."""

    def __init__(self, now: dt.datetime, closed: Collection[dt.date]) -> None:
        local = now.astimezone(JAPAN)
        self.is_quiet = is_quiet(local, closed)
        self.cut = last_digest(local, closed)

    def are_right(self, person: Recipient | None, oldest: dt.datetime) -> bool:
        """Whether something is to be done with a person's lines, of which the oldest is of the moment `oldest`."""
        if person is None or person.choice == MailChoice.MANDATORY:
            return True  # they are not to be told
        if person.choice == MailChoice.AT_ONCE:
            return not self.is_quiet
        return oldest < self.cut


# --- From the outbox to lines -------------------------------------------------------------------------------


def _settle_messages(work: Work) -> None:
    """The next rows of the outbox have a line for everybody of their party who is to be told by mail."""
    rows = work.session.execute(
        select(Message, Entry.verb, Entry.actor_id)
        .join(Entry, (Entry.chain == Message.chain) & (Entry.number == Message.number))
        .where(Message.delivered_at.is_(None))
        .order_by(Message.at, Message.number, Message.party)
        .limit(_AT_A_TIME)
    ).all()
    people = recipients(work.session, work.at) if rows else {}
    for message, verb, actor_id in rows:
        message.delivered_at = work.at
        event = EVENTS.get(verb)
        is_mandatory = event is not None and event.is_mandatory
        for member_id, person in people.items():
            if member_id == actor_id or not _may_know(person, message):
                continue
            if is_mandatory or person.choice != MailChoice.MANDATORY:
                work.add(
                    MailLine(
                        member_id=member_id,
                        message_id=message.id,
                        is_mandatory=is_mandatory,
                        at=message.at,
                    )
                )
    work.session.flush()


def _may_know(person: Recipient, message: Message) -> bool:
    """Whether the person reads the message in the portal too: of the party told, and of a chain of theirs."""
    who = person.actor
    return who.party == message.party and who.may(Permission.READ) and message.chain in chains_of(who)


def _file(work: Work) -> int:
    """The next entries to be filed have a receipt in the queue for each address of every party's archive."""
    due = work.session.scalars(
        select(ToFile).where(ToFile.delivered_at.is_(None)).order_by(ToFile.number).limit(_AT_A_TIME)
    ).all()
    addresses = archive.confirmed(work.session) if due else ()
    head = work.last_number(JOINT)
    for entry in due:
        entry.delivered_at = work.at
        for one in addresses:
            enqueue(work, Purpose.RECEIPT, archive_id=one.id, entry=entry.number, head=head)
    return len(due) * len(addresses)


# --- From lines to mails ------------------------------------------------------------------------------------


def _make_mails(work: Work) -> int:
    """Every waiting line whose time has come stands in a mail, one for each person; those that nobody is to be told
    any more are gone."""
    lines = work.session.scalars(
        select(MailLine)
        .where(MailLine.mail_id.is_(None))
        .order_by(MailLine.at, MailLine.message_id, MailLine.member_id)
    ).all()
    if not lines:
        return 0
    people, hours = recipients(work.session, work.at), _Hours(work.at, closed_days(work.session))
    by_person: dict[str, list[MailLine]] = {}
    for line in lines:
        by_person.setdefault(line.member_id, []).append(line)
    return sum(
        _write_to(work, people.get(member_id), member_id, waiting, hours)
        for member_id, waiting in by_person.items()
    )


def _write_to(
    work: Work, person: Recipient | None, member_id: str, lines: Sequence[MailLine], hours: _Hours
) -> int:
    if person is None or not person.actor.may(Permission.READ):
        return _forget(work, lines)
    urgent = [line for line in lines if line.is_mandatory]
    others = [line for line in lines if not line.is_mandatory]
    made = 0
    if others and hours.are_right(person, others[0].at):
        if person.choice == MailChoice.MANDATORY:
            _forget(work, others)
        elif person.choice == MailChoice.AT_ONCE:
            urgent, others = list(lines), []
        else:
            made += _write(work, Purpose.DIGEST, member_id, others)
    if urgent:
        made += _write(work, Purpose.MESSAGES, member_id, urgent)
    return made


def _write(work: Work, purpose: Purpose, member_id: str, lines: Sequence[MailLine]) -> int:
    is_mandatory = any(line.is_mandatory for line in lines)
    mail = enqueue(work, purpose, member_id=member_id, head=work.last_number(JOINT), is_mandatory=is_mandatory)
    work.session.flush()  # the lines point at it
    for line in lines:
        line.mail_id = mail.id
    return 1


def _forget(work: Work, lines: Iterable[MailLine]) -> int:
    for line in lines:
        work.session.delete(line)
    return 0
