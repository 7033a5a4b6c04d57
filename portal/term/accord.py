"""What the parties settle together about the term: an expiry day, an end, a notice taken back, a renewal (art. 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.life import Cause
from portal.agreement.models import AgreementEnd
from portal.agreement.text import Edition
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Revision
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import ask_all
from portal.kernel.typed import normal_search
from portal.kernel.words import N_
from portal.term import commands, reckoning, rules
from portal.term.models import Notice
from portal.term.rules import What
from portal.web.language import say


@dataclass(frozen=True)
class AccordBody(Body):
    """What the parties agree on about the term; days in Asia/Tokyo."""

    title: str = says(N_("件名"))
    what: str = says(N_("何についての合意か"), Form.CHOICE)
    term: str = says(N_("期"), Form.CHOICE)
    expiry: str = says(N_("満了日"), Form.DAY)
    last_day: str = says(N_("協定が有効な最後の日"), Form.DAY)
    measures: str = says(N_("終了後の措置（返却・処分）の定めを適用するか"), Form.CHOICE)
    notice: str = says(N_("通知の番号"))
    reason: str = says(N_("理由・経緯"), Form.TEXT)

    def said(self) -> rules.Terms:
        """The same as `rules.must_be_an_accord` asks for it."""
        return rules.Terms(
            what=self.what,
            term=self.term,
            expiry=rules.day_of(self.expiry),
            last_day=rules.day_of(self.last_day),
            measures=self.measures,
            notice=self.notice,
        )


FIELDS_OF: dict[str, Collection[str]] = {
    What.EXPIRY: ("term", "expiry"),
    What.END: ("last_day", "measures"),
    What.DOUBTFUL_END: ("notice", "last_day"),
    What.WITHDRAWAL: ("notice",),
    What.REVOCATION: (),
    What.RENEWAL: (),
}
"""The fields that each matter needs, beside title and reason."""


class TermAccord(DocumentKind):
    """A joint document about the term; what follows from it is a fact of the agreement's life (R4-8)."""

    key: ClassVar[str] = "term_accord"
    prefix: ClassVar[str] = "TRM"
    clause: ClassVar[str] = "term"
    noun: ClassVar[str] = N_("期間についての合意")
    home_label: ClassVar[str] = N_("期間")
    act: ClassVar[str] = N_(
        "この期間についての合意に、自分の側として同意します。下の「合意すると起きること」を確かめてください。"
    )
    Words: ClassVar[type[Body]] = AccordBody
    place: ClassVar[str] = "term.accord"

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The matter, the term, and whether the measures apply, in words."""
        if name == "term":
            return say("第%(number)s期", number=value) if value else ""
        word = {"what": rules.WHAT_NAMES, "measures": rules.MEASURE_NAMES}.get(name, {}).get(value)
        return say(word) if word else value

    def leaves_out(self, body: Body) -> Collection[str]:
        """The fields of the other matters."""
        assert isinstance(body, AccordBody)
        own = FIELDS_OF.get(body.what, ())
        return [name for fields in FIELDS_OF.values() for name in fields if name not in own]

    def check_draft(self, body: Body, edition: Edition) -> None:
        """What stands in the fields names days."""
        assert isinstance(body, AccordBody)
        rules.must_be_days(expiry=body.expiry, last_day=body.last_day)

    def check(self, body: Body, edition: Edition) -> None:
        """It says what it is about, and what that needs."""
        assert isinstance(body, AccordBody)
        ask_all(lambda: self.check_draft(body, edition), lambda: rules.must_be_an_accord(body.said()))

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """Refused where it could not follow, as things stand."""
        assert isinstance(body, AccordBody)
        _must_fit(work, body)

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """Refused where it could not follow any more."""
        assert isinstance(body, AccordBody)
        _must_fit(work, body)

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """What followed has followed."""
        raise rules.InEffectAlready()

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """What followed has followed."""
        raise rules.InEffectAlready()

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """What follows from it, in the same transaction."""
        assert isinstance(body, AccordBody)
        said, about = body.said(), Subject("document", document.id)
        match said.what:
            case What.EXPIRY:
                number = rules.number_of(said.term)
                assert said.expiry is not None and number is not None  # it was checked
                agreement_commands.confirm_expiry(
                    work, document_id=document.id, number=number, expiry=said.expiry
                )
                work.session.flush()  # the notices are reckoned by it
                for later in range(number, number + 2):  # the term after it follows upon it
                    commands.reckon_term(work, later)
            case What.END:
                assert said.last_day is not None
                agreement_commands.announce_end(
                    work,
                    cause=Cause.MUTUAL,
                    last_day=said.last_day,
                    measures_apply=said.measures == "apply",
                    source=about,
                )
            case What.DOUBTFUL_END:
                assert said.last_day is not None
                commands.confirm_end_of(
                    work, _notice(work, said.notice).id, document=document, last_day=said.last_day
                )
            case What.WITHDRAWAL:
                commands.withdraw_notice(work, _notice(work, said.notice).id, document=document)
            case What.REVOCATION:
                agreement_commands.revoke_end(work, _agreed_end(work).subject)
            case What.RENEWAL:
                agreement_commands.renew(work, document_id=document.id)


def _must_fit(work: Work, body: AccordBody) -> None:
    """What the accord says can follow, as things stand now."""
    said = body.said()
    edition = agreement.edition(work.session)
    dates = agreement.dates_now(work.session, edition)
    announced = dates.end.last_day if dates.end else None
    match said.what:
        case What.EXPIRY:
            assert said.expiry is not None  # it was checked
            rules.must_be_a_reading(said.expiry, reckoning.confirmable(edition, dates, int(said.term)))
        case What.END:
            assert said.last_day is not None
            rules.must_end_before(said.last_day, work.today, announced)
        case What.DOUBTFUL_END:
            notice = _notice(work, said.notice)
            rules.must_be_in_doubt(
                notice.standing,
                is_withdrawn=notice.withdrawn_at is not None,
                is_announced=_is_announced(work, notice.subject),
                is_confirmed=notice.confirmed_by is not None,
            )
        case What.WITHDRAWAL:
            notice = _notice(work, said.notice)
            if notice.withdrawn_at is not None:
                raise rules.NoticeWithdrawn("notice")
            for source in (notice.subject, Subject("document", notice.confirmed_by or "")):
                if _is_announced(work, source):
                    rules.must_not_have_come(_end_of(work, source), work.today)
        case What.REVOCATION:
            rules.must_not_have_come(_agreed_end(work).last_day, work.today)
        case What.RENEWAL:
            rules.must_be_renewable(
                renews_by_itself=edition.renewal.automatic and not dates.end_on_fixed, announced=announced
            )


def _notice(work: Work, reference: str) -> Notice:
    found = work.session.scalars(
        select(Notice).where(Notice.reference == normal_search(reference).strip().upper())
    ).first()
    if found is None:
        raise rules.NoNotice("notice")
    return found


def _ends(source: Subject) -> Any:
    return select(AgreementEnd).where(
        AgreementEnd.source_kind == source.kind,
        AgreementEnd.source_id == source.id,
        AgreementEnd.revoked_at.is_(None),
    )


def _is_announced(work: Work, source: Subject) -> bool:
    return work.session.scalars(_ends(source)).first() is not None


def _end_of(work: Work, source: Subject) -> dt.date:
    found: AgreementEnd = work.session.scalars(_ends(source)).one()
    return found.last_day


def _agreed_end(work: Work) -> AgreementEnd:
    """The end that the parties have agreed on, the earliest first."""
    found = work.session.scalars(
        select(AgreementEnd)
        .where(
            AgreementEnd.source_kind == "document",
            AgreementEnd.cause == Cause.MUTUAL.value,
            AgreementEnd.revoked_at.is_(None),
        )
        .order_by(AgreementEnd.last_day)
        .limit(1)
    ).first()
    if found is None:
        raise rules.NoAgreedEnd("what")
    return found


ACCORD = TermAccord()
