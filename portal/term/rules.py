"""The rules of article 4: dates that can be, intentions, notices and their arrival, accords, meetings; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.kernel.errors import MovedUnderThePen, RuleBroken, refuse_together
from portal.kernel.words import N_

# --------------------------------------------------------------------------------------- dates


class NotADay(RuleBroken):
    """A day that the calendar does not have cannot be confirmed."""

    clause = "term"
    sentence = N_("日付として読めません。")
    next_step = N_("「令和7年9月10日」や「2025/9/10」のように入力してください。")


class NoDateGiven(RuleBroken):
    """The term runs from a day."""

    clause = "term"
    sentence = N_("締結日が入力されていません。")
    next_step = N_("協定書に記載された締結日を入力してください。")


class NoEffectiveDate(RuleBroken):
    """The term of this agreement runs from its effective date."""

    clause = "term"
    sentence = N_("この協定の有効期間は発効日から始まります。発効日が入力されていません。")
    next_step = N_("協定書に記載された発効日を入力してください。")


class EndsBeforeItStarts(RuleBroken):
    """A fixed last day lies on or after the first."""

    clause = "term"
    sentence = N_("定められた末日（%(end)s）が、期間の始まり（%(start)s）より前です。")
    next_step = N_("どちらかの日を直してください。入力した日付は残っています。")


class SignedInTheFuture(RuleBroken):
    """Only what has been signed has a signing date."""

    clause = "term"
    sentence = N_("締結日（%(day)s）がまだ来ていない日です。")
    next_step = N_("締結した日を入力してください。")


def day_of(text: str) -> dt.date | None:
    """The day an ISO text names; None for an empty text or one that is no day."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def number_of(text: str) -> int | None:
    """The number of a term that a text names, from 1; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) else None


def must_be_days(**typed: str) -> None:
    """Every text that is not empty names a day; raises NotADay beside each that does not."""
    refuse_together(NotADay(name) for name, text in typed.items() if text and day_of(text) is None)


def must_be_dates(
    *, signed_on: dt.date | None, effective_on: dt.date | None, end_on: dt.date | None, from_effective: bool
) -> None:
    """There is a day to reckon from, and no fixed last day before it ("term"; R0-1)."""
    if from_effective and effective_on is None:
        raise NoEffectiveDate("effective_on")
    start = effective_on or signed_on
    if start is None:
        raise NoDateGiven("signed_on")
    if end_on is not None and end_on < start:
        raise EndsBeforeItStarts("end_on_fixed", start=start, end=end_on)


def must_be_signed(signed_on: dt.date | None, today: dt.date) -> None:
    """The signing lies on or before `today` (Asia/Tokyo)."""
    if signed_on is not None and signed_on > today:
        raise SignedInTheFuture("signed_on", day=signed_on)


# --------------------------------------------------------------------------------------- intentions


class Intends(StrEnum):
    """What a party intends for the time after the term: informal, no notice (R4-5)."""

    CONTINUE = "continue"
    NOT = "not"
    UNDECIDED = "undecided"


INTENTION_NAMES: Mapping[str, str] = {
    Intends.CONTINUE: N_("続けたい"),
    Intends.NOT: N_("続けない方向"),
    Intends.UNDECIDED: N_("未定"),
}
ASKED_FROM = 60
"""So many days before the expiry day the parties are asked what they intend (R4-5)."""


class NobodyAsksYet(RuleBroken):
    """Intentions are said in the last days of a term that is not to end anyway (R4-5)."""

    status = 409
    clause = "term"
    sentence = N_("継続の意向を記録できるのは、満了日の%(days)s日前から満了日までです。")
    next_step = N_("「期間」のページで、満了日と、終了の予告がないかを確かめてください。")


class NoSuchIntention(RuleBroken):
    """One of three words."""

    sentence = N_("意向が選ばれていません。")
    next_step = N_("「続けたい」「続けない方向」「未定」のどれかを選んでください。")


def is_asked(expiry: dt.date | None, today: dt.date, *, is_ending: bool) -> bool:
    """Whether the parties are asked what they intend: the term that runs expires within the days, and no end has been
    announced."""
    return expiry is not None and not is_ending and 0 <= (expiry - today).days <= ASKED_FROM


def must_be_asked(expiry: dt.date | None, today: dt.date, *, is_ending: bool) -> None:
    """The parties are asked; raises NobodyAsksYet."""
    if not is_asked(expiry, today, is_ending=is_ending):
        raise NobodyAsksYet(days=ASKED_FROM)


def must_be_an_intention(says: str) -> None:
    """One of the three."""
    if says not in set(Intends):
        raise NoSuchIntention("says")


# --------------------------------------------------------------------------------------- notices


class NoticeKind(StrEnum):
    """What a notice says (art. 4): that the agreement does not go on after a term, or that it ends on a day."""

    NON_RENEWAL = "non_renewal"
    TERMINATION = "termination"


KIND_NAMES: Mapping[str, str] = {
    NoticeKind.NON_RENEWAL: N_("更新しない旨の意思表示"),
    NoticeKind.TERMINATION: N_("解約の通知"),
}


class Means(StrEnum):
    """How a notice was sent (R4-1)."""

    HAND = "hand"
    REGISTERED = "registered"
    CERTIFIED = "certified"
    ELECTRONIC = "electronic"
    OTHER = "other"


MEANS_NAMES: Mapping[str, str] = {
    Means.HAND: N_("持参"),
    Means.REGISTERED: N_("簡易書留"),
    Means.CERTIFIED: N_("内容証明"),
    Means.ELECTRONIC: N_("電子署名文書"),
    Means.OTHER: N_("その他"),
}
PREFIX = "NTC"
"""Of a notice's reference, unless the agreement's portal.yaml gives another for `notice`."""


class NothingToEnd(RuleBroken):
    """Only an agreement that has a date and has not ended can be brought to its end."""

    status = 409
    clause = "term"
    sentence = N_("進行中の有効期間がないため、終わらせる通知はできません。")
    next_step = N_("「期間」のページで、いまの状態を確かめてください。")


class NoSuchNotice(RuleBroken):
    """The text knows no notice of that kind."""

    clause = "term"
    sentence = N_("通知の種類が選ばれていません。")
    next_step = N_("この協定で行える通知の種類から選んでください。")


class NoSuchTerm(RuleBroken):
    """A declaration of non-renewal names the term after which the agreement is not to go on."""

    clause = "term"
    sentence = N_("どの期の満了で終わらせるかが選ばれていません。")
    next_step = N_("期を選んでください。")


class NoPlannedDate(RuleBroken):
    """A termination names its planned date."""

    clause = "termination"
    sentence = N_("解約予定日が入力されていません。")
    next_step = N_("協定を終わらせる予定の日を入力してください。")


class PlannedForThePast(RuleBroken):
    """A termination is planned for a day to come."""

    clause = "termination"
    sentence = N_("解約予定日（%(day)s）が、発信する日（%(dispatched)s）より後の日になっていません。")
    next_step = N_("相手方に到達してから必要な期間をおいた日を入力してください。")


class NoDateOfTheLetter(RuleBroken):
    """A letter has its date."""

    sentence = N_("文書の日付が入力されていません。")
    next_step = N_("文書に記す日付を入力してください。")


class NoSender(RuleBroken):
    """A letter says in whose name it is given (R4-1)."""

    sentence = N_("差出人の職・氏名が入力されていません。")
    next_step = N_("通知をする権限のある人の職と氏名を入力してください。")


class NoAddressee(RuleBroken):
    """A notice goes to every other party (R4-1)."""

    sentence = N_("宛名のない当事者があります：%(parties)s")
    next_step = N_("ほかのすべての当事者の宛名を入力してください。")


class DraftHasMoved(MovedUnderThePen):
    """The own-side draft was saved since the page was opened (row 26)."""

    sentence = N_("この下書きは、画面を開いたあとに保存し直されています。")
    next_step = N_("いまの下書きを確かめてから、もう一度操作してください。入力した内容は下に残っています。")


class NotDecided(RuleBroken):
    """A notice leaves the house upon the own side's decision on these very words (practice.md 3.1)."""

    status = 409
    sentence = N_("いまの文面に対する決裁が記録されていません。")
    next_step = N_("「決裁を記録する」で、いまの文面に対する決裁番号を記録してください。")


class DraftedAlone(RuleBroken):
    """Whoever alone drafted a notice does not record its dispatch (decision 12)."""

    status = 403
    sentence = N_(
        "この通知は、あなただけが起案しました。起案者だけで発信を記録することはできません（四つの目の原則）。"
    )
    next_step = N_("自分の側の別の協定管理者か同意権者に依頼してください。")


class NotYet(RuleBroken):
    """What is recorded has happened by now."""

    sentence = N_("まだ来ていない日時です。")
    next_step = N_("今日までの日時を入力してください。")


class DispatchedBeforeItsDate(RuleBroken):
    """A letter is sent on its date or later."""

    sentence = N_("発信した日が、文書の日付（%(day)s）より前です。")
    next_step = N_("発信した日か、文書の日付を確かめてください。")


class MeansMissing(RuleBroken):
    """How it was sent is said (R4-1)."""

    sentence = N_("発信の方法が選ばれていません。")
    next_step = N_("方法を選んでください。")


class ArrivedBeforeItWasSent(RuleBroken):
    """Nothing arrives before it is sent."""

    sentence = N_("到達した日が、発信した日（%(day)s）より前です。")
    next_step = N_("到達した日を確かめてください。")


class NoReceiver(RuleBroken):
    """A notice arrives at a party to which it was given."""

    sentence = N_("この通知を受け取る当事者が選ばれていません。")
    next_step = N_("到達した相手方を選んでください。")


class NotTheirsToRecord(RuleBroken):
    """The arrival at a party is recorded by that party, or by the sender with evidence."""

    status = 403
    sentence = N_("到達を記録できるのは、受け取った側と、差し出した側だけです。")
    next_step = N_("当事者に記録を依頼してください。")


class EvidenceMissing(RuleBroken):
    """The sender records an arrival with what shows it (R4-1)."""

    sentence = N_("差し出した側が到達を記録するには、到達を示すもの（配達証明など）の写しが必要です。")
    next_step = N_("写しのファイルを添え、それが示す日を入力してください。")


class EvidenceSaysLater(RuleBroken):
    """What shows an arrival names a day that has come."""

    sentence = N_("到達を示すものの日付が、まだ来ていない日です。")
    next_step = N_("写しに記された日付を入力してください。")


class CorrectionWithoutReason(RuleBroken):
    """What is recorded otherwise than before says why; the earlier record stays (R4-7)."""

    sentence = N_("自分の側はこの相手方への到達をすでに記録しています。改める理由が入力されていません。")
    next_step = N_("改める理由を入力してください。前の記録も残ります。")


class SecondedByItsRecorder(RuleBroken):
    """A day earlier than its evidence is borne out by another person of the receiving side (R4-7)."""

    status = 403
    sentence = N_("到達日の裏付けは、受け取った側の、記録した人とは別の人が行います。")
    next_step = N_("受け取った側の別の人に依頼してください。")


class NothingToSecond(RuleBroken):
    """Only a day earlier than its evidence has to be borne out, once."""

    status = 409
    sentence = N_("裏付けを待っている到達の記録ではありません。")
    next_step = N_("通知のページで、いまの状態を確かめてください。")


class AnsweredByItsRecorder(RuleBroken):
    """A record of arrival is answered by the other side of the notice."""

    status = 403
    sentence = N_("到達の記録に答えられるのは、記録した側ではない、差し出した側か受け取った側です。")
    next_step = N_("相手方の回答をお待ちください。")


class AnsweredAlready(RuleBroken):
    """Once the other side has said that it is so, there is nothing more to answer."""

    status = 409
    sentence = N_("自分の側は、この到達の記録をすでに確認しています。")
    next_step = N_("異なることが分かったときは、自分の側の到達の記録を加えてください。")


class NoRemark(RuleBroken):
    """Seeing it otherwise says what otherwise."""

    sentence = N_("どこが異なるかが入力されていません。")
    next_step = N_("異なる点を入力してください。相手方にも伝わります。")


class NoticeWithdrawn(RuleBroken):
    """Of a withdrawn notice nothing more is recorded."""

    status = 409
    sentence = N_("この通知は、全当事者の合意により取り下げられています。")
    next_step = N_("終わらせるときは、新しい通知を起案してください。")


class ForTheSenderAlone(RuleBroken):
    """Attempts to deliver are the sender's to record."""

    status = 403
    sentence = N_("届けようとした記録を残せるのは、差し出した側だけです。")
    next_step = N_("差し出した側に確かめてください。")


class OwnNotice(RuleBroken):
    """What a party gives itself it does not register as received."""

    sentence = N_("差し出した当事者が選ばれていません。")
    next_step = N_("通知を差し出した相手方を選んでください。")


@dataclass(frozen=True)
class Words:
    """What a notice must say, as typed."""

    kind: str
    term: str
    planned_on: dt.date | None
    dated_on: dt.date | None
    sender: str
    addressees: frozenset[str]
    """The parties that have an addressee."""


def must_be_anothers(sender: str, others: Collection[str]) -> None:
    """What is registered as received was given by another party."""
    if sender not in others:
        raise OwnNotice("giver")


def must_be_whole(
    words: Words, *, kinds: Collection[str], terms: Collection[str], receivers: Sequence[tuple[str, Any]]
) -> None:
    """A notice says all that the text and a letter ask for; raises what is missing, each beside its field. `receivers`
    are the other parties, by key and defined name."""
    refuse_together(_missing(words, kinds, terms, receivers))


def _missing(
    words: Words, kinds: Collection[str], terms: Collection[str], receivers: Sequence[tuple[str, Any]]
) -> Iterator[RuleBroken]:
    if words.kind not in kinds:
        yield NoSuchNotice("kind")
    if words.kind == NoticeKind.NON_RENEWAL and words.term not in terms:
        yield NoSuchTerm("term")
    if words.kind == NoticeKind.TERMINATION and words.planned_on is None:
        yield NoPlannedDate("planned_on")
    if words.dated_on is None:
        yield NoDateOfTheLetter("dated_on")
    if not words.sender.strip():
        yield NoSender("sender")
    missing = tuple(name for key, name in receivers if key not in words.addressees)
    if missing:
        yield NoAddressee("addressees", parties=missing)


def must_be_dispatchable(
    *,
    dated_on: dt.date | None,
    planned_on: dt.date | None,
    means: str,
    dispatched_on: dt.date,
    today: dt.date,
    is_decided: bool,
    drafted_alone: bool,
) -> None:
    """The letter may be recorded as sent: decided on, not by its only drafter, on a day that has come and that fits its
    dates."""
    if not is_decided:
        raise NotDecided()
    if drafted_alone:
        raise DraftedAlone()
    if means not in set(Means):
        raise MeansMissing("means")
    if dispatched_on > today:
        raise NotYet("dispatched_on")
    if dated_on is not None and dispatched_on < dated_on:
        raise DispatchedBeforeItsDate("dispatched_on", day=dated_on)
    if planned_on is not None and planned_on <= dispatched_on:
        raise PlannedForThePast("planned_on", day=planned_on, dispatched=dispatched_on)


@dataclass(frozen=True)
class Claim:
    """What one side says of the arrival at one receiver."""

    receiver: str
    arrived_on: dt.date
    evidence_on: dt.date | None
    has_file: bool
    by: str
    """The party that records it."""
    corrects: bool
    """Whether that side has recorded this arrival before."""
    reason: str


def must_be_an_arrival(
    claim: Claim, *, sender: str, receivers: Collection[str], dispatched_on: dt.date | None, today: dt.date
) -> None:
    """The arrival may be recorded: by the receiver, or by the sender with what shows it, of a day that has come (R4-7)."""
    if claim.by != sender and claim.by not in receivers:
        raise NotTheirsToRecord()
    if claim.receiver not in receivers or (claim.by != sender and claim.receiver != claim.by):
        raise NoReceiver("receiver")
    refuse_together(_wrong_with(claim, sender, dispatched_on, today))


def _wrong_with(
    claim: Claim, sender: str, dispatched_on: dt.date | None, today: dt.date
) -> Iterator[RuleBroken]:
    if claim.arrived_on > today:
        yield NotYet("arrived_on")
    elif dispatched_on is not None and claim.arrived_on < dispatched_on:
        yield ArrivedBeforeItWasSent("arrived_on", day=dispatched_on)
    if claim.evidence_on is not None and claim.evidence_on > today:
        yield EvidenceSaysLater("evidence_on")
    if claim.by == sender and not (claim.has_file and claim.evidence_on):
        yield EvidenceMissing("file")
    if claim.corrects and not claim.reason.strip():
        yield CorrectionWithoutReason("reason")


def must_be_answerable(
    *,
    recorded_by: str,
    party: str,
    sender: str,
    receiver: str,
    has_confirmed: bool,
    is_confirmed: bool,
    remark: str,
) -> None:
    """The other side of the notice may say that the arrival was so, or how else it was."""
    if party == recorded_by or party not in {sender, receiver}:
        raise AnsweredByItsRecorder()
    if has_confirmed:
        raise AnsweredAlready()
    if not is_confirmed and not remark.strip():
        raise NoRemark("remark")


def must_be_secondable(
    *,
    waits: bool,
    receiver: str,
    party: str,
    recorder: str,
    member: str,
    is_confirmed: bool,
    remark: str,
) -> None:
    """Another person of the receiving side may bear out a day earlier than its evidence, or not (R4-7)."""
    if party != receiver or member == recorder:
        raise SecondedByItsRecorder()
    if not waits:
        raise NothingToSecond()
    if not is_confirmed and not remark.strip():
        raise NoRemark("remark")


# --------------------------------------------------------------------------------------- meetings


class NoMeetings(RuleBroken):
    """The text asks for no regular meetings."""

    sentence = N_("この協定には、定例の協議の定めがありません。")
    next_step = N_("協議は、それぞれの文書のページで記録してください。")


class NobodyThere(RuleBroken):
    """The record of a meeting says who was there, for each party (R2-2)."""

    sentence = N_("出席者のない当事者があります：%(parties)s")
    next_step = N_("当事者ごとに職と氏名を書いてください。欠席のときは「欠席」と書いてください。")


class ConfirmedByItsWriter(RuleBroken):
    """The summary of a meeting is confirmed by the other parties (R2-2, R2-4)."""

    status = 403
    sentence = N_("協議の記録を確認できるのは、書いた側以外の当事者です。")
    next_step = N_("ほかの当事者の確認をお待ちください。")


class ConfirmedAlready(RuleBroken):
    """A party that has confirmed has nothing more to say."""

    status = 409
    sentence = N_("自分の側は、この協議の記録をすでに確認しています。")
    next_step = N_("異なることが分かったときは、次の協議の記録に書いてください。")


def must_ask_for_meetings(months: int | None) -> None:
    """The text asks for regular meetings."""
    if months is None:
        raise NoMeetings()


def must_be_minutes(
    *, held_on: dt.date, today: dt.date, participants: Collection[str], parties: Sequence[tuple[str, Any]]
) -> None:
    """The meeting has been held, and it is said of each party who was there. `parties` by key and defined name."""
    missing = tuple(name for key, name in parties if key not in participants)
    refuse_together(
        [
            *([NotYet("held_on")] if held_on > today else []),
            *([NobodyThere("participants", parties=missing)] if missing else []),
        ]
    )


def must_be_confirmable(
    *, recorded_by: str, party: str, has_confirmed: bool, is_confirmed: bool, remark: str
) -> None:
    """Another party may confirm the summary of a meeting, or say what it sees otherwise."""
    if party == recorded_by:
        raise ConfirmedByItsWriter()
    if has_confirmed:
        raise ConfirmedAlready()
    if not is_confirmed and not remark.strip():
        raise NoRemark("remark")


# --------------------------------------------------------------------------------------- accords


class What(StrEnum):
    """What the parties agree on together about the term."""

    EXPIRY = "expiry"
    END = "end"
    DOUBTFUL_END = "doubtful_end"
    WITHDRAWAL = "withdrawal"
    REVOCATION = "revocation"
    RENEWAL = "renewal"


WHAT_NAMES: Mapping[str, str] = {
    What.EXPIRY: N_("満了日の確認"),
    What.END: N_("合意による終了"),
    What.DOUBTFUL_END: N_("終了の確認（要確認の通知について）"),
    What.WITHDRAWAL: N_("通知の取下げ"),
    What.REVOCATION: N_("合意した終了の取りやめ"),
    What.RENEWAL: N_("更新の合意"),
}
MEASURE_NAMES: Mapping[str, str] = {
    "apply": N_("適用する"),
    "do_not_apply": N_("適用しない"),
}


class NoSubjectMatter(RuleBroken):
    """An accord says what it is about."""

    clause = "term"
    sentence = N_("何についての合意かが選ばれていません。")
    next_step = N_("一つ選んでください。")


class NoExpiryDay(RuleBroken):
    """A confirmation names the term and its expiry day (R4-8)."""

    clause = "term"
    sentence = N_("確認する満了日が選ばれていません。")
    next_step = N_("算定した日の中から選んでください。")


class NotAReading(RuleBroken):
    """What is confirmed is a day that was reckoned; another day is a change of the agreement (R4-8; art. 3)."""

    clause = "amendment"
    sentence = N_(
        "この期の満了日として算定される日ではありません。確認できるのは、算定した日だけです：%(days)s"
    )
    next_step = N_("算定した日を選んでください。別の日にするには、協定の変更が必要です。")


class NoLastDay(RuleBroken):
    """An end has its last day in force."""

    clause = "term"
    sentence = N_("協定が有効な最後の日が入力されていません。")
    next_step = N_("最後の日を入力してください。")


class LastDayPast(RuleBroken):
    """The parties end the agreement for the time to come."""

    clause = "term"
    sentence = N_("有効な最後の日（%(day)s）が、すでに過ぎています。")
    next_step = N_("今日以後の日を入力してください。")


class MeasuresNotSaid(RuleBroken):
    """An end by agreement says whether the measures after the end apply, for the text does not (articles.md 1.4)."""

    clause = "after_end"
    sentence = N_("終了後の措置（返却・処分）の定めを適用するかが選ばれていません。")
    next_step = N_(
        "合意による終了には、協定の措置の定めがそのまま当たるとは限りません。どちらかを選んでください。"
    )


class EndsEarlierAlready(RuleBroken):
    """Of several announced ends the earliest counts, so a later one would say nothing."""

    status = 409
    clause = "term"
    sentence = N_("すでに%(day)sの終了が予告されています。それ以後の日での終了は合意できません。")
    next_step = N_("予告された終了を、通知の取下げか、合意した終了の取りやめによって、先になくしてください。")


class NoNotice(RuleBroken):
    """The accord is about a notice of the register."""

    clause = "term"
    sentence = N_("どの通知についての合意かが分かりません。")
    next_step = N_("「期間」のページの通知の番号（例：NTC-0001）を入力してください。")


class NoticeNotInDoubt(RuleBroken):
    """Only an end that is in doubt has to be confirmed by all."""

    status = 409
    clause = "term"
    sentence = N_("この通知による終了は、確認を要する状態ではありません。")
    next_step = N_("通知のページで、到達と期限の関係を確かめてください。")


class EndHasCome(RuleBroken):
    """What has ended is not brought back by taking back what ended it."""

    status = 409
    clause = "term"
    sentence = N_("協定は%(day)sに終了しています。終わった協定を、取りやめによって元に戻すことはできません。")
    next_step = N_("続けるときは、新しい協定を結んでください。")


class NoAgreedEnd(RuleBroken):
    """There is an end that the parties have agreed on."""

    status = 409
    clause = "term"
    sentence = N_("合意によって予告されている終了はありません。")
    next_step = N_("通知による終了をなくすときは、「通知の取下げ」を選んでください。")


class RenewsByItself(RuleBroken):
    """An agreement that renews by itself needs no agreement for it."""

    status = 409
    clause = "renewal"
    sentence = N_("この協定は自動的に更新されるため、更新の合意は要りません。")
    next_step = N_("「期間」のページで、更新の定めを確かめてください。")


class EndsAnyway(RuleBroken):
    """While an end is announced nothing is renewed."""

    status = 409
    clause = "renewal"
    sentence = N_("%(day)sの終了が予告されているため、更新に合意できません。")
    next_step = N_("予告された終了を、先になくしてください。")


class InEffectAlready(RuleBroken):
    """What followed from the agreement has followed: it is neither held nor replaced, but taken back by another."""

    status = 409
    clause = "term"
    sentence = N_("この合意の効果はすでに生じているため、保留も差替えもできません。")
    next_step = N_("変えるときは、期間についての新しい合意を提案してください。")


@dataclass(frozen=True)
class Terms:
    """What an accord says, as typed."""

    what: str
    term: str
    expiry: dt.date | None
    last_day: dt.date | None
    measures: str
    notice: str


def must_be_an_accord(said: Terms) -> None:
    """It says what it is about, and what that needs; raises what is missing, each beside its field."""
    refuse_together(_missing_in(said))


def _missing_in(said: Terms) -> Iterator[RuleBroken]:
    match said.what:
        case What.EXPIRY:
            if number_of(said.term) is None or said.expiry is None:
                yield NoExpiryDay("expiry")
        case What.END:
            if said.last_day is None:
                yield NoLastDay("last_day")
            if said.measures not in MEASURE_NAMES:
                yield MeasuresNotSaid("measures")
        case What.DOUBTFUL_END:
            if not said.notice.strip():
                yield NoNotice("notice")
            if said.last_day is None:
                yield NoLastDay("last_day")
        case What.WITHDRAWAL:
            if not said.notice.strip():
                yield NoNotice("notice")
        case What.REVOCATION | What.RENEWAL:
            pass
        case _:
            yield NoSubjectMatter("what")


def must_be_a_reading(expiry: dt.date, readings: Sequence[dt.date]) -> None:
    """The day is one on which the term may expire (R4-8)."""
    if expiry not in readings:
        raise NotAReading("expiry", days=tuple(readings))


def must_end_before(last_day: dt.date, today: dt.date, announced: dt.date | None) -> None:
    """The parties may agree on this last day: it has not passed, and no earlier end has been announced."""
    if last_day < today:
        raise LastDayPast("last_day", day=last_day)
    if announced is not None and announced <= last_day:
        raise EndsEarlierAlready("last_day", day=announced)


def must_not_have_come(last_day: dt.date, today: dt.date) -> None:
    """The end has not come yet."""
    if last_day < today:
        raise EndHasCome(day=last_day)


def must_be_in_doubt(standing: str, *, is_withdrawn: bool, is_announced: bool, is_confirmed: bool) -> None:
    """The end that a notice leads to may be confirmed: it was received everywhere, not late by every reading, and its end
    is neither announced nor taken back. What is late is converted into nothing (finding 2)."""
    if is_withdrawn:
        raise NoticeWithdrawn()
    if standing in {"", "late"} or is_announced or is_confirmed:
        raise NoticeNotInDoubt("notice")


def must_be_renewable(*, renews_by_itself: bool, announced: dt.date | None) -> None:
    """The parties may agree to renew: the text does not do so by itself, and no end has been announced."""
    if renews_by_itself:
        raise RenewsByItself("what")
    if announced is not None:
        raise EndsAnyway("what", day=announced)
