"""The queue of mails, what of the messages each person is told by them, and how the mail server stands."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model


class Mail(Model):
    """One mail to one recipient. Its words are made when it is sent, the same at every try, under one Message-ID, which
    is made of its identifier; no table holds them, nor a link that it carries.

    With neither member nor archive nothing is ever sent: the row stands so that a request for an unknown address is
    the same work (row 50)."""

    __tablename__ = "mails"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    """Its place in the queue, which drains in this order (row 115)."""
    purpose: Mapped[str]
    is_mandatory: Mapped[bool]
    """Whether it goes at night and on closed days too."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"), index=True)
    archive_id: Mapped[str | None] = mapped_column(ForeignKey("archive_addresses.id"), index=True)
    address: Mapped[str | None]
    """Where to, when it is not the member's present address: the one that was theirs before (row 59)."""
    entry: Mapped[int | None]
    """The entry of the joint chain of which it is a receipt."""
    head: Mapped[int | None]
    """The last entry of the joint chain when it was made: the head at its foot."""
    asked_at: Mapped[dt.datetime]
    seed: Mapped[str | None]
    """What its link is made from, together with the portal's own key: neither alone gives the link."""
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    dropped_at: Mapped[dt.datetime | None]
    """When it was given up, and its link with it, because nobody is to have it any more: no such member, closed,
    overtaken, chosen otherwise, or the operator's word."""
    dead_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    """When it could not be delivered for good: a dead letter, until the operator sends it on its way again."""
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    """None: there is nothing to try any more."""
    fault: Mapped[str] = mapped_column(server_default="")
    """What the server said last, as a number or a name, never as words."""

    __table_args__ = (
        CheckConstraint(
            "next_try_at IS NULL OR (sent_at IS NULL AND dropped_at IS NULL AND dead_at IS NULL)",
            name="what_is_settled_is_not_tried",
        ),
    )


class MailLine(Model):
    """One message that one person is to be told of by mail, once; without a mail, it waits for the next."""

    __tablename__ = "mail_lines"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    is_mandatory: Mapped[bool] = mapped_column(server_default=false())
    at: Mapped[dt.datetime]
    """When the act was done."""
    mail_id: Mapped[str | None] = mapped_column(ForeignKey("mails.id"))

    __table_args__ = (Index(None, "mail_id", "at"),)


class MailServer(Model):
    """How the mail server stands, and which process is handing mails to it; one row."""

    __tablename__ = "mail_server"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held_by: Mapped[str | None]
    held_until: Mapped[dt.datetime | None]
    """Only who holds it hands mails over, so that they go in their order; it lapses when its holder dies."""
    down_since: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[dt.datetime | None]
    fault: Mapped[str] = mapped_column(server_default="")
