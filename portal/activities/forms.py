"""The forms of activities: a proposal's words, the particulars' words, a recorded act, an acknowledgement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.activities import rules
from portal.activities.particulars import COST_NAMES, ParticularsBody
from portal.activities.proposal import PERSONAL_DATA_NAMES, ProposalBody
from portal.activities.rules import MOST_FIGURES, MOST_MILESTONES, TIMING_NAMES, Timing
from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import MarkdownField, RowsForm
from portal.kernel import days
from portal.web.forms import PARAGRAPH, ChoicesField, DayField, Filled, LineField, PortalForm, TextField
from portal.web.language import language as spoken
from portal.web.language import say
from portal.web.rows import OneOfField, PartyRowsField, RowsField


class Milestone:
    """One row of the milestones: its day and what happens on it."""

    def __init__(self, day: Any, what: Any) -> None:
        self.day, self.what = day, what

    def __iter__(self) -> Any:
        return iter((self.day, self.what))


class MilestonesField(RowsField):
    """Days and what happens on each; a few empty rows stand below the filled ones."""

    milestones: Sequence[Milestone] = ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Day (ISO, or as it was typed where it is no day) and words, for each row with anything in it."""
        found = ((_day_text(one.day), (one.what.data or "").strip()) for one in self.milestones)
        return tuple(row for row in found if any(row))

    def _build(self) -> None:
        sent = [int(name.rsplit("-", 1)[1]) for name in self._sent or () if self._is_mine(name)]
        filled = max(len(self._given), max(sent, default=-1) + 1)
        self.milestones = [
            self._row(number, self._given[number] if number < len(self._given) else ("", ""))
            for number in range(min(MOST_MILESTONES, max(4, filled if self._sent else filled + 2)))
        ]
        self.entries = [entry for one in self.milestones for entry in one]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Where milestones are the timing chosen, each has its day and its words; the error stands with what is
        missing."""
        sound = super().validate(form, extra_validators)
        if form.timing_kind.data == Timing.MILESTONES:
            for one in self.milestones:
                on, what = _day_text(one.day), (one.what.data or "").strip()
                if what and not on and not one.day.errors:
                    one.day.errors = [say("節目の日付を入力するか、この行を空にしてください。")]
                if on and not what:
                    one.what.errors = [*one.what.errors, say("その日に何をするかを入力するか、この行を空にしてください。")]
            self.errors = [list(entry.errors) for entry in self.entries if entry.errors]
        return sound and not self.errors

    def _is_mine(self, name: str) -> bool:
        own, _, number = name.rpartition("-")
        return own in {f"{self.name}-day", f"{self.name}-what"} and number.isascii() and number.isdigit()

    def _row(self, number: int, given: tuple[str, ...]) -> Milestone:
        on, what = given if len(given) == 2 else ("", "")
        place = number + 1
        return Milestone(
            self._bound(DayField(_l("節目%(place)sの日", place=place)), f"{self.name}-day-{number}", on),
            self._bound(
                LineField(_l("節目%(place)sの内容", place=place)), f"{self.name}-what-{number}", what
            ),
        )


class Figure:
    """One row of the figures: what is counted, how many, in which unit."""

    def __init__(self, label: Any, value: Any, unit: Any) -> None:
        self.label, self.value, self.unit = label, value, unit

    def __iter__(self) -> Any:
        return iter((self.label, self.value, self.unit))


class FiguresField(RowsField):
    """The figures a party gives of an outcome; no amounts of money are asked for."""

    figures: Sequence[Figure] = ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Label, value and unit, for each row with anything in it."""
        found = (tuple((one.data or "").strip() for one in figure) for figure in self.figures)
        return tuple(row for row in found if any(row))

    def _build(self) -> None:
        self.figures = [self._figure(place) for place in range(1, MOST_FIGURES + 1)]
        self.entries = [entry for figure in self.figures for entry in figure]

    def _figure(self, place: int) -> Figure:
        return Figure(
            self._line(_l("数値%(place)sの名前", place=place), f"{self.name}-label-{place}"),
            self._line(_l("数値%(place)s", place=place), f"{self.name}-value-{place}"),
            self._line(_l("数値%(place)sの単位", place=place), f"{self.name}-unit-{place}"),
        )

    def _line(self, label: Any, name: str) -> Any:
        return self._bound(LineField(label, limit=100), name, "")

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """A figure has its name and its value; the error stands with what is missing."""
        sound = super().validate(form, extra_validators)
        for figure in self.figures:
            name, value, unit = ((one.data or "").strip() for one in figure)
            if (value or unit) and not name:
                figure.label.errors = [*figure.label.errors, say("何の数値かを入力してください。")]
            if (name or unit) and not value:
                figure.value.errors = [*figure.value.errors, say("数値を入力してください。")]
        self.errors = [list(entry.errors) for entry in self.entries if entry.errors]
        return sound and not self.errors


class MonthField(LineField):
    """A month, typed as people type it: 令和7年12月, R7.12, 2025/12; `data` is `2025-12`.

    What was typed is shown again as it was typed; a stored month in the one form in which pages write months.
    """

    typed: str = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """`data` is the month, or what was typed together with an error."""
        super().process_formdata(valuelist)
        self.typed = self.data
        if self.data:
            month = read_month(self.data)
            if month is None:
                raise ValueError(say("月として読めません。例：令和7年12月、R7.12、2025/12"))
            self.data = month

    def _value(self) -> str:
        if self.typed:
            return self.typed
        month = rules.month_of(self.data or "")
        return days.month_in_words(*month, spoken()) if month else self.data or ""


def read_month(text: str) -> str | None:
    """`2025-12` for a month, or a day in it, as people type it; None for what is neither."""
    for ending in ("", "1日", "/1", "-1", ".1"):
        try:
            return days.read_day(f"{text}{ending}").isoformat()[:7]
        except days.ImpossibleDay:
            continue
    try:
        return days.read_day(f"1 {text}").isoformat()[:7]
    except days.ImpossibleDay:
        return None


def _day_text(field: Any) -> str:
    return field.data.isoformat() if isinstance(field.data, dt.date) else field.typed.strip()


_PERSONAL_DATA = [SelectChoice(key, _l(name)) for key, name in PERSONAL_DATA_NAMES.items()]


class ProposalForm(RowsForm):
    """The words of a proposal."""

    BodyType: ClassVar[type[Body]] = ProposalBody

    title = LineField(
        _l("取組の名称"),
        [Filled(_l("取組の名称を入力してください。あとから変えられます。"))],
        description=_l("何をする取組かが一覧で分かる名前にしてください。"),
    )
    title_en = LineField(_l("取組の名称（英語）"))
    items = ChoicesField(
        _l("協力事項"),
        description=_l("複数に当たるときは、すべて選んでください。分類は当事者の合意によります。"),
    )
    items_reason = TextField(_l("その協力事項に当たる理由"), limit=500)
    measure = LineField(_l("施策名"))
    sections = PartyRowsField(_l("担当する部局・室課"), limit=200, long=False)
    purposes = ChoicesField(
        _l("協定の目的"), description=_l("目的に当てはまらない取組は、協定の対象外のおそれがあります。")
    )
    purpose_reason = TextField(
        _l("その目的に当たる理由"), limit=500, description=_l("一文で書いてください。")
    )
    summary = MarkdownField(_l("取組の概要"))
    roles = PartyRowsField(_l("各当事者が行うこと"))
    third_parties = TextField(
        _l("関わる第三者"), description=_l("委託先、参加団体、市町村など、当事者以外の者を書いてください。")
    )
    personal_data = OneOfField(_l("個人情報"), choices=_PERSONAL_DATA)
    data_kinds = TextField(_l("扱うデータの種類"), limit=PARAGRAPH)
    data_reason = TextField(_l("個人情報を扱う理由"), limit=PARAGRAPH)
    consultation_from = DayField(
        _l("協議を始めた日"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10")
    )

    def prepare(self, edition: Edition, language: str) -> None:
        """Matters and purposes are the edition's, in its words."""
        super().prepare(edition, language)
        self.items.choices = [SelectChoice(item.key, item.citation[language]) for item in edition.scope_items]
        self.purposes.choices = [SelectChoice(one.key, one.text[language]) for one in edition.purposes]
        owner = edition.party(edition.measure_of) if edition.measure_of else None
        if owner is None:
            self.measure.description = say("施策や事業に属する取組のときは、その名称を書いてください。")
        else:
            self.measure.description = say(
                "%(party)sが推進する施策の名称です。施策に関する協力事項を選ぶときは必須です。",
                party=owner.defined_as,
            )


class ParticularsForm(RowsForm):
    """The words of particulars."""

    BodyType: ClassVar[type[Body]] = ParticularsBody

    title = LineField(_l("件名"), [Filled(_l("件名を入力してください。"))])
    timing_kind = OneOfField(
        _l("実施時期の定め方"),
        choices=[SelectChoice(one.value, _l(name)) for one, name in TIMING_NAMES.items()],
        default=Timing.RANGE.value,
    )
    day = DayField(_l("実施日"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10"))
    start = DayField(_l("開始日"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10"))
    end = DayField(_l("終了日"), description=_l("終わる日も期間に含みます。"))
    milestones = MilestonesField(_l("節目"))
    settle_by = MonthField(_l("実施時期を協議する期限の月"), description=_l("例：令和7年12月、2025/12"))
    method = MarkdownField(_l("実施方法"))
    place = TextField(_l("場所"), limit=500)
    roles = PartyRowsField(_l("各当事者の役割"))
    target_group = TextField(_l("対象者"), limit=500)
    cost = OneOfField(
        _l("経費の負担"),
        choices=[SelectChoice(key, _l(name)) for key, name in COST_NAMES.items()],
        description=_l("金額は書きません。"),
    )
    contract_reference = LineField(
        _l("別途契約の番号・名称"),
        description=_l("「別途契約による」のときだけ入力してください。金額は書きません。"),
    )
    personal_data = OneOfField(_l("個人情報"), choices=_PERSONAL_DATA)
    data_kinds = TextField(_l("扱うデータの種類"), limit=PARAGRAPH)
    data_reason = TextField(_l("個人情報を扱う理由"), limit=PARAGRAPH)
    third_parties = TextField(
        _l("関わる第三者"), description=_l("委託先、参加団体、市町村など、当事者以外の者を書いてください。")
    )
    exit = TextField(
        _l("終わり方"), description=_l("終了の条件、データや資料の扱い、引継ぎなどを書いてください。")
    )
    other = TextField(_l("その他の事項"))


class ActForm(PortalForm):
    """A record of the carrying out: on which day, and why."""

    on_day = DayField(
        _l("日付"),
        [Filled(_l("日付を入力してください。"))],
        description=_l("実際にそうなった日です。例：令和7年9月10日、R7.9.10、2025/9/10"),
    )
    reason = TextField(_l("理由"), limit=PARAGRAPH)


class CompleteForm(ActForm):
    """The record of a completion: with what came of it (R2-10, R1-1)."""

    outcome = TextField(
        _l("成果（何が得られたか）"),
        [Filled(_l("成果を入力してください。"))],
        limit=5_000,
        description=_l("取組の一覧にも載ります。協定の記録として残ります。"),
    )
    beneficiaries = TextField(_l("誰のための成果か"), limit=PARAGRAPH)
    figures = FiguresField(_l("数値"))
    purpose = TextField(
        _l("協定の目的に照らして"), limit=PARAGRAPH, description=_l("目的にどう役立ったかを書いてください。")
    )
    reason = TextField(_l("備考"), limit=PARAGRAPH)


class AcknowledgementForm(PortalForm):
    """Another party's word on a recorded act."""

    is_acknowledged = RadioField(
        _l("この記録について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("このとおりで間違いない")), SelectChoice("no", _l("認識が異なる"))],
    )
    remark = TextField(_l("異なる点"), limit=PARAGRAPH)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_acknowledged.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


__all__ = ["AcknowledgementForm", "ActForm", "CompleteForm", "ParticularsForm", "ProposalForm"]
