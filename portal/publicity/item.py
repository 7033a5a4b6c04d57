"""The publicity item as a joint document: content, timing, method and the rest, consented to as one (art. 6(2))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import func, select

from portal.agreement import queries as agreement
from portal.agreement.text import Edition
from portal.consent.body import Body, Form, says
from portal.consent.kind import DocumentKind, party_row_words
from portal.consent.models import Document, Revision
from portal.consent.paper import marked
from portal.consent.rules import AgreementNotInForce
from portal.history.work import Work
from portal.kernel.db import Subject
from portal.kernel.errors import ask_all
from portal.kernel.typed import normal_search
from portal.kernel.words import N_
from portal.publicity import rules, tabling, timing
from portal.publicity.models import PublicityItem, PublicityRecord
from portal.publicity.sorts import (
    ABOUT_NAMES,
    MEDIUM_NAMES,
    RELATION_NAMES,
    SORT_NAMES,
    YES_NO_NAMES,
    Relation,
)
from portal.publicity.timing import (
    HOME_ZONE,
    TIMING_NAMES,
    ZONE_NAMES,
    Channel,
    Plan,
    Span,
    TimingKind,
    Typed,
)
from portal.web.filters import day as day_words
from portal.web.language import say

LANGUAGE_NAMES = {"ja": N_("日本語"), "en": N_("英語")}
"""The languages of the agreement; every output is of one of them."""
SOCIAL = "social"

_TIMING_FIELDS = {
    TimingKind.EXACT: ("day", "time"),
    TimingKind.WINDOW: ("day", "time", "until_day", "until_time"),
    TimingKind.AFTER_EVENT: ("event", "day", "time", "until_day", "until_time"),
}
OF_PUBLICATIONS = frozenset({
    "measure", "outputs", "embargo", "provided_day", "provided_time", "in_order", "simultaneous", "background",
    "quotes", "titles", "titles_as_of", "images", "portraits", "coverage", "related", "profiles", "trademarks",
    "document_number", "reuse", "correction",
})  # fmt: skip
"""What is said only of what is to appear, and not of a take-down."""
LABELS_OF_TAKE_DOWNS = {
    "sort": N_("取り下げる公表の種類"),
    "relation_reason": N_("取下げの理由"),
    "summary": N_("取り下げるもの"),
    "channels": N_("取り下げる掲載（経路）"),
    "monitoring": N_("取下げ後の確認（だれが、いつ、どこを見るか）"),
}
"""What fields are called in a take-down, where that is something else."""


@dataclass(frozen=True)
class PublicityBody(Body):
    """What a publicity item says: all of it is under one digest (R6.2-1; row 24)."""

    title: str = says(N_("件名"))
    title_en: str = says(N_("件名（英語）"))
    about: str = says(N_("公表の対象"), Form.CHOICE)
    sort: str = says(N_("公表の種類"), Form.CHOICE)
    relation: str = says(N_("先の公表との関係"), Form.CHOICE, default=Relation.NEW.value)
    concerns: str = says(N_("先の公表"))
    relation_reason: str = says(N_("訂正・補足・取下げ・中止の理由"), Form.TEXT)
    measure: str = says(N_("施策名"))
    summary: str = says(N_("趣旨・概要"), Form.MARKDOWN)
    outputs: tuple[tuple[str, ...], ...] = says(N_("公表する文面"), Form.WRITINGS)
    timing_kind: str = says(N_("時期の定め方"), Form.CHOICE)
    zone: str = says(N_("時間帯"), Form.CHOICE, default=HOME_ZONE)
    event: str = says(N_("終了を待つ行事"))
    day: str = says(N_("日（始まり）"), Form.DAY)
    time: str = says(N_("時刻（始まり）"))
    until_day: str = says(N_("日（終わり）"), Form.DAY)
    until_time: str = says(N_("時刻（終わり）"))
    timing_words: str = says(N_("時期についての言葉での定め"))
    embargo: str = says(N_("解禁日時を付けて事前に提供する"), Form.CHOICE)
    provided_day: str = says(N_("事前に提供する日"), Form.DAY)
    provided_time: str = says(N_("事前に提供する時刻"))
    channels: tuple[tuple[str, ...], ...] = says(N_("公表の方法（経路）"), Form.ROWS)
    in_order: str = says(N_("経路は上から順に公表する"), Form.CHOICE)
    simultaneous: str = says(N_("同時提供先"), Form.TEXT)
    background: str = says(N_("経緯"), Form.TEXT)
    quotes: tuple[tuple[str, ...], ...] = says(N_("引用・コメントと、その確認"), Form.ROWS)
    titles: str = says(N_("氏名・肩書"), Form.TEXT)
    titles_as_of: str = says(N_("氏名・肩書を確かめた基準日"), Form.DAY)
    images: str = says(N_("画像・図の権利表示（クレジット）"), Form.TEXT)
    portraits: str = says(N_("写る人・声の出る人の同意"), Form.TEXT)
    coverage: str = says(N_("取材の案内"), Form.TEXT)
    related: str = says(N_("関連ページ"), Form.TEXT)
    contacts: tuple[tuple[str, ...], ...] = says(N_("問合せ先"), Form.ROWS)
    profiles: tuple[tuple[str, ...], ...] = says(N_("当事者の概要"), Form.ROWS)
    trademarks: str = says(N_("商標・製品名の表記"), Form.TEXT)
    document_number: str = says(N_("資料番号"))
    questions: str = says(N_("想定問答と、答える側"), Form.MARKDOWN)
    reuse: str = says(N_("公表後の再利用"), Form.TEXT)
    correction: str = says(N_("誤りがあったときの手順と連絡先"), Form.TEXT)
    monitoring: str = says(N_("公表後の確認（だれが、いつ、どこを見るか）"), Form.TEXT)
    other: str = says(N_("その他の事項"), Form.TEXT)


class PublicityKind(DocumentKind):
    """A publicity item; nothing appears before every party has consented to exactly it (art. 6(2))."""

    key: ClassVar[str] = "publicity"
    prefix: ClassVar[str] = "PUB"
    clause: ClassVar[str] = "publicity"
    noun: ClassVar[str] = N_("公表")
    home_label: ClassVar[str] = N_("公表")
    act: ClassVar[str] = N_("この公表の内容・時期・方法その他の事項に、自分の側として同意します。")
    Words: ClassVar[type[Body]] = PublicityBody
    place: ClassVar[str] = "publicity.item"
    home_page: ClassVar[str] = "activities.activity"
    is_quiet: ClassVar[bool] = True
    quiet_title: ClassVar[str] = N_("公表（件名省略）")
    refused_after_the_end: ClassVar[type[AgreementNotInForce]] = rules.NoPublicityUnderIt

    take_down_act: ClassVar[str] = N_(
        "この掲載の取下げの内容・時期・方法その他の事項に、自分の側として同意します。"
    )

    def label_words(self, name: str, label: str, body: Body) -> str:
        """A take-down has its own words for some."""
        assert isinstance(body, PublicityBody)
        own = LABELS_OF_TAKE_DOWNS if body.relation == Relation.TAKE_DOWN else {}
        return say(own.get(name, label))

    def act_words(self, body: Body) -> str:
        """A take-down is agreed as one."""
        assert isinstance(body, PublicityBody)
        return say(self.take_down_act if body.relation == Relation.TAKE_DOWN else self.act)

    def choice_words(self, name: str, value: str, edition: Edition, language: str) -> str:
        """The words of a choice; an output by whose version it is, and in which language."""
        if name == "outputs":
            return output_words(value, edition, language)
        names = {
            "about": ABOUT_NAMES, "sort": SORT_NAMES, "relation": RELATION_NAMES, "timing_kind": TIMING_NAMES,
            "zone": ZONE_NAMES, "embargo": YES_NO_NAMES, "in_order": YES_NO_NAMES,
        }.get(name, {})  # fmt: skip
        word = dict(names).get(value)  # type: ignore[call-overload]  # keys of several kinds, all texts
        return say(word) if word else value

    def row_words(self, name: str, row: tuple[str, ...], edition: Edition, language: str) -> str:
        """A channel by medium, publisher and place; a quotation by its speaker; the rest by party."""
        if name == "channels":
            return channel_words(timing.channels_of([row])[0], edition, language)
        if name == "quotes":
            speaker, words, cleared = (*row, "", "", "")[:3]
            facts = {"speaker": speaker, "words": words, "cleared": cleared}
            if cleared.strip():
                return say("%(speaker)s「%(words)s」（確認した人：%(cleared)s）", **facts)
            return say("%(speaker)s「%(words)s」（確認した人の記載なし）", **facts)
        return party_row_words(row, edition, language)

    def leaves_out(self, body: Body) -> Collection[str]:
        """The days of the other ways to say the timing, and what only a follow-up or an embargo needs."""
        assert isinstance(body, PublicityBody)
        kind = TimingKind(body.timing_kind) if body.timing_kind in set(TimingKind) else None
        own = _TIMING_FIELDS[kind] if kind else ()
        silent = {name for names in _TIMING_FIELDS.values() for name in names if name not in own}
        silent |= {"time", "until_time", "timing_words", "title_en", "document_number"}
        if body.relation == Relation.NEW:
            silent |= {"relation", "concerns", "relation_reason"}
        if body.embargo != "yes":
            silent |= {"provided_day", "provided_time"}
        if body.relation == Relation.TAKE_DOWN:
            silent |= OF_PUBLICATIONS
        return silent

    def check_draft(self, body: Body, edition: Edition) -> None:
        """Days and times that can be read, and no window that ends before it begins; what was typed is kept."""
        assert isinstance(body, PublicityBody)
        timing.must_be_readable(typed_of(body), channels_of(body))

    def check(self, body: Body, edition: Edition) -> None:
        """Content, timing and method, whole (art. 6(2); R6.2-1); of what is called off, only which and why."""
        assert isinstance(body, PublicityBody)
        channels = channels_of(body)
        asked = [
            lambda: tabling.must_be_whole(
                title=body.title,
                about=body.about,
                sort=body.sort,
                relation=body.relation,
                concerns=body.concerns,
                reason=body.relation_reason,
                outputs=[text for _, text in body.outputs],
            )
        ]
        if body.relation != Relation.CALL_OFF:
            written = {name for name, text in body.outputs if text.strip()}
            asked += [
                lambda: timing.must_be_settled(typed_of(body), channels),
                lambda: tabling.must_have_a_method(
                    channels,
                    edition.party_keys,
                    written,
                    is_taking_down=body.relation == Relation.TAKE_DOWN,
                ),
                lambda: tabling.must_quote_in_full(body.quotes),
            ]
        ask_all(*asked)

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """The list shows the item as its latest revision says it."""
        assert isinstance(body, PublicityBody)
        item, record = _concerned(work, document, body)
        row = work.session.get(PublicityItem, document.id) or _begin(work, document)
        _say(row, body)
        row.concerns_id, row.concerns_record_id = item, record

    def on_agreed(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """Nothing is to come of what it takes the place of, nor of what is called off."""
        assert isinstance(body, PublicityBody)
        for id in (document.replaces_id, document.id if body.relation == Relation.CALL_OFF else None):
            if id is not None and (row := work.session.get(PublicityItem, id)) is not None:
                row.is_done = True

    def on_closed(self, work: Work, document: Document) -> None:
        """Nothing is to come of it."""
        row = work.session.get(PublicityItem, document.id)
        if row is not None:
            row.is_done = True

    def must_be_holdable(self, work: Work, document: Document) -> None:
        """Some channel is still to go out (row 48)."""
        item = work.session.get(PublicityItem, document.id)
        if item is not None:
            rules.must_not_be_out(item.out, all_of_them=True)

    def must_be_replaceable(self, work: Work, document: Document) -> None:
        """Nothing has gone out yet (row 48)."""
        item = work.session.get(PublicityItem, document.id)
        if item is not None:
            rules.must_not_be_out(item.out, all_of_them=False)

    def also_about(self, document: Document) -> tuple[Subject, ...]:
        """Its activity."""
        return (Subject("activity", document.activity_id),) if document.activity_id else ()


class VoluntaryKind(PublicityKind):
    """A voluntary agreement on publicity after the end of the agreement, whose publicity clause does not survive
    (任意の合意; R5-5): the same words, another ground."""

    key: ClassVar[str] = "voluntary_publicity"
    prefix: ClassVar[str] = "VOL"
    clause: ClassVar[str] = "survival"
    noun: ClassVar[str] = N_("任意の合意による公表")
    quiet_title: ClassVar[str] = N_("任意の合意による公表（件名省略）")
    act: ClassVar[str] = N_(
        "協定の終了後の任意の合意として、この公表の内容・時期・方法その他の事項に、自分の側として同意します。"
    )
    take_down_act: ClassVar[str] = N_(
        "協定の終了後の任意の合意として、この掲載の取下げの内容・時期・方法その他の事項に、自分の側として同意します。"
    )
    place: ClassVar[str] = "publicity.voluntary"
    needs_dates: ClassVar[bool] = False

    def on_tabled(self, work: Work, document: Document, revision: Revision, body: Body) -> None:
        """Refused while the agreement is in force: then publicity is agreed under it (R5-5)."""
        _must_have_ended(work)
        super().on_tabled(work, document, revision, body)

    def must_be_agreeable(self, work: Work, document: Document, body: Body) -> None:
        """The agreement is over."""
        _must_have_ended(work)


def _must_have_ended(work: Work) -> None:
    now = agreement.in_force(work.session, agreement.edition(work.session), work.today)
    tabling.must_have_ended(has_begun=now.has_begun, is_in_force=now.is_in_force)


def typed_of(body: PublicityBody) -> Typed:
    """The words of the timing."""
    return Typed(
        kind=body.timing_kind,
        zone=body.zone or HOME_ZONE,
        day=body.day,
        time=body.time,
        until_day=body.until_day,
        until_time=body.until_time,
        event=body.event,
    )


def channels_of(body: PublicityBody) -> list[Channel]:
    """The channels, in their order."""
    return timing.channels_of(body.channels)


def agreed_channels(body: PublicityBody) -> list[Channel]:
    """The channels through which it may go out: none where it was agreed that nothing does."""
    return [] if body.relation == Relation.CALL_OFF else channels_of(body)


def plan_of(body: PublicityBody, item: Any | None = None) -> Plan:
    """The moments of the item and of each channel, the end of the event included where it is recorded in `item`, an
    item or a row of one."""
    return _reckoned(body, item.event_ended_at if item is not None else None)


@lru_cache(maxsize=500)
def _reckoned(body: PublicityBody, event_ended_at: dt.datetime | None) -> Plan:
    return timing.reckoned(typed_of(body), channels_of(body), event_ended_at=event_ended_at)


def publishers_of(channels: Iterable[Channel]) -> str:
    """The parties that publish these channels, as `,kou,otsu,`."""
    return marked(sorted({one.publisher for one in channels}))


def output_keys(edition: Edition) -> list[str]:
    """The versions a text may have: one for each party and language, and one for social media in each language."""
    return [f"{whose}.{code}" for whose in (*edition.party_keys, SOCIAL) for code in LANGUAGE_NAMES]


def output_words(key: str, edition: Edition, language: str) -> str:
    """What an output is called: 甲版（日本語）; the key itself for one that the edition does not know."""
    whose, _, code = key.partition(".")
    if code not in LANGUAGE_NAMES:
        return key
    if whose == SOCIAL:
        return say("SNS文案（%(language)s）", language=say(LANGUAGE_NAMES[code]))
    label = next((one.defined_as[language] for one in edition.parties if one.key == whose), None)
    return (
        key
        if label is None
        else say("%(party)s版（%(language)s）", party=label, language=say(LANGUAGE_NAMES[code]))
    )


def output_of(body: PublicityBody, key: str) -> str:
    """The text of one output; empty if there is none."""
    return next((text for name, text in body.outputs if name == key), "")


def channel_words(channel: Channel, edition: Edition, language: str) -> str:
    """A channel in one line: medium, publisher, place, and its own time and output if it has them."""
    label = next(
        (one.defined_as[language] for one in edition.parties if one.key == channel.publisher),
        channel.publisher,
    )
    facts = {
        "medium": say(MEDIUM_NAMES[channel.medium]) if channel.medium in MEDIUM_NAMES else channel.medium,
        "party": label or say("公表する側の記載なし"),
        "place": channel.place,
        "output": output_words(channel.output, edition, language),
        "when": _own_time(channel),
    }
    match bool(channel.output), bool(facts["when"]):
        case True, True:
            return say("%(medium)s「%(place)s」（%(party)s）　%(output)s　%(when)s", **facts)
        case True, False:
            return say("%(medium)s「%(place)s」（%(party)s）　%(output)s", **facts)
        case False, True:
            return say("%(medium)s「%(place)s」（%(party)s）　%(when)s", **facts)
        case _:
            return say("%(medium)s「%(place)s」（%(party)s）", **facts)


def _own_time(channel: Channel) -> str:
    on = timing.day_of(channel.day)
    words = day_words(on) if on else channel.day
    return f"{words} {channel.time}".strip()


def _begin(work: Work, document: Document) -> PublicityItem:
    assert document.reference
    last = work.session.scalar(select(func.max(PublicityItem.number)))
    return work.add(
        PublicityItem(
            id=document.id,
            number=(last or 0) + 1,
            kind=document.kind,
            reference=document.reference,
            party=document.party,
            published=0,
            otherwise=0,
        )
    )


def _say(item: PublicityItem, body: PublicityBody) -> None:
    """The row says what the revision says; what is called off goes out nowhere and at no time."""
    is_off = body.relation == Relation.CALL_OFF
    channels, plan = agreed_channels(body), Plan(Span()) if is_off else plan_of(body)
    item.title, item.title_en = body.title, body.title_en
    item.about, item.sort, item.relation = body.about, body.sort, body.relation
    item.timing_kind, item.event = ("", "") if is_off else (body.timing_kind, body.event)
    item.opens_at, item.closes_at = plan.first, plan.last
    item.embargo = body.embargo == "yes" and not is_off
    item.publishers = item.to_publish = publishers_of(channels)
    item.channels, item.is_done = len(channels), False
    item.normal = search_text(
        item.reference,
        body.title,
        body.title_en,
        body.summary,
        *(text for _, text in body.outputs),
        body.event,
    )


def _concerned(work: Work, document: Document, body: PublicityBody) -> tuple[str | None, str | None]:
    """The item, or the record of a publication without agreement, that this one concerns: what is corrected,
    supplemented or taken down has appeared (R6.2-7), what is called off has not, and is replaced by this."""
    if body.relation == Relation.NEW:
        return None, None
    recorded = work.session.scalars(
        select(PublicityRecord.id).where(PublicityRecord.reference == body.concerns)
    ).first()
    if recorded is not None and body.relation != Relation.CALL_OFF:
        return None, recorded
    found = work.session.scalars(
        select(PublicityItem).where(PublicityItem.reference == body.concerns, PublicityItem.id != document.id)
    ).first()
    if found is None or (body.relation == Relation.CALL_OFF and document.replaces_id != found.id):
        raise tabling.NothingToRelateTo("relation")
    if body.relation == Relation.CALL_OFF:
        rules.must_not_be_out(found.out, all_of_them=False)
    else:
        tabling.must_have_appeared(found.out, reference=found.reference)
    return found.id, None


def search_text(*texts: str) -> str:
    """The form in which these words are sought."""
    return normal_search("\n".join(text for text in texts if text))


PUBLICITY = PublicityKind()
VOLUNTARY = VoluntaryKind()
BOTH: dict[str, PublicityKind] = {kind.key: kind for kind in (PUBLICITY, VOLUNTARY)}
"""The two grounds on which publicity is agreed, by the key of their kind."""
