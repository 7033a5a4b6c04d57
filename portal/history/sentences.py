"""An entry told in the reader's language: the event's sentence, filled from its facts and its words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations

from portal.history.event import EVENTS, Event
from portal.history.queries import Line
from portal.kernel.clock import JAPAN
from portal.kernel.days import day_in_words, moment_in_words
from portal.kernel.digest import check_code
from portal.kernel.typed import shown
from portal.kernel.words import N_
from portal.web.language import catalogue

SYSTEM_NAME = N_("システム")
OPERATOR_NAME = N_("運用管理者")
ERASED = N_("（処分済み）")
NOT_IN_MAIL = N_("（ポータルで確かめてください）")
NOT_SAID = N_("記載なし")
SPAN = N_("%(first)s〜%(last)s")
UNKNOWN_VERB = N_("この画面がまだ知らない種類の記録です（%(verb)s）。")

WORD_NAMES: Mapping[str, str] = {
    "absent_post": N_("不在だった決裁者の職"),
    "address": N_("メールアドレス"),
    "basis": N_("根拠"),
    "browser": N_("ブラウザー"),
    "checked_by": N_("確認した人"),
    "circumstances": N_("状況"),
    "conditions": N_("条件"),
    "decided_on": N_("決裁日"),
    "decision": N_("決裁番号"),
    "decisions": N_("決まったこと"),
    "differences": N_("合意との違い"),
    "evidence": N_("到達を示すもの"),
    "file_name": N_("ファイル名"),
    "final_text": N_("公表した文"),
    "former": N_("以前の氏名"),
    "holder": N_("保有者"),
    "material_names": N_("資料"),
    "name": N_("氏名"),
    "note": N_("注記"),
    "participants": N_("出席者"),
    "place": N_("場所"),
    "post": N_("職"),
    "publisher": N_("公表した者"),
    "question": N_("疑義の内容"),
    "reason": N_("理由"),
    "recipient": N_("渡す相手"),
    "reference": N_("番号"),
    "remark": N_("備考"),
    "rule": N_("指示"),
    "said": N_("公表された内容"),
    "sha256": N_("ファイルの指紋（SHA-256）"),
    "summary": N_("概要"),
    "text": N_("本文"),
    "title": N_("件名"),
    "url": N_("掲載先のURL"),
    "who": N_("対象の人"),
}
"""What a page calls the words of people that an entry keeps, by the name of their field."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
"""A moment that somebody recorded, by the Japanese clock."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Facts(dict[str, str]):
    """What a sentence is filled from: each name is worked out when the sentence asks for it; a name it asks for in vain
    is not said, never a fault."""

    def __init__(self, teller: Teller, event: type[Event], line: Line) -> None:
        super().__init__()
        self._teller, self._event, self._line, self._words = teller, event, line, line.words

    def __missing__(self, name: str) -> str:
        teller, line = self._teller, self._line
        if name in {"party", "name", "post"}:
            return str(getattr(teller, name)(line))
        if name in self._words:
            return teller.word(self._words[name])
        if name in self._event.spans:
            return teller.span(line, *self._event.spans[name])
        facts, named = line.facts, name.removesuffix("_name")
        if named != name and named in self._event.value_words and named in facts:
            return teller.fact(line, named)
        return teller.fact(line, name) if name in facts else teller.not_said


class _InMail(_Facts):
    """The same for a mail: of what people wrote, only what may leave the portal (R7-4; row 10)."""

    def __init__(self, teller: Teller, event: type[Event], line: Line, instead: str | None) -> None:
        super().__init__(teller, event, line)
        self._instead = instead

    def __missing__(self, name: str) -> str:
        if name not in self._words or name in {"name", "post"}:
            return super().__missing__(name)
        if name == "title" and (self._instead or name not in self._event.in_mail):
            return self._teller.say(self._instead or self._event.stand_in)
        return super().__missing__(name) if name in self._event.in_mail else self._teller.say(NOT_IN_MAIL)


@dataclass(frozen=True)
class Teller:
    """Tells entries in one language, the parties by the labels (甲, 乙) of the edition."""

    language: str
    labels: Mapping[str, str]
    catalogue: NullTranslations

    @classmethod
    def of(cls, language: str, labels: Mapping[str, str]) -> Teller:
        """A teller in `language` (`ja` or `en`); `labels` names each party by its key."""
        return cls(language, labels, catalogue(language))

    def trail(self, line: Line) -> str:
        """The sentence of the audit trail (監査証跡); an entry of a verb not known here has one too."""
        event = EVENTS.get(line.verb)
        return self._filled(event.trail if event else "", event, line)

    def chronicle(self, line: Line) -> str:
        """The sentence of the activity history (活動履歴); for an entry without one, that of the trail."""
        event = EVENTS.get(line.verb)
        return self._filled((event.chronicle or event.trail) if event else "", event, line)

    def message(self, line: Line) -> str:
        """The sentence the other parties are told (お知らせ); for an entry without one, that of the trail."""
        event = EVENTS.get(line.verb)
        return self._filled((event.message or event.trail) if event else "", event, line)

    def mail(self, line: Line, *, instead_of_title: str | None = None) -> str:
        """The same as a mail may say it: without what people wrote but what the event lets out, and with
        `instead_of_title` (a message) where even the title stays in the portal."""
        event = EVENTS.get(line.verb)
        if event is None:
            return self._filled("", None, line)
        facts = _InMail(self, event, line, instead_of_title)
        return self._filled(event.message or event.trail, event, line, facts)

    def party(self, line: Line) -> str:
        """The party that acted, by its label; システム or 運用管理者 for an act of no party."""
        if line.party is not None:
            return self.labels.get(line.party, line.party)
        return self.say(OPERATOR_NAME if line.actor_id else SYSTEM_NAME)

    def name(self, line: Line) -> str:
        """Who acted, by the name at the time; システム where nobody did."""
        return self._person(line, "name") or self.say(SYSTEM_NAME if line.actor_id is None else NOT_SAID)

    def post(self, line: Line) -> str:
        """The post at the time of who acted; empty where none was held."""
        return self._person(line, "post")

    def capacity(self, line: Line) -> str:
        """In what capacity the party's own decision was made (決裁・専決・代決), where one was."""
        event = EVENTS.get(line.verb)
        words = event.value_words.get("capacity", {}) if event else {}
        capacity = line.facts.get("capacity")
        return self.say(words[capacity]) if isinstance(capacity, str) and capacity in words else ""

    def fact(self, line: Line, name: str) -> str:
        """One plain fact of an entry in words: days written out, keys of parties and of the code named."""
        value = line.facts.get(name)
        event = EVENTS.get(line.verb)
        words = event.value_words.get(name) if event else None
        if words and isinstance(value, str) and value in words:
            return self.say(words[value])
        if words and isinstance(value, list):
            return self._in_a_row([self.say(words.get(one, str(one))) for one in value])
        return self._value(name, value)

    def span(self, line: Line, first: str, last: str) -> str:
        """From the day in one fact of an entry to the day in another; a span of one day is written as the day."""
        if line.facts.get(first) == line.facts.get(last):
            return self.fact(line, first)
        return self.say(SPAN) % {"first": self.fact(line, first), "last": self.fact(line, last)}

    def word(self, content: str | None) -> str:
        """Words of people as a line of text, with invisible characters marked; erased ones say so."""
        return self.say(ERASED) if content is None else shown(content)

    def word_name(self, field: str) -> str:
        """What the words of people kept as `field` are called; of a field of newer code its name."""
        return self.say(WORD_NAMES.get(field, field))

    @property
    def not_said(self) -> str:
        """What stands where nothing was said."""
        return self.say(NOT_SAID)

    # --- how it is done

    def say(self, message: str) -> str:
        """A message of the catalogues in this language."""
        return self.catalogue.gettext(message) if message else ""

    def _person(self, line: Line, field: str) -> str:
        return self.word(line.words[field]) if field in line.words else ""

    def _filled(
        self, message: str, event: type[Event] | None, line: Line, facts: _Facts | None = None
    ) -> str:
        if not message or event is None:
            return self.say(UNKNOWN_VERB) % {"verb": line.verb}
        try:
            return self.say(message) % (_Facts(self, event, line) if facts is None else facts)
        except (ValueError, TypeError, KeyError):  # the catalogue is at fault; the page still stands
            return self.say(UNKNOWN_VERB) % {"verb": line.verb}

    def _in_a_row(self, words: list[str]) -> str:
        return ("・" if self.language == "ja" else ", ").join(words)

    def _value(self, name: str, value: object) -> str:
        if value is None or value == "":
            return self.say(NOT_SAID) if name.endswith("_on") else ""
        if isinstance(value, list):
            return self._in_a_row([self._value(name, one) for one in value])
        text = str(value)
        if text in self.labels:
            return self.labels[text]
        if _DAY.fullmatch(text):
            return self._day(text)
        if _MOMENT.fullmatch(text):
            return self._moment(text)
        return check_code(text) if _DIGEST.fullmatch(text) else shown(text)

    def _day(self, text: str) -> str:
        try:
            return day_in_words(dt.date.fromisoformat(text), self.language)
        except ValueError:
            return text

    def _moment(self, text: str) -> str:
        try:
            return moment_in_words(dt.datetime.fromisoformat(text).replace(tzinfo=JAPAN), self.language)
        except ValueError:
            return text
