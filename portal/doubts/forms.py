"""The forms of doubts: the question, a position, a record it touches, a note, and the words of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from portal.agreement.edition import Edition
from portal.agreement.settled import QUESTION_NAMES
from portal.consent.body import Body
from portal.consent.forms import BodyForm, MarkdownField, MaterialsForm
from portal.doubts.answer import SETTLES, AnswerBody, settles_words
from portal.doubts.rules import BASIS_NAMES, OUTCOME_NAMES
from portal.web.forms import (
    PARAGRAPH,
    ChoiceField,
    ChoicesField,
    DayField,
    Filled,
    LineField,
    PortalForm,
    TextField,
)
from portal.web.language import say
from portal.web.rows import OneOfField

QUESTION = 5_000
POSITION = 10_000
"""How many characters a question and a position may have."""


def clause_choices(edition: Edition, code: str) -> list[SelectChoice]:
    """Every clause of the edition, with the beginning of what it says; an article that is but one paragraph stands once,
    as its paragraph."""
    found = []
    single = {one.id for one in edition.articles if len(one.paragraphs) == 1}
    for id, clause in edition.clauses.items():
        if id in single:
            continue
        text = clause.text[code]
        words = say(
            "%(clause)s：%(text)s",
            clause=f"{clause.label[code]} {clause.caption[code]}".strip(),
            text=text if len(text) <= 40 else f"{text[:40]}…",
        )
        found.append(SelectChoice(id, words))
    return found


class RaiseForm(PortalForm):
    """A doubt as it is raised (R9-1)."""

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。"))])
    question = TextField(
        _l("疑義の内容"),
        [Filled(_l("何が定められていないか、どの読み方に疑いがあるかを入力してください。"))],
        limit=QUESTION,
        description=_l("どの側が正しいかではなく、何を確かめたいかを書いてください。相手方にも見えます。"),
    )
    topic = ChoiceField(_l("本文が決めていない扱いの一つについてのとき"))
    clauses = ChoicesField(_l("関係する条項"), choices=[])
    records = ChoicesField(_l("関係する記録"), choices=[])
    others = LineField(
        _l("ほかに関係する記録の番号"),
        description=_l("例：ACT-0001、PUB-0002、ADV-0003。いくつかあるときは読点で区切ってください。"),
    )

    def prepare(self, edition: Edition, code: str) -> None:
        """The clauses are those of `edition`."""
        self.clauses.choices = clause_choices(edition, code)
        self.topic.choices = [
            SelectChoice("", say("当てはまらない")),
            *(SelectChoice(str(key), say(name)) for key, name in QUESTION_NAMES.items()),
        ]

    def offer(self, records: Sequence[tuple[str, str]]) -> None:
        """These records may be named: value and words of each."""
        self.records.choices = [SelectChoice(value, words) for value, words in records]


class PositionForm(MaterialsForm):
    """What the own side says of a doubt."""

    text = TextField(
        _l("自分の側の見解"),
        [Filled(_l("見解を入力してください。"))],
        limit=POSITION,
        description=_l("記すと、すべての当事者が読めます。あとから変えられず、加えることだけができます。"),
    )


class RecordForm(PortalForm):
    """A further record that the doubt touches."""

    record = LineField(
        _l("関係する記録の番号"),
        [Filled(_l("記録の番号を入力してください。"))],
        limit=40,
        description=_l("例：ACT-0001"),
    )


class NoteForm(PortalForm):
    """A note only the own side reads."""

    text = TextField(_l("自分の側だけのメモ"), [Filled(_l("メモを入力してください。"))], limit=PARAGRAPH)


class WithdrawForm(PortalForm):
    """Why a doubt is taken back."""

    reason = TextField(
        _l("理由"), [Filled(_l("理由を入力してください。相手方にも伝わります。"))], limit=PARAGRAPH
    )


class ExportForm(PortalForm):
    """What goes into the papers on a doubt."""

    own = ChoiceField(_l("自分の側だけのメモと記録"))

    def prepare(self) -> None:
        """Left out, unless asked for."""
        self.own.choices = [
            SelectChoice("", say("入れない（相手方や第三者に渡すとき）")),
            SelectChoice("own", say("入れる（自分の側の控えにするとき）")),
        ]


def _choices(names: Any) -> list[SelectChoice]:
    return [SelectChoice(str(key), _l(name)) for key, name in names.items()]


class AnswerForm(BodyForm):
    """The words of an answer (R9-1)."""

    BodyType: ClassVar[type[Body]] = AnswerBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。あとから変えられます。"))])
    doubt = LineField(
        _l("疑義の番号"),
        [Filled(_l("疑義の番号を入力してください。"))],
        limit=40,
        description=_l("例：DBT-0001"),
    )
    outcome = OneOfField(_l("協議結果"), choices=_choices(OUTCOME_NAMES))
    text = MarkdownField(
        _l("取り決めた内容（終える理由）"),
        description=_l("合意すると、選んだ条項の横に、この文がそのまま示されます。"),
    )
    text_en = MarkdownField(_l("取り決めた内容（参考英訳）"))
    clauses = ChoicesField(_l("協議結果を添える条項"), choices=[])
    settles = ChoiceField(
        _l("定める扱い"),
        description=_l(
            "本文が決めていない扱いを定めるときに選んでください。合意すると、算定と表示がこの扱いに変わります。"
        ),
    )
    basis = OneOfField(_l("取決めの方式"), choices=_choices(BASIS_NAMES))
    reference = LineField(_l("取り決めた文書の名称・番号"))
    reference_on = DayField(
        _l("取り決めた文書の日付"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10")
    )
    note = TextField(_l("備考"), limit=PARAGRAPH)

    def prepare(self, edition: Edition, language: str) -> None:
        """The clauses are those of `edition`."""
        self.clauses.choices = clause_choices(edition, language)
        self.settles.choices = [SelectChoice("", say("定めない"))] + [
            SelectChoice(one, settles_words(one)) for one in SETTLES
        ]


__all__ = ["AnswerForm", "RaiseForm"]
