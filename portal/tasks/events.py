"""What the portal itself tells of its own accord: the day's seal, and what was planned and is not recorded."""

from __future__ import annotations

from dataclasses import dataclass

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
