"""Put a mail into the queue, take it out, and what the operator does with one that could not be delivered."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.access.policy import Permission
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import NotFound
from portal.kernel.ids import new_id, new_secret
from portal.mail import events
from portal.mail.models import Mail
from portal.mail.rules import WITH_LINK, NothingToRetry, Purpose


def enqueue(
    work: Work,
    purpose: Purpose,
    *,
    member_id: str | None = None,
    archive_id: str | None = None,
    address: str | None = None,
    entry: int | None = None,
    head: int | None = None,
    is_mandatory: bool = True,
) -> Mail:
    """A mail stands at the end of the queue, and goes when this Work has been committed."""
    work.session.flush()  # the number after the last one, those of this very Work among them
    last = work.session.scalar(select(func.max(Mail.number))) or 0
    return work.add(
        Mail(
            id=new_id(),
            number=last + 1,
            purpose=purpose.value,
            is_mandatory=is_mandatory,
            member_id=member_id,
            archive_id=archive_id,
            address=address,
            entry=entry,
            head=head,
            asked_at=work.at,
            seed=new_secret() if purpose in WITH_LINK else None,
            tries=0,
            next_try_at=work.at,
            fault="",
        )
    )


def drop(work: Work, mail: Mail) -> None:
    """Nobody is to have the mail any more; a link in it is dead."""
    mail.dropped_at, mail.next_try_at = work.at, None


def retry(work: Work, mail_id: str) -> Mail:
    """A mail that could not be delivered is on its way again, from its first try. Raises NothingToRetry."""
    work.must(Permission.OPERATE)
    mail = _dead(work, mail_id)
    _set_out_again(work, mail)
    return mail


def retry_all(work: Work) -> int:
    """Every mail that could not be delivered is on its way again; how many there were."""
    work.must(Permission.OPERATE)
    dead = work.session.scalars(select(Mail).where(Mail.dead_at.is_not(None)).order_by(Mail.number)).all()
    for mail in dead:
        _set_out_again(work, mail)
    return len(dead)


def give_up(work: Work, mail_id: str) -> Mail:
    """A mail that could not be delivered will not be sent. Raises NothingToRetry."""
    work.must(Permission.OPERATE)
    mail = _dead(work, mail_id)
    mail.dead_at = None
    drop(work, mail)
    work.record(events.MailGivenUp(about=Subject("mail", mail.id), purpose=mail.purpose))
    return mail


def _dead(work: Work, mail_id: str) -> Mail:
    mail = work.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound()
    if mail.dead_at is None:
        raise NothingToRetry()
    return mail


def _set_out_again(work: Work, mail: Mail) -> None:
    mail.dead_at, mail.tries, mail.next_try_at = None, 0, work.at
    work.record(events.MailRetried(about=Subject("mail", mail.id), purpose=mail.purpose))
