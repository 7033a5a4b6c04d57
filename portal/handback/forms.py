"""The forms of handing over and back: a line's words, the receipt, holders, and what becomes of what was received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import BodyForm
from portal.handback import rules
from portal.handback.body import HandoverBody, whole
from portal.web.forms import PARAGRAPH, ChoicesField, DayField, Filled, LineField, PortalForm, TextField
from portal.web.language import say
from portal.web.rows import OneOfField

_DAYS = _l("例：令和7年9月10日、R7.9.10、2025/9/10")


def _choices(names: Any) -> list[SelectChoice]:
    return [SelectChoice(str(key), _l(name)) for key, name in names.items()]


class HandoverForm(BodyForm):
    """The words of a line (R5-1)."""

    BodyType: ClassVar[type[Body]] = HandoverBody

    title = LineField(
        _l("件名"),
        [Filled(_l("件名を入力してください。あとから変えられます。"))],
        description=_l("すべての当事者と監査人に見えます。それ自体が秘密にならない名前にしてください。"),
    )
    way = OneOfField(_l("渡したか、受け取ったか"), choices=_choices(rules.WAY_NAMES))
    others = ChoicesField(
        _l("相手の当事者"), description=_l("渡したときはすべての相手を、受け取ったときは1つを選びます。")
    )
    kind = OneOfField(_l("種類"), choices=_choices(rules.KIND_NAMES))
    form = OneOfField(_l("形"), choices=_choices(rules.FORM_NAMES))
    copies = LineField(_l("部数"), limit=20)
    disclosed_on = DayField(_l("渡された日（開示日）"), description=_DAYS)
    received_on = DayField(
        _l("受け取った日（受領日）"),
        description=_l(
            "受け取ったときは必ず、渡したときは分かれば入力します。秘密保持の期間は受領日から数えます。"
        ),
    )
    activity = LineField(
        _l("取組の番号"),
        limit=40,
        description=_l("取組に関するものなら、その番号（例：ACT-0001）を書いてください。"),
    )
    marking = OneOfField(_l("秘密の区分"), choices=_choices(rules.MARKING_NAMES))
    why = TextField(
        _l("秘密と認識し得る理由"),
        limit=PARAGRAPH,
        description=_l("「表示なし・秘密と認識し得る」のときに書きます。秘密そのものは書かないでください。"),
    )
    description = TextField(
        _l("内容の説明"),
        limit=PARAGRAPH,
        description=_l("口頭で伝えたときは要点を書きます。渡した側と受け取った側だけに見えます。"),
    )
    holder = LineField(
        _l("保有者（職または氏名）"),
        description=_l("自分の側が受け取ったとき、だれが保管しているかを書きます。"),
    )
    place = LineField(_l("保管場所"))
    reason = TextField(
        _l("訂正の理由"),
        limit=PARAGRAPH,
        description=_l("前の記録のどこを、なぜ改めるのかを書いてください。相手方にも伝わります。"),
    )

    def prepare(self, edition: Edition, language: str, mine: str = "") -> None:
        """The other parties are those of the edition; with one alone, it is chosen."""
        self.others.choices = [
            (one.key, f"{one.defined_as[language]}（{one.name[language]}）")
            for one in edition.other_parties(mine)
        ]

    def body(self) -> HandoverBody:
        """The words typed."""
        typed = super().body()
        assert isinstance(typed, HandoverBody)
        return typed


class FileForm(PortalForm):
    """One file of what was handed over."""

    file = FileField(_l("ファイル"), [Filled(_l("ファイルを選んでください。"))])


class SavesForm(PortalForm):
    """Recording names the very save that is recorded."""

    saves = HiddenField(default="0")


class SharedForm(PortalForm):
    """Which shared files are taken into the ledger."""

    files = ChoicesField(_l("台帳に載せるファイル"))

    def offer(self, files: Sequence[tuple[str, str]]) -> None:
        """These files can be taken in."""
        self.files.choices = list(files)


class ActForm(PortalForm):
    """What one does about lines that were chosen on the page before."""

    seen = HiddenField(default="0")
    """How many lines a rule had chosen when this page was opened."""

    @property
    def count(self) -> int:
        """`seen` as a number; -1, which fits nothing, for anything else."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class ConfirmForm(ActForm):
    """The other side's word on records (R5-1)."""

    is_same = RadioField(
        _l("この記録について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("このとおりで間違いない")), SelectChoice("no", _l("認識が異なる"))],
    )
    received_on = DayField(_l("受け取った日（受領日）"), description=_DAYS)
    holder = LineField(_l("保有者（職または氏名）"))
    place = LineField(_l("保管場所"))
    remark = TextField(_l("異なる点"), limit=PARAGRAPH)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_same.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


class InstructForm(ActForm):
    """The discloser's word on what becomes of it (R5-3)."""

    choice = RadioField(
        _l("どうするか"), [Filled(_l("どれかを選んでください。"))], choices=_choices(rules.CHOICE_NAMES)
    )
    erases = BooleanField(_l("済んだら、ファイルと内容の説明をこのポータルからも消去する"))
    remark = TextField(
        _l("伝えること"), limit=PARAGRAPH, description=_l("返却先や処分の方法などを書きます。")
    )


class CarryOutForm(ActForm):
    """What the receiver did (R5-3)."""

    choice = RadioField(
        _l("行ったこと"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice(key, _l(rules.CHOICE_NAMES[key])) for key in ("return", "dispose")],
    )
    on_day = DayField(_l("行った日"), description=_DAYS)
    means = LineField(_l("返却・処分の方法"), description=_l("例：手渡し、簡易書留、溶解処理、完全消去"))
    by_whom = LineField(_l("行った人（部署・氏名、または委託先）"))
    searched = ChoicesField(
        _l("写しを探した場所"),
        choices=_choices(rules.SEARCHED_NAMES),
        description=_l("電子の資料と処分では必ず選びます。廃棄証明書に載ります。"),
    )
    found = TextField(_l("探した結果・補足"), limit=PARAGRAPH)
    backups_until = DayField(_l("バックアップの最後の世代が消える日"), description=_DAYS)
    has_no_backups = BooleanField(_l("バックアップに残る写しはない"))
    is_gathered = BooleanField(_l("担当者に渡した写しも含めて済ませた"))


class AcknowledgeForm(ActForm):
    """The discloser's word on what was carried out (R5-3)."""

    is_so = RadioField(
        _l("この返却・処分について"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("yes", _l("確認した（完了とする）")), SelectChoice("no", _l("認識が異なる"))],
    )
    remark = TextField(_l("異なる点・補足"), limit=PARAGRAPH)

    def validate_remark(self, field: Any) -> None:
        """Seeing it otherwise says what otherwise."""
        if self.is_so.data == "no" and not (field.data or "").strip():
            raise ValidationError(say("どこが異なるかを入力してください。"))


class RetainForm(ActForm):
    """Keeping by law (R5-3)."""

    basis = TextField(
        _l("根拠（法令・規則の名称と条項）"),
        [Filled(_l("保存を義務付ける法令・規則の名称と条項を入力してください。"))],
        limit=PARAGRAPH,
    )
    until = DayField(_l("保有する最後の日"), description=_DAYS)
    period = LineField(
        _l("期間（日付で決まらないとき）"), description=_l("例：作成した年度の翌年度から5年間")
    )
    access = TextField(
        _l("閲覧できる人の限定"),
        [Filled(_l("だれが、どのような場合に見られるようにするかを入力してください。"))],
        limit=PARAGRAPH,
    )


class AskForm(PortalForm):
    """What the receiver would like to do with it."""

    holding = HiddenField()
    choice = RadioField(
        _l("求める扱い"), [Filled(_l("どれかを選んでください。"))], choices=_choices(rules.CHOICE_NAMES)
    )
    remark = TextField(_l("理由・事情"), limit=PARAGRAPH)


class HolderForm(PortalForm):
    """Who has copies (R5-1; T10)."""

    holding = HiddenField()
    kind = RadioField(_l("保有者の区分"), [Filled(_l("どれかを選んでください。"))], choices=[])
    holder = LineField(_l("保有者（人・職・会社）"), [Filled(_l("だれが持っているかを入力してください。"))])
    place = LineField(_l("保管場所"))
    copies = LineField(_l("部数"), limit=20, default="1")
    on_day = DayField(_l("渡した日"), description=_DAYS)

    def prepare(self, edition: Edition) -> None:
        """A holder is the own side's keeper, or a Representative of a kind that the agreement names."""
        kinds = [rules.KEEPER, *edition.representative_kinds]
        self.kind.choices = [
            (one, say(rules.HOLDER_NAMES[one]) if one in rules.HOLDER_NAMES else one) for one in kinds
        ]

    @property
    def count(self) -> int | None:
        """How many copies; None for what is no number."""
        return whole(self.copies.data or "")


class HolderEndForm(PortalForm):
    """A holder's copies were collected or disposed of."""

    ended_on = DayField(_l("回収・処分した日"), description=_DAYS)
    ended_how = LineField(
        _l("回収・処分の方法"), [Filled(_l("どのように回収・処分したかを入力してください。"))]
    )


class StrikeForm(PortalForm):
    """Taking one's own record back."""

    reason = TextField(
        _l("取り消す理由"), [Filled(_l("理由を入力してください。相手方にも伝わります。"))], limit=PARAGRAPH
    )


class WordForm(PortalForm):
    """What was said in consulting about it."""

    holding = HiddenField()
    text = TextField(_l("協議の記載"), [Filled(_l("話し合ったことを入力してください。"))], limit=PARAGRAPH)


__all__ = [
    "AcknowledgeForm",
    "ActForm",
    "AskForm",
    "CarryOutForm",
    "ConfirmForm",
    "FileForm",
    "HandoverForm",
    "HolderEndForm",
    "HolderForm",
    "InstructForm",
    "RetainForm",
    "SavesForm",
    "SharedForm",
    "StrikeForm",
    "WordForm",
]
