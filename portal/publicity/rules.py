"""What may be made public, and when: agreed by all, held by nobody, at its time, by its publisher (art. 6(2); R6.2-*); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.consent.rules import AgreementNotInForce, Standing
from portal.kernel.errors import MovedUnderThePen, RuleBroken, Unavailable, refuse_together
from portal.kernel.words import N_, Phrase
from portal.publicity.sorts import ONLINE, Relation
from portal.publicity.states import STATE_NAMES, Out, State
from portal.publicity.timing import Channel, Span, TimingKind, in_words


class NotAgreedByAll(RuleBroken):
    """Without every party's consent to this very revision nothing is published (art. 6(2); R6.2-3)."""

    status = 409
    clause = "publicity"
    sentence = N_("全当事者の合意が成立していないため、公表できません。同意：%(status)s")
    next_step = N_("まだ同意していない当事者の同意をお待ちください。")


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


class NothingToCallOff(RuleBroken):
    """A take-down makes nothing public that could be called off (S12)."""

    status = 409
    clause = "publicity"
    sentence = N_("掲載の取下げは公表ではないため、公表の中止は起案できません。")
    next_step = N_("取り下げないことにするときは、保留して協議し、変更を提案してください。")


class IsCalledOff(RuleBroken):
    """Where it was agreed that nothing is made public, nothing is (decision 13)."""

    status = 409
    clause = "publicity"
    sentence = N_("公表しないことに、全当事者が合意しています。公表できません。")
    next_step = N_("公表するときは、新しい公表として起案し、全当事者の合意を得てください。")


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
    next_step = N_("直すときは、訂正・補足・掲載の取下げとして新しく合意してください。")


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


class TakenDownUnagreed(NotAgreedByAll):
    """Without every party's consent nothing is taken down as agreed."""

    sentence = N_("全当事者の合意が成立していないため、取下げを記録できません。同意：%(status)s")


class TakenDownOnHold(IsHeld):
    """A hold by any party stops a take-down too."""

    sentence = N_("保留されているため、取下げを記録できません。")
    next_step = N_("保留した側に確かめてください。保留が解かれるまで取下げは止まります。")


class TakenDownWhenOver(IsOver):
    """Nothing is taken down by a declined, withdrawn or replaced item."""

    sentence = N_("この取下げの文書は終わっています（%(standing)s）。取下げを記録できません。")


class TakenDownAfterTheEnd(PublicityDoesNotSurvive):
    """What was agreed and not taken down by the end has lapsed."""

    sentence = N_(
        "協定の有効期間が終わっているため、この合意に基づく取下げは記録できません（この条項は終了後に存続しません）。"
    )
    next_step = N_("取り下げるときは「任意の合意」として、あらためて全当事者の合意を得てください。")


class TakenDownElsewhere(NoSuchChannel):
    """Only where it was agreed is something taken down as agreed."""

    next_step = N_("ほかの場所で取り下げるときは、変更を提案して全当事者の合意を得てください。")


class TakenDownByAnother(NotThePublisher):
    """Each channel is taken down, and recorded, by the party agreed."""

    sentence = N_("この経路で取り下げるのは%(party)sです。")
    next_step = N_("取り下げる側の広報担当に、取下げと記録を依頼してください。")


class TakenDownAlready(PublishedAlready):
    """A take-down is recorded once."""

    sentence = N_("この経路の取下げはすでに記録されています。記録は変えられません。")
    next_step = N_("記録と違うことが分かったときは、コメントで伝え、協議してください。")


class TakenDownTooEarly(TooEarly):
    """Nothing is taken down as agreed before the agreed time."""

    sentence = N_("合意した時期の前なので、取下げを記録できません。取り下げるのは%(opens)sからです（あと%(left)s）。")
    next_step = N_("時期を変えるときは、変更を提案して全当事者の合意を得てください。")


class TakenDownTooLate(TooLate):
    """After the agreed time a take-down rests on these consents no longer."""

    sentence = N_("合意した時期を過ぎました。この合意による取下げとしては記録できません。")
    next_step = N_("新しい時期で変更を提案し、全当事者の合意を得てください。")


class TakenDownBeforeTheEvent(EventNotOver):
    """A take-down that waits for an event waits until its end is recorded."""

    sentence = N_("「%(event)s」の終了がまだ記録されていないため、取下げを記録できません。")
    next_step = N_("行事が終わったら、取り下げる側が「行事の終了を記録する」で日時を記録してください。")


class TakenDownBeforeTheAgreement(BeforeTheAgreement):
    """What was taken down before every party had agreed was not taken down as agreed."""

    sentence = N_("合意が成立したのは%(agreed)sです。それより前の取下げは、合意に基づくものとして記録できません。")
    next_step = N_(
        "日時を確かめてください。合意の前に取り下げていたときは、取り下げられていることを合意の後に確かめた日時を入力し、備考にその旨を書いてください。"
    )


class TakenDownDuringAHold(DuringAHold):
    """What was taken down while a party held it was not taken down as agreed."""

    sentence = N_("その日時には保留されていました。合意に基づく取下げとして記録できません。")
    next_step = N_(
        "日時を確かめてください。保留の間に取り下げていたときは、取り下げられていることを解除の後に確かめた日時を入力し、備考にその旨を書いてください。"
    )


class TakenDownOutOfOrder(OutOfOrder):
    """Where an order was agreed, a take-down waits for the ones before it."""

    sentence = N_("合意した順では、先に経路%(number)s（%(place)s）の取下げが必要です。")
    next_step = N_("先の経路の取下げが記録されるのを待ってください。")


_OF_A_TAKE_DOWN: Mapping[type[RuleBroken], type[RuleBroken]] = {
    one.__bases__[0]: one
    for one in (
        TakenDownUnagreed,
        TakenDownOnHold,
        TakenDownWhenOver,
        TakenDownAfterTheEnd,
        TakenDownElsewhere,
        TakenDownByAnother,
        TakenDownAlready,
        TakenDownTooEarly,
        TakenDownTooLate,
        TakenDownBeforeTheEvent,
        TakenDownBeforeTheAgreement,
        TakenDownDuringAHold,
        TakenDownOutOfOrder,
    )
}
"""What is refused of a take-down, in words of its own: no publication is spoken of."""


def _worded(broken: type[RuleBroken], is_taking_down: bool) -> type[RuleBroken]:
    return _OF_A_TAKE_DOWN.get(broken, broken) if is_taking_down else broken


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
    next_step = N_("訂正・補足・掲載の取下げとして、新しく合意してください。元の記録は残ります。")


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
    is_called_off: bool
    """Whether what was agreed is that nothing is made public."""
    channels: Sequence[Channel]
    spans: Mapping[int, Span]
    event: str
    """The event it waits for, if it waits for one."""
    event_ended_at: dt.datetime | None
    in_order: bool
    published: Mapping[int, dt.datetime]
    """The channels recorded as published, with their moments."""
    otherwise: Mapping[int, dt.datetime] = field(default_factory=dict)
    """The other channels through which it appeared, but not as agreed, with their moments."""
    holds: Sequence[Hold] = field(default_factory=tuple)
    is_taking_down: bool = False
    """Whether what was agreed is that something is taken down: then that is what the refusals speak of."""

    def refusal(self, broken: type[RuleBroken]) -> type[RuleBroken]:
        """The refusal `broken`, in the words of what was agreed."""
        return _worded(broken, self.is_taking_down)

    @property
    def out(self) -> Mapping[int, dt.datetime]:
        """Every channel that is out, as agreed or not, with its moment."""
        return {**self.otherwise, **self.published}


def must_be_publishable(facts: Facts, number: int, *, at: dt.datetime) -> Channel:
    """The channel `number` may go out at `at` (aware): every consent, no hold, the agreement in force, the time
    reached and not over, the ones before it out where an order was agreed (R6.2-3; I8). Else raises the missing
    element, the first thing first. Who records it says when to the minute: the minute in which the last party
    consented, or a hold was lifted, is one in which it may have gone out."""
    channel = next((one for one in facts.channels if one.number == number), None)
    must_be_agreed(facts.standing, facts.status, is_taking_down=facts.is_taking_down)
    must_not_be_called_off(facts.is_called_off)
    if channel is None:
        raise facts.refusal(NoSuchChannel)()
    if number in facts.published:
        raise facts.refusal(PublishedAlready)()
    if not facts.is_in_force:
        raise facts.refusal(PublicityDoesNotSurvive)()
    span = facts.spans[number]
    if span.closes_at is not None and at >= span.closes_at:
        raise facts.refusal(TooLate)("published_at")
    if facts.event and facts.event_ended_at is None:
        raise facts.refusal(EventNotOver)(event=facts.event)
    if span.opens_at is None or at < span.opens_at:
        opens = span.opens_at or at
        raise facts.refusal(TooEarly)("published_at", opens=opens, left=in_words(opens - at))
    if facts.agreed_at is not None and at < _minute(facts.agreed_at):
        raise facts.refusal(BeforeTheAgreement)("published_at", agreed=facts.agreed_at)
    if any(hold.since <= at and (hold.until is None or at < _minute(hold.until)) for hold in facts.holds):
        raise facts.refusal(DuringAHold)("published_at")
    if facts.in_order:
        for one in facts.channels[: number - 1]:
            if one.number not in facts.out or facts.out[one.number] > at:
                raise facts.refusal(OutOfOrder)("published_at", number=one.number, place=one.place)
    return channel


def _minute(moment: dt.datetime) -> dt.datetime:
    """The beginning of its minute."""
    return moment.replace(second=0, microsecond=0)


def must_be_agreed(standing: Standing, status: Sequence[Phrase], *, is_taking_down: bool = False) -> None:
    """Every party has agreed and none holds it; raises what is missing (art. 6(2); R6.2-3)."""
    if standing is Standing.HELD:
        raise _worded(IsHeld, is_taking_down)()
    if standing in {Standing.DECLINED, Standing.WITHDRAWN, Standing.REPLACED}:
        raise _worded(IsOver, is_taking_down)(standing=Phrase(STATE_NAMES[State(standing.value)]))
    if standing is not Standing.AGREED:
        raise _worded(NotAgreedByAll, is_taking_down)(status=tuple(status))


def must_not_be_called_off(is_called_off: bool) -> None:
    """What was agreed is a publication, and not that there is none."""
    if is_called_off:
        raise IsCalledOff()


def must_be_a_publication(is_taking_down: bool) -> None:
    """What was agreed is that something appears, and not that something is taken down."""
    if is_taking_down:
        raise NothingToCallOff()


def must_be_agreed_once(standing: Standing, status: Sequence[Phrase]) -> None:
    """Every party has agreed, whether some party holds it or not; raises what is missing."""
    must_be_agreed(Standing.AGREED if standing is Standing.HELD else standing, status)


def must_be_the_publisher(
    channel: Channel, party: str, *, label: object, is_taking_down: bool = False
) -> None:
    """`party` is the one agreed for this channel; `label` is the publisher's name in words (decision 27)."""
    if channel.publisher != party:
        raise _worded(NotThePublisher, is_taking_down)(party=label)


def must_have_happened(moment: dt.datetime, now: dt.datetime, field_name: str) -> None:
    """Nothing is recorded before it has happened; both aware."""
    if moment > now:
        raise NotYet(field_name)


def must_say_what_appeared(
    channel: Channel, *, as_agreed: bool, final_text: str, url: str, relation: str = Relation.NEW
) -> None:
    """The text that appeared is given unless it is the agreed one, and the address of what stands on the web, but
    not of what was taken down from there (R6.2-7)."""
    refusals: list[RuleBroken] = []
    if not as_agreed and not final_text.strip():
        refusals.append(WordsMissing("final_text"))
    if channel.medium in ONLINE and not url and relation != Relation.TAKE_DOWN:
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


def must_not_be_out(out: Out, *, all_of_them: bool) -> None:
    """Nothing (or, with `all_of_them`, not yet everything) has appeared; raises PublishedAndOver (row 48)."""
    if out.is_all if all_of_them else out.is_begun:
        raise PublishedAndOver()


def must_keep_time(skew: dt.timedelta) -> None:
    """The server's clock and the database's are at most two seconds apart; raises SkewedClock (row 42)."""
    if abs(skew) > dt.timedelta(seconds=2):
        raise SkewedClock()
