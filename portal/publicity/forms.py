"""The forms of publicity: an item's words, what appeared through a channel, what nobody had agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import FileField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import HiddenInput

from portal.agreement.text import Edition
from portal.consent.body import Body
from portal.consent.forms import MarkdownField, RowsForm, SeenForm
from portal.publicity import timing
from portal.publicity.beside import NATURE_NAMES, SECRETS_NAMES, Nature
from portal.publicity.item import (
    LABELS_OF_TAKE_DOWNS,
    OF_PUBLICATIONS,
    PublicityBody,
    output_keys,
    output_words,
)
from portal.publicity.sorts import (
    ABOUT_NAMES,
    MEDIUM_NAMES,
    RELATION_NAMES,
    SORT_NAMES,
    YES_NO_NAMES,
    Medium,
    Relation,
)
from portal.publicity.tabling import MOST_CHANNELS, MOST_QUOTES
from portal.publicity.timing import HOME_ZONE, TIMING_NAMES, ZONE_NAMES
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
from portal.web.rows import OneOfField, PartyRowsField, RowsField


class WritingsField(RowsField):
    """One Markdown text for each of several versions; `offer` says which these are."""

    versions: Sequence[tuple[str, str]] = ()

    def offer(self, versions: Sequence[tuple[str, str]]) -> None:
        """There is one text for each of `versions` (key and label)."""
        self.versions = versions
        self._build()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Key and text, for each version in which something is said."""
        pairs = zip(self.versions, self.entries, strict=True)
        return tuple((key, entry.data) for (key, _), entry in pairs if (entry.data or "").strip())

    def _build(self) -> None:
        given = dict(row for row in self._given if len(row) == 2)
        self.entries = [
            self._bound(MarkdownField(label), f"{self.name}-{key}", given.get(key, ""))
            for key, label in self.versions
        ]


class _Line(list[Any]):
    """One row of inputs."""


class _LinesField(RowsField):
    """Rows of several inputs, numbered; a few empty rows stand below the filled ones."""

    most = MOST_CHANNELS
    least = 3
    lines: Sequence[_Line] = ()

    def inputs(self, place: int) -> Sequence[tuple[str, Any]]:
        """The name and the unbound field of each input of row `place` (from 1)."""
        raise NotImplementedError

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What stands in each row with anything in it."""
        found = (tuple(_text(entry) for entry in line) for line in self.lines)
        return tuple(row for row in found if any(row))

    def _build(self) -> None:
        prefix = f"{self.name}-"
        sent = [
            int(number)
            for name in self._sent or ()
            if name.startswith(prefix) and (number := name.rpartition("-")[2]).isascii() and number.isdigit() and len(number) < 3
        ]  # fmt: skip
        filled = max(len(self._given), max(sent, default=-1) + 1)
        count = min(self.most, max(self.least, filled if self._sent else filled + 1))
        self.lines = [self._line(number) for number in range(count)]
        self.entries = [entry for line in self.lines for entry in line]

    def _line(self, number: int) -> _Line:
        inputs = self.inputs(number + 1)
        given = (*(self._given[number] if number < len(self._given) else ()), *("",) * len(inputs))
        return _Line(
            self._bound(field, f"{self.name}-{name}-{number}", given[place])
            for place, (name, field) in enumerate(inputs)
        )


class ChannelsField(_LinesField):
    """The method: one row for each channel."""

    parties: Sequence[tuple[str, str]] = ()
    versions: Sequence[tuple[str, str]] = ()
    is_taking_down = False
    """Whether the channels are those from which something is taken down."""

    def offer(self, parties: Sequence[tuple[str, str]], versions: Sequence[tuple[str, str]]) -> None:
        """The parties that may publish, and the versions that may be published (keys and labels)."""
        self.parties, self.versions = parties, versions
        self._build()

    def inputs(self, place: int) -> Sequence[tuple[str, Any]]:
        """Medium, publisher, place, output, and a day and a time of its own."""
        none = SelectChoice("", "")
        media = [none, *(SelectChoice(key, _l(name)) for key, name in MEDIUM_NAMES.items())]
        parties = [none, *(SelectChoice(key, label) for key, label in self.parties)]
        versions = [none, *(SelectChoice(key, label) for key, label in self.versions)]
        publisher = (
            _l("経路%(place)sで取り下げる側", place=place)
            if self.is_taking_down
            else _l("経路%(place)sで公表する側", place=place)
        )
        return (
            ("medium", ChoiceField(_l("経路%(place)sの媒体", place=place), choices=media)),
            ("publisher", ChoiceField(publisher, choices=parties)),
            (
                "place",
                LineField(_l("経路%(place)sの場所（サイト名、記者クラブ名、アカウントなど）", place=place)),
            ),
            ("output", ChoiceField(_l("経路%(place)sで使う文面", place=place), choices=versions)),
            ("day", DayField(_l("経路%(place)sだけの日（上の時期と違うとき）", place=place))),
            ("time", TimeField(_l("経路%(place)sだけの時刻", place=place))),
        )


class QuotesField(_LinesField):
    """Quotations: who, which words, and who cleared them."""

    most = MOST_QUOTES
    least = 2

    def inputs(self, place: int) -> Sequence[tuple[str, Any]]:
        """Speaker, words, who cleared them."""
        return (
            ("speaker", LineField(_l("引用%(place)sの発言者（肩書・氏名）", place=place))),
            ("words", TextField(_l("引用%(place)sの言葉", place=place), limit=1_000)),
            ("cleared", LineField(_l("引用%(place)sを確認した人", place=place))),
        )


def _text(entry: Any) -> str:
    if isinstance(entry, DayField):
        return entry.data.isoformat() if isinstance(entry.data, dt.date) else entry.typed.strip()
    return (entry.data or "").strip()


def _choices(names: Any) -> list[SelectChoice]:
    return [SelectChoice(str(key), _l(name)) for key, name in names.items()]


class PublicityForm(RowsForm):
    """The words of a publicity item."""

    BodyType: ClassVar[type[Body]] = PublicityBody

    title = LineField(
        _l("件名"),
        [Filled(_l("件名を入力してください。あとから変えられます。"))],
        description=_l("解禁の前は、ページの題名やメールには件名を出しません。"),
    )
    title_en = LineField(_l("件名（英語）"))
    about = OneOfField(_l("公表の対象"), choices=_choices(ABOUT_NAMES))
    sort = OneOfField(
        _l("公表の種類"),
        choices=_choices(SORT_NAMES),
        description=_l("報道発表だけでなく、SNS、講演、事例紹介、取材への回答なども事前の合意の対象です。"),
    )
    relation = LineField(_l("先の公表との関係"), widget=HiddenInput(), default=Relation.NEW.value)
    concerns = LineField(_l("先の公表"), widget=HiddenInput())
    relation_reason = TextField(
        _l("訂正・補足・取下げ・中止の理由"),
        description=_l("何がどう違っていたか、なぜ必要かを書いてください。"),
    )
    measure = LineField(
        _l("施策名"), description=_l("協定の取組が属する施策の名称。文面でもこの名称を使います。")
    )
    summary = MarkdownField(
        _l("趣旨・概要"), description=_l("日時、場所、対象、内容など。どの版の文面にも共通する事柄です。")
    )
    outputs = WritingsField(_l("公表する文面"))
    timing_kind = OneOfField(_l("時期の定め方"), choices=_choices(TIMING_NAMES))
    zone = ChoiceField(_l("時間帯"), choices=_choices(ZONE_NAMES), default=HOME_ZONE)
    event = LineField(_l("終了を待つ行事"), description=_l("例：基調講演、知事定例会見"))
    day = DayField(_l("日（始まり）"), description=_l("例：令和7年9月10日、R7.9.10、2025/9/10"))
    time = TimeField(_l("時刻（始まり）"), description=_l("例：14:00、午後2時"))
    until_day = DayField(_l("日（終わり）"))
    until_time = TimeField(_l("時刻（終わり）"), description=_l("入力しないときは、その日の終わりまでです。"))
    timing_words = LineField(
        _l("時期についての言葉での定め"), description=_l("例：9月10日の基調講演終了後、同日中")
    )
    embargo = OneOfField(_l("解禁日時を付けて事前に提供する"), choices=_choices(YES_NO_NAMES))
    provided_day = DayField(_l("事前に提供する日"))
    provided_time = TimeField(_l("事前に提供する時刻"))
    channels = ChannelsField(_l("公表の方法（経路）"))
    in_order = OneOfField(_l("経路は上から順に公表する"), choices=_choices(YES_NO_NAMES))
    simultaneous = TextField(_l("同時提供先"), limit=500)
    background = TextField(_l("経緯"), description=_l("協定の名称と締結の経緯など。"))
    quotes = QuotesField(_l("引用・コメントと、その確認"))
    titles = TextField(
        _l("氏名・肩書"), limit=1_000, description=_l("文面に出る人の肩書と氏名を、公表日の時点で。")
    )
    titles_as_of = DayField(
        _l("氏名・肩書を確かめた基準日"), description=_l("4月・7月や選挙のあとは、肩書が変わります。")
    )
    images = TextField(
        _l("画像・図の権利表示（クレジット）"),
        description=_l("文面と一緒に印刷されます。ここには公表してよい表示だけを書いてください。"),
    )
    portraits = TextField(
        _l("写る人・声の出る人の同意"),
        description=_l(
            "同意書は載せず、誰が保管し、どの媒体・期間までの同意かを書いてください。印刷されません。"
        ),
    )
    coverage = TextField(_l("取材の案内"), description=_l("受付、撮影の可否、代表取材など。"))
    related = TextField(_l("関連ページ"), limit=1_000)
    contacts = PartyRowsField(_l("問合せ先"))
    profiles = PartyRowsField(_l("当事者の概要"))
    trademarks = TextField(_l("商標・製品名の表記"), limit=1_000)
    document_number = LineField(_l("資料番号"))
    questions = MarkdownField(_l("想定問答と、答える側"))
    reuse = TextField(
        _l("公表後の再利用"), description=_l("同じ文面をほかで引用してよいか、どこまでかを定めます。")
    )
    correction = TextField(_l("誤りがあったときの手順と連絡先"))
    monitoring = TextField(_l("公表後の確認（だれが、いつ、どこを見るか）"))
    other = TextField(_l("その他の事項"))

    @property
    def relation_words(self) -> str:
        """What the document is to what came before it, in the reader's words; as it was sent, where there is no such."""
        known = self.relation.data in set(Relation)
        return say(RELATION_NAMES[self.relation.data]) if known else str(self.relation.data)

    def validate_relation(self, field: Any) -> None:
        """It is one of the relations that there are: the page sends it, nobody types it."""
        if field.data not in set(Relation):
            raise ValidationError(
                say("先の公表との関係が読み取れません。公表のページから始め直してください。")
            )

    def prepare(self, edition: Edition, language: str) -> None:
        """The parties and the versions of the text stand by the agreement's own names."""
        super().prepare(edition, language)
        self.channels.is_taking_down = self.is_taking_down
        versions = [(key, output_words(key, edition, language)) for key in output_keys(edition)]
        parties = [(one.key, one.defined_as[language]) for one in edition.parties]
        self.outputs.offer(versions)
        self.channels.offer(parties, versions)
        self._call_by_its_name()

    def fill(self, body: Body) -> None:
        """The form shows `body`, and calls a take-down one."""
        assert isinstance(body, PublicityBody)
        self.channels.is_taking_down = body.relation == Relation.TAKE_DOWN
        super().fill(body)
        self._call_by_its_name()

    @property
    def is_taking_down(self) -> bool:
        """Whether the words are those of a take-down."""
        return bool(self.relation.data == Relation.TAKE_DOWN)

    def asks(self, field: Any) -> bool:
        """Whether the field belongs to such a document, or holds something that nobody may lose unseen."""
        if not self.is_taking_down:
            return True
        if field.name.startswith("channels-output-"):
            return bool(field.data)
        said = field.rows if isinstance(field, RowsField) else field.data
        return field.name not in OF_PUBLICATIONS or bool(said and said != "no")

    def _call_by_its_name(self) -> None:
        if not self.is_taking_down:
            return
        for name, words in LABELS_OF_TAKE_DOWNS.items():
            self[name].label.text = say(words)
        for name, hint in (
            ("sort", ""),
            ("relation_reason", say("なぜ取り下げるかを書いてください。")),
            ("summary", say("どの公表の、どの部分を取り下げるか。取り下げたあとに何が残るか。")),
        ):
            self[name].description = hint


def moment_typed(on: Any, clock: Any) -> dt.datetime | None:
    """The moment that a day and a time name in Japan (UTC); None where either is missing."""
    if not isinstance(on, dt.date) or not clock:
        return None
    at = timing.time_of(clock)
    return timing.moment_of(on, at, HOME_ZONE) if at else None


_DAY, _TIME = _l("日を入力してください。"), _l("時刻を入力してください。")


class PublishForm(SeenForm):
    """What appeared through one channel, by its publisher."""

    published_on = DayField(_l("公表した日"), [Filled(_DAY)])
    published_at = TimeField(_l("公表した時刻（日本時間）"), [Filled(_TIME)])
    place = LineField(
        _l("実際に公表した場所"), description=_l("合意した場所と違うときだけ入力してください。")
    )
    url = LineField(
        _l("アドレス（URL）"), limit=1_000, description=_l("ウェブやSNSのときは必ず入力してください。")
    )
    text_was = RadioField(
        _l("公表した文面"),
        [Filled(_l("どちらかを選んでください。"))],
        choices=[SelectChoice("agreed", _l("合意した文面のとおり")), SelectChoice("other", _l("合意した文面と違うところがある"))],
    )  # fmt: skip
    final_text = TextField(
        _l("実際に公表した文面"),
        limit=20_000,
        description=_l("違うところがあるときは、そのまま貼り付けてください。"),
    )
    remark = TextField(_l("備考"), limit=PARAGRAPH)
    file = FileField(_l("公表したものの写し（画面の保存など）"))

    def ask_for_take_down(self) -> None:
        """The fields ask for what was taken down, not for what appeared; an address is never a must (rules)."""
        for field, words in (
            (self.published_on, say("取り下げた日")),
            (self.published_at, say("取り下げた時刻（日本時間）")),
            (self.place, say("実際に取り下げた場所")),
            (self.url, say("掲載されていたアドレス（URL）")),
            (self.file, say("取下げを確かめたものの写し（画面の保存など）")),
        ):
            field.label.text = words
        self.url.description = ""


class EventEndForm(PortalForm):
    """That the event has ended."""

    ended_on = DayField(_l("行事が終わった日"), [Filled(_DAY)])
    ended_at = TimeField(_l("行事が終わった時刻（日本時間）"), [Filled(_TIME)])
    remark = TextField(_l("備考"), limit=PARAGRAPH)


class CopyForm(PortalForm):
    """A copy before its time."""

    output = RadioField(_l("写しにする文面"), [Filled(_l("どれかを選んでください。"))])
    recipient = LineField(
        _l("渡す相手"),
        [Filled(_l("誰に渡すかを入力してください。"))],
        description=_l("写しに、作った人・日時とともに記載され、履歴に残ります。"),
    )

    def offer(self, outputs: Sequence[tuple[str, str]]) -> None:
        """The texts that were agreed, by key and label; a single one is chosen already."""
        self.output.choices = [SelectChoice(key, label) for key, label in outputs]
        if len(outputs) == 1 and not self.output.data:
            self.output.data = outputs[0][0]


class RecordForm(PortalForm):
    """A publication that was not as agreed."""

    nature = RadioField(
        _l("どのような公表か"),
        [Filled(_l("当てはまるものを一つ選んでください。"))],
        choices=_choices(NATURE_NAMES),
        default=Nature.WITHOUT_AGREEMENT.value,
    )
    channel = OneOfField(
        _l("どの経路での公表か"),
        choices=[],
        description=_l(
            "合意と異なる公表のときに選びます。その経路は、合意のとおりに公表したことにはなりません。"
        ),
    )
    title = LineField(_l("件名"), [Filled(_l("何の公表かが分かる件名を入力してください。"))])
    appeared_on = DayField(_l("公表された日"), [Filled(_DAY)])
    appeared_at = TimeField(
        _l("公表された時刻（日本時間）"),
        [Filled(_TIME)],
        description=_l("分からないときは、見つけた時刻を入力し、事情に書いてください。"),
    )
    medium = ChoiceField(_l("媒体"), choices=_choices(MEDIUM_NAMES), default=Medium.WEBSITE.value)
    place = LineField(_l("場所"), [Filled(_l("どこに公表されたかを入力してください。"))])
    url = LineField(_l("アドレス（URL）"), limit=1_000)
    publisher = LineField(
        _l("公表した者"), description=_l("当事者とは限りません。分かる範囲で、事実として書いてください。")
    )
    words = TextField(_l("公表された内容"), [Filled(_l("公表された内容を入力してください。"))], limit=5_000)
    secrets = RadioField(
        _l("秘密情報が含まれていたか"),
        [Filled(_l("分からないときは「まだ分からない」を選んでください。"))],
        choices=_choices(SECRETS_NAMES),
    )
    circumstances = TextField(_l("見つけた経緯・事情"), limit=PARAGRAPH)
    file = FileField(_l("公表されたものの写し（画面の保存など）"))

    def offer(self, channels: Sequence[tuple[int, str]]) -> None:
        """The agreed channels by number and words, and none of them; nothing is asked where nothing was agreed."""
        if not channels:
            del self.channel
            return
        self.channel.choices = [
            *(SelectChoice(str(number), words) for number, words in channels),
            SelectChoice("0", say("合意した経路ではない")),
        ]

    @property
    def channel_number(self) -> int | None:
        """The channel chosen; None for none, or where there is none to choose."""
        return int(self.channel.data) if "channel" in self and self.channel.data else None


class WordForm(PortalForm):
    """A word of consultation on such a publication."""

    text = TextField(_l("協議の内容"), [Filled(_l("協議の内容を入力してください。"))], limit=PARAGRAPH)


class SettleForm(PortalForm):
    """That a party has settled it for its side."""

    text = TextField(
        _l("終結の理由（取った措置など）"),
        [Filled(_l("理由を入力してください。相手方にも伝わります。"))],
        limit=PARAGRAPH,
    )
    attributed_to = ChoiceField(
        _l("どの当事者による公表か"),
        description=_l("全当事者が同じ答えをしたときだけ、その当事者による公表として表示します。"),
    )

    def offer(self, parties: Sequence[tuple[str, str]]) -> None:
        """The parties by key and label, and no word on it."""
        self.attributed_to.choices = [
            SelectChoice("", say("いずれの当事者の公表ともしない")),
            *(SelectChoice(key, label) for key, label in parties),
        ]


__all__ = ["PublicityForm", "PublishForm", "RecordForm"]
