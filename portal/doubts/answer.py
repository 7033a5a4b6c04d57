"""The answer to a doubt as a joint document: agreed by all, it stands beside the clause, and may settle what the text leaves open (art. 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select

from portal.agreement import commands as agreement_commands
from portal.agreement import queries as agreement
from portal.agreement.edition import Edition, UnknownClause
from portal.agreement.life import Life, Mode
from portal.agreement.settled import ANSWERS, QUESTION_NAMES, Question
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind
from portal.consent.models import Document, Revision
from portal.consent.paper import marked
from portal.doubts import rules
from portal.doubts.events import DoubtAnswered, DoubtClosed
from portal.doubts.models import Doubt, DoubtAnswer
from portal.doubts.rules import BASIS_NAMES, OUTCOME_NAMES, Outcome, Standing
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import ask_all
from portal.kernel.typed import normal_search
from portal.kernel.words import N_, Phrase
from portal.web.language import say

SETTLES = tuple(f"{question}:{value}" for question, values in ANSWERS.items() for value in values)
"""Every answer to a question that the text leaves open, as an answer to a doubt may give it."""
BY_MEMORANDUM = frozenset({f"{Question.ELECTRONIC_WRITING}:yes"})


@dataclass(frozen=True)
class AnswerBody(Body):
    """What the parties settle of a doubt, or that they end it without."""

    title: str = says(N_("件名"))
    doubt: str = says(N_("疑義の番号"))
    outcome: str = says(N_("協議結果"), Form.CHOICE)
    text: str = says(N_("取り決めた内容（終える理由）"), Form.MARKDOWN)
    text_en: str = says(N_("取り決めた内容（参考英訳）"), Form.MARKDOWN)
    clauses: tuple[str, ...] = says(N_("協議結果を添える条項"), Form.CHOICES)
    settles: str = says(N_("定める扱い"), Form.CHOICE)
    basis: str = says(N_("取決めの方式"), Form.CHOICE)
    reference: str = says(N_("取り決めた文書の名称・番号"))
    reference_on: str = says(N_("取り決めた文書の日付"), Form.DAY)
    note: str = says(N_("備考"), Form.TEXT)

    @property
    def question(self) -> Question | None:
        """Which of the questions the text leaves open it settles; None for none."""
        return Question(self.settles.partition(":")[0]) if self.settles in SETTLES else None

    @property
    def value(self) -> str:
        """How it settles that question."""
        return self.settles.partition(":")[2] if self.settles in SETTLES else ""


class AnswerKind(DocumentKind):
    """An answer to a doubt (協議結果)."""

    key: ClassVar[str] = "doubt_answer"
    prefix: ClassVar[str] = "ANS"
    clause: ClassVar[str] = "disputes.consultation"
    noun: ClassVar[str] = N_("疑義の協議結果")
    home_label: ClassVar[str] = N_("疑義・協議")
    act: ClassVar[str] = N_("疑義について、この内容を協議の結果とすることに、自分の側として同意します。")
    Words: ClassVar[type[Body]] = AnswerBody
    place: ClassVar[str] = "doubts.answer"
    needs_dates: ClassVar[bool] = False  # its own rule says more: whether the clause on doubts survives

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The words of a choice."""
        if name == "clauses":
            try:
                return edition.clause(value).label[language]
            except UnknownClause:
                return value
        if name == "settles":
            return settles_words(value)
        word = {"outcome": OUTCOME_NAMES, "basis": BASIS_NAMES}.get(name, {}).get(value)
        return say(word) if word else value

    def leaves_out(self, body: Body) -> Collection[str]:
        """What an answer need not have."""
        return {"text_en", "clauses", "settles", "reference", "reference_on", "note"}

    def check_draft(self, body: Body, edition: Edition) -> None:
        """A day that can be read; what was typed is kept."""
        assert isinstance(body, AnswerBody)
        if body.reference_on and day_of(body.reference_on) is None:
            raise rules.DayUnreadable("reference_on")

    def check(self, body: Body, edition: Edition) -> None:
        """What was settled, in which form; what it settles of the open questions fits (R9-1, R9-5)."""
        assert isinstance(body, AnswerBody)
        ask_all(
            lambda: self.check_draft(body, edition),
            lambda: rules.must_be_an_answer(
                title=body.title,
                outcome=body.outcome,
                text=body.text,
                basis=body.basis,
                reference=body.reference,
                reference_on=day_of(body.reference_on),
                settles=body.settles,
                known=SETTLES,
                needs_memorandum=BY_MEMORANDUM,
            ),
        )

    def check_on(self, body: Body, today: dt.date) -> None:
        """A document that was made by today."""
        assert isinstance(body, AnswerBody)
        rules.must_have_come(day_of(body.reference_on), today, "reference_on")

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """The doubt can be answered by it still."""
        assert isinstance(body, AnswerBody)
        _must_be_answerable(work, document, body)

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """Never: what was settled holds until it is settled otherwise."""
        raise rules.AnswersAreNotHeld()

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The doubt shows the answer that is proposed."""
        assert isinstance(body, AnswerBody)
        doubt = _must_be_answerable(work, document, body)
        row = work.session.get(DoubtAnswer, document.id) or work.add(DoubtAnswer(id=document.id))
        row.doubt_id = doubt.id
        row.edition = agreement.edition_number(work.session)
        row.outcome, row.text, row.text_en = body.outcome, body.text, body.text_en
        row.clauses = marked(body.clauses)
        row.topic, row.value = body.question or "", body.value

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The doubt is settled; the answer stands beside its clauses from now on, and what it settles of the open
        questions holds from now on, by this document (R9-5)."""
        assert isinstance(body, AnswerBody)
        doubt = _must_be_answerable(work, document, body)
        is_answer = body.outcome == Outcome.ANSWER
        doubt.standing = Standing.ANSWERED if is_answer else Standing.CLOSED
        doubt.ended_at = doubt.ended_at or work.at
        event = DoubtAnswered if is_answer else DoubtClosed
        work.record(
            event(
                about=doubt.subject,
                reference=doubt.reference,
                title=doubt.title,
                answer=document.reference or "",
            ),
            document.subject,
        )
        if body.question is not None:
            agreement_commands.settle(
                work,
                body.question,
                body.value,
                reference=body.reference or document.reference or "",
                document_id=document.id,
            )

    def also_about(self, document: Document) -> tuple[Subject, ...]:
        """Nothing but the document itself."""
        return ()


def settles_words(value: str) -> str:
    """What an answer settles: the question and its answer."""
    if value not in SETTLES:
        return value or say("定めない")
    question, _, answer = value.partition(":")
    return say(
        "%(question)s：%(answer)s",
        question=say(QUESTION_NAMES[Question(question)]),
        answer=say(ANSWERS[Question(question)][answer]),
    )


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def reference_of(typed: str) -> str:
    """A reference as people type it, in the one form in which it stands."""
    return "".join(normal_search(typed).split()).upper()


def must_have_effect(work: Work) -> None:
    """The clause on doubts has effect on the day of the Work: the agreement has a date and is not over (R5-7)."""
    current = agreement.edition(work.session)
    life = agreement.in_force(work.session, current, work.today)
    rules.must_be_raisable(is_dated=bool(life.terms), has_effect=has_effect(current, life))


def has_effect(current: Edition, life: Life) -> bool:
    """Whether the clause on doubts has effect: until the end, and as long as it survives the end."""
    if life.mode not in {Mode.ENDED, Mode.OVER}:
        return True
    clause = (
        current.clause_of("disputes.consultation").id if current.has_clause("disputes.consultation") else None
    )
    return life.mode is Mode.ENDED and clause is not None and life.survives(current, clause)


def _must_be_answerable(work: Work, document: Document, body: AnswerBody) -> Doubt:
    """The doubt that `document` answers: open, or answered by the very document that this one replaces."""
    must_have_effect(work)
    doubt = work.session.scalars(select(Doubt).where(Doubt.reference == reference_of(body.doubt))).first()
    if doubt is None:
        raise rules.NoSuchDoubt("doubt", reference=body.doubt)
    earlier = work.session.get(DoubtAnswer, document.replaces_id) if document.replaces_id else None
    if earlier is None or earlier.doubt_id != doubt.id or earlier.outcome != Outcome.ANSWER:
        if document.agreed_revision_id is None:
            rules.must_be_open(doubt.standing)
        return doubt
    if body.outcome != Outcome.ANSWER:
        raise rules.CannotEndWithout("outcome")
    if earlier.topic and body.question != earlier.topic:
        raise rules.MustSettleTheSame("settles", question=Phrase(QUESTION_NAMES[Question(earlier.topic)]))
    return doubt


ANSWER = AnswerKind()
