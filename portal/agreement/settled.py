"""What the parties may settle where the text is open, and what holds as long as they have not (R9-5; time.md 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from portal.kernel.periods import Conventions, HolidayShift, TakesEffect
from portal.kernel.words import N_


class Question(StrEnum):
    """A question the text leaves open."""

    COUNT_FIRST_DAY = "count_first_day"
    BACKWARD_COUNT_FIRST_DAY = "backward_count_first_day"
    TAKES_EFFECT = "takes_effect"
    HOLIDAY_SHIFT = "holiday_shift"
    ELECTRONIC_WRITING = "electronic_writing"
    DUTY_AND_SURVIVAL = "duty_and_survival"


QUESTION_NAMES = {
    Question.COUNT_FIRST_DAY: N_("期間の初日の数え方"),
    Question.BACKWARD_COUNT_FIRST_DAY: N_("期限をさかのぼって数えるときの初日の数え方"),
    Question.TAKES_EFFECT: N_("解約の効力が生じる時"),
    Question.HOLIDAY_SHIFT: N_("期限が休日に当たるとき"),
    Question.ELECTRONIC_WRITING: N_("電磁的方法を書面とみなすか"),
    Question.DUTY_AND_SURVIVAL: N_("秘密保持の期間と存続期間の関係"),
}

ANSWERS: Mapping[Question, Mapping[str, str]] = {
    Question.COUNT_FIRST_DAY: {
        "not_counted": N_("初日不算入"),
        "counted": N_("初日算入"),
    },
    Question.BACKWARD_COUNT_FIRST_DAY: {
        "not_counted": N_("初日不算入（予定日を数えない）"),
        "counted": N_("初日算入（予定日から数える）"),
    },
    Question.TAKES_EFFECT: {
        "end_of_planned_date": N_("解約予定日の終わり"),
        "start_of_planned_date": N_("解約予定日の始まり"),
    },
    Question.HOLIDAY_SHIFT: {
        "none": N_("動かさない"),
        "next": N_("次の業務日に延ばす"),
    },
    Question.ELECTRONIC_WRITING: {
        "no": N_("みなさない（紙の書面による）"),
        "yes": N_("覚書により書面とみなす"),
    },
    Question.DUTY_AND_SURVIVAL: {
        "open": N_("決めていない（遅いほうの日まで保護し、要協議と示す）"),
        "duty": N_("受領からの期間が、終了後もそのまま続く"),
        "survival": N_("終了後は、存続期間の終わりまでとする"),
    },
}
"""The answers to each question; the first is what holds where neither the edition nor the parties say otherwise."""


@dataclass(frozen=True)
class Answer:
    """An answer and where it comes from; without a document it is the edition's, or the portal's own."""

    value: str
    reference: str = ""
    document_id: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether the parties have agreed on it."""
        return bool(self.document_id)


@dataclass(frozen=True)
class Settled:
    """Every answer as it now stands."""

    answers: Mapping[Question, Answer]
    conventions: Conventions
    """The edition's conventions of counting, with what has been settled since in their place."""

    def of(self, question: Question) -> Answer:
        """The answer that holds."""
        return self.answers[question]

    @property
    def electronic_is_writing(self) -> bool:
        """Whether the parties have agreed that electronic records count as writing (R4-3)."""
        return self.of(Question.ELECTRONIC_WRITING).value == "yes"


def settled_upon(conventions: Conventions, given: Mapping[Question, Answer]) -> Settled:
    """What holds, by an edition's own conventions and the answers that the parties have agreed on."""
    own = {
        Question.COUNT_FIRST_DAY: "counted" if conventions.count_first_day else "not_counted",
        Question.BACKWARD_COUNT_FIRST_DAY: "counted" if conventions.backward_count_first_day else "not_counted",
        Question.TAKES_EFFECT: conventions.takes_effect.value,
        Question.HOLIDAY_SHIFT: conventions.holiday_shift.value,
    }
    answers = {
        question: given.get(question) or Answer(own.get(question) or next(iter(ANSWERS[question])))
        for question in Question
    }
    return Settled(
        MappingProxyType(answers),
        replace(
            conventions,
            count_first_day=answers[Question.COUNT_FIRST_DAY].value == "counted",
            backward_count_first_day=answers[Question.BACKWARD_COUNT_FIRST_DAY].value == "counted",
            takes_effect=TakesEffect(answers[Question.TAKES_EFFECT].value),
            holiday_shift=HolidayShift(answers[Question.HOLIDAY_SHIFT].value),
        ),
    )
