"""Hands a mail to the configured server, or, where there is none, lays it into a folder."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP

from portal.settings import Settings

TIMEOUT_SECONDS = 10


class MailDelayed(Exception):
    """The server could not be reached or said to try later; nothing was taken."""


class MailRefused(Exception):
    """The server will not take this mail, however often it is offered."""


class Mailer:
    """Where mails go: the SMTP server of the settings, or the folder `mail` of the instance."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.instance / "mail"

    def send(self, message: EmailMessage, *, name: str) -> None:
        """The mail, to its one recipient, is with the server, or in the folder as `name`.eml.

        Raises MailDelayed when it may be tried again, MailRefused when trying again is of no use.
        """
        if self._settings.smtp_host is None:
            self._lay_down(message, name)
            return
        try:
            self._hand_over(message, self._settings.smtp_host)
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            raise _judged(min(codes, default=450)) from fault
        except smtplib.SMTPResponseException as fault:
            raise _judged(
                fault.smtp_code, of_login=isinstance(fault, smtplib.SMTPAuthenticationError)
            ) from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise MailDelayed(type(fault).__name__) from fault

    def _hand_over(self, message: EmailMessage, host: str) -> None:
        settings = self._settings
        with smtplib.SMTP(host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password or "")
            server.send_message(message)

    def _lay_down(self, message: EmailMessage, name: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{name}.eml"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=SMTP))


def _judged(code: int, *, of_login: bool = False) -> MailDelayed | MailRefused:
    """A reply of 5xx is final, but not when it concerns our own login, which somebody will put right."""
    return MailRefused(str(code)) if code >= 500 and not of_login else MailDelayed(str(code))
