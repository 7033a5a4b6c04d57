"""Hands mails to the configured server, one after the other, or, where there is none, lays them into a folder."""

from __future__ import annotations

import os
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from portal.settings import Settings

TIMEOUT_SECONDS = 10
_TOO_LARGE = 552
_GOING_AWAY = 421


class ServerAway(Exception):
    """No mail can be handed over just now, whichever it is: the server is not there, does not speak TLS, or does not know
    us. Nothing was offered. Its text is a number or a name, never words."""


class MailDelayed(Exception):
    """The server did not take this mail, or did not say so; it may be offered again."""


class MailLost(MailDelayed):
    """The connection broke, or nothing more was heard, in the middle of this mail: nobody knows whether it was taken."""


class MailRefused(Exception):
    """The server will not take this mail, however often it is offered."""


class Mailer:
    """Where mails go: the SMTP server of the settings, or the folder `mail` of the instance.

    In a `with` block one connection serves for all; where the server ends it, the next mail opens another.
    """

    def __init__(self, settings: Settings, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._settings = settings
        self._timeout = timeout
        self.folder = settings.instance / "mail"
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Nothing is connected yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The connection, if there is one, is ended."""
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._hang_up()

    def send(self, message: EmailMessage, *, name: str) -> None:
        """The mail, to its one recipient, is with the server, or in the folder as `name`.eml.

        Raises ServerAway, MailDelayed when it may be tried again, MailRefused when trying again is of no use.
        """
        if self._settings.smtp_host is None:
            try:
                self._lay_down(message, name)
            except OSError as fault:
                raise ServerAway(type(fault).__name__) from fault
            return
        server = self._connected(self._settings.smtp_host)
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            raise self._judged(min(codes, default=450)) from fault
        except smtplib.SMTPSenderRefused as fault:
            if fault.smtp_code == _TOO_LARGE:
                raise MailRefused(str(fault.smtp_code)) from fault
            self._hang_up()
            raise ServerAway(f"sender {fault.smtp_code}") from fault
        except smtplib.SMTPResponseException as fault:
            raise self._judged(fault.smtp_code) from fault
        except (OSError, smtplib.SMTPException) as fault:  # in the middle: whether it was taken, nobody knows
            self._hang_up()
            raise MailLost(type(fault).__name__) from fault
        except ValueError as fault:  # a header that no header can be (row 73)
            raise MailRefused(type(fault).__name__) from fault

    def _connected(self, host: str) -> smtplib.SMTP:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._server.noop()[0] == 250:
                    return self._server
            self._hang_up()
        try:
            self._server = self._connect(host)
        except smtplib.SMTPResponseException as fault:
            raise ServerAway(str(fault.smtp_code)) from fault
        except (OSError, smtplib.SMTPException, ssl.SSLError) as fault:
            raise ServerAway(type(fault).__name__) from fault
        return self._server

    def _connect(self, host: str) -> smtplib.SMTP:
        settings = self._settings
        ours = urlsplit(settings.address).hostname or "localhost"
        server = smtplib.SMTP(host, settings.smtp_port, local_hostname=ours, timeout=self._timeout)
        try:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password or "")
            else:
                server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _judged(self, code: int) -> Exception:
        """A reply of 5xx is final for the mail, one of 4xx is not; 421 says that the server itself is going."""
        if code == _GOING_AWAY:
            self._hang_up()
            return ServerAway(str(code))
        return MailRefused(str(code)) if code >= 500 else MailDelayed(str(code))

    def _lay_down(self, message: EmailMessage, name: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{name}.eml"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes(policy=SMTP))
