"""The forms of the term: the agreement's dates, and a planned date to look up."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import BodyForm
from portal.term.dates import FIRST_DAY_NAMES, DatesBody
from portal.web.forms import DayField, Filled, LineField, TextField

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
