"""A change to the agreement as a joint document: clause by clause in new words, with what the portal reckons with (art. 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import func, select

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.edition import Edition, UnknownClause
from portal.agreement.figures import FIGURE_NAMES, Figure, figure_words
from portal.agreement.life import Life, Mode
from portal.amendments import rules
from portal.amendments.events import AmendmentAdopted
from portal.amendments.models import Amendment
from portal.amendments.rules import ADDS_NAMES, SORT_NAMES, TAKES_NAMES, How, Takes
from portal.amendments.wording import CLAUSE, NONE, TERMS, Base, Wanted, Written, written
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind
from portal.consent.models import Consultation, Document, Revision
from portal.consent.paper import marked
from portal.history.work import Work
from portal.kernel.errors import RuleBroken, ask_all
from portal.kernel.words import N_
from portal.web.language import say

SCOPE_NAMES = {
    "text": N_("本文により範囲に入る"),
    "agreement_of_all_parties": N_("全当事者の合意により範囲に入る"),
}


@dataclass(frozen=True)
class AmendmentBody(Body):
    """What a proposed change says: all of it is under one digest."""

    title: str = says(N_("件名"))
    reason: str = says(N_("変更の理由"), Form.TEXT)
    base: str = says(N_("変更する協定の版"), Form.CHOICE)
    changes: tuple[tuple[str, ...], ...] = says(N_("変更する条項"), Form.ROWS)
    additions: tuple[tuple[str, ...], ...] = says(N_("加える条項"), Form.ROWS)
    figures: tuple[tuple[str, ...], ...] = says(N_("算定に使う定めの変更"), Form.ROWS)
    running_until: str = says(N_("いまの期間の新しい最終日"), Form.DAY)
    takes: str = says(N_("いつ新しい版になるか"), Form.CHOICE)
    sort: str = says(N_("交わす文書"), Form.CHOICE)
    effective_on: str = says(N_("効力が生じる日"), Form.DAY)
    other: str = says(N_("その他"), Form.TEXT)

    @property
    def wanted(self) -> Wanted:
        """What is to change."""
        return Wanted(self.changes, self.additions, self.figures, day_of(self.running_until))

    @property
    def base_number(self) -> int:
        """The number of the edition it changes; 0 where none is named."""
        return int(self.base) if self.base.isascii() and self.base.isdigit() and len(self.base) < 7 else 0


class AmendmentKind(DocumentKind):
    """A change to the agreement; either party proposes it, and all agree to exactly its words (art. 3)."""

    key: ClassVar[str] = "amendment"
    prefix: ClassVar[str] = "AMD"
    clause: ClassVar[str] = "amendment"
    noun: ClassVar[str] = N_("協定の変更")
    home_label: ClassVar[str] = N_("協定の変更")
    act: ClassVar[str] = N_("協定をこの内容のとおり変更することに、自分の側として同意します。")
    Words: ClassVar[type[Body]] = AmendmentBody
    place: ClassVar[str] = "amendments.amendment"
    needs_dates: ClassVar[bool] = False  # its own rule says more: whether the clause on changes survives

    def refused_by_the_end(self, edition: Edition, life: Life) -> RuleBroken | None:
        """After the end nothing of the agreement is changed, unless the clause on changes survives (R5-7)."""
        return no_change_after_the_end(edition, life)

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The words of a choice."""
        if name == "base":
            return say("第%(number)s版", number=value)
        word = {"takes": TAKES_NAMES, "sort": SORT_NAMES}.get(name, {}).get(value)
        return say(word) if word else value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """A change by its clause and new words, an addition by its place, a figure by its name and value."""
        if name == "changes":
            how, id, ja, en = (*row, "", "", "", "")[:4]
            label = label_of(edition, id, language)
            if how == How.DELETE:
                return say("%(clause)sを削る。", clause=label)
            if how != How.REPLACE:
                return say("%(clause)s（まだ決めていない）", clause=label)
            return say("%(clause)sを次のように改める。%(ja)s", clause=label, ja=_quoted(ja, en, language))
        if name == "additions":
            what, where, caption, caption_en, ja, en, scope = (*row, *[""] * 7)[:7]
            facts = {
                "what": say(ADDS_NAMES[what]) if what in ADDS_NAMES else what,
                "where": label_of(edition, where, language) if where else "",
                "caption": caption_en if language == "en" and caption_en else caption,
                "ja": _quoted(ja, en, language),
                "scope": say(SCOPE_NAMES[scope]) if scope in SCOPE_NAMES else "",
            }
            parts = [facts["where"], facts["what"], facts["scope"], facts["caption"], facts["ja"]]
            return "　".join(part for part in parts if part)
        return _figure_row(row, edition, language)

    def leaves_out(self, body: Body) -> Collection[str]:
        """What a change does not touch, and the document where none is exchanged."""
        assert isinstance(body, AmendmentBody)
        silent = {"changes", "additions", "figures", "running_until", "other"}
        return silent | ({"sort"} if body.takes == Takes.CONSENT else set())

    def check_draft(self, body: Body, edition: Edition) -> None:
        """Days that can be read; what was typed is kept."""
        assert isinstance(body, AmendmentBody)
        for name in ("running_until", "effective_on"):
            if getattr(body, name) and day_of(getattr(body, name)) is None:
                raise rules.DayUnreadable(name)

    def check(self, body: Body, edition: Edition) -> None:
        """A title, a reason, something that changes, and what makes it the agreement's text (R3-1)."""
        assert isinstance(body, AmendmentBody)
        ask_all(
            lambda: rules.must_be_said(title=body.title, reason=body.reason, takes=body.takes),
            lambda: self.check_draft(body, edition),
        )

    def check_on(self, body: Body, today: dt.date) -> None:
        """Days that lie ahead."""
        assert isinstance(body, AmendmentBody)
        ask_all(
            lambda: rules.must_take_effect_from(body.takes, day_of(body.effective_on), today),
            lambda: rules.must_lie_ahead(day_of(body.running_until), today),
        )

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """The agreement can be changed, the change rests on the edition adopted last, and what comes of it is a whole
        edition."""
        assert isinstance(body, AmendmentBody)
        must_be_amendable(work)
        written_under_lock(work, body)
        rules.must_take_effect_from(body.takes, day_of(body.effective_on), work.today)

    def must_be_declinable(self, work: Work, document: Document) -> None:
        """The parties have consulted on it (art. 3)."""
        if not has_been_consulted_on(work, document):
            raise rules.NoConsultationYet()

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """It has not become an edition."""
        _must_not_have_become_an_edition(work, document)

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """It has not become an edition."""
        _must_not_have_become_an_edition(work, document)

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The list shows the change as its latest revision says it; refused unless what comes of it is a whole edition
        (R3-1)."""
        assert isinstance(body, AmendmentBody)
        must_be_amendable(work)
        written_under_lock(work, body)
        row = work.session.get(Amendment, document.id) or work.add(Amendment(id=document.id))
        row.base, row.clauses = body.base_number, marked(concerned(body))

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """Where the parties said so, their agreement makes it the next edition, from its day on; else it waits for the
        executed document (R3-3)."""
        assert isinstance(body, AmendmentBody)
        if body.takes == Takes.CONSENT:
            adopt(work, document, body, day_of(body.effective_on) or work.today)


def _must_not_have_become_an_edition(work: Work, document: Document) -> None:
    row = work.session.get(Amendment, document.id)  # a draft that was never tabled has none
    rules.must_not_be_adopted(row.edition if row else None)


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def label_of(edition: Edition, id: str, language: str) -> str:
    """How the edition calls a clause; a clause still to be added by its place; the id where it has none such."""
    if id.startswith("+"):
        return say("加える条項（%(number)s番目）", number=id[1:])
    try:
        return edition.clause(id).label[language]
    except UnknownClause:
        return id


def concerned(body: AmendmentBody) -> list[str]:
    """The ids of the clauses that a change concerns: those it changes, and those to which it adds."""
    changed = [row[1] for row in body.changes if len(row) > 1]
    return [*changed, *(row[1] for row in body.additions if len(row) > 1 and row[1])]


def base_of(work: Work, number: int) -> Base:
    """The edition `number`, which is to be changed; raises BaseHasMoved when another has been adopted since."""
    last = agreement.last_adopted(work.session)
    rules.must_rest_on_the_latest(number, last.number)
    return Base(last.number, *agreement.texts_of(work.session, last), last.in_force_from)


def written_under_lock(work: Work, body: AmendmentBody) -> Written:
    """The edition that the change makes of the one adopted last. Raises what refuses it."""
    return written(base_of(work, body.base_number), body.wanted)


def must_be_amendable(work: Work) -> None:
    """The agreement is in force, or its clause on changes survives (R5-7)."""
    current = agreement.edition(work.session)
    life = agreement.in_force(work.session, current, work.today)
    rules.must_be_amendable(
        is_dated=bool(life.terms), is_in_force=life.is_in_force, survives=survives(current, life)
    )


def survives(edition: Edition, life: Life) -> bool:
    """Whether the agreement has ended and its clause on changes lives on."""
    if life.mode is not Mode.ENDED or not edition.has_clause("amendment"):
        return False
    return life.survives(edition, edition.clause_of("amendment").id)


def no_change_after_the_end(edition: Edition, life: Life) -> RuleBroken | None:
    """The rule that, after the end, refuses every change to the agreement; None while it can be changed."""
    has_ended = life.mode in (Mode.ENDED, Mode.OVER)
    return rules.NoAmendmentAfterTheEnd() if has_ended and not survives(edition, life) else None


def has_been_consulted_on(work: Work, document: Document) -> bool:
    """Whether a consultation on the document has been written down."""
    count = work.session.scalar(
        select(func.count()).select_from(Consultation).where(Consultation.document_id == document.id)
    )
    return bool(count)


def adopt(
    work: Work,
    document: Document,
    body: AmendmentBody,
    effective_on: dt.date,
    *,
    executed_by: Document | None = None,
) -> None:
    """The change is the agreement's next edition, in force from `effective_on` (Asia/Tokyo); records keep the edition
    they were made under (R3-3, R3-5)."""
    base = base_of(work, body.base_number)
    made = written(base, body.wanted)
    rules.must_follow(effective_on, base.in_force_from or first_day(work))
    row = work.session.get_one(Amendment, document.id)
    rules.must_not_be_adopted(row.edition)
    by = executed_by or document
    agreement_commands.adopt(
        work,
        text=made.text,
        portal_text=made.portal_text,
        in_force_from=effective_on,
        document_id=by.id,
    )
    row.edition = base.number + 1
    row.executed_by_id = executed_by.id if executed_by else None
    work.record(
        AmendmentAdopted(
            about=document.subject,
            reference=document.reference or "",
            title=document.title,
            edition=row.edition,
            in_force_from=effective_on.isoformat(),
            executed_by=(executed_by.reference or "") if executed_by else "",
        )
    )


def first_day(work: Work) -> dt.date | None:
    """The first day of the agreement; None while it has no date."""
    current = agreement.edition(work.session)
    found = agreement.terms(current, agreement.dates_now(work.session, current), work.today)
    return found[0].start if found else None


def _quoted(ja: str, en: str, language: str) -> str:
    return f"「{ja}」" if language == "ja" or not en else f"「{ja}」 / “{en}”"


def _figure_row(row: tuple[str, ...], edition: Edition, language: str) -> str:
    name, value = (*row, "", "")[:2]
    if name in set(Figure):
        figure = Figure(name)
        facts = {
            "figure": say(FIGURE_NAMES[figure]),
            "value": figure_words(figure, value, edition, language),
        }
        return say("%(figure)s：%(value)s", **facts)
    if name in TERMS and value == NONE:
        return say("%(figure)s：定めをなくす", figure=say(FIGURE_NAMES[TERMS[name]]))
    term = name.removesuffix(CLAUSE)
    if term in TERMS:
        return say(
            "%(figure)sの根拠：%(clause)s",
            figure=say(FIGURE_NAMES[TERMS[term]]),
            clause=label_of(edition, value, language),
        )
    return "：".join(part for part in row if part)


AMENDMENT = AmendmentKind()
