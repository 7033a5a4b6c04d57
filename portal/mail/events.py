"""What is told of mails: that somebody set one on its way again by hand, or gave it up."""

from __future__ import annotations

from portal.history.event import Event
from portal.kernel.words import N_
from portal.mail.rules import PURPOSE_NAMES


class OfMail(Event):
    """An event on one mail: what it was for, never to whom."""

    value_words = {"purpose": PURPOSE_NAMES}
    purpose: str


class MailRetried(OfMail):
    """The operator set a mail on its way again that could not be delivered."""

    verb = "mail.retried"
    trail = N_("届けられなかったメール（%(purpose_name)s）を、もう一度送ることにしました。")


class MailGivenUp(OfMail):
    """The operator gave a mail up that could not be delivered."""

    verb = "mail.given_up"
    trail = N_("届けられなかったメール（%(purpose_name)s）を、送らないことにしました。")
