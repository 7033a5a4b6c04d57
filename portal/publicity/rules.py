"""What may be made public, and what was: the agreed content, time and method, and nothing before them (art. 6(2); R6.2-*); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from portal.consent.rules import ON_THE_TABLE, AgreementNotInForce, Standing
from portal.kernel.compare import Kind, compare_texts
from portal.kernel.errors import MovedUnderThePen, RuleBroken, Unavailable, refuse_together
from portal.kernel.words import N_, Phrase
from portal.publicity.timing import Channel, Span, TimingKind

MOST_CHANNELS = 12
MOST_QUOTES = 6


class About(StrEnum):
    """What is made public (art. 6(2) names both)."""

    AGREEMENT = "agreement"
    COOPERATION = "cooperation"


ABOUT_NAMES: Mapping[str, str] = {
    About.AGREEMENT: N_("協定そのもの"),
    About.COOPERATION: N_("協定に基づく取組"),
}


class Sort(StrEnum):
    """Of which kind a publication is; not only press releases need the agreement of all (excellent 3.3)."""

    PRESS_RELEASE = "press_release"
    CONFERENCE = "conference"
    WEB = "web"
    SOCIAL = "social"
    TALK = "talk"
    CASE_STUDY = "case_study"
    PRESS_ANSWER = "press_answer"
    SLIDE = "slide"
    MAGAZINE = "magazine"
    VIDEO = "video"
    ASSEMBLY_ANSWER = "assembly_answer"
    OTHER = "other"


SORT_NAMES: Mapping[str, str] = {
    Sort.PRESS_RELEASE: N_("報道発表・資料提供"),
    Sort.CONFERENCE: N_("記者会見"),
    Sort.WEB: N_("ウェブページ"),
    Sort.SOCIAL: N_("SNSの投稿"),
    Sort.TALK: N_("講演・登壇"),
    Sort.CASE_STUDY: N_("事例紹介"),
    Sort.PRESS_ANSWER: N_("取材への回答"),
    Sort.SLIDE: N_("スライド・説明資料"),
    Sort.MAGAZINE: N_("広報誌・印刷物"),
    Sort.VIDEO: N_("動画・放送"),
    Sort.ASSEMBLY_ANSWER: N_("議会答弁"),
    Sort.OTHER: N_("その他"),
}

LEAD_DAYS: Mapping[str, int] = {Sort.CONFERENCE: 10, Sort.PRESS_RELEASE: 3, Sort.MAGAZINE: 10}
"""Business days that a publication of this kind usually needs; the agreement's settings may say otherwise
(practice.md 3.2: about two weeks for a conference, about three days for material)."""


class Relation(StrEnum):
    """How a publication stands to an earlier one."""

    NEW = "new"
    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    TAKE_DOWN = "take_down"


RELATION_NAMES: Mapping[str, str] = {
    Relation.NEW: N_("新しい公表"),
    Relation.CORRECTION: N_("訂正"),
    Relation.SUPPLEMENT: N_("補足"),
    Relation.TAKE_DOWN: N_("公表の取りやめ（掲載の取下げ）"),
}


class Medium(StrEnum):
    """By what a channel reaches the public."""

    PRESS_CLUB = "press_club"
    CONFERENCE = "conference"
    PRESS_WIRE = "press_wire"
    WEBSITE = "website"
    SOCIAL = "social"
    STAGE = "stage"
    MAGAZINE = "magazine"
    INTERVIEW = "interview"
    VIDEO = "video"
    OTHER = "other"


MEDIUM_NAMES: Mapping[str, str] = {
    Medium.PRESS_CLUB: N_("記者クラブへの資料提供"),
    Medium.CONFERENCE: N_("会見"),
    Medium.PRESS_WIRE: N_("報道機関への配信"),
    Medium.WEBSITE: N_("ウェブサイト"),
    Medium.SOCIAL: N_("SNSへの投稿"),
    Medium.STAGE: N_("講演・行事"),
    Medium.MAGAZINE: N_("広報誌・印刷物"),
    Medium.INTERVIEW: N_("取材対応"),
    Medium.VIDEO: N_("動画・放送"),
    Medium.OTHER: N_("その他"),
}

YES_NO_NAMES: Mapping[str, str] = {"yes": N_("はい"), "no": N_("いいえ")}


class State(StrEnum):
    """Where a publicity item stands; what depends on the hour is reckoned when it is read (row 41)."""

    CONSULTING = "consulting"
    PARTIAL = "partial"
    SENT_BACK = "sent_back"
    WAITING = "waiting"
    WAITING_FOR_EVENT = "waiting_for_event"
    READY = "ready"
    PARTLY_PUBLISHED = "partly_published"
    PUBLISHED = "published"
    HELD = "held"
    LAPSED = "lapsed"
    ENDED = "ended"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


STATE_NAMES: Mapping[State, str] = {
    State.CONSULTING: N_("協議中"),
    State.PARTIAL: N_("一部同意"),
    State.SENT_BACK: N_("差戻し"),
    State.WAITING: N_("合意済・解禁待ち"),
    State.WAITING_FOR_EVENT: N_("合意済・行事の終了待ち"),
    State.READY: N_("公表できます"),
    State.PARTLY_PUBLISHED: N_("一部公表"),
    State.PUBLISHED: N_("公表済"),
    State.HELD: N_("保留中"),
    State.LAPSED: N_("失効（時期の経過）"),
    State.ENDED: N_("失効（協定の終了）"),
    State.DECLINED: N_("見送り"),
    State.WITHDRAWN: N_("取下げ"),
    State.REPLACED: N_("差替え済"),
}


# --------------------------------------------------------------------------------------- what may be tabled


class TitleMissing(RuleBroken):
    """A publication is called something in lists."""

    clause = "publicity"
    sentence = N_("件名が入力されていません。")
    next_step = N_("何の公表かが一覧で分かる件名にしてください。")


class SubjectMissing(RuleBroken):
    """It is said what is made public, and by what kind of publication (R6.2-1)."""

    clause = "publicity"
    sentence = N_("選ばれていません。")
    next_step = N_("当てはまるものを一つ選んでください。")


class ContentMissing(RuleBroken):
    """There is content to consent to (art. 6(2): content)."""

    clause = "publicity"
    sentence = N_("公表する文面がありません。")
    next_step = N_(
        "少なくとも一つの文面（当事者の版、英語、SNSなど）を書いてください。内容も同意の対象です。"
    )


class MethodMissing(RuleBroken):
    """There is a method to consent to: at least one channel with its publisher and place (art. 6(2): method)."""

    clause = "publicity"
    sentence = N_("公表の方法（経路）が定まっていません。")
    next_step = N_(
        "少なくとも一つの経路について、媒体・公表する側・場所を入力してください。方法も同意の対象です。"
    )


class ChannelIncomplete(RuleBroken):
    """Each channel says by what, by whom and where."""

    clause = "publicity"
    sentence = N_("経路%(number)sに、媒体・公表する側・場所のいずれかがありません。")
    next_step = N_("三つとも入力するか、その行を空にしてください。")


class QuoteIncomplete(RuleBroken):
    """A quotation has a speaker and words."""

    clause = "publicity"
    sentence = N_("引用%(number)sに、発言者か言葉がありません。")
    next_step = N_("両方を入力するか、その行を空にしてください。")


class NothingToRelateTo(RuleBroken):
    """A correction, a supplement and a take-down name the publication they concern (R6.2-7)."""

    clause = "publicity"
    sentence = N_("どの公表についての訂正・補足・取りやめかが分かりません。")
    next_step = N_("元の公表のページから「訂正」「補足」「取りやめ」を始めてください。")


class NotPublishedYet(RuleBroken):
    """Only what has appeared is corrected, supplemented or taken down."""

    status = 409
    clause = "publicity"
    sentence = N_("%(reference)sはまだ公表されていません。")
    next_step = N_("公表の前は、変更を提案するか、保留してください。")


class NoReason(RuleBroken):
    """A correction, a supplement and a take-down say why."""

    clause = "publicity"
    sentence = N_("訂正・補足・取りやめの理由が入力されていません。")
    next_step = N_("何がどう違っていたか、なぜ必要かを書いてください。")


def must_be_whole(
    *, title: str, about: str, sort: str, relation: str, concerns: str, reason: str, outputs: Iterable[str]
) -> None:
    """What is tabled has a title, its subject and kind, content, and, if it concerns an earlier publication, says
    which and why (R6.2-1). Raises beside each field what is missing."""
    refusals: list[RuleBroken] = []
    if not title.strip():
        refusals.append(TitleMissing("title"))
    if about not in set(About):
        refusals.append(SubjectMissing("about"))
    if sort not in set(Sort):
        refusals.append(SubjectMissing("sort"))
    if relation not in set(Relation):
        refusals.append(SubjectMissing("relation"))
    elif relation != Relation.NEW:
        if not concerns:
            refusals.append(NothingToRelateTo("relation"))
        if not reason.strip():
            refusals.append(NoReason("relation_reason"))
    if not any(text.strip() for text in outputs):
        refusals.append(ContentMissing("outputs"))
    refuse_together(refusals)


def must_have_a_method(channels: Sequence[Channel], parties: Collection[str]) -> None:
    """There is at least one channel, and each says its medium, its publishing party and its place (R6.2-1)."""
    if not channels:
        raise MethodMissing("channels")
    for one in channels:
        if one.medium not in set(Medium) or one.publisher not in parties or not one.place.strip():
            raise ChannelIncomplete("channels", number=one.number)


def must_quote_in_full(quotes: Sequence[tuple[str, ...]]) -> None:
    """Each quotation (speaker, words, who cleared it) has a speaker and words."""
    for number, row in enumerate(quotes, 1):
        if len(row) != 3 or not row[0].strip() or not row[1].strip():
            raise QuoteIncomplete("quotes", number=number)


def must_have_appeared(is_published: bool, *, reference: str) -> None:
    """What a correction, a supplement or a take-down concerns has appeared, if only in part (R6.2-7)."""
    if not is_published:
        raise NotPublishedYet("relation", reference=reference)


# --------------------------------------------------------------------------------------- the end of the agreement


class AgreementStillRuns(RuleBroken):
    """While the agreement is in force publicity is agreed under it, never beside it."""

    clause = "publicity"
    sentence = N_("協定は有効期間の中にあります。公表は、協定に基づく事前の合意によります。")
    next_step = N_("「公表」のページから、協定に基づく公表として起案してください。内容は写せます。")


class PublicityDoesNotSurvive(AgreementNotInForce):
    """The publicity clause does not survive the end: what was agreed and not published by then has lapsed (R5-5)."""

    status = 409
    clause = "publicity"
    sentence = N_(
        "協定の有効期間が終わっているため、この合意に基づく公表はできません（この条項は終了後に存続しません）。"
    )
    next_step = N_("公表するときは「任意の合意」として、あらためて全当事者の合意を得てください。")


class NoPublicityUnderIt(PublicityDoesNotSurvive):
    """After the end nobody consents to publicity under the agreement any more (R5-5; finding 6)."""

    sentence = N_(
        "協定は%(day)sに終了しています。公表の条項は終了後に存続しないため、協定に基づく公表の合意はできません。"
    )


def must_have_ended(*, has_begun: bool, is_in_force: bool) -> None:
    """A voluntary agreement (任意の合意) is made only when the agreement is over (R5-5)."""
    if is_in_force or not has_begun:
        raise AgreementStillRuns()


# --------------------------------------------------------------------------------------- what may be published


class NotAgreedByAll(RuleBroken):
    """Without every party's consent to this very revision nothing is published (art. 6(2); R6.2-3)."""

    status = 409
    clause = "publicity"
    sentence = N_("全当事者の合意が成立していないため、公表できません。同意：%(status)s")
    next_step = N_("まだ同意していない当事者の同意をお待ちください。")


class IsHeld(RuleBroken):
    """A hold by any party stops the publication (row 44; R6.2-10)."""

    status = 409
    clause = "publicity"
    sentence = N_("保留されているため、公表できません。")
    next_step = N_("保留した側に確かめてください。保留が解かれるまで公表は止まります。")


class IsOver(RuleBroken):
    """A declined, withdrawn or replaced item is not published."""

    status = 409
    clause = "publicity"
    sentence = N_("この公表の文書は終わっています（%(standing)s）。公表できません。")
    next_step = N_("いま有効な文書を確かめてください。")


class EventNotOver(RuleBroken):
    """Timing relative to an event opens when a publisher records that the event has ended (decision 27)."""

    status = 409
    clause = "publicity"
    sentence = N_("「%(event)s」の終了がまだ記録されていないため、公表できません。")
    next_step = N_("行事が終わったら、公表する側が「行事の終了を記録する」で日時を記録してください。")


class TooEarly(RuleBroken):
    """Nothing is published before the agreed time, by button or otherwise (R6.2-4; row 41)."""

    status = 409
    clause = "publicity"
    sentence = N_("合意した時期の前なので、公表できません。解禁は%(opens)sです（あと%(left)s）。")
    next_step = N_(
        "時期を変えるときは、変更を提案して全当事者の合意を得てください。すでに出てしまったときは「事前合意と異なる公表」として記録してください。"
    )


class TooLate(RuleBroken):
    """After the agreed time the consents can no longer be used (S4)."""

    status = 409
    clause = "publicity"
    sentence = N_("合意した時期を過ぎました。この合意では公表できません。")
    next_step = N_(
        "新しい時期で変更を提案し、全当事者の合意を得てください。すでに出したときは「事前合意と異なる公表」として記録してください。"
    )


class NotThePublisher(RuleBroken):
    """Each channel is published, and recorded, by the party agreed (decision 27)."""

    status = 403
    clause = "publicity"
    sentence = N_("この経路で公表するのは%(party)sです。")
    next_step = N_("公表する側の広報担当に、公表と記録を依頼してください。")


class PublishedAlready(RuleBroken):
    """A channel is published once; what follows is correction, supplement or take-down (row 48)."""

    status = 409
    clause = "publicity"
    sentence = N_("この経路の公表はすでに記録されています。記録は変えられません。")
    next_step = N_("直すときは、訂正・補足・取りやめとして新しく合意してください。")


class OutOfOrder(RuleBroken):
    """Where an order was agreed, a channel waits for the ones before it (row 46)."""

    status = 409
    clause = "publicity"
    sentence = N_("合意した順では、先に経路%(number)s（%(place)s）の公表が必要です。")
    next_step = N_(
        "先の経路の公表が記録されるのを待つか、順が違ったときは「事前合意と異なる公表」として記録してください。"
    )


class NoSuchChannel(RuleBroken):
    """Only channels that were agreed are published as agreed (row 46)."""

    status = 409
    clause = "publicity"
    sentence = N_("この経路は合意した方法にありません。")
    next_step = N_("ほかの場所で公表するときは、変更を提案して全当事者の合意を得てください。")


class NotYet(RuleBroken):
    """What is recorded has happened."""

    clause = "publicity"
    sentence = N_("まだ来ていない日時は記録できません。")
    next_step = N_("実際の日時を入力してください。")


class BeforeTheAgreement(RuleBroken):
    """What appeared before every party had agreed appeared without agreement."""

    clause = "publicity"
    sentence = N_(
        "合意が成立したのは%(agreed)sです。それより前の公表は、合意に基づくものとして記録できません。"
    )
    next_step = N_("日時を確かめるか、「事前合意のない公表」として記録してください。")


class DuringAHold(RuleBroken):
    """What appeared while a party held it appeared without agreement."""

    status = 409
    clause = "publicity"
    sentence = N_("その日時には保留されていました。合意に基づく公表として記録できません。")
    next_step = N_("日時を確かめるか、「事前合意と異なる公表」として記録してください。")


class WordsMissing(RuleBroken):
    """What actually appeared is recorded, if it was not the agreed text (R6.2-7)."""

    clause = "publicity"
    sentence = N_("実際に公表した文面が入力されていません。")
    next_step = N_("合意した文面と違うときは、公表した文面をそのまま貼り付けてください。")


class AddressMissing(RuleBroken):
    """A publication on the web says where it stands."""

    clause = "publicity"
    sentence = N_("公表した場所のURLが入力されていません。")
    next_step = N_("ウェブやSNSでの公表は、URLを入力してください。")


class NotAWebAddress(RuleBroken):
    """A URL is one that a page may link to."""

    clause = "publicity"
    sentence = N_("URLとして読めません。")
    next_step = N_("https:// から始まるアドレスを入力してください。")


class EventOverAlready(RuleBroken):
    """The end of the event is recorded once."""

    status = 409
    clause = "publicity"
    sentence = N_("行事の終了はすでに記録されています。")
    next_step = N_("文書のページで、記録された日時を確かめてください。")


class NoEventAwaited(RuleBroken):
    """Only a publication after an event waits for one."""

    status = 409
    clause = "publicity"
    sentence = N_("この公表の時期は、行事の終了によるものではありません。")
    next_step = N_("文書のページで、合意した時期を確かめてください。")


class PublishedAndOver(RuleBroken):
    """After publication only correction, supplement and take-down are left (row 48; R6.2)."""

    status = 409
    clause = "publicity"
    sentence = N_("すでに公表されています。公表した記録を取り消したり差し替えたりすることはできません。")
    next_step = N_("訂正・補足・公表の取りやめとして、新しく合意してください。元の記録は残ります。")


class SkewedClock(Unavailable):
    """The clock of this server is not the database's: nothing is published by it (row 42)."""

    sentence = N_("サーバーの時計が正しくない可能性があるため、公表を記録していません。")
    next_step = N_("運用管理者に、サーバーの時計を確かめるよう伝えてください。")


class NotTheAgreedBytes(Unavailable):
    """What is stored is no longer what was agreed: it is not handed out, and nothing is published by it (row 43)."""

    sentence = N_("保存されている内容が、合意した版の照合コードと一致しません。公表も表示もしていません。")
    next_step = N_("運用管理者に、記録の検証（verify-history）を依頼してください。")


class AnotherRevision(MovedUnderThePen):
    """The revision on the screen is not the one that was agreed."""

    sentence = N_("ご覧になっていた版は、合意した版ではありません。何も記録していません。")
    next_step = N_("文書のページを読み込み直してください。")


@dataclass(frozen=True)
class Hold:
    """A time during which some party held what was agreed; None: it still does."""

    since: dt.datetime
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of an item when a channel is to go out; moments in UTC."""

    standing: Standing
    status: Sequence[Phrase]
    """Each party and whether it consented, for a sentence."""
    agreed_at: dt.datetime | None
    is_in_force: bool
    """Whether consent under the agreement stands at the moment of publication; always so for a voluntary one."""
    channels: Sequence[Channel]
    spans: Mapping[int, Span]
    event: str
    """The event it waits for, if it waits for one."""
    event_ended_at: dt.datetime | None
    in_order: bool
    published: Mapping[int, dt.datetime]
    """The channels recorded, with their moments."""
    holds: Sequence[Hold] = field(default_factory=tuple)


def must_be_publishable(facts: Facts, number: int, *, at: dt.datetime) -> Channel:
    """The channel `number` may go out at `at` (aware): every consent, no hold, the agreement in force, the time
    reached and not over, the ones before it out where an order was agreed (R6.2-3; I8). Else raises the missing
    element, the first thing first."""
    channel = next((one for one in facts.channels if one.number == number), None)
    must_be_agreed(facts.standing, facts.status)
    if channel is None:
        raise NoSuchChannel()
    if number in facts.published:
        raise PublishedAlready()
    if not facts.is_in_force:
        raise PublicityDoesNotSurvive()
    span = facts.spans[number]
    if span.closes_at is not None and at >= span.closes_at:
        raise TooLate("published_at")
    if facts.event and facts.event_ended_at is None:
        raise EventNotOver(event=facts.event)
    if span.opens_at is None or at < span.opens_at:
        opens = span.opens_at or at
        raise TooEarly("published_at", opens=opens, left=time_left(opens - at))
    if facts.agreed_at is not None and at < facts.agreed_at:
        raise BeforeTheAgreement("published_at", agreed=facts.agreed_at)
    if any(hold.since <= at and (hold.until is None or at < hold.until) for hold in facts.holds):
        raise DuringAHold("published_at")
    if facts.in_order:
        for one in facts.channels[: number - 1]:
            if one.number not in facts.published or facts.published[one.number] > at:
                raise OutOfOrder("published_at", number=one.number, place=one.place)
    return channel


def must_be_agreed(standing: Standing, status: Sequence[Phrase]) -> None:
    """Every party has agreed and none holds it; raises what is missing (art. 6(2); R6.2-3)."""
    if standing is Standing.HELD:
        raise IsHeld()
    if standing in {Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED}:
        raise IsOver(standing=Phrase(STATE_NAMES[State(standing.value)]))
    if standing is not Standing.AGREED:
        raise NotAgreedByAll(status=tuple(status))


def must_be_the_publisher(channel: Channel, party: str, *, label: object) -> None:
    """`party` is the one agreed for this channel; `label` is the publisher's name in words (decision 27)."""
    if channel.publisher != party:
        raise NotThePublisher(party=label)


def must_have_happened(moment: dt.datetime, now: dt.datetime, field_name: str) -> None:
    """Nothing is recorded before it has happened; both aware."""
    if moment > now:
        raise NotYet(field_name)


def must_say_what_appeared(channel: Channel, *, as_agreed: bool, final_text: str, url: str) -> None:
    """The text that appeared is given unless it is the agreed one, and the address of what stands on the web
    (R6.2-7)."""
    refusals: list[RuleBroken] = []
    if not as_agreed and not final_text.strip():
        refusals.append(WordsMissing("final_text"))
    if channel.medium in {Medium.WEBSITE, Medium.SOCIAL} and not url:
        refusals.append(AddressMissing("url"))
    refuse_together(refusals)


def must_be_an_address(url: str) -> None:
    """`url` is empty or a web address that a page may link to."""
    if url and (
        not url.lower().startswith(("https://", "http://")) or any(one in url for one in " \"'<>\\`{}|^")
    ):
        raise NotAWebAddress("url")


def must_await_an_event(kind: str, *, ended: bool) -> None:
    """The timing is relative to an event whose end is not recorded yet (decision 27)."""
    if kind != TimingKind.AFTER_EVENT:
        raise NoEventAwaited()
    if ended:
        raise EventOverAlready()


def must_not_be_out(published: int, channels: int, *, all_of_them: bool) -> None:
    """Nothing (or, with `all_of_them`, not yet everything) has been published; raises PublishedAndOver (row 48)."""
    if published and (not all_of_them or published >= channels):
        raise PublishedAndOver()


def must_keep_time(skew: dt.timedelta) -> None:
    """The server's clock and the database's are at most two seconds apart; raises SkewedClock (row 42)."""
    if abs(skew) > dt.timedelta(seconds=2):
        raise SkewedClock()


def time_left(left: dt.timedelta) -> Phrase:
    """How long that is, for a sentence: days and hours, hours and minutes, or minutes, counted up."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return Phrase(N_("%(days)s日%(hours)s時間"), {"days": hours // 24, "hours": hours % 24})
    if hours:
        return Phrase(N_("%(hours)s時間%(minutes)s分"), {"hours": hours, "minutes": rest})
    return Phrase(N_("%(minutes)s分"), {"minutes": minutes})


# --------------------------------------------------------------------------------------- agreed against actual


class Differs(StrEnum):
    """In what a publication differed from what was agreed (R6.2-7)."""

    LATER = "later"
    PLACE = "place"
    TEXT = "text"


@dataclass(frozen=True)
class Difference:
    """One difference, with its facts."""

    what: Differs
    facts: Mapping[str, object] = field(default_factory=dict)


DIFFERENCE_SENTENCES: Mapping[Differs, str] = {
    Differs.LATER: N_("合意した日時より%(minutes)s分あとに公表されました。"),
    Differs.PLACE: N_("合意した場所は「%(agreed)s」、実際の場所は「%(actual)s」です。"),
    Differs.TEXT: N_("文面が合意したものと違います（加えた文字%(added)s、削った文字%(removed)s）。"),
}


def differences(
    channel: Channel,
    *,
    agreed_text: str,
    exact: dt.datetime | None,
    published_at: dt.datetime,
    place: str,
    final_text: str | None,
) -> list[Difference]:
    """In what the publication differs from the agreed channel: `exact` is its agreed moment, where one was agreed
    (not a window), `final_text` what appeared, None for the agreed text itself (R6.2-7; excellent 3.3)."""
    found = []
    if exact is not None and published_at >= exact + dt.timedelta(minutes=1):
        found.append(
            Difference(Differs.LATER, {"minutes": int((published_at - exact).total_seconds()) // 60})
        )
    if place.strip() and place.strip() != channel.place.strip():
        found.append(Difference(Differs.PLACE, {"agreed": channel.place, "actual": place}))
    if final_text is not None and final_text.strip() != agreed_text.strip():
        added, removed = _changed(agreed_text.strip(), final_text.strip())
        found.append(Difference(Differs.TEXT, {"added": added, "removed": removed}))
    return found


def _changed(old: str, new: str) -> tuple[int, int]:
    segments = [one for line in compare_texts(old, new) for one in line.segments]
    added = sum(len(one.text) for one in segments if one.kind is Kind.ADDED)
    removed = sum(len(one.text) for one in segments if one.kind is Kind.REMOVED)
    return added, removed


# --------------------------------------------------------------------------------------- where an item stands


def shown_state(
    standing: Standing,
    *,
    now: dt.datetime,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    awaits_event: bool,
    published: int,
    channels: int,
    is_in_force: bool,
) -> State:
    """The state at the moment `now`: agreed ∧ the hour ∧ no hold, reckoned anew whenever it is read (row 41).

    `opens_at` is the earliest, `closes_at` the latest moment of any channel; `is_in_force` is True for a voluntary
    agreement at all times.
    """
    if standing in ON_THE_TABLE or standing is Standing.DRAFT:
        return {Standing.PARTIAL: State.PARTIAL, Standing.SENT_BACK: State.SENT_BACK}.get(
            standing, State.CONSULTING
        )
    if standing in {Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED}:
        return State(standing.value)
    if channels and published >= channels:
        return State.PUBLISHED
    if standing is Standing.HELD:
        return State.HELD
    if published:
        return State.PARTLY_PUBLISHED
    if not is_in_force:
        return State.ENDED
    if closes_at is not None and now >= closes_at:
        return State.LAPSED
    if awaits_event:
        return State.WAITING_FOR_EVENT
    return State.READY if opens_at is not None and now >= opens_at else State.WAITING


@dataclass(frozen=True)
class Short:
    """A lead time shorter than usual: business days usual and left."""

    usual: int
    left: int


def short_lead(sort: str, left: int | None, settings: Mapping[str, int] | None = None) -> Short | None:
    """The business days `left` if they are fewer than such a publication usually needs, by the agreement's own
    `settings` or else by LEAD_DAYS; a warning, never a block (excellent 3.3)."""
    usual = (settings or {}).get(sort, LEAD_DAYS.get(sort, 0))
    return Short(usual, left) if left is not None and left < usual else None


# --------------------------------------------------------------------------------------- beside the agreement


class Nature(StrEnum):
    """A publication outside what was agreed, recorded as what it is (R6.2-7; S4, S12)."""

    WITHOUT_AGREEMENT = "without_agreement"
    DIFFERS = "differs"
    FOR_INFORMATION = "for_information"


NATURE_NAMES: Mapping[str, str] = {
    Nature.WITHOUT_AGREEMENT: N_("事前合意のない公表"),
    Nature.DIFFERS: N_("事前合意と異なる公表"),
    Nature.FOR_INFORMATION: N_("合意によらない公表（議会答弁・情報公開など、共有のため）"),
}


class NatureMissing(RuleBroken):
    """It is said as what the publication is recorded."""

    clause = "publicity"
    sentence = N_("どのような公表かが選ばれていません。")
    next_step = N_(
        "当てはまるものを一つ選んでください。分からないときは「事前合意のない公表」を選び、事情に書いてください。"
    )


class AgreedItemMissing(RuleBroken):
    """What differs, differs from something agreed."""

    clause = "publicity"
    sentence = N_("どの合意と異なるのかが分かりません。")
    next_step = N_("合意した公表のページから記録するか、「事前合意のない公表」を選んでください。")


class SettledAlready(RuleBroken):
    """A party says once that the matter is settled for it."""

    status = 409
    clause = "publicity"
    sentence = N_("自分の側は、この件をすでに終結としています。")
    next_step = N_("ほかの当事者の回答をお待ちください。")


def must_be_recordable(nature: str, *, document_id: str | None) -> None:
    """A publication beside the agreement is of a known nature; one that differs names what was agreed."""
    if nature not in set(Nature):
        raise NatureMissing("nature")
    if nature == Nature.DIFFERS and document_id is None:
        raise AgreedItemMissing("nature")


def must_be_open_for(party: str, settled_by: Collection[str]) -> None:
    """`party` has not settled the matter before."""
    if party in settled_by:
        raise SettledAlready()


def attributed(words: Mapping[str, str], parties: Collection[str]) -> str:
    """The party whose publication it was, by the same word of every party; empty as long as they do not say the
    same (S12: only if the parties say so)."""
    said = {words.get(party, "") for party in parties}
    return said.pop() if len(said) == 1 else ""
