"""The rules of doubts: who raises one, states a position, withdraws it; what an answer must say and may settle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from enum import StrEnum

from portal.kernel.errors import RuleBroken, refuse_together
from portal.kernel.words import N_


class Standing(StrEnum):
    """Where a doubt stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    """Closed without an answer, by agreement of all parties."""
    WITHDRAWN = "withdrawn"


STANDING_NAMES: Mapping[str, str] = {
    Standing.OPEN: N_("協議中"),
    Standing.ANSWERED: N_("協議結果あり"),
    Standing.CLOSED: N_("取り決めずに終了"),
    Standing.WITHDRAWN: N_("取下げ"),
}
STANDING_LOOKS: Mapping[str, str] = {
    Standing.OPEN: "open",
    Standing.ANSWERED: "agreed",
    Standing.CLOSED: "completed",
    Standing.WITHDRAWN: "withdrawn",
}


class Outcome(StrEnum):
    """How the parties end a doubt together."""

    ANSWER = "answer"
    NO_ANSWER = "no_answer"


OUTCOME_NAMES: Mapping[str, str] = {
    Outcome.ANSWER: N_("次のとおり取り決める"),
    Outcome.NO_ANSWER: N_("取り決めずに終える"),
}


class Basis(StrEnum):
    """In which form the parties settled it (R9-1)."""

    PORTAL = "portal"
    MINUTES = "minutes"
    MEMORANDUM = "memorandum"
    OTHER = "other"


BASIS_NAMES: Mapping[str, str] = {
    Basis.PORTAL: N_("このポータルでの合意"),
    Basis.MINUTES: N_("会議の議事録・確認書"),
    Basis.MEMORANDUM: N_("覚書"),
    Basis.OTHER: N_("その他の文書"),
}
LONG = 30
"""A doubt open for more than so many days is told of (R9-2)."""
MOST_RECORDS = 20


# --------------------------------------------------------------------------------------- what is refused


class NoTitle(RuleBroken):
    """A doubt has a name by which it is found."""

    clause = "disputes.consultation"
    sentence = N_("件名がありません。")
    next_step = N_("何についての疑義かが一覧で分かる件名を入力してください。")


class NoQuestion(RuleBroken):
    """A doubt is a question (R9-1)."""

    clause = "disputes.consultation"
    sentence = N_("疑義の内容がありません。")
    next_step = N_("何が定められていないか、どの読み方に疑いがあるかを入力してください。")


class NoSuchRecord(RuleBroken):
    """A doubt touches records that every party can read."""

    sentence = N_("その番号（%(reference)s）の記録はありません。")
    next_step = N_("一覧で番号（例：ACT-0001）を確かめてください。提示前の下書きは選べません。")


class TooManyRecords(RuleBroken):
    """A doubt is about some records, not about all."""

    sentence = N_("関係する記録は%(most)s件までです。")
    next_step = N_("とくに関係の深いものを選んでください。")


class LinkedAlready(RuleBroken):
    """A record is linked once."""

    status = 409
    sentence = N_("その記録は、すでに結び付けられています。")
    next_step = N_("ページを読み込み直して確かめてください。")


class NoDoubtAnyMore(RuleBroken):
    """The clause on doubts has effect while the agreement is in force, and as long as it survives the end (R5-7)."""

    clause = "disputes.consultation"
    sentence = N_("協定は終了し、疑義についての条項も存続期間を過ぎています。")
    next_step = N_("これまでの記録は読めます。新しいことは、別の文書で取り決めてください。")


class NoDateYet(RuleBroken):
    """Without a date of the agreement only drafts are possible (decision 30)."""

    clause = "term"
    sentence = N_("協定の締結日がまだ記入されていないため、疑義を提起できません。")
    next_step = N_("「期間」のページで締結日を記入し、各当事者の確認を受けてください。")


class NotOpen(RuleBroken):
    """What is over takes no further word; a new doubt may be raised."""

    status = 409
    clause = "disputes.consultation"
    sentence = N_("この疑義は終わっています。")
    next_step = N_("続けて協議することがあるときは、新しい疑義を提起してください。")


class OnlyTheRaiserWithdraws(RuleBroken):
    """A doubt is withdrawn by the side that raised it; otherwise it ends by agreement of all."""

    status = 403
    clause = "disputes.consultation"
    sentence = N_("疑義を取り下げられるのは、提起した側だけです。")
    next_step = N_(
        "取り決めずに終えるときは、「協議結果を起案する」で「取り決めずに終える」を選び、すべての当事者の同意を得てください。"
    )


class AnswerOnTheTable(RuleBroken):
    """A doubt is not withdrawn while an answer to it is being agreed on."""

    status = 409
    clause = "disputes.consultation"
    sentence = N_("協議結果%(reference)sが提示されています。")
    next_step = N_("先に、協議結果を取り下げるか、見送るか、合意してください。")


class ConfirmedByItsWriter(RuleBroken):
    """The summary of a meeting is confirmed by the other parties (R2-2)."""

    status = 403
    sentence = N_("協議の記録を確認できるのは、書いた側以外の当事者です。")
    next_step = N_("ほかの当事者の確認をお待ちください。")


class ConfirmedAlready(RuleBroken):
    """A confirmation is given once; what was seen otherwise may be cleared up."""

    status = 409
    sentence = N_("あなたの側は、この記録をすでに確認しています。")
    next_step = N_("そのあとで違いに気付いたときは、見解として記してください。")


class DayToCome(RuleBroken):
    """What has been held was held by today."""

    sentence = N_("まだ来ていない日（%(day)s）のことは記録できません。")
    next_step = N_("今日までの日付を入力してください。")


class NoSuchDoubt(RuleBroken):
    """An answer answers a doubt."""

    clause = "disputes.consultation"
    sentence = N_("その番号（%(reference)s）の疑義はありません。")
    next_step = N_("疑義の一覧で番号（例：DBT-0001）を確かめてください。")


class NotSaidHow(RuleBroken):
    """An answer says whether the matter is settled, and in which form."""

    clause = "disputes.consultation"
    sentence = N_("選ばれていません。")
    next_step = N_("どれに当たるかを選んでください。")


class NoAnswer(RuleBroken):
    """What was settled is said; and if nothing was, why it ends so."""

    clause = "disputes.consultation"
    sentence = N_("取り決めた内容（終える理由）がありません。")
    next_step = N_("取り決めた内容を、取り決めずに終えるときはその理由を入力してください。")


class NoReferenceOfIt(RuleBroken):
    """What was settled in another document names it (R9-1)."""

    clause = "disputes.consultation"
    sentence = N_("取り決めた文書の名称・番号がありません。")
    next_step = N_("覚書や議事録の名称・番号を入力してください。")


class DayUnreadable(RuleBroken):
    """A day is one that the calendar has."""

    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class SettlesNothing(RuleBroken):
    """Only an answer settles what the text leaves open."""

    clause = "disputes.consultation"
    sentence = N_("取り決めずに終えるときは、扱いを定められません。")
    next_step = N_("「取り決める」を選ぶか、扱いを「定めない」にしてください。")


class NeedsAMemorandum(RuleBroken):
    """That electronic records count as writing is agreed in a memorandum, named with its day (R4-3)."""

    clause = "disputes.consultation"
    sentence = N_("電磁的方法を書面とみなす扱いには、覚書の名称・番号と日付が要ります。")
    next_step = N_("覚書を交わし、その名称・番号と日付を入力してください。")


class MustSettleTheSame(RuleBroken):
    """What takes the place of an answer by which something was settled says anew how it is settled (R9-5)."""

    clause = "disputes.consultation"
    sentence = N_("差し替える協議結果は「%(question)s」の扱いを定めています。")
    next_step = N_("新しい協議結果でも、同じ扱いについて答えを選んでください。")


class CannotEndWithout(RuleBroken):
    """An answer that stands is replaced by an answer."""

    clause = "disputes.consultation"
    sentence = N_("協議結果を、取り決めないことに差し替えることはできません。")
    next_step = N_("新しい内容を取り決めてください。")


class AnswersAreNotHeld(RuleBroken):
    """An answer that stands is changed by another answer, never held by one side."""

    status = 409
    clause = "disputes.consultation"
    sentence = N_("合意した協議結果は保留できません。")
    next_step = N_("改めるときは「変更を提案する」を使ってください。")


# --------------------------------------------------------------------------------------- what must be so


def must_be_raisable(*, is_dated: bool, has_effect: bool) -> None:
    """The clause on doubts has effect."""
    if not is_dated:
        raise NoDateYet()
    if not has_effect:
        raise NoDoubtAnyMore()


def must_be_a_question(*, title: str, question: str) -> None:
    """A doubt has a title and says what it is (R9-1)."""
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not title.strip()),
        (NoQuestion("question"), not question.strip()),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)


def must_be_open(standing: str) -> None:
    """The doubt is still consulted on."""
    if standing != Standing.OPEN:
        raise NotOpen()


def must_be_withdrawable(standing: str, *, raised_by: str, party: str, on_the_table: str | None) -> None:
    """The side that raised it withdraws it, as long as no answer is on the table."""
    must_be_open(standing)
    if raised_by != party:
        raise OnlyTheRaiserWithdraws()
    if on_the_table is not None:
        raise AnswerOnTheTable(reference=on_the_table)


def must_be_confirmable(*, written_by: str, party: str, said_before: bool | None) -> None:
    """Another party confirms, once; who saw it otherwise may still confirm."""
    if written_by == party:
        raise ConfirmedByItsWriter()
    if said_before:
        raise ConfirmedAlready()


def must_have_come(day: dt.date | None, today: dt.date, field: str) -> None:
    """The day is today (Asia/Tokyo) or earlier."""
    if day is not None and day > today:
        raise DayToCome(field, day=day)


def must_be_an_answer(
    *,
    title: str,
    outcome: str,
    text: str,
    basis: str,
    reference: str,
    reference_on: dt.date | None,
    settles: str,
    known: Collection[str],
    needs_memorandum: Collection[str],
) -> None:
    """An answer says what was settled and in which form; what it settles of the open questions is one of the answers
    `known` to them (R9-1, R9-5)."""
    fits = not settles or (outcome == Outcome.ANSWER and settles in known)
    by_memorandum = settles in needs_memorandum
    refusals: list[tuple[RuleBroken, bool]] = [
        (NoTitle("title"), not title.strip()),
        (NotSaidHow("outcome"), outcome not in set(Outcome)),
        (NoAnswer("text"), not text.strip()),
        (NotSaidHow("basis"), basis not in set(Basis)),
        (NoReferenceOfIt("reference"), basis not in ("", Basis.PORTAL) and not reference.strip()),
        (SettlesNothing("settles"), not fits),
        (
            NeedsAMemorandum("reference"),
            by_memorandum and (basis != Basis.MEMORANDUM or not reference.strip() or reference_on is None),
        ),
    ]
    refuse_together(refusal for refusal, is_broken in refusals if is_broken)
