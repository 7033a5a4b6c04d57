"""What the portal itself tells of its own accord: the day's seal, what was planned and is not recorded, and what
the passing of days has done to the agreement."""

from __future__ import annotations

from dataclasses import dataclass

from portal.agreement.life import CAUSE_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_


@dataclass(frozen=True, kw_only=True)
class DaySealed(Event):
    """The head of a chain at the end of a day in Japan, to be kept outside this house (R1-8; row 91)."""

    verb = "seal.taken"
    trail = N_("%(day)sの終わりの控えを取りました（記録%(size)s、封緘値 %(leaf)s）。")

    day: str
    size: int
    leaf: str


@dataclass(frozen=True, kw_only=True)
class StartNotRecorded(Event):
    """The planned start of an activity passed, and nobody recorded that it started."""

    verb = "activity.start_not_recorded"
    clause = "particulars"
    trail = N_(
        "取組%(reference)s「%(title)s」の開始予定日（%(planned_on)s）を過ぎましたが、開始の記録がありません。"
    )
    message = trail

    reference: str
    title: str = kept("")
    planned_on: str


@dataclass(frozen=True, kw_only=True)
class EndNotRecorded(Event):
    """The planned end of an activity passed, and nobody recorded that it ended."""

    verb = "activity.end_not_recorded"
    clause = "particulars"
    trail = N_(
        "取組%(reference)s「%(title)s」の終了予定日（%(planned_on)s）を過ぎましたが、完了の記録がありません。"
    )
    message = trail

    reference: str
    title: str = kept("")
    planned_on: str


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
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


@dataclass(frozen=True, kw_only=True)
class SurvivalEnded(Event):
    """What survived the end has run out (art. 5(2))."""

    verb = "agreement.survival_ended"
    clause = "survival"
    trail = N_("終了後も効力のあった条項の存続期間が、%(last_day)sに満了しました。")
    chronicle = trail
    message = trail

    last_day: str
