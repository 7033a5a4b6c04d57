"""Mails of a tested portal, on their way to a post office in a process of its own."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from portal.kernel.mail import Mailer, MailRefused
from portal.mail.models import Mail
from portal.settings import Settings
from portal.tasks.letters import Letters
from portal.tasks.mail import deliver as deliver_queue
from portal.tasks.mail import hand_over
from tests.post_office import Office


class Refused(Mailer):
    """A server that takes nothing, for good."""

    def send(self, message: EmailMessage, *, name: str) -> None:
        """Never."""
        raise MailRefused("550")


IMPATIENT = 1
"""Seconds that a test waits for a server that stalls."""


def sending(house: Any, office: Office, **given: Any) -> Settings:
    """The house's settings, with the post office as its mail server."""
    known = {
        "address": "https://portal.example.jp",
        "smtp_host": "127.0.0.1",
        "smtp_port": office.port,
        "mail_sender": "portal@example.jp",
    }
    made: Settings = dataclasses.replace(house.app.settings, **(known | given))
    return made


def deliver(house: Any, office: Office, **given: Any) -> int:
    """Everything that is due has been offered to the post office; how many mails it took."""
    settings = sending(house, office, **given)
    return deliver_queue(house.works, Letters.of(house.app, settings), Mailer(settings, timeout=IMPATIENT))


def mails(house: Any) -> list[Mail]:
    """Every mail of the queue, in its order."""
    with house.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.number)))


def in_folder(house: Any) -> list[EmailMessage]:
    """Every mail that was laid into the folder, where there is no server, in the order of asking."""
    folder = house.app.settings.instance / "mail"
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


def link_for(house: Any, address: str, page: str) -> str:
    """The token of the last link to `page` that was mailed to `address`."""
    texts = [message.get_content() for message in in_folder(house) if message["To"] == address]
    found: list[str] = [token for text in texts for token in re.findall(rf"/{page}/([\w-]+)", text)]
    return found[-1]


def dead_letter(house: Any, ask: Any) -> str:
    """What `ask` puts into the queue is refused for good: the identifier of the dead letter."""
    ask()
    hand_over(house.works, Letters.of(house.app), Refused(house.app.settings))
    return next(mail.id for mail in reversed(mails(house)) if mail.dead_at is not None)
