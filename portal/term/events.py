"""What is told of article 4: intentions, notices from the first draft to their arrival, and meetings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from portal.history.event import Event, kept
from portal.kernel.periods import NoticeStanding
from portal.kernel.words import N_
from portal.term.reckoning import STANDING_NAMES
from portal.term.rules import INTENTION_NAMES, KIND_NAMES, MEANS_NAMES


class IntentionSaid(Event):
    """A party said what it intends for the time after a term; no notice (R4-5)."""

    verb = "term.intention_said"
    clause = "renewal"
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"says": INTENTION_NAMES}
    trail = N_("第%(number)s期の満了後についての意向を記録しました：%(says_name)s（通知ではありません）。")
    chronicle = N_(
        "%(party)sが第%(number)s期の満了後についての意向を記録しました：%(says_name)s（通知ではありません）。"
    )
    message = chronicle

    number: int
    says: str
    remark: str = kept(default="")


# --- Notices: on the own side


class OfNotice(Event):
    """An event on one notice."""

    may_be_under: ClassVar[tuple[str, ...]] = ("non_renewal", "termination")
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": KIND_NAMES}
    kind: str


class NoticeDrafted(OfNotice):
    """The own side's draft of a notice was saved."""

    verb = "notice.draft_saved"
    trail = N_("通知の下書き（%(kind_name)s）を保存しました。")


class NoticeDraftDiscarded(OfNotice):
    """The own side's draft of a notice was thrown away."""

    verb = "notice.draft_discarded"
    trail = N_("通知の下書き（%(kind_name)s）を取りやめました。")


class NoticeDecided(OfNotice):
    """The own side's decision on the words of a notice was recorded (決裁)."""

    verb = "notice.decided"
    trail = N_("通知（%(kind_name)s）の文面に対する決裁を記録しました（決裁番号 %(decision)s）。")
    digest: str
    capacity: str
    decided_on: str
    decision: str = kept(default="")
    absent_post: str = kept(default="")


class NoticePrinted(OfNotice):
    """The letter was put on paper (書面出力)."""

    verb = "notice.printed"
    trail = N_("通知（%(kind_name)s）の書面を出力しました。")
    digest: str


# --- Notices: shared


class OfSharedNotice(OfNotice):
    """An event on a notice that every party knows of."""

    reference: str


class NoticeDispatched(OfSharedNotice):
    """The letter was recorded as sent; from now on nothing of it is changed (R4-7)."""

    verb = "notice.dispatched"
    is_mandatory = True
    is_receipted = True
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": KIND_NAMES, "means": MEANS_NAMES}
    trail = N_(
        "%(reference)s（%(kind_name)s）を%(dispatched_on)sに発信したことを記録しました（%(means_name)s）。照合コード %(digest)s"
    )
    chronicle = N_("%(party)sが%(reference)s（%(kind_name)s）を%(dispatched_on)sに発信したと記録しました。")
    message = N_(
        "%(party)sが%(reference)s（%(kind_name)s）を%(dispatched_on)sに発信したと記録しました（%(means_name)s）。書面が届いたら、到達を記録してください。"
    )
    means: str
    dispatched_on: str
    planned_on: str
    term_number: int
    """0 for a termination."""
    digest: str
    evidence: list[str]
    """The SHA-256 of each file."""


class NoticeRegistered(OfSharedNotice):
    """A receiver registered a notice that had come on paper."""

    verb = "notice.registered"
    is_mandatory = True
    is_receipted = True
    trail = N_(
        "受け取った%(reference)s（%(kind_name)s、%(sender)sから）を登録しました。照合コード %(digest)s"
    )
    chronicle = N_("%(party)sが、%(sender)sから受け取った%(reference)s（%(kind_name)s）を登録しました。")
    message = chronicle
    sender: str
    planned_on: str
    term_number: int
    digest: str


class NoticeArrived(OfSharedNotice):
    """A side recorded when the notice arrived at a receiver, and what shows it (R4-1)."""

    verb = "notice.arrived"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)sが%(receiver)sに到達した日を%(arrived_on)sと記録しました（%(evidence)s）。")
    chronicle = N_("%(party)sが、%(reference)sの%(receiver)sへの到達を%(arrived_on)sと記録しました。")
    message = chronicle
    receiver: str
    arrived_on: str
    arrived_at: str
    """The time in Japan; empty for the whole day."""
    evidence_on: str
    sha256: str
    evidence: str = kept(default="")
    reason: str = kept(default="")


class ArrivalConfirmed(OfSharedNotice):
    """The other side of the notice said that the arrival was so."""

    verb = "notice.arrival_confirmed"
    trail = N_("%(reference)sの%(receiver)sへの到達の記録（%(arrived_on)s）を確認しました。")
    chronicle = N_("%(party)sが、%(reference)sの%(receiver)sへの到達の記録（%(arrived_on)s）を確認しました。")
    message = chronicle
    receiver: str
    arrived_on: str
    remark: str = kept(default="")


class ArrivalDisputed(OfSharedNotice):
    """The other side of the notice sees the arrival otherwise."""

    verb = "notice.arrival_disputed"
    trail = N_(
        "%(reference)sの%(receiver)sへの到達の記録（%(arrived_on)s）に、異なる認識を記しました：%(remark)s"
    )
    message = N_(
        "%(party)sが、%(reference)sの%(receiver)sへの到達の記録（%(arrived_on)s）に、異なる認識を記しました。"
    )
    receiver: str
    arrived_on: str
    remark: str = kept(default="")


class ArrivalSeconded(OfSharedNotice):
    """A second person of the receiving side bore out a day earlier than its evidence, or did not (R4-7)."""

    verb = "notice.arrival_seconded"
    trail = N_("%(reference)sの到達日（%(arrived_on)s）を、受け取った側の別の人が裏付けました。")
    chronicle = N_("%(party)sが、%(reference)sの到達日（%(arrived_on)s）を裏付けました。")
    message = chronicle
    receiver: str
    arrived_on: str
    remark: str = kept(default="")


class ArrivalNotSeconded(OfSharedNotice):
    """A second person of the receiving side did not bear out a day earlier than its evidence (R4-7)."""

    verb = "notice.arrival_not_seconded"
    trail = N_(
        "%(reference)sの到達日（%(arrived_on)s）は、受け取った側の別の人が裏付けませんでした：%(remark)s"
    )
    message = N_("%(party)sが、%(reference)sの到達日（%(arrived_on)s）を裏付けませんでした。")
    receiver: str
    arrived_on: str
    remark: str = kept(default="")


class StandingReckoned(OfSharedNotice):
    """How the arrival lies to the deadline was reckoned, with everything it was reckoned from; nothing was decided
    (invariant 6)."""

    verb = "notice.standing_reckoned"
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "kind": KIND_NAMES,
        "standing": {str(key): STANDING_NAMES[key] for key in NoticeStanding},
    }
    spans: ClassVar[Mapping[str, tuple[str, str]]] = {
        "arrival": ("first_on", "last_on"),
        "deadline": ("safe_on", "latest_on"),
    }
    trail = N_("%(reference)sの到達（%(arrival)s）と期限（%(deadline)s）の関係を算定しました：%(standing_name)s")
    chronicle = N_("%(reference)sの到達と期限の関係を算定しました：%(standing_name)s")
    message = chronicle
    standing: str
    first_on: str
    last_on: str
    safe_on: str
    latest_on: str


class DeliveryAttempted(OfSharedNotice):
    """The sender recorded an attempt to deliver that did not succeed."""

    verb = "notice.delivery_attempted"
    value_words: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": KIND_NAMES, "means": MEANS_NAMES}
    trail = N_(
        "%(reference)sを%(tried_on)sに%(receiver)sへ届けようとしたことを記録しました（%(means_name)s）。経過：%(circumstances)s"
    )
    message = N_("%(party)sが、%(reference)sを%(tried_on)sに%(receiver)sへ届けようとしたことを記録しました。")
    receiver: str
    tried_on: str
    means: str
    sha256: str
    circumstances: str = kept(default="")


class NoticeWithdrawn(OfSharedNotice):
    """Every party agreed that the notice counts no more (articles.md 1.4)."""

    verb = "notice.withdrawn"
    is_mandatory = True
    is_receipted = True
    trail = N_("%(reference)s（%(kind_name)s）は、%(document)sによる全当事者の合意で取り下げられました。")
    chronicle = trail
    message = trail
    document: str


class EndConfirmed(OfSharedNotice):
    """Every party confirmed the end to which a notice in doubt leads."""

    verb = "notice.end_confirmed"
    is_mandatory = True
    is_receipted = True
    trail = N_(
        "%(reference)s（%(kind_name)s）による終了（有効な最後の日は%(last_day)s）を、%(document)sで全当事者が確認しました。"
    )
    chronicle = trail
    message = trail
    document: str
    last_day: str


# --- Meetings


class OfMeeting(Event):
    """An event on a regular meeting."""

    may_be_under: ClassVar[tuple[str, ...]] = ("meetings",)
    reference: str
    held_on: str


class MeetingRecorded(OfMeeting):
    """A regular meeting was written down (R2-2)."""

    verb = "meeting.recorded"
    trail = N_("定例の協議%(reference)s（%(held_on)s）を記録しました。")
    chronicle = N_("定例の協議%(reference)sを行いました（%(held_on)s）。")
    message = N_("%(party)sが定例の協議%(reference)s（%(held_on)s）を記録しました。内容を確認してください。")
    medium: str
    materials: list[str]
    """The SHA-256 of each file, in order."""
    participants: str = kept(default="")
    summary: str = kept(default="")
    decisions: str = kept(default="")
    material_names: str = kept(default="")


class MeetingConfirmed(OfMeeting):
    """Another party confirmed the summary of a meeting."""

    verb = "meeting.confirmed"
    trail = N_("定例の協議%(reference)s（%(held_on)s）の記録を確認しました。")
    message = N_("%(party)sが定例の協議%(reference)s（%(held_on)s）の記録を確認しました。")
    remark: str = kept(default="")


class MeetingDisputed(OfMeeting):
    """Another party sees the summary of a meeting otherwise."""

    verb = "meeting.disputed"
    trail = N_("定例の協議%(reference)s（%(held_on)s）の記録に、異なる認識を記しました：%(remark)s")
    message = N_("%(party)sが定例の協議%(reference)s（%(held_on)s）の記録に、異なる認識を記しました。")
    remark: str = kept(default="")
