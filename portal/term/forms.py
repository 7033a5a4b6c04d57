"""The forms of the term: dates, accords, intentions, notices and their arrival, meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, MultipleFileField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import MEDIA, BodyForm, ConsentForm, RowsForm
from portal.kernel.db import today_of
from portal.term import reckoning, rules
from portal.term.accord import AccordBody
from portal.term.dates import FIRST_DAY_NAMES, DatesBody
from portal.term.notice import NoticeBody
from portal.web.forms import (
    PARAGRAPH,
    ChoiceField,
    DayField,
    Filled,
    LineField,
    PortalForm,
    TextField,
    TimeField,
)
from portal.web.language import say
from portal.web.reading import reading
from portal.web.rows import OneOfField, PartyRowsField

_EXAMPLE = _l("例：令和7年9月10日、R7.9.10、2025/9/10")


class DatesForm(BodyForm):
    """The agreement's dates, as entered (R0-1)."""

    BodyType: ClassVar[type[Body]] = DatesBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。"))])
    signed_on = DayField(_l("締結日"), description=_EXAMPLE)
    effective_on = DayField(
        _l("発効日（締結日と異なるとき）"),
        description=_l("協定書が締結日と別に発効日を定めるときだけ入力してください。"),
    )
    end_on_fixed = DayField(
        _l("定められた末日（あるとき）"),
        description=_l("協定書が有効期間の末日を日付で定めるときだけ入力してください。"),
    )
    first_day = RadioField(
        _l("初日の数え方"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice(key, _l(name)) for key, name in FIRST_DAY_NAMES.items()],
        default="not_counted",
        validate_choice=False,
        description=_l(
            "期間の末日が1日変わります。全当事者の確認があるまで、両方の数え方による日を示します。"
        ),
    )
    note = TextField(_l("備考"), description=_l("根拠とした書面や、確かめたことを書いてください。"))

    def validate_first_day(self, field: Any) -> None:
        """One of the two ways."""
        if field.data not in FIRST_DAY_NAMES:
            raise ValidationError(str(_l("選択肢から選んでください。")))

    def prepare(self, edition: Edition, language: str) -> None:
        """Nothing here comes from the agreement's data."""


def _choices(names: Any) -> list[SelectChoice]:
    return [SelectChoice(str(key), _l(name)) for key, name in names.items()]


class AccordForm(BodyForm):
    """What the parties settle together about the term."""

    BodyType: ClassVar[type[Body]] = AccordBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。"))])
    what = OneOfField(_l("何についての合意か"), choices=_choices(rules.WHAT_NAMES))
    term = OneOfField(_l("期"))
    expiry = DayField(_l("満了日"), description=_l("算定した日だけを確認できます。"))
    last_day = DayField(_l("協定が有効な最後の日"), description=_EXAMPLE)
    measures = OneOfField(
        _l("終了後の措置（返却・処分）の定めを適用するか"), choices=_choices(rules.MEASURE_NAMES)
    )
    notice = LineField(_l("通知の番号"), limit=40, description=_l("例：NTC-0001"))
    reason = TextField(_l("理由・経緯"), limit=PARAGRAPH)

    def prepare(self, edition: Edition, language: str) -> None:
        """The terms so far, the one that runs last."""
        session = reading()
        found = reckoning.reckoned(edition, agreement.dates_now(session, edition), today_of(session))
        self.term.choices = [
            SelectChoice(str(line.number), say("第%(number)s期", number=line.number))
            for line in found.lines
            if line.stands != "to_come"
        ]


class IntentionForm(PortalForm):
    """What a party intends for the time after the term (R4-5)."""

    says = RadioField(
        _l("満了後についての意向"),
        [Filled(_l("どれかを選んでください。"))],
        choices=_choices(rules.INTENTION_NAMES),
    )
    remark = TextField(_l("補足"), limit=500, description=_l("相手方にも見えます。"))


class NoticeForm(RowsForm):
    """The words of a notice (R4-1)."""

    BodyType: ClassVar[type[Body]] = NoticeBody

    kind = OneOfField(_l("通知の種類"))
    term = OneOfField(_l("満了をもって終わらせる期"))
    planned_on = DayField(_l("解約予定日"), description=_EXAMPLE)
    document_number = LineField(
        _l("文書番号"), limit=100, description=_l("自分の側の文書番号です。文書の右上に入ります。")
    )
    dated_on = DayField(_l("文書の日付"), description=_EXAMPLE)
    sender = LineField(
        _l("差出人の職・氏名"), description=_l("通知をする権限のある人です。名称の下に入ります。")
    )
    addressees = PartyRowsField(_l("宛名"), limit=200, long=False)
    statement = TextField(
        _l("書き添えること"), limit=PARAGRAPH, description=_l("理由は要りません。書くときは簡潔に。")
    )
    contact = TextField(_l("問合せ先"), limit=500)

    def prepare(
        self,
        edition: Edition,
        language: str,
        mine: str = "",
        kinds: Sequence[str] = (),
        terms: Sequence[tuple[int, str]] = (),
    ) -> None:
        """The kinds that the text knows, the terms that may be named, and the other parties."""
        self.kind.choices = [SelectChoice(key, say(rules.KIND_NAMES[key])) for key in kinds]
        self.term.choices = [SelectChoice(str(number), words) for number, words in terms]
        self.addressees.offer(
            [
                (one.key, f"{one.defined_as[language]}（{one.name[language]}）")
                for one in edition.other_parties(mine)
            ]
        )

    def body(self) -> NoticeBody:
        """The words typed."""
        typed = super().body()
        assert isinstance(typed, NoticeBody)
        return typed


class DecisionForm(ConsentForm):
    """The own side's decision on the words of a notice (決裁)."""

    saves = HiddenField(default="0")


class SavesForm(PortalForm):
    """An act on a draft names the very save that it is for."""

    saves = HiddenField(default="0")


class DispatchForm(SavesForm):
    """How the letter went out."""

    means = OneOfField(_l("発信の方法"), choices=_choices(rules.MEANS_NAMES))
    dispatched_on = DayField(
        _l("発信した日"), [Filled(_l("発信した日を入力してください。"))], description=_EXAMPLE
    )
    tracking = LineField(_l("引受番号など"), limit=100, description=_l("追跡や照会に使う番号。"))
    file = FileField(_l("発信を示すものの写し（書留の受領証など）"))


_ARRIVED = _l("到達した日を入力してください。")


class ArrivedForm(PortalForm):
    """When a notice arrived at a receiver, and what shows it (R4-7)."""

    receiver = OneOfField(_l("到達した相手方"))
    arrived_on = DayField(_l("到達した日"), [Filled(_ARRIVED)], description=_EXAMPLE)
    arrived_at = TimeField(
        _l("到達した時刻（日本時間）"),
        description=_l("分かるときだけ。入力しないときは、その日のうちとして扱います。"),
    )
    evidence = LineField(_l("到達を示すもの"), description=_l("例：収受印、配達証明、受領証、守衛の受付簿"))
    evidence_on = DayField(
        _l("それが示す日"),
        description=_l(
            "到達した日がこの日（ないときは記録する日）より前のときは、受け取った側の別の人の裏付けが要ります。"
        ),
    )
    file = FileField(_l("到達を示すものの写し"))

    def offer(self, receivers: Sequence[tuple[str, str]]) -> None:
        """These parties may have received it."""
        self.receiver.choices = [SelectChoice(key, label) for key, label in receivers]
        if len(receivers) == 1 and not self.receiver.data:
            self.receiver.data = receivers[0][0]

    @property
    def time(self) -> dt.time | None:
        """The time typed."""
        return dt.time.fromisoformat(self.arrived_at.data) if self.arrived_at.data else None


class ArrivalForm(ArrivedForm):
    """The arrival of a notice that is here already, for the first time or anew."""

    reason = TextField(
        _l("前の記録を改める理由"),
        limit=500,
        description=_l("同じ側がすでに記録しているときだけ。前の記録も残ります。"),
    )


class ReceivedForm(ArrivedForm):
    """A notice on paper that a receiver registers."""

    sender = OneOfField(_l("差し出した当事者"))
    kind = OneOfField(_l("通知の種類"))
    term = OneOfField(_l("満了をもって終わらせる期"))
    planned_on = DayField(_l("解約予定日"), description=_EXAMPLE)
    document_number = LineField(_l("文書番号（書面に記されたもの）"), limit=100)
    dated_on = DayField(_l("文書の日付（書面に記されたもの）"), description=_EXAMPLE)
    signed_by = LineField(_l("差出人の職・氏名（書面に記されたもの）"))
    means = OneOfField(_l("届いた方法"), choices=_choices(rules.MEANS_NAMES))
    scan = FileField(_l("受け取った書面の写し"))

    def prepare(
        self,
        edition: Edition,
        language: str,
        mine: str,
        kinds: Sequence[str],
        terms: Sequence[tuple[int, str]],
    ) -> None:
        """The other parties, the kinds that the text knows, the terms that may be named."""
        self.offer([(mine, edition.party(mine).defined_as[language])])
        self.sender.choices = [
            SelectChoice(one.key, f"{one.defined_as[language]}（{one.name[language]}）")
            for one in edition.other_parties(mine)
        ]
        self.kind.choices = [SelectChoice(key, say(rules.KIND_NAMES[key])) for key in kinds]
        self.term.choices = [SelectChoice(str(number), words) for number, words in terms]


class AnswerForm(PortalForm):
    """A word on a record: that it is so, or what is otherwise."""

    is_confirmed = RadioField(
        _l("この記録について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("このとおりで間違いない")), SelectChoice("no", _l("認識が異なる"))],
    )
    remark = TextField(_l("異なる点"), limit=500)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_confirmed.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


class AttemptForm(PortalForm):
    """An attempt to deliver that did not succeed."""

    receiver = OneOfField(_l("届けようとした相手方"))
    tried_on = DayField(_l("届けようとした日"), [Filled(_l("日を入力してください。"))], description=_EXAMPLE)
    means = OneOfField(_l("方法"), choices=_choices(rules.MEANS_NAMES))
    circumstances = TextField(_l("経過"), [Filled(_l("経過を入力してください。"))], limit=PARAGRAPH)
    file = FileField(_l("経過を示すものの写し（不在票、返送された封筒など）"))

    def offer(self, receivers: Sequence[tuple[str, str]]) -> None:
        """These parties are to receive it."""
        self.receiver.choices = [SelectChoice(key, label) for key, label in receivers]
        if len(receivers) == 1 and not self.receiver.data:
            self.receiver.data = receivers[0][0]


class MeetingForm(PortalForm):
    """A regular meeting as one side writes it down (R2-2)."""

    held_on = DayField(_l("協議した日"), [Filled(_l("協議した日を入力してください。"))], description=_EXAMPLE)
    medium = ChoiceField(
        _l("方法"), choices=[SelectChoice(key, name) for key, name in MEDIA.items() if key != "portal"]
    )
    participants = PartyRowsField(_l("出席者"), limit=500)
    summary = TextField(_l("要旨"), [Filled(_l("要旨を入力してください。"))], limit=5_000)
    decisions = TextField(_l("決まったこと"), limit=PARAGRAPH)
    files = MultipleFileField(
        _l("資料"),
        description=_l(
            "会議の資料など。記録すると、すべての当事者が読めます。住民の個人情報は添付しないでください。"
        ),
    )

    def prepare(self, edition: Edition, language: str) -> None:
        """One row of participants for each party."""
        self.participants.offer(
            [(one.key, f"{one.defined_as[language]}（{one.name[language]}）") for one in edition.parties]
        )

    @property
    def uploads(self) -> list[FileStorage]:
        """The files sent."""
        return [one for one in self.files.data or () if isinstance(one, FileStorage) and one.filename]
