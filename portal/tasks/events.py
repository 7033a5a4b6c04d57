"""What the portal itself tells of its own accord: the day's seal, what has fallen due, and what the passing of days
has done to the agreement."""

from __future__ import annotations

from portal.agreement.life import CAUSE_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_


class DaySealed(Event):
    """The head of a chain at the end of a day in Japan, to be kept outside this house (R1-8; row 91)."""

    verb = "seal.taken"
    trail = N_("%(day)sの終わりの控えを取りました（記録%(size)s、封緘値 %(leaf)s）。")

    day: str
    size: int
    leaf: str


# --- What was planned, and is not recorded or not agreed (R2-6) -----------------------------------------


class OfPlan(Event):
    """Something about what was planned for an activity."""

    clause = "particulars"

    reference: str
    title: str = kept(default="")
    planned_on: str


class StartNotRecorded(OfPlan):
    """The planned start of an activity passed, and nobody recorded that it started."""

    verb = "activity.start_not_recorded"
    trail = N_(
        "取組%(reference)s「%(title)s」の開始予定日（%(planned_on)s）を過ぎましたが、開始の記録がありません。"
    )
    message = trail


class EndNotRecorded(OfPlan):
    """The planned end of an activity passed, and nobody recorded that it ended."""

    verb = "activity.end_not_recorded"
    trail = N_(
        "取組%(reference)s「%(title)s」の終了予定日（%(planned_on)s）を過ぎましたが、完了の記録がありません。"
    )
    message = trail


class ParticularsUnsettled(OfPlan):
    """The planned start of an activity is near, and its particulars are not agreed."""

    verb = "reminder.particulars_unsettled"
    trail = N_(
        "取組%(reference)s「%(title)s」の開始予定日は%(planned_on)sですが、具体的事項がまだ合意されていません。"
    )
    message = trail


# --- Who is waited for (R2-6) ------------------------------------------------------------------------------


class OfWaiting(Event):
    """Something about a paper that waits for some side; only those that are waited for are told."""

    kind: str
    reference: str
    title: str = kept(default="")
    waiting: list[str]
    """The keys of the parties that are waited for."""
    since: str
    days: int
    """Business days."""


class AnswerAwaited(OfWaiting):
    """A paper on the table has waited long for a side to act."""

    verb = "reminder.answer_awaited"
    trail = N_(
        "%(reference)s「%(title)s」の版%(number)sが、%(since)sから%(days)s営業日、%(waiting)sの対応を待っています。"
    )
    message = trail

    number: int


class ConfirmationAwaited(OfWaiting):
    """The record of a consultation has waited long for a side to confirm it."""

    verb = "reminder.confirmation_awaited"
    trail = N_(
        "%(reference)s「%(title)s」の%(held_on)sの協議の記録が、%(since)sから%(days)s営業日、%(waiting)sの確認を待っています。"
    )
    message = trail

    held_on: str


# --- The term (R4-5) ---------------------------------------------------------------------------------------


class TermExpiring(Event):
    """The last day of the term is near, and the agreement does not go on by itself."""

    verb = "reminder.term_expiring"
    clause = "term"
    trail = N_(
        "協定の第%(number)s期の満了日（%(expiry)s）まで、あと%(days)s日です。この協定は、自動では更新されません。"
    )
    message = trail

    number: int
    expiry: str
    days: int


class TermRenewing(TermExpiring):
    """The last day of the term is near, and it will be followed by another unless a party declares otherwise."""

    verb = "reminder.term_renewing"
    trail = N_(
        "協定の第%(number)s期の満了日（%(expiry)s）まで、あと%(days)s日です。"
        "更新しない場合は、その意思表示が%(last_day)sまでに相手方に届いている必要があります（算定）。届かなければ、次の期に更新されます。"
    )
    message = trail

    last_day: str


class AgreementEnding(Event):
    """The last day in force is known and near (art. 4)."""

    verb = "reminder.agreement_ending"
    clause = "after_end"
    value_words = {"cause": {str(key): name for key, name in CAUSE_NAMES.items()}}
    trail = N_("協定の有効な最後の日（%(last_day)s）まで、あと%(days)s日です（%(cause_name)s）。")
    message = trail

    cause: str
    last_day: str
    days: int


class IntentionAwaited(Event):
    """The last day of the term is near, and a party has not said what it intends for the time after it (R4-5)."""

    verb = "reminder.intention_awaited"
    clause = "term"
    trail = N_(
        "協定の第%(number)s期の満了日（%(expiry)s）まで、あと%(days)s日です。満了後についての意向（継続する・継続しない・"
        "未定）を記録してください。意向は通知ではなく、記録しても期間には影響しません。"
    )
    message = trail

    number: int
    expiry: str
    days: int


# --- Publications (R6.2-6) -----------------------------------------------------------------------------------


class OfPublication(Event):
    """Something about a publication to come: no mail says its title (row 20)."""

    clause = "publicity"
    in_mail = ()
    stand_in = N_("公表（件名省略）")

    reference: str
    title: str = kept(default="")
    opens_at: str
    """In Japan's time, as `2025-09-10 14:00`."""


class PublicationAwaited(OfPublication):
    """The planned time of a publication comes nearer, and some side has not consented."""

    verb = "reminder.publication_awaited"
    trail = N_(
        "%(reference)s「%(title)s」の予定日時（%(opens_at)s）まで%(days)s営業日です。%(waiting)sの対応を待っています。"
    )
    message = trail

    waiting: list[str]
    days: int


class PublicationAwaitedNow(OfPublication):
    """The planned time of a publication is hours away, and some side has not consented."""

    verb = "reminder.publication_awaited_now"
    is_mandatory = True
    trail = N_(
        "%(reference)s「%(title)s」の予定日時（%(opens_at)s）まで%(hours)s時間です。%(waiting)sの対応を待っています。合意がそろうまで実施できません。"
    )
    message = trail

    waiting: list[str]
    hours: int


class EmbargoEnding(OfPublication):
    """What was agreed may appear soon."""

    verb = "reminder.embargo_ending"
    trail = N_("%(reference)s「%(title)s」は、%(opens_at)sに解禁になります。")
    message = trail


class PlannedOnClosedDay(OfPublication):
    """The planned time of a publication lies on a day on which no work is done."""

    verb = "reminder.planned_on_closed_day"
    trail = N_("%(reference)s「%(title)s」の予定日時（%(opens_at)s）は、休業日です。")
    message = trail


# --- What the passing of days has done (art. 4, 5) ---------------------------------------------------------------


class TermRenewed(Event):
    """Nobody declared otherwise by the expiry day, and the agreement goes on: the one place where silence acts
    (art. 4(1))."""

    verb = "term.renewed"
    clause = "renewal"
    trail = N_(
        "期間満了日までに終了の意思表示を受けなかったため、協定は第%(number)s期（%(start)sから%(expiry)sまで）として"
        "継続しています。"
    )
    chronicle = trail
    message = trail

    number: int
    start: str
    expiry: str


class AgreementEnded(Event):
    """The last day in force is over (art. 4, 5)."""

    verb = "agreement.ended"
    clause = "after_end"
    value_words = {"cause": {str(key): name for key, name in CAUSE_NAMES.items()}}
    trail = N_("協定は%(last_day)sの終わりをもって終了しました（%(cause_name)s）。")
    chronicle = trail
    message = trail

    cause: str
    last_day: str


class SurvivalEnded(Event):
    """What survived the end has run out (art. 5(2))."""

    verb = "agreement.survival_ended"
    clause = "survival"
    trail = N_("終了後も効力のあった条項の存続期間が、%(last_day)sに満了しました。")
    chronicle = trail
    message = trail

    last_day: str
