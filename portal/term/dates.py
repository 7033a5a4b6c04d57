"""The dates of the agreement as a joint document: entered by one party, confirmed by all (R0-1, R4-8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from portal.agreement import commands as agreement
from portal.agreement.commands import GivenDates
from portal.agreement.models import AgreementDates
from portal.agreement.text import Edition
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Revision
from portal.history.models import Instance
from portal.history.work import Work
from portal.kernel.errors import ask_all
from portal.kernel.words import N_
from portal.term import rules
from portal.web.language import say

FIRST_DAY_NAMES = {
    "not_counted": N_("初日不算入（締結日の翌日から数える）"),
    "counted": N_("初日算入（締結日から数える）"),
}


@dataclass(frozen=True)
class DatesBody(Body):
    """What is said of the agreement's dates; days in Asia/Tokyo."""

    title: str = says(N_("件名"))
    signed_on: str = says(N_("締結日"), Form.DAY)
    effective_on: str = says(N_("発効日（締結日と異なるとき）"), Form.DAY)
    end_on_fixed: str = says(N_("定められた末日（あるとき）"), Form.DAY)
    first_day: str = says(N_("初日の数え方"), Form.CHOICE)
    note: str = says(N_("備考"), Form.TEXT)


class AgreementDatesKind(DocumentKind):
    """The agreement's dates: they count, marked 未確認, once entered, and are facts once all have consented
    (decision 30)."""

    key: ClassVar[str] = "agreement_dates"
    prefix: ClassVar[str] = "DAT"
    clause: ClassVar[str] = "term"
    noun: ClassVar[str] = N_("協定の日付")
    home_label: ClassVar[str] = N_("期間")
    act: ClassVar[str] = N_("協定の日付と初日の数え方が、このとおりであることを自分の側として確認します。")
    Words: ClassVar[type[Body]] = DatesBody
    place: ClassVar[str] = "term.dates"
    needs_dates: ClassVar[bool] = False

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The way of counting the first day, in words."""
        return say(FIRST_DAY_NAMES[value]) if value in FIRST_DAY_NAMES else value

    def leaves_out(self, body: Body) -> Collection[str]:
        """Dates that most agreements do not have."""
        return ("effective_on", "end_on_fixed", "note")

    def check_draft(self, body: Body, edition: Edition) -> None:
        """What stands in the fields names days."""
        assert isinstance(body, DatesBody)
        rules.must_be_days(
            signed_on=body.signed_on, effective_on=body.effective_on, end_on_fixed=body.end_on_fixed
        )

    def check(self, body: Body, edition: Edition) -> None:
        """There is a day to reckon from, and no last day before it."""
        assert isinstance(body, DatesBody)
        given = given_dates(body)
        ask_all(
            lambda: self.check_draft(body, edition),
            lambda: rules.must_be_dates(
                signed_on=given.signed_on,
                effective_on=given.effective_on,
                end_on=given.end_on_fixed,
                from_effective=edition.terms["term"].get("from") == "effective_on",
            ),
        )

    def check_on(self, body: Body, today: dt.date) -> None:
        """The agreement has been signed."""
        assert isinstance(body, DatesBody)
        rules.must_be_signed(rules.day_of(body.signed_on), today)

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The dates stand entered, 未確認."""
        assert isinstance(body, DatesBody)
        given = given_dates(body, is_assumed=_is_demo(work))
        agreement.enter_dates(work, document_id=document.id, given=given)

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The dates are confirmed by every party (R4-8)."""
        assert isinstance(body, DatesBody)
        given = given_dates(body, is_assumed=_is_demo(work))
        agreement.confirm_dates(work, document_id=document.id, given=given)

    def on_closed(self, work: Work, document: Document) -> None:
        """Dates that were declined or withdrawn count no more; what was entered stays in the record."""
        for row in work.session.scalars(
            select(AgreementDates).where(
                AgreementDates.document_id == document.id, AgreementDates.is_confirmed.is_(False)
            )
        ).all():
            work.session.delete(row)


def given_dates(body: DatesBody, *, is_assumed: bool = False) -> GivenDates:
    """The body's days, for the agreement."""
    return GivenDates(
        signed_on=rules.day_of(body.signed_on),
        effective_on=rules.day_of(body.effective_on),
        end_on_fixed=rules.day_of(body.end_on_fixed),
        count_first_day=body.first_day == "counted",
        is_assumed=is_assumed,
    )


def _is_demo(work: Work) -> bool:
    """Whether this is a demonstration, whose dates are assumed (仮; decision 30)."""
    return bool(work.session.scalar(select(Instance.is_demo)))


def blank(edition: Edition) -> dict[str, Any]:
    """What a new form starts with: the edition's own title and convention, and the days the text states."""
    stated = edition.dates
    return {
        "title": say("%(agreement)sの日付", agreement=edition.title)[:200],
        "signed_on": stated.signed_on.isoformat() if stated.signed_on else "",
        "effective_on": stated.effective_on.isoformat() if stated.effective_on else "",
        "end_on_fixed": stated.end_on_fixed.isoformat() if stated.end_on_fixed else "",
        "first_day": "counted" if edition.conventions.count_first_day else "not_counted",
    }


DATES = AgreementDatesKind()
