"""What is told of activities beyond their documents: when they may go ahead, and what became of them."""

from __future__ import annotations

from portal.history.event import Event, kept
from portal.kernel.words import N_


class OfActivity(Event):
    """An event on one activity."""

    reference: str
    title: str = kept(default="")


class ActivityInScope(OfActivity):
    """By the agreement of every party an activity came into the scope of the cooperation (R2-3)."""

    verb = "activity.in_scope"
    clause = "scope"
    trail = N_("取組%(reference)s「%(title)s」は、全当事者の合意により協力事項の範囲に入りました。")
    items: str


class ActivityReady(OfActivity):
    """Every party has agreed to the particulars: the activity may start (R2-3)."""

    verb = "activity.ready"
    clause = "particulars"
    trail = N_(
        "取組%(reference)s「%(title)s」は、具体的事項%(particulars)sの合意により実施できるようになりました。"
    )
    particulars: str


class ActivityStarted(OfActivity):
    """The activity started."""

    verb = "activity.started"
    clause = "particulars"
    trail = N_("取組%(reference)s「%(title)s」の開始を記録しました（開始日 %(on_day)s）。")
    chronicle = N_("取組%(reference)s「%(title)s」が始まりました（開始日 %(on_day)s）。")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の開始を記録しました（開始日 %(on_day)s）。確認してください。"
    )
    act: str
    on_day: str
    reason: str = kept(default="")


class ActivitySuspended(OfActivity):
    """The activity was suspended, with the reason."""

    verb = "activity.suspended"
    clause = "particulars"
    trail = N_("取組%(reference)s「%(title)s」の中断を記録しました（中断の日 %(on_day)s）。理由：%(reason)s")
    chronicle = N_("取組%(reference)s「%(title)s」が中断しました（中断の日 %(on_day)s）。")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の中断を記録しました（中断の日 %(on_day)s）。理由：%(reason)s"
    )
    act: str
    on_day: str
    reason: str = kept(default="")


class ActivityResumed(OfActivity):
    """The activity goes on, with the reason."""

    verb = "activity.resumed"
    clause = "particulars"
    trail = N_("取組%(reference)s「%(title)s」の再開を記録しました（再開の日 %(on_day)s）。理由：%(reason)s")
    chronicle = N_("取組%(reference)s「%(title)s」が再開しました（再開の日 %(on_day)s）。")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の再開を記録しました（再開の日 %(on_day)s）。理由：%(reason)s"
    )
    act: str
    on_day: str
    reason: str = kept(default="")


class ActivityCompleted(OfActivity):
    """The activity was completed, with what came of it."""

    verb = "activity.completed"
    clause = "purpose"
    trail = N_("取組%(reference)s「%(title)s」の完了を記録しました（完了の日 %(on_day)s）。")
    chronicle = N_("取組%(reference)s「%(title)s」が完了しました（完了の日 %(on_day)s）。")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の完了と成果を記録しました（完了の日 %(on_day)s）。確認してください。"
    )
    act: str
    on_day: str
    reason: str = kept(default="")


class ActivityCancelled(OfActivity):
    """The activity was cancelled, with the reason."""

    verb = "activity.cancelled"
    clause = "particulars"
    trail = N_("取組%(reference)s「%(title)s」の中止を記録しました（中止の日 %(on_day)s）。理由：%(reason)s")
    chronicle = N_("取組%(reference)s「%(title)s」が中止になりました（中止の日 %(on_day)s）。")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の中止を記録しました（中止の日 %(on_day)s）。理由：%(reason)s"
    )
    act: str
    on_day: str
    reason: str = kept(default="")


class ActAcknowledged(OfActivity):
    """Another party acknowledged a recorded act (R2-10)."""

    verb = "activity.act_acknowledged"
    trail = N_("取組%(reference)s「%(title)s」の%(on_day)sの記録を確認しました。")
    message = N_("%(party)sが取組%(reference)s「%(title)s」の%(on_day)sの記録を確認しました。")
    act: str
    on_day: str
    remark: str = kept(default="")


class ActDisputed(OfActivity):
    """Another party sees a recorded act otherwise (R2-10)."""

    verb = "activity.act_disputed"
    trail = N_("取組%(reference)s「%(title)s」の%(on_day)sの記録に、異なる認識を記しました：%(remark)s")
    message = N_(
        "%(party)sが取組%(reference)s「%(title)s」の%(on_day)sの記録に、異なる認識を記しました：%(remark)s"
    )
    act: str
    on_day: str
    remark: str = kept(default="")
