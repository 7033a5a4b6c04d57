"""The forms of advice: an entry's words, the other side's word on it, the receiver's handling, notes and links."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.advice import rules
from portal.advice.body import AdviceBody
from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import BodyForm, MarkdownField
from portal.web.forms import PARAGRAPH, DayField, Filled, LineField, PortalForm, TextField
from portal.web.language import say
from portal.web.rows import OneOfField

PEOPLE = 500
"""How many characters the people of one side may have."""
_DAYS = _l("例：令和7年9月10日、R7.9.10、2025/9/10")


def _choices(names: Any) -> list[SelectChoice]:
    return [SelectChoice(str(key), _l(name)) for key, name in names.items()]


class AdviceForm(BodyForm):
    """The words of an entry (R8-1)."""

    BodyType: ClassVar[type[Body]] = AdviceBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。あとから変えられます。"))])
    direction = OneOfField(_l("だれからだれへ"))
    kind = OneOfField(_l("種類"), choices=_choices(rules.KIND_NAMES))
    adviser = TextField(_l("行った人（部署・氏名）"), limit=PEOPLE)
    recipient = TextField(_l("受けた人（部署・氏名）"), limit=PEOPLE)
    basis = OneOfField(_l("求めの有無"), choices=_choices(rules.BASIS_NAMES))
    given_on = DayField(_l("日付"), description=_DAYS)
    medium = OneOfField(_l("方法"), choices=_choices(rules.MEDIUM_NAMES))
    activity = LineField(
        _l("取組の番号"),
        limit=40,
        description=_l("取組に関するものなら、その番号（例：ACT-0001）を書いてください。"),
    )
    marking = OneOfField(_l("秘密の表示"), choices=_choices(rules.MARKING_NAMES))
    content = MarkdownField(_l("内容"))
    reason = TextField(
        _l("訂正の理由"),
        limit=PARAGRAPH,
        description=_l("前の記録のどこを、なぜ改めるのかを書いてください。相手方にも伝わります。"),
    )

    def prepare(self, edition: Edition, language: str, mine: str = "") -> None:
        """The directions are those of the edition's parties of which the own side is one."""
        names = {one.key: one.defined_as[language] for one in edition.parties}
        self.direction.choices = [
            SelectChoice(
                rules.direction(giver, receiver),
                say("%(giver)sから%(receiver)sへ", giver=names[giver], receiver=names[receiver]),
            )
            for giver, receiver in rules.directions(edition.party_keys, mine)
        ]

    def body(self) -> AdviceBody:
        """The words typed."""
        typed = super().body()
        assert isinstance(typed, AdviceBody)
        return typed


class FileForm(PortalForm):
    """One file of the materials."""

    file = FileField(_l("ファイル"), [Filled(_l("ファイルを選んでください。"))])


class SavesForm(PortalForm):
    """Recording names the very save that is recorded."""

    saves = HiddenField(default="0")


class WordForm(PortalForm):
    """The other side's word on a record, of what was on the screen."""

    seen = HiddenField()
    is_same = RadioField(
        _l("この記録について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("このとおりで間違いない")), SelectChoice("no", _l("認識が異なる"))],
    )
    remark = TextField(_l("異なる点"), limit=PARAGRAPH)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_same.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


class HandlingForm(PortalForm):
    """What the receiver did with it (R8-3)."""

    result = RadioField(
        _l("取扱い"),
        [Filled(_l("取扱いを選んでください。"))],
        choices=_choices(rules.RESULT_NAMES),
    )
    checked_by = LineField(
        _l("内容を確かめた人"),
        description=_l(
            "採用・一部採用のときは、内容を自ら確かめ、確かめた人を書いてください。あとから加えられます。"
        ),
    )
    checked_on = DayField(_l("確かめた日"), description=_DAYS)
    decision = TextField(
        _l("根拠にした決定・文書"),
        limit=500,
        description=_l("決裁番号、指針や要綱の名称と箇所、文書のアドレスなど。"),
    )
    procurement = OneOfField(_l("調達の仕様とのかかわり"), choices=_choices(rules.PROCUREMENT_NAMES))
    inside = TextField(_l("備考"), limit=PARAGRAPH)


class NoteForm(PortalForm):
    """A note only the own side reads."""

    text = TextField(_l("自分の側だけのメモ"), [Filled(_l("メモを入力してください。"))], limit=PARAGRAPH)


class LinkForm(PortalForm):
    """A paper that cites the entry (R8-4)."""

    document = LineField(
        _l("引用している文書の番号"),
        [Filled(_l("文書の番号を入力してください。"))],
        limit=40,
        description=_l("例：ACT-0001。その文書のページにも、この記録と訂正の有無が表示されます。"),
    )
    place = LineField(_l("引用している箇所"))


__all__ = ["AdviceForm", "FileForm", "HandlingForm", "LinkForm", "NoteForm", "SavesForm", "WordForm"]
