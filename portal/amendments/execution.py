"""The registration of an executed document as a joint document: confirmed by all, the change becomes an edition (R3-3)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select

from portal.agreement.edition import Edition
from portal.agreement.life import Life
from portal.amendments import rules
from portal.amendments.amendment import (
    AMENDMENT,
    AmendmentBody,
    adopt,
    base_of,
    day_of,
    first_day,
    must_be_amendable,
    no_change_after_the_end,
)
from portal.amendments.models import Amendment, AmendmentExecution
from portal.amendments.rules import SIGNING_NAMES, SORT_NAMES
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind, party_row_words
from portal.consent.models import Document, Revision
from portal.consent.paper import body_of
from portal.consent.rules import Standing
from portal.history.work import Work
from portal.kernel.errors import RuleBroken, ask_all
from portal.kernel.typed import normal_search
from portal.kernel.words import N_
from portal.web.language import say


@dataclass(frozen=True)
class ExecutionBody(Body):
    """What is registered of the executed document (R3-3, R0-2)."""

    title: str = says(N_("件名"))
    amendment: str = says(N_("変更の申出の番号"))
    sort: str = says(N_("文書の種類"), Form.CHOICE)
    signed_on: str = says(N_("文書の締結日"), Form.DAY)
    effective_on: str = says(N_("効力が生じる日"), Form.DAY)
    signing: str = says(N_("締結の方法"), Form.CHOICE)
    originals: str = says(N_("原本の数"))
    holders: tuple[tuple[str, ...], ...] = says(N_("原本を保有する側と、保管する場所・職"), Form.ROWS)
    note: str = says(N_("備考"), Form.TEXT)

    @property
    def originals_count(self) -> int | None:
        """How many originals there are; None for what is no such number."""
        text = self.originals.strip()
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 else None


class ExecutionKind(DocumentKind):
    """The executed document, registered with a copy; when every party has confirmed it, the change is the agreement's
    next edition."""

    key: ClassVar[str] = "execution"
    prefix: ClassVar[str] = "REG"
    clause: ClassVar[str] = "amendment"
    noun: ClassVar[str] = N_("変更協定書などの登録")
    home_label: ClassVar[str] = N_("協定の変更")
    act: ClassVar[str] = N_(
        "登録された内容と写しが、交わした文書のとおりであることを、自分の側として確認します。すべての当事者が確認すると、変更は協定の新しい版になります。"
    )
    Words: ClassVar[type[Body]] = ExecutionBody
    place: ClassVar[str] = "amendments.execution"
    needs_dates: ClassVar[bool] = False  # asked as of every change

    def refused_by_the_end(self, edition: Edition, life: Life) -> RuleBroken | None:
        """As of every change: after the end it makes no edition any more."""
        return no_change_after_the_end(edition, life)

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The words of a choice."""
        word = {"sort": SORT_NAMES, "signing": SIGNING_NAMES}.get(name, {}).get(value)
        return say(word) if word else value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """Who holds an original, and where."""
        return party_row_words(row, edition, language)

    def check_draft(self, body: Body, edition: Edition) -> None:
        """Days that can be read; what was typed is kept."""
        assert isinstance(body, ExecutionBody)
        for name in ("signed_on", "effective_on"):
            if getattr(body, name) and day_of(getattr(body, name)) is None:
                raise rules.DayUnreadable(name)

    def check(self, body: Body, edition: Edition) -> None:
        """Everything that is to be known of the document is said."""
        assert isinstance(body, ExecutionBody)
        ask_all(
            lambda: self.check_draft(body, edition),
            lambda: rules.must_be_executed(
                title=body.title,
                sort=body.sort,
                signing=body.signing,
                signed_on=day_of(body.signed_on),
                effective_on=day_of(body.effective_on),
                originals=body.originals_count,
            ),
        )

    def check_on(self, body: Body, today: dt.date) -> None:
        """What is registered has been signed."""
        assert isinstance(body, ExecutionBody)
        rules.must_be_signed(day_of(body.signed_on), today)

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """The change it carries out still is agreed, not held, and rests on the edition adopted last."""
        assert isinstance(body, ExecutionBody)
        _must_be_executable(work, body)

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """Confirmed by all it has made an edition, which nobody holds."""
        _must_not_have_made_an_edition(work, document)

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """Confirmed by all it has made an edition, which is changed by another change."""
        _must_not_have_made_an_edition(work, document)

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """It is known which change it carries out; refused without a copy of the document (R0-2)."""
        assert isinstance(body, ExecutionBody)
        if not json.loads(revision.sealed)["attachments"]:
            raise rules.NoCopy("title")
        amended, _ = _must_be_executable(work, body)
        row = work.session.get(AmendmentExecution, document.id) or work.add(
            AmendmentExecution(id=document.id)
        )
        row.amendment_id = amended.id

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The change is the agreement's next edition, from the document's day on."""
        assert isinstance(body, ExecutionBody)
        amended, words = _must_be_executable(work, body)
        effective_on = day_of(body.effective_on)
        assert effective_on is not None
        adopt(work, amended, words, effective_on, executed_by=document)


def _must_be_executable(work: Work, body: ExecutionBody) -> tuple[Document, AmendmentBody]:
    """The change that the document carries out, and its words. Raises what stands against it."""
    must_be_amendable(work)
    amended = work.session.scalars(
        select(Document).where(
            Document.kind == AMENDMENT.key, Document.reference == reference_of(body.amendment)
        )
    ).first()
    if amended is None or amended.agreed_revision_id is None or amended.standing == Standing.REPLACED:
        raise rules.NoSuchAmendment("amendment", reference=body.amendment)
    if amended.standing == Standing.HELD:
        raise rules.IsHeld("amendment", reference=amended.reference)
    rules.must_not_be_adopted(work.session.get_one(Amendment, amended.id).edition)
    words: Any = body_of(AMENDMENT, work.session.get_one(Revision, amended.agreed_revision_id))
    assert isinstance(words, AmendmentBody)
    base = base_of(work, words.base_number)
    effective_on = day_of(body.effective_on)
    if effective_on is not None:
        rules.must_follow(effective_on, base.in_force_from or first_day(work))
    return amended, words


def _must_not_have_made_an_edition(work: Work, document: Document) -> None:
    row = work.session.get(AmendmentExecution, document.id)  # a draft that was never tabled has none
    if row is not None:
        rules.must_not_be_adopted(work.session.get_one(Amendment, row.amendment_id).edition)


def reference_of(typed: str) -> str:
    """A reference as people type it, in the one form in which it stands: full width, small letters, blanks."""
    return "".join(normal_search(typed).split()).upper()


EXECUTION = ExecutionKind()
