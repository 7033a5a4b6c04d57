"""Hands the queue of mails to the server, in its order, each at least once under one Message-ID, until it is empty."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.access.policy import Permission
from portal.history.work import Work, Works
from portal.kernel.clock import JAPAN, day_in_japan
from portal.kernel.db import reads_on
from portal.kernel.ids import new_id
from portal.kernel.mail import MailDelayed, Mailer, MailLost, MailRefused, ServerAway
from portal.mail.commands import drop
from portal.mail.hours import is_quiet
from portal.mail.models import Mail, MailLine, MailServer
from portal.mail.rules import (
    MOST_TRIES,
    WITH_LINK,
    MailChoice,
    Purpose,
    pause_after,
    server_pause_after,
)
from portal.parties.events import PasswordLinkSent
from portal.parties.models import ArchiveAddress, Member
from portal.parties.queries import Recipient, recipients, token_digest
from portal.parties.rules import ARCHIVE_LINK_LIFE, LINK_LIFE, LINK_PAUSE
from portal.tasks.letters import Letters
from portal.tasks.telling import closed_days, tell

log = logging.getLogger("portal")

HOLD = dt.timedelta(minutes=3)
"""How long a process that hands mails over may be silent before another takes its place: longer than the server may
take over one mail."""
LOST_IN_A_ROW = 3
"""After so many broken connections in a row it is not the mails: the whole queue rests."""


@dataclass(frozen=True)
class _Ready:
    """One mail, claimed and made, about to be handed over outside of any transaction."""

    id: str
    name: str
    message: EmailMessage


@dataclass(frozen=True)
class _Outcome:
    """What became of a mail that was handed over."""

    mail_id: str
    fault: str = ""
    is_final: bool = False
    is_lost: bool = False
    is_servers: bool = False
    """Whether it lay with the server, not with the mail."""


def deliver(works: Works, letters: Letters, mailer: Mailer, *, limit: int = 500) -> int:
    """Whoever is to be told of anything by now has a mail in the queue, and up to `limit` mails that are due have been
    offered to the server, each to one recipient; how many it took."""
    tell(works)
    return hand_over(works, letters, mailer, limit=limit)


def hand_over(works: Works, letters: Letters, mailer: Mailer, *, limit: int = 500) -> int:
    """Up to `limit` mails that are due have been offered to the server, in the order of the queue; how many it took.

    One process at a time hands over, and claims each mail under the writer's lock before it does; when it dies, the
    mail is offered again later, the same to the last byte. What the server does not take for its own reasons, or is not
    there to take, waits: the mail alone in the one case, in the other the whole queue, in its order (rows 105, 115).
    """
    if not _something_is_due(works):
        return 0
    holder, offered, taken, lost = new_id(), 0, 0, 0
    outcome: _Outcome | None = None
    with mailer:
        while True:
            may_go_on = offered < limit and not (outcome and outcome.is_servers)
            ready = _next(works, letters, holder, outcome, go_on=may_go_on)
            if ready is None:
                return taken
            outcome = _offered(mailer, ready, lost)
            offered, taken = offered + 1, taken + (not outcome.fault)
            lost = lost + 1 if outcome.is_lost else 0
            if outcome.fault:
                log.warning("mail not taken: %s", outcome.fault)


def _offered(mailer: Mailer, ready: _Ready, lost: int) -> _Outcome:
    try:
        mailer.send(ready.message, name=ready.name)
    except ServerAway as fault:
        return _Outcome(ready.id, str(fault), is_servers=True)
    except MailLost as fault:
        return _Outcome(ready.id, str(fault), is_lost=True, is_servers=lost + 1 >= LOST_IN_A_ROW)
    except MailDelayed as fault:
        return _Outcome(ready.id, str(fault))
    except MailRefused as fault:
        return _Outcome(ready.id, str(fault), is_final=True)
    return _Outcome(ready.id)


# --- What is due --------------------------------------------------------------------------------------------


def _something_is_due(works: Works) -> bool:
    now = works.clock.now()
    with Session(works.engines.reader) as session:
        reads_on(session, day_in_japan(now))
        server = session.get(MailServer, 1)
        if server is not None and not _is_free(server, "", now):
            return False
        return session.scalar(_due(session, now).with_only_columns(Mail.id).limit(1)) is not None


def _is_free(server: MailServer, holder: str, now: dt.datetime) -> bool:
    """Whether `holder` may hand mails over: nobody else does, and the server is not left in peace just now."""
    if server.held_by not in {None, holder} and server.held_until and server.held_until > now:
        return False
    return server.next_try_at is None or server.next_try_at <= now


def _due(session: Session, now: dt.datetime) -> Select[Mail]:
    query = select(Mail).where(Mail.next_try_at <= now).order_by(Mail.number)
    if is_quiet(now.astimezone(JAPAN), closed_days(session)):
        query = query.where(Mail.is_mandatory)
    return query


# --- One step: the outcome of the mail before, and the next -------------------------------------------------------


def _next(
    works: Works, letters: Letters, holder: str, outcome: _Outcome | None, *, go_on: bool
) -> _Ready | None:
    """What became of the mail before is written down, and the next is claimed and made; None when there is none, or it
    is somebody else's turn. Who got None holds the server no more."""
    with works.begin(SYSTEM) as work:
        server = work.session.get(MailServer, 1) or work.add(MailServer(id=1, tries=0, fault=""))
        is_ours = _is_free(server, holder, work.at)
        if outcome is not None:
            _write_down(work, server, outcome)
        ready = None
        if go_on and is_ours and _is_free(server, holder, work.at):
            people = recipients(work.session, work.at)
            while ready is None and (
                mail := work.session.scalars(_due(work.session, work.at).limit(1)).first()
            ):
                ready = _claim(work, mail, letters, people)
                work.session.flush()  # what was dropped is not found again
        if is_ours:
            server.held_by, server.held_until = (holder, work.at + HOLD) if ready else (None, None)
        return ready


def _write_down(work: Work, server: MailServer, outcome: _Outcome) -> None:
    mail = work.session.get_one(Mail, outcome.mail_id)
    mail.fault = outcome.fault[:100]
    if outcome.is_servers:
        server.down_since = server.down_since or work.at
        server.tries += 1
        server.next_try_at = work.at + server_pause_after(server.tries)
        server.fault = outcome.fault[:100]
        if mail.next_try_at is not None:  # it keeps its place, and no try of it counts
            mail.tries, mail.next_try_at = max(0, mail.tries - 1), work.at
        return
    server.down_since, server.tries, server.next_try_at, server.fault = None, 0, None, ""
    if not outcome.fault:
        mail.sent_at, mail.next_try_at = work.at, None
        if mail.purpose == Purpose.LINK:
            member = work.session.get_one(Member, mail.member_id)
            work.record(PasswordLinkSent(about=member.subject, private_to=member.party, who=member.name))
    elif mail.next_try_at is not None and (outcome.is_final or mail.tries >= MOST_TRIES):
        mail.dead_at, mail.next_try_at = work.at, None


def _claim(work: Work, mail: Mail, letters: Letters, people: dict[str, Recipient]) -> _Ready | None:
    """The mail as it will be sent, next tried after a pause; None when nobody is to have it any more."""
    token = _link_token(mail, letters.settings.secret_key) if Purpose(mail.purpose) in WITH_LINK else None
    message = _made(work, mail, letters, people, token)
    if message is None:
        drop(work, mail)
        return None
    if token is not None:
        life = LINK_LIFE if mail.purpose == Purpose.LINK else ARCHIVE_LINK_LIFE
        mail.token_hash, mail.expires_at = token_digest(token), work.at + life
    mail.tries += 1
    mail.next_try_at = work.at + pause_after(mail.tries)
    return _Ready(mail.id, f"{mail.asked_at:%Y%m%d-%H%M%S}-{mail.id}", message)


def _link_token(mail: Mail, key: str) -> str:
    """The secret in the link of this mail: the same at every try, though no table ever holds it."""
    assert mail.seed is not None
    return hmac.new(key.encode(), f"mail link {mail.seed}".encode(), hashlib.sha256).hexdigest()


def _made(
    work: Work, mail: Mail, letters: Letters, people: dict[str, Recipient], token: str | None
) -> EmailMessage | None:
    match Purpose(mail.purpose):
        case Purpose.RECEIPT | Purpose.CONFIRM_ARCHIVE:
            return _to_archive(work, mail, letters, token)
        case Purpose.MESSAGES | Purpose.DIGEST:
            return _to_reader(work, mail, letters, people)
        case Purpose.LINK if _is_overtaken(work, mail):
            return None
    member = work.session.get(Member, mail.member_id) if mail.member_id else None
    if member is None or member.closed_at is not None:
        return None
    address = mail.address or member.email_normal
    return letters.account(mail, address, member.language, at=work.at, token=token)


def _to_archive(work: Work, mail: Mail, letters: Letters, token: str | None) -> EmailMessage | None:
    archive = work.session.get(ArchiveAddress, mail.archive_id)
    if archive is None or archive.ended_at is not None:
        return None
    if mail.purpose == Purpose.RECEIPT:
        return letters.receipt(work.session, mail, archive.address_normal)
    if archive.confirmed_at is not None:
        return None
    assert token is not None
    return letters.confirm(work.session, mail, archive.address_normal, archive.party, at=work.at, token=token)


def _to_reader(work: Work, mail: Mail, letters: Letters, people: dict[str, Recipient]) -> EmailMessage | None:
    """To somebody who may still read what it tells, and still wants to be told (rows 28, 61)."""
    person = people.get(mail.member_id or "")
    if person is None or not person.actor.may(Permission.READ):
        return None
    if not mail.is_mandatory and person.choice == MailChoice.MANDATORY:
        return None
    ids = work.session.scalars(
        select(MailLine.message_id)
        .where(MailLine.mail_id == mail.id)
        .order_by(MailLine.at, MailLine.message_id)
    ).all()
    if not ids:
        return None
    return letters.messages(work.session, mail, person.address, person.actor.language, ids)


def _is_overtaken(work: Work, mail: Mail) -> bool:
    """Whether a link was asked for again since, or one went to this person just now."""
    later = select(Mail.id).where(
        Mail.member_id == mail.member_id,
        Mail.purpose == Purpose.LINK.value,
        Mail.id != mail.id,
        Mail.dropped_at.is_(None),
        or_(Mail.number > mail.number, Mail.sent_at > work.at - LINK_PAUSE),
    )
    return work.session.scalar(later.limit(1)) is not None
