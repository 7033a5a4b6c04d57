"""The forms of the mechanism: a kind's own words, replies with their decision, reasons, consultations, files."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, MultipleFileField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.agreement.text import Edition
from portal.agreement.wording import purchase_words
from portal.consent.body import Body
from portal.consent.rules import CAPACITY_NAMES, Capacity
from portal.kernel.markdown import check_source
from portal.web.forms import (
    BODY,
    LINE,
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
from portal.web.rows import PartyRowsField, RowsField

TOO_MUCH_MARKUP = _l("書式が複雑すぎます（角かっこや入れ子が多すぎるなど）。簡単にしてください。")


class MarkdownField(TextField):
    """A Markdown body, within the caps of row 67."""

    def __init__(
        self, label: Any = None, validators: Any = None, *, limit: int = BODY, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, limit=limit, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Raises for a text beyond the caps."""
        if self.data and check_source(self.data):
            raise ValidationError(str(TOO_MUCH_MARKUP))


class BodyForm(PortalForm):
    """A kind's words as a form: fields named as the Body's; subclasses add them and may translate both ways."""

    saves = HiddenField(default="0")
    """How often the draft had been saved when this page was opened; a later save elsewhere is noticed."""
    BodyType: ClassVar[type[Body]]

    def prepare(self, edition: Edition, language: str) -> None:
        """The choices that come from the agreement's data are offered in `language`."""

    def fill(self, body: Body) -> None:
        """The form shows `body`."""
        for one in dataclasses.fields(body):
            if one.name in self:
                value = getattr(body, one.name)
                self[one.name].process(None, list(value) if isinstance(value, tuple) else value)

    def body(self) -> Body:
        """The words typed, as the Body; a day as ISO, or, where it is no day, as it was typed."""
        return self.BodyType(
            **{
                one.name: _stored(self[one.name])
                for one in dataclasses.fields(self.BodyType)
                if one.name in self
            }
        )

    @property
    def count(self) -> int:
        """`saves` as a number; -1, which fits no draft, for anything else."""
        text = self.saves.data or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _stored(field: Any) -> Any:
    if isinstance(field, DayField):
        return field.data.isoformat() if isinstance(field.data, dt.date) else field.typed
    if isinstance(field.data, list | tuple):
        return tuple(str(one) for one in field.data)
    return field.data or ""


class RowsForm(BodyForm):
    """A form of words with rows for each party, and the hint on wording."""

    def prepare(self, edition: Edition, language: str) -> None:
        """The parties stand by their defined names."""
        parties = [
            (one.key, f"{one.defined_as[language]}（{one.name[language]}）") for one in edition.parties
        ]
        for field in self:
            if isinstance(field, PartyRowsField):
                field.offer(parties)

    def body(self) -> Body:
        """The words typed; what stands in rows, row by row."""
        rows: dict[str, Any] = {
            field.short_name: field.rows for field in self if isinstance(field, RowsField)
        }
        return dataclasses.replace(super().body(), **rows)

    @property
    def purchase_words(self) -> list[str]:
        """Words in the form that may be read as an order or a promise to buy (R6.1-3)."""
        texts = [entry.data for field in self if isinstance(field, RowsField) for entry in field.entries]
        texts += [field.data for field in self if isinstance(field, LineField | TextField)]
        return purchase_words(*(text for text in texts if isinstance(text, str)))


class SeenForm(PortalForm):
    """An answer to the revision whose digest was on the screen (row 23)."""

    seen = HiddenField()


class ConsentForm(SeenForm):
    """A party's consent, resting on its own decision (decision 11; practice.md 3.1)."""

    decision_reference = LineField(
        _l("決裁番号"),
        [Filled(_l("自分の側の意思決定を示す番号を入力してください（例：デ戦第123号）。"))],
        limit=100,
        description=_l("自分の側の意思決定を示す番号です。決裁を経てから同意してください。"),
    )
    capacity = RadioField(
        _l("決裁の区分"),
        [Filled(_l("区分を選んでください。"))],
        choices=[SelectChoice(one.value, _l(CAPACITY_NAMES[one])) for one in Capacity],
        validate_choice=True,
    )
    decided_on = DayField(_l("決裁日"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10"))
    absent_post = LineField(
        _l("不在だった決裁者の職"),
        limit=100,
        description=_l("代決のときだけ入力してください。後閲の記録になります。"),
    )

    def validate_absent_post(self, field: Any) -> None:
        """代決 names whose absence it was."""
        if self.capacity.data == Capacity.IN_ABSENCE and not (field.data or "").strip():
            raise ValidationError(say("代決のときは、不在だった決裁者の職を入力してください。"))


class ReasonForm(SeenForm):
    """An act that needs its reason."""

    reason = TextField(
        _l("理由"), [Filled(_l("理由を入力してください。相手方にも伝わります。"))], limit=PARAGRAPH
    )


class CommentForm(PortalForm):
    """A comment all parties read."""

    text = TextField(_l("共有コメント"), [Filled(_l("コメントを入力してください。"))], limit=PARAGRAPH)


class NoteForm(PortalForm):
    """A note only the own side reads."""

    text = TextField(_l("自分の側だけのメモ"), [Filled(_l("メモを入力してください。"))], limit=PARAGRAPH)


MEDIA = {
    "meeting": _l("会議"),
    "online": _l("オンライン会議"),
    "telephone": _l("電話"),
    "mail": _l("メール"),
    "portal": _l("このポータル"),
}


class MaterialsForm(PortalForm):
    """An entry to which files are put; one that was sent before need not be sent again (rows 17, 80-85)."""

    materials = ChoicesField(_l("付ける資料"), choices=[], description=_l("外すものは、印を外してください。"))
    files = MultipleFileField(
        _l("資料"),
        description=_l(
            "会議の資料など。記録すると、すべての当事者が読めます。住民の個人情報は添付しないでください。"
        ),
    )

    hints: Mapping[str, str] = {}
    """What the inspection found in each material, by its id."""

    @property
    def uploads(self) -> list[FileStorage]:
        """The files sent."""
        return [one for one in self.files.data or () if isinstance(one, FileStorage) and one.filename]

    def offer(self, materials: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        """These files, kept for the record, may stand in it: id, name, what the inspection found in each."""
        self.materials.choices = [(id, name) for id, name, _ in materials]
        self.hints = {id: Markup("<br>").join(found) for id, _, found in materials if found}


class ConsultationForm(MaterialsForm):
    """A consultation as one side writes it down (R2-2)."""

    held_on = DayField(_l("協議した日"), [Filled(_l("協議した日を入力してください。"))])
    medium = ChoiceField(_l("方法"), choices=[SelectChoice(key, name) for key, name in MEDIA.items()])
    participants = TextField(
        _l("出席者"),
        [Filled(_l("出席者を当事者ごとに入力してください。"))],
        limit=1_000,
        description=_l("当事者ごとに、職と氏名を書いてください。"),
    )
    summary = TextField(_l("要旨"), [Filled(_l("要旨を入力してください。"))], limit=5_000)
    decisions = TextField(_l("決まったこと"), limit=PARAGRAPH)


class ConfirmationForm(PortalForm):
    """A party's word on another's summary of a consultation."""

    is_confirmed = RadioField(
        _l("この記録について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("このとおりで間違いない")), SelectChoice("no", _l("認識が異なる"))],
    )
    remark = TextField(_l("異なる点"), limit=PARAGRAPH)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_confirmed.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


class UploadForm(PortalForm):
    """One file for the own-side draft."""

    file = FileField(_l("ファイル"), [Filled(_l("ファイルを選んでください。"))])
    saves = HiddenField(default="0")


class TableForm(PortalForm):
    """Tabling names the very save that is tabled."""

    saves = HiddenField(default="0")


__all__ = ["LINE", "BodyForm", "ConfirmationForm", "ConsentForm", "ConsultationForm", "MarkdownField"]
