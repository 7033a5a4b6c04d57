"""Sends the mails of accounts: a link is made at the moment of sending, so that no table ever holds one."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from gettext import NullTranslations

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import SYSTEM
from portal.history.work import Work, Works
from portal.kernel.days import moment_in_words
from portal.kernel.ids import new_secret
from portal.kernel.mail import MailDelayed, Mailer, MailRefused
from portal.kernel.words import N_
from portal.parties.commands import LINK, WAS_MOVED, WAS_SET
from portal.parties.events import PasswordLinkSent
from portal.parties.models import AccountMail, Member
from portal.parties.queries import token_digest
from portal.parties.rules import LINK_LIFE, LINK_PAUSE
from portal.settings import Settings
from portal.web.language import LANGUAGES, read_catalogues

log = logging.getLogger("portal")

MOST_TRIES, FIRST_PAUSE = 8, dt.timedelta(minutes=1)

TEXTS = {
    LINK: (
        N_("協定ポータル：パスワードの設定"),
        N_(
            "協定ポータルのパスワードを設定するためのご案内です。\n\n"
            "次のリンクを開き、新しいパスワードを入力してください。\n\n%(link)s\n\n"
            "このリンクは一度だけ、%(until)sまで使えます。\n"
            "心当たりがないときは、このメールを破棄してください。パスワードは変わりません。"
        ),
    ),
    WAS_SET: (
        N_("協定ポータル：パスワードが変更されました"),
        N_(
            "%(when)sに、協定ポータルのあなたのパスワードが変更されました。\n"
            "ほかの画面でのサインインは、すべて終わりました。\n\n"
            "心当たりがないときは、すぐに自分の側の利用者管理者に連絡してください。"
        ),
    ),
    WAS_MOVED: (
        N_("協定ポータル：メールアドレスが変更されました"),
        N_(
            "%(when)sに、協定ポータルのあなたのメールアドレスが変更されました。\n"
            "このお知らせは、変更前と変更後の両方のアドレスに送っています。\n\n"
            "心当たりがないときは、すぐに自分の側の利用者管理者に連絡してください。"
        ),
    ),
}


@dataclass(frozen=True)
class _Ready:
    """One mail, claimed by this run and made, about to be handed over outside of any transaction."""

    id: str
    name: str
    message: EmailMessage


def deliver_account_mails(works: Works, settings: Settings, mailer: Mailer, *, limit: int = 20) -> int:
    """Up to `limit` mails that are due have been offered to the server, each to one recipient; how many it
    took.

    Each mail is claimed under the writer's lock before it is made, so that several processes send it once;
    what the server did not take is tried again later and later, eight times. A link's token stands nowhere
    but in the mail itself.
    """
    if not _something_is_due(works):
        return 0
    with works.begin(SYSTEM) as work:
        ready = [made for mail in _due(work, limit) if (made := _claim(work, mail, settings))]
    taken = 0
    for one in ready:
        try:
            mailer.send(one.message, name=one.name)
        except MailDelayed as fault:
            log.warning("mail delayed: %s", fault)
        except MailRefused as fault:
            log.warning("mail refused: %s", fault)
            _settle(works, one.id, sent=False)
        else:
            _settle(works, one.id, sent=True)
            taken += 1
    return taken


def _something_is_due(works: Works) -> bool:
    with Session(works.engines.reader) as session:
        query = select(AccountMail.id).where(
            AccountMail.sent_at.is_(None),
            AccountMail.dropped_at.is_(None),
            AccountMail.next_try_at <= works.clock.now(),
        )
        return session.scalar(query.limit(1)) is not None


def _due(work: Work, limit: int) -> list[AccountMail]:
    """The mails that are due, the latest request first: of several for one person, only that one is sent."""
    query = select(AccountMail).where(
        AccountMail.sent_at.is_(None),
        AccountMail.dropped_at.is_(None),
        AccountMail.next_try_at <= work.at,
    )
    return list(
        work.session.scalars(query.order_by(AccountMail.asked_at.desc(), AccountMail.id).limit(limit))
    )


def _claim(work: Work, mail: AccountMail, settings: Settings) -> _Ready | None:
    """The mail as it will be sent, next tried after a pause; None when it is given up."""
    member = work.session.get(Member, mail.member_id) if mail.member_id else None
    if (
        member is None
        or member.closed_at is not None
        or mail.tries >= MOST_TRIES
        or _is_overtaken(work, mail)
    ):
        mail.dropped_at = work.at
        return None
    mail.tries += 1
    mail.next_try_at = work.at + FIRST_PAUSE * 2**mail.tries
    token = None
    if mail.purpose == LINK:
        token = new_secret()
        mail.token_hash, mail.expires_at = token_digest(token), work.at + LINK_LIFE
    work.session.flush()
    message = compose(mail, member, settings, at=work.at, token=token)
    return _Ready(mail.id, f"{work.at:%Y%m%d-%H%M%S}-{mail.id}", message)


def _is_overtaken(work: Work, mail: AccountMail) -> bool:
    """Whether a link was asked for again since, or one went to this person just now."""
    if mail.purpose != LINK:
        return False
    later = select(AccountMail.id).where(
        AccountMail.member_id == mail.member_id,
        AccountMail.purpose == LINK,
        AccountMail.id != mail.id,
        AccountMail.dropped_at.is_(None),
        or_(
            AccountMail.asked_at > mail.asked_at,
            and_(AccountMail.asked_at == mail.asked_at, AccountMail.id > mail.id),
            AccountMail.sent_at > work.at - LINK_PAUSE,
        ),
    )
    return work.session.scalar(later.limit(1)) is not None


def _settle(works: Works, mail_id: str, *, sent: bool) -> None:
    with works.begin(SYSTEM) as work:
        mail = work.session.get_one(AccountMail, mail_id)
        if not sent:
            mail.dropped_at = work.at
            return
        mail.sent_at = work.at
        member = work.session.get_one(Member, mail.member_id)
        if mail.purpose == LINK:
            work.record(PasswordLinkSent(about=member.subject, private_to=member.party, who=member.name))


def compose(
    mail: AccountMail, member: Member, settings: Settings, *, at: dt.datetime, token: str | None
) -> EmailMessage:
    """The mail in the member's language, or in every language where none was chosen; the link begins with the
    portal's own address from the settings, never with anything a request said (row 57)."""
    subject, body = TEXTS[mail.purpose]
    languages = [member.language] if member.language in LANGUAGES else list(LANGUAGES)
    message = EmailMessage()
    message["From"] = settings.mail_sender
    message["To"] = mail.address or member.email_normal
    message["Subject"] = _words(languages[0]).gettext(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.id}.{mail.tries}@{settings.mail_sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    facts = [
        {
            "link": f"{settings.address}/set-password/{token}",
            "until": moment_in_words(at + LINK_LIFE, language),
            "when": moment_in_words(mail.asked_at, language),
        }
        for language in languages
    ]
    texts = [_words(language).gettext(body) % known for language, known in zip(languages, facts, strict=True)]
    message.set_content("\n\n----\n\n".join(texts) + f"\n\n{settings.address}\n", cte="base64")
    return message


@cache
def _words(language: str) -> NullTranslations:
    return read_catalogues(language)
