"""What a package must say to have a kind of document: its words, its checks, and what follows from agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, ClassVar

from portal.agreement.life import Life
from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.models import Document, Revision
from portal.consent.rules import AgreementHasEnded, AgreementNotInForce
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import RuleBroken
from portal.web.language import say


class DocumentKind:
    """A kind of joint document. The mechanism asks; every answer has a default but the words themselves."""

    key: ClassVar[str]
    prefix: ClassVar[str]
    """Of the reference: `PUB` in PUB-0003."""
    clause: ClassVar[str]
    """The key of the agreement's term under which its consent is given."""
    noun: ClassVar[str]
    """What a page calls one of them (a message of the catalogues)."""
    home_label: ClassVar[str]
    """What the list that holds it is called, for the way back (a message of the catalogues)."""
    act: ClassVar[str]
    """What consenting to it means, in one sentence (a message of the catalogues)."""
    Words: ClassVar[type[Body]]
    place: ClassVar[str]
    """The endpoint prefix of its pages: `activities.proposal`."""
    home_page: ClassVar[str] = ""
    """The endpoint of the page of the activity that a document of this kind concerns, for the way back; empty:
    its documents concern none."""
    is_quiet: ClassVar[bool] = False
    """Whether its title stays out of the titles of pages, which browsers and their histories show."""
    quiet_title: ClassVar[str] = ""
    """Of a quiet kind: what stands in mails in place of the title (a message of the catalogues)."""
    refused_after_the_end: ClassVar[type[AgreementNotInForce]] = AgreementHasEnded
    """What is said of a document of this kind after the last day in force: which rule, and what to do (R5-5)."""
    needs_dates: ClassVar[bool] = True
    """Whether it can be tabled only once the agreement has a date, and consented to only while it is in force
    (decision 30; R5-5)."""

    def refused_by_the_end(self, edition: Edition, life: Life) -> RuleBroken | None:
        """The rule by which, on the day of `life`, no document of this kind is begun, tabled or consented to because the
        agreement has ended; None while nothing of the kind stands in the way (R5-5)."""
        if not self.needs_dates or life.end is None or life.end.last_day >= life.day:
            return None
        return self.refused_after_the_end(day=life.end.last_day)

    def title(self, body: Body) -> str:
        """What the document is called in lists."""
        return str(getattr(body, "title", ""))

    def title_in(self, body: Body, language: str) -> str:
        """The title in `language`, if the document has one in it; else the title."""
        return str(getattr(body, f"title_{language}", "") or self.title(body))

    def label_words(self, name: str, label: str, body: Body) -> str:
        """What the field `name` of a document that says `body` is called in the reader's language."""
        return say(label)

    def act_words(self, body: Body) -> str:
        """What consenting to a document that says `body` means, in the reader's language."""
        return say(self.act)

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """How the value `value` of the choice field `name` is shown in `language`."""
        return value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """How one row of the rows field `name` is shown in `language`."""
        return "　".join(part for part in row if part)

    def leaves_out(self, body: Any) -> Collection[str]:
        """The fields that do not apply to what `body` says: passed over on pages while they are empty."""
        return ()

    def check_draft(self, body: Body, edition: Edition) -> None:
        """Raises the RuleBroken for words that may not even be saved as a draft; it names the field."""

    def check(self, body: Body, edition: Edition) -> None:
        """Raises the RuleBroken for words that may not be tabled; it names the field."""

    def check_on(self, body: Body, today: dt.date) -> None:
        """Raises the RuleBroken for words that may not be tabled on the day `today` (Asia/Tokyo); told together
        with what `check` refuses."""

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """Raises the RuleBroken for which this document may not be consented to at this moment."""

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """Raises the RuleBroken for which what was agreed can no longer be held."""

    def must_be_declinable(self, work: Work, document: Document) -> None:
        """Raises the RuleBroken for which a party may not simply decline this document."""

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """Raises the RuleBroken for which what was agreed can no longer be replaced."""

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """What follows when a revision is put on the table; in the same transaction."""

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """What follows from agreement; in the same transaction."""

    def on_closed(self, work: Work, document: Document) -> None:
        """What follows when the document is declined or withdrawn; in the same transaction."""

    def activity_of_copy(self, source: Document, *, replaces: bool) -> str | None:
        """The activity of a document begun from `source`: the same, unless the kind says otherwise."""
        return source.activity_id

    def also_about(self, document: Document) -> tuple[Subject, ...]:
        """Further rows that an event on this document tells of."""
        return ()


def party_row_words(row: tuple[str, ...], edition: Edition, language: str) -> str:
    """「甲：…」 of a row of party key and text; nothing for an empty text."""
    if len(row) != 2 or not row[1].strip():
        return ""
    label = next((one.defined_as[language] for one in edition.parties if one.key == row[0]), row[0])
    return say("%(party)s：%(words)s", party=label, words=row[1])
